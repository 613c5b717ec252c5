"""事项的一生：休眠与激活、取消、拟下放与下放、机关撤并。"""

from dataclasses import replace
from datetime import date
from typing import Final

import pytest
from hypothesis import strategies as st

from domain import catalogue, intermediary, organ
from domain.acts.catalogue import (
    CancelItem,
    MakeDormant,
    MergeOrgan,
    PlanTransfer,
    RecordFirstUse,
    TransferAuthority,
)
from domain.acts.deciding import Approve, Review
from domain.acts.filings import SubmitFiling
from domain.acts.intake import Accept, Receive
from domain.acts.register import PublishItem
from domain.case import Received, ReviewOpinion
from domain.catalogue import (
    Activated,
    AuthorityTransferred,
    Cancel,
    Cancelled,
    CancelMode,
    FirstUsed,
    MadeDormant,
    Transfer,
    TransferMode,
    TransferPlanned,
    Use,
)
from domain.decider import Event, Plan
from domain.intermediary import IntermediaryRegistered, Qualification
from domain.refusals import Refusal
from domain.terms import (
    CaseKind,
    CaseNo,
    Channel,
    ItemCode,
    LicenceNo,
    Material,
    Organ,
    PersonId,
    Role,
    SubjectId,
)
from tests.domain.case_file import (
    APPROVER,
    ITEM,
    ITEM_V1,
    MACHINE,
    SHA,
    STAFF,
    SUPERVISOR,
    Book,
    actor,
    case_files,
    check_impossible,
    events_of,
    town,
)
from tests.domain.laws import anything, check_decider_laws

given = case_files(catalogue.AGGREGATE, catalogue.decide)

TOWN: Final = Organ("350505-ZF01")
MERGED: Final = Organ("350505-ZHJ")
KEEPER: Final = PersonId("P-list")
TODAY: Final = date(2026, 3, 2)
LATER: Final = date(2026, 5, 6)
DORMANT = MadeDormant("建区以来没有办件", "泉台审管〔2026〕1号", KEEPER)
CANCELLED = Cancelled(
    mode=CancelMode.ABOLISHED,
    effective_from=LATER,
    successor_item=None,
    supervising_bodies=ITEM_V1.supervising_bodies,
    explanation="市场机制能够有效调节",
    document_no="国发〔2021〕7号",
    handler=KEEPER,
)
PLANNED = TransferPlanned(TransferMode.DIRECT, APPROVER, TOWN, LATER, "泉台审管〔2026〕2号", KEEPER)
MOVED = AuthorityTransferred(
    mode=TransferMode.DIRECT,
    from_organ=APPROVER,
    to_organ=TOWN,
    effective_from=LATER,
    supervising_bodies=ITEM_V1.supervising_bodies,
    document_no="泉台审管〔2026〕3号",
    handler=KEEPER,
)
FIRST = FirstUsed("2026-000001")
WOKEN = Activated("2026-000001")
LIVES: tuple[tuple[Event, ...], ...] = (
    (ITEM_V1,),
    (ITEM_V1, FIRST),
    (ITEM_V1, DORMANT),
    (ITEM_V1, DORMANT, WOKEN),
    (ITEM_V1, PLANNED),
    (ITEM_V1, PLANNED, MOVED),
    (ITEM_V1, CANCELLED),
)
RECEIVE = Receive(
    case_no=CaseNo("2026-000001"),
    item_code=ITEM,
    channel=Channel.COUNTER,
    applicant=SubjectId("S-1"),
    materials=(Material("申请书", SHA),),
    receipt_no="R-1",
)


@pytest.fixture
def book() -> Book:
    """一座小城，另有清单管理员与承接机关的人。"""
    made = town()
    made.hire("list", Role.CATALOGUE, APPROVER, PersonId("P-list"))
    for name, role in (("town_reviewer", Role.REVIEWER), ("town_decider", Role.DECIDER)):
        made.hire(name, role, TOWN, PersonId(f"P-{name}"))
    made.hire("heir", Role.DECIDER, MERGED, PersonId("P-heir"))
    return made


