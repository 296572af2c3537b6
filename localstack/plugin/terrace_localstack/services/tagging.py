"""The Resource Groups Tagging API and EC2's DescribeTags, over everything that carries tags and is still there.

https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/API_GetResources.html
"""

import fnmatch
from collections.abc import Callable, Iterator

from localstack.aws.api import ServiceException
from moto.ec2.utils import EC2_PREFIX_TO_RESOURCE, get_prefix

from terrace_localstack.native import Scope
from terrace_localstack.pipeline import Answer, Call, mend
from terrace_localstack.runtime import aws_error, invoke

KINDS = {"nat-gateway": "natgateway", "vpc-elastic-ip": "elastic-ip"}
"""Kinds of EC2 resources that AWS calls otherwise than moto."""

GONE = ("terminated", "deleted")
Tagged = tuple[str, dict[str, str]]


def ec2_tags(scope: Scope) -> Iterator[tuple[str, str, dict[str, str]]]:
    """Yields kind, id and tags of the EC2 resources that exist."""
    present = _present(scope)
    for identity, tags in list(scope.ec2.tags.items()):
        prefix = get_prefix(identity)
        kind = EC2_PREFIX_TO_RESOURCE.get(prefix, "")
        if tags and (prefix not in present or identity in present[prefix]):
            yield KINDS.get(kind, kind), identity, tags


def _present(scope: Scope) -> dict[str, set[str]]:
    """Returns the ids that exist, by prefix, for the kinds that moto does not clean up after."""
    ec2 = scope.ec2
    return {
        "i": {each.id for each in ec2.all_instances() if each.state not in GONE},
        "vol": set(ec2.volumes),
        "vpc": set(ec2.vpcs),
        "subnet": {identity for zone in ec2.subnets.values() for identity in zone},
        "sg": {identity for groups in ec2.groups.values() for identity in groups},
        "sgr": {
            rule.id
            for groups in ec2.groups.values()
            for group in groups.values()
            for rule in (*group.ingress_rules, *group.egress_rules)
        },
        "igw": set(ec2.internet_gateways),
        "nat": {each.id for each in ec2.nat_gateways.values() if each.state not in GONE},
        "rtb": set(ec2.route_tables),
        "eipalloc": {each.allocation_id for each in ec2.addresses},
        "eni": set(ec2.enis),
        "lt": set(ec2.launch_templates),
        "key": {each.id for each in ec2.key_pairs.values()},
    }


def _ec2(scope: Scope) -> Iterator[Tagged]:
    for kind, identity, tags in ec2_tags(scope):
        yield scope.arn("ec2", f"{kind}/{identity}"), tags


def _elbv2(scope: Scope) -> Iterator[Tagged]:
    from terrace_localstack.elbv2.store import store

    known = store(scope)
    for table in (known.load_balancers, known.target_groups, known.listeners, known.rules):
        yield from ((each.arn, each.tags.values) for each in table.values())


def _autoscaling(scope: Scope) -> Iterator[Tagged]:
    from terrace_localstack.autoscaling.store import store

    for group in store(scope).groups.values():
        yield group.fields["AutoScalingGroupARN"], {tag["Key"]: tag["Value"] for tag in group.tags.values()}


def _rds(scope: Scope) -> Iterator[Tagged]:
    from terrace_localstack.rds.groups import backend

    known = backend(scope)
    for table in (
        known.databases,
        known.subnet_groups,
        known.db_parameter_groups,
        known.database_snapshots,
        known.clusters,
        known.option_groups,
    ):
        for each in table.values():
            yield each.arn, {tag["Key"]: tag["Value"] for tag in each.tags}


def _iam(scope: Scope) -> Iterator[Tagged]:
    """IAM is global and shows in one region."""
    from moto.iam.models import iam_backends

    if scope.region != "us-east-1":
        return
    iam = iam_backends[scope.account][scope.partition]
    own = [each for each in iam.managed_policies.values() if f"::{scope.account}:" in each.arn]
    for each in (*iam.roles.values(), *own, *iam.instance_profiles.values()):
        yield each.arn, {tag["Key"]: tag["Value"] for tag in _list(each.tags)}


def _list(tags: list | dict | None) -> list[dict]:
    values = list(tags.values()) if isinstance(tags, dict) else list(tags or [])
    return [
        tag if isinstance(tag, dict) else {"Key": key, "Value": tag}
        for key, tag in zip(tags or [], values, strict=True)
    ]


