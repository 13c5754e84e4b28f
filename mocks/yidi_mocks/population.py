"""People by the thousand, from a seed: the same count, seed and day give the same people.

Whatever a cashier meets is among them, in shares that are plausible and no statistic: employees and residents, some
with two insurances, paused ones, suspended benefits; patients from the province and from beyond; filings of all six
kinds, also pending, cancelled, ended, for another area, or shown by no query; qualifications; chosen institutions; all
three credentials. An ID number carries the code of a city, under which none is ever issued, so that nobody real has
it; its check digit is right.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from sys import intern

from yidi_mocks.registry import disease_names
from yidi_mocks.world import FILING_KINDS, LONG_TERM, Credential, Filing, Insurance, Person, Qualification
from yidi_sdk.codes import InsuranceType

FIRST_NUMBER = 1_000_001  # above the personas and whoever the control door makes
HERE = "500000"
HOSPITALS = ("H50010300001", "H50010399901", "H50010010019")
# insured place: its share in a thousand
PLACES = {
    "500100": 120,
    "510100": 150,
    "510700": 60,
    "520100": 90,
    "520300": 50,
    "530100": 120,
    "530300": 60,
    "540100": 30,
    "440100": 60,
    "330100": 50,
    "310100": 50,
    "110100": 40,
    "420100": 40,
    "410100": 30,
    "460100": 20,
    "650100": 20,
    "610100": 10,
}
# how often in a hundred
SHARE = {
    "employee": 55,
    "second insurance": 3,
    "paused": 1.5,
    "civil servant": 6,
    "suspended": 0.5,
    "in hospital": 0.4,
    "e_credential": 60,
    "social_card": 30,
    "filed": 80,
    "filed for here": 92,
    "end told": 70,
    "papers open": 5,
    "common disease": 85,
    "disease ends": 50,
    "chosen": 8,
}
STATES = {"active": 93, "pending": 3, "cancelled": 2.5, "unseen": 1.5}
ILL = {"elderly": (64, 28, 8), "others": (88, 10, 2)}  # of none, one, two diseases
KINDS = dict(zip(FILING_KINDS, (14, 34, 20, 12, 4, 16), strict=True))
FAMILY = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦许何吕张孔曹严华金魏陶姜"
GIVEN = "一二三四五六七八九十子丑寅卯辰巳午未申酉戌亥甲乙丙丁戊己庚辛壬癸"
ELDERLY, RETIRED, GROWN = 70, 60, 18
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECK = "10X98765432"


class Chance(Random):
    """Draws that repeat by seed."""

    def often(self, what: str) -> bool:
        """True as often as SHARE says."""
        return self.random() * 100 < SHARE[what]


def generate(count: int, seed: int, today: str) -> Iterator[Person]:
    """`count` invented people on the day `today` (yyyy-MM-dd), numbered from `FIRST_NUMBER`."""
    draw = Chance(seed)
    day = date.fromisoformat(today)
    taken: set[str] = set()
    places = draw.choices(list(PLACES), list(PLACES.values()), k=count)
    for number, division in enumerate(places, FIRST_NUMBER):
        yield _person(draw, number, division, day, taken)


def _person(draw: Chance, number: int, division: str, day: date, taken: set[str]) -> Person:
    age = min(96, max(0, round(draw.gauss(48, 20))))
    id_number = _id_number(draw, division, day, age, taken)
    insurances = list(_insurances(draw, division, age))
    person = Person(
        number=number,
        psn_no=f"{division[:2]}1{number:023d}",
        name=f"测试{draw.choice(FAMILY)}{draw.choice(GIVEN)}{draw.choice(GIVEN)}",
        id_number=id_number,
        insurances=insurances,
        credentials=[Credential("id_card", id_number)],
        benefit="suspended" if draw.often("suspended") else "enjoyed",
        in_stay=draw.often("in hospital"),
    )
    if draw.often("e_credential"):
        person.credentials.append(Credential("e_credential", f"E{division}{number:021d}"))
    if draw.often("social_card"):
        person.credentials.append(Credential("social_card", f"K{number:08d}", f"SN{number:08d}"))
    if division[:2] != HERE[:2] and draw.often("filed"):
        person.filings = list(_filings(draw, division, day))
    person.qualifications = list(_qualifications(draw, day, age))
    if draw.often("chosen"):
        person.designated = draw.sample(HOSPITALS, draw.randint(1, 2))
    return person


def _insurances(draw: Chance, division: str, age: int) -> Iterator[Insurance]:
    employee = age >= GROWN and draw.often("employee")
    paused = draw.often("paused")
    yield Insurance(
        insutype=(InsuranceType.EMPLOYEE if employee else InsuranceType.RESIDENT).value,
        division=division,
        status="2" if paused else "1",
        paused_from="2020-01-01" if paused else None,
        since=intern(f"{draw.randint(2001, 2022)}-07-01"),
        balance=Decimal(draw.randrange(0, 600_000)).scaleb(-2) if employee else Decimal("0.00"),
        psn_type=_kind_of_person(age, employee=employee),
        civil_servant=employee and draw.often("civil servant"),
        emp_name="示例公司(虚构)" if employee and age < RETIRED else "",
    )
    if employee and draw.often("second insurance"):
        yield Insurance(InsuranceType.RESIDENT.value, "500100", since="2019-01-01", psn_type="15")


def _kind_of_person(age: int, *, employee: bool) -> str:
    """Wire value of psn_type."""
    if employee:
        return "12" if age >= RETIRED else "11"
    if age < GROWN:
        return "14"
    return "16" if age >= ELDERLY else "15"


def _filings(draw: Chance, division: str, day: date) -> Iterator[Filing]:
    kind = draw.choices(list(KINDS), list(KINDS.values()))[0]
    begin = day - timedelta(days=draw.randint(0, 150 if kind not in LONG_TERM else 1500))
    end = None
    if kind not in LONG_TERM and draw.often("end told"):
        end = (begin + timedelta(days=draw.randint(30, 365))).isoformat()
    state = draw.choices(list(STATES), list(STATES.values()))[0]
    yield Filing(
        kind=kind,
        area=HERE if draw.often("filed for here") else "510100" if division[:2] != "51" else "520100",
        begin=begin.isoformat(),
        end=end,
        state=state,
        cancelled_on=day.isoformat() if state == "cancelled" else None,
        insured_division=division,
        promise_papers_open=kind in LONG_TERM and draw.often("papers open"),
    )


def _qualifications(draw: Chance, day: date, age: int) -> Iterator[Qualification]:
    names = disease_names()
    codes = list(names)
    count = draw.choices((0, 1, 2), ILL["elderly" if age >= RETIRED else "others"])[0]
    for code in draw.sample(codes[:2] if draw.often("common disease") else codes, k=min(count, 2)):
        begin = day - timedelta(days=draw.randint(0, 1500))
        end = (begin + timedelta(days=730)).isoformat() if draw.often("disease ends") else None
        yield Qualification(code, names[code], begin.isoformat(), end)


def _id_number(draw: Chance, division: str, day: date, age: int, taken: set[str]) -> str:
    while True:
        born = day - timedelta(days=age * 365 + age // 4 + draw.randint(1, 364))
        head = f"{division}{born:%Y%m%d}{draw.randint(1, 999):03d}"
        if head not in taken:
            taken.add(head)
            return head + CHECK[sum(int(digit) * weight for digit, weight in zip(head, WEIGHTS, strict=True)) % 11]
