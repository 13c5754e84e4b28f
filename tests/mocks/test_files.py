"""Files: up as a list of signed numbers, down as they are, for their institution and for a while."""

import io
import zipfile
from decimal import Decimal

import pytest
from mocks.till import HOSPITAL, Till, rows_of

from yidi_mocks import files
from yidi_sdk import wire


@pytest.fixture
def till():
    return Till()


def node(**changes):
    return {"fsUploadIn": {"in": [1, 2, 3], "filename": "a.zip", "fixmedins_code": HOSPITAL, **changes}}


def wanted(**changes):
    return {"fsDownloadIn": {"file_qury_no": "1", "filename": "a.zip", "fixmedins_code": HOSPITAL, **changes}}


EVERY_BYTE = bytes(range(256)) * 200


def test_up_and_down_are_the_same_bytes(till):
    """Longer than any other message may be."""
    number = till.upload_bytes(EVERY_BYTE, "a.bin")
    assert till.download(number, "a.bin") == EVERY_BYTE


def test_what_an_upload_answers(till):
    output = till.ok("9101", node())
    assert output == {
        "file_qury_no": output["file_qury_no"],
        "filename": "a.zip",
        "dld_endtime": "2026-11-26 09:00:00",
        "fixmedins_code": HOSPITAL,
    }
    assert 0 < len(output["file_qury_no"]) <= 30


@pytest.mark.parametrize(
    ("change", "names"),
    [
        ({"in": []}, "文件数据(in)"),
        ({"in": None}, "文件数据(in)"),
        ({"in": "AQID"}, "文件数据(in)"),
        ({"in": {"0": 1}}, "文件数据(in)"),
        ({"in": [1, 256]}, "文件数据(in)"),
        ({"in": [-129]}, "文件数据(in)"),
        ({"in": [True]}, "文件数据(in)"),
        ({"in": ["1"]}, "文件数据(in)"),
        ({"in": [Decimal("1.5")]}, "文件数据(in)"),
        ({"in_": [1]}, "fsUploadIn.in_"),
        ({"filename": ""}, "文件名(filename)"),
        ({"filename": "a" * 201}, "文件名(filename)"),
        ({"fixmedins_code": "H50010399901"}, "定点医药机构编号(fixmedins_code)"),
    ],
)
def test_uploads_refused(till, change, names):
    assert names in till.refused("9101", node(**change))


def test_a_file_has_a_limit(till, monkeypatch):
    monkeypatch.setattr("yidi_mocks.answers.files.MOST_BYTES", 100)
    till.upload_bytes(b"x" * 100)
    assert "文件数据(in)" in till.refused("9101", node(**{"in": [1] * 101}))


@pytest.mark.parametrize(
    ("change", "names"),
    [
        ({"file_qury_no": "9" * 24}, "文件查询号(file_qury_no)不存在"),
        ({"filename": "b.zip"}, "文件名(filename)"),
        ({"filename": "plc"}, "文件名(filename)"),
        ({"fixmedins_code": "H50010399901"}, "定点医药机构编号(fixmedins_code)"),
    ],
)
def test_downloads_refused(till, change, names):
    number = till.upload_bytes(b"abc", "a.zip")
    assert names in till.refused("9102", wanted(**{"file_qury_no": number, **change}))


def test_a_file_of_another_hospital_is_not_there(till):
    number = till.upload_bytes(b"abc", "a.zip")
    other = {"fixmedins_code": "H50010399901"}
    assert "不存在" in till.refused("9102", wanted(file_qury_no=number, **other), **other)


def test_a_file_is_gone_after_its_time(till):
    number = till.upload_bytes(b"abc", "a.zip")
    till.hub.clock.advance(3 * 86400)
    assert till.download(number, "a.zip") == b"abc"
    till.hub.clock.advance(1)
    assert "2026-11-26 09:00:00" in till.refused("9102", wanted(file_qury_no=number))


def test_the_oldest_files_make_room(till, monkeypatch):
    monkeypatch.setattr(files, "MOST_KEPT", 250)
    numbers = [till.upload_bytes(bytes([n]) * 100, "a.zip") for n in range(3)]
    assert "不存在" in till.refused("9102", wanted(file_qury_no=numbers[0]))
    assert till.download(numbers[2], "a.zip") == b"\x02" * 100


