//! `aws_cloudwatch_metric_alarm`

use std::collections::BTreeMap;

use aws_sdk_cloudwatch::types::{
    ComparisonOperator, Dimension, Metric, MetricAlarm, MetricDataQuery, MetricStat, StandardUnit,
    Statistic, Tag,
};
use futures_util::future::try_join_all;

use crate::aws::error::Operation as _;
use crate::aws::regional::Regional;
use crate::aws::resource::{Change, Found, New, Query, Resource, TagChange, Tags};
use crate::aws::small;
use crate::base::Id;
use crate::provider::Error;
use crate::schema::typed::{
    AwsCloudwatchMetricAlarm, AwsCloudwatchMetricAlarmMetricQuery,
    AwsCloudwatchMetricAlarmMetricQueryMetric,
};

/// How many alarms a page holds; the call's own maximum.
const PAGE: i32 = 100;

/// An alarm on a metric or an expression of metrics.
pub struct Alarm;

impl Resource for Alarm {
    type Spec = AwsCloudwatchMetricAlarm;

    /// The describe call answers alarms without their tags: each one's own answer is needed.
    async fn list(aws: &Regional, query: &Query<'_>) -> Result<Vec<Found<Self::Spec>>, Error> {
        let pages = aws.cloudwatch().describe_alarms().max_records(PAGE).into_paginator();
        let pages: Vec<_> =
            pages.send().collect::<Result<_, _>>().await.op("cloudwatch:DescribeAlarms")?;
        let alarms = pages.into_iter().flat_map(|page| page.metric_alarms.unwrap_or_default());
        let with_tags = alarms.map(|alarm| async move {
            let tags = tags_of(aws, alarm.alarm_arn().unwrap_or_default()).await?;
            Ok::<_, Error>((alarm, tags))
        });
        let all = try_join_all(with_tags).await?.into_iter();
        let wanted =
            all.filter(|(alarm, tags)| query.wants(tags, alarm.alarm_name().unwrap_or_default()));
        Ok(wanted.map(|(alarm, tags)| found(alarm, tags)).collect())
    }

    async fn read(aws: &Regional, id: &Id) -> Result<Option<Found<Self::Spec>>, Error> {
        let call = aws.cloudwatch().describe_alarms().alarm_names(id.as_str());
        let answer = call.send().await.op("cloudwatch:DescribeAlarms")?;
        let Some(alarm) = answer.metric_alarms.unwrap_or_default().pop() else { return Ok(None) };
        let tags = tags_of(aws, alarm.alarm_arn().unwrap_or_default()).await?;
        Ok(Some(found(alarm, tags)))
    }

    async fn create(aws: &Regional, new: &New<Self::Spec>) -> Result<Id, Error> {
        put(aws, &new.spec, Some(&new.tags)).await?;
        Ok(Id::new(new.spec.alarm_name.as_str()))
    }

    /// An alarm is written whole; its tags stay as they are.
    async fn update(aws: &Regional, _id: &Id, change: &Change<Self::Spec>) -> Result<(), Error> {
        let untagged = |spec: &Self::Spec| Self::Spec {
            arn: None,
            id: None,
            region: None,
            tags: Tags::new(),
            tags_all: Tags::new(),
            ..spec.clone()
        };
        if untagged(&change.prior) == untagged(&change.planned) {
            return Ok(());
        }
        put(aws, &change.planned, None).await
    }

    async fn delete(aws: &Regional, id: &Id, _prior: &Self::Spec) -> Result<(), Error> {
        aws.cloudwatch()
            .delete_alarms()
            .alarm_names(id.as_str())
            .send()
            .await
            .op("cloudwatch:DeleteAlarms")?;
        Ok(())
    }

    async fn find(aws: &Regional, new: &New<Self::Spec>) -> Result<Vec<Found<Self::Spec>>, Error> {
        Ok(Self::read(aws, &Id::new(new.spec.alarm_name.as_str())).await?.into_iter().collect())
    }

