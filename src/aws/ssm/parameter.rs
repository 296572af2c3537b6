//! `aws_ssm_parameter`

use aws_sdk_ssm::types::{
    ParameterMetadata, ParameterStringFilter, ParameterTier, ParameterType, ResourceTypeForTagging,
    Tag,
};
use futures_util::future::try_join_all;

use crate::aws::error::Operation as _;
use crate::aws::regional::Regional;
use crate::aws::resource::{Change, Found, New, Query, Resource, TagChange, Tags};
use crate::base::Id;
use crate::provider::{Error, ErrorClass, tags};
use crate::schema::Secret;
use crate::schema::typed::AwsSsmParameter;

/// How many names a filter takes.
const NAMES: usize = 50;

/// A parameter.
pub struct Parameter;

impl Resource for Parameter {
    type Spec = AwsSsmParameter;

    async fn list(aws: &Regional, query: &Query<'_>) -> Result<Vec<Found<Self::Spec>>, Error> {
        let mut all =
            describe(aws, &format!("tag:{}", tags::STACK), vec![query.stack.to_string()]).await?;
        let unseen = query.known.iter().map(ToString::to_string);
        let unseen: Vec<_> =
            unseen.filter(|name| all.iter().all(|one| one.name() != Some(name))).collect();
        for names in unseen.chunks(NAMES) {
            all.extend(describe(aws, "Name", names.to_vec()).await?);
        }
        let read = all.into_iter().map(|metadata| found(aws, metadata));
        Ok(try_join_all(read).await?.into_iter().flatten().collect())
    }

    async fn read(aws: &Regional, id: &Id) -> Result<Option<Found<Self::Spec>>, Error> {
        match describe(aws, "Name", vec![id.to_string()]).await?.pop() {
            Some(metadata) => found(aws, metadata).await,
            None => Ok(None),
        }
    }

    async fn create(aws: &Regional, new: &New<Self::Spec>) -> Result<Id, Error> {
        let spec = &new.spec;
        // The call takes no tags along with `overwrite`, so they are written apart from it then.
        let overwrites = spec.overwrite.unwrap_or_default();
        let tags = tag_list(&new.tags)?;
        put(aws, None, spec, overwrites, tags.filter(|_| !overwrites)).await?;
        let id = Id::new(spec.name.as_str());
        if overwrites {
            let change = TagChange { set: new.tags.clone(), remove: Vec::new() };
            Self::retag(aws, &id, &change).await?;
        }
        Ok(id)
    }

    async fn update(aws: &Regional, _id: &Id, change: &Change<Self::Spec>) -> Result<(), Error> {
        let Change { prior, planned } = change;
        let same = value(None, prior) == value(Some(prior), planned)
            && prior.value_wo_version == planned.value_wo_version
            && prior.description == planned.description
            && prior.allowed_pattern == planned.allowed_pattern
            && prior.tier == planned.tier
            && prior.key_id == planned.key_id
            && prior.r#type == planned.r#type;
        if same { Ok(()) } else { put(aws, Some(prior), planned, true, None).await }
    }

    async fn delete(aws: &Regional, id: &Id, _prior: &Self::Spec) -> Result<(), Error> {
        aws.ssm().delete_parameter().name(id.as_str()).send().await.op("ssm:DeleteParameter")?;
        Ok(())
    }

    async fn find(aws: &Regional, new: &New<Self::Spec>) -> Result<Vec<Found<Self::Spec>>, Error> {
        Ok(Self::read(aws, &Id::new(new.spec.name.as_str())).await?.into_iter().collect())
    }

    async fn retag(aws: &Regional, id: &Id, change: &TagChange) -> Result<(), Error> {
        let kind = ResourceTypeForTagging::Parameter;
        if let Some(tags) = tag_list(&change.set)? {
            let call = aws
                .ssm()
                .add_tags_to_resource()
                .resource_type(kind.clone())
                .resource_id(id.as_str());
            call.set_tags(Some(tags)).send().await.op("ssm:AddTagsToResource")?;
        }
        if !change.remove.is_empty() {
            let call =
                aws.ssm().remove_tags_from_resource().resource_type(kind).resource_id(id.as_str());
            let call = call.set_tag_keys(Some(change.remove.clone()));
            call.send().await.op("ssm:RemoveTagsFromResource")?;
        }
        Ok(())
    }
}

fn invalid(error: impl ToString) -> Error {
    Error::new(ErrorClass::Invalid, "ssm:PutParameter", error.to_string())
}

fn tag_list(tags: &Tags) -> Result<Option<Vec<Tag>>, Error> {
    let tag = |(key, value): (&String, &String)| Tag::builder().key(key).value(value).build();
    let list: Vec<Tag> = tags.iter().map(tag).collect::<Result<_, _>>().map_err(invalid)?;
    Ok((!list.is_empty()).then_some(list))
}

