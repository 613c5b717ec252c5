"""撤销程序（revocation）：建议、告知、陈述申辩、法制审核、决定或终止。机器只能建议。"""

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import ClassVar, Final, TypeAlias, assert_never

from domain.approval import RevocationGround
from domain.decider import Aggregate, Answer, Event, ImpossibleHistory, Refused
from domain.refusals import Refusal
from domain.terms import CaseNo, CommitmentId, Evidence, LicenceNo, Organ, PersonId, Sha256

PUBLIC_NOTICE_DAYS: Final = 45  # 市场主体登记管理条例实施细则：公告期四十五日，自然日


class FollowUpMeasure(StrEnum):
    """不予撤销之后还要做什么（许可法 69 条三款）。"""

    RECTIFY = "RECTIFY"  # 责令改正
    PENALISE = "PENALISE"  # 依法处罚


# -- events


@dataclass(frozen=True, slots=True)
class Proposed(Event):
    """撤销建议。"""

    BASIS: ClassVar[tuple[str, ...]] = ("xkf:69", "qtgb2021-47:3")
    licence_no: LicenceNo
    case_no: CaseNo
    commitment_id: CommitmentId | None
    ground: RevocationGround
    deciding_organ: Organ  # 作出许可决定的机关
    proposing_organ: Organ
    evidence: tuple[Evidence, ...]
    proposer: PersonId | None  # 空：机器建议


@dataclass(frozen=True, slots=True)
class NoticeServed(Event):
    """撤销前告知。"""

    BASIS: ClassVar[tuple[str, ...]] = ("xkf:7", "xkf:36")
    notice_no: str
    statement_due_on: date
    rectification: Evidence | None  # 责令改正而未改正的证明（先责令整改的事项）
    handler: PersonId


@dataclass(frozen=True, slots=True)
class NoticePublished(Event):
    """撤销公告：当事人无法联系的，告知以公告送达。"""

    BASIS: ClassVar[tuple[str, ...]] = ("ztdjtl:40", "xkf:7")
    notice_no: str
    published_on: date
    statement_due_on: date  # 公告期四十五日的末日
    attempts: tuple[str, ...]  # 无法联系的证明：退件、走访记录的文书号
    rectification: Evidence | None  # 责令改正而未改正的证明（先责令整改的事项）
    handler: PersonId


@dataclass(frozen=True, slots=True)
class StatementHeard(Event):
    """陈述申辩（或期满未提出）。"""

    BASIS: ClassVar[tuple[str, ...]] = ("xkf:7", "xkf:36")
    waived: bool
    record_sha256: Sha256 | None
    handler: PersonId


@dataclass(frozen=True, slots=True)
class LegalReviewed(Event):
    """法制审核与公共利益评估。"""

    BASIS: ClassVar[tuple[str, ...]] = ("xkf:69.3",)
    lawful: bool
    harms_public_interest: bool
    explanation: str
    handler: PersonId


@dataclass(frozen=True, slots=True)
class Decided(Event):
    """撤销决定。"""

    BASIS: ClassVar[tuple[str, ...]] = ("xkf:69",)
    decision_no: str
    reasons: str
    remedies: str
    handler: PersonId


@dataclass(frozen=True, slots=True)
class Dropped(Event):
    """终止撤销。"""

    BASIS: ClassVar[tuple[str, ...]] = ("xkf:69.3",)
    reasons: str
    handler: PersonId


@dataclass(frozen=True, slots=True)
class FollowUpOrdered(Event):
    """不予撤销的后续：责令改正或者依法处罚，由谁、何日以前。"""

    BASIS: ClassVar[tuple[str, ...]] = ("xkf:69.3",)
    measure: FollowUpMeasure
    organ: Organ
    instruction: str
    due_on: date
    handler: PersonId


@dataclass(frozen=True, slots=True)
class FollowUpClosed(Event):
    """后续了结。"""

    BASIS: ClassVar[tuple[str, ...]] = ("xkf:69.3",)
    document_no: str
    result: str
    handler: PersonId


