"""One handler a transaction, found by its Input class. Importing this package registers them all."""

from yidi_mocks.answers import (
    clearing,
    combined,
    fees,
    files,
    filings,
    institutions,
    lists,
    matching,
    people,
    pharmacy,
    provincial,
    queries,
    reconciling,
    reports,
    review,
    self_pay,
    self_pay_queries,
    session,
    settling,
    stay_fees,
    stay_settling,
    stays,
    sums,
    undoing,
    visits,
    withdrawals,
)
from yidi_mocks.exchange import ANSWERS
from yidi_sdk.catalogue import CATALOGUE

__all__ = [
    "clearing",
    "combined",
    "fees",
    "files",
    "filings",
    "institutions",
    "lists",
    "matching",
    "people",
    "pharmacy",
    "provincial",
    "queries",
    "reconciling",
    "register_all",
    "reports",
    "review",
    "self_pay",
    "self_pay_queries",
    "session",
    "settling",
    "stay_fees",
    "stay_settling",
    "stays",
    "sums",
    "undoing",
    "visits",
    "withdrawals",
]


def register_all() -> None:
    """Importing has registered them; raises LookupError for a handler that no catalogue row names. A transaction
    without a handler is refused as unknown."""
    known = {row.input for row in CATALOGUE}
    strangers = [message.__name__ for message in ANSWERS if message not in known]
    if strangers:
        raise LookupError(f"no row for {', '.join(strangers)}")
