"""EC2: instances, launch templates, volumes."""

import base64

import pytest
from conftest import attribute, eventually, instance_of, launch, profile, raises


def test_defaults_of_an_instance(aws, net):
    found = instance_of(aws, launch(aws, net))
    default = aws.ec2.describe_security_groups(Filters=[{"Name": "vpc-id", "Values": [net["vpc"]]}])["SecurityGroups"][
        0
    ]["GroupId"]
    assert [group["GroupId"] for group in found["SecurityGroups"]] == [default]
    assert found["PlatformDetails"] == "Linux/UNIX" and "Platform" not in found
    assert found["CpuOptions"] == {"CoreCount": 1, "ThreadsPerCore": 2}
    assert found["MetadataOptions"]["HttpTokens"] == "optional"
    (device,) = found["BlockDeviceMappings"]
    assert device["DeviceName"] == found["RootDeviceName"] and device["Ebs"]["DeleteOnTermination"] is True
    (volume,) = aws.ec2.describe_volumes()["Volumes"]
    assert volume["VolumeType"] == "gp2" and volume["Encrypted"] is False and "KmsKeyId" not in volume
    (interface,) = found["NetworkInterfaces"]
    assert interface["Attachment"]["DeleteOnTermination"] is True and "Association" not in interface


def test_everything_asked_for_is_there(aws, net):
    identity = launch(
        aws, net, CreditSpecification={"CpuCredits": "standard"}, DisableApiTermination=True, DisableApiStop=True, EbsOptimized=True,
        MetadataOptions={"HttpTokens": "required", "HttpPutResponseHopLimit": 3}, Monitoring={"Enabled": True}, PrivateIpAddress="10.0.0.77",
        UserData="#!/bin/sh", InstanceInitiatedShutdownBehavior="terminate", IamInstanceProfile={"Name": profile(aws)},
        BlockDeviceMappings=[
            {"DeviceName": "/dev/xvda", "Ebs": {"VolumeSize": 33, "VolumeType": "gp3", "Iops": 4000, "Throughput": 200, "Encrypted": True}},
            {"DeviceName": "/dev/sdb", "Ebs": {"VolumeSize": 5, "VolumeType": "io2", "Iops": 300, "DeleteOnTermination": False}}],
        TagSpecifications=[{"ResourceType": "instance", "Tags": [{"Key": "a", "Value": "1"}]}, {"ResourceType": "volume", "Tags": [{"Key": "v", "Value": "2"}]}],
    )  # fmt: skip
    found = instance_of(aws, identity)
    assert (
        found["MetadataOptions"].items()
        >= {"HttpTokens": "required", "HttpPutResponseHopLimit": 3, "HttpEndpoint": "enabled"}.items()
    )
    assert (
        found["Monitoring"]["State"] == "enabled"
        and found["EbsOptimized"] is True
        and found["PrivateIpAddress"] == "10.0.0.77"
    )
    assert found["IamInstanceProfile"]["Arn"].endswith("/p") and found["Tags"] == [{"Key": "a", "Value": "1"}]
    assert (
        attribute(aws, identity, "disableApiTermination") is True and attribute(aws, identity, "disableApiStop") is True
    )
    assert attribute(aws, identity, "instanceInitiatedShutdownBehavior") == "terminate"
    assert base64.b64decode(attribute(aws, identity, "userData")) == b"#!/bin/sh"
    credit = aws.ec2.describe_instance_credit_specifications(InstanceIds=[identity])["InstanceCreditSpecifications"]
    assert credit == [{"InstanceId": identity, "CpuCredits": "standard"}]
    volumes = {volume["Attachments"][0]["Device"]: volume for volume in aws.ec2.describe_volumes()["Volumes"]}
    assert (
        volumes["/dev/xvda"].items()
        >= {"Size": 33, "VolumeType": "gp3", "Iops": 4000, "Throughput": 200, "Encrypted": True}.items()
    )
    assert volumes["/dev/sdb"].items() >= {"Size": 5, "VolumeType": "io2", "Iops": 300, "Encrypted": False}.items()
    assert volumes["/dev/sdb"]["Attachments"][0]["DeleteOnTermination"] is False
    assert volumes["/dev/sdb"]["Tags"] == [{"Key": "v", "Value": "2"}]
    with raises("OperationNotPermitted"):
        aws.ec2.terminate_instances(InstanceIds=[identity])


