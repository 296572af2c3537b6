"""Auto Scaling: mixed instances, refreshes, schedules, policies, hooks, processes."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from conftest import create_group, eventually, find_group, live, raises


def mixed(site, **distribution):
    return {
        "LaunchTemplate": {
            "LaunchTemplateSpecification": {"LaunchTemplateId": site["template"], "Version": "$Latest"},
            "Overrides": [{"InstanceType": name} for name in ("t3.small", "t3a.small", "t2.small")],
        },
        "InstancesDistribution": distribution,
    }


def test_mixed_instances_round_trip_and_spot(aws, site):
    policy = mixed(
        site,
        OnDemandBaseCapacity=2,
        OnDemandPercentageAboveBaseCapacity=0,
        SpotAllocationStrategy="price-capacity-optimized",
    )
    create_group(aws, site, LaunchTemplate=None, MixedInstancesPolicy=policy, DesiredCapacity=4)
    found = find_group(aws)["MixedInstancesPolicy"]
    assert found["InstancesDistribution"] == {
        "OnDemandAllocationStrategy": "prioritized", "OnDemandBaseCapacity": 2, "OnDemandPercentageAboveBaseCapacity": 0,
        "SpotAllocationStrategy": "price-capacity-optimized",
    }  # fmt: skip
    assert [each["InstanceType"] for each in found["LaunchTemplate"]["Overrides"]] == [
        "t3.small",
        "t3a.small",
        "t2.small",
    ]
    instances = live(aws)
    assert sorted(each.get("InstanceLifecycle", "on-demand") for each in instances) == [
        "on-demand",
        "on-demand",
        "spot",
        "spot",
    ]
    aws.autoscaling.update_auto_scaling_group(
        AutoScalingGroupName="g", MixedInstancesPolicy={"InstancesDistribution": {"OnDemandBaseCapacity": 3}}
    )
    found = find_group(aws)["MixedInstancesPolicy"]
    assert found["InstancesDistribution"]["OnDemandBaseCapacity"] == 3
    assert found["InstancesDistribution"]["SpotAllocationStrategy"] == "price-capacity-optimized"
    aws.autoscaling.update_auto_scaling_group(
        AutoScalingGroupName="g", LaunchTemplate={"LaunchTemplateId": site["template"], "Version": "1"}
    )
    assert "MixedInstancesPolicy" not in find_group(aws)


def test_mixed_instances_defaults_weights_and_refusals(aws, site):
    policy = mixed(site)
    for override in policy["LaunchTemplate"]["Overrides"]:
        override["WeightedCapacity"] = "2"
    create_group(aws, site, LaunchTemplate=None, MixedInstancesPolicy=policy, DesiredCapacity=4)
    assert find_group(aws)["MixedInstancesPolicy"]["InstancesDistribution"] == {
        "OnDemandAllocationStrategy": "prioritized", "OnDemandBaseCapacity": 0, "OnDemandPercentageAboveBaseCapacity": 100,
        "SpotAllocationStrategy": "lowest-price", "SpotInstancePools": 2,
    }  # fmt: skip
    assert [each["WeightedCapacity"] for each in find_group(aws)["Instances"]] == ["2", "2"]
    with raises("ValidationError"):
        create_group(
            aws,
            site,
            "h",
            LaunchTemplate=None,
            MixedInstancesPolicy=mixed(site, SpotAllocationStrategy="capacity-optimized", SpotInstancePools=3),
        )


def test_instance_refresh_replaces_instances(aws, site):
    create_group(aws, site, DesiredCapacity=3)
    before = {each["InstanceId"] for each in live(aws)}
    aws.ec2.create_launch_template_version(
        LaunchTemplateId=site["template"], LaunchTemplateData={"ImageId": aws.image(), "InstanceType": "t3.small"}
    )
    identity = aws.autoscaling.start_instance_refresh(
        AutoScalingGroupName="g", Preferences={"MinHealthyPercentage": 50}
    )["InstanceRefreshId"]
    (refresh,) = aws.autoscaling.describe_instance_refreshes(AutoScalingGroupName="g", InstanceRefreshIds=[identity])[
        "InstanceRefreshes"
    ]
    assert (refresh["Status"], refresh["PercentageComplete"]) == ("Successful", 100)
    after = live(aws)
    assert len(after) == 3 and not before & {each["InstanceId"] for each in after}
    assert {each["InstanceType"] for each in after} == {"t3.small"}
    with raises("ActiveInstanceRefreshNotFound"):
        aws.autoscaling.cancel_instance_refresh(AutoScalingGroupName="g")


def test_instance_refresh_takes_a_while_and_can_be_cancelled(aws, site, slow):
    create_group(aws, site, DesiredCapacity=2)
    eventually(lambda: [each["LifecycleState"] for each in find_group(aws)["Instances"]] == ["InService"] * 2)
    aws.autoscaling.start_instance_refresh(AutoScalingGroupName="g")
    with raises("InstanceRefreshInProgress"):
        aws.autoscaling.start_instance_refresh(AutoScalingGroupName="g")

    def status():
        return aws.autoscaling.describe_instance_refreshes(AutoScalingGroupName="g")["InstanceRefreshes"][0]["Status"]

    eventually(lambda: status() == "InProgress")
    aws.autoscaling.cancel_instance_refresh(AutoScalingGroupName="g")
    eventually(lambda: status() == "Cancelled")


def test_scheduled_action_has_arn_and_next_start_in_its_time_zone(aws, site):
    create_group(aws, site)
    aws.autoscaling.put_scheduled_update_group_action(
        AutoScalingGroupName="g",
        ScheduledActionName="morning",
        Recurrence="0 9 * * 1-5",
        TimeZone="Europe/Berlin",
        DesiredCapacity=2,
    )
    (action,) = aws.autoscaling.describe_scheduled_actions()["ScheduledUpdateGroupActions"]
    start = action["StartTime"].astimezone(ZoneInfo("Europe/Berlin"))
    assert (start.hour, start.minute) == (9, 0) and start.isoweekday() <= 5 and start > datetime.now(UTC)
    assert ":scheduledUpdateGroupAction:" in action["ScheduledActionARN"]
    assert (action["TimeZone"], action["Recurrence"], action["DesiredCapacity"]) == ("Europe/Berlin", "0 9 * * 1-5", 2)
    assert not {"MinSize", "MaxSize"} & set(action)
    aws.autoscaling.put_scheduled_update_group_action(
        AutoScalingGroupName="g", ScheduledActionName="morning", Recurrence="0 10 * * *", MinSize=1
    )
    (action,) = aws.autoscaling.describe_scheduled_actions(AutoScalingGroupName="g")["ScheduledUpdateGroupActions"]
    assert action["MinSize"] == 1 and "DesiredCapacity" not in action and "TimeZone" not in action
    aws.autoscaling.delete_scheduled_action(AutoScalingGroupName="g", ScheduledActionName="morning")
    with raises("ValidationError"):
        aws.autoscaling.delete_scheduled_action(AutoScalingGroupName="g", ScheduledActionName="morning")


@pytest.mark.parametrize(
    "wrong",
    [
        {"Recurrence": "61 * * * *", "MinSize": 1},
        {"Recurrence": "0 9 * * *"},
        {"MinSize": 1},
        {"Recurrence": "0 9 * * *", "TimeZone": "Mars/Base", "MinSize": 1},
    ],
)
def test_scheduled_action_refuses(aws, site, wrong):
    create_group(aws, site)
    with raises("ValidationError"):
        aws.autoscaling.put_scheduled_update_group_action(AutoScalingGroupName="g", ScheduledActionName="a", **wrong)


def test_scheduled_action_fires(aws, site):
    create_group(aws, site)
    start = datetime.now(UTC) + timedelta(seconds=2)
    aws.autoscaling.put_scheduled_update_group_action(
        AutoScalingGroupName="g", ScheduledActionName="soon", StartTime=start, MinSize=1, MaxSize=3, DesiredCapacity=2
    )
    eventually(lambda: find_group(aws)["DesiredCapacity"] == 2)
    assert (find_group(aws)["MinSize"], find_group(aws)["MaxSize"], len(live(aws))) == (1, 3, 2)
    assert aws.autoscaling.describe_scheduled_actions()["ScheduledUpdateGroupActions"] == []


def test_policies(aws, site):
    create_group(aws, site)
    aws.autoscaling.put_scaling_policy(
        AutoScalingGroupName="g", PolicyName="cpu", PolicyType="TargetTrackingScaling",
        TargetTrackingConfiguration={"PredefinedMetricSpecification": {"PredefinedMetricType": "ASGAverageCPUUtilization"}, "TargetValue": 50.0},
    )  # fmt: skip
    aws.autoscaling.put_scaling_policy(
        AutoScalingGroupName="g", PolicyName="step", PolicyType="StepScaling", AdjustmentType="ChangeInCapacity",
        StepAdjustments=[{"MetricIntervalLowerBound": 0.0, "ScalingAdjustment": 2}], EstimatedInstanceWarmup=60,
    )  # fmt: skip
    aws.autoscaling.put_scaling_policy(
        AutoScalingGroupName="g", PolicyName="simple", AdjustmentType="ExactCapacity", ScalingAdjustment=3, Cooldown=9
    )
    aws.autoscaling.put_scaling_policy(
        AutoScalingGroupName="g", PolicyName="foresee", PolicyType="PredictiveScaling",
        PredictiveScalingConfiguration={"MetricSpecifications": [{"TargetValue": 40.0, "PredefinedMetricPairSpecification": {"PredefinedMetricType": "ASGCPUUtilization"}}]},
    )  # fmt: skip
    found = {policy["PolicyName"]: policy for policy in aws.autoscaling.describe_policies()["ScalingPolicies"]}
    assert set(found) == {"cpu", "step", "simple", "foresee"}
    assert found["cpu"]["TargetTrackingConfiguration"]["DisableScaleIn"] is False
    assert len(found["cpu"]["Alarms"]) == 2
    assert found["step"]["MetricAggregationType"] == "Average"
    assert found["foresee"]["PredictiveScalingConfiguration"]["Mode"] == "ForecastOnly"
    names = [alarm["AlarmName"] for alarm in found["cpu"]["Alarms"]]
    assert len(aws.cloudwatch.describe_alarms(AlarmNames=names)["MetricAlarms"]) == 2
    aws.autoscaling.execute_policy(AutoScalingGroupName="g", PolicyName="simple")
    assert find_group(aws)["DesiredCapacity"] == 3
    aws.autoscaling.delete_policy(AutoScalingGroupName="g", PolicyName="cpu")
    assert aws.cloudwatch.describe_alarms(AlarmNames=names)["MetricAlarms"] == []
    with raises("ValidationError"):
        aws.autoscaling.delete_policy(AutoScalingGroupName="g", PolicyName="cpu")


def test_lifecycle_hook_holds_an_instance(aws, site):
    create_group(aws, site)
    aws.autoscaling.put_lifecycle_hook(
        AutoScalingGroupName="g", LifecycleHookName="h", LifecycleTransition="autoscaling:EC2_INSTANCE_LAUNCHING"
    )
    (hook,) = aws.autoscaling.describe_lifecycle_hooks(AutoScalingGroupName="g")["LifecycleHooks"]
    assert (hook["HeartbeatTimeout"], hook["DefaultResult"], hook["GlobalTimeout"]) == (3600, "ABANDON", 172800)
    aws.autoscaling.set_desired_capacity(AutoScalingGroupName="g", DesiredCapacity=1)
    (instance,) = find_group(aws)["Instances"]
    assert instance["LifecycleState"] == "Pending:Wait"
    aws.autoscaling.complete_lifecycle_action(
        AutoScalingGroupName="g",
        LifecycleHookName="h",
        InstanceId=instance["InstanceId"],
        LifecycleActionResult="CONTINUE",
    )
    assert find_group(aws)["Instances"][0]["LifecycleState"] == "InService"
    aws.autoscaling.delete_lifecycle_hook(AutoScalingGroupName="g", LifecycleHookName="h")
    assert aws.autoscaling.describe_lifecycle_hooks(AutoScalingGroupName="g")["LifecycleHooks"] == []


def test_processes_metrics_and_tags(aws, site):
    create_group(aws, site, Tags=[{"Key": "a", "Value": "1", "PropagateAtLaunch": True}])
    aws.autoscaling.suspend_processes(AutoScalingGroupName="g", ScalingProcesses=["Launch"])
    assert [each["ProcessName"] for each in find_group(aws)["SuspendedProcesses"]] == ["Launch"]
    aws.autoscaling.set_desired_capacity(AutoScalingGroupName="g", DesiredCapacity=1)
    assert live(aws) == []
    aws.autoscaling.resume_processes(AutoScalingGroupName="g", ScalingProcesses=["Launch"])
    assert len(live(aws)) == 1
    aws.autoscaling.enable_metrics_collection(AutoScalingGroupName="g", Metrics=["GroupMinSize"], Granularity="1Minute")
    assert find_group(aws)["EnabledMetrics"] == [{"Metric": "GroupMinSize", "Granularity": "1Minute"}]
    tag = {
        "ResourceId": "g",
        "ResourceType": "auto-scaling-group",
        "Key": "b",
        "Value": "2",
        "PropagateAtLaunch": False,
    }
    aws.autoscaling.create_or_update_tags(Tags=[tag])
    aws.autoscaling.delete_tags(Tags=[{"ResourceId": "g", "ResourceType": "auto-scaling-group", "Key": "a"}])
    assert aws.autoscaling.describe_tags(Filters=[{"Name": "auto-scaling-group", "Values": ["g"]}])["Tags"] == [tag]
    found = aws.autoscaling.describe_auto_scaling_groups(Filters=[{"Name": "tag:b", "Values": ["2"]}])[
        "AutoScalingGroups"
    ]
    assert [each["AutoScalingGroupName"] for each in found] == ["g"]
