"""Groups: create, describe, update, delete, with every field kept and answered.

https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_CreateAutoScalingGroup.html
"""

from functools import partial
from uuid import uuid4

from moto.ec2.exceptions import InvalidSubnetIdError

from terrace_localstack.autoscaling import template
from terrace_localstack.autoscaling.capacity import _finish_deletion, reconcile, terminate
from terrace_localstack.autoscaling.store import LEAVING, Group, operation, store
from terrace_localstack.autoscaling.tags import put_tags
from terrace_localstack.native import Scope, now
from terrace_localstack.runtime import CLOCK, aws_error

DEFAULTS = {
    "DefaultCooldown": 300,
    "HealthCheckType": "EC2",
    "HealthCheckGracePeriod": 0,
    "NewInstancesProtectedFromScaleIn": False,
    "LoadBalancerNames": [],
    "TargetGroupARNs": [],
    "TrafficSources": [],
    "EnabledMetrics": [],
    "CapacityReservationSpecification": {"CapacityReservationPreference": "default"},
    "AvailabilityZoneDistribution": {"CapacityDistributionStrategy": "balanced-best-effort"},
}
PLAIN = (
    "MinSize", "MaxSize", "DefaultCooldown", "HealthCheckType", "HealthCheckGracePeriod", "PlacementGroup",
    "NewInstancesProtectedFromScaleIn", "ServiceLinkedRoleARN", "MaxInstanceLifetime", "CapacityRebalance", "Context",
    "DesiredCapacityType", "DefaultInstanceWarmup", "InstanceMaintenancePolicy", "AvailabilityZoneDistribution",
    "AvailabilityZoneImpairmentPolicy", "CapacityReservationSpecification", "DeletionProtection", "InstanceLifecyclePolicy",
)  # fmt: skip
"""Fields that are stored and answered as they were sent."""

UNSET = {"MaxInstanceLifetime": 0, "DefaultInstanceWarmup": -1, "PlacementGroup": "", "Context": ""}
"""Values that take a field away."""


@operation("CreateAutoScalingGroup")
def create(scope: Scope, request: dict) -> None:
    known, name = store(scope), request["AutoScalingGroupName"]
    if name in known.groups:
        raise aws_error(
            "AlreadyExists",
            f"AutoScalingGroup by this name already exists - A group with the name {name} already exists",
        )
    fields = {
        "AutoScalingGroupName": name,
        "AutoScalingGroupARN": scope.arn("autoscaling", f"autoScalingGroup:{uuid4()}:autoScalingGroupName/{name}"),
        "CreatedTime": now(),
        "ServiceLinkedRoleARN": f"arn:{scope.partition}:iam::{scope.account}:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling",
        "TerminationPolicies": request.get("TerminationPolicies") or ["Default"],
        "DesiredCapacity": request.get("DesiredCapacity", request["MinSize"]),
        **DEFAULTS,
    }
    _apply(scope, fields, request, creating=True)
    _attach(scope, fields, request)
    group = Group(scope, fields)
    put_tags(group, request.get("Tags", []))
    for hook in request.get("LifecycleHookSpecificationList", []):
        group.hooks[hook["LifecycleHookName"]] = {
            "AutoScalingGroupName": name, "HeartbeatTimeout": 3600, "GlobalTimeout": 172_800, "DefaultResult": "ABANDON", **hook,
        }  # fmt: skip
    known.groups[name] = group
    reconcile(group, "a user request created an AutoScalingGroup changing the desired capacity from 0.")


def _apply(scope: Scope, fields: dict, request: dict, creating: bool = False) -> None:
    """Puts what a request says into the fields, after checking it."""
    _source(scope, fields, request, creating)
    for name in PLAIN:
        if request.get(name) is not None:
            fields[name] = request[name]
    for name, unset in UNSET.items():
        if fields.get(name) == unset:
            del fields[name]
    if request.get("TerminationPolicies"):
        fields["TerminationPolicies"] = request["TerminationPolicies"]
    policy = fields.get("InstanceMaintenancePolicy", {})
    if policy.get("MinHealthyPercentage") == -1:
        del fields["InstanceMaintenancePolicy"]
    _place(scope, fields, request, creating)
    _size(fields, request)


