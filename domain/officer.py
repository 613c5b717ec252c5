"""工作人员（officer）：账号属于哪个自然人、有哪些岗位授权、何时有效。"""

from dataclasses import dataclass, replace
from datetime import date
from typing import ClassVar, Final, TypeAlias

from domain.decider import Aggregate, Answer, Event, ImpossibleHistory, Refused
from domain.refusals import Refusal
from domain.terms import OfficerId, Organ, PersonalText, PersonId, Role

# The account of the first security administrator. Until it has that grant the ledger is being
# founded and grants need no second person; from then on every grant needs two (architecture G10).
FOUNDER: Final = OfficerId("security-admin")
# 三员分立：系统管理、安全管理、审计，一个账号只任其一。
THREE_POWERS: Final = frozenset({Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDITOR})


# -- events


@dataclass(frozen=True, slots=True)
class OfficerAppointed(Event):
    """账号启用。"""

    BASIS: ClassVar[tuple[str, ...]] = ("xkf:26",)
    person: PersonId
    name: PersonalText
    key_commitment: str


@dataclass(frozen=True, slots=True)
class GrantGiven(Event):
    """授予岗位。"""

    BASIS: ClassVar[tuple[str, ...]] = ("xkf:26",)
    role: Role
    organ: Organ
    valid_from: date
    valid_to: date | None
    proposer: PersonId | None  # 建账时为空
    second: PersonId | None

    def takes_effect(self, decided_on: date) -> date:  # noqa: ARG002 -- the grant says its own day
        """授权生效之日。"""
        return self.valid_from


@dataclass(frozen=True, slots=True)
class GrantEnded(Event):
    """收回岗位。"""

    BASIS: ClassVar[tuple[str, ...]] = ("xkf:26",)
    role: Role
    organ: Organ
    last_day: date
    proposer: PersonId
    second: PersonId


OfficerEvent: TypeAlias = OfficerAppointed | GrantGiven | GrantEnded


# -- state


@dataclass(frozen=True, slots=True)
class Grant:
    """一项岗位授权，首尾两日都有效；``valid_to`` 为空即无期限。"""

    role: Role
    organ: Organ
    valid_from: date
    valid_to: date | None

    def valid_on(self, day: date) -> bool:
        """该日是否有效。"""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)

    def overlaps(self, other: "Grant") -> bool:
        """两项授权是否有同时有效的一日。"""
        starts = max(self.valid_from, other.valid_from)
        ends = (one.valid_to for one in (self, other) if one.valid_to is not None)
        return all(starts <= last for last in ends)

    def ends_after(self, day: date) -> bool:
        """过了该日是否还有效。"""
        return self.valid_to is None or self.valid_to > day


@dataclass(frozen=True, slots=True)
class Nothing:
    """没有这个账号。"""


@dataclass(frozen=True, slots=True)
class Appointed:
    """在用的账号、它的主人与岗位。"""

    person: PersonId
    key_commitment: str
    grants: tuple[Grant, ...] = ()

    def holds(self, role: Role, organ: Organ, day: date) -> bool:
        """该日在该机关是否有此岗位。"""
        return any(
            (grant.role, grant.organ) == (role, organ) and grant.valid_on(day)
            for grant in self.grants
        )

    def roles_on(self, day: date) -> frozenset[Role]:
        """该日在任何机关所任的岗位。"""
        return frozenset(grant.role for grant in self.grants if grant.valid_on(day))


State: TypeAlias = Nothing | Appointed


def founding(founder: State) -> bool:
    """是否仍在建账：首任安全管理员（:data:`FOUNDER`）还没有上岗。"""
    return isinstance(founder, Nothing) or all(
        grant.role is not Role.SECURITY_ADMIN for grant in founder.grants
    )


# -- commands


@dataclass(frozen=True, slots=True)
class Appoint:
    """启用账号。"""

    fact: OfficerAppointed

    def decide(self, state: State) -> Answer:
        """一个账号只属一个人。"""
        if isinstance(state, Nothing):
            return (self.fact,)
        if (state.person, state.key_commitment) == (self.fact.person, self.fact.key_commitment):
            return ()
        return Refused(Refusal.OFFICER_TAKEN, {"person": state.person})


