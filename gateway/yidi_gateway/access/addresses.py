"""Who calls the national door: a HIS that only changed its URL sends no key, so its address says who it is.

An address proves less than a key. Only networks that the configuration names count; without any, this machine's own
addresses stand for the one caller that may settle, if there is exactly one.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from starlette.requests import Request

from yidi_gateway.access.callers import Caller, Callers, NotAuthenticated
from yidi_gateway.access.network import is_loopback
from yidi_gateway.settings import BadSettings, NationalCallerSettings

FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip")
SETTLE = "settle"


@dataclass(frozen=True, slots=True)
class Addresses:
    """Networks and the callers that they stand for."""

    callers: Callers
    networks: tuple[tuple[IPv4Network | IPv6Network, Caller], ...] = ()
    origins: frozenset[str] = frozenset()
    """Pages that may speak for the machine they are open on. A browser names the page in `Origin`; any other page that
    a cashier has open could else settle in the cashier's name."""

    def caller_of(self, request: Request) -> Caller:
        """The caller: by its key where it sends one, else by its address. Raises NotAuthenticated."""
        peer = request.client.host if request.client else None
        direct = not any(name in request.headers for name in FORWARDED)
        given = request.headers.get("authorization")
        if given is not None and direct and is_loopback(peer):
            return self.callers.bearer(given)
        origin = request.headers.get("origin")
        known = origin is None or origin in self.origins
        found = self._at(peer) if direct and known and given is None else None
        if found is None:
            raise NotAuthenticated("this address stands for no caller: see [national] callers")
        return found

    def _at(self, peer: str | None) -> Caller | None:
        if peer is None:
            return None
        try:
            address = ip_address(peer.partition("%")[0])
        except ValueError:
            return None
        if self.networks:
            return next((caller for network, caller in self.networks if address in network), None)
        return self.callers.only_one(SETTLE) if is_loopback(peer) else None


def addresses_of(
    callers: Callers, settings: Iterable[NationalCallerSettings], origins: Iterable[str] = ()
) -> Addresses:
    """From the configuration. Raises BadSettings."""
    found: list[tuple[IPv4Network | IPv6Network, Caller]] = []
    for entry in settings:
        caller = callers.named(entry.caller)
        if caller is None:
            raise BadSettings(f"[national] callers: {entry.caller} is no caller of [access]")
        try:
            network = ip_network(entry.network)
        except ValueError:
            raise BadSettings(f"[national] callers: {entry.network} is no network") from None
        if network.is_global or network.prefixlen == 0:
            raise BadSettings(f"[national] callers: {entry.network} is not a private network")
        found.append((network, caller))
    return Addresses(callers, tuple(found), frozenset(origins))
