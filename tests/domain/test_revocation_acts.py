"""撤销程序与其他终结的办理：机器和监管只建议，决定由作出许可的机关的另一个人作出。"""

from dataclasses import replace
from datetime import date

import pytest

from domain import approval, case, catalogue, commitment, revocation
from domain.acts.deciding import Approve
from domain.acts.endings import HearPenalty, NoticePenalty, ProposeDeregistration
from domain.acts.linkage import SendPush
from domain.acts.pledges import (
    AssessMaterial,
    ConfirmBreach,
    Fulfil,
    MarkSupplementOverdue,
    SupplyMaterial,
    SuspectBreach,
    VerifyCommitment,
)
from domain.acts.revocations import (
    DeregisterLicence,
    DropRevocation,
    ExpireLicence,
    FollowUp,
    ForfeitLicence,
    HearStatement,
    ProposeRevocation,
    ReviewLegality,
    Revoke,
    ServeNotice,
    WithdrawLicence,
)
from domain.approval import DeregistrationReason, RevocationGround
from domain.commitment import BreachGround, BreachPolicy, VoidReason
from domain.decider import Claim, Plan
from domain.linkage import PushMatter
from domain.refusals import Refusal
from domain.revocation import FollowUpMeasure
from domain.terms import Actor, Evidence, LicenceNo, Organ, Role
from tests.domain.case_file import (
    APPLICANT,
    APPROVER,
    ITEM_V1,
    MACHINE,
    SHA,
    STAFF,
    SUPERVISOR,
    Book,
    events_of,
    person,
    town,
)
from tests.domain.test_case_acts import ACCEPT, APPROVE, CLERK, DECIDER, NO, REVIEW, REVIEWER
from tests.domain.test_case_acts import received as received_on
from tests.domain.test_pledge_acts import CLAIM as COMMITMENT_CLAIM
from tests.domain.test_pledge_acts import ID as COMMITMENT_ID
from tests.domain.test_pledge_acts import MAKE

LICENCE = LicenceNo("JY-1")
PROOF = (Evidence("JC-1", SHA),)
PROPOSE = ProposeRevocation("CX-1", LICENCE, RevocationGround.COMMITMENT_BROKEN, PROOF)
FRAUD = replace(PROPOSE, ground=RevocationGround.FRAUD_OR_BRIBERY)
NEGLECT = replace(PROPOSE, ground=RevocationGround.ABUSE_OR_NEGLECT)
SERVE = ServeNotice("CX-1", "GZ-1")
HEAR = HearStatement("CX-1", waived=False, record_sha256=SHA)
REVIEW_LEGALITY = ReviewLegality(
    "CX-1", lawful=True, harms_public_interest=False, explanation="合法适当"
)
REVOKE = Revoke("CX-1", "CXJD-1", "承诺落空", "可申请复议、提起诉讼")
DROP = DropRevocation("CX-1", "另行责令改正")
FOLLOW_UP = FollowUp(FollowUpMeasure.RECTIFY, SUPERVISOR, "补齐检测", date(2026, 12, 31))
WITHDRAW = WithdrawLicence(LICENCE, "规划调整", compensation_due=True, decision_no="CH-1")
FORFEIT = ForfeitLicence(LICENCE, "CF-1")
EXPIRE = ExpireLicence(LICENCE)
HEADS, CHECKER, LEGAL, DECIDER_2 = (
    STAFF[name] for name in ("chief", "supervisor", "legal", "decider2")
)
PROCEDURE_CLAIM = Claim("revocation", "JY-1", "revocation/CX-1")


def licensed(
    policy: BreachPolicy = BreachPolicy.REVOKE, item: catalogue.ItemPublished = ITEM_V1
) -> Book:
    """已依承诺准予许可（八月五日，有效至 2031 年）的账。"""
    book = received_on("2026-08-03", town(replace(item, breach_policy=policy)))
    book.do(MAKE, APPLICANT, "2026-08-03 10:00")
    book.do(ACCEPT, CLERK, "2026-08-03 11:00")
    book.do(REVIEW, REVIEWER, "2026-08-04")
    book.do(replace(APPROVE, commitment_id=COMMITMENT_ID), DECIDER, "2026-08-05")
    return book


