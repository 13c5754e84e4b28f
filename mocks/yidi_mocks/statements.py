"""Does a hospital hold the same settlements as the platform? Totals (3201) and settlement by settlement (3202, 3211).

What a comparison said is kept: a day is reconciled while what was compared still stands, and 3209A lists what did not
agree.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from yidi_mocks.books import Totals, is_refund
from yidi_mocks.detailfiles import Result, Told
from yidi_mocks.figures import yuan

if TYPE_CHECKING:
    from yidi_mocks.world import Settlement

BALANCED, PLATFORM_MORE, INSTITUTION_MORE, DIFFERS = "balanced", "platform_more", "institution_more", "differs"
CODES: dict[str, dict[str, str]] = {
    "long": {BALANCED: "000000", PLATFORM_MORE: "000101", INSTITUTION_MORE: "000102", DIFFERS: "000103"},
    "short": {BALANCED: "0", PLATFORM_MORE: "1", INSTITUTION_MORE: "2", DIFFERS: "3"},
}
"""stmt_rslt in its two styles. 000101 was seen by nobody and follows from the order of the others."""
MOST_KEPT = 10_000
WORDS = {BALANCED: "平", PLATFORM_MORE: "中心多", INSTITUTION_MORE: "机构多", DIFFERS: "数据不一致"}
COMPARED = (("medfee", "医疗费总额"), ("fund", "基金支付总额"), ("account", "个人账户支付"))


def of_totals(platform: Totals, told: Totals, *, with_cash: bool) -> str:
    """The verdict on two totals. More on one side: more settlements there, and no sum that is less."""
    ours, theirs = platform.as_tuple(), told.as_tuple()
    if not with_cash:
        ours, theirs = (*ours[:-1], 0), (*theirs[:-1], 0)
    if ours == theirs:
        return BALANCED
    gaps = [mine - its for mine, its in zip(ours, theirs, strict=True)]
    if gaps[0] > 0 and min(gaps) >= 0:
        return PLATFORM_MORE
    return INSTITUTION_MORE if gaps[0] < 0 and max(gaps) <= 0 else DIFFERS


def described(verdict: str, platform: Totals, told: Totals) -> str:
    """The verdict in words."""
    if verdict == BALANCED:
        return WORDS[verdict]
    sides = (f"{name}{t.count}笔{yuan(t.medfee):.2f}元" for name, t in (("中心", platform), ("机构", told)))
    return f"{WORDS[verdict]}：{'，'.join(sides)}"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a comparison looks at. `held`: the settlements that count, by setl_id. `why_not`: of a settlement that the
    platform holds elsewhere, why it does not count."""

    held: "dict[str, Settlement]"
    why_not: dict[str, str]


def of_details(asked: Asked, told: Sequence[Told]) -> list[Result]:
    """A line for each settlement on either side, the hospital's first and in its order."""
    times = Counter(row.setl_id for row in told)
    seen: set[str] = set()
    results: list[Result] = []
    for row in told:
        if row.setl_id not in seen:
            seen.add(row.setl_id)
            results.append(_of_told(asked, row, times[row.setl_id]))
    by_msgid = Counter(one.msgid for one in asked.held.values())
    first: dict[str, str] = {}
    for one in asked.held.values():
        first.setdefault(one.msgid, one.setl_id)
    for setl_id, one in asked.held.items():
        if setl_id not in seen:
            twice = by_msgid[one.msgid] > 1 and first[one.msgid] != setl_id
            memo = f"同一报文在平台有两笔结算，另一笔为{first[one.msgid]}" if twice else "机构文件中没有这笔结算"
            results.append(_result(one, PLATFORM_MORE, memo))
    return results


def _of_told(asked: Asked, row: Told, times: int) -> Result:
    held = asked.held.get(row.setl_id)
    if held is None:
        memo = asked.why_not.get(row.setl_id, "平台没有这笔结算")
        ids = (row.psn_no, row.mdtrt_id, row.setl_id, "")
        return Result(*ids, INSTITUTION_MORE, row.refund, memo, row.medfee, row.fund, row.account)
    if times > 1:
        return _result(held, INSTITUTION_MORE, f"机构文件中重复列出{times}次")
    flaws = _flaws(held, row)
    return _result(held, DIFFERS if flaws else BALANCED, "；".join(flaws))


