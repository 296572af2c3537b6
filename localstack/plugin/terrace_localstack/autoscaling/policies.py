"""Scaling policies; target tracking makes and deletes its CloudWatch alarms.

https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_PutScalingPolicy.html
"""

import copy
from uuid import uuid4

from terrace_localstack.autoscaling.capacity import reconcile
from terrace_localstack.autoscaling.store import Group, operation, store
from terrace_localstack.native import Scope
from terrace_localstack.runtime import aws_error, invoke

METRICS = {
    "ASGAverageCPUUtilization": ("AWS/EC2", "CPUUtilization"),
    "ASGAverageNetworkIn": ("AWS/EC2", "NetworkIn"),
    "ASGAverageNetworkOut": ("AWS/EC2", "NetworkOut"),
    "ALBRequestCountPerTarget": ("AWS/ApplicationELB", "RequestCountPerTarget"),
}
FIELDS = (
    "AdjustmentType", "MinAdjustmentStep", "MinAdjustmentMagnitude", "ScalingAdjustment", "Cooldown", "MetricAggregationType",
    "StepAdjustments", "EstimatedInstanceWarmup", "TargetTrackingConfiguration", "PredictiveScalingConfiguration",
)  # fmt: skip


@operation("PutScalingPolicy")
def put(scope: Scope, request: dict) -> dict:
    group, name = store(scope).group(request["AutoScalingGroupName"]), request["PolicyName"]
    kind = request.get("PolicyType", "SimpleScaling")
    _check(request, kind)
    old = group.policies.get(name)
    arn = (
        old["PolicyARN"]
        if old
        else scope.arn("autoscaling", f"scalingPolicy:{uuid4()}:autoScalingGroupName/{group.name}:policyName/{name}")
    )
    policy = {
        "AutoScalingGroupName": group.name,
        "PolicyName": name,
        "PolicyARN": arn,
        "PolicyType": kind,
        "Enabled": request.get("Enabled", True),
        "Alarms": [],
    }
    policy |= copy.deepcopy({field: request[field] for field in FIELDS if field in request})
    if kind == "StepScaling":
        policy.setdefault("MetricAggregationType", "Average")
    if kind == "TargetTrackingScaling":
        policy["TargetTrackingConfiguration"].setdefault("DisableScaleIn", False)
    if kind == "PredictiveScaling":
        defaults = {"Mode": "ForecastOnly", "MaxCapacityBreachBehavior": "HonorMaxCapacity"}
        policy["PredictiveScalingConfiguration"] = defaults | policy["PredictiveScalingConfiguration"]
    if old:
        delete_alarms(scope, old)
    if kind == "TargetTrackingScaling":
        policy["Alarms"] = _make_alarms(scope, group, policy)
    group.policies[name] = policy
    return {"PolicyARN": arn, "Alarms": policy["Alarms"]}


def _check(request: dict, kind: str) -> None:
    needed = {"StepScaling": "StepAdjustments", "TargetTrackingScaling": "TargetTrackingConfiguration",
              "PredictiveScaling": "PredictiveScalingConfiguration", "SimpleScaling": "ScalingAdjustment"}  # fmt: skip
    if kind not in needed:
        raise aws_error("ValidationError", f"{kind} is not a valid policy type")
    if needed[kind] not in request:
        raise aws_error("ValidationError", f"{needed[kind]} is required for {kind} policies")
    if kind in ("StepScaling", "SimpleScaling") and "AdjustmentType" not in request:
        raise aws_error("ValidationError", f"AdjustmentType is required for {kind} policies")
    tracking = request.get("TargetTrackingConfiguration", {})
    if tracking:
        if ("PredefinedMetricSpecification" in tracking) == ("CustomizedMetricSpecification" in tracking):
            raise aws_error(
                "ValidationError", "Exactly one of predefined and customized metric specification must be given"
            )
        metric = tracking.get("PredefinedMetricSpecification", {})
        if metric.get("PredefinedMetricType") == "ALBRequestCountPerTarget" and not metric.get("ResourceLabel"):
            raise aws_error("ValidationError", "Resource label is needed for ALBRequestCountPerTarget")
        if request.get("Cooldown") is not None:
            raise aws_error("ValidationError", "Cooldown cannot be set for target tracking policies")


def _make_alarms(scope: Scope, group: Group, policy: dict) -> list[dict]:
    tracking = policy["TargetTrackingConfiguration"]
    sides = [("AlarmHigh", "GreaterThanThreshold", tracking["TargetValue"], 3)]
    if not tracking["DisableScaleIn"]:
        sides.append(("AlarmLow", "LessThanThreshold", tracking["TargetValue"] * 0.9, 15))
    return [_make_alarm(scope, group, policy, *side) for side in sides]


