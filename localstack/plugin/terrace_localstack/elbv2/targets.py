"""Targets and their health: registered, ``initial``, ``healthy``, ``draining``, gone.

https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html
"""

import ipaddress

from terrace_localstack.elbv2.store import Store, Target, TargetGroup, operation, store
from terrace_localstack.native import Scope
from terrace_localstack.runtime import CLOCK, aws_error

REASONS = {
    "initial": ("Elb.RegistrationInProgress", "Target registration is in progress"),
    "draining": ("Target.DeregistrationInProgress", "Target deregistration is in progress"),
    "unused": ("Target.NotInUse", "Target group is not configured to receive traffic from the load balancer"),
}


@operation("RegisterTargets")
def register(scope: Scope, request: dict) -> None:
    group = store(scope).target_group(request["TargetGroupArn"])
    for each in request["Targets"]:
        _check(scope, group, each)
    for each in request["Targets"]:
        key, description = _key(group, each)
        target = group.targets[key] = Target(description)
        CLOCK.later(1, lambda target=target: _settle(target, "initial", "healthy"))


def _settle(target: Target, before: str, after: str) -> None:
    if target.state == before:
        target.state = after


def _key(group: TargetGroup, each: dict) -> tuple[tuple[str, int | None], dict]:
    port = each.get("Port", group.fields.get("Port"))
    description = {"Id": each["Id"]} | ({"Port": port} if port is not None else {})
    if each.get("AvailabilityZone"):
        description["AvailabilityZone"] = each["AvailabilityZone"]
    return (each["Id"], port), description


def _check(scope: Scope, group: TargetGroup, each: dict) -> None:
    kind = group.fields["TargetType"]
    if kind == "instance":
        instance = scope.ec2.get_instance_by_id(each["Id"])
        if instance is None:
            raise aws_error("InvalidTarget", f"The following targets are not valid instances: '{each['Id']}'")
        if instance.vpc_id != group.fields["VpcId"]:
            raise aws_error(
                "InvalidTarget",
                f"The following targets are not in the target group VPC '{group.fields['VpcId']}': '{each['Id']}'",
            )
        if instance.state not in ("running", "pending"):
            raise aws_error(
                "InvalidTarget",
                f"The following targets are not in a running state and cannot be registered: '{each['Id']}'",
            )
    elif kind == "ip":
        try:
            ipaddress.ip_address(each["Id"])
        except ValueError as error:
            raise aws_error("ValidationError", f"The IP address '{each['Id']}' is not a valid IPv4 address") from error


@operation("DeregisterTargets")
def deregister(scope: Scope, request: dict) -> None:
    """Drains the targets; without a port every registration of the id goes."""
    group = store(scope).target_group(request["TargetGroupArn"])
    for each in request["Targets"]:
        keys = [key for key in group.targets if key[0] == each["Id"] and each.get("Port") in (None, key[1])]
        if not keys and group.fields["TargetType"] == "instance" and scope.ec2.get_instance_by_id(each["Id"]) is None:
            raise aws_error("InvalidTarget", f"The following targets are not valid instances: '{each['Id']}'")
        for key in keys:
            target = group.targets[key]
            target.state = "draining"
            CLOCK.later(1, lambda key=key, target=target: _forget(group, key, target))


def _forget(group: TargetGroup, key: tuple, target: Target) -> None:
    if group.targets.get(key) is target and target.state == "draining":
        del group.targets[key]


@operation("DescribeTargetHealth")
def health(scope: Scope, request: dict) -> dict:
    known = store(scope)
    group = known.target_group(request["TargetGroupArn"])
    drop_terminated(scope, group)
    wanted = [(each["Id"], each.get("Port", group.fields.get("Port"))) for each in request.get("Targets", [])]
    shown = [
        _described(scope, known, group, target) for key, target in group.targets.items() if not wanted or key in wanted
    ]
    for identity, port in (key for key in wanted if key not in group.targets):
        shown.append(
            {
                "Target": {"Id": identity, "Port": port},
                "TargetHealth": {
                    "State": "unused",
                    "Reason": "Target.NotRegistered",
                    "Description": "Target is not registered to the target group",
                },
            }
        )
    return {"TargetHealthDescriptions": shown}


def drop_terminated(scope: Scope, group: TargetGroup) -> None:
    """Deregisters instances that are gone: Elastic Load Balancing does so by itself."""
    if group.fields["TargetType"] != "instance":
        return
    for key in list(group.targets):
        instance = scope.ec2.get_instance_by_id(key[0])
        if instance is None or instance.state == "terminated":
            del group.targets[key]


def _described(scope: Scope, known: Store, group: TargetGroup, target: Target) -> dict:
    state = target.state
    if state != "draining" and not known.in_use(group.arn):
        state = "unused"
    reason, description = REASONS.get(state, (None, None))
    if group.fields["TargetType"] == "instance" and state in ("healthy", "initial"):
        instance = scope.ec2.get_instance_by_id(target.description["Id"])
        if instance is not None and instance.state not in ("running", "pending"):
            state, reason, description = "unused", "Target.InvalidState", f"Target is in the {instance.state} state"
    health = {"State": state} | ({"Reason": reason, "Description": description} if reason else {})
    answer = {"Target": target.description, "TargetHealth": health}
    if group.fields["TargetType"] != "lambda":
        answer["HealthCheckPort"] = _check_port(group, target)
    return answer


def _check_port(group: TargetGroup, target: Target) -> str:
    port = group.fields.get("HealthCheckPort", "traffic-port")
    return str(target.description.get("Port", "")) if port == "traffic-port" else port
