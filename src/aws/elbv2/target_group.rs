//! `aws_lb_target_group`

use aws_sdk_elasticloadbalancingv2::types::{
    Matcher, ProtocolEnum, TargetGroup as SdkGroup, TargetGroupAttribute,
    TargetGroupIpAddressTypeEnum, TargetTypeEnum,
};
use futures_util::future::try_join_all;

use super::{Attributes, arn_suffix, changed, flag, retag, tag_list, tags_of, text, whole};
use crate::aws::error::Operation as _;
use crate::aws::regional::Regional;
use crate::aws::resource::{Change, Found, New, Query, Resource, TagChange, Tags};
use crate::aws::small;
use crate::base::Id;
use crate::provider::Error;
use crate::schema::typed::{
    AwsLbTargetGroup, AwsLbTargetGroupHealthCheck, AwsLbTargetGroupStickiness,
    AwsLbTargetGroupTargetFailover, AwsLbTargetGroupTargetGroupHealth,
    AwsLbTargetGroupTargetGroupHealthDnsFailover,
    AwsLbTargetGroupTargetGroupHealthUnhealthyStateRouting, AwsLbTargetGroupTargetHealthState,
};

/// What a load balancer sends traffic to.
pub struct TargetGroup;

impl Resource for TargetGroup {
    type Spec = AwsLbTargetGroup;

    async fn list(aws: &Regional, query: &Query<'_>) -> Result<Vec<Found<Self::Spec>>, Error> {
        let all = super::all_target_groups(aws).await?;
        let arns = all.iter().filter_map(|group| group.target_group_arn.clone()).collect();
        let tags = super::all_tags(aws, "target groups", arns).await?;
        let of = |group: &SdkGroup| {
            let arn = group.target_group_arn()?;
            let tags = tags.get(arn).cloned().unwrap_or_default();
            query.wants(&tags, arn).then(|| (group.clone(), tags))
        };
        try_join_all(all.iter().filter_map(of).map(|(group, tags)| found(aws, group, tags))).await
    }

    async fn read(aws: &Regional, id: &Id) -> Result<Option<Found<Self::Spec>>, Error> {
        let call = aws.elbv2().describe_target_groups().target_group_arns(id.as_str());
        let answer = call.send().await.op("elasticloadbalancing:DescribeTargetGroups")?;
        let Some(group) = answer.target_groups.unwrap_or_default().pop() else { return Ok(None) };
        let tags = tags_of(aws, &[id.to_string()]).await?.remove(id.as_str()).unwrap_or_default();
        Ok(Some(found(aws, group, tags).await?))
    }

    /// Makes the group; the engine then converges, which sets its attributes.
    async fn create(aws: &Regional, new: &New<Self::Spec>) -> Result<Id, Error> {
        let spec = &new.spec;
        let is_lambda = spec.target_type.as_deref() == Some("lambda");
        let check = spec.health_check.as_ref();
        let call = aws
            .elbv2()
            .create_target_group()
            .set_name(spec.name.clone())
            .set_target_type(spec.target_type.as_deref().map(TargetTypeEnum::from))
            .set_port(spec.port.filter(|_| !is_lambda).map(small))
            .set_protocol(spec.protocol.as_deref().filter(|_| !is_lambda).map(ProtocolEnum::from))
            .set_protocol_version(spec.protocol_version.clone().filter(|_| has_version(spec)))
            .set_vpc_id(spec.vpc_id.clone().filter(|_| !is_lambda))
            .set_ip_address_type(
                spec.ip_address_type.as_deref().map(TargetGroupIpAddressTypeEnum::from),
            )
            .set_target_control_port(spec.target_control_port.map(small))
            .set_health_check_enabled(check.and_then(|check| check.enabled))
            .set_health_check_interval_seconds(check.and_then(|check| check.interval).map(small))
            .set_health_check_timeout_seconds(check.and_then(|check| check.timeout).map(small))
            .set_healthy_threshold_count(check.and_then(|check| check.healthy_threshold).map(small))
            .set_unhealthy_threshold_count(
                check.and_then(|check| check.unhealthy_threshold).map(small),
            )
            .set_health_check_path(check.and_then(|check| check.path.clone()))
            .set_health_check_port(
                check.and_then(|check| check.port.clone()).filter(|_| !is_lambda),
            )
            .set_health_check_protocol(
                check
                    .and_then(|c| c.protocol.as_deref())
                    .filter(|_| !is_lambda)
                    .map(ProtocolEnum::from),
            )
            .set_matcher(check.and_then(|check| matcher(spec, check)))
            .set_tags(tag_list(&new.tags));
        let created = call.send().await.op("elasticloadbalancing:CreateTargetGroup")?;
        let group = created.target_groups.unwrap_or_default().pop();
        Ok(Id::new(group.and_then(|group| group.target_group_arn).unwrap_or_default()))
    }

