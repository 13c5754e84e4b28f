"""Scenarios: how a hub begins. A file names faults, maintenance windows, capabilities, latency and extra people."""

import json
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

from yidi_mocks import downtime, registry
from yidi_mocks.capabilities import PROFILES, Capabilities
from yidi_mocks.exchange import Exchange
from yidi_mocks.faults import Faults


class BadScenario(ValueError):
    """A scenario that is not there or makes no sense."""


def find(name: str) -> dict[str, Any]:
    """A scenario by name, or by the path of a JSON file. Raises BadScenario."""
    known = registry.scenario_rows()
    if name in known:
        return known[name]
    try:
        row: dict[str, Any] = json.loads(Path(name).read_text("utf-8"))
    except (OSError, ValueError):
        raise BadScenario(f"no scenario {name}; there are {', '.join(known)}") from None
    return {"name": Path(name).stem, **row}


def restart(hub: Exchange, name: str, *, seed: int = 1, profile: str | None = None) -> None:
    """Put a hub at the beginning of a scenario: new world, nothing received, nobody signed in. Raises BadScenario."""
    row = find(name)
    if profile is not None and profile not in PROFILES:
        raise BadScenario(f"profile must be one of {', '.join(PROFILES)}")
    hub.profile = profile or hub.profile
    hub.scenario = name
    hub.clock.reset()
    if row.get("clock"):
        hub.clock.set(downtime.moment(row["clock"]))
    hub.capabilities = Capabilities()
    hub.capabilities.change(row.get("capabilities", {}))
    hub.world = registry.new_world(hub.clock.today())
    for person in row.get("people", ()):
        number = registry.next_number(hub.world.people)
        hub.world.add_person(registry.person_from(person, number, hub.clock.today()))
    hub.faults = Faults(Random(seed))  # noqa: S311 - faults repeat by seed
    for fault in row.get("faults", ()):
        hub.faults.plant(fault)
    hub.windows = downtime.Windows()
    for window in row.get("maintenance", ()):
        hub.windows.plant(_window(hub, window))
    hub.latency_s = row["latency_ms"] / 1000 if "latency_ms" in row else hub.usual_latency_s
    hub.sessions.clear()
    hub.taken.clear()
    hub.bodies.clear()
    hub.fenced.clear()
    hub.received.clear()


def _window(hub: Exchange, row: dict[str, Any]) -> dict[str, Any]:
    """`from_s` and `to_s` count from the start."""
    now = hub.clock.now()
    placed = dict(row)
    for name in ("from", "to"):
        if f"{name}_s" in placed:
            placed[name] = (now + timedelta(seconds=placed.pop(f"{name}_s"))).isoformat()
    return placed
