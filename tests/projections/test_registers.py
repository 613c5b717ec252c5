"""收件箱、许可、名册、时间线与期限一览的折叠。"""

from dataclasses import replace
from datetime import date
from itertools import permutations

import pytest

from domain import (
    approval,
    case,
    catalogue,
    inspection_plan,
    inspection_task,
    organ,
    past_inspection,
    timekeeping,
)
from domain.deadlines import Calendar
from domain.decider import Event, RuleUsed
from domain.lights import Light
from domain.terms import LicenceNo, Organ, PersonId
from domain.timers import TimerKind
from followers.projection import Row
from projections import (
    approvals,
    case_timeline,
    case_view,
    deadline_view,
    import_view,
    inbox,
    inspection_view,
    inspector_register,
    item_register,
    list_register,
    subject_register,
)
from tests.deliveries import (
    APPLICANT,
    CASE,
    CLERK,
    FIRE,
    HASH,
    ITEM,
    LICENCE,
    MARKET,
    Book,
    accepted,
    approved,
    assigned,
    change_imported,
    ending_imported,
    folded,
    granted,
    import_finished,
    import_started,
    imported,
    inspection_imported,
    item,
    licence_imported,
    lights_published,
    received,
    registered,
    sent,
    story,
)


def test_inbox_tells_claimed_from_disputed() -> None:
    """认领、逾期与异议各归各的推送。"""
    rows = folded(inbox.PROJECTION, story().kept)
    assert (rows["1"]["state"], rows["1"]["overdue"]) == ("CLAIMED", False)
    assert (rows["2"]["state"], rows["2"]["overdue"]) == ("DISPUTED", True)
    assert rows["2"]["reason"] == "不属本部门"


def test_inbox_row_names_its_case() -> None:
    """监管部门由推送找得到办件。"""
    book = Book()
    book.add("push/9", sent(FIRE))
    row = folded(inbox.PROJECTION, book.kept)["9"]
    assert (row["case_no"], row["department"], row["state"]) == (CASE, "FIRE", "SENT")


def test_revoked_then_deregistered_counts_as_revoked() -> None:
    """注销不是撤销（规则 22）：撤销后注销的，终结原因仍是撤销。"""
    row = folded(approvals.PROJECTION, story().kept)[LICENCE]
    assert (row["state"], row["deregistered"], row["ending_no"]) == ("REVOKED", True, "D-2")
    assert row["ended_on"] == date(2026, 3, 2)


def test_expired_licence_is_not_revoked() -> None:
    """届满后注销的，撤销之数为零（规则 22）。"""
    book = Book()
    book.add(f"licence/{LICENCE}", granted())
    book.add(f"licence/{LICENCE}", approval.Expired(date(2031, 3, 1)))
    ended = approval.Deregistered(approval.DeregistrationReason.EXPIRED, CLERK)
    book.add(f"licence/{LICENCE}", ended)
    row = folded(approvals.PROJECTION, book.kept)[LICENCE]
    assert (row["state"], row["ended_on"]) == ("EXPIRED", date(2031, 3, 1))


def test_holder_gone_ends_by_deregistration() -> None:
    """持有人终止的，注销即终结。"""
    book = Book()
    book.add(f"licence/{LICENCE}", granted())
    ended = approval.Deregistered(approval.DeregistrationReason.HOLDER_ENDED, CLERK)
    book.add(f"licence/{LICENCE}", ended)
    row = folded(approvals.PROJECTION, book.kept)[LICENCE]
    assert (row["state"], row["deregistered"]) == ("DEREGISTERED", True)


def test_withdrawn_and_forfeited_keep_their_own_numbers() -> None:
    """撤回有撤回决定书，吊销有处罚决定书。"""
    book = Book()
    withdrawn = approval.Withdrawn(
        reason="规划调整", compensation_due=True, decision_no="W-7", handler=CLERK
    )
    for number, ending in (
        ("L-7", withdrawn),
        ("L-8", approval.Forfeited("F-8", FIRE, CLERK)),
    ):
        book.add(f"licence/{number}", granted())
        book.add(f"licence/{LicenceNo(number)}", ending)
    rows = folded(approvals.PROJECTION, book.kept)
    assert (rows["L-7"]["state"], rows["L-7"]["ending_no"]) == ("WITHDRAWN", "W-7")
    assert (rows["L-8"]["state"], rows["L-8"]["ending_no"]) == ("FORFEITED", "F-8")


