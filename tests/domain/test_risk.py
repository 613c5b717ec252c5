"""风险等级：计分办法逐版公布，每月第一个工作日由账上的事算出；人工调整有末日，异议随即重算。"""

from dataclasses import replace
from datetime import date

import pytest

from domain import risk, scoring
from domain.acts.register import RegisterSubject
from domain.acts.risks import (
    AnswerRiskObjection,
    BeginRiskMonth,
    ClassifyRisk,
    ExpireOverride,
    LiftOverride,
    ObjectToRisk,
    OverrideRisk,
    PublishScoring,
)
from domain.decider import ImpossibleHistory, Plan, RuleUsed
from domain.refusals import Refusal
from domain.risk import (
    Classified,
    ClassifiedFor,
    Objected,
    ObjectionDecided,
    Overridden,
    OverrideEnd,
    OverrideEnded,
    RiskFact,
    RiskReason,
    Standing,
    score,
)
from domain.scoring import MonthBegun, RiskClass, RiskFactor, RiskPoints, ScoringPublished
from domain.subject import SubjectKind
from domain.terms import Evidence, OfficerId, Personal, Role, SubjectId
from tests.domain.case_file import (
    APPLICANT,
    MACHINE,
    SECOND_SUPERVISOR,
    SHA,
    STAFF,
    SUPERVISOR,
    Book,
    case_files,
    check_impossible,
    events_of,
    person,
    town,
)
from tests.domain.laws import anything, check_decider_laws

CHIEF, CLERK = STAFF["chief"], STAFF["clerk"]
NO = SubjectId("S-1")
MARCH = date(2026, 3, 1)
RULE = ScoringPublished(
    version=1,
    effective_from=date(2026, 2, 10),
    document_no="市监信〔2026〕1号",
    window_months=24,
    newcomer_months=6,
    weights=(
        RiskPoints(RiskFactor.PROBLEM_PENDING, 10),
        RiskPoints(RiskFactor.COMMITMENT_BROKEN, 20),
        RiskPoints(RiskFactor.LICENCE_REVOKED, 40),
    ),
    b_from=5,
    c_from=20,
    d_from=40,
    answer_days=15,
    handler=person("chief"),
)
BEGUN = MonthBegun(MARCH, date(2026, 3, 2), 1)
BROKEN = RiskFact("E-1", RiskFactor.COMMITMENT_BROKEN, date(2026, 1, 10), "commitment/C-1")
FOUND = RiskFact("E-0", RiskFactor.PROBLEM_PENDING, date(2026, 1, 5), "commitment/C-1")
LATER = RiskFact("E-2", RiskFactor.PROBLEM_PENDING, date(2026, 2, 1), "task/T-2")
LONG_AGO = date(2024, 1, 1)
PUBLISH = PublishScoring(RULE.effective_from, RULE.document_no, 24, 6, RULE.weights, 5, 20, 40, 15)
scored = case_files(scoring.AGGREGATE, scoring.decide)
given = case_files(risk.AGGREGATE, risk.decide)


def classify(
    *facts: RiskFact, since: date = LONG_AGO, seed: RiskClass = RiskClass.B
) -> risk.Classify:
    """三月的分类。"""
    return risk.Classify(BEGUN, RULE, facts, seed, since)


# -- the rule


def test_the_rule_is_published_version_by_version() -> None:
    """版本号由账本排定，至早次日生效；内容相同即无事可办。"""
    day = date(2026, 2, 9)
    scored().when(scoring.Publish(replace(RULE, version=0), day)).then(RULE)
    scored(RULE).when(scoring.Publish(replace(RULE, version=9), day)).then()
    second = replace(RULE, version=2, effective_from=date(2026, 4, 1), c_from=30)
    scored(RULE).when(scoring.Publish(second, day)).then(second)
    late = scoring.Publish(replace(RULE, d_from=50), date(2026, 2, 10))
    scored().when(late).refused(Refusal.SCORING_BACKDATED, floor="2026-02-10")
    scored(RULE).when(replace(late, today=day)).refused(Refusal.SCORING_BACKDATED)
    assert RULE.takes_effect(day) == RULE.effective_from


