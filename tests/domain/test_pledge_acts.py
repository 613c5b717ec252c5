"""告知承诺的办理：清单、顺延、独占，谁可以核查、报告、确认。"""

from dataclasses import replace
from datetime import date

import pytest

from domain import calendar, commitment, inspection_task, policy
from domain.acts.deciding import Reject
from domain.acts.pledges import (
    AcceptRectification,
    AssessMaterial,
    ConfirmBreach,
    DismissBreach,
    FailRectification,
    Fulfil,
    MakeCommitment,
    MarkRectificationOverdue,
    MarkSupplementOverdue,
    OfferCommitment,
    OrderRectification,
    SupplyMaterial,
    SuspectBreach,
    VerifyCommitment,
    WithdrawCommitment,
)
from domain.acts.revocations import ProposeRevocation, ServeNotice
from domain.approval import RevocationGround
from domain.catalogue import HandlingRules, PledgeRules
from domain.commitment import BreachGround, CommitmentKind, Condition, FailureReason, Promise
from domain.decider import Claim, ImpossibleHistory, Plan
from domain.refusals import Refusal
from domain.terms import (
    Actor,
    CaseNo,
    CommitmentId,
    Evidence,
    Organ,
    PersonId,
    Role,
    SubjectId,
)
from tests.domain.case_file import (
    APPLICANT,
    ITEM_V1,
    MACHINE,
    SHA,
    STAFF,
    Book,
    at,
    events_of,
    person,
    town,
)
from tests.domain.test_case_acts import (
    ACCEPT,
    APPROVE,
    CLERK,
    DECIDER,
    NO,
    RECEIVE,
    REJECT,
    REVIEW,
    REVIEWER,
    received,
)
from tests.domain.test_policy import SHIPPED

ID = CommitmentId("C-1")
CLAIM = Claim("commitment", "S-1:350505-0001", "commitment/C-1")
MAKE = MakeCommitment(
    commitment_id=ID,
    case_no=NO,
    kind=CommitmentKind.NOTIFICATION,
    text_sha256=SHA,
    promises=(Promise("平面图", date(2026, 10, 2)),),
    verification_due_on=date(2026, 10, 3),
)
SUPPLY = SupplyMaterial(ID, "平面图", SHA)
ASSESS = AssessMaterial(ID, "平面图", conforming=True, explanation="相符")
OVERDUE = MarkSupplementOverdue(ID, "平面图")
PROOF = (Evidence("JC-1", SHA),)
SUSPECT = SuspectBreach(ID, BreachGround.NOT_AS_PROMISED, PROOF)
CONFIRM = ConfirmBreach(ID, BreachGround.NOT_AS_PROMISED, "现场不符")
DISMISS = DismissBreach(ID, "经核实相符")
VERIFY = VerifyCommitment(ID, passed=True, explanation="相符", evidence=PROOF)
ORDER = OrderRectification(ID, "ZG-1", ("补交平面图",), date(2026, 10, 24))
RECTIFIED = AcceptRectification(ID, "已补齐", PROOF)
FAILED = FailRectification(ID, FailureReason.REFUSED, "当面拒绝")
LATE = MarkRectificationOverdue(ID)
OFFER = OfferCommitment(
    commitment_id=ID,
    case_no=NO,
    notice_no="GZ-1",
    text_sha256=SHA,
    materials=("平面图",),
    conditions=(Condition("经营场所面积", "不少于二十平方米"),),
    consequences=("依法撤销",),
)
WITHDRAW = WithdrawCommitment(ID, "改走普通程序")
CHECKER = STAFF["supervisor"]


def promised() -> Book:
    """八月三日收件、作出承诺的账。"""
    book = received("2026-08-03")
    book.do(MAKE, APPLICANT, "2026-08-03 10:00")
    return book


def relied() -> Book:
    """已依承诺准予许可的账。"""
    book = promised()
    book.do(ACCEPT, CLERK, "2026-08-03 11:00")
    book.do(REVIEW, REVIEWER, "2026-08-04")
    book.do(replace(APPROVE, commitment_id=ID), DECIDER, "2026-08-05")
    return book


