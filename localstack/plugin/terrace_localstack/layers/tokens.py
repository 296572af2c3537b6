"""Idempotency tokens: the same token gets the first answer again, and other parameters with it are refused.

https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-idempotency.html
"""

import copy
import hashlib
import json
from collections import OrderedDict
from functools import cache

from botocore.model import OperationModel

from terrace_localstack.pipeline import Answer, Call, layer
from terrace_localstack.runtime import LOCK, aws_error, on_reset

TOKEN_NAMES = ("ClientToken", "ClientRequestToken", "IdempotencyToken", "CreatorRequestId")
"""Token fields that some models do not mark as such (``CreateVpcEndpoint``, ``CreateFlowLogs``)."""

NOT_TOKENS = {
    ("secretsmanager", "PutSecretValue"),
    ("secretsmanager", "CreateSecret"),
    ("secretsmanager", "UpdateSecret"),
}
"""Secrets Manager's token is the id of the version that the call makes: see ``services.secrets``."""

MISMATCH = {
    "ec2": "IdempotentParameterMismatch",
    "acm": "InvalidParameterException",
    "servicediscovery": "DuplicateRequest",
}
KEEP = 10_000

_ANSWERS: OrderedDict[tuple, tuple[str, Answer]] = OrderedDict()
on_reset(_ANSWERS.clear)


@cache
def _token_field(operation: OperationModel) -> str | None:
    if operation.input_shape is None:
        return None
    members = operation.input_shape.members
    marked = [name for name, shape in members.items() if shape.metadata.get("idempotencyToken")]
    named = [name for name in TOKEN_NAMES if name in members]
    return next(iter(marked + named), None)


def _digest(params: dict, field: str) -> str:
    rest = {key: value for key, value in params.items() if key != field}
    return hashlib.sha256(json.dumps(rest, sort_keys=True, default=str).encode()).hexdigest()


@layer
def tokens(call: Call) -> Answer:
    field = _token_field(call.context.operation)
    token = call.params.get(field) if field else None
    if not token or (call.service, call.operation) in NOT_TOKENS:
        return call.proceed()
    key = (call.account, call.region, call.service, call.operation, token)
    digest = _digest(call.params, field)
    with LOCK:
        if key not in _ANSWERS:
            answer = call.proceed()
            _ANSWERS[key] = (digest, copy.deepcopy(answer))
            while len(_ANSWERS) > KEEP:
                _ANSWERS.popitem(last=False)
            return answer
        first, answer = _ANSWERS[key]
    if first != digest:
        code = MISMATCH.get(call.service, "IdempotentParameterMismatchException")
        raise aws_error(
            code,
            f"Arguments on this idempotent request are inconsistent with arguments used in previous request(s): {token}",
        )
    return copy.deepcopy(answer)
