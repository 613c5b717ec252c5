"""演示的故事（story）：一家餐馆的食品经营许可，从收件、告知承诺到撤销。

A list of chapters; each is a function of the hall. Everything goes through the ordinary commands;
the machine's part is left to the supervisors that run beside it, and is waited for.
"""

import hashlib
import json
import secrets
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from typing import Final

from domain.acts import Act
from domain.acts.check_results import ReviewFinding
from domain.acts.checks import NotifyCheck
from domain.acts.deciding import Approve, Deliver, Review
from domain.acts.filings import File, SubmitFiling
from domain.acts.inspections import (
    CommitShare,
    FixPublicValue,
    RecordInspection,
    RegisterPlan,
    RevealShare,
)
from domain.acts.intake import Accept, Receive
from domain.acts.linkage import ClaimPush, push_id
from domain.acts.pledges import ConfirmBreach, MakeCommitment, SupplyMaterial
from domain.acts.revocations import HearStatement, ReviewLegality, Revoke, ServeNotice
from domain.case import ReviewOpinion
from domain.commitment import BreachGround, CommitmentKind, Promise
from domain.inspection_plan import Stratum, plan_number
from domain.inspection_task import FindingCode, PartySignature, TaskAssigned, Told, task_id
from domain.linkage import PushMatter
from domain.sampling import share_commitment
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
    Personal,
    PersonId,
    Role,
    Sha256,
    SubjectId,
)
from ledger.application import Outcome, OutcomeKind, Request
from runtime.founding import CITY, scenario
from runtime.hall import Hall, applicant, beijing, officer, step_id

BEGINS: Final = "2026-03-02 08:30"
CASE: Final = CaseNo("2026-000001")
FILING: Final = CaseNo("2026-900001")
SILENT: Final = CaseNo("2026-000002")
LATE: Final = CaseNo("2026-000003")
LATE_PLEDGE: Final = CommitmentId("2026-000003-C1")
CONTESTED: Final = CaseNo("2026-000004")
FOOD: Final = ItemCode("SP-FOOD-001")
SNACK: Final = ItemCode("SP-SNACK-002")
LICENCE: Final = LicenceNo("JY23505050000001")
PLEDGE: Final = CommitmentId("2026-000001-C1")
HERO: Final = SubjectId("S-0001")
MARKET: Final = "350505-SCJG"
FIRE_PAPER: Final = "公众聚集场所消防安全检查合格证"
SMOKE_PAPER: Final = "油烟净化设施验收报告"
PLAN: Final = plan_number(1)
OFFICES: Final = (MARKET, "350505-JJJC", "350505-XNB")
PUBLIC_VALUE: Final = "SSQ/2026041/02.09.17.21.26.33+08"

CLERK: Final = officer("W01", Role.COUNTER, CITY)
OTHER_CLERK: Final = officer("W02", Role.COUNTER, CITY)
REVIEWER: Final = officer("R01", Role.REVIEWER, CITY)
DECIDER: Final = officer("D01", Role.DECIDER, CITY)
OTHER_DECIDER: Final = officer("D02", Role.DECIDER, CITY)
LAWYER: Final = officer("L01", Role.LEGAL, CITY)
SUPERVISOR: Final = officer("S01", Role.SUPERVISOR, MARKET)
CHIEF: Final = officer("S02", Role.SUPERVISION_HEAD, MARKET)
SEED_HOLDERS: Final = (
    CHIEF,
    officer("J01", Role.DISCIPLINE, "350505-JJJC"),
    officer("X01", Role.SUPERVISOR, "350505-XNB"),
)


def digest(text: str) -> Sha256:
    """演示材料的摘要。"""
    return Sha256(hashlib.sha256(text.encode()).hexdigest())


def paper(name: str) -> Material:
    """一份演示材料。"""
    return Material(name, digest(name))


@dataclass(frozen=True, slots=True)
class Chapter:
    """一章：标题在 messages 的 [cli] 表，``play`` 把它演出来。"""

    title: str
    play: Callable[[Hall], None]


# -- the main path


def intake(hall: Hall) -> None:
    """收件、作出承诺、受理。"""
    hall.until(beijing("2026-03-02 09:05"))
    materials = tuple(paper(name) for name in ("营业执照", "经营场所平面图", "从业人员健康证明"))
    telephone = Personal(HERO, "0595-00000000")
    hall.do(
        "receive",
        Receive(CASE, FOOD, Channel.COUNTER, HERO, materials, "SJ-2026-0001", contact=telephone),
        CLERK,
    )
    hall.until(beijing("2026-03-02 09:12"))
    promises = (Promise(FIRE_PAPER, date(2026, 5, 2)), Promise(SMOKE_PAPER, date(2026, 5, 29)))
    hall.do(
        "commit",
        MakeCommitment(
            PLEDGE,
            CASE,
            CommitmentKind.NOTIFICATION,
            digest("告知承诺书"),
            promises,
            verification_due_on=date(2026, 6, 30),
        ),
        applicant(HERO),
    )
    hall.until(beijing("2026-03-02 09:20"))
    hall.do("accept", Accept(CASE, CaseKind.PLEDGED_TIME, "SL-2026-0001"), CLERK)


