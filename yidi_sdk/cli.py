"""`yidi`: explain, list the transactions, send one, ask whether a patient may settle directly, tell a deadline.

One file, though long: every command stands here with its options, and only asks others.

Exit codes: 0 done, 1 a business "no", 2 wrong usage or configuration, 3 platform unreachable, 4 outcome unknown.
"""

import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

if TYPE_CHECKING:
    from collections.abc import Generator

    from yidi_sdk.client import Client
    from yidi_sdk.institution import Settings
    from yidi_sdk.profile import Profile
    from yidi_sdk.rules.clocks import Calendar

DONE, NO, WRONG, UNREACHABLE, UNKNOWN = range(5)
SETTINGS_FILE = "yidi.toml"
PIPE_WIDTH = 120

app = typer.Typer(
    help="Cross-province medical-insurance settlement (异地就医直接结算). Begin with `yidi explain 2207`, "
    "`yidi explain psn_no` or the text of an error.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def main() -> None:
    """Entry point of the command."""
    app()


@app.command()
def explain(
    query: Annotated[
        list[str] | None,
        typer.Argument(
            help="psn_no, 人员编号, 2207, 1301, SettleOutpatient, insutype=310, med_type 14, M03900, NOT_FILED, "
            "or the text of an error in quotes."
        ),
    ] = None,
    language: Annotated[str, typer.Option("--lang", help="zh, en, or both side by side.")] = "both",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object instead of lines.")] = False,
    profile: Annotated[
        str, typer.Option("--profile", help="Province, where a number means something else in another.")
    ] = "",
    errors_file: Annotated[
        Path | None, typer.Option("--errors", help="TOML file of more error rows; default YIDI_ERRORS.")
    ] = None,
    unmapped: Annotated[
        Path | None, typer.Option("--unmapped", help="File of error texts, one a line: count those without a row.")
    ] = None,
) -> None:
    """Say what a field, a transaction or an error text means, in Chinese and English."""
    from yidi_sdk import explain as explaining
    from yidi_sdk import wire
    from yidi_sdk.explain import pages, records

    if language not in ("both", "zh", "en"):
        fail(WRONG, "--lang: zh, en or both is wanted")
    if profile:
        _profile(profile)
    _use_errors(errors_file)
    if unmapped is not None:
        _count(unmapped, profile, as_json=as_json)
        return
    text = " ".join(query or ())
    if not text.strip():
        fail(WRONG, "a name, a number, a code or an error text is wanted; --help has examples")
    found = explaining.about(text, profile or None)
    if found is None:
        near = explaining.suggestions(text)
        hint = f"; did you mean {', '.join(near)}?" if near else "; try a field name, an infno or the text of an error"
        fail(NO, f"nothing is known of that{hint}")
    if as_json:
        typer.echo(wire.dumps(records.record(found, text)).decode())
        return
    for line in pages.lines(found, text, language):  # type: ignore[arg-type]  # one of the three
        typer.echo(line)


def _use_errors(file: Path | None) -> None:
    """The error rows of a file, or of those that YIDI_ERRORS names."""
    from yidi_sdk.explain import errors

    try:
        errors.use(*(() if file is None else (file,)))
    except OSError as error:
        fail(WRONG, f"cannot read {error.filename}: {error.strerror}")
    except ValueError as error:
        fail(WRONG, str(error))


def _count(file: Path, profile: str, *, as_json: bool) -> None:
    """How often each text of the file comes that no row explains, without anything of a person."""
    from yidi_sdk import wire
    from yidi_sdk.explain import errors
    from yidi_sdk.explain.tally import Tally

    try:
        texts = [text for text in file.read_text(encoding="utf-8").splitlines() if text.strip()]
    except (OSError, UnicodeDecodeError):
        fail(WRONG, f"cannot read {file}: a text file in UTF-8 is wanted")
    tally = Tally()
    for text in texts:
        if errors.match(text, profile=profile) is None:
            tally.add(text)
    if as_json:
        typer.echo(wire.dumps({"texts": len(texts), "unmapped": tally.counts()}).decode())
        return
    for plain, times in tally.counts().items():
        typer.echo(f"{times:>6}  {plain}")
    typer.echo(f"没有说明 unmapped: {tally.total} / {len(texts)}")


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
    infno: Annotated[
        str, typer.Argument(help="Number of the transaction, also one known by its name only (`yidi explain 1301`).")
    ],
    source: Annotated[
        str, typer.Option("--input", help='JSON file with the nodes of `input`, as {"data":{...}}; - reads stdin.')
    ],
    insured: Annotated[
        str, typer.Option("--insured", help="insuplc_admdvs of the person (6 digits), from the answer to 1101.")
    ] = "",
    config: Annotated[
        Path | None, typer.Option("--config", help="TOML file; default yidi.toml, else YIDI_ variables.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be sent, and send nothing.")] = False,
    profile: Annotated[str, typer.Option("--profile", help="Province to speak as, instead of the configured.")] = "",
    raw: Annotated[bool, typer.Option("--raw", help="Send the input as it is, without checking its fields.")] = False,
) -> None:
    """Send one transaction to the configured platform and print its typed output."""
    from yidi_sdk import calling, wire
    from yidi_sdk.transactions import SignIn, SignOut

    if profile:
        _profile(profile)
    settings, spoken = _settings(config, profile)
    _use_errors(None)
    with _told():
        calling.check_number(infno, spoken.name, raw=raw)
        nodes = calling.read_nodes(_content(source), source)
        message = calling.message_of(infno, nodes, spoken.name, raw=raw)
        if dry_run:
            typer.echo(calling.shown(message, settings, spoken, insured))
            return
        with _client(settings, spoken) as client:
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
    _use_errors(None)
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
        Path | None, typer.Option("--calendar", help="TOML file in place of ours: years, holidays, make_up_days.")
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
    if found.notice:
        typer.echo(found.notice)


def fail(code: int, sentence: str) -> NoReturn:
    """One plain sentence on stderr, then out."""
    typer.echo(sentence, err=True)
    raise typer.Exit(code)


def _calendar(file: Path | None) -> "Calendar":
    import tomllib

    from yidi_sdk.rules.clocks import Calendar, published

    if file is None:
        return published()
    try:
        data = tomllib.loads(file.read_text(encoding="utf-8"))
        return Calendar(
            years=frozenset(data["years"]),
            holidays=frozenset(data.get("holidays", ())),
            make_up_days=frozenset(data.get("make_up_days", ())),
        )
    except (OSError, tomllib.TOMLDecodeError, KeyError, TypeError):
        fail(WRONG, f"{file} is no calendar: a TOML file with years, holidays and make_up_days is wanted")


def _content(source: str) -> bytes:
    """The bytes of a file, or of standard input."""
    try:
        return sys.stdin.buffer.read() if source == "-" else Path(source).read_bytes()
    except OSError as error:
        fail(WRONG, f"cannot read {source}: {error.strerror}")


def _profile(name: str) -> "Profile":
    from yidi_sdk import profile as profiles

    try:
        return profiles.load(name)
    except ValueError as error:
        fail(WRONG, str(error))


def _settings(config: Path | None, name: str = "") -> "tuple[Settings, Profile]":
    """The settings, and the profile that they or the command line name."""
    from yidi_sdk import institution
    from yidi_sdk import profile as profiles

    try:
        if config is None and not Path(SETTINGS_FILE).exists():
            settings = institution.from_env()
        else:
            settings = institution.from_toml(config or SETTINGS_FILE)
        profile = profiles.load(name or settings.profile)
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
