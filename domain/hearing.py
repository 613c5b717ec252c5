"""听证（hearing）：告知、申请、公告、主持、笔录（许可法 36、46–48 条）；一件办件一次听证。"""

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import ClassVar, Final, TypeAlias

from domain.catalogue import HearingNeed
from domain.decider import Aggregate, Answer, Event, ImpossibleHistory, Refused
from domain.refusals import Refusal
from domain.terms import PersonId, Sha256, SubjectId

APPLY_DAYS: Final = 5  # 许可法 47 条：被告知之日起五日内提出
HOLD_DAYS: Final = 20  # 许可法 47 条：二十日内组织听证
NOTICE_DAYS: Final = 7  # 许可法 48 条：举行听证的七日前通知


class HearingGround(StrEnum):
    """因何举行听证。"""

    REQUIRED = "REQUIRED"  # 法定应当听证
    PUBLIC_INTEREST = "PUBLIC_INTEREST"  # 涉及公共利益的重大事项
    REQUESTED = "REQUESTED"  # 申请人或利害关系人要求


# -- events


@dataclass(frozen=True, slots=True)
class PartyNotified(Event):
    """告知利害关系人。"""

    BASIS: ClassVar[tuple[str, ...]] = ("xkf:36",)
    party: SubjectId
    interest: str
    notice_no: str
    handler: PersonId


@dataclass(frozen=True, slots=True)
class RightTold(Event):
    """告知听证权利。"""

    BASIS: ClassVar[tuple[str, ...]] = ("xkf:47",)
    parties: tuple[SubjectId, ...]
    notice_no: str
    told_on: date
    apply_due_on: date
    handler: PersonId


@dataclass(frozen=True, slots=True)
class HearingRequested(Event):
    """申请听证。"""

    BASIS: ClassVar[tuple[str, ...]] = ("xkf:47",)
    party: SubjectId
    requested_on: date
    hold_due_on: date
    handler: PersonId | None


@dataclass(frozen=True, slots=True)
class RequestLapsed(Event):
    """逾期未申请听证。"""

    BASIS: ClassVar[tuple[str, ...]] = ("xkf:47",)
    due_on: date


@dataclass(frozen=True, slots=True)
class HearingAnnounced(Event):
    """听证公告与通知；再次公告即改期。"""

    BASIS: ClassVar[tuple[str, ...]] = ("xkf:46", "xkf:48")
    ground: HearingGround
    notice_no: str
    hold_on: date
    place: str
    chair: PersonId
    late: bool
    handler: PersonId


@dataclass(frozen=True, slots=True)
class ChairChallenged(Event):
    """申请听证主持人回避。"""

    BASIS: ClassVar[tuple[str, ...]] = ("xkf:48",)
    party: SubjectId
    reasons: str
    handler: PersonId | None


@dataclass(frozen=True, slots=True)
class ChallengeDecided(Event):
    """回避决定。"""

    BASIS: ClassVar[tuple[str, ...]] = ("xkf:48",)
    chair: PersonId | None  # 更换后的主持人；不准回避的没有
    reasons: str
    handler: PersonId


@dataclass(frozen=True, slots=True)
class HearingHeld(Event):
    """举行听证。"""

    BASIS: ClassVar[tuple[str, ...]] = ("xkf:48",)
    held_on: date
    present: tuple[str, ...]
    handler: PersonId


@dataclass(frozen=True, slots=True)
class RecordSigned(Event):
    """听证笔录签字。"""

    BASIS: ClassVar[tuple[str, ...]] = ("xkf:48",)
    record_no: str
    record_sha256: Sha256
    signed_by: tuple[str, ...]
    handler: PersonId


@dataclass(frozen=True, slots=True)
class HearingOverdue(Event):
    """听证逾期未举行。"""

    BASIS: ClassVar[tuple[str, ...]] = ("xkf:47", "xkf:74.2")
    due_on: date


@dataclass(frozen=True, slots=True)
class RecordReliedOn(Event):
    """根据听证笔录作出决定。"""

    BASIS: ClassVar[tuple[str, ...]] = ("xkf:48.2",)
    record_no: str
    decision_no: str


@dataclass(frozen=True, slots=True)
class HearingEnded(Event):
    """听证因办件告结而终止：没有等到听证、笔录用作依据，就告结了。"""

    BASIS: ClassVar[tuple[str, ...]] = ("xkf:47",)
    ended_on: date


HearingEvent: TypeAlias = (
    PartyNotified
    | RightTold
    | HearingRequested
    | RequestLapsed
    | HearingAnnounced
    | ChairChallenged
    | ChallengeDecided
    | HearingHeld
    | RecordSigned
    | HearingOverdue
    | RecordReliedOn
    | HearingEnded
)


# -- state


