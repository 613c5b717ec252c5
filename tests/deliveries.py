"""测试用的一本小账：给事件编上位置、版本与信封；附一件办件从收件到撤销的全过程。"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from domain import (
    approval,
    area,
    assistance,
    attestation,
    case,
    catalogue,
    check_result,
    closing,
    code_set,
    commitment,
    compensation,
    composite,
    credit,
    document,
    escrow,
    exemption,
    filing,
    follow_up,
    forwarding,
    genesis,
    importing,
    inspection_plan,
    inspection_task,
    inspector,
    intermediary,
    joint,
    joint_visit,
    light_setting,
    linkage,
    lists,
    material,
    measure,
    observation,
    officer,
    organ,
    outlet,
    oversight,
    package,
    past_inspection,
    policy,
    prereview,
    project,
    publication,
    quota,
    recusal,
    reliance,
    revocation,
    risk,
    scoring,
    seal,
    simulated,
    subject,
    subscription,
    tender,
    trigger_check,
    undertaking,
    verification,
    visit,
)
from domain.calendar import CalendarPublished
from domain.code_set import CodeKind
from domain.decider import Event, RuleUsed
from domain.light_setting import LightsPublished
from domain.roster import ListedInspector, ListedObject
from domain.sources import SourceRecord
from domain.terms import (
    Actor,
    CaseKind,
    CaseNo,
    Channel,
    CommitmentId,
    Evidence,
    HashName,
    ItemCode,
    LicenceNo,
    Material,
    OfficerId,
    Organ,
    PersonId,
    Role,
    Sealed,
    Sha256,
    SubjectId,
    beijing_day,
)
from followers.delivered import Delivered
from followers.projection import Projection, Row
from followers.supervisor import Command, Supervisor
from ledger.entry import Entry
from runtime.scenarios.book import Notes
from schemas.codec import Meta
from schemas.registry import name_of
from schemas.topics import topic_of
from tests.yearly import planned_year

START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)  # 北京时间九时
CASE = CaseNo("2026-000001")
ITEM = ItemCode("350503-FOOD")
APPLICANT = SubjectId("S-1")
PLEDGE = CommitmentId("K-1")
LICENCE = LicenceNo("L-1")
HOLDER = SubjectId("SRC-9")  # of the licence that was imported
PAST = LicenceNo("SRC-100")
BUREAU = Organ("APPROVAL")
MARKET = Organ("MARKET")
FIRE = Organ("FIRE")
HASH = Sha256("ab" * 32)
CLERK, REVIEWER, DECIDER = PersonId("P-1"), PersonId("P-2"), PersonId("P-3")
OFFICER = Actor(OfficerId("zhang"), Role.COUNTER, BUREAU, BUREAU)
MACHINE = Actor(OfficerId("system.scheduler"), Role.SYSTEM, Organ("SYSTEM"), Organ("SYSTEM"))
DEMANDED = (commitment.Promise("消防验收意见", date(2026, 4, 1)),)


class Book:
    """一本小账。``add`` records an event one minute after the one before."""

    def __init__(self) -> None:
        self.kept: list[Delivered] = []
        self._versions: Counter[str] = Counter()
        self._lanes: Counter[str] = Counter()

    def add(
        self,
        stream: str,
        event: Event,
        *,
        key: str = CASE,
        actor: Actor = OFFICER,
        at: datetime | None = None,
        rules: tuple[RuleUsed, ...] = (),
    ) -> Delivered:
        """入账一件。"""
        position, topic = len(self.kept), topic_of(stream)
        self._versions[stream] += 1
        when = at or START + timedelta(minutes=position)
        leaf = hashlib.sha256(str(position).encode()).digest()
        entry = Entry(
            position=position,
            topic=topic,
            partition=0,
            lane_position=self._lanes[topic],
            stream=stream,
            version=self._versions[stream],
            key=key,
            event_id=str(UUID(int=position + 1)),
            name=name_of(event),
            schema_sha256=b"\x00" * 32,
            prev_leaf_hash=b"",
            leaf_hash=leaf,
            incarnation=1,
            recorded_at=when,
            traceparent=None,
            value=b"",
        )
        self._lanes[topic] += 1
        meta = Meta(
            event_id=entry.event_id,
            command_id=str(UUID(int=1)),
            correlation_id=key,
            causation_id=None,
            key=key,
            actor=actor,
            decided_at=when,
            effective_on=event.takes_effect(beijing_day(when)),
            recorded_at=when,
            legal_basis=event.BASIS,
            rules=rules,
            incarnation=1,
        )
        delivered = Delivered(entry, meta, event)
        self.kept.append(delivered)
        return delivered


# -- events, each with what a test may want to vary


def item(*bodies: Organ, version: int = 1) -> catalogue.ItemPublished:
    """事项公布。"""
    return catalogue.ItemPublished(
        version=version,
        effective_from=date(2026, 1, 1),
        name="食品经营许可",
        legal_basis=("食品安全法 35 条",),
        approving_body=BUREAU,
        supervising_bodies=bodies or (MARKET,),
        legal_days=20,
        promised_days=7,
        window_authorised=False,
        commitment_allowed=True,
        commitment_materials=("消防验收意见",),
        breach_policy=commitment.BreachPolicy.REVOKE,
        filing_only=False,
        materials=("申请书",),
        speciality="FOOD",
    )


def registered(risk_class: str = "B", region: str = "350503") -> subject.SubjectRegistered:
    """监管对象登记。"""
    return subject.SubjectRegistered(
        kind=subject.SubjectKind.COMPANY,
        credit_code="91350503TEST000001",
        name=Sealed(b"\x01sealed"),
        region=region,
        risk_class=risk_class,
        key_commitment=HASH,
    )


def inspector_registered(person: str, organ: Organ = MARKET) -> inspector.InspectorRegistered:
    """检查人员入库。"""
    return inspector.InspectorRegistered(
        person=PersonId(person),
        organ=organ,
        region="350503",
        specialities=("FOOD",),
        station="EAST",
        certificate_no=f"C-{person}",
        certificate_valid_to=date(2027, 12, 31),
    )


def received(applicant: SubjectId = APPLICANT) -> case.Received:
    """收件：一次告知至三月九日。"""
    return case.Received(
        item_code=ITEM,
        item_version=1,
        channel=Channel.COUNTER,
        applicant=applicant,
        agent=None,
        contact=Sealed(b"\x01phone"),
        materials=(Material("申请书", HASH),),
        received_at=START,
        notice_due_on=date(2026, 3, 9),
        receipt_no="R-1",
        handler=CLERK,
    )


def accepted() -> case.Accepted:
    """受理：承诺时限三月十一日，法定时限三月三十日。"""
    return case.Accepted(
        accepted_on=date(2026, 3, 2),
        kind=CaseKind.PLEDGED_TIME,
        promised_days=7,
        legal_days=20,
        promised_due_on=date(2026, 3, 11),
        legal_due_on=date(2026, 3, 30),
        provisional=False,
        document_no="A-1",
        handler=CLERK,
    )


def approved(licence_no: LicenceNo = LICENCE) -> case.Approved:
    """准予：送达至三月十六日。"""
    return case.Approved(
        decided_on=date(2026, 3, 2),
        decision_no="D-1",
        licence_no=licence_no,
        commitment_id=PLEDGE,
        valid_from=date(2026, 3, 2),
        valid_to=date(2031, 3, 1),
        delivery_due_on=date(2026, 3, 16),
        handler=DECIDER,
    )


def granted(
    holder: SubjectId = APPLICANT,
    case_no: CaseNo = CASE,
    commitment_id: CommitmentId | None = PLEDGE,
) -> approval.Granted:
    """许可生效。"""
    return approval.Granted(
        case_no=case_no,
        item_code=ITEM,
        holder=holder,
        decision_no="D-1",
        approving_body=BUREAU,
        in_name_of=BUREAU,
        commitment_id=commitment_id,
        valid_from=date(2026, 3, 2),
        valid_to=date(2031, 3, 1),
    )


def made() -> commitment.Made:
    """作出承诺：四月一日前补交消防验收意见。"""
    return commitment.Made(
        case_no=CASE,
        kind=commitment.CommitmentKind.NOTIFICATION,
        item_code=ITEM,
        item_version=1,
        text_sha256=HASH,
        promises=DEMANDED,
        signer=APPLICANT,
        verification_due_on=date(2026, 5, 29),
        breach_policy=commitment.BreachPolicy.REVOKE,
    )


def suspected(
    ground: commitment.BreachGround = commitment.BreachGround.NOT_SUPPLIED,
) -> commitment.BreachSuspected:
    """疑似承诺落空。"""
    return commitment.BreachSuspected(ground, (Evidence("event-1", HASH),), ())


def sent(department: Organ = MARKET) -> linkage.Sent:
    """推送：次日前认领。"""
    return linkage.Sent(
        matter=linkage.PushMatter.APPROVED,
        case_no=CASE,
        source_stream=f"case/{CASE}",
        source_event="event-1",
        item_code=ITEM,
        department=department,
        claim_due_on=date(2026, 3, 3),
    )


def plan(department: Organ = MARKET, *strata: str) -> inspection_plan.PlanRegistered:
    """检查计划登记：四月十日十时产生公开值。"""
    return inspection_plan.PlanRegistered(
        serial=1,
        title="二季度食品经营抽查",
        department=department,
        algorithm="ssj/v1",
        hash=HashName.SHA256,
        strata=tuple(inspection_plan.Stratum(name, 5_000, 1) for name in strata or ("A", "B")),
        offices=(MARKET, FIRE, Organ("HEALTH")),
        public_source="福彩双色球",
        public_value_at=datetime(2026, 4, 10, 2, tzinfo=UTC),
        sealed_share_commitment=None,
        inspect_by=date(2026, 4, 30),
        runner=PersonId("P-7"),
        witness=PersonId("P-8"),
    )


def assigned(commitment_id: CommitmentId | None = PLEDGE) -> inspection_task.TaskAssigned:
    """派发检查任务。"""
    return inspection_task.TaskAssigned(
        subject=APPLICANT,
        inspectors=(PersonId("P-5"), PersonId("P-6")),
        licence_no=LICENCE,
        commitment_id=commitment_id,
        due_on=date(2026, 4, 30),
    )


def inspected(*codes: inspection_task.FindingCode) -> inspection_task.Inspected:
    """检查结果。"""
    return inspection_task.Inspected(
        performed_at=START,
        code_set="v1",
        codes=codes or (inspection_task.FindingCode.NOT_AS_PROMISED,),
        signatures=(PersonId("P-5"), PersonId("P-6")),
        evidence=(Evidence("PHOTO-1", HASH),),
        report_sha256=HASH,
    )


def reviewed(*, agreed: bool = True) -> inspection_task.FindingReviewed:
    """结果复核。"""
    return inspection_task.FindingReviewed(agreed, "属实", PersonId("P-9"))


def proposed() -> revocation.Proposed:
    """撤销建议。"""
    return revocation.Proposed(
        licence_no=LICENCE,
        case_no=CASE,
        commitment_id=PLEDGE,
        ground=approval.RevocationGround.COMMITMENT_BROKEN,
        deciding_organ=BUREAU,
        proposing_organ=Organ("SYSTEM"),
        evidence=(Evidence("event-1", HASH),),
        proposer=None,
    )


def origin(record: str, line: int = 2) -> SourceRecord:
    """来源记录。"""
    return SourceRecord("SRC", record, HASH, "imp-1", line)


def import_started() -> importing.ImportStarted:
    """导入开始。"""
    return importing.ImportStarted(
        importing.ImportKind.LICENCES, "SRC", HASH, 1_000, HASH, 'source = "SRC"'
    )


def import_finished() -> importing.ImportFinished:
    """导入完毕：十行，收七行，两行早已在账，一行没有收。"""
    refused = (importing.RefusedRows("import.differs", 1, "5"),)
    return importing.ImportFinished(10, 7, 2, refused, HASH)


def case_imported(record: str = "1", ended_at: datetime | None = None) -> case.CaseImported:
    """历史办件导入：来源的期限是三月六日。"""
    return case.CaseImported(
        origin=origin(record),
        item_code=ITEM,
        item_name="环境许可",
        organ=BUREAU,
        department="环境科",
        channel=Channel.OTHER,
        team="T-1",
        responsible="R-7",
        started_at=START,
        due_at=START + timedelta(days=4),
        planned_end_at=None,
        ended_at=ended_at,
    )


def step_imported(
    step: case.ImportedStep, hours: int, record: str = "1", officer: str | None = "R-8"
) -> case.StepImported:
    """历史办件步骤导入：开始之后若干小时完成。"""
    return case.StepImported(
        origin(record), step, str(step), "T-1", officer, START + timedelta(hours=hours)
    )


def subject_imported(risk_class: str = "B") -> subject.SubjectImported:
    """历史监管对象导入。"""
    name = Sealed(b"\x01sealed")
    return subject.SubjectImported(origin("7"), None, name, "350503", risk_class, HASH)


def licence_imported(
    valid_from: date, valid_to: date | None = None, holder: SubjectId = HOLDER
) -> approval.LicenceImported:
    """历史许可导入：最先导入的一期。"""
    return approval.LicenceImported(
        origin=origin(f"T-{valid_from}"),
        kind=approval.TermKind.RENEWED,
        item_code=ITEM,
        item_name="餐饮许可",
        holder=holder,
        approving_body=BUREAU,
        supervising_bodies=(MARKET,),
        speciality="FOOD",
        region="350503",
        first_licensed_on=None,
        valid_from=valid_from,
        valid_to=valid_to,
        source_status="AAI",
    )


def change_imported(valid_from: date, valid_to: date | None = None) -> approval.ChangeImported:
    """历史许可变更导入：另一期。"""
    return approval.ChangeImported(
        origin(f"T-{valid_from}"),
        approval.TermKind.RENEWED,
        "350503",
        valid_from,
        valid_to,
        "AAI",
    )


def ending_imported(
    term_from: date, kind: approval.ImportedEnding = approval.ImportedEnding.FORFEITED
) -> approval.EndingImported:
    """历史许可终结导入：哪一期，怎样终结，五月一日以前。"""
    return approval.EndingImported(
        origin(f"T-{term_from}"),
        kind,
        term_from,
        date(2026, 5, 1),
        exact=False,
        source_status="REV",
    )


def inspection_imported(
    licence_no: LicenceNo = PAST, *, licence_known: bool = True
) -> past_inspection.InspectionImported:
    """历史检查结果导入：发现问题，三级违规各一、二、三项。"""
    return past_inspection.InspectionImported(
        origin=origin("I-1"),
        licence_no=licence_no,
        licence_known=licence_known,
        performed_on=date(2026, 2, 1),
        codes=(inspection_task.FindingCode.PROBLEM_PENDING,),
        source_result="Fail",
        source_risk="Risk 1 (High)",
        critical=1,
        serious=2,
        minor=3,
        inspector="X-1",
        facility="Restaurant",
        region="350503",
    )


def policy_published() -> policy.PolicyPublished:
    """承诺办法公布：三类情形都先责令整改。"""
    handlings = tuple(
        policy.Handling(
            trigger,
            policy.Path.RECTIFY_FIRST,
            terminate=False,
            credit_record=True,
            no_more_commitments=False,
            penalty=False,
        )
        for trigger in policy.Trigger
    )
    return policy.PolicyPublished(
        1, date(2025, 1, 1), "北京承诺办法", "北京市", "第三十三条", handlings
    )


def credited() -> tuple[Event, ...]:
    """一户企业的信用：记入三条，一条修复，一条期满，一条因决定被撤销而失效，另有一条限制。"""
    added = credit.RecordAdded(
        record_no="XY-1",
        cause=credit.CreditCause.COMMITMENT_BROKEN,
        severity=credit.Severity.GENERAL,
        published=True,
        document_no="CX-1",
        decided_on=date(2025, 5, 10),
        repair_from=date(2025, 8, 11),
        last_day=date(2026, 5, 10),
        excludes=True,
        commitment_id=CommitmentId("K-9"),
        case_no=CASE,
        handler=REVIEWER,
    )
    until = date(2028, 5, 10)
    fraud = credit.BarGround.FRAUD
    return (
        added,
        replace(added, record_no="XY-2"),
        credit.RecordRepaired("XY-1", Evidence("ZM-1", HASH), HASH, REVIEWER),
        credit.RecordLapsed("XY-2", date(2026, 5, 10)),
        credit.Barred(ITEM, fraud, "CX-1", date(2025, 5, 10), until, CASE, REVIEWER),
        replace(added, record_no="XY-3", document_no="CX-3"),
        credit.DecisionReversed(
            "CX-3", "HF-1", ("XY-3",), barred=False, case_no=CASE, handler=REVIEWER
        ),
    )


def filed() -> tuple[Event, ...]:
    """一件自审报备：提交、核对、通过、转入工程审批、报告存疑、认定无效。"""
    who = PersonId("P-9")
    return (
        filing.Submitted(ITEM, 1, SubjectId("S-9"), "ZJ-1", HASH, HASH),
        filing.Screened("水保", date(2026, 3, 1), "ZZ-1", date(2027, 12, 31), None),
        filing.Filed(CLERK),
        filing.Tracked("2026-350505-01", CLERK),
        filing.ReportChallenged("ZJ-1", (Evidence("JC-1", HASH),), None),
        filing.ReportInvalidated("ZJ-1", "数据不实", who),
    )


def intermediary_registered() -> intermediary.IntermediaryRegistered:
    """中介机构登记：水土保持资质两年。"""
    held = intermediary.Qualification("水土保持", "ZZ-1", date(2026, 1, 1), date(2027, 12, 31))
    return intermediary.IntermediaryRegistered("评审中心", (held,), (), PersonId("P-9"))


def pledged(book: Book) -> Book:
    """承诺办法、信用、中介与自审报备各走一遍。"""
    who, reasons = PersonId("P-9"), "报告不实"
    for stream, events in (
        ("policy/beijing", (policy_published(),)),
        ("credit/S-9", credited()),
        ("intermediary/ZJ-1", (intermediary_registered(),)),
        ("filing/BB-1", filed()),
        (
            "intermediary/ZJ-1",
            (
                intermediary.IntermediaryRated(intermediary.Rating.D, reasons, who),
                intermediary.IntermediarySuspended(
                    date(2026, 6, 1), date(2026, 8, 31), reasons, who
                ),
                intermediary.IntermediaryExited(date(2026, 7, 1), reasons, who),
            ),
        ),
    ):
        for event in events:
            book.add(stream, event, key=stream.partition("/")[2])
    for one, happened, key in _restored():
        book.add(one, happened, key=key)
    return book


def calendar() -> Book:
    """只公布了 2026 年工作日历的一本小账：三月三日放假，三月七日（周六）上班。"""
    book = Book()
    published = CalendarPublished(2026, 1, "国办发明电", (date(2026, 3, 3),), (date(2026, 3, 7),))
    book.add("calendar/cn-2026", published, key="cn-2026")
    return book


def imported(book: Book | None = None) -> Book:
    """一次导入：两件办件、一份不按先后到来的许可、一项先待关联的检查。"""
    book = book or Book()
    issued, renewed = date(2024, 3, 1), date(2026, 3, 1)
    for stream, event in (
        ("import/imp-1", import_started()),
        ("case/SRC-1", case_imported()),
        ("case/SRC-1", step_imported(case.ImportedStep.RECEIPT_SENT, 30)),
        ("case/SRC-1", step_imported(case.ImportedStep.RECEIVED, 1)),
        ("case/SRC-2", case_imported("2", START + timedelta(days=3))),
        ("case/SRC-2", step_imported(case.ImportedStep.RECEIVED, 2, "2", None)),
        ("inspection/SRC-I-1", inspection_imported(licence_known=False)),
        ("subject/SRC-9", subject_imported()),
        ("licence/SRC-100", licence_imported(renewed, date(2028, 2, 29))),
        ("licence/SRC-100", ending_imported(renewed)),
        ("licence/SRC-100", change_imported(issued, date(2026, 2, 28))),
        ("inspection/SRC-I-1", past_inspection.InspectionLinked(PAST)),
        ("import/imp-1", import_finished()),
    ):
        book.add(stream, event, key=stream.partition("/")[2])
    return book


def story(book: Book | None = None) -> Book:
    """收件 → 承诺 → 准予 → 推送认领 → 双随机 → 承诺落空 → 撤销；可接在已有的事之后。"""
    book = book or Book()
    for days, chapter in (
        (0, (*_registers(), *_grant())),
        (40, _inspection()),
        (80, _revocation()),
        (120, (*_elsewhere(), *_side_files(), *_overseen(), *_panel())),
    ):
        for stream, event, key in chapter:
            at = START + timedelta(days=days, minutes=len(book.kept))
            book.add(stream, event, key=key, at=at)
    return book


Happening = tuple[str, Event, str]


def paneled() -> Book:
    """几个机关几个人的各种事，从账上第一件起。"""
    book = Book()
    for stream, event, key in _panel():
        book.add(stream, event, key=key)
    return book


def _panel() -> Iterator[Happening]:
    """几个机关几个人：并联、核验、转报、副本、一件事、项目，两件办件各走一遍。"""
    for number, events in (
        ("joint/J-1", _joint()),
        ("joint/J-2", (*_joint()[:2], joint.JointEnded((FIRE,), PANEL_DAY))),
        ("verification/J-1", _verified()),
        ("verification/J-2", (*_verified()[:1], _verification_ended())),
        ("forwarding/J-1", _forwarded()),
        ("forwarding/J-2", (*_forwarded()[2:5], forwarding.ForwardingEnded(PANEL_DAY))),
        ("copy/J-1", (attestation.CopyAttested((Material("申请书", HASH),), CLERK),)),
        ("package/YJS-1", packaged()),
        ("project/XM-1", built()),
    ):
        for event in events:
            yield number, event, number.partition("/")[2]


PANEL_DAY = date(2026, 3, 16)
LAND = Organ("LAND")
BELOW, ABOVE = Organ("350505-SPJ"), Organ("350500-SPJ")


def _joint() -> tuple[Event, ...]:
    approve, asked_on = case.ReviewOpinion.APPROVE, date(2026, 3, 2)
    asked = joint.OpinionRequested(FIRE, "消防设计", "XT-1", asked_on, 10, PANEL_DAY, REVIEWER)
    step = joint.JointStep.SURVEY
    return (
        joint.JointOpened(BUREAU, (FIRE, MARKET), asked_on, 45, date(2026, 5, 8), REVIEWER),
        asked,
        replace(asked, body=MARKET, document_no="XT-2"),
        joint.OpinionGiven(FIRE, case.ReviewOpinion.REJECT, "间距不足", PersonId("P-F")),
        joint.OpinionGiven(FIRE, approve, "已改", PersonId("P-F")),
        joint.OpinionOverdue(MARKET, PANEL_DAY),
        joint.JointStepHeld(step, (BUREAU, FIRE), (MARKET,), PANEL_DAY, "一致", REVIEWER),
        joint.JointConcluded(approve, "各家同意", (MARKET,), REVIEWER),
    )


def _verified() -> tuple[Event, ...]:
    asked_on, due_on = date(2026, 3, 2), date(2026, 3, 5)
    asked = verification.VerificationRequested("产权证", "1 号", LAND, asked_on, 3, due_on, CLERK)
    there = PersonId("P-L")
    return (
        asked,
        verification.VerificationOverdue("产权证", LAND, due_on),
        verification.DocumentNotVerified("产权证", "查无此证", LAND, there),
        replace(asked, document_no="2 号"),
        verification.DocumentVerified("产权证", HASH, LAND, there),
    )


def _verification_ended() -> Event:
    return verification.VerificationsEnded(("产权证",), PANEL_DAY)


def _forwarded() -> tuple[Event, ...]:
    opened_on, due_on = date(2026, 3, 2), date(2026, 3, 30)
    papers, village = (Material("申请书", HASH),), forwarding.ElsewhereWay.VILLAGE
    return (
        forwarding.HandedIn(
            applicant=APPLICANT,
            item_code=ITEM,
            way=village,
            receiving_hall=BELOW,
            accepting_body=ABOVE,
            handed_in_on=opened_on,
            count_from=forwarding.CountFrom.HANDED_IN,
            materials=papers,
            handler=CLERK,
        ),
        forwarding.Arrived(ABOVE, opened_on, opened_on, CLERK),
        forwarding.ExaminationOpened(BELOW, ABOVE, opened_on, due_on, REVIEWER),
        forwarding.ExaminationOverdue(due_on),
        forwarding.ForwardedToSuperior(
            case.ReviewOpinion.APPROVE, "符合条件", papers, due_on, late=True, handler=REVIEWER
        ),
        forwarding.TakenOver(ABOVE, due_on, DECIDER),
    )


def packaged() -> tuple[Event, ...]:
    """一件事：一件准予、一件撤回，逾目标一日办结。"""
    one, two = CaseNo("J-1"), CaseNo("J-2")
    approved_, withdrawn = package.ChildOutcome.APPROVED, package.ChildOutcome.WITHDRAWN
    return (
        package.PackageOpened(
            applicant=APPLICANT,
            name="开餐馆一件事",
            application_no="YJS-1",
            cases=(package.PackageCase(one, ITEM), package.PackageCase(two, ITEM)),
            opened_on=date(2026, 3, 2),
            target_days=3,
            due_on=date(2026, 3, 5),
            handler=CLERK,
        ),
        package.ChildClosed(one, approved_, date(2026, 3, 5), early=True),
        package.ChildClosed(two, withdrawn, date(2026, 3, 6), early=None),
        package.PackageClosed(date(2026, 3, 6), 4, 1, early=True, within_target=False),
    )


def built() -> tuple[Event, ...]:
    """一个项目：登记、归件、调度、拿地、开工、两个单体验收、竣工。"""
    day, land = date(2026, 3, 2), project.Milestone.LAND_ACQUIRED
    issues = (project.Issue("W-1", "用电", BUREAU), project.Issue("W-2", "用水", BUREAU))
    return (
        project.ProjectRegistered(
            name="白沙厂房",
            owner=APPLICANT,
            amount_yuan=5_000_000,
            route=project.ApprovalRoute.THREE_IN_ONE,
            registered_on=day,
            target_days=50,
            due_on=date(2026, 5, 14),
            handler=CLERK,
        ),
        project.CaseLinked(CaseNo("J-1"), catalogue.Stage.PLANNING, CLERK),
        project.MeetingHeld("DD-1", day, (BUREAU,), issues, PANEL_DAY, CLERK),
        project.IssueSettled("W-1", "已报装", PANEL_DAY, CLERK),
        project.MilestoneReached(land, day, "CR-1", CLERK),
        project.MilestoneReached(project.Milestone.CONSTRUCTION_STARTED, PANEL_DAY, "SG-1", CLERK),
        project.UnitsDeclared("GG-1", ("一号楼", "二号楼"), CLERK),
        project.UnitAccepted("一号楼", "YS-1", PANEL_DAY, DECIDER),
        project.UnitAccepted("二号楼", "YS-2", PANEL_DAY, DECIDER),
        project.ProjectCompleted(PANEL_DAY, 10, within_target=True),
    )


def _side_files() -> Iterator[Happening]:
    """旁卷各一份，与本件无涉：使读旁卷的视图有东西可读。"""
    owed = compensation.Opened(
        compensation.CompensationCause.WITHDRAWN,
        LicenceNo("L-9"),
        CaseNo("2026-000009"),
        SubjectId("S-9"),
        BUREAU,
        "D-9",
    )
    for event in (owed, compensation.Decided(100, "B-1", "停业损失", DECIDER)):
        yield "compensation/9", event, "2026-000009"


def _registers() -> Iterator[Happening]:
    yield f"item/{ITEM}", item(), ITEM
    yield f"subject/{APPLICANT}", registered(), APPLICANT
    for person in ("P-5", "P-6"):
        yield f"inspector/{person}", inspector_registered(person), person


def _overseen() -> Iterator[Happening]:
    """一次已办结的督办、一项公示、一次回访：都不留未了的期限。"""
    day = date(2026, 3, 2)
    raised = oversight.Raised(
        rule=oversight.OversightRule.OTHER,
        rule_no="JC019",
        level=oversight.AlertLevel.YELLOW,
        tier=oversight.OversightTier.PERFORMANCE,
        office=Organ("XN"),
        responsible_organ=Organ("APPROVAL"),
        responsible=CLERK,
        case_no=None,
        source_stream="",
        source_event="",
        explanation="窗口空岗",
        raised_on=day,
        answer_due_on=date(2026, 3, 9),
        handler=PersonId("P-20"),
    )
    corrected = oversight.OversightOutcome.CORRECTED
    answered = oversight.Answered(Organ("APPROVAL"), "情况属实", "已调整排班", DECIDER)
    closed = oversight.Closed(Organ("XN"), corrected, "已核实", PersonId("P-20"))
    for finding_event in (raised, answered, closed):
        yield "oversight/DB-1", finding_event, "DB-1"
    due = publication.Due(
        matter=publication.PublicMatter.PENALTY,
        case_no=None,
        licence_no=None,
        item_code=None,
        decision_no="CF-1",
        organ=MARKET,
        subject=SubjectId("S-5"),
        decided_on=day,
        valid_from=None,
        valid_to=None,
        objection_due_on=day,
        double_due_on=date(2026, 3, 11),
        general_due_on=date(2026, 3, 30),
    )
    shown = publication.Published(due.matter, "CF-1", "", MARKET, "S-5", day, None, None, ())
    for public_event in (due, shown):
        yield "publication/PENALTY.CF-1", public_event, "PENALTY.CF-1"
    yield "visit/V-1", visit.Opened("Y-1", SubjectId("S-5"), MARKET, ITEM, day, day, day), "Y-1"
    yield (
        "visit/V-1",
        visit.Concluded(
            confirmed=False, explanation="已告知清楚", office=Organ("XN"), handler=PersonId("P-20")
        ),
        "Y-1",
    )


def _elsewhere() -> Iterator[Happening]:
    """What the registers hold besides: behind the story, so that its times stay as they are."""
    for number in (1, 2):  # 数量有限的许可
        case_no = CaseNo(f"Q-{number}")
        yield f"quota/{ITEM}", quota.PlaceTaken(case_no, number, START.date()), ITEM
    yield f"quota/{ITEM}", quota.PlaceGranted(CaseNo("Q-1"), LicenceNo("Q-L")), ITEM
    refused = quota.PlaceReleased(CaseNo("Q-2"), quota.PlaceRelease.REJECTED)
    yield f"quota/{ITEM}", refused, ITEM
    yield "officer/R-1", officer.OfficerAppointed(REVIEWER, Sealed(b"name"), "0" * 64), "R-1"
    grant = officer.GrantGiven(Role.REVIEWER, BUREAU, date(2026, 1, 1), None, None, None)
    yield "officer/R-1", grant, "R-1"
    yield f"lights/{light_setting.IDENTITY}", lights_published(), light_setting.IDENTITY
    listed = inspection_plan.DrawnObject(APPLICANT, "B", HASH)
    yield "plan/2026-0002", inspection_plan.MoreDrawn(1, (listed,)), "2026-0002"
    yield "plan/2026-0002", inspection_plan.MoreMatched(0, (), (APPLICANT,)), "2026-0002"
    yield from _penalised()
    yield from _later_in_plans(listed)
    yield from _after_the_draw()
    yield from checked()
    yield from _joint_draw()
    yield from _trigger_check()
    closed = closing.ClosingRecorded(1, date(2026, 4, 1), 90, 20, "0" * 64)
    yield f"closing/{closing.ALL}", closed, closing.ALL
    yield from _lists()
    yield from registers()
    yield from with_registers()
    yield from relied()
    yield from undertaken()
    yield from rested()
    yield from planned_year()
    yield from sealed()


def _later_in_plans(listed: inspection_plan.DrawnObject) -> Iterator[Happening]:
    """计划的后半：开启、替补、撤回、失效。"""
    opened = inspection_plan.SealedShareOpened(HASH, PersonId("P-20"))
    yield "plan/2026-0003", opened, "2026-0003"
    reason = inspection_plan.ExclusionReason.CAP_REACHED
    person, proof = PersonId("P-20"), (Evidence("任务 1", HASH),)
    replaced = inspection_plan.ObjectReplaced(
        APPLICANT, reason, proof, listed, None, person, PersonId("P-21")
    )
    yield "plan/2026-0005", replaced, "2026-0005"
    withdrawn = inspection_task.TaskWithdrawn(reason, (), person)  # whom it had, its own tests say
    yield "task/2026-0005.S-9", withdrawn, "2026-0005"
    yield "plan/2026-0004", inspection_plan.PlanVoided(date(2026, 4, 30)), "2026-0004"


def sealed() -> Iterator[Happening]:
    """账本自己的事：公布封账公钥，封账存疑。"""
    yield "ledger/demo", genesis.KeyAnnounced("demo+00000001+AQ==", None, None), "demo"
    yield "ledger/demo", genesis.SealDoubted("seal.leaf_differs", 100, 7), "demo"


def _after_the_draw() -> Iterator[Happening]:
    """抽定之后：回避与更换。"""
    day, plan, who = date(2026, 4, 7), "2026-0006", SubjectId("S-9")
    first, next_one, head = PersonId("P-101"), PersonId("P-103"), PersonId("P-90")
    cause, handler = inspection_plan.RedrawCause.RECUSED, PersonId("P-20")
    for number, asked in (
        ("1", recusal.RecusalDeclared(plan, who, first, "亲属", day)),
        ("2", recusal.RecusalRequested(plan, who, next_one, "同业", day, handler)),
        ("2", recusal.RecusalDecided(False, "查无此事", "复议", day, head)),  # noqa: FBT003
    ):
        yield f"recusal/{plan}.S-9.{number}", asked, plan
    redrawn = inspection_plan.InspectorRedrawn(who, first, cause, "案卷", (), None, head, None)
    yield f"plan/{plan}", redrawn, plan
    people = (first, next_one)
    moved = inspection_task.TaskReassigned(who, people, (), first, cause, day, head)
    yield f"task/{plan}.S-9", moved, plan
    off = inspection_task.TaskDeferred(
        who,
        inspection_task.DeferralCause.SEASONAL,
        "冬季停业",
        (Evidence("停业公告", HASH),),
        day,
        date(2026, 4, 20),
        (),
        handler,
        head,
    )
    yield f"task/{plan}.S-9", off, plan
    reason = inspection_plan.ExclusionReason.STATUS_ENDED
    over = inspection_task.TaskWithdrawn(reason, (), head)  # nothing stays open behind the story
    yield f"task/{plan}.S-9", over, plan
    keeper = Organ("350505-SFJ")
    for kept in (
        escrow.PieceDeposited(keeper, 1, HASH, handler),
        escrow.PieceConfirmed(keeper, day, handler),
        escrow.PieceOpened(keeper, "1-" + HASH, day, handler),
    ):
        yield "escrow/2026-0009", kept, "2026-0009"
    proof = (Evidence("没有开奖的公告", HASH),)
    used = inspection_plan.FallbackUsed("次日开奖号码", "停机", proof, handler, first)
    yield "plan/2026-0008", used, "2026-0008"


def scoring_published() -> scoring.ScoringPublished:
    """计分办法：检查发现问题十分，承诺落空二十分，撤销四十分。"""
    return scoring.ScoringPublished(
        version=1,
        effective_from=date(2026, 3, 3),
        document_no="市监信〔2026〕1号",
        window_months=24,
        newcomer_months=0,
        weights=(
            scoring.RiskPoints(scoring.RiskFactor.PROBLEM_PENDING, 10),
            scoring.RiskPoints(scoring.RiskFactor.COMMITMENT_BROKEN, 20),
            scoring.RiskPoints(scoring.RiskFactor.COMMITMENT_FALSE, 30),
            scoring.RiskPoints(scoring.RiskFactor.CREDIT_GENERAL, 15),
            scoring.RiskPoints(scoring.RiskFactor.COMPLAINT_UPHELD, 8),
            scoring.RiskPoints(scoring.RiskFactor.LICENCE_REVOKED, 40),
            scoring.RiskPoints(scoring.RiskFactor.LICENCE_FORFEITED, 40),
        ),
        b_from=5,
        c_from=20,
        d_from=40,
        answer_days=15,
        handler=DECIDER,
    )


def registers() -> Iterator[Happening]:
    """两个名录与风险等级：出去的都回来，改了的都改回，故名册的末况如前。"""
    day, proof = date(2026, 3, 2), (Evidence("函", HASH),)
    off = subject.Deregistered(subject.OffReason.WOUND_UP, day, proof, DECIDER)
    for left in (off, subject.Restored("另一家", proof, DECIDER)):
        yield f"subject/{APPLICANT}", left, APPLICANT
    him = PersonId("P-5")
    ground = inspector.RecusalGround.RELATIVE
    for one in (
        inspector.RecusalDeclared(APPLICANT, None, ground, "近亲属", him),
        inspector.RecusalDeclared(None, BUREAU, ground, "近亲属", him),
        inspector.RecusalLifted(APPLICANT, None, "已变更", DECIDER),
        inspector.RecusalLifted(None, BUREAU, "已变更", DECIDER),
        inspector.CertificateExpiring(MARKET, "C-P-5", date(2027, 12, 31)),
        inspector.InspectorRemoved(inspector.LeftFor.TRANSFERRED, day, DECIDER),
        inspector_registered("P-5"),
    ):
        yield "inspector/P-5", one, "P-5"
    month = date(2026, 4, 1)
    for step in (scoring_published(), scoring.MonthBegun(month, month, 1)):
        yield "scoring/risk", step, "risk"
    a, c, d = scoring.RiskClass.A, scoring.RiskClass.C, scoring.RiskClass.D
    factor = scoring.RiskFactor.COMMITMENT_BROKEN
    reasons = (risk.RiskReason("E-1", factor, day, "commitment/C-1", 20),)
    why = risk.ClassifiedFor.MONTHLY
    paper = "市监信〔2026〕1号"
    worse = risk.Classified(month, why, c, "B", 20, reasons, False, "B", 1, paper)  # noqa: FBT003
    again = replace(worse, cause=risk.ClassifiedFor.OBJECTION, risk_class=a, before="C", points=0)
    ended, back = risk.OverrideEnd.OBJECTION, scoring.RiskClass.B
    for happened in (
        worse,
        risk.Overridden(d, "C", "专项整治", date(2026, 5, 31), MARKET, DECIDER, REVIEWER),
        risk.Objected("YY-1", "已经履行", proof, day, date(2026, 3, 23), None),
        risk.ObjectionDecided("YY-1", True, ("E-1",), True, "属实", MARKET, CLERK),  # noqa: FBT003
        replace(again, reasons=()),
        risk.OverrideEnded(ended, back, "D", CLERK),
    ):
        yield f"risk/{APPLICANT}", happened, APPLICANT


def checked() -> Iterator[Happening]:
    """告知、突击的决定、补录迟缓与代码集，各一件。"""
    day, person, told = date(2026, 3, 2), PersonId("P-20"), tuple(inspection_task.Told)
    for number, event in (
        ("6", inspection_task.CheckNotified("TZ-1", "SP-1", day, day, told, person)),
        ("6", inspection_task.EnteredLate(day, day, day, person)),
        ("7", inspection_task.CheckUnannounced("SP-2", "突击", day, person)),
    ):
        yield f"task/2026-000{number}.S-9", event, f"2026-000{number}"
    yield "codeset/2017", replace(code_set.V1, code_set="2017"), "2017"
    plan_no, task_id = "2026-0006", "2026-0006.S-9"
    for result in _resulting(task_id):
        yield f"result/{task_id}", result, plan_no
    for followed in _followed(task_id):
        yield f"followup/{plan_no}", followed, plan_no


def _resulting(task_id: str) -> Iterator[Event]:
    """检查结果从成立到更正。"""
    day, person = date(2026, 9, 24), PersonId("P-20")
    outcome = check_result.outcome(code_set.V1, ("UNREACHABLE", "PROBLEM_PENDING"))
    plan_no, _, subject_id = task_id.partition(".")
    pair, who = (PersonId("P-5"), PersonId("P-6")), SubjectId(subject_id)
    formed = (plan_no, who, MARKET, pair, None, None, day, outcome, day, day, day)
    yield check_result.ResultFormed(*formed)
    yield check_result.FollowUpLacking(day)
    yield check_result.FollowUpBegun("HX-1", code_set.FollowUpKind.ABNORMAL, complete=False)
    yield check_result.PublicationMissed(day)
    shown = check_result.ResultPublished(
        plan_no, "餐饮抽查", MARKET, "", outcome.names, day, day, person
    )
    yield shown
    yield check_result.ResultOverturned("FJ-1", "事实不清", day, day, person)
    yield check_result.ResultWithdrawn("事实不清")
    clear = check_result.outcome(code_set.V1, ("NO_PROBLEM",))
    yield check_result.ResultCorrected(clear, "GZ-1", "复议变更", day, day, None, person)
    yield replace(shown, names=clear.names)


def _followed(task_id: str) -> Iterator[Event]:
    """后续处理的各步（次序不论，各张视图各读一遍）。"""
    day, person, proof = date(2026, 9, 25), PersonId("P-20"), (Evidence("照片", HASH),)
    kind, pair = code_set.FollowUpKind.ABNORMAL, (PersonId("P-5"), PersonId("P-6"))
    plan_no, _, subject_id = task_id.partition(".")
    yield follow_up.FollowUpOpened(
        *(kind, plan_no, task_id, SubjectId(subject_id), None, MARKET, pair, "v1"),
        *(("UNREACHABLE",), "无法联系", "", day, None, None, day, None),
    )
    tried = follow_up.ContactTried(day, "上门", False, proof, False, day, person)  # noqa: FBT003
    yield tried
    yield replace(tried, tried_on=date(2026, 9, 28), verified=True)
    yield follow_up.StatementMade("已迁址", HASH, day, None)
    yield follow_up.StatementWeighed(adopted=False, reasons="没有变更登记", handler=person)
    yield follow_up.RectificationReported(HASH, day, day, None)
    yield follow_up.Rechecked(task_id, day, True, pair, proof, "合格", None, pair[0])  # noqa: FBT003
    yield follow_up.FollowUpOverdue(day)
    listed = follow_up.FollowUpOutcome.LISTED
    yield follow_up.FollowUpClosed(task_id, kind, listed, "YC-1", "查实", day, person)


def with_registers() -> Iterator[Happening]:
    """随名单冻结的：回避名单与近三十日的等级变更。"""
    number, day = "2026-0002", date(2026, 3, 2)
    pair = inspection_plan.ListedRecusal(PersonId("P-5"), APPLICANT)
    change = inspection_plan.ClassChange(APPLICANT, "B", "C", day)
    for event in (
        inspection_plan.RecusalsListed(0, (pair,)),
        inspection_plan.RecusalsFrozen(1, HASH),
        inspection_plan.ReclassificationsListed(0, day, (change,)),
    ):
        yield f"plan/{number}", event, number


def rested() -> Iterator[Happening]:
    """银行网点、网上预审、观察期与不列入抽查、拍卖结果，各走一遍。"""
    day, last, number = date(2026, 3, 2), date(2026, 9, 1), "2026-000009"
    papers, bank, hall = (Material("申请书", HASH),), Organ("YH-1"), Organ("HALL")
    start = forwarding.CountFrom.HANDED_IN
    yield (
        "outlet/WD-1",
        outlet.OutletOpened(bank, "东海支行", hall, (ITEM,), start, "协 1 号", day, DECIDER),
        "WD-1",
    )
    yield "outlet/WD-1", outlet.OutletClosed("迁址", day, DECIDER), "WD-1"
    taken = outlet.HandoverTakenIn("WD-1", APPLICANT, ITEM, papers, day, CLERK)
    for handed in (taken, outlet.HandoverCompleted(hall, day, day, CLERK)):
        yield f"handover/{number}", handed, number
    for seen in (
        prereview.PrereviewAsked(ITEM, 1, APPLICANT, Channel.WEB, papers, day, None),
        prereview.PrereviewAnswered(False, ("平面图",), "请补上", day, CLERK),  # noqa: FBT003
        prereview.PrereviewConverted(CaseNo(number), day, CLERK),
    ):
        yield "prereview/YS-1", seen, "YS-1"
    other = SubjectId("S-5")
    identity = observation.identity(other, ITEM)
    for watched in (
        observation.ObservationGranted(other, ITEM, FIRE, "初设", "观 1 号", day, last, DECIDER),
        observation.ObservationGuided("讲解", day, CLERK),
        observation.ObservationEnded("不改正", day, DECIDER),
    ):
        yield f"observation/{identity}", watched, identity
    ground = observation.Observed(ITEM, "观 1 号", "初设", last)
    made = observation.ExclusionMade("2026-0003", other, (ground,))
    yield "exclusion/2026-0003.S-5", made, "2026-0003"
    auction = tender.TenderMethod.AUCTION
    won = tender.TenderAwarded(auction, BUREAU, (APPLICANT,), "成交 1 号", day, DECIDER)
    yield f"tender/{ITEM}", won, ITEM
    platform, topic = Organ("SW"), subscription.SubscribedTopic.CASE
    numbered = subscription.identity(platform, topic, day)
    for told in (
        subscription.SubscriptionDeclared(platform, topic, day, 40, CLERK),
        subscription.SubscriptionCompared(42, 40, 2, day),
    ):
        yield f"subscription/{numbered}", told, numbered


def _penalised() -> Iterator[Happening]:
    """吊销的三步：告知、期满未要求听证、另一人决定。"""
    filed_on, told_on = date(2026, 3, 2), date(2026, 4, 1)
    noticed = approval.PenaltyNoticed(
        filing_no="LA-1",
        filed_on=filed_on,
        days=approval.PENALTY_DAYS,
        days_basis="",
        decide_due_on=date(2026, 6, 1),
        notice_no="GZ-1",
        noticed_on=told_on,
        request_due_on=date(2026, 4, 9),
        organ=MARKET,
        handler=CLERK,
    )
    unheard = approval.PenaltyHeard(True, None, None, CLERK)  # noqa: FBT003
    forfeited = approval.Forfeited("CF-1", MARKET, DECIDER)
    for event in (noticed, unheard, forfeited):
        yield "licence/L-P", event, "2026-000010"


def undertaken() -> Iterator[Happening]:
    """一件承诺备案：提交、备案、核查没有做到、撤销。"""
    proof = (Evidence("ZP-1", HASH),)
    broken = ("排放不增加",)
    for event in (
        undertaking.Lodged(ITEM, 1, APPLICANT, "技改", "权证 1 号", broken, HASH, CLERK),
        undertaking.Filed(ITEM, date(2026, 3, 2), date(2026, 5, 28), False, (MARKET,), CLERK),  # noqa: FBT003
        undertaking.Verified(False, broken, "增锅炉", proof, date(2026, 6, 30), REVIEWER),  # noqa: FBT003
        undertaking.Cancelled(ITEM, "整改无果", "CB-1", (MARKET,), DECIDER),
    ):
        yield "undertaking/CB-1", event, "CB-1"
    number, done = "2026-000008", assistance.AssistanceOutcome.DONE
    begun = assistance.Begun(DECIDER, APPLICANT, "技改", date(2026, 3, 2), CLERK)
    for one in (begun, assistance.Finished(done, "", date(2026, 3, 9), CLERK)):
        yield f"assistance/{number}", one, number


def relied() -> Iterator[Happening]:
    """证照复用与依靠中断、模拟审批、一业一证，各走一遍。"""
    other, number, food = CaseNo("2026-000008"), LicenceNo("L-8"), LicenceNo("L-9")
    used = reliance.CertificateReused("营业执照", number, ITEM, BUREAU, None, None, CLERK)
    broken = reliance.DependencyBroken(
        licence_no=number,
        name="营业执照",
        ending=reliance.LicenceEnding.REVOKED,
        source_event="event-1",
        item_code=ITEM,
        dependent_licence=None,
        approving_body=BUREAU,
        supervising_bodies=(MARKET,),
    )
    answer = reliance.BreakAnswer.SUPPLIED
    for event in (
        used,
        broken,
        reliance.DependencyRestored(number, "event-2"),
        broken,
        reliance.DependencyAnswered(number, answer, "已交新照", REVIEWER),
        replace(used, licence_no=food, replaces=number),
    ):
        yield f"reliance/{other}", event, other
    yield from _simulated(other)
    parts = tuple(composite.Component(one, ITEM, BUREAU, None) for one in (number, food))
    issued = composite.Issued(
        "便利店", APPLICANT, parts, None, BUREAU, "ZH-1", date(2026, 5, 6), DECIDER
    )
    ended = composite.AdjustCause.ENDED
    for each in (
        issued,
        composite.Adjusted(ended, number, "event-1", parts[1:], None),
        composite.Ended(food, "event-3"),
    ):
        yield "composite/ZHZ-1", each, "ZHZ-1"


def _simulated(awaited: CaseNo) -> Iterator[Happening]:
    conditions = (
        simulated.Condition("土地出让合同"),
        simulated.Condition("用地规划许可", awaited),
    )
    opened = simulated.Opened(
        item_code=ITEM,
        item_version=1,
        applicant=APPLICANT,
        project="白沙厂房",
        ground=simulated.SimulationGround.LAND,
        conditions=conditions,
        scheme_sha256=HASH,
        plan_version="控规 2025 版",
        opened_on=date(2026, 3, 2),
        valid_until=date(2026, 8, 31),
        handler=CLERK,
    )
    feasible = simulated.SimulatedView.FEASIBLE
    opinion = simulated.OpinionIssued(feasible, (), HASH, 1, "控规 2025 版", "可行", REVIEWER)
    for event in (
        opened,
        opinion,
        simulated.ConditionMet("用地规划许可", awaited, None),
        simulated.SchemeChanged(Sha256("cd" * 32), "减层", CLERK),
        simulated.SuccessorRecorded(SubjectId("S-9"), "YZ-1", CLERK),
        simulated.Converted(CaseNo("2026-000077"), SubjectId("S-9"), date(2026, 5, 6), CLERK),
    ):
        yield "simulated/MN-1", event, "MN-1"
    lost = simulated.SimulationEnd.LAND_LOST
    for each in (opened, simulated.Lapsed(lost, "由他人竞得", CLERK)):
        yield "simulated/MN-2", each, "MN-2"


def _restored() -> Iterator[Happening]:
    """另一件：撤销由上级办，后来撤销了，许可与承诺恢复；先前还撤销过一部分。"""
    number, day = "2026-000008", date(2026, 3, 2)
    grant = granted(SubjectId("S-8"), CaseNo(number), CommitmentId("K-8"))
    pledge = replace(made(), case_no=CaseNo(number), signer=SubjectId("S-8"))
    ground = approval.RevocationGround.BEYOND_POWERS
    city = Organ("CITY")
    task = measure.Opened(
        kind=measure.MeasureKind.CREDIT,
        commitment_id=CommitmentId("K-8"),
        case_no=CaseNo(number),
        subject=SubjectId("S-8"),
        ground=commitment.BreachGround.NOT_AS_PROMISED,
        organs=(BUREAU,),
        since=2,
        due_on=date(2026, 3, 11),
    )
    yield "organ/APPROVAL", organ.SuperiorSet(city, day, "文件四", CLERK), "APPROVAL"
    for stream, event in (
        ("commitment/K-8", pledge),
        ("licence/L-8", grant),
        ("licence/L-8", approval.PartlyRevoked("V-7", ground, "D-7", "冷食", day)),
        ("revocation/V-8", proposed()),
        ("revocation/V-8", revocation.TakenOver(city, "TJ-1", "拖延不办", DECIDER)),
        ("licence/L-8", approval.Revoked("V-8", ground, "D-8", day)),
        (
            "commitment/K-8",
            commitment.Voided(commitment.VoidReason.LICENCE_REVOKED, "V-8"),
        ),
        (
            "licence/L-8",
            approval.RevocationReversed("V-8", "HF-8", "错误", grant.valid_to, DECIDER),
        ),
        ("commitment/K-8", commitment.Revived(LicenceNo("L-8"), "V-8", "HF-8")),
        ("commitment/K-8", commitment.DeadlinesResumed(DEMANDED)),
        ("measure/K-8.credit", task),
        (
            "measure/K-8.credit",
            measure.Closed(taken=False, document_no="SM-8", reasons="撤销已撤", handler=DECIDER),
        ),
    ):
        yield stream, event, number


def lights_published(version: int = 1, since: date = date(2026, 12, 1)) -> LightsPublished:
    """灯的界限：一律余五日亮黄灯、余四日亮红灯。"""
    levels = light_setting.KindLevels(light_setting.REST, 5, 0, 4, 0, catalogue.DayCount.WORKING)
    return LightsPublished(version, since, "效能办1号", (levels,), PersonId("P-E"))


def _lists() -> Iterator[Happening]:
    """清单、区域评估与落区、豁免的一生。"""
    day, papers = date(2026, 4, 1), lists.ListKind.COMMITMENT_MATERIALS
    entry = lists.ListEntry(ITEM, "平面图")
    one = lists.VersionPublished(papers, 1, day, "文件一", ("依据",), (entry,), CLERK)
    yield f"list/{papers}", one, papers.value
    service = lists.Service(ITEM, "环评", 5, "流程", "条件", "免费", required_by_law=True)
    services = lists.ServicesPublished(1, day, "文件二", (service,), CLERK)
    yield f"list/{lists.SERVICES}", services, lists.SERVICES
    assessed = area.AssessmentPublished(
        name="白沙片区",
        version=1,
        parcels=("B-1",),
        items=(ITEM,),
        assessments=("平面图",),
        valid_from=day,
        valid_to=date(2029, 3, 31),
        document_no="文件三",
        handler=CLERK,
    )
    yield "area/BS", assessed, "BS"
    placed = area.Confirmed("BS", 1, "B-1", ("平面图",), CLERK)
    yield "placement/2026-000009", placed, "2026-000009"
    ended = exemption.EndReason.COMPLETED
    for event in (
        exemption.Screened(
            item_code=ITEM,
            item_version=1,
            list_version=1,
            list_basis=("依据",),
            subject=APPLICANT,
            project="施工围墙",
            findings=(exemption.Finding(exemption.Criterion.ECOLOGY, touched=False, reason="否"),),
            exempt=True,
            handler=CLERK,
        ),
        exemption.Registered(ITEM, APPLICANT, "施工围墙", (MARKET,), day, "HM-1", DECIDER),
        exemption.Ended(ITEM, ended, "已拆除", (MARKET,), day, DECIDER),
    ):
        yield "exemption/HM-1", event, "HM-1"


def _grant() -> Iterator[Happening]:
    stream = f"case/{CASE}"
    yield stream, received(), CASE
    yield stream, case.SupplementRequested("N-1", ("平面图",), CLERK), CASE
    yield stream, case.Supplemented((Material("平面图", HASH),), START, CLERK), CASE
    yield stream, accepted(), CASE
    yield f"commitment/{PLEDGE}", made(), CASE
    yield stream, case.Reviewed(case.ReviewOpinion.APPROVE, "材料齐全", REVIEWER), CASE
    yield f"commitment/{PLEDGE}", commitment.ReliedOn(LICENCE, "D-1"), CASE
    yield f"licence/{LICENCE}", granted(), CASE
    yield stream, approved(), CASE
    yield "push/1", sent(), CASE
    yield from _papers()
    yield "push/2", sent(FIRE), CASE
    yield "push/1", linkage.Claimed(MARKET, PersonId("P-9")), CASE
    yield "push/2", linkage.Overdue(date(2026, 3, 3)), CASE
    yield "push/2", linkage.Disputed(FIRE, "不属本部门", PersonId("P-10")), CASE
    yield stream, case.Delivered("D-1", "窗口领取", CLERK), CASE


def _joint_draw() -> Iterator[Happening]:
    """联合抽查：共用种子的计划、合并的一次进门。"""
    yield "plan/2026-0066", inspection_plan.PlanJoined("2026-0067", FIRE), "2026-0066"
    shared = inspection_plan.SeedShared("2026-0066", "01 02 03", HASH)
    yield "plan/2026-0067", shared, "2026-0067"
    yield "plan/2026-0068", inspection_plan.LeadFell("2026-0066"), "2026-0068"
    visit, due = "jointvisit/2026-0066.S-1", date(2026, 4, 30)
    for plan_no, department in (("2026-0066", MARKET), ("2026-0067", FIRE), ("2026-0069", BUREAU)):
        people = (PersonId(f"P-{plan_no}-1"), PersonId(f"P-{plan_no}-2"))
        member = joint_visit.MemberJoined(APPLICANT, plan_no, department, people, due)
        yield visit, member, "2026-0066"
    yield visit, joint_visit.MemberLeft("2026-0069"), "2026-0066"
    yield visit, joint_visit.DateAgreed(date(2026, 4, 20), PersonId("P-7")), "2026-0066"


def check_opened(commitment_id: CommitmentId | None = PLEDGE) -> trigger_check.CheckOpened:
    """有因检查立项。"""
    return trigger_check.CheckOpened(
        department=MARKET,
        subject=APPLICANT,
        trigger=trigger_check.CheckTrigger.COMPLAINT,
        source="TS-1",
        ground="反映后厨无人持健康证",
        provisions="《食品安全法》第一百零九条",
        evidence=(Evidence("投诉登记", HASH),),
        licence_no=LICENCE,
        commitment_id=commitment_id,
        due_on=date(2026, 4, 30),
        approve_by=date(2026, 3, 6),
        handler=PersonId("P-7"),
    )


def check_done(*kinds: CodeKind) -> trigger_check.CheckDone:
    """有因检查的结果。"""
    people, at = (PersonId("P-5"), PersonId("P-6")), datetime(2026, 3, 5, 2, tzinfo=UTC)
    return trigger_check.CheckDone(at, "v1", (), kinds, people, (Evidence("照片", HASH),), HASH)


def _trigger_check() -> Iterator[Happening]:
    """有因检查：一项查了、复核了，一项不批准；都不核查承诺，免得惊动别处的故事。"""
    stream, number = "check/CK-1", "CK-1"
    people = (PersonId("P-5"), PersonId("P-6"))
    yield stream, check_opened(None), number
    yield stream, trigger_check.InspectorsSent(people, PersonId("P-7")), number
    yield stream, check_done(CodeKind.PROBLEM), number
    yield stream, trigger_check.CheckApproved("SP-1", PersonId("P-8")), number
    agreed = trigger_check.CheckReviewed(agreed=True, explanation="", handler=PersonId("P-7"))
    yield stream, agreed, number
    yield "check/CK-2", check_opened(None), "CK-2"
    yield "check/CK-2", trigger_check.CheckRefused("不属职责", PersonId("P-8")), "CK-2"


def _papers() -> Iterator[Happening]:
    paper, size = f"document/{CASE}.approval", 900
    stored = material.Stored("申请书", HASH, size, material.MediaType.PDF, CLERK)
    yield f"material/{CASE}", stored, CASE
    issued = document.Issued(
        kind=document.DocumentKind.APPROVAL,
        number="D-1",
        case_no=CASE,
        organ=BUREAU,
        source_stream=f"case/{CASE}",
        source_event="event-1",
        sha256=HASH,
        file_bytes=size,
        template="paper/v1",
        handler=DECIDER,
    )
    yield paper, issued, CASE
    used = seal.Used(paper, "D-1", BUREAU, seal.SealSource.EMBEDDED, HASH, HASH, HASH, DECIDER)
    yield f"seal/{CASE}.approval", used, CASE
    post = document.DeliveryMethod.POST
    yield paper, document.Dispatched(post, "中国邮政", "EA-1", CLERK), CASE
    yield paper, document.Delivered(post, date(2026, 3, 4), "EA-1", CLERK), CASE


def _inspection() -> Iterator[Happening]:
    listed = ListedObject(APPLICANT, "B", "350503", "FOOD", LICENCE, PLEDGE, (CLERK,))
    people = tuple(
        ListedInspector(PersonId(name), "350503", ("FOOD",), "EAST", date(2027, 12, 31))
        for name in ("P-5", "P-6")
    )
    pair = inspection_plan.Pair(APPLICANT, (PersonId("P-5"), PersonId("P-6")))
    for event in (
        plan(),
        inspection_plan.ObjectsListed(0, (listed,)),
        inspection_plan.InspectorsListed(0, people),
        inspection_plan.ListsFrozen(30, 1, HASH, 2, HASH, HASH),
        inspection_plan.ShareCommitted(MARKET, HASH),
        inspection_plan.CommitsIn((MARKET, FIRE, Organ("HEALTH"))),
        inspection_plan.ShareRevealed(MARKET, HASH),
        inspection_plan.RevealsClosed((FIRE,)),
        inspection_plan.PublicValueFixed("01 02 03"),
        inspection_plan.Drawn(HASH, (inspection_plan.DrawnObject(APPLICANT, "B", HASH),)),
        inspection_plan.Matched((pair,), ()),
    ):
        yield "plan/2026-0001", event, "2026-0001"
    for task_event in (assigned(), inspected(), reviewed()):
        yield "task/2026-0001.S-1", task_event, "2026-0001"


def _revocation() -> Iterator[Happening]:
    broken = commitment.BreachGround.NOT_AS_PROMISED
    yield f"commitment/{PLEDGE}", suspected(broken), CASE
    yield "revocation/K-1.3", proposed(), CASE
    yield f"commitment/{PLEDGE}", commitment.BreachConfirmed(broken, "属实", REVIEWER), CASE
    served = revocation.NoticeServed("W-1", date(2026, 5, 20), None, CLERK)
    yield "revocation/K-1.3", served, CASE
    heard = revocation.StatementHeard(waived=True, record_sha256=None, handler=CLERK)
    yield "revocation/K-1.3", heard, CASE
    lawful = revocation.LegalReviewed(
        lawful=True, harms_public_interest=False, explanation="合法", handler=REVIEWER
    )
    yield "revocation/K-1.3", lawful, CASE
    yield "revocation/K-1.3", revocation.Decided("D-2", "承诺落空", "可复议", DECIDER), CASE
    revoked = approval.Revoked(
        "K-1.3", approval.RevocationGround.COMMITMENT_BROKEN, "D-2", date(2026, 3, 2)
    )
    yield f"licence/{LICENCE}", revoked, CASE
    voided = commitment.Voided(commitment.VoidReason.LICENCE_REVOKED, "K-1.3")
    yield f"commitment/{PLEDGE}", voided, CASE
    gone = approval.DeregistrationReason.ENDED_BY_DECISION
    yield f"licence/{LICENCE}", approval.DeregistrationProposed(gone, (), CLERK), CASE
    yield f"licence/{LICENCE}", approval.Deregistered(gone, DECIDER), CASE


# -- playing


def folded(
    projection: Projection, deliveries: Iterable[Delivered], rows: Mapping[str, Row] | None = None
) -> dict[str, Row]:
    """一张视图读完这些事件之后的各行。"""
    now = dict(rows or {})
    for delivered in deliveries:
        if delivered.name not in projection.reads:
            continue
        for key in projection.keys(delivered):
            row = projection.fold(key, now.get(key), delivered)
            if row is None:
                now.pop(key, None)
            else:
                now[key] = row
    return now


def played(
    supervisor: Supervisor, deliveries: Iterable[Delivered], rows: Notes | None = None
) -> tuple[Command, ...]:
    """一个监管消费者读完这些事件提出的全部命令；改动的行须都在 ``keys`` 之内。"""
    kept = Notes() if rows is None else rows
    commands: list[Command] = []
    for delivered in deliveries:
        if delivered.name in supervisor.reads:
            reaction = supervisor.react(kept, delivered)
            assert set(reaction.rows) <= set(supervisor.keys(delivered))
            kept.put(reaction.rows)
            commands += reaction.commands
    return tuple(commands)
