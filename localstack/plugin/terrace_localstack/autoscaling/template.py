"""From which launch template a group launches, and what a mixed instances policy says about the next instance.

https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_InstancesDistribution.html
"""

import copy
from math import ceil

from moto.ec2.models.launch_templates import LaunchTemplate

from terrace_localstack.autoscaling.store import Group, weight
from terrace_localstack.native import Scope
from terrace_localstack.runtime import aws_error

DISTRIBUTION = {
    "OnDemandAllocationStrategy": "prioritized",
    "OnDemandBaseCapacity": 0,
    "OnDemandPercentageAboveBaseCapacity": 100,
    "SpotAllocationStrategy": "lowest-price",
}


def find(scope: Scope, given: dict) -> LaunchTemplate:
    """Returns the launch template that a specification names, or refuses as Auto Scaling does."""
    for template in scope.ec2.launch_templates.values():
        if given.get("LaunchTemplateId") == template.id or given.get("LaunchTemplateName") == template.name:
            number(template, given.get("Version"))
            return template
    raise aws_error("ValidationError", "You must use a valid fully-formed launch template. The specified launch template, with template ID or name "
                    f"{given.get('LaunchTemplateId') or given.get('LaunchTemplateName')}, does not exist.")  # fmt: skip


def number(template: LaunchTemplate, version: str | None) -> int:
    """Returns the version number that ``$Latest``, ``$Default`` or a number stands for."""
    if version in (None, "", "$Default"):
        return int(template.default_version_number)
    if version == "$Latest":
        return int(template.latest_version_number)
    if not str(version).isdigit() or not any(int(each.number) == int(version) for each in template.versions):
        raise aws_error(
            "ValidationError",
            f"You must use a valid fully-formed launch template. The specified launch template version {version} does not exist.",
        )
    return int(version)


def specification(scope: Scope, given: dict) -> dict:
    """Returns a specification as AWS answers it: with id and name, the version as it was given."""
    template = find(scope, given)
    return {
        "LaunchTemplateId": template.id,
        "LaunchTemplateName": template.name,
        "Version": str(given.get("Version") or "$Default"),
    }


def mixed_policy(scope: Scope, given: dict, current: dict | None) -> dict:
    """Returns a mixed instances policy with its defaults; what an update leaves out keeps its value."""
    given, current = copy.deepcopy(given), current or {}
    template = dict(given.get("LaunchTemplate") or current.get("LaunchTemplate") or {})
    if "LaunchTemplateSpecification" not in template:
        template["LaunchTemplateSpecification"] = current.get("LaunchTemplate", {}).get(
            "LaunchTemplateSpecification", {}
        )
    template["LaunchTemplateSpecification"] = specification(scope, template["LaunchTemplateSpecification"])
    overrides = template.setdefault("Overrides", [])
    for override in overrides:
        if "LaunchTemplateSpecification" in override:
            override["LaunchTemplateSpecification"] = specification(scope, override["LaunchTemplateSpecification"])
    types = [each.get("InstanceType") for each in overrides if each.get("InstanceType")]
    if len(set(types)) < len(types):
        raise aws_error("ValidationError", "Instance types in the overrides must be unique")
    weighted = [each for each in overrides if each.get("WeightedCapacity")]
    if weighted and len(weighted) < len(overrides):
        raise aws_error("ValidationError", "Either all overrides must have a weighted capacity, or none")
    distribution = DISTRIBUTION | current.get("InstancesDistribution", {}) | given.get("InstancesDistribution", {})
    return {
        "LaunchTemplate": template,
        "InstancesDistribution": _checked(distribution, given.get("InstancesDistribution", {})),
    }


def _checked(distribution: dict, given: dict) -> dict:
    if distribution["SpotAllocationStrategy"] == "lowest-price":
        distribution.setdefault("SpotInstancePools", 2)
    elif given.get("SpotInstancePools"):
        raise aws_error(
            "ValidationError", "SpotInstancePools option is only available with the lowest-price allocation strategy."
        )
    else:
        distribution.pop("SpotInstancePools", None)
    if not 0 <= distribution["OnDemandPercentageAboveBaseCapacity"] <= 100:
        raise aws_error("ValidationError", "The on-demand percentage above base capacity must be from 0 to 100")
    return distribution


def launch_parameters(group: Group) -> dict:
    """Returns what RunInstances needs for the next instance: template, type, weight, market; without subnet and tags."""
    policy = group.fields.get("MixedInstancesPolicy")
    if policy is None:
        return {"template": group.fields["LaunchTemplate"], "type": None, "weight": None, "spot": False}
    spot = _next_is_spot(group, policy["InstancesDistribution"])
    overrides = policy["LaunchTemplate"]["Overrides"]
    override = _override(group, overrides, spot, policy["InstancesDistribution"]) if overrides else {}
    return {
        "template": override.get("LaunchTemplateSpecification")
        or policy["LaunchTemplate"]["LaunchTemplateSpecification"],
        "type": override.get("InstanceType") or _from_requirements(override),
        "weight": override.get("WeightedCapacity"),
        "spot": spot,
    }


def _next_is_spot(group: Group, distribution: dict) -> bool:
    base = distribution["OnDemandBaseCapacity"]
    above = max(group.desired - base, 0)
    on_demand = min(base, group.desired) + ceil(above * distribution["OnDemandPercentageAboveBaseCapacity"] / 100)
    running = sum(weight(each) for each in group.counted() if not each["_Spot"])
    return running >= on_demand


def _override(group: Group, overrides: list[dict], spot: bool, distribution: dict) -> dict:
    """On-demand takes the first of the list; spot spreads over the pools, as the capacity-optimized strategies tend to."""
    if not spot:
        return overrides[0]
    pools = overrides
    if distribution["SpotAllocationStrategy"] == "lowest-price":
        pools = overrides[: distribution.get("SpotInstancePools", 2)]
    used = [each["InstanceType"] for each in group.counted() if each["_Spot"]]
    return min(pools, key=lambda pool: used.count(pool.get("InstanceType")))


def _from_requirements(override: dict) -> str | None:
    """Chooses a type for attribute-based selection: the smallest common ones, by memory."""
    requirements = override.get("InstanceRequirements")
    if not requirements:
        return None
    memory = requirements.get("MemoryMiB", {}).get("Min", 0)
    for size, mib in (("m5.large", 8_192), ("m5.xlarge", 16_384), ("m5.2xlarge", 32_768), ("m5.4xlarge", 65_536)):
        if mib >= memory:
            return size
    return "m5.12xlarge"