LIST: Final = actor("list", Role.CATALOGUE, APPROVER)
TOWN_REVIEWER: Final = actor("town_reviewer", Role.REVIEWER, TOWN)
TOWN_DECIDER: Final = actor("town_decider", Role.DECIDER, TOWN)
HEIR: Final = actor("heir", Role.DECIDER, MERGED)


# -- 休眠与激活（机制 1）


def test_only_an_item_without_cases_sleeps() -> None:
    """从未有过办件的可以休眠；有过一件的不行，须写明理由与文件。"""
    sleep = catalogue.MakeDormant(DORMANT)
    given(ITEM_V1).when(sleep).then(DORMANT)
    given(ITEM_V1, DORMANT).when(sleep).then()
    given().when(sleep).refused(Refusal.ITEM_NOT_LISTED)
    given(ITEM_V1, FIRST).when(sleep).refused(Refusal.ITEM_IN_USE, case_no="2026-000001")
    given(ITEM_V1, DORMANT, WOKEN).when(sleep).refused(Refusal.ITEM_IN_USE)
    given(ITEM_V1, CANCELLED).when(sleep).refused(Refusal.ITEM_CANCELLED)
    other = catalogue.MakeDormant(replace(DORMANT, explanation="另有理由"))
    given(ITEM_V1, DORMANT).when(other).refused(Refusal.ITEM_DORMANT, handler=KEEPER)
    for bare in (replace(DORMANT, explanation=" "), replace(DORMANT, document_no="")):
        given(ITEM_V1).when(catalogue.MakeDormant(bare)).refused(Refusal.ITEM_NO_DOCUMENT)


def test_the_first_case_is_recorded_once() -> None:
    """首次办件由机器记一次；收件本身不写事项案卷，除非激活。"""
    machine, window = Use("2026-000001", first=True), Use("2026-000001", first=False)
    given(ITEM_V1).when(machine).then(FIRST)
    given(ITEM_V1).when(window).then()
    given(ITEM_V1, FIRST).when(machine).then()
    for command in (machine, window):
        given(ITEM_V1, DORMANT).when(command).then(WOKEN)
        given(ITEM_V1, DORMANT, WOKEN).when(command).then()
        given(ITEM_V1, CANCELLED).when(command).then()
        given().when(command).refused(Refusal.ITEM_NOT_LISTED)


def test_an_application_wakes_the_item_and_is_never_refused(book: Book) -> None:
    """申办休眠事项：收件照收，事项同时激活，缘由就是这一件。"""
    book.do(MakeDormant(ITEM, "建区以来没有办件", "泉台审管〔2026〕1号"), LIST, "2026-03-02")
    events = events_of(book.do(RECEIVE, STAFF["clerk"], "2026-03-03"))
    assert [type(event) for event in events] == [Received, Activated]
    assert events[1] == WOKEN
    assert book.ask(RecordFirstUse(ITEM, "2026-000001"), MACHINE, "2026-03-03") == Plan()
    second = replace(RECEIVE, case_no=CaseNo("2026-000002"), receipt_no="R-2")
    assert len(events_of(book.do(second, STAFF["clerk"], "2026-03-03"))) == 1


def test_a_dormancy_that_crossed_a_case_is_lifted(book: Book) -> None:
    """收件在前、首次办件尚未记下而误作休眠的：机器记首次办件时即激活。"""
    book.do(RECEIVE, STAFF["clerk"], "2026-03-02")
    book.do(MakeDormant(ITEM, "没有办件", "泉台审管〔2026〕1号"), LIST, "2026-03-02")
    plan = book.do(RecordFirstUse(ITEM, "2026-000001"), MACHINE, "2026-03-02")
    assert events_of(plan) == (WOKEN,)


