"""以谁的身份办：账号此刻有哪个岗位可以办这件事。"""

import argparse
from typing import Final

from domain import officer
from domain.duties import DUTIES
from domain.terms import Actor, Mode, OfficerId, Organ, beijing_day
from ledger.application import Ledger
from runtime.exits import Exit, Stop

CLERK: Final = "W01"  # of the demonstration's cast


def officer_or_demo(
    arguments: argparse.Namespace, ledger: Ledger, act: type, organ: Organ | None = None
) -> Actor:
    """命令行上所给的账号；演示账本可以不给，由演示的窗口人员办。

    ``organ``: in whose name, where the command line does not say.
    """
    account = arguments.officer or (CLERK if ledger.frame.mode is Mode.DEMO else None)
    if account is None:
        raise Stop(Exit.USAGE, "acting.officer_missing")
    return acting(ledger, account, act, arguments.in_name_of or organ)


def acting(ledger: Ledger, account: str, act: type, in_name_of: str | None = None) -> Actor:
    """这个账号办这件事的身份；``in_name_of`` 没有给的，以本机关名义。

    Raises :class:`Stop` ``acting.no_post``: the ledger itself would refuse, but could not say why.
    """
    known = ledger.load(officer.AGGREGATE, account)
    today = beijing_day(ledger.clock.now())
    for grant in known.grants if isinstance(known, officer.Appointed) else ():
        if grant.role in DUTIES[act.__name__].roles and grant.valid_on(today):
            name = Organ(in_name_of) if in_name_of else grant.organ
            return Actor(OfficerId(account), grant.role, grant.organ, name)
    raise Stop(Exit.REFUSED, "acting.no_post", officer=account)
