"""书架：一个库，账已建、钟已定，各视图的表照一本小账填好。"""

from collections.abc import Sequence
from contextlib import closing
from datetime import datetime

from domain.terms import HashName, Mode
from followers.projection import Projection
from followers.storage import connect, create_cursor
from followers.tables import Table
from ledger.clock import LedgerClock
from ledger.founding import establish
from projections import ALL
from runtime.settings import Settings
from tests.deliveries import Book, folded
from tests.ledger.book import TOPICS


def fill(settings: Settings, book: Book, now: datetime, views: Sequence[Projection] = ALL) -> None:
    """填好各视图（或只是其中几个）。"""
    establish(settings, "test", Mode.DEMO, HashName.SHA256, TOPICS)
    with closing(LedgerClock(settings.dsn("shenguan_append"))) as clock:
        clock.advance(now)
    with closing(connect(settings.dsn("shenguan_follow"))) as conn:
        for projection in views:
            cursor = create_cursor(conn, projection.name, "projection", projection.version)
            table = Table(projection, cursor.generation)
            table.create(conn)
            table.index(conn)
            table.save(conn, folded(projection, book.kept))
