"""Listeners, their attributes and certificates.

A create on a port that has a listener answers with that one if the settings are the same, else ``DuplicateListener``
(https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateListener.html).
"""

from terrace_localstack.elbv2 import attributes
from terrace_localstack.elbv2.actions import actions
from terrace_localstack.elbv2.store import Listener, LoadBalancer, Rule, Store, operation, store, targets_of
from terrace_localstack.native import Scope, Tags, hex_id
from terrace_localstack.runtime import aws_error

PROTOCOLS = {
    "application": {"HTTP", "HTTPS"},
    "network": {"TCP", "TLS", "UDP", "TCP_UDP", "QUIC", "TCP_QUIC"},
    "gateway": {None},
}
SECURE = ("HTTPS", "TLS")
DEFAULT_POLICY = "ELBSecurityPolicy-2016-08"
SSL_POLICIES = (
    DEFAULT_POLICY, "ELBSecurityPolicy-TLS13-1-2-2021-06", "ELBSecurityPolicy-TLS13-1-2-Res-2021-06",
    "ELBSecurityPolicy-TLS13-1-2-Ext1-2021-06", "ELBSecurityPolicy-TLS13-1-2-Ext2-2021-06",
    "ELBSecurityPolicy-TLS13-1-1-2021-06", "ELBSecurityPolicy-TLS13-1-0-2021-06", "ELBSecurityPolicy-TLS13-1-3-2021-06",
    "ELBSecurityPolicy-TLS-1-2-Ext-2018-06", "ELBSecurityPolicy-TLS-1-2-2017-01", "ELBSecurityPolicy-TLS-1-1-2017-01",
    "ELBSecurityPolicy-FS-1-2-Res-2020-10", "ELBSecurityPolicy-FS-1-2-Res-2019-08", "ELBSecurityPolicy-FS-1-2-2019-08",
    "ELBSecurityPolicy-FS-1-1-2019-08", "ELBSecurityPolicy-FS-2018-06", "ELBSecurityPolicy-2015-05",
)  # fmt: skip


@operation("CreateListener")
def create(scope: Scope, request: dict) -> dict:
    known = store(scope)
    balancer = known.load_balancer(request["LoadBalancerArn"])
    settings = {key: value for key, value in request.items() if key != "LoadBalancerArn"}
    for existing in known.listeners_of(balancer.arn):
        if _same_port(existing.fields, request):
            if existing.settings == settings:
                return {"Listeners": [existing.fields]}
            raise aws_error("DuplicateListener", "A listener already exists on this port for this load balancer")
    _check_protocol(balancer, request)
    tags = Tags()
    tags.add(request.get("Tags", []))
    arn = balancer.arn.replace(":loadbalancer/", ":listener/") + f"/{hex_id(16)}"
    fields = {"ListenerArn": arn, "LoadBalancerArn": balancer.arn}
    fields |= _content(known, balancer, request, {})
    listener = Listener(
        fields, settings, dict(attributes.LISTENER.get(request.get("Protocol", "GENEVE"), {})), [], tags
    )
    known.listeners[arn] = listener
    _default_rule(known, listener)
    return {"Listeners": [fields]}


def _same_port(fields: dict, request: dict) -> bool:
    if fields.get("Port") != request.get("Port"):
        return False
    datagram = {"UDP", "QUIC"}
    return (fields.get("Protocol") in datagram) == (request.get("Protocol") in datagram)


def _check_protocol(balancer: LoadBalancer, request: dict) -> None:
    protocol = request.get("Protocol")
    if protocol not in PROTOCOLS[balancer.kind]:
        raise aws_error(
            "ValidationError",
            f"Listener protocol '{protocol}' is not supported with a load balancer of type '{balancer.kind}'",
        )
    if balancer.kind != "gateway" and request.get("Port") is None:
        raise aws_error("ValidationError", "A listener port must be specified")


def _content(known: Store, balancer: LoadBalancer, request: dict, current: dict) -> dict:
    """Returns the fields of a listener that CreateListener and ModifyListener set, on top of the current ones."""
    fields = {name: request[name] for name in ("Port", "Protocol", "AlpnPolicy") if request.get(name) is not None}
    protocol = fields.get("Protocol", current.get("Protocol"))
    if protocol in SECURE:
        policy = request.get("SslPolicy", current.get("SslPolicy", DEFAULT_POLICY))
        if policy not in SSL_POLICIES:
            raise aws_error("SSLPolicyNotFound", f"SSL policy '{policy}' not found")
        certificates = request.get("Certificates", current.get("Certificates"))
        if not certificates:
            raise aws_error("CertificateNotFound", f"A certificate must be specified for {protocol} listeners")
        fields |= {
            "SslPolicy": policy,
            "Certificates": [{"CertificateArn": each["CertificateArn"]} for each in certificates[:1]],
        }
        if protocol == "HTTPS":
            fields["MutualAuthentication"] = request.get(
                "MutualAuthentication", current.get("MutualAuthentication", {"Mode": "off"})
            )
    elif request.get("Certificates"):
        raise aws_error("ValidationError", f"Certificates cannot be specified for {protocol} listeners")
    if "DefaultActions" in request:
        fields["DefaultActions"] = actions(known, request["DefaultActions"], balancer.kind)
        _check_groups(known, balancer, fields["DefaultActions"])
    return fields


