"""`doctor`：检查不安全、不牢靠之处。每项检查是 runtime/checks 里的一个函数，列在 CHECKS 里。"""

import argparse
import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import Final

import psycopg
from kafka.errors import KafkaError

from ledger.errors import LedgerError
from runtime import state, words
from runtime.checks import database, ledger, machine
from runtime.checks.finding import BAD, OK, WARN, Check, Finding, amiss
from runtime.exits import Exit, Stop
from runtime.messages import say
from runtime.settings import Settings

OF_DATABASE: Final[tuple[Check, ...]] = (
    database.durability,
    database.append_durability,
    database.checksums,
    database.database_roles,
    database.ledger_grants,
    database.clocks,
    ledger.lag,
    ledger.calendar,
    ledger.seal,
)
OF_KAFKA: Final[tuple[Check, ...]] = (ledger.topics,)
CHECKS: Final[tuple[Check, ...]] = (
    machine.servers,
    machine.ports,
    *OF_DATABASE,
    *OF_KAFKA,
    machine.disk,
    machine.secrets,
)


def asks_own_server(check: Check, chosen: Settings) -> bool:
    """这一项要问的服务器，是否由我们自己启动。"""
    if check in OF_DATABASE:
        return chosen.own_database
    return check in OF_KAFKA and chosen.own_kafka


def findings(chosen: Settings) -> Iterator[Finding]:
    """逐项检查；一项查不了，说明为何，其余照查。没有运行的服务器不去等它。"""
    is_stopped = state.running(chosen) is None
    for check in CHECKS:
        if is_stopped and asks_own_server(check, chosen):
            yield amiss(WARN, check.__name__, "skipped")
            continue
        try:
            yield from check(chosen)
        except psycopg.OperationalError:
            yield amiss(WARN, check.__name__, "no_database")
        except (LedgerError, psycopg.ProgrammingError):
            yield amiss(WARN, check.__name__, "no_ledger")
        except (Stop, KafkaError):
            yield amiss(WARN, check.__name__, "no_kafka")


def shown(one: Finding) -> str:
    """一项结论的一两行：如何，怎么办。"""
    level, name = say(f"doctor.{one.level}"), words.child(one.name)
    line = say("doctor.line", level=level, name=name, finding=one.finding)
    return f"{line}\n    {say('todo', todo=one.todo)}" if one.todo else line


def run(arguments: argparse.Namespace, chosen: Settings) -> int:
    """有危险项则退出码 2。"""
    found = list(findings(chosen))
    count = {level: sum(one.level == level for one in found) for level in (OK, WARN, BAD)}
    if arguments.json:
        print(json.dumps([asdict(one) for one in found], ensure_ascii=False))
    else:
        print("\n".join(map(shown, found)))
        print(say("doctor.summary", total=len(found), **count))
    return Exit.REFUSED if count[BAD] else Exit.DONE
