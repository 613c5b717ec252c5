"""统计：两个比率分母不同，历史与本系统的分开算，每一项都说得出分子与分母。"""

import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict, fields, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from domain import commitment
from domain.terms import CaseKind, Organ
from followers.storage import Connection, connect
from projections import measures, statistics
from projections.figures import MEASURES
from projections.measures import NOT_ADDITIVE, RATES, Asked, Counts, Rate
from runtime import cli
from runtime.commands import stats as command
from runtime.exits import Exit
from runtime.messages import tables
from runtime.settings import Settings
from tests.conftest import NewDatabase
from tests.deliveries import (
    CASE,
    FIRE,
    MARKET,
    START,
    Book,
    accepted,
    approved,
    folded,
    imported,
    received,
    story,
)
from tests.projections.shelf import fill

NOW = datetime(2026, 7, 1, tzinfo=UTC)
# 泉行政管〔2012〕7号所载 2011 年的数目的十分之一：收件 134386、即办件 50575、办结 131984、提前办结 72628。
RECEIVED, ON_THE_SPOT, CLOSED, EARLY = 13_438, 5_057, 13_198, 7_263
DUE = accepted().promised_due_on
RATE = {rate.name: rate for rate in RATES}


def _case(book: Book, number: int) -> None:
    """第几件：先是即办件，其后提前办结的、按期办结的，余下的没有办结。"""
    key = f"2026-{number:06d}"
    at = START + timedelta(seconds=number)
    taken = accepted()
    if number < ON_THE_SPOT:
        taken = replace(taken, kind=CaseKind.ON_THE_SPOT, promised_due_on=taken.accepted_on)
    book.add(f"case/{key}", replace(received(), received_at=at), key=key, at=at)
    book.add(f"case/{key}", taken, key=key, at=at)
    if number < CLOSED:
        early = number < ON_THE_SPOT + EARLY
        day = taken.accepted_on if early else DUE
        book.add(f"case/{key}", replace(approved(), decided_on=day), key=key, at=at)


@pytest.fixture(scope="module")
def year(new_database: NewDatabase) -> Settings:
    """一年的办件，另有导入的历史。"""
    book = imported()
    for number in range(RECEIVED):
        _case(book, number)
    settings = new_database()
    fill(settings, book, NOW, [statistics.PROJECTION])
    return settings


@pytest.fixture(scope="module")
def told(new_database: NewDatabase) -> Settings:
    """走完全程的一件，另有导入的历史。"""
    settings = new_database()
    fill(settings, story(imported()), NOW)
    return settings


@pytest.fixture
def conn(told: Settings) -> Iterator[Connection]:
    """查询用的连接。"""
    with closing(connect(told.dsn("shenguan_audit"))) as connection:
        yield connection


@pytest.mark.integration
def test_rates_of_the_year_are_those_published(year: Settings) -> None:
    """即办件率以收件为分母得 37.63 %，提前办结率以办结的承诺件为分母得 89.2 %。"""
    with closing(connect(year.dsn("shenguan_audit"))) as conn:
        counts = measures.count(conn, Asked())
    assert (counts.received, counts.on_the_spot) == (RECEIVED, ON_THE_SPOT)
    assert (counts.closed, counts.early) == (CLOSED, EARLY)
    assert counts.pledged_closed == CLOSED - ON_THE_SPOT
    assert RATE["on_the_spot_rate"].of(asdict(counts)) == Decimal("37.63")
    assert RATE["early_rate"].of(asdict(counts), 1) == Decimal("89.2")
    assert (counts.imported_cases, counts.imported_closed) == (2, 1)


def test_rates_are_exact_and_rounded_half_up() -> None:
    """以公布的原数计算：37.63 %、89.2 %；逢半进一；分母为零没有比率。"""
    published = {
        "received": 134_386,
        "on_the_spot": 50_575,
        "early": 72_628,
        "pledged_closed": 131_984 - 50_575,
    }
    assert RATE["on_the_spot_rate"].of(published) == Decimal("37.63")
    assert RATE["early_rate"].of(published, 1) == Decimal("89.2")
    assert RATE["early_rate"].of(published | {"pledged_closed": 0}) is None
    assert RATE["early_rate"].of(published | {"early": None}) is None
    half = {"claimed": 1, "pushed": 32}  # 3.125 %
    assert Rate("claim_rate", "claimed", "pushed").of(half) == Decimal("3.13")
    assert Rate("daily", "claimed", "pushed", percent=False).of(half) == Decimal("0.03")


@pytest.mark.integration
def test_every_thing_is_counted_on_its_own_day(conn: Connection) -> None:
    """全程的各项：承诺、推送、认领、检查、撤销，各按其发生之日；不在期内的不算。"""
    all_told = measures.count(conn, Asked())
    seen = {item.name: getattr(all_told, item.name) for item in fields(Counts)}
    assert {name: number for name, number in seen.items() if number} == {
        "received": 1,
        "closed": 1,
        "pledged_closed": 1,
        "early": 1,
        "approved": 1,
        "legal_days": 20,
        "saved_days": 13,
        "visits": 1,
        "one_visit": 1,
        "committed": 1,
        "broken": 1,
        "pushed": 2,
        "claimed": 1,
        "disputed": 1,
        "overdue": 1,
        "tasks": 1,
        "inspected": 1,
        "problems": 1,
        "revoked": 1,
        "lit_black": 1,
        "imported_cases": 2,
        "imported_closed": 1,
        "imported_inspections": 1,
        "imported_problems": 1,
    }
    march = measures.count(conn, Asked(date(2026, 3, 1), date(2026, 3, 31)))
    assert (march.received, march.broken, march.revoked, march.tasks) == (1, 0, 0, 0)
    later = measures.count(conn, Asked(date(2026, 4, 1)))
    assert (later.received, later.broken, later.revoked, later.tasks) == (0, 1, 1, 1)


