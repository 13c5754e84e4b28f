"""One handler a transaction, found by its Input class. Importing this package registers them all."""

from yidi_mocks.answers import fees, people, queries, session, settling, undoing, visits
from yidi_mocks.exchange import ANSWERS
from yidi_sdk.catalogue import CATALOGUE

__all__ = ["fees", "people", "queries", "register_all", "session", "settling", "undoing", "visits"]


def register_all() -> None:
    """Importing has registered them; raises LookupError for a handler that no catalogue row names. A transaction
    without a handler is refused as unknown."""
    known = {row.input for row in CATALOGUE}
    strangers = [message.__name__ for message in ANSWERS if message not in known]
    if strangers:
        raise LookupError(f"no row for {', '.join(strangers)}")
