"""The description is the door: from the same table, valid, complete, and true of real answers."""

import json
import re
from collections.abc import Callable
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from gateway.door_world import gateway_at, visit_body

from yidi_gateway import shapes
from yidi_gateway.doors import observing, openapi
from yidi_gateway.doors.routes import ROUTES
from yidi_mocks.plugin import RunningHub

DOCUMENT = openapi.document()


def references(value: Any) -> list[str]:
    if isinstance(value, dict):
        own = [value["$ref"]] if isinstance(value.get("$ref"), str) else []
        return own + [ref for part in value.values() for ref in references(part)]
    if isinstance(value, list):
        return [ref for part in value for ref in references(part)]
    return []


def validator(name: str) -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(
        {"$ref": f"#/components/schemas/{name}", "components": DOCUMENT["components"]}
    )


def test_every_row_is_described() -> None:
    described = {(path, method) for path, item in DOCUMENT["paths"].items() for method in item}
    assert described == {(route.path, route.method.lower()) for route in ROUTES}
    names = [route.operation for route in ROUTES]
    assert len(set(names)) == len(names)


def test_every_reference_leads_somewhere() -> None:
    for reference in set(references(DOCUMENT)):
        place: Any = DOCUMENT
        for step in reference.removeprefix("#/").split("/"):
            place = place[step]


def test_schemas_are_schemas() -> None:
    for name, schema in DOCUMENT["components"]["schemas"].items():
        jsonschema.Draft202012Validator.check_schema(schema)
        assert schema.get("description"), f"{name} says nothing"


def test_bodies_refuse_unknown_fields_and_default_nothing_to_false() -> None:
    for name in ("VisitIn", "EligibilityIn"):
        schema = DOCUMENT["components"]["schemas"][name]
        assert schema["additionalProperties"] is False
        for field in ("emergency", "trauma", "third_party"):
            assert schema["properties"][field]["default"] is None
    assert shapes.VisitIn.model_fields["trauma"].default is None


def test_wire_names_are_told() -> None:
    lines = DOCUMENT["components"]["schemas"]["LineIn"]["properties"]
    assert "det_item_fee_sumamt" in lines["amount"]["description"]


def test_keys_and_security() -> None:
    for route in ROUTES:
        operation = DOCUMENT["paths"][route.path][route.method.lower()]
        names = {entry.get("name"): entry for entry in operation["parameters"]}
        assert names.get("Idempotency-Key", {}).get("required", False) is route.needs_key
        assert bool(operation["security"]) is bool(route.scopes)


async def test_real_answers_are_as_described(
    hub: RunningHub, persona: Callable[[str], dict[str, Any]], tmp_path: Path
) -> None:
    credential = persona("filed_hypertension")["credential"]
    async with gateway_at(hub.url, tmp_path) as client:
        served = await client.get("/openapi.json")
        assert served.json() == json.loads(json.dumps(DOCUMENT))
        key = {"Idempotency-Key": "k"}
        opened = await client.post("/v1/visits", json=visit_body(credential), headers=key)
        visit = f"/v1/visits/{opened.json()['visit_id']}"
        asked = {"credential": credential, "kind": "chronic", "emergency": False, "trauma": False}
        told = {
            "OpenedVisit": opened,
            "Visit": await client.post(f"{visit}/settle", headers={"Idempotency-Key": "s"}),
            "Identity": await client.post("/v1/identity", json={"credential": credential}),
            "Eligibility": await client.post("/v1/eligibility", json=asked),
            "Submissions": await client.get("/v1/submissions"),
            "LinkTold": await client.get("/v1/link"),
            "WindowTold": await client.post(
                "/v1/maintenance",
                json={"from": "2020-01-01T00:00:00+08:00", "to": "2020-01-02T00:00:00+08:00", "text": "停机"},
            ),
            "Problem": await client.get("/v1/visits/none"),
            "Alive": await client.get("/health/live"),
            "Ready": await client.get("/health/ready"),
        }
        number = told["Visit"].json()["baskets"][0]["settlement"]["settlement_id"]
        refund = {"reason": "退费"}
        told["Refund"] = await client.post(
            f"/v1/settlements/{number}/refund", json=refund, headers={"Idempotency-Key": "r"}
        )
    for name, answer in told.items():
        found = [error.message for error in validator(name).iter_errors(answer.json())]
        assert not found, (name, found, answer.text)


async def test_docs_ask_nothing_from_outside(hub: RunningHub, tmp_path: Path) -> None:
    async with gateway_at(hub.url, tmp_path) as client:
        page = await client.get("/docs")
        assert page.headers["content-type"].startswith("text/html")
        assert "default-src 'none'" in page.headers["content-security-policy"]
        loaded = re.findall(r'(?:src|href)="([^"]+)"', page.text)
        assert loaded == ["docs/swagger-ui.css", "docs/swagger-ui-bundle.js", "docs/open.js"]
        for name in loaded:
            answer = await client.get(f"/{name}")
            assert answer.status_code == 200
            assert int(answer.headers["content-length"]) == len(answer.content)
        css = (await client.get("/docs/swagger-ui.css")).text
        assert not re.search(r"url\(\s*['\"]?(https?:)?//", css)
        assert "@import" not in css
    assert "validatorUrl: null" in observing.OPEN_SCRIPT


def test_vendored_files_are_those_that_were_vendored() -> None:
    static = files("yidi_gateway").joinpath("static")
    for line in static.joinpath("checksums.txt").read_text().splitlines():
        checksum, name = line.split()
        assert sha256(static.joinpath(*name.split("/")).read_bytes()).hexdigest() == checksum


@pytest.mark.parametrize("status", ["200", "201", "202"])
def test_no_error_is_told_as_done(status: str) -> None:
    for item in DOCUMENT["paths"].values():
        for operation in item.values():
            content = operation["responses"].get(status, {}).get("content", {})
            assert "application/problem+json" not in content