@dataclass(frozen=True, slots=True)
class Hearing:
    """一次听证走到哪一步；全空即尚无听证。"""

    notified: tuple[PartyNotified, ...] = ()
    told: RightTold | None = None
    request: HearingRequested | None = None
    lapsed: RequestLapsed | None = None
    announced: HearingAnnounced | None = None
    challenge: ChairChallenged | None = None
    ruling: ChallengeDecided | None = None
    held: HearingHeld | None = None
    record: RecordSigned | None = None
    overdue: bool = False
    relied: RecordReliedOn | None = None
    ended: HearingEnded | None = None

    @property
    def is_open(self) -> bool:
        """告知或公告了，还等着申请、举行、签字或者据以决定。"""
        waived = self.lapsed is not None and self.announced is None
        begun = self.told is not None or self.announced is not None
        return begun and not waived and self.relied is None and self.ended is None

    @property
    def may_be_asked(self) -> bool:
        """已告知权利，还没有人申请，也没有过期。"""
        return self.told is not None and self.request is None and self.lapsed is None

    @property
    def is_coming(self) -> bool:
        """已经公告，还没有举行。"""
        return self.announced is not None and self.held is None

    def after(self, event: Event) -> "Hearing":
        """一步接一步；举行之前可以改期、可以申请回避；终止之后再无可变。"""
        if self.ended is not None:
            raise ImpossibleHistory(f"{event} after {self.ended}")
        match event:
            case HearingEnded() if self.is_open:
                return replace(self, ended=event)
            case PartyNotified() if self.record is None:
                return replace(self, notified=(*self.notified, event))
            case RightTold() if self.told is None and self.announced is None:
                return replace(self, told=event)
            case HearingRequested() if self.may_be_asked:
                return replace(self, request=event)
            case RequestLapsed() if self.may_be_asked:
                return replace(self, lapsed=event)
            case HearingAnnounced() if self.held is None:
                return replace(self, announced=event, challenge=None)
            case _:
                return self._after_announcement(event)

    def _after_announcement(self, event: Event) -> "Hearing":
        match event:
            case ChairChallenged() if self.is_coming and self.challenge is None:
                return replace(self, challenge=event)
            case ChallengeDecided() if self.announced is not None and self.challenge is not None:
                chair = event.chair or self.announced.chair
                announced = replace(self.announced, chair=chair)
                return replace(self, announced=announced, challenge=None, ruling=event)
            case HearingHeld() if self.is_coming and self.challenge is None:
                return replace(self, held=event)
            case RecordSigned() if self.held is not None and self.record is None:
                return replace(self, record=event)
            case HearingOverdue() if self.request is not None and self.held is None:
                return replace(self, overdue=True)
            case RecordReliedOn() if self.record is not None and self.relied is None:
                return replace(self, relied=event)
            case _:
                raise ImpossibleHistory(f"{event} after {self}")


BLANK: Final = Hearing()


def standing(state: Hearing) -> Refused:
    """听证现在到了哪一步、由谁办到这一步。"""
    match state:
        case Hearing(ended=HearingEnded(ended_on=day)):
            return Refused(Refusal.HEARING_ENDED, {"on": str(day)})
        case Hearing(record=RecordSigned() as known):
            facts = {"record_no": known.record_no, "handler": known.handler}
            return Refused(Refusal.HEARING_RECORDED, facts)
        case Hearing(held=HearingHeld() as known):
            return Refused(Refusal.HEARING_HELD, {"held_on": str(known.held_on)})
        case Hearing(announced=HearingAnnounced() as known):
            facts = {"hold_on": str(known.hold_on), "notice_no": known.notice_no}
            return Refused(Refusal.HEARING_ANNOUNCED, facts)
        case Hearing(request=HearingRequested() as known):
            facts = {"requested_on": str(known.requested_on), "due_on": str(known.hold_due_on)}
            return Refused(Refusal.HEARING_REQUESTED, facts)
        case Hearing(lapsed=RequestLapsed(due_on=due)):
            return Refused(Refusal.HEARING_LAPSED, {"due_on": str(due)})
        case Hearing(told=RightTold() as known):
            facts = {"notice_no": known.notice_no, "due_on": str(known.apply_due_on)}
            return Refused(Refusal.HEARING_RIGHT_TOLD, facts)
        case _:
            return Refused(Refusal.HEARING_NOT_FOUND)


