"""`explain.about` knows every number, field, code value and refusal; its pages and records are whole."""

import json
import re
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yidi_sdk import explain, wire
from yidi_sdk.catalogue import CATALOGUE, Listed, listed
from yidi_sdk.codes import CODE_SETS
from yidi_sdk.diseases import AMBIGUOUS, DISEASES, LOCAL_TO_NATIONAL
from yidi_sdk.explain import dictionary, errors, pages, records, refusals, values
from yidi_sdk.explain.dictionary import FieldEntry, ListedEntry, TransactionEntry
from yidi_sdk.explain.values import ValueEntry

FIELDS = dictionary.fields()
VALUES = [(name, value) for name, table in CODE_SETS.items() for value in table.values]
HAN = re.compile(r"[一-鿿]")


@pytest.mark.parametrize("row", CATALOGUE, ids=lambda row: row.infno)
def test_every_transaction(row: Any) -> None:
    for query in (row.infno, row.infno.lower(), row.input.__name__, f" {row.infno} "):
        found = explain.about(query)
        assert isinstance(found, TransactionEntry)
        assert found.row.infno == row.infno
    assert explain.about(row.infno, row.profile or "national") is not None


def test_a_number_of_one_province_is_told_as_such() -> None:
    here = explain.about("1160", "guangdong")
    assert isinstance(here, TransactionEntry)
    assert here.elsewhere is not None
    elsewhere = explain.about("1160", "hunan")
    assert isinstance(elsewhere, ListedEntry)
    assert explain.about("5260", "hunan") is None
    assert any("guangdong" in line for line in pages.lines(here))
    assert any(here.elsewhere.name in line for line in pages.lines(here))


@pytest.mark.parametrize("row", listed(), ids=lambda row: row.infno)
def test_everything_known_by_its_name_only(row: Listed) -> None:
    for number in (row.infno, row.last or row.infno):
        found = explain.about(number, "national")
        assert isinstance(found, ListedEntry)
        text = "\n".join(pages.lines(found))
        assert row.name in text
        assert row.note in text
        assert f'Raw("{number}"' in text
        assert f"yidi call {number}" in text


def test_there_are_as_many_as_the_facts_list() -> None:
    assert len(CATALOGUE) == 90
    assert len(listed()) == 74


@pytest.mark.parametrize("name", FIELDS)
def test_every_field(name: str) -> None:
    found = explain.about(name)
    assert isinstance(found, FieldEntry)
    assert found.name.lower() == name.lower()
    assert isinstance(explain.about(found.element.label), (FieldEntry, ListedEntry, TransactionEntry))


def test_every_code_value_with_its_set() -> None:
    for name, value in VALUES:
        for query in (f"{name}={value}", f"{name} {value}", f"{name}: {value}", f"{name}：{value}"):
            found = explain.about(query)
            assert isinstance(found, ValueEntry), query
            first = found.meanings[0]
            assert (first.code_set.name, first.label) == (name, CODE_SETS[name].values[value])


def test_every_code_value_alone() -> None:
    for name, value in VALUES:
        found = explain.about(value)
        if isinstance(found, ValueEntry):
            assert name in {meaning.code_set.name for meaning in found.meanings}
        else:  # a transaction or a field has the same name
            assert isinstance(found, (TransactionEntry, ListedEntry, FieldEntry)), value


def test_a_field_names_the_set_of_its_values() -> None:
    found = explain.about("dise_codg=M03900")
    assert isinstance(found, ValueEntry)
    assert found.meanings[0].code_set.name == "opsp_dise_code"
    assert "dise_codg" in found.meanings[0].fields


def test_diseases() -> None:
    for row in DISEASES:
        found = explain.about(row.code)
        assert isinstance(found, ValueEntry)
        assert found.disease == row
        assert any(row.name in line for line in pages.lines(found))
    for local, national in LOCAL_TO_NATIONAL.items():
        found = explain.about(local.lower())
        assert isinstance(found, ValueEntry)
        assert found.disease is not None
        assert found.disease.code == national
    for code, organs in AMBIGUOUS.items():
        found = explain.about(code)
        assert isinstance(found, ValueEntry)
        assert found.organs == organs


def test_a_span_and_a_variant() -> None:
    inside = explain.about("med_type=2103")
    assert isinstance(inside, ValueEntry)
    assert inside.meanings[0].variant == "hunan_jiangxi"
    page = "\n".join(pages.lines(inside))
    assert "[hunan_jiangxi]" in page
    assert explain.about("med_type=2109") is None


def test_a_value_in_many_sets_says_how_to_narrow_it() -> None:
    found = explain.about("1")
    assert isinstance(found, ValueEntry)
    last = list(pages.lines(found))[-1]
    assert "name the field" in last
    assert explain.about(last.split("yidi explain ")[1]) is not None


