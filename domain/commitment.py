"""告知承诺（commitment）：申请人的承诺，从作出到履行或失效。"""

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar, Final, TypeAlias, assert_never

from domain.decider import Aggregate, Answer, Event, ImpossibleHistory, Refused
from domain.refusals import Refusal
from domain.terms import CaseNo, Evidence, ItemCode, LicenceNo, PersonId, Sha256, SubjectId


class CommitmentKind(StrEnum):
    """告知承诺制与自证承诺制（机制 3）。"""

    NOTIFICATION = "NOTIFICATION"
    SELF_PROOF = "SELF_PROOF"


class BreachGround(StrEnum):
    """承诺落空的四种情形（泉台管办〔2021〕47号 自律承诺制）与虚假承诺。"""

    NOT_SUPPLIED = "NOT_SUPPLIED"  # 约定期限内未提交
    NOT_CONFORMING = "NOT_CONFORMING"  # 材料不符合要求
    NOT_AS_PROMISED = "NOT_AS_PROMISED"  # 不符合承诺内容
    CONDITIONS_NOT_MET = "CONDITIONS_NOT_MET"  # 不满足审批条件
    FALSE_PROMISE = "FALSE_PROMISE"  # 虚假承诺


class BreachPolicy(StrEnum):
    """承诺落空后的处理路径（Table C-policy）。"""

    REVOKE = "REVOKE"  # 依法撤销
    RECTIFY_FIRST = "RECTIFY_FIRST"  # 先责令限期整改


class VoidReason(StrEnum):
    """承诺终止的原因。"""

    LICENCE_REVOKED = "LICENCE_REVOKED"  # 所依许可被撤销
    LICENCE_ENDED = "LICENCE_ENDED"  # 所依许可撤回、吊销、届满或注销
    APPLICATION_REJECTED = "APPLICATION_REJECTED"  # 申请未获准予


@dataclass(frozen=True, slots=True)
class Promise:
    """一项承诺补交的材料与期限；期限末日遇休假的已顺延（民法典 203 条）。"""

    name: str
    due_on: date


# -- events


@dataclass(frozen=True, slots=True)
class Made(Event):
    """作出承诺。"""

    BASIS: ClassVar[tuple[str, ...]] = ("gbf2020-42", "qtgb2021-47:3")
    case_no: CaseNo
    kind: CommitmentKind
    item_code: ItemCode
    item_version: int
    text_sha256: Sha256
    promises: tuple[Promise, ...]
    signer: SubjectId
    verification_due_on: date
    breach_policy: BreachPolicy


@dataclass(frozen=True, slots=True)
class ReliedOn(Event):
    """审批机关依承诺作出决定。"""

    BASIS: ClassVar[tuple[str, ...]] = ("qtgb2021-47:3",)
    licence_no: LicenceNo
    decision_no: str


@dataclass(frozen=True, slots=True)
class MaterialSupplied(Event):
    """按约补交材料。"""

    BASIS: ClassVar[tuple[str, ...]] = ("qtgb2021-47:3",)
    name: str
    sha256: Sha256
    received_at: datetime


@dataclass(frozen=True, slots=True)
class MaterialAssessed(Event):
    """补交材料核查。"""

    BASIS: ClassVar[tuple[str, ...]] = ("qtgb2021-47:3",)
    name: str
    conforming: bool
    explanation: str
    handler: PersonId


@dataclass(frozen=True, slots=True)
class SupplementOverdue(Event):
    """逾期未补交。"""

    BASIS: ClassVar[tuple[str, ...]] = ("qtgb2021-47:3", "mfd:203")
    name: str
    due_on: date


@dataclass(frozen=True, slots=True)
class BreachSuspected(Event):
    """疑似承诺不实（机器或监管发现，待人确认）。"""

    BASIS: ClassVar[tuple[str, ...]] = ("qtgb2021-47:3",)
    ground: BreachGround
    evidence: tuple[Evidence, ...]
    found_by: tuple[PersonId, ...]  # 检查人员或监管报告人，不得由其确认（SD6）；空：机器发现


