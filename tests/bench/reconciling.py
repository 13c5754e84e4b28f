"""A month of settlements held against the platform's file, beside a plain join of the same two files.

python -m tests.bench.reconciling [--sizes 1000,100000] [--json]

The plain join is dictionaries in plain Python (polars and pandas are not among the project's packages): it splits both
files, joins by settlement number and compares the amounts as text. Ours reads, checks every cell, finds cut and doubled
files, pairs refunds and turned signs, and names the kind of each difference. Each runs in a process of its own, in
turns; memory is what the process took beyond its imports and the two files.
"""

import argparse
import importlib
import json
import resource
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from datetime import date
from statistics import median
from typing import Any

from tests.bench.measuring import Axis, Figure

SIZES = (1_000, 10_000, 100_000, 1_000_000)
MONTH = 100_000
TURNS = 3
KINDS = ("hospital_only", "platform_only", "amount", "sign")
EACH = 25
DAY = date(2026, 11, 21)
BARE = "dictionaries in plain Python"
AXIS = Axis("a month of 100,000 settlements", "read, compared, classified", BARE, "s", "<=", 3.0)


def files(size: int) -> tuple[bytes, bytes]:
    """Ours and the platform's result, with differences of each kind in it."""
    step = size // (len(KINDS) * EACH)
    planted = {place * step: KINDS[place % len(KINDS)] for place in range(len(KINDS) * EACH)}
    ours: list[str] = []
    results: list[str] = []
    for number in range(size):
        kind = planted.get(number, "")
        total, fund = 10_000 + number % 90_000, 6_000 + number % 3_000
        person, visit, setl = f"P{number % 50_000:08d}", f"M{number:09d}", f"S{number:09d}"
        if kind != "platform_only":
            ours.append("\t".join((setl, visit, person, yuan(total), yuan(fund), "0.00", "0")))
        sign = -1 if kind == "sign" else 1
        more = 100 if kind == "amount" else 0
        code = {"hospital_only": "000102", "platform_only": "000101", "": "000000"}.get(kind, "000103")
        sums = (yuan(sign * (total + more)), yuan(sign * (fund + more)), "0.00")
        flag = "1" if sign < 0 else "0"
        results.append("\t".join((person, visit, setl, f"X{number:09d}", code, flag, "null", *sums)))
    return "\n".join(ours).encode(), "\n".join(results).encode()


def yuan(fen: int) -> str:
    return f"{'-' if fen < 0 else ''}{abs(fen) // 100}.{abs(fen) % 100:02d}"


def plain(ours: bytes, theirs: bytes) -> Counter[str]:
    """The join that anybody would write."""
    mine = {row[0]: row for row in (line.split("\t") for line in ours.decode().split("\n"))}
    its = {row[2]: row for row in (line.split("\t") for line in theirs.decode().split("\n")) if row[4] != "000102"}
    kinds: Counter[str] = Counter()
    for number, row in mine.items():
        other = its.get(number)
        if other is None:
            kinds["hospital_only"] += 1
        elif row[3:6] != other[7:10]:
            turned = all(b in (a, f"-{a}") for a, b in zip(row[3:6], other[7:10], strict=True))
            kinds["sign" if turned else "amount"] += 1
    kinds["platform_only"] += sum(number not in mine for number in its)
    return kinds


def own(ours: bytes, theirs: bytes) -> Counter[str]:
    """What a day end does with the two files once the platform has answered each question with "there is none"."""
    from decimal import Decimal

    from yidi_gateway.reconciling.details import told
    from yidi_gateway.reconciling.differences import Held, classified, paired
    from yidi_gateway.reconciling.lines import Group, Line
    from yidi_gateway.submission import Fen
    from yidi_sdk.flows.detail_files import compared, read_result

    group = Group("310", "11", "500103")
    lines: list[Line] = []
    for row in (line.split("\t") for line in ours.decode().split("\n")):
        total, fund, account = (int(Decimal(cell) * 100) for cell in row[3:6])
        lines.append(
            Line(row[0], row[0], f"X{row[0][1:]}", row[1], row[2], DAY, group, Fen(total, fund, account, 0), False)
        )
    found = compared([told(line) for line in lines], read_result(theirs))
    silent = [line.setl_id for line in found.unanswered]
    doubles: Counter[str] = Counter()
    known: dict[str, Any] = {}
    absent = Held("absent")
    held = Held("held", DAY, group)
    kinds: Counter[str] = Counter()
    for pair in paired(lines, found.objected, silent):
        answer = held if pair.ours is None else absent
        difference = classified(pair, answer, known, DAY, doubles)
        if difference is not None:
            kinds[str(difference.kind)] += 1
    return kinds


def one(which: str, size: int) -> dict[str, float]:
    """One run in this process: seconds, and megabytes beyond what was there before."""
    ours, theirs = files(size)
    if which == "own":
        importlib.import_module("yidi_gateway.reconciling.details")  # imports are not what is measured
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    begun = time.perf_counter()
    kinds = {"own": own, "plain": plain}[which](ours, theirs)
    spent = time.perf_counter() - begun
    if kinds != Counter(dict.fromkeys(KINDS, EACH)):
        raise AssertionError(f"{which} of {size} found {dict(kinds)}")
    return {"seconds": spent, "mb": (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024}


def in_process(which: str, size: int) -> dict[str, float]:
    """The same in a process of its own."""
    made = [sys.executable, "-m", "tests.bench.reconciling", "--one", which, "--sizes", str(size)]
    done = subprocess.run(made, check=True, capture_output=True, text=True, timeout=900)
    return json.loads(done.stdout.splitlines()[-1])


def rows(sizes: tuple[int, ...]) -> Iterator[dict[str, float]]:
    """Both for each size, in turns; medians."""
    for size in sizes:
        turns = TURNS if size <= MONTH else 1
        runs = {"own": [], "plain": []}  # type: dict[str, list[dict[str, float]]]
        for _ in range(turns):
            for which, made in runs.items():
                made.append(in_process(which, size))
        medians = {
            (which, what): median(run[what] for run in made)
            for which, made in runs.items()
            for what in ("seconds", "mb")
        }
        yield {"size": size, **{f"{which}_{what}": value for (which, what), value in medians.items()}}


def measure() -> Iterator[Figure]:
    """The month, for the table of all measurements."""
    (row,) = rows((MONTH,))
    note = f"memory {row['own_mb']:.0f} MB beside {row['plain_mb']:.0f} MB; the join checks no cell"
    yield AXIS.figure(row["own_seconds"], row["plain_seconds"], note=note)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--sizes", default=",".join(map(str, SIZES)))
    parser.add_argument("--one", choices=("own", "plain"), help=argparse.SUPPRESS)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    sizes = tuple(int(size) for size in given.sizes.split(","))
    if given.one:
        print(json.dumps(one(given.one, sizes[0])))
        return 0
    found = []
    if not given.json:
        print(f"{'settlements':>12}  {'ours':>9}  {'join':>9}  {'ratio':>6}  {'ours MB':>8}  {'join MB':>8}")
    for row in rows(sizes):
        found.append(row)
        if not given.json:
            ratio = row["own_seconds"] / row["plain_seconds"]
            times = f"{row['own_seconds']:>8.3f}s  {row['plain_seconds']:>8.3f}s  {ratio:>6.1f}"
            print(f"{row['size']:>12,}  {times}  {row['own_mb']:>8.0f}  {row['plain_mb']:>8.0f}", flush=True)
    if given.json:
        print(json.dumps({"rows": found}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
