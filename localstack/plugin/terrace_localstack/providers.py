"""Entry points for the APIs that the community edition lacks.

Most are served by the moto library that LocalStack itself is built on: every operation of the service's model goes to
moto. ``elbv2`` and ``autoscaling`` are served by providers of this package, since moto's differ from AWS in most fields.
"""

from localstack.aws.spec import load_service
from localstack.services.moto import _proxy_moto
from localstack.services.plugins import Service, aws_provider


class MotoProvider:
    """A service whose every operation moto answers."""

    def __init__(self, api: str) -> None:
        self.service = api

    def accept_state_visitor(self, visitor) -> None:
        """Shows the state to whoever saves or empties it."""
        from moto.backends import get_backend

        visitor.visit(get_backend(self.service))


def _moto_service(api: str) -> Service:
    table = dict.fromkeys(load_service(api).operation_names, _proxy_moto)
    return Service.for_provider(MotoProvider(api), dispatch_table_factory=lambda _: table)


def _moto_provider(api: str):
    @aws_provider(api=api)
    def factory() -> Service:
        return _moto_service(api)

    return factory


rds = _moto_provider("rds")
elasticache = _moto_provider("elasticache")
cloudfront = _moto_provider("cloudfront")
servicediscovery = _moto_provider("servicediscovery")
wafv2 = _moto_provider("wafv2")
apigatewayv2 = _moto_provider("apigatewayv2")
application_autoscaling = _moto_provider("application-autoscaling")
service_quotas = _moto_provider("service-quotas")
ecs = _moto_provider("ecs")
ecr = _moto_provider("ecr")
eks = _moto_provider("eks")
efs = _moto_provider("efs")
elb = _moto_provider("elb")
budgets = _moto_provider("budgets")
ce = _moto_provider("ce")
organizations = _moto_provider("organizations")
cognito_idp = _moto_provider("cognito-idp")
cloudtrail = _moto_provider("cloudtrail")
backup = _moto_provider("backup")
ram = _moto_provider("ram")


@aws_provider()
def autoscaling() -> Service:
    from terrace_localstack.autoscaling import provider

    return provider.service()


@aws_provider()
def elbv2() -> Service:
    from terrace_localstack.elbv2 import provider

    return provider.service()
