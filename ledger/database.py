"""数据库（database）：建立角色，逐个执行编号的结构文件。"""

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Protocol

import psycopg
from psycopg.conninfo import conninfo_to_dict
from psycopg.rows import TupleRow
from psycopg.sql import SQL, Identifier, Literal

from ledger.errors import LedgerError

MIGRATIONS: Final = Path(__file__).parent / "migrations"
OWNER: Final = "shenguan_owner"
LOGIN_ROLES: Final = (
    "shenguan_append",
    "shenguan_relay",
    "shenguan_follow",
    "shenguan_project",
    "shenguan_audit",
    "shenguan_seal",
)
GRANTS: Final = Path(__file__).parent / "grants.txt"
# Whoever holds what on the ledger beside its owner, and what does not belong to the owner.
_GRANTS: Final = """
WITH thing AS (
    SELECT 'schema ' || nspname AS name, nspowner AS owner,
           coalesce(nspacl, acldefault('n', nspowner)) AS acl
      FROM pg_namespace WHERE nspname = 'ledger'
    UNION ALL
    SELECT 'ledger.' || relname, relowner, coalesce(relacl, acldefault('r', relowner))
      FROM pg_class WHERE relnamespace = 'ledger'::regnamespace AND relkind IN ('r', 'v', 'm', 'p')
    UNION ALL
    SELECT format('ledger.%%s.%%s', relname, attname), relowner, attacl
      FROM pg_attribute JOIN pg_class c ON c.oid = attrelid
     WHERE relnamespace = 'ledger'::regnamespace AND attacl IS NOT NULL
    UNION ALL
    SELECT format('ledger.%%s()', proname), proowner, coalesce(proacl, acldefault('f', proowner))
      FROM pg_proc WHERE pronamespace = 'ledger'::regnamespace)
SELECT format('%%s %%s %%s', coalesce(rolname, 'PUBLIC'), privilege_type, name)
  FROM thing CROSS JOIN aclexplode(acl) a LEFT JOIN pg_roles r ON r.oid = a.grantee
 WHERE a.grantee <> owner
UNION
SELECT format('%%s OWNER %%s', rolname, name)
  FROM thing JOIN pg_roles r ON r.oid = owner WHERE rolname <> %s"""
_LOCK: Final = 5391840618  # of migrations; the append function has the number before it


class Access(Protocol):
    """账本所需的连接：管理连接、各角色连接、密钥文件夹。"""

    @property
    def admin_dsn(self) -> str:
        """可建角色与表的连接；服务从不用它。"""

    @property
    def keys(self) -> Path:
        """密钥文件夹，在数据库之外。"""

    def dsn(self, role: str) -> str:
        """某个登录角色的连接。"""


def migrate(access: Access) -> tuple[str, ...]:
    """建立角色与表结构；再次执行只补缺少的部分。

    Answers the names of the files applied now. Raises :class:`LedgerError`
    ``ledger.migration_changed`` if a file that was applied has other bytes today.
    """
    with psycopg.connect(access.admin_dsn, autocommit=True) as conn:
        conn.execute("SELECT pg_advisory_lock(%s)", (_LOCK,))
        _create_roles(conn, access)
        _prepare(conn)
        return tuple(_apply(conn))


def _create_roles(conn: psycopg.Connection[TupleRow], access: Access) -> None:
    """The passwords travel as SCRAM verifiers, never in the clear: statements may be logged."""
    present = {row[0] for row in conn.execute("SELECT rolname FROM pg_roles")}
    if OWNER not in present:
        conn.execute(SQL("CREATE ROLE {} NOLOGIN").format(Identifier(OWNER)))
    conn.execute(SQL("GRANT {} TO CURRENT_USER").format(Identifier(OWNER)))
    for role in LOGIN_ROLES:
        if role not in present:
            conn.execute(SQL("CREATE ROLE {} LOGIN").format(Identifier(role)))
        password = str(conninfo_to_dict(access.dsn(role)).get("password") or "")
        verifier = conn.pgconn.encrypt_password(
            password.encode(), role.encode(), b"scram-sha-256"
        ).decode()
        conn.execute(SQL("ALTER ROLE {} PASSWORD {}").format(Identifier(role), Literal(verifier)))
        # An acknowledged event is on disk (G1), whatever the server's default is.
        conn.execute(SQL("ALTER ROLE {} SET synchronous_commit = on").format(Identifier(role)))
        # Migrations run as the owner and arrange the memberships among these roles.
        conn.execute(
            SQL("GRANT {} TO {} WITH ADMIN OPTION").format(Identifier(role), Identifier(OWNER))
        )


def _prepare(conn: psycopg.Connection[TupleRow]) -> None:
    """The one schema that the list of applied files itself needs."""
    database = Identifier(conn.info.dbname)
    conn.execute(SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(database))
    for role in LOGIN_ROLES:
        conn.execute(SQL("GRANT CONNECT ON DATABASE {} TO {}").format(database, Identifier(role)))
    conn.execute(SQL("GRANT CREATE ON DATABASE {} TO {}").format(database, Identifier(OWNER)))
    with as_owner(conn):
        conn.execute("CREATE SCHEMA IF NOT EXISTS ledger")
        conn.execute(
            "CREATE TABLE IF NOT EXISTS ledger.migration (name text PRIMARY KEY,"
            " sha256 text NOT NULL, applied_at timestamptz NOT NULL DEFAULT clock_timestamp())"
        )


@contextmanager
def as_owner(conn: psycopg.Connection[TupleRow]) -> Iterator[None]:
    """以属主身份在一个事务里执行：属主自己不能登录。"""
    with conn.transaction():
        conn.execute(SQL("SET LOCAL ROLE {}").format(Identifier(OWNER)))
        yield


def _apply(conn: psycopg.Connection[TupleRow]) -> Iterator[str]:
    applied: dict[str, str] = dict(
        conn.execute("SELECT name, sha256 FROM ledger.migration").fetchall()
    )
    for file in sorted(MIGRATIONS.glob("[0-9]*.sql")):
        text = file.read_bytes()
        digest = hashlib.sha256(text).hexdigest()
        if not re.fullmatch(r"\d{4}_[a-z_]+\.sql", file.name):
            raise LedgerError("ledger.migration_name", {"file": file.name})
        if applied.get(file.name, digest) != digest:
            raise LedgerError("ledger.migration_changed", {"file": file.name})
        if file.name not in applied:
            with as_owner(conn):
                conn.execute(text)
                conn.execute(
                    "INSERT INTO ledger.migration (name, sha256) VALUES (%s, %s)",
                    (file.name, digest),
                )
            yield file.name


def grants(conn: psycopg.Connection[TupleRow]) -> frozenset[str]:
    """账本上的现行授权，一条一行：谁、什么权、在何物上；属主自己的不算。"""
    return frozenset(row[0] for row in conn.execute(_GRANTS, (OWNER,)))


def right_grants() -> frozenset[str]:
    """应有的授权：与结构文件一起维护的清单。"""
    lines = GRANTS.read_text("utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))
