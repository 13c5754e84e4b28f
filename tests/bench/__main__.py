"""Run all measurements and print one table, or one JSON object.

python -m tests.bench [--json] [--only WORD]
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.bench import gateway, hub, lines, reconciling, sdk, signing, start
from tests.bench.measuring import Figure

MEASURES: dict[str, Callable[[Path], Iterator[Figure]]] = {
    "sdk": sdk.measure,
    "start": lambda _folder: start.measure(),
    "signing": lambda _folder: signing.measure(),
    "lines": lambda _folder: lines.measure(),
    "hub": hub.measure,
    "gateway": gateway.measure,
    "reconciling": lambda _folder: reconciling.measure(),
}

WIDTH = 140
"""Columns where the output is no terminal."""


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--json", action="store_true", help="one JSON object as the last line")
    parser.add_argument("--only", choices=MEASURES, help="one group")
    given = parser.parse_args()
    begun = time.monotonic()
    told = Console(stderr=True)
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory(prefix="yidi-bench-", ignore_cleanup_errors=True) as name:
        for group, measure in MEASURES.items():
            if given.only in (None, group):
                with told.status(f"{group} …"):
                    figures += measure(Path(name))
    spent = round(time.monotonic() - begun, 1)
    if given.json:
        print(json.dumps({"figures": [figure.as_json() for figure in figures], "seconds": spent}, ensure_ascii=False))
    else:
        console = Console(width=None if sys.stdout.isatty() else WIDTH)
        console.print(table(figures, spent))
        for note in dict.fromkeys(figure.note for figure in figures if figure.note):
            console.print(f"  {note}", highlight=False)
    return 0


def table(figures: list[Figure], spent: float) -> Table:
    """One row a figure, the aim beside the ratio."""
    made = Table(title=f"ours beside the bare thing, in turns, medians ({spent} s)", title_justify="left", box=None)
    for head in ("axis", "ours", "beside", "ratio", "aim", "met", "ours is", "beside is"):
        made.add_column(head, justify="right" if head in ("ours", "beside", "ratio", "aim") else "left")
    for figure in figures:
        aim = f"{figure.bound} {figure.aim:g}"
        if figure.ours is None or figure.bare is None or figure.ratio is None:
            made.add_row(
                figure.axis, "", "", figure.ours_is, figure.bare_is, "", aim, f"not measured: {figure.skipped}"
            )
            continue
        ours, bare = shown(figure.ours, figure.unit), shown(figure.bare, figure.unit)
        met = "yes" if figure.met else "no"
        made.add_row(figure.axis, ours, bare, f"{figure.ratio:.2f}", aim, met, figure.ours_is, figure.bare_is)
    return made


def shown(value: float, unit: str) -> str:
    """A figure with its unit, short."""
    return f"{value * 1000:.1f} ms" if unit == "s" else f"{value:,.0f} {unit}"


if __name__ == "__main__":
    sys.exit(main())