@dataclass(frozen=True, slots=True)
class BreachConfirmed(Event):
    """确认承诺落空。"""

    BASIS: ClassVar[tuple[str, ...]] = ("qtgb2021-47:3",)
    ground: BreachGround
    explanation: str
    handler: PersonId


@dataclass(frozen=True, slots=True)
class BreachDismissed(Event):
    """经核实不成立。"""

    BASIS: ClassVar[tuple[str, ...]] = ("qtgb2021-47:3",)
    explanation: str
    handler: PersonId


@dataclass(frozen=True, slots=True)
class Fulfilled(Event):
    """承诺履行完毕。"""

    BASIS: ClassVar[tuple[str, ...]] = ("qtgb2021-47:3",)
    verified_on: date


@dataclass(frozen=True, slots=True)
class Voided(Event):
    """承诺终止：许可被撤销、许可终结或申请未获准予。"""

    BASIS: ClassVar[tuple[str, ...]] = ("qtgb2021-47:3",)
    reason: VoidReason
    reference: str  # 撤销程序号、许可证号或决定书号


CommitmentEvent: TypeAlias = (
    Made
    | ReliedOn
    | MaterialSupplied
    | MaterialAssessed
    | SupplementOverdue
    | BreachSuspected
    | BreachConfirmed
    | BreachDismissed
    | Fulfilled
    | Voided
)


# -- state


@dataclass(frozen=True, slots=True)
class Paper:
    """一份承诺补交的材料及其现状。"""

    promise: Promise
    supplied: MaterialSupplied | None = None
    assessed: MaterialAssessed | None = None
    overdue: bool = False


@dataclass(frozen=True, slots=True)
class Nothing:
    """尚无承诺。"""

    def after(self, event: Event) -> "State":
        """作出承诺。"""
        match event:
            case Made():
                return Live(event, tuple(Paper(promise) for promise in event.promises))
            case _:
                raise ImpossibleHistory(f"{event} before the promise")


@dataclass(frozen=True, slots=True)
class Live:
    """有效的承诺，等候补交与核查。"""

    made: Made
    papers: tuple[Paper, ...]
    relied: ReliedOn | None = None

    def paper(self, name: str) -> Paper | None:
        """名下的材料；没有承诺过的没有。"""
        return next((paper for paper in self.papers if paper.promise.name == name), None)

    @property
    def unproven(self) -> tuple[str, ...]:
        """还没有补交并核查相符的材料。"""
        return tuple(
            paper.promise.name
            for paper in self.papers
            if paper.assessed is None or not paper.assessed.conforming
        )

    def after(self, event: Event) -> "State":
        """依承诺决定、疑似落空、履行完毕或终止；材料上的事见 on_paper。"""
        match event:
            case ReliedOn():
                return replace(self, relied=event)
            case BreachSuspected():
                return Suspected(self, (event,))
            case Fulfilled() | Voided():
                return Closed(self.made, event)
            case MaterialSupplied() | MaterialAssessed() | SupplementOverdue():
                return self.on_paper(event)
            case _:
                raise ImpossibleHistory(f"{event} after {self}")

    def on_paper(self, event: MaterialSupplied | MaterialAssessed | SupplementOverdue) -> "Live":
        """补交、核查、逾期：只动那一份材料。重新补交的须重新核查。"""
        paper = self.paper(event.name)
        if paper is None:
            raise ImpossibleHistory(f"{event} was never promised")
        match event:
            case MaterialSupplied():
                changed = replace(paper, supplied=event, assessed=None)
            case MaterialAssessed():
                changed = replace(paper, assessed=event)
            case _:
                changed = replace(paper, overdue=True)
        return replace(self, papers=tuple(changed if p is paper else p for p in self.papers))