def test_launch_template_data_is_applied(aws, net):
    group = aws.ec2.create_security_group(GroupName="g", Description="d", VpcId=net["vpc"])["GroupId"]
    data = {
        "ImageId": aws.image(), "InstanceType": "t3.small", "EbsOptimized": True, "Monitoring": {"Enabled": True}, "SecurityGroupIds": [group],
        "MetadataOptions": {"HttpTokens": "required"}, "IamInstanceProfile": {"Name": profile(aws)}, "UserData": base64.b64encode(b"hi").decode(),
        "BlockDeviceMappings": [{"DeviceName": "/dev/xvda", "Ebs": {"VolumeSize": 33, "VolumeType": "gp3"}}],
        "TagSpecifications": [{"ResourceType": "instance", "Tags": [{"Key": "lt", "Value": "1"}, {"Key": "both", "Value": "lt"}]}],
    }  # fmt: skip
    template = aws.ec2.create_launch_template(LaunchTemplateName="name", LaunchTemplateData=data)["LaunchTemplate"][
        "LaunchTemplateId"
    ]
    identity = launch(aws, net, ImageId=None, InstanceType=None, LaunchTemplate={"LaunchTemplateId": template},
                      TagSpecifications=[{"ResourceType": "instance", "Tags": [{"Key": "both", "Value": "run"}]}])  # fmt: skip
    found = instance_of(aws, identity)
    assert (found["InstanceType"], found["EbsOptimized"], found["Monitoring"]["State"]) == ("t3.small", True, "enabled")
    assert found["MetadataOptions"]["HttpTokens"] == "required" and found["SecurityGroups"][0]["GroupId"] == group
    assert [device["DeviceName"] for device in found["BlockDeviceMappings"]] == ["/dev/xvda"]
    tags = {tag["Key"]: tag["Value"] for tag in found["Tags"]}
    assert tags == {
        "lt": "1",
        "both": "run",
        "aws:ec2launchtemplate:id": template,
        "aws:ec2launchtemplate:version": "1",
    }
    (volume,) = aws.ec2.describe_volumes()["Volumes"]
    assert volume.items() >= {"Size": 33, "VolumeType": "gp3", "Iops": 3000, "Throughput": 125}.items()
    assert attribute(aws, identity, "userData") == base64.b64encode(b"hi").decode()
    interfaces = [{"DeviceIndex": 0, "Groups": [group], "AssociatePublicIpAddress": True, "SubnetId": net["other"]}]
    aws.ec2.create_launch_template_version(
        LaunchTemplateId=template,
        SourceVersion="1",
        LaunchTemplateData={"NetworkInterfaces": interfaces, "SecurityGroupIds": []},
    )
    second = launch(
        aws,
        net,
        ImageId=None,
        InstanceType=None,
        SubnetId=None,
        LaunchTemplate={"LaunchTemplateId": template, "Version": "$Latest"},
    )
    found = instance_of(aws, second)
    assert found["SubnetId"] == net["other"] and found["PublicIpAddress"]


