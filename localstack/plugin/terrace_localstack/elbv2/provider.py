"""The provider: importing the modules of the package registers their operations."""

from localstack.services.plugins import Service

from terrace_localstack.elbv2 import listeners, load_balancers, rules, tags, target_groups, targets  # noqa: F401
from terrace_localstack.elbv2.store import operation


def service() -> Service:
    return operation.service()