def in_the_way(state: Hearing, need: HearingNeed, cited: str | None, today: date) -> Refused | None:
    """还不能作决定：该告知的没有告知，该听证的没有听证，或者没有写明所据的笔录。"""
    match state:
        case Hearing(record=RecordSigned(record_no=number)):
            if cited != number:
                return Refused(Refusal.HEARING_RECORD_NOT_CITED, {"record_no": number})
            return None
        case Hearing(announced=None) if need is HearingNeed.MANDATORY:
            return Refused(Refusal.HEARING_REQUIRED)
        case Hearing(told=None, announced=None):
            untold = need is HearingNeed.ON_REQUEST
            return Refused(Refusal.HEARING_NOT_TOLD) if untold else None
        case Hearing(told=RightTold(apply_due_on=due), request=None, announced=None):
            waived = state.lapsed is not None or today > due
            return None if waived else standing(state)
        case _:
            return standing(state)


# -- commands


@dataclass(frozen=True, slots=True)
class NotifyParty:
    """告知利害关系人。"""

    fact: PartyNotified

    def decide(self, state: Hearing) -> Answer:
        """一人告知一次；笔录签字之后不再告知。"""
        for known in state.notified:
            if known.party == self.fact.party:
                facts = {"notice_no": known.notice_no, "handler": known.handler}
                return () if known == self.fact else Refused(Refusal.HEARING_NOTIFIED, facts)
        return standing(state) if state.record else (self.fact,)


@dataclass(frozen=True, slots=True)
class TellRight:
    """告知听证权利。"""

    fact: RightTold

    def decide(self, state: Hearing) -> Answer:
        """写明告知了谁，一次告知。"""
        if state.told == self.fact:
            return ()
        if state.told is not None or state.announced is not None:
            return standing(state)
        if not self.fact.parties:
            return Refused(Refusal.HEARING_NO_PARTY)
        return (self.fact,)


@dataclass(frozen=True, slots=True)
class Request:
    """申请听证；``due_on`` 按现行日历推算。"""

    fact: HearingRequested
    due_on: date

    def decide(self, state: Hearing) -> Answer:
        """被告知的人五日内提出；有一人提出即应听证。"""
        if state.request == self.fact:
            return ()
        if state.told is None:
            return Refused(Refusal.HEARING_NOT_TOLD)
        if state.request is not None or state.announced is not None:
            return standing(state)
        if self.fact.party not in state.told.parties:
            return Refused(Refusal.HEARING_NOT_PARTY, {"subject": self.fact.party})
        if state.lapsed is not None or self.fact.requested_on > self.due_on:
            return Refused(Refusal.HEARING_LAPSED, {"due_on": str(self.due_on)})
        return (self.fact,)


@dataclass(frozen=True, slots=True)
class Lapse:
    """记下逾期未申请。"""

    fact: RequestLapsed
    today: date

    def decide(self, state: Hearing) -> Answer:
        """最后一日过完才算；已经申请或已定听证的无事可办。"""
        if state.told is None:
            return standing(state)
        if state.request or state.lapsed or state.announced:
            return ()
        if self.today <= self.fact.due_on:
            return Refused(Refusal.HEARING_NOT_YET_DUE, {"due_on": str(self.fact.due_on)})
        return (self.fact,)


@dataclass(frozen=True, slots=True)
class Announce:
    """公告并通知听证。

    ``earliest``: the first day that leaves seven working days from now; ``due_on``: the last day
    of the twenty, None where nobody asked; ``reviewers``: who reviewed the application.
    """

    fact: HearingAnnounced
    earliest: date
    due_on: date | None
    reviewers: tuple[PersonId, ...]

    def decide(self, state: Hearing) -> Answer:
        """七日前通知、二十日内举行、主持人没有审查过本件；已来不及的仍须举行，记为逾期。"""
        late = self.due_on is not None and self.fact.hold_on > self.due_on
        fact = replace(self.fact, late=late)
        if state.announced == fact and state.held is None:
            return ()
        if state.held is not None:
            return standing(state)
        if self.fact.ground is HearingGround.REQUESTED and state.request is None:
            return Refused(Refusal.HEARING_NOT_REQUESTED)
        if self.fact.chair in self.reviewers:
            return Refused(Refusal.HEARING_CHAIR_REVIEWED, {"person": self.fact.chair})
        return self._untimely() or (fact,)

    def _untimely(self) -> Refused | None:
        if self.fact.hold_on < self.earliest:
            return Refused(Refusal.HEARING_NOTICE_SHORT, {"on": str(self.earliest)})
        if self.due_on is not None and self.earliest <= self.due_on < self.fact.hold_on:
            return Refused(Refusal.HEARING_TOO_LATE, {"due_on": str(self.due_on)})
        return None


@dataclass(frozen=True, slots=True)
class Challenge:
    """申请主持人回避。"""

    fact: ChairChallenged

    def decide(self, state: Hearing) -> Answer:
        """公告之后、举行之前，说明理由。"""
        if state.challenge == self.fact:
            return ()
        if not state.is_coming:
            return standing(state)
        if state.challenge is not None:
            return Refused(Refusal.HEARING_CHALLENGED, {"subject": state.challenge.party})
        if not self.fact.reasons.strip():
            return Refused(Refusal.CASE_REASONS_MISSING)
        return (self.fact,)


