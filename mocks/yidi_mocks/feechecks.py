"""Fee checks (规程 第五十四条): stays of 30,000 yuan and more that look wrong, asked for with nine fields.

On the 26th at 00:00 everything asked for since the 26th of the month before becomes a list, which nobody changes any
more. The place of care answers by the 26th of the month after; what is late goes into the next list and is counted.
Who asked confirms the result within 5 working days.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from yidi_mocks.figures import decimal_of
from yidi_mocks.shapes import is_day, plain_number
from yidi_mocks.workdays import Calendar

LEAST = Decimal(30000)
LIST_DAY = 26
CONFIRM_WITHIN = 5
RESULTS = ("correct", "wrong")
NINE = (
    "certno",
    "psn_name",
    "gend",
    "fixmedins_name",
    "ipt_no",
    "invono",
    "begndate",
    "enddate",
    "medfee_sumamt",
)
"""身份证号码, 姓名, 性别, 医疗服务机构名称, 住院号, 发票号码, 入院日期, 出院日期, 费用总额; named as on the wire."""


class BadCheck(ValueError):
    """What was said of a fee check makes no sense, or does not fit where it stands."""


def list_month(moment: str) -> str:
    """yyyy-MM of the list that takes in what is asked for then: the first 26th 00:00 after it."""
    year, month, day = int(moment[:4]), int(moment[5:7]), int(moment[8:10])
    return months_on(f"{year:04d}-{month:02d}", 1 if day >= LIST_DAY else 0)


def months_on(month: str, count: int) -> str:
    """The month so many months later, yyyy-MM."""
    year, zero_based = divmod(int(month[:4]) * 12 + int(month[5:7]) - 1 + count, 12)
    return f"{year:04d}-{zero_based + 1:02d}"


@dataclass(slots=True)
class FeeCheck:
    """One check: its nine fields, the list it is in (yyyy-MM), its result."""

    number: str
    asked_at: str
    fields: dict[str, str]
    listed: str
    setl_id: str | None = None
    result: str | None = None
    reason: str = ""
    answered_at: str | None = None
    confirm_by: str | None = None
    confirmed_at: str | None = None

    def state(self, today: str) -> str:
        """asked (no list yet), listed, answered, confirmed."""
        if self.confirmed_at is not None:
            return "confirmed"
        if self.result is not None:
            return "answered"
        return "listed" if _made(self.listed, today) else "asked"

    def carried(self, today: str) -> int:
        """How many lists later it stands now, because nobody answered in time."""
        until, count = (self.answered_at or today)[:10], 0
        while until > _day(months_on(self.listed, count + 1)):
            count += 1
        return count

    def as_json(self, today: str) -> dict[str, Any]:
        """As the control door shows it on that day."""
        carried = self.carried(today)
        return {
            "id": self.number,
            "asked_at": self.asked_at,
            **self.fields,
            "setl_id": self.setl_id,
            "state": self.state(today),
            "listed_on": _day(self.listed),
            "list": months_on(self.listed, carried),
            "carried_over": carried,
            "due": _day(months_on(self.listed, 1)),
            "overdue": carried > 0,
            "result": self.result,
            "reason": self.reason,
            "answered_at": self.answered_at,
            "confirm_by": self.confirm_by,
            "confirm_overdue": self.confirm_by is not None and (self.confirmed_at or today)[:10] > self.confirm_by,
            "confirmed_at": self.confirmed_at,
        }


class FeeChecks:
    """All of them, by number."""

    def __init__(self, calendar: Calendar) -> None:
        self.calendar = calendar
        self.asked: dict[str, FeeCheck] = {}
        self._numbers = 0

    def ask(self, row: dict[str, Any], now: str) -> FeeCheck:
        """A new check from the nine fields, and `setl_id` where it is known. Raises BadCheck."""
        unknown = set(row) - {*NINE, "setl_id"}
        if unknown:
            raise BadCheck(f"a check has no {', '.join(sorted(unknown))}")
        fields = _nine(row)
        self._numbers += 1
        made = FeeCheck(f"c{self._numbers}", now, fields, list_month(now), setl_id=row.get("setl_id"))
        self.asked[made.number] = made
        return made

    def change(self, check: FeeCheck, row: dict[str, Any], now: str) -> FeeCheck:
        """`result` correct or wrong (then with `reason`) once it is listed, `confirm` true once it is answered, any of
        the nine fields while it is not listed. Raises BadCheck, NoCalendar."""
        state = check.state(now[:10])
        if set(row) <= set(NINE) and row:
            self._demand_unlisted(check, now)
            check.fields = _nine({**check.fields, **row})
        elif set(row) in ({"result"}, {"result", "reason"}) and state == "listed":
            if row["result"] not in RESULTS or (row["result"] == "wrong" and not row.get("reason")):
                raise BadCheck("result is correct, or wrong with its reason")
            check.confirm_by = self.calendar.after(now, CONFIRM_WITHIN)
            check.result, check.reason, check.answered_at = row["result"], str(row.get("reason", "")), now
        elif row == {"confirm": True} and state == "answered":
            check.confirmed_at = now
        else:
            raise BadCheck(f"a check that is {state} does not take this")
        return check

    def withdraw(self, check: FeeCheck, now: str) -> None:
        """Gone, while it is in no list. Raises BadCheck."""
        self._demand_unlisted(check, now)
        del self.asked[check.number]

    def made_lists(self, today: str) -> list[dict[str, Any]]:
        """The lists that are made, with what is in each and how much of it came in time."""
        months = sorted({check.listed for check in self.asked.values() if _made(check.listed, today)})
        return [self._list(month, today) for month in months]

    def _list(self, month: str, today: str) -> dict[str, Any]:
        found = [check for check in self.asked.values() if check.listed == month]
        return {
            "list": month,
            "made_at": f"{_day(month)} 00:00:00",
            "from": _day(months_on(month, -1)),
            "checks": [check.number for check in found],
            "answered": sum(check.result is not None for check in found),
            "carried_over": sum(check.carried(today) > 0 for check in found),
        }

    def _demand_unlisted(self, check: FeeCheck, now: str) -> None:
        if _made(check.listed, now[:10]):
            raise BadCheck(f"the list of {_day(check.listed)} is made and is not changed any more")


def _day(month: str) -> str:
    return f"{month}-{LIST_DAY}"


def _made(month: str, today: str) -> bool:
    return today >= _day(month)


def _nine(row: dict[str, Any]) -> dict[str, str]:
    fields = {name: row.get(name) for name in NINE}
    absent = [name for name, value in fields.items() if value in (None, "")]
    if absent:
        raise BadCheck(f"a check needs nine fields; missing: {', '.join(absent)}")
    texts = {name: str(value) for name, value in fields.items()}
    total = plain_number(texts["medfee_sumamt"])
    if total is None or decimal_of(total) < LEAST:
        raise BadCheck(f"medfee_sumamt must be {LEAST} or more")
    if not is_day(texts["begndate"]) or not is_day(texts["enddate"]) or texts["enddate"] < texts["begndate"]:
        raise BadCheck("begndate and enddate must be days, one after the other")
    return texts