    async fn retag(aws: &Regional, id: &Id, change: &TagChange) -> Result<(), Error> {
        let arn = aws.arn("cloudwatch", &format!("alarm:{id}")).await?;
        if let Some(tags) = tag_list(&change.set) {
            let call = aws.cloudwatch().tag_resource().resource_arn(&arn).set_tags(Some(tags));
            call.send().await.op("cloudwatch:TagResource")?;
        }
        if !change.remove.is_empty() {
            let call = aws.cloudwatch().untag_resource().resource_arn(&arn);
            let call = call.set_tag_keys(Some(change.remove.clone()));
            call.send().await.op("cloudwatch:UntagResource")?;
        }
        Ok(())
    }
}

async fn tags_of(aws: &Regional, arn: &str) -> Result<Tags, Error> {
    let answer = aws.cloudwatch().list_tags_for_resource().resource_arn(arn).send().await;
    let tags = answer.op("cloudwatch:ListTagsForResource")?.tags.unwrap_or_default().into_iter();
    Ok(tags.filter_map(|tag| Some((tag.key?, tag.value.unwrap_or_default()))).collect())
}

fn tag_list(tags: &Tags) -> Option<Vec<Tag>> {
    let tag = |(key, value): (&String, &String)| Tag::builder().key(key).value(value).build();
    (!tags.is_empty()).then(|| tags.iter().map(tag).collect())
}

fn dimensions(pairs: &BTreeMap<String, String>) -> Option<Vec<Dimension>> {
    let one =
        |(name, value): (&String, &String)| Dimension::builder().name(name).value(value).build();
    (!pairs.is_empty()).then(|| pairs.iter().map(one).collect())
}

async fn put(
    aws: &Regional,
    spec: &AwsCloudwatchMetricAlarm,
    tags: Option<&Tags>,
) -> Result<(), Error> {
    let set = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
    let some = |list: &[String]| (!list.is_empty()).then(|| list.to_vec());
    let queries: Vec<_> = spec.metric_query.iter().map(to_query).collect();
    // A threshold that another metric gives stands in for a number.
    let threshold = spec.threshold.filter(|_| set(&spec.threshold_metric_id).is_none());
    let call = aws
        .cloudwatch()
        .put_metric_alarm()
        .alarm_name(&spec.alarm_name)
        .set_alarm_description(set(&spec.alarm_description))
        .set_actions_enabled(spec.actions_enabled)
        .set_ok_actions(some(&spec.ok_actions))
        .set_alarm_actions(some(&spec.alarm_actions))
        .set_insufficient_data_actions(some(&spec.insufficient_data_actions))
        .set_metric_name(set(&spec.metric_name))
        .set_namespace(set(&spec.namespace))
        .set_statistic(set(&spec.statistic).as_deref().map(Statistic::from))
        .set_extended_statistic(set(&spec.extended_statistic))
        .set_dimensions(dimensions(&spec.dimensions))
        .set_period(spec.period.filter(|seconds| *seconds > 0).map(small))
        .set_unit(set(&spec.unit).as_deref().map(StandardUnit::from))
        .evaluation_periods(small(spec.evaluation_periods))
        .set_datapoints_to_alarm(spec.datapoints_to_alarm.filter(|count| *count > 0).map(small))
        .set_threshold(threshold)
        .comparison_operator(ComparisonOperator::from(spec.comparison_operator.as_str()))
        .set_treat_missing_data(set(&spec.treat_missing_data))
        .set_evaluate_low_sample_count_percentile(set(&spec.evaluate_low_sample_count_percentiles))
        .set_metrics((!queries.is_empty()).then_some(queries))
        .set_threshold_metric_id(set(&spec.threshold_metric_id))
        .set_tags(tags.and_then(tag_list));
    call.send().await.op("cloudwatch:PutMetricAlarm")?;
    Ok(())
}

