"""Sign-in and sign-out."""

from typing import Any

from yidi_mocks.calls import Call, Session
from yidi_mocks.exchange import Exchange, answers
from yidi_mocks.refusals import Refusal
from yidi_sdk.transactions import SignIn, SignOut


@answers(SignIn)
def sign_in(hub: Exchange, call: Call) -> dict[str, Any]:
    """A new session of this institution and operator; harmless to repeat."""
    now = hub.clock.text()
    sign_no = f"{call.hospital().division}{hub.clock.today().replace('-', '')}{hub.world.next_serial():010d}"
    hub.sessions[sign_no] = Session(sign_no, call.hospital().code, call.data["opter_no"], hub.clock.seconds())
    return {"signinoutb": {"sign_time": now, "sign_no": sign_no}}


@answers(SignOut)
def sign_out(hub: Exchange, call: Call) -> dict[str, Any]:
    """The session named is over."""
    if hub.sessions.pop(call.data["sign_no"], None) is None:
        raise Refusal("sign_expired")
    return {"signoutoutb": {"sign_time": hub.clock.text()}}
