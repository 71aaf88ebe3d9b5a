# One run of a study at a time.

from skewbench.logs import explain
from skewbench.running import claim

CLAIM = None  # held while this process lives, if it runs anything but the plan


def claim_study():
    """Refuse a second run at once. The claim lasts until this process ends, however it ends."""
    global CLAIM
    if {job.rule.name for job in workflow.dag.needrun_jobs()} == {"plan"}:
        return  # it writes nothing
    try:
        CLAIM = claim(RESULTS)
    except InputError as error:
        sys.exit(f"Error: {error}")
    except OSError as error:
        sys.exit(f"Error: {explain(error, RESULTS)}")
