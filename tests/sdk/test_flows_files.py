"""Files, up and down, and the comparison settlement by settlement that travels in them."""

import io
import re
import zipfile
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yidi_sdk import archive, flows
from yidi_sdk.errors import Misused, TimedOut, Unknown
from yidi_sdk.flows import compare_details, fetch_file, fetch_text, file_upload, run, send_file
from yidi_sdk.flows.detail_files import (
    FLAWS,
    SENT_COLUMNS,
    Compared,
    DetailLine,
    FileFlawed,
    compared,
    read_result,
    rows_of,
    written,
)
from yidi_sdk.transactions import (
    DetailsCompared,
    DownloadedFile,
    DownloadFile,
    ReconcileDetails,
    UploadedFile,
    UploadFile,
)

HOSPITAL = "H50010300001"
PACKED = archive.pack("a.txt", b"1234")
LOST = TimedOut("lost")


def result(flow: Any, answer: Any) -> Any:
    with pytest.raises(StopIteration) as end:
        flow.send(answer)
    return end.value.value


def test_bytes_go_up_as_they_are() -> None:
    content = bytes(range(256))
    flow = send_file(content, "day.zip", HOSPITAL)
    message: Any = next(flow)
    assert isinstance(message, UploadFile)
    sent = message.to_wire()["fsUploadIn"]
    assert bytes(number % 256 for number in sent["in"]) == content
    assert (sent["filename"], sent["fixmedins_code"]) == ("day.zip", HOSPITAL)
    assert result(flow, "number") == "number"


def test_after_doubt_the_file_goes_up_once_more() -> None:
    flow = send_file(b"x", "day.zip", HOSPITAL)
    first = next(flow)
    assert flow.throw(LOST) == first
    assert result(flow, "number") == "number"
    flow = send_file(b"x", "day.zip", HOSPITAL)
    next(flow)
    flow.throw(LOST)
    with pytest.raises(TimedOut):
        flow.throw(LOST)


@pytest.mark.parametrize("content", [b"", b"12345"])
def test_what_is_not_sent(content: bytes) -> None:
    with pytest.raises(Misused, match="the file"):
        next(send_file(content, "day.zip", HOSPITAL, most=4))
    assert file_upload(b"1234", "day.zip", HOSPITAL, most=4).in_ == b"1234"


def test_bytes_come_down() -> None:
    flow = fetch_file("F1", "plc", HOSPITAL, most=len(PACKED))
    message = next(flow)
    assert isinstance(message, DownloadFile)
    assert message.file_qury_no == "F1"
    assert result(flow, DownloadedFile(content=PACKED)) == PACKED


def test_a_file_too_large() -> None:
    """It was sent and came down, so it is no misuse: nothing is known of what is in it."""
    flow = fetch_file("F1", "plc", HOSPITAL, most=len(PACKED) - 1)
    next(flow)
    with pytest.raises(FileFlawed, match=f"{len(PACKED)} bytes, at most {len(PACKED) - 1}") as caught:
        flow.send(DownloadedFile(content=PACKED))
    assert caught.value.flaw == "too_large"
    flow = fetch_text("F1", "plc", HOSPITAL, most_unpacked=3)
    next(flow)
    with pytest.raises(FileFlawed) as caught:
        flow.send(DownloadedFile(content=PACKED))
    assert (caught.value.flaw, isinstance(caught.value, Unknown)) == ("too_large", True)


def test_one_file_and_no_more_is_taken_out() -> None:
    assert downloaded(PACKED) == b"1234"
    two = io.BytesIO()
    with zipfile.ZipFile(two, "w") as opened:
        opened.writestr("a", b"1")
        opened.writestr("b", b"2")
    with pytest.raises(FileFlawed, match="2 files in the archive"):
        downloaded(two.getvalue())


def downloaded(content: bytes) -> bytes:
    flow = fetch_text("F1", "plc", HOSPITAL)
    next(flow)
    return result(flow, DownloadedFile(content=content))


