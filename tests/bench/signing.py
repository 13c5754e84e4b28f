"""One SM2 signature and its verification in CPU time, beside what `openssl speed sm2` says in the same turn, which counts
CPU time too."""

import shutil
import subprocess
import time
from collections.abc import Iterator

from tests.bench import material
from tests.bench.measuring import Axis, Figure, in_turns
from yidi_sdk.signing import sm2

SPEED = Axis("signing", "SM2 signature and verification", "openssl speed sm2", "pairs/s", ">=", 0.6)
KEY = bytes.fromhex("3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8")
"""The private key of the standard's own example."""
ROUNDS = 60


def measure() -> Iterator[Figure]:
    openssl = shutil.which("openssl")
    if openssl is None or _openssl(openssl) is None:
        yield SPEED.skipped("no openssl that knows SM2")
        return
    try:
        backend = sm2.choose()
    except sm2.Sm2Missing as error:
        yield SPEED.skipped(str(error))
        return
    pair, message = sm2.pair_of(KEY), material.settled()

    def ours() -> float:
        begun = time.process_time()
        for _ in range(ROUNDS):
            signature = backend.sign(pair, message, sm2.DEFAULT_ID)
            if not backend.verify(pair.public, message, signature, sm2.DEFAULT_ID):
                raise AssertionError("our own signature does not hold")
        return ROUNDS / (time.process_time() - begun)

    rate, bare = in_turns(ours, lambda: _openssl(openssl) or 0.0, rounds=5, at_most_s=15)
    yield SPEED.figure(rate, bare, note=f"SM2 by {backend.name}; the signed text has {len(message)} bytes")


def _openssl(program: str) -> float | None:
    """Pairs a second: a signature and a verification, one after the other. None where it does not know SM2."""
    told = subprocess.run(
        [program, "speed", "-seconds", "1", "-mr", "sm2"], capture_output=True, text=True, check=False
    )
    rows = [line.split(":") for line in told.stdout.splitlines() if "SM2" in line and line.startswith("+F")]
    if not rows:
        return None
    signs, verifies = float(rows[0][-2]), float(rows[0][-1])
    return 1 / (1 / signs + 1 / verifies) if signs and verifies else None
