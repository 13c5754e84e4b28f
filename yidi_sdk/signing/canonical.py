"""The text that an enc-data channel signs: every pair of the envelope, sorted, and the secret at the end.

`signData`, `encData` and `extra` take no part. Null, "" and [] are dropped wherever they stand; an empty object stays
(`inferred`: no source shows one). Objects and arrays become compact JSON, keys sorted inside too, order of arrays kept.
"""

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any, cast

from yidi_sdk import wire
from yidi_sdk.profile import Profile

DATA = "data"
LEFT_OUT = frozenset({"signData", "encData", "extra"})


def text_of(envelope: Mapping[str, Any], profile: Profile, secret: str) -> bytes:
    """The bytes to sign. TypeError for a value that has no place in a message."""
    inside = _by(profile.canon_sort == "ci")
    pairs: list[str] = []
    for name in sorted(envelope, key=inside):
        value = envelope[name]
        if name in LEFT_OUT or _is_empty(value):
            continue
        told = _inner(value, inside, stringify=profile.stringify_scalars and name == DATA)
        pairs.append(f"{name}={told if isinstance(told, str) else wire.dumps(told).decode()}")
    if profile.canon_sort == "ordinal_then_ci":
        pairs.sort(key=str.lower)
    return "&".join([*pairs, f"key={secret}"]).encode()


def _by(ignore_case: bool) -> Callable[[str], tuple[str, str]]:
    """How names are compared; names that differ in case alone stay in ordinal order."""
    return lambda name: (name.lower() if ignore_case else name, name)


def _inner(value: Any, key: Callable[[str], Any], *, stringify: bool) -> Any:
    if isinstance(value, Mapping):
        node = cast("Mapping[str, Any]", value)
        return {
            name: _inner(node[name], key, stringify=stringify)
            for name in sorted(node, key=key)
            if not _is_empty(node[name])
        }
    if isinstance(value, (list, tuple)):
        rows = cast("Iterable[Any]", value)
        return [_inner(row, key, stringify=stringify) for row in rows if not _is_empty(row)]
    if not stringify or isinstance(value, str):
        return value
    return _scalar(value)


def _scalar(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:f}" if isinstance(value, Decimal) else wire.dumps(value).decode()


def _is_empty(value: Any) -> bool:
    return value is None or value in ("", [], ())
