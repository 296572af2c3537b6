"""Secondary addresses of NAT gateways, which moto lacks: given at creation, associated, assigned and taken off later.

https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-working-with.html
"""

import ipaddress
import secrets

from moto.ec2.models.nat_gateways import NatGateway

from terrace_localstack.native import Scope
from terrace_localstack.pipeline import Answer, Call, mend
from terrace_localstack.runtime import aws_error


@mend("ec2", "CreateNatGateway")
def create_with_more(call: Call) -> Answer:
    answer, scope = call.proceed(), Scope.of(call.context)
    gateway = scope.ec2.nat_gateways[answer["NatGateway"]["NatGatewayId"]]
    if allocations := call.params.get("SecondaryAllocationIds"):
        _associate(scope, gateway, allocations)
    wanted = call.params.get("SecondaryPrivateIpAddresses") or []
    count = call.params.get("SecondaryPrivateIpAddressCount") or 0
    for address in [*wanted, *([None] * count)]:
        _assign(scope, gateway, address)
    return answer


@mend("ec2", "AssociateNatGatewayAddress")
def associate(call: Call) -> Answer:
    scope, gateway = _gateway_of(call)
    if gateway.connectivity_type == "private":
        raise aws_error("InvalidParameter", "A private NAT gateway cannot have an elastic IP address")
    _associate(scope, gateway, call.params["AllocationIds"])
    return _shown(gateway)


@mend("ec2", "DisassociateNatGatewayAddress")
def disassociate(call: Call) -> Answer:
    scope, gateway = _gateway_of(call)
    for association in call.params["AssociationIds"]:
        found = [each for each in gateway.address_set[1:] if each.get("associationId") == association]
        if not found:
            raise aws_error("InvalidAssociationID.NotFound", f"The association ID '{association}' does not exist")
        scope.ec2.disassociate_address(association_id=association)
        gateway.address_set.remove(found[0])
    return _shown(gateway)


@mend("ec2", "AssignPrivateNatGatewayAddress")
def assign(call: Call) -> Answer:
    scope, gateway = _gateway_of(call)
    for address in [*call.params.get("PrivateIpAddresses", []), *([None] * call.params.get("PrivateIpAddressCount", 0))]:
        _assign(scope, gateway, address)
    return _shown(gateway)


@mend("ec2", "UnassignPrivateNatGatewayAddress")
def unassign(call: Call) -> Answer:
    _, gateway = _gateway_of(call)
    gone = call.params["PrivateIpAddresses"]
    gateway.address_set[1:] = [each for each in gateway.address_set[1:] if each["privateIp"] not in gone]
    return _shown(gateway)


def _gateway_of(call: Call) -> tuple[Scope, NatGateway]:
    scope, identity = Scope.of(call.context), call.params["NatGatewayId"]
    gateway = scope.ec2.nat_gateways.get(identity)
    if gateway is None:
        raise aws_error("NatGatewayNotFound", f"NatGateway {identity} was not found")
    return scope, gateway


def _associate(scope: Scope, gateway: NatGateway, allocations: list[str]) -> None:
    for allocation in allocations:
        (address,) = scope.ec2.address_by_allocation([allocation])
        if address.association_id:
            raise aws_error("Resource.AlreadyAssociated", f"Elastic IP address [{allocation}] is already associated")
        address.association_id = f"eipassoc-{secrets.token_hex(9)[:17]}"
        _assign(scope, gateway, None)
        gateway.address_set[-1] |= {
            "allocationId": allocation,
            "publicIp": address.public_ip,
            "associationId": address.association_id,
        }


def _assign(scope: Scope, gateway: NatGateway, address: str | None) -> None:
    network = ipaddress.ip_network(scope.ec2.get_subnet(gateway.subnet_id).cidr_block)
    taken = {each["privateIp"] for each in gateway.address_set}
    hosts = (str(host) for host in list(network.hosts())[3:])
    chosen = address or next(host for host in hosts if host not in taken)
    gateway.address_set.append({"networkInterfaceId": gateway._eni.id, "privateIp": chosen})


def _shown(gateway: NatGateway) -> Answer:
    names = {
        "allocationId": "AllocationId", "publicIp": "PublicIp", "associationId": "AssociationId",
        "networkInterfaceId": "NetworkInterfaceId", "privateIp": "PrivateIp",
    }  # fmt: skip
    addresses = [
        {names[key]: value for key, value in each.items()} | {"IsPrimary": at == 0, "Status": "succeeded"}
        for at, each in enumerate(gateway.address_set)
    ]
    return {"NatGatewayId": gateway.id, "NatGatewayAddresses": addresses}