fn to_query(query: &AwsCloudwatchMetricAlarmMetricQuery) -> MetricDataQuery {
    let set = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
    let stat = query.metric.as_ref().map(|metric| {
        let of = Metric::builder()
            .metric_name(&metric.metric_name)
            .set_namespace(set(&metric.namespace))
            .set_dimensions(dimensions(&metric.dimensions));
        MetricStat::builder()
            .metric(of.build())
            .period(small(metric.period))
            .stat(&metric.stat)
            .set_unit(set(&metric.unit).as_deref().map(StandardUnit::from))
            .build()
    });
    MetricDataQuery::builder()
        .id(&query.id)
        .set_account_id(set(&query.account_id))
        .set_expression(set(&query.expression))
        .set_label(set(&query.label))
        .set_period(query.period.filter(|seconds| *seconds > 0).map(small))
        .set_return_data(query.return_data)
        .set_metric_stat(stat)
        .build()
}

fn pairs(dimensions: Option<Vec<Dimension>>) -> BTreeMap<String, String> {
    let all = dimensions.unwrap_or_default().into_iter();
    all.filter_map(|dimension| Some((dimension.name?, dimension.value?))).collect()
}

fn from_query(query: MetricDataQuery) -> AwsCloudwatchMetricAlarmMetricQuery {
    AwsCloudwatchMetricAlarmMetricQuery {
        account_id: query.account_id,
        expression: query.expression,
        id: query.id.unwrap_or_default(),
        label: query.label,
        period: query.period.map(i64::from),
        return_data: query.return_data,
        metric: query.metric_stat.map(|stat| {
            let metric = stat.metric.unwrap_or_else(|| Metric::builder().build());
            AwsCloudwatchMetricAlarmMetricQueryMetric {
                dimensions: pairs(metric.dimensions),
                metric_name: metric.metric_name.unwrap_or_default(),
                namespace: metric.namespace,
                period: stat.period.map(i64::from).unwrap_or_default(),
                stat: stat.stat.unwrap_or_default(),
                unit: stat.unit.map(|unit| unit.as_str().to_owned()),
            }
        }),
    }
}

fn found(alarm: MetricAlarm, tags: Tags) -> Found<AwsCloudwatchMetricAlarm> {
    let name = alarm.alarm_name.unwrap_or_default();
    let spec = AwsCloudwatchMetricAlarm {
        actions_enabled: alarm.actions_enabled,
        alarm_actions: alarm.alarm_actions.unwrap_or_default(),
        alarm_description: alarm.alarm_description,
        alarm_name: name.clone(),
        arn: alarm.alarm_arn,
        comparison_operator: alarm
            .comparison_operator
            .map_or_else(String::new, |op| op.as_str().to_owned()),
        datapoints_to_alarm: alarm.datapoints_to_alarm.map(i64::from),
        dimensions: pairs(alarm.dimensions),
        evaluate_low_sample_count_percentiles: alarm.evaluate_low_sample_count_percentile,
        evaluation_periods: alarm.evaluation_periods.map(i64::from).unwrap_or_default(),
        extended_statistic: alarm.extended_statistic,
        insufficient_data_actions: alarm.insufficient_data_actions.unwrap_or_default(),
        metric_name: alarm.metric_name,
        namespace: alarm.namespace,
        ok_actions: alarm.ok_actions.unwrap_or_default(),
        period: alarm.period.map(i64::from),
        statistic: alarm.statistic.map(|statistic| statistic.as_str().to_owned()),
        threshold: alarm.threshold,
        threshold_metric_id: alarm.threshold_metric_id,
        treat_missing_data: alarm.treat_missing_data.or_else(|| Some("missing".to_owned())),
        unit: alarm.unit.map(|unit| unit.as_str().to_owned()),
        metric_query: alarm.metrics.unwrap_or_default().into_iter().map(from_query).collect(),
        ..AwsCloudwatchMetricAlarm::default()
    };
    Found::ready(name, spec, tags)
}
