"""`yidi-hub`: serve the mock hub, plant a fault in a running one, print its conformance report.

Exit codes: 0 done, 1 the report did not pass, 2 wrong usage, 3 hub not reachable.
"""

import gc
import json
import sys
import urllib.error
import urllib.request
from typing import Annotated, Any, NoReturn

import typer

app = typer.Typer(add_completion=False, no_args_is_help=True, help=__doc__)
URL = "http://127.0.0.1:8701"
NO, WRONG, UNREACHABLE = 1, 2, 3
YOUNG = 5_000  # objects between two looks for rings: a hub makes many objects and hardly a ring


@app.command()
def serve(
    host: str = "127.0.0.1",
    port: int = 8701,
    scenario: str = "sunny",
    seed: int = 1,
    profile: Annotated[str | None, typer.Option(help="national, guangdong, ...; yidi-hub profiles lists them")] = None,
    latency_ms: Annotated[int, typer.Option(help="wait before each business answer")] = 0,
    latency: Annotated[str, typer.Option(help="a named latency, such as cross_province")] = "none",
    journal: Annotated[str, typer.Option(help="off, or a file that gets one JSON line a message")] = "off",
    people: Annotated[int, typer.Option(help="so many invented people beside the personas, by seed", min=0)] = 0,
) -> None:
    """Serve until Ctrl-C. Prints `hub ready http://HOST:PORT` when it accepts calls; port 0 takes a free one."""
    from yidi_mocks.exchange import Exchange
    from yidi_mocks.latency import named
    from yidi_mocks.record import Received
    from yidi_mocks.scenario import restart
    from yidi_mocks.server import HubServer

    try:
        exchange = Exchange(profile=profile or "national", usual_latency_s=latency_ms / 1000, population=people)
        exchange.usual_latency = named(latency, seed)
        restart(exchange, scenario, seed=seed, profile=profile)
    except ValueError as error:
        _fail(str(error), WRONG)
    if journal != "off":

        def write(row: Received) -> None:
            with open(journal, "a", encoding="utf-8") as file:  # noqa: PTH123 - one line a message
                file.write(json.dumps(row.as_json(), ensure_ascii=False) + "\n")

        exchange.on_received = write
    try:
        server = HubServer(exchange, host=host, port=port)
    except OSError as error:
        _fail(f"cannot listen on {host}:{port}: {error.strerror}", WRONG)
    server.on_ready = lambda: print(f"hub ready {server.url}", flush=True)
    gc.collect()
    gc.freeze()  # what was imported stays, so nobody need look at it again
    gc.set_threshold(YOUNG)
    server.serve_here()


@app.command()
def trigger(
    fault: str,
    infno: Annotated[str, typer.Option(help="the transaction, * for all")] = "*",
    when: Annotated[str, typer.Option(help="next, always, nth:N, times:N or probability:P")] = "next",
    where: Annotated[str | None, typer.Option(help="before_effect or after_effect")] = None,
    seconds: Annotated[float | None, typer.Option(help="delay, slow_commit, repeat_request: how long")] = None,
    err_msg: Annotated[str | None, typer.Option(help="refuse: the text")] = None,
    code: Annotated[int | None, typer.Option(help="status, html, slow_commit: the HTTP status")] = None,
    url: str = URL,
) -> None:
    """Plant a fault in a running hub and print it."""
    options = {"where": where, "seconds": seconds, "err_msg": err_msg, "code": code}
    named = {name: value for name, value in options.items() if value is not None}
    print(_call(f"{url}/_hub/faults", {"kind": fault, "infno": infno, "when": _rule(when), **named}))


@app.command()
def outage(
    for_s: float,
    in_s: Annotated[float, typer.Option(help="it begins in so many seconds")] = 0,
    announced: Annotated[bool, typer.Option(help="answers tell of it; else nothing comes")] = False,
    how: Annotated[str, typer.Option(help="unannounced: closed, hangs, bad_gateway or page")] = "closed",
    url: str = URL,
) -> None:
    """Take a running hub's platform down for so many seconds."""
    print(_call(f"{url}/_hub/outage", {"for_s": for_s, "in_s": in_s, "announced": announced, "how": how}))


@app.command()
def profiles() -> None:
    """List the profiles: how a province's platform wants to be spoken to and how it answers."""
    from yidi_mocks.provinces import provinces

    for row in provinces().values():
        print(f"{row.name:<12}{row.headers:<10}{row.body:<16}{row.about}（{row.evidence}）")


@app.command()
def report(url: str = URL, form: Annotated[str, typer.Option("--format", help="text, json or html")] = "text") -> None:
    """Print the conformance report of what a running hub has received; exit 1 when it did not pass."""
    if form not in ("text", "json", "html"):
        _fail("--format must be text, json or html", WRONG)
    passed = json.loads(_call(f"{url}/_hub/report"))["passed"]
    print(_call(f"{url}/_hub/report?format={form}").rstrip())
    if not passed:
        raise typer.Exit(NO)


@app.command()
def scenario() -> None:
    """List the scenarios that come with the hub."""
    from yidi_mocks.registry import scenario_rows

    for row in scenario_rows().values():
        print(f"{row['name']:<24}{row['title']}：{row['about']}。为什么：{row['why']}")


def _rule(when: str) -> dict[str, Any]:
    rules: dict[str, dict[str, Any]] = {"next": {"nth": 1}, "always": {"always": True}}
    if when in rules:
        return rules[when]
    word, _, number = when.partition(":")
    try:
        return {word: {"nth": int, "times": int, "probability": float}[word](number)}
    except (KeyError, ValueError):
        _fail("--when must be next, always, nth:N, times:N or probability:P", WRONG)


def _call(url: str, body: dict[str, Any] | None = None) -> str:
    if not url.startswith(("http://", "https://")):
        _fail("--url must begin with http://", WRONG)
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data=data, headers={"content-type": "application/json"})  # noqa: S310 - checked
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - checked
            text: str = answer.read().decode()
            return text
    except urllib.error.HTTPError as error:
        _fail(error.read().decode(), WRONG)
    except OSError as error:
        _fail(f"the hub at {url} is not reachable: {error}", UNREACHABLE)


def _fail(text: str, code: int) -> NoReturn:
    print(text, file=sys.stderr)
    raise typer.Exit(code)


def main() -> None:
    """The command."""
    app()
