"""Every effect under every fault of the network, for both clients and both posters: what leaves how often, what comes
of it. Counted by the other side: a server of raw bytes."""

import asyncio
import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from sdk import other_side, rawserver, scene
from sdk.fault_table import FAULTS, NEVER_TWICE, Came, Fault, markdown
from sdk.scene import answer, settled

from yidi_sdk import profile
from yidi_sdk.attempts import ATTEMPTS
from yidi_sdk.catalogue import Effect, row_of
from yidi_sdk.client import AsyncClient, Client
from yidi_sdk.errors import YidiError
from yidi_sdk.message import Input
from yidi_sdk.posters import Limits, Reply
from yidi_sdk.posters.aiohttp import AiohttpPoster
from yidi_sdk.posters.httpx import AsyncHttpxPoster, HttpxPoster
from yidi_sdk.profile import Profile
from yidi_sdk.signing import HeaderSecret, SoftwareSigner, sm2

SHORT = Limits(connect_s=0.05, read_s=0.1)
PATIENT = Limits(connect_s=10, read_s=10)
WAITS = ("connect timeout", "no answer")
"""The faults that end by a limit; every other ends by itself."""
MESSAGES: dict[Effect, Input[Any]] = {
    row_of(message).effect: message for message in (scene.FIND, scene.TRIAL, scene.UPLOAD, scene.COMMIT, scene.REVERSAL)
}
OTHER = {"psn_no": "53000000000000000000000002", "mdtrt_id": "500103202405200000000002", "medins_setl_id": "M2"}
FOUND = settled(cash_payamt="46.12")
GOOD: dict[Effect, Any] = {
    Effect.QUERY: FOUND,
    Effect.TRIAL: settled(setl_id=None, medins_setl_id=None),
    Effect.UPLOAD: None,
    Effect.COMMIT: settled(medins_setl_id=None),
    Effect.REVERSAL: None,
}
ACCOUNT = ("DEMOCLIENTID0001", "demo-secret-0001")
TOO_MUCH = 8_000_000
"""More than the buffers between two sockets hold, so that a message of this size is cut while it is written."""


def http(body: bytes, status: str = "200 OK", head: str = "") -> bytes:
    return f"HTTP/1.1 {status}\r\n{head}content-length: {len(body)}\r\n\r\n".encode() + body


@dataclass
class Scene:
    """What a fault needs beside its server."""

    url: str
    profile: Profile = scene.PROFILE
    secret: HeaderSecret | None = None
    tls: ssl.SSLContext | None = None
    warm: Input[Any] | None = None
    warmed: Callable[[], object] = lambda: None


