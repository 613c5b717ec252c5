"""案卷：把一件办件从收件到撤销的全部事件，写成人看得懂的一份。

It reads projections only, so that the command line and the demonstration show the same file.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, is_dataclass
from datetime import date, datetime, timedelta
from typing import Final

from rich.cells import chop_cells
from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.constrain import Constrain
from rich.panel import Panel
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from domain.terms import beijing_day
from followers.storage import Connection, head, load_cursor, one_moment
from projections import case_timeline, case_view, deadline_view, item_register
from projections.case_timeline import TimelineRow
from projections.case_view import CaseRow
from projections.deadline_view import OpenDeadline
from projections.item_register import ItemRow
from runtime.words import HASH_SHOWN, content, instant, organ, rules, say, term, title

COLOURS: Final = {"GREEN": "green", "YELLOW": "yellow", "RED": "red", "NONE": "dim"}
SECTIONS: Final = (
    ("timeline", frozenset({"case", "filing", "commitment", "licence"})),
    ("push", frozenset({"push"})),
    ("inspection", frozenset({"task"})),
    ("revocation_section", frozenset({"revocation"})),
)
INDENT: Final = "  "
UNFOLDED: Final = 10_000  # columns of a paper that nobody looks at: a file, a pipe
RULED: Final = 100  # columns of a line across such a paper
# Said elsewhere in the entry, or of no use to a reader.
HIDDEN_FACTS: Final = frozenset({"handler", "source_stream", "source_event"})


@dataclass(frozen=True, slots=True)
class Freshness:
    """数据截至哪一位置（含），比账本落后多少件。"""

    position: int
    behind: int


@dataclass(frozen=True, slots=True)
class CaseFile:
    """一份案卷的全部内容；``today`` 是账本时钟的北京日期，灯据此而亮。"""

    case: CaseRow
    item: ItemRow | None
    deadlines: tuple[OpenDeadline, ...]
    events: tuple[TimelineRow, ...]
    freshness: Freshness
    today: date


# -- reading


def freshness(conn: Connection) -> Freshness:
    """时间线这一视图的新旧。"""
    cursor = load_cursor(conn, case_timeline.PROJECTION.name)
    known = cursor.next_position if cursor else 0
    return Freshness(known - 1, max(head(conn) - known, 0))


def read(conn: Connection, case_no: str, now: datetime) -> CaseFile | None:
    """读出一份案卷，各视图取自同一时刻；没有这件办件则为 None。"""
    with one_moment(conn):
        case = case_view.find(conn, case_no)
        if case is None:
            return None
        events = case_timeline.of_case(conn, case_no)
        if case.licence_no:
            events += case_timeline.of_inspections(conn, case.licence_no)
        return CaseFile(
            case=case,
            item=item_register.find(conn, case.item_code) if case.item_code else None,
            deadlines=tuple(deadline_view.of_number(conn, case_no)),
            events=tuple(sorted(events, key=lambda row: row.position)),
            freshness=freshness(conn),
            today=beijing_day(now),
        )


def to_json(file: CaseFile) -> object:
    """供程序读取的样子；叶杂凑为小写十六进制，时刻为 ISO 8601。"""
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


def render(file: CaseFile) -> RenderableType:
    """整份案卷。"""
    parts: list[RenderableType] = [_heading(file), *_deadlines(file)]
    for name, families in SECTIONS:
        chosen = [row for row in file.events if row.family in families]
        if chosen or name == "timeline":
            parts += [_rule(name), *map(_entry, chosen)]
    fresh = say("fresh", position=file.freshness.position, behind=file.freshness.behind)
    return Group(*parts, Text(fresh, style="dim"))


def _rule(name: str) -> RenderableType:
    return Constrain(Rule(say(name), align="left"), RULED)


def _heading(file: CaseFile) -> RenderableType:
    grid = Table.grid(padding=(0, 2))
    for name, shown in _head_lines(file):
        grid.add_row(Text(say(name), style="bold"), shown)
    title = say("heading", case_no=file.case.key)
    return Panel(grid, title=title, title_align="left", expand=False)


def _head_lines(file: CaseFile) -> Iterator[tuple[str, Text]]:
    case, light = file.case, file.case.light(file.today)
    item = f"{file.item.name}（{case.item_code}）" if file.item else str(case.item_code)
    yield "item", Text(item)
    yield "applicant", Text(f"{case.applicant or say('none')}{say('masked')}")
    yield "organ", Text(organ(case.organ) if case.organ else say("none"))
    yield "state", Text(_state(case))
    yield "light", Text(term("light", light), style=COLOURS[light])
    if case.licence_no:
        yield "licence", Text(f"{case.licence_no}  {term('state', case.licence_state)}")
    if case.licence_no and case.valid_from:
        key = "validity_until" if case.valid_to else "validity_open"
        yield "validity", Text(say(key, first=case.valid_from, last=case.valid_to))
    if case.commitment_id:
        yield "commitment", Text(f"{case.commitment_id}  {term('state', case.commitment_state)}")
    if case.revocation_id:
        yield "revocation", Text(f"{case.revocation_id}  {term('state', case.revocation_state)}")


def _deadlines(file: CaseFile) -> Iterator[RenderableType]:
    if file.deadlines:
        yield _rule("deadlines")
    for deadline in file.deadlines:
        late = deadline.missed or file.today > deadline.due_on
        line = say(
            "deadline",
            kind=term("deadline", deadline.kind),
            name=f"（{deadline.name}）" if deadline.name else "",
            due=deadline.due_on,
            missed=say("missed") if deadline.missed else "",
        )
        soon = file.today > deadline.due_on - timedelta(days=3)
        yield Text(line, style="red" if late else "yellow" if soon else "")
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


def show(file: CaseFile, console: Console) -> None:
    """打印一份案卷。"""
    paper(console).print(render(file), highlight=False)
