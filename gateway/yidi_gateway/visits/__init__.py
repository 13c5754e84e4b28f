"""Outpatient visits: from plain questions and orders of a HIS to transactions, and back to plain answers."""

from yidi_gateway.visits.calls import Answer, Call
from yidi_gateway.visits.desk import Desk

__all__ = ["Answer", "Call", "Desk"]