# A day of three settlements, one of them refunded; typed as the platform's file would hold them.
DAY = (
    DetailLine("S1", "M1", "P1", Decimal("180.00"), Decimal("83.88"), Decimal("50.00")),
    DetailLine("S2", "M2", "P2", Decimal(20), Decimal(0), Decimal(0)),
    DetailLine("S3", "M2", "P2", Decimal("-20.00"), Decimal("0.00"), Decimal("0.00"), "1"),
)
SENT = (
    "S1\tM1\tP1\t180.00\t83.88\t50.00\t0\n"
    "S2\tM2\tP2\t20.00\t0.00\t0.00\t0\n"
    "S3\tM2\tP2\t-20.00\t0.00\t0.00\t1"
)  # fmt: skip
FIRST = "P1\tM1\tS1\tH50010399901202405200940000007\t000000\t0\tnull\t180.00\t83.88\t50.00"
SECOND = "P2\tM2\tS2\tnull\t0\t0\t备注:平\t20.00\t0.00\t0.00"
REFUND = "P2\tM2\tS3\tnull\t0\t1\tnull\t-20.00\t0.00\t0.00"
ALL = f"{FIRST}\n{SECOND}\n{REFUND}"


def outcome(text: str | bytes) -> Compared:
    return compared(DAY, read_result(text if isinstance(text, bytes) else text.encode()))


def test_our_file_is_written_as_the_interface_wants_it() -> None:
    assert written(DAY) == SENT.encode()
    with_extension = written(DAY[:1], (*SENT_COLUMNS, "exp_content"))
    assert with_extension == b"S1\tM1\tP1\t180.00\t83.88\t50.00\t0\tnull"


@pytest.mark.parametrize(
    "change",
    [
        {"setl_id": ""},
        {"psn_no": "P\t1"},
        {"mdtrt_id": "张三"},
        {"medfee_sumamt": Decimal("1.005")},
        {"acct_pay": Decimal("NaN")},
        {"exp_content": "a\nb"},
        {"exp_content": "null"},
    ],
)
def test_a_line_that_cannot_be_told_is_not_sent(change: dict[str, Any]) -> None:
    with pytest.raises(Misused) as caught:
        written([replace(DAY[0], **change)], (*SENT_COLUMNS, "exp_content"))
    assert [problem.path for problem in caught.value.fields] == list(change)


def test_one_settlement_twice_is_not_sent() -> None:
    with pytest.raises(Misused, match="twice"):
        written([DAY[0], DAY[0]])


@pytest.mark.parametrize("text", [ALL, ALL + "\n", ALL.replace("\n", "\r\n"), "\ufeff" + ALL, ALL.encode("gb18030")])
def test_what_agrees(text: str | bytes) -> None:
    found = outcome(text)
    assert (found.matched, found.agrees) == (DAY, True)
    (*_, last) = read_result(text if isinstance(text, bytes) else text.encode())[:2]
    assert (last.memo, last.msgid, last.medfee_sumamt) == ("备注:平", None, Decimal("20.00"))


@pytest.mark.parametrize(
    ("code", "verdict"),
    [
        ("000101", "platform_more"),
        ("1", "platform_more"),
        ("000102", "institution_more"),
        ("2", "institution_more"),
        ("000103", "differs"),
        ("3", "differs"),
        ("000199", "unclear"),
        ("00", "unclear"),
    ],
)
def test_only_matched_is_matched(code: str, verdict: str) -> None:
    found = outcome(ALL.replace("\t000000\t", f"\t{code}\t"))
    assert [line.verdict for line in found.objected] == [verdict]
    assert (found.matched, found.unanswered, found.agrees) == (DAY[1:], (), False)


