"""名录：每月由账上的事为各对象分类，变了的才提出；查到已注销、复核同意的，出库。"""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from consumers.inspection_round import SUPERVISOR as ROUND
from consumers.risk_watch import SUPERVISOR, facts_of
from domain import (
    approval,
    commitment,
    complaint,
    credit,
    inspection_task,
    inspector,
    risk,
    subject,
)
from domain.acts import Act
from domain.acts.inspections import FreezeLists
from domain.acts.risks import BeginRiskMonth, ClassifyRisk
from domain.acts.rolls import DeregisterFound
from domain.commitment import BreachGround
from domain.decider import Event
from domain.inspection_task import FindingCode
from domain.scoring import MonthBegun, RiskClass, RiskFactor
from domain.terms import (
    BEIJING,
    CaseNo,
    CommitmentId,
    Evidence,
    LicenceNo,
    Organ,
    PersonId,
    SubjectId,
)
from followers.supervisor import DUE
from runtime.scenarios.book import Notes
from tests.deliveries import (
    APPLICANT,
    BUREAU,
    CASE,
    CLERK,
    DECIDER,
    HASH,
    ITEM,
    LICENCE,
    MARKET,
    PLEDGE,
    START,
    Book,
    calendar,
    granted,
    inspector_registered,
    item,
    plan,
    played,
    registered,
    scoring_published,
    subject_imported,
)

PROMISE = f"commitment/{PLEDGE}"
MONTH = date(2026, 4, 1)
BEGUN = MonthBegun(MONTH, MONTH, 1)
APRIL = datetime(2026, 4, 1, 9, tzinfo=BEIJING)
RULE = "scoring/risk"


def _hall(*, rule: bool = True) -> Book:
    """一家持证企业（登记为 B），一家没有许可的（登记为 A）。"""
    book = calendar()
    book.add(f"subject/{APPLICANT}", registered("B"), key=APPLICANT)
    book.add("subject/S-2", registered("A"), key="S-2")
    book.add(f"licence/{LICENCE}", granted())
    if rule:
        book.add(RULE, scoring_published(), key="risk")
    return book


def _acts(book: Book, rows: Notes | None = None) -> list[Act]:
    return [command.act for command in played(SUPERVISOR, book.kept, rows)]


def _classified(book: Book) -> dict[SubjectId, tuple[RiskFactor, ...]]:
    """四月开始之后，提出的分类与各据何事。"""
    book.add(RULE, BEGUN, key="risk", at=APRIL)
    acts = [act for act in _acts(book) if isinstance(act, ClassifyRisk)]
    assert all(act.month == MONTH for act in acts)
    return {act.subject: tuple(one.factor for one in act.facts) for act in acts}


def made() -> commitment.Made:
    """本户的一份承诺。"""
    return commitment.Made(
        CaseNo(CASE), commitment.CommitmentKind.NOTIFICATION, ITEM, 1, HASH, (), APPLICANT,
        date(2026, 5, 1), commitment.BreachPolicy.REVOKE,
    )  # fmt: skip


def confirmed(ground: BreachGround = BreachGround.NOT_SUPPLIED) -> commitment.BreachConfirmed:
    """确认落空。"""
    return commitment.BreachConfirmed(ground, "逾期", DECIDER)


def test_the_month_is_proposed_on_its_first_working_day() -> None:
    """三月三日生效的办法，四月一日（周三）起分类；之前不提，分过的等以后各月的第一个工作日。"""
    rows = Notes()
    played(SUPERVISOR, _hall().kept, rows)
    due = SUPERVISOR.due
    assert due is not None
    assert not list(due(APRIL - timedelta(hours=10), rows))
    (command,) = due(APRIL, rows)
    assert command.act == BeginRiskMonth(MONTH)
    book = _hall()
    book.add(RULE, BEGUN, key="risk", at=APRIL)
    later = Notes()
    played(SUPERVISOR, book.kept, later)
    assert not list(due(APRIL, later))
    august = date(2026, 8, 1)  # 周六
    assert not list(due(datetime(2026, 8, 2, 9, tzinfo=BEIJING), later))
    (command,) = due(datetime(2026, 8, 3, 9, tzinfo=BEIJING), later)
    assert command.act == BeginRiskMonth(august)


