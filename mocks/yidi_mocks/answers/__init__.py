"""One handler a transaction, found by its Input class. Importing this package registers them all."""

from yidi_mocks.answers import fees, people, queries, session, settling, undoing, visits

__all__ = ["fees", "people", "queries", "session", "settling", "undoing", "visits"]
