"""Scenarios: how a hub begins. A short file (TOML or JSON) names what is different from a sunny day.

`title`, `about` (what happens), `why` (one sentence: what a caller is tried with); `faults`, `maintenance`, `outages`
as the control door takes them (`from_s` and `to_s` of a window count from the start); `capabilities`, a table of flags
or "drawn"; `latency` by name or `latency_ms`; `clock`, an ISO time; `people`, `institutions` as the control door takes
them; `persona`: changes of a person by persona name; `population`: how many invented people more; `profile`.
"""

import json
import tomllib
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

from yidi_mocks import downtime, latency, population, registry, worldview
from yidi_mocks.capabilities import BadCapability, Capabilities
from yidi_mocks.exchange import Exchange
from yidi_mocks.faults import BadFault, Faults
from yidi_mocks.outage import BadOutage, Outages
from yidi_mocks.provinces import provinces
from yidi_mocks.registry import BadWorld

DRAWN = "drawn"
KNOWN = frozenset(
    {
        "name",
        "title",
        "about",
        "why",
        "faults",
        "maintenance",
        "outages",
        "capabilities",
        "latency",
        "latency_scale",
        "latency_ms",
        "clock",
        "people",
        "institutions",
        "population",
        "persona",
        "profile",
    }
)
SENSELESS = (BadFault, BadCapability, BadWorld, BadOutage, latency.BadLatency, downtime.BadWindow)


class BadScenario(ValueError):
    """A scenario that is not there or makes no sense."""


def find(name: str) -> dict[str, Any]:
    """A scenario by name, or by the path of a TOML or JSON file. Raises BadScenario."""
    known = registry.scenario_rows()
    if name in known:
        return known[name]
    path = Path(name)
    try:
        text = path.read_text("utf-8")
        row: dict[str, Any] = tomllib.loads(text) if path.suffix == ".toml" else json.loads(text)
    except (OSError, ValueError):
        raise BadScenario(f"no scenario {name}; there are {', '.join(known)}") from None
    return {"name": path.stem, **row}


def restart(hub: Exchange, name: str, *, seed: int = 1, profile: str | None = None) -> None:
    """Put a hub at the beginning of a scenario: new world, nothing received, nobody signed in. Raises BadScenario; then
    the hub may stand between two scenarios."""
    row = find(name)
    if strange := row.keys() - KNOWN:
        raise BadScenario(f"{row['name']}: unknown: {', '.join(sorted(strange))}")
    wanted = profile or row.get("profile") or hub.asked_profile
    if wanted not in provinces():
        raise BadScenario(f"profile must be one of {', '.join(provinces())}")
    hub.speak(wanted)
    hub.scenario = name
    _forget(hub)
    try:
        _arrange(hub, row, seed)
    except SENSELESS as error:
        raise BadScenario(f"{row['name']}: {error}") from None


def _forget(hub: Exchange) -> None:
    hub.clock.reset()
    hub.capabilities = Capabilities()
    hub.windows = downtime.Windows()
    hub.outages = Outages()
    hub.landings.clear()
    hub.sessions.clear()
    hub.keyring.tokens.clear()
    hub.taken.clear()
    hub.bodies.clear()
    hub.fenced.clear()
    hub.received.clear()


def _arrange(hub: Exchange, row: dict[str, Any], seed: int) -> None:
    if row.get("clock"):
        hub.clock.set(downtime.moment(row["clock"]))
    flags = row.get("capabilities", {})
    hub.capabilities.change({DRAWN: seed} if flags == DRAWN else flags)
    hub.faults = Faults(Random(seed))  # noqa: S311 - faults repeat by seed
    for fault in row.get("faults", ()):
        hub.faults.plant(fault)
    for window in row.get("maintenance", ()):
        hub.windows.plant(_window(hub, window))
    for outage in row.get("outages", ()):
        hub.outages.plant(outage, hub.clock.seconds())
    hub.latency_s = row["latency_ms"] / 1000 if "latency_ms" in row else hub.usual_latency_s
    name = row.get("latency")
    hub.latency = latency.named(name, seed, row.get("latency_scale", 1)) if name else hub.usual_latency
    _people(hub, row, seed)


def _people(hub: Exchange, row: dict[str, Any], seed: int) -> None:
    today = hub.clock.today()
    hub.world = world = registry.new_world(today)
    count = row.get("population", hub.population)
    if not isinstance(count, int) or isinstance(count, bool) or count < 0:
        raise BadWorld("population must be a number of people")
    for invented in population.generate(count, seed, today):
        world.add_person(invented)
    for person in row.get("people", ()):
        number = registry.next_number(world.people)
        world.add_person(registry.person_from(person, number, today))
    for institution in row.get("institutions", ()):
        change = {name: value for name, value in institution.items() if name != "code"}
        worldview.put_institution(world, institution["code"], change, today)
    for named, change in row.get("persona", {}).items():
        person_there = world.find_person(named)
        if person_there is None:
            raise BadWorld(f"persona: {named} is not there")
        worldview.change_person(world, person_there, change, today)


def _window(hub: Exchange, row: dict[str, Any]) -> dict[str, Any]:
    """`from_s` and `to_s` count from the start."""
    now = hub.clock.now()
    placed = dict(row)
    for name in ("from", "to"):
        if f"{name}_s" in placed:
            placed[name] = (now + timedelta(seconds=placed.pop(f"{name}_s"))).isoformat()
    return placed
