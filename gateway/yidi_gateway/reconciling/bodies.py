"""What is sent to the insurance office's calls. Amounts stay text; unknown fields are refused."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from yidi_gateway.shapes import CONTROL, Amount, Body, Code, Day, Name, Text

Yuan = Annotated[Amount, StringConstraints(pattern=r"^-?[0-9]{1,14}(\.[0-9]{1,2})?$")]
Kind = Annotated[str, StringConstraints(pattern=r"^[0-9]{2,6}$")]


class ReconcileIn(Body):
    """Which day to reconcile; not one that is still to come."""

    date: Day = Field(description="stmt_begndate and stmt_enddate")


class PersonIn(Body):
    """Who answers for it."""

    id: Code
    name: Name
    role: Literal["insurance_office", "finance", "cashier", "it"]


class CloseIn(Body):
    """Close a ledger item: why, and who says so."""

    reason: Text
    closed_by: PersonIn


class HisSumIn(Body):
    """What the HIS has booked of one insurance and clearing type, refunds with their minus. Yuan."""

    insutype: Kind = Field(description="insutype")
    clr_type: Kind = Field(description="clr_type")
    count: Annotated[int, Field(ge=0, le=10_000_000)] = Field(description="settlements and refunds")
    total: Yuan = Field(description="medfee_sumamt")
    fund: Yuan = Field(description="fund_pay_sumamt")
    account: Yuan = Field(description="acct_pay")
    cash: Yuan = Field(description="psn_cash_pay")


class ReceiptsIn(Body):
    """The sum of the day's receipts, cancelled ones taken off. Yuan."""

    count: Annotated[int, Field(ge=0, le=10_000_000)]
    total: Yuan
    fund: Yuan | None = None
    account: Yuan | None = None
    cash: Yuan


class HisTotalsIn(Body):
    """The HIS's own totals of a day, and those of its receipts."""

    date: Day
    totals: tuple[HisSumIn, ...] = Field(max_length=200)
    receipts: ReceiptsIn | None = None


class PaymentsIn(Body):
    """A file of what bank or till was paid: CSV with the columns settlement_id and amount."""

    date: Day
    name: Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=CONTROL)]
    csv: Annotated[str, StringConstraints(min_length=1, max_length=15_000_000)] = Field(repr=False)
