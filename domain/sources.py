"""来源（sources）：导入的历史出自哪里、哪一条记录，凭此认出重复与矛盾。

Imported history has event types of its own: what a source says happened is never a decision taken
here (G10), and no clock of ours runs over it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from types import MappingProxyType
from typing import Final

from domain.decider import Refused
from domain.refusals import Refusal
from domain.terms import BEIJING, Sha256


@dataclass(frozen=True, slots=True)
class SourceRecord:
    """来源记录：哪个来源、其中哪一条、内容摘要，由哪一次导入带来。

    ``sha256`` covers the fields that were read of the record, so that the same record under another
    content is noticed; ``line`` is its row in that import's file, the heading being row 1.
    """

    source: str
    record: str
    sha256: Sha256
    import_id: str
    line: int


def midnight(day: date) -> datetime:
    """来源只记到日的，取北京时间该日零时。"""
    return datetime.combine(day, time(), BEIJING)


_NONE: Final[Mapping[str, Sha256]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Taken:
    """一份案卷已导入的来源记录：编号 → 内容摘要。"""

    records: Mapping[str, Sha256] = field(default_factory=lambda: _NONE)

    def __contains__(self, origin: SourceRecord) -> bool:
        return self.records.get(_name(origin)) == origin.sha256

    def plus(self, origin: SourceRecord) -> "Taken":
        """又导入一条。"""
        return Taken(MappingProxyType({**self.records, _name(origin): origin.sha256}))

    def differs(self, origin: SourceRecord) -> Refused | None:
        """同一条记录先前导入过而内容不同：账上的不改，新的不收。"""
        known = self.records.get(_name(origin))
        if known is None or known == origin.sha256:
            return None
        return Refused(Refusal.IMPORT_DIFFERS, {"record": origin.record})


def _name(origin: SourceRecord) -> str:
    return f"{origin.source}/{origin.record}"


def contradicts(known: object, new: object, names: tuple[str, ...]) -> Refused | None:
    """同一份案卷的两条记录，本应相同的几项不同：指出是哪几项。"""
    found = tuple(_differing(known, new, names))
    return Refused(Refusal.IMPORT_CONTRADICTS, {"fields": "、".join(found)}) if found else None


def _differing(known: object, new: object, names: tuple[str, ...]) -> Iterator[str]:
    for name in names:
        if getattr(known, name) != getattr(new, name):
            yield name
