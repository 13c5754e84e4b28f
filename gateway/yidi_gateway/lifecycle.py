"""THE TABLE: the life of a submission. State x Event -> State, and the one action of each state; pure.

What is not in `EDGES` cannot happen: an event without an edge is a programming error, never a silent no-op. Guards are
part of the event's name: the engine decides which event took place, this table decides what follows.
"""

from enum import StrEnum


class State(StrEnum):
    """Where a submission is. `SENDING` covers everything from the journaled bytes to the classified answer."""

    NEW = "new"
    SENDING = "sending"
    UNKNOWN = "unknown"
    CONFIRMED = "confirmed"
    REJECTED = "rejected"
    REVERSING = "reversing"
    REVERSED = "reversed"
    ABSENT = "absent"
    MANUAL = "manual"


class Event(StrEnum):
    """What took place, its guard included."""

    ALLOTTED = "msgid allotted, bytes stored"
    ABANDONED = "owner gone for 60 s, or maintenance began, before a msgid was allotted"
    STALE = "about to write, more than 5 s after the bytes were stored"
    WRITTEN = "about to write, in time"
    NOT_WRITTEN = "proven that no byte was written"
    ACCEPTED = "accepted in time, ours, complete, equations hold"
    ACCEPTED_IN_DOUBT = "accepted, but an equation is broken"
    REFUSED = "refused with a text listed as final"
    ALREADY_DONE = "refused as a duplicate or already settled"
    UNLISTED = "refused with a text that the error catalogue does not list"
    MAINTENANCE_ANSWER = "answered with a downtime text"
    NO_ANSWER = "no answer that can be believed before the deadline"
    RESTARTED = "the gateway started and found it"
    FOUND = "a query found one live record of ours that the HIS still wants"
    FOUND_UNWANTED = "a query found it, but given up, fenced, or with another amount"
    NOT_FOUND_EARLY = "a query asked within QUIET found nothing"
    NOT_FOUND = "a query asked after QUIET found nothing; 2601 is the fence"
    NOT_FOUND_FINAL = "a query asked after QUIET found nothing, and there is no reversal"
    QUERY_FAILED = "the query failed or is impossible"
    LATE_ANSWER = "the original's answer arrived late: evidence only"
    GIVEN_UP = "the HIS no longer wants it"
    CANCELLED = "the HIS cancels on the same day, nothing cleared, before the patient paid"
    ACKNOWLEDGED = "the HIS has booked it"
    REFUND_WANTED = "a refund is wanted: a submission of its own"
    MISSING_AT_HUB = "reconciliation: the platform lacks it"
    SECOND_AT_HUB = "reconciliation: the platform has a second record; that one is undone by its number"
    LIVE_AT_HUB = "reconciliation: the platform has it live"
    REVERSAL_WRITTEN = "about to send the reversal, still reversing"
    REVERSED_LATE = "reversal done or already done, asked after QUIET or repeats are proven harmless"
    REVERSED_EARLY = "reversal done, asked within QUIET: the original may still arrive"
    ORIGINAL_ABSENT = "reversal says not found after QUIET, confirmed by a query"
    ORIGINAL_NOT_SEEN = "reversal says not found within QUIET"
    REVERSAL_UNANSWERED = "the reversal itself has no answer that can be believed"
    REVERSAL_HELD = "downtime: the reversal waits"
    UNDONE_BY_NUMBER = "reversal refused, the business undo by settlement number done"
    REVERSAL_REFUSED = "reversal refused, and no undo by number is possible"
    POISONED = "five attempts broke, or a message that nothing can read"
    DECIDED_SETTLED = "two persons of two roles decided: settled"
    DECIDED_REVERSED = "two persons of two roles decided: undone"


class Action(StrEnum):
    """The one thing that a state does next."""

    SEND = "send"
    WAIT = "wait"
    QUERY = "query"
    REVERSE = "reverse"
    NONE = "none"


S, E = State, Event

