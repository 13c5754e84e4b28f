"""How each item of the report is judged: from the story of what came in, never from what the caller says. Pure.

A judge gives whether the item holds, None where nothing of the kind was tried, and one sentence of what was seen.
"""

from itertools import pairwise

from yidi_mocks.record import Received
from yidi_mocks.report.story import Story, is_settled, seconds_between
from yidi_mocks.report.violations import BEGINS, STAYS, UNDOES, numbers_of
from yidi_sdk.codes import MedType
from yidi_sdk.transactions import (
    CancelDischarge,
    CancelOutpatientRegistration,
    CheckEntitlement,
    ConfirmClearingSplit,
    GetPerson,
    PresettleInpatient,
    PresettleOutpatient,
    PresettleOutpatientA,
    QueryQualifications,
    QueryReferrals,
    ReconcileDetails,
    ReconcileTotals,
    ReverseTransaction,
    RevokeInpatientSettlement,
    RevokeOutpatientFees,
    RevokeOutpatientSettlement,
    SignIn,
    UploadInpatientFees,
    UploadOutpatientFees,
)

Found = tuple[bool | None, str]
NOTHING: Found = (None, "没有试过")
SIGN_IN = numbers_of(SignIn)
READS = numbers_of(GetPerson)
TRIALS = numbers_of(PresettleOutpatient, PresettleOutpatientA, PresettleInpatient)
LINES = numbers_of(UploadOutpatientFees, UploadInpatientFees)
CHRONIC = MedType.CHRONIC_OUTPATIENT.value
EMERGENCY = MedType.EMERGENCY.value
WRONG_ANSWERS = frozenset(
    f"fault:{kind}" for kind in ("answer_of_another", "wrong_sign", "wrong_amounts", "garble", "cut")
)
PATIENT = frozenset({"rate_limit", "sign_expired", "maintenance", "not_signed_in"})
MOST_AGAIN = 2
HASTE_S = 0.5
BURST = 3


def _only(rows: list[Received], wrong: list[Received], words: str) -> Found:
    """Holds where something was tried and nothing of it was wrong."""
    if not rows:
        return NOTHING
    if wrong:
        return False, f"{words}：{len(wrong)}处不符，如第{wrong[0].n}条{wrong[0].infno}"
    return True, f"{words}：{len(rows)}条相符"


def signed_in(story: Story) -> Found:
    done = story.all_of(SIGN_IN, done=True)
    missing = story.caused("not_signed_in")
    if not done and not missing:
        return NOTHING
    return (bool(done) and not missing), f"签到{len(done)}次，未签到被拒{len(missing)}次"


def identified(story: Story) -> Found:
    begun = story.all_of(BEGINS)
    blind = [row for row in begun if row.effect and story.before(row, lambda other: other.infno in READS) is None]
    return _only(begun, blind, "登记前读过人员信息")


def well_formed(story: Story) -> Found:
    wrong = story.malformed()
    never = sorted({row.infno for row in wrong} - {row.infno for row in story.rows if row.verdict == "ok"})
    if not story.rows:
        return NOTHING
    if never:
        example = next(row for row in wrong if row.infno == never[0])
        return False, f"{'、'.join(never)}的报文从未合格，如第{example.n}条：{example.err_msg}"
    return True, f"{len(story.rows)}条报文，{len(wrong)}条格式不符，均已改正"


def unique_ids(story: Story) -> Found:
    repeated = story.rule("duplicate_msgid")
    return (not repeated, f"{len(story.rows)}条报文，重复{len(repeated)}条") if story.rows else NOTHING


def in_order(story: Story) -> Found:
    wrong = story.rule("wrong_order")
    tried = story.all_of(BEGINS)
    if not tried and not wrong:
        return NOTHING
    return not wrong, wrong[0]["text"] if wrong else f"{len(tried)}次就诊，顺序均正确"


def lines_uploaded(story: Story) -> Found:
    done = story.all_of(LINES, done=True)
    return (True, f"上传费用明细{len(done)}次") if done else NOTHING


def trial_first(story: Story) -> Found:
    settled = story.settled()
    wrong = [row for row in settled if story.before_of_visit(row, lambda other: other.infno in TRIALS) is None]
    differing = story.caused("parts_differ", "sum_differs")
    return _only(settled, wrong + differing, "结算前有预结算且金额一致")


