"""信用：记入、修复、期满停止，限制再次申请；只影响告知承诺，不影响普通程序。"""

from dataclasses import replace
from datetime import date

import pytest

from domain import commitment, credit
from domain.acts.credits import AddCreditRecord, BarApplicant, LapseCredit, RepairCredit
from domain.acts.intake import Decline
from domain.acts.pledges import AcceptRectification
from domain.case import DeclineReason
from domain.catalogue import HandlingRules
from domain.commitment import BreachGround
from domain.credit import (
    Add,
    Bar,
    BarGround,
    Barred,
    CreditCause,
    CreditGrade,
    DecisionReversed,
    Lapse,
    RecordAdded,
    RecordLapsed,
    RecordRepaired,
    Repair,
    Severity,
)
from domain.decider import Plan
from domain.refusals import Refusal
from domain.terms import Evidence, ItemCode, Organ, PersonId, Role, SubjectId
from tests.domain.case_file import (
    ITEM,
    ITEM_V1,
    MACHINE,
    SHA,
    STAFF,
    Book,
    case_files,
    check_impossible,
    events_of,
    person,
    town,
)
from tests.domain.laws import anything, check_decider_laws
from tests.domain.test_case_acts import (
    ACCEPT,
    CLERK,
    DECIDER,
    NO,
    REJECT,
    REVIEW,
    REVIEWER,
    received,
)
from tests.domain.test_pledge_acts import (
    CONFIRM,
    ID,
    ORDER,
    PROOF,
    SUSPECT,
    broken,
    promised,
    relied,
)

given = case_files(credit.AGGREGATE, credit.decide)
WHO = SubjectId("S-1")
CHIEF = STAFF["chief"]
TODAY = date(2026, 5, 11)
ADDED = RecordAdded(
    record_no="XY-1",
    cause=CreditCause.COMMITMENT_BROKEN,
    severity=Severity.GENERAL,
    published=True,
    document_no="CX-1",
    decided_on=date(2026, 5, 10),
    repair_from=date(2026, 8, 11),
    last_day=date(2027, 5, 10),
    excludes=True,
    commitment_id=None,
    case_no=None,
    handler=PersonId("P-4"),
)
MINOR = replace(ADDED, record_no="XY-2", severity=Severity.MINOR, excludes=False)
REPAIRED = RecordRepaired("XY-1", Evidence("ZM-1", SHA), SHA, PersonId("P-4"))
LAPSED = RecordLapsed("XY-1", date(2027, 5, 10))
BARRED = Barred(
    item_code=ITEM,
    ground=BarGround.FRAUD,
    reference="CX-1",
    decided_on=date(2026, 3, 2),
    last_day=date(2029, 3, 2),
    case_no=NO,
    handler=PersonId("P-4"),
)
ADD = AddCreditRecord(WHO, "XY-1", Severity.GENERAL, "CF-1", date(2026, 5, 10))
REPAIR = RepairCredit(WHO, "XY-1", Evidence("ZM-1", SHA), SHA)
REVERSED = DecisionReversed(
    "CX-1", "HF-1", ("XY-1",), barred=True, case_no=NO, handler=PersonId("P-4")
)
LIVES = (
    (ADDED,),
    (ADDED, MINOR),
    (ADDED, REPAIRED),
    (ADDED, LAPSED),
    (BARRED,),
    (ADDED, BARRED, REVERSED),
)


# -- the aggregate


def test_a_record_is_added_once_its_decision_is_in_force() -> None:
    """决定之日在将来的不记；同一编号内容相同即无事可办，不同的拒绝。"""
    given().when(Add(ADDED, TODAY)).then(ADDED)
    given(ADDED).when(Add(ADDED, TODAY)).then()
    given(ADDED).when(Add(replace(ADDED, document_no="CX-2"), TODAY)).refused(
        Refusal.CREDIT_RECORD_EXISTS, record="XY-1"
    )
    given().when(Add(ADDED, date(2026, 5, 9))).refused(
        Refusal.CREDIT_NOT_EFFECTIVE, document_no="CX-1"
    )
    assert ADDED.takes_effect(TODAY) == date(2026, 5, 10)


