"""`catalogue`：事项与清单的数据文件：体检、列出、对照、公布、导出。"""

import argparse
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from datetime import date
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Any, Final, TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from domain import officer as officers
from domain.acts.catalogue import PlanTransfer, TransferAuthority
from domain.acts.lists import PublishList
from domain.acts.register import PublishItem
from domain.catalogue import ItemPublished, ItemTag
from domain.lists import ListEntry, Service
from domain.policy import Handling
from domain.terms import Actor, Mode, beijing_day
from ledger import failpoints
from ledger.application import Ledger
from runtime import settings, words
from runtime.acting import acting
from runtime.case_file import jsonable, paper
from runtime.catalogue import writer
from runtime.catalogue.checks import SHIPPED, checked, sound
from runtime.catalogue.content import Content
from runtime.catalogue.differ import Change, ChangeKind, Difference, Moment, compare
from runtime.catalogue.finding import Finding
from runtime.catalogue.publish import Objection, objections, publish
from runtime.catalogue.published import Snapshot, as_content, snapshot
from runtime.catalogue.rows import word
from runtime.catalogue.storage import identities
from runtime.catalogue.ways import Way, lists_of, ways
from runtime.commands.list import table
from runtime.exits import Exit, Stop
from runtime.export import Cell, Sheet
from runtime.founding import CITY, found
from runtime.hall import Hall, open_hall
from runtime.messages import fill, tables
from runtime.settings import Settings

M = TypeVar("M", Way, ItemTag)

PUBLISHER: Final = "C01"  # of the demonstration's cast
SHOWN: Final = 200  # changes that are printed one by one


def run(arguments: argparse.Namespace, chosen: Settings | None) -> int:
    """退出码：0 已办 · 1 用法 · 2 文件有毛病、不予公布或无事可办 · 5 数据库不可用。"""
    if arguments.action == "check":
        return _check(arguments)
    chosen = chosen or settings.existing(*settings.choose_folder("catalogue", arguments.data))
    with open_hall(chosen) as hall:
        match arguments.action:
            case "list":
                return _list(arguments, hall)
            case "diff":
                return _diff(arguments, hall)
            case "publish":
                return _publish(arguments, hall)
            case _:
                return _export(arguments, hall)


def _paths(arguments: argparse.Namespace) -> list[Path]:
    """The files named, or those that came with the program."""
    return [Path(one).expanduser() for one in arguments.files] or list(SHIPPED)


def _say(key: str, **facts: object) -> str:
    sentence = str(tables()["catalogue"][key])
    return fill(sentence, {name: str(value) for name, value in facts.items()})


def _print(sheet: Sheet) -> None:
    paper(Console()).print(table(sheet), highlight=False)


# -- check


def _check(arguments: argparse.Namespace) -> int:
    content, findings = checked(_paths(arguments))
    faults = sum(one.is_fault for one in findings)
    if arguments.json:
        told = {"sizes": _sizes(content), "faults": faults, "findings": list(map(_told, findings))}
        print(json.dumps(told, ensure_ascii=False))
    else:
        if findings:
            _print(_findings(findings))
        print(_say("sizes", **_sizes(content)))
        print(_say("checked", faults=faults, remarks=len(findings) - faults))
    return Exit.REFUSED if faults else Exit.DONE


def _sizes(content: Content) -> dict[str, int]:
    return {
        "items": len(content.items),
        "lists": len(content.lists),
        "entries": sum(len(one.entries) for one in content.lists.values()),
        "services": len(content.services.services) if content.services else 0,
        "policies": len(content.policies),
        "areas": len(content.areas),
        "changes": len(content.transfers) + len(content.dormant) + len(content.cancels),
        "organs": len(content.organs),
    }


def _told(one: Finding) -> dict[str, object]:
    return {**asdict(one), "text": one.text}


def _findings(findings: Sequence[Finding]) -> Sheet:
    rows = [
        (
            _say("fault" if one.is_fault else "remark"),
            str(one.place),
            _field(one.field),
            one.code,
            one.text,
        )
        for one in findings
    ]
    names = ("grade", "where", "field", "code", "text")
    return Sheet("check", tuple(_say(f"column.{name}") for name in names), rows)


def _field(name: str) -> str:
    return str(tables()["catalogue_field"].get(name, name))


# -- list


@dataclass(frozen=True, slots=True)
class Shown:
    """列出的一个事项。"""

    code: str
    item: ItemPublished
    ways: list[Way]
    state: str


