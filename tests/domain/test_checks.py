"""检查之前与检查之时：告知、突击的决定、对象签字、专家、补录、代码集（表 F 第 7、8 行）。"""

from dataclasses import replace
from datetime import date
from typing import Final

import pytest
from hypothesis import strategies as st

from domain import code_set, filing, inspection_task
from domain.acts.check_results import ReviewFinding
from domain.acts.checks import DecideUnannounced, PublishCodeSet
from domain.acts.inspections import AssignTask, RecordInspection, RegisterPlan
from domain.acts.register import RegisterInspector
from domain.code_set import CodeKind, CodeSetPublished, FollowUpKind, ResultCode
from domain.inspection_task import (
    CheckNotified,
    CheckUnannounced,
    EnteredLate,
    FindingCode,
    Inspected,
    PartySignature,
    Told,
)
from domain.refusals import Refusal
from domain.terms import Actor, CaseNo, PersonId, Role, Sha256, SubjectId
from tests.domain.case_file import ITEM, MACHINE, SHA, actor, at, check_impossible
from tests.domain.hall import BUREAU, Hall
from tests.domain.laws import anything, check_decider_laws
from tests.rules.draws import NO, PLAN, RUNNER, hall, inspector, notice, ready, settled, shop

SHOP: Final = SubjectId("S-1")
ONE, TWO = PersonId("p-one"), PersonId("p-two")
VISIT: Final = date(2026, 9, 10)
CHECKED: Final = "2026-09-10 11:00"
HEAD: Final = actor("head", Role.SUPERVISION_HEAD, BUREAU)
LISTER: Final = actor("lister", Role.CATALOGUE, BUREAU)
FOUND: Final = RecordInspection(
    *(NO, SHOP, at("2026-09-10 10:00"), "v1", (FindingCode.NO_PROBLEM,), (ONE, TWO), (), SHA),
    party=PartySignature.SIGNED,
)
# The set of 2017 that was seen in practice (domain.md L-38i), shortened.
SET: Final = PublishCodeSet(
    "2017",
    "2017 年检查结果代码",
    (
        ResultCode("1", "未发现问题", CodeKind.CLEAR),
        ResultCode(
            *("6", "通过登记的住所无法联系", CodeKind.UNREACHABLE),
            must_follow=True,
            follow_up_kind=FollowUpKind.ABNORMAL,
            automatic=True,
        ),
        ResultCode("9", "注销", CodeKind.ENDED),
        ResultCode("A", "发现问题待后续处理", CodeKind.PROBLEM, must_follow=True),
        ResultCode("E", "发现问题经责令已改正", CodeKind.CORRECTED),
        ResultCode("F", "未发现开展本次抽查涉及的经营活动", CodeKind.NOT_OPERATING),
    ),
)


def given(plan: RegisterPlan = PLAN) -> tuple[Hall, Actor]:
    """一户已派给两名检查人员，还没有告知。"""
    new = hall()
    who, _ = (new.employ(name, Role.INSPECTOR) for name in ("one", "two"))
    new.employ("head", Role.SUPERVISION_HEAD)
    new.employ("lister", Role.CATALOGUE)
    for person in (ONE, TWO):
        number, valid_to = f"闽-{person}", date(2027, 12, 31)
        entry = RegisterInspector(person, BUREAU, "350505", ("餐饮",), "一所", number, valid_to)
        new.record(entry, RUNNER)
    if plan.code_set != code_set.BUILT_IN:
        new.record(SET, LISTER)
    pool = (inspector(ONE), inspector(TWO))
    settled(ready(new, (shop(1),), pool, date(2026, 9, 30), plan))
    new.record(AssignTask(NO, SHOP), MACHINE, "2026-09-02")
    return new, who


def notified(plan: RegisterPlan = PLAN) -> tuple[Hall, Actor]:
    """已告知检查对象。"""
    new, who = given(plan)
    new.record(notice(SHOP, VISIT), who, "2026-09-08")
    return new, who


# -- 告知


def test_no_check_before_the_object_is_told() -> None:
    """没有告知、也没有决定不预先告知的，结果不得录入；告知之前查的也不行。"""
    new, who = given()
    assert new.refusal(FOUND, who, CHECKED) is Refusal.TASK_UNNOTIFIED
    new.record(notice(SHOP, VISIT), who, "2026-09-10")
    early = replace(FOUND, performed_at=at("2026-09-09 10:00"))
    assert new.refusal(early, who, CHECKED) is Refusal.TASK_BEFORE_NOTICE
    new.record(FOUND, who, CHECKED)