def decision(hall: Hall) -> None:
    """审核、依承诺准予、送达。"""
    hall.until(beijing("2026-03-02 14:30"))
    reasons = "承诺的两份材料在承诺制材料清单内，其余材料齐全"
    hall.do("review", Review(CASE, ReviewOpinion.APPROVE, reasons), REVIEWER)
    hall.until(beijing("2026-03-02 16:00"))
    hall.do(
        "approve",
        Approve(CASE, "准字〔2026〕1号", LICENCE, PLEDGE, date(2026, 3, 2), date(2031, 3, 1)),
        DECIDER,
    )
    hall.until(beijing("2026-03-03 09:00"))
    hall.do("deliver", Deliver(CASE, "准字〔2026〕1号", "窗口领取"), CLERK)


def linkage(hall: Hall) -> None:
    """审管联动：机器推送，监管部门认领。"""
    pushed = push_id(CASE, PushMatter.APPROVED, MARKET)
    hall.wait_for(f"push/{pushed}", "push.sent.v2")
    hall.until(beijing("2026-03-03 10:15"))
    hall.do("claim", ClaimPush(pushed), SUPERVISOR)


def neighbours(hall: Hall) -> None:
    """别人的件：即办登记、自审报备，以及一件无人告知补正的。"""
    hall.until(beijing("2026-03-04 09:00"))
    requests = [request for subject in range(2, 25) for request in _snack(subject)]
    for outcome in hall.ledger.execute_many(requests):
        if outcome.kind is OutcomeKind.REFUSED:
            raise RuntimeError(f"{outcome.code} {outcome.facts}")
    filing = SubmitFiling(
        FILING,
        ItemCode("BA-SOIL-003"),
        SubjectId("S-0003"),
        "ZJ-0001",
        digest("水土保持合格报告"),
        digest("自律承诺书"),
    )
    hall.do("filing", filing, applicant("S-0003"))
    hall.do("filed", File(FILING), CLERK)
    hall.until(beijing("2026-03-05 10:00"))
    silent = Receive(
        SILENT, FOOD, Channel.WEB, SubjectId("S-0002"), (paper("营业执照"),), "SJ-2026-0002"
    )
    hall.do("silent", silent, OTHER_CLERK)
    _other_pledge(hall)
    hall.until(beijing("2026-03-13 00:05"))
    hall.wait_for(f"case/{SILENT}", "case.deemed_accepted.v1")


def _other_pledge(hall: Hall) -> None:
    """另一家也作了承诺，却迟迟不交材料：期满由机器记下。"""
    due = date(2026, 3, 20)
    subject = SubjectId("S-0005")
    materials = (paper("营业执照"), paper("经营场所平面图"))
    steps: tuple[tuple[Act, Actor], ...] = (
        (Receive(LATE, FOOD, Channel.MOBILE, subject, materials, "SJ-2026-0003"), OTHER_CLERK),
        (
            MakeCommitment(
                LATE_PLEDGE,
                LATE,
                CommitmentKind.SELF_PROOF,
                digest("自证承诺书"),
                (Promise(FIRE_PAPER, due),),
                verification_due_on=date(2026, 6, 30),
            ),
            applicant(subject),
        ),
        (Accept(LATE, CaseKind.PLEDGED_TIME, "SL-2026-0003"), OTHER_CLERK),
        (Review(LATE, ReviewOpinion.APPROVE, "材料齐全，余下的已承诺"), REVIEWER),
        (Approve(LATE, "准字〔2026〕3号", LicenceNo("JY23505050000003"), LATE_PLEDGE), DECIDER),
        (Deliver(LATE, "准字〔2026〕3号", "邮寄"), CLERK),
    )
    for number, (act, actor) in enumerate(steps):
        hall.do(f"{LATE} {number}", act, actor)


def _snack(number: int) -> Iterator[Request]:
    """一件即办登记：收件、受理、当场准予。"""
    case_no = CaseNo(f"2026-1{number:05d}")
    licence_no = LicenceNo(f"XC350505{number:06d}")
    materials = (paper("登记申请表"), paper("从业人员健康证明"))
    subject = SubjectId(f"S-{number:04d}")
    acts: tuple[Act, ...] = (
        Receive(case_no, SNACK, Channel.COUNTER, subject, materials, f"SJ-{case_no}"),
        Accept(case_no, CaseKind.ON_THE_SPOT, f"SL-{case_no}"),
        Approve(case_no, f"登字〔2026〕{number}号", licence_no),
    )
    for act in acts:
        yield Request(act, OTHER_CLERK, step_id(f"{case_no} {type(act).__name__}"))


