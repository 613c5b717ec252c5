"""`whocan`：谁可以办这一件，今日谁在岗；给了办件的，谁因经手过前面的环节须回避。"""

import argparse
import json
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import date
from typing import Final

from rich.console import Console
from rich.table import Table

from domain.duties import DUTIES
from domain.terms import Role, beijing_day
from followers.storage import Connection, connect, one_moment
from ledger.clock import LedgerClock
from projections import case_timeline, officer_register
from projections.officer_register import Post
from runtime import case_file
from runtime.exits import Exit, Stop
from runtime.messages import say, tables
from runtime.settings import Settings
from runtime.words import organ, term, title

ROLE: Final = "shenguan_audit"
POSTLESS: Final = frozenset({Role.APPLICANT, Role.AGENT, Role.SYSTEM})


@dataclass(frozen=True, slots=True)
class Candidate:
    """一个在岗的账号；``took_part`` 是此人在本件经手过的各事，须与后面的环节分开（SD1）。"""

    account: str
    person: str
    role: str
    organ: str
    valid_today: bool
    took_part: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WhoCan:
    """一种办理的权限：哪些角色，其中谁在岗。"""

    act: str
    roles: tuple[str, ...]
    candidates: tuple[Candidate, ...]


def run(arguments: argparse.Namespace, chosen: Settings) -> int:
    """退出码：0 已显示 · 2 没有这种办理或这件办件。"""
    act = _act(arguments.act)
    dsn = chosen.dsn(ROLE)
    with closing(LedgerClock(dsn)) as clock, closing(connect(dsn)) as conn:
        answer = read(conn, act, arguments.case_no, beijing_day(clock.now()))
    if arguments.json:
        print(json.dumps(asdict(answer), ensure_ascii=False))
    else:
        show(answer, case_file.paper(Console()))
    return Exit.DONE


def _act(given: str) -> str:
    """The act by its name or its Chinese word."""
    words = {str(word): name for name, word in tables()["act"].items()}
    name = words.get(given, given)
    if name not in DUTIES:
        raise Stop(Exit.REFUSED, "whocan.act", what=given, names="、".join(sorted(words)))
    return name


def read(conn: Connection, act: str, case_no: str | None, today: date) -> WhoCan:
    """权限表、岗位与经手的人，取自同一时刻。Raises :class:`Stop` ``case.unknown``."""
    roles = [role for role in Role if role in DUTIES[act].roles]
    with one_moment(conn):
        took_part = _took_part(conn, case_no) if case_no else {}
        posts = [
            post for role in roles for post in officer_register.posts(conn, role=str(role)).rows
        ]
    return WhoCan(
        act,
        tuple(str(role) for role in roles),
        tuple(_candidate(post, took_part, today) for post in posts),
    )


def _candidate(post: Post, took_part: dict[str, list[str]], today: date) -> Candidate:
    grant = post.grant
    return Candidate(
        account=post.account,
        person=post.person,
        role=str(grant.role),
        organ=grant.organ,
        valid_today=grant.valid_on(today),
        took_part=tuple(took_part.get(post.person, ())),
    )


def _took_part(conn: Connection, case_no: str) -> dict[str, list[str]]:
    """By natural person, so that a second account is found out: what each did in this case."""
    rows = case_timeline.of_case(conn, case_no)
    if not rows:
        behind = case_file.freshness(conn).behind
        raise Stop(Exit.REFUSED, "case.unknown", case_no=case_no, behind=behind)
    found: dict[str, list[str]] = {}
    for row in rows:
        if isinstance(person := row.facts.get("handler"), str):
            found.setdefault(person, []).append(row.name)
    return found


def show(answer: WhoCan, console: Console) -> None:
    """打印：哪些角色可以办，在岗的逐一列出。"""
    roles = "、".join(term("role", role) for role in answer.roles)
    print(say("whocan.roles", act=term("act", answer.act), roles=roles))
    if postless := [role for role in answer.roles if Role(role) in POSTLESS]:
        print(say("whocan.postless", roles="、".join(term("role", role) for role in postless)))
    table = Table(box=None)
    for name in ("account", "person", "role", "organ", "today", "took_part"):
        table.add_column(say(f"whocan.{name}"))
    for one in answer.candidates:
        table.add_row(
            one.account,
            one.person,
            term("role", one.role),
            organ(one.organ),
            say("whocan.on_duty" if one.valid_today else "whocan.off_duty"),
            "、".join(title("event", name) for name in one.took_part),
        )
    console.print(table)
    print(say("whocan.count", count=len(answer.candidates)))
