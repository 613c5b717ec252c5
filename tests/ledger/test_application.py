"""账本：调阅、决定、入账；同一命令至多一次，两人同办一件只成一个。"""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.terms import HashName, Mode, Personal, Sealed
from ledger.application import Ledger, OutcomeKind
from ledger.clock import LedgerClock
from ledger.database import migrate
from ledger.errors import LedgerDamaged, LedgerError
from ledger.founding import establish
from ledger.group import GroupCommit
from ledger.library import LedgerApplication
from ledger.store import stream_entries
from runtime.settings import Settings
from tests.conftest import NewDatabase
from tests.ledger.book import CASE, SUBJECT, TOPICS, Book, Both, Name, Note, book, handle, request

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def shared(new_database: NewDatabase) -> Iterator[Book]:
    """一本账，本模块共用；各测试用各自的案卷。"""
    with book(new_database()) as opened:
        yield opened


def fresh() -> str:
    """一个新编号。"""
    return uuid4().hex[:12]


def test_first_answer_is_the_answer(shared: Book) -> None:
    """命令重试得到第一次的答复，案卷不多一件。"""
    case, command_id = fresh(), uuid4()
    first = shared.ask(Note(case, ("a", "b")), command_id)
    again = shared.ask(Note(case, ("a", "b")), command_id)
    assert (first.kind, first.repeated) == (OutcomeKind.RECORDED, False)
    assert (again.first, again.last, again.repeated) == (first.first, first.last, True)
    assert shared.ledger.load(CASE, case) == 2


def test_refusal_stays_a_refusal(shared: Book) -> None:
    """被拒的命令再来仍是那个答复，即使此时本可办理；要再办用新的命令号。"""
    case, command_id = fresh(), uuid4()
    act = Note(case, ("a",), limit=0)
    refused = shared.ask(act, command_id)
    assert (refused.kind, refused.code) == (OutcomeKind.REFUSED, "duty.organ")
    assert shared.ask(act, command_id).repeated
    assert shared.ask(Note(case)).kind is OutcomeKind.RECORDED


def test_nothing_to_do_is_recorded(shared: Book) -> None:
    """无事可办也是答复。"""
    act, command_id = Note(fresh(), ()), uuid4()
    assert shared.ask(act, command_id).kind is OutcomeKind.NOTHING
    assert shared.ask(act, command_id).repeated


def test_command_id_belongs_to_one_request(shared: Book) -> None:
    """同一命令号办另一件事：拒绝，并说明命令号已用。"""
    command_id = uuid4()
    shared.ask(Note(fresh()), command_id)
    other = shared.ask(Note(fresh()), command_id)
    assert (other.kind, other.code) == (OutcomeKind.REFUSED, "ledger.command_reused")


def test_claim_is_exclusive_across_cases(shared: Book) -> None:
    """同一事由只许一份案卷持有，拒绝写明持有者。"""
    first, second, value = fresh(), fresh(), fresh()
    shared.ask(Both(first, value))
    refused = shared.ask(Both(second, value))
    assert refused.code == "ledger.claim_taken"
    assert refused.facts["holder"] == f"commitment/{first}"
    assert shared.ledger.load(CASE, second) == 0


def test_stale_dossier_is_read_again(shared: Book) -> None:
    """别的进程往前写了：以旧案卷所作的决定不入账，重新调阅再决定。"""
    case = fresh()
    shared.ask(Note(case, limit=2))
    with Ledger.open(shared.settings, handle=handle) as elsewhere:
        elsewhere.execute(request(Note(case)))
        refused = shared.ask(Note(case, limit=2))
    assert refused.kind is OutcomeKind.REFUSED
    assert shared.ledger.load(CASE, case) == 2


def test_decision_on_another_case_is_checked(shared: Book) -> None:
    """只调阅、不写入的案卷变了，决定同样重来。"""
    case, read = fresh(), fresh()
    shared.ask(Note(read))
    shared.ask(Note(case, reads=(read,)))
    with Ledger.open(shared.settings, handle=handle) as elsewhere:
        elsewhere.execute(request(Note(read)))
        assert shared.ask(Note(case, reads=(read,))).kind is OutcomeKind.RECORDED


def test_two_clerks_one_place(shared: Book) -> None:
    """两人同时抢办一件：一人办成，另一人看到已经办过。"""
    for _ in range(20):
        case = fresh()
        barrier = threading.Barrier(2)

        def clerk(which: Ledger, case: str = case, gate: threading.Barrier = barrier) -> str:
            gate.wait()
            return which.execute(request(Note(case, limit=1))).kind

        with (
            Ledger.open(shared.settings, handle=handle) as elsewhere,
            ThreadPoolExecutor(2) as pool,
        ):
            kinds = sorted(pool.map(clerk, [shared.ledger, elsewhere]))
        assert kinds == ["RECORDED", "REFUSED"]
        assert shared.ledger.load(CASE, case) == 1


