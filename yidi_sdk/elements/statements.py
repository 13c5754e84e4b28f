"""The printed statement of Guangdong and benefit applications."""

from typing import Annotated

from yidi_sdk.elements.element import text

AccuAmtMedYear = Annotated[str, text("本年度商业保险医疗救助累计金额", "commercial assistance this year")]
BedPayCach = Annotated[str, text("床位费个人现金支付", "bed, cash")]
Begintime = Annotated[str, text("开始时间", "begin")]
DetAmt = Annotated[str, text("零报扣减费用", "deducted at manual reimbursement")]
DiseInfo = Annotated[str, text("诊断信息", "disease information")]
FundMajorPay = Annotated[str, text("本年度累计", "serious illness this year")]
HelpCach = Annotated[str, text("救助后个人现金支付", "cash after assistance")]
HospHelpPay = Annotated[str, text("医疗救助金额（含商业保险救助金额）", "medical assistance")]
HospLive = Annotated[str, text("医院级别", "hospital level")]
InpatientNo = Annotated[str, text("关联流水号", "inpatient number")]
Insutype310Pay = Annotated[str, text("本年度累计", "employees' insurance this year")]
Insutype370Pay = Annotated[str, text("本年度累计", "enterprise supplement this year")]
Insutype390Pay = Annotated[str, text("年度累计", "residents' insurance this year")]
Insutype392Pay = Annotated[str, text("本年度累计", "residents' serious illness this year")]
JbylgfBasicPay = Annotated[str, text("基本医疗共付段", "shared part, paid by basic insurance")]
JbylgfMedPay = Annotated[str, text("基本医疗共付段", "shared part, paid as medicine subsidy")]
JbylgfPayCash = Annotated[str, text("基本医疗共付段", "shared part, cash")]
JmybjjCurrentSeason = Annotated[
    str, text("城乡居民医保基金已累计支付当季度本病种医疗费用", "residents' fund, this disease, this quarter")
]
MajorBasicPay = Annotated[str, text("重大疾病共付段", "serious illness part, paid by basic insurance")]
ManlReimRea = Annotated[str, text("零星报销原因", "reason of the manual reimbursement")]
MedAssisAmountInsurCnt = Annotated[str, text("商业保险医疗救助金额", "commercial assistance")]
MedAssisTreat = Annotated[str, text("是否享受医疗救助待遇", "entitled to assistance")]
MzCurrentMonthPay = Annotated[
    str, text("职工医保基金已累计支付当月普通门诊医疗费用", "employees' fund, outpatient, this month")
]
MzTypePay = Annotated[
    str, text("城乡居民医保基金已累计支付本年度普通门诊医疗费用", "residents' fund, outpatient, this year")
]
NowYearCumulative = Annotated[str, text("本年度医疗救助累计", "assistance this year")]
Opter = Annotated[str, text("经办人", "operator")]
OverLimitCach = Annotated[str, text("超限额以上费用", "above the limit, cash")]
OverLimitCach390 = Annotated[str, text("超限额以上费用(城乡大病支付)", "above the limit, residents, cash")]
OverLimitSupPay390 = Annotated[
    str, text("超限额以上费用(城乡大病支付)", "above the limit, residents, paid as supplement")
]
OwnPayCach = Annotated[str, text("自费费用个人现金支付", "self-paid, cash")]
OwnpayHospPart = Annotated[str, text("现金支付中医院负担金额", "cash borne by the hospital")]
PartPayCach = Annotated[str, text("部分项目自付费用", "paid in part, cash")]
PatientNo = Annotated[str, text("关联住院号", "patient number")]
PsnHops310Pay = Annotated[str, text("本年度累计", "employees' inpatient sum this year")]
PsnHops390Pay = Annotated[str, text("本年度累计", "residents' inpatient sum this year")]
PsnTrtNo = Annotated[str, text("个人待遇申请号", "number of the application")]
PsnTrtType = Annotated[str, text("个人待遇申请号类型", "kind of application")]
PsnTrtTypeName = Annotated[str, text("个人待遇申请号类型名称", "kind of application, in words")]
QfbzxPayCach = Annotated[str, text("起付标准以下费用", "below the deductible, cash")]
ReimType = Annotated[str, text("零报类型", "reimbursement kind")]
SocMedAssisTreat = Annotated[str, text("社会医疗救助待遇类别", "kind of assistance")]
SpeAddDeduTax = Annotated[str, text("个人所得税大病医疗专项附加扣除费用", "deductible from income tax")]
SumAllPay = Annotated[str, text("总计", "total")]
SumBedPay = Annotated[str, text("床位费合计", "bed, total")]
SumCach = Annotated[str, text("现金支付合计", "cash, total")]
SumJbyl = Annotated[str, text("基本医疗保险合计", "basic insurance, total")]
SumJbylgfPay = Annotated[str, text("基本医疗共付段合计", "shared part, total")]
SumMajorPay = Annotated[str, text("重大疾病共付段合计", "serious illness part, total")]
SumMed = Annotated[str, text("基本药物补助合计", "medicine subsidy, total")]
SumOverLimit = Annotated[str, text("超限额以上费用合计", "above the limit, total")]
SumOverLimit390 = Annotated[str, text("超限额以上费用", "above the limit, residents, total")]
SumOwnPay = Annotated[str, text("自费费用合计", "self-paid, total")]
SumPartPay = Annotated[str, text("部分项目自付费用合计", "paid in part, total")]
SumQfbzxPay = Annotated[str, text("起付标准以下费用合计", "below the deductible, total")]
SumSup = Annotated[str, text("城乡大病Ⅱ合计", "supplement, total")]
UpdateState = Annotated[str, text("上传状态", "upload state")]
ZgybjjCurrentSeason = Annotated[
    str, text("职工医保基金已累计支付当季度本病种医疗费用", "employees' fund, this disease, this quarter")
]
