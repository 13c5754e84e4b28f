"""Any transaction by its number, also one without a class; and a refusal in plain words.

yidi-hub serve &
python examples/06_raw_transaction.py [http://127.0.0.1:8701]
"""

import sys

from yidi_sdk.client import Client
from yidi_sdk.errors import Refused, Unknown
from yidi_sdk.explain import errors
from yidi_sdk.institution import Institution, Operator
from yidi_sdk.transactions.raw import Raw

URL = sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8701"
HOSPITAL, CLERK = Institution("H50010300001", "示例市人民医院(虚构)", "500103"), Operator("0001", "示例收费员")
KNOWN = {"data": {"mdtrt_cert_type": "02", "mdtrt_cert_no": "530102198803150001"}}
NOBODY = {"data": {"mdtrt_cert_type": "02", "mdtrt_cert_no": "530102190001010000"}}

with Client(URL, institution=HOSPITAL, operator=CLERK) as client:
    client.sign_in()
    answer = client.send(Raw("1101", KNOWN))
    print(f"1101 answered {', '.join(answer.nodes)}: {answer.nodes['baseinfo']['psn_name']}")
    try:
        client.send(Raw("1101", NOBODY))
    except Refused as no:
        row = errors.row_named(no.key or "")
        print(f"refused: {row.cause_zh}; {row.next_zh}" if row else f"refused: {errors.clean(no.err_msg)}")
    except Unknown as doubt:
        print(f"outcome not known, ask before sending again: {doubt}")
