"""盲查练习的材料：一本虚构的账，埋了十二处，连同给检查人员的几份证据包。

The ledger is true to its bytes; eight things in it should never have been done. Four more bundles
were tampered with after they were sealed, or show another ledger.
"""

import hashlib
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from domain import case, inspection_plan, revocation
from domain.decider import Event
from domain.terms import CaseNo, LicenceNo, Material, PersonId, Sha256
from ledger.entry import Entry
from runtime.bundles.pack import Contents, Kind, pack, zipped
from tests.deliveries import (
    FIRE,
    HASH,
    MARKET,
    START,
    Book,
    accepted,
    approved,
    assigned,
    granted,
    inspected,
    plan,
    received,
    sent,
)
from tests.verifiers.sealed import POLICY, entries_of, schemas_of, seal
from tests.verifiers.tampering import files_of, listed, rehashed, without

SEEN: Final = 20  # events, when the inspector last saw a checkpoint

PAPER: Final = "建设项目环境影响报告表（第三稿）".encode()
FORGED: Final = "建设项目环境影响报告表（第四稿）".encode()
CLERK, REVIEWER, DECIDER = PersonId("P-1"), PersonId("P-2"), PersonId("P-3")
DAY: Final = timedelta(days=1)


@dataclass
class Town:
    """一本虚构的账；``now`` 一件一件往前走。"""

    book: Book = field(default_factory=Book)
    now: datetime = START

    def record(
        self, stream: str, event: Event, key: str, *, decided: datetime | None = None
    ) -> None:
        """入账一件；``decided`` 是另写的办理时刻。"""
        self.now += timedelta(minutes=7)
        done = self.book.add(stream, event, key=key, at=self.now)
        if decided is not None:
            self.book.kept[-1] = replace(done, meta=replace(done.meta, decided_at=decided))

    def take(
        self,
        no: str,
        *,
        decider: PersonId = DECIDER,
        decided: datetime | None = None,
        pushed: bool = True,
    ) -> None:
        """一件办件，从收件到推送。"""
        stream, licence = f"case/{no}", LicenceNo(f"L-{no}")
        paper = (Material("环评报告表", Sha256(hashlib.sha256(PAPER).hexdigest())),)
        self.record(stream, replace(received(), received_at=self.now, materials=paper), no)
        self.record(stream, accepted(), no)
        review = case.Reviewed(case.ReviewOpinion.APPROVE, "材料齐全", REVIEWER)
        self.record(stream, review, no)
        given = replace(granted(case_no=CaseNo(no)), commitment_id=None)
        self.record(f"licence/{licence}", given, no)
        ruling = replace(approved(licence), commitment_id=None, handler=decider)
        self.record(stream, ruling, no, decided=decided)
        if pushed:
            self.record(f"push/{no}", replace(sent(), case_no=CaseNo(no)), no)

    def revoke(self, no: str, *steps: Event) -> None:
        """撤销一件，写明走了哪几步。"""
        stream = f"revocation/{no}"
        for event in (*steps, revocation.Decided("D-9", "条件不具备", "可复议", DECIDER)):
            self.record(stream, event, no)

    def draw(self, no: str, *, late: bool = False, annulled: bool = False) -> None:
        """一次抽查；``late``：种子在前，名单在后。"""
        stream, public_at = f"plan/{no}", self.now + DAY
        chosen = replace(plan(), serial=int(no), public_value_at=public_at)
        frozen = inspection_plan.ListsFrozen(30, 1, HASH, 2, HASH, HASH)
        share = inspection_plan.ShareCommitted(MARKET, HASH)
        lists = (share, frozen) if late else (frozen, share)
        self.record(stream, chosen, no)
        for event in (
            *lists,
            inspection_plan.RevealsClosed((FIRE,)),
            inspection_plan.PublicValueFixed("01 02 03"),
            inspection_plan.Drawn(HASH, ()),
        ):
            self.record(stream, event, no)
        if annulled:
            reason = "结果不理想"
            self.record(stream, inspection_plan.PlanAnnulled(reason, CLERK, REVIEWER), no)

    def inspect(self, no: str, licence_case: str, *inspectors: str) -> None:
        """一次检查：查的是哪一件的许可，谁去的。"""
        people = tuple(PersonId(one) for one in inspectors)
        task = replace(assigned(None), inspectors=people, licence_no=LicenceNo(f"L-{licence_case}"))
        stream = f"task/{no}.S-1"
        self.record(stream, task, no)
        self.record(stream, replace(inspected(), signatures=people), no)


