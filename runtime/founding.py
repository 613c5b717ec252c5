"""演示账本的家底：事项、人员、检查人员与企业，照 data/scenario.toml 登记入账。"""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

from domain.acts.register import (
    AppointOfficer,
    GiveGrant,
    PublishItem,
    RegisterInspector,
    RegisterSubject,
)
from domain.acts.timekeeping import PublishServiceDays
from domain.commitment import BreachPolicy
from domain.officer import FOUNDER
from domain.service_days import every_day_but
from domain.subject import SubjectKind
from domain.terms import ItemCode, OfficerId, Organ, Personal, PersonId, Role, SubjectId
from ledger.application import Request
from runtime.hall import Hall, officer, step_id

SCENARIO: Final = Path(__file__).parent / "data" / "scenario.toml"
IN_FORCE: Final = date(2025, 1, 1)
CITY: Final = "350505-SPJ"


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
    town = scenario()
    requests = [*_officers(hall, town), *_items(town), *_registers(hall, town), *_service(town)]
    for request, outcome in zip(requests, hall.ledger.execute_many(requests), strict=True):
        if outcome.code is not None:
            raise RuntimeError(f"founding refused: {request.act}: {outcome.code} {outcome.facts}")


def _officers(hall: Hall, town: dict[str, Any]) -> Iterator[Request]:
    founder = officer("system.founding", Role.SYSTEM, "SYSTEM")
    admin = {"account": FOUNDER, "person": "P-SEC", "name": "安全管理员"}
    grants = [["CATALOGUE", CITY]]
    catalogue = {"account": "C01", "person": "P-KE", "name": "柯文", "grants": grants}
    for entry in [*town["officer"], catalogue, admin | {"grants": [["SECURITY_ADMIN", CITY]]}]:
        account, person = OfficerId(entry["account"]), PersonId(entry["person"])
        known = hall.ledger.keys.ensure(person)
        name = Personal(person, entry["name"])
        appoint = AppointOfficer(account, person, name, known)
        yield Request(appoint, founder, step_id(f"appoint {account}"))
        for role, organ in entry["grants"]:
            grant = GiveGrant(account, Role(role), Organ(organ), IN_FORCE, None, None)
            yield Request(grant, founder, step_id(f"grant {account} {role} {organ}"))


def _items(town: dict[str, Any]) -> Iterator[Request]:
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
        yield Request(item, publisher, step_id(f"item {item.item_code}"))


def _registers(hall: Hall, town: dict[str, Any]) -> Iterator[Request]:
    registrar = officer("S02", Role.SUPERVISION_HEAD, "350505-SCJG")
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
        yield Request(inspector, registrar, step_id(f"inspector {inspector.person}"))
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
            key_commitment=hall.ledger.keys.ensure(subject.identity),
        )
        yield Request(register, counter, step_id(f"subject {subject.identity}"))


def _service(town: dict[str, Any]) -> Iterator[Request]:
    """The hall opens on weekends too (5+2), but not on the days that are shut."""
    publisher = officer("C01", Role.CATALOGUE, CITY)
    for entry in town["service_days"]:
        days = every_day_but(entry["year"], entry["shut"])
        act = PublishServiceDays(Organ(CITY), entry["year"], entry["source"], days)
        yield Request(act, publisher, step_id(f"service days {act.year}"))
