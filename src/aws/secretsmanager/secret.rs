//! `aws_secretsmanager_secret`

use aws_sdk_secretsmanager::operation::describe_secret::DescribeSecretOutput;
use aws_sdk_secretsmanager::types::{Filter, FilterNameStringType, ReplicaRegionType, Tag};
use aws_smithy_types::date_time::Format;
use futures_util::future::try_join_all;

use crate::aws::error::Operation as _;
use crate::aws::regional::Regional;
use crate::aws::resource::{Change, Found, New, Query, Resource, TagChange, Tags};
use crate::base::Id;
use crate::provider::{Error, tags};
use crate::schema::typed::{AwsSecretsmanagerSecret, AwsSecretsmanagerSecretReplica};

/// A secret, without its values.
pub struct Secret;

impl Resource for Secret {
    type Spec = AwsSecretsmanagerSecret;

    async fn list(aws: &Regional, query: &Query<'_>) -> Result<Vec<Found<Self::Spec>>, Error> {
        let mut arns = owned(aws, query).await?;
        arns.extend(query.known.iter().map(ToString::to_string));
        arns.sort_unstable();
        arns.dedup();
        let all = try_join_all(arns.iter().map(|arn| describe(aws, arn))).await?;
        Ok(all.into_iter().flatten().collect())
    }

    async fn read(aws: &Regional, id: &Id) -> Result<Option<Found<Self::Spec>>, Error> {
        describe(aws, id.as_str()).await
    }

    /// Makes the secret; the engine then converges, which writes its policy.
    async fn create(aws: &Regional, new: &New<Self::Spec>) -> Result<Id, Error> {
        let spec = &new.spec;
        let replicas: Vec<_> = spec.replica.iter().map(replica).collect();
        let call = aws
            .secretsmanager()
            .create_secret()
            .client_request_token(&new.token)
            .set_name(spec.name.clone())
            .set_description(set(&spec.description))
            .set_kms_key_id(set(&spec.kms_key_id))
            .set_force_overwrite_replica_secret(spec.force_overwrite_replica_secret)
            .set_add_replica_regions((!replicas.is_empty()).then_some(replicas))
            .set_tags(tag_list(&new.tags));
        let created = call.send().await.op("secretsmanager:CreateSecret")?;
        Ok(Id::new(created.arn.unwrap_or_default()))
    }

    async fn update(aws: &Regional, id: &Id, change: &Change<Self::Spec>) -> Result<(), Error> {
        let Change { prior, planned } = change;
        let (secrets, arn) = (aws.secretsmanager(), id.as_str());
        if set(&prior.description) != set(&planned.description)
            || set(&prior.kms_key_id) != set(&planned.kms_key_id)
        {
            let call = secrets
                .update_secret()
                .secret_id(arn)
                .description(planned.description.clone().unwrap_or_default())
                .set_kms_key_id(set(&planned.kms_key_id));
            call.send().await.op("secretsmanager:UpdateSecret")?;
        }
        if set(&prior.policy) != set(&planned.policy) {
            match set(&planned.policy).filter(|policy| policy != "{}") {
                Some(policy) => {
                    let call = secrets.put_resource_policy().secret_id(arn).resource_policy(policy);
                    call.send().await.op("secretsmanager:PutResourcePolicy")?;
                }
                None => {
                    let call = secrets.delete_resource_policy().secret_id(arn);
                    call.send().await.op("secretsmanager:DeleteResourcePolicy")?;
                }
            }
        }
        update_replicas(aws, id, change).await
    }

    async fn delete(aws: &Regional, id: &Id, prior: &Self::Spec) -> Result<(), Error> {
        let regions: Vec<_> = prior.replica.iter().map(|replica| replica.region.clone()).collect();
        remove_replicas(aws, id, regions).await?;
        let days = prior.recovery_window_in_days.unwrap_or(30);
        let call = aws.secretsmanager().delete_secret().secret_id(id.as_str());
        let call = if days == 0 {
            call.force_delete_without_recovery(true)
        } else {
            call.recovery_window_in_days(days)
        };
        call.send().await.op("secretsmanager:DeleteSecret")?;
        Ok(())
    }

    async fn find(aws: &Regional, new: &New<Self::Spec>) -> Result<Vec<Found<Self::Spec>>, Error> {
        let Some(name) = &new.spec.name else { return Ok(Vec::new()) };
        Ok(describe(aws, name).await?.into_iter().collect())
    }

    async fn retag(aws: &Regional, id: &Id, change: &TagChange) -> Result<(), Error> {
        if let Some(tags) = tag_list(&change.set) {
            let call =
                aws.secretsmanager().tag_resource().secret_id(id.as_str()).set_tags(Some(tags));
            call.send().await.op("secretsmanager:TagResource")?;
        }
        if !change.remove.is_empty() {
            let call = aws.secretsmanager().untag_resource().secret_id(id.as_str());
            let call = call.set_tag_keys(Some(change.remove.clone()));
            call.send().await.op("secretsmanager:UntagResource")?;
        }
        Ok(())
    }
}

fn set(text: &Option<String>) -> Option<String> {
    text.clone().filter(|text| !text.is_empty())
}

