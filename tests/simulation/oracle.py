"""The judge of a simulated day, written apart from the gateway: from the design's invariants, with words of its own.

It knows what went over the wire, what stands in the platform's ledger, and what callers were told. Of the gateway it
reads only what is durable (the journal's rows), for the invariants that are about what is kept before what is sent.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from simulation.hub import Hub, Json, Settled
from simulation.invariants import RULES
from simulation.timeloop import TimeLoop
from yidi_gateway.journal.memory import MemoryJournal
from yidi_gateway.submission import Attempt, Move, Submission, Window

FINAL = ("settled", "failed", "reversed")
STALE_S = 5.0
LEASE_S = 60.0
COMMITS = frozenset({"2201", "2202", "2207", "2208", "2304", "2305", "2401", "2402", "2404", "2405"})
SETTLES, UNDOES = frozenset({"2207", "2304"}), {"2208": "2207", "2305": "2304"}
FEES = frozenset({"2204", "2205", "2301", "2302"})
TAKES_BACK = frozenset({"2202", "2404", "2405"})
LINES: dict[str, str] = {
    "new": "sending absent",
    "sending": "sending confirmed manual rejected unknown absent",
    "unknown": "unknown confirmed manual reversing absent",
    "confirmed": "confirmed reversing manual",
    "reversing": "reversing reversed absent manual",
    "manual": "confirmed reversed",
    "rejected": "",
    "reversed": "",
    "absent": "",
}
"""What may follow what while nobody reconciles; by hand, from the state machine's table."""


class Violation(AssertionError):
    """An invariant is broken; `rule` names it."""

    def __init__(self, rule: str, text: str) -> None:
        super().__init__(f"{rule}: {text}")
        self.rule = rule


@dataclass
class Telling:
    """What callers heard about one submission."""

    words: list[str] = field(default_factory=list)
    final: str | None = None
    undo_asked: bool = False
    decided: bool = False