def test_bundle_sees_what_went_before(shared: Book) -> None:
    """成批办理：后一条看得到前一条，冲突的重新决定，答复各归各。"""
    case = fresh()
    shared.ask(Note(case))
    with Ledger.open(shared.settings, handle=handle) as elsewhere:
        elsewhere.execute(request(Note(case)))
    acts = [Note(case, (str(n),), limit=50) for n in range(100)]
    outcomes = shared.ledger.execute_many([request(act) for act in acts])
    kinds = [outcome.kind for outcome in outcomes]
    assert kinds == [OutcomeKind.RECORDED] * 48 + [OutcomeKind.REFUSED] * 52
    texts = [
        getattr(fact.event, "document_no", "") for fact in shared.ledger.events(f"case/{case}")
    ]
    assert texts[2:] == [str(n) for n in range(48)]


def test_events_come_back_as_they_went(shared: Book) -> None:
    """出账的信封与内容即入账时的，叶连成链。"""
    case = fresh()
    outcome = shared.ask(Note(case, ("甲", "乙")))
    facts = shared.ledger.events(f"case/{case}")
    assert [fact.entry.position for fact in facts if fact.entry] == [outcome.first, outcome.last]
    assert [fact.originator_version for fact in facts] == [1, 2]
    assert facts[0].meta.actor.officer_id == "W01"
    assert facts[0].meta.key == case
    assert facts[1].entry is not None
    assert facts[0].entry is not None
    assert facts[1].entry.prev_leaf_hash == facts[0].entry.leaf_hash


def test_personal_data_is_sealed_before_it_is_stored(shared: Book) -> None:
    """姓名入账即封存：库里没有原文，命令里也没有；有钥匙的人打得开。"""
    subject = fresh()
    commitment = shared.ledger.keys.ensure(subject)
    outcome = shared.ask(Name(subject, Personal(subject, "欧阳修远"), commitment))
    (fact,) = shared.ledger.events(f"subject/{subject}")
    sealed = getattr(fact.event, "name", None)
    assert isinstance(sealed, Sealed)
    assert fact.entry is not None
    assert "欧阳修远".encode() not in fact.entry.value
    (row,) = shared.sql(
        "SELECT c::text FROM ledger.command c WHERE first_position = %s", outcome.first
    )
    assert "欧阳修远" not in row[0]
    opened = shared.ledger.keys.open(sealed, fact.entry.name, "name", fact.entry.stream, 1)
    assert opened == "欧阳修远"
    assert isinstance(getattr(shared.ledger.load(SUBJECT, subject)[0], "name", None), Sealed)


def test_repeat_with_personal_data_is_recognised(shared: Book) -> None:
    """封存每次不同，重试仍认得出是同一条命令。"""
    subject, command_id = fresh(), uuid4()
    act = Name(subject, Personal(subject, "上官婉儿"), shared.ledger.keys.ensure(subject))
    shared.ask(act, command_id)
    assert shared.ask(act, command_id).repeated
    other = Name(subject, Personal(subject, "上官飞燕"), act.commitment)
    assert shared.ask(other, command_id).code == "ledger.command_reused"


def test_damaged_case_stops_and_no_other(new_database: NewDatabase) -> None:
    """一份案卷的内容被改，办到它即停并指明位置；别的案卷照办。"""
    with book(new_database()) as own:
        outcome = own.ask(Note("a"))
        own.ask(Note("b"))
        own.sql("ALTER TABLE ledger.event DISABLE TRIGGER append_only_row")
        own.sql(
            "UPDATE ledger.event SET value = set_byte(value, 20, get_byte(value, 20) # 1)"
            " WHERE position = %s",
            outcome.first,
        )
        with Ledger.open(own.settings, handle=handle) as reopened:
            with pytest.raises(LedgerDamaged) as stopped:
                reopened.execute(request(Note("a")))
            assert stopped.value.facts == {"position": str(outcome.first)}
            assert reopened.execute(request(Note("b"))).kind is OutcomeKind.RECORDED


