"""规则 10（延长部分）：并联审批四十五日，再延十五日须本级人民政府负责人批准。"""

from domain.acts.procedure import ExtendLimit
from domain.case import Accepted
from domain.catalogue import ReviewRules
from domain.clock import Extended
from domain.refusals import Refusal
from domain.terms import Organ
from tests.rules.papers import ACCEPT, CLERK, NO, head, item, mayor, only, received

JOINT = item(promised=45, legal=45, review=ReviewRules(joint_bodies=(Organ("350505-ZJJ"),)))
EXTEND = ExtendLimit(NO, "YQ-1", "三个部门意见不一")


def test_forty_five_days_and_fifteen_more() -> None:
    """三月二日受理，五月八日届满；本机关负责人批不了，政府负责人批准延至五月二十八日。"""
    book = received("2026-03-02", JOINT)
    taken = only(book.do(ACCEPT, CLERK, "2026-03-02"), Accepted)
    assert str(taken.legal_due_on) == "2026-05-08"
    book.refuse(Refusal.CASE_EXTENSION_BY_GOVERNMENT, EXTEND, head(book), "2026-05-08")
    fact = only(book.do(EXTEND, mayor(book), "2026-05-08"), Extended)
    assert (fact.days, str(fact.dues.legal_due_on)) == (15, "2026-05-28")
