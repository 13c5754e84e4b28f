"""What a review takes off settlements (规程 第四十条, 第五十一条): by fund, each naming the settlement it belongs to.

So the money goes back the way it came.
"""

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, cast

from yidi_mocks.books import funds_of
from yidi_mocks.figures import fen_of, yuan
from yidi_mocks.shapes import plain_number

if TYPE_CHECKING:
    from yidi_mocks.world import Settlement

ASKED = frozenset({"setl_id", "funds", "reason", "month"})


class BadDeduction(ValueError):
    """A deduction that makes no sense, or is more than a fund paid."""


@dataclass(frozen=True, slots=True)
class Deduction:
    """One; `funds` in fen by code, `month` the clearing month it counts to."""

    number: str
    settlement: "Settlement"
    month: str
    funds: dict[str, int]
    reason: str

    def as_json(self) -> dict[str, Any]:
        """As the control door shows it."""
        funds = {code: f"{yuan(fen):.2f}" for code, fen in self.funds.items()}
        total = f"{yuan(sum(self.funds.values())):.2f}"
        told = {"month": self.month, "amount": total, "funds": funds, "reason": self.reason}
        return {"id": self.number, "setl_id": self.settlement.setl_id, **told}


class Deductions:
    """All of them, in order."""

    def __init__(self) -> None:
        self.made: list[Deduction] = []

    def deduct(self, settlement: "Settlement", row: dict[str, Any], month: str) -> Deduction:
        """From `funds` (yuan by code) and `reason`; `month`: of the clearing it counts to. Raises BadDeduction."""
        given, reason = row.get("funds"), row.get("reason")
        if set(row) - ASKED or not isinstance(given, dict) or not given or not reason:
            raise BadDeduction("a deduction has setl_id, funds by code, a reason, and a month if not this one")
        if settlement.reversed or settlement.undoes is not None or settlement.refunded:
            raise BadDeduction("a deduction belongs to a settlement that stands")
        left = self._left(settlement)
        funds: dict[str, int] = {}
        for code, amount in cast("dict[str, Any]", given).items():
            fen = _fen(amount)
            if fen is None or not 0 < fen <= left.get(code, 0):
                raise BadDeduction(f"funds: of {code} there are {yuan(left.get(code, 0)):.2f} left to deduct")
            funds[code] = fen
        made = Deduction(f"k{len(self.made) + 1}", settlement, month, funds, str(reason))
        self.made.append(made)
        return made

    def of_month(self, month: str) -> list[Deduction]:
        """Those that count to a clearing month."""
        return [one for one in self.made if one.month == month]

    def _left(self, settlement: "Settlement") -> dict[str, int]:
        left = dict(funds_of(settlement))
        for before in self.made:
            for code, fen in before.funds.items() if before.settlement is settlement else ():
                left[code] -= fen
        return left


def _fen(amount: Any) -> int | None:
    text = plain_number(amount)
    try:
        return None if text is None else fen_of(Decimal(text))
    except (ValueError, InvalidOperation):
        return None
