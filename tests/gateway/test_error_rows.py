"""A province's own error texts, named in the configuration, are understood by the gateway."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from gateway.door_world import gateway_at
from gateway.national_world import Program

from yidi_gateway.settings import BadSettings
from yidi_mocks.plugin import RunningHub
from yidi_sdk.explain import errors

ROW = """\
[[row]]
key = "local_queue_full"
match = "省平台排队已满"
category = "platform_down"
who = "wait"
final = true
money = "not_moved"
repeat = "yes"
evidence = "inferred"
zh = { cause = "省平台排队已满，这笔没有办理", next = "稍等再办" }
en = { cause = "The province's queue is full; this one was not handled", next = "Wait, then do it again" }
"""


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    yield
    errors.use(environment={})


async def test_a_local_text_is_a_refusal(
    hub: RunningHub, tmp_path: Path, persona: Callable[[str], dict[str, Any]]
) -> None:
    (tmp_path / "errors.toml").write_text(ROW, encoding="utf-8")
    where = {"url": hub.url, "errors_files": ["errors.toml"]}
    async with gateway_at(hub.url, tmp_path, platform=where) as client:
        del client.headers["Authorization"]
        program = Program(client, persona("filed_hypertension"))
        data = await program.charged()
        hub.fault("refuse", "2207", err_msg="省平台排队已满", when={"nth": 1})
        told = await program.send("2207", {"data": data})
        assert told["yidi"]["state"] == "failed", told
        assert "省平台排队已满" in told["err_msg"]


@pytest.mark.parametrize("text", ["[[row]]\nkey = 7\n", "not toml", None])
async def test_a_wrong_file_stops_the_start(hub: RunningHub, tmp_path: Path, text: str | None) -> None:
    if text is not None:
        (tmp_path / "errors.toml").write_text(text, encoding="utf-8")
    with pytest.raises(BadSettings, match="errors_files"):
        async with gateway_at(hub.url, tmp_path, platform={"url": hub.url, "errors_files": ["errors.toml"]}):
            pass
