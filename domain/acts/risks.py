"""风险等级的办理：公布计分办法、每月分类（机器）、人工调整、异议与答复。"""

from dataclasses import dataclass
from datetime import date
from typing import Final, TypeAlias

from domain import officer, risk, scoring, subject
from domain.acts.base import Desk, handles, write
from domain.acts.lookups import not_self, period
from domain.calendar import calendar_from
from domain.decider import Decision, Refused, RuleUsed
from domain.refusals import Refusal
from domain.risk import RiskFact
from domain.scoring import RiskClass, RiskPoints, ScoringPublished
from domain.terms import Evidence, OfficerId, PersonId, SubjectId


@dataclass(frozen=True, slots=True)
class PublishScoring:
    """公布风险计分办法的新版本；版本号由账本排定，至早次日生效。"""

    effective_from: date
    document_no: str
    window_months: int
    newcomer_months: int
    weights: tuple[RiskPoints, ...]
    b_from: int
    c_from: int
    d_from: int
    answer_days: int


@dataclass(frozen=True, slots=True)
class BeginRiskMonth:
    """机器：每月第一个工作日开始分类；``month`` 是该月一日。"""

    month: date


@dataclass(frozen=True, slots=True)
class ClassifyRisk:
    """机器：一个对象当月的分类；``facts`` 是账上此前可以计分的事，计几分由账本算。"""

    subject: SubjectId
    month: date
    facts: tuple[RiskFact, ...]
    known_since: date


@dataclass(frozen=True, slots=True)
class OverrideRisk:
    """人工调整风险等级：写明理由与末日，另一人同意。"""

    subject: SubjectId
    risk_class: RiskClass
    reasons: str
    last_day: date
    second: OfficerId


@dataclass(frozen=True, slots=True)
class LiftOverride:
    """解除风险等级的人工调整。"""

    subject: SubjectId


@dataclass(frozen=True, slots=True)
class ExpireOverride:
    """机器：人工调整到期。"""

    subject: SubjectId


@dataclass(frozen=True, slots=True)
class ObjectToRisk:
    """对自己的风险等级提出异议。"""

    subject: SubjectId
    objection_no: str
    grounds: str
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class AnswerRiskObjection:
    """答复异议：成立的写明哪几件事从此不计，或者解除调整。"""

    subject: SubjectId
    objection_no: str
    upheld: bool
    struck: tuple[str, ...]
    lifts_override: bool
    explanation: str


RiskAct: TypeAlias = (
    PublishScoring
    | BeginRiskMonth
    | ClassifyRisk
    | OverrideRisk
    | LiftOverride
    | ExpireOverride
    | ObjectToRisk
    | AnswerRiskObjection
)

# -- handlers

SCORING: Final = scoring.AGGREGATE
RISK: Final = risk.AGGREGATE
ANSWER_DAYS: Final = 15  # 还没有公布计分办法时，异议几个工作日之内答复


@handles(PublishScoring)
def publish_scoring(act: PublishScoring, desk: Desk) -> Decision:
    """公布计分办法。"""
    fact = ScoringPublished(
        version=0,
        effective_from=act.effective_from,
        document_no=act.document_no,
        window_months=act.window_months,
        newcomer_months=act.newcomer_months,
        weights=act.weights,
        b_from=act.b_from,
        c_from=act.c_from,
        d_from=act.d_from,
        answer_days=act.answer_days,
        handler=desk.handler,
    )
    return _scoring(desk, scoring.Publish(fact, desk.today))


@handles(BeginRiskMonth)
def begin_risk_month(act: BeginRiskMonth, desk: Desk) -> Decision:
    """开始当月的分类。"""
    calendar = calendar_from(desk.load, act.month)
    command = scoring.Begin(act.month, scoring.begins_on(act.month, calendar), desk.today)
    return _scoring(desk, command, calendar.rules)


def _scoring(desk: Desk, command: scoring.Command, rules: tuple[RuleUsed, ...] = ()) -> Decision:
    identity = scoring.IDENTITY
    answer = scoring.decide(desk.load(SCORING, identity), command)
    return write(SCORING, identity, identity, answer, rules=rules)


