"""公布的数字：能复算的复算到最后一位；复算不出的，写明差在哪里（docs/statistics.md）。"""

import tomllib
from collections import Counter
from dataclasses import fields, replace
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from itertools import chain
from pathlib import Path
from typing import Final

import pytest

from domain.deadlines import Calendar
from domain.terms import CaseKind
from followers.projection import Row
from projections import statistics
from projections.measures import RATES, Counts, compression
from tests.deliveries import START, Book, accepted, approved, received

# 泉行政管〔2012〕7号：2011 年二、三层。
RECEIVED, ON_THE_SPOT, CLOSED, EARLY = 134_386, 50_575, 131_984, 72_628
CALENDAR: Final = Path(__file__).parents[2] / "domain" / "data" / "calendar.toml"
RATE: Final = {rate.name: rate for rate in RATES}


def _outcome(*, spot: bool, closed: bool, early: bool) -> Row:
    """一件办件的各个事件，依次折叠而得的一行。"""
    taken = accepted()
    if spot:
        taken = replace(taken, kind=CaseKind.ON_THE_SPOT, promised_due_on=taken.accepted_on)
    book = Book()
    book.add("case/1", replace(received(), received_at=START))
    book.add("case/1", taken)
    if closed:
        day = taken.accepted_on if early else taken.promised_due_on
        book.add("case/1", replace(approved(), decided_on=day))
    row: Row | None = None
    for delivered in book.kept:
        row = statistics.PROJECTION.fold("case/1", row, delivered)
    assert row is not None
    return row


def _counted(row: Row) -> tuple[str, ...]:
    """The measures in which such a row stands; the SQL of them is tested in test_statistics."""
    names = ["received"]
    if row["kind"] == "ON_THE_SPOT":
        names.append("on_the_spot")
    if row.get("closed_on") is not None:
        names.append("closed")
        if row["kind"] == "PLEDGED_TIME":
            names.append("pledged_closed")
            due, closed = row["due_on"], row["closed_on"]
            assert isinstance(due, date)
            assert isinstance(closed, date)
            if closed < due:
                names.append("early")
    return tuple(names)


@pytest.fixture(scope="module")
def year() -> dict[str, int | None]:
    """134386 件，逐件由事件折叠。"""
    rows = (
        _outcome(
            spot=number < ON_THE_SPOT,
            closed=number < CLOSED,
            early=number < ON_THE_SPOT + EARLY,
        )
        for number in range(RECEIVED)
    )
    found = Counter(chain.from_iterable(map(_counted, rows)))
    return {item.name: found[item.name] for item in fields(Counts)}


def test_the_year_of_2011_is_reproduced_from_its_events(
    year: dict[str, int | None],
) -> None:
    """收件 134386、即办 50575、办结 131984：即办件率 37.63 %，承诺件提前办结率 89.2 %。"""
    assert (year["received"], year["on_the_spot"]) == (RECEIVED, ON_THE_SPOT)
    assert (year["closed"], year["early"]) == (CLOSED, EARLY)
    assert year["pledged_closed"] == 81_409
    assert RATE["on_the_spot_rate"].of(year) == Decimal("37.63")
    assert RATE["early_rate"].of(year, 1) == Decimal("89.2")
    assert RATE["early_rate"].of(year, 4) == Decimal("89.2137")


def test_other_denominators_give_other_rates() -> None:
    """提前办结率换了分母就不是 89.2 %。"""
    assert _percent(EARLY, RECEIVED - ON_THE_SPOT, 1) == Decimal("86.7")
    assert _percent(EARLY, CLOSED, 1) == Decimal("55.0")
    assert _percent(EARLY, RECEIVED, 1) == Decimal("54.0")


def test_time_compression_is_a_ratio_of_sums() -> None:
    """泉港 217 日 48.65 %、惠安 257 日 38.82 %，基数各只有一个；丰泽 128 日 32.2 % 有两个。"""
    assert _bases(217, "48.65") == [446]
    assert _bases(257, "38.82") == [662]
    assert _bases(128, "32.2") == [397, 398]
    assert compression(((446, 446 - 217),)) == Decimal("48.65")
    # 福州市城乡建设局：2042 天减少至 237 天。
    assert compression(((2042, 237),), 1) == Decimal("88.4")


