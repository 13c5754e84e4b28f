"""Reports of examinations and laboratories."""

from typing import Annotated

from yidi_sdk.elements.element import text

ExamCcls = Annotated[str, text("检查结论", "conclusion of the examination")]
ExamItemCode = Annotated[str, text("检查/检验-项目代码", "examination item code")]
ExamItemDetlCode = Annotated[str, text("检验-明细项目代码", "examination item detail code")]
ExamItemDetlName = Annotated[str, text("检验-明细项目名称", "examination item detail name")]
ExamItemName = Annotated[str, text("检查/检验-项目名称", "examination item name")]
ExamMtd = Annotated[str, text("检验方法", "examination method")]
ExamOrgCode = Annotated[str, text("检查机构代码", "examination institution code")]
ExamOrgName = Annotated[str, text("检查机构名称", "examination institution name")]
ExamRpotcName = Annotated[str, text("检查报告单名称", "name of the report")]
ExamRsltAbn = Annotated[str, text("检查/检验结果异常标志", "abnormal")]
ExamRsltPoitFlag = Annotated[str, text("检查结果阳性标志", "examination result positive")]
ExamRsltQual = Annotated[str, text("检验-定性结果", "examination result qualitative")]
ExamRsltVal = Annotated[str, text("检验-结果", "examination result value")]
ExamUnt = Annotated[str, text("检验-计量单位", "examination unit")]
RefVal = Annotated[str, text("参考值", "reference value")]
RpotDoc = Annotated[str, text("报告医师", "report doctor")]
RpotcNo = Annotated[str, text("报告单号", "report number")]
RpotcTypeCode = Annotated[str, text("报告单类别代码", "report kind code")]
RptDate = Annotated[str, text("报告日期", "report date")]
