"""风险等级（risk）：一个监管对象的分类、人工调整与异议。等级只影响以后冻结的名单（机制 L-38g）。

The arithmetic: of the facts of the rule's months, each scores its points; of one matter (a broken
promise, the finding that showed it, the revocation, the record) only the heaviest counts; the sum
gives the class; a newcomer's is never better than the one registered. An unchanged class makes no
event: ``scoring.month_begun.v1`` says that everybody was classified and by which version.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import ClassVar, Final, TypeAlias, cast

from domain.deadlines import months_after
from domain.decider import Aggregate, Answer, Event, ImpossibleHistory, Refused
from domain.refusals import Refusal
from domain.scoring import MonthBegun, RiskClass, RiskFactor, ScoringPublished
from domain.terms import Evidence, Organ, PersonId

OVERRIDE_MONTHS: Final = 3  # 人工调整至长三个月：分类按月，例外不长于一季


@dataclass(frozen=True, slots=True)
class RiskFact:
    """可以计分的一件事；``matter`` 相同的是同一件事的几步。"""

    source_event: str
    factor: RiskFactor
    happened_on: date
    matter: str


@dataclass(frozen=True, slots=True)
class RiskReason:
    """分类所据的一件事与所计的分；同一件事里不是最重的计零分。"""

    source_event: str
    factor: RiskFactor
    happened_on: date
    matter: str
    points: int


class ClassifiedFor(StrEnum):
    """因何分类。"""

    MONTHLY = "MONTHLY"  # 每月分类
    OBJECTION = "OBJECTION"  # 异议成立，重新计分


class OverrideEnd(StrEnum):
    """人工调整因何结束。"""

    EXPIRED = "EXPIRED"  # 到期
    LIFTED = "LIFTED"  # 提前解除
    OBJECTION = "OBJECTION"  # 异议成立


# -- events


@dataclass(frozen=True, slots=True)
class Classified(Event):
    """风险等级变更。"""

    BASIS: ClassVar[tuple[str, ...]] = ("gsjxf2022-6",)
    month: date
    cause: ClassifiedFor
    risk_class: RiskClass
    before: str  # A–D，原来的等级
    points: int
    reasons: tuple[RiskReason, ...]
    newcomer: bool  # 在册未满期，不优于登记的等级
    registered_class: str  # A–D
    rule_version: int
    document_no: str  # 计分办法的文号：所依


@dataclass(frozen=True, slots=True)
class Overridden(Event):
    """风险等级人工调整（须第二人）。"""

    BASIS: ClassVar[tuple[str, ...]] = ("gsjxf2022-6",)
    risk_class: RiskClass
    before: str  # A–D，原来的等级
    reasons: str
    last_day: date
    department: Organ
    handler: PersonId
    second: PersonId


@dataclass(frozen=True, slots=True)
class OverrideEnded(Event):
    """风险等级人工调整结束。"""

    BASIS: ClassVar[tuple[str, ...]] = ("gsjxf2022-6",)
    cause: OverrideEnd
    risk_class: RiskClass  # 此后的等级
    before: str  # A–D，原来的等级
    handler: PersonId | None  # 到期由机器记下


@dataclass(frozen=True, slots=True)
class Objected(Event):
    """对风险等级提出异议。"""

    BASIS: ClassVar[tuple[str, ...]] = ("gsjxf2022-6", "gbf2020-49")
    objection_no: str
    grounds: str
    evidence: tuple[Evidence, ...]
    lodged_on: date
    due_on: date
    handler: PersonId | None  # 自己提出的为空


@dataclass(frozen=True, slots=True)
class ObjectionDecided(Event):
    """风险等级异议答复。"""

    BASIS: ClassVar[tuple[str, ...]] = ("gsjxf2022-6", "gbf2020-49")
    objection_no: str
    upheld: bool
    struck: tuple[str, ...]  # 从此不再计分的事（事件编号）
    lifts_override: bool
    explanation: str
    department: Organ
    handler: PersonId


RiskEvent: TypeAlias = Classified | Overridden | OverrideEnded | Objected | ObjectionDecided


# -- state


@dataclass(frozen=True, slots=True)
class Standing:
    """一个对象的等级；什么也没有的以登记的等级为准。"""

    classified: Classified | None = None
    override: Overridden | None = None
    objection: Objected | None = None  # 还没有答复的
    answered: tuple[ObjectionDecided, ...] = ()

    @property
    def struck(self) -> frozenset[str]:
        """异议成立而不再计分的事。"""
        return frozenset(one for answer in self.answered for one in answer.struck)

    def computed(self, registered: RiskClass) -> RiskClass:
        """计分所得的等级；还没有分类的为登记的等级。"""
        return registered if self.classified is None else self.classified.risk_class

    def present(self, registered: RiskClass, today: date) -> RiskClass:
        """今日的等级：没有到期的人工调整，其次是计分所得的。"""
        if self.override is not None and today <= self.override.last_day:
            return self.override.risk_class
        return self.computed(registered)


# -- the arithmetic


@dataclass(frozen=True, slots=True)
class Scored:
    """计分的结果。"""

    risk_class: RiskClass
    points: int
    reasons: tuple[RiskReason, ...]


def score(
    facts: Iterable[RiskFact],
    rule: ScoringPublished,
    day: date,
    *,
    registered: RiskClass,
    newcomer: bool,
) -> Scored:
    """依办法计分：只看期内的事，同一件事只计最重的一步（同重的计在先的）。"""
    since = months_after(day, -rule.window_months)
    within = sorted(
        (one for one in facts if since < one.happened_on <= day),
        key=lambda one: (one.happened_on, one.source_event, one.factor),
    )
    heaviest: dict[str, RiskFact] = {}
    for one in within:
        known = heaviest.setdefault(one.matter, one)
        if rule.points(one.factor) > rule.points(known.factor):
            heaviest[one.matter] = one
    reasons = tuple(
        RiskReason(
            one.source_event,
            one.factor,
            one.happened_on,
            one.matter,
            rule.points(one.factor) if heaviest[one.matter] is one else 0,
        )
        for one in within
    )
    points = sum(one.points for one in reasons)
    found = rule.class_of(points)
    return Scored(max(found, registered) if newcomer else found, points, reasons)


# -- commands


@dataclass(frozen=True, slots=True)
class Classify:
    """依当月的办法分类。``known_since``: the day on which the subject entered the register."""

    begun: MonthBegun
    rule: ScoringPublished
    facts: tuple[RiskFact, ...]
    registered: RiskClass
    known_since: date

    def decide(self, state: Standing) -> Answer:
        """等级变了才记；该月或其后已经分过类的不重来。"""
        if state.classified is not None and state.classified.month >= self.begun.month:
            return ()
        day = self.begun.classified_on
        newcomer = months_after(self.known_since, self.rule.newcomer_months) > day
        counted = (one for one in self.facts if one.source_event not in state.struck)
        scored = score(counted, self.rule, day, registered=self.registered, newcomer=newcomer)
        before = state.computed(self.registered)
        if scored.risk_class is before:
            return ()
        return (
            Classified(
                month=self.begun.month,
                cause=ClassifiedFor.MONTHLY,
                risk_class=scored.risk_class,
                before=before.value,
                points=scored.points,
                reasons=scored.reasons,
                newcomer=newcomer,
                registered_class=self.registered.value,
                rule_version=self.rule.version,
                document_no=self.rule.document_no,
            ),
        )


@dataclass(frozen=True, slots=True)
class Override:
    """人工调整。``fact.before`` is set here. ``today`` is Beijing's."""

    fact: Overridden
    registered: RiskClass
    today: date

    def decide(self, state: Standing) -> Answer:
        """写明理由，第二人同意，至长三个月；现有的调整先解除。"""
        fact = self.fact
        known = state.override
        if known is not None:
            same = replace(known, before=fact.before) == fact
            return () if same else _overridden(known)
        if not fact.reasons.strip():
            return Refused(Refusal.RISK_NO_REASON)
        if fact.handler == fact.second:
            return Refused(Refusal.RISK_SAME_PERSON, {"person": fact.handler})
        longest = months_after(self.today, OVERRIDE_MONTHS)
        if not self.today <= fact.last_day <= longest:
            facts = {"last_day": str(fact.last_day), "longest": str(longest)}
            return Refused(Refusal.RISK_OVERRIDE_PERIOD, facts)
        before = state.computed(self.registered)
        if fact.risk_class is before:
            return Refused(Refusal.RISK_SAME_CLASS, {"risk_class": before})
        return (replace(fact, before=before.value),)