@dataclass(frozen=True, slots=True)
class Suspected:
    """疑似落空，待审批机关的人确认。"""

    live: Live
    suspicions: tuple[BreachSuspected, ...]

    @property
    def made(self) -> Made:
        """所疑的承诺。"""
        return self.live.made

    @property
    def grounds(self) -> tuple[BreachGround, ...]:
        """所疑的各种情形。"""
        return tuple(one.ground for one in self.suspicions)

    @property
    def finders(self) -> frozenset[PersonId]:
        """检查、报告过此事的人：不得由其确认。"""
        return frozenset(person for one in self.suspicions for person in one.found_by)

    def after(self, event: Event) -> "State":
        """确认、否定或终止；其间材料照收照查。"""
        match event:
            case BreachConfirmed():
                return Broken(self.live, event)
            case BreachSuspected():
                return replace(self, suspicions=(*self.suspicions, event))
            case BreachDismissed():
                return self.live
            case Voided():
                return Closed(self.live.made, event)
            case MaterialSupplied() | MaterialAssessed() | SupplementOverdue():
                return replace(self, live=self.live.on_paper(event))
            case _:
                raise ImpossibleHistory(f"{event} after {self}")


@dataclass(frozen=True, slots=True)
class Broken:
    """已由人确认落空。"""

    live: Live
    confirmation: BreachConfirmed

    @property
    def made(self) -> Made:
        """已落空的承诺。"""
        return self.live.made

    def after(self, event: Event) -> "State":
        """所依许可被撤销，或许可先已终结。"""
        match event:
            case Voided():
                return Closed(self.live.made, event)
            case _:
                raise ImpossibleHistory(f"{event} after {self}")


@dataclass(frozen=True, slots=True)
class Closed:
    """承诺已了：履行完毕或终止。"""

    made: Made
    by: Fulfilled | Voided

    def after(self, event: Event) -> "State":
        """了结之后再无承诺上的事。"""
        raise ImpossibleHistory(f"{event} after {self}")


State: TypeAlias = Nothing | Live | Suspected | Broken | Closed


def standing(state: State) -> Refused:
    """承诺现在到了哪一步。"""
    match state:
        case Nothing():
            return Refused(Refusal.COMMITMENT_NOT_FOUND)
        case Live(made=made):
            return Refused(Refusal.COMMITMENT_NOT_SUSPECTED, {"case_no": made.case_no})
        case Suspected(grounds=grounds):
            return Refused(Refusal.COMMITMENT_SUSPECTED, {"ground": "、".join(grounds)})
        case Broken(confirmation=known):
            facts = {"ground": str(known.ground), "handler": known.handler}
            return Refused(Refusal.COMMITMENT_BROKEN, facts)
        case Closed(by=end):
            if isinstance(end, Fulfilled):
                day = {"verified_on": str(end.verified_on)}
                return Refused(Refusal.COMMITMENT_FULFILLED, day)
            facts = {"reason": str(end.reason), "reference": end.reference}
            return Refused(Refusal.COMMITMENT_VOIDED, facts)
        case never:
            assert_never(never)


# -- commands


@dataclass(frozen=True, slots=True)
class Make:
    """作出承诺。``allowed`` and ``on_list`` are of the item version of the application day."""

    fact: Made
    allowed: bool
    on_list: tuple[str, ...]
    today: date

    def decide(self, state: State) -> Answer:
        """事项可以承诺，承诺的材料都在承诺制材料清单上，期限在将来（规则 16）。"""
        match state:
            case Nothing():
                return self._refusal() or (self.fact,)
            case Live(made=known) if known == self.fact:
                return ()
            case _:
                return Refused(Refusal.COMMITMENT_EXISTS, {"case_no": state.made.case_no})

    def _refusal(self) -> Refused | None:
        names = [promise.name for promise in self.fact.promises]
        strangers = [name for name in names if name not in self.on_list]
        if not self.allowed:
            return Refused(Refusal.COMMITMENT_NOT_ALLOWED, {"item_code": self.fact.item_code})
        if not names or len(set(names)) < len(names):
            return Refused(Refusal.COMMITMENT_EMPTY)
        if strangers:
            return Refused(Refusal.COMMITMENT_NOT_ON_LIST, {"materials": "、".join(strangers)})
        if min(promise.due_on for promise in self.fact.promises) <= self.today:
            return Refused(Refusal.COMMITMENT_DUE_PASSED, {"today": str(self.today)})
        return None


