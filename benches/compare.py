"""What plans and applies of many resources cost, beside another program on the same files.

Processor time is compared, and memory; wall time depends on what else the machine does. What the other program does not
end within PEER_SECONDS is a lower bound.
"""

import os
import shutil
import sys
import tempfile
from pathlib import Path

import measure
import shapes

ROOT = Path(__file__).resolve().parents[1]
LIMIT = float(os.environ.get("PEER_SECONDS", "300"))
# How often terrace is run for one figure.
RUNS = 3
# For the growth from n to 10n.
GROWTH = (("chain", 10_000), ("line", 10_000), ("tree", 100), ("each", 1000), ("splat", 1000))


def run_all(program, shape, count, limit=None, runs=1):
    """Cost of validate, plan, apply and another plan; none after the first that went over its limit. Of what changes
    nothing, the cheapest of several runs: what else the machine does only ever adds to a cost."""
    costs = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shapes.write(shape, count, folder)
        plan = [program, "plan", "-input=false"]
        if Path(program).name.startswith("terraform"):
            measure.cost([program, "init", "-input=false"], folder)
        commands = {
            "validate": [program, "validate"],
            "plan": plan,
            "apply": [program, "apply", "-input=false", "-auto-approve"],
            "plan again": plan,
        }
        for what, command in commands.items():
            times = 1 if what == "apply" else runs
            every = [measure.cost(command, folder, limit) for _ in range(times)]
            costs[what] = min(every, key=lambda cost: cost.processor)
            if costs[what].over:
                break
    return costs


def ratio(mine, other, of):
    if other is None:
        return "-"
    return f"{'>' if other.over else ''}{getattr(other, of) / getattr(mine, of):.0f}x"


def beside(program, peer, shape, sizes):
    """One table: both programs, in seconds of processor time and megabytes."""
    has_peer = shutil.which(peer) is not None
    print(f"\n{shape}: {shapes.ALL[shape].__doc__}")
    print(f"{'size':>7}  {'what':<10} {'s':>8} {'peer s':>9} {'ratio':>7} {'MB':>7} {'peer MB':>8} {'ratio':>6}")
    for size in sizes:
        ours = run_all(program, shape, size, runs=RUNS)
        theirs = run_all(peer, shape, size, LIMIT) if has_peer else {}
        for what, mine in ours.items():
            other = theirs.get(what)
            seconds = f"{other.processor:.2f}" if other else "-"
            memory = f"{other.memory:.0f}" if other else "-"
            print(
                f"{size:>7}  {what:<10} {mine.processor:>8.2f} {seconds:>9} {ratio(mine, other, 'processor'):>7}"
                f" {mine.memory:>7.0f} {memory:>8} {ratio(mine, other, 'memory'):>6}",
                flush=True,
            )


def growth(program):
    """How much more ten times as many cost, without what a run of nothing costs."""
    with tempfile.TemporaryDirectory() as name:
        empty = measure.cost([program, "version"], name)
    print(f"\n{'shape':<7} {'from':>6} {'to':>7} {'what':<10} {'time':>6} {'memory':>7}")
    for shape, count in GROWTH:
        few, many = (run_all(program, shape, n, runs=RUNS) for n in (count, count * 10))
        for what in ("plan", "apply", "plan again"):
            time = (many[what].processor - empty.processor) / (few[what].processor - empty.processor)
            memory = (many[what].memory - empty.memory) / (few[what].memory - empty.memory)
            print(f"{shape:<7} {count:>6} {count * 10:>7} {what:<10} {time:>5.1f}x {memory:>6.1f}x", flush=True)


def start_up(program):
    shop = ROOT / "examples" / "shop"
    for command in ("version", "validate"):
        costs = sorted(measure.cost([program, command], shop).wall for _ in range(20))
        print(f"terrace {command}: median {costs[10] * 1000:.0f} ms, fastest {costs[0] * 1000:.0f} ms of 20 runs")


if __name__ == "__main__":
    program, peer, *sizes = sys.argv[1:]
    start_up(program)
    beside(program, peer, "chain", [int(size) for size in sizes])
    for shape, count in (("tree", 1000), ("each", 10_000), ("splat", 10_000)):
        beside(program, peer, shape, [count])
    growth(program)
