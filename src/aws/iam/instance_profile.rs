//! `aws_iam_instance_profile`

use aws_sdk_iam::types::InstanceProfile as SdkProfile;
use futures_util::future::try_join_all;

use super::{tag_list, tags_of};
use crate::aws::error::Operation as _;
use crate::aws::regional::Regional;
use crate::aws::resource::{Change, Found, New, Query, Resource, TagChange};
use crate::base::Id;
use crate::provider::Error;
use crate::schema::typed::AwsIamInstanceProfile;

/// What gives a role to instances.
pub struct InstanceProfile;

impl Resource for InstanceProfile {
    type Spec = AwsIamInstanceProfile;

    /// The bulk calls answer profiles without their tags: each profile's own answer is needed.
    async fn list(aws: &Regional, query: &Query<'_>) -> Result<Vec<Found<Self::Spec>>, Error> {
        let pages = aws.iam().list_instance_profiles().max_items(1000).into_paginator().items();
        let profiles: Vec<_> =
            pages.send().collect::<Result<_, _>>().await.op("iam:ListInstanceProfiles")?;
        let names = profiles.into_iter().map(|profile| Id::new(profile.instance_profile_name));
        let read = |name: Id| async move { Self::read(aws, &name).await };
        let all = try_join_all(names.map(read)).await?;
        Ok(all
            .into_iter()
            .flatten()
            .filter(|found| query.wants(&found.tags, found.id.as_str()))
            .collect())
    }

    async fn read(aws: &Regional, id: &Id) -> Result<Option<Found<Self::Spec>>, Error> {
        let call = aws.iam().get_instance_profile().instance_profile_name(id.as_str());
        match call.send().await.op("iam:GetInstanceProfile") {
            Ok(answer) => Ok(answer.instance_profile.map(found)),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Makes the profile; the engine then converges, which puts the role into it.
    async fn create(aws: &Regional, new: &New<Self::Spec>) -> Result<Id, Error> {
        let call = aws
            .iam()
            .create_instance_profile()
            .set_instance_profile_name(new.spec.name.clone())
            .set_path(new.spec.path.clone())
            .set_tags(tag_list(&new.tags)?);
        let created = call.send().await.op("iam:CreateInstanceProfile")?;
        Ok(Id::new(
            created
                .instance_profile
                .map(|profile| profile.instance_profile_name)
                .unwrap_or_default(),
        ))
    }

    async fn update(aws: &Regional, id: &Id, change: &Change<Self::Spec>) -> Result<(), Error> {
        let role = |spec: &Self::Spec| spec.role.clone().filter(|role| !role.is_empty());
        let (prior, planned) = (role(&change.prior), role(&change.planned));
        if prior == planned {
            return Ok(());
        }
        if let Some(role) = &prior {
            remove(aws, id, role).await?;
        }
        if let Some(role) = &planned {
            let call = aws
                .iam()
                .add_role_to_instance_profile()
                .instance_profile_name(id.as_str())
                .role_name(role);
            call.send().await.op("iam:AddRoleToInstanceProfile")?;
        }
        Ok(())
    }

    async fn delete(aws: &Regional, id: &Id, prior: &Self::Spec) -> Result<(), Error> {
        if let Some(role) = prior.role.as_deref().filter(|role| !role.is_empty()) {
            match remove(aws, id, role).await {
                Err(error) if !error.is_not_found() => return Err(error),
                _ => {}
            }
        }
        let call = aws.iam().delete_instance_profile().instance_profile_name(id.as_str());
        call.send().await.op("iam:DeleteInstanceProfile")?;
        Ok(())
    }

    async fn find(aws: &Regional, new: &New<Self::Spec>) -> Result<Vec<Found<Self::Spec>>, Error> {
        let Some(name) = &new.spec.name else { return Ok(Vec::new()) };
        Ok(Self::read(aws, &Id::new(name.as_str())).await?.into_iter().collect())
    }

    async fn retag(aws: &Regional, id: &Id, change: &TagChange) -> Result<(), Error> {
        let name = id.as_str();
        if let Some(tags) = tag_list(&change.set)? {
            let call =
                aws.iam().tag_instance_profile().instance_profile_name(name).set_tags(Some(tags));
            call.send().await.op("iam:TagInstanceProfile")?;
        }
        if !change.remove.is_empty() {
            let call = aws.iam().untag_instance_profile().instance_profile_name(name);
            let call = call.set_tag_keys(Some(change.remove.clone()));
            call.send().await.op("iam:UntagInstanceProfile")?;
        }
        Ok(())
    }
}

async fn remove(aws: &Regional, id: &Id, role: &str) -> Result<(), Error> {
    let call = aws
        .iam()
        .remove_role_from_instance_profile()
        .instance_profile_name(id.as_str())
        .role_name(role);
    call.send().await.op("iam:RemoveRoleFromInstanceProfile")?;
    Ok(())
}

fn found(profile: SdkProfile) -> Found<AwsIamInstanceProfile> {
    let tags = tags_of(profile.tags());
    let spec = AwsIamInstanceProfile {
        arn: Some(profile.arn),
        create_date: profile.create_date.fmt(aws_smithy_types::date_time::Format::DateTime).ok(),
        name: Some(profile.instance_profile_name.clone()),
        path: Some(profile.path),
        role: profile.roles.into_iter().next().map(|role| role.role_name),
        unique_id: Some(profile.instance_profile_id),
        ..AwsIamInstanceProfile::default()
    };
    Found::ready(profile.instance_profile_name, spec, tags)
}
