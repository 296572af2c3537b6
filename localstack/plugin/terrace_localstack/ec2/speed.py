"""What is slow in moto: tags are looked up, not searched for among all of the account; public images are made once."""

from moto.ec2.models.amis import Ami, AmiBackend
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


_PUBLIC_IMAGES: dict[str, dict[str, Ami]] = {}


def _load_images(self: AmiBackend) -> None:
    """Shares the public images of a region between accounts; making 1,200 of them takes moto two seconds each time."""
    known = _PUBLIC_IMAGES.get(self.region_name)
    if known is None:
        _load_amis(self)
        _PUBLIC_IMAGES[self.region_name] = dict(self.amis)
    else:
        self.amis.update(known)


_load_amis = AmiBackend._load_amis
AmiBackend._load_amis = _load_images