@dataclass(frozen=True, slots=True)
class TakenOver(Event):
    """上级机关提级办理：此后由它继续这一程序，以自己的名义决定。"""

    BASIS: ClassVar[tuple[str, ...]] = ("xkf:69.1",)
    organ: Organ
    document_no: str
    reasons: str
    handler: PersonId


RevocationEvent: TypeAlias = (
    Proposed
    | TakenOver
    | NoticeServed
    | NoticePublished
    | StatementHeard
    | LegalReviewed
    | Decided
    | Dropped
    | FollowUpOrdered
    | FollowUpClosed
)


# -- state


def _by(proposed: Proposed, event: TakenOver) -> Proposed:
    """此后由上级机关办理。"""
    return replace(proposed, deciding_organ=event.organ)


@dataclass(frozen=True, slots=True)
class Nothing:
    """尚无撤销程序。"""

    def after(self, event: Event) -> "State":
        """提出撤销建议。"""
        match event:
            case Proposed():
                return Opened(event)
            case _:
                raise ImpossibleHistory(f"{event} before the proposal")


@dataclass(frozen=True, slots=True)
class Opened:
    """已建议，待告知。"""

    proposed: Proposed

    def after(self, event: Event) -> "State":
        """告知或终止。"""
        match event:
            case NoticeServed() | NoticePublished():
                return Notified(self.proposed, event)
            case Dropped():
                return Closed(self.proposed, event)
            case TakenOver():
                return replace(self, proposed=_by(self.proposed, event))
            case _:
                raise ImpossibleHistory(f"{event} after {self}")


@dataclass(frozen=True, slots=True)
class Notified:
    """已告知，等候陈述申辩。"""

    proposed: Proposed
    notice: NoticeServed | NoticePublished

    def after(self, event: Event) -> "State":
        """陈述申辩、期满未提出或终止。"""
        match event:
            case StatementHeard():
                return Heard(self.proposed, event)
            case Dropped():
                return Closed(self.proposed, event)
            case TakenOver():
                return replace(self, proposed=_by(self.proposed, event))
            case _:
                raise ImpossibleHistory(f"{event} after {self}")


@dataclass(frozen=True, slots=True)
class Heard:
    """已听取陈述申辩，待法制审核。"""

    proposed: Proposed
    heard: StatementHeard

    def after(self, event: Event) -> "State":
        """法制审核或终止。"""
        match event:
            case LegalReviewed():
                return Reviewed(self.proposed, event)
            case Dropped():
                return Closed(self.proposed, event)
            case TakenOver():
                return replace(self, proposed=_by(self.proposed, event))
            case _:
                raise ImpossibleHistory(f"{event} after {self}")


@dataclass(frozen=True, slots=True)
class Reviewed:
    """已法制审核，待决定。"""

    proposed: Proposed
    opinion: LegalReviewed

    def after(self, event: Event) -> "State":
        """撤销或终止。"""
        match event:
            case Decided() | Dropped():
                return Closed(self.proposed, event)
            case TakenOver():
                return replace(self, proposed=_by(self.proposed, event))
            case _:
                raise ImpossibleHistory(f"{event} after {self}")


@dataclass(frozen=True, slots=True)
class Closed:
    """程序已了：撤销或终止。"""

    proposed: Proposed
    by: Decided | Dropped
    follow_up: FollowUpOrdered | None = None
    followed: FollowUpClosed | None = None

    def after(self, event: Event) -> "State":
        """了结之后只有不予撤销的后续。"""
        match event:
            case FollowUpOrdered() if isinstance(self.by, Dropped) and self.follow_up is None:
                return replace(self, follow_up=event)
            case FollowUpClosed() if self.follow_up is not None and self.followed is None:
                return replace(self, followed=event)
            case _:
                raise ImpossibleHistory(f"{event} after {self}")


State: TypeAlias = Nothing | Opened | Notified | Heard | Reviewed | Closed


