"""核验封账：改得再周全，也与封存的对不上；每一步指出不符在哪里。"""

import shutil
from collections.abc import Iterable, Iterator
from dataclasses import replace
from uuid import uuid4

import pytest

from domain import merkle
from domain.hashing import digest
from domain.terms import HashName, Mode
from ledger.checkpoint import Checkpoint
from ledger.note import ED25519, Note, NoteSigner
from ledger.sealer import signer_of
from ledger.signing import Ed25519Key
from ledger.tiles import FULL
from ledger.verify import Elsewhere, Report, verify
from ledger.verify_seal import SEAL_STEPS
from runtime.settings import Settings
from tests.conftest import NewDatabase
from tests.ledger.test_sealer import CITY, Sealery, copy_of, cut, forge, found, sealed_town

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def original(new_database: NewDatabase) -> Settings:
    """一本封过的账，触发器已被超级用户关掉。"""
    return sealed_town(new_database())


@pytest.fixture
def own(original: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sealery]:
    """一份副本。"""
    with copy_of(original, tmp_path_factory.mktemp(uuid4().hex[:8])) as copy:
        yield copy


def examined(own: Sealery, published: Iterable[bytes] | None = None) -> Report:
    """核验一遍；``published`` 是封账主题里的各份。"""
    notes = list(published) if published is not None else [one.note for one in own.sealed()]
    report = verify(
        own.settings.dsn("shenguan_audit"), Elsewhere(None, lambda _: notes, own.outside)
    )
    assert report is not None
    return report


def findings(report: Report) -> dict[str, dict[str, str]]:
    """封账各步的第一处不符。"""
    steps = [step for step in report.steps if step.name in SEAL_STEPS]
    return {step.difference.code: step.difference.facts for step in steps if step.difference}


def test_a_sealed_ledger_is_sound(own: Sealery) -> None:
    """封过的账，步步相符，份份查到。"""
    report = examined(own)
    assert report.is_sound, findings(report)
    assert report.skipped == ("topics",)
    examined_by = {step.name: step.examined for step in report.steps}
    count = len(own.sealed())
    assert count >= 2
    assert (examined_by["seals"], examined_by["bulletin"]) == (count, count)
    assert examined_by["outside"] == 1
    assert examined_by["tiles"] == own.count // FULL + 2  # the two partial ones at the head too


def test_a_ledger_that_was_never_sealed_says_so(new_database: NewDatabase) -> None:
    """没有封过账的，不答“封账相符”，写明没有核验。"""
    settings = new_database()
    with found(settings) as ledger:
        own = Sealery(settings, ledger)
        own.grow(3)
        report = examined(own, ())
    assert report.skipped == ("topics", *SEAL_STEPS)
    assert not {step.name for step in report.steps} & set(SEAL_STEPS)


@pytest.mark.parametrize("position", [7, 255, 256, 300])
def test_a_row_rewritten_with_its_hash_is_found_and_placed(own: Sealery, position: int) -> None:
    """超级用户改一件，连同叶一起改得相符：封账单的树根不同，砖指出位置。"""
    forge(own, position)
    found = findings(examined(own))
    assert {"verify.seal_root", "verify.seal_note", "verify.tile"} & set(found)
    assert found["verify.tile"] == {"position": str(position)}
    assert "verify.head_root" in found


def test_a_cut_tail_is_found(own: Sealery) -> None:
    """末尾删得前后一致：库外的封账单、封账主题都记得更多。"""
    notes, size = [one.note for one in own.sealed()], own.count
    cut(own, size - 5)  # all that the last command brought
    report = examined(own, notes)
    found = findings(report)
    assert found["verify.head_beyond"] == {"size": str(size), "position": str(size - 5)}
    assert found["verify.seal_other"] == {"size": str(size)}
    assert {step.name for step in report.steps if step.difference} <= set(SEAL_STEPS)


def test_a_checkpoint_beyond_the_ledger_is_found(own: Sealery) -> None:
    """封账单还在，账却短了。"""
    size = own.count
    own.sql("DELETE FROM ledger.event WHERE position >= %s", size - 2)
    found = findings(examined(own))
    assert found["verify.seal_beyond"] == {"size": str(size), "position": str(size - 2)}


def resealed(own: Sealery, signer: NoteSigner) -> bytes:
    """以这把钥匙另签最新一份。"""
    last = own.sealed()[-1]
    note = Checkpoint(CITY, last.size, last.root).signed(signer).encode()
    own.sql("UPDATE ledger.checkpoint SET note = %s WHERE size = %s", note, last.size)
    return note


def test_another_key_is_found(own: Sealery) -> None:
    """封账单换一把钥匙签，不成立。"""
    resealed(own, NoteSigner(CITY, ED25519, Ed25519Key(b"x" * 32)))
    assert findings(examined(own))["verify.seal_note"]["size"] == str(own.count)