def test_a_repair_waits_for_the_shortest_term() -> None:
    """最短期限届满之后才能修复，一次；没有的、已停止的无从修复。"""
    given(ADDED).when(Repair(REPAIRED, date(2026, 8, 11))).then(REPAIRED)
    given(ADDED).when(Repair(REPAIRED, date(2026, 8, 10))).refused(
        Refusal.CREDIT_TOO_EARLY, repair_from="2026-08-11"
    )
    given(ADDED, REPAIRED).when(Repair(REPAIRED, date(2026, 9, 1))).then()
    given(ADDED, LAPSED).when(Repair(REPAIRED, date(2027, 6, 1))).refused(
        Refusal.CREDIT_RECORD_ENDED, record="XY-1"
    )
    given().when(Repair(REPAIRED, TODAY)).refused(Refusal.CREDIT_NOT_FOUND, record="XY-1")


def test_a_record_lapses_by_itself() -> None:
    """最长期限的末日过完才停止，一次；已修复的无事可办。"""
    given(ADDED).when(Lapse("XY-1", date(2027, 5, 11))).then(LAPSED)
    given(ADDED).when(Lapse("XY-1", date(2027, 5, 10))).refused(
        Refusal.CREDIT_NOT_YET_DUE, due_on="2027-05-10"
    )
    for life in ((ADDED, LAPSED), (ADDED, REPAIRED)):
        given(*life).when(Lapse("XY-1", date(2027, 5, 11))).then()
    given().when(Lapse("XY-1", TODAY)).refused(Refusal.CREDIT_NOT_FOUND, record="XY-1")


def test_the_grade_is_the_worst_that_still_stands() -> None:
    """信用等级取现有记录中最重的一等；期满、修复的不算，即使机器还没有记下。"""
    serious = replace(ADDED, record_no="XY-3", severity=Severity.SERIOUS)
    fold = credit.AGGREGATE.fold
    assert fold(()).grade(TODAY) is CreditGrade.GOOD
    assert fold((MINOR,)).grade(TODAY) is CreditGrade.MINOR
    assert fold((ADDED, MINOR)).grade(TODAY) is CreditGrade.GENERAL
    assert fold((serious, ADDED)).grade(TODAY) is CreditGrade.SERIOUS
    assert fold((ADDED,)).grade(date(2027, 5, 11)) is CreditGrade.GOOD
    assert fold((ADDED, MINOR)).excluding(TODAY) == ("XY-1",)
    assert fold((ADDED, REPAIRED)).excluding(TODAY) == ()


def test_a_bar_is_for_safety_and_for_one_permit() -> None:
    """只限直接关系安全的该项许可；一个决定一条，期满之后不再限制，最晚到期的算数。"""
    given().when(Bar(BARRED, safety=True)).then(BARRED)
    given(BARRED).when(Bar(BARRED, safety=True)).then()
    given().when(Bar(BARRED, safety=False)).refused(Refusal.CREDIT_NOT_SAFETY, item_code=ITEM)
    other = replace(BARRED, reference="BX-1", last_day=date(2027, 3, 2))
    standing = credit.AGGREGATE.fold((other, BARRED))
    assert standing.bar(ITEM, date(2026, 3, 3)) == BARRED
    assert standing.bar(ITEM, date(2029, 3, 3)) is None
    assert standing.bar(ItemCode("350505-0002"), date(2026, 3, 3)) is None
    assert BARRED.takes_effect(TODAY) == date(2026, 3, 2)


def test_what_rests_on_a_decision_falls_with_it() -> None:
    """决定被撤销：据以记入的记录、据以作出的限制一并失效；据别的决定的、已停止的照旧。"""
    clear = credit.Clear("CX-1", "HF-1", NO, PersonId("P-4"))
    own = replace(ADDED, case_no=NO)
    fell = replace(REVERSED, barred=False)
    given(own).when(clear).then(fell)
    given(own, MINOR, BARRED).when(clear).then(REVERSED)
    given(BARRED).when(clear).then(replace(REVERSED, records=()))
    for life in ((ADDED,), (own, LAPSED), (replace(own, document_no="CX-2"),), (own, fell)):
        given(*life).when(clear).then()
    given(own, fell).when(Repair(REPAIRED, date(2026, 9, 1))).refused(Refusal.CREDIT_RECORD_ENDED)
    after = credit.AGGREGATE.fold((own, MINOR, BARRED, REVERSED))
    assert after.bar(ITEM, TODAY) is None
    assert after.excluding(TODAY) == ()
    assert after.grade(TODAY) is CreditGrade.MINOR


