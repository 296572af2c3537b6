"""IAM: names and ids of policies in the account's details, ids in AWS's forms.

https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountAuthorizationDetails.html
"""

import secrets
import string
from urllib.parse import quote

from moto.iam import models

from terrace_localstack.native import Scope
from terrace_localstack.pipeline import Answer, Call, mend

_ALPHABET = string.ascii_uppercase + "234567"


def _unique(prefix: str) -> str:
    return prefix + "".join(secrets.choice(_ALPHABET) for _ in range(17))


@mend("iam", "GetAccountAuthorizationDetails")
def policy_names(call: Call) -> Answer:
    answer = call.proceed()
    policies = models.iam_backends[call.account][Scope.of(call.context).partition].managed_policies
    for shown in answer.get("Policies", []):
        policy = policies[shown["Arn"]]
        shown |= {"PolicyName": policy.name, "PolicyId": policy.id}
    return answer


_init_profile, _init_policy = models.InstanceProfile.__init__, models.ManagedPolicy.__init__


def _profile(self: models.InstanceProfile, *args, **kwargs) -> None:
    _init_profile(self, *args, **kwargs)
    self.id = _unique("AIPA")


def _policy(self: models.ManagedPolicy, *args, **kwargs) -> None:
    _init_policy(self, *args, **kwargs)
    self.id = _unique("ANPA")


models.InstanceProfile.__init__, models.ManagedPolicy.__init__ = _profile, _policy


DOCUMENTS = ("AssumeRolePolicyDocument", "PolicyDocument", "Document")


@mend(
    "iam", "GetAccountAuthorizationDetails", "CreateRole", "GetRole", "ListRoles", "GetInstanceProfile", "ListInstanceProfiles",
    "ListInstanceProfilesForRole", "GetRolePolicy", "GetPolicyVersion",
)  # fmt: skip
def encoded_documents(call: Call) -> Answer:
    """Encodes policy documents as URLs are, wherever they stand; boto3 decodes them unasked, other SDKs show them as they come."""
    answer = call.proceed()
    _encode(answer)
    return answer


def _encode(value: object) -> None:
    if isinstance(value, list):
        for item in value:
            _encode(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            if key in DOCUMENTS and isinstance(item, str) and item.lstrip().startswith("{"):
                value[key] = quote(item, safe="-_.~")
            elif isinstance(item, list | dict):
                _encode(item)