def test_what_the_note_says_counts(own: Sealery) -> None:
    """钥匙是对的，性质写错了，也不成立。"""
    last = own.sealed()[-1]
    text = Checkpoint(CITY, last.size, last.root, Mode.DEMO)
    note = text.signed(signer_of(own.settings.keys, CITY)).encode()
    own.sql("UPDATE ledger.checkpoint SET note = %s WHERE size = %s", note, last.size)
    assert "verify.seal_note" in findings(examined(own))


@pytest.mark.parametrize(
    ("edit", "code"),
    [
        ("UPDATE ledger.checkpoint SET root = sha256('x')", "verify.seal_root"),
        ("UPDATE ledger.checkpoint SET proof = sha256('x')", "verify.seal_chain"),
        ("DELETE FROM ledger.checkpoint WHERE old_size = 0", "verify.seal_chain"),
        ("DELETE FROM ledger.tile", "verify.tile_missing"),
        ("UPDATE ledger.tile SET hashes = set_byte(hashes, 230, 1)", "verify.tile"),
    ],
)
def test_an_edit_of_the_seal_is_found(own: Sealery, edit: str, code: str) -> None:
    """改封账表、删砖、改砖，指出来。"""
    if code == "verify.tile":
        shutil.rmtree(own.options.folder)
        assert own.sql("SELECT number FROM ledger.tile WHERE get_byte(hashes, 230) <> 1")
    own.sql(edit)
    found = findings(examined(own))
    assert code in found
    if code == "verify.tile":
        assert found[code] == {"position": str(230 // 32)}


def test_a_missing_or_old_or_damaged_head_is_found(own: Sealery) -> None:
    """库外留存的封账单变旧、改过、不见了，各指出来。"""
    head, notes = own.settings.keys / "head", [one.note for one in own.sealed()]
    head.write_bytes(notes[0])
    assert findings(examined(own))["verify.head_old"] == {"size": str(own.count)}
    head.write_bytes(notes[-1][:-5] + b"AAA=\n")
    assert "verify.head_note" in findings(examined(own))
    head.write_bytes(b"rubbish")
    assert set(findings(examined(own))) == {"verify.head_note"}
    head.unlink()
    assert set(findings(examined(own))) == {"verify.head_old"}


def test_a_second_history_in_the_topic_is_found(own: Sealery) -> None:
    """封账主题里另有本账签的一份，指出来；别人签的、胡写的，不算数。"""
    last, signer = own.sealed()[-1], signer_of(own.settings.keys, CITY)
    notes = [one.note for one in own.sealed()]
    stranger = NoteSigner(CITY, ED25519, Ed25519Key(b"x" * 32))
    other = Checkpoint(CITY, last.size, bytes(32))
    noise = (b"rubbish", other.signed(stranger).encode())
    assert examined(own, (*notes, *noise)).is_sound
    found = findings(examined(own, (*notes, other.signed(signer).encode())))
    assert found == {"verify.seal_other": {"size": str(last.size)}}


def test_a_whole_history_rewritten_with_the_key_is_found_outside(own: Sealery) -> None:
    """改账的人连钥匙也拿到，封账单、砖、静态文件全部重造：库外留存的与主题里的仍对不上。"""
    notes, head = [one.note for one in own.sealed()], own.outside.head()
    forge(own, own.count - 1)
    own.sql(
        "UPDATE ledger.stream_head h SET leaf_hash = e.leaf_hash FROM ledger.event e"
        " WHERE (e.stream, e.version) = (h.stream, h.version)"
    )
    for table in ("checkpoint", "tile"):
        own.sql(f"DELETE FROM ledger.{table}")
    shutil.rmtree(own.options.folder)
    (own.settings.keys / "head").unlink()
    own.seal()
    assert not findings(examined(own, ()))  # nothing left to compare with
    report = examined(own, notes)
    assert "verify.seal_other" in findings(report)
    assert head is not None
    own.outside.keep_head(head)
    assert "verify.head_root" in findings(examined(own, ()))


def test_proofs_in_the_table_are_those_of_the_tree(own: Sealery) -> None:
    """封账表里的续写证明，别人拿去也核得过。"""
    compute = digest(HashName.SHA256)
    for before, one in zip(own.sealed(), own.sealed()[1:], strict=False):
        place = (before.size, before.root, one.size, one.root)
        assert merkle.verify_consistency(compute, *place, one.proof)
        wrong = replace(one, proof=one.proof[1:])
        assert not merkle.verify_consistency(compute, *place, wrong.proof)
        assert Note.parse(one.note).text.startswith(CITY)