def test_contradictions_stop_the_record() -> None:
    """没有的记录不能修复、期满、失效；一条不能记两次、结束两次；别的事不在此。"""
    stranger = commitment.Fulfilled(TODAY)
    bare = replace(REVERSED, records=())
    facts = (ADDED, REPAIRED, LAPSED, REVERSED, bare, stranger)
    check_impossible(credit.AGGREGATE, ((), *LIVES), facts)


def test_decider_laws() -> None:
    """信用守决定者的共同规矩。"""
    check_decider_laws(credit.AGGREGATE, credit.decide, anything(credit.Command), LIVES)


# -- the acts


@pytest.mark.parametrize(
    ("severity", "repair_from", "last_day", "published"),
    [
        (Severity.MINOR, date(2026, 5, 31), date(2026, 8, 31), False),
        (Severity.GENERAL, date(2026, 9, 1), date(2027, 5, 31), True),
        (Severity.SERIOUS, date(2027, 6, 1), date(2029, 5, 31), True),
    ],
)
def test_terms_run_from_the_document(
    severity: Severity, repair_from: date, last_day: date, *, published: bool
) -> None:
    """自文书之日起按月算：轻微至长三个月、不公示；一般三个月至一年；严重一年至三年。"""
    act = replace(ADD, severity=severity, decided_on=date(2026, 5, 31))
    (fact,) = events_of(town().do(act, CHIEF, "2026-06-01"))
    assert isinstance(fact, RecordAdded)
    assert (fact.repair_from, fact.last_day) == (repair_from, last_day)
    assert (fact.published, fact.excludes) == (published, published)
    assert fact.cause is CreditCause.PENALTY


def test_the_machine_stops_a_record_and_people_repair_it() -> None:
    """修复由人办，期满由机器记；同一件事再办无事可办。"""
    book = town()
    book.do(ADD, CHIEF, "2026-05-11")
    assert book.do(ADD, CHIEF, "2026-05-11") == Plan()
    book.do(REPAIR, CHIEF, "2026-08-11")
    assert book.do(LapseCredit(WHO, "XY-1"), MACHINE, "2027-05-11") == Plan()
    other = town()
    other.do(ADD, CHIEF, "2026-05-11")
    other.do(LapseCredit(WHO, "XY-1"), MACHINE, "2027-05-11")


BREACH = replace(ADD, document_no="CX-1", decided_on=date(2026, 9, 30), commitment_id=ID)


def test_a_breach_is_recorded_when_a_decision_has_settled_it() -> None:
    """落空须经生效的决定：整改已经认定，或者撤销、不予许可已经决定；只是确认的不记。"""
    book = broken()
    book.refuse(Refusal.CREDIT_NO_DECISION, BREACH, DECIDER, "2026-09-30")
    book.do(ORDER, DECIDER, "2026-09-30")
    book.refuse(Refusal.CREDIT_NO_DECISION, BREACH, DECIDER, "2026-09-30")
    book.do(AcceptRectification(ID, "已补齐", PROOF), REVIEWER, "2026-10-08")
    (fact,) = events_of(book.do(BREACH, DECIDER, "2026-10-08"))
    assert isinstance(fact, RecordAdded)
    assert (fact.cause, fact.case_no) == (CreditCause.COMMITMENT_BROKEN, NO)
    relied().refuse(Refusal.CREDIT_NO_DECISION, BREACH, DECIDER, "2026-10-08")