/// The value for the one call that needs it, whichever way it is given. Of an object that is there, AWS tells it both
/// ways, so the one that differs is the one that is given.
fn value(prior: Option<&AwsSsmParameter>, spec: &AwsSsmParameter) -> Option<String> {
    let set = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let unseen = spec.value_wo.as_ref().and_then(|secret| set(secret.expose()));
    let secret = spec.value.as_ref().and_then(|secret| set(secret.expose()));
    let plain = spec.insecure_value.as_deref().and_then(set);
    let plain = plain.filter(|_| spec.r#type != "SecureString");
    let moved = prior.is_some_and(|prior| prior.value != spec.value);
    unseen.or_else(|| secret.clone().filter(|_| moved)).or(plain).or(secret)
}

async fn put(
    aws: &Regional,
    prior: Option<&AwsSsmParameter>,
    spec: &AwsSsmParameter,
    overwrite: bool,
    tags: Option<Vec<Tag>>,
) -> Result<(), Error> {
    let set = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
    let call = aws
        .ssm()
        .put_parameter()
        .name(&spec.name)
        .r#type(ParameterType::from(spec.r#type.as_str()))
        .set_value(value(prior, spec))
        .overwrite(overwrite)
        .set_allowed_pattern(set(&spec.allowed_pattern))
        .set_data_type(set(&spec.data_type))
        .set_description(set(&spec.description))
        .set_key_id(set(&spec.key_id).filter(|_| spec.r#type == "SecureString"))
        .set_tier(set(&spec.tier).as_deref().map(ParameterTier::from))
        .set_tags(tags);
    call.send().await.op("ssm:PutParameter")?;
    Ok(())
}

async fn describe(
    aws: &Regional,
    key: &str,
    values: Vec<String>,
) -> Result<Vec<ParameterMetadata>, Error> {
    let filter = ParameterStringFilter::builder().key(key).set_values(Some(values)).build();
    let call =
        aws.ssm().describe_parameters().parameter_filters(filter.map_err(invalid)?).max_results(50);
    let pages: Vec<_> = call
        .into_paginator()
        .send()
        .collect::<Result<_, _>>()
        .await
        .op("ssm:DescribeParameters")?;
    Ok(pages.into_iter().flat_map(|page| page.parameters.unwrap_or_default()).collect())
}

/// The parameter with its value; none where it went away meanwhile.
async fn found(
    aws: &Regional,
    metadata: ParameterMetadata,
) -> Result<Option<Found<AwsSsmParameter>>, Error> {
    let name = metadata.name.unwrap_or_default();
    let call = aws.ssm().get_parameter().name(&name).with_decryption(true);
    let parameter = match call.send().await.op("ssm:GetParameter") {
        Err(error) if error.is_not_found() => return Ok(None),
        answer => answer?.parameter,
    };
    let Some(parameter) = parameter else { return Ok(None) };
    let call = aws.ssm().list_tags_for_resource().resource_type(ResourceTypeForTagging::Parameter);
    let answer = call.resource_id(&name).send().await.op("ssm:ListTagsForResource")?;
    let tags =
        answer.tag_list.unwrap_or_default().into_iter().map(|tag| (tag.key, tag.value)).collect();
    let kind = metadata.r#type.map_or_else(String::new, |kind| kind.as_str().to_owned());
    let is_secret = kind == "SecureString";
    let spec = AwsSsmParameter {
        allowed_pattern: metadata.allowed_pattern,
        arn: parameter.arn,
        data_type: metadata.data_type.or(parameter.data_type),
        description: metadata.description.filter(|text| !text.is_empty()),
        insecure_value: parameter.value.clone().filter(|_| !is_secret),
        key_id: metadata.key_id,
        name: name.clone(),
        tier: metadata.tier.map(|tier| tier.as_str().to_owned()),
        r#type: kind,
        value: parameter.value.map(Secret::new),
        version: Some(parameter.version),
        ..AwsSsmParameter::default()
    };
    Ok(Some(Found::ready(name, spec, tags)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_value_that_differs_is_sent() {
        let spec = |value: &str, plain: Option<&str>, unseen: Option<&str>| AwsSsmParameter {
            r#type: "String".into(),
            value: Some(Secret::new(value)),
            insecure_value: plain.map(str::to_owned),
            value_wo: unseen.map(Secret::new),
            ..AwsSsmParameter::default()
        };
        let prior = spec("one", Some("one"), None);
        for (planned, sent) in [
            (spec("two", Some("one"), None), "two"),
            (spec("one", Some("two"), None), "two"),
            (spec("one", Some("one"), Some("two")), "two"),
            (spec("one", Some("one"), None), "one"),
        ] {
            assert_eq!(value(Some(&prior), &planned).as_deref(), Some(sent));
        }
    }
}
