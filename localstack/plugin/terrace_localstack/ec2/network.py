"""NAT gateways, internet gateways, routes: states that pass, refusals, defaults.

https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-basics.html
"""

from functools import partial

from moto.ec2.models.nat_gateways import NatGateway

from terrace_localstack.native import Scope
from terrace_localstack.pipeline import Answer, Call, mend
from terrace_localstack.runtime import CLOCK, aws_error


@mend("ec2", "CreateNatGateway")
def create_nat(call: Call) -> Answer:
    ec2, kind = Scope.of(call.context).ec2, call.params.get("ConnectivityType", "public")
    allocation = call.params.get("AllocationId")
    ec2.get_subnet(call.params["SubnetId"])
    if kind == "public" and not allocation:
        raise aws_error(
            "MissingParameter",
            "The request must include the AllocationId parameter. Add the required parameter and retry the request.",
        )
    if kind == "private" and allocation:
        raise aws_error("InvalidParameter", "A private NAT gateway cannot have an elastic IP address")
    if allocation:
        (address,) = ec2.address_by_allocation([allocation])
        if address.association_id:
            raise aws_error("Resource.AlreadyAssociated", f"Elastic IP address [{allocation}] is already associated")
    answer = call.proceed(ConnectivityType=kind)
    gateway = ec2.nat_gateways[answer["NatGateway"]["NatGatewayId"]]
    if call.params.get("PrivateIpAddress"):
        gateway.address_set[0]["privateIp"] = gateway._eni.private_ip_address = call.params["PrivateIpAddress"]
    gateway._eni.description = f"Interface for NAT Gateway {gateway.id}"
    gateway.state = "pending"
    answer["NatGateway"] |= {"State": "pending", "ConnectivityType": kind}
    CLOCK.later(1, partial(_reach, gateway, "pending", "available"))
    return answer


def _reach(gateway: NatGateway, before: str, after: str) -> None:
    if gateway.state == before:
        gateway.state = after


@mend("ec2", "DescribeNatGateways")
def describe_nat(call: Call) -> Answer:
    answer = call.proceed()
    filters = {each["Name"]: each["Values"] for each in call.params.get("Filter", [])}
    known, shown = Scope.of(call.context).ec2.nat_gateways, []
    for each in answer.get("NatGateways", []):
        gateway = known[each["NatGatewayId"]]
        each["ConnectivityType"] = gateway.connectivity_type or "public"
        each["Tags"] = [{"Key": tag["key"], "Value": tag["value"]} for tag in gateway.get_tags()]
        for at, address in enumerate(each.get("NatGatewayAddresses", [])):
            address |= {"IsPrimary": at == 0, "Status": "succeeded" if gateway.state == "available" else "associating"}
        if all(_fits(each["Tags"], name, values) for name, values in filters.items()):
            shown.append(each)
    return answer | {"NatGateways": shown}


def _fits(tags: list[dict], name: str, values: list[str]) -> bool:
    """Applies the tag filters that moto ignores for NAT gateways."""
    if name.startswith("tag:"):
        return any(tag["Key"] == name.removeprefix("tag:") and tag["Value"] in values for tag in tags)
    if name == "tag-key":
        return any(tag["Key"] in values for tag in tags)
    return True


@mend("ec2", "DeleteNatGateway")
def delete_nat(call: Call) -> Answer:
    ec2, identity = Scope.of(call.context).ec2, call.params["NatGatewayId"]
    gateway = ec2.nat_gateways.get(identity)
    if gateway is None:
        raise aws_error("NatGatewayNotFound", f"NatGateway {identity} was not found")
    if gateway.state not in ("deleted", "deleting"):
        gateway.state = "deleting"
        CLOCK.later(1, partial(_delete, ec2, gateway))
    return {"NatGatewayId": identity}


def _delete(ec2, gateway: NatGateway) -> None:
    """Frees the address and the network interface."""
    gateway.state = "deleted"
    for address in gateway.address_set:
        for known in ec2.addresses:
            if known.association_id and known.association_id == address.get("associationId"):
                ec2.disassociate_address(association_id=known.association_id)
    ec2.enis.pop(gateway._eni.id, None)


