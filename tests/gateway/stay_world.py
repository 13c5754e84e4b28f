"""A till for stays: bodies by a few words, and the whole way from admission to settlement."""

from datetime import timedelta
from typing import Any

from gateway.visit_world import Till

from yidi_gateway.shapes import DischargeIn, StayFeesIn, StayIn, StaySettleIn
from yidi_gateway.stays import StayDesk
from yidi_gateway.visits import Answer

PATIENT = "inpatient_new_year"
CODE = "XC08CAA001B002010100001"


class Ward(Till):
    """One hospital with beds. `stays` is made anew with the engine, as after a restart."""

    def open_again(self) -> None:
        super().open_again()
        self.stays = StayDesk(self.desk.hospital)

    def stay(self, persona: str = PATIENT, **changes: Any) -> StayIn:
        person = self.person(persona)
        body = {
            "stay_no": f"ZY{next(self.numbers)}",
            "stay_kind": "ordinary",
            "credential": self.credential(persona),
            "patient": {"name": person.name, "id_number": person.id_number},
            "trauma": False,
            "admitted_at": self.clock.now() - timedelta(minutes=5),
            "department": {"code": "A03", "name": "内科"},
            "bed": "12",
            "doctor": {"code": "D500103000001", "name": "示例医师"},
            "diagnoses": [{"code": "I10.x00", "name": "高血压", "main": True}],
            **changes,
        }
        return StayIn.model_validate(body)

    def line(self, line_no: str, amount: str = "100.00", **changes: Any) -> dict[str, Any]:
        sign = "-" if amount.startswith("-") else ""
        body = {
            "line_no": line_no,
            "code": CODE,
            "local_code": f"L{line_no}"[:20],
            "name": "示例项目",
            "quantity": f"{sign}1",
            "unit_price": amount.lstrip("-"),
            "amount": amount,
            "prescribed_at": self.clock.now(),
        }
        return {**body, **changes}

    def fees(self, *lines: dict[str, Any]) -> StayFeesIn:
        return StayFeesIn.model_validate({"lines": list(lines)})

    def leaving(self, **changes: Any) -> DischargeIn:
        body = {
            "discharged_at": self.clock.now(),
            "way": "1",
            "diagnoses": [{"code": "I10.x00", "name": "高血压", "main": True}],
            **changes,
        }
        return DischargeIn.model_validate(body)

    # ---- the way there

    async def admitted(self, persona: str = PATIENT, **changes: Any) -> str:
        answer = await self.stays.admit(self.call(), self.stay(persona, **changes))
        assert answer.status == 201, answer.body
        return str(answer.body["stay_id"])

    async def charged(self, persona: str = PATIENT, *amounts: str, **changes: Any) -> str:
        stay_id = await self.admitted(persona, **changes)
        lines = [self.line(str(place), amount) for place, amount in enumerate(amounts or ("1000.00", "250.50"), 1)]
        good(await self.stays.fees(self.call(), stay_id, self.fees(*lines)))
        return stay_id

    async def discharged(self, persona: str = PATIENT, *amounts: str, **changes: Any) -> str:
        stay_id = await self.charged(persona, *amounts, **changes)
        self.clock.seconds += 3600
        good(await self.stays.discharge(self.call(), stay_id, self.leaving()))
        return stay_id

    async def settled(self, persona: str = PATIENT, *amounts: str, **changes: Any) -> tuple[str, dict[str, Any]]:
        stay_id = await self.discharged(persona, *amounts, **changes)
        answer = good(await self.stays.settle(self.call(), stay_id, StaySettleIn()))
        assert answer.body["state"] == "settled", answer.body
        return stay_id, answer.body

    async def told(self, stay_id: str) -> dict[str, Any]:
        return (await self.stays.stay(self.call(), stay_id)).body

    def beds(self, persona: str = PATIENT) -> list[Any]:
        """The person's stays at the platform that stand."""
        return [visit for visit in self.person(persona).visits if visit.stay is not None and not visit.cancelled]


def good(answer: Answer) -> Answer:
    assert answer.status == 200, answer.body
    return answer
