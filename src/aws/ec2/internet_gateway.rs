//! `aws_internet_gateway`

use aws_sdk_ec2::types::{Filter, InternetGateway as SdkGateway, ResourceType};
use futures_util::future::try_join_all;

use super::{Ids, filter, owned, retag, tag_specification, tags_of};
use crate::aws::error::Operation as _;
use crate::aws::regional::Regional;
use crate::aws::resource::{Change, Found, New, Query, Resource, TagChange};
use crate::base::Id;
use crate::provider::Error;
use crate::schema::typed::AwsInternetGateway;

/// The way from a VPC to the internet.
pub struct InternetGateway;

impl Resource for InternetGateway {
    type Spec = AwsInternetGateway;

    async fn list(aws: &Regional, query: &Query<'_>) -> Result<Vec<Found<Self::Spec>>, Error> {
        let ids = Ids { filter: "internet-gateway-id", of: SdkGateway::internet_gateway_id };
        let gateways = owned(query, &ids, |filter| describe(aws, filter)).await?;
        try_join_all(gateways.into_iter().map(|gateway| found(aws, gateway))).await
    }

    async fn read(aws: &Regional, id: &Id) -> Result<Option<Found<Self::Spec>>, Error> {
        match describe(aws, filter("internet-gateway-id", [id.as_str()])).await?.pop() {
            Some(gateway) => Ok(Some(found(aws, gateway).await?)),
            None => Ok(None),
        }
    }

    /// Makes the gateway alone; the engine then converges, which attaches it to its VPC.
    async fn create(aws: &Regional, new: &New<Self::Spec>) -> Result<Id, Error> {
        let tags = tag_specification(ResourceType::InternetGateway, &new.tags);
        let call =
            aws.ec2().create_internet_gateway().set_tag_specifications(tags.map(|t| vec![t]));
        let created = call.send().await.op("ec2:CreateInternetGateway")?;
        let id = created.internet_gateway.and_then(|gateway| gateway.internet_gateway_id);
        Ok(Id::new(id.unwrap_or_default()))
    }

    async fn update(aws: &Regional, id: &Id, change: &Change<Self::Spec>) -> Result<(), Error> {
        let Change { prior, planned } = change;
        if prior.vpc_id == planned.vpc_id {
            return Ok(());
        }
        if let Some(vpc) = &prior.vpc_id {
            detach(aws, id, vpc).await?;
        }
        if let Some(vpc) = &planned.vpc_id {
            let call =
                aws.ec2().attach_internet_gateway().internet_gateway_id(id.as_str()).vpc_id(vpc);
            call.send().await.op("ec2:AttachInternetGateway")?;
        }
        Ok(())
    }

    async fn delete(aws: &Regional, id: &Id, prior: &Self::Spec) -> Result<(), Error> {
        if let Some(vpc) = &prior.vpc_id {
            detach(aws, id, vpc).await?;
        }
        let call = aws.ec2().delete_internet_gateway().internet_gateway_id(id.as_str());
        call.send().await.op("ec2:DeleteInternetGateway")?;
        Ok(())
    }

    async fn retag(aws: &Regional, id: &Id, tags: &TagChange) -> Result<(), Error> {
        retag(aws, id.as_str(), tags).await
    }
}

/// Takes the gateway off its VPC; that it is not on it any more is fine.
async fn detach(aws: &Regional, id: &Id, vpc: &str) -> Result<(), Error> {
    let call = aws.ec2().detach_internet_gateway().internet_gateway_id(id.as_str()).vpc_id(vpc);
    match call.send().await.op("ec2:DetachInternetGateway") {
        Err(error) if !error.is_not_found() => Err(error),
        _ => Ok(()),
    }
}

async fn describe(aws: &Regional, filter: Filter) -> Result<Vec<SdkGateway>, Error> {
    let call = aws.ec2().describe_internet_gateways().filters(filter);
    let pages = call.into_paginator().page_size(super::PAGE).items();
    pages.send().collect::<Result<_, _>>().await.op("ec2:DescribeInternetGateways")
}

async fn found(aws: &Regional, gateway: SdkGateway) -> Result<Found<AwsInternetGateway>, Error> {
    let tags = tags_of(gateway.tags());
    let vpc_id = gateway.attachments().first().and_then(|attachment| attachment.vpc_id.clone());
    let id = gateway.internet_gateway_id.unwrap_or_default();
    let spec = AwsInternetGateway {
        arn: Some(aws.arn("ec2", &format!("internet-gateway/{id}")).await?),
        owner_id: gateway.owner_id,
        vpc_id,
        ..AwsInternetGateway::default()
    };
    Ok(Found::ready(id, spec, tags))
}
