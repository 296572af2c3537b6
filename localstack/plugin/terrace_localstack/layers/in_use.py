"""Things in use are not deleted: a table from operations to those who must not refer to the object.

Each entry names the parameter that holds the id, the error, and a function that yields who still uses it.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from moto.ec2.models import EC2Backend

from terrace_localstack.native import Scope
from terrace_localstack.pipeline import Answer, Call, layer
from terrace_localstack.runtime import aws_error

GONE = ("terminated",)


def _instances_in_subnet(scope: Scope, subnet: str) -> Iterator[str]:
    yield from (each.id for each in scope.ec2.all_instances() if each.subnet_id == subnet and each.state not in GONE)


def _interfaces(ec2: EC2Backend) -> Iterator:
    yield from (each for each in ec2.enis.values() if each.instance is None or each.instance.state not in GONE)


def _subnet(scope: Scope, subnet: str) -> Iterator[str]:
    yield from _instances_in_subnet(scope, subnet)
    yield from (each.id for each in _interfaces(scope.ec2) if each.subnet is not None and each.subnet.id == subnet)
    yield from (
        each.id for each in scope.ec2.nat_gateways.values() if each.subnet_id == subnet and each.state != "deleted"
    )
    yield from (each.arn for each in _balancers(scope) if subnet in each.subnets)
    yield from (
        each.id
        for each in scope.ec2.vpc_end_points.values()
        if subnet in (each.subnet_ids or []) and each.state != "deleted"
    )


def _balancers(scope: Scope) -> list:
    from terrace_localstack.elbv2.store import store

    return list(store(scope).load_balancers.values())


def _databases(scope: Scope) -> list:
    from moto.rds.models import rds_backends

    return list(rds_backends[scope.account][scope.region].databases.values())


def _vpc(scope: Scope, vpc: str) -> Iterator[str]:
    ec2 = scope.ec2
    yield from (each.id for each in ec2.internet_gateways.values() if each.vpc is not None and each.vpc.id == vpc)
    yield from (each.id for each in ec2.groups[vpc].values() if each.name != "default")
    yield from (each.id for zone in ec2.subnets.values() for each in zone.values() if each.vpc_id == vpc)
    yield from (each.id for each in ec2.nat_gateways.values() if each.vpc_id == vpc and each.state != "deleted")
    yield from (each.id for each in ec2.vpc_end_points.values() if each.vpc_id == vpc and each.state != "deleted")


def _security_group(scope: Scope, group: str) -> Iterator[str]:
    ec2 = scope.ec2
    yield from (
        each.id
        for each in ec2.all_instances()
        if each.state not in GONE and group in [g.id for g in each.security_groups]
    )
    yield from (each.id for each in _interfaces(ec2) if group in [g.id for g in each.group_set or []])
    yield from (each.arn for each in _balancers(scope) if group in each.fields.get("SecurityGroups", []))
    yield from (
        each.db_instance_identifier for each in _databases(scope) if group in (each.vpc_security_group_ids or [])
    )
    for other in (other for groups in ec2.groups.values() for other in groups.values() if other.id != group):
        for rule in [*other.ingress_rules, *other.egress_rules]:
            if rule.source_group.get("GroupId") == group:
                yield other.id


def _address(scope: Scope, allocation: str) -> Iterator[str]:
    yield from (
        each.association_id for each in scope.ec2.addresses if each.allocation_id == allocation and each.association_id
    )


def _gateway_attached(scope: Scope, gateway: str) -> Iterator[str]:
    known = scope.ec2.internet_gateways.get(gateway)
    if known is not None and known.vpc is not None:
        yield known.vpc.id


def _mapped_addresses(scope: Scope, gateway: str) -> Iterator[str]:
    for vpc in _gateway_attached(scope, gateway):
        yield from (each.id for each in _interfaces(scope.ec2) if each.vpc_id == vpc and each.public_ip)
        yield from (
            each.arn
            for each in _balancers(scope)
            if each.fields["VpcId"] == vpc and each.fields.get("Scheme") == "internet-facing"
        )


def _route_table(scope: Scope, table: str) -> Iterator[str]:
    known = scope.ec2.route_tables.get(table)
    if known is not None:
        yield from known.associations
        if known.main_association_id:
            yield "the main route table"


def _volume(scope: Scope, volume: str) -> Iterator[str]:
    known = scope.ec2.volumes.get(volume)
    if known is not None and known.attachment:
        yield known.attachment.instance.id


def _interface(scope: Scope, interface: str) -> Iterator[str]:
    known = scope.ec2.enis.get(interface)
    if known is not None and known.attachment_id and known.instance is not None and known.instance.state not in GONE:
        yield known.instance.id


def _subnet_group(scope: Scope, name: str) -> Iterator[str]:
    for database in _databases(scope):
        group = getattr(database, "db_subnet_group", None)
        if group is not None and name.lower() == group.name:
            yield database.db_instance_identifier


def _parameter_group(scope: Scope, name: str) -> Iterator[str]:
    yield from (
        each.db_instance_identifier for each in _databases(scope) if (each.db_parameter_group_name or "") == name
    )


def _profile_roles(scope: Scope, name: str) -> Iterator[str]:
    profile = _iam(scope).instance_profiles
    yield from (role.name for each in profile.values() if each.name == name for role in each.roles)


def _iam(scope: Scope):
    from moto.iam.models import iam_backends

    return iam_backends[scope.account][scope.partition]


def _role(scope: Scope, name: str) -> Iterator[str]:
    iam = _iam(scope)
    for role in iam.roles.values():
        if role.name == name:
            yield from role.managed_policies
            yield from role.policies
    yield from (each.name for each in iam.instance_profiles.values() if name in [role.name for role in each.roles])


def _policy(scope: Scope, arn: str) -> Iterator[str]:
    policy = _iam(scope).managed_policies.get(arn)
    if policy is not None:
        yield from (each.name for each in _iam(scope).roles.values() if arn in each.managed_policies)
        yield from (f"version {each.version_id}" for each in policy.versions if not each.is_default)


@dataclass(frozen=True)
class Guard:
    """Which parameter holds the id, who may use it, and what the error says."""

    parameter: str
    users: Callable[[Scope, str], Iterator[str]]
    code: str
    message: str
    status: int = 400


DEPENDENCY = "DependencyViolation"
GUARDS = {
    ("ec2", "DeleteSubnet"): Guard("SubnetId", _subnet, DEPENDENCY, "The subnet '{id}' has dependencies and cannot be deleted."),
    ("ec2", "DeleteVpc"): Guard("VpcId", _vpc, DEPENDENCY, "The vpc '{id}' has dependencies and cannot be deleted."),
    ("ec2", "DeleteSecurityGroup"): Guard("GroupId", _security_group, DEPENDENCY, "resource {id} has a dependent object"),
    ("ec2", "ReleaseAddress"): Guard("AllocationId", _address, "InvalidIPAddress.InUse", "Address {id} is in use."),
    ("ec2", "DeleteInternetGateway"): Guard("InternetGatewayId", _gateway_attached, DEPENDENCY, "The internetGateway '{id}' has dependencies and cannot be deleted."),
    ("ec2", "DetachInternetGateway"): Guard("InternetGatewayId", _mapped_addresses, DEPENDENCY, "Network of {id} has some mapped public address(es). Please unmap those public address(es) before detaching the gateway."),
    ("ec2", "DeleteRouteTable"): Guard("RouteTableId", _route_table, DEPENDENCY, "The routeTable '{id}' has dependencies and cannot be deleted."),
    ("ec2", "DeleteVolume"): Guard("VolumeId", _volume, "VolumeInUse", "Volume {id} is currently attached to {user}"),
    ("ec2", "DeleteNetworkInterface"): Guard("NetworkInterfaceId", _interface, "InvalidParameterValue", "Network interface '{id}' is currently in use."),
    ("rds", "DeleteDBSubnetGroup"): Guard("DBSubnetGroupName", _subnet_group, "InvalidDBSubnetGroupStateFault", "Cannot delete the subnet group '{id}' because at least one database instance: {user} is still using it."),
    ("rds", "DeleteDBParameterGroup"): Guard("DBParameterGroupName", _parameter_group, "InvalidDBParameterGroupState", "One or more database instances are still members of this parameter group {id}, so the group cannot be deleted"),
    ("iam", "DeleteInstanceProfile"): Guard("InstanceProfileName", _profile_roles, "DeleteConflict", "Cannot delete entity, must remove roles from instance profile first.", 409),
    ("iam", "DeleteRole"): Guard("RoleName", _role, "DeleteConflict", "Cannot delete entity, must detach all policies and remove roles from instance profile first: {user}", 409),
    ("iam", "DeletePolicy"): Guard("PolicyArn", _policy, "DeleteConflict", "Cannot delete a policy attached to entities or with other versions: {user}", 409),
}  # fmt: skip


@layer
def in_use(call: Call) -> Answer:
    guard = GUARDS.get((call.service, call.operation))
    identity = call.params.get(guard.parameter) if guard else None
    if identity:
        user = next(guard.users(Scope.of(call.context), identity), None)
        if user is not None:
            raise aws_error(guard.code, guard.message.format(id=identity, user=user), guard.status)
    return call.proceed()
