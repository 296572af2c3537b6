//! `aws_launch_template`

use std::collections::BTreeMap;

use aws_sdk_ec2::types as sdk;
use futures_util::future::{try_join, try_join_all};

use super::{by_tag, filter, launch_template_data, retag, set, tag_specification, tags_of};
use crate::aws::error::Operation as _;
use crate::aws::regional::Regional;
use crate::aws::resource::{Change, Found, New, Query, Resource, TagChange};
use crate::base::{Digest, Id};
use crate::provider::{Error, ErrorClass};
use crate::schema::typed::AwsLaunchTemplate;

/// How many templates or versions a page holds; the calls' own maximum.
const PAGE: i32 = 200;

/// From how many templates on one call for all latest versions of the account is cheaper than one for each.
const MANY: usize = 20;

/// What instances are launched from, in versions.
pub struct LaunchTemplate;

impl Resource for LaunchTemplate {
    type Spec = AwsLaunchTemplate;

    async fn list(aws: &Regional, query: &Query<'_>) -> Result<Vec<Found<Self::Spec>>, Error> {
        let tagged = describe(aws, by_tag(query)).await?;
        let mut templates: BTreeMap<_, _> =
            tagged.into_iter().map(|template| (id_of(&template), template)).collect();
        let unseen = query.known.iter().filter(|id| !templates.contains_key(id.as_str()));
        let known = try_join_all(unseen.map(|id| by_id(aws, id.as_str()))).await?;
        templates.extend(known.into_iter().flatten().map(|template| (id_of(&template), template)));
        if templates.len() < MANY {
            return try_join_all(templates.into_values().map(|template| with_data(aws, template)))
                .await;
        }
        let call = aws.ec2().describe_launch_template_versions().versions("$Latest");
        let pages = call.max_results(PAGE).into_paginator().items();
        let versions: Vec<_> = pages
            .send()
            .collect::<Result<_, _>>()
            .await
            .op("ec2:DescribeLaunchTemplateVersions")?;
        let versions = versions.into_iter();
        let mut versions: BTreeMap<_, _> = versions
            .map(|version| (version.launch_template_id.clone().unwrap_or_default(), version))
            .collect();
        let arn = aws.arn("ec2", "launch-template/").await?;
        let found = templates.into_iter();
        Ok(found.map(|(id, template)| found_of(&arn, template, versions.remove(&id))).collect())
    }

    async fn read(aws: &Regional, id: &Id) -> Result<Option<Found<Self::Spec>>, Error> {
        match by_id(aws, id.as_str()).await? {
            Some(template) => with_data(aws, template).await.map(Some),
            None => Ok(None),
        }
    }

    async fn create(aws: &Regional, new: &New<Self::Spec>) -> Result<Id, Error> {
        let spec = &new.spec;
        let call = aws
            .ec2()
            .create_launch_template()
            .set_launch_template_name(spec.name.clone())
            .set_version_description(set(&spec.description))
            .launch_template_data(launch_template_data::to_sdk(spec))
            .client_token(&new.token)
            .set_tag_specifications(
                tag_specification(sdk::ResourceType::LaunchTemplate, &new.tags)
                    .map(|tags| vec![tags]),
            );
        let created = call.send().await.op("ec2:CreateLaunchTemplate")?;
        let id = created.launch_template.and_then(|template| template.launch_template_id);
        Ok(Id::new(id.unwrap_or_default()))
    }

    /// A version cannot be changed: what differs makes a new one.
    async fn update(aws: &Regional, id: &Id, change: &Change<Self::Spec>) -> Result<(), Error> {
        let Change { prior, planned } = change;
        let data = launch_template_data::to_sdk(planned);
        let differs = launch_template_data::to_sdk(prior) != data
            || set(&prior.description) != set(&planned.description);
        let latest = if differs {
            create_version(aws, id, change, data).await?
        } else {
            prior.latest_version
        };
        let follows = planned.update_default_version.unwrap_or_default();
        let wanted = if follows { latest } else { planned.default_version };
        match wanted {
            Some(version) if prior.default_version != Some(version) => {
                let call = aws.ec2().modify_launch_template().launch_template_id(id.as_str());
                let call = call.default_version(version.to_string());
                call.send().await.op("ec2:ModifyLaunchTemplate")?;
            }
            _ => {}
        }
        Ok(())
    }