def standing(state: State) -> Refused:
    """撤销程序现在到了哪一步、由谁办到这一步。"""
    match state:
        case Nothing():
            return Refused(Refusal.REVOCATION_NOT_FOUND)
        case Opened(proposed=proposed):
            return Refused(Refusal.REVOCATION_NOT_NOTIFIED, {"licence_no": proposed.licence_no})
        case Notified(notice=notice):
            facts = {"due_on": str(notice.statement_due_on), "handler": notice.handler}
            return Refused(Refusal.REVOCATION_NOT_HEARD, facts)
        case Heard(heard=heard):
            return Refused(Refusal.REVOCATION_NOT_REVIEWED, {"handler": heard.handler})
        case Reviewed(opinion=opinion):
            return Refused(Refusal.REVOCATION_REVIEWED, {"handler": opinion.handler})
        case Closed(by=end):
            facts = {"handler": str(end.handler)}
            if isinstance(end, Dropped):
                return Refused(Refusal.REVOCATION_DROPPED, facts)
            return Refused(Refusal.REVOCATION_DECIDED, facts | {"decision_no": end.decision_no})
        case never:
            assert_never(never)


# -- commands


@dataclass(frozen=True, slots=True)
class Propose:
    """撤销建议。``breach_found``: the commitment is suspected or confirmed to be broken."""

    fact: Proposed
    breach_found: bool

    def decide(self, state: State) -> Answer:
        """须有证据；以承诺落空为由的，账上须已有疑似或确认落空。"""
        match state:
            case Nothing() if not self.fact.evidence:
                return Refused(Refusal.REVOCATION_NO_EVIDENCE)
            case Nothing():
                broken = self.fact.ground is RevocationGround.COMMITMENT_BROKEN
                if broken and not self.breach_found:
                    licence = {"licence_no": str(self.fact.licence_no)}
                    return Refused(Refusal.REVOCATION_NO_BREACH, licence)
                return (self.fact,)
            case Opened(proposed=known) if known == self.fact:
                return ()
            case _:
                return standing(state)


@dataclass(frozen=True, slots=True)
class Serve:
    """撤销前告知。

    ``breach_confirmed`` by a person; ``rectify_first``: the item's policy wants the breach to be
    set right first, and the kind of breach does not exempt from it.
    """

    fact: NoticeServed | NoticePublished
    breach_confirmed: bool
    rectify_first: bool

    def decide(self, state: State) -> Answer:
        """以承诺落空为由的，须先由人确认；先责令整改的事项，须附整改未果的证明。"""
        match state:
            case Opened() if isinstance(self.fact, NoticePublished) and not self.fact.attempts:
                return Refused(Refusal.REVOCATION_NO_ATTEMPT)
            case Opened(proposed=Proposed(ground=RevocationGround.COMMITMENT_BROKEN)):
                if not self.breach_confirmed:
                    return Refused(Refusal.REVOCATION_BREACH_UNCONFIRMED)
                if self.rectify_first and self.fact.rectification is None:
                    return Refused(Refusal.REVOCATION_RECTIFY_FIRST)
                return (self.fact,)
            case Opened():
                return (self.fact,)
            case Notified(notice=known) if known == self.fact:
                return ()
            case _:
                return standing(state)


@dataclass(frozen=True, slots=True)
class Hear:
    """陈述申辩。"""

    fact: StatementHeard
    today: date

    def decide(self, state: State) -> Answer:
        """听取的须有笔录；未提出的，期满之日过完才算放弃。"""
        match state:
            case Notified(notice=notice) if self.fact.waived:
                due = notice.statement_due_on
                if self.today <= due:
                    return Refused(Refusal.REVOCATION_STATEMENT_OPEN, {"due_on": str(due)})
                return (self.fact,)
            case Notified() if self.fact.record_sha256 is None:
                return Refused(Refusal.REVOCATION_NO_RECORD)
            case Notified():
                return (self.fact,)
            case Heard(heard=known) if known == self.fact:
                return ()
            case _:
                return standing(state)


@dataclass(frozen=True, slots=True)
class ReviewLegality:
    """法制审核。"""

    fact: LegalReviewed

    def decide(self, state: State) -> Answer:
        """法制审核人不得是建议人。"""
        match state:
            case Heard(proposed=Proposed(proposer=proposer)) if proposer == self.fact.handler:
                return Refused(Refusal.DUTY_SAME_PERSON, {"person": self.fact.handler})
            case Heard():
                return (self.fact,)
            case Reviewed(opinion=known) if known == self.fact:
                return ()
            case _:
                return standing(state)


