"""日志：一行一个 JSON，写入 `<data>/log/<role>.log`；个人信息不入日志。

Tracebacks never show local variables: one of them may hold a citizen's number.
"""

import logging
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import orjson
import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from runtime.servers.child import LARGEST_LOG

# The kinds of `pii` in our schemas, and the words people use for them by mistake.
PERSONAL: Final = frozenset(
    {"name", "person_name", "id_number", "id18", "telephone", "phone", "mobile", "address"}
    | {"sole_trader_code", "free_text"}
)
MASK: Final = "＊"
_NUMBERS: Final = re.compile(r"(?<![0-9A-Za-z])(?:[0-9]{17}[0-9Xx]|1[3-9][0-9]{9})(?![0-9A-Za-z])")
_FOREIGN: Final = ("kafka", "psycopg", "psycopg.pool", "eventsourcing")


def mask(value: object) -> object:
    """遮去值里的身份证号与手机号，无论藏得多深。"""
    match value:
        case str():
            return _NUMBERS.sub(MASK, value)
        case Mapping():
            return {key: mask(one) for key, one in value.items() if key not in PERSONAL}
        case list() | tuple():
            return [mask(one) for one in value]
        case _:
            return value


def mask_personal(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """丢掉个人信息字段，遮去其余字段里的号码。"""
    return {key: mask(value) for key, value in event.items() if key not in PERSONAL}


def _processors() -> list[Processor]:
    quiet = structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.ExceptionRenderer(quiet),
        mask_personal,
    ]


def _bytes(event: object, **_: object) -> bytes:
    return orjson.dumps(event, default=repr)


def _text(event: object, **_: object) -> str:
    return _bytes(event).decode("utf-8")


@contextmanager
def configured(role: str, folder: Path, level: int = logging.INFO) -> Iterator[None]:
    """一个角色的日志去向。Lines of libraries join in the same form."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{role}.log"
    if path.exists() and path.stat().st_size > LARGEST_LOG:
        path.replace(path.with_name(f"{path.name}.1"))
    handler = logging.FileHandler(path, encoding="utf-8")
    handler.setFormatter(_formatter())
    with path.open("ab") as file:
        structlog.configure(
            processors=[*_processors(), structlog.processors.JSONRenderer(serializer=_bytes)],
            wrapper_class=structlog.make_filtering_bound_logger(level),
            logger_factory=structlog.BytesLoggerFactory(file),
            cache_logger_on_first_use=True,
        )
        structlog.contextvars.bind_contextvars(role=role)
        for name in _FOREIGN:
            library = logging.getLogger(name)
            library.handlers, library.propagate = [handler], False
            library.setLevel(max(level, logging.WARNING))
        try:
            yield
        finally:
            for name in _FOREIGN:
                logging.getLogger(name).handlers = []
            handler.close()
            structlog.contextvars.clear_contextvars()
            structlog.reset_defaults()


def _formatter() -> logging.Formatter:
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[structlog.stdlib.add_logger_name, *_processors()],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            mask_personal,
            structlog.processors.JSONRenderer(serializer=_text),
        ],
    )
