"""办事大厅：从建账起一步步办出来的账，登记与双随机的测试用。"""

from datetime import date
from typing import Final

from domain.acts import Act
from domain.acts.register import AppointOfficer, GiveGrant
from domain.decider import Event, Plan, Refused
from domain.refusals import Refusal
from domain.terms import Actor, OfficerId, Organ, PersonId, Role, Sealed
from tests.domain.case_file import MACHINE, Book, actor, events_of

FOUNDED: Final = "2026-01-05"
BUREAU: Final = Organ("监管局")


class Hall(Book):
    """A book whose people are appointed by acts, not put there."""

    def record(self, act: Act, who: Actor, when: str = FOUNDED) -> tuple[Event, ...]:
        """办成一件事，得其事件。"""
        return events_of(self.do(act, who, when))

    def idle(self, act: Act, who: Actor, when: str = FOUNDED) -> None:
        """来办一件已经办过的事：无事可办。"""
        assert self.ask(act, who, when) == Plan()

    def refusal(self, act: Act, who: Actor, when: str = FOUNDED) -> Refusal:
        """办不成，得其理由。"""
        decision = self.ask(act, who, when)
        assert isinstance(decision, Refused), decision
        return decision.code

    def employ(self, account: str, role: Role, organ: Organ = BUREAU, person: str = "") -> Actor:
        """建账时启用一个账号并授予岗位。"""
        owner = PersonId(person or f"p-{account}")
        name = OfficerId(account)
        self.ask(AppointOfficer(name, owner, Sealed(b"name"), f"kc-{owner}"), MACHINE, FOUNDED)
        self.record(GiveGrant(name, role, organ, date(2026, 1, 1), None, None), MACHINE)
        return actor(account, role, organ)
