"""./shenguan 本身：帮助、用法错误、旧 Python、首次备环境。"""

import base64
import hashlib
import os
import subprocess
import sys
import threading
import zipfile
from pathlib import Path

import pytest

from runtime import bootstrap, cli
from runtime.bootstrap import Maker
from runtime.exits import Exit, Stop
from runtime.messages import ROOT, error, find, say, tables


def shenguan(*arguments: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """运行一次 ./shenguan。"""
    return subprocess.run(
        [sys.executable, str(ROOT / "shenguan"), *arguments],
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_help_is_chinese_and_lists_every_command() -> None:
    """帮助是中文的，列出全部命令。"""
    done = shenguan("--help")
    assert done.returncode == Exit.DONE
    for heading in ("用法", "命令", "选项"):
        assert heading in done.stdout
    for name in cli.visible():
        assert f"    {name}" in done.stdout
    assert "role" not in done.stdout


@pytest.mark.parametrize("name", cli.visible())
def test_every_command_has_chinese_help(name: str) -> None:
    """每个命令都有自己的中文帮助。"""
    done = shenguan(name, "--help")
    assert done.returncode == Exit.DONE
    assert say(f"command.{name}") in done.stdout
    assert "选项" in done.stdout


@pytest.mark.parametrize(
    ("name", "folder"), [("demo", ".data/demo"), ("init", ".data/main"), ("case", "上次用的那个")]
)
def test_help_names_the_folder_that_is_used_by_default(name: str, folder: str) -> None:
    """帮助里写明不给 --data 时用哪个数据目录。"""
    assert f"默认：{folder}" in shenguan(name, "--help").stdout


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((), "缺少参数"),
        (("dmo",), "没有这个命令：'dmo'。是不是 demo"),
        (("up", "--fast"), "不认识的参数：--fast"),
        (("tail", "--from-position", "x"), "--from-position 的取值不对"),
        (("tail", "--from-position", "-1"), "--from-position 的取值不对：'-1'，须是 0 至"),
        (("tail", "-n", "-1"), "-n/--count 的取值不对：'-1'，须是 0 至 1000000000000 的整数"),
        (("case", "-n", "-1"), "-n/--count 的取值不对：'-1'，须是 0 至 1000000000000 的整数"),
        (("list", "cases", "-n", "9" * 20), f"-n/--count 的取值不对：'{'9' * 20}'，须是 0 至"),
        (("status", "--data"), "--data 后面要跟一个值"),
    ],
)
def test_a_usage_error_is_explained_and_ends_with_1(
    arguments: tuple[str, ...], sentence: str
) -> None:
    """用法有误：说清楚哪里错，退出码 1。"""
    done = shenguan(*arguments)
    assert done.returncode == Exit.USAGE
    assert sentence in done.stderr
    assert "--help" in done.stderr


