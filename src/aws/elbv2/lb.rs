//! `aws_lb`

use std::collections::BTreeMap;

use aws_sdk_elasticloadbalancingv2::types::{
    IpAddressType, IpamPools, LoadBalancer, LoadBalancerAttribute, LoadBalancerSchemeEnum,
    LoadBalancerStateEnum, LoadBalancerTypeEnum, MinimumLoadBalancerCapacity, RemoveIpamPoolEnum,
    SubnetMapping,
};
use futures_util::future::try_join_all;

use super::{Attributes, arn_suffix, changed, flag, retag, tag_list, tags_of, text, whole};
use crate::aws::error::Operation as _;
use crate::aws::regional::Regional;
use crate::aws::resource::{Change, Found, New, Query, Resource, TagChange, Tags};
use crate::base::Id;
use crate::plan::Status;
use crate::provider::{Error, Goal, Poll};
use crate::schema::typed::{
    AwsLb, AwsLbAccessLogs, AwsLbConnectionLogs, AwsLbHealthCheckLogs, AwsLbIpamPools,
    AwsLbMinimumLoadBalancerCapacity, AwsLbSubnetMapping,
};

/// A load balancer.
pub struct Lb;

impl Resource for Lb {
    type Spec = AwsLb;

    async fn list(aws: &Regional, query: &Query<'_>) -> Result<Vec<Found<AwsLb>>, Error> {
        let all = super::all_load_balancers(aws).await?;
        let arns = all.iter().filter_map(|lb| lb.load_balancer_arn.clone()).collect();
        let tags = super::all_tags(aws, "load balancers", arns).await?;
        let of = |lb: &LoadBalancer| {
            let arn = lb.load_balancer_arn()?;
            let tags = tags.get(arn).cloned().unwrap_or_default();
            query.wants(&tags, arn).then(|| (lb.clone(), tags))
        };
        try_join_all(all.iter().filter_map(of).map(|(lb, tags)| found(aws, lb, tags))).await
    }

    async fn read(aws: &Regional, id: &Id) -> Result<Option<Found<AwsLb>>, Error> {
        let call = aws.elbv2().describe_load_balancers().load_balancer_arns(id.as_str());
        let answer = call.send().await.op("elasticloadbalancing:DescribeLoadBalancers")?;
        let Some(lb) = answer.load_balancers.unwrap_or_default().pop() else { return Ok(None) };
        let tags = tags_of(aws, &[id.to_string()]).await?.remove(id.as_str()).unwrap_or_default();
        Ok(Some(found(aws, lb, tags).await?))
    }

    /// Makes the load balancer; the engine then converges, which sets its attributes.
    async fn create(aws: &Regional, new: &New<AwsLb>) -> Result<Id, Error> {
        let spec = &new.spec;
        let some = |list: &[String]| (!list.is_empty()).then(|| list.to_vec());
        let scheme = if spec.internal.unwrap_or_default() {
            LoadBalancerSchemeEnum::Internal
        } else {
            LoadBalancerSchemeEnum::InternetFacing
        };
        let is_gateway = spec.load_balancer_type.as_deref() == Some("gateway");
        let mappings = mappings(spec);
        let call = aws
            .elbv2()
            .create_load_balancer()
            .set_name(spec.name.clone())
            .set_type(spec.load_balancer_type.as_deref().map(LoadBalancerTypeEnum::from))
            .set_scheme((!is_gateway).then_some(scheme))
            .set_ip_address_type(spec.ip_address_type.as_deref().map(IpAddressType::from))
            .set_customer_owned_ipv4_pool(spec.customer_owned_ipv4_pool.clone())
            .set_security_groups(some(&spec.security_groups))
            .set_subnets(some(&spec.subnets).filter(|_| mappings.is_none()))
            .set_subnet_mappings(mappings)
            .set_ipam_pools(spec.ipam_pools.as_ref().map(pools))
            .set_tags(tag_list(&new.tags));
        let created = call.send().await.op("elasticloadbalancing:CreateLoadBalancer")?;
        let lb = created.load_balancers.unwrap_or_default().pop();
        Ok(Id::new(lb.and_then(|lb| lb.load_balancer_arn).unwrap_or_default()))
    }

