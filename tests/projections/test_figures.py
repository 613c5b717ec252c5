"""统计表：收办等式、到场、用时、事项、灯、日均与备案转化；分子、分母、日历、截至位置都在表里。"""

import csv
import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain import case, catalogue, filing, joint, package, service
from domain.catalogue import HandlingRules, ItemTag
from domain.clock import Dues, Paused, Resumed, SpecialReason
from domain.deadlines import Calendar, Pause
from domain.light_setting import IDENTITY
from domain.lights import Light
from domain.service_days import ServiceDaysPublished
from domain.terms import (
    Actor,
    CaseKind,
    CaseNo,
    Channel,
    ItemCode,
    OfficerId,
    Organ,
    PersonId,
    Role,
)
from domain.timekeeping import Rederived, Warned
from followers.storage import Connection, connect
from projections import ALL, figures, statistics
from projections.figures import VIEWS, Figures
from projections.measures import RATES, Asked, working_days
from runtime import cli
from runtime.commands import stats as command
from runtime.exits import Exit, Stop
from runtime.settings import Settings
from tests.conftest import NewDatabase
from tests.deliveries import (
    BUREAU,
    CASE,
    CLERK,
    FIRE,
    HASH,
    ITEM,
    MARKET,
    START,
    Book,
    accepted,
    approved,
    assigned,
    calendar,
    folded,
    item,
    lights_published,
    plan,
    received,
    sent,
)
from tests.projections.shelf import fill

NOW = datetime(2026, 4, 1, 2, tzinfo=UTC)
TODAY = date(2026, 4, 1)
RATE = {rate.name: rate for rate in RATES}
SHOWN = [projection for projection in ALL if projection.name in VIEWS]
MARCH = Asked(date(2026, 3, 1), date(2026, 3, 31))
integration = pytest.mark.integration


def _officer(organ: Organ) -> Actor:
    return Actor(OfficerId("zhang"), Role.COUNTER, organ, organ)


def _case(
    book: Book, number: int, opened: date, closed: date | None, organ: Organ = BUREAU
) -> None:
    """第几件：何日收件、何日办结（没有的还在办）；三件里有一件不予受理。"""
    key, who = f"2026-{number:06d}", _officer(organ)
    at = datetime(opened.year, opened.month, opened.day, 3, tzinfo=UTC)
    book.add(f"case/{key}", replace(received(), received_at=at), key=key, at=at, actor=who)
    if closed is None:
        return
    if number % 3 == 0:
        declined = case.Declined(
            case.DeclineReason.NOT_REQUIRED, None, "不需许可", closed, f"B-{number}", CLERK
        )
        book.add(f"case/{key}", declined, key=key, at=at)
        return
    book.add(f"case/{key}", replace(accepted(), accepted_on=opened), key=key, at=at)
    book.add(f"case/{key}", replace(approved(), decided_on=closed), key=key, at=at)


# -- 期初 + 收件 = 办结 + 不予受理 + 期末


@pytest.fixture(scope="module")
def many(new_database: NewDatabase) -> Settings:
    """三百件，何日收件、何日了结各不相同，四分之一还在办。"""
    book = Book()
    for number in range(300):
        opened = date(2026, 1, 1) + timedelta(days=number * 37 % 120)
        closed = None if number % 4 == 0 else opened + timedelta(days=number * 17 % 40)
        _case(book, number, opened, closed, (BUREAU, MARKET, FIRE)[number * 7 % 5 % 3])
    settings_ = new_database()
    fill(settings_, book, NOW, SHOWN)
    return settings_


@pytest.fixture(scope="module")
def reader(many: Settings) -> Iterator[Connection]:
    """查询用的连接。"""
    with closing(connect(many.dsn("shenguan_audit"))) as connection:
        yield connection


DAY = st.one_of(st.none(), st.dates(date(2025, 12, 25), date(2026, 6, 20)))


