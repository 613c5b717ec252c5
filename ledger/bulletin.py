"""封账主题（bulletin）：封账单连同一致证明发到 Kafka，见证的附签从那里收回。

A thread of the sealer, for a broker that is down must not keep anything from being sealed. The table
is the source: at each start the newest of our checkpoints in the topic is looked up, and what the
table has beyond it is sent. A checkpoint of ours in the topic that the table does not know is a head
outside PostgreSQL like any other: it stops the sealer.
"""

import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from typing import Final

import psycopg
import structlog
from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.errors import KafkaError

from ledger.checkpoint import Opened, open_checkpoint
from ledger.errors import LedgerDamaged
from ledger.note import COSIGNATURE, Note, NoteRefused, VerifierKey
from ledger.records import Record
from ledger.relay import open_consumer, open_producer
from ledger.seals import SealDesk, Sealed
from ledger.submission import Submission
from schemas.topics import topic_name

log: Final = structlog.get_logger()
TOPIC: Final = "checkpoint"
KIND: Final = "kind"  # the header that says what a record is
SUBMISSION: Final = b"submission"
COSIGNED: Final = b"cosignature"
MANY: Final = 100  # checkpoints a read
ANSWER: Final = 20.0  # seconds for the broker to acknowledge
REST: Final = 2.0  # seconds before the broker is tried again


def checkpoint_topic(origin: str) -> str:
    """封账主题的全名；只有一个分区。"""
    return topic_name(origin, TOPIC)


def kind_of(record: Record) -> bytes:
    """一条记录是呈送还是附签。"""
    return next((value for name, value in record.headers if name == KIND), b"")


def read_bulletin(consumer: KafkaConsumer, until: int | None = None) -> Iterator[Record]:
    """接着读封账主题的记录，直到 ``until``；None 只取已到的。"""
    while True:
        records = [one for batch in consumer.poll(timeout_ms=200).values() for one in batch]
        yield from records
        (partition,) = consumer.assignment()
        if until is None or (consumer.position(partition) or 0) >= until:
            return


def open_bulletin(bootstrap: str, origin: str) -> tuple[KafkaConsumer, int]:
    """打开封账主题，自第一条起；答其末端。Raises ``KafkaError``."""
    consumer = open_consumer(bootstrap)
    partition = TopicPartition(checkpoint_topic(origin), 0)
    consumer.assign([partition])
    consumer.seek(partition, 0)
    return consumer, int(consumer.end_offsets([partition])[partition])


def published_checkpoints(bootstrap: str, origin: str) -> Iterator[bytes]:
    """封账主题里呈送的各份封账单；写得不合规格的略过。Raises ``KafkaError``."""
    consumer, end = open_bulletin(bootstrap, origin)
    with closing(consumer):
        for record in read_bulletin(consumer, end) if end else ():
            if kind_of(record) != SUBMISSION:
                continue
            try:
                yield Submission.parse(record.value or b"").note
            except NoteRefused as error:
                log.warning("bulletin.not_ours", offset=record.offset, code=error.code)


@dataclass(frozen=True, slots=True)
class BulletinOptions:
    """封账主题的参数；``witnesses`` 是所认的各见证的公钥。"""

    dsn: str
    bootstrap: str
    origin: str
    keys: tuple[VerifierKey, ...]
    witnesses: tuple[VerifierKey, ...] = ()


@dataclass(slots=True)
class Bulletin:
    """发与收。``damage`` 是主题里与库不符之处：封账的人见了就停。"""

    options: BulletinOptions
    damage: LedgerDamaged | None = None
    _published: int = 0
    _stop: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def start(self) -> None:
        """Begins in a thread of its own."""
        self._thread = threading.Thread(target=self._run, name="bulletin", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Ends the thread; what is not sent yet is sent after the next start."""
        self._stop.set()
        if self._thread:
            self._thread.join()

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self._session()
            except (KafkaError, psycopg.OperationalError) as error:
                log.warning("bulletin.unreachable", error=repr(error))
                self._stop.wait(REST)
            except LedgerDamaged as error:
                self.damage = error
                return

    def _session(self) -> None:
        consumer, end = open_bulletin(self.options.bootstrap, self.options.origin)
        with closing(consumer), closing(SealDesk(self.options.dsn)) as desk:
            self._published = 0
            for record in read_bulletin(consumer, end):
                self._read(desk, record)
            producer = open_producer(self.options.bootstrap)
            try:
                while not self._stop.is_set():
                    self._send(producer, desk.after(self._published, MANY))
                    for record in read_bulletin(consumer):
                        self._read(desk, record)
            finally:
                producer.close(timeout=1)

    def _send(self, producer: KafkaProducer, waiting: list[Sealed]) -> None:
        """One after the other: with an unknown outcome the whole session begins anew."""
        for sealed in waiting:
            body = Submission(sealed.old_size, sealed.proof, sealed.note).encode()
            send(producer, self.options.origin, SUBMISSION, body)
            self._published = sealed.size

    def _read(self, desk: SealDesk, record: Record) -> None:
        """What is not ours is not believed, and stops nobody: anyone may write rubbish."""
        try:
            if kind_of(record) == SUBMISSION:
                self._compare(desk, Submission.parse(record.value or b""))
            elif kind_of(record) == COSIGNED:
                self._keep(desk, record.value or b"")
        except NoteRefused as error:
            log.warning("bulletin.not_ours", offset=record.offset, code=error.code)

    def _compare(self, desk: SealDesk, submission: Submission) -> None:
        opened = open_checkpoint(submission.note, self.options.origin, self.options.keys)
        self._known(desk, opened)
        self._published = max(self._published, opened.checkpoint.size)

    def _keep(self, desk: SealDesk, data: bytes) -> None:
        """A witness returns the checkpoint, our signature and its own: both are verified."""
        options = self.options
        opened = open_checkpoint(data, options.origin, (*options.keys, *options.witnesses))
        self._known(desk, opened)
        size = opened.checkpoint.size
        for key, one in opened.signed:
            if key.kind == COSIGNATURE:
                desk.keep_cosignature(size, key.text, one.line, one.cosigned_at)

    def _known(self, desk: SealDesk, opened: Opened) -> None:
        """What we have signed is in the table; if it is not, the table is not what it was."""
        size = opened.checkpoint.size
        stored = desk.at(size)
        if stored is None or Note.parse(stored.note).text != opened.note.text:
            newest = desk.newest()
            is_ahead = newest is None or newest.size < size
            code = "seal.topic_ahead" if is_ahead else "seal.topic_differs"
            raise LedgerDamaged(code, {"size": str(size)})


def send(producer: KafkaProducer, origin: str, kind: bytes, body: bytes) -> None:
    """发一条，等到确认。Raises ``KafkaError``: whether it arrived is then unknown."""
    sent = producer.send(
        checkpoint_topic(origin),
        value=body,
        key=origin.encode(),
        headers=[(KIND, kind)],
        partition=0,
    )
    sent.get(timeout=ANSWER)  # type: ignore[no-untyped-call]
