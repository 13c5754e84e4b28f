"""Every message class and element against the published facts: what differs is listed with its reason, nothing else may."""

import tomllib
from pathlib import Path

from spec import facts

from yidi_sdk.catalogue import CATALOGUE
from yidi_sdk.elements import amounts, fees, people, session, settlement, visits
from yidi_sdk.explain.dictionary import element_of

HERE = Path(__file__).parent


def listed() -> dict[tuple[str, str], str]:
    table = tomllib.loads((HERE / "differences.toml").read_text(encoding="utf-8"))
    found: dict[tuple[str, str], str] = {}
    for group in table["differences"]:
        assert group["reason"]
        for place, difference, *names in group["places"]:
            for name in names[0].split() if names else [""]:
                key = (f"{place}.{name}" if name else place, difference)
                assert key not in found, f"listed twice: {key}"
                found[key] = group["reason"]
    return found


def test_no_difference_but_the_listed() -> None:
    unlisted = set(facts.differences()) - listed().keys()
    assert not unlisted


def test_every_listed_difference_still_exists() -> None:
    gone = listed().keys() - set(facts.differences())
    assert not gone


def test_the_comparison_sees_a_difference(monkeypatch) -> None:
    """A check nobody has seen fail may not be running."""
    row = next(row for row in CATALOGUE if row.input.__name__ == "SettleOutpatient")
    monkeypatch.setattr(facts, "by_infno", lambda _infno: row)
    assert set(facts.differences()) - listed().keys()


def test_code_sets_have_the_published_values() -> None:
    assert not list(facts.code_differences())


def test_paths_are_the_observed_ones() -> None:
    assert {row.infno: row.path for row in CATALOGUE if row.path} == facts.load("transactions.yaml")["paths"]


def test_one_wire_name_has_one_element_except_where_two_are_meant() -> None:
    uses: dict[str, set[object]] = {}
    for row in CATALOGUE:
        for node in facts.nodes_of(row):
            for use in node.fields:
                uses.setdefault(use.name, set()).add(use.element)
    several = {name for name, elements in uses.items() if len(elements) > 1}
    assert several == {"begntime"}  # a datetime, but a day as text in one query


def test_every_element_is_used_or_awaits_the_inpatient_shapes() -> None:
    used = {use.element for row in CATALOGUE for node in facts.nodes_of(row) for use in node.fields}
    modules = (amounts, fees, people, session, settlement, visits)
    described = {name: element_of(value) for module in modules for name, value in vars(module).items()}
    assert used <= {element for element in described.values() if element is not None}
