"""Times validate, plan and apply of N chained terraform_data beside another program, and counts the API calls of a plan."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ENVIRONMENT = {**os.environ, "CHECKPOINT_DISABLE": "1", "TF_IN_AUTOMATION": "1", "NO_COLOR": "1"}
# Terraform needs many minutes for what comes after.
LONGEST = float(os.environ.get("PEER_SECONDS", "300"))


def timed(command, folder, limit=None):
    """Seconds of wall time and peak megabytes; none where it took longer than the limit."""
    begin = time.monotonic()
    child = subprocess.Popen(command, cwd=folder, env=ENVIRONMENT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    try:
        _, errors = child.communicate(timeout=limit)
    except subprocess.TimeoutExpired:
        child.kill()
        child.communicate()
        return None
    if child.returncode != 0:
        raise SystemExit(f"{' '.join(command)} failed:\n{errors.decode()}")
    return time.monotonic() - begin


def peak(command, folder):
    """Peak memory of a command in megabytes, as the operating system counts it."""
    script = "import resource, subprocess, sys; subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, check=True);" \
             "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    done = subprocess.run([sys.executable, "-c", script, *command], cwd=folder, env=ENVIRONMENT, capture_output=True, text=True)
    return int(done.stdout.split()[-1]) / 1024 if done.returncode == 0 else float("nan")


def chain(count):
    blocks = ['resource "terraform_data" "x0" { input = "0" }\n']
    blocks += [
        f'resource "terraform_data" "x{index}" {{ input = terraform_data.x{(index * 7919) % index}.output }}\n'
        for index in range(1, count)
    ]
    return "".join(blocks)


def measure(program, count, limit=None):
    """validate, plan, apply in seconds, and the peak memory of plan."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "main.tf").write_text(chain(count))
        if Path(program).name == "terraform":
            timed([program, "init", "-input=false"], folder)
        result = {
            "validate": timed([program, "validate"], folder, limit),
            "plan": timed([program, "plan", "-input=false"], folder, limit),
            "memory": peak([program, "plan", "-input=false"], folder),
        }
        result["apply"] = timed([program, "apply", "-input=false", "-auto-approve"], folder, limit)
        return result


def compare(program, peer, sizes):
    has_peer = shutil.which(peer) is not None
    print(f"{'resources':>9}  {'what':<9} {'terrace':>9} {'peer':>9} {'ratio':>8}")
    for size in sizes:
        ours = measure(program, size)
        theirs = measure(peer, size, LONGEST) if has_peer else {}
        for what, unit in (("validate", "s"), ("plan", "s"), ("apply", "s"), ("memory", "MB")):
            mine, other = ours[what], theirs.get(what)
            ratio = f"{other / mine:7.1f}x" if other else (f">{LONGEST / mine:6.0f}x" if has_peer else "-")
            peer_text = f"{other:8.2f}" if other else (f">{LONGEST:7.0f}" if has_peer else "-")
            print(f"{size:>9}  {what:<9} {mine:8.2f}{unit:<2} {peer_text:>8} {ratio:>8}", flush=True)


def start_up(program):
    shop = ROOT / "examples" / "shop"
    for command in (["version"], ["validate"]):
        times = sorted(timed([program, *command], shop) for _ in range(20))
        print(f"terrace {command[0]}: median {times[10] * 1000:.1f} ms of 20 runs")


if __name__ == "__main__":
    start_up(sys.argv[1])
    compare(sys.argv[1], sys.argv[2], [int(size) for size in sys.argv[3:]])
