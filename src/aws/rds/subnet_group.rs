//! `aws_db_subnet_group`

use aws_sdk_rds::types::DbSubnetGroup;

use super::{retag, tag_list, tags_by_arn};
use crate::aws::error::Operation as _;
use crate::aws::regional::Regional;
use crate::aws::resource::{Change, Found, New, Query, Resource, TagChange, Tags};
use crate::base::Id;
use crate::provider::Error;
use crate::schema::typed::AwsDbSubnetGroup;

/// The subnets that a database may live in.
pub struct SubnetGroup;

impl Resource for SubnetGroup {
    type Spec = AwsDbSubnetGroup;

    async fn list(aws: &Regional, query: &Query<'_>) -> Result<Vec<Found<Self::Spec>>, Error> {
        let pages =
            aws.rds().describe_db_subnet_groups().max_records(super::PAGE).into_paginator().items();
        let groups: Vec<_> =
            pages.send().collect::<Result<_, _>>().await.op("rds:DescribeDBSubnetGroups")?;
        let found = with_tags(aws, groups).await?;
        Ok(found.into_iter().filter(|one| query.wants(&one.tags, one.id.as_str())).collect())
    }

    async fn read(aws: &Regional, id: &Id) -> Result<Option<Found<Self::Spec>>, Error> {
        let call = aws.rds().describe_db_subnet_groups().db_subnet_group_name(id.as_str());
        match call.send().await.op("rds:DescribeDBSubnetGroups") {
            Ok(answer) => {
                Ok(with_tags(aws, answer.db_subnet_groups.unwrap_or_default()).await?.pop())
            }
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn create(aws: &Regional, new: &New<Self::Spec>) -> Result<Id, Error> {
        let spec = &new.spec;
        let call = aws
            .rds()
            .create_db_subnet_group()
            .set_db_subnet_group_name(spec.name.clone())
            .set_db_subnet_group_description(spec.description.clone())
            .set_subnet_ids(Some(spec.subnet_ids.clone()))
            .set_tags(tag_list(&new.tags));
        let created = call.send().await.op("rds:CreateDBSubnetGroup")?;
        let name = created.db_subnet_group.and_then(|group| group.db_subnet_group_name);
        Ok(Id::new(name.unwrap_or_default()))
    }

    async fn update(aws: &Regional, id: &Id, change: &Change<Self::Spec>) -> Result<(), Error> {
        let Change { prior, planned } = change;
        if prior.subnet_ids == planned.subnet_ids && prior.description == planned.description {
            return Ok(());
        }
        let call = aws
            .rds()
            .modify_db_subnet_group()
            .db_subnet_group_name(id.as_str())
            .set_db_subnet_group_description(planned.description.clone())
            .set_subnet_ids(Some(planned.subnet_ids.clone()));
        call.send().await.op("rds:ModifyDBSubnetGroup")?;
        Ok(())
    }

    async fn delete(aws: &Regional, id: &Id, _prior: &Self::Spec) -> Result<(), Error> {
        let call = aws.rds().delete_db_subnet_group().db_subnet_group_name(id.as_str());
        call.send().await.op("rds:DeleteDBSubnetGroup")?;
        Ok(())
    }

    async fn find(aws: &Regional, new: &New<Self::Spec>) -> Result<Vec<Found<Self::Spec>>, Error> {
        let Some(name) = &new.spec.name else { return Ok(Vec::new()) };
        Ok(Self::read(aws, &Id::new(name.as_str())).await?.into_iter().collect())
    }

    async fn retag(aws: &Regional, id: &Id, tags: &TagChange) -> Result<(), Error> {
        retag(aws, &aws.arn("rds", &format!("subgrp:{id}")).await?, tags).await
    }
}

async fn with_tags(
    aws: &Regional,
    groups: Vec<DbSubnetGroup>,
) -> Result<Vec<Found<AwsDbSubnetGroup>>, Error> {
    let arns = groups.iter().filter_map(|group| group.db_subnet_group_arn.clone()).collect();
    let mut tags = tags_by_arn(aws, arns).await?;
    let found = |group: DbSubnetGroup| {
        let arn = group.db_subnet_group_arn.clone().unwrap_or_default();
        found(group, tags.remove(&arn).unwrap_or_default())
    };
    Ok(groups.into_iter().map(found).collect())
}

fn found(group: DbSubnetGroup, tags: Tags) -> Found<AwsDbSubnetGroup> {
    let name = group.db_subnet_group_name.unwrap_or_default();
    let subnets = group.subnets.unwrap_or_default().into_iter();
    let spec = AwsDbSubnetGroup {
        arn: group.db_subnet_group_arn,
        description: group.db_subnet_group_description,
        name: Some(name.clone()),
        subnet_ids: subnets.filter_map(|subnet| subnet.subnet_identifier).collect(),
        supported_network_types: group.supported_network_types.unwrap_or_default(),
        vpc_id: group.vpc_id,
        ..AwsDbSubnetGroup::default()
    };
    Found::ready(name, spec, tags)
}