    async fn update(aws: &Regional, id: &Id, change: &Change<AwsLb>) -> Result<(), Error> {
        update_network(aws, id, change).await?;
        let Change { prior, planned } = change;
        let attributes = changed(&attributes(prior), &attributes(planned));
        if !attributes.is_empty() {
            let attribute =
                |(key, value)| LoadBalancerAttribute::builder().key(key).value(value).build();
            let call = aws.elbv2().modify_load_balancer_attributes().load_balancer_arn(id.as_str());
            let call = call.set_attributes(Some(attributes.into_iter().map(attribute).collect()));
            call.send().await.op("elasticloadbalancing:ModifyLoadBalancerAttributes")?;
        }
        if prior.minimum_load_balancer_capacity != planned.minimum_load_balancer_capacity {
            let call = aws.elbv2().modify_capacity_reservation().load_balancer_arn(id.as_str());
            let call = match &planned.minimum_load_balancer_capacity {
                Some(capacity) => call.minimum_load_balancer_capacity(
                    MinimumLoadBalancerCapacity::builder()
                        .capacity_units(i32::try_from(capacity.capacity_units).unwrap_or(i32::MAX))
                        .build(),
                ),
                None => call.reset_capacity_reservation(true),
            };
            call.send().await.op("elasticloadbalancing:ModifyCapacityReservation")?;
        }
        Ok(())
    }

    async fn delete(aws: &Regional, id: &Id, _prior: &AwsLb) -> Result<(), Error> {
        let call = aws.elbv2().delete_load_balancer().load_balancer_arn(id.as_str());
        call.send().await.op("elasticloadbalancing:DeleteLoadBalancer")?;
        Ok(())
    }

    async fn find(aws: &Regional, new: &New<AwsLb>) -> Result<Vec<Found<AwsLb>>, Error> {
        let Some(name) = &new.spec.name else { return Ok(Vec::new()) };
        let call = aws.elbv2().describe_load_balancers().names(name);
        let answer = match call.send().await.op("elasticloadbalancing:DescribeLoadBalancers") {
            Err(error) if error.is_not_found() => return Ok(Vec::new()),
            answer => answer?,
        };
        let mut found_all = Vec::new();
        for lb in answer.load_balancers.unwrap_or_default() {
            let arn = lb.load_balancer_arn.clone().unwrap_or_default();
            let tags =
                tags_of(aws, std::slice::from_ref(&arn)).await?.remove(&arn).unwrap_or_default();
            found_all.push(found(aws, lb, tags).await?);
        }
        Ok(found_all)
    }

    async fn poll(aws: &Regional, ids: &[Id], _goal: Goal) -> Result<BTreeMap<Id, Poll>, Error> {
        let pages =
            aws.elbv2().describe_load_balancers().page_size(super::PAGE).into_paginator().items();
        let all: Vec<_> = pages
            .send()
            .collect::<Result<_, _>>()
            .await
            .op("elasticloadbalancing:DescribeLoadBalancers")?;
        let mut answer: BTreeMap<_, _> = ids.iter().map(|id| (id.clone(), Poll::Gone)).collect();
        for lb in all {
            let state = lb.state.as_ref().and_then(|state| state.code.as_ref());
            let reason = lb.state.as_ref().and_then(|state| state.reason.as_deref());
            let poll = match state {
                Some(LoadBalancerStateEnum::Active | LoadBalancerStateEnum::ActiveImpaired) => {
                    Poll::Ready
                }
                Some(LoadBalancerStateEnum::Failed) => {
                    Poll::Failed(reason.unwrap_or("failed").into())
                }
                state => Poll::Pending(
                    state.map_or("provisioning", LoadBalancerStateEnum::as_str).into(),
                ),
            };
            answer
                .entry(Id::new(lb.load_balancer_arn.unwrap_or_default()))
                .and_modify(|entry| *entry = poll);
        }
        Ok(answer)
    }

    async fn retag(aws: &Regional, id: &Id, tags: &TagChange) -> Result<(), Error> {
        retag(aws, id.as_str(), tags).await
    }
}

fn pools(pools: &AwsLbIpamPools) -> IpamPools {
    IpamPools::builder().ipv4_ipam_pool_id(&pools.ipv4_ipam_pool_id).build()
}

/// The subnets with what each is to have; none where plain subnets are named.
fn mappings(spec: &AwsLb) -> Option<Vec<SubnetMapping>> {
    let mapping = |mapping: &AwsLbSubnetMapping| {
        SubnetMapping::builder()
            .subnet_id(&mapping.subnet_id)
            .set_allocation_id(mapping.allocation_id.clone().filter(|id| !id.is_empty()))
            .set_ipv6_address(mapping.ipv6_address.clone().filter(|ip| !ip.is_empty()))
            .set_private_ipv4_address(
                mapping.private_ipv4_address.clone().filter(|ip| !ip.is_empty()),
            )
            .build()
    };
    let plain = spec
        .subnet_mapping
        .iter()
        .all(|m| m.allocation_id.is_none() && m.private_ipv4_address.is_none());
    if spec.subnet_mapping.is_empty() || (plain && !spec.subnets.is_empty()) {
        return None;
    }
    Some(spec.subnet_mapping.iter().map(mapping).collect())
}

