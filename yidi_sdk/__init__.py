"""The language of cross-province medical-insurance settlement, on the hospital's side.

    from yidi_sdk import Client, GetPerson, Institution, Operator

    client = Client(url, institution=Institution(...), operator=Operator(...))
    person = client.send(GetPerson(mdtrt_cert_type="02", mdtrt_cert_no=...))

Nothing heavy is imported before it is used.
"""

from importlib import import_module

from yidi_sdk import transactions

TYPE_CHECKING = False  # as in typing, without importing it

if TYPE_CHECKING:
    from yidi_sdk import explain
    from yidi_sdk.attempts import SharedMsgids
    from yidi_sdk.catalogue import (
        CATALOGUE,
        Effect,
    )
    from yidi_sdk.client import (
        AsyncClient,
        AsyncOutbox,
        Client,
        Outbox,
    )
    from yidi_sdk.errors import (
        FieldProblem,
        Garbled,
        Misused,
        NotSent,
        Refused,
        TimedOut,
        Unknown,
        YidiError,
    )
    from yidi_sdk.institution import (
        Institution,
        Operator,
        from_env,
        from_toml,
    )
    from yidi_sdk.posters import (
        Limits,
    )
    from yidi_sdk.profile import (
        Profile,
    )
    from yidi_sdk.signing import (
        HeaderSecret,
    )
    from yidi_sdk.transactions import *  # noqa: F403 - all message classes, named once, in that package

__version__ = "0.1.0"
__all__ = [
    "CATALOGUE",
    "AsyncClient",
    "AsyncOutbox",
    "Client",
    "Effect",
    "FieldProblem",
    "Garbled",
    "HeaderSecret",
    "Institution",
    "Limits",
    "Misused",
    "NotSent",
    "Operator",
    "Outbox",
    "Profile",
    "Refused",
    "SharedMsgids",
    "TimedOut",
    "Unknown",
    "YidiError",
    "explain",
    "from_env",
    "from_toml",
]
__all__ += transactions.__all__

_FIRST = {
    "SharedMsgids": "attempts",
    "CATALOGUE": "catalogue",
    "Effect": "catalogue",
    "AsyncClient": "client",
    "AsyncOutbox": "client",
    "Client": "client",
    "Outbox": "client",
    "FieldProblem": "errors",
    "Garbled": "errors",
    "Misused": "errors",
    "NotSent": "errors",
    "Refused": "errors",
    "TimedOut": "errors",
    "Unknown": "errors",
    "YidiError": "errors",
    "Institution": "institution",
    "Operator": "institution",
    "from_env": "institution",
    "from_toml": "institution",
    "Limits": "posters",
    "Profile": "profile",
    "HeaderSecret": "signing",
}
"""Where a name lives; the others are messages and live in `transactions`."""


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    if name == "explain":
        return import_module("yidi_sdk.explain")
    value: object = getattr(import_module(f"yidi_sdk.{_FIRST.get(name, 'transactions')}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
