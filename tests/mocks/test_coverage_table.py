"""All 90 transactions are answered, stateful, strict and tested; found out by trying, not typed."""

import pytest

from mocks import course, coverage_table
from yidi_mocks.exchange import ANSWERS
from yidi_sdk.catalogue import CATALOGUE, by_infno
from yidi_sdk.message import AS_GIVEN


@pytest.fixture(scope="module")
def rows():
    return {row.infno: row for row in coverage_table.rows()}


@pytest.mark.requirement("R179")
def test_no_cell_is_empty(rows):
    assert len(rows) == len(CATALOGUE) == 90
    assert {row.infno: row.empty for row in rows.values() if row.empty} == {}


def test_the_core_is_all_there(rows):
    core = [row for row in rows.values() if row.core]
    assert len(core) == 47
    assert [row.infno for row in core if row.empty] == []


def test_what_is_the_same_for_all_is_so(rows):
    for infno in coverage_table.SAME_FOR_ALL:
        assert rows[infno].stateful.startswith("same for all")


@pytest.mark.requirement("R181")
@pytest.mark.parametrize("row", CATALOGUE, ids=lambda row: row.infno)
def test_every_broken_message_is_refused_by_name(row):
    """One by one, so that a message that slips through is shown."""
    envelope, hub = coverage_table.golden(row), course.new_hub()
    for _, named, nodes in coverage_table.broken(row):
        text, cause = coverage_table.said({**envelope, "input": nodes}, hub)
        assert named in text, (named, text, cause)


@pytest.mark.parametrize("row", CATALOGUE, ids=lambda row: row.infno)
def test_an_answer_has_the_shape_that_the_catalogue_promises(row):
    accepted = [one for one in coverage_table.seen() if one.infno == row.infno and one.accepted]
    assert accepted
    for one in accepted:
        if not isinstance(one.told, bytes):
            row.output.model_validate(one.told or {}, context=AS_GIVEN)


def test_the_table_notices_what_is_not_answered(monkeypatch):
    row = by_infno("5101")
    monkeypatch.delitem(ANSWERS, row.input)
    assert coverage_table.tested(row) == ""
    assert coverage_table.strict(row) == ""


def test_the_table_notices_a_hub_that_forgets(monkeypatch):
    """A filing that is answered and not kept neither changes nor sees anything."""
    row = by_infno("3301")
    monkeypatch.setitem(ANSWERS, row.input, lambda hub, call: {"data": {"CODE_SUCCESS": "1", "CODE_ERROR": "0"}})
    desk = course.Desk()
    desk.sign_in()
    desk.ok("3301", course.match(desk))
    assert coverage_table.stateful(row, desk.seen[-1:]) == ""


def test_the_table_notices_a_hub_that_takes_anything(monkeypatch):
    row = by_infno("3301")
    monkeypatch.setattr("yidi_mocks.exchange.shapes.check", lambda *_, **__: None)
    assert coverage_table.strict(row) == ""


def test_the_digest_sees_a_small_change():
    hub = course.new_hub()
    before = course.digest(hub)
    assert course.digest(hub) == before == course.digest(course.new_hub())
    person = next(iter(hub.world.people.values()))
    person.shown = (1, "", b"")
    assert course.digest(hub) == before
    person.filings.append(person.filings[0])
    assert course.digest(hub) != before


def test_the_table_prints():
    printed = coverage_table.markdown()
    assert len(printed.splitlines()) == 92
    assert "| `2207` | 门诊结算 | core |" in printed