def _make_alarm(
    scope: Scope, group: Group, policy: dict, side: str, comparison: str, threshold: float, periods: int
) -> dict:
    tracking = policy["TargetTrackingConfiguration"]
    predefined, custom = (
        tracking.get("PredefinedMetricSpecification"),
        tracking.get("CustomizedMetricSpecification", {}),
    )
    namespace, metric = METRICS.get((predefined or {}).get("PredefinedMetricType"), ("", ""))
    name = f"TargetTracking-{group.name}-{side}-{uuid4()}"
    parameters = {
        "AlarmName": name,
        "AlarmDescription": f"DO NOT EDIT OR DELETE. For TargetTrackingScaling policy {policy['PolicyARN']}.",
        "AlarmActions": [policy["PolicyARN"]],
        "Namespace": custom.get("Namespace", namespace),
        "MetricName": custom.get("MetricName", metric),
        "Statistic": custom.get("Statistic", "Sum" if metric == "RequestCountPerTarget" else "Average"),
        "Dimensions": custom.get("Dimensions", [{"Name": "AutoScalingGroupName", "Value": group.name}]),
        "Period": 60,
        "EvaluationPeriods": periods,
        "Threshold": threshold,
        "ComparisonOperator": comparison,
    }
    if "Metrics" in custom:
        for field in ("Namespace", "MetricName", "Statistic", "Dimensions", "Period"):
            del parameters[field]
        parameters["Metrics"] = [_query(each) for each in custom["Metrics"]]
    invoke(scope.account, scope.region, "cloudwatch", "PutMetricAlarm", **parameters)
    return {"AlarmName": name, "AlarmARN": scope.arn("cloudwatch", f"alarm:{name}")}


def _query(metric: dict) -> dict:
    """Returns a metric of a policy as an alarm wants it, which needs a period."""
    query = copy.deepcopy(metric)
    if "MetricStat" in query:
        query["MetricStat"].setdefault("Period", 60)
    return query


def delete_alarms(scope: Scope, policy: dict) -> None:
    if names := [alarm["AlarmName"] for alarm in policy["Alarms"]]:
        invoke(scope.account, scope.region, "cloudwatch", "DeleteAlarms", AlarmNames=names)


@operation("DescribePolicies")
def describe(scope: Scope, request: dict) -> dict:
    """Answers for one group, or for the whole account."""
    groups = store(scope).groups
    chosen = (
        [store(scope).group(request["AutoScalingGroupName"])]
        if request.get("AutoScalingGroupName")
        else groups.values()
    )
    policies = [policy for group in chosen for policy in group.policies.values()]
    if names := request.get("PolicyNames"):
        policies = [policy for policy in policies if policy["PolicyName"] in names or policy["PolicyARN"] in names]
    if kinds := request.get("PolicyTypes"):
        policies = [policy for policy in policies if policy["PolicyType"] in kinds]
    return {"ScalingPolicies": policies}


@operation("DeletePolicy")
def delete(scope: Scope, request: dict) -> None:
    group, policy = _find(scope, request.get("AutoScalingGroupName"), request["PolicyName"])
    delete_alarms(scope, policy)
    del group.policies[policy["PolicyName"]]


def _find(scope: Scope, group_name: str | None, name: str) -> tuple[Group, dict]:
    for group in store(scope).groups.values():
        for policy in group.policies.values():
            if name == policy["PolicyARN"] or (name == policy["PolicyName"] and group_name == group.name):
                return group, policy
    raise aws_error("ValidationError", f"PolicyName or ARN {name} not found")


@operation("ExecutePolicy")
def execute(scope: Scope, request: dict) -> None:
    group, policy = _find(scope, request.get("AutoScalingGroupName"), request["PolicyName"])
    if policy["PolicyType"] == "SimpleScaling":
        adjustment = policy["ScalingAdjustment"]
    elif policy["PolicyType"] == "StepScaling":
        adjustment = _step(policy, request["MetricValue"] - request["BreachThreshold"])
    else:
        raise aws_error("ValidationError", f"Policies of type {policy['PolicyType']} cannot be executed")
    current = group.desired
    if policy["AdjustmentType"] == "ExactCapacity":
        wanted = adjustment
    elif policy["AdjustmentType"] == "PercentChangeInCapacity":
        change = max(abs(int(current * adjustment / 100)), policy.get("MinAdjustmentMagnitude", 1))
        wanted = current + (change if adjustment > 0 else -change)
    else:
        wanted = current + adjustment
    group.fields["DesiredCapacity"] = min(max(wanted, group.fields["MinSize"]), group.fields["MaxSize"])
    reconcile(
        group,
        f"a user request executed policy {policy['PolicyName']} changing the desired capacity from {current} to {group.desired}.",
    )


def _step(policy: dict, breach: float) -> int:
    for step in policy["StepAdjustments"]:
        low, high = step.get("MetricIntervalLowerBound"), step.get("MetricIntervalUpperBound")
        if (low is None or breach >= low) and (high is None or breach < high):
            return step["ScalingAdjustment"]
    raise aws_error("ValidationError", "There are no step adjustments for this metric value")


@operation("DescribeAdjustmentTypes")
def adjustment_types(scope: Scope, request: dict) -> dict:
    return {
        "AdjustmentTypes": [
            {"AdjustmentType": name} for name in ("ChangeInCapacity", "ExactCapacity", "PercentChangeInCapacity")
        ]
    }
