"""Changing databases: at once or in the maintenance window, with what waits shown as pending.

https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Overview.DBInstance.Modifying.html
"""

from functools import partial

from moto.rds.models import DBInstance

from terrace_localstack.native import Scope
from terrace_localstack.pipeline import Answer, Call, mend
from terrace_localstack.rds import catalog, groups, instances, parameters
from terrace_localstack.rds.groups import backend
from terrace_localstack.rds.instances import described, fields_of, find
from terrace_localstack.runtime import CLOCK, aws_error

WAIT = (
    "DBInstanceClass", "AllocatedStorage", "EngineVersion", "MultiAZ", "StorageType", "Iops", "StorageThroughput", "BackupRetentionPeriod",
    "DedicatedLogVolume",
)  # fmt: skip
"""Fields that wait for the maintenance window unless ApplyImmediately is set."""

AT_ONCE = (
    "DeletionProtection", "CopyTagsToSnapshot", "AutoMinorVersionUpgrade", "MonitoringInterval", "MonitoringRoleArn", "MaxAllocatedStorage",
    "PerformanceInsightsKMSKeyId", "PerformanceInsightsRetentionPeriod", "PubliclyAccessible", "NetworkType", "BackupTarget",
    "PreferredBackupWindow", "PreferredMaintenanceWindow", "LicenseModel", "DatabaseInsightsMode", "CACertificateIdentifier", "EngineLifecycleSupport",
)  # fmt: skip


@mend("rds", "ModifyDBInstance")
def modify(call: Call) -> Answer:
    scope, request = Scope.of(call.context), call.params
    database = find(scope, request["DBInstanceIdentifier"])
    fields = fields_of(database)
    if fields is None:
        return call.proceed()
    if fields["DBInstanceStatus"] not in ("available", "storage-optimization"):
        raise aws_error(
            "InvalidDBInstanceState", f"Database instance is not in available state: {fields['DBInstanceStatus']}"
        )
    _check(fields, request)
    waiting = {
        name: request[name] for name in WAIT if request.get(name) is not None and request[name] != fields.get(name)
    }
    if "EngineVersion" in waiting:
        waiting["EngineVersion"] = catalog.resolve(fields["Engine"], waiting["EngineVersion"])
    _apply_groups(scope, database, request)
    changed = _apply_at_once(database, request)
    _apply_password(database, request)
    name = request.get("NewDBInstanceIdentifier")
    if request.get("ApplyImmediately"):
        waiting = fields["PendingModifiedValues"] | waiting | ({"DBInstanceIdentifier": name.lower()} if name else {})
        fields["PendingModifiedValues"] = dict(waiting)
        if waiting or changed:
            fields["DBInstanceStatus"] = "modifying"
            answer = {"DBInstance": described(database)}
            CLOCK.later(1, partial(_complete, scope, database, waiting))
            return answer
    else:
        fields["PendingModifiedValues"] = fields["PendingModifiedValues"] | waiting
        if name:
            fields["PendingModifiedValues"]["DBInstanceIdentifier"] = name.lower()
    return {"DBInstance": described(database)}


def _check(fields: dict, request: dict) -> None:
    if request.get("DBInstanceClass"):
        catalog.check_class(request["DBInstanceClass"])
    size = request.get("AllocatedStorage")
    if size is not None and size < fields["AllocatedStorage"]:
        raise aws_error(
            "InvalidParameterCombination",
            f"Invalid storage size change: {fields['AllocatedStorage']} to {size} GiB. Storage cannot shrink.",
        )
    if request.get("EngineVersion"):
        wanted = catalog.resolve(fields["Engine"], request["EngineVersion"])
        major = catalog.major(fields["Engine"], wanted) != catalog.major(fields["Engine"], fields["EngineVersion"])
        if major and not request.get("AllowMajorVersionUpgrade"):
            raise aws_error(
                "InvalidParameterCombination",
                "The AllowMajorVersionUpgrade flag must be present when upgrading to a new major version.",
            )
    if request.get("MasterUserPassword"):
        instances.check_password(request["MasterUserPassword"])
    replicas = fields["ReadReplicaDBInstanceIdentifiers"]
    if request.get("BackupRetentionPeriod") == 0 and replicas:
        raise aws_error(
            "InvalidParameterCombination", "Automated backups cannot be disabled while the instance has read replicas"
        )


