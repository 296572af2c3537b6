"""Load balancers: CreateLoadBalancer and its relatives.

A create with the name and settings of an existing one answers with that one; other settings are refused
(https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateLoadBalancer.html).
"""

from moto.ec2.exceptions import InvalidSubnetIdError
from moto.ec2.models.subnets import Subnet

from terrace_localstack.elbv2 import attributes
from terrace_localstack.elbv2.store import LoadBalancer, operation, store
from terrace_localstack.native import Scope, Tags, hex_id, now
from terrace_localstack.runtime import CLOCK, aws_error

ARN_KIND = {"application": "app", "network": "net", "gateway": "gwy"}
HOSTED_ZONES = {
    ("us-east-1", "application"): "Z35SXDOTRQ7X7K",
    ("us-east-1", "network"): "Z26RNL4JYFTOTI",
    ("us-west-2", "application"): "Z1H1FL5HABSF5",
    ("us-west-2", "network"): "Z18D5FSROUN65G",
    ("eu-west-1", "application"): "Z32O12XQLNTSW2",
    ("eu-west-1", "network"): "Z2IFOLAFXWLO4F",
    ("eu-central-1", "application"): "Z215JYRZR1TBD5",
    ("eu-central-1", "network"): "Z3F0SRJ5LGBH90",
}


@operation("CreateLoadBalancer")
def create(scope: Scope, request: dict) -> dict:
    kind = request.get("Type", "application")
    _check_name(request["Name"])
    known = store(scope)
    settings = {key: value for key, value in request.items() if key != "Name"} | {"Type": kind}
    for existing in known.load_balancers.values():
        if existing.fields["LoadBalancerName"] == request["Name"]:
            if existing.settings == settings:
                return {"LoadBalancers": [existing.fields]}
            raise aws_error(
                "DuplicateLoadBalancerName",
                f"A load balancer with the same name '{request['Name']}' exists, but with different settings",
            )
    subnets = _subnets(scope, request, kind)
    scheme = request.get("Scheme", "internet-facing") if kind != "gateway" else None
    if scheme == "internet-facing":
        _need_internet_gateway(scope, subnets[0][0].vpc_id)
    tags = Tags()
    tags.add(request.get("Tags", []))
    fields = _fields(scope, request, kind, scheme, subnets)
    balancer = LoadBalancer(fields, settings, dict(attributes.LOAD_BALANCER[kind]), tags)
    known.load_balancers[balancer.arn] = balancer
    answer = {"LoadBalancers": [dict(fields)]}
    CLOCK.later(1, lambda: fields.update(State={"Code": "active"}))
    return answer


def _fields(scope: Scope, request: dict, kind: str, scheme: str | None, subnets: list[tuple[Subnet, dict]]) -> dict:
    name, digits = request["Name"], hex_id(16)
    vpc = subnets[0][0].vpc_id
    prefix = "internal-" if scheme == "internal" and kind == "application" else ""
    domain = "elb.amazonaws.com" if kind == "application" else None
    host = (
        f"{prefix}{name}-{int(digits[:8], 16)}.{scope.region}.{domain}"
        if domain
        else f"{name}-{digits}.elb.{scope.region}.amazonaws.com"
    )
    fields = {
        "LoadBalancerArn": scope.arn("elasticloadbalancing", f"loadbalancer/{ARN_KIND[kind]}/{name}/{digits}"),
        "LoadBalancerName": name,
        "CreatedTime": now(),
        "VpcId": vpc,
        "State": {"Code": "provisioning"},
        "Type": kind,
        "AvailabilityZones": _zones(scope, subnets),
        "IpAddressType": request.get("IpAddressType", "ipv4"),
    }
    if kind != "gateway":
        fields["DNSName"] = host
        fields["CanonicalHostedZoneId"] = HOSTED_ZONES.get((scope.region, kind), "Z35SXDOTRQ7X7K")
        fields["Scheme"] = scheme
    if kind == "application":
        fields["SecurityGroups"] = _security_groups(
            scope, request.get("SecurityGroups") or [_default_group(scope, vpc)], vpc
        )
    elif kind == "network":
        fields["EnablePrefixForIpv6SourceNat"] = request.get("EnablePrefixForIpv6SourceNat", "off")
        if request.get("SecurityGroups"):
            fields["SecurityGroups"] = _security_groups(scope, request["SecurityGroups"], vpc)
            fields["EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic"] = "on"
    for optional in ("CustomerOwnedIpv4Pool", "IpamPools"):
        if optional in request:
            fields[optional] = request[optional]
    return fields


