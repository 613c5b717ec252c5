"""`test`：检查代码并运行全部测试；其余选项交给 pytest。The closing line of pytest comes last."""

import argparse
import re
import subprocess
import sys
from collections.abc import Sequence
from typing import Final

from runtime.bootstrap import environment
from runtime.exits import Exit
from runtime.messages import ROOT, say
from runtime.servers.jars import ensure_jars
from runtime.settings import Settings

CHECKS: Final[dict[str, tuple[str, ...]]] = {
    "ruff check": ("-m", "ruff", "check", "."),
    "ruff format": ("-m", "ruff", "format", "--check", "."),
    "mypy": ("-m", "mypy", "."),
    "lint-imports": ("-c", "from importlinter.cli import lint_imports_command as run; run()"),
}
PYTEST: Final = ("-m", "pytest", "--durations=15")
# A file of tests stays with one worker, for what it builds is built once a file.
WHOLE: Final = (
    *("--numprocesses=auto", "--maxprocesses=4", "--dist=loadfile"),
    *("--cov=domain", "--cov-report=term-missing:skip-covered", "--cov-fail-under=100"),
)
CLOSING: Final = re.compile(r"=+ .* in [0-9.]+s.*=+|\d+ \w+.* in [0-9.]+s.*|no tests ran.*")


def run(arguments: argparse.Namespace, _: Settings | None) -> int:
    """每一步都做完，最后合成一个结果。"""
    ensure_jars()
    (ROOT / ".data").mkdir(exist_ok=True)  # coverage writes there
    failed = {name: code for name, step in CHECKS.items() if (code := _step(name, step))}
    code, closing = _pytest(arguments.rest or WHOLE)
    failed |= {"pytest": code} if code else {}
    for name, code in failed.items():
        print(say("test.failed", name=name, code=code))
    print(closing, flush=True)
    return Exit.REFUSED if failed else Exit.DONE


def _step(name: str, arguments: tuple[str, ...]) -> int:
    print(say("test.step", name=name), flush=True)
    done = subprocess.run([sys.executable, *arguments], cwd=ROOT, env=environment(), check=False)
    return done.returncode


def _pytest(rest: Sequence[str]) -> tuple[int, str]:
    """Run pytest, show every line at once, keep its last one."""
    print(say("test.step", name="pytest"), flush=True)
    command = [sys.executable, *PYTEST, *(["--color=yes"] if sys.stdout.isatty() else []), *rest]
    closing = ""
    with subprocess.Popen(
        command, cwd=ROOT, env=environment(), stdout=subprocess.PIPE, text=True
    ) as pytest:
        assert pytest.stdout is not None  # noqa: S101 - asked for above
        for line in pytest.stdout:
            print(line, end="", flush=True)
            plain = re.sub(r"\x1b\[[0-9;]*m", "", line).strip()
            closing = line.rstrip() if CLOSING.fullmatch(plain) else closing
    return pytest.returncode, closing
