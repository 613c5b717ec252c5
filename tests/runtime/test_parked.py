"""`parked`：看得到停放着的件与原因，放行之后照次序补办；错号说明，不当作没写。"""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from followers.parking import Held
from runtime import cli
from runtime.commands import parked
from runtime.exits import Exit, Stop
from tests.conftest import NewDatabase
from tests.tally import ECHO
from tests.town import Town, eventually, following, found_town, relaying

HELD = Held(
    7,
    "linkage",
    ["case/C-1"],
    41,
    None,
    "case.approved.v1",
    "case/C-1",
    "duty.role",
    {"role": "SYSTEM", "act": "Approve"},
    1,
    datetime(2026, 3, 2, 1, tzinfo=UTC),
    2,
)


def test_what_is_parked_is_explained_to_officials() -> None:
    """一件写明：谁、哪个键、北京时间、等着几件、何事、原因与办法，代码在后。"""
    shown = parked.as_text(HELD)
    for words in ("#7", "linkage", "case/C-1", "2026-03-02 09:00:00", "等着 2 件", "准予"):
        assert words in shown
    assert "（duty.role）" in shown
    assert "./shenguan parked --release 7" in shown
    assert "{" not in shown


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"reason": None}, "已放行"),
        ({"reason": None, "attempts": 0}, "排在同键的前一件之后"),
        ({"reason": "not.known"}, "not.known"),
        ({"event": None, "purpose": "case/C-1:CLAIM|2|2026-03-03"}, "CLAIM|2|2026-03-03"),
    ],
    ids=["released", "queued", "unknown", "timer"],
)
def test_other_kinds_of_parked_are_told_apart(change: dict[str, object], said: str) -> None:
    """已放行的、只是排队的、原因没有登记的、到期要办的，各有说法。"""
    assert said in parked.as_text(replace(HELD, **change))  # type: ignore[arg-type]


@pytest.fixture
def town(new_database: NewDatabase, kafka: str) -> Iterator[Town]:
    """一座小城：一件办不成，同键的两件排在其后。"""
    with found_town(replace(new_database(), kafka_bootstrap=kafka), kafka) as founded:
        for text in ("FIRST", "REFUSE", "QUEUED", "LAST"):
            founded.note("C-1", text)
        yield founded


def _json(town: Town, capsys: pytest.CaptureFixture[str], *options: str) -> dict[str, Any]:
    assert parked.run(cli.parse(["parked", "--json", *options]), town.settings) == Exit.DONE
    printed = capsys.readouterr().out.splitlines()  # the follower's log is among it
    found: dict[str, Any] = json.loads(next(line for line in printed if line.startswith("{")))
    return found


@pytest.mark.integration
@pytest.mark.kafka
def test_a_parked_key_is_seen_and_released(town: Town, capsys: pytest.CaptureFixture[str]) -> None:
    """停放的看得见，排队的算在其后；放行前先说清没有的与不必的，放行后全部办妥。"""
    with relaying(town), following(town, supervisors=[ECHO]):
        eventually(lambda: town.next_of("echo") == town.head() == 5)
        seen = _json(town, capsys)
        assert (seen["total"], seen["waiting"]) == (1, 2)
        [one] = seen["parked"]
        assert (one["follower"], one["keys"], one["position"]) == ("echo", ["C-1"], 1)
        assert (one["reason"], one["attempts"], one["waiting"]) == ("duty.role", 0, 2)
        assert one["text"]
        assert one["todo"]
        for number, code in ((one["id"] + 1, "parked.not_waiting"), (999, "parked.unknown")):
            with pytest.raises(Stop) as stop:
                parked.run(cli.parse(["parked", "--release", str(number)]), town.settings)
            assert (stop.value.exit_code, stop.value.code) == (Exit.REFUSED, code)
        town.note("PERMIT", "GRANTED")
        assert _json(town, capsys, "--release", str(one["id"]))["released"] == one["id"]
        eventually(lambda: _json(town, capsys)["total"] == 0)
        eventually(lambda: town.sql("SELECT count(*) FROM follower.parked") == [(0,)])
    with pytest.raises(Stop) as stop:
        parked.run(cli.parse(["parked", str(one["id"])]), town.settings)
    assert (stop.value.exit_code, stop.value.code) == (Exit.REFUSED, "parked.unknown")


@pytest.mark.parametrize(
    "options", [("--release", "x"), ("--release",), ("1", "--release", "1"), ("-1",)], ids=str
)
def test_wrong_numbers_are_a_usage_error(options: tuple[str, ...]) -> None:
    """编号不是数、没有给、给了两次：退出码一。"""
    with pytest.raises(SystemExit) as ended:
        cli.parse(["parked", *options])
    assert ended.value.code == Exit.USAGE
