"""办理时查清单：那一日有效的清单版本怎么说；还没有公布过清单的，依事项版本自己所载。"""

from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from domain import area, lists
from domain.acts.base import Desk
from domain.acts.lookups import CaseFile
from domain.catalogue import ItemPublished, ItemTag
from domain.catalogue_lint import is_catch_all
from domain.decider import Refused, RuleUsed
from domain.lists import ListKind, Version
from domain.refusals import Refusal
from domain.terms import CaseNo, ItemCode, beijing_day

LIST: Final = lists.AGGREGATE


def in_force(desk: Desk, kind: ListKind, day: date) -> Version | None:
    """那一日有效的清单版本。"""
    return lists.version_on(desk.load(LIST, kind), day)


def on_list(
    desk: Desk, kind: ListKind, item_code: ItemCode, material: str | None, day: date
) -> bool | None:
    """那一日在不在清单上；那一日没有清单的为 None。"""
    version = in_force(desk, kind, day)
    return None if version is None else lists.holds(version, item_code, material)


def list_rule(kind: ListKind, version: Version) -> RuleUsed:
    """所依清单版本，写入决定。"""
    return RuleUsed(LIST.stream(kind), str(version.version))


@dataclass(frozen=True, slots=True)
class AsListed:
    """照申请之日的清单看的办件，以及所依的清单版本。"""

    file: CaseFile
    rules: tuple[RuleUsed, ...]


def as_listed(desk: Desk, case_no: CaseNo, file: CaseFile) -> AsListed:
    """申请之日可以承诺什么：清单上没有的材料不得承诺（规则 16），落区认定的评估可以承诺。"""
    received, item = file.state.received, file.item
    day = beijing_day(received.received_at)
    version = in_force(desk, ListKind.COMMITMENT_MATERIALS, day)
    names: tuple[str, ...] = item.commitment_materials if item.commitment_allowed else ()
    allowed, rules = item.commitment_allowed, []
    if version is not None:
        names = tuple(one for one in names if lists.holds(version, received.item_code, one))
        rules.append(list_rule(ListKind.COMMITMENT_MATERIALS, version))
    place = desk.load(area.PLACE, case_no)
    if isinstance(place, area.Placed):
        spared = tuple(one for one in place.confirmed.assessments if one in item.materials)
        allowed = allowed or bool(spared)
        names = tuple(dict.fromkeys((*names, *spared)))
        known = place.confirmed
        rules.append(RuleUsed(area.AREA.stream(known.area_id), str(known.area_version)))
    seen = replace(item, commitment_allowed=allowed, commitment_materials=names)
    return AsListed(replace(file, item=seen), tuple(rules))


def filed_only(desk: Desk, item_code: ItemCode, item: ItemPublished, day: date) -> bool:
    """那一日属报备制：事项版本如此，报备制清单（有的话）上也有。"""
    return item.filing_only and (on_list(desk, ListKind.FILING, item_code, None, day) is not False)


def off_list(desk: Desk, item_code: ItemCode, item: ItemPublished) -> Refused | None:
    """要公布的事项版本，说了清单（有的话）上没有的事。"""
    intake = item.rules.intake
    mobile = ItemTag.MOBILE in item.rules.tags
    for kind, names in (
        (ListKind.COMMITMENT_MATERIALS, item.commitment_materials),
        (ListKind.VERIFICATION_MATERIALS, intake.verified_materials),
        (ListKind.SHARED_CERTIFICATES, intake.shared_materials),
        (ListKind.FILING, (None,) if item.filing_only else ()),
        (ListKind.MOBILE, (None,) if mobile else ()),
    ):
        version = in_force(desk, kind, item.effective_from) if names else None
        missing = [
            name or item_code
            for name in names
            if version is not None and not lists.holds(version, item_code, name)
        ]
        if missing:
            return Refused(Refusal.ITEM_OFF_LIST, {"list": kind, "what": "、".join(missing)})
    return None


def improper(names: tuple[str, ...], item: ItemPublished) -> Refused | None:
    """不当要求：含糊的兜底材料，或者经共享、联审就能取得的材料（机制 81；在线政务规定 7 条）。"""
    vague = [name for name in names if is_catch_all(name)]
    if vague:
        return Refused(Refusal.MATERIAL_CATCH_ALL, {"materials": "、".join(vague)})
    intake = item.rules.intake
    known = {*intake.shared_materials, *intake.verified_materials}
    shared = [name for name in names if name in known]
    return Refused(Refusal.MATERIAL_SHARED, {"materials": "、".join(shared)}) if shared else None
