"""Database instances: every field kept and answered, states that take a while, rules for deletion.

https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DBInstance.html
"""

import string
from datetime import UTC, datetime, timedelta
from functools import partial
from random import choices

from moto.rds.models import DBInstance, MasterUserSecret

from terrace_localstack.native import Scope, now
from terrace_localstack.pipeline import Answer, Call, mend
from terrace_localstack.rds import catalog, groups, parameters
from terrace_localstack.rds.groups import backend
from terrace_localstack.runtime import CLOCK, aws_error

ECHOED = (
    "DBInstanceClass", "Engine", "MasterUsername", "DBName", "AllocatedStorage", "BackupRetentionPeriod", "MultiAZ", "LicenseModel",
    "Iops", "StorageThroughput", "PubliclyAccessible", "StorageType", "StorageEncrypted", "KmsKeyId", "CopyTagsToSnapshot",
    "MonitoringInterval", "MonitoringRoleArn", "PerformanceInsightsKMSKeyId", "PerformanceInsightsRetentionPeriod",
    "DeletionProtection", "MaxAllocatedStorage", "NetworkType", "BackupTarget", "AutoMinorVersionUpgrade", "CharacterSetName",
    "DedicatedLogVolume", "DatabaseInsightsMode", "EngineLifecycleSupport", "CACertificateIdentifier", "CustomIamInstanceProfile",
    "NcharCharacterSetName", "Timezone", "MultiTenant", "ProcessorFeatures",
)  # fmt: skip
"""Fields that are answered as they were sent."""


def find(scope: Scope, identifier: str) -> DBInstance:
    database = backend(scope).databases.get(identifier.lower())
    if database is None:
        raise aws_error("DBInstanceNotFound", f"DBInstance {identifier} not found.", 404)
    return database


def fields_of(database: DBInstance) -> dict | None:
    """Returns what is answered of a database, or nothing for a member of a cluster, which is moto's."""
    return getattr(database, "fields", None)


@mend("rds", "CreateDBInstance")
def create(call: Call) -> Answer:
    scope, request = Scope.of(call.context), dict(call.params)
    if request.get("DBClusterIdentifier") or request["Engine"] not in ("postgres", "mysql", "mariadb"):
        return call.proceed()
    _check(scope, request)
    fields = new_fields(scope, request)
    database = add(scope, fields, request.get("Tags", []), request.get("MasterUserPassword"))
    if request.get("ManageMasterUserPassword"):
        manage_password(database, request.get("MasterUserSecretKmsKeyId"))
    return {"DBInstance": described(database)}


def _check(scope: Scope, request: dict) -> None:
    identifier = request["DBInstanceIdentifier"]
    plain = (
        identifier.replace("-", "").isalnum()
        and identifier[0].isalpha()
        and not identifier.endswith("-")
        and "--" not in identifier
    )
    if not plain or len(identifier) > 63:
        raise aws_error(
            "InvalidParameterValue", f"The parameter DBInstanceIdentifier is not a valid identifier: {identifier}"
        )
    if identifier.lower() in backend(scope).databases:
        raise aws_error("DBInstanceAlreadyExists", "DB instance already exists")
    catalog.check_class(request["DBInstanceClass"])
    if request.get("ManageMasterUserPassword") and request.get("MasterUserPassword"):
        raise aws_error(
            "InvalidParameterCombination",
            "You can't specify MasterUserPassword when ManageMasterUserPassword is enabled.",
        )
    if not request.get("MasterUsername"):
        raise aws_error("InvalidParameterValue", "The parameter MasterUsername must be provided and must not be blank.")
    if not request.get("ManageMasterUserPassword"):
        check_password(request.get("MasterUserPassword"))
    check_storage(
        request.get("StorageType") or ("io1" if request.get("Iops") else "gp2"), request.get("AllocatedStorage")
    )


def check_password(password: str | None) -> None:
    if not password:
        raise aws_error(
            "InvalidParameterValue", "The parameter MasterUserPassword must be provided and must not be blank."
        )
    if len(password) < 8 or set(password) & set('/@" '):
        raise aws_error(
            "InvalidParameterValue",
            "The parameter MasterUserPassword is not a valid password. It must have at least 8 characters and none of '/', '@', '\"' and ' '.",
        )


