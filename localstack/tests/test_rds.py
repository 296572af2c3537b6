"""RDS: fields and defaults, pending changes, replicas, groups, deletion rules, the catalogue."""

import json

import pytest
from conftest import eventually, raises


@pytest.fixture
def net(aws):
    vpc, subnets = aws.network(3)
    aws.rds.create_db_subnet_group(
        DBSubnetGroupName="sg", DBSubnetGroupDescription="d", SubnetIds=subnets[:2], Tags=[{"Key": "a", "Value": "1"}]
    )
    return {"vpc": vpc, "subnets": subnets}


def create(aws, name="db", **more):
    parameters = {
        "DBInstanceIdentifier": name, "DBInstanceClass": "db.t3.micro", "Engine": "postgres", "AllocatedStorage": 20,
        "MasterUsername": "root", "MasterUserPassword": "correct-horse", "DBSubnetGroupName": "sg",
    }  # fmt: skip
    parameters |= more
    return aws.rds.create_db_instance(**{key: value for key, value in parameters.items() if value is not None})[
        "DBInstance"
    ]


def find(aws, name="db"):
    return aws.rds.describe_db_instances(DBInstanceIdentifier=name)["DBInstances"][0]


def test_defaults(aws, net):
    create(aws)
    found = find(aws)
    expected = {
        "EngineVersion": "17.6", "BackupRetentionPeriod": 1, "MultiAZ": False, "StorageType": "gp2", "StorageEncrypted": False,
        "LicenseModel": "postgresql-license", "MonitoringInterval": 0, "PerformanceInsightsEnabled": False, "NetworkType": "IPV4",
        "DeletionProtection": False, "AutoMinorVersionUpgrade": True, "CopyTagsToSnapshot": False, "PendingModifiedValues": {},
        "ReadReplicaDBInstanceIdentifiers": [], "TagList": [], "DBInstanceStatus": "available", "IAMDatabaseAuthenticationEnabled": False,
        "CACertificateIdentifier": "rds-ca-rsa2048-g1", "BackupTarget": "region", "DedicatedLogVolume": False,
    }  # fmt: skip
    assert {name: found[name] for name in expected} == expected
    assert found["DBParameterGroups"] == [
        {"DBParameterGroupName": "default.postgres17", "ParameterApplyStatus": "in-sync"}
    ]
    assert found["OptionGroupMemberships"] == [{"OptionGroupName": "default:postgres-17", "Status": "in-sync"}]
    assert found["Endpoint"]["Port"] == 5432 and found["DBSubnetGroup"]["DBSubnetGroupName"] == "sg"
    assert not {"MaxAllocatedStorage", "KmsKeyId", "MasterUserSecret", "Iops", "SecondaryAvailabilityZone"} & set(found)