def test_a_rule_in_force_from_the_first_begins_with_that_month() -> None:
    """生效之日是一日的，当月就分类。"""
    book, rows = _hall(rule=False), Notes()
    published = replace(scoring_published(), effective_from=MONTH)
    book.add(RULE, published, key="risk")
    played(SUPERVISOR, book.kept, rows)
    row = rows.get(RULE)
    assert row is not None
    assert row[DUE] == "2026-03-31T16:00:00+00:00"


def test_only_a_change_of_class_is_proposed() -> None:
    """没有事的一户 B 变 A，提出；登记就是 A 的一户没有变，不提。"""
    assert _classified(_hall()) == {APPLICANT: ()}


def test_what_counts_is_found_through_the_licence_and_the_promise() -> None:
    """落空、撤销、信用记录、检查、投诉，都归到本户；同一承诺的几步是同一件事。"""
    book = _hall()
    book.add(PROMISE, made())
    book.add(PROMISE, confirmed())
    revoked = approval.Revoked("V-1", approval.RevocationGround.COMMITMENT_BROKEN, "D-2", MONTH)
    book.add(f"licence/{LICENCE}", revoked)
    book.add(f"credit/{APPLICANT}", _record("X-1", PLEDGE), key=APPLICANT)
    _inspect(book, FindingCode.PROBLEM_PENDING, FindingCode.UNREACHABLE)
    _complain(book, upheld=True)
    found = _classified(book)[APPLICANT]
    assert set(found) == {
        RiskFactor.COMMITMENT_BROKEN,
        RiskFactor.LICENCE_REVOKED,
        RiskFactor.CREDIT_GENERAL,
        RiskFactor.PROBLEM_PENDING,
        RiskFactor.UNREACHABLE,
        RiskFactor.COMPLAINT_UPHELD,
    }
    act = next(act for act in _acts(book) if isinstance(act, ClassifyRisk))
    assert {one.matter for one in act.facts} == {PROMISE, "complaint/T-1", "task/2026-0001.S-1"}


def _record(number: str, promise: CommitmentId | None) -> credit.RecordAdded:
    return credit.RecordAdded(
        number, credit.CreditCause.PENALTY, credit.Severity.GENERAL, True, "罚 1 号",  # noqa: FBT003
        date(2026, 3, 10), date(2026, 6, 11), date(2027, 3, 10), True, promise, None, DECIDER,  # noqa: FBT003
    )  # fmt: skip


def _inspect(book: Book, *codes: FindingCode, agreed: bool = True, again: bool = False) -> None:
    stream, key = f"task/2026-0001.{APPLICANT}", "2026-0001"
    if not again:
        people = (PersonId("P-5"), PersonId("P-6"))
        book.add(
            stream,
            inspection_task.TaskAssigned(APPLICANT, people, LICENCE, None, MONTH),
            key=key,
        )
    seen = inspection_task.Inspected(START, "v1", codes, (), (), HASH)
    book.add(stream, seen, key=key)
    book.add(stream, inspection_task.FindingReviewed(agreed, "", CLERK), key=key)


def _complain(
    book: Book,
    *,
    upheld: bool,
    matter: complaint.ComplaintMatter = complaint.ComplaintMatter.SUBJECT,
    licence: LicenceNo | None = LICENCE,
) -> None:
    source = complaint.ComplaintSource.HOTLINE
    lodged = complaint.Lodged(source, "1", matter, "油烟", None, licence, MONTH, CLERK)
    settled = complaint.Settled(upheld, True, "已查", MARKET, CLERK)  # noqa: FBT003
    for event in (lodged, settled):
        book.add("complaint/T-1", event, key="T-1")


