"""`document`：看一看、出具、寄出、送达一份文书；列出一件办件的文书。"""

import argparse
import json
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import Final

from rich.console import Console

from domain import document
from domain.acts import Act
from domain.acts.documents import DeliverDocument, DispatchDocument, IssueDocument
from domain.document import DeliveryMethod, DocumentKind
from domain.terms import CaseNo, beijing_day
from followers.storage import connect
from ledger.application import Ledger
from projections import case_timeline, document_register, officer_register
from runtime import export, words
from runtime.acting import officer_or_demo
from runtime.case_file import fresh_line, freshness, jsonable, paper
from runtime.commands.list import table
from runtime.commands.material import write_new
from runtime.documents.issue import Paper, draft, execute, issue, standing
from runtime.documents.kinds import SOURCES
from runtime.documents.paper import Told
from runtime.documents.seal import choose
from runtime.documents.source import told
from runtime.exits import Exit, Stop
from runtime.export import Sheet
from runtime.listings import LISTS
from runtime.materials.choose import store
from runtime.materials.port import CHUNK
from runtime.messages import say
from runtime.settings import Settings

ROLE: Final = "shenguan_audit"


def run(arguments: argparse.Namespace, chosen: Settings) -> int:
    """退出码：0 已办 · 1 用法 · 2 不予办理或没有 · 3 印章退回的不是原件 · 5 数据库、字体或印章不可用。"""
    if arguments.what == "list":
        return _list(arguments, chosen)
    with Ledger.open(chosen) as ledger:
        if arguments.what in _LEAVING:
            return _leave(arguments, ledger)
        return _paper(arguments, chosen, ledger)


# -- one paper


def _paper(arguments: argparse.Namespace, chosen: Settings, ledger: Ledger) -> int:
    case_no, kind = CaseNo(arguments.what), _kind(arguments.subject)
    if arguments.out:
        export.new_file(Path(arguments.out))  # before anything is issued
    accounts = _accounts(chosen) if kind is DocumentKind.HEARING_NOTICE else {}
    found = told(ledger, case_no, kind, _streams(chosen, case_no), accounts)
    kept, seal = store(chosen), choose(chosen)
    if arguments.issue:
        actor = officer_or_demo(arguments, ledger, IssueDocument, found.organ)
        made = issue(ledger, kept, seal, found, actor)
    else:
        made = standing(ledger, found)
    if arguments.out:
        digest = made.sealed_sha256 or made.sha256
        if digest is None:
            write_new(Path(arguments.out), (draft(found, seal),))
        else:
            with closing(kept.open(digest)) as file:
                write_new(Path(arguments.out), iter(lambda: file.read(CHUNK), b""))
    _tell(arguments, found, made)
    return Exit.DONE


def _streams(chosen: Settings, case_no: str) -> list[str]:
    """The other files of this case: its promises, its revocation."""
    with closing(connect(chosen.dsn(ROLE))) as conn:
        return [row.stream for row in case_timeline.of_case(conn, case_no)]


def _accounts(chosen: Settings) -> dict[str, str]:
    """Who has which account: a notice of hearing names its chair."""
    with closing(connect(chosen.dsn(ROLE))) as conn:
        return {post.person: post.account for post in officer_register.posts(conn).rows}


def _kind(given: str | None) -> DocumentKind:
    """The kind by its code or its Chinese name."""
    named = {words.choice("document.issued.v2", kind): kind for kind in SOURCES}
    known = {kind.lower(): kind for kind in SOURCES} | named
    if given is None or (kind := known.get(given) or known.get(given.lower())) is None:
        names = "、".join(f"{word}（{kind.lower()}）" for word, kind in named.items())
        raise Stop(Exit.USAGE, "document.kind", names=names)
    return kind


def _tell(arguments: argparse.Namespace, found: Told, made: Paper) -> None:
    if arguments.json:
        print(json.dumps(asdict(made) | {"kind": found.kind}, ensure_ascii=False))
        return
    stage = "sealed" if made.sealed_sha256 else "issued" if made.sha256 else "draft"
    print(say(f"document.{stage}", document=made.identity, number=made.number))
    if digest := made.sealed_sha256 or made.sha256:
        print(say("document.digest", sha256=digest))
    if arguments.out:
        print(say("document.written", path=arguments.out))


# -- leaving the house


def _dispatch(arguments: argparse.Namespace, ledger: Ledger) -> Act:
    del ledger
    carrier, number = _needed(arguments, "carrier"), _needed(arguments, "tracking")
    return DispatchDocument(_needed(arguments, "subject"), carrier, number)


def _deliver(arguments: argparse.Namespace, ledger: Ledger) -> Act:
    day = arguments.on or beijing_day(ledger.clock.now())
    method = DeliveryMethod(_needed(arguments, "method").upper())
    proof = _needed(arguments, "proof")
    return DeliverDocument(_needed(arguments, "subject"), method, day, proof)


_LEAVING: Final[Mapping[str, Callable[[argparse.Namespace, Ledger], Act]]] = {
    "send": _dispatch,
    "deliver": _deliver,
}


def _leave(arguments: argparse.Namespace, ledger: Ledger) -> int:
    act = _LEAVING[arguments.what](arguments, ledger)
    state = ledger.load(document.AGGREGATE, arguments.subject)
    organ = None if isinstance(state, document.Nothing) else state.issued.organ
    outcome = execute(ledger, act, officer_or_demo(arguments, ledger, type(act), organ))
    if arguments.json:
        print(json.dumps({"outcome": outcome, "document": arguments.subject}))
    else:
        print(say(f"document.{arguments.what}", document=arguments.subject))
    return Exit.DONE


def _needed(arguments: argparse.Namespace, name: str) -> str:
    if not (given := getattr(arguments, name)):
        raise Stop(Exit.USAGE, "document.usage", action=arguments.what)
    return str(given)


# -- all of a case


def _list(arguments: argparse.Namespace, chosen: Settings) -> int:
    case_no = _needed(arguments, "subject")
    with closing(connect(chosen.dsn(ROLE))) as conn:
        rows = document_register.of_case(conn, case_no)
        fresh = freshness(conn)
    if arguments.json:
        print(json.dumps([jsonable(row) for row in rows], ensure_ascii=False))
        return Exit.DONE
    if rows:
        listing = LISTS["documents"]
        headings = tuple(words.term("column", name) for name in listing.columns)
        cells = [tuple(listing.cells(row, row.issued_at.date())) for row in rows]
        sheet = Sheet(words.term("list", "documents"), headings, cells)
        paper(Console()).print(table(sheet), highlight=False)
    else:
        print(say("document.none", case_no=case_no))
    print(fresh_line(fresh))
    return Exit.DONE