def suspected(policy: BreachPolicy = BreachPolicy.REVOKE) -> Book:
    """逾期未补交，机器已报疑点的账。"""
    book = licensed(policy)
    book.do(MarkSupplementOverdue(COMMITMENT_ID, "平面图"), MACHINE, "2026-10-09")
    book.do(SuspectBreach(COMMITMENT_ID, BreachGround.NOT_SUPPLIED, PROOF), MACHINE, "2026-10-09")
    return book


def confirmed(
    policy: BreachPolicy = BreachPolicy.REVOKE, ground: BreachGround = BreachGround.NOT_SUPPLIED
) -> Book:
    """机器已建议、审批机关的审核人已确认落空的账。"""
    book = suspected(policy)
    book.do(PROPOSE, MACHINE, "2026-10-09")
    book.do(ConfirmBreach(COMMITMENT_ID, ground, "未交"), REVIEWER, "2026-10-10")
    return book


def ready(book: Book, legality: ReviewLegality = REVIEW_LEGALITY) -> Book:
    """走到法制审核之后，只待决定。"""
    book.do(SERVE, STAFF["reviewer2"], "2026-10-12")
    book.do(HEAR, STAFF["reviewer2"], "2026-10-14")
    book.do(legality, LEGAL, "2026-10-15")
    return book


# -- the procedure


def test_the_whole_way_from_a_machine_proposal_to_a_human_decision() -> None:
    """规则 19、G10：机器建议，人确认、告知、听取、审核、决定；三份案卷一起入账，独占解除。"""
    book = ready(confirmed())
    assert book.held(PROCEDURE_CLAIM)
    plan = book.do(REVOKE, DECIDER, "2026-10-16")
    assert [part.stream for part in plan.writes] == [
        "revocation/CX-1",
        "licence/JY-1",
        "commitment/C-1",
    ]
    _, ended, voided = events_of(plan)
    assert ended == approval.Revoked(
        "CX-1", RevocationGround.COMMITMENT_BROKEN, "CXJD-1", date(2026, 8, 5)
    )
    assert voided == commitment.Voided(VoidReason.LICENCE_REVOKED, "CX-1")
    assert not book.held(PROCEDURE_CLAIM)
    assert not book.held(COMMITMENT_CLAIM)
    assert book.do(REVOKE, DECIDER, "2026-10-16 10:00") == Plan()
    push = book.do(SendPush(NO, PushMatter.REVOKED, "e-9"), MACHINE, "2026-10-16")
    assert len(push.writes) == 2


def test_a_revocation_is_pushed_though_the_licence_is_deregistered_by_then() -> None:
    """推送晚到（机器停过）：撤销之后已经注销的，撤销照推。"""
    book = ready(confirmed())
    book.do(REVOKE, DECIDER, "2026-10-16")
    gone = DeregistrationReason.ENDED_BY_DECISION
    book.do(ProposeDeregistration(LICENCE, gone), CLERK, "2026-10-19")
    book.do(DeregisterLicence(LICENCE, gone), DECIDER, "2026-10-20")
    push = book.do(SendPush(NO, PushMatter.REVOKED, "e-9"), MACHINE, "2026-10-21")
    assert len(push.writes) == 2


@pytest.mark.parametrize("act", [REVOKE, DROP])
def test_neither_machine_nor_supervisor_decides(act: Revoke | DropRevocation) -> None:
    """规则 19：监管部门与机器不得决定撤销，理由指明许可法六十九条。"""
    book = ready(confirmed())
    book.refuse(Refusal.DUTY_MACHINE, act, MACHINE, "2026-10-16", role="SYSTEM")
    book.refuse(Refusal.REVOCATION_NOT_THE_DECIDER, act, CHECKER, "2026-10-16", role="SUPERVISOR")


def test_only_the_deciding_organ_in_its_own_name() -> None:
    """别的机关的决定人不能撤；须以作出许可的机关的名义。"""
    book = ready(confirmed())
    other = Organ("350505-ZJJ")
    foreign = book.hire("foreign", Role.DECIDER, other, person("foreign"))
    for act in (REVOKE, DROP):
        book.refuse(Refusal.DUTY_ORGAN, act, foreign, "2026-10-16", organ=APPROVER)
    astray = replace(DECIDER, in_name_of=other)
    book.refuse(Refusal.DUTY_IN_NAME_OF, REVOKE, astray, "2026-10-16", organ=APPROVER)


