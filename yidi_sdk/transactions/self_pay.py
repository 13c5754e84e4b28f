"""Patients who pay alone, so that they can be reimbursed later."""

from yidi_sdk.elements import amounts, combined, fees, lists, people, self_pay, session, settlement, visits
from yidi_sdk.message import Input, Node, Nothing


class SelfPayFeeLine(Node):
    """One fee line, as one family sends it."""

    mdtrt_sn: self_pay.MdtrtSn
    ipt_otp_no: visits.IptOtpNo
    med_type: visits.MedType
    chrg_bchno: settlement.ChrgBchno
    feedetl_sn: fees.FeedetlSn
    psn_cert_type: people.PsnCertType
    certno: people.Certno
    psn_name: people.PsnName
    fee_ocur_time: fees.FeeOcurTime
    cnt: amounts.Cnt
    pric: amounts.Pric
    det_item_fee_sumamt: amounts.DetItemFeeSumamt
    med_list_codg: fees.MedListCodg
    medins_list_codg: fees.MedinsListCodg
    medins_list_name: fees.MedinsListName
    med_chrgitm_type: fees.MedChrgitmType
    prodname: fees.Prodname
    bilg_dept_codg: fees.BilgDeptCodg
    bilg_dept_name: fees.BilgDeptName
    bilg_dr_codg: fees.BilgDrCodg
    bilg_dr_name: fees.BilgDrName
    acord_dept_codg: fees.AcordDeptCodg | None = None
    acord_dept_name: fees.AcordDeptName | None = None
    orders_dr_code: fees.OrdersDrCode | None = None
    orders_dr_name: fees.OrdersDrName | None = None
    tcmdrug_used_way: fees.TcmdrugUsedWay | None = None
    etip_flag: fees.EtipFlag | None = None
    etip_hosp_code: fees.EtipHospCode | None = None
    dscg_tkdrug_flag: fees.DscgTkdrugFlag | None = None
    memo: session.Memo | None = None


class SelfPayFeeRow(Node):
    """One fee line, as another family sends it."""

    mdtrt_sn: self_pay.MdtrtSn | None = None
    ipt_otp_no: visits.IptOtpNo | None = None
    med_type: visits.MedType | None = None
    chrg_bchno: settlement.ChrgBchno | None = None
    feedetl_sn: fees.FeedetlSn | None = None
    psn_cert_type: people.PsnCertType | None = None
    certno: people.Certno | None = None
    psn_name: people.PsnName | None = None
    fee_ocur_time: fees.FeeOcurTime | None = None
    cnt: amounts.Cnt | None = None
    pric: amounts.Pric | None = None
    det_item_fee_sumamt: amounts.DetItemFeeSumamt | None = None
    med_list_codg: fees.MedListCodg | None = None
    medins_list_codg: fees.MedinsListCodg | None = None
    medins_list_name: fees.MedinsListName | None = None
    med_chrgitm_type: fees.MedChrgitmType | None = None
    prodname: fees.Prodname | None = None
    bilg_dept_codg: fees.BilgDeptCodg | None = None
    bilg_dept_name: fees.BilgDeptName | None = None
    bilg_dr_codg: fees.BilgDrCodg | None = None
    bilg_dr_name: fees.BilgDrName | None = None
    acord_dept_codg: fees.AcordDeptCodg | None = None
    acord_dept_name: fees.AcordDeptName | None = None
    orders_dr_code: fees.OrdersDrCode | None = None
    orders_dr_name: fees.OrdersDrName | None = None
    tcmdrug_used_way: fees.TcmdrugUsedWay | None = None
    etip_flag: fees.EtipFlag | None = None
    etip_hosp_code: fees.EtipHospCode | None = None
    dscg_tkdrug_flag: fees.DscgTkdrugFlag | None = None
    memo: session.Memo | None = None


