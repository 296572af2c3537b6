"""Parameter groups: engine defaults, user's values, reset, static parameters that wait for a reboot.

https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_WorkingWithParamGroups.html
"""

from moto.rds.models import DBParameterGroup

from terrace_localstack.native import Scope
from terrace_localstack.pipeline import Answer, Call, mend
from terrace_localstack.rds.groups import backend
from terrace_localstack.runtime import aws_error

POSTGRES = {
    # name: (default, apply type, data type, modifiable)
    "autovacuum": ("1", "dynamic", "boolean", True),
    "autovacuum_max_workers": ("GREATEST({DBInstanceClassMemory/64371566592},3)", "static", "integer", True),
    "checkpoint_timeout": (None, "dynamic", "integer", True),
    "client_encoding": (None, "dynamic", "string", True),
    "effective_cache_size": ("{DBInstanceClassMemory/16384}", "dynamic", "integer", True),
    "idle_in_transaction_session_timeout": ("86400000", "dynamic", "integer", True),
    "log_connections": (None, "dynamic", "boolean", True),
    "log_disconnections": (None, "dynamic", "boolean", True),
    "log_lock_waits": (None, "dynamic", "boolean", True),
    "log_min_duration_statement": (None, "dynamic", "integer", True),
    "log_statement": (None, "dynamic", "string", True),
    "maintenance_work_mem": ("GREATEST({DBInstanceClassMemory*1024/63963136},65536)", "dynamic", "integer", True),
    "max_connections": ("LEAST({DBInstanceClassMemory/9531392},5000)", "static", "integer", True),
    "max_wal_size": ("2048", "dynamic", "integer", True),
    "random_page_cost": (None, "dynamic", "float", True),
    "rds.force_ssl": ("1", "dynamic", "boolean", True),
    "rds.logical_replication": ("0", "static", "boolean", True),
    "shared_buffers": ("{DBInstanceClassMemory/32768}", "static", "integer", True),
    "shared_preload_libraries": ("pg_stat_statements", "static", "list", True),
    "statement_timeout": (None, "dynamic", "integer", True),
    "timezone": ("UTC", "dynamic", "string", True),
    "wal_level": ("replica", "static", "string", False),
    "work_mem": (None, "dynamic", "integer", True),
}
MYSQL = {
    "binlog_format": ("MIXED", "dynamic", "string", True),
    "character_set_server": (None, "dynamic", "string", True),
    "collation_server": (None, "dynamic", "string", True),
    "event_scheduler": (None, "dynamic", "string", True),
    "general_log": (None, "dynamic", "boolean", True),
    "innodb_buffer_pool_size": ("{DBInstanceClassMemory*3/4}", "dynamic", "integer", True),
    "innodb_flush_log_at_trx_commit": (None, "dynamic", "integer", True),
    "long_query_time": (None, "dynamic", "float", True),
    "lower_case_table_names": (None, "static", "integer", True),
    "max_allowed_packet": (None, "dynamic", "integer", True),
    "max_connections": ("{DBInstanceClassMemory/12582880}", "dynamic", "integer", True),
    "performance_schema": (None, "static", "boolean", True),
    "require_secure_transport": ("0", "dynamic", "boolean", True),
    "slow_query_log": (None, "dynamic", "boolean", True),
    "time_zone": (None, "dynamic", "string", True),
    "wait_timeout": (None, "dynamic", "integer", True),
}


def _defaults(group: DBParameterGroup) -> dict:
    return POSTGRES if "postgres" in (group.family or "") else MYSQL


def find(scope: Scope, name: str) -> DBParameterGroup:
    group = backend(scope).db_parameter_groups.get(name.lower())
    if group is None:
        raise aws_error("DBParameterGroupNotFound", f"DBParameterGroup not found: {name}", 404)
    return group


@mend("rds", "DescribeDBParameterGroups", "DeleteDBParameterGroup", "DescribeDBParameters")
def unknown_group(call: Call) -> Answer:
    if name := call.params.get("DBParameterGroupName"):
        find(Scope.of(call.context), name)
        if call.operation == "DeleteDBParameterGroup" and name.startswith("default."):
            raise aws_error(
                "InvalidParameterValue", f"DBParameterGroup {name} is a default group and cannot be deleted"
            )
    return call.proceed()


@mend("rds", "CreateDBParameterGroup")
def create(call: Call) -> Answer:
    name = call.params["DBParameterGroupName"]
    if name.lower() in backend(Scope.of(call.context)).db_parameter_groups:
        raise aws_error("DBParameterGroupAlreadyExists", f"Parameter group {name} already exists")
    return call.proceed(DBParameterGroupName=name.lower())


@mend("rds", "ModifyDBParameterGroup")
def modify(call: Call) -> Answer:
    group = find(Scope.of(call.context), call.params["DBParameterGroupName"])
    if group.name.startswith("default."):
        raise aws_error(
            "InvalidParameterValue",
            f"The parameter DBParameterGroupName must be provided and must not be a default group: {group.name}",
        )
    if len(call.params["Parameters"]) > 20:
        raise aws_error("InvalidParameterValue", "A maximum of 20 parameters can be modified in a single request")
    for each in call.params["Parameters"]:
        _, apply_type, _, modifiable = _defaults(group).get(each["ParameterName"], (None, "dynamic", "string", True))
        if not modifiable:
            raise aws_error("InvalidParameterValue", f"The parameter {each['ParameterName']} cannot be modified.")
        if apply_type == "static" and each.get("ApplyMethod") == "immediate":
            raise aws_error(
                "InvalidParameterCombination",
                f"cannot use immediate apply method for static parameter {each['ParameterName']}",
            )
    for each in call.params["Parameters"]:
        group.parameters[each["ParameterName"]] = {
            name: each[name] for name in ("ParameterName", "ParameterValue", "ApplyMethod") if name in each
        }
    return {"DBParameterGroupName": group.name}


@mend("rds", "ResetDBParameterGroup")
def reset(call: Call) -> Answer:
    group = find(Scope.of(call.context), call.params["DBParameterGroupName"])
    names = [each["ParameterName"] for each in call.params.get("Parameters", [])]
    for name in list(group.parameters) if call.params.get("ResetAllParameters", not names) else names:
        group.parameters.pop(name, None)
    return {"DBParameterGroupName": group.name}


@mend("rds", "DescribeDBParameters")
def describe(call: Call) -> Answer:
    group, wanted = find(Scope.of(call.context), call.params["DBParameterGroupName"]), call.params.get("Source")
    defaults = _defaults(group)
    shown = [_described(name, group, defaults) for name in sorted(defaults.keys() | group.parameters.keys())]
    return {"Parameters": [each for each in shown if wanted in (None, each["Source"])]}


def _described(name: str, group: DBParameterGroup, defaults: dict) -> dict:
    value, apply_type, data_type, modifiable = defaults.get(name, (None, "dynamic", "string", True))
    user = group.parameters.get(name)
    parameter = {
        "ParameterName": name,
        "Source": "user" if user else ("engine-default" if value is None else "system"),
        "ApplyType": apply_type,
        "DataType": data_type,
        "IsModifiable": modifiable,
        "ApplyMethod": user.get("ApplyMethod", "pending-reboot") if user else "pending-reboot",
    }
    value = user.get("ParameterValue") if user else value
    return parameter | ({"ParameterValue": value} if value is not None else {})