@mend("ec2", "AssociateRouteTable")
def associate_route_table(call: Call) -> Answer:
    subnet = call.params.get("SubnetId")
    for table in Scope.of(call.context).ec2.route_tables.values():
        for association, target in table.associations.items():
            if subnet and target == subnet and table.id != call.params["RouteTableId"]:
                raise aws_error(
                    "Resource.AlreadyAssociated",
                    f"the specified association for route table {table.id} conflicts with an existing association {association}",
                )
    return call.proceed()


@mend("ec2", "DescribeRouteTables")
def tables_of_gateways(call: Call) -> Answer:
    """Answers the filter ``association.gateway-id``, which moto lacks."""
    filters = call.params.get("Filters") or []
    wanted = [each["Values"] for each in filters if each["Name"] == "association.gateway-id"]
    if not wanted:
        return call.proceed()
    answer = call.proceed(Filters=[each for each in filters if each["Name"] != "association.gateway-id"])

    def fits(table: dict) -> bool:
        gateways = {each.get("GatewayId") for each in table.get("Associations", [])}
        return all(gateways.intersection(values) for values in wanted)

    return answer | {"RouteTables": [table for table in answer.get("RouteTables", []) if fits(table)]}


@mend("ec2", "AttachInternetGateway")
def attach_gateway(call: Call) -> Answer:
    ec2, vpc = Scope.of(call.context).ec2, call.params["VpcId"]
    for gateway in ec2.internet_gateways.values():
        if gateway.vpc is not None and gateway.vpc.id == vpc and gateway.id != call.params["InternetGatewayId"]:
            raise aws_error("Resource.AlreadyAssociated", f"resource {vpc} is already attached to network {gateway.id}")
    return call.proceed()


@mend("ec2", "CreateNetworkInterface")
def unknown_groups(call: Call) -> Answer:
    for group in call.params.get("Groups", []):
        if Scope.of(call.context).ec2.get_security_group_from_id(group) is None:
            raise aws_error("InvalidGroup.NotFound", f"The security group '{group}' does not exist")
    return call.proceed()


SUBNET_FIELDS = {
    "EnableDns64": lambda value: value["Value"],
    "MapCustomerOwnedIpOnLaunch": lambda value: value["Value"],
    "CustomerOwnedIpv4Pool": lambda value: value,
    "EnableLniAtDeviceIndex": lambda value: value,
}
"""Subnet attributes that moto drops: kept on the subnet and answered."""


@mend("ec2", "ModifySubnetAttribute")
def modify_subnet(call: Call) -> Answer:
    subnet = Scope.of(call.context).ec2.get_subnet(call.params["SubnetId"])
    extras = subnet.__dict__.setdefault("extras", {})
    extras |= {name: read(call.params[name]) for name, read in SUBNET_FIELDS.items() if name in call.params}
    if call.params.get("DisableLniAtDeviceIndex", {}).get("Value"):
        extras.pop("EnableLniAtDeviceIndex", None)
    options = extras.setdefault("PrivateDnsNameOptionsOnLaunch", {})
    if "PrivateDnsHostnameTypeOnLaunch" in call.params:
        options["HostnameType"] = call.params["PrivateDnsHostnameTypeOnLaunch"]
    for record in ("EnableResourceNameDnsARecord", "EnableResourceNameDnsAAAARecord"):
        if record + "OnLaunch" in call.params:
            options[record] = call.params[record + "OnLaunch"]["Value"]
    if {"MapPublicIpOnLaunch", "AssignIpv6AddressOnCreation"} & set(call.params):
        return call.proceed()
    return {}


@mend("ec2", "DescribeSubnets")
def describe_subnets(call: Call) -> Answer:
    answer = call.proceed()
    subnets = {
        identity: subnet for zone in Scope.of(call.context).ec2.subnets.values() for identity, subnet in zone.items()
    }
    for shown in answer.get("Subnets", []):
        extras = dict(getattr(subnets[shown["SubnetId"]], "extras", {}))
        options = extras.pop("PrivateDnsNameOptionsOnLaunch", {})
        shown["PrivateDnsNameOptionsOnLaunch"] = shown.get("PrivateDnsNameOptionsOnLaunch", {}) | options
        shown |= {"EnableDns64": False, "MapCustomerOwnedIpOnLaunch": False} | extras
    return answer
