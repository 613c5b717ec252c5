"""包容审慎：观察期有理由、有末日，不适用于直接关系安全、健康的（机制 89）。"""

from dataclasses import replace
from datetime import date
from typing import Final

import pytest

from domain import observation
from domain.acts.observations import (
    EndObservation,
    GrantObservation,
    GuideObserved,
    RecordExclusion,
)
from domain.catalogue import HandlingRules
from domain.course import Order
from domain.decider import ImpossibleHistory, Plan
from domain.refusals import Refusal
from domain.terms import ItemCode, Role, SubjectId
from tests.domain.case_file import (
    ITEM,
    ITEM_V1,
    MACHINE,
    SECOND_SUPERVISOR,
    STAFF,
    SUPERVISOR,
    Book,
    person,
    town,
)
from tests.domain.laws import anything, check_decider_laws
from tests.rules.papers import only

WHO: Final = SubjectId("S-1")
CHIEF, OFFICER = STAFF["chief"], STAFF["supervisor"]
GRANT: Final = GrantObservation(WHO, ITEM, "新业态，初设", "观〔2026〕1号", date(2026, 9, 1))
GUIDE: Final = GuideObserved(WHO, ITEM, "上门讲解台账要求")
END: Final = EndObservation(WHO, ITEM, "指导后仍不改正")
EXCLUDE: Final = RecordExclusion("2026-0001", WHO, (ITEM,))


@pytest.mark.parametrize(
    "order", [observation.ORDER, observation.EXCLUSION], ids=["observation", "exclusion"]
)
def test_laws(order: Order) -> None:
    """观察期与不列入守决定者的共同规矩。"""
    facts = anything(observation.ObservationEvent | observation.ExclusionMade)
    check_decider_laws(order.aggregate, order.decide, facts)


def granted() -> Book:
    """一个对象在观察期。"""
    book = town()
    told = only(book.do(GRANT, CHIEF, "2026-03-02"), observation.ObservationGranted)
    assert (told.department, told.valid_until) == (SUPERVISOR, date(2026, 9, 1))
    return book


def test_an_observation_has_a_reason_and_an_end() -> None:
    """写明理由，末日在今后一年之内；终止之前只有一份。"""
    book = town()
    book.refuse(Refusal.CASE_REASONS_MISSING, replace(GRANT, reasons=" "), CHIEF, "2026-03-02")
    for day in (date(2026, 3, 2), date(2027, 3, 3)):
        wrong = replace(GRANT, valid_until=day)
        book.refuse(
            Refusal.OBSERVATION_PERIOD, wrong, CHIEF, "2026-03-02", valid_until="2027-03-02"
        )
    book.do(replace(GRANT, valid_until=date(2027, 3, 2)), CHIEF, "2026-03-02")
    later = replace(GRANT, document_no="观〔2026〕2号")
    book.refuse(Refusal.COURSE_NOT_NOW, later, CHIEF, "2026-03-03", step="observation.granted")


def test_never_in_a_field_of_safety_or_health() -> None:
    """直接关系安全、健康的事项不适用；不是本部门监管的、没有公布的不给。"""
    book = town(replace(ITEM_V1, rules=HandlingRules(safety=True)))
    book.refuse(Refusal.OBSERVATION_SAFETY, GRANT, CHIEF, "2026-03-02")
    strange = replace(GRANT, item_code=ItemCode("350505-0009"))
    book.refuse(Refusal.CASE_ITEM_NOT_IN_FORCE, strange, CHIEF, "2026-03-02")
    elsewhere = town(replace(ITEM_V1, supervising_bodies=(SECOND_SUPERVISOR,)))
    elsewhere.refuse(Refusal.DUTY_ORGAN, GRANT, CHIEF, "2026-03-02", organ=SECOND_SUPERVISOR)


def test_guidance_and_the_end_are_the_departments_own() -> None:
    """指导与提前终止由给观察期的部门办；终止说明理由，之后可以再给。"""
    book = granted()
    fire = book.hire("fire", Role.SUPERVISION_HEAD, SECOND_SUPERVISOR, person("fire"))
    for act in (GUIDE, END):
        book.refuse(Refusal.DUTY_ORGAN, act, fire, "2026-03-03", organ=SUPERVISOR)
    only(book.do(GUIDE, OFFICER, "2026-03-03"), observation.ObservationGuided)
    book.refuse(Refusal.CASE_REASONS_MISSING, replace(END, reasons=" "), CHIEF, "2026-03-04")
    only(book.do(END, CHIEF, "2026-03-04"), observation.ObservationEnded)
    assert book.do(END, CHIEF, "2026-03-04") == Plan()
    book.refuse(Refusal.COURSE_NOT_NOW, GUIDE, OFFICER, "2026-03-05", step="observation.ended")
    book.do(replace(GRANT, document_no="观〔2026〕2号"), CHIEF, "2026-03-05")
    unknown = replace(GUIDE, subject=SubjectId("S-2"))
    book.refuse(Refusal.COURSE_NOT_FOUND, unknown, OFFICER, "2026-03-05")


def test_an_exclusion_names_its_ground() -> None:
    """不列入的记明所据的观察期，一轮一个对象一次；没有观察期的，账上互相矛盾。"""
    book = granted()
    made = only(book.do(EXCLUDE, MACHINE, "2026-04-01"), observation.ExclusionMade)
    (ground,) = made.observed
    assert (ground.item_code, ground.document_no) == (ITEM, "观〔2026〕1号")
    assert (ground.reasons, ground.valid_until) == ("新业态，初设", date(2026, 9, 1))
    assert book.do(EXCLUDE, MACHINE, "2026-04-01") == Plan()
    with pytest.raises(ImpossibleHistory):
        book.ask(replace(EXCLUDE, subject=SubjectId("S-2")), MACHINE, "2026-04-01")
