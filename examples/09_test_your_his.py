"""Test your HIS against the mock hub: lose an answer on purpose, see what it did, print the conformance report.

    python examples/09_test_your_his.py

`my_his` stands for your program in any language: it gets an address and speaks HTTP. In pytest the fixtures `hub`,
`hub_url` and `persona` come with `pip install yidi-sdk[mocks]`; the rest is the same.
"""

import http.client
import json
from contextlib import closing
from datetime import datetime, timedelta, timezone
from itertools import count
from typing import Any
from urllib.parse import urlsplit

from yidi_mocks.plugin import running_hub

HOSPITAL = {"fixmedins_code": "H50010300001", "fixmedins_name": "示例市人民医院(虚构)", "mdtrtarea_admvs": "500103"}
OPERATOR = {"opter": "0001", "opter_name": "示例收费员", "opter_type": "1", "infver": "V1.0", "recer_sys_code": "YBXT"}
SERIAL = count(1)


def my_his(url: str, id_number: str) -> str:
    """Sign in, read the person, register; when the answer is lost, ask for it. The number of the visit."""
    now = datetime.now(timezone(timedelta(hours=8)))
    moment, day = f"{now:%Y-%m-%d %H:%M:%S}", f"{now:%Y-%m-%d}"
    envelope = {**HOSPITAL, **OPERATOR, "inf_time": moment, "insuplc_admdvs": "", "sign_no": ""}

    def call(infno: str, node: dict[str, str], name: str = "data") -> Any:
        msgid = f"{HOSPITAL['fixmedins_code']}{now:%Y%m%d%H%M%S}{next(SERIAL):04d}"
        body = {**envelope, "infno": infno, "msgid": msgid, "input": {name: node}}
        with closing(http.client.HTTPConnection(urlsplit(url).netloc, timeout=5)) as line:
            line.request("POST", "/fsi/api/callService", json.dumps(body).encode())
            answer = json.loads(line.getresponse().read())
        if answer["infcode"] != 0:
            raise SystemExit(answer["err_msg"])
        return answer["output"]

    envelope["sign_no"] = call("9001", {"opter_no": "0001", "mac": "", "ip": ""}, "signIn")["signinoutb"]["sign_no"]
    shown = {"mdtrt_cert_type": "02", "mdtrt_cert_no": id_number}
    found = call("1101", shown)
    envelope["insuplc_admdvs"] = found["insuinfo"][0]["insuplc_admdvs"]
    who = {"psn_no": found["baseinfo"]["psn_no"]}
    desk = {"atddr_no": "D1", "dr_name": "示例医师", "dept_code": "A03", "dept_name": "内科", "caty": "A03"}
    try:
        visit = {**who, **shown, **desk, "insutype": "310", "begntime": moment, "ipt_otp_no": "MZ1"}
        return call("2201", visit)["data"]["mdtrt_id"]
    except http.client.RemoteDisconnected:  # not known: ask, and never register again before
        period = {"begntime": f"{day} 00:00:00", "endtime": f"{day} 23:59:59", "med_type": "11"}
        return call("5201", {**who, **period})["mdtrtinfo"][0]["mdtrt_id"]


with running_hub() as hub:
    hub.fault("drop_reply", "2201", when={"nth": 1})
    visit = my_his(hub.url, hub.personas()["filed_hypertension"]["id_number"])
    hub.received.expect_order("9001", "1101", "2201", "5201")
    hub.received.expect(infno="2201", verdict="fault:drop_reply", effect=True)  # sent once, done once
    print(f"found again: {visit}")
    print(hub.report_text())
