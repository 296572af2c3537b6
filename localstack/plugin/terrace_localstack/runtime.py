"""What every other module stands on: the lock, the clock, errors, and calls from one service to another.

moto's backends are plain dictionaries that are not safe for threads, while LocalStack serves each request in a thread of its
own; so everything that touches them runs under :data:`LOCK`. Changes that take a while on AWS (an instance that is
``pending``, a database that is ``modifying``) are put on the :class:`Clock`.
"""

import heapq
import itertools
import logging
import os
import threading
import time
from collections.abc import Callable
from typing import Any

from localstack.aws.api import CommonServiceException

LOG = logging.getLogger("terrace.localstack")

LOCK = threading.RLock()
"""Held while a request or a due change touches the backends."""


class Clock:
    """Runs changes that are due later, one after the other, under the lock."""

    def __init__(self, unit: float) -> None:
        self.unit = unit
        self._due: list[tuple[float, int, Callable[[], None]]] = []
        self._order = itertools.count()
        self._wake = threading.Condition()
        self._thread: threading.Thread | None = None

    def later(self, units: float, action: Callable[[], None]) -> None:
        """Runs ``action`` after ``units`` times the delay that the user chose; at once where that is zero."""
        self.at(units * self.unit, action)

    def at(self, seconds: float, action: Callable[[], None]) -> None:
        """Runs ``action`` after so many seconds, whatever the delay is set to."""
        if seconds <= 0:
            with LOCK:
                action()
            return
        with self._wake:
            heapq.heappush(self._due, (time.monotonic() + seconds, next(self._order), action))
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="terrace-clock", daemon=True)
                self._thread.start()
            self._wake.notify()

    def clear(self) -> None:
        """Forgets everything that was due: the state it belongs to is gone."""
        with self._wake:
            self._due.clear()

    def _run(self) -> None:
        while True:
            with self._wake:
                wait = self._due[0][0] - time.monotonic() if self._due else None
                if wait is None or wait > 0:
                    self._wake.wait(wait)
                    continue
                _, _, action = heapq.heappop(self._due)
            try:
                with LOCK:
                    action()
            except Exception:
                LOG.exception("a change that was due failed")


CLOCK = Clock(float(os.environ.get("TERRACE_LOCALSTACK_DELAY", "1")))
"""One unit of time is ``TERRACE_LOCALSTACK_DELAY`` seconds."""

_RESETS: list[Callable[[], None]] = [CLOCK.clear]


def on_reset(action: Callable[[], None]) -> Callable[[], None]:
    """Registers what must be emptied when all state is thrown away."""
    _RESETS.append(action)
    return action


def reset() -> None:
    """Empties everything the plugin remembers."""
    with LOCK:
        for action in _RESETS:
            action()


def aws_error(code: str, message: str, status: int = 400) -> CommonServiceException:
    """Returns an error as AWS words it; the caller raises it."""
    return CommonServiceException(code, message, status_code=status, sender_fault=status < 500)


def invoke(account: str, region: str, service: str, operation: str, **params: Any) -> dict:
    """Calls another service inside this process, through all layers and mends, as that account."""
    from localstack.aws.forwarder import create_aws_request_context
    from localstack.services.plugins import SERVICE_PLUGINS
    from localstack.utils.aws.request_context import mock_aws_request_headers

    from terrace_localstack import pipeline

    skeleton = SERVICE_PLUGINS.require(service).skeleton
    context = create_aws_request_context(service, operation, parameters=params, region=region)
    context.account_id = account
    context.request.headers["x-moto-account-id"] = account
    context.request.headers["Authorization"] = mock_aws_request_headers(service, account, region)["Authorization"]
    handler = skeleton.dispatch_table[operation]
    return pipeline.run(context, params, handler) or {}
