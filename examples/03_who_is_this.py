"""Who is this: a credential is read, and the platform says who it is and what insurance there is.

yidi-hub serve &
python examples/03_who_is_this.py [http://127.0.0.1:8701] [ID number]
"""

import sys

from yidi_sdk.client import Client
from yidi_sdk.flows import run, who_is
from yidi_sdk.institution import Institution, Operator
from yidi_sdk.rules.identity import Credential

URL = sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8701"
ID = sys.argv[2] if len(sys.argv) > 2 else "530102198803150001"
HOSPITAL, CLERK = Institution("H50010300001", "示例市人民医院(虚构)", "500103"), Operator("0001", "示例收费员")

with Client(URL, institution=HOSPITAL, operator=CLERK) as client:
    client.sign_in()
    known = run(client, who_is(Credential("id_card", ID)))

if known.person is None or known.reason is not None:
    print(f"nobody to settle for: {known.reason and known.reason.row.zh}")
else:
    kinds = ", ".join(f"{row.insutype} of {row.division}, balance {row.balance}" for row in known.person.insurances)
    print(f"{known.person.name}, person number {known.person.psn_no}: insurance {kinds}")
