"""Tags of load balancers, target groups, listeners and rules.

https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeTags.html
"""

from terrace_localstack.elbv2.store import operation, store
from terrace_localstack.native import Scope, Tags
from terrace_localstack.runtime import aws_error


def _tags(scope: Scope, arn: str) -> Tags:
    known = store(scope)
    finders = {
        "loadbalancer": known.load_balancer,
        "targetgroup": known.target_group,
        "listener": known.listener,
        "listener-rule": known.rule,
    }
    kind = arn.split(":")[-1].split("/")[0]
    if kind not in finders:
        raise aws_error("ValidationError", f"'{arn}' is not a valid load balancer ARN")
    return finders[kind](arn).tags


def _each(scope: Scope, arns: list[str]) -> list[tuple[str, Tags]]:
    if len(arns) > 20:
        raise aws_error("ValidationError", "Cannot have more than 20 resources described")
    return [(arn, _tags(scope, arn)) for arn in arns]


@operation("DescribeTags")
def describe(scope: Scope, request: dict) -> dict:
    found = _each(scope, request["ResourceArns"])
    return {"TagDescriptions": [{"ResourceArn": arn, "Tags": tags.described()} for arn, tags in found]}


@operation("AddTags")
def add(scope: Scope, request: dict) -> None:
    for _, tags in _each(scope, request["ResourceArns"]):
        tags.add(request["Tags"])


@operation("RemoveTags")
def remove(scope: Scope, request: dict) -> None:
    for _, tags in _each(scope, request["ResourceArns"]):
        tags.remove(request["TagKeys"])
