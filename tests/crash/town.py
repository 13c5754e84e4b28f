"""A platform over HTTP, gateways as real processes, and callers: for tests that kill, stop and starve the process.

The platform is the ledger of the simulation (`simulation.hub`), written apart from gateway and mock hub. Times are real
and short.
"""

import asyncio
import json
import os
import random
import secrets
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import httpx
from simulation.forms import invented, visit_in
from simulation.hub import Habits, Hub, Json, Person

ROOT = Path(__file__).parents[2]
QUIET_S, COMMIT_S, QUERY_S, SLOW_S = 2.0, 2.0, 1.0, 1.0
FINAL = ("settled", "failed", "reversed")
CONFIG = """\
[platform]
url = "{url}"
profile = "national"
path = "single"
[institution]
code = "H50010300001"
name = "示例市人民医院"
division = "500103"
level = "3"
[operator]
id = "0001"
name = "示例收费员"
kind = "1"
[journal]
url = "sqlite:///{journal}"
[timing]
{timing}
[access]
callers = [{{ id = "his", key_file = "his.key", scopes = ["query", "settle", "refund", "reconcile", "admin"] }}]
"""
Answering = Callable[[Json], Awaitable["Json | str | None"]]
"""What is answered to a message: an output, a refusal's text, or None for HTTP 502."""


@dataclass
class Platform:
    """Takes messages over loopback. `befalls` stands before the ledger; the plain way is `perform`."""

    hub: Hub = field(init=False)
    befalls: Answering | None = None
    received: list[Json] = field(default_factory=list)
    url: str = ""

    def __post_init__(self) -> None:
        beijing = timezone(timedelta(hours=8))
        self.hub = Hub(Habits(), lambda: f"{datetime.now(beijing):%Y-%m-%d %H:%M:%S}", lambda *_: None)

    @asynccontextmanager
    async def open(self) -> AsyncIterator["Platform"]:
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0, backlog=512)
        async with server:
            host, port = server.sockets[0].getsockname()[:2]
            self.url = f"http://{host}:{port}"
            yield self

    async def perform(self, message: Json) -> Json | str | None:
        return self.hub.perform(message)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
            length = next(int(line.split(":")[1]) for line in head.split("\r\n") if line.startswith("content-length:"))
            message = json.loads(await reader.readexactly(length))
            self.received.append(message)
            answer = await (self.befalls or self.perform)(message)
            status, body = (502, b"bad gateway") if answer is None else (200, _enveloped(answer))
            writer.write(
                f"HTTP/1.1 {status} X\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode() + body
            )
            await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    def sent(self, infno: str) -> list[Json]:
        return [message for message in self.received if message["infno"] == infno]


def _enveloped(answer: Json | str) -> bytes:
    good = {"infcode": 0, "inf_refmsgid": "5", "err_msg": None, "output": answer}
    bad = {"infcode": -1, "inf_refmsgid": None, "err_msg": answer, "output": None}
    return json.dumps(bad if isinstance(answer, str) else good, ensure_ascii=False).encode()