def inspected(book: Book, task: str = "P-1.S-1", commitment_id: str = ID) -> None:
    """账上有一次已录入结果的检查。"""
    assigned = inspection_task.TaskAssigned(
        subject=SubjectId("S-1"),
        inspectors=(PersonId("P-I1"), person("decider")),
        licence_no=None,
        commitment_id=CommitmentId(commitment_id),
        due_on=date(2026, 9, 30),
    )
    result = inspection_task.Inspected(
        performed_at=at("2026-09-10"),
        code_set="v1",
        codes=(inspection_task.FindingCode.NOT_AS_PROMISED,),
        signatures=assigned.inspectors,
        evidence=PROOF,
        report_sha256=SHA,
    )
    book.put(f"task/{task}", assigned, result)


def test_a_due_day_on_a_holiday_rolls_over() -> None:
    """规则 18：十月二日到期的，顺延至十月八日；申请人与事项占一份有效承诺。"""
    book = received("2026-08-03")
    plan = book.do(MAKE, APPLICANT, "2026-08-03")
    checked, fact = events_of(plan)
    assert isinstance(checked, commitment.EligibilityChecked)
    assert (checked.materials, checked.policy) == (("平面图",), None)
    assert isinstance(fact, commitment.Made)
    assert fact.promises == (Promise("平面图", date(2026, 10, 8)),)
    assert fact.verification_due_on == date(2026, 10, 8)
    assert (fact.signer, plan.claims) == ("S-1", (CLAIM,))
    assert book.do(MAKE, APPLICANT, "2026-08-03") == Plan()


def test_the_applicant_promises_for_himself_before_the_decision() -> None:
    """只有本件的申请人（或窗口代录）可以承诺，且在决定之前，事项须许可承诺。"""
    stranger = replace(APPLICANT, officer_id=STAFF["clerk"].officer_id)
    book = received("2026-08-03")
    book.refuse(Refusal.DUTY_SELF, MAKE, stranger, "2026-08-03")
    book.do(MAKE, CLERK, "2026-08-03")
    no_list = received(
        "2026-08-03",
        town(replace(ITEM_V1, commitment_allowed=False, commitment_materials=())),
    )
    no_list.refuse(Refusal.COMMITMENT_NOT_ALLOWED, MAKE, APPLICANT, "2026-08-03")
    decided = relied()
    again = replace(MAKE, commitment_id=CommitmentId("C-2"))
    decided.refuse(Refusal.CASE_ALREADY_DECIDED, again, APPLICANT, "2026-08-06")


def test_decision_licence_and_commitment_stand_together() -> None:
    """依承诺作出的决定、许可与承诺，一起入账；别的办件的承诺不能用。"""
    book = relied()
    state = book.load(commitment.AGGREGATE, ID)
    assert isinstance(state, commitment.Live)
    assert state.relied == commitment.ReliedOn(APPROVE.licence_no, "ZY-1")
    second = CaseNo("2026-000002")
    book.do(replace(RECEIVE, case_no=second), CLERK, "2026-08-03")
    book.do(replace(ACCEPT, case_no=second), CLERK, "2026-08-03")
    book.do(replace(REVIEW, case_no=second), REVIEWER, "2026-08-04")
    for act in (
        replace(APPROVE, case_no=second, commitment_id=ID),
        Reject(second, "BX-2", "不符", "可复议", ID),
    ):
        book.refuse(Refusal.COMMITMENT_OTHER_CASE, act, DECIDER, "2026-08-05", case_no=NO)


def test_a_rejection_ends_the_commitment() -> None:
    """不予许可的，本件的承诺终止，独占解除，可另行申请。"""
    book = promised()
    assert book.held(CLAIM)
    book.do(ACCEPT, CLERK, "2026-08-03")
    book.do(REVIEW, REVIEWER, "2026-08-04")
    book.do(replace(REJECT, commitment_id=ID), DECIDER, "2026-08-05")
    assert isinstance(book.load(commitment.AGGREGATE, ID), commitment.Closed)
    assert not book.held(CLAIM)


# -- materials


