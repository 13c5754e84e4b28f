"""A platform that keeps books, for tests of day ends: written from the wire facts, not from the mock hub.

Totals by insurance and clearing type, a comparison settlement by settlement by files, one settlement by its number, and
both ways of undoing. `plant` makes it differ from what the hospital holds.
"""

import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from gateway.tiny_platform import TinyPlatform

from yidi_gateway.journal.port import Journal
from yidi_gateway.lifecycle import Event
from yidi_gateway.submission import Fen, Move, Submission
from yidi_sdk.posters import Limits, Reply

CODES = {"same": "000000", "platform": "000101", "hospital": "000102", "differs": "000103"}


@dataclass(frozen=True)
class Entry:
    """One row of the platform's books; amounts in fen."""

    setl_id: str
    mdtrt_id: str
    psn_no: str
    msgid: str
    day: str
    total: int
    fund: int
    account: int
    insutype: str = "310"
    clr_type: str = "11"
    flag: str = "0"
    final: bool = True

    @property
    def parts(self) -> tuple[int, int, int]:
        return self.total, self.fund, self.account

    @property
    def kind(self) -> tuple[str, str]:
        return self.insutype, self.clr_type


def yuan(fen: int) -> str:
    return f"{Decimal(fen) / 100:.2f}"


def fen(text: str) -> int:
    return int(Decimal(text) * 100)


def packed(text: bytes, name: str = "result.txt") -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, text)
    return made.getvalue()


@dataclass
class DayPlatform(TinyPlatform):
    """`file` changes the bytes of a result on their way down; `lists` says whether matched rows are in it."""

    books: dict[str, Entry] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    lists: str = "all"
    dld_endtime: str = "2099-12-31 00:00:00"
    file: Callable[[bytes], bytes | Reply] = bytes
    text: Callable[[str], bytes] = str.encode
    undone: list[str] = field(default_factory=list)

    async def post(self, url: str, headers: Any, body: bytes, limits: Limits) -> Reply:
        message = json.loads(body)
        if message["infno"] == "9102":
            self.received.append(message)
            number = message["input"]["fsDownloadIn"]["file_qury_no"]
            if number not in self.files:
                return self.reply("文件不存在：文件查询号")
            sent = self.file(self.files[number])
            return sent if isinstance(sent, Reply) else Reply(200, {"content-type": "application/octet-stream"}, sent)
        return await super().post(url, headers, body, limits)

    def counted(self, day: str) -> list[Entry]:
        return [each for each in self.books.values() if each.day == day and each.final]

    def on_3201(self, message: dict[str, Any]) -> Any:
        data = message["input"]["data"]
        rows = [e for e in self.counted(data["stmt_begndate"]) if e.kind == (data["insutype"], data["clr_type"])]
        mine = (len(rows), *(sum(e.parts[n] for e in rows) for n in range(3)))
        names = ("medfee_sumamt", "fund_pay_sumamt", "acct_pay")
        told = (int(data["fixmedins_setl_cnt"]), *(fen(str(data[name])) for name in names))
        if mine == told:
            verdict = "same"
        elif mine[1] >= told[1]:
            verdict = "platform"
        else:
            verdict = "hospital"
        return {"stmtinfo": {"setl_optins": data["setl_optins"], "stmt_rslt": CODES[verdict]}}

    def on_9101(self, message: dict[str, Any]) -> Any:
        node = message["input"]["fsUploadIn"]
        number = f"F{len(self.files) + 1}"
        self.files[number] = bytes(byte % 256 for byte in node["in"])
        return {"file_qury_no": number, "filename": node["filename"], "dld_endtime": self.dld_endtime}

    def on_3202(self, message: dict[str, Any]) -> Any:
        data = message["input"]["data"]
        with zipfile.ZipFile(io.BytesIO(self.files[data["file_qury_no"]])) as archive:
            text = archive.read(archive.namelist()[0]).decode()
        told = [line.split("\t") for line in text.split("\n")]
        assert int(data["fixmedins_setl_cnt"]) == len(told)
        rows = {e.setl_id: e for e in self.counted(data["stmt_begndate"]) if e.clr_type == data["clr_type"]}
        results = [self.result(row, rows.get(row[0])) for row in told]
        named = {row[0] for row in told}
        results += [self.line(e, "platform") for e in rows.values() if e.setl_id not in named]
        if self.lists != "all":
            results = [line for line in results if line.split("\t")[4] != CODES["same"]]
        number = f"R{len(self.files) + 1}"
        self.files[number] = packed(self.text("\n".join(results)))
        return {"fileinfo": {"file_qury_no": number, "filename": "result.zip", "dld_endtime": self.dld_endtime}}

    def result(self, row: list[str], mine: Entry | None) -> str:
        if mine is None:
            told = Entry(row[0], row[1], row[2], "null", "", fen(row[3]), fen(row[4]), fen(row[5]), flag=row[6])
            return self.line(told, "hospital")
        same = mine.parts == tuple(fen(cell) for cell in row[3:6]) and (mine.mdtrt_id, mine.psn_no) == tuple(row[1:3])
        return self.line(mine, "same" if same else "differs")

    def line(self, entry: Entry, verdict: str) -> str:
        flag = "1" if entry.total < 0 else entry.flag
        amounts = (yuan(part) for part in entry.parts)
        cells = (entry.psn_no, entry.mdtrt_id, entry.setl_id, entry.msgid, CODES[verdict], flag, "说明")
        return "\t".join((*cells, *amounts))

    def on_5203(self, message: dict[str, Any]) -> Any:
        entry = self.books.get(message["input"]["data"]["setl_id"])
        if entry is None:
            return "未查询到结算信息：结算ID(setl_id)不存在"
        parts = dict.fromkeys(("fulamt_ownpay_amt", "overlmt_selfpay", "preselfpay_amt"), "0.00")
        return {
            "setlinfo": {
                "setl_id": entry.setl_id,
                "mdtrt_id": entry.mdtrt_id,
                "psn_no": entry.psn_no,
                **parts,
                "medfee_sumamt": yuan(entry.total),
                "inscp_scp_amt": yuan(entry.total),
                "fund_pay_sumamt": yuan(entry.fund),
                "acct_pay": yuan(entry.account),
                "cash_payamt": yuan(entry.total - entry.fund - entry.account),
                "setl_time": f"{entry.day} 10:00:00",
                "insutype": entry.insutype,
                "clr_type": entry.clr_type,
                "refd_setl_flag": entry.flag,
                "medins_setl_id": entry.msgid,
            },
            "setldetail": [],
        }

    def on_2208(self, message: dict[str, Any]) -> Any:
        number = message["input"]["data"]["setl_id"]
        entry = self.books.get(number)
        if entry is None:
            return "未查询到结算信息：结算ID(setl_id)不存在"
        self.undone.append(number)
        negative = f"{number}-"
        amounts = {"total": -entry.total, "fund": -entry.fund, "account": -entry.account}
        self.books[negative] = replace(entry, setl_id=negative, msgid=message["msgid"], flag="1", **amounts)
        return {"setlinfo": outcome_of(self.books[negative])["setlinfo"], "setldetail": []}

    def on_2601(self, message: dict[str, Any]) -> Any:
        if self.reversal_texts:
            return self.reversal_texts.pop(0)
        omsgid = message["input"]["data"]["omsgid"]
        found = [entry for entry in self.books.values() if entry.msgid == omsgid]
        if not found:
            return "FSI-冲正失败：未找到原交易"
        self.reversed.append(omsgid)
        for entry in found:
            del self.books[entry.setl_id]
        return {}

    # ---- planted differences: each returns what was touched

    def plant(self, kind: str, numbers: list[str]) -> set[str]:
        touched: set[str] = set()
        for number in numbers:
            entry = self.books[number]
            if kind == "hospital_only":
                del self.books[number]
            elif kind == "amount":
                self.books[number] = replace(entry, total=entry.total + 100, fund=entry.fund + 100)
            elif kind == "sign":
                parts = {"total": -entry.total, "fund": -entry.fund, "account": -entry.account}
                self.books[number] = replace(entry, **parts)
            elif kind == "not_final":
                self.books[number] = replace(entry, final=False)
            elif kind == "identity":
                self.books[number] = replace(entry, psn_no=f"{entry.psn_no}X")
            elif kind == "other_day":
                self.books[number] = replace(entry, day="2026-11-22")
            elif kind == "twice":
                self.books[f"{number}T"] = replace(entry, setl_id=f"{number}T")
            elif kind == "platform_only":
                self.books[f"{number}P"] = replace(entry, setl_id=f"{number}P", msgid=f"nobody{number}")
            touched.add(number + {"twice": "T", "platform_only": "P"}.get(kind, ""))
        return touched


