"""Reports of examinations and laboratories that count elsewhere too."""

from pydantic import Field

from yidi_sdk.elements import fees, people, reports, session
from yidi_sdk.message import Answer, Input, Output


class RecognisedItemRow(Answer):
    """One examination."""

    psn_no: people.PsnNo | None = None
    rpotc_no: reports.RpotcNo | None = None
    rpt_date: reports.RptDate | None = None
    rpotc_type_code: reports.RpotcTypeCode | None = None
    fixmedins_code: session.FixmedinsCode | None = None
    exam_rpotc_name: reports.ExamRpotcName | None = None
    exam_rslt_poit_flag: reports.ExamRsltPoitFlag | None = None
    exam_rslt_abn: reports.ExamRsltAbn | None = None
    examCcls: reports.ExamCcls | None = None


class RecognisedItems(Output):
    """The examinations found."""

    bilgiteminfo: list[RecognisedItemRow] = Field(default_factory=list[RecognisedItemRow])


class QueryRecognisedItems(Input[RecognisedItems], node="bilgiteminfo"):
    """项目互认信息查询 5401: examinations elsewhere that count here too"""

    psn_no: people.PsnNo | None = None
    exam_org_code: reports.ExamOrgCode | None = None
    exam_org_name: reports.ExamOrgName | None = None
    exam_item_code: reports.ExamItemCode | None = None
    exam_item_name: reports.ExamItemName | None = None


class ExaminationReport(Answer):
    """One report of an examination."""

    psn_no: people.PsnNo | None = None
    rpotc_no: reports.RpotcNo | None = None
    rpt_date: reports.RptDate | None = None
    rpotc_type_code: reports.RpotcTypeCode | None = None
    exam_rpotc_name: reports.ExamRpotcName | None = None
    exam_rslt_poit_flag: reports.ExamRsltPoitFlag | None = None
    exam_rslt_abn: reports.ExamRsltAbn | None = None
    exam_ccls: reports.ExamCcls | None = None
    bilgDrName: fees.BilgDrName | None = None


class LaboratoryReport(Answer):
    """One report of a laboratory."""

    psn_no: people.PsnNo | None = None
    rpotc_no: reports.RpotcNo | None = None
    exam_item_code: reports.ExamItemCode | None = None
    exam_item_name: reports.ExamItemName | None = None
    rpt_date: reports.RptDate | None = None
    rpot_doc: reports.RpotDoc | None = None


class LaboratoryValue(Answer):
    """One value of a laboratory."""

    rpotc_no: reports.RpotcNo | None = None
    exam_mtd: reports.ExamMtd | None = None
    ref_val: reports.RefVal | None = None
    exam_unt: reports.ExamUnt | None = None
    exam_rslt_val: reports.ExamRsltVal | None = None
    exam_rslt_qual: reports.ExamRsltQual | None = None
    exam_item_detl_code: reports.ExamItemDetlCode | None = None
    exam_item_detl_name: reports.ExamItemDetlName | None = None
    exam_rslt_abn: reports.ExamRsltAbn | None = None


class ReportFound(Output):
    """The report."""

    checkreportdetails: list[ExaminationReport] = Field(default_factory=list[ExaminationReport])
    inspectionreportinformation: list[LaboratoryReport] = Field(default_factory=list[LaboratoryReport])
    inspectiondetails: list[LaboratoryValue] = Field(default_factory=list[LaboratoryValue])


class QueryReport(Input[ReportFound], node="rptdetailinfo"):
    """报告明细信息查询 5402: one report of an examination or a laboratory"""

    psn_no: people.PsnNo
    rpotc_no: reports.RpotcNo
    fixmedins_code: session.FixmedinsCode