def _overridden(known: Overridden) -> Refused:
    facts = {"risk_class": known.risk_class.value, "last_day": str(known.last_day)}
    return Refused(Refusal.RISK_OVERRIDDEN, facts)


@dataclass(frozen=True, slots=True)
class EndOverride:
    """解除人工调整，或记下到期（``handler`` 空）。``today`` is Beijing's."""

    registered: RiskClass
    handler: PersonId | None
    today: date

    def decide(self, state: Standing) -> Answer:
        """没有调整的无事可办；机器只记到期。"""
        known = state.override
        if known is None:
            return ()
        expired = self.today > known.last_day
        if self.handler is None and not expired:
            return Refused(Refusal.RISK_NOT_YET_DUE, {"due_on": str(known.last_day)})
        cause = OverrideEnd.EXPIRED if expired else OverrideEnd.LIFTED
        return (_ended(state, cause, self.registered, self.handler),)


def _ended(
    state: Standing, cause: OverrideEnd, registered: RiskClass, handler: PersonId | None
) -> OverrideEnded:
    known = state.override
    if known is None:
        raise ImpossibleHistory(f"no override in {state}")
    return OverrideEnded(cause, state.computed(registered), known.risk_class.value, handler)


@dataclass(frozen=True, slots=True)
class Object:
    """提出异议。"""

    fact: Objected

    def decide(self, state: Standing) -> Answer:
        """对分类或者人工调整提出；写明理由，一次一件，答复了的可以另提。"""
        if state.objection is not None:
            same = replace(state.objection, due_on=self.fact.due_on) == self.fact
            number = {"objection_no": state.objection.objection_no}
            return () if same else Refused(Refusal.RISK_OBJECTION_OPEN, number)
        if any(one.objection_no == self.fact.objection_no for one in state.answered):
            number = {"objection_no": self.fact.objection_no}
            return Refused(Refusal.RISK_OBJECTION_ANSWERED, number)
        if state.classified is None and state.override is None:
            return Refused(Refusal.RISK_NOT_CLASSIFIED)
        if not self.fact.grounds.strip():
            return Refused(Refusal.RISK_NO_REASON)
        return (self.fact,)