@dataclass(frozen=True, slots=True)
class RelyOn:
    """审批机关依承诺作出决定。"""

    fact: ReliedOn

    def decide(self, state: State) -> Answer:
        """只依有效的、未被疑为落空的承诺，一次。"""
        match state:
            case Live(relied=None):
                return (self.fact,)
            case Live(relied=known) if known == self.fact:
                return ()
            case Live(relied=ReliedOn() as known):
                licence = {"licence_no": str(known.licence_no)}
                return Refused(Refusal.COMMITMENT_ALREADY_RELIED, licence)
            case _:
                return standing(state)


@dataclass(frozen=True, slots=True)
class Supply:
    """补交材料。``due_on`` is rolled over; ``received_on`` is the day in Beijing."""

    fact: MaterialSupplied
    due_on: date
    received_on: date

    def decide(self, state: State) -> Answer:
        """只收承诺过的材料；期满（含顺延）之后的是迟交，不能当作履行。"""
        match state:
            case Live() as live:
                return self._take(live)
            case Suspected(live=live):
                return self._take(live)
            case _:
                return standing(state)

    def _take(self, live: Live) -> Answer:
        paper = live.paper(self.fact.name)
        if paper is None:
            return Refused(Refusal.COMMITMENT_NOT_PROMISED, {"material": self.fact.name})
        if paper.supplied == self.fact:
            return ()
        if self.received_on > self.due_on:
            facts = {"material": self.fact.name, "due_on": str(self.due_on)}
            return Refused(Refusal.COMMITMENT_TOO_LATE, facts)
        return (self.fact,)


@dataclass(frozen=True, slots=True)
class Assess:
    """核查补交的材料。"""

    fact: MaterialAssessed

    def decide(self, state: State) -> Answer:
        """补交了才有核查；已核查的，重新补交后再查。"""
        match state:
            case Live() as live:
                return self._judge(live)
            case Suspected(live=live):
                return self._judge(live)
            case _:
                return standing(state)

    def _judge(self, live: Live) -> Answer:
        paper = live.paper(self.fact.name)
        if paper is None or paper.supplied is None:
            return Refused(Refusal.COMMITMENT_NOT_SUPPLIED, {"material": self.fact.name})
        if paper.assessed == self.fact:
            return ()
        if paper.assessed is not None:
            facts = {"material": self.fact.name, "handler": paper.assessed.handler}
            return Refused(Refusal.COMMITMENT_ALREADY_ASSESSED, facts)
        return (self.fact,)


@dataclass(frozen=True, slots=True)
class MarkOverdue:
    """记下逾期未补交。"""

    fact: SupplementOverdue
    today: date

    def decide(self, state: State) -> Answer:
        """期满（含顺延）之日过完，次日起才算（规则 18）；已了的承诺无可再记。"""
        match state:
            case Nothing():
                return standing(state)
            case Live() as live:
                return self._mark(live)
            case Suspected(live=live):
                return self._mark(live)
            case Broken() | Closed():
                return ()
            case never:
                assert_never(never)

    def _mark(self, live: Live) -> Answer:
        paper = live.paper(self.fact.name)
        if paper is None:
            return Refused(Refusal.COMMITMENT_NOT_PROMISED, {"material": self.fact.name})
        if paper.supplied is not None or paper.overdue:
            return ()
        if self.today <= self.fact.due_on:
            return Refused(Refusal.COMMITMENT_NOT_YET_DUE, {"due_on": str(self.fact.due_on)})
        return (self.fact,)


