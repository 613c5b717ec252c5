"""演案也在真的账本、真的主题上演：答复与案卷，与内存里演的一样。"""

import json
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest

from domain.terms import Mode
from ledger.application import Request
from projections import case_view
from runtime.cli import parse
from runtime.commands import act
from runtime.exits import Exit
from runtime.foundation import lay
from runtime.founding import found, scenario
from runtime.hall import beijing, open_hall, step_id
from runtime.scenarios.player import PUBLISHER, acting, perform
from runtime.scenarios.reader import Scenario, Step, read
from tests.conftest import NewDatabase
from tests.stage import running

pytestmark = [pytest.mark.integration, pytest.mark.kafka]

# One of each kind; they share one ledger and one clock, so their steps interleave.
CHOSEN: Final = (
    "base-approval",
    "base-commitment-breach",
    "base-filing",
    "base-supplement",
    "base-working-saturday",
    "oversight-complaint",
    "oversight-publication",
    "panel-joint-late-branch",
    "panel-package-refusal",
    "time-acceptance-deemed",
)
# What depends on the position in the whole ledger, or on chance.
OTHERWISE: Final = frozenset({"position", "updated_at", "pushes"})


def test_the_real_ledger_answers_as_the_book_in_memory(
    new_database: NewDatabase, kafka: str
) -> None:
    """同样的步骤，经 PostgreSQL、中继、Kafka 与全部跟随者，得同样的答复与同样的现状。"""
    scenarios = [read(name) for name in CHOSEN]
    steps = sorted(_steps(scenarios), key=lambda one: one[1].at)
    settings = replace(new_database(), kafka_bootstrap=kafka)
    lay(settings, "scenes", Mode.DEMO, steps[0][1].at)
    town = scenario()
    with ExitStack() as stack:
        hall = stack.enter_context(open_hall(settings))
        stack.enter_context(running(settings, hall))
        found(hall)
        for one in scenarios:
            for item in one.items:
                hall.do(f"item {one.name} {item.item_code}", item, PUBLISHER)
        for name, step in steps:
            hall.until(step.at)
            if step.act is not None:
                actor = acting(town, str(step.by), type(step.act).__name__)
                outcome = hall.ledger.execute(Request(step.act, actor, step_id(name)))
                assert outcome.code == step.refused, name
        hall.settle()
        for one in scenarios:
            row = case_view.find(hall.reader, one.case)
            assert row is not None
            wanted = perform(one, steps[-1][1].at).book.rows(case_view.PROJECTION)[one.case]
            for column, value in wanted.items():
                if column not in OTHERWISE and hasattr(row, column):
                    assert getattr(row, column) == value, (one.name, column)


ACTS: Final = """
[[step]]
at = 2026-03-03T10:00:00
by = "W01"
act = "收件"
then = ["case.received.v1"]
[step.with]
case_no = "2026-000777"
item_code = "SP-FOOD-001"
channel = "WEB"
applicant = "S-0001"
receipt_no = "SJ-777"
materials = ["营业执照"]

[[step]]
note = "五日不告知"
at = 2026-03-12T09:00:00

[[step]]
by = "W01"
act = "补正告知"
then = ["case.notice_violated.v1"]
[step.with]
case_no = "2026-000777"
notice_no = "BZ-777"
missing = ["平面图"]
"""


def test_the_act_command_lets_time_pass_in_the_demonstration(
    new_database: NewDatabase, kafka: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """照文件办，时间走过五日：机器视为受理，迟来的补正告知记为违规；再办一次，答复不变。"""
    settings = replace(new_database(), kafka_bootstrap=kafka)
    lay(settings, "acts", Mode.DEMO, beijing("2026-03-02 08:30"))
    path = tmp_path / "acts.toml"
    path.write_text(ACTS, "utf-8")
    arguments = parse(["act", "do", str(path), "--at", "2026-03-02T09:00", "--json"])
    with open_hall(settings) as hall, running(settings, hall):
        found(hall)
        assert act.run(arguments, settings) == Exit.DONE
        first = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
        assert hall.clock.now() >= beijing("2026-03-12 09:00")
        names = [fact.entry.name for fact in hall.ledger.events("case/2026-000777") if fact.entry]
        assert "case.deemed_accepted.v1" in names
        assert act.run(arguments, settings) == Exit.DONE
        again = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
        assert [one["first"] for one in again] == [one["first"] for one in first]
        assert [one["repeated"] for one in again] == [True, False, True]


def _steps(scenarios: list[Scenario]) -> list[tuple[str, Step]]:
    return [
        (f"{one.name} {number}", step)
        for one in scenarios
        for number, step in enumerate(one.steps, 1)
    ]
