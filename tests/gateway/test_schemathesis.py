"""Schemathesis over our own OpenAPI: every operation, for callers of each right; no fault of ours, no answer that is
not as described. A 503 is an answer like others: a window that it enters itself makes them."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from main_job.running import run_gateway, write_config

from yidi_mocks.plugin import RunningHub

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]
PROGRAM = Path(sys.executable).with_name("schemathesis")
CHECKS = ("not_a_server_error", "status_code_conformance", "content_type_conformance", "response_schema_conformance")
CONFIG = """
[headers]
Authorization = "Bearer {key}"
[checks.not_a_server_error]
expected-statuses = ["2xx", "4xx", 503]
"""


@pytest.mark.parametrize(
    ("scopes", "phases", "examples"),
    [
        (("query", "settle", "refund", "reconcile", "admin"), "coverage,fuzzing", 5),
        *(((scope,), "fuzzing", 2) for scope in ("query", "settle", "refund", "reconcile", "admin")),
    ],
    ids=lambda value: "+".join(value) if isinstance(value, tuple) else str(value),
)
def test_every_operation(hub: RunningHub, tmp_path: Path, scopes: tuple[str, ...], phases: str, examples: int) -> None:
    key = write_config(tmp_path, hub.url, quiet_s=4, commit_s=2, query_s=2, upload_s=2, caller_patience_s=1)
    config = tmp_path / "gateway.toml"
    text = config.read_text(encoding="utf-8")
    whole = '["query", "settle", "refund", "reconcile", "admin"]'
    assert whole in text
    config.write_text(text.replace(whole, json.dumps(scopes)), encoding="utf-8")
    (tmp_path / "schemathesis.toml").write_text(CONFIG.format(key=key))
    with run_gateway(tmp_path) as gateway:
        command = [PROGRAM, "run", f"{gateway.url}/openapi.json", "--phases", phases, "--checks", ",".join(CHECKS)]
        command += ["--max-examples", str(examples), "--request-timeout", "20", "--seed", "1", "--no-color"]
        done = subprocess.run(
            [*command, "--continue-on-failure"], cwd=tmp_path, capture_output=True, text=True, timeout=380, check=False
        )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-500:]
    assert "Tested: 0" not in done.stdout
    lines = [json.loads(line) for line in (tmp_path / "yidi-gateway.log").read_text(encoding="utf-8").splitlines()]
    assert len(lines) > 50
    assert not [line for line in lines if line["event"] == "broken"]
    if len(scopes) == 1:
        refused = [line for line in lines if line["event"] == "call" and line.get("status") == 403]
        assert refused, "a caller of one right was refused nothing"