@dataclass(frozen=True, slots=True)
class DecideChallenge:
    """决定回避。``reviewers`` as for :class:`Announce`."""

    fact: ChallengeDecided
    reviewers: tuple[PersonId, ...]

    def decide(self, state: Hearing) -> Answer:
        """准予回避的即换人；新的主持人同样不得审查过本件。"""
        if state.challenge is None or state.announced is None:
            known = state.ruling == self.fact
            return () if known else Refused(Refusal.HEARING_NOT_CHALLENGED)
        if self.fact.chair in {*self.reviewers, state.announced.chair}:
            return Refused(Refusal.HEARING_CHAIR_REVIEWED, {"person": str(self.fact.chair)})
        if not self.fact.reasons.strip():
            return Refused(Refusal.CASE_REASONS_MISSING)
        return (self.fact,)


@dataclass(frozen=True, slots=True)
class Hold:
    """举行听证。``reviewers`` as for :class:`Announce`."""

    fact: HearingHeld
    reviewers: tuple[PersonId, ...]

    def decide(self, state: Hearing) -> Answer:
        """在公告之日，由所定主持人主持；回避申请先作决定。"""
        if state.held == self.fact:
            return ()
        if state.announced is None or state.held is not None:
            return standing(state)
        if state.challenge is not None:
            return Refused(Refusal.HEARING_CHALLENGED, {"subject": state.challenge.party})
        if self.fact.handler != state.announced.chair:
            return Refused(Refusal.HEARING_NOT_CHAIR, {"person": state.announced.chair})
        if self.fact.handler in self.reviewers:
            return Refused(Refusal.HEARING_CHAIR_REVIEWED, {"person": self.fact.handler})
        if self.fact.held_on != state.announced.hold_on:
            return Refused(Refusal.HEARING_DAY, {"on": str(state.announced.hold_on)})
        return (self.fact,)


@dataclass(frozen=True, slots=True)
class Sign:
    """笔录签字。"""

    fact: RecordSigned

    def decide(self, state: Hearing) -> Answer:
        """听证之后，由主持人交参加人确认签字。"""
        if state.record == self.fact:
            return ()
        if state.held is None or state.record is not None:
            return standing(state)
        if self.fact.handler != state.held.handler:
            return Refused(Refusal.HEARING_NOT_CHAIR, {"person": state.held.handler})
        if not self.fact.signed_by:
            return Refused(Refusal.HEARING_UNSIGNED)
        return (self.fact,)


@dataclass(frozen=True, slots=True)
class MarkOverdue:
    """记下听证逾期。"""

    fact: HearingOverdue
    today: date

    def decide(self, state: Hearing) -> Answer:
        """二十日过完还没有举行。"""
        if state.request is None:
            return standing(state)
        if state.held is not None or state.overdue:
            return ()
        if self.today <= self.fact.due_on:
            return Refused(Refusal.HEARING_NOT_YET_DUE, {"due_on": str(self.fact.due_on)})
        return (self.fact,)


@dataclass(frozen=True, slots=True)
class RelyOn:
    """根据笔录作出决定。"""

    fact: RecordReliedOn

    def decide(self, state: Hearing) -> Answer:
        """决定所据的就是这份笔录。"""
        if state.relied == self.fact:
            return ()
        if state.record is None or state.relied is not None:
            return standing(state)
        if state.record.record_no != self.fact.record_no:
            number = state.record.record_no
            return Refused(Refusal.HEARING_RECORD_NOT_CITED, {"record_no": number})
        return (self.fact,)


@dataclass(frozen=True, slots=True)
class End:
    """办件告结。"""

    today: date

    def decide(self, state: Hearing) -> Answer:
        """还开着的听证终止；没有听证、已经了结的无事可办。"""
        return (HearingEnded(self.today),) if state.is_open else ()


Command: TypeAlias = (
    NotifyParty
    | TellRight
    | Request
    | Lapse
    | Announce
    | Challenge
    | DecideChallenge
    | Hold
    | Sign
    | MarkOverdue
    | RelyOn
    | End
)


# -- evolve, decide


def evolve(state: Hearing, event: Event) -> Hearing:
    """一件事发生之后的听证。Raises ImpossibleHistory."""
    return state.after(event)


def decide(state: Hearing, command: Command) -> Answer:
    """该不该办：应记的事件，或依法不予办理。"""
    if state.ended is not None and not isinstance(command, End):
        return standing(state)
    return command.decide(state)


AGGREGATE: Final = Aggregate[Hearing]("hearing", BLANK, evolve)
