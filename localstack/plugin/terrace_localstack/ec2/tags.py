"""Tags of EC2 objects: keys that AWS reserves, objects that do not exist.

https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Tags.html
"""

from terrace_localstack.native import Scope
from terrace_localstack.pipeline import Answer, Call, mend
from terrace_localstack.runtime import aws_error


@mend("ec2", "CreateTags", "DeleteTags")
def reserved_keys(call: Call) -> Answer:
    for tag in call.params.get("Tags", []):
        if tag["Key"].lower().startswith("aws:"):
            raise aws_error(
                "InvalidParameterValue",
                f"Value ( {tag['Key']} ) for parameter key is invalid. Tag keys starting with 'aws:' are reserved for internal use",
            )
    return call.proceed()


NOT_FOUND = {
    "i": ("InvalidInstanceID.NotFound", "instance ID", lambda ec2, identity: ec2.get_instance_by_id(identity)),
    "vol": ("InvalidVolume.NotFound", "volume", lambda ec2, identity: ec2.volumes.get(identity)),
    "vpc": ("InvalidVpcID.NotFound", "vpc ID", lambda ec2, identity: ec2.vpcs.get(identity)),
    "subnet": (
        "InvalidSubnetID.NotFound",
        "subnet ID",
        lambda ec2, identity: any(identity in zone for zone in ec2.subnets.values()),
    ),
    "sg": ("InvalidGroup.NotFound", "security group", lambda ec2, identity: ec2.get_security_group_from_id(identity)),
    "igw": (
        "InvalidInternetGatewayID.NotFound",
        "internetGateway ID",
        lambda ec2, identity: ec2.internet_gateways.get(identity),
    ),
    "nat": ("NatGatewayNotFound", "NAT gateway", lambda ec2, identity: ec2.nat_gateways.get(identity)),
    "rtb": ("InvalidRouteTableID.NotFound", "routeTable ID", lambda ec2, identity: ec2.route_tables.get(identity)),
    "lt": (
        "InvalidLaunchTemplateId.NotFound",
        "launch template",
        lambda ec2, identity: ec2.launch_templates.get(identity),
    ),
    "eipalloc": (
        "InvalidAllocationID.NotFound",
        "allocation ID",
        lambda ec2, identity: any(each.allocation_id == identity for each in ec2.addresses),
    ),
}


@mend("ec2", "CreateTags")
def unknown_resources(call: Call) -> Answer:
    ec2 = Scope.of(call.context).ec2
    for identity in call.params.get("Resources", []):
        code, name, find = NOT_FOUND.get(identity.rsplit("-", 1)[0], (None, None, None))
        if code and not find(ec2, identity):
            raise aws_error(code, f"The {name} '{identity}' does not exist")
    return call.proceed()
