"""封账主题：封账单连同一致证明发出去，附签收回来；主题里有而库里没有的，封账即停。"""

import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from uuid import uuid4

import pytest

from domain import merkle
from domain.hashing import digest
from domain.terms import HashName
from ledger.bulletin import (
    COSIGNED,
    SUBMISSION,
    checkpoint_topic,
    kind_of,
    open_bulletin,
    read_bulletin,
    send,
)
from ledger.checkpoint import Checkpoint, open_checkpoint
from ledger.errors import LedgerDamaged
from ledger.founding import teller
from ledger.note import COSIGNATURE, Note, NoteRefused, NoteSigner
from ledger.relay import open_producer
from ledger.sealer import SealerOptions, run_sealer, signer_of
from ledger.signing import Ed25519Key
from ledger.submission import Submission
from runtime.kafka_admin import create_topics
from tests.conftest import NewDatabase
from tests.ledger.test_sealer import Sealery, cut, found
from tests.town import eventually

WITNESS = NoteSigner("350505-JJJC", COSIGNATURE, Ed25519Key(b"w" * 32))
STRANGER = NoteSigner("nobody", COSIGNATURE, Ed25519Key(b"n" * 32))


@dataclass
class Hall(Sealery):
    """一本账，封账单发到 Kafka。"""

    kafka: str = ""
    origin: str = ""

    @property
    def options(self) -> SealerOptions:
        """连同 Kafka 与一个见证。"""
        plain = super().options
        return replace(plain, bootstrap=self.kafka, witnesses=(WITNESS.verifier,))

    def records(self) -> list[tuple[bytes, bytes]]:
        """封账主题里的全部：种类与内容。"""
        consumer, end = open_bulletin(self.kafka, self.origin)
        with closing(consumer):
            found = read_bulletin(consumer, end) if end else ()
            return [(kind_of(one), one.value or b"") for one in found]

    def submissions(self) -> list[Submission]:
        """呈送的各份。"""
        return [Submission.parse(body) for kind, body in self.records() if kind == SUBMISSION]

    def say(self, kind: bytes, body: bytes) -> None:
        """往封账主题里写一条。"""
        with closing(open_producer(self.kafka)) as producer:
            send(producer, self.origin, kind, body)

    @contextmanager
    def publishing(self) -> Iterator[None]:
        """封账，直到主题里也有最新一份。"""
        with self.sealing():
            eventually(lambda: self.newest() == self.count)
            eventually(
                lambda: [one.note for one in self.submissions()][-1:] == [self.outside.head()]
            )
            yield


@pytest.fixture
def hall(new_database: NewDatabase, kafka: str) -> Iterator[Hall]:
    """一本新账，自己的封账主题。"""
    settings, origin = new_database(), f"c-{uuid4().hex[:12]}"
    create_topics(kafka, {checkpoint_topic(origin): 1})
    with found(settings, origin=origin) as ledger:
        one = Hall(settings, ledger, kafka, origin)
        one.grow(20)
        yield one


@pytest.mark.integration
@pytest.mark.kafka
def test_every_checkpoint_is_published_with_its_proof(hall: Hall) -> None:
    """封账单一份不少、依次发出，附一致证明；重启不重发。"""
    for _ in range(3):
        with hall.publishing():
            hall.grow(7)
            eventually(lambda: hall.newest() == hall.count)
    with hall.publishing():
        pass
    key, root = (
        signer_of(hall.settings.keys, hall.origin).verifier,
        merkle.root(HashName.SHA256, ()),
    )
    size = 0
    for one in hall.submissions():
        opened = open_checkpoint(one.note, hall.origin, (key,)).checkpoint
        place = (one.old_size, root, opened.size, opened.root)
        assert one.old_size == size
        assert merkle.verify_consistency(digest(HashName.SHA256), *place, one.proof)
        size, root = opened.size, opened.root
    assert [one.note for one in hall.submissions()] == [one.note for one in hall.sealed()]


