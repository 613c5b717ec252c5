"""数据文件有哪些表、各表有哪些项；TOML 与 XLSX 同一套名称，说明见 docs/catalogue.md。"""

from collections.abc import Iterator, Mapping
from dataclasses import MISSING, dataclass, fields
from enum import StrEnum
from operator import attrgetter
from typing import Any, Final

from domain.catalogue import (
    CancelMode,
    DayCount,
    GapDefault,
    HalfLimit,
    HandlingRules,
    HearingNeed,
    IntakeRules,
    ItemTag,
    PledgeRules,
    RenewalRules,
    ReviewRules,
    ReviewStep,
    Stage,
    TransferMode,
)
from domain.commitment import BreachPolicy
from domain.lists import ListKind
from domain.policy import Path, Trigger


class Shape(StrEnum):
    """一项的写法。"""

    TEXT = "TEXT"  # 文字
    TEXTS = "TEXTS"  # 若干条文字
    NATURAL = "NATURAL"  # 不小于零的整数
    YES = "YES"  # 是或否
    DAY = "DAY"  # 日期
    CHOICE = "CHOICE"  # 代码集里的一个
    CHOICES = "CHOICES"  # 代码集里的若干个


NEEDED: Final = object()


@dataclass(frozen=True, slots=True)
class Field:
    """一项：名称、写法、没有写时的取值（``NEEDED`` 即必须写）。

    ``path``: where the value stands in an item. ``of``: the enumeration.
    """

    name: str
    shape: Shape
    default: object = NEEDED
    of: type[StrEnum] | None = None
    path: str = ""

    @property
    def is_needed(self) -> bool:
        """必须写。"""
        return self.default is NEEDED


@dataclass(frozen=True, slots=True)
class Table:
    """一张表。``entry`` 不空的，若干行合成一份（一张清单、一个办法），``head`` 各行相同。"""

    name: str
    head: tuple[Field, ...]
    entry: tuple[Field, ...] = ()
    key: tuple[str, ...] = ()

    @property
    def fields(self) -> tuple[Field, ...]:
        """全部各项。"""
        return (*self.head, *self.entry)


def _text(name: str, default: object = NEEDED) -> Field:
    return Field(name, Shape.TEXT, default)


def _texts(name: str, default: object = NEEDED) -> Field:
    return Field(name, Shape.TEXTS, default)


def _day(name: str) -> Field:
    return Field(name, Shape.DAY)


def _yes(name: str) -> Field:
    return Field(name, Shape.YES, default=False)


def _choice(name: str, of: type[StrEnum], default: object = NEEDED) -> Field:
    return Field(name, Shape.CHOICE, default, of)


# -- items: their own fields, and the rules of handling with the defaults of the domain

# Where a name of a rule would be taken for something else, it is told apart.
_RENAMED: Final = {
    "renewal.days_before": "renewal_days_before",
    "renewal.count": "renewal_count",
    "renewal.tacit": "renewal_tacit",
}
_ENUMS: Final[Mapping[str, tuple[Shape, type[StrEnum]]]] = {
    "gap_default": (Shape.CHOICE, GapDefault),
    "hearing": (Shape.CHOICE, HearingNeed),
    "half_limit": (Shape.CHOICE, HalfLimit),
    "renewal_count": (Shape.CHOICE, DayCount),
    "stage": (Shape.CHOICE, Stage),
    "steps": (Shape.CHOICES, ReviewStep),
    "tags": (Shape.CHOICES, ItemTag),
}
_NUMBERS: Final = frozenset({"quota", "verification_months"})  # none unless it says one
_SECTIONS: Final[Mapping[str, type]] = {
    "intake": IntakeRules,
    "review": ReviewRules,
    "pledge": PledgeRules,
    "renewal": RenewalRules,
}


def _rules() -> Iterator[Field]:
    for section, kind in _SECTIONS.items():
        for one in fields(kind):
            yield _rule(f"{section}.{one.name}", one.default)
    for one in fields(HandlingRules):
        if one.name not in _SECTIONS:
            yield _rule(one.name, one.default)


def _rule(path: str, default: object) -> Field:
    name = _RENAMED.get(path, path.rpartition(".")[2])
    shape, of = _ENUMS.get(name, (None, None))
    if default is MISSING:
        raise TypeError(f"a rule without a default: {path}")
    return Field(name, shape or _shape(name, default), default, of, f"rules.{path}")


