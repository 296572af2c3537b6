"""Alarms, secrets, parameters, IAM, and the tagging API over all of them."""

import json
from urllib.parse import unquote

import pytest
from botocore.handlers import json_decode_policies
from conftest import raises

TAGS = [{"Key": "stack", "Value": "s"}]
ALARM = {
    "AlarmName": "a", "Namespace": "n", "MetricName": "m", "Statistic": "Sum", "Period": 60, "EvaluationPeriods": 1, "Threshold": 1.0,
    "ComparisonOperator": "GreaterThanThreshold",
}  # fmt: skip
TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "ec2.amazonaws.com"}}],
    }
)
ALLOW = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]})


def test_alarm_tags(aws):
    aws.cloudwatch.put_metric_alarm(Tags=TAGS, **ALARM)
    (alarm,) = aws.cloudwatch.describe_alarms()["MetricAlarms"]
    arn = alarm["AlarmArn"]

    def tags():
        return {tag["Key"]: tag["Value"] for tag in aws.cloudwatch.list_tags_for_resource(ResourceARN=arn)["Tags"]}

    assert tags() == {"stack": "s"} and alarm["Threshold"] == 1.0
    aws.cloudwatch.put_metric_alarm(**ALARM | {"Threshold": 2.0})
    aws.cloudwatch.tag_resource(ResourceARN=arn, Tags=[{"Key": "b", "Value": "2"}])
    assert tags() == {"stack": "s", "b": "2"}
    aws.cloudwatch.untag_resource(ResourceARN=arn, TagKeys=["stack"])
    assert tags() == {"b": "2"}
    aws.cloudwatch.delete_alarms(AlarmNames=["a"])
    with raises("ResourceNotFoundException"):
        aws.cloudwatch.list_tags_for_resource(ResourceARN=arn)


@pytest.mark.parametrize("target", ["query", "json", "cbor"])
def test_cloudwatch_speaks_the_protocols_of_the_sdks(aws, endpoint, target):
    """SDKs speak the query protocol, JSON 1.0 or CBOR (RPC v2) to CloudWatch, the newest ones CBOR."""
    import urllib.request

    import cbor2

    aws.cloudwatch.put_metric_alarm(**ALARM)
    version = "GraniteServiceVersion20100801"
    headers = {
        "Authorization": f"AWS4-HMAC-SHA256 Credential={aws.account}/20261122/us-east-1/monitoring/aws4_request, SignedHeaders=host, Signature=0"
    }
    url, body = endpoint, b""
    if target == "cbor":
        url = f"{endpoint}/service/{version}/operation/DescribeAlarms"
        headers |= {"Content-Type": "application/cbor", "smithy-protocol": "rpc-v2-cbor", "Accept": "application/cbor"}
        body = cbor2.dumps({"AlarmNames": ["a"]})
    elif target == "json":
        headers |= {"Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": f"{version}.DescribeAlarms"}
        body = json.dumps({"AlarmNames": ["a"]}).encode()
    else:
        headers |= {"Content-Type": "application/x-www-form-urlencoded"}
        body = b"Action=DescribeAlarms&Version=2010-08-01&AlarmNames.member.1=a"
    with urllib.request.urlopen(urllib.request.Request(url, data=body, headers=headers)) as answer:
        raw = answer.read()
    if target == "cbor":
        assert [alarm["AlarmName"] for alarm in cbor2.loads(raw)["MetricAlarms"]] == ["a"]
    elif target == "json":
        assert [alarm["AlarmName"] for alarm in json.loads(raw)["MetricAlarms"]] == ["a"]
    else:
        assert b"<AlarmName>a</AlarmName>" in raw


def test_secrets(aws):
    token = "11111111-1111-4111-8111-111111111111"
    first = aws.secretsmanager.create_secret(Name="s", SecretString="x", Tags=TAGS, ClientRequestToken=token)
    second = aws.secretsmanager.create_secret(Name="s", SecretString="x", Tags=TAGS, ClientRequestToken=token)
    assert first["ARN"] == second["ARN"] and second["VersionId"] == token
    with raises("ResourceExistsException"):
        aws.secretsmanager.create_secret(Name="s", SecretString="y", ClientRequestToken=token)
    for _ in range(2):
        aws.secretsmanager.put_secret_value(SecretId="s", SecretString="z", ClientRequestToken="2" + token[1:])
    assert aws.secretsmanager.get_secret_value(SecretId="s")["VersionId"] == "2" + token[1:]
    assert [
        each["Name"]
        for each in aws.secretsmanager.list_secrets(Filters=[{"Key": "tag-key", "Values": ["stack"]}])["SecretList"]
    ] == ["s"]
    aws.secretsmanager.delete_secret(SecretId="s", ForceDeleteWithoutRecovery=True)
    with raises("ResourceNotFoundException"):
        aws.secretsmanager.describe_secret(SecretId="s")


