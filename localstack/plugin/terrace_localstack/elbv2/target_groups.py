"""Target groups: defaults by protocol and target type, names that are unique, refusal while in use.

https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateTargetGroup.html
"""

from terrace_localstack.elbv2 import attributes
from terrace_localstack.elbv2.store import Store, TargetGroup, operation, store
from terrace_localstack.native import Scope, Tags, hex_id
from terrace_localstack.runtime import aws_error

HEALTH_CHECK_FIELDS = (
    "HealthCheckProtocol", "HealthCheckPort", "HealthCheckEnabled", "HealthCheckPath", "HealthCheckIntervalSeconds",
    "HealthCheckTimeoutSeconds", "HealthyThresholdCount", "UnhealthyThresholdCount", "Matcher",
)  # fmt: skip


@operation("CreateTargetGroup")
def create(scope: Scope, request: dict) -> dict:
    known, name = store(scope), request["Name"]
    if not (1 <= len(name) <= 32 and name.replace("-", "").isalnum() and name[0] != "-" and name[-1] != "-"):
        raise aws_error(
            "ValidationError",
            f"Target group name '{name}' can only contain characters that are alphanumeric characters or hyphens(-)",
        )
    settings = {key: value for key, value in request.items() if key != "Name"}
    for existing in known.target_groups.values():
        if existing.fields["TargetGroupName"] == name:
            if existing.settings == settings:
                return {"TargetGroups": [described(known, existing)]}
            raise aws_error(
                "DuplicateTargetGroupName",
                f"A target group with the same name '{name}' exists, but with different settings",
            )
    kind = request.get("TargetType", "instance")
    if kind != "lambda":
        _need(scope, request)
    tags = Tags()
    tags.add(request.get("Tags", []))
    fields = _fields(scope, request, kind)
    group = TargetGroup(fields, settings, attributes.of_target_group(request.get("Protocol"), kind), tags)
    known.target_groups[group.arn] = group
    return {"TargetGroups": [described(known, group)]}


def _need(scope: Scope, request: dict) -> None:
    for name in ("Protocol", "Port", "VpcId"):
        if request.get(name) is None:
            raise aws_error(
                "ValidationError",
                f"A {'protocol' if name == 'Protocol' else 'port' if name == 'Port' else 'VPC ID'} must be specified",
            )
    if request["VpcId"] not in scope.ec2.vpcs:
        raise aws_error("ValidationError", f"The VPC ID '{request['VpcId']}' is not found")


def _fields(scope: Scope, request: dict, kind: str) -> dict:
    name, protocol = request["Name"], request.get("Protocol")
    fields = {
        "TargetGroupArn": scope.arn("elasticloadbalancing", f"targetgroup/{name}/{hex_id(16)}"),
        "TargetGroupName": name,
        "TargetType": kind,
        "IpAddressType": request.get("IpAddressType", "ipv4"),
    }
    if kind != "lambda":
        fields |= {"Protocol": protocol, "Port": request["Port"], "VpcId": request["VpcId"]}
        if protocol in ("HTTP", "HTTPS"):
            fields["ProtocolVersion"] = request.get("ProtocolVersion", "HTTP1")
    if "TargetControlPort" in request:
        fields["TargetControlPort"] = request["TargetControlPort"]
    return fields | health_check(request, kind)


