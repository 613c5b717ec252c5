"""数据库权限：能办理的只有入账函数一道门，历史谁也改不动。"""

from collections.abc import Iterator

import psycopg
import pytest

from ledger.database import LOGIN_ROLES, OWNER
from tests.conftest import NewDatabase
from tests.ledger.book import Book, Note, ask, book

pytestmark = pytest.mark.integration

APPEND = "shenguan_append"
FOLLOW = "shenguan_follow"

ATTEMPTS = [
    (APPEND, "UPDATE ledger.event SET key = 'x'"),
    (APPEND, "DELETE FROM ledger.event"),
    (APPEND, "TRUNCATE ledger.event"),
    (APPEND, "INSERT INTO ledger.event (position) VALUES (-5)"),
    (APPEND, "INSERT INTO ledger.event_feed (position) VALUES (-5)"),
    (APPEND, "UPDATE ledger.event_feed SET key = 'x'"),
    (APPEND, "SELECT value FROM ledger.event"),
    (APPEND, "UPDATE ledger.counter SET next_position = 0"),
    (APPEND, "UPDATE ledger.head SET next_position = 0"),
    (APPEND, "UPDATE ledger.stream_head SET version = 9"),
    (APPEND, "UPDATE ledger.command SET kind = 'NOTHING'"),
    (APPEND, "DELETE FROM ledger.claim"),
    (APPEND, "UPDATE ledger.person_key SET wrapped = ''"),
    (APPEND, "UPDATE ledger.clock SET now = now()"),
    (APPEND, "INSERT INTO ledger.topic_identity VALUES ('case', 'x')"),
    (APPEND, "SELECT ledger.establish('x', 'DEMO', 'SHA256', '{}', NULL)"),
    (APPEND, "SET session_replication_role = replica"),
    (APPEND, "ALTER TABLE ledger.event DISABLE TRIGGER ALL"),
    (APPEND, "DROP TABLE ledger.event"),
    (APPEND, "CREATE TABLE ledger.mine ()"),
    (APPEND, "CREATE TABLE public.mine ()"),
    (APPEND, "CREATE TEMP TABLE mine ()"),
    (APPEND, f"SET ROLE {OWNER}"),
    ("shenguan_relay", "SELECT * FROM ledger.person_key"),
    ("shenguan_relay", "SELECT * FROM ledger.command"),
    ("shenguan_relay", "UPDATE ledger.topic_identity SET topic_id = 'x'"),
    (FOLLOW, "SELECT value FROM ledger.event_feed"),
    (FOLLOW, "SELECT value FROM ledger.event"),
    (FOLLOW, "SELECT * FROM ledger.person_key"),
    ("shenguan_project", "SELECT * FROM ledger.person_key"),
    ("shenguan_project", "CREATE TABLE ledger.mine ()"),
    ("shenguan_audit", "UPDATE ledger.event SET key = 'x'"),
    ("shenguan_audit", "SELECT wrapped FROM ledger.person_key"),
    ("shenguan_audit", "SELECT ledger.keep_schema('x', 'x')"),
]
CALL = "SELECT ledger.keep_schema('x', 'x')"


@pytest.fixture(scope="module")
def shared(new_database: NewDatabase) -> Iterator[Book]:
    """一本有一件事的账。"""
    with book(new_database()) as opened:
        opened.ask(Note("a"))
        yield opened


@pytest.mark.parametrize(("role", "attempt"), ATTEMPTS)
def test_attempt_is_refused(shared: Book, role: str, attempt: str) -> None:
    """越权的每一种做法，数据库都拒绝。"""
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        ask(shared.settings.dsn(role), attempt)


@pytest.mark.parametrize("role", [role for role in LOGIN_ROLES if role != APPEND])
def test_only_the_append_role_appends(shared: Book, role: str) -> None:
    """入账函数只有一个角色可以调用；封账的角色只能封账。"""
    own = {("seal",), ("keep_cosignature",)} if role == "shenguan_seal" else set()
    granted = shared.sql(
        "SELECT p.proname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace"
        " WHERE n.nspname = 'ledger' AND has_function_privilege(%s, p.oid, 'EXECUTE')",
        role,
    )
    assert set(granted) == own
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        ask(shared.settings.dsn(role), CALL)


def test_owner_cannot_log_in(shared: Book) -> None:
    """属主不能登录，服务角色都不是超级用户。"""
    rows = shared.sql(
        "SELECT rolname, rolcanlogin, rolsuper FROM pg_roles WHERE rolname LIKE 'shenguan%%'"
    )
    assert (OWNER, False, False) in rows
    assert {(name, login, strong) for name, login, strong in rows if name != OWNER} == {
        (role, True, False) for role in LOGIN_ROLES
    }


@pytest.mark.parametrize("table", ["event", "command", "schema", "genesis"])
@pytest.mark.parametrize("change", ["DELETE FROM ledger.{}", "TRUNCATE ledger.{}"])
def test_even_the_owner_is_stopped_by_the_trigger(shared: Book, table: str, change: str) -> None:
    """超级用户扮作属主删改历史，触发器拒绝。"""
    with psycopg.connect(shared.settings.admin_dsn, autocommit=True) as conn:
        conn.execute(f"SET ROLE {OWNER}".encode())
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="append only"):
            conn.execute(change.format(table).encode())
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="append only"):
            conn.execute("UPDATE ledger.event SET key = key")


def test_nobody_else_may_connect(shared: Book) -> None:
    """没有列名的角色连不上这个库。"""
    (row,) = shared.sql(
        "SELECT count(*) FROM pg_database d, aclexplode(d.datacl) a"
        " WHERE d.datname = current_database() AND a.grantee = 0"
    )
    assert row[0] == 0
