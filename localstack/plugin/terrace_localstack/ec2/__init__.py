"""EC2: what moto does differently from AWS, mended by kind of object. Importing the package puts the mends in place."""

from terrace_localstack.ec2 import (  # noqa: F401
    addresses,
    instance_attributes,
    instance_filters,
    instances,
    launch_templates,
    lookups,
    nat_addresses,
    network,
    rules,
    speed,
    spot,
    tags,
    volumes,
)