def test_supply_until_the_rolled_day_is_over() -> None:
    """规则 18：十月八日二十四时前补交有效；十月九日起为迟交，才可记逾期。"""
    relied().do(SUPPLY, APPLICANT, "2026-10-08 23:59")
    book = relied()
    book.refuse(
        Refusal.COMMITMENT_NOT_YET_DUE, OVERDUE, MACHINE, "2026-10-08 23:59", due_on="2026-10-08"
    )
    book.refuse(
        Refusal.COMMITMENT_TOO_LATE, SUPPLY, APPLICANT, "2026-10-09 00:00", due_on="2026-10-08"
    )
    book.do(OVERDUE, MACHINE, "2026-10-09 00:00")
    assert book.do(OVERDUE, MACHINE, "2026-10-10") == Plan()


def test_the_applicant_cannot_set_the_time_back() -> None:
    """申请人自己提交的，以进入系统的时间为准；窗口可记先前收到之时，不得在将来。"""
    early = replace(SUPPLY, received_at=at("2026-09-30"))
    relied().refuse(Refusal.COMMITMENT_TOO_LATE, early, APPLICANT, "2026-10-09")
    relied().do(early, CLERK, "2026-10-09")
    future = replace(SUPPLY, received_at=at("2026-10-01"))
    relied().refuse(Refusal.CASE_TIME_IMPOSSIBLE, future, CLERK, "2026-09-30")
    stranger = replace(APPLICANT, officer_id=STAFF["clerk"].officer_id)
    relied().refuse(Refusal.DUTY_SELF, SUPPLY, stranger, "2026-09-30")


def test_unknown_materials_and_unknown_calendars() -> None:
    """没有承诺过的材料不收；日历未公布的年度不能断定逾期。"""
    book = relied()
    book.refuse(
        Refusal.COMMITMENT_NOT_PROMISED, replace(SUPPLY, name="合同"), APPLICANT, "2026-09-30"
    )
    del book.streams[calendar.AGGREGATE.stream("cn-2026")]
    book.refuse(Refusal.COMMITMENT_DUE_PROVISIONAL, OVERDUE, MACHINE, "2026-10-09")


def test_fulfilment_releases_the_claim() -> None:
    """全部补交、核查相符，履行完毕，独占解除。"""
    book = relied()
    book.refuse(Refusal.COMMITMENT_UNPROVEN, Fulfil(ID), CHECKER, "2026-09-01")
    book.do(SUPPLY, APPLICANT, "2026-09-01")
    book.do(ASSESS, CHECKER, "2026-09-02")
    book.refuse(Refusal.COMMITMENT_UNVERIFIED, Fulfil(ID), REVIEWER, "2026-09-03")
    book.do(VERIFY, CHECKER, "2026-09-03")
    book.do(Fulfil(ID), REVIEWER, "2026-09-03")
    assert not book.held(CLAIM)


# -- breach


def test_a_supervisor_outside_the_item_is_refused() -> None:
    """核查、报告、履行只由该事项的监管部门或审批机关办。"""
    book = relied()
    book.do(SUPPLY, APPLICANT, "2026-09-01")
    stranger = book.hire("stranger", Role.SUPERVISOR, Organ("350505-ZJJ"), person("stranger"))
    for act in (ASSESS, SUSPECT, Fulfil(ID)):
        book.refuse(Refusal.DUTY_ORGAN, act, stranger, "2026-09-02")


def test_the_inspector_and_the_reporter_do_not_confirm() -> None:
    """SD6：检查人员、报告人换了审批机关的账号，也不得确认或否定。"""
    book = relied()
    inspected(book)
    book.do(replace(SUSPECT, task_id="P-1.S-1"), CHECKER, "2026-09-11")
    twin = book.hire("supervisor-2", Role.DECIDER, ITEM_V1.approving_body, person("supervisor"))
    for who in (DECIDER, twin):
        for act in (CONFIRM, DISMISS):
            book.refuse(Refusal.DUTY_SAME_PERSON, act, who, "2026-09-12")
    book.do(CONFIRM, STAFF["decider2"], "2026-09-12")


