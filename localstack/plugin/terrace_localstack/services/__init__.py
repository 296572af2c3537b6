"""Smaller services: what moto or LocalStack does differently from AWS. Importing the package puts the mends in place."""

from terrace_localstack.services import alarms, iam, parameters, secret_values, tagging  # noqa: F401
