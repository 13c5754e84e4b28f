"""Sign-in and sign-out."""

from yidi_sdk.elements import session
from yidi_sdk.message import Answer, Input, Output


class Session(Answer):
    """The sign-in number and its time."""

    sign_no: session.SignNo
    sign_time: session.SignTime | None = None


class SignedIn(Output):
    """The session that was opened."""

    signinoutb: Session


class SignIn(Input[SignedIn], node="signIn"):
    """签到 9001: open a session; its `sign_no` travels in every later message"""

    opter_no: session.OpterNo
    mac: session.Mac | None = None
    ip: session.Ip | None = None
    userid: session.Userid | None = None
    password: session.Password | None = None
    currenttime: session.Currenttime | None = None


class SessionEnd(Answer):
    """When the session ended."""

    sign_time: session.SignTime | None = None


class SignedOut(Output):
    """The session is closed."""

    signoutoutb: SessionEnd | None = None


class SignOut(Input[SignedOut], node="signOut"):
    """签退 9002: close the session named by `sign_no`"""

    sign_no: session.SignNo
    opter_no: session.OpterNo
    mac: session.Mac | None = None
    ip: session.Ip | None = None
