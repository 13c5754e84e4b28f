"""Which national item a hospital's item is."""

from yidi_sdk.elements import amounts, fees, institutions, session, visits
from yidi_sdk.message import Answer, Input, Output


class MatchResult(Answer):
    """Which rows were taken and which were not."""

    CODE_SUCCESS: institutions.CodeSuccess | None = None
    CODE_ERROR: institutions.CodeError | None = None


class ItemMatched(Output):
    """Whether the platform took it."""

    data: MatchResult | None = None


class UploadItemMatch(Input[ItemMatched], node="data"):
    """目录对照上传 3301: upload which national item a hospital's item is"""

    fixmedins_hilist_id: institutions.FixmedinsHilistId
    fixmedins_hilist_name: institutions.FixmedinsHilistName
    list_type: fees.ListType
    med_list_codg: fees.MedListCodg
    begndate: visits.Begndate
    aprvno: institutions.Aprvno
    enddate: visits.Enddate | None = None
    dosform: institutions.Dosform | None = None
    exct_cont: institutions.ExctCont | None = None
    item_cont: institutions.ItemCont | None = None
    prcunt: institutions.Prcunt | None = None
    spec: fees.Spec | None = None
    pacspec: institutions.Pacspec | None = None
    memo: session.Memo | None = None
    drugadm_strdcod: institutions.DrugadmStrdcod | None = None
    genname_no: institutions.GennameNo | None = None
    exept_cont: institutions.ExeptCont | None = None
    pric: amounts.Pric | None = None
    fixmedinsHilistId: institutions.FixmedinsHilistId | None = None
    fixmedinsHilistName: institutions.FixmedinsHilistName | None = None
    listType: fees.ListType | None = None
    medListCodg: fees.MedListCodg | None = None
    exctCont: institutions.ExctCont | None = None


class UnmatchResult(Answer):
    """Which rows were taken back and which were not."""

    output: institutions.OutputText | None = None
    CODE_SUCCESS: institutions.CodeSuccess | None = None
    CODE_ERROR: institutions.CodeError | None = None


class ItemUnmatched(Output):
    """Whether the platform took it back."""

    data: UnmatchResult | None = None


class WithdrawItemMatch(Input[ItemUnmatched], node="data"):
    """目录对照撤销 3302: withdraw the match of an item"""

    fixmedins_code: session.FixmedinsCode
    list_type: fees.ListType
    med_list_codg: fees.MedListCodg
    fixmedins_hilist_id: institutions.FixmedinsHilistId | None = None
