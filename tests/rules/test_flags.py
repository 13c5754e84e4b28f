"""Flags: the whole matrix of 5a x 5b, held against a second reading of the tables."""

from itertools import product

import pytest

from yidi_sdk.rules import flags
from yidi_sdk.rules.flags import Registration, register
from yidi_sdk.rules.reasons import REASONS, Code
from yidi_sdk.rules.settings import RuleSettings

LABELS = {"otp_er_refl_flag": {"ORD": "1", "EMG": "2"}, "ipt_type": {"ORD": "10", "EMG": "20"}}
ANSWERS = (None, False, True)
FORMS = ("none", "complete", "incomplete")
KINDS = ("outpatient", "chronic", "emergency", "inpatient")

# 5a as text: kind, emergency (- unanswered), stay kind -> med_type and label, or the objection
TABLE_5A = """
outpatient n * 11 ORD
outpatient y * 13 EMG
outpatient - * EMERGENCY_UNANSWERED
chronic    n * 14 ORD
chronic    y * FLAGS_CONTRADICT
chronic    - * EMERGENCY_UNANSWERED
emergency  n * FLAGS_CONTRADICT
emergency  y * 13 EMG
emergency  - * EMERGENCY_UNANSWERED
inpatient  n ordinary 21 ORD
inpatient  - ordinary 21 ORD
inpatient  y ordinary FLAGS_CONTRADICT
inpatient  n emergency FLAGS_CONTRADICT
inpatient  - emergency 24 EMG
inpatient  y emergency 24 EMG
inpatient  n - STAY_KIND_UNANSWERED
inpatient  - - STAY_KIND_UNANSWERED
inpatient  y - STAY_KIND_UNANSWERED
"""
WORDS = {"n": False, "y": True, "-": None}
ROWS_5A = [line.split() for line in TABLE_5A.strip().splitlines()]


def expected_5b(
    stay: bool, trauma: bool | None, third: bool | None, form: str
) -> tuple[str | None, str | None, str | None]:
    """Objection, trum_flag, rel_ttp_flag, read from 5b line by line."""
    if trauma is None:
        return "TRAUMA_UNANSWERED", None, None
    if trauma is False:
        contradicts = third is True or form != "none"
        return ("FLAGS_CONTRADICT", None, None) if contradicts else (None, "0", None)
    if third is None:
        return "THIRD_PARTY_UNANSWERED", None, None
    if third:
        return "THIRD_PARTY_LIABLE", None, None
    objection = {
        "none": None if stay else "COMMITMENT_MISSING",
        "complete": None,
        "incomplete": "COMMITMENT_INCOMPLETE",
    }[form]
    return objection, "1", "0"


def ask(
    kind: str,
    stay_kind: str | None,
    emergency: bool | None,
    trauma: bool | None,
    third: bool | None,
    form: str = "none",
    *,
    compared: bool,
    settings: RuleSettings | None = None,
) -> Registration:
    return register(
        kind,  # type: ignore[arg-type]
        stay_kind,  # type: ignore[arg-type]
        emergency,
        trauma,
        third,
        commitment=form,  # type: ignore[arg-type]
        name_compared=compared,
        settings=settings or RuleSettings(),
        labels=LABELS,
    )


@pytest.mark.requirement("R104", "R106", "R107", "R108", "R032")
@pytest.mark.parametrize("row", ROWS_5A, ids=" ".join)
def test_every_row_of_5a_with_every_row_of_5b(row: list[str]) -> None:
    kind, emergency, stay_kind, *cell = row
    stay = kind == "inpatient"
    kinds_of_stay = (None, "ordinary", "emergency") if stay_kind == "*" else (None if stay_kind == "-" else stay_kind,)
    for chosen, trauma, third, form, compared in product(kinds_of_stay, ANSWERS, ANSWERS, FORMS, (True, False)):
        found = ask(kind, chosen, WORDS[emergency], trauma, third, form, compared=compared)
        objection, trum, rel = expected_5b(stay, trauma, third, form)
        wanted = {code for code in (objection, cell[0] if len(cell) == 1 else None) if code}
        if "THIRD_PARTY_LIABLE" in wanted:
            wanted = {code for code in wanted if REASONS[Code(code)].effect != "A"}
        assert {str(r.code) for r in found.reasons} == wanted
        assert (found.outcome == "refused") is bool(wanted)
        if wanted:
            assert found.wire is None
            assert found.http == REASONS[found.reasons[0].code].http
            continue
        assert found.wire
        med_type, label = cell
        assert found.wire.med_type == med_type
        assert found.wire.med_type_for(None) == ("11" if kind == "chronic" else med_type)
        assert (found.wire.ipt_type, found.wire.otp_er_refl_flag) == ((label, None) if stay else (None, label))
        assert found.wire.er_flag == ("1" if label == "EMG" else "0")
        assert (found.wire.trum_flag, found.wire.rel_ttp_flag) == (trum, rel)
        blocked = {"TRAUMA_IDENTITY_WEAK"} if trauma and not compared else set()
        blocked |= {"COMMITMENT_MISSING"} if trauma and form == "none" else set()
        assert {str(code) for code in found.settle_blocked_by} == blocked


def test_the_tables_are_total() -> None:
    assert set(flags.OUTPATIENT_KINDS) == set(product(KINDS[:3], ANSWERS))
    assert set(flags.STAYS) == set(product(ANSWERS, (None, "ordinary", "emergency")))
    assert set(flags.TRAUMA) == set(product(ANSWERS, ANSWERS, FORMS))
    assert {row.row for row in flags.TRAUMA.values()} == {
        "TR1",
        "TR2",
        "TR3",
        "TR4",
        "TR5",
        "TR6",
        "TR7a",
        "TR7b",
        "TR7c",
    }
    rows = {row.row for row in (*flags.OUTPATIENT_KINDS.values(), *flags.STAYS.values())}
    assert rows == {f"FL{number}" for number in range(1, 12)}


