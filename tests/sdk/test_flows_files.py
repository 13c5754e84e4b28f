"""Files, up and down, driven by hand."""

from types import SimpleNamespace
from typing import Any

import pytest

from yidi_sdk import flows
from yidi_sdk.errors import Misused, TimedOut, Unknown
from yidi_sdk.flows import fetch_file, file_upload, send_file
from yidi_sdk.transactions import DownloadFile, UploadFile

HOSPITAL = "H50010300001"
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


@pytest.mark.parametrize("answer", [b"1234", SimpleNamespace(content=b"1234")])
def test_bytes_come_down(answer: Any) -> None:
    flow = fetch_file("F1", "plc", HOSPITAL, most=4)
    message = next(flow)
    assert isinstance(message, DownloadFile)
    assert message.file_qury_no == "F1"
    assert result(flow, answer) == b"1234"


def test_a_file_too_large_or_none_at_all() -> None:
    flow = fetch_file("F1", "plc", HOSPITAL, most=3)
    next(flow)
    with pytest.raises(Misused, match="4 bytes, at most 3"):
        flow.send(b"1234")
    flow = fetch_file("F1", "plc", HOSPITAL)
    next(flow)
    with pytest.raises(Unknown, match="no file"):
        flow.send(SimpleNamespace())


def test_every_promised_name_is_there_and_no_other() -> None:
    for name in flows.__all__:
        assert getattr(flows, name) is not None
    assert set(flows.__all__) <= set(dir(flows))
    with pytest.raises(AttributeError, match="nonsense"):
        flows.nonsense  # noqa: B018
