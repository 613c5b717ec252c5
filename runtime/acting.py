"""以谁的身份办：账号此刻有哪个岗位可以办这件事。"""

import argparse
from collections.abc import Sequence
from typing import Final

from domain import officer, subject
from domain.duties import DUTIES
from domain.terms import Actor, Mode, OfficerId, Organ, Role, beijing_day
from ledger.application import Ledger
from runtime.exits import Exit, Stop
from runtime.founding import scenario
from runtime.hall import applicant

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


def of_organ(ledger: Ledger, account: str, act: type, organ: str) -> Actor:
    """这个账号在 ``organ`` 办这件事的身份，只以它的名义。

    Raises :class:`Stop` ``draw.no_post``.
    """
    known = ledger.load(officer.AGGREGATE, account)
    today = beijing_day(ledger.clock.now())
    for grant in known.grants if isinstance(known, officer.Appointed) else ():
        fits = grant.role in DUTIES[act.__name__].roles and grant.organ == organ
        if fits and grant.valid_on(today):
            return Actor(OfficerId(account), grant.role, grant.organ, grant.organ)
    raise Stop(Exit.REFUSED, "draw.no_post", officer=account, organ=organ)


def of_the_cast(act: type, organ: str | None = None, person: str | None = None) -> str | None:
    """演示的人里，有岗位办这件事的头一个账号。"""
    roles = DUTIES[act.__name__].roles
    for one in scenario()["officer"]:
        posts = [where for role, where in one["grants"] if role in roles]
        if posts and person in {None, one["person"]} and organ in {None, *posts}:
            return str(one["account"])
    return None


def written(ledger: Ledger, by: str, act: str) -> Actor:
    """``by`` 所写的人：在用的账号（见 :func:`in_post`），演练账本上也可以是申请人自己。

    Raises :class:`Stop` ``acting.unknown``, ``act.by_applicant``.
    """
    account = by.partition(":")[0]
    known = ledger.load(officer.AGGREGATE, account)
    if isinstance(known, officer.Appointed) and known.grants:
        today = beijing_day(ledger.clock.now())
        now = [one for one in known.grants if one.valid_on(today)] or known.grants
        return in_post(by, [(one.role, one.organ) for one in now], act)
    if isinstance(ledger.load(subject.AGGREGATE, account), subject.Nothing):
        raise Stop(Exit.REFUSED, "acting.unknown", officer=account)
    if ledger.frame.mode is not Mode.DEMO:
        raise Stop(Exit.REFUSED, "act.by_applicant", officer=account)
    return applicant(account)


def in_post(by: str, posts: Sequence[tuple[Role, Organ]], act: str) -> Actor:
    """账号，账号:角色，账号:角色@以何机关名义。

    An account without a role acts in the first of its posts that may do this, else in its first:
    then the answer says what is missing.
    """
    account, _, wanted = by.partition(":")
    role, _, name = wanted.partition("@")
    fitting = [one for one in posts if (one[0] == role if role else one[0] in DUTIES[act].roles)]
    post, organ = (fitting or posts)[0]
    acts_as = Role(role) if role in Role.__members__ else post
    return Actor(OfficerId(account), acts_as, organ, Organ(name) if name else organ)
