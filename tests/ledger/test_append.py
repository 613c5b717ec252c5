"""入账函数：一条命令要么全部入账，要么不入账，失败是答复而不是异常。"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from uuid import uuid4

import psycopg
import pytest

from domain.decider import Claim
from domain.terms import HashName, Mode
from ledger.founding import establish
from ledger.line import Connection
from ledger.store import Addition, Append, append, read_counter
from runtime.settings import Settings
from tests.conftest import NewDatabase
from tests.ledger.book import TOPICS, ask

pytestmark = pytest.mark.integration
NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def settings(new_database: NewDatabase) -> Settings:
    """一本新账。"""
    chosen = new_database()
    establish(chosen, "test", Mode.FORMAL, HashName.SHA256, TOPICS)
    return chosen


@pytest.fixture
def conn(settings: Settings) -> Iterator[Connection]:
    """以入账角色连接。"""
    with psycopg.connect(settings.dsn("shenguan_append"), autocommit=True) as opened:
        yield opened


def leaf(text: str) -> bytes:
    """一个叶。"""
    return sha256(text.encode()).digest()


def addition(stream: str, count: int = 1, version: int = 0, prev: bytes = b"") -> Addition:
    """往一份案卷写 ``count`` 件。"""
    events = tuple(
        (str(uuid4()), "case.delivered.v1", bytes(32), leaf(f"{stream} {version + n}"), b"value")
        for n in range(1, count + 1)
    )
    return Addition(stream, stream, "case", 0, version, prev, events)


def call(*additions: Addition, **changes: object) -> Append:
    """一条命令。"""
    blank = Append(uuid4(), b"request", "NOTHING", None, {}, (), additions, NOW, 1, None, (), ())
    return replace(blank, **changes)  # type: ignore[arg-type]


def fresh() -> str:
    """一份新案卷。"""
    return f"case/{uuid4().hex}"


def test_several_streams_start_together(conn: Connection) -> None:
    """一次写两份案卷：位置、版本、道内位置都连续。"""
    first, second = fresh(), fresh()
    (answer,) = append(conn, [call(addition(first, 2), addition(second, 1))])
    assert (answer.kind, answer.repeated) == ("RECORDED", False)
    rows = conn.execute(
        "SELECT position, stream, version, prev_leaf_hash FROM ledger.event_feed"
        " WHERE position BETWEEN %s AND %s ORDER BY position",
        (answer.first, answer.last),
    ).fetchall()
    assert [(stream, version) for _, stream, version, _ in rows] == [
        (first, 1),
        (first, 2),
        (second, 1),
    ]
    assert [bytes(row[3]) for row in rows] == [b"", leaf(f"{first} 1"), b""]


def test_wrong_version_is_an_answer(conn: Connection) -> None:
    """案卷已往前走：答复冲突并指明哪一份，位置不浪费。"""
    stream = fresh()
    append(conn, [call(addition(stream))])
    before = read_counter(conn)
    (answer,) = append(conn, [call(addition(stream))])
    assert (answer.kind, answer.code) == ("CONFLICT", "ledger.version")
    assert answer.facts == {"stream": stream}
    assert read_counter(conn) == before


def test_wrong_previous_leaf_is_an_answer(conn: Connection) -> None:
    """版本对而末件不是那一件：同样是冲突。"""
    stream = fresh()
    append(conn, [call(addition(stream))])
    (answer,) = append(conn, [call(addition(stream, version=1, prev=leaf("another")))])
    assert (answer.kind, answer.code) == ("CONFLICT", "ledger.prev_leaf")


def test_stream_keeps_its_lane(conn: Connection) -> None:
    """案卷的键和分区自第一件起不变。"""
    stream = fresh()
    append(conn, [call(addition(stream))])
    moved = replace(addition(stream, version=1, prev=leaf(f"{stream} 1")), partition=1)
    (answer,) = append(conn, [call(moved)])
    assert (answer.kind, answer.code) == ("CONFLICT", "ledger.lane")


@pytest.mark.parametrize("kind", ["NOTHING", "REFUSED"])
def test_stale_read_conflicts_even_for_a_refusal(conn: Connection, kind: str) -> None:
    """决定所依据的案卷变了：拒绝和无事可办也要重新决定。"""
    stream, code = fresh(), "x" if kind == "REFUSED" else None
    append(conn, [call(addition(stream))])
    (stale,) = append(conn, [call(kind=kind, code=code, reads=((stream, b""),))])
    assert (stale.kind, stale.code) == ("CONFLICT", "ledger.read")
    reads = ((stream, leaf(f"{stream} 1")),)
    (current,) = append(conn, [call(kind=kind, code=code, reads=reads)])
    assert current.kind == kind


def test_old_incarnation_may_not_write(conn: Connection) -> None:
    """恢复之前的进程不得再写。"""
    (answer,) = append(conn, [call(addition(fresh()), incarnation=2)])
    assert (answer.kind, answer.code) == ("CONFLICT", "ledger.incarnation")


def test_repeat_gets_the_first_answer(conn: Connection) -> None:
    """同一命令再来，得到第一次的答复，不再写。"""
    asked = call(addition(fresh(), 2))
    (first,) = append(conn, [asked])
    (again,) = append(conn, [asked])
    assert again == replace(first, repeated=True)


def test_refusal_is_repeated_too(conn: Connection) -> None:
    """拒绝也是答复：再问一次，理由与事实一字不差。"""
    asked = call(kind="REFUSED", code="case.no", facts={"who": "甲"})
    append(conn, [asked])
    (again,) = append(conn, [replace(asked, kind="NOTHING", code=None, facts={})])
    assert (again.kind, again.code, again.facts) == ("REFUSED", "case.no", {"who": "甲"})
    assert again.repeated


def test_reused_command_id_is_told(conn: Connection) -> None:
    """命令号用于另一件事：说明已被占用，什么也不写。"""
    asked = call(addition(fresh()))
    append(conn, [asked])
    before = read_counter(conn)
    (answer,) = append(conn, [replace(asked, request_hash=b"another")])
    assert (answer.kind, answer.code) == ("REUSED", "ledger.command_reused")
    assert read_counter(conn) == before


def test_taken_claim_names_its_holder(conn: Connection) -> None:
    """独占已被别的案卷持有：记下拒绝，指明持有者，案卷不写。"""
    holder, other, value = fresh(), fresh(), uuid4().hex
    append(conn, [call(addition(holder), claims=(Claim("commitment", value, holder),))])
    (refused,) = append(conn, [call(addition(other), claims=(Claim("commitment", value, other),))])
    assert (refused.kind, refused.code) == ("REFUSED", "ledger.claim_taken")
    assert refused.facts == {"kind": "commitment", "value": value, "holder": holder}
    (free,) = append(conn, [call(addition(other))])
    assert free.kind == "RECORDED"


def test_released_claim_is_free(conn: Connection) -> None:
    """持有者放开之后，别人可以占用；放开别人的无效。"""
    holder, other, value = fresh(), fresh(), uuid4().hex
    mine = Claim("commitment", value, holder)
    append(conn, [call(addition(holder), claims=(mine,))])
    append(conn, [call(releases=(Claim("commitment", value, other),))])
    theirs = call(addition(other), claims=(Claim("commitment", value, other),))
    assert append(conn, [theirs])[0].code == "ledger.claim_taken"
    append(conn, [call(releases=(mine,))])
    assert append(conn, [replace(theirs, command_id=uuid4())])[0].kind == "RECORDED"


def test_claim_is_handed_over_in_one_command(conn: Connection) -> None:
    """同一条命令里放开并转给另一份案卷。"""
    old, new, value = fresh(), fresh(), uuid4().hex
    append(conn, [call(addition(old), claims=(Claim("licence", value, old),))])
    given = call(
        addition(new),
        claims=(Claim("licence", value, new),),
        releases=(Claim("licence", value, old),),
    )
    assert append(conn, [given])[0].kind == "RECORDED"


def test_one_of_a_batch_fails_alone(conn: Connection) -> None:
    """合并提交中一条冲突，前后各条照常入账，位置相连。"""
    stream = fresh()
    good, clash, after = call(addition(stream)), call(addition(stream)), call(addition(fresh()))
    answers = append(conn, [good, clash, after])
    assert [answer.kind for answer in answers] == ["RECORDED", "CONFLICT", "RECORDED"]
    assert answers[0].last is not None
    assert answers[2].first == answers[0].last + 1


def test_a_batch_builds_on_itself_and_leaves_no_hole(conn: Connection) -> None:
    """同一批里后一条接着前一条写、据前一条的末件决定：位置、版本、道内位置都不缺不重。"""
    one, two = fresh(), fresh()
    answers = append(
        conn,
        [
            call(addition(one, 2)),
            call(addition(one, 1, 2, leaf(f"{one} 2")), addition(two, 3)),
            call(kind="REFUSED", code="no", reads=((two, leaf(f"{two} 3")),)),
            call(addition(two, 1, 3, leaf(f"{two} 3")), reads=((one, leaf(f"{one} 3")),)),
        ],
    )
    assert [answer.kind for answer in answers] == ["RECORDED", "RECORDED", "REFUSED", "RECORDED"]
    rows = conn.execute(
        "SELECT position, lane_position, stream, version, leaf_hash FROM ledger.event_feed"
        " WHERE position >= %s ORDER BY position",
        (answers[0].first,),
    ).fetchall()
    written = [(one, 1), (one, 2), (one, 3), (two, 1), (two, 2), (two, 3), (two, 4)]
    assert [(row[2], row[3]) for row in rows] == written
    assert [bytes(row[4]) for row in rows] == [leaf(f"{name} {n}") for name, n in written]
    assert [row[0] - rows[0][0] for row in rows] == list(range(7))
    assert [row[1] - rows[0][1] for row in rows] == list(range(7))
    assert [(a.first, a.last) for a in answers if a.first is not None] == [
        (rows[0][0], rows[1][0]),
        (rows[2][0], rows[5][0]),
        (rows[6][0], rows[6][0]),
    ]


def test_two_of_a_batch_get_into_each_others_way(conn: Connection) -> None:
    """同一批里命令号重复、争一个独占、以旧末件写同一案卷：与逐条办理的答复一样。"""
    asked, one, two, value = call(addition(fresh())), fresh(), fresh(), uuid4().hex
    again = append(conn, [asked, asked])
    assert again[1] == replace(again[0], repeated=True)
    claims = [call(addition(s), claims=(Claim("k", value, s),)) for s in (one, two)]
    assert [answer.kind for answer in append(conn, claims)] == ["RECORDED", "REFUSED"]
    stale = append(conn, [call(addition(two)), call(addition(two)), call(reads=((two, b""),))])
    assert [answer.code for answer in stale] == [None, "ledger.version", "ledger.read"]


@pytest.mark.parametrize(
    "broken",
    [
        lambda one: replace(one, events=((*one.events[0][:4], b"x" * 65_536),)),
        lambda one: replace(one, stream="no family"),
        lambda one: replace(one, partition=7),
    ],
    ids=["too-large", "bad-stream", "no-such-lane"],
)
def test_what_cannot_be_is_refused_by_the_database(
    conn: Connection, broken: Callable[[Addition], Addition]
) -> None:
    """过大的内容、不成样的案卷号、不存在的分区，数据库自己也不收。"""
    before = read_counter(conn)
    with pytest.raises(psycopg.Error):
        append(conn, [call(broken(addition(fresh())))])
    assert read_counter(conn) == before


def test_lock_is_not_waited_for_forever(conn: Connection, settings: Settings) -> None:
    """等不到锁就作罢，什么也没写。"""
    with psycopg.connect(settings.admin_dsn) as holder:
        holder.execute("SELECT pg_advisory_xact_lock(5391840617)")
        admin = ask(settings.admin_dsn, "ALTER FUNCTION ledger.append SET lock_timeout = '50ms'")
        assert admin == []
        with pytest.raises(psycopg.errors.LockNotAvailable):
            append(conn, [call(addition(fresh()))])
    ask(settings.admin_dsn, "ALTER FUNCTION ledger.append SET lock_timeout = '10s'")
    assert append(conn, [call(addition(fresh()))])[0].kind == "RECORDED"
