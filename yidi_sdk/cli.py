"""`yidi`: explain, list the transactions, send one, ask whether a patient may settle directly, tell a deadline.

Exit codes: 0 done, 1 a business "no", 2 wrong usage or configuration, 3 platform unreachable, 4 outcome unknown.
"""

import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

if TYPE_CHECKING:
    from collections.abc import Generator

    from yidi_sdk.client import Client
    from yidi_sdk.institution import Settings
    from yidi_sdk.message import Input
    from yidi_sdk.profile import Profile
    from yidi_sdk.rules.clocks import Calendar

DONE, NO, WRONG, UNREACHABLE, UNKNOWN = range(5)
SETTINGS_FILE = "yidi.toml"
PIPE_WIDTH = 120

app = typer.Typer(
    help="Cross-province medical-insurance settlement: explain, catalogue, call, eligibility, clock.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def main() -> None:
    """Entry point of the command."""
    app()


@app.command()
def explain(
    query: Annotated[str, typer.Argument(help="Field name, Chinese label, infno, or a platform's error text.")],
) -> None:
    """Say what a field, a transaction or an error text means, in Chinese and English."""
    from yidi_sdk import explain as explaining
    from yidi_sdk.explain import pages

    found = explaining.about(query)
    if found is None:
        near = explaining.suggestions(query)
        hint = f"; did you mean {', '.join(near)}?" if near else "; try a field name, an infno or the text of an error"
        fail(NO, f"nothing is known of that{hint}")
    for line in pages.lines(found, query):
        typer.echo(line)


@app.command()
def catalogue(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON list instead of a table.")] = False,
) -> None:
    """Every transaction: infno, names, effect, undone_by, evidence."""
    from yidi_sdk import wire
    from yidi_sdk.catalogue import CATALOGUE

    if as_json:
        rows = [
            {
                "infno": row.infno,
                "name": row.name,
                "name_en": row.name_en,
                "message": row.input.__name__,
                "effect": str(row.effect),
                "undone_by": row.undone_by,
                "reversible": row.reversible,
                "evidence": str(row.evidence),
            }
            for row in CATALOGUE
        ]
        typer.echo(wire.dumps(rows).decode())
        return
    from rich.console import Console
    from rich.table import Table

    table = Table("infno", "名称", "name", "effect", "undone by", "evidence", box=None, pad_edge=False)
    for row in CATALOGUE:
        table.add_row(row.infno, row.name, row.name_en, str(row.effect), row.undone_by or "-", str(row.evidence))
    Console(width=None if sys.stdout.isatty() else PIPE_WIDTH).print(table)


@app.command()
def call(
    infno: Annotated[str, typer.Argument(help="Number of the transaction.")],
    source: Annotated[
        str, typer.Option("--input", help="JSON file with the nodes of `input`; - reads standard input.")
    ],
    insured: Annotated[str, typer.Option("--insured", help="The person's insured division, from 1101.")] = "",
    config: Annotated[
        Path | None, typer.Option("--config", help="TOML file; default yidi.toml, else YIDI_ variables.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be sent, and send nothing.")] = False,
) -> None:
    """Send one transaction to the configured platform and print its typed output."""
    from yidi_sdk import wire
    from yidi_sdk.transactions import SignIn, SignOut

    message = _message(infno, source)
    settings, profile = _settings(config)
    with _told():
        if dry_run:
            typer.echo(_envelope(message, settings, profile, insured))
            return
        with _client(settings, profile) as client:
            if not isinstance(message, (SignIn, SignOut)):
                client.sign_in()
            output = client.send(message, insured_division=insured)
        typer.echo(wire.dumps(output.model_dump(exclude_none=True)).decode())


@contextmanager
def _told() -> "Generator[None]":
    """The errors of a call, each with its exit code and one sentence."""
    from yidi_sdk.errors import Misused, NotSent, Refused, Unknown
    from yidi_sdk.explain.errors import clean

    try:
        yield
    except (Misused, OSError) as error:
        fail(WRONG, str(error))
    except NotSent as error:
        fail(UNREACHABLE, f"the platform cannot be reached: {error}")
    except Refused as error:
        fail(NO, f"{error} | {clean(error.err_msg)}")
    except Unknown as error:
        fail(UNKNOWN, f"{error}; msgid {error.msgid}: query before doing anything again")


@app.command()
def eligibility(
    credential: Annotated[
        str, typer.Option("--credential", help="KIND:VALUE; KIND is e_credential, id_card or social_card.")
    ],
    card_sn: Annotated[str | None, typer.Option("--card-sn", help="Serial of a social card.")] = None,
    kind: Annotated[str, typer.Option("--kind", help="outpatient, chronic, emergency or inpatient.")] = "outpatient",
    disease: Annotated[list[str] | None, typer.Option("--disease", help="Disease code; may be repeated.")] = None,
    name: Annotated[str | None, typer.Option("--name", help="The hospital's own record, to compare.")] = None,
    emergency: Annotated[bool | None, typer.Option("--emergency/--no-emergency", help="As a person answered.")] = None,
    trauma: Annotated[bool | None, typer.Option("--trauma/--no-trauma", help="As a person answered.")] = None,
    third_party: Annotated[
        bool | None, typer.Option("--third-party/--no-third-party", help="As a person answered.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object instead of sentences.")] = False,
    config: Annotated[
        Path | None, typer.Option("--config", help="TOML file; default yidi.toml, else YIDI_ variables.")
    ] = None,
) -> None:
    """Whether a patient may settle directly: the verdict in plain words, with reasons and next steps."""
    from yidi_sdk import verdicts

    which, _, value = credential.partition(":")
    if which not in verdicts.CREDENTIALS or not value:
        fail(WRONG, f"--credential: KIND:VALUE is wanted, KIND one of {', '.join(verdicts.CREDENTIALS)}")
    if kind not in verdicts.KINDS:
        fail(WRONG, f"--kind: one of {', '.join(verdicts.KINDS)} is wanted")
    settings, profile = _settings(config)
    answers = verdicts.Answers(kind, tuple(disease or ()), emergency, trauma, third_party, name)
    with _told(), _client(settings, profile) as client:
        client.sign_in()
        found = verdicts.ask(client, settings.institution, which, value, card_sn, answers)
    for line in verdicts.as_json(found) if as_json else verdicts.in_words(found):
        typer.echo(line)
    raise typer.Exit({"direct": DONE, "refused": WRONG}.get(found.verdict, NO))


@app.command()
def clock(
    name: Annotated[str, typer.Argument(help="Name of the clock, such as day_reconciliation.")],
    start: Annotated[str, typer.Option("--start", help="Month, day or moment in ISO 8601.")],
    calendar: Annotated[
        Path | None, typer.Option("--calendar", help="TOML file: years, holidays, make_up_days (lists).")
    ] = None,
) -> None:
    """A deadline: until when it runs, and when it alarms."""
    from yidi_sdk.rules import clocks

    if name not in clocks.CLOCKS:
        fail(WRONG, f"there is no clock {name}; there are {', '.join(clocks.CLOCKS)}")
    try:
        begins = clocks.read_start(start)
    except ValueError:
        fail(WRONG, f"{start} is no month, day or moment in ISO 8601")
    found = clocks.due(name, begins, _calendar(calendar))
    if found.missing_year is not None:
        fail(WRONG, f"no holiday data for {found.missing_year}: name a file with --calendar")
    row = clocks.CLOCKS[name]
    typer.echo(f"{name}  {row.row}  {row.source}")
    typer.echo(f"到期 due: {found.due} 24:00 ({found.due_at and found.due_at.isoformat()})")
    for label, moment in (("黄色 yellow", found.yellow), ("红色 red", found.red)):
        if moment is not None:
            typer.echo(f"{label}: {moment.isoformat()}")
    if found.listed_on is not None:
        typer.echo(f"清单 listed on: {found.listed_on}")


def fail(code: int, sentence: str) -> NoReturn:
    """One plain sentence on stderr, then out."""
    typer.echo(sentence, err=True)
    raise typer.Exit(code)


def _calendar(file: Path | None) -> "Calendar":
    import tomllib

    from yidi_sdk.rules.clocks import Calendar

    if file is None:
        return Calendar()
    try:
        data = tomllib.loads(file.read_text(encoding="utf-8"))
        return Calendar(
            years=frozenset(data["years"]),
            holidays=frozenset(data.get("holidays", ())),
            make_up_days=frozenset(data.get("make_up_days", ())),
        )
    except (OSError, tomllib.TOMLDecodeError, KeyError, TypeError):
        fail(WRONG, f"{file} is no calendar: a TOML file with years, holidays and make_up_days is wanted")


def _message(infno: str, source: str) -> "Input[Any]":
    from yidi_sdk import wire
    from yidi_sdk.catalogue import by_infno
    from yidi_sdk.errors import Misused
    from yidi_sdk.protocol import read_input

    row = by_infno(infno.upper())
    if row is None:
        fail(WRONG, f"there is no transaction {infno}; `yidi catalogue` lists them")
    try:
        nodes = wire.loads(sys.stdin.buffer.read() if source == "-" else Path(source).read_bytes())
    except OSError as error:
        fail(WRONG, f"cannot read {source}: {error.strerror}")
    except wire.NotJson as error:
        fail(WRONG, f"{source}: {error}")
    if not isinstance(nodes, dict):
        fail(WRONG, f"{source}: an object with the nodes of `input` is wanted")
    try:
        return read_input(row, nodes)  # pyright: ignore[reportUnknownArgumentType] - any JSON
    except Misused as error:
        fail(WRONG, "; ".join(f"{problem.path}: {problem.message}" for problem in error.fields))


def _settings(config: Path | None) -> "tuple[Settings, Profile]":
    from yidi_sdk import institution
    from yidi_sdk import profile as profiles

    try:
        if config is None and not Path(SETTINGS_FILE).exists():
            settings = institution.from_env()
        else:
            settings = institution.from_toml(config or SETTINGS_FILE)
        profile = profiles.load(settings.profile)
        return settings, profile if settings.path is None else profile.with_(path=settings.path)
    except OSError as error:
        fail(WRONG, f"cannot read {config}: {error.strerror}")
    except ValueError as error:
        fail(WRONG, f"{error} (in {SETTINGS_FILE}, --config or YIDI_ variables)")


def _client(settings: "Settings", profile: "Profile") -> "Client":
    from yidi_sdk.attempts import SharedMsgids
    from yidi_sdk.client import Client
    from yidi_sdk.signing import read_secret

    counter = Path(typer.get_app_dir("yidi")) / "msgid.db"
    try:
        secret = None if settings.secret_file is None else read_secret(settings.secret_file)
    except (OSError, ValueError):
        fail(WRONG, "the secret file cannot be read")
    return Client(
        settings.url,
        institution=settings.institution,
        operator=settings.operator,
        profile=profile,
        secret=secret,
        msgids=SharedMsgids(counter, profile, settings.institution.code),
    )


def _envelope(message: "Input[Any]", settings: "Settings", profile: "Profile", insured: str) -> str:
    """What would be sent: address and body. Header signatures need a clock and a nonce, so they are left out."""
    from datetime import datetime

    from yidi_sdk.envelope import BEIJING
    from yidi_sdk.protocol import encode, make_msgid

    now = datetime.now(BEIJING)
    request = encode(
        message,
        profile=profile.with_(header_scheme="none"),
        url=settings.url,
        institution=settings.institution,
        operator=settings.operator,
        msgid=make_msgid(profile, settings.institution.code, now, 0),
        now=now,
        insured_division=insured,
    )
    return f"POST {request.url}\n{request.body.decode()}"
