"""The provider: importing the modules of the package registers their operations."""

from localstack.services.plugins import Service

from terrace_localstack.autoscaling import (  # noqa: F401
    attachments,
    extras,
    groups,
    hooks,
    instances,
    policies,
    refresh,
    schedules,
    tags,
)
from terrace_localstack.autoscaling.store import operation


def service() -> Service:
    return operation.service()
