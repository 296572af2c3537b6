//! `aws_region`, `aws_caller_identity`, `aws_partition`, `aws_default_tags`: who and where one is.

use super::Source;
use crate::aws::error::Operation as _;
use crate::aws::regional::Regional;
use crate::provider::Error;
use crate::schema::typed::data::{AwsCallerIdentity, AwsDefaultTags, AwsPartition, AwsRegion};

/// The region.
pub struct Region;

impl Source for Region {
    type Spec = AwsRegion;

    async fn read(aws: &Regional, config: AwsRegion) -> Result<AwsRegion, Error> {
        let region =
            config.name.clone().or_else(|| config.region.clone()).filter(|name| !name.is_empty());
        let region = region.unwrap_or_else(|| aws.region().to_string());
        Ok(AwsRegion {
            description: config.description.or_else(|| Some(region.clone())),
            endpoint: Some(format!("ec2.{region}.{}", dns_suffix(aws))),
            id: Some(region.clone()),
            name: Some(region.clone()),
            region: Some(region),
        })
    }
}

/// The account and user that the credentials belong to.
pub struct CallerIdentity;

impl Source for CallerIdentity {
    type Spec = AwsCallerIdentity;

    async fn read(aws: &Regional, _config: AwsCallerIdentity) -> Result<AwsCallerIdentity, Error> {
        let caller = aws.sts().get_caller_identity().send().await.op("sts:GetCallerIdentity")?;
        Ok(AwsCallerIdentity {
            id: caller.account.clone(),
            account_id: caller.account,
            arn: caller.arn,
            user_id: caller.user_id,
        })
    }
}

/// The partition of AWS that the region belongs to.
pub struct Partition;

impl Source for Partition {
    type Spec = AwsPartition;

    async fn read(aws: &Regional, _config: AwsPartition) -> Result<AwsPartition, Error> {
        let suffix = dns_suffix(aws);
        Ok(AwsPartition {
            dns_suffix: Some(suffix.to_owned()),
            id: Some(aws.partition().to_owned()),
            partition: Some(aws.partition().to_owned()),
            reverse_dns_prefix: Some(suffix.split('.').rev().collect::<Vec<_>>().join(".")),
        })
    }
}

/// The tags that the provider configuration gives to everything.
pub struct DefaultTags;

impl Source for DefaultTags {
    type Spec = AwsDefaultTags;

    async fn read(aws: &Regional, _config: AwsDefaultTags) -> Result<AwsDefaultTags, Error> {
        Ok(AwsDefaultTags {
            id: Some(aws.partition().to_owned()),
            tags: Some(aws.default_tags().clone()),
        })
    }
}

fn dns_suffix(aws: &Regional) -> &'static str {
    match aws.partition() {
        "aws-cn" => "amazonaws.com.cn",
        "aws-iso" => "c2s.ic.gov",
        "aws-iso-b" => "sc2s.sgov.gov",
        "aws-eusc" => "amazonaws.eu",
        _ => "amazonaws.com",
    }
}
