"""Tags are looked up, not searched for: moto scans all tags of the account for each object that it describes."""

from moto.ec2.models.core import TaggedEC2Resource
from moto.ec2.models.launch_templates import LaunchTemplate
from moto.ec2.utils import EC2_PREFIX_TO_RESOURCE, get_prefix


def _get_tags(self: TaggedEC2Resource) -> list[dict[str, str]]:
    tags = self.ec2_backend.tags.get(self.id) if self.id else None
    if not tags:
        return []
    kind = EC2_PREFIX_TO_RESOURCE.get(get_prefix(self.id), "")
    return [{"resource_id": self.id, "key": key, "value": value, "resource_type": kind} for key, value in tags.items()]


TaggedEC2Resource.get_tags = _get_tags
# moto keeps the tags that a launch template was created with, whatever happens to them later
LaunchTemplate.tags = property(_get_tags, lambda self, _: None)
