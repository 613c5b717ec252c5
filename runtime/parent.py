"""父进程：按次序启动服务器与各角色，看着它们，按相反的次序停下。

One thread, one loop: signals are blocked and fetched with `sigtimedwait`, so that Ctrl-C at any
moment is seen between two steps and never in the middle of one.
"""

import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from runtime import settings as settings_module
from runtime import state as states
from runtime.bootstrap import environment
from runtime.exits import Exit, Stop
from runtime.hosted import PREFIX
from runtime.messages import error, say
from runtime.servers.child import Child, Process, Program
from runtime.servers.embedded import Server, log_tail, servers_of
from runtime.settings import Settings
from runtime.state import ChildState, State

FOUNDING: Final = "founding"  # creates or renews the ledger, before the roles
ROLES: Final = ("relay", "sealer", "followers")  # each runs as `python -m runtime role NAME`
SIGNALS: Final = (signal.SIGCHLD, signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
TICK: Final = 0.1  # seconds between looks
FIRST_PAUSE: Final = 0.5  # seconds before the first restart, doubled each time
LONGEST_PAUSE: Final = 30.0
STEADY: Final = 60.0  # seconds after which a child's earlier failures are forgiven
TRIES: Final = 3  # failures before the first readiness, then it is known not to start
ROLE_SETTLES: Final = 1.5  # seconds a role must live to count as running

Report = Callable[[ChildState], None]


@dataclass(slots=True)
class Watched:
    """一个被看着的子进程。"""

    name: str
    begin: Callable[[], Child]
    ready: Callable[[float], bool]  # given the seconds since its start
    close: Callable[[], None]
    essential: bool  # without it nothing else can start
    once: bool = False  # does its work and ends; the next stage begins when it is done
    state: ChildState = field(init=False)
    child: Child | None = None
    pause: float = FIRST_PAUSE
    resume_at: float = 0.0
    since: float = 0.0
    was_ready: bool = False

    def __post_init__(self) -> None:
        self.state = ChildState(self.name)

    def tick(self, now: float) -> None:
        """往前走一步：启动、就绪、发现退出、到时重启。"""
        match self.state.state:
            case states.WAITING:
                self.start(now)
            case states.BACKOFF if now >= self.resume_at:
                self.start(now)
            case states.STARTING | states.RUNNING:
                self._look(now)
            case _:
                return

    def start(self, now: float) -> None:
        """启动。"""
        self.child = self.begin()
        self.since = now
        self.state = replace(self.state, state=states.STARTING, pid=self.child.pid)

    def stop(self) -> None:
        """停下。"""
        if self.child:
            self.child.stop()
        self.state = replace(self.state, state=states.STOPPED, pid=None)

    def _look(self, now: float) -> None:
        code = self.child.exit_code() if self.child else None
        if code == Exit.DONE and self.once:
            self.was_ready = True
            self.state = replace(self.state, state=states.DONE, pid=None)
        elif code is not None:
            self._exited(code, now)
        elif self.state.state == states.STARTING and self.ready(now - self.since):
            self.was_ready = True
            self.state = replace(self.state, state=states.RUNNING)
        elif now - self.since > STEADY:
            self.pause = FIRST_PAUSE

    def _exited(self, code: int, now: float) -> None:
        halted = code == Exit.INTEGRITY and not self.essential
        self.state = replace(
            self.state,
            state=states.HALTED if halted else states.BACKOFF,
            pid=None,
            last_exit=code,
            restarts=self.state.restarts + (not halted),
        )
        self.resume_at = now + self.pause
        self.pause = min(self.pause * 2, LONGEST_PAUSE)

    def failing(self) -> bool:
        """一直起不来。"""
        return not self.was_ready and self.state.restarts >= TRIES

    def settled(self) -> bool:
        """有了结果：起来了，或知道起不来了。A role that fails keeps nobody else waiting."""
        return self.was_ready or self.state.state == states.HALTED or self.failing()


def _server(server: Server) -> Watched:
    def begin() -> Child:
        server.prepare()
        child = Child(server.program())
        child.start()
        return child

    return Watched(server.name, begin, lambda _: server.ready(), server.close, essential=True)


def role_program(settings: Settings, name: str) -> Program:
    """怎样启动一个角色。"""
    role = ("office", "--organ", name.removeprefix(PREFIX)) if name.startswith(PREFIX) else (name,)
    command = (sys.executable, "-m", "runtime", "role", *role, "--data", str(settings.data))
    return Program(
        name=name,
        command=command,
        log=settings.log / f"{name}.out",
        pid_file=settings.run / f"{name}.pid",
        environment=environment(),
    )


def _role(settings: Settings, name: str) -> Watched:
    def begin() -> Child:
        child = Child(role_program(settings, name))
        child.start()
        return child

    return Watched(name, begin, lambda alive: alive > ROLE_SETTLES, lambda: None, essential=False)


def _founding(settings: Settings) -> Watched:
    def begin() -> Child:
        child = Child(role_program(settings, FOUNDING))
        child.start()
        return child

    return Watched(FOUNDING, begin, lambda _: False, lambda: None, essential=True, once=True)


@dataclass(slots=True)
class Parent:
    """父进程。`stages` start one after the other and stop in the opposite order."""

    settings: Settings
    stages: tuple[tuple[Watched, ...], ...]
    report: Report
    state: State = field(init=False)

    def __post_init__(self) -> None:
        own = Process.of(_own_pid())
        assert own is not None  # noqa: S101 - we are alive
        self.state = State(
            pid=own.pid,
            process_start=own.started,
            started=datetime.now(UTC).isoformat(timespec="seconds"),
            data=str(self.settings.data),
            ports=dict(self.settings.ports),
            children=tuple(one.state for one in self._all()),
        )

    def _all(self) -> Iterator[Watched]:
        return (one for stage in self.stages for one in stage)

    def tick(self) -> None:
        """各子进程各走一步；前一级都就绪了，后一级才开始。"""
        now = time.monotonic()
        for stage in self.stages:
            for one in stage:
                one.tick(now)
                self._publish(one)
                if one.essential and one.failing():
                    self._fail(one)
            if not all(one.settled() for one in stage):
                return
        if not self.state.ready:
            self.state = replace(self.state, ready=True)
            self._save()

    def stop(self) -> None:
        """依次停下：各角色 → Kafka → PostgreSQL。"""
        for one in reversed([one for one in self._all() if one.child]):
            one.state = replace(one.state, state=states.STOPPING)
            self._publish(one)
            one.stop()
            self._publish(one)
        for one in self._all():
            one.close()
        (self.settings.run / "state.json").unlink(missing_ok=True)

    def _publish(self, one: Watched) -> None:
        shown = next(child for child in self.state.children if child.name == one.name)
        if shown != one.state:
            self.state = self.state.with_child(one.state)
            self._save()
            self.report(one.state)

    def _save(self) -> None:
        """A full disk must not end the servers: the state is news, not truth."""
        try:
            self.state.write(self.settings.run)
        except OSError as problem:
            detail = problem.strerror or type(problem).__name__
            print(say("up.state_unwritten", folder=self.settings.run, detail=detail), flush=True)

    def _fail(self, one: Watched) -> None:
        log = one.child.program.log if one.child else self.settings.log
        facts = {"name": one.name, "exit_code": one.state.last_exit, "log": log}
        raise Stop(Exit.DEPENDENCY, "start_failed", **facts, tail=log_tail(Path(log)))


def _own_pid() -> int:
    return int(Path("/proc/self").readlink().name)


def free_the_ports(settings: Settings) -> Settings:
    """端口被别人占了就换一个，并且说出来。Only for servers that are ours to start."""
    own = {"postgres": settings.own_database, "kafka": settings.own_kafka}
    own["controller"] = settings.own_kafka
    taken = frozenset(
        name for name, port in settings.ports.items() if own[name] and settings_module.busy(port)
    )
    if not taken:
        return settings
    moved = settings_module.load(settings.data, settings.sources["data"])
    ports = settings_module.ensure_ports(settings.data, taken=taken)
    for name in sorted(taken):
        print(say("up.port_moved", name=name, old=moved.ports[name], new=ports[name]), flush=True)
    return settings_module.load(settings.data, settings.sources["data"])


@contextmanager
def _signals_held() -> Iterator[None]:
    before = signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def end_leftovers(settings: Settings) -> None:
    """上次若被强行结束，遗留的子进程先结束，再看端口。"""
    for path in sorted(settings.run.glob("*.pid")):
        if process := Process.read(path):
            print(say("up.leftover", name=path.stem, pid=process.pid), flush=True)
            process.end(signal.SIGINT if path.stem == "postgres" else signal.SIGTERM, 30)
        path.unlink(missing_ok=True)


def watch(settings: Settings, roles: Sequence[str], ready: Callable[[State], None],
          report: Report) -> int:  # fmt: skip
    """启动并看着，直到有人叫停。返回退出码。"""
    with _signals_held(), states.only_one(settings):
        end_leftovers(settings)
        settings = free_the_ports(settings)
        servers = tuple(_server(server) for server in servers_of(settings))
        founding = (_founding(settings),) if roles else ()
        workers = tuple(_role(settings, name) for name in roles)
        parent = Parent(settings, (servers, founding, workers), report)
        parent.state.write(settings.run)
        try:
            return _loop(parent, ready)
        except Stop as stop:
            print(error(stop.code, stop.facts), file=sys.stderr, flush=True)
            return stop.exit_code
        finally:
            parent.stop()


def _loop(parent: Parent, ready: Callable[[State], None]) -> int:
    said = False
    while True:
        parent.tick()
        if parent.state.ready and not said:
            said = True
            ready(parent.state)
        got = signal.sigtimedwait(SIGNALS, TICK)
        if got and got.si_signo != signal.SIGCHLD:
            return Exit.DONE