@integration
@settings(max_examples=25, deadline=None)
@given(one=DAY, other=DAY, organ=st.sampled_from([None, BUREAU, MARKET, FIRE, Organ("NOBODY")]))
def test_what_comes_in_goes_out_or_stays(
    reader: Connection, one: date | None, other: date | None, organ: Organ | None
) -> None:
    """任一时段、任一机关：期初在办 + 收件 = 办结 + 不予受理 + 期末在办，各组也是。"""
    first, last = (min(one, other), max(one, other)) if one and other else (one, other)
    asked = Asked(first, last, organ)
    for by in ("organ", "month"):
        found = figures.read(reader, asked, by, TODAY)
        assert found.unbalanced == []
        assert _balanced(found.total)
        assert all(map(_balanced, found.groups.values()))


def _balanced(numbers: Any) -> bool:
    left = numbers["opening"] + numbers["received"]
    return bool(left == numbers["closed"] + numbers["declined"] + numbers["ending"])


@integration
@settings(max_examples=20, deadline=None)
@given(cut=st.dates(date(2026, 1, 1), date(2026, 6, 1)))
def test_what_one_period_leaves_the_next_begins_with(reader: Connection, cut: date) -> None:
    """前一段的期末就是后一段的期初；两段的收件、办结相加即全部。"""
    before = figures.read(reader, Asked(None, cut), None, TODAY).total
    after = figures.read(reader, Asked(cut + timedelta(days=1)), None, TODAY).total
    whole = figures.read(reader, Asked(), None, TODAY).total
    assert before["ending"] == after["opening"]
    assert (whole["opening"], whole["received"], whole["ending"]) == (0, 300, 75)
    for name in ("received", "closed", "declined"):
        assert (before[name] or 0) + (after[name] or 0) == whole[name]