def _list(arguments: argparse.Namespace, hall: Hall) -> int:
    day = arguments.as_of or hall.today()
    everything = list(_shown(_snapshot(hall), day))
    shown = [one for one in everything if _wanted(one, arguments)]
    if arguments.json:
        told = {
            "as_of": day.isoformat(),
            "total": len(everything),
            "shown": len(shown),
            "by_organ": _count(one.item.approving_body for one in shown),
            "by_way": _count(way for one in shown for way in one.ways),
            "by_tag": _count(tag for one in shown for tag in one.item.rules.tags),
            "items": [_item_json(one) for one in shown],
        }
        print(json.dumps(told, ensure_ascii=False))
    else:
        _print(_items(shown))
        for title, counted in _totals(shown):
            print(_say("totals", title=title, counted=counted))
        print(_say("listed", shown=len(shown), total=len(everything), day=day))
    return Exit.DONE


def _shown(known: Snapshot, day: date) -> Iterator[Shown]:
    listed = dict(known.listed)
    for code, item in sorted(known.on(day).items()):
        state = listed[code]
        found = ways(item, lists_of(known, code, day), state, day)
        yield Shown(code, item, found, "DORMANT" if state.dormant else "LISTED")


def _wanted(one: Shown, arguments: argparse.Namespace) -> bool:
    item = one.item
    return (
        arguments.organ in {None, item.approving_body, *item.supervising_bodies}
        and (arguments.way is None or _way(arguments.way) in one.ways)
        and (arguments.tag is None or _tag(arguments.tag) in item.rules.tags)
    )


def _way(given: str) -> Way:
    known = {str(tables()["way"][one]): one for one in Way} | {str(one): one for one in Way}
    return _known(given, known)


def _tag(given: str) -> ItemTag:
    known = {word(one): one for one in ItemTag} | {str(one): one for one in ItemTag}
    return _known(given, known)


def _known(given: str, known: dict[str, M]) -> M:
    if given not in known:
        raise Stop(Exit.USAGE, "list.code", what=given, names="、".join(known))
    return known[given]


def _count(values: Iterable[str]) -> dict[str, int]:
    return dict(Counter(map(str, values)).most_common())


def _totals(shown: Sequence[Shown]) -> Iterator[tuple[str, str]]:
    organs = Counter(words.organ(one.item.approving_body) for one in shown)
    found = Counter(str(tables()["way"][way]) for one in shown for way in one.ways)
    tags = Counter(word(tag) for one in shown for tag in one.item.rules.tags)
    for name, counted in (("organ", organs), ("way", found), ("tag", tags)):
        yield (
            _say(f"by.{name}"),
            "、".join(f"{label} {number}" for label, number in counted.most_common()),
        )


def _items(shown: Sequence[Shown]) -> Sheet:
    names = ("code", "name", "organ", "supervisors", "days", "ways", "tags", "version")
    rows: list[tuple[Cell, ...]] = [
        (
            one.code,
            one.item.name,
            words.organ(one.item.approving_body),
            "、".join(map(words.organ, one.item.supervising_bodies)),
            f"{one.item.promised_days}/{one.item.legal_days}",
            "、".join(str(tables()["way"][way]) for way in one.ways),
            "、".join(map(word, one.item.rules.tags)),
            one.item.version,
        )
        for one in shown
    ]
    return Sheet("items", tuple(_say(f"column.{name}") for name in names), rows)


def _item_json(one: Shown) -> dict[str, object]:
    item = jsonable(one.item)
    return {"item_code": one.code, "state": one.state, "ways": one.ways, "version": item}


# -- diff, publish


def _snapshot(hall: Hall) -> Snapshot:
    return snapshot(hall.ledger.load, partial(identities, hall.reader))


def _diff(arguments: argparse.Namespace, hall: Hall) -> int:
    content = sound(_paths(arguments), legible=True)
    changes = compare(content, _snapshot(hall), Moment(hall.today(), arguments.effective))
    if arguments.json:
        print(json.dumps(_changes_json(changes), ensure_ascii=False))
    else:
        _show_changes(changes)
    return Exit.DONE


def _publish(arguments: argparse.Namespace, hall: Hall) -> int:
    content = sound(_paths(arguments))  # a wrong file is told before anything is done
    failpoints.arm(hall.ledger.frame.mode)
    actor = _actor(arguments, hall)
    moment = Moment(hall.today(), arguments.effective)
    changes = compare(content, _snapshot(hall), moment)
    todo = [one for one in changes if one.act is not None]
    _refuse(objections(todo, actor, hall.clock.now(), hall.ledger.load))
    with _progress(arguments, len(todo)) as advance:
        done = publish(hall.ledger, actor, todo, advance)
    if arguments.json:
        print(json.dumps({"published": done, **_changes_json(changes)}, ensure_ascii=False))
    else:
        _show_changes(changes)
        print(_say("published" if done else "nothing", done=done, officer=actor.officer_id))
    return Exit.DONE if done else Exit.REFUSED


