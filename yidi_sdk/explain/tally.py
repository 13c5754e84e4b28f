"""Texts of the platform that the error catalogue does not know, counted: what the next row should be written for.

Nothing of a person is kept. Digits become `#`; of the words only those stay that our own texts use, since a name can be
anything; the rest becomes `·`, and so does what is marked as a name. The number of an error in the platform's own
brackets stays, for it names the cause.
"""

import re
import threading
from collections import Counter
from collections.abc import Mapping
from functools import lru_cache

MOST_TEXTS = 500
MOST_LENGTH = 120
OTHERS = "(others)"
"""Where texts are counted that come when the tally is full."""


class Tally:
    """Counts by normalised text; threads may share one. At most `most` texts are kept apart."""

    def __init__(self, most: int = MOST_TEXTS) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._counts: Counter[str] = Counter()

    def add(self, text: str) -> None:
        """Count one text."""
        plain = normal(text)
        with self._lock:
            known = plain in self._counts or len(self._counts) < self._most
            self._counts[plain if known else OTHERS] += 1

    def counts(self) -> Mapping[str, int]:
        """How often each came, the most frequent first."""
        with self._lock:
            return dict(self._counts.most_common())

    @property
    def total(self) -> int:
        """How many texts were added since the last `clear`."""
        with self._lock:
            return self._counts.total()

    def clear(self) -> None:
        """Begin anew."""
        with self._lock:
            self._counts.clear()


UNMAPPED = Tally()
"""The one that the error catalogue feeds."""


def normal(text: str) -> str:
    """A text without anything of a person: what is counted together."""
    told = text[: 4 * MOST_LENGTH]  # nobody reads the end of a page of HTML
    found = _TAIL.search(told)
    tail = found[0].strip() if found else ""
    head = told[: found.start()] if found else told
    words = "".join(_kept(part) for part in _PARTS.findall(_NAMED.sub(r"\1·", head)))
    return (_GAPS.sub("·", words)[: MOST_LENGTH - len(tail)] + tail).strip()


_TAIL = re.compile(r"(?:\[[A-Za-z]{2,12}_?[0-9]{1,4}\]\s*)+$", re.ASCII)
_PARTS = re.compile(r"\d+|[一-鿿]+|[A-Za-z_]+|\s+|[^\w\s]+|.", re.DOTALL)
_GAPS = re.compile(r"·[·\s]*")
_HAN = re.compile(r"[一-鿿]+")
_WIRE = re.compile(r"[a-z]+(?:_[a-z]+)+")
_LATIN = frozenset({"FSI", "MBS", "HTTP", "HIS", "ID", "SQL", "null", "infno", "msgid", "Exception", "Error", "List"})
_MARKS = frozenset("-:：,，.。;；!！?？()（）[]【】/|=、{}<>\"'“”《》")
_OURS = ("explain/errors.toml", "explain/refusals.toml", "transactions/listed.toml")
_WORDS = """
参保人 持卡人 患者姓名 超限 超出 超过 限额 上限 下限 处方 流转 药品 耗材 剂量 数量 单价 总额 有误 错误 异常 失败
无效 非法 重复 缺失 缺少 冲突 过期 失效 禁止 拒绝 允许 支持 不支持 受限 限制 校验 校验失败 解析 转换 加密 解密
证书 密钥 接口 服务 网关 请求 响应 参数 入参 出参 报文 节点 字段 类型 长度 代码 字典 版本 渠道 账户 余额 额度
统筹 起付线 封顶线 比例 待遇 就医地 参保地 异地 跨省 省内 住院 门诊 急诊 药店 科室 床位 医师 药师 执业 资质 许可
备案 登记 结算 预结算 清算 对账 发票 票据 撤销 冲正 退费 上传 下载 查询 提交 保存 更新 删除 新增 审核 审批 锁定
占用 连接 超时 数据库 主键 唯一 记录 数据 信息 时间 日期 开始 结束 早于 晚于
"""
_SMALL = frozenset("第行条的在与或已未不无为是被请将到从由")
"""Signs that stay alone: nobody is recognised by one of them."""
_NAMED = re.compile(r"(姓名|患者|参保人|持卡人|联系人)\s*[:：\[【(（]\s*[^,，;；。)）\]】\s]+")


def _kept(part: str) -> str:
    """What stays of a run of digits, of Chinese, of letters, of marks."""
    if part.isdigit():
        return "#"
    if _HAN.fullmatch(part):
        return _known(part)
    if part.isspace():
        return " "
    if part in _LATIN or _WIRE.fullmatch(part):
        return part
    return "".join(sign if sign in _MARKS else "·" for sign in part) if not part[0].isalnum() else "·"


def _known(run: str) -> str:
    """A run of Chinese, with a dot for each sign that stands in no pair that our own texts have."""
    pairs = [run[at : at + 2] in _pairs() for at in range(len(run) - 1)]
    stays = [sign in _SMALL or any(pairs[max(at - 1, 0) : at + 1]) for at, sign in enumerate(run)]
    return "".join(sign if keep else "·" for sign, keep in zip(run, stays, strict=True))


@lru_cache(maxsize=1)
def _pairs() -> frozenset[str]:
    """Every two signs that stand side by side in our own texts."""
    from importlib.resources import files  # noqa: PLC0415 - read when the first text without a row comes

    from yidi_sdk.catalogue import CATALOGUE  # noqa: PLC0415
    from yidi_sdk.rules.reason_table import TABLE  # noqa: PLC0415

    folder = files("yidi_sdk")
    texts = [TABLE, _WORDS, *(row.name for row in CATALOGUE)]
    texts += [folder.joinpath(*name.split("/")).read_text(encoding="utf-8") for name in _OURS]
    runs = [run for text in texts for run in _HAN.findall(text)]
    return frozenset(run[at : at + 2] for run in runs for at in range(len(run) - 1))