@handles(ClassifyRisk)
def classify_risk(act: ClassifyRisk, desk: Desk) -> Decision:
    """依当月开始时有效的办法；该月没有开始、或者已是别月的，不分。"""
    registered = _registered(desk, act.subject)
    if isinstance(registered, Refused):
        return registered
    setting = desk.load(SCORING, scoring.IDENTITY)
    if setting.last is None or setting.last.month != act.month:
        return Refused(Refusal.RISK_MONTH, {"month": f"{act.month:%Y-%m}"})
    rule = setting.versions[setting.last.rule_version - 1]
    command = risk.Classify(setting.last, rule, act.facts, registered, act.known_since)
    return _settle(desk, act.subject, command, (scoring.rule_of(rule),))


@handles(OverrideRisk)
def override_risk(act: OverrideRisk, desk: Desk) -> Decision:
    """人工调整。"""
    registered = _registered(desk, act.subject)
    if isinstance(registered, Refused):
        return registered
    second = _second(desk, act.second)
    if isinstance(second, Refused):
        return second
    fact = risk.Overridden(
        risk_class=act.risk_class,
        before=registered.value,
        reasons=act.reasons,
        last_day=act.last_day,
        department=desk.actor.organ,
        handler=desk.handler,
        second=second,
    )
    return _settle(desk, act.subject, risk.Override(fact, registered, desk.today))


def _second(desk: Desk, account: OfficerId) -> PersonId | Refused:
    """同一部门今日在岗的另一人。"""
    known = desk.load(officer.AGGREGATE, account)
    if isinstance(known, officer.Nothing):
        return Refused(Refusal.OFFICER_UNKNOWN, {"officer": account})
    today = (one for one in known.grants if one.valid_on(desk.today))
    if all(one.organ != desk.actor.organ for one in today):
        return Refused(Refusal.OFFICER_NOT_ON_DUTY, {"officer": account})
    return known.person


@handles(LiftOverride)
def lift_override(act: LiftOverride, desk: Desk) -> Decision:
    """提前解除。"""
    return _end_override(act.subject, desk.handler, desk)


@handles(ExpireOverride)
def expire_override(act: ExpireOverride, desk: Desk) -> Decision:
    """到期。"""
    return _end_override(act.subject, None, desk)


def _end_override(number: SubjectId, handler: PersonId | None, desk: Desk) -> Decision:
    registered = _registered(desk, number)
    if isinstance(registered, Refused):
        return registered
    return _settle(desk, number, risk.EndOverride(registered, handler, desk.today))


@handles(ObjectToRisk)
def object_to_risk(act: ObjectToRisk, desk: Desk) -> Decision:
    """自己提出，或者由窗口代为录入；答复的期限依计分办法。"""
    if refusal := not_self(desk, act.subject):
        return refusal
    setting = desk.load(SCORING, scoring.IDENTITY)
    days = setting.versions[-1].answer_days if setting.versions else ANSWER_DAYS
    last, rules = period(desk, desk.today, days)
    fact = risk.Objected(
        objection_no=act.objection_no,
        grounds=act.grounds,
        evidence=act.evidence,
        lodged_on=desk.today,
        due_on=last.day,
        handler=desk.person,
    )
    return _settle(desk, act.subject, risk.Object(fact), rules)


@handles(AnswerRiskObjection)
def answer_risk_objection(act: AnswerRiskObjection, desk: Desk) -> Decision:
    """答复异议；作出人工调整的两人不答复对它的异议。"""
    registered = _registered(desk, act.subject)
    if isinstance(registered, Refused):
        return registered
    fact = risk.ObjectionDecided(
        objection_no=act.objection_no,
        upheld=act.upheld,
        struck=act.struck,
        lifts_override=act.lifts_override,
        explanation=act.explanation,
        department=desk.actor.organ,
        handler=desk.handler,
    )
    known = desk.load(RISK, act.subject).classified
    versions = desk.load(SCORING, scoring.IDENTITY).versions
    rule = None if known is None else versions[known.rule_version - 1]
    return _settle(desk, act.subject, risk.AnswerObjection(fact, registered, rule))


def _registered(desk: Desk, number: SubjectId) -> RiskClass | Refused:
    """登记的等级；没有登记的不分。"""
    found = subject.seed_class(desk.load(subject.AGGREGATE, number))
    return Refused(Refusal.SUBJECT_NOT_FOUND) if found is None else RiskClass(found)


def _settle(
    desk: Desk, number: SubjectId, command: risk.Command, rules: tuple[RuleUsed, ...] = ()
) -> Decision:
    answer = risk.decide(desk.load(RISK, number), command)
    return write(RISK, number, number, answer, rules=rules)
