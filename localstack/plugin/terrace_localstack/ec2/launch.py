"""What RunInstances asks for in the end: the request on top of its launch template, with everything filled in and checked.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_RunInstances.html
"""

import copy

from localstack.aws.api import ServiceException
from moto.ec2.exceptions import InvalidSubnetIdError
from moto.ec2.models.amis import Ami
from moto.ec2.models.instance_types import INSTANCE_TYPE_OFFERINGS, INSTANCE_TYPES

from terrace_localstack.ec2 import launch_templates
from terrace_localstack.native import Scope
from terrace_localstack.runtime import aws_error, invoke


def resolve(scope: Scope, request: dict) -> tuple[dict, dict]:
    """Returns the parameters without a launch template, and the tags that name the template on the instance."""
    params, template_tags = _merged(scope, request)
    params["ImageId"] = _image_id(scope, params.get("ImageId"))
    params.setdefault("InstanceType", "m1.small")
    params["MinCount"] = params["MaxCount"] = int(params.get("MaxCount") or params.get("MinCount") or 1)
    _check(scope, params)
    _place(scope, params)
    return params, template_tags


def _merged(scope: Scope, request: dict) -> tuple[dict, dict]:
    params = copy.deepcopy(request)
    given = params.pop("LaunchTemplate", None)
    if not given:
        return params, {}
    template = launch_templates.find(scope, given)
    version = launch_templates.version_of(template, given.get("Version"))
    data = {key: value for key, value in copy.deepcopy(version.data).items() if value not in (None, {}, [])}
    params["TagSpecifications"] = _tags(data.pop("TagSpecifications", []), params.get("TagSpecifications", []))
    params["BlockDeviceMappings"] = _devices(data.pop("BlockDeviceMappings", []), params.get("BlockDeviceMappings", []))
    _interfaces(data, params)
    user_data = data.get("UserData")
    if user_data is not None:
        data["UserData"] = str(user_data)
    if "SecurityGroupIds" in params or "SecurityGroups" in params:
        data.pop("SecurityGroupIds", None)
        data.pop("SecurityGroups", None)
    data.pop("InstanceRequirements", None)
    return data | params, {
        "aws:ec2launchtemplate:id": template.id,
        "aws:ec2launchtemplate:version": str(version.number),
    }


def _interfaces(data: dict, params: dict) -> None:
    """Puts subnet and groups of the request into the template's first interface: EC2 takes them in one place only."""
    if "NetworkInterfaces" in params or not data.get("NetworkInterfaces"):
        return
    first = data["NetworkInterfaces"][0]
    if "SubnetId" in params:
        first["SubnetId"] = params.pop("SubnetId")
    if "SecurityGroupIds" in params:
        first["Groups"] = params.pop("SecurityGroupIds")
    elif data.get("SecurityGroupIds"):
        first.setdefault("Groups", data.pop("SecurityGroupIds"))


def _tags(*layers: list[dict]) -> list[dict]:
    """Merges tag specifications by kind of resource and key; the later win."""
    merged: dict[str, dict[str, str]] = {}
    for specification in (each for layer in layers for each in layer):
        tags = {tag["Key"]: tag.get("Value", "") for tag in specification.get("Tags", [])}
        merged.setdefault(specification["ResourceType"], {}).update(tags)
    return [
        {"ResourceType": kind, "Tags": [{"Key": k, "Value": v} for k, v in tags.items()]}
        for kind, tags in merged.items()
    ]


def _devices(*layers: list[dict]) -> list[dict]:
    """Merges block device mappings by device name; the later win."""
    merged: dict[str, dict] = {}
    for device in (each for layer in layers for each in layer):
        known = merged.setdefault(device["DeviceName"], {"DeviceName": device["DeviceName"]})
        ebs = known.get("Ebs", {}) | device.get("Ebs", {})
        known.update(device)
        if ebs:
            known["Ebs"] = ebs
    return list(merged.values())


def _image_id(scope: Scope, image: str | None) -> str:
    if not image:
        raise aws_error("MissingParameter", "The request must contain the parameter ImageId")
    if not image.startswith("resolve:ssm:"):
        return image
    name = image.removeprefix("resolve:ssm:")
    try:
        return invoke(scope.account, scope.region, "ssm", "GetParameter", Name=name)["Parameter"]["Value"]
    except ServiceException as error:
        raise aws_error("InvalidParameterValue", f"The parameter '{name}' cannot be resolved to an image") from error


