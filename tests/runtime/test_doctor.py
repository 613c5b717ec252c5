"""`doctor`：不安全、不牢靠之处查得出，每一处都说怎么办；查不了的不假装查过。"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from types import MappingProxyType

import psycopg
import pytest

from domain.deadlines import Calendar
from followers.overview import Lag
from ledger.database import migrate
from runtime import kafka_admin
from runtime.checks import database, ledger
from runtime.checks.finding import BAD, OK, WARN, Finding
from runtime.commands import doctor, status
from runtime.messages import say, tables
from runtime.standing import SealEnd
from schemas.topics import topic_name
from tests.conftest import NewDatabase
from tests.town import Town, eventually, found_town, relaying

LAG = Lag("linkage", "supervisor", 364, 0, "kafka", None, {}, 0.0, 0)
KEPT = {**kafka_admin.LEDGER_TOPIC, "min.insync.replicas": "1"}
KNOWN = Calendar(frozenset({2025, 2026}), frozenset(), frozenset())


def by_name(found: Iterable[Finding]) -> dict[str, Finding]:
    """按名称；不正常的须说怎么办。"""
    kept = list(found)
    assert [one for one in kept if one.level != OK and not one.todo] == []
    return {one.name: one for one in kept}


def test_what_is_amiss_comes_with_what_to_do() -> None:
    """给人看的一条：如何、怎么办各一行；正常的只有一行。"""
    assert doctor.shown(Finding(OK, "x", "好")) == "[正常] x：好"
    first, second = doctor.shown(Finding(BAD, "x", "坏", "修")).splitlines()
    assert (first, second.strip()) == ("[危险] x：坏", "办法：修")
    keys = [key for key in tables()["cli"] if key.startswith("doctor.") and key.endswith(".todo")]
    assert len(keys) > 20
    assert [key for key in keys if key.removesuffix(".todo") not in tables()["cli"]] == []


@pytest.mark.parametrize(
    ("seconds", "level"), [(0.2, OK), (-0.9, OK), (3.0, WARN), (-3.0, WARN), (60.0, BAD)]
)
def test_clocks_that_disagree_are_found(seconds: float, level: str) -> None:
    """数据库与本机的时钟：相差一秒以内正常，五秒以上危险。"""
    assert by_name([database.clock_drift(seconds)])["clock.database"].level == level


def test_an_event_of_the_future_means_a_clock_was_set_back() -> None:
    """最近一次入账比此刻还晚：时钟被拨回过。"""
    at = datetime(2026, 3, 2, tzinfo=UTC)
    assert database.last_append(-5.0, at).level == OK
    assert database.last_append(30.0, at).level == BAD


@pytest.mark.parametrize(
    ("changes", "levels"),
    [
        ({}, [OK]),
        ({"behind": 9, "seconds": 2.0}, [OK]),
        ({"behind": 9, "seconds": 61.0}, [WARN]),
        ({"halted": "follower.leaf_differs"}, [BAD]),
        ({"parked": 2}, [OK, WARN]),
    ],
    ids=str,
)
def test_a_follower_late_halted_or_parked_is_found(
    changes: dict[str, object], levels: list[str]
) -> None:
    """跟随者：落后超过一分钟、停下、有停放件，都查得出；刚来的几件不算落后。"""
    found = list(ledger.follower(replace(LAG, **changes)))  # type: ignore[arg-type]
    assert [one.level for one in found] == levels
    by_name(found)


def test_the_relay_has_a_minute() -> None:
    """抄送：没有待抄的正常，刚入账的不算，超过一分钟的注意，读不到的说读不到。"""
    found = [ledger.relay(*one) for one in ((0, 999.0), (5, 1.0), (5, 61.0), (None, 0.0))]
    assert [one.level for one in found] == [OK, OK, WARN, WARN]
    by_name([found[2]])
    assert found[3].finding == say("doctor.relay_unknown")


@pytest.mark.parametrize(
    ("changes", "brokers", "level"),
    [
        ({}, 1, OK),
        ({}, 3, BAD),
        ({"min.insync.replicas": "2"}, 3, OK),
        ({"retention.ms": "604800000"}, 1, BAD),
        ({"retention.bytes": "1000"}, 1, BAD),
        ({"cleanup.policy": "compact"}, 1, BAD),
    ],
    ids=str,
)
def test_a_topic_that_forgets_is_found(changes: dict[str, str], brokers: int, level: str) -> None:
    """主题：会删、会压的危险；三个节点而一份落盘即算写成的也危险；办法里写着该改成什么。"""
    found = ledger.topic_kept("t", KEPT | changes, brokers)
    assert by_name([found])["t"].level == level
    if level == BAD:
        name = next(iter(changes), "min.insync.replicas")
        assert f"{name}=" in found.todo


def test_calendar_says_from_which_day_periods_are_provisional() -> None:
    """没有放假调休的日历：2026 年最后一日是周四，倒数第 N 个工作日起算的越出该年。"""
    start = ledger.first_provisional(KNOWN, 20)
    assert start == date(2026, 12, 4)
    assert {one.level for one in ledger.coverage(KNOWN, date(2026, 3, 2))} == {OK}
    late = by_name(ledger.coverage(KNOWN, start - timedelta(days=1)))
    assert (late["calendar.20"].level, late["calendar.60"].level) == (OK, WARN)
    assert by_name(ledger.coverage(KNOWN, start))["calendar.20"].level == WARN
    assert by_name(ledger.coverage(KNOWN, date(2027, 1, 4)))["calendar"].level == BAD


NEVER = SealEnd(0, None, None, 9.0, 0, 0, 2, 0, 9.0)
SEALED = SealEnd(100, datetime(2026, 3, 2, tzinfo=UTC), "k", None, 3, 3, 2, 100, None)


def test_the_seal_is_looked_at() -> None:
    """没有封过的、封得慢的，都说出来；不把没有的当作有。"""
    assert ledger.sealing(NEVER).level == WARN
    assert ledger.sealing(SEALED).level == OK
    assert "100" in ledger.sealing(SEALED).finding
    assert ledger.sealing(replace(SEALED, unsealed_seconds=4.0)).level == OK
    assert ledger.sealing(replace(SEALED, unsealed_seconds=61.0)).level == BAD


def test_witnesses_are_looked_at() -> None:
    """见证不够数的、见证得慢的、不独立的，都说出来；安静的夜里不响。"""
    assert levels(NEVER) == [WARN]
    assert levels(SEALED) == [OK]
    assert levels(replace(SEALED, unwitnessed_seconds=59.0)) == [OK]
    assert levels(replace(SEALED, witnessed=50, unwitnessed_seconds=61.0)) == [BAD]
    assert levels(replace(SEALED, independent=1)) == [OK, WARN]


def levels(end: SealEnd) -> list[str]:
    """见证各项结论的级别。"""
    return [one.level for one in ledger.witnessing(end)]


def test_status_says_how_far_the_seal_and_the_witnesses_are() -> None:
    """状态写明封到哪里、见证到哪里；等得太久的加醒目的记号。"""
    assert status.sealed(NEVER) == "封账  还没有封过"
    assert "没有未封的" in status.sealed(SEALED)
    assert "已等 3 秒" in status.sealed(replace(SEALED, unsealed_seconds=3.0))
    assert "没有约定见证" in status.witnessed(NEVER)
    assert "※" not in status.witnessed(SEALED)
    assert "※" in status.witnessed(replace(SEALED, unwitnessed_seconds=61.0))
    assert "其中 3 家不独立" in status.witnessed(replace(SEALED, independent=0))


@pytest.mark.integration
@pytest.mark.fault
def test_rights_that_differ_from_the_list_are_found(new_database: NewDatabase) -> None:
    """授权与清单一致；多一条、少一条、换了属主，都指得出是哪一条。"""
    chosen = new_database()
    migrate(chosen)
    assert [one.level for one in database.ledger_grants(chosen)] == [OK]
    with psycopg.connect(chosen.admin_dsn, autocommit=True) as conn:
        conn.execute("GRANT UPDATE (value) ON ledger.event TO shenguan_relay")
        conn.execute("REVOKE SELECT ON ledger.head FROM shenguan_follow")
        conn.execute("ALTER VIEW ledger.leaf_feed OWNER TO shenguan_relay")
    found = list(database.ledger_grants(chosen))
    by_name(found)
    shown = {one.finding for one in found if one.level == BAD}
    extra = ("shenguan_relay UPDATE ledger.event.value", "shenguan_relay OWNER ledger.leaf_feed")
    assert {say("doctor.grant_extra", grant=one) for one in extra} <= shown
    missing = "shenguan_follow SELECT ledger.head"
    assert say("doctor.grant_missing", grant=missing) in shown


@pytest.mark.integration
@pytest.mark.fault
@pytest.mark.parametrize(
    ("give", "take"),
    [
        ("ALTER ROLE shenguan_relay SUPERUSER", "ALTER ROLE shenguan_relay NOSUPERUSER"),
        ("GRANT shenguan_owner TO plant", "DROP ROLE plant"),
    ],
)
def test_a_service_with_too_much_power_is_found(
    new_database: NewDatabase, monkeypatch: pytest.MonkeyPatch, give: str, take: str
) -> None:
    """服务角色是超级用户、属于账本的属主：危险。"""
    chosen = new_database()
    migrate(chosen)
    assert {one.level for one in database.database_roles(chosen)} == {OK}
    with psycopg.connect(chosen.admin_dsn, autocommit=True) as conn:
        if "plant" in give:
            conn.execute("CREATE ROLE plant LOGIN")
            monkeypatch.setattr(database, "LOGIN_ROLES", ("plant", "shenguan_append"))
        conn.execute(give.encode())
        try:
            found = list(database.database_roles(chosen))
        finally:
            conn.execute(take.encode())
    by_name(found)
    assert [one.name for one in found if one.level == BAD] == [
        "plant" if "plant" in give else "shenguan_relay"
    ]


@pytest.fixture
def town(new_database: NewDatabase, kafka: str) -> Iterator[Town]:
    """一座小城，记了三件。"""
    with found_town(replace(new_database(), kafka_bootstrap=kafka), kafka) as town:
        town.fill(3)
        yield town


@pytest.mark.integration
@pytest.mark.kafka
@pytest.mark.fault
def test_topics_are_the_remembered_ones(town: Town) -> None:
    """主题同建账时的一样；换了编号的、不见了的，查得出。"""
    names = {short: topic_name(town.origin, short) for short in ("case", "inspection", "register")}
    found = by_name(ledger.topics(town.settings))
    assert {found[name].level for name in names.values()} == {OK}
    town.sql("UPDATE ledger.topic_identity SET topic_id = 'x' WHERE topic = 'case'")
    kafka_admin.delete_topics(town.bootstrap, [names["register"]])
    eventually(lambda: not kafka_admin.topic_ids(town.bootstrap, [names["register"]]))
    found = by_name(ledger.topics(town.settings))
    assert {found[name].level for name in names.values()} == {OK, BAD}
    assert found[names["register"]].finding == say("doctor.topic_missing")
    assert "x" in found[names["case"]].finding


@pytest.mark.integration
@pytest.mark.kafka
def test_a_whole_examination_of_a_ledger(town: Town) -> None:
    """账本与其读者：时钟、抄送、日历各有结论；还没有日历与跟随者，照实说。"""
    with relaying(town):
        eventually(lambda: len(town.published()) == 3)
    found = by_name(ledger.lag(town.settings))
    assert (found["relay"].level, found["followers"].level) == (OK, WARN)
    assert by_name(ledger.calendar(town.settings))["calendar"].level == BAD
    clocks = by_name(database.clocks(town.settings))
    assert {one.level for one in clocks.values()} == {OK}
    assert clocks["clock.ledger"].finding == say("doctor.clock_machine")
    assert {one.level for one in database.append_durability(town.settings)} == {OK}
    assert {one.level for one in database.checksums(town.settings)} == {OK}


@pytest.mark.integration
@pytest.mark.kafka
@pytest.mark.fault
def test_a_silent_kafka_is_said_and_the_rest_is_examined(town: Town) -> None:
    """Kafka 停着：主题一项写明查不了，抄送说不知道，其余照查。"""
    sources = MappingProxyType(
        {"data": "x", "database": "SHENGUAN_DATABASE_URL", "kafka": "SHENGUAN_KAFKA"}
    )
    silent = replace(town.settings, kafka_bootstrap="127.0.0.1:9", sources=sources)
    found = by_name(doctor.findings(silent))
    assert found["topics"].finding == say("doctor.no_kafka")
    assert found["relay"].finding == say("doctor.relay_unknown")
    assert found["grants"].level == OK


@pytest.mark.integration
def test_a_database_without_a_ledger_is_said(new_database: NewDatabase) -> None:
    """还没有建账：说没有账，不当作正常。"""
    chosen = new_database()
    sources = MappingProxyType(
        {"data": "x", "database": "SHENGUAN_DATABASE_URL", "kafka": "embedded"}
    )
    found = by_name(doctor.findings(replace(chosen, sources=sources)))
    assert found["ledger_grants"].finding == say("doctor.no_ledger")
    assert found["lag"].finding == say("doctor.no_ledger")
