"""命令表：有哪些命令、各有什么选项。

Standard library only, so that help and usage errors need no environment at all.
"""

import argparse
import difflib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from typing import Any, Final, NoReturn

from runtime.exits import Exit
from runtime.messages import say, tables

PROGRAM: Final = "./shenguan"
TOPICS: Final = ("case", "inspection", "register")
LISTS: Final = tuple(tables()["list"])  # what runtime/listings lists, by the Chinese names
# Filters of `list`: what follows the option. Which list takes which: runtime/listings.
FILTERS: Final = {
    "organ": "CODE",
    "department": "CODE",
    "officer": "ACCOUNT",
    "state": "STATE",
    "light": "LIGHT",
    "item": "CODE",
    "holder": "NUMBER",
    "licence": "NUMBER",
    "subject": "NUMBER",
    "region": "CODE",
    "risk": "CLASS",
    "family": "FAMILY",
}
MOST: Final = 1_000_000_000_000  # no count is larger, and the database takes it
DAYS: Final = ("due-by", "expired-by")
BUNDLES: Final = ("case", "draw", "officer", "period", "policy")
KINDS: Final = ("cases", "licences", "inspections")
AddOptions = Callable[[argparse.ArgumentParser], None]


@dataclass(frozen=True, slots=True)
class Command:
    """一个命令。`kafka`: the embedded Kafka must be on disk before it runs."""

    name: str
    options: AddOptions
    kafka: bool = False
    needs_folder: bool = True
    hidden: bool = False


def _none(_: argparse.ArgumentParser) -> None:
    """Only the options that every command has."""


def _flag(parser: argparse.ArgumentParser, name: str) -> None:
    parser.add_argument(f"--{name}", action="store_true", help=say(f"option.{_key(name)}"))


def _key(name: str) -> str:
    return name.replace("-", "_")


def _named(words: Mapping[str, object]) -> str:
    return say("comma").join(f"{code} {word}" for code, word in words.items())


def natural(text: str) -> int:
    """不小于 0、不大于一万亿的整数。Raises ValueError, which argparse reports under this name."""
    if not 0 <= (number := int(text)) <= MOST:
        raise ValueError(text)
    return number


def day(text: str) -> date:
    """一个日期，如 2026-03-09。Raises ValueError, which argparse reports under this name."""
    return date.fromisoformat(text)


def moment(text: str) -> datetime:
    """一个时刻；没有写时区的是北京时间。Raises ValueError, which argparse reports under this name."""
    at = datetime.fromisoformat(text)
    return at.replace(tzinfo=at.tzinfo or timezone(timedelta(hours=8)))


def _demo(parser: argparse.ArgumentParser) -> None:
    _flag(parser, "stop")


def _init(parser: argparse.ArgumentParser) -> None:
    _flag(parser, "formal")
    parser.add_argument("--origin", metavar="NAME", help=say("option.origin"))


def _up(parser: argparse.ArgumentParser) -> None:
    _flag(parser, "foreground")
    _flag(parser, "servers-only")
    parser.add_argument(
        "--office", action="append", default=[], metavar="CODE:ACCOUNT", help=say("option.host")
    )
    parser.add_argument("--background", action="store_true", help=argparse.SUPPRESS)