def draw(hall: Hall) -> None:
    """双随机：登记计划，冻结名单，三家出份额，公开值，抽取与配对。"""
    hall.settle()
    hall.until(beijing("2026-04-01 09:00"))
    strata = (
        Stratum("A", 300, 1),
        Stratum("B", 1000, 2),
        Stratum("C", 3000, 2),
        Stratum("D", 10000, 1),
    )
    plan = RegisterPlan(
        serial=1,
        title="2026 年第二季度餐饮单位双随机抽查",
        department=Organ(MARKET),
        hash=HashName.SHA256,
        strata=strata,
        offices=tuple(Organ(office) for office in OFFICES),
        public_source="双色球 2026041 期开奖号码",
        public_value_at=beijing("2026-04-02 21:30"),
        inspect_by=date(2026, 5, 29),
        witness=OfficerId("J01"),
    )
    hall.do("plan", plan, CHIEF)
    hall.wait_for(f"plan/{PLAN}", "plan.lists_frozen.v1")
    shares = _shares(hall)
    hall.until(beijing("2026-04-01 15:00"))
    for holder in SEED_HOLDERS:
        committed = share_commitment(HashName.SHA256, bytes.fromhex(shares[holder.organ]))
        hall.do(f"commit {holder.organ}", CommitShare(PLAN, committed), holder)
    hall.until(beijing("2026-04-02 15:00"))
    for holder in SEED_HOLDERS:
        hall.do(f"reveal {holder.organ}", RevealShare(PLAN, shares[holder.organ]), holder)
    hall.until(beijing("2026-04-02 21:31"))
    hall.wait_for(f"plan/{PLAN}", "plan.reveals_closed.v1")
    hall.do("public value", FixPublicValue(PLAN, PUBLIC_VALUE), CHIEF)
    hall.wait_for(f"task/{task_id(PLAN, HERO)}", "task.assigned.v1")


def _shares(hall: Hall) -> dict[str, str]:
    """三家各自的随机份额：先存下再承诺，故事续演时还是同一份。"""
    path = hall.folder / "demo-shares.json"
    if not path.exists():
        path.write_text(json.dumps({office: secrets.token_hex(32) for office in OFFICES}), "utf-8")
    loaded: dict[str, str] = json.loads(path.read_text("utf-8"))
    return loaded


def inspection(hall: Hall) -> None:
    """两名抽中的检查人员告知之后到场，发现与承诺不符；复核同意。"""
    pair = _inspectors(hall)
    account = next(iter(pair))
    hall.until(beijing("2026-04-15 09:30"))
    notice = NotifyCheck(
        *(PLAN, HERO, "检通字-2026-000001", "检审-2026-000001", date(2026, 4, 16)),
        told=tuple(Told),
    )
    hall.do("notice", notice, officer(account, Role.INSPECTOR, MARKET))
    hall.until(beijing("2026-04-16 10:00"))
    found = RecordInspection(
        PLAN,
        HERO,
        performed_at=beijing("2026-04-16 09:40"),
        code_set="v1",
        codes=(FindingCode.NOT_AS_PROMISED, FindingCode.PROBLEM_PENDING),
        signatures=tuple(PersonId(person) for person in pair.values()),
        evidence=(Evidence("现场照片 3 张", digest("现场照片")),),
        report_sha256=digest("现场检查记录表"),
        party=PartySignature.SIGNED,
    )
    hall.do("inspect", found, officer(account, Role.INSPECTOR, MARKET))
    hall.until(beijing("2026-04-17 09:30"))
    hall.do("finding", ReviewFinding(PLAN, HERO, agreed=True, explanation="事实清楚"), SUPERVISOR)


def _inspectors(hall: Hall) -> dict[str, str]:
    """抽中的两名检查人员：账号 → 自然人。"""
    assigned = hall.ledger.events(f"task/{task_id(PLAN, HERO)}")[0].event
    if not isinstance(assigned, TaskAssigned):
        raise TypeError(f"no assignment: {assigned}")
    accounts = {entry["person"]: entry["account"] for entry in scenario()["officer"]}
    return {accounts[person]: person for person in assigned.inspectors}


def breach(hall: Hall) -> None:
    """机器报疑似落空并建议撤销；审批机关的人确认。"""
    hall.wait_for(f"commitment/{PLEDGE}", "commitment.breach_suspected.v1")
    hall.wait(lambda: revocation_of(hall) is not None, "revocation.proposed.v1")
    hall.until(beijing("2026-04-20 09:00"))
    explanation = "现场未设置承诺的消防与油烟净化设施"
    hall.do("confirm", ConfirmBreach(PLEDGE, BreachGround.NOT_AS_PROMISED, explanation), REVIEWER)


