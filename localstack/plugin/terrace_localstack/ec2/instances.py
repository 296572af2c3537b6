"""Instances: launched with everything that was asked for, passing through the states that AWS passes through.

https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-instance-lifecycle.html
"""

import base64
import binascii
from functools import partial

from moto.ec2.models.instances import Instance, InstanceState
from moto.ec2.responses.instances import InstanceResponse

from terrace_localstack.ec2 import launch, spot
from terrace_localstack.ec2.volumes import complete_volume
from terrace_localstack.native import Scope, hex_id
from terrace_localstack.pipeline import Answer, Call, mend
from terrace_localstack.runtime import CLOCK, aws_error

CODES = {"pending": 0, "running": 16, "shutting-down": 32, "terminated": 48, "stopping": 64, "stopped": 80}
BURSTABLE = ("t2.", "t3.", "t3a.", "t4g.")
EXTRAS = (
    "CpuOptions",
    "EnclaveOptions",
    "PrivateDnsNameOptions",
    "MaintenanceOptions",
    "CapacityReservationSpecification",
    "CreditSpecification",
)
"""Parameters that moto drops and that DescribeInstances answers."""

_parse_devices = InstanceResponse._parse_block_device_mapping


def _parse_block_device_mapping(self: InstanceResponse) -> list[dict]:
    """Takes ``Encrypted`` from ``Encrypted``; moto takes it from the size."""
    mappings = _parse_devices(self)
    for mapping, given in zip(mappings, self._get_param("BlockDeviceMappings", []), strict=True):
        mapping["Ebs"]["Encrypted"] = False
        mapping["Ebs"]["VolumeSize"] = given.get("Ebs", {}).get("VolumeSize")
    return mappings


InstanceResponse._parse_block_device_mapping = _parse_block_device_mapping


def go(instance: Instance, passing: str, final: str, units: float) -> None:
    """Takes an instance to its final state by way of a passing one, unless something else happens to it meanwhile."""
    instance._state = InstanceState(passing, CODES[passing])
    CLOCK.later(units, partial(_arrive, instance, instance._state, final))


def _arrive(instance: Instance, passing: InstanceState, final: str) -> None:
    if instance._state is passing:
        instance._state = InstanceState(final, CODES[final])


@mend("ec2", "RunInstances")
def run(call: Call) -> Answer:
    scope = Scope.of(call.context)
    params, template_tags = launch.resolve(scope, call.params)
    devices = launch.devices(scope, params)
    params["BlockDeviceMappings"] = [
        {"DeviceName": each["DeviceName"], "Ebs": {"VolumeSize": each["Ebs"]["VolumeSize"], "VolumeType": "gp2"}}
        for each in devices
    ]
    if params.get("UserData"):
        params["UserData"] = _decoded(params["UserData"])  # the serializer encodes it again
    profile = params.pop("IamInstanceProfile", None)
    if profile:
        _check_profile(scope, profile)
    answer = call.proceed(**{name: params.get(name) for name in {*call.params, *params, "IamInstanceProfile"}})
    for shown in answer["Instances"]:
        instance = scope.ec2.get_instance(shown["InstanceId"])
        _finish(scope, instance, params, devices)
        if template_tags:
            instance.add_tags(template_tags)
        if profile:
            scope.ec2.associate_iam_instance_profile(instance.id, profile.get("Name"), profile.get("Arn"))
        passing = instance._state = InstanceState("pending", 0)
        complete(instance, shown)
        shown["State"] = {"Name": "pending", "Code": 0}
        shown["Tags"] = [{"Key": tag["key"], "Value": tag["value"]} for tag in instance.get_tags()]
        CLOCK.later(0.5, partial(_arrive, instance, passing, "running"))
    return answer


def _decoded(user_data: str) -> bytes:
    try:
        return base64.b64decode(user_data, validate=True)
    except binascii.Error as error:
        raise aws_error("InvalidUserData.Malformed", "Invalid BASE64 encoding of user data.") from error


