"""Target groups of a group, as target group ARNs and as traffic sources: two views of one list.

https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_AttachTrafficSources.html
"""

from terrace_localstack.autoscaling.capacity import deregister, register
from terrace_localstack.autoscaling.store import Group, operation, store
from terrace_localstack.elbv2.store import store as balancers
from terrace_localstack.native import Scope
from terrace_localstack.runtime import aws_error


def check_target_groups(scope: Scope, arns: list[str]) -> None:
    known = balancers(scope).target_groups
    if unknown := [arn for arn in arns if arn not in known]:
        raise aws_error(
            "ValidationError",
            f"Provided Target Groups may not be valid. Please ensure they exist and try again: {unknown[0]}",
        )


def sources_of(arns: list[str]) -> list[dict]:
    return [{"Identifier": arn, "Type": "elbv2"} for arn in arns]


def _set(group: Group, arns: list[str]) -> None:
    group.fields["TargetGroupARNs"] = list(dict.fromkeys(arns))
    group.fields["TrafficSources"] = sources_of(group.fields["TargetGroupARNs"])


def _attach(scope: Scope, name: str, arns: list[str]) -> None:
    group = store(scope).group(name)
    check_target_groups(scope, arns)
    new = [arn for arn in arns if arn not in group.fields["TargetGroupARNs"]]
    _set(group, group.fields["TargetGroupARNs"] + new)
    register(group, [each["InstanceId"] for each in group.counted() if each["LifecycleState"] == "InService"], new)


def _detach(scope: Scope, name: str, arns: list[str]) -> None:
    group = store(scope).group(name)
    if unknown := [arn for arn in arns if arn not in group.fields["TargetGroupARNs"]]:
        raise aws_error(
            "ValidationError", f"Trying to remove Target Groups that are not part of the group: {unknown[0]}"
        )
    for identity in group.instances:
        deregister(group, identity, arns)
    _set(group, [arn for arn in group.fields["TargetGroupARNs"] if arn not in arns])


@operation("AttachLoadBalancerTargetGroups")
def attach_target_groups(scope: Scope, request: dict) -> None:
    _attach(scope, request["AutoScalingGroupName"], request["TargetGroupARNs"])


@operation("DetachLoadBalancerTargetGroups")
def detach_target_groups(scope: Scope, request: dict) -> None:
    _detach(scope, request["AutoScalingGroupName"], request["TargetGroupARNs"])


@operation("AttachTrafficSources")
def attach_sources(scope: Scope, request: dict) -> None:
    _attach(scope, request["AutoScalingGroupName"], [each["Identifier"] for each in request["TrafficSources"]])


@operation("DetachTrafficSources")
def detach_sources(scope: Scope, request: dict) -> None:
    _detach(scope, request["AutoScalingGroupName"], [each["Identifier"] for each in request["TrafficSources"]])


@operation("DescribeLoadBalancerTargetGroups")
def describe_target_groups(scope: Scope, request: dict) -> dict:
    group = store(scope).group(request["AutoScalingGroupName"])
    return {
        "LoadBalancerTargetGroups": [
            {"LoadBalancerTargetGroupARN": arn, "State": "InService"} for arn in group.fields["TargetGroupARNs"]
        ]
    }


@operation("DescribeTrafficSources")
def describe_sources(scope: Scope, request: dict) -> dict:
    group = store(scope).group(request["AutoScalingGroupName"])
    if request.get("TrafficSourceType") not in (None, "elbv2"):
        return {"TrafficSources": []}
    return {
        "TrafficSources": [
            {"Identifier": arn, "Type": "elbv2", "State": "InService", "TrafficSource": arn}
            for arn in group.fields["TargetGroupARNs"]
        ]
    }


@operation("DescribeLoadBalancers")
def describe_classic(scope: Scope, request: dict) -> dict:
    group = store(scope).group(request["AutoScalingGroupName"])
    return {
        "LoadBalancers": [
            {"LoadBalancerName": name, "State": "InService"} for name in group.fields["LoadBalancerNames"]
        ]
    }
