"""What was uploaded of patients who pay alone."""

from yidi_sdk.elements import amounts, combined, fees, institutions, lists, people, self_pay, session, visits
from yidi_sdk.message import Answer, Input, Output


class SelfPayFeesPage(Answer):
    """One page; names are written in camel case here."""

    fixmedinsMdtrtId: self_pay.FixmedinsMdtrtId | None = None
    bkkpSn: self_pay.BkkpSn | None = None
    feeOcurTime: fees.FeeOcurTime | None = None
    fixmedinsCode: session.FixmedinsCode | None = None
    fixmedinsName: session.FixmedinsName | None = None
    cnt: amounts.Cnt | None = None
    pric: amounts.Pric | None = None
    detltemFeeSumamt: amounts.DetItemFeeSumamt | None = None
    medListCodg: fees.MedListCodg | None = None
    medinsListCodg: fees.MedinsListCodg | None = None
    medinsListName: fees.MedinsListName | None = None
    medChrgitmType: fees.MedChrgitmType | None = None
    prodname: fees.Prodname | None = None
    bilgDeptCodg: fees.BilgDeptCodg | None = None
    bilgDeptName: fees.BilgDeptName | None = None
    bilgDrCode: self_pay.BilgDrCode | None = None
    bilgDrName: fees.BilgDrName | None = None
    acordDeptCodg: fees.AcordDeptCodg | None = None
    acordDeptName: fees.AcordDeptName | None = None
    acordDrCode: self_pay.AcordDrCode | None = None
    acordDrName: self_pay.AcordDrName | None = None
    tcmdrugUsedWay: fees.TcmdrugUsedWay | None = None
    etipFlag: fees.EtipFlag | None = None
    etipHospCode: fees.EtipHospCode | None = None
    dscgTkdrugFlag: fees.DscgTkdrugFlag | None = None
    sinDosDscr: fees.SinDosDscr | None = None
    usedFrquDscr: fees.UsedFrquDscr | None = None
    prdDays: amounts.PrdDays | None = None
    medcWayDscr: fees.MedcWayDscr | None = None
    memo: session.Memo | None = None
    fulamtOwnpayAmt: amounts.FulamtOwnpayAmt | None = None
    overlmtSelfpay: amounts.OverlmtSelfpay | None = None
    preselfpayAmt: amounts.PreselfpayAmt | None = None
    inscpAmt: self_pay.InscpAmt | None = None
    valiFlag: visits.ValiFlag | None = None
    rid: self_pay.Rid | None = None
    updtTime: self_pay.UpdtTime | None = None
    crterId: self_pay.CrterId | None = None
    crterName: self_pay.CrterName | None = None
    crteTime: self_pay.CrteTime | None = None
    crteOptinsNo: self_pay.CrteOptinsNo | None = None
    opterId: session.OpterId | None = None
    opterName: session.OpterName | None = None
    optTime: session.OptTime | None = None
    optinsNo: self_pay.OptinsNo | None = None
    poolareaNo: institutions.PoolareaNo | None = None
    chkPassFlag: self_pay.ChkPassFlag | None = None
    rxno: fees.Rxno | None = None
    recordCounts: session.RecordCounts | None = None
    pages: session.Pages | None = None


class SelfPayFees(Output):
    """The lines found."""

    data: SelfPayFeesPage | None = None


class QuerySelfPayFees(Input[SelfPayFees], node="data"):
    """自费病人就医费用明细查询 4207: read uploaded fee lines back"""

    fixmedins_mdtrt_id: self_pay.FixmedinsMdtrtId | None = None
    fixmedins_code: session.FixmedinsCode | None = None
    page_num: session.PageNum | None = None
    page_size: session.PageSize | None = None