def image(scope: Scope, identity: str) -> Ami:
    found = scope.ec2.amis.get(identity)
    if found is None:
        raise aws_error("InvalidAMIID.NotFound", f"The image id '[{identity}]' does not exist")
    return found


def _check(scope: Scope, params: dict) -> None:
    """Refuses what does not exist: image, type, key pair, groups."""
    image(scope, params["ImageId"])
    check_type(scope, params["InstanceType"])
    if (key := params.get("KeyName")) and key not in scope.ec2.key_pairs:
        raise aws_error("InvalidKeyPair.NotFound", f"The key pair '{key}' does not exist")
    for group in params.get("SecurityGroupIds", []):
        if scope.ec2.get_security_group_from_id(group) is None:
            raise aws_error("InvalidGroup.NotFound", f"The security group '{group}' does not exist")


def check_type(scope: Scope, name: str) -> None:
    if name not in INSTANCE_TYPES:
        raise aws_error("InvalidParameterValue", f"Invalid value '{name}' for InstanceType.")
    offered = INSTANCE_TYPE_OFFERINGS["region"].get(scope.region)
    if offered is not None and not any(each["InstanceType"] == name for each in offered):
        raise aws_error(
            "Unsupported",
            f"The requested configuration is currently not supported: {name} is not offered in {scope.region}.",
        )


def _place(scope: Scope, params: dict) -> None:
    """Fills in the subnet's default security group, and the default subnet where none is named."""
    interfaces = params.get("NetworkInterfaces")
    subnet_id = params.get("SubnetId") or next(
        (each["SubnetId"] for each in interfaces or [] if each.get("SubnetId")), None
    )
    if subnet_id is None and not interfaces:
        subnet_id = params["SubnetId"] = _default_subnet(scope, params.get("Placement", {}).get("AvailabilityZone"))
    if subnet_id is None:
        return
    try:
        subnet = scope.ec2.get_subnet(subnet_id)
    except InvalidSubnetIdError as error:
        raise aws_error("InvalidSubnetID.NotFound", f"The subnet ID '{subnet_id}' does not exist") from error
    default = scope.ec2.get_security_group_from_name("default", subnet.vpc_id)
    if interfaces:
        for each in interfaces:
            if not each.get("NetworkInterfaceId"):
                each.setdefault("Groups", params.get("SecurityGroupIds") or [default.id])
    elif not params.get("SecurityGroupIds") and not params.get("SecurityGroups"):
        params["SecurityGroupIds"] = [default.id]
    for group in params.get("SecurityGroupIds", []):
        if scope.ec2.get_security_group_from_id(group).vpc_id != subnet.vpc_id:
            raise aws_error(
                "InvalidParameter", f"Security group {group} and subnet {subnet_id} belong to different networks."
            )


def _default_subnet(scope: Scope, zone: str | None) -> str:
    defaults = scope.ec2.get_default_subnets()
    chosen = defaults.get(zone) if zone else next(iter(defaults.values()), None)
    if chosen is None:
        raise aws_error("MissingInput", "No subnets found for the default VPC. Please specify a subnet.")
    return chosen.id


def devices(scope: Scope, params: dict) -> list[dict]:
    """Returns the block devices of the instance: those of the image, changed and extended by the request."""
    source = image(scope, params["ImageId"])
    root = source.root_device_name or "/dev/sda1"
    own = {"DeviceName": root, "Ebs": {"VolumeSize": 8, "VolumeType": "gp2", "DeleteOnTermination": True}}
    for mapping in getattr(source, "block_device_mappings", None) or []:
        ebs = mapping.get("Ebs") or {}
        if mapping.get("DeviceName") == root and ebs.get("VolumeSize"):
            kind = ebs.get("VolumeType")
            own["Ebs"] |= {
                "VolumeSize": ebs["VolumeSize"],
                "VolumeType": kind if kind not in (None, "standard") else "gp2",
            }
            own["Ebs"]["SnapshotId"] = ebs.get("SnapshotId")
    result = []
    for device in _devices([own], params.get("BlockDeviceMappings", [])):
        if device.get("NoDevice") is None and "Ebs" in device:
            device["Ebs"].setdefault("DeleteOnTermination", True)
            device["Ebs"].setdefault("VolumeType", "gp2")
            device["Ebs"].setdefault("VolumeSize", 8)
            result.append(device)
    return result
