"""The audit chain, alone."""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yidi_gateway.access.chain import GENESIS, Entry, Head, append, canonical, first_break, head_of, microseconds

NOON = datetime(2026, 11, 24, 4, 0, 0, 123457, tzinfo=UTC)


def rows(count: int):
    head, made = Head(), []
    for number in range(count):
        made.append(append(head, Entry(NOON, "s1", "MOVED", "new", "sending", {"n": number})))
        head = head_of(made[-1])
    return made


def test_the_hash_is_what_the_docs_say():
    row = append(Head(), Entry(NOON, "s1", "ALLOTTED", "new", "sending", {"why": "测试", "n": 1}))
    text = (
        '{"after":"sending","at":1795492800123457,"before":"new","detail":{"n":1,"why":"测试"},'
        '"event":"ALLOTTED","number":1,"subject":"s1"}'
    )
    assert row.hash == hashlib.sha256((GENESIS + text).encode()).hexdigest()
    assert (row.number, row.previous_hash) == (1, GENESIS)


def test_the_zone_of_a_time_does_not_matter():
    elsewhere = NOON.astimezone(timezone(timedelta(hours=8)))
    assert append(Head(), Entry(elsewhere, "s", "E")).hash == append(Head(), Entry(NOON, "s", "E")).hash


def test_a_whole_chain_has_no_break():
    made = rows(5)
    assert first_break(made, Head()) == (head_of(made[-1]), None)
    assert first_break([], Head()) == (Head(), None)


def test_a_walk_can_be_made_in_parts():
    made = rows(6)
    head, broken = first_break(made[:3], Head())
    assert broken is None
    assert first_break(made[3:], head) == (head_of(made[-1]), None)


@pytest.mark.parametrize(
    "change",
    [
        {"at": NOON + timedelta(microseconds=1)},
        {"subject": "s2"},
        {"event": "OTHER"},
        {"before": "x"},
        {"after": "x"},
        {"detail": {"n": "2"}},
        {"detail": {}},
        {"previous_hash": GENESIS},
        {"hash": GENESIS},
        {"number": 9},
    ],
)
def test_an_edited_row_is_a_break(change):
    made = rows(5)
    made[2] = replace(made[2], **change)
    assert first_break(made, Head())[1] == 3


@given(st.integers(2, 8), st.data())
def test_deleted_swapped_repeated_and_unreadable_rows_are_breaks(count, data):
    made = rows(count)
    at = data.draw(st.integers(0, count - 2))
    other = data.draw(st.integers(at + 1, count - 1))
    swapped = list(made)
    swapped[at], swapped[other] = swapped[other], swapped[at]
    assert first_break(made[:at] + made[at + 1 :], Head())[1] == at + 1
    assert first_break(swapped, Head())[1] == at + 1
    assert first_break([*made[: at + 1], made[at], *made[at + 1 :]], Head())[1] == at + 2
    assert first_break([*made[:at], None, *made[at + 1 :]], Head())[1] == at + 1


def test_an_edit_with_its_hash_made_anew_is_a_break_one_later():
    made = rows(4)
    forged = append(head_of(made[0]), Entry(NOON, "s1", "FORGED"))
    assert first_break([made[0], forged, *made[2:]], Head())[1] == 3


@pytest.mark.parametrize("value", [1.5, b"x", NOON, {1: "x"}, {"x": {2.5}}, {"x": [{"y": 0.1}]}])
def test_only_plain_values_are_canonical(value):
    with pytest.raises(TypeError):
        canonical(value)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
        max_leaves=8,
    )
)
def test_canonical_text_is_one_per_value(value):
    shuffled = dict(reversed(value.items())) if isinstance(value, dict) else value
    assert canonical(shuffled) == canonical(value)


def test_a_time_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="zone"):
        microseconds(NOON.replace(tzinfo=None))


@given(st.datetimes(timezones=st.just(UTC)))
def test_microseconds_are_exact(at):
    assert datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=microseconds(at)) == at
