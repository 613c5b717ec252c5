"""登记类办理（register）：对象、账号与岗位、检查人员、事项、日历、建账。"""

import tomllib
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from domain import calendar, catalogue, genesis, inspector, officer, subject
from domain.acts.base import Desk, handles, write
from domain.acts.listed import off_list
from domain.catalogue import AS_USUAL, HandlingRules
from domain.commitment import BreachPolicy
from domain.decider import Claim, Decision, Refused
from domain.genesis import TopicPartitions
from domain.refusals import Refusal
from domain.subject import SubjectKind
from domain.terms import (
    HashName,
    ItemCode,
    Mode,
    OfficerId,
    Organ,
    PersonalText,
    PersonId,
    Role,
    SubjectId,
)


@dataclass(frozen=True, slots=True)
class RegisterSubject:
    """登记监管对象；``key_commitment`` 是事先备好的个人信息密钥的承诺值。"""

    subject_id: SubjectId
    kind: SubjectKind
    credit_code: str | None
    name: PersonalText
    region: str
    risk_class: str
    key_commitment: str


@dataclass(frozen=True, slots=True)
class AppointOfficer:
    """启用工作人员账号；一人可有多个账号，人是同一个人。"""

    officer_id: OfficerId
    person: PersonId
    name: PersonalText
    key_commitment: str


@dataclass(frozen=True, slots=True)
class GiveGrant:
    """授予岗位，须第二人（安全管理员）同意。

    ``second`` None is a founding grant: only by the machine that creates the ledger, and only until
    the account ``domain.officer.FOUNDER`` is the first security administrator (give that one last).
    """

    officer_id: OfficerId
    role: Role
    organ: Organ
    valid_from: date
    valid_to: date | None
    second: OfficerId | None


@dataclass(frozen=True, slots=True)
class EndGrant:
    """收回岗位，须第二人（安全管理员）同意。"""

    officer_id: OfficerId
    role: Role
    organ: Organ
    last_day: date
    second: OfficerId


@dataclass(frozen=True, slots=True)
class RegisterInspector:
    """执法检查人员入库或变更（换证、换专业、换所站）。"""

    person: PersonId
    organ: Organ
    region: str
    specialities: tuple[str, ...]
    station: str
    certificate_no: str
    certificate_valid_to: date


@dataclass(frozen=True, slots=True)
class PublishItem:
    """公布事项的新版本；版本号由账本排定。"""

    item_code: ItemCode
    effective_from: date
    name: str
    legal_basis: tuple[str, ...]
    approving_body: Organ
    supervising_bodies: tuple[Organ, ...]
    legal_days: int
    promised_days: int
    window_authorised: bool
    commitment_allowed: bool
    commitment_materials: tuple[str, ...]
    breach_policy: BreachPolicy
    filing_only: bool
    materials: tuple[str, ...]
    speciality: str
    rules: HandlingRules = AS_USUAL


@dataclass(frozen=True, slots=True)
class PublishCalendar:
    """公布一个年度的工作日历。"""

    year: int
    source: str
    days_off: tuple[date, ...]
    working_weekends: tuple[date, ...]


@dataclass(frozen=True, slots=True)
class CreateLedger:
    """建账；一本账只建一次。"""

    origin: str
    mode: Mode
    hash: HashName
    topics: tuple[TopicPartitions, ...]


@dataclass(frozen=True, slots=True)
class PublishSchema:
    """公布一种事件格式的全文，先公布后使用。"""

    origin: str
    name: str
    sha256: str
    text: str


RegisterAct: TypeAlias = (
    RegisterSubject
    | AppointOfficer
    | GiveGrant
    | EndGrant
    | RegisterInspector
    | PublishItem
    | PublishCalendar
    | CreateLedger
    | PublishSchema
)


def calendars(text: str) -> tuple[PublishCalendar, ...]:
    """读 ``domain/data/calendar.toml`` 的正文，得各年度日历的公布。"""
    return tuple(
        PublishCalendar(
            one["year"], one["source"], tuple(one["days_off"]), tuple(one["working_weekends"])
        )
        for one in tomllib.loads(text)["calendar"]
    )


@handles(RegisterSubject)
def register_subject(act: RegisterSubject, desk: Desk) -> Decision:
    """登记监管对象；一个统一社会信用代码只属一个对象。"""
    known = desk.load(subject.AGGREGATE, act.subject_id)
    fact = subject.SubjectRegistered(
        act.kind, act.credit_code, act.name, act.region, act.risk_class, act.key_commitment
    )
    claims: tuple[Claim, ...] = ()
    if act.credit_code is not None and isinstance(known, subject.Nothing):
        holder = subject.AGGREGATE.stream(act.subject_id)
        claims = (Claim("credit_code", act.credit_code, holder),)
    outcome = subject.decide(known, subject.Register(fact))
    return write(subject.AGGREGATE, act.subject_id, act.subject_id, outcome, claims=claims)


@handles(AppointOfficer)
def appoint_officer(act: AppointOfficer, desk: Desk) -> Decision:
    """启用账号。"""
    known = desk.load(officer.AGGREGATE, act.officer_id)
    fact = officer.OfficerAppointed(act.person, act.name, act.key_commitment)
    outcome = officer.decide(known, officer.Appoint(fact))
    return write(officer.AGGREGATE, act.officer_id, act.officer_id, outcome)


