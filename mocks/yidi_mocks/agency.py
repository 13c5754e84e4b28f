"""What the agency's office holds besides the settlements: files, comparisons, clearing, prepayment, tickets."""

from dataclasses import dataclass, field

from yidi_mocks.clearing import Clearing
from yidi_mocks.deductions import Deductions
from yidi_mocks.differences import Differences
from yidi_mocks.feechecks import FeeChecks
from yidi_mocks.files import Files
from yidi_mocks.prepayment import Prepayments
from yidi_mocks.problems import Problems
from yidi_mocks.statements import Statements
from yidi_mocks.workdays import Calendar


@dataclass(slots=True)
class Agency:
    """Everything begins empty with the world; problems and fee checks count by the same calendar."""

    files: Files = field(default_factory=Files)
    statements: Statements = field(default_factory=Statements)
    differences: Differences = field(default_factory=Differences)
    clearing: Clearing = field(default_factory=Clearing)
    deductions: Deductions = field(default_factory=Deductions)
    prepayments: Prepayments = field(default_factory=Prepayments)
    calendar: Calendar = field(default_factory=Calendar)
    problems: Problems = field(init=False)
    fee_checks: FeeChecks = field(init=False)

    def __post_init__(self) -> None:
        self.problems = Problems(self.calendar)
        self.fee_checks = FeeChecks(self.calendar)
