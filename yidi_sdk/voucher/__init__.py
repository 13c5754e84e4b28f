"""The electronic voucher (医保电子凭证): a local program reads a patient's code and gives a token for 1101.

    from yidi_sdk.voucher import DecodeVoucher, HttpMiddleware, VoucherReader

    reader = VoucherReader(HttpMiddleware(url), org_id="H50010399901")
    shown = reader.send(DecodeVoucher(businessType="01101", operatorId="op001", ...))
    person = client.send(shown.get_person())

The program stands beside the till: a middleware with an address, or a DLL (see `readers`). There is no default address,
and none is ever tried. A token serves one visit: nothing here keeps it, and nothing should. A token that is used up or
too old is refused by 1101 with 无效token (reason `CREDENTIAL_REFUSED`): let the patient refresh the code and scan it
again, or ask 1101 by the identity card.

`calls` what can be said · `exchange` how it is written and read, pure · `readers` who waits.
"""

from yidi_sdk.voucher.calls import (
    FUNCTIONS,
    SELF_SERVICE,
    AuthorizeByFace,
    CheckFace,
    DecodeVoucher,
    FaceChecked,
    Function,
    VoucherCall,
    VoucherData,
    VoucherPerson,
)
from yidi_sdk.voucher.readers import (
    AsyncHttpMiddleware,
    AsyncVoucherPort,
    AsyncVoucherReader,
    HttpMiddleware,
    VoucherPort,
    VoucherReader,
)

__all__ = [
    "FUNCTIONS",
    "SELF_SERVICE",
    "AsyncHttpMiddleware",
    "AsyncVoucherPort",
    "AsyncVoucherReader",
    "AuthorizeByFace",
    "CheckFace",
    "DecodeVoucher",
    "FaceChecked",
    "Function",
    "HttpMiddleware",
    "VoucherCall",
    "VoucherData",
    "VoucherPerson",
    "VoucherPort",
    "VoucherReader",
]
