"""历史导入：来源说过的事照记，重复的不再记，矛盾的不收；谁也不能借此作出决定（G10）。"""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from domain import approval, case, importing, past_inspection, subject
from domain.acts.deciding import Review
from domain.acts.imports import (
    FinishImport,
    ImportCaseStep,
    ImportInspection,
    ImportLicenceTerm,
    LinkInspection,
    StartImport,
)
from domain.acts.intake import Receive
from domain.acts.register import RegisterSubject
from domain.acts.revocations import DeregisterLicence, ProposeRevocation
from domain.approval import (
    ChangeImported,
    Deregister,
    Deregistered,
    DeregistrationReason,
    EndingImported,
    Expire,
    Grant,
    Granted,
    ImportedEnding,
    LicenceImported,
    TermEnding,
    TermKind,
)
from domain.case import (
    CaseImported,
    DeadlineKind,
    DeadlineMissed,
    DeemAccepted,
    DeemedAccepted,
    ImportedStep,
    MarkMissed,
    ReviewOpinion,
    StepImported,
)
from domain.decider import Aggregate, Answer, Event
from domain.importing import ImportKind, RefusedRows
from domain.inspection_task import FindingCode
from domain.past_inspection import InspectionImported, InspectionLinked
from domain.refusals import Refusal
from domain.sources import SourceRecord, midnight
from domain.subject import SubjectImported, SubjectKind
from domain.terms import (
    CaseKind,
    CaseNo,
    Channel,
    Evidence,
    ItemCode,
    LicenceNo,
    Personal,
    PersonId,
    Role,
    Sha256,
    SubjectId,
)
from tests.domain.case_file import (
    APPROVER,
    ITEM,
    MACHINE,
    SHA,
    STAFF,
    SUPERVISOR,
    Book,
    case_files,
    check_impossible,
    events_of,
    town,
)
from tests.domain.laws import anything, check_decider_laws

OTHER = Sha256("b" * 64)
RUN = "CHI-0123456789abcdef"
DAY = "2026-03-02"
LICENCE = LicenceNo("CHI-1649314")
HOLDER = SubjectId("CHI-298748")
CASE = CaseNo("WABO-case-10011")
BEGAN = datetime(2011, 10, 11, 11, 42, 22, tzinfo=UTC)


def origin(record: str, sha256: Sha256 = SHA, line: int = 2) -> SourceRecord:
    """一条来源记录。"""
    return SourceRecord("CHI", record, sha256, RUN, line)


def imported_case(record: str = "task-1", ended_at: datetime | None = None) -> CaseImported:
    """来源所载的办件。"""
    return CaseImported(
        origin=origin(record),
        item_code=ItemCode("WABO-1"),
        item_name="环境许可",
        organ=APPROVER,
        department="General",
        channel=Channel.WEB,
        team="Group 2",
        responsible="Resource21",
        started_at=BEGAN,
        due_at=BEGAN + timedelta(days=56),
        planned_end_at=None,
        ended_at=ended_at,
    )


def step(record: str = "task-1", sha256: Sha256 = SHA) -> StepImported:
    """来源所载的一步。"""
    return StepImported(
        origin(record, sha256),
        ImportedStep.RECEIVED,
        "Confirmation of receipt",
        None,
        "Resource21",
        BEGAN + timedelta(minutes=3),
    )


def term(
    record: str = "1649314-20090916",
    valid_from: date = date(2009, 9, 16),
    sha256: Sha256 = SHA,
    holder: SubjectId = HOLDER,
) -> LicenceImported:
    """来源所载的一期。"""
    return LicenceImported(
        origin=origin(record, sha256),
        kind=TermKind.RENEWED,
        item_code=ItemCode("CHI-1006"),
        item_name="Retail Food Establishment",
        holder=holder,
        approving_body=APPROVER,
        supervising_bodies=(SUPERVISOR,),
        speciality="食品",
        region="33",
        first_licensed_on=date(2005, 12, 13),
        valid_from=valid_from,
        valid_to=valid_from + timedelta(days=729),
        source_status="AAI",
    )


def change(of: LicenceImported) -> ChangeImported:
    """后来的一期，记作变更。"""
    return ChangeImported(
        of.origin, of.kind, of.region, of.valid_from, of.valid_to, of.source_status
    )


