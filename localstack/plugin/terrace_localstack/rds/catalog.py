"""Engines, versions and instance classes: a plausible table, since moto has none.

https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DescribeDBEngineVersions.html
"""

from terrace_localstack.native import Scope
from terrace_localstack.pipeline import Answer, Call, mend
from terrace_localstack.runtime import aws_error

VERSIONS = {
    "postgres": (
        "13.20",
        "13.21",
        "14.15",
        "14.17",
        "14.18",
        "15.10",
        "15.12",
        "15.13",
        "16.4",
        "16.6",
        "16.8",
        "16.9",
        "16.10",
        "17.2",
        "17.4",
        "17.5",
        "17.6",
    ),
    "mysql": ("5.7.44", "8.0.35", "8.0.40", "8.0.41", "8.0.42", "8.4.3", "8.4.4", "8.4.5"),
    "mariadb": ("10.6.21", "10.6.22", "10.11.11", "10.11.13", "11.4.5", "11.4.7"),
    "aurora-postgresql": ("14.15", "14.17", "15.10", "15.12", "16.6", "16.8", "17.4", "17.5"),
    "aurora-mysql": ("5.7.mysql_aurora.2.12.5", "8.0.mysql_aurora.3.08.2", "8.0.mysql_aurora.3.10.0"),
}
PREFERRED = {
    "postgres": "17.6",
    "mysql": "8.4.5",
    "mariadb": "11.4.7",
    "aurora-postgresql": "17.5",
    "aurora-mysql": "8.0.mysql_aurora.3.10.0",
}
DESCRIPTIONS = {"postgres": "PostgreSQL", "mysql": "MySQL Community Edition", "mariadb": "MariaDB Community Edition",
                "aurora-postgresql": "Aurora PostgreSQL", "aurora-mysql": "Aurora MySQL"}  # fmt: skip
LICENSES = {"postgres": "postgresql-license", "aurora-postgresql": "postgresql-license"}
PORTS = {"postgres": 5432, "aurora-postgresql": 5432, "mysql": 3306, "mariadb": 3306, "aurora-mysql": 3306}
LOGS = {
    "postgres": ["postgresql", "upgrade", "iam-db-auth-error"],
    "aurora-postgresql": ["postgresql", "iam-db-auth-error"],
}
SMALL = ("micro", "small", "medium", "large", "xlarge", "2xlarge")
LARGE = ("large", "xlarge", "2xlarge", "4xlarge", "8xlarge", "12xlarge", "16xlarge")
CLASSES = tuple(
    [f"db.{family}.{size}" for family in ("t3", "t4g") for size in SMALL]
    + [
        f"db.{family}.{size}"
        for family in ("m5", "m6g", "m6i", "m7g", "m7i", "m8g", "r5", "r6g", "r6i", "r7g", "r7i", "r8g")
        for size in LARGE
    ]
)
STORAGE = {"gp2": (20, 65_536), "gp3": (20, 65_536), "io1": (100, 65_536), "io2": (100, 65_536), "standard": (5, 3_072)}


def family(engine: str, version: str) -> str:
    """Returns the parameter group family: ``postgres16``, ``mysql8.0``."""
    parts = version.split(".")
    return f"{engine}{parts[0] if 'postgres' in engine else '.'.join(parts[:2])}"


def major(engine: str, version: str) -> str:
    return version.split(".")[0] if "postgres" in engine else ".".join(version.split(".")[:2])


def resolve(engine: str, version: str | None) -> str:
    """Returns a full version for what a request names: nothing, a major version, or a full one."""
    if engine not in VERSIONS:
        return version or "1.0"
    if version is None:
        return PREFERRED[engine]
    matches = [each for each in VERSIONS[engine] if each == version or each.startswith(version + ".")]
    if matches:
        return matches[-1]
    raise aws_error("InvalidParameterCombination", f"Cannot find version {version} for {engine}")


