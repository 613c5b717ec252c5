"""权限矩阵（可靠性说明第二节）：照原表逐格写下，每一种办理 × 每一个角色各是一项断言。

A 可以办；2 第二人才可以定；P 可以提出；其余（R 只看、– 不得）都不得办。表上没有的角色只有写明的才可以办。
"""

from dataclasses import dataclass, field, replace
from typing import Final

import pytest

from domain.acts import handle
from domain.acts.pledges import OfferCommitment
from domain.acts.register import GiveGrant
from domain.acts.remarks import CorrectEntry
from domain.commitment import Condition
from domain.decider import Claim, Plan, Refused
from domain.duties import DUTIES, authorise
from domain.officer import AGGREGATE, Grant, OfficerAppointed
from domain.refusals import Refusal
from domain.remarks import CorrectedField
from domain.terms import CommitmentId, OfficerId, Organ, Personal, PersonId, Role
from tests.domain.case_file import APPROVER, CENTRE, SHA, SUPERVISOR, Book, at, person, town
from tests.rules.papers import CLERK, DECIDER, NO, REVIEWER, accepted

# The columns of the table; “集成” and “公众” have no role at all and therefore no act.
COLUMNS: Final = (
    Role.COUNTER,
    Role.REVIEWER,
    Role.DECIDER,
    Role.SUPERVISOR,
    Role.SUPERVISION_HEAD,
    Role.DISCIPLINE,
    Role.SYSTEM,
    Role.SYSTEM_ADMIN,
    Role.SECURITY_ADMIN,
    Role.AUDITOR,
)


@dataclass(frozen=True)
class Line:
    """矩阵的一行：原表各列的格子，每个记号是哪几种办理，表外还有哪些角色（领域说明第四节的签发人）。

    ``differs``: where we depart from the cell, who may act after all; ``why`` says the reason.
    """

    cells: str
    acts: dict[str, tuple[str, ...]]
    besides: frozenset[Role] = frozenset()
    differs: dict[Role, bool] = field(default_factory=dict)
    why: str = ""


