"""Instances of groups: describe, protect, mark unhealthy, terminate, attach and detach, standby.

https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_TerminateInstanceInAutoScalingGroup.html
"""

from terrace_localstack.autoscaling import template
from terrace_localstack.autoscaling.capacity import deregister, reconcile, register, terminate
from terrace_localstack.autoscaling.store import Group, operation, store
from terrace_localstack.native import Scope, now
from terrace_localstack.runtime import aws_error


@operation("DescribeAutoScalingInstances")
def describe(scope: Scope, request: dict) -> dict:
    found = []
    for group in store(scope).groups.values():
        for shown in group.described()["Instances"]:
            if shown["InstanceId"] in request.get("InstanceIds", [shown["InstanceId"]]):
                found.append(
                    shown | {"AutoScalingGroupName": group.name, "HealthStatus": shown["HealthStatus"].upper()}
                )
    return {"AutoScalingInstances": found}


@operation("TerminateInstanceInAutoScalingGroup")
def terminate_instance(scope: Scope, request: dict) -> dict:
    group = store(scope).owner(request["InstanceId"])
    if request["ShouldDecrementDesiredCapacity"]:
        _shrink(group, 1)
    activity = terminate(
        group, request["InstanceId"], "instance was taken out of service in response to a user request."
    )
    reconcile(group)
    return {"Activity": activity}


def _shrink(group: Group, count: int) -> None:
    if group.desired - count < group.fields["MinSize"]:
        raise aws_error(
            "ValidationError",
            f"Currently, desiredSize equals minSize ({group.fields['MinSize']}). Terminating instance without replacement will violate group's min size constraint.",
        )
    group.fields["DesiredCapacity"] -= count


@operation("SetInstanceHealth")
def set_health(scope: Scope, request: dict) -> None:
    group = store(scope).owner(request["InstanceId"])
    group.instances[request["InstanceId"]]["HealthStatus"] = request["HealthStatus"]
    reconcile(group)


@operation("SetInstanceProtection")
def set_protection(scope: Scope, request: dict) -> None:
    group = store(scope).group(request["AutoScalingGroupName"])
    for identity in _members(group, request["InstanceIds"]):
        group.instances[identity]["ProtectedFromScaleIn"] = request["ProtectedFromScaleIn"]


def _members(group: Group, identities: list[str]) -> list[str]:
    if missing := [identity for identity in identities if identity not in group.instances]:
        raise aws_error("ValidationError", f"The instance {missing[0]} is not part of Auto Scaling group {group.name}.")
    return identities


@operation("DetachInstances")
def detach(scope: Scope, request: dict) -> dict:
    group = store(scope).group(request["AutoScalingGroupName"])
    identities = _members(group, request.get("InstanceIds", []))
    if request["ShouldDecrementDesiredCapacity"]:
        _shrink(group, len(identities))
    activities = []
    for identity in identities:
        deregister(group, identity)
        del group.instances[identity]
        scope.ec2.delete_tags([identity], {"aws:autoscaling:groupName": None})
        activities.append(
            group.log(f"Detaching EC2 instance: {identity}", "instance was detached in response to a user request.")
        )
    reconcile(group)
    return {"Activities": activities}


@operation("AttachInstances")
def attach(scope: Scope, request: dict) -> None:
    group, identities = store(scope).group(request["AutoScalingGroupName"]), request.get("InstanceIds", [])
    if group.desired + len(identities) > group.fields["MaxSize"]:
        raise aws_error(
            "ValidationError",
            f"AutoScalingGroup {group.name} has max-size={group.fields['MaxSize']}, current-size={group.desired}. The group can not have more instances",
        )
    for identity in identities:
        live = scope.ec2.get_instance_by_id(identity)
        if live is None or live.state != "running":
            raise aws_error("ValidationError", f"Instance {identity} is not in correct state.")
        used = template.launch_parameters(group)["template"]
        group.instances[identity] = {
            "InstanceId": identity, "InstanceType": live.instance_type, "AvailabilityZone": live.placement.zone,
            "LifecycleState": "InService", "HealthStatus": "Healthy", "ProtectedFromScaleIn": False, "_Spot": False,
            "LaunchTemplate": {"LaunchTemplateId": used["LaunchTemplateId"], "LaunchTemplateName": used["LaunchTemplateName"], "Version": used["Version"]},
        }  # fmt: skip
        scope.ec2.create_tags([identity], {"aws:autoscaling:groupName": group.name})
    group.fields["DesiredCapacity"] += len(identities)
    register(group, identities, group.fields["TargetGroupARNs"])


@operation("EnterStandby")
def enter_standby(scope: Scope, request: dict) -> dict:
    group = store(scope).group(request["AutoScalingGroupName"])
    identities = _members(group, request.get("InstanceIds", []))
    if request["ShouldDecrementDesiredCapacity"]:
        _shrink(group, len(identities))
    for identity in identities:
        deregister(group, identity)
        group.instances[identity]["LifecycleState"] = "Standby"
    reconcile(group)
    return {
        "Activities": [
            group.log(
                f"Moving EC2 instance to Standby: {identity}",
                "instance was moved to standby in response to a user request.",
            )
            for identity in identities
        ]
    }


@operation("ExitStandby")
def exit_standby(scope: Scope, request: dict) -> dict:
    group = store(scope).group(request["AutoScalingGroupName"])
    identities = _members(group, request.get("InstanceIds", []))
    for identity in identities:
        group.instances[identity]["LifecycleState"] = "InService"
    group.fields["DesiredCapacity"] += len(identities)
    register(group, identities, group.fields["TargetGroupARNs"])
    return {
        "Activities": [
            group.log(
                f"Moving EC2 instance out of Standby: {identity}", f"at {now()} instance was moved out of standby."
            )
            for identity in identities
        ]
    }


@operation("DescribeScalingActivities")
def activities(scope: Scope, request: dict) -> dict:
    groups = store(scope).groups
    if name := request.get("AutoScalingGroupName"):
        return {"Activities": list(groups[name].activities) if name in groups else []}
    found = [activity for group in groups.values() for activity in group.activities]
    return {"Activities": sorted(found, key=lambda activity: activity["StartTime"], reverse=True)}