def test_every_field_round_trips(aws, net):
    group = aws.ec2.create_security_group(GroupName="g", Description="d", VpcId=net["vpc"])["GroupId"]
    aws.rds.create_db_parameter_group(DBParameterGroupName="pg", DBParameterGroupFamily="postgres16", Description="d")
    echoed = {
        "MultiAZ": True, "StorageType": "gp3", "StorageEncrypted": True, "BackupRetentionPeriod": 7, "PreferredBackupWindow": "02:00-02:30",
        "PreferredMaintenanceWindow": "mon:03:00-mon:03:30", "DeletionProtection": True, "CopyTagsToSnapshot": True, "MonitoringInterval": 60,
        "MonitoringRoleArn": "arn:aws:iam::1:role/m", "MaxAllocatedStorage": 100, "AutoMinorVersionUpgrade": False, "DBName": "app",
        "PubliclyAccessible": False, "AvailabilityZone": "us-east-1b",
    }  # fmt: skip
    create(aws, EngineVersion="16", VpcSecurityGroupIds=[group], DBParameterGroupName="pg", EnablePerformanceInsights=True, Port=6000,
           EnableIAMDatabaseAuthentication=True, EnableCloudwatchLogsExports=["postgresql"], Tags=[{"Key": "a", "Value": "1"}], **echoed)  # fmt: skip
    found = find(aws)
    assert {name: found[name] for name in echoed} == echoed
    assert found["EngineVersion"] == "16.10" and found["SecondaryAvailabilityZone"] == "us-east-1a"
    assert (found["Iops"], found["StorageThroughput"], found["Endpoint"]["Port"]) == (3000, 125, 6000)
    assert found["VpcSecurityGroups"] == [{"VpcSecurityGroupId": group, "Status": "active"}]
    assert (
        found["PerformanceInsightsEnabled"]
        and found["PerformanceInsightsRetentionPeriod"] == 7
        and found["IAMDatabaseAuthenticationEnabled"]
    )
    assert found["EnabledCloudwatchLogsExports"] == ["postgresql"] and found["TagList"] == [{"Key": "a", "Value": "1"}]
    assert found["KmsKeyId"] and found["DBParameterGroups"][0]["DBParameterGroupName"] == "pg"
    with raises("DependencyViolation"):
        aws.ec2.delete_security_group(GroupId=group)
    with raises("InvalidDBParameterGroupState"):
        aws.rds.delete_db_parameter_group(DBParameterGroupName="pg")
    with raises("InvalidDBSubnetGroupStateFault"):
        aws.rds.delete_db_subnet_group(DBSubnetGroupName="sg")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"DBInstanceClass": "db.huge"}, "InvalidParameterValue"),
        ({"DBSubnetGroupName": "none"}, "DBSubnetGroupNotFoundFault"),
        ({"DBParameterGroupName": "none"}, "DBParameterGroupNotFound"),
        ({"EngineVersion": "3"}, "InvalidParameterCombination"),
        ({"AllocatedStorage": 5}, "InvalidParameterValue"),
        ({"MasterUserPassword": "short"}, "InvalidParameterValue"),
        ({"MasterUserPassword": None}, "InvalidParameterValue"),
        ({"VpcSecurityGroupIds": ["sg-0123456789abcdef0"]}, "InvalidParameterValue"),
        ({"DBInstanceIdentifier": "9db"}, "InvalidParameterValue"),
        ({"ManageMasterUserPassword": True}, "InvalidParameterCombination"),
    ],
)
def test_create_refuses(aws, net, change, code):
    with raises(code):
        create(aws, **change)


def test_changes_wait_or_apply(aws, net):
    create(aws, Engine="postgres", EngineVersion="16.8")
    with raises("DBInstanceAlreadyExists"):
        create(aws)
    aws.rds.modify_db_instance(DBInstanceIdentifier="db", DBInstanceClass="db.t3.large", DeletionProtection=True)
    found = find(aws)
    assert (found["DBInstanceClass"], found["PendingModifiedValues"], found["DeletionProtection"]) == (
        "db.t3.micro",
        {"DBInstanceClass": "db.t3.large"},
        True,
    )
    aws.rds.modify_db_instance(
        DBInstanceIdentifier="db", ApplyImmediately=True, AllocatedStorage=30, MultiAZ=True, BackupRetentionPeriod=3
    )
    found = find(aws)
    assert (found["DBInstanceClass"], found["AllocatedStorage"], found["MultiAZ"], found["PendingModifiedValues"]) == (
        "db.t3.large",
        30,
        True,
        {},
    )
    with raises("InvalidParameterCombination"):
        aws.rds.modify_db_instance(DBInstanceIdentifier="db", AllocatedStorage=25)
    with raises("InvalidParameterCombination"):
        aws.rds.modify_db_instance(DBInstanceIdentifier="db", EngineVersion="17.4", ApplyImmediately=True)
    aws.rds.modify_db_instance(
        DBInstanceIdentifier="db", EngineVersion="17.4", AllowMajorVersionUpgrade=True, ApplyImmediately=True
    )
    assert find(aws)["DBParameterGroups"][0]["DBParameterGroupName"] == "default.postgres17"
    aws.rds.modify_db_instance(
        DBInstanceIdentifier="db",
        CloudwatchLogsExportConfiguration={"EnableLogTypes": ["postgresql", "upgrade"]},
        EnableIAMDatabaseAuthentication=True,
    )
    aws.rds.modify_db_instance(
        DBInstanceIdentifier="db",
        CloudwatchLogsExportConfiguration={"DisableLogTypes": ["upgrade"]},
        MaxAllocatedStorage=200,
    )
    found = find(aws)
    assert (
        found["EnabledCloudwatchLogsExports"],
        found["IAMDatabaseAuthenticationEnabled"],
        found["MaxAllocatedStorage"],
    ) == (["postgresql"], True, 200)


