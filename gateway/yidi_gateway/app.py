"""Composition root: the only place that knows all parts."""

import asyncio
import errno
import socket
import tomllib
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from types import FrameType

import structlog
import uvicorn
from starlette.applications import Starlette

from yidi_gateway.access import network
from yidi_gateway.access.addresses import addresses_of
from yidi_gateway.access.callers import Callers, read_callers
from yidi_gateway.background import InProcess
from yidi_gateway.clock import Clock, SteadyClock, SystemClock
from yidi_gateway.doors import rest
from yidi_gateway.doors.dialects import dialects_of
from yidi_gateway.doors.legacy import LegacyDoor
from yidi_gateway.doors.national import NationalDoor
from yidi_gateway.doors.table import House
from yidi_gateway.engine import Engine
from yidi_gateway.journal import Journal, open_journal
from yidi_gateway.reconciling.schedule import Schedule
from yidi_gateway.sending import Platform
from yidi_gateway.settings import BadSettings, Settings
from yidi_gateway.timetable import Rounds
from yidi_gateway.visits import Desk
from yidi_gateway.visits.once import Once
from yidi_sdk import profile as profiles
from yidi_sdk.explain import errors
from yidi_sdk.institution import Institution, Operator
from yidi_sdk.posters import AsyncPoster
from yidi_sdk.profile import Profile
from yidi_sdk.signing import HeaderSecret, read_secret

log = structlog.get_logger("yidi.app")
BACKLOG = 1024
IDLE_S = 30
ROUND_S = 60
"""How often the timetable looks whether anything is due."""
DRAIN_S = 35
"""As long as a caller may wait for its answer: a stop lets those in the house finish."""


@dataclass(frozen=True, slots=True)
class Gateway:
    """A gateway that works: close it in the order it was built, backwards."""

    app: Starlette
    engine: Engine
    journal: Journal
    closing: AsyncExitStack

    async def close(self) -> None:
        """Stop the work, close the connections, close the journal."""
        await self.closing.aclose()


async def build(
    settings: Settings,
    *,
    clock: Clock | None = None,
    poster: AsyncPoster | None = None,
    journal: Journal | None = None,
) -> Gateway:
    """Put the parts together and start working. Raises BadSettings or JournalDown; closes what it opened then."""
    clock = clock or SystemClock()
    _use_error_rows(settings)
    callers = read_callers(settings.access.callers)
    addresses = addresses_of(callers, settings.national.callers, settings.legacy.origins)
    spoken_by = dialects_of(settings.legacy.callers, callers.names())
    platform = platform_of(settings)
    async with AsyncExitStack() as stack:
        if journal is None:
            journal = await open_journal(settings.journal.url, key_file=settings.journal.key_file)
            stack.push_async_callback(journal.close)
        poster = poster or await _poster(settings, stack)
        timing = settings.timing.for_engine()
        background = InProcess(journal, SteadyClock(clock), timing)
        engine = Engine(
            journal=journal, poster=poster, platform=platform, clock=clock, timing=timing, background=background
        )
        await _note_overrides(settings, journal, clock)
        stack.push_async_callback(engine.stop)
        await engine.start()
        house = house_of(settings, engine, callers)
        timetable = Rounds(clock, ROUND_S)
        stack.push_async_callback(house.office.stop)
        stack.push_async_callback(timetable.stop)
        await timetable.start(Schedule(house.office).round)
        door = NationalDoor(house, addresses, spoken_by)
        national = [*door.routes(), *LegacyDoor(house, door, settings.legacy).routes()]
        national = national if settings.national.enabled else []
        return Gateway(rest.app(house, more=national), engine, journal, stack.pop_all())
    raise AssertionError("an exit stack that swallows errors")


def house_of(settings: Settings, engine: Engine, callers: Callers) -> House:
    """What the doors are given."""
    operator = Operator(settings.operator.id, settings.operator.name, settings.operator.kind)
    desk = Desk(
        engine,
        operator=operator,
        services=settings.institution.services,
        open_diseases=settings.institution.open_diseases,
    )
    return House(engine, desk, operator, Once(engine.journal, engine.clock), callers)


def platform_of(settings: Settings) -> Platform:
    """Where messages go and as whom. Raises BadSettings."""
    ours = settings.institution
    institution = Institution(ours.code, ours.name, ours.division, ours.level)
    profile = profile_of(settings)
    return Platform(settings.platform.url, profile, institution, _secret(settings, profile))


def profile_of(settings: Settings) -> Profile:
    """The profile by name or from a file, with our addressing style. Raises BadSettings."""
    name = settings.platform.profile
    try:
        if name.endswith(".toml"):
            found = profiles.from_data(tomllib.loads(Path(name).read_text(encoding="utf-8")))
        else:
            found = profiles.load(name)
        return found if settings.platform.path is None else found.with_(path=settings.platform.path)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadSettings(f"[platform] profile: {error}") from None