def health_check(request: dict, kind: str) -> dict:
    """Returns the health check with AWS's defaults for the protocol and the kind of target."""
    protocol = request.get("Protocol")
    over_http = protocol in ("HTTP", "HTTPS")
    check = {"HealthCheckEnabled": True, "HealthyThresholdCount": 5, "UnhealthyThresholdCount": 2}
    if kind == "lambda":
        check |= {"HealthCheckEnabled": False, "HealthCheckIntervalSeconds": 35, "HealthCheckTimeoutSeconds": 30}
        default_protocol, wants_path = None, True
    else:
        default_protocol = "HTTP" if over_http or kind == "alb" else "TCP"
        check |= {
            "HealthCheckPort": "80" if protocol == "GENEVE" else "traffic-port",
            "HealthCheckIntervalSeconds": 10 if protocol == "GENEVE" else 30,
        }
        check["HealthCheckProtocol"] = request.get("HealthCheckProtocol", default_protocol)
        wants_path = check["HealthCheckProtocol"] in ("HTTP", "HTTPS")
        check["HealthCheckTimeoutSeconds"] = _timeout(protocol, check["HealthCheckProtocol"])
    if wants_path:
        grpc = request.get("ProtocolVersion") == "GRPC"
        check["HealthCheckPath"] = "/AWS.ALB/healthcheck" if grpc else "/"
        ranges = "200" if over_http or kind == "lambda" else "200-399"
        check["Matcher"] = {"GrpcCode": "12"} if grpc else {"HttpCode": ranges}
    return check | {name: request[name] for name in HEALTH_CHECK_FIELDS if request.get(name) is not None}


def _timeout(protocol: str, check: str) -> int:
    if protocol in ("HTTP", "HTTPS", "GENEVE"):
        return 5
    return 6 if check == "HTTP" else 10


def described(known: Store, group: TargetGroup) -> dict:
    return group.fields | {"LoadBalancerArns": known.users_of(group.arn)}


@operation("DescribeTargetGroups")
def describe(scope: Scope, request: dict) -> dict:
    known = store(scope)
    if arns := request.get("TargetGroupArns"):
        found = [known.target_group(arn) for arn in arns]
    elif names := request.get("Names"):
        by_name = {each.fields["TargetGroupName"]: each for each in known.target_groups.values()}
        if missing := [name for name in names if name not in by_name]:
            raise aws_error("TargetGroupNotFound", f"One or more target groups not found: {', '.join(missing)}")
        found = [by_name[name] for name in names]
    elif balancer := request.get("LoadBalancerArn"):
        known.load_balancer(balancer)
        found = [each for each in known.target_groups.values() if balancer in known.users_of(each.arn)]
    else:
        found = list(known.target_groups.values())
    return {"TargetGroups": [described(known, group) for group in found]}


@operation("ModifyTargetGroup")
def modify(scope: Scope, request: dict) -> dict:
    known = store(scope)
    group = known.target_group(request["TargetGroupArn"])
    group.fields |= {name: request[name] for name in HEALTH_CHECK_FIELDS if request.get(name) is not None}
    interval, timeout = group.fields["HealthCheckIntervalSeconds"], group.fields["HealthCheckTimeoutSeconds"]
    if group.fields.get("Protocol") in ("HTTP", "HTTPS") and timeout >= interval:
        raise aws_error(
            "ValidationError", f"Health check timeout '{timeout}' must be smaller than the interval '{interval}'"
        )
    return {"TargetGroups": [described(known, group)]}


@operation("DeleteTargetGroup")
def delete(scope: Scope, request: dict) -> None:
    """Deletes it; one that is not there is no error, one that a listener or rule forwards to is in use."""
    known, arn = store(scope), request["TargetGroupArn"]
    if known.in_use(arn):
        raise aws_error("ResourceInUse", f"Target group '{arn}' is currently in use by a listener or a rule")
    known.target_groups.pop(arn, None)


@operation("DescribeTargetGroupAttributes")
def describe_attributes(scope: Scope, request: dict) -> dict:
    return {"Attributes": attributes.described(store(scope).target_group(request["TargetGroupArn"]).attributes)}


@operation("ModifyTargetGroupAttributes")
def modify_attributes(scope: Scope, request: dict) -> dict:
    group = store(scope).target_group(request["TargetGroupArn"])
    group.attributes = attributes.changed(group.attributes, request["Attributes"])
    return {"Attributes": attributes.described(group.attributes)}