def outcome_of(entry: Entry) -> dict[str, Any]:
    zero = dict.fromkeys(("fulamt_ownpay_amt", "overlmt_selfpay", "preselfpay_amt"), "0.00")
    return {
        "setlinfo": {
            "setl_id": entry.setl_id,
            "mdtrt_id": entry.mdtrt_id,
            "psn_no": entry.psn_no,
            **zero,
            "medfee_sumamt": yuan(entry.total),
            "inscp_scp_amt": yuan(entry.total),
            "fund_pay_sumamt": yuan(entry.fund),
            "acct_pay": yuan(entry.account),
            "psn_cash_pay": yuan(entry.total - entry.fund - entry.account),
            "setl_time": f"{entry.day} 10:00:00",
            "insutype": entry.insutype,
            "clr_type": entry.clr_type,
            "clr_optins": "500103",
        },
        "setldetail": [{"fund_pay_type": "310100", "fund_pay_type_name": "统筹", "fund_payamt": yuan(entry.fund)}],
    }


async def settled(journal: Journal, clock: Any, entry: Entry, *, infno: str = "2207", **fields: Any) -> Submission:
    """A settlement in the journal as the engine would have left it: confirmed, with the platform's own answer."""
    at = clock.now()
    data = {"psn_no": entry.psn_no, "mdtrt_id": entry.mdtrt_id, "insutype": entry.insutype}
    base: dict[str, Any] = {
        "id": f"s-{entry.setl_id}",
        "caller": "his",
        "key": f"k-{entry.setl_id}",
        "infno": infno,
        "created_at": at,
        "psn_no": entry.psn_no,
        "mdtrt_id": entry.mdtrt_id,
        "insured_division": "530100",
        "operator": '{"id":"0001","name":"收费员","kind":"1"}',
        "input": json.dumps({"data": data}).encode(),
    }
    row = (await journal.admit(Submission(**{**base, **fields}))).submission
    sent = {"msgid": entry.msgid, "sent_at": at}
    done = {
        "setl_id": entry.setl_id,
        "fen": Fen(*entry.parts, entry.total - entry.fund - entry.account),
        "outcome": json.dumps(outcome_of(entry)).encode(),
    }
    for event, changes in ((Event.ALLOTTED, sent), (Event.ACCEPTED, done)):
        row = await journal.move(Move(row.id, row.state, row.version, event, at, changes))
        assert row is not None
    return row
