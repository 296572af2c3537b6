//! `aws_db_parameter_group`

use std::collections::BTreeMap;

use aws_sdk_rds::types::{ApplyMethod, DbParameterGroup, Parameter};
use futures_util::future::try_join_all;

use super::{retag, tag_list, tags_by_arn};
use crate::aws::error::Operation as _;
use crate::aws::regional::Regional;
use crate::aws::resource::{Change, Found, New, Query, Resource, TagChange, Tags};
use crate::base::Id;
use crate::provider::Error;
use crate::schema::typed::{AwsDbParameterGroup, AwsDbParameterGroupParameter};

/// How many parameters a call takes.
/// <https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_ModifyDBParameterGroup.html>
const BATCH: usize = 20;

/// The parameters of databases of one family.
pub struct ParameterGroup;

impl Resource for ParameterGroup {
    type Spec = AwsDbParameterGroup;

    async fn list(aws: &Regional, query: &Query<'_>) -> Result<Vec<Found<Self::Spec>>, Error> {
        let pages = aws
            .rds()
            .describe_db_parameter_groups()
            .max_records(super::PAGE)
            .into_paginator()
            .items();
        let groups: Vec<_> =
            pages.send().collect::<Result<_, _>>().await.op("rds:DescribeDBParameterGroups")?;
        // AWS makes groups of its own, which nobody can tag.
        let is_own = |group: &DbParameterGroup| {
            group.db_parameter_group_name().is_some_and(|name| !name.starts_with("default."))
        };
        let groups: Vec<_> = groups.into_iter().filter(is_own).collect();
        let arns = groups.iter().filter_map(|group| group.db_parameter_group_arn.clone()).collect();
        let mut tags = tags_by_arn(aws, arns).await?;
        let wanted = groups.into_iter().filter_map(|group| {
            let tags = tags.remove(group.db_parameter_group_arn()?).unwrap_or_default();
            let name = group.db_parameter_group_name()?.to_owned();
            query.wants(&tags, &name).then(|| found(aws, group, tags))
        });
        try_join_all(wanted).await
    }

    async fn read(aws: &Regional, id: &Id) -> Result<Option<Found<Self::Spec>>, Error> {
        let call = aws.rds().describe_db_parameter_groups().db_parameter_group_name(id.as_str());
        let answer = match call.send().await.op("rds:DescribeDBParameterGroups") {
            Err(error) if error.is_not_found() => return Ok(None),
            answer => answer?,
        };
        let Some(group) = answer.db_parameter_groups.unwrap_or_default().pop() else {
            return Ok(None);
        };
        let arn = group.db_parameter_group_arn.clone().unwrap_or_default();
        let tags = tags_by_arn(aws, vec![arn.clone()]).await?.remove(&arn).unwrap_or_default();
        Ok(Some(found(aws, group, tags).await?))
    }

    /// Makes the group; the engine then converges, which writes its parameters.
    async fn create(aws: &Regional, new: &New<Self::Spec>) -> Result<Id, Error> {
        let spec = &new.spec;
        let call = aws
            .rds()
            .create_db_parameter_group()
            .set_db_parameter_group_name(spec.name.clone())
            .db_parameter_group_family(&spec.family)
            .set_description(spec.description.clone())
            .set_tags(tag_list(&new.tags));
        let created = call.send().await.op("rds:CreateDBParameterGroup")?;
        let name = created.db_parameter_group.and_then(|group| group.db_parameter_group_name);
        Ok(Id::new(name.unwrap_or_default()))
    }

