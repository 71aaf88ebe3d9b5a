"""A real Slurm of two nodes on this machine, for as long as a ``with`` lasts.

Everything it needs is its own: ports, configuration, spool, and the key and socket of MUNGE. So it
runs beside another Slurm, without systemd, and for any user.
"""

from __future__ import annotations

import getpass
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import NamedTuple

COMMANDS = ("munged", "slurmctld", "slurmd", "sbatch", "srun", "squeue", "scontrol")
PATH = f"{os.environ['PATH']}:/usr/sbin:/sbin"
NODES = ("node0", "node1")
CONFIGURATION = """\
ClusterName=skewbench
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={ports[0]}
SlurmUser={user}
SlurmdUser={user}
# A requeued job waits for its old credential to expire: two minutes unless told otherwise.
AuthInfo=socket={folder}/munge.socket,cred_expire=5
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/%n
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/%n.pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
# Memory is enforced by looking at it every second: control groups need more of a machine.
JobAcctGatherType=jobacct_gather/linux
JobAcctGatherFrequency=task=1
JobAcctGatherParams=OverMemoryKill,UsePss
MailProg=/bin/true
ReturnToService=2
KillWait=2
NodeName=node0 NodeHostname={host} NodeAddr=127.0.0.1 Port={ports[1]} CPUs=1 RealMemory={memory}
NodeName=node1 NodeHostname={host} NodeAddr=127.0.0.1 Port={ports[2]} CPUs=1 RealMemory={memory}
PartitionName=short Nodes=ALL Default=YES State=UP
"""


class Job(NamedTuple):
    """What Slurm says of a job; the comment names its rule and wildcards."""

    state: str
    node: str
    comment: str


def absent() -> list[str]:
    """Return the commands of Slurm and MUNGE that are not installed."""
    return [name for name in COMMANDS if shutil.which(name, path=PATH) is None]


class Slurm:
    """Two nodes of one processor each; ``folder`` is empty and holds all that they write."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.configuration = folder / "slurm.conf"
        self.environment = os.environ | {
            "SLURM_CONF": str(self.configuration),
            "PATH": f"{folder}/bin:{PATH}",
        }
        self._daemons: dict[str, subprocess.Popen] = {}

    def __enter__(self) -> Slurm:
        try:
            self._configure()
            munge = {"socket": "socket", "key-file": "key", "pid-file": "pid", "seed-file": "seed"}
            files = [f"--{option}={self.folder}/munge.{name}" for option, name in munge.items()]
            self._start("munged", "munged", "--foreground", "--force", *files)
            self._wait_until(lambda: (self.folder / "munge.socket").exists())
            self._start("slurmctld", "slurmctld", "-D")
            for node in NODES:
                self.start_node(node)
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_) -> None:
        self.stop()

    def ask(self, *command: str) -> str:
        """Return what a Slurm command says."""
        return subprocess.run(
            command, env=self.environment, stdout=subprocess.PIPE, text=True, timeout=60, check=True
        ).stdout

    def jobs(self, submitted_in: Path) -> list[Job]:
        """Return every job submitted from a folder, in the order of submission."""
        said = self.ask("squeue", "--states=all", "--sort=i", "--noheader", "--format=%Z|%T|%N|%k")
        lines = [line.split("|") for line in said.splitlines()]
        return [Job(*words) for folder, *words in lines if folder == str(submitted_in)]

    def start_node(self, node: str) -> None:
        """Start a node and wait until jobs may run there."""
        self._start(node, "slurmd", "-D", "-N", node)
        self._wait_until(lambda: self._state(node) == "idle")

    def lose_node(self, node: str) -> None:
        """Kill all that runs on a node, as a power cut does, and have Slurm take note of it."""
        self._kill(f"SLURMD_NODENAME={node}")
        self._daemons.pop(node).wait()
        self.ask("scontrol", "update", f"NodeName={node}", "State=DOWN", "Reason=lost")

    def stop(self) -> None:
        """Kill all that belongs to this Slurm: daemons, jobs, and who submitted them."""
        self._kill()
        for daemon in self._daemons.values():
            daemon.wait()

    def _configure(self) -> None:
        (self.folder / "state").mkdir()
        key = self.folder / "munge.key"
        key.touch(mode=0o600)
        key.write_bytes(os.urandom(128))
        # Snakemake's step inside a job takes SLURM_CONF away from `srun`.
        srun = self.folder / "bin" / "srun"
        srun.parent.mkdir()
        srun.touch(mode=0o755)
        real = shutil.which("srun", path=PATH)
        srun.write_text(f'#!/bin/sh\nSLURM_CONF={self.configuration} exec {real} "$@"\n')
        with ExitStack() as stack:
            free = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(3)]
            ports = [each.getsockname()[1] for each in free]
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
        self.configuration.write_text(
            CONFIGURATION.format(
                host=socket.gethostname().split(".")[0],
                user=getpass.getuser(),
                folder=self.folder,
                ports=ports,
                memory=memory,
            )
        )

    def _start(self, name: str, *command: str) -> None:
        with open(self.folder / f"{name}.log", "ab") as log:
            self._daemons[name] = subprocess.Popen(
                [shutil.which(command[0], path=PATH), *command[1:]],
                # The jobs of a node have this from Slurm; so has their daemon, to be found by it.
                env=self.environment | {"SLURMD_NODENAME": name},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # a Ctrl-C at the terminal is for the tests to handle
            )

    def _wait_until(self, ready: Callable[[], bool]) -> None:
        give_up = time.monotonic() + 60
        while not ready():
            for name, daemon in self._daemons.items():
                if daemon.poll() is not None or time.monotonic() > give_up:
                    log = (self.folder / f"{name}.log").read_text(errors="replace")
                    raise RuntimeError(f"Slurm does not start; {name} said:\n{log}")
            time.sleep(0.1)

    def _state(self, node: str) -> str:
        with suppress(subprocess.CalledProcessError):  # the controller does not listen yet
            return self.ask("sinfo", "--noheader", f"--nodes={node}", "--format=%t").strip()
        return ""

    def _kill(self, *also: str) -> None:
        """Kill the processes with this Slurm, and ``also``, in their environment; none escapes."""
        while found := list(self._processes(*also)):
            for process in found:
                with suppress(ProcessLookupError):
                    os.kill(process, signal.SIGKILL)
            time.sleep(0.05)

    def _processes(self, *also: str) -> Iterator[int]:
        wanted = {word.encode() for word in (f"SLURM_CONF={self.configuration}", *also)}
        for environment in Path("/proc").glob("[0-9]*/environ"):
            with suppress(OSError):  # another user's, or gone
                if wanted <= set(environment.read_bytes().split(b"\0")):
                    yield int(environment.parent.name)
