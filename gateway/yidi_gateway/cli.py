"""`yidi-gateway`: serve, check, doctor, migrate, tidy, rotate-key, tail, show, query, reverse, reconcile DATE,
sample-config.

Exit codes: 0 done, 1 a business "no", 2 wrong usage or configuration, 3 platform or gateway unreachable, 4 outcome
unknown. Errors go to stderr in one plain sentence.
"""

import asyncio
import json
import os
import secrets
from collections.abc import Callable, Coroutine, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn, TypeVar

import typer

from yidi_gateway import settings as configuration
from yidi_gateway.settings import BadSettings, Settings

if TYPE_CHECKING:
    from yidi_gateway.inspection import Item
    from yidi_gateway.journal import Journal

T = TypeVar("T")
NO, WRONG, UNREACHABLE, UNKNOWN = 1, 2, 3, 4
FILE = "gateway.toml"
Config = Annotated[Path, typer.Option("--config", "-c", help="The configuration file.")]
Subject = Annotated[str, typer.Argument(help="Number of the submission.")]
Url = Annotated[str | None, typer.Option("--url", help="The running gateway, when its port is not in the file.")]

app = typer.Typer(
    help="The gateway between a HIS and the medical-insurance platform.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


def main() -> None:
    """Entry point of the command."""
    from yidi_gateway.journal import JournalDown

    try:
        app()
    except BadSettings as error:
        typer.echo(f"yidi-gateway: {error}", err=True)
        raise SystemExit(WRONG) from None
    except JournalDown as error:
        typer.echo(f"yidi-gateway: [journal] url: {error}", err=True)
        raise SystemExit(WRONG) from None
    except KeyboardInterrupt:
        raise SystemExit(130) from None


def fail(code: int, text: str) -> NoReturn:
    """End with one sentence on stderr."""
    typer.echo(f"yidi-gateway: {text}", err=True)
    raise typer.Exit(code)


@app.command()
def serve(
    config: Config = Path(FILE),
    host: Annotated[str | None, typer.Option(help="Instead of [server] host.")] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="Instead of [server] port; 0: a free one.")] = None,
) -> None:
    """Serve. Prints `gateway ready http://HOST:PORT` when calls are accepted."""
    settings = configuration.load(config)
    given = {"host": host, "port": port}
    server = settings.server.model_copy(update={name: value for name, value in given.items() if value is not None})
    settings = settings.model_copy(update={"server": server})
    from yidi_gateway import app as composition
    from yidi_gateway import logging
    from yidi_gateway.clock import SystemClock

    logging.configure(settings.log.level, SystemClock())
    composition.run(settings, lambda address: print(f"gateway ready {address}", flush=True))


@app.command()
def check(config: Config = Path(FILE)) -> None:
    """Look at the set-up without sending anything: settings, keys, journal, addresses, profile."""
    settings = configuration.load(config)
    from yidi_gateway import inspection

    items = [*inspection.inspect(settings), _waited(inspection.inspect_journal(settings))]
    if _listed(items):
        fail(WRONG, "the set-up is not right: see the lines marked no")


@app.command()
def doctor(config: Config = Path(FILE)) -> None:
    """Connection test (联网测试): address, connection, sign-in, a question that must be refused."""
    settings = configuration.load(config)
    from yidi_gateway import inspection, logging
    from yidi_gateway.clock import SystemClock

    logging.configure("error", SystemClock())
    if _listed(_waited(inspection.connection_test(settings))):
        fail(UNREACHABLE, "the platform was not reached as it should be: see the lines marked no")


@app.command()
def migrate(config: Config = Path(FILE)) -> None:
    """Make the journal, or bring it up to date."""
    settings = configuration.load(config)

    async def nothing(_journal: "Journal") -> None: ...

    _waited(_with_journal(settings, nothing))
    typer.echo("the journal is up to date")


@app.command()
def tidy(config: Config = Path(FILE)) -> None:
    """Forget what need not be kept any longer. A running gateway does so by itself once a day."""
    from yidi_gateway.clock import SystemClock
    from yidi_gateway.tidying import tidy as forget

    settings = configuration.load(config)
    gone = _waited(_with_journal(settings, lambda journal: forget(journal, SystemClock())))
    typer.echo("  ".join(f"{name}: {count}" for name, count in gone.items()))