class Nursery:
    """The parent that forks gateways; see `nursery`."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._one_at_a_time = asyncio.Lock()

    @classmethod
    @asynccontextmanager
    async def open(cls) -> AsyncIterator["Nursery"]:
        path = os.pathsep.join((str(ROOT / "tests"), str(ROOT / "examples")))
        env = {**os.environ, "PYTHONPATH": path}
        env.pop("YIDI_CRASH", None)
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "crash.nursery", stdin=pipe, stdout=pipe, env=env, cwd=ROOT
        )
        assert process.stdout is not None
        assert (await process.stdout.readline()).strip() == b"ready"
        try:
            yield cls(process)
        finally:
            assert process.stdin is not None
            process.stdin.close()
            await process.wait()

    async def fork(self, folder: Path, **env: str) -> int:
        """A new gateway over this folder; its process id."""
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        async with self._one_at_a_time:
            stdin.write(json.dumps({"folder": str(folder), "env": env}).encode() + b"\n")
            await stdin.drain()
            return int(await stdout.readline())


@dataclass
class Gateway:
    """One gateway after another over the same folder. `url` is "" while none answers."""

    nursery: Nursery
    folder: Path
    url: str = ""
    pid: int = 0
    lives: int = 0
    ended: list[int] = field(default_factory=list)

    async def start(self, **env: str) -> None:
        """Start, and wait until it takes calls or is dead."""
        self.pid = await self.nursery.fork(self.folder, **env)
        self.lives += 1
        ready = self.folder / f"ready-{self.pid}"
        while not ready.exists():
            if self.has_ended() is not None:
                return
            await asyncio.sleep(0.005)
        self.url = ready.read_text()

    def has_ended(self) -> int | None:
        """How this life ended; None while it lives."""
        path = self.folder / f"ended-{self.pid}"
        return int(path.read_text()) if path.exists() else None

    async def end(self) -> int:
        """Wait until this life has ended; how it did."""
        while (how := self.has_ended()) is None:
            await asyncio.sleep(0.005)
        self.url = ""
        self.ended.append(how)
        return how

    async def kill(self) -> None:
        if self.has_ended() is None:
            os.kill(self.pid, signal.SIGKILL)
        await self.end()

    async def stop(self) -> None:
        if self.has_ended() is None:
            os.kill(self.pid, signal.SIGTERM)
        await self.end()


@dataclass
class Told:
    """What callers heard, and what of it contradicts."""

    finals: dict[str, str] = field(default_factory=dict)
    undone: set[str] = field(default_factory=set)
    answers: dict[str, bytes] = field(default_factory=dict)
    contradictions: list[str] = field(default_factory=list)

    def hear(self, submission_id: str, word: str) -> None:
        before = self.finals.get(submission_id)
        undone = before == "settled" and submission_id in self.undone and word in ("pending", "reversed", "manual")
        if before is not None and word != before and not undone:
            self.contradictions.append(f"told {before}, then {word}")
        if word in FINAL:
            self.finals[submission_id] = word

    def answer(self, key: str, response: httpx.Response) -> None:
        if response.status_code in (202, 503) or b'"manual"' in response.content:
            return  # not the last word
        if self.answers.setdefault(key, response.content) != response.content:
            self.contradictions.append(f"two answers to key {key}")


@dataclass
class Caller:
    """A HIS: repeats the same key over all lives of the gateway until the answer is final."""

    gateway: Gateway
    key: str
    told: Told = field(default_factory=Told)
    patience: float = 6

    async def post(self, path: str, body: Json, key: str, until: float = 60) -> Json:
        """The final answer. Raises TimeoutError."""
        async with asyncio.timeout(until):
            while True:
                response = await self.once("POST", path, body, key)
                if response is None or response.status_code in (202, 503):
                    await asyncio.sleep(0.1)
                    continue
                found: Json = response.json()
                return found

    async def once(self, method: str, path: str, body: Json | None = None, key: str = "") -> httpx.Response | None:
        """One call; None when the line broke."""
        while not self.gateway.url:
            await asyncio.sleep(0.01)
        headers = {"Authorization": f"Bearer {self.key}", "X-Yidi-Patience": str(self.patience)}
        if key:
            headers["Idempotency-Key"] = key
        try:
            async with httpx.AsyncClient(base_url=self.gateway.url, trust_env=False, timeout=30) as client:
                response = await client.request(method, path, json=body, headers=headers)
        except httpx.TransportError:
            await asyncio.sleep(0.02)
            return None
        if key:
            self.told.answer(key, response)
        if response.headers.get("content-type", "").startswith("application/"):
            self._heard(response.json())
        return response

    def _heard(self, body: Json) -> None:
        for basket in body.get("baskets", ()):
            if basket.get("submission_id") and "refund" not in basket:
                self.told.hear(basket["submission_id"], basket["state"])
        if body.get("submission_id") and body.get("state"):
            self.told.hear(body["submission_id"], body["state"])

    async def listed(self) -> list[Json]:
        """All submissions once none is open."""
        while True:
            rows: list[Json] = []
            cursor: str | None = None
            while True:
                path = "/v1/submissions?limit=200" + (f"&cursor={cursor}" if cursor else "")
                page = await self.once("GET", path)
                if page is None or page.status_code != 200:
                    await asyncio.sleep(0.2)
                    continue
                rows += page.json()["items"]
                cursor = page.json()["next"]
                if cursor is None:
                    break
            if not any(row["state"] == "pending" for row in rows):
                return rows
            await asyncio.sleep(0.2)


def set_up(folder: Path, url: str, journal: Path | None = None, **timing: float) -> str:
    """gateway.toml and the caller's key in this folder; the key."""
    folder.mkdir(parents=True, exist_ok=True)
    key = secrets.token_hex(32)
    (folder / "his.key").write_text(key)
    (folder / "his.key").chmod(0o400)
    times = {"quiet_s": QUIET_S, "commit_s": COMMIT_S, "query_s": QUERY_S, "upload_s": COMMIT_S, **timing}
    lines = "\n".join(f"{name} = {value}" for name, value in times.items())
    place = (journal or folder / "yidi.db").as_posix()
    (folder / "gateway.toml").write_text(CONFIG.format(url=url, journal=place, timing=lines), encoding="utf-8")
    return key


