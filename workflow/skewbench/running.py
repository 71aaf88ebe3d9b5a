"""One run of a study at a time, by a claim that the operating system drops with its holder.

Snakemake's own lock outlives a run that was killed and has to be removed by hand. This one is a
lock on an open file: it ends with the process, however that ends, so it is never stale.
"""

from __future__ import annotations

import errno
import fcntl
import os
import time
from pathlib import Path
from typing import TextIO

from skewbench.errors import InputError

NOT_OFFERED = (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP)  # by some network file systems


def claim(folder: Path) -> TextIO:
    """Claim a study's folder for as long as the returned file stays open.

    Raises
    ------
    InputError
        Naming the process that has the claim.
    OSError
        When the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    file = open(folder / ".running", "a+", encoding="utf-8")  # noqa: SIM115 (kept open)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.seek(0)
        holder = file.read().strip() or "another process"
        file.close()
        raise InputError(
            f"{folder}: this study is being run by {holder}; wait until it ends, or stop it"
        ) from None
    except OSError as error:
        if error.errno not in NOT_OFFERED:
            raise
    file.truncate(0)
    file.write(f"process {os.getpid()} on {os.uname().nodename} since {time.ctime()}\n")
    file.flush()
    return file
