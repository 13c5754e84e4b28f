"""Named crash points for tests: `YIDI_CRASH=cp5/2207:2` kills the process as a 2207 passes point 5 the second time.

Without a name after the slash any counts, without a number the first. `stop cp5/2207` stops it there (SIGSTOP) until
somebody lets it go on. Honoured only where the test extra is installed; elsewhere the variable does nothing. Where each
point lies: `docs/proof.md`.
"""

import os
import signal
from collections import Counter
from importlib.util import find_spec

POINTS = {
    "cp1": "a call is accepted, and no submission is kept yet",
    "cp2": "the submission is kept as NEW, and has no msgid yet",
    "cp3": "the bytes are kept (SENDING), and nothing is written",
    "cp4": "about to write; in the tests: written, and the platform has not done it yet",
    "cp5": "the platform has answered, and nothing of it is looked at",
    "cp6": "the answer is in memory, and not read",
    "cp7": "the answer is judged, and its outcome is not kept",
    "cp8": "the outcome is kept, and the caller has not been told",
    "cp9": "a query about an unknown outcome is answered, and nothing of it is kept",
    "cp10": "REVERSING is kept, and the reversal is not sent",
    "cp11": "the reversal is answered, and nothing of it is kept",
    "cp12": "REVERSED is kept, and nobody has been told",
    "cp13": "a sign-in is answered, and its number is not kept",
    "cp14": "an upload that waited has gone out, and is still in the queue",
    "cp15": "the reversal is refused, and its business undo is not begun",
    "cp16": "within one transaction: the state row is changed, and the audit row is not written",
}
"""Every point, in the order of a submission's life."""
STOP = "stop "
_passed: Counter[str] = Counter()


def point(name: str, about: str = "") -> None:
    """Pass a crash point. `about`: the transaction number, or for cp16 the event."""
    wanted = os.environ.get("YIDI_CRASH")
    if not wanted or find_spec("pytest") is None:
        return
    stops = wanted.startswith(STOP)
    named, _, count = wanted.removeprefix(STOP).partition(":")
    which, _, whom = named.partition("/")
    if which != name or whom not in ("", about):
        return
    _passed[name] += 1
    if _passed[name] == int(count or "1"):
        deadly = getattr(signal, "SIGKILL", signal.SIGTERM)
        os.kill(os.getpid(), getattr(signal, "SIGSTOP", deadly) if stops else deadly)