def test_a_filing_wakes_the_item_as_well() -> None:
    """报备也激活休眠的报备制事项。"""
    book = town(replace(ITEM_V1, filing_only=True))
    book.put(catalogue.AGGREGATE.stream(ITEM), DORMANT)
    held = Qualification("食品", "ZZ-1", date(2025, 1, 1), date(2027, 12, 31))
    listed = IntermediaryRegistered("评估公司", (held,), (), PersonId("P-9"))
    book.put(intermediary.AGGREGATE.stream("ZJ-1"), listed)
    filing = SubmitFiling(CaseNo("B-1"), ITEM, SubjectId("S-1"), "ZJ-1", SHA, SHA)
    plan = book.do(filing, STAFF["clerk"], "2026-03-03")
    assert events_of(plan)[-1] == Activated("B-1")


# -- 取消（机制 80）


def test_an_item_is_cancelled_once_and_not_backwards() -> None:
    """取消一次，写明文件，不得倒签；监管部门随事项版本。"""
    bare = Cancel(replace(CANCELLED, supervising_bodies=()), TODAY)
    given(ITEM_V1).when(bare).then(CANCELLED)
    given(ITEM_V1, CANCELLED).when(bare).then()
    other = Cancel(replace(CANCELLED, document_no="别的文件"), TODAY)
    given(ITEM_V1, CANCELLED).when(other).refused(
        Refusal.ITEM_CANCELLED, effective_from="2026-05-06", document_no="国发〔2021〕7号"
    )
    given().when(bare).refused(Refusal.ITEM_NOT_LISTED)
    late = Cancel(CANCELLED, date(2026, 5, 7))
    given(ITEM_V1).when(late).refused(Refusal.ITEM_BACKDATED, effective_from="2026-05-06")
    unsaid = Cancel(replace(CANCELLED, explanation=""), TODAY)
    given(ITEM_V1).when(unsaid).refused(Refusal.ITEM_NO_DOCUMENT)


@pytest.mark.parametrize(
    ("mode", "after"),
    [
        (CancelMode.ABOLISHED, ItemCode("B")),
        (CancelMode.TO_FILING, None),
        (CancelMode.MERGED, None),
    ],
)
def test_what_comes_after_must_be_said(mode: CancelMode, after: ItemCode | None) -> None:
    """改为备案、并入的写明后一事项；直接取消的没有。"""
    fact = replace(CANCELLED, mode=mode, successor_item=after)
    given(ITEM_V1).when(Cancel(fact, TODAY)).refused(Refusal.ITEM_SUCCESSOR)


def test_no_case_after_the_cancellation(book: Book) -> None:
    """取消之日起不再收件，理由写明文件；前一日照收。"""
    act = CancelItem(ITEM, CancelMode.ABOLISHED, LATER, "市场机制能够有效调节", "国发〔2021〕7号")
    book.do(act, LIST, "2026-03-02")
    book.do(RECEIVE, STAFF["clerk"], "2026-04-30")
    second = replace(RECEIVE, case_no=CaseNo("2026-000002"))
    book.refuse(
        Refusal.ITEM_CANCELLED, second, STAFF["clerk"], "2026-05-06", document_no="国发〔2021〕7号"
    )
    filing = SubmitFiling(CaseNo("B-1"), ITEM, SubjectId("S-1"), "甲评估公司", SHA, SHA)
    book.refuse(Refusal.ITEM_CANCELLED, filing, STAFF["clerk"], "2026-05-06")


def test_a_cancelled_item_gets_no_further_version() -> None:
    """已取消的不再公布新版本；内容未变的仍是无事可办。"""
    again = catalogue.Publish(ITEM_V1, TODAY)
    given(ITEM_V1, CANCELLED).when(again).then()
    changed = catalogue.Publish(replace(ITEM_V1, promised_days=5, effective_from=LATER), TODAY)
    given(ITEM_V1, CANCELLED).when(changed).refused(Refusal.ITEM_CANCELLED)