class Oracle:
    """Looks at every event; the first violation stands."""

    def __init__(self, loop: TimeLoop, journal: MemoryJournal, hub: Hub, stretched: Callable[[], set[str]]) -> None:
        self._loop = loop
        self._journal = journal
        self._hub = hub
        self._stretched = stretched
        self.broken: asyncio.Future[Violation] = loop.create_future()
        self.healed_at: float | None = None
        self.names: set[str] = set()
        """What must not stand in a log line."""
        self.jumped = False
        """Somebody set the machine's clock: times of the journal are not compared."""
        self._wire: dict[str, Json] = {}
        self._kept_at: dict[str, float] = {}
        self._acts: Counter[str] = Counter()
        self._told: dict[str, Telling] = {}
        self._answers: dict[tuple[str, str], bytes] = {}
        self._moves: Counter[str] = Counter()
        self._states: dict[str, str] = {}
        self._windows: dict[str, Window] = {}

    def accuse(self, rule: str, text: str) -> None:
        assert rule in RULES, rule
        if not self.broken.done():
            self.broken.set_result(Violation(rule, f"{text} (at {self._loop.seconds:.3f} s)"))

    # ---- the journal's writes

    def kept(self, verb: str, given: tuple[Any, ...], result: Any) -> None:
        """A verb of the journal is durable."""
        for value in given:
            if isinstance(value, Attempt) and (result is not None or len(given) == 1):
                self._kept_at[value.msgid] = self._loop.seconds
            elif isinstance(value, Move) and result is not None:
                self._moved(value, result)
            elif isinstance(value, Window):
                self._windows[value.id] = value
        if verb == "claim_due":
            self._claimed(given, result)

    def _moved(self, move: Move, row: Submission) -> None:
        self._moves[row.id] += 1
        before, after = self._states.get(row.id, "new"), str(row.state.value)
        self._states[row.id] = after
        if str(move.state.value) != before:
            self.accuse("I11", f"{row.infno} was {before} and is moved as if it were {move.state.value}")
        if after not in LINES[before].split():
            self.accuse("I11", f"{row.infno} went from {before} to {after}")
        if before == "reversing" and after == "confirmed":
            self.accuse("I14", f"{row.infno} was reversing and is confirmed")

    def _claimed(self, given: tuple[Any, ...], rows: Iterable[Submission]) -> None:
        if self.healed_at is None or self.jumped:
            return
        healed = self._loop.seconds - self.healed_at
        for row in rows:
            assert row.due_at is not None
            late = min((given[0] - row.due_at).total_seconds(), healed)
            if late > LEASE_S + STALE_S:
                self.accuse("L2", f"{row.infno} {row.state} waited {late:.0f} s after it was due")

    # ---- the gateway's door to the platform

    def leaves(self, body: bytes, message: Json) -> None:
        """A message is about to be written."""
        infno, msgid = message["infno"], message["msgid"]
        if msgid in self._wire:
            self.accuse("I6", f"{infno} leaves under a msgid that {self._wire[msgid]['infno']} had")
        self._wire[msgid] = message
        attempt = self._journal._attempts.get(msgid)
        if attempt is None or attempt.body != body:
            self.accuse("I7", f"{infno} leaves and the journal has {'other bytes' if attempt else 'nothing'}")
            return
        money = infno in COMMITS or infno == "2601"
        if money and self._in_window():
            self.accuse("I15", f"{infno} leaves in a downtime")
        if infno in COMMITS:
            self._commit_leaves(message, attempt)
        if infno == "2601":
            self._reversal_leaves(message)
        self._order(message)

    def _in_window(self) -> bool:
        now = self._now()
        return any(
            window.closed_at is None and window.begins <= now and (window.ends is None or now < window.ends)
            for window in self._windows.values()
        )

    def _now(self) -> Any:
        return self.clock_now()

    clock_now: Callable[[], Any]

    def _commit_leaves(self, message: Json, attempt: Attempt) -> None:
        infno, msgid = message["infno"], message["msgid"]
        waited = self._loop.seconds - self._kept_at.get(msgid, self._loop.seconds)
        if waited > STALE_S:
            self.accuse("I7", f"{infno} leaves {waited:.1f} s after it was kept")
        mine = self._journal._submissions.get(attempt.submission_id or "")
        if mine is None:
            self.accuse("I7", f"{infno} leaves without a submission")
            return
        self._acts[mine.id] += 1
        if self._acts[mine.id] > 1:
            self.accuse("I8", f"{infno} of one submission leaves a second time")
        for other in self._journal._submissions.values():
            if other.id == mine.id or _basket(other) != _basket(mine):
                continue
            state = str(other.state.value)
            undoes_it = mine.refund_of == other.id and state == "reversing"
            if state in ("sending", "unknown", "reversing") and not undoes_it:
                rule = "I8" if other.infno == infno else "I5"
                self.accuse(rule, f"{infno} leaves while {other.infno} of the same basket is {state}")

    def _reversal_leaves(self, message: Json) -> None:
        omsgid = message["input"]["data"]["omsgid"]
        rows = [row for row in self._journal._submissions.values() if row.msgid == omsgid]
        if [str(row.state.value) for row in rows] != ["reversing"]:
            self.accuse("I14", f"a reversal leaves for {[str(row.state.value) for row in rows]}")

    def _order(self, message: Json) -> None:
        infno = message["infno"]
        if infno not in FEES and infno not in TAKES_BACK:
            return
        data = self._hub._data(message)
        batch = data.get("chrg_bchno") if infno in FEES else None
        for row in self._hub.live():
            same = row.visit.number == data.get("mdtrt_id") and batch in (None, row.batch)
            if same and row.msgid not in self._stretched():
                self.accuse("I17", f"{infno} leaves while the visit has a live settlement")

    # ---- the platform

    def done(self, msgid: str, what: str) -> None:
        """The platform did something."""
        if msgid in self._stretched():
            return
        told = self._told.get(self._submission_of(msgid))
        taken_back = what.endswith("reversed")
        if told is not None and told.final == "failed" and not taken_back:
            self.accuse("I3", f"told failed, and the platform then did it: {what}")
        if told is not None and told.final == "settled" and taken_back and not told.undo_asked:
            self.accuse("I3", f"told settled, and then unasked: {what}")
        live = Counter((row.visit.number, row.batch) for row in self._hub.live() if row.msgid not in self._stretched())
        for basket, count in live.items():
            if count > 1:
                self.accuse("I1", f"the platform has {count} live settlements of {basket[0]}")

    def _submission_of(self, msgid: str) -> str:
        attempt = self._journal._attempts.get(msgid)
        return "" if attempt is None or str(attempt.purpose) != "act" else attempt.submission_id or ""

    # ---- the callers

    def undo_asked(self, submission_id: str) -> None:
        """A caller wants it undone; from now on it may end reversed."""
        self._told.setdefault(submission_id, Telling()).undo_asked = True

    def told(self, submission_id: str, word: str) -> None:
        """A caller heard this word of a submission."""
        telling = self._told.setdefault(submission_id, Telling())
        allowed = telling.final == "settled" and telling.undo_asked and word in ("pending", "reversed", "manual")
        if telling.final not in (None, word) and not allowed:
            self.accuse("I3", f"told {telling.final}, then {word}")
        telling.words.append(word)
        if word in FINAL:
            telling.final = word

    def answered(self, caller: str, key: str, content: bytes) -> None:
        """A caller got a final answer to this key."""
        first = self._answers.setdefault((caller, key), content)
        if first != content:
            self.accuse("I9", f"key {key} got two answers: {first[:80]!r} and {content[:80]!r}")

    def decided(self, submission_id: str) -> None:
        """Two persons took it upon them: its amounts are theirs."""
        self._told.setdefault(submission_id, Telling()).decided = True

    def settled(self, submission_id: str, shown: Json | None) -> None:
        """A caller was shown a settlement as settled."""
        if shown is None or shown["amounts"] is None or self._told[submission_id].decided:
            return
        row = self._hub.settled.get(shown["settlement_id"])
        if row is None:
            self.accuse("I10", f"told {shown['settlement_id']}, which the platform does not have")
            return
        amounts = {name: Decimal(shown["amounts"][name]) for name in ("total", "fund", "account", "cash")}
        if amounts["total"] != amounts["fund"] + amounts["account"] + amounts["cash"]:
            self.accuse("I10", f"{row.setl_id} was told and does not add up")
        if amounts != _amounts(row):
            self.accuse("I10", f"{row.setl_id} was told with other amounts than the platform's")

    def logged(self, event: Json) -> None:
        """A line of the log."""
        text = repr(event)
        for name in self.names:
            if name in text:
                self.accuse("I16", f"a log line holds personal data: {event.get('event')}")
        if event.get("outcome") == "broke" and event.get("kind") not in ("JournalDown", "Killed"):
            self.accuse("L1", f"a step broke: {event.get('kind')}")

    # ---- the end of the day

    def still_open(self, row: Submission) -> None:
        self.accuse("L1", f"{row.infno} is still {row.state} ({row.reason})")

    async def close(self, listed: list[Json]) -> None:
        """Compare the books. `listed`: every submission as the caller's list shows it."""
        await self._chain()
        by_msgid = {row["msgid"]: row for row in listed if row["msgid"]}
        for row in listed:
            self.told(row["submission_id"], row["state"])
            self._book(row, listed)
        self._orphans(by_msgid)
        self._sums(listed)

    async def _chain(self) -> None:
        if (await self._journal.verify()).broken_at is not None:
            self.accuse("I12", "the audit chain does not verify")
        for submission_id, moves in self._moves.items():
            rows = await self._journal.audit(submission_id)
            if len(rows) != moves + 1:
                self.accuse("I12", f"{moves} moves and {len(rows)} audit rows")

    def _book(self, told: Json, listed: list[Json]) -> None:
        """One submission against the platform's ledger."""
        infno, word, msgid = told["infno"], told["state"], told["msgid"]
        if infno in SETTLES:
            self._settlement(told, listed)
        elif infno in UNDOES and word in FINAL and word != "settled":
            if any(row.live for row in self._hub.made_by(msgid or "")):
                self._differs(msgid, f"{infno} told {word}, and the platform did it")
        elif infno in ("2201", "2401"):
            mine = next((visit for visit in self._hub.visits.values() if visit.msgid == msgid), None)
            stretched = self._stretched()
            undone = mine is not None and any(self._is_told(deed, listed) or deed in stretched for deed in mine.deeds)
            if word == "settled" and (mine is None or (not mine.live and not undone)):
                self._differs(msgid, f"{infno} told settled, and the platform has none")
            if word in ("failed", "reversed") and mine is not None and mine.live:
                self._differs(msgid, f"{infno} told {word}, and the platform has it")
        elif word in ("failed", "reversed") and any(msgid in visit.deeds for visit in self._hub.visits.values()):
            self._differs(msgid, f"{infno} told {word}, and the platform did it")

    def _is_told(self, msgid: str, listed: list[Json]) -> bool:
        return any(row["msgid"] == msgid and row["state"] == "settled" for row in listed)

    def _settlement(self, told: Json, listed: list[Json]) -> None:
        word, msgid = told["state"], told["msgid"]
        rows = self._hub.made_by(msgid or "")
        live = [row for row in rows if row.live]
        if word in ("failed", "reversed") and live:
            self._differs(msgid, f"told {word}, and live at the platform")
        if word != "settled":
            return
        refunded = any(
            other["refund_of"] == told["submission_id"] or other["infno"] in UNDOES
            for other in listed
            if other["state"] == "settled" and self._undoes(other, rows)
        )
        if any(row.reversed for row in rows) and not live:
            self.accuse("I4", "told settled, and reversed at the platform")
        elif not live and not refunded:
            undoing = [row.msgid for row in self._hub.rows() for mine in rows if row.undoes == mine.setl_id]
            self._differs(undoing[0] if undoing else msgid, "told settled, and not live at the platform")
        elif live and refunded:
            self._differs(msgid, "told refunded, and live at the platform")
        elif told["settlement"] is None:
            if not self._told[told["submission_id"]].decided:  # people decide without a number
                self._differs(msgid, "told settled, without a number")
        elif live and told["settlement"]["settlement_id"] not in [row.setl_id for row in live]:
            self._differs(msgid, "told under another number than the platform's")

    def _undoes(self, other: Json, rows: list[Settled]) -> bool:
        made = self._hub.made_by(other["msgid"] or "")
        return any(row.setl_id == undo.undoes for row in rows for undo in made if undo.live)

    def _orphans(self, by_msgid: dict[str, Json]) -> None:
        for row in self._hub.live():
            told = by_msgid.get(row.msgid)
            if told is None or told["state"] not in ("settled", "manual"):
                self._differs(row.msgid, f"{row.setl_id} is live at the platform, told {told and told['state']}")

    def _differs(self, msgid: str | None, text: str) -> None:
        """The books differ. What was repeated on the way, or came after D_max, is left to reconciliation; all else is a
        violation, of R1 where no assumption was broken that day."""
        stretched = self._stretched()
        if msgid not in stretched:
            self.accuse("I2" if stretched else "R1", text)

    def _sums(self, listed: list[Json]) -> None:
        stretched = self._stretched()
        ours: Counter[str] = Counter()
        counted: set[str] = set()
        for told in listed:
            shown = told["settlement"]  # a taking back that was found by a query has no amounts of its own
            if told["state"] == "settled" and shown and shown["amounts"] and told["msgid"] not in stretched:
                ours[told["infno"]] += int(Decimal(shown["amounts"]["total"]) * 100)
                counted.add(told["msgid"])
                if told["infno"] in SETTLES:
                    self.settled(told["submission_id"], shown)
        theirs: Counter[str] = Counter()
        for row in self._hub.rows():
            if not row.reversed and row.msgid in counted:
                theirs[row.infno] += int(row.amounts["medfee_sumamt"] * 100)
        if ours != theirs:
            self.accuse("I13", f"the platform has {dict(theirs)} fen, callers were told {dict(ours)}")


def _basket(row: Submission) -> tuple[str, ...]:
    """What may be busy with one money message: the basket of a visit, or what a message composed by the HIS names."""
    if row.visit_id is not None:
        return (row.visit_id, row.basket_id or "")
    return ("tx", row.mdtrt_id or row.id)


def _amounts(row: Settled) -> dict[str, Decimal]:
    names = {"total": "medfee_sumamt", "fund": "fund_pay_sumamt", "account": "acct_pay", "cash": "psn_cash_pay"}
    return {ours: row.amounts[theirs] for ours, theirs in names.items()}
