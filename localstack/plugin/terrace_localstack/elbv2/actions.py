"""Actions and conditions, as AWS echoes them: both spellings of a forward and of a condition, defaults filled in.

https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_Action.html
https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_RuleCondition.html
"""

import copy

from terrace_localstack.elbv2.store import Store, targets_of
from terrace_localstack.runtime import aws_error

REDIRECT = {"Protocol": "#{protocol}", "Port": "#{port}", "Host": "#{host}", "Path": "/#{path}", "Query": "#{query}"}
CONDITIONS = {
    "host-header": "HostHeaderConfig",
    "path-pattern": "PathPatternConfig",
    "http-header": "HttpHeaderConfig",
    "query-string": "QueryStringConfig",
    "http-request-method": "HttpRequestMethodConfig",
    "source-ip": "SourceIpConfig",
}
BOTH_SPELLINGS = ("host-header", "path-pattern")
FINAL = ("forward", "redirect", "fixed-response")


def actions(known: Store, given: list[dict], kind: str = "application") -> list[dict]:
    """Returns the actions as AWS answers them, in order; refuses unknown target groups and a wrong last action."""
    if not given:
        raise aws_error("ValidationError", "At least one action must be specified")
    result = [_action(known, copy.deepcopy(action), kind) for action in given]
    result.sort(key=lambda action: action.get("Order", 50_001))
    if kind == "application" and (
        result[-1]["Type"] not in FINAL or any(each["Type"] in FINAL for each in result[:-1])
    ):
        raise aws_error(
            "InvalidLoadBalancerAction", "Exactly one forward, redirect or fixed-response action must come last"
        )
    if len(result) > 1:
        for order, action in enumerate(result, start=1):
            action.setdefault("Order", order)
    elif kind == "application":
        result[0].setdefault("Order", 1)
    return result


def _action(known: Store, action: dict, kind: str) -> dict:
    config_name = {
        "forward": "ForwardConfig",
        "redirect": "RedirectConfig",
        "fixed-response": "FixedResponseConfig",
    }.get(action["Type"])
    if action["Type"] == "forward":
        return _forward(known, action, kind)
    if config_name and config_name not in action:
        raise aws_error("InvalidLoadBalancerAction", f"A {action['Type']} action needs {config_name}")
    if action["Type"] == "redirect":
        config = action["RedirectConfig"] = REDIRECT | action["RedirectConfig"]
        if all(config[name] == default for name, default in REDIRECT.items()):
            raise aws_error(
                "InvalidLoadBalancerAction", "The redirect would loop: it must change protocol, port, host or path"
            )
    if action["Type"] == "fixed-response":
        action["FixedResponseConfig"].setdefault("ContentType", "text/plain")
    if action["Type"].startswith("authenticate-"):
        _authenticate(action)
    return action


def _authenticate(action: dict) -> None:
    name = "AuthenticateOidcConfig" if action["Type"].endswith("oidc") else "AuthenticateCognitoConfig"
    config = action.setdefault(name, {})
    defaults = {
        "SessionCookieName": "AWSELBAuthSessionCookie",
        "Scope": "openid",
        "SessionTimeout": 604_800,
        "OnUnauthenticatedRequest": "authenticate",
    }
    config |= {key: value for key, value in defaults.items() if key not in config}
    config.pop("ClientSecret", None)


def _forward(known: Store, action: dict, kind: str) -> dict:
    groups = targets_of(action)
    if not groups:
        raise aws_error("ValidationError", "A target group ARN must be specified")
    for arn in groups:
        known.target_group(arn)
    config = action.setdefault("ForwardConfig", {})
    config.setdefault("TargetGroups", [{"TargetGroupArn": groups[0]}])
    if len(groups) == 1:
        action["TargetGroupArn"] = groups[0]
    else:
        action.pop("TargetGroupArn", None)
    if kind == "application":
        for group in config["TargetGroups"]:
            group.setdefault("Weight", 1)
        config.setdefault("TargetGroupStickinessConfig", {"Enabled": False})
    return action


def conditions(given: list[dict]) -> list[dict]:
    """Returns the conditions with ``Values`` and the config of the field, whichever of the two was sent."""
    return [_condition(copy.deepcopy(each)) for each in given]


def _condition(condition: dict) -> dict:
    name = CONDITIONS.get(condition.get("Field", ""))
    if name is None:
        raise aws_error(
            "ValidationError", f"Condition field '{condition.get('Field')}' must be one of '[{', '.join(CONDITIONS)}]'"
        )
    config = condition.get(name)
    if config is None:
        if condition["Field"] not in BOTH_SPELLINGS or not condition.get("Values"):
            raise aws_error("ValidationError", f"A condition value must be specified for '{condition['Field']}'")
        config = condition[name] = {"Values": condition["Values"]}
    elif condition["Field"] in BOTH_SPELLINGS and "Values" in config:
        condition["Values"] = config["Values"]
    if not config.get("Values") and not config.get("RegexValues"):
        raise aws_error("ValidationError", f"A condition value must be specified for '{condition['Field']}'")
    return condition
