"""告知承诺：作出、依以决定、补交、核查、疑似与确认落空、履行完毕、终止。"""

from dataclasses import replace
from datetime import date

import pytest

from domain import commitment
from domain.commitment import (
    Assess,
    BreachConfirmed,
    BreachDismissed,
    BreachGround,
    BreachPolicy,
    BreachSuspected,
    CommitmentKind,
    Condition,
    Confirm,
    DeadlinesResumed,
    Dismiss,
    Eligibility,
    EligibilityChecked,
    FailRectification,
    FailureReason,
    Fulfil,
    Fulfilled,
    Made,
    Make,
    MarkOverdue,
    MaterialAssessed,
    MaterialSupplied,
    Offer,
    Offered,
    Order,
    Promise,
    RectificationFailed,
    RectificationOrdered,
    Rectified,
    Rectify,
    ReliedOn,
    RelyOn,
    Revive,
    Revived,
    SupplementOverdue,
    Supply,
    Suspect,
    VerificationSet,
    Verified,
    Verify,
    Void,
    Voided,
    VoidReason,
    Withdraw,
    Withdrawn,
)
from domain.credit import CreditGrade
from domain.decider import Event
from domain.refusals import Refusal
from domain.terms import CaseNo, Evidence, ItemCode, LicenceNo, PersonId, Sha256, SubjectId
from tests.domain.case_file import SHA, at, case_files, check_impossible
from tests.domain.laws import anything, check_decider_laws

given = case_files(commitment.AGGREGATE, commitment.decide)

CHECKER, CONFIRMER, INSPECTOR = PersonId("P-C"), PersonId("P-D"), PersonId("P-I")
DUE = date(2026, 10, 8)
TODAY = date(2026, 8, 3)
LIST = ("平面图", "健康证")

MADE = Made(
    case_no=CaseNo("2026-000001"),
    kind=CommitmentKind.NOTIFICATION,
    item_code=ItemCode("350505-0001"),
    item_version=1,
    text_sha256=SHA,
    promises=(Promise("平面图", DUE), Promise("健康证", DUE)),
    signer=SubjectId("S-1"),
    verification_due_on=date(2026, 10, 30),
    breach_policy=BreachPolicy.REVOKE,
)
CHECKED = EligibilityChecked(
    case_no=MADE.case_no,
    applicant=MADE.signer,
    item_code=MADE.item_code,
    item_version=1,
    materials=LIST,
    policy=None,
    policy_version=None,
    credit_grade=CreditGrade.GOOD,
)
OFFERED = Offered("GZ-1", SHA, (Condition("面积", "二十平方米"),), ("依法撤销",), CHECKER)
WITHDRAWN = Withdrawn("改走普通程序", TODAY)
TERM = VerificationSet(date(2026, 10, 30), provisional=False)
RELIED = ReliedOn(LicenceNo("JY-1"), "ZY-1")
PLAN = MaterialSupplied("平面图", SHA, at("2026-09-01"))
HEALTH = MaterialSupplied("健康证", SHA, at("2026-09-02"))
GOOD_PLAN = MaterialAssessed("平面图", conforming=True, explanation="相符", handler=CHECKER)
BAD_PLAN = MaterialAssessed("平面图", conforming=False, explanation="与现场不符", handler=CHECKER)
GOOD_HEALTH = MaterialAssessed("健康证", conforming=True, explanation="相符", handler=CHECKER)
OVERDUE = SupplementOverdue("健康证", DUE)
PROOF = (Evidence("JC-1", SHA),)
SUSPECTED = BreachSuspected(BreachGround.NOT_SUPPLIED, PROOF, ())
SEEN = BreachSuspected(BreachGround.NOT_AS_PROMISED, PROOF, (INSPECTOR,))
CONFIRMED = BreachConfirmed(BreachGround.NOT_SUPPLIED, "逾期未交", CONFIRMER)
DISMISSED = BreachDismissed("经核实已提交", CONFIRMER)
GOOD = Verified(passed=True, explanation="相符", evidence=PROOF, handler=CHECKER)
BAD = replace(GOOD, passed=False, explanation="不符")
ORDERED = RectificationOrdered(
    "ZG-1", ("补交",), date(2026, 10, 26), suspended=False, handler=CHECKER
)
RECTIFIED = Rectified("已补齐", PROOF, CHECKER)
FAILED = RectificationFailed(FailureReason.OVERDUE, "", None)
FULFILLED = Fulfilled(date(2026, 10, 9))
VOIDED = Voided(VoidReason.LICENCE_REVOKED, "CX-1")

