"""Profiles and settings: data, checked when read."""

from pathlib import Path

import pytest

from yidi_sdk import profile
from yidi_sdk.catalogue import by_infno
from yidi_sdk.institution import Institution, Operator, Settings, SettingsMissing, from_env, from_toml
from yidi_sdk.profile import CAPABILITY_NAMES, Capabilities, Profile, load, names

TOML = """
[platform]
url = "http://127.0.0.1:8701"
path = "per_infno"
secret_file = "tif.toml"
[institution]
code = "H50010300001"
name = "示例医院"
division = "500103"
services = ["outpatient"]
[operator]
id = "0001"
name = "甲"
[journal]
url = "sqlite:///x.db"
"""


def test_from_toml(tmp_path: Path) -> None:
    file = tmp_path / "yidi.toml"
    file.write_text(TOML, encoding="utf-8")
    assert from_toml(file) == Settings(
        url="http://127.0.0.1:8701",
        institution=Institution("H50010300001", "示例医院", "500103", "3"),
        operator=Operator("0001", "甲", "1"),
        path="per_infno",
        secret_file=tmp_path / "tif.toml",
    )


def test_from_env() -> None:
    settings = from_env(
        {
            "YIDI_PLATFORM__URL": "http://127.0.0.1:1",
            "YIDI_PLATFORM__PROFILE": "national",
            "YIDI_INSTITUTION__CODE": "H1",
            "YIDI_INSTITUTION__NAME": "n",
            "YIDI_INSTITUTION__DIVISION": "500103",
            "YIDI_INSTITUTION__LEVEL": "2",
            "YIDI_OPERATOR__ID": "1",
            "YIDI_OPERATOR__NAME": "甲",
            "YIDI_CRASH": "cp5:1",
            "PATH": "/bin",
        }
    )
    assert (settings.url, settings.institution.level, settings.path, settings.secret_file) == (
        "http://127.0.0.1:1",
        "2",
        None,
        None,
    )


@pytest.mark.parametrize(
    ("cut", "named"),
    [
        ("[platform]", "platform"),
        ('url = "http://127.0.0.1:8701"', "url"),
        ('code = "H50010300001"', "code"),
        ('id = "0001"', "id"),
    ],
)
def test_what_is_missing_is_named(tmp_path: Path, cut: str, named: str) -> None:
    file = tmp_path / "yidi.toml"
    file.write_text(TOML.replace(cut, "", 1), encoding="utf-8")
    with pytest.raises(SettingsMissing, match=named):
        from_toml(file)


def test_not_toml(tmp_path: Path) -> None:
    file = tmp_path / "yidi.toml"
    file.write_text("not toml", encoding="utf-8")
    with pytest.raises(SettingsMissing, match=r"yidi\.toml"):
        from_toml(file)


@pytest.mark.parametrize("name", names())
def test_every_value_of_a_profile_has_its_evidence(name: str) -> None:
    found = load(name)
    fields = set(Profile.__dataclass_fields__) - {"name", "capabilities", "evidence", "based_on"}
    assert fields <= found.evidence.keys()
    assert set(found.evidence) <= fields | CAPABILITY_NAMES
    assert set(found.evidence.values()) <= {"agreed", "single", "inferred"}


def test_national() -> None:
    national = load("national")
    assert by_infno(national.encounter) is not None
    assert national.capabilities == Capabilities()
    assert national.flag_codes["otp_er_refl_flag"] == {"ORD": "0", "EMG": "1"}
    assert national.evidence["flag_codes"] == "inferred"


def test_a_province_is_a_few_changes() -> None:
    changed = load("national").with_(acct_in_fund=True, idem_msgid=True, d_max_s=90)
    assert (changed.acct_in_fund, changed.capabilities.idem_msgid, changed.capabilities.d_max_s) == (True, True, 90)
    assert load("national").capabilities.idem_msgid is False


def test_wrong_changes_are_refused() -> None:
    with pytest.raises(TypeError):
        load("national").with_(nonsense=1)
    for wrong in ({"path": "x"}, {"header_scheme": "cbs"}, {"visit_shape": "x"}):
        with pytest.raises(ValueError, match="must be one of"):
            load("national").with_(**wrong)


def test_unknown_profiles_and_values_are_refused() -> None:
    with pytest.raises(ValueError, match="there are: "):
        load("atlantis")
    with pytest.raises(ValueError, match="nonsense"):
        profile.from_data({"name": "x", "values": {"nonsense": {"value": 1, "evidence": "single"}}})
