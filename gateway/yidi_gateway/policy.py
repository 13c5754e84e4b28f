"""Which event, after how long, how often; pure. Seconds throughout. Sources: settlement_state_machine 4, 9."""

from dataclasses import dataclass

from yidi_sdk.catalogue import Effect, row_of
from yidi_sdk.transactions import RevokeInpatientSettlement, SettleInpatient

LONG_BILLS = frozenset({row_of(SettleInpatient).infno, row_of(RevokeInpatientSettlement).infno})
"""A stay's settlement and its undoing: the bill is longer, so the answer is waited for longer."""


@dataclass(frozen=True, slots=True)
class Timing:
    """Limits and waits. `quiet_s`: only a query asked later than this after sending may say "it never happened"."""

    connect_s: float = 5
    query_s: float = 10
    upload_s: float = 30
    commit_s: float = 30
    commit_inpatient_s: float = 60
    quiet_s: float = 150
    caller_patience_s: float = 25
    stale_send_s: float = 5
    trial_life_s: float = 600
    sweep_s: float = 1
    session_life_s: float = 12 * 3600
    session_renew_at: float = 0.8
    unknown_end_retry_s: int = 60
    held_recheck_s: int = 20
    upload_rate: float = 20
    """Uploads a second that the platform usually takes; where the ramp after a downtime begins is a tenth of it."""

    def read_s(self, effect: Effect, infno: str = "") -> float:
        """How long an answer is waited for."""
        if effect in (Effect.QUERY, Effect.TRIAL):
            return self.query_s
        return self.upload_s if effect is Effect.UPLOAD else self.commit_s_of(infno)

    def commit_s_of(self, infno: str) -> float:
        """How long the answer of a message that moves money is waited for."""
        return self.commit_inpatient_s if infno in LONG_BILLS else self.commit_s


REPEATS: dict[Effect, int] = {
    Effect.QUERY: 3,
    Effect.TRIAL: 2,
    Effect.UPLOAD: 1,
    Effect.COMMIT: 1,
    Effect.REVERSAL: 1,
}
"""Sends in a row inside one call, each under its own msgid. A reversal is repeated by its state, not by a call."""

WAITING = (2.0, 3.0, 4.0, 5.0)
"""Pace of the queries while a cashier waits: first after 2 s, then every 3 to 5."""
ALONE = (2.0, 10.0, 20.0, 40.0, 60.0)
"""Pace when nobody waits."""
POISON_AFTER = 5
"""Attempts that broke inside the gateway itself before a person must look."""


def next_query_s(asked: int, *, waiting: bool) -> float:
    """Seconds until the next query when `asked` were made."""
    pace = WAITING if waiting else ALONE
    if waiting and asked >= len(pace):
        return pace[1 + asked % (len(pace) - 1)]
    return pace[min(asked, len(pace) - 1)]


def next_reversal_s(asked: int, jitter: float) -> float:
    """Seconds until the next reversal when `asked` were made: 5 s to 5 min, with `jitter` in 0..1 of a quarter."""
    base = min(5.0 * 2.0 ** min(asked, 10), 300.0)
    return base * (1 + jitter / 4)