@dataclass(frozen=True, slots=True)
class Decide:
    """撤销决定。``confirmer``: the person who confirmed the breach, where that is the ground."""

    fact: Decided
    confirmer: PersonId | None

    def decide(self, state: State) -> Answer:
        """公共利益把关（69 条三款）；决定人与建议、确认、法制审核的人都不同（SD6）。"""
        match state:
            case Reviewed():
                return self._revoke(state)
            case Closed(by=known) if known == self.fact:
                return ()
            case _:
                return standing(state)

    def _revoke(self, state: Reviewed) -> Answer:
        if state.opinion.harms_public_interest:
            return Refused(Refusal.REVOCATION_PUBLIC_INTEREST)
        if not state.opinion.lawful:
            return Refused(Refusal.REVOCATION_UNLAWFUL, {"handler": state.opinion.handler})
        if not (self.fact.reasons.strip() and self.fact.remedies.strip()):
            return Refused(Refusal.CASE_REASONS_MISSING)
        others = {state.proposed.proposer, self.confirmer, state.opinion.handler}
        if self.fact.handler in others:
            return Refused(Refusal.DUTY_SAME_PERSON, {"person": self.fact.handler})
        return (self.fact,)


@dataclass(frozen=True, slots=True)
class Drop:
    """终止撤销。``follow_up``: what is still to be done although nothing is revoked."""

    fact: Dropped
    follow_up: FollowUpOrdered | None = None

    def decide(self, state: State) -> Answer:
        """任何一步都可以终止，须说明理由；为公共利益不撤的，须有后续（规则 20）。"""
        match state:
            case Opened() | Notified() | Heard() | Reviewed():
                if not self.fact.reasons.strip():
                    return Refused(Refusal.CASE_REASONS_MISSING)
                harmful = isinstance(state, Reviewed) and state.opinion.harms_public_interest
                if harmful and self.follow_up is None:
                    return Refused(Refusal.REVOCATION_FOLLOW_UP_NEEDED)
                return (self.fact, self.follow_up) if self.follow_up else (self.fact,)
            case Closed(by=known) if known == self.fact:
                return ()
            case _:
                return standing(state)


@dataclass(frozen=True, slots=True)
class CloseFollowUp:
    """后续了结。"""

    fact: FollowUpClosed

    def decide(self, state: State) -> Answer:
        """写明结果与文书，一次。"""
        match state:
            case Closed(followed=known) if known == self.fact:
                return ()
            case Closed(follow_up=FollowUpOrdered(), followed=None):
                if not self.fact.result.strip():
                    return Refused(Refusal.CASE_REASONS_MISSING)
                return (self.fact,)
            case _:
                return Refused(Refusal.REVOCATION_NO_FOLLOW_UP)


@dataclass(frozen=True, slots=True)
class TakeOver:
    """上级机关提级办理。``superior``: the organ is one above the organ that now conducts it."""

    fact: TakenOver
    superior: bool

    def decide(self, state: State) -> Answer:
        """程序未了，由登记的上级机关，写明文件与理由；已由它办理的无事可办。"""
        match state:
            case Opened() | Notified() | Heard() | Reviewed():
                return self._take(state.proposed.deciding_organ)
            case _:
                return standing(state)

    def _take(self, now: Organ) -> Answer:
        if now == self.fact.organ:
            return ()
        if not self.superior:
            return Refused(Refusal.REVOCATION_NOT_SUPERIOR, {"organ": now})
        if not (self.fact.document_no.strip() and self.fact.reasons.strip()):
            return Refused(Refusal.CASE_REASONS_MISSING)
        return (self.fact,)


Command: TypeAlias = (
    Propose | Serve | Hear | ReviewLegality | Decide | Drop | CloseFollowUp | TakeOver
)


# -- evolve, decide


def evolve(state: State, event: Event) -> State:
    """一件事发生之后的撤销程序。Raises ImpossibleHistory."""
    return state.after(event)


def decide(state: State, command: Command) -> Answer:
    """该不该办：应记的事件，或依法不予办理。"""
    return command.decide(state)


AGGREGATE: Final = Aggregate[State]("revocation", Nothing(), evolve)