def _source(scope: Scope, fields: dict, request: dict, creating: bool) -> None:
    given = [
        name
        for name in ("LaunchTemplate", "MixedInstancesPolicy", "LaunchConfigurationName", "InstanceId")
        if request.get(name)
    ]
    if len(given) > 1 or (creating and not given):
        raise aws_error(
            "ValidationError",
            "Valid requests must contain either LaunchTemplate, LaunchConfigurationName, InstanceId or MixedInstancesPolicy parameter.",
        )
    if not given:
        return
    current = fields.get("MixedInstancesPolicy")
    for name in ("LaunchTemplate", "MixedInstancesPolicy", "LaunchConfigurationName"):
        fields.pop(name, None)
    if given == ["LaunchTemplate"]:
        fields["LaunchTemplate"] = template.specification(scope, request["LaunchTemplate"])
    elif given == ["MixedInstancesPolicy"]:
        fields["MixedInstancesPolicy"] = template.mixed_policy(scope, request["MixedInstancesPolicy"], current)
    else:
        raise aws_error(
            "ValidationError", "Launch configurations are not available for new accounts. Use launch templates instead."
        )


def _place(scope: Scope, fields: dict, request: dict, creating: bool) -> None:
    zones, subnets = request.get("AvailabilityZones"), request.get("VPCZoneIdentifier")
    if creating and not zones and not subnets:
        raise aws_error("ValidationError", "At least one Availability Zone or VPC Subnet is required.")
    if subnets:
        ids = [each.strip() for each in subnets.split(",")]
        found = []
        for each in ids:
            try:
                found.append(scope.ec2.get_subnet(each))
            except InvalidSubnetIdError as error:
                raise aws_error("ValidationError", f"The subnet ID '{each}' does not exist") from error
        fields["VPCZoneIdentifier"] = ",".join(ids)
        fields["AvailabilityZones"] = sorted({subnet.availability_zone for subnet in found})
    elif zones:
        fields["AvailabilityZones"] = zones


def _size(fields: dict, request: dict) -> None:
    low, high = fields["MinSize"], fields["MaxSize"]
    if low > high:
        raise aws_error(
            "ValidationError",
            "Max bound, min bound, and desired capacity values are inconsistent: the maximum must not be below the minimum",
        )
    asked = request.get("DesiredCapacity")
    if asked is not None:
        if asked > high:
            raise aws_error(
                "ValidationError",
                f"Desired capacity:{asked} must be between the specified min size:{low} and max size:{high}",
            )
        if asked < low:
            raise aws_error(
                "ValidationError",
                f"Desired capacity:{asked} must be between the specified min size:{low} and max size:{high}",
            )
        fields["DesiredCapacity"] = asked
    else:
        fields["DesiredCapacity"] = min(max(fields["DesiredCapacity"], low), high)


def _attach(scope: Scope, fields: dict, request: dict) -> None:
    from terrace_localstack.autoscaling.attachments import check_target_groups, sources_of

    arns = list(request.get("TargetGroupARNs", []))
    arns += [each["Identifier"] for each in request.get("TrafficSources", []) if each.get("Type", "elbv2") == "elbv2"]
    check_target_groups(scope, arns)
    fields["TargetGroupARNs"] = list(dict.fromkeys(arns))
    fields["TrafficSources"] = sources_of(fields["TargetGroupARNs"])
    fields["LoadBalancerNames"] = request.get("LoadBalancerNames", [])


@operation("DescribeAutoScalingGroups")
def describe(scope: Scope, request: dict) -> dict:
    groups = list(store(scope).groups.values())
    if names := request.get("AutoScalingGroupNames"):
        groups = [group for group in groups if group.name in names]
    for each in request.get("Filters", []):
        groups = [group for group in groups if _fits(group, each["Name"], each["Values"])]
    shown = [group.described() for group in sorted(groups, key=lambda group: group.name)]
    if request.get("IncludeInstances") is False:
        for group in shown:
            group["Instances"] = []
    return {"AutoScalingGroups": shown}