    async fn update(aws: &Regional, id: &Id, change: &Change<Self::Spec>) -> Result<(), Error> {
        let by_name = |spec: &Self::Spec| -> BTreeMap<String, AwsDbParameterGroupParameter> {
            spec.parameter
                .iter()
                .map(|parameter| (parameter.name.to_lowercase(), parameter.clone()))
                .collect()
        };
        let (prior, planned) = (by_name(&change.prior), by_name(&change.planned));
        let gone = prior.iter().filter(|(name, _)| !planned.contains_key(*name));
        let gone: Vec<_> = gone.map(|(_, parameter)| reset(parameter)).collect();
        for batch in gone.chunks(BATCH) {
            let call = aws.rds().reset_db_parameter_group().db_parameter_group_name(id.as_str());
            let call = call.reset_all_parameters(false).set_parameters(Some(batch.to_vec()));
            call.send().await.op("rds:ResetDBParameterGroup")?;
        }
        let new = planned.iter().filter(|(name, parameter)| prior.get(*name) != Some(*parameter));
        let new: Vec<_> = new.map(|(_, parameter)| write(parameter)).collect();
        for batch in new.chunks(BATCH) {
            let call = aws.rds().modify_db_parameter_group().db_parameter_group_name(id.as_str());
            call.set_parameters(Some(batch.to_vec()))
                .send()
                .await
                .op("rds:ModifyDBParameterGroup")?;
        }
        Ok(())
    }

    async fn delete(aws: &Regional, id: &Id, prior: &Self::Spec) -> Result<(), Error> {
        if prior.skip_destroy.unwrap_or_default() {
            return Ok(());
        }
        let call = aws.rds().delete_db_parameter_group().db_parameter_group_name(id.as_str());
        call.send().await.op("rds:DeleteDBParameterGroup")?;
        Ok(())
    }

    async fn find(aws: &Regional, new: &New<Self::Spec>) -> Result<Vec<Found<Self::Spec>>, Error> {
        let Some(name) = &new.spec.name else { return Ok(Vec::new()) };
        Ok(Self::read(aws, &Id::new(name.as_str())).await?.into_iter().collect())
    }

    async fn retag(aws: &Regional, id: &Id, tags: &TagChange) -> Result<(), Error> {
        retag(aws, &aws.arn("rds", &format!("pg:{id}")).await?, tags).await
    }
}

fn method(parameter: &AwsDbParameterGroupParameter) -> ApplyMethod {
    ApplyMethod::from(parameter.apply_method.as_deref().unwrap_or("immediate"))
}

fn write(parameter: &AwsDbParameterGroupParameter) -> Parameter {
    let name = parameter.name.to_lowercase();
    let built = Parameter::builder().parameter_name(name).parameter_value(&parameter.value);
    built.apply_method(method(parameter)).build()
}

fn reset(parameter: &AwsDbParameterGroupParameter) -> Parameter {
    let built = Parameter::builder().parameter_name(parameter.name.to_lowercase());
    built.apply_method(method(parameter)).build()
}

async fn found(
    aws: &Regional,
    group: DbParameterGroup,
    tags: Tags,
) -> Result<Found<AwsDbParameterGroup>, Error> {
    let name = group.db_parameter_group_name.unwrap_or_default();
    let call = aws.rds().describe_db_parameters().db_parameter_group_name(&name).source("user");
    let pages = call.max_records(super::PAGE).into_paginator().items();
    let parameters: Vec<Parameter> =
        pages.send().collect::<Result<_, _>>().await.op("rds:DescribeDBParameters")?;
    let parameter = |parameter: Parameter| {
        Some(AwsDbParameterGroupParameter {
            apply_method: parameter.apply_method.map(|method| method.as_str().to_owned()),
            name: parameter.parameter_name?.to_lowercase(),
            value: parameter.parameter_value?,
        })
    };
    let spec = AwsDbParameterGroup {
        arn: group.db_parameter_group_arn,
        description: group.description,
        family: group.db_parameter_group_family.unwrap_or_default(),
        name: Some(name.clone()),
        parameter: parameters.into_iter().filter_map(parameter).collect(),
        ..AwsDbParameterGroup::default()
    };
    Ok(Found::ready(name, spec, tags))
}
