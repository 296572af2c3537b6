//! `aws_iam_role_policy_attachment`

use super::details;
use crate::aws::error::Operation as _;
use crate::aws::regional::Regional;
use crate::aws::resource::{Change, Found, New, Query, Resource, Tags};
use crate::base::Id;
use crate::provider::Error;
use crate::schema::typed::AwsIamRolePolicyAttachment;

/// That a managed policy is attached to a role.
pub struct RolePolicyAttachment;

impl Resource for RolePolicyAttachment {
    type Spec = AwsIamRolePolicyAttachment;

    async fn list(aws: &Regional, query: &Query<'_>) -> Result<Vec<Found<Self::Spec>>, Error> {
        let details = details(aws).await?;
        let owned: Vec<_> = details.owned(query).filter_map(|role| role.role_name()).collect();
        let of_role = |role: &aws_sdk_iam::types::RoleDetail| -> Vec<Found<Self::Spec>> {
            let name = role.role_name().unwrap_or_default();
            let policies = role.attached_managed_policies().iter();
            policies.map(|policy| found(name, policy.policy_arn().unwrap_or_default())).collect()
        };
        let all = details.roles.iter().flat_map(of_role);
        Ok(all
            .filter(|one| owned.contains(&one.spec.role.as_str()) || query.known.contains(&one.id))
            .collect())
    }

    async fn read(aws: &Regional, id: &Id) -> Result<Option<Found<Self::Spec>>, Error> {
        let Some((role, arn)) = id.as_str().split_once('/') else { return Ok(None) };
        let pages =
            aws.iam().list_attached_role_policies().role_name(role).into_paginator().items();
        let attached: Vec<_> =
            pages.send().collect::<Result<_, _>>().await.op("iam:ListAttachedRolePolicies")?;
        Ok(attached.iter().any(|policy| policy.policy_arn() == Some(arn)).then(|| found(role, arn)))
    }

    async fn create(aws: &Regional, new: &New<Self::Spec>) -> Result<Id, Error> {
        let call = aws
            .iam()
            .attach_role_policy()
            .role_name(&new.spec.role)
            .policy_arn(&new.spec.policy_arn);
        call.send().await.op("iam:AttachRolePolicy")?;
        Ok(Id::new(format!("{}/{}", new.spec.role, new.spec.policy_arn)))
    }

    /// Every attribute replaces.
    async fn update(_aws: &Regional, _id: &Id, _change: &Change<Self::Spec>) -> Result<(), Error> {
        Ok(())
    }

    async fn delete(aws: &Regional, _id: &Id, prior: &Self::Spec) -> Result<(), Error> {
        let call =
            aws.iam().detach_role_policy().role_name(&prior.role).policy_arn(&prior.policy_arn);
        call.send().await.op("iam:DetachRolePolicy")?;
        Ok(())
    }
}

fn found(role: &str, arn: &str) -> Found<AwsIamRolePolicyAttachment> {
    let spec = AwsIamRolePolicyAttachment {
        policy_arn: arn.to_owned(),
        role: role.to_owned(),
        ..AwsIamRolePolicyAttachment::default()
    };
    Found::ready(format!("{role}/{arn}"), spec, Tags::new())
}
