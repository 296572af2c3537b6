"""Instance refreshes: instances are really replaced, batch after batch.

https://docs.aws.amazon.com/autoscaling/ec2/userguide/instance-refresh-overview.html
"""

import copy
from functools import partial
from uuid import uuid4

from terrace_localstack.autoscaling import template
from terrace_localstack.autoscaling.capacity import launch, terminate
from terrace_localstack.autoscaling.store import Group, operation, store
from terrace_localstack.native import Scope, now
from terrace_localstack.runtime import CLOCK, aws_error

ACTIVE = ("Pending", "InProgress", "Cancelling", "RollbackInProgress", "Baking")
PREFERENCES = {
    "MinHealthyPercentage": 90, "MaxHealthyPercentage": 100, "SkipMatching": False, "AutoRollback": False,
    "ScaleInProtectedInstances": "Wait", "StandbyInstances": "Wait", "BakeTime": 0,
}  # fmt: skip
CAUSE = "an instance was taken out of service in response to an instance refresh."


@operation("StartInstanceRefresh")
def start(scope: Scope, request: dict) -> dict:
    group = store(scope).group(request["AutoScalingGroupName"])
    if _active(group):
        raise aws_error(
            "InstanceRefreshInProgress",
            "An Instance Refresh is already in progress and blocks the execution of this Instance Refresh.",
        )
    preferences = PREFERENCES | _maintenance(group) | request.get("Preferences", {})
    _check(preferences, request)
    before = {
        name: copy.deepcopy(group.fields[name])
        for name in ("LaunchTemplate", "MixedInstancesPolicy")
        if name in group.fields
    }
    wanted = _desired(scope, group, request.get("DesiredConfiguration", {}))
    refresh = {
        "InstanceRefreshId": str(uuid4()),
        "AutoScalingGroupName": group.name,
        "Status": "Pending",
        "StartTime": now(),
        "PercentageComplete": 0,
        "InstancesToUpdate": len(group.instances),
        "Preferences": preferences,
        "Strategy": request.get("Strategy", "Rolling"),
        "_before": before,
    }
    if wanted:
        refresh["DesiredConfiguration"] = wanted
    group.refreshes.insert(0, refresh)
    CLOCK.later(0.5, partial(_begin, group, refresh))
    return {"InstanceRefreshId": refresh["InstanceRefreshId"]}


def _maintenance(group: Group) -> dict:
    """Returns what the group's instance maintenance policy says, which a refresh takes unless it says otherwise."""
    policy = group.fields.get("InstanceMaintenancePolicy", {})
    return {name: policy[name] for name in ("MinHealthyPercentage", "MaxHealthyPercentage") if name in policy}


def _check(preferences: dict, request: dict) -> None:
    if preferences["AutoRollback"] and "DesiredConfiguration" not in request:
        raise aws_error("ValidationError", "Auto rollback needs a desired configuration")
    low, high = preferences["MinHealthyPercentage"], preferences["MaxHealthyPercentage"]
    if not 100 <= high <= 200 or high - low > 100:
        raise aws_error(
            "ValidationError",
            "MaxHealthyPercentage must be from 100 to 200, and at most 100 above MinHealthyPercentage",
        )


def _desired(scope: Scope, group: Group, given: dict) -> dict:
    """Puts the desired configuration into the group and returns it as AWS answers it."""
    if given.get("LaunchTemplate"):
        wanted = {"LaunchTemplate": template.specification(scope, given["LaunchTemplate"])}
    elif given.get("MixedInstancesPolicy"):
        wanted = {
            "MixedInstancesPolicy": template.mixed_policy(
                scope, given["MixedInstancesPolicy"], group.fields.get("MixedInstancesPolicy")
            )
        }
    else:
        return {}
    for name in ("LaunchTemplate", "MixedInstancesPolicy"):
        group.fields.pop(name, None)
    group.fields |= copy.deepcopy(wanted)
    return wanted


def _active(group: Group) -> dict | None:
    return next((each for each in group.refreshes if each["Status"] in ACTIVE), None)


def _begin(group: Group, refresh: dict) -> None:
    if refresh["Status"] != "Pending":
        return
    refresh["Status"] = "InProgress"
    old = [identity for identity, each in group.instances.items() if not _keeps(group, refresh, each)]
    refresh["InstancesToUpdate"] = len(old)
    _step(group, refresh, old, len(old))


