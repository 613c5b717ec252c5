"""体检的结果：哪份文件、哪一行、哪一项，什么毛病。"""

from dataclasses import dataclass
from enum import StrEnum

from runtime.messages import fill, find, tables


class Fault(StrEnum):
    """数据文件的毛病；事项本身的毛病另有代码（domain/catalogue_lint.py，或拒绝码）。"""

    MISSING = "MISSING"  # 必须写的没有写
    UNKNOWN_TABLE = "UNKNOWN_TABLE"  # 不认得的表
    UNKNOWN_FIELD = "UNKNOWN_FIELD"  # 不认得的项
    SHAPE = "SHAPE"  # 写法不对
    CHOICE = "CHOICE"  # 不在代码集里
    TWICE = "TWICE"  # 重复
    HEAD = "HEAD"  # 同一份的几行，共有的各项不一致
    UNKNOWN_POLICY = "UNKNOWN_POLICY"  # 没有的承诺办法


class Remark(StrEnum):
    """提醒：文件可以只是一部分，其余的可能已在账上；账上也没有的，公布时不予办理。"""

    UNKNOWN_ITEM = "UNKNOWN_ITEM"  # 所指的事项不在文件里
    UNKNOWN_ORGAN = "UNKNOWN_ORGAN"  # 没有名称的机关代码
    OFF_LIST = "OFF_LIST"  # 事项说的，清单上没有
    NOT_OF_ITEM = "NOT_OF_ITEM"  # 清单上的，事项没有


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """在哪里：文件、表、第几项（XLSX 为第几行），是哪一个。"""

    file: str
    table: str
    number: int
    key: str = ""

    def __str__(self) -> str:
        """给人看的。"""
        table = tables()["catalogue_table"].get(self.table, self.table)
        shown = str(tables()["catalogue"]["place"])
        facts = {"file": self.file, "table": str(table), "number": str(self.number)}
        return fill(shown, facts) + (f"（{self.key}）" if self.key else "")


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """一处毛病，或一处提醒（不妨碍公布）。"""

    place: Place
    field: str
    code: str
    what: str = ""
    is_fault: bool = True

    @property
    def text(self) -> str:
        """说明。"""
        refusal = find("refusal", self.code)
        sentence = refusal.text if refusal else str(tables()["finding"][self.code])
        return fill(sentence, {"what": self.what, "items": self.what})
