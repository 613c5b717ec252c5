"""演示账本的家底：事项、人员、检查人员与企业，照 data/scenario.toml 登记入账。"""

import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

from domain.acts import Act
from domain.acts.intermediaries import RegisterIntermediary
from domain.acts.policies import policies
from domain.acts.register import (
    AppointOfficer,
    GiveGrant,
    PublishItem,
    RegisterInspector,
    RegisterSubject,
)
from domain.acts.timekeeping import PublishServiceDays
from domain.commitment import BreachPolicy
from domain.intermediary import Qualification
from domain.officer import FOUNDER
from domain.service_days import every_day_but
from domain.subject import SubjectKind
from domain.terms import Actor, ItemCode, OfficerId, Organ, Personal, PersonId, Role, SubjectId
from ledger.application import Request
from runtime.hall import Hall, officer, step_id
from runtime.messages import ROOT

POLICIES: Final = ROOT / "domain" / "data" / "policies.toml"
SCENARIO: Final = Path(__file__).parent / "data" / "scenario.toml"
IN_FORCE: Final = date(2025, 1, 1)
CITY: Final = "350505-SPJ"
Step = tuple[str, Act, Actor]  # what the step is called, what is done, by whom
Ensure = Callable[[str], str]  # makes a person's key ready; its commitment


@dataclass(frozen=True, slots=True)
class Subject:
    """一户企业。"""

    identity: str
    name: str
    credit_code: str | None
    risk_class: str
    region: str


def scenario() -> dict[str, Any]:
    """演示小城的数据。"""
    return tomllib.loads(SCENARIO.read_text("utf-8"))


def subjects(town: dict[str, Any]) -> Iterator[Subject]:
    """主角在前，其余各户随后。"""
    hero, crowd = town["hero"], town["crowd"]
    yield Subject(
        hero["subject"], hero["name"], hero["credit_code"], hero["risk_class"], hero["region"]
    )
    classes = crowd["risk_classes"]
    for n in range(1, crowd["count"] + 1):
        name = crowd["name"].format(n=n)
        risk = classes[n % len(classes)]
        yield Subject(f"S-{1 + n:04d}", name, None, risk, crowd["region"])


def found(hall: Hall) -> None:
    """登记全部家底；已登记的不再登记。"""
    steps = founding(scenario(), hall.ledger.keys.ensure)
    requests = [Request(act, actor, step_id(name)) for name, act, actor in steps]
    for request, outcome in zip(requests, hall.ledger.execute_many(requests), strict=True):
        if outcome.code is not None:
            raise RuntimeError(f"founding refused: {request.act}: {outcome.code} {outcome.facts}")


def founding(town: dict[str, Any], ensure: Ensure) -> Iterator[Step]:
    """登记家底的各步：人员与岗位、事项、检查人员、企业。"""
    yield from _officers(town, ensure)
    yield from _policies()
    yield from _items(town)
    yield from _registers(town, ensure)
    yield from _service(town)


def staff(town: dict[str, Any]) -> list[dict[str, Any]]:
    """全部人员，连同清单管理员与安全管理员；后者须最后授予。"""
    grants = [["CATALOGUE", CITY]]
    catalogue = {"account": "C01", "person": "P-KE", "name": "柯文", "grants": grants}
    admin = {"account": FOUNDER, "person": "P-SEC", "name": "安全管理员"}
    return [*town["officer"], catalogue, admin | {"grants": [["SECURITY_ADMIN", CITY]]}]


def _officers(town: dict[str, Any], ensure: Ensure) -> Iterator[Step]:
    founder = officer("system.founding", Role.SYSTEM, "SYSTEM")
    for entry in staff(town):
        account, person = OfficerId(entry["account"]), PersonId(entry["person"])
        appoint = AppointOfficer(account, person, Personal(person, entry["name"]), ensure(person))
        yield f"appoint {account}", appoint, founder
        for role, organ in entry["grants"]:
            grant = GiveGrant(account, Role(role), Organ(organ), IN_FORCE, None, None)
            yield f"grant {account} {role} {organ}", grant, founder


def _policies() -> Iterator[Step]:
    """随附的六个承诺办法；事项指明用哪一个。"""
    publisher = officer("C01", Role.CATALOGUE, CITY)
    for act in policies(POLICIES.read_text("utf-8")):
        yield f"policy {act.policy_id}", act, publisher


def _items(town: dict[str, Any]) -> Iterator[Step]:
    publisher = officer("C01", Role.CATALOGUE, CITY)
    for entry in town["item"]:
        item = PublishItem(
            item_code=ItemCode(entry["code"]),
            effective_from=IN_FORCE,
            name=entry["name"],
            legal_basis=tuple(entry["legal_basis"]),
            approving_body=Organ(entry["approving_body"]),
            supervising_bodies=tuple(Organ(body) for body in entry["supervising_bodies"]),
            legal_days=entry["legal_days"],
            promised_days=entry["promised_days"],
            window_authorised=entry["window_authorised"],
            commitment_allowed=entry["commitment_allowed"],
            commitment_materials=tuple(entry["commitment_materials"]),
            breach_policy=BreachPolicy(entry["breach_policy"]),
            filing_only=entry["filing_only"],
            materials=tuple(entry["materials"]),
            speciality=entry["speciality"],
        )
        yield f"item {item.item_code}", item, publisher


def _registers(town: dict[str, Any], ensure: Ensure) -> Iterator[Step]:
    registrar = officer("S02", Role.SUPERVISION_HEAD, "350505-SCJG")
    for entry in town["intermediary"]:
        held = tuple(
            Qualification(
                speciality, entry["certificate_no"], entry["valid_from"], entry["valid_to"]
            )
            for speciality in entry["specialities"]
        )
        organs = tuple(map(Organ, entry["affiliated_with"]))
        agency = RegisterIntermediary(entry["id"], entry["name"], held, organs)
        yield f"intermediary {entry['id']}", agency, registrar
    for entry in town["inspector"]:
        inspector = RegisterInspector(
            person=PersonId(entry["person"]),
            organ=Organ(entry["organ"]),
            region=entry["region"],
            specialities=tuple(entry["specialities"]),
            station=entry["station"],
            certificate_no=entry["certificate_no"],
            certificate_valid_to=entry["certificate_valid_to"],
        )
        yield f"inspector {inspector.person}", inspector, registrar
    counter = officer("W01", Role.COUNTER, CITY)
    for subject in subjects(town):
        kind = SubjectKind.COMPANY if subject.credit_code else SubjectKind.SOLE_TRADER
        register = RegisterSubject(
            subject_id=SubjectId(subject.identity),
            kind=kind,
            credit_code=subject.credit_code,
            name=Personal(subject.identity, subject.name),
            region=subject.region,
            risk_class=subject.risk_class,
            key_commitment=ensure(subject.identity),
        )
        yield f"subject {subject.identity}", register, counter


def _service(town: dict[str, Any]) -> Iterator[Step]:
    """The hall opens on weekends too (5+2), but not on the days that are shut."""
    publisher = officer("C01", Role.CATALOGUE, CITY)
    for entry in town["service_days"]:
        days = every_day_but(entry["year"], entry["shut"])
        act = PublishServiceDays(Organ(CITY), entry["year"], entry["source"], days)
        yield f"service days {act.year}", act, publisher
