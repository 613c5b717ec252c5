"""办理时共同的调阅：办件与其事项版本、日历、期限、许可、承诺。"""

from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from domain import approval, case, catalogue, commitment, organ
from domain.acts.base import Desk, write
from domain.calendar import calendar_from
from domain.catalogue import ItemPublished, Listed, PledgeRules
from domain.clock import Running
from domain.commitment import VoidReason
from domain.deadlines import Due, Pause, due, months_after, rolled_over
from domain.decider import Claim, Decision, ImpossibleHistory, Plan, Refused, RuleUsed
from domain.refusals import Refusal
from domain.terms import CommitmentId, ItemCode, LicenceNo, Organ, Role, SubjectId

CASE: Final = case.AGGREGATE
ITEM: Final = catalogue.AGGREGATE
COMMITMENT: Final = commitment.AGGREGATE
LICENCE: Final = approval.AGGREGATE
ORGAN: Final = organ.AGGREGATE


def edition(desk: Desk, item_code: ItemCode, version: int) -> ItemPublished:
    """办件收件时所依的事项版本。"""
    return _listed(desk, item_code, version).versions[version - 1]


def _listed(desk: Desk, item_code: ItemCode, version: int) -> Listed:
    state = desk.load(ITEM, item_code)
    if not isinstance(state, Listed) or not 0 < version <= len(state.versions):
        raise ImpossibleHistory(f"item {item_code} has no version {version}")
    return state


def competent(desk: Desk, item_code: ItemCode, version: int) -> ItemPublished:
    """办件所依的事项版本；``approving_body`` 是今日的有权机关（划转、下放之后的）。"""
    listed = _listed(desk, item_code, version)
    item = listed.versions[version - 1]
    return replace(item, approving_body=listed.competence(item, desk.today).body)


def not_in_force(desk: Desk, item_code: ItemCode, day: date) -> Refused:
    """当日没有有效版本：已经取消的，说明取消的文件。"""
    match desk.load(ITEM, item_code):
        case Listed(cancelled=catalogue.Cancelled() as ended) if ended.effective_from <= day:
            return catalogue.standing(ended)
        case _:
            facts = {"item_code": str(item_code), "on": str(day)}
            return Refused(Refusal.CASE_ITEM_NOT_IN_FORCE, facts)


def heir(desk: Desk, body: Organ) -> Organ:
    """今日行使其职权的机关：撤并了的，为承受的机关。"""
    after = organ.successor(desk.load(ORGAN, body), desk.today)
    return body if after is None else heir(desk, after)


def item_rule(item_code: ItemCode, item: ItemPublished) -> RuleUsed:
    """所依事项版本，写入决定。"""
    return RuleUsed(ITEM.stream(item_code), str(item.version))


def period(
    desk: Desk, start: date, working_days: int, stops: tuple[Pause, ...] = ()
) -> tuple[Due, tuple[RuleUsed, ...]]:
    """若干工作日的期限，以及推算所依的日历版本；``stops`` 停算的各段不计。"""
    calendar = calendar_from(desk.load, start)
    return due(start, working_days, calendar, stops), calendar.rules


def ending(desk: Desk, clock: Running) -> tuple[Due, tuple[RuleUsed, ...]]:
    """一项正在走的期限，依今日所知的停算，何日届满。"""
    return period(desk, clock.start, clock.working_days, clock.stops(desk.today))


def rolled(desk: Desk, day: date) -> Due:
    """末日遇休假的顺延（民法典 203 条）。"""
    return rolled_over(day, calendar_from(desk.load, day))


def outside(desk: Desk, *organs: Organ) -> Refused | None:
    """经办人所代表的机关不在有权机关之列。"""
    now = [heir(desk, one) for one in organs]
    if desk.actor.organ in now:
        return None
    return Refused(Refusal.DUTY_ORGAN, {"organ": "、".join(now)})


def outside_item(desk: Desk, item: ItemPublished) -> Refused | None:
    """审批人须属审批机关，监管人须属该事项的监管部门。"""
    if desk.actor.role in {Role.SUPERVISOR, Role.SUPERVISION_HEAD}:
        return outside(desk, *item.supervising_bodies)
    return outside(desk, item.approving_body)


def reviewing_elsewhere(desk: Desk, item: ItemPublished) -> Refused | None:
    """登记承诺、报备：窗口不分机关，审核人只办本机关的。"""
    if desk.actor.role is not Role.REVIEWER:
        return None
    return outside(desk, item.approving_body)


def not_in_name_of(desk: Desk, body: Organ) -> Refused | None:
    """决定须以有权机关的名义作出（许可法 24 条）；撤并了的，以承受机关的名义。"""
    now = heir(desk, body)
    if desk.actor.in_name_of == now:
        return None
    return Refused(Refusal.DUTY_IN_NAME_OF, {"organ": now})


def not_self(desk: Desk, subject: SubjectId) -> Refused | None:
    """申请人只能办自己的事；申请人的账号即其监管对象编号。"""
    if desk.actor.role is Role.APPLICANT and SubjectId(desk.actor.officer_id) != subject:
        return Refused(Refusal.DUTY_SELF)
    return None