def test_four_writers_and_a_reader_that_misses_none(new_database: NewDatabase) -> None:
    """四人不停入账，一人跟着末尾读：一件不漏，从不看见缺号。"""
    each, writers = 3_000, 4
    with book(new_database()) as own, ExitLedgers(own.settings, writers) as ledgers:
        done = threading.Event()

        def write(n: int) -> None:
            for k in range(each // 10):
                ledgers[n].execute(request(Note(f"w{n}-{k % 7}", ("x",) * 10)))
                ledgers[n].execute(request(Note("shared", limit=k)))  # many are refused

        def tail() -> list[int]:
            seen: list[int] = []
            while True:
                finished = done.is_set()
                with stream_entries(own.settings.dsn("shenguan_relay"), len(seen)) as entries:
                    seen += [entry.position for entry in entries]
                if finished:
                    return seen

        with ThreadPoolExecutor(writers + 1) as pool:
            reader = pool.submit(tail)
            for writing in [pool.submit(write, n) for n in range(writers)]:
                writing.result()
            done.set()
            seen = reader.result()
        assert seen == list(range(own.ledger.load(CASE, "shared") + writers * each))


class ExitLedgers:
    """几个各自打开的账本，像几个进程。"""

    def __init__(self, settings: Settings, count: int) -> None:
        self._ledgers = [Ledger.open(settings, handle=handle) for _ in range(count)]

    def __enter__(self) -> list[Ledger]:
        return self._ledgers

    def __exit__(self, *_: object) -> None:
        for ledger in self._ledgers:
            ledger.close()


def test_demo_clock_is_one_for_all(new_database: NewDatabase) -> None:
    """演示账本的时钟各处同一，不能拨回；正式账本没有。"""
    start = datetime(2026, 3, 2, 1, tzinfo=UTC)
    with book(new_database(), Mode.DEMO) as own:
        clock = own.ledger.clock
        assert isinstance(clock, LedgerClock)
        clock.advance(start)
        own.ask(Note("a"))
        (fact,) = own.ledger.events("case/a")
        assert fact.meta.recorded_at == fact.meta.decided_at == start
        assert fact.meta.effective_on.isoformat() == "2026-03-02"
        with pytest.raises(LedgerError, match="clock_backwards"):
            clock.advance(start - timedelta(days=1))
        with Ledger.open(own.settings, handle=handle) as elsewhere:
            assert elsewhere.clock.now() == start


def test_formal_ledger_has_no_virtual_clock(shared: Book) -> None:
    """正式账本拒绝拨钟。"""
    clock = LedgerClock(shared.settings.dsn("shenguan_append"))
    with pytest.raises(LedgerError, match="clock_formal"):
        clock.advance(datetime(2027, 1, 1, tzinfo=UTC))
    clock.close()


def test_unfounded_ledger_does_not_open(new_database: NewDatabase) -> None:
    """还没有建账的库打不开；建过的不能改建。"""
    chosen = new_database()
    migrate(chosen)
    with pytest.raises(LedgerError, match=r"ledger\.not_created"):
        Ledger.open(chosen, handle=handle)
    establish(chosen, "one", Mode.DEMO, HashName.SHA256, TOPICS)
    with pytest.raises(LedgerError, match=r"ledger\.exists"):
        establish(chosen, "two", Mode.DEMO, HashName.SHA256, TOPICS)


def test_superuser_may_not_serve(shared: Book) -> None:
    """服务不得以超级用户连接。"""

    class Strong:
        admin_dsn = shared.settings.admin_dsn
        keys = shared.settings.keys

        def dsn(self, role: str) -> str:
            del role
            return self.admin_dsn

    with pytest.raises(LedgerError, match=r"ledger\.superuser"):
        Ledger.open(Strong(), handle=handle)


def test_database_functions_of_the_library_are_refused(
    shared: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    """环境里打开了会丢事件的数据库函数，程序拒绝启动。"""
    monkeypatch.setenv("POSTGRES_ENABLE_DB_FUNCTIONS", "y")
    with pytest.raises(LedgerError, match=r"ledger\.db_functions"):
        LedgerApplication(shared.settings.dsn("shenguan_append"), shared.ledger.frame)


def test_notify_comes_after_the_commit(shared: Book) -> None:
    """入账之后有一次提示，此时账上已读得到。"""
    with psycopg.connect(shared.settings.dsn("shenguan_relay"), autocommit=True) as conn:
        conn.execute("LISTEN shenguan_appended")
        outcome = shared.ask(Note(fresh()))
        assert [note.channel for note in conn.notifies(timeout=10, stop_after=1)]
        row = conn.execute("SELECT next_position FROM ledger.head").fetchone()
        assert row is not None
        assert outcome.last is not None
        assert row[0] > outcome.last


@given(st.lists(st.lists(st.integers(0, 9), max_size=20), min_size=1, max_size=8))
def test_group_commit_answers_everybody_his_own(work: list[list[int]]) -> None:
    """合并提交：人人得到自己的答复，一条出错只关它自己。"""
    batches: list[int] = []

    def commit(calls: object) -> list[int | Exception]:
        items = list(calls)  # type: ignore[call-overload]
        batches.append(len(items))
        return [ValueError(n) if n == 7 else n * 10 for n in items]

    group: GroupCommit[int, int] = GroupCommit(commit)

    def one(numbers: list[int]) -> list[int]:
        got = []
        for n in numbers:
            try:
                got.append(group.submit(n))
            except ValueError as error:
                got.append(int(str(error)))
        return got

    with ThreadPoolExecutor(len(work)) as pool:
        answers = list(pool.map(one, work))
    assert answers == [[n if n == 7 else n * 10 for n in numbers] for numbers in work]
    assert sum(batches) == sum(map(len, work))
