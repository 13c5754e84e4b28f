"""What differs between provinces in doubt (settlement_state_machine.md, section 1), as flags of the running hub."""

from dataclasses import dataclass, field, fields
from typing import Any


class BadCapability(ValueError):
    """A flag that the hub does not have, or a value of the wrong kind."""


@dataclass(slots=True)
class Capabilities:
    """Defaults are the pessimistic ones, except that queries show the msgid and a batch has one live settlement.

    `acct_in_fund` None leaves it to the insured place. `sign_ttl` and `D_max` in seconds, None for no limit.
    `reversible` overrides the catalogue per infno. `sign_required` None leaves it to the profile.
    """

    idem_msgid: bool = False
    tombstone: bool = False
    one_live: bool = True
    query_without_setl_id: bool = False
    query_shows_msgid: bool = True
    acct_in_fund: bool | None = None
    sign_required: bool | None = None
    sign_ttl: float | None = None
    D_max: float | None = None
    strict_codes: bool = False
    reversible: dict[str, bool] = field(default_factory=dict[str, bool])
    maint_codes: list[str] = field(default_factory=list[str])

    def as_json(self) -> dict[str, Any]:
        """All flags."""
        return {f.name: getattr(self, f.name) for f in fields(self)}

    def change(self, row: dict[str, Any]) -> None:
        """Set the flags named. Raises BadCapability, then nothing is changed."""
        known: dict[str, type[Any]] = {f.name: type(getattr(DEFAULTS, f.name)) for f in fields(self)}
        for name, value in row.items():
            if name not in known:
                raise BadCapability(f"unknown flag: {name}")
            if known[name] in (bool, dict, list) and not isinstance(value, known[name]):
                raise BadCapability(f"{name} must be {known[name].__name__}")
        for name, value in row.items():
            setattr(self, name, value)


DEFAULTS = Capabilities()
# profile: whether a sign-in number must travel with every message but 9001
PROFILES: dict[str, bool] = {"national": True, "unsigned": False}
