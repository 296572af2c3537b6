"""What holds for every service: tokens, pages, dry runs, things in use, resets."""

import json
import uuid

import pytest
from conftest import raises

ALLOW = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]})


def test_a_token_gets_the_first_answer_again(aws):
    vpc, subnets = aws.network()
    token = str(uuid.uuid4())
    calls = {
        "route table": lambda: aws.ec2.create_route_table(VpcId=vpc, ClientToken=token)["RouteTable"]["RouteTableId"],
        "volume": lambda: aws.ec2.create_volume(AvailabilityZone="us-east-1a", Size=1, ClientToken=token)["VolumeId"],
        "interface": lambda: aws.ec2.create_network_interface(SubnetId=subnets[0], ClientToken=token)["NetworkInterface"]["NetworkInterfaceId"],
        "acl": lambda: aws.ec2.create_network_acl(VpcId=vpc, ClientToken=token)["NetworkAcl"]["NetworkAclId"],
        "template": lambda: aws.ec2.create_launch_template(LaunchTemplateName="name", LaunchTemplateData={"InstanceType": "t3.micro"}, ClientToken=token)["LaunchTemplate"]["LaunchTemplateId"],
        "instance": lambda: aws.ec2.run_instances(ImageId=aws.image(), MinCount=1, MaxCount=1, SubnetId=subnets[0], InstanceType="t3.micro", ClientToken=token)["Instances"][0]["InstanceId"],
        "endpoint": lambda: aws.ec2.create_vpc_endpoint(VpcId=vpc, ServiceName="com.amazonaws.us-east-1.s3", ClientToken=token)["VpcEndpoint"]["VpcEndpointId"],
    }  # fmt: skip
    for name, call in calls.items():
        assert call() == call(), name
    address = aws.ec2.allocate_address(Domain="vpc")["AllocationId"]
    nat = [
        aws.ec2.create_nat_gateway(SubnetId=subnets[0], AllocationId=address, ClientToken=token)["NatGateway"][
            "NatGatewayId"
        ]
        for _ in range(2)
    ]
    assert nat[0] == nat[1]
    with raises("IdempotentParameterMismatch"):
        aws.ec2.create_volume(AvailabilityZone="us-east-1a", Size=2, ClientToken=token)


@pytest.mark.parametrize(("size", "pages"), [(5, [5, 2]), (6, [6, 1])])
def test_pages(aws, size, pages):
    for number in range(6):
        aws.vpc(f"10.{number}.0.0/16")
    found = list(aws.ec2.get_paginator("describe_vpcs").paginate(PaginationConfig={"PageSize": size}))
    assert [len(page["Vpcs"]) for page in found] == pages
    assert len({vpc["VpcId"] for page in found for vpc in page["Vpcs"]}) == 7


def test_page_sizes_and_tokens_are_checked(aws):
    with raises("InvalidParameterValue"):
        aws.ec2.describe_vpcs(MaxResults=4)
    with raises("InvalidParameterValue"):
        aws.ec2.describe_route_tables(MaxResults=101)
    with raises("InvalidNextToken"):
        aws.ec2.describe_vpcs(NextToken="terrace-page-none")
    with raises("InvalidParameterValue"):
        aws.rds.describe_db_instances(MaxRecords=5)


def test_pages_of_other_services(aws):
    for number in range(5):
        aws.iam.create_role(RoleName=f"r{number}", AssumeRolePolicyDocument="{}")
    pages = list(aws.iam.get_paginator("list_roles").paginate(PaginationConfig={"PageSize": 2}))
    assert [len(page["Roles"]) for page in pages] == [2, 2, 1]
    pages = list(
        aws.iam.get_paginator("get_account_authorization_details").paginate(
            Filter=["Role"], PaginationConfig={"PageSize": 3}
        )
    )
    assert [len(page["RoleDetailList"]) for page in pages] == [3, 2]
    for number in range(5):
        aws.cloudwatch.put_metric_alarm(AlarmName=f"a{number}", Namespace="n", MetricName="m", Statistic="Sum", Period=60,
                                        EvaluationPeriods=1, Threshold=1.0, ComparisonOperator="GreaterThanThreshold")  # fmt: skip
    pages = list(aws.cloudwatch.get_paginator("describe_alarms").paginate(PaginationConfig={"PageSize": 3}))
    assert [len(page["MetricAlarms"]) for page in pages] == [3, 2]


