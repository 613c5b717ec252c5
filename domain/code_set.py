"""检查结果代码集（codeset）：一套一套公布，公布了不改；同一代码在两套里可以是两回事。

A result is therefore always (code set, code), never a code alone. What a code means to the machine
(a problem, nobody's fault, a follow-up that must come) is said by its kind, not by its letters.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, Final, TypeAlias

from domain.decider import Aggregate, Answer, Event, ImpossibleHistory, Refused
from domain.refusals import Refusal
from domain.terms import PersonId


class CodeKind(StrEnum):
    """一项结果是哪一类；一套里恰有一项未发现问题，它排斥其他（规则 24）。"""

    CLEAR = "CLEAR"  # 未发现问题
    PROBLEM = "PROBLEM"  # 发现问题
    CORRECTED = "CORRECTED"  # 发现问题已改正
    BREACH = "BREACH"  # 不符合承诺或报备的内容
    UNREACHABLE = "UNREACHABLE"  # 无法联系
    NOT_OPERATING = "NOT_OPERATING"  # 未开展所查的经营活动
    ENDED = "ENDED"  # 主体已经终止


class FollowUpKind(StrEnum):
    """检查之后的处理是哪一种（domain.md 表 F 第 11 行）。"""

    RECTIFY = "RECTIFY"  # 责令改正
    CASE_FILED = "CASE_FILED"  # 立案
    ABNORMAL = "ABNORMAL"  # 列入经营异常名录
    TRANSFER = "TRANSFER"  # 移送
    REVOCATION = "REVOCATION"  # 建议撤销许可


# Nobody's fault: neither a problem nor a clean result.
NEUTRAL: Final = frozenset({CodeKind.UNREACHABLE, CodeKind.NOT_OPERATING, CodeKind.ENDED})
PROBLEMS: Final = frozenset({CodeKind.PROBLEM, CodeKind.CORRECTED, CodeKind.BREACH})
# What the machine may open by itself: only a check whether it is so. The rest people decide.
AUTOMATIC: Final = frozenset({FollowUpKind.ABNORMAL})


def found_problem(kinds: Sequence[CodeKind]) -> bool:
    """是否发现问题；无法联系、未开展经营、已终止都不是问题。"""
    return not PROBLEMS.isdisjoint(kinds)


@dataclass(frozen=True, slots=True)
class ResultCode:
    """一项结果代码。"""

    code: str
    name: str  # 中文名，公开时写的
    kind: CodeKind
    must_follow: bool = False  # 必须有后续处理
    follow_up_kind: FollowUpKind | None = None  # 只能是哪一种；空为由部门定
    automatic: bool = False  # 机器立即立项核实


# -- events


@dataclass(frozen=True, slots=True)
class CodeSetPublished(Event):
    """公布一套检查结果代码。"""

    BASIS: ClassVar[tuple[str, ...]] = ("gbf2015-58", "gsjx2019-38")
    code_set: str
    title: str
    codes: tuple[ResultCode, ...]
    handler: PersonId | None  # 随系统附带的第一套为空

    def find(self, codes: Sequence[str]) -> tuple[ResultCode, ...]:
        """其中列明的各项；没有列明的没有。"""
        listed = {one.code: one for one in self.codes}
        return tuple(listed[code] for code in codes if code in listed)

    def sound(self, codes: Sequence[str]) -> bool:
        """至少一项、不重复、都在本套之内；“未发现问题”排斥其他（规则 24）。"""
        found = self.find(codes)
        once = bool(codes) and len(set(codes)) == len(codes) == len(found)
        alone = len(codes) == 1 or all(one.kind is not CodeKind.CLEAR for one in found)
        return once and alone


BUILT_IN: Final = "v1"
V1: Final = CodeSetPublished(
    BUILT_IN,
    "检查结果代码集 v1",
    (
        ResultCode("NO_PROBLEM", "未发现问题", CodeKind.CLEAR),
        ResultCode("PROBLEM_PENDING", "发现问题待后续处理", CodeKind.PROBLEM, must_follow=True),
        ResultCode("PROBLEM_CORRECTED", "发现问题经责令已改正", CodeKind.CORRECTED),
        ResultCode("NOT_AS_PROMISED", "不符合承诺内容", CodeKind.BREACH),
        ResultCode(
            "UNREACHABLE",
            "通过登记的住所无法联系",
            CodeKind.UNREACHABLE,
            must_follow=True,
            follow_up_kind=FollowUpKind.ABNORMAL,
            automatic=True,
        ),
        ResultCode("NOT_OPERATING", "未发现开展本次抽查涉及的经营活动", CodeKind.NOT_OPERATING),
        ResultCode("DEREGISTERED", "已注销", CodeKind.ENDED),
    ),
    None,
)


# -- state


@dataclass(frozen=True, slots=True)
class Nothing:
    """没有公布过这一套。"""


@dataclass(frozen=True, slots=True)
class Published:
    """已公布，此后不变。"""

    known: CodeSetPublished


State: TypeAlias = Nothing | Published


def in_use(code_set: str, state: State) -> CodeSetPublished | None:
    """检查时用的那一套：v1 随系统附带，其余须已公布。"""
    if code_set == BUILT_IN:
        return V1
    return state.known if isinstance(state, Published) else None


# -- command


@dataclass(frozen=True, slots=True)
class Publish:
    """公布一套。"""

    fact: CodeSetPublished

    def decide(self, state: State) -> Answer:
        """一个版本只公布一次；要改的另出一套，旧的结果仍按旧的读。"""
        if isinstance(state, Published):
            same = state.known == self.fact
            return () if same else Refused(Refusal.CODESET_EXISTS, {"code_set": self.fact.code_set})
        if self.fact.code_set == BUILT_IN:
            return Refused(Refusal.CODESET_EXISTS, {"code_set": BUILT_IN})
        if faults := tuple(_faults(self.fact)):
            return Refused(Refusal.CODESET_UNSOUND, {"codes": "、".join(faults)})
        return (self.fact,)


def _faults(fact: CodeSetPublished) -> Iterator[str]:
    """不成一套的地方：名称、重复、没有或不止一项“未发现问题”、后续处理说不通的。"""
    names = [one.code for one in fact.codes]
    if not fact.code_set.strip() or not fact.title.strip():
        yield fact.code_set
    yield from (one for one in dict.fromkeys(names) if names.count(one) > 1)
    if [one.kind for one in fact.codes].count(CodeKind.CLEAR) != 1:
        yield str(CodeKind.CLEAR)
    yield from (one.code for one in fact.codes if not _code_sound(one))


def _code_sound(one: ResultCode) -> bool:
    if not one.code.strip() or not one.name.strip():
        return False
    if one.automatic and one.follow_up_kind not in AUTOMATIC:
        return False
    if one.follow_up_kind is not None and not one.must_follow:
        return False
    return not (one.must_follow and one.kind is CodeKind.CLEAR)


def evolve(state: State, event: Event) -> State:
    """公布一次。Raises ImpossibleHistory."""
    match state, event:
        case Nothing(), CodeSetPublished():
            return Published(event)
        case _:
            raise ImpossibleHistory(f"{event} after {state}")


def decide(state: State, command: Publish) -> Answer:
    """依已公布的决定。"""
    return command.decide(state)


AGGREGATE: Final = Aggregate[State]("codeset", Nothing(), evolve)
