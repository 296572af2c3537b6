"""What runs once when LocalStack starts: layers, mends, and the route that empties all state."""

import importlib
import logging

from localstack.http import Request, Response
from localstack.runtime import hooks

from terrace_localstack import pipeline, runtime

LOG = logging.getLogger("terrace.localstack")

MODULES = (
    "layers",
    "ec2",
    "rds",
    "services",
    "autoscaling.watch",
)


@hooks.on_infra_start()
def on_infra_start() -> None:
    for module in MODULES:
        importlib.import_module(f"terrace_localstack.{module}")
    pipeline.install()
    _add_routes()
    LOG.info("terrace plugin is in place, one unit of time is %s s", runtime.CLOCK.unit)


def _add_routes() -> None:
    from localstack.services.internal import get_internal_apis

    routes = get_internal_apis()
    routes.add("/_localstack/state/reset", endpoint=_reset, methods=["POST"])
    routes.add("/_terrace/delay/<value>", endpoint=_delay, methods=["POST"])


def _reset(request: Request, **_) -> Response:
    """Throws away the state of every service."""
    from localstack.services.plugins import SERVICE_PLUGINS

    from terrace_localstack.state import empty

    with runtime.LOCK:
        runtime.reset()
        for name in SERVICE_PLUGINS.list_loaded_services():
            empty(SERVICE_PLUGINS.get_service(name))
    return Response("", status=204)


def _delay(request: Request, value: str, **_) -> Response:
    """Sets how many seconds one unit of time lasts, from now on."""
    runtime.CLOCK.unit = float(value)
    return Response("", status=204)