def _case(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", metavar="FOLDER", help=say("option.data"))
    ready = parser.add_mutually_exclusive_group()
    ready.add_argument("--scenario", metavar="NAME", help=say("option.scenario"))
    ready.add_argument("--scenarios", action="store_true", help=say("option.scenarios"))
    parser.add_argument("case_no", nargs="?", metavar="CASE_NO", help=say("option.case_no"))
    parser.add_argument(
        "-n", "--count", type=natural, default=20, metavar="N", help=say("option.listed")
    )
    _flag(parser, "all")


def _list(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", choices=LISTS, metavar="WHAT", help=_named(tables()["list"]))
    for name, metavar in FILTERS.items():
        parser.add_argument(f"--{name}", metavar=metavar, help=say(f"option.filter.{name}"))
    for name in DAYS:
        label = say(f"option.filter.{_key(name)}")
        parser.add_argument(f"--{name}", type=day, metavar="DATE", help=label)
    for name in ("overdue", "soon", "waiting", "adverse"):
        label = say(f"option.filter.{name}")
        parser.add_argument(f"--{name}", action="store_true", help=label)
    origin = parser.add_mutually_exclusive_group()
    for name, imported in (("imported", True), ("live", False)):
        label = say(f"option.filter.{name}")
        origin.add_argument(
            f"--{name}", dest="imported", action="store_const", const=imported, help=label
        )
    parser.add_argument(
        "-n", "--count", type=natural, default=20, metavar="N", help=say("option.rows")
    )
    parser.add_argument("--all", action="store_true", help=say("option.all_rows"))
    parser.add_argument("--export", metavar="FILE", help=say("option.export"))


def _officer(parser: argparse.ArgumentParser) -> None:
    """Who acts: what a command needs that records something in a person's name."""
    parser.add_argument("--officer", metavar="ACCOUNT", help=say("option.acting"))
    parser.add_argument("--in-name-of", metavar="CODE", help=say("option.in_name_of"))


def _material(parser: argparse.ArgumentParser) -> None:
    actions = ("add", "reuse", "get", "list")
    help_text = say("option.material_action")
    parser.add_argument("action", choices=actions, metavar="ACTION", help=help_text)
    parser.add_argument("case_no", metavar="CASE_NO", help=say("option.material_case"))
    parser.add_argument("what", nargs="?", metavar="WHAT", help=say("option.material_what"))
    parser.add_argument("--name", metavar="NAME", help=say("option.material_name"))
    parser.add_argument("--replace", metavar="REASON", help=say("option.replace"))
    parser.add_argument("--source", metavar="CASE_NO", help=say("option.material_source"))
    parser.add_argument("--version", type=natural, metavar="N", help=say("option.version"))
    parser.add_argument("--preview", action="store_true", help=say("option.preview"))
    parser.add_argument("--out", metavar="FILE", help=say("option.out"))
    _officer(parser)


def _document(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", metavar="CASE_NO", help=say("option.document_what"))
    parser.add_argument("subject", nargs="?", metavar="KIND", help=say("option.document_subject"))
    parser.add_argument("--out", metavar="FILE", help=say("option.out"))
    _flag(parser, "issue")
    parser.add_argument("--carrier", metavar="NAME", help=say("option.carrier"))
    parser.add_argument("--tracking", metavar="NUMBER", help=say("option.tracking"))
    methods = ("in_person", "post", "electronic", "left", "notice")
    parser.add_argument("--method", choices=methods, metavar="METHOD", help=say("option.method"))
    parser.add_argument("--proof", metavar="NUMBER", help=say("option.proof"))
    parser.add_argument("--on", type=day, metavar="DATE", help=say("option.delivered_on"))
    _officer(parser)


def _stats(parser: argparse.ArgumentParser) -> None:
    for name in ("from", "to"):
        parser.add_argument(
            f"--{name}", dest=f"{name}_day", type=day, metavar="DATE", help=say(f"option.{name}")
        )
    parser.add_argument("--organ", metavar="CODE", help=say("option.stats_organ"))
    parser.add_argument("--by", choices=("organ", "month"), help=say("option.by"))
    parser.add_argument("--export", metavar="FILE", help=say("option.export"))


def _tail(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--topic", choices=TOPICS, help=say("option.topic"))
    parser.add_argument(
        "--from-position", type=natural, metavar="N", help=say("option.from_position")
    )
    parser.add_argument("--from-time", metavar="TIME", help=say("option.from_time"))
    parser.add_argument(
        "--event", nargs="+", action="extend", metavar="NAME", help=say("option.event")
    )
    parser.add_argument("--case", dest="case_no", metavar="CASE_NO", help=say("option.case"))
    parser.add_argument("--department", metavar="CODE", help=say("option.department"))
    _flag(parser, "until-end")
    parser.add_argument("-n", "--count", type=natural, metavar="N", help=say("option.count"))


def _parked(parser: argparse.ArgumentParser) -> None:
    one = parser.add_mutually_exclusive_group()
    one.add_argument("id", nargs="?", type=natural, metavar="ID", help=say("option.parked"))
    one.add_argument("--release", type=natural, metavar="ID", help=say("option.release"))


def _verify(parser: argparse.ArgumentParser) -> None:
    _flag(parser, "offline")


def _bundle(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("kind", choices=BUNDLES, metavar="KIND", help=say("option.bundle_kind"))
    parser.add_argument("what", nargs="?", metavar="WHAT", help=say("option.bundle_what"))
    parser.add_argument("--out", required=True, metavar="FILE", help=say("option.bundle_out"))
    parser.add_argument("--last", metavar="FILE", help=say("option.bundle_last"))


def _rebuild(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", nargs="?", metavar="NAME", help=say("option.projection"))


def _republish(parser: argparse.ArgumentParser) -> None:
    _flag(parser, "recreate")


def _explain(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("code", metavar="CODE", help=say("option.code"))


def _whocan(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("act", metavar="ACT", help=say("option.act"))
    parser.add_argument("--case", dest="case_no", metavar="CASE_NO", help=say("option.whocan_case"))


def _act(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", metavar="FOLDER", help=say("option.data"))
    actions, help_text = ("list", "show", "do"), say("option.act_action")
    parser.add_argument("action", choices=actions, metavar="ACTION", help=help_text)
    parser.add_argument("what", nargs="?", metavar="WHAT", help=say("option.act_what"))
    parser.add_argument("--role", metavar="ROLE", help=say("option.role_of_act"))
    parser.add_argument("--by", metavar="OFFICER", help=say("option.acting_by"))
    parser.add_argument("--at", type=moment, metavar="TIME", help=say("option.at"))
    help_text = say("option.dry_run_act")
    parser.add_argument("--dry-run", action="store_true", help=help_text)


def _import(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", metavar="FOLDER", help=say("option.data"))
    parser.add_argument("kind", choices=KINDS, metavar="KIND", help=say("option.kind"))
    parser.add_argument("file", nargs="?", metavar="FILE", help=say("option.file"))
    parser.add_argument("--mapping", metavar="FILE", help=say("option.mapping"))
    _flag(parser, "show-mapping")
    _flag(parser, "dry-run")
    parser.add_argument("--report", metavar="FOLDER", help=say("option.report"))
    parser.add_argument("--officer", metavar="ACCOUNT", help=say("option.officer"))
    parser.add_argument("--organ", metavar="CODE", help=say("option.organ"))


def _catalogue(parser: argparse.ArgumentParser) -> None:
    actions = ("check", "list", "diff", "publish", "export")
    help_text = say("option.catalogue_action")
    parser.add_argument("--data", metavar="FOLDER", help=say("option.data"))
    parser.add_argument("action", choices=actions, metavar="ACTION", help=help_text)
    parser.add_argument("files", nargs="*", metavar="FILE", help=say("option.catalogue_files"))
    parser.add_argument("--as-of", type=day, metavar="DATE", help=say("option.as_of"))
    parser.add_argument("--organ", metavar="CODE", help=say("option.catalogue_organ"))
    parser.add_argument("--way", metavar="WAY", help=say("option.way"))
    parser.add_argument("--tag", metavar="TAG", help=say("option.tag"))
    parser.add_argument("--effective", type=day, metavar="DATE", help=say("option.effective"))
    _officer(parser)


def _simulate(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--days", type=natural, required=True, metavar="N", help=say("option.days"))
    parser.add_argument("--seed", type=natural, default=1, metavar="S", help=say("option.seed"))
    parser.add_argument(
        "--per-day", type=natural, default=20, metavar="R", help=say("option.per_day")
    )


def _draw(parser: argparse.ArgumentParser) -> None:
    steps = ("plan", "freeze", "commit", "reveal", "public", "share", "run", "annul")
    actions = (*steps, "compute", "replay", "publish", "lists")
    help_text = say("option.draw_action")
    parser.add_argument("--data", metavar="FOLDER", help=say("option.data"))
    parser.add_argument("action", choices=actions, metavar="ACTION", help=help_text)
    parser.add_argument("what", nargs="+", metavar="WHAT", help=say("option.draw_what"))
    for name in ("show", "ceremony"):
        parser.add_argument(f"--{name}", action="store_true", help=say(f"option.draw_{name}"))
    for name, metavar in (
        ("office", "CODE"),
        ("officer", "ACCOUNT"),
        ("share-file", "FILE"),
        ("value", "TEXT"),
        ("reason", "TEXT"),
        ("second", "ACCOUNT"),
        ("out", "FOLDER"),
    ):
        parser.add_argument(f"--{name}", metavar=metavar, help=say(f"option.draw_{_key(name)}"))
    parser.add_argument("--wait", type=natural, metavar="SECONDS", help=say("option.draw_wait"))
    parser.add_argument("--at", type=moment, metavar="TIME", help=say("option.at"))


def _role(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME", help=say("option.role"))
    parser.add_argument("--organ", metavar="CODE", help=say("option.office_organ"))
    parser.add_argument("--officer", metavar="ACCOUNT", help=say("option.office_account"))


COMMANDS: Final[tuple[Command, ...]] = (
    Command("demo", _demo, kafka=True),
    Command("init", _init, kafka=True),
    Command("up", _up, kafka=True),
    Command("down", _none),
    Command("status", _none),
    Command("parked", _parked),
    Command("doctor", _none),
    Command("test", _none, kafka=True, needs_folder=False),
    Command("case", _case, needs_folder=False),  # a scenario needs no ledger
    Command("list", _list),
    Command("stats", _stats),
    Command("act", _act, needs_folder=False),  # what there is to do needs no ledger
    Command("material", _material),
    Command("document", _document),
    Command("states", _none),
    Command("tail", _tail),
    Command("import", _import, needs_folder=False),  # a mapping and a rehearsal need no ledger
    Command("catalogue", _catalogue, needs_folder=False),  # a check needs no ledger
    Command("simulate", _simulate),
    Command("verify", _verify),
    Command("bundle", _bundle),
    Command("rebuild", _rebuild),
    Command("republish", _republish),
    Command("draw", _draw, needs_folder=False),  # published values need no ledger
    Command("explain", _explain, needs_folder=False),
    Command("whocan", _whocan),
    Command("role", _role, hidden=True),
)
BY_NAME: Final = {command.name: command for command in COMMANDS}

_OUR_WORDS: Final[tuple[tuple[str, str], ...]] = (
    (r"unrecognized arguments: (?P<what>.*)", "argparse.unrecognized"),
    (r"the following arguments are required: (?P<what>.*)", "argparse.required"),
    (r"argument COMMAND: invalid choice: (?P<what>\S+).*", "argparse.command"),
    (r"argument (?P<option>.*): invalid choice: (?P<what>\S+).*", "argparse.choice"),
    (r"argument (?P<option>.*): expected (one|at least one) argument", "argparse.value"),
    (r"argument (?P<option>.*): invalid day value: (?P<what>.*)", "argparse.day"),
    (r"argument (?P<option>.*): invalid moment value: (?P<what>.*)", "argparse.moment"),
    (r"argument (?P<option>.*): not allowed with argument (?P<what>.*)", "argparse.both"),
    (r"argument (?P<option>.*): invalid natural value: (?P<what>.*)", "argparse.invalid"),
)


def in_chinese(message: str) -> str:
    """把 argparse 的英文出错信息说成中文。"""
    for pattern, key in _OUR_WORDS:
        if found := re.fullmatch(pattern, message, flags=re.DOTALL):
            sentence = say(key, **found.groupdict())
            if key == "argparse.command":
                near = difflib.get_close_matches(found["what"].strip("'"), visible(), n=2)
                sentence += say("did_you_mean", names=say("or").join(near)) if near else ""
            return sentence
    return say("argparse.other", what=message)


def visible() -> list[str]:
    """给人用的命令。"""
    return [command.name for command in COMMANDS if not command.hidden]


class _Formatter(argparse.RawDescriptionHelpFormatter):
    """Help with Chinese headings."""

    def add_usage(
        self,
        usage: str | None,
        actions: object,
        groups: object,
        prefix: str | None = None,
    ) -> None:
        super().add_usage(usage, actions, groups, prefix or say("usage"))  # type: ignore[arg-type]


class Parser(argparse.ArgumentParser):
    """说中文的 argparse：标题、帮助、错误。"""

    def __init__(self, **options: object) -> None:
        super().__init__(
            **options,  # type: ignore[arg-type]
            add_help=False,
            allow_abbrev=False,
            formatter_class=_Formatter,
        )
        self._positionals.title = say("arguments")
        self._optionals.title = say("options")
        self.add_argument("-h", "--help", action="help", help=say("help"))

    def error(self, message: str) -> NoReturn:
        """Usage errors end with code 1: argparse's own 2 means "refused" here."""
        hint = say("usage_hint", program=self.prog)
        self.exit(Exit.USAGE, f"{in_chinese(message)}\n{hint}\n")


def parser() -> Parser:
    """全部命令的解析器。"""
    top = Parser(prog=PROGRAM, description=say("description"), epilog=say("epilog"))
    commands = top.add_subparsers(
        title=say("commands"), dest="command", metavar="COMMAND", required=True
    )
    for command in COMMANDS:
        summary = say(f"command.{command.name}")
        listed: dict[str, Any] = {} if command.hidden else {"help": summary}
        sub = commands.add_parser(
            command.name,
            prog=f"{PROGRAM} {command.name}",
            description=summary,
            epilog=say("option.pytest") if command.name == "test" else None,
            **listed,
        )
        if command.needs_folder:
            first = f".{command.name}" if command.name in {"demo", "init"} else ""
            sub.add_argument("--data", metavar="FOLDER", help=say(f"option.data{first}"))
        if command.name != "test":
            sub.add_argument("--json", action="store_true", help=say("option.json"))
        command.options(sub)
    return top


def parse(argv: Sequence[str]) -> argparse.Namespace:
    """解析命令行；有误即说明并以 1 退出。`test` passes what it does not know to pytest."""
    top = parser()
    arguments, rest = top.parse_known_args(argv)
    if rest and arguments.command != "test":
        top.error(f"unrecognized arguments: {' '.join(rest)}")
    arguments.rest = rest
    return arguments
