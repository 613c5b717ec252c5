"""证照复用、模拟审批、一业一证的清单：一份证照一行，模拟的不计入收件与办结。"""

from datetime import date

from domain.simulated import Converted
from domain.terms import LicenceNo
from followers.projection import Row
from projections import case_timeline, case_view, inbox, side_files, statistics
from projections.side_files import SideFile
from runtime.listings import LISTS
from tests.deliveries import Book, folded, relied, undertaken

DEPENDENT = "2026-000008"


def told() -> Book:
    """各走一遍的账。"""
    book = Book()
    for stream, event, key in (*relied(), *undertaken()):
        book.add(stream, event, key=key)
    return book


def rows() -> dict[str, Row]:
    """旁卷各行。"""
    return folded(side_files.PROJECTION, told().kept)


def shown(name: str, key: str) -> dict[str, object]:
    """清单上的一行。"""
    row = rows()[key]
    number, state, details = row["number"], row["state"], row["details"]
    assert isinstance(number, str)
    assert isinstance(state, str)
    assert isinstance(details, dict)
    line = SideFile(number, state, date(2026, 3, 2), details, 9)
    listing = LISTS[name]
    return dict(zip(listing.columns, listing.cells(line, date(2026, 3, 2)), strict=True))


def test_each_certificate_of_a_case_has_its_row() -> None:
    """换下的证照写明已换，中断与处置还看得见；换上的复用着。"""
    old, new = (f"reliance/{DEPENDENT}.{number}" for number in (LicenceNo("L-8"), "L-9"))
    before, now = shown("dependents", old), shown("dependents", new)
    assert (before["state"], before["relied_ending"]) == ("已换用别的证照", "撤销")
    assert before["break_answer"] == "申请人已另行证明"
    assert (now["state"], now["relied_licence"], now["case_no"]) == ("复用着", "L-9", DEPENDENT)
    assert now["relied_ending"] is None


def test_supervisors_are_told_of_what_breaks_and_what_is_filed() -> None:
    """依靠中断、承诺备案与其撤销，每个监管部门收件箱里一行，无须认领。"""
    found = folded(inbox.PROJECTION, told().kept).values()
    matters = [(row["department"], row["matter"], row["state"]) for row in found]
    told_of = ("DEPENDENCY_BROKEN", "DEPENDENCY_BROKEN", "UNDERTAKING_FILED")
    assert matters == [
        ("MARKET", matter, "INFORMED") for matter in (*told_of, "UNDERTAKING_CANCELLED")
    ]


def test_the_dependent_case_tells_it_in_its_timeline() -> None:
    """办件的经过里看得到复用、中断与处置。"""
    kept = folded(case_timeline.PROJECTION, told().kept).values()
    names = [row["name"] for row in kept if row["stream"] == f"reliance/{DEPENDENT}"]
    assert names == [
        "reliance.certificate_reused.v1",
        "reliance.broken.v1",
        "reliance.restored.v1",
        "reliance.broken.v1",
        "reliance.answered.v1",
        "reliance.certificate_reused.v1",
    ]


def test_a_simulation_says_that_it_has_no_effect() -> None:
    """清单写明不具法律效力；转正的写明正式办件，终止的写明怎样终止。"""
    turned, lost = shown("simulations", "simulated/MN-1"), shown("simulations", "simulated/MN-2")
    assert turned["effect"] == "模拟，不具法律效力"
    assert (turned["state"], turned["case_no"]) == ("已转为正式申请", "2026-000077")
    assert turned["conditions"] == "土地出让合同、用地规划许可"
    assert (lost["state"], lost["lapsed_why"]) == ("模拟已终止", "土地由他人取得")


def test_a_simulation_is_no_case_and_not_counted() -> None:
    """模拟审批从不计入收件、办结，也不是一件办件（domain.md §6）。"""
    book = told()
    assert any(isinstance(one.event, Converted) for one in book.kept)
    assert folded(case_view.PROJECTION, book.kept) == {}
    assert folded(statistics.PROJECTION, book.kept) == {}


def test_a_composite_names_what_is_left() -> None:
    """终止的综合证不再载明任何一项。"""
    line = shown("composites", "composite/ZHZ-1")
    assert (line["state"], line["components"], line["industry"]) == (
        "综合证已终止",
        None,
        "便利店",
    )


def test_an_undertaking_names_what_was_not_kept() -> None:
    """承诺备案的清单写明承诺了什么、没有做到哪一条。"""
    line = shown("undertakings", "undertaking/CB-1")
    assert (line["state"], line["kept"], line["failed"]) == ("承诺备案已撤销", "否", "排放不增加")
    assert (line["project"], line["rectify_by"]) == ("技改", "2026-06-30")


def test_assistance_is_listed_with_its_outcome() -> None:
    """帮代办的清单写明帮了谁、结果怎样。"""
    line = shown("assistances", f"assistance/{DEPENDENT}")
    assert (line["state"], line["outcome"], line["helper"]) == ("帮代办已完成", "办成", "P-3")
