"""Bad input at the counter: one plain sentence that names line and field, and nothing leaves for the platform."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest
from his import Json, credential_of, money_sends, post, visit_body
from main_job.fees import UnreadableFile, read_lines
from main_job.running import caller, run_gateway, run_hub, write_config

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]
ROOT = Path(__file__).parent.parent.parent


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[httpx.Client, httpx.Client]]:
    folder = tmp_path_factory.mktemp("bad")
    with ExitStack() as stack:
        hub_url = stack.enter_context(run_hub(folder)).url
        key = write_config(folder, hub_url)
        url = stack.enter_context(run_gateway(folder)).url
        hub = stack.enter_context(httpx.Client(base_url=hub_url, trust_env=False, timeout=30))
        yield hub, stack.enter_context(caller(url, key))


def line(body: Json, **changes: Any) -> Json:
    first, *others = body["lines"]
    return {**body, "lines": [{**first, **changes}, *others]}


BAD = [
    ("negative amount", lambda b: line(b, quantity="-2", amount="-24.60"), 422, "NEGATIVE_LINE", "lines[0]"),
    ("three decimals", lambda b: line(b, amount="24.605"), 422, "AMOUNT_FORMAT", "lines[0].amount"),
    ("exponent", lambda b: line(b, amount="2E+1"), 422, "AMOUNT_FORMAT", "lines[0].amount"),
    ("full-width digits", lambda b: line(b, amount="２４.６０"), 422, "AMOUNT_FORMAT", "lines[0].amount"),
    ("unknown disease", lambda b: {**line(b, disease_code="M99999"), "kind": "chronic"}, 422, "DISEASE_CODE_UNKNOWN", "lines[0].disease_code"),
    ("no disease in ordinary care", lambda b: line(b, disease_code="M03900"), 422, "DISEASE_CODE_WRONG_KIND", "lines[0].disease_code"),
    ("check digit", lambda b: {**b, "credential": {"kind": "id_card", "value": "530102198803150002", "card_sn": None}}, 422, "ID_CHECK_DIGIT", "credential.value"),
    ("emergency not answered", lambda b: {**b, "emergency": None}, 422, "EMERGENCY_UNANSWERED", "emergency"),
    ("trauma not answered", lambda b: {**b, "trauma": None}, 422, "TRAUMA_UNANSWERED", "trauma"),
    ("third party not answered", lambda b: {**b, "trauma": True}, 422, "THIRD_PARTY_UNANSWERED", "third_party"),
    ("line does not add up", lambda b: line(b, amount="25.60"), 422, "LINE_AMOUNT_MISMATCH", "lines[0].amount"),
    ("no lines", lambda b: {**b, "lines": []}, 422, "NO_LINES", "lines"),
    ("doubled line number", lambda b: {**b, "lines": [b["lines"][0], b["lines"][0]]}, 422, "LINE_NO_DUPLICATE", "lines[1].line_no"),
    ("unknown field", lambda b: {**b, "settle": True}, 422, "BAD_REQUEST", "settle"),
    ("commitment missing", lambda b: {**b, "trauma": True, "third_party": False}, 422, "COMMITMENT_MISSING", "commitment"),
]  # fmt: skip


@pytest.mark.requirement("R104", "R150")
@pytest.mark.parametrize(("change", "status", "code", "path"), [row[1:] for row in BAD], ids=[row[0] for row in BAD])
def test_bad_visit(programs: tuple[httpx.Client, httpx.Client], change: Any, status: int, code: str, path: str) -> None:
    hub, gateway = programs
    before = len(hub.get("/_hub/received").json()["items"])
    body = change(visit_body(credential_of(hub, "filed_hypertension")))
    answer = post(gateway, "/v1/visits", body, f"bad-{code}-{path}-{answer_id()}")
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (status, code), answer.text
    assert any(field["path"].startswith(path) for field in problem["fields"]), answer.text
    assert problem["money"] == "not_moved"
    assert problem["cause"]
    assert problem["next_step"]
    assert str(body["credential"]["value"]) not in answer.text
    assert len(hub.get("/_hub/received").json()["items"]) == before
    assert money_sends(hub) == []


_count = iter(range(10_000))


def answer_id() -> int:
    return next(_count)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "line 1: column line_no is missing"),
        (b"line_no,code\n1,2\n", "line 1: column local_code is missing"),
        (
            b"line_no,code,local_code,name,quantity,unit_price,amount,disease_code\n1,2\n",
            "line 2: 2 columns, expected 8",
        ),
        (b"line_no,code,local_code,name,quantity,unit_price,amount,disease_code\n", "no fee lines"),
        ("序号,名称".encode("gb18030"), "not UTF-8 text"),
    ],
)
def test_unreadable_fee_file(tmp_path: Path, content: bytes, says: str) -> None:
    path = tmp_path / "fees.csv"
    path.write_bytes(content)
    with pytest.raises(UnreadableFile, match=says):
        read_lines(path)


def test_the_demo_names_a_file_it_cannot_read_and_starts_nothing(tmp_path: Path) -> None:
    command = [sys.executable, str(ROOT / "examples" / "01_main_job.py"), "--fees", str(tmp_path / "none.csv")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert "none.csv: cannot be read" in done.stderr
    assert done.stdout == ""
