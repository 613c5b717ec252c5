"""部门自己的进程：只办列了本部门的计划，份额只有一份，丢了就不揭示，人办过的不重办。"""

import json
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from domain import inspection_plan as plans
from domain.acts.inspections import CommitShare, RevealShare
from domain.terms import Actor, HashName, OfficerId, Organ, PersonId, Role
from runtime import cli, hosted, parent, roles
from runtime.ceremony.office import Office, OfficeAccess
from runtime.ceremony.shares import Safe
from runtime.commands import up
from runtime.exits import Exit, Stop
from runtime.scenarios.book import Notes
from runtime.settings import load
from tests.conftest import NewDatabase
from tests.deliveries import FIRE, MARKET, Book, plan, played
from tests.runtime.ceremony import stage
from tests.runtime.conftest import NewLedger
from tests.town import eventually

NO = "000001"
STREAM = f"plan/{NO}"
OPEN = plan().public_value_at - timedelta(hours=1)
FROZEN = plans.ListsFrozen(17, 2, "aa" * 32, 3, "bb" * 32, "cc" * 32)
Make = Callable[..., Office]


def _actor(_: type) -> Actor:
    return Actor(OfficerId("S01"), Role.SUPERVISOR, MARKET, MARKET)


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """一个部门，在自己的文件夹里。"""

    def made(organ: Organ = MARKET, now: datetime = OPEN) -> Office:
        return Office(organ, Safe(tmp_path / organ, "demo", organ), _actor, lambda: now)

    return made


def book(*events: object) -> Book:
    """一份登记了的计划，与其后的各件。"""
    new = Book()
    new.add(STREAM, plan(), key=NO)
    for event in events:
        new.add(STREAM, event, key=NO)  # type: ignore[arg-type]
    return new


def acts(office: Office, told: Book, rows: Notes | None = None) -> list[object]:
    """它看完这些，提出要办的。"""
    return [command.act for command in played(office.supervisor(), told.kept, rows)]


def committed(office: Office) -> CommitShare:
    """它所提出的承诺。"""
    (act,) = acts(office, book(FROZEN))
    assert isinstance(act, CommitShare)
    return act


def test_it_commits_what_it_has_stored(make: Make) -> None:
    """名单一冻结即承诺；承诺就是盘上那一份；再看一遍，还是那一份。"""
    office = make()
    act = committed(office)
    kept = office.safe.find(NO)
    assert kept is not None
    assert act == CommitShare(NO, kept.commitment)
    assert committed(make()) == act
    files = list(office.safe.folder.iterdir())
    assert [path.name for path in files] == [f"{NO}.share"]


def test_it_reveals_what_it_committed(make: Make) -> None:
    """承诺一齐即揭示那一份；别家的承诺与它无关。"""
    office = make()
    promised = committed(office).commitment
    told = book(
        FROZEN,
        plans.ShareCommitted(FIRE, "ee" * 32),
        plans.ShareCommitted(MARKET, promised),
        plans.CommitsIn((MARKET, FIRE)),
    )
    kept = office.safe.find(NO)
    assert kept is not None
    assert acts(office, told) == [CommitShare(NO, promised), RevealShare(NO, kept.share)]


def test_a_plan_of_others_is_not_its_affair(make: Make) -> None:
    """计划没有列它的：什么也不办，什么也不存。"""
    office = make(Organ("350505-SLJ"))
    told = book(FROZEN, plans.CommitsIn((MARKET, FIRE)), plans.RevealsClosed(()))
    assert acts(office, told) == []
    assert not office.safe.folder.exists()


def test_after_chance_has_spoken_it_keeps_silent(make: Make) -> None:
    """公开值产生之时已过才看到冻结的名单：不承诺，也不存份额。"""
    office = make(now=plan().public_value_at)
    assert acts(office, book(FROZEN)) == []
    assert not office.safe.folder.exists()


@pytest.mark.parametrize("how", ["lost", "by hand elsewhere"])
def test_without_its_share_it_reveals_nothing(make: Make, how: str) -> None:
    """份额丢了，或者承诺是别处办的：不揭示，等着按零计；绝不另造一份。"""
    office = make()
    promised = committed(office).commitment
    path = office.safe.folder / f"{NO}.share"
    if how == "lost":
        path.unlink()
    else:
        promised = "dd" * 32
    rows = Notes()
    played(office.supervisor(), book(FROZEN).kept[:1], rows)
    told = book(plans.ShareCommitted(MARKET, promised), plans.CommitsIn((MARKET, FIRE)))
    assert acts(office, told, rows) == []
    assert path.exists() is (how != "lost")