def check_storage(kind: str, size: int | None) -> None:
    if size is None:
        raise aws_error(
            "InvalidParameterValue", "The parameter AllocatedStorage must be provided and must not be blank."
        )
    low, high = catalog.STORAGE.get(kind, (20, 65_536))
    if not low <= size <= high:
        raise aws_error(
            "InvalidParameterValue",
            f"Invalid storage size for engine and storage type {kind}: {size}. It must be from {low} to {high} GiB.",
        )


def new_fields(scope: Scope, request: dict) -> dict:
    """Returns the fields of a new database: the request over AWS's defaults."""
    engine, version = request["Engine"], catalog.resolve(request["Engine"], request.get("EngineVersion"))
    name = request["DBInstanceIdentifier"].lower()
    resource = "db-" + "".join(choices(string.ascii_uppercase + string.digits, k=26))
    fields = {
        "DBInstanceIdentifier": name,
        "DBInstanceArn": scope.arn("rds", f"db:{name}"),
        "DbiResourceId": resource,
        "DBInstanceStatus": "creating",
        "EngineVersion": version,
        "BackupRetentionPeriod": 1,
        "PreferredBackupWindow": request.get("PreferredBackupWindow", "07:30-08:00"),
        "PreferredMaintenanceWindow": request.get("PreferredMaintenanceWindow", "sun:05:00-sun:05:30").lower(),
        "DBSecurityGroups": [],
        "PendingModifiedValues": {},
        "MultiAZ": False,
        "AutoMinorVersionUpgrade": True,
        "ReadReplicaDBInstanceIdentifiers": [],
        "LicenseModel": catalog.LICENSES.get(engine, "general-public-license"),
        "StorageType": "io1" if request.get("Iops") and not request.get("StorageType") else "gp2",
        "DbInstancePort": 0,
        "StorageEncrypted": False,
        "CACertificateIdentifier": "rds-ca-rsa2048-g1",
        "DomainMemberships": [],
        "CopyTagsToSnapshot": False,
        "MonitoringInterval": 0,
        "IAMDatabaseAuthenticationEnabled": bool(request.get("EnableIAMDatabaseAuthentication", False)),
        "PerformanceInsightsEnabled": bool(request.get("EnablePerformanceInsights", False)),
        "DeletionProtection": False,
        "AssociatedRoles": [],
        "CustomerOwnedIpEnabled": False,
        "BackupTarget": "region",
        "NetworkType": "IPV4",
        "ActivityStreamStatus": "stopped",
        "DedicatedLogVolume": False,
        "IsStorageConfigUpgradeAvailable": False,
        "EngineLifecycleSupport": "open-source-rds-extended-support",
        "DatabaseInsightsMode": "standard",
        "_Port": request.get("Port", catalog.PORTS.get(engine, 3306)),
    }
    fields |= {key: request[key] for key in ECHOED if request.get(key) is not None}
    if fields["StorageType"] == "gp3" and request["AllocatedStorage"] < 400:
        fields |= {"Iops": 3000, "StorageThroughput": 125}
    if fields["PerformanceInsightsEnabled"]:
        fields.setdefault("PerformanceInsightsRetentionPeriod", 7)
        fields.setdefault("PerformanceInsightsKMSKeyId", scope.arn("kms", "alias/aws/rds"))
    if request.get("EnableCloudwatchLogsExports"):
        fields["EnabledCloudwatchLogsExports"] = request["EnableCloudwatchLogsExports"]
    if fields["StorageEncrypted"]:
        fields.setdefault("KmsKeyId", scope.arn("kms", "key/00000000-0000-4000-8000-000000000001"))
    if fields["MonitoringInterval"]:
        fields["EnhancedMonitoringResourceArn"] = scope.arn("logs", f"log-group:RDSOSMetrics:log-stream:{resource}")
    fields["CertificateDetails"] = {
        "CAIdentifier": fields["CACertificateIdentifier"],
        "ValidTill": datetime.now(UTC).replace(microsecond=0) + timedelta(days=365),
    }
    return fields | _placement(scope, request, engine, version)


