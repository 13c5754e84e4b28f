"""THE TABLE of the REST door. Routing, rights, reading and the OpenAPI come from its rows; contract section 4."""

from yidi_gateway import shapes
from yidi_gateway.doors import answers, counter, observing, office_answers, reconciling, stays, upkeep
from yidi_gateway.doors.table import LARGE, Query, Route
from yidi_gateway.doors.transactions import transact
from yidi_gateway.reconciling import bodies

MONEY = (400, 409, 422, 503)
READ = (409, 422, 503)
QUERY, SETTLE, REFUND, RECONCILE, ADMIN = "query", "settle", "refund", "reconcile", "admin"
TEXT = {"type": "string"}

ROUTES: tuple[Route, ...] = (
    Route(
        "POST", "/v1/identity", "identify", "Who is it, and what insurance is there", counter.identity,
        scopes=(QUERY,), body=shapes.IdentityIn, answers={200: answers.Identity}, problems=READ,
    ),
    Route(
        "POST", "/v1/eligibility", "judgeEligibility", "May this patient settle directly, and what is missing",
        counter.eligibility,
        scopes=(QUERY,), body=shapes.EligibilityIn, answers={200: answers.Eligibility}, problems=READ,
    ),
    Route(
        "POST", "/v1/visits", "openVisit", "Register, upload and try each basket of an outpatient visit",
        counter.open_visit,
        scopes=(SETTLE,), body=shapes.VisitIn, answers={201: answers.OpenedVisit, 202: answers.OpenedVisit},
        problems=MONEY, needs_key=True, limit=LARGE,
    ),
    Route(
        "GET", "/v1/visits/{visit_id}", "getVisit", "How a visit stands", counter.visit,
        scopes=(QUERY,), answers={200: answers.Visit, 202: answers.Visit}, problems=(404,),
    ),
    Route(
        "POST", "/v1/visits/{visit_id}/settle", "settleVisit", "Settle baskets, each alone, in order", counter.settle,
        scopes=(SETTLE,), body=shapes.SettleIn, body_needed=False,
        answers={200: answers.Visit, 202: answers.Visit}, problems=(404, *MONEY), needs_key=True,
    ),
    Route(
        "POST", "/v1/visits/{visit_id}/cancel", "cancelVisit", "Undo a visit in the legal order", counter.cancel,
        scopes=(SETTLE, REFUND), body=shapes.CancelIn, body_needed=False,
        answers={200: answers.Visit, 202: answers.Visit}, problems=(404, *MONEY), needs_key=True,
    ),
    Route(
        "POST", "/v1/stays", "admitStay", "Admit a patient to a stay", stays.admit,
        scopes=(SETTLE,), body=shapes.StayIn,
        answers={201: answers.Stay, 202: answers.Stay}, problems=MONEY, needs_key=True,
    ),
    Route(
        "GET", "/v1/stays/{stay_id}", "getStay", "How a stay stands", stays.stay,
        scopes=(QUERY,), answers={200: answers.Stay, 202: answers.Stay}, problems=(404,),
    ),
    Route(
        "POST", "/v1/stays/{stay_id}/fees", "uploadStayFees", "Fee lines of a stay, day by day", stays.fees,
        scopes=(SETTLE,), body=shapes.StayFeesIn,
        answers={200: answers.Stay, 202: answers.Stay}, problems=(404, *MONEY), needs_key=True, limit=LARGE,
    ),
    Route(
        "POST", "/v1/stays/{stay_id}/outside-services", "linkOutsideService", "Form 12 linked to lines done elsewhere",
        stays.outside,
        scopes=(SETTLE,), body=shapes.OutsideServiceIn,
        answers={200: answers.Stay, 202: answers.Stay}, problems=(404, *MONEY), needs_key=True,
    ),
    Route(
        "POST", "/v1/stays/{stay_id}/changes", "changeStay", "What has changed; a late answer on the third party",
        stays.change,
        scopes=(SETTLE,), body=shapes.StayChangeIn,
        answers={200: answers.Stay, 202: answers.Stay}, problems=(404, *MONEY), needs_key=True,
    ),
    Route(
        "POST", "/v1/stays/{stay_id}/commitment", "linkCommitment", "Form 11 linked before the settlement",
        stays.commitment,
        scopes=(SETTLE,), body=shapes.StayCommitmentIn,
        answers={200: answers.Stay, 202: answers.Stay}, problems=(404, *MONEY), needs_key=True,
    ),
    Route(
        "POST", "/v1/stays/{stay_id}/discharge", "dischargeStay", "The patient has left", stays.discharge,
        scopes=(SETTLE,), body=shapes.DischargeIn,
        answers={200: answers.Stay, 202: answers.Stay}, problems=(404, *MONEY), needs_key=True,
    ),
    Route(
        "POST", "/v1/stays/{stay_id}/presettle", "presettleStay", "The trial of the settlement", stays.presettle,
        scopes=(SETTLE,), body=shapes.StaySettleIn, body_needed=False,
        answers={200: answers.Stay, 202: answers.Stay}, problems=(404, *MONEY), needs_key=True,
    ),
    Route(
        "POST", "/v1/stays/{stay_id}/settle", "settleStay", "One settlement for the whole stay", stays.settle,
        scopes=(SETTLE,), body=shapes.StaySettleIn, body_needed=False,
        answers={200: answers.Stay, 202: answers.Stay}, problems=(404, *MONEY), needs_key=True,
    ),
    Route(
        "POST", "/v1/stays/{stay_id}/cancel", "cancelStay", "Undo a stay from above, as far as asked", stays.cancel,
        scopes=(SETTLE, REFUND), body=shapes.StayCancelIn, body_needed=False,
        answers={200: answers.Stay, 202: answers.Stay}, problems=(404, *MONEY), needs_key=True,
    ),
    Route(
        "POST", "/v1/settlements/{settlement_id}/refund", "refundSettlement", "Take a settlement back", counter.refund,
        scopes=(REFUND,), body=shapes.RefundIn, answers={200: answers.Refund, 202: answers.Refund},
        problems=(404, *MONEY), needs_key=True,
    ),
    Route(
        "POST", "/v1/transactions/{infno}", "transact", "Any transaction of the catalogue, typed", transact,
        scopes=(QUERY, SETTLE, REFUND), body=shapes.TransactionIn,
        answers={200: answers.Transaction, 202: answers.Transaction}, problems=(404, *MONEY), takes_key=True,
        limit=LARGE,
    ),
    Route(
        "GET", "/v1/submissions/{submission_id}", "getSubmission", "One submission with its attempts",
        counter.submission,
        scopes=(QUERY,), answers={200: answers.Submission}, problems=(404,),
    ),
    Route(
        "GET", "/v1/submissions", "listSubmissions", "A page of submissions, newest first", counter.submissions,
        scopes=(QUERY,), answers={200: answers.Submissions}, problems=(422,),
        query=(
            Query("key", "the Idempotency-Key they came under"),
            Query("state", "how they stand", {"enum": ["pending", "settled", "failed", "reversed", "manual"]}),
            Query("since", "made at or after", {"type": "string", "format": "date-time"}),
            Query("acknowledged", "false: those that the HIS has not booked yet", {"type": "boolean"}),
            Query("cursor", "`next` of the page before", TEXT),
            Query("limit", "most items of a page", {"type": "integer", "minimum": 1, "maximum": 200, "default": 50}),
        ),
    ),
    Route(
        "POST", "/v1/submissions/{submission_id}/ack", "acknowledge", "The HIS has booked it", counter.ack,
        scopes=(SETTLE,), body=shapes.AckIn, body_needed=False, answers={200: answers.Submission},
        problems=(404, 409, 422),
    ),
    Route(
        "POST", "/v1/submissions/{submission_id}/void", "giveUp", "The HIS no longer wants a pending one", counter.void,
        scopes=(SETTLE, REFUND), body=shapes.VoidIn, body_needed=False,
        answers={200: answers.Submission, 202: answers.Submission}, problems=(404, 409, 422, 503), takes_key=True,
    ),
    Route(
        "POST", "/v1/submissions/{submission_id}/decision", "decide", "Two persons of two roles decide", upkeep.decide,
        scopes=(RECONCILE, ADMIN), body=shapes.DecisionIn, answers={200: answers.Submission},
        problems=(404, 409, 422),
    ),
    Route(
        "GET", "/v1/link", "getLink", "The line to the platform", upkeep.link,
        scopes=(QUERY, RECONCILE, ADMIN), answers={200: answers.LinkTold},
    ),
    Route(
        "POST", "/v1/maintenance", "announceMaintenance", "Enter a downtime window", upkeep.announce,
        scopes=(RECONCILE, ADMIN), body=shapes.MaintenanceIn, answers={201: answers.WindowTold}, problems=(422,),
    ),
    Route(
        "DELETE", "/v1/maintenance/{window_id}", "withdrawMaintenance", "Close a downtime window", upkeep.withdraw,
        scopes=(RECONCILE, ADMIN), answers={200: answers.Withdrawn}, problems=(404,),
    ),
    Route(
        "POST", "/v1/reconciliations", "reconcile", "Compare a day with the platform and mend what may be mended",
        reconciling.reconcile,
        scopes=(RECONCILE,), body=bodies.ReconcileIn,
        answers={200: office_answers.DayResult, 202: office_answers.DayRunning}, problems=(422, 503), takes_key=True,
    ),
    Route(
        "GET", "/v1/reconciliations/{date}", "getReconciliation", "What was found for a day", reconciling.result,
        scopes=(RECONCILE,), answers={200: office_answers.DayResult, 202: office_answers.DayRunning},
        problems=(404, 422, 503),
        query=(Query("version", "the newest when left out", {"type": "integer", "minimum": 1}),),
    ),
    Route(
        "GET", "/v1/ledger", "listLedger", "What has to be looked into, the first due first", reconciling.ledger,
        scopes=(RECONCILE, ADMIN), answers={200: office_answers.LedgerItems}, problems=(422, 503),
        query=(
            Query("state", "which items", {"enum": ["open", "closed", "all"], "default": "open"}),
            Query("cursor", "`next` of the page before", TEXT),
            Query("limit", "most items of a page", {"type": "integer", "minimum": 1, "maximum": 200, "default": 50}),
        ),
    ),
    Route(
        "GET", "/v1/ledger/{item_id}", "getLedgerItem", "One item with its history", reconciling.item,
        scopes=(RECONCILE, ADMIN), answers={200: office_answers.LedgerItem}, problems=(404, 503),
    ),
    Route(
        "POST", "/v1/ledger/{item_id}/close", "closeLedgerItem", "Explained: a person says why", reconciling.close,
        scopes=(RECONCILE, ADMIN), body=bodies.CloseIn, answers={200: office_answers.LedgerItem},
        problems=(404, 409, 422, 503),
    ),
    Route(
        "GET", "/v1/clearing/{month}", "getMonth", "Is a month closed, what of it is cleared, and our share of it",
        reconciling.month,
        scopes=(RECONCILE,), answers={200: office_answers.MonthTold}, problems=(404, 503),
    ),
    Route(
        "POST", "/v1/clearing/{month}/confirm", "confirmMonth", "Confirm the month's rows that are ours",
        reconciling.confirm,
        scopes=(RECONCILE,), answers={200: office_answers.Confirmation, 202: office_answers.Confirmation},
        problems=(404, 409, 422, 503), takes_key=True,
    ),
    Route(
        "POST", "/v1/clearing/{month}/roll-back", "rollBackMonth", "Take the month's confirmations back",
        reconciling.roll_back,
        scopes=(RECONCILE,), answers={200: office_answers.Confirmation, 202: office_answers.Confirmation},
        problems=(404, 409, 422, 503), takes_key=True,
    ),
    Route(
        "POST", "/v1/his-totals", "tellHisTotals", "What the HIS and its receipts say of a day", reconciling.his_totals,
        scopes=(RECONCILE,), body=bodies.HisTotalsIn, answers={201: office_answers.HisTotalsKept},
        problems=(422, 503), takes_key=True,
    ),
    Route(
        "POST", "/v1/payment-files", "tellPayments", "What bank or till was paid, as CSV", reconciling.payments,
        scopes=(RECONCILE,), body=bodies.PaymentsIn, answers={201: office_answers.PaymentsKept},
        problems=(422, 503), takes_key=True, limit=LARGE,
    ),
    Route("GET", "/health/live", "live", "The process answers", observing.live, answers={200: answers.Alive}),
    Route(
        "GET", "/health/ready", "ready", "The journal keeps things", observing.ready,
        answers={200: answers.Ready}, problems=(503,),
    ),
    Route(
        "GET", "/metrics", "metrics", "Prometheus text", observing.metrics,
        media_type="text/plain", raw_answer=TEXT, problems=(503,),
    ),
    Route(
        "GET", "/docs", "docs", "This description, for people", observing.docs,
        media_type="text/html", raw_answer=TEXT,
    ),
)  # fmt: skip
