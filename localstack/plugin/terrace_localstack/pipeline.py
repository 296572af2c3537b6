"""The way of every request: lock, layers, mends, and at last LocalStack's own handler.

A *layer* holds for every operation (see :mod:`terrace_localstack.layers`); a *mend* wraps single operations of one service::

    @mend("ec2", "CreateVolume")
    def gp3_defaults(call):
        answer = call.proceed()
        answer.setdefault("Throughput", 125)
        return answer

Both get the :class:`Call` and decide when, whether and with which parameters it goes on.
"""

import contextlib
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from localstack.aws.api import RequestContext
from localstack.aws.forwarder import create_aws_request_context
from localstack.http import Response

from terrace_localstack.runtime import LOCK

Answer = dict | Response
Wrapper = Callable[["Call"], Answer]

SERIAL = {
    "apigatewayv2", "application-autoscaling", "autoscaling", "budgets", "cloudfront", "ec2", "ecr", "ecs",
    "efs", "eks", "elasticache", "elb", "elbv2", "iam", "rds", "resourcegroupstaggingapi", "route53", "secretsmanager",
    "service-quotas", "servicediscovery", "sts", "wafv2",
}  # fmt: skip
"""Services whose requests run one at a time. Those that wait or carry bulk (sqs, s3, lambda) stay parallel, and so does
cloudwatch, which calls itself over HTTP."""

_MENDS: dict[tuple[str, str], list[Wrapper]] = defaultdict(list)
_LAYERS: list[Wrapper] = []


@dataclass
class Call:
    """One request on its way: who asks what, and how to pass it on."""

    context: RequestContext
    params: dict
    handler: Callable[[RequestContext, dict], Any]
    wrappers: tuple[Wrapper, ...] = ()

    @property
    def service(self) -> str:
        return self.context.service.service_name

    @property
    def operation(self) -> str:
        return self.context.operation.name

    @property
    def account(self) -> str:
        return self.context.account_id

    @property
    def region(self) -> str:
        return self.context.region

    def proceed(self, **changes: Any) -> Answer:
        """Passes the call on; ``changes`` replace parameters, and ``None`` takes one away."""
        call = self._changed(changes) if changes else self
        if not call.wrappers:
            return call.handler(call.context, call.params) or {}
        first, *rest = call.wrappers
        return first(Call(call.context, call.params, call.handler, tuple(rest)))

    def _changed(self, changes: dict) -> "Call":
        params = {key: value for key, value in {**self.params, **changes}.items() if value is not None}
        context = create_aws_request_context(self.service, self.operation, parameters=params, region=self.region)
        for name in ("Authorization", "Host", "x-moto-account-id"):
            if name in self.context.request.headers:
                context.request.headers[name] = self.context.request.headers[name]
        context.account_id = self.account
        context.partition = self.context.partition
        context.request_id = self.context.request_id
        return Call(context, params, self.handler, self.wrappers)


def mend(service: str, *operations: str) -> Callable[[Wrapper], Wrapper]:
    """Wraps operations of a service; where several do, the last one registered is the outermost."""

    def register(wrapper: Wrapper) -> Wrapper:
        for operation in operations:
            _MENDS[service, operation].insert(0, wrapper)
        return wrapper

    return register


def layer(wrapper: Wrapper) -> Wrapper:
    """Wraps every operation of every service; the first one registered is the outermost."""
    _LAYERS.append(wrapper)
    return wrapper


def run(context: RequestContext, params: dict | None, handler: Callable) -> Answer:
    """Takes one request through layers and mends to its handler."""
    service, operation = context.service.service_name, context.operation.name
    wrappers = (*_LAYERS, *_MENDS.get((service, operation), ()))
    guard = LOCK if service in SERIAL else contextlib.nullcontext()
    with guard:
        return Call(context, dict(params or {}), handler, wrappers).proceed()


def install() -> None:
    """Puts the pipeline between LocalStack's request parser and its dispatch tables."""
    from localstack.aws.skeleton import Skeleton

    def dispatch_request(self: Skeleton, serializer: Any, context: RequestContext, instance: Any) -> Response:
        handler = self.dispatch_table[context.operation.name]
        answer = run(context, instance, handler)
        if isinstance(answer, Response):
            return answer
        context.service_response = answer
        return serializer.serialize_to_response(answer, context.operation, context.request.headers, context.request_id)

    Skeleton.dispatch_request = dispatch_request