def _placement(scope: Scope, request: dict, engine: str, version: str) -> dict:
    """Returns what depends on other objects: subnet group, zone, security groups, parameter and option group."""
    family = catalog.family(engine, version)
    parameter_group = request.get("DBParameterGroupName") or f"default.{family}"
    if not parameter_group.startswith("default."):
        known = parameters.find(scope, parameter_group)
        if known.family != family:
            raise aws_error(
                "InvalidParameterCombination",
                f"The parameter group {parameter_group} with DBParameterGroupFamily {known.family} can't be used for this instance. Please use a parameter group with DBParameterGroupFamily {family}",
            )
    option_group = (
        request.get("OptionGroupName") or f"default:{engine}-{catalog.major(engine, version).replace('.', '-')}"
    )
    placed = {
        "DBParameterGroups": [{"DBParameterGroupName": parameter_group, "ParameterApplyStatus": "in-sync"}],
        "OptionGroupMemberships": [{"OptionGroupName": option_group, "Status": "in-sync"}],
    }
    zones = [f"{scope.region}{letter}" for letter in "abc"]
    vpc = scope.ec2.get_default_vpc()
    vpc_id = vpc.id if vpc else None
    if name := request.get("DBSubnetGroupName"):
        group = groups.find_subnet_group(scope, name)
        placed["DBSubnetGroup"] = groups.described(group)
        zones, vpc_id = sorted({subnet.availability_zone for subnet in group._subnets}), group.vpc_id
    if request.get("AvailabilityZone") and request["AvailabilityZone"] not in zones:
        raise aws_error(
            "InvalidVPCNetworkStateFault", f"The DB subnet group has no subnet in {request['AvailabilityZone']}"
        )
    placed["AvailabilityZone"] = request.get("AvailabilityZone") or zones[0]
    if request.get("MultiAZ"):
        placed["SecondaryAvailabilityZone"] = next(
            (zone for zone in zones if zone != placed["AvailabilityZone"]), zones[0]
        )
    ids = request.get("VpcSecurityGroupIds") or (
        [scope.ec2.get_security_group_from_name("default", vpc_id).id] if vpc_id else []
    )
    placed["VpcSecurityGroups"] = security_groups(scope, ids)
    if request.get("PubliclyAccessible") is None:
        placed["PubliclyAccessible"] = any(
            each.vpc is not None and each.vpc.id == vpc_id for each in scope.ec2.internet_gateways.values()
        )
    return placed


def security_groups(scope: Scope, ids: list[str]) -> list[dict]:
    if unknown := [each for each in ids if scope.ec2.get_security_group_from_id(each) is None]:
        raise aws_error("InvalidParameterValue", f"Invalid security group , groupId= {unknown[0]}, groupName=.")
    return [{"VpcSecurityGroupId": each, "Status": "active"} for each in ids]


def add(scope: Scope, fields: dict, tags: list[dict], password: str | None) -> DBInstance:
    """Puts a database into moto's records, with its fields, and lets it become available."""
    fields["InstanceCreateTime"] = now()
    group = fields["DBParameterGroups"][0]["DBParameterGroupName"]
    database = backend(scope).create_db_instance({
        "db_instance_identifier": fields["DBInstanceIdentifier"],
        "db_instance_class": fields["DBInstanceClass"],
        "engine": fields["Engine"],
        "engine_version": fields["EngineVersion"],
        "allocated_storage": fields["AllocatedStorage"],
        "storage_type": fields["StorageType"],
        "master_username": fields.get("MasterUsername"),
        "master_user_password": password,
        "db_subnet_group_name": fields.get("DBSubnetGroup", {}).get("DBSubnetGroupName"),
        "db_parameter_group_name": None if group.startswith("default.") else group.lower(),
        "vpc_security_group_ids": [each["VpcSecurityGroupId"] for each in fields["VpcSecurityGroups"]],
        "availability_zone": fields["AvailabilityZone"],
        "backup_retention_period": fields["BackupRetentionPeriod"],
        "storage_encrypted": fields["StorageEncrypted"],
        "port": fields["_Port"],
        "tags": tags,
    })  # fmt: skip
    database.fields = fields
    database.dbi_resource_id = fields["DbiResourceId"]
    CLOCK.later(2, partial(settle, database, "creating"))
    return database


