# 镜像全部办件的现状：只凭办件主题与公布的格式，不用账本的任何代码。先 pip install fastavro "kafka-python[crc32c]"
#   python mirror.py 127.0.0.1:9092 shenguan.demo.case.v1 schemas            读到此刻的末尾，一件一行
#   python mirror.py 127.0.0.1:9092 shenguan.demo.case.v1 schemas --follow   一直跟随，每来一件印出那一办件的新现状
import json
import sys
from io import BytesIO
from pathlib import Path

from fastavro import parse_schema, schemaless_reader
from kafka import KafkaConsumer, TopicPartition

broker, topic, folder, follow = sys.argv[1], sys.argv[2], Path(sys.argv[3]), sys.argv[4:]
schemas = {at.stem: parse_schema(json.loads(at.read_bytes())) for at in folder.glob("avro/*.avsc")}
rules = json.loads((folder / "case_states.json").read_bytes())  # 哪种事件使哪一栏变成什么
line = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)
consumer = KafkaConsumer(bootstrap_servers=broker, group_id=None, auto_offset_reset="earliest")
consumer.assign(lanes := [TopicPartition(topic, n) for n in consumer.partitions_for_topic(topic)])
ends, wanted, rows = consumer.end_offsets(lanes), [0] * len(lanes), {}
while follow or any(consumer.position(lane) < ends[lane] for lane in lanes):
    record = next(consumer)
    head = {name: int(text) if text.isdigit() else text.decode() for name, text in record.headers}
    lane, kind, number = record.partition, head["ce_type"], head["lane_position"]
    if number > wanted[lane]:
        sys.exit(f"分区 {lane} 缺第 {wanted[lane]} 条，请停下询问")
    if number == wanted[lane] and kind.partition(".")[0] in rules["families"]:  # 余者跳过
        event = schemaless_reader(BytesIO(record.value), schemas[kind])
        fact = event | event["meta"] | head | {"number": head["stream"].partition("/")[2]}
        row = rows.setdefault(rules["row"].get(kind, "{key}").format(**fact), dict(rules["new"]))
        for rule in ("*", kind, *(f"{kind} {name}=null" for name in event if event[name] is None)):
            row |= {to.format(**fact): fact.get(of, of) for to, of in rules.get(rule, {}).items()}
        row["events"] += 1
        if follow:
            print(line.encode(row), flush=True)
    wanted[lane] = max(number + 1, wanted[lane])
print("\n".join(line.encode(rows[key]) for key in sorted(rows)) or sys.exit(f"{topic} 没有记录"))
