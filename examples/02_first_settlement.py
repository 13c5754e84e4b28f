"""A first settlement: one chronic basket, registered, uploaded, tried and settled at the mock hub.

yidi-hub serve &
python examples/02_first_settlement.py [http://127.0.0.1:8701]
"""

import sys
from datetime import datetime
from decimal import Decimal

from yidi_sdk.client import Client
from yidi_sdk.envelope import BEIJING
from yidi_sdk.flows import BasketPlan, DiagnosisPlan, LinePlan, VisitPlan, open_basket, run, settlement
from yidi_sdk.institution import Institution, Operator
from yidi_sdk.rules.money import Amounts
from yidi_sdk.transactions import GetPerson

# what the HIS knows
URL = sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8701"
HOSPITAL, CLERK = Institution("H50010300001", "示例市人民医院(虚构)", "500103"), Operator("0001", "示例收费员")
ID, DOCTOR, ILL = "530102198803150001", "D500103000001", (DiagnosisPlan("I10.x00", "高血压", main=True),)
DRUG, PRICE, NOW = "XC08CAA001B002010100001", Decimal("12.30"), datetime.now(BEIJING)
LINE = LinePlan("1", DRUG, "10020", "氨氯地平片", Decimal(2), PRICE, 2 * PRICE, NOW)
BASKET = BasketPlan(f"MZ{NOW:%H%M%S}", "0001", "14", "M03900", LINE.amount, (LINE,))

# ten lines: who is it, register, upload, try, settle
with Client(URL, institution=HOSPITAL, operator=CLERK) as client:
    client.sign_in()
    person = client.send(GetPerson(mdtrt_cert_type="02", mdtrt_cert_no=ID))
    psn_no, insured = person.baseinfo.psn_no, person.insuinfo[0]
    visit = VisitPlan(psn_no, insured.insutype, "02", ID, NOW, "A03", "内科", DOCTOR, "示例医师", ILL, "A03")
    opened = run(client, open_basket(visit, BASKET), insured_division=insured.insuplc_admdvs)
    t = opened.trial.setlinfo
    parts = (t.medfee_sumamt, t.inscp_scp_amt, t.preselfpay_amt, t.overlmt_selfpay, t.fulamt_ownpay_amt)
    message = settlement(visit, BASKET, opened.mdtrt_id, Amounts(*parts, t.fund_pay_sumamt, t.acct_pay, t.psn_cash_pay))
    done = client.send(message, insured_division=insured.insuplc_admdvs).setlinfo

print(f"settled {done.setl_id}: fund {done.fund_pay_sumamt}, account {done.acct_pay}, cash {done.psn_cash_pay}")