def check_class(name: str) -> None:
    if name not in CLASSES and name != "db.serverless":
        raise aws_error("InvalidParameterValue", f"Invalid DB Instance class: {name}")


@mend("rds", "DescribeDBEngineVersions")
def engine_versions(call: Call) -> Answer:
    wanted = call.params
    shown = []
    for engine, versions in VERSIONS.items():
        for version in versions:
            fits = (
                wanted.get("Engine") in (None, engine)
                and (
                    not wanted.get("EngineVersion")
                    or version == wanted["EngineVersion"]
                    or version.startswith(wanted["EngineVersion"] + ".")
                )
                and wanted.get("DBParameterGroupFamily") in (None, family(engine, version))
                and (
                    not wanted.get("DefaultOnly")
                    or version == PREFERRED[engine]
                    or (wanted.get("EngineVersion") and version == resolve(engine, wanted["EngineVersion"]))
                )
            )
            if fits:
                shown.append(_version(engine, version))
    return {"DBEngineVersions": shown}


def _version(engine: str, version: str) -> dict:
    later = [each for each in VERSIONS[engine] if VERSIONS[engine].index(each) > VERSIONS[engine].index(version)]
    return {
        "Engine": engine,
        "EngineVersion": version,
        "MajorEngineVersion": major(engine, version),
        "DBParameterGroupFamily": family(engine, version),
        "DBEngineDescription": DESCRIPTIONS[engine],
        "DBEngineVersionDescription": f"{DESCRIPTIONS[engine]} {version}",
        "Status": "available",
        "ExportableLogTypes": LOGS.get(engine, ["audit", "error", "general", "slowquery"]),
        "SupportsReadReplica": True,
        "SupportsLogExportsToCloudwatchLogs": True,
        "SupportedEngineModes": ["provisioned"],
        "ValidUpgradeTarget": [
            {"Engine": engine, "EngineVersion": each, "Description": f"{DESCRIPTIONS[engine]} {each}", "AutoUpgrade": False,
             "IsMajorVersionUpgrade": major(engine, each) != major(engine, version)}
            for each in later
        ],
    }  # fmt: skip


@mend("rds", "DescribeOrderableDBInstanceOptions")
def orderable(call: Call) -> Answer:
    scope, wanted = Scope.of(call.context), call.params
    engine = wanted["Engine"]
    if engine not in VERSIONS:
        raise aws_error("InvalidParameterValue", f"Unrecognized engine name: {engine}")
    zones = [{"Name": f"{scope.region}{letter}"} for letter in "abc"]
    versions = [each for each in VERSIONS[engine] if wanted.get("EngineVersion") in (None, each)]
    classes = [each for each in CLASSES if wanted.get("DBInstanceClass") in (None, each)]
    storage = ("aurora",) if engine.startswith("aurora") else ("gp2", "gp3", "io1", "io2")
    return {
        "OrderableDBInstanceOptions": [
            _option(engine, version, each, kind, zones) for version in versions for each in classes for kind in storage
        ]
    }


def _option(engine: str, version: str, name: str, kind: str, zones: list[dict]) -> dict:
    low, high = STORAGE.get(kind, (1, 131_072))
    return {
        "Engine": engine, "EngineVersion": version, "DBInstanceClass": name, "LicenseModel": LICENSES.get(engine, "general-public-license"),
        "AvailabilityZones": zones, "MultiAZCapable": True, "ReadReplicaCapable": True, "Vpc": True, "SupportsStorageEncryption": True,
        "StorageType": kind, "SupportsIops": kind in ("gp3", "io1", "io2"), "SupportsEnhancedMonitoring": True,
        "SupportsIAMDatabaseAuthentication": True, "SupportsPerformanceInsights": True, "MinStorageSize": low, "MaxStorageSize": high,
        "SupportsStorageAutoscaling": True, "SupportedNetworkTypes": ["IPV4"], "SupportsStorageThroughput": kind == "gp3",
    }  # fmt: skip
