"""Filters that AWS does not know: EC2 refuses them, moto says that it has not implemented them.

A filter that AWS knows and moto lacks is refused too: better than an answer that ignores it.
"""

import re

from terrace_localstack.pipeline import Answer, Call, layer
from terrace_localstack.runtime import aws_error

_UNKNOWN = re.compile(
    r"Filter dicts have not been implemented in Moto for '([^']*)'|The filter '([^']*)' for \w+ has not been implemented",
    re.I,
)


@layer
def unknown_filters(call: Call) -> Answer:
    try:
        return call.proceed()
    except Exception as error:
        found = _UNKNOWN.search(str(error)) if call.service == "ec2" else None
        if found is None:
            raise
        name = found[1] or found[2]
        raise aws_error("InvalidParameterValue", f"The filter '{name}' is invalid") from error
