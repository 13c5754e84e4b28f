"""The error catalogue: every text a hub may say has a row, money is never called safe without proof, texts are plain."""

import re
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from yidi_sdk.catalogue import CATALOGUE, Effect, by_infno
from yidi_sdk.explain import about, pages
from yidi_sdk.explain.errors import (
    DEFAULT_CODE,
    DUPLICATE,
    MAINTENANCE,
    Row,
    clean,
    form_of,
    match,
    parse_window,
    row_named,
    rows,
)
from yidi_sdk.explain.rows import PROVE_NOTHING
from yidi_sdk.rules.reasons import Code

refusals = pytest.importorskip("yidi_mocks.refusals")
FACTS = yaml.safe_load((Path(__file__).parents[1] / "data" / "spec" / "errors.yaml").read_text(encoding="utf-8"))
PATTERNS: list[dict[str, Any]] = FACTS["patterns"]
SAID = [(fact, text) for fact in PATTERNS for text in fact["says"]]
REPEATS = {"safe-retry": "yes", "query-then-decide": "query", "never": "no"}


class Filling(dict[str, Any]):
    """Something for every placeholder of a hub's text."""

    def __missing__(self, key: str) -> str:
        return {"label": "医疗费总额", "name": "medfee_sumamt", "value": "M03900", "area": "500103"}.get(
            key, "2026-11-22"
        )


def said(cause: str) -> str:
    text, tail = refusals.TEXTS[cause]
    filled = text.format_map(Filling())
    return filled if cause in refusals.EXACT else f"FSI-{filled}[{tail}]"


@pytest.mark.parametrize("cause", refusals.TEXTS)
def test_every_refusal_of_the_hub_has_a_row(cause: str) -> None:
    assert match(said(cause)) is not None


DOUBTFUL = {
    "already_settled",
    "already_revoked",
    "discharge_not_there",
    "discharged_already",
    "duplicate_msgid",
    "filing_repeated",
    "filing_withdrawn",
    "ipt_no_used",
    "ipt_otp_no_used",
    "list_of_undone",
    "maintenance",
    "no_fees_to_revoke",
    "stay_open",
}


@pytest.mark.parametrize("cause", refusals.TEXTS)
def test_every_other_refusal_of_the_hub_is_final(cause: str) -> None:
    row = match(said(cause))
    assert row is not None
    assert row.final is (cause not in DOUBTFUL)


MEANINGS = {
    "not_filed": "NOT_FILED",
    "filing_pending": "FILING_PENDING",
    "filing_not_begun": "FILING_NOT_BEGUN",
    "filing_expired": "FILING_EXPIRED",
    "filing_cancelled": "FILING_CANCELLED",
    "filing_other_area": "FILING_OTHER_AREA",
    "not_designated": "OUTPATIENT_NOT_CHOSEN",
    "third_party": "THIRD_PARTY_LIABLE",
    "in_stay": "IN_STAY",
    "benefit_suspended": "BENEFIT_SUSPENDED",
    "enrolment_paused": "ENROLMENT_PAUSED",
    "no_insurance": "NO_INSURANCE",
    "person_unknown": "PERSON_NOT_FOUND",
    "name_differs": "IDENTITY_MISMATCH",
    "institution_suspended": "INSTITUTION_NOT_CONNECTED",
    "service_closed": "INSTITUTION_NOT_CONNECTED",
    "disease_closed": "CHRONIC_NOT_OPEN_HERE",
    "disease_unqualified": "CHRONIC_NOT_QUALIFIED",
    "disease_expired": "CHRONIC_EXPIRED",
    "disease_not_begun": "CHRONIC_NOT_BEGUN",
    "sum_differs": "AMOUNTS_M4",
}


@pytest.mark.parametrize("cause", MEANINGS)
def test_a_refusal_means_the_reason_a_rule_would_give(cause: str) -> None:
    row = match(said(cause))
    assert row is not None
    assert row.code == MEANINGS[cause]