def revocation(hall: Hall) -> None:
    """告知、陈述申辩期满、法制审核，由另一名决定人撤销。"""
    number = revocation_of(hall) or ""
    hall.until(beijing("2026-04-20 15:00"))
    hall.do("notice", ServeNotice(number, "撤告〔2026〕1号"), REVIEWER)
    hall.until(beijing("2026-05-07 09:00"))
    hall.do("statement", HearStatement(number, waived=True), REVIEWER)
    hall.until(beijing("2026-05-07 15:00"))
    opinion = "事实清楚，程序合法；撤销不会对公共利益造成重大损害"
    hall.do(
        "legality",
        ReviewLegality(number, lawful=True, harms_public_interest=False, explanation=opinion),
        LAWYER,
    )
    hall.until(beijing("2026-05-08 09:30"))
    reasons = "经检查不符合承诺内容，依法撤销"
    remedies = "可在六十日内申请行政复议，或在六个月内提起行政诉讼"
    hall.do("revoke", Revoke(number, "撤字〔2026〕1号", reasons, remedies), OTHER_DECIDER)
    hall.wait_for(f"push/{push_id(CASE, PushMatter.REVOKED, MARKET)}", "push.sent.v2")
    hall.settle()


def revocation_of(hall: Hall, case_no: CaseNo = CASE) -> str | None:
    """这件办件上机器建议的撤销程序号。"""
    row = hall.reader.execute(
        "SELECT stream FROM ledger.event_feed"
        " WHERE name = 'revocation.proposed.v1' AND key = %s ORDER BY position LIMIT 1",
        (case_no,),
    ).fetchone()
    return str(row[0]).partition("/")[2] if row else None


CHAPTERS: Final = (
    Chapter("story.intake", intake),
    Chapter("story.decision", decision),
    Chapter("story.linkage", linkage),
    Chapter("story.neighbours", neighbours),
    Chapter("story.draw", draw),
    Chapter("story.inspection", inspection),
    Chapter("story.breach", breach),
    Chapter("story.revocation", revocation),
)


# -- the broken paths: each is tried, and refused with reason and article


@dataclass(frozen=True, slots=True)
class Attempt:
    """一次行不通的尝试，以及它得到的答复。"""

    title: str
    outcome: Outcome


def broken_paths(hall: Hall) -> Iterator[Attempt]:
    """四条走不通的路。"""
    yield Attempt("story.late_material", _late_material(hall))
    yield Attempt("story.two_clerks", _two_clerks(hall))
    yield Attempt("story.supervisor_revokes", _supervisor_revokes(hall))
    yield Attempt("story.double_click", _double_click(hall))


def _late_material(hall: Hall) -> Outcome:
    """约定期限早过了才来补交材料。"""
    hall.wait(lambda: revocation_of(hall, LATE) is not None, "revocation.proposed.v1")
    hall.until(beijing("2026-05-11 09:00"))
    late = SupplyMaterial(LATE_PLEDGE, FIRE_PAPER, digest(FIRE_PAPER))
    return hall.ask("late material", late, applicant("S-0005"))


def _two_clerks(hall: Hall) -> Outcome:
    """两名窗口人员同时受理一件：只有一人成功，另一人看到是谁、何时。"""
    hall.do(
        "contested",
        Receive(
            CONTESTED,
            SNACK,
            Channel.COUNTER,
            SubjectId("S-0006"),
            (paper("登记申请表"), paper("从业人员健康证明")),
            "SJ-2026-0004",
        ),
        CLERK,
    )

    def accept(clerk: Actor) -> Outcome:
        act = Accept(CONTESTED, CaseKind.ON_THE_SPOT, f"SL-2026-0004-{clerk.officer_id}")
        return hall.ask(f"contested accept {clerk.officer_id}", act, clerk)

    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(accept, (CLERK, OTHER_CLERK)))
    return next(outcome for outcome in outcomes if outcome.kind is OutcomeKind.REFUSED)


def _supervisor_revokes(hall: Hall) -> Outcome:
    """监管部门想自己撤销许可。"""
    number = revocation_of(hall, LATE) or ""
    act = Revoke(number, "撤字〔2026〕9号", "承诺未履行", "可申请行政复议")
    return hall.ask("supervisor revokes", act, SUPERVISOR)


def _double_click(hall: Hall) -> Outcome:
    """同一个命令按了两次：第二次得到第一次的答复，账上只有一件。"""
    act = Deliver(CASE, "准字〔2026〕1号", "窗口领取")
    return hall.ask("deliver", act, CLERK)
