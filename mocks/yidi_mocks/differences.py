"""Differences planted into the platform's ledger, so that a test team can rehearse a day that does not agree.

only_platform  a settlement more, on a visit of the day, that nobody sent
twice          the same settlement a second time: another number, the same msgid
only_hospital  the platform has lost it, as if it had never been committed: no query finds it
amount         the platform holds another total or another fund amount; every money equation still holds
sign           the platform holds it with the opposite sign
not_final      it stands in the ledger and in no day until an instant, the end of its day unless told
insured_place  the insured place has not booked it: only 3209A tells

Which settlements are taken is drawn by seed from the live ones of the day. What is planted is real: queries, sums and
refunds see it. Removing it puts back what was there, as far as nobody has undone it meanwhile.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date as day_type
from datetime import datetime, timedelta
from random import Random
from typing import TYPE_CHECKING, Any

from yidi_mocks import figures
from yidi_mocks.books import MIDNIGHT, is_refund
from yidi_mocks.shapes import is_day

if TYPE_CHECKING:
    from yidi_mocks.world import Settlement, World

KINDS = ("only_platform", "twice", "only_hospital", "amount", "sign", "not_final", "insured_place")
ASKED = frozenset({"kind", "date", "count", "seed", "until", "fixmedins_code"})
MOST = 10_000
OF_NOBODY = 9_000_000_000
"""Where the serials of msgids begin that no hospital has sent."""
LARGEST_GAP = 999
TOTAL = ("medfee_sumamt", "fulamt_ownpay_amt", "psn_part_amt", "psn_cash_pay")
MORE_FUND, LESS_PERSON = ("hifp_pay", "fund_pay_sumamt"), ("psn_part_amt", "psn_cash_pay")


class BadDifference(ValueError):
    """A difference that makes no sense, or has nothing to be planted at."""


@dataclass(slots=True)
class Difference:
    """One planting: what it touched (`of`), what is different now (`setl_ids`), and how it is taken back."""

    number: str
    kind: str
    date: str
    seed: int
    of: list[str]
    setl_ids: list[str]
    until: str | None
    undo: "list[Callable[[World], None]]"

    def as_json(self) -> dict[str, Any]:
        """As the control door shows it."""
        names = ("kind", "date", "seed", "of", "setl_ids", "until")
        return {"id": self.number, **{name: getattr(self, name) for name in names}}


class Differences:
    """All that are planted, by number."""

    def __init__(self) -> None:
        self.planted: dict[str, Difference] = {}
        self._numbers = 0
        self._waiting: dict[str, str] = {}

    def plant(self, world: "World", row: dict[str, Any], today: str, ends_at: str) -> Difference:
        """From `kind`, `date` (today unless told), `count` (1), `seed` (1), `until` (not_final), `fixmedins_code`.
        Raises BadDifference, then nothing is planted."""
        kind, date, count, seed = _read(row, today)
        touched = {setl_id for one in self.planted.values() for setl_id in (*one.of, *one.setl_ids)}
        found = [one for one in _candidates(world, date, row.get("fixmedins_code")) if one.setl_id not in touched]
        if len(found) < count:
            raise BadDifference(f"{date} has {len(found)} live settlements without a difference, {count} are wanted")
        random = Random(seed)  # noqa: S311 - differences repeat by seed
        chosen = random.sample(found, count)
        until = _instant(row.get("until"), date, ends_at) if kind == "not_final" else None
        setl_ids, undo = list[str](), list["Callable[[World], None]"]()
        for settlement in chosen:
            made, take_back = PLANTS[kind](world, settlement, random)
            setl_ids.append(made)
            undo.append(take_back)
        self._numbers += 1
        of = [settlement.setl_id for settlement in chosen]
        planted = Difference(f"d{self._numbers}", kind, date, seed, of, setl_ids, until, undo)
        self.planted[planted.number] = planted
        self._waiting.update(dict.fromkeys(setl_ids, until) if until is not None else {})
        return planted

    def remove(self, world: "World", number: str) -> None:
        """Take one back. KeyError where there is none."""
        planted = self.planted.pop(number)
        for setl_id in planted.setl_ids:
            self._waiting.pop(setl_id, None)
        for take_back in reversed(planted.undo):
            take_back(world)

    def waiting(self, now: str) -> frozenset[str]:
        """The settlements whose instant has not come."""
        return frozenset(setl_id for setl_id, until in self._waiting.items() if until > now)

    def until(self, setl_id: str) -> str | None:
        """The instant of a settlement that waits or waited."""
        return self._waiting.get(setl_id)

    def kinds(self) -> dict[str, str]:
        """Kind by setl_id."""
        return {setl_id: one.kind for one in self.planted.values() for setl_id in one.setl_ids}

    def of_kind(self, kind: str) -> set[str]:
        """The settlements with a difference of one kind."""
        return {setl_id for one in self.planted.values() if one.kind == kind for setl_id in one.setl_ids}


def _read(row: dict[str, Any], today: str) -> tuple[str, str, int, int]:
    unknown = set(row) - ASKED
    if unknown:
        raise BadDifference(f"a difference has no {', '.join(sorted(unknown))}")
    kind, date, count, seed = row.get("kind"), row.get("date", today), row.get("count", 1), row.get("seed", 1)
    if kind not in KINDS:
        raise BadDifference(f"kind must be one of {', '.join(KINDS)}")
    if not isinstance(date, str) or not is_day(date):
        raise BadDifference("date must be a day, yyyy-MM-dd")
    if type(count) is not int or not 1 <= count <= MOST or type(seed) is not int:
        raise BadDifference(f"count must be from 1 to {MOST}, and seed a whole number")
    return kind, date, count, seed


def _candidates(world: "World", date: str, code: str | None) -> "Iterable[Settlement]":
    for one in world.books.booked_on(date):
        if one.live and not is_refund(one) and code in (None, one.visit.institution.code):
            yield one


def _instant(until: Any, date: str, ends_at: str) -> str:
    if until is None:
        if ends_at != MIDNIGHT:
            return f"{date} {ends_at}:00"
        return f"{(day_type.fromisoformat(date) + timedelta(days=1)).isoformat()} 00:00:00"
    try:
        return datetime.fromisoformat(str(until)).strftime("%Y-%m-%d %H:%M:%S")
    except ValueError:
        raise BadDifference("until must be an instant of China time, yyyy-MM-ddTHH:mm:ss") from None


# planting: what is different now, and how to take it back
def _more(world: "World", settlement: "Settlement", *, msgid: str | None) -> "Settlement":
    serial, division = world.next_serial(), settlement.visit.institution.division
    day = settlement.day.replace("-", "")
    nobody = f"{settlement.visit.institution.code:0<12}{day}{OF_NOBODY + serial}"
    made = replace(settlement, setl_id=f"{division}{day}{serial:010d}", msgid=msgid or nobody, lines=())
    world.add_settlement(made)
    if msgid is not None:
        world.by_msgid[msgid] = settlement
    return made


def _only_platform(world: "World", settlement: "Settlement", _: Random) -> "Planted":
    made = _more(world, settlement, msgid=None)
    return made.setl_id, lambda world: _remove(world, made)


def _twice(world: "World", settlement: "Settlement", _: Random) -> "Planted":
    made = _more(world, settlement, msgid=settlement.msgid)
    return made.setl_id, lambda world: _remove(world, made)


def _only_hospital(world: "World", settlement: "Settlement", _: Random) -> "Planted":
    _remove(world, settlement)
    return settlement.setl_id, lambda world: _put_back(world, settlement)


def _amount(world: "World", settlement: "Settlement", random: Random) -> "Planted":
    amounts, funds, gap = settlement.amounts, settlement.funds, figures.yuan(random.randint(1, LARGEST_GAP))
    if funds and amounts["psn_cash_pay"] >= gap and random.random() < 0.5:  # noqa: PLR2004 - a coin
        for name in MORE_FUND:
            amounts[name] += gap
        for name in LESS_PERSON:
            amounts[name] -= gap
        funds[0]["fund_payamt"] += gap
    else:
        for name in TOTAL:
            amounts[name] += gap
    return _replaced(world, settlement, figures.packed(amounts, funds)[0])


def _sign(world: "World", settlement: "Settlement", _: Random) -> "Planted":
    return _replaced(world, settlement, figures.mirrored(settlement.packed, settlement.fund_names))


def _untouched(_: "World", settlement: "Settlement", __: Random) -> "Planted":
    return settlement.setl_id, lambda _: None


def _replaced(world: "World", settlement: "Settlement", packed: bytes) -> "Planted":
    before = settlement.packed
    _repack(world, settlement, packed)
    return settlement.setl_id, lambda world: _repack(world, settlement, before)


def _repack(world: "World", settlement: "Settlement", packed: bytes) -> None:
    world.books.forget(settlement)
    settlement.packed = packed


def _remove(world: "World", settlement: "Settlement") -> None:
    """As if it had never been, and what has undone it meanwhile with it."""
    visit, person = settlement.visit, settlement.visit.person
    gone = [one for one in visit.settlements if one is settlement or one.undoes is settlement]
    for one in gone:
        world.books.remove(one)
        world.settlements.pop(one.setl_id, None)
        if world.by_msgid.get(one.msgid) is one:
            del world.by_msgid[one.msgid]
    left_out = {id(one) for one in gone}
    visit.settlements = tuple(one for one in visit.settlements if id(one) not in left_out)
    person.settlements = [one for one in person.settlements if id(one) not in left_out]
    for line in visit.lines:
        if line.setl_id == settlement.setl_id:
            line.setl_id = None


def _put_back(world: "World", settlement: "Settlement") -> None:
    """Its lines are in it again, unless they have been settled anew meanwhile: then it stays away."""
    there = {line.number: line for line in settlement.visit.lines}
    lines = [there.get(number) for number in settlement.lines]
    free = [line for line in lines if line is not None and line.setl_id is None]
    if len(free) < len(lines) or settlement.msgid in world.by_msgid:
        return
    for line in free:
        line.setl_id = settlement.setl_id
    world.add_settlement(settlement)


Planted = tuple[str, "Callable[[World], None]"]
PLANTS: "dict[str, Callable[[World, Settlement, Random], Planted]]" = {
    "only_platform": _only_platform,
    "twice": _twice,
    "only_hospital": _only_hospital,
    "amount": _amount,
    "sign": _sign,
    "not_final": _untouched,
    "insured_place": _untouched,
}
