"""What can be said to the voucher's local program, and what comes back.

Two implementers name the functions; fields were published for the decoding of a code and for the face check alone. The
others take and give `data` as it is (`VoucherCall`). No source says which fields must be there: those that every client
sends are required here, and of an answer only what the next step cannot do without.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Generic, Self, TypeVar

from yidi_sdk.catalogue import Effect
from yidi_sdk.codes import CredentialType, OperatorType
from yidi_sdk.elements.element import code, extension, text
from yidi_sdk.institution import Operator
from yidi_sdk.message import Answer, Node
from yidi_sdk.rules.identity import Credential
from yidi_sdk.transactions.person import GetPerson

SELF_SERVICE = "SelfService"
"""deviceType of a kiosk."""

OrgId = Annotated[str, text("定点医药机构编号", "institution", 40)]
BusinessType = Annotated[str, code("电子凭证业务类型", "what the code is shown for", "businessType", 5)]
OperatorId = Annotated[str, text("收款员编号", "operator number", 20)]
OperatorName = Annotated[str, text("收款员姓名", "operator name", 30)]
OfficeId = Annotated[str, text("科室编号", "department number", 20)]
OfficeName = Annotated[str, text("科室名称", "department name", 30)]
DeviceType = Annotated[str, text("设备类型", "kind of device", 30)]
OutBizNo = Annotated[str, text("业务流水号", "number of the business, never twice", 64)]
AuthNo = Annotated[str, text("授权编号", "number of the authorization", 64)]
ExtData = Annotated[Any, extension("扩展数据", "extension")]
EcToken = Annotated[str, text("电子凭证令牌", "token of the voucher", 40)]
InsuOrg = Annotated[str, text("参保地医保区划", "insured division", 6)]
IdNo = Annotated[str, text("证件号码", "number of the certificate")]
IdType = Annotated[str, text("证件类型", "kind of certificate")]
UserName = Annotated[str, text("姓名", "name")]
EcIndexNo = Annotated[str, text("电子凭证索引号", "index number of the voucher")]
Gender = Annotated[str, text("性别", "sex")]
Birthday = Annotated[str, text("出生日期", "day of birth")]
Nationality = Annotated[str, text("国籍", "nationality")]
Email = Annotated[str, text("电子邮箱", "e-mail")]
ChnlId = Annotated[str, text("渠道编号", "channel")]
EcQrCode = Annotated[str, text("电子凭证二维码", "the code itself")]

AnswerT_co = TypeVar("AnswerT_co", bound=Answer, covariant=True)


@dataclass(frozen=True, slots=True)
class Function:
    """One function of the program. `effect` says what may be done after doubt; nothing is ever repeated by itself."""

    name: str
    name_zh: str
    name_en: str
    effect: Effect


_FUNCTIONS = (
    Function("ec.query", "电子凭证解码", "Decode the code that was shown", Effect.QUERY),
    Function("iot.gain.ec.qrcode", "终端获取电子凭证二维码", "Get a code from a terminal", Effect.QUERY),
    Function("hos.query.insu", "凭证查询参保信息", "Query insurance records by voucher", Effect.QUERY),
    Function("hos.upload.fee", "移动支付费用上传", "Upload fees for mobile pay", Effect.COMMIT),
    Function("hos.revoke.order", "撤销订单", "Revoke an order", Effect.COMMIT),
    Function("hos.refund.setl", "退费", "Refund a settlement", Effect.COMMIT),
    Function("EcAuth", "刷脸授权", "Authorize by face", Effect.QUERY),
    Function("AuthCheck", "实人核验", "Check a face", Effect.QUERY),
)
FUNCTIONS: Mapping[str, Function] = {function.name: function for function in _FUNCTIONS}
"""By `transType`. A name that is not here is taken for one that moves money."""


class Call(Node, Generic[AnswerT_co]):
    """The `data` of a request, generic in what answers it."""

    trans_type: ClassVar[str]
    answer: ClassVar[type[Answer]]

    def __class_getitem__(cls, _answer: Any) -> type[Self]:
        """The answer is for type checkers alone, as with `Input`."""
        return cls

    @property
    def function(self) -> Function:
        """What is called."""
        return FUNCTIONS[self.trans_type]

    def to_wire(self, org_id: str) -> Any:
        """The value of `data`."""
        fields = {name: value for name, value in self.__dict__.items() if value is not None}
        return {"orgId": org_id, **fields} if "orgId" in type(self).model_fields else fields


class Shown(Answer):
    """What is told about a person, as far as it is told."""

    idNo: IdNo | None = None
    idType: IdType | None = None
    userName: UserName | None = None
    insuOrg: InsuOrg | None = None
    ecIndexNo: EcIndexNo | None = None
    gender: Gender | None = None
    birthday: Birthday | None = None
    nationality: Nationality | None = None
    email: Email | None = None
    extData: ExtData | None = None
    chnlId: ChnlId | None = None
    ecQrCode: EcQrCode | None = None

    def __repr_args__(self) -> list[tuple[str | None, Any]]:
        """Nothing: a token pays, and the rest is about a person."""
        return []


class VoucherPerson(Shown):
    """Who showed the code. `ecToken` stands for the person in 1101 and serves this one visit; `insuOrg` is the insured
    division as the voucher has it, and 1101 has the last word on it."""

    ecToken: EcToken
    authNo: AuthNo | None = None

    @property
    def credential(self) -> Credential:
        """For `flows.who_is` and the rules."""
        return Credential("e_credential", self.ecToken)

    def get_person(self) -> GetPerson:
        """1101 with this voucher."""
        return GetPerson(mdtrt_cert_type=CredentialType.E_CREDENTIAL, mdtrt_cert_no=self.ecToken)


class FaceChecked(Shown):
    """Whose face it was. `authNo` names the authorization; `ecToken` is there when the face opened a voucher."""

    authNo: AuthNo
    ecToken: EcToken | None = None


class DecodeVoucher(Call[VoucherPerson]):
    """电子凭证解码 ec.query: read the code that the patient shows. `orgId` is the reader's where it is not given."""

    trans_type = "ec.query"
    answer = VoucherPerson
    businessType: BusinessType
    operatorId: OperatorId
    operatorName: OperatorName
    officeId: OfficeId
    officeName: OfficeName
    deviceType: DeviceType | None = None
    orgId: OrgId | None = None

    @classmethod
    def at(cls, operator: Operator, office_id: str, office_name: str, business_type: str) -> Self:
        """The same from an operator: at a kiosk the device is `SelfService`."""
        return cls(
            businessType=business_type,
            operatorId=operator.id,
            operatorName=operator.name,
            officeId=office_id,
            officeName=office_name,
            deviceType=SELF_SERVICE if operator.kind == OperatorType.KIOSK else None,
        )