REVIVED = Revived(LicenceNo("JY-1"), "CX-1", "HF-1")
RESUMED = DeadlinesResumed((Promise("健康证", date(2026, 11, 30)),))

PROVEN = (MADE, RELIED, PLAN, HEALTH, GOOD_PLAN, GOOD_HEALTH)
SUSPECT = (MADE, RELIED, PLAN, OVERDUE, SUSPECTED)
BROKEN = (*SUSPECT, CONFIRMED)
RECTIFYING = (*BROKEN, ORDERED)
LIVES: tuple[tuple[Event, ...], ...] = (
    (CHECKED,),
    (CHECKED, OFFERED),
    (MADE,),
    (CHECKED, OFFERED, MADE, RELIED, TERM),
    (CHECKED, MADE, RELIED, TERM, BAD),
    RECTIFYING,
    (*RECTIFYING, HEALTH, RECTIFIED),
    (*RECTIFYING, FAILED),
    (*RECTIFYING, RECTIFIED, RESUMED),
    (*BROKEN, VOIDED, REVIVED),
    (*BROKEN, VOIDED, REVIVED, RESUMED),
    (MADE, RELIED, TERM, BAD, VOIDED, REVIVED),
    (MADE, Voided(VoidReason.LICENCE_ENDED, "JY-1")),
    (MADE, WITHDRAWN),
    (MADE, RELIED, PLAN),
    PROVEN,
    SUSPECT,
    (*SUSPECT, DISMISSED),
    BROKEN,
    (*PROVEN, FULFILLED),
    (*BROKEN, VOIDED),
)


def _eligibility(fact: Made = MADE, *, allowed: bool = True) -> Eligibility:
    checked = replace(
        CHECKED, case_no=fact.case_no, materials=tuple(one.name for one in fact.promises)
    )
    return Eligibility(checked, allowed, LIST, high_risk=False, records=())


def _make(fact: Made = MADE, *, allowed: bool = True) -> Make:
    return Make(fact, _eligibility(fact, allowed=allowed), TODAY)


def test_a_promise_covers_materials_on_the_list() -> None:
    """规则 16：只有承诺制材料清单上的材料可以承诺，依申请之日的清单。"""
    given().when(_make()).then(CHECKED, MADE)
    given(MADE).when(_make()).then()
    strange = replace(MADE, promises=(Promise("环评批复", DUE),))
    given().when(_make(strange)).refused(Refusal.COMMITMENT_NOT_ON_LIST, materials="环评批复")
    given().when(_make(allowed=False)).refused(
        Refusal.COMMITMENT_NOT_ALLOWED, item_code="350505-0001"
    )


@pytest.mark.parametrize("promises", [(), (Promise("平面图", DUE), Promise("平面图", DUE))])
def test_a_promise_names_each_material_once(promises: tuple[Promise, ...]) -> None:
    """承诺逐项写明材料，一项一次。"""
    given().when(_make(replace(MADE, promises=promises))).refused(Refusal.COMMITMENT_EMPTY)


def test_a_promise_is_for_the_future() -> None:
    """约定的补交日期须在今日之后。"""
    stale = replace(MADE, promises=(Promise("平面图", TODAY),))
    given().when(_make(stale)).refused(Refusal.COMMITMENT_DUE_PASSED, today="2026-08-03")


def test_a_commitment_number_is_used_once() -> None:
    """同一编号只有一份承诺。"""
    other = _make(replace(MADE, case_no=CaseNo("2026-000002")))
    for life in LIVES[2:]:
        given(*life).when(other).refused(Refusal.COMMITMENT_EXISTS, case_no="2026-000001")


