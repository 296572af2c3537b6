"""Changing instances: what may change while they run, what only when they are stopped.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyInstanceAttribute.html
"""

import base64

from moto.core.types import Base64EncodedString
from moto.ec2.models.instances import Instance

from terrace_localstack.ec2 import launch
from terrace_localstack.ec2.instances import BURSTABLE
from terrace_localstack.native import Scope
from terrace_localstack.pipeline import Answer, Call, mend
from terrace_localstack.runtime import aws_error

STOPPED_ONLY = ("InstanceType", "UserData", "EbsOptimized", "Kernel", "Ramdisk", "EnaSupport", "SriovNetSupport")
PLAIN = {
    "DisableApiTermination": "disable_api_termination",
    "DisableApiStop": "disable_api_stop",
    "SourceDestCheck": "source_dest_check",
    "EbsOptimized": "ebs_optimized",
    "InstanceType": "instance_type",
    "InstanceInitiatedShutdownBehavior": "instance_initiated_shutdown_behavior",
}


@mend("ec2", "ModifyInstanceAttribute")
def modify(call: Call) -> Answer:
    scope = Scope.of(call.context)
    instance = scope.ec2.get_instance(call.params["InstanceId"])
    changes = _changes(call.params)
    if instance.state != "stopped" and (early := [name for name in STOPPED_ONLY if name in changes]):
        raise aws_error(
            "IncorrectInstanceState",
            f"The instance '{instance.id}' is not in the 'stopped' state: {early[0]} cannot be changed.",
        )
    if "InstanceType" in changes:
        launch.check_type(scope, changes["InstanceType"])
    for name, value in changes.items():
        if name in PLAIN:
            setattr(instance, PLAIN[name], value)
            if name == "SourceDestCheck" and instance.nics:
                instance.nics[0].source_dest_check = value
    if "UserData" in changes:
        instance.user_data = _user_data(changes["UserData"])
    if "Groups" in call.params:
        _groups(scope, instance, call.params["Groups"])
    for mapping in call.params.get("BlockDeviceMappings", []):
        _device(instance, mapping)
    return {}


def _changes(params: dict) -> dict:
    """Returns the attributes to change, from either spelling of the request."""
    if attribute := params.get("Attribute"):
        value = params.get("Value")
        wrapped = attribute in ("disableApiTermination", "disableApiStop", "sourceDestCheck", "ebsOptimized")
        return {attribute[0].upper() + attribute[1:]: str(value).lower() == "true" if wrapped else value}
    structures = {name: value for name, value in params.items() if isinstance(value, dict) and "Value" in value}
    return {name: value["Value"] for name, value in structures.items()}


def _user_data(value: bytes | str) -> Base64EncodedString:
    raw = base64.b64encode(value) if isinstance(value, bytes) else value.encode()
    return Base64EncodedString.from_encoded_bytes(raw)


def _groups(scope: Scope, instance: Instance, ids: list[str]) -> None:
    groups = [scope.ec2.get_security_group_from_id(each) for each in ids]
    if None in groups:
        raise aws_error("InvalidGroup.NotFound", f"The security group '{ids[groups.index(None)]}' does not exist")
    instance.security_groups = groups
    if instance.nics:
        instance.nics[0]._group_set = list(groups)


def _device(instance: Instance, mapping: dict) -> None:
    device = instance.block_device_mapping.get(mapping["DeviceName"])
    if device is None:
        raise aws_error("InvalidInstanceAttributeValue", f"No device is currently mapped at {mapping['DeviceName']}")
    if "DeleteOnTermination" in mapping.get("Ebs", {}):
        device.delete_on_termination = mapping["Ebs"]["DeleteOnTermination"]


@mend("ec2", "DescribeInstanceAttribute")
def describe(call: Call) -> Answer:
    instance = Scope.of(call.context).ec2.get_instance(call.params["InstanceId"])
    if call.params["Attribute"] == "userData":
        shown = {"Value": str(instance.user_data)} if instance.user_data else {}
        return {"InstanceId": instance.id, "UserData": shown}
    if call.params["Attribute"] == "enclaveOptions":
        return {
            "InstanceId": instance.id,
            "EnclaveOptions": getattr(instance, "extras", {}).get("EnclaveOptions", {"Enabled": False}),
        }
    return call.proceed()