def test_the_machine_suspects_and_a_person_dismisses() -> None:
    """机器附证据报疑点，审批机关的人否定之后，承诺照旧有效。"""
    book = relied()
    (fact,) = events_of(book.do(SUSPECT, MACHINE, "2026-09-11"))
    assert isinstance(fact, commitment.BreachSuspected)
    assert fact.found_by == ()
    assert book.do(SUSPECT, MACHINE, "2026-09-11") == Plan()
    book.do(DISMISS, REVIEWER, "2026-09-12")
    assert isinstance(book.load(commitment.AGGREGATE, ID), commitment.Live)


@pytest.mark.parametrize(("task", "about"), [("P-9.S-1", "C-1"), ("P-1.S-1", "C-2")])
def test_an_unrelated_inspection_proves_nothing(task: str, about: str) -> None:
    """没有结果的检查、与此承诺无关的检查，不能据以报疑点。"""
    book = relied()
    inspected(book, commitment_id=about)
    act = replace(SUSPECT, task_id=task)
    book.refuse(Refusal.COMMITMENT_TASK_UNRELATED, act, MACHINE, "2026-09-11", task_id=task)


@pytest.mark.parametrize(
    ("act", "who"),
    [
        (SUPPLY, APPLICANT),
        (ASSESS, CHECKER),
        (OVERDUE, MACHINE),
        (SUSPECT, MACHINE),
        (CONFIRM, DECIDER),
        (DISMISS, DECIDER),
        (Fulfil(ID), REVIEWER),
        (VERIFY, CHECKER),
        (ORDER, DECIDER),
        (RECTIFIED, REVIEWER),
        (FAILED, REVIEWER),
        (LATE, MACHINE),
        (WITHDRAW, APPLICANT),
    ],
    ids=lambda value: type(value).__name__,
)
def test_no_such_commitment(act: Fulfil, who: Actor) -> None:
    """没有此承诺的，什么也办不了；没有此件的，也无从承诺。"""
    town().refuse(Refusal.COMMITMENT_NOT_FOUND, act, who, "2026-09-01")
    town().refuse(Refusal.CASE_NOT_FOUND, MAKE, APPLICANT, "2026-09-01")
    town().refuse(Refusal.CASE_NOT_FOUND, OFFER, CLERK, "2026-09-01")


# -- the offer, the withdrawal


def test_an_offer_comes_after_the_check_and_before_the_promise() -> None:
    """窗口核对资格之后一次告知，申请人签署所告知的文本；决定之后不再告知。"""
    book = received("2026-08-03")
    checked, offered = events_of(book.do(OFFER, CLERK, "2026-08-03"))
    assert isinstance(checked, commitment.EligibilityChecked)
    assert isinstance(offered, commitment.Offered)
    book.refuse(Refusal.COMMITMENT_NOT_MADE, SUPPLY, APPLICANT, "2026-08-03")
    (fact,) = events_of(book.do(MAKE, APPLICANT, "2026-08-03 10:00"))
    assert isinstance(fact, commitment.Made)
    again = replace(OFFER, commitment_id=CommitmentId("C-2"))
    relied().refuse(Refusal.CASE_ALREADY_DECIDED, again, CLERK, "2026-08-06")


def test_an_unlisted_policy_stops_the_offer_and_the_promise() -> None:
    """事项指明的承诺办法在申请之日没有有效版本的，不能告知、不能承诺。"""
    rules = HandlingRules(pledge=PledgeRules(policy="beijing-2024"))
    book = received("2026-08-03", town(replace(ITEM_V1, rules=rules)))
    for act, who in ((OFFER, CLERK), (MAKE, APPLICANT)):
        book.refuse(Refusal.COMMITMENT_NO_POLICY, act, who, "2026-08-03", policy="beijing-2024")
    late = replace(POLICY, effective_from=date(2026, 8, 4))
    book.put("policy/beijing-2024", late)
    book.refuse(Refusal.COMMITMENT_NO_POLICY, OFFER, CLERK, "2026-08-04")


def test_high_risk_items_go_the_ordinary_way() -> None:
    """风险较大、纠错成本较高的事项，不适用告知承诺。"""
    rules = HandlingRules(pledge=PledgeRules(high_risk=True))
    book = received("2026-08-03", town(replace(ITEM_V1, rules=rules)))
    book.refuse(Refusal.COMMITMENT_HIGH_RISK, MAKE, APPLICANT, "2026-08-03")