def test_a_decision_relies_on_it_once() -> None:
    """依承诺作出决定，一份承诺一次；已被疑为落空的不能再依。"""
    given(MADE).when(RelyOn(RELIED, TERM)).then(RELIED, TERM)
    given(MADE, RELIED).when(RelyOn(RELIED, TERM)).then()
    other = RelyOn(ReliedOn(LicenceNo("JY-2"), "ZY-2"), TERM)
    given(MADE, RELIED).when(other).refused(Refusal.COMMITMENT_ALREADY_RELIED, licence_no="JY-1")
    given(*SUSPECT).when(other).refused(Refusal.COMMITMENT_SUSPECTED, ground="NOT_SUPPLIED")
    given().when(other).refused(Refusal.COMMITMENT_NOT_FOUND)


# -- materials


def test_materials_are_taken_to_the_end_of_the_last_day() -> None:
    """规则 18：期满（含顺延）当日仍可补交，次日即迟交，并说明依据。"""
    given(MADE).when(Supply(HEALTH, DUE, DUE)).then(HEALTH)
    given(MADE).when(Supply(HEALTH, DUE, date(2026, 10, 9))).refused(
        Refusal.COMMITMENT_TOO_LATE, material="健康证", due_on="2026-10-08"
    )
    given(MADE, HEALTH).when(Supply(HEALTH, DUE, date(2026, 10, 9))).then()


def test_only_promised_materials_are_taken() -> None:
    """没有承诺过的材料，不收、不查、不记逾期。"""
    stranger = MaterialSupplied("合同", SHA, at("2026-09-01"))
    given(MADE).when(Supply(stranger, DUE, TODAY)).refused(
        Refusal.COMMITMENT_NOT_PROMISED, material="合同"
    )
    unknown = MaterialAssessed("合同", conforming=True, explanation="", handler=CHECKER)
    given(MADE).when(Assess(unknown)).refused(Refusal.COMMITMENT_NOT_SUPPLIED, material="合同")
    overdue = MarkOverdue(SupplementOverdue("合同", DUE), date(2026, 10, 9))
    given(MADE).when(overdue).refused(Refusal.COMMITMENT_NOT_PROMISED, material="合同")


def test_a_paper_is_assessed_once_for_each_supply() -> None:
    """补交了才核查；核查不符的，期满之前可以重新补交、再次核查。"""
    given(MADE, PLAN).when(Assess(BAD_PLAN)).then(BAD_PLAN)
    given(MADE).when(Assess(GOOD_PLAN)).refused(Refusal.COMMITMENT_NOT_SUPPLIED)
    given(MADE, PLAN, BAD_PLAN).when(Assess(BAD_PLAN)).then()
    given(MADE, PLAN, BAD_PLAN).when(Assess(GOOD_PLAN)).refused(
        Refusal.COMMITMENT_ALREADY_ASSESSED, material="平面图", handler=CHECKER
    )
    again = replace(PLAN, received_at=at("2026-09-20"))
    given(MADE, PLAN, BAD_PLAN).when(Supply(again, DUE, date(2026, 9, 20))).then(again)
    given(MADE, PLAN, BAD_PLAN, again).when(Assess(GOOD_PLAN)).then(GOOD_PLAN)


def test_overdue_from_the_day_after() -> None:
    """规则 18：期满当日不算逾期，次日起才记，一次；已补交的、已了的无事可办。"""
    mark = MarkOverdue(OVERDUE, date(2026, 10, 9))
    given(MADE).when(replace(mark, today=DUE)).refused(
        Refusal.COMMITMENT_NOT_YET_DUE, due_on="2026-10-08"
    )
    given(MADE).when(mark).then(OVERDUE)
    for life in ((MADE, OVERDUE), (MADE, HEALTH), BROKEN, (*PROVEN, FULFILLED)):
        given(*life).when(mark).then()
    given().when(mark).refused(Refusal.COMMITMENT_NOT_FOUND)


