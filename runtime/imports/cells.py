"""一格怎么读：代码、编号、文字、日期、时刻、数目、代码集；读不成的说出理由。"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from functools import cache
from typing import Final
from zoneinfo import ZoneInfo

from runtime.imports.refused import CellRefused, brief

CODE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/#-]{0,79}")
NUMBER: Final = re.compile(r"[^\s/]{1,80}")
RESIDENT: Final = re.compile(r"\d{6}(?:19|20)\d{9}[\dXx]")  # 居民身份证号的样子
PERSONAL: Final = re.compile(r"(?<!\d)(?:1[3-9]\d{9}|\d{17}[\dXx])(?!\d)")
SHORTEST_PERSONAL: Final = 11
LONGEST: Final = 200  # characters of a text
FIRST_YEAR, LAST_YEAR = 1900, 2199
MOST_DIGITS: Final = 9  # of a count: it is an Avro int
INVISIBLE: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})  # control, bidi, …
SEPARATOR: Final = re.compile(r"[、,，;；]")
ISO: Final = "iso"


class FieldKind(StrEnum):
    """一项的写法。"""

    CODE = "CODE"  # ASCII 代码
    NUMBER = "NUMBER"  # 来源中的编号；入账时前加来源代号
    RECORD = "RECORD"  # 来源中的记录编号，照写
    TEXT = "TEXT"
    NAME = "NAME"  # 个人信息，封存
    DATE = "DATE"
    INSTANT = "INSTANT"
    NATURAL = "NATURAL"
    LIST = "LIST"  # 顿号、逗号或分号分隔的代码
    TEXTS = "TEXTS"  # 同样分隔的文字
    CHOICE = "CHOICE"


@dataclass(frozen=True, slots=True)
class Field:
    """我们的一项：写法、是否必填、属哪个代码集。"""

    kind: FieldKind
    required: bool = True
    choices: type[StrEnum] | None = None


@dataclass(frozen=True, slots=True)
class FileFormat:
    """文件怎么读。``date``/``time``: ``iso`` or a strptime pattern; ``zone`` for times without one."""

    encoding: str = "auto"
    delimiter: str = ","
    sheet: str = ""
    date: str = ISO
    time: str = ISO
    zone: str = "Asia/Shanghai"
    blank: tuple[str, ...] = ()  # 来源用来表示“没有”的写法


class Iso(str):
    """工作簿里的日期格：不论对照表怎么写，它总是 ISO 写法。"""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Reader:
    """按一份文件的写法、一个来源的代号读各格。Raises :class:`CellRefused`."""

    form: FileFormat
    source: str

    def read(self, one: Field, text: str) -> object:
        """一格。"""
        return _READERS[one.kind](self, one, text)

    def code(self, _: Field, text: str) -> str:
        """代码：ASCII 字母数字，不得是姓名、证件号或电话。"""
        if not CODE.fullmatch(text):
            raise CellRefused("import.code", value=brief(text))
        _refuse_personal(text)
        return text

    def record(self, _: Field, text: str) -> str:
        """来源中的编号：没有空白与斜线，不得是身份证号。"""
        _refuse_invisible(text)
        if not NUMBER.fullmatch(text):
            raise CellRefused("import.code", value=brief(text))
        if RESIDENT.fullmatch(text):
            raise CellRefused("import.personal")
        return text

    def number(self, one: Field, text: str) -> str:
        """前面加来源代号：两边的编号永不相混。"""
        return f"{self.source}-{self.record(one, text)}"

    def text(self, _: Field, text: str) -> str:
        """文字：不含控制字符与方向控制符，不过长，不含证件号与电话。"""
        _refuse_invisible(text)
        _refuse_personal(text)
        return text

    def name(self, _: Field, text: str) -> str:
        """姓名或名称：入账前封存。"""
        _refuse_invisible(text)
        return text

    def day(self, _: Field, text: str) -> date:
        """日期。"""
        form = ISO if isinstance(text, Iso) else self.form.date
        try:
            if form == ISO:
                found = date.fromisoformat(text)
            else:
                found = datetime.strptime(text, form).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            raise CellRefused("import.date", value=brief(text)) from None
        return _plausible(text, found)

    def instant(self, _: Field, text: str) -> datetime:
        """时刻；没有时区的按对照表所定；夏令时跳过的时刻不存在。"""
        form = ISO if isinstance(text, Iso) else self.form.time
        try:
            iso = form == ISO
            found = datetime.fromisoformat(text) if iso else datetime.strptime(text, form)  # noqa: DTZ007
            _plausible(text, found.date())
            aware = found if found.tzinfo else found.replace(tzinfo=zone(self.form.zone))
            exact = aware.astimezone(UTC)
        except (ValueError, OverflowError):
            raise CellRefused("import.date", value=brief(text)) from None
        if exact.astimezone(aware.tzinfo).replace(tzinfo=None) != found.replace(tzinfo=None):
            raise CellRefused("import.date", value=brief(text))
        return aware

    def natural(self, _: Field, text: str) -> int:
        """不小于零的整数。"""
        if not (text.isascii() and text.isdecimal() and len(text) <= MOST_DIGITS):
            raise CellRefused("import.number", value=brief(text))
        return int(text)

    def several(self, one: Field, text: str) -> tuple[str, ...]:
        """几个代码。"""
        parts = [part.strip() for part in SEPARATOR.split(text)]
        return tuple(self.code(one, part) for part in parts if part)

    def texts(self, one: Field, text: str) -> tuple[str, ...]:
        """几个词。"""
        parts = [part.strip() for part in SEPARATOR.split(text)]
        return tuple(self.text(one, part) for part in parts if part)

    def choice(self, one: Field, text: str) -> object:
        """代码集里的一个。"""
        choices = one.choices
        if choices is None or text not in choices.__members__:
            raise CellRefused("import.value", value=brief(text))
        return choices[text]


_READERS: Final[Mapping[FieldKind, Callable[[Reader, Field, str], object]]] = {
    FieldKind.CODE: Reader.code,
    FieldKind.NUMBER: Reader.number,
    FieldKind.RECORD: Reader.record,
    FieldKind.TEXT: Reader.text,
    FieldKind.NAME: Reader.name,
    FieldKind.DATE: Reader.day,
    FieldKind.INSTANT: Reader.instant,
    FieldKind.NATURAL: Reader.natural,
    FieldKind.LIST: Reader.several,
    FieldKind.TEXTS: Reader.texts,
    FieldKind.CHOICE: Reader.choice,
}


@cache
def zone(name: str) -> ZoneInfo:
    """时区。Raises :class:`ValueError` or :class:`LookupError`."""
    return ZoneInfo(name)


def _refuse_invisible(text: str) -> None:
    if len(text) > LONGEST:
        raise CellRefused("import.long", length=str(len(text)), largest=str(LONGEST))
    if not text.isprintable() and any(unicodedata.category(sign) in INVISIBLE for sign in text):
        raise CellRefused("import.invisible", value=brief(text))


def _refuse_personal(text: str) -> None:
    if len(text) >= SHORTEST_PERSONAL and PERSONAL.search(text):
        raise CellRefused("import.personal")


def _plausible(text: str, day: date) -> date:
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise CellRefused("import.date", value=brief(text))
    return day
