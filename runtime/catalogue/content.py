"""数据文件的内容：各表合成要办的各件（公布事项、清单、办法、区域评估，休眠、下放、取消）。"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from domain.acts.areas import PublishAssessment
from domain.acts.catalogue import CancelItem, MakeDormant, PlanTransfer, TransferAuthority
from domain.acts.lists import PublishList, PublishServices
from domain.acts.policies import PublishPolicy
from domain.acts.register import PublishItem
from domain.catalogue import ItemTag
from domain.lists import ListEntry, ListKind, Service
from domain.policy import Handling, Trigger
from domain.terms import ItemCode, Organ
from runtime.catalogue.fields import ITEM, SERVICES, TABLES, Table, rules
from runtime.catalogue.finding import Fault, Finding, Place
from runtime.catalogue.rows import Read, Row

Transfer = PlanTransfer | TransferAuthority


@dataclass(frozen=True, slots=True)
class Content:
    """一套数据文件说了什么。

    ``places``: where each was said, by table and key; ``elsewhere``: items that others publish.
    """

    organs: Mapping[str, str] = field(default_factory=dict)
    policies: Mapping[str, PublishPolicy] = field(default_factory=dict)
    lists: Mapping[ListKind, PublishList] = field(default_factory=dict)
    services: PublishServices | None = None
    items: Mapping[ItemCode, PublishItem] = field(default_factory=dict)
    areas: Mapping[str, PublishAssessment] = field(default_factory=dict)
    transfers: tuple[Transfer, ...] = ()
    dormant: tuple[MakeDormant, ...] = ()
    cancels: tuple[CancelItem, ...] = ()
    places: Mapping[tuple[str, str], Place] = field(default_factory=dict)
    elsewhere: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class _Group:
    """The rows that are one: an item, a list with its entries."""

    table: Table
    rows: list[Row]

    @property
    def head(self) -> Mapping[str, Any]:
        return self.rows[0].values


def gather(known: Read) -> tuple[Content, list[Finding]]:
    """由各行合成内容；重复的、前后不一的逐处指明。"""
    groups, findings = _grouped(known.rows)
    items = {_code(one.head): _item(one.head) for one in groups["item"]}
    lists: dict[ListKind, PublishList] = {}
    for group in groups["list"]:
        findings += _entryless(group)
        lists[group.head["kind"]] = _list(group, items)
    services = [_services(group) for group in groups["services"]]
    content = Content(
        organs={one.head["code"]: one.head["name"] for one in groups["organ"]},
        policies={one.head["id"]: _policy(one) for one in groups["policy"]},
        lists=lists,
        services=services[0] if services else None,
        items=items,
        areas={one.head["area_id"]: _area(one.head) for one in groups["area"]},
        transfers=tuple(_transfer(one.head) for one in groups["transfer"]),
        dormant=tuple(_dormant(one.head) for one in groups["dormant"]),
        cancels=tuple(_cancel(one.head) for one in groups["cancel"]),
        places={
            (name, key_of(one.table, one.head)): one.rows[0].place
            for name, told in groups.items()
            for one in told
        },
        elsewhere=frozenset(known.elsewhere),
    )
    return content, findings


def key_of(table: Table, values: Mapping[str, Any]) -> str:
    """一份的编号。"""
    return " ".join(str(values[name]) for name in table.key)


def _grouped(rows: Iterable[Row]) -> tuple[dict[str, list[_Group]], list[Finding]]:
    groups: dict[str, dict[str, _Group]] = {name: {} for name in TABLES}
    findings: list[Finding] = []
    for row in rows:
        table = TABLES[row.table]
        key = key_of(table, row.values)
        known = groups[row.table].get(key)
        if known is None:
            groups[row.table][key] = _Group(table, [row])
        elif not table.entry:
            findings.append(Finding(row.place, table.key[0], Fault.TWICE, key))
        else:
            findings += _differing(known, row)
            known.rows.append(row)
    return {name: list(known.values()) for name, known in groups.items()}, findings


def _differing(known: _Group, row: Row) -> Iterator[Finding]:
    for one in known.table.head:
        if row.values[one.name] != known.head[one.name]:
            yield Finding(row.place, one.name, Fault.HEAD, str(row.values[one.name]))


def _entryless(group: _Group) -> Iterator[Finding]:
    for row in group.rows:
        if row.values["item_code"] is None and not row.values["derived"]:
            yield Finding(row.place, "item_code", Fault.MISSING)


# -- one of each


def _code(values: Mapping[str, Any]) -> ItemCode:
    return ItemCode(values["item_code"])


def _item(values: Mapping[str, Any]) -> PublishItem:
    own = {one.name: values[one.name] for one in ITEM.fields if one.path == one.name}
    allowed = bool(values["commitment_materials"])
    return PublishItem(**own, commitment_allowed=allowed, rules=rules(values))


def _list(group: _Group, items: Mapping[ItemCode, PublishItem]) -> PublishList:
    head = group.head
    said = {
        ListEntry(_code(row.values), row.values["material"], row.values["matter"])
        for row in group.rows
        if row.values["item_code"] is not None
    }
    if head["derived"]:
        said |= set(derived(head["kind"], items.values()))
    return PublishList(
        kind=head["kind"],
        effective_from=head["effective_from"],
        document_no=head["document_no"],
        legal_basis=head["legal_basis"],
        entries=in_order(said),
    )


def derived(kind: ListKind, items: Iterable[PublishItem]) -> Iterator[ListEntry]:
    """清单上的各条，由事项推出：事项说自己承诺、联审、共享哪些材料，是不是报备、掌上办。"""
    for item in items:
        intake = item.rules.intake
        materials = {
            ListKind.COMMITMENT_MATERIALS: item.commitment_materials,
            ListKind.VERIFICATION_MATERIALS: intake.verified_materials,
            ListKind.SHARED_CERTIFICATES: intake.shared_materials,
        }
        yield from (ListEntry(item.item_code, name) for name in materials.get(kind, ()))
        if _stands_on(kind, item):
            yield ListEntry(item.item_code)


def _stands_on(kind: ListKind, item: PublishItem) -> bool:
    return {
        ListKind.SUMMARY: True,
        ListKind.FILING: item.filing_only,
        ListKind.MOBILE: ItemTag.MOBILE in item.rules.tags,
    }.get(kind, False)


def in_order(entries: Iterable[ListEntry]) -> tuple[ListEntry, ...]:
    """清单各条的次序：按事项、材料、哪一件事。"""
    return tuple(
        sorted(entries, key=lambda one: (one.item_code, one.material or "", one.matter or ""))
    )


_ENTRY: Final = tuple(one.name for one in SERVICES.entry)


def _services(group: _Group) -> PublishServices:
    told = [Service(**{name: row.values[name] for name in _ENTRY}) for row in group.rows]
    services = tuple(sorted(told, key=lambda one: (one.item_code, one.name)))
    return PublishServices(group.head["effective_from"], group.head["document_no"], services)


def _policy(group: _Group) -> PublishPolicy:
    head = group.head
    names = [one.name for one in group.table.entry]
    handlings = sorted(
        (Handling(**{name: row.values[name] for name in names}) for row in group.rows),
        key=lambda one: tuple(Trigger).index(one.trigger),
    )
    return PublishPolicy(
        policy_id=head["id"],
        effective_from=head["effective_from"],
        name=head["name"],
        jurisdiction=head["jurisdiction"],
        source=head["source"],
        handlings=tuple(handlings),
    )


def _area(values: Mapping[str, Any]) -> PublishAssessment:
    return PublishAssessment(**values)


def _transfer(values: Mapping[str, Any]) -> Transfer:
    what = (_code(values), values["mode"], Organ(values["from_organ"]), Organ(values["to_organ"]))
    kind = PlanTransfer if values["planned"] else TransferAuthority
    return kind(*what, values["effective_from"], values["document_no"])


def _dormant(values: Mapping[str, Any]) -> MakeDormant:
    return MakeDormant(_code(values), values["explanation"], values["document_no"])


def _cancel(values: Mapping[str, Any]) -> CancelItem:
    return CancelItem(**values)


def organs_in(item: PublishItem) -> Sequence[Organ]:
    """事项提到的各机关。"""
    return (item.approving_body, *item.supervising_bodies, *item.rules.review.joint_bodies)
