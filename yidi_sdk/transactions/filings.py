"""Filings: referrals, chronic diseases, designated institutions."""

from yidi_sdk.elements import filings, people, session, settlement, visits
from yidi_sdk.message import Answer, Input, Nothing, Output


class FilingNumber(Answer):
    """The number of the filing at the platform."""

    trt_dcla_detl_sn: filings.TrtDclaDetlSn


class Filing(Output):
    """The filing that was made."""

    result: FilingNumber


class FileReferral(Input[Filing], node="refmedin"):
    """转院备案 2501: file a referral to another institution, in the city, the province or beyond"""

    psn_no: people.PsnNo
    diag_code: visits.DiagCode
    diag_name: visits.DiagName
    reflin_medins_no: settlement.ReflinMedinsNo
    reflin_medins_name: settlement.ReflinMedinsName
    mdtrtarea_admdvs: filings.MdtrtareaAdmdvs
    refl_type: filings.ReflType
    refl_date: settlement.ReflDate
    refl_rea: settlement.ReflRea
    refl_opnn: filings.ReflOpnn
    insutype: people.Insutype | None = None
    tel: people.Tel | None = None
    addr: people.Addr | None = None
    insu_optins: people.InsuOptins | None = None
    dise_cond_dscr: visits.DiseCondDscr | None = None
    hosp_agre_refl_flag: settlement.HospAgreReflFlag | None = None
    begndate: visits.Begndate | None = None
    enddate: visits.Enddate | None = None
    refl_used_flag: filings.ReflUsedFlag | None = None


class FileReferralA(Input[Filing], node="refmedin"):
    """转院备案(A版) 2501A: file a referral, variant of Foshan"""

    psn_no: people.PsnNo
    insutype: people.Insutype
    tel: people.Tel | None = None
    addr: people.Addr | None = None
    insu_optins: people.InsuOptins | None = None
    diag_code: visits.DiagCode | None = None
    diag_name: visits.DiagName | None = None
    dise_cond_dscr: visits.DiseCondDscr | None = None
    reflin_medins_no: settlement.ReflinMedinsNo | None = None
    reflin_medins_name: settlement.ReflinMedinsName | None = None
    mdtrtarea_admdvs: filings.MdtrtareaAdmdvs | None = None
    hosp_agre_refl_flag: settlement.HospAgreReflFlag | None = None
    refl_type: filings.ReflType | None = None
    refl_date: settlement.ReflDate | None = None
    refl_rea: settlement.ReflRea | None = None
    refl_opnn: filings.ReflOpnn | None = None
    begndate: visits.Begndate | None = None
    enddate: visits.Enddate | None = None
    refl_old_mdtrt_id: filings.ReflOldMdtrtId | None = None


class WithdrawnNumber(Answer):
    """The number of the filing."""

    trt_dcla_detl_sn: filings.TrtDclaDetlSn | None = None


class WithdrawnFiling(Output):
    """The filing that was withdrawn."""

    result: WithdrawnNumber | None = None


class WithdrawReferral(Input[WithdrawnFiling], node="data"):
    """转院备案撤销 2502: withdraw a referral filing"""

    trt_dcla_detl_sn: filings.TrtDclaDetlSn
    psn_no: people.PsnNo
    memo: session.Memo | None = None


class FileChronicDisease(Input[Filing], node="data"):
    """人员慢特病备案 2503: file that a person has a chronic or special disease"""

    psn_no: people.PsnNo
    insutype: people.Insutype
    opsp_dise_code: visits.OpspDiseCode
    opsp_dise_name: visits.OpspDiseName
    insu_optins: people.InsuOptins
    ide_fixmedins_no: filings.IdeFixmedinsNo
    ide_fixmedins_name: filings.IdeFixmedinsName
    hosp_ide_date: filings.HospIdeDate
    diag_dr_codg: filings.DiagDrCodg
    diag_dr_name: visits.DiagDrName
    begndate: visits.Begndate
    tel: people.Tel | None = None
    addr: people.Addr | None = None
    enddate: visits.Enddate | None = None


class WithdrawChronicDisease(Input[Nothing], node="data"):
    """人员慢特病备案撤销 2504: withdraw the filing of a disease"""

    trt_dcla_detl_sn: filings.TrtDclaDetlSn
    psn_no: people.PsnNo
    memo: session.Memo


class FileDesignatedInstitution(Input[Filing], node="data"):
    """人员定点备案 2505: file the institution of a person; `biz_appy_type` says for what"""

    psn_no: people.PsnNo
    biz_appy_type: filings.BizAppyType
    begndate: visits.Begndate
    fix_srt_no: filings.FixSrtNo
    fixmedins_code: session.FixmedinsCode
    fixmedins_name: session.FixmedinsName
    tel: people.Tel | None = None
    addr: people.Addr | None = None
    enddate: visits.Enddate | None = None
    agnter_name: people.AgnterName | None = None
    agnter_cert_type: people.AgnterCertType | None = None
    agnter_certno: people.AgnterCertno | None = None
    agnter_tel: people.AgnterTel | None = None
    agnter_addr: people.AgnterAddr | None = None
    agnter_rlts: people.AgnterRlts | None = None
    memo: session.Memo | None = None


class WithdrawDesignatedInstitution(Input[Nothing], node="data"):
    """人员定点备案撤销 2506: withdraw the filing of an institution"""

    trt_dcla_detl_sn: filings.TrtDclaDetlSn
    psn_no: people.PsnNo
    memo: session.Memo
