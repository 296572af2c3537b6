"""Attributes with their defaults, complete, as the Describe…Attributes calls of AWS answer them for a fresh object.

https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_LoadBalancerAttribute.html
https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_TargetGroupAttribute.html
https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_ListenerAttribute.html
"""

from terrace_localstack.runtime import aws_error

_EVERY_BALANCER = {"deletion_protection.enabled": "false"}
_LOGGING_BALANCER = {
    "access_logs.s3.enabled": "false",
    "access_logs.s3.bucket": "",
    "access_logs.s3.prefix": "",
    "ipv6.deny_all_igw_traffic": "false",
    "zonal_shift.config.enabled": "false",
}
LOAD_BALANCER = {
    "application": {
        **_EVERY_BALANCER,
        **_LOGGING_BALANCER,
        "client_keep_alive.seconds": "3600",
        "connection_logs.s3.bucket": "",
        "connection_logs.s3.enabled": "false",
        "connection_logs.s3.prefix": "",
        "health_check_logs.s3.bucket": "",
        "health_check_logs.s3.enabled": "false",
        "health_check_logs.s3.prefix": "",
        "idle_timeout.timeout_seconds": "60",
        "load_balancing.cross_zone.enabled": "true",
        "routing.http.desync_mitigation_mode": "defensive",
        "routing.http.drop_invalid_header_fields.enabled": "false",
        "routing.http.preserve_host_header.enabled": "false",
        "routing.http.x_amzn_tls_version_and_cipher_suite.enabled": "false",
        "routing.http.xff_client_port.enabled": "false",
        "routing.http.xff_header_processing.mode": "append",
        "routing.http2.enabled": "true",
        "waf.fail_open.enabled": "false",
    },
    "network": {
        **_EVERY_BALANCER,
        **_LOGGING_BALANCER,
        "dns_record.client_routing_policy": "any_availability_zone",
        "load_balancing.cross_zone.enabled": "false",
        "secondary_ips.auto_assigned.per_subnet": "0",
    },
    "gateway": {**_EVERY_BALANCER, "load_balancing.cross_zone.enabled": "false"},
}

_EVERY_GROUP = {"deregistration_delay.timeout_seconds": "300", "stickiness.enabled": "false"}
_GROUP_HEALTH = {
    "load_balancing.cross_zone.enabled": "use_load_balancer_configuration",
    "target_group_health.dns_failover.minimum_healthy_targets.count": "1",
    "target_group_health.dns_failover.minimum_healthy_targets.percentage": "off",
    "target_group_health.unhealthy_state_routing.minimum_healthy_targets.count": "1",
    "target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage": "off",
}
_HTTP_GROUP = {
    **_EVERY_GROUP,
    **_GROUP_HEALTH,
    "load_balancing.algorithm.anomaly_mitigation": "off",
    "load_balancing.algorithm.type": "round_robin",
    "slow_start.duration_seconds": "0",
    "stickiness.app_cookie.cookie_name": "",
    "stickiness.app_cookie.duration_seconds": "86400",
    "stickiness.lb_cookie.duration_seconds": "86400",
    "stickiness.type": "lb_cookie",
}
_NETWORK_GROUP = {
    **_EVERY_GROUP,
    **_GROUP_HEALTH,
    "deregistration_delay.connection_termination.enabled": "false",
    "preserve_client_ip.enabled": "true",
    "proxy_protocol_v2.enabled": "false",
    "stickiness.type": "source_ip",
    "target_health_state.unhealthy.connection_termination.enabled": "true",
    "target_health_state.unhealthy.draining_interval_seconds": "0",
}
_GATEWAY_GROUP = {
    **_EVERY_GROUP,
    "stickiness.type": "source_ip_dest_ip",
    "target_failover.on_deregistration": "no_rebalance",
    "target_failover.on_unhealthy": "no_rebalance",
}
_LAMBDA_GROUP = {
    key: value
    for key, value in _HTTP_GROUP.items()
    if not key.startswith(("deregistration_delay.", "load_balancing.", "slow_start."))
} | {"lambda.multi_value_headers.enabled": "false"}

