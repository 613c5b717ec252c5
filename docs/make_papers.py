"""由文书的出处与写法生成 docs/papers.md：在仓库根目录 ``python docs/make_papers.py``。

A test compares the two, and that every paper that goes against somebody says how to be reviewed.
"""
# ruff: noqa: INP001  (a script beside its page, not a package)

import sys
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from domain.acts.documents import REPEATED  # noqa: E402
from domain.document import DocumentKind  # noqa: E402
from runtime.documents.kinds import SOURCES, wording  # noqa: E402
from runtime.documents.paper import part  # noqa: E402
from runtime.words import title  # noqa: E402
from schemas.registry import EVENT_NAMES  # noqa: E402

PAGE: Final = ROOT / "docs" / "papers.md"
HEAD: Final = """\
# 文书

由 `runtime/documents/kinds.py` 与 `messages/zh_CN.papers.toml` 生成（`python docs/make_papers.py`），请改前者。

- 每份文书出自账上的一件事：没有其事，就没有文书（`document.no_ground`）；走到下一步的，只能出具现行的。
- 看草稿、出具用印、寄出、送达：`./shenguan document 办件编号 种类 --out 文件.pdf`，加 `--issue` 出具并用印，再 `send`、`deliver`；
  一件的全部文书：`./shenguan document list 办件编号`。
- 出具以审批机关的名义；用印之后才能寄、能送。印章处的一行：{seal}
  设了 `SHENGUAN_SEAL_COMMAND` 的，由单位的印章系统加盖。
- “不利”的一栏：拒绝、收回或者责令什么的，都写明复议六十日、诉讼六个月（《行政复议法》第二十条、《行政诉讼法》第四十六条），有测试逐一核对。
- 文号：取自所据的事；没有文号的，用案卷自己的编号。“会有几份”的，文书编号带文号。

| 文书 | 种类 | 据哪件事 | 文号 | 依据 | 不利 | 会有几份 |
|---|---|---|---|---|---|---|
"""
TAIL: Final = """
还没有的：备案与报备的文书（不属于哪一件办件，出具以办件为准）；公告送达的撤销前告知书（内容即公告）；信用惩戒的告知书；吊销是监管部门的
行政处罚决定，不由本系统出具。

## English

Every official paper, the event it rests on, where its number comes from, its law, and whether it must tell how to be reviewed. Generated.
"""


def page() -> str:
    """生成的全文。"""
    rows = "".join(_row(kind) for kind in DocumentKind if kind in SOURCES)
    return HEAD.format(seal=part("seal_embedded")) + rows + TAIL


def _row(kind: DocumentKind) -> str:
    source, words = SOURCES[kind], wording(kind)
    event = [name for name in EVENT_NAMES if name.rpartition(".")[0] == source.event][-1]
    cells = (
        words.title,
        f"`{kind.lower()}`",
        f"{title('event', event)} `{source.event}`",
        "案卷的编号" if source.number is None else f"`{source.number}`",
        "；".join(title("basis", code) for code in words.basis),
        "复议六十日、诉讼六个月" if source.adverse else "",
        "是" if kind in REPEATED else "",
    )
    return f"| {' | '.join(cells)} |\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