def _shape(name: str, default: object) -> Shape:
    match default:
        case bool():
            return Shape.YES
        case int():
            return Shape.NATURAL
        case tuple():
            return Shape.TEXTS
        case _:
            return Shape.NATURAL if name in _NUMBERS else Shape.TEXT


def _item() -> Iterator[Field]:
    own = (
        _text("item_code"),
        _text("name"),
        _day("effective_from"),
        _texts("legal_basis"),
        _text("approving_body"),
        _texts("supervising_bodies"),
        Field("legal_days", Shape.NATURAL),
        Field("promised_days", Shape.NATURAL),
        _yes("window_authorised"),
        _texts("commitment_materials", ()),
        _choice("breach_policy", BreachPolicy, BreachPolicy.REVOKE),
        _yes("filing_only"),
        _texts("materials"),
        _text("speciality"),
    )
    for one in own:
        yield Field(one.name, one.shape, one.default, one.of, one.name)
    yield from _rules()


ITEM: Final = Table("item", tuple(_item()), key=("item_code",))
LIST: Final = Table(
    "list",
    (
        _choice("kind", ListKind),
        _day("effective_from"),
        _text("document_no"),
        _texts("legal_basis"),
        _yes("derived"),  # 各条由事项推出
    ),
    (_text("item_code", None), _text("material", None), _text("matter", None)),
    ("kind",),
)
SERVICES: Final = Table(
    "services",
    (_day("effective_from"), _text("document_no")),
    (
        _text("item_code"),
        _text("name"),
        Field("days", Shape.NATURAL),
        _text("process"),
        _text("conditions"),
        _text("fee"),
        _yes("required_by_law"),
    ),
)
POLICY: Final = Table(
    "policy",
    (
        _text("id"),
        _day("effective_from"),
        _text("name"),
        _text("jurisdiction"),
        _text("source"),
    ),
    (
        _choice("trigger", Trigger),
        _choice("path", Path),
        _yes("terminate"),
        _yes("credit_record"),
        _yes("no_more_commitments"),
        _yes("penalty"),
    ),
    ("id",),
)
AREA: Final = Table(
    "area",
    (
        _text("area_id"),
        _text("name"),
        _texts("parcels"),
        _texts("items"),
        _texts("assessments"),
        _day("valid_from"),
        _day("valid_to"),
        _text("document_no"),
    ),
    key=("area_id",),
)
DORMANT: Final = Table(
    "dormant",
    (_text("item_code"), _text("explanation"), _text("document_no")),
    key=("item_code",),
)
TRANSFER: Final = Table(
    "transfer",
    (
        _text("item_code"),
        _choice("mode", TransferMode),
        _text("from_organ"),
        _text("to_organ"),
        _day("effective_from"),
        _text("document_no"),
        _yes("planned"),  # 只是拟下放
    ),
    key=("item_code", "mode", "from_organ", "to_organ", "planned"),
)
CANCEL: Final = Table(
    "cancel",
    (
        _text("item_code"),
        _choice("mode", CancelMode),
        _day("effective_from"),
        _text("explanation"),
        _text("document_no"),
        _text("successor_item", None),
    ),
    key=("item_code",),
)
ORGAN: Final = Table("organ", (_text("code"), _text("name")), key=("code",))
TABLES: Final[Mapping[str, Table]] = {
    one.name: one for one in (ORGAN, POLICY, LIST, SERVICES, ITEM, AREA, TRANSFER, DORMANT, CANCEL)
}


def flat(item: Any) -> dict[str, object]:
    """一个事项（要公布的，或账上的版本）的各项，键为各项的名称；编码不在内。"""
    return {one.name: attrgetter(one.path)(item) for one in ITEM.fields if one.name != "item_code"}


def rules(values: Mapping[str, object]) -> HandlingRules:
    """由各项拼成办理规则。"""
    found: dict[str, dict[str, Any]] = {section: {} for section in ("", *_SECTIONS)}
    for one in ITEM.fields:
        where, _, path = one.path.partition(".")
        if where == "rules":
            section, _, name = path.rpartition(".")
            found[section][name] = values[one.name]
    parts: dict[str, Any] = {section: kind(**found[section]) for section, kind in _SECTIONS.items()}
    return HandlingRules(**parts, **found[""])
