"""导入口：一份文件从头到尾收进账里；断在何处都可以再来，结果与不断的一样。

The number of an import comes from the file and the mapping, the number of each command from the
import and the record: whatever is asked again gets its first answer, so an interrupted run needs no
notebook of its own. The ledger is the notebook.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final
from uuid import NAMESPACE_URL, UUID, uuid5

from domain import importing
from domain.acts import Act
from domain.acts.imports import FinishImport, StartImport
from domain.terms import Actor, Sha256
from ledger.application import Ledger, Outcome, OutcomeKind, Request
from ledger.failpoints import reach
from runtime.exits import Exit, Stop
from runtime.imports.mapping import Mapping
from runtime.imports.refused import RowRefused
from runtime.imports.report import Report, Tally
from runtime.imports.rows import Rows, Taken, rows_of
from runtime.imports.table import Survey, read, survey
from runtime.messages import say

BATCH: Final = 256
NAMESPACE: Final = uuid5(NAMESPACE_URL, "shenguan:import")

Progress = Callable[[Tally], None]
Row = Sequence[str]


@dataclass(frozen=True, slots=True)
class Source:
    """要导入的：文件、第一遍看到的、对照表，以及由它们推出的导入编号。"""

    path: Path
    seen: Survey
    mapping: Mapping

    @classmethod
    def of(cls, path: Path, mapping: Mapping) -> "Source":
        """先看一遍文件。Raises as :func:`runtime.imports.table.survey`."""
        return cls(path, survey(path, mapping.file), mapping)

    @property
    def import_id(self) -> str:
        """导入编号。"""
        both = f"{self.seen.sha256} {self.mapping.sha256}"
        return f"{self.mapping.source}-{sha256(both.encode()).hexdigest()[:16]}"

    def rows(self, rows: Rows) -> Iterator[tuple[Row, Taken | RowRefused]]:
        """逐行换算。"""
        return rows_of(rows, read(self.path, self.mapping.file, self.seen))

    def start(self) -> StartImport:
        """开始这次导入的命令。"""
        return StartImport(
            self.import_id,
            self.mapping.kind,
            self.mapping.source,
            Sha256(self.seen.sha256),
            self.seen.size,
            Sha256(self.mapping.sha256),
            self.mapping.text,
        )


@dataclass(frozen=True, slots=True)
class Imported:
    """一次导入的结果。``was_finished``: it had been finished before; nothing was written now."""

    import_id: str
    tally: Tally
    was_finished: bool
    report: Report


class Port:
    """导入口。``actor`` is the archivist; ``progress`` is told after each batch."""

    def __init__(self, ledger: Ledger, actor: Actor, progress: Progress) -> None:
        self._ledger, self._actor, self._progress = ledger, actor, progress

    def take(self, source: Source, report: Report) -> Imported:
        """收一份文件。

        Raises :class:`FileRefused`, :class:`Stop` where the archivist may not, and
        :class:`ledger.errors.LedgerUnavailable`: then the same again goes on where it stopped.
        """
        rows = Rows(
            source.mapping,
            source.seen.heading,
            source.import_id,
            self._ledger.clock.now(),
            self._ledger.keys.ensure,
        )
        self._must(source, "start", source.start())
        state = self._ledger.load(importing.AGGREGATE, source.import_id)
        was_finished = isinstance(state, importing.Finished)
        tally = Tally()
        with report:
            for batch in _batches(source.rows(rows)):
                self._settle(source, batch, tally, report)
                self._progress(tally)
                reach("import.after_batch")
            digest = report.digest(summary(source, tally, self._actor))
        if not was_finished:
            reach("import.before_finish")
            self._must(source, "finish", _finish(source.import_id, tally, digest))
        return Imported(source.import_id, tally, was_finished, report)

    def _must(self, source: Source, what: str, act: Act) -> None:
        number = uuid5(NAMESPACE, f"{source.import_id} {what}")
        outcome = self._ledger.execute(Request(act, self._actor, number))
        if outcome.kind is OutcomeKind.REFUSED:
            raise Stop(Exit.REFUSED, outcome.code or "", **outcome.facts)

    def _settle(
        self,
        source: Source,
        batch: Sequence[tuple[Row, Taken | RowRefused]],
        tally: Tally,
        report: Report,
    ) -> None:
        outcomes = self._outcomes(
            source.import_id, [one for _, one in batch if isinstance(one, Taken)]
        )
        for row, one in batch:
            tally.rows += 1
            refused = one if isinstance(one, RowRefused) else _told(one, outcomes[one.line], tally)
            if refused is not None:
                tally.refuse(refused)
                report.add(refused, row)

    def _outcomes(self, import_id: str, taken: Sequence[Taken]) -> dict[int, Outcome]:
        """What was answered before is not asked again."""
        requests = {
            one.line: Request(one.act, self._actor, _number(import_id, one)) for one in taken
        }
        known = self._ledger.answered([one.command_id for one in requests.values()])
        asked = [line for line, one in requests.items() if one.command_id not in known]
        fresh = self._ledger.execute_many([requests[line] for line in asked])
        answers = dict(zip(asked, fresh, strict=True))
        return {
            line: answers[line] if line in answers else known[one.command_id]
            for line, one in requests.items()
        }


def _number(import_id: str, one: Taken) -> UUID:
    return uuid5(NAMESPACE, f"{import_id} row {one.record}")


def _told(one: Taken, outcome: Outcome, tally: Tally) -> RowRefused | None:
    if outcome.kind is OutcomeKind.REFUSED:
        return RowRefused(one.line, outcome.code or "", outcome.facts)
    if outcome.kind is OutcomeKind.NOTHING:
        tally.known += 1
    else:
        tally.taken += 1
        tally.new += not outcome.repeated
    return None


def _finish(import_id: str, tally: Tally, digest: Sha256) -> FinishImport:
    return FinishImport(import_id, tally.rows, tally.taken, tally.known, tally.groups(), digest)


def try_out(source: Source, ledger: Ledger, report: Report, progress: Progress) -> Imported:
    """试一遍：逐行换算、写报告，账上什么也不写；与账上是否矛盾还不知道。"""
    rows = Rows(
        source.mapping, source.seen.heading, source.import_id, ledger.clock.now(), lambda _: ""
    )
    tally = Tally()
    with report:
        for batch in _batches(source.rows(rows)):
            for row, one in batch:
                tally.rows += 1
                if isinstance(one, RowRefused):
                    tally.refuse(one)
                    report.add(one, row)
                else:
                    tally.taken += 1
            progress(tally)
        report.digest(summary(source, tally, None))
    return Imported(source.import_id, tally, was_finished=False, report=report)


def summary(source: Source, tally: Tally, actor: Actor | None) -> list[tuple[str, str]]:
    """报告的说明页。"""
    facts = {
        "file": source.path.name,
        "file_sha256": source.seen.sha256,
        "mapping_sha256": source.mapping.sha256,
        "import_id": source.import_id,
        "officer": "" if actor is None else actor.officer_id,
        "rows": tally.rows,
        "taken": tally.taken,
        "known": tally.known,
        "refused": tally.refusals,
    }
    return [(say(f"import.summary.{name}"), str(value)) for name, value in facts.items()]


def _batches(
    rows: Iterator[tuple[Row, Taken | RowRefused]],
) -> Iterator[list[tuple[Row, Taken | RowRefused]]]:
    batch: list[tuple[Row, Taken | RowRefused]] = []
    for one in rows:
        batch.append(one)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
