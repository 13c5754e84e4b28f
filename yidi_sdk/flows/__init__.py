"""Several transactions in order, as generators: the same text is run by the client, the async client and the gateway.

Nothing here waits. A module is imported when a name of it is used.
"""

from importlib import import_module

TYPE_CHECKING = False  # as in typing, without importing it

if TYPE_CHECKING:
    from yidi_sdk.flows.code_sets import download_code_set, refresh_code_set
    from yidi_sdk.flows.detail_files import Compared, DetailLine, FileFlawed, ResultLine
    from yidi_sdk.flows.driving import AsyncSender, Flow, Sender, ask, run, run_async
    from yidi_sdk.flows.files import compare_details, fetch_file, fetch_text, file_download, file_upload, send_file
    from yidi_sdk.flows.inpatient import (
        UNDO_ORDER,
        Standing,
        admit,
        change_stay,
        check_stay_lines,
        discharge_and_try,
        stay_batches,
        undo_stay,
        upload_stay,
        upload_stay_batch,
    )
    from yidi_sdk.flows.outpatient import (
        MOST_CHARACTERS,
        MOST_LINES,
        BasketPlan,
        DiagnosisPlan,
        LineParts,
        LinePlan,
        Opened,
        VisitPlan,
        batches,
        encounter,
        fees,
        moment,
        open_basket,
        open_visit,
        registration,
        settlement,
        trial_of,
        upload,
    )
    from yidi_sdk.flows.patient import Known, Rights, rights_of, who_is
    from yidi_sdk.flows.self_pay import (
        SelfPayLine,
        SelfPayPlan,
        complete_self_pay,
        register_self_pay,
        upload_self_pay,
        upload_self_pay_lines,
    )
    from yidi_sdk.flows.stays import (
        DischargePlan,
        StayLine,
        StayPlan,
        StaySums,
        admission,
        admission_change,
        discharge,
        stay_fee_revocation,
        stay_fees,
        stay_settlement,
        stay_trial,
        sums_of,
    )
    from yidi_sdk.flows.uploading import Uploads

__all__ = [
    "MOST_CHARACTERS",
    "MOST_LINES",
    "UNDO_ORDER",
    "AsyncSender",
    "BasketPlan",
    "Compared",
    "DetailLine",
    "DiagnosisPlan",
    "DischargePlan",
    "FileFlawed",
    "Flow",
    "Known",
    "LineParts",
    "LinePlan",
    "Opened",
    "ResultLine",
    "Rights",
    "SelfPayLine",
    "SelfPayPlan",
    "Sender",
    "Standing",
    "StayLine",
    "StayPlan",
    "StaySums",
    "Uploads",
    "VisitPlan",
    "admission",
    "admission_change",
    "admit",
    "ask",
    "batches",
    "change_stay",
    "check_stay_lines",
    "compare_details",
    "complete_self_pay",
    "discharge",
    "discharge_and_try",
    "download_code_set",
    "encounter",
    "fees",
    "fetch_file",
    "fetch_text",
    "file_download",
    "file_upload",
    "moment",
    "open_basket",
    "open_visit",
    "refresh_code_set",
    "register_self_pay",
    "registration",
    "rights_of",
    "run",
    "run_async",
    "send_file",
    "settlement",
    "stay_batches",
    "stay_fee_revocation",
    "stay_fees",
    "stay_settlement",
    "stay_trial",
    "sums_of",
    "trial_of",
    "undo_stay",
    "upload",
    "upload_self_pay",
    "upload_self_pay_lines",
    "upload_stay",
    "upload_stay_batch",
    "who_is",
]

_NAMES = {
    "driving": "AsyncSender Flow Sender ask run run_async",
    "code_sets": "download_code_set refresh_code_set",
    "detail_files": "Compared DetailLine FileFlawed ResultLine",
    "files": "compare_details fetch_file fetch_text file_download file_upload send_file",
    "inpatient": (
        "Standing UNDO_ORDER admit change_stay check_stay_lines discharge_and_try stay_batches undo_stay "
        "upload_stay upload_stay_batch"
    ),
    "outpatient": (
        "BasketPlan DiagnosisPlan LineParts LinePlan MOST_CHARACTERS MOST_LINES Opened VisitPlan batches "
        "encounter fees moment open_basket open_visit registration settlement trial_of upload"
    ),
    "patient": "Known Rights rights_of who_is",
    "self_pay": "SelfPayLine SelfPayPlan complete_self_pay register_self_pay upload_self_pay upload_self_pay_lines",
    "stays": (
        "DischargePlan StayLine StayPlan StaySums admission admission_change discharge stay_fee_revocation "
        "stay_fees stay_settlement stay_trial sums_of"
    ),
    "uploading": "Uploads",
}
"""Modules with their names."""
_MODULE = {name: module for module, names in _NAMES.items() for name in names.split()}


def __getattr__(name: str) -> object:
    module = _MODULE.get(name)
    if module is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(import_module(f"{__name__}.{module}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
