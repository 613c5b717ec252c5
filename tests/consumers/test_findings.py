"""检查结果：无法联系的立项核实，推翻的撤下，报备不实的疑其报告；历史检查先到的等着许可，一到即关联。"""

from dataclasses import replace
from datetime import date

from consumers.findings import SUPERVISOR
from domain.acts import Act
from domain.acts.check_results import WithdrawResult
from domain.acts.filings import ChallengeReport
from domain.acts.follow_ups import OpenContactCheck
from domain.acts.imports import LinkInspection
from domain.check_result import ResultFormed, ResultOverturned, outcome
from domain.code_set import V1
from domain.decider import Event
from domain.past_inspection import InspectionLinked
from domain.terms import CaseNo, LicenceNo, Organ, PersonId, SubjectId
from tests.deliveries import LICENCE, Book, granted, inspection_imported, licence_imported, played


def _links(book: Book) -> list[str]:
    acts = [command.act for command in played(SUPERVISOR, book.kept)]
    return [act.inspection_id for act in acts if isinstance(act, LinkInspection)]


def test_what_waits_is_linked_when_the_licence_comes() -> None:
    """先导入检查、后导入许可：等着它的各项依次关联，别的许可的不动。"""
    book = Book()
    for number, licence in (("CHI-1", "L-7"), ("CHI-2", "L-8"), ("CHI-3", "L-7")):
        book.add(
            f"inspection/{number}",
            inspection_imported(LicenceNo(licence), licence_known=False),
            key=number,
        )
    assert _links(book) == []
    book.add("licence/L-7", licence_imported(date(2011, 9, 16)), key="L-7")
    assert _links(book) == ["CHI-1", "CHI-3"]


def test_a_licence_granted_here_is_waited_for_as_well() -> None:
    """所指的许可后来由本系统准予的，同样关联。"""
    book = Book()
    book.add("inspection/CHI-1", inspection_imported(LICENCE, licence_known=False), key="CHI-1")
    book.add(f"licence/{LICENCE}", granted())
    assert _links(book) == ["CHI-1"]


def test_what_is_linked_already_is_left_alone() -> None:
    """许可在前、检查在后的，导入时已关联；关联过的不再关联。"""
    book = Book()
    book.add("licence/L-7", licence_imported(date(2011, 9, 16)), key="L-7")
    book.add("inspection/CHI-1", inspection_imported(LicenceNo("L-7")), key="CHI-1")
    book.add("inspection/CHI-1", InspectionLinked(LicenceNo("L-7")), key="CHI-1")
    assert _links(book) == []


DAY = date(2026, 9, 24)
FORMED = ResultFormed(
    *("000001", SubjectId("S-1"), Organ("MARKET"), (), None, None, DAY),
    *(outcome(V1, ("NO_PROBLEM",)), DAY, DAY, None),
)


def _acts(event: Event) -> list[Act]:
    book = Book()
    book.add("result/000001.S-1", event, key="000001")
    return [command.act for command in played(SUPERVISOR, book.kept)]


def test_the_unreachable_are_verified_by_a_file_of_their_own() -> None:
    """结果须由机器立项的，立项核实；别的由人来定，机器不动。"""
    unreachable = replace(FORMED, outcome=outcome(V1, ("UNREACHABLE",)))
    assert _acts(unreachable) == [OpenContactCheck("000001.S-1")]
    assert _acts(replace(FORMED, outcome=outcome(V1, ("PROBLEM_PENDING",)))) == []


def test_a_filing_that_was_not_borne_out_is_doubted() -> None:
    """所查的是报备、结果不符合的，疑其合格报告，附上这件事为证；别的结果不疑。"""
    filed = replace(FORMED, filing_no=CaseNo("BA-1"))
    breach = replace(filed, outcome=outcome(V1, ("NOT_AS_PROMISED",)))
    (act,) = _acts(breach)
    assert isinstance(act, ChallengeReport)
    assert (act.filing_no, len(act.evidence)) == ("BA-1", 1)
    assert _acts(filed) == []
    assert _acts(replace(breach, filing_no=None)) == []


def test_what_is_overturned_is_taken_down() -> None:
    """检查结果被推翻：机器随即撤下。"""
    overturned = ResultOverturned("FY-1", "不清", DAY, DAY, PersonId("P-1"))
    assert _acts(overturned) == [WithdrawResult("000001.S-1")]