def _apply_groups(scope: Scope, database: DBInstance, request: dict) -> None:
    fields = database.fields
    if request.get("VpcSecurityGroupIds"):
        fields["VpcSecurityGroups"] = instances.security_groups(scope, request["VpcSecurityGroupIds"])
        database.vpc_security_group_ids = list(request["VpcSecurityGroupIds"])
    if name := request.get("DBParameterGroupName"):
        if not name.startswith("default."):
            parameters.find(scope, name)
        if name != fields["DBParameterGroups"][0]["DBParameterGroupName"]:
            fields["DBParameterGroups"] = [{"DBParameterGroupName": name, "ParameterApplyStatus": "pending-reboot"}]
            database.db_parameter_group_name = None if name.startswith("default.") else name.lower()
    if name := request.get("OptionGroupName"):
        fields["OptionGroupMemberships"] = [{"OptionGroupName": name, "Status": "in-sync"}]
    if name := request.get("DBSubnetGroupName"):
        group = groups.find_subnet_group(scope, name)
        fields["DBSubnetGroup"] = groups.described(group)
        database.db_subnet_group = group


def _apply_at_once(database: DBInstance, request: dict) -> bool:
    """Applies what never waits; says whether anything changed."""
    fields, before = database.fields, dict(database.fields)
    fields |= {name: request[name] for name in AT_ONCE if request.get(name) is not None}
    fields["PreferredMaintenanceWindow"] = fields["PreferredMaintenanceWindow"].lower()
    if fields.get("MaxAllocatedStorage") and fields["MaxAllocatedStorage"] <= fields["AllocatedStorage"]:
        fields["MaxAllocatedStorage"] = None
    for asked, shown in (
        ("EnableIAMDatabaseAuthentication", "IAMDatabaseAuthenticationEnabled"),
        ("EnablePerformanceInsights", "PerformanceInsightsEnabled"),
    ):
        if request.get(asked) is not None:
            fields[shown] = request[asked]
    if request.get("EnablePerformanceInsights") is False:
        fields |= {"PerformanceInsightsKMSKeyId": None, "PerformanceInsightsRetentionPeriod": None}
    elif fields["PerformanceInsightsEnabled"] and not fields.get("PerformanceInsightsRetentionPeriod"):
        fields["PerformanceInsightsRetentionPeriod"] = 7
    if request.get("DBPortNumber"):
        fields["_Port"] = database.port = request["DBPortNumber"]
    logs = request.get("CloudwatchLogsExportConfiguration") or {}
    enabled = [
        each for each in fields.get("EnabledCloudwatchLogsExports") or [] if each not in logs.get("DisableLogTypes", [])
    ]
    fields["EnabledCloudwatchLogsExports"] = list(dict.fromkeys(enabled + logs.get("EnableLogTypes", []))) or None
    fields["CertificateDetails"] = fields["CertificateDetails"] | {"CAIdentifier": fields["CACertificateIdentifier"]}
    return fields != before


def _apply_password(database: DBInstance, request: dict) -> None:
    managed = "MasterUserSecret" in database.fields
    if request.get("ManageMasterUserPassword") and not managed:
        instances.manage_password(database, request.get("MasterUserSecretKmsKeyId"))
    elif request.get("ManageMasterUserPassword") is False and managed:
        if not request.get("MasterUserPassword"):
            raise aws_error(
                "InvalidParameterCombination",
                "You must specify MasterUserPassword when you turn off the managed password.",
            )
        database.master_user_secret.delete_secret()
        database.manage_master_user_password = False
        del database.fields["MasterUserSecret"]
    elif request.get("MasterUserPassword") and managed:
        raise aws_error(
            "InvalidParameterCombination",
            "You can't specify MasterUserPassword for an instance with a managed password.",
        )
    if request.get("RotateMasterUserPassword") and not managed:
        raise aws_error("InvalidParameterCombination", "The instance has no managed password to rotate.")


