"""交出去的文件：没有一台机器的路径，没有下载地址，每个依赖都锁着。"""

import re
from typing import Final

import pytest

from runtime.servers.jars import parse_lock
from tests.architecture.source import ROOT, committed, name_of

# "[j]obs": so that this file does not hold what it forbids.
FORBIDDEN: Final = re.compile(
    r"/(?:simple|maven2)\b|/(?:root|work|home/\w+)/|/tmp/bash_[j]obs|--(?:extra-)?[i]ndex-url"
)
PIN: Final = re.compile(r"^[A-Za-z0-9][\w.-]*(\[[\w,-]+\])?==\S+( ; [^\\]+)? \\$")
HASH: Final = re.compile(r"^    --hash=sha256:[0-9a-f]{64}( \\)?$")


def test_no_file_names_a_registry_or_a_machine() -> None:
    """版本管理里的文件，没有软件源的地址，没有某台机器上的路径。"""
    found = []
    for path in committed():
        text = path.read_bytes().decode("utf-8", errors="replace")
        found += [(name_of(path), hit.group()) for hit in FORBIDDEN.finditer(text)]
    assert found == []


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_every_pin_has_its_hash(lock: str) -> None:
    """锁文件的每一项：精确的版本，随后至少一个散列，别无他物。"""
    lines = (ROOT / lock).read_text(encoding="utf-8").splitlines()
    lines = [line for line in lines if line.strip() and not line.lstrip().startswith("#")]
    assert any(PIN.match(line) for line in lines)
    for line, after in zip(lines, [*lines[1:], ""], strict=True):
        assert PIN.match(line) or HASH.match(line), line
        if PIN.match(line):
            assert HASH.match(after), f"no hash: {line}"


def test_the_development_lock_holds_the_runtime_lock() -> None:
    """检查时用的依赖，与运行时用的是同一版本、同一散列。"""
    runtime, development = (
        set((ROOT / lock).read_text(encoding="utf-8").splitlines())
        for lock in ("requirements.lock", "requirements-dev.lock")
    )
    missing = {line for line in runtime - development if not line.lstrip().startswith("#")}
    assert missing == set()


def test_every_jar_is_locked_once() -> None:
    """kafka.lock 逐行可读，一个 jar 只有一个版本。"""
    jars = parse_lock((ROOT / "kafka.lock").read_text(encoding="utf-8"))
    assert jars
    assert len({(jar.group, jar.artifact) for jar in jars}) == len(jars)