def test_a_damaged_share_stops_the_plan_and_says_so(make: Make) -> None:
    """盘上的份额读不出：办不下去（停放，由人来看），不改写它。"""
    office = make()
    committed(office)
    path = office.safe.folder / f"{NO}.share"
    path.write_text("{}")
    with pytest.raises(Stop) as stop:
        acts(office, book(FROZEN))
    assert stop.value.code == "draw.share_damaged"
    assert path.read_text() == "{}"


def test_a_plan_that_is_over_is_forgotten(make: Make) -> None:
    """揭示截止、作废、失效之后，底册上没有它了；底册里从没有份额。"""
    office = make()
    for event in (
        plans.RevealsClosed(()),
        plans.PlanAnnulled("理由", PersonId("P-1"), PersonId("P-2")),
    ):
        rows = Notes()
        played(office.supervisor(), book(FROZEN).kept, rows)
        assert rows.get(STREAM) is not None
        kept = office.safe.find(NO)
        assert kept is not None
        assert kept.share not in json.dumps(dict(rows.scan("")))
        played(office.supervisor(), [book(event).kept[-1]], rows)
        assert rows.get(STREAM) is None


def test_two_that_store_at_once_have_one_share(tmp_path: Path) -> None:
    """人与进程同时取份额：只有一份，两边得到的相同。"""
    safes = [Safe(tmp_path / "o", "demo", "o") for _ in range(8)]
    found: list[str] = []
    begin = threading.Barrier(len(safes))

    def keep(safe: Safe) -> None:
        begin.wait()
        found.append(safe.keep(NO, HashName.SHA256).share)

    threads = [threading.Thread(target=keep, args=(safe,)) for safe in safes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == len(safes)
    assert len(set(found)) == 1
    assert len(list((tmp_path / "o").iterdir())) == 1


# -- its process


def test_up_remembers_which_offices_to_start(tmp_path: Path) -> None:
    """Up --office 记下账号，此后每次启动；账号留空即不再；编号不像样的不记。"""
    chosen = load(tmp_path / "data", environment={})
    hosted.host(chosen, "350505-SCJG", "S02")
    hosted.host(chosen, "350505-XNB", "X01")
    assert hosted.hosted(chosen) == {"350505-SCJG": "S02", "350505-XNB": "X01"}
    assert up.offices(chosen) == ("office.350505-SCJG", "office.350505-XNB")
    program = parent.role_program(chosen, "office.350505-SCJG")
    argv = list(program.command[3:])
    arguments = cli.parse(argv)
    assert (arguments.name, arguments.organ, arguments.officer) == ("office", "350505-SCJG", None)
    hosted.host(chosen, "350505-SCJG", "")
    assert hosted.hosted(chosen) == {"350505-XNB": "X01"}
    with pytest.raises(Stop) as stop:
        hosted.host(chosen, "../keys", "S02")
    assert (stop.value.code, stop.value.exit_code) == ("draw.office_code", Exit.USAGE)
    assert cli.parse(["up", "--office", "350505-SCJG:S02"]).office == ["350505-SCJG:S02"]


@pytest.mark.integration
def test_an_office_needs_a_name_and_an_account(new_ledger: NewLedger) -> None:
    """没有说是哪个部门，或者没有可以出面的账号：不启动，说明怎样写。"""
    chosen = new_ledger()
    for organ, code in (("", "office.no_organ"), ("350505-NOBODY", "office.no_account")):
        with pytest.raises(Stop) as stop:
            roles.office(chosen, threading.Event(), organ)
        assert (stop.value.code, stop.value.exit_code) == (code, Exit.USAGE)


@pytest.mark.integration
def test_it_sees_no_persons_keys(new_database: NewDatabase, tmp_path: Path) -> None:
    """部门的进程用自己的密钥，不碰个人信息的密钥；没有账本的密钥也能启动。"""
    chosen = replace(new_database(), data=tmp_path / "elsewhere")
    access = OfficeAccess.of(chosen, "350505-SCJG")
    assert access.keys.is_relative_to(chosen.offices)
    assert {path.name for path in access.keys.iterdir()} == {"kek", "index"}
    assert not chosen.keys.exists()


@pytest.mark.integration
def test_an_account_without_a_post_is_parked_not_guessed(new_ledger: NewLedger) -> None:
    """所给的账号没有岗位：停放等人来看，不用别人的名义，也没有承诺。"""
    chosen = stage.town(new_ledger)
    stop = threading.Event()
    running = threading.Thread(
        target=roles.office, args=(chosen, stop, stage.MARKET), kwargs={"account": "W01"}
    )
    running.start()
    try:
        with stage.machine(chosen), stage.desk(chosen) as desk:
            plan_no = stage.registered(desk, 1)
            eventually(lambda: stage.parked(chosen, f"office.{stage.MARKET}") == 1, 60)
            kinds = {type(fact.event) for fact in desk.facts(plan_no)}
            assert plans.ListsFrozen in kinds
            assert plans.ShareCommitted not in kinds
    finally:
        stop.set()
        running.join()
