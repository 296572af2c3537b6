"""EBS volumes: defaults by type, growth only, attachment and detachment as AWS refuses and answers them.

https://docs.aws.amazon.com/ebs/latest/userguide/ebs-volume-types.html
"""

from functools import partial

from moto.ec2.models.elastic_block_store import Volume

from terrace_localstack.native import Scope, now
from terrace_localstack.pipeline import Answer, Call, mend
from terrace_localstack.runtime import CLOCK, aws_error

GP3 = {"Iops": 3000, "Throughput": 125}
LIMITS = {
    "gp3": (1, 65_536),
    "gp2": (1, 16_384),
    "io1": (4, 16_384),
    "io2": (4, 65_536),
    "st1": (125, 16_384),
    "sc1": (125, 16_384),
    "standard": (1, 1_024),
}


def default_iops(kind: str, size: int) -> int | None:
    """Returns what AWS answers as Iops where none were asked for."""
    if kind == "gp3":
        return GP3["Iops"]
    if kind == "gp2":
        return min(max(100, 3 * int(size)), 16_000)
    return None


def complete_volume(scope: Scope, volume: Volume, asked: dict) -> None:
    """Sets the fields of a volume from an ``Ebs`` structure or a CreateVolume request."""
    kind = asked.get("VolumeType") or "gp2"
    volume.volume_type = kind
    volume.iops = asked.get("Iops") or default_iops(kind, volume.size)
    volume.throughput = asked.get("Throughput") or (GP3["Throughput"] if kind == "gp3" else None)
    volume.snapshot_id = asked.get("SnapshotId") or volume.snapshot_id
    if "Encrypted" in asked:
        volume.encrypted = bool(asked["Encrypted"])
    if volume.encrypted and asked.get("KmsKeyId"):
        volume.kms_key_id = _key_arn(scope, asked["KmsKeyId"])


def _key_arn(scope: Scope, key: str) -> str:
    return key if key.startswith("arn:") else scope.arn("kms", f"key/{key}")


@mend("ec2", "CreateVolume")
def create(call: Call) -> Answer:
    kind, size = call.params.get("VolumeType", "gp2"), call.params.get("Size")
    low, high = LIMITS.get(kind, (1, 65_536))
    if size is not None and not low <= int(size) <= high:
        raise aws_error(
            "InvalidParameterValue",
            f"Volume of {size}GiB is too {'small' if int(size) < low else 'large'} for volume type {kind}; it must be from {low} to {high} GiB.",
        )
    answer = call.proceed()
    scope = Scope.of(call.context)
    volume = scope.ec2.volumes[answer["VolumeId"]]
    complete_volume(scope, volume, call.params)
    answer |= {"State": "creating", "VolumeType": kind, "Size": volume.size}
    answer |= {name: value for name, value in (("Iops", volume.iops), ("Throughput", volume.throughput)) if value}
    volume.creating = True
    CLOCK.later(0.5, partial(setattr, volume, "creating", False))
    return answer


@mend("ec2", "DescribeVolumes")
def describe(call: Call) -> Answer:
    answer = call.proceed()
    known = Scope.of(call.context).ec2.volumes
    for shown in answer.get("Volumes", []):
        volume = known[shown["VolumeId"]]
        shown.setdefault("MultiAttachEnabled", bool(volume.multi_attach_enabled))
        if volume.throughput:
            shown["Throughput"] = volume.throughput
        if volume.iops:
            shown["Iops"] = volume.iops
        if not volume.encrypted:
            shown.pop("KmsKeyId", None)
        if getattr(volume, "creating", False):
            shown["State"] = "creating"
    return answer


