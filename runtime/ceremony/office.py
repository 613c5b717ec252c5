"""一个部门自己的进程：名单一冻结即承诺，承诺一齐即揭示，人只看着。

A follower like the others, so that it goes on where it was killed: the share is on the disk before its
commitment is sent, and the command's number comes from the event, so a repeat is no second one.
Nobody reads a share out of the database: its rows say what was promised, no more.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

import structlog

from domain import inspection_plan as plans
from domain.acts.inspections import CommitShare, RevealShare
from domain.refusals import Refusal
from domain.terms import Actor, HashName, Organ
from followers.delivered import Delivered
from followers.packing import pack, unpack
from followers.supervisor import Command, Reaction, Rows, Supervisor
from ledger.keys import create_key_files
from runtime.ceremony.shares import Safe
from runtime.hosted import PREFIX, folder_of, make_private
from runtime.settings import Settings
from schemas.registry import EVENT_NAMES

log: Final = structlog.get_logger()

# Nothing left to do: it was done by hand, the plan has gone on without us, or it is over.
PASSED: Final = frozenset(
    {
        Refusal.PLAN_ANNULLED,
        Refusal.PLAN_VOIDED,
        Refusal.PLAN_SHARE_GIVEN,
        Refusal.PLAN_COMMIT_LATE,
        Refusal.PLAN_AWAITS_REVEALS,
        Refusal.PLAN_AWAITS_VALUE,
        Refusal.PLAN_AWAITS_DRAW,
        Refusal.PLAN_DRAWN,
        Refusal.PLAN_REVEAL_LATE,
        "ledger.command_reused",  # the same event, after the process came back as another account
    }
)
OVER: Final = (plans.RevealsClosed, plans.PlanAnnulled, plans.PlanVoided)


@dataclass(frozen=True, slots=True)
class Mine:
    """一份列了本部门的计划：用哪种杂凑，至迟何时揭示，本部门承诺了什么。"""

    hash: HashName
    until: datetime
    promised: str = ""


@dataclass(frozen=True, slots=True)
class Office:
    """一个部门。``actor``: 此刻以谁的身份办；``now``: 账本的时刻。"""

    organ: Organ
    safe: Safe
    actor: Callable[[type], Actor]
    now: Callable[[], datetime]

    def supervisor(self) -> Supervisor:
        """跟着检查的主题走的一个跟随者。"""
        reads = frozenset(name for name in EVENT_NAMES if name.startswith("plan."))
        return Supervisor(f"{PREFIX}{self.organ}", 1, reads, _keys, self.react)

    def react(self, rows: Rows, delivered: Delivered) -> Reaction:
        """看到计划的一件事，办本部门该办的。"""
        key, event = delivered.stream, delivered.event
        if isinstance(event, plans.PlanRegistered):
            if self.organ not in event.offices:
                return Reaction()
            return Reaction({key: pack(Mine(event.hash, event.public_value_at))})
        row = rows.get(key)
        if row is None:
            return Reaction()
        mine, plan_no = unpack(row, Mine), delivered.identity
        match event:
            case plans.ListsFrozen():
                return Reaction(commands=self._commit(plan_no, mine))
            case plans.ShareCommitted(office=self.organ, commitment=promised):
                return Reaction({key: pack(Mine(mine.hash, mine.until, promised))})
            case plans.CommitsIn():
                return Reaction(commands=self._reveal(plan_no, mine))
            case _:
                return Reaction({key: None} if isinstance(event, OVER) else {})

    def _commit(self, plan_no: str, mine: Mine) -> tuple[Command, ...]:
        if self.now() >= mine.until:  # chance has spoken: a share now would be a choice
            log.warning("office.too_late", plan=plan_no, office=self.organ)
            return ()
        actor = self.actor(CommitShare)
        share = self.safe.keep(plan_no, mine.hash)
        return (Command("commit", CommitShare(plan_no, share.commitment), actor, PASSED),)

    def _reveal(self, plan_no: str, mine: Mine) -> tuple[Command, ...]:
        share = self.safe.find(plan_no)
        if share is None or share.commitment != mine.promised:
            log.error("office.share_missing", plan=plan_no, office=self.organ)
            return ()
        actor = self.actor(RevealShare)
        return (Command("reveal", RevealShare(plan_no, share.share), actor, PASSED),)


def _keys(delivered: Delivered) -> tuple[str, ...]:
    return (delivered.stream,)


@dataclass(frozen=True, slots=True)
class OfficeAccess:
    """部门的进程怎样打开账本：密钥是它自己的，个人信息一项也打不开。"""

    settings: Settings
    keys: Path

    @classmethod
    def of(cls, settings: Settings, organ: str) -> "OfficeAccess":
        """密钥在它的私有文件夹里，第一次用到时造出。"""
        folder = folder_of(settings, organ)
        make_private(folder)
        create_key_files(folder / "keys")
        return cls(settings, folder / "keys")

    @property
    def admin_dsn(self) -> str:
        """部门的进程不用它。"""
        return self.settings.admin_dsn

    def dsn(self, role: str) -> str:
        """某个登录角色的连接串。"""
        return self.settings.dsn(role)
