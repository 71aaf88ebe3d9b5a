"""Puts ``tests/`` on the import path, and sets one thread before any library is loaded.

Cells run in forked children. A fork of a process whose OpenMP threads have started can hang in the
child, so tests have one thread, as Snakemake gives every job.
"""

import os

from hypothesis import settings

# A busy machine is no failure.
settings.register_profile("any machine", deadline=None)
settings.load_profile("any machine")

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"
