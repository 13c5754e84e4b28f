"""What `yidi explain` prints: plain lines, Chinese and English side by side, no colour needed to read them."""

from collections.abc import Iterator

from yidi_sdk.catalogue import CATALOGUE
from yidi_sdk.codes import CODE_SETS
from yidi_sdk.elements.element import Element, Kind
from yidi_sdk.explain.dictionary import FieldEntry, FieldUse, TransactionEntry
from yidi_sdk.explain.errors import Row, clean

MOST_CODES = 20
MONEY = {
    "not_moved": "没有发生 / no money moved",
    "moved": "已经发生 / money has moved",
    "unknown": "还不知道 / not known whether money moved",
}
WHO = {
    "cashier": "收费员 / the cashier",
    "insurance_office": "医保办 / the insurance office",
    "it": "信息科 / IT",
    "patient": "患者 / the patient",
    "insured_place": "参保地 / the insured place",
    "wait": "等待 / wait",
}
DIRECTIONS = {"in": "输入/in", "out": "输出/out"}


def lines(found: FieldEntry | TransactionEntry | Row, query: str = "") -> Iterator[str]:
    """The page of whatever `explain.about` found."""
    if isinstance(found, FieldEntry):
        return field_page(found)
    return transaction_page(found) if isinstance(found, TransactionEntry) else error_page(found, query)


def field_page(entry: FieldEntry) -> Iterator[str]:
    """A field: label, gloss, kind, code set, every place where it is used with its evidence."""
    element = entry.element
    yield f"{entry.name}  {element.label} / {element.gloss}"
    yield f"类型 kind: {kind_of(element)}"
    code_set = CODE_SETS.get(element.code_set or "")
    if element.code_set:
        yield f"字典 code set: {element.code_set}{'' if code_set else ' (values not published)'}"
    for value, label in list(code_set.values.items())[:MOST_CODES] if code_set else ():
        yield f"  {value}  {label}"
    if code_set and len(code_set.values) > MOST_CODES:
        yield f"  ... {len(code_set.values) - MOST_CODES} more"
    yield "用于 used in:"
    names = {row.infno: f"{row.name} {row.name_en}" for row in CATALOGUE}
    for use in entry.uses:
        place = f"{use.infno:<6}{DIRECTIONS[use.direction]:<8} {use.node:<12}"
        yield f"  {place} {needed(use):<9} {use.evidence:<9} {names[use.infno]}"


def transaction_page(entry: TransactionEntry) -> Iterator[str]:
    """A transaction: effect, undo, nodes and fields."""
    row = entry.row
    yield f"{row.infno}  {row.name} / {row.name_en}"
    yield f"消息 message: yidi_sdk.{row.input.__name__}"
    undo = f", undone by {row.undone_by}" if row.undone_by else ""
    undo += ", reversible by its msgid" if row.reversible else ""
    yield f"效力 effect: {row.effect}{undo}"
    yield f"依据 evidence: {row.evidence}"
    for node in entry.nodes:
        yield ""
        yield f"{DIRECTIONS[node.direction]} {node.name}{' (list)' if node.is_list else ''}: {node.gloss}"
        for use in node.fields:
            shape = f"{use.name:<24} {needed(use):<9} {kind_of(use.element):<14} {use.evidence:<9}"
            yield f"  {shape} {use.element.label} / {use.element.gloss}"


def error_page(row: Row, query: str = "") -> Iterator[str]:
    """An error text: cause, who acts, next step, whether money moved."""
    if query and query != row.key:
        yield f"原文 text: {clean(query)}"
    yield f"原因 cause: {row.cause_zh} / {row.cause_en}"
    yield f"谁处理 who: {WHO.get(row.who, row.who)}"
    yield f"下一步 next: {row.next_zh} / {row.next_en}"
    yield f"资金 money: {MONEY[row.money]}"
    yield f"是否未执行 certainly not executed: {'是 yes' if row.final else '不确定 not certain'}"
    yield f"代码 code: {row.code}  (row {row.key}, evidence {row.evidence})"


def kind_of(element: Element) -> str:
    """The kind with its limits, short."""
    if element.kind is Kind.DECIMAL:
        return f"decimal {element.digits},{element.places}"
    return f"{element.kind}{'' if element.length is None else f' {element.length}'}"


def needed(use: FieldUse) -> str:
    return "required" if use.required else "optional"
