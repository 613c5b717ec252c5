"""权限：由权限表逐行生成的矩阵（每一种办理 × 每一个角色），以及不由表决定的几条硬规矩。"""

from dataclasses import replace
from datetime import date
from typing import get_args

import pytest

from domain import officer
from domain.acts import Act
from domain.acts.base import HANDLERS, Desk, combine, handles
from domain.acts.imports import ImportAct
from domain.acts.intake import Accept
from domain.decider import Decision, Plan, Refused, RuleUsed, Write
from domain.duties import DUTIES, authorise
from domain.refusals import Refusal
from domain.terms import Actor, Organ, PersonId, Role
from tests.domain.case_file import MACHINE, STAFF, Book, actor, at, town

TODAY = date(2026, 3, 2)
HERE, ELSEWHERE = Organ("A"), Organ("B")
NO_POST = {Role.SYSTEM, Role.APPLICANT}
MATRIX = [(act, role) for act in DUTIES for role in Role]


def _act_names() -> set[str]:
    return {kind.__name__ for kind in get_args(Act)}


def _ask(act: str, who: Actor, book: Book, day: date = TODAY) -> PersonId | Refused | None:
    return authorise(act, who, day, book.load)


def test_every_act_has_one_duty_and_one_handler() -> None:
    """每一种办理恰有一行权限、一个处置；没有多余的行。"""
    assert set(DUTIES) == _act_names() == {kind.__name__ for kind in HANDLERS}


@pytest.mark.parametrize(("act", "role"), MATRIX)
def test_the_matrix(act: str, role: Role) -> None:
    """表上有的角色可以办，没有的拒绝；没有授权、授权在别处、已届满的，都不能办。"""
    book = Book()
    who = book.hire("X01", role, HERE, PersonId("P-1"))
    answer = _ask(act, who, book)
    duty = DUTIES[act]
    if role not in duty.roles:
        code = Refusal.DUTY_MACHINE if role is Role.SYSTEM else duty.otherwise
        assert answer == Refused(code, {"act": act, "role": str(role)})
    elif role in NO_POST:
        assert answer is None
    else:
        assert answer == "P-1"
        elsewhere = _ask(act, replace(who, organ=ELSEWHERE), book)
        assert isinstance(elsewhere, Refused)
        assert elsewhere.code is Refusal.OFFICER_NO_GRANT
        unknown = _ask(act, actor("X02", role, HERE), book)
        assert unknown == Refused(Refusal.OFFICER_UNKNOWN, {"officer": "X02"})


def test_the_grant_counts_on_the_beijing_day() -> None:
    """岗位按办理当日（北京时间）的授权核，收回的最后一日仍有效，次日不再有效。"""
    book = Book()
    who = book.hire("X01", Role.COUNTER, HERE, PersonId("P-1"))
    ended = officer.GrantEnded(Role.COUNTER, HERE, TODAY, PersonId("P-2"), PersonId("P-3"))
    book.put("officer/X01", ended)
    assert _ask("Receive", who, book) == "P-1"
    refused = _ask("Receive", who, book, date(2026, 3, 3))
    assert isinstance(refused, Refused)
    assert refused.facts["on"] == "2026-03-03"


def test_the_machine_never_decides() -> None:
    """机器只建议、只记法律已经发生的事；一切决定、确认、核查、认领都由人。"""
    human = [
        "Accept",
        "Decline",
        "Review",
        "Approve",
        "Reject",
        "Deliver",
        "MakeCommitment",
        "AssessMaterial",
        "ConfirmBreach",
        "DismissBreach",
        "Fulfil",
        "File",
        "CancelFiling",
        "ClaimPush",
        "DisputePush",
        "ServeNotice",
        "HearStatement",
        "ReviewLegality",
        "Revoke",
        "DropRevocation",
        "WithdrawLicence",
        "ForfeitLicence",
        "DeregisterLicence",
        "RegisterPlan",
        "CommitShare",
        "RevealShare",
        "FixPublicValue",
        "AnnulPlan",
        "DrawSealed",
        "OpenSealedShare",
        "ReplaceObject",
        "DeclareRecusal",
        "RequestRecusal",
        "DecideRecusal",
        "RedrawInspector",
        "RecordInspection",
        "ReviewFinding",
        "EndGrant",
        "PublishItem",
    ]
    assert [act for act in human if Role.SYSTEM in DUTIES[act].roles] == []


def test_who_watches_does_not_act() -> None:
    """审计、安全管理员不办件，档案只收历史、归档与对账；纪检监察只监督与作抽查的见证（SD8）。"""
    watchers = {Role.AUDITOR, Role.SECURITY_ADMIN}
    assert [act for act, duty in DUTIES.items() if duty.roles & watchers] == []
    archive = {act for act, duty in DUTIES.items() if Role.ARCHIVE in duty.roles}
    filing = {"ArchiveCase", "TakeFeed", "DeclareFeed", "ReconcileFeed", "DeclareReceived"}
    imports = {kind.__name__ for kind in get_args(ImportAct)} - {"LinkInspection"}
    assert archive == imports | filing
    witness = {"CommitShare", "RevealShare", "FixPublicValue"}
    discipline = {act for act, duty in DUTIES.items() if Role.DISCIPLINE in duty.roles}
    oversight = {"RaiseOversight", "CloseOversight", "ReopenOversight", "DecideTolerance"}
    campaigns = {"OpenSupervision", "NoteSupervision", "ConcludeSupervision"}
    assert discipline == witness | oversight | campaigns


def test_supervisors_propose_and_never_decide() -> None:
    """SD7：监管部门建议撤销，不作许可上的决定；吊销是其处罚。"""
    supervision = {Role.SUPERVISOR, Role.SUPERVISION_HEAD}
    deciding = ("Approve", "Reject", "Revoke", "DropRevocation", "WithdrawLicence")
    assert [act for act in deciding if DUTIES[act].roles & supervision] == []
    assert DUTIES["ForfeitLicence"].roles == {Role.SUPERVISION_HEAD}
    assert DUTIES["Revoke"].otherwise is Refusal.REVOCATION_NOT_THE_DECIDER


# -- the desk


def test_an_act_has_one_handler() -> None:
    """一种办理只许登记一次。"""

    def again(act: Accept, desk: Desk) -> Decision:
        raise AssertionError((act, desk))

    with pytest.raises(ValueError, match="Accept has a handler"):
        handles(Accept)(again)


def test_a_machine_has_no_handler_of_its_own() -> None:
    """机器不是自然人，不得记为经办人。"""
    desk = Desk(MACHINE, None, at("2026-03-02"), town().load)
    assert desk.is_machine
    with pytest.raises(ValueError, match="no natural person"):
        _ = desk.handler


def test_a_person_at_the_desk() -> None:
    """经办人是账号背后的自然人；办理之日按北京时间。"""
    late = at("2026-03-02 23:30")
    desk = Desk(STAFF["clerk"], PersonId("P-clerk"), late, town().load)
    assert (desk.handler, desk.today, desk.is_machine) == ("P-clerk", TODAY, False)


def test_one_refusal_refuses_the_whole() -> None:
    """几份案卷的决定合在一起：一份被拒，全部被拒；依据的规则只列一次。"""
    rule = RuleUsed("item/1", "1")
    part = Plan((Write("case/1", "1", ()),), rules=(rule,))
    refused = Refused(Refusal.CASE_NOT_FOUND)
    assert combine(part, refused, part) == refused
    assert combine(part, Plan(), part) == Plan(part.writes * 2, rules=(rule,))
