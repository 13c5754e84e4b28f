"""Which refunds of outpatient settlements the platform grants (规程 第三十九条): 隔笔, 跨年, 清算后. Pure.

Granted unless the capability `refund_variants` says otherwise: {"not_latest": false, "cross_year": false,
"after_clearing": false} withholds a variant, {"chronic": false} withholds all three from chronic care, because the
article names ordinary outpatient care only.
"""

from collections.abc import Mapping

from yidi_mocks.refusals import Refusal
from yidi_mocks.world import Settlement
from yidi_sdk.codes import MedType

NOT_LATEST, CROSS_YEAR, AFTER_CLEARING = "not_latest", "cross_year", "after_clearing"
CHRONIC = "chronic"
VARIANTS = (NOT_LATEST, CROSS_YEAR, AFTER_CLEARING)


def variants_of(original: Settlement, today: str) -> list[str]:
    """What is special about undoing this settlement on that day."""
    settled = original.visit.person.settlements
    place = next(n for n, one in enumerate(settled) if one is original)
    later = any(one.live for one in settled[place + 1 :])
    found = {
        NOT_LATEST: later,
        CROSS_YEAR: original.year < today[:4],
        AFTER_CLEARING: original.clearing_state != "open",
    }
    return [name for name in VARIANTS if found[name]]


def demand(original: Settlement, today: str, granted: Mapping[str, bool]) -> None:
    """Refuse a variant that is withheld."""
    chronic = original.med_type == MedType.CHRONIC_OUTPATIENT
    for name in variants_of(original, today):
        if not granted.get(name, True) or (chronic and not granted.get(CHRONIC, True)):
            raise Refusal(f"refund_{name}")
