"""An outbox of one's own in sqlite; run it twice: python examples/07_own_outbox.py [hub URL] [outbox.sqlite]"""

import sqlite3
import sys
from datetime import datetime

from yidi_sdk.attempts import SharedMsgids
from yidi_sdk.client import Client
from yidi_sdk.envelope import BEIJING
from yidi_sdk.errors import Unknown
from yidi_sdk.institution import Institution, Operator
from yidi_sdk.profile import load
from yidi_sdk.transactions import RegisterOutpatient

URL, FILE = [*sys.argv[1:], *("http://127.0.0.1:8701", "outbox.sqlite")[len(sys.argv) - 1 :]]
HOSPITAL, CLERK = Institution("H50010300001", "示例市人民医院(虚构)", "500103"), Operator("0001", "示例收费员")
NOW = datetime.now(BEIJING)
VISIT = {"ipt_otp_no": f"MZ{NOW:%H%M%S%f}", "begntime": f"{NOW:%Y-%m-%d %H:%M:%S}", "mdtrt_cert_type": "02"}
PERSON = {"psn_no": "53000000000000000000009901", "insutype": "310", "mdtrt_cert_no": "530102198803150001"}
PLACE = {"atddr_no": "D500103000001", "dr_name": "示例医师", "dept_name": "内科", "dept_code": "A03", "caty": "A03"}


class Outbox(sqlite3.Connection):
    def keep(self, infno: str, msgid: str, body: bytes) -> None:
        self.execute("INSERT INTO sent VALUES (?, ?, ?)", (infno, msgid, body))  # on disk when it returns


box = sqlite3.connect(FILE, isolation_level=None, factory=Outbox)
box.execute("CREATE TABLE IF NOT EXISTS sent (infno TEXT, msgid TEXT PRIMARY KEY, body BLOB)")
for infno, msgid in box.execute("SELECT infno, msgid FROM sent"):
    print(f"sent before: {infno} {msgid}")
numbers = SharedMsgids(FILE, load("national"), HOSPITAL.code)
with Client(URL, institution=HOSPITAL, operator=CLERK, outbox=box, msgids=numbers) as client:
    client.sign_in()
    try:
        done = client.send(RegisterOutpatient(**PERSON, **VISIT, **PLACE), insured_division="530100")
        print(f"registered as {done.data.mdtrt_id}")
    except Unknown as doubt:
        print(f"outcome not known: {doubt.infno} {doubt.msgid} is in the outbox; ask, do not send it again")
