"""May this patient settle directly: the verdict with every reason and the next step, before anything is registered.

yidi-hub serve &
python examples/04_eligibility.py [http://127.0.0.1:8701] [ID number]
"""

import sys
from datetime import datetime

from yidi_sdk.client import Client
from yidi_sdk.eligibility import ask_eligibility
from yidi_sdk.envelope import BEIJING
from yidi_sdk.institution import Institution, Operator
from yidi_sdk.rules import areas
from yidi_sdk.rules.eligibility import Question
from yidi_sdk.rules.identity import Credential

URL = sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8701"
ID = sys.argv[2] if len(sys.argv) > 2 else "530102198803150001"
HOSPITAL, CLERK = Institution("H50010300001", "示例市人民医院(虚构)", "500103"), Operator("0001", "示例收费员")
TODAY = datetime.now(BEIJING).date()
# emergency and trauma are answered by a person; left out they are unanswered, never "no"
QUESTION = Question("chronic", TODAY, disease_codes=("M03900",), emergency=False, trauma=False)
PLACE = areas.Institution(HOSPITAL.division, HOSPITAL.code)

with Client(URL, institution=HOSPITAL, operator=CLERK) as client:
    client.sign_in()
    found = ask_eligibility(client, Credential("id_card", ID), QUESTION, place=PLACE, today=TODAY)

print(f"{found.verdict}, usable as chronic: {', '.join(found.usable) or 'none'}")
for reason in found.reasons:
    print(f"{reason.code}: {reason.row.zh}; {reason.row.next_zh} ({reason.who})")