@handles(GiveGrant)
def give_grant(act: GiveGrant, desk: Desk) -> Decision:
    """授予岗位：建账时由建账程序授予，此后须两人。"""
    consent = _founding(desk) if act.second is None else _consent(desk, act.second)
    if isinstance(consent, Refused):
        return consent
    grant = officer.Grant(act.role, act.organ, act.valid_from, act.valid_to)
    known = desk.load(officer.AGGREGATE, act.officer_id)
    outcome = officer.decide(known, officer.Give(grant, consent, desk.today))
    claims = _power(act, known)
    return write(officer.AGGREGATE, act.officer_id, act.officer_id, outcome, claims=claims)


def _power(act: GiveGrant, known: officer.State) -> tuple[Claim, ...]:
    """三员的岗位，一个自然人只在一个账号上任：换岗也在那个账号上换，不能用另一个账号兼任。"""
    if act.role not in officer.THREE_POWERS or isinstance(known, officer.Nothing):
        return ()
    return (Claim("power", known.person, officer.AGGREGATE.stream(act.officer_id)),)


@handles(EndGrant)
def end_grant(act: EndGrant, desk: Desk) -> Decision:
    """收回岗位。"""
    consent = _consent(desk, act.second)
    if isinstance(consent, Refused):
        return consent
    known = desk.load(officer.AGGREGATE, act.officer_id)
    command = officer.End(act.role, act.organ, act.last_day, consent, desk.today)
    return write(officer.AGGREGATE, act.officer_id, act.officer_id, officer.decide(known, command))


def _founding(desk: Desk) -> Refused | None:
    """不经第二人的授权，只在建账时、只由建账程序。"""
    founder = desk.load(officer.AGGREGATE, officer.FOUNDER)
    if desk.is_machine and officer.founding(founder):
        return None
    return Refused(Refusal.OFFICER_FOUNDED)


def _consent(desk: Desk, second: OfficerId) -> officer.Consent | Refused:
    """提出人即经办人；第二人须是当日在岗的安全管理员。"""
    if desk.is_machine:
        return Refused(Refusal.DUTY_MACHINE, {"act": GiveGrant.__name__})
    known = desk.load(officer.AGGREGATE, second)
    if isinstance(known, officer.Nothing) or Role.SECURITY_ADMIN not in known.roles_on(desk.today):
        return Refused(Refusal.OFFICER_SECOND_ROLE, {"second": second})
    return officer.Consent(desk.handler, known.person)


@handles(RegisterInspector)
def register_inspector(act: RegisterInspector, desk: Desk) -> Decision:
    """检查人员入库；一个执法证号只属一人。"""
    known = desk.load(inspector.AGGREGATE, act.person)
    fact = inspector.InspectorRegistered(
        act.person,
        act.organ,
        act.region,
        act.specialities,
        act.station,
        act.certificate_no,
        act.certificate_valid_to,
    )
    holder = inspector.AGGREGATE.stream(act.person)
    now = Claim("certificate", act.certificate_no, holder)
    before = None
    if (entered := inspector.entered(known)) is not None:
        before = Claim("certificate", entered.certificate_no, holder)
    return write(
        inspector.AGGREGATE,
        act.person,
        act.person,
        inspector.decide(known, inspector.Register(fact)),
        claims=() if now == before else (now,),
        releases=() if before is None or now == before else (before,),
    )


@handles(PublishItem)
def publish_item(act: PublishItem, desk: Desk) -> Decision:
    """公布事项版本。"""
    known = desk.load(catalogue.AGGREGATE, act.item_code)
    fact = catalogue.ItemPublished(
        version=0,
        effective_from=act.effective_from,
        name=act.name,
        legal_basis=act.legal_basis,
        approving_body=act.approving_body,
        supervising_bodies=act.supervising_bodies,
        legal_days=act.legal_days,
        promised_days=act.promised_days,
        window_authorised=act.window_authorised,
        commitment_allowed=act.commitment_allowed,
        commitment_materials=act.commitment_materials,
        breach_policy=act.breach_policy,
        filing_only=act.filing_only,
        materials=act.materials,
        speciality=act.speciality,
        rules=act.rules,
    )
    outcome = catalogue.decide(known, catalogue.Publish(fact, desk.today))
    if outcome and not isinstance(outcome, Refused):
        outcome = off_list(desk, act.item_code, fact) or outcome
    return write(catalogue.AGGREGATE, act.item_code, act.item_code, outcome)


@handles(PublishCalendar)
def publish_calendar(act: PublishCalendar, desk: Desk) -> Decision:
    """公布年度日历。"""
    identity = calendar.calendar_id(act.year)
    command = calendar.Publish(act.year, act.source, act.days_off, act.working_weekends)
    outcome = calendar.decide(desk.load(calendar.AGGREGATE, identity), command)
    return write(calendar.AGGREGATE, identity, identity, outcome)


@handles(CreateLedger)
def create_ledger(act: CreateLedger, desk: Desk) -> Decision:
    """建账。"""
    fact = genesis.LedgerCreated(act.origin, act.mode, act.hash, act.topics)
    outcome = genesis.decide(desk.load(genesis.AGGREGATE, act.origin), genesis.Create(fact))
    return write(genesis.AGGREGATE, act.origin, act.origin, outcome)


@handles(PublishSchema)
def publish_schema(act: PublishSchema, desk: Desk) -> Decision:
    """公布事件格式。"""
    fact = genesis.SchemaPublished(act.name, act.sha256, act.text)
    outcome = genesis.decide(desk.load(genesis.AGGREGATE, act.origin), genesis.Publish(fact))
    return write(genesis.AGGREGATE, act.origin, act.origin, outcome)
