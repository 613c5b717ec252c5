"""网上预审的办理：申请、告知结果、转为收件（机制 68）。"""

from dataclasses import dataclass
from typing import TypeAlias

from domain import prereview
from domain.acts.base import Desk, combine, handles
from domain.acts.intake import Receive, receive, unsound
from domain.acts.lookups import ITEM, not_in_force, not_self
from domain.acts.steps import course, step
from domain.catalogue import version_on
from domain.decider import Decision, Plan, Refused
from domain.refusals import Refusal
from domain.terms import CaseNo, Channel, ItemCode, Material, PersonalText, PersonId, SubjectId


@dataclass(frozen=True, slots=True)
class AskPrereview:
    """收件之前，请窗口看一看材料；不是申请，不起算期限。"""

    prereview_no: str
    item_code: ItemCode
    applicant: SubjectId
    channel: Channel
    materials: tuple[Material, ...]


@dataclass(frozen=True, slots=True)
class AnswerPrereview:
    """告知预审结果：还缺什么；没有法律效力。"""

    prereview_no: str
    missing: tuple[str, ...]
    advice: str


@dataclass(frozen=True, slots=True)
class ConvertPrereview:
    """预审转为收件；材料以收件时递交的为准，五日告知期限自此起算。"""

    prereview_no: str
    case_no: CaseNo
    materials: tuple[Material, ...]
    receipt_no: str
    agent: PersonId | None = None
    contact: PersonalText | None = None


PrereviewAct: TypeAlias = AskPrereview | AnswerPrereview | ConvertPrereview


@handles(AskPrereview)
def ask_prereview(act: AskPrereview, desk: Desk) -> Decision:
    """事项今日有效；申请人只预审自己的。"""
    if refusal := not_self(desk, act.applicant) or unsound(act.materials):
        return refusal
    item = version_on(desk.load(ITEM, act.item_code), desk.today)
    if item is None:
        return not_in_force(desk, act.item_code, desk.today)
    fact = prereview.PrereviewAsked(
        item_code=act.item_code,
        item_version=item.version,
        applicant=act.applicant,
        channel=act.channel,
        materials=act.materials,
        asked_on=desk.today,
        handler=desk.person,
    )
    return step(desk, prereview.ORDER, act.prereview_no, fact)


@handles(AnswerPrereview)
def answer_prereview(act: AnswerPrereview, desk: Desk) -> Decision:
    """齐全与否由所缺推出；要对申请人说明白。"""
    if not act.advice.strip():
        return Refused(Refusal.CASE_REASONS_MISSING)
    fact = prereview.PrereviewAnswered(
        complete=not act.missing,
        missing=act.missing,
        advice=act.advice,
        answered_on=desk.today,
        handler=desk.handler,
    )
    return step(desk, prereview.ORDER, act.prereview_no, fact)


@handles(ConvertPrereview)
def convert_prereview(act: ConvertPrereview, desk: Desk) -> Decision:
    """预审说缺的、还没有告知的也照收：预审不是收件的前提；收件依今日有效的事项版本。"""
    state = course(desk, prereview.ORDER, act.prereview_no)
    asked = state.last(prereview.PrereviewAsked)
    if asked is None:
        return prereview.ORDER.standing(state)
    done = state.last(prereview.PrereviewConverted)
    if done is not None and done.case_no == act.case_no:
        return Plan()
    fact = prereview.PrereviewConverted(act.case_no, desk.today, desk.handler)
    application = Receive(
        case_no=act.case_no,
        item_code=asked.item_code,
        channel=asked.channel,
        applicant=asked.applicant,
        materials=act.materials,
        receipt_no=act.receipt_no,
        agent=act.agent,
        contact=act.contact,
    )
    return combine(step(desk, prereview.ORDER, act.prereview_no, fact), receive(application, desk))
