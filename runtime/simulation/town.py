"""演练的家底：数据文件里的比例、人员、事项与对象；读入之后不变。"""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, Final

from domain.terms import Actor, ItemCode, OfficerId, Organ, PersonId, Role, SubjectId
from runtime.founding import scenario

DATA: Final = Path(__file__).parents[1] / "data" / "simulation.toml"
WHOLE: Final = 10_000  # basis points


class Way(StrEnum):
    """事项走哪条路。"""

    ON_THE_SPOT = "ON_THE_SPOT"
    ORDINARY = "ORDINARY"
    COMMITMENT = "COMMITMENT"
    FILING = "FILING"


@dataclass(frozen=True, slots=True)
class Item:
    """一个事项。"""

    code: ItemCode
    name: str
    way: Way
    supervising_body: Organ
    speciality: str
    legal_days: int
    promised_days: int
    rectify_first: bool  # 承诺落空先责令整改


@dataclass(frozen=True, slots=True)
class Person:
    """一名工作人员：账号、自然人、岗位。"""

    account: OfficerId
    person: PersonId
    name: str
    role: Role
    organ: Organ
    specialities: tuple[str, ...] = ()

    @property
    def actor(self) -> Actor:
        """以本岗位办事。"""
        return Actor(self.account, self.role, self.organ, self.organ)


@dataclass(frozen=True, slots=True)
class Town:
    """演练的家底。``proportions``: basis points."""

    proportions: dict[str, int]
    campaign: dict[str, int]
    people: tuple[Person, ...]
    items: tuple[Item, ...]
    subjects: tuple[tuple[SubjectId, str], ...]  # 编号、风险类别
    region: str

    def staff(self, role: Role, organ: Organ) -> tuple[Person, ...]:
        """某机关某岗位的人。"""
        return tuple(one for one in self.people if (one.role, one.organ) == (role, organ))

    def of_way(self, way: Way) -> tuple[Item, ...]:
        """走这条路的事项。"""
        return tuple(item for item in self.items if item.way is way)

    def account_of(self, person: PersonId) -> OfficerId:
        """检查人员的账号；演示的与演练的都在内。"""
        return _accounts()[person]


@cache
def town() -> Town:
    """读入数据文件。"""
    data: dict[str, Any] = tomllib.loads(DATA.read_text("utf-8"))
    cast = data["cast"]
    classes = cast["risk_classes"]
    return Town(
        proportions=data["proportions"],
        campaign=data["campaign"],
        people=tuple(_people(data["officer"])),
        items=tuple(
            Item(
                ItemCode(entry["code"]),
                entry["name"],
                Way(entry["kind"]),
                Organ(entry["supervising_body"]),
                entry["speciality"],
                entry["legal_days"],
                entry["promised_days"],
                entry.get("rectify_first", False),
            )
            for entry in data["item"]
        ),
        subjects=tuple(
            (SubjectId(f"MN-{n:04d}"), classes[n % len(classes)])
            for n in range(1, cast["subjects"] + 1)
        ),
        region=cast["region"],
    )


def _people(entries: list[dict[str, Any]]) -> Iterator[Person]:
    for entry in entries:
        for n in range(1, entry["count"] + 1):
            account = f"{entry['account']}{n:02d}"
            yield Person(
                OfficerId(account),
                PersonId(f"P-{account}"),
                f"{entry['name']}{n}",
                Role(entry["role"]),
                Organ(entry["organ"]),
                tuple(entry.get("specialities", ())),
            )


@cache
def _accounts() -> dict[PersonId, OfficerId]:
    told = {PersonId(one["person"]): OfficerId(one["account"]) for one in scenario()["officer"]}
    return told | {one.person: one.account for one in town().people}
