"""中介盯办：一家中介出事，凡靠其报告的报备都提出疑问；只是疑问，不是认定。"""

from datetime import date

from consumers import intermediary_watch
from domain import filing, intermediary
from domain.acts.filings import ChallengeReport
from domain.terms import CaseNo, PersonId, SubjectId
from tests.deliveries import HASH, ITEM, Book, intermediary_registered, played

WHO = PersonId("P-9")


def submitted(agency: str = "ZJ-1") -> filing.Submitted:
    """靠某家中介报告的报备。"""
    return filing.Submitted(ITEM, 1, SubjectId("S-1"), agency, HASH, HASH)


def resting() -> Book:
    """三件靠同一家、一件靠别家的账；其中一件退回后又交。"""
    book = Book()
    book.add("intermediary/ZJ-1", intermediary_registered())
    for number in ("BB-1", "BB-2", "BB-3"):
        book.add(f"filing/{number}", submitted())
    book.add("filing/BB-2", submitted())
    book.add("filing/BB-9", submitted("ZJ-9"))
    return book


def doubted(book: Book) -> list[CaseNo]:
    """被提出疑问的各件，按提出的次序。"""
    commands = played(intermediary_watch.SUPERVISOR, book.kept)
    acts = [command.act for command in commands]
    return [act.filing_no for act in acts if isinstance(act, ChallengeReport)]


def test_nothing_happens_before_something_is_wrong() -> None:
    """只是登记、报备的，不提疑问。"""
    assert doubted(resting()) == []


def test_suspension_and_exit_touch_every_filing_once_each() -> None:
    """暂停、退出：凡靠其报告的报备逐件提出，别家的不动。"""
    book = resting()
    stream = "intermediary/ZJ-1"
    book.add(
        stream,
        intermediary.IntermediarySuspended(date(2026, 6, 1), date(2026, 8, 31), "失实", WHO),
    )
    assert doubted(book) == ["BB-1", "BB-2", "BB-3"]
    book.add(stream, intermediary.IntermediaryExited(date(2026, 7, 1), "失实", WHO))
    assert doubted(book) == ["BB-1", "BB-2", "BB-3"] * 2


def test_an_invalid_report_touches_the_others() -> None:
    """一份报告被认定无效：同一中介的其他报备提出疑问，这一件已有认定。"""
    book = resting()
    book.add("filing/BB-2", filing.ReportInvalidated("ZJ-1", "数据不实", WHO))
    assert doubted(book) == ["BB-1", "BB-3"]