@pytest.mark.parametrize(
    "text",
    [
        ALL.replace("83.88", "83.87"),
        ALL.replace("P1\tM1\tS1", "P9\tM1\tS1"),
        ALL.replace("P1\tM1\tS1", "P1\tM9\tS1"),
        ALL.removesuffix("00") + "1",
    ],
)
def test_a_match_of_something_else_is_none(text: str) -> None:
    found = outcome(text)
    assert len(found.matched) == 2
    assert len(found.objected) == 1


def test_what_the_platform_leaves_out_or_adds_is_not_matched() -> None:
    found = outcome(f"{FIRST}\n{SECOND}")
    assert (found.matched, found.unanswered, found.agrees) == (DAY[:2], DAY[2:], False)
    found = outcome(f"{ALL}\nP9\tM9\tS9\tnull\t0\t0\tnull\t1.00\t1.00\t0.00")
    assert [line.setl_id for line in found.objected] == ["S9"]
    assert outcome("").unanswered == DAY
    assert outcome(ALL.replace("P1\tM1\tS1", "null\tnull\tnull")).unanswered == DAY[:1]
    assert not outcome(ALL.replace("\t1\tnull", "\tnull\tnull")).agrees  # a refund that is not told as one


FLAWED = {
    "cut in the last line": (ALL[:-20], "cut", 3),
    "cut within a character": (f"{FIRST}\nP2\tM2\tS2\tnull\t0\t0\t备".encode()[:-1], "cut", None),
    "a short line in the middle": (f"P1\tM1\n{SECOND}", "garbled", 1),
    "an empty line": (f"{FIRST}\n\n{SECOND}", "garbled", 2),
    "a column too many": (f"{FIRST}\tnull\n{SECOND}", "garbled", 1),
    "other columns": (SENT, "garbled", 1),
    "an amount that is none": (ALL.replace("20.00", "2O.00"), "garbled", 2),
    "an amount with an exponent": (ALL.replace("20.00", "2e1"), "garbled", 2),
    "no verdict": (ALL.replace("000000", "null"), "garbled", 1),
    "a person number that is none": (ALL.replace("P1", "张三"), "garbled", 1),
    "lost characters": (ALL.replace("备", "\ufffd"), "garbled", 2),
    "zero bytes": (ALL.replace("备", "\0"), "garbled", 2),
    "no text": (b"\xff\xff" + ALL.encode(), "garbled", None),
    "UTF-16": (ALL.encode("utf-16"), "garbled", None),
    "HTML": ("<html><body>系统维护</body></html>", "cut", 1),
    "a line twice": (f"{ALL}\n{FIRST}", "doubled", 4),
    "the file twice": (f"{ALL}\n{ALL}", "doubled", 4),
    "one settlement with two verdicts": (f"{ALL}\n{FIRST.replace('000000', '000103')}", "doubled", 4),
}


@pytest.mark.parametrize("kind", FLAWED)
def test_a_flawed_file_is_named_and_nothing_of_it_is_matched(kind: str) -> None:
    text, flaw, line = FLAWED[kind]
    with pytest.raises(FileFlawed) as caught:
        outcome(text)
    assert (caught.value.flaw, caught.value.line) == (flaw, line)
    assert FLAWS[caught.value.flaw] in str(caught.value)
    assert not re.search("P1|S1|张三", str(caught.value))


numbers = st.text("0123456789ABCDEFX", min_size=1, max_size=30)
amounts = st.integers(-(10**12), 10**12).map(lambda fen: Decimal(fen).scaleb(-2))
lines = st.builds(DetailLine, numbers, numbers, numbers, amounts, amounts, amounts, st.sampled_from(["0", "1"]))
days = st.lists(lines, max_size=9, unique_by=lambda line: (line.setl_id, line.refd_setl_flag))


