"""一业一证：一张综合证载明若干项许可；一项变动，综合证同步调整，其余各项与各自的案卷照旧。"""

from dataclasses import replace
from datetime import date
from typing import Final

from domain import approval, composite
from domain.acts.composites import AdjustComposite, IssueComposite
from domain.composite import AdjustCause, Adjusted, Component, Ended, Issued
from domain.decider import Event, Plan
from domain.refusals import Refusal
from domain.terms import CaseNo, ItemCode, LicenceNo, Organ, SubjectId
from tests.domain.case_file import (
    APPROVER,
    ITEM,
    MACHINE,
    STAFF,
    Book,
    case_files,
    check_impossible,
    events_of,
    person,
    town,
)
from tests.domain.laws import anything, check_decider_laws

given = case_files(composite.AGGREGATE, composite.decide)
TODAY: Final = date(2026, 5, 6)
FOOD, SMOKE = LicenceNo("JY-1"), LicenceNo("YC-1")
TOBACCO: Final = Organ("350505-YC")
A: Final = Component(FOOD, ITEM, APPROVER, date(2028, 10, 15))
B: Final = Component(SMOKE, ItemCode("350505-0002"), TOBACCO, None)
LONGER: Final = replace(A, valid_to=date(2033, 10, 15))
ISSUED: Final = Issued(
    industry="便利店",
    holder=SubjectId("S-1"),
    components=(A, B),
    valid_to=date(2028, 10, 15),
    organ=APPROVER,
    document_no="ZH-1",
    issued_on=TODAY,
    handler=person("decider"),
)
FOOD_ENDED: Final = Adjusted(AdjustCause.ENDED, FOOD, "e-1", (B,), None)
ALL_ENDED: Final = Ended(SMOKE, "e-2")
BACK: Final = Adjusted(AdjustCause.RESTORED, SMOKE, "e-3", (B,), None)
LIVES: Final = (
    (),
    (ISSUED,),
    (ISSUED, FOOD_ENDED),
    (ISSUED, FOOD_ENDED, ALL_ENDED),
    (ISSUED, FOOD_ENDED, ALL_ENDED, BACK),
)
ISSUE: Final = composite.Issue(replace(ISSUED, valid_to=None))


def adjust(part: Component | None, number: LicenceNo, source: str) -> composite.Adjust:
    """一项许可现在怎样。"""
    return composite.Adjust(number, part, source)


def test_it_unites_the_validity() -> None:
    """统一的有效期是最早届满的一项；都长期的没有。"""
    given().when(ISSUE).then(ISSUED)
    given(ISSUED).when(ISSUE).then()
    both = (replace(A, valid_to=None), B)
    forever = replace(ISSUED, components=both, valid_to=None)
    given().when(composite.Issue(forever)).then(forever)
    given(ISSUED).when(replace(ISSUE, fact=replace(ISSUED, industry="书店"))).refused(
        Refusal.COMPOSITE_EXISTS, document_no="ZH-1", handler="P-decider"
    )


def test_it_needs_two_different_licences_and_a_document() -> None:
    """一项、重复的不成综合证；须写明文号。"""
    for parts in ((A,), (A, A)):
        given().when(composite.Issue(replace(ISSUED, components=parts))).refused(
            Refusal.COMPOSITE_TOO_FEW
        )
    given().when(composite.Issue(replace(ISSUED, document_no=" "))).refused(
        Refusal.ITEM_NO_DOCUMENT
    )


def test_it_follows_each_of_its_parts() -> None:
    """终结的去掉，恢复的回到原位，延续的改期限，变更的照记；同一件事只调整一次。"""
    given(ISSUED).when(adjust(None, FOOD, "e-1")).then(FOOD_ENDED)
    given(ISSUED, FOOD_ENDED).when(adjust(None, FOOD, "e-1")).then()
    given(ISSUED, FOOD_ENDED).when(adjust(None, FOOD, "e-9")).then()
    given(ISSUED, FOOD_ENDED).when(adjust(A, FOOD, "e-4")).then(
        Adjusted(AdjustCause.RESTORED, FOOD, "e-4", (A, B), date(2028, 10, 15))
    )
    given(ISSUED).when(adjust(LONGER, FOOD, "e-5")).then(
        Adjusted(AdjustCause.RENEWED, FOOD, "e-5", (LONGER, B), date(2033, 10, 15))
    )
    given(ISSUED).when(adjust(A, FOOD, "e-6")).then(
        Adjusted(AdjustCause.CHANGED, FOOD, "e-6", (A, B), date(2028, 10, 15))
    )


