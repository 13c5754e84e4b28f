"""Small forms of what a hub holds many times: amounts as whole fen in bytes, equal rows as one object. Pure."""

from array import array
from collections.abc import Iterable
from decimal import Decimal
from functools import lru_cache
from sys import intern
from typing import Any, Final, cast

PARTS = ("fulamt_ownpay_amt", "overlmt_selfpay", "preselfpay_amt", "inscp_scp_amt")
COLUMNS = ("hifp_pay", "cvlserv_pay", "hifes_pay", "hifmi_pay", "hifob_pay", "maf_pay", "hifdm_pay", "oth_pay")
PAID = ("fund_pay_sumamt", "psn_part_amt", "acct_pay", "psn_cash_pay", "hosp_part_amt", "acct_mulaid_pay")
AMOUNTS = ("medfee_sumamt", *PARTS, "act_pay_dedc", *COLUMNS, *PAID)
PLACE = {name: place for place, name in enumerate(AMOUNTS)}
NARROW: Final = "i"
WIDE: Final = "q"
ROWS_HELD = 2048
TEXTS_HELD = 2048

FundNames = tuple[tuple[str, str], ...]


def fen_of(amount: Decimal) -> int:
    """An amount in fen. Raises ValueError for a part of a fen: amounts are never rounded here."""
    scaled = amount.scaleb(2)
    fen = int(scaled)
    if fen != scaled:
        raise ValueError("an amount has at most two places")
    return fen


def yuan(fen: int) -> Decimal:
    """An amount with two places."""
    return Decimal(fen).scaleb(-2)


def packed(amounts: dict[str, Decimal], funds: Iterable[dict[str, Any]]) -> tuple[bytes, FundNames]:
    """Amounts and fund rows as one run of bytes, and the names of the rows."""
    rows = list(funds)
    fen = [fen_of(amounts[name]) for name in AMOUNTS]
    fen += [fen_of(row[name]) for row in rows for name in ("inscp_scp_amt", "fund_payamt")]
    names = tuple((intern(row["fund_pay_type"]), intern(row["fund_pay_type_name"])) for row in rows)
    return _bytes(fen), _names(names)


def mirrored(figures: bytes, names: FundNames) -> bytes:
    """Every figure with its sign changed."""
    return _bytes([-fen for fen in all_of(figures, names)])


def all_of(figures: bytes, names: FundNames) -> "memoryview[int]":
    """The figures as whole fen: AMOUNTS, then scope and payment of each fund row."""
    count = len(AMOUNTS) + 2 * len(names)
    whole = memoryview(figures)
    return whole.cast(NARROW) if len(figures) == count * whole.cast(NARROW).itemsize else whole.cast(WIDE)


def fund_rows(figures: bytes, names: FundNames) -> list[dict[str, Any]]:
    """The rows of setldetail."""
    fen = all_of(figures, names)[len(AMOUNTS) :].tolist()
    return [
        fund_row(code, name, yuan(scope), yuan(paid))
        for (code, name), scope, paid in zip(names, fen[::2], fen[1::2], strict=True)
    ]


def fund_row(code: str, name: str, scope: Decimal, amount: Decimal) -> dict[str, Any]:
    """One row of setldetail."""
    return {
        "fund_pay_type": code,
        "inscp_scp_amt": scope,
        "crt_payb_lmt_amt": scope,
        "fund_payamt": amount,
        "fund_pay_type_name": name,
        "setl_proc_info": "",
    }


@lru_cache(TEXTS_HELD)
def decimal_of(text: str) -> Decimal:
    """The number in a text; equal texts are one object while they are frequent."""
    return Decimal(text)


@lru_cache(TEXTS_HELD)
def same(text: str) -> str:
    """The text, or one equal to it that came not long ago: the messages of a visit name the same things."""
    return text


class Shared:
    """Rows that are equal to the letter become one object, which nobody changes. It forgets, and so stays small."""

    def __init__(self) -> None:
        self._rows: dict[Any, Any] = {}

    def row(self, row: dict[str, Any]) -> dict[str, Any]:
        """The row, or one equal to it. Rows within rows count; one with a list inside stays its own."""
        try:
            key = _key(row)
        except TypeError:
            return row
        if len(self._rows) >= ROWS_HELD:
            self._rows.clear()
        found: dict[str, Any] = self._rows.setdefault(key, row)
        return found


def _key(value: Any) -> Any:
    """1, "1", true and 1.0 are not equal here, as they are not in an answer."""
    if isinstance(value, str):
        return value
    if isinstance(value, dict):
        return tuple((name, _key(inner)) for name, inner in cast("dict[str, Any]", value).items())
    if isinstance(value, list):
        raise TypeError
    return type(value), str(value)


def _bytes(fen: list[int]) -> bytes:
    try:
        return array(NARROW, fen).tobytes()
    except OverflowError:
        return array(WIDE, fen).tobytes()


@lru_cache(ROWS_HELD)
def _names(names: FundNames) -> FundNames:
    return names
