"""Code sets and diseases as data: what is known, what varies, and how much of a hospital's own list reaches them."""

from decimal import Decimal

import pytest

from yidi_sdk.codes import CODE_SETS, CredentialType, Flag, ItemClass, MedType, OperatorType, SettlingWay, unmapped
from yidi_sdk.diseases import DISEASES, coverage


def test_the_enums_speak_the_codes() -> None:
    enums = {
        "mdtrt_cert_type": CredentialType,
        "med_type": MedType,
        "opter_type": OperatorType,
        "yes_no": Flag,
        "psn_setlway": SettlingWay,
        "chrgitm_lv": ItemClass,
    }
    for name, enum in enums.items():
        assert {str(member) for member in enum} <= set(CODE_SETS[name].values), name


def test_what_a_province_has_otherwise() -> None:
    kinds = CODE_SETS["med_type"]
    assert kinds.label_of("41") == "定点药店购药"
    assert kinds.label_of("41", "hsa (conflict)") == "工伤门诊"
    assert kinds.label_of("15", "chongqing") == "特药"
    assert kinds.label_of("15") == "15"
    assert kinds.admits("15")
    assert not CODE_SETS["yes_no"].admits("2")
    assert not CODE_SETS["ipt_type"].values
    assert all(table.evidence for table in CODE_SETS.values())


def test_the_share_that_is_not_mapped() -> None:
    found = unmapped("gend", ["1", "1", "2", "7", "8", "7"])
    assert (found.total, dict(found.unknown), found.share) == (6, {"7": 2, "8": 1}, Decimal("0.5000"))
    assert unmapped("gend", []).share == 0
    assert unmapped("gend", ["1", "1", "7"]).share == Decimal("0.3333")
    with pytest.raises(KeyError):
        unmapped("nonsense", [])


def test_how_far_local_diseases_reach() -> None:
    found = coverage(["M01600", "M00503", "M07803", "M08300", "M05300", "XXXXXX", "M01600"])
    assert found.mapped == {"M01600": "M01600", "M00503": "M00500", "M07803": "M07801"}
    assert found.ambiguous["M08300"] == tuple(f"M0830{organ}" for organ in range(1, 7))
    assert found.not_open == {"M05300": "M05300"}
    assert found.unknown == ("XXXXXX",)
    assert found.share == Decimal("0.5000")
    assert coverage(["M05300"], opened=["M05300"]).share == 1
    assert coverage([]).share == 0


def test_every_national_disease_covers_itself() -> None:
    codes = [row.code for row in DISEASES]
    assert coverage(codes, opened=codes).share == 1
