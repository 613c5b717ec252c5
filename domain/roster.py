"""名录（roster）：冻结的检查对象名单与检查人员名单，及其规范编码与树根。"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from domain import merkle
from domain.hashing import lp
from domain.terms import CommitmentId, HashName, LicenceNo, PersonId, SubjectId


@dataclass(frozen=True, slots=True)
class ListedObject:
    """名单上的检查对象；可据以联系许可与承诺。"""

    subject: SubjectId
    stratum: str
    region: str
    speciality: str
    licence_no: LicenceNo | None
    commitment_id: CommitmentId | None
    officers_involved: tuple[PersonId, ...]  # 经手收件、审核、决定的人：不得检查（SD5）


@dataclass(frozen=True, slots=True)
class ListedInspector:
    """名单上的检查人员。"""

    inspector: PersonId
    region: str
    specialities: tuple[str, ...]
    station: str
    certificate_valid_to: date


@dataclass(frozen=True, slots=True)
class ListedRecusal:
    """回避名单上的一项：此人不检查此户。"""

    inspector: PersonId
    subject: SubjectId


@dataclass(frozen=True, slots=True)
class ClassChange:
    """一户的风险等级变更；检查前三十日内的随名单列出，临时改级看得出来。"""

    subject: SubjectId
    before: str
    risk_class: str
    changed_on: date


def _texts(*texts: str) -> bytes:
    return b"".join(lp(text.encode()) for text in texts)


def _many(texts: Sequence[str]) -> bytes:
    return len(texts).to_bytes(4) + _texts(*sorted(texts))


def canonical_object(entry: ListedObject) -> bytes:
    """一个对象的规范编码。

    ``lp`` of each text in the order of the class, UTF-8, an absent number as the empty text; then
    the persons: how many (4 bytes, big-endian) and each one's ``lp``, sorted.
    """
    head = _texts(
        "ssj/listed-object/v1",
        entry.subject,
        entry.stratum,
        entry.region,
        entry.speciality,
        entry.licence_no or "",
        entry.commitment_id or "",
    )
    return head + _many(entry.officers_involved)


def canonical_inspector(entry: ListedInspector) -> bytes:
    """一名检查人员的规范编码；日期写作 ``YYYY-MM-DD``，专业列在最后、已排序。"""
    head = _texts(
        "ssj/listed-inspector/v1",
        entry.inspector,
        entry.region,
        entry.station,
        entry.certificate_valid_to.isoformat(),
    )
    return head + _many(entry.specialities)


def object_root(name: HashName, entries: Iterable[ListedObject]) -> str:
    """对象名单树根（小写十六进制）；与列出的先后无关，一律按编号排序。"""
    ordered = sorted(entries, key=lambda entry: entry.subject)
    return merkle.root(name, map(canonical_object, ordered)).hex()


def inspector_root(name: HashName, entries: Iterable[ListedInspector]) -> str:
    """检查人员名单树根（小写十六进制），按编号排序。"""
    ordered = sorted(entries, key=lambda entry: entry.inspector)
    return merkle.root(name, map(canonical_inspector, ordered)).hex()


def canonical_recusal(entry: ListedRecusal) -> bytes:
    """一项回避的规范编码。"""
    return _texts("ssj/listed-recusal/v1", entry.inspector, entry.subject)


def recusal_root(name: HashName, entries: Iterable[ListedRecusal]) -> str:
    """回避名单树根（小写十六进制），按对象、人员编号排序。"""
    ordered = sorted(entries, key=by_subject)
    return merkle.root(name, map(canonical_recusal, ordered)).hex()


def by_subject(entry: ListedRecusal) -> tuple[SubjectId, PersonId]:
    """回避名单的次序。"""
    return entry.subject, entry.inspector
