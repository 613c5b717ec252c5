"""签名单与封账单：外来的例子逐字节相同，伪造的一概不认。"""

import base64
from collections.abc import Callable
from dataclasses import replace
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.terms import HashName, Mode
from ledger.checkpoint import Checkpoint, open_checkpoint
from ledger.errors import LedgerError
from ledger.note import (
    COSIGNATURE,
    ED25519,
    Note,
    NoteRefused,
    NoteSigner,
    Signature,
    VerifierKey,
    to_base64,
)
from ledger.signing import Ed25519Key

# Outside vectors: the C2SP text, and the tests of golang.org/x/mod/sumdb/note.
EXAMPLE: Final = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
EXAMPLE_NOTE: Final = (
    "This is an example message.\n\n— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONn"
    "cAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
)
PETER: Final = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
ENOCH: Final = "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop"
PETER_PRIVATE: Final = "AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
SAYING: Final = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
)
PETER_LINE: Final = (
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6"
    "KE6RyyBwJnAM=\n"
)
ENOCH_LINE: Final = (
    "— EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WW"
    "d1RvMc+QQ=\n"
)
BOTH: Final = f"{SAYING}\n{PETER_LINE}{ENOCH_LINE}"


def seeded(name: str, kind: int = ED25519, seed: int = 7) -> NoteSigner:
    """一位签名人，种子固定。"""
    return NoteSigner(name, kind, Ed25519Key(bytes([seed]) * 32))


LOG: Final = seeded("quanzhou")
WITNESS: Final = seeded("350505-SPJ", COSIGNATURE, 8)
HEAD: Final = Checkpoint("quanzhou", 1_000_007, bytes(range(32)))
SIGNED: Final = HEAD.signed(LOG).encode()
KEYS: Final = (LOG.verifier, WITNESS.verifier)


def signers(text: str, *keys: str) -> list[str]:
    """凭这些公钥，认得出哪几个签名。"""
    found = Note.parse(text.encode()).verified(map(VerifierKey.parse, keys))
    return [key.name for key, _ in found]


# -- outside vectors


def test_the_example_of_the_standard_verifies() -> None:
    """C2SP 所举的例子，签名成立。"""
    assert signers(EXAMPLE_NOTE, EXAMPLE) == ["example.com/foo"]


def test_the_reference_implementation_signs_the_same_bytes() -> None:
    """以参考实现的私钥重签，逐字节相同；两把公钥都认得。"""
    material = base64.b64decode(PETER_PRIVATE)
    signer = NoteSigner("PeterNeumann", material[0], Ed25519Key(material[1:]))
    assert signer.verifier.text == PETER
    assert signer.sign(SAYING).line == PETER_LINE
    assert signers(BOTH, PETER, ENOCH) == ["PeterNeumann", "EnochRoot"]
    assert signers(BOTH, ENOCH) == ["EnochRoot"]
    assert Note.parse(BOTH.encode()).encode() == BOTH.encode()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "PeterNeumann",
        "PeterNeumann+c74f20a3",
        PETER.replace("c74f20a3", "c74f20a4"),
        PETER.replace("c74f20a3", "C74F20A3"),
        PETER.replace("c74f20a3", "0c74f20a3"),
        PETER.replace("PeterNeumann", "Peter Neumann"),
        PETER.replace("PeterNeumann", ""),
        PETER.replace("PeterNeumann", "Peter+Neumann"),
        PETER.removesuffix("TW"),
        PETER.replace("TW", "TX"),  # the same bytes but for trailing bits would be another text
        PETER.replace("+AR", "+AB"),
        PETER.replace("+AR", "+_R"),
        f"{PETER}\n",
        PETER.replace("ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", "AQ=="),
        VerifierKey("a", 0xFF, bytes(32)).text,
        VerifierKey("a", ED25519, bytes(31)).text,
    ],
)
def test_a_damaged_verifier_key_is_none(text: str) -> None:
    """公钥写错一处，就不是公钥。"""
    with pytest.raises(NoteRefused):
        VerifierKey.parse(text)


# -- strict reading