class SelfPayEncounter(Node):
    """The encounter."""

    mdtrt_id: visits.MdtrtId | None = None
    gend: people.Gend | None = None
    naty: people.Naty | None = None
    brdy: people.Brdy | None = None
    age: amounts.Age | None = None
    coner_name: people.ConerName | None = None
    tel: people.Tel | None = None
    addr: people.Addr | None = None
    begntime: visits.Begntime | None = None
    endtime: visits.Endtime | None = None
    med_type: visits.MedType | None = None
    medrcdno: visits.Medrcdno | None = None
    atddr_no: visits.AtddrNo | None = None
    atddr_name: visits.AtddrName | None = None
    adm_dise_dscr: self_pay.AdmDiseDscr | None = None
    adm_dept_code: combined.AdmDeptCode | None = None
    adm_dept_name: visits.AdmDeptName | None = None
    adm_bed: visits.AdmBed | None = None
    dscg_dise_code: self_pay.DscgDiseCode | None = None
    dscg_dise_name: self_pay.DscgDiseName | None = None
    dscg_dept_codg: visits.DscgDeptCodg | None = None
    dscg_dept_name: visits.DscgDeptName | None = None
    dscg_bed: visits.DscgBed | None = None
    dscg_way: visits.DscgWay | None = None
    main_cond_dscr: visits.MainCondDscr | None = None
    dise_no: combined.DiseNo | None = None
    dise_name: visits.DiseName | None = None
    oprn_oprt_code: visits.OprnOprtCode | None = None
    oprn_oprt_name: visits.OprnOprtName | None = None
    op_dise_info: combined.OpDiseInfo | None = None
    inhosp_stas: visits.InhospStas | None = None
    die_: self_pay.DieDay | None = None
    ipt_days: amounts.IptDays | None = None
    fpsc_no: visits.FpscNo | None = None
    matn_type: visits.MatnType | None = None
    birctrl_type: visits.BirctrlType | None = None
    latechb_flag: visits.LatechbFlag | None = None
    geso_val: visits.GesoVal | None = None
    fetts: visits.Fetts | None = None
    fetus_cnt: visits.FetusCnt | None = None
    premature_flag: self_pay.PrematureFlag | None = None
    birctrl_or_matn_time: combined.BirctrlOrMatnTime | None = None
    cmplct_flag: visits.CmplctFlag | None = None
    vali_flag: visits.ValiFlag | None = None


class SelfPayDiagnosisRow(Node):
    """One diagnosis."""

    mdtrt_id: visits.MdtrtId | None = None
    inout_dise_type: self_pay.InoutDiseType | None = None
    dise_type: combined.DiseType | None = None
    maindise_flag: self_pay.MaindiseFlag | None = None
    dise_srt_no: combined.DiseSrtNo | None = None
    dise_codg: visits.DiseCodg | None = None
    dise_name: visits.DiseName | None = None
    adm_cond: visits.AdmCond | None = None
    dise_dept: combined.DiseDept | None = None
    dise_dor_no: visits.DiseDorNo | None = None
    dise_dor_name: visits.DiseDorName | None = None
    dise_time: combined.DiseTime | None = None


class UploadSelfPayOutpatientFees(Input[Nothing]):
    """自费病人门诊费用明细信息上传 4201: upload fee lines of a patient who pays alone"""

    data: SelfPayFeeLine | None = None
    feedetail: list[SelfPayFeeRow] | None = None
    mdtrtinfo: SelfPayEncounter | None = None
    diseinfo: list[SelfPayDiagnosisRow] | None = None


class SelfPayInpatientFeeLine(Node):
    """One fee line."""

    fixmedins_mdtrt_id: self_pay.FixmedinsMdtrtId | None = None
    med_type: visits.MedType | None = None
    bkkp_sn: self_pay.BkkpSn | None = None
    fee_ocur_time: fees.FeeOcurTime | None = None
    fixmedins_code: session.FixmedinsCode | None = None
    fixmedins_name: session.FixmedinsName | None = None
    cnt: amounts.Cnt | None = None
    pric: amounts.Pric | None = None
    det_item_fee_sumamt: amounts.DetItemFeeSumamt | None = None
    med_list_codg: fees.MedListCodg | None = None
    medins_list_codg: fees.MedinsListCodg | None = None
    medins_list_name: fees.MedinsListName | None = None
    med_chrgitm_type: fees.MedChrgitmType | None = None
    prodname: fees.Prodname | None = None
    bilg_dept_codg: fees.BilgDeptCodg | None = None
    bilg_dept_name: fees.BilgDeptName | None = None
    bilg_dr_code: self_pay.BilgDrCode | None = None
    bilg_dr_name: fees.BilgDrName | None = None
    acord_dept_codg: fees.AcordDeptCodg | None = None
    acord_dept_name: fees.AcordDeptName | None = None
    acord_dr_code: self_pay.AcordDrCode | None = None
    acord_dr_name: self_pay.AcordDrName | None = None
    tcmdrug_used_way: fees.TcmdrugUsedWay | None = None
    etip_flag: fees.EtipFlag | None = None
    etip_hosp_code: fees.EtipHospCode | None = None
    dscg_tkdrug_flag: fees.DscgTkdrugFlag | None = None
    sin_dos_dscr: fees.SinDosDscr | None = None
    used_frqu_dscr: fees.UsedFrquDscr | None = None
    prd_days: amounts.PrdDays | None = None
    medc_way_dscr: fees.MedcWayDscr | None = None
    memo: session.Memo | None = None
    fulamt_ownpay_amt: amounts.FulamtOwnpayAmt | None = None
    overlmt_selfpay: amounts.OverlmtSelfpay | None = None
    preselfpay_amt: amounts.PreselfpayAmt | None = None
    inscp_amt: self_pay.InscpAmt | None = None


