"""闭环：真的办理与全体监管消费者一起走，看机器做到哪一步、停在哪一步。"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from consumers import ALL, scheduler
from domain import catalogue, commitment, linkage, oversight, publication, record, revocation
from domain.acts import Act
from domain.acts.deciding import Approve, Review
from domain.acts.intake import Accept, Receive, RequestSupplement
from domain.acts.linkage import ClaimPush, push_id
from domain.acts.pledges import ConfirmBreach, DismissBreach, MakeCommitment
from domain.case import DeadlineKind, DeadlineMissed, DeemedAccepted, ReviewOpinion
from domain.commitment import BreachGround, CommitmentKind, Promise
from domain.decider import Event, Plan
from domain.linkage import PushMatter
from domain.terms import (
    Actor,
    CaseKind,
    CaseNo,
    Channel,
    CommitmentId,
    LicenceNo,
    Material,
    Role,
    SubjectId,
)
from followers.delivered import Delivered
from followers.supervisor import Command, Supervisor, command_id
from runtime.scenarios.book import Notes
from tests import deliveries
from tests.domain.case_file import ITEM, SHA, STAFF, Book, at, town

CASE = CaseNo("2026-000001")
PLEDGE = CommitmentId("K-1")
LICENCE = LicenceNo("L-1")
APPLICANT = SubjectId("S-1")


@dataclass
class Loop:
    """一座小城，人来办事，机器随后跟上，直到无事可办。"""

    law: Book = field(default_factory=town)
    paper: deliveries.Book = field(default_factory=deliveries.Book)
    rows: dict[str, Notes] = field(
        default_factory=lambda: {supervisor.name: Notes() for supervisor in ALL}
    )
    known: set[UUID] = field(default_factory=set)
    seen: int = 0

    def person(self, act: Act, who: Actor, when: str) -> None:
        """人来办一件事，机器随后跟上。"""
        self._keep(self.law.do(act, who, when), who, when)
        self.settle(when)

    def midnight(self, when: str) -> None:
        """时间走到此刻，定时的事照办。"""
        for _ in range(2):  # asked again, the machine has nothing to add
            rows = self.rows[scheduler.NAME]
            self._execute(scheduler.SUPERVISOR, None, tuple(scheduler.due(at(when), rows)), when)
            self.settle(when)

    def settle(self, when: str) -> None:
        """每件新的事交给每个消费者，直到没有新的。"""
        while self.seen < len(self.paper.kept):
            delivered = self.paper.kept[self.seen]
            self.seen += 1
            for supervisor in ALL:
                if delivered.name in supervisor.reads:
                    self._react(supervisor, delivered, when)

    def happened(self, kind: type[Event]) -> list[Event]:
        """账上某一种事件。"""
        return [one.event for one in self.paper.kept if isinstance(one.event, kind)]

    def _react(self, supervisor: Supervisor, delivered: Delivered, when: str) -> None:
        reaction = supervisor.react(self.rows[supervisor.name], delivered)
        self._execute(supervisor, delivered.entry.event_id, reaction.commands, when)
        self.rows[supervisor.name].put(reaction.rows)

    def _execute(
        self, supervisor: Supervisor, source: str | None, commands: Iterable[Command], when: str
    ) -> None:
        for command in commands:
            identity = command_id(supervisor.name, source, command.purpose)
            if identity in self.known:
                continue
            self.known.add(identity)
            decision = self.law.ask(command.act, command.actor, when)
            if isinstance(decision, Plan):
                self._keep(decision, command.actor, when)
            else:
                assert decision.code in command.expected, decision

    def _keep(self, plan: Plan, who: Actor, when: str) -> None:
        for part in plan.writes:
            for event in part.events:
                self.paper.add(part.stream, event, key=part.key, actor=who, at=at(when))


def _received(when: str = "2026-03-02") -> Loop:
    loop = Loop()
    materials = tuple(Material(name, SHA) for name in ("申请书",))
    act = Receive(CASE, ITEM, Channel.COUNTER, APPLICANT, materials, "R-1")
    loop.person(act, STAFF["clerk"], when)
    return loop


def _approved_on_commitment() -> Loop:
    """三月二日收件、承诺、受理、审核并准予；承诺四月一日前补交平面图。"""
    loop = _received()
    promise = MakeCommitment(
        commitment_id=PLEDGE,
        case_no=CASE,
        kind=CommitmentKind.NOTIFICATION,
        text_sha256=SHA,
        promises=(Promise("平面图", date(2026, 4, 1)),),
        verification_due_on=date(2026, 6, 1),
    )
    loop.person(promise, STAFF["clerk"], "2026-03-02 10:00")
    loop.person(Accept(CASE, CaseKind.PLEDGED_TIME, "A-1"), STAFF["clerk"], "2026-03-02 11:00")
    review = Review(CASE, ReviewOpinion.APPROVE, "齐全")
    loop.person(review, STAFF["reviewer"], "2026-03-02 14:00")
    approve = Approve(CASE, "D-1", LICENCE, PLEDGE, date(2026, 3, 2), date(2027, 3, 1))
    loop.person(approve, STAFF["decider"], "2026-03-02 15:00")
    return loop


def test_approval_reaches_every_supervising_department_at_once() -> None:
    """一经准予，两个监管部门各得一份推送，次一工作日前认领。"""
    loop = _approved_on_commitment()
    pushes = [push for push in loop.happened(linkage.Sent) if isinstance(push, linkage.Sent)]
    assert [push.department for push in pushes] == ["350505-SCJG", "350505-XFJY"]
    assert {push.claim_due_on for push in pushes} == {date(2026, 3, 3)}


def test_unclaimed_push_is_overdue_the_day_after() -> None:
    """一家认领，另一家没有：认领期满之后只记另一家逾期。"""
    loop = _approved_on_commitment()
    claimed = push_id(CASE, PushMatter.APPROVED, "350505-SCJG")
    loop.person(ClaimPush(claimed), STAFF["supervisor"], "2026-03-03 09:00")
    loop.midnight("2026-03-03 23:59")
    assert loop.happened(linkage.Overdue) == []
    loop.midnight("2026-03-04 00:00")
    assert len(loop.happened(linkage.Overdue)) == 1


def test_broken_promise_ends_in_a_proposal_and_no_further() -> None:
    """期满未补交：机器记逾期、报疑似、提建议，然后停下等人（G10）。"""
    loop = _approved_on_commitment()
    loop.midnight("2026-04-01 23:59")
    assert loop.happened(commitment.SupplementOverdue) == []
    loop.midnight("2026-04-02 00:00")
    for kind in (commitment.SupplementOverdue, commitment.BreachSuspected, revocation.Proposed):
        assert len(loop.happened(kind)) == 1
    loop.midnight("2026-07-01 00:00")
    machine_events = {
        type(one.event) for one in loop.paper.kept if one.meta.actor.role is Role.SYSTEM
    }
    assert machine_events == {
        catalogue.FirstUsed,
        publication.Due,
        publication.Published,
        record.ProgressPushed,
        oversight.Raised,  # 推送未认领、送达逾期
        oversight.AnswerMissed,
        linkage.Sent,
        linkage.Overdue,
        DeadlineMissed,
        commitment.SupplementOverdue,
        commitment.BreachSuspected,
        revocation.Proposed,
    }


def test_proposal_carries_evidence_that_is_on_the_ledger() -> None:
    """建议所附证据，都是账上的事件编号与叶杂凑。"""
    loop = _approved_on_commitment()
    loop.midnight("2026-04-02 00:00")
    (proposal,) = loop.happened(revocation.Proposed)
    assert isinstance(proposal, revocation.Proposed)
    leaves = {one.entry.event_id: one.entry.leaf_hash.hex() for one in loop.paper.kept}
    assert [leaves[item.reference] for item in proposal.evidence] == [
        item.sha256 for item in proposal.evidence
    ]
    assert len(proposal.evidence) == 2


def test_confirmed_breach_is_left_to_people() -> None:
    """人确认之后，机器不再有话。"""
    loop = _approved_on_commitment()
    loop.midnight("2026-04-02 00:00")
    before = len(loop.paper.kept)
    confirm = ConfirmBreach(PLEDGE, BreachGround.NOT_SUPPLIED, "属实")
    loop.person(confirm, STAFF["reviewer"], "2026-04-02 10:00")
    loop.midnight("2026-04-03 00:00")
    assert len(loop.paper.kept) == before + 1


def test_dismissed_suspicion_is_not_raised_again_by_itself() -> None:
    """经核实不成立的，机器不就同一件事再报。"""
    loop = _approved_on_commitment()
    loop.midnight("2026-04-02 00:00")
    loop.person(DismissBreach(PLEDGE, "已另行提交"), STAFF["reviewer"], "2026-04-02 10:00")
    loop.midnight("2026-05-01 00:00")
    assert len(loop.happened(commitment.BreachSuspected)) == 1


def test_silence_is_deemed_acceptance_and_then_late() -> None:
    """五日不告知即视为受理（规则 1）；此后承诺与法定时限逾期各记一次。"""
    loop = _received("2026-02-12")
    loop.midnight("2026-02-26 23:59")
    assert loop.happened(DeemedAccepted) == []
    loop.midnight("2026-02-27 00:00")
    (deemed,) = loop.happened(DeemedAccepted)
    assert isinstance(deemed, DeemedAccepted)
    assert (deemed.accepted_on, deemed.legal_due_on) == (date(2026, 2, 12), date(2026, 3, 18))
    loop.midnight("2026-03-19 00:00")
    missed = [
        one.deadline for one in loop.happened(DeadlineMissed) if isinstance(one, DeadlineMissed)
    ]
    assert missed == [DeadlineKind.PROMISED_DECISION, DeadlineKind.LEGAL_DECISION]


def test_licence_expires_after_its_last_day() -> None:
    """有效期最后一日过完才届满；届满不是撤销（规则 22）。"""
    loop = _approved_on_commitment()
    loop.midnight("2027-03-01 23:59")
    assert "licence.expired.v1" not in {one.name for one in loop.paper.kept}
    loop.midnight("2027-03-02 00:00")
    names = [one.name for one in loop.paper.kept]
    assert names.count("licence.expired.v1") == 1
    assert "licence.revoked.v1" not in names


def test_a_second_notice_is_found_out_at_once() -> None:
    """规则 3：同一办件再次告知，告知照记，机器当即提出督办，指明经办人；清单外的材料另是一个问题。"""
    loop = _received()
    first = RequestSupplement(CASE, "BZ-1", ("平面图",))
    loop.person(first, STAFF["clerk"], "2026-03-03")
    assert loop.happened(oversight.Raised) == []
    second = RequestSupplement(CASE, "BZ-2", ("租赁合同",))
    loop.person(second, STAFF["clerk"], "2026-03-04")
    rules = [
        one.rule for one in loop.happened(oversight.Raised) if isinstance(one, oversight.Raised)
    ]
    assert rules == [
        oversight.OversightRule.SECOND_NOTICE,
        oversight.OversightRule.UNLISTED_MATERIAL,
    ]
