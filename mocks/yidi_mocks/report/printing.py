"""The report for people: in a terminal, and as one page for the printer. No outside request. Pure."""

import html
from typing import Any

LINE = "  {infno:<6}{name}  收到{received} 成功{ok} 拒绝{refused} 故障{fault}"
GRADE_NAMES = {"core": "基础 core", "ordinary": "日常 ordinary", "error": "异常 error", "advanced": "进阶 advanced"}
VERDICTS = {"pass": "通过", "fail": "不通过", "not_tried": "未试"}
SIGNATURES = ("医疗机构（章）", "软件厂商（章）", "测试人", "日期")
STYLE = """
body{font-family:"Noto Sans CJK SC","Microsoft YaHei",SimSun,sans-serif;max-width:60em;margin:2em auto;padding:0 1em}
table{border-collapse:collapse;width:100%;margin:.5em 0 1.5em}
td,th{border:1px solid #999;padding:3px 8px;text-align:left;vertical-align:top}
th{background:#f2f2f2}.pass{color:#060}.fail{color:#a00;font-weight:bold}.not_tried{color:#666}
.signs td{height:3em;width:25%}
@media print{body{margin:0;max-width:none}tr{break-inside:avoid}h2{break-after:avoid}thead{display:table-header-group}}
"""


def as_text(found: dict[str, Any]) -> str:
    """For people, in a terminal."""
    lines = [f"一致性报告 conformance report: {_verdict(found)}", ""]
    for grade, name in GRADE_NAMES.items():
        lines.append(f"{name}: {_counts(found['grades'][grade])}")
        lines += [
            f"  {item['id']:<3} {VERDICTS[item['verdict']]} {item['title']}（{item['source']}）：{item['seen']}"
            for item in found["items"]
            if item["grade"] == grade
        ]
    lines += ["", "交易 transactions:"] + [LINE.format(**row) for row in found["by_transaction"]]
    lines += ["", f"违反 violations: {len(found['violations'])}"]
    lines += [f"  #{v['n']} {v['rule']} {v['infno']} {v['msgid']} {v['text']}" for v in found["violations"]]
    lines += ["", "拒绝 refusals:"] + [f"  {cause}: {count}" for cause, count in found["refusals"].items()]
    return "\n".join(lines) + "\n"


def as_html(found: dict[str, Any]) -> str:
    """One page, to be printed and signed."""
    parts = [f"<h1>跨省异地就医直接结算接口一致性报告：{_verdict(found)}</h1>"]
    parts.append(f"<p>收到报文 {found['received']} 条；{_when(found)}对端为模拟平台，不代表正式验收。</p>")
    for grade, name in GRADE_NAMES.items():
        rows = [item for item in found["items"] if item["grade"] == grade]
        parts.append(f"<h2>{name}（{_counts(found['grades'][grade])}）</h2>")
        parts.append(_table(("编号", "项目", "依据", "所见", "结果"), [_cells(item) for item in rows]))
    heads = ("infno", "name", "received", "ok", "refused", "fault")
    parts.append("<h2>交易 transactions</h2>")
    parts.append(_table(heads, [[_safe(row[head]) for head in heads] for row in found["by_transaction"]]))
    breach = ("n", "rule", "infno", "msgid", "text")
    parts.append("<h2>违反 violations</h2>")
    parts.append(_table(breach, [[_safe(row[head]) for head in breach] for row in found["violations"]]))
    signs = "".join(f"<td>{name}：</td>" for name in SIGNATURES)
    parts.append(f'<table class="signs"><tr>{signs}</tr></table>')
    head = f'<head><meta charset="utf-8"><title>yidi-hub</title><style>{STYLE}</style></head>'
    return f'<!DOCTYPE html><html lang="zh">{head}<body>{"".join(parts)}</body></html>'


def _verdict(found: dict[str, Any]) -> str:
    return "通过 passed" if found["passed"] else "不通过 failed"


def _counts(counts: dict[str, int]) -> str:
    return "，".join(f"{VERDICTS[verdict]}{count}" for verdict, count in counts.items())


def _when(found: dict[str, Any]) -> str:
    if not found["first_at"]:
        return ""
    first, last = (
        f"{at[:4]}-{at[4:6]}-{at[6:8]} {at[8:10]}:{at[10:12]}" for at in (found["first_at"], found["last_at"])
    )
    return f"{first} 至 {last}；"


def _cells(item: dict[str, Any]) -> list[str]:
    title = f"{_safe(item['title'])}<br><small>{_safe(item['title_en'])}</small>"
    verdict = f'<span class="{item["verdict"]}">{VERDICTS[item["verdict"]]}</span>'
    return [_safe(item["id"]), title, _safe(item["source"]), _safe(item["seen"]), verdict]


def _table(heads: tuple[str, ...], rows: list[list[str]]) -> str:
    top = "".join(f"<th>{_safe(head)}</th>" for head in heads)
    cells = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    return f"<table><thead><tr>{top}</tr></thead><tbody>{cells}</tbody></table>"


def _safe(value: object) -> str:
    return html.escape(str(value))
