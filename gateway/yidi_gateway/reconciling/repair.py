"""THE TABLE: what follows from a difference; pure. What the table does not have ends with people: a ledger item.

Money is only moved where the lifecycle has an edge for it, and never what a cashier was told is settled.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from yidi_gateway.lifecycle import Event, State
from yidi_gateway.reconciling.differences import Difference, Kind


@dataclass(frozen=True, slots=True)
class Repair:
    """`event`: what happens to our submission; `item`: whether people are told; `severity` 1 is the worst."""

    event: Event | None = None
    item: bool = True
    severity: int = 2


PEOPLE = Repair()
NOTHING = Repair(item=False)
K, S, E = Kind, State, Event

REPAIRS: Mapping[tuple[Kind, State | None], Repair] = {
    (K.HOSPITAL_ONLY, S.CONFIRMED): Repair(E.MISSING_AT_HUB, severity=1),
    (K.PLATFORM_ONLY, S.ABSENT): Repair(E.LIVE_AT_HUB, severity=1),
    (K.PLATFORM_ONLY, S.REVERSED): Repair(E.LIVE_AT_HUB, severity=1),
    (K.PLATFORM_ONLY, S.REJECTED): Repair(severity=1),
    (K.PLATFORM_ONLY, None): Repair(severity=1),
    (K.TWICE, S.CONFIRMED): Repair(E.SECOND_AT_HUB),
    **{(kind, state): NOTHING for kind in (K.NOT_FINAL, K.OTHER_DAY) for state in (None, *State)},
}


def repair_of(difference: Difference) -> Repair:
    """What follows. What the HIS has booked is never undone by itself: the patient may have paid."""
    found = REPAIRS.get((difference.kind, difference.state), PEOPLE)
    if found.event is Event.LIVE_AT_HUB and difference.acknowledged:
        return Repair(severity=1)
    return found
