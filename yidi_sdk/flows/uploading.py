"""Lines in batches, and how far an upload has come: the part that stays and self-pay uploads share."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self, TypeVar

from yidi_sdk import wire
from yidi_sdk.errors import NotSent, Refused, Unknown, YidiError
from yidi_sdk.flows.driving import Flow
from yidi_sdk.flows.outpatient import MOST_CHARACTERS, MOST_LINES, LineParts, LinePlan
from yidi_sdk.message import Input

LineT = TypeVar("LineT", bound=LinePlan)


@dataclass(frozen=True, slots=True)
class Uploads:
    """How far an upload has come: the caller's state. `acknowledged` and `doubtful` are line numbers, `parts` what the
    platform answered; it is not told a second time, so keep it. `stopped` is the error that ended the last attempt."""

    acknowledged: tuple[str, ...] = ()
    doubtful: tuple[str, ...] = ()
    parts: tuple[LineParts, ...] = ()
    stopped: YidiError | None = None

    def begun(self, batch: Iterable[LinePlan]) -> Self:
        """Before a batch leaves: whoever keeps this is safe against its own end."""
        return replace(self, doubtful=(*self.doubtful, *(line.number for line in batch)), stopped=None)

    def answered(self, batch: Iterable[LinePlan], parts: Iterable[LineParts] = ()) -> Self:
        """After the platform took a batch."""
        numbers = tuple(line.number for line in batch)
        return replace(
            self,
            acknowledged=(*self.acknowledged, *numbers),
            doubtful=tuple(number for number in self.doubtful if number not in numbers),
            parts=(*self.parts, *parts),
            stopped=None,
        )

    def doubts(self, batch: Iterable[LinePlan]) -> bool:
        """Whether the batch was sent and not answered."""
        return any(line.number in self.doubtful for line in batch)

    def whole(self) -> Self:
        """Itself; raises what stopped it."""
        if self.stopped is not None:
            raise self.stopped
        return self


def characters(message: Input[Any]) -> int:
    """How long the `input` of a message is as JSON."""
    return len(wire.dumps(message.to_wire()).decode())


def in_batches(
    lines: Iterable[LineT],
    message_of: Callable[[Sequence[LineT]], Input[Any]],
    state: Uploads,
    most_lines: int = MOST_LINES,
) -> Iterator[tuple[LineT, ...]]:
    """What is not acknowledged, in order, in messages of at most `most_lines` lines and fewer than 40,000 characters.
    Lines in doubt share no message with others: after doubt nothing may be named that was never sent."""
    acknowledged, doubtful = set(state.acknowledged), set(state.doubtful)
    around = characters(message_of(()))
    batch: list[LineT] = []
    size = around
    for line in lines:
        if line.number in acknowledged:
            continue
        length = characters(message_of((line,))) - around + 1
        full = len(batch) == most_lines or size + length >= MOST_CHARACTERS
        if batch and (full or (line.number in doubtful) is not (batch[-1].number in doubtful)):
            yield tuple(batch)
            batch, size = [], around
        batch.append(line)
        size += length
    if batch:
        yield tuple(batch)


def one_by_one(
    batches: Iterable[Sequence[LineT]],
    state: Uploads,
    first: Callable[[Sequence[LineT]], Flow[tuple[LineParts, ...]]],
    again: Callable[[Sequence[LineT], Uploads], Flow[tuple[LineParts, ...]]],
) -> Flow[Uploads]:
    """Batch after batch, until one is not taken. `first` sends it, `again` settles the doubt about it."""
    for batch in batches:
        parts: tuple[LineParts, ...] = ()
        try:
            if not state.doubts(batch):
                try:
                    parts = yield from first(batch)
                except Unknown:
                    state = state.begun(batch)
            if state.doubts(batch):
                parts = yield from again(batch, state)
        except (NotSent, Refused, Unknown) as error:
            return replace(state, stopped=error)
        state = state.answered(batch, parts)
    return replace(state, stopped=None)