@dataclass(frozen=True, slots=True)
class Suspect:
    """疑似落空。"""

    fact: BreachSuspected

    def decide(self, state: State) -> Answer:
        """须有证据，且与账上的事实相符；同一情形不重复记，已确认落空的不必再疑。"""
        match state:
            case Live():
                return self._on(state)
            case Suspected(grounds=known) if self.fact.ground in known:
                return ()
            case Suspected(live=live):
                return self._on(live)
            case Broken() | Closed(by=Voided()):
                return ()
            case _:
                return standing(state)

    def _on(self, live: Live) -> Answer:
        if not self.fact.evidence:
            return Refused(Refusal.COMMITMENT_NO_EVIDENCE)
        if not self._borne_out(live):
            return Refused(Refusal.COMMITMENT_NOT_BORNE_OUT, {"ground": self.fact.ground})
        return (self.fact,)

    def _borne_out(self, live: Live) -> bool:
        match self.fact.ground:
            case BreachGround.NOT_SUPPLIED:
                return any(paper.overdue for paper in live.papers)
            case BreachGround.NOT_CONFORMING:
                return any(
                    paper.assessed and not paper.assessed.conforming for paper in live.papers
                )
            case _:
                return True


@dataclass(frozen=True, slots=True)
class Confirm:
    """确认落空。"""

    fact: BreachConfirmed

    def decide(self, state: State) -> Answer:
        """由审批机关未参加检查、未报告此事的人确认（SD6）。"""
        match state:
            case Suspected():
                return _by_another(state, self.fact.handler, self.fact)
            case Broken(confirmation=known) if known == self.fact:
                return ()
            case _:
                return standing(state)


@dataclass(frozen=True, slots=True)
class Dismiss:
    """否定落空。"""

    fact: BreachDismissed

    def decide(self, state: State) -> Answer:
        """同样由未参加检查的人核实（SD6）。"""
        match state:
            case Suspected():
                return _by_another(state, self.fact.handler, self.fact)
            case _:
                return standing(state)


@dataclass(frozen=True, slots=True)
class Fulfil:
    """履行完毕。"""

    fact: Fulfilled

    def decide(self, state: State) -> Answer:
        """已依承诺作出决定，且承诺的材料全部补交、核查相符。"""
        match state:
            case Live(relied=None):
                return Refused(Refusal.COMMITMENT_NOT_RELIED)
            case Live() if state.unproven:
                facts = {"materials": "、".join(state.unproven)}
                return Refused(Refusal.COMMITMENT_UNPROVEN, facts)
            case Live():
                return (self.fact,)
            case Closed(by=known) if known == self.fact:
                return ()
            case _:
                return standing(state)


@dataclass(frozen=True, slots=True)
class Void:
    """终止。"""

    fact: Voided

    def decide(self, state: State) -> Answer:
        """未了结的承诺随许可或申请而终止。"""
        match state:
            case Live() | Suspected() | Broken():
                return (self.fact,)
            case Closed(by=known) if known == self.fact:
                return ()
            case _:
                return standing(state)


Command: TypeAlias = (
    Make | RelyOn | Supply | Assess | MarkOverdue | Suspect | Confirm | Dismiss | Fulfil | Void
)


def _by_another(state: Suspected, handler: PersonId, fact: Event) -> Answer:
    if handler in state.finders:
        return Refused(Refusal.DUTY_SAME_PERSON, {"person": handler})
    return (fact,)


# -- evolve, decide


def evolve(state: State, event: Event) -> State:
    """一件事发生之后的承诺。Raises ImpossibleHistory."""
    return state.after(event)


def decide(state: State, command: Command) -> Answer:
    """该不该办：应记的事件，或依法不予办理。"""
    return command.decide(state)


AGGREGATE: Final = Aggregate[State]("commitment", Nothing(), evolve)
