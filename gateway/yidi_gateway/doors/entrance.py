"""The one way in: who calls, may it, how often, has it said that before. Shared by all doors."""

from collections.abc import Callable

from starlette.requests import Request

from yidi_gateway.access.callers import Caller, Callers, Signed
from yidi_gateway.access.limits import Limits
from yidi_gateway.access.nonces import Nonces, spend
from yidi_gateway.clock import Clock
from yidi_gateway.doors import reading
from yidi_gateway.problem import Problem


class Entrance:
    """Lets calls in. What can be refused without the body is refused before it is read."""

    def __init__(self, callers: Callers, nonces: Nonces, clock: Clock) -> None:
        self._callers = callers
        self._nonces = nonces
        self._clock = clock
        self._limits = Limits(clock.monotonic)

    async def admitted(
        self,
        request: Request,
        limit: int,
        unsigned: Callable[[Request], Caller],
        may: Callable[[Caller], None],
    ) -> tuple[bytes, Caller]:
        """The body and who sent it. `unsigned` knows callers that sign nothing, `may` refuses those without the right.

        Only a right signature takes from the caller's tokens or uses a nonce up. Raises NotAuthenticated,
        Problem, or what the journal raises.
        """
        signed = Signed.of(request.headers)
        if signed is None:
            caller = unsigned(request)
            may(caller)
            self._taken(caller)
            return await reading.read_bytes(request, limit), caller
        now = self._clock.now()
        self._callers.claimed(signed, now.timestamp())
        raw = await reading.read_bytes(request, limit)
        path = reading.path_with_query(request)
        caller = self._callers.verify(signed, request.method, path, raw, now.timestamp())
        may(caller)
        self._taken(caller)
        await spend(self._nonces, caller.id, signed.nonce, now)
        return raw, caller

    def _taken(self, caller: Caller) -> None:
        wait_s = self._limits.take(caller)
        if wait_s:
            raise Problem("RATE_LIMITED", retry_after_s=wait_s)