def test_item_register_shows_the_newest_version() -> None:
    """后公布的版本取代先公布的。"""
    book = Book()
    book.add(f"item/{ITEM}", item(), key=ITEM)
    book.add(f"item/{ITEM}", item(FIRE, version=2), key=ITEM)
    row = folded(item_register.PROJECTION, book.kept)[ITEM]
    assert (row["version"], row["supervising_bodies"]) == (2, ["FIRE"])


def test_subject_register_counts_and_seals() -> None:
    """名册记下登记与各项次数，姓名只有密文。"""
    row = folded(subject_register.PROJECTION, story().kept)[APPLICANT]
    counted = {name: row[name] for name in subject_register.COUNTS}
    assert counted == {
        "cases": 1,
        "filings": 0,
        "commitments": 1,
        "licences": 1,
        "inspections": 1,
    }
    assert (row["name"], row["name_version"]) == (b"\x01sealed", 1)


def test_subject_may_apply_before_he_is_registered_here() -> None:
    """先有办件、后有登记，次数不丢。"""
    book = Book()
    book.add(f"case/{CASE}", received())
    book.add(f"subject/{APPLICANT}", registered("C"), key=APPLICANT)
    row = folded(subject_register.PROJECTION, book.kept)[APPLICANT]
    assert (row["cases"], row["risk_class"]) == (1, "C")


def test_timeline_has_one_row_an_event_with_its_place() -> None:
    """每件事一行，写明三个时间、依据与出处。"""
    book = Book()
    delivered = book.add(f"case/{CASE}", received())
    row = folded(case_timeline.PROJECTION, book.kept)["0"]
    assert row["decided_at"] == row["recorded_at"] == delivered.meta.decided_at
    assert row["legal_basis"] == ["xkf:29", "xkf:32"]
    assert (row["topic"], row["partition"], row["position"]) == ("case", 0, 0)
    assert row["case_no"] == CASE


def test_timeline_finds_inspections_by_licence() -> None:
    """检查任务不带办件编号，凭许可编号与办件相连。"""
    rows = folded(case_timeline.PROJECTION, story().kept).values()
    tasks = [row for row in rows if row["name"] == "task.assigned.v1"]
    assert [(row["case_no"], row["licence_no"]) for row in tasks] == [(None, LICENCE)]


def test_timeline_marks_sealed_fields() -> None:
    """联系电话只写明已封存。"""
    facts = next(iter(folded(case_timeline.PROJECTION, story().kept).values()))["facts"]
    assert isinstance(facts, dict)
    assert facts["contact"] == {"sealed": True}


def test_deadline_view_keeps_what_is_open() -> None:
    """受理后有承诺与法定两个期限，准予后只剩送达。"""
    book = Book()
    book.add(f"case/{CASE}", received())
    book.add(f"case/{CASE}", accepted())
    row = folded(deadline_view.PROJECTION, book.kept)[f"case/{CASE}"]
    assert row["next_due_on"] == date(2026, 3, 11)
    book.add(f"case/{CASE}", approved())
    row = folded(deadline_view.PROJECTION, book.kept)[f"case/{CASE}"]
    assert row["next_due_on"] == date(2026, 3, 16)


def test_deadline_view_lights_by_the_version_of_the_first_day() -> None:
    """三月五日，承诺七日还有五日：依随附的界限绿，依三月二日起的一版（余五日）黄。"""
    book = Book()
    book.add(f"case/{CASE}", received())
    book.add(f"case/{CASE}", accepted())
    rows = folded(deadline_view.PROJECTION, book.kept)
    years = Calendar(frozenset({2026}), frozenset(), frozenset())
    for since, light in ((date(2026, 3, 3), Light.GREEN), (date(2026, 3, 2), Light.YELLOW)):
        by = deadline_view.Reckoning(date(2026, 3, 5), years, (lights_published(1, since),))
        promised, _ = deadline_view.opened(rows, CASE, by)
        assert (promised.kind, promised.light) == (TimerKind.PROMISED_DECISION, light)


def _derived_anew() -> Book:
    """受理的一件，法定时限重新推算至 04-01；另有一项检查任务的灯。"""
    book = Book()
    book.add(f"case/{CASE}", received())
    book.add(f"case/{CASE}", accepted())
    moved = timekeeping.Rederived(
        deadline="LEGAL_DECISION",
        name="",
        revision=2,
        year=2026,
        calendar_version=2,
        was_due_on=date(2026, 3, 30),
        due_on=date(2026, 4, 1),
        provisional=False,
    )
    book.add(f"deadline/case/{CASE}", moved, rules=(RuleUsed("calendar/cn-2026", "2"),))
    lit = timekeeping.Warned("INSPECTION", "", Light.RED, date(2026, 4, 30), 2)
    book.add("deadline/task/T-1", lit, key="2026-0001")
    other = replace(moved, deadline="INSPECTION")
    book.add("deadline/task/T-1", other, key="2026-0001")
    book.add(f"deadline/case/{CASE}", replace(moved, deadline="CLAIM"))
    return book


