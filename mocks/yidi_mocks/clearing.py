"""How a settlement gets from open to cleared: applied for (3203) or confirmed row by row (3261), and the round's end.

Days of a month (规程 35, 37, 43, 47), all included: reconciled by the 3rd of the month after, agreed with the hospital
by the 18th, applied for by the 20th; tables on the 21st, confirmed by the 25th; then what is in them is cleared. What
is applied for later goes into the next round, at the latest two months on and within the first quarter of next year.

Nothing happens by itself: `close` brings about what the day asks for, before anybody looks.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from yidi_mocks.feechecks import months_on

if TYPE_CHECKING:
    from yidi_mocks.world import Settlement

OPEN, IN_CLEARING, CLEARED = "open", "in_clearing", "cleared"
STATES = (OPEN, IN_CLEARING, CLEARED)
APPLICATION, CONFIRMATION = "application", "confirmation"
RECONCILED, AGREED, APPLIED, TABLES, CONFIRMED = 3, 18, 20, 21, 25
LATEST_MONTHS = 3
END_OF_QUARTER = "03-31"


def deadlines(month: str) -> dict[str, str]:
    """The days of a clearing month."""
    following = months_on(month, 1)
    latest = min(f"{months_on(month, LATEST_MONTHS)}-{APPLIED}", f"{int(month[:4]) + 1:04d}-{END_OF_QUARTER}")
    return {
        "reconciled_by": f"{following}-{RECONCILED:02d}",
        "agreed_by": f"{following}-{AGREED}",
        "applied_by": f"{following}-{APPLIED}",
        "tables_on": f"{following}-{TABLES}",
        "confirmed_by": f"{following}-{CONFIRMED}",
        "applied_at_latest_by": latest,
    }


def round_of(day: str) -> str:
    """The month, yyyy-MM, on whose 21st the tables take in what is applied for on that day."""
    return day[:7] if int(day[8:10]) <= APPLIED else months_on(day[:7], 1)


@dataclass(slots=True)
class Lot:
    """Settlements that went into clearing together: by an application or a confirmation.

    `number`: the platform's; `msgid`: of the message that did it. `round`: the month of the tables.
    """

    number: str
    msgid: str
    kind: str
    code: str
    month: str
    at: str
    round: str
    settlements: "list[Settlement]"
    undone: bool = False
    closed: bool = False

    def as_json(self) -> dict[str, Any]:
        """As the control door shows it."""
        names = ("kind", "month", "at", "round", "undone", "closed")
        shown = {name: getattr(self, name) for name in names}
        ids = [settlement.setl_id for settlement in self.settlements]
        return {"id": self.number, "msgid": self.msgid, "fixmedins_code": self.code, **shown, "setl_ids": ids}


class Clearing:
    """All lots, in order."""

    def __init__(self) -> None:
        self.lots: list[Lot] = []

    def take_in(self, lot: Lot) -> None:
        """The settlements of a lot are in clearing from now on."""
        for settlement in lot.settlements:
            settlement.clearing_state = IN_CLEARING
        self.lots.append(lot)

    def find(self, kind: str, code: str, number: str) -> Lot | None:
        """The lot of a hospital that stands, by either of its numbers."""
        for lot in reversed(self.lots):
            if lot.kind == kind and lot.code == code and not lot.undone and number in (lot.number, lot.msgid):
                return lot
        return None

    def undo(self, lot: Lot) -> None:
        """Its settlements are open again, those of them that are still in clearing."""
        lot.undone = True
        for settlement in lot.settlements:
            if settlement.clearing_state == IN_CLEARING:
                settlement.clearing_state = OPEN

    def close(self, today: str) -> None:
        """Clear what the tables of a round that is over hold."""
        for lot in self.lots:
            if not lot.closed and not lot.undone and today > f"{lot.round}-{CONFIRMED}":
                lot.closed = True
                for settlement in lot.settlements:
                    if settlement.clearing_state == IN_CLEARING:
                        settlement.clearing_state = CLEARED


def open_ones(settlements: "Iterable[Settlement]") -> "list[Settlement]":
    """Those that nobody has applied for."""
    return [settlement for settlement in settlements if settlement.clearing_state == OPEN]
