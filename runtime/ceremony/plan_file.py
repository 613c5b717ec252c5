"""读计划文件：各项照登记检查计划的写法，序号由账本接着编，不写。"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from domain.acts.inspections import RegisterPlan
from domain.terms import HashName
from runtime.acts.file import single, text_of, toml_of
from runtime.exits import Exit, Stop

SEALED: Final = "sealed"
_OURS: Final = ("serial", "sealed_share_commitment")  # the ledger's and the safe's to give


@dataclass(frozen=True, slots=True)
class PlanFile:
    """一份计划文件。``sealed``: 另封存一份份额；``act`` 的序号还是 0。"""

    act: RegisterPlan
    sealed: bool


def read(path: Path, department: str | None, *, strict: bool) -> PlanFile:
    """读出。``department``: where the file names none, that of whoever registers it.

    Raises :class:`Stop`, exit code 1: what is wrong, and in which line.
    """
    text = text_of(path)
    told = toml_of(str(path), text)
    sealed = told.pop(SEALED, False)
    if not isinstance(sealed, bool):
        raise Stop(Exit.USAGE, "draw.plan_sealed", file=path)
    for key in _OURS:
        if key in told:
            raise Stop(Exit.USAGE, "draw.plan_ours", file=path, key=key)
    given: dict[str, Any] = {"hash": HashName.SHA256.value, "serial": 0, **told}
    if department is not None:
        given.setdefault("department", department)
    act = single(str(path), text, RegisterPlan, given, strict=strict)
    if not isinstance(act, RegisterPlan):
        raise TypeError(act)
    return PlanFile(act, sealed)