def test_an_applicant_may_withdraw_before_the_decision() -> None:
    """决定之前撤回的转普通程序，决定期限仍自受理之日起算，独占解除；决定之后不能撤回。"""
    book = promised()
    book.do(ACCEPT, CLERK, "2026-08-03 11:00")
    stranger = replace(APPLICANT, officer_id=STAFF["clerk"].officer_id)
    book.refuse(Refusal.DUTY_SELF, WITHDRAW, stranger, "2026-08-04")
    (fact,) = events_of(book.do(WITHDRAW, APPLICANT, "2026-08-04"))
    assert fact == commitment.Withdrawn("改走普通程序", date(2026, 8, 3))
    assert not book.held(CLAIM)
    book.do(REVIEW, REVIEWER, "2026-08-04")
    relying = replace(APPROVE, commitment_id=ID)
    book.refuse(Refusal.COMMITMENT_WITHDRAWN, relying, DECIDER, "2026-08-05")
    book.do(APPROVE, DECIDER, "2026-08-05")
    early = promised()
    (fact,) = events_of(early.do(WITHDRAW, CLERK, "2026-08-03 10:30"))
    assert fact == commitment.Withdrawn("改走普通程序", None)
    relied().refuse(Refusal.COMMITMENT_ALREADY_RELIED, WITHDRAW, APPLICANT, "2026-08-06")


# -- verification


@pytest.mark.parametrize(
    ("rules", "due"),
    [
        (PledgeRules(), date(2026, 9, 22)),
        (PledgeRules(verification_months=2), date(2026, 9, 1)),
        (PledgeRules(verification_exempt=True), None),
    ],
    ids=["zhejiang", "shanghai", "exempt"],
)
def test_verification_terms(rules: PledgeRules, due: date | None) -> None:
    """七月一日决定：六十个工作日为九月二十二日，两个月为九月一日；免予核查的没有期限。"""
    book = received("2026-06-30", town(replace(ITEM_V1, rules=HandlingRules(pledge=rules))))
    book.do(MAKE, APPLICANT, "2026-06-30 10:00")
    book.do(ACCEPT, CLERK, "2026-06-30 11:00")
    book.do(REVIEW, REVIEWER, "2026-07-01")
    facts = events_of(book.do(replace(APPROVE, commitment_id=ID), DECIDER, "2026-07-01"))
    assert commitment.VerificationSet(due, provisional=False) in facts
    book.do(SUPPLY, APPLICANT, "2026-07-02")
    book.do(ASSESS, CHECKER, "2026-07-02")
    if due is None:
        book.do(Fulfil(ID), REVIEWER, "2026-07-03")
    else:
        book.refuse(Refusal.COMMITMENT_UNVERIFIED, Fulfil(ID), REVIEWER, "2026-07-03")


def test_supply_while_suspected_and_after_the_end() -> None:
    """疑似期间照约定的末日收；确认落空的不收；期限未了的补交，整改中不早于整改的限期。"""
    book = relied()
    book.do(SUSPECT, CHECKER, "2026-09-11")
    book.refuse(Refusal.COMMITMENT_TOO_LATE, SUPPLY, APPLICANT, "2026-10-09", due_on="2026-10-08")
    book.do(CONFIRM, REVIEWER, "2026-09-12")
    book.refuse(Refusal.COMMITMENT_BROKEN, SUPPLY, APPLICANT, "2026-09-13")
    soon = broken()
    soon.do(replace(ORDER, due_on=date(2026, 9, 18)), DECIDER, "2026-09-14")
    soon.do(SUPPLY, APPLICANT, "2026-10-08")  # 约定之日更晚的，照约定


# -- rectification

POLICY = next(
    policy.PolicyPublished(1, one.effective_from, one.name, "", one.source, one.handlings)
    for one in SHIPPED
    if one.policy_id == "beijing-2024"
)