class UploadSelfPayInpatientFees(Input[Nothing]):
    """自费病人住院费用明细信息上传 4201A: upload fee lines of the stay of a patient who pays alone"""

    fsiOwnpayPatnFeeListDDTO: list[SelfPayInpatientFeeLine]


class SelfPayVisitDiagnosis(Node):
    """One diagnosis."""

    diag_type: visits.DiagType | None = None
    diag_srt_no: visits.DiagSrtNo | None = None
    diag_code: visits.DiagCode | None = None
    diag_name: visits.DiagName | None = None
    diag_dept: visits.DiagDept | None = None
    diag_dr_code: visits.DiagDrCode | None = None
    diag_dr_name: visits.DiagDrName | None = None
    diag_time: visits.DiagTime | None = None
    vali_flag: visits.ValiFlag | None = None


class SelfPayVisitFeeLine(SelfPayInpatientFeeLine):
    """One fee line."""

    rxno: fees.Rxno | None = None


class UploadSelfPayVisit(Input[Nothing], node="mdtrtinfo"):
    """自费病人门诊就医信息上传 4205: upload encounter, diagnoses and fee lines of an outpatient who pays alone"""

    fixmedins_mdtrt_id: self_pay.FixmedinsMdtrtId | None = None
    fixmedins_code: session.FixmedinsCode | None = None
    fixmedins_name: session.FixmedinsName | None = None
    psn_cert_type: people.PsnCertType | None = None
    certno: people.Certno | None = None
    psn_name: people.PsnName | None = None
    gend: people.Gend | None = None
    naty: people.Naty | None = None
    brdy: people.Brdy | None = None
    age: amounts.Age | None = None
    coner_name: people.ConerName | None = None
    tel: people.Tel | None = None
    addr: people.Addr | None = None
    begntime: visits.Begntime | None = None
    endtime: visits.Endtime | None = None
    med_type: visits.MedType | None = None
    main_cond_dscr: visits.MainCondDscr | None = None
    dise_codg: visits.DiseCodg | None = None
    dise_name: visits.DiseName | None = None
    birctrl_type: visits.BirctrlType | None = None
    birctrl_matn_date: visits.BirctrlMatnDate | None = None
    matn_type: visits.MatnType | None = None
    geso_val: visits.GesoVal | None = None
    elec_bill_code: self_pay.ElecBillCode | None = None
    elec_billno_code: self_pay.ElecBillnoCode | None = None
    elec_bill_chkcode: self_pay.ElecBillChkcode | None = None
    exp_content: session.ExpContent | None = None
    diseinfo: list[SelfPayVisitDiagnosis] | None = None
    feedetail: list[SelfPayVisitFeeLine] | None = None


class SelfPayDiagnosis(SelfPayVisitDiagnosis):
    """One diagnosis."""

    inout_diag_type: self_pay.InoutDiagType | None = None
    maindiag_flag: visits.MaindiagFlag | None = None


