"""`up`：启动服务。后台的父进程自成一个会话，关掉终端也不停。"""

import argparse
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import IO, Final

from runtime import parent, state, words
from runtime.bootstrap import environment
from runtime.exits import Exit, Stop
from runtime.hosted import PREFIX, host, hosted
from runtime.messages import say
from runtime.servers.jars import ensure_jars
from runtime.settings import Settings
from runtime.state import ChildState, State

STEP: Final = 0.05  # seconds between looks at the background parent
Echo = Callable[[str], None]
_NOTHING: Final[Mapping[str, str]] = MappingProxyType({})


def run(arguments: argparse.Namespace, chosen: Settings) -> int:
    """启动；`--foreground` 则留在前台。"""
    for one in arguments.office:
        office, _, account = one.partition(":")
        host(chosen, office, account)
    roles = () if arguments.servers_only else (*parent.ROLES, *offices(chosen))
    if arguments.foreground or arguments.background:
        return _stay(chosen, roles, announce=not arguments.background)
    started = start(chosen, roles, lambda line: print(line, flush=True))
    log = chosen.log / "parent.log"
    print(say("up.ready", pid=started.pid, data=chosen.data, log=log))
    return judge(chosen, started)


def offices(chosen: Settings) -> tuple[str, ...]:
    """这台机器上各部门的进程，各是一个子进程。"""
    return tuple(f"{PREFIX}{office}" for office in hosted(chosen))


def judge(chosen: Settings, started: State) -> int:
    """起来之后：有角色停了或起不来，说出来。"""
    fine = {state.RUNNING, state.DONE}
    halted = [words.child(one.name) for one in started.children if one.state == state.HALTED]
    late = [words.child(one.name) for one in started.children if one.state not in fine]
    if halted:
        raise Stop(Exit.INTEGRITY, "integrity", name="、".join(halted))
    if late:
        raise Stop(Exit.DEPENDENCY, "up.partial", names="、".join(late), log=chosen.log)
    return Exit.DONE


def _stay(chosen: Settings, roles: tuple[str, ...], *, announce: bool) -> int:
    """Be the parent, until told to stop."""
    prepare(chosen)

    def report(child: ChildState) -> None:
        shown = say(f"up.child.{child.state}")
        print(say("up.progress", name=words.child(child.name), state=shown), flush=True)

    def ready(_: State) -> None:
        if announce:
            print(say("up.ready_foreground", data=chosen.data), flush=True)

    code = parent.watch(chosen, roles, ready, report)
    if code == Exit.DONE and announce:
        print(say("down.done", data=chosen.data), flush=True)
    return code


def prepare(chosen: Settings) -> None:
    """要下载的先下载：此时还没有任何东西要停。"""
    if chosen.own_kafka:
        ensure_jars()


def start(
    chosen: Settings, roles: tuple[str, ...], echo: Echo, extra: Mapping[str, str] = _NOTHING
) -> State:
    """在后台启动父进程并等到有了结果；已在运行则抛 `Stop`（退出码 4）。

    `echo` gets each line that the parent says meanwhile; `extra` joins its environment.
    """
    if already := state.running(chosen):
        raise state.refuse_second(chosen, already)
    echo(say("up.starting", data=chosen.data))
    prepare(chosen)
    chosen.log.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "runtime", "up", "--background", "--data", str(chosen.data)]
    command += [] if roles else ["--servers-only"]
    path = chosen.log / "parent.log"
    if path.exists():
        path.replace(chosen.log / "parent.previous.log")  # how the last run ended
    with path.open("wb") as log, path.open("r", encoding="utf-8", errors="replace") as said:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd="/",
            env={**environment(), **extra},
            start_new_session=True,
        )
        try:
            return _wait(chosen, process, said, echo)
        except BaseException:
            process.terminate()
            process.wait()
            raise


def _wait(chosen: Settings, process: subprocess.Popen[bytes], said: IO[str], echo: Echo) -> State:
    while True:
        code, found = process.poll(), state.running(chosen)
        if code == Exit.RUNNING:
            raise state.refuse_second(chosen, found)
        if code is not None:
            _repeat(said, echo)
            facts = {"ended": words.ended(code), "log": chosen.log / "parent.log"}
            raise Stop(Exit.DEPENDENCY, "up.failed", **facts)
        _repeat(said, echo)
        if found and found.pid == process.pid and found.ready:
            return found
        time.sleep(STEP)


def _repeat(said: IO[str], echo: Echo) -> None:
    for line in said:
        echo(line.rstrip())
