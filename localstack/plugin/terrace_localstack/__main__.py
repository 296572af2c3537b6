"""Runs LocalStack with the plugin: ``python -m terrace_localstack``. SIGUSR1 writes where each thread is to the log."""

import faulthandler
import signal

from terrace_localstack import syntax

if __name__ == "__main__":
    faulthandler.register(signal.SIGUSR1)
    syntax.install()
    from localstack.runtime.main import main

    main()
