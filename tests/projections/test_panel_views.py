"""几个机关几个人的视图与清单：往来、一件事、项目、联合办理。"""

from collections.abc import Iterable
from datetime import date

import pytest

from domain import case, joint
from followers.projection import Projection, Row
from projections import joint_steps, package_register, project_register, request_register
from projections.joint_steps import StepRow
from projections.package_register import PackageRow
from projections.project_register import ProjectRow
from projections.request_register import RequestRow
from runtime.export import Cell
from runtime.listings import LISTS
from tests.deliveries import CLERK, PANEL_DAY, Book, folded, paneled

TODAY = date(2026, 3, 20)


def _rows(projection: Projection, upto: int | None = None) -> dict[str, Row]:
    return folded(projection, paneled().kept[:upto])


def _requests() -> dict[str, Row]:
    return _rows(request_register.PROJECTION)


def _shown(name: str, cells: Iterable[Cell]) -> dict[str, Cell]:
    return dict(zip(LISTS[name].columns, cells, strict=True))


def test_a_request_shows_whom_it_waits_for() -> None:
    """改提意见的以后一次为准；逾期的在汇总之后不再等，仍记着逾期过。"""
    rows = _requests()
    fire, market = rows["joint/J-1/FIRE"], rows["joint/J-1/MARKET"]
    assert (fire["state"], fire["waiting"], fire["overdue"]) == ("AGREED", False, False)
    assert (fire["organ"], fire["asked_by"], fire["due_on"]) == ("FIRE", "APPROVAL", PANEL_DAY)
    assert (market["state"], market["waiting"], market["overdue"]) == ("SILENT", False, True)


def test_a_request_is_open_until_it_is_answered() -> None:
    """征求了而没有答复的还在等；逾期的仍在等；不同意的看得出来。"""
    book = Book()
    asked = [one.event for one in paneled().kept[:6]]
    for event in asked[:4]:
        book.add("joint/J-1", event, key="J-1")
    rows = folded(request_register.PROJECTION, book.kept)
    assert rows["joint/J-1/FIRE"]["state"] == "OPPOSED"
    assert (rows["joint/J-1/MARKET"]["state"], rows["joint/J-1/MARKET"]["waiting"]) == (
        "ASKED",
        True,
    )
    for event in asked[4:]:
        book.add("joint/J-1", event, key="J-1")
    rows = folded(request_register.PROJECTION, book.kept)
    assert isinstance(asked[5], joint.OpinionOverdue)
    assert (rows["joint/J-1/MARKET"]["state"], rows["joint/J-1/MARKET"]["waiting"]) == (
        "LATE",
        True,
    )


def test_what_ended_with_its_case_waits_no_more() -> None:
    """办件告结的，没有答复的不再等；已经报送的照旧。"""
    rows = _requests()
    for key in ("joint/J-2/FIRE", "verification/J-2/产权证", "forwarding/J-2/takeover"):
        assert (rows[key]["state"], rows[key]["waiting"]) == ("CASE_OVER", False), key
    assert rows["forwarding/J-2/examination"]["state"] == "REPORTED"


def test_a_forwarded_case_waits_for_the_organ_above() -> None:
    """初审在下级，接收在上级；代收的等有权机关签收。"""
    rows = _requests()
    below, above = rows["forwarding/J-1/examination"], rows["forwarding/J-1/takeover"]
    assert (below["organ"], below["state"], below["overdue"]) == ("350505-SPJ", "REPORTED", True)
    assert (above["organ"], above["state"]) == ("350500-SPJ", "TAKEN_OVER")
    assert rows["forwarding/J-1/handed_in"]["state"] == "ARRIVED"
    book, seen = Book(), []
    for one in paneled().kept:
        if one.stream == "forwarding/J-1":
            book.add(one.stream, one.event, key="J-1")
            now = folded(request_register.PROJECTION, book.kept)
            seen.append({key.rpartition("/")[2]: row["waiting"] for key, row in now.items()})
    assert seen[0] == {"handed_in": True}
    assert seen[2] == {"handed_in": False, "examination": True, "takeover": False}
    assert seen[4] == {"handed_in": False, "examination": False, "takeover": True}


def test_a_package_shows_each_child() -> None:
    """一件准予、一件撤回；没有达到目标。"""
    row = _rows(package_register.PROJECTION)["YJS-1"]
    assert row["cases"] == {"J-1": "APPROVED", "J-2": "WITHDRAWN"}
    assert (row["state"], row["closed"], row["within_target"]) == ("PACKAGE_CLOSED", 2, False)


