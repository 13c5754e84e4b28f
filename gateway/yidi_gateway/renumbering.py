"""A person whose number at the platform has changed (ID10): 1101 tells the new one, by the credential that was shown.

Only an answer about the very identity number that was shown is believed: under a stranger's number the platform would
find nothing, and a settlement that took place would be told as failed.
"""

from collections.abc import Iterable, Mapping
from typing import Any, cast

from yidi_gateway.journal.port import Journal, Search
from yidi_gateway.line import Line
from yidi_gateway.submission import Purpose, Submission
from yidi_sdk import wire
from yidi_sdk.institution import Operator
from yidi_sdk.rules.identity import CERT_TYPES
from yidi_sdk.transactions import GetPerson, PersonInformation

BY_IDENTITY_NUMBER = CERT_TYPES["id_card"]


async def new_number(row: Submission, line: Line, journal: Journal, operator: Operator) -> str | None:
    """The person's number of today where it is another one; None where nobody can tell. Raises what a query raises."""
    shown = _shown(row) or await _shown_elsewhere(row, journal)
    if shown is None:
        return None
    asked = GetPerson(mdtrt_cert_type=BY_IDENTITY_NUMBER, mdtrt_cert_no=shown)
    answer = cast("PersonInformation", await line.put(asked, operator, "", Purpose.QUERY, submission_id=row.id))
    found = answer.baseinfo
    if (found.certno or "").upper() != shown.upper() or found.psn_no == row.psn_no:
        return None
    return found.psn_no


def _shown(row: Submission) -> str | None:
    """The identity number in a message, where it was the credential."""
    for node in _nodes(wire.loads(row.input)):
        if node.get("mdtrt_cert_type") == BY_IDENTITY_NUMBER and node.get("mdtrt_cert_no"):
            return str(node["mdtrt_cert_no"])
    return None


async def _shown_elsewhere(row: Submission, journal: Journal) -> str | None:
    """The same from another message of the visit or stay: an undo or a discharge names the person by number alone."""
    if not row.mdtrt_id:
        return None
    page = await journal.search(Search(mdtrt_id=row.mdtrt_id, limit=200))
    found = (_shown(other) for other in page.items if other.caller == row.caller)
    return next((number for number in found if number is not None), None)


def _nodes(nodes: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
    return (cast("Mapping[str, Any]", node) for node in nodes.values() if isinstance(node, dict))
