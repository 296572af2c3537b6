"""Empties what a service has stored, through the visitor that LocalStack's services already accept."""

from contextlib import suppress

from localstack.services.plugins import Service
from localstack.services.stores import AccountRegionBundle
from moto.core.base_backend import BackendDict


class _Emptying:
    """A state visitor that keeps nothing."""

    def visit(self, container: object) -> None:
        if isinstance(container, BackendDict):
            for regions in list(container.values()):
                for backend in list(regions.values()):
                    backend.reset()
        elif isinstance(container, AccountRegionBundle):
            container.reset()


def empty(service: Service) -> None:
    """Throws away the state of one service."""
    hook = service.lifecycle_hook
    with suppress(NotImplementedError, AttributeError):
        hook.on_before_state_reset()
    with suppress(NotImplementedError, AttributeError):
        service.accept_state_visitor(_Emptying())
    with suppress(NotImplementedError, AttributeError):
        hook.on_after_state_reset()