@pytest.mark.integration
@pytest.mark.kafka
def test_cosignatures_are_collected_and_rubbish_is_not(hall: Hall) -> None:
    """所认的见证的附签记下来；不认得的、改过的、胡写的，不记也不停。"""
    with hall.publishing():
        signed = Note.parse(hall.sealed()[-1].note)
        cosigned = WITNESS.cosign(signed.text, 1_750_000_000)
        spoiled = replace(cosigned, blob=bytes(72))
        text = Checkpoint(hall.origin, 5, bytes(32)).text
        other = Note(text, (WITNESS.cosign(text, 1),))
        for body in (
            b"rubbish",
            b"",
            Note(signed.text, (*signed.signatures, spoiled)).encode(),
            Note(signed.text, (cosigned,)).encode(),  # without our own signature
            other.encode(),
            Note(signed.text, (*signed.signatures, STRANGER.cosign(signed.text, 1))).encode(),
            Note(signed.text, (*signed.signatures, cosigned)).encode(),
        ):
            hall.say(COSIGNED, body)
        hall.say(SUBMISSION, b"rubbish")
        hall.say(b"", b"rubbish")
        kept = "SELECT size, verifier_key, line FROM ledger.cosignature"
        eventually(lambda: hall.sql(kept) != [])
        size = Checkpoint.parse(signed.text).size
        assert hall.sql(kept) == [(size, WITNESS.verifier.text, cosigned.line)]


def halted(hall: Hall) -> str:
    """封账为何停下。"""
    with pytest.raises(LedgerDamaged) as told:
        run_sealer(hall.options, teller(hall.ledger), threading.Event())
    return told.value.code


@pytest.mark.integration
@pytest.mark.kafka
def test_a_topic_that_knows_more_stops_the_sealer(hall: Hall) -> None:
    """库和库外留存的封账单一起被拨回旧的：封账主题记得更多，封账停下。"""
    with hall.publishing():
        pass
    old, size = hall.outside.head(), hall.newest()
    with hall.publishing():
        hall.grow(4)
        eventually(lambda: hall.newest() == hall.count)
    for table in ("event", "command", "checkpoint"):
        hall.sql(f"ALTER TABLE ledger.{table} DISABLE TRIGGER ALL")
    cut(hall, size)
    assert old is not None
    hall.outside.keep_head(old)
    assert halted(hall) == "seal.topic_ahead"


@pytest.mark.integration
@pytest.mark.kafka
def test_a_second_history_with_our_own_key_stops_the_sealer(hall: Hall) -> None:
    """有人以本账的钥匙另签一份同样件数的封账单：同一本账有两段历史，封账停下。"""
    with hall.publishing():
        pass
    signer, last = signer_of(hall.settings.keys, hall.origin), hall.sealed()[-1]
    other = Checkpoint(hall.origin, last.size, bytes(32)).signed(signer)
    hall.say(SUBMISSION, Submission(0, (), other.encode()).encode())
    assert halted(hall) == "seal.topic_differs"


def test_a_submission_is_read_as_strictly_as_a_note() -> None:
    """呈送的写法照 C2SP，一字不差；证明至多六十三个杂凑。"""
    note = Note("a\n", (WITNESS.cosign("a\n", 1),)).encode()
    hashes = (bytes(32), b"x" * 32)
    body = Submission(7, hashes, note).encode()
    assert body.startswith(b"old 7\n" + b"A" * 43 + b"=\n")
    assert Submission.parse(body) == Submission(7, hashes, note)
    assert Submission.parse(Submission(0, (), note).encode()) == Submission(0, (), note)
    first = b"A" * 43 + b"=\n"
    for wrong in (
        b"",
        note,
        body.replace(b"old 7", b"old 07"),
        body.replace(b"old 7", b"old -7"),
        body.replace(b"old 7", b"old"),
        body.replace(b"old 7", b"new 7"),
        body.replace(b"old 7\n", b"old 7\r\n"),
        body.replace(b"AAA=\n", b"AAB=\n"),
        body.replace(b"AAA=\n", b"AAA\n"),
        body.replace(b"AAAA", b"\xe4\xb8\xad"),
        body.replace(first, first * 63),
        body.replace(first, b"AAAA\n"),
        b"old 7\n",
    ):
        with pytest.raises(NoteRefused):
            Submission.parse(wrong)