    async fn update(aws: &Regional, id: &Id, change: &Change<Self::Spec>) -> Result<(), Error> {
        let Change { prior, planned } = change;
        if let Some(check) =
            planned.health_check.as_ref().filter(|_| prior.health_check != planned.health_check)
        {
            let is_lambda = planned.target_type.as_deref() == Some("lambda");
            let call = aws
                .elbv2()
                .modify_target_group()
                .target_group_arn(id.as_str())
                .set_health_check_enabled(check.enabled)
                .set_health_check_interval_seconds(check.interval.map(small))
                .set_health_check_timeout_seconds(check.timeout.map(small))
                .set_healthy_threshold_count(check.healthy_threshold.map(small))
                .set_unhealthy_threshold_count(check.unhealthy_threshold.map(small))
                .set_health_check_path(check.path.clone())
                .set_health_check_port(check.port.clone().filter(|_| !is_lambda))
                .set_health_check_protocol(
                    check.protocol.as_deref().filter(|_| !is_lambda).map(ProtocolEnum::from),
                )
                .set_matcher(matcher(planned, check));
            call.send().await.op("elasticloadbalancing:ModifyTargetGroup")?;
        }
        let attributes = changed(&attributes(prior), &attributes(planned));
        if !attributes.is_empty() {
            let attribute =
                |(key, value)| TargetGroupAttribute::builder().key(key).value(value).build();
            let call = aws.elbv2().modify_target_group_attributes().target_group_arn(id.as_str());
            let call = call.set_attributes(Some(attributes.into_iter().map(attribute).collect()));
            call.send().await.op("elasticloadbalancing:ModifyTargetGroupAttributes")?;
        }
        Ok(())
    }

    async fn delete(aws: &Regional, id: &Id, _prior: &Self::Spec) -> Result<(), Error> {
        let call = aws.elbv2().delete_target_group().target_group_arn(id.as_str());
        call.send().await.op("elasticloadbalancing:DeleteTargetGroup")?;
        Ok(())
    }

    async fn find(aws: &Regional, new: &New<Self::Spec>) -> Result<Vec<Found<Self::Spec>>, Error> {
        let Some(name) = &new.spec.name else { return Ok(Vec::new()) };
        let call = aws.elbv2().describe_target_groups().names(name);
        let answer = match call.send().await.op("elasticloadbalancing:DescribeTargetGroups") {
            Err(error) if error.is_not_found() => return Ok(Vec::new()),
            answer => answer?,
        };
        let mut all = Vec::new();
        for group in answer.target_groups.unwrap_or_default() {
            let arn = group.target_group_arn.clone().unwrap_or_default();
            let tags =
                tags_of(aws, std::slice::from_ref(&arn)).await?.remove(&arn).unwrap_or_default();
            all.push(found(aws, group, tags).await?);
        }
        Ok(all)
    }

    async fn retag(aws: &Regional, id: &Id, tags: &TagChange) -> Result<(), Error> {
        retag(aws, id.as_str(), tags).await
    }
}

/// Whether the group speaks HTTP, whose version can be chosen.
fn has_version(spec: &AwsLbTargetGroup) -> bool {
    matches!(spec.protocol.as_deref(), Some("HTTP" | "HTTPS"))
}

/// Which answers count as healthy; gRPC has codes of its own.
fn matcher(spec: &AwsLbTargetGroup, check: &AwsLbTargetGroupHealthCheck) -> Option<Matcher> {
    let codes = check.matcher.clone().filter(|codes| !codes.is_empty())?;
    let is_grpc = spec.protocol_version.as_deref() == Some("GRPC");
    let matcher = Matcher::builder();
    Some(if is_grpc { matcher.grpc_code(codes) } else { matcher.http_code(codes) }.build())
}

