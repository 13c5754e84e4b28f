"""Which operators a caller may act as: `0001-0099` is every number of four characters between the two; pure."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tills:
    """Operator ids from `first` to `last`, all of one length."""

    first: str
    last: str

    def has(self, operator: str) -> bool:
        """Whether this operator is one of them."""
        return len(operator) == len(self.first) and self.first <= operator <= self.last


def tills_of(text: str) -> Tills:
    """From `0001-0099`, or one id alone. ValueError when it is no range."""
    first, dash, last = text.strip().partition("-")
    last = last if dash else first
    if not first or len(first) != len(last) or first > last or not (first + last).isascii():
        raise ValueError(f"{text}: write it as 0001-0099, both of one length, the lower first")
    return Tills(first, last)


def may_act(tills: Iterable[Tills], operator: str) -> bool:
    """Whether a caller of these tills may act as this operator; one without tills may act as any."""
    ranges = tuple(tills)
    return not ranges or any(each.has(operator) for each in ranges)
