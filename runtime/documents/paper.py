"""一份文书：把账上的事实写成句子，一字一句都已定下，只差排版。

The same facts give the same paper, byte for byte: nothing here asks what time it is.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from typing import Final

from domain.case import Received
from domain.catalogue import ItemPublished
from domain.clock import Dues
from domain.decider import Event
from domain.document import DocumentKind
from domain.revocation import Proposed, TakenOver
from domain.terms import CaseNo, Organ, beijing_day
from ledger.mapper import Fact
from runtime import words
from runtime.documents.kinds import SOURCES, wording
from runtime.messages import fill, tables
from schemas.registry import name_of

_ORGANS: Final = frozenset({"competent_organ", "organ"})
_HASH: Final = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Told:
    """出具一份文书所知的一切：所据的事、更早的事、收件、事项版本与申请人的名称。"""

    kind: DocumentKind
    fact: Fact
    before: tuple[Event, ...]
    case_no: CaseNo
    received: Received
    item: ItemPublished
    applicant: str
    names: Mapping[str, str] = field(default_factory=dict)  # of people, by their numbers

    @property
    def file(self) -> str:
        """所据的事在哪份案卷：办件、许可、承诺等的编号。"""
        return self.fact.originator_id.partition("/")[2]

    @property
    def number(self) -> str:
        """文号；所据的事没有写的，在更早的事里。"""
        name = SOURCES[self.kind].number
        if name is None:
            return self.file
        events = (self.fact.event, *reversed(self.before))
        return next(str(getattr(one, name)) for one in events if hasattr(one, name))

    @property
    def organ(self) -> Organ:
        """以谁的名义：审批机关；撤销程序的，是继续这一程序的机关。"""
        known = self.item.approving_body
        for event in self.before:
            if isinstance(event, Proposed):
                known = event.deciding_organ
            elif isinstance(event, TakenOver):
                known = event.organ
        return known

    @property
    def addressee(self) -> str:
        """写给谁：多是申请人。"""
        name = SOURCES[self.kind].to
        number = None if name is None else str(getattr(self.fact.event, name))
        return self.applicant if number is None else self.names.get(number, number)


@dataclass(frozen=True, slots=True)
class Paper:
    """一份文书上的每一句话；``draft`` 不空的，页面上打出“草稿”。"""

    title: str
    number: str
    organ: str
    to: str
    body: tuple[str, ...]
    basis: tuple[str, ...]
    remedy_heading: str
    remedy: tuple[str, ...]
    day: str  # ISO, for the metadata
    date: str
    seal: str
    look_up: str
    keywords: tuple[str, ...]
    qr: str  # what the code says; an SVG in the end
    draft: str | None


def part(name: str, /, **facts: str) -> str:
    """文书上的一句固定用语。"""
    return fill(str(tables()["document_part"][name]), facts)


def compose(told: Told, seal: str, *, draft: bool = False) -> Paper:
    """写成一份文书；``seal`` 是印章处的那句话。"""
    words_of, fact = wording(told.kind), told.fact
    known = dict(_facts(told))
    day = beijing_day(fact.meta.decided_at)
    organ = _organ(told.organ)
    item_basis = "、".join(told.item.legal_basis)
    basis = "；".join(words.title("basis", code) for code in words_of.basis)
    return Paper(
        title=words_of.title,
        number=part("number", number=told.number),
        organ=organ,
        to=part("to", applicant=told.addressee),
        body=tuple(_paragraphs(words_of.text, known)),
        basis=(part("basis", basis=basis), part("item_basis", basis=item_basis)),
        remedy_heading=part("remedy"),
        remedy=tuple(_paragraphs(words_of.remedy, known)),
        day=day.isoformat(),
        date=_day(day),
        seal=seal,
        look_up=part("look_up", event_id=fact.meta.event_id),
        keywords=(told.number, told.case_no, fact.meta.event_id, seal),
        qr=f"shenguan:{told.case_no}:{told.kind}:{told.number}:{fact.meta.event_id}",
        draft=part("draft") if draft else None,
    )


def _paragraphs(text: str, known: Mapping[str, str]) -> Iterator[str]:
    """A blank may bring several lines, each a paragraph of its own."""
    for paragraph in text.strip().split("\n\n"):
        yield from (line for line in fill(paragraph, dict(known)).split("\n") if line.strip())


def _facts(told: Told) -> Iterator[tuple[str, str]]:
    for event in (*told.before, told.fact.event):
        name = name_of(event)
        for item in fields(event):  # type: ignore[arg-type]  # every event is a dataclass
            value = getattr(event, item.name)
            yield item.name, _shown(name, item.name, _named(value, told.names))
            if isinstance(value, Dues):
                yield from (
                    (one.name, _shown(name, one.name, getattr(value, one.name)))
                    for one in fields(value)
                )
    yield "applicant", told.applicant
    yield "file", told.file
    yield "case_no", told.case_no
    code = told.received.item_code
    yield "item", part("item_named", name=told.item.name, code=code)
    yield "received_on", _day(beijing_day(told.received.received_at))


def _named(value: object, names: Mapping[str, str]) -> object:
    """People by their names, where they are known."""
    if isinstance(value, tuple):
        return tuple(_named(one, names) for one in value)
    return (
        names.get(value, value) if isinstance(value, str) and not isinstance(value, Enum) else value
    )


def _shown(event: str, name: str, value: object) -> str:
    """One fact in words."""
    match value:
        case None:
            return part("open_end" if name == "valid_to" else "nothing")
        case bool():
            return part("yes" if value else "no")
        case datetime():
            return _day(beijing_day(value))
        case date():
            return _day(value)
        case Enum():
            return str(words.choice(event, str(value)))
        case tuple():
            return _listed(event, name, value)
        case _ if is_dataclass(value):
            parts = (_shown(event, one.name, getattr(value, one.name)) for one in fields(value))
            return "，".join(parts)
        case _:
            return _plain(name, str(value))


def _plain(name: str, text: str) -> str:
    if name in _ORGANS:
        return _organ(text)
    if name == "amount_fen":
        return f"{int(text) / 100:.2f}"
    is_long = name != "text_sha256" and _HASH.fullmatch(text)
    return text[: words.HASH_SHOWN] if is_long else text


def _listed(event: str, name: str, values: tuple[object, ...]) -> str:
    lines = [
        f"{number}. {_shown(event, name, value)}" for number, value in enumerate(values, start=1)
    ]
    return "\n".join(lines) or part("nothing")


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _organ(code: str) -> str:
    return str(tables()["organ"].get(code, code))