@given(days)
def test_lines_come_back_to_the_last_fen(day: list[DetailLine]) -> None:
    rows = rows_of(written(day), len(SENT_COLUMNS))
    found = [dict(zip(SENT_COLUMNS, row, strict=True)) for row in rows]
    money = ("medfee_sumamt", "fund_pay_sumamt", "acct_pay")
    assert [{**row, **{name: Decimal(row[name]) for name in money}} for row in found] == [
        {name: getattr(line, name) for name in SENT_COLUMNS} for line in day
    ]


@given(days, st.data())
def test_what_is_cut_off_is_never_matched(day: list[DetailLine], data: st.DataObject) -> None:
    """At any byte: either the cut is seen, or what is missing counts as unanswered or differing."""
    whole = "\n".join(
        f"{line.psn_no}\t{line.mdtrt_id}\t{line.setl_id}\tnull\t0\t{line.refd_setl_flag}\t备注\t"
        f"{line.medfee_sumamt}\t{line.fund_pay_sumamt}\t{line.acct_pay}"
        for line in day
    ).encode()
    assert compared(day, read_result(whole)).matched == tuple(day)
    cut = whole[: data.draw(st.integers(0, len(whole)))]
    try:
        found = compared(day, read_result(cut))
    except FileFlawed:
        return
    assert all(line.setl_id.encode() in cut for line in found.matched)
    assert len(found.matched) + len(found.unanswered) + len(found.objected) == len(day)
    if found.agrees:
        assert Decimal(cut.rpartition(b"\t")[2].decode() or "0") == day[-1].acct_pay if day else not cut


class Platform:
    """Takes the file, and answers the download with what a test puts there."""

    def __init__(self, answer: bytes) -> None:
        self.answer = answer
        self.sent: list[Any] = []

    def send(self, message: Any) -> Any:
        self.sent.append(message)
        if isinstance(message, UploadFile):
            return UploadedFile.model_validate({"file_qury_no": "U1"})
        if isinstance(message, ReconcileDetails):
            return DetailsCompared.model_validate({"fileinfo": {"file_qury_no": "R1", "filename": "result.zip"}})
        return DownloadedFile(content=self.answer)


def asked(**changes: Any) -> Any:
    arguments: dict[str, Any] = {
        "institution_code": HOSPITAL,
        "setl_optins": "500103",
        "first_day": date(2024, 5, 20),
        "last_day": date(2024, 5, 20),
        "cash_payamt": Decimal("46.12"),
        "clr_type": "11",
    }
    return compare_details(changes.pop("lines", DAY), **{**arguments, **changes})


@pytest.mark.requirement("R113")
def test_a_day_is_compared_settlement_by_settlement() -> None:
    platform = Platform(archive.pack("../result.txt", ALL.encode()))
    found = run(platform, asked())
    assert (found.matched, found.agrees) == (DAY, True)
    upload, question, download = platform.sent
    assert archive.unpack(upload.in_) == {"detail.txt": SENT.encode()}
    assert (question.file_qury_no, question.fixmedins_setl_cnt) == ("U1", 3)
    sums = (question.medfee_sumamt, question.fund_pay_sumamt, question.cash_payamt)
    assert sums == (Decimal("180.00"), Decimal("83.88"), Decimal("46.12"))
    assert (question.stmt_begndate, question.stmt_enddate, question.clr_type) == ("2024-05-20", "2024-05-20", "11")
    assert (download.file_qury_no, download.filename) == ("R1", "result.zip")


def test_a_comparison_whose_file_is_flawed_ends_in_its_name() -> None:
    with pytest.raises(FileFlawed) as caught:
        run(Platform(archive.pack("result.txt", ALL[:-20].encode())), asked())
    assert caught.value.flaw == "cut"
    with pytest.raises(Misused, match="nothing to compare"):
        run(Platform(b""), asked(lines=()))


def test_every_promised_name_is_there_and_no_other() -> None:
    for name in flows.__all__:
        assert getattr(flows, name) is not None
    assert set(flows.__all__) <= set(dir(flows))
    with pytest.raises(AttributeError, match="nonsense"):
        flows.nonsense  # noqa: B018
