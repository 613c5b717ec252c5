"""内存里的账：小城立好，随附的事项清单可以公布上去；不需要数据库。"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Final

from domain.terms import BEIJING
from runtime.catalogue.checks import SHIPPED, sound
from runtime.catalogue.content import Content
from runtime.catalogue.differ import Change, Moment, compare
from runtime.catalogue.published import Snapshot, snapshot
from runtime.founding import founding, scenario
from runtime.scenarios.book import Book, key_commitment
from runtime.scenarios.player import PUBLISHER

TODAY: Final = date(2026, 3, 2)
MOMENT: Final = Moment(TODAY)


def founded() -> Book:
    """小城，还没有公布随附的清单。"""
    book = Book(datetime(2026, 3, 2, 9, tzinfo=BEIJING))
    for _, act, actor in founding(scenario(), key_commitment):
        assert book.ask(act, actor).code is None
    return book


def seen(book: Book) -> Snapshot:
    """账上的事项与清单。"""

    def identities(family: str) -> Iterable[str]:
        streams = {one.stream for one in book.delivered}
        return sorted(one.partition("/")[2] for one in streams if one.startswith(f"{family}/"))

    return snapshot(book.load, identities)


def put(book: Book, content: Content, moment: Moment = MOMENT) -> tuple[Change, ...]:
    """公布相差的，一件不被拒绝。"""
    changes = compare(content, seen(book), moment)
    for change in changes:
        if change.act is not None:
            verdict = book.ask(change.act, PUBLISHER)
            assert verdict.code is None, (change, verdict)
    return changes


def shipped() -> Content:
    """随附的事项清单。"""
    return sound(SHIPPED)
