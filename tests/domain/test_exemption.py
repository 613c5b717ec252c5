"""低风险豁免：逐个项目筛查八项风险，另一人登记，监管部门得知，可以收回。"""

from dataclasses import replace
from datetime import date
from typing import Final

import pytest

from domain import exemption
from domain.acts.exemptions import EndExemption, RegisterExemption, ScreenExemption
from domain.acts.lists import PublishList
from domain.exemption import (
    Criterion,
    End,
    Ended,
    EndReason,
    Finding,
    Register,
    Registered,
    Screen,
    Screened,
)
from domain.lists import ListEntry, ListKind
from domain.refusals import Refusal
from domain.terms import ItemCode, Organ, Role, SubjectId
from tests.domain.case_file import (
    APPROVER,
    ITEM,
    SECOND_SUPERVISOR,
    STAFF,
    SUPERVISOR,
    Book,
    actor,
    case_files,
    check_impossible,
    person,
    town,
)
from tests.domain.laws import anything, check_decider_laws

given = case_files(exemption.AGGREGATE, exemption.decide)
TODAY: Final = date(2026, 3, 2)
NONE: Final = tuple(Finding(one, touched=False, reason="不涉及") for one in Criterion)
ECOLOGY: Final = tuple(replace(one, touched=one.criterion is Criterion.ECOLOGY) for one in NONE)
BODIES: Final = (SUPERVISOR, SECOND_SUPERVISOR)
SCREENED: Final = Screened(
    item_code=ITEM,
    item_version=1,
    list_version=1,
    list_basis=("依据",),
    subject=SubjectId("S-1"),
    project="施工围墙",
    findings=NONE,
    exempt=True,
    handler=person("reviewer"),
)
TOUCHED: Final = replace(SCREENED, findings=ECOLOGY, exempt=False)
REGISTERED: Final = Registered(
    ITEM, SubjectId("S-1"), "施工围墙", BODIES, TODAY, "HM-1", person("decider")
)
ENDED: Final = Ended(ITEM, EndReason.COMPLETED, "已拆除", BODIES, TODAY, person("decider"))
SCREEN: Final = Screen(replace(SCREENED, exempt=False), listed=True)
REGISTER: Final = Register("HM-1", BODIES, TODAY, person("decider"))
END: Final = End(EndReason.COMPLETED, "已拆除", TODAY, person("decider"))
LIVES: Final = (
    (),
    (SCREENED,),
    (TOUCHED,),
    (SCREENED, REGISTERED),
    (SCREENED, REGISTERED, ENDED),
)


def test_the_findings_decide() -> None:
    """八项都不沾的可以豁免，沾上一项即不得豁免；再办即无事可办。"""
    given().when(SCREEN).then(SCREENED)
    given(SCREENED).when(SCREEN).then()
    touched = replace(SCREEN, fact=replace(SCREENED, findings=ECOLOGY))
    given().when(touched).then(TOUCHED)
    given(TOUCHED).when(touched).then()
    given(TOUCHED).when(REGISTER).refused(Refusal.EXEMPTION_INELIGIBLE, criteria="ECOLOGY")


def test_every_criterion_is_answered() -> None:
    """不在清单的、漏了一项的、没有理由的，不作筛查。"""
    given().when(replace(SCREEN, listed=False)).refused(
        Refusal.EXEMPTION_NOT_LISTED, item_code=ITEM
    )
    short = replace(SCREEN, fact=replace(SCREENED, findings=NONE[1:]))
    given().when(short).refused(Refusal.EXEMPTION_CRITERIA)
    mute = replace(NONE[0], reason=" ")
    silent = replace(SCREEN, fact=replace(SCREENED, findings=(mute, *NONE[1:])))
    given().when(silent).refused(Refusal.CASE_REASONS_MISSING)


def test_another_person_registers() -> None:
    """筛查人以外的人登记，写明文号；一次。"""
    given(SCREENED).when(REGISTER).then(REGISTERED)
    given(SCREENED, REGISTERED).when(REGISTER).then()
    given(SCREENED).when(replace(REGISTER, handler=person("reviewer"))).refused(
        Refusal.DUTY_SAME_PERSON
    )
    given(SCREENED).when(replace(REGISTER, document_no="")).refused(Refusal.ITEM_NO_DOCUMENT)
    given(SCREENED, REGISTERED).when(replace(REGISTER, document_no="HM-2")).refused(
        Refusal.EXEMPTION_REGISTERED, document_no="HM-1"
    )


