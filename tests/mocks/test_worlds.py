"""Every world that the worked cases describe can be made over the control door."""

from pathlib import Path

import pytest
import yaml

CASES = yaml.safe_load((Path(__file__).parents[1] / "data" / "rules_cases.yaml").read_text("utf-8"))["cases"]
WORLDS = [case for case in CASES if case.get("given")]


@pytest.mark.parametrize("case", WORLDS, ids=lambda case: case["id"])
def test_world(hub, cashier, case):
    given = case["given"]
    if "institution" in given:
        row = {name: value for name, value in given["institution"].items() if name != "no_local_scope"}
        hub.control("/world/institutions/H50010300001", row, "PUT")
    told = given.get("answer_1101", {})
    insurances = told.get("insurances") or given.get("insurances") or [{"insutype": "310", "division": "530100"}]
    chronic = given.get("chronic")
    person = {
        "name": told.get("name", "测试甲"),
        "id_number": told.get("id_number", "530102198803150001"),
        "insurances": insurances,
        "filings": given.get("filings", []),
        "qualifications": [
            {"code": row["code"], "begin": row["from"], "end": row.get("to")}
            for row in (chronic if isinstance(chronic, list) else [])
        ],
        "benefit": given.get("benefit", "enjoyed"),
        "in_stay": bool(given.get("in_stay", False)),
    }
    made = hub.control("/world/people", person)
    output = cashier.serve(made["psn_no"])
    assert [row["insutype"] for row in output["insuinfo"]] == [row["insutype"] for row in insurances]
    shown = cashier.ok(
        "5304", {"data": {"psn_no": made["psn_no"], "begntime": "2000-01-01", "endtime": "2999-12-31 00:00:00"}}
    )
    seen = [filing for filing in person["filings"] if filing.get("state") != "unseen"]
    assert [row["exp_content"]["filing_area"] for row in shown["refmedin"]] == [filing["area"] for filing in seen]
