"""Every message class and element against the published facts: what differs is listed with its reason, nothing else may."""

import inspect
import pkgutil
import re
import subprocess
import sys
import tomllib
from importlib import import_module
from pathlib import Path

from spec import facts

from yidi_sdk import elements, transactions
from yidi_sdk.catalogue import CATALOGUE, Effect, Evidence
from yidi_sdk.codes import CODE_SETS
from yidi_sdk.diseases import DISEASES
from yidi_sdk.explain.dictionary import element_of

HERE = Path(__file__).parent
FAMILIES = {f"yidi_sdk.transactions.{found.name}" for found in pkgutil.iter_modules(transactions.__path__)}


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


def test_the_chronic_diseases_are_those_of_the_disease_table() -> None:
    assert set(CODE_SETS["opsp_dise_code"].values) == {row.code for row in DISEASES}


def test_evidence_of_the_rows_is_what_the_facts_say() -> None:
    said = {"1 source": Evidence.SINGLE, "name only": Evidence.INFERRED}
    for fact in facts.load("transactions.yaml")["transactions"]:
        row = facts.by_infno(fact["infno"])
        assert row is not None
        assert row.evidence is said.get(fact.get("confidence", ""), Evidence.AGREED), row.infno


def test_the_output_of_a_row_answers_its_input() -> None:
    """Type checkers do not see it, because an Input is covariant in its Output; so the source is read."""
    for row in CATALOGUE:
        heads = [inspect.getsource(base).splitlines()[0] for base in row.input.__mro__ if base.__module__ in FAMILIES]
        said = [found.group(1) for found in map(re.compile(r"Input\[(\w+)\]").search, heads) if found]
        assert said == [row.output.__name__], row.infno


def test_looking_into_the_table_imports_no_family() -> None:
    code = "import sys; from yidi_sdk.catalogue import CATALOGUE, by_infno; [row.effect for row in CATALOGUE]; by_infno('2207')"
    told = f"{code}; print(*sorted(n for n in sys.modules if n.startswith('yidi_sdk.transactions.')))"
    done = subprocess.run([sys.executable, "-c", told], check=True, capture_output=True, text=True)
    assert done.stdout.split() == ["yidi_sdk.transactions.raw"]


def test_what_undoes_a_row_is_a_row() -> None:
    for row in CATALOGUE:
        if row.undone_by is not None:
            undoing = facts.by_infno(row.undone_by)
            assert undoing is not None
            assert undoing.effect is row.effect, row.infno
        assert row.effect in (Effect.COMMIT, Effect.TRIAL) or not row.reversible


def test_one_wire_name_has_one_element_except_where_two_are_meant() -> None:
    uses: dict[str, set[object]] = {}
    for row in CATALOGUE:
        for node in facts.nodes_of(row):
            for use in node.fields:
                uses.setdefault(use.name, set()).add(use.element)
    several = {name for name, elements in uses.items() if len(elements) > 1}
    assert several == {"begntime"}  # a datetime, but a day as text in one query


def test_every_element_is_used() -> None:
    used = {use.element for row in CATALOGUE for node in facts.nodes_of(row) for use in node.fields}
    modules = [import_module(f"yidi_sdk.elements.{found.name}") for found in pkgutil.iter_modules(elements.__path__)]
    described = {
        f"{module.__name__}.{name}": element_of(value) for module in modules for name, value in vars(module).items()
    }
    idle = {name for name, element in described.items() if element is not None and element not in used}
    assert idle == {
        f"yidi_sdk.elements.{theme}.{name}" for theme, names in LOCAL_CONTENT.items() for name in names.split()
    }
    assert used <= {element for element in described.values() if element is not None}


LOCAL_CONTENT = {
    "fees": "CentCodg McsProvCode MinPricFlag PasteFlag TcmherbProvCode",
    "self_pay": "InvoiceNo",
    "visits": "AcctSelfdspoPay AcctSelfpayPay CashSelfdspoPay CashSelfpayPay MatnLoclDiseCode1 MatnLoclDiseCode2 "
    "MatnLoclDiseCode3 MatnLoclDiseCode4 OprnFlag",
}
"""Elements of what single provinces put into extension containers, which are sent as they are."""
