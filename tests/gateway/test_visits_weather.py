"""Visits in bad weather: downtime, crashes between steps, calls at once, expired sign-ins, people who change."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from gateway.visit_world import Till

from yidi_gateway.journal.port import JournalDown, Search
from yidi_gateway.problem import Problem
from yidi_gateway.shapes import CancelIn, EligibilityIn, SettleIn
from yidi_gateway.submission import Window

pytestmark = pytest.mark.anyio
TWO = "filed_hypertension_diabetes"
THREE = (("18.50", None), ("102.00", "M01600"), ("24.60", "M03900"))
DOWN = "refuse:系统停机维护：升级（2026-11-21 09:00:00 至 2026-11-21 10:00:00）"


@pytest.fixture
def till() -> Till:
    return Till()


def states(body: dict[str, Any]) -> list[str]:
    return [basket["state"] for basket in body["baskets"]]


def window(till: Till, minutes: int = 60) -> Window:
    now = till.clock.now()
    return Window("w1", now, now + timedelta(minutes=minutes), "升级维护")


@pytest.mark.requirement("R182", "R183", "R058")
async def test_downtime_holds_everything_back(till: Till) -> None:
    visit = await till.opened(TWO, *THREE)
    await till.engine.announce(window(till))
    sent = len(till.poster.sent)
    question = EligibilityIn.model_validate({"credential": till.credential(TWO), "kind": "outpatient"})
    calls = (
        till.desk.settle(till.call("k"), visit["visit_id"], SettleIn()),
        till.desk.open_visit(till.call(), till.visit(TWO, *THREE)),
        till.desk.eligibility(till.call(), question),
    )
    for call in calls:
        with pytest.raises(Problem) as held:
            await call
        assert (held.value.http, held.value.code, held.value.money) == (503, "MAINTENANCE", "not_moved")
        assert held.value.retry_after_s
        assert held.value.retry_after_s <= 3600
        assert held.value.window is not None
    assert len(till.poster.sent) == sent
    assert (await till.desk.visit(till.call(), visit["visit_id"])).status == 200
    till.clock.seconds += 3700
    assert states((await till.desk.settle(till.call("k"), visit["visit_id"], SettleIn())).body) == ["settled"] * 3


async def test_downtime_that_begins_in_mid_visit(till: Till) -> None:
    visit = await till.opened(TWO, *THREE)
    till.poster.plans["2207"] = ["", DOWN]
    answer = await till.desk.settle(till.call("k", patience_s=5), visit["visit_id"], SettleIn())
    assert (answer.status, states(answer.body)) == (202, ["settled", "pending", "not_started"])
    with pytest.raises(Problem, match="MAINTENANCE"):
        await till.desk.open_visit(till.call(), till.visit(TWO, *THREE))
    again = await till.desk.settle(till.call("k", patience_s=1), visit["visit_id"], SettleIn())
    assert (again.status, states(again.body)) == (202, ["settled", "pending", "not_started"])
    with pytest.raises(Problem, match="KEY_REUSED"):
        await till.desk.settle(till.call("k", body="other"), visit["visit_id"], SettleIn())
    shown = await till.desk.visit(till.call(), visit["visit_id"])
    assert (shown.status, shown.body["text"]) == (202, again.body["text"])


async def test_downtime_between_two_baskets(till: Till) -> None:
    visit = await till.opened(TWO, *THREE)

    till.poster.plans["2206"] = [DOWN]
    answer = await till.desk.settle(till.call("k"), visit["visit_id"], SettleIn())
    assert (answer.status, states(answer.body)) == (200, ["settled", "maintenance", "not_started"])
    assert answer.body["baskets"][1]["maintenance"] is not None
    assert answer.body["baskets"][1]["message"]["code"] == "MAINTENANCE"
    till.clock.seconds += 3700
    answer = await till.desk.settle(till.call(), visit["visit_id"], SettleIn())
    assert states(answer.body) == ["settled"] * 3


async def test_one_key_twice_at_once(till: Till) -> None:
    visit = await till.opened(TWO, *THREE)
    both = await asyncio.gather(*(till.desk.settle(till.call("k"), visit["visit_id"], SettleIn()) for _ in range(2)))
    assert both[0].content == both[1].content
    assert len(till.live()) == 3


async def test_two_tills_at_once(till: Till) -> None:
    visit = await till.opened(TWO, *THREE)
    both = await asyncio.gather(
        *(till.desk.settle(till.call(key), visit["visit_id"], SettleIn()) for key in ("a", "b")),
        return_exceptions=True,
    )
    assert len(till.live()) <= 3
    assert till.poster.sent.count("2207") <= 3
    assert any(not isinstance(answer, BaseException) for answer in both)


async def test_a_visit_opened_twice_at_once_is_one(till: Till) -> None:
    body = till.visit(TWO, *THREE)
    both = await asyncio.gather(*(till.desk.open_visit(till.call("k"), body) for _ in range(2)))
    assert both[0].content == both[1].content
    assert len(till.person(TWO).visits) == 3


async def test_a_sign_in_that_expired(till: Till) -> None:
    visit = await till.opened(TWO, *THREE)
    till.poster.plans["2207"] = ["refuse:签到失效：签到编号(sign_no)无效或已过期，请重新签到"]
    answer = await till.desk.settle(till.call(), visit["visit_id"], SettleIn())
    assert states(answer.body) == ["settled"] * 3


async def test_one_registration_for_the_whole_visit(till: Till) -> None:
    till.profile = till.profile.with_(visit_shape="per_visit")
    till.open_again()
    visit = await till.opened(TWO, *THREE)
    assert till.poster.sent.count("2201") == 1
    answer = await till.desk.settle(till.call(), visit["visit_id"], SettleIn())
    assert states(answer.body) == ["settled"] * 3
    answer = await till.desk.cancel(till.call("c", patience_s=400), visit["visit_id"], CancelIn())
    for _ in range(5):
        if answer.status == 200:
            break
        answer = await till.desk.cancel(till.call("c", patience_s=400), visit["visit_id"], CancelIn())
    assert (answer.status, answer.body["state"]) == (200, "reversed")
    assert all(found.cancelled for found in till.person(TWO).visits)


FORM = {
    "signer": "测试庚",
    "relation": "本人",
    "phone": "13900000000",
    "cert_type": "01",
    "cert_no": "520102198706210015",
    "place": "家中",
    "course": "自己滑倒",
}


@pytest.mark.requirement("R107", "R108")
async def test_trauma_with_form_11(till: Till) -> None:
    now = till.clock.now()
    form = {**FORM, "happened_at": now - timedelta(hours=2), "signed_at": now - timedelta(minutes=2)}
    changes: dict[str, Any] = {"trauma": True, "third_party": False, "commitment": form}
    visit = await till.opened("trauma_no_third_party", ("50.00", None), **changes)
    answer = await till.desk.settle(till.call(), visit["visit_id"], SettleIn())
    assert states(answer.body) == ["settled"]
    [found] = till.person("trauma_no_third_party").visits
    [encounter] = found.encounters.values()
    assert (encounter["trum_flag"], encounter["rel_ttp_flag"]) == ("1", "0")
    wrong = {**form, "phone": ""}
    answer = await till.desk.open_visit(
        till.call(), till.visit("trauma_no_third_party", ("5.00", None), **{**changes, "commitment": wrong})
    )
    assert (answer.status, answer.body["code"]) == (422, "COMMITMENT_INCOMPLETE")
    assert answer.body["fields"][0]["path"] == "commitment.phone"


@pytest.mark.requirement("R106")
async def test_trauma_needs_name_and_number_compared(till: Till) -> None:
    now = till.clock.now()
    form = {**FORM, "happened_at": now - timedelta(hours=2), "signed_at": now - timedelta(minutes=2)}
    visit = await till.opened(
        "trauma_no_third_party", ("50.00", None), trauma=True, third_party=False, commitment=form, patient=None
    )
    answer = await till.desk.settle(till.call(), visit["visit_id"], SettleIn())
    assert (answer.status, answer.body["code"]) == (409, "TRAUMA_IDENTITY_WEAK")


@pytest.mark.requirement("R105")
async def test_an_emergency_counts_as_filed(till: Till) -> None:
    visit = await till.opened("emergency_not_filed", ("50.00", None), kind="emergency", emergency=True)
    assert visit["baskets"][0]["med_type"] == "13"
    assert [row["code"] for row in visit["warnings"]] == ["EMERGENCY_DEEMED_FILED"]
    answer = await till.desk.settle(till.call(), visit["visit_id"], SettleIn())
    assert states(answer.body) == ["settled"]


async def test_a_local_patient(till: Till) -> None:
    visit = await till.opened("local_patient", ("50.00", None))
    answer = await till.desk.settle(till.call(), visit["visit_id"], SettleIn())
    assert states(answer.body) == ["settled"]
    [found] = till.person("local_patient").visits
    [encounter] = found.encounters.values()
    assert not encounter.get("otp_er_refl_flag")


async def test_several_insurances_need_a_choice_or_a_filing(till: Till) -> None:
    answer = await till.desk.open_visit(till.call(), till.visit("several_insurances", ("50.00", None)))
    assert (answer.status, answer.body["code"]) == (409, "INSURANCE_CHOICE_NEEDED")
    person = till.person("several_insurances")
    filing = till.person("filed_hypertension").filings[0]
    filing.insured_division = person.insurances[1].division
    person.filings.append(filing)
    visit = await till.opened("several_insurances", ("50.00", None))
    answer = await till.desk.settle(till.call(), visit["visit_id"], SettleIn())
    assert states(answer.body) == ["settled"]
    assert person.visits[0].insurance is person.insurances[1]


async def test_a_benefit_that_is_not_open_here_is_not_given_up() -> None:
    till = Till(services=("outpatient", "chronic"), open_diseases=("M03900",))
    answer = await till.desk.open_visit(till.call(), till.visit(TWO, *THREE))
    assert (answer.status, answer.body["code"]) == (409, "CHRONIC_NOT_OPEN_HERE")
    assert answer.body["fields"][0]["path"].startswith("lines[1]")
    assert "2201" not in till.poster.sent


async def test_a_qualification_that_cannot_be_asked(till: Till) -> None:
    till.poster.plans["5301"] = ["drop_reply"] * 3
    answer = await till.desk.open_visit(till.call(), till.visit(TWO, *THREE))
    assert (answer.status, answer.body["code"]) == (409, "CHRONIC_UNCONFIRMED")


async def test_a_stale_trial_is_made_anew(till: Till) -> None:
    visit = await till.opened(TWO, ("24.60", "M03900"))
    till.clock.seconds += 601
    before = till.poster.sent.count("2206")
    await till.desk.settle(till.call(), visit["visit_id"], SettleIn())
    assert till.poster.sent.count("2206") == before + 1


async def test_a_fresh_trial_is_not_repeated(till: Till) -> None:
    visit = await till.opened(TWO, *THREE)
    before = till.poster.sent.count("2206")
    await till.desk.settle(till.call(), visit["visit_id"], SettleIn())
    assert till.poster.sent.count("2206") == before + 2  # each basket after a settled one (BA17)


async def test_the_journal_is_down(till: Till) -> None:
    visit = await till.opened(TWO, *THREE)

    async def down(*_: Any) -> Any:
        raise JournalDown

    till.journal.admit = down  # type: ignore[method-assign]
    with pytest.raises(Problem) as problem:
        await till.desk.settle(till.call(), visit["visit_id"], SettleIn())
    assert (problem.value.http, problem.value.code) == (503, "JOURNAL_DOWN")
    assert "2207" not in till.poster.sent


async def test_pages_of_submissions(till: Till) -> None:
    visit = await till.opened(TWO, *THREE)
    await till.desk.settle(till.call("k"), visit["visit_id"], SettleIn())
    page = await till.desk.submissions(till.call(), Search(limit=4))
    rest = await till.desk.submissions(till.call(), Search(limit=4, cursor=page.body["next"]))
    found = [row["submission_id"] for row in (*page.body["items"], *rest.body["items"])]
    assert len(set(found)) == 6
    one = await till.desk.submission(till.call(), found[0])
    assert one.body["attempts"][0]["outcome"] == "ok"
    assert till.person(TWO).id_number not in str(one.body)


async def test_a_zero_basket_is_not_sent(till: Till) -> None:
    visit = await till.opened(TWO, ("30.00", "M03900"), ("0.00", "M01600"))
    assert visit["not_sent"] == ["2"]
    assert [row["code"] for row in visit["warnings"]] == ["BASKET_ZERO"]


async def test_a_cancelled_visit_settles_nothing(till: Till) -> None:
    visit = await till.opened(TWO, *THREE)
    answer = await till.desk.cancel(till.call(), visit["visit_id"], CancelIn())
    assert (answer.status, answer.body["state"]) == (200, "reversed")
    answer = await till.desk.settle(till.call(), visit["visit_id"], SettleIn())
    assert (answer.status, answer.body["code"]) == (409, "UNDO_ORDER")


@pytest.mark.requirement("R059")
async def test_a_person_number_that_changes_in_mid_visit(till: Till) -> None:
    visit = await till.opened(TWO, *THREE)
    person = till.person(TWO)
    till.hub.world.rename(person, "53000000000000000000007777")
    answer = await till.desk.settle(till.call(), visit["visit_id"], SettleIn())
    assert states(answer.body) == ["settled"] * 3