SECOND = term("1649314-20110916", date(2011, 9, 16))
CANCELLED = TermEnding(ImportedEnding.DEREGISTERED, date(2013, 9, 14), exact=False)


def ended(of: LicenceImported, by: TermEnding = CANCELLED) -> EndingImported:
    """一期的终结。"""
    return EndingImported(
        of.origin, by.kind, of.valid_from, by.ended_by, by.exact, of.source_status
    )


PERSON = SubjectImported(origin("1649314-20090916"), None, None, "33", "B", None)
CHECKED = InspectionImported(
    origin=origin("529281"),
    licence_no=LICENCE,
    licence_known=False,
    performed_on=date(2011, 9, 2),
    codes=(FindingCode.PROBLEM_PENDING,),
    source_result="Fail",
    source_risk="Risk 1 (High)",
    critical=1,
    serious=0,
    minor=2,
    inspector="orange",
    facility="Restaurant",
    region="60609",
)
START = StartImport(RUN, ImportKind.LICENCES, "CHI", SHA, 1_380_596, OTHER, 'kind = "licences"\n')
FINISH = FinishImport(RUN, 3, 2, 0, (RefusedRows("import.date", 1, "3"),), SHA)


@pytest.fixture
def book() -> Book:
    """一座小城，档案人员已开始一次导入。"""
    made = town()
    made.hire("A01", Role.ARCHIVE, APPROVER, PersonId("P-GU"))
    made.do(START, ARCHIVIST, DAY)
    return made


ARCHIVIST = replace(STAFF["reviewer"], officer_id="A01", role=Role.ARCHIVE)  # type: ignore[arg-type]


# -- cases

cases = case_files(case.AGGREGATE, case.decide)


def test_the_first_record_opens_the_case_and_each_is_a_step() -> None:
    """第一条记录立卷，每条记录一步；同一条再来无事可办。"""
    first = case.ImportStep(imported_case(), step())
    cases().when(first).then(imported_case(), step())
    again = case.ImportStep(imported_case("task-2"), step("task-2"))
    cases(imported_case(), step()).when(again).then(step("task-2"))
    cases(imported_case(), step()).when(first).then()


def test_a_record_that_changed_is_not_taken() -> None:
    """同一条记录内容不同：账上的不改，这一行不收。"""
    changed = case.ImportStep(imported_case(), step(sha256=OTHER))
    cases(imported_case(), step()).when(changed).refused(Refusal.IMPORT_DIFFERS, record="task-1")


def test_records_of_one_case_agree() -> None:
    """同一办件各记录对办件本身须说法一致，不一致的指明是哪几项。"""
    other = case.ImportStep(imported_case("task-2", ended_at=BEGAN), step("task-2"))
    cases(imported_case(), step()).when(other).refused(
        Refusal.IMPORT_CONTRADICTS, fields="ended_at"
    )


def test_business_times_are_those_of_the_source() -> None:
    """决定时间是来源所载的，只到日的取北京时间零时；入账时间是我们的。"""
    recorded = datetime(2026, 3, 2, 1, tzinfo=UTC)
    assert imported_case().was_decided(recorded) == BEGAN
    assert step().was_decided(recorded) == BEGAN + timedelta(minutes=3)
    assert term().was_decided(recorded) == datetime(2009, 9, 15, 16, tzinfo=UTC)
    assert change(SECOND).was_decided(recorded) == midnight(date(2011, 9, 16))
    assert ended(SECOND).was_decided(recorded) == midnight(date(2013, 9, 14))
    assert CHECKED.was_decided(recorded) == midnight(date(2011, 9, 2))
    assert PERSON.was_decided(recorded) == recorded


def test_an_imported_case_is_not_handled_here(book: Book) -> None:
    """历史办件不在此续办：不能收件、审核，机器也不推定、不记逾期。"""
    book.do(ImportCaseStep(CASE, imported_case(), step()), ARCHIVIST, DAY)
    receive = Receive(CASE, ITEM, Channel.COUNTER, SubjectId("S-1"), (), "SJ-1")
    book.refuse(Refusal.CASE_IMPORTED, receive, STAFF["clerk"], DAY, source="CHI")
    review = Review(CASE, ReviewOpinion.APPROVE, "符合条件")
    book.refuse(Refusal.CASE_IMPORTED, review, STAFF["reviewer"], DAY)
    past = date(2011, 10, 18)
    deemed = DeemedAccepted(past, CaseKind.PLEDGED_TIME, 5, 20, past, past, provisional=False)
    cases(imported_case(), step()).when(DeemAccepted(deemed, past, date(2026, 3, 2))).refused(
        Refusal.CASE_IMPORTED
    )
    for deadline in DeadlineKind:
        missed = MarkMissed(DeadlineMissed(deadline, past), date(2026, 3, 2))
        cases(imported_case(), step()).when(missed).refused(Refusal.CASE_IMPORTED)
        assert case.running(case.AGGREGATE.fold([imported_case()]), deadline) is None