class UploadSelfPayStay(Input[Nothing], node="ownPayPatnMdtrtD"):
    """自费病人住院就诊和诊断信息上传 4202: upload stay and diagnoses of a patient who pays alone"""

    fixmedins_mdtrt_id: self_pay.FixmedinsMdtrtId | None = None
    fixmedins_code: session.FixmedinsCode | None = None
    fixmedins_name: session.FixmedinsName | None = None
    psn_cert_type: people.PsnCertType | None = None
    certno: people.Certno | None = None
    psn_name: people.PsnName | None = None
    gend: people.Gend | None = None
    naty: people.Naty | None = None
    brdy: people.Brdy | None = None
    age: amounts.Age | None = None
    coner_name: people.ConerName | None = None
    tel: people.Tel | None = None
    addr: people.Addr | None = None
    begntime: visits.Begntime | None = None
    endtime: visits.Endtime | None = None
    med_type: visits.MedType | None = None
    ipt_otp_no: visits.IptOtpNo | None = None
    medrcdno: visits.Medrcdno | None = None
    chfpdr_code: lists.ChfpdrCode | None = None
    adm_diag_dscr: visits.AdmDiagDscr | None = None
    adm_dept_codg: visits.AdmDeptCodg | None = None
    adm_dept_name: visits.AdmDeptName | None = None
    adm_bed: visits.AdmBed | None = None
    wardarea_bed: self_pay.WardareaBed | None = None
    traf_dept_flag: self_pay.TrafDeptFlag | None = None
    dscg_maindiag_code: visits.DscgMaindiagCode | None = None
    dscg_dept_codg: visits.DscgDeptCodg | None = None
    dscg_dept_name: visits.DscgDeptName | None = None
    dscg_bed: visits.DscgBed | None = None
    dscg_way: visits.DscgWay | None = None
    main_cond_dscr: visits.MainCondDscr | None = None
    dise_no: combined.DiseNo | None = None
    dise_name: visits.DiseName | None = None
    oprn_oprt_code: visits.OprnOprtCode | None = None
    oprn_oprt_name: visits.OprnOprtName | None = None
    otp_diag_info: visits.OtpDiagInfo | None = None
    inhosp_stas: visits.InhospStas | None = None
    die_date: visits.DieDate | None = None
    ipt_days: amounts.IptDays | None = None
    fpsc_no: visits.FpscNo | None = None
    matn_type: visits.MatnType | None = None
    birctrl_type: visits.BirctrlType | None = None
    latechb_flag: visits.LatechbFlag | None = None
    geso_val: visits.GesoVal | None = None
    fetts: visits.Fetts | None = None
    fetus_cnt: visits.FetusCnt | None = None
    pret_flag: visits.PretFlag | None = None
    prey_time: self_pay.PreyTime | None = None
    birctrl_matn_date: visits.BirctrlMatnDate | None = None
    cop_flag: visits.CopFlag | None = None
    vali_flag: visits.ValiFlag | None = None
    memo: session.Memo | None = None
    opter_id: session.OpterId | None = None
    opter_name: session.OpterName | None = None
    opt_time: session.OptTime | None = None
    chfpdr_name: visits.ChfpdrName | None = None
    dscg_maindiag_name: visits.DscgMaindiagName | None = None
    medfee_sumamt: amounts.MedfeeSumamt | None = None
    elec_bill_code: self_pay.ElecBillCode | None = None
    elec_billno_code: self_pay.ElecBillnoCode | None = None
    elec_bil_chkcode: self_pay.ElecBillChkcode | None = None
    exp_content: session.ExpContent | None = None
    ownPayPatnDiagListD: list[SelfPayDiagnosis] | None = None


class CompleteSelfPayUpload(Input[Nothing], node="data"):
    """自费病人就诊以及费用明细上传完成 4203: say that everything of a visit was uploaded"""

    fixmedins_mdtrt_id: self_pay.FixmedinsMdtrtId | None = None
    fixmedins_code: session.FixmedinsCode | None = None
    cplt_flag: self_pay.CpltFlag | None = None


class SelfPayVisitKey(Node):
    """The stay."""

    fixmedins_mdtrt_id: self_pay.FixmedinsMdtrtId | None = None
    fixmedins_code: session.FixmedinsCode | None = None


class SelfPayLineKey(Node):
    """The line; the node is spelled as it was seen."""

    bkkp_sn: self_pay.BkkpSn | None = None


class DeleteSelfPayInpatientFees(Input[Nothing]):
    """自费病人住院费用明细删除 4204: delete uploaded fee lines of a stay"""

    feedetail: list[SelfPayVisitKey] | None = None
    feedetI: SelfPayLineKey | None = None


class DeleteSelfPayVisit(Input[Nothing], node="data"):
    """自费病人门诊就医信息删除 4206: delete an uploaded visit"""

    fixmedins_mdtrt_id: self_pay.FixmedinsMdtrtId | None = None
    fixmedins_code: session.FixmedinsCode | None = None
