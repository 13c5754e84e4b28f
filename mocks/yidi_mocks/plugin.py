"""pytest plugin: `hub`, a running mock hub at its beginning, `hub_url`, its address, `persona`, its people by name, and
the mark `hub_scenario`. With pytest-xdist every worker has a hub of its own.

Loaded in every test run, so nothing of the hub is imported before a test asks for it.
"""

from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, cast

import pytest

if TYPE_CHECKING:
    from yidi_mocks.expecting import ReceivedLog
    from yidi_mocks.server import ThreadedHub

TIMEOUT_S = 10


class ControlRefused(AssertionError):
    """The control door said no. `status` is its HTTP status."""

    def __init__(self, status: int, text: str) -> None:
        self.status = status
        super().__init__(f"{status}: {text}")


class RunningHub:
    """A hub on a free loopback port. `url` for the caller under test, the rest over the control door."""

    def __init__(self, url: str) -> None:
        self.url = url

    def control(self, path: str, body: Any = None, method: str | None = None) -> Any:
        """One call of the control door, such as `control("/faults", {...})`. Raises ControlRefused."""
        import json  # noqa: PLC0415 - this file is read in every test run
        import urllib.error  # noqa: PLC0415
        import urllib.request  # noqa: PLC0415

        verb = method or ("GET" if body is None else "POST")
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(  # noqa: S310 - our own http address
            f"{self.url}/_hub{path}", data=data, method=verb, headers={"content-type": "application/json"}
        )
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:  # noqa: S310 - our own http address
                raw = answer.read()
        except urllib.error.HTTPError as error:
            with error:
                raise ControlRefused(error.code, error.read().decode()) from None
        return json.loads(raw) if raw else None

    def reset(self, scenario: str = "sunny", seed: int = 1, profile: str | None = None) -> None:
        """Back to the beginning. Without `profile` it is the scenario's own, else the national one."""
        self.control("/reset", {"scenario": scenario, "seed": seed, "profile": profile})

    def fault(self, kind: str, infno: str = "*", **options: Any) -> str:
        """Plant a fault; its id."""
        return str(self.control("/faults", {"kind": kind, "infno": infno, **options})["id"])

    def report_text(self) -> str:
        """The same, for people."""
        from urllib.request import urlopen  # noqa: PLC0415 - this file is read in every test run

        with urlopen(f"{self.url}/_hub/report?format=text", timeout=TIMEOUT_S) as answer:  # noqa: S310 - our own address
            text: str = answer.read().decode()
            return text

    def ledger(self, **filters: str) -> list[dict[str, Any]]:
        """Settlements that the hub holds."""
        return self._items("/ledger", filters)

    @property
    def received(self) -> "ReceivedLog":
        """What came in, in order: `received(msgid=...)` the rows, `received.expect(infno=..., verdict=...)` the one."""
        from yidi_mocks.expecting import ReceivedLog  # noqa: PLC0415 - this file is read in every test run

        return ReceivedLog(lambda filters: self._items("/received", filters))

    def report(self) -> dict[str, Any]:
        """The conformance report of what came in."""
        found: dict[str, Any] = self.control("/report")
        return found

    def personas(self) -> dict[str, dict[str, Any]]:
        """The people with a story, by name."""
        return {row["name"]: row for row in self._items("/personas", {})}

    def person(self, wanted: str) -> dict[str, Any]:
        """One person by persona name, psn_no or ID number."""
        found: dict[str, Any] = self.control(f"/world?person={wanted}")["people"][0]
        return found

    def _items(self, path: str, filters: dict[str, str]) -> list[dict[str, Any]]:
        from urllib.parse import urlencode  # noqa: PLC0415 - this file is read in every test run

        query = urlencode(filters)
        return cast("list[dict[str, Any]]", self.control(f"{path}?{query}")["items"])


@contextmanager
def running_hub(scenario: str = "sunny", seed: int = 1, profile: str | None = None) -> Generator[RunningHub]:
    """A hub of its own, without pytest, until the block ends."""
    with _server() as server:
        running = RunningHub(server.server.url)
        running.reset(scenario, seed, profile)
        yield running


@contextmanager
def _server() -> "Generator[ThreadedHub]":
    from yidi_mocks.exchange import Exchange  # noqa: PLC0415 - only when a test asks for it
    from yidi_mocks.server import ThreadedHub  # noqa: PLC0415 - only when a test asks for it

    server = ThreadedHub(Exchange())
    server.start()
    try:
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="session")
def hub_server() -> "Iterator[ThreadedHub]":
    """One hub for the whole run; use `hub`, which begins anew for each test."""
    with _server() as server:
        yield server


def pytest_configure(config: pytest.Config) -> None:
    """Make the scenario mark known."""
    config.addinivalue_line("markers", "hub_scenario(name, seed=1, profile=None): where the `hub` fixture begins")


@pytest.fixture
def hub(hub_server: "ThreadedHub", request: pytest.FixtureRequest) -> RunningHub:
    """A running hub at the beginning of the sunny scenario, or of the one marked."""
    running = RunningHub(hub_server.server.url)
    marked = request.node.get_closest_marker("hub_scenario")
    running.reset(*(marked.args if marked else ()), **(marked.kwargs if marked else {}))
    return running


@pytest.fixture
def hub_url(hub: RunningHub) -> str:
    """The address to give to the program under test."""
    return hub.url


@pytest.fixture
def persona(hub: RunningHub) -> Callable[[str], dict[str, Any]]:
    """`persona("filed_hypertension")`: the row of the personas list."""
    return hub.personas().__getitem__
