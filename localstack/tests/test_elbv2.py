"""Elastic Load Balancing v2: unique names, complete defaults, echoes, refusals, targets."""

import pytest
from conftest import eventually, raises


@pytest.fixture
def net(aws):
    vpc, subnets = aws.network(3)
    return {"vpc": vpc, "subnets": subnets}


def balancer(aws, net, name="lb", **more):
    parameters = {"Name": name, "Subnets": net["subnets"][:2]} | more
    return aws.elbv2.create_load_balancer(**{key: value for key, value in parameters.items() if value is not None})[
        "LoadBalancers"
    ][0]


def group(aws, net, name="tg", **more):
    parameters = {"Name": name, "Protocol": "HTTP", "Port": 80, "VpcId": net["vpc"]} | more
    return aws.elbv2.create_target_group(**parameters)["TargetGroups"][0]


def listener(aws, balancer, actions, **more):
    parameters = {
        "LoadBalancerArn": balancer["LoadBalancerArn"],
        "Protocol": "HTTP",
        "Port": 80,
        "DefaultActions": actions,
    } | more
    return aws.elbv2.create_listener(**parameters)["Listeners"][0]


def forward(*groups):
    return [{"Type": "forward", "TargetGroupArn": groups[0]["TargetGroupArn"]}]


def values(attributes):
    return {each["Key"]: each["Value"] for each in attributes["Attributes"]}


def test_names_of_load_balancers_are_unique(aws, net):
    tags = [{"Key": "a", "Value": "1"}]
    first = balancer(aws, net, Tags=tags)
    assert balancer(aws, net, Tags=tags)["LoadBalancerArn"] == first["LoadBalancerArn"]
    with raises("DuplicateLoadBalancerName"):
        balancer(aws, net, Tags=tags, Scheme="internal")
    assert len(aws.elbv2.describe_load_balancers()["LoadBalancers"]) == 1


def test_names_of_target_groups_are_unique(aws, net):
    assert group(aws, net)["TargetGroupArn"] == group(aws, net)["TargetGroupArn"]
    with raises("DuplicateTargetGroupName"):
        group(aws, net, Port=81)


def test_one_listener_per_port(aws, net):
    lb, tg = balancer(aws, net), group(aws, net)
    assert listener(aws, lb, forward(tg))["ListenerArn"] == listener(aws, lb, forward(tg))["ListenerArn"]
    with raises("DuplicateListener"):
        listener(aws, lb, [{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}}])


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"Subnets": ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"]}, "SubnetNotFound"),
        ({"SecurityGroups": ["sg-0123456789abcdef0"]}, "InvalidSecurityGroup"),
        ({"Subnets": None}, "ValidationError"),
        ({"Name": "internal-x"}, "ValidationError"),
        ({"Name": "x" * 33}, "ValidationError"),
        ({"Type": "fancy"}, "ValidationError"),
    ],
)
def test_create_refuses(aws, net, change, code):
    with raises(code):
        balancer(aws, net, **change)
    with raises("ValidationError"):
        balancer(aws, net, Subnets=net["subnets"][:1])


def test_an_internet_facing_load_balancer_needs_a_gateway(aws):
    vpc = aws.vpc()
    subnets = aws.subnets(vpc)
    with raises("InvalidSubnet"):
        balancer(aws, {"subnets": subnets})
    found = balancer(aws, {"subnets": subnets}, Scheme="internal")
    assert found["DNSName"].startswith("internal-lb-") and found["Scheme"] == "internal"


