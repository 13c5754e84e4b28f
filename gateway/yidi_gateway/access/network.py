"""Where the gateway may listen and what it may reach: loopback and private addresses; pure.

Everything is judged on addresses, never on names: a name is resolved first and each address it gives is judged, the
egress again at the moment of connecting. What is not listed as private is refused, so a form nobody thought of is too.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit

from yidi_sdk.errors import NotSent

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

PRIVATE: tuple[Network, ...] = tuple(
    ip_network(text)
    for text in (
        "127.0.0.0/8",
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "169.254.0.0/16",
        "::1/128",
        "fc00::/7",
        "fe80::/10",
    )
)
METADATA: frozenset[Address] = frozenset(
    ip_address(text) for text in ("169.254.169.254", "169.254.170.2", "fd00:ec2::254", "fe80::a9fe:a9fe")
)
"""Addresses at which machines of a cloud hand out credentials: never a platform."""
_NUMBER_AT_END = re.compile(r"(^|\.)(0[xX][0-9a-fA-F]*|[0-9]+)\.?$")
"""A host that ends in a number is meant as an address, and some resolvers read decimal, octal and hexadecimal ones."""


class EgressRefused(NotSent):
    """The address that was about to be connected to is not one the gateway may reach; nothing was written."""


@dataclass(frozen=True, slots=True)
class Allowed:
    """A network outside the private ranges that the operator allows, with the reason in writing."""

    network: Network
    reason: str


def allowed(cidr: str, reason: str) -> Allowed:
    """Read one entry of the allow list. ValueError when it is no network, far too wide, or has no reason."""
    if not reason.strip():
        raise ValueError(f"{cidr}: an address outside the private ranges needs a written reason")
    network = ip_network(cidr.strip())
    if network.prefixlen < (16 if network.version == 4 else 32):  # noqa: PLR2004 - the version of the protocol
        raise ValueError(f"{cidr}: too wide to be a platform's network")
    return Allowed(network, reason.strip())


def strict_address(text: str) -> Address | None:
    """The address in plain notation, None for anything else."""
    try:
        return ip_address(text)
    except ValueError:
        return None


def is_private(address: Address) -> bool:
    """Loopback, RFC 1918, link-local or ULA; an address that carries another one inside is none of them."""
    return any(address.version == net.version and address in net for net in PRIVATE)


def is_loopback(text: str | None) -> bool:
    """Whether a peer's address is this machine itself."""
    address = strict_address(text or "")
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    return address is not None and address.is_loopback


def spelling_objection(host: str) -> str | None:
    """Why a host's spelling is refused before anything is resolved: an address that is not in plain notation."""
    if strict_address(host) is not None:
        return None
    if not host or _NUMBER_AT_END.search(host) or not re.fullmatch(r"[A-Za-z0-9._-]{1,253}", host):
        return f"{host!r} is neither a host name nor an address in plain notation"
    return None


def bind_objection(host: str, addresses: Sequence[str], *, allow_public: bool = False, reason: str = "") -> str | None:
    """Why the gateway does not listen on `host`, which resolves to `addresses`; None: it may."""
    objection = spelling_objection(host)
    if objection is None and not addresses:
        objection = f"{host} does not resolve"
    for text in addresses:
        address = strict_address(text)
        if objection is None and (address is None or not is_private(address) or address in METADATA):
            objection = f"{host} ({text}) is not a loopback or private address"
    if objection is None or (allow_public and reason.strip() and addresses):
        return None
    if allow_public and not reason.strip():
        return f"{objection}, and [access] public_bind_reason is empty"
    return objection


def egress_objection(host: str, ip: str, allow: Iterable[Allowed] = ()) -> str | None:
    """Why `ip`, which `host` resolved to, is not connected to; None: it may be."""
    objection = spelling_objection(host)
    if objection is not None:
        return objection
    address = strict_address(ip)
    if address is None or address in METADATA:
        return f"{host} ({ip}) is never a platform"
    if is_private(address):
        return None
    if any(entry.network.version == address.version and address in entry.network for entry in allow):
        return None
    return f"{host} ({ip}) is a public address: the gateway reaches the private line only"


@dataclass(frozen=True, slots=True)
class EgressGuard:
    """Called with host, port and resolved address before every connection. Raises EgressRefused."""

    host: str
    port: int
    allow: tuple[Allowed, ...] = ()

    def __call__(self, host: str, port: int, ip: str) -> None:
        if (host.lower(), port) != (self.host, self.port):
            raise EgressRefused(f"{host}:{port} is not the configured platform")
        objection = egress_objection(host, ip, self.allow)
        if objection is not None:
            raise EgressRefused(objection)


def guard_for(url: str, allow: Iterable[Allowed] = ()) -> EgressGuard:
    """The guard that lets connections to this address through, and to no other."""
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    return EgressGuard((parts.hostname or "").lower(), port, tuple(allow))
