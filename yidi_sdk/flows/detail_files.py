"""The two files of a comparison settlement by settlement (3202): ours up, the platform's verdicts down. Pure.

Lines of text with tabs between their columns and `null` for what is empty. Ours is UTF-8 with a line feed between the
lines and none at the end; the platform's may be UTF-8 or GB18030. A file that is cut, garbled or came doubled is named
so, and nothing in it counts as matched.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from yidi_sdk.errors import FieldProblem, Garbled, Misused

SENT_COLUMNS = ("setl_id", "mdtrt_id", "psn_no", "medfee_sumamt", "fund_pay_sumamt", "acct_pay", "refd_setl_flag")
"""What two implementers agree on. One adds `exp_content` at the end; Foshan has another order."""
RESULT_COLUMNS = (
    *("psn_no", "mdtrt_id", "setl_id", "msgid", "stmt_rslt", "refd_setl_flag", "memo"),
    *("medfee_sumamt", "fund_pay_sumamt", "acct_pay"),
)
AMOUNTS = ("medfee_sumamt", "fund_pay_sumamt", "acct_pay")
NUMBERS = ("setl_id", "mdtrt_id", "psn_no", "refd_setl_flag")
EMPTY = "null"
FEN = Decimal("0.01")
_AMOUNT = re.compile(r"-?\d{1,14}(\.\d{1,2})?", re.ASCII)
_NUMBER = re.compile(r"[!-~]{1,64}", re.ASCII)
_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ufffd]")

Verdict = Literal["matched", "platform_more", "institution_more", "differs", "unclear"]
VERDICTS: Mapping[str, Verdict] = {
    "000000": "matched",
    "0": "matched",
    "000101": "platform_more",
    "1": "platform_more",
    "000102": "institution_more",
    "2": "institution_more",
    "000103": "differs",
    "3": "differs",
}
"""stmt_rslt in its two styles. 000101 was seen by nobody and is inferred from the order of the others."""
Flaw = Literal["cut", "garbled", "doubled", "too_large"]
FLAWS: Mapping[Flaw, str] = {
    "cut": "文件不完整，请重新下载 / the file is cut, fetch it again",
    "garbled": "文件内容无法识别，请重新下载；仍不行请联系经办机构 / the file cannot be read, fetch it again",
    "doubled": "文件内容重复，不能用于对账 / lines of the file are there twice",
    "too_large": "文件过大，没有处理 / the file is too large and was not looked at",
}


class FileFlawed(Garbled):
    """A file that came down and cannot be used. `flaw` says in which way, `line` where (from 1), None for all of it."""

    def __init__(self, flaw: Flaw, why: str = "", *, line: int | None = None) -> None:
        place = "" if line is None else f" (line {line})"
        super().__init__(f"{FLAWS[flaw]}{place}{': ' if why else ''}{why}")
        self.flaw = flaw
        self.line = line


@dataclass(frozen=True, slots=True)
class DetailLine:
    """One settlement as the hospital holds it. Amounts in yuan; of a refund they are negative and `refd_setl_flag` is
    "1". Whether `fund_pay_sumamt` includes the personal account is the province's habit."""

    setl_id: str
    mdtrt_id: str
    psn_no: str
    medfee_sumamt: Decimal
    fund_pay_sumamt: Decimal
    acct_pay: Decimal
    refd_setl_flag: str = "0"
    exp_content: str | None = None


@dataclass(frozen=True, slots=True)
class ResultLine:
    """What the platform says of one settlement; None where its file says `null`."""

    stmt_rslt: str
    setl_id: str | None = None
    mdtrt_id: str | None = None
    psn_no: str | None = None
    msgid: str | None = None
    refd_setl_flag: str | None = None
    memo: str | None = None
    medfee_sumamt: Decimal | None = None
    fund_pay_sumamt: Decimal | None = None
    acct_pay: Decimal | None = None

    @property
    def verdict(self) -> Verdict:
        """What `stmt_rslt` says, in either style; a code that nobody has seen is unclear."""
        return VERDICTS.get(self.stmt_rslt, "unclear")


@dataclass(frozen=True, slots=True)
class Compared:
    """`matched`: ours, and the platform says so. `objected`: lines of the platform that say anything else, or say
    matched of other amounts or persons than ours. `unanswered`: ours of which the file says nothing."""

    matched: tuple[DetailLine, ...]
    objected: tuple[ResultLine, ...]
    unanswered: tuple[DetailLine, ...]

    @property
    def agrees(self) -> bool:
        """Whether both sides hold the same."""
        return not self.objected and not self.unanswered


def written(lines: Sequence[DetailLine], columns: Sequence[str] = SENT_COLUMNS) -> bytes:
    """The text of our file. Misused for a line that cannot be told in it, or one settlement twice."""
    keys = [_key(line) for line in lines]
    if len(set(keys)) != len(keys):
        raise _wrong("setl_id", "one settlement stands twice in the list")
    return "\n".join("\t".join(_cell(line, name) for name in columns) for line in lines).encode()