def test_application_load_balancer_fields_and_attributes(aws, net):
    lb = balancer(aws, net)
    (found,) = aws.elbv2.describe_load_balancers(Names=["lb"])["LoadBalancers"]
    expected = {
        "Type": "application",
        "Scheme": "internet-facing",
        "IpAddressType": "ipv4",
        "VpcId": net["vpc"],
        "State": {"Code": "active"},
    }
    assert {name: found[name] for name in expected} == expected
    assert (
        len(found["SecurityGroups"]) == 1
        and [zone["SubnetId"] for zone in found["AvailabilityZones"]] == net["subnets"][:2]
    )
    attributes = values(aws.elbv2.describe_load_balancer_attributes(LoadBalancerArn=lb["LoadBalancerArn"]))
    expected = {
        "idle_timeout.timeout_seconds": "60", "routing.http2.enabled": "true", "access_logs.s3.enabled": "false", "client_keep_alive.seconds": "3600",
        "routing.http.drop_invalid_header_fields.enabled": "false", "routing.http.desync_mitigation_mode": "defensive",
        "routing.http.preserve_host_header.enabled": "false", "routing.http.xff_header_processing.mode": "append", "waf.fail_open.enabled": "false",
        "deletion_protection.enabled": "false", "load_balancing.cross_zone.enabled": "true", "connection_logs.s3.enabled": "false",
        "zonal_shift.config.enabled": "false",
    }  # fmt: skip
    assert expected.items() <= attributes.items()
    change = [{"Key": "idle_timeout.timeout_seconds", "Value": "90"}]
    changed = values(
        aws.elbv2.modify_load_balancer_attributes(LoadBalancerArn=lb["LoadBalancerArn"], Attributes=change)
    )
    assert changed == attributes | {"idle_timeout.timeout_seconds": "90"}
    for wrong in (
        {"Key": "nothing", "Value": "1"},
        {"Key": "idle_timeout.timeout_seconds", "Value": "0"},
        {"Key": "routing.http2.enabled", "Value": "maybe"},
    ):
        with raises("ValidationError"):
            aws.elbv2.modify_load_balancer_attributes(LoadBalancerArn=lb["LoadBalancerArn"], Attributes=[wrong])


def test_network_load_balancer(aws, net):
    address = aws.ec2.allocate_address(Domain="vpc")
    lb = balancer(
        aws,
        net,
        Type="network",
        Subnets=None,
        SubnetMappings=[{"SubnetId": net["subnets"][0], "AllocationId": address["AllocationId"]}],
    )
    assert lb["AvailabilityZones"][0]["LoadBalancerAddresses"] == [
        {"AllocationId": address["AllocationId"], "IpAddress": address["PublicIp"]}
    ]
    assert "SecurityGroups" not in lb
    attributes = values(aws.elbv2.describe_load_balancer_attributes(LoadBalancerArn=lb["LoadBalancerArn"]))
    assert (
        attributes["load_balancing.cross_zone.enabled"] == "false"
        and attributes["dns_record.client_routing_policy"] == "any_availability_zone"
    )
    tcp = group(aws, net, Protocol="TCP")
    made = listener(aws, lb, forward(tcp), Protocol="TCP")
    assert values(aws.elbv2.describe_listener_attributes(ListenerArn=made["ListenerArn"])) == {
        "tcp.idle_timeout.seconds": "350"
    }
    attributes = values(aws.elbv2.describe_target_group_attributes(TargetGroupArn=tcp["TargetGroupArn"]))
    assert attributes["preserve_client_ip.enabled"] == "true" and attributes["stickiness.type"] == "source_ip"
    with raises("InvalidConfigurationRequest"):
        aws.elbv2.set_security_groups(LoadBalancerArn=lb["LoadBalancerArn"], SecurityGroups=["sg-0123456789abcdef0"])


