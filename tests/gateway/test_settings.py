"""Settings: every one typed, with a reason, refused by name when unknown."""

import tomllib
from importlib.resources import files
from pathlib import Path

import pytest

from yidi_gateway import settings
from yidi_gateway.settings import BadSettings, Section, Settings, from_mapping, load, sample

FIXED = {
    "platform": ["url", "profile", "path"],
    "institution": ["code", "name", "division", "level", "services", "open_diseases"],
    "operator": ["id", "name", "kind"],
    "journal": ["url"],
    "timing": [
        "connect_s", "query_s", "upload_s", "commit_s", "commit_inpatient_s", "quiet_s", "caller_patience_s",
    ],
    "access": ["callers"],
    "server": ["host", "port"],
}  # fmt: skip


@pytest.fixture(autouse=True)
def no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    for name in [name for name in os.environ if name.startswith("YIDI_")]:
        monkeypatch.delenv(name)


def sections() -> dict[str, type[Section]]:
    return {name: field.annotation for name, field in Settings.model_fields.items()}  # type: ignore[misc]


def test_sample_has_every_setting_with_its_reason() -> None:
    text = sample()
    for table, section in sections().items():
        assert f"[{table}]" in text
        for name, field in section.model_fields.items():
            assert field.description, f"[{table}] {name} has no reason"
            assert f"# {field.description}\n" in text
            assert f"\n{name} =" in text or f"\n# {name} =" in text
    assert from_mapping(tomllib.loads(text)).server.port == 8700


def test_packaged_sample_is_the_sample() -> None:
    kept = files("yidi_gateway").joinpath("sample-gateway.toml").read_text(encoding="utf-8")
    assert kept == sample()


def test_contract_keys_stand() -> None:
    for table, names in FIXED.items():
        assert set(names) <= set(sections()[table].model_fields), table


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"platform": {"url": "http://x", "urll": 1}}, r"\[platform\] urll is not a setting"),
        ({"platforms": {}}, r"\[platforms\] is not a setting"),
        ({"platform": {}}, r"\[platform\] url is missing"),
        ({"platform": {"url": "ftp://x"}}, r"\[platform\] url: must be http"),
        ({"platform": {"url": "http://me:secret@x"}}, r"\[platform\] url: must carry no user"),
        ({"server": {"port": 70000}}, r"\[server\] port"),
        ({"timing": {"commit_s": 0}}, r"\[timing\] commit_s"),
        ({"institution": {"code": "H1", "name": "x", "division": "5001"}}, r"\[institution\] division"),
        ({"access": {"callers": []}}, r"\[access\] callers"),
        ({"access": {"callers": [{"id": "his", "key_file": "k", "scopes": ["all"]}]}}, r"\[access\] callers.0.scopes"),
    ],
)
def test_wrong_settings_are_named_in_one_sentence(change: dict[str, object], text: str) -> None:
    given = {**tomllib.loads(sample()), **change}
    with pytest.raises(BadSettings, match=text) as wrong:
        from_mapping(given)
    assert "\n" not in str(wrong.value)
    assert "secret" not in str(wrong.value)


def test_environment_goes_before_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YIDI_SERVER__PORT", "9000")
    monkeypatch.setenv("YIDI_PLATFORM__URL", "http://10.0.0.1:1")
    monkeypatch.setenv("YIDI_CRASH", "cp5:1")
    found = from_mapping(tomllib.loads(sample()))
    assert found.server.port == 9000
    assert found.platform.url == "http://10.0.0.1:1"
    assert found.platform.profile == "national"
    monkeypatch.setenv("YIDI_SERVER__PROT", "1")
    with pytest.raises(BadSettings, match=r"\[server\] prot is not a setting"):
        from_mapping(tomllib.loads(sample()))


def test_paths_count_from_the_file(tmp_path: Path) -> None:
    file = tmp_path / "gateway.toml"
    file.write_text(sample(), encoding="utf-8")
    found = load(file)
    assert found.journal.url == f"sqlite:///{tmp_path / 'yidi.db'}"
    assert found.journal.key_file is None
    assert found.access.callers[0].key_file == tmp_path / "his.key"
    assert settings._journal_url("sqlite:////data/y.db", tmp_path) == "sqlite:////data/y.db"
    assert settings._journal_url("memory://", tmp_path) == "memory://"


@pytest.mark.parametrize(("content", "text"), [(None, "not found"), ("[", "is not TOML"), (b"\xff", "cannot be read")])
def test_file_that_cannot_be_used(tmp_path: Path, content: object, text: str) -> None:
    file = tmp_path / "gateway.toml"
    if isinstance(content, str):
        file.write_text(content)
    elif isinstance(content, bytes):
        file.write_bytes(content)
    with pytest.raises(BadSettings, match=text):
        load(file)


def test_timing_reaches_the_engine() -> None:
    given = {**tomllib.loads(sample()), "timing": {"quiet_s": 7}}
    assert from_mapping(given).timing.for_engine().quiet_s == 7