def _cloudwatch(scope: Scope) -> Iterator[Tagged]:
    from terrace_localstack.services.alarms import store

    known = store(scope)
    for arn in list(known.alarms):
        yield arn, {tag["Key"]: tag["Value"] for tag in known.TAGS.list_tags_for_resource(arn).get("Tags", [])}


COLLECTORS: dict[str, Callable[[Scope], Iterator[Tagged]]] = {
    "ec2": _ec2,
    "elasticloadbalancing": _elbv2,
    "autoscaling": _autoscaling,
    "rds": _rds,
    "iam": _iam,
    "cloudwatch": _cloudwatch,
}
"""Services whose tags are read here; those of all others come from moto."""


def _all(call: Call) -> list[Tagged]:
    scope = Scope.of(call.context)
    found = [(arn, tags) for collect in COLLECTORS.values() for arn, tags in collect(scope) if tags]
    rest = call.proceed(
        TagFilters=None,
        ResourceTypeFilters=None,
        ResourceARNList=None,
        ResourcesPerPage=None,
        TagsPerPage=None,
        PaginationToken=None,
    )
    while True:
        mappings = rest.get("ResourceTagMappingList", [])
        others = [each for each in mappings if each["ResourceARN"].split(":")[2] not in COLLECTORS]
        found += [(each["ResourceARN"], {tag["Key"]: tag["Value"] for tag in each["Tags"]}) for each in others]
        if not rest.get("PaginationToken"):
            return sorted(found)
        rest = call.proceed(
            TagFilters=None,
            ResourceTypeFilters=None,
            ResourceARNList=None,
            ResourcesPerPage=None,
            TagsPerPage=None,
            PaginationToken=rest["PaginationToken"],
        )


def _wanted(request: dict, arn: str, tags: dict[str, str]) -> bool:
    service, resource = arn.split(":", 5)[2], arn.split(":", 5)[5]
    kind = f"{service}:{resource.replace(':', '/').split('/')[0]}"
    types, arns = request.get("ResourceTypeFilters"), request.get("ResourceARNList")
    if types and not any(each in (service, kind) or kind.startswith(each + "/") for each in types):
        return False
    if arns and arn not in arns:
        return False
    return all(
        each["Key"] in tags and (not each.get("Values") or tags[each["Key"]] in each["Values"])
        for each in request.get("TagFilters", [])
    )