@pytest.mark.parametrize(
    ("fact", "told"),
    [
        (replace(RULE, weights=(RiskPoints(RiskFactor.UNREACHABLE, -1),)), "UNREACHABLE"),
        (replace(RULE, weights=RULE.weights[:1] * 2), "PROBLEM_PENDING"),
        (replace(RULE, window_months=0), "window_months"),
        (replace(RULE, newcomer_months=-1), "newcomer_months"),
        (replace(RULE, b_from=0), "b_from"),
        (replace(RULE, c_from=40), "b_from"),
        (replace(RULE, answer_days=0), "answer_days"),
    ],
)
def test_the_rule_must_be_sound(fact: ScoringPublished, told: str) -> None:
    """分数不为负，各级逐级升高，月数、日数是正数。"""
    scored().when(scoring.Publish(fact, MARCH)).refused(Refusal.SCORING_RULE, fields=told)


def test_the_rule_names_its_paper() -> None:
    """没有文号的不公布。"""
    bare = replace(RULE, document_no=" ")
    scored().when(scoring.Publish(bare, MARCH)).refused(Refusal.SCORING_NO_DOCUMENT)


def test_a_month_begins_once_on_its_first_working_day() -> None:
    """二〇二六年三月一日是周日，二日才是；没有办法的不分，一月一次，别月的不补。"""
    second = date(2026, 3, 2)
    scored(RULE).when(scoring.Begin(MARCH, second, second)).then(BEGUN)
    scored(RULE, BEGUN).when(scoring.Begin(MARCH, second, second)).then()
    early = scoring.Begin(MARCH, second, MARCH)
    scored(RULE).when(early).refused(Refusal.SCORING_NOT_NOW, first="2026-03-02")
    old = scoring.Begin(date(2026, 2, 1), date(2026, 2, 2), second)
    scored(RULE).when(old).refused(Refusal.SCORING_NOT_NOW, month="2026-02")
    scored().when(scoring.Begin(MARCH, second, second)).refused(Refusal.SCORING_NONE)


# -- the arithmetic


@pytest.mark.parametrize(
    ("facts", "points", "found"),
    [
        ((), 0, "A"),
        ((LATER,), 10, "B"),
        ((BROKEN,), 20, "C"),
        ((BROKEN, FOUND), 20, "C"),
        ((FOUND, BROKEN, LATER), 30, "C"),
        ((BROKEN, replace(BROKEN, factor=RiskFactor.LICENCE_REVOKED, source_event="E-9")), 40, "D"),
        ((replace(BROKEN, happened_on=date(2024, 3, 2)),), 0, "A"),
        ((replace(BROKEN, happened_on=date(2024, 3, 3)),), 20, "C"),
        ((replace(BROKEN, happened_on=date(2026, 3, 3)),), 0, "A"),
        ((replace(BROKEN, factor=RiskFactor.UNREACHABLE),), 0, "A"),
    ],
)
def test_points_are_added_and_of_one_matter_the_heaviest_counts(
    facts: tuple[RiskFact, ...], points: int, found: str
) -> None:
    """二十四个月之内的才算；同一件事的检查、落空、撤销只计最重的一步；没有写的不计分。"""
    result = score(facts, RULE, BEGUN.classified_on, registered=RiskClass.B, newcomer=False)
    assert (result.points, result.risk_class) == (points, found)


def test_a_newcomer_is_not_better_than_registered() -> None:
    """在册不满六个月的，不优于登记的等级；更差的照算。满了的照算。"""
    given().when(classify(since=date(2025, 9, 3))).then()
    given().when(replace(classify(since=date(2025, 9, 3)), registered=RiskClass.A)).then()
    (bad,) = _answered(classify(BROKEN, since=date(2026, 1, 1)))
    assert (bad.risk_class, bad.newcomer) == ("C", True)
    (old,) = _answered(classify(since=date(2025, 9, 2)))
    assert (old.risk_class, old.before, old.newcomer) == ("A", "B", False)


def _answered(command: risk.Classify) -> tuple[Classified, ...]:
    answer = risk.decide(Standing(), command)
    assert isinstance(answer, tuple)
    return tuple(one for one in answer if isinstance(one, Classified))


