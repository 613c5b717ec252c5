"""公布的文件夹：网页、卷宗、输入、复算程序；写全了才有，已有的不覆盖。"""

import json
import shutil
from pathlib import Path
from typing import Final

from domain import sampling
from runtime.draws import page
from runtime.draws.package import Published, Stage
from runtime.exits import Exit, Stop
from runtime.messages import ROOT

REPLAY: Final = ROOT / "verifiers" / "replay.py"


def files(drawn: Published, stage: Stage) -> dict[str, str]:
    """公布的各文件。"""
    told, audit = drawn.draw_input(), drawn.audit(stage)
    public = {"input": told, "expected": sampling.compute(told)}
    return {
        "draw.json": _readable(audit),
        "input.json": _readable(public),
        "index.html": page.render(drawn, public, audit),
    }


def _readable(told: object) -> str:
    return json.dumps(told, ensure_ascii=False, indent=1) + "\n"


def write(folder: Path, told: dict[str, str]) -> None:
    """Whole or not at all: written beside, then given its name. A folder that holds something stays."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise Stop(Exit.REFUSED, "draw.folder_not_empty", folder=folder)
    part = folder.with_name(f"{folder.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    for name, text in told.items():
        (part / name).write_text(text, encoding="utf-8")
    shutil.copyfile(REPLAY, part / "replay.py")
    part.replace(folder)
