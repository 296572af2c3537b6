//! IAM: roles, policies, instance profiles. Global: the region does not matter.

pub mod instance_profile;
pub mod policy;
pub mod role;
pub mod role_policy;
pub mod role_policy_attachment;

use std::sync::Arc;

use aws_sdk_iam::types::{EntityType, ManagedPolicyDetail, RoleDetail, Tag};

use super::error::Operation as _;
use super::regional::Regional;
use super::resource::{Query, Tags};
use crate::provider::{Error, ErrorClass, tags};

/// Roles with their profiles, inline policies, attachments and tags, and the account's own managed policies.
struct Details {
    roles: Vec<RoleDetail>,
    policies: Vec<ManagedPolicyDetail>,
}

impl Details {
    /// The roles that carry the stack's tag.
    fn owned(&self, query: &Query<'_>) -> impl Iterator<Item = &RoleDetail> {
        let stack = query.stack.clone();
        self.roles.iter().filter(move |role| {
            tags_of(role.tags()).get(tags::STACK).is_some_and(|owner| stack == owner.as_str())
        })
    }
}

/// Everything about roles and policies in one paged call, read once for all the types that need it.
async fn details(aws: &Regional) -> Result<Arc<Details>, Error> {
    let read = || async move {
        let call = aws
            .iam()
            .get_account_authorization_details()
            .filter(EntityType::Role)
            .filter(EntityType::LocalManagedPolicy)
            .max_items(1000);
        let pages: Vec<_> = call
            .into_paginator()
            .send()
            .collect::<Result<_, _>>()
            .await
            .op("iam:GetAccountAuthorizationDetails")?;
        let mut details = Details { roles: Vec::new(), policies: Vec::new() };
        for page in pages {
            details.roles.extend(page.role_detail_list.unwrap_or_default());
            details.policies.extend(page.policies.unwrap_or_default());
        }
        Ok(details)
    };
    aws.memo().once("iam:GetAccountAuthorizationDetails", read).await
}

fn tags_of(tags: &[Tag]) -> Tags {
    tags.iter().map(|tag| (tag.key().to_owned(), tag.value().to_owned())).collect()
}

/// Tags as a create call takes them; none where there are none.
fn tag_list(tags: &Tags) -> Result<Option<Vec<Tag>>, Error> {
    let tag = |(key, value): (&String, &String)| Tag::builder().key(key).value(value).build();
    let list: Vec<Tag> = tags
        .iter()
        .map(tag)
        .collect::<Result<_, _>>()
        .map_err(|error| Error::new(ErrorClass::Invalid, "iam:Tag", error.to_string()))?;
    Ok((!list.is_empty()).then_some(list))
}

/// A policy document as it was written; IAM answers it percent-encoded.
/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetRolePolicy.html>
fn document(encoded: &str) -> String {
    percent_encoding::percent_decode_str(encoded).decode_utf8_lossy().into_owned()
}
