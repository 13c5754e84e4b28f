"""Several transactions in order, as generators: the same text is run by the client, the async client and the gateway.

Nothing here waits.
"""

from yidi_sdk.flows.driving import AsyncSender, Flow, Sender, ask, run, run_async
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

__all__ = [
    "MOST_CHARACTERS",
    "MOST_LINES",
    "AsyncSender",
    "BasketPlan",
    "DiagnosisPlan",
    "Flow",
    "Known",
    "LineParts",
    "LinePlan",
    "Opened",
    "Rights",
    "Sender",
    "VisitPlan",
    "ask",
    "batches",
    "encounter",
    "fees",
    "moment",
    "open_basket",
    "open_visit",
    "registration",
    "rights_of",
    "run",
    "run_async",
    "settlement",
    "trial_of",
    "upload",
    "who_is",
]
