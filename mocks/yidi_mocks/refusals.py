"""Every plain text with which the hub refuses, by cause. The shape is that of real platforms: FSI-...[place_000].

Texts that the contract fixes word for word stand without prefix and tail.
"""


class Refusal(Exception):  # a business "no", not an error of the hub
    """The platform says no: nothing was done. `cause` is a key of `TEXTS`, `text` what the caller reads."""

    def __init__(self, cause: str, **about: object) -> None:
        self.cause = cause
        self.text = sentence(cause, **about)
        super().__init__(self.text)


TOLD = 100
EXACT = frozenset({"original_not_found", "already_reversed", "original_cleared", "original_other_day", "maintenance"})

# by cause: the text and its tail
TEXTS: dict[str, tuple[str, str]] = {
    # the message itself
    "field_missing": ("{label}({name})不能为空", "reqBO_001"),
    "field_unknown": ("报文含有未知字段{name}", "reqBO_002"),
    "field_kind": ("{label}({name})格式错误：{why}", "reqBO_003"),
    "field_length": ("{label}({name})长度超过{length}", "reqBO_004"),
    "field_places": ("{label}({name})格式错误：小数位数超过{places}位", "reqBO_005"),
    "field_digits": ("{label}({name})长度超过{digits}位数字", "reqBO_006"),
    "field_code": ("{label}({name})取值{value}不在字典{code_set}中，格式错误", "reqBO_007"),
    "field_wrong": ("{label}({name})不正确：{why}", "reqBO_016"),
    "node_missing": ("交易输入节点{name}不能为空", "reqBO_008"),
    "node_kind": ("交易输入节点{name}格式错误：应为{why}", "reqBO_009"),
    "node_unknown": ("交易输入含有未知节点{name}", "reqBO_010"),
    "path_mismatch": ("交易编号(infno)与请求地址不符，格式错误", "reqBO_011"),
    "too_long": ("交易输入(input)长度超过40000个字符", "reqBO_012"),
    "duplicate_msgid": ("报文ID重复：发送方报文ID(msgid)已受理过", "reqBO_013"),
    "insuplc_missing": ("参保地医保区划(insuplc_admdvs)不能为空：含人员编号的交易必须上传", "reqBO_014"),
    "insuplc_wrong": ("参保地医保区划(insuplc_admdvs)与参保信息不符，格式错误", "reqBO_015"),
    "institution_unknown": ("定点医药机构编号(fixmedins_code)不存在", "orgBO_001"),
    "signature": ("签名不一致：数字签名信息(cainfo)验签失败", "signBO_003"),
    # the session
    "not_signed_in": ("未签到：请先签到后再办理业务(sign_no)", "signBO_001"),
    "sign_expired": ("签到失效：签到编号(sign_no)无效或已过期，请重新签到", "signBO_002"),
    "rate_limit": ("请求过于频繁，请稍后再试", "gateBO_001"),
    # the person
    "person_unknown": ("本地查询错误:该参保人的基本信息为空，请核对就诊凭证编号(mdtrt_cert_no)", "psnBO_001"),
    "psn_no_unknown": ("人员编号(psn_no)对应的人员不存在或人员编号已变更", "psnBO_002"),
    "no_insurance": ("该参保人的参保信息为空", "psnBO_003"),
    "name_differs": ("人证不一致：人员姓名(psn_name)与证件号码(certno)不一致", "psnBO_004"),
    "card_sn_missing": ("卡识别码(card_sn)不能为空：社会保障卡就诊必须上传", "psnBO_005"),
    "credential_differs": ("人证不一致：就诊凭证编号(mdtrt_cert_no)与人员编号(psn_no)不符", "psnBO_007"),
    "insutype_not_held": ("险种类型(insutype)无有效参保信息，请确认是否停保", "psnBO_008"),
    "enrolment_paused": ("参保已暂停，请确认是否停保：险种类型(insutype){value}", "psnBO_009"),
    # the right to settle
    "benefit_suspended": ("待遇封锁：参保地暂停了该人员的医保待遇", "trtBO_001"),
    "not_filed": ("未办理异地就医备案：参保地没有该人员到就医地{area}的备案", "trtBO_002"),
    "filing_pending": ("无有效备案：异地就医备案正在办理", "trtBO_003"),
    "filing_not_begun": ("无有效备案：就诊日期不在异地就医备案有效期内，备案自{begin}起生效", "trtBO_004"),
    "filing_expired": ("无有效备案：就诊日期超出异地就医备案有效期，备案已于{end}到期", "trtBO_005"),
    "filing_cancelled": ("无有效备案：异地就医备案已于{on}取消", "trtBO_006"),
    "filing_other_area": ("无有效备案：备案就医地{area}与就医地不符", "trtBO_007"),
    "promise_papers_open": (
        "承诺制备案的材料未补齐：在就医地{area}可直接结算，参保地待遇待补齐材料后享受",
        "trtBO_011",
    ),
    "not_designated": ("本机构不在该人员选定的定点医药机构范围内", "trtBO_008"),
    "third_party": ("外伤涉及第三方责任，医保基金不予支付", "trtBO_009"),
    "in_stay": ("该人员当前处于在院状态，不允许门诊住院同时结算", "trtBO_010"),
    "institution_suspended": ("医疗机构已暂停跨省异地就医直接结算服务", "orgBO_002"),
    "institution_not_connected": ("医药机构尚未接入跨省异地就医结算系统，费用按参保地规定手工报销", "orgBO_005"),
    "institution_testing": ("医药机构正在联网测试，跨省异地就医直接结算尚未开通", "orgBO_006"),
    "service_closed": ("医疗机构未开通该类跨省异地就医直接结算服务：{value}(med_type)", "orgBO_003"),
    "disease_closed": ("医疗机构未开通该病种跨省异地就医直接结算：病种编码(dise_codg){value}", "orgBO_004"),
    "disease_unknown": ("病种编码(dise_codg){value}不存在", "dseBO_001"),
    "disease_missing": ("病种编码(dise_codg)不能为空：门诊慢特病必须上传病种", "dseBO_002"),
    "disease_unqualified": ("慢特病资格未认定：病种编码(dise_codg){value}", "dseBO_003"),
    "disease_expired": ("慢特病资格已过期：病种编码(dise_codg){value}", "dseBO_004"),
    "disease_not_begun": ("慢特病资格尚未生效：病种编码(dise_codg){value}", "dseBO_005"),
    "disease_mixed": ("同一收费批次(chrg_bchno)只能有一个病种编码(dise_codg)", "dseBO_006"),
    "disease_differs": ("费用明细的病种编码(dise_codg)与就诊信息不一致", "dseBO_007"),
    "disease_not_chronic": ("医疗类别(med_type)不是门诊慢特病，不能带病种编码(dise_codg)", "dseBO_008"),
    "med_type_differs": ("医疗类别(med_type)与就诊信息不一致", "mdtBO_001"),
    "med_type_inpatient": ("医疗类别(med_type){value}不是门诊类别", "mdtBO_002"),
    # filings made through institutions
    "filing_unknown": ("未查询到该备案：待遇申报明细流水号(trt_dcla_detl_sn){value}不存在", "dclaBO_001"),
    "filing_withdrawn": ("该备案已撤销，请勿重复办理：待遇申报明细流水号(trt_dcla_detl_sn){value}", "dclaBO_002"),
    "filing_of_another": (
        "该备案由其他医药机构办理，不能在本机构撤销：待遇申报明细流水号(trt_dcla_detl_sn){value}",
        "dclaBO_003",
    ),
    "filing_over": ("该备案已于{end}到期，不能再撤销：待遇申报明细流水号(trt_dcla_detl_sn){value}", "dclaBO_004"),
    "filing_repeated": ("该人员在此期间已有有效备案，请勿重复办理：{label}({name}){value}", "dclaBO_005"),
    "filing_settled": ("参保地规定：长期居住备案在{begin}前不能变更或取消", "dclaBO_007"),
    "filing_paper": ("备案材料不齐：{kind}还需提供{papers}", "dclaBO_008"),
    "filing_person": ("不属于备案人员范围：{why}", "dclaBO_009"),
    "filing_form": ("备案表的{label}({name})不正确：{why}", "dclaBO_010"),
    "filing_used": (
        "该病种已有有效的结算，请先撤销结算，再撤销备案：待遇申报明细流水号(trt_dcla_detl_sn){value}",
        "dclaBO_006",
    ),
    # the course of a visit
    "visit_unknown": ("就诊ID(mdtrt_id)不存在", "mdtBO_003"),
    "visit_of_another": ("就诊ID(mdtrt_id)与人员编号(psn_no)不符", "mdtBO_004"),
    "visit_cancelled": ("该门诊挂号已撤销", "mdtBO_005"),
    "not_described": ("还未上传就诊信息，请先上传门诊就诊信息", "mdtBO_006"),
    "not_charged": ("还未上传费用明细，请先上传门诊费用明细", "mdtBO_007"),
    "fees_first": ("请先撤销费用明细，再撤销门诊挂号", "mdtBO_008"),
    "settlement_first": ("请先撤销结算，再办理本业务", "mdtBO_009"),
    "nothing_settled": ("该就诊没有有效的结算，未找到结算记录", "setlBO_001"),
    "ipt_otp_no_used": ("住院/门诊号(ipt_otp_no)重复登记：该门诊号已登记", "mdtBO_010"),
    "ipt_otp_no_differs": ("住院/门诊号(ipt_otp_no)与挂号信息不一致", "mdtBO_011"),
    "no_fees_to_revoke": ("费用明细表中未查询到任何有效相关的记录", "feeBO_001"),
    "batch_settled": ("该收费批次(chrg_bchno)已结算，请先撤销结算", "feeBO_002"),
    "line_used": ("费用明细流水号(feedetl_sn){value}重复", "feeBO_003"),
    "line_amount": ("明细项目费用总额(det_item_fee_sumamt)与单价×数量金额不一致", "feeBO_004"),
    "line_negative": ("明细项目费用总额(det_item_fee_sumamt)格式错误：门诊不能有负数明细", "feeBO_005"),
    "line_other_visit": ("费用明细的就诊ID(mdtrt_id)或人员编号(psn_no)不一致", "feeBO_006"),
    "item_not_matched": ("医疗目录编码(med_list_codg){value}没有有效的目录对照，请先上传目录对照", "cataBO_001"),
    "item_matched": ("定点医药机构目录编号(fixmedins_hilist_id){value}在此期间已有目录对照，请先撤销", "cataBO_002"),
    "doctor_unknown": ("开单医生编码(bilg_dr_codg){value}不在本机构医执人员中", "cataBO_003"),
    "diagnosis_main": ("诊断信息须有且仅有一条主诊断(maindiag_flag)", "mdtBO_012"),
    # settling
    "already_settled": ("该收费批次(chrg_bchno)已结算，请勿重复结算", "setlBO_002"),
    "sum_differs": ("医疗费总额(medfee_sumamt)与费用明细合计金额不一致", "setlBO_003"),
    "parts_differ": ("{label}({name})与费用明细分割金额不一致", "setlBO_004"),
    "mid_settlement": ("跨省异地就医不支持中途结算(mid_setl_flag)", "setlBO_005"),
    "settlement_unknown": ("未查询到结算信息：结算ID(setl_id)不存在", "setlBO_006"),
    "already_revoked": ("该笔结算已撤销，请勿重复办理", "setlBO_007"),
    # settlement lists
    "list_unknown": ("未查询到结算清单：结算ID(setl_id){value}没有上传结算清单", "listBO_001"),
    "list_of_undone": ("该结算已撤销，结算清单作废：结算ID(setl_id){value}", "listBO_002"),
    "list_submitted": ("结算清单已提交，请先修改状态分类(stas_type)再上传：结算ID(setl_id){value}", "listBO_003"),
    # review and reports
    "review_visit": ("当前就诊标识(curr_mdtrt_id){value}不在就诊信息集合(fsi_encounter_dtos)中", "riskBO_001"),
    "report_unknown": ("未查询到报告：报告单号(rpotc_no){value}与人员编号、机构不符", "rptBO_001"),
    # patients who pay alone
    "self_pay_unknown": ("未查询到自费就诊：医药机构就诊ID(fixmedins_mdtrt_id){value}没有上传过", "ownBO_001"),
    "self_pay_complete": ("该自费就诊已上传完成，不能再改：医药机构就诊ID(fixmedins_mdtrt_id){value}", "ownBO_002"),
    "self_pay_kind": ("该自费就诊的门诊住院类别与已上传的不一致：(fixmedins_mdtrt_id){value}", "ownBO_003"),
    "self_pay_not_told": ("还未上传自费就诊信息，不能完成：医药机构就诊ID(fixmedins_mdtrt_id){value}", "ownBO_004"),
    "self_pay_no_lines": ("还未上传自费费用明细，不能完成：医药机构就诊ID(fixmedins_mdtrt_id){value}", "ownBO_005"),
    # reversing
    "original_not_found": ("未找到原交易", ""),
    "already_reversed": ("原交易已冲正", ""),
    "original_cleared": ("原交易已清算，不能冲正", ""),
    "original_other_day": ("非当日交易，不能冲正", ""),
    # a stay
    "stay_open": ("该人员当前处于在院状态，不可重复住院登记，请先办理出院", "iptBO_001"),
    "ipt_no_used": ("住院号(ipt_no)重复登记：该住院号已登记", "iptBO_002"),
    "med_type_not_inpatient": ("医疗类别(med_type){value}格式错误：不是住院类别", "iptBO_003"),
    "visit_other_care": ("就诊ID(mdtrt_id)与交易不符：该就诊是{care}", "iptBO_004"),
    "stay_cancelled": ("该次就诊已撤销：入院登记已撤销", "iptBO_005"),
    "discharge_first": ("该次住院已办理出院，请先撤销出院，再办理本业务", "iptBO_006"),
    "discharged_already": ("该次住院已办理出院，请勿重复办理出院", "iptBO_007"),
    "discharge_not_there": ("该次住院没有可撤销的出院登记", "iptBO_008"),
    "not_discharged": ("该次住院还未办理出院，请先办理出院，再结算", "iptBO_009"),
    "stay_not_charged": ("还未上传费用明细，请先上传住院费用明细", "iptBO_010"),
    "stay_fees_first": ("请先撤销费用明细，再撤销入院登记", "iptBO_011"),
    "flags_contradict": ("标志(trum_flag, rel_ttp_flag)取值互相矛盾，格式错误", "iptBO_012"),
    "third_party_unanswered": ("标志(rel_ttp_flag)不能为空：外伤(trum_flag)必须如实上传", "iptBO_013"),
    "discharge_early": ("结束时间(endtime)早于入院时间，格式错误", "iptBO_014"),
    "discharge_differs": ("出院时间(dscgTime)与出院登记不一致，格式错误", "iptBO_015"),
    "line_origin": ("费用明细{value}为负数，原费用流水号(init_feedetl_sn)不是同一目录编码的正数明细", "iptBO_016"),
    "line_origin_used_up": ("费用明细{value}为负数，合计超过原费用流水号(init_feedetl_sn)的金额或数量", "iptBO_017"),
    "line_origin_unwanted": ("费用明细{value}不是负数，不能带原费用流水号(init_feedetl_sn)", "iptBO_018"),
    "line_is_origin": ("请先撤销费用明细中的负数明细：{value}已被冲减", "iptBO_019"),
    "later_stay_settled": ("该人员之后还有住院结算，住院不能隔笔撤销", "iptBO_020"),
    "stay_cleared": ("该住院结算的清算月份已清算或清算中，不能撤销", "iptBO_021"),
    "med_type_sale": ("医疗类别(med_type){value}格式错误：不是药店购药类别", "rtlBO_001"),
    "fees_not_served": ("跨省住院不支持费用明细查询，以上传时返回的分割为准", "iptBO_022"),
    "already_refunded": ("冲正失败: 该结算已退费, 不能冲正", "revBO_001"),
    "not_reversible": ("不支持冲正：原交易编号(oinfno){value}", "revBO_002"),
    "settled_again": ("冲正失败: 该笔费用已变更或已重新结算, 不能冲正", "revBO_003"),
    "fenced": ("原交易已冲正，该报文ID(msgid)不再受理", "revBO_004"),
    # refunds, files, clearing
    "refund_not_latest": ("不支持隔笔退费：该人员之后还有结算", "refdBO_001"),
    "refund_cross_year": ("不支持跨年退费：该笔结算属于以前年度", "refdBO_002"),
    "refund_after_clearing": ("不支持清算后退费：该笔结算已进入清算", "refdBO_003"),
    "file_unknown": ("文件查询号(file_qury_no)不存在", "fileBO_001"),
    "file_expired": ("文件查询号(file_qury_no)已过期：下载截止时间{until}", "fileBO_002"),
    "file_broken": ("文件格式错误：{why}", "fileBO_003"),
    "statement_sum": ("{label}({name})与对账文件合计金额不一致", "stmtBO_001"),
    "task_unknown": ("对账任务查询号(task_key)不存在", "stmtBO_002"),
    "clearing_sum": ("{label}({name})与平台清算金额不一致：平台为{value}", "clrBO_001"),
    "clearing_early": ("清算年月{month}尚未结束，不能办理清算", "clrBO_002"),
    "clearing_late": ("清算年月{month}已超过最迟申报日{until}，不能办理清算", "clrBO_003"),
    "clearing_nothing": ("清算年月{month}没有待清算的结算", "clrBO_004"),
    "clearing_unknown": ("未查询到清算申请或清分确认：{label}({name})不存在或已撤销", "clrBO_005"),
    "clearing_done": ("该期清算已完成，不能撤销或回退", "clrBO_006"),
    "clearing_row": ("清分明细第{row}行{label}({name})不正确：{why}", "clrBO_007"),
    "maintenance": ("系统停机维护：{text}（{begin} 至 {end}）", ""),
    "too_late": ("请求已超过平台受理时限，未处理", "gateBO_002"),
}


def sentence(cause: str, **about: object) -> str:
    """The text of a cause, filled in. KeyError for a cause that the table does not have."""
    text, tail = TEXTS[cause]
    filled = text.format(**{name: _short(value) for name, value in about.items()})
    return filled if cause in EXACT else f"FSI-{filled}[{tail}]"


def _short(value: object) -> object:
    """A caller's own text is told, but not without end."""
    return value if not isinstance(value, str) or len(value) <= TOLD else f"{value[:TOLD]}…"
