"""EC2: gateways, addresses, rules, subnets, tags, ids that do not exist."""

import pytest
from conftest import instance_of, launch, raises


def test_nat_gateways(aws, net):
    with raises("NatGatewayNotFound"):
        aws.ec2.delete_nat_gateway(NatGatewayId="nat-0123456789abcdef0")
    with raises("NatGatewayNotFound"):
        aws.ec2.describe_nat_gateways(NatGatewayIds=["nat-0123456789abcdef0"])
    tags = [{"ResourceType": "natgateway", "Tags": [{"Key": "a", "Value": "1"}]}]
    private = aws.ec2.create_nat_gateway(SubnetId=net["subnet"], ConnectivityType="private", TagSpecifications=tags)[
        "NatGateway"
    ]["NatGatewayId"]
    (found,) = aws.ec2.describe_nat_gateways(Filter=[{"Name": "tag:a", "Values": ["1"]}])["NatGateways"]
    assert (found["NatGatewayId"], found["ConnectivityType"], found["State"]) == (private, "private", "available")
    assert aws.ec2.describe_nat_gateways(Filter=[{"Name": "tag:a", "Values": ["2"]}])["NatGateways"] == []


def test_secondary_addresses_of_nat_gateways(aws, net):
    first, second, third = (aws.ec2.allocate_address(Domain="vpc")["AllocationId"] for _ in range(3))
    nat = aws.ec2.create_nat_gateway(SubnetId=net["subnet"], AllocationId=first, SecondaryAllocationIds=[second])
    identity = nat["NatGateway"]["NatGatewayId"]

    def addresses() -> dict[str, bool]:
        (found,) = aws.ec2.describe_nat_gateways(NatGatewayIds=[identity])["NatGateways"]
        return {each["AllocationId"]: each["IsPrimary"] for each in found["NatGatewayAddresses"]}

    assert addresses() == {first: True, second: False}
    answer = aws.ec2.associate_nat_gateway_address(NatGatewayId=identity, AllocationIds=[third])
    assert addresses() == {first: True, second: False, third: False}
    with raises("Resource.AlreadyAssociated"):
        aws.ec2.associate_nat_gateway_address(NatGatewayId=identity, AllocationIds=[third])
    association = next(each for each in answer["NatGatewayAddresses"] if each["AllocationId"] == third)["AssociationId"]
    aws.ec2.disassociate_nat_gateway_address(NatGatewayId=identity, AssociationIds=[association])
    assert addresses() == {first: True, second: False}
    aws.ec2.release_address(AllocationId=third)


def test_tables_of_gateways(aws, net):
    gateway = net["gateway"]
    table = aws.ec2.create_route_table(VpcId=net["vpc"])["RouteTable"]["RouteTableId"]
    aws.ec2.associate_route_table(RouteTableId=table, GatewayId=gateway)

    def tables(identity: str) -> list[str]:
        filters = [{"Name": "association.gateway-id", "Values": [identity]}]
        return [each["RouteTableId"] for each in aws.ec2.describe_route_tables(Filters=filters)["RouteTables"]]

    assert tables(gateway) == [table]
    assert tables("igw-0123456789abcdef0") == []


def test_addresses(aws, net):
    identity = launch(aws, net)
    address = aws.ec2.allocate_address(Domain="vpc")["AllocationId"]
    association = aws.ec2.associate_address(AllocationId=address, InstanceId=identity)["AssociationId"]
    assert aws.ec2.associate_address(AllocationId=address, InstanceId=identity)["AssociationId"] == association
    assert instance_of(aws, identity)["PublicIpAddress"] == aws.ec2.describe_addresses()["Addresses"][0]["PublicIp"]
    with raises("InvalidIPAddress.InUse"):
        aws.ec2.release_address(AllocationId=address)
    aws.ec2.terminate_instances(InstanceIds=[identity])
    aws.ec2.release_address(AllocationId=address)


def test_tags(aws, net):
    aws.ec2.create_tags(Resources=[net["vpc"], net["subnet"]], Tags=[{"Key": "stack", "Value": "s"}])
    found = aws.ec2.describe_tags(
        Filters=[{"Name": "key", "Values": ["stack"]}, {"Name": "resource-type", "Values": ["subnet"]}]
    )["Tags"]
    assert found == [{"Key": "stack", "ResourceId": net["subnet"], "ResourceType": "subnet", "Value": "s"}]
    assert len(aws.ec2.describe_tags(Filters=[{"Name": "tag:stack", "Values": ["s"]}])["Tags"]) == 2
    with raises("InvalidParameterValue"):
        aws.ec2.create_tags(Resources=[net["vpc"]], Tags=[{"Key": "aws:x", "Value": ""}])
    with raises("InvalidVpcID.NotFound"):
        aws.ec2.create_tags(Resources=["vpc-0123456789abcdef0"], Tags=[{"Key": "x", "Value": ""}])


