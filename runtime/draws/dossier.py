"""公布一次抽取要读的全部案卷：计划、不列入名单的、各户的任务，都读自账本，不靠视图。"""

from typing import Final

import psycopg
from psycopg import Connection

from domain import check_result, code_set, inspection_plan, inspection_task
from domain.inspection_plan import PlanRegistered
from domain.observation import EXCLUSION, ExclusionMade
from domain.terms import HashName, SubjectId
from ledger.application import Ledger
from ledger.store import read_schema, read_stream, streams_under
from runtime.draws import package
from runtime.draws.package import PlanLeaf, Published
from runtime.settings import Settings

ROLE: Final = "shenguan_audit"


def gather(ledger: Ledger, settings: Settings, plan_no: str) -> Published:
    """一份可以公布的抽取。Raises :class:`package.NotDrawn`, :class:`package.Unopened`."""
    plan, task = inspection_plan.AGGREGATE, inspection_task.AGGREGATE
    with psycopg.connect(settings.dsn(ROLE)) as conn:
        leaf = _leaf(conn, ledger.frame.hash, plan.stream(plan_no))
        outside = streams_under(conn, EXCLUSION.aggregate.stream(f"{plan_no}."))
        assigned = streams_under(conn, task.stream(f"{plan_no}."))
    left_out = tuple(
        fact.event
        for stream in outside
        for fact in ledger.events(stream)
        if isinstance(fact.event, ExclusionMade)
    )
    numbers = [stream.removeprefix(task.stream("")) for stream in assigned]
    tasks = {
        SubjectId(number.removeprefix(f"{plan_no}.")): ledger.load(task, number)
        for number in numbers
    }
    events = [fact.event for fact in ledger.events(plan.stream(plan_no))]
    registered = next((one for one in events if isinstance(one, PlanRegistered)), None)
    named = code_set.BUILT_IN if registered is None else registered.code_set
    codes = code_set.in_use(named, ledger.load(code_set.AGGREGATE, named)) or code_set.V1
    results = {
        subject: ledger.load(check_result.AGGREGATE, inspection_task.task_id(plan_no, subject))
        for subject, state in tasks.items()
        if isinstance(state, inspection_task.Agreed)
    }
    return package.read(plan_no, leaf, events, left_out, tasks, codes, results)


def _leaf(conn: Connection, name: HashName, stream: str) -> PlanLeaf:
    entry = next(iter(read_stream(conn, stream, 0, 1)), None)
    schema = None if entry is None else read_schema(conn, entry.schema_sha256)
    if entry is None or schema is None:
        raise package.NotDrawn(stream)
    return PlanLeaf(name, schema.decode(), stream, entry.version, entry.prev_leaf_hash, entry.value)
