"""Secrets Manager: the request token is the id of the version it makes, and a repeat of a create is no error.

https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html
"""

from localstack.aws.api import ServiceException
from moto.secretsmanager.models import secretsmanager_backends

from terrace_localstack.pipeline import Answer, Call, mend


@mend("secretsmanager", "CreateSecret")
def create(call: Call) -> Answer:
    """Answers a repeated create, with the same token and value, as the first time."""
    try:
        return call.proceed()
    except ServiceException as error:
        token = call.params.get("ClientRequestToken")
        if getattr(error, "code", "") != "ResourceExistsException" or not token:
            raise
        secret = secretsmanager_backends[call.account][call.region].secrets.get(call.params["Name"])
        version = secret.versions.get(token) if secret is not None else None
        if version is None or any(version.get(field) != call.params.get(name) for field, name in VALUES.items()):
            raise
        return {"ARN": secret.arn, "Name": secret.name, "VersionId": token}


VALUES = {"secret_string": "SecretString", "secret_binary": "SecretBinary"}
