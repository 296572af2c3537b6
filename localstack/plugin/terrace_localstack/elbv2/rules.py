"""Listener rules: priorities that are unique and can be swapped in one call, conditions echoed in both spellings.

https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateRule.html
"""

from terrace_localstack.elbv2.actions import actions, conditions
from terrace_localstack.elbv2.listeners import _check_groups
from terrace_localstack.elbv2.store import Rule, operation, store
from terrace_localstack.native import Scope, Tags, hex_id
from terrace_localstack.runtime import aws_error


@operation("CreateRule")
def create(scope: Scope, request: dict) -> dict:
    known = store(scope)
    listener = known.listener(request["ListenerArn"])
    priority = str(request["Priority"])
    if any(rule.fields["Priority"] == priority for rule in known.rules_of(listener.arn)):
        raise aws_error("PriorityInUse", f"Priority '{priority}' is currently in use")
    balancer = known.load_balancer(listener.fields["LoadBalancerArn"])
    done = actions(known, request["Actions"])
    _check_groups(known, balancer, done)
    tags = Tags()
    tags.add(request.get("Tags", []))
    arn = listener.arn.replace(":listener/", ":listener-rule/") + f"/{hex_id(16)}"
    fields = {
        "RuleArn": arn,
        "Priority": priority,
        "Conditions": conditions(request["Conditions"]),
        "Actions": done,
        "IsDefault": False,
        "Transforms": request.get("Transforms", []),
    }
    known.rules[arn] = Rule(fields, listener.arn, tags)
    return {"Rules": [fields]}


@operation("DescribeRules")
def describe(scope: Scope, request: dict) -> dict:
    known = store(scope)
    if arns := request.get("RuleArns"):
        return {"Rules": [known.rule(arn).fields for arn in arns]}
    if "ListenerArn" not in request:
        raise aws_error("ValidationError", "You must specify either listener rule ARNs or a listener ARN")
    rules = known.rules_of(known.listener(request["ListenerArn"]).arn)
    rules.sort(
        key=lambda rule: (rule.fields["IsDefault"], int(rule.fields["Priority"]) if not rule.fields["IsDefault"] else 0)
    )
    return {"Rules": [rule.fields for rule in rules]}


@operation("ModifyRule")
def modify(scope: Scope, request: dict) -> dict:
    known = store(scope)
    rule = known.rule(request["RuleArn"])
    if rule.fields["IsDefault"]:
        raise aws_error("OperationNotPermitted", f"Default rule '{rule.arn}' cannot be modified")
    if "Actions" in request:
        done = actions(known, request["Actions"])
        _check_groups(known, known.load_balancer(known.listener(rule.listener).fields["LoadBalancerArn"]), done)
        rule.fields["Actions"] = done
    if "Conditions" in request:
        rule.fields["Conditions"] = conditions(request["Conditions"])
    if "Transforms" in request:
        rule.fields["Transforms"] = request["Transforms"]
    if request.get("ResetTransforms"):
        rule.fields["Transforms"] = []
    return {"Rules": [rule.fields]}


@operation("SetRulePriorities")
def set_priorities(scope: Scope, request: dict) -> dict:
    known = store(scope)
    wanted = {known.rule(each["RuleArn"]).arn: str(each["Priority"]) for each in request["RulePriorities"]}
    for listener in {known.rules[arn].listener for arn in wanted}:
        result = [wanted.get(rule.arn, rule.fields["Priority"]) for rule in known.rules_of(listener)]
        if clash := {priority for priority in result if result.count(priority) > 1}:
            raise aws_error("PriorityInUse", f"Priority '{min(clash)}' is currently in use")
    for arn, priority in wanted.items():
        if known.rules[arn].fields["IsDefault"]:
            raise aws_error("OperationNotPermitted", f"Default rule '{arn}' cannot be modified")
        known.rules[arn].fields["Priority"] = priority
    return {"Rules": [known.rules[arn].fields for arn in wanted]}


@operation("DeleteRule")
def delete(scope: Scope, request: dict) -> None:
    known = store(scope)
    rule = known.rule(request["RuleArn"])
    if rule.fields["IsDefault"]:
        raise aws_error("OperationNotPermitted", f"Default rule '{rule.arn}' cannot be deleted")
    del known.rules[rule.arn]
