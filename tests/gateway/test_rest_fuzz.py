"""Threats T12, T25, T26: whatever is sent, the answer is a model or a problem, never a fault, and never the input."""

import asyncio
import json
import time
from pathlib import Path
from typing import Any

import pytest
from gateway.door_world import gateway_at
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from yidi_gateway.doors import reading
from yidi_gateway.doors.routes import ROUTES
from yidi_gateway.problem import Problem

BODIES = sorted({route.body for route in ROUTES if route.body is not None}, key=lambda body: body.__name__)
NAMES = sorted({name for body in BODIES for name in body.model_fields} | {"state", "setl_id", "caller", "__class__"})
LEAVES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20)
JSON = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=8), inner, max_size=6)
    ),
    max_leaves=20,
)


def parsed(raw: bytes, body: type[Any]) -> tuple[Any, str] | None:
    """None where a problem was told; anything else that is raised fails the test."""
    refused: Problem | None = None
    try:
        return reading.parse(raw, body, needed=True, language="en")
    except Problem as problem:
        refused = problem
    assert refused.http in (400, 422)
    return None


@pytest.mark.parametrize("body", BODIES, ids=lambda body: body.__name__)
@given(value=st.dictionaries(st.sampled_from(NAMES), JSON, max_size=12))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_json_is_a_model_or_a_problem(body: type[Any], value: dict[str, Any]) -> None:
    raw = json.dumps(value).encode()
    found = parsed(raw, body)
    if found is None:
        return
    made, digest = found
    assert set(value) <= {field.alias or name for name, field in body.model_fields.items()}
    assert made.model_config.get("frozen")
    assert len(digest) == 64


@given(raw=st.binary(max_size=200))
def test_any_bytes_are_json_or_a_problem(raw: bytes) -> None:
    parsed(raw, BODIES[0])


@given(value=JSON)
def test_hash_is_of_what_is_said(value: Any) -> None:
    loose = json.loads(json.dumps(value, indent=2))
    assert reading.hash_of(loose) == reading.hash_of(value)


def test_hash_tells_values_apart() -> None:
    digests = [reading.hash_of(value) for value in ({}, {"a": "1"}, {"a": None}, {"a": True}, {"a": ["1"]}, {"b": "1"})]
    assert len(set(digests)) == len(digests)


@pytest.mark.parametrize("text", ["１２.１０", "1e2", "-0", "0.005", "+1.00", " 1.00", "1,00", "٣.00", "0x10", "NaN"])
def test_strange_amounts_stay_text_for_the_rules(text: str) -> None:
    from yidi_gateway.shapes import LineIn

    line = {"line_no": "1", "code": "C", "local_code": "L", "name": "N", "prescribed_at": "2026-11-21T09:40:00+08:00"}
    made = LineIn.model_validate({**line, "quantity": "1", "unit_price": "1.00", "amount": text})
    assert made.amount == text


async def test_bombs_are_refused_quickly(tmp_path: Path) -> None:
    bombs = [
        b"[" * 1_000_000,
        b'{"a":' * 300_000,
        b'{"a":[' * 100_000,
        b'{"a":' + b"9" * 1_000_000 + b"}",
        b"\xff" * 1_000_000,
    ]
    async with gateway_at("http://127.0.0.1:1", tmp_path) as client:
        for bomb in bombs:
            begun = time.perf_counter()
            answer = await asyncio.wait_for(client.post("/v1/identity", content=bomb), 10)
            assert answer.status_code == 400, answer.text
            assert time.perf_counter() - begun < 5
