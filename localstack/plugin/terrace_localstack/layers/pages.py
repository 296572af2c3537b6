"""Pages: an answer that the emulator gives whole is cut into pages as botocore's paginator models say.

The rest of an answer is kept under the token that the client gets, so that a long list is read once, and the pages of one
list agree with each other.
"""

import copy
import secrets
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from botocore.model import OperationModel
from botocore.session import get_session

from terrace_localstack.pipeline import Answer, Call, layer
from terrace_localstack.runtime import aws_error, on_reset

PREFIX = "terrace-page-"
KEEP = 1_000

LIMITS = {"rds": (20, 100), "elasticache": (20, 100), "autoscaling": (1, 100), "cloudwatch": (1, 100)}
"""Page sizes that AWS documents and that the models leave out."""

DEFAULTS = {
    "rds": 100,
    "elasticache": 100,
    "autoscaling": 50,
    "elbv2": 400,
    "iam": 100,
    "cloudwatch": 50,
    "resourcegroupstaggingapi": 50,
}
"""How long a page is when nobody asks. EC2 returns everything then."""

UNLIMITED = {("cloudwatch", "ListMetrics"), ("cloudwatch", "GetMetricData")}

REFUSALS = {
    "elbv2": "ValidationError",
    "autoscaling": "ValidationError",
    "iam": "ValidationError",
    "cloudwatch": "ValidationError",
}
BAD_TOKENS = {
    "ec2": "InvalidNextToken",
    "autoscaling": "InvalidNextToken",
    "cloudwatch": "InvalidNextToken",
    "elbv2": "ValidationError",
}


@dataclass(frozen=True)
class Paginator:
    """How an operation pages: names of the parameters and of the lists in its answer."""

    token_in: str
    token_out: str
    limit: str | None
    results: tuple[tuple[str, ...], ...]
    more: str | None

    def lists(self, answer: dict) -> Iterator[tuple[dict, str]]:
        """Yields each list of the answer as the place that holds it and its name there."""
        for path in self.results:
            place = answer
            for name in path[:-1]:
                place = place.get(name) or {}
            if isinstance(place.get(path[-1]), list):
                yield place, path[-1]


@cache
def _paginator(operation: OperationModel) -> Paginator | None:
    service = operation.service_model.service_name
    try:
        model = get_session().get_paginator_model(service).get_paginator(operation.name)
    except Exception:
        return None
    tokens = (model["input_token"], model["output_token"])
    if not all(isinstance(token, str) and token.isidentifier() for token in tokens):
        return None
    results = model.get("result_key", [])
    results = [results] if isinstance(results, str) else results
    paths = tuple(tuple(result.split(".")) for result in results)
    return Paginator(*tokens, model.get("limit_key"), paths, model.get("more_results"))


_RESTS: OrderedDict[str, dict] = OrderedDict()
on_reset(_RESTS.clear)


@layer
def pages(call: Call) -> Answer:
    paginator = _paginator(call.context.operation)
    if paginator is None:
        return call.proceed()
    size = _page_size(call, paginator)
    token = call.params.get(paginator.token_in)
    if isinstance(token, str) and token.startswith(PREFIX):
        if token not in _RESTS:
            raise aws_error(
                BAD_TOKENS.get(call.service, "InvalidParameterValue"), "The token is not valid or has expired."
            )
        return _cut(copy.deepcopy(_RESTS[token]), paginator, size)
    answer = call.proceed()
    if not isinstance(answer, dict) or answer.get(paginator.token_out):
        return answer
    return _cut(answer, paginator, size)


def _page_size(call: Call, paginator: Paginator) -> int | None:
    asked = call.params.get(paginator.limit) if paginator.limit else None
    if asked is None:
        return None if (call.service, call.operation) in UNLIMITED else DEFAULTS.get(call.service)
    shape = call.context.operation.input_shape.members[paginator.limit]
    low, high = shape.metadata.get("min"), shape.metadata.get("max")
    if low is None and high is None:
        low, high = LIMITS.get(call.service, (None, None))
    if (low is not None and int(asked) < low) or (high is not None and int(asked) > high):
        code = REFUSALS.get(call.service, "InvalidParameterValue")
        raise aws_error(
            code,
            f"Value ( {asked} ) for parameter {paginator.limit} is invalid. Expecting a value from {low} to {high}.",
        )
    return int(asked)


def _cut(answer: dict, paginator: Paginator, size: int | None) -> dict:
    total = sum(len(place[name]) for place, name in paginator.lists(answer))
    if size is None or total <= size:
        return answer
    rest = copy.deepcopy(answer)
    for (place, name), (left, _) in zip(paginator.lists(answer), paginator.lists(rest), strict=True):
        items = place[name]
        place[name], left[name] = items[:size], items[size:]
        size -= min(size, len(items))
    token = PREFIX + secrets.token_hex(12)
    _RESTS[token] = rest
    while len(_RESTS) > KEEP:
        _RESTS.popitem(last=False)
    answer[paginator.token_out] = token
    if paginator.more:
        answer[paginator.more] = True
    return answer
