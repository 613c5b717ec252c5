"""测试用的手脚：拆开证据包，翻一位、抽一件、重算清单；以及照文件载入的 verify.py。"""

import hashlib
import importlib.util
import json
import sys
from pathlib import Path
from typing import Any, Final

from runtime.bundles.pack import written

SCRIPT: Final = Path(__file__).parents[2] / "verifiers" / "verify.py"


def _loaded() -> Any:
    spec = importlib.util.spec_from_file_location("verify", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["verify"] = module  # NamedTuple looks its module up
    spec.loader.exec_module(module)
    return module


verify = _loaded()


def files_of(data: bytes) -> dict[str, bytes]:
    """压缩包里的各个文件。"""
    found: dict[str, bytes] = verify.open_files(data)
    return found


def rehashed(files: dict[str, bytes], **changes: object) -> dict[str, bytes]:
    """造假的人改过之后，把清单里的 SHA-256 也重算了。"""
    manifest = json.loads(files["manifest.json"])
    listed = {
        name: hashlib.sha256(data).hexdigest()
        for name, data in files.items()
        if name != "manifest.json"
    }
    manifest |= {"files": listed, **changes}
    return files | {"manifest.json": written(manifest)}


def flipped(data: bytes, bit: int) -> bytes:
    """翻一位。"""
    at, shift = divmod(bit, 8)
    return data[:at] + bytes([data[at] ^ 1 << shift]) + data[at + 1 :]


def listed(files: dict[str, bytes]) -> list[dict[str, Any]]:
    """清单里的各件。"""
    events: list[dict[str, Any]] = json.loads(files["manifest.json"])["events"]
    return events


def without(files: dict[str, bytes], at: int) -> dict[str, bytes]:
    """抽掉一件，清单与证明也一并收拾干净。"""
    events = listed(files)
    gone = events.pop(at)
    proofs = json.loads(files["proofs.json"])
    del proofs["inclusion"][str(gone["position"])]
    used = {f"schemas/{one['schema']}.avsc" for one in events}
    left = {
        name: data
        for name, data in files.items()
        if name != f"events/{gone['position']:012d}.bin"
        and (not name.startswith("schemas/") or name in used)
    }
    return rehashed(left | {"proofs.json": written(proofs)}, events=events)
