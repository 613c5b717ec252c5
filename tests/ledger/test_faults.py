"""故障：数据库被杀、答复丢失，已答复的都在账上，重试得到第一次的答复（G1、G2）。"""

import signal
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from uuid import uuid4

import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from ledger.application import Ledger, Outcome, OutcomeKind, Request
from ledger.errors import LedgerUnavailable
from ledger.store import stream_entries
from ledger.verify import verify
from runtime import settings as settings_module
from runtime.servers.postgres import Postgres
from tests.conftest import NewDatabase
from tests.followers.plant import Plant
from tests.ledger.book import CASE, Book, Note, ask, book, handle, request
from tests.proxy import Proxy
from tests.town import eventually

pytestmark = [pytest.mark.integration, pytest.mark.fault]


@pytest.fixture
def plant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Plant]:
    """一台可以杀掉的 PostgreSQL。"""
    settings = settings_module.load(tmp_path_factory.mktemp("killed"), environment={})
    server = Postgres(settings)
    own = Plant(settings, {"postgres": server})
    own.start("postgres")
    yield own
    own.children["postgres"].stop()
    server.close()


def insist(ledger: Ledger, asked: Request) -> Outcome:
    """没有得到答复就以同一命令号再问。"""
    while True:
        try:
            return ledger.execute(asked)
        except LedgerUnavailable:
            continue


def test_what_was_acknowledged_survives_the_kill(plant: Plant) -> None:
    """办理当中三次 kill -9 数据库：已答复的都在，位置如所答，一件不重。"""
    kills, writers = 3, 4
    halt = threading.Event()
    with book(plant.settings) as own:
        acknowledged: list[tuple[str, int | None]] = []

        def write(n: int) -> None:
            k = 0
            while not halt.is_set():
                text = f"{n}-{k}"
                outcome = insist(own.ledger, request(Note(f"c{k % 5}", (text,))))
                acknowledged.append((text, outcome.first))
                k += 1

        with ThreadPoolExecutor(writers) as pool:
            writing = [pool.submit(write, n) for n in range(writers)]
            for done in range(1, kills + 1):
                eventually(lambda done=done: len(acknowledged) > 100 * done, 60)  # type: ignore[misc]
                plant.signal("postgres", signal.SIGKILL)
                plant.kill("postgres")
            eventually(lambda: len(acknowledged) > 100 * (kills + 1), 60)
            halt.set()
            for one in writing:
                one.result()
        stored = {
            getattr(fact.event, "document_no", ""): fact.entry.position
            for k in range(5)
            for fact in own.ledger.events(f"case/c{k}")
            if fact.entry is not None
        }
        assert acknowledged
        assert all(stored.get(text) == position for text, position in acknowledged)
        with stream_entries(plant.settings.dsn("shenguan_audit")) as entries:
            assert len(list(entries)) == len(stored) == len(Counter(stored))
        report = verify(plant.settings.dsn("shenguan_audit"))
        assert report is not None
        assert report.is_sound


@pytest.fixture
def lossy(new_database: NewDatabase) -> Iterator[tuple[Book, Proxy]]:
    """一本隔着代理办理的账。"""
    direct = new_database()
    place = conninfo_to_dict(direct.admin_dsn)
    with book(direct) as own, Proxy(str(place["host"]), int(str(place["port"]))) as proxy:
        far = replace(direct, admin_dsn=make_conninfo(direct.admin_dsn, port=proxy.port))
        with Ledger.open(far, handle=handle) as ledger:
            yield Book(own.settings, ledger), proxy


@pytest.mark.parametrize("count", [1, 3])
def test_lost_acknowledgement_is_asked_for_again(lossy: tuple[Book, Proxy], count: int) -> None:
    """已提交而答复丢失：不猜，再问一遍，得到当时的位置，案卷只多一件。"""
    own, proxy = lossy
    # Opened and prepared before: the only reply to lose is that of the append.
    own.ledger.execute_many([request(Note(f"c{n}")) for n in range(count)])
    asked = [request(Note(f"c{n}", ("x",))) for n in range(count)]
    proxy.withhold()
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(own.ledger.execute_many, asked)
        eventually(lambda: _stored(own) == 2 * count)
        assert not waiting.done()
        proxy.cut()
        outcomes = waiting.result(timeout=30)
    assert [(one.kind, one.first) for one in outcomes] == [
        (OutcomeKind.RECORDED, count + n) for n in range(count)
    ]
    assert _stored(own) == 2 * count
    again = [own.ledger.execute(one) for one in asked]
    assert [one.first for one in again] == [one.first for one in outcomes]
    assert own.ask(Note("c0")).kind is OutcomeKind.RECORDED
    assert own.ledger.load(CASE, "c0") == 3


def test_unreachable_ledger_says_that_it_does_not_know(
    lossy: tuple[Book, Proxy], monkeypatch: pytest.MonkeyPatch
) -> None:
    """一直连不上：说结果未知，而不是说没办成；通了以后同一命令号办成一次。"""
    own, proxy = lossy
    monkeypatch.setattr("ledger.library.PATIENCE", 0.3)
    asked = replace(request(Note("later")), command_id=uuid4())
    own.ask(Note("later"))
    proxy.cut()
    proxy.withhold()
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(own.ledger.execute, asked)
        with pytest.raises(LedgerUnavailable):
            waiting.result(timeout=60)
    proxy.cut()
    outcome = insist(own.ledger, asked)
    assert outcome.kind is OutcomeKind.RECORDED
    assert own.ledger.load(CASE, "later") == 2


def test_frozen_ledger_does_not_hold_its_caller_for_ever(
    lossy: tuple[Book, Proxy], monkeypatch: pytest.MonkeyPatch
) -> None:
    """数据库僵住、连接不断：到时说结果未知，不让人一直等；恢复以后同一命令号办成一次。"""
    own, proxy = lossy
    monkeypatch.setattr("ledger.line.REPLY_TIMEOUT", 0.5)
    monkeypatch.setattr("ledger.library.PATIENCE", 0.5)
    own.ask(Note("frozen"))
    asked = request(Note("frozen"))
    proxy.withhold()
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(own.ledger.execute, asked)
        try:
            with pytest.raises(LedgerUnavailable):
                waiting.result(timeout=30)
        finally:
            proxy.cut()
    assert insist(own.ledger, asked).kind is OutcomeKind.RECORDED
    assert own.ledger.load(CASE, "frozen") == 2


def _stored(own: Book) -> int:
    return int(ask(own.settings.admin_dsn, "SELECT next_position FROM ledger.head")[0][0])
