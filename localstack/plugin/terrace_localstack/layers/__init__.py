"""Behaviour that holds for every service, read from botocore's own models.

Importing this package registers the layers, the outermost first: a dry run ends before anything happens, a repeated token
gets the first answer again, an answer is cut into pages, a thing in use is not deleted.
"""

from terrace_localstack.layers import dry_run, tokens, filters, pages, in_use  # noqa: F401, I001
