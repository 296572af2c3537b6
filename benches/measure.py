"""What one run of a program costs: wall time, processor time, and the most memory that it held."""

import os
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass

ENVIRONMENT = {**os.environ, "CHECKPOINT_DISABLE": "1", "TF_IN_AUTOMATION": "1", "NO_COLOR": "1"}


@dataclass
class Cost:
    """Seconds and megabytes. `over`: it was stopped at the limit, so that each figure is a lower bound."""

    wall: float
    processor: float
    memory: float
    over: bool = False


def cost(command, folder, limit=None):
    """Runs a command and tells its cost as the operating system counts it."""
    with tempfile.TemporaryFile() as errors:
        begin = time.monotonic()
        child = subprocess.Popen(command, cwd=folder, env=ENVIRONMENT, stdout=subprocess.DEVNULL, stderr=errors)
        over = False
        while True:
            ended, status, used = os.wait4(child.pid, os.WNOHANG)
            if ended:
                break
            if limit and time.monotonic() - begin > limit and not over:
                over = True
                child.send_signal(signal.SIGKILL)
            time.sleep(0.002)
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode != 0 and not over:
            errors.seek(0)
            raise SystemExit(f"{' '.join(map(str, command))} failed:\n{errors.read().decode()[-2000:]}")
        wall = time.monotonic() - begin
        return Cost(wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, over)