CLASSIFIED = Classified(
    month=MARCH,
    cause=ClassifiedFor.MONTHLY,
    risk_class=RiskClass.C,
    before="B",
    points=30,
    reasons=(
        RiskReason("E-0", RiskFactor.PROBLEM_PENDING, date(2026, 1, 5), "commitment/C-1", 0),
        RiskReason("E-1", RiskFactor.COMMITMENT_BROKEN, date(2026, 1, 10), "commitment/C-1", 20),
        RiskReason("E-2", RiskFactor.PROBLEM_PENDING, date(2026, 2, 1), "task/T-2", 10),
    ),
    newcomer=False,
    registered_class="B",
    rule_version=1,
    document_no=RULE.document_no,
)


def test_an_unchanged_class_makes_no_event() -> None:
    """等级变了才记，逐件写明；没有变的、该月分过的，无事可记。"""
    given().when(classify(FOUND, BROKEN, LATER)).then(CLASSIFIED)
    given().when(classify(LATER)).then()
    april = replace(BEGUN, month=date(2026, 4, 1), classified_on=date(2026, 4, 1))
    given(CLASSIFIED).when(replace(classify(), begun=april, facts=(BROKEN,))).then()
    given(CLASSIFIED).when(classify()).then()
    (better,) = [
        one
        for one in _events(given(CLASSIFIED).when(replace(classify(), begun=april)).answer)
        if isinstance(one, Classified)
    ]
    assert (better.before, better.risk_class, better.reasons) == ("C", "A", ())


def _events(answer: object) -> tuple[object, ...]:
    assert isinstance(answer, tuple)
    return answer


# -- people set it


OVERRIDDEN = Overridden(
    RiskClass.D, "C", "专项整治", date(2026, 5, 31), SUPERVISOR, person("chief"), person("other")
)
OVERRIDE = risk.Override(OVERRIDDEN, RiskClass.B, date(2026, 3, 5))


def test_an_override_has_a_reason_a_second_person_and_a_last_day() -> None:
    """写明理由，第二人同意，至长三个月，等级不同；现有的先解除；同样的再来即无事可办。"""
    given(CLASSIFIED).when(OVERRIDE).then(OVERRIDDEN)
    given(OVERRIDDEN).when(OVERRIDE).then()
    other = replace(OVERRIDE, fact=replace(OVERRIDDEN, reasons="另有理由"))
    given(OVERRIDDEN).when(other).refused(Refusal.RISK_OVERRIDDEN, last_day="2026-05-31")
    for fact, code in (
        (replace(OVERRIDDEN, reasons=" "), Refusal.RISK_NO_REASON),
        (replace(OVERRIDDEN, second=OVERRIDDEN.handler), Refusal.RISK_SAME_PERSON),
        (replace(OVERRIDDEN, last_day=date(2026, 6, 6)), Refusal.RISK_OVERRIDE_PERIOD),
        (replace(OVERRIDDEN, last_day=date(2026, 3, 4)), Refusal.RISK_OVERRIDE_PERIOD),
        (replace(OVERRIDDEN, risk_class=RiskClass.C), Refusal.RISK_SAME_CLASS),
    ):
        given(CLASSIFIED).when(replace(OVERRIDE, fact=fact)).refused(code)


def test_an_override_ends_by_itself_or_by_people() -> None:
    """过了末日由机器记下，之前不记；负责人可以提前解除；没有的无事可办。"""
    life = given(CLASSIFIED, OVERRIDDEN)
    end = risk.EndOverride(RiskClass.B, None, date(2026, 6, 1))
    life.when(end).then(OverrideEnded(OverrideEnd.EXPIRED, RiskClass.C, "D", None))
    life.when(replace(end, today=date(2026, 5, 31))).refused(
        Refusal.RISK_NOT_YET_DUE, due_on="2026-05-31"
    )
    lifted = OverrideEnded(OverrideEnd.LIFTED, RiskClass.C, "D", person("chief"))
    life.when(risk.EndOverride(RiskClass.B, person("chief"), date(2026, 4, 1))).then(lifted)
    given(CLASSIFIED).when(end).then()