EDGES: dict[tuple[State, Event], State] = {
    (S.NEW, E.ALLOTTED): S.SENDING,
    (S.NEW, E.ABANDONED): S.ABSENT,
    (S.NEW, E.GIVEN_UP): S.ABSENT,
    (S.SENDING, E.STALE): S.ABSENT,
    (S.SENDING, E.WRITTEN): S.SENDING,
    (S.SENDING, E.NOT_WRITTEN): S.ABSENT,
    (S.SENDING, E.ACCEPTED): S.CONFIRMED,
    (S.SENDING, E.ACCEPTED_IN_DOUBT): S.MANUAL,
    (S.SENDING, E.REFUSED): S.REJECTED,
    (S.SENDING, E.ALREADY_DONE): S.UNKNOWN,
    (S.SENDING, E.UNLISTED): S.UNKNOWN,
    (S.SENDING, E.MAINTENANCE_ANSWER): S.UNKNOWN,
    (S.SENDING, E.NO_ANSWER): S.UNKNOWN,
    (S.SENDING, E.RESTARTED): S.UNKNOWN,
    (S.SENDING, E.GIVEN_UP): S.SENDING,
    (S.UNKNOWN, E.FOUND): S.CONFIRMED,
    (S.UNKNOWN, E.ACCEPTED_IN_DOUBT): S.MANUAL,
    (S.UNKNOWN, E.FOUND_UNWANTED): S.REVERSING,
    (S.UNKNOWN, E.NOT_FOUND_EARLY): S.UNKNOWN,
    (S.UNKNOWN, E.NOT_FOUND): S.REVERSING,
    (S.UNKNOWN, E.NOT_FOUND_FINAL): S.ABSENT,
    (S.UNKNOWN, E.QUERY_FAILED): S.UNKNOWN,
    (S.UNKNOWN, E.LATE_ANSWER): S.UNKNOWN,
    (S.UNKNOWN, E.GIVEN_UP): S.UNKNOWN,
    (S.UNKNOWN, E.POISONED): S.MANUAL,
    (S.CONFIRMED, E.CANCELLED): S.REVERSING,
    (S.CONFIRMED, E.ACKNOWLEDGED): S.CONFIRMED,
    (S.CONFIRMED, E.REFUND_WANTED): S.CONFIRMED,
    (S.CONFIRMED, E.MISSING_AT_HUB): S.MANUAL,
    (S.CONFIRMED, E.SECOND_AT_HUB): S.CONFIRMED,
    (S.REVERSING, E.REVERSAL_WRITTEN): S.REVERSING,
    (S.REVERSING, E.REVERSED_LATE): S.REVERSED,
    (S.REVERSING, E.REVERSED_EARLY): S.REVERSING,
    (S.REVERSING, E.ORIGINAL_ABSENT): S.ABSENT,
    (S.REVERSING, E.ORIGINAL_NOT_SEEN): S.REVERSING,
    (S.REVERSING, E.REVERSAL_UNANSWERED): S.REVERSING,
    (S.REVERSING, E.REVERSAL_HELD): S.REVERSING,
    (S.REVERSING, E.UNDONE_BY_NUMBER): S.REVERSED,
    (S.REVERSING, E.REVERSAL_REFUSED): S.MANUAL,
    (S.REVERSING, E.LATE_ANSWER): S.REVERSING,
    (S.REVERSING, E.GIVEN_UP): S.REVERSING,
    (S.REVERSING, E.POISONED): S.MANUAL,
    (S.REVERSED, E.LIVE_AT_HUB): S.REVERSING,
    (S.ABSENT, E.LIVE_AT_HUB): S.REVERSING,
    (S.MANUAL, E.DECIDED_SETTLED): S.CONFIRMED,
    (S.MANUAL, E.DECIDED_REVERSED): S.REVERSED,
}

ACTIONS: dict[State, Action] = {
    S.NEW: Action.SEND,
    S.SENDING: Action.WAIT,
    S.UNKNOWN: Action.QUERY,
    S.CONFIRMED: Action.NONE,
    S.REJECTED: Action.NONE,
    S.REVERSING: Action.REVERSE,
    S.REVERSED: Action.NONE,
    S.ABSENT: Action.NONE,
    S.MANUAL: Action.NONE,
}

LIVE = frozenset({S.NEW, S.SENDING, S.UNKNOWN, S.CONFIRMED, S.REVERSING, S.MANUAL})
"""A basket with a submission in one of these takes no other: nothing is settled twice."""

OPEN = frozenset({S.NEW, S.SENDING, S.UNKNOWN, S.REVERSING})
"""The gateway still works on it by itself."""

TOLD: dict[State, str] = {
    S.NEW: "pending",
    S.SENDING: "pending",
    S.UNKNOWN: "pending",
    S.REVERSING: "pending",
    S.CONFIRMED: "settled",
    S.REJECTED: "failed",
    S.ABSENT: "failed",
    S.REVERSED: "reversed",
    S.MANUAL: "manual",
}
"""The word a HIS sees. `failed`, `reversed` and `settled` are final: once told they are never contradicted."""


class NoSuchEdge(RuntimeError):
    """An event that the table does not allow in this state: a programming error, named in full."""


def after(state: State, event: Event) -> State:
    """The state that follows. Raises NoSuchEdge where the table has no line."""
    try:
        return EDGES[state, event]
    except KeyError:
        raise NoSuchEdge(f"{event.name} cannot happen in state {state.name}") from None


def diagram() -> str:
    """The table as a Mermaid state diagram, for the docs."""
    lines = ["stateDiagram-v2", "    [*] --> NEW: submitted"]
    lines += [
        f"    {state.name} --> {to.name}: {event.name}" for (state, event), to in EDGES.items() if state is not to
    ]
    lines += [f"    {state.name} --> [*]" for state in (S.CONFIRMED, S.REJECTED, S.REVERSED, S.ABSENT)]
    return "\n".join(lines)
