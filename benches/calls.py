"""How many API calls a plan with nothing to change makes, by operation, beside what listing its types needs.

LocalStack counts them: it writes a line for each call to its log. Needed is one page for each kind of object that AWS
lists in bulk, and one call per object only where AWS has no call for several; what goes beyond is ours to save.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
# At most so many calls for each that is needed.
LIMIT = 1.3
# What is needed more often than once, in the example as it is: where AWS tells something of one object alone, or of a
# few, or where one operation lists several kinds of objects.
NEEDED = {
    "cloudwatch.ListTagsForResource": (5, "one per alarm"),
    "ec2.DescribeRouteTables": (2, "the stack's, and the main one of the VPC"),
    "ec2.DescribeSecurityGroups": (2, "the stack's, and the default one of the VPC"),
    "ec2.DescribeVpcAttribute": (3, "three attributes of the VPC that no other call tells"),
    "elbv2.DescribeTags": (3, "load balancers, listeners, target groups: 20 at a time"),
    "rds.ListTagsForResource": (2, "one per parameter group and subnet group"),
}


def environment(port):
    return {
        **os.environ,
        "TERRACE_LOCALSTACK_PORT": port,
        "TERRACE_LOCALSTACK_DELAY": "0",
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": "us-east-1",
        "NO_COLOR": "1",
    }


def count(program, port):
    """The calls of a plan of the example's last phase right after it was applied."""
    variables = environment(port)
    home = Path(os.environ.get("TERRACE_LOCALSTACK_HOME", Path.home() / ".cache/terrace/localstack"))
    log = home / f"run-{port}" / "log"
    with tempfile.TemporaryDirectory() as name:
        for part in ("examples", "modules"):
            ignored = shutil.ignore_patterns(".terrace")
            shutil.copytree(ROOT / part, Path(name, part), ignore=ignored)
        shop = Path(name, "examples", "shop")
        run = [program, "apply", "--phase", "growth", "--auto-approve", "--cloud", "aws"]
        subprocess.run(run, cwd=shop, env=variables, check=True, stdout=subprocess.DEVNULL)
        before = log.stat().st_size
        run = [program, "plan", "--phase", "growth", "--detailed-exitcode", "--cloud", "aws"]
        subprocess.run(run, cwd=shop, env=variables, check=True, stdout=subprocess.DEVNULL)
    time.sleep(1)
    with log.open("rb") as lines:
        lines.seek(before)
        text = lines.read().decode(errors="replace")
    return Counter(re.findall(r" AWS ([a-z0-9-]+\.\w+) => ", text))


def table(calls):
    """Prints the table; answers how many calls were made for each that is needed."""
    needed_in_all = 0
    print(f"{'operation':<46} {'calls':>5} {'needed':>6}")
    for operation, made in sorted(calls.items()):
        needed, why = NEEDED.get(operation, (1, ""))
        needed_in_all += needed
        print(f"{operation:<46} {made:>5} {needed:>6}  {why}".rstrip())
    made_in_all = sum(calls.values())
    print(f"{'all':<46} {made_in_all:>5} {needed_in_all:>6}  {made_in_all / needed_in_all:.2f} calls for each needed")
    return made_in_all / needed_in_all


def main(program):
    port = os.environ.get("TERRACE_LOCALSTACK_BENCH_PORT", "4579")
    variables = environment(port)
    start = [ROOT / "localstack" / "start", "--reset"]
    subprocess.run(start, env=variables, check=True, stdout=subprocess.DEVNULL)
    try:
        ratio = table(count(program, port))
    finally:
        subprocess.run([ROOT / "localstack" / "stop"], env=variables, check=True, stdout=subprocess.DEVNULL)
    return 0 if ratio <= LIMIT else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