def test_launch_template_versions_and_tags(aws):
    specification = [{"ResourceType": "launch-template", "Tags": [{"Key": "a", "Value": "1"}]}]
    inner = [{"ResourceType": "instance", "Tags": [{"Key": "b", "Value": "2"}]}]
    data = {"ImageId": "ami-0123456789abcdef0", "InstanceType": "t3.micro", "TagSpecifications": inner}
    template = aws.ec2.create_launch_template(
        LaunchTemplateName="name", LaunchTemplateData=data, TagSpecifications=specification, VersionDescription="first"
    )["LaunchTemplate"]
    identity = template["LaunchTemplateId"]
    assert template["Tags"] == [{"Key": "a", "Value": "1"}] and (
        template["DefaultVersionNumber"],
        template["LatestVersionNumber"],
    ) == (1, 1)
    (version,) = aws.ec2.describe_launch_template_versions(LaunchTemplateId=identity, Versions=["$Latest"])[
        "LaunchTemplateVersions"
    ]
    assert version["LaunchTemplateData"] == data and version["VersionDescription"] == "first"
    aws.ec2.create_launch_template_version(
        LaunchTemplateId=identity, SourceVersion="1", LaunchTemplateData={"InstanceType": "t3.small"}
    )
    (version,) = aws.ec2.describe_launch_template_versions(LaunchTemplateName="name", Versions=["2"])[
        "LaunchTemplateVersions"
    ]
    assert version["LaunchTemplateData"] == data | {"InstanceType": "t3.small"}
    aws.ec2.create_launch_template_version(LaunchTemplateId=identity, LaunchTemplateData={"InstanceType": "t3.large"})
    aws.ec2.modify_launch_template(LaunchTemplateId=identity, DefaultVersion="2")
    with raises("OperationNotPermitted"):
        aws.ec2.delete_launch_template_versions(LaunchTemplateId=identity, Versions=["2"])
    answer = aws.ec2.delete_launch_template_versions(LaunchTemplateId=identity, Versions=["3", "9"])
    assert [each["VersionNumber"] for each in answer["SuccessfullyDeletedLaunchTemplateVersions"]] == [3]
    assert [each["VersionNumber"] for each in answer["UnsuccessfullyDeletedLaunchTemplateVersions"]] == [9]
    created = aws.ec2.create_launch_template_version(
        LaunchTemplateId=identity, LaunchTemplateData={"InstanceType": "t3.large"}
    )
    assert created["LaunchTemplateVersion"]["VersionNumber"] == 4
    numbers = [
        each["VersionNumber"]
        for each in aws.ec2.describe_launch_template_versions(LaunchTemplateId=identity)["LaunchTemplateVersions"]
    ]
    assert numbers == [4, 2, 1]
    aws.ec2.create_tags(Resources=[identity], Tags=[{"Key": "c", "Value": "3"}])
    aws.ec2.delete_tags(Resources=[identity], Tags=[{"Key": "a"}])
    (found,) = aws.ec2.describe_launch_templates(Filters=[{"Name": "tag:c", "Values": ["3"]}])["LaunchTemplates"]
    assert found["Tags"] == [{"Key": "c", "Value": "3"}] and (
        found["DefaultVersionNumber"],
        found["LatestVersionNumber"],
    ) == (2, 4)
    aws.ec2.delete_launch_template(LaunchTemplateId=identity)
    with raises("InvalidLaunchTemplateId.NotFound"):
        aws.ec2.describe_launch_templates(LaunchTemplateIds=[identity])
    with raises("InvalidLaunchTemplateName.NotFoundException"):
        aws.ec2.describe_launch_templates(LaunchTemplateNames=["name"])


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"ImageId": "ami-0123456789abcdef0"}, "InvalidAMIID.NotFound"),
        ({"InstanceType": "t9.huge"}, "InvalidParameterValue"),
        ({"KeyName": "none"}, "InvalidKeyPair.NotFound"),
        ({"SubnetId": "subnet-0123456789abcdef0"}, "InvalidSubnetID.NotFound"),
        ({"SecurityGroupIds": ["sg-0123456789abcdef0"]}, "InvalidGroup.NotFound"),
        ({"IamInstanceProfile": {"Name": "none"}}, "InvalidParameterValue"),
        ({"LaunchTemplate": {"LaunchTemplateId": "lt-0123456789abcdef0"}}, "InvalidLaunchTemplateId.NotFound"),
    ],
)
def test_launch_refuses(aws, net, change, code):
    with raises(code):
        launch(aws, net, **change)


def test_what_changes_only_when_stopped(aws, net):
    identity = launch(aws, net)
    for change in (
        {"InstanceType": {"Value": "t3.small"}},
        {"UserData": {"Value": b"new"}},
        {"EbsOptimized": {"Value": True}},
    ):
        with raises("IncorrectInstanceState"):
            aws.ec2.modify_instance_attribute(InstanceId=identity, **change)
    aws.ec2.stop_instances(InstanceIds=[identity])
    aws.ec2.modify_instance_attribute(InstanceId=identity, InstanceType={"Value": "t3.small"})
    aws.ec2.modify_instance_attribute(InstanceId=identity, UserData={"Value": b"new"})
    with raises("InvalidParameterValue"):
        aws.ec2.modify_instance_attribute(InstanceId=identity, InstanceType={"Value": "t9.huge"})
    aws.ec2.start_instances(InstanceIds=[identity])
    found = instance_of(aws, identity)
    assert (found["InstanceType"], found["State"]["Name"]) == ("t3.small", "running")
    assert base64.b64decode(attribute(aws, identity, "userData")) == b"new"