def test_deadline_that_was_derived_anew_moves_in_every_view() -> None:
    """重新推算的期限：期限一览换了日子与所依日历，办件现状也换；计划的灯不成一件办件。"""
    book = _derived_anew()
    row = folded(deadline_view.PROJECTION, book.kept)[f"case/{CASE}"]
    assert isinstance(row["timers"], list)
    legal = row["timers"][1]
    assert isinstance(legal, dict)
    assert (legal["due_on"], legal["calendars"]) == ("2026-04-01", ["cn-2026 2"])
    cases = folded(case_view.PROJECTION, book.kept)
    assert list(cases) == [CASE]
    assert cases[CASE]["legal_due_on"] == date(2026, 4, 1)
    assert cases[CASE]["promised_due_on"] == date(2026, 3, 11)


def test_timekeeping_stands_in_the_time_line_of_its_file() -> None:
    """办件期限上的记录在办件的时间线里；检查任务的不归办件。"""
    rows = folded(case_timeline.PROJECTION, _derived_anew().kept).values()
    kept = [row["case_no"] for row in rows if str(row["name"]).startswith("deadline.")]
    assert kept == [CASE, None, None, CASE]


def test_settled_stream_has_no_deadline_row() -> None:
    """不予受理的，没有期限再走。"""
    book = Book()
    book.add(f"case/{CASE}", received())
    declined = case.Declined(
        reason=case.DeclineReason.NOT_REQUIRED,
        competent_organ=None,
        explanation="不需许可",
        decided_on=date(2026, 3, 2),
        document_no="B-1",
        handler=CLERK,
    )
    book.add(f"case/{CASE}", declined)
    assert folded(deadline_view.PROJECTION, book.kept) == {}


RENEWED, ISSUED, EARLIER = date(2026, 3, 1), date(2024, 3, 1), date(2022, 3, 1)
OLD = "SRC-100"


def _licence(*events: Event) -> Row:
    book = Book()
    for event in events:
        book.add(f"licence/{OLD}", event, key=OLD)
    return folded(approvals.PROJECTION, book.kept)[OLD]


@pytest.mark.parametrize("order", [*permutations((EARLIER, ISSUED, RENEWED))])
def test_imported_terms_may_come_in_any_order(order: tuple[date, ...]) -> None:
    """各期不论先到后到，现状都取起始最晚的一期；先前一期的终结不算。"""
    first, *rest = order
    events: list[Event] = [licence_imported(first, None)]
    for day in rest:
        events.append(change_imported(day, date(2028, 2, 29)))
        if day == ISSUED:
            events.append(ending_imported(ISSUED))
    row = _licence(*events)
    assert (row["state"], row["valid_from"], row["terms"]) == ("IN_FORCE", RENEWED, 3)
    assert (row["imported"], row.get("case_no")) == (True, None)
    states = {str(EARLIER): "IMPORTED", str(ISSUED): "IMPORTED", str(RENEWED): "IMPORTED"}
    ended = {str(ISSUED): "FORFEITED"} if first != ISSUED else {}
    assert row["term_states"] == states | ended
    assert row["events"] == len(events)


def test_ending_of_the_latest_term_ends_the_licence() -> None:
    """最近一期终结，许可即终结；此后才到的先前各期不改变它。"""
    ended = _licence(
        licence_imported(RENEWED, date(2028, 2, 29)),
        ending_imported(RENEWED),
        change_imported(ISSUED, date(2026, 2, 28)),
    )
    assert (ended["state"], ended["ended_on"]) == ("FORFEITED", date(2026, 5, 1))
    assert (ended["ended_exactly"], ended["valid_to"]) == (False, date(2028, 2, 29))


def test_renewed_after_its_ending_is_in_force_again() -> None:
    """一期终结之后又起新的一期，许可有效，终结的痕迹不留在现状里。"""
    row = _licence(
        licence_imported(ISSUED, date(2026, 2, 28)),
        ending_imported(ISSUED, approval.ImportedEnding.DEREGISTERED),
        change_imported(RENEWED, None),
    )
    assert (row["state"], row["ended_on"], row["deregistered"]) == ("IN_FORCE", None, False)