@pytest.mark.parametrize("name", ["/one", "plain", "/a/b/c"])
def test_parameters_keep_their_names(aws, name):
    aws.ssm.put_parameter(Name=name, Value="v", Type="String", Tags=TAGS, Description="d")
    assert aws.ssm.get_parameter(Name=name)["Parameter"]["Name"] == name
    assert [
        each["Name"]
        for each in aws.ssm.describe_parameters(ParameterFilters=[{"Key": "tag:stack", "Values": ["s"]}])["Parameters"]
    ] == [name]
    assert aws.ssm.list_tags_for_resource(ResourceType="Parameter", ResourceId=name)["TagList"] == TAGS
    aws.ssm.put_parameter(Name=name, Value="w", Type="String", Overwrite=True)
    assert aws.ssm.get_parameters(Names=[name])["Parameters"][0]["Version"] == 2
    aws.ssm.delete_parameter(Name=name)
    with raises("ParameterNotFound"):
        aws.ssm.get_parameter(Name=name)


def test_iam_details_carry_everything(aws):
    aws.iam.create_role(RoleName="r", AssumeRolePolicyDocument=TRUST, Tags=TAGS)
    policy = aws.iam.create_policy(PolicyName="p", PolicyDocument=ALLOW, Tags=TAGS)["Policy"]
    profile = aws.iam.create_instance_profile(InstanceProfileName="ip", Tags=TAGS)["InstanceProfile"]
    aws.iam.add_role_to_instance_profile(InstanceProfileName="ip", RoleName="r")
    aws.iam.put_role_policy(RoleName="r", PolicyName="inline", PolicyDocument=ALLOW)
    aws.iam.attach_role_policy(RoleName="r", PolicyArn=policy["Arn"])
    assert policy["PolicyId"].startswith("ANPA") and profile["InstanceProfileId"].startswith("AIPA")
    details = aws.iam.get_account_authorization_details(Filter=["Role", "LocalManagedPolicy"])
    (role,), (shown,) = details["RoleDetailList"], details["Policies"]
    assert role["Tags"] == TAGS and role["RolePolicyList"][0]["PolicyName"] == "inline"
    assert role["AttachedManagedPolicies"] == [{"PolicyName": "p", "PolicyArn": policy["Arn"]}]
    assert role["InstanceProfileList"][0]["Tags"] == TAGS
    assert (shown["PolicyName"], shown["PolicyId"], shown["AttachmentCount"]) == ("p", policy["PolicyId"], 1)
    assert aws.iam.get_policy(PolicyArn=policy["Arn"])["Policy"]["Tags"] == TAGS


def specification(kind):
    return [{"ResourceType": kind, "Tags": TAGS}]


