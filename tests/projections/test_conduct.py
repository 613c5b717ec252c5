"""办件人与公示：积分、跑趟、评价、问题怎样汇总（机制 24、42、72）；同类件各人的结果并列（机制 88）。"""

from dataclasses import fields, replace
from datetime import date

from domain import case, oversight, publication, record, service
from domain.oversight import AlertLevel, OversightOutcome, OversightRule, OversightTier
from domain.terms import LicenceNo, Organ, PersonId
from projections import conduct, publication_view
from projections.conduct import ConductRow
from tests.deliveries import (
    BUREAU,
    CASE,
    CLERK,
    DECIDER,
    REVIEWER,
    Book,
    accepted,
    approved,
    folded,
    received,
)

DAY = date(2026, 3, 2)
AGENT, OVERSEER = PersonId("P-agent"), PersonId("P-20")
REVIEWED = case.Reviewed(case.ReviewOpinion.APPROVE, "齐全", REVIEWER)
REJECTED = case.Rejected(date(2026, 3, 9), "B-1", "不符", "可复议", date(2026, 3, 23), DECIDER)
RAISED = oversight.Raised(
    rule=OversightRule.SECOND_NOTICE,
    rule_no="JC002",
    level=AlertLevel.YELLOW,
    tier=OversightTier.MONITOR,
    office=None,
    responsible_organ=BUREAU,
    responsible=CLERK,
    case_no=CASE,
    source_stream=f"case/{CASE}",
    source_event="e-1",
    explanation="BZ-2",
    raised_on=DAY,
    answer_due_on=date(2026, 3, 9),
    handler=None,
)


def rows(book: Book) -> list[ConductRow]:
    """折成的各行。"""
    found = folded(conduct.PROJECTION, book.kept)
    names = [one.name for one in fields(ConductRow) if one.name != "key"]
    return [
        ConductRow(key=key, **{name: row.get(name) for name in names})  # type: ignore[arg-type]
        for key, row in sorted(found.items())
    ]


def handled() -> Book:
    """一件由代办人来办、窗口收件受理、审核、准予，跑了两趟，四级评价。"""
    book = Book()
    for event in (replace(received(), agent=AGENT), accepted(), REVIEWED, approved()):
        book.add(f"case/{CASE}", event)
    for day in (2, 3):
        trip = service.TripRecorded(service.TripPurpose.SUBMIT, date(2026, 3, day), CLERK)
        book.add(f"trip/{CASE}", trip)
    book.add(f"rating/{CASE}", service.RatingGiven(4, (), DAY))
    book.add(f"points/{CASE}", record.PointsAwarded(AGENT, 1))
    return book


def test_an_officers_account_is_summed_from_his_cases() -> None:
    """一步一分；跑趟与评价记在经手的各人名下；代办人另计代办分。"""
    found = {one.key: one for one in conduct.people(rows(handled()))}
    clerk = found[CLERK]
    assert (clerk.steps, clerk.cases, clerk.points) == (2, 1, 2)
    assert (clerk.trips, clerk.rated, clerk.scores) == (2, 1, 4)
    assert (found[REVIEWER].points, found[DECIDER].points) == (1, 1)
    assert (found[AGENT].as_agent, found[AGENT].agent_points, found[AGENT].both) == (1, 1, False)


def test_a_finding_costs_points_unless_it_is_tolerated_or_unfounded() -> None:
    """查实一个黄牌扣两分；准予容错的、不成立的不扣；更正加减，原来的照样在账。"""
    stream = "oversight/JC-1"
    granted = oversight.ToleranceGranted(Organ("JW"), "无私利", OVERSEER)
    unfounded = oversight.Closed(Organ("XN"), OversightOutcome.UNFOUNDED, "误报", OVERSEER)
    book = handled()
    for later, points in ((None, 0), (granted, 2), (unfounded, 2)):
        book = handled()
        book.add(stream, RAISED)
        if later is not None:
            book.add(stream, later)
        found = {one.key: one for one in conduct.people(rows(book))}
        assert found[CLERK].points == points
    book.add("points/GZ-1", record.PointsCorrected(CLERK, -1, "迟到", OVERSEER), key="GZ-1")
    found = {one.key: one for one in conduct.people(rows(book))}
    assert (found[CLERK].corrected, found[CLERK].points) == (-1, 1)


def test_an_officer_who_is_an_agent_too_stands_out() -> None:
    """既经手办件又代办的，看得出来（SD12）。"""
    book = handled()
    book.add("case/2", replace(received(), agent=REVIEWER), key="2")
    both = [one.key for one in conduct.people(rows(book)) if one.both]
    assert both == [REVIEWER]


def test_like_cases_are_laid_side_by_side() -> None:
    """同一事项，各决定人准予几件、不予几件、用了几日（机制 88）。"""
    book = handled()
    for number, event in (("2", REJECTED), ("3", approved(LicenceNo("L-3")))):
        for step in (received(), accepted(), event):
            book.add(f"case/{number}", step, key=number)
    (one,) = conduct.discretion(rows(book))
    assert (one.decider, one.approved, one.rejected, one.approved_rate) == (DECIDER, 2, 1, 67)
    assert sorted(one.days) == [0, 0, 7]


def test_what_is_restored_is_public_again() -> None:
    """撤下的公示恢复之后又在列；从未公示过的，恢复之后仍待公示。"""
    due = publication.Due(
        matter=publication.PublicMatter.APPROVED,
        case_no=CASE,
        licence_no=None,
        item_code=None,
        decision_no="D-1",
        organ=BUREAU,
        subject=received().applicant,
        decided_on=DAY,
        valid_from=None,
        valid_to=None,
        objection_due_on=DAY,
        double_due_on=DAY,
        general_due_on=DAY,
    )
    shown = publication.Published(due.matter, "D-1", "", BUREAU, "S-1", DAY, None, None, ())
    overturned = publication.Overturned("CX-1", "撤销", DAY, DAY, None)
    restored = publication.Restored("HF-1", "复议", DAY)
    withdrawn = publication.Withdrawn("撤销")
    for events, state in (
        ((due, shown, overturned, withdrawn), "TAKEN_DOWN"),
        ((due, shown, overturned, withdrawn, restored), "PUBLISHED"),
        ((due, overturned, restored), "DUE"),
    ):
        book = Book()
        for event in events:
            book.add("publication/A", event)
        assert folded(publication_view.PROJECTION, book.kept)["A"]["state"] == state