def _fits(group: Group, name: str, values: list[str]) -> bool:
    if name == "tag-key":
        return any(key in values for key in group.tags)
    if name == "tag-value":
        return any(tag["Value"] in values for tag in group.tags.values())
    if name.startswith("tag:"):
        tag = group.tags.get(name.removeprefix("tag:"))
        return tag is not None and tag["Value"] in values
    raise aws_error(
        "ValidationError", f"Filter type {name} is not correct. Allowed Filter types are: tag-key, tag-value, tag:key"
    )


@operation("UpdateAutoScalingGroup")
def update(scope: Scope, request: dict) -> None:
    group = store(scope).group(request["AutoScalingGroupName"])
    fields = dict(group.fields)
    _apply(scope, fields, request)
    before = group.desired
    group.fields = fields
    if group.desired != before:
        cause = f"a user request update of AutoScalingGroup constraints to min: {fields['MinSize']}, max: {fields['MaxSize']}, desired: {fields['DesiredCapacity']} changing the desired capacity from {before} to {group.desired}."
        reconcile(group, cause)
    if "DesiredCapacity" in request or "MinSize" in request or "MaxSize" in request:
        reconcile(group)


@operation("SetDesiredCapacity")
def set_desired_capacity(scope: Scope, request: dict) -> None:
    group, wanted = store(scope).group(request["AutoScalingGroupName"]), request["DesiredCapacity"]
    if wanted > group.fields["MaxSize"]:
        raise aws_error(
            "ValidationError",
            f"New SetDesiredCapacity value {wanted} is above max value {group.fields['MaxSize']} for the AutoScalingGroup.",
        )
    if wanted < group.fields["MinSize"]:
        raise aws_error(
            "ValidationError",
            f"New SetDesiredCapacity value {wanted} is below min value {group.fields['MinSize']} for the AutoScalingGroup.",
        )
    before, group.fields["DesiredCapacity"] = group.desired, wanted
    reconcile(
        group,
        f"a user request explicitly set group desired capacity changing the desired capacity from {before} to {wanted}.",
    )


@operation("DeleteAutoScalingGroup")
def delete(scope: Scope, request: dict) -> None:
    """Deletes an empty group, or with ForceDelete one with its instances."""
    group, force = store(scope).group(request["AutoScalingGroupName"]), request.get("ForceDelete", False)
    _refuse_protected(group, force)
    live = [each for each in group.instances.values() if each["LifecycleState"] not in LEAVING]
    if live and not force:
        raise aws_error(
            "ResourceInUse",
            "You cannot delete an AutoScalingGroup while there are instances or pending Spot instance request(s) still in the group.",
        )
    if (
        not force
        and group.activities
        and any(each["StatusCode"] == "InProgress" for each in group.activities)
        and group.instances
    ):
        raise aws_error(
            "ScalingActivityInProgress",
            "You cannot delete an AutoScalingGroup while there are scaling activities in progress for that group.",
        )
    group.deleting = True
    group.fields |= {"MinSize": 0, "DesiredCapacity": 0}
    for instance in live:
        terminate(group, instance["InstanceId"], "a user request force-deleted the group.", hooks=False)
    _delete_alarms(group)
    if CLOCK.unit:
        CLOCK.later(0.5, partial(_finish_deletion, group))
    else:
        _finish_deletion(group)


def _refuse_protected(group: Group, force: bool) -> None:
    protection = group.fields.get("DeletionProtection", "none")
    if protection == "prevent-all-deletion" or (protection == "prevent-force-deletion" and force):
        raise aws_error("ResourceInUse", f"The group {group.name} is protected from deletion: {protection}")


def _delete_alarms(group: Group) -> None:
    from terrace_localstack.autoscaling.policies import delete_alarms

    for policy in group.policies.values():
        delete_alarms(group.scope, policy)