def _check_groups(known: Store, balancer: LoadBalancer, given: list[dict]) -> None:
    allowed = {
        "application": {"HTTP", "HTTPS", None},
        "network": {"TCP", "TLS", "UDP", "TCP_UDP", "QUIC", "TCP_QUIC"},
        "gateway": {"GENEVE"},
    }
    for arn in (arn for action in given for arn in targets_of(action)):
        group = known.target_group(arn).fields
        if group.get("Protocol") not in allowed[balancer.kind]:
            raise aws_error(
                "InvalidConfigurationRequest",
                f"The target group '{arn}' has a protocol that a load balancer of type '{balancer.kind}' cannot use",
            )
        if group.get("VpcId") not in (None, balancer.fields["VpcId"]):
            raise aws_error(
                "InvalidConfigurationRequest", f"The target group '{arn}' is in another VPC than the load balancer"
            )
        users = set(known.users_of(arn)) - {balancer.arn}
        if users:
            raise aws_error(
                "TargetGroupAssociationLimit",
                f"The target group '{arn}' cannot be associated with more than one load balancer",
            )


def _default_rule(known: Store, listener: Listener) -> None:
    arn = listener.arn.replace(":listener/", ":listener-rule/") + f"/{hex_id(16)}"
    fields = {
        "RuleArn": arn,
        "Priority": "default",
        "Conditions": [],
        "IsDefault": True,
        "Actions": listener.fields["DefaultActions"],
    }
    known.rules[arn] = Rule(fields, listener.arn)


@operation("DescribeListeners")
def describe(scope: Scope, request: dict) -> dict:
    known = store(scope)
    if arns := request.get("ListenerArns"):
        return {"Listeners": [known.listener(arn).fields for arn in arns]}
    if "LoadBalancerArn" not in request:
        raise aws_error("ValidationError", "You must specify either listener ARNs or a load balancer ARN")
    balancer = known.load_balancer(request["LoadBalancerArn"])
    return {"Listeners": [each.fields for each in known.listeners_of(balancer.arn)]}


@operation("ModifyListener")
def modify(scope: Scope, request: dict) -> dict:
    known = store(scope)
    listener = known.listener(request["ListenerArn"])
    balancer = known.load_balancer(listener.fields["LoadBalancerArn"])
    wanted = {name: request.get(name, listener.fields.get(name)) for name in ("Port", "Protocol")}
    for other in known.listeners_of(balancer.arn):
        if other is not listener and _same_port(other.fields, wanted):
            raise aws_error("DuplicateListener", "A listener already exists on this port for this load balancer")
    _check_protocol(balancer, wanted)
    fields = _content(known, balancer, request, listener.fields)
    if fields.get("Protocol", listener.fields.get("Protocol")) != listener.fields.get("Protocol"):
        listener.attributes = dict(attributes.LISTENER.get(fields["Protocol"], {}))
        if fields["Protocol"] not in SECURE:
            for name in ("SslPolicy", "Certificates", "MutualAuthentication"):
                listener.fields.pop(name, None)
    listener.fields |= fields
    for rule in known.rules_of(listener.arn):
        if rule.fields["IsDefault"]:
            rule.fields["Actions"] = listener.fields["DefaultActions"]
    return {"Listeners": [listener.fields]}


@operation("DeleteListener")
def delete(scope: Scope, request: dict) -> None:
    known = store(scope)
    listener = known.listener(request["ListenerArn"])
    for rule in known.rules_of(listener.arn):
        del known.rules[rule.arn]
    del known.listeners[listener.arn]


@operation("DescribeListenerAttributes")
def describe_attributes(scope: Scope, request: dict) -> dict:
    return {"Attributes": attributes.described(store(scope).listener(request["ListenerArn"]).attributes)}


@operation("ModifyListenerAttributes")
def modify_attributes(scope: Scope, request: dict) -> dict:
    listener = store(scope).listener(request["ListenerArn"])
    listener.attributes = attributes.changed(listener.attributes, request["Attributes"])
    return {"Attributes": attributes.described(listener.attributes)}


@operation("DescribeListenerCertificates")
def describe_certificates(scope: Scope, request: dict) -> dict:
    listener = store(scope).listener(request["ListenerArn"])
    default = [
        {"CertificateArn": each["CertificateArn"], "IsDefault": True}
        for each in listener.fields.get("Certificates", [])
    ]
    return {"Certificates": default + [{"CertificateArn": arn, "IsDefault": False} for arn in listener.certificates]}


@operation("AddListenerCertificates")
def add_certificates(scope: Scope, request: dict) -> dict:
    listener = store(scope).listener(request["ListenerArn"])
    new = [each["CertificateArn"] for each in request["Certificates"]]
    listener.certificates = list(dict.fromkeys(listener.certificates + new))
    return {"Certificates": [{"CertificateArn": arn, "IsDefault": False} for arn in new]}


@operation("RemoveListenerCertificates")
def remove_certificates(scope: Scope, request: dict) -> None:
    listener = store(scope).listener(request["ListenerArn"])
    gone = {each["CertificateArn"] for each in request["Certificates"]}
    listener.certificates = [arn for arn in listener.certificates if arn not in gone]


@operation("DescribeSSLPolicies")
def describe_ssl_policies(scope: Scope, request: dict) -> dict:
    names = request.get("Names") or SSL_POLICIES
    if unknown := [name for name in names if name not in SSL_POLICIES]:
        raise aws_error("SSLPolicyNotFound", f"SSL policy '{unknown[0]}' not found")
    kinds = ["application", "network"]
    return {
        "SslPolicies": [
            {"Name": name, "SslProtocols": ["TLSv1.2"], "Ciphers": [], "SupportedLoadBalancerTypes": kinds}
            for name in names
        ]
    }