def _check_name(name: str) -> None:
    fits = 1 <= len(name) <= 32 and name.replace("-", "").isalnum() and name.isascii()
    if not fits or name.startswith(("-", "internal-")) or name.endswith("-"):
        raise aws_error(
            "ValidationError", f"The load balancer name '{name}' is not valid: up to 32 letters, digits and hyphens"
        )


def _subnets(scope: Scope, request: dict, kind: str) -> list[tuple[Subnet, dict]]:
    """Returns the subnets with what the request says of each, checked as AWS checks them."""
    mappings = request.get("SubnetMappings") or [{"SubnetId": each} for each in request.get("Subnets", [])]
    if not mappings:
        raise aws_error("ValidationError", "You must specify subnets or subnet mappings")
    found = []
    for mapping in mappings:
        try:
            found.append((scope.ec2.get_subnet(mapping["SubnetId"]), mapping))
        except InvalidSubnetIdError as error:
            raise aws_error("SubnetNotFound", f"The subnet ID '{mapping['SubnetId']}' is not valid") from error
    if len({subnet.vpc_id for subnet, _ in found}) > 1:
        raise aws_error("InvalidConfigurationRequest", "All subnets must belong to the same VPC")
    zones = [subnet.availability_zone for subnet, _ in found]
    if len(set(zones)) < len(zones):
        raise aws_error(
            "InvalidConfigurationRequest",
            "A load balancer cannot be attached to multiple subnets in the same Availability Zone",
        )
    if kind == "application" and len(zones) < 2:
        raise aws_error("ValidationError", "At least two subnets in two different Availability Zones must be specified")
    return found


def _need_internet_gateway(scope: Scope, vpc: str) -> None:
    if not any(gateway.vpc and gateway.vpc.id == vpc for gateway in scope.ec2.internet_gateways.values()):
        raise aws_error("InvalidSubnet", f"VPC {vpc} has no internet gateway")


def _zones(scope: Scope, subnets: list[tuple[Subnet, dict]]) -> list[dict]:
    zones = []
    for subnet, mapping in subnets:
        address = {
            name: mapping[key]
            for name, key in (
                ("AllocationId", "AllocationId"),
                ("PrivateIPv4Address", "PrivateIPv4Address"),
                ("IPv6Address", "IPv6Address"),
            )
            if mapping.get(key)
        }
        if "AllocationId" in address:
            address["IpAddress"] = _address(scope, address["AllocationId"])
        zones.append(
            {
                "ZoneName": subnet.availability_zone,
                "SubnetId": subnet.id,
                "LoadBalancerAddresses": [address] if address else [],
            }
        )
    return sorted(zones, key=lambda zone: zone["ZoneName"])


def _address(scope: Scope, allocation: str) -> str:
    for address in scope.ec2.addresses:
        if address.allocation_id == allocation:
            return address.public_ip
    raise aws_error("AllocationIdNotFound", f"The allocation ID '{allocation}' does not exist")


def _security_groups(scope: Scope, ids: list[str], vpc: str) -> list[str]:
    for each in ids:
        group = scope.ec2.get_security_group_from_id(each)
        if group is None or group.vpc_id != vpc:
            raise aws_error("InvalidSecurityGroup", f"One or more security groups are invalid: {each}")
    return list(ids)


def _default_group(scope: Scope, vpc: str) -> str:
    return scope.ec2.get_security_group_from_name("default", vpc).id


@operation("DescribeLoadBalancers")
def describe(scope: Scope, request: dict) -> dict:
    known = store(scope)
    if arns := request.get("LoadBalancerArns"):
        return {"LoadBalancers": [known.load_balancer(arn).fields for arn in arns]}
    if names := request.get("Names"):
        by_name = {each.fields["LoadBalancerName"]: each.fields for each in known.load_balancers.values()}
        if missing := [name for name in names if name not in by_name]:
            raise aws_error("LoadBalancerNotFound", f"Load balancers '[{', '.join(missing)}]' not found")
        return {"LoadBalancers": [by_name[name] for name in names]}
    return {"LoadBalancers": [each.fields for each in known.load_balancers.values()]}


@operation("DeleteLoadBalancer")
def delete(scope: Scope, request: dict) -> None:
    """Deletes it with its listeners; one that is not there is no error."""
    known, arn = store(scope), request["LoadBalancerArn"]
    balancer = known.load_balancers.get(arn)
    if balancer is None:
        return
    if balancer.attributes["deletion_protection.enabled"] == "true":
        raise aws_error(
            "OperationNotPermitted", f"Load balancer '{arn}' cannot be deleted because deletion protection is enabled"
        )
    for listener in known.listeners_of(arn):
        for rule in known.rules_of(listener.arn):
            del known.rules[rule.arn]
        del known.listeners[listener.arn]
    del known.load_balancers[arn]