TAKEN: Final = ("Receive", "RequestSupplement", "Supplement", "Accept", "Decline")
SHARES: Final = ("CommitShare", "RevealShare", "FixPublicValue")
LAW: Final = (
    *("DeemAccepted", "MarkDeadlineMissed", "ExpireLicence", "DeemRenewed", "LapseSupplement"),
    *("MarkSupplementOverdue", "MarkRectificationOverdue", "MarkHearingLapsed", "DefaultGaps"),
)
MATRIX: Final = {
    "收件/受理/补正": Line("A R R R R R – – – –", {"A": TAKEN}),
    "告知承诺/报备登记": Line(
        "A A R R R R – – – –",
        {"A": ("MakeCommitment", "SubmitFiling")},
        frozenset({Role.APPLICANT}),
    ),
    "报备通过": Line("A A R R R R – – – –", {"A": ("File",)}),
    "审批决定（承诺件）": Line("– P 2 R R R – – – –", {"P": ("Review",), "2": ("Reject",)}),
    "审批决定（即办件）": Line(
        "A R R R R R – – – –",
        {"A": ("Approve",)},
        differs={Role.DECIDER: True},
        why="承诺件与即办件是同一种办理；窗口只办授权的即办件，由办件自己判断（规则 15）",
    ),
    "延期": Line(
        "– P – – – R – – – –",
        {"A": ("ExtendLimit",)},
        frozenset({Role.HEAD, Role.GOVERNMENT}),
    ),
    "法制审核": Line("– P – – – R – – – –", {"A": ("ReviewLegality",)}, frozenset({Role.LEGAL})),
    "送达": Line("A P – – – R – – – –", {"A": ("Deliver",)}, frozenset({Role.ISSUER})),
    "承诺核查结果": Line("– – – A R R – – – –", {"A": ("VerifyCommitment",)}),
    "抽查计划": Line("– – – P 2 R – – – –", {"P": ("RegisterPlan",), "2": ("RegisterPlan",)}),
    "名单锁定": Line(
        "– – – P 2 R – – – –",
        {"P": ("FreezeLists",), "2": ("FreezeLists",)},
        differs={Role.SUPERVISOR: False, Role.SUPERVISION_HEAD: False, Role.SYSTEM: True},
        why="名单由账本推出，机器冻结，谁也不能挑选",
    ),
    "种子承诺/揭示": Line(
        "– – – A 2 R – – – –",
        {"A": SHARES, "2": SHARES},
        frozenset({Role.PERFORMANCE}),
        differs={Role.DISCIPLINE: True},
        why="份额由至少三家提交，效能办、纪检监察可以是其中一家（SD8：只作见证与份额）",
    ),
    "抽取结果": Line("– – – – – R A – – –", {"A": ("Draw", "AssignTask", "CloseReveals")}),
    "检查结果": Line(
        "– – – A R R – – – –",
        {"A": ("RecordInspection",)},
        frozenset({Role.INSPECTOR}),
        differs={Role.SUPERVISOR: False},
        why="监管部门里持证的执法检查人员另是一个角色，联络员不检查",
    ),
    "推送": Line(
        "– R R A A R A – – –",
        {"A": ("SendPush", "MarkPushOverdue")},
        differs={Role.SUPERVISOR: False, Role.SUPERVISION_HEAD: False},
        why="推送与逾期由机器记，监管部门认领或者提异议",
    ),
    "认领·异议": Line(
        "– R R A A R A – – –",
        {"A": ("ClaimPush", "DisputePush")},
        differs={Role.SYSTEM: False},
        why="机器只推送",
    ),
    "视为受理·超时·到期·依法默认延续": Line("– R R R R R A – – –", {"A": LAW}),
    "撤销提议": Line("– P 2 P R R P – – –", {"P": ("ProposeRevocation",)}),
    "撤销决定": Line("– P 2 P R R P – – –", {"2": ("Revoke", "DropRevocation")}),
    "注销提议": Line(
        "P P 2 R R R P – – –",
        {"P": ("ProposeDeregistration",)},
        frozenset({Role.APPLICANT}),
    ),
    "注销": Line("P P 2 R R R P – – –", {"2": ("DeregisterLicence",)}),
    "更正": Line(
        "– P 2 P 2 R – – – –",
        {"P": ("CorrectEntry",), "2": ("CorrectEntry",)},
        frozenset({Role.ISSUER}),
        differs={Role.COUNTER: True, Role.SUPERVISOR: False, Role.SUPERVISION_HEAD: False},
        why="谁录的谁更正，窗口也录入（题目 5）；检查结果由复核退回重录，不走更正",
    ),
    "收回权限": Line("– – – – – R – P 2 R", {"P": ("EndGrant",)}),
    "授予权限": Line(
        "– – – – – R – P 2 R",
        {"P": ("GiveGrant",)},
        differs={Role.SYSTEM: True},
        why="建账时由机器授予首任，此后一律两人",
    ),
}
CASES: Final = [
    pytest.param(row, act, role, id=f"{number}-{act}-{role}")
    for number, (row, line) in enumerate(MATRIX.items())
    for act in sorted({act for acts in line.acts.values() for act in acts})
    for role in Role
]


def allowed(line: Line, act: str, role: Role) -> bool:
    """照表，这个角色可不可以办这一种。"""
    if role in line.differs:
        return line.differs[role]
    if role not in COLUMNS:
        return role in line.besides
    cell = line.cells.split()[COLUMNS.index(role)]
    return act in line.acts.get(cell, ())


def test_there_are_enough_of_them() -> None:
    """至少三百六十项；每行十格。"""
    assert len(CASES) >= 360
    assert {len(line.cells.split()) for line in MATRIX.values()} == {len(COLUMNS)}


def test_every_departure_has_its_reason() -> None:
    """与原表不同的格子都写明理由，而且确实不同。"""
    for row, line in MATRIX.items():
        assert bool(line.why) is bool(line.differs), row
        plain = replace(line, differs={})
        acts = {act for acts in line.acts.values() for act in acts}
        for role, may in line.differs.items():
            assert any(allowed(plain, act, role) is not may for act in acts), (row, role)


@pytest.mark.parametrize(("row", "act", "role"), CASES)
def test_the_table_is_the_one_of_the_reference(row: str, act: str, role: Role) -> None:
    """表上可以的可以，不可以的一律拒绝；本机关有岗位的才算，别的机关的岗位不算。"""
    line, book, here = MATRIX[row], Book(), Organ("A")
    who = book.hire("X01", role, here, PersonId("P-1"))
    answer = authorise(act, who, at("2026-03-02").date(), book.load)
    assert isinstance(answer, Refused) is not allowed(line, act, role)
    assert (role in DUTIES[act].roles) is allowed(line, act, role)


# -- what the table says of two people


