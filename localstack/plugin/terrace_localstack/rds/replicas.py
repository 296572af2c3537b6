"""Read replicas: made from a source, cross-referenced with it, promoted.

https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstanceReadReplica.html
"""

from functools import partial

from moto.rds.models import DBInstance

from terrace_localstack.native import Scope
from terrace_localstack.pipeline import Answer, Call, mend
from terrace_localstack.rds import catalog
from terrace_localstack.rds.groups import backend
from terrace_localstack.rds.instances import add, described, fields_of, find, new_fields, settle
from terrace_localstack.runtime import CLOCK, aws_error

INHERITED = ("Engine", "EngineVersion", "DBInstanceClass", "AllocatedStorage", "StorageType", "Iops", "StorageThroughput", "MasterUsername",
             "DBName", "LicenseModel", "StorageEncrypted", "CACertificateIdentifier", "MaxAllocatedStorage")  # fmt: skip


@mend("rds", "CreateDBInstanceReadReplica")
def create(call: Call) -> Answer:
    scope, request = Scope.of(call.context), dict(call.params)
    source_scope, source = _source(scope, request["SourceDBInstanceIdentifier"])
    origin = fields_of(source)
    if origin is None:
        return call.proceed()
    if request["DBInstanceIdentifier"].lower() in backend(scope).databases:
        raise aws_error("DBInstanceAlreadyExists", "DB instance already exists")
    if origin["DBInstanceStatus"] not in ("available", "backing-up", "storage-optimization"):
        raise aws_error(
            "InvalidDBInstanceState",
            f"Source database instance {source.db_instance_identifier} is not in available state.",
        )
    if not origin["BackupRetentionPeriod"]:
        raise aws_error(
            "InvalidDBInstanceState",
            "Automated backups are not enabled for this database instance. To enable automated backups, use ModifyDBInstance to set the backup retention period to a non-zero value.",
        )
    if request.get("DBInstanceClass"):
        catalog.check_class(request["DBInstanceClass"])
    here = source_scope.region == scope.region
    wanted = {name: origin[name] for name in INHERITED if origin.get(name) is not None} | request
    wanted.setdefault("Port", origin["_Port"])
    if here:
        wanted.setdefault("DBParameterGroupName", origin["DBParameterGroups"][0]["DBParameterGroupName"])
        if "DBSubnetGroup" in origin:
            wanted.setdefault("DBSubnetGroupName", origin["DBSubnetGroup"]["DBSubnetGroupName"])
    if wanted["StorageEncrypted"] and here:
        wanted.setdefault("KmsKeyId", origin.get("KmsKeyId"))
    fields = new_fields(scope, wanted)
    fields["BackupRetentionPeriod"] = request.get("BackupRetentionPeriod", 0)
    fields["ReadReplicaSourceDBInstanceIdentifier"] = (
        origin["DBInstanceIdentifier"] if here else origin["DBInstanceArn"]
    )
    fields["StatusInfos"] = [{"StatusType": "read replication", "Normal": True, "Status": "replicating"}]
    replica = add(scope, fields, request.get("Tags", []), None)
    origin["ReadReplicaDBInstanceIdentifiers"].append(
        fields["DBInstanceIdentifier"] if here else fields["DBInstanceArn"]
    )
    replica.source_scope = source_scope
    return {"DBInstance": described(replica)}


def _source(scope: Scope, identifier: str) -> tuple[Scope, DBInstance]:
    if identifier.startswith("arn:"):
        _, _, _, region, account, _, name = identifier.split(":")
        scope = Scope(account, region, scope.partition)
        return scope, find(scope, name)
    return scope, find(scope, identifier)


def detach(scope: Scope, database: DBInstance) -> None:
    """Takes a database that goes, or is promoted, out of the references between sources and replicas."""
    fields = database.fields
    if fields.pop("ReadReplicaSourceDBInstanceIdentifier", None):
        fields.pop("StatusInfos", None)
        for other in list(backend(database.source_scope).databases.values()):
            listed = (fields_of(other) or {}).get("ReadReplicaDBInstanceIdentifiers", [])
            for name in (fields["DBInstanceIdentifier"], fields["DBInstanceArn"]):
                if name in listed:
                    listed.remove(name)
    if fields["DBInstanceStatus"] == "deleting":
        for name in list(fields["ReadReplicaDBInstanceIdentifiers"]):
            replica = backend(scope).databases.get(name)
            if replica is not None and fields_of(replica):
                replica.fields.pop("ReadReplicaSourceDBInstanceIdentifier", None)


@mend("rds", "PromoteReadReplica")
def promote(call: Call) -> Answer:
    scope = Scope.of(call.context)
    database = find(scope, call.params["DBInstanceIdentifier"])
    fields = fields_of(database)
    if fields is None:
        return call.proceed()
    if "ReadReplicaSourceDBInstanceIdentifier" not in fields:
        raise aws_error(
            "InvalidDBInstanceState", f"DB Instance {database.db_instance_identifier} is not a read replica."
        )
    if fields["DBInstanceStatus"] != "available":
        raise aws_error(
            "InvalidDBInstanceState", f"DB Instance {database.db_instance_identifier} is not in available state."
        )
    fields["BackupRetentionPeriod"] = call.params.get("BackupRetentionPeriod", 1)
    if "PreferredBackupWindow" in call.params:
        fields["PreferredBackupWindow"] = call.params["PreferredBackupWindow"]
    fields["DBInstanceStatus"] = "modifying"
    answer = {"DBInstance": described(database)}
    CLOCK.later(1, partial(_promoted, scope, database))
    return answer


def _promoted(scope: Scope, database: DBInstance) -> None:
    detach(scope, database)
    settle(database, "modifying")
