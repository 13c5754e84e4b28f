"""Stays: admission, fee lines day by day, discharge, trial, one settlement, and the way back."""

from yidi_gateway.stays.desk import StayDesk

__all__ = ["StayDesk"]