def test_papers_go_on_while_a_breach_is_suspected() -> None:
    """疑点待确认期间，未到期的材料照收照查照记。"""
    life = (MADE, RELIED, SEEN)
    given(*life).when(Supply(PLAN, DUE, TODAY)).then(PLAN)
    given(*life, PLAN).when(Assess(GOOD_PLAN)).then(GOOD_PLAN)
    given(*life).when(MarkOverdue(OVERDUE, date(2026, 10, 9))).then(OVERDUE)


def test_a_broken_commitment_takes_no_papers() -> None:
    """已确认落空的，不再收、不再查。"""
    facts = {"ground": "NOT_SUPPLIED", "handler": CONFIRMER}
    given(*BROKEN).when(Supply(HEALTH, DUE, TODAY)).refused(Refusal.COMMITMENT_BROKEN, **facts)
    given(*BROKEN).when(Assess(GOOD_PLAN)).refused(Refusal.COMMITMENT_BROKEN, **facts)


# -- breach


def test_a_suspicion_rests_on_recorded_facts() -> None:
    """疑似落空须有证据；逾期、不符须账上有其事实。"""
    given(MADE, OVERDUE).when(Suspect(SUSPECTED)).then(SUSPECTED)
    given(MADE).when(Suspect(SUSPECTED)).refused(
        Refusal.COMMITMENT_NOT_BORNE_OUT, ground="NOT_SUPPLIED"
    )
    wrong = replace(SUSPECTED, ground=BreachGround.NOT_CONFORMING)
    given(MADE, PLAN, GOOD_PLAN).when(Suspect(wrong)).refused(Refusal.COMMITMENT_NOT_BORNE_OUT)
    given(MADE, PLAN, BAD_PLAN).when(Suspect(wrong)).then(wrong)
    given(MADE).when(Suspect(replace(SEEN, evidence=()))).refused(Refusal.COMMITMENT_NO_EVIDENCE)


def test_each_ground_is_suspected_once() -> None:
    """同一情形不重复记，另一情形照记；已确认落空、已终止的不必再疑；已履行的说明另循途径。"""
    given(*SUSPECT).when(Suspect(SUSPECTED)).then()
    given(*SUSPECT).when(Suspect(SEEN)).then(SEEN)
    for life in (BROKEN, (*BROKEN, VOIDED)):
        given(*life).when(Suspect(SEEN)).then()
    given(*PROVEN, FULFILLED).when(Suspect(SEEN)).refused(
        Refusal.COMMITMENT_FULFILLED, verified_on="2026-10-09"
    )


def test_who_inspected_does_not_confirm() -> None:
    """SD6：检查、报告过此事的人不得确认，也不得否定。"""
    life = (*SUSPECT, SEEN)
    given(*life).when(Confirm(CONFIRMED)).then(CONFIRMED)
    given(*life).when(Confirm(replace(CONFIRMED, handler=INSPECTOR))).refused(
        Refusal.DUTY_SAME_PERSON, person=INSPECTOR
    )
    given(*life).when(Dismiss(replace(DISMISSED, handler=INSPECTOR))).refused(
        Refusal.DUTY_SAME_PERSON, person=INSPECTOR
    )


def test_confirmation_answers_a_suspicion() -> None:
    """没有疑点的不能确认、不能否定；确认一次，后到的看到谁确认的。"""
    given(MADE).when(Confirm(CONFIRMED)).refused(
        Refusal.COMMITMENT_NOT_SUSPECTED, case_no="2026-000001"
    )
    given(MADE).when(Dismiss(DISMISSED)).refused(Refusal.COMMITMENT_NOT_SUSPECTED)
    given(*BROKEN).when(Confirm(CONFIRMED)).then()
    given(*BROKEN).when(Confirm(replace(CONFIRMED, handler=CHECKER))).refused(
        Refusal.COMMITMENT_BROKEN, handler=CONFIRMER
    )


def test_a_dismissed_suspicion_leaves_the_commitment_alive() -> None:
    """否定之后承诺照旧有效，可以再疑。"""
    given(*SUSPECT).when(Dismiss(DISMISSED)).then(DISMISSED)
    given(*SUSPECT, DISMISSED).when(Suspect(SUSPECTED)).then(SUSPECTED)


# -- the end


