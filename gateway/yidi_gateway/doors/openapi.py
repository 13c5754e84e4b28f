"""OpenAPI 3.1 of the REST door, made from the same table and models that read its calls."""

import re
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.metadata import version
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from yidi_gateway.doors import answers
from yidi_gateway.doors.routes import ROUTES
from yidi_gateway.doors.table import Route
from yidi_gateway.problem import MEDIA_TYPE

TITLES = {
    200: "what is so", 201: "made", 202: "pending: ask again with the same key", 400: "the call cannot be read",
    401: "not authenticated", 403: "not allowed", 404: "there is none", 409: "refused; nothing was done unasked",
    413: "too large", 422: "fields are wrong, all are named",
    429: "called too often: nothing was done, the key stays usable", 500: "the gateway itself broke",
    503: "downtime, or proven not sent: the key stays usable",
}  # fmt: skip
HEADERS: Mapping[str, Mapping[str, Any]] = {
    "IdempotencyKey": {
        "name": "Idempotency-Key",
        "in": "header",
        "description": "belongs to this request; the same key and body get the same final answer",
        "schema": {"type": "string", "minLength": 1, "maxLength": 255},
    },
    "Patience": {
        "name": "X-Yidi-Patience",
        "in": "header",
        "description": "seconds this caller waits before it is told pending",
        "schema": {"type": "number", "minimum": 0, "maximum": 300},
    },
    "Language": {
        "name": "Accept-Language",
        "in": "header",
        "description": "zh (default) or en, for texts that people read",
        "schema": {"type": "string"},
    },
}
SIGNED = ("X-Yidi-Caller", "X-Yidi-Time", "X-Yidi-Nonce", "X-Yidi-Signature")
ABOUT = """Amounts are text with two decimals, times RFC 3339 with offset. `settled`, `failed` and `reversed` are final.
Signature of callers that are not on this machine: hex HMAC-SHA256, under the caller's key, over method, path with its
query, hex SHA-256 of the body, time (Unix seconds) and nonce, joined by newlines."""


@cache
def document() -> dict[str, Any]:
    """The whole description."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "yidi gateway", "version": version("yidi-sdk"), "description": ABOUT},
        "servers": [{"url": "/"}],
        "paths": _paths(),
        "components": {
            "schemas": _schemas(),
            "parameters": {name: dict(header) for name, header in HEADERS.items()},
            "responses": _problems(),
            "securitySchemes": _security(),
        },
    }


def _paths() -> dict[str, dict[str, Any]]:
    paths: dict[str, dict[str, Any]] = {}
    for route in ROUTES:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route)
    return paths


def _operation(route: Route) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": route.operation,
        "summary": route.summary,
        "parameters": list(_parameters(route)),
        "responses": _responses(route),
        "security": [{"bearer": []}, {name: [] for name in SIGNED}] if route.scopes else [],
    }
    if route.scopes:
        operation["x-yidi-scopes"] = list(route.scopes)
    if route.body is not None:
        schema = {"$ref": f"#/components/schemas/{route.body.__name__}"}
        operation["requestBody"] = {
            "required": route.body_needed,
            "content": {"application/json": {"schema": schema}},
        }
    return operation


def _parameters(route: Route) -> Iterable[dict[str, Any]]:
    for name in re.findall(r"\{(\w+)\}", route.path):
        yield {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
    for query in route.query:
        yield {"name": query.name, "in": "query", "description": query.about, "schema": dict(query.schema)}
    if route.needs_key:
        yield {**HEADERS["IdempotencyKey"], "required": True}
    elif route.takes_key:
        yield {"$ref": "#/components/parameters/IdempotencyKey"}
    if route.scopes:
        yield {"$ref": "#/components/parameters/Patience"}
        yield {"$ref": "#/components/parameters/Language"}


def _responses(route: Route) -> dict[str, Any]:
    told: dict[str, Any] = {}
    for status, model in route.answers.items():
        schema = {"$ref": f"#/components/schemas/{model.__name__}"}
        told[str(status)] = {"description": TITLES[status], "content": {route.media_type: {"schema": schema}}}
    if route.raw_answer is not None:
        content = {route.media_type: {"schema": dict(route.raw_answer)}}
        told["200"] = {"description": TITLES[200], "content": content}
    every = {400, 401, 403, 429, 500} if route.scopes else {500}
    if route.body is not None:
        every.add(413)
    for status in sorted(every | set(route.problems)):
        told[str(status)] = {"$ref": f"#/components/responses/Problem{status}"}
    return told


def _problems() -> dict[str, Any]:
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    found: dict[str, Any] = {
        f"Problem{status}": {"description": title, "content": content}
        for status, title in TITLES.items()
        if status >= 400  # noqa: PLR2004 - where errors begin
    }
    retry = {"description": "seconds", "schema": {"type": "integer"}}
    for name in ("Problem429", "Problem503"):
        found[name] = {**found[name], "headers": {"Retry-After": retry}}
    return found


def _security() -> dict[str, Any]:
    bearer = {"type": "http", "scheme": "bearer", "description": "the caller's key; on this machine only"}
    return {"bearer": bearer, **{name: {"type": "apiKey", "in": "header", "name": name} for name in SIGNED}}


def _schemas() -> dict[str, Any]:
    wanted: dict[tuple[type[BaseModel], JsonSchemaMode], None] = {(answers.Problem, "serialization"): None}
    for route in ROUTES:
        for model in route.answers.values():
            wanted[model, "serialization"] = None
        if route.body is not None:
            wanted[route.body, "validation"] = None
    _, made = models_json_schema(list(wanted), ref_template="#/components/schemas/{model}")
    schemas: dict[str, Any] = made["$defs"]
    return schemas
