"""The platform about itself and the institutions: code tables, institutions, departments, practitioners."""

from pydantic import Field

from yidi_sdk.elements import institutions, people, session, visits
from yidi_sdk.message import Answer, Input, Output


class InstitutionRow(Answer):
    """One institution."""

    fixmedins_code: session.FixmedinsCode
    fixmedins_name: session.FixmedinsName | None = None
    uscc: institutions.Uscc | None = None
    fixmedins_type: institutions.FixmedinsType | None = None
    hosp_lv: session.HospLv | None = None


class InstitutionsFound(Output):
    """The institutions found."""

    medinsinfo: list[InstitutionRow]


class FindInstitutions(Input[InstitutionsFound], node="medinsinfo"):
    """医药机构信息获取 1201: look up institutions by kind, code or name"""

    fixmedins_type: institutions.FixmedinsType
    fixmedins_code: session.FixmedinsCode | None = None
    fixmedins_name: session.FixmedinsName | None = None
    platsave: institutions.Platsave | None = None


class DictionaryRow(Answer):
    """One code with its label."""

    label: institutions.DictionaryLabel
    value: institutions.DictionaryValue
    type: institutions.DictionaryType | None = None
    parent_value: institutions.ParentValue | None = None
    sort: institutions.DictionarySort | None = None
    vali_flag: visits.ValiFlag | None = None
    create_user: institutions.CreateUser | None = None
    create_date: institutions.CreateDate | None = None
    version: institutions.DictionaryVersion | None = None


DictionaryRows = list[DictionaryRow]
"""A name of its own, because the node is called `list`."""


class DictionaryTable(Output):
    """One code table as the platform has it now."""

    list: DictionaryRows


class GetDictionary(Input[DictionaryTable], node="data"):
    """字典表查询 1901: get the current values of one code table"""

    type: institutions.DictionaryType
    admdvs: institutions.Admdvs
    date: institutions.AsOf
    valiFlag: visits.ValiFlag
    parentValue: institutions.ParentValue | None = None


class DepartmentRow(Answer):
    """One department."""

    hosp_dept_codg: institutions.HospDeptCodg | None = None
    hosp_dept_name: institutions.HospDeptName | None = None
    begntime: visits.Begntime | None = None
    endtime: visits.Endtime | None = None
    itro: institutions.Itro | None = None
    dept_resper_name: institutions.DeptResperName | None = None
    dept_resper_tel: institutions.DeptResperTel | None = None
    dept_med_serv_scp: institutions.DeptMedServScp | None = None
    caty: visits.Caty | None = None
    dept_estbdat: institutions.DeptEstbdat | None = None
    aprv_bed_cnt: institutions.AprvBedCnt | None = None
    hi_crtf_bed_cnt: institutions.HiCrtfBedCnt | None = None
    poolarea_no: institutions.PoolareaNo | None = None
    dr_psncnt: institutions.DrPsncnt | None = None
    phar_psncnt: institutions.PharPsncnt | None = None
    nurs_psncnt: institutions.NursPsncnt | None = None
    tecn_psncnt: institutions.TecnPsncnt | None = None
    memo: session.Memo | None = None


class Departments(Output):
    """The departments found."""

    data: list[DepartmentRow] = Field(default_factory=list[DepartmentRow])


class QueryDepartments(Input[Departments]):
    """科室信息查询 5101: ask which departments are registered"""


class PractitionerRow(Answer):
    """One practitioner."""

    psn_cert_type: people.PsnCertType | None = None
    certno: people.Certno | None = None
    prac_psn_no: institutions.PracPsnNo | None = None
    prac_psn_code: institutions.PracPsnCode | None = None
    prac_psn_name: institutions.PracPsnName | None = None
    prac_psn_type: institutions.PracPsnType | None = None
    prac_psn_cert: institutions.PracPsnCert | None = None
    prac_cert_no: institutions.PracCertNo | None = None
    hi_dr_flag: institutions.HiDrFlag | None = None
    begntime: visits.Begntime | None = None
    endtime: visits.Endtime | None = None
    chg_rea: institutions.ChgRea | None = None


class Practitioners(Output):
    """The practitioners found."""

    feedetail: list[PractitionerRow] = Field(default_factory=list[PractitionerRow])


class QueryPractitioners(Input[Practitioners], node="data"):
    """医执人员信息查询 5102: look up the codes of doctors, nurses and pharmacists"""

    prac_psn_type: institutions.PracPsnType
    psn_cert_type: people.PsnCertType | None = None
    certno: people.Certno | None = None
    prac_psn_name: institutions.PracPsnName | None = None
    prac_psn_code: institutions.PracPsnCode | None = None
