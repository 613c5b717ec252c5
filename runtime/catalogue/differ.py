"""对照：数据文件与账上相比，添了什么、改了哪几项、少了什么；公布只办相差的。

The day from which something is valid is no difference: a version is published once, and what
is the same as the last one is not published again.
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from datetime import date
from enum import StrEnum
from typing import Any, Final

from domain import catalogue
from domain.acts import Act
from domain.acts.areas import PublishAssessment
from domain.acts.catalogue import PlanTransfer
from domain.acts.lists import PublishList, PublishServices
from domain.acts.policies import PublishPolicy
from domain.terms import ItemCode
from runtime.catalogue.content import Content, Transfer
from runtime.catalogue.fields import flat
from runtime.catalogue.published import Snapshot, as_content

SEVERAL: Final = {"entries", "services", "handlings"}  # told apart one by one


class ChangeKind(StrEnum):
    """相差的三种。"""

    ADDED = "ADDED"  # 账上没有
    CHANGED = "CHANGED"  # 有几项不同
    REMOVED = "REMOVED"  # 文件里没有，账上有；公布不动它


@dataclass(frozen=True, slots=True)
class Difference:
    """一项不同：账上的，文件里的。"""

    field: str
    before: object
    after: object


@dataclass(frozen=True, slots=True)
class Change:
    """一处相差；``act`` 是公布时要办的，没有的不办。"""

    table: str
    key: str
    kind: ChangeKind
    differences: tuple[Difference, ...] = ()
    act: Act | None = None
    effective_from: date | None = None


@dataclass(frozen=True, slots=True)
class Moment:
    """今日，以及命令行上给的生效之日。"""

    today: date
    effective: date | None = None

    def first(self, said: date) -> date:
        """第一次公布的，依文件所写，可以早已实行。"""
        return self.effective or said

    def later(self, said: date, known: date) -> date:
        """改动的不溯及既往：不早于今日，也不早于前一版。"""
        return self.effective or max(said, known, self.today)

    def not_before_today(self, said: date) -> date:
        """取消、下放不得倒签。"""
        return self.effective or max(said, self.today)


def compare(content: Content, known: Snapshot, moment: Moment) -> tuple[Change, ...]:
    """全部相差，依公布的先后：办法、清单、事项、区域评估，然后下放、休眠、取消。"""
    held = as_content(known, moment.today)
    return (
        *_policies(content, held, moment),
        *_lists(content, held, moment),
        *_services(content, held, moment),
        *_items(content, held, known, moment),
        *_areas(content, held, moment),
        *_transfers(content, held, moment),
        *_dormant(content, known),
        *_cancels(content, known, moment),
    )


def same(content: Content, known: Snapshot, moment: Moment) -> bool:
    """没有相差。"""
    return not compare(content, known, moment)


# -- what differs


def _differences(before: Any, after: Any, skipped: set[str]) -> tuple[Difference, ...]:
    names = [one.name for one in fields(after) if one.name not in skipped]
    pairs = [(name, getattr(before, name), getattr(after, name)) for name in names]
    return tuple(_told(pairs))


def _told(pairs: list[tuple[str, object, object]]) -> Iterator[Difference]:
    for name, old, new in pairs:
        if old == new:
            continue
        if name in SEVERAL and isinstance(old, tuple) and isinstance(new, tuple):
            yield from (Difference(name, one, None) for one in old if one not in new)
            yield from (Difference(name, None, one) for one in new if one not in old)
        else:
            yield Difference(name, old, new)


def _policies(content: Content, held: Content, moment: Moment) -> Iterator[Change]:
    for key, one in content.policies.items():
        before = held.policies.get(key)
        yield from _dated("policy", key, before, one, moment)
    for key in held.policies.keys() - content.policies.keys():
        yield Change("policy", key, ChangeKind.REMOVED)


def _lists(content: Content, held: Content, moment: Moment) -> Iterator[Change]:
    for kind, one in content.lists.items():
        yield from _dated("list", str(kind), held.lists.get(kind), one, moment)
    for kind in held.lists:
        if kind not in content.lists:
            yield Change("list", str(kind), ChangeKind.REMOVED)


def _services(content: Content, held: Content, moment: Moment) -> Iterator[Change]:
    if content.services is not None:
        yield from _dated("services", "", held.services, content.services, moment)
    elif held.services is not None:
        yield Change("services", "", ChangeKind.REMOVED)


Dated = PublishPolicy | PublishList | PublishServices


def _dated(
    table: str, key: str, before: Dated | None, after: Dated, moment: Moment
) -> Iterator[Change]:
    """A policy, a list: what has versions with a first day."""
    if before is None:
        day = moment.first(after.effective_from)
        yield Change(
            table, key, ChangeKind.ADDED, act=replace(after, effective_from=day), effective_from=day
        )
    elif different := _differences(before, after, {"effective_from"}):
        day = moment.later(after.effective_from, before.effective_from)
        act = replace(after, effective_from=day)
        yield Change(table, key, ChangeKind.CHANGED, different, act, day)


def _items(content: Content, held: Content, known: Snapshot, moment: Moment) -> Iterator[Change]:
    for code, one in content.items.items():
        before = _latest(known, code)
        if before is None:
            day = moment.first(one.effective_from)
            act = replace(one, effective_from=day)
            yield Change("item", code, ChangeKind.ADDED, act=act, effective_from=day)
            continue
        old, new = flat(before), flat(one)
        different = tuple(
            Difference(name, old[name], new[name])
            for name in new
            if name != "effective_from" and old[name] != new[name]
        )
        if different:
            day = moment.later(one.effective_from, before.effective_from)
            act = replace(one, effective_from=day)
            yield Change("item", code, ChangeKind.CHANGED, different, act, day)
    for code in held.items.keys() - content.items.keys():
        yield Change("item", code, ChangeKind.REMOVED)


def _latest(known: Snapshot, code: ItemCode) -> catalogue.ItemPublished | None:
    state = known.items.get(code)
    return state.latest if isinstance(state, catalogue.Listed) else None


def _areas(content: Content, held: Content, moment: Moment) -> Iterator[Change]:
    for key, one in content.areas.items():
        before = held.areas.get(key)
        if before is None:
            yield Change("area", key, ChangeKind.ADDED, act=one, effective_from=one.valid_from)
        elif different := _differences(before, one, {"valid_from"}):
            day = moment.later(one.valid_from, before.valid_from)
            act = _revised(one, day)
            yield Change("area", key, ChangeKind.CHANGED, different, act, day)
    for key in held.areas.keys() - content.areas.keys():
        yield Change("area", key, ChangeKind.REMOVED)


def _revised(one: PublishAssessment, day: date) -> PublishAssessment:
    return replace(one, valid_from=day)


def _transfers(content: Content, held: Content, moment: Moment) -> Iterator[Change]:
    done = {identity(one) for one in held.transfers}
    for one in content.transfers:
        if identity(one) in done:
            continue
        if isinstance(one, PlanTransfer):
            act: Transfer = one
            day = one.planned_on
        else:
            day = moment.not_before_today(one.effective_from)
            act = replace(one, effective_from=day)
        yield Change(
            "transfer", " ".join(identity(one)), ChangeKind.ADDED, act=act, effective_from=day
        )


def identity(one: Transfer) -> tuple[str, ...]:
    """一次下放或拟下放，凭什么认得是同一次：事项、方式、两个机关。"""
    planned = str(isinstance(one, PlanTransfer))
    return one.item_code, str(one.mode), one.from_organ, one.to_organ, planned


def _dormant(content: Content, known: Snapshot) -> Iterator[Change]:
    """What is dormant, or was woken by a case, is left as it is."""
    for one in content.dormant:
        state = known.items.get(one.item_code)
        is_new = not isinstance(state, catalogue.Listed)
        if is_new or (state.dormant is None and state.first_case is None):  # type: ignore[union-attr]
            yield Change("dormant", one.item_code, ChangeKind.ADDED, act=one)


def _cancels(content: Content, known: Snapshot, moment: Moment) -> Iterator[Change]:
    for one in content.cancels:
        state = known.items.get(one.item_code)
        if isinstance(state, catalogue.Listed) and state.cancelled is not None:
            continue
        day = moment.not_before_today(one.effective_from)
        act = replace(one, effective_from=day)
        yield Change("cancel", one.item_code, ChangeKind.ADDED, act=act, effective_from=day)
