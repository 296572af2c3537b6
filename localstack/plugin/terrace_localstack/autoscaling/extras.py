"""The rest: suspended processes, metrics, notifications, warm pools, limits and lists of types.

https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-suspend-resume-processes.html
"""

from terrace_localstack.autoscaling.capacity import reconcile
from terrace_localstack.autoscaling.store import operation, store
from terrace_localstack.native import Scope, now
from terrace_localstack.runtime import aws_error

PROCESSES = (
    "AZRebalance",
    "AddToLoadBalancer",
    "AlarmNotification",
    "HealthCheck",
    "InstanceRefresh",
    "Launch",
    "ReplaceUnhealthy",
    "ScheduledActions",
    "Terminate",
)
METRICS = (
    "GroupMinSize", "GroupMaxSize", "GroupDesiredCapacity", "GroupInServiceInstances", "GroupPendingInstances",
    "GroupStandbyInstances", "GroupTerminatingInstances", "GroupTotalInstances", "GroupInServiceCapacity", "GroupPendingCapacity",
    "GroupStandbyCapacity", "GroupTerminatingCapacity", "GroupTotalCapacity", "WarmPoolDesiredCapacity", "WarmPoolWarmedCapacity",
    "WarmPoolPendingCapacity", "WarmPoolTerminatingCapacity", "WarmPoolTotalCapacity", "GroupAndWarmPoolDesiredCapacity",
    "GroupAndWarmPoolTotalCapacity",
)  # fmt: skip
NOTIFICATIONS = (
    "autoscaling:EC2_INSTANCE_LAUNCH", "autoscaling:EC2_INSTANCE_LAUNCH_ERROR", "autoscaling:EC2_INSTANCE_TERMINATE",
    "autoscaling:EC2_INSTANCE_TERMINATE_ERROR", "autoscaling:TEST_NOTIFICATION",
)  # fmt: skip


@operation("SuspendProcesses")
def suspend(scope: Scope, request: dict) -> None:
    group = store(scope).group(request["AutoScalingGroupName"])
    for name in _processes(request):
        group.suspended[name] = {
            "ProcessName": name,
            "SuspensionReason": f"User suspended at {now():%Y-%m-%dT%H:%M:%SZ}",
        }


@operation("ResumeProcesses")
def resume(scope: Scope, request: dict) -> None:
    group = store(scope).group(request["AutoScalingGroupName"])
    for name in _processes(request):
        group.suspended.pop(name, None)
    reconcile(group)


def _processes(request: dict) -> list[str]:
    names = request.get("ScalingProcesses") or list(PROCESSES)
    if unknown := [name for name in names if name not in PROCESSES]:
        raise aws_error("ValidationError", f"{unknown[0]} is not a valid scaling process")
    return names


@operation("EnableMetricsCollection")
def enable_metrics(scope: Scope, request: dict) -> None:
    group = store(scope).group(request["AutoScalingGroupName"])
    names = request.get("Metrics") or list(METRICS)
    if unknown := [name for name in names if name not in METRICS]:
        raise aws_error("ValidationError", f"{unknown[0]} is not a valid metric type")
    enabled = {each["Metric"]: each for each in group.fields["EnabledMetrics"]}
    enabled |= {name: {"Metric": name, "Granularity": request["Granularity"]} for name in names}
    group.fields["EnabledMetrics"] = list(enabled.values())


@operation("DisableMetricsCollection")
def disable_metrics(scope: Scope, request: dict) -> None:
    group = store(scope).group(request["AutoScalingGroupName"])
    names = request.get("Metrics") or list(METRICS)
    group.fields["EnabledMetrics"] = [each for each in group.fields["EnabledMetrics"] if each["Metric"] not in names]


@operation("PutNotificationConfiguration")
def put_notification(scope: Scope, request: dict) -> None:
    group, topic = store(scope).group(request["AutoScalingGroupName"]), request["TopicARN"]
    kept = [each for each in group.notifications if each["TopicARN"] != topic]
    new = [
        {"AutoScalingGroupName": group.name, "TopicARN": topic, "NotificationType": kind}
        for kind in request["NotificationTypes"]
    ]
    group.notifications = kept + new


@operation("DescribeNotificationConfigurations")
def describe_notifications(scope: Scope, request: dict) -> dict:
    names = request.get("AutoScalingGroupNames")
    groups = [group for group in store(scope).groups.values() if not names or group.name in names]
    return {"NotificationConfigurations": [each for group in groups for each in group.notifications]}


@operation("DeleteNotificationConfiguration")
def delete_notification(scope: Scope, request: dict) -> None:
    group = store(scope).group(request["AutoScalingGroupName"])
    group.notifications = [each for each in group.notifications if each["TopicARN"] != request["TopicARN"]]


@operation("PutWarmPool")
def put_warm_pool(scope: Scope, request: dict) -> None:
    """Keeps the configuration; the pool itself stays empty."""
    group = store(scope).group(request["AutoScalingGroupName"])
    if "MixedInstancesPolicy" in group.fields:
        raise aws_error(
            "ValidationError", "You can't add a warm pool to an Auto Scaling group that has a mixed instances policy."
        )
    pool = {"MinSize": 0, "PoolState": "Stopped"} | (group.warm_pool or {})
    group.warm_pool = pool | {
        name: request[name]
        for name in ("MaxGroupPreparedCapacity", "MinSize", "PoolState", "InstanceReusePolicy")
        if name in request
    }


@operation("DescribeWarmPool")
def describe_warm_pool(scope: Scope, request: dict) -> dict:
    pool = store(scope).group(request["AutoScalingGroupName"]).warm_pool
    return {"WarmPoolConfiguration": pool, "Instances": []} if pool is not None else {"Instances": []}


@operation("DeleteWarmPool")
def delete_warm_pool(scope: Scope, request: dict) -> None:
    store(scope).group(request["AutoScalingGroupName"]).warm_pool = None


@operation("DescribeAccountLimits")
def limits(scope: Scope, request: dict) -> dict:
    known = store(scope)
    return {
        "MaxNumberOfAutoScalingGroups": 500,
        "MaxNumberOfLaunchConfigurations": 200,
        "NumberOfAutoScalingGroups": len(known.groups),
        "NumberOfLaunchConfigurations": 0,
    }


@operation("DescribeLaunchConfigurations")
def launch_configurations(scope: Scope, request: dict) -> dict:
    """Answers that there are none: new accounts cannot make any."""
    return {"LaunchConfigurations": []}


@operation("DescribeScalingProcessTypes")
def process_types(scope: Scope, request: dict) -> dict:
    return {"Processes": [{"ProcessName": name} for name in PROCESSES]}


@operation("DescribeMetricCollectionTypes")
def metric_types(scope: Scope, request: dict) -> dict:
    return {"Metrics": [{"Metric": name} for name in METRICS], "Granularities": [{"Granularity": "1Minute"}]}


@operation("DescribeTerminationPolicyTypes")
def termination_policies(scope: Scope, request: dict) -> dict:
    names = [
        "AllocationStrategy",
        "ClosestToNextInstanceHour",
        "Default",
        "NewestInstance",
        "OldestInstance",
        "OldestLaunchConfiguration",
        "OldestLaunchTemplate",
    ]
    return {"TerminationPolicyTypes": names}


@operation("DescribeAutoScalingNotificationTypes")
def notification_types(scope: Scope, request: dict) -> dict:
    return {"AutoScalingNotificationTypes": list(NOTIFICATIONS)}