@dataclass(frozen=True, slots=True)
class AnswerObjection:
    """答复异议。``rule`` 是现行分类所依的办法。"""

    fact: ObjectionDecided
    registered: RiskClass
    rule: ScoringPublished | None

    def decide(self, state: Standing) -> Answer:
        """成立的，须写明哪几件事不计或者调整解除；等级随即重算，不等下月。"""
        fact = self.fact
        if state.objection is None or state.objection.objection_no != fact.objection_no:
            return () if fact in state.answered else Refused(Refusal.RISK_NO_OBJECTION)
        if fault := self._fault(state):
            return fault
        after = replace(state, answered=(*state.answered, fact))
        events: list[Event] = [fact]
        if again := self._again(after):
            events.append(again)
            after = replace(after, classified=again)
        if fact.lifts_override:
            cause = OverrideEnd.OBJECTION
            events.append(_ended(after, cause, self.registered, fact.handler))
        return tuple(events)

    def _fault(self, state: Standing) -> Refused | None:
        fact, override = self.fact, state.override
        if not fact.explanation.strip():
            return Refused(Refusal.RISK_NO_REASON)
        if fact.upheld != bool(fact.struck or fact.lifts_override):
            return Refused(Refusal.RISK_NOTHING_UPHELD)
        if override is None and fact.lifts_override:
            return Refused(Refusal.RISK_NOT_OVERRIDDEN)
        if override is not None and fact.handler in (override.handler, override.second):
            return Refused(Refusal.RISK_SAME_PERSON, {"person": fact.handler})
        reasons = () if state.classified is None else state.classified.reasons
        if unknown := set(fact.struck) - {one.source_event for one in reasons}:
            return Refused(Refusal.RISK_NOT_COUNTED, {"events": "、".join(sorted(unknown))})
        return None

    def _again(self, state: Standing) -> Classified | None:
        """Scored anew as of the same day's facts, less what was struck."""
        known = state.classified
        if known is None or self.rule is None or not self.fact.struck:
            return None
        kept = (one for one in known.reasons if one.source_event not in state.struck)
        facts = [RiskFact(o.source_event, o.factor, o.happened_on, o.matter) for o in kept]
        # all of them lie within the months: the last of them is day enough
        day = max((one.happened_on for one in facts), default=known.month)
        scored = score(
            facts,
            self.rule,
            day,
            registered=RiskClass(known.registered_class),
            newcomer=known.newcomer,
        )
        return replace(
            known,
            cause=ClassifiedFor.OBJECTION,
            risk_class=scored.risk_class,
            before=known.risk_class.value,
            points=scored.points,
            reasons=scored.reasons,
        )


Command: TypeAlias = Classify | Override | EndOverride | Object | AnswerObjection


# -- evolve, decide


def evolve(state: Standing, event: Event) -> Standing:
    """一件事发生之后的等级。Raises ImpossibleHistory."""
    match event:
        case Overridden():
            possible = state.override is None
        case OverrideEnded():
            possible = state.override is not None
        case Objected():
            possible = state.objection is None
        case ObjectionDecided():
            possible = state.objection is not None
        case _:
            possible = isinstance(event, Classified)
    if not possible:
        raise ImpossibleHistory(f"{event} after {state}")
    return after(state, event)


def after(state: Standing, event: Event) -> Standing:
    """同上，不核对：账上的次序账本已经核过。"""
    match event:
        case Classified():
            return replace(state, classified=event)
        case Overridden():
            return replace(state, override=event)
        case OverrideEnded():
            return replace(state, override=None)
        case ObjectionDecided():
            return replace(state, objection=None, answered=(*state.answered, event))
        case _:
            return replace(state, objection=cast("Objected", event))


def decide(state: Standing, command: Command) -> Answer:
    """依现有的等级决定。"""
    return command.decide(state)


AGGREGATE: Final = Aggregate[Standing]("risk", Standing(), evolve)