class Platform(rawserver.Server):
    """Gives every connection to `play` unread. `began` has the first bytes of each message that arrived."""

    def __init__(self, play: "Callable[[Platform, socket.socket], None]") -> None:
        self.began: list[bytes] = []
        self.closed_idle = threading.Event()
        self._own_play = play
        super().__init__(lambda _connection: None)

    def _one(self, connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            connection.settimeout(5)
            self._own_play(self, connection)

    def take(self, connection: socket.socket) -> bytes:
        """One whole message, counted."""
        got = rawserver.read_request(connection)
        if got:
            self.began.append(got[:4])
        return got


def saying(raw: bytes) -> Callable[[Platform, socket.socket], None]:
    """The same whole answer to every message of a connection."""

    def play(platform: Platform, connection: socket.socket) -> None:
        while platform.take(connection):
            connection.sendall(raw)

    return play


def breaking_off(raw: bytes) -> Callable[[Platform, socket.socket], None]:
    """The begin of an answer, and the connection is gone."""

    def play(platform: Platform, connection: socket.socket) -> None:
        platform.take(connection)
        connection.sendall(raw)

    return play


def cut_while_written(platform: Platform, connection: socket.socket) -> None:
    platform.began.append(connection.recv(4))
    rawserver.resetting(connection)


def hang(platform: Platform, connection: socket.socket) -> None:
    platform.take(connection)
    connection.recv(1)


def no_handshake(platform: Platform, connection: socket.socket) -> None:
    platform.received.append(connection.recv(65536))
    connection.sendall(b"220 smtp ready\r\n\r\n")


def die_on_reuse(platform: Platform, connection: socket.socket) -> None:
    if not platform.began:
        platform.take(connection)
        connection.sendall(http(answer(FOUND)))
    platform.take(connection)


def close_idle(good: bytes) -> Callable[[Platform, socket.socket], None]:
    def play(platform: Platform, connection: socket.socket) -> None:
        first = not platform.began
        platform.take(connection)
        connection.sendall(http(answer(FOUND) if first else good))
        if first:
            connection.close()
            platform.closed_idle.set()
        else:
            platform.take(connection)

    return play


@contextlib.contextmanager
def playing(play: Callable[[Platform, socket.socket], None]) -> Iterator[Platform]:
    platform = Platform(play)
    try:
        yield platform
    finally:
        platform.close()


@cache
def certificate() -> tuple[bytes, bytes]:
    """Signed by itself, so trusted by nobody."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "platform.test")])
    start = datetime(2020, 1, 1, tzinfo=UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=36_500))
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    return made.public_bytes(pem), key.private_bytes(
        pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


@contextlib.contextmanager
def full_backlog() -> Iterator[str]:
    """An address whose connections are never taken."""
    with socket.socket() as listening, contextlib.ExitStack() as held:
        listening.bind(("127.0.0.1", 0))
        listening.listen(0)
        for _ in range(4):
            one = held.enter_context(socket.socket())
            one.setblocking(False)
            one.connect_ex(listening.getsockname())
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"


def signed_badly(effect: Effect) -> tuple[bytes, Profile, HeaderSecret]:
    """A good answer, sealed by somebody who is not the platform."""
    spoken = profile.load("jilin")
    try:
        sm2.choose()
    except sm2.Sm2Missing:
        pytest.skip("no SM2 implementation is installed here")
    signer = SoftwareSigner(
        private_keys={"own": other_side.HOSPITAL.to_bytes(32, "big")},
        public_keys={"platform": other_side.public(other_side.PLATFORM)},
        channels={"own": ACCOUNT},
    )
    raw = other_side.close_answer(spoken.body_scheme, answer(GOOD[effect] or {}), ACCOUNT, signer=other_side.HOSPITAL)
    return raw, spoken, HeaderSecret(*ACCOUNT, bearer=lambda: "demo-bearer-0001", signer=signer)


def in_front(fault: str) -> bytes:
    status = {"HTTP 302": "302 Found", "HTTP 429": "429 Too Many Requests"}.get(fault, f"{fault[-3:]} Down")
    return http(b"<html>busy</html>", status, "location: http://127.0.0.1:9/\r\n" if fault == "HTTP 302" else "")


def play_of(fault: str, effect: Effect) -> Callable[[Platform, socket.socket], None]:
    good = answer(GOOD[effect])
    plays: dict[str, Callable[[Platform, socket.socket], None]] = {
        "no fault": saying(http(good)),
        "no TLS there": no_handshake,
        "cut while writing": cut_while_written,
        "no answer": hang,
        "closed at once": breaking_off(b""),
        "cut in the head": breaking_off(http(good)[:25]),
        "cut in the body": breaking_off(http(good)[:-5]),
        "dies on reuse": die_on_reuse,
        "closed while idle": close_idle(good),
        "HTML": saying(http(b"<html><body>login</body></html>")),
        "not JSON": saying(http(b"{'infcode': 0}")),
        "somebody else's": saying(http(answer(settled(cash_payamt="46.12", **OTHER)))),
    }
    return plays.get(fault) or saying(in_front(fault))


@contextlib.contextmanager
def under(fault: str, effect: Effect, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Scene, Any]]:
    """What a client needs, and what has counted the messages that left (None where nobody listens)."""
    if fault == "refused":
        yield Scene(f"http://127.0.0.1:{rawserver.unused_port()}"), None
    elif fault == "no such name":

        def unresolved(*_a: Any, **_k: Any) -> Any:
            raise socket.gaierror(socket.EAI_NONAME, "no such name")

        monkeypatch.setattr(socket, "getaddrinfo", unresolved)
        yield Scene("http://platform.test"), None
    elif fault == "connect timeout":
        with full_backlog() as url:
            yield Scene(url), None
    elif fault == "not trusted":
        paths = tmp_path / "cert.pem", tmp_path / "key.pem"
        for path, text in zip(paths, certificate(), strict=True):
            path.write_bytes(text)
        served = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        served.load_cert_chain(*paths)

        def shake_hands(platform: Platform, connection: socket.socket) -> None:
            with served.wrap_socket(connection, server_side=True) as secured:
                platform.take(secured)

        with playing(shake_hands) as platform:
            yield Scene(f"https://127.0.0.1:{platform.port}", tls=ssl.create_default_context()), platform
    elif fault == "wrong signature":
        raw, spoken, secret = signed_badly(effect)
        with playing(saying(http(raw))) as platform:
            yield Scene(f"http://127.0.0.1:{platform.port}", spoken, secret), platform
    else:
        with playing(play_of(fault, effect)) as platform:
            url = f"http://127.0.0.1:{platform.port}"
            made = Scene(url)
            if fault == "no TLS there":
                made = Scene(url.replace("http:", "https:"), tls=ssl.create_default_context())
            elif fault == "cut while writing":
                made = Scene(url, scene.PROFILE.with_(envelope_extra={"filler": "x" * TOO_MUCH}))
            elif fault == "dies on reuse":
                made = Scene(url, warm=scene.FIND)
            elif fault == "closed while idle":
                made = Scene(url, warm=scene.FIND, warmed=lambda: platform.closed_idle.wait(5))
            yield made, platform


class Counting:
    """A poster that counts its calls."""

    def __init__(self, poster: Any) -> None:
        self.poster = poster
        self.calls = 0

    def post(self, *args: Any) -> Reply:
        self.calls += 1
        reply: Reply = self.poster.post(*args)
        return reply


def arguments(made: Scene, fault: str, poster: Counting) -> dict[str, Any]:
    limits = SHORT if fault in WAITS else PATIENT
    return {
        "institution": scene.INSTITUTION,
        "operator": scene.OPERATOR,
        "profile": made.profile,
        "secret": made.secret,
        "poster": poster,
        "clock": lambda: scene.NOW,
        "limits": dict.fromkeys(Effect, limits),
    }


def with_client(made: Scene, fault: str, message: Input[Any]) -> tuple[int, str]:
    with HttpxPoster(tls=made.tls) as real:
        poster = Counting(real)
        client = Client(made.url, sleep=lambda _seconds: None, **arguments(made, fault, poster))
        if made.warm is not None:
            client.send(made.warm, insured_division=scene.DIVISION)
            made.warmed()
        before = poster.calls
        outcome = "answered"
        try:
            client.send(message, insured_division=scene.DIVISION)
        except YidiError as error:
            outcome = type(error).__name__
        return poster.calls - before, outcome


def with_async_client(make: Callable[..., Any]) -> Callable[[Scene, str, Input[Any]], tuple[int, str]]:
    async def no_pause(_seconds: float) -> None:
        return None

    async def play(made: Scene, fault: str, message: Input[Any]) -> tuple[int, str]:
        async with make(tls=made.tls) as real:
            poster = Counting(real)
            client = AsyncClient(made.url, sleep=no_pause, **arguments(made, fault, poster))
            if made.warm is not None:
                await client.send(made.warm, insured_division=scene.DIVISION)
                await asyncio.to_thread(made.warmed)
            before = poster.calls
            outcome = "answered"
            try:
                await client.send(message, insured_division=scene.DIVISION)
            except YidiError as error:
                outcome = type(error).__name__
            return poster.calls - before, outcome

    return lambda *given: asyncio.run(play(*given))


CLIENTS = {
    "Client, httpx": with_client,
    "AsyncClient, httpx": with_async_client(AsyncHttpxPoster),
    "AsyncClient, aiohttp": with_async_client(AiohttpPoster),
}


@pytest.mark.filterwarnings("ignore:Sending a large body:ResourceWarning")  # meant: it must not fit into the buffers
@pytest.mark.parametrize("play", CLIENTS.values(), ids=CLIENTS)
@pytest.mark.parametrize("effect", Effect)
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.key)
def test_what_leaves_how_often_and_what_comes_of_it(
    fault: Fault,
    effect: Effect,
    play: Callable[[Scene, str, Input[Any]], tuple[int, str]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with under(fault.key, effect, tmp_path, monkeypatch) as (made, platform):
        tried, outcome = play(made, fault.key, MESSAGES[effect])
    began: list[bytes] = [] if platform is None else platform.began  # closed: every thread of it has ended
    sent = len(began) - (made.warm is not None)
    assert all(first == b"POST" for first in began)
    assert Came(tried, sent, outcome) == fault.comes_to[effect]
    if fault.key == "no TLS there":
        assert len(platform.received) == tried
        assert all(first[:2] == b"\x16\x03" for first in platform.received)  # a handshake and nothing of the message


def test_the_table_is_whole_and_what_moves_money_never_leaves_twice() -> None:
    assert len({fault.key for fault in FAULTS}) == len(FAULTS) == 23
    for fault in FAULTS:
        assert set(fault.comes_to) == set(Effect)
        for effect, came in fault.comes_to.items():
            assert came.sent <= came.tried <= ATTEMPTS[effect]
            assert came.sent <= 1 or effect not in NEVER_TWICE
        assert fault.comes_to[Effect.COMMIT].tried == 1


def test_the_table_for_people() -> None:
    english, chinese = markdown().splitlines(), markdown("zh").splitlines()
    assert len(english) == len(chinese) == 2 + len(FAULTS)
    assert english[0] == "| the network | `query` | `trial` | `upload` | `commit` | `reversal` |"
    assert "| no answer within the limit | 3× `TimedOut` | 2× `TimedOut` | 1× `TimedOut` | 1× `TimedOut` |" in (
        markdown()
    )
    assert chinese[0].startswith("| 网络故障 |")