/// Addresses, firewalls and subnets have calls of their own.
async fn update_network(aws: &Regional, id: &Id, change: &Change<AwsLb>) -> Result<(), Error> {
    let Change { prior, planned } = change;
    let arn = id.as_str();
    if prior.security_groups != planned.security_groups
        || prior.enforce_security_group_inbound_rules_on_private_link_traffic
            != planned.enforce_security_group_inbound_rules_on_private_link_traffic
    {
        let enforce =
            planned.enforce_security_group_inbound_rules_on_private_link_traffic.as_deref();
        let call = aws.elbv2().set_security_groups().load_balancer_arn(arn);
        let call = call.set_security_groups(Some(planned.security_groups.clone()));
        let call = call.set_enforce_security_group_inbound_rules_on_private_link_traffic(
            enforce.map(Into::into),
        );
        call.send().await.op("elasticloadbalancing:SetSecurityGroups")?;
    }
    if prior.subnets != planned.subnets || prior.subnet_mapping != planned.subnet_mapping {
        let mappings = mappings(planned);
        let call = aws.elbv2().set_subnets().load_balancer_arn(arn);
        let call = match mappings {
            Some(mappings) => call.set_subnet_mappings(Some(mappings)),
            None => call.set_subnets(Some(planned.subnets.clone())),
        };
        call.send().await.op("elasticloadbalancing:SetSubnets")?;
    }
    if let Some(kind) = planned
        .ip_address_type
        .as_deref()
        .filter(|_| prior.ip_address_type != planned.ip_address_type)
    {
        let call =
            aws.elbv2().set_ip_address_type().load_balancer_arn(arn).ip_address_type(kind.into());
        call.send().await.op("elasticloadbalancing:SetIpAddressType")?;
    }
    if prior.ipam_pools != planned.ipam_pools {
        let call = aws.elbv2().modify_ip_pools().load_balancer_arn(arn);
        let call = match &planned.ipam_pools {
            Some(wanted) => call.ipam_pools(pools(wanted)),
            None => call.remove_ipam_pools(RemoveIpamPoolEnum::Ipv4),
        };
        call.send().await.op("elasticloadbalancing:ModifyIpPools")?;
    }
    Ok(())
}

/// The attributes of a load balancer as AWS names them; each kind has its own.
/// <https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_LoadBalancerAttribute.html>
fn attributes(spec: &AwsLb) -> Attributes {
    let mut all = Attributes::new();
    let mut set = |name: &str, value: Option<String>| {
        if let Some(value) = value {
            all.insert(name.to_owned(), value);
        }
    };
    let kind = spec.load_balancer_type.as_deref().unwrap_or("application");
    set("deletion_protection.enabled", spec.enable_deletion_protection.map(|on| on.to_string()));
    let access = spec.access_logs.as_ref();
    if kind != "gateway" {
        set(
            "access_logs.s3.enabled",
            Some(access.and_then(|logs| logs.enabled).unwrap_or_default().to_string()),
        );
        set("access_logs.s3.bucket", access.map(|logs| logs.bucket.clone()));
        set("access_logs.s3.prefix", access.map(|logs| logs.prefix.clone().unwrap_or_default()));
        set("zonal_shift.config.enabled", spec.enable_zonal_shift.map(|on| on.to_string()));
    }
    if kind != "application" {
        let cross_zone = spec.enable_cross_zone_load_balancing;
        set("load_balancing.cross_zone.enabled", cross_zone.map(|on| on.to_string()));
    }
    if kind == "network" {
        set("dns_record.client_routing_policy", spec.dns_record_client_routing_policy.clone());
        let ips = spec.secondary_ips_auto_assigned_per_subnet;
        set("secondary_ips.auto_assigned.per_subnet", ips.map(|count| count.to_string()));
    }
    if kind == "application" {
        let connections = spec.connection_logs.as_ref();
        let enabled = connections.and_then(|logs| logs.enabled).unwrap_or_default();
        set("connection_logs.s3.enabled", Some(enabled.to_string()));
        set("connection_logs.s3.bucket", connections.map(|logs| logs.bucket.clone()));
        set(
            "connection_logs.s3.prefix",
            connections.map(|logs| logs.prefix.clone().unwrap_or_default()),
        );
        let checks = spec.health_check_logs.as_ref();
        if let Some(checks) = checks {
            set(
                "health_check_logs.s3.enabled",
                Some(checks.enabled.unwrap_or_default().to_string()),
            );
            set("health_check_logs.s3.bucket", Some(checks.bucket.clone()));
            set("health_check_logs.s3.prefix", Some(checks.prefix.clone().unwrap_or_default()));
        }
        let on = |value: Option<bool>| value.map(|on| on.to_string());
        set("client_keep_alive.seconds", spec.client_keep_alive.map(|seconds| seconds.to_string()));
        set("idle_timeout.timeout_seconds", spec.idle_timeout.map(|seconds| seconds.to_string()));
        set("routing.http.desync_mitigation_mode", spec.desync_mitigation_mode.clone());
        set("routing.http.drop_invalid_header_fields.enabled", on(spec.drop_invalid_header_fields));
        set("routing.http.preserve_host_header.enabled", on(spec.preserve_host_header));
        let tls = spec.enable_tls_version_and_cipher_suite_headers;
        set("routing.http.x_amzn_tls_version_and_cipher_suite.enabled", on(tls));
        set("routing.http.xff_client_port.enabled", on(spec.enable_xff_client_port));
        set("routing.http.xff_header_processing.mode", spec.xff_header_processing_mode.clone());
        set("routing.http2.enabled", on(spec.enable_http2));
        set("waf.fail_open.enabled", on(spec.enable_waf_fail_open));
    }
    all
}