def _told(*parts: tuple[str, Event]) -> list[RiskFactor]:
    """一户账上可以计分的。"""
    book, rows = _hall(), Notes()
    for stream, event in parts:
        book.add(stream, event, key=stream.partition("/")[2])
    played(SUPERVISOR, book.kept, rows)
    return [one.factor for one in facts_of(rows).get(APPLICANT, [])]


def test_what_was_undone_counts_no_more() -> None:
    """撤销被撤销、承诺恢复、信用修复、期满、所依决定被撤销的，都不再计。"""
    licence, own = f"licence/{LICENCE}", f"credit/{APPLICANT}"
    ground = approval.RevocationGround.FRAUD_OR_BRIBERY
    revoked = approval.Revoked("V-1", ground, "D-2", MONTH)
    undone = approval.RevocationReversed("V-1", "D-3", "有误", None, DECIDER)
    forfeited = approval.Forfeited("罚 1 号", MARKET, DECIDER)
    record = _record("X-1", None)
    assert _told((licence, forfeited), (licence, revoked), (own, record)) == [
        RiskFactor.LICENCE_FORFEITED,
        RiskFactor.LICENCE_REVOKED,
        RiskFactor.CREDIT_GENERAL,
    ]
    assert _told((licence, forfeited), (licence, revoked), (licence, undone)) == [
        RiskFactor.LICENCE_FORFEITED
    ]
    revived = commitment.Revived(LICENCE, "V-1", "D-3")
    assert _told((PROMISE, made()), (PROMISE, confirmed()), (PROMISE, revived)) == []
    proof = Evidence("整改", HASH)
    reference = credit.DecisionReversed("D", "D-3", ("X-1",), False, CaseNo(CASE), DECIDER)  # noqa: FBT003
    for end in (
        credit.RecordRepaired("X-1", proof, HASH, DECIDER),
        credit.RecordLapsed("X-1", MONTH),
        reference,
    ):
        other = replace(record, record_no="X-10")
        assert _told((own, record), (own, other), (own, end)) == [RiskFactor.CREDIT_GENERAL]


def test_a_false_promise_is_worse_than_a_broken_one() -> None:
    """虚假承诺另是一种事。"""
    parts = ((PROMISE, made()), (PROMISE, confirmed(BreachGround.FALSE_PROMISE)))
    assert _told(*parts) == [RiskFactor.COMMITMENT_FALSE]


def test_what_is_not_agreed_to_or_not_upheld_does_not_count() -> None:
    """退回的结果、不属实的投诉、与经营无关的投诉、没有写明许可的投诉，不计。"""
    book = _hall()
    _inspect(book, FindingCode.PROBLEM_PENDING, agreed=False)
    _complain(book, upheld=False)
    assert _classified(book) == {APPLICANT: ()}
    book = _hall()
    _inspect(book, FindingCode.PROBLEM_PENDING, agreed=False)
    _inspect(book, FindingCode.PROBLEM_CORRECTED, again=True)
    _complain(book, upheld=True, matter=complaint.ComplaintMatter.SERVICE)
    assert _classified(book) == {APPLICANT: (RiskFactor.PROBLEM_CORRECTED,)}
    book = _hall()
    _complain(book, upheld=True, licence=None)
    assert _classified(book) == {APPLICANT: ()}


def test_an_unknown_licence_waits() -> None:
    """所指的许可还不在账上的，没有人可记。"""
    book = _hall()
    _complain(book, upheld=True, licence=LicenceNo("L-9"))
    assert _classified(book) == {APPLICANT: ()}


@pytest.mark.parametrize("agreed", [True, False])
def test_whoever_is_found_wound_up_leaves_the_register(*, agreed: bool) -> None:
    """查到已注销、复核同意的，提出出库；退回的不提。"""
    book = _hall()
    _inspect(book, FindingCode.DEREGISTERED, agreed=agreed)
    found = [act for act in _acts(book) if isinstance(act, DeregisterFound)]
    assert found == ([DeregisterFound("2026-0001", APPLICANT)] if agreed else [])