def test_what_changes_at_any_time(aws, net):
    identity = launch(aws, net)
    group = aws.ec2.create_security_group(GroupName="g", Description="d", VpcId=net["vpc"])["GroupId"]
    aws.ec2.modify_instance_attribute(InstanceId=identity, Groups=[group])
    aws.ec2.modify_instance_attribute(InstanceId=identity, SourceDestCheck={"Value": False})
    aws.ec2.modify_instance_attribute(InstanceId=identity, DisableApiTermination={"Value": True})
    aws.ec2.modify_instance_attribute(InstanceId=identity, InstanceInitiatedShutdownBehavior={"Value": "terminate"})
    aws.ec2.modify_instance_attribute(
        InstanceId=identity, BlockDeviceMappings=[{"DeviceName": "/dev/xvda", "Ebs": {"DeleteOnTermination": False}}]
    )
    aws.ec2.modify_instance_metadata_options(InstanceId=identity, HttpTokens="required")
    aws.ec2.modify_instance_metadata_options(InstanceId=identity, HttpPutResponseHopLimit=2)
    aws.ec2.monitor_instances(InstanceIds=[identity])
    found = instance_of(aws, identity)
    assert (
        [each["GroupId"] for each in found["SecurityGroups"]]
        == [each["GroupId"] for each in found["NetworkInterfaces"][0]["Groups"]]
        == [group]
    )
    assert found["SourceDestCheck"] is False and found["Monitoring"]["State"] == "enabled"
    assert (found["MetadataOptions"]["HttpTokens"], found["MetadataOptions"]["HttpPutResponseHopLimit"]) == (
        "required",
        2,
    )
    assert found["BlockDeviceMappings"][0]["Ebs"]["DeleteOnTermination"] is False
    assert attribute(aws, identity, "disableApiTermination") is True
    aws.ec2.unmonitor_instances(InstanceIds=[identity])
    assert instance_of(aws, identity)["Monitoring"]["State"] == "disabled"
    aws.ec2.modify_instance_attribute(InstanceId=identity, Attribute="disableApiTermination", Value="false")
    aws.ec2.terminate_instances(InstanceIds=[identity])
    assert [volume["State"] for volume in aws.ec2.describe_volumes()["Volumes"]] == ["available"]


def test_instance_profiles(aws, net):
    identity = launch(aws, net)
    association = aws.ec2.associate_iam_instance_profile(
        InstanceId=identity, IamInstanceProfile={"Name": profile(aws, "p")}
    )["IamInstanceProfileAssociation"]
    assert instance_of(aws, identity)["IamInstanceProfile"]["Arn"].endswith("/p")
    aws.ec2.replace_iam_instance_profile_association(
        AssociationId=association["AssociationId"], IamInstanceProfile={"Name": profile(aws, "q")}
    )
    assert instance_of(aws, identity)["IamInstanceProfile"]["Arn"].endswith("/q")
    (found,) = aws.ec2.describe_iam_instance_profile_associations(
        Filters=[{"Name": "instance-id", "Values": [identity]}]
    )["IamInstanceProfileAssociations"]
    aws.ec2.disassociate_iam_instance_profile(AssociationId=found["AssociationId"])
    assert "IamInstanceProfile" not in instance_of(aws, identity)


def test_states_take_a_while(aws, net, slow):
    identity = launch(aws, net)

    def state():
        return instance_of(aws, identity)["State"]["Name"]

    assert state() == "pending"
    eventually(lambda: state() == "running")
    aws.ec2.stop_instances(InstanceIds=[identity])
    assert state() == "stopping"
    eventually(lambda: state() == "stopped")
    aws.ec2.terminate_instances(InstanceIds=[identity])
    assert state() == "shutting-down"
    eventually(lambda: state() == "terminated")
    address = aws.ec2.allocate_address(Domain="vpc")["AllocationId"]
    nat = aws.ec2.create_nat_gateway(SubnetId=net["subnet"], AllocationId=address)["NatGateway"]
    assert (nat["State"], nat["ConnectivityType"]) == ("pending", "public")

    def nat_state():
        return aws.ec2.describe_nat_gateways(NatGatewayIds=[nat["NatGatewayId"]])["NatGateways"][0]["State"]

    eventually(lambda: nat_state() == "available")
    aws.ec2.delete_nat_gateway(NatGatewayId=nat["NatGatewayId"])
    assert nat_state() == "deleting"
    with raises("DependencyViolation"):
        aws.ec2.delete_subnet(SubnetId=net["subnet"])
    eventually(lambda: nat_state() == "deleted")
    aws.ec2.release_address(AllocationId=address)