def test_target_group_defaults(aws, net):
    tg = group(aws, net)
    expected = {
        "HealthCheckProtocol": "HTTP", "HealthCheckPort": "traffic-port", "HealthCheckEnabled": True, "HealthCheckPath": "/",
        "HealthCheckIntervalSeconds": 30, "HealthCheckTimeoutSeconds": 5, "HealthyThresholdCount": 5, "UnhealthyThresholdCount": 2,
        "Matcher": {"HttpCode": "200"}, "TargetType": "instance", "ProtocolVersion": "HTTP1", "IpAddressType": "ipv4", "LoadBalancerArns": [],
    }  # fmt: skip
    assert {name: tg[name] for name in expected} == expected
    attributes = values(aws.elbv2.describe_target_group_attributes(TargetGroupArn=tg["TargetGroupArn"]))
    assert attributes == {
        "deregistration_delay.timeout_seconds": "300", "stickiness.enabled": "false", "stickiness.type": "lb_cookie",
        "stickiness.lb_cookie.duration_seconds": "86400", "stickiness.app_cookie.cookie_name": "", "stickiness.app_cookie.duration_seconds": "86400",
        "slow_start.duration_seconds": "0", "load_balancing.algorithm.type": "round_robin", "load_balancing.algorithm.anomaly_mitigation": "off",
        "load_balancing.cross_zone.enabled": "use_load_balancer_configuration",
        "target_group_health.dns_failover.minimum_healthy_targets.count": "1", "target_group_health.dns_failover.minimum_healthy_targets.percentage": "off",
        "target_group_health.unhealthy_state_routing.minimum_healthy_targets.count": "1",
        "target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage": "off",
    }  # fmt: skip
    tcp = group(aws, net, "tcp", Protocol="TCP", TargetType="ip")
    assert (tcp["HealthCheckProtocol"], tcp["HealthCheckTimeoutSeconds"]) == ("TCP", 10) and "Matcher" not in tcp
    modified = aws.elbv2.modify_target_group(
        TargetGroupArn=tg["TargetGroupArn"],
        HealthCheckPath="/up",
        HealthCheckIntervalSeconds=10,
        Matcher={"HttpCode": "200-299"},
    )
    assert modified["TargetGroups"][0]["HealthCheckPath"] == "/up"
    change = [
        {"Key": "stickiness.enabled", "Value": "true"},
        {"Key": "load_balancing.algorithm.type", "Value": "least_outstanding_requests"},
    ]
    changed = values(aws.elbv2.modify_target_group_attributes(TargetGroupArn=tg["TargetGroupArn"], Attributes=change))
    assert (
        changed["stickiness.enabled"] == "true"
        and changed["load_balancing.algorithm.type"] == "least_outstanding_requests"
    )
    with raises("InvalidConfigurationRequest"):
        aws.elbv2.modify_target_group_attributes(
            TargetGroupArn=tg["TargetGroupArn"], Attributes=[{"Key": "slow_start.duration_seconds", "Value": "60"}]
        )


def test_actions_are_echoed_in_full(aws, net):
    lb, one, two = balancer(aws, net), group(aws, net), group(aws, net, "two")
    made = listener(aws, lb, forward(one))
    assert made["DefaultActions"] == [{
        "Type": "forward", "Order": 1, "TargetGroupArn": one["TargetGroupArn"],
        "ForwardConfig": {"TargetGroups": [{"TargetGroupArn": one["TargetGroupArn"], "Weight": 1}], "TargetGroupStickinessConfig": {"Enabled": False}},
    }]  # fmt: skip
    assert aws.elbv2.describe_target_groups(LoadBalancerArn=lb["LoadBalancerArn"])["TargetGroups"][0][
        "LoadBalancerArns"
    ] == [lb["LoadBalancerArn"]]
    weighted = [{"Type": "forward", "ForwardConfig": {
        "TargetGroups": [{"TargetGroupArn": each["TargetGroupArn"], "Weight": weight} for each, weight in ((one, 90), (two, 10))],
        "TargetGroupStickinessConfig": {"Enabled": True, "DurationSeconds": 60}}}]  # fmt: skip
    (action,) = aws.elbv2.modify_listener(ListenerArn=made["ListenerArn"], DefaultActions=weighted)["Listeners"][0][
        "DefaultActions"
    ]
    assert "TargetGroupArn" not in action and action["ForwardConfig"] == weighted[0]["ForwardConfig"]
    redirect = [{"Type": "redirect", "RedirectConfig": {"StatusCode": "HTTP_301", "Protocol": "HTTPS", "Port": "443"}}]
    (action,) = listener(aws, lb, redirect, Port=81)["DefaultActions"]
    assert action["RedirectConfig"] == {
        "Protocol": "HTTPS",
        "Port": "443",
        "Host": "#{host}",
        "Path": "/#{path}",
        "Query": "#{query}",
        "StatusCode": "HTTP_301",
    }
    fixed = [
        {
            "Type": "fixed-response",
            "FixedResponseConfig": {"StatusCode": "404", "ContentType": "text/plain", "MessageBody": "no"},
        }
    ]
    assert (
        listener(aws, lb, fixed, Port=82)["DefaultActions"][0]["FixedResponseConfig"] == fixed[0]["FixedResponseConfig"]
    )
    with raises("TargetGroupNotFound"):
        listener(aws, lb, [{"Type": "forward", "TargetGroupArn": one["TargetGroupArn"] + "0"}], Port=83)


