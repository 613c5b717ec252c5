"""规则 1：五日内不告知的，自收到申请材料之日起即为受理，时限也自那日起算。"""

from domain.acts.intake import DeemAccepted
from domain.case import DeemedAccepted
from domain.refusals import Refusal
from tests.domain.case_file import MACHINE
from tests.rules.papers import NO, item, only, received


def test_silence_is_acceptance_from_the_day_of_receipt() -> None:
    """二月十二日收件，第五个工作日二月二十六日过完即为受理；二十日自收件之日算到三月十八日。"""
    book = received("2026-02-12", item(promised=20))
    book.refuse(Refusal.CASE_NOT_YET_DUE, DeemAccepted(NO), MACHINE, "2026-02-26 23:59")
    deemed = only(book.do(DeemAccepted(NO), MACHINE, "2026-02-27 00:00"), DeemedAccepted)
    assert str(deemed.accepted_on) == "2026-02-12"
    assert str(deemed.legal_due_on) == "2026-03-18"
