"""Reports of examinations and laboratories that count elsewhere too. None is uploaded: a few personas have some."""

import json
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from typing import Any

from yidi_mocks.calls import Call
from yidi_mocks.exchange import Exchange, answers
from yidi_mocks.labels import demand
from yidi_mocks.refusals import Refusal
from yidi_mocks.world import World
from yidi_sdk.transactions import QueryRecognisedItems, QueryReport

IMAGING, LABORATORY = "1", "2"  # rpotc_type_code
ABNORMAL = "1"


@answers(QueryRecognisedItems)
def query_recognised(hub: Exchange, call: Call) -> dict[str, Any]:
    """The reports of a person, from whichever institution; everything told narrows."""
    data = call.data
    demand(QueryRecognisedItems, data, "psn_no")
    asked = (("institution", "exam_org_code"), ("item", "exam_item_code"))
    found = [
        row
        for row in _of(call)
        if all(data.get(name) in (None, "", row[ours]) for ours, name in asked)
        and (data.get("exam_item_name") or "") in row["name"]
        and (data.get("exam_org_name") or "") in _name(hub.world, row)
    ]
    return {
        "bilgiteminfo": [
            {
                **_about(hub, call, row),
                "fixmedins_code": row["institution"],
                "exam_rpotc_name": row["name"],
                "exam_rslt_poit_flag": row["positive"],
                "exam_rslt_abn": row["abnormal"],
                "examCcls": row["conclusion"],
            }
            for row in found
        ]
    }


@answers(QueryReport)
def query_report(hub: Exchange, call: Call) -> dict[str, Any]:
    """One report: of an examination, or of a laboratory with its values."""
    data = call.data
    key = (data["rpotc_no"], data["fixmedins_code"])
    row = next((row for row in _of(call) if (row["number"], row["institution"]) == key), None)
    if row is None:
        raise Refusal("report_unknown", value=data["rpotc_no"])
    about = _about(hub, call, row)
    examination = {
        **about,
        "exam_rpotc_name": row["name"],
        "exam_rslt_poit_flag": row["positive"],
        "exam_rslt_abn": row["abnormal"],
        "exam_ccls": row["conclusion"],
        "bilgDrName": row["doctor"],
    }
    laboratory = {
        "psn_no": call.who().psn_no,
        "rpotc_no": row["number"],
        "exam_item_code": row["item"],
        "exam_item_name": row["name"],
        "rpt_date": about["rpt_date"],
        "rpot_doc": row["doctor"],
    }
    return {
        "checkreportdetails": [examination] if row["kind"] == IMAGING else [],
        "inspectionreportinformation": [laboratory] if row["kind"] == LABORATORY else [],
        "inspectiondetails": [_value(row, value) for value in row.get("values", ())],
    }


@cache
def _rows() -> tuple[dict[str, Any], ...]:
    return tuple(json.loads(files("yidi_mocks").joinpath("data", "reports.json").read_text("utf-8")))


def _of(call: Call) -> list[dict[str, Any]]:
    return [row for row in _rows() if row["persona"] == call.who().persona]


def _name(world: World, row: dict[str, Any]) -> str:
    known = world.institutions.get(row["institution"])
    return known.name if known else ""


def _value(row: dict[str, Any], value: dict[str, str]) -> dict[str, Any]:
    return {
        "rpotc_no": row["number"],
        "exam_mtd": value["method"],
        "ref_val": value["reference"],
        "exam_unt": value["unit"],
        "exam_rslt_val": value["value"],
        "exam_rslt_qual": "异常" if value["abnormal"] == ABNORMAL else "正常",
        "exam_item_detl_code": value["code"],
        "exam_item_detl_name": value["name"],
        "exam_rslt_abn": value["abnormal"],
    }


def _about(hub: Exchange, call: Call, row: dict[str, Any]) -> dict[str, Any]:
    day = date.fromisoformat(hub.clock.today()) - timedelta(days=row["days_ago"])
    return {
        "psn_no": call.who().psn_no,
        "rpotc_no": row["number"],
        "rpt_date": day.isoformat(),
        "rpotc_type_code": row["kind"],
    }
