//! The resource types that run on AWS: a plain list.

use super::error::Operation as _;
use super::regional::Regional;
use super::resource::{Adapter, Erased};
use super::{autoscaling, cloudwatch, ec2, elbv2, iam, rds, secretsmanager, ssm};
use crate::base::{StackName, TypeName};
use crate::provider::{Error, tags};

/// Every resource type with an AWS file.
static RESOURCES: &[&dyn Erased] = &[
    &Adapter::<autoscaling::attachment::Attachment>::new(),
    &Adapter::<autoscaling::group::Group>::new(),
    &Adapter::<autoscaling::lifecycle_hook::LifecycleHook>::new(),
    &Adapter::<autoscaling::policy::Policy>::new(),
    &Adapter::<autoscaling::schedule::Schedule>::new(),
    &Adapter::<ec2::ebs_volume::EbsVolume>::new(),
    &Adapter::<ec2::eip::Eip>::new(),
    &Adapter::<ec2::eip_association::EipAssociation>::new(),
    &Adapter::<ec2::instance::Instance>::new(),
    &Adapter::<ec2::internet_gateway::InternetGateway>::new(),
    &Adapter::<ec2::key_pair::KeyPair>::new(),
    &Adapter::<ec2::launch_template::LaunchTemplate>::new(),
    &Adapter::<ec2::nat_gateway::NatGateway>::new(),
    &Adapter::<ec2::route::Route>::new(),
    &Adapter::<ec2::route_table::RouteTable>::new(),
    &Adapter::<ec2::route_table_association::RouteTableAssociation>::new(),
    &Adapter::<ec2::security_group::SecurityGroup>::new(),
    &Adapter::<ec2::security_group_rule::SecurityGroupRule>::new(),
    &Adapter::<ec2::subnet::Subnet>::new(),
    &Adapter::<ec2::volume_attachment::VolumeAttachment>::new(),
    &Adapter::<ec2::vpc::Vpc>::new(),
    &Adapter::<ec2::vpc_security_group_rule::EgressRule>::new(),
    &Adapter::<ec2::vpc_security_group_rule::IngressRule>::new(),
    &Adapter::<elbv2::lb::Lb>::new(),
    &Adapter::<elbv2::listener::Listener>::new(),
    &Adapter::<elbv2::listener_rule::ListenerRule>::new(),
    &Adapter::<elbv2::target_group::TargetGroup>::new(),
    &Adapter::<elbv2::target_group_attachment::TargetGroupAttachment>::new(),
    &Adapter::<iam::instance_profile::InstanceProfile>::new(),
    &Adapter::<iam::policy::Policy>::new(),
    &Adapter::<iam::role::Role>::new(),
    &Adapter::<iam::role_policy::RolePolicy>::new(),
    &Adapter::<iam::role_policy_attachment::RolePolicyAttachment>::new(),
    &Adapter::<rds::instance::Instance>::new(),
    &Adapter::<rds::parameter_group::ParameterGroup>::new(),
    &Adapter::<rds::subnet_group::SubnetGroup>::new(),
    &Adapter::<cloudwatch::alarm::Alarm>::new(),
    &Adapter::<secretsmanager::secret::Secret>::new(),
    &Adapter::<secretsmanager::secret_version::SecretVersion>::new(),
    &Adapter::<ssm::parameter::Parameter>::new(),
];

/// The code of a type.
pub fn resource(type_name: &TypeName) -> Option<&'static dyn Erased> {
    RESOURCES.iter().copied().find(|resource| *type_name == resource.type_name())
}

/// What the tagging API calls the types: service, how the resource part of the ARN begins, our type.
static ARNS: &[(&str, &str, &str)] = &[
    ("autoscaling", "autoScalingGroup:", "aws_autoscaling_group"),
    ("cloudwatch", "alarm:", "aws_cloudwatch_metric_alarm"),
    ("ec2", "elastic-ip/", "aws_eip"),
    ("ec2", "instance/", "aws_instance"),
    ("ec2", "internet-gateway/", "aws_internet_gateway"),
    ("ec2", "key-pair/", "aws_key_pair"),
    ("ec2", "launch-template/", "aws_launch_template"),
    ("ec2", "natgateway/", "aws_nat_gateway"),
    ("ec2", "route-table/", "aws_route_table"),
    ("ec2", "security-group-rule/", "aws_vpc_security_group_ingress_rule"),
    ("ec2", "security-group/", "aws_security_group"),
    ("ec2", "subnet/", "aws_subnet"),
    ("ec2", "volume/", "aws_ebs_volume"),
    ("ec2", "vpc/", "aws_vpc"),
    ("elasticloadbalancing", "listener-rule/", "aws_lb_listener_rule"),
    ("elasticloadbalancing", "listener/", "aws_lb_listener"),
    ("elasticloadbalancing", "loadbalancer/", "aws_lb"),
    ("elasticloadbalancing", "targetgroup/", "aws_lb_target_group"),
    ("iam", "instance-profile/", "aws_iam_instance_profile"),
    ("iam", "policy/", "aws_iam_policy"),
    ("iam", "role/", "aws_iam_role"),
    ("rds", "db:", "aws_db_instance"),
    ("rds", "pg:", "aws_db_parameter_group"),
    ("rds", "subgrp:", "aws_db_subnet_group"),
    ("secretsmanager", "secret:", "aws_secretsmanager_secret"),
    ("ssm", "parameter/", "aws_ssm_parameter"),
];

/// The types of which the tagging API reports objects that carry the stack's tag, or once did.
///
/// # Errors
/// Those of `tag:GetResources`.
pub async fn tagged_types(aws: &Regional, stack: &StackName) -> Result<Vec<TypeName>, Error> {
    let filter = aws_sdk_resourcegroupstagging::types::TagFilter::builder()
        .key(tags::STACK)
        .values(stack.as_str())
        .build();
    let found: Vec<_> = aws
        .tagging()
        .get_resources()
        .tag_filters(filter)
        .into_paginator()
        .items()
        .send()
        .collect::<Result<_, _>>()
        .await
        .op("tag:GetResources")?;
    let mut types: Vec<TypeName> = found
        .iter()
        .filter_map(|resource| type_of_arn(resource.resource_arn()?))
        .map(TypeName::from)
        .collect();
    types.sort();
    types.dedup();
    Ok(types)
}

fn type_of_arn(arn: &str) -> Option<&'static str> {
    let mut parts = arn.splitn(6, ':').skip(2);
    let (service, resource) = (parts.next()?, parts.nth(2)?);
    ARNS.iter()
        .find(|(s, prefix, _)| *s == service && resource.starts_with(prefix))
        .map(|(_, _, type_name)| *type_name)
}