@dataclass(frozen=True, slots=True)
class Consent:
    """两人同意：提出人与安全管理员，各是谁。"""

    proposer: PersonId
    second: PersonId

    def fault(self, grantee: PersonId) -> Refused | None:
        """提出人、同意人、被授权人须是三个不同的人。"""
        if self.proposer == self.second or grantee in (self.proposer, self.second):
            facts = {"proposer": str(self.proposer), "second": str(self.second)}
            return Refused(Refusal.OFFICER_SECOND, facts | {"person": grantee})
        return None


@dataclass(frozen=True, slots=True)
class Give:
    """授予岗位；``consent`` None 只在建账时。``today`` is Beijing's."""

    grant: Grant
    consent: Consent | None
    today: date

    def decide(self, state: State) -> Answer:
        """不得倒签，不得自授；已有同一授权即无事可办。"""
        if not isinstance(state, Appointed):
            return Refused(Refusal.OFFICER_NOT_APPOINTED)
        if self.grant in state.grants:
            return ()
        grant, consent = self.grant, self.consent
        facts = {"valid_from": str(grant.valid_from), "valid_to": str(grant.valid_to or "")}
        if grant.valid_to is not None and grant.valid_to < grant.valid_from:
            return Refused(Refusal.OFFICER_PERIOD, facts)
        if clash := self._three_powers(state):
            return clash
        if consent is None:
            return (self._event(None, None),)
        if fault := consent.fault(state.person):
            return fault
        if grant.valid_from < self.today:
            return Refused(Refusal.OFFICER_BACKDATED, facts)
        return (self._event(consent.proposer, consent.second),)

    def _three_powers(self, state: Appointed) -> Refused | None:
        """系统管理、安全管理、审计分设，一个账号只任其一（三员分立）。"""
        if self.grant.role not in THREE_POWERS:
            return None
        others = THREE_POWERS - {self.grant.role}
        held = [one for one in state.grants if one.role in others and one.overlaps(self.grant)]
        return Refused(Refusal.OFFICER_THREE_POWERS, {"role": held[0].role}) if held else None

    def _event(self, proposer: PersonId | None, second: PersonId | None) -> GrantGiven:
        grant = self.grant
        return GrantGiven(
            grant.role, grant.organ, grant.valid_from, grant.valid_to, proposer, second
        )


@dataclass(frozen=True, slots=True)
class End:
    """收回岗位，``last_day`` 当日仍有效。``today`` is Beijing's."""

    role: Role
    organ: Organ
    last_day: date
    consent: Consent
    today: date

    def decide(self, state: State) -> Answer:
        """不得倒签；届时本已终止即无事可办。"""
        if not isinstance(state, Appointed):
            return Refused(Refusal.OFFICER_NOT_APPOINTED)
        held = [one for one in state.grants if (one.role, one.organ) == (self.role, self.organ)]
        if not held:
            return Refused(Refusal.OFFICER_NOT_HELD, {"role": self.role, "organ": self.organ})
        if not any(one.ends_after(self.last_day) for one in held):
            return ()
        if fault := self.consent.fault(state.person):
            return fault
        if self.last_day < self.today:
            return Refused(Refusal.OFFICER_BACKDATED, {"last_day": str(self.last_day)})
        consent = self.consent
        ended = GrantEnded(self.role, self.organ, self.last_day, consent.proposer, consent.second)
        return (ended,)


Command: TypeAlias = Appoint | Give | End


def evolve(state: State, event: Event) -> State:
    """先启用，后授予；收回的截至最后一日，尚未开始的不再生效。"""
    match state, event:
        case Nothing(), OfficerAppointed():
            return Appointed(event.person, event.key_commitment)
        case Appointed(), GrantGiven():
            grant = Grant(event.role, event.organ, event.valid_from, event.valid_to)
            return replace(state, grants=(*state.grants, grant))
        case Appointed(), GrantEnded():
            return replace(state, grants=tuple(_ended(one, event) for one in state.grants))
        case _:
            raise ImpossibleHistory(f"{event} after {state}")


def _ended(grant: Grant, event: GrantEnded) -> Grant:
    concerned = (grant.role, grant.organ) == (event.role, event.organ)
    if concerned and grant.ends_after(event.last_day):
        return replace(grant, valid_to=event.last_day)  # one that had not begun is valid on no day
    return grant


def decide(state: State, command: Command) -> Answer:
    """依账号现状决定。"""
    return command.decide(state)


AGGREGATE: Final = Aggregate[State]("officer", Nothing(), evolve)