def test_parameter_group_change_waits_for_a_reboot(aws, net):
    create(aws)
    aws.rds.create_db_parameter_group(DBParameterGroupName="pg", DBParameterGroupFamily="postgres17", Description="d")
    aws.rds.modify_db_instance(DBInstanceIdentifier="db", DBParameterGroupName="pg", ApplyImmediately=True)
    assert find(aws)["DBParameterGroups"] == [{"DBParameterGroupName": "pg", "ParameterApplyStatus": "pending-reboot"}]
    aws.rds.reboot_db_instance(DBInstanceIdentifier="db")
    assert find(aws)["DBParameterGroups"][0]["ParameterApplyStatus"] == "in-sync"


def test_states_take_a_while(aws, net, slow):
    assert create(aws)["DBInstanceStatus"] == "creating"
    assert "Endpoint" not in find(aws)
    with raises("InvalidDBInstanceState"):
        aws.rds.modify_db_instance(DBInstanceIdentifier="db", DBInstanceClass="db.t3.large", ApplyImmediately=True)
    eventually(lambda: find(aws)["DBInstanceStatus"] == "available")
    aws.rds.modify_db_instance(DBInstanceIdentifier="db", DBInstanceClass="db.t3.large", ApplyImmediately=True)
    found = find(aws)
    assert (found["DBInstanceStatus"], found["DBInstanceClass"], found["PendingModifiedValues"]) == (
        "modifying",
        "db.t3.micro",
        {"DBInstanceClass": "db.t3.large"},
    )
    eventually(lambda: find(aws)["DBInstanceClass"] == "db.t3.large")
    aws.rds.delete_db_instance(DBInstanceIdentifier="db", SkipFinalSnapshot=True)
    assert find(aws)["DBInstanceStatus"] == "deleting"
    eventually(lambda: aws.rds.describe_db_instances()["DBInstances"] == [])


def test_a_new_identifier(aws, net, slow):
    create(aws)
    eventually(lambda: find(aws)["DBInstanceStatus"] == "available")
    aws.rds.modify_db_instance(DBInstanceIdentifier="db", NewDBInstanceIdentifier="Other", ApplyImmediately=True)
    assert find(aws)["PendingModifiedValues"] == {"DBInstanceIdentifier": "other"}

    def names() -> list[str]:
        return [each["DBInstanceIdentifier"] for each in aws.rds.describe_db_instances()["DBInstances"]]

    eventually(lambda: names() == ["other"])
    found = find(aws, "other")
    assert (found["DBInstanceStatus"], found["PendingModifiedValues"]) == ("available", {})


def test_deletion_rules(aws, net):
    create(aws, DeletionProtection=True)
    with raises("InvalidParameterCombination"):
        aws.rds.delete_db_instance(DBInstanceIdentifier="db", SkipFinalSnapshot=True)
    aws.rds.modify_db_instance(DBInstanceIdentifier="db", DeletionProtection=False)
    with raises("InvalidParameterCombination"):
        aws.rds.delete_db_instance(DBInstanceIdentifier="db")
    with raises("InvalidParameterCombination"):
        aws.rds.delete_db_instance(DBInstanceIdentifier="db", SkipFinalSnapshot=True, FinalDBSnapshotIdentifier="last")
    aws.rds.delete_db_instance(DBInstanceIdentifier="db", FinalDBSnapshotIdentifier="last")
    assert [
        each["DBSnapshotIdentifier"] for each in aws.rds.describe_db_snapshots(SnapshotType="manual")["DBSnapshots"]
    ] == ["last"]
    with raises("DBInstanceNotFound"):
        find(aws)
    aws.rds.delete_db_subnet_group(DBSubnetGroupName="sg")
    with raises("DBSubnetGroupNotFoundFault"):
        aws.rds.describe_db_subnet_groups(DBSubnetGroupName="sg")


