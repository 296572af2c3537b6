"""Brings a group to its desired capacity: launches and terminates instances, with lifecycle hooks and target groups.

https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-lifecycle.html
"""

from collections import Counter
from functools import partial
from uuid import uuid4

from localstack.aws.api import ServiceException

from terrace_localstack.autoscaling import template
from terrace_localstack.autoscaling.store import LEAVING, Group, store, weight
from terrace_localstack.runtime import CLOCK, invoke

LAUNCHING, TERMINATING = "autoscaling:EC2_INSTANCE_LAUNCHING", "autoscaling:EC2_INSTANCE_TERMINATING"
MARKED = "aws:autoscaling:groupName"


def reconcile(group: Group, cause: str = "a difference between desired and actual capacity") -> None:
    """Brings the group nearer to its desired capacity, after the time that AWS takes to notice."""
    CLOCK.later(0.25, partial(_reconcile, group, cause))


def _reconcile(group: Group, cause: str) -> None:
    if store(group.scope).groups.get(group.name) is not group:
        return
    _notice_lost(group)
    while group.capacity() < group.desired and group.does("Launch"):
        if not launch(group, cause):
            CLOCK.later(10, partial(_reconcile, group, cause)) if CLOCK.unit else None
            break
    while group.does("Terminate") and (victim := _victim(group)) is not None:
        terminate(group, victim["InstanceId"], cause)
    _finish_deletion(group)


def _notice_lost(group: Group) -> None:
    """Forgets instances that someone else terminated or stopped: health checks find them unhealthy."""
    for identity, instance in list(group.instances.items()):
        live = group.scope.ec2.get_instance_by_id(identity)
        gone = live is None or live.state in ("terminated", "shutting-down")
        unwell = not gone and live.state in ("stopped", "stopping") and instance["LifecycleState"] == "InService"
        if gone and instance["LifecycleState"] not in LEAVING:
            deregister(group, identity)
            del group.instances[identity]
            group.log(
                f"Terminating EC2 instance: {identity}",
                "an instance was taken out of service in response to an EC2 health check.",
            )
        elif (
            (unwell or instance["HealthStatus"] == "Unhealthy")
            and instance["LifecycleState"] not in LEAVING
            and group.does("ReplaceUnhealthy")
        ):
            terminate(group, identity, "an instance was taken out of service in response to a health check.")


def launch(group: Group, cause: str) -> str | None:
    """Launches one instance; returns its id, or nothing where EC2 refused, which the activities then tell."""
    wanted = template.launch_parameters(group)
    subnet = _subnet(group)
    parameters = {"MinCount": 1, "MaxCount": 1, "LaunchTemplate": _by_id(wanted["template"])}
    if subnet:
        parameters["SubnetId"] = subnet
    elif group.fields["AvailabilityZones"]:
        parameters["Placement"] = {"AvailabilityZone": group.fields["AvailabilityZones"][0]}
    if wanted["type"]:
        parameters["InstanceType"] = wanted["type"]
    if wanted["spot"]:
        parameters["InstanceMarketOptions"] = {"MarketType": "spot"}
    if tags := [{"Key": tag["Key"], "Value": tag["Value"]} for tag in group.tags.values() if tag["PropagateAtLaunch"]]:
        parameters["TagSpecifications"] = [{"ResourceType": "instance", "Tags": tags}]
    try:
        answer = invoke(group.scope.account, group.scope.region, "ec2", "RunInstances", **parameters)
    except ServiceException as error:
        group.log("Launching a new EC2 instance.  Status Reason: " + error.message, cause, "Failed", error.message)
        return None
    launched = answer["Instances"][0]
    identity = launched["InstanceId"]
    group.scope.ec2.create_tags([identity], {MARKED: group.name})
    group.instances[identity] = _instance(group, launched, wanted)
    activity = group.log(f"Launching a new EC2 instance: {identity}", cause, "InProgress")
    CLOCK.later(0.5, partial(_arrive, group, identity, activity))
    return identity


def _by_id(specification: dict) -> dict:
    return {"LaunchTemplateId": specification["LaunchTemplateId"], "Version": specification["Version"]}


def _instance(group: Group, launched: dict, wanted: dict) -> dict:
    found = template.find(group.scope, wanted["template"])
    instance = {
        "InstanceId": launched["InstanceId"],
        "InstanceType": launched["InstanceType"],
        "AvailabilityZone": launched["Placement"]["AvailabilityZone"],
        "LifecycleState": "Pending",
        "HealthStatus": "Healthy",
        "LaunchTemplate": {
            "LaunchTemplateId": found.id,
            "LaunchTemplateName": found.name,
            "Version": str(template.number(found, wanted["template"]["Version"])),
        },
        "ProtectedFromScaleIn": group.fields["NewInstancesProtectedFromScaleIn"],
        "_Spot": wanted["spot"],
    }
    if wanted["weight"]:
        instance["WeightedCapacity"] = str(wanted["weight"])
    return instance


def _subnet(group: Group) -> str | None:
    """Chooses the subnet in which the group has the fewest instances."""
    subnets = [each for each in group.fields.get("VPCZoneIdentifier", "").split(",") if each]
    if not subnets:
        return None
    zones = Counter(
        each["AvailabilityZone"] for each in group.instances.values() if each["LifecycleState"] not in LEAVING
    )
    return min(subnets, key=lambda subnet: zones[group.scope.ec2.get_subnet(subnet).availability_zone])


def _arrive(group: Group, identity: str, activity: dict) -> None:
    instance = group.instances.get(identity)
    if instance is None or instance["LifecycleState"] != "Pending":
        return
    proceed = partial(_in_service, group, identity, activity)
    if not _wait(group, identity, LAUNCHING, "Pending:Wait", proceed):
        proceed("CONTINUE")