def test_a_project_shows_what_is_left() -> None:
    """待解决的问题、拿地到开工的天数、验收了的单体。"""
    row = _rows(project_register.PROJECTION)["XM-1"]
    assert (row["issues"], row["open_issues"]) == ({"W-2": "用水"}, 1)
    assert row["cases"] == {"J-1": "PLANNING"}
    assert row["units"] == {"一号楼": "2026-03-16", "二号楼": "2026-03-16"}
    assert (row["state"], row["completed_on"]) == ("PROJECT_COMPLETED", PANEL_DAY)


def test_each_joint_step_is_a_row() -> None:
    """联合勘验一行，写明参加的机关与观察员。"""
    (row,) = _rows(joint_steps.PROJECTION).values()
    assert (row["step"], row["taking_part"]) == ("SURVEY", ["APPROVAL", "FIRE", "MARKET"])
    assert row["observers"] == ["MARKET"]


@pytest.mark.parametrize(
    "projection",
    [package_register.PROJECTION, project_register.PROJECTION, joint_steps.PROJECTION],
    ids=lambda projection: projection.name,
)
def test_what_is_not_read_stops_the_view(projection: Projection) -> None:
    """不该读到的事件当即停下。"""
    one = Book().add("case/J-1", case.Delivered("D-1", "窗口", CLERK), key="J-1")
    with pytest.raises(TypeError):
        projection.fold("J-1", {"units": {}}, one)


# -- the lists


def test_the_list_of_requests_reads_like_a_ledger() -> None:
    """往来清单：请办何事、状态都是中文。"""
    row = RequestRow(
        request="OPINION",
        case_no="J-1",
        organ="350505-XFJY",
        asked_by="350505-SPJ",
        matter="消防设计",
        state="LATE",
        waiting=True,
        asked_on=date(2026, 3, 2),
        due_on=PANEL_DAY,
        settled_on=None,
        overdue=True,
        handler=None,
        position=3,
    )
    cells = _shown("requests", LISTS["requests"].cells(row, TODAY))
    assert (cells["request"], cells["state"], cells["was_overdue"]) == (
        "协办意见",
        "逾期待答复",
        "是",
    )


def test_the_list_of_packages_shows_the_children() -> None:
    """一件事清单：每件写明结果，没有办结的写办理中；没有定目标的空着。"""
    row = PackageRow(
        key="YJS-1",
        name="开餐馆一件事",
        application_no="YJS-1",
        applicant="S-1",
        state="PACKAGE_OPEN",
        cases={"J-1": "REJECTED", "J-2": "PENDING"},
        closed=1,
        opened_on=date(2026, 3, 2),
        due_on=None,
        closed_on=None,
        working_days=None,
        early=None,
        within_target=None,
        position=4,
    )
    cells = _shown("packages", LISTS["packages"].cells(row, TODAY))
    assert cells["package_cases"] == "J-1 不予许可、J-2 办理中"
    assert (cells["children_closed"], cells["children"], cells["all_early"]) == (1, 2, None)


@pytest.mark.parametrize(
    ("land_on", "started_on", "days"),
    [
        (date(2026, 3, 2), date(2026, 3, 16), 14),
        (date(2026, 3, 2), None, None),
        (None, date(2026, 3, 16), None),
    ],
)
def test_the_list_of_projects_shows_land_to_start(
    land_on: date | None, started_on: date | None, days: int | None
) -> None:
    """项目清单：拿地到开工几天（机制 11）；验收了几个单体。"""
    row = ProjectRow(
        key="XM-1",
        name="白沙厂房",
        owner="S-1",
        amount_yuan=5_000_000,
        route="THREE_IN_ONE",
        state="PROJECT_RUNNING",
        cases={"J-1": "PLANNING"},
        issues={"W-2": "用水"},
        open_issues=1,
        next_meeting_on=PANEL_DAY,
        land_on=land_on,
        started_on=started_on,
        units={"一号楼": "2026-03-16", "二号楼": None},
        registered_on=date(2026, 3, 2),
        due_on=None,
        completed_on=None,
        working_days=None,
        within_target=False,
        position=5,
    )
    cells = _shown("projects", LISTS["projects"].cells(row, TODAY))
    assert cells["land_to_start"] == days
    assert (cells["units_accepted"], cells["units"], cells["within_target"]) == (1, 2, "否")
    assert cells["open_issues"] == "W-2 用水"


def test_the_list_of_joint_steps_names_them() -> None:
    """联合办理清单：哪一步写中文名，观察员另列。"""
    row = StepRow("J-1", "SURVEY", PANEL_DAY, ["FIRE", "MARKET"], ["MARKET"], "一致", "P-2", 6)
    cells = _shown("joint_steps", LISTS["joint_steps"].cells(row, TODAY))
    assert (cells["joint_step"], cells["taking_part"], cells["observers"]) == (
        "联合勘验",
        "FIRE",
        "MARKET",
    )