class SelfPayVisitsPage(Answer):
    """One page; names are written in camel case here."""

    fixmedinsMdtrtId: self_pay.FixmedinsMdtrtId | None = None
    fixmedinsCode: session.FixmedinsCode | None = None
    fixmedinsName: session.FixmedinsName | None = None
    psnCertType: people.PsnCertType | None = None
    certno: people.Certno | None = None
    psnName: people.PsnName | None = None
    gend: people.Gend | None = None
    naty: people.Naty | None = None
    brdy: people.Brdy | None = None
    age: amounts.Age | None = None
    conerName: people.ConerName | None = None
    tel: people.Tel | None = None
    addr: people.Addr | None = None
    begntime: visits.Begntime | None = None
    endtime: visits.Endtime | None = None
    medType: visits.MedType | None = None
    iptOtpNo: visits.IptOtpNo | None = None
    medrcdno: visits.Medrcdno | None = None
    chfpdrCode: lists.ChfpdrCode | None = None
    admDiagDscr: visits.AdmDiagDscr | None = None
    admDeptCodg: visits.AdmDeptCodg | None = None
    admDeptName: visits.AdmDeptName | None = None
    admBed: visits.AdmBed | None = None
    wardareaBed: self_pay.WardareaBed | None = None
    trafDeptFlag: self_pay.TrafDeptFlag | None = None
    dscgMaindiagCode: visits.DscgMaindiagCode | None = None
    dscgDeptCodg: visits.DscgDeptCodg | None = None
    dscgDeptName: visits.DscgDeptName | None = None
    dscgBed: visits.DscgBed | None = None
    dscgWay: visits.DscgWay | None = None
    mainCondDscr: visits.MainCondDscr | None = None
    diseNo: combined.DiseNo | None = None
    diseName: visits.DiseName | None = None
    oprnOprtCode: visits.OprnOprtCode | None = None
    oprnOprtName: visits.OprnOprtName | None = None
    otpDiaglnfo: visits.OtpDiagInfo | None = None
    inhospStas: visits.InhospStas | None = None
    dieDate: visits.DieDate | None = None
    iptDays: amounts.IptDays | None = None
    fpscNo: visits.FpscNo | None = None
    matnType: visits.MatnType | None = None
    birctrIType: visits.BirctrlType | None = None
    latechbFlag: visits.LatechbFlag | None = None
    gesoVal: visits.GesoVal | None = None
    fetts: visits.Fetts | None = None
    fetusCnt: visits.FetusCnt | None = None
    pretFlag: visits.PretFlag | None = None
    preyTime: self_pay.PreyTime | None = None
    birctrIMatnDate: visits.BirctrlMatnDate | None = None
    copFlag: visits.CopFlag | None = None
    valiFlag: visits.ValiFlag | None = None
    memo: session.Memo | None = None
    opterId: session.OpterId | None = None
    opterName: session.OpterName | None = None
    optTime: session.OptTime | None = None
    rid: self_pay.Rid | None = None
    updtTime: self_pay.UpdtTime | None = None
    crterId: self_pay.CrterId | None = None
    crterName: self_pay.CrterName | None = None
    crteTime: self_pay.CrteTime | None = None
    crteOptinsNo: self_pay.CrteOptinsNo | None = None
    optinsNo: self_pay.OptinsNo | None = None
    poolareaNo: institutions.PoolareaNo | None = None
    chfpdrName: visits.ChfpdrName | None = None
    dscgMaindiagName: visits.DscgMaindiagName | None = None
    medfeeSumamt: amounts.MedfeeSumamt | None = None
    elecBillCode: self_pay.ElecBillCode | None = None
    elecBillnoCode: self_pay.ElecBillnoCode | None = None
    elecBillChkcode: self_pay.ElecBillChkcode | None = None
    cpltflag: self_pay.CpltFlag | None = None
    exp_content: session.ExpContent | None = None
    recordCounts: session.RecordCounts | None = None
    pages: session.Pages | None = None


class SelfPayVisits(Output):
    """The visits found."""

    data: SelfPayVisitsPage | None = None


class QuerySelfPayVisits(Input[SelfPayVisits], node="data"):
    """自费病人就医就诊信息查询 4208: read uploaded visits back"""

    psn_cert_type: people.PsnCertType | None = None
    certno: people.Certno | None = None
    psn_name: people.PsnName | None = None
    begntime: visits.Begntime | None = None
    endtime: visits.Endtime | None = None
    med_type: visits.MedType | None = None
    medfee_sumam_t: amounts.MedfeeSumamt | None = None
    elec_billno_code: self_pay.ElecBillnoCode | None = None
    page_num: session.PageNum | None = None
    page_size: session.PageSize | None = None


class SelfPayDiagnosesPage(Answer):
    """One page; names are written in camel case here."""

    diagInfoId: self_pay.DiagInfoId | None = None
    fixmedinsMdtrtId: self_pay.FixmedinsMdtrtId | None = None
    fixmedinsCode: session.FixmedinsCode | None = None
    inoutDiagType: self_pay.InoutDiagType | None = None
    diagType: visits.DiagType | None = None
    maindiagFlag: visits.MaindiagFlag | None = None
    diagSrtNo: visits.DiagSrtNo | None = None
    diagCode: visits.DiagCode | None = None
    diagName: visits.DiagName | None = None
    diagDept: visits.DiagDept | None = None
    diagDrCode: visits.DiagDrCode | None = None
    diagDrName: visits.DiagDrName | None = None
    diagTime: visits.DiagTime | None = None
    admCond: visits.AdmCond | None = None
    valiFlag: visits.ValiFlag | None = None
    opterId: session.OpterId | None = None
    opterName: session.OpterName | None = None
    optTime: session.OptTime | None = None
    rid: self_pay.Rid | None = None
    updtTime: self_pay.UpdtTime | None = None
    crterId: self_pay.CrterId | None = None
    crterName: self_pay.CrterName | None = None
    crteTime: self_pay.CrteTime | None = None
    crteOptinsNo: self_pay.CrteOptinsNo | None = None
    optinsNo: self_pay.OptinsNo | None = None
    poolareaNO: institutions.PoolareaNo | None = None
    recordCounts: session.RecordCounts | None = None
    pages: session.Pages | None = None


class SelfPayDiagnoses(Output):
    """The diagnoses found."""

    data: SelfPayDiagnosesPage | None = None


class QuerySelfPayDiagnoses(Input[SelfPayDiagnoses], node="data"):
    """自费病人就医诊断信息查询 4209: read uploaded diagnoses back"""

    fixmedins_mdtrt_id: self_pay.FixmedinsMdtrtId | None = None
    fixmedins_code: session.FixmedinsCode | None = None
    page_num: session.PageNum | None = None
    page_size: session.PageSize | None = None
