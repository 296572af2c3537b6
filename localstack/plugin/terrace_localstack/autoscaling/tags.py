"""Tags of groups: each says whether instances get it at launch.

https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_CreateOrUpdateTags.html
"""

from terrace_localstack.autoscaling.store import Group, operation, store
from terrace_localstack.native import Scope
from terrace_localstack.runtime import aws_error


def put_tags(group: Group, tags: list[dict]) -> None:
    for tag in tags:
        if tag["Key"].lower().startswith("aws:"):
            raise aws_error("ValidationError", "Tag keys starting with 'aws:' are reserved for system use")
        group.tags[tag["Key"]] = {
            "ResourceId": group.name,
            "ResourceType": "auto-scaling-group",
            "Key": tag["Key"],
            "Value": tag.get("Value", ""),
            "PropagateAtLaunch": bool(tag.get("PropagateAtLaunch", False)),
        }


def _each(scope: Scope, tags: list[dict]) -> list[tuple[Group, dict]]:
    return [(store(scope).group(tag.get("ResourceId", "")), tag) for tag in tags]


@operation("CreateOrUpdateTags")
def create_or_update(scope: Scope, request: dict) -> None:
    for group, tag in _each(scope, request["Tags"]):
        put_tags(group, [tag])


@operation("DeleteTags")
def delete(scope: Scope, request: dict) -> None:
    for group, tag in _each(scope, request["Tags"]):
        group.tags.pop(tag["Key"], None)


@operation("DescribeTags")
def describe(scope: Scope, request: dict) -> dict:
    tags = [tag for group in store(scope).groups.values() for tag in group.tags.values()]
    fields = {
        "auto-scaling-group": "ResourceId",
        "key": "Key",
        "value": "Value",
        "propagate-at-launch": "PropagateAtLaunch",
    }
    for each in request.get("Filters", []):
        if each["Name"] not in fields:
            raise aws_error("ValidationError", f"Filter type {each['Name']} is not correct.")
        values = {value.lower() if each["Name"] == "propagate-at-launch" else value for value in each["Values"]}
        tags = [tag for tag in tags if _text(tag[fields[each["Name"]]]) in values]
    return {"Tags": tags}


def _text(value: str | bool) -> str:
    return str(value).lower() if isinstance(value, bool) else value