@dataclass(frozen=True, slots=True)
class CaseFile:
    """一份办件案卷与其所依的事项版本；``item.approving_body`` 是今日的有权机关。"""

    state: case.Open | case.Concluded | case.Closed
    item: ItemPublished
    delegates: tuple[Organ, ...] = ()  # 受托以有权机关名义办理的机关

    @property
    def rule(self) -> RuleUsed:
        """所依事项版本。"""
        return item_rule(self.state.received.item_code, self.item)


def case_file(desk: Desk, case_no: str) -> CaseFile | Refused:
    """调阅办件；没有此件的拒绝。"""
    state = desk.load(CASE, case_no)
    if isinstance(state, case.Nothing | case.Imported):
        return case.standing(state)
    received = state.received
    listed = _listed(desk, received.item_code, received.item_version)
    item = listed.versions[received.item_version - 1]
    now = listed.competence(item, desk.today)
    return CaseFile(state, replace(item, approving_body=now.body), now.delegates)


def overdue(
    desk: Desk, state: case.State, *deadlines: case.DeadlineKind
) -> tuple[case.DeadlineMissed, ...]:
    """已经过了而定时器还没有记下的期限：事实不因定时器迟到而漏记。"""
    found = []
    for deadline in deadlines:
        clock = case.running(state, deadline)
        if clock is None:
            continue
        last, _ = ending(desk, clock)
        if desk.today > last.day and not last.provisional:
            found.append(case.DeadlineMissed(deadline, last.day))
    return tuple(found)


def granted(desk: Desk, licence_no: LicenceNo) -> approval.Granted | Refused:
    """调阅许可；没有此证的拒绝。"""
    state = desk.load(LICENCE, licence_no)
    if isinstance(state, approval.Nothing | approval.Imported):
        return approval.standing(state)
    return state.granted


def made(desk: Desk, commitment_id: CommitmentId) -> commitment.Made | Refused:
    """调阅承诺；没有此承诺的拒绝。"""
    state = desk.load(COMMITMENT, commitment_id)
    if isinstance(state, commitment.Nothing | commitment.Eligible):
        return commitment.standing(state)
    return state.made


def verification(desk: Desk, rules: PledgeRules) -> commitment.VerificationSet:
    """决定之后核查承诺的期限：免予核查、以月计（对应日，遇休假顺延）或以工作日计。"""
    if rules.verification_exempt:
        return commitment.VerificationSet(None, provisional=False)
    if rules.verification_months is not None:
        last = rolled(desk, months_after(desk.today, rules.verification_months))
    else:
        last, _ = period(desk, desk.today, rules.verification_days)
    return commitment.VerificationSet(last.day, last.provisional)


def commitment_claim(promise: commitment.Made, commitment_id: CommitmentId) -> Claim:
    """同一申请人同一事项只许一份有效承诺。"""
    value = f"{promise.signer}:{promise.item_code}"
    return Claim("commitment", value, COMMITMENT.stream(commitment_id))


def void(
    desk: Desk, commitment_id: CommitmentId | None, reason: VoidReason, reference: str
) -> Decision:
    """承诺随许可或申请终止，并解除独占；没有承诺或承诺已了的，无事可办。"""
    if commitment_id is None:
        return Plan()
    state = desk.load(COMMITMENT, commitment_id)
    if isinstance(state, commitment.Nothing | commitment.Eligible | commitment.Closed):
        return Plan()
    promise = state.made
    answer = commitment.decide(state, commitment.Void(commitment.Voided(reason, reference)))
    claim = commitment_claim(promise, commitment_id)
    return write(COMMITMENT, commitment_id, promise.case_no, answer, releases=(claim,))


def superiors(desk: Desk, body: Organ) -> tuple[Organ, ...]:
    """今日的上级机关，由近及远；没有登记的没有。"""
    above = organ.superior(desk.load(ORGAN, body), desk.today)
    if above is None:
        return ()
    now = heir(desk, above)
    return (now, *superiors(desk, now))


def revive(
    desk: Desk,
    commitment_id: CommitmentId | None,
    fact: commitment.Revived,
    supply_by: date | None,
) -> Decision:
    """随这次撤销终止的承诺随许可恢复，重新独占；没有承诺或另因终止的，无事可办。"""
    if commitment_id is None:
        return Plan()
    state = desk.load(COMMITMENT, commitment_id)
    if not commitment.ended_with(state, fact.revocation_id):
        return Plan()
    promise = state.made
    until = None if supply_by is None else rolled(desk, supply_by).day
    rules = edition(desk, promise.item_code, promise.item_version).rules.pledge
    command = commitment.Revive(fact, until, verification(desk, rules), desk.today)
    claim = commitment_claim(promise, commitment_id)
    answer = commitment.decide(state, command)
    return write(COMMITMENT, commitment_id, promise.case_no, answer, claims=(claim,))


def used(desk: Desk, item_code: ItemCode, case_no: str) -> Decision:
    """有人申办：休眠的事项随收件激活；其余的不写事项案卷（首次办件由机器另记）。"""
    answer = catalogue.decide(desk.load(ITEM, item_code), catalogue.Use(case_no, first=False))
    return write(ITEM, item_code, item_code, answer)
