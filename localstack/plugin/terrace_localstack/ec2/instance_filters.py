"""Filters of DescribeInstances that AWS knows and moto lacks; ``client-token`` is how a lost answer of RunInstances is found again.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstances.html
"""

from moto.ec2.models.instances import Instance
from moto.ec2.utils import filter_dict_attribute_mapping

filter_dict_attribute_mapping.update({
    "block-device-mapping.device-name": "device_names",
    "block-device-mapping.volume-id": "volume_ids",
    "client-token": "client_token",
    "iam-instance-profile.arn": "profile_arn",
    "instance-lifecycle": "lifecycle",
    "instance-state-code": "state_code_text",
    "monitoring-state": "monitoring_state",
    "network-interface.network-interface-id": "interface_ids",
    "network-interface.subnet-id": "subnet_id",
    "network-interface.vpc-id": "vpc_id",
    "root-device-name": "root_device_name",
    "root-device-type": "root_device_type",
    "virtualization-type": "virtualization_type",
})  # fmt: skip

Instance.device_names = property(lambda self: list(self.block_device_mapping))
Instance.volume_ids = property(lambda self: [device.volume_id for device in self.block_device_mapping.values()])
Instance.interface_ids = property(lambda self: [interface.id for interface in self.nics.values()])
Instance.profile_arn = property(lambda self: (self.iam_instance_profile or {}).get("Arn"))
Instance.state_code_text = property(lambda self: str(self.state_code))
