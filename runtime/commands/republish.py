"""`republish`：补建缺失的主题、承认重建过的主题，此后由中继自账本从头抄送。

The topics are a copy of the ledger, so nothing is lost here. `--recreate` throws every ledger topic
away first, for topics that hold records which are not ours; as the copy may be the only witness, it
refuses while the ledger itself does not verify, and keeps the old records beside the ledger. The
topic of the checkpoints is never thrown away: it says what was sealed when the ledger does not.
"""

import argparse
import json
import sys
import time
from typing import Final

import psycopg

from ledger.founding import remember_topics
from ledger.store import read_frame
from ledger.verify import verify
from runtime import evidence, kafka_admin
from runtime.exits import Exit, Stop
from runtime.foundation import CHECKPOINTS
from runtime.messages import say
from runtime.settings import Settings
from schemas.topics import FAMILY_TOPIC, topic_name

PATIENCE: Final = 30.0  # seconds for a deletion to take effect


def run(arguments: argparse.Namespace, chosen: Settings) -> int:
    """退出码 3：主题的分区数与建账时不同，只有 `--recreate` 能改。"""
    with psycopg.connect(chosen.dsn("shenguan_audit")) as conn:
        frame = read_frame(conn)
    if frame is None:
        raise Stop(Exit.REFUSED, "ledger.not_created")
    shorts = {*FAMILY_TOPIC.values(), CHECKPOINTS} & frame.partitions.keys()
    names = {short: topic_name(frame.origin, short) for short in shorts}
    wanted = {names[short]: frame.partitions[short] for short in names}
    if arguments.recreate:
        report = verify(chosen.dsn("shenguan_audit"))
        if report is not None and not report.is_sound:
            raise Stop(Exit.INTEGRITY, "republish.unsound")
        copies = {name: count for name, count in wanted.items() if name != names.get(CHECKPOINTS)}
        kept = evidence.keep_topics(chosen, copies)
        print(say("republish.kept", folder=kept), file=sys.stderr)
        _delete(chosen.kafka_bootstrap, copies)
    before = kafka_admin.topic_ids(chosen.kafka_bootstrap, wanted)
    ids = kafka_admin.create_topics(chosen.kafka_bootstrap, wanted)
    for name, count in kafka_admin.partition_counts(chosen.kafka_bootstrap, wanted).items():
        if count != wanted[name]:
            raise Stop(Exit.INTEGRITY, "relay.partitions_changed", topic=name)
    remember_topics(chosen, {short: ids[name] for short, name in names.items()})
    created = sorted(wanted.keys() - before.keys())
    if arguments.json:
        print(json.dumps({"topics": ids, "created": created}))
    else:
        print(say("republish.done", created=len(created), topics=len(wanted)))
    return Exit.DONE


def _delete(bootstrap: str, wanted: dict[str, int]) -> None:
    if existing := kafka_admin.topic_ids(bootstrap, wanted):
        kafka_admin.delete_topics(bootstrap, existing)
    deadline = time.monotonic() + PATIENCE
    while kafka_admin.topic_ids(bootstrap, wanted):
        if time.monotonic() > deadline:
            raise Stop(Exit.DEPENDENCY, "kafka.down", bootstrap=bootstrap, detail="delete")
        time.sleep(0.1)
