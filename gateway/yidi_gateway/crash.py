"""Named crash points for tests: `YIDI_CRASH=cp5:1` kills the process the first time it passes point 5.

Honoured only where the test extra is installed; elsewhere the variable does nothing.
"""

import os
import signal
from collections import Counter
from importlib.util import find_spec

_passed: Counter[str] = Counter()


def point(name: str) -> None:
    """Pass a crash point."""
    wanted = os.environ.get("YIDI_CRASH")
    if not wanted or find_spec("pytest") is None:
        return
    which, _, count = wanted.partition(":")
    if which != name:
        return
    _passed[name] += 1
    if _passed[name] == int(count or "1"):
        os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))
