//! `aws_iam_role`

use std::collections::BTreeMap;

use aws_sdk_iam::types::{Role as SdkRole, RoleDetail};
use futures_util::future::try_join_all;

use super::{details, document, tag_list, tags_of};
use crate::aws::error::Operation as _;
use crate::aws::regional::Regional;
use crate::aws::resource::{Change, Found, New, Query, Resource, TagChange};
use crate::base::Id;
use crate::provider::Error;
use crate::schema::typed::{AwsIamRole, AwsIamRoleInlinePolicy};

/// A role.
pub struct Role;

/// The policies of a role: what the deprecated attributes of the type show.
#[derive(Default)]
struct Policies {
    inline: BTreeMap<String, String>,
    attached: Vec<String>,
}

impl Resource for Role {
    type Spec = AwsIamRole;

    async fn list(aws: &Regional, query: &Query<'_>) -> Result<Vec<Found<AwsIamRole>>, Error> {
        let details = details(aws).await?;
        let wanted = details.roles.iter().filter(|role| {
            query.wants(&tags_of(role.tags()), role.role_name().unwrap_or_default())
        });
        // The bulk answer lacks the description and the session duration.
        let roles = wanted.map(|detail| async move {
            let name = detail.role_name().unwrap_or_default();
            let role = get(aws, name).await?;
            Ok::<_, Error>(role.map(|role| found(role, policies_of(detail))))
        });
        Ok(try_join_all(roles).await?.into_iter().flatten().collect())
    }

    async fn read(aws: &Regional, id: &Id) -> Result<Option<Found<AwsIamRole>>, Error> {
        let Some(role) = get(aws, id.as_str()).await? else { return Ok(None) };
        Ok(Some(found(role, policies(aws, id.as_str()).await?)))
    }

    /// Makes the role; the engine then converges, which writes its policies.
    async fn create(aws: &Regional, new: &New<AwsIamRole>) -> Result<Id, Error> {
        let spec = &new.spec;
        let call = aws
            .iam()
            .create_role()
            .set_role_name(spec.name.clone())
            .assume_role_policy_document(&spec.assume_role_policy)
            .set_path(spec.path.clone())
            .set_description(spec.description.clone().filter(|text| !text.is_empty()))
            .set_max_session_duration(
                spec.max_session_duration.and_then(|seconds| i32::try_from(seconds).ok()),
            )
            .set_permissions_boundary(
                spec.permissions_boundary.clone().filter(|arn| !arn.is_empty()),
            )
            .set_tags(tag_list(&new.tags)?);
        let created = call.send().await.op("iam:CreateRole")?;
        Ok(Id::new(created.role.map(|role| role.role_name).unwrap_or_default()))
    }

    async fn update(aws: &Regional, id: &Id, change: &Change<AwsIamRole>) -> Result<(), Error> {
        let Change { prior, planned } = change;
        let (iam, name) = (aws.iam(), id.as_str());
        if prior.assume_role_policy != planned.assume_role_policy {
            let call = iam
                .update_assume_role_policy()
                .role_name(name)
                .policy_document(&planned.assume_role_policy);
            call.send().await.op("iam:UpdateAssumeRolePolicy")?;
        }
        if prior.description.as_deref().unwrap_or_default()
            != planned.description.as_deref().unwrap_or_default()
            || prior.max_session_duration != planned.max_session_duration
        {
            let seconds =
                planned.max_session_duration.and_then(|seconds| i32::try_from(seconds).ok());
            let call = iam
                .update_role()
                .role_name(name)
                .description(planned.description.clone().unwrap_or_default())
                .set_max_session_duration(seconds);
            call.send().await.op("iam:UpdateRole")?;
        }
        if prior.permissions_boundary != planned.permissions_boundary {
            match planned.permissions_boundary.as_deref().filter(|arn| !arn.is_empty()) {
                Some(arn) => {
                    let call = iam
                        .put_role_permissions_boundary()
                        .role_name(name)
                        .permissions_boundary(arn);
                    call.send().await.op("iam:PutRolePermissionsBoundary")?;
                }
                None => {
                    let call = iam.delete_role_permissions_boundary().role_name(name);
                    call.send().await.op("iam:DeleteRolePermissionsBoundary")?;
                }
            }
        }
        let policies = |spec: &AwsIamRole| Policies {
            inline: inline_of(&spec.inline_policy),
            attached: spec.managed_policy_arns.clone(),
        };
        write_policies(aws, name, &policies(prior), &policies(planned)).await
    }

    async fn delete(aws: &Regional, id: &Id, prior: &AwsIamRole) -> Result<(), Error> {
        let (iam, name) = (aws.iam(), id.as_str());
        let profiles =
            iam.list_instance_profiles_for_role().role_name(name).into_paginator().items();
        let profiles: Vec<_> = profiles
            .send()
            .collect::<Result<_, _>>()
            .await
            .op("iam:ListInstanceProfilesForRole")?;
        for profile in profiles {
            let call = iam.remove_role_from_instance_profile().role_name(name);
            let call = call.instance_profile_name(profile.instance_profile_name);
            call.send().await.op("iam:RemoveRoleFromInstanceProfile")?;
        }
        if prior.force_detach_policies.unwrap_or_default() {
            let all = policies(aws, name).await?;
            write_policies(aws, name, &all, &Policies::default()).await?;
        }
        iam.delete_role().role_name(name).send().await.op("iam:DeleteRole")?;
        Ok(())
    }