def test_get_resources_covers_every_kind(aws):
    vpc = aws.ec2.create_vpc(CidrBlock="10.0.0.0/16", TagSpecifications=specification("vpc"))["Vpc"]["VpcId"]
    gateway = aws.gateway(vpc)
    subnets = aws.subnets(vpc)
    aws.ec2.create_tags(Resources=[gateway, *subnets], Tags=TAGS)
    aws.ec2.create_route_table(VpcId=vpc, TagSpecifications=specification("route-table"))
    address = aws.ec2.allocate_address(Domain="vpc", TagSpecifications=specification("elastic-ip"))["AllocationId"]
    aws.ec2.create_nat_gateway(SubnetId=subnets[0], AllocationId=address, TagSpecifications=specification("natgateway"))
    group = aws.ec2.create_security_group(
        GroupName="g", Description="d", VpcId=vpc, TagSpecifications=specification("security-group")
    )["GroupId"]
    rule = {"IpProtocol": "tcp", "FromPort": 1, "ToPort": 1, "IpRanges": [{"CidrIp": "10.0.0.0/8"}]}
    aws.ec2.authorize_security_group_ingress(
        GroupId=group, IpPermissions=[rule], TagSpecifications=specification("security-group-rule")
    )
    aws.ec2.create_key_pair(KeyName="k", TagSpecifications=specification("key-pair"))
    aws.ec2.create_volume(AvailabilityZone="us-east-1a", Size=1, TagSpecifications=specification("volume"))
    data = {"ImageId": aws.image(), "InstanceType": "t3.micro"}
    template = aws.ec2.create_launch_template(
        LaunchTemplateName="name", LaunchTemplateData=data, TagSpecifications=specification("launch-template")
    )["LaunchTemplate"]
    aws.ec2.run_instances(
        **data, MinCount=1, MaxCount=1, SubnetId=subnets[0], TagSpecifications=specification("instance")
    )
    aws.autoscaling.create_auto_scaling_group(
        AutoScalingGroupName="g", MinSize=0, MaxSize=0, VPCZoneIdentifier=subnets[0],
        LaunchTemplate={"LaunchTemplateId": template["LaunchTemplateId"]}, Tags=[TAGS[0] | {"PropagateAtLaunch": False}],
    )  # fmt: skip
    target = aws.elbv2.create_target_group(Name="tg", Protocol="HTTP", Port=80, VpcId=vpc, Tags=TAGS)["TargetGroups"][
        0
    ]["TargetGroupArn"]
    balancer = aws.elbv2.create_load_balancer(Name="lb", Subnets=subnets, Tags=TAGS)["LoadBalancers"][0][
        "LoadBalancerArn"
    ]
    forward = [{"Type": "forward", "TargetGroupArn": target}]
    listener = aws.elbv2.create_listener(
        LoadBalancerArn=balancer, Protocol="HTTP", Port=80, DefaultActions=forward, Tags=TAGS
    )["Listeners"][0]["ListenerArn"]
    aws.elbv2.create_rule(
        ListenerArn=listener,
        Priority=1,
        Conditions=[{"Field": "path-pattern", "Values": ["/x"]}],
        Actions=forward,
        Tags=TAGS,
    )
    aws.rds.create_db_subnet_group(DBSubnetGroupName="sg", DBSubnetGroupDescription="d", SubnetIds=subnets, Tags=TAGS)
    aws.rds.create_db_parameter_group(
        DBParameterGroupName="pg", DBParameterGroupFamily="postgres17", Description="d", Tags=TAGS
    )
    aws.rds.create_db_instance(DBInstanceIdentifier="db", DBInstanceClass="db.t3.micro", Engine="postgres", AllocatedStorage=20, MasterUsername="u",
                               MasterUserPassword="correct-horse", DBSubnetGroupName="sg", Tags=TAGS)  # fmt: skip
    aws.iam.create_role(RoleName="r", AssumeRolePolicyDocument=TRUST, Tags=TAGS)
    aws.iam.create_policy(PolicyName="p", PolicyDocument=ALLOW, Tags=TAGS)
    aws.iam.create_instance_profile(InstanceProfileName="ip", Tags=TAGS)
    aws.cloudwatch.put_metric_alarm(Tags=TAGS, **ALARM)
    aws.ssm.put_parameter(Name="/p/q", Value="v", Type="String", Tags=TAGS)
    aws.secretsmanager.create_secret(Name="s", SecretString="x", Tags=TAGS)
    filters = [{"Key": "stack", "Values": ["s"]}]
    pages = list(
        aws.tagging.get_paginator("get_resources").paginate(TagFilters=filters, PaginationConfig={"PageSize": 10})
    )
    assert [len(page["ResourceTagMappingList"]) for page in pages] == [10, 10, 7]
    found = [each["ResourceARN"] for page in pages for each in page["ResourceTagMappingList"]]
    kinds = {":".join((arn.split(":")[2], arn.split(":", 5)[5].replace(":", "/").split("/")[0])) for arn in found}
    assert kinds == {
        "ec2:vpc", "ec2:internet-gateway", "ec2:subnet", "ec2:route-table", "ec2:elastic-ip", "ec2:natgateway", "ec2:security-group",
        "ec2:security-group-rule", "ec2:key-pair", "ec2:volume", "ec2:launch-template", "ec2:instance", "autoscaling:autoScalingGroup",
        "elasticloadbalancing:targetgroup", "elasticloadbalancing:loadbalancer", "elasticloadbalancing:listener",
        "elasticloadbalancing:listener-rule", "rds:subgrp", "rds:pg", "rds:db", "iam:role", "iam:policy", "iam:instance-profile",
        "cloudwatch:alarm", "ssm:parameter", "secretsmanager:secret",
    }  # fmt: skip
    only = aws.tagging.get_resources(TagFilters=filters, ResourceTypeFilters=["ec2:vpc", "rds"])[
        "ResourceTagMappingList"
    ]
    assert len(only) == 4
    assert "stack" in aws.tagging.get_tag_keys()["TagKeys"] and aws.tagging.get_tag_values(Key="stack")[
        "TagValues"
    ] == ["s"]
    answer = aws.tagging.tag_resources(ResourceARNList=[arn for arn in found if ":iam:" not in arn], Tags={"new": "1"})
    assert answer["FailedResourcesMap"] == {}
    assert len(aws.tagging.get_resources(TagFilters=[{"Key": "new"}])["ResourceTagMappingList"]) == len(found) - 3
    aws.cloudwatch.delete_alarms(AlarmNames=["a"])


def test_identity(aws):
    identity = aws.sts.get_caller_identity()
    assert (identity["Account"], identity["Arn"]) == (aws.account, f"arn:aws:iam::{aws.account}:root")


def test_policy_documents_are_encoded_on_the_wire(aws):
    """boto3 decodes documents unasked; what the SDK for Rust sees is the raw text."""
    aws.iam.create_role(RoleName="r", AssumeRolePolicyDocument=TRUST)
    aws.iam.create_instance_profile(InstanceProfileName="ip")
    aws.iam.add_role_to_instance_profile(InstanceProfileName="ip", RoleName="r")
    aws.iam.meta.events.unregister("after-call.iam", json_decode_policies)
    for document in (
        aws.iam.get_account_authorization_details(Filter=["Role"])["RoleDetailList"][0]["AssumeRolePolicyDocument"],
        aws.iam.get_role(RoleName="r")["Role"]["AssumeRolePolicyDocument"],
        aws.iam.get_instance_profile(InstanceProfileName="ip")["InstanceProfile"]["Roles"][0][
            "AssumeRolePolicyDocument"
        ],
    ):
        assert document.startswith("%7B%22Version%22") and json.loads(unquote(document)) == json.loads(TRUST)
