"""主题与分区：每类案卷的事件去哪个主题、哪个分区，建账时定死。

The partition comes from the key by Kafka's own default partitioner (murmur2), so that any Kafka
client finds a case where we put it. Nothing here may change for a ledger that exists.
"""

import re
from typing import Final, Literal, TypeAlias

Topic: TypeAlias = Literal["case", "inspection", "register"]

FAMILY_TOPIC: Final[dict[str, Topic]] = {
    "case": "case",
    "commitment": "case",
    "filing": "case",
    "licence": "case",
    "compensation": "case",  # 补偿与赔偿，与所因的撤回、撤销同一办件
    "revocation": "case",  # 撤销必须排在审批之后，故与办件同一主题
    "push": "case",
    "measure": "case",  # 承诺落空的后续措施
    # 监督、公示与服务：与办件同一主题的，随办件编号分区
    "oversight": "case",
    "preregistration": "case",
    "visit": "case",
    "publication": "case",
    "complaint": "case",
    "referral": "case",
    "trip": "case",
    "rating": "case",
    "archive": "case",
    "points": "case",
    "progress": "case",
    "reform": "register",
    "supervision": "register",
    "appointment": "register",
    "patrol": "register",
    "liaison": "case",
    "feed": "register",
    "hearing": "case",  # 几个机关几个人
    "joint": "case",
    "verification": "case",
    "forwarding": "case",
    "copy": "case",
    "package": "case",
    "project": "case",
    # 文书与材料
    "material": "case",
    "document": "case",
    "seal": "case",
    "deadline": "case",  # 期限的重新推算与亮灯，与所属案卷同一分区键
    "plan": "inspection",
    "recusal": "inspection",  # 抽后的回避，键是计划编号
    "task": "inspection",
    "inspection": "inspection",  # 导入的历史检查
    "item": "register",
    "policy": "register",  # 承诺办法
    "credit": "register",  # 信用记录与申请限制
    "intermediary": "register",  # 中介机构
    "subject": "register",
    "officer": "register",
    "inspector": "register",
    "organ": "register",  # 机关撤并
    "list": "register",
    "area": "register",
    "placement": "case",  # 键是办件编号，与办件同一时间线
    "exemption": "case",
    # 证照复用（键是办件编号）、模拟审批、一业一证
    "reliance": "case",
    "simulated": "case",
    "composite": "case",
    "undertaking": "case",  # 承诺备案
    "assistance": "case",  # 帮代办，键是办件编号
    "calendar": "register",
    "import": "register",
    "ledger": "register",
    # 办件的时间：名额一个事项一份案卷，由一个写入者排先后
    "quota": "register",
    # 银行网点、网上预审、包容审慎、招标拍卖
    "outlet": "register",
    "handover": "case",  # 网点代收，键是办件编号
    "prereview": "case",
    "observation": "register",
    "exclusion": "inspection",  # 不列入名单，键是计划编号
    "tender": "register",  # 招标、拍卖的结果，键是事项编码
    "codeset": "register",  # 检查结果代码集
    "result": "inspection",  # 检查结果的公开，键是计划编号
    "followup": "inspection",  # 检查后续处理，键是计划编号
    "subscription": "register",  # 订阅对账
    # 年度抽查计划、年度检查次数
    "annual": "inspection",
    "frequency": "inspection",
    # 数字
    "lights": "register",  # 灯的界限
    # 风险等级：计分办法、各对象的分类
    "scoring": "register",
    "risk": "register",
    "closing": "register",  # 日终封账
}

DEFAULT_PARTITIONS: Final[dict[str, int]] = {
    "case": 2,
    "inspection": 1,
    "register": 1,
    "checkpoint": 1,
}

ORIGIN: Final = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,30}[a-z0-9])?")

_SEED: Final = 0x9747B28C
_MIX: Final = 0x5BD1E995
_WORD: Final = 0xFFFFFFFF


def topic_name(origin: str, topic: str) -> str:
    """主题全名，例如 ``shenguan.fengze.case.v1``。

    Raises :class:`ValueError` if ``origin`` is not one (see ``ORIGIN``): it becomes a topic name,
    a Merkle origin and part of a URI.
    """
    if not ORIGIN.fullmatch(origin):
        msg = f"not an origin: {origin!r}"
        raise ValueError(msg)
    return f"shenguan.{origin}.{topic}.v1"


def topic_of(stream: str) -> Topic:
    """案卷（``case/2026-000001``）所属主题的短名。"""
    return FAMILY_TOPIC[stream.partition("/")[0]]


def murmur2(data: bytes) -> int:
    """杂凑：与 Kafka 客户端 ``Utils.murmur2`` 逐位相同，结果取 0 至 2^32 - 1。"""
    whole = len(data) & ~3
    mixed = (_SEED ^ len(data)) & _WORD
    for start in range(0, whole, 4):
        word = int.from_bytes(data[start : start + 4], "little") * _MIX & _WORD
        word = (word ^ word >> 24) * _MIX & _WORD
        mixed = mixed * _MIX & _WORD ^ word
    if rest := data[whole:]:
        mixed = (mixed ^ int.from_bytes(rest, "little")) * _MIX & _WORD
    mixed = (mixed ^ mixed >> 13) * _MIX & _WORD
    return mixed ^ mixed >> 15


def partition_for(key: str, partitions: int) -> int:
    """该键所在的分区：Kafka 的 ``toPositive(murmur2(key)) % partitions``。"""
    return (murmur2(key.encode()) & 0x7FFFFFFF) % partitions
