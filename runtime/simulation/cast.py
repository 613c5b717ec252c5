"""上岗：演练用的人员、事项、检查人员与对象，经平常的登记命令入账；已登记的不再登记。"""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

from domain import calendar
from domain.acts import Act
from domain.acts.register import (
    AppointOfficer,
    GiveGrant,
    PublishItem,
    RegisterInspector,
    RegisterSubject,
    calendars,
)
from domain.commitment import BreachPolicy
from domain.officer import FOUNDER
from domain.subject import SubjectKind
from domain.terms import Actor, Personal, Role
from ledger.application import Request
from runtime.exits import Exit, Stop
from runtime.founding import CITY, found
from runtime.hall import Hall, officer, step_id
from runtime.simulation.scripts import APPROVER, PAPERS, PROMISED
from runtime.simulation.town import DATA, Item, Person, Town, Way

ADMIN: Final = officer("Y01", Role.SYSTEM_ADMIN, CITY)
PUBLISHER: Final = officer("C01", Role.CATALOGUE, CITY)
CERTIFIED: Final = timedelta(days=1460)


def settle_in(hall: Hall, town: Town) -> None:
    """全体上岗。Raises :class:`Stop` where a step is refused."""
    found(hall)
    _foresee(hall)
    steps = list(_steps(hall, town, date.max))
    began = hall.recorded_on(step_id(f"simulate {steps[0][0]}"))
    today = hall.today() if began is None else began
    requests = [
        Request(act, actor, step_id(f"simulate {name}"))
        for name, act, actor in _steps(hall, town, today)
    ]
    for outcome in hall.ledger.execute_many(requests):
        if outcome.code is not None:
            raise Stop(Exit.REFUSED, outcome.code, **outcome.facts)


def _foresee(hall: Hall) -> None:
    """Without a calendar the machine settles no deadline: years still to come get a supposed one."""
    for act in calendars(DATA.read_text("utf-8")):
        known = hall.ledger.load(calendar.AGGREGATE, calendar.calendar_id(act.year))
        if isinstance(known, calendar.Nothing):
            hall.do(f"simulate calendar {act.year}", act, PUBLISHER)


def _steps(hall: Hall, town: Town, today: date) -> Iterator[tuple[str, Act, Actor]]:
    for person in town.people:
        yield from _hired(hall, person, today)
    for item in town.items:
        yield f"item {item.code}", _published(item, today), PUBLISHER
    counter = next(one for one in town.people if one.role is Role.COUNTER).actor
    for subject, risk in town.subjects:
        name = Personal(subject, f"模拟对象{subject}")
        known = hall.ledger.keys.ensure(subject) if today < date.max else ""
        kind = SubjectKind.SOLE_TRADER
        act = RegisterSubject(subject, kind, None, name, town.region, risk, known)
        yield f"subject {subject}", act, counter


def _hired(hall: Hall, one: Person, today: date) -> Iterator[tuple[str, Act, Actor]]:
    """Grants after the founding need two people: the system and the security administrator."""
    known = hall.ledger.keys.ensure(one.person) if today < date.max else ""
    appoint = AppointOfficer(one.account, one.person, Personal(one.person, one.name), known)
    yield f"appoint {one.account}", appoint, ADMIN
    grant = GiveGrant(one.account, one.role, one.organ, today, None, FOUNDER)
    yield f"grant {one.account}", grant, ADMIN
    if one.role is Role.INSPECTOR:
        head = officer("S02", Role.SUPERVISION_HEAD, one.organ)
        inspector = RegisterInspector(
            one.person,
            one.organ,
            "台商区",
            one.specialities,
            f"模拟所{one.account}",
            f"ZF-{one.account}",
            min(today, date(2100, 1, 1)) + CERTIFIED,
        )
        yield f"inspector {one.account}", inspector, head


def _published(item: Item, today: date) -> PublishItem:
    pledged = item.way is Way.COMMITMENT
    materials = (*PAPERS, PROMISED) if pledged else PAPERS
    return PublishItem(
        item_code=item.code,
        effective_from=today,
        name=item.name,
        legal_basis=("演练用，无实际依据",),
        approving_body=APPROVER,
        supervising_bodies=(item.supervising_body,),
        legal_days=item.legal_days,
        promised_days=item.promised_days,
        window_authorised=item.way in {Way.ON_THE_SPOT, Way.FILING},
        commitment_allowed=pledged,
        commitment_materials=(PROMISED,) if pledged else (),
        breach_policy=BreachPolicy.RECTIFY_FIRST if item.rectify_first else BreachPolicy.REVOKE,
        filing_only=item.way is Way.FILING,
        materials=materials,
        speciality=item.speciality,
    )