fn tag_list(tags: &Tags) -> Option<Vec<Tag>> {
    let tag = |(key, value): (&String, &String)| Tag::builder().key(key).value(value).build();
    (!tags.is_empty()).then(|| tags.iter().map(tag).collect())
}

/// The ARNs of the secrets that carry the stack's tag. The filters match beginnings, so the tags are looked at again.
pub(super) async fn owned(aws: &Regional, query: &Query<'_>) -> Result<Vec<String>, Error> {
    let filter = |name, value: &str| Filter::builder().key(name).values(value).build();
    let call = aws
        .secretsmanager()
        .list_secrets()
        .filters(filter(FilterNameStringType::TagKey, tags::STACK))
        .filters(filter(FilterNameStringType::TagValue, query.stack.as_str()))
        .max_results(100);
    let pages: Vec<_> = call
        .into_paginator()
        .send()
        .collect::<Result<_, _>>()
        .await
        .op("secretsmanager:ListSecrets")?;
    let all = pages.into_iter().flat_map(|page| page.secret_list.unwrap_or_default());
    let is_ours = |tags: &[Tag]| {
        tags.iter()
            .any(|tag| tag.key() == Some(tags::STACK) && tag.value() == Some(query.stack.as_str()))
    };
    Ok(all.filter(|entry| is_ours(entry.tags())).filter_map(|entry| entry.arn).collect())
}

/// One secret; none where it is not there or on its way out.
async fn describe(
    aws: &Regional,
    id: &str,
) -> Result<Option<Found<AwsSecretsmanagerSecret>>, Error> {
    let answer = match aws
        .secretsmanager()
        .describe_secret()
        .secret_id(id)
        .send()
        .await
        .op("secretsmanager:DescribeSecret")
    {
        Err(error) if error.is_not_found() => return Ok(None),
        answer => answer?,
    };
    if answer.deleted_date.is_some() {
        return Ok(None);
    }
    let arn = answer.arn.clone().unwrap_or_default();
    let policy = aws.secretsmanager().get_resource_policy().secret_id(&arn).send().await;
    let policy = policy.op("secretsmanager:GetResourcePolicy")?.resource_policy;
    Ok(Some(found(answer, policy)))
}

fn found(answer: DescribeSecretOutput, policy: Option<String>) -> Found<AwsSecretsmanagerSecret> {
    let tags = answer.tags.unwrap_or_default().into_iter();
    let tags = tags.filter_map(|tag| Some((tag.key?, tag.value.unwrap_or_default()))).collect();
    let arn = answer.arn.unwrap_or_default();
    let replicas = answer.replication_status.unwrap_or_default().into_iter();
    let spec = AwsSecretsmanagerSecret {
        arn: Some(arn.clone()),
        description: answer.description.filter(|text| !text.is_empty()),
        kms_key_id: answer.kms_key_id,
        name: answer.name,
        policy: policy.or_else(|| Some(String::new())),
        replica: replicas
            .map(|replica| AwsSecretsmanagerSecretReplica {
                kms_key_id: replica.kms_key_id,
                last_accessed_date: replica
                    .last_accessed_date
                    .and_then(|time| time.fmt(Format::DateTime).ok()),
                region: replica.region.unwrap_or_default(),
                status: replica.status.map(|status| status.as_str().to_owned()),
                status_message: replica.status_message,
            })
            .collect(),
        ..AwsSecretsmanagerSecret::default()
    };
    Found::ready(arn, spec, tags)
}

fn replica(replica: &AwsSecretsmanagerSecretReplica) -> ReplicaRegionType {
    ReplicaRegionType::builder()
        .region(&replica.region)
        .set_kms_key_id(set(&replica.kms_key_id))
        .build()
}

async fn update_replicas(
    aws: &Regional,
    id: &Id,
    change: &Change<AwsSecretsmanagerSecret>,
) -> Result<(), Error> {
    let Change { prior, planned } = change;
    let key = |replica: &AwsSecretsmanagerSecretReplica| {
        (replica.region.clone(), set(&replica.kms_key_id))
    };
    let has = |list: &[AwsSecretsmanagerSecretReplica], wanted: &AwsSecretsmanagerSecretReplica| {
        list.iter().any(|one| key(one) == key(wanted))
    };
    let gone = prior.replica.iter().filter(|replica| !has(&planned.replica, replica));
    remove_replicas(aws, id, gone.map(|replica| replica.region.clone()).collect()).await?;
    let new: Vec<_> =
        planned.replica.iter().filter(|one| !has(&prior.replica, one)).map(replica).collect();
    if !new.is_empty() {
        let call = aws
            .secretsmanager()
            .replicate_secret_to_regions()
            .secret_id(id.as_str())
            .set_force_overwrite_replica_secret(planned.force_overwrite_replica_secret)
            .set_add_replica_regions(Some(new));
        call.send().await.op("secretsmanager:ReplicateSecretToRegions")?;
    }
    Ok(())
}

async fn remove_replicas(aws: &Regional, id: &Id, regions: Vec<String>) -> Result<(), Error> {
    if !regions.is_empty() {
        let call = aws.secretsmanager().remove_regions_from_replication().secret_id(id.as_str());
        let call = call.set_remove_replica_regions(Some(regions));
        call.send().await.op("secretsmanager:RemoveRegionsFromReplication")?;
    }
    Ok(())
}