def _keeps(group: Group, refresh: dict, instance: dict) -> bool:
    """Says whether an instance stays: it matches and the preferences skip such, or it must not be touched."""
    preferences = refresh["Preferences"]
    if instance["ProtectedFromScaleIn"] and preferences["ScaleInProtectedInstances"] == "Ignore":
        return True
    if instance["LifecycleState"] == "Standby" and preferences["StandbyInstances"] == "Ignore":
        return True
    if not preferences["SkipMatching"]:
        return False
    wanted = template.launch_parameters(group)["template"]
    found = template.find(group.scope, wanted)
    same = instance["LaunchTemplate"]
    return (same["LaunchTemplateId"], same["Version"]) == (found.id, str(template.number(found, wanted["Version"])))


def _step(group: Group, refresh: dict, old: list[str], total: int) -> None:
    """Replaces one batch and comes back for the next."""
    if store(group.scope).groups.get(group.name) is not group:
        return
    if refresh["Status"] == "Cancelling":
        refresh |= {"Status": "Cancelled", "EndTime": now(), "StatusReason": "Cancelled due to user request."}
        return
    if not old:
        done = "RollbackSuccessful" if refresh["Status"] == "RollbackInProgress" else "Successful"
        refresh |= {"Status": done, "PercentageComplete": 100, "InstancesToUpdate": 0, "EndTime": now()}
        return
    size = max(1, int(total * (100 - refresh["Preferences"]["MinHealthyPercentage"]) / 100))
    batch, rest = old[:size], old[size:]
    for identity in batch:
        if identity in group.instances:
            terminate(group, identity, CAUSE)
            while group.capacity() < group.desired and launch(group, CAUSE):
                pass
    refresh |= {
        "PercentageComplete": int(100 * (total - len(rest)) / total) if rest else 99,
        "InstancesToUpdate": len(rest),
    }
    CLOCK.later(1, partial(_step, group, refresh, rest, total))


@operation("DescribeInstanceRefreshes")
def describe(scope: Scope, request: dict) -> dict:
    refreshes = store(scope).group(request["AutoScalingGroupName"]).refreshes
    if ids := request.get("InstanceRefreshIds"):
        refreshes = [each for each in refreshes if each["InstanceRefreshId"] in ids]
    return {
        "InstanceRefreshes": [
            {key: value for key, value in each.items() if not key.startswith("_")} for each in refreshes
        ]
    }


@operation("CancelInstanceRefresh")
def cancel(scope: Scope, request: dict) -> dict:
    refresh = _need_active(store(scope).group(request["AutoScalingGroupName"]))
    if refresh["Status"] == "Pending":
        refresh |= {"Status": "Cancelled", "EndTime": now()}
    else:
        refresh["Status"] = "Cancelling"
    return {"InstanceRefreshId": refresh["InstanceRefreshId"]}


@operation("RollbackInstanceRefresh")
def rollback(scope: Scope, request: dict) -> dict:
    group = store(scope).group(request["AutoScalingGroupName"])
    refresh = _need_active(group)
    if "DesiredConfiguration" not in refresh:
        raise aws_error(
            "IrreversibleInstanceRefresh", "The instance refresh has no desired configuration to roll back from"
        )
    for name in ("LaunchTemplate", "MixedInstancesPolicy"):
        group.fields.pop(name, None)
    group.fields |= refresh["_before"]
    refresh |= {
        "Status": "RollbackInProgress",
        "RollbackDetails": {"RollbackReason": "User request", "RollbackStartTime": now()},
    }
    refresh["Preferences"] = refresh["Preferences"] | {"SkipMatching": True}
    old = [identity for identity, each in group.instances.items() if not _keeps(group, refresh, each)]
    CLOCK.later(1, partial(_step, group, refresh, old, len(old)))
    return {"InstanceRefreshId": refresh["InstanceRefreshId"]}


def _need_active(group: Group) -> dict:
    refresh = _active(group)
    if refresh is None:
        raise aws_error(
            "ActiveInstanceRefreshNotFound",
            "No in progress or pending Instance Refresh found for Auto Scaling group " + group.name,
        )
    return refresh
