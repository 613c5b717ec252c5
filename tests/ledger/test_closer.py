"""日终封账的程序：一日终了封一次，清单的树根由账本重算相符；没有新的一日就不再封。"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from domain.closing import AGGREGATE, ALL, Closed, Head, heads_root
from domain.terms import HashName, Mode, beijing_day
from ledger.application import Ledger
from ledger.clock import LedgerClock
from ledger.closer import Closer
from ledger.founding import establish, publish
from ledger.heads import entries_between, entries_of_key, heads_at
from ledger.store import stream_entries
from runtime.settings import Settings
from schemas.topics import DEFAULT_PARTITIONS
from tests.conftest import NewDatabase

pytestmark = pytest.mark.integration
START = datetime(2026, 3, 2, 2, tzinfo=UTC)


@pytest.fixture(scope="module")
def founded(new_database: NewDatabase) -> Settings:
    """一本演练的账，时钟在 2026 年 3 月 2 日上午。"""
    settings = new_database()
    establish(settings, "demo", Mode.DEMO, HashName.SM3, DEFAULT_PARTITIONS, START)
    return settings


@pytest.fixture(scope="module")
def closer(founded: Settings) -> Iterator[Closer]:
    """封账的程序，账上已有建账与各种格式。"""
    with (
        Ledger.open(founded) as ledger,
        psycopg.connect(founded.dsn("shenguan_seal"), autocommit=True) as conn,
    ):
        publish(ledger)
        yield Closer(conn, ledger)


def latest(closer: Closer) -> Closed:
    """封到哪一日。"""
    state = closer.ledger.load(AGGREGATE, ALL)
    assert isinstance(state, Closed)
    return state


def test_each_day_is_closed_once(closer: Closer, founded: Settings) -> None:
    """当日不封；过了零时封昨日，树根由存下的各件重算相符；再看无事；又一日接着封。"""
    clock = LedgerClock(founded.dsn("shenguan_append"))
    assert not closer.look()
    clock.advance(START + timedelta(days=1))
    assert closer.look()
    first = latest(closer).latest
    assert (first.serial, first.closed_on) == (1, beijing_day(START))
    heads: dict[str, Head] = {}
    with stream_entries(founded.dsn("shenguan_audit")) as entries:
        for one in entries:
            if one.position < first.size:
                heads[one.stream] = Head(one.key, one.stream, one.version, one.leaf_hash)
    assert first.streams == len(heads)
    assert first.heads_root == heads_root(HashName.SM3, heads.values())
    assert heads_at(closer.conn, first.size) == sorted(heads.values())
    assert not closer.look()
    again = Closer(closer.conn, closer.ledger)  # as after a restart
    assert not again.look()
    clock.advance(START + timedelta(days=3))
    assert again.look()
    second = latest(again).latest
    assert (second.serial, second.size) == (2, first.size + 1)
    assert second.closed_on == beijing_day(START) + timedelta(days=2)
    clock.close()


def test_entries_are_found_by_key_and_by_position(closer: Closer) -> None:
    """按编号与按位置取出的各件，次序都是位置。"""
    own = entries_of_key(closer.conn, "demo", 2**40)
    assert {one.stream for one in own} == {"ledger/demo"}
    assert [one.version for one in own] == list(range(1, len(own) + 1))
    part = entries_between(closer.conn, 3, 7)
    assert [one.position for one in part] == [3, 4, 5, 6, 7]
    assert entries_of_key(closer.conn, "demo", own[0].position) == []
    assert len(entries_of_key(closer.conn, "demo", own[4].position)) == 4
