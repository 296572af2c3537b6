"""Auto Scaling: fields round-trip, instances come and go, refreshes replace, schedules fire."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from conftest import eventually, raises


@pytest.fixture
def site(aws):
    """A VPC, two subnets, a launch template and a target group behind a load balancer."""
    vpc, subnets = aws.network()
    template = aws.ec2.create_launch_template(
        LaunchTemplateName="template", LaunchTemplateData={"ImageId": aws.image(), "InstanceType": "t3.micro"}
    )["LaunchTemplate"]["LaunchTemplateId"]
    group = aws.elbv2.create_target_group(Name="tg", Protocol="HTTP", Port=80, VpcId=vpc)["TargetGroups"][0]["TargetGroupArn"]
    balancer = aws.elbv2.create_load_balancer(Name="lb", Subnets=subnets)["LoadBalancers"][0]["LoadBalancerArn"]
    aws.elbv2.create_listener(
        LoadBalancerArn=balancer, Protocol="HTTP", Port=80, DefaultActions=[{"Type": "forward", "TargetGroupArn": group}]
    )
    return {"vpc": vpc, "subnets": subnets, "template": template, "group": group}


def create(aws, site, name="g", **more):
    parameters = {
        "AutoScalingGroupName": name,
        "MinSize": 0,
        "MaxSize": 4,
        "VPCZoneIdentifier": ",".join(site["subnets"]),
        "LaunchTemplate": {"LaunchTemplateId": site["template"], "Version": "$Latest"},
    }
    parameters |= more
    aws.autoscaling.create_auto_scaling_group(**{key: value for key, value in parameters.items() if value is not None})


def group_of(aws, name="g"):
    return aws.autoscaling.describe_auto_scaling_groups(AutoScalingGroupNames=[name])["AutoScalingGroups"][0]


def live(aws):
    reservations = aws.ec2.describe_instances(Filters=[{"Name": "instance-state-name", "Values": ["pending", "running"]}])["Reservations"]
    return [instance for reservation in reservations for instance in reservation["Instances"]]


def targets(aws, site):
    return aws.elbv2.describe_target_health(TargetGroupArn=site["group"])["TargetHealthDescriptions"]


def test_every_field_round_trips(aws, site):
    fields = {
        "DefaultCooldown": 77,
        "HealthCheckType": "ELB",
        "HealthCheckGracePeriod": 33,
        "TerminationPolicies": ["OldestInstance"],
        "NewInstancesProtectedFromScaleIn": True,
        "MaxInstanceLifetime": 604800,
        "CapacityRebalance": True,
        "DefaultInstanceWarmup": 44,
        "InstanceMaintenancePolicy": {"MinHealthyPercentage": 100, "MaxHealthyPercentage": 110},
        "TargetGroupARNs": [site["group"]],
        "AvailabilityZoneDistribution": {"CapacityDistributionStrategy": "balanced-only"},
    }
    create(aws, site, **fields)
    found = group_of(aws)
    assert {name: found[name] for name in fields} == fields
    assert found["LaunchTemplate"] == {"LaunchTemplateId": site["template"], "LaunchTemplateName": "template", "Version": "$Latest"}
    changes = {
        "DefaultCooldown": 88,
        "HealthCheckType": "EC2",
        "HealthCheckGracePeriod": 34,
        "TerminationPolicies": ["NewestInstance", "Default"],
        "NewInstancesProtectedFromScaleIn": False,
        "MaxInstanceLifetime": 86400,
        "CapacityRebalance": False,
        "DefaultInstanceWarmup": 45,
        "InstanceMaintenancePolicy": {"MinHealthyPercentage": 90, "MaxHealthyPercentage": 120},
    }
    aws.autoscaling.update_auto_scaling_group(AutoScalingGroupName="g", **changes)
    found = group_of(aws)
    assert {name: found[name] for name in changes} == changes
    aws.autoscaling.update_auto_scaling_group(AutoScalingGroupName="g", MaxInstanceLifetime=0, DefaultInstanceWarmup=-1)
    assert not {"MaxInstanceLifetime", "DefaultInstanceWarmup"} & set(group_of(aws))


def test_defaults(aws, site):
    create(aws, site)
    found = group_of(aws)
    expected = {"DefaultCooldown": 300, "HealthCheckType": "EC2", "HealthCheckGracePeriod": 0, "TerminationPolicies": ["Default"],
                "DesiredCapacity": 0, "NewInstancesProtectedFromScaleIn": False, "SuspendedProcesses": [], "EnabledMetrics": []}  # fmt: skip
    assert {name: found[name] for name in expected} == expected
    assert not {"MaxInstanceLifetime", "DefaultInstanceWarmup", "CapacityRebalance", "WarmPoolConfiguration"} & set(found)


def test_instances_follow_desired_capacity_and_targets_follow_instances(aws, site):
    create(aws, site, DesiredCapacity=4, TargetGroupARNs=[site["group"]], Tags=[
        {"Key": "a", "Value": "1", "PropagateAtLaunch": True}, {"Key": "b", "Value": "2", "PropagateAtLaunch": False}])  # fmt: skip
    instances = live(aws)
    assert len(instances) == 4
    assert sorted(instance["SubnetId"] for instance in instances) == sorted(site["subnets"] * 2)
    assert {tag["Key"]: tag["Value"] for tag in instances[0]["Tags"]}.items() >= {"a": "1", "aws:autoscaling:groupName": "g"}.items()
    assert "b" not in {tag["Key"] for tag in instances[0]["Tags"]}
    assert [each["LifecycleState"] for each in group_of(aws)["Instances"]] == ["InService"] * 4
    assert [each["TargetHealth"]["State"] for each in targets(aws, site)] == ["healthy"] * 4
    aws.autoscaling.set_desired_capacity(AutoScalingGroupName="g", DesiredCapacity=1)
    assert len(live(aws)) == len(targets(aws, site)) == len(group_of(aws)["Instances"]) == 1
    with raises("ValidationError"):
        aws.autoscaling.set_desired_capacity(AutoScalingGroupName="g", DesiredCapacity=9)
    aws.autoscaling.detach_load_balancer_target_groups(AutoScalingGroupName="g", TargetGroupARNs=[site["group"]])
    assert targets(aws, site) == []
    aws.autoscaling.attach_traffic_sources(AutoScalingGroupName="g", TrafficSources=[{"Identifier": site["group"], "Type": "elbv2"}])
    assert len(targets(aws, site)) == 1
    assert aws.autoscaling.describe_traffic_sources(AutoScalingGroupName="g")["TrafficSources"][0]["State"] == "InService"
    assert aws.autoscaling.describe_scaling_activities(AutoScalingGroupName="g")["Activities"]


def test_a_terminated_instance_is_replaced(aws, site):
    create(aws, site, DesiredCapacity=1)
    (first,) = live(aws)
    aws.ec2.terminate_instances(InstanceIds=[first["InstanceId"]])
    (second,) = live(aws)
    assert second["InstanceId"] != first["InstanceId"]
    assert [each["InstanceId"] for each in group_of(aws)["Instances"]] == [second["InstanceId"]]


def test_delete_with_and_without_force(aws, site):
    create(aws, site, DesiredCapacity=2)
    with raises("ResourceInUse"):
        aws.autoscaling.delete_auto_scaling_group(AutoScalingGroupName="g")
    aws.autoscaling.delete_auto_scaling_group(AutoScalingGroupName="g", ForceDelete=True)
    assert aws.autoscaling.describe_auto_scaling_groups()["AutoScalingGroups"] == []
    assert live(aws) == []


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"LaunchTemplate": {"LaunchTemplateId": "lt-0123456789abcdef0"}}, "ValidationError"),
        ({"VPCZoneIdentifier": "subnet-0123456789abcdef0"}, "ValidationError"),
        ({"MinSize": 5}, "ValidationError"),
        ({"DesiredCapacity": 9}, "ValidationError"),
        ({"LaunchTemplate": None}, "ValidationError"),
        ({"VPCZoneIdentifier": None}, "ValidationError"),
        ({"TargetGroupARNs": ["arn:aws:elasticloadbalancing:us-east-1:1:targetgroup/none/0123456789abcdef"]}, "ValidationError"),
    ],
)
def test_create_refuses(aws, site, change, code):
    with raises(code):
        create(aws, site, **change)


def test_names_are_unique_and_unknown_groups_refused(aws, site):
    create(aws, site)
    with raises("AlreadyExists"):
        create(aws, site)
    with raises("ValidationError"):
        aws.autoscaling.delete_auto_scaling_group(AutoScalingGroupName="none")
    with raises("ValidationError"):
        aws.autoscaling.update_auto_scaling_group(AutoScalingGroupName="none", MinSize=1)


def mixed(site, **distribution):
    return {
        "LaunchTemplate": {
            "LaunchTemplateSpecification": {"LaunchTemplateId": site["template"], "Version": "$Latest"},
            "Overrides": [{"InstanceType": name} for name in ("t3.small", "t3a.small", "t2.small")],
        },
        "InstancesDistribution": distribution,
    }


def test_mixed_instances_round_trip_and_spot(aws, site):
    policy = mixed(site, OnDemandBaseCapacity=2, OnDemandPercentageAboveBaseCapacity=0, SpotAllocationStrategy="price-capacity-optimized")
    create(aws, site, LaunchTemplate=None, MixedInstancesPolicy=policy, DesiredCapacity=4)
    found = group_of(aws)["MixedInstancesPolicy"]
    assert found["InstancesDistribution"] == {
        "OnDemandAllocationStrategy": "prioritized", "OnDemandBaseCapacity": 2, "OnDemandPercentageAboveBaseCapacity": 0,
        "SpotAllocationStrategy": "price-capacity-optimized",
    }  # fmt: skip
    assert [each["InstanceType"] for each in found["LaunchTemplate"]["Overrides"]] == ["t3.small", "t3a.small", "t2.small"]
    instances = live(aws)
    assert sorted(each.get("InstanceLifecycle", "on-demand") for each in instances) == ["on-demand", "on-demand", "spot", "spot"]
    aws.autoscaling.update_auto_scaling_group(AutoScalingGroupName="g", MixedInstancesPolicy={"InstancesDistribution": {"OnDemandBaseCapacity": 3}})
    found = group_of(aws)["MixedInstancesPolicy"]
    assert found["InstancesDistribution"]["OnDemandBaseCapacity"] == 3
    assert found["InstancesDistribution"]["SpotAllocationStrategy"] == "price-capacity-optimized"
    aws.autoscaling.update_auto_scaling_group(AutoScalingGroupName="g", LaunchTemplate={"LaunchTemplateId": site["template"], "Version": "1"})
    assert "MixedInstancesPolicy" not in group_of(aws)


def test_mixed_instances_defaults_weights_and_refusals(aws, site):
    policy = mixed(site)
    for override in policy["LaunchTemplate"]["Overrides"]:
        override["WeightedCapacity"] = "2"
    create(aws, site, LaunchTemplate=None, MixedInstancesPolicy=policy, DesiredCapacity=4)
    assert group_of(aws)["MixedInstancesPolicy"]["InstancesDistribution"] == {
        "OnDemandAllocationStrategy": "prioritized", "OnDemandBaseCapacity": 0, "OnDemandPercentageAboveBaseCapacity": 100,
        "SpotAllocationStrategy": "lowest-price", "SpotInstancePools": 2,
    }  # fmt: skip
    assert [each["WeightedCapacity"] for each in group_of(aws)["Instances"]] == ["2", "2"]
    with raises("ValidationError"):
        create(aws, site, "h", LaunchTemplate=None, MixedInstancesPolicy=mixed(site, SpotAllocationStrategy="capacity-optimized", SpotInstancePools=3))


def test_instance_refresh_replaces_instances(aws, site):
    create(aws, site, DesiredCapacity=3)
    before = {each["InstanceId"] for each in live(aws)}
    aws.ec2.create_launch_template_version(LaunchTemplateId=site["template"], LaunchTemplateData={"ImageId": aws.image(), "InstanceType": "t3.small"})
    identity = aws.autoscaling.start_instance_refresh(AutoScalingGroupName="g", Preferences={"MinHealthyPercentage": 50})["InstanceRefreshId"]
    (refresh,) = aws.autoscaling.describe_instance_refreshes(AutoScalingGroupName="g", InstanceRefreshIds=[identity])["InstanceRefreshes"]
    assert (refresh["Status"], refresh["PercentageComplete"]) == ("Successful", 100)
    after = live(aws)
    assert len(after) == 3 and not before & {each["InstanceId"] for each in after}
    assert {each["InstanceType"] for each in after} == {"t3.small"}
    with raises("ActiveInstanceRefreshNotFound"):
        aws.autoscaling.cancel_instance_refresh(AutoScalingGroupName="g")


def test_instance_refresh_takes_a_while_and_can_be_cancelled(aws, site, slow):
    create(aws, site, DesiredCapacity=2)
    eventually(lambda: [each["LifecycleState"] for each in group_of(aws)["Instances"]] == ["InService"] * 2)
    aws.autoscaling.start_instance_refresh(AutoScalingGroupName="g")
    with raises("InstanceRefreshInProgress"):
        aws.autoscaling.start_instance_refresh(AutoScalingGroupName="g")

    def status():
        return aws.autoscaling.describe_instance_refreshes(AutoScalingGroupName="g")["InstanceRefreshes"][0]["Status"]

    eventually(lambda: status() == "InProgress")
    aws.autoscaling.cancel_instance_refresh(AutoScalingGroupName="g")
    eventually(lambda: status() == "Cancelled")


def test_scheduled_action_has_arn_and_next_start_in_its_time_zone(aws, site):
    create(aws, site)
    aws.autoscaling.put_scheduled_update_group_action(
        AutoScalingGroupName="g", ScheduledActionName="morning", Recurrence="0 9 * * 1-5", TimeZone="Europe/Berlin", DesiredCapacity=2
    )
    (action,) = aws.autoscaling.describe_scheduled_actions()["ScheduledUpdateGroupActions"]
    start = action["StartTime"].astimezone(ZoneInfo("Europe/Berlin"))
    assert (start.hour, start.minute) == (9, 0) and start.isoweekday() <= 5 and start > datetime.now(UTC)
    assert ":scheduledUpdateGroupAction:" in action["ScheduledActionARN"]
    assert (action["TimeZone"], action["Recurrence"], action["DesiredCapacity"]) == ("Europe/Berlin", "0 9 * * 1-5", 2)
    assert not {"MinSize", "MaxSize"} & set(action)
    aws.autoscaling.put_scheduled_update_group_action(AutoScalingGroupName="g", ScheduledActionName="morning", Recurrence="0 10 * * *", MinSize=1)
    (action,) = aws.autoscaling.describe_scheduled_actions(AutoScalingGroupName="g")["ScheduledUpdateGroupActions"]
    assert action["MinSize"] == 1 and "DesiredCapacity" not in action and "TimeZone" not in action
    aws.autoscaling.delete_scheduled_action(AutoScalingGroupName="g", ScheduledActionName="morning")
    with raises("ValidationError"):
        aws.autoscaling.delete_scheduled_action(AutoScalingGroupName="g", ScheduledActionName="morning")


@pytest.mark.parametrize("wrong", [{"Recurrence": "61 * * * *", "MinSize": 1}, {"Recurrence": "0 9 * * *"}, {"MinSize": 1}, {"Recurrence": "0 9 * * *", "TimeZone": "Mars/Base", "MinSize": 1}])
def test_scheduled_action_refuses(aws, site, wrong):
    create(aws, site)
    with raises("ValidationError"):
        aws.autoscaling.put_scheduled_update_group_action(AutoScalingGroupName="g", ScheduledActionName="a", **wrong)


def test_scheduled_action_fires(aws, site):
    create(aws, site)
    start = datetime.now(UTC) + timedelta(seconds=2)
    aws.autoscaling.put_scheduled_update_group_action(
        AutoScalingGroupName="g", ScheduledActionName="soon", StartTime=start, MinSize=1, MaxSize=3, DesiredCapacity=2
    )
    eventually(lambda: group_of(aws)["DesiredCapacity"] == 2)
    assert (group_of(aws)["MinSize"], group_of(aws)["MaxSize"], len(live(aws))) == (1, 3, 2)
    assert aws.autoscaling.describe_scheduled_actions()["ScheduledUpdateGroupActions"] == []


def test_policies(aws, site):
    create(aws, site)
    aws.autoscaling.put_scaling_policy(
        AutoScalingGroupName="g", PolicyName="cpu", PolicyType="TargetTrackingScaling",
        TargetTrackingConfiguration={"PredefinedMetricSpecification": {"PredefinedMetricType": "ASGAverageCPUUtilization"}, "TargetValue": 50.0},
    )  # fmt: skip
    aws.autoscaling.put_scaling_policy(
        AutoScalingGroupName="g", PolicyName="step", PolicyType="StepScaling", AdjustmentType="ChangeInCapacity",
        StepAdjustments=[{"MetricIntervalLowerBound": 0.0, "ScalingAdjustment": 2}], EstimatedInstanceWarmup=60,
    )  # fmt: skip
    aws.autoscaling.put_scaling_policy(AutoScalingGroupName="g", PolicyName="simple", AdjustmentType="ExactCapacity", ScalingAdjustment=3, Cooldown=9)
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
    assert group_of(aws)["DesiredCapacity"] == 3
    aws.autoscaling.delete_policy(AutoScalingGroupName="g", PolicyName="cpu")
    assert aws.cloudwatch.describe_alarms(AlarmNames=names)["MetricAlarms"] == []
    with raises("ValidationError"):
        aws.autoscaling.delete_policy(AutoScalingGroupName="g", PolicyName="cpu")


def test_lifecycle_hook_holds_an_instance(aws, site):
    create(aws, site)
    aws.autoscaling.put_lifecycle_hook(AutoScalingGroupName="g", LifecycleHookName="h", LifecycleTransition="autoscaling:EC2_INSTANCE_LAUNCHING")
    (hook,) = aws.autoscaling.describe_lifecycle_hooks(AutoScalingGroupName="g")["LifecycleHooks"]
    assert (hook["HeartbeatTimeout"], hook["DefaultResult"], hook["GlobalTimeout"]) == (3600, "ABANDON", 172800)
    aws.autoscaling.set_desired_capacity(AutoScalingGroupName="g", DesiredCapacity=1)
    (instance,) = group_of(aws)["Instances"]
    assert instance["LifecycleState"] == "Pending:Wait"
    aws.autoscaling.complete_lifecycle_action(
        AutoScalingGroupName="g", LifecycleHookName="h", InstanceId=instance["InstanceId"], LifecycleActionResult="CONTINUE"
    )
    assert group_of(aws)["Instances"][0]["LifecycleState"] == "InService"
    aws.autoscaling.delete_lifecycle_hook(AutoScalingGroupName="g", LifecycleHookName="h")
    assert aws.autoscaling.describe_lifecycle_hooks(AutoScalingGroupName="g")["LifecycleHooks"] == []


def test_processes_metrics_and_tags(aws, site):
    create(aws, site, Tags=[{"Key": "a", "Value": "1", "PropagateAtLaunch": True}])
    aws.autoscaling.suspend_processes(AutoScalingGroupName="g", ScalingProcesses=["Launch"])
    assert [each["ProcessName"] for each in group_of(aws)["SuspendedProcesses"]] == ["Launch"]
    aws.autoscaling.set_desired_capacity(AutoScalingGroupName="g", DesiredCapacity=1)
    assert live(aws) == []
    aws.autoscaling.resume_processes(AutoScalingGroupName="g", ScalingProcesses=["Launch"])
    assert len(live(aws)) == 1
    aws.autoscaling.enable_metrics_collection(AutoScalingGroupName="g", Metrics=["GroupMinSize"], Granularity="1Minute")
    assert group_of(aws)["EnabledMetrics"] == [{"Metric": "GroupMinSize", "Granularity": "1Minute"}]
    tag = {"ResourceId": "g", "ResourceType": "auto-scaling-group", "Key": "b", "Value": "2", "PropagateAtLaunch": False}
    aws.autoscaling.create_or_update_tags(Tags=[tag])
    aws.autoscaling.delete_tags(Tags=[{"ResourceId": "g", "ResourceType": "auto-scaling-group", "Key": "a"}])
    assert aws.autoscaling.describe_tags(Filters=[{"Name": "auto-scaling-group", "Values": ["g"]}])["Tags"] == [tag]
    found = aws.autoscaling.describe_auto_scaling_groups(Filters=[{"Name": "tag:b", "Values": ["2"]}])["AutoScalingGroups"]
    assert [each["AutoScalingGroupName"] for each in found] == ["g"]


def test_pages(aws, site):
    for number in range(5):
        create(aws, site, f"g{number}")
    pages = list(aws.autoscaling.get_paginator("describe_auto_scaling_groups").paginate(PaginationConfig={"PageSize": 2}))
    assert [len(page["AutoScalingGroups"]) for page in pages] == [2, 2, 1]
