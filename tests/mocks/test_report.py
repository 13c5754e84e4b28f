"""The conformance report: what each item says when it is met, and when it is not; in three forms."""

import re
from html.parser import HTMLParser

import pytest

from yidi_mocks import report
from yidi_mocks.record import Received
from yidi_mocks.report.items import GRADES, ITEMS

AT = 20261121090000000


def row(n, infno, verdict="ok", **changes):
    usual = {
        "n": n,
        "at": str(AT + n * 5000),
        "infno": infno,
        "msgid": f"M{n}",
        "psn_no": "P",
        "mdtrt_id": "V",
        "chrg_bchno": "",
        "setl_id": None,
        "verdict": verdict,
        "err_msg": None,
        "cause": None,
        "effect": verdict == "ok" and infno in ("2201", "2204", "2207", "2208", "2304", "2305", "2401", "2601"),
        "in_maintenance": changes.get("cause") == "maintenance",
        "med_type": "",
        "digest": b"",
    }
    return Received(**{**usual, **changes})


def story(*told):
    """Rows from (infno, verdict, changes) with running numbers."""
    return [row(n, one[0], *one[1:2], **(one[2] if len(one) > 2 else {})) for n, one in enumerate(told, start=1)]


def verdicts(*told):
    found = report.conformance(story(*told))
    return {item["id"]: item for item in found["items"]}


SETTLES = ("2207", "ok", {"chrg_bchno": "B", "med_type": "11", "setl_id": "S"})
LOST = ("2207", "fault:drop_reply", {"chrg_bchno": "B", "med_type": "11", "setl_id": "S", "effect": True})
GONE = ("2207", "fault:drop_request", {"chrg_bchno": "B", "med_type": "11"})


def refused(infno, cause, **changes):
    return infno, "refused", {"cause": cause, "err_msg": f"FSI-{cause}", **changes}


# item, what passes it, what fails it (None: nothing can)
CASES = [
    ("C1", [("9001",)], [refused("1101", "not_signed_in")]),
    ("C2", [("1101",), ("2201",)], [("2201",)]),
    ("C3", [refused("2207", "field_missing"), ("2207",)], [refused("2207", "field_missing")]),
    ("C4", [("1101",)], [("1101",), refused("1101", "duplicate_msgid")]),
    ("C5", [("1101",), ("2201",)], [refused("2202", "settlement_first")]),
    ("C6", [("2204",)], None),
    ("C7", [("2206",), SETTLES], [SETTLES]),
    ("C8", [("2206",), SETTLES], None),
    ("O1", [("2206",), ("2207", "ok", {"chrg_bchno": "B", "med_type": "14"})], None),
    (
        "O2",
        [("2207", "ok", {"chrg_bchno": "B", "med_type": "14"}), ("2207", "ok", {"chrg_bchno": "C", "med_type": "11"})],
        [("2207", "ok", {"chrg_bchno": "B", "med_type": "14"}), refused("2204", "disease_mixed")],
    ),
    ("O3", [("5301",), ("2207", "ok", {"chrg_bchno": "B", "med_type": "14"})], None),
    ("O4", [("2001",)], None),
    ("O5", [("2207", "ok", {"chrg_bchno": "B", "med_type": "13"})], None),
    ("O6", [("2208",)], None),
    ("O7", [("2205",)], None),
    ("O8", [("2304",)], None),
    ("O9", [("3201",)], None),
    ("E1", [LOST, ("5204",)], [LOST, SETTLES]),
    ("E1", [LOST, ("2601",)], [LOST]),
    ("E2", [GONE, ("5204",), SETTLES], [GONE, SETTLES]),
    ("E3", [SETTLES], [SETTLES, refused("2207", "already_settled", chrg_bchno="B")]),
    ("E4", [refused("1101", "maintenance")], [refused("2207", "maintenance", chrg_bchno="B")]),
    ("E5", [("1101", "fault:rate_limit"), ("1101",)], [("1101", "fault:rate_limit", {"at": str(AT)})] * 5),
    ("E6", [refused("1101", "sign_expired"), ("9001",)], [refused("1101", "sign_expired")] * 5),
    ("E7", [refused("2207", "not_filed")], [refused("2207", "not_filed")] * 4),
    ("E8", [("2601", "fault:drop_reply"), ("2601",)], [("2601", "fault:drop_reply")]),
    ("E9", [(LOST[0], "fault:wrong_amounts", LOST[2]), ("5203",)], [(LOST[0], "fault:wrong_amounts", LOST[2])]),
    ("A1", [("2601",)], None),
    (
        "A2",
        [(LOST[0], "fault:slow_commit", LOST[2]), ("5204",), ("5204",)],
        [(LOST[0], "fault:slow_commit", LOST[2]), ("5204",)],
    ),
    (
        "A3",
        [(LOST[0], "fault:repeat_request", LOST[2]), ("2207", "fault:repeated_copy"), ("5203",)],
        [(LOST[0], "fault:repeat_request", LOST[2])],
    ),
    ("A4", [SETTLES, ("2208", "ok", {"at": "20261122090000000"})], None),
    ("A5", [("2305",)], None),
    ("A6", [refused("", "signature"), ("9001",)], [refused("", "signature")]),
    ("A7", [("3202",)], None),
    ("A8", [("3261",)], None),
]