@app.command("rotate-key")
def rotate_key(
    config: Config = Path(FILE),
    drop_old: Annotated[bool, typer.Option(help="Afterwards remove the old keys; backups need them still.")] = False,
) -> None:
    """Seal the journal with a fresh key, while no gateway runs. Old keys stay in the file: they open backups."""
    from yidi_gateway.access.sealing import add_key, drop_keys
    from yidi_gateway.clock import SystemClock
    from yidi_gateway.journal.database import file_of
    from yidi_gateway.tidying import reseal

    settings = configuration.load(config)
    file = file_of(settings.journal.url)
    path = settings.journal.key_file or file.with_name(f"{file.name}.key")
    name = f"k{SystemClock().now():%Y%m%d%H%M%S}"
    add_key(path, name)
    changed = _waited(_with_journal(settings, lambda journal: reseal(journal, SystemClock())))
    gone = drop_keys(path) if drop_old else 0
    typer.echo(f"key {name}: {changed} rows sealed anew, {gone} old keys removed")


@app.command()
def tail(config: Config = Path(FILE), count: Annotated[int, typer.Option("-n", min=1, max=200)] = 20) -> None:
    """The newest submissions, oldest of them first."""
    from yidi_gateway.journal.port import Search
    from yidi_gateway.lifecycle import TOLD

    settings = configuration.load(config)
    page = _waited(_with_journal(settings, lambda journal: journal.search(Search(limit=count))))
    for row in reversed(page.items):
        at = row.created_at.isoformat(timespec="seconds")
        state = f"{TOLD[row.state]:8} {row.state:10}"
        typer.echo(f"{at}  {row.id}  {row.infno}  {state} {row.incident}  {row.msgid or '-'}")


@app.command()
def show(submission: Subject, config: Config = Path(FILE)) -> None:
    """One submission with its attempts and its audit rows, without personal data."""
    settings = configuration.load(config)
    found = _waited(_with_journal(settings, lambda journal: _told(journal, submission)))
    if found is None:
        fail(NO, f"there is no submission {submission}")
    typer.echo(json.dumps(found, ensure_ascii=False, indent=2, default=str))


@app.command()
def query(submission: Subject, config: Config = Path(FILE), url: Url = None) -> None:
    """Ask the running gateway how a submission stands."""
    found = _asked(configuration.load(config), "GET", f"/v1/submissions/{submission}", url)
    _ended(found)


@app.command()
def reverse(submission: Subject, config: Config = Path(FILE), url: Url = None) -> None:
    """Tell the running gateway that a pending submission is no longer wanted: it ends reversed or failed."""
    found = _asked(configuration.load(config), "POST", f"/v1/submissions/{submission}/void", url)
    if found["state"] == "settled":
        settlement: dict[str, Any] = found.get("settlement") or {}
        number = settlement.get("settlement_id", "ID")
        fail(NO, f"it is settled: take it back by POST /v1/settlements/{number}/refund")
    if found["state"] in ("reversed", "failed"):
        typer.echo(json.dumps(found, ensure_ascii=False, indent=2))
        return
    _ended(found)


@app.command()
def reconcile(
    day: Annotated[str, typer.Argument(metavar="DATE", help="The day, yyyy-MM-dd, or yesterday.")],
    config: Config = Path(FILE),
    url: Url = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object as the last line.")] = False,
) -> None:
    """Reconcile a day with the platform (日对账) and print what was found. Progress goes to stderr."""
    from yidi_gateway import dayend

    settings = configuration.load(config)
    try:
        named = dayend.day_of(day)
    except ValueError:
        fail(WRONG, f"{day} is no day: yyyy-MM-dd, or yesterday")
    told = ""
    while True:
        headers = {"X-Yidi-Patience": "2"}
        found = _asked(settings, "POST", "/v1/reconciliations", url, body={"date": named}, headers=headers)
        if found["state"] != "running":
            break
        if (now := dayend.progress_text(found)) != told:
            typer.echo(told := now, err=True)
    for line in [json.dumps(found, ensure_ascii=False)] if as_json else dayend.lines(found):
        typer.echo(line)
    code = {"balanced": 0, "incomplete": UNKNOWN}.get(found["state"], NO)
    if code:
        fail(code, dayend.ENDS[found["state"]])


