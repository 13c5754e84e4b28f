"""Flags that people answer and the wire carries: emergency, kind of stay, trauma, third party, form 11 (rules 5).

Sources: 22号 二(四); 规程 31, 32; 附件11. Nothing here is ever defaulted: unanswered is None.
Wire codes of ORD and EMG are not known; they come from table 1901 by setting (`labels`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import product
from types import MappingProxyType
from typing import Literal

from yidi_sdk.rules.reasons import Code, Reason, http_of, ordered
from yidi_sdk.rules.settings import DEFAULTS, RuleSettings

Kind = Literal["outpatient", "chronic", "emergency", "inpatient"]
StayKind = Literal["ordinary", "emergency"]
CommitmentState = Literal["none", "complete", "incomplete"]
# field -> label -> wire code
Labels = Mapping[str, Mapping[str, str]]

ORD = "ORD"
EMG = "EMG"


@dataclass(frozen=True, slots=True)
class WireFlags:
    """What a registration or admission sends; None: not sent.

    `med_type` is that of a disease basket or of the whole visit, `ordinary_med_type` that of the ordinary basket
    (FL3). `otp_er_refl_flag` and `ipt_type` hold ORD or EMG, not yet the wire code.
    """

    med_type: str
    ordinary_med_type: str
    otp_er_refl_flag: str | None = None
    ipt_type: str | None = None
    er_flag: str | None = None
    trum_flag: str | None = None
    rel_ttp_flag: str | None = None

    def med_type_for(self, disease_code: str | None) -> str:
        """The med_type of a basket."""
        return self.ordinary_med_type if disease_code is None else self.med_type


@dataclass(frozen=True, slots=True)
class KindRow:
    """One cell of table 5a: the flags, or the objection at registration. `emergency` is how a pre-check judges it."""

    row: str
    wire: WireFlags | None
    objection: Code | None = None
    emergency: bool = False


@dataclass(frozen=True, slots=True)
class TraumaRow:
    """One row of table 5b: objections at outpatient registration, at admission, before settling; flags when sent."""

    row: str
    outpatient: tuple[Code, ...] = ()
    admit: tuple[Code, ...] = ()
    settle: tuple[Code, ...] = ()
    precheck: tuple[Code, ...] = ()
    trum_flag: str | None = None
    rel_ttp_flag: str | None = None


@dataclass(frozen=True, slots=True)
class Registration:
    """Whether a registration may be sent, and with what. `settle_blocked_by` must be cured before settling."""

    outcome: Literal["accepted", "refused"]
    reasons: tuple[Reason, ...] = ()
    wire: WireFlags | None = None
    settle_blocked_by: tuple[Code, ...] = ()
    http: int | None = None


def _outpatient(med_type: str, ordinary: str, label: str, er_flag: str) -> WireFlags:
    return WireFlags(med_type, ordinary, otp_er_refl_flag=label, er_flag=er_flag)


_STAY_ORDINARY = WireFlags("21", "21", ipt_type=ORD, er_flag="0")
_STAY_EMERGENCY = WireFlags("24", "24", ipt_type=EMG, er_flag="1")
_EMERGENCY_VISIT = _outpatient("13", "13", EMG, "1")

# 5a, outpatient kinds: (kind, emergency)
OUTPATIENT_KINDS: Mapping[tuple[str, bool | None], KindRow] = MappingProxyType(
    {
        ("outpatient", False): KindRow("FL1", _outpatient("11", "11", ORD, "0")),
        ("outpatient", True): KindRow("FL2", _EMERGENCY_VISIT, emergency=True),
        ("outpatient", None): KindRow("FL7", None, Code.EMERGENCY_UNANSWERED),
        ("chronic", False): KindRow("FL3", _outpatient("14", "11", ORD, "0")),
        ("chronic", True): KindRow("FL4", None, Code.FLAGS_CONTRADICT),
        ("chronic", None): KindRow("FL7", None, Code.EMERGENCY_UNANSWERED),
        ("emergency", True): KindRow("FL5", _EMERGENCY_VISIT, emergency=True),
        ("emergency", False): KindRow("FL6", None, Code.FLAGS_CONTRADICT),
        ("emergency", None): KindRow("FL7", None, Code.EMERGENCY_UNANSWERED, emergency=True),
    }
)

# 5a, stays: (emergency, stay kind)
STAYS: Mapping[tuple[bool | None, str | None], KindRow] = MappingProxyType(
    {
        (False, "ordinary"): KindRow("FL8", _STAY_ORDINARY),
        (None, "ordinary"): KindRow("FL8", _STAY_ORDINARY),
        (True, "emergency"): KindRow("FL9", _STAY_EMERGENCY, emergency=True),
        (None, "emergency"): KindRow("FL9", _STAY_EMERGENCY, emergency=True),
        (False, "emergency"): KindRow("FL10", None, Code.FLAGS_CONTRADICT),
        (True, "ordinary"): KindRow("FL10", None, Code.FLAGS_CONTRADICT),
        (True, None): KindRow("FL11", None, Code.STAY_KIND_UNANSWERED, emergency=True),
        (False, None): KindRow("FL11", None, Code.STAY_KIND_UNANSWERED),
        (None, None): KindRow("FL11", None, Code.STAY_KIND_UNANSWERED),
    }
)


def _everywhere(row: str, code: Code, *, settle: bool = False) -> TraumaRow:
    return TraumaRow(row, (code,), (code,), (code,) if settle else (), (code,))


_TR1 = _everywhere("TR1", Code.TRAUMA_UNANSWERED)
_TR2 = TraumaRow("TR2", trum_flag="0")
_TR3 = _everywhere("TR3", Code.FLAGS_CONTRADICT)
_TR4 = _everywhere("TR4", Code.FLAGS_CONTRADICT)
_TR5 = _everywhere("TR5", Code.THIRD_PARTY_UNANSWERED)
_TR6 = _everywhere("TR6", Code.THIRD_PARTY_LIABLE, settle=True)
_TR7A = TraumaRow("TR7a", trum_flag="1", rel_ttp_flag="0")
_MISSING = (Code.COMMITMENT_MISSING,)
_TR7B = TraumaRow("TR7b", _MISSING, (), _MISSING, _MISSING, trum_flag="1", rel_ttp_flag="0")
_INCOMPLETE = (Code.COMMITMENT_INCOMPLETE,)
# a pre-check has no form to refuse: it still needs a complete one
_TR7C = TraumaRow("TR7c", _INCOMPLETE, _INCOMPLETE, (), _MISSING)

_FORMS: tuple[CommitmentState, ...] = ("none", "complete", "incomplete")
_ANSWERS: tuple[bool | None, ...] = (None, False, True)

# 5b: (trauma, third party, form 11); TR8 is added where trauma is yes and the third party no
TRAUMA: Mapping[tuple[bool | None, bool | None, str], TraumaRow] = MappingProxyType(
    {
        **{(None, third, form): _TR1 for third, form in product(_ANSWERS, _FORMS)},
        **{(False, third, "none"): _TR2 for third in (None, False)},
        **{(False, True, form): _TR3 for form in _FORMS},
        **{(False, third, form): _TR4 for third, form in product((None, False), ("complete", "incomplete"))},
        **{(True, None, form): _TR5 for form in _FORMS},
        **{(True, True, form): _TR6 for form in _FORMS},
        (True, False, "complete"): _TR7A,
        (True, False, "none"): _TR7B,
        (True, False, "incomplete"): _TR7C,
    }
)


def kind_row(kind: Kind, stay_kind: StayKind | None, emergency: bool | None) -> KindRow:
    """The cell of table 5a."""
    return STAYS[emergency, stay_kind] if kind == "inpatient" else OUTPATIENT_KINDS[kind, emergency]


def trauma_row(
    trauma: bool | None,
    third_party: bool | None,
    commitment: CommitmentState,
    settings: RuleSettings = DEFAULTS,
    *,
    name_compared: bool = True,
) -> TraumaRow:
    """The row of table 5b, with TR8 and the settings `commitment_required` and `send_third_party_admissions`."""
    row = TRAUMA[trauma, third_party, commitment]
    if row is _TR7B and not settings.commitment_required:
        row = _TR7A
    if row is _TR6 and settings.send_third_party_admissions:
        row = replace(row, admit=(), trum_flag="1", rel_ttp_flag="1")
    if trauma and third_party is False and not name_compared:  # TR8
        weak = Code.TRAUMA_IDENTITY_WEAK
        row = replace(row, settle=(weak, *row.settle), precheck=(weak, *row.precheck))
    return row


def register(
    kind: Kind,
    stay_kind: StayKind | None,
    emergency: bool | None,
    trauma: bool | None,
    third_party: bool | None,
    *,
    commitment: CommitmentState,
    name_compared: bool,
    settings: RuleSettings,
    labels: Labels,
    local: bool = False,
) -> Registration:
    """Whether a visit may be registered or a stay admitted, and which flags go out (5a x 5b).

    All objections are named at once. `labels` gives the wire codes of ORD and EMG per field; a missing one refuses
    (FLAG_CODE_NOT_SET). `local`: insured in this province, nothing of 5 applies and no cross-province flag is sent.
    """
    a = kind_row(kind, stay_kind, emergency)
    if local:
        return Registration("accepted", wire=_local(kind, emergency=a.emergency or emergency is True))
    b = trauma_row(trauma, third_party, commitment, settings, name_compared=name_compared)
    found = [Reason(code) for code in (b.admit if kind == "inpatient" else b.outpatient)]
    if a.objection is not None:
        found.append(Reason(a.objection))
    if a.wire is not None:
        found += _unset(a.wire, labels)
    if found or a.wire is None:
        reasons = ordered(found)
        return Registration("refused", reasons, http=http_of(reasons))
    blocked = tuple(reason.code for reason in ordered(Reason(code) for code in b.settle))
    wire = replace(a.wire, trum_flag=b.trum_flag, rel_ttp_flag=b.rel_ttp_flag)
    return Registration("accepted", wire=wire, settle_blocked_by=blocked)


def _local(kind: Kind, *, emergency: bool) -> WireFlags:
    """CP2: med_type only."""
    if kind == "inpatient":
        med_type = "24" if emergency else "21"
        return WireFlags(med_type, med_type)
    ordinary = "13" if emergency else "11"
    return WireFlags("14" if kind == "chronic" else ordinary, ordinary)


def _unset(wire: WireFlags, labels: Labels) -> list[Reason]:
    wanted = (("otp_er_refl_flag", wire.otp_er_refl_flag), ("ipt_type", wire.ipt_type))
    return [
        Reason(Code.FLAG_CODE_NOT_SET, detail=f"{field} {label}")
        for field, label in wanted
        if label is not None and not labels.get(field, {}).get(label)
    ]


def coded(wire: WireFlags, labels: Labels) -> dict[str, str]:
    """The flags that are sent, by wire name, with ORD and EMG replaced by the configured codes."""
    sent = {
        "er_flag": wire.er_flag,
        "trum_flag": wire.trum_flag,
        "rel_ttp_flag": wire.rel_ttp_flag,
        "otp_er_refl_flag": wire.otp_er_refl_flag and labels["otp_er_refl_flag"][wire.otp_er_refl_flag],
        "ipt_type": wire.ipt_type and labels["ipt_type"][wire.ipt_type],
    }
    return {name: value for name, value in sent.items() if value is not None}


def third_party_learnt(wire: WireFlags) -> tuple[WireFlags, Code]:
    """TR6 in mid-stay: what 2403 sends (1/1), and what blocks the settlement from now on."""
    return replace(wire, trum_flag="1", rel_ttp_flag="1"), Code.THIRD_PARTY_LIABLE


def precheck(
    kind: Kind,
    stay_kind: StayKind | None,
    emergency: bool | None,
    trauma: bool | None,
    third_party: bool | None,
    *,
    commitment: CommitmentState,
    name_compared: bool,
    settings: RuleSettings = DEFAULTS,
) -> tuple[tuple[Reason, ...], bool]:
    """What a pre-check says of the flags, and whether the patient counts as an emergency.

    An unanswered emergency is judged as no, with a notice (FL7); a kind of stay answers it (FL8, FL9, FL11). Trauma
    unanswered is no objection for outpatient and chronic: it is asked at registration (TR1).
    """
    a = kind_row(kind, stay_kind, emergency)
    b = trauma_row(trauma, third_party, commitment, settings, name_compared=name_compared)
    asked_later = b is _TR1 and kind in ("outpatient", "chronic")
    found = [] if asked_later else [Reason(code) for code in b.precheck]
    if a.objection is Code.FLAGS_CONTRADICT:
        found.append(Reason(a.objection))
    if emergency is None and kind != "emergency" and stay_kind is None:
        found.append(Reason(Code.EMERGENCY_UNANSWERED))
    return tuple(found), a.emergency
