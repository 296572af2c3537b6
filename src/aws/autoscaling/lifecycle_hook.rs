//! `aws_autoscaling_lifecycle_hook`

use aws_sdk_autoscaling::types::LifecycleHook as SdkHook;
use futures_util::future::try_join_all;

use super::{owned, small};
use crate::aws::error::Operation as _;
use crate::aws::regional::Regional;
use crate::aws::resource::{Change, Found, New, Query, Resource, Tags};
use crate::base::Id;
use crate::provider::Error;
use crate::schema::typed::AwsAutoscalingLifecycleHook;

/// What a group waits for when an instance comes or goes.
pub struct LifecycleHook;

impl Resource for LifecycleHook {
    type Spec = AwsAutoscalingLifecycleHook;

    /// One call for each of the stack's groups: there is none for all of them.
    async fn list(aws: &Regional, query: &Query<'_>) -> Result<Vec<Found<Self::Spec>>, Error> {
        let groups = owned(aws, query).await?;
        let mut names: Vec<&str> =
            groups.iter().filter_map(|group| group.auto_scaling_group_name()).collect();
        names.extend(query.known.iter().filter_map(|id| Some(id.as_str().split_once('/')?.0)));
        names.sort_unstable();
        names.dedup();
        let hooks = try_join_all(names.into_iter().map(|group| of_group(aws, group))).await?;
        Ok(hooks.into_iter().flatten().map(found).collect())
    }

    async fn read(aws: &Regional, id: &Id) -> Result<Option<Found<Self::Spec>>, Error> {
        let group = id.as_str().split_once('/').map_or(id.as_str(), |(group, _)| group);
        Ok(of_group(aws, group).await?.into_iter().map(found).find(|hook| hook.id == *id))
    }

    async fn create(aws: &Regional, new: &New<Self::Spec>) -> Result<Id, Error> {
        put(aws, &new.spec).await?;
        Ok(Id::new(format!("{}/{}", new.spec.autoscaling_group_name, new.spec.name)))
    }

    async fn update(aws: &Regional, _id: &Id, change: &Change<Self::Spec>) -> Result<(), Error> {
        put(aws, &change.planned).await
    }

    async fn delete(aws: &Regional, _id: &Id, prior: &Self::Spec) -> Result<(), Error> {
        let call = aws.autoscaling().delete_lifecycle_hook().lifecycle_hook_name(&prior.name);
        let call = call.auto_scaling_group_name(&prior.autoscaling_group_name);
        call.send().await.op("autoscaling:DeleteLifecycleHook")?;
        Ok(())
    }
}

/// The hooks of a group; none where the group is gone.
async fn of_group(aws: &Regional, group: &str) -> Result<Vec<SdkHook>, Error> {
    let call = aws.autoscaling().describe_lifecycle_hooks().auto_scaling_group_name(group);
    match call.send().await.op("autoscaling:DescribeLifecycleHooks") {
        Ok(answer) => Ok(answer.lifecycle_hooks.unwrap_or_default()),
        Err(error) if error.is_not_found() => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

async fn put(aws: &Regional, spec: &AwsAutoscalingLifecycleHook) -> Result<(), Error> {
    let call = aws
        .autoscaling()
        .put_lifecycle_hook()
        .auto_scaling_group_name(&spec.autoscaling_group_name)
        .lifecycle_hook_name(&spec.name)
        .lifecycle_transition(&spec.lifecycle_transition)
        .set_default_result(spec.default_result.clone())
        .set_heartbeat_timeout(spec.heartbeat_timeout.map(small))
        .set_notification_metadata(spec.notification_metadata.clone())
        .set_notification_target_arn(spec.notification_target_arn.clone())
        .set_role_arn(spec.role_arn.clone());
    call.send().await.op("autoscaling:PutLifecycleHook")?;
    Ok(())
}

fn found(hook: SdkHook) -> Found<AwsAutoscalingLifecycleHook> {
    let set = |text: Option<String>| text.filter(|text| !text.is_empty());
    let (group, name) = (
        hook.auto_scaling_group_name.unwrap_or_default(),
        hook.lifecycle_hook_name.unwrap_or_default(),
    );
    let id = format!("{group}/{name}");
    let spec = AwsAutoscalingLifecycleHook {
        autoscaling_group_name: group,
        default_result: set(hook.default_result),
        heartbeat_timeout: hook.heartbeat_timeout.map(i64::from),
        id: Some(name.clone()),
        lifecycle_transition: hook.lifecycle_transition.unwrap_or_default(),
        name,
        notification_metadata: set(hook.notification_metadata),
        notification_target_arn: set(hook.notification_target_arn),
        role_arn: set(hook.role_arn),
        ..AwsAutoscalingLifecycleHook::default()
    };
    Found::ready(id, spec, Tags::new())
}