class FaceCall(Call[FaceChecked]):
    """A face check. `outBizNo` is the caller's own number of the business and never used twice."""

    answer = FaceChecked
    outBizNo: OutBizNo
    authNo: AuthNo | None = None
    extData: ExtData | None = None


class AuthorizeByFace(FaceCall):
    """刷脸授权 EcAuth."""

    trans_type = "EcAuth"


class CheckFace(FaceCall):
    """实人核验 AuthCheck."""

    trans_type = "AuthCheck"


class VoucherData(Answer):
    """What the program answered, as it is."""

    data: Any = None

    def __repr_args__(self) -> list[tuple[str | None, Any]]:
        """Nothing: it may be about a person."""
        return []


class VoucherCall(Call[VoucherData]):
    """`VoucherCall(name, data)`: a function whose fields nobody published. `data` goes out and comes back as it is."""

    answer = VoucherData
    name: str
    data: Any = None

    def __init__(self, name: str, data: Any = None) -> None:
        given: dict[str, Any] = {"name": name, "data": data}
        super().__init__(**given)

    @property
    def function(self) -> Function:
        return FUNCTIONS.get(self.name) or Function(self.name, self.name, self.name, Effect.COMMIT)

    def to_wire(self, org_id: str) -> Any:  # noqa: ARG002 - the institution stands in the wrapper already
        return {} if self.data is None else self.data
