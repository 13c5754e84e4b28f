"""One message from the command line: read from JSON, checked where its fields are known, shown before it is sent."""

from datetime import datetime
from typing import Any

from yidi_sdk import wire
from yidi_sdk.catalogue import by_infno, listed
from yidi_sdk.envelope import BEIJING
from yidi_sdk.errors import Misused
from yidi_sdk.institution import Settings
from yidi_sdk.message import Input
from yidi_sdk.profile import Profile
from yidi_sdk.protocol import encode, make_msgid, read_input
from yidi_sdk.transactions.raw import Raw


def check_number(infno: str, profile: str, *, raw: bool) -> None:
    """Whether a number means something to a profile. Raises Misused, saying where it does."""
    number = infno.upper()
    if raw or by_infno(number, profile) is not None or any(row.covers(number) for row in listed()):
        return
    other = by_infno(number)
    if other is not None:
        raise Misused(f"{number} is known in profile {other.profile} only: --profile {other.profile}, or --raw")
    raise Misused(f"there is no transaction {infno}; `yidi catalogue` lists them, --raw sends any number")


def read_nodes(content: bytes, source: str) -> dict[str, Any]:
    """The value of `input`, from JSON. Raises Misused."""
    try:
        nodes = wire.loads(content)
    except wire.NotJson as error:
        raise Misused(f"{source}: {error}") from None
    if not isinstance(nodes, dict):
        raise Misused(f"{source}: an object with the nodes of `input` is wanted")
    return nodes  # pyright: ignore[reportUnknownVariableType] - any JSON


def message_of(infno: str, nodes: dict[str, Any], profile: str, *, raw: bool) -> Input[Any]:
    """The message with a number: checked where its fields are known, as it is where only its name is, or when `raw` is
    wished. Raises Misused with every field that is wrong."""
    number = infno.upper()
    row = by_infno(number, profile)
    if row is None or raw:
        return Raw(number, nodes)
    try:
        return read_input(row, nodes)
    except Misused as error:
        told = "; ".join(f"{problem.path}: {problem.message}" for problem in error.fields)
        raise Misused(told, fields=error.fields, infno=number) from None


def shown(message: Input[Any], settings: Settings, profile: Profile, insured: str) -> str:
    """What would be sent: address and body. Header signatures need a clock and a nonce, so they are left out. Raises
    Misused."""
    now = datetime.now(BEIJING)
    request = encode(
        message,
        profile=profile.with_(header_scheme="none"),
        url=settings.url,
        institution=settings.institution,
        operator=settings.operator,
        msgid=make_msgid(profile, settings.institution.code, now, 0),
        now=now,
        insured_division=insured,
    )
    return f"POST {request.url}\n{request.body.decode()}"
