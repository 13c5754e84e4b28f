"""The platform about itself and the institutions: code tables, institutions, departments, practitioners."""

from typing import Any

from yidi_mocks.calls import Call
from yidi_mocks.directory import FIRST_DAY, credit_code_of, departments, kind_of, practitioners, tables
from yidi_mocks.exchange import Exchange, answers
from yidi_mocks.labels import wrong
from yidi_sdk.codes import Flag
from yidi_sdk.transactions import FindInstitutions, GetDictionary, QueryDepartments, QueryPractitioners

MOST = 100


@answers(FindInstitutions)
def find_institutions(hub: Exchange, call: Call) -> dict[str, Any]:
    """By kind and by code or part of the name; at most a hundred. An empty list means none."""
    data, message = call.data, FindInstitutions
    kind, code, word = data["fixmedins_type"], data.get("fixmedins_code"), data.get("fixmedins_name")
    if not tables()["fixmedins_type"].has(kind):
        raise wrong(message, "fixmedins_type", f"字典中没有{kind}")
    if not code and not word:
        raise wrong(message, "fixmedins_code", "与定点医药机构名称(fixmedins_name)不能都为空")
    found = [
        institution
        for institution in hub.world.institutions.values()
        if kind_of(institution) == kind
        and (institution.code == code if code else bool(word) and str(word) in institution.name)
    ]
    return {
        "medinsinfo": [
            {
                "fixmedins_code": institution.code,
                "fixmedins_name": institution.name,
                "uscc": credit_code_of(institution),
                "fixmedins_type": kind,
                "hosp_lv": institution.level or None,
            }
            for institution in found[:MOST]
        ]
    }


@answers(GetDictionary)
def get_dictionary(_: Exchange, call: Call) -> dict[str, Any]:
    """One code table as it stood on the day asked. The name is taken in capitals or not and comes back as asked.

    No table has levels: with a parent there is nothing to show. Nothing has become invalid yet.
    """
    data, message = call.data, GetDictionary
    table = tables().get(data["type"].lower())
    if table is None:
        raise wrong(message, "type", f"没有字典{data['type']}")
    if not (len(data["admdvs"]) == len("500000") and data["admdvs"].isdigit()):
        raise wrong(message, "admdvs", "应为六位数字")
    nothing = bool(data.get("parentValue")) or data["valiFlag"] == Flag.NO or data["date"] < FIRST_DAY
    rows = () if nothing else table.rows
    return {
        "list": [
            {
                "type": data["type"],
                "label": label,
                "value": value,
                "parent_value": "",
                "sort": place,
                "vali_flag": Flag.YES.value,
                "create_user": "admin",
                "create_date": FIRST_DAY,
                "version": 1,
            }
            for place, (value, label) in enumerate(rows, 1)
        ]
    }


@answers(QueryDepartments)
def query_departments(_: Exchange, call: Call) -> dict[str, Any]:
    """The departments of the sender."""
    hospital = call.hospital()
    return {
        "data": [
            {
                "hosp_dept_codg": row["code"],
                "hosp_dept_name": row["name"],
                "begntime": row["since"],
                "dept_resper_name": "示例科主任",
                "dept_resper_tel": "00000000000",
                "caty": row["caty"],
                "dept_estbdat": row["since"],
                "aprv_bed_cnt": row["beds"],
                "hi_crtf_bed_cnt": row["beds"],
                "poolarea_no": hospital.division,
                "dr_psncnt": row["doctors"],
                "nurs_psncnt": row["nurses"],
            }
            for row in departments()
        ]
    }


@answers(QueryPractitioners)
def query_practitioners(_: Exchange, call: Call) -> dict[str, Any]:
    """The practitioners of the sender that everything told applies to."""
    data, message = call.data, QueryPractitioners
    if not tables()["prac_psn_type"].has(data["prac_psn_type"]):
        raise wrong(message, "prac_psn_type", f"字典中没有{data['prac_psn_type']}")
    asked = {
        "kind": data["prac_psn_type"],
        "certno": data.get("certno"),
        "name": data.get("prac_psn_name"),
        "code": data.get("prac_psn_code"),
    }
    found = [
        row
        for row in practitioners(call.hospital())
        if all(value in (None, "", row[name]) for name, value in asked.items())
    ]
    return {
        "feedetail": [
            {
                "psn_cert_type": "01",
                "certno": row["certno"],
                "prac_psn_no": row["number"],
                "prac_psn_code": row["code"],
                "prac_psn_name": row["name"],
                "prac_psn_type": row["kind"],
                "hi_dr_flag": Flag.YES.value if row["kind"] == "1" else Flag.NO.value,
                "begntime": row["since"],
            }
            for row in found
        ]
    }
