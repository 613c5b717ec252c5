"""谁可以办：权限表、岗位与本件经手的人，一次说清。"""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from domain.duties import DUTIES
from domain.officer import GrantEnded, GrantGiven, OfficerAppointed
from domain.terms import Organ, PersonId, Role, Sealed
from projections import case_timeline, officer_register
from runtime import cli
from runtime.commands import whocan
from runtime.exits import Exit, Stop
from runtime.settings import Settings
from tests.conftest import NewDatabase
from tests.deliveries import CASE, Book, received, story
from tests.projections.shelf import fill

pytestmark = pytest.mark.integration
NOW = datetime(2026, 3, 12, 2, tzinfo=UTC)
SPJ = Organ("SPJ")
Asked = Callable[..., Any]


def hired(book: Book, account: str, person: PersonId, role: Role) -> None:
    """启用账号，授予岗位。"""
    book.add(f"officer/{account}", OfficerAppointed(person, Sealed(b"name"), "0" * 64))
    given = GrantGiven(role, SPJ, date(2026, 1, 1), None, None, None)
    book.add(f"officer/{account}", given)


@pytest.fixture(scope="module")
def database(new_database: NewDatabase) -> Settings:
    """一件走完全程的办件；收件人另有一个审核岗的账号，还有一名审核人、一名已经离岗的。"""
    book = story()
    hired(book, "R77", received().handler, Role.REVIEWER)
    hired(book, "R78", PersonId("P-78"), Role.REVIEWER)
    hired(book, "R79", PersonId("P-79"), Role.REVIEWER)
    last = date(2026, 2, 1)
    book.add("officer/R79", GrantEnded(Role.REVIEWER, SPJ, last, PersonId("P-1"), PersonId("P-2")))
    made = new_database()
    fill(made, book, NOW, [case_timeline.PROJECTION, officer_register.PROJECTION])
    return made


@pytest.fixture
def asked(database: Settings, capsys: pytest.CaptureFixture[str]) -> Asked:
    """办这条命令，得其 JSON。"""

    def ask(*argv: str) -> Any:
        capsys.readouterr()
        assert whocan.run(cli.parse(["whocan", *argv, "--json"]), database) == Exit.DONE
        return json.loads(capsys.readouterr().out)

    return ask


def test_the_roles_are_those_of_the_duty_table(asked: Asked) -> None:
    """说的角色即权限表的角色；中文名与代码都认。"""
    answer = asked("Review")
    assert answer["roles"] == [str(role) for role in DUTIES["Review"].roles]
    assert asked("审核") == answer
    on_duty = {one["account"]: one["valid_today"] for one in answer["candidates"]}
    assert on_duty == {"R-1": True, "R77": True, "R78": True, "R79": False}


def test_the_same_person_under_another_account_is_found_out(asked: Asked) -> None:
    """SD1：收件的人换一个账号来审核，看得出他在本件经手过收件。"""
    people = {
        one["account"]: one["took_part"] for one in asked("Review", "--case", CASE)["candidates"]
    }
    assert "case.received.v1" in people["R77"]
    assert people["R78"] == []


def test_shown_to_a_person(database: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    """印出来的有中文角色、账号与合计；不凭岗位的另行说明。"""
    whocan.run(cli.parse(["whocan", "Review", "--case", CASE]), database)
    told = capsys.readouterr().out
    assert "审核人" in told
    assert "共 4 个岗位" in told
    whocan.run(cli.parse(["whocan", "MakeCommitment"]), database)
    assert "不凭岗位" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("argv", "code"), [(["Fly"], "whocan.act"), (["Review", "--case", "X"], "case.unknown")]
)
def test_what_does_not_exist_is_said(database: Settings, argv: list[str], code: str) -> None:
    """没有这种办理、没有这件办件：说清楚。"""
    with pytest.raises(Stop) as stopped:
        whocan.run(cli.parse(["whocan", *argv]), database)
    assert stopped.value.code == code


def test_a_grant_that_ended_counts_no_more() -> None:
    """名册与办理时调阅的是同一推法：收回的岗位截至最后一日。"""
    book = Book()
    hired(book, "R79", PersonId("P-79"), Role.REVIEWER)
    row = None
    for one in book.kept:
        row = officer_register.fold("R79", row, one)
    ended = GrantEnded(Role.REVIEWER, SPJ, date(2026, 2, 1), PersonId("P-1"), PersonId("P-2"))
    after = officer_register.fold("R79", row, replace(book.kept[-1], event=ended))
    assert after["grants"] == [
        {"role": "REVIEWER", "organ": "SPJ", "valid_from": "2026-01-01", "valid_to": "2026-02-01"}
    ]
