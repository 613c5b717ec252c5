"""数据文件的体检：写法、事项本身（domain/catalogue_lint.py 与公布的规定）、事项与清单互相对得上。"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Final

from domain import catalogue, lists, policy
from domain.acts.lists import PublishList
from domain.acts.register import PublishItem
from domain.catalogue import ItemPublished, ItemTag
from domain.catalogue_lint import lint
from domain.decider import Refused
from domain.lists import ListEntry, ListKind
from domain.refusals import Refusal
from domain.terms import ItemCode, PersonId
from runtime.catalogue.content import Content, gather, organs_in
from runtime.catalogue.finding import Fault, Finding, Place, Remark
from runtime.catalogue.rows import read, word
from runtime.exits import Exit, Stop
from runtime.founding import POLICIES
from runtime.messages import tables

SHIPPED: Final = (Path(__file__).parents[1] / "data" / "catalogue", POLICIES)
_NOBODY: Final = PersonId("")  # a version that is only looked at


def checked(paths: Sequence[Path]) -> tuple[Content, list[Finding]]:
    """读出内容，列出全部毛病与提醒，依文件与行。Raises :class:`Stop`: an unreadable file."""
    known = read(paths)
    content, findings = gather(known)
    findings += known.findings
    findings += _items(content)
    findings += _lists(content)
    findings += _policies(content)
    findings += _others(content)
    return content, sorted(findings)


def sound(paths: Sequence[Path], *, legible: bool = False) -> Content:
    """没有毛病的内容；``legible`` asks only that it can be read: what is on a ledger may have others.

    Raises :class:`Stop` ``catalogue.wrong`` which names the first fault.
    """
    content, findings = checked(paths)
    faults = [
        one for one in findings if one.is_fault and not (legible and one.code not in set(Fault))
    ]
    if faults:
        first = faults[0]
        label = f"{first.field}：" if first.field else ""
        raise Stop(
            Exit.REFUSED,
            "catalogue.wrong",
            count=len(faults),
            place=first.place,
            fault=first.code,
            why=f"{label}{first.text}",
        )
    return content


def version(item: PublishItem) -> ItemPublished:
    """要公布的版本，版本号未定。"""
    names = (one.name for one in fields(ItemPublished) if one.name != "version")
    return ItemPublished(version=0, **{name: getattr(item, name) for name in names})


def _items(content: Content) -> Iterator[Finding]:
    for code, item in content.items.items():
        place = content.places["item", code]
        fact = version(item)
        seen = set()
        for one in lint(fact):
            seen.add(str(one.code))
            yield Finding(place, "", str(one.code), one.what, one.is_fault)
        refused = catalogue.decide(
            catalogue.Nothing(), catalogue.Publish(fact, item.effective_from)
        )
        if isinstance(refused, Refused) and not seen & _SAME.get(refused.code, set()):
            yield Finding(place, "", str(refused.code))
        yield from _unknown_organs(content, place, organs_in(item))
        yield from _unknown_policy(content, place, item)
        yield from _off_list(content, place, item)


# A refusal that says what the lint has said already.
_SAME: Final[Mapping[Refusal, set[str]]] = {
    Refusal.ITEM_NO_BASIS: {"NO_BASIS"},
    Refusal.ITEM_NO_SUPERVISOR: {"NO_SUPERVISOR"},
    Refusal.ITEM_PERIOD: {"PERIOD"},
    Refusal.ITEM_WINDOW_STEPS: {"ON_THE_SPOT"},
    Refusal.ITEM_MATERIALS: {"NOT_A_MATERIAL"},
}


def _unknown_organs(content: Content, place: Place, codes: Sequence[str]) -> Iterator[Finding]:
    for code in dict.fromkeys(codes):
        if code not in content.organs and code not in tables()["organ"]:
            yield Finding(place, "", Remark.UNKNOWN_ORGAN, code, is_fault=False)


def _unknown_policy(content: Content, place: Place, item: PublishItem) -> Iterator[Finding]:
    named = item.rules.pledge.policy
    if named is not None and content.policies and named not in content.policies:
        yield Finding(place, "policy", Fault.UNKNOWN_POLICY, named)


def claims(item: PublishItem) -> Iterator[tuple[ListKind, ListEntry]]:
    """事项说自己在哪几张清单上。"""
    intake = item.rules.intake
    for kind, names in (
        (ListKind.COMMITMENT_MATERIALS, item.commitment_materials),
        (ListKind.VERIFICATION_MATERIALS, intake.verified_materials),
        (ListKind.SHARED_CERTIFICATES, intake.shared_materials),
        (ListKind.FILING, (None,) if item.filing_only else ()),
        (ListKind.MOBILE, (None,) if ItemTag.MOBILE in item.rules.tags else ()),
    ):
        yield from ((kind, ListEntry(item.item_code, name)) for name in names)


def _off_list(content: Content, place: Place, item: PublishItem) -> Iterator[Finding]:
    for kind, entry in claims(item):
        known = content.lists.get(kind)
        if known is not None and entry not in known.entries:
            what = f"{word(kind)} {entry.material or item.item_code}"
            yield Finding(place, "", Remark.OFF_LIST, what, is_fault=False)


def _lists(content: Content) -> Iterator[Finding]:
    for kind, known in content.lists.items():
        place = content.places["list", str(kind)]
        refused = lists.decide(
            lists.Published(), lists.Publish(_list_version(known), known.effective_from)
        )
        if isinstance(refused, Refused):
            what = refused.facts.get("items", "")
            yield Finding(place, "entries", str(refused.code), what)
        for entry in known.entries:
            yield from _entry(content, place, kind, entry)


def _list_version(known: PublishList) -> lists.VersionPublished:
    return lists.VersionPublished(
        kind=known.kind,
        version=0,
        effective_from=known.effective_from,
        document_no=known.document_no,
        legal_basis=known.legal_basis,
        entries=known.entries,
        handler=_NOBODY,
    )


def _entry(content: Content, place: Place, kind: ListKind, entry: ListEntry) -> Iterator[Finding]:
    item = content.items.get(entry.item_code)
    if item is None:
        yield from _unknown_items(content, place, (entry.item_code,))
        return
    said = dict.fromkeys(one for one, _ in claims(item))
    free = {ListKind.SUMMARY, ListKind.EXEMPTION, ListKind.ONE_MATTER}
    if kind not in free and (kind not in said or (kind, entry) not in set(claims(item))):
        yield Finding(
            place, "material", Remark.NOT_OF_ITEM, " ".join(_named(entry)), is_fault=False
        )


def _named(entry: ListEntry) -> Iterator[str]:
    yield entry.item_code
    if entry.material:
        yield entry.material


def _policies(content: Content) -> Iterator[Finding]:
    for key, one in content.policies.items():
        fact = policy.PolicyPublished(
            version=0,
            effective_from=one.effective_from,
            name=one.name,
            jurisdiction=one.jurisdiction,
            source=one.source,
            handlings=one.handlings,
        )
        refused = policy.decide(policy.Nothing(), policy.Publish(fact, one.effective_from))
        if isinstance(refused, Refused):
            yield Finding(content.places["policy", key], "", str(refused.code))


def _others(content: Content) -> Iterator[Finding]:
    """Everything else that names an item or an organ."""
    for (name, key), place in content.places.items():
        if name in {"dormant", "cancel", "transfer"}:
            code, *rest = key.split(" ")
            yield from _unknown_items(content, place, (ItemCode(code),))
            yield from _unknown_organs(content, place, rest[1:3])
    if content.services is not None:
        codes = [one.item_code for one in content.services.services]
        yield from _unknown_items(content, content.places["services", ""], codes)
    for area_id, area in content.areas.items():
        yield from _unknown_items(content, content.places["area", area_id], area.items)


def _unknown_items(content: Content, place: Place, codes: Sequence[ItemCode]) -> Iterator[Finding]:
    for code in dict.fromkeys(codes):
        if code not in content.items and code not in content.elsewhere:
            yield Finding(place, "item_code", Remark.UNKNOWN_ITEM, code, is_fault=False)