@pytest.mark.parametrize(
    ("operation", "parameters", "code"),
    [
        ("describe_vpcs", {"VpcIds": ["vpc-0123456789abcdef0"]}, "InvalidVpcID.NotFound"),
        ("describe_subnets", {"SubnetIds": ["subnet-0123456789abcdef0"]}, "InvalidSubnetID.NotFound"),
        (
            "describe_internet_gateways",
            {"InternetGatewayIds": ["igw-0123456789abcdef0"]},
            "InvalidInternetGatewayID.NotFound",
        ),
        ("describe_addresses", {"AllocationIds": ["eipalloc-0123456789abcdef0"]}, "InvalidAllocationID.NotFound"),
        ("describe_route_tables", {"RouteTableIds": ["rtb-0123456789abcdef0"]}, "InvalidRouteTableID.NotFound"),
        ("describe_security_groups", {"GroupIds": ["sg-0123456789abcdef0"]}, "InvalidGroup.NotFound"),
        (
            "describe_security_group_rules",
            {"SecurityGroupRuleIds": ["sgr-0123456789abcdef0"]},
            "InvalidSecurityGroupRuleId.NotFound",
        ),
        ("describe_key_pairs", {"KeyNames": ["none"]}, "InvalidKeyPair.NotFound"),
        ("describe_instances", {"InstanceIds": ["i-0123456789abcdef0"]}, "InvalidInstanceID.NotFound"),
        ("describe_instances", {"InstanceIds": ["xyz"]}, "InvalidInstanceID.Malformed"),
        ("describe_volumes", {"VolumeIds": ["vol-0123456789abcdef0"]}, "InvalidVolume.NotFound"),
        ("describe_images", {"ImageIds": ["ami-0123456789abcdef0"]}, "InvalidAMIID.NotFound"),
        ("describe_instance_types", {"InstanceTypes": ["t9.huge"]}, "InvalidInstanceType"),
        ("describe_network_acls", {"NetworkAclIds": ["acl-0123456789abcdef0"]}, "InvalidNetworkAclID.NotFound"),
        (
            "describe_launch_template_versions",
            {"LaunchTemplateId": "lt-0123456789abcdef0"},
            "InvalidLaunchTemplateId.NotFound",
        ),
        ("delete_volume", {"VolumeId": "vol-0123456789abcdef0"}, "InvalidVolume.NotFound"),
        ("delete_vpc", {"VpcId": "vpc-0123456789abcdef0"}, "InvalidVpcID.NotFound"),
        ("delete_subnet", {"SubnetId": "subnet-0123456789abcdef0"}, "InvalidSubnetID.NotFound"),
        ("delete_security_group", {"GroupId": "sg-0123456789abcdef0"}, "InvalidGroup.NotFound"),
        ("delete_launch_template", {"LaunchTemplateId": "lt-0123456789abcdef0"}, "InvalidLaunchTemplateId.NotFound"),
        ("terminate_instances", {"InstanceIds": ["i-0123456789abcdef0"]}, "InvalidInstanceID.NotFound"),
        ("release_address", {"AllocationId": "eipalloc-0123456789abcdef0"}, "InvalidAllocationID.NotFound"),
        ("disassociate_address", {"AssociationId": "eipassoc-0123456789abcdef0"}, "InvalidAssociationID.NotFound"),
        ("disassociate_route_table", {"AssociationId": "rtbassoc-0123456789abcdef0"}, "InvalidAssociationID.NotFound"),
        (
            "delete_route",
            {"RouteTableId": "rtb-0123456789abcdef0", "DestinationCidrBlock": "0.0.0.0/0"},
            "InvalidRouteTableID.NotFound",
        ),
    ],
)
def test_unknown_ids(aws, operation, parameters, code):
    with raises(code):
        getattr(aws.ec2, operation)(**parameters)


