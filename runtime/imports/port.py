"""导入口：一份文件从头到尾收进账里；断在何处都可以再来，结果与不断的一样。

The number of an import comes from the file and the mapping, the number of each command from the
import and the record, so whatever is asked again gets its first answer. What is known at the end of
an interrupted run needs no notebook: the ledger is the notebook.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import Final, TypeAlias
from uuid import NAMESPACE_URL, UUID, uuid4, uuid5

from domain import importing
from domain.acts import Act
from domain.acts.imports import IMPORT, FinishImport, ImportInspection, StartImport
from domain.acts.lookups import LICENCE
from domain.refusals import Refusal
from domain.terms import Actor, Sha256
from ledger.application import Ledger, Outcome, OutcomeKind, Request
from ledger.failpoints import reach
from runtime.exits import Exit, Stop
from runtime.imports import storage
from runtime.imports.mapping import Mapping
from runtime.imports.refused import RowRefused
from runtime.imports.report import Report, Tally
from runtime.imports.rows import Numbered, Rows, Taken, require_heading
from runtime.imports.table import Pulse, Row, Survey, read, survey

BATCH: Final = 512  # rows between two looks at the clock, the file and the keyboard
NAMESPACE: Final = uuid5(NAMESPACE_URL, "shenguan:import")
DIGITS: Final = 16  # hex digits of an import's number
# What the ledger may say about one row. Anything else is about the import and stops it.
OF_A_ROW: Final = frozenset(
    {
        Refusal.IMPORT_DIFFERS,
        Refusal.IMPORT_CONTRADICTS,
        Refusal.IMPORT_TAKEN,
        Refusal.IMPORT_SAME_TERM,
        Refusal.SUBJECT_RISK_CLASS,
    }
)

Step: TypeAlias = Callable[[Tally], None]
Batch: TypeAlias = Sequence[Numbered]
Outcomes: TypeAlias = dict[int, Outcome]  # by row number


@dataclass(frozen=True, slots=True)
class Job:
    """要导入什么：对照表，与第一遍看过的文件。"""

    mapping: Mapping
    seen: Survey

    @property
    def import_id(self) -> str:
        """由文件与对照表推出。"""
        both = f"{self.seen.sha256} {self.mapping.sha256}"
        return f"{self.mapping.source}-{sha256(both.encode()).hexdigest()[:DIGITS]}"

    def command_id(self, record: str) -> UUID:
        """收一条来源记录的命令编号。"""
        return uuid5(NAMESPACE, f"{self.import_id} row {record}")

    def numbered(self, rows: Rows) -> Iterator[Numbered]:
        """逐行换算。"""
        return rows.take_all(read(self.seen, self.mapping.file))


def prepare(mapping: Mapping, path: Path, pulse: Pulse = lambda *_: None) -> Job:
    """看过文件、对过标题；什么也没有写。Raises :class:`Stop`."""
    seen = survey(path, mapping.file, pulse)
    require_heading(mapping, seen.heading)
    return Job(mapping, seen)


@dataclass
class Written:
    """这次导入写下了什么：入账的位置，及各项检查指向的许可。"""

    spans: list[storage.Span] = field(default_factory=list)
    inspections: list[tuple[str, int]] = field(default_factory=list)

    def add(self, act: Act, outcome: Outcome) -> None:
        """一行入账了。"""
        first, last = outcome.first or 0, outcome.last or 0
        if self.spans and self.spans[-1][1] + 1 == first:
            self.spans[-1] = (self.spans[-1][0], last)
        else:
            self.spans.append((first, last))
        if isinstance(act, ImportInspection):
            self.inspections.append((LICENCE.stream(act.fact.licence_no), first))


class Port:
    """导入口：一本账、一个经办人。"""

    def __init__(self, ledger: Ledger, actor: Actor) -> None:
        self._ledger, self._actor = ledger, actor
        self._keys: dict[str, str] = {}

    @property
    def officer(self) -> str:
        """经办人，给人看的。"""
        return f"{self._actor.officer_id}（{self._actor.organ}）"

    def finished(self, job: Job) -> importing.ImportFinished | None:
        """此前完毕了的，给出当时的各数。"""
        state = self._ledger.load(IMPORT, job.import_id)
        return state.finished if isinstance(state, importing.Finished) else None

    def run(self, job: Job, report: Report, tally: Tally, step: Step) -> tuple[Written, Sha256]:
        """从头到尾，答写下了什么与报告的摘要；``step`` 在每批之后得到至此的各数，从它抛出即停在两批之间。"""
        is_fresh = self._begin(job)
        reach("import.after_start")
        started = self._ledger.events(IMPORT.stream(job.import_id))[0]
        if started.meta.actor != self._actor:
            officer = started.meta.actor.officer_id
            raise Stop(Exit.REFUSED, "import.other_officer", officer=officer)
        # Judged by the time of its beginning, however often it is taken up again.
        rows = Rows(
            job.mapping, job.seen.heading, job.import_id, started.meta.recorded_at, self._key_of
        )
        written = Written()
        for batch, outcomes in self._answered(job, rows, is_fresh=is_fresh):
            for row, one in batch:
                _settle(row, one, outcomes, tally, report, written)
            reach("import.after_batch")
            step(tally)
        digest = report.close_rows()
        self._finish(job, tally, digest)
        return written, digest

    def _begin(self, job: Job) -> bool:
        seen, mapping = job.seen, job.mapping
        act = StartImport(
            job.import_id,
            mapping.kind,
            mapping.source,
            seen.sha256,
            seen.size,
            mapping.sha256,
            mapping.text,
        )
        outcome = self._ask(act)
        return outcome.kind is OutcomeKind.RECORDED

    def _finish(self, job: Job, tally: Tally, report: Sha256) -> None:
        reach("import.before_finish")
        act = FinishImport(
            job.import_id, tally.rows, tally.taken, tally.known, tally.groups(), report
        )
        self._ask(act)

    def _ask(self, act: Act) -> Outcome:
        """Under a new number each time: a refusal for want of a post must not outlast the want.
        That an import begins and ends once, the law of imports itself sees to.
        """
        outcome = self._ledger.execute(Request(act, self._actor, uuid4()))
        if outcome.code is not None:
            raise Stop(Exit.REFUSED, outcome.code, **outcome.facts)
        return outcome

    def _answered(
        self, job: Job, rows: Rows, *, is_fresh: bool
    ) -> Iterator[tuple[Batch, Outcomes]]:
        """One batch is with the ledger while the next is read; they go in one after the other."""
        numbered = job.numbered(rows)
        with ThreadPoolExecutor(1) as pool:
            before: tuple[Batch, Future[Outcomes]] | None = None
            while batch := list(islice(numbered, BATCH)):
                job.seen.require_unchanged()
                asked = batch, pool.submit(self._outcomes, job, batch, is_fresh=is_fresh)
                if before is not None:
                    yield before[0], before[1].result()
                before = asked
            if before is not None:
                yield before[0], before[1].result()

    def _request(self, job: Job, row: Taken) -> Request:
        return Request(
            row.act,
            self._actor,
            job.command_id(row.record),
            correlation_id=job.import_id,
        )

    def _outcomes(self, job: Job, batch: Batch, *, is_fresh: bool) -> Outcomes:
        """What was answered before is not asked again."""
        asked = {one.line: self._request(job, one) for _, one in batch if isinstance(one, Taken)}
        ids = [request.command_id for request in asked.values()]
        known = {} if is_fresh else self._ledger.answered(ids)
        lines = [line for line, request in asked.items() if request.command_id not in known]
        answers = self._ledger.execute_many([asked[line] for line in lines])
        fresh = dict(zip(lines, answers, strict=True))
        return {
            line: fresh[line] if line in fresh else known[request.command_id]
            for line, request in asked.items()
        }

    def _key_of(self, holder: str) -> str:
        if holder not in self._keys:
            self._keys[holder] = self._ledger.keys.ensure(holder)
        return self._keys[holder]


def _settle(
    row: Row,
    one: Taken | RowRefused,
    outcomes: Outcomes,
    tally: Tally,
    report: Report,
    written: Written,
) -> None:
    tally.rows += 1
    refused = one if isinstance(one, RowRefused) else _refusal(one, outcomes[one.line])
    if refused is not None:
        tally.refuse(refused)
        report.add(refused, row)
    elif isinstance(one, Taken):
        outcome = outcomes[one.line]
        tally.known += outcome.kind is OutcomeKind.NOTHING
        if outcome.kind is OutcomeKind.RECORDED:
            tally.taken += 1
            tally.new += not outcome.repeated
            written.add(one.act, outcome)


def _refusal(row: Taken, outcome: Outcome) -> RowRefused | None:
    """Raises :class:`Stop` for a refusal that is not about the row."""
    if outcome.code is None:
        return None
    if outcome.code not in OF_A_ROW:
        raise Stop(Exit.REFUSED, outcome.code, **outcome.facts)
    return RowRefused(row.line, outcome.code, outcome.facts)


def rehearse(job: Job, now: datetime, report: Report, tally: Tally, step: Step) -> None:
    """试办：逐行换算并写报告，不碰账本。"""
    rows = Rows(job.mapping, job.seen.heading, job.import_id, now, str)
    numbered = job.numbered(rows)
    while batch := list(islice(numbered, BATCH)):
        for row, one in batch:
            tally.rows += 1
            if isinstance(one, RowRefused):
                tally.refuse(one)
                report.add(one, row)
            else:
                tally.taken += 1
        step(tally)