def read_result(content: bytes, columns: Sequence[str] = RESULT_COLUMNS) -> tuple[ResultLine, ...]:
    """The lines of the platform's file, which may have none. Raises FileFlawed."""
    found: dict[tuple[object, ...], int] = {}
    read: list[ResultLine] = []
    for number, cells in enumerate(rows_of(content, len(columns)), start=1):
        line = _result(dict(zip(columns, cells, strict=True)), number)
        key = (line.setl_id, line.refd_setl_flag == "1") if line.setl_id else (line,)
        if key in found:
            raise FileFlawed("doubled", f"as line {found[key]}", line=number)
        found[key] = number
        read.append(line)
    if content.endswith(b"\t"):
        raise FileFlawed("cut", "nothing stands where at least null should", line=len(read))
    return tuple(read)


def rows_of(content: bytes, width: int, separator: str = "\t") -> list[list[str | None]]:
    """The cells of a file whose lines have `width` columns. Raises FileFlawed: a short last line is a cut file."""
    text = _text_of(content)
    if not text:
        return []
    lines = [line.removesuffix("\r") for line in text.removesuffix("\n").split("\n")]
    rows = [[None if cell in ("", EMPTY) else cell for cell in line.split(separator)] for line in lines]
    for number, (line, row) in enumerate(zip(lines, rows, strict=True), start=1):
        if len(row) < width and number == len(rows):
            raise FileFlawed("cut", f"{len(row)} of {width} columns", line=number)
        if len(row) != width or _UNSEEN.search(line):
            raise FileFlawed("garbled", f"{len(row)} of {width} columns", line=number)
    return rows


def compared(lines: Sequence[DetailLine], results: Sequence[ResultLine]) -> Compared:
    """Our lines held against the platform's. A settlement counts as matched only when the platform names it, says so,
    and has the same amounts and the same person wherever it tells them."""
    ours = {_key(line): line for line in lines}
    told: set[tuple[str, bool]] = set()
    matched: list[DetailLine] = []
    objected: list[ResultLine] = []
    for result in results:
        key = (result.setl_id or "", result.refd_setl_flag == "1")
        line = ours.get(key)
        told.add(key)
        if line is not None and result.verdict == "matched" and _is_same(line, result):
            matched.append(line)
        else:
            objected.append(result)
    return Compared(tuple(matched), tuple(objected), tuple(line for key, line in ours.items() if key not in told))


def _key(line: DetailLine) -> tuple[str, bool]:
    """A refund may carry the number of what it refunds."""
    return line.setl_id, line.refd_setl_flag == "1"


def _is_same(line: DetailLine, result: ResultLine) -> bool:
    return all(
        getattr(result, name) is None or getattr(result, name) == getattr(line, name)
        for name in ("psn_no", "mdtrt_id", *AMOUNTS)
    )


def _cell(line: DetailLine, name: str) -> str:
    value: object = getattr(line, name, None)
    if isinstance(value, Decimal):
        if not value.is_finite() or value != value.quantize(FEN):
            raise _wrong(name, "an amount has two places")
        return str(value.quantize(FEN))
    text = "" if value is None else str(value)
    if name in NUMBERS and not _NUMBER.fullmatch(text):
        raise _wrong(name, "the number is missing, or has signs that no number has")
    if text == EMPTY or any(sign in text for sign in "\t\r\n"):
        raise _wrong(name, "tabs, line ends and the word null have a meaning of their own in the file")
    return text or EMPTY


def _result(cells: Mapping[str, str | None], number: int) -> ResultLine:
    def told(name: str, pattern: re.Pattern[str]) -> str | None:
        """What stands in a column must look like it."""
        cell = cells.get(name)
        if cell is not None and not pattern.fullmatch(cell):
            raise FileFlawed("garbled", name, line=number)
        return cell

    def amount(name: str) -> Decimal | None:
        cell = told(name, _AMOUNT)
        return None if cell is None else Decimal(cell)

    verdict = told("stmt_rslt", _NUMBER)
    if verdict is None:
        raise FileFlawed("garbled", "stmt_rslt", line=number)
    return ResultLine(
        stmt_rslt=verdict,
        setl_id=told("setl_id", _NUMBER),
        mdtrt_id=told("mdtrt_id", _NUMBER),
        psn_no=told("psn_no", _NUMBER),
        msgid=told("msgid", _NUMBER),
        refd_setl_flag=told("refd_setl_flag", _NUMBER),
        memo=cells.get("memo"),
        medfee_sumamt=amount("medfee_sumamt"),
        fund_pay_sumamt=amount("fund_pay_sumamt"),
        acct_pay=amount("acct_pay"),
    )


def _text_of(content: bytes) -> str:
    """UTF-8, else GB18030, both to the letter."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if error.end == len(content) and error.reason == "unexpected end of data":
            raise FileFlawed("cut", "in the middle of a character") from None
    try:
        return content.decode("gb18030")
    except UnicodeDecodeError:
        raise FileFlawed("garbled", "neither UTF-8 nor GB18030") from None


def _wrong(name: str, text: str) -> Misused:
    return Misused(f"{name}: {text}", fields=(FieldProblem(name, text),))