PUBLIC = {
    "缺少服务网关的请求头!": "header_missing",
    "签名时间戳超时!": "clock_wrong",
    "非法用户!": "account_unknown",
    "签名不一致!": "signature_wrong",
    "鉴权参数不完整，请求不合法。": "header_missing",
    "MBS-cn.hsa.ais.common.exception.HygeiaException: 请求失败,错误原因：本地查询错误:该参保人的基本信息为空null": "person_unknown",
    "该参保人的参保信息为空": "no_insurance",
    "人证不一致": "person_differs",
    "密码错误": "card_password",
    "电子凭证已过期": "credential_expired",
    "无效token": "credential_expired",
    "备案信息不存在": "not_filed",
    "无该慢特病资格": "chronic_not_qualified",
    "未获取到该人员的慢特病备案查询信息": "chronic_not_qualified",
    "汕头市接口返回错误": "remote_insurer",
    "参保地系统无响应": "remote_insurer",
    "签到编码为空": "sign_in_expired",
    "费用明细表中未查询到任何有效相关的记录": "nothing_to_revoke",
    "没有需要撤销的处方": "nothing_to_revoke",
    "该笔结算已撤销，请勿重复办理": "already_revoked",
    "已经办理过退费，不能重复退费": "already_revoked",
    "门诊患者已结算, 请勿重复结算": "already_settled",
    "入院登记已上传": "already_registered",
    "结算进行中，请勿重复操作": "in_progress",
    "当前处于在院状态，不允许门诊刷卡": "in_stay",
    "HIS已结算，请先在HIS取消结算": "undo_settlement_first",
    "还未上传费用": "fees_first",
    "总金额对不上": "amounts_differ",
    "费用在医保中心未审核或者未匹配。": "not_mapped",
    "主治医生编码为空": "doctor_code_missing",
    "违反了 PRIMARY KEY 约束": "record_exists",
    "FSI-文件查询号不能为空[fileBO_156]": "file_number_missing",
    "报文ID重复": "msgid_repeated",
    "系统维护中": "maintenance",
    "请求频率过高": "rate_limited",
    "月末清算，暂不结算": "clearing_pause",
    "项目与患者性别不符": "sex_or_age",
    "FSI-(example) 冲正失败: 该结算已退费, 不能冲正[rule_0000][rule_0001]": "reversal_refunded",
    "FSI-(example) 未知交易编号, 异常流水号:0000000001": "unknown_infno",
    "Read timed out": "no_answer",
    "系统异常": "platform_internal",
}


@pytest.mark.parametrize("text", PUBLIC)
def test_texts_seen_in_public_find_their_row(text: str) -> None:
    row = match(text)
    assert row is not None
    assert row.key == PUBLIC[text]


@pytest.mark.parametrize("text", ["", "成功", "本日天气晴好", "abc", "结算成功"])
def test_what_proves_nothing_has_no_row(text: str) -> None:
    assert match(text) is None


@pytest.mark.parametrize("row", rows(), ids=lambda row: row.key)
def test_each_row_is_whole_and_careful(row: Row) -> None:
    assert not row.pattern().search("")
    assert all((row.cause_zh, row.next_zh, row.cause_en, row.next_en))
    assert row.money in pages.MONEY
    assert row.who in pages.WHO
    assert row.repeat in pages.REPEAT
    assert row.code == DEFAULT_CODE or row.code in set(Code)
    assert row_named(row.key) is row
    assert about(row.key) is row
    assert all(by_infno(infno) is not None for infno in (*row.success_for, *row.only_for))
    if row.category in (MAINTENANCE, DUPLICATE, "remote_insurer", "unknown_outcome"):
        assert not row.final  # never a proof that nothing was done
    if row.repeat == "yes":
        assert row.final
    if row.money == "unknown" and not row.final:
        assert row.repeat == "query"


def test_keys_are_unique() -> None:
    assert len({row.key for row in rows()}) == len(rows())


def test_no_row_is_hidden_by_an_earlier_one() -> None:
    texts = [*PUBLIC, *map(said, refusals.TEXTS), *EXTRA, *(text for _, text in SAID)]
    reached = {row.key for text in texts if (row := match(text) or form_of(text))}
    reached |= {row.key for text in texts for infno in ("2205", "2302") if (row := match(text, infno))}
    assert {row.key for row in rows()} - reached == set()


EXTRA = ["备案正在办理", "不支持冲正", "已重新结算, 不能冲正", "已超过平台受理时限", "重复结算"]


def expression(fact: dict[str, Any]) -> re.Pattern[str]:
    """The pattern of the facts as it is written there: alternatives also without the mark of an expression."""
    text: str = fact["match"]
    return re.compile(text.removeprefix("re:") if text.startswith("re:") or "|" in text else re.escape(text))


@pytest.mark.parametrize(("fact", "text"), SAID, ids=lambda value: value if isinstance(value, str) else "")
def test_the_texts_of_the_facts_are_what_their_patterns_find(fact: dict[str, Any], text: str) -> None:
    assert expression(fact).search(text)


OTHER_ROW = {
    "maintenance": "the contract: a downtime text that answers a sent money message is doubt, so query first",
    "clearing_pause": "as downtime: such a text proves nothing about the message that it answers",
    "no_answer": "as the platform's own text it comes from a machine behind its door, after the message arrived; only "
    "our poster can prove that nothing was sent",
    "person_unknown": "sorted by what the cashier looks at first: the credential",
    "sign_in_expired": "a category of its own: the client signs in by itself",
    "already_revoked": "success where nothing else is needed of the answer (2601); 2208 and 2305 owe their amounts, which "
    "a query has",
    "record_exists": "nothing to do after a catalogue download; unknown anywhere else, so query first",
    "msgid_repeated": "sorted with what was done before: query, and find the first",
    "platform_internal": "an exception of the platform leaves the outcome open",
}
"""Rows that differ from the facts in category, repeat or success, with the reason."""