PEER: Final = seeded("peer", seed=9)
MALFORMED: Final = {
    "empty": "",
    "no signature": "text\n",
    "no blank line": f"{SAYING}{PETER_LINE}",
    "nothing below the blank line": f"{SAYING}\n",
    "no newline at the end": BOTH.removesuffix("\n"),
    "a blank line at the end": f"{BOTH}\n",
    "CRLF": BOTH.replace("\n", "\r\n"),
    "one CRLF": BOTH.replace("=\n", "=\r\n", 1),
    "a tab": BOTH.replace("If you", "If\tyou"),
    "a zero": BOTH.replace("If you", "If\0you"),
    "a hyphen for the dash": BOTH.replace("— Peter", "- Peter"),
    "two spaces": BOTH.replace("Neumann x", "Neumann  x"),
    "a space at the end": BOTH.replace("=\n", "= \n", 1),
    "a word more": BOTH.replace("=\n", "= x\n", 1),
    "no name": BOTH.replace("PeterNeumann ", ""),
    "an ideographic space in the name": BOTH.replace("PeterN", "Peter\u3000N"),
    "a plus in the name": BOTH.replace("PeterN", "Peter+N"),
    "text among the signatures": f"{SAYING}\n{PETER_LINE}hello\n{ENOCH_LINE}",
    "padding left out": BOTH.replace("AM=", "AM"),
    "trailing bits": BOTH.replace("AM=", "AN="),
    "url base64": BOTH.replace("go/Z", "go_Z"),
    "a break within base64": BOTH.replace("go/Z", "go/\nZ"),
    "a signature of the key id alone": f"{SAYING}\n— PeterNeumann x08gow==\n",
    "the same signature twice": f"{SAYING}\n{PETER_LINE}{PETER_LINE}",
    "seventeen signatures": f"{SAYING}\n"
    + "".join(Signature(f"n{n}", b"1234", b"x").line for n in range(17)),
    "a hundred and one": f"{SAYING}\n"
    + "".join(Signature(f"n{n}", b"1234", b"x").line for n in range(101)),
    "too long": f"{'x' * 70_000}\n\n{PETER_LINE}",
}


@pytest.mark.parametrize("case", MALFORMED)
def test_a_note_that_is_not_written_as_it_must_be_is_refused(case: str) -> None:
    """写法不合规格的签名单，不读。"""
    with pytest.raises(NoteRefused):
        Note.parse(MALFORMED[case].encode())


def test_what_is_not_utf8_is_refused() -> None:
    """不是 UTF-8 的，不读。"""
    with pytest.raises(NoteRefused):
        Note.parse(BOTH.encode().replace(b"If", b"I\xff"))
    with pytest.raises(NoteRefused):
        Note.parse(BOTH.encode().replace(b"If", b"I\xed\xa0\x80"))


def test_sixteen_signatures_are_read_and_unknown_ones_ignored() -> None:
    """十六个签名照读；不认得的略过，名称相同而编号不同的也略过。"""
    strangers = [Signature(f"n{n}", b"1234", b"x") for n in range(14)]
    namesake = Signature("PeterNeumann", b"\xc7\x4f\x20\xa4", b"x" * 64)
    crowd = "".join(one.line for one in (*strangers, namesake))
    assert signers(f"{SAYING}\n{crowd}{PETER_LINE}", PETER) == ["PeterNeumann"]


def test_text_may_hold_empty_lines() -> None:
    """正文可以有空行：最后一个空行才是分界。"""
    text = "a\n\nb\n\n"
    signed = Note(text, (LOG.sign(text),)).encode()
    assert Note.parse(signed).text == text


@given(st.integers(0, len(SIGNED) - 1), st.integers(0, 7))
def test_no_bit_of_a_signed_note_may_change(at: int, bit: int) -> None:
    """签名单改任何一位，都不再成立。"""
    changed = bytearray(SIGNED)
    changed[at] ^= 1 << bit
    with pytest.raises(NoteRefused):
        open_checkpoint(bytes(changed), "quanzhou", KEYS)


def test_a_signer_signs_nothing_that_no_note_can_hold() -> None:
    """写不进签名单的文字，不签。"""
    for text in ("no newline", "a\r\n", ""):
        with pytest.raises(NoteRefused):
            LOG.sign(text)


# -- checkpoints


def test_a_checkpoint_has_three_lines() -> None:
    """封账单三行：账本、件数、树根；演练与国密各多一行。"""
    root = to_base64(HEAD.root)
    assert HEAD.text == f"quanzhou\n1000007\n{root}\n"
    demo = replace(HEAD, mode=Mode.DEMO, hash=HashName.SM3)
    assert demo.text == f"quanzhou\n1000007\n{root}\ndemo\nhash sm3\n"
    for one in (HEAD, demo, replace(HEAD, mode=Mode.DEMO), replace(HEAD, hash=HashName.SM3)):
        opened = open_checkpoint(one.signed(LOG).encode(), "quanzhou", KEYS)
        assert opened.checkpoint == one
        assert opened.signers == (LOG.verifier,)


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("1000007", "01000007"),
        lambda text: text.replace("1000007", "+1000007"),
        lambda text: text.replace("1000007", "1_000_007"),
        lambda text: text.replace("1000007", "１000007"),
        lambda text: text.replace("1000007", "-1"),
        lambda text: text.replace("1000007", "1e6"),
        lambda text: text.replace("1000007", ""),
        lambda text: text.replace("1000007", "9223372036854775808"),
        lambda text: text.replace("1000007", "1" + "0" * 40),
        lambda text: text.replace("=\n", "\n"),
        lambda text: text.replace("8=", "9="),
        lambda text: text.replace(to_base64(HEAD.root), to_base64(HEAD.root[:-1])),
        lambda text: text.replace(to_base64(HEAD.root), to_base64(HEAD.root + b"x")),
        lambda text: text.removeprefix("quanzhou"),
        lambda text: f"{text}\n",
        lambda text: f"\n{text}",
        lambda text: f"{text}demo\ndemo\n",
        lambda text: f"{text}hash sm3\ndemo\n",
        lambda text: f"{text}Demo\n",
        lambda text: f"{text}time 1679315147\n",
        lambda text: "".join(text.splitlines(keepends=True)[:2]),
    ],
)
def test_a_text_that_is_not_exactly_a_checkpoint_is_none(change: Callable[[str], str]) -> None:
    """签了名也不行：内容不是严格的封账单，不认。"""
    text = change(HEAD.text)
    assert text != HEAD.text
    with pytest.raises(NoteRefused):
        open_checkpoint(Note(text, (LOG.sign(text),)).encode(), "quanzhou", KEYS)