def test_who_is_off_the_register_is_not_classified() -> None:
    """出了库的不分类，恢复了的照分；没有登记过的，没有可出的。"""
    off = subject.Deregistered(subject.OffReason.WOUND_UP, MONTH, (), None)
    book = _hall()
    book.add(f"subject/{APPLICANT}", off, key=APPLICANT)
    assert _classified(book) == {}
    book = _hall()
    for event in (off, subject.Restored("另一家", (), DECIDER), registered("B")):
        book.add(f"subject/{APPLICANT}", event, key=APPLICANT)
    assert _classified(book) == {APPLICANT: ()}
    book = Book()
    book.add("subject/S-7", off, key="S-7")
    assert _acts(book) == []


def test_an_imported_subject_and_its_results_count() -> None:
    """导入的对象、许可与检查结果一样算。"""
    from tests.deliveries import inspection_imported, licence_imported

    book = _hall()
    book.add("subject/CHI-9", subject_imported("A"), key="CHI-9")
    book.add("licence/CHI-1", licence_imported(MONTH, holder=SubjectId("CHI-9")), key="CHI-1")
    seen = replace(
        inspection_imported(), licence_no=LicenceNo("CHI-1"), codes=(FindingCode.PROBLEM_PENDING,)
    )
    seen = replace(seen, performed_on=date(2026, 3, 9))
    book.add("inspection/CHI-5", seen, key="CHI-5")
    assert _classified(book)[SubjectId("CHI-9")] == (RiskFactor.PROBLEM_PENDING,)


# -- the lists that are frozen afterwards


def _frozen(book: Book, stratum: str) -> FreezeLists:
    book.add("plan/2026-0001", plan(MARKET, stratum), key="2026-0001")
    acts = [command.act for command in played(ROUND, book.kept)]
    (act,) = [act for act in acts if isinstance(act, FreezeLists)]
    return act


def _town() -> Book:
    book = _hall()
    book.add(f"item/{ITEM}", item(MARKET), key=ITEM)
    for who in ("P-5", "P-6"):
        book.add(f"inspector/{who}", inspector_registered(who), key=who)
    return book


WORSE = risk.Classified(
    MONTH, risk.ClassifiedFor.MONTHLY, RiskClass.D, "B", 40, (), False, "B", 1, "市监信 1 号"  # noqa: FBT003
)  # fmt: skip


def _set(last_day: date) -> risk.Overridden:
    return risk.Overridden(RiskClass.C, "D", "观察", last_day, MARKET, DECIDER, CLERK)


@pytest.mark.parametrize(
    ("events", "found"),
    [
        ((), "B"),
        ((WORSE,), "D"),
        ((WORSE, _set(date(2026, 12, 31))), "C"),
        ((WORSE, _set(date(2026, 3, 1))), "D"),
    ],
    ids=["as registered", "computed", "overridden", "the override is over"],
)
def test_a_plan_takes_the_newest_class(events: tuple[Event, ...], found: str) -> None:
    """计划登记之时的等级：没有到期的调整、算出的、登记的，依次取有的；别的等级的一层里没有它。"""
    book = _town()
    for event in events:
        book.add(f"risk/{APPLICANT}", event, key=APPLICANT)
    assert [one.stratum for one in _frozen(book, found).objects] == [found]
    other = _town()
    for event in events:
        other.add(f"risk/{APPLICANT}", event, key=APPLICANT)
    assert not _frozen(other, "A").objects


def test_a_frozen_plan_keeps_its_classes() -> None:
    """计划之后变的等级，不改已冻结的名单。"""
    book = _town()
    act = _frozen(book, "B")
    book.add(f"risk/{APPLICANT}", WORSE, key=APPLICANT)
    again = [one.act for one in played(ROUND, book.kept) if isinstance(one.act, FreezeLists)]
    assert again == [act]