@mend("ec2", "ModifyInstanceMetadataOptions")
def metadata_options(call: Call) -> Answer:
    """Changes only what the request names."""
    options = Scope.of(call.context).ec2.get_instance(call.params["InstanceId"]).metadata_options
    fields = {
        "HttpTokens": "http_tokens", "HttpPutResponseHopLimit": "http_put_response_hop_limit", "HttpEndpoint": "http_endpoint",
        "HttpProtocolIpv6": "http_protocol_ipv6", "InstanceMetadataTags": "instance_metadata_tags",
    }  # fmt: skip
    for name, attribute in fields.items():
        if call.params.get(name) is not None:
            setattr(options, attribute, call.params[name])
    shown = {name: getattr(options, attribute) for name, attribute in fields.items()}
    return {"InstanceId": call.params["InstanceId"], "InstanceMetadataOptions": shown | {"State": "applied"}}


@mend("ec2", "MonitorInstances", "UnmonitorInstances")
def monitoring(call: Call) -> Answer:
    wanted = call.operation == "MonitorInstances"
    instances = Scope.of(call.context).ec2.get_multi_instances_by_id(call.params["InstanceIds"])
    for instance in instances:
        instance.monitoring_state = "enabled" if wanted else "disabled"
    state = {"State": "pending" if wanted else "disabling"}
    return {"InstanceMonitorings": [{"InstanceId": instance.id, "Monitoring": state} for instance in instances]}


@mend("ec2", "DescribeInstanceCreditSpecifications")
def credits(call: Call) -> Answer:
    ec2 = Scope.of(call.context).ec2
    ids = call.params.get("InstanceIds")
    instances = ec2.get_multi_instances_by_id(ids) if ids else ec2.all_instances()
    return {
        "InstanceCreditSpecifications": [
            {"InstanceId": each.id, "CpuCredits": _credits(each)}
            for each in instances
            if each.instance_type.startswith(BURSTABLE)
        ]
    }


def _credits(instance: Instance) -> str:
    default = "standard" if instance.instance_type.startswith("t2.") else "unlimited"
    return getattr(instance, "extras", {}).get("CreditSpecification", {}).get("CpuCredits", default)


@mend("ec2", "ModifyInstanceCreditSpecification")
def modify_credits(call: Call) -> Answer:
    done = []
    for each in call.params["InstanceCreditSpecifications"]:
        instance = Scope.of(call.context).ec2.get_instance(each["InstanceId"])
        instance.extras = getattr(instance, "extras", {}) | {"CreditSpecification": {"CpuCredits": each["CpuCredits"]}}
        done.append({"InstanceId": instance.id})
    return {"SuccessfulInstanceCreditSpecifications": done, "UnsuccessfulInstanceCreditSpecifications": []}


@mend("ec2", "ModifyInstanceMaintenanceOptions", "ModifyPrivateDnsNameOptions", "ModifyInstanceCpuOptions")
def options(call: Call) -> Answer:
    """Keeps options that DescribeInstances answers."""
    instance = Scope.of(call.context).ec2.get_instance(call.params["InstanceId"])
    name, fields = {
        "ModifyInstanceMaintenanceOptions": ("MaintenanceOptions", ("AutoRecovery", "RebootMigration")),
        "ModifyInstanceCpuOptions": ("CpuOptions", ("CoreCount", "ThreadsPerCore", "NestedVirtualization")),
        "ModifyPrivateDnsNameOptions": (
            "PrivateDnsNameOptions",
            ("EnableResourceNameDnsARecord", "EnableResourceNameDnsAAAARecord"),
        ),
    }[call.operation]
    changes = {field: call.params[field] for field in fields if field in call.params}
    if call.params.get("PrivateDnsHostnameType"):
        changes["HostnameType"] = call.params["PrivateDnsHostnameType"]
    extras = getattr(instance, "extras", {})
    instance.extras = extras | {name: extras.get(name, {}) | changes}
    return {"InstanceId": instance.id, **changes} if name != "PrivateDnsNameOptions" else {"Return": True}


@mend("ec2", "ModifyInstancePlacement", "ModifyInstanceCapacityReservationAttributes")
def placement(call: Call) -> Answer:
    instance = Scope.of(call.context).ec2.get_instance(call.params["InstanceId"])
    extras = getattr(instance, "extras", {})
    if instance.state != "stopped":
        raise aws_error("IncorrectInstanceState", f"The instance '{instance.id}' is not in the 'stopped' state.")
    if call.operation == "ModifyInstancePlacement":
        changes = {
            name: call.params[name]
            for name in ("Affinity", "GroupName", "Tenancy", "HostId", "PartitionNumber")
            if name in call.params
        }
        instance.extras = extras | {"Placement": extras.get("Placement", {}) | changes}
    else:
        instance.extras = extras | {"CapacityReservationSpecification": call.params["CapacityReservationSpecification"]}
    return {"Return": True}
