"""Files, up and down: uploaded as a list of signed numbers, fetched as they are, without an envelope."""

from typing import Any

from yidi_mocks import labels
from yidi_mocks.calls import Call
from yidi_mocks.exchange import Exchange, answers
from yidi_mocks.files import MADE_BY_PLATFORM, MOST_BYTES, StoredFile, Stream
from yidi_sdk.transactions import DownloadFile, UploadFile

CONTENT = "in"
LEAST, MOST = -0x80, 0xFF
"""A byte as a signed number, and as an unsigned one, which the same place of the interface takes too."""


@answers(UploadFile)
def upload(hub: Exchange, call: Call) -> dict[str, Any]:
    """The file lies under a number, for its institution and for a while."""
    data = call.data
    if data["fixmedins_code"] != call.hospital().code:
        raise labels.wrong(UploadFile, "fixmedins_code", "与发送方的机构编号不同")
    kept = keep(hub, call, data["filename"], _content(data[CONTENT]))
    return {
        "file_qury_no": kept.number,
        "filename": kept.name,
        "dld_endtime": kept.until,
        "fixmedins_code": kept.code,
    }


@answers(DownloadFile)
def download(hub: Exchange, call: Call) -> Stream:
    """The file itself. Refused: a number that is not there, of another institution, or over; another name."""
    data, code = call.data, call.hospital().code
    if data["fixmedins_code"] != code:
        raise labels.wrong(DownloadFile, "fixmedins_code", "与发送方的机构编号不同")
    found = hub.world.agency.files.find(data["file_qury_no"], code, hub.clock.text())
    if data["filename"] != (MADE_BY_PLATFORM if found.catalogue else found.name):
        raise labels.wrong(DownloadFile, "filename", "与文件查询号的文件名不同")
    return Stream(found.content)


def keep(hub: Exchange, call: Call, name: str, content: bytes) -> StoredFile:
    """Put a file where the sender of a message can fetch it."""
    hospital = call.hospital()
    return hub.world.agency.files.keep(hub.next_id(hospital.division), name, content, hospital.code, hub.clock.now())


def _content(value: Any) -> bytes:
    if not isinstance(value, list) or not value:
        raise labels.wrong(UploadFile, CONTENT, "应为字节的列表，且不能为空")
    numbers: list[Any] = value  # pyright: ignore[reportUnknownVariableType] - any JSON
    if len(numbers) > MOST_BYTES:
        raise labels.wrong(UploadFile, CONTENT, f"文件超过{MOST_BYTES}字节")
    if not all(type(number) is int and LEAST <= number <= MOST for number in numbers):
        raise labels.wrong(UploadFile, CONTENT, "每个字节应为-128至127的整数")
    return bytes(number & MOST for number in numbers)
