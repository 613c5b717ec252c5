"""名单的重建：由账本的事件到第 N 件为止另算一遍两份名单，与冻结的逐条比较；没有一户被悄悄漏掉。

The lists are recomputed by the very function that made them, but from the stored bytes of the ledger,
each checked against its leaf; not from any row that a consumer has kept.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from consumers import inspection_round
from domain import inspection_plan, roster
from domain.acts.inspections import FreezeLists
from domain.decider import Event
from domain.inspection_plan import Lists, ListsFrozen
from domain.roster import ListedInspector, ListedObject
from domain.terms import HashName
from followers.delivered import Delivered
from followers.storage import connect
from followers.supervisor import StateRow
from followers.vouching import Voucher
from ledger.store import read_frame, read_schema, stream_entries
from runtime.settings import Settings

ROLE: Final = "shenguan_audit"


@dataclass(frozen=True, slots=True)
class _Rows:
    """只在内存里的底册。"""

    kept: dict[str, StateRow] = field(default_factory=dict)

    def get(self, key: str) -> StateRow | None:
        return self.kept.get(key)

    def scan(self, prefix: str) -> Iterator[tuple[str, StateRow]]:
        return iter(sorted(one for one in self.kept.items() if one[0].startswith(prefix)))

    def due(self, now: datetime) -> Iterator[tuple[str, StateRow]]:
        del now
        return iter(())

    def put(self, rows: Mapping[str, StateRow | None]) -> None:
        for key, row in rows.items():
            if row is None:
                self.kept.pop(key, None)
            else:
                self.kept[key] = row


def relisted(plan_no: str, deliveries: Iterable[Delivered]) -> FreezeLists | None:
    """由事件重建的名单；到计划登记（计划外的，批准）那一件为止，其后的一件不看。没有为空。"""
    rows, wanted = _Rows(), inspection_plan.AGGREGATE.stream(plan_no)
    for delivered in deliveries:
        if delivered.stream == wanted or delivered.name in _READS:
            reaction = inspection_round.react(rows, delivered)
            acts = (command.act for command in reaction.commands)
            frozen = next((act for act in acts if isinstance(act, FreezeLists)), None)
            if frozen is not None:
                return frozen
            rows.put(reaction.rows)
    return None


_READS: Final = frozenset(
    name for name in inspection_round.SUPERVISOR.reads if not name.startswith("plan.")
)


def frozen_lists(events: Iterable[Event]) -> Lists | None:
    """计划冻结了的名单，其后作废、失效了的也在；还没有冻结的没有。"""
    told = list(events)
    at = next((n for n, one in enumerate(told) if isinstance(one, ListsFrozen)), None)
    if at is None:
        return None
    state = inspection_plan.AGGREGATE.fold(told[: at + 1])
    return state.lists if isinstance(state, inspection_plan.Frozen) else None


def first_difference(lists: Lists, rebuilt: FreezeLists) -> str:
    """冻结的名单与重建的头一处不同；逐条、树根、位置与叶都相同为空。"""
    name = lists.plan.hash
    before = _entries(lists.objects, lists.inspectors)
    now = _entries(rebuilt.objects, rebuilt.inspectors)
    for key in sorted(before.keys() | now.keys()):
        if before.get(key) != now.get(key):
            return key
    frozen = lists.frozen
    said = (frozen.as_of_size, frozen.plan_leaf_hash, frozen.object_root, frozen.inspector_root)
    found = (rebuilt.as_of_size, rebuilt.plan_leaf_hash, *roots(name, rebuilt))
    names = ("as_of_size", "plan_leaf_hash", "object_root", "inspector_root")
    pairs = zip(names, said, found, strict=True)
    return next((field for field, one, other in pairs if one != other), "")


def roots(name: HashName, rebuilt: FreezeLists) -> tuple[str, str]:
    """重建的两个树根。"""
    return (
        roster.object_root(name, rebuilt.objects),
        roster.inspector_root(name, rebuilt.inspectors),
    )


def _entries(
    objects: Iterable[ListedObject], inspectors: Iterable[ListedInspector]
) -> dict[str, bytes]:
    """By what a reader looks up: the kind and the number of the entry."""
    return {f"object {one.subject}": roster.canonical_object(one) for one in objects} | {
        f"inspector {one.inspector}": roster.canonical_inspector(one) for one in inspectors
    }


@contextmanager
def vouched(chosen: Settings) -> Iterator[Iterator[Delivered]]:
    """账本的各件，自第 0 件起，逐件核对了叶；只译名单要读的与计划的登记。"""
    dsn = chosen.dsn(ROLE)
    with connect(dsn) as conn, stream_entries(dsn) as entries:
        frame = read_frame(conn)
        if frame is None:
            yield iter(())
            return
        voucher = Voucher(
            frame.hash,
            lambda sha256: read_schema(conn, sha256),
            inspection_round.SUPERVISOR.reads,
        )
        yield (
            delivered
            for entry in entries
            for delivered in voucher.vouch([entry], [entry.leaf_hash])
        )
