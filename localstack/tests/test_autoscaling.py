"""Auto Scaling: fields round-trip, instances come and go, names and refusals."""

import pytest
from conftest import create_group, find_group, live, raises, targets


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
    create_group(aws, site, **fields)
    found = find_group(aws)
    assert {name: found[name] for name in fields} == fields
    assert found["LaunchTemplate"] == {
        "LaunchTemplateId": site["template"],
        "LaunchTemplateName": "template",
        "Version": "$Latest",
    }
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
    found = find_group(aws)
    assert {name: found[name] for name in changes} == changes
    aws.autoscaling.update_auto_scaling_group(AutoScalingGroupName="g", MaxInstanceLifetime=0, DefaultInstanceWarmup=-1)
    assert not {"MaxInstanceLifetime", "DefaultInstanceWarmup"} & set(find_group(aws))


def test_defaults(aws, site):
    create_group(aws, site)
    found = find_group(aws)
    expected = {"DefaultCooldown": 300, "HealthCheckType": "EC2", "HealthCheckGracePeriod": 0, "TerminationPolicies": ["Default"],
                "DesiredCapacity": 0, "NewInstancesProtectedFromScaleIn": False, "SuspendedProcesses": [], "EnabledMetrics": []}  # fmt: skip
    assert {name: found[name] for name in expected} == expected
    assert not {"MaxInstanceLifetime", "DefaultInstanceWarmup", "CapacityRebalance", "WarmPoolConfiguration"} & set(
        found
    )


def test_instances_follow_desired_capacity_and_targets_follow_instances(aws, site):
    create_group(aws, site, DesiredCapacity=4, TargetGroupARNs=[site["group"]], Tags=[
        {"Key": "a", "Value": "1", "PropagateAtLaunch": True}, {"Key": "b", "Value": "2", "PropagateAtLaunch": False}])  # fmt: skip
    instances = live(aws)
    assert len(instances) == 4
    assert sorted(instance["SubnetId"] for instance in instances) == sorted(site["subnets"] * 2)
    assert {tag["Key"]: tag["Value"] for tag in instances[0]["Tags"]}.items() >= {
        "a": "1",
        "aws:autoscaling:groupName": "g",
    }.items()
    assert "b" not in {tag["Key"] for tag in instances[0]["Tags"]}
    assert [each["LifecycleState"] for each in find_group(aws)["Instances"]] == ["InService"] * 4
    assert [each["TargetHealth"]["State"] for each in targets(aws, site)] == ["healthy"] * 4
    aws.autoscaling.set_desired_capacity(AutoScalingGroupName="g", DesiredCapacity=1)
    assert len(live(aws)) == len(targets(aws, site)) == len(find_group(aws)["Instances"]) == 1
    with raises("ValidationError"):
        aws.autoscaling.set_desired_capacity(AutoScalingGroupName="g", DesiredCapacity=9)
    aws.autoscaling.detach_load_balancer_target_groups(AutoScalingGroupName="g", TargetGroupARNs=[site["group"]])
    assert targets(aws, site) == []
    aws.autoscaling.attach_traffic_sources(
        AutoScalingGroupName="g", TrafficSources=[{"Identifier": site["group"], "Type": "elbv2"}]
    )
    assert len(targets(aws, site)) == 1
    assert (
        aws.autoscaling.describe_traffic_sources(AutoScalingGroupName="g")["TrafficSources"][0]["State"] == "InService"
    )
    assert aws.autoscaling.describe_scaling_activities(AutoScalingGroupName="g")["Activities"]


def test_a_terminated_instance_is_replaced(aws, site):
    create_group(aws, site, DesiredCapacity=1)
    (first,) = live(aws)
    aws.ec2.terminate_instances(InstanceIds=[first["InstanceId"]])
    (second,) = live(aws)
    assert second["InstanceId"] != first["InstanceId"]
    assert [each["InstanceId"] for each in find_group(aws)["Instances"]] == [second["InstanceId"]]


def test_delete_with_and_without_force(aws, site):
    create_group(aws, site, DesiredCapacity=2)
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
        (
            {"TargetGroupARNs": ["arn:aws:elasticloadbalancing:us-east-1:1:targetgroup/none/0123456789abcdef"]},
            "ValidationError",
        ),
    ],
)
def test_create_refuses(aws, site, change, code):
    with raises(code):
        create_group(aws, site, **change)


def test_names_are_unique_and_unknown_groups_refused(aws, site):
    create_group(aws, site)
    with raises("AlreadyExists"):
        create_group(aws, site)
    with raises("ValidationError"):
        aws.autoscaling.delete_auto_scaling_group(AutoScalingGroupName="none")
    with raises("ValidationError"):
        aws.autoscaling.update_auto_scaling_group(AutoScalingGroupName="none", MinSize=1)


def test_pages(aws, site):
    for number in range(5):
        create_group(aws, site, f"g{number}")
    pages = list(
        aws.autoscaling.get_paginator("describe_auto_scaling_groups").paginate(PaginationConfig={"PageSize": 2})
    )
    assert [len(page["AutoScalingGroups"]) for page in pages] == [2, 2, 1]
