"""Spot requests of instances that RunInstances launched as spot instances, which moto does not keep.

https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/spot-requests.html
"""

from datetime import UTC, datetime

from terrace_localstack.native import Scope, Stores
from terrace_localstack.pipeline import Answer, Call, mend

_REQUESTS = Stores(dict)


def remember(scope: Scope, identity: str, instance, options: dict) -> None:
    """Keeps the request with which an instance was launched."""
    request = {
        "SpotInstanceRequestId": identity,
        "InstanceId": instance.id,
        "State": "active",
        "Status": {"Code": "fulfilled", "Message": "Your spot request is fulfilled."},
        "CreateTime": datetime.now(UTC),
        "Type": options.get("SpotInstanceType", "one-time"),
        "InstanceInterruptionBehavior": options.get("InstanceInterruptionBehavior", "terminate"),
        "SpotPrice": options.get("MaxPrice", "0.010000"),
        "ProductDescription": "Linux/UNIX",
        "LaunchedAvailabilityZone": instance.placement,
        "Tags": [],
    }
    if "ValidUntil" in options:
        request["ValidUntil"] = options["ValidUntil"]
    _REQUESTS[scope][identity] = request


FILTERS = {
    "spot-instance-request-id": "SpotInstanceRequestId",
    "instance-id": "InstanceId",
    "state": "State",
    "type": "Type",
}


@mend("ec2", "DescribeSpotInstanceRequests")
def describe(call: Call) -> Answer:
    own, ids = _REQUESTS[Scope.of(call.context)], call.params.get("SpotInstanceRequestIds") or []
    filters = call.params.get("Filters") or []
    of_moto = {} if any(each in own for each in ids) else call.proceed()

    def fits(request: dict) -> bool:
        named = not ids or request["SpotInstanceRequestId"] in ids
        return named and all(request.get(FILTERS.get(each["Name"])) in each["Values"] for each in filters)

    found = [request for request in own.values() if fits(request)]
    return {"SpotInstanceRequests": [*of_moto.get("SpotInstanceRequests", []), *found]}


@mend("ec2", "CancelSpotInstanceRequests")
def cancel(call: Call) -> Answer:
    own, ids = _REQUESTS[Scope.of(call.context)], call.params["SpotInstanceRequestIds"]
    if not all(identity in own for identity in ids):
        return call.proceed()
    for identity in ids:
        own[identity] |= {"State": "cancelled", "Status": {"Code": "request-canceled-and-instance-running"}}
    gone = [{"SpotInstanceRequestId": identity, "State": "cancelled"} for identity in ids]
    return {"CancelledSpotInstanceRequests": gone}