@pytest.mark.parametrize(("item", "good", "bad"), CASES, ids=[f"{one[0]}-{n}" for n, one in enumerate(CASES)])
def test_items(item, good, bad):
    nothing = {item["id"]: item["verdict"] for item in report.conformance([])["items"]}
    assert nothing[item] == "not_tried"
    found = verdicts(*good)[item]
    assert found["verdict"] == "pass", found
    if bad is not None:
        found = verdicts(*bad)[item]
        assert found["verdict"] == "fail", found
        assert not report.conformance(story(*bad))["passed"]


def test_a_refund_of_the_same_day_is_no_later_one():
    assert verdicts(SETTLES, ("2208",))["A4"]["verdict"] == "not_tried"


def test_every_item_is_tried_and_says_where_it_comes_from():
    assert {item for item, _, _ in CASES} == {item.number for item in ITEMS}
    assert len({item.number for item in ITEMS}) == len(ITEMS)
    found = report.conformance([])
    assert {item["grade"] for item in found["items"]} == set(GRADES)
    for item in found["items"]:
        assert re.search(r"〔\d{4}〕\d+号|第.+条|接口：", item["source"]), item
        assert item["title"]
        assert item["title_en"]
        assert item["seen"]


def test_nothing_tried_passes_but_says_so():
    found = report.conformance([])
    assert found["passed"]
    assert found["grades"]["core"] == {"pass": 0, "fail": 0, "not_tried": 8}


def test_keys_that_others_read():
    found = report.conformance(story(("9001",), SETTLES))
    assert {"passed", "received", "by_transaction", "violations", "refusals", "faults", "grades", "items"} <= set(found)
    assert found["received"] == 2
    counted = {"infno": "9001", "name": "签到", "received": 1, "ok": 1, "refused": 0, "fault": 0}
    assert counted in found["by_transaction"]


class Page(HTMLParser):
    """Whether every tag that opens closes, and what the page asks for from elsewhere."""

    def __init__(self):
        super().__init__()
        self.open, self.asked, self.text = [], [], []

    def handle_starttag(self, tag, attrs):
        self.asked += [value for name, value in attrs if name in ("src", "href", "action")]
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)


def test_the_page_is_whole_prints_and_asks_nobody():
    wrong = refused("2202", "settlement_first", err_msg="<script>alert(1)</script>")
    page = Page()
    made = report.as_html(report.conformance(story(("9001",), wrong)))
    page.feed(made)
    assert page.open == []
    assert page.asked == []
    assert "<script>" not in made
    assert "@media print" in made
    text = "".join(page.text)
    for words in ("不通过 failed", "医疗机构（章）", "医保办函〔2021〕4号 三(三)", "2026-11-21 09:00", "业务顺序正确"):
        assert words in text


def test_the_text_names_grade_item_and_violation():
    text = report.as_text(report.conformance(story(("9001",), refused("2202", "settlement_first"))))
    assert "基础 core: 通过" in text
    assert "C5  不通过 业务顺序正确" in text
    assert "wrong_order 2202" in text


@pytest.mark.timeout(30)
def test_a_long_record_is_read_in_a_moment():
    """A hundred thousand messages: what is asked for each row may not look at all the others."""
    told = []
    for number in range(100_000 // 4):
        about = {"psn_no": f"P{number}", "mdtrt_id": f"V{number}"}
        told += [
            ("1101", "ok", about),
            ("2201", "ok", about),
            ("2206", "ok", about),
            (*SETTLES[:2], {**SETTLES[2], **about}),
        ]
    found = report.conformance(story(*told))
    assert found["grades"]["core"]["fail"] == 0
