"""Never run: type checkers read it. What a HIS vendor writes must be typed from message to answer."""

from decimal import Decimal
from typing import assert_type

from yidi_sdk import (
    AsyncClient,
    Client,
    DownloadedFile,
    DownloadFile,
    GetPerson,
    HeaderSecret,
    Institution,
    Operator,
    Profile,
    QueryFees,
    ReverseTransaction,
    SettleOutpatient,
    SignIn,
)
from yidi_sdk.catalogue import row_of
from yidi_sdk.message import Nothing
from yidi_sdk.protocol import Request, decode, decode_full
from yidi_sdk.signing import Skew
from yidi_sdk.transactions import FeesFound, OutpatientSettlement, PersonInformation, SignedIn


def sync(client: Client, settle: SettleOutpatient) -> None:
    person = client.send(GetPerson(mdtrt_cert_type="02", mdtrt_cert_no="x"))
    assert_type(person, PersonInformation)
    assert_type(person.insuinfo[0].insuplc_admdvs, str)
    settled = client.send(settle, insured_division="530100")
    assert_type(settled, OutpatientSettlement)
    assert_type(settled.setlinfo.fund_pay_sumamt, Decimal)
    assert_type(client.send(ReverseTransaction(psn_no="1", omsgid="1", oinfno="1")), Nothing)
    assert_type(client.sign_in(), SignedIn)
    assert_type(client.send(DownloadFile(file_qury_no="1", filename="plc", fixmedins_code="1")), DownloadedFile)
    assert_type(client.clock_skew, Skew | None)


async def in_loop(client: AsyncClient) -> None:
    assert_type(await client.send(QueryFees(psn_no="1", mdtrt_id="1")), FeesFound)
    assert_type(await client.sign_in(), SignedIn)


def by_hand(settle: SettleOutpatient, request: Request, profile: Profile) -> None:
    assert_type(decode(row_of(settle), request, 200, {}, b"", profile=profile), OutpatientSettlement)
    assert_type(decode_full(row_of(SignIn), request, 200, {}, b"", profile=profile).output, SignedIn)


def made() -> Client:
    return Client(
        "http://127.0.0.1:8701",
        institution=Institution(code="H50010300001", name="x", division="500103"),
        operator=Operator(id="1", name="x"),
        secret=HeaderSecret(paasid="a", token="b"),
    )