def test_compression_weighs_days_not_items() -> None:
    """先加后除，不是各项比率的平均；逢半进一；没有日数没有比率。"""
    assert compression(((20, 10), (1, 1))) == Decimal("47.62")  # 平均则为 25 %
    assert compression(((32, 31),)) == Decimal("3.13")  # 3.125
    assert compression(()) is None
    assert compression(((5, 8),)) == Decimal("-60.00")


def test_transfers_add_up_only_by_their_modes() -> None:
    """下放 49 项含 13 项内部调整；302 项须把 3 项拟下放也算进去。"""
    assert 26 + 10 + 13 == 49
    assert 29 + 1 == 30
    towns = (40, 33, 21, 40, 16, 46, 25, 28, 50)
    assert (sum(towns), sum(towns) + 3) == (299, 302)


def test_derived_reductions() -> None:
    """天津审批人员 600 减至 109，武汉中介 77 减至 41。"""
    assert compression(((600, 109),)) == Decimal("81.83")
    assert compression(((77, 41),)) == Decimal("46.75")


def test_daily_average_needs_days_that_no_calendar_has() -> None:
    """日均 893 件要 246 个服务日；2011 年法定工作日 250 日，得 878.75；893 又恰是一个差数。"""
    done = CLOSED + 87_704
    days = _working_days(2011)
    assert days == 250
    assert _average(done, days) == Decimal("878.75")
    assert [one for one in range(200, 300) if _average(done, one, 0) == 893] == [246]
    assert 88_597 - 87_704 == 893


def test_share_of_closed_is_not_published() -> None:
    """办结率 98.21 % 原文没有；2402 件只是余数，缺期初在办。"""
    assert _percent(CLOSED, RECEIVED) == Decimal("98.21")
    assert RECEIVED - CLOSED == 2402


def test_joint_rate_is_no_share_of_the_packages() -> None:
    """联办率 99.38 % 不可能由 311 件事得出；最小的件数是 159/160。"""
    shares = {_percent(done, 311) for done in range(312)}
    assert Decimal("99.38") not in shares
    assert (_percent(309, 311), _percent(310, 311)) == (Decimal("99.36"), Decimal("99.68"))
    fits = [
        (part, whole)
        for whole in range(1, 162)
        for part in range(whole + 1)
        if _percent(part, whole) == Decimal("99.38")
    ]
    assert fits == [(159, 160), (160, 161)]


def test_ratios_that_hide_their_denominator() -> None:
    """登记 15.52 % 单位不同；福州 74.96 % 实为 70.79 %；73.28 % 的分母是 116 项，不是 96 项。"""
    assert _percent(3769, 24_283) == Decimal("15.52")
    assert _percent(1229, 1736) == Decimal("70.79")
    assert _percent(85, 116) == Decimal("73.28")
    assert _percent(85, 96) != Decimal("73.28")


def _percent(part: int, whole: int, places: int = 2) -> Decimal:
    return _rounded(Decimal(part * 100) / whole, places)


def _average(total: int, days: int, places: int = 2) -> Decimal:
    return _rounded(Decimal(total) / days, places)


def _rounded(exact: Decimal, places: int) -> Decimal:
    return exact.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


def _bases(saved: int, published: str) -> list[int]:
    """The sums of old days that give the published share, to its places."""
    share = Decimal(published)
    places = -int(share.as_tuple().exponent)
    return [base for base in range(saved, 2000) if _percent(saved, base, places) == share]


def _working_days(year: int) -> int:
    told = tomllib.loads(CALENDAR.read_text(encoding="utf-8"))["calendar"]
    (one,) = (entry for entry in told if entry["year"] == year)
    calendar = Calendar(
        frozenset({year}), frozenset(one["days_off"]), frozenset(one["working_weekends"])
    )
    first = date(year, 1, 1)
    days = (first + timedelta(days=ahead) for ahead in range(366))
    return sum(calendar.is_working_day(day) for day in days if day.year == year)