/// The attributes of a target group as AWS names them; each protocol has its own.
/// <https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_TargetGroupAttribute.html>
fn attributes(spec: &AwsLbTargetGroup) -> Attributes {
    let mut all = Attributes::new();
    let mut set = |name: &str, value: Option<String>| {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            all.insert(name.to_owned(), value);
        }
    };
    let on = |value: Option<bool>| value.map(|on| on.to_string());
    if spec.target_type.as_deref() == Some("lambda") {
        set("lambda.multi_value_headers.enabled", on(spec.lambda_multi_value_headers_enabled));
        return all;
    }
    let is_http = has_version(spec);
    let is_gateway = spec.protocol.as_deref() == Some("GENEVE");
    set("deregistration_delay.timeout_seconds", spec.deregistration_delay.clone());
    if is_http {
        let algorithm = spec.load_balancing_algorithm_type.clone();
        set(
            "load_balancing.algorithm.anomaly_mitigation",
            spec.load_balancing_anomaly_mitigation.clone(),
        );
        if algorithm.as_deref() != Some("weighted_random") {
            set("slow_start.duration_seconds", spec.slow_start.map(|seconds| seconds.to_string()));
        }
        set("load_balancing.algorithm.type", algorithm);
    } else if !is_gateway {
        set("deregistration_delay.connection_termination.enabled", on(spec.connection_termination));
        set("preserve_client_ip.enabled", spec.preserve_client_ip.clone());
        set("proxy_protocol_v2.enabled", on(spec.proxy_protocol_v2));
    }
    if !is_gateway {
        set("load_balancing.cross_zone.enabled", spec.load_balancing_cross_zone_enabled.clone());
    }
    if let Some(stickiness) = &spec.stickiness {
        set("stickiness.enabled", on(stickiness.enabled));
        set("stickiness.type", Some(stickiness.r#type.clone()));
        let duration = stickiness.cookie_duration.map(|seconds| seconds.to_string());
        match stickiness.r#type.as_str() {
            "lb_cookie" => set("stickiness.lb_cookie.duration_seconds", duration),
            "app_cookie" => {
                set("stickiness.app_cookie.duration_seconds", duration);
                set("stickiness.app_cookie.cookie_name", stickiness.cookie_name.clone());
            }
            _ => {}
        }
    }
    if let Some(failover) = spec.target_failover.first().filter(|_| is_gateway) {
        set("target_failover.on_deregistration", Some(failover.on_deregistration.clone()));
        set("target_failover.on_unhealthy", Some(failover.on_unhealthy.clone()));
    }
    if let Some(state) = spec.target_health_state.first() {
        let terminate = state.enable_unhealthy_connection_termination;
        set(
            "target_health_state.unhealthy.connection_termination.enabled",
            Some(terminate.to_string()),
        );
        if !terminate {
            let interval = state.unhealthy_draining_interval.map(|seconds| seconds.to_string());
            set("target_health_state.unhealthy.draining_interval_seconds", interval);
        }
    }
    if let Some(health) = spec.target_group_health.as_ref().filter(|_| !is_gateway) {
        let prefix = "target_group_health";
        if let Some(dns) = &health.dns_failover {
            let (count, percentage) =
                (&dns.minimum_healthy_targets_count, &dns.minimum_healthy_targets_percentage);
            set(&format!("{prefix}.dns_failover.minimum_healthy_targets.count"), count.clone());
            set(
                &format!("{prefix}.dns_failover.minimum_healthy_targets.percentage"),
                percentage.clone(),
            );
        }
        if let Some(routing) = &health.unhealthy_state_routing {
            let count = routing.minimum_healthy_targets_count.map(|count| count.to_string());
            let percentage = routing.minimum_healthy_targets_percentage.clone();
            set(&format!("{prefix}.unhealthy_state_routing.minimum_healthy_targets.count"), count);
            set(
                &format!("{prefix}.unhealthy_state_routing.minimum_healthy_targets.percentage"),
                percentage,
            );
        }
    }
    all
}

async fn found(
    aws: &Regional,
    group: SdkGroup,
    tags: Tags,
) -> Result<Found<AwsLbTargetGroup>, Error> {
    let arn = group.target_group_arn.clone().unwrap_or_default();
    let call = aws.elbv2().describe_target_group_attributes().target_group_arn(&arn);
    let answer = call.send().await.op("elasticloadbalancing:DescribeTargetGroupAttributes")?;
    let pairs = answer.attributes.unwrap_or_default().into_iter();
    let attributes: Attributes =
        pairs.filter_map(|pair| Some((pair.key?, pair.value.unwrap_or_default()))).collect();
    Ok(Found::ready(arn, spec(group, &attributes), tags))
}