@pytest.mark.parametrize("field", ["otp_er_refl_flag", "ipt_type"])
@pytest.mark.parametrize("label", ["ORD", "EMG"])
def test_a_code_that_is_not_configured_refuses_instead_of_guessing(field: str, label: str) -> None:
    known = {**LABELS, field: {name: code for name, code in LABELS[field].items() if name != label}}
    stay = field == "ipt_type"
    emergency = label == "EMG"
    found = register(
        "inpatient" if stay else "outpatient",
        ("emergency" if emergency else "ordinary") if stay else None,
        emergency,
        False,
        None,
        commitment="none",
        name_compared=True,
        settings=RuleSettings(),
        labels=known,
    )
    assert [r.code for r in found.reasons] == [Code.FLAG_CODE_NOT_SET]
    assert (found.http, found.reasons[0].detail) == (500, f"{field} {label}")


def test_what_goes_out_is_coded() -> None:
    stay = ask("inpatient", "emergency", None, True, False, "complete", compared=True).wire
    assert stay
    assert flags.coded(stay, LABELS) == {"er_flag": "1", "trum_flag": "1", "rel_ttp_flag": "0", "ipt_type": "20"}
    visit = ask("outpatient", None, False, False, None, "none", compared=True).wire
    assert visit
    assert flags.coded(visit, LABELS) == {"er_flag": "0", "trum_flag": "0", "otp_er_refl_flag": "1"}


@pytest.mark.parametrize(
    ("kind", "stay_kind", "emergency", "med_type"),
    [
        ("outpatient", None, None, "11"),
        ("outpatient", None, True, "13"),
        ("emergency", None, None, "13"),
        ("chronic", None, None, "14"),
        ("inpatient", None, None, "21"),
        ("inpatient", "emergency", None, "24"),
    ],
)
@pytest.mark.requirement("R018")
def test_a_local_patient_gets_no_cross_province_flags(
    kind: flags.Kind, stay_kind: flags.StayKind | None, emergency: bool | None, med_type: str
) -> None:
    found = register(
        kind,
        stay_kind,
        emergency,
        None,
        None,
        commitment="none",
        name_compared=False,
        settings=RuleSettings(),
        labels={},
        local=True,
    )
    assert found.wire
    assert (found.outcome, found.wire.med_type, flags.coded(found.wire, {})) == ("accepted", med_type, {})


def test_settings_of_trauma() -> None:
    free = RuleSettings(commitment_required=False)
    assert ask("outpatient", None, False, True, False, "none", compared=True, settings=free).outcome == "accepted"
    sent = ask(
        "inpatient",
        "ordinary",
        None,
        True,
        True,
        "none",
        compared=True,
        settings=RuleSettings(send_third_party_admissions=True),
    )
    assert sent.wire
    assert (sent.wire.trum_flag, sent.wire.rel_ttp_flag) == ("1", "1")
    assert sent.settle_blocked_by == (Code.THIRD_PARTY_LIABLE,)


@pytest.mark.requirement("R108")
def test_a_third_party_learnt_of_during_the_stay() -> None:
    wire = ask("inpatient", "ordinary", None, True, False, "none", compared=True).wire
    assert wire
    changed, blocks = flags.third_party_learnt(wire)
    assert (changed.trum_flag, changed.rel_ttp_flag, blocks) == ("1", "1", Code.THIRD_PARTY_LIABLE)


def precheck(kind: flags.Kind, **told: object) -> tuple[list[str], bool]:
    asked = {
        "stay_kind": None,
        "emergency": False,
        "trauma": False,
        "third_party": None,
        "commitment": "none",
        "name_compared": True,
    }
    reasons, emergency = flags.precheck(kind, **{**asked, **told})  # type: ignore[arg-type]
    return [str(r.code) for r in reasons], emergency


@pytest.mark.parametrize(
    ("kind", "told", "codes", "emergency"),
    [
        ("outpatient", {"emergency": None, "trauma": None}, ["EMERGENCY_UNANSWERED"], False),
        ("chronic", {"emergency": None, "trauma": None}, ["EMERGENCY_UNANSWERED"], False),
        ("emergency", {"emergency": None, "trauma": None}, ["TRAUMA_UNANSWERED"], True),
        ("inpatient", {"emergency": None, "trauma": None}, ["TRAUMA_UNANSWERED", "EMERGENCY_UNANSWERED"], False),
        ("inpatient", {"emergency": None, "stay_kind": "emergency"}, [], True),
        ("inpatient", {"emergency": True}, [], True),
        ("chronic", {"emergency": True}, ["FLAGS_CONTRADICT"], False),
        ("outpatient", {"trauma": True}, ["THIRD_PARTY_UNANSWERED"], False),
        ("outpatient", {"trauma": True, "third_party": False}, ["COMMITMENT_MISSING"], False),
        (
            "outpatient",
            {"trauma": True, "third_party": False, "commitment": "complete", "name_compared": False},
            ["TRAUMA_IDENTITY_WEAK"],
            False,
        ),
        ("outpatient", {"trauma": True, "third_party": True, "name_compared": False}, ["THIRD_PARTY_LIABLE"], False),
    ],
)
def test_pre_checks(kind: flags.Kind, told: dict[str, object], codes: list[str], emergency: bool) -> None:
    assert precheck(kind, **told) == (codes, emergency)