def test_rule_descriptions_and_ports(aws, net):
    groups = [
        aws.ec2.create_security_group(GroupName=name, Description="d", VpcId=net["vpc"])["GroupId"]
        for name in ("g", "h")
    ]
    pairs = {
        "IpProtocol": "tcp",
        "FromPort": 80,
        "ToPort": 80,
        "UserIdGroupPairs": [{"GroupId": groups[1], "Description": "from h"}],
    }
    everything = {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "10.0.0.0/8", "Description": "all"}]}
    answer = aws.ec2.authorize_security_group_ingress(GroupId=groups[0], IpPermissions=[pairs, everything])[
        "SecurityGroupRules"
    ]
    assert [(rule["FromPort"], rule["Description"]) for rule in answer] == [(80, "from h"), (-1, "all")]
    found = aws.ec2.describe_security_group_rules(
        SecurityGroupRuleIds=[rule["SecurityGroupRuleId"] for rule in answer]
    )["SecurityGroupRules"]
    assert sorted((rule["FromPort"], rule["Description"]) for rule in found) == [(-1, "all"), (80, "from h")]


def test_rules_are_made_all_or_none(aws, net):
    group = aws.ec2.create_security_group(GroupName="g", Description="d", VpcId=net["vpc"])["GroupId"]
    permissions = [
        {"IpProtocol": "tcp", "FromPort": port, "ToPort": port, "IpRanges": [{"CidrIp": "10.0.0.0/8"}]}
        for port in (80, 81)
    ]
    aws.ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=permissions[1:])
    with raises("InvalidPermission.Duplicate"):
        aws.ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=permissions)
    rules = aws.ec2.describe_security_group_rules(Filters=[{"Name": "group-id", "Values": [group]}])[
        "SecurityGroupRules"
    ]
    assert [rule["FromPort"] for rule in rules if not rule["IsEgress"]] == [81]
    aws.ec2.revoke_security_group_ingress(GroupId=group, IpPermissions=permissions[1:])
    with raises("InvalidPermission.NotFound"):
        aws.ec2.revoke_security_group_ingress(GroupId=group, IpPermissions=permissions[1:])


def test_subnet_and_address_fields(aws, net):
    aws.ec2.modify_subnet_attribute(SubnetId=net["subnet"], EnableDns64={"Value": True})
    aws.ec2.modify_subnet_attribute(SubnetId=net["subnet"], PrivateDnsHostnameTypeOnLaunch="resource-name")
    aws.ec2.modify_subnet_attribute(SubnetId=net["subnet"], EnableResourceNameDnsARecordOnLaunch={"Value": True})
    aws.ec2.modify_subnet_attribute(SubnetId=net["subnet"], MapPublicIpOnLaunch={"Value": True})
    (found,) = aws.ec2.describe_subnets(SubnetIds=[net["subnet"]])["Subnets"]
    assert (
        found.items() >= {"EnableDns64": True, "MapPublicIpOnLaunch": True, "MapCustomerOwnedIpOnLaunch": False}.items()
    )
    options = {
        "HostnameType": "resource-name",
        "EnableResourceNameDnsARecord": True,
        "EnableResourceNameDnsAAAARecord": False,
    }
    assert found["PrivateDnsNameOptionsOnLaunch"] == options
    allocated = aws.ec2.allocate_address(Domain="vpc")
    (address,) = aws.ec2.describe_addresses()["Addresses"]
    assert (allocated["NetworkBorderGroup"], address["PublicIpv4Pool"]) == ("us-east-1", "amazon")
    assert not {"InstanceId", "AssociationId", "NetworkInterfaceId"} & set(address)


def test_rule_descriptions_change(aws, net):
    groups = [
        aws.ec2.create_security_group(GroupName=name, Description="d", VpcId=net["vpc"])["GroupId"]
        for name in ("g", "h")
    ]
    ports = {"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80}

    def permissions(description):
        return [
            ports | {"UserIdGroupPairs": [{"GroupId": groups[1], "Description": description}]},
            ports | {"IpRanges": [{"CidrIp": "10.0.0.0/8", "Description": description}]},
        ]

    def descriptions():
        found = aws.ec2.describe_security_group_rules(Filters=[{"Name": "group-id", "Values": groups[:1]}])[
            "SecurityGroupRules"
        ]
        return {rule["Description"] for rule in found if not rule["IsEgress"]}

    made = aws.ec2.authorize_security_group_ingress(GroupId=groups[0], IpPermissions=permissions("one"))[
        "SecurityGroupRules"
    ]
    aws.ec2.update_security_group_rule_descriptions_ingress(GroupId=groups[0], IpPermissions=permissions("two"))
    assert descriptions() == {"two"}
    changes = [{"SecurityGroupRuleId": rule["SecurityGroupRuleId"], "Description": "three"} for rule in made]
    aws.ec2.update_security_group_rule_descriptions_ingress(GroupId=groups[0], SecurityGroupRuleDescriptions=changes)
    assert descriptions() == {"three"}
