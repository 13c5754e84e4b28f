"""A parent that has imported the gateway and forks one for each line on its input: starting takes a moment.

A line is JSON: `folder` with a gateway.toml, `env` for the child. The child writes its address to `ready-PID`; when it
has ended, how it ended stands in `ended-PID`.
"""

import gc
import json
import os
import signal
import sys
import traceback
from importlib import import_module
from pathlib import Path
from typing import Any

EVERY_CHILD_NEEDS = ("yidi_gateway.journal.sql", "yidi_sdk.posters.aiohttp", "yidi_sdk.transactions")


def main() -> None:
    from yidi_gateway import app, logging, settings

    for name in EVERY_CHILD_NEEDS:
        import_module(name)

    children: dict[int, Path] = {}

    def bury(*_: object) -> None:
        for pid, folder in list(children.items()):
            ended, status = os.waitpid(pid, os.WNOHANG)
            if ended:
                del children[pid]
                _whole(folder / f"ended-{pid}", str(os.waitstatus_to_exitcode(status)))

    signal.signal(signal.SIGCHLD, bury)
    gc.collect()
    gc.freeze()
    print("ready", flush=True)
    for line in sys.stdin:
        order: dict[str, Any] = json.loads(line)
        folder = Path(order["folder"])
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})
        pid = os.fork()
        if pid == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})
            _child(folder, order["env"], app, logging, settings)
        children[pid] = folder
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})
        print(pid, flush=True)


def _child(folder: Path, env: dict[str, str], app: Any, logging: Any, settings: Any) -> None:
    """The gateway itself; never returns."""
    try:
        os.environ.update(env)
        log = os.open(folder / "gateway.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(log, 1)
        os.dup2(log, 2)
        from yidi_gateway.clock import SystemClock

        _clock(env, SystemClock)
        loaded = settings.load(folder / "gateway.toml")
        server = loaded.server.model_copy(update={"port": 0})
        logging.configure("warning", SystemClock())
        loaded = loaded.model_copy(update={"server": server})
        app.run(loaded, lambda address: _whole(folder / f"ready-{os.getpid()}", address))
    except BaseException:  # noqa: BLE001 - a child never returns into its parent's code
        traceback.print_exc()
        os._exit(70)
    os._exit(0)


def _clock(env: dict[str, str], system: Any) -> None:
    """A wall clock that somebody sets: the seconds in this file are added to it, whenever they change."""
    path = env.get("CLOCK_FILE")
    if path is None:
        return
    from datetime import timedelta

    plain = system.now

    def now(self: Any) -> Any:
        try:
            return plain(self) + timedelta(seconds=float(Path(path).read_text()))
        except (OSError, ValueError):
            return plain(self)

    system.now = now


def _whole(path: Path, text: str) -> None:
    """Written at once, or not there."""
    draft = path.with_name(f"{path.name}.draft")
    draft.write_text(text)
    draft.replace(path)


if __name__ == "__main__":
    main()
