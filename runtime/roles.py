"""角色：父进程或 compose.yaml 启动的一个进程；每个角色也可独自在一台机器上运行。"""

import os
import signal
import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Final

import psycopg
import structlog
from kafka.errors import KafkaError

from consumers import ALL as SUPERVISORS
from domain.acts.inspections import CommitShare
from domain.terms import Mode, Organ
from followers.runner import FollowerOptions, run_followers
from ledger.application import Ledger, Outcome, Request
from ledger.closer import Closer, run_closer
from ledger.errors import LedgerDamaged, LedgerError, LedgerUnavailable
from ledger.failpoints import arm, reach
from ledger.founding import teller
from ledger.keys import SEAL_FILE, create_key_files
from ledger.relay import RelayOptions, run_relay
from ledger.sealer import SealerOptions, run_sealer
from projections import ALL as PROJECTIONS
from runtime.acting import of_organ, of_the_cast
from runtime.ceremony.office import Office, OfficeAccess
from runtime.ceremony.shares import Safe
from runtime.exits import Exit, Stop
from runtime.foundation import renew
from runtime.hosted import hosted
from runtime.settings import Settings

log: Final = structlog.get_logger()


def relay(settings: Settings, stop: threading.Event) -> None:
    """中继：账本 → Kafka。"""
    run_relay(RelayOptions(settings.dsn("shenguan_relay"), settings.kafka_bootstrap), stop)


def followers(settings: Settings, stop: threading.Event) -> None:
    """跟随者：全部视图与监管消费者。"""
    with Ledger.open(settings) as ledger:
        arm(ledger.frame.mode)
        run_followers(_options(settings, ledger), PROJECTIONS, SUPERVISORS, stop)


def office(
    settings: Settings, stop: threading.Event, organ: str = "", account: str | None = None
) -> None:
    """一个部门：计划列了它的，名单一冻结即承诺，承诺一齐即揭示。

    ``account``: of that organ; where none is given, as ``up`` was told, or of the demonstration.
    Raises :class:`Stop`.
    """
    if not organ:
        raise Stop(Exit.USAGE, "office.no_organ")
    with Ledger.open(OfficeAccess.of(settings, organ)) as ledger:
        arm(ledger.frame.mode)
        named = account or hosted(settings).get(organ)
        if named is None and ledger.frame.mode is Mode.DEMO:
            named = of_the_cast(CommitShare, organ)
        if named is None:
            raise Stop(Exit.USAGE, "office.no_account", organ=organ)
        one = Office(
            Organ(organ),
            Safe.of(settings, ledger.frame.origin, organ),
            lambda act: of_organ(ledger, named, act, organ),
            ledger.clock.now,
        )
        run_followers(_options(settings, ledger), (), (one.supervisor(),), stop)


def _options(settings: Settings, ledger: Ledger) -> FollowerOptions:
    return FollowerOptions(
        dsn=settings.dsn("shenguan_follow"),
        bootstrap=settings.kafka_bootstrap,
        store_dsn=settings.dsn("shenguan_project"),
        execute=lambda requests: _watched(ledger, requests),
    )


def _watched(ledger: Ledger, requests: Sequence[Request]) -> Sequence[Outcome]:
    """The commands of the machine pass two fail-points each, named after what is done."""
    for request in requests:
        reach(f"before.{type(request.act).__name__}")
    outcomes = ledger.execute_many(requests)
    for request in requests:
        reach(f"after.{type(request.act).__name__}")
    return outcomes


def sealer(settings: Settings, stop: threading.Event) -> None:
    """封账：另走一路重读账本，签出封账单；首次启动时造钥匙。"""
    create_key_files(settings.keys, (SEAL_FILE,))
    with Ledger.open(settings) as ledger:
        options = SealerOptions(
            dsn=settings.dsn("shenguan_seal"),
            keys=settings.keys,
            folder=settings.sealed,
            bootstrap=settings.kafka_bootstrap,
        )
        with psycopg.connect(settings.dsn("shenguan_seal"), autocommit=True) as conn:
            closer = threading.Thread(target=run_closer, args=(Closer(conn, ledger), stop))
            closer.start()
            try:
                run_sealer(options, teller(ledger), stop)
            finally:
                stop.set()
                closer.join()


ROLES: Final[Mapping[str, Callable[..., None]]] = {
    "founding": lambda settings, _: _found(settings),
    "relay": relay,
    "sealer": sealer,
    "followers": followers,
    "office": office,
}


def _found(settings: Settings) -> None:
    """奠基：做完即结束，其余角色随后才启动。``SHENGUAN_DEMO_CLOCK``: a virtual clock's start."""
    begins = os.environ.get("SHENGUAN_DEMO_CLOCK")
    written = renew(settings, datetime.fromisoformat(begins) if begins else None)
    log.info("founding.done", written=written)


def run(name: str, settings: Settings, **options: str | None) -> int:
    """运行一个角色，直到 SIGTERM 或 SIGINT；答复退出码。"""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    log.info("role.started", role=name)
    try:
        ROLES[name](settings, stop, **options)
    except LedgerDamaged as error:
        log.exception("role.integrity", code=error.code, facts=error.facts)
        return Exit.INTEGRITY
    except (LedgerUnavailable, KafkaError, psycopg.OperationalError) as error:
        log.warning("role.dependency_down", error=repr(error))
        return Exit.DEPENDENCY
    except LedgerError as error:
        log.warning("role.refused", code=error.code, facts=error.facts)
        return Exit.RUNNING if error.code.endswith("running_elsewhere") else Exit.REFUSED
    return Exit.DONE
