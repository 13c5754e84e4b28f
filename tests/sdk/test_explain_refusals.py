"""Every refusal of our own is explained: reason codes, codes of the gateway, the SDK's exceptions and sentences.

What refuses is found in the source text, so that a new refusal without a row fails here.
"""

import ast
import builtins
import json
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from yidi_sdk import explain
from yidi_sdk.catalogue import by_infno
from yidi_sdk.errors import Misused
from yidi_sdk.explain import pages
from yidi_sdk.explain.refusals import Refusal, named, refusals, said
from yidi_sdk.explain.rows import CATEGORIES, REPEAT, WHO
from yidi_sdk.protocol import read_input
from yidi_sdk.rules.reasons import REASONS, Code

ROOT = Path(__file__).parents[2]
SDK = ROOT / "yidi_sdk"
GATEWAY = ROOT / "gateway" / "yidi_gateway"
SENTENCE_AT = {
    "_wrong": 0,
    "_garbled": 2,
    "FieldProblem": 1,
    "fail": 1,
    "PydanticCustomError": 1,
    "Opened": 1,
}
"""Which argument of our own makers of refusals is the sentence; of an exception it is the first."""
SAID_BELOW = {"FileFlawed"}
"""Makers whose sentences are a table of their own, with a test of their own."""
BUILT_ELSEWHERE = {
    ("attempts.py", "str(error)"): "the profile's own sentence",
    ("cli.py", "str(error)"): "the error's own sentence",
    ("cli.py", "f'{error} | {clean(error.err_msg)}'"): "the error's own sentence, then the platform's",
    ("calling.py", "f'{source}: {error}'"): "the sentence of NotJson",
    ("cli.py", "f'{error} (in {SETTINGS_FILE}, --config or YIDI_ variables)'"): "the sentence of SettingsMissing",
    ("element.py", "'{label}: {english}'"): "the sentences of `_wrong`",
    ("message.py", "'{label}: {english}'"): "the sentences of `_wrong`",
    ("transactions/files.py", "'{label}: {english}'"): "must be bytes: see below",
    ("calling.py", "told"): "the sentences of the fields",
    ("flows/files.py", "text"): "the sentences of `_wrong`",
    ("inpatient.py", "reason.code"): "a reason code",
    ("protocol.py", "text"): "the sentences of `_garbled`",
    ("protocol.py", "answered.flaw"): "the flaws of bodies.py",
    ("protocol.py", "entry['msg']"): "pydantic's sentences: see below",
    ("protocol.py", "f'{row.infno}: {text}'"): "the sentences of its FieldProblems",
    ("protocol.py", "f'{row.infno}: {error}'"): "the sentences of signing and wire",
    ("protocol.py", "flaw"): "the sentences of archive.py",
    ("detail_files.py", "text"): "the sentences of `_wrong`",
    ("detail_files.py", "f'{name}: {text}'"): "the sentences of `_wrong`",
    ("rows.py", "f'{source}: {name}: {flaw}'"): "what is wrong with a row: see the test of provinces' files",
    ("stays.py", "f'{problem.path}: {problem.message}'"): "the sentence of its FieldProblem",
    ("clocks.py", "day.year"): "a year: the class has the sentence",
    ("bodies.py", "flaw"): "the flaws of `_flaw`",
    ("voucher/exchange.py", "text"): "the sentences of `_wrong`",
    ("voucher/exchange.py", "f'{call.function.name}: {error}'"): "the sentences of wire",
    ("bodies.py", "self._flaw(answer.get('cainfo'), text)"): "the flaws of `_flaw`",
}
"""Sites whose whole sentence comes from another site."""
JOINED = "'; '.join("


@dataclass(frozen=True)
class Site:
    """A place in the source that refuses: who makes the refusal, its sentence with 7 for what is filled in."""

    where: str
    maker: str
    source: str
    sentence: str


@cache
def exceptions() -> frozenset[str]:
    """Every class of the SDK that is an exception."""
    bases = {
        node.name: [ast.unparse(base).split(".")[-1] for base in node.bases]
        for path in SDK.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef)
    }

    def is_one(name: str) -> bool:
        known = getattr(builtins, name, None)
        if isinstance(known, type):
            return issubclass(known, BaseException)
        return any(map(is_one, bases.get(name, ())))

    return frozenset(filter(is_one, bases))


def is_exception(name: str) -> bool:
    known = getattr(builtins, name, None)
    return name in exceptions() or (isinstance(known, type) and issubclass(known, BaseException))


