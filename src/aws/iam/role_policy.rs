//! `aws_iam_role_policy`

use super::{details, document};
use crate::aws::error::Operation as _;
use crate::aws::regional::Regional;
use crate::aws::resource::{Change, Found, New, Query, Resource, Tags};
use crate::base::Id;
use crate::provider::Error;
use crate::schema::typed::AwsIamRolePolicy;

/// A policy that is written into a role.
pub struct RolePolicy;

impl Resource for RolePolicy {
    type Spec = AwsIamRolePolicy;

    async fn list(aws: &Regional, query: &Query<'_>) -> Result<Vec<Found<Self::Spec>>, Error> {
        let details = details(aws).await?;
        let owned: Vec<_> = details.owned(query).filter_map(|role| role.role_name()).collect();
        let of_role = |role: &aws_sdk_iam::types::RoleDetail| -> Vec<Found<Self::Spec>> {
            let name = role.role_name().unwrap_or_default();
            let policies = role.role_policy_list().iter();
            policies
                .map(|p| {
                    found(
                        name,
                        p.policy_name().unwrap_or_default(),
                        p.policy_document().unwrap_or_default(),
                    )
                })
                .collect()
        };
        let all = details.roles.iter().flat_map(of_role);
        Ok(all
            .filter(|policy| {
                owned.contains(&policy.spec.role.as_str()) || query.known.contains(&policy.id)
            })
            .collect())
    }

    async fn read(aws: &Regional, id: &Id) -> Result<Option<Found<Self::Spec>>, Error> {
        let Some((role, name)) = id.as_str().split_once(':') else { return Ok(None) };
        let call = aws.iam().get_role_policy().role_name(role).policy_name(name);
        let answer = call.send().await.op("iam:GetRolePolicy")?;
        Ok(Some(found(role, name, &answer.policy_document)))
    }

    async fn create(aws: &Regional, new: &New<Self::Spec>) -> Result<Id, Error> {
        let name = new.spec.name.clone().unwrap_or_default();
        put(aws, &new.spec.role, &name, &new.spec.policy).await?;
        Ok(Id::new(format!("{}:{name}", new.spec.role)))
    }

    async fn update(aws: &Regional, _id: &Id, change: &Change<Self::Spec>) -> Result<(), Error> {
        let Change { prior, planned } = change;
        if prior.policy == planned.policy {
            return Ok(());
        }
        put(aws, &planned.role, planned.name.as_deref().unwrap_or_default(), &planned.policy).await
    }

    async fn delete(aws: &Regional, _id: &Id, prior: &Self::Spec) -> Result<(), Error> {
        let call = aws.iam().delete_role_policy().role_name(&prior.role);
        let call = call.policy_name(prior.name.as_deref().unwrap_or_default());
        call.send().await.op("iam:DeleteRolePolicy")?;
        Ok(())
    }
}

async fn put(aws: &Regional, role: &str, name: &str, policy: &str) -> Result<(), Error> {
    let call =
        aws.iam().put_role_policy().role_name(role).policy_name(name).policy_document(policy);
    call.send().await.op("iam:PutRolePolicy")?;
    Ok(())
}

fn found(role: &str, name: &str, encoded: &str) -> Found<AwsIamRolePolicy> {
    let spec = AwsIamRolePolicy {
        name: Some(name.to_owned()),
        policy: document(encoded),
        role: role.to_owned(),
        ..AwsIamRolePolicy::default()
    };
    Found::ready(format!("{role}:{name}"), spec, Tags::new())
}