# -- 下放（机制 38、46）


def test_a_plan_changes_nothing(book: Book) -> None:
    """拟下放只记计划：计划之日过了，仍由原机关决定。"""
    act = PlanTransfer(ITEM, TransferMode.DIRECT, APPROVER, TOWN, LATER, "泉台审管〔2026〕2号")
    assert events_of(book.do(act, LIST, "2026-03-02")) == (PLANNED,)
    assert book.ask(act, LIST, "2026-03-02") == Plan()
    _under_review(book, "2026-05-07")
    review = Review(RECEIVE.case_no, ReviewOpinion.APPROVE, "齐全")
    book.refuse(Refusal.DUTY_ORGAN, review, TOWN_REVIEWER, "2026-05-08", organ=APPROVER)
    book.do(review, STAFF["reviewer"], "2026-05-08")
    plan = catalogue.PlanTransfer(PLANNED)
    given().when(plan).refused(Refusal.ITEM_NOT_LISTED)
    given(ITEM_V1, CANCELLED).when(plan).refused(Refusal.ITEM_CANCELLED)


def test_after_a_direct_transfer_the_new_organ_decides(book: Book) -> None:
    """直接下放之后，新的决定由承接机关以自己的名义作出；原机关无权。"""
    book.do(_transfer(TransferMode.DIRECT), LIST, "2026-03-02")
    _under_review(book, "2026-05-07")
    review = Review(RECEIVE.case_no, ReviewOpinion.APPROVE, "齐全")
    book.refuse(Refusal.DUTY_ORGAN, review, STAFF["reviewer"], "2026-05-08", organ=TOWN)
    book.do(review, TOWN_REVIEWER, "2026-05-08")
    approve = Approve(RECEIVE.case_no, "D-1", LicenceNo("L-1"))
    book.refuse(Refusal.DUTY_IN_NAME_OF, approve, STAFF["decider"], "2026-05-11", organ=TOWN)
    book.do(approve, TOWN_DECIDER, "2026-05-11")


@pytest.mark.parametrize("mode", [TransferMode.ENTRUSTED, TransferMode.INTERNAL])
def test_a_delegate_decides_in_the_name_of_the_organ(book: Book, mode: TransferMode) -> None:
    """委托与内部调整：承接机关可以办，但须以原机关的名义（许可法 24 条）。"""
    book.do(_transfer(mode), LIST, "2026-03-02")
    _under_review(book, "2026-05-07")
    book.do(Review(RECEIVE.case_no, ReviewOpinion.APPROVE, "齐全"), TOWN_REVIEWER, "2026-05-08")
    approve = Approve(RECEIVE.case_no, "D-1", LicenceNo("L-1"))
    book.refuse(Refusal.DUTY_IN_NAME_OF, approve, TOWN_DECIDER, "2026-05-11", organ=APPROVER)
    book.do(approve, replace(TOWN_DECIDER, in_name_of=APPROVER), "2026-05-11")


def test_a_forward_service_only_takes_in(book: Book) -> None:
    """服务前移只前移收件，决定仍归原机关。"""
    book.do(_transfer(TransferMode.FORWARD_SERVICE), LIST, "2026-03-02")
    _under_review(book, "2026-05-07")
    review = Review(RECEIVE.case_no, ReviewOpinion.APPROVE, "齐全")
    book.refuse(Refusal.DUTY_ORGAN, review, TOWN_REVIEWER, "2026-05-08", organ=APPROVER)
    listed = book.load(catalogue.AGGREGATE, ITEM)
    assert isinstance(listed, catalogue.Listed)
    assert listed.competence(ITEM_V1, LATER) == catalogue.Competence(APPROVER, windows=(TOWN,))