def test_register_knows_imported_subjects_until_they_register() -> None:
    """历史对象照收；在此登记之后以登记的为准，次数不丢。"""
    book = imported()
    row = folded(subject_register.PROJECTION, book.kept)["SRC-9"]
    assert (row["imported"], row["kind"], row["licences"]) == (True, None, 1)
    book.add("subject/SRC-9", registered("C"), key="SRC-9")
    row = folded(subject_register.PROJECTION, book.kept)["SRC-9"]
    assert (row["imported"], row["risk_class"], row["licences"]) == (False, "C", 1)


def test_past_inspection_waits_until_its_licence_comes() -> None:
    """许可未到的待关联，到了即已关联；结果照来源记下。"""
    book = Book()
    book.add("inspection/SRC-I-1", inspection_imported(licence_known=False), key="SRC-I-1")
    rows = folded(inspection_view.PROJECTION, book.kept)
    assert rows["inspection/SRC-I-1"]["state"] == "WAITING"
    linked = past_inspection.InspectionLinked(LicenceNo(OLD))
    row = folded(
        inspection_view.PROJECTION,
        [book.add("inspection/SRC-I-1", linked, key="SRC-I-1")],
        rows,
    )["inspection/SRC-I-1"]
    assert (row["state"], row["problem"], row["critical"]) == ("LINKED", True, 1)


def test_task_goes_from_assigned_to_reviewed() -> None:
    """双随机任务：派发、检查、复核，一行记到底；检查人员各记一次。"""
    kept = story().kept
    row = folded(inspection_view.PROJECTION, kept)["task/2026-0001.S-1"]
    assert (row["state"], row["problem"], row["agreed"]) == ("FINDING_REVIEWED", True, True)
    people = folded(inspector_register.PROJECTION, kept)
    counts = [(people[key]["assigned"], people[key]["done"]) for key in ("P-5", "P-6")]
    assert counts == [(1, 1), (1, 1)]
    assert [people[key]["problems"] for key in ("P-5", "P-6")] == [1, 1]


def test_a_withdrawn_task_is_nobodys() -> None:
    """撤回的任务写明撤回、原派给谁；各人的派发次数退一次，没有做过的不算。"""
    book, people = Book(), (PersonId("P-5"), PersonId("P-6"))
    reason = inspection_plan.ExclusionReason.CAP_REACHED
    task, key = "task/2026-0001.S-1", "2026-0001"
    kept = [
        book.add(task, assigned(), key=key),
        book.add(task, inspection_task.TaskWithdrawn(reason, people, PersonId("P-20")), key=key),
    ]
    row = folded(inspection_view.PROJECTION, kept)[task]
    assert (row["state"], row["inspectors"]) == ("TASK_WITHDRAWN", ["P-5", "P-6"])
    counts = folded(inspector_register.PROJECTION, kept)
    assert {key: (one["assigned"], one["done"]) for key, one in counts.items()} == {
        "P-5": (0, 0),
        "P-6": (0, 0),
    }


def test_inspectors_of_a_source_are_kept_apart() -> None:
    """来源里的检查人员以来源代号开头，只有次数，没有证件。"""
    row = folded(inspector_register.PROJECTION, imported().kept)["SRC:X-1"]
    assert (row["source"], row["done"], row["assigned"]) == ("SRC", 1, 0)


def test_import_shows_its_counts_when_it_is_finished() -> None:
    """导入中的还没有数目；完毕的写明收了多少、因何没收多少。"""
    book = Book()
    book.add("import/imp-1", import_started(), key="imp-1")
    assert folded(import_view.PROJECTION, book.kept)["imp-1"]["state"] == "IMPORTING"
    book.add("import/imp-1", import_finished(), key="imp-1")
    row = folded(import_view.PROJECTION, book.kept)["imp-1"]
    assert (row["state"], row["taken"], row["known"], row["refused"]) == ("IMPORTED", 7, 2, 1)
    assert row["reasons"] == [{"code": "import.differs", "count": 1, "rows": "5"}]