def settles_ordinary(story: Story) -> Found:
    return _some(story.settled(MedType.OUTPATIENT.value), "普通门诊结算")


def settles_chronic(story: Story) -> Found:
    return _some(story.settled(CHRONIC), "门诊慢特病结算")


def settles_emergency(story: Story) -> Found:
    return _some(story.settled(EMERGENCY), "急诊结算")


def settles_stay(story: Story) -> Found:
    return _some([row for row in story.settled() if row.infno in STAYS], "住院结算")


def _some(rows: list[Received], words: str) -> Found:
    return (True, f"{words}{len(rows)}笔，如第{rows[0].n}条") if rows else NOTHING


def splits(story: Story) -> Found:
    chronic = story.settled(CHRONIC)
    if not chronic:
        return NOTHING
    mixed = story.caused("disease_mixed", "disease_differs")
    if mixed:
        return False, f"第{mixed[0].n}条：{mixed[0].err_msg}"
    for person in sorted({row.psn_no for row in chronic}):
        batches = {(row.mdtrt_id, row.chrg_bchno) for row in story.by_person[person] if is_settled(row)}
        if len(batches) > 1:
            return True, f"同一患者分{len(batches)}个批次结算"
    return NOTHING


def asks_qualification(story: Story) -> Found:
    """Where it came otherwise to the hospital, nobody is blamed."""
    asked = numbers_of(QueryQualifications)
    return _some([row for row in story.settled(CHRONIC) if story.before_of_person(row, asked)], "查过资格的慢特病结算")


def asks_filing(story: Story) -> Found:
    return _some(story.all_of(numbers_of(CheckEntitlement, QueryReferrals), done=True), "待遇和备案查询")


def refunds(story: Story) -> Found:
    done = numbers_of(RevokeOutpatientSettlement, RevokeInpatientSettlement)
    return _some([row for row in story.all_of(done) if row.effect], "撤销结算")


def refunds_later(story: Story) -> Found:
    done = [
        row for row in story.all_of(numbers_of(RevokeOutpatientSettlement, RevokeInpatientSettlement)) if row.effect
    ]
    later = [row for row in done if _day_settled(story, row) not in (None, row.at[:8])]
    return _some(later, "隔日退费")


def _day_settled(story: Story, row: Received) -> str | None:
    of_visit = story.before_of_visit(row, is_settled)
    return of_visit.at[:8] if of_visit else None


def cancels(story: Story) -> Found:
    done = story.all_of(numbers_of(RevokeOutpatientFees, CancelOutpatientRegistration), done=True)
    return _some(done, "费用或挂号撤销")


def undoes_stay(story: Story) -> Found:
    return _some(story.all_of(numbers_of(RevokeInpatientSettlement, CancelDischarge), done=True), "住院结算或出院撤销")


def reconciles(story: Story) -> Found:
    return _some(story.all_of(numbers_of(ReconcileTotals), done=True), "对总账")


def reconciles_details(story: Story) -> Found:
    return _some(story.all_of(numbers_of(ReconcileDetails), done=True), "对明细账")


def confirms_clearing(story: Story) -> Found:
    return _some(story.all_of(numbers_of(ConfirmClearingSplit), done=True), "清分确认")


def asks_when_lost(story: Story) -> Found:
    return _met(story, story.lost(done=True), "blind_repeat", "duplicate_commit")


def asks_when_not_done(story: Story) -> Found:
    return _met(story, story.lost(done=False), "blind_repeat")


def _met(story: Story, lost: list[Received], *rules: str) -> Found:
    """Every lost one was asked about or undone, and none was sent again before."""
    if not lost:
        return NOTHING
    blind = story.rule(*rules)
    if blind:
        return False, f"第{blind[0]['n']}条：{blind[0]['text']}"
    forgotten = [row for row in lost if story.asked_after(row) is None]
    if forgotten:
        return False, f"第{forgotten[0].n}条{forgotten[0].infno}没有答复，此后没有查询"
    return True, f"{len(lost)}笔没有答复，均先查询或冲正"