def _check_profile(scope: Scope, profile: dict) -> None:
    from moto.iam.models import iam_backends

    known = iam_backends[scope.account][scope.partition].instance_profiles.values()
    if not any(profile.get("Name") == each.name or profile.get("Arn") == each.arn for each in known):
        name = profile.get("Name") or profile.get("Arn")
        raise aws_error(
            "InvalidParameterValue",
            f"Value ({name}) for parameter iamInstanceProfile.name is invalid. Invalid IAM Instance Profile name",
        )


def _finish(scope: Scope, instance: Instance, params: dict, devices: list[dict]) -> None:
    """Sets what moto left out or got wrong."""
    instance.disable_api_termination = bool(params.get("DisableApiTermination"))
    instance.extras = {name: params[name] for name in EXTRAS if params.get(name)}
    if params.get("Placement"):
        instance.extras["Placement"] = params["Placement"]
    if params.get("InstanceMarketOptions", {}).get("MarketType") == "spot":
        instance.lifecycle = "spot"
        identity = instance.extras["SpotInstanceRequestId"] = f"sir-{hex_id(8)}"
        spot.remember(scope, identity, instance, params["InstanceMarketOptions"].get("SpotOptions", {}))
    if not instance.security_groups:
        instance.security_groups = [group for nic in instance.nics.values() for group in nic.group_set]
    given = {int(each.get("DeviceIndex", 0)): each for each in params.get("NetworkInterfaces", [])}
    tags = next(
        (each["Tags"] for each in params.get("TagSpecifications", []) if each["ResourceType"] == "network-interface"),
        [],
    )
    for index, nic in instance.nics.items():
        nic.delete_on_termination = given.get(index, {}).get(
            "DeleteOnTermination", not given.get(index, {}).get("NetworkInterfaceId")
        )
        nic.add_tags({tag["Key"]: tag.get("Value", "") for tag in tags})
    for device in devices:
        attached = instance.block_device_mapping[device["DeviceName"]]
        attached.delete_on_termination = device["Ebs"]["DeleteOnTermination"]
        complete_volume(scope, scope.ec2.volumes[attached.volume_id], device["Ebs"])


def _is_elastic(instance: Instance, interface: dict) -> bool:
    address = interface["Association"].get("PublicIp")
    return any(each.public_ip == address for each in instance.ec2_backend.addresses)


def complete(instance: Instance, shown: dict) -> dict:
    """Fills in what AWS answers of an instance and moto does not."""
    extras = getattr(instance, "extras", {})
    windows = (instance.platform or "").lower() == "windows"
    shown.pop("Platform", None)
    if windows:
        shown["Platform"] = "windows"
    shown["PlatformDetails"] = "Windows" if windows else "Linux/UNIX"
    shown["UsageOperation"] = "RunInstances:0002" if windows else "RunInstances"
    shown["EnaSupport"] = True
    shown["HibernationOptions"] = {"Configured": bool((instance.hibernation_options or {}).get("Configured"))}
    shown["EnclaveOptions"] = {"Enabled": bool(extras.get("EnclaveOptions", {}).get("Enabled"))}
    dns = {"HostnameType": "ip-name", "EnableResourceNameDnsARecord": False, "EnableResourceNameDnsAAAARecord": False}
    shown["PrivateDnsNameOptions"] = dns | extras.get("PrivateDnsNameOptions", {})
    shown["MaintenanceOptions"] = {"AutoRecovery": "default", "RebootMigration": "default"} | extras.get(
        "MaintenanceOptions", {}
    )
    shown["CapacityReservationSpecification"] = {"CapacityReservationPreference": "open"} | extras.get(
        "CapacityReservationSpecification", {}
    )
    shown["CpuOptions"] = _cpu(instance) | extras.get("CpuOptions", {})
    shown["Placement"] = shown.get("Placement", {}) | extras.get("Placement", {})
    shown["DisableApiTermination"] = instance.disable_api_termination
    if "SpotInstanceRequestId" in extras:
        shown |= {"SpotInstanceRequestId": extras["SpotInstanceRequestId"], "InstanceLifecycle": "spot"}
    shown["SecurityGroups"] = [{"GroupId": group.id, "GroupName": group.name} for group in instance.security_groups]
    for interface in shown.get("NetworkInterfaces", []):
        if not interface.get("Association"):
            interface.pop("Association", None)
        elif not interface["Association"].get("AllocationId") and not _is_elastic(instance, interface):
            # An address that AWS gave at launch is Amazon's own.
            interface["Association"]["IpOwnerId"] = "amazon"
    if instance.state in ("terminated", "shutting-down"):
        for gone in (
            ("SubnetId", "VpcId", "PrivateIpAddress", "PublicIpAddress") if instance.state == "terminated" else ()
        ):
            shown.pop(gone, None)
        if instance.state == "terminated":
            shown |= {
                "NetworkInterfaces": [],
                "BlockDeviceMappings": [],
                "SecurityGroups": [],
                "PrivateDnsName": "",
                "PublicDnsName": "",
            }
    return shown


