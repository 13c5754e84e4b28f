"""A nonce of a signed call counts once, for all processes that share the journal, also after a restart."""

from datetime import datetime, timedelta
from typing import Protocol

from yidi_gateway.access.callers import SKEW_S, NotAuthenticated

LIFE = timedelta(seconds=3 * SKEW_S)
"""A time stamp from the future within the skew is good for twice the skew; the third is for processes whose clocks
differ."""


class Nonces(Protocol):
    """The verb of the journal that is needed here."""

    async def use_nonce(self, caller: str, nonce: str, now: datetime, until: datetime) -> bool:
        """True the first time; kept until then."""
        ...


async def spend(nonces: Nonces, caller: str, nonce: str, now: datetime) -> None:
    """Use a nonce up, once the signature over it is right. Raises NotAuthenticated when it was used before, or what
    the journal raises: a nonce that cannot be kept is not accepted."""
    if not await nonces.use_nonce(caller, nonce, now, now + LIFE):
        raise NotAuthenticated("X-Yidi-Nonce was used before")
