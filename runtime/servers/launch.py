"""Between fork and exec of every child: run as `python -I -S launch.py PARENT SIGNAL UID GID …`.

The child gives up root where asked, asks the kernel to be told when its parent dies (in that order:
changing the uid clears the request), and becomes the program. As a file of its own it needs no
`preexec_fn`, which is unsafe beside threads. Standard library only.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1
ORPHANED = 126


def main(arguments: list[str]) -> None:
    """变成那个程序；父进程死了，就不再开始。"""
    parent, death, uid, gid, *command = arguments
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    if uid != "-":
        os.setgroups([])
        os.setgid(int(gid))
        os.setuid(int(uid))
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(death))
    if os.getppid() != int(parent):
        sys.exit(ORPHANED)
    os.execv(command[0], command)  # noqa: S606 - becoming it is the point


if __name__ == "__main__":
    main(sys.argv[1:])
