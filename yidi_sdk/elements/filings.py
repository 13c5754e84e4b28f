"""Filings: referrals, diseases, institutions, designations."""

from typing import Annotated

from yidi_sdk.elements.element import code, date, text

BizAppyType = Annotated[str, code("业务申请类型", "what the filing is for", "biz_appy_type", 3)]
DiagDrCodg = Annotated[str, text("诊断医师编码", "diagnosing doctor", 30)]
FixSrtNo = Annotated[str, text("定点排序号", "order of the institution", 3)]
HospIdeDate = Annotated[str, date("医院鉴定日期", "day of the assessment")]
IdeFixmedinsName = Annotated[str, text("鉴定定点医药机构名称", "assessing institution name", 200)]
IdeFixmedinsNo = Annotated[str, text("鉴定定点医药机构编号", "assessing institution number", 30)]
MdtrtareaAdmdvs = Annotated[str, code("就医地行政区划", "place of care", "admdvs", 6)]
ReflOldMdtrtId = Annotated[str, text("转院前就诊id", "visit before the referral")]
ReflOpnn = Annotated[str, text("转院意见", "opinion on the referral", 200)]
ReflType = Annotated[str, code("转院类型", "within the city, the province or beyond", "refl_type", 30)]
ReflUsedFlag = Annotated[str, text("转诊使用标志", "referral used", 3)]
TrtDclaDetlSn = Annotated[str, text("待遇申报明细流水号", "number of the filing", 30)]
