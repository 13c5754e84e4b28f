"""What has no class of its own is sent all the same: same envelope, three outcomes, and doubt judged by its number."""

from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from spec import facts

from yidi_sdk import profile, wire
from yidi_sdk.catalogue import CATALOGUE, Effect, Evidence, by_infno, listed, raw_row, row_of
from yidi_sdk.errors import Garbled, Misused, Refused, Unknown
from yidi_sdk.institution import Institution, Operator
from yidi_sdk.protocol import Request, decode, encode
from yidi_sdk.transactions import Raw, RawAnswer

PROFILE = profile.load("national")
NOW = datetime.fromisoformat("2024-05-20T09:00:00+08:00")
LISTED = facts.load("transactions.yaml")["listed_only"]
NODES = {"data": {"ver": "1", "list": [{"a": 1}], "nothing": None}}


def sent(message: Raw, **changes: Any) -> Request:
    given: dict[str, Any] = {
        "profile": PROFILE,
        "url": "http://127.0.0.1:8701",
        "institution": Institution("H50010399901", "示例市人民医院(虚构)", "500103"),
        "operator": Operator("op001", "示例收费员"),
        "msgid": "H50010399901202405200900000001",
        "now": NOW,
    }
    return encode(message, **{**given, **changes})


def answered(message: Raw, answer: dict[str, Any]) -> RawAnswer:
    return decode(row_of(message), sent(message), 200, {}, wire.dumps(answer), profile=PROFILE)


def test_every_listed_number_is_there() -> None:
    assert len(LISTED) == 74
    ours = {f"{row.infno}-{row.last}".rstrip("-"): (row.name, row.name_en, row.note) for row in listed()}
    assert ours == {str(row["infno"]): (row["name"], row["name_en"], row["note"]) for row in LISTED}


def test_a_listed_number_has_no_class_of_its_own_but_one() -> None:
    both = {row.infno for row in listed()} & {row.infno for row in CATALOGUE}
    assert {infno: by_infno(infno).profile for infno in both} == {"1160": "guangdong"}


def test_a_number_outside_its_province_is_another_transaction() -> None:
    local = {row.infno for row in CATALOGUE if row.profile}
    assert local == {"1160", "5260", "5261", "2260", "2261", "3211", "3212", "3209A"}
    for infno in local:
        assert by_infno(infno) is by_infno(infno, by_infno(infno).profile)
        assert by_infno(infno, "hunan") is None
    assert by_infno("3101") is by_infno("3101", "hunan")


@pytest.mark.parametrize(
    ("infno", "effect"),
    [
        ("1301", Effect.QUERY),
        ("5369", Effect.COMMIT),
        ("5368", Effect.QUERY),
        ("4401", Effect.UPLOAD),
        ("4503", Effect.UPLOAD),
        ("3505", Effect.COMMIT),
        ("2304A", Effect.COMMIT),
        ("2206", Effect.TRIAL),
        ("2207", Effect.COMMIT),
        ("2601", Effect.REVERSAL),
        ("9999", Effect.COMMIT),
        ("nonsense", Effect.COMMIT),
    ],
)
def test_what_may_be_done_after_doubt_is_looked_up_by_the_number(infno: str, effect: Effect) -> None:
    row = row_of(Raw(infno, {}))
    assert (row.infno, row.effect, row.input, row.output) == (infno, effect, Raw, RawAnswer)
    assert sent(Raw(infno, {})).effect is effect


def test_a_number_with_a_class_keeps_what_its_row_says() -> None:
    raw, typed = raw_row("2207"), by_infno("2207")
    assert typed is not None
    assert (raw.path, raw.undone_by, raw.reversible, raw.name) == (typed.path, "2208", True, typed.name)
    assert raw_row("2304A").reversible
    assert raw_row("1162").path
    assert raw_row("1301").evidence is Evidence.INFERRED
    assert raw_row("3514").name == "3514"  # behind the end of the span


def test_the_class_itself_is_no_transaction() -> None:
    with pytest.raises(KeyError):
        row_of(Raw)


def test_the_nodes_leave_as_they_are_in_the_same_envelope() -> None:
    envelope = wire.loads(sent(Raw("1301", NODES), sign_no="S1").body)
    assert envelope["input"] == NODES
    assert (envelope["infno"], envelope["sign_no"], envelope["inf_time"]) == ("1301", "S1", "2024-05-20 09:00:00")
    assert sent(Raw("1316"), profile=PROFILE.with_(path="per_infno")).url.endswith("queryMedinsHilistMapByPage")
    assert wire.loads(sent(Raw("3607")).body)["input"] == {}


def test_a_person_needs_the_insured_division_here_too() -> None:
    message = Raw("5368", {"data": {"psn_no": "1"}})
    with pytest.raises(Misused, match="insuplc_admdvs"):
        sent(message)
    assert sent(message, insured_division="530100").psn_no == "1"


def test_any_node_arrives() -> None:
    got = answered(
        Raw("1301"), {"infcode": 0, "output": {"file_qury_no": "F1", "rows": [{"x": Decimal("1.10")}], "o": {}}}
    )
    assert list(got.nodes) == ["file_qury_no", "rows", "o"]
    assert got.nodes["file_qury_no"] == "F1"
    assert str(got.nodes["rows"][0]["x"]) == "1.10"


def test_three_outcomes() -> None:
    with pytest.raises(Refused):
        answered(Raw("1301"), {"infcode": -1, "err_msg": "some text of its own"})
    for infno in ("5369", "nonsense"):
        with pytest.raises(Unknown):
            answered(Raw(infno), {"infcode": -1, "err_msg": "some text of its own"})
    with pytest.raises(Garbled):
        answered(Raw("5369"), {"infcode": 0, "output": "text"})