def test_catalogue_files_have_one_name_for_all(till):
    kept = till.hub.world.agency.files
    kept.keep("F1", "drugs.zip", b"abc", HOSPITAL, till.hub.clock.now(), catalogue=True)
    assert till.download("F1", "plc") == b"abc"
    assert "文件名(filename)" in till.refused("9102", wanted(file_qury_no="F1", filename="drugs.zip"))


def test_a_file_travels_as_a_stream(hub, cashier):
    """Over real HTTP: bytes and their own content type; a refusal is an envelope."""
    content = EVERY_BYTE
    signed = [number - 256 if number > 127 else number for number in content]
    number = cashier.ok("9101", node(**{"in": signed}))["file_qury_no"]
    envelope = cashier.envelope("9102", wanted(file_qury_no=number))
    cashier.connection.request("POST", "/fsi/api/callService", wire.dumps(envelope))
    answer = cashier.connection.getresponse()
    assert answer.getheader("content-type") == "application/octet-stream"
    assert answer.read() == content
    assert "不存在" in cashier.refused("9102", wanted(file_qury_no="1"))
    hub.fault("wrong_sign", "9102")
    _, body = cashier.post(wire.dumps(cashier.envelope("9102", wanted(file_qury_no=number))))
    assert body == content  # there is no envelope that could be signed wrongly


def test_an_idempotent_platform_gives_the_file_again(till):
    till.hub.capabilities.idem_msgid = True
    number = till.upload_bytes(b"abc", "a.zip")
    first = till.send("9102", wanted(file_qury_no=number), msgid="SAME")
    assert till.send("9102", wanted(file_qury_no=number), msgid="SAME") == first == b"abc"


def zipped(*members):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in members:
            archive.writestr(name, content)
    return packed.getvalue()


GOOD = "S1\tM1\tP1\t10.00\t8.00\t1.00\t0"


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"no archive", "zip"),
        (zipped(("a.txt", GOOD))[:-9], "zip"),
        (zipped(("a.txt", GOOD)).replace(b"S1\t", b"S2\t"), "zip"),
        (zipped(), "0个"),
        (zipped(("a.txt", GOOD), ("b.txt", GOOD)), "2个"),
        (zipped(("a.txt", GOOD.encode("utf-16"))), "UTF-8"),
        (zipped(("a.txt", f"{GOOD}\n")), "第2行"),
        (zipped(("a.txt", f"{GOOD}\r\n{GOOD}")), "第1行refd_setl_flag"),
        (zipped(("a.txt", GOOD.replace("\t", ","))), "第1行应有7列"),
        (zipped(("a.txt", f"{GOOD}\tnull\tnull")), "第1行应有7列"),
        (zipped(("a.txt", GOOD.replace("S1", "null"))), "第1行setl_id"),
        (zipped(("a.txt", GOOD.replace("M1", ""))), "第1行mdtrt_id"),
        (zipped(("a.txt", GOOD.replace("8.00", "8.001"))), "第1行fund_pay_sumamt"),
        (zipped(("a.txt", GOOD.replace("8.00", "1e3"))), "第1行fund_pay_sumamt"),
        (zipped(("a.txt", f"{GOOD[:-1]}2")), "第1行refd_setl_flag"),
    ],
)
def test_a_broken_detail_file_is_named(till, content, why):
    number = till.upload_bytes(content)
    data = till.details([], file_qury_no=number, fixmedins_setl_cnt=1, medfee_sumamt="10.00", fund_pay_sumamt="8.00")
    text = till.refused("3202", {"data": data})
    assert "格式错误" in text
    assert why in text


def test_an_archive_that_grows_is_refused(till, monkeypatch):
    monkeypatch.setattr(files, "MOST_UNPACKED", 100_000)
    number = till.upload("0" * 100_001)
    assert "解压后超过" in till.refused("3202", {"data": till.details([], file_qury_no=number)})


def test_an_extension_column_may_follow(till):
    paper = till.settle()
    number = till.upload(f"{paper.line()}\tnull")
    info = till.ok("3202", {"data": till.details(file_qury_no=number)})["fileinfo"]
    rows = rows_of(till.download(info["file_qury_no"], info["filename"]))
    assert rows[paper.setl_id]["stmt_rslt"] == "000000"
