"""What a hospital shows before it is connected: graded items, each with the article or the fact it comes from. Pure.

core: without these nothing works · ordinary: the daily business · error: what goes wrong and how it is met ·
advanced: what is rare and dear. An item that was not tried is neither passed nor failed.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from yidi_mocks.report import judging as j
from yidi_mocks.report.story import Story


class Verdict(StrEnum):
    """What an item came to."""

    PASS = "pass"  # noqa: S105 - no password
    FAIL = "fail"
    NOT_TRIED = "not_tried"


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the report. `judge` gives whether it holds (None: not tried) and what was seen."""

    number: str
    title: str
    title_en: str
    source: str
    judge: Callable[[Story], tuple[bool | None, str]]

    def judged(self, story: Story) -> dict[str, Any]:
        """As the report shows it."""
        holds, seen = self.judge(story)
        verdict = Verdict.NOT_TRIED if holds is None else Verdict.PASS if holds else Verdict.FAIL
        told = {"id": self.number, "grade": GRADE_OF[self.number[0]], "title": self.title, "title_en": self.title_en}
        return {**told, "source": self.source, "seen": seen, "verdict": verdict.value}


GRADES = ("core", "ordinary", "error", "advanced")
GRADE_OF = dict(zip("COEA", GRADES, strict=True))
LETTER = "医保办函〔2021〕4号"
RULES = "跨省异地就医直接结算经办规程"
ORDER = "医保发〔2022〕22号"

ITEMS: tuple[Item, ...] = (
    Item("C1", "先签到再办业务", "signs in before any business", "接口：9001签到，sign_no随报文上传", j.signed_in),
    Item("C2", "先读人员信息再登记", "reads the person before registering", f"{RULES} 第十四条", j.identified),
    Item("C3", "报文符合接口规范", "messages have the right form", f"{LETTER} 三(三)", j.well_formed),
    Item("C4", "报文ID从不重复", "no message number twice", "接口：msgid是请求的唯一标识", j.unique_ids),
    Item(
        "C5",
        "业务顺序正确",
        "the order of a visit is kept",
        "接口：挂号、就诊、费用、预结算、结算，撤销相反",
        j.in_order,
    ),
    Item("C6", "费用明细逐条上传", "fees are uploaded line by line", f"{RULES} 第三十条", j.lines_uploaded),
    Item(
        "C7",
        "先预结算，金额一致才结算",
        "a trial before each settlement",
        "接口：2206在2207之前，各部分金额相同",
        j.trial_first,
    ),
    Item("C8", "普通门诊直接结算", "an ordinary outpatient settlement", f"{ORDER} 二(一)", j.settles_ordinary),
    Item("O1", "门诊慢特病按病种结算", "a chronic settlement by disease", f"{LETTER} 三(二)", j.settles_chronic),
    Item("O2", "一次就诊按病种和普通分开结算", "one visit, several settlements", f"{LETTER} 三(二)", j.splits),
    Item("O3", "结算前查询慢特病资格", "asks for the chronic qualification", f"{LETTER} 二(一)", j.asks_qualification),
    Item("O4", "查询备案和待遇", "asks for filing and entitlement", f"{RULES} 第十一条", j.asks_filing),
    Item("O5", "急诊结算", "an emergency settlement", f"{RULES} 第三十一条", j.settles_emergency),
    Item("O6", "退费（撤销结算）", "a refund by settlement number", f"{RULES} 第三十九条", j.refunds),
    Item("O7", "撤销费用和挂号", "undoes fees and registration", "接口：先撤费用，再撤挂号", j.cancels),
    Item("O8", "住院直接结算", "an inpatient settlement", f"{RULES} 第二十九条", j.settles_stay),
    Item("O9", "日对账", "reconciles the day", f"{RULES} 第三十五条", j.reconciles),
    Item(
        "E1",
        "结算或登记的答复丢失后先查询",
        "asks after a lost answer",
        "接口：超时后结果未知，查询后再定",
        j.asks_when_lost,
    ),
    Item(
        "E2",
        "结算或登记的请求丢失后不误判",
        "no hasty verdict on a lost request",
        "接口：超时后结果未知，查询后再定",
        j.asks_when_not_done,
    ),
    Item("E3", "同一批次从不重复结算", "never settles a batch twice", f"{ORDER} 五(三)", j.never_twice),
    Item("E4", "停机期间不发资金类交易", "no money message in a downtime", f"{LETTER} 三(三)", j.quiet_in_maintenance),
    Item("E5", "被限流时放慢", "slows down when told to", "接口：请求过于频繁", j.slows_down),
    Item("E6", "签到失效后重新签到一次", "signs in anew when it expired", "接口：9001签到", j.signs_in_anew),
    Item("E7", "被拒绝后不原样重发", "does not hammer at a refusal", f"{LETTER} 三(三)", j.heeds_refusals),
    Item(
        "E8",
        "冲正无答复时重复到有结果",
        "repeats a reversal until answered",
        "接口：2601按原报文ID，可重复",
        j.repeats_reversal,
    ),
    Item(
        "E9",
        "错误的答复不当作结果",
        "believes no wrong answer",
        "接口：核对人员、就诊、报文ID、金额和签名",
        j.checks_answers,
    ),
    Item("A1", "冲正", "a reversal", "接口：2601冲正", j.reverses),
    Item("A2", "查无之后才落账的找得回", "finds a late commit", "接口：一次查无不是定论", j.finds_late),
    Item("A3", "代理重发后核对", "asks after a repeated request", "接口：重发的报文不安全", j.asks_after_copies),
    Item("A4", "隔日或跨年退费", "a refund on another day", f"{RULES} 第三十九条", j.refunds_later),
    Item("A5", "住院结算撤销和出院撤销", "undoes a stay's settlement", "接口：2305、2405", j.undoes_stay),
    Item("A6", "签名和加密", "signed messages", "接口：就医地平台的签名方式", j.signs),
    Item("A7", "对明细账", "reconciles the details", f"{RULES} 第三十五条", j.reconciles_details),
    Item("A8", "清分结果确认", "confirms the clearing split", f"{RULES} 第四十三条", j.confirms_clearing),
)