def broken(ground: BreachGround = BreachGround.NOT_AS_PROMISED) -> Book:
    """依北京的办法，已确认落空的账。"""
    rules = HandlingRules(pledge=PledgeRules(policy="beijing-2024"))
    book = town(replace(ITEM_V1, rules=rules))
    book.put("policy/beijing-2024", POLICY)
    received("2026-08-03", book)
    plan = book.do(MAKE, APPLICANT, "2026-08-03 10:00")
    assert plan.rules[1].name == "policy/beijing-2024"
    book.do(ACCEPT, CLERK, "2026-08-03 11:00")
    book.do(REVIEW, REVIEWER, "2026-08-04")
    book.do(replace(APPROVE, commitment_id=ID), DECIDER, "2026-08-05")
    book.do(replace(SUSPECT, ground=ground), CHECKER, "2026-09-11")
    book.do(replace(CONFIRM, ground=ground), REVIEWER, "2026-09-12")
    return book


def test_a_breach_is_rectified_first_where_the_policy_says_so() -> None:
    """先责令整改的：期限遇休假顺延，其间可补交；认定完成的承诺照旧有效，可以履行完毕。"""
    book = broken()
    (fact,) = events_of(book.do(ORDER, DECIDER, "2026-09-14"))
    assert isinstance(fact, commitment.RectificationOrdered)
    assert (fact.due_on, fact.suspended) == (date(2026, 10, 26), False)
    book.refuse(Refusal.COMMITMENT_NOT_YET_DUE, LATE, MACHINE, "2026-10-26 23:59")
    book.do(SUPPLY, APPLICANT, "2026-10-26 23:59")
    book.do(ASSESS, CHECKER, "2026-10-26 23:59")
    book.do(RECTIFIED, REVIEWER, "2026-10-27")
    book.do(Fulfil(ID), REVIEWER, "2026-10-27")


def test_a_failed_rectification_opens_the_way_to_revocation() -> None:
    """整改期间不能告知撤销；期满由机器记下，或由人认定失败之后，才循撤销程序。"""
    propose = ProposeRevocation(
        "CX-1", APPROVE.licence_no, RevocationGround.COMMITMENT_BROKEN, PROOF
    )
    serve = ServeNotice("CX-1", "GZ-9")
    for failing, who in ((LATE, MACHINE), (FAILED, CHECKER)):
        book = broken()
        book.do(propose, CHECKER, "2026-09-13")
        book.refuse(Refusal.REVOCATION_RECTIFY_FIRST, serve, REVIEWER, "2026-09-13")
        book.do(ORDER, DECIDER, "2026-09-14")
        book.refuse(Refusal.COMMITMENT_RECTIFYING, serve, REVIEWER, "2026-09-14")
        book.do(failing, who, "2026-10-27")
        book.refuse(Refusal.COMMITMENT_RECTIFY_FAILED, ORDER, DECIDER, "2026-10-27")
        book.do(serve, REVIEWER, "2026-10-27")


def test_a_false_promise_is_not_rectified_in_beijing() -> None:
    """北京：虚假承诺直接撤销，不责令整改；没有确认落空的也不责令。"""
    book = broken(BreachGround.FALSE_PROMISE)
    book.refuse(Refusal.COMMITMENT_REVOKE_AT_ONCE, ORDER, DECIDER, "2026-09-14")
    relied().refuse(Refusal.COMMITMENT_NOT_SUSPECTED, ORDER, DECIDER, "2026-09-14")


def test_rectification_is_judged_by_the_item_s_own_people_and_calendar() -> None:
    """别的部门不能认定；日历未公布的年度，机器不能断定整改逾期。"""
    book = broken()
    book.do(replace(ORDER, due_on=date(2026, 12, 31)), DECIDER, "2026-09-14")
    stranger = book.hire("stranger", Role.SUPERVISOR, Organ("350505-ZJJ"), person("stranger"))
    book.refuse(Refusal.DUTY_ORGAN, FAILED, stranger, "2026-09-15")
    del book.streams[calendar.AGGREGATE.stream("cn-2026")]
    book.refuse(Refusal.COMMITMENT_DUE_PROVISIONAL, LATE, MACHINE, "2027-01-04")


def test_a_policy_that_is_gone_stops_the_case() -> None:
    """存照所依的办法不在账上，即是矛盾。"""
    book = broken()
    del book.streams["policy/beijing-2024"]
    with pytest.raises(ImpossibleHistory):
        book.ask(ORDER, DECIDER, "2026-09-14")