_RESPONSE_HEADERS = (
    "access_control_allow_credentials", "access_control_allow_headers", "access_control_allow_methods",
    "access_control_allow_origin", "access_control_expose_headers", "access_control_max_age", "content_security_policy",
    "strict_transport_security", "x_content_type_options", "x_frame_options",
)  # fmt: skip
_REQUEST_HEADERS = (
    "x_amzn_mtls_clientcert", "x_amzn_mtls_clientcert_issuer", "x_amzn_mtls_clientcert_leaf",
    "x_amzn_mtls_clientcert_serial_number", "x_amzn_mtls_clientcert_subject", "x_amzn_mtls_clientcert_validity",
    "x_amzn_tls_cipher_suite", "x_amzn_tls_version",
)  # fmt: skip
_HTTP_LISTENER = {"routing.http.response.server.enabled": "true"} | {
    f"routing.http.response.{name}.header_value": "" for name in _RESPONSE_HEADERS
}
LISTENER = {
    "HTTP": _HTTP_LISTENER,
    "HTTPS": _HTTP_LISTENER | {f"routing.http.request.{name}.header_name": "" for name in _REQUEST_HEADERS},
    "TCP": {"tcp.idle_timeout.seconds": "350"},
    "GENEVE": {"tcp.idle_timeout.seconds": "350"},
}


def of_target_group(protocol: str | None, target_type: str) -> dict[str, str]:
    """Returns the attributes of a fresh target group; client addresses are not kept for TCP and TLS to ``ip`` targets."""
    if target_type == "lambda":
        return dict(_LAMBDA_GROUP)
    if protocol == "GENEVE":
        return dict(_GATEWAY_GROUP)
    if protocol in ("HTTP", "HTTPS"):
        return dict(_HTTP_GROUP)
    defaults = dict(_NETWORK_GROUP)
    if target_type == "ip" and protocol in ("TCP", "TLS"):
        defaults["preserve_client_ip.enabled"] = "false"
    if protocol in ("UDP", "TCP_UDP"):
        defaults["deregistration_delay.connection_termination.enabled"] = "true"
    return defaults


_RANGES = {
    "client_keep_alive.seconds": (60, 604_800),
    "deregistration_delay.timeout_seconds": (0, 3_600),
    "idle_timeout.timeout_seconds": (1, 4_000),
    "slow_start.duration_seconds": (0, 900),
    "stickiness.app_cookie.duration_seconds": (1, 604_800),
    "stickiness.lb_cookie.duration_seconds": (1, 604_800),
    "tcp.idle_timeout.seconds": (60, 6_000),
}
_CHOICES = {
    "load_balancing.algorithm.anomaly_mitigation": {"on", "off"},
    "load_balancing.algorithm.type": {"round_robin", "least_outstanding_requests", "weighted_random"},
    "load_balancing.cross_zone.enabled": {"true", "false", "use_load_balancer_configuration"},
    "routing.http.desync_mitigation_mode": {"monitor", "defensive", "strictest"},
    "routing.http.xff_header_processing.mode": {"append", "preserve", "remove"},
    "stickiness.type": {"lb_cookie", "app_cookie", "source_ip", "source_ip_dest_ip", "source_ip_dest_ip_proto"},
}


def changed(current: dict[str, str], changes: list[dict]) -> dict[str, str]:
    """Returns the attributes with the changes, or refuses keys and values that the object cannot have."""
    result = dict(current)
    for change in changes:
        key, value = change["Key"], change.get("Value", "")
        if key not in current:
            raise aws_error("ValidationError", f"Load balancer or target group attribute key '{key}' is not recognized")
        low, high = _RANGES.get(key, (None, None))
        wrong_number = low is not None and not (value.isdigit() and low <= int(value) <= high)
        wrong_choice = key in _CHOICES and value not in _CHOICES[key]
        wrong_bool = key.endswith(".enabled") and key not in _CHOICES and value not in ("true", "false")
        if wrong_number or wrong_choice or wrong_bool:
            raise aws_error("ValidationError", f"The value of '{key}' is not valid: '{value}'")
        result[key] = value
    _refuse_contradictions(result)
    return result


def _refuse_contradictions(attributes: dict[str, str]) -> None:
    slow_start = attributes.get("slow_start.duration_seconds", "0")
    if 0 < int(slow_start) < 30:
        raise aws_error("ValidationError", "The value of 'slow_start.duration_seconds' must be 0 or from 30 to 900")
    if slow_start != "0" and attributes.get("load_balancing.algorithm.type") != "round_robin":
        raise aws_error("InvalidConfigurationRequest", "Slow start needs the round_robin algorithm")
    mitigation = attributes.get("load_balancing.algorithm.anomaly_mitigation")
    if mitigation == "on" and attributes.get("load_balancing.algorithm.type") != "weighted_random":
        raise aws_error("InvalidConfigurationRequest", "Anomaly mitigation needs the weighted_random algorithm")
    app_cookie = attributes.get("stickiness.enabled") == "true" and attributes.get("stickiness.type") == "app_cookie"
    if app_cookie and not attributes.get("stickiness.app_cookie.cookie_name"):
        raise aws_error("InvalidConfigurationRequest", "Application cookie stickiness needs a cookie name")


def described(attributes: dict[str, str]) -> list[dict]:
    return [{"Key": key, "Value": value} for key, value in attributes.items()]