def test_a_correction_is_seconded_by_a_decider_of_the_organ() -> None:
    """更正的第二人须是审批机关的决定人：另一窗口、别的机关的决定人、已收回的岗位都不算。"""
    book = accepted("2026-03-02")
    foreign = book.hire("foreign", Role.DECIDER, SUPERVISOR, person("foreign"))
    act = CorrectEntry(NO, CorrectedField.RECEIPT_NO, "SJ-9", "笔误")
    book.refuse(Refusal.CASE_CORRECTION_SECOND, act, CLERK, "2026-03-03")
    for who in ("clerk2", foreign.officer_id, "nobody", "reviewer"):
        seconded = replace(act, second=OfficerId(who))
        book.refuse(Refusal.OFFICER_NO_GRANT, seconded, CLERK, "2026-03-03", organ=APPROVER)
    book.do(replace(act, second=DECIDER.officer_id), CLERK, "2026-03-03")


def test_a_reviewer_registers_promises_of_his_own_organ_only() -> None:
    """审核人可以登记告知承诺，只限本机关的事项；窗口不分机关。"""
    conditions = (Condition("经营场所面积", "不少于二十平方米"),)
    number, papers, told = CommitmentId("K-1"), ("平面图",), ("依法撤销",)
    act = OfferCommitment(number, NO, "GZ-1", SHA, papers, conditions, told)
    book = accepted("2026-03-02")
    elsewhere = book.hire("elsewhere", Role.REVIEWER, CENTRE, person("elsewhere"))
    book.refuse(Refusal.DUTY_ORGAN, act, elsewhere, "2026-03-02", organ=APPROVER)
    book.do(act, REVIEWER, "2026-03-02 10:00")


def test_three_powers_are_three_accounts() -> None:
    """系统管理、安全管理、审计分设：一个账号任了一种，同时再授另一种即拒绝；别的岗位不受限。"""
    book = town()
    proposer = book.hire("admin", Role.SYSTEM_ADMIN, CENTRE, person("admin"))
    book.hire("security", Role.SECURITY_ADMIN, CENTRE, person("security"))
    book.hire("audit", Role.AUDITOR, CENTRE, person("audit"))

    def give(role: Role, account: str) -> GiveGrant:
        since = at("2026-03-03").date()
        return GiveGrant(OfficerId(account), role, CENTRE, since, None, OfficerId("security"))

    for role in (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN):
        refused = give(role, "audit")
        book.refuse(Refusal.OFFICER_THREE_POWERS, refused, proposer, "2026-03-02", role="AUDITOR")
    book.do(give(Role.COUNTER, "audit"), proposer, "2026-03-02")
    book.do(give(Role.AUDITOR, "clerk"), proposer, "2026-03-02")


def test_three_powers_are_three_persons() -> None:
    """按自然人分设：三员岗位的人独占一个账号，换一个账号兼任，账上就被占住；别的岗位不占。"""
    book = town()
    proposer = book.hire("admin", Role.SYSTEM_ADMIN, CENTRE, person("admin"))
    book.hire("security", Role.SECURITY_ADMIN, CENTRE, person("security"))
    for account in ("one", "two"):
        appointed = OfficerAppointed(person("both"), Personal(person("both"), "张三"), "0" * 64)
        book.put(AGGREGATE.stream(account), appointed)

    def given(role: Role, account: str) -> tuple[Claim, ...]:
        since, second = at("2026-03-03").date(), OfficerId("security")
        act = GiveGrant(OfficerId(account), role, CENTRE, since, None, second)
        decision = handle(act, proposer, at("2026-03-02"), book.load)
        assert isinstance(decision, Plan)
        return decision.claims

    held = Claim("power", person("both"), "officer/one")
    assert given(Role.AUDITOR, "one") == (held,)
    assert given(Role.SYSTEM_ADMIN, "two") == (replace(held, holder="officer/two"),)
    assert given(Role.COUNTER, "two") == ()


@pytest.mark.parametrize(
    ("one", "other", "together"),
    [
        (("2026-01-01", None), ("2026-03-02", None), True),
        (("2026-01-01", "2026-03-02"), ("2026-03-02", None), True),
        (("2026-01-01", "2026-03-01"), ("2026-03-02", None), False),
        (("2026-05-06", None), ("2026-03-02", "2026-05-05"), False),
        (("2026-05-06", "2026-05-05"), ("2026-03-02", None), False),
    ],
)
def test_two_grants_meet_on_a_day(
    one: tuple[str, str | None], other: tuple[str, str | None], *, together: bool
) -> None:
    """首尾两日都有效：同一日有效过的算重叠；没有开始就收回的不算。"""

    def grant(days: tuple[str, str | None]) -> Grant:
        last = at(days[1]).date() if days[1] else None
        return Grant(Role.AUDITOR, Organ("A"), at(days[0]).date(), last)

    assert grant(one).overlaps(grant(other)) is together
    assert grant(other).overlaps(grant(one)) is together
