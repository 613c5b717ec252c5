"""检查之前：告知检查对象或者决定不预先告知；检查结果代码集的公布（表 F 第 7、8 行）。"""

from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from domain import code_set, inspection_task
from domain.acts.base import Desk, handles, write
from domain.acts.inspections import not_in_charge, on_task
from domain.code_set import CodeSetPublished, ResultCode
from domain.decider import Decision
from domain.inspection_task import CheckNotified, CheckUnannounced, Told
from domain.terms import SubjectId


@dataclass(frozen=True, slots=True)
class NotifyCheck:
    """告知检查对象：出示检查通知书，告知权利、年度检查次数上限与五个严禁。"""

    plan_no: str
    subject: SubjectId
    document_no: str
    approval_no: str
    visit_on: date
    told: tuple[Told, ...]


@dataclass(frozen=True, slots=True)
class DecideUnannounced:
    """决定不预先告知：预先告知会使检查落空的，写明理由。"""

    plan_no: str
    subject: SubjectId
    approval_no: str
    reason: str


@dataclass(frozen=True, slots=True)
class PublishCodeSet:
    """公布一套检查结果代码；公布了不改，要改的另出一套。"""

    code_set: str
    title: str
    codes: tuple[ResultCode, ...]


CheckAct: TypeAlias = NotifyCheck | DecideUnannounced | PublishCodeSet


# -- handlers


@handles(NotifyCheck)
def notify_check(act: NotifyCheck, desk: Desk) -> Decision:
    """告知检查对象，由抽定的检查人员办。"""
    fact = CheckNotified(
        act.document_no, act.approval_no, desk.today, act.visit_on, act.told, desk.handler
    )
    return on_task(desk, act.plan_no, act.subject, inspection_task.Notify(fact))


@handles(DecideUnannounced)
def decide_unannounced(act: DecideUnannounced, desk: Desk) -> Decision:
    """决定不预先告知，由组织抽取的部门里检查人以外的人办。"""
    if barred := not_in_charge(desk, act.plan_no):
        return barred
    fact = CheckUnannounced(act.approval_no, act.reason, desk.today, desk.handler)
    return on_task(desk, act.plan_no, act.subject, inspection_task.Notify(fact))


@handles(PublishCodeSet)
def publish_code_set(act: PublishCodeSet, desk: Desk) -> Decision:
    """公布代码集。"""
    fact = CodeSetPublished(act.code_set, act.title, act.codes, desk.handler)
    state = desk.load(code_set.AGGREGATE, act.code_set)
    answer = code_set.decide(state, code_set.Publish(fact))
    return write(code_set.AGGREGATE, act.code_set, act.code_set, answer)