def test_everything_is_told_or_nothing_counts() -> None:
    """权利、年度检查次数上限、五个严禁，少告知一项即不算；拟检查之日在期限之内。"""
    new, who = given()
    act = notice(SHOP, VISIT)
    for missing in Told:
        told = tuple(one for one in Told if one is not missing)
        assert new.refusal(replace(act, told=told), who, "2026-09-08") is Refusal.TASK_NOT_TOLD
    for wrong in (date(2026, 9, 7), date(2026, 10, 1)):
        late = replace(act, visit_on=wrong)
        assert new.refusal(late, who, "2026-09-08") is Refusal.TASK_VISIT_DAY
    (fact,) = new.record(act, who, "2026-09-08")
    assert isinstance(fact, CheckNotified)
    new.idle(act, who, "2026-09-08")
    other = replace(act, document_no="检通字-2")
    assert new.refusal(other, who, "2026-09-08") is Refusal.TASK_NOTIFIED


def test_only_the_pair_tells_and_somebody_else_decides_not_to() -> None:
    """告知由抽定的人办；不预先告知由检查人以外的本部门的人决定，写明理由。"""
    new, who = given()
    stranger = new.employ("other", Role.INSPECTOR)
    act = notice(SHOP, VISIT)
    assert new.refusal(act, stranger, "2026-09-08") is Refusal.TASK_NOT_ASSIGNED
    hidden = DecideUnannounced(NO, SHOP, "检审-1", "投诉反映夜间违规")
    also = new.employ("also", Role.SUPERVISION_HEAD, person=ONE)
    assert new.refusal(hidden, also, "2026-09-08") is Refusal.DUTY_SAME_PERSON
    fire = actor("fire", Role.SUPERVISOR, PLAN.offices[1])
    assert new.refusal(hidden, fire, "2026-09-08") is Refusal.DUTY_ORGAN
    blank = replace(hidden, reason=" ")
    assert new.refusal(blank, HEAD, "2026-09-08") is Refusal.TASK_NO_REASON
    (fact,) = new.record(hidden, HEAD, "2026-09-08")
    assert isinstance(fact, CheckUnannounced)
    assert new.refusal(act, who, "2026-09-08") is Refusal.TASK_NOTIFIED
    new.record(FOUND, who, CHECKED)
    assert new.refusal(hidden, HEAD, CHECKED) is Refusal.TASK_NOTIFIED


def test_no_task_nobody_to_tell() -> None:
    """没有派发的任务，没有可告知的。"""
    new, who = given()
    act = replace(notice(SHOP, VISIT), subject=SubjectId("S-9"))
    assert new.refusal(act, who, "2026-09-08") is Refusal.TASK_NOT_FOUND


# -- 签字、专家、报备、补录


def test_the_object_signs_or_it_is_said_why_not() -> None:
    """检查对象签字；拒签、不在场的写明理由。"""
    new, who = notified()
    for party, note in ((None, "没有写"), (PartySignature.REFUSED, " ")):
        wrong = replace(FOUND, party=party, party_note=note)
        assert new.refusal(wrong, who, CHECKED) is Refusal.TASK_PARTY
    new.record(replace(FOUND, party=PartySignature.ABSENT, party_note="店主外出"), who, CHECKED)


def test_an_expert_is_no_inspector() -> None:
    """专家记自然人编号，不计入两名检查人员，也不能是其中一人。"""
    new, who = notified()
    wrong = replace(FOUND, experts=(PersonId("p-x"), TWO))
    assert new.refusal(wrong, who, CHECKED) is Refusal.TASK_EXPERT
    alone = replace(FOUND, signatures=(ONE,), experts=(PersonId("p-x"),))
    assert new.refusal(alone, who, CHECKED) is Refusal.TASK_SIGNATURES
    new.record(replace(FOUND, experts=(PersonId("p-x"),)), who, CHECKED)


def test_the_filing_is_the_objects_own() -> None:
    """写明所查报备的，须是这个对象在案的报备。"""
    new, who = notified()
    act = replace(FOUND, filing_no=CaseNo("BA-1"))
    assert new.refusal(act, who, CHECKED) is Refusal.TASK_FILING
    digest = Sha256("c" * 64)
    lodged = filing.Submitted(ITEM, 1, SubjectId("S-2"), "ZJ-1", digest, digest)
    new.put("filing/BA-1", lodged, filing.Filed(PersonId("p-f")))
    assert new.refusal(act, who, CHECKED) is Refusal.TASK_FILING
    new.put("filing/BA-2", replace(lodged, filer=SHOP), filing.Filed(PersonId("p-f")))
    new.record(replace(act, filing_no=CaseNo("BA-2")), who, CHECKED)


def test_offline_entry_shows_both_days_and_late_entry_is_told() -> None:
    """九月十日检查，五个工作日内（十七日以前）录入的照常；二十一日才录入的记迟缓。"""
    new, who = notified()
    fact, *_ = new.record(FOUND, who, "2026-09-17")
    assert isinstance(fact, Inspected)
    new, who = notified()
    fact, late, *_ = new.record(FOUND, who, "2026-09-21")
    assert late == EnteredLate(VISIT, date(2026, 9, 17), date(2026, 9, 21), ONE)
    new.idle(FOUND, who, "2026-09-21")
    new.record(ReviewFinding(NO, SHOP, agreed=True, explanation=""), HEAD, "2026-09-22")


