"""What the demo prints, for people; with `--json` only the last line matters to machines."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.panel import Panel
from rich.table import Table

Json = dict[str, Any]
VERDICTS = {"direct": "可以直接结算", "direct_after": "补办后可以直接结算", "not_direct": "不能直接结算"}
STATES = {
    "settled": "已结算",
    "pending": "正在确认",
    "failed": "没有结算",
    "reversed": "已冲正",
    "manual": "待人工核对",
}


class Teller:
    """Prints the account of a run."""

    def __init__(self) -> None:
        self.console = Console(highlight=False, width=None if sys.stdout.isatty() else 110)

    def scene(self, title: str) -> None:
        self.console.print()
        self.console.rule(f"[bold]{title}", align="left")

    def say(self, text: str) -> None:
        self.console.print(text)

    @contextmanager
    def waiting(self, text: str) -> Iterator[None]:
        with self.console.status(text):
            yield

    def verdict(self, body: Json) -> None:
        self.console.print(f"资格核验：[bold]{VERDICTS[body['verdict']]}")
        for reason in body["reasons"]:
            step = f"；下一步：{reason['next_step']}" if reason.get("next_step") not in (None, "", "–") else ""
            self.console.print(f"  · {reason['text']}{step}")

    def baskets(self, visit: Json) -> None:
        table = Table(title="按病种分开的费用")
        for name in ("费用类别", "病种", "总费用", "预计基金", "预计账户", "预计现金"):
            table.add_column(name, justify="left" if name in ("费用类别", "病种") else "right")
        for basket in visit["baskets"]:
            amounts = basket["estimate"]
            figures = (amounts["total"], amounts["fund"], amounts["account"], amounts["cash"])
            table.add_row(basket["category"], basket["disease_code"] or "–", *figures)
        self.console.print(table)
        for warning in visit["warnings"]:
            self.console.print(f"  提示：第 {warning.get('line_no') or '–'} 行 {warning['text']}")

    def receipts(self, visit: Json, done: Json) -> None:
        categories = {basket["basket_id"]: basket for basket in visit["baskets"]}
        table = Table(title="结算单")
        for name in ("结算编号", "费用类别", "病种", "总费用", "基金", "个人账户", "现金", "状态"):
            money = name in ("总费用", "基金", "个人账户", "现金")
            table.add_column(name, justify="right" if money else "left", no_wrap=True)
        for basket in done["baskets"]:
            known = categories[basket["basket_id"]]
            settlement = basket["settlement"]
            amounts = settlement["amounts"]
            figures = (amounts["total"], amounts["fund"], amounts["account"], amounts["cash"])
            number = settlement["settlement_id"]
            disease = known["disease_code"] or "–"
            table.add_row(number, known["category"], disease, *figures, STATES[basket["state"]])
        self.console.print(table)

    def message(self, basket: Json) -> None:
        text = basket["message"]["text"] if basket.get("message") else ""
        self.console.print(f"给收费员的话（{STATES[basket['state']]}）：{text}")

    def problem(self, body: Json) -> None:
        lines = [f"[bold]{body['cause']}[/]", f"下一步：{body['next_step']}"]
        if window := body.get("maintenance"):
            lines.append(f"停机：{window['from']} 至 {window['to']}；{window['text']}")
        money = {"not_moved": "没有发生", "moved": "已经发生", "unknown": "还不知道"}[body["money"]]
        lines.append(f"钱：{money}；查询号 {body['incident']}")
        self.console.print(Panel("\n".join(lines), title=body["code"], title_align="left", expand=False))

    def refund(self, before: Json, back: Json) -> None:
        table = Table(title="退费")
        table.add_column("")
        for name in ("总费用", "基金", "个人账户", "现金"):
            table.add_column(name, justify="right")
        keys = ("total", "fund", "account", "cash")
        table.add_row("原结算", *(before[key] for key in keys))
        table.add_row("退费", *(back["amounts"][key] for key in keys))
        self.console.print(table)

    def totals(self, result: Json) -> None:
        equal = "一致" if result["hub_equals_journal"] else "不一致"
        table = Table(title="对账：平台账本与本机账本", show_header=False)
        table.add_column("")
        table.add_column("", justify="right")
        for label, key in (
            ("已结算", "settled"),
            ("没有结算", "failed"),
            ("已退费或冲正", "reversed"),
            ("结果未知", "unknown"),
            ("总费用（元）", "total"),
            ("基金（元）", "fund"),
            ("现金（元）", "cash"),
        ):
            table.add_row(label, str(result[key]))
        table.add_row("逐笔核对", equal)
        self.console.print(table)
