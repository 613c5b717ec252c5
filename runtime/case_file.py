"""案卷：把一件办件从收件到撤销的全部事件，写成人看得懂的一份。

It reads projections only, so that the command line and the demonstration show the same file.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, is_dataclass
from datetime import date, datetime
from typing import Final

from rich.cells import chop_cells
from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.constrain import Constrain
from rich.panel import Panel
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from domain.terms import beijing_day
from followers import overview
from followers.overview import Freshness
from followers.storage import Connection, one_moment
from projections import approvals, case_timeline, case_view, deadline_view, item_register
from projections.approvals import ApprovalRow
from projections.case_timeline import TimelineRow
from projections.case_view import CaseRow
from projections.deadline_view import OpenDeadline
from projections.item_register import ItemRow
from runtime.words import HASH_SHOWN, choice, content, instant, organ, rules, say, term, title

COLOURS: Final = {
    "GREEN": "green",
    "YELLOW": "yellow",
    "RED": "red",
    "BLACK": "bold red",
    "NONE": "dim",
}
SECTIONS: Final = (
    (
        "timeline",
        frozenset(
            {
                "case",
                "filing",
                "commitment",
                "licence",
                "exemption",
                "placement",
                "undertaking",
                "assistance",
            }
        ),
    ),
    ("hearing", frozenset({"hearing"})),
    ("others", frozenset({"joint", "verification", "forwarding", "copy", "handover"})),
    ("reliance_section", frozenset({"reliance"})),
    ("material_section", frozenset({"material"})),
    ("document_section", frozenset({"document", "seal"})),
    ("push", frozenset({"push"})),
    ("timekeeping", frozenset({"deadline"})),
    ("inspection", frozenset({"task", "result", "followup"})),
    ("past_inspection", frozenset({"inspection"})),
    ("revocation_section", frozenset({"revocation", "compensation", "measure"})),
    # 监督、公示与服务
    ("publication_section", frozenset({"publication"})),
    ("service_section", frozenset({"trip", "rating", "archive", "points"})),
    ("oversight_section", frozenset({"oversight", "complaint", "referral", "liaison", "progress"})),
)
INDENT: Final = "  "
UNFOLDED: Final = 10_000  # columns of a paper that nobody looks at: a file, a pipe
RULED: Final = 100  # columns of a line across such a paper
# Said elsewhere in the entry, or of no use to a reader.
HIDDEN_FACTS: Final = frozenset({"handler", "source_stream", "source_event", "origin"})


@dataclass(frozen=True, slots=True)
class CaseFile:
    """一份案卷的全部内容；``today`` 是账本时钟的北京日期，灯据此而亮。"""

    case: CaseRow
    licence: ApprovalRow | None
    item: ItemRow | None
    deadlines: tuple[OpenDeadline, ...]
    events: tuple[TimelineRow, ...]
    freshness: Freshness
    today: date


@dataclass(frozen=True, slots=True)
class LicenceFile:
    """只有许可、没有办件的案卷：导入的历史许可，连同针对它的检查。"""

    licence: ApprovalRow
    item: ItemRow | None
    events: tuple[TimelineRow, ...]
    freshness: Freshness
    today: date


# -- reading


def freshness(conn: Connection) -> Freshness:
    """时间线这一视图的新旧。"""
    return overview.freshness(conn, case_timeline.PROJECTION.name)


def read(conn: Connection, number: str, now: datetime) -> CaseFile | LicenceFile | None:
    """读出一份案卷，各视图取自同一时刻；给许可证号的，是其办件，没有办件的只是许可。

    None where neither a case nor a licence has this number. Needs the audit role.
    """
    today = beijing_day(now)
    with one_moment(conn):
        licence = approvals.find(conn, number)
        case = case_view.find(conn, (licence and licence.case_no) or number)
        if case is not None:
            return _case_file(conn, case, today)
        return None if licence is None else _licence_file(conn, licence, today)


def _case_file(conn: Connection, case: CaseRow, today: date) -> CaseFile:
    events = case_timeline.of_case(conn, case.key)
    if case.licence_no:
        events += case_timeline.of_inspections(conn, case.licence_no)
    return CaseFile(
        case=case,
        licence=approvals.find(conn, case.licence_no) if case.licence_no else None,
        item=item_register.find(conn, case.item_code) if case.item_code else None,
        deadlines=tuple(deadline_view.of_number(conn, case.key, today)),
        events=tuple(sorted(events, key=lambda row: row.position)),
        freshness=freshness(conn),
        today=today,
    )


def _licence_file(conn: Connection, licence: ApprovalRow, today: date) -> LicenceFile:
    events = case_timeline.of_licence(conn, licence.key)
    events += case_timeline.of_inspections(conn, licence.key)
    return LicenceFile(
        licence=licence,
        item=item_register.find(conn, licence.item_code),
        events=tuple(sorted(events, key=lambda row: row.position)),
        freshness=freshness(conn),
        today=today,
    )


def to_json(file: CaseFile | LicenceFile) -> object:
    """供程序读取的样子；叶杂凑为小写十六进制，时刻为 ISO 8601。"""
    if isinstance(file, LicenceFile):
        return jsonable({**_fields(file), "standing": file.licence.standing(file.today)})
    return jsonable({**_fields(file), "light": str(file.case.light(file.today))})


def jsonable(value: object) -> object:
    """日期、字节与值对象写成 JSON 认得的样子。"""
    match value:
        case bytes():
            return value.hex()
        case date() | datetime():
            return value.isoformat()
        case dict():
            return {key: jsonable(item) for key, item in value.items()}
        case list() | tuple():
            return [jsonable(item) for item in value]
        case _ if is_dataclass(value):
            return jsonable(_fields(value))
        case _:
            return value


def _fields(record: object) -> dict[str, object]:
    return {name: getattr(record, name) for name in getattr(record, "__dataclass_fields__", ())}


# -- rendering


def render(file: CaseFile | LicenceFile) -> RenderableType:
    """整份案卷。"""
    parts: list[RenderableType] = [_heading(file)]
    if isinstance(file, CaseFile):
        parts += _deadlines(file)
    for name, families in SECTIONS:
        chosen = [row for row in file.events if row.family in families]
        if chosen or name == "timeline":
            is_licence = name == "timeline" and isinstance(file, LicenceFile)
            parts += [_rule("licence_timeline" if is_licence else name), *map(_entry, chosen)]
    return Group(*parts, Text(fresh_line(file.freshness), style="dim"))


def fresh_line(fresh: Freshness) -> str:
    """数据截至何处、落后多少的一句话。"""
    seconds = f"{fresh.seconds:.1f}"
    return say("fresh", position=fresh.position, behind=fresh.behind, seconds=seconds)


def _rule(name: str) -> RenderableType:
    return Constrain(Rule(say(name), align="left"), RULED)


def _heading(file: CaseFile | LicenceFile) -> RenderableType:
    grid = Table.grid(padding=(0, 2))
    lines = _head_lines(file) if isinstance(file, CaseFile) else _licence_lines(file)
    for name, shown in lines:
        grid.add_row(Text(say(name), style="bold"), shown)
    title = (
        say("heading", case_no=file.case.key)
        if isinstance(file, CaseFile)
        else say("licence_heading", licence_no=file.licence.key)
    )
    return Panel(grid, title=title, title_align="left", expand=False)


def _item(item: ItemRow | None, code: str | None, told: str | None) -> Text:
    """The item by its name in the register, else as a source called it."""
    name = item.name if item else told
    return Text(f"{name}（{code}）" if name else str(code))


def _head_lines(file: CaseFile) -> Iterator[tuple[str, Text]]:
    case, light = file.case, file.case.light(file.today)
    yield "item", _item(file.item, case.item_code, case.source_item)
    if case.applicant:
        yield "applicant", Text(f"{case.applicant}{say('masked')}")
    yield "organ", Text(organ(case.organ) if case.organ else say("none"))
    yield "state", Text(_state(case))
    yield "light", Text(term("light", light), style=COLOURS[light])
    if case.paused:
        yield "paused", Text(str(choice("case.paused.v1", case.paused)))
    yield from _source_lines(case)
    if case.licence_no:
        yield "licence", Text(f"{case.licence_no}  {term('state', case.licence_state)}")
    if case.licence_no and case.valid_from:
        yield "validity", _validity(case.valid_from, case.valid_to)
    if case.commitment_id:
        yield "commitment", Text(f"{case.commitment_id}  {term('state', case.commitment_state)}")
    if case.revocation_id:
        yield "revocation", Text(f"{case.revocation_id}  {term('state', case.revocation_state)}")


def _source_lines(case: CaseRow) -> Iterator[tuple[str, Text]]:
    """What a source says of a case that it handled, its deadline among it."""
    if not case.imported:
        return
    yield "source_name", Text(str(case.source))
    due = say("none") if case.source_due_at is None else instant(case.source_due_at)
    yield "source_due", Text(say("source_due_note", due=due))
    if case.latest_step and case.latest_step_at:
        step = choice("case.step_imported.v1", case.latest_step)
        told = {"step": step, "at": instant(case.latest_step_at), "count": case.steps}
        yield "latest_step", Text(say("latest_step_note", **told))
    yield "officers", Text("、".join(case.officers) or say("none"))


def _licence_lines(file: LicenceFile) -> Iterator[tuple[str, Text]]:
    licence = file.licence
    yield "item", _item(file.item, licence.item_code, licence.item_name)
    yield "holder", Text(f"{licence.holder}{say('masked')}")
    yield "approving_body", Text(organ(licence.approving_body))
    yield "state", Text(_standing(licence, file.today))
    yield "validity", _validity(licence.valid_from, licence.valid_to)
    yield "source_name", Text(str(licence.source))
    told = {"status": licence.source_status, "count": licence.terms}
    yield "source_status", Text(say("source_status_note", **told))


def _standing(licence: ApprovalRow, today: date) -> str:
    state = term("state", licence.standing(today))
    if licence.ended_on is None:
        return state
    key = "ended_on" if licence.ended_exactly else "ended_by"
    return say(key, state=state, on=licence.ended_on)


def _validity(first: date, last: date | None) -> Text:
    return Text(say("validity_until" if last else "validity_open", first=first, last=last))


def _deadlines(file: CaseFile) -> Iterator[RenderableType]:
    if file.deadlines:
        yield _rule("deadlines")
    for deadline in file.deadlines:
        line = say(
            "deadline",
            kind=term("deadline", deadline.kind),
            name=f"（{deadline.name}）" if deadline.name else "",
            due=deadline.due_on,
            missed=say("missed") if deadline.missed else "",
            light=term("light", deadline.light),
            provisional=say("provisional_short") if deadline.provisional else "",
        )
        yield Text(line, style=COLOURS[deadline.light])
    if file.case.provisional:
        yield Text(say("provisional"), style="yellow")
    if file.case.rules:
        yield Text(say("calendars", rules=rules(file.case.rules)), style="dim")


@dataclass(frozen=True, slots=True)
class _Indented:
    """Lines folded by width: Chinese has no blanks to break at."""

    lines: tuple[str, ...]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        del console
        for line in self.lines:
            for part in chop_cells(line, options.max_width - len(INDENT)):
                yield Text(INDENT + part.rstrip())


def _entry(row: TimelineRow) -> RenderableType:
    """One event: what, the three times, who, on what ground, where to find it."""
    name = Text.assemble((title("event", row.name), "bold"), (f"  {row.name}", "dim"))
    return Group(name, _Indented(tuple(_entry_lines(row))))


def _entry_lines(row: TimelineRow) -> Iterator[str]:
    effective = say("effective", on=row.effective_on) + _shift(row)
    decided, recorded = instant(row.decided_at), instant(row.recorded_at)
    yield "   ".join((say("decided", at=decided), effective, say("recorded", at=recorded)))
    yield _who(row)
    yield say("basis", basis="；".join(title("basis", code) for code in row.legal_basis))
    if shown := content(row.name, row.facts, HIDDEN_FACTS):
        yield say("facts", facts=shown)
    if isinstance(told := row.facts.get("origin"), dict):
        digest = str(told["sha256"])[:HASH_SHOWN]
        named = {name: value for name, value in told.items() if name != "sha256"}
        yield say("origin", **named, digest=digest)
    if row.rules:
        yield say("rules", rules=rules(row.rules))
    yield say(
        "source",
        topic=row.topic,
        partition=row.partition,
        lane_position=row.lane_position,
        position=row.position,
        stream=row.stream,
        version=row.version,
        leaf=row.leaf_hash.hex()[:HASH_SHOWN],
    )


def _who(row: TimelineRow) -> str:
    """The account, and the natural person behind it, on whom separation of duties rests."""
    who = say("machine" if row.by_machine else "who", officer=row.officer_id)
    if row.by_machine:
        return who
    where = [term("role", row.role), organ(row.organ)]
    if row.in_name_of != row.organ:
        where.append(say("in_name_of", organ=organ(row.in_name_of)))
    if isinstance(person := row.facts.get("handler"), str):
        where.append(say("person", person=person))
    return f"{who}（{'，'.join(where)}）"


def _shift(row: TimelineRow) -> str:
    """Back-dating is marked, never hidden."""
    decided_on = beijing_day(row.decided_at)
    if row.effective_on == decided_on:
        return ""
    return f"〔{say('retroactive' if row.effective_on < decided_on else 'ahead')}〕"


def _state(row: CaseRow) -> str:
    """A licence that has ended shows beside the decision that granted it, and how it ended."""
    state = term("state", row.state)
    if row.licence_state in {None, "IN_FORCE"}:
        return state
    ended = [term("state", row.licence_state)]
    if row.licence_state == "DEREGISTERED" and row.revocation_state == "DECIDED":
        ended.insert(0, term("state", "REVOKED"))
    return say("ended", state=state, licence="、".join(ended))


def listing(rows: Sequence[CaseRow], today: date) -> Iterator[str]:
    """最近办件，一件一行。"""
    for row in rows:
        yield say(
            "listing",
            case_no=row.key,
            light=term("light", row.light(today)),
            state=_state(row),
            item=row.item_code,
            updated=instant(row.updated_at),
        )


def paper(console: Console) -> Console:
    """打印用的纸：不是屏幕的（管道、文件）不折行，日期和编号才不会断开。"""
    return console if console.is_terminal else Console(file=console.file, width=UNFOLDED)


def show(file: CaseFile | LicenceFile, console: Console) -> None:
    """打印一份案卷。"""
    paper(console).print(render(file), highlight=False)
