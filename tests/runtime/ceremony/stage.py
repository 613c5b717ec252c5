"""台上：一本有许可可抽的演练账，机器的两个消费者，与照命令行办事的办法。"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final

import psycopg

from consumers import inspection_round, scheduler
from domain.acts.deciding import Approve
from domain.acts.intake import Accept, Receive
from domain.terms import CaseKind, CaseNo, Channel, ItemCode, LicenceNo, Mode, Role, SubjectId
from followers.overview import lags
from followers.runner import FollowerOptions, run_followers
from followers.supervisor import Supervisor
from ledger.application import Request
from runtime.ceremony import plan_file
from runtime.ceremony.desk import Desk
from runtime.founding import CITY, found
from runtime.hall import Hall, beijing, officer, open_hall, step_id
from runtime.settings import Settings
from runtime.story import paper
from tests.runtime.conftest import NewLedger

PLAN: Final = """
title = "餐饮单位双随机抽查"
strata = [
  { name = "A", basis_points = 5000, floor = 1 },
  { name = "B", basis_points = 5000, floor = 1 },
  { name = "C", basis_points = 5000, floor = 1 },
  { name = "D", basis_points = 10000, floor = 1 },
]
offices = ["350505-SCJG", "350505-JJJC", "350505-XNB"]
public_source = "双色球开奖号码"
public_value_at = 2026-04-02T21:30:00
inspect_by = 2026-05-29
witness = "J01"
"""
OFFICES: Final = ("350505-SCJG", "350505-JJJC", "350505-XNB")
MARKET: Final = OFFICES[0]
ACCOUNTS: Final = ("S02", "J01", "X01")
SHOPS: Final = 9
MACHINES: Final = (inspection_round.SUPERVISOR, scheduler.SUPERVISOR)


def town(new_ledger: NewLedger) -> Settings:
    """一本演练账，时在四月一日：家底已登记，九家店有了许可。"""
    chosen = new_ledger(Mode.DEMO)
    with open_hall(chosen) as hall:
        hall.clock.advance(beijing("2026-03-02 09:00"))
        found(hall)
        for number in range(2, 2 + SHOPS):
            _license(hall, number)
        hall.clock.advance(beijing("2026-04-01 09:00"))
    return replace(chosen, kafka_bootstrap="127.0.0.1:1")


def _license(hall: Hall, number: int) -> None:
    case_no, clerk = CaseNo(f"2026-1{number:05d}"), officer("W01", Role.COUNTER, CITY)
    papers = (paper("登记申请表"), paper("从业人员健康证明"))
    subject, licence = SubjectId(f"S-{number:04d}"), LicenceNo(f"XC350505{number:06d}")
    item = ItemCode("SP-SNACK-002")
    for act in (
        Receive(case_no, item, Channel.COUNTER, subject, papers, f"SJ-{case_no}"),
        Accept(case_no, CaseKind.ON_THE_SPOT, f"SL-{case_no}"),
        Approve(case_no, f"登字〔2026〕{number}号", licence),
    ):
        outcome = hall.ledger.execute(Request(act, clerk, step_id(f"{case_no} {act}")))
        assert outcome.code is None, outcome


@contextmanager
def machine(settings: Settings, *more: Supervisor) -> Iterator[None]:
    """机器在跑：名单、期限与抽取；没有 Kafka，读账本一路。"""
    stop = threading.Event()
    with open_hall(settings) as hall:
        options = FollowerOptions(
            settings.dsn("shenguan_follow"),
            settings.kafka_bootstrap,
            settings.dsn("shenguan_project"),
            hall.ledger.execute_many,
        )
        running = threading.Thread(
            target=run_followers, args=(options, (), (*MACHINES, *more), stop)
        )
        running.start()
        try:
            yield
        finally:
            stop.set()
            running.join()


def write_plan(folder: Path, text: str = PLAN, name: str = "plan.toml") -> Path:
    """计划文件。"""
    path = folder / name
    path.write_text(text, "utf-8")
    return path


def head(settings: Settings) -> int:
    """账上有几件。"""
    with psycopg.connect(settings.admin_dsn) as conn:
        row = conn.execute("SELECT next_position FROM ledger.head").fetchone()
    return int(row[0]) if row else 0


@contextmanager
def desk(settings: Settings) -> Iterator[Desk]:
    """办抽取各步的地方。"""
    with open_hall(settings) as hall:
        yield Desk(hall)


def registered(at: Desk, number: int, text: str = PLAN, promised: str | None = None) -> str:
    """登记一份计划；题目里写明第几份。``promised``: 封存份额的承诺。"""
    path = at.hall.folder / f"plan-{number}.toml"
    path.write_text(text.replace("双随机抽查", f"双随机抽查 {number}"), "utf-8")
    act = plan_file.read(path, MARKET, strict=False).act
    seal = None if promised is None else lambda: promised
    plan_no, answer = at.register(act, officer("S02", Role.SUPERVISION_HEAD, MARKET), seal)
    assert answer.code is None, answer
    return plan_no


def parked(settings: Settings, name: str) -> int:
    """一个跟随者停放了几件。"""
    with psycopg.connect(settings.dsn("shenguan_audit"), autocommit=True) as conn:
        return sum(one.parked for one in lags(conn) if one.name == name)