async fn found(aws: &Regional, lb: LoadBalancer, tags: Tags) -> Result<Found<AwsLb>, Error> {
    let arn = lb.load_balancer_arn.clone().unwrap_or_default();
    let (answer, capacity) = tokio::try_join!(
        async {
            let call = aws.elbv2().describe_load_balancer_attributes().load_balancer_arn(&arn);
            call.send().await.op("elasticloadbalancing:DescribeLoadBalancerAttributes")
        },
        capacity(aws, &lb)
    )?;
    let pairs = answer.attributes.unwrap_or_default().into_iter();
    let attributes: Attributes =
        pairs.filter_map(|pair| Some((pair.key?, pair.value.unwrap_or_default()))).collect();
    let status = match lb.state.as_ref().and_then(|state| state.code.as_ref()) {
        Some(LoadBalancerStateEnum::Provisioning) => Status::Pending,
        Some(LoadBalancerStateEnum::Failed) => Status::Failed("failed".into()),
        _ => Status::Ready,
    };
    let spec = AwsLb { minimum_load_balancer_capacity: capacity, ..spec(lb, &attributes) };
    Ok(Found { id: Id::new(arn), spec, tags, status })
}

/// The reserved capacity, which a call of its own tells. Gateway load balancers have none.
async fn capacity(
    aws: &Regional,
    lb: &LoadBalancer,
) -> Result<Option<AwsLbMinimumLoadBalancerCapacity>, Error> {
    if lb.r#type == Some(LoadBalancerTypeEnum::Gateway) {
        return Ok(None);
    }
    let call = aws.elbv2().describe_capacity_reservation();
    let call = call.set_load_balancer_arn(lb.load_balancer_arn.clone());
    let answer = call.send().await.op("elasticloadbalancing:DescribeCapacityReservation")?;
    let units = answer.minimum_load_balancer_capacity.and_then(|minimum| minimum.capacity_units);
    Ok(units.map(|units| AwsLbMinimumLoadBalancerCapacity { capacity_units: i64::from(units) }))
}