def test_a_dry_run_does_nothing(aws):
    before = len(aws.ec2.describe_vpcs()["Vpcs"])
    for call in (
        lambda: aws.ec2.create_vpc(CidrBlock="10.0.0.0/16", DryRun=True),
        lambda: aws.ec2.describe_vpcs(DryRun=True),
        lambda: aws.ec2.delete_subnet(SubnetId="subnet-0123456789abcdef0", DryRun=True),
    ):
        with raises("DryRunOperation"):
            call()
    assert len(aws.ec2.describe_vpcs()["Vpcs"]) == before


def test_unknown_filter(aws):
    with raises("InvalidParameterValue"):
        aws.ec2.describe_vpcs(Filters=[{"Name": "colour", "Values": ["blue"]}])


def test_a_network_in_use_is_not_deleted(aws):
    vpc, subnets = aws.network()
    gateway = aws.ec2.describe_internet_gateways(Filters=[{"Name": "attachment.vpc-id", "Values": [vpc]}])[
        "InternetGateways"
    ][0]["InternetGatewayId"]
    group = aws.ec2.create_security_group(GroupName="g", Description="d", VpcId=vpc)["GroupId"]
    other = aws.ec2.create_security_group(GroupName="h", Description="d", VpcId=vpc)["GroupId"]
    aws.ec2.authorize_security_group_ingress(
        GroupId=other,
        IpPermissions=[{"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, "UserIdGroupPairs": [{"GroupId": group}]}],
    )
    interface = aws.ec2.create_network_interface(SubnetId=subnets[0], Groups=[other])["NetworkInterface"][
        "NetworkInterfaceId"
    ]
    address = aws.ec2.allocate_address(Domain="vpc")["AllocationId"]
    nat = aws.ec2.create_nat_gateway(SubnetId=subnets[1], AllocationId=address)["NatGateway"]["NatGatewayId"]
    table = aws.ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    association = aws.ec2.associate_route_table(RouteTableId=table, SubnetId=subnets[0])["AssociationId"]
    second = aws.ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    with raises("Resource.AlreadyAssociated"):
        aws.ec2.associate_route_table(RouteTableId=second, SubnetId=subnets[0])
    for call in (
        lambda: aws.ec2.delete_security_group(GroupId=group),
        lambda: aws.ec2.delete_security_group(GroupId=other),
        lambda: aws.ec2.delete_subnet(SubnetId=subnets[0]),
        lambda: aws.ec2.delete_subnet(SubnetId=subnets[1]),
        lambda: aws.ec2.delete_vpc(VpcId=vpc),
        lambda: aws.ec2.delete_internet_gateway(InternetGatewayId=gateway),
        lambda: aws.ec2.detach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc),
        lambda: aws.ec2.delete_route_table(RouteTableId=table),
    ):
        with raises("DependencyViolation"):
            call()
    with raises("InvalidIPAddress.InUse"):
        aws.ec2.release_address(AllocationId=address)
    aws.ec2.delete_nat_gateway(NatGatewayId=nat)
    aws.ec2.release_address(AllocationId=address)
    aws.ec2.delete_network_interface(NetworkInterfaceId=interface)
    aws.ec2.disassociate_route_table(AssociationId=association)
    for each in (table, second):
        aws.ec2.delete_route_table(RouteTableId=each)
    for each in (other, group):
        aws.ec2.delete_security_group(GroupId=each)
    for each in subnets:
        aws.ec2.delete_subnet(SubnetId=each)
    aws.ec2.detach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    aws.ec2.delete_internet_gateway(InternetGatewayId=gateway)
    aws.ec2.delete_vpc(VpcId=vpc)
    with raises("InvalidVpcID.NotFound"):
        aws.ec2.describe_vpcs(VpcIds=[vpc])


def test_iam_in_use(aws):
    aws.iam.create_role(RoleName="r", AssumeRolePolicyDocument="{}")
    aws.iam.create_instance_profile(InstanceProfileName="p")
    aws.iam.add_role_to_instance_profile(InstanceProfileName="p", RoleName="r")
    policy = aws.iam.create_policy(PolicyName="p", PolicyDocument=ALLOW)["Policy"]["Arn"]
    aws.iam.attach_role_policy(RoleName="r", PolicyArn=policy)
    for call in (
        lambda: aws.iam.delete_role(RoleName="r"),
        lambda: aws.iam.delete_instance_profile(InstanceProfileName="p"),
        lambda: aws.iam.delete_policy(PolicyArn=policy),
    ):
        with raises("DeleteConflict"):
            call()
    aws.iam.detach_role_policy(RoleName="r", PolicyArn=policy)
    aws.iam.remove_role_from_instance_profile(InstanceProfileName="p", RoleName="r")
    aws.iam.delete_role(RoleName="r")
    aws.iam.delete_instance_profile(InstanceProfileName="p")
    aws.iam.delete_policy(PolicyArn=policy)