def test_replicas(aws, net):
    create(aws, BackupRetentionPeriod=0)
    with raises("InvalidDBInstanceState"):
        aws.rds.create_db_instance_read_replica(DBInstanceIdentifier="r1", SourceDBInstanceIdentifier="db")
    aws.rds.modify_db_instance(DBInstanceIdentifier="db", BackupRetentionPeriod=3, ApplyImmediately=True)
    for name in ("r1", "r2"):
        aws.rds.create_db_instance_read_replica(
            DBInstanceIdentifier=name, SourceDBInstanceIdentifier="db", Tags=[{"Key": "a", "Value": "1"}]
        )
    replica = find(aws, "r1")
    expected = {
        "ReadReplicaSourceDBInstanceIdentifier": "db",
        "BackupRetentionPeriod": 0,
        "MultiAZ": False,
        "AllocatedStorage": 20,
        "DBInstanceClass": "db.t3.micro",
    }
    assert {name: replica[name] for name in expected} == expected and replica["TagList"] == [{"Key": "a", "Value": "1"}]
    assert find(aws)["ReadReplicaDBInstanceIdentifiers"] == ["r1", "r2"]
    aws.rds.promote_read_replica(DBInstanceIdentifier="r1", BackupRetentionPeriod=5)
    promoted = find(aws, "r1")
    assert "ReadReplicaSourceDBInstanceIdentifier" not in promoted and promoted["BackupRetentionPeriod"] == 5
    assert find(aws)["ReadReplicaDBInstanceIdentifiers"] == ["r2"]
    with raises("InvalidDBInstanceState"):
        aws.rds.promote_read_replica(DBInstanceIdentifier="r1")
    aws.rds.delete_db_instance(DBInstanceIdentifier="r2", SkipFinalSnapshot=True)
    assert find(aws)["ReadReplicaDBInstanceIdentifiers"] == []


def test_replica_in_another_region(aws, net):
    create(aws)
    elsewhere = aws.elsewhere("eu-west-1")
    arn = find(aws)["DBInstanceArn"]
    elsewhere.rds.create_db_instance_read_replica(DBInstanceIdentifier="far", SourceDBInstanceIdentifier=arn)
    far = find(elsewhere, "far")
    assert far["ReadReplicaSourceDBInstanceIdentifier"] == arn and far["AvailabilityZone"].startswith("eu-west-1")
    assert find(aws)["ReadReplicaDBInstanceIdentifiers"] == [far["DBInstanceArn"]]


def test_managed_password(aws, net):
    create(aws, MasterUserPassword=None, ManageMasterUserPassword=True)
    secret = find(aws)["MasterUserSecret"]
    assert secret["SecretStatus"] == "active" and ":secret:rds!db-" in secret["SecretArn"]
    assert set(json.loads(aws.secretsmanager.get_secret_value(SecretId=secret["SecretArn"])["SecretString"])) == {
        "username",
        "password",
    }
    aws.rds.modify_db_instance(
        DBInstanceIdentifier="db", ManageMasterUserPassword=False, MasterUserPassword="correct-horse"
    )
    assert "MasterUserSecret" not in find(aws)
    with raises("ResourceNotFoundException"):
        aws.secretsmanager.get_secret_value(SecretId=secret["SecretArn"])


def test_subnet_groups(aws, net):
    (found,) = aws.rds.describe_db_subnet_groups(DBSubnetGroupName="SG")["DBSubnetGroups"]
    assert {each["SubnetIdentifier"] for each in found["Subnets"]} == set(net["subnets"][:2]) and found["VpcId"] == net[
        "vpc"
    ]
    aws.rds.modify_db_subnet_group(DBSubnetGroupName="sg", SubnetIds=net["subnets"], DBSubnetGroupDescription="new")
    (found,) = aws.rds.describe_db_subnet_groups(DBSubnetGroupName="sg")["DBSubnetGroups"]
    assert len(found["Subnets"]) == 3 and found["DBSubnetGroupDescription"] == "new"
    assert aws.rds.list_tags_for_resource(ResourceName=found["DBSubnetGroupArn"])["TagList"] == [
        {"Key": "a", "Value": "1"}
    ]
    with raises("DBSubnetGroupAlreadyExists"):
        aws.rds.create_db_subnet_group(DBSubnetGroupName="sg", DBSubnetGroupDescription="d", SubnetIds=net["subnets"])
    with raises("DBSubnetGroupDoesNotCoverEnoughAZs"):
        aws.rds.create_db_subnet_group(
            DBSubnetGroupName="one", DBSubnetGroupDescription="d", SubnetIds=net["subnets"][:1]
        )