def _complete(scope: Scope, database: DBInstance, values: dict) -> None:
    """Ends a modification: pending values become the live ones."""
    fields = database.fields
    before = dict(fields)
    fields |= {key: value for key, value in values.items() if key != "DBInstanceIdentifier"}
    fields["PendingModifiedValues"] = {}
    _follow_version(fields, before)
    if fields["MultiAZ"] and not fields.get("SecondaryAvailabilityZone"):
        zones = [f"{scope.region}{letter}" for letter in "abc"]
        if "DBSubnetGroup" in fields:
            zones = sorted({each["SubnetAvailabilityZone"]["Name"] for each in fields["DBSubnetGroup"]["Subnets"]})
        fields["SecondaryAvailabilityZone"] = next((zone for zone in zones if zone != fields["AvailabilityZone"]), None)
    elif not fields["MultiAZ"]:
        fields.pop("SecondaryAvailabilityZone", None)
    if fields["StorageType"] == "gp3" and fields["AllocatedStorage"] < 400:
        fields |= {"Iops": 3000, "StorageThroughput": 125}
    elif fields["StorageType"] == "gp2":
        fields |= {"Iops": None, "StorageThroughput": None}
    database.db_instance_class, database.allocated_storage = fields["DBInstanceClass"], fields["AllocatedStorage"]
    database.engine_version, database.multi_az = fields["EngineVersion"], fields["MultiAZ"]
    if name := values.get("DBInstanceIdentifier"):
        _rename(scope, database, name)
    instances.settle(database, "modifying")
    instances.settle(database, "rebooting")


def _follow_version(fields: dict, before: dict) -> None:
    """Moves default groups to the new major version."""
    old, new = (catalog.family(fields["Engine"], each["EngineVersion"]) for each in (before, fields))
    if old == new:
        return
    if fields["DBParameterGroups"][0]["DBParameterGroupName"].startswith("default."):
        fields["DBParameterGroups"] = [{"DBParameterGroupName": f"default.{new}", "ParameterApplyStatus": "in-sync"}]
    if fields["OptionGroupMemberships"][0]["OptionGroupName"].startswith("default:"):
        major = catalog.major(fields["Engine"], fields["EngineVersion"]).replace(".", "-")
        fields["OptionGroupMemberships"] = [
            {"OptionGroupName": f"default:{fields['Engine']}-{major}", "Status": "in-sync"}
        ]


def _rename(scope: Scope, database: DBInstance, name: str) -> None:
    databases = backend(scope).databases
    databases[name] = databases.pop(database.db_instance_identifier)
    database.db_instance_identifier = name
    database.fields |= {"DBInstanceIdentifier": name, "DBInstanceArn": scope.arn("rds", f"db:{name}")}


@mend("rds", "RebootDBInstance")
def reboot(call: Call) -> Answer:
    """Applies what waits for a reboot."""
    scope = Scope.of(call.context)
    database = find(scope, call.params["DBInstanceIdentifier"])
    fields = fields_of(database)
    if fields is None:
        return call.proceed()
    if fields["DBInstanceStatus"] != "available":
        raise aws_error(
            "InvalidDBInstanceState", f"Instance {database.db_instance_identifier} is not in available state."
        )
    fields["DBInstanceStatus"] = "rebooting"
    answer = {"DBInstance": described(database)}
    for group in fields["DBParameterGroups"]:
        group["ParameterApplyStatus"] = "in-sync"
    CLOCK.later(1, partial(instances.settle, database, "rebooting"))
    return answer


@mend("rds", "StopDBInstance", "StartDBInstance")
def stop_or_start(call: Call) -> Answer:
    database = find(Scope.of(call.context), call.params["DBInstanceIdentifier"])
    fields = fields_of(database)
    if fields is None:
        return call.proceed()
    before, passing, after = (
        ("available", "stopping", "stopped")
        if call.operation == "StopDBInstance"
        else ("stopped", "starting", "available")
    )
    if fields["DBInstanceStatus"] != before:
        raise aws_error(
            "InvalidDBInstanceState", f"Instance {database.db_instance_identifier} is not in {before} state."
        )
    fields["DBInstanceStatus"] = passing
    answer = {"DBInstance": described(database)}
    CLOCK.later(1, partial(instances.settle, database, passing, after))
    return answer
