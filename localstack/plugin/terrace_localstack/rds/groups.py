"""Subnet groups: changed in place, unique, over at least two zones.

https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_ModifyDBSubnetGroup.html
"""

from moto.ec2.exceptions import InvalidSubnetIdError
from moto.rds.models import DBSubnetGroup, RDSBackend, rds_backends

from terrace_localstack.native import Scope
from terrace_localstack.pipeline import Answer, Call, mend
from terrace_localstack.runtime import aws_error


def backend(scope: Scope) -> RDSBackend:
    return rds_backends[scope.account][scope.region]


def find_subnet_group(scope: Scope, name: str) -> DBSubnetGroup:
    for known, group in backend(scope).subnet_groups.items():
        if known.lower() == name.lower():
            return group
    raise aws_error("DBSubnetGroupNotFoundFault", f"DB subnet group '{name}' does not exist.", 404)


def _subnets(scope: Scope, ids: list[str]) -> list:
    try:
        subnets = [scope.ec2.get_subnet(each) for each in ids]
    except InvalidSubnetIdError as error:
        raise aws_error("InvalidSubnet", f"Some input subnets in :{ids} are invalid.") from error
    if len({subnet.vpc_id for subnet in subnets}) > 1:
        raise aws_error("InvalidParameterValue", "The DB subnet group has subnets of more than one VPC")
    if len({subnet.availability_zone for subnet in subnets}) < 2:
        raise aws_error(
            "DBSubnetGroupDoesNotCoverEnoughAZs",
            "The DB subnet group doesn't meet Availability Zone (AZ) coverage requirement. Add subnets to cover at least 2 AZs.",
        )
    return subnets


@mend("rds", "CreateDBSubnetGroup")
def create(call: Call) -> Answer:
    scope, name = Scope.of(call.context), call.params["DBSubnetGroupName"]
    if any(known.lower() == name.lower() for known in backend(scope).subnet_groups):
        raise aws_error("DBSubnetGroupAlreadyExists", f"The DB subnet group '{name}' already exists.")
    _subnets(scope, call.params["SubnetIds"])
    call.proceed(DBSubnetGroupName=name.lower())
    return {"DBSubnetGroup": described(find_subnet_group(scope, name))}


@mend("rds", "ModifyDBSubnetGroup")
def modify(call: Call) -> Answer:
    scope = Scope.of(call.context)
    group = find_subnet_group(scope, call.params["DBSubnetGroupName"])
    subnets = _subnets(scope, call.params["SubnetIds"])
    if subnets[0].vpc_id != group.vpc_id:
        raise aws_error("InvalidParameterValue", "The new subnets are not in the same Vpc as the existing subnet group")
    used = {
        each.availability_zone
        for each in backend(scope).databases.values()
        if getattr(each, "db_subnet_group", None) is group
    }
    if used - {subnet.availability_zone for subnet in subnets}:
        raise aws_error("SubnetAlreadyInUse", "The DB subnet is already in use in the Availability Zone.")
    group._subnets = subnets
    group.description = call.params.get("DBSubnetGroupDescription", group.description)
    return {"DBSubnetGroup": described(group)}


def described(group: DBSubnetGroup) -> dict:
    return {
        "DBSubnetGroupName": group.name,
        "DBSubnetGroupDescription": group.description,
        "VpcId": group.vpc_id,
        "SubnetGroupStatus": "Complete",
        "Subnets": group.subnets,
        "DBSubnetGroupArn": group.arn,
        "SupportedNetworkTypes": ["IPV4"],
    }


@mend("rds", "DescribeDBSubnetGroups")
def describe(call: Call) -> Answer:
    scope = Scope.of(call.context)
    if name := call.params.get("DBSubnetGroupName"):
        return {"DBSubnetGroups": [described(find_subnet_group(scope, name))]}
    return {"DBSubnetGroups": [described(group) for group in backend(scope).subnet_groups.values()]}


@mend("rds", "DeleteDBSubnetGroup")
def delete(call: Call) -> Answer:
    scope = Scope.of(call.context)
    group = find_subnet_group(scope, call.params["DBSubnetGroupName"])
    known = backend(scope).subnet_groups
    for name in [name for name, each in known.items() if each is group]:
        del known[name]
    return {}
