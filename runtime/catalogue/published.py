"""账上公布了什么：事项与清单的现状，读自账本，不经视图。"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import date

from domain import area, catalogue, lists, policy
from domain.acts.areas import PublishAssessment
from domain.acts.catalogue import CancelItem, MakeDormant, PlanTransfer, TransferAuthority
from domain.acts.lists import PublishList, PublishServices
from domain.acts.policies import PublishPolicy
from domain.acts.register import PublishItem
from domain.catalogue import ItemPublished, Listed
from domain.decider import Load
from domain.lists import SERVICES, ListKind, ServicesPublished, VersionPublished
from domain.terms import ItemCode
from runtime.catalogue.content import Content, Transfer, in_order

Identities = Callable[[str], Iterable[str]]  # of a family


@dataclass(frozen=True, slots=True)
class Snapshot:
    """账上的事项、清单、办法与区域评估."""

    items: Mapping[ItemCode, catalogue.State]
    lists: Mapping[str, lists.Published]
    policies: Mapping[str, policy.State]
    areas: Mapping[str, area.Assessed]

    @property
    def listed(self) -> Iterator[tuple[ItemCode, Listed]]:
        """公布过的事项。"""
        for code, state in self.items.items():
            if isinstance(state, Listed):
                yield code, state

    def on(self, day: date) -> dict[ItemCode, ItemPublished]:
        """那一日有效的事项版本。"""
        found = {code: catalogue.version_on(state, day) for code, state in self.items.items()}
        return {code: one for code, one in found.items() if one is not None}

    def list_on(self, kind: ListKind, day: date) -> VersionPublished | None:
        """那一日有效的清单版本。"""
        found = lists.version_on(self.lists.get(str(kind), lists.Published()), day)
        return found if isinstance(found, VersionPublished) else None


def snapshot(load: Load, identities: Identities) -> Snapshot:
    """读一遍账。"""
    return Snapshot(
        items={ItemCode(one): load(catalogue.AGGREGATE, one) for one in identities("item")},
        lists={one: load(lists.AGGREGATE, one) for one in (*map(str, ListKind), SERVICES)},
        policies={one: load(policy.AGGREGATE, one) for one in identities("policy")},
        areas={one: load(area.AREA, one) for one in identities("area")},
    )


# -- as the files say it


def as_content(known: Snapshot, today: date) -> Content:
    """账上最后公布的，写成数据文件的内容；已经取消的不在内。"""
    alive = {
        code: state
        for code, state in known.listed
        if state.cancelled is None or state.cancelled.effective_from > today
    }
    services = _last(known, SERVICES)
    return Content(
        policies={key: _policy(key, one) for key, one in known.policies.items() if _known(one)},
        lists={kind: one for kind in ListKind if (one := _list(known, kind)) is not None},
        services=_services(services) if isinstance(services, ServicesPublished) else None,
        items={code: item_of(code, state.latest) for code, state in alive.items()},
        areas={
            key: _area(key, one.versions[-1]) for key, one in known.areas.items() if one.versions
        },
        transfers=tuple(one for code, state in alive.items() for one in _transfers(code, state)),
        dormant=tuple(
            MakeDormant(code, state.dormant.explanation, state.dormant.document_no)
            for code, state in alive.items()
            if state.dormant is not None
        ),
        cancels=tuple(
            CancelItem(
                item_code=code,
                mode=state.cancelled.mode,
                effective_from=state.cancelled.effective_from,
                explanation=state.cancelled.explanation,
                document_no=state.cancelled.document_no,
                successor_item=state.cancelled.successor_item,
            )
            for code, state in alive.items()
            if state.cancelled is not None
        ),
    )


def item_of(code: ItemCode, one: ItemPublished) -> PublishItem:
    """一个版本写成要公布的样子。"""
    names = (field.name for field in fields(PublishItem) if field.name != "item_code")
    return PublishItem(item_code=code, **{name: getattr(one, name) for name in names})


def _known(state: policy.State) -> bool:
    return isinstance(state, policy.InForce)


def _policy(key: str, state: policy.State) -> PublishPolicy:
    if not isinstance(state, policy.InForce):
        raise TypeError(key)
    one = state.latest
    return PublishPolicy(
        key, one.effective_from, one.name, one.jurisdiction, one.source, one.handlings
    )


def _last(known: Snapshot, identity: str) -> lists.Version | None:
    versions = known.lists[identity].versions
    return versions[-1] if versions else None


def _list(known: Snapshot, kind: ListKind) -> PublishList | None:
    one = _last(known, str(kind))
    if not isinstance(one, VersionPublished):
        return None
    entries = in_order(one.entries)
    return PublishList(kind, one.effective_from, one.document_no, one.legal_basis, entries)


def _services(one: ServicesPublished) -> PublishServices:
    services = tuple(sorted(one.services, key=lambda item: (item.item_code, item.name)))
    return PublishServices(one.effective_from, one.document_no, services)


def _area(key: str, one: area.AssessmentPublished) -> PublishAssessment:
    return PublishAssessment(
        area_id=key,
        name=one.name,
        parcels=one.parcels,
        items=one.items,
        assessments=one.assessments,
        valid_from=one.valid_from,
        valid_to=one.valid_to,
        document_no=one.document_no,
    )


def _transfers(code: ItemCode, state: Listed) -> Iterator[Transfer]:
    for plan in state.planned:
        what = (code, plan.mode, plan.from_organ, plan.to_organ)
        yield PlanTransfer(*what, plan.planned_on, plan.document_no)
    for done in state.transfers:
        what = (code, done.mode, done.from_organ, done.to_organ)
        yield TransferAuthority(*what, done.effective_from, done.document_no)
