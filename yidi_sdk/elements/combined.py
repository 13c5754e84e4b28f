"""What only the combined call of Guangdong has."""

from typing import Annotated

from yidi_sdk.elements.element import text

AdmDeptCode = Annotated[str, text("入院科室编码", "admission department code")]
BirctrlOrMatnTime = Annotated[str, text("计划生育手术或生育日期", "day of birth control or birth")]
DiseDept = Annotated[str, text("诊断科室", "department of the diagnosis")]
DiseNo = Annotated[str, text("病种编号", "disease number")]
DiseSrtNo = Annotated[str, text("诊断排序号", "diagnosis order")]
DiseTime = Annotated[str, text("诊断时间", "time of the diagnosis")]
DiseType = Annotated[str, text("诊断类别", "kind of diagnosis")]
ExtinsFlag = Annotated[str, text("外检标志", "outside examination")]
ExtinsHospCode = Annotated[str, text("外检医院编码", "outside examination hospital code")]
FeeOcurDate = Annotated[str, text("费用发生日期", "day of the service")]
IptOpNo = Annotated[str, text("住院/门诊号", "inpatient outpatient number")]
MedinsMilistCodg = Annotated[str, text("医疗机构目录编码", "institution item code")]
OpDiseInfo = Annotated[str, text("门诊诊断信息", "outpatient disease information")]
OrdersDeptCode = Annotated[str, text("受单科室编码", "performing department code")]
OrdersDeptName = Annotated[str, text("受单科室名称", "performing department name")]
SetlFlag = Annotated[str, text("结算标志", "settle, or a trial only")]