def _cpu(instance: Instance) -> dict:
    info = launch.INSTANCE_TYPES.get(instance.instance_type, {}).get("VCpuInfo", {})
    return {"CoreCount": info.get("DefaultCores", 1), "ThreadsPerCore": info.get("DefaultThreadsPerCore", 1)}


@mend("ec2", "DescribeInstances")
def describe(call: Call) -> Answer:
    answer = call.proceed()
    live = {instance.id: instance for instance in Scope.of(call.context).ec2.all_instances()}
    for reservation in answer.get("Reservations", []):
        for shown in reservation["Instances"]:
            complete(live[shown["InstanceId"]], shown)
    return answer


@mend("ec2", "StopInstances")
def stop(call: Call) -> Answer:
    return _change(call, "StoppingInstances", "stopping", "stopped", ("running", "stopped", "stopping", "pending"))


@mend("ec2", "StartInstances")
def start(call: Call) -> Answer:
    return _change(call, "StartingInstances", "pending", "running", ("stopped", "running", "pending"))


@mend("ec2", "TerminateInstances")
def terminate(call: Call) -> Answer:
    """Terminates; the addresses of the instance become free."""
    ec2 = Scope.of(call.context).ec2
    for instance in ec2.get_multi_instances_by_id(call.params.get("InstanceIds", [])):
        if instance.disable_api_termination is True:
            raise aws_error(
                "OperationNotPermitted",
                f"The instance '{instance.id}' may not be terminated. Modify its 'disableApiTermination' instance attribute and try again.",
            )
    for address in ec2.addresses:
        if (
            address.association_id
            and address.instance is not None
            and address.instance.id in call.params["InstanceIds"]
        ):
            ec2.disassociate_address(association_id=address.association_id)
    return _change(call, "TerminatingInstances", "shutting-down", "terminated", tuple(CODES))


def _change(call: Call, key: str, passing: str, final: str, able: tuple[str, ...]) -> Answer:
    ec2 = Scope.of(call.context).ec2
    instances = ec2.get_multi_instances_by_id(call.params.get("InstanceIds", []))
    for instance in instances:
        if instance.state not in able:
            raise aws_error(
                "IncorrectInstanceState",
                f"The instance '{instance.id}' is not in a state from which it can be {key.lower().removesuffix('instances')}.",
            )
    before = {instance.id: instance.state for instance in instances}
    active = [instance.id for instance in instances if before[instance.id] not in (passing, final)]
    if active:
        call.proceed(InstanceIds=active)
    changes = []
    for instance in instances:
        if instance.id in active:
            go(instance, passing, final, 0.5)
        state = passing if instance.id in active else before[instance.id]
        changes.append(
            {
                "InstanceId": instance.id,
                "CurrentState": {"Name": state, "Code": CODES[state]},
                "PreviousState": {"Name": before[instance.id], "Code": CODES[before[instance.id]]},
            }
        )
    return {key: changes}
