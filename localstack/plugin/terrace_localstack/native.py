"""What a provider of our own is made of: operations that register themselves, state per account and region, tags."""

import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from localstack.aws.api import RequestContext
from localstack.aws.spec import load_service
from localstack.services.plugins import Service
from moto.ec2.models import EC2Backend, ec2_backends

from terrace_localstack.runtime import aws_error, on_reset
from terrace_localstack.validate import validate


@dataclass(frozen=True)
class Scope:
    """An account in a region: where a call acts."""

    account: str
    region: str
    partition: str = "aws"

    @classmethod
    def of(cls, context: RequestContext) -> "Scope":
        return cls(context.account_id, context.region, context.partition)

    @property
    def ec2(self) -> EC2Backend:
        """moto's EC2 of this scope, for look-ups."""
        return ec2_backends[self.account][self.region]

    def arn(self, service: str, resource: str) -> str:
        return f"arn:{self.partition}:{service}:{self.region}:{self.account}:{resource}"


class Stores:
    """One store per account and region, made on first use."""

    def __init__(self, factory: Callable[[], object]) -> None:
        self._factory = factory
        self._stores: dict[tuple[str, str], object] = {}
        on_reset(self._stores.clear)

    def __getitem__(self, scope: Scope):
        key = (scope.account, scope.region)
        if key not in self._stores:
            self._stores[key] = self._factory()
        return self._stores[key]


class Operations:
    """The operations of one service, by name::

    operation = Operations("elbv2")

    @operation("DeleteRule")
    def delete_rule(scope, request): ...
    """

    def __init__(self, api: str) -> None:
        self.api = api
        self._table: dict[str, Callable[[RequestContext, dict], dict]] = {}

    def __call__(self, name: str) -> Callable:
        def register(function: Callable[[Scope, dict], dict | None]) -> Callable:
            def handle(context: RequestContext, request: dict | None) -> dict:
                request = request or {}
                validate(context.operation, request)
                return function(Scope.of(context), request) or {}

            self._table[name] = handle
            return function

        return register

    def service(self) -> Service:
        """Returns the service; operations that nobody registered answer that they are not implemented."""
        table = {name: self._table.get(name, _missing) for name in load_service(self.api).operation_names}
        return Service.for_provider(_Provider(self.api), dispatch_table_factory=lambda _: table)


@dataclass
class _Provider:
    service: str

    def accept_state_visitor(self, visitor: object) -> None:
        """There is nothing to visit: :func:`terrace_localstack.runtime.reset` empties the stores."""


def _missing(context: RequestContext, _: dict | None) -> dict:
    raise NotImplementedError(f"{context.operation.name} is not served by terrace's {context.service.service_name}")


@dataclass
class Tags:
    """Tags of one object, checked as AWS checks them."""

    values: dict[str, str] = field(default_factory=dict)

    def add(self, tags: Iterable[dict]) -> None:
        new = {tag["Key"]: tag.get("Value", "") for tag in tags}
        if any(key.lower().startswith("aws:") for key in new):
            raise aws_error("ValidationError", "Tag keys starting with 'aws:' are reserved for system use")
        if len(self.values | new) > 50:
            raise aws_error("TooManyTags", "The maximum number of tags per resource is 50")
        self.values.update(new)

    def remove(self, keys: Iterable[str]) -> None:
        for key in keys:
            self.values.pop(key, None)

    def described(self) -> list[dict]:
        return [{"Key": key, "Value": value} for key, value in self.values.items()]


def now() -> datetime:
    """Returns the time with the precision that AWS answers with."""
    return datetime.now(UTC).replace(microsecond=0)


def hex_id(length: int = 16) -> str:
    """Returns random hexadecimal digits, as ids and ARNs end with."""
    return secrets.token_hex((length + 1) // 2)[:length]
