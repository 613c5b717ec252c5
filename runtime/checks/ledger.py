"""账本与其读者：跟随者、停放、抄送、主题、日历；还没有的，说没有。"""

from collections.abc import Iterator
from contextlib import closing
from datetime import date, timedelta
from typing import Final

import psycopg

from domain.calendar import AGGREGATE, calendar_id, calendar_of
from domain.deadlines import Calendar, due
from domain.terms import beijing_day
from followers.overview import Lag
from ledger.application import Ledger
from ledger.clock import LedgerClock
from ledger.founding import known_topics
from runtime import kafka_admin, standing
from runtime.checks.finding import BAD, WARN, Finding, amiss, fine
from runtime.settings import Settings
from runtime.standing import SealEnd
from schemas.topics import topic_name

LATE: Final = 60.0  # seconds that a follower or the relay may be behind
LONG_TERMS: Final = (20, 45, 60)  # working days of the longest periods in law
YEARS: Final = 5  # looked ahead of the first calendar for more
MAJORITY: Final = 3  # brokers, from which two must have each record
LEAST_COPIES: Final = 2


def lag(chosen: Settings) -> Iterator[Finding]:
    """跟随者没有停下、没有落后太久，没有停放的；抄送跟得上。"""
    seen = standing.look(chosen)
    if seen is None:
        yield amiss(WARN, "lag", "no_ledger")
        return
    if not seen.followers:
        yield amiss(WARN, "followers", "no_followers")
    for one in seen.followers:
        yield from follower(one)
    if seen.timers.due:
        yield amiss(WARN, "timers", "timers_due", due=seen.timers.due)
    yield relay(seen.unrelayed, seen.head.seconds or 0.0)


def follower(one: Lag) -> Iterator[Finding]:
    """一个跟随者。"""
    facts = {"behind": one.behind, "seconds": f"{one.seconds:.0f}", "parked": one.parked}
    if one.halted:
        yield amiss(BAD, one.name, "halted", code=one.halted, **facts)
    elif one.behind and one.seconds > LATE:
        yield amiss(WARN, one.name, "late", **facts)
    else:
        yield fine(one.name, "level", **facts)
    if one.parked:
        yield amiss(WARN, one.name, "parked", **facts)


def relay(unrelayed: int | None, seconds: float) -> Finding:
    """抄送；刚入账的还来不及抄，不算落后。"""
    if unrelayed is None:
        return amiss(WARN, "relay", "relay_unknown")
    if unrelayed and seconds > LATE:
        return amiss(WARN, "relay", "relay_late", behind=unrelayed)
    return fine("relay", "relay_good", behind=unrelayed)


def topics(chosen: Settings) -> Iterator[Finding]:
    """账本主题还是建账时的那些：不删不压，编号与分区数没有变，副本够数。"""
    with Ledger.open(chosen) as ledger:
        frame = ledger.frame
    known = {topic_name(frame.origin, name): (name, key) for name, key in _identities(chosen)}
    bootstrap = chosen.kafka_bootstrap
    with kafka_admin.admin(bootstrap) as client:
        brokers = len(client.describe_cluster()["brokers"])
    if brokers == 1:
        yield amiss(WARN, "kafka", "one_broker")
    identities = kafka_admin.topic_ids(bootstrap, known)
    counts = kafka_admin.partition_counts(bootstrap, identities)
    settings = kafka_admin.topic_settings(bootstrap, identities)
    for name, (short, identity) in known.items():
        if name not in identities:
            yield amiss(BAD, name, "topic_missing")
        elif identities[name] != identity:
            yield amiss(BAD, name, "topic_other", found=identities[name], known=identity)
        elif counts.get(name) != frame.partitions[short]:
            facts = {"found": counts.get(name), "known": frame.partitions[short]}
            yield amiss(BAD, name, "topic_partitions", **facts)
        else:
            yield topic_kept(name, settings.get(name, {}), brokers)