def sentences(node: ast.expr | None) -> Iterator[str]:
    """What the expression can be, 7 for what is filled in; nothing where it is not written there."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        yield "".join(str(part.value) if isinstance(part, ast.Constant) else "7" for part in node.values)
    elif isinstance(node, ast.Name) and node.id.isupper():
        yield from (text for text in CONSTANTS.get(node.id, ()))
    elif isinstance(node, ast.IfExp):
        yield from sentences(node.body)
        yield from sentences(node.orelse)


def sites(folder: Path = SDK) -> Iterator[Site]:
    for path in sorted(folder.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef) and node.name == "_flaw":
                for inner in ast.walk(node):
                    if isinstance(inner, ast.Return):
                        yield from made(path, "_flaw", inner.lineno, inner.value)
            if not isinstance(node, ast.Call):
                continue
            maker = ast.unparse(node.func).split(".")[-1]
            at = SENTENCE_AT.get(maker, 0 if is_exception(maker) and maker not in SAID_BELOW else None)
            if maker == "_wrong" and len(node.args) > 1 and path.parent.name == "flows":
                at = 1
            if maker == "Opened" and path.name != "bodies.py":
                continue
            if at is not None and len(node.args) > at:
                yield from made(path, maker, node.lineno, node.args[at])


def made(path: Path, maker: str, line: int, argument: ast.expr | None) -> Iterator[Site]:
    where, source = f"{path.relative_to(ROOT)}:{line}", "" if argument is None else ast.unparse(argument)
    found = [text for text in sentences(argument) if text] or ([""] if maker != "_flaw" else [])
    for text in found:
        yield Site(where, maker, source, text)


def is_elsewhere(site: Site) -> bool:
    file = site.where.split(":")[0]
    return site.source.startswith(JOINED) or any(
        file.endswith(name) and site.source == source for name, source in BUILT_ELSEWHERE
    )


CONSTANTS = {
    "TOO_MUCH": ("the archive unpacks to more than is allowed",),
    "NO_ADDRESS": ("no address of the e-voucher middleware is configured",),
}
"""Sentences that have a name of their own."""
SITES = list(sites())


def test_every_sentence_of_the_sdk_has_a_row() -> None:
    untold = [f"{site.where} {site.source}" for site in SITES if not is_elsewhere(site) and said(site.sentence) is None]
    assert untold == [], "add a row to yidi_sdk/explain/refusals.toml"
    assert len(SITES) > 100


def test_no_sentence_is_excused_that_is_not_there() -> None:
    for name, source in BUILT_ELSEWHERE:
        assert any(site.where.split(":")[0].endswith(name) and site.source == source for site in SITES), name


REPEATS = {
    "Misused": {"no"},
    "NotSent": {"yes"},
    "NotKept": {"yes"},
    "SignerFailed": {"yes"},
    "Unknown": {"query"},
    "TimedOut": {"query"},
    "Garbled": {"query"},
    "_garbled": {"query"},
    "_flaw": {"query"},
}
OTHERWISE = {
    "address_wrong": "an address that is none stays none",
    "file_not_given": "a download may be made again",
    "code_table_wrong": "a query may be made again",
}


def test_what_may_be_repeated_follows_from_the_kind_of_error() -> None:
    for site in SITES:
        row = None if is_elsewhere(site) else said(site.sentence)
        if row is not None and row.key not in OTHERWISE:
            assert row.repeat in REPEATS.get(site.maker, {"yes", "query", "no"}), site
            assert site.maker not in ("Misused", "NotSent", "NotKept") or row.money == "not_moved", site


def test_a_new_sentence_without_a_row_is_found(tmp_path: Path) -> None:
    """A check nobody has seen fail may not be running."""
    folder = tmp_path / "new"
    folder.mkdir()
    (folder / "new.py").write_text('raise ValueError(f"the {what} is upside down")\n', encoding="utf-8")
    tree = ast.parse((folder / "new.py").read_text(encoding="utf-8"))
    [call] = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    assert [said(text) for text in sentences(call.args[0])] == [None]


def test_every_flaw_of_a_file_has_a_row() -> None:
    from yidi_sdk.flows.detail_files import FLAWS, FileFlawed

    for flaw in FLAWS:
        row = said(str(FileFlawed(flaw)))
        assert row is not None
        assert row.key == "FileFlawed"


@pytest.mark.parametrize("name", sorted(exceptions()))
def test_every_exception_has_a_row(name: str) -> None:
    row = named(name)
    assert row is not None
    assert row.key == name


@pytest.mark.parametrize("code", list(Code))
def test_every_reason_code_has_a_row(code: Code) -> None:
    row = named(code)
    assert row is not None
    assert (row.cause_zh, row.cause_en, row.who) == (REASONS[code].zh, REASONS[code].en, REASONS[code].who)
    if REASONS[code].effect in ("N", "A"):
        assert row.money == "not_moved"


@pytest.mark.parametrize("row", refusals(), ids=lambda row: row.key)
def test_each_row_is_whole(row: Refusal) -> None:
    assert all((row.cause_zh, row.next_zh, row.cause_en, row.next_en))
    assert row.category in CATEGORIES
    assert row.who in WHO
    assert row.repeat in REPEAT
    assert row.money in pages.MONEY
    assert not (row.money == "unknown" and row.repeat == "yes")
    assert explain.about(row.key) == row


def gateway_codes() -> set[str]:
    """Every code that stands in the gateway's source where a code is told."""
    found: set[str] = set()
    for path in GATEWAY.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                maker = ast.unparse(node.func).split(".")[-1]
                given = [*node.args[:1]] if maker == "Problem" else []
                given += [word.value for word in node.keywords if word.arg == "code"]
                found |= {text for argument in given for text in code_in(argument)}
            elif isinstance(node, ast.Dict):
                keys = [key.value if isinstance(key, ast.Constant) else None for key in node.keys]
                found |= {
                    text
                    for key, value in zip(keys, node.values, strict=True)
                    if key == "code"
                    for text in code_in(value)
                }
    return found