def manage_password(database: DBInstance, key: str | None) -> None:
    """Has Secrets Manager keep the master password."""
    database.manage_master_user_password = True
    database.master_user_secret = MasterUserSecret(database, key)
    secret = database.master_user_secret
    database.fields["MasterUserSecret"] = {
        "SecretArn": secret.secret_arn,
        "SecretStatus": "active",
        "KmsKeyId": secret.kms_key_id,
    }


def settle(database: DBInstance, before: str, after: str = "available") -> None:
    """Ends a passing state."""
    if database.fields["DBInstanceStatus"] == before:
        database.fields["DBInstanceStatus"] = after


def described(database: DBInstance) -> dict:
    """Returns a database as AWS answers it."""
    fields = fields_of(database)
    shown = {key: value for key, value in fields.items() if not key.startswith("_") and value is not None}
    if fields["DBInstanceStatus"] != "creating":
        shown["Endpoint"] = {"Address": database.address, "Port": fields["_Port"], "HostedZoneId": "Z2R2ITUGPM61AM"}
        if fields["BackupRetentionPeriod"]:
            shown["LatestRestorableTime"] = now()
    shown["TagList"] = database.tags
    return shown


@mend("rds", "DescribeDBInstances")
def describe(call: Call) -> Answer:
    scope = Scope.of(call.context)
    if identifier := call.params.get("DBInstanceIdentifier"):
        database = find(scope, identifier.split(":")[-1])
        return {"DBInstances": [described(database)]} if fields_of(database) else call.proceed()
    answer = call.proceed(MaxRecords=None) if "MaxRecords" in call.params else call.proceed()
    databases = backend(scope).databases
    answer["DBInstances"] = [
        described(databases[each["DBInstanceIdentifier"]])
        if fields_of(databases[each["DBInstanceIdentifier"]])
        else each
        for each in answer["DBInstances"]
    ]
    return answer


@mend("rds", "DeleteDBInstance")
def delete(call: Call) -> Answer:
    scope, request = Scope.of(call.context), call.params
    database = find(scope, request["DBInstanceIdentifier"])
    fields = fields_of(database)
    if fields is None:
        return call.proceed()
    snapshot = request.get("FinalDBSnapshotIdentifier")
    if fields["DeletionProtection"]:
        raise aws_error(
            "InvalidParameterCombination",
            "Cannot delete protected DB Instance, please disable deletion protection and try again.",
        )
    if fields["DBInstanceStatus"] in ("deleting", "creating"):
        raise aws_error(
            "InvalidDBInstanceState", f"Instance {database.db_instance_identifier} is {fields['DBInstanceStatus']}."
        )
    if request.get("SkipFinalSnapshot") and snapshot:
        raise aws_error(
            "InvalidParameterCombination",
            "FinalDBSnapshotIdentifier can not be specified when skipping final snapshot.",
        )
    if not request.get("SkipFinalSnapshot") and not snapshot:
        raise aws_error(
            "InvalidParameterCombination",
            "FinalDBSnapshotIdentifier is required unless SkipFinalSnapshot is specified.",
        )
    if snapshot and fields.get("ReadReplicaSourceDBInstanceIdentifier"):
        raise aws_error("InvalidParameterCombination", "A final snapshot cannot be made of a read replica")
    if snapshot:
        backend(scope).create_db_snapshot(
            database.db_instance_identifier, snapshot, tags=database.tags if fields["CopyTagsToSnapshot"] else None
        )
    fields["DBInstanceStatus"] = "deleting"
    answer = {"DBInstance": described(database)}
    CLOCK.later(1, partial(_gone, scope, database))
    return answer


def _gone(scope: Scope, database: DBInstance) -> None:
    from terrace_localstack.rds.replicas import detach

    databases = backend(scope).databases
    if databases.get(database.db_instance_identifier) is database:
        detach(scope, database)
        database.is_replica = False
        backend(scope).delete_db_instance(database.db_instance_identifier, skip_final_snapshot=True)
