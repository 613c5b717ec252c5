"""`act`：有哪些办理、各写什么；照文件在账上办一件或几件事。"""

import argparse
import json
from dataclasses import asdict
from pathlib import Path

from rich.console import Console

from domain.terms import Mode, Role
from runtime import case_file, settings
from runtime.acts import told
from runtime.acts.about import about, every, kind_of
from runtime.acts.file import read
from runtime.acts.perform import Clerk, Rehearsal
from runtime.exits import Exit, Stop
from runtime.hall import Hall, open_hall
from runtime.messages import say
from runtime.settings import Settings
from runtime.words import term


def run(arguments: argparse.Namespace, chosen: Settings | None) -> int:
    """退出码：0 已办 · 1 用法，或文件写得不对 · 2 不予办理 · 3 账本有疑 · 5 数据库不可用。"""
    match arguments.action:
        case "list":
            return _list(arguments)
        case "show":
            return _show(arguments)
        case _:
            path = Path(_needed(arguments))
            chosen = chosen or settings.existing(*settings.choose_folder("act", arguments.data))
            with open_hall(chosen) as hall:
                return _do(arguments, hall, path)


def _needed(arguments: argparse.Namespace) -> str:
    if not arguments.what:
        raise Stop(Exit.USAGE, "act.usage", action=arguments.action)
    return str(arguments.what)


def _list(arguments: argparse.Namespace) -> int:
    role = _role(arguments.role) if arguments.role else None
    known = [one for one in every() if role in {None, *one.roles}]
    if arguments.json:
        print(json.dumps([asdict(one) for one in known], ensure_ascii=False))
    else:
        case_file.paper(Console()).print(told.directory(known))
    return Exit.DONE


def _role(given: str) -> Role:
    named = {term("role", role): role for role in Role} | {str(role): role for role in Role}
    if (role := named.get(given) or named.get(given.upper())) is None:
        raise Stop(Exit.USAGE, "act.role", what=given, names="、".join(named))
    return role


def _show(arguments: argparse.Namespace) -> int:
    one = about(kind_of(_needed(arguments)))
    if arguments.json:
        print(json.dumps(asdict(one), ensure_ascii=False))
    else:
        case_file.paper(Console()).print(told.sheet(one), highlight=False, soft_wrap=True)
    return Exit.DONE


# -- do


def _do(arguments: argparse.Namespace, hall: Hall, path: Path) -> int:
    orders = read(path, strict=hall.ledger.frame.mode is not Mode.DEMO)
    clerk = Clerk(hall, arguments.by, arguments.at)
    if arguments.dry_run:
        clerk.rehearsal = Rehearsal(hall)
    answers = []
    for answer in clerk.perform(orders):  # each is said as soon as it is known
        answers.append(answer)
        said = [json.dumps(told.to_json(answer), ensure_ascii=False)]
        print("\n".join(said if arguments.json else told.lines(answer)), flush=True)
    left = len(orders) - len(answers)
    if left and not arguments.json:
        print(say("act.left", count=left))
    return Exit.DONE if all(one.as_expected for one in answers) else Exit.REFUSED
