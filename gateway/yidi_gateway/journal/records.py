"""The rules that every adapter of the journal keeps. Pure."""

import json
from dataclasses import fields, replace
from datetime import datetime
from typing import Any, cast

from yidi_gateway import lifecycle
from yidi_gateway.access.chain import Entry
from yidi_gateway.journal.port import Finish, Opened, Search
from yidi_gateway.lifecycle import LIVE
from yidi_gateway.submission import Attempt, Fen, Move, Request, Submission, Visit

FIXED = frozenset({"id", "caller", "key", "infno", "created_at", "state", "version"})
"""What no move may change by `changes`."""
LARGEST = 2**63 - 1


def checked[RecordT: Submission | Attempt | Request | Visit](record: RecordT) -> RecordT:
    return record
