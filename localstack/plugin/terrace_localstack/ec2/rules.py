"""Security group rules: all or none of a request, descriptions wherever the source carries them.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_AuthorizeSecurityGroupIngress.html
"""

import inspect

from moto.ec2.models.security_groups import SecurityGroupRule

from terrace_localstack.native import Scope
from terrace_localstack.pipeline import Answer, Call, mend
from terrace_localstack.runtime import aws_error, invoke


@mend("ec2", "AuthorizeSecurityGroupIngress", "AuthorizeSecurityGroupEgress")
def authorize(call: Call) -> Answer:
    """Answers every rule that was made, in order, or makes none; moto answers those of the last permission."""
    scope, egress = Scope.of(call.context), call.operation.endswith("Egress")
    group = scope.ec2.get_security_group_by_name_or_id(call.params.get("GroupId") or call.params.get("GroupName"))
    if group is None:
        return call.proceed()
    rules = group.egress_rules if egress else group.ingress_rules
    before = list(rules)
    try:
        answer = call.proceed()
    except Exception:
        rules[:] = before
        raise
    known = {rule.id for rule in before}
    new = [rule.id for rule in rules if rule.id not in known]
    if new:
        shown = invoke(call.account, call.region, "ec2", "DescribeSecurityGroupRules", SecurityGroupRuleIds=new)[
            "SecurityGroupRules"
        ]
        answer["SecurityGroupRules"] = sorted(shown, key=lambda rule: new.index(rule["SecurityGroupRuleId"]))
    return answer


def _rule_description(self: SecurityGroupRule) -> str | None:
    """Finds the description wherever the rule's source carries it; moto looks at address ranges only."""
    prefix = getattr(self, "_prefix_description", None)
    return self.ip_range.get("Description") or self.source_group.get("Description") or prefix


def _remember_prefix_description(self: SecurityGroupRule, *args, **kwargs) -> None:
    _init_rule(self, *args, **kwargs)
    given = inspect.signature(_init_rule).bind(self, *args, **kwargs).arguments.get("prefix_list_id")
    self._prefix_description = (given or {}).get("Description")


_init_rule = SecurityGroupRule.__init__
SecurityGroupRule.__init__ = _remember_prefix_description
SecurityGroupRule.description = property(_rule_description)


@mend("ec2", "UpdateSecurityGroupRuleDescriptionsIngress", "UpdateSecurityGroupRuleDescriptionsEgress")
def update_descriptions(call: Call) -> Answer:
    """Describes rules by id or by what they allow; moto knows address ranges only."""
    group = Scope.of(call.context).ec2.get_security_group_by_name_or_id(
        call.params.get("GroupId") or call.params.get("GroupName")
    )
    if group is None:
        return call.proceed()
    rules = group.egress_rules if call.operation.endswith("Egress") else group.ingress_rules
    by_id = {rule.id: rule for rule in rules}
    for each in call.params.get("SecurityGroupRuleDescriptions", []):
        if each["SecurityGroupRuleId"] not in by_id:
            raise aws_error(
                "InvalidSecurityGroupRuleId.NotFound",
                f"The security group rule ID '{each['SecurityGroupRuleId']}' does not exist",
            )
        _describe(by_id[each["SecurityGroupRuleId"]], each.get("Description"))
    for permission in call.params.get("IpPermissions", []):
        for source, description in _sources(permission):
            found = [rule for rule in rules if _allows(rule, permission) and _source(rule) == source]
            if not found:
                raise aws_error(
                    "InvalidPermission.NotFound", "The specified rule does not exist in this security group"
                )
            _describe(found[0], description)
    return {"Return": True}


_TYPES = ("CidrIpv4", "CidrIpv6", "PrefixListId", "ReferencedGroupId")


@mend("ec2", "ModifySecurityGroupRules")
def modify_rules(call: Call) -> Answer:
    """Replaces rules in full, descriptions and every type of peer among it; moto knows IPv4 alone."""
    scope = Scope.of(call.context)
    group = scope.ec2.get_security_group_by_name_or_id(call.params["GroupId"])
    if group is None:
        return call.proceed()
    by_id = {rule.id: rule for rule in [*group.ingress_rules, *group.egress_rules]}
    for each in call.params["SecurityGroupRules"]:
        identity, wanted = each["SecurityGroupRuleId"], each["SecurityGroupRule"]
        if identity not in by_id:
            raise aws_error(
                "InvalidSecurityGroupRuleId.NotFound", f"The security group rule ID '{identity}' does not exist"
            )
        rule = by_id[identity]
        now = (rule.cidr_ipv4, rule.cidr_ipv6, rule.prefix_list_id, rule.source_group.get("GroupId"))
        (is_now,) = [name for name, value in zip(_TYPES, now, strict=True) if value]
        named = [name for name in _TYPES if wanted.get(name)]
        if named != [is_now]:
            raise aws_error(
                "InvalidParameterValue",
                f"Invalid rule type for security group rule '{identity}'. You may not specify {' and '.join(named)} "
                f"for an existing {is_now} rule.",
            )
        rule.ip_protocol, rule.from_port, rule.to_port = (wanted.get(name) for name in ("IpProtocol", "FromPort", "ToPort"))
        if is_now == "CidrIpv4":
            rule.ip_range["CidrIp"] = wanted[is_now]
        elif is_now == "CidrIpv6":
            rule.ip_range["CidrIpv6"] = wanted[is_now]
        elif is_now == "PrefixListId":
            rule.prefix_list_id = wanted[is_now]
        else:
            rule.source_group["GroupId"] = wanted[is_now]
        _describe(rule, wanted.get("Description"))
    return {"Return": True}


def _sources(permission: dict) -> list[tuple[str, str | None]]:
    lists = (
        ("IpRanges", "CidrIp"),
        ("Ipv6Ranges", "CidrIpv6"),
        ("UserIdGroupPairs", "GroupId"),
        ("PrefixListIds", "PrefixListId"),
    )
    return [(each[key], each.get("Description")) for name, key in lists for each in permission.get(name, [])]


def _source(rule: SecurityGroupRule) -> str | None:
    return rule.cidr_ipv4 or rule.cidr_ipv6 or rule.source_group.get("GroupId") or rule.prefix_list_id


def _allows(rule: SecurityGroupRule, permission: dict) -> bool:
    protocol = str(permission["IpProtocol"])
    same_ports = protocol == "-1" or (rule.from_port, rule.to_port) == (
        permission.get("FromPort"),
        permission.get("ToPort"),
    )
    return rule.ip_protocol == protocol and same_ports


def _describe(rule: SecurityGroupRule, description: str | None) -> None:
    holder = rule.ip_range or rule.source_group
    if holder:
        holder["Description"] = description
    else:
        rule._prefix_description = description
