"""examples/shop on LocalStack, from nothing through both phases and back to nothing.

Each step runs the real program. After every apply the plan must be empty; every change, in the spec or behind terrace's
back, must show as exactly that difference and be mended by an apply; a destroy must leave nothing with the stack's tags.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import boto3

ROOT = Path(__file__).resolve().parents[2]
PASSED = []


def client(service):
    return boto3.client(service, endpoint_url=os.environ["AWS_ENDPOINT_URL"])


class Shop:
    """A copy of the example, and the program that works on it."""

    def __init__(self, program, folder):
        for part in ("modules", "examples"):
            shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns(".terrace"))
        self.program = program
        self.folder = folder / "examples" / "shop"
        self.variables = {"protect_data": "false"}
        self.phase = "mvp"

    def run(self, *arguments, expect=(0,)):
        variables = [f"-var={name}={value}" for name, value in self.variables.items()]
        command = [self.program, arguments[0], "-no-color", "-input=false", *arguments[1:], *variables]
        done = subprocess.run(command, cwd=self.folder, capture_output=True, text=True, timeout=900)
        if done.returncode not in expect:
            print(done.stdout, done.stderr, file=sys.stderr)
            raise SystemExit(f"{' '.join(command)} ended with {done.returncode}, not {expect}")
        return done

    def plan(self, *arguments):
        """Addresses with their actions, no-ops left out."""
        file = str(self.folder / "plan.bin")
        self.run("plan", f"--phase={self.phase}", f"-out={file}", *arguments)
        shown = subprocess.run(
            [self.program, "show", "-json", file], cwd=self.folder, capture_output=True, text=True, check=True
        )
        changes = json.loads(shown.stdout)["resource_changes"]
        return {
            change["address"]: change["change"]["actions"]
            for change in changes
            if change["change"]["actions"] not in (["no-op"], ["read"])
        }

    def apply(self):
        self.run("apply", f"--phase={self.phase}", "-auto-approve")

    def is_settled(self, what):
        left = self.plan()
        assert left == {}, f"after {what} the plan is not empty: {left}"
        done(f"after {what} the plan is empty")

    def differs(self, what, expected):
        """Exactly this difference shows, and an apply mends it."""
        found = self.plan()
        assert found == expected, f"{what}: the plan is {found}, not {expected}"
        self.apply()
        self.is_settled(what)


def done(text):
    PASSED.append(text)
    print(f"ok: {text}", flush=True)


def left_over():
    pages = client("resourcegroupstaggingapi").get_paginator("get_resources")
    found = []
    for page in pages.paginate(TagFilters=[{"Key": "terrace:stack", "Values": ["shop"]}]):
        found += [resource["ResourceARN"] for resource in page["ResourceTagMappingList"]]
    return found


def spec_changes(shop):
    database, group = "module.database.aws_db_instance.primary", "module.web.aws_autoscaling_group.app"
    shop.variables["health_check_path"] = "/ready"
    shop.differs("a target group's health check", {"module.web.aws_lb_target_group.app": ["update"]})
    shop.variables["on_demand_base"] = "3"
    shop.differs("an on-demand base", {group: ["update"]})
    shop.variables["time_zone"] = "Europe/Madrid"
    schedules = ("weekday-evening", "weekday-morning", "weekend")
    shop.differs(
        "a schedule's time zone",
        {f'module.web.aws_autoscaling_schedule.this["{name}"]': ["update"] for name in schedules},
    )
    shop.variables["database_class"] = "db.r6g.xlarge"
    replicas = {f"module.database.aws_db_instance.replica[{index}]": ["update"] for index in (0, 1)}
    shop.differs("a database's class", {database: ["update"], **replicas})


def live_changes(shop):
    elbv2, autoscaling, rds = client("elbv2"), client("autoscaling"), client("rds")
    target_group = elbv2.describe_target_groups(Names=["shop-app"])["TargetGroups"][0]["TargetGroupArn"]
    elbv2.modify_target_group(TargetGroupArn=target_group, HealthCheckPath="/elsewhere")
    shop.differs("a health check changed by hand", {"module.web.aws_lb_target_group.app": ["update"]})
    autoscaling.put_scheduled_update_group_action(
        AutoScalingGroupName="shop-app", ScheduledActionName="shop-weekend", Recurrence="0 5 * * 6",
        TimeZone="Europe/Madrid", MinSize=2, MaxSize=20, DesiredCapacity=2,
    )
    shop.differs(
        "a schedule changed by hand", {'module.web.aws_autoscaling_schedule.this["weekend"]': ["update"]}
    )
    rds.modify_db_instance(
        DBInstanceIdentifier="shop", DBInstanceClass="db.r6g.2xlarge", ApplyImmediately=True
    )
    shop.differs("a database's class changed by hand", {"module.database.aws_db_instance.primary": ["update"]})
    rules = client("ec2").describe_security_group_rules()["SecurityGroupRules"]
    rule = next(rule for rule in rules if rule.get("Description") == "From web")
    client("ec2").revoke_security_group_ingress(
        GroupId=rule["GroupId"], SecurityGroupRuleIds=[rule["SecurityGroupRuleId"]]
    )
    shop.differs(
        "a rule deleted by hand",
        {'module.database.aws_vpc_security_group_ingress_rule.clients["web"]': ["create"]},
    )


def main(program):
    with tempfile.TemporaryDirectory() as folder:
        shop = Shop(program, Path(folder))
        shop.apply()
        shop.is_settled("mvp")
        shop.variables["box_instance_type"] = "t3.xlarge"
        shop.differs("an instance type", {"module.box.aws_instance.this": ["update"]})
        shop.phase = "growth"
        shop.apply()
        shop.is_settled("growth")
        spec_changes(shop)
        live_changes(shop)
        shop.run("destroy", "--phase=growth", "-auto-approve")
        left = left_over()
        assert left == [], f"destroy left {left}"
        done("destroy leaves nothing that carries the stack's tags")
    print(f"{len(PASSED)} passed, 0 failed")


if __name__ == "__main__":
    main(sys.argv[1])