# -- 代码集


def test_the_built_in_set_is_the_enumeration() -> None:
    """随系统附带的 v1 恰是 FindingCode 的各项。"""
    assert [one.code for one in code_set.V1.codes] == [str(one) for one in FindingCode]
    published = code_set.Publish(replace(code_set.V1, code_set="v2"))
    assert published.decide(code_set.Nothing()) == (published.fact,)


def test_a_plan_names_a_published_set() -> None:
    """计划只能用公布过的一套；公布了不能改，v1 不能另行公布。"""
    new = hall()
    new.employ("lister", Role.CATALOGUE)
    plan = replace(PLAN, code_set="2017")
    assert new.refusal(plan, RUNNER, "2026-08-31") is Refusal.CODESET_NOT_FOUND
    assert new.refusal(replace(SET, code_set="v1"), LISTER) is Refusal.CODESET_EXISTS
    new.record(SET, LISTER)
    new.idle(SET, LISTER)
    assert new.refusal(replace(SET, title="改"), LISTER) is Refusal.CODESET_EXISTS
    new.record(plan, RUNNER, "2026-08-31")


def test_a_result_is_the_set_and_the_code() -> None:
    """用 2017 一套的计划，只收这一套的代码；同一代码换一套即不认（规则 24）。"""
    new, who = notified(replace(PLAN, code_set="2017"))
    act = replace(FOUND, code_set="2017", codes=(), set_codes=("A", "E"))
    for wrong in (
        FOUND,
        replace(act, code_set="2011"),
        replace(act, set_codes=()),
        replace(act, set_codes=("G",)),
        replace(act, set_codes=("1", "E")),
        replace(act, set_codes=("A", "A")),
        replace(act, codes=(FindingCode.PROBLEM_PENDING,)),
        replace(act, codes=(FindingCode.PROBLEM_PENDING,), set_codes=()),
    ):
        assert new.refusal(wrong, who, CHECKED) is Refusal.TASK_CODES
    fact, *_ = new.record(act, who, CHECKED)
    assert isinstance(fact, Inspected)
    assert fact.kinds == fact.meant == (CodeKind.PROBLEM, CodeKind.CORRECTED)
    assert fact.chosen == ("A", "E")


def test_neutral_codes_are_neither() -> None:
    """未开展经营、已终止、无法联系，既不是问题也不是没有问题（规则 24）。"""
    for kind in code_set.NEUTRAL:
        assert not code_set.found_problem((kind,))
        assert kind is not CodeKind.CLEAR


@pytest.mark.parametrize(
    "codes",
    [
        (),
        SET.codes[1:],
        (*SET.codes, replace(SET.codes[0], code="2")),
        (*SET.codes, SET.codes[-1]),
        (*SET.codes, replace(SET.codes[-1], code=" ")),
        (*SET.codes, replace(SET.codes[-1], code="G", name="")),
        (*SET.codes, replace(SET.codes[1], code="G", must_follow=False)),
        (*SET.codes, replace(SET.codes[1], code="G", follow_up_kind=FollowUpKind.CASE_FILED)),
        (*SET.codes, replace(SET.codes[1], code="G", automatic=False, must_follow=False)),
        (replace(SET.codes[0], must_follow=True), *SET.codes[1:]),
    ],
)
def test_an_unsound_set_is_refused(codes: tuple[ResultCode, ...]) -> None:
    """没有或不止一项未发现问题、重复、空白、后续处理说不通的，不成一套。"""
    new = Hall()
    new.employ("lister", Role.CATALOGUE)
    assert new.refusal(replace(SET, codes=codes), LISTER) is Refusal.CODESET_UNSOUND
    assert new.refusal(replace(SET, code_set=" "), LISTER) is Refusal.CODESET_UNSOUND


def test_code_sets_obey_the_laws_of_deciders() -> None:
    """代码集的决定守共同规矩；公布两次是不可能的历史。"""
    fact = CodeSetPublished(SET.code_set, SET.title, SET.codes, None)
    real = st.sampled_from([code_set.Publish(fact), code_set.Publish(code_set.V1)])
    check_decider_laws(
        code_set.AGGREGATE, code_set.decide, real | anything(code_set.Publish), [(fact,)]
    )
    check_impossible(code_set.AGGREGATE, [(), (fact,)], [fact, inspected()])


def inspected() -> Inspected:
    """别的案卷的一件事。"""
    return inspection_task.Inspected(
        at(CHECKED), "v1", (FindingCode.NO_PROBLEM,), (ONE, TWO), (), SHA
    )