def code_in(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "Code":
        yield node.attr
    elif isinstance(node, ast.BoolOp):
        for part in node.values:
            yield from code_in(part)
    else:
        yield from sentences(node)


def test_every_code_of_the_gateway_has_a_row() -> None:
    told = pytest.importorskip("yidi_gateway.doors.told")
    problem = pytest.importorskip("yidi_gateway.problem")
    rest = pytest.importorskip("yidi_gateway.doors.rest")
    codes = gateway_codes() | set(problem.OWN) | set(told.OWN) | set(rest.REFUSALS.values())
    assert sorted(code for code in codes if named(code) is None) == [], "add a row to yidi_sdk/explain/refusals.toml"
    assert {"BAD_REQUEST", "BROKEN", "NOT_MANUAL", "OUTCOME_UNKNOWN", "TOO_LARGE"} <= codes


def test_the_gateway_says_the_same() -> None:
    told = pytest.importorskip("yidi_gateway.doors.told")
    problem = pytest.importorskip("yidi_gateway.problem")
    texts = {code: (row.zh, row.en, row.next_zh, row.next_en, row.who) for code, row in problem.OWN.items()}
    texts |= {
        code: (cause, cause_en, step, step_en, who)
        for code, ((cause, cause_en), (step, step_en), who) in told.OWN.items()
    }
    for code, (zh, en, next_zh, next_en, who) in texts.items():
        if code in Code.__members__:  # told of a visit in its own words
            continue
        row = named(code)
        assert row is not None
        assert (row.cause_zh, row.cause_en, row.next_zh, row.next_en, row.who) == (zh, en, next_zh, next_en, who)
        assert row.origin == "gateway"


def test_no_row_of_the_gateway_is_left_over() -> None:
    told = pytest.importorskip("yidi_gateway.doors.told")
    problem = pytest.importorskip("yidi_gateway.problem")
    assert {row.key for row in refusals() if row.origin == "gateway"} <= set(problem.OWN) | set(told.OWN)


def message(infno: str) -> dict[str, Any]:
    text = (ROOT / "tests" / "golden" / f"{infno}.request.json").read_text(encoding="utf-8")
    return json.loads(text, parse_float=Decimal)["input"]


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"medfee_sumamt": 12.5}, "field_number"),
        ({"medfee_sumamt": "1.005"}, "field_number"),
        ({"medfee_sumamt": "12,10"}, "field_number"),
        ({"medfee_sumamt": Decimal(10) ** 15}, "field_length"),
        ({"medfee_sumamt": ""}, "field_missing"),
        ({"psn_no": None}, "field_kind"),
        ({"psn_no": ""}, "field_missing"),
        ({"psn_no": "5" * 31}, "field_length"),
        ({"psn_no": 5}, "field_kind"),
        ({"mdtrt_cert_type": "77"}, "field_code"),
        ({"nonsense": "1"}, "field_unknown"),
    ],
)
def test_what_a_field_is_refused_for_is_explained(change: dict[str, Any], key: str) -> None:
    row = by_infno("2207")
    assert row is not None
    nodes = message("2207")
    [node] = nodes.values()
    with pytest.raises(Misused) as caught:
        read_input(row, {"data": {**node, **change}})
    [problem] = caught.value.fields
    found = said(problem.message)
    assert found is not None
    assert found.key == key
    whole = said(str(caught.value))
    assert whole is not None
    assert whole.key == "wrong_fields"


@pytest.mark.parametrize("nodes", [{"data": []}, {}, {"data": {"psn_no": []}}, {"feedetail": "x"}])
def test_what_a_node_is_refused_for_is_explained(nodes: dict[str, Any]) -> None:
    for infno in ("2207", "2204", "2401", "9101"):
        row = by_infno(infno)
        assert row is not None
        with pytest.raises(Misused) as caught:
            read_input(row, nodes)
        assert [problem for problem in caught.value.fields if said(problem.message) is None] == []


def test_must_be_bytes_is_explained() -> None:
    from yidi_sdk.transactions.files import CONTENT_IS_BYTES

    row = said(str(CONTENT_IS_BYTES["english"]))
    assert row is not None
    assert row.key == "field_kind"
