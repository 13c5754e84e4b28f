"""An independent judge of the form of a message: the fact tables alone, read from YAML, no class of the SDK or the hub.

It knows less than the hub and never more than the facts say: what it calls broken is broken. Where the tables differ
among themselves (`conflict`) it holds its tongue.
"""

import json
import re
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import yaml

SPEC = Path(__file__).parent.parent / "data" / "spec"
ENVELOPE = {  # envelope.md: longest, whether required
    "infno": (6, True),
    "msgid": (30, True),
    "mdtrtarea_admvs": (6, True),
    "insuplc_admdvs": (6, False),
    "recer_sys_code": (10, True),
    "dev_no": (100, False),
    "dev_safe_info": (2000, False),
    "cainfo": (1024, False),
    "signtype": (10, False),
    "infver": (6, True),
    "opter_type": (3, True),
    "opter": (30, True),
    "opter_name": (50, True),
    "inf_time": (19, True),
    "fixmedins_code": (30, True),
    "fixmedins_name": (200, True),
    "sign_no": (30, False),
}
NUMBER = re.compile(r"-?\d+(\.\d+)?", re.ASCII)
FORMS = {"date": "%Y-%m-%d", "datetime": "%Y-%m-%d %H:%M:%S"}


@cache
def facts() -> dict[str, dict[str, Any]]:
    """By infno: its request nodes by name, each (is a list, fields by name)."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    table = yaml.load((SPEC / "transactions.yaml").read_text("utf-8"), Loader=loader)  # noqa: S506 - a safe loader
    found = {}
    for row in table["transactions"]:
        asked = [node for node in row["nodes"] if node["direction"] == "request"]
        found[row["infno"]] = {
            node["node"]: (node["kind"] == "list", {field["name"]: field for field in node["fields"]}) for node in asked
        }
    return found


def broken(raw: bytes) -> str:
    """What is surely wrong with a message, "" where nothing is."""
    try:
        message = json.loads(raw, object_pairs_hook=_once)
    except (ValueError, RecursionError):
        return "no JSON, or a key twice"
    return _envelope(message) or _nodes(facts()[message["infno"]], message["input"])


def _envelope(message: Any) -> str:
    if not isinstance(message, dict):
        return "no object"
    for name, (longest, required) in ENVELOPE.items():
        value = message.get(name)
        if value in (None, "") and not required:
            continue
        if not isinstance(value, str) or not 0 < len(value) <= longest:
            return f"{name} is missing, or no text of at most {longest}"
    if message["infno"] not in facts():
        return "unknown infno"
    return "" if isinstance(message.get("input"), dict) else "input is no object"


def _nodes(known: dict[str, Any], nodes: dict[str, Any]) -> str:
    for name, value in nodes.items():
        if name not in known:
            return f"unknown node {name}"
        is_list, fields = known[name]
        if value in (None, "") or isinstance(value, list) != is_list:
            if value in (None, ""):
                continue
            return f"{name} is {'no' if is_list else 'a'} list"
        for row in value if is_list else [value]:
            if not isinstance(row, dict):
                return f"{name} holds no object"
            if found := _row(fields, row):
                return f"{name}: {found}"
    return ""


def _row(fields: dict[str, Any], row: dict[str, Any]) -> str:
    for name, value in row.items():
        fact = fields.get(name)
        if fact is None:
            if name not in ("exp_content", "expContent"):
                return f"unknown field {name}"
            continue
        if value not in (None, "") and (found := _value(fact, value)):
            return f"{name}: {found}"
    return ""


def _value(fact: dict[str, Any], value: Any) -> str:
    kind, length = fact.get("type", ""), str(fact.get("len", ""))
    if kind == "string":
        if not isinstance(value, str):
            return "no text"
        if length.isdigit() and len(value) > int(length) and "len" not in str(fact.get("conflict", "")):
            return "too long"
    if kind in FORMS:
        try:
            datetime.strptime(value, FORMS[kind])
        except (TypeError, ValueError):
            return f"no {kind}"
    if kind in ("decimal", "integer") and (
        isinstance(value, (bool, dict, list)) or not NUMBER.fullmatch(_digits(value))
    ):
        return "no number"
    return ""


def _digits(value: Any) -> str:
    return value if isinstance(value, str) else format(value, "f") if isinstance(value, float) else str(value)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({name for name, _ in pairs}) != len(pairs):
        raise ValueError("a key twice")
    return dict(pairs)