def test_the_launcher_runs_from_any_folder_and_never_imports_from_it(tmp_path: Path) -> None:
    """在别的目录里运行，也只用自己的代码。"""
    (tmp_path / "runtime").mkdir()
    (tmp_path / "runtime" / "__init__.py").write_text("raise SystemExit('foreign code')")
    (tmp_path / "argparse.py").write_text("raise SystemExit('foreign code')")
    done = shenguan("explain", "disk_full", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (Exit.DONE, "")
    assert "磁盘已满" in done.stdout


def test_help_and_usage_need_nothing_but_the_standard_library() -> None:
    """帮助与用法错误不需要任何依赖：没有 site-packages 也行。"""
    done = subprocess.run(
        [sys.executable, "-S", "-E", str(ROOT / "shenguan"), "--help"],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (Exit.DONE, "")


def test_the_launcher_is_plain_enough_for_an_old_python() -> None:
    """旧 Python 也能读懂这个脚本，才说得出自己太旧。"""
    source = (ROOT / "shenguan").read_text("utf-8")
    compile(source, "shenguan", "exec", dont_inherit=True)
    too_new = ("f'", 'f"', ":=", "match ", "print ")
    assert not [word for word in too_new if word in source]
    late = source.replace("OLDEST = (3, 11)", "OLDEST = (99, 0)")
    done = subprocess.run(
        [sys.executable, "-c", late], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == Exit.DEPENDENCY
    assert "需要 Python 3.11" in done.stderr
    assert "办法" in done.stderr


def wheel(folder: Path, name: str = "tiny") -> Path:
    """手工做一个最小的轮子。"""
    path = folder / f"{name}-1.0-py3-none-any.whl"
    info = f"{name}-1.0.dist-info"
    files = {
        f"{name}.py": b"VALUE = 1\n",
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n".encode(),
        f"{info}/WHEEL": b"Wheel-Version: 1.0\nGenerator: x\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = ""
    for file, content in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
        record += f"{file},sha256={digest},{len(content)}\n"
    files[f"{info}/RECORD"] = (record + f"{info}/RECORD,,\n").encode()
    with zipfile.ZipFile(path, "w") as archive:
        for file, content in files.items():
            archive.writestr(file, content)
    return path


def pin(made: Path, digest: str | None = None) -> str:
    """锁文件的一行。"""
    digest = digest or hashlib.sha256(made.read_bytes()).hexdigest()
    return f"tiny @ {made.as_uri()} --hash=sha256:{digest}\n"


def imports_tiny(maker: Maker) -> bool:
    """造好的环境里能否载入 tiny。"""
    done = subprocess.run([str(maker.python), "-c", "import tiny"], check=False, timeout=60)
    return done.returncode == 0


@pytest.fixture
def checkout(tmp_path: Path) -> Maker:
    """一个新检出，锁文件里只有一个小依赖。"""
    (tmp_path / bootstrap.RUNTIME_LOCK).write_text(pin(wheel(tmp_path)))
    (tmp_path / bootstrap.DEVELOPMENT_LOCK).write_text("")
    return Maker(tmp_path)


@pytest.mark.fault
def test_an_environment_is_made_once_and_healed_when_half_made(
    checkout: Maker,
) -> None:
    """备环境：造一次；没盖章的重造；锁文件变了，旧的不作数。"""
    checkout.ensure(development=False)
    assert imports_tiny(checkout)
    made_at = checkout.python.lstat().st_ino
    checkout.ensure(development=False)
    assert checkout.python.lstat().st_ino == made_at

    checkout.stamp(bootstrap.RUNTIME_LOCK).unlink()  # killed before the stamp was written
    left = checkout.folder / "left-behind"
    left.write_text("half made")
    checkout.ensure(development=False)
    assert imports_tiny(checkout)
    assert not left.exists()

    (checkout.root / bootstrap.RUNTIME_LOCK).write_text("")
    assert not checkout.made(bootstrap.RUNTIME_LOCK)


@pytest.mark.fault
def test_two_first_runs_at_once_make_one_environment(checkout: Maker) -> None:
    """两个首次运行同时开始：一个造，一个等，都可用。"""
    threads = [
        threading.Thread(target=lambda: checkout.ensure(development=False)) for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert imports_tiny(checkout)


@pytest.mark.fault
def test_a_dependency_with_another_hash_is_not_installed(checkout: Maker) -> None:
    """散列不符的依赖不安装，退出码 3。"""
    lock = checkout.root / bootstrap.RUNTIME_LOCK
    lock.write_text(pin(checkout.root / "tiny-1.0-py3-none-any.whl", "0" * 64))
    with pytest.raises(Stop) as stopped:
        checkout.ensure(development=False)
    assert (stopped.value.exit_code, stopped.value.code) == (Exit.INTEGRITY, "environment.hash")
    assert not checkout.made(bootstrap.RUNTIME_LOCK)


@pytest.mark.parametrize(
    ("output", "code"),
    [
        ("ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device",
         "disk_full"),
        ("NewConnectionError: Temporary failure in name resolution", "environment.no_network"),
        ("ERROR: No matching distribution found for attrs==26.1.0", "environment.no_network"),
        ("something nobody has seen", "environment.failed"),
    ],
)  # fmt: skip
def test_why_installing_failed_is_said_with_a_remedy(output: str, code: str) -> None:
    """安装失败：断网、磁盘满、其他，各有说法与办法。"""
    stop = bootstrap._reason(output, Path("/x"), "environment.failed")
    assert stop.code == code
    assert "办法" in error(stop.code, stop.facts)


@pytest.mark.parametrize(("number", "code"), [(28, "disk_full"), (30, "read_only")])
def test_a_full_disk_and_a_read_only_folder_are_explained(number: int, code: str) -> None:
    """磁盘满、目录只读：说出路径与办法，不打印调用栈。"""
    stop = bootstrap.from_os(OSError(number, os.strerror(number), "/some/where"), ROOT)
    assert stop is not None
    assert stop.code == code
    assert "/some/where" in error(stop.code, stop.facts)
    assert bootstrap.from_os(OSError(5, "Input/output error"), ROOT) is None


def test_every_error_message_says_what_to_do() -> None:
    """每条错误都说得出办法。"""
    entries = tables()["error"]
    assert [code for code in entries if not (found := find("error", code)) or not found.todo] == []


def test_locks_carry_hashes_and_no_address() -> None:
    """锁文件：每个依赖都有散列，没有下载地址，没有机器路径。"""
    for name in (bootstrap.RUNTIME_LOCK, bootstrap.DEVELOPMENT_LOCK, "kafka.lock"):
        text = (ROOT / name).read_text()
        assert "://" not in text, name
        assert "--index" not in text, name
        assert "sha256:" in text, name
