"""决定者的共同规矩，以及造出任意命令的办法；各案卷的测试都用它。"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime, timedelta
from enum import EnumType
from types import NoneType, UnionType
from typing import Any, Final, NewType, TypeVar, Union, get_args, get_origin, get_type_hints

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain import (
    annual,
    approval,
    assistance,
    case,
    commitment,
    compensation,
    document,
    exemption,
    filing,
    follow_up,
    importing,
    inspection_plan,
    inspection_task,
    linkage,
    organ,
    oversight,
    past_inspection,
    remarks,
    revocation,
    seal,
    simulated,
    undertaking,
)
from domain.decider import Aggregate, Answer, Event, Refused
from domain.refusals import Refusal
from domain.terms import Personal

S = TypeVar("S")
C = TypeVar("C")

# Few values of each kind, so that independent facts meet: same person, same day, same paper.
DAYS: Final = tuple(date(2026, 3, 2) + timedelta(days=n) for n in range(5))
_SCALARS: Final[dict[object, st.SearchStrategy[Any]]] = {
    bool: st.booleans(),
    int: st.integers(min_value=0, max_value=3),
    str: st.sampled_from(["甲", "乙", ""]),
    date: st.sampled_from(DAYS),
    datetime: st.sampled_from([datetime(d.year, d.month, d.day, 4, tzinfo=UTC) for d in DAYS]),
    NoneType: st.none(),
    Refused: st.just(Refused(Refusal.DUTY_SELF)),
    Personal: st.just(Personal("S-1", "13800000000")),
}


def anything(kind: Any) -> st.SearchStrategy[Any]:
    """某一类型的任意值，取自很小的值域，使命令之间碰得上。"""
    if kind in _SCALARS:
        return _SCALARS[kind]
    if isinstance(kind, NewType):
        return st.sampled_from(["A", "B", "C"])
    if isinstance(kind, EnumType):
        return st.sampled_from(list(kind))
    if get_origin(kind) in {Union, UnionType}:
        known = [part for part in get_args(kind) if part.__name__ != "Sealed"]
        return st.one_of([anything(part) for part in known])
    if get_origin(kind) is tuple:
        return st.lists(anything(get_args(kind)[0]), max_size=2).map(tuple)
    if is_dataclass(kind) and isinstance(kind, type):
        hints = get_type_hints(kind)
        return st.builds(kind, **{one.name: anything(hints[one.name]) for one in fields(kind)})
    raise TypeError(f"no values for {kind!r}")


# What may still happen once a file has ended; everything else after the end is a fault of ``decide``.
ENDS: Final[Mapping[type, frozenset[type[Event]]]] = {
    case.Concluded: frozenset({case.Delivered, case.DeadlineMissed, remarks.Corrected}),
    case.Closed: frozenset({remarks.Corrected}),
    approval.Ended: frozenset(
        {
            approval.Deregistered,
            approval.DeregistrationProposed,
            approval.CertificateVoided,
            approval.RevocationReversed,
        }
    ),
    approval.OffRegister: frozenset({approval.CertificateVoided, approval.RevocationReversed}),
    commitment.Closed: frozenset(),
    compensation.Settled: frozenset(),
    document.Served: frozenset(),
    annual.Over: frozenset(),
    exemption.Over: frozenset(),
    follow_up.Closed: frozenset(),
    filing.Struck: frozenset(),
    importing.Finished: frozenset(),
    inspection_plan.Annulled: frozenset(),
    inspection_plan.Voided: frozenset(),
    inspection_plan.Settled: frozenset(
        {
            inspection_plan.PlanAnnulled,
            inspection_plan.SealedShareOpened,
            inspection_plan.PlanVoided,
            inspection_plan.ObjectReplaced,
            inspection_plan.InspectorRedrawn,
        }
    ),
    inspection_task.Agreed: frozenset(),
    inspection_task.Withdrawn: frozenset(),
    linkage.Taken: frozenset(),
    linkage.Contested: frozenset(),
    organ.Merged: frozenset(),
    oversight.Ended: frozenset(
        {
            oversight.Reopened,
            oversight.ToleranceRequested,
            oversight.ToleranceGranted,
            oversight.ToleranceDenied,
        }
    ),
    past_inspection.Linked: frozenset(),
    revocation.Closed: frozenset({revocation.FollowUpClosed}),
    seal.Sealed: frozenset(),
    simulated.Over: frozenset(),
    undertaking.Struck: frozenset(),
    assistance.Over: frozenset(),
}
# Files that never end, and why.
ENDLESS: Final[Mapping[str, str]] = {
    "attestation": "核对过的复印件可以一份一份添",
    "forwarding": "初审与代收的终止写在同一个现状里，另有测试",
    "joint": "联合审查的终止写在同一个现状里，另有测试",
    "package": "各件办结写在同一个现状里，另有测试",
    "project": "完工写在同一个现状里，另有测试",
    "verification": "核验可以一项一项添；终止写在同一个现状里，另有测试",
    "area": "区域评估一版接一版；地块的认定可以更正",
    "check_result": "更正之后可以再推翻",
    "code_set": "公布即定，另出一套是另一份",
    "calendar": "日历、服务日历一版接一版",
    "catalogue": "事项取消之后还可以再公布",
    "composite": "综合许可的终止写在同一个现状里，另有测试",
    "closing": "一日接一日",
    "credit": "一个对象的信用没有终点，每条记录各自修复或期满",
    "frequency": "一个对象的上门检查没有终点",
    "feed": "一日的回流可以再对账",
    "genesis": "账本的格式可以一直添",
    "hearing": "笔录签字之后还要被决定引用；没有听证的终点",
    "inspector": "证件可以换发，出了库的可以再入库",
    "intermediary": "退出之后的拒绝由退出的记录判断，另有测试",
    "risk": "等级每月可变，异议一件件来",
    "scoring": "计分办法一版接一版，分类一月接一月",
    "light_setting": "设置一版接一版",
    "lists": "清单一版接一版",
    "material": "材料卷随时可以添版；决定过的不得替换，另有测试",
    "measure": "承诺再次落空的，再有一次",
    "officer": "岗位可以再授予",
    "policy": "办法一版接一版",
    "preregistration": "受理之后重新计数，没有终点",
    "procedure": "办件的，见 case",
    "quota": "名额可以再放",
    "reliance": "所据许可断了又恢复，可以一再",
    "service_days": "日历一版接一版",
    "subject": "登记以最后一次为准",
    "timekeeping": "期限可以一再推算",
}


def check_decider_laws(
    aggregate: Aggregate[S],
    decide: Callable[[S, C], Answer],
    commands: st.SearchStrategy[C],
    histories: Iterable[tuple[Event, ...]] = (),
) -> None:
    """同样的现状同样的答复；办成的再办一次不再添事；重放等于现状；终结之后不再有事。

    ``histories`` are lives to begin from (besides the blank), so that every state is visited.
    """
    beginnings = st.sampled_from([(), *histories])

    @settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
    @given(beginnings, st.lists(commands, min_size=1, max_size=8))
    def laws(beginning: tuple[Event, ...], script: list[C]) -> None:
        recorded = list(beginning)
        state = aggregate.fold(recorded)
        for command in script:
            answer = decide(state, command)
            assert decide(state, command) == answer
            if isinstance(answer, Refused):
                continue
            _check_ended(state, answer)
            state = aggregate.fold(answer, state)
            recorded += answer
            again = decide(state, command)
            assert isinstance(again, Refused) or again == ()
        assert aggregate.fold(recorded) == state

    laws()
    for life in histories:
        state = aggregate.fold(life)
        if type(state) in ENDS:
            _check_after_the_end(state, decide, commands)


def _check_ended(state: object, answer: tuple[Event, ...]) -> None:
    kinds = set(map(type, answer))
    assert kinds <= ENDS.get(type(state), kinds)


def _check_after_the_end(
    state: S, decide: Callable[[S, C], Answer], commands: st.SearchStrategy[C]
) -> None:
    """From the end itself, since a script seldom gets there by chance."""

    @settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
    @given(commands)
    def nothing_more(command: C) -> None:
        answer = decide(state, command)
        if not isinstance(answer, Refused):
            _check_ended(state, answer)

    nothing_more()