@pytest.mark.parametrize("name", ["reviewer", "legal"])
def test_the_decision_is_taken_by_a_different_person(name: str) -> None:
    """SD6：确认落空的人、法制审核的人，换了决定人的账号也不得决定。"""
    book = ready(confirmed())
    twin = book.hire("twin", Role.DECIDER, APPROVER, person(name))
    book.refuse(Refusal.DUTY_SAME_PERSON, REVOKE, twin, "2026-10-16", person=person(name))


def test_the_proposer_does_not_decide() -> None:
    """监管人建议的，换了审批机关的账号也不得决定。"""
    book = licensed()
    book.do(FRAUD, CHECKER, "2026-09-01")
    book.do(SERVE, REVIEWER, "2026-09-02")
    book.do(HEAR, REVIEWER, "2026-09-03")
    book.do(REVIEW_LEGALITY, LEGAL, "2026-09-04")
    twin = book.hire("twin", Role.DECIDER, APPROVER, person("supervisor"))
    book.refuse(Refusal.DUTY_SAME_PERSON, REVOKE, twin, "2026-09-07")
    book.do(REVOKE, DECIDER, "2026-09-07")


def test_who_may_propose() -> None:
    """机器、该事项的监管部门、审批机关的审核人可以建议；别的部门不行，一证一个程序。"""
    book = licensed()
    for name, role in (("stranger", Role.SUPERVISOR), ("foreign", Role.REVIEWER)):
        other = book.hire(name, role, Organ("350505-ZJJ"), person(name))
        book.refuse(Refusal.DUTY_ORGAN, FRAUD, other, "2026-09-01")
    plan = book.do(FRAUD, REVIEWER, "2026-09-01")
    assert plan.claims == (PROCEDURE_CLAIM,)
    assert book.do(FRAUD, REVIEWER, "2026-09-01") == Plan()


def test_a_broken_commitment_must_be_on_record_first() -> None:
    """以承诺落空为由的建议，账上须有疑点；没有承诺的许可不能以此为由。"""
    licensed().refuse(Refusal.REVOCATION_NO_BREACH, PROPOSE, MACHINE, "2026-09-01")
    plain = received_on()
    plain.do(ACCEPT, CLERK, "2026-03-02")
    plain.do(REVIEW, REVIEWER, "2026-03-03")
    plain.do(APPROVE, DECIDER, "2026-03-04")
    plain.refuse(Refusal.REVOCATION_NO_BREACH, PROPOSE, MACHINE, "2026-09-01", licence_no=LICENCE)


def test_notice_only_after_a_person_confirmed_the_breach() -> None:
    """疑点未经人确认的，不得告知撤销；陈述申辩期五个工作日。"""
    book = suspected()
    book.do(PROPOSE, MACHINE, "2026-10-09")
    book.refuse(Refusal.REVOCATION_BREACH_UNCONFIRMED, SERVE, REVIEWER, "2026-10-10")
    (notice,) = events_of(confirmed().do(SERVE, REVIEWER, "2026-10-10"))
    assert isinstance(notice, revocation.NoticeServed)
    assert notice.statement_due_on == date(2026, 10, 16)


def test_rectification_first_unless_the_promise_was_false() -> None:
    """先责令整改的事项，须附整改未果的证明；虚假承诺不在此限。"""
    book = confirmed(BreachPolicy.RECTIFY_FIRST)
    book.refuse(Refusal.REVOCATION_RECTIFY_FIRST, SERVE, REVIEWER, "2026-10-10")
    book.do(replace(SERVE, rectification=PROOF[0]), REVIEWER, "2026-10-12")
    false = confirmed(BreachPolicy.RECTIFY_FIRST, BreachGround.FALSE_PROMISE)
    false.do(SERVE, REVIEWER, "2026-10-12")


def test_silence_counts_when_the_period_is_over() -> None:
    """陈述申辩期满之日过完，才可记为未提出。"""
    book = confirmed()
    book.do(SERVE, REVIEWER, "2026-10-10")
    waive = HearStatement("CX-1", waived=True)
    book.refuse(
        Refusal.REVOCATION_STATEMENT_OPEN, waive, REVIEWER, "2026-10-16", due_on="2026-10-16"
    )
    book.do(waive, REVIEWER, "2026-10-17")


