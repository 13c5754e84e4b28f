"""Message numbers: from a durable counter, unique for ever per institution, whatever the clock does."""

from datetime import datetime

from yidi_gateway.clock import BEIJING, Clock
from yidi_gateway.journal.port import Journal
from yidi_sdk.profile import Profile
from yidi_sdk.protocol import make_msgid

BLOCK_S = 60
FIRST, LAST = 5001, 9999
"""Serials of the gateway's own messages within a second; lower ones are left to a HIS that makes its own numbers."""


class Msgids:
    """The only source of msgids. Seconds are reserved in the journal a minute at a time; within a second a serial."""

    def __init__(self, journal: Journal, profile: Profile, institution: str, clock: Clock) -> None:
        self._journal = journal
        self._profile = profile
        self._institution = institution
        self._clock = clock
        self._second = 0
        self._serial = 0
        self._reserved_until = 0

    async def next(self) -> str:
        """A msgid that no one got before. Raises JournalDown when none can be reserved."""
        now = int(self._clock.now().timestamp())
        while True:
            second = max(now, self._second)
            serial = self._serial + 1 if second == self._second else FIRST
            if serial > LAST:
                second, serial = second + 1, FIRST
            if second < self._reserved_until:
                self._second, self._serial = second, serial  # no await between reading and writing
                return make_msgid(self._profile, self._institution, datetime.fromtimestamp(second, BEIJING), serial)
            first = await self._journal.reserve(f"msgid:{self._institution}", second, BLOCK_S)
            if first + BLOCK_S > self._reserved_until:
                self._reserved_until = first + BLOCK_S
                if first > self._second:
                    self._second, self._serial = first, FIRST - 1
