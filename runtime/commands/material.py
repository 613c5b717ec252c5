"""`material`：一件办件的材料：存入、换版、复用、取回、列出。"""

import argparse
import json
import os
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import IO
from uuid import uuid4

from rich.console import Console

from domain import material
from domain.acts import Act
from domain.acts.materials import ReplaceMaterial, ReuseMaterial, StoreMaterial
from domain.material import Arrival, Folder
from domain.terms import CaseNo
from ledger.application import Ledger, Outcome, OutcomeKind, Request
from runtime import export, words
from runtime.acting import officer_or_demo
from runtime.case_file import jsonable, paper
from runtime.commands.list import table
from runtime.exits import Exit, Stop
from runtime.export import Sheet
from runtime.materials.choose import store
from runtime.materials.port import CHUNK, Held, Store, read_in_chunks
from runtime.materials.preview import NoPreviewError, preview
from runtime.messages import say
from runtime.settings import Settings


def run(arguments: argparse.Namespace, chosen: Settings) -> int:
    """退出码：0 已办 · 1 用法 · 2 不予办理或没有 · 3 内容损坏 · 5 数据库或材料库不可用。"""
    with Ledger.open(chosen) as ledger:
        match arguments.action:
            case "add":
                return _add(arguments, ledger, store(chosen))
            case "reuse":
                return _reuse(arguments, ledger)
            case "get":
                return _get(arguments, ledger, store(chosen))
            case _:
                return _list(arguments, ledger)


def _add(arguments: argparse.Namespace, ledger: Ledger, kept: Store) -> int:
    path = Path(_needed(arguments, "what"))
    if not path.is_file():
        raise Stop(Exit.REFUSED, "material.no_file", file=path)
    held = kept.put(read_in_chunks(path))
    act = _arrival(arguments, arguments.name or path.stem, held)
    outcome = _do(ledger, act, arguments)
    _tell(arguments, outcome, held.sha256, sha256=held.sha256, stored=held.is_new)
    return Exit.DONE


def _arrival(arguments: argparse.Namespace, name: str, held: Held) -> Act:
    case_no, what = CaseNo(arguments.case_no), (held.sha256, held.file_bytes, held.media_type)
    if arguments.replace:
        return ReplaceMaterial(case_no, name, *what, arguments.replace)
    return StoreMaterial(case_no, name, *what)


def _reuse(arguments: argparse.Namespace, ledger: Ledger) -> int:
    name, source = _needed(arguments, "what"), CaseNo(_needed(arguments, "source"))
    outcome = _do(ledger, ReuseMaterial(CaseNo(arguments.case_no), name, source), arguments)
    current = _folder(ledger, arguments.case_no).papers[name].current
    _tell(arguments, outcome, current.sha256, sha256=current.sha256, stored=False)
    return Exit.DONE


def _needed(arguments: argparse.Namespace, name: str) -> str:
    if not (given := getattr(arguments, name)):
        raise Stop(Exit.USAGE, "material.usage", action=arguments.action)
    return str(given)


def _do(ledger: Ledger, act: Act, arguments: argparse.Namespace) -> Outcome:
    actor = officer_or_demo(arguments, ledger, type(act))
    outcome = ledger.execute(Request(act, actor, uuid4()))
    if outcome.kind is OutcomeKind.REFUSED:
        raise Stop(Exit.REFUSED, outcome.code or "", **outcome.facts)
    return outcome


def _tell(arguments: argparse.Namespace, outcome: Outcome, digest: str, **facts: object) -> None:
    if arguments.json:
        told = {"outcome": outcome.kind, "position": outcome.first, **facts}
        print(json.dumps(told, ensure_ascii=False))
    elif outcome.kind is OutcomeKind.NOTHING:
        print(say("material.known", sha256=digest))
    else:
        print(say("material.recorded", sha256=digest, position=outcome.first))


# -- reading


def _folder(ledger: Ledger, case_no: str) -> Folder:
    return ledger.load(material.AGGREGATE, case_no)


def _get(arguments: argparse.Namespace, ledger: Ledger, kept: Store) -> int:
    name = _needed(arguments, "what")
    known = _folder(ledger, arguments.case_no).papers.get(name)
    number = arguments.version or (known.version if known else 0)
    if known is None or not 0 < number <= known.version:
        raise Stop(Exit.REFUSED, "material.unknown", case_no=arguments.case_no, name=name)
    one = known.versions[number - 1]
    with closing(kept.open(one.sha256)) as file:
        if arguments.preview:
            return _preview(arguments, file, one)
        out = Path(_needed(arguments, "out"))
        write_new(out, iter(lambda: file.read(CHUNK), b""))
    print(say("material.written", path=out, sha256=one.sha256))
    return Exit.DONE


def _preview(arguments: argparse.Namespace, file: IO[bytes], one: Arrival) -> int:
    try:
        seen = preview(file, one.media_type)
    except NoPreviewError:
        raise Stop(Exit.REFUSED, "material.no_preview", name=one.name) from None
    if seen.png is None:
        print(seen.text)
        return Exit.DONE
    out = Path(_needed(arguments, "out"))
    write_new(out, (seen.png,))
    print(say("material.written", path=out, sha256=one.sha256))
    return Exit.DONE


def write_new(path: Path, chunks: Iterable[bytes]) -> None:
    """写出一份文件；已有的不覆盖，没写全的不留下。Raises :class:`Stop`."""
    part = export.new_file(path).with_name(f"{path.name}.part")
    try:
        with part.open("wb") as file:
            file.writelines(chunks)
        os.link(part, path)
    except FileExistsError:
        raise Stop(Exit.REFUSED, "export.exists", path=path) from None
    finally:
        part.unlink(missing_ok=True)


def _list(arguments: argparse.Namespace, ledger: Ledger) -> int:
    folder = _folder(ledger, arguments.case_no)
    if arguments.json:
        print(json.dumps(to_json(folder), ensure_ascii=False))
    elif folder.papers:
        paper(Console()).print(table(sheet(folder)), highlight=False)
        for look in folder.looks:
            print(_look(look))
    else:
        print(say("material.none", case_no=arguments.case_no))
    return Exit.DONE


def sheet(folder: Folder) -> Sheet:
    """各份材料的各版，一版一行。"""
    columns = ("material", "edition", "media_type", "file_bytes", "arrival", "handler", "sha256")
    rows = [
        (
            name,
            number,
            words.choice("material.stored.v1", one.media_type),
            one.file_bytes,
            words.title("event", f"material.{type(one).__name__.lower()}.v1"),
            one.handler,
            one.sha256,
        )
        for name, known in folder.papers.items()
        for number, one in enumerate(known.versions, start=1)
    ]
    headings = tuple(words.term("material_column", name) for name in columns)
    return Sheet(words.say("material_section"), headings, rows)


def _look(look: material.Seen) -> str:
    return say(
        "material.seen",
        step=words.choice("material.seen.v1", look.step),
        handler=look.handler,
        seen="、".join(f"{one.name} {one.sha256[: words.HASH_SHOWN]}" for one in look.materials),
        absent="、".join(look.not_held) or words.say("none"),
    )


def to_json(folder: Folder) -> object:
    """供程序读取的样子。"""
    return {
        "materials": {
            name: [jsonable(one) for one in known.versions] for name, known in folder.papers.items()
        },
        "seen": [jsonable(look) for look in folder.looks],
    }