def test_listener_protocols(aws, net):
    lb, tg = balancer(aws, net), group(aws, net)
    with raises("CertificateNotFound"):
        listener(aws, lb, forward(tg), Protocol="HTTPS", Port=443)
    with raises("ValidationError"):
        listener(aws, lb, forward(tg), Protocol="TCP")
    certificate = [{"CertificateArn": "arn:aws:acm:us-east-1:1:certificate/1"}]
    made = listener(aws, lb, forward(tg), Protocol="HTTPS", Port=443, Certificates=certificate)
    assert made["SslPolicy"] == "ELBSecurityPolicy-2016-08" and made["Certificates"] == certificate
    assert made["MutualAuthentication"]["Mode"] == "off"
    with raises("SSLPolicyNotFound"):
        aws.elbv2.modify_listener(ListenerArn=made["ListenerArn"], SslPolicy="none")
    attributes = values(aws.elbv2.describe_listener_attributes(ListenerArn=made["ListenerArn"]))
    assert attributes["routing.http.response.server.enabled"] == "true" and len(attributes) == 19


def test_rules(aws, net):
    lb, tg = balancer(aws, net), group(aws, net)
    arn = listener(aws, lb, forward(tg))["ListenerArn"]
    conditions = [
        {"Field": "host-header", "HostHeaderConfig": {"Values": ["a.example.com"]}},
        {"Field": "path-pattern", "Values": ["/x/*"]},
        {"Field": "source-ip", "SourceIpConfig": {"Values": ["10.0.0.0/8"]}},
    ]
    rule = aws.elbv2.create_rule(ListenerArn=arn, Priority=10, Conditions=conditions, Actions=forward(tg))["Rules"][0]
    assert rule["Conditions"][0] == {
        "Field": "host-header",
        "Values": ["a.example.com"],
        "HostHeaderConfig": {"Values": ["a.example.com"]},
    }
    assert rule["Conditions"][1] == {
        "Field": "path-pattern",
        "Values": ["/x/*"],
        "PathPatternConfig": {"Values": ["/x/*"]},
    }
    assert rule["Conditions"][2] == conditions[2] and (rule["Priority"], rule["IsDefault"]) == ("10", False)
    with raises("PriorityInUse"):
        aws.elbv2.create_rule(ListenerArn=arn, Priority=10, Conditions=conditions, Actions=forward(tg))
    other = aws.elbv2.create_rule(ListenerArn=arn, Priority=20, Conditions=conditions, Actions=forward(tg))["Rules"][0]
    swap = [{"RuleArn": rule["RuleArn"], "Priority": 20}, {"RuleArn": other["RuleArn"], "Priority": 10}]
    aws.elbv2.set_rule_priorities(RulePriorities=swap)
    found = aws.elbv2.describe_rules(ListenerArn=arn)["Rules"]
    assert [each["Priority"] for each in found] == ["10", "20", "default"] and found[0]["RuleArn"] == other["RuleArn"]
    default = found[-1]["RuleArn"]
    for call in (aws.elbv2.delete_rule, aws.elbv2.modify_rule):
        with raises("OperationNotPermitted"):
            call(RuleArn=default)
    aws.elbv2.modify_rule(RuleArn=rule["RuleArn"], Conditions=conditions[:1])
    aws.elbv2.delete_rule(RuleArn=other["RuleArn"])
    assert len(aws.elbv2.describe_rules(RuleArns=[rule["RuleArn"]])["Rules"][0]["Conditions"]) == 1


