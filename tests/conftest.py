"""Puts ``tests/`` on the import path, and sets one thread before any library is loaded.

Cells run in forked children. A fork of a process whose OpenMP threads have started can hang in the
child, so tests have one thread, as Snakemake gives every job.
"""

import os

from hypothesis import settings

# A busy machine is no failure, and a change is judged by the examples that judged the last one;
# `pytest --hypothesis-profile=search` draws others.
settings.register_profile("same", deadline=None, derandomize=True)
settings.register_profile("search", deadline=None)
settings.load_profile("same")

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"