def test_fulfilled_when_every_paper_is_proven() -> None:
    """材料全部补交、核查相符，且已据以决定，才算履行完毕。"""
    given(*PROVEN).when(Fulfil(FULFILLED)).then(FULFILLED)
    given(*PROVEN, FULFILLED).when(Fulfil(FULFILLED)).then()
    given(MADE).when(Fulfil(FULFILLED)).refused(Refusal.COMMITMENT_NOT_RELIED)
    given(MADE, RELIED, PLAN, BAD_PLAN).when(Fulfil(FULFILLED)).refused(
        Refusal.COMMITMENT_UNPROVEN, materials="平面图、健康证"
    )
    given(*BROKEN, VOIDED).when(Fulfil(FULFILLED)).refused(
        Refusal.COMMITMENT_VOIDED, reason="LICENCE_REVOKED", reference="CX-1"
    )


def test_a_commitment_ends_with_its_licence() -> None:
    """未了的承诺随许可或申请终止；已履行的不再终止。"""
    for life in ((MADE,), SUSPECT, BROKEN):
        given(*life).when(Void(VOIDED)).then(VOIDED)
    given(*BROKEN, VOIDED).when(Void(VOIDED)).then()
    given(*PROVEN, FULFILLED).when(Void(VOIDED)).refused(Refusal.COMMITMENT_FULFILLED)


@pytest.mark.parametrize("life", [SUSPECT, BROKEN, RECTIFYING, (*BROKEN, VOIDED)])
def test_every_stage_knows_its_promise(life: tuple[Event, ...]) -> None:
    """到哪一步都查得到原来的承诺。"""
    state = commitment.AGGREGATE.fold(life)
    assert not isinstance(state, commitment.Nothing | commitment.Eligible)
    assert state.made == MADE


# -- the offer and the withdrawal


def test_an_offer_is_made_once_and_to_the_eligible() -> None:
    """先核对资格，再一次告知；不适用的、清单外的、不良信用的，走普通程序。"""
    fine = Eligibility(CHECKED, True, LIST, high_risk=False, records=())  # noqa: FBT003
    given().when(Offer(OFFERED, fine)).then(CHECKED, OFFERED)
    given(CHECKED, OFFERED).when(Offer(OFFERED, fine)).then()
    other = replace(OFFERED, notice_no="GZ-2")
    given(CHECKED, OFFERED).when(Offer(other, fine)).refused(
        Refusal.COMMITMENT_OFFERED_ONCE, notice_no="GZ-1"
    )
    given(CHECKED).when(Offer(OFFERED, fine)).refused(Refusal.COMMITMENT_NOT_MADE)
    given(MADE).when(Offer(OFFERED, fine)).refused(Refusal.COMMITMENT_NOT_SUSPECTED)
    for wrong, code in (
        (replace(fine, allowed=False), Refusal.COMMITMENT_NOT_ALLOWED),
        (replace(fine, high_risk=True), Refusal.COMMITMENT_HIGH_RISK),
        (replace(fine, on_list=("平面图",)), Refusal.COMMITMENT_NOT_ON_LIST),
        (replace(fine, fact=replace(CHECKED, materials=())), Refusal.COMMITMENT_EMPTY),
        (replace(fine, records=("XY-1",)), Refusal.COMMITMENT_BAD_CREDIT),
    ):
        given().when(Offer(OFFERED, wrong)).refused(code)
        given().when(Make(MADE, wrong, TODAY)).refused(code)


@pytest.mark.parametrize(
    "conditions",
    [
        (),
        (Condition("面积", " "),),
        (Condition("其他条件", "符合"),),
        (Condition("有关要求", "符合"),),
    ],
)
def test_conditions_can_be_measured(conditions: tuple[Condition, ...]) -> None:
    """条件逐项写明、可以衡量，没有兜底；后果也要写明。"""
    fine = _eligibility()
    vague = Offer(replace(OFFERED, conditions=conditions), fine)
    given().when(vague).refused(Refusal.COMMITMENT_VAGUE)
    silent = Offer(replace(OFFERED, consequences=()), fine)
    given().when(silent).refused(Refusal.COMMITMENT_NO_CONSEQUENCES)


