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
CLAIM_TAKEN: Final = "ledger.claim_taken"
# What the ledger may say about one row. Anything else is about the import and stops it.
OF_A_ROW: Final[frozenset[str]] = frozenset(
    {
        Refusal.IMPORT_DIFFERS,
        Refusal.IMPORT_CONTRADICTS,
        Refusal.IMPORT_TAKEN,
        Refusal.IMPORT_SAME_TERM,
        Refusal.SUBJECT_RISK_CLASS,
        Refusal.INSPECTOR_UNQUALIFIED,
        Refusal.INSPECTOR_REMOVED,
        CLAIM_TAKEN,  # 执法证号已属别人
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


@dataclass(frozen=True, slots=True)
class Imported:
    """一次导入的结果。``was_finished``: it had been finished before, and nothing was done now."""

    tally: Tally
    refused: tuple[importing.RefusedRows, ...]
    written: Written
    report_sha256: Sha256
    was_finished: bool = False


Explain: TypeAlias = Callable[[Imported], Sequence[tuple[str, str]]]


class Port:
    """导入口：一本账、一个经办人。

    ``step`` is given the numbers so far after each batch; what it raises stops the import between
    two batches. ``explain`` makes the report's first page.
    """

    def __init__(
        self,
        ledger: Ledger,
        actor: Actor,
        step: Step = lambda _: None,
        explain: Explain = lambda _: (),
    ) -> None:
        self._ledger, self._actor, self._step, self._explain = ledger, actor, step, explain
        self._keys: dict[str, str] = {}

    def take(self, job: Job, report: Report) -> Imported:
        """从头到尾收一份文件；早已办完的什么也不做。

        Raises :class:`Stop`, and :class:`ledger.errors.LedgerUnavailable`: then the same again goes
        on where it stopped.
        """
        state = self._ledger.load(IMPORT, job.import_id)
        if isinstance(state, importing.Finished):
            known = state.finished
            tally = Tally(known.rows, known.taken, known.known)
            return Imported(tally, known.refused, Written(), known.report_sha256, was_finished=True)
        is_fresh = self._begin(job)
        reach("import.after_start")
        with report:
            imported = self._take_rows(job, report, is_fresh=is_fresh)
            report.summarise(self._explain(imported))
        reach("import.before_finish")
        self._finish(job, imported)
        return imported

    def _take_rows(self, job: Job, report: Report, *, is_fresh: bool) -> Imported:
        started = self._ledger.events(IMPORT.stream(job.import_id))[0].meta
        if started.actor != self._actor:
            raise Stop(Exit.REFUSED, "import.other_officer", officer=started.actor.officer_id)
        # Judged by the time of its beginning, however often it is taken up again.
        now = started.recorded_at
        rows = Rows(job.mapping, job.seen.heading, job.import_id, now, self._key_of)
        tally, written = Tally(), Written()
        for batch, outcomes in self._answered(job, rows, is_fresh=is_fresh):
            for row, one in batch:
                _settle(row, one, outcomes, tally, report, written)
            reach("import.after_batch")
            self._step(tally)
        return Imported(tally, tally.groups(), written, report.close_rows())

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

    def _finish(self, job: Job, imported: Imported) -> None:
        tally = imported.tally
        self._ask(
            FinishImport(
                job.import_id,
                tally.rows,
                tally.taken,
                tally.known,
                imported.refused,
                imported.report_sha256,
            )
        )

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


def rehearse(job: Job, now: datetime, report: Report, step: Step) -> Imported:
    """试办：逐行换算并写报告，不碰账本；与账上是否矛盾还不知道。"""
    rows = Rows(job.mapping, job.seen.heading, job.import_id, now, str)
    numbered, tally = job.numbered(rows), Tally()
    while batch := list(islice(numbered, BATCH)):
        for row, one in batch:
            tally.rows += 1
            if isinstance(one, RowRefused):
                tally.refuse(one)
                report.add(one, row)
            else:
                tally.taken += 1
        step(tally)
    return Imported(tally, tally.groups(), Written(), report.close_rows())