    async fn delete(aws: &Regional, id: &Id, _prior: &Self::Spec) -> Result<(), Error> {
        let call = aws.ec2().delete_launch_template().launch_template_id(id.as_str());
        call.send().await.op("ec2:DeleteLaunchTemplate")?;
        Ok(())
    }

    async fn find(aws: &Regional, new: &New<Self::Spec>) -> Result<Vec<Found<Self::Spec>>, Error> {
        let Some(name) = &new.spec.name else { return Ok(Vec::new()) };
        let templates = describe(aws, filter("launch-template-name", [name.as_str()])).await?;
        try_join_all(templates.into_iter().map(|template| with_data(aws, template))).await
    }

    async fn retag(aws: &Regional, id: &Id, tags: &TagChange) -> Result<(), Error> {
        retag(aws, id.as_str(), tags).await
    }
}

/// Makes a version and answers its number. The token says what it follows and what it holds, so that an update which
/// is made again makes no second one.
async fn create_version(
    aws: &Regional,
    id: &Id,
    change: &Change<AwsLaunchTemplate>,
    data: sdk::RequestLaunchTemplateData,
) -> Result<Option<i64>, Error> {
    let Change { prior, planned } = change;
    let token = Digest::of_parts([
        id.to_string(),
        prior.latest_version.unwrap_or_default().to_string(),
        planned.description.clone().unwrap_or_default(),
        planned.user_data.clone().unwrap_or_default(),
        format!("{data:?}"),
    ]);
    let call = aws
        .ec2()
        .create_launch_template_version()
        .launch_template_id(id.as_str())
        .client_token(token.to_string())
        .set_version_description(set(&planned.description))
        .launch_template_data(data);
    let created = call.send().await.op("ec2:CreateLaunchTemplateVersion")?;
    Ok(created.launch_template_version.and_then(|version| version.version_number))
}

async fn describe(aws: &Regional, filter: sdk::Filter) -> Result<Vec<sdk::LaunchTemplate>, Error> {
    let call = aws.ec2().describe_launch_templates().filters(filter).max_results(PAGE);
    let pages = call.into_paginator().items();
    pages.send().collect::<Result<_, _>>().await.op("ec2:DescribeLaunchTemplates")
}

/// One template; none where it is not there. There is no filter for ids.
/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeLaunchTemplates.html>
pub(super) async fn by_id(aws: &Regional, id: &str) -> Result<Option<sdk::LaunchTemplate>, Error> {
    let call = aws.ec2().describe_launch_templates().launch_template_ids(id);
    match call.send().await.op("ec2:DescribeLaunchTemplates") {
        Ok(answer) => Ok(answer.launch_templates.unwrap_or_default().pop()),
        Err(error) if error.is_not_found() => Ok(None),
        Err(error) => Err(error),
    }
}

async fn with_data(
    aws: &Regional,
    template: sdk::LaunchTemplate,
) -> Result<Found<AwsLaunchTemplate>, Error> {
    let call = aws
        .ec2()
        .describe_launch_template_versions()
        .launch_template_id(id_of(&template))
        .versions("$Latest");
    let (answer, arn) =
        try_join(async { call.send().await.op("ec2:DescribeLaunchTemplateVersions") }, async {
            aws.arn("ec2", "launch-template/").await
        })
        .await?;
    let mut versions = answer.launch_template_versions.unwrap_or_default();
    let Some(version) = versions.pop() else {
        let message = "the template has no latest version";
        return Err(Error::new(
            ErrorClass::NotFound,
            "ec2:DescribeLaunchTemplateVersions",
            message,
        ));
    };
    Ok(found_of(&arn, template, Some(version)))
}

fn found_of(
    arn: &str,
    template: sdk::LaunchTemplate,
    version: Option<sdk::LaunchTemplateVersion>,
) -> Found<AwsLaunchTemplate> {
    let id = id_of(&template);
    let (description, data) =
        version.map(|v| (v.version_description, v.launch_template_data)).unwrap_or_default();
    let data = data.map(launch_template_data::from_sdk);
    let tags = tags_of(template.tags());
    let spec = AwsLaunchTemplate {
        arn: Some(format!("{arn}{id}")),
        default_version: template.default_version_number,
        description: set(&description),
        latest_version: template.latest_version_number,
        name: template.launch_template_name,
        ..data.unwrap_or_default()
    };
    Found::ready(id, spec, tags)
}

fn id_of(template: &sdk::LaunchTemplate) -> String {
    template.launch_template_id.clone().unwrap_or_default()
}