fn spec(lb: LoadBalancer, attributes: &Attributes) -> AwsLb {
    let zones = lb.availability_zones.unwrap_or_default();
    let logs = |kind: &str| {
        let enabled = flag(attributes, &format!("{kind}.s3.enabled"));
        let bucket = text(attributes, &format!("{kind}.s3.bucket"))?;
        Some((bucket, enabled, text(attributes, &format!("{kind}.s3.prefix"))))
    };
    let kind = lb.r#type.clone();
    let spec = AwsLb {
        arn_suffix: lb.load_balancer_arn.as_deref().and_then(arn_suffix),
        arn: lb.load_balancer_arn,
        client_keep_alive: whole(attributes, "client_keep_alive.seconds"),
        customer_owned_ipv4_pool: lb.customer_owned_ipv4_pool,
        desync_mitigation_mode: text(attributes, "routing.http.desync_mitigation_mode"),
        dns_name: lb.dns_name,
        dns_record_client_routing_policy: text(attributes, "dns_record.client_routing_policy"),
        drop_invalid_header_fields: flag(
            attributes,
            "routing.http.drop_invalid_header_fields.enabled",
        ),
        enable_cross_zone_load_balancing: flag(attributes, "load_balancing.cross_zone.enabled"),
        enable_deletion_protection: flag(attributes, "deletion_protection.enabled"),
        enable_http2: flag(attributes, "routing.http2.enabled"),
        enable_tls_version_and_cipher_suite_headers: flag(
            attributes,
            "routing.http.x_amzn_tls_version_and_cipher_suite.enabled",
        ),
        enable_waf_fail_open: flag(attributes, "waf.fail_open.enabled"),
        enable_xff_client_port: flag(attributes, "routing.http.xff_client_port.enabled"),
        enable_zonal_shift: flag(attributes, "zonal_shift.config.enabled"),
        enforce_security_group_inbound_rules_on_private_link_traffic: lb
            .enforce_security_group_inbound_rules_on_private_link_traffic,
        idle_timeout: whole(attributes, "idle_timeout.timeout_seconds"),
        internal: lb.scheme.map(|scheme| scheme == LoadBalancerSchemeEnum::Internal),
        ip_address_type: lb.ip_address_type.map(|kind| kind.as_str().to_owned()),
        load_balancer_type: lb.r#type.map(|kind| kind.as_str().to_owned()),
        name: lb.load_balancer_name,
        preserve_host_header: flag(attributes, "routing.http.preserve_host_header.enabled"),
        secondary_ips_auto_assigned_per_subnet: whole(
            attributes,
            "secondary_ips.auto_assigned.per_subnet",
        ),
        security_groups: lb.security_groups.unwrap_or_default(),
        subnets: zones.iter().filter_map(|zone| zone.subnet_id.clone()).collect(),
        vpc_id: lb.vpc_id,
        xff_header_processing_mode: text(attributes, "routing.http.xff_header_processing.mode"),
        zone_id: lb.canonical_hosted_zone_id,
        access_logs: logs("access_logs").map(|(bucket, enabled, prefix)| AwsLbAccessLogs {
            bucket,
            enabled,
            prefix,
        }),
        connection_logs: logs("connection_logs")
            .map(|(bucket, enabled, prefix)| AwsLbConnectionLogs { bucket, enabled, prefix }),
        health_check_logs: logs("health_check_logs")
            .map(|(bucket, enabled, prefix)| AwsLbHealthCheckLogs { bucket, enabled, prefix }),
        ipam_pools: lb
            .ipam_pools
            .and_then(|pools| pools.ipv4_ipam_pool_id)
            .map(|ipv4_ipam_pool_id| AwsLbIpamPools { ipv4_ipam_pool_id }),
        subnet_mapping: zones
            .into_iter()
            .map(|zone| {
                let address = zone.load_balancer_addresses.unwrap_or_default().into_iter().next();
                AwsLbSubnetMapping {
                    allocation_id: address.as_ref().and_then(|a| a.allocation_id.clone()),
                    ipv6_address: address.as_ref().and_then(|a| a.ipv6_address.clone()),
                    outpost_id: zone.outpost_id,
                    private_ipv4_address: address.and_then(|a| a.private_ipv4_address),
                    subnet_id: zone.subnet_id.unwrap_or_default(),
                }
            })
            .collect(),
        ..AwsLb::default()
    };
    with_foreign_defaults(kind.as_ref(), spec)
}

/// Attributes that only another kind of load balancer has: they have no effect, and count as left alone.
fn with_foreign_defaults(kind: Option<&LoadBalancerTypeEnum>, mut spec: AwsLb) -> AwsLb {
    fn default<T>(value: &mut Option<T>, default: T) {
        value.get_or_insert(default);
    }
    default(&mut spec.enable_zonal_shift, false);
    default(&mut spec.dns_record_client_routing_policy, "any_availability_zone".into());
    if kind == Some(&LoadBalancerTypeEnum::Application) {
        // It always balances across zones, and cannot be told not to.
        spec.enable_cross_zone_load_balancing = Some(false);
        return spec;
    }
    default(&mut spec.client_keep_alive, 3600);
    default(&mut spec.desync_mitigation_mode, "defensive".into());
    default(&mut spec.drop_invalid_header_fields, false);
    default(&mut spec.enable_http2, true);
    default(&mut spec.enable_tls_version_and_cipher_suite_headers, false);
    default(&mut spec.enable_waf_fail_open, false);
    default(&mut spec.enable_xff_client_port, false);
    default(&mut spec.idle_timeout, 60);
    default(&mut spec.preserve_host_header, false);
    default(&mut spec.xff_header_processing_mode, "append".into());
    spec
}
