"""The lifecycle table, held against the state machine's own lines, written down here by hand."""

import pytest

from yidi_gateway.lifecycle import ACTIONS, EDGES, LIVE, OPEN, TOLD, Action, Event, NoSuchEdge, State, after, diagram

LINES = """
new        ALLOTTED             sending
new        ABANDONED            absent
new        GIVEN_UP             absent
sending    STALE                absent
sending    WRITTEN              sending
sending    NOT_WRITTEN          absent
sending    ACCEPTED             confirmed
sending    ACCEPTED_IN_DOUBT    manual
sending    REFUSED              rejected
sending    ALREADY_DONE         unknown
sending    UNLISTED             unknown
sending    MAINTENANCE_ANSWER   unknown
sending    NO_ANSWER            unknown
sending    RESTARTED            unknown
sending    GIVEN_UP             sending
unknown    FOUND                confirmed
unknown    ACCEPTED_IN_DOUBT    manual
unknown    FOUND_UNWANTED       reversing
unknown    NOT_FOUND_EARLY      unknown
unknown    NOT_FOUND            reversing
unknown    NOT_FOUND_FINAL      absent
unknown    QUERY_FAILED         unknown
unknown    LATE_ANSWER          unknown
unknown    GIVEN_UP             unknown
unknown    POISONED             manual
confirmed  CANCELLED            reversing
confirmed  ACKNOWLEDGED         confirmed
confirmed  REFUND_WANTED        confirmed
confirmed  MISSING_AT_HUB       manual
confirmed  SECOND_AT_HUB        confirmed
reversing  REVERSAL_WRITTEN     reversing
reversing  REVERSED_LATE        reversed
reversing  REVERSED_EARLY       reversing
reversing  ORIGINAL_ABSENT      absent
reversing  ORIGINAL_NOT_SEEN    reversing
reversing  REVERSAL_UNANSWERED  reversing
reversing  REVERSAL_HELD        reversing
reversing  UNDONE_BY_NUMBER     reversed
reversing  REVERSAL_REFUSED     manual
reversing  LATE_ANSWER          reversing
reversing  GIVEN_UP             reversing
reversing  POISONED             manual
reversed   LIVE_AT_HUB          reversing
absent     LIVE_AT_HUB          reversing
manual     DECIDED_SETTLED      confirmed
manual     DECIDED_REVERSED     reversed
"""
EXPECTED = {
    (State(source), Event[event]): State(target)
    for source, event, target in (line.split() for line in LINES.strip().splitlines())
}


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("event", Event)
def test_every_pair_of_state_and_event(state: State, event: Event) -> None:
    if (state, event) in EXPECTED:
        assert after(state, event) is EXPECTED[state, event]
    else:
        with pytest.raises(NoSuchEdge, match=f"{event.name} .* {state.name}"):
            after(state, event)


def test_reversing_never_returns_to_confirmed() -> None:
    reachable, todo = set(), [State.REVERSING]
    while todo:
        state = todo.pop()
        for (source, event), target in EDGES.items():
            decided = event in (Event.DECIDED_SETTLED, Event.DECIDED_REVERSED)
            if source is state and not decided and target not in reachable:
                reachable.add(target)
                todo.append(target)
    assert State.CONFIRMED not in reachable


def test_final_states_leave_only_by_a_person_or_by_reconciliation() -> None:
    exits = {(s, e) for (s, e), to in EDGES.items() if s in (State.REJECTED, State.ABSENT, State.REVERSED) and s != to}
    assert exits == {(State.ABSENT, Event.LIVE_AT_HUB), (State.REVERSED, Event.LIVE_AT_HUB)}


def test_only_doubtful_states_have_an_action() -> None:
    assert set(ACTIONS) == set(TOLD) == set(State)
    assert {s for s, a in ACTIONS.items() if a is not Action.NONE} == OPEN
    assert OPEN < LIVE


def test_only_new_sends() -> None:
    assert [s for s, a in ACTIONS.items() if a is Action.SEND] == [State.NEW]
    assert [to for to in EDGES.values() if to is State.NEW] == []


def test_the_diagram_shows_every_edge_between_two_states() -> None:
    drawn = diagram()
    for (state, event), to in EDGES.items():
        assert (f"{state.name} --> {to.name}: {event.name}" in drawn) is (state is not to)