def guard_of(settings: Settings) -> network.EgressGuard:
    """The egress guard. Raises BadSettings."""
    try:
        allow = [network.allowed(entry.cidr, entry.reason) for entry in settings.access.allow_egress]
    except ValueError as error:
        raise BadSettings(f"[access] allow_egress: {error}") from None
    return network.guard_for(settings.platform.url, allow)


def resolved(host: str) -> list[str]:
    """The addresses of a host; empty when it has none."""
    if network.spelling_objection(host) is not None:
        return []
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except OSError:
        return []
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def bind(settings: Settings) -> socket.socket:
    """Listen, if the guard lets us. Raises BadSettings."""
    host, port = settings.server.host, settings.server.port
    access = settings.access
    addresses = resolved(host)
    objection = network.bind_objection(
        host, addresses, allow_public=access.allow_public_bind, reason=access.public_bind_reason
    )
    if objection is not None:
        raise BadSettings(f"[server] host: {objection}")
    family = socket.AF_INET6 if ":" in addresses[0] else socket.AF_INET
    try:
        listening = socket.create_server((addresses[0], port), family=family, backlog=BACKLOG)
    except OSError as error:
        said = "is in use" if error.errno == errno.EADDRINUSE else f"cannot be used ({error.strerror})"
        raise BadSettings(f"[server] port: {port} on {host} {said}") from None
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening


def address_of(listening: socket.socket) -> str:
    """`http://HOST:PORT` as it really is."""
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


async def serve(settings: Settings, ready: Callable[[str], None]) -> None:
    """Serve until told to stop. `ready` is called with the address once calls are accepted. Raises BadSettings or
    JournalDown."""
    with bind(settings) as listening:
        gateway = await build(settings)
        try:
            address = address_of(listening)
            log.info("start", address=address, profile=settings.platform.profile)
            await _Server(_config(gateway.app), lambda: ready(address)).serve(sockets=[listening])
        finally:
            await gateway.close()


def run(settings: Settings, ready: Callable[[str], None]) -> None:
    """Serve on the fastest event loop there is."""
    _leave_no_dump()
    factory: Callable[[], asyncio.AbstractEventLoop] | None = None
    if find_spec("uvloop") is not None:
        import uvloop  # noqa: PLC0415 - not on every platform

        factory = uvloop.new_event_loop
    with asyncio.Runner(loop_factory=factory) as runner:
        runner.run(serve(settings, ready))


def _leave_no_dump() -> None:
    """A dump of the process would hold keys and persons in clear: the system is told to make none."""
    if find_spec("resource") is not None:
        import resource  # noqa: PLC0415 - POSIX

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


class _Server(uvicorn.Server):
    """Says when it accepts calls, and ends in order on a signal instead of raising it again."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._ready()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        del sig, frame
        self.force_exit = self.should_exit
        self.should_exit = True


def _config(app: Starlette) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        lifespan="off",
        ws="none",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        backlog=BACKLOG,
        timeout_keep_alive=IDLE_S,
        timeout_graceful_shutdown=DRAIN_S,
    )


def _use_error_rows(settings: Settings) -> None:
    """The province's own texts. Raises BadSettings."""
    try:
        errors.use(*settings.platform.errors_files)
    except (errors.RowsWrong, OSError) as error:
        raise BadSettings(f"[platform] errors_files: {error}") from None


async def _poster(settings: Settings, stack: AsyncExitStack) -> AsyncPoster:
    from yidi_sdk.posters.aiohttp import AiohttpPoster  # noqa: PLC0415 - slow to load, and tests bring their own

    poster = AiohttpPoster(guard=guard_of(settings))
    stack.push_async_callback(poster.aclose)
    return poster


def _secret(settings: Settings, profile: Profile) -> HeaderSecret | None:
    path = settings.platform.secret_file
    if path is None:
        if profile.header_scheme == "none" and profile.body_scheme == "plain":
            return None
        schemes = f"{profile.header_scheme} and {profile.body_scheme}"
        raise BadSettings(f"[platform] secret_file: the profile signs by {schemes} and needs one")
    try:
        return read_secret(path)
    except (OSError, ValueError) as error:
        said = type(error).__name__ if isinstance(error, OSError) else str(error)
        raise BadSettings(f"[platform] secret_file: {path.name} cannot be read ({said})") from None


async def _note_overrides(settings: Settings, journal: Journal, clock: Clock) -> None:
    """What an operator allowed beyond the private line stands in the audit log, with its reason."""
    access = settings.access
    if access.allow_public_bind:
        detail = {"host": settings.server.host, "reason": access.public_bind_reason}
        await journal.note(clock.now(), "setting:public_bind", "allowed", detail)
    for entry in access.allow_egress:
        await journal.note(clock.now(), "setting:egress", "allowed", {"cidr": entry.cidr, "reason": entry.reason})
