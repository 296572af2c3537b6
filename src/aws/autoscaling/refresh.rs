//! Instance refresh: replacing a group's instances, a few at a time, once its template has changed.

use aws_sdk_autoscaling::types as sdk;

use super::small;
use crate::aws::error::Operation as _;
use crate::aws::regional::Regional;
use crate::aws::resource::Change;
use crate::provider::Error;
use crate::schema::typed::{
    AwsAutoscalingGroup as Group, AwsAutoscalingGroupInstanceRefreshPreferences as Preferences,
};

/// Whether a change is one that new instances are needed for, and the group asks for a refresh.
pub fn is_due(change: &Change<Group>) -> bool {
    let Change { prior, planned } = change;
    let Some(refresh) = &planned.instance_refresh else { return false };
    let triggers = |name: &str| refresh.triggers.iter().any(|trigger| trigger == name);
    prior.launch_template != planned.launch_template
        || prior.launch_configuration != planned.launch_configuration
        || prior.mixed_instances_policy != planned.mixed_instances_policy
        || (triggers("tag") && prior.tag != planned.tag)
        || (triggers("vpc_zone_identifier")
            && prior.vpc_zone_identifier != planned.vpc_zone_identifier)
        || (triggers("availability_zones")
            && prior.availability_zones != planned.availability_zones)
        || (triggers("target_group_arns") && prior.target_group_arns != planned.target_group_arns)
        || (triggers("max_instance_lifetime")
            && prior.max_instance_lifetime != planned.max_instance_lifetime)
}

/// Starts a refresh. One that is under way, for an earlier change, is stopped first: AWS then refuses the new one until
/// it has stopped, which the engine waits for.
pub async fn start(aws: &Regional, name: &str, group: &Group) -> Result<(), Error> {
    let Some(refresh) = &group.instance_refresh else { return Ok(()) };
    let running = aws
        .autoscaling()
        .describe_instance_refreshes()
        .auto_scaling_group_name(name)
        .max_records(1);
    let running = running.send().await.op("autoscaling:DescribeInstanceRefreshes")?;
    let status = running.instance_refreshes().first().and_then(|latest| latest.status.clone());
    if matches!(
        status,
        Some(sdk::InstanceRefreshStatus::Pending | sdk::InstanceRefreshStatus::InProgress)
    ) {
        let cancel = aws.autoscaling().cancel_instance_refresh().auto_scaling_group_name(name);
        cancel.send().await.op("autoscaling:CancelInstanceRefresh")?;
    }
    let call = aws
        .autoscaling()
        .start_instance_refresh()
        .auto_scaling_group_name(name)
        .strategy(sdk::RefreshStrategy::from(refresh.strategy.as_str()))
        .set_preferences(refresh.preferences.as_ref().map(preferences));
    call.send().await.op("autoscaling:StartInstanceRefresh")?;
    Ok(())
}

fn preferences(from: &Preferences) -> sdk::RefreshPreferences {
    let whole = |text: &Option<String>| text.as_deref().and_then(|text| text.parse().ok());
    #[expect(
        clippy::cast_possible_truncation,
        reason = "percentages, which the schema keeps between 0 and 100"
    )]
    let checkpoints: Vec<i32> =
        from.checkpoint_percentages.iter().map(|percent| *percent as i32).collect();
    let alarms = from.alarm_specification.as_ref().map(|alarms| {
        sdk::AlarmSpecification::builder().set_alarms(Some(alarms.alarms.clone())).build()
    });
    sdk::RefreshPreferences::builder()
        .set_auto_rollback(from.auto_rollback)
        .set_checkpoint_delay(whole(&from.checkpoint_delay))
        .set_checkpoint_percentages((!checkpoints.is_empty()).then_some(checkpoints))
        .set_instance_warmup(whole(&from.instance_warmup))
        .set_max_healthy_percentage(from.max_healthy_percentage.map(small))
        .set_min_healthy_percentage(from.min_healthy_percentage.map(small))
        .set_scale_in_protected_instances(
            from.scale_in_protected_instances.as_deref().map(Into::into),
        )
        .set_skip_matching(from.skip_matching)
        .set_standby_instances(from.standby_instances.as_deref().map(Into::into))
        .set_alarm_specification(alarms)
        .build()
}
