"""办事大厅：从建账起一步步办出来的账，登记与双随机的测试用。"""

import re
import tomllib
from datetime import date
from functools import cache
from pathlib import Path
from typing import Final

from domain.acts import Act
from domain.acts.register import AppointOfficer, GiveGrant
from domain.decider import Event, Plan, Refused
from domain.refusals import Refusal
from domain.terms import Actor, OfficerId, Organ, PersonId, Role, Sealed
from tests.domain.case_file import MACHINE, Book, actor, events_of

FOUNDED: Final = "2026-01-05"
BUREAU: Final = Organ("监管局")
MESSAGES: Final = Path(__file__).parents[2] / "messages"


@cache
def sentences() -> dict[str, str]:
    """每个理由代码的中文告知语。"""
    told: dict[str, str] = {}
    for path in sorted(MESSAGES.glob("zh_CN*.toml")):
        table = tomllib.loads(path.read_text(encoding="utf-8")).get("refusal", {})
        told |= {code: entry["text"] for code, entry in table.items()}
    return told


class Hall(Book):
    """A book whose people are appointed by acts, not put there."""

    def record(self, act: Act, who: Actor, when: str = FOUNDED) -> tuple[Event, ...]:
        """办成一件事，得其事件。"""
        return events_of(self.do(act, who, when))

    def idle(self, act: Act, who: Actor, when: str = FOUNDED) -> None:
        """来办一件已经办过的事：无事可办。"""
        assert self.ask(act, who, when) == Plan()

    def refusal(self, act: Act, who: Actor, when: str = FOUNDED) -> Refusal:
        """办不成，得其理由；给的事实足以填满告知语。"""
        decision = self.ask(act, who, when)
        assert isinstance(decision, Refused), decision
        assert set(re.findall(r"{(\w+)}", sentences()[decision.code])) <= set(decision.facts)
        return decision.code

    def employ(self, account: str, role: Role, organ: Organ = BUREAU, person: str = "") -> Actor:
        """建账时启用一个账号并授予岗位。"""
        owner = PersonId(person or f"p-{account}")
        name = OfficerId(account)
        self.ask(AppointOfficer(name, owner, Sealed(b"name"), f"kc-{owner}"), MACHINE, FOUNDED)
        self.record(GiveGrant(name, role, organ, date(2026, 1, 1), None, None), MACHINE)
        return actor(account, role, organ)
