"""Patients who pay alone."""

from decimal import Decimal
from typing import Annotated

from yidi_sdk.elements.element import decimal, text

AcordDrCode = Annotated[str, text("受单医生编码", "performing doctor code")]
AcordDrName = Annotated[str, text("受单医生姓名", "performing doctor name")]
AdmDiseDscr = Annotated[str, text("入院诊断描述", "admission disease description")]
BilgDrCode = Annotated[str, text("开单医生编码", "ordering doctor code")]
BkkpSn = Annotated[str, text("记账流水号", "booking number")]
ChkPassFlag = Annotated[str, text("审核通过标识", "check passed")]
CpltFlag = Annotated[str, text("完成标志", "completed")]
CrteOptinsNo = Annotated[str, text("创建机构", "creation agency number")]
CrteTime = Annotated[str, text("创建时间", "creation time")]
CrterId = Annotated[str, text("创建人", "creator's number")]
CrterName = Annotated[str, text("创建人姓名", "creator's name")]
DiagInfoId = Annotated[str, text("诊断信息ID", "diagnosis information number", 30)]
DieDay = Annotated[str, text("死亡日期", "day of death")]
DscgDiseCode = Annotated[str, text("主诊断代码", "discharge disease code")]
DscgDiseName = Annotated[str, text("主诊断名称", "discharge disease name")]
ElecBillChkcode = Annotated[str, text("电子票据校验码", "electronic bill check code")]
ElecBillCode = Annotated[str, text("电子票据代码", "electronic bill code")]
ElecBillnoCode = Annotated[str, text("电子票据号码", "electronic bill number code")]
FixmedinsMdtrtId = Annotated[str, text("医药机构就诊ID", "visit number in the institution")]
InoutDiagType = Annotated[str, text("出入院诊断类别", "admission or discharge diagnosis kind", 3)]
InoutDiseType = Annotated[str, text("出入院诊断类别", "admission or discharge disease kind")]
InscpAmt = Annotated[Decimal, decimal("符合政策范围金额", "in scope amount")]
InvoiceNo = Annotated[str, text("发票号", "invoice number")]
MaindiseFlag = Annotated[str, text("主诊断标志", "main diagnosis")]
MdtrtSn = Annotated[str, text("就医流水号", "visit serial number", 30)]
OptinsNo = Annotated[str, text("经办机构", "agency number")]
PrematureFlag = Annotated[str, text("早产标志", "premature")]
PreyTime = Annotated[str, text("妊娠时间", "pregnancy time")]
Rid = Annotated[str, text("唯一记录号", "record number")]
TrafDeptFlag = Annotated[str, text("转科室标志", "transfer department")]
UpdtTime = Annotated[str, text("更新时间", "update time")]
WardareaBed = Annotated[str, text("病区床位", "ward area bed")]