def test_timeline_gives_imported_licences_no_case() -> None:
    """导入的许可不属哪一件办件；历史检查凭许可编号相连，来源记录写在内容里。"""
    rows = list(folded(case_timeline.PROJECTION, imported().kept).values())
    licences = [row for row in rows if str(row["stream"]).startswith("licence/")]
    assert {(row["case_no"], row["licence_no"]) for row in licences} == {(None, OLD)}
    inspections = [row for row in rows if str(row["stream"]).startswith("inspection/")]
    assert [row["licence_no"] for row in inspections] == [OLD, OLD]
    told = inspections[0]["facts"]
    assert isinstance(told, dict)
    assert told["origin"] == {
        "source": "SRC",
        "record": "I-1",
        "sha256": HASH,
        "import_id": "imp-1",
        "line": 2,
    }


def test_the_item_register_follows_the_life_of_an_item() -> None:
    """休眠、激活、拟下放、下放、取消，名册上都看得见。"""
    book = Book()
    stream = f"item/{ITEM}"
    book.add(stream, item(), key=ITEM)
    book.add(stream, catalogue.MadeDormant("没有办件", "文件一", CLERK), key=ITEM)
    row = folded(item_register.PROJECTION, book.kept)[ITEM]
    assert (row["state"], row["document_no"]) == ("DORMANT", "文件一")
    book.add(stream, catalogue.Activated(CASE), key=ITEM)
    row = folded(item_register.PROJECTION, book.kept)[ITEM]
    assert (row["state"], row["document_no"], row["first_case"]) == ("LISTED", None, CASE)
    book.add(stream, _planned(), key=ITEM)
    book.add(stream, _transferred(), key=ITEM)
    book.add(stream, _cancelled(), key=ITEM)
    row = folded(item_register.PROJECTION, book.kept)[ITEM]
    assert row["state"] == "ITEM_CANCELLED"
    transfers = row["transfers"]
    assert isinstance(transfers, list)
    assert [one["done"] for one in transfers if isinstance(one, dict)] == [False, True]


def test_the_first_case_stands_on_the_item() -> None:
    """首次办件记在名册上，事项仍在列。"""
    book = Book()
    book.add(f"item/{ITEM}", item(), key=ITEM)
    book.add(f"item/{ITEM}", catalogue.FirstUsed(CASE), key=ITEM)
    row = folded(item_register.PROJECTION, book.kept)[ITEM]
    assert (row["state"], row["first_case"]) == ("LISTED", CASE)


def test_supervisors_are_told_of_what_brings_no_more_cases() -> None:
    """取消与下放知会每个监管部门，无须认领（机制 80）。"""
    book = Book()
    for event in (_transferred(), _cancelled()):
        book.add(f"item/{ITEM}", event, key=ITEM)
    rows = folded(inbox.PROJECTION, book.kept)
    told = [(row["department"], row["matter"], row["state"]) for row in rows.values()]
    assert told == [
        ("FIRE", "ITEM_TRANSFERRED", "INFORMED"),
        ("MARKET", "ITEM_TRANSFERRED", "INFORMED"),
        ("FIRE", "ITEM_CANCELLED", "INFORMED"),
    ]
    assert {row["item_code"] for row in rows.values()} == {ITEM}


def test_a_merged_organ_is_on_the_list() -> None:
    """撤并了的机关写明承受机关与文件。"""
    book = Book()
    gone = organ.Succeeded(Organ("NEW"), date(2026, 6, 1), "文件五", CLERK)
    book.add("organ/OLD", gone, key="OLD")
    row = folded(list_register.PROJECTION, book.kept)["organ/OLD"]
    assert (row["name"], row["effective_from"]) == ("NEW", date(2026, 6, 1))


_MOVE = ("OLD", "NEW")


def _planned() -> catalogue.TransferPlanned:
    old, new = map(Organ, _MOVE)
    mode = catalogue.TransferMode.DIRECT
    return catalogue.TransferPlanned(mode, old, new, date(2026, 5, 1), "文件二", CLERK)


def _transferred() -> catalogue.AuthorityTransferred:
    return catalogue.AuthorityTransferred(
        mode=catalogue.TransferMode.DIRECT,
        from_organ=Organ("OLD"),
        to_organ=Organ("NEW"),
        effective_from=date(2026, 5, 6),
        supervising_bodies=(FIRE, MARKET),
        document_no="文件三",
        handler=CLERK,
    )


def _cancelled() -> catalogue.Cancelled:
    return catalogue.Cancelled(
        mode=catalogue.CancelMode.ABOLISHED,
        effective_from=date(2026, 7, 1),
        successor_item=None,
        supervising_bodies=(FIRE,),
        explanation="市场机制能够调节",
        document_no="文件四",
        handler=CLERK,
    )
