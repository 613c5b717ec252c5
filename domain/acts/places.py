"""办件入账：数量有限的，名额与办件一起入账（许可法 57 条）。"""

from typing import Final

from domain import approval, case, quota, tender
from domain.acts.base import Desk, combine, write
from domain.acts.lookups import CASE, LICENCE, CaseFile
from domain.acts.steps import course
from domain.decider import Answer, Decision, Event, Plan, Refused, RuleUsed
from domain.quota import PlaceRelease
from domain.terms import CaseNo, LicenceNo

QUOTA: Final = quota.AGGREGATE
_RELEASES: Final[dict[type[Event], PlaceRelease]] = {
    case.Rejected: PlaceRelease.REJECTED,
    case.Withdrawn: PlaceRelease.WITHDRAWN,
    case.AcceptanceRevoked: PlaceRelease.ACCEPTANCE_REVOKED,
}


def write_case(
    desk: Desk,
    case_no: CaseNo,
    file: CaseFile,
    answer: Answer,
    *,
    rules: tuple[RuleUsed, ...] = (),
) -> Decision:
    """办件的决定；受理即取号，准予即用去，没有准予而告结的退出。"""
    own = write(CASE, case_no, case_no, answer, rules=rules)
    if isinstance(answer, Refused) or file.item.rules.review.quota is None:
        return own
    return combine(own, *(_place(desk, case_no, file, event) for event in answer))


def barred(desk: Desk, case_no: CaseNo, file: CaseFile) -> bool:
    """数量有限，眼下还不能准予：名额已满，或者受理在先的还没有结果。"""
    if file.item.rules.review.quota is None:
        return False
    return isinstance(_grant(desk, case_no, file, LicenceNo("")), Refused)


def _place(desk: Desk, case_no: CaseNo, file: CaseFile, event: Event) -> Decision:
    answer: Answer
    match event:
        case case.Accepted() | case.DeemedAccepted():
            taken = quota.PlaceTaken(case_no, 0, event.accepted_on)
            answer = quota.decide(_queue(desk, file), quota.Take(taken))
        case case.Approved() | case.DeemedApproved():
            answer = _grant(desk, case_no, file, event.licence_no)
        case case.Rejected() | case.Withdrawn() | case.AcceptanceRevoked():
            released = quota.PlaceReleased(case_no, _RELEASES[type(event)])
            answer = quota.decide(_queue(desk, file), quota.Release(released))
        case _:
            return Plan()
    item_code = file.state.received.item_code
    return write(QUOTA, item_code, item_code, answer)


def _queue(desk: Desk, file: CaseFile) -> quota.Queue:
    return desk.load(QUOTA, file.state.received.item_code)


def _grant(desk: Desk, case_no: CaseNo, file: CaseFile, licence_no: LicenceNo) -> Answer:
    """A licence that has ended gives its place back."""
    queue, limit = _queue(desk, file), file.item.rules.review.quota or 0
    standing = [isinstance(desk.load(LICENCE, one), approval.InForce) for one in queue.licences]
    granted = quota.PlaceGranted(case_no, licence_no)
    return quota.decide(queue, quota.Grant(granted, limit, sum(standing), _awarded(desk, file)))


def _awarded(desk: Desk, file: CaseFile) -> bool | None:
    """招标、拍卖了的事项，申请人是不是中标人、买受人（许可法 53 条）。"""
    received = file.state.received
    won = tender.winners(course(desk, tender.ORDER, received.item_code))
    return received.applicant in won if won else None