def test_what_was_offered_is_what_is_promised() -> None:
    """签署的是所告知的文本，承诺的是核对过的材料、核对过的办件。"""
    life = (CHECKED, OFFERED)
    given(*life).when(_make()).then(MADE)
    given(*life).when(_make(replace(MADE, text_sha256=Sha256("b" * 64)))).refused(
        Refusal.COMMITMENT_OTHER_TEXT, notice_no="GZ-1"
    )
    other = replace(MADE, case_no=CaseNo("2026-000002"))
    given(*life).when(_make(other)).refused(Refusal.COMMITMENT_OTHER_CASE, case_no="2026-000001")
    strange = replace(MADE, promises=(Promise("环评批复", DUE),))
    given(*life).when(_make(strange)).refused(Refusal.COMMITMENT_NOT_ON_LIST)
    for promises in ((), (Promise("平面图", DUE),) * 2):
        given(*life).when(_make(replace(MADE, promises=promises))).refused(Refusal.COMMITMENT_EMPTY)
    given(CHECKED).when(_make()).refused(Refusal.COMMITMENT_NOT_MADE, case_no="2026-000001")


def test_a_promise_is_withdrawn_before_the_decision_only() -> None:
    """决定之前可以撤回，一次；已据以决定、疑似落空的不能撤回；撤回的不再疑。"""
    given(MADE).when(Withdraw(WITHDRAWN)).then(WITHDRAWN)
    given(MADE, WITHDRAWN).when(Withdraw(WITHDRAWN)).then()
    given(MADE, RELIED).when(Withdraw(WITHDRAWN)).refused(
        Refusal.COMMITMENT_ALREADY_RELIED, licence_no="JY-1"
    )
    given(MADE, SEEN).when(Withdraw(WITHDRAWN)).refused(Refusal.COMMITMENT_SUSPECTED)
    given(MADE, WITHDRAWN).when(Suspect(SEEN)).refused(Refusal.COMMITMENT_WITHDRAWN)


# -- verification and rectification


def test_verified_once_after_the_decision() -> None:
    """据以决定之后核查一次，须有证据；疑点待确认时照查。"""
    life = (MADE, RELIED, TERM)
    given(*life).when(Verify(GOOD)).then(GOOD)
    given(*life, SEEN).when(Verify(BAD)).then(BAD)
    for known in ((*life, GOOD), (*life, GOOD, SEEN), (*life, SEEN, GOOD)):
        given(*known).when(Verify(GOOD)).then()
        given(*known).when(Verify(BAD)).refused(Refusal.COMMITMENT_VERIFIED, handler=CHECKER)
    given(MADE).when(Verify(GOOD)).refused(Refusal.COMMITMENT_NOT_RELIED)
    given(*life).when(Verify(replace(GOOD, evidence=()))).refused(Refusal.COMMITMENT_NO_EVIDENCE)
    given(*BROKEN).when(Verify(GOOD)).refused(Refusal.COMMITMENT_BROKEN)


def test_no_fulfilment_without_verification() -> None:
    """要核查的，核查通过才算履行完毕；免予核查的不必。"""
    proven = (MADE, RELIED, TERM, *PROVEN[2:])
    for life in (proven, (*proven, BAD)):
        given(*life).when(Fulfil(FULFILLED)).refused(Refusal.COMMITMENT_UNVERIFIED)
    given(*proven, GOOD).when(Fulfil(FULFILLED)).then(FULFILLED)
    exempt = VerificationSet(None, provisional=False)
    given(MADE, RELIED, exempt, *PROVEN[2:]).when(Fulfil(FULFILLED)).then(FULFILLED)