@app.command("sample-config")
def sample_config(
    init: Annotated[Path | None, typer.Option(help="Write it there, with a new key for each caller.")] = None,
) -> None:
    """A configuration with every setting and its reason."""
    text = configuration.sample()
    if init is None:
        typer.echo(text, nl=False)
        return
    init.mkdir(parents=True, exist_ok=True)
    file = init / FILE
    if file.exists():
        fail(WRONG, f"{file} is there already and is left alone")
    file.write_text(text, encoding="utf-8")
    for caller in configuration.load(file).access.callers:
        if not caller.key_file.exists():
            handle = os.open(caller.key_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400)
            with os.fdopen(handle, "w") as key:
                key.write(secrets.token_urlsafe(32) + "\n")
    typer.echo(f"wrote {file} and the callers' keys; `yidi-gateway check --config {file}` looks at them")


def _waited(work: Coroutine[Any, Any, T]) -> T:
    return asyncio.run(work)


async def _with_journal(settings: Settings, work: "Callable[[Journal], Coroutine[Any, Any, T]]") -> T:
    from yidi_gateway.journal import open_journal

    journal = await open_journal(settings.journal.url, key_file=settings.journal.key_file)
    try:
        return await work(journal)
    finally:
        await journal.close()


async def _told(journal: "Journal", submission: str) -> dict[str, Any] | None:
    row = await journal.get(submission)
    if row is None:
        return None
    from yidi_gateway.visits.telling import attempt_json, submission_json

    attempts = await journal.attempts(submission_id=submission)
    rows = await journal.audit(submission)
    audit = [
        {"at": entry.at.isoformat(), "event": entry.event, "before": entry.before, "after": entry.after}
        for entry in rows
    ]
    told = submission_json(row, lambda _row: None, "en")
    made = [attempt_json(each) for each in attempts]
    return {**told, "inner_state": str(row.state), "attempts": made, "audit": audit}


def _asked(
    settings: Settings,
    method: str,
    path: str,
    url: str | None,
    *,
    body: dict[str, Any] | None = None,
    headers: dict[str, str] | None = None,
) -> dict[str, Any]:
    """Call the running gateway as the caller whose submission it is, or who has the right."""
    import httpx

    where = url or f"http://{settings.server.host}:{settings.server.port}"
    answer: httpx.Response | None = None
    for caller in settings.access.callers:
        try:
            key = caller.key_file.read_text(encoding="utf-8").strip()
            sent = {"Authorization": f"Bearer {key}", "Accept-Language": "en", **(headers or {})}
            answer = httpx.request(method, where + path, headers=sent, json=body, timeout=60, trust_env=False)
        except OSError as error:
            fail(WRONG, f"[access] callers: key file of {caller.id} cannot be read ({type(error).__name__})")
        except httpx.HTTPError:
            fail(UNREACHABLE, f"no gateway answers at {where}: this command needs it running")
        if answer.status_code not in (403, 404):
            break
    if answer is None or answer.status_code >= 400:  # noqa: PLR2004 - where errors begin
        said: dict[str, Any] = answer.json() if answer is not None else {}
        fail(NO, f"{said.get('cause', 'refused')} ({said.get('code')})")
    told: dict[str, Any] = answer.json()
    return told


def _ended(found: dict[str, Any]) -> None:
    """Print it, and end with the code for its state."""
    typer.echo(json.dumps(found, ensure_ascii=False, indent=2))
    code = {"settled": 0, "failed": NO, "reversed": NO}.get(found["state"], UNKNOWN)
    if code == UNKNOWN:
        fail(UNKNOWN, "the outcome is not known yet: do not charge again")
    if code:
        raise typer.Exit(code)


def _listed(items: "Iterable[Item]") -> bool:
    """Print a check list; whether a line is marked no."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, show_header=False, pad_edge=False)
    styles = {"ok": "green", "note": "yellow", "no": "bold red", "skipped": "dim"}
    wrong = False
    for item in items:
        wrong |= item.mark == "no"
        table.add_row(Text(item.mark, styles[item.mark]), Text(item.title), Text(item.text))
    Console(width=None if os.isatty(1) else 160).print(table)
    return wrong
