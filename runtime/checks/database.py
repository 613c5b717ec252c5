"""数据库：已答复的已经落盘，页有校验，角色与权限不多不少，时钟走得准。"""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

import psycopg

from ledger.database import LOGIN_ROLES, OWNER, grants, right_grants
from runtime import words
from runtime.checks.finding import BAD, OK, WARN, Finding, amiss, fine
from runtime.settings import Settings
from runtime.standing import AUDITOR

DURABLE: Final = ("fsync", "synchronous_commit", "full_page_writes", "data_checksums")
APPENDER: Final = "shenguan_append"
_ROLES: Final = """
SELECT rolname, rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls
       OR EXISTS (SELECT FROM pg_roles o WHERE o.rolname = %s
                     AND pg_has_role(r.oid, o.oid, 'MEMBER'))
  FROM pg_roles r WHERE rolname = ANY(%s) ORDER BY rolname"""
SLIGHT: Final = 1.0  # seconds between two clocks that a busy machine may show
GRAVE: Final = 5.0


def durability(chosen: Settings) -> Iterator[Finding]:
    """已答复的必须已落盘。"""
    with psycopg.connect(chosen.admin_dsn) as conn:
        for name in DURABLE:
            yield _durable(conn, name, name)


def append_durability(chosen: Settings) -> Iterator[Finding]:
    """入账角色自己的设置：服务器的默认值管不到它。"""
    with psycopg.connect(chosen.dsn(APPENDER)) as conn:
        yield _durable(conn, "synchronous_commit", f"{APPENDER}.synchronous_commit")


def _durable(conn: psycopg.Connection, setting: str, name: str) -> Finding:
    row = conn.execute("SELECT current_setting(%s)", [setting]).fetchone()
    value = str(row[0]) if row else "?"
    safe = value in ({"on", "remote_apply"} if setting == "synchronous_commit" else {"on"})
    if safe:
        return Finding(OK, name, value)
    key = "no_checksums" if setting == "data_checksums" else "not_durable"
    return amiss(BAD, name, key, setting=setting, value=value)


def checksums(chosen: Settings) -> Iterator[Finding]:
    """数据页的校验至今没有失败过。"""
    with psycopg.connect(chosen.admin_dsn) as conn:
        row = conn.execute(
            "SELECT coalesce(sum(checksum_failures), 0) FROM pg_stat_database"
        ).fetchone()
    if failures := int(row[0]) if row else 0:
        yield amiss(BAD, "checksum_failures", "checksum_failures", count=failures)
    else:
        yield fine("checksum_failures", "checksums_good")


def database_roles(chosen: Settings) -> Iterator[Finding]:
    """登录角色没有多余的权力：不是超级用户，也不属于账本的属主。"""
    with psycopg.connect(chosen.admin_dsn) as conn:
        rows = conn.execute(_ROLES, [OWNER, list(LOGIN_ROLES)]).fetchall()
    known = {str(name): bool(strong) for name, strong in rows}
    for role in LOGIN_ROLES:
        if role not in known:
            yield amiss(WARN, role, "role_missing")
        elif known[role]:
            yield amiss(BAD, role, "role_strong", role=role, owner=OWNER)
        else:
            yield fine(role, "role_plain")


def ledger_grants(chosen: Settings) -> Iterator[Finding]:
    """账本各表与函数的授权，与程序所附的清单一字不差。"""
    with psycopg.connect(chosen.admin_dsn) as conn:
        found, right = grants(conn), right_grants()
    for grant in sorted(found - right):
        yield amiss(BAD, "grants", "grant_extra", grant=grant)
    for grant in sorted(right - found):
        yield amiss(BAD, "grants", "grant_missing", grant=grant)
    if found == right:
        yield fine("grants", "grants_good", count=len(right))


def clocks(chosen: Settings) -> Iterator[Finding]:
    """数据库的时钟与本机的相差无几，末件不在将来；演练时钟写明。"""
    with psycopg.connect(chosen.dsn(AUDITOR), autocommit=True) as conn:
        before = datetime.now(UTC)
        row = conn.execute(
            "SELECT clock_timestamp(), (SELECT appended_at FROM ledger.counter),"
            " (SELECT now FROM ledger.clock)"
        ).fetchone()
        after = datetime.now(UTC)
    if row is None or row[1] is None:
        return
    yield clock_drift((row[0] - (before + (after - before) / 2)).total_seconds())
    yield last_append((row[1] - row[0]).total_seconds(), row[1])
    if row[2]:
        yield fine("clock.ledger", "clock_demo", at=words.instant(row[2]))
    else:
        yield fine("clock.ledger", "clock_machine")


def clock_drift(seconds: float) -> Finding:
    """数据库时钟比本机快几秒。"""
    shown = f"{seconds:+.1f}"
    if abs(seconds) <= SLIGHT:
        return fine("clock.database", "clock_good", seconds=shown)
    level = BAD if abs(seconds) > GRAVE else WARN
    return amiss(level, "clock.database", "clock_drift", seconds=shown)


def last_append(ahead: float, at: datetime) -> Finding:
    """最近一次入账比此刻晚几秒；晚了，是时钟被拨回过。"""
    shown = words.instant(at)
    if ahead > SLIGHT:
        return amiss(BAD, "clock.appended", "appended_ahead", at=shown, seconds=f"{ahead:.0f}")
    return fine("clock.appended", "appended", at=shown)