def test_labels_of_values() -> None:
    found = explain.about("门诊慢特病")
    assert isinstance(found, ValueEntry)
    told = {(meaning.code_set.name, meaning.value) for meaning in found.meanings}
    assert ("med_type", "14") in told
    assert len({value for _, value in told}) > 1  # each under its own number
    page = "\n".join(pages.lines(found))
    assert all(f"{name}={value}  门诊慢特病" in page for name, value in told)
    disease = explain.about("类风湿关节炎")
    assert isinstance(disease, ValueEntry)
    assert disease.disease is not None


def test_what_the_platform_said_inside_our_own_sentence() -> None:
    for row in errors.rows():
        for sentence in (
            f"2207: refused: {row.cause_zh} / {row.cause_en}",
            f"2207: outcome not known: {row.cause_zh} / {row.cause_en}",
        ):
            found = explain.about(sentence)
            assert getattr(found, "cause_zh", None) == row.cause_zh
    unlisted = explain.about("2207: outcome not known: an unlisted text (err_msg has it)")
    assert isinstance(unlisted, refusals.Refusal)


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("psn_noo", "psn_no"),
        ("not_fild", "NOT_FILED"),
        ("NOT_FILD", "NOT_FILED"),
        ("med_type=77", "med_type=11 (普通门诊)"),
        ("SetleOutpatient", "SettleOutpatient"),
        ("目录下载", "1301 (西药中成药目录下载)"),
        ("慢特病备案", "2503 (人员慢特病备案)"),
        ("130", "1301"),
    ],
)
def test_suggestions(query: str, named: str) -> None:
    assert explain.about(query) is None
    assert named in explain.suggestions(query)
    assert len(explain.suggestions(query)) <= 5


def test_nothing_is_suggested_for_noise() -> None:
    assert explain.about("qqqqqqq") is None
    assert explain.suggestions("qqqqqqq") == []


ONE_OF_EACH = ["2207", "7103", "psn_no", "med_type 14", "NOT_FILED", "TimedOut", "already_settled", "FSI-x[demoBO_001]"]


@pytest.mark.parametrize("query", ONE_OF_EACH)
@pytest.mark.parametrize("language", get_args(pages.Language))
def test_pages_speak_one_language_or_both(query: str, language: pages.Language) -> None:
    found = explain.about(query)
    assert found is not None
    lines = list(pages.lines(found, query, language))
    heads = [line.split(":")[0] for line in lines[1:] if line[:1] != " " and ":" in line]
    chinese = [head for head in heads if HAN.search(head)]
    if language == "zh":
        assert not any(re.fullmatch(r"[\u4e00-\u9fff]+ [a-z ]+", head) for head in heads)
    if language == "en" and isinstance(found, (errors.Row, refusals.Refusal)):
        assert chinese == []
    if language == "both" and isinstance(found, (errors.Row, refusals.Refusal)):
        assert len(chinese) == len(heads)


@pytest.mark.parametrize("query", ONE_OF_EACH)
def test_records_are_json_and_say_what_they_are(query: str) -> None:
    found = explain.about(query)
    assert found is not None
    record = json.loads(wire.dumps(records.record(found, query)))
    assert record["kind"] in ("transaction", "listed", "field", "value", "refusal", "error")
    if record["kind"] in ("refusal", "error"):
        assert {"key", "category", "who", "money", "repeat", "cause_zh", "next_zh", "cause_en", "next_en"} <= set(
            record
        )


def test_a_record_holds_what_the_page_shows() -> None:
    found = explain.about("2207")
    assert found is not None
    record = records.record(found)
    assert (record["undone_by"], record["reversible"], record["effect"]) == ("2208", True, "commit")
    sent = next(node for node in record["nodes"] if node["direction"] == "in")
    amount = next(field for field in sent["fields"] if field["name"] == "medfee_sumamt")
    assert (amount["digits"], amount["places"], amount["required"]) == (16, 2, True)


def test_no_identity_number_in_a_record() -> None:
    found = explain.about("人证不一致530102198803150001")
    assert found is not None
    assert "530102198803150001" not in json.dumps(records.record(found, "人证不一致530102198803150001"))


@given(st.text(max_size=60), st.sampled_from([None, "national", "guangdong", "nowhere"]))
def test_any_text_is_bearable(text: str, profile: str | None) -> None:
    found = explain.about(text, profile)
    explain.suggestions(text)
    if found is not None:
        assert list(pages.lines(found, text))
        assert wire.dumps(records.record(found, text))


def test_sets_without_a_field() -> None:
    assert values.sets_of("med_type")[0].name == "med_type"
    assert values.sets_of("nonsense") == ()
    assert values.suggestions("nonsense=1") == []