def _identities(chosen: Settings) -> list[tuple[str, str]]:
    return sorted(known_topics(chosen).items())


def topic_kept(name: str, found: dict[str, str], brokers: int) -> Finding:
    """一个主题的设置：永久保留；三个节点的，两份落盘才算写成。"""
    wrong = {
        key: found.get(key, "?")
        for key, wanted in kafka_admin.LEDGER_TOPIC.items()
        if found.get(key) != wanted
    }
    least = found.get("min.insync.replicas", "0")
    if brokers >= MAJORITY and int(least) < LEAST_COPIES:
        wrong["min.insync.replicas"] = least
    if not wrong:
        return fine(name, "topic")
    wanted = {**kafka_admin.LEDGER_TOPIC, "min.insync.replicas": str(LEAST_COPIES)}
    shown = ", ".join(f"{key}={value}" for key, value in wrong.items())
    right = ",".join(f"{key}={wanted[key]}" for key in wrong)
    return amiss(BAD, name, "topic_settings", found=shown, wanted=right, topic=name)


def calendar(chosen: Settings) -> Iterator[Finding]:
    """日历公布到哪一年；从哪一日起算的长期限只能暂定。"""
    dsn = chosen.dsn("shenguan_append")
    with closing(LedgerClock(dsn)) as clock, Ledger.open(chosen) as ledger:
        today = beijing_day(clock.now())
        years = range(today.year - 1, today.year + YEARS)
        known = calendar_of(ledger.load(AGGREGATE, calendar_id(year)) for year in years)
    yield from coverage(known, today)


def coverage(known: Calendar, today: date) -> Iterator[Finding]:
    """自今日起看，日历够不够用。"""
    if today.year not in known.years:
        yield amiss(BAD, "calendar", "no_calendar", year=today.year)
        return
    last = max(known.years)
    yield fine("calendar", "calendar", year=last)
    for days in LONG_TERMS:
        start = first_provisional(known, days)
        facts = {"days": days, "start": start, "year": last + 1}
        if start <= today:
            yield amiss(WARN, f"calendar.{days}", "provisional_now", **facts)
        else:
            yield fine(f"calendar.{days}", "provisional_from", **facts)


def first_provisional(known: Calendar, working_days: int) -> date:
    """最早从哪一日起算，若干工作日的期限越出已公布的日历。"""
    day = date(max(known.years), 12, 31)
    while due(day - timedelta(1), working_days, known).provisional:
        day -= timedelta(1)
    return day


def seal(chosen: Settings) -> Iterator[Finding]:
    """账封到哪里，见证到哪里。"""
    with psycopg.connect(chosen.dsn(standing.AUDITOR), autocommit=True) as conn:
        end = standing.seal_end(conn, chosen)
    yield sealing(end)
    yield from witnessing(end)


def sealing(end: SealEnd) -> Finding:
    """封账跟得上；从没封过的，说出来。"""
    facts = {"size": end.size, "signer": end.signer, "seconds": f"{end.unsealed_seconds or 0:.0f}"}
    if end.sealed_at is None:
        return amiss(WARN, "seal", "no_seal")
    if (end.unsealed_seconds or 0.0) > LATE:
        return amiss(BAD, "seal", "seal_late", **facts)
    return fine("seal", "seal", **facts)


def witnessing(end: SealEnd) -> Iterator[Finding]:
    """见证跟得上、够数、独立。"""
    facts = {
        "size": end.witnessed,
        "needed": end.needed,
        "all": end.witnesses,
        "dependent": end.witnesses - end.independent,
        "seconds": f"{end.unwitnessed_seconds or 0:.0f}",
    }
    if end.witnesses < end.needed:
        yield amiss(WARN, "witnesses", "no_witnesses", **facts)
        return
    if end.is_late:
        yield amiss(BAD, "witnesses", "unwitnessed", **facts)
    else:
        yield fine("witnesses", "witnessed", **facts)
    if end.independent < end.needed:
        yield amiss(WARN, "witnesses", "dependent", **facts)