def test_deletion(aws, net):
    lb, tg = balancer(aws, net), group(aws, net)
    made = listener(aws, lb, forward(tg))
    with raises("ResourceInUse"):
        aws.elbv2.delete_target_group(TargetGroupArn=tg["TargetGroupArn"])
    protect = [{"Key": "deletion_protection.enabled", "Value": "true"}]
    aws.elbv2.modify_load_balancer_attributes(LoadBalancerArn=lb["LoadBalancerArn"], Attributes=protect)
    with raises("OperationNotPermitted"):
        aws.elbv2.delete_load_balancer(LoadBalancerArn=lb["LoadBalancerArn"])
    with raises("DependencyViolation"):
        aws.ec2.delete_subnet(SubnetId=net["subnets"][0])
    aws.elbv2.modify_load_balancer_attributes(
        LoadBalancerArn=lb["LoadBalancerArn"], Attributes=[protect[0] | {"Value": "false"}]
    )
    for _ in range(2):
        aws.elbv2.delete_load_balancer(LoadBalancerArn=lb["LoadBalancerArn"])
    with raises("ListenerNotFound"):
        aws.elbv2.describe_listeners(ListenerArns=[made["ListenerArn"]])
    with raises("LoadBalancerNotFound"):
        aws.elbv2.describe_load_balancers(Names=["lb"])
    for _ in range(2):
        aws.elbv2.delete_target_group(TargetGroupArn=tg["TargetGroupArn"])
    with raises("TargetGroupNotFound"):
        aws.elbv2.describe_target_groups(Names=["tg"])
    aws.ec2.delete_subnet(SubnetId=net["subnets"][0])


def test_targets(aws, net, slow):
    lb, tg = balancer(aws, net), group(aws, net)
    arn = tg["TargetGroupArn"]
    instance = aws.ec2.run_instances(
        ImageId=aws.image(), InstanceType="t3.micro", MinCount=1, MaxCount=1, SubnetId=net["subnets"][0]
    )["Instances"][0]["InstanceId"]
    with raises("InvalidTarget"):
        aws.elbv2.register_targets(TargetGroupArn=arn, Targets=[{"Id": "i-0123456789abcdef0"}])
    aws.elbv2.register_targets(TargetGroupArn=arn, Targets=[{"Id": instance}, {"Id": instance, "Port": 81}])

    def states():
        found = aws.elbv2.describe_target_health(TargetGroupArn=arn)["TargetHealthDescriptions"]
        return {each["Target"]["Port"]: each["TargetHealth"]["State"] for each in found}

    assert states() == {80: "unused", 81: "unused"}
    listener(aws, lb, forward(tg))
    eventually(lambda: states() == {80: "healthy", 81: "healthy"})
    aws.elbv2.deregister_targets(TargetGroupArn=arn, Targets=[{"Id": instance, "Port": 81}])
    assert states()[81] == "draining"
    eventually(lambda: states() == {80: "healthy"})
    aws.ec2.terminate_instances(InstanceIds=[instance])
    eventually(lambda: states() == {})
    assert lb["State"]["Code"] == "provisioning"
    eventually(lambda: aws.elbv2.describe_load_balancers()["LoadBalancers"][0]["State"]["Code"] == "active")


def test_set_subnets_groups_and_tags(aws, net):
    lb = balancer(aws, net)
    arn = lb["LoadBalancerArn"]
    aws.elbv2.set_subnets(LoadBalancerArn=arn, Subnets=net["subnets"])
    security = aws.ec2.create_security_group(GroupName="g", Description="d", VpcId=net["vpc"])["GroupId"]
    aws.elbv2.set_security_groups(LoadBalancerArn=arn, SecurityGroups=[security])
    (found,) = aws.elbv2.describe_load_balancers(LoadBalancerArns=[arn])["LoadBalancers"]
    assert len(found["AvailabilityZones"]) == 3 and found["SecurityGroups"] == [security]
    with raises("DependencyViolation"):
        aws.ec2.delete_security_group(GroupId=security)
    aws.elbv2.add_tags(ResourceArns=[arn], Tags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}])
    aws.elbv2.remove_tags(ResourceArns=[arn], TagKeys=["a"])
    assert aws.elbv2.describe_tags(ResourceArns=[arn])["TagDescriptions"] == [
        {"ResourceArn": arn, "Tags": [{"Key": "b", "Value": "2"}]}
    ]
    with raises("LoadBalancerNotFound"):
        aws.elbv2.describe_tags(ResourceArns=[arn + "0"])
    with raises("ValidationError"):
        aws.elbv2.describe_tags(ResourceArns=[arn] * 21)


def test_pages(aws, net):
    for number in range(5):
        group(aws, net, f"tg{number}")
    pages = list(aws.elbv2.get_paginator("describe_target_groups").paginate(PaginationConfig={"PageSize": 2}))
    assert [len(page["TargetGroups"]) for page in pages] == [2, 2, 1]
    with raises("ValidationError"):
        aws.elbv2.describe_target_groups(PageSize=0)