def test_it_ends_with_its_last_part_and_may_come_back() -> None:
    """末一项终结，综合证终止；撤销被撤销的，综合证随之恢复。"""
    given(ISSUED, FOOD_ENDED).when(adjust(None, SMOKE, "e-2")).then(ALL_ENDED)
    given(ISSUED, FOOD_ENDED, ALL_ENDED).when(adjust(B, SMOKE, "e-3")).then(BACK)
    given(ISSUED).when(adjust(None, LicenceNo("WX-1"), "e-1")).refused(
        Refusal.COMPOSITE_NOT_PART, licence_no="WX-1"
    )
    given().when(adjust(None, FOOD, "e-1")).refused(Refusal.COMPOSITE_NOT_FOUND)


def test_contradictory_history_stops() -> None:
    """不可能的历史当即停下。"""
    check_impossible(composite.AGGREGATE, LIVES, (ISSUED, FOOD_ENDED, ALL_ENDED, BACK))


def test_laws() -> None:
    """同样的现状同样的答复，办成的再办不再添事。"""
    check_decider_laws(composite.AGGREGATE, composite.decide, anything(composite.Command), LIVES)


# -- on a book

NO: Final = "ZHZ-1"
ACT: Final = IssueComposite(NO, "便利店", (FOOD, SMOKE), "ZH-1")
DECIDER: Final = STAFF["decider"]
WITHDRAWN: Final = approval.Withdrawn("规划调整", True, "CH-1", person("decider"))  # noqa: FBT003


def granted(part: Component, holder: str = "S-1") -> approval.Granted:
    """一项许可。"""
    return approval.Granted(
        case_no=CaseNo("2025-000009"),
        item_code=part.item_code,
        holder=SubjectId(holder),
        decision_no="ZY-9",
        approving_body=part.approving_body,
        in_name_of=part.approving_body,
        commitment_id=None,
        valid_from=date(2025, 10, 16),
        valid_to=part.valid_to,
    )


def licensed(*more: Event) -> Book:
    """一人两项许可，别人一项。"""
    book = town()
    book.put(f"licence/{FOOD}", granted(A))
    book.put(f"licence/{SMOKE}", granted(B), *more)
    book.put("licence/WX-1", granted(A, "S-2"))
    return book


def test_it_is_issued_on_licences_in_force() -> None:
    """载明各项的审批机关；各项许可的案卷一字不改。"""
    book = licensed()
    before = dict(book.streams)
    (fact,) = events_of(book.do(ACT, DECIDER, "2026-05-06"))
    assert fact == ISSUED
    assert {stream: book.streams[stream] for stream in before} == before
    assert book.do(ACT, DECIDER, "2026-05-06") == Plan()


def test_it_is_not_issued_otherwise() -> None:
    """有一项失效的、不存在的、属别人的，都不颁发。"""
    book = licensed(WITHDRAWN)
    book.refuse(Refusal.LICENCE_ENDED, ACT, DECIDER, "2026-05-06")
    other = replace(ACT, licence_nos=(FOOD, LicenceNo("WX-1")))
    book.refuse(Refusal.COMPOSITE_OTHER_HOLDER, other, DECIDER, "2026-05-06", holders="S-1、S-2")
    empty = replace(ACT, licence_nos=())
    book.refuse(Refusal.COMPOSITE_TOO_FEW, empty, DECIDER, "2026-05-06")
    unknown = replace(ACT, licence_nos=(FOOD, LicenceNo("X")))
    book.refuse(Refusal.LICENCE_NOT_FOUND, unknown, DECIDER, "2026-05-06")


def test_it_is_adjusted_to_what_the_ledger_says() -> None:
    """一项撤回了，综合证只剩另一项；另一项仍然有效，可以单独撤回，综合证于是终止。"""
    book = licensed()
    book.do(ACT, DECIDER, "2026-05-06")
    (changed,) = events_of(book.do(AdjustComposite(NO, FOOD, "e-0"), MACHINE, "2026-05-07"))
    assert isinstance(changed, Adjusted)
    assert changed.cause is AdjustCause.CHANGED
    book.put(f"licence/{FOOD}", WITHDRAWN)
    act = AdjustComposite(NO, FOOD, "e-1")
    assert events_of(book.do(act, MACHINE, "2026-05-08")) == (FOOD_ENDED,)
    assert isinstance(book.load(approval.AGGREGATE, SMOKE), approval.InForce)
    book.put(f"licence/{SMOKE}", WITHDRAWN)
    last = AdjustComposite(NO, SMOKE, "e-2")
    assert events_of(book.do(last, MACHINE, "2026-05-09")) == (ALL_ENDED,)
    book.refuse(
        Refusal.LICENCE_NOT_FOUND,
        AdjustComposite(NO, LicenceNo("X"), "e-3"),
        MACHINE,
        "2026-05-09",
    )
