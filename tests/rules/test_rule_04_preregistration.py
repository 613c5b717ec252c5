"""规则 4：预登记满二次（二次以上含二次），疑似一次性告知不到位，当即立项回访；查实了才成为问题。"""

from dataclasses import replace

from domain import oversight, preregistration, visit
from domain.acts.oversight import ConcludeVisit, Preregister
from domain.decider import Event, Plan
from domain.terms import Channel, Organ, PersonId, Role, SubjectId
from tests.domain.case_file import APPROVER, ITEM, STAFF, Book, events_of, person, town

CLERK = STAFF["clerk"]
FIRST = Preregister("YDJ-1", ITEM, APPROVER, SubjectId("S-1"), Channel.COUNTER)
SECOND = replace(FIRST, serial_no="YDJ-2")
VISIT = f"S-1:{APPROVER}:{ITEM}.2"


def kinds(plan: Plan) -> list[type[Event]]:
    """一次办理记下的各种事件。"""
    return [type(event) for event in events_of(plan)]


def twice() -> Book:
    """三月二日、三月二十日各预登记一次。"""
    book = town()
    assert kinds(book.do(FIRST, CLERK, "2026-03-02")) == [preregistration.Made]
    second = book.do(SECOND, CLERK, "2026-03-20")
    made, suspected, opened = (preregistration.Made, preregistration.NoticeSuspected, visit.Opened)
    assert kinds(second) == [made, suspected, opened]
    return book


def test_the_second_raises_a_suspicion_and_no_finding() -> None:
    """三月二十日第二次：疑似，回访立项；此时还没有督办。"""
    book = twice()
    assert not [stream for stream in book.streams if stream.startswith("oversight/")]
    assert book.do(SECOND, CLERK, "2026-03-20") == Plan()


def test_another_department_is_another_count() -> None:
    """同一申请人到别的部门：不疑。"""
    book = town()
    book.do(FIRST, CLERK, "2026-03-02")
    elsewhere = replace(SECOND, department=Organ("350505-SLJ"))
    assert kinds(book.do(elsewhere, CLERK, "2026-03-20")) == [preregistration.Made]


def test_two_agents_are_one_applicant() -> None:
    """经两个代办人来的，仍是同一申请人：疑似。"""
    book = town()
    book.do(replace(FIRST, agent=PersonId("P-a")), CLERK, "2026-03-02")
    second = book.do(replace(SECOND, agent=PersonId("P-b")), CLERK, "2026-03-20")
    assert preregistration.NoticeSuspected in kinds(second)


def test_only_a_confirmed_visit_makes_a_finding() -> None:
    """回访不属实的到此为止；属实的，效能办当即提出督办。"""
    for confirmed, raised in ((False, []), (True, [oversight.Raised])):
        book = twice()
        office = Organ("350505-XNB")
        overseer = book.hire("overseer", Role.PERFORMANCE, office, person("overseer"))
        act = ConcludeVisit(VISIT, confirmed=confirmed, explanation="问过", oversight_no="DB-1")
        plan = book.do(act, overseer, "2026-03-23")
        assert kinds(plan) == [visit.Concluded, *raised]
        assert book.do(act, overseer, "2026-03-23") == Plan()
