//! `aws_iam_policy`

use aws_sdk_iam::types::{ManagedPolicyDetail, PolicyVersion};

use super::{details, document, tag_list, tags_of};
use crate::aws::error::Operation as _;
use crate::aws::regional::Regional;
use crate::aws::resource::{Change, Found, New, Query, Resource, TagChange};
use crate::base::Id;
use crate::provider::Error;
use crate::schema::typed::AwsIamPolicy;

/// How many versions IAM keeps of a policy.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html>
const VERSIONS: usize = 5;

/// A managed policy of the account.
pub struct Policy;

impl Resource for Policy {
    type Spec = AwsIamPolicy;

    async fn list(aws: &Regional, query: &Query<'_>) -> Result<Vec<Found<AwsIamPolicy>>, Error> {
        // The bulk answer has no tags of policies, so each one's own answer is needed; a policy that the manifest does
        // not know may still carry the stack's tag.
        let details = details(aws).await?;
        let read = |policy: &ManagedPolicyDetail| {
            let id = Id::new(policy.arn().unwrap_or_default());
            async move { Self::read(aws, &id).await }
        };
        let all = futures_util::future::try_join_all(details.policies.iter().map(read)).await?;
        Ok(all
            .into_iter()
            .flatten()
            .filter(|found| query.wants(&found.tags, found.id.as_str()))
            .collect())
    }

    async fn read(aws: &Regional, id: &Id) -> Result<Option<Found<AwsIamPolicy>>, Error> {
        let answer =
            aws.iam().get_policy().policy_arn(id.as_str()).send().await.op("iam:GetPolicy")?;
        let Some(policy) = answer.policy else { return Ok(None) };
        let version = policy.default_version_id.clone().unwrap_or_default();
        let call = aws.iam().get_policy_version().policy_arn(id.as_str()).version_id(version);
        let written =
            call.send().await.op("iam:GetPolicyVersion")?.policy_version.and_then(|v| v.document);
        let tags = tags_of(policy.tags());
        let spec = AwsIamPolicy {
            arn: policy.arn,
            attachment_count: policy.attachment_count.map(i64::from),
            description: policy.description.filter(|text| !text.is_empty()),
            name: policy.policy_name,
            path: policy.path,
            policy: document(written.as_deref().unwrap_or_default()),
            policy_id: policy.policy_id,
            ..AwsIamPolicy::default()
        };
        Ok(Some(Found::ready(id.clone(), spec, tags)))
    }

    async fn create(aws: &Regional, new: &New<AwsIamPolicy>) -> Result<Id, Error> {
        let spec = &new.spec;
        let call = aws
            .iam()
            .create_policy()
            .set_policy_name(spec.name.clone())
            .policy_document(&spec.policy)
            .set_path(spec.path.clone())
            .set_description(spec.description.clone().filter(|text| !text.is_empty()))
            .set_tags(tag_list(&new.tags)?);
        let created = call.send().await.op("iam:CreatePolicy")?;
        Ok(Id::new(created.policy.and_then(|policy| policy.arn).unwrap_or_default()))
    }

    async fn update(aws: &Regional, id: &Id, change: &Change<AwsIamPolicy>) -> Result<(), Error> {
        if change.prior.policy == change.planned.policy {
            return Ok(());
        }
        let mut versions = versions(aws, id).await?;
        versions.retain(|version| !version.is_default_version);
        if versions.len() + 1 >= VERSIONS {
            versions.sort_by_key(|version| version.create_date);
            if let Some(oldest) = versions.first().and_then(PolicyVersion::version_id) {
                delete_version(aws, id, oldest).await?;
            }
        }
        let call = aws.iam().create_policy_version().policy_arn(id.as_str());
        let call = call.policy_document(&change.planned.policy).set_as_default(true);
        call.send().await.op("iam:CreatePolicyVersion")?;
        Ok(())
    }

    async fn delete(aws: &Regional, id: &Id, _prior: &AwsIamPolicy) -> Result<(), Error> {
        for version in versions(aws, id).await?.iter().filter(|version| !version.is_default_version)
        {
            delete_version(aws, id, version.version_id().unwrap_or_default()).await?;
        }
        aws.iam().delete_policy().policy_arn(id.as_str()).send().await.op("iam:DeletePolicy")?;
        Ok(())
    }

    async fn find(
        aws: &Regional,
        new: &New<AwsIamPolicy>,
    ) -> Result<Vec<Found<AwsIamPolicy>>, Error> {
        let Some(name) = &new.spec.name else { return Ok(Vec::new()) };
        let (partition, account) = (aws.partition(), aws.account().await?);
        let path = new.spec.path.as_deref().unwrap_or("/");
        let id = Id::new(format!("arn:{partition}:iam::{account}:policy{path}{name}"));
        match Self::read(aws, &id).await {
            Err(error) if error.is_not_found() => Ok(Vec::new()),
            found => Ok(found?.into_iter().collect()),
        }
    }

    async fn retag(aws: &Regional, id: &Id, change: &TagChange) -> Result<(), Error> {
        if let Some(tags) = tag_list(&change.set)? {
            let call = aws.iam().tag_policy().policy_arn(id.as_str()).set_tags(Some(tags));
            call.send().await.op("iam:TagPolicy")?;
        }
        if !change.remove.is_empty() {
            let call = aws
                .iam()
                .untag_policy()
                .policy_arn(id.as_str())
                .set_tag_keys(Some(change.remove.clone()));
            call.send().await.op("iam:UntagPolicy")?;
        }
        Ok(())
    }
}

async fn versions(aws: &Regional, id: &Id) -> Result<Vec<PolicyVersion>, Error> {
    let pages = aws.iam().list_policy_versions().policy_arn(id.as_str()).into_paginator().items();
    pages.send().collect::<Result<_, _>>().await.op("iam:ListPolicyVersions")
}

async fn delete_version(aws: &Regional, id: &Id, version: &str) -> Result<(), Error> {
    let call = aws.iam().delete_policy_version().policy_arn(id.as_str()).version_id(version);
    call.send().await.op("iam:DeletePolicyVersion")?;
    Ok(())
}