def forged(*signatures: Signature) -> bytes:
    """同样的内容，换上这些签名。"""
    return Note(HEAD.text, signatures).encode()


OTHER_KEY: Final = seeded("quanzhou", seed=66)
FORGED: Final = {
    "another key under the same name": forged(OTHER_KEY.sign(HEAD.text)),
    "another key under our key id": forged(
        replace(OTHER_KEY.sign(HEAD.text), key_id=LOG.verifier.key_id)
    ),
    "only an unknown key": forged(seeded("nobody", seed=3).sign(HEAD.text)),
    "our signature under another name": forged(replace(LOG.sign(HEAD.text), name="other")),
    "a witness alone": forged(WITNESS.cosign(HEAD.text, 1)),
    "a witness's signature as ours": forged(
        replace(WITNESS.cosign(HEAD.text, 1), name="quanzhou", key_id=LOG.verifier.key_id)
    ),
    "ours right, the witness's wrong": forged(
        LOG.sign(HEAD.text), replace(WITNESS.cosign(HEAD.text, 1), blob=bytes(72))
    ),
    "the witness's of another time": forged(
        LOG.sign(HEAD.text),
        replace(
            WITNESS.cosign(HEAD.text, 1),
            blob=(2).to_bytes(8, "big") + WITNESS.cosign(HEAD.text, 1).blob[8:],
        ),
    ),
    "the witness's without a time": forged(
        LOG.sign(HEAD.text), replace(WITNESS.cosign(HEAD.text, 1), blob=b"x")
    ),
    "the signature of a larger tree": Note(
        HEAD.text, (LOG.sign(replace(HEAD, size=HEAD.size + 1).text),)
    ).encode(),
    "the origin of another ledger": replace(HEAD, origin="xiamen").signed(LOG).encode(),
    "a signature cut short": forged(
        replace(LOG.sign(HEAD.text), blob=LOG.sign(HEAD.text).blob[:-1])
    ),
    "a signature with a byte more": forged(
        replace(LOG.sign(HEAD.text), blob=LOG.sign(HEAD.text).blob + b"\0")
    ),
    "a signature shifted by the order of the group": forged(
        replace(
            LOG.sign(HEAD.text),
            blob=LOG.sign(HEAD.text).blob[:32]
            + (
                int.from_bytes(LOG.sign(HEAD.text).blob[32:], "little")
                + 2**252
                + 27742317777372353535851937790883648493
            ).to_bytes(32, "little"),
        )
    ),
}


@pytest.mark.parametrize("case", FORGED)
def test_a_forged_checkpoint_is_refused(case: str) -> None:
    """伪造的封账单，一份不认。"""
    with pytest.raises(LedgerError):
        open_checkpoint(FORGED[case], "quanzhou", KEYS)


def test_a_key_signs_for_its_own_ledger_only() -> None:
    """所认的别处的钥匙，不能替这本账签封账单。"""
    other = seeded("xiamen", seed=5)
    with pytest.raises(NoteRefused):
        open_checkpoint(forged(other.sign(HEAD.text)), "quanzhou", (*KEYS, other.verifier))


def test_a_cosignature_covers_the_time_and_the_whole_text() -> None:
    """见证签名连同时刻与全文；布局照标准逐字节。"""
    cosignature = WITNESS.cosign(HEAD.text, 1_679_315_147)
    assert cosignature.cosigned_at == 1_679_315_147
    message = f"cosignature/v1\ntime 1679315147\n{HEAD.text}".encode()
    assert cosignature.blob == bytes.fromhex("00000000641850cb") + WITNESS.key.sign(message)
    both = forged(LOG.sign(HEAD.text), cosignature)
    opened = open_checkpoint(both, "quanzhou", KEYS)
    assert opened.signers == (LOG.verifier, WITNESS.verifier)
    late = replace(cosignature, blob=(2**63).to_bytes(8, "big") + cosignature.blob[8:])
    with pytest.raises(NoteRefused):
        open_checkpoint(forged(LOG.sign(HEAD.text), late), "quanzhou", KEYS)


def test_a_witness_key_is_published_like_any_other() -> None:
    """见证的公钥同样公布，种类 0x04；同一把钥匙换一个种类，编号就不同。"""
    assert VerifierKey.parse(WITNESS.verifier.text) == WITNESS.verifier
    twin = replace(WITNESS.verifier, kind=ED25519)
    assert twin.key_id != WITNESS.verifier.key_id