@operation("DescribeLoadBalancerAttributes")
def describe_attributes(scope: Scope, request: dict) -> dict:
    return {"Attributes": attributes.described(store(scope).load_balancer(request["LoadBalancerArn"]).attributes)}


@operation("ModifyLoadBalancerAttributes")
def modify_attributes(scope: Scope, request: dict) -> dict:
    balancer = store(scope).load_balancer(request["LoadBalancerArn"])
    balancer.attributes = attributes.changed(balancer.attributes, request["Attributes"])
    return {"Attributes": attributes.described(balancer.attributes)}


@operation("SetSubnets")
def set_subnets(scope: Scope, request: dict) -> dict:
    balancer = store(scope).load_balancer(request["LoadBalancerArn"])
    subnets = _subnets(scope, request, balancer.kind)
    if subnets[0][0].vpc_id != balancer.fields["VpcId"]:
        raise aws_error("InvalidSubnet", "The subnets belong to another VPC than the load balancer")
    if balancer.kind != "application" and (lost := set(balancer.subnets) - {subnet.id for subnet, _ in subnets}):
        raise aws_error(
            "InvalidConfigurationRequest", f"Subnets cannot be removed from this type of load balancer: {sorted(lost)}"
        )
    balancer.fields["AvailabilityZones"] = _zones(scope, subnets)
    for name in ("IpAddressType", "EnablePrefixForIpv6SourceNat"):
        if name in request:
            balancer.fields[name] = request[name]
    return {
        "AvailabilityZones": balancer.fields["AvailabilityZones"],
        "IpAddressType": balancer.fields["IpAddressType"],
    }


@operation("SetSecurityGroups")
def set_security_groups(scope: Scope, request: dict) -> dict:
    balancer = store(scope).load_balancer(request["LoadBalancerArn"])
    if balancer.kind == "network" and "SecurityGroups" not in balancer.fields:
        raise aws_error(
            "InvalidConfigurationRequest",
            "A Network Load Balancer that was created without security groups cannot get any",
        )
    balancer.fields["SecurityGroups"] = _security_groups(scope, request["SecurityGroups"], balancer.fields["VpcId"])
    answer = {"SecurityGroupIds": balancer.fields["SecurityGroups"]}
    enforce = "EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic"
    if enforce in request:
        balancer.fields[enforce] = answer[enforce] = request[enforce]
    return answer


@operation("SetIpAddressType")
def set_ip_address_type(scope: Scope, request: dict) -> dict:
    balancer = store(scope).load_balancer(request["LoadBalancerArn"])
    balancer.fields["IpAddressType"] = request["IpAddressType"]
    return {"IpAddressType": request["IpAddressType"]}


@operation("DescribeCapacityReservation")
def describe_capacity_reservation(scope: Scope, request: dict) -> dict:
    return _reservation(store(scope).load_balancer(request["LoadBalancerArn"]))


@operation("ModifyCapacityReservation")
def modify_capacity_reservation(scope: Scope, request: dict) -> dict:
    balancer = store(scope).load_balancer(request["LoadBalancerArn"])
    if request.get("ResetCapacityReservation"):
        balancer.capacity = None
    else:
        balancer.capacity = request["MinimumLoadBalancerCapacity"]["CapacityUnits"]
    return _reservation(balancer)


def _reservation(balancer: LoadBalancer) -> dict:
    answer = {"CapacityReservationState": [], "DecreaseRequestsRemaining": 2}
    if balancer.capacity is not None:
        answer["MinimumLoadBalancerCapacity"] = {"CapacityUnits": balancer.capacity}
        zones = [zone["ZoneName"] for zone in balancer.fields["AvailabilityZones"]]
        units = balancer.capacity / len(zones)
        answer["CapacityReservationState"] = [
            {"AvailabilityZone": zone, "EffectiveCapacityUnits": units, "State": {"Code": "provisioned"}} for zone in zones
        ]
    return answer


@operation("DescribeAccountLimits")
def describe_account_limits(scope: Scope, request: dict) -> dict:
    limits = {"application-load-balancers": 50, "listeners-per-application-load-balancer": 50, "target-groups": 3000,
              "targets-per-application-load-balancer": 1000, "network-load-balancers": 50, "rules-per-application-load-balancer": 100}  # fmt: skip
    return {"Limits": [{"Name": name, "Max": str(limit)} for name, limit in limits.items()]}
