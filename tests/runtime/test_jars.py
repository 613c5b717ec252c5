"""取 Kafka 的程序文件：锁文件、断点、损坏、冒名。对着本机的一个小仓库，用真的 jgo。"""

import hashlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from runtime.exits import Exit, Stop
from runtime.messages import error
from runtime.servers.jars import LOCK, Jar, ensure_jars, parse_lock

CONTENT = b"PK the jar" * 1000


class Repository:
    """一个小 Maven 仓库，可以使坏。"""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.cut_next = 0
        self.served = 0
        repository = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                content = repository.files.get(self.path.removeprefix("/"))
                if content is None:
                    self.send_error(404)
                    return
                repository.served += 1
                cut, repository.cut_next = repository.cut_next, 0
                self.send_response(200)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content[: len(content) - cut])

            def log_message(self, *_: object) -> None:
                """Quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.source = {"here": f"http://127.0.0.1:{self.server.server_port}"}

    def put(self, content: bytes) -> Jar:
        """放上一个文件，返回它的锁。"""
        self.files["org/example/thing/1.0/thing-1.0.jar"] = content
        return Jar("org.example", "thing", "1.0", hashlib.sha256(CONTENT).hexdigest())


@pytest.fixture
def repository() -> Iterator[Repository]:
    """开着的仓库。"""
    made = Repository()
    thread = threading.Thread(target=made.server.serve_forever, args=[0.02])
    thread.start()
    yield made
    made.server.shutdown()
    thread.join()
    made.server.server_close()


def lock_of(folder: Path, jar: Jar) -> Path:
    """只有一行的锁文件。"""
    path = folder / "kafka.lock"
    path.write_text(f"# a comment\n\n{jar.coordinate} sha256:{jar.sha256}\n")
    return path


def test_our_own_lock_names_the_broker_and_every_hash() -> None:
    """我们自己的 kafka.lock 读得懂，包含 Kafka 4.3.1。"""
    jars = parse_lock(LOCK.read_text())
    assert "org.apache.kafka:kafka_2.13:4.3.1" in {jar.coordinate for jar in jars}
    assert len({jar.file_name for jar in jars}) == len(jars)


@pytest.mark.parametrize(
    "line", ["org.example:thing:1.0", "org.example:thing:1.0 sha256:12", "../x:y:z sha256:" + "0" * 64]
)  # fmt: skip
def test_a_line_that_cannot_be_read_stops(line: str) -> None:
    """看不懂的行就停，并说是第几行。"""
    with pytest.raises(Stop) as stopped:
        parse_lock(f"# comment\n{line}\n")
    assert (stopped.value.code, stopped.value.facts["line"]) == ("jars.lock", "2")


def test_a_jar_is_fetched_once(tmp_path: Path, repository: Repository) -> None:
    """取一次，以后不再取。"""
    lock = lock_of(tmp_path, repository.put(CONTENT))
    folder = ensure_jars(lock, tmp_path / "cache", repository.source)
    assert (folder / "thing-1.0.jar").read_bytes() == CONTENT
    served = repository.served
    ensure_jars(lock, tmp_path / "cache", repository.source)
    assert repository.served == served
    assert [path.name for path in folder.glob("part-*")] == []


@pytest.mark.fault
@pytest.mark.parametrize("damage", [b"", CONTENT[:-1], CONTENT + b"x"])
def test_a_damaged_jar_heals(tmp_path: Path, repository: Repository, damage: bytes) -> None:
    """空的、不全的、被改的文件：重新取来。"""
    lock = lock_of(tmp_path, repository.put(CONTENT))
    folder = ensure_jars(lock, tmp_path / "cache", repository.source)
    (folder / "thing-1.0.jar").write_bytes(damage)
    (folder / "part-left").mkdir()
    ensure_jars(lock, tmp_path / "cache", repository.source)
    assert (folder / "thing-1.0.jar").read_bytes() == CONTENT
    assert not (folder / "part-left").exists()


@pytest.mark.fault
def test_a_download_that_breaks_off_is_taken_up_again(
    tmp_path: Path, repository: Repository
) -> None:
    """断在半途的下载，从头再取，不留半个文件。"""
    lock = lock_of(tmp_path, repository.put(CONTENT))
    repository.cut_next = 500
    folder = ensure_jars(lock, tmp_path / "cache", repository.source)
    assert (folder / "thing-1.0.jar").read_bytes() == CONTENT


@pytest.mark.fault
def test_a_jar_with_another_hash_is_never_used(tmp_path: Path, repository: Repository) -> None:
    """仓库里的文件被换过：不用，退出码 3。"""
    lock = lock_of(tmp_path, repository.put(CONTENT + b"forged"))
    with pytest.raises(Stop) as stopped:
        ensure_jars(lock, tmp_path / "cache", repository.source)
    assert (stopped.value.exit_code, stopped.value.code) == (Exit.INTEGRITY, "jars.hash")
    assert list((tmp_path / "cache").rglob("*.jar")) == []


@pytest.mark.fault
def test_no_network_is_said_with_a_remedy(tmp_path: Path, repository: Repository) -> None:
    """取不到：说是哪一个、怎么办，退出码 5。"""
    lock = lock_of(tmp_path, repository.put(CONTENT))
    with pytest.raises(Stop) as stopped:
        ensure_jars(lock, tmp_path / "cache", {"gone": "http://127.0.0.1:9"})
    assert (stopped.value.exit_code, stopped.value.code) == (Exit.DEPENDENCY, "jars.no_network")
    told = error(stopped.value.code, stopped.value.facts)
    assert "SHENGUAN_KAFKA" in told
    assert f"缓存目录 {tmp_path / 'cache'}" in told


def test_what_is_missing_is_counted_and_not_what_is_there(
    tmp_path: Path, repository: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    """只缺一个文件：说缺一个，不说首次、不说多大。"""
    here = Jar("org.example", "here", "1.0", hashlib.sha256(CONTENT).hexdigest())
    lock = lock_of(tmp_path, repository.put(CONTENT))
    text = lock.read_text() + f"{here.coordinate} sha256:{here.sha256}\n"
    lock.write_text(text)
    folder = tmp_path / "cache" / f"kafka-{hashlib.sha256(text.encode()).hexdigest()[:12]}"
    folder.mkdir(parents=True)
    (folder / here.file_name).write_bytes(CONTENT)
    assert ensure_jars(lock, tmp_path / "cache", repository.source) == folder
    assert "正在补齐 Apache Kafka（缺 1 个文件）" in capsys.readouterr().err
