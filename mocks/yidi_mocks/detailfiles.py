"""The files of a comparison settlement by settlement (3202, 3211), as the interface has them. Pure.

Up: UTF-8, one settlement a line, tabs between the columns, `null` for what is empty, a line feed between the lines and
none at the end: setl_id, mdtrt_id, psn_no, medfee_sumamt, fund_pay_sumamt, acct_pay, refd_setl_flag, and for some
implementers exp_content. Down: `result.txt` in the same form, with its own columns.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from yidi_mocks.figures import decimal_of, fen_of, yuan
from yidi_mocks.refusals import Refusal

COLUMNS = ("setl_id", "mdtrt_id", "psn_no", "medfee_sumamt", "fund_pay_sumamt", "acct_pay", "refd_setl_flag")
WITH_EXTENSION = len(COLUMNS) + 1
AMOUNTS = slice(3, 6)
RESULT_NAME = "result.txt"
EMPTY = "null"
MOST_LINES = 200_000
_AMOUNT = re.compile(r"-?\d{1,14}(\.\d{1,2})?", re.ASCII)
_NUMBER = re.compile(r"[!-~]{1,30}", re.ASCII)
_FLAGS = ("0", "1")


@dataclass(frozen=True, slots=True)
class Told:
    """One settlement as the hospital holds it; amounts in fen."""

    setl_id: str
    mdtrt_id: str
    psn_no: str
    medfee: int
    fund: int
    account: int
    refund: bool


@dataclass(frozen=True, slots=True)
class Result:
    """One line of the answer; amounts in fen. `verdict`: balanced, platform_more, institution_more, differs."""

    psn_no: str
    mdtrt_id: str
    setl_id: str
    msgid: str
    verdict: str
    refund: bool
    memo: str
    medfee: int
    fund: int
    account: int


def read(content: bytes) -> list[Told]:
    """The settlements that a file tells of. Raises Refusal naming line and column."""
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        raise Refusal("file_broken", why="对账文件应为UTF-8文本") from None
    lines = text.split("\n") if text else []
    if len(lines) > MOST_LINES:
        raise Refusal("file_broken", why=f"对账文件超过{MOST_LINES}行")
    return [_told(line, number) for number, line in enumerate(lines, start=1)]


def _told(line: str, number: int) -> Told:
    cells = line.split("\t")
    if len(cells) not in (len(COLUMNS), WITH_EXTENSION):
        raise Refusal("file_broken", why=f"对账文件第{number}行应有{len(COLUMNS)}列，实有{len(cells)}列")
    for name, cell in zip(COLUMNS[: AMOUNTS.start], cells, strict=False):
        if cell == EMPTY or not _NUMBER.fullmatch(cell):
            raise Refusal("file_broken", why=f"对账文件第{number}行{name}不是编号")
    for name, cell in zip(COLUMNS[AMOUNTS], cells[AMOUNTS], strict=True):
        if not _AMOUNT.fullmatch(cell):
            raise Refusal("file_broken", why=f"对账文件第{number}行{name}不是金额")
    flag = cells[AMOUNTS.stop]
    if flag not in _FLAGS:
        raise Refusal("file_broken", why=f"对账文件第{number}行refd_setl_flag不是0或1")
    medfee, fund, account = (fen_of(decimal_of(cell)) for cell in cells[AMOUNTS])
    return Told(cells[0], cells[1], cells[2], medfee, fund, account, flag == "1")


def written(results: Iterable[Result], codes: dict[str, str]) -> bytes:
    """The text of a result file; `codes` by verdict."""
    return "\n".join("\t".join(_cells(result, codes)) for result in results).encode()


def _cells(result: Result, codes: dict[str, str]) -> tuple[str, ...]:
    amounts = (f"{yuan(fen):.2f}" for fen in (result.medfee, result.fund, result.account))
    flag = "1" if result.refund else "0"
    texts = (result.psn_no, result.mdtrt_id, result.setl_id, result.msgid, codes[result.verdict], flag, result.memo)
    return (*(text or EMPTY for text in texts), *amounts)
