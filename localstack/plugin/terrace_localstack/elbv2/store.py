"""What Elastic Load Balancing remembers, and how its objects are found."""

from dataclasses import dataclass, field

from terrace_localstack.native import Operations, Scope, Stores, Tags
from terrace_localstack.runtime import aws_error

operation = Operations("elbv2")


@dataclass
class LoadBalancer:
    """``fields`` are what DescribeLoadBalancers answers; ``settings`` what it was created with, to tell a repeat from a clash."""

    fields: dict
    settings: dict
    attributes: dict[str, str]
    tags: Tags = field(default_factory=Tags)
    capacity: int | None = None

    @property
    def arn(self) -> str:
        return self.fields["LoadBalancerArn"]

    @property
    def kind(self) -> str:
        return self.fields["Type"]

    @property
    def subnets(self) -> list[str]:
        return [zone["SubnetId"] for zone in self.fields["AvailabilityZones"]]


@dataclass
class TargetGroup:
    fields: dict
    settings: dict
    attributes: dict[str, str]
    tags: Tags = field(default_factory=Tags)
    targets: dict[tuple[str, int | None], "Target"] = field(default_factory=dict)

    @property
    def arn(self) -> str:
        return self.fields["TargetGroupArn"]


@dataclass
class Target:
    description: dict
    state: str = "initial"
    attempt: object = None


@dataclass
class Listener:
    fields: dict
    settings: dict
    attributes: dict[str, str]
    certificates: list[str] = field(default_factory=list)
    tags: Tags = field(default_factory=Tags)

    @property
    def arn(self) -> str:
        return self.fields["ListenerArn"]


@dataclass
class Rule:
    fields: dict
    listener: str
    tags: Tags = field(default_factory=Tags)

    @property
    def arn(self) -> str:
        return self.fields["RuleArn"]


@dataclass
class Store:
    """Everything of one account in one region, by ARN."""

    load_balancers: dict[str, LoadBalancer] = field(default_factory=dict)
    target_groups: dict[str, TargetGroup] = field(default_factory=dict)
    listeners: dict[str, Listener] = field(default_factory=dict)
    rules: dict[str, Rule] = field(default_factory=dict)

    def load_balancer(self, arn: str) -> LoadBalancer:
        return _found(self.load_balancers, arn, "LoadBalancerNotFound", f"Load balancer '{arn}' not found")

    def target_group(self, arn: str) -> TargetGroup:
        return _found(self.target_groups, arn, "TargetGroupNotFound", f"Target groups '{arn}' not found")

    def listener(self, arn: str) -> Listener:
        return _found(self.listeners, arn, "ListenerNotFound", f"Listener '{arn}' not found")

    def rule(self, arn: str) -> Rule:
        return _found(self.rules, arn, "RuleNotFound", f"Rule '{arn}' not found")

    def listeners_of(self, load_balancer: str) -> list[Listener]:
        return [each for each in self.listeners.values() if each.fields["LoadBalancerArn"] == load_balancer]

    def rules_of(self, listener: str) -> list[Rule]:
        return [each for each in self.rules.values() if each.listener == listener]

    def users_of(self, target_group: str) -> list[str]:
        """Returns the load balancers whose listeners and rules forward to the group, each once."""
        users = [
            each.fields["LoadBalancerArn"]
            for each in self.listeners.values()
            if _forwards(each.fields["DefaultActions"], target_group)
        ]
        for rule in self.rules.values():
            if _forwards(rule.fields["Actions"], target_group) and rule.listener in self.listeners:
                users.append(self.listeners[rule.listener].fields["LoadBalancerArn"])
        return list(dict.fromkeys(users))

    def in_use(self, target_group: str) -> bool:
        return bool(self.users_of(target_group))


def _found(table: dict, arn: str, code: str, message: str):
    if arn not in table:
        raise aws_error(code, message)
    return table[arn]


def _forwards(actions: list[dict], target_group: str) -> bool:
    return any(target_group in targets_of(action) for action in actions)


def targets_of(action: dict) -> list[str]:
    """Returns the target groups that an action forwards to."""
    groups = [each["TargetGroupArn"] for each in action.get("ForwardConfig", {}).get("TargetGroups", [])]
    return groups or ([action["TargetGroupArn"]] if action.get("TargetGroupArn") else [])


_STORES = Stores(Store)


def store(scope: Scope) -> Store:
    return _STORES[scope]
