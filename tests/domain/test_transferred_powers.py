"""审批职权划转、下放之后，承诺由今日的有权机关认定，与受理、决定同一种查法。"""

from datetime import date

from domain import commitment
from domain.acts.catalogue import TransferAuthority
from domain.acts.pledges import ConfirmBreach
from domain.catalogue import TransferMode
from domain.commitment import BreachGround
from domain.refusals import Refusal
from domain.terms import Organ, Role
from tests.domain.case_file import APPROVER, CENTRE, ITEM, STAFF, person
from tests.domain.test_pledge_acts import ID
from tests.domain.test_revocation_acts import suspected
from tests.rules.papers import only

TOWN = Organ("350505-ZQZ")
CONFIRM = ConfirmBreach(ID, BreachGround.NOT_SUPPLIED, "逾期未补交")


def test_who_is_competent_today_confirms_the_breach() -> None:
    """十月十二日下放到镇：十一日还由审批局认定，十三日起由镇认定，审批局不再认定。"""
    book = suspected()
    keeper = book.hire("keeper", Role.CATALOGUE, CENTRE, person("keeper"))
    book.do(
        TransferAuthority(
            ITEM, TransferMode.DIRECT, APPROVER, TOWN, date(2026, 10, 12), "泉台审管〔2026〕4号"
        ),
        keeper,
        "2026-10-10",
    )
    town = book.hire("town", Role.REVIEWER, TOWN, person("town"))
    book.refuse(Refusal.DUTY_ORGAN, CONFIRM, town, "2026-10-11", organ=APPROVER)
    book.refuse(Refusal.DUTY_ORGAN, CONFIRM, STAFF["reviewer2"], "2026-10-13", organ=TOWN)
    only(book.do(CONFIRM, town, "2026-10-13"), commitment.BreachConfirmed)
