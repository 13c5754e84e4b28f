"""THE TABLE of the problem ledger: what opens an item, how long it may take, who looks into it, and what is said.

Classes and days: 规程 55. `patient`: what may be told to a patient who asks; "" where it is none of theirs.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

ProblemClass = Literal["filing", "system", "other"]
CLOCKS: Mapping[ProblemClass, str] = MappingProxyType(
    {"filing": "ticket_filing", "system": "ticket_fault", "other": "ticket_other"}
)
WORKING_DAYS: Mapping[ProblemClass, int] = MappingProxyType({"filing": 2, "system": 1, "other": 10})


@dataclass(frozen=True, slots=True)
class Cause:
    """A row: texts in Chinese and English, and for the patient."""

    problem_class: ProblemClass
    owner: str
    zh: str
    en: str
    patient: str = ""


_CHECKING = "您的医保结算正在核对，请勿重复缴费，结果会通知您"
_ROWS = f"""
unknown | system | insurance_office | 结算结果超过15分钟没有查清 | The outcome of a settlement has not been known for 15 minutes | {_CHECKING}
manual | other | insurance_office | 平台已结算但金额或答复矛盾，要两人核对后决定 | Settled in doubt: two persons check and decide | {_CHECKING}
refused | other | insurance_office | 平台拒绝了这笔结算 | The platform refused a settlement | 本次没有医保结算，请按窗口说明办理
refused_filing | filing | insurance_office | 因异地就医备案被平台拒绝 | Refused by the platform because of the filing | 请补办异地就医备案后再结算
unacknowledged | system | it | HIS超过15分钟没有确认入账 | The HIS has not booked a settlement for 15 minutes |
upload_overdue | other | insurance_office | 费用明细上传超过48小时没有完成（限3日） | Fee details wait for more than 48 hours (three days at most) |
platform_only | other | insurance_office | 平台有这笔结算，本院没有 | The platform has a settlement that we do not | {_CHECKING}
hospital_only | other | insurance_office | 本院有这笔结算，平台没有 | We have a settlement that the platform does not | {_CHECKING}
amount | other | insurance_office | 本院与平台金额不一致 | The amounts differ from the platform's | {_CHECKING}
sign | other | insurance_office | 本院与平台金额正负号相反 | The amounts have the opposite sign at the platform | {_CHECKING}
twice | other | insurance_office | 同一报文在平台有两笔结算 | The platform has two settlements of one message | {_CHECKING}
identity | other | insurance_office | 人员、就诊或退费标志与平台不一致 | Person, visit or refund mark differ from the platform's | {_CHECKING}
unclear | system | insurance_office | 平台提出异议，但没有说明差异 | The platform objects and does not say why |
file | system | it | 对账文件不能使用，已另存，没有用于对账 | A file of the comparison could not be used and was set aside |
totals | system | insurance_office | 总账不平，明细没有解释差额 | The totals differ and the details do not explain it |
four_way | other | finance | 平台、网关、HIS、票据四方合计不一致 | Platform, gateway, HIS and receipts do not add up to the same |
payments | other | finance | 账款不符：收款文件与结算现金不一致 | The payment file and the cash of the settlements differ |
clearing_row | other | insurance_office | 清分明细与本院不一致，本次没有确认 | A row of the clearing split differs from ours and was not confirmed |
month_open | other | insurance_office | 上月对账没有在3日前完成 | The month was not closed by the 3rd |
"""  # noqa: E501 - one row a line


def _read(rows: str) -> Mapping[str, Cause]:
    cells = ([cell.strip() for cell in line.split("|")] for line in rows.strip().splitlines())
    classes: Mapping[str, ProblemClass] = {name: name for name in CLOCKS}
    return MappingProxyType({kind: Cause(classes[which], *rest) for kind, which, *rest in cells})


CAUSES = _read(_ROWS)
