"""Builds the world: institutions and personas from data files, people and hospitals from what the control door sends.

Days in persona files may be relative to the hub's day at reset: `today`, `today-180d`, `today+30d`.
"""

import json
import re
import tomllib
from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any

from yidi_mocks.world import (
    FILING_KINDS,
    Credential,
    Filing,
    Institution,
    Insurance,
    Person,
    Qualification,
    World,
)
from yidi_sdk.codes import InsuranceType

FEN = Decimal("0.01")
RELATIVE = re.compile(r"today([+-]\d{1,5})?d?")
FIRST_PERSON = 20001
STATES = ("active", "pending", "cancelled", "unseen")


class BadWorld(ValueError):
    """What was asked of the control door makes no sense. The text names the field."""


@cache
def _rows(folder: str) -> tuple[dict[str, Any], ...]:
    found = sorted(files("yidi_mocks").joinpath(folder).iterdir(), key=lambda entry: entry.name)
    return tuple(json.loads(entry.read_text("utf-8")) for entry in found if entry.name.endswith(".json"))


@cache
def _data(name: str) -> tuple[dict[str, Any], ...]:
    return tuple(json.loads(files("yidi_mocks").joinpath("data", name).read_text("utf-8")))


def persona_rows() -> tuple[dict[str, Any], ...]:
    """The persona files, by name."""
    return _rows("personas")


def scenario_rows() -> dict[str, dict[str, Any]]:
    """The scenario files that come with the hub, by name."""
    return {row["name"]: row for row in _scenarios()}


@cache
def _scenarios() -> tuple[dict[str, Any], ...]:
    found = sorted(files("yidi_mocks").joinpath("scenarios").iterdir(), key=lambda entry: entry.name)
    return tuple(
        {"name": entry.name.removesuffix(".toml"), **tomllib.loads(entry.read_text("utf-8"))}
        for entry in found
        if entry.name.endswith(".toml")
    )


@cache
def disease_names() -> dict[str, str]:
    """The ten national chronic diseases of 医保办函〔2021〕4号, code to name."""
    return {row["code"]: row["name"] for row in _data("diseases.json")}


def new_world(today: str) -> World:
    """The beginning: all institutions of the documents, all personas, nothing done yet."""
    world = World()
    for row in _data("institutions.json"):
        institution = institution_from(row["code"], row, None)
        world.institutions[institution.code] = institution
    for number, row in enumerate(persona_rows(), start=1):
        person = person_from({**row, "name": row["person_name"]}, number, today)
        person.persona, person.title, person.about = row["name"], row["title"], row["about"]
        world.add_person(person)
    return world


def institution_from(code: str, row: dict[str, Any], before: Institution | None) -> Institution:
    """A hospital from a row; what the row leaves out stays as it was `before`, and its status in any case."""
    made = before or Institution(code, "示例医院(虚构)", code[1:7])
    made.name = row.get("name", made.name)
    made.division = row.get("division", made.division)
    made.level = row.get("level", made.level)
    made.status = row.get("status", made.status) if before is None else made.status
    made.services = list(row.get("services", made.services))
    made.open_diseases = list(row.get("open_diseases", made.open_diseases))
    kept = ("district", "local_code", "ownership", "address", "source", "source_no", "wire_code_fictional", "batch")
    made.about = {**made.about, **{name: row[name] for name in kept if name in row}}
    return made


def person_from(row: dict[str, Any], number: int, today: str) -> Person:
    """A person from a row of a persona file or of the control door. Raises BadWorld."""
    for name in ("name", "id_number", "insurances"):
        if name not in row:
            raise BadWorld(f"{name} is missing")
    id_number = str(row["id_number"])
    if not re.fullmatch(r"\d{17}[\dX]", id_number):
        raise BadWorld("id_number must have 17 digits and a digit or X")
    division = str(row["insurances"][0]["division"]) if row["insurances"] else "000000"
    credentials = [Credential(c["kind"], c["value"], c.get("card_sn")) for c in row.get("credentials", ())]
    if not any(credential.kind == "id_card" for credential in credentials):
        credentials.append(Credential("id_card", id_number))
    designated = row.get("designated")
    return Person(
        number=number,
        psn_no=str(row.get("psn_no") or f"{division[:2]}{'0' * 18}{number:06d}"),
        name=str(row["name"]),
        id_number=id_number,
        insurances=[insurance_from(item) for item in row["insurances"]],
        credentials=credentials,
        filings=[filing_from(item, today) for item in row.get("filings", ())],
        qualifications=[qualification_from(item, today) for item in row.get("qualifications", ())],
        designated=list(designated) if designated else None,
        benefit=str(row.get("benefit", "enjoyed")),
        in_stay=bool(row.get("in_stay", False)),
        persona=row.get("persona"),
    )


def insurance_from(row: dict[str, Any]) -> Insurance:
    """An insurance from a row; `insutype` and `division` are needed."""
    try:
        insutype, division = str(row["insutype"]), str(row["division"])
    except KeyError as missing:
        raise BadWorld(f"insurances: {missing.args[0]} is missing") from None
    employee = insutype == InsuranceType.EMPLOYEE
    return Insurance(
        insutype=insutype,
        division=division,
        status="1" if row.get("status") is None else str(row["status"]),
        paused_from=row.get("paused_from"),
        since=str(row.get("since") or "2015-07-01"),
        balance=Decimal(str(row.get("balance", "400.00" if employee else "0.00"))).quantize(FEN),
        psn_type=str(row.get("psn_type", "11" if employee else "15")),
        civil_servant=bool(row.get("civil_servant", False)),
        emp_name=str(row.get("emp_name", "")),
    )


def filing_from(row: dict[str, Any], today: str) -> Filing:
    """A filing from a row; `kind`, `area`, `begin` are needed."""
    kind, state = row.get("kind"), row.get("state") or "active"
    if kind not in FILING_KINDS:
        raise BadWorld(f"filings: kind must be one of {', '.join(FILING_KINDS)}")
    if state not in STATES:
        raise BadWorld(f"filings: state must be one of {', '.join(STATES)}")
    begin = _day(row.get("begin"), today)
    if begin is None or not row.get("area"):
        raise BadWorld("filings: area and begin are needed")
    return Filing(
        kind=kind,
        area=str(row["area"]),
        begin=begin,
        end=_day(row.get("end"), today),
        state=state,
        cancelled_on=_day(row.get("cancelled_on"), today),
        insured_division=row.get("insured_division"),
        promise_papers_open=bool(row.get("promise_papers_open", False)),
        illness=str(row.get("illness") or ""),
        form=row.get("form"),
    )


def qualification_from(row: dict[str, Any], today: str) -> Qualification:
    """A qualification from a row; `code` is needed, begin is long ago where it is left out."""
    if not row.get("code"):
        raise BadWorld("qualifications: code is needed")
    code = str(row["code"])
    begin = _day(row.get("begin"), today) or "2019-01-01"
    return Qualification(
        code, str(row.get("name") or disease_names().get(code, code)), begin, _day(row.get("end"), today)
    )


def _day(text: Any, today: str) -> str | None:
    if text is None or text == "":
        return None
    found = RELATIVE.fullmatch(str(text))
    if found:
        return (date.fromisoformat(today) + timedelta(days=int(found[1] or 0))).isoformat()
    try:
        return date.fromisoformat(str(text)).isoformat()
    except ValueError:
        raise BadWorld(f"{text} is no day (yyyy-MM-dd)") from None


def next_number(people: Iterable[int]) -> int:
    """The number of the next person that the control door makes."""
    return max(max(people, default=0) + 1, FIRST_PERSON)