def test_the_class_of_a_day_is_the_override_then_the_computed_then_the_registered() -> None:
    """抽取看的等级：没有到期的调整，其次是算出的，再次是登记的。"""
    state = risk.AGGREGATE.fold([CLASSIFIED, OVERRIDDEN])
    assert state.present(RiskClass.B, date(2026, 5, 31)) is RiskClass.D
    assert state.present(RiskClass.B, date(2026, 6, 1)) is RiskClass.C
    assert Standing().present(RiskClass.B, MARCH) is RiskClass.B


# -- the subject objects


PROOF = (Evidence("收据", SHA),)
OBJECTED = Objected("YY-1", "承诺已经履行", PROOF, date(2026, 3, 5), date(2026, 3, 26), None)
UPHELD = ObjectionDecided("YY-1", True, ("E-1",), False, "属实", SUPERVISOR, person("chief"))  # noqa: FBT003
ANSWER = risk.AnswerObjection(UPHELD, RiskClass.B, RULE)


def test_one_objection_at_a_time_with_grounds_against_something() -> None:
    """写明理由；没有分类也没有调整的无从异议；一次一件，编号不重用。"""
    given(CLASSIFIED).when(risk.Object(OBJECTED)).then(OBJECTED)
    given(OVERRIDDEN).when(risk.Object(OBJECTED)).then(OBJECTED)
    given().when(risk.Object(OBJECTED)).refused(Refusal.RISK_NOT_CLASSIFIED)
    given(CLASSIFIED).when(risk.Object(replace(OBJECTED, grounds=""))).refused(
        Refusal.RISK_NO_REASON
    )
    life = (CLASSIFIED, OBJECTED)
    given(*life).when(risk.Object(OBJECTED)).then()
    other = replace(OBJECTED, objection_no="YY-2")
    given(*life).when(risk.Object(other)).refused(Refusal.RISK_OBJECTION_OPEN, objection_no="YY-1")
    given(*life, UPHELD).when(risk.Object(other)).then(other)
    given(*life, UPHELD).when(risk.Object(OBJECTED)).refused(Refusal.RISK_OBJECTION_ANSWERED)


def test_an_objection_upheld_is_scored_anew_at_once() -> None:
    """划去落空，同一件事里的检查补上它的分：三十分变二十分，仍是 C；再划一件，成了 B。"""
    (decided, again) = _events(given(CLASSIFIED, OBJECTED).when(ANSWER).answer)
    assert decided == UPHELD
    assert isinstance(again, Classified)
    assert (again.cause, again.points, again.risk_class) == (ClassifiedFor.OBJECTION, 20, "C")
    both = replace(UPHELD, struck=("E-1", "E-0"))
    (_, less) = _events(given(CLASSIFIED, OBJECTED).when(replace(ANSWER, fact=both)).answer)
    assert isinstance(less, Classified)
    assert (less.before, less.risk_class, len(less.reasons)) == ("C", "B", 1)
    every = replace(UPHELD, struck=("E-0", "E-1", "E-2"))
    (_, none) = _events(given(CLASSIFIED, OBJECTED).when(replace(ANSWER, fact=every)).answer)
    assert isinstance(none, Classified)
    assert (none.points, none.risk_class) == (0, "A")


def test_what_was_struck_never_counts_again() -> None:
    """划去的事，以后各月也不再计分。"""
    april = replace(BEGUN, month=date(2026, 4, 1), classified_on=date(2026, 4, 1))
    life = given(CLASSIFIED, OBJECTED, UPHELD)
    command = replace(classify(BROKEN), begun=april)
    (now,) = _events(life.when(command).answer)
    assert isinstance(now, Classified)
    assert (now.points, now.risk_class) == (0, "A")