@mend("resourcegroupstaggingapi", "GetResources")
def get_resources(call: Call) -> Answer:
    shown = [(arn, tags) for arn, tags in _all(call) if _wanted(call.params, arn, tags)]
    return {
        "ResourceTagMappingList": [
            {"ResourceARN": arn, "Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}
            for arn, tags in shown
        ],
        "PaginationToken": "",
    }


@mend("resourcegroupstaggingapi", "GetTagKeys")
def tag_keys(call: Call) -> Answer:
    return {"TagKeys": sorted({key for _, tags in _everything(call) for key in tags}), "PaginationToken": ""}


@mend("resourcegroupstaggingapi", "GetTagValues")
def tag_values(call: Call) -> Answer:
    wanted = call.params["Key"]
    return {
        "TagValues": sorted({tags[wanted] for _, tags in _everything(call) if wanted in tags}),
        "PaginationToken": "",
    }


def _everything(call: Call) -> list[Tagged]:
    answer = invoke(call.account, call.region, "resourcegroupstaggingapi", "GetResources", ResourcesPerPage=100)
    found = list(answer["ResourceTagMappingList"])
    while answer.get("PaginationToken"):
        answer = invoke(
            call.account,
            call.region,
            "resourcegroupstaggingapi",
            "GetResources",
            ResourcesPerPage=100,
            PaginationToken=answer["PaginationToken"],
        )
        found += answer["ResourceTagMappingList"]
    return [(each["ResourceARN"], {tag["Key"]: tag["Value"] for tag in each["Tags"]}) for each in found]


def _calls(arn: str, tags: dict[str, str] | None, keys: list[str]) -> tuple[str, str, dict]:
    """Returns the call of the service itself that tags, or untags, a resource."""
    service, resource = arn.split(":", 5)[2], arn.split(":", 5)[5]
    pairs = [{"Key": key, "Value": value} for key, value in (tags or {}).items()]
    if service == "ec2":
        return (
            "ec2",
            "CreateTags" if tags else "DeleteTags",
            {"Resources": [resource.split("/")[-1]], "Tags": pairs or [{"Key": key} for key in keys]},
        )
    if service == "elasticloadbalancing":
        return (
            "elbv2",
            "AddTags" if tags else "RemoveTags",
            {"ResourceArns": [arn]} | ({"Tags": pairs} if tags else {"TagKeys": keys}),
        )
    if service == "rds":
        return (
            "rds",
            "AddTagsToResource" if tags else "RemoveTagsFromResource",
            {"ResourceName": arn} | ({"Tags": pairs} if tags else {"TagKeys": keys}),
        )
    if service == "cloudwatch":
        return (
            "cloudwatch",
            "TagResource" if tags else "UntagResource",
            {"ResourceARN": arn} | ({"Tags": pairs} if tags else {"TagKeys": keys}),
        )
    if service == "autoscaling":
        of_group = {"ResourceId": resource.split("autoScalingGroupName/")[-1], "ResourceType": "auto-scaling-group"}
        each = [of_group | pair | {"PropagateAtLaunch": False} for pair in pairs] or [
            of_group | {"Key": key} for key in keys
        ]
        return "autoscaling", "CreateOrUpdateTags" if tags else "DeleteTags", {"Tags": each}
    if service == "secretsmanager":
        return (
            service,
            "TagResource" if tags else "UntagResource",
            {"SecretId": arn} | ({"Tags": pairs} if tags else {"TagKeys": keys}),
        )
    if service == "ssm":
        of_parameter = {"ResourceType": "Parameter", "ResourceId": _parameter_name(resource)}
        return (
            service,
            "AddTagsToResource" if tags else "RemoveTagsFromResource",
            of_parameter | ({"Tags": pairs} if tags else {"TagKeys": keys}),
        )
    raise aws_error("InvalidParameterException", f"{service} is not among the services whose tags can be changed here")


def _parameter_name(resource: str) -> str:
    """Returns the name behind ``parameter/a/b``: names of several levels begin with a slash."""
    name = resource.removeprefix("parameter/")
    return f"/{name}" if "/" in name else name


TAGGED_HERE = {*COLLECTORS, "secretsmanager", "ssm"} - {"iam"}


@mend("resourcegroupstaggingapi", "TagResources", "UntagResources")
def change_tags(call: Call) -> Answer:
    arns = call.params["ResourceARNList"]
    ours = [arn for arn in arns if arn.split(":")[2] in TAGGED_HERE]
    others = [arn for arn in arns if arn not in ours]
    failed = dict(call.proceed(ResourceARNList=others).get("FailedResourcesMap", {})) if others else {}
    for arn in ours:
        service, operation, parameters = _calls(arn, call.params.get("Tags"), call.params.get("TagKeys", []))
        try:
            invoke(call.account, call.region, service, operation, **parameters)
        except ServiceException as error:
            failed[arn] = {"StatusCode": 400, "ErrorCode": "InvalidParameterException", "ErrorMessage": str(error)}
    return {"FailedResourcesMap": failed}


@mend("ec2", "DescribeTags")
def describe_tags(call: Call) -> Answer:
    rows = [
        {"ResourceId": identity, "ResourceType": kind, "Key": key, "Value": value}
        for kind, identity, tags in ec2_tags(Scope.of(call.context))
        for key, value in tags.items()
    ]
    fields = {"key": "Key", "value": "Value", "resource-id": "ResourceId", "resource-type": "ResourceType"}
    for each in call.params.get("Filters", []):
        name, patterns = each["Name"], each["Values"]
        if name.startswith("tag:"):
            rows = [row for row in rows if row["Key"] == name.removeprefix("tag:") and _matches(row["Value"], patterns)]
        elif name in fields:
            rows = [row for row in rows if _matches(row[fields[name]], patterns)]
        else:
            raise aws_error("InvalidParameterValue", f"The filter '{name}' is invalid")
    return {"Tags": sorted(rows, key=lambda row: (row["ResourceId"], row["Key"]))}


def _matches(value: str, patterns: list[str]) -> bool:
    return any(fnmatch.fnmatchcase(value, pattern.replace("[", "[[]")) for pattern in patterns)
