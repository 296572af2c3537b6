//! `aws_autoscaling_schedule`

use aws_sdk_autoscaling::types::ScheduledUpdateGroupAction;
use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;

use super::{owned, small, wants_child};
use crate::aws::error::Operation as _;
use crate::aws::regional::Regional;
use crate::aws::resource::{Change, Found, New, Query, Resource, Tags};
use crate::base::Id;
use crate::provider::{Error, ErrorClass};
use crate::schema::typed::AwsAutoscalingSchedule;

/// Sizes of a group by the clock.
pub struct Schedule;

impl Resource for Schedule {
    type Spec = AwsAutoscalingSchedule;

    async fn list(aws: &Regional, query: &Query<'_>) -> Result<Vec<Found<Self::Spec>>, Error> {
        let groups = owned(aws, query).await?;
        let pages = aws
            .autoscaling()
            .describe_scheduled_actions()
            .max_records(super::PAGE)
            .into_paginator()
            .items();
        let actions: Vec<_> = pages
            .send()
            .collect::<Result<_, _>>()
            .await
            .op("autoscaling:DescribeScheduledActions")?;
        let found = actions.into_iter().map(found);
        Ok(found
            .filter(|one| {
                wants_child(&groups, query, &one.spec.autoscaling_group_name, one.id.as_str())
            })
            .collect())
    }

    async fn read(aws: &Regional, id: &Id) -> Result<Option<Found<Self::Spec>>, Error> {
        let Some((group, name)) = id.as_str().split_once('/') else { return Ok(None) };
        let call = aws.autoscaling().describe_scheduled_actions().auto_scaling_group_name(group);
        let answer = call
            .scheduled_action_names(name)
            .send()
            .await
            .op("autoscaling:DescribeScheduledActions")?;
        Ok(answer.scheduled_update_group_actions.unwrap_or_default().pop().map(found))
    }

    async fn create(aws: &Regional, new: &New<Self::Spec>) -> Result<Id, Error> {
        put(aws, &new.spec, new.spec.start_time.as_deref()).await?;
        Ok(Id::new(format!(
            "{}/{}",
            new.spec.autoscaling_group_name, new.spec.scheduled_action_name
        )))
    }

    /// A start time that is not asked for is AWS's own: the next run of the old recurrence. It is left out, so that AWS
    /// computes it anew and the old time does not fire once more.
    async fn update(aws: &Regional, _id: &Id, change: &Change<Self::Spec>) -> Result<(), Error> {
        let Change { prior, planned } = change;
        let asked =
            planned.start_time.as_deref().filter(|_| planned.start_time != prior.start_time);
        let moved = planned.recurrence != prior.recurrence || planned.time_zone != prior.time_zone;
        put(aws, planned, if moved { asked } else { planned.start_time.as_deref() }).await
    }

    async fn delete(aws: &Regional, _id: &Id, prior: &Self::Spec) -> Result<(), Error> {
        let call = aws
            .autoscaling()
            .delete_scheduled_action()
            .auto_scaling_group_name(&prior.autoscaling_group_name);
        let call = call.scheduled_action_name(&prior.scheduled_action_name);
        call.send().await.op("autoscaling:DeleteScheduledAction")?;
        Ok(())
    }
}

async fn put(
    aws: &Regional,
    spec: &AwsAutoscalingSchedule,
    start: Option<&str>,
) -> Result<(), Error> {
    // -1 means: leave as it is. https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/autoscaling_schedule
    let size = |size: Option<i64>| size.filter(|size| *size >= 0).map(small);
    let call = aws
        .autoscaling()
        .put_scheduled_update_group_action()
        .auto_scaling_group_name(&spec.autoscaling_group_name)
        .scheduled_action_name(&spec.scheduled_action_name)
        .set_desired_capacity(size(spec.desired_capacity))
        .set_max_size(size(spec.max_size))
        .set_min_size(size(spec.min_size))
        .set_recurrence(spec.recurrence.clone().filter(|text| !text.is_empty()))
        .set_time_zone(spec.time_zone.clone().filter(|text| !text.is_empty()))
        .set_start_time(time(start)?)
        .set_end_time(time(spec.end_time.as_deref())?);
    call.send().await.op("autoscaling:PutScheduledUpdateGroupAction")?;
    Ok(())
}

fn time(text: Option<&str>) -> Result<Option<DateTime>, Error> {
    let Some(text) = text.filter(|text| !text.is_empty()) else { return Ok(None) };
    DateTime::from_str(text, Format::DateTime).map(Some).map_err(|error| {
        let message = format!("`{text}` is not a time: {error}");
        Error::new(ErrorClass::Invalid, "autoscaling:PutScheduledUpdateGroupAction", message)
    })
}

fn found(action: ScheduledUpdateGroupAction) -> Found<AwsAutoscalingSchedule> {
    let time = |time: Option<DateTime>| time.and_then(|time| time.fmt(Format::DateTime).ok());
    let group = action.auto_scaling_group_name.unwrap_or_default();
    let name = action.scheduled_action_name.unwrap_or_default();
    let id = format!("{group}/{name}");
    let size = |size: Option<i32>| Some(size.map_or(-1, i64::from));
    let spec = AwsAutoscalingSchedule {
        arn: action.scheduled_action_arn,
        autoscaling_group_name: group,
        desired_capacity: size(action.desired_capacity),
        end_time: time(action.end_time),
        id: Some(name.clone()),
        max_size: size(action.max_size),
        min_size: size(action.min_size),
        recurrence: action.recurrence,
        scheduled_action_name: name,
        start_time: time(action.start_time),
        time_zone: action.time_zone,
        ..AwsAutoscalingSchedule::default()
    };
    Found::ready(id, spec, Tags::new())
}
