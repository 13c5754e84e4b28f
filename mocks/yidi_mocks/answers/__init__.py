"""One handler a transaction, found by its Input class. Importing this package registers them all."""

from yidi_mocks.answers import fees, people, queries, session, settling, undoing, visits
from yidi_mocks.exchange import ANSWERS
from yidi_sdk.catalogue import CATALOGUE

__all__ = ["fees", "people", "queries", "register_all", "session", "settling", "undoing", "visits"]


def register_all() -> None:
    """Importing has registered them; raises LookupError when a catalogue row has no answer."""
    missing = [row.infno for row in CATALOGUE if row.input not in ANSWERS]
    if missing:
        raise LookupError(f"no answer for {', '.join(missing)}")
