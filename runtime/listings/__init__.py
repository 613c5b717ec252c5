"""清单：每一种清单有哪些条件、读哪些视图、列哪几栏；一个题目一个文件。"""

from collections.abc import Mapping
from typing import Final

from runtime.listings import (
    annual,
    cases,
    catalogue,
    checks,
    numbers,
    oversight,
    panel,
    registers,
    reliances,
    risks,
    supervision,
)
from runtime.listings.base import Asked, Listing

__all__ = ["LISTS", "Asked", "Listing"]

LISTS: Final[Mapping[str, Listing]] = {
    **cases.LISTS,
    **registers.LISTS,
    **oversight.LISTS,
    **supervision.LISTS,
    **checks.LISTS,
    **catalogue.LISTS,
    **panel.LISTS,
    **reliances.LISTS,
    **numbers.LISTS,
    **risks.LISTS,
    **annual.LISTS,
}