fn spec(group: SdkGroup, attributes: &Attributes) -> AwsLbTargetGroup {
    let check = AwsLbTargetGroupHealthCheck {
        enabled: group.health_check_enabled,
        healthy_threshold: group.healthy_threshold_count.map(i64::from),
        interval: group.health_check_interval_seconds.map(i64::from),
        matcher: group.matcher.and_then(|matcher| matcher.http_code.or(matcher.grpc_code)),
        path: group.health_check_path,
        port: group.health_check_port,
        protocol: group.health_check_protocol.map(|protocol| protocol.as_str().to_owned()),
        timeout: group.health_check_timeout_seconds.map(i64::from),
        unhealthy_threshold: group.unhealthy_threshold_count.map(i64::from),
    };
    AwsLbTargetGroup {
        arn_suffix: group.target_group_arn.as_deref().and_then(arn_suffix),
        arn: group.target_group_arn,
        connection_termination: flag(
            attributes,
            "deregistration_delay.connection_termination.enabled",
        ),
        deregistration_delay: text(attributes, "deregistration_delay.timeout_seconds"),
        ip_address_type: group.ip_address_type.map(|kind| kind.as_str().to_owned()),
        lambda_multi_value_headers_enabled: flag(attributes, "lambda.multi_value_headers.enabled"),
        load_balancer_arns: group.load_balancer_arns.unwrap_or_default(),
        load_balancing_algorithm_type: text(attributes, "load_balancing.algorithm.type"),
        load_balancing_anomaly_mitigation: text(
            attributes,
            "load_balancing.algorithm.anomaly_mitigation",
        ),
        load_balancing_cross_zone_enabled: text(attributes, "load_balancing.cross_zone.enabled"),
        name: group.target_group_name,
        port: group.port.map(i64::from),
        preserve_client_ip: text(attributes, "preserve_client_ip.enabled"),
        protocol: group.protocol.map(|protocol| protocol.as_str().to_owned()),
        protocol_version: group.protocol_version,
        proxy_protocol_v2: flag(attributes, "proxy_protocol_v2.enabled"),
        slow_start: whole(attributes, "slow_start.duration_seconds"),
        target_control_port: group.target_control_port.map(i64::from),
        target_type: group.target_type.map(|kind| kind.as_str().to_owned()),
        vpc_id: group.vpc_id,
        health_check: Some(check),
        stickiness: stickiness(attributes),
        target_failover: failover(attributes).into_iter().collect(),
        target_group_health: group_health(attributes),
        target_health_state: health_state(attributes).into_iter().collect(),
        ..AwsLbTargetGroup::default()
    }
}

fn stickiness(attributes: &Attributes) -> Option<AwsLbTargetGroupStickiness> {
    let kind = text(attributes, "stickiness.type")?;
    Some(AwsLbTargetGroupStickiness {
        cookie_duration: whole(attributes, &format!("stickiness.{kind}.duration_seconds")),
        cookie_name: text(attributes, "stickiness.app_cookie.cookie_name")
            .filter(|_| kind == "app_cookie"),
        enabled: flag(attributes, "stickiness.enabled"),
        r#type: kind,
    })
}

fn failover(attributes: &Attributes) -> Option<AwsLbTargetGroupTargetFailover> {
    Some(AwsLbTargetGroupTargetFailover {
        on_deregistration: text(attributes, "target_failover.on_deregistration")?,
        on_unhealthy: text(attributes, "target_failover.on_unhealthy")?,
    })
}

fn group_health(attributes: &Attributes) -> Option<AwsLbTargetGroupTargetGroupHealth> {
    let of = |part: &str, unit: &str| {
        text(attributes, &format!("target_group_health.{part}.minimum_healthy_targets.{unit}"))
    };
    let dns_failover =
        of("dns_failover", "count").map(|count| AwsLbTargetGroupTargetGroupHealthDnsFailover {
            minimum_healthy_targets_count: Some(count),
            minimum_healthy_targets_percentage: of("dns_failover", "percentage"),
        });
    let unhealthy_state_routing = of("unhealthy_state_routing", "count").map(|count| {
        AwsLbTargetGroupTargetGroupHealthUnhealthyStateRouting {
            minimum_healthy_targets_count: count.parse().ok(),
            minimum_healthy_targets_percentage: of("unhealthy_state_routing", "percentage"),
        }
    });
    (dns_failover.is_some() || unhealthy_state_routing.is_some())
        .then_some(AwsLbTargetGroupTargetGroupHealth { dns_failover, unhealthy_state_routing })
}

fn health_state(attributes: &Attributes) -> Option<AwsLbTargetGroupTargetHealthState> {
    let name = "target_health_state.unhealthy.connection_termination.enabled";
    Some(AwsLbTargetGroupTargetHealthState {
        enable_unhealthy_connection_termination: flag(attributes, name)?,
        unhealthy_draining_interval: whole(
            attributes,
            "target_health_state.unhealthy.draining_interval_seconds",
        ),
    })
}
