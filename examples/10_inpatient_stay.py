"""A stay, charged day by day, discharged, tried, settled: python examples/10_inpatient_stay.py [http://127.0.0.1:8701]"""

import sys
from datetime import datetime
from decimal import Decimal

from yidi_sdk import flows
from yidi_sdk.client import Client
from yidi_sdk.envelope import BEIJING
from yidi_sdk.institution import Institution, Operator
from yidi_sdk.rules.identity import Credential
from yidi_sdk.rules.money import Amounts

URL = sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8701"
HOSPITAL, CLERK = Institution("H50010300001", "示例市人民医院(虚构)", "500103"), Operator("0001", "示例收费员")
ID, NOW, ILL = "520302195502030001", datetime.now(BEIJING), flows.DiagnosisPlan("S72.000", "股骨颈骨折", main=True)
WARD = (NOW, "B01", "骨科", "12", "D500103000001", "示例医师", (ILL,))
BED, DRUG = ("001109000010000", "1", "床位"), ("XB01AAA0001", "2", "示例药")
DAYS = [("D1", *BED, 1, 60), ("D2", *DRUG, 3, 280), ("D3", *BED, 1, 60), ("D4", *DRUG, -1, 280)]

with Client(URL, institution=HOSPITAL, operator=CLERK) as client:
    client.sign_in()
    who = flows.run(client, flows.who_is(Credential("id_card", ID))).person or sys.exit("nobody")
    kind, at = who.insurances[0].insutype, {"insured_division": who.insurances[0].division}
    stay = flows.StayPlan(who.psn_no, kind, "02", ID, f"ZY{NOW:%H%M%S%f}", "21", *WARD, flags={"ipt_type": "0"})
    mdtrt_id = flows.run(client, flows.admit(stay), **at)
    lines, kept = [], flows.Uploads()
    for number, code, local, name, count, price in DAYS:  # what is new goes; what was in doubt goes again
        cost = (Decimal(count), Decimal(price), Decimal(f"{count * price}.00"))
        lines.append(flows.StayLine(number, code, local, name, *cost, NOW, origin="D2" if count < 0 else None))
        kept = flows.run(
            client, flows.upload_stay(stay, mdtrt_id, lines, kept), **at
        )  # the parts are told once: keep it
    leaving, sums = flows.DischargePlan(NOW, "1", "B01", "骨科", (ILL,)), flows.sums_of(lines, kept.whole().parts)
    t = flows.run(client, flows.discharge_and_try(stay, mdtrt_id, leaving, sums), **at).setlinfo
    parts = (t.medfee_sumamt, t.inscp_scp_amt, t.preselfpay_amt, t.overlmt_selfpay, t.fulamt_ownpay_amt)
    tried = Amounts(*parts, t.fund_pay_sumamt, t.acct_pay, t.psn_cash_pay)
    done = client.send(flows.stay_settlement(stay, mdtrt_id, leaving, tried), **at).setlinfo
print(f"settled {done.setl_id}: total {done.medfee_sumamt}, fund {done.fund_pay_sumamt}, cash {done.psn_cash_pay}")