def test_an_exemption_ends_with_reasons() -> None:
    """终止须说明理由；只终止一次。"""
    given(SCREENED, REGISTERED).when(END).then(ENDED)
    given(SCREENED, REGISTERED).when(replace(END, explanation=" ")).refused(
        Refusal.CASE_REASONS_MISSING
    )
    given(*LIVES[4]).when(END).then()
    back = replace(END, reason=EndReason.SWITCHED_BACK)
    given(*LIVES[4]).when(back).refused(Refusal.EXEMPTION_ENDED, ended_on="2026-03-02")
    given(SCREENED).when(END).refused(Refusal.EXEMPTION_SCREENED, handler="P-reviewer")
    given().when(END).refused(Refusal.EXEMPTION_NOT_SCREENED)


def test_contradictory_history_stops() -> None:
    """不可能的历史当即停下。"""
    check_impossible(exemption.AGGREGATE, LIVES, (SCREENED, REGISTERED, ENDED))


def test_laws() -> None:
    """同样的现状同样的答复，办成的再办不再添事。"""
    check_decider_laws(exemption.AGGREGATE, exemption.decide, anything(exemption.Command), LIVES)


# -- on a book

CATALOGUE: Final = actor("list", Role.CATALOGUE, APPROVER)
ACT: Final = ScreenExemption("HM-1", ITEM, SubjectId("S-1"), "施工围墙", NONE)
CONFIRM: Final = RegisterExemption("HM-1", "HM-1")
FINISH: Final = EndExemption("HM-1", EndReason.COMPLETED, "已拆除")


def listed() -> Book:
    """小城，豁免制清单上有此事项。"""
    book = town()
    book.hire("list", Role.CATALOGUE, APPROVER, person("list"))
    entries = (ListEntry(ITEM),)
    act = PublishList(ListKind.EXEMPTION, date(2025, 1, 1), "文件一", ("依据",), entries)
    book.do(act, CATALOGUE, "2026-03-02")
    return book


def test_a_project_is_screened_registered_and_ended() -> None:
    """审核人筛查，决定人登记与终止；监管部门写在事实里。"""
    book = listed()
    for act in (CONFIRM, FINISH):
        book.refuse(Refusal.EXEMPTION_NOT_SCREENED, act, STAFF["decider"], "2026-03-02")
    book.do(ACT, STAFF["reviewer"], "2026-03-02")
    book.do(CONFIRM, STAFF["decider"], "2026-03-02")
    book.do(FINISH, STAFF["decider"], "2026-03-02")
    assert book.load(exemption.AGGREGATE, "HM-1") == exemption.Over(SCREENED, REGISTERED, ENDED)


def test_only_the_list_exempts() -> None:
    """今日没有豁免制清单的、没有此事项的、别的机关的，不作筛查。"""
    reviewer = STAFF["reviewer"]
    town().refuse(Refusal.EXEMPTION_NOT_LISTED, ACT, reviewer, "2026-03-02")
    unknown = replace(ACT, item_code=ItemCode("350505-0009"))
    book = listed()
    book.refuse(Refusal.CASE_ITEM_NOT_IN_FORCE, unknown, reviewer, "2026-03-02")
    other = book.hire("other", Role.REVIEWER, Organ("350505-ZJ"), person("other"))
    book.refuse(Refusal.DUTY_ORGAN, ACT, other, "2026-03-02", organ=APPROVER)


@pytest.mark.parametrize("act", [CONFIRM, FINISH])
def test_another_organ_cannot_exempt(act: RegisterExemption | EndExemption) -> None:
    """登记与终止都由审批机关。"""
    book = listed()
    book.do(ACT, STAFF["reviewer"], "2026-03-02")
    other = book.hire("other", Role.DECIDER, Organ("350505-ZJ"), person("other"))
    book.refuse(Refusal.DUTY_ORGAN, act, other, "2026-03-02", organ=APPROVER)