    async fn find(aws: &Regional, new: &New<AwsIamRole>) -> Result<Vec<Found<AwsIamRole>>, Error> {
        let Some(name) = &new.spec.name else { return Ok(Vec::new()) };
        Ok(Self::read(aws, &Id::new(name.as_str())).await?.into_iter().collect())
    }

    async fn retag(aws: &Regional, id: &Id, change: &TagChange) -> Result<(), Error> {
        if let Some(tags) = tag_list(&change.set)? {
            let call = aws.iam().tag_role().role_name(id.as_str()).set_tags(Some(tags));
            call.send().await.op("iam:TagRole")?;
        }
        if !change.remove.is_empty() {
            let call = aws
                .iam()
                .untag_role()
                .role_name(id.as_str())
                .set_tag_keys(Some(change.remove.clone()));
            call.send().await.op("iam:UntagRole")?;
        }
        Ok(())
    }
}

async fn get(aws: &Regional, name: &str) -> Result<Option<SdkRole>, Error> {
    match aws.iam().get_role().role_name(name).send().await.op("iam:GetRole") {
        Ok(answer) => Ok(answer.role),
        Err(error) if error.is_not_found() => Ok(None),
        Err(error) => Err(error),
    }
}

fn policies_of(detail: &RoleDetail) -> Policies {
    let inline = detail.role_policy_list().iter().map(|policy| {
        let name = policy.policy_name().unwrap_or_default().to_owned();
        (name, document(policy.policy_document().unwrap_or_default()))
    });
    let attached =
        detail.attached_managed_policies().iter().filter_map(|policy| policy.policy_arn.clone());
    Policies { inline: inline.collect(), attached: attached.collect() }
}

async fn policies(aws: &Regional, role: &str) -> Result<Policies, Error> {
    let iam = aws.iam();
    let names = iam.list_role_policies().role_name(role).into_paginator().items().send();
    let names: Vec<String> = names.collect::<Result<_, _>>().await.op("iam:ListRolePolicies")?;
    let documents = names.into_iter().map(|name| async move {
        let answer = iam
            .get_role_policy()
            .role_name(role)
            .policy_name(&name)
            .send()
            .await
            .op("iam:GetRolePolicy")?;
        Ok::<_, Error>((name, document(&answer.policy_document)))
    });
    let attached =
        iam.list_attached_role_policies().role_name(role).into_paginator().items().send();
    let attached: Vec<_> =
        attached.collect::<Result<_, _>>().await.op("iam:ListAttachedRolePolicies")?;
    Ok(Policies {
        inline: try_join_all(documents).await?.into_iter().collect(),
        attached: attached.into_iter().filter_map(|policy| policy.policy_arn).collect(),
    })
}

fn inline_of(blocks: &[AwsIamRoleInlinePolicy]) -> BTreeMap<String, String> {
    let pair = |block: &AwsIamRoleInlinePolicy| Some((block.name.clone()?, block.policy.clone()?));
    blocks.iter().filter_map(pair).filter(|(name, _)| !name.is_empty()).collect()
}

/// Makes the policies of a role what they are to be.
async fn write_policies(
    aws: &Regional,
    role: &str,
    prior: &Policies,
    planned: &Policies,
) -> Result<(), Error> {
    let iam = aws.iam();
    for name in prior.inline.keys().filter(|name| !planned.inline.contains_key(*name)) {
        let call = iam.delete_role_policy().role_name(role).policy_name(name);
        call.send().await.op("iam:DeleteRolePolicy")?;
    }
    for (name, policy) in
        planned.inline.iter().filter(|(name, policy)| prior.inline.get(*name) != Some(*policy))
    {
        let call = iam.put_role_policy().role_name(role).policy_name(name).policy_document(policy);
        call.send().await.op("iam:PutRolePolicy")?;
    }
    for arn in prior.attached.iter().filter(|arn| !planned.attached.contains(arn)) {
        let call = iam.detach_role_policy().role_name(role).policy_arn(arn);
        call.send().await.op("iam:DetachRolePolicy")?;
    }
    for arn in planned.attached.iter().filter(|arn| !prior.attached.contains(arn)) {
        let call = iam.attach_role_policy().role_name(role).policy_arn(arn);
        call.send().await.op("iam:AttachRolePolicy")?;
    }
    Ok(())
}

fn found(role: SdkRole, policies: Policies) -> Found<AwsIamRole> {
    let tags = tags_of(role.tags());
    let inline = policies.inline.into_iter();
    let spec = AwsIamRole {
        arn: Some(role.arn),
        assume_role_policy: document(
            role.assume_role_policy_document.as_deref().unwrap_or_default(),
        ),
        create_date: role.create_date.fmt(aws_smithy_types::date_time::Format::DateTime).ok(),
        description: role.description.filter(|text| !text.is_empty()),
        managed_policy_arns: policies.attached,
        max_session_duration: role.max_session_duration.map(i64::from),
        name: Some(role.role_name.clone()),
        path: Some(role.path),
        permissions_boundary: role
            .permissions_boundary
            .and_then(|boundary| boundary.permissions_boundary_arn),
        unique_id: Some(role.role_id),
        inline_policy: inline
            .map(|(name, policy)| AwsIamRoleInlinePolicy { name: Some(name), policy: Some(policy) })
            .collect(),
        ..AwsIamRole::default()
    };
    Found::ready(role.role_name, spec, tags)
}