def test_the_public_interest_gate() -> None:
    """规则 20：欺骗取得的许可，撤销会损害公共利益的，不予撤销，说明理由终止。"""
    book = licensed()
    book.do(FRAUD, CHECKER, "2026-10-09")
    ready(book, replace(REVIEW_LEGALITY, harms_public_interest=True))
    book.refuse(Refusal.REVOCATION_PUBLIC_INTEREST, REVOKE, DECIDER, "2026-10-16")
    book.refuse(Refusal.REVOCATION_FOLLOW_UP_NEEDED, DROP, DECIDER, "2026-10-16")
    late = replace(DROP, follow_up=replace(FOLLOW_UP, due_on=date(2026, 10, 15)))
    book.refuse(Refusal.REVOCATION_FOLLOW_UP_NEEDED, late, DECIDER, "2026-10-16")
    book.do(replace(DROP, follow_up=FOLLOW_UP), DECIDER, "2026-10-16")
    assert not book.held(PROCEDURE_CLAIM)
    assert isinstance(book.load(approval.AGGREGATE, LICENCE), approval.InForce)


def test_how_far_a_revocation_reaches_back() -> None:
    """欺骗取得的自始无效；其他理由可自某日起失效，不得早于生效、晚于今日。"""
    fraud = licensed()
    fraud.do(FRAUD, CHECKER, "2026-10-09")
    since = replace(REVOKE, ineffective_from=date(2026, 10, 1))
    ready(fraud).refuse(Refusal.REVOCATION_RETROACTIVE, since, DECIDER, "2026-10-16")
    book = licensed()
    book.do(NEGLECT, CHECKER, "2026-10-09")
    ready(book)
    future = replace(REVOKE, ineffective_from=date(2026, 10, 17))
    book.refuse(Refusal.REVOCATION_RETROACTIVE, future, DECIDER, "2026-10-16")
    early = replace(REVOKE, ineffective_from=date(2026, 8, 4))
    book.refuse(Refusal.LICENCE_BEFORE_GRANT, early, DECIDER, "2026-10-16")
    _, ended, *_ = events_of(book.do(since, DECIDER, "2026-10-16"))
    assert isinstance(ended, approval.Revoked)
    assert ended.ineffective_from == date(2026, 10, 1)


def test_a_procedure_over_a_licence_that_ended_can_only_be_dropped() -> None:
    """许可已经先行终结的，不能再撤销，只能终止程序；也不能再建议。"""
    book = ready(confirmed())
    book.do(WITHDRAW, DECIDER, "2026-10-16")
    book.refuse(Refusal.LICENCE_ENDED, REVOKE, DECIDER, "2026-10-16", ending="Withdrawn")
    again = replace(FRAUD, revocation_id="CX-2")
    book.refuse(Refusal.LICENCE_ENDED, again, MACHINE, "2026-10-16")
    book.do(DROP, DECIDER, "2026-10-16")


# -- the other endings


def test_withdrawal_by_the_deciding_organ_ends_the_commitment() -> None:
    """撤回由作出许可的机关决定，未了的承诺随之终止。"""
    book = licensed()
    other = Organ("350505-ZJJ")
    foreign = book.hire("foreign", Role.DECIDER, other, person("foreign"))
    book.refuse(Refusal.DUTY_ORGAN, WITHDRAW, foreign, "2026-09-01")
    astray = replace(DECIDER, in_name_of=other)
    book.refuse(Refusal.DUTY_IN_NAME_OF, WITHDRAW, astray, "2026-09-01")
    _, voided, _ = events_of(book.do(WITHDRAW, DECIDER, "2026-09-01"))
    assert voided == commitment.Voided(VoidReason.LICENCE_ENDED, LICENCE)
    assert not book.held(COMMITMENT_CLAIM)


def test_a_fulfilled_commitment_does_not_end_again() -> None:
    """已履行完毕的承诺，许可终结时不再终止。"""
    book = licensed()
    book.do(SupplyMaterial(COMMITMENT_ID, "平面图", SHA), APPLICANT, "2026-09-01")
    good = AssessMaterial(COMMITMENT_ID, "平面图", conforming=True, explanation="相符")
    book.do(good, CHECKER, "2026-09-02")
    verify = VerifyCommitment(COMMITMENT_ID, passed=True, explanation="相符", evidence=PROOF)
    book.do(verify, CHECKER, "2026-09-03")
    book.do(Fulfil(COMMITMENT_ID), CHECKER, "2026-09-03")
    plan = book.do(WITHDRAW, DECIDER, "2026-09-04")
    assert [part.stream for part in plan.writes] == ["licence/JY-1", "compensation/JY-1.withdrawn"]


