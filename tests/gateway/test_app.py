"""The composition root: what cannot be used is named by its setting; overrides stand in the audit log."""

from pathlib import Path
from typing import Any

import pytest
from gateway.door_world import settings_for

from yidi_gateway import app, inspection
from yidi_gateway.journal import MemoryJournal
from yidi_gateway.settings import BadSettings

URL = "http://127.0.0.1:8701"


def platform(**more: Any) -> dict[str, Any]:
    return {"platform": {"url": URL, **more}}


def test_profile_by_name_or_file(tmp_path: Path) -> None:
    assert app.profile_of(settings_for(URL, tmp_path, **platform(path="per_infno"))).path == "per_infno"
    (tmp_path / "own.toml").write_text('name = "own"\n[values]\ninfver = { value = "1.0", evidence = "single" }\n')
    assert app.profile_of(settings_for(URL, tmp_path, **platform(profile="own.toml"))).infver == "1.0"
    for name in ("nowhere", "missing.toml"):
        with pytest.raises(BadSettings, match=r"\[platform\] profile"):
            app.profile_of(settings_for(URL, tmp_path, **platform(profile=name)))


def test_secret_is_wanted_when_the_profile_signs(tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text(
        'name = "own"\n[values]\nheader_scheme = { value = "tif", evidence = "single" }\n'
    )
    with pytest.raises(BadSettings, match=r"\[platform\] secret_file"):
        app.platform_of(settings_for(URL, tmp_path, **platform(profile="own.toml")))
    for content in (None, "paasid = 1", "["):
        if content is not None:
            (tmp_path / "secret.toml").write_text(content)
        with pytest.raises(BadSettings, match=r"\[platform\] secret_file: secret.toml cannot be read"):
            app.platform_of(settings_for(URL, tmp_path, **platform(profile="own.toml", secret_file="secret.toml")))
    (tmp_path / "secret.toml").write_text('paasid = "p"\ntoken = "t"\n')
    found = app.platform_of(settings_for(URL, tmp_path, **platform(profile="own.toml", secret_file="secret.toml")))
    assert found.secret is not None
    assert "token" not in repr(found.secret)


def test_allow_list_is_checked(tmp_path: Path) -> None:
    access = {"callers": [{"id": "his", "key_file": "his.key"}], "allow_egress": [{"cidr": "0.0.0.0/0", "reason": "x"}]}
    with pytest.raises(BadSettings, match=r"\[access\] allow_egress"):
        app.guard_of(settings_for(URL, tmp_path, access=access))


async def test_overrides_stand_in_the_audit_log(tmp_path: Path) -> None:
    access = {
        "callers": [{"id": "his", "key_file": "his.key"}],
        "allow_public_bind": True,
        "public_bind_reason": "pilot line of November",
        "allow_egress": [{"cidr": "203.0.113.0/28", "reason": "platform of the pilot"}],
    }
    journal = MemoryJournal()
    gateway = await app.build(settings_for(URL, tmp_path, access=access), journal=journal)
    await gateway.close()
    assert "pilot line of November" in str(await journal.audit("setting:public_bind"))
    assert "platform of the pilot" in str(await journal.audit("setting:egress"))


def test_listening_names_the_real_port(tmp_path: Path) -> None:
    for host, begin in (("127.0.0.1", "http://127.0.0.1:"), ("localhost", "http://")):
        with app.bind(settings_for(URL, tmp_path, server={"host": host, "port": 0})) as listening:
            address = app.address_of(listening)
            assert address.startswith(begin)
            assert not address.endswith(":0")
    with pytest.raises(BadSettings, match=r"\[server\] host"):
        app.bind(settings_for(URL, tmp_path, server={"host": "203.0.113.1", "port": 0}))


async def test_connection_test_stops_at_a_public_address(tmp_path: Path) -> None:
    items = await inspection.connection_test(settings_for("http://203.0.113.9:8701", tmp_path))
    assert [item.mark for item in items] == ["no", "skipped", "skipped"]
    assert "public address" in items[0].text


def test_inspection_names_what_is_wrong(tmp_path: Path) -> None:
    settings = settings_for("http://203.0.113.9", tmp_path, server={"host": "203.0.113.1"})
    wrong = {item.title for item in inspection.inspect(settings) if item.mark == "no"}
    assert wrong == {"bind", "egress"}