def _in_service(group: Group, identity: str, activity: dict, result: str) -> None:
    instance = group.instances.get(identity)
    if instance is None:
        return
    if result == "ABANDON":
        activity |= {"StatusCode": "Cancelled", "Progress": 100}
        terminate(group, identity, "the lifecycle hook abandoned the launch.", hooks=False)
        return
    instance["LifecycleState"] = "InService"
    activity |= {"StatusCode": "Successful", "Progress": 100}
    register(group, [identity], group.fields["TargetGroupARNs"])


def _victim(group: Group) -> dict | None:
    """Chooses what to terminate: the fullest zone first, then what the termination policies prefer."""
    surplus = group.capacity() - group.desired
    zones = Counter(each["AvailabilityZone"] for each in group.counted())
    able = [each for each in group.counted() if weight(each) <= surplus and not each["ProtectedFromScaleIn"]]
    if not able:
        return None
    order = list(group.instances)
    newest = group.fields["TerminationPolicies"][0] == "NewestInstance"
    on_demand_short = _on_demand_short(group)

    def key(instance: dict) -> tuple:
        age = order.index(instance["InstanceId"])
        spot = not instance["_Spot"] if on_demand_short else instance["_Spot"]
        return (spot, -zones[instance["AvailabilityZone"]], -age if newest else age)

    return min(able, key=key)


def _on_demand_short(group: Group) -> bool:
    """Says whether a spot instance is to go first, so that the on-demand share holds."""
    policy = group.fields.get("MixedInstancesPolicy")
    if policy is None:
        return False
    distribution = policy["InstancesDistribution"]
    base = min(distribution["OnDemandBaseCapacity"], group.desired)
    wanted = base + (group.desired - base) * distribution["OnDemandPercentageAboveBaseCapacity"] / 100
    return sum(weight(each) for each in group.counted() if not each["_Spot"]) <= wanted


def terminate(group: Group, identity: str, cause: str, hooks: bool = True) -> dict:
    """Takes an instance out of its target groups and terminates it, once the hooks let it go."""
    instance = group.instances[identity]
    instance["LifecycleState"] = "Terminating"
    activity = group.log(f"Terminating EC2 instance: {identity}", cause, "InProgress")
    deregister(group, identity)
    proceed = partial(_terminated, group, identity, activity)
    if not hooks or not _wait(group, identity, TERMINATING, "Terminating:Wait", proceed):
        CLOCK.later(0.5, partial(proceed, "CONTINUE"))
    return activity


def _terminated(group: Group, identity: str, activity: dict, result: str) -> None:
    if group.instances.pop(identity, None) is None:
        return
    activity |= {"StatusCode": "Successful", "Progress": 100}
    live = group.scope.ec2.get_instance_by_id(identity)
    if live is not None and live.state not in ("terminated", "shutting-down"):
        live.disable_api_termination = "false"
        invoke(group.scope.account, group.scope.region, "ec2", "TerminateInstances", InstanceIds=[identity])
    _finish_deletion(group)
    if store(group.scope).groups.get(group.name) is group and group.capacity() < group.desired:
        reconcile(group)


def _finish_deletion(group: Group) -> None:
    if group.deleting and not group.instances:
        groups = store(group.scope).groups
        if groups.get(group.name) is group:
            del groups[group.name]


def _wait(group: Group, identity: str, transition: str, state: str, proceed) -> bool:
    """Starts the hooks of a transition; the instance waits until each is completed or times out."""
    hooks = [hook for hook in group.hooks.values() if hook["LifecycleTransition"] == transition]
    if not hooks or not group.does("Launch" if transition == LAUNCHING else "Terminate"):
        return False
    group.instances[identity]["LifecycleState"] = state
    wait = {"hooks": {hook["LifecycleHookName"] for hook in hooks}, "proceed": proceed, "token": str(uuid4())}
    group.waiting[identity] = wait
    for hook in hooks:
        expire = partial(complete, group, identity, hook["LifecycleHookName"], hook["DefaultResult"], wait["token"])
        CLOCK.at(hook["HeartbeatTimeout"], expire)
    return True


def complete(group: Group, identity: str, hook: str, result: str, token: str | None = None) -> bool:
    """Ends one hook's wait; the last one, or the first ABANDON, lets the instance go on."""
    wait = group.waiting.get(identity)
    if wait is None or hook not in wait["hooks"] or token not in (None, wait["token"]):
        return False
    wait["hooks"].discard(hook)
    if result == "ABANDON" or not wait["hooks"]:
        del group.waiting[identity]
        wait["proceed"](result)
    return True


def register(group: Group, identities: list[str], target_groups: list[str]) -> None:
    """Registers instances with target groups; one that is gone is left out."""
    if not group.does("AddToLoadBalancer") or not identities:
        return
    for arn in target_groups:
        _targets(group, "RegisterTargets", arn, identities)


def deregister(group: Group, identity: str, target_groups: list[str] | None = None) -> None:
    for arn in group.fields["TargetGroupARNs"] if target_groups is None else target_groups:
        _targets(group, "DeregisterTargets", arn, [identity])


def _targets(group: Group, operation: str, arn: str, identities: list[str]) -> None:
    targets = [{"Id": identity} for identity in identities]
    try:
        invoke(group.scope.account, group.scope.region, "elbv2", operation, TargetGroupArn=arn, Targets=targets)
    except ServiceException as error:
        group.log(f"{operation} at {arn} failed", "a load balancer refused.", "Failed", error.message)
