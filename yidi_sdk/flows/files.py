"""Files, up and down, and the comparison that travels in them: bytes in, bytes out, never more than was said."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from yidi_sdk import archive
from yidi_sdk.errors import FieldProblem, Misused, Unknown
from yidi_sdk.flows.detail_files import (
    RESULT_COLUMNS,
    SENT_COLUMNS,
    Compared,
    DetailLine,
    FileFlawed,
    compared,
    read_result,
    written,
)
from yidi_sdk.flows.driving import Flow, ask
from yidi_sdk.transactions import DownloadFile, ReconcileDetails, UploadedFile, UploadFile

MOST_BYTES = 2 * 1024 * 1024
"""Our own limit: none is documented, and on the wire a byte is a number of up to four signs and a comma."""
MOST_UNPACKED = 20 * 1024 * 1024
CATALOGUE_FILE = "plc"
"""The name under which the files of the catalogue downloads are fetched."""
DETAIL_FILE, DETAIL_ARCHIVE = "detail.txt", "detail.zip"
_NOTHING = Decimal("0.00")


def send_file(content: bytes, filename: str, institution_code: str, *, most: int = MOST_BYTES) -> Flow[UploadedFile]:
    """9101; the number of the file stands for it in later messages, until `dld_endtime` where that is told. After doubt
    the file is sent once more: it gets another number, and the lost one is never used."""
    message = file_upload(content, filename, institution_code, most=most)
    try:
        return (yield from ask(message))
    except Unknown:
        return (yield from ask(message))


def fetch_file(number: str, filename: str, institution_code: str, *, most: int = MOST_BYTES) -> Flow[bytes]:
    """9102: the archive as it came. Raises FileFlawed when it is larger than `most`."""
    content = (yield from ask(file_download(number, filename, institution_code))).content
    if len(content) > most:
        raise FileFlawed("too_large", f"{len(content)} bytes, at most {most} are taken")
    return content


def fetch_text(
    number: str, filename: str, institution_code: str, *, most: int = MOST_BYTES, most_unpacked: int = MOST_UNPACKED
) -> Flow[bytes]:
    """9102: the one file inside the archive, whatever its name. Raises FileFlawed."""
    content = yield from fetch_file(number, filename, institution_code, most=most)
    try:
        found = archive.unpack(content, most=most_unpacked)
    except archive.NotWhole as error:
        raise FileFlawed("too_large" if str(error) == archive.TOO_MUCH else "garbled", str(error)) from None
    if len(found) != 1:
        raise FileFlawed("garbled", f"{len(found)} files in the archive, one was expected")
    return next(iter(found.values()))


def compare_details(
    lines: Sequence[DetailLine],
    *,
    institution_code: str,
    setl_optins: str,
    first_day: date,
    last_day: date,
    cash_payamt: Decimal,
    clr_type: str | None = None,
    refd_setl_flag: str | None = None,
    columns: Sequence[str] = SENT_COLUMNS,
    result_columns: Sequence[str] = RESULT_COLUMNS,
) -> Flow[Compared]:
    """9101, 3202, 9102: every settlement of a period held against the platform's, when the totals (3201) did not agree.

    The sums are those of `lines`, refunds included with their minus; `cash_payamt` in yuan is not in the lines, so it
    is given. Raises FileFlawed when the result cannot be read: then nothing is known, and fetching again is free."""
    if not lines:
        raise _wrong("lines", "there is nothing to compare")
    packed = archive.pack(DETAIL_FILE, written(lines, columns))
    uploaded = yield from send_file(packed, DETAIL_ARCHIVE, institution_code)
    told = yield from ask(
        ReconcileDetails(
            setl_optins=setl_optins,
            file_qury_no=uploaded.file_qury_no,
            stmt_begndate=first_day.isoformat(),
            stmt_enddate=last_day.isoformat(),
            medfee_sumamt=sum((line.medfee_sumamt for line in lines), _NOTHING),
            fund_pay_sumamt=sum((line.fund_pay_sumamt for line in lines), _NOTHING),
            cash_payamt=cash_payamt,
            fixmedins_setl_cnt=len(lines),
            clr_type=clr_type,
            refd_setl_flag=refd_setl_flag,
            fixmedins_code=institution_code,
        )
    )
    name = told.fileinfo.filename or DETAIL_ARCHIVE
    result = yield from fetch_text(told.fileinfo.file_qury_no, name, institution_code)
    return compared(lines, read_result(result, result_columns))


def file_upload(content: bytes, filename: str, institution_code: str, *, most: int = MOST_BYTES) -> UploadFile:
    """9101. Misused when there is nothing in the file, or more than `most`."""
    if not content:
        raise _wrong("in", "the file is empty")
    if len(content) > most:
        raise _wrong("in", f"the file has {len(content)} bytes, at most {most} are taken")
    return UploadFile(in_=content, filename=filename, fixmedins_code=institution_code)


def file_download(number: str, filename: str, institution_code: str) -> DownloadFile:
    """9102."""
    return DownloadFile(file_qury_no=number, filename=filename, fixmedins_code=institution_code)


def _wrong(path: str, text: str) -> Misused:
    return Misused(text, fields=(FieldProblem(path, text),))