def _flaws(held: "Settlement", row: Told) -> list[str]:
    """What the two sides do not agree on. A refunded original may carry either flag: implementers differ."""
    ours = _amounts(held)
    theirs = (row.medfee, row.fund, row.account)
    if any(ours) and tuple(-fen for fen in ours) == theirs:
        return ["金额正负号相反"]
    flaws = [
        f"{label}不一致：平台{yuan(mine):.2f}，机构{yuan(its):.2f}"
        for (_, label), mine, its in zip(COMPARED, ours, theirs, strict=True)
        if mine != its
    ]
    if row.refund != is_refund(held) and not (row.refund and held.refunded):
        flaws.append("退费结算标志不一致")
    if row.mdtrt_id != held.visit.mdtrt_id:
        flaws.append("就诊ID不一致")
    if row.psn_no != held.visit.person.psn_no:
        flaws.append("人员编号不一致")
    return flaws


def _amounts(held: "Settlement") -> tuple[int, int, int]:
    return held.fen("medfee_sumamt"), held.fen("fund_pay_sumamt"), held.fen("acct_pay")


def _result(held: "Settlement", verdict: str, memo: str) -> Result:
    visit = held.visit
    ids = (visit.person.psn_no, visit.mdtrt_id, held.setl_id, held.msgid)
    return Result(*ids, verdict, is_refund(held), memo, *_amounts(held))


@dataclass(frozen=True, slots=True)
class Statement:
    """What one comparison said. `insutype` or `clr_type` None: of all. `platform`: the totals that were compared."""

    infno: str
    at: str
    code: str
    begin: str
    end: str
    insutype: str | None
    clr_type: str | None
    verdict: str
    platform: Totals
    refunds: bool = True

    def as_json(self) -> dict[str, Any]:
        """As the control door shows it."""
        names = ("infno", "at", "insutype", "clr_type", "verdict")
        shown = {name: getattr(self, name) for name in names}
        period = {"fixmedins_code": self.code, "stmt_begndate": self.begin, "stmt_enddate": self.end}
        return {**shown, **period, "count": self.platform.count, **self.platform.as_json()}


@dataclass(slots=True)
class Task:
    """One comparison of 3211: done at `done_at` (seconds since the epoch); its result lies in three files."""

    number: str
    code: str
    done_at: float
    balanced: bool
    files: tuple[str, str, str]


@dataclass(slots=True)
class Statements:
    """All comparisons: the last of each period and kind; `unsettled`: by hospital and setl_id the day of what did not
    agree."""

    last: dict[tuple[str, str, str, str | None, str | None], Statement] = field(
        default_factory=dict[tuple[str, str, str, str | None, str | None], Statement]
    )
    tasks: dict[str, Task] = field(default_factory=dict[str, Task])
    unsettled: dict[str, dict[str, str]] = field(default_factory=dict[str, dict[str, str]])

    def note(self, statement: Statement) -> None:
        """Keep it in the place of the one before, as the newest."""
        key = (statement.code, statement.begin, statement.end, statement.insutype, statement.clr_type)
        self.last.pop(key, None)
        self.last[key] = statement
        if len(self.last) > MOST_KEPT:
            del self.last[next(iter(self.last))]

    def note_details(self, code: str, looked_at: Iterable[str], results: Iterable[Result], end: str) -> None:
        """What agrees now and what does not, among the settlements looked at."""
        rows = self.unsettled.setdefault(code, {})
        for setl_id in looked_at:
            rows.pop(setl_id, None)
        rows.update({result.setl_id: end for result in results if result.verdict != BALANCED})

    def of_day(self, day: str) -> list[dict[str, Any]]:
        """Those whose period has the day in it."""
        return [statement.as_json() for statement in self.last.values() if statement.begin <= day <= statement.end]