@integration
def test_what_does_not_balance_is_shown(
    new_database: NewDatabase, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """决定之日早于收件之日的一件（体外循环）：三月不平，差一，屏幕、JSON、导出都写明，不去凑平。"""
    book = Book()
    _case(book, 1, date(2026, 3, 2), date(2026, 3, 5))
    _case(book, 2, date(2026, 3, 9), date(2026, 2, 27), MARKET)
    settings_ = new_database()
    fill(settings_, book, NOW, SHOWN)
    argv = ["stats", "--from", "2026-03-01", "--to", "2026-03-31"]
    assert command.run(cli.parse([*argv, "--by", "organ"]), settings_) == Exit.DONE
    text = capsys.readouterr().out
    assert "不平，差 1：期初在办 0 + 收件 2 ≠ 办结 1 + 不予受理 0 + 期末在办 0" in text
    assert "不平：MARKET 差 1" in text
    assert command.run(cli.parse([*argv, "--by", "organ", "--json"]), settings_) == Exit.DONE
    answer = json.loads(capsys.readouterr().out)
    assert answer["unbalanced"] == ["total", "MARKET"]
    path = tmp_path / "统计.csv"
    assert command.run(cli.parse([*argv, "--export", str(path)]), settings_) == Exit.DONE
    assert "不平，差 1" in path.read_text(encoding="utf-8-sig")


# -- a small town: visits, days used, items, lights, filings, service days


def _paused(first: date) -> Paused:
    dues = Dues(date(2026, 3, 18), date(2026, 4, 7), None, provisional=False)
    return Paused(
        reason=SpecialReason.EXPERT_REVIEW,
        required_by="某法某条",
        notice_no="TB-1",
        started_on=first,
        expected_days=5,
        expected_end_on=date(2026, 3, 10),
        dues=dues,
        handler=CLERK,
    )


def _trip(book: Book, number: str, day: date) -> None:
    trip = service.TripRecorded(service.TripPurpose.SUBMIT, day, CLERK)
    book.add(f"trip/{number}", trip, key=number)


def _cases(book: Book) -> None:
    """四件：窗口收的停算两日、跑了两趟；网上收的没跑；窗口收的没有记到场；网上收的经代办、还在办。"""
    dues = Dues(date(2026, 3, 13), date(2026, 4, 1), None, provisional=False)
    book.add("case/A", received(), key="A")
    book.add("case/A", accepted(), key="A")
    book.add("case/A", _paused(date(2026, 3, 4)), key="A")
    book.add("case/A", Resumed("TB-1", date(2026, 3, 5), dues, CLERK), key="A")
    for day in (date(2026, 3, 2), date(2026, 3, 6)):
        _trip(book, "A", day)
    # 受理 03-02，决定 03-11：七个工作日，停算两日，用去五日
    book.add("case/A", replace(approved(), decided_on=date(2026, 3, 11)), key="A")
    online = replace(received(), channel=Channel.WEB)
    book.add("case/B", online, key="B")
    spot = replace(accepted(), kind=CaseKind.ON_THE_SPOT, promised_days=0)
    book.add("case/B", spot, key="B")
    book.add("case/B", approved(), key="B")
    book.add("case/D", received(), key="D")  # 窗口收件，到场没有记
    book.add("case/D", accepted(), key="D")
    book.add("case/D", approved(), key="D")
    # 甲由两家联合审查，丁列入一件事（一件事自己的分区）
    bodies = (MARKET, FIRE)
    asked = joint.JointOpened(BUREAU, bodies, START.date(), 20, date(2026, 3, 30), CLERK)
    book.add("joint/A", asked, key="A")
    child = package.ChildClosed(CaseNo("D"), package.ChildOutcome.APPROVED, START.date(), None)
    book.add("package/P-1", child, key="P-1")
    book.add("case/C", replace(online, agent=PersonId("P-20")), key="C")
    book.add("case/C", accepted(), key="C")


def _filings(book: Book) -> None:
    """三份报备通过：两份转入同一个项目，其中一份开工。"""
    for number in ("F1", "F2", "F3"):
        submitted = filing.Submitted(ITEM, 1, received().applicant, "ZJ-1", HASH, HASH)
        book.add(f"filing/{number}", submitted, key=number)
        book.add(f"filing/{number}", filing.Filed(CLERK), key=number)
    for number in ("F1", "F2"):
        book.add(f"filing/{number}", filing.Tracked("P-2026", CLERK), key=number)
    book.add("filing/F1", filing.Completed(date(2026, 3, 20), CLERK), key="F1")


def _items(book: Book) -> None:
    """四个事项：一个不用办、一个一次办、一个只报备（不算）、一个取消（不算）。"""
    tagged = replace(item(), rules=HandlingRules(tags=(ItemTag.NO_VISIT,)), window_authorised=True)
    once = replace(item(), rules=HandlingRules(tags=(ItemTag.ONE_VISIT,)), promised_days=10)
    future = replace(item(), effective_from=date(2026, 5, 1))
    for code, one in (
        ("I-1", tagged),
        ("I-2", once),
        ("I-3", replace(item(), filing_only=True)),
        ("I-4", item()),
        ("I-5", future),
    ):
        book.add(f"item/{code}", one, key=code)
    abolished = catalogue.CancelMode.ABOLISHED
    since = date(2026, 3, 1)
    cancelled = catalogue.Cancelled(abolished, since, None, (MARKET,), "取消", "取1号", CLERK)
    book.add("item/I-4", cancelled, key="I-4")


def town() -> Book:
    """一座小城的三月：三月二日开门二十二日。"""
    book = calendar()
    days = tuple(date(2026, 3, 2) + timedelta(days=n) for n in range(22))
    opened = ServiceDaysPublished(BUREAU, 2026, 1, "值班安排", days)
    book.add("calendar/APPROVAL-2026", opened, key="APPROVAL-2026")
    book.add(f"lights/{IDENTITY}", lights_published(), key=IDENTITY)
    _cases(book)
    _filings(book)
    _items(book)
    book.add("push/9", sent(FIRE), key="A")
    book.add("plan/2026-0001", plan(), key="2026-0001")
    book.add("task/2026-0001.S-1", assigned(), key="2026-0001")
    due = date(2026, 3, 11)
    lit = Warned("PROMISED_DECISION", "", Light.YELLOW, due, 2)
    book.add("deadline/case/C", lit, key="C")
    book.add("deadline/case/C", replace(lit, light=Light.RED), key="C")
    book.add("case/C", case.DeadlineMissed(case.DeadlineKind.PROMISED_DECISION, due), key="C")
    claim = Warned("CLAIM", "", Light.RED, date(2026, 3, 3), 1)
    book.add("deadline/push/9", claim, key="A")
    checked = Warned("INSPECTION", "", Light.YELLOW, date(2026, 4, 30), 5)
    book.add("deadline/task/2026-0001.S-1", checked, key="2026-0001")
    return book


@pytest.fixture(scope="module")
def told(new_database: NewDatabase) -> Settings:
    """小城的账。"""
    settings_ = new_database()
    fill(settings_, town(), NOW, SHOWN)
    return settings_


@pytest.fixture
def conn(told: Settings) -> Iterator[Connection]:
    """查询用的连接。"""
    with closing(connect(told.dsn("shenguan_audit"))) as connection:
        yield connection


def _read(conn: Connection, asked: Asked = MARCH, by: str | None = None) -> Figures:
    return figures.read(conn, asked, by, TODAY)


def _some(numbers: Any, *names: str) -> tuple[Any, ...]:
    return tuple(numbers[name] for name in names)


@integration
def test_visits_are_counted_by_case_and_promised_by_item(conn: Connection) -> None:
    """办结三件：窗口收的两趟，没有记的算一趟，网上收的零趟；事项所许的另算：两个事项都至多一趟。"""
    total = _read(conn).total
    assert _some(total, "closed", "visits", "no_visit", "one_visit") == (3, 3, 1, 2)
    assert RATE["no_visit_rate"].of(total) == Decimal("33.33")
    assert RATE["one_visit_rate"].of(total) == Decimal("66.67")
    assert RATE["visits_average"].of(total) == Decimal("1.00")
    assert _some(total, "items", "no_visit_items", "one_visit_items") == (2, 1, 2)
    assert RATE["no_visit_item_rate"].of(total) == Decimal("50.00")


@integration
def test_linked_cases_are_those_of_several_organs_or_of_a_package(conn: Connection) -> None:
    """联办率：办结三件，一件联合审查、一件列入一件事；按机关也随办件，不随一件事的分区。"""
    total = _read(conn).total
    assert _some(total, "closed", "linked_closed") == (3, 2)
    assert RATE["linked_rate"].of(total) == Decimal("66.67")
    (group,) = _read(conn, by="organ").groups.keys() & {str(BUREAU)}
    assert _read(conn, by="organ").groups[group]["linked_closed"] == 2


@integration
def test_compression_by_cases_in_fact_and_by_items(conn: Connection) -> None:
    """按件：四件法定八十日，承诺减去 13×3+20 日；实际：六十日用去五日；按事项：四十日减 23 日。"""
    total = _read(conn).total
    assert _some(total, "legal_days", "saved_days") == (80, 59)
    assert RATE["compression_by_cases"].of(total) == Decimal("73.75")
    assert _some(total, "decided_days", "used_days", "spared_days") == (60, 5, 55)
    assert RATE["compression_in_fact"].of(total) == Decimal("91.67")
    assert _some(total, "item_legal_days", "item_saved_days") == (40, 23)
    assert RATE["compression_by_items"].of(total) == Decimal("57.50")
    assert _some(total, "spot_items", "assisted") == (1, 1)


def test_days_used_leave_out_what_is_stopped() -> None:
    """受理之次日起算，决定之日在内；停算的、放假的不计。"""
    known = Calendar(frozenset({2026}), frozenset({date(2026, 3, 3)}), frozenset())
    first, last = date(2026, 3, 2), date(2026, 3, 11)
    assert working_days(first, last, (), known) == 6
    held = (Pause(date(2026, 3, 4), date(2026, 3, 5)),)
    assert working_days(first, last, held, known) == 4
    assert working_days(first, first, (), known) == 0


@integration
def test_lights_that_came_on_and_lights_of_today(conn: Connection) -> None:
    """三月亮过黄两次、红两次、黑一次；四月一日：办件的法定时限、推送的认领都已黑，检查任务还绿。"""
    total = _read(conn).total
    assert _some(total, "lit_yellow", "lit_red", "lit_black") == (2, 2, 1)
    apart = _read(conn, by="organ").groups
    assert _some(apart["APPROVAL"], "lit_yellow", "lit_red", "lit_black") == (1, 1, 1)
    assert _some(apart["FIRE"], "lit_yellow", "lit_red", "lit_black") == (0, 1, 0)
    assert _some(apart["MARKET"], "lit_yellow", "lit_red", "lit_black") == (1, 0, 0)
    now = ("now_green", "now_yellow", "now_red", "now_black")
    assert sum(_some(total, *now)) == sum(sum(_some(one, *now)) for one in apart.values()) > 0
    assert apart["FIRE"]["now_black"] == 1
    assert apart["APPROVAL"]["now_black"] == total["now_black"] - 1  # type: ignore[operator]
    fire = _read(conn, replace(MARCH, organ=FIRE)).total
    assert _some(fire, *now) == _some(apart["FIRE"], *now)


@integration
def test_filings_turn_into_projects(conn: Connection) -> None:
    """报备三份，转入两份而只有一个项目，开工一份；率以报备计。"""
    total = _read(conn).total
    assert _some(total, "filed", "tracked", "projects", "started") == (3, 2, 1, 1)
    assert RATE["tracked_rate"].of(total) == Decimal("66.67")
    assert RATE["started_rate"].of(total) == Decimal("33.33")


@integration
def test_daily_averages_go_by_the_days_of_service(conn: Connection) -> None:
    """三月开门二十二日（法定工作日不是这个数）：日均收件 4 ÷ 22；没有给起日的、没有公布的年度，没有日均。"""
    total = _read(conn).total
    assert _some(total, "received", "service_days") == (4, 22)
    assert RATE["received_daily"].of(total) == Decimal("0.18")
    assert RATE["closed_daily"].of(total) == Decimal("0.14")
    ahead = Asked(date(2026, 3, 2), date(2026, 12, 31))
    assert _read(conn, ahead).total["service_days"] == 22, "not beyond today"
    assert _read(conn, Asked(date(2026, 5, 1))).total["service_days"] == 0
    for unknown in (Asked(), Asked(date(2025, 12, 1), date(2026, 3, 31))):
        found = _read(conn, unknown).total
        assert found["service_days"] is None
        assert RATE["received_daily"].of(found) is None
    assert _read(conn).halls == ("APPROVAL-2026 1",)


@integration
def test_months_have_their_own_days_and_no_items(conn: Connection) -> None:
    """分月：各月有自己的服务日数与期初期末；事项与今日的灯不按月，没有，不是零。"""
    march = _read(conn, Asked(date(2026, 3, 10)), "month").groups["2026-03"]
    assert _some(march, "opening", "received", "closed", "ending") == (2, 0, 1, 1)
    assert march["service_days"] == 14
    assert _some(march, "items", "now_black") == (None, None)


@integration
def test_a_centre_without_days_of_its_own_follows_the_only_one(
    new_database: NewDatabase,
) -> None:
    """两个中心都公布了的，各依自己的；不属其中的没有日均。"""
    book = town()
    other = ServiceDaysPublished(FIRE, 2026, 1, "消防值班", (date(2026, 3, 9),))
    book.add("calendar/FIRE-2026", other, key="FIRE-2026")
    settings_ = new_database()
    fill(settings_, book, NOW, SHOWN)
    with closing(connect(settings_.dsn("shenguan_audit"))) as conn:
        days = {
            organ: _read(conn, replace(MARCH, organ=organ)).total["service_days"]
            for organ in (FIRE, BUREAU, MARKET, None)
        }
    assert days == {FIRE: 1, BUREAU: 22, MARKET: None, None: None}


@integration
def test_rebuilt_figures_are_the_same(new_database: NewDatabase, conn: Connection) -> None:
    """停过再接着推的视图、从头重建的视图，统计表逐项相同。"""
    book = town()
    for cut in range(0, len(book.kept), 7):
        before = folded(statistics.PROJECTION, book.kept[:cut])
        again = folded(statistics.PROJECTION, book.kept[cut:], before)
        assert again == folded(statistics.PROJECTION, book.kept)
    rebuilt = new_database()
    fill(rebuilt, book, NOW, SHOWN)
    with closing(connect(rebuilt.dsn("shenguan_audit"))) as other:
        for by in (None, "organ", "month"):
            assert _read(other, MARCH, by) == _read(conn, MARCH, by)


def test_early_follows_a_promise_that_was_derived_anew() -> None:
    """承诺时限依更正了的日历重新推算，提前与否看新的；别的期限重新推算不动它。"""
    book = Book()
    book.add(f"case/{CASE}", received())
    book.add(f"case/{CASE}", accepted())
    was = accepted().promised_due_on
    moved = Rederived("PROMISED_DECISION", "", 2, 2026, 2, was, date(2026, 3, 12), False)  # noqa: FBT003
    legal = replace(moved, deadline="LEGAL_DECISION", due_on=date(2026, 4, 1))
    for event in (moved, legal):
        book.add(f"deadline/case/{CASE}", event)
    row = folded(statistics.PROJECTION, book.kept)[f"case/{CASE}"]
    assert row["due_on"] == date(2026, 3, 12)


# -- what the table says beside each figure


@integration
def test_every_row_says_its_filter_calendar_and_position(
    told: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """导出的每一行：分子、分母、怎样算、日历及其版本、所问、截至账本位置。"""
    path = tmp_path / "统计.csv"
    argv = ["stats", "--from", "2026-03-01", "--to", "2026-03-31", "--export", str(path)]
    assert command.run(cli.parse(argv), told) == Exit.DONE
    capsys.readouterr()
    rows = list(csv.reader(path.read_text(encoding="utf-8-sig").splitlines()))
    heading, *body = rows[: len(figures.MEASURES) + len(RATES) + 1]
    named = [dict(zip(heading, row, strict=True)) for row in body]
    assert all(row["怎样算"] and row["日历"] and row["截至账本位置"] for row in named)
    assert {row["所问"] for row in named} == {"自 2026-03-01、至 2026-03-31"}
    by_title = {row["项目"]: row for row in named}
    assert by_title["日均收件"]["日历"] == "服务日历（APPROVAL-2026 1）"
    assert by_title["提前办结率"]["日历"] == "法定工作日历（cn-2026 1）"
    assert by_title["时限压缩（按件）"]["分子"] == "承诺减少的日数 59"
    assert by_title["时限压缩（按件）"]["分母"] == "法定日数之和 80"
    assert by_title["日均办结"]["数目"] == "0.14"


@integration
def test_no_cell_becomes_a_formula(
    new_database: NewDatabase, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """机关代码即使写成公式，导出的标题前面也加一撇。"""
    book = Book()
    _case(book, 1, date(2026, 3, 2), None, Organ("=HYPERLINK(1)"))
    settings_ = new_database()
    fill(settings_, book, NOW, SHOWN)
    path = tmp_path / "统计.csv"
    argv = ["stats", "--by", "organ", "--export", str(path)]
    assert command.run(cli.parse(argv), settings_) == Exit.DONE
    capsys.readouterr()
    heading = next(csv.reader(path.read_text(encoding="utf-8-sig").splitlines()))
    assert "'=HYPERLINK(1)" in heading


@integration
def test_screen_names_what_is_not_known(told: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    """没有给起日的没有日均，写（无）；收办等式写在表下；日历多于三版的只写首尾。"""
    assert command.run(cli.parse(["stats"]), told) == Exit.DONE
    text = capsys.readouterr().out
    assert "平：期初在办 0 + 收件 4 = 办结 3 + 不予受理 0 + 期末在办 1" in text
    assert "服务日数 （无）" in text
    assert command._short(("a", "b", "c", "d")) == "a … d"


@integration
def test_a_period_that_ends_before_it_begins_is_a_usage_error(told: Settings) -> None:
    """止日早于起日：说清楚，不去数出一个“不平”来。"""
    with pytest.raises(Stop) as stop:
        command.run(cli.parse(["stats", "--from", "2026-04-01", "--to", "2026-03-01"]), told)
    assert (stop.value.exit_code, stop.value.code) == (Exit.USAGE, "stats.period")


def test_code_of_an_item_is_kept_with_its_case() -> None:
    """办件的事项、渠道、代办记在底册里，以后的比率用得着。"""
    row = folded(statistics.PROJECTION, town().kept)["case/C"]
    assert (row["item_code"], row["channel"], row["assisted"]) == (ItemCode(ITEM), "WEB", True)
    assert START.date() == row["opened_on"]