def town() -> list[Entry]:
    """埋了八处的账；其余都干净。"""
    it = Town()
    it.take("C-1")  # clean
    it.take("C-2", decided=it.now - 9 * DAY)  # 1 back-dated, and 2 decided before it was received
    it.take("C-3", pushed=False)  # 3
    it.take("C-4", decider=CLERK)  # 4
    it.take("C-5")
    heard = revocation.StatementHeard(waived=True, record_sha256=None, handler=CLERK)
    served = revocation.NoticeServed("W-1", (START + 30 * DAY).date(), None, CLERK)
    lawful = revocation.LegalReviewed(
        lawful=True, harms_public_interest=False, explanation="合法", handler=REVIEWER
    )
    it.revoke("C-5", heard)  # 5
    it.take("C-6")
    it.revoke("C-6", served, heard, lawful)  # clean
    it.draw("000001", annulled=True)  # 6
    it.draw("000002")  # clean in itself: the second half of 6
    it.now += 40 * DAY
    it.draw("000003", late=True)  # 7
    it.inspect("000002", "C-1", "P-5", "P-6")  # clean
    it.inspect("000003", "C-1", "P-5", "P-2")  # 8
    it.now += 20 * DAY
    it.take("C-7")  # clean, and makes the time go on
    return entries_of(it.book.kept)


def case_bundle(entries: list[Entry], no: str) -> Contents:
    """一件办件的证据包，附材料；收件人上次所见的是 ``SEEN`` 件。"""
    own = [one for one in entries if one.key == no]
    paper = {f"materials/{hashlib.sha256(PAPER).hexdigest()}": PAPER}
    last = SEEN if len(entries) >= SEEN else None
    return Contents(Kind.CASE, no, own, schemas_of(own), last, files=paper)


def swapped(files: dict[str, bytes]) -> bytes:
    """材料换成另一稿，清单重算。"""
    name = next(one for one in files if one.startswith("materials/"))
    return zipped(rehashed(files | {name: FORGED}))


def exercise() -> Iterator[tuple[str, bytes]]:
    """练习的各个文件。"""
    entries = town()
    whole = seal(entries)
    yield "policy.txt", POLICY.encode()
    yield "last-checkpoint", seal(entries[:SEEN]).note
    last = len(entries) - 1
    yield (
        "A.zip",
        pack(Contents(Kind.PERIOD, f"0-{last}", entries, schemas_of(entries), SEEN), whole),
    )
    yield "B.zip", swapped(files_of(pack(case_bundle(entries, "C-1"), whole)))  # 9
    third = files_of(pack(case_bundle(entries, "C-3"), whole))
    at = [one["stream"] for one in listed(third)].index("case/C-3") + 2
    yield "C.zip", zipped(without(third, at))  # 10: the review is gone
    cut = entries[: SEEN - 2]
    yield "D.zip", pack(case_bundle(cut, "C-2"), seal(cut))  # 11
    other = [*entries]
    other[3] = replace(other[3], leaf_hash=hashlib.sha256(b"another").digest())
    yield "E.zip", pack(case_bundle(other, "C-6"), seal(other))  # 12: another history


def write(folder: Path) -> None:
    """写出练习的各个文件。"""
    for name, data in exercise():
        (folder / name).write_bytes(data)


if __name__ == "__main__":
    write(Path(sys.argv[1]))
