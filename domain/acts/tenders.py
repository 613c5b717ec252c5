"""招标、拍卖结果的办理（机制 69）。"""

from dataclasses import dataclass
from typing import TypeAlias

from domain import tender
from domain.acts.base import Desk, handles
from domain.acts.lookups import ITEM, not_in_force, outside
from domain.acts.steps import step
from domain.catalogue import version_on
from domain.decider import Decision, Refused
from domain.refusals import Refusal
from domain.tender import TenderMethod
from domain.terms import ItemCode, SubjectId


@dataclass(frozen=True, slots=True)
class RecordAward:
    """记下招标、拍卖的结果：此后这个事项依结果准予，不论受理先后。"""

    item_code: ItemCode
    method: TenderMethod
    winners: tuple[SubjectId, ...]
    document_no: str


TenderAct: TypeAlias = RecordAward


@handles(RecordAward)
def record_award(act: RecordAward, desk: Desk) -> Decision:
    """由审批机关记；只有数量有限的事项才有，至少一个中标人。"""
    item = version_on(desk.load(ITEM, act.item_code), desk.today)
    if item is None:
        return not_in_force(desk, act.item_code, desk.today)
    if refusal := outside(desk, item.approving_body):
        return refusal
    if item.rules.review.quota is None:
        return Refused(Refusal.TENDER_NO_QUOTA, {"item_code": act.item_code})
    if not act.winners:
        return Refused(Refusal.TENDER_NO_WINNER)
    fact = tender.TenderAwarded(
        method=act.method,
        organ=desk.actor.organ,
        winners=act.winners,
        document_no=act.document_no,
        awarded_on=desk.today,
        handler=desk.handler,
    )
    return step(desk, tender.ORDER, act.item_code, fact)