def test_history_never_enters_a_case_of_ours(book: Book) -> None:
    """编号与本系统办理的件相撞：不收，本系统的案卷不变。"""
    receive = Receive(CASE, ITEM, Channel.COUNTER, SubjectId("S-1"), (), "SJ-1")
    book.do(receive, STAFF["clerk"], DAY)
    act = ImportCaseStep(CASE, imported_case(), step())
    book.refuse(Refusal.IMPORT_TAKEN, act, ARCHIVIST, DAY, record="task-1")


# -- licences

licences = case_files(approval.AGGREGATE, approval.decide)


def test_terms_become_a_licence_and_its_changes() -> None:
    """最先导入的一期立卷，其余为变更；来源说终结的，随该期记终结。"""
    licences().when(approval.ImportTerm(term(), None)).then(term())
    licences().when(approval.ImportTerm(term(), CANCELLED)).then(term(), ended(term()))
    more = approval.ImportTerm(SECOND, CANCELLED)
    licences(term()).when(more).then(change(SECOND), ended(SECOND))
    licences(term(), change(SECOND), ended(SECOND)).when(more).then()
    licences(SECOND).when(approval.ImportTerm(term(), None)).then(change(term()))


def test_a_term_begins_once() -> None:
    """一日只起一期；同一记录改了内容、换了持有人的都不收。"""
    life = licences(term(), change(SECOND))
    twin = term("other", SECOND.valid_from)
    life.when(approval.ImportTerm(twin, None)).refused(
        Refusal.IMPORT_SAME_TERM, valid_from="2011-09-16"
    )
    changed = replace(SECOND, origin=origin("1649314-20110916", OTHER))
    life.when(approval.ImportTerm(changed, None)).refused(Refusal.IMPORT_DIFFERS)
    sold = term("third", date(2013, 9, 16), holder=SubjectId("CHI-1"))
    life.when(approval.ImportTerm(sold, None)).refused(Refusal.IMPORT_CONTRADICTS, fields="holder")


def test_an_imported_licence_is_not_decided_on_here(book: Book) -> None:
    """历史许可不在此撤销、注销、届满，也不能再准予同号；但一目了然是导入的。"""
    book.do(ImportLicenceTerm(LICENCE, PERSON, term(), None), ARCHIVIST, DAY)
    deregister = DeregisterLicence(LICENCE, DeregistrationReason.HOLDER_ENDED)
    book.refuse(Refusal.LICENCE_IMPORTED, deregister, STAFF["decider"], DAY, source="CHI")
    propose = ProposeRevocation(
        "R-1", LICENCE, approval.RevocationGround.FRAUD_OR_BRIBERY, (Evidence("举报", SHA),)
    )
    book.refuse(Refusal.LICENCE_IMPORTED, propose, STAFF["supervisor"], DAY)
    history = licences(term())
    history.when(Expire(date(2026, 3, 2))).refused(Refusal.LICENCE_IMPORTED)
    gone = Deregistered(DeregistrationReason.HOLDER_ENDED, PersonId("P-1"))
    history.when(Deregister(gone)).refused(Refusal.LICENCE_IMPORTED)
    history.when(Grant(_grant())).refused(Refusal.LICENCE_IMPORTED)
    licences(_grant()).when(approval.ImportTerm(term(), None)).refused(Refusal.IMPORT_TAKEN)


def _grant() -> Granted:
    return Granted(
        case_no=CaseNo("2026-000001"),
        item_code=ITEM,
        holder=SubjectId("S-1"),
        decision_no="ZY-1",
        approving_body=APPROVER,
        in_name_of=APPROVER,
        commitment_id=None,
        valid_from=date(2026, 3, 4),
        valid_to=None,
    )


