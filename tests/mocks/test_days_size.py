"""A ledger of many settlements leaves a question about a day, and the counter, as quick as a small one."""

import sys
from dataclasses import replace
from datetime import timedelta

import pytest
from mocks.till import START, Till

MANY = 20_000
OTHER_DAYS = 20


def filled(count):
    """A hospital with settlements of many days, a tenth of them of today; copied, because the counter takes too long."""
    till = Till(people=1)
    originals = [till.settle(f"{n + 1}.00") for n in range(5)]
    world = till.hub.world
    for number in range(count):
        model = world.settlements[originals[number % 5].setl_id]
        day = (START - timedelta(days=number % OTHER_DAYS // 2)).strftime("%Y-%m-%d")
        ids = {"setl_id": f"S{number:020d}", "msgid": f"M{number}"}
        copy = replace(model, **ids, day=day, time=f"{day} 08:00:00", clearing_month=day[:7], lines=())
        world.settlements[copy.setl_id] = world.by_msgid[copy.msgid] = copy
        world.books.add(copy)
    return till


def calls(work):
    """How many calls of functions a piece of work makes: the same on every machine, whatever else runs."""
    count = 0

    def called(_frame, event, _arg):
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(called)
    try:
        work()
    finally:
        sys.setprofile(None)
    return count


QUESTIONS = {
    "totals of a day": lambda till: till.total_verdict(papers=[]),
    "totals of a month": lambda till: till.total_verdict(papers=[], begin="2026-11-01", end="2026-11-30"),
    "details of another day": lambda till: till.compare([], begin="2026-12-01"),
    "split of another month": lambda till: till.ok(
        "3260", {"data": {"trt_year": "2026", "trt_month": "09", "startrow": "1"}}
    ),
    "three sides": lambda till: till.ok("3209A", {"data": {}}),
    "a settlement": lambda till: till.settle("9.00", till.make(8)),
    "a person": lambda till: till.ok(
        "1101", {"data": {"mdtrt_cert_type": "02", "mdtrt_cert_no": till.people[0].id_number}}
    ),
}


@pytest.mark.parametrize("question", QUESTIONS)
def test_many_settlements_do_not_slow_a_question(question):
    counts = []
    for count in (50, MANY):
        till = filled(count)
        QUESTIONS[question](till)  # sums are made when they are first asked for
        counts.append(calls(lambda till=till: QUESTIONS[question](till)))
    assert counts[1] <= counts[0] * 1.02


def test_a_page_costs_the_same_wherever_the_ledger_ends():
    page = {"trt_year": "2026", "trt_month": "11", "startrow": "1"}
    tills = [filled(count) for count in (300, MANY)]
    counts = [calls(lambda till=till: till.ok("3260", {"data": page})) for till in tills]
    assert counts[1] <= counts[0] * 1.02