def _actor(arguments: argparse.Namespace, hall: Hall) -> Actor:
    """Who publishes; on a demonstration's ledger its own administrator of lists, if none is named."""
    account = arguments.officer
    ledger = hall.ledger
    if account is None:
        if ledger.frame.mode is not Mode.DEMO:
            raise Stop(Exit.USAGE, "acting.officer_missing")
        account = PUBLISHER
        _appointed(hall, ledger)
        return acting(ledger, account, PublishItem, CITY)
    return acting(ledger, account, PublishItem, arguments.in_name_of)


def _appointed(hall: Hall, ledger: Ledger) -> None:
    known = ledger.load(officers.AGGREGATE, PUBLISHER)
    if not isinstance(known, officers.Appointed):
        found(hall)


def _refuse(found_wrong: Sequence[Objection]) -> None:
    if not found_wrong:
        return
    first = found_wrong[0]
    code = str(first.refused.code)
    raise Stop(
        Exit.REFUSED,
        "catalogue.refused",
        count=len(found_wrong),
        what=_named(first.change),
        refusal=code,
        why=words.explained(code, first.refused.facts).text,
    )


@contextmanager
def _progress(arguments: argparse.Namespace, total: int) -> Iterator[Any]:
    if arguments.json or not total:
        yield lambda _: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(_say("publishing"), total=total)
        yield lambda done: progress.update(task, completed=done)


def _named(change: Change) -> str:
    return f"{tables()['catalogue_table'][change.table]} {_key(change)}".strip()


def _key(change: Change) -> str:
    """Which one, told so that a reader knows it: codes in Chinese, an item with its name."""
    match change.act:
        case PublishItem(item_code=code, name=name):
            return f"{code} {name}"
        case PublishList(kind=kind):
            return word(kind)
        case PlanTransfer() | TransferAuthority() as act:
            planned = _say("planned") if isinstance(act, PlanTransfer) else ""
            ends = f"{words.organ(act.from_organ)} → {words.organ(act.to_organ)}"
            return f"{act.item_code} {planned}{word(act.mode)}：{ends}"
        case _:
            return change.key


def _show_changes(changes: Sequence[Change]) -> None:
    if changes:
        names = ("change", "table", "key", "field", "before", "after", "effective_from")
        headings = tuple(_say(f"column.{name}") for name in names)
        rows = [row for change in changes[:SHOWN] for row in _rows(change)]
        _print(Sheet("diff", headings, rows))
    if len(changes) > SHOWN:
        print(_say("more", count=len(changes) - SHOWN))
    counted = Counter(change.kind for change in changes)
    facts = {kind.lower(): counted[kind] for kind in ChangeKind}
    print(_say("compared", **facts) if changes else _say("same"))


def _rows(change: Change) -> Iterator[tuple[Cell, ...]]:
    head = (
        _say(f"kind.{change.kind.lower()}"),
        str(tables()["catalogue_table"][change.table]),
        _key(change),
    )
    for one in change.differences or (Difference("", None, None),):
        field = _field(one.field) if one.field else None
        yield (*head, field, _shown_value(one.before), _shown_value(one.after),
               change.effective_from)  # fmt: skip


def _shown_value(value: object) -> str:
    match value:
        case None | ():
            return ""
        case bool():
            return words.say("yes" if value else "no")
        case StrEnum():
            return word(value)
        case tuple():
            return "、".join(map(_shown_value, value))
        case ListEntry() | Service() | Handling():
            parts = (getattr(value, one.name) for one in fields(value))
            return " ".join(_shown_value(part) for part in parts if part not in {None, False})
        case _:
            return str(value)


def _changes_json(changes: Sequence[Change]) -> dict[str, object]:
    counted = Counter(change.kind for change in changes)
    return {
        **{kind.lower(): counted[kind] for kind in ChangeKind},
        "changes": [
            {
                "table": one.table,
                "key": one.key,
                "kind": one.kind,
                "effective_from": one.effective_from and one.effective_from.isoformat(),
                "differences": [jsonable(difference) for difference in one.differences],
            }
            for one in changes
        ],
    }


# -- export


def _export(arguments: argparse.Namespace, hall: Hall) -> int:
    if len(arguments.files) != 1:
        raise Stop(Exit.USAGE, "catalogue.export_usage")
    path = Path(arguments.files[0]).expanduser()
    now = hall.clock.now()
    content = as_content(_snapshot(hall), beijing_day(now))
    notes: list[tuple[str, Cell]] = [
        (words.say("export_list"), _say("title")),
        (words.say("export_time"), words.instant(now)),
        (words.say("export_total"), len(content.items)),
    ]
    writer.write(path, content, notes)
    if arguments.json:
        print(json.dumps({"path": str(path), "sizes": _sizes(content)}, ensure_ascii=False))
    else:
        print(_say("exported", path=path, **_sizes(content)))
    return Exit.DONE