def test_the_holder_comes_with_the_first_term(book: Book) -> None:
    """持有人随第一期记下，只记一次；没有新的一期就不记。"""
    first = book.do(ImportLicenceTerm(LICENCE, PERSON, term(), None), ARCHIVIST, DAY)
    assert events_of(first) == (PERSON, term())
    second = book.do(ImportLicenceTerm(LICENCE, PERSON, SECOND, None), ARCHIVIST, DAY)
    assert events_of(second) == (change(SECOND),)
    again = book.do(ImportLicenceTerm(LICENCE, PERSON, SECOND, None), ARCHIVIST, DAY)
    assert events_of(again) == ()


def test_the_holder_has_a_risk_class() -> None:
    """风险类别须在 A 至 D 之列；已认识的不再记；办理时可以登记。"""
    subjects = case_files(subject.AGGREGATE, subject.decide)
    subjects().when(subject.Import(PERSON)).then(PERSON)
    subjects().when(subject.Import(replace(PERSON, risk_class="E"))).refused(
        Refusal.SUBJECT_RISK_CLASS, risk_class="E"
    )
    subjects(PERSON).when(subject.Import(PERSON)).then()
    known = subject.SubjectRegistered(
        SubjectKind.SOLE_TRADER, None, Personal(HOLDER, "某店"), "350505", "B", "00"
    )
    subjects(PERSON).when(subject.Register(known)).then(known)
    subjects(PERSON, known).when(subject.Import(PERSON)).then()


def test_an_imported_holder_can_be_registered(book: Book) -> None:
    """导入得知的对象来办事，照常登记。"""
    book.do(ImportLicenceTerm(LICENCE, PERSON, term(), None), ARCHIVIST, DAY)
    name = Personal(HOLDER, "某店")
    register = RegisterSubject(HOLDER, SubjectKind.SOLE_TRADER, None, name, "350505", "A", "00")
    assert len(events_of(book.do(register, STAFF["clerk"], DAY))) == 1


# -- inspections


def test_an_inspection_waits_for_its_licence(book: Book) -> None:
    """许可不在账的待关联；许可到了由机器关联，一次。"""
    act = ImportInspection("CHI-529281", CHECKED)
    assert events_of(book.do(act, ARCHIVIST, DAY)) == (CHECKED,)
    link = LinkInspection("CHI-529281")
    book.refuse(Refusal.INSPECTION_NO_LICENCE, link, MACHINE, DAY, licence_no=LICENCE)
    book.do(ImportLicenceTerm(LICENCE, PERSON, term(), None), ARCHIVIST, DAY)
    assert events_of(book.do(link, MACHINE, DAY)) == (InspectionLinked(LICENCE),)
    assert events_of(book.do(link, MACHINE, DAY)) == ()
    book.refuse(Refusal.INSPECTION_NOT_FOUND, LinkInspection("CHI-1"), MACHINE, DAY)


def test_an_inspection_of_a_known_licence_is_linked_at_once(book: Book) -> None:
    """许可已在账的，导入即关联；不论导入的人怎样说。"""
    book.do(ImportLicenceTerm(LICENCE, PERSON, term(), None), ARCHIVIST, DAY)
    (recorded,) = events_of(book.do(ImportInspection("CHI-529281", CHECKED), ARCHIVIST, DAY))
    assert recorded == replace(CHECKED, licence_known=True)


def test_an_inspection_is_taken_once(book: Book) -> None:
    """同一条记录再来无事可办；内容不同的、别的记录占此编号的不收。"""
    act = ImportInspection("CHI-529281", CHECKED)
    book.do(act, ARCHIVIST, DAY)
    assert events_of(book.do(act, ARCHIVIST, DAY)) == ()
    changed = replace(CHECKED, origin=origin("529281", OTHER))
    book.refuse(Refusal.IMPORT_DIFFERS, replace(act, fact=changed), ARCHIVIST, DAY)
    other = replace(CHECKED, origin=origin("529282"))
    book.refuse(Refusal.IMPORT_TAKEN, replace(act, fact=other), ARCHIVIST, DAY)


# -- the run