@pytest.mark.parametrize(("fact", "text"), SAID, ids=lambda value: value if isinstance(value, str) else "")
def test_every_pattern_of_the_facts_has_its_row(fact: dict[str, Any], text: str) -> None:
    row = match(text) or form_of(text)
    assert row is not None
    if row.key not in OTHER_ROW:
        assert row.category == fact["category"]
        assert row.repeat == REPEATS[fact["retry"]]
        assert set(fact.get("success_for", ())) == set(row.success_for)
    if fact["retry"] == "query-then-decide":  # never made safer than the facts
        assert not row.final
        assert row.repeat == "query"


def test_no_difference_from_the_facts_is_left_over() -> None:
    differing = {
        row.key
        for fact, text in SAID
        if (row := match(text) or form_of(text))
        and (row.category, row.repeat, set(row.success_for))
        != (fact["category"], REPEATS[fact["retry"]], set(fact.get("success_for", ())))
    }
    assert differing == set(OTHER_ROW)


def test_the_facts_are_all_there() -> None:
    assert len(PATTERNS) == 47
    assert len(SAID) > 100


@pytest.mark.parametrize("text", FACTS["reversal"])
def test_the_reversal_texts_of_the_contract_have_rows_of_their_own(text: str) -> None:
    row = match(text, "2601")
    assert row is not None
    assert row.category == "reversal"
    assert row.final
    assert ("2601" in row.success_for) is (text == "原交易已冲正")


@pytest.mark.parametrize("answer", FACTS["success"])
def test_a_text_beside_success_proves_nothing(answer: dict[str, Any]) -> None:
    row = match(answer["err_msg"])
    assert row is None or row.money == "not_moved"


def test_a_filing_without_its_number_is_doubt() -> None:
    """It was found as `not filed` once, as proof that nothing was done."""
    row = match("备案失败,医保无备案流水号返回")
    assert row is not None
    assert not row.final


def test_what_proves_nothing_is_said_once() -> None:
    assert {MAINTENANCE, DUPLICATE} <= PROVE_NOTHING


def test_a_form_explains_and_is_no_row_of_the_text() -> None:
    assert match("FSI-今日天气晴好[demoBO_001]") is None
    row = form_of("FSI-今日天气晴好[demoBO_001]")
    assert row is not None
    assert not row.final


def test_a_settled_text_is_never_final_for_the_settlement() -> None:
    settle = next(row for row in CATALOGUE if row.effect is Effect.COMMIT and row.reversible)
    for text in ("已结算", "重复结算", "该人员已经结算", "已结算，请勿重复结算"):
        row = match(text, settle.infno)
        assert row is not None
        assert not row.final


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("FSI-未办理异地就医备案[trtBO_002]", "未办理异地就医备案"),
        (
            "MBS-cn.hsa.ais.common.exception.HygeiaException: 请求失败,错误原因：基本信息为空null",
            "请求失败,错误原因：基本信息为空",
        ),
        ("FSI-文件查询号不能为空[fileBO_156]", "文件查询号不能为空"),
        ("FSI-冲正失败[rule_0000][rule_0001]", "冲正失败"),
        ("证件530102198803150000不符", "证件***不符"),
        ("证件53010219880315000X不符", "证件***不符"),
        ("人员53000000000000000000009901", "人员***"),
        ("", ""),
    ],
)
def test_clean(text: str, plain: str) -> None:
    assert clean(text) == plain


@given(st.text(max_size=80), st.from_regex(r"[1-9]\d{16}[\dX]", fullmatch=True))
def test_no_identity_number_survives_cleaning(text: str, number: str) -> None:
    assert number not in clean(f"{text}{number}{text}")


BEIJING = "+08:00"


@pytest.mark.parametrize(
    ("text", "begins", "ends"),
    [
        (
            "系统停机维护：升级（2026-11-21T22:00:00+08:00 至 2026-11-22T02:00:00+08:00）",
            "2026-11-21T22:00",
            "2026-11-22T02:00",
        ),
        ("2026-11-21T14:00:00Z 至 2026-11-21T18:00:00Z", "2026-11-21T22:00", "2026-11-22T02:00"),
        ("系统维护 2026-11-21 22:00:00 至 2026-11-22 02:00:00", "2026-11-21T22:00", "2026-11-22T02:00"),
        ("2026/11/21 22:00 - 2026/11/21 24:00", "2026-11-21T22:00", "2026-11-22T00:00"),
        ("定于2026年11月21日22时至2026年11月22日2时30分维护", "2026-11-21T22:00", "2026-11-22T02:30"),
    ],
)
def test_a_window_is_read(text: str, begins: str, ends: str) -> None:
    assert parse_window(text) == tuple(datetime.fromisoformat(time + BEIJING) for time in (begins, ends))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "系统维护中",
        "2026-11-21 22:00:00 恢复",
        "2026-11-22 02:00 至 2026-11-21 22:00",
        "2026-13-41 22:00 至 2026-11-22 30:00",
    ],
)
def test_no_window_no_guess(text: str) -> None:
    assert parse_window(text) is None


@given(st.text(max_size=60))
def test_any_text_is_bearable(text: str) -> None:
    match(text)
    clean(text)
    parse_window(text)
    about(text)
