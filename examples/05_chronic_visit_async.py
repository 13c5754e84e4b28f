"""The chronic visit of 02 with `AsyncClient`: python examples/05_chronic_visit_async.py [http://127.0.0.1:8701]"""

import asyncio
import sys
from datetime import datetime
from decimal import Decimal

from yidi_sdk.client import AsyncClient
from yidi_sdk.envelope import BEIJING
from yidi_sdk.flows import BasketPlan, DiagnosisPlan, LinePlan, VisitPlan, open_basket, run_async, settlement, who_is
from yidi_sdk.institution import Institution, Operator
from yidi_sdk.rules.identity import Credential
from yidi_sdk.rules.money import Amounts

URL = sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8701"
HOSPITAL, CLERK = Institution("H50010300001", "示例市人民医院(虚构)", "500103"), Operator("0001", "示例收费员")
ID, DOCTOR, ILL = "530102198803150001", "D500103000001", (DiagnosisPlan("I10.x00", "高血压", main=True),)
DRUG, PRICE, NOW = "XC08CAA001B002010100001", Decimal("12.30"), datetime.now(BEIJING)
LINE = LinePlan("1", DRUG, "10020", "氨氯地平片", Decimal(2), PRICE, 2 * PRICE, NOW)
BASKET = BasketPlan(f"MZ{NOW:%H%M%S%f}", "0001", "14", "M03900", LINE.amount, (LINE,))


async def main() -> None:
    async with AsyncClient(URL, institution=HOSPITAL, operator=CLERK) as client:
        await client.sign_in()
        person = (await run_async(client, who_is(Credential("id_card", ID)))).person or sys.exit("nobody")
        kind, place = person.insurances[0].insutype, person.insurances[0].division
        visit = VisitPlan(person.psn_no, kind, "02", ID, NOW, "A03", "内科", DOCTOR, "示例医师", ILL, "A03")
        opened = await run_async(client, open_basket(visit, BASKET), insured_division=place)
        t = opened.trial.setlinfo
        parts = (t.medfee_sumamt, t.inscp_scp_amt, t.preselfpay_amt, t.overlmt_selfpay, t.fulamt_ownpay_amt)
        tried = Amounts(*parts, t.fund_pay_sumamt, t.acct_pay, t.psn_cash_pay)
        message = settlement(visit, BASKET, opened.mdtrt_id, tried)
        done = (await client.send(message, insured_division=place)).setlinfo
    print(f"settled {done.setl_id}: fund {done.fund_pay_sumamt}, account {done.acct_pay}, cash {done.psn_cash_pay}")


asyncio.run(main())