def test_only_the_competent_organ_gives_away() -> None:
    """只有那日的有权机关能放下来，放给另一机关；不得倒签，也不得早于前一次。"""
    bare = Transfer(replace(MOVED, supervising_bodies=()), TODAY)
    given(ITEM_V1).when(bare).then(MOVED)
    given(ITEM_V1, MOVED).when(bare).then()
    given().when(bare).refused(Refusal.ITEM_NOT_LISTED)
    given(ITEM_V1, CANCELLED).when(bare).refused(Refusal.ITEM_CANCELLED)
    given(ITEM_V1).when(Transfer(MOVED, date(2026, 5, 7))).refused(Refusal.ITEM_BACKDATED)
    for wrong in (replace(MOVED, from_organ=TOWN), replace(MOVED, to_organ=APPROVER)):
        given(ITEM_V1).when(Transfer(wrong, TODAY)).refused(
            Refusal.ITEM_NOT_ITS_ORGAN, organ=APPROVER
        )
    undocumented = Transfer(replace(MOVED, document_no=""), TODAY)
    given(ITEM_V1).when(undocumented).refused(Refusal.ITEM_NO_DOCUMENT)
    onward = replace(MOVED, from_organ=TOWN, to_organ=MERGED)
    given(ITEM_V1, MOVED).when(Transfer(onward, TODAY)).then(onward)
    early = replace(onward, effective_from=date(2026, 4, 1))
    given(ITEM_V1, MOVED).when(Transfer(early, TODAY)).refused(Refusal.ITEM_BACKDATED)


def test_a_version_of_the_new_organ_stands_by_itself() -> None:
    """下放之后按新机关公布的版本，不再算一次下放。"""
    v2 = replace(ITEM_V1, version=2, approving_body=TOWN, effective_from=LATER)
    state = catalogue.AGGREGATE.fold((ITEM_V1, MOVED, v2))
    assert isinstance(state, catalogue.Listed)
    assert state.competence(v2, LATER) == catalogue.Competence(TOWN)
    assert state.competence(ITEM_V1, date(2026, 5, 5)) == catalogue.Competence(APPROVER)


def test_supervision_stays_when_approvals_are_centralised() -> None:
    """相对集中划转：原部门须是监管部门，划转之后由审批局决定（机制 46）。"""
    central = replace(MOVED, mode=TransferMode.CENTRALISED)
    given(ITEM_V1).when(Transfer(central, TODAY)).refused(
        Refusal.ITEM_SUPERVISION_STAYS, organ=APPROVER
    )
    former = replace(ITEM_V1, approving_body=SUPERVISOR)
    fact = replace(central, from_organ=SUPERVISOR, to_organ=APPROVER)
    given(former).when(Transfer(fact, TODAY)).then(fact)
    state = catalogue.AGGREGATE.fold((former, fact))
    assert isinstance(state, catalogue.Listed)
    assert state.competence(former, LATER).body == APPROVER
    assert SUPERVISOR in state.latest.supervising_bodies


# -- 机关撤并

succession = case_files(organ.AGGREGATE, organ.decide)
GONE = organ.Succeeded(MERGED, LATER, "泉台编〔2026〕5号", KEEPER)
ABOVE = organ.SuperiorSet(Organ("350500-SPJ"), LATER, "泉编〔2026〕1号", KEEPER)
SUCCEED = organ.Succeed(APPROVER, GONE, standing=True, today=TODAY)


def test_an_organ_is_merged_once_into_another() -> None:
    """撤并一次，承受的须是另一个仍在的机关，不得倒签。"""
    succession().when(SUCCEED).then(GONE)
    succession(GONE).when(SUCCEED).then()
    other = replace(SUCCEED, fact=replace(GONE, successor=TOWN))
    succession(GONE).when(other).refused(Refusal.ORGAN_MERGED, successor=MERGED)
    itself = replace(SUCCEED, fact=replace(GONE, successor=APPROVER))
    succession().when(itself).refused(Refusal.ORGAN_SUCCESSOR, successor=APPROVER)
    succession().when(replace(SUCCEED, standing=False)).refused(Refusal.ORGAN_SUCCESSOR)
    succession().when(replace(SUCCEED, today=date(2026, 5, 7))).refused(Refusal.ITEM_BACKDATED)
    bare = replace(SUCCEED, fact=replace(GONE, document_no=" "))
    succession().when(bare).refused(Refusal.ITEM_NO_DOCUMENT)


