"""工作人员名册：哪个账号属于哪个自然人，任过哪些岗位、何时有效。"""

from dataclasses import dataclass
from typing import Final

from domain import officer
from domain.officer import Grant
from domain.terms import PersonId
from followers.delivered import Delivered
from followers.packing import pack, unpack
from followers.projection import Column, ColumnType, Json, Projection, Row
from projections.common import Found, Reader, names_of, select

COLUMNS: Final = (
    Column("person", ColumnType.TEXT, indexed=True),
    Column("grants", ColumnType.JSON),
    Column("position", ColumnType.BIGINT),
)


def keys(delivered: Delivered) -> tuple[str, ...]:
    """账号。"""
    return (delivered.identity,)


def fold(key: str, row: Row | None, delivered: Delivered) -> Row:
    """账号启用，岗位授予或收回：与办理时调阅的是同一推法。"""
    del key
    before: officer.State = officer.Nothing()
    if row is not None:
        before = officer.Appointed(PersonId(str(row["person"])), "", _grants(row["grants"]))
    after = officer.evolve(before, delivered.event)
    if isinstance(after, officer.Nothing):
        raise TypeError(f"not read here: {delivered.name}")
    kept: list[Json] = [pack(grant) for grant in after.grants]
    return {"person": after.person, "grants": kept, "position": delivered.position}


def _grants(kept: object) -> tuple[Grant, ...]:
    return unpack(kept, tuple[Grant, ...])


PROJECTION: Final = Projection(
    name="officer_register",
    version=1,
    columns=COLUMNS,
    keys=keys,
    fold=fold,
    reads=names_of("officer"),
    by_partition_key=True,
)


# -- queries


@dataclass(frozen=True, slots=True)
class Post:
    """一个账号的一个岗位。"""

    account: str
    person: str
    grant: Grant


@dataclass(frozen=True, slots=True)
class _Stored:
    key: str
    person: str
    grants: list[Json]


def posts(
    conn: Reader,
    organ: str | None = None,
    account: str | None = None,
    limit: int | None = None,
    role: str | None = None,
) -> Found[Post]:
    """各账号的各岗位，按账号；条件没有给的不限。"""
    rows = select(conn, PROJECTION, _Stored, "true ORDER BY key")
    found = [
        Post(row.key, row.person, grant)
        for row in rows
        if account in {None, row.key}
        for grant in _grants(row.grants)
        if organ in {None, grant.organ} and role in {None, grant.role}
    ]
    return Found(found[:limit], len(found))