def test_whoever_left_is_in_no_later_list() -> None:
    """出了库的对象、检查人员不列入其后的名单；恢复、再入库的照列。"""
    off = subject.Deregistered(subject.OffReason.WOUND_UP, MONTH, (), None)
    left = inspector.InspectorRemoved(inspector.LeftFor.RETIRED, MONTH, DECIDER)
    book = _town()
    book.add(f"subject/{APPLICANT}", off, key=APPLICANT)
    book.add("inspector/P-5", left, key="P-5")
    act = _frozen(book, "B")
    assert (act.objects, [one.inspector for one in act.inspectors]) == ((), ["P-6"])
    book = _town()
    for event in (off, subject.Restored("另一家", (), DECIDER)):
        book.add(f"subject/{APPLICANT}", event, key=APPLICANT)
    for one in (left, inspector_registered("P-5")):
        book.add("inspector/P-5", one, key="P-5")
    act = _frozen(book, "B")
    assert [one.subject for one in act.objects] == [APPLICANT]
    assert [one.inspector for one in act.inspectors] == ["P-5", "P-6"]


def _declared(subject_id: SubjectId | None, organ: Organ | None) -> inspector.RecusalDeclared:
    ground = inspector.RecusalGround.RELATIVE
    return inspector.RecusalDeclared(subject_id, organ, ground, "", PersonId("P-5"))


@pytest.mark.parametrize(
    ("events", "recused"),
    [
        ((_declared(APPLICANT, None),), True),
        ((_declared(None, BUREAU),), True),
        ((_declared(SubjectId("S-2"), None), _declared(None, MARKET)), False),
        (
            (
                _declared(APPLICANT, None),
                inspector.RecusalLifted(APPLICANT, None, "已变更", DECIDER),
            ),
            False,
        ),
        ((_declared(APPLICANT, None), inspector_registered("P-5")), True),
    ],
    ids=["the subject", "the organ that granted it", "others", "lifted", "a new certificate"],
)
def test_standing_recusals_are_frozen_with_the_lists(
    events: tuple[Event, ...],
    recused: bool,  # noqa: FBT001
) -> None:
    """申明回避一户、或者准予它的机关的，写进那一户不得检查的人与回避名单；解除了的不写。"""
    book = _town()
    for event in events:
        book.add("inspector/P-5", event, key="P-5")
    act = _frozen(book, "B")
    assert [(one.inspector, one.subject) for one in act.recusals] == (
        [("P-5", APPLICANT)] if recused else []
    )
    assert ("P-5" in act.objects[0].officers_involved) is recused


def test_the_recusals_of_another_department_are_not_listed() -> None:
    """不在检查人员名单上的，没有可回避的。"""
    book = _town()
    book.add("inspector/P-9", inspector_registered("P-9", BUREAU), key="P-9")
    book.add("inspector/P-9", _declared(APPLICANT, None), key="P-9")
    assert _frozen(book, "B").recusals == ()


def test_changes_of_class_of_the_last_thirty_days_are_listed() -> None:
    """三十日以内的列出，连同改出所抽各层的；早些的、没有实际改变的、别的部门的不列。"""
    book = _town()
    start = datetime(2026, 3, 2, 9, tzinfo=BEIJING)
    same = replace(WORSE, risk_class=RiskClass.B)
    stream, key = f"risk/{APPLICANT}", str(APPLICANT)
    book.add(stream, same, key=key, at=start)
    book.add(stream, WORSE, key=key, at=start)
    book.add("risk/S-2", WORSE, key="S-2", at=start)  # holds no licence
    book.add("risk/S-8", WORSE, key="S-8", at=start)  # not registered
    back = replace(WORSE, risk_class=RiskClass.B)
    book.add(stream, back, key=key, at=start + timedelta(days=40))
    later = start + timedelta(days=60)
    book.add("plan/2026-0001", plan(MARKET, "B"), key="2026-0001", at=later)
    (act,) = [one.act for one in played(ROUND, book.kept) if isinstance(one.act, FreezeLists)]
    assert act.reclassified_since == date(2026, 4, 1)
    changes = [(one.before, one.risk_class, one.changed_on) for one in act.reclassified]
    assert changes == [("D", "B", date(2026, 4, 11))]