def test_volumes(aws, net):
    volume = aws.ec2.create_volume(AvailabilityZone="us-east-1a", Size=10, VolumeType="gp3")["VolumeId"]
    identity = launch(aws, net)

    def find():
        return aws.ec2.describe_volumes(VolumeIds=[volume])["Volumes"][0]

    assert (
        find().items()
        >= {
            "Iops": 3000,
            "Throughput": 125,
            "State": "available",
            "MultiAttachEnabled": False,
            "Encrypted": False,
        }.items()
    )
    aws.ec2.attach_volume(VolumeId=volume, InstanceId=identity, Device="/dev/sdf")
    assert (
        find()["Attachments"][0].items()
        >= {"State": "attached", "DeleteOnTermination": False, "Device": "/dev/sdf"}.items()
    )
    with raises("VolumeInUse"):
        aws.ec2.delete_volume(VolumeId=volume)
    with raises("VolumeInUse"):
        aws.ec2.attach_volume(VolumeId=volume, InstanceId=identity, Device="/dev/sdg")
    aws.ec2.modify_volume(VolumeId=volume, Size=20, Iops=4000)
    assert find().items() >= {"Size": 20, "Iops": 4000, "Throughput": 125}.items()
    assert (
        aws.ec2.describe_volumes_modifications(VolumeIds=[volume])["VolumesModifications"][0]["ModificationState"]
        == "completed"
    )
    with raises("InvalidParameterValue"):
        aws.ec2.modify_volume(VolumeId=volume, Size=5)
    aws.ec2.modify_volume(VolumeId=volume, VolumeType="gp2")
    assert find()["VolumeType"] == "gp2" and find()["Iops"] == 100 and "Throughput" not in find()
    assert aws.ec2.detach_volume(VolumeId=volume)["State"] == "detaching"
    with raises("IncorrectState"):
        aws.ec2.detach_volume(VolumeId=volume)
    elsewhere = aws.ec2.create_volume(AvailabilityZone="us-east-1b", Size=1)["VolumeId"]
    with raises("InvalidVolume.ZoneMismatch"):
        aws.ec2.attach_volume(VolumeId=elsewhere, InstanceId=identity, Device="/dev/sdh")
    aws.ec2.delete_volume(VolumeId=volume)
    with raises("InvalidVolume.NotFound"):
        aws.ec2.describe_volumes(VolumeIds=[volume])


def test_spot_requests(aws, net):
    options = {"MaxPrice": "0.05", "SpotInstanceType": "one-time"}
    identity = launch(aws, net, InstanceMarketOptions={"MarketType": "spot", "SpotOptions": options})
    request = instance_of(aws, identity)["SpotInstanceRequestId"]
    filters = [{"Name": "spot-instance-request-id", "Values": [request]}]
    (found,) = aws.ec2.describe_spot_instance_requests(Filters=filters)["SpotInstanceRequests"]
    assert (found["InstanceId"], found["SpotPrice"], found["State"]) == (identity, "0.05", "active")
    assert found["InstanceInterruptionBehavior"] == "terminate"
    aws.ec2.cancel_spot_instance_requests(SpotInstanceRequestIds=[request])
    (found,) = aws.ec2.describe_spot_instance_requests(SpotInstanceRequestIds=[request])["SpotInstanceRequests"]
    assert found["State"] == "cancelled"


@pytest.mark.parametrize("market", [None, {"MarketType": "spot"}])
def test_filters(aws, net, market):
    identity = launch(
        aws, net, ClientToken="token", InstanceMarketOptions=market, IamInstanceProfile={"Name": profile(aws)}
    )
    found = instance_of(aws, identity)
    filters = {
        "client-token": "token", "root-device-name": "/dev/xvda", "iam-instance-profile.arn": found["IamInstanceProfile"]["Arn"],
        "instance-state-code": "16", "block-device-mapping.volume-id": found["BlockDeviceMappings"][0]["Ebs"]["VolumeId"],
        "network-interface.subnet-id": net["subnet"],
    } | ({"instance-lifecycle": "spot"} if market else {})  # fmt: skip
    for name, value in filters.items():
        for wanted, count in ((value, 1), ("other", 0)):
            assert (
                len(aws.ec2.describe_instances(Filters=[{"Name": name, "Values": [wanted]}])["Reservations"]) == count
            ), name
