"""Files, up and down: bytes in, bytes out, and never more of them than was said."""

from yidi_sdk.errors import FieldProblem, Misused, Unknown
from yidi_sdk.flows.driving import Flow, ask
from yidi_sdk.transactions import DownloadFile, UploadedFile, UploadFile

MOST_BYTES = 2 * 1024 * 1024
"""Our own limit: none is documented, and on the wire a byte is a number of up to four signs and a comma."""
CATALOGUE_FILE = "plc"
"""The name under which the files of the catalogue downloads are fetched."""


def send_file(content: bytes, filename: str, institution_code: str, *, most: int = MOST_BYTES) -> Flow[UploadedFile]:
    """9101; the number of the file stands for it in later messages, until `dld_endtime` where that is told. After doubt
    the file is sent once more: it gets another number, and the lost one is never used."""
    message = file_upload(content, filename, institution_code, most=most)
    try:
        return (yield from ask(message))
    except Unknown:
        return (yield from ask(message))


def fetch_file(number: str, filename: str, institution_code: str, *, most: int = MOST_BYTES) -> Flow[bytes]:
    """9102. Misused when the file is larger than `most`."""
    answer: object = yield from ask(file_download(number, filename, institution_code))
    content = answer if isinstance(answer, bytes) else getattr(answer, "content", None)
    if not isinstance(content, bytes):
        raise Unknown("the answer to a download holds no file")
    _within(content, most)
    return content


def file_upload(content: bytes, filename: str, institution_code: str, *, most: int = MOST_BYTES) -> UploadFile:
    """9101. Misused when there is nothing in the file, or more than `most`."""
    if not content:
        raise _wrong("the file is empty")
    _within(content, most)
    return UploadFile(in_=content, filename=filename, fixmedins_code=institution_code)


def file_download(number: str, filename: str, institution_code: str) -> DownloadFile:
    """9102."""
    return DownloadFile(file_qury_no=number, filename=filename, fixmedins_code=institution_code)


def _within(content: bytes, most: int) -> None:
    if len(content) > most:
        raise _wrong(f"the file has {len(content)} bytes, at most {most} are taken")


def _wrong(text: str) -> Misused:
    return Misused(text, fields=(FieldProblem("in", text),))
