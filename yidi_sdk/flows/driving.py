"""What a flow is, and what drives it.

A flow yields messages and is sent their outputs; an error of a message is thrown in at the place where it was yielded.
"""

from collections.abc import Awaitable, Callable, Generator
from typing import Any, Protocol, TypeAlias, TypeVar, cast

from yidi_sdk.errors import YidiError
from yidi_sdk.message import Input, Output

T = TypeVar("T")
OutputT = TypeVar("OutputT", bound=Output)
Flow: TypeAlias = Generator[Input[Any], Any, T]


class Sender(Protocol):
    """A client: `send(message)` gives the message's output or raises a YidiError."""

    @property
    def send(self) -> Callable[..., Any]: ...


class AsyncSender(Protocol):
    """An async client."""

    @property
    def send(self) -> Callable[..., Awaitable[Any]]: ...


def ask(message: Input[OutputT]) -> Generator[Input[Any], Any, OutputT]:
    """One message: `answer = yield from ask(message)` is typed by the message."""
    answer = yield message
    return cast("OutputT", answer)


def run(client: Sender, flow: Flow[T], **context: Any) -> T:
    """Drive a flow to its result. `context` goes to every `send` (for instance the insured division)."""
    try:
        message = next(flow)
        while True:
            try:
                answer = client.send(message, **context)
            except YidiError as error:
                message = flow.throw(error)
            else:
                message = flow.send(answer)
    except StopIteration as end:
        return cast("T", end.value)


async def run_async(client: AsyncSender, flow: Flow[T], **context: Any) -> T:
    """Drive a flow to its result with an async client."""
    try:
        message = next(flow)
        while True:
            try:
                answer = await client.send(message, **context)
            except YidiError as error:
                message = flow.throw(error)
            else:
                message = flow.send(answer)
    except StopIteration as end:
        return cast("T", end.value)
