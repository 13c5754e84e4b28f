"""What `yidi explain` prints: plain lines, Chinese and English side by side or one of them, no colour needed."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from yidi_sdk.catalogue import CATALOGUE, Effect
from yidi_sdk.codes import CODE_SETS
from yidi_sdk.elements.element import Element, Kind
from yidi_sdk.explain.dictionary import FieldEntry, FieldUse, ListedEntry, TransactionEntry
from yidi_sdk.explain.errors import clean
from yidi_sdk.explain.refusals import Refusal
from yidi_sdk.explain.rows import CATEGORIES, Row
from yidi_sdk.explain.values import ValueEntry

Language = Literal["both", "zh", "en"]
Found = FieldEntry | ListedEntry | TransactionEntry | Refusal | Row | ValueEntry
MOST_CODES = 20
MOST_MEANINGS = 12
BETWEEN = " / "
MONEY = {
    "not_moved": "没有发生 / no money moved",
    "moved": "已经发生 / money has moved",
    "unknown": "还不知道 / not known whether money moved",
    "notice": "只是提示，与资金无关 / a notice; it says nothing about money",
}
WHO = {
    "cashier": "收费员 / the cashier",
    "insurance_office": "医保办 / the insurance office",
    "it": "信息科 / IT",
    "patient": "患者 / the patient",
    "insured_place": "参保地 / the insured place",
    "wait": "等待 / wait",
}
REPEAT = {
    "yes": "可以再办 / yes, the same again",
    "query": "先查询结果，再决定 / not before the outcome is queried",
    "no": "按下一步处理后才能再办 / only after the next step",
}
EFFECTS = {
    Effect.QUERY: "查询，可随意重复 / a query: repeat freely",
    Effect.TRIAL: "试算，可重复，以最新一次为准 / a trial: repeat, the newest answer counts",
    Effect.UPLOAD: "上传，先查已到的，再补未到的 / an upload: ask what arrived, send the rest",
    Effect.COMMIT: "办理，结果不明时绝不重发，先查询 / a commit: never again while unknown, query first",
    Effect.REVERSAL: "冲正，按原报文号重复，直到有结果 / a reversal: repeat by the original msgid until answered",
}
ORIGINS = {
    "rules": "业务规则 / the rules",
    "gateway": "网关 / the gateway",
    "sdk": "SDK / the SDK",
}
DIRECTIONS = {"in": "输入/in", "out": "输出/out"}


@dataclass(frozen=True, slots=True)
class Tongue:
    """Chinese, English, or both side by side."""

    language: Language = "both"

    def of(self, zh: str, en: str) -> str:
        """One sentence or both."""
        return {"zh": zh, "en": en}.get(self.language) or f"{zh}{BETWEEN}{en}"

    def pair(self, told: str) -> str:
        """The wanted part of a text that has both."""
        zh, _, en = told.partition(BETWEEN)
        return self.of(zh, en)

    def head(self, zh: str, en: str) -> str:
        """What stands before the colon."""
        return {"zh": zh, "en": en}.get(self.language) or f"{zh} {en}"


def lines(found: Found, query: str = "", language: Language = "both") -> Iterator[str]:
    """The page of whatever `explain.about` found."""
    tongue = Tongue(language)
    if isinstance(found, FieldEntry):
        return field_page(found, tongue)
    if isinstance(found, TransactionEntry):
        return transaction_page(found, tongue)
    if isinstance(found, ListedEntry):
        return listed_page(found, tongue)
    if isinstance(found, ValueEntry):
        return value_page(found, tongue)
    return error_page(found, query, tongue)


def field_page(entry: FieldEntry, tongue: Tongue) -> Iterator[str]:
    """A field: label, gloss, kind, code set, every place where it is used with its evidence."""
    element = entry.element
    yield f"{entry.name}  {tongue.of(element.label, element.gloss)}"
    yield f"{tongue.head('类型', 'kind')}: {kind_of(element)}"
    code_set = CODE_SETS.get(element.code_set or "")
    if element.code_set:
        unknown = "" if code_set and code_set.values else f" ({tongue.of('没有公开的取值', 'values not published')})"
        yield f"{tongue.head('字典', 'code set')}: {element.code_set}{unknown}"
    for value, label in list(code_set.values.items())[:MOST_CODES] if code_set else ():
        yield f"  {value}  {label}"
    if code_set and len(code_set.values) > MOST_CODES:
        yield f"  ... {len(code_set.values) - MOST_CODES} more"
    yield f"{tongue.head('用于', 'used in')}:"
    names = {row.infno: f"{row.name} {row.name_en}" for row in CATALOGUE}
    for use in entry.uses:
        place = f"{use.infno:<6}{DIRECTIONS[use.direction]:<8} {use.node:<12}"
        yield f"  {place} {needed(use):<9} {use.evidence:<9} {names[use.infno]}"


def transaction_page(entry: TransactionEntry, tongue: Tongue) -> Iterator[str]:
    """A transaction: effect, undo, nodes and fields."""
    row = entry.row
    yield f"{row.infno}  {tongue.of(row.name, row.name_en)}"
    yield f"{tongue.head('消息', 'message')}: yidi_sdk.{row.input.__name__}"
    undo = f", undone by {row.undone_by}" if row.undone_by else ""
    undo += ", reversible by its msgid" if row.reversible else ""
    yield f"{tongue.head('效力', 'effect')}: {row.effect}{undo}"
    yield f"  {tongue.pair(EFFECTS[row.effect])}"
    yield f"{tongue.head('依据', 'evidence')}: {row.evidence}"
    if row.path:
        yield f"{tongue.head('地址', 'path')}: {row.path}"
    if row.profile:
        yield f"{tongue.head('省份', 'profile')}: {row.profile}"
    if entry.elsewhere is not None:
        other = entry.elsewhere
        yield f"{tongue.head('在其他省', 'elsewhere')}: {tongue.of(other.name, other.name_en)}"
    for node in entry.nodes:
        yield ""
        yield f"{DIRECTIONS[node.direction]} {node.name}{' (list)' if node.is_list else ''}: {node.gloss}"
        for use in node.fields:
            shape = f"{use.name:<24} {needed(use):<9} {kind_of(use.element):<14} {use.evidence:<9}"
            yield f"  {shape} {tongue.of(use.element.label, use.element.gloss)}"


def listed_page(entry: ListedEntry, tongue: Tongue) -> Iterator[str]:
    """A transaction known by its name: what is known, and how it can be sent all the same."""
    row = entry.row
    span = f" ({row.infno}-{row.last})" if row.last else ""
    yield f"{entry.infno}{span}  {tongue.of(row.name, row.name_en)}"
    known = tongue.of("只知道编号和名称，字段没有公开", "number and name only; its fields are not public")
    yield f"{tongue.head('已知', 'known')}: {known}"
    yield f"{tongue.head('效力', 'effect')}: {row.effect}{', reversible by its msgid' if row.reversible else ''}"
    yield f"  {tongue.pair(EFFECTS[row.effect])}"
    if row.path:
        yield f"{tongue.head('地址', 'path')}: {row.path}"
    if row.note:
        yield f"{tongue.head('备注', 'note')}: {row.note}"
    yield f"{tongue.head('怎样发送', 'how to send')}:"
    yield f'  client.send(Raw("{entry.infno}", {{"data": {{...}}}}))  # from yidi_sdk.transactions.raw import Raw'
    yield f"  yidi call {entry.infno} --input FILE --dry-run"


def value_page(entry: ValueEntry, tongue: Tongue) -> Iterator[str]:
    """A code value: what it means in each set, and which fields carry the set."""
    disease = entry.disease
    if disease is not None:
        yield f"{entry.value}  {tongue.of('门诊慢特病病种', 'chronic disease')}: {disease.code} {disease.name}"
        opened = str(disease.opens_on) if disease.opens_on else tongue.of("未开通", "not opened")
        yield f"{tongue.head('开通', 'opened')}: {opened}  ({disease.evidence})"
    for organ in entry.organs:
        yield f"{entry.value} -> {organ}  {tongue.of('须写明器官', 'the organ must be named')}"
    for meaning in entry.meanings[:MOST_MEANINGS]:
        of_whom = f" [{meaning.variant}]" if meaning.variant else ""
        code_set = meaning.code_set
        yield f"{code_set.name}={meaning.value}  {meaning.label}{of_whom}"
        closed = tongue.of("其他值不能发送", "other values are refused") if code_set.closed else ""
        told = [f"{tongue.head('字典', 'code set')}: {code_set.label}", code_set.evidence, closed]
        yield f"  {'; '.join(part for part in told if part)}"
        if meaning.fields:
            yield f"  {tongue.head('字段', 'fields')}: {', '.join(meaning.fields)}"
    left = len(entry.meanings) - MOST_MEANINGS
    if left > 0:
        last = entry.meanings[-1]
        yield f"... {left} more; name the field: yidi explain {last.code_set.name}={last.value}"


def error_page(row: Row | Refusal, query: str, tongue: Tongue) -> Iterator[str]:
    """A refusal: cause, who acts, next step, whether money moved, whether it may be repeated."""
    if query and query != row.key:
        yield f"{tongue.head('原文', 'text')}: {clean(query)}"
    yield f"{tongue.head('原因', 'cause')}: {tongue.of(row.cause_zh, row.cause_en)}"
    yield f"{tongue.head('类别', 'category')}: {tongue.pair(CATEGORIES[row.category])}"
    yield f"{tongue.head('谁处理', 'who')}: {tongue.pair(WHO[row.who])}"
    yield f"{tongue.head('下一步', 'next')}: {tongue.of(row.next_zh, row.next_en)}"
    yield f"{tongue.head('资金', 'money')}: {tongue.pair(MONEY[row.money])}"
    yield f"{tongue.head('能否重办', 'repeat')}: {tongue.pair(REPEAT[row.repeat])}"
    if isinstance(row, Refusal):
        yield f"{tongue.head('来自', 'from')}: {tongue.pair(ORIGINS[row.origin])}  ({row.key})"
        return
    final = tongue.of("是", "yes") if row.final else tongue.of("不确定", "not certain")
    yield f"{tongue.head('是否未执行', 'certainly not executed')}: {final}"
    yield f"{tongue.head('代码', 'code')}: {row.code}  (row {row.key}, evidence {row.evidence})"


def kind_of(element: Element) -> str:
    """The kind with its limits, short."""
    if element.kind is Kind.DECIMAL:
        return f"decimal {element.digits},{element.places}"
    return f"{element.kind}{'' if element.length is None else f' {element.length}'}"


def needed(use: FieldUse) -> str:
    return "required" if use.required else "optional"