@mend("ec2", "ModifyVolume")
def modify(call: Call) -> Answer:
    """Grows and changes a volume at once; the modification is on record as completed."""
    volume = Scope.of(call.context).ec2.get_volume(call.params["VolumeId"])
    before = {
        "Size": volume.size,
        "VolumeType": volume.volume_type,
        "Iops": volume.iops,
        "Throughput": volume.throughput,
    }
    after = before | {name: call.params[name] for name in before if call.params.get(name) is not None}
    if after["Size"] < before["Size"]:
        raise aws_error("InvalidParameterValue", f"New size cannot be smaller than existing size {before['Size']}.")
    kind = after["VolumeType"]
    low, high = LIMITS.get(kind, (1, 65_536))
    if not low <= after["Size"] <= high:
        raise aws_error("InvalidParameterValue", f"Volume of {after['Size']}GiB does not fit volume type {kind}")
    if "Iops" not in call.params:
        after["Iops"] = (
            before["Iops"] if kind == before["VolumeType"] and kind != "gp2" else default_iops(kind, after["Size"])
        )
    if "Throughput" not in call.params:
        after["Throughput"] = (before["Throughput"] or GP3["Throughput"]) if kind == "gp3" else None
    volume.size, volume.volume_type, volume.iops, volume.throughput = after.values()
    record = {"VolumeId": volume.id, "ModificationState": "modifying", "Progress": 0, "StartTime": now()}
    for name in before:
        for side, values in (("Original", before), ("Target", after)):
            if values[name] is not None:
                record[side + name] = values[name]
    volume.records = [record]
    answer = {"VolumeModification": dict(record)}
    CLOCK.later(1, partial(record.update, ModificationState="completed", Progress=100, EndTime=now()))
    return answer


@mend("ec2", "DescribeVolumesModifications")
def modifications(call: Call) -> Answer:
    ec2, ids = Scope.of(call.context).ec2, call.params.get("VolumeIds")
    volumes = [ec2.get_volume(each) for each in ids] if ids else list(ec2.volumes.values())
    return {"VolumesModifications": [dict(record) for volume in volumes for record in getattr(volume, "records", [])]}


@mend("ec2", "AttachVolume")
def attach(call: Call) -> Answer:
    ec2 = Scope.of(call.context).ec2
    volume, instance = ec2.get_volume(call.params["VolumeId"]), ec2.get_instance(call.params["InstanceId"])
    if volume.attachment:
        raise aws_error("VolumeInUse", f"{volume.id} is already attached to an instance")
    if call.params["Device"] in instance.block_device_mapping:
        raise aws_error(
            "InvalidParameterValue",
            f"Invalid value '{call.params['Device']}' for unixDevice. Attachment point {call.params['Device']} is already in use",
        )
    if instance.state not in ("running", "stopped", "pending", "stopping"):
        raise aws_error("IncorrectState", f"Instance '{instance.id}' is not 'running'.")
    if volume.zone.name != instance.placement.zone:
        raise aws_error(
            "InvalidVolume.ZoneMismatch",
            f"The volume '{volume.id}' is not in the same availability zone as instance '{instance.id}'",
        )
    return call.proceed()


@mend("ec2", "DetachVolume")
def detach(call: Call) -> Answer:
    volume = Scope.of(call.context).ec2.get_volume(call.params["VolumeId"])
    attached = volume.attachment
    if not attached:
        raise aws_error("IncorrectState", f"Volume '{volume.id}' is in the 'available' state.")
    if call.params.get("InstanceId") not in (None, attached.instance.id):
        raise aws_error(
            "InvalidAttachment.NotFound",
            f"The volume '{volume.id}' is not attached to instance '{call.params['InstanceId']}'",
        )
    root = attached.device == attached.instance.root_device_name
    if root and attached.instance.state in ("running", "pending"):
        raise aws_error(
            "OperationNotPermitted",
            f"Unable to detach root volume '{volume.id}' from instance '{attached.instance.id}'",
        )
    answer = {
        "VolumeId": volume.id,
        "InstanceId": attached.instance.id,
        "Device": attached.device,
        "State": "detaching",
        "AttachTime": attached.attach_time,
    }
    Scope.of(call.context).ec2.detach_volume(volume.id, attached.instance.id, attached.device)
    return answer