def test_rectification_is_ordered_once() -> None:
    """确认落空、办法许可先整改的，责令一次，逐项写明，限期在将来。"""
    order = Order(ORDERED, allowed=True, today=TODAY)
    given(*BROKEN).when(order).then(ORDERED)
    given(*RECTIFYING).when(order).then()
    given(*BROKEN).when(replace(order, allowed=False)).refused(Refusal.COMMITMENT_REVOKE_AT_ONCE)
    empty = replace(order, fact=replace(ORDERED, requirements=()))
    given(*BROKEN).when(empty).refused(Refusal.CASE_NOTICE_EMPTY)
    given(*BROKEN).when(replace(order, today=ORDERED.due_on)).refused(Refusal.COMMITMENT_DUE_PASSED)
    given(*RECTIFYING, FAILED).when(order).refused(
        Refusal.COMMITMENT_RECTIFY_FAILED, reason="OVERDUE"
    )
    given(*RECTIFYING).when(replace(order, fact=replace(ORDERED, document_no="ZG-2"))).refused(
        Refusal.COMMITMENT_RECTIFYING, document_no="ZG-1"
    )
    given(MADE).when(order).refused(Refusal.COMMITMENT_NOT_SUSPECTED)


def test_a_rectification_succeeds_or_fails() -> None:
    """整改完成须有证据，逾期的已经补来；期满之日过完才算逾期；人认定失败的须说明理由。"""
    given(*RECTIFYING, HEALTH).when(Rectify(RECTIFIED)).then(RECTIFIED)
    given(*RECTIFYING, HEALTH, RECTIFIED).when(Rectify(RECTIFIED)).then()
    given(*RECTIFYING).when(Rectify(RECTIFIED)).refused(
        Refusal.COMMITMENT_NOT_RECTIFIED, materials="健康证"
    )
    bare = Rectify(replace(RECTIFIED, evidence=()))
    given(*RECTIFYING).when(bare).refused(Refusal.COMMITMENT_NO_EVIDENCE)
    given(*BROKEN).when(Rectify(RECTIFIED)).refused(Refusal.COMMITMENT_BROKEN)
    over = FailRectification(FAILED, ORDERED.due_on, date(2026, 10, 27))
    given(*RECTIFYING).when(over).then(FAILED)
    given(*RECTIFYING, FAILED).when(over).then()
    given(*RECTIFYING).when(replace(over, today=ORDERED.due_on)).refused(
        Refusal.COMMITMENT_NOT_YET_DUE, due_on="2026-10-26"
    )
    refusing = replace(FAILED, reason=FailureReason.REFUSED, handler=CHECKER)
    given(*RECTIFYING).when(replace(over, fact=refusing)).refused(Refusal.CASE_REASONS_MISSING)
    told = replace(refusing, explanation="当面拒绝")
    given(*RECTIFYING).when(replace(over, fact=told)).then(told)
    given(MADE).when(over).refused(Refusal.COMMITMENT_NOT_SUSPECTED)


def test_papers_go_on_while_rectifying() -> None:
    """整改期间照收照查，不再记补交逾期，不再疑；许可终结的随之终止。"""
    given(*RECTIFYING).when(Supply(HEALTH, ORDERED.due_on, TODAY)).then(HEALTH)
    given(*RECTIFYING, HEALTH).when(Assess(GOOD_HEALTH)).then(GOOD_HEALTH)
    given(*RECTIFYING).when(MarkOverdue(OVERDUE, date(2026, 10, 9))).then()
    given(*RECTIFYING).when(Suspect(SEEN)).then()
    given(*RECTIFYING).when(Void(VOIDED)).then(VOIDED)
    cured = (*RECTIFYING, HEALTH, RECTIFIED)
    given(*cured).when(Suspect(SUSPECTED)).refused(Refusal.COMMITMENT_NOT_BORNE_OUT)
    given(*cured, SEEN).when(Void(VOIDED)).then(VOIDED)
    given(CHECKED).when(MarkOverdue(OVERDUE, date(2026, 10, 9))).refused(
        Refusal.COMMITMENT_NOT_MADE
    )