def test_rows_come_within_an_import(book: Book) -> None:
    """没有开始的、已经完毕的导入，一行也不收；早已在账的行不在此限。"""
    act = ImportCaseStep(CASE, imported_case(), step())
    foreign = replace(step(), origin=replace(origin("task-1"), import_id="nobody"))
    book.refuse(Refusal.IMPORT_NOT_STARTED, replace(act, step=foreign), ARCHIVIST, DAY)
    book.do(act, ARCHIVIST, DAY)
    assert len(events_of(book.do(FINISH, ARCHIVIST, DAY))) == 1
    late = ImportCaseStep(CASE, imported_case("task-2"), step("task-2"))
    book.refuse(Refusal.IMPORT_FINISHED, late, ARCHIVIST, DAY)
    assert events_of(book.do(act, ARCHIVIST, DAY)) == ()


def test_an_import_has_one_file_and_one_end(book: Book) -> None:
    """接着中断了的来：同一文件无事可办，另一份文件不收；完毕只一次。"""
    assert events_of(book.do(START, ARCHIVIST, DAY)) == ()
    other = replace(START, file_sha256=OTHER)
    book.refuse(Refusal.IMPORT_OTHER_FILE, other, ARCHIVIST, DAY)
    book.refuse(Refusal.IMPORT_NOT_STARTED, replace(FINISH, import_id="X"), ARCHIVIST, DAY)
    book.do(FINISH, ARCHIVIST, DAY)
    assert events_of(book.do(FINISH, ARCHIVIST, DAY)) == ()
    book.refuse(Refusal.IMPORT_FINISHED, replace(FINISH, taken=3), ARCHIVIST, DAY)
    assert events_of(book.do(START, ARCHIVIST, DAY)) == ()


def test_only_the_archive_imports(book: Book) -> None:
    """导入只由档案岗位办；审批、监管、机器都不能（G10）。"""
    act = ImportCaseStep(CASE, imported_case(), step())
    for name in ("clerk", "reviewer", "decider", "supervisor"):
        book.refuse(Refusal.DUTY_ROLE, act, STAFF[name], DAY)
    book.refuse(Refusal.DUTY_MACHINE, act, MACHINE, DAY)


# -- laws

RUNNING = importing.ImportStarted(ImportKind.CASES, "CHI", SHA, 1, OTHER, "")
DONE = importing.ImportFinished(1, 1, 0, (), SHA)
LIVES: dict[str, tuple[tuple[Event, ...], ...]] = {
    "case": ((imported_case(),), (imported_case(), step())),
    "licence": ((term(),), (term(), change(SECOND)), (term(), change(SECOND), ended(SECOND))),
    "subject": ((PERSON,),),
    "inspection": ((CHECKED,), (CHECKED, InspectionLinked(LICENCE))),
    "import": ((RUNNING,), (RUNNING, DONE)),
}


def test_contradictions_stop_the_case() -> None:
    """互相矛盾的历史当即停下：一期终结两次、先终结后立卷、关联两次、完毕两次。"""
    check_impossible(
        past_inspection.AGGREGATE,
        ((), *LIVES["inspection"]),
        (CHECKED, InspectionLinked(LICENCE)),
    )
    check_impossible(importing.AGGREGATE, ((), *LIVES["import"]), (RUNNING, DONE))
    check_impossible(
        approval.AGGREGATE,
        ((), *LIVES["licence"]),
        (term(), ended(SECOND), change(term("x", date(2015, 1, 1)))),
    )
    check_impossible(case.AGGREGATE, ((), *LIVES["case"]), (imported_case(), step("task-9")))
    check_impossible(subject.AGGREGATE, LIVES["subject"], (PERSON,))


@pytest.mark.parametrize(
    ("aggregate", "decide", "command", "lives"),
    [
        (importing.AGGREGATE, importing.decide, importing.Command, LIVES["import"]),
        (
            past_inspection.AGGREGATE,
            past_inspection.decide,
            past_inspection.Command,
            LIVES["inspection"],
        ),
        (subject.AGGREGATE, subject.decide, subject.Command, LIVES["subject"]),
        (case.AGGREGATE, case.decide, case.ImportStep, LIVES["case"]),
        (approval.AGGREGATE, approval.decide, approval.ImportTerm, LIVES["licence"]),
    ],
    ids=["import", "inspection", "subject", "case", "licence"],
)
def test_decider_laws(
    aggregate: Aggregate[Any],
    decide: Callable[[Any, Any], Answer],
    command: object,
    lives: tuple[tuple[Event, ...], ...],
) -> None:
    """同样的现状同样的答复；再来一次不添事；重放等于现状。"""
    check_decider_laws(aggregate, decide, anything(command), lives)
