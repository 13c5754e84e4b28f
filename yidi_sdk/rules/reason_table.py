# ruff: noqa: E501 - one row a line, as in the design table
"""The table of reason codes as text, in the order of the decision tables (section 4).

Columns: code | effect and HTTP status | cause 中文 | cause English | next step 中文 | next step English | who acts.
Effects: N not settled directly, A directly after something is done, I notice, R the call is refused.
The last rows, after the rule, come from the public contract and have no place in a verdict.
"""

TABLE = """
PERSON_NOT_FOUND | N 409 | 平台没有查到这个人 | The platform does not know this person | 核对证件号码和参保地，或换医保电子凭证、社保卡重新读取 | Check the number and the insured place, or read another credential | cashier
IDENTITY_MISMATCH | N 409 | 姓名或证件号与平台不一致 | The name or ID number differs from the platform's record | 核对本人与证件，更正登记信息后重查 | Compare person and document, correct the record, then ask again | cashier
NO_INSURANCE | N 409 | 查到了人，但没有参保信息 | The person is known but has no insurance on record | 请患者联系参保地医保部门 | The patient should contact the insured place | insured_place
INSURANCE_KIND_NOT_COVERED | N 409 | 该险种不在跨省直接结算范围内 | This kind of insurance is not settled across provinces | 请先自费并保留票据资料，由医保办说明 | Pay privately and keep the papers; the insurance office explains | insurance_office
ENROLMENT_PAUSED | N 409 | 参保状态为暂停 | The enrolment is paused | 请患者向参保地核实缴费情况 | The patient should check the contributions with the insured place | insured_place
BENEFIT_SUSPENDED | N 409 | 参保地暂停了医保待遇 | The insured place has suspended the benefits | 请患者联系参保地医保部门 | The patient should contact the insured place | insured_place
THIRD_PARTY_LIABLE | N 409 | 外伤由第三方或工伤负责，医保不直接结算 | A third party or a work injury is liable, so insurance does not settle directly | 先自费，再向责任方追偿；如实保留记录 | Pay privately and claim from the liable party; keep a true record | patient
SELF_PAID_ALREADY | N 409 | 本次已自费结算，不能再直接结算 | This care was already paid privately and cannot be settled directly | 补办备案后回参保地手工报销 | File, then claim by hand at the insured place | patient
INSTITUTION_NOT_CONNECTED | N 409 | 本院未开通此类跨省结算 | This hospital or service is not connected | 自费结算，或到联网医疗机构就医 | Pay privately or go to a connected hospital | insurance_office
CHRONIC_NOT_QUALIFIED | N | 参保地没有认定该慢特病资格 | The insured place has not granted a qualification for this disease | 可按普通门诊结算；慢特病资格到参保地申请 | Settle as ordinary care now; apply at the insured place | patient
CHRONIC_EXPIRED | N | 该慢特病资格已到期 | The qualification for this disease has expired | 到参保地复审；本次可按普通门诊结算 | Renew it at the insured place; settle as ordinary care now | patient
CHRONIC_NOT_BEGUN | N | 该慢特病资格尚未生效 | The qualification for this disease has not begun | 资格生效后再按慢特病结算 | Settle as chronic care once it has begun | wait
DISEASE_NOT_YET_OPEN | N | 该病种当日尚未开通跨省结算 | This disease was not yet open for cross-province settlement on that day | 回参保地结算 | Settle at the insured place | wait
CHRONIC_AREA_NOT_OPEN | N | 参保地或就医地未开通慢特病跨省结算 | The insured or the treating area has not opened chronic settlement | 回参保地结算 | Settle at the insured place | insured_place
CHRONIC_NOT_OPEN_HERE | N | 本院未开通该慢特病病种 | This hospital has not opened this disease | 到已开通的机构就医，或由患者决定按普通门诊结算 | Go to a hospital that has, or the patient chooses ordinary care | patient
INSURANCE_CHOICE_NEEDED | A 409 | 有多份有效参保，需选择本次使用哪一份 | Several insurances are active: one must be chosen | 询问患者后选择 | Ask the patient and choose | cashier
INSURED_DIVISION_CHANGED | A 409 | 参保地与登记的不同 | The insured place differs from the record | 与患者确认后更新登记 | Confirm with the patient and update the record | cashier
STAY_KIND_UNANSWERED | A 422 | 没有选择住院类型 | The kind of stay was not answered | 由医生或登记员选择 | A doctor or clerk chooses | cashier
TRAUMA_UNANSWERED | A 422 | 没有回答是否外伤 | The trauma question was not answered | 询问患者并如实选择 | Ask the patient and answer truthfully | cashier
THIRD_PARTY_UNANSWERED | A 422 | 外伤患者没有回答是否涉及第三方 | Trauma: the third-party question was not answered | 询问患者并如实选择 | Ask the patient and answer truthfully | cashier
TRAUMA_IDENTITY_WEAK | A | 外伤患者须核对姓名和证件号 | Trauma: name and ID number must be compared | 核对身份后重查 | Compare both, then ask again | cashier
COMMITMENT_MISSING | A 422 | 缺少《外伤无第三方责任承诺书》 | The no-third-party promise (form 11) is missing | 请患者或近亲属填写并签名 | The patient or a close relative fills it in and signs | patient
FILING_UNCONFIRMED | A | 暂时无法确认异地就医备案 | The filing cannot be confirmed | 请患者出示备案记录，以预结算结果为准 | See the patient's record; the trial settlement decides | insurance_office
FILING_PENDING | A | 备案正在办理（2个工作日内办结） | The filing is being handled (two working days) | 办结后重查；住院在出院结算前办结即可 | Ask again when it is done; for a stay, before the discharge settlement | wait
FILING_NOT_BEGUN | A | 备案尚未生效 | The filing begins later | 线上修改开始日期，或生效后再结算 | Change its start online, or settle once it has begun | patient
FILING_EXPIRED | A | 备案已过期 | The filing has expired | 现在线上重新备案，再重查 | File again online now, then ask again | patient
FILING_CANCELLED | A | 备案已取消 | The filing was cancelled | 现在线上重新备案，再重查 | File again online now, then ask again | patient
FILING_OTHER_AREA | A | 备案的就医地不是这里 | The filing is for another area | 线上变更就医地，再重查 | Change the area online, then ask again | patient
NOT_FILED | A | 没有异地就医备案 | There is no filing | 用国家医保服务平台APP等渠道备案，再重查 | File online, for instance in the national app, then ask again | patient
OUTPATIENT_NOT_CHOSEN | A | 参保地要求选定门诊机构，本院不在其中 | The insured area wants a chosen outpatient hospital and this one is not among them | 请在参保地增选本院 | Add this hospital at the insured place | patient
CHRONIC_UNCONFIRMED | A | 暂时查不到慢特病资格 | The qualification cannot be queried now | 稍后重查，不要改按普通门诊结算 | Ask again soon; do not change to ordinary care | wait
LOCAL_PATIENT | I | 本省参保，按本地规则结算 | Insured in this province: local rules apply | | | cashier
EMERGENCY_DEEMED_FILED | I | 急诊抢救视同已备案 | An emergency counts as filed | 如实上传急诊标志 | Send the emergency flag truthfully | cashier
FILED_LATE | I | 已在出院结算前补办备案 | Filed before the discharge settlement | | | cashier
FILING_ENDED_DURING_STAY | I | 住院期间备案到期或变更，不影响本次结算 | The filing ended during the stay; this settlement is not affected | | | cashier
PROMISE_PAPERS_OPEN | I | 承诺制备案，材料待补 | Filed by promise; the papers are still to come | 提醒患者向参保地补交材料 | Remind the patient to hand them in | patient
ENROLMENT_UNCONFIRMED | I | 平台没有返回参保状态 | The platform did not state the enrolment status | | | cashier
EMERGENCY_UNANSWERED | I 422 | 没有回答是否急诊 | The emergency question was not answered | 由医生或登记员选择 | A doctor or clerk chooses | cashier
DISEASE_CODE_MAPPED | I | 本地病种已对照为国家病种 | The local disease code was mapped to the national one | | | cashier
NO_LOCAL_SCOPE | I | 本地没有该病种的支付范围，按诊疗规范治疗 | No local payment scope for this disease: treat by its norms | | | cashier
CHRONIC_LINE_TO_ORDINARY | I | 没有该病种资格，该费用转入普通门诊 | No qualification for the disease: the line moved to ordinary care | 请患者确认预结算结果 | The patient agrees to the estimate | patient
BASKET_ZERO | I | 这一笔合计为零，无需结算 | This basket is zero: nothing to settle | | | cashier
LINE_ROUNDING | I | 行金额与数量×单价相差一分 | The line differs from quantity × price by one fen | | | it
BASKET_STOPPED | I | 前一笔没有结算完成，本笔未开始 | Not started because an earlier basket is not settled | 处理好前一笔后再结算 | Resolve the earlier one, then settle again | cashier
ESTIMATE_CHANGED | I | 结算结果与预结算不同 | The result differs from the estimate | 按结算结果收费并告知患者 | Charge the result and tell the patient | cashier
STAY_CROSSES_YEAR | I | 跨年住院，按出院结算日作一笔结算 | A stay over New Year: one settlement, by its settlement day | | | cashier
FEE_CHECK_READY | I | 总费用达到3万元，协查资料已备齐 | 30,000 yuan or more: the fields for the fee check are kept ready | | | insurance_office
REFUND_NOT_LATEST | I | 隔笔退费 | Refund of a settlement that is not the latest | | | cashier
REFUND_CROSS_YEAR | I | 跨年退费，计入原年度 | Refund of an earlier year's settlement; it counts to that year | | | cashier
REFUND_AFTER_CLEARING | I | 清算后退费，在当期清算中列负数 | Refund after clearing: negative in the current clearing month | | | insurance_office
AMOUNTS_M3 | I | 基金分项相加不等于基金合计 | The fund lines do not add up to the fund total (M3) | 已记入问题台账，由医保办核对 | It is in the problem ledger; the insurance office checks | insurance_office
CREDENTIAL_FORMAT | R 422 | 凭证号码格式不正确 | The credential is malformed | 重新读取凭证 | Read it again | cashier
ID_CHECK_DIGIT | R 422 | 身份证号校验位不正确 | The check digit of the ID number is wrong | 核对后重新输入 | Check it and type it again | cashier
CREDENTIAL_REFUSED | R 422 | 平台不接受这个凭证 | The platform refused the credential | 请患者刷新二维码，或换一种凭证 | Scan a fresh code or use another credential | cashier
FLAGS_CONTRADICT | R 422 | 所选标志相互矛盾 | The flags contradict each other | 核对后重新选择 | Check and choose again | cashier
FLAG_CODE_NOT_SET | R 500 | 没有配置该标志的平台代码 | No platform code is configured for this flag | 请信息科按1901字典配置 | IT loads it from table 1901 | it
COMMITMENT_INCOMPLETE | R 422 | 承诺书内容不全或时间不合理 | Form 11 is incomplete or its times are impossible | 请补全承诺书 | Complete the form | patient
DISEASE_CODE_UNKNOWN | R 422 | 病种代码不在国家病种表中 | The disease code is not in the national table | 请医保办对码 | The insurance office maps the code | insurance_office
DISEASE_CODE_AMBIGUOUS | R 422 | 病种代码不够明确 | The disease code is not specific enough | 请选择写明器官的代码 | Choose the code that names the organ | insurance_office
DISEASE_CODE_WRONG_KIND | R 422 | 非慢特病就诊不能带病种代码 | Disease codes belong to a visit of kind chronic | 另开慢特病就诊 | Open a chronic visit | cashier
IN_STAY | R 409 | 患者正在住院，不能另结门诊 | The patient is in hospital: no outpatient settlement | 用《外院检查治疗或定点药店购药单》（附件12） | Use form 12 for outside tests and drugs | cashier
NO_LINES | R 422 | 没有费用明细 | There are no fee lines | 补充明细后重新提交 | Add the lines and send again | cashier
LINE_NO_DUPLICATE | R 422 | 明细号重复 | A line number occurs twice | 检查明细号 | Correct the line numbers | it
AMOUNT_FORMAT | R 422 | 金额必须是两位小数 | Amounts need exactly two decimals | 更正金额格式 | Correct the amount | it
LINE_AMOUNT_MISMATCH | R 422 | 行金额与数量×单价不符 | The line amount is not quantity × price | 核对价表和数量 | Check price list and quantity | it
NEGATIVE_LINE | R 422 | 门诊不能有负数明细 | Outpatient lines cannot be negative | 未结算的删除该行，已结算的走退费 | Delete the line before settlement, refund it after | cashier
NEGATIVE_LINE_NO_ORIGIN | R 422 | 负数明细没有原明细，或超过原金额 | A negative line without its original, or larger than it | 指明原明细号 | Name the original line | it
AMOUNTS_M1 | R | 费用分段相加不等于总费用 | The four parts do not add up to the total (M1) | 停止收费，请医保办核对 | Stop charging; the insurance office checks | insurance_office
AMOUNTS_M2 | R | 基金与个人支付相加不等于总费用 | Fund and personal payment do not add up to the total (M2) | 停止收费，请医保办核对 | Stop charging; the insurance office checks | insurance_office
AMOUNTS_M4 | R | 明细合计不等于总费用 | The lines do not add up to the total (M4) | 停止收费，请医保办核对 | Stop charging; the insurance office checks | insurance_office
AMOUNTS_M5 | R | 退费金额不是原结算的相反数 | The refund is not the mirror of the settlement (M5) | 核对后人工处理 | Check and decide by hand | insurance_office
PLATFORM_REFUSED | R | 平台拒绝了这笔业务 | The platform refused this transaction | 按平台原文和说明处理 | Follow the platform's text and its explanation | cashier
OUTCOME_UNKNOWN | R 202 | 结果正在确认，请勿重复收费 | The outcome is being confirmed: do not charge again | 请稍候 | Wait | wait
PRESETTLE_STALE | R 409 | 预结算已过期 | The trial settlement is older than ten minutes or not the newest | 重新预结算 | Do the trial settlement again | cashier
NOT_DISCHARGED | R 409 | 还没有办理出院 | The patient is not discharged yet | 先办理出院 | Discharge first | cashier
MID_STAY_SETTLEMENT | R 422 | 跨省住院不做中途结算 | No interim settlement for cross-province stays | 出院时作一笔结算 | Settle once, at discharge | insurance_office
OUTSIDE_FORM_MISSING | R 422 | 外院检查或购药缺附件12 | Form 12 is missing for the outside test or drug | 请医师填写、医保办盖章 | The doctor fills it in, the insurance office stamps it | insurance_office
OUTSIDE_DATE | R 422 | 外院费用日期不在住院期间 | The outside service does not lie within the stay | 核对日期 | Check the date | insurance_office
REFUND_NOT_SETTLED | R 409 | 没有可退的结算 | There is no settlement to refund | 核对单据 | Check the receipt | cashier
REFUND_ALREADY_DONE | R 409 | 这笔结算已经退过 | This settlement was already refunded | 核对单据 | Check the receipt | cashier
REFUND_PARTIAL_CROSS_YEAR | R 409 | 跨年结算不能部分退费 | No partial refund across years | 整笔退费，或由医保办处理 | Refund the whole, or ask the insurance office | insurance_office
REFUND_INPATIENT_NOT_LATEST | R 409 | 之后还有住院结算，不能隔笔退 | A later inpatient settlement exists | 由医保办与经办机构处理 | The insurance office settles it with the agency | insurance_office
REFUND_INPATIENT_CLEARED | R 409 | 住院费用已进入清算，不能退 | The inpatient settlement is already in clearing | 走审核扣款 | By review and deduction | insurance_office
REVERSAL_NOT_ALLOWED | R 409 | 不能冲正（已收费、非当日或已清算） | No reversal: paid, of another day, or in clearing | 改用退费 | Use a refund | cashier
UNDO_ORDER | R 409 | 撤销顺序不对 | The undo steps are in the wrong order | 按提示的顺序撤销 | Follow the order given | cashier
STATEMENT_NOT_PRINTABLE | R 409 | 结算单暂不能打印 | The statement cannot be printed | 先核对金额和结算状态 | Check amounts and state first | insurance_office
MAINTENANCE | R 503 | 医保平台停机维护 | The platform is under maintenance | 维护结束后重试；急用的先自费并登记 | Try again afterwards; if urgent, pay privately and be recorded | wait
----
BASKET_BUSY | R 409 | 这一笔正在处理中 | This basket is being handled | 等待结果，不要重复提交 | Wait for the outcome, do not submit again | wait
KEY_REUSED | R 409 | 同一请求号用于了不同内容 | The same key was used for another content | 换新的请求号 | Use a new key | it
NOT_SENT | R 503 | 没有连上医保平台，请求没有发出 | The platform was not reached; nothing was sent | 稍后用同一请求号重试 | Try again soon with the same key | wait
OWNED_BY_VISIT | R 409 | 该就诊由网关办理，不能单独提交此交易 | The gateway runs this visit; this transaction cannot be sent alone | 用就诊接口办理 | Use the visit calls | it
"""