def test_an_objection_is_answered_with_reasons_and_by_another() -> None:
    """写明理由；成立的写明划去什么；只能划去现行分类所据的；作出调整的两人不答复。"""
    life = given(CLASSIFIED, OBJECTED)
    no = replace(UPHELD, upheld=False, struck=())
    life.when(replace(ANSWER, fact=no)).then(no)
    given(CLASSIFIED, OBJECTED, no).when(replace(ANSWER, fact=no)).then()
    given(CLASSIFIED).when(ANSWER).refused(Refusal.RISK_NO_OBJECTION)
    for fact, code in (
        (replace(UPHELD, explanation=" "), Refusal.RISK_NO_REASON),
        (replace(UPHELD, struck=()), Refusal.RISK_NOTHING_UPHELD),
        (replace(UPHELD, upheld=False), Refusal.RISK_NOTHING_UPHELD),
        (replace(UPHELD, struck=(), lifts_override=True), Refusal.RISK_NOT_OVERRIDDEN),
        (replace(UPHELD, struck=("E-7",)), Refusal.RISK_NOT_COUNTED),
    ):
        life.when(replace(ANSWER, fact=fact)).refused(code)
    set_by = given(OVERRIDDEN, OBJECTED)
    lifts = replace(UPHELD, struck=(), lifts_override=True)
    set_by.when(replace(ANSWER, fact=lifts)).refused(Refusal.RISK_SAME_PERSON)
    third = replace(lifts, handler=person("third"))
    ended = OverrideEnded(OverrideEnd.OBJECTION, RiskClass.B, "D", person("third"))
    set_by.when(risk.AnswerObjection(third, RiskClass.B, None)).then(third, ended)
    unknown = replace(third, struck=("E-1",), lifts_override=False)
    set_by.when(risk.AnswerObjection(unknown, RiskClass.B, None)).refused(Refusal.RISK_NOT_COUNTED)


# -- through the acts


def _book() -> Book:
    book = town()
    book.hire("other", Role.SUPERVISION_HEAD, SUPERVISOR, person("other"))
    book.hire("stranger", Role.SUPERVISION_HEAD, SECOND_SUPERVISOR, person("stranger"))
    name = Personal(NO, "甲公司")
    act = RegisterSubject(NO, SubjectKind.COMPANY, "9" * 18, name, "片区", "B", "0" * 64)
    book.do(act, CLERK, "2025-01-06")
    book.do(PUBLISH, CHIEF, "2026-02-09")
    return book


CLASSIFY = ClassifyRisk(NO, MARCH, (BROKEN,), LONG_AGO)
SET = OverrideRisk(NO, RiskClass.D, "专项整治", date(2026, 5, 31), OfficerId("other"))


def test_the_machine_classifies_in_march() -> None:
    """三月二日开始，依当日有效的办法；别月的、没有登记的不分。"""
    book = _book()
    book.refuse(Refusal.RISK_MONTH, CLASSIFY, MACHINE, "2026-03-02")
    book.refuse(Refusal.SCORING_NOT_NOW, BeginRiskMonth(MARCH), MACHINE, "2026-03-01")
    begun = book.do(BeginRiskMonth(MARCH), MACHINE, "2026-03-02")
    assert events_of(begun) == (BEGUN,)
    assert RuleUsed("calendar/cn-2026", "1") in begun.rules
    done = book.do(CLASSIFY, MACHINE, "2026-03-02")
    assert done.rules == (RuleUsed("scoring/risk", "1"),)
    assert book.do(CLASSIFY, MACHINE, "2026-03-02") == Plan()
    nobody = replace(CLASSIFY, subject=SubjectId("S-9"))
    book.refuse(Refusal.SUBJECT_NOT_FOUND, nobody, MACHINE, "2026-03-02")
    old = replace(CLASSIFY, month=date(2026, 2, 1))
    book.refuse(Refusal.RISK_MONTH, old, MACHINE, "2026-03-02")


def test_two_persons_of_the_department_override() -> None:
    """第二人是本部门今日在岗的另一人；到期由机器记下，负责人可以提前解除。"""
    book = _book()
    book.do(SET, CHIEF, "2026-03-05")
    book.refuse(Refusal.RISK_NOT_YET_DUE, ExpireOverride(NO), MACHINE, "2026-05-31")
    book.do(ExpireOverride(NO), MACHINE, "2026-06-01")
    book.do(replace(SET, last_day=date(2026, 7, 1)), CHIEF, "2026-06-02")
    book.do(LiftOverride(NO), CHIEF, "2026-06-03")
    elsewhere = replace(SET, second=OfficerId("stranger"))
    book.refuse(Refusal.OFFICER_NOT_ON_DUTY, elsewhere, CHIEF, "2026-03-05")
    unknown = replace(SET, second=OfficerId("nobody"))
    book.refuse(Refusal.OFFICER_UNKNOWN, unknown, CHIEF, "2026-03-05")
    for act, who in (
        (replace(SET, subject=SubjectId("S-9")), CHIEF),
        (LiftOverride(SubjectId("S-9")), CHIEF),
    ):
        book.refuse(Refusal.SUBJECT_NOT_FOUND, act, who, "2026-03-05")