def patient(hub: Hub, number: int) -> Person:
    person = invented(number)
    hub.people.append(person)
    return person


def visit_body(number: int, person: Person) -> Json:
    now = datetime.now(timezone(timedelta(hours=8)))
    body = visit_in(number, person, (None,), now, random.Random(number))
    return body.model_dump(mode="json", exclude_none=True)


@dataclass(frozen=True)
class Verdict:
    """What hub, journal and callers say of one another."""

    lost: list[str]
    doubled: list[str]
    contradicted: list[str]

    @property
    def is_clean(self) -> bool:
        return not (self.lost or self.doubled or self.contradicted)


def verdict(platform: Platform, told: Told, listed: list[Json]) -> Verdict:
    """Ledger = journal = what callers were told, to the fen."""
    hub = platform.hub
    lost: list[str] = []
    contradicted = list(told.contradictions)
    live = {row.msgid: row for row in hub.live()}
    undone = {row.undoes for row in hub.rows() if row.undoes is not None and not row.reversed}
    for row in listed:
        told.hear(row["submission_id"], row["state"])
        made = hub.made_by(row["msgid"] or "")
        if row["infno"] not in ("2207", "2304"):
            if row["state"] in ("failed", "reversed") and any(one.live for one in made):
                contradicted.append(f"{row['infno']} told {row['state']}, and done")
            continue
        if row["state"] == "settled":
            shown = row["settlement"]
            if row["msgid"] not in live and not any(one.setl_id in undone for one in made):
                lost.append(f"{row['msgid']} told settled, and not live")
            elif row["msgid"] in live and _differs(live[row["msgid"]].amounts, shown["amounts"]):
                contradicted.append(f"{row['msgid']} told with other amounts")
        elif row["state"] in ("failed", "reversed") and row["msgid"] in live:
            contradicted.append(f"{row['msgid']} told {row['state']}, and live")
    contradicted += [text for text in told.contradictions if text not in contradicted]
    journaled = {row["msgid"] for row in listed if row["state"] in ("settled", "manual")}
    lost += [f"{msgid} is live, and nobody was told" for msgid in live if msgid not in journaled]
    baskets = Counter((row.visit.number, row.batch) for row in hub.live())
    doubled = [f"{count} live settlements of {basket[0]}" for basket, count in baskets.items() if count > 1]
    sent = Counter(message["msgid"] for message in platform.received)
    doubled += [f"{msgid} left {count} times" for msgid, count in sent.items() if count > 1]
    return Verdict(lost, doubled, contradicted)


def _differs(theirs: dict[str, Decimal], ours: Json) -> bool:
    names = {"total": "medfee_sumamt", "fund": "fund_pay_sumamt", "account": "acct_pay", "cash": "psn_cash_pay"}
    return any(theirs[wire] != Decimal(ours[name]) for name, wire in names.items())