def test_a_false_promise_before_the_decision_is_recorded_after_the_rejection() -> None:
    """决定之前查实虚假承诺的，不予许可之后记入；轻微的也不再适用承诺。"""
    book = promised()
    book.do(ACCEPT, CLERK, "2026-08-03 11:00")
    book.do(replace(SUSPECT, ground=BreachGround.FALSE_PROMISE), STAFF["supervisor"], "2026-08-04")
    book.do(replace(CONFIRM, ground=BreachGround.FALSE_PROMISE), REVIEWER, "2026-08-04")
    book.do(replace(REVIEW), STAFF["reviewer2"], "2026-08-05")
    book.do(replace(REJECT, commitment_id=ID), DECIDER, "2026-08-06")
    minor = replace(BREACH, severity=Severity.MINOR, decided_on=date(2026, 8, 6))
    (fact,) = events_of(book.do(minor, DECIDER, "2026-08-07"))
    assert isinstance(fact, RecordAdded)
    assert (fact.cause, fact.excludes) == (CreditCause.COMMITMENT_FALSE, True)


def test_an_ending_that_says_nothing_of_the_breach_is_no_decision() -> None:
    """许可另因撤回等终结的，不是对落空的决定。"""
    book = broken()
    ended = commitment.Voided(commitment.VoidReason.LICENCE_ENDED, "JY-1")
    book.put("commitment/C-1", ended)
    book.refuse(Refusal.CREDIT_NO_DECISION, BREACH, DECIDER, "2026-09-30")


def test_whose_record_and_by_whom() -> None:
    """记在承诺人名下，由该事项的审批机关或监管部门记；没有作出的承诺无从记。"""
    book = broken()
    other = replace(BREACH, subject=SubjectId("S-2"))
    book.refuse(Refusal.CREDIT_OTHER_SUBJECT, other, DECIDER, "2026-09-30", subject="S-1")
    stranger = book.hire("stranger", Role.DECIDER, Organ("350505-ZJJ"), person("stranger"))
    book.refuse(Refusal.DUTY_ORGAN, BREACH, stranger, "2026-09-30")
    town().refuse(Refusal.COMMITMENT_NOT_FOUND, BREACH, DECIDER, "2026-09-30")


# -- the bar


def turned_away(*, safety: bool) -> Book:
    """已不予许可的账。"""
    book = town(replace(ITEM_V1, rules=HandlingRules(safety=safety)))
    received("2026-03-02", book)
    book.do(ACCEPT, CLERK, "2026-03-02 10:00")
    book.do(REVIEW, REVIEWER, "2026-03-03")
    book.do(REJECT, DECIDER, "2026-03-04")
    return book


def test_false_materials_bar_for_a_year() -> None:
    """因虚假材料不予许可、不予受理的，一年之内不得再次申请；由作出决定的机关办。"""
    book = turned_away(safety=True)
    stranger = book.hire("stranger", Role.DECIDER, Organ("350505-ZJJ"), person("stranger"))
    book.refuse(Refusal.DUTY_ORGAN, BarApplicant(NO), stranger, "2026-03-05")
    (fact,) = events_of(book.do(BarApplicant(NO), DECIDER, "2026-03-05"))
    assert isinstance(fact, Barred)
    assert (fact.decided_on, fact.last_day) == (date(2026, 3, 4), date(2027, 3, 4))
    assert book.do(BarApplicant(NO), DECIDER, "2026-03-06") == Plan()
    turned = received("2026-03-02", town(replace(ITEM_V1, rules=HandlingRules(safety=True))))
    decline = Decline(NO, DeclineReason.NOT_REQUIRED, "材料虚假", "BL-1")
    turned.do(decline, CLERK, "2026-03-03")
    turned.do(BarApplicant(NO), DECIDER, "2026-03-05")


def test_no_bar_without_refusal_or_safety() -> None:
    """不涉安全的没有此限制；没有不予决定的、没有此件的，无从限制。"""
    turned_away(safety=False).refuse(
        Refusal.CREDIT_NOT_SAFETY, BarApplicant(NO), DECIDER, "2026-03-05", item_code=ITEM
    )
    received().refuse(Refusal.CREDIT_NOT_REFUSED, BarApplicant(NO), DECIDER, "2026-03-05")
    relied().refuse(Refusal.CREDIT_NOT_REFUSED, BarApplicant(NO), DECIDER, "2026-08-06")
    town().refuse(Refusal.CASE_NOT_FOUND, BarApplicant(NO), DECIDER, "2026-03-05")
