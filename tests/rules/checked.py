"""规则测试共用的检查：一户从告知到复核同意，日子由规则来定。"""

from datetime import date, datetime
from typing import Final

from domain import calendar
from domain.acts.check_results import ReviewFinding
from domain.acts.inspections import AssignTask, RecordInspection
from domain.acts.register import RegisterInspector, RegisterSubject
from domain.decider import Event
from domain.inspection_task import FindingCode, PartySignature
from domain.subject import SubjectKind
from domain.terms import PersonId, Role, Sealed, SubjectId
from tests.domain.case_file import MACHINE, SHA, actor, at, official
from tests.domain.hall import BUREAU, Hall
from tests.rules.draws import NO as NO
from tests.rules.draws import RUNNER, hall, inspector, notice, ready, settled, shop

SHOP: Final = SubjectId("S-1")
TASK: Final = f"{NO}.S-1"
ONE, TWO = PersonId("p-one"), PersonId("p-two")
INSPECTOR: Final = actor("one", Role.INSPECTOR, BUREAU)
HEAD: Final = actor("head", Role.SUPERVISION_HEAD, BUREAU)
PEOPLE: Final = (ONE, TWO)


def assigned(visit_on: date) -> Hall:
    """一户已派给两名检查人员，并已告知某日检查。"""
    new = hall()
    for year in official():
        new.put(calendar.AGGREGATE.stream(calendar.calendar_id(year.year)), year)
    new.employ("head", Role.SUPERVISION_HEAD)
    for name, person in (("one", ONE), ("two", TWO)):
        new.employ(name, Role.INSPECTOR)
        number, valid_to = f"闽-{person}", date(2027, 12, 31)
        entry = RegisterInspector(person, BUREAU, "350505", ("餐饮",), "一所", number, valid_to)
        new.record(entry, RUNNER)
    pool = (inspector(ONE), inspector(TWO))
    settled(ready(new, (shop(1),), pool, date(2026, 12, 31)))
    new.record(AssignTask(NO, SHOP), MACHINE, "2026-09-02")
    new.record(notice(SHOP, visit_on), INSPECTOR, "2026-09-02")
    return new


def found(performed_at: datetime, *codes: FindingCode) -> RecordInspection:
    """两人签名、对象签字的结果。"""
    return RecordInspection(
        *(NO, SHOP, performed_at, "v1", codes, PEOPLE, (), SHA), party=PartySignature.SIGNED
    )


def formed(day: str, *codes: FindingCode) -> tuple[Hall, tuple[Event, ...]]:
    """某日复核同意，结果成立；连同当日记下的事。"""
    on = date.fromisoformat(day)
    new = assigned(on)
    chosen = codes or (FindingCode.NO_PROBLEM,)
    new.record(found(at(f"{day} 10:00"), *chosen), INSPECTOR, f"{day} 11:00")
    agreed = ReviewFinding(NO, SHOP, agreed=True, explanation="属实")
    return new, new.record(agreed, HEAD, f"{day} 16:00")


def enterprise(new: Hall, credit_code: str | None) -> None:
    """登记检查对象：企业有统一社会信用代码，自然人没有。"""
    kind = SubjectKind.PERSON if credit_code is None else SubjectKind.COMPANY
    name = Sealed(b"name")
    new.record(RegisterSubject(SHOP, kind, credit_code, name, "350505", "B", "0" * 64), RUNNER)
