"""Who asks and where: sign-in, operator, institution, the message itself."""

from typing import Annotated, Any

from yidi_sdk.elements.element import datetime, extension, text

Currenttime = Annotated[str, text("登录时间", "time of sign-in")]
DedcHospLv = Annotated[str, text("起付线医院等级", "hospital level for deductibles", 6)]
ExpContent = Annotated[Any, extension("字段扩展", "extension container, local content", 4000)]
FileBytes = Annotated[bytes, extension("文件数据", "bytes of the file")]
FixmedinsCode = Annotated[str, text("定点医药机构编号", "institution code", 12)]
FixmedinsName = Annotated[str, text("定点医药机构名称", "institution name", 200)]
FixmedinsPoolarea = Annotated[str, text("定点归属机构", "institution's pooling area", 6)]
HospLv = Annotated[str, text("医院等级", "hospital level", 6)]
Ip = Annotated[str, text("签到IP地址", "address of the machine", 20)]
LmtpricHospLv = Annotated[str, text("限价医院等级", "hospital level for price limits", 6)]
Mac = Annotated[str, text("签到MAC地址", "hardware address of the machine", 20)]
Memo = Annotated[str, text("备注", "remark", 500)]
Oinfno = Annotated[str, text("原交易编号", "original transaction", 5)]
Omsgid = Annotated[str, text("原发送方报文ID", "original msgid", 30)]
OptTime = Annotated[str, datetime("经办时间", "time of handling")]
OptTimeP = Annotated[str, datetime("经办时间", "time of handling")]
OpterId = Annotated[str, text("经办人ID", "operator number", 20)]
OpterName = Annotated[str, text("经办人姓名", "operator name", 50)]
OpterNo = Annotated[str, text("操作员编号", "operator", 20)]
PageNum = Annotated[str, text("当前页数", "page")]
PageSize = Annotated[str, text("本页数据量", "rows a page")]
Pages = Annotated[str, text("总页数", "number of pages")]
Password = Annotated[str, text("登录密码", "password")]
PayLoc = Annotated[str, text("支付地点类别", "place of payment", 6)]
RecordCounts = Annotated[str, text("记录总数", "number of rows")]
SignNo = Annotated[str, text("签到编号", "sign-in number", 30)]
SignTime = Annotated[str, datetime("签到(退)时间", "time of sign-in or sign-out")]
Userid = Annotated[str, text("登录账号", "user")]
