"""SSM parameters: a name keeps its leading slash; LocalStack takes it away where there is only one.

https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-su-create.html
"""

from localstack.services.ssm.provider import InvalidParameterNameException, SsmProvider

_normalize = SsmProvider._normalize_name


def _keep_slash(name: str, validate: bool = False) -> str:
    if name.startswith("arn:"):
        return _normalize(name, validate)
    if validate and ("//" in name or ("/" in name and not name.startswith("/"))):
        raise InvalidParameterNameException()
    return name


SsmProvider._normalize_name = staticmethod(_keep_slash)
