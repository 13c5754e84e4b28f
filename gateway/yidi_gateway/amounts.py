"""Amounts between three tongues: the wire's field names, our own names in yuan, the journal's whole fen; pure."""

from decimal import Decimal
from typing import Any

from yidi_gateway.submission import Fen
from yidi_sdk.message import Output
from yidi_sdk.rules.money import Amounts, Fund

ZERO = Decimal("0.00")


def amounts_of(output: Output) -> Amounts:
    """The amounts of a trial, settlement, revocation or queried settlement. A part that is left out counts as 0.00;
    a queried settlement calls cash `cash_payamt`, a revocation of some provinces leaves it to be worked out."""
    node: Any = getattr(output, "setlinfo")  # noqa: B009 - the node every settlement answer has
    hospital = _amount(node, "hosp_part_amt") or ZERO
    total, fund, account = node.medfee_sumamt, node.fund_pay_sumamt, node.acct_pay
    cash = _amount(node, "psn_cash_pay")
    if cash is None:
        cash = _amount(node, "cash_payamt")
    if cash is None:
        cash = total - fund - account - hospital
    return Amounts(
        total=total,
        in_scope=node.inscp_scp_amt,
        class_b_first=node.preselfpay_amt,
        over_limit=node.overlmt_selfpay,
        self_paid=node.fulamt_ownpay_amt,
        fund=fund,
        account=account,
        cash=cash,
        hospital=hospital,
    )


def funds_of(output: Output) -> tuple[Fund, ...]:
    """The fund rows, names as the insured place returned them."""
    rows: list[Any] = getattr(output, "setldetail", None) or []
    return tuple(
        Fund(type=row.fund_pay_type or "", name=row.fund_pay_type_name or "", amount=row.fund_payamt or ZERO)
        for row in rows
    )


def to_fen(value: Decimal) -> int:
    """Whole fen. ValueError when the amount is no whole number of fen."""
    fen = value.scaleb(2)
    if fen != fen.to_integral_value():
        raise ValueError("an amount has more than two decimals")
    return int(fen)


def to_yuan(fen: int) -> Decimal:
    """Two decimals."""
    return Decimal(fen).scaleb(-2).quantize(ZERO)


def fen_of(amounts: Amounts) -> Fen:
    return Fen(
        total=to_fen(amounts.total),
        fund=to_fen(amounts.fund),
        account=to_fen(amounts.account),
        cash=to_fen(amounts.cash),
    )


def _amount(node: Any, name: str) -> Decimal | None:
    return getattr(node, name, None)