def test_what_is_still_owed_is_due_after_a_rectification() -> None:
    """整改的是与现场不符；其间到期没有补交的健康证，期限续行到整改的限期，不就此免了。"""
    seen = (MADE, RELIED, PLAN, SEEN, replace(CONFIRMED, ground=SEEN.ground), ORDERED)
    resumed = DeadlinesResumed((Promise("健康证", ORDERED.due_on),))
    given(*seen).when(Rectify(RECTIFIED)).then(RECTIFIED, resumed)
    alive = (*seen, RECTIFIED, resumed)
    overdue = SupplementOverdue("健康证", ORDERED.due_on)
    given(*alive).when(MarkOverdue(overdue, date(2026, 10, 27))).then(overdue)
    given(*alive).when(Supply(HEALTH, ORDERED.due_on, ORDERED.due_on)).then(HEALTH)
    later = replace(ORDERED, due_on=date(2026, 9, 1))  # 约定之日更晚的，照约定
    kept = DeadlinesResumed((Promise("健康证", DUE),))
    given(*seen[:-1], later).when(Rectify(RECTIFIED)).then(RECTIFIED, kept)
    bad = (MADE, RELIED, PLAN, HEALTH, BAD_PLAN, SEEN, replace(CONFIRMED, ground=SEEN.ground))
    given(*bad, ORDERED).when(Rectify(RECTIFIED)).refused(
        Refusal.COMMITMENT_NOT_RECTIFIED, materials="平面图"
    )


def test_a_commitment_revives_with_its_licence() -> None:
    """撤销决定被撤销：承诺恢复，没有补交的另定期限，核查重新起算；曾经的确认随之不算。"""
    again = VerificationSet(date(2026, 12, 31), provisional=False)
    early = Revive(REVIVED, None, again, date(2026, 9, 1))
    life = (MADE, RELIED, PLAN, TERM, SEEN, replace(CONFIRMED, ground=SEEN.ground), VOIDED)
    resumed = DeadlinesResumed((Promise("健康证", DUE),))
    given(*life).when(early).then(REVIVED, resumed, again)
    late = replace(early, today=date(2026, 11, 2))
    given(*life).when(late).refused(Refusal.COMMITMENT_REVIVAL_DATE, materials="健康证")
    given(*life).when(replace(late, supply_by=date(2026, 11, 2))).refused(
        Refusal.COMMITMENT_DUE_PASSED, today="2026-11-02"
    )
    given(*life).when(replace(late, supply_by=date(2026, 11, 30))).then(REVIVED, RESUMED, again)
    state = commitment.AGGREGATE.fold((*life, REVIVED, RESUMED))
    assert isinstance(state, commitment.Live)
    assert state.broken is None
    done = (*PROVEN, TERM, GOOD, SEEN, CONFIRMED, VOIDED)
    given(*done).when(late).then(REVIVED)
    fulfilled = (*done, REVIVED)
    given(*fulfilled).when(Fulfil(FULFILLED)).then(FULFILLED)
    failed = (*PROVEN, TERM, BAD, SEEN, CONFIRMED, VOIDED, REVIVED)
    given(*failed).when(Verify(GOOD)).then(GOOD)


def test_only_what_ended_with_that_revocation_revives() -> None:
    """另因终止的、履行完毕的、还有效的，都不恢复。"""
    revive = Revive(REVIVED, date(2026, 11, 30), TERM, date(2026, 11, 2))
    for reason, reference in (
        (VoidReason.LICENCE_ENDED, "CX-1"),
        (VoidReason.LICENCE_REVOKED, "CX-2"),
    ):
        ended = Voided(reason, reference)
        given(*BROKEN, ended).when(revive).refused(Refusal.COMMITMENT_VOIDED)
    given(*PROVEN, FULFILLED).when(revive).refused(Refusal.COMMITMENT_FULFILLED)
    given(MADE).when(revive).refused(Refusal.COMMITMENT_NOT_SUSPECTED)


def test_contradictions_stop_the_case() -> None:
    """互相矛盾的历史当即停下；补交没有承诺过的材料也是矛盾。"""
    events = {type(event): event for life in LIVES for event in life}
    stranger = MaterialSupplied("合同", SHA, at("2026-09-01"))
    check_impossible(commitment.AGGREGATE, ((), *LIVES), (*events.values(), stranger))


def test_decider_laws() -> None:
    """承诺守决定者的共同规矩。"""
    check_decider_laws(commitment.AGGREGATE, commitment.decide, anything(commitment.Command), LIVES)
