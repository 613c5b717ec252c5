"""竞价、中标：招标、拍卖了的，依结果准予，不论受理先后（机制 69，许可法 53 条）。"""

from dataclasses import replace
from typing import Final

from domain import quota, tender
from domain.acts.deciding import Approve
from domain.acts.tenders import RecordAward
from domain.decider import Plan
from domain.refusals import Refusal
from domain.tender import TenderMethod
from domain.terms import ItemCode, LicenceNo, SubjectId
from tests.domain.case_file import APPROVER, ITEM, case_files, town
from tests.domain.laws import anything, check_decider_laws
from tests.domain.test_quota import FIRST, LIMITED, SECOND, B, _accepted, _approve
from tests.rules.papers import DECIDER, only

AWARD: Final = RecordAward(ITEM, TenderMethod.AUCTION, (SubjectId("S-2"),), "成交〔2026〕1号")
LAST: Final = quota.PlaceGranted(B, LicenceNo("L-B"))


def test_laws() -> None:
    """结果守决定者的共同规矩。"""
    check_decider_laws(tender.ORDER.aggregate, tender.ORDER.decide, anything(tender.TenderEvent))


def test_the_result_takes_the_place_of_the_order() -> None:
    """中标的不必等先受理的；没有中标的先受理也不行；名额满了都不行。"""
    given = case_files(quota.AGGREGATE, quota.decide)
    given(FIRST, SECOND).when(quota.Grant(LAST, 1, 0, awarded=True)).then(LAST)
    given(FIRST, SECOND).when(quota.Grant(LAST, 1, 0, awarded=False)).refused(
        Refusal.TENDER_NOT_WINNER
    )
    given(FIRST, SECOND).when(quota.Grant(LAST, 1, 1, awarded=True)).refused(Refusal.QUOTA_FULL)


def test_a_result_is_recorded_by_the_organ_that_decides() -> None:
    """由审批机关记；只有数量有限的事项才有；至少一个中标人；同一结果只记一次。"""
    unlimited = town()
    unlimited.refuse(Refusal.TENDER_NO_QUOTA, AWARD, DECIDER, "2026-03-02")
    elsewhere = town(replace(LIMITED, approving_body="350505-ZJ"))  # type: ignore[arg-type]
    elsewhere.refuse(Refusal.DUTY_ORGAN, AWARD, DECIDER, "2026-03-02")
    book = town(LIMITED)
    book.refuse(Refusal.TENDER_NO_WINNER, replace(AWARD, winners=()), DECIDER, "2026-03-02")
    strange = replace(AWARD, item_code=ItemCode("350505-0009"))
    book.refuse(Refusal.CASE_ITEM_NOT_IN_FORCE, strange, DECIDER, "2026-03-02")
    told = only(book.do(AWARD, DECIDER, "2026-03-02"), tender.TenderAwarded)
    assert told.organ == APPROVER
    assert book.do(AWARD, DECIDER, "2026-03-02") == Plan()
    more = replace(AWARD, winners=(SubjectId("S-3"),), document_no="成交〔2026〕2号")
    book.do(more, DECIDER, "2026-03-03")
    won = tender.winners(book.load(tender.ORDER.aggregate, ITEM))
    assert won == {"S-2", "S-3"}


def test_the_winner_is_approved_before_who_came_first() -> None:
    """后受理的中标人准予；先受理而没有中标的不得准予。"""
    book = town(LIMITED)
    first = _accepted(book, "1", "2026-03-02", "S-1")
    second = _accepted(book, "2", "2026-03-02 10:00", "S-2")
    book.do(AWARD, DECIDER, "2026-03-03")
    book.refuse(Refusal.TENDER_NOT_WINNER, _approve(first), DECIDER, "2026-03-03")
    approve = _approve(second)
    assert isinstance(approve, Approve)
    book.do(approve, DECIDER, "2026-03-03")
    assert book.load(quota.AGGREGATE, ITEM).licences == ("JY-2",)