def test_the_successor_acts_from_its_day(book: Book) -> None:
    """撤并生效之日起由承受机关办理，前一日还是原机关；承受机关不能反过来并入原机关。"""
    book.do(MergeOrgan(APPROVER, MERGED, LATER, "泉台编〔2026〕5号"), LIST, "2026-03-02")
    back = MergeOrgan(MERGED, APPROVER, LATER, "泉台编〔2026〕6号")
    book.refuse(Refusal.ORGAN_SUCCESSOR, back, LIST, "2026-03-02")
    _under_review(book, "2026-04-28")
    review = Review(RECEIVE.case_no, ReviewOpinion.APPROVE, "齐全")
    book.do(review, STAFF["reviewer"], "2026-04-29")
    approve = Approve(RECEIVE.case_no, "D-1", LicenceNo("L-1"))
    book.refuse(Refusal.DUTY_IN_NAME_OF, approve, HEIR, "2026-04-30", organ=APPROVER)
    book.refuse(Refusal.DUTY_IN_NAME_OF, approve, STAFF["decider"], "2026-05-06", organ=MERGED)
    book.do(approve, HEIR, "2026-05-06")


# -- 共同的规矩


def test_publishing_goes_on_beside_the_life(book: Book) -> None:
    """休眠不妨碍公布新版本。"""
    book.do(MakeDormant(ITEM, "没有办件", "泉台审管〔2026〕1号"), LIST, "2026-03-02")
    act = PublishItem(
        item_code=ITEM,
        effective_from=LATER,
        name=ITEM_V1.name,
        legal_basis=ITEM_V1.legal_basis,
        approving_body=APPROVER,
        supervising_bodies=(SUPERVISOR,),
        legal_days=20,
        promised_days=5,
        window_authorised=False,
        commitment_allowed=False,
        commitment_materials=(),
        breach_policy=ITEM_V1.breach_policy,
        filing_only=False,
        materials=("申请书",),
        speciality="食品",
    )
    assert len(events_of(book.do(act, LIST, "2026-03-02"))) == 1


def test_contradictions_stop_the_item_and_the_organ() -> None:
    """互相矛盾的历史当即停下。"""
    events = {type(event): event for life in LIVES for event in life}
    check_impossible(catalogue.AGGREGATE, ((), *LIVES), (*events.values(), GONE))
    check_impossible(organ.AGGREGATE, ((), (GONE,), (ABOVE,)), (GONE, ABOVE, FIRST))


def test_each_fact_takes_effect_on_its_own_day() -> None:
    """取消、下放、撤并，生效之日都以所载为准。"""
    assert {one.takes_effect(TODAY) for one in (CANCELLED, MOVED, GONE, ABOVE)} == {LATER}


def test_decider_laws() -> None:
    """事项与机关守决定者的共同规矩。"""
    commands = st.one_of([anything(kind) for kind in catalogue.Command.__args__[1:]])
    check_decider_laws(catalogue.AGGREGATE, catalogue.decide, commands, LIVES)
    lives = [(GONE,), (ABOVE,), (ABOVE, GONE)]
    check_decider_laws(organ.AGGREGATE, organ.decide, anything(organ.Command), lives)


def _transfer(mode: TransferMode) -> TransferAuthority:
    return TransferAuthority(ITEM, mode, APPROVER, TOWN, LATER, "泉台审管〔2026〕3号")


def _under_review(book: Book, when: str) -> None:
    book.do(RECEIVE, STAFF["clerk"], when)
    book.do(Accept(RECEIVE.case_no, CaseKind.PLEDGED_TIME, "A-1"), STAFF["clerk"], when)
