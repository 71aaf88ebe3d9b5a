"""What a run says when a job has failed, and at its end."""

from __future__ import annotations

import csv
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from skewbench.study import Study


def errors_of(rule: str, message: str | None, logs: Sequence[str]) -> list[str]:
    """Return the sentences in which the logs of a failed job say what was wrong, or where to look.

    Parameters
    ----------
    rule : str
        Its name.
    message : str, optional
        What the executor, as Slurm, says of the job.
    logs : sequence of str
        Files; not all need to exist.
    """
    lines = [
        line
        for log in map(Path, logs)
        if log.is_file()
        for line in log.read_text(encoding="utf-8", errors="replace").splitlines()
    ]
    words = f" ({' '.join(message.split())})" if message else ""
    return [line for line in lines if line.startswith("Error: ")] or [
        f"Error: a job of rule {rule} failed{words}; see {' and '.join(logs)}"
    ]


def announce_results(study: Study, results: Path, since: float) -> None:
    """Print the notes that jobs left since ``since`` (a time stamp), and where the results are."""
    for log in [results / "logs" / "collect.log", *(results / "logs" / "data").glob("*.log")]:
        if log.exists() and log.stat().st_mtime >= since:
            print(log.read_text(encoding="utf-8", errors="replace"), end="", file=sys.stderr)
    status = results / "tables" / "status.csv"
    if not status.exists():
        return
    with status.open(encoding="utf-8", newline="") as rows:
        counts = Counter(row["status"] for row in csv.DictReader(rows))
    said = ", ".join(f"{n} {name}" for name, n in counts.most_common())
    places = [results / name for name in ("report.html", "tables", "figures")]
    print(
        f"Study '{study.name}': see {', '.join(str(place) for place in places if place.exists())}."
    )
    print(f"Combinations of data set, ratio, strategy and learner in {status}: {said}.")
    if counts["failed"] + counts["timeout"] + counts["missing"]:
        print(f"It has the reasons; `make retry STUDY={study.file}` runs these again.")