def test_the_subject_objects_and_is_answered() -> None:
    """自己的才可以提；十五个工作日之内答复；成立的随即重算。"""
    book = _book()
    book.do(BeginRiskMonth(MARCH), MACHINE, "2026-03-02")
    book.do(CLASSIFY, MACHINE, "2026-03-02")
    objection = ObjectToRisk(NO, "YY-1", "已经履行", PROOF)
    stranger = replace(objection, subject=SubjectId("S-2"))
    book.refuse(Refusal.DUTY_SELF, stranger, APPLICANT, "2026-03-05")
    (fact,) = events_of(book.do(objection, APPLICANT, "2026-03-05"))
    assert isinstance(fact, Objected)
    assert (fact.due_on, fact.handler) == (date(2026, 3, 26), None)
    answer = AnswerRiskObjection(NO, "YY-1", True, ("E-1",), False, "属实")  # noqa: FBT003
    nobody = replace(answer, subject=SubjectId("S-9"))
    book.refuse(Refusal.SUBJECT_NOT_FOUND, nobody, CHIEF, "2026-03-10")
    (decided, again) = events_of(book.do(answer, CHIEF, "2026-03-10"))
    assert isinstance(decided, ObjectionDecided)
    assert isinstance(again, Classified)
    assert again.risk_class == "A"
    assert book.do(answer, CHIEF, "2026-03-11") == Plan()


def test_an_override_may_be_objected_to_where_nothing_is_published() -> None:
    """没有计分办法的，对人工调整的异议照十五个工作日。"""
    book = _book()
    del book.streams["scoring/risk"]
    book.do(SET, CHIEF, "2026-03-05")
    (fact,) = events_of(book.do(ObjectToRisk(NO, "YY-2", "无理由", ()), CLERK, "2026-03-05"))
    assert isinstance(fact, Objected)
    assert (fact.due_on, fact.handler) == (date(2026, 3, 26), person("clerk"))
    third = book.hire("third", Role.SUPERVISION_HEAD, SUPERVISOR, person("third"))
    answer = AnswerRiskObjection(NO, "YY-2", True, (), True, "无据")  # noqa: FBT003
    (_, ended) = events_of(book.do(answer, third, "2026-03-10"))
    assert isinstance(ended, OverrideEnded)
    assert ended.cause is OverrideEnd.OBJECTION


# -- laws


def test_both_obey_the_laws_of_deciders() -> None:
    """同答、幂等、重放等于现状。"""
    check_decider_laws(
        scoring.AGGREGATE, scoring.decide, anything(scoring.Command), [(RULE,), (RULE, BEGUN)]
    )
    lives = [(CLASSIFIED,), (CLASSIFIED, OVERRIDDEN, OBJECTED), (CLASSIFIED, OBJECTED, UPHELD)]
    check_decider_laws(risk.AGGREGATE, risk.decide, anything(risk.Command), lives)


def test_contradicting_facts_stop_the_file() -> None:
    """跳号的版本、没有办法的月份、没有的调整与异议，立即停下。"""
    facts = [RULE, replace(RULE, version=2), BEGUN, replace(BEGUN, rule_version=3)]
    check_impossible(scoring.AGGREGATE, [(), (RULE,), (RULE, BEGUN)], facts)
    ended = OverrideEnded(OverrideEnd.EXPIRED, RiskClass.C, "D", None)
    check_impossible(
        risk.AGGREGATE,
        [(), (OVERRIDDEN,), (CLASSIFIED, OBJECTED)],
        [OVERRIDDEN, ended, OBJECTED, UPHELD, BEGUN],
    )
    with pytest.raises(ImpossibleHistory, match="no override"):
        risk._ended(Standing(), OverrideEnd.EXPIRED, RiskClass.B, None)
