"""What Auto Scaling remembers of a group, and how it is found."""

from dataclasses import dataclass, field
from uuid import uuid4

from terrace_localstack.native import Operations, Scope, Stores, now
from terrace_localstack.runtime import aws_error

operation = Operations("autoscaling")

COUNTED = ("Pending", "Pending:Wait", "Pending:Proceed", "InService")
LEAVING = ("Terminating", "Terminating:Wait", "Terminating:Proceed", "Terminated")


@dataclass
class Group:
    """``fields`` are what DescribeAutoScalingGroups answers, without instances and tags."""

    scope: Scope
    fields: dict
    instances: dict[str, dict] = field(default_factory=dict)
    tags: dict[str, dict] = field(default_factory=dict)
    policies: dict[str, dict] = field(default_factory=dict)
    schedules: dict[str, dict] = field(default_factory=dict)
    hooks: dict[str, dict] = field(default_factory=dict)
    activities: list[dict] = field(default_factory=list)
    refreshes: list[dict] = field(default_factory=list)
    suspended: dict[str, dict] = field(default_factory=dict)
    notifications: list[dict] = field(default_factory=list)
    warm_pool: dict | None = None
    waiting: dict[str, dict] = field(default_factory=dict)
    deleting: bool = False

    @property
    def name(self) -> str:
        return self.fields["AutoScalingGroupName"]

    @property
    def desired(self) -> int:
        return self.fields["DesiredCapacity"]

    def counted(self) -> list[dict]:
        """Returns the instances that count as capacity."""
        return [each for each in self.instances.values() if each["LifecycleState"] in COUNTED]

    def capacity(self) -> int:
        return sum(weight(each) for each in self.counted())

    def does(self, process: str) -> bool:
        """Says whether a process runs, or is suspended."""
        return process not in self.suspended

    def log(self, description: str, cause: str, status: str = "Successful", message: str = "") -> dict:
        """Writes an activity, the newest first."""
        activity = {
            "ActivityId": str(uuid4()),
            "AutoScalingGroupName": self.name,
            "AutoScalingGroupARN": self.fields["AutoScalingGroupARN"],
            "Description": description,
            "Cause": f"At {now():%Y-%m-%dT%H:%M:%SZ} {cause}",
            "StartTime": now(),
            "StatusCode": status,
            "Progress": 100 if status in ("Successful", "Failed") else 50,
            "Details": "{}",
        }
        if status in ("Successful", "Failed"):
            activity["EndTime"] = now()
        if message:
            activity["StatusMessage"] = message
        self.activities.insert(0, activity)
        return activity

    def described(self) -> dict:
        answer = dict(self.fields)
        answer["Instances"] = [
            {k: v for k, v in each.items() if not k.startswith("_")} for each in self.instances.values()
        ]
        answer["Tags"] = list(self.tags.values())
        answer["SuspendedProcesses"] = list(self.suspended.values())
        if self.warm_pool is not None:
            answer |= {"WarmPoolConfiguration": self.warm_pool, "WarmPoolSize": 0}
        if self.deleting:
            answer["Status"] = "Delete in progress"
        return answer


def weight(instance: dict) -> int:
    return int(instance.get("WeightedCapacity") or 1)


@dataclass
class Store:
    groups: dict[str, Group] = field(default_factory=dict)

    def group(self, name: str) -> Group:
        if name not in self.groups:
            raise aws_error("ValidationError", f"Group {name} not found")
        return self.groups[name]

    def owner(self, instance: str) -> Group:
        for group in self.groups.values():
            if instance in group.instances:
                return group
        raise aws_error(
            "ValidationError", f"Instance Id not found - No managed instance found for instance ID {instance}"
        )


_STORES = Stores(Store)


def store(scope: Scope) -> Store:
    return _STORES[scope]