def never_twice(story: Story) -> Found:
    wrong = story.rule("duplicate_commit", "blind_repeat")
    settled = story.settled()
    if not settled and not wrong:
        return NOTHING
    return not wrong, f"结算{len(settled)}笔，重复提交{len(wrong)}次"


def quiet_in_maintenance(story: Story) -> Found:
    met = [row for row in story.rows if row.in_maintenance]
    wrong = story.rule("sent_during_maintenance")
    if not met:
        return NOTHING
    return not wrong, f"停机期间收到{len(met)}条，其中资金类{len(wrong)}条"


def slows_down(story: Story) -> Found:
    limited = [row for row in story.rows if row.verdict == "fault:rate_limit" or row.cause == "rate_limit"]
    if not limited:
        return NOTHING
    hasty = 0
    for first, second in pairwise(limited):
        hasty = hasty + 1 if seconds_between(first, second) < HASTE_S else 0
        if hasty >= BURST:
            return False, f"被限流后半秒内又发，连续{hasty}次（第{second.n}条）"
    return True, f"被限流{len(limited)}次，没有加速重试"


def signs_in_anew(story: Story) -> Found:
    expired = [row for row in story.rows if row.cause == "sign_expired" or row.verdict == "fault:sign_expired"]
    if not expired:
        return NOTHING
    again = story.after(expired[0], lambda later: later.infno in SIGN_IN and later.verdict == "ok")
    before = [row for row in expired if again is None or row.n < again.n]
    holds = again is not None and len(before) <= BURST
    return holds, f"签到失效后又发{len(before) - 1}条业务报文，{'已' if again else '没有'}重新签到"


def heeds_refusals(story: Story) -> Found:
    refused = [row for row in story.rows if row.verdict == "refused" and row.cause not in PATIENT]
    counts: dict[tuple[str, ...], int] = {}
    for row in refused:
        key = (row.infno, row.psn_no, row.mdtrt_id, row.chrg_bchno, row.cause or "")
        counts[key] = counts.get(key, 0) + 1
        if counts[key] > MOST_AGAIN + 1:
            return False, f"第{row.n}条{row.infno}因同一原因被拒{counts[key]}次：{row.err_msg}"
    return (True, f"被拒{len(refused)}次，没有原样反复重发") if refused else NOTHING


def repeats_reversal(story: Story) -> Found:
    reversals = numbers_of(ReverseTransaction)
    lost = [row for row in story.all_of(reversals) if row.verdict.startswith("fault:")]
    if not lost:
        return NOTHING
    left = [row for row in lost if story.after(row, lambda later: later.infno in UNDOES) is None]
    return not left, f"冲正没有答复{len(lost)}次，其中{len(left)}次没有再冲正"


def checks_answers(story: Story) -> Found:
    wrong = [row for row in story.rows if row.verdict in WRONG_ANSWERS and is_settled(row)]
    if not wrong:
        return NOTHING
    believed = [row for row in wrong if story.asked_after(row) is None]
    return not believed, f"错误的结算答复{len(wrong)}次，其中{len(believed)}次没有查询或撤销"


def reverses(story: Story) -> Found:
    return _some(story.all_of(numbers_of(ReverseTransaction), done=True), "冲正")


def finds_late(story: Story) -> Found:
    late = [row for row in story.rows if row.verdict == "fault:slow_commit" and row.effect]
    if not late:
        return NOTHING
    asked = [row for row in late if _asked_twice(story, row)]
    return len(asked) == len(late), f"迟到的结算{len(late)}笔，其中{len(asked)}笔再次查询或冲正"


def _asked_twice(story: Story, row: Received) -> bool:
    first = story.asked_after(row)
    return first is not None and story.asked_after(first) is not None


def asks_after_copies(story: Story) -> Found:
    copied = [row for row in story.settled() if row.verdict == "fault:repeat_request"]
    if not copied:
        return NOTHING
    asked = [row for row in copied if story.asked_after(row) is not None]
    return len(asked) == len(copied), f"被代理重发的结算{len(copied)}笔，其中{len(asked)}笔查询过"


def signs(story: Story) -> Found:
    wrong = story.caused("signature")
    if not wrong:
        return NOTHING
    well = story.after(wrong[-1], lambda later: later.verdict == "ok")
    return well is not None, f"签名不符{len(wrong)}条，{'已改正' if well else '没有改正'}"