def test_forfeiture_is_a_penalty_of_the_supervising_department() -> None:
    """吊销是处罚，由该事项的监管部门负责人办；别的部门不行。"""
    book = licensed()
    stranger = book.hire("stranger", Role.SUPERVISION_HEAD, Organ("350505-ZJJ"), person("stranger"))
    book.refuse(Refusal.DUTY_ORGAN, FORFEIT, stranger, "2026-09-01")
    book.do(NoticePenalty(LICENCE, "LA-1", date(2026, 8, 20), "GZ-9"), CHECKER, "2026-08-21")
    book.do(HearPenalty(LICENCE, waived=True), CHECKER, "2026-08-31")
    fact, _ = events_of(book.do(FORFEIT, HEADS, "2026-09-01"))
    assert fact == approval.Forfeited("CF-1", SUPERVISOR, person("chief"))


def test_expiry_then_deregistration_is_no_revocation() -> None:
    """规则 22：届满之日过完记届满，再办注销；没有撤销，也没有信用后果。"""
    book = received_on()
    book.do(ACCEPT, CLERK, "2026-03-02")
    book.do(REVIEW, REVIEWER, "2026-03-03")
    book.do(replace(APPROVE, valid_to=date(2026, 6, 30)), DECIDER, "2026-03-04")
    over = DeregisterLicence(LICENCE, DeregistrationReason.EXPIRED)
    book.refuse(Refusal.LICENCE_IN_FORCE, EXPIRE, MACHINE, "2026-06-30 23:59")
    book.refuse(Refusal.LICENCE_NO_GROUND, over, DECIDER, "2026-06-30")
    book.do(EXPIRE, MACHINE, "2026-07-01 00:00")
    assert book.do(EXPIRE, MACHINE, "2026-07-02") == Plan()
    foreign = book.hire("foreign", Role.DECIDER, Organ("350505-ZJJ"), person("foreign"))
    book.refuse(Refusal.DUTY_ORGAN, over, foreign, "2026-07-02")
    book.do(ProposeDeregistration(LICENCE, DeregistrationReason.EXPIRED), MACHINE, "2026-07-01")
    book.do(over, DECIDER, "2026-07-02")
    assert [type(event) for event in book.streams["licence/JY-1"]] == [
        approval.Granted,
        approval.Expired,
        approval.DeregistrationProposed,
        approval.Deregistered,
    ]


@pytest.mark.parametrize(
    ("code", "act", "who"),
    [
        (Refusal.LICENCE_NOT_FOUND, PROPOSE, MACHINE),
        (Refusal.REVOCATION_NOT_FOUND, SERVE, REVIEWER),
        (Refusal.REVOCATION_NOT_FOUND, HEAR, REVIEWER),
        (Refusal.REVOCATION_NOT_FOUND, REVIEW_LEGALITY, LEGAL),
        (Refusal.REVOCATION_NOT_FOUND, REVOKE, DECIDER),
        (Refusal.REVOCATION_NOT_FOUND, DROP, DECIDER),
        (Refusal.LICENCE_NOT_FOUND, WITHDRAW, DECIDER),
        (Refusal.LICENCE_NOT_FOUND, FORFEIT, HEADS),
        (Refusal.LICENCE_NOT_FOUND, EXPIRE, MACHINE),
        (
            Refusal.LICENCE_NOT_FOUND,
            DeregisterLicence(LICENCE, DeregistrationReason.EXPIRED),
            DECIDER,
        ),
    ],
    ids=lambda value: type(value).__name__,
)
def test_nothing_there(code: Refusal, act: Approve, who: Actor) -> None:
    """没有此证、没有此程序的，什么也办不了。"""
    town().refuse(code, act, who, "2026-09-01")


def test_a_procedure_whose_licence_is_gone() -> None:
    """程序在而许可不在账上的，无可撤销。"""
    book = ready(confirmed())
    del book.streams["licence/JY-1"]
    book.refuse(Refusal.LICENCE_NOT_FOUND, REVOKE, DECIDER, "2026-10-16")


def test_a_licence_whose_case_is_gone() -> None:
    """许可在而其办件不在账上的，监管部门的办理无从核对事项，拒绝。"""
    book = licensed()
    del book.streams[case.AGGREGATE.stream(NO)]
    for act, who in ((FRAUD, CHECKER), (FORFEIT, HEADS)):
        book.refuse(Refusal.CASE_NOT_FOUND, act, who, "2026-09-01")
