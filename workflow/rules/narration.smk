# What goes with a run: the check before it, what it says on its way, and at its end.

import logging
import queue
import subprocess
import threading
import time
from itertools import filterfalse

from snakemake.logging import logger
from snakemake_interface_logger_plugins.common import LogEvent

from skewbench.closing import announce_results, errors_of
from skewbench.display import Display
from skewbench.outcome import read_outcome
from skewbench.progress import Progress, Work

STARTED = time.time()
STEPS = ("Select jobs to execute...", "Using shell:")
STEP_EVENTS = {
    LogEvent.RUN_INFO,
    LogEvent.RESOURCES_INFO,
    LogEvent.JOB_STARTED,
    LogEvent.JOB_FINISHED,
    LogEvent.PROGRESS,
}


def check_strategies():
    """Construct all that the study names, in a process of its own: the imports are heavy."""
    script = Path(workflow.basedir) / "scripts" / "check_strategies.py"
    command = [sys.executable, script, STUDY.root / STUDY.file]
    if subprocess.run(command).returncode != 0:
        sys.exit(1)  # its one sentence stands


def printers():
    """Return the handlers that write to the screen; with a logger plugin there is none."""
    return [
        handler
        for handler in logger.handlers
        if isinstance(handler, logging.StreamHandler)
        and not isinstance(handler, logging.FileHandler)
    ]


def is_news(record):
    """Keep the steps of each job, which the progress sums up, from the screen."""
    step = getattr(record, "event", None) in STEP_EVENTS or str(record.msg).startswith(
        STEPS
    )
    return record.levelno > logging.INFO or not step


class Narrator(logging.Handler):
    """Shows progress and failures, by the events that Snakemake offers to its logger plugins.

    A plugin would have to be installed; a handler is added by the Snakefile. It works in a thread
    of its own, so that Snakemake waits for no file and no terminal, and whatever goes wrong in here
    ends the progress and never the run.
    """

    TICK_SECONDS = 0.5
    END = "end"  # the last of the events
    EVENTS = (LogEvent.JOB_INFO, LogEvent.JOB_FINISHED, LogEvent.JOB_ERROR)

    def __init__(self):
        super().__init__(logging.INFO)
        self.events = queue.SimpleQueue()
        self.thread = threading.Thread(target=self.listen, name="progress", daemon=True)
        settings = workflow.output_settings
        quiet = {each.name for each in settings.quiet or ()}
        self.silent = "ALL" in quiet
        self.uncounted = (
            "PROGRESS" in quiet
        )  # Snakemake does not tell the ends of jobs then
        if "RULES" in quiet and not settings.dryrun and not settings.verbose:
            for printer in printers():
                printer.addFilter(is_news)

    def start(self):
        try:
            self.look_at(workflow.dag)
            for printer in printers():
                printer.addFilter(self.make_way)
            logger.addHandler(self)
            self.thread.start()
        except Exception as defect:
            self.give_up(defect)

    def look_at(self, dag):
        """Find what is to run, and say it."""
        self.jobs = {job.jobid: job for job in dag.needrun_jobs()}
        self.beside = {}  # names of the rules that run, but for blocks, by job id
        self.reasons = set()  # each is told once for a strategy
        blocks = [job for job in dag.jobs if job.rule.name == "run_block"]
        to_run = [] if self.uncounted else list(filter(dag.needrun, blocks))
        self.blocks = {job.jobid: job for job in to_run}
        self.progress = Progress(
            {
                jobid: Work(cells_of(job.wildcards), expected_seconds(job.wildcards))
                for jobid, job in self.blocks.items()
            },
            cells_before=sum(
                cells_of(job.wildcards) for job in filterfalse(dag.needrun, blocks)
            ),
        )
        self.display = Display(
            self.progress,
            log=RESULTS / "logs" / "progress.log",
            stream=sys.stderr,
            visible=not self.silent and bool(printers()),
        )
        if blocks and not self.uncounted:
            self.display.say(
                f"Study '{STUDY.name}': {self.progress.to_run} of {self.progress.total} cells to "
                f"run in {len(self.blocks)} jobs, {len(self.jobs) - len(self.blocks)} other jobs."
            )

    def make_way(self, record):
        try:
            self.display.erase()
        except Exception as defect:
            self.give_up(defect)
        return True

    def emit(self, record):
        if getattr(record, "event", None) in self.EVENTS:
            self.events.put(record)

    def listen(self):
        try:
            for record in iter(self.next_event, self.END):
                if record is not None:
                    self.follow(record)
                self.display.refresh()
            self.display.close()
        except Exception as defect:
            self.give_up(defect)

    def next_event(self):
        try:
            return self.events.get(timeout=self.TICK_SECONDS)
        except queue.Empty:
            return None

    def follow(self, record):
        if record.event == LogEvent.JOB_INFO:
            self.job_starts(record.jobid)
        elif record.event == LogEvent.JOB_FINISHED:
            self.job_ends(record.job_id)
        else:
            self.job_fails(record)

    def job_starts(self, jobid):
        if jobid in self.blocks:
            self.progress.started(jobid)
        else:
            self.beside[jobid] = self.jobs[jobid].rule.name
            self.display.beside = ", ".join(sorted(set(self.beside.values())))

    def job_ends(self, jobid):
        if jobid in self.blocks:
            outcome = read_outcome(self.blocks[jobid].log[0])
            if outcome is None:
                self.progress.finished(jobid)
            else:
                self.progress.finished(jobid, outcome.failed, outcome.infeasible)
                self.tell_failed(self.blocks[jobid].wildcards, outcome)
        else:
            self.leaves(jobid)
            if self.jobs[jobid].rule.name == "prepare_dataset":
                self.weigh(self.jobs[jobid].wildcards.dataset)

    def job_fails(self, record):
        if record.jobid in self.blocks:
            self.progress.crashed(record.jobid)
        else:
            self.leaves(record.jobid)
        for sentence in errors_of(record.rule_name, record.rule_msg, record.log):
            self.display.say(sentence, error=True)

    def leaves(self, jobid):
        self.beside.pop(jobid, None)
        self.display.beside = ", ".join(sorted(set(self.beside.values())))

    def weigh(self, dataset):
        """Expect of the blocks of a data set what is known now that it has been prepared."""
        for jobid, job in self.blocks.items():
            if job.wildcards.dataset == dataset:
                self.progress.weigh(jobid, expected_seconds(job.wildcards))

    def tell_failed(self, at, outcome):
        if outcome.failed and (at.strategy, outcome.reason) not in self.reasons:
            self.reasons.add((at.strategy, outcome.reason))
            self.display.say(
                f"Failed: {outcome.failed} of the cells of {at.dataset}, {at.ratio}, {at.strategy}, "
                f"seeds {at.first} to {at.last}: {outcome.reason}"
            )

    def give_up(self, defect):
        logger.removeHandler(self)
        for printer in printers():
            printer.removeFilter(self.make_way)
            printer.removeFilter(is_news)
        print(
            f"Warning: the progress is not shown any more ({defect!r}).",
            file=sys.stderr,
        )

    def close(self):
        """Say the last; Snakemake calls this too, however a run ends."""
        if self.thread.is_alive():
            self.events.put(self.END)
            self.thread.join(timeout=10)
        super().close()


NARRATOR = Narrator()