@pytest.mark.integration
def test_an_organ_is_counted_for_what_is_its_own(conn: Connection) -> None:
    """审批局的办件、市场监管的推送与检查任务（任务的部门即计划的部门）。"""
    market = measures.count(conn, Asked(organ=MARKET))
    assert (market.received, market.pushed, market.claimed, market.tasks) == (0, 1, 1, 1)
    fire = measures.count(conn, Asked(organ=FIRE))
    assert (fire.pushed, fire.disputed, fire.tasks) == (1, 1, 0)
    bureau = measures.count(conn, Asked(organ=Organ("APPROVAL")))
    assert (bureau.received, bureau.pushed, bureau.imported_cases) == (1, 0, 2)


def test_row_gathers_the_case_with_its_pledge() -> None:
    """承诺与许可上的事记在办件那一行：一件只算一件。"""
    rows = folded(statistics.PROJECTION, story().kept)
    row = rows[f"case/{CASE}"]
    assert (row["what"], row["outcome"], row["broken_on"] is not None) == ("CASE", "APPROVED", True)
    # 另两件只有联合审查、没有收件（story 之外的登记簿），没有种类，不计数
    kinds = sorted(str(one["what"]) for one in rows.values() if "what" in one)
    assert kinds == [
        "CASE",
        "LIGHT",
        "PACKAGE_CASE",
        "PACKAGE_CASE",
        "PLAN",
        "PUSH",
        "PUSH",
        "TASK",
        "TASK_WITHDRAWN",
        "TASK_WITHDRAWN",
    ]


def test_pledge_that_is_not_confirmed_broken_does_not_count() -> None:
    """疑似落空不是落空。"""
    read = statistics.PROJECTION.reads
    assert "commitment.breach_confirmed.v1" in read
    assert "commitment.breach_suspected.v1" not in read
    assert commitment.BreachSuspected in {type(one.event) for one in story().kept}


@pytest.mark.integration
@pytest.mark.parametrize("by", ["organ", "month"])
def test_groups_add_up_to_the_whole(conn: Connection, by: str) -> None:
    """分机关、分月份的各项相加，就是不分的：一件不漏，一件不重。"""
    groups = measures.grouped(conn, Asked(), by)
    assert len(groups) > 2
    whole = asdict(measures.count(conn, Asked()))
    for name in whole.keys() - NOT_ADDITIVE:
        assert sum(getattr(one, name) for one in groups.values()) == whole[name], name


@pytest.mark.integration
def test_months_are_those_of_the_happening(conn: Connection) -> None:
    """各月只算当月发生的：三月收件，四月派任务，五月撤销。"""
    months = measures.grouped(conn, Asked(date(2026, 3, 1)), "month")
    assert {month: (one.received, one.tasks, one.revoked) for month, one in months.items()} == {
        "2026-03": (1, 0, 0),
        "2026-04": (0, 1, 0),
        "2026-05": (0, 0, 1),
    }


@pytest.mark.integration
def test_command_puts_each_group_in_its_column(
    told: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    """``stats --by``：各组一栏，合计在前；供程序读取的也分列。"""
    argv = ["stats", "--by", "organ"]
    assert command.run(cli.parse(argv), told) == Exit.DONE
    heading = capsys.readouterr().out.splitlines()[1]
    assert heading.split()[:4] == ["项目", "数目", "（无）", "APPROVAL"]
    assert command.run(cli.parse([*argv, "--json"]), told) == Exit.DONE
    groups = json.loads(capsys.readouterr().out)["groups"]
    assert groups["APPROVAL"]["counts"]["received"] == 1
    assert groups["MARKET"]["rates"]["claim_rate"]["percent"] == "100.00"


@pytest.mark.integration
def test_command_shows_numerator_and_denominator(
    told: Settings, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """``stats``：每个比率写明分子分母与截至位置；导出的行数即各项与各比率之和。"""
    argv = ["stats", "--from", "2026-03-01", "--to", "2026-12-31"]
    assert command.run(cli.parse(argv), told) == Exit.DONE
    text = capsys.readouterr().out
    for words in ("即办件率", "0.00 %", "收件 1", "条件：自 2026-03-01、至 2026-12-31", "数据截至"):
        assert words in text, words
    assert command.run(cli.parse([*argv, "--json"]), told) == Exit.DONE
    answer = json.loads(capsys.readouterr().out)
    assert answer["rates"]["claim_rate"] == {
        "numerator": 1,
        "denominator": 2,
        "numerator_is": "claimed",
        "denominator_is": "pushed",
        "percent": "50.00",
    }
    path = tmp_path / "统计.xlsx"
    assert command.run(cli.parse([*argv, "--export", str(path)]), told) == Exit.DONE
    assert f"已导出 {len(MEASURES) + len(RATES)} 行" in capsys.readouterr().out


def test_every_measure_says_how_it_is_counted() -> None:
    """每一项数目与比率都有名称与算法；写下的都有人用。"""
    told: dict[str, Any] = tables()["measure"]
    assert set(told) == {*MEASURES, *(rate.name for rate in RATES)}
    assert {name for rate in RATES for name in (rate.numerator, rate.denominator)} <= {*MEASURES}
    assert {item.name for item in fields(Counts)} <= {*MEASURES}
    assert {one["calendar"] for one in told.values()} == set(tables()["measured_by"])