def test_parameter_groups(aws):
    aws.rds.create_db_parameter_group(
        DBParameterGroupName="pg",
        DBParameterGroupFamily="postgres16",
        Description="d",
        Tags=[{"Key": "a", "Value": "1"}],
    )
    with raises("DBParameterGroupAlreadyExists"):
        aws.rds.create_db_parameter_group(
            DBParameterGroupName="pg", DBParameterGroupFamily="postgres16", Description="d"
        )

    def user():
        found = aws.rds.describe_db_parameters(DBParameterGroupName="pg", Source="user")["Parameters"]
        return {each["ParameterName"]: (each["ParameterValue"], each["ApplyMethod"]) for each in found}

    changes = [("log_statement", "all", "immediate"), ("max_connections", "50", "pending-reboot")]
    aws.rds.modify_db_parameter_group(
        DBParameterGroupName="pg",
        Parameters=[{"ParameterName": n, "ParameterValue": v, "ApplyMethod": m} for n, v, m in changes],
    )
    assert user() == {"log_statement": ("all", "immediate"), "max_connections": ("50", "pending-reboot")}
    with raises("InvalidParameterCombination"):
        aws.rds.modify_db_parameter_group(
            DBParameterGroupName="pg",
            Parameters=[{"ParameterName": "max_connections", "ParameterValue": "5", "ApplyMethod": "immediate"}],
        )
    aws.rds.reset_db_parameter_group(
        DBParameterGroupName="pg", Parameters=[{"ParameterName": "log_statement", "ApplyMethod": "immediate"}]
    )
    assert set(user()) == {"max_connections"}
    aws.rds.reset_db_parameter_group(DBParameterGroupName="pg", ResetAllParameters=True)
    assert user() == {}
    assert len(aws.rds.describe_db_parameters(DBParameterGroupName="pg")["Parameters"]) > 10
    arn = aws.rds.describe_db_parameter_groups(DBParameterGroupName="pg")["DBParameterGroups"][0]["DBParameterGroupArn"]
    assert aws.rds.list_tags_for_resource(ResourceName=arn)["TagList"] == [{"Key": "a", "Value": "1"}]
    aws.rds.delete_db_parameter_group(DBParameterGroupName="pg")
    for call in (aws.rds.describe_db_parameter_groups, aws.rds.delete_db_parameter_group):
        with raises("DBParameterGroupNotFound"):
            call(DBParameterGroupName="pg")


def test_catalogue_and_unknown_ids(aws):
    versions = aws.rds.describe_db_engine_versions(Engine="postgres", EngineVersion="16")["DBEngineVersions"]
    assert {each["DBParameterGroupFamily"] for each in versions} == {"postgres16"}
    (default,) = aws.rds.describe_db_engine_versions(Engine="mysql", DefaultOnly=True)["DBEngineVersions"]
    assert default["EngineVersion"] == "8.4.5"
    options = aws.rds.describe_orderable_db_instance_options(
        Engine="postgres", EngineVersion="17.6", DBInstanceClass="db.t3.micro"
    )
    assert {each["StorageType"] for each in options["OrderableDBInstanceOptions"]} >= {"gp2", "gp3"}
    for call, code in (
        (lambda: aws.rds.describe_db_instances(DBInstanceIdentifier="none"), "DBInstanceNotFound"),
        (lambda: aws.rds.delete_db_instance(DBInstanceIdentifier="none", SkipFinalSnapshot=True), "DBInstanceNotFound"),
        (lambda: aws.rds.modify_db_instance(DBInstanceIdentifier="none"), "DBInstanceNotFound"),
        (
            lambda: aws.rds.list_tags_for_resource(ResourceName=f"arn:aws:rds:us-east-1:{aws.account}:db:none"),
            "DBInstanceNotFound",
        ),
        (lambda: aws.rds.delete_db_subnet_group(DBSubnetGroupName="none"), "DBSubnetGroupNotFoundFault"),
    ):
        with raises(code):
            call()
