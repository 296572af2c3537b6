//! Target tracking of a scaling policy, to the SDK and back.

use aws_sdk_autoscaling::types::{
    CustomizedMetricSpecification, Metric, MetricDimension, MetricStatistic, MetricType,
    PredefinedMetricSpecification, TargetTrackingConfiguration, TargetTrackingMetricDataQuery,
    TargetTrackingMetricStat,
};

use super::small;
use crate::schema::typed::{
    AwsAutoscalingPolicyTargetTrackingConfiguration as Tracking,
    AwsAutoscalingPolicyTargetTrackingConfigurationCustomizedMetricSpecification as Customized,
    AwsAutoscalingPolicyTargetTrackingConfigurationCustomizedMetricSpecificationMetricDimension as Dimension,
    AwsAutoscalingPolicyTargetTrackingConfigurationCustomizedMetricSpecificationMetrics as Query,
    AwsAutoscalingPolicyTargetTrackingConfigurationCustomizedMetricSpecificationMetricsMetricStat as QueryStat,
    AwsAutoscalingPolicyTargetTrackingConfigurationCustomizedMetricSpecificationMetricsMetricStatMetric as QueryMetric,
    AwsAutoscalingPolicyTargetTrackingConfigurationCustomizedMetricSpecificationMetricsMetricStatMetricDimensions as QueryDimension,
    AwsAutoscalingPolicyTargetTrackingConfigurationPredefinedMetricSpecification as Predefined,
};

/// For the SDK.
pub fn to_sdk(tracking: &Tracking) -> TargetTrackingConfiguration {
    let predefined = tracking.predefined_metric_specification.as_ref().map(|metric| {
        PredefinedMetricSpecification::builder()
            .predefined_metric_type(MetricType::from(metric.predefined_metric_type.as_str()))
            .set_resource_label(metric.resource_label.clone().filter(|label| !label.is_empty()))
            .build()
    });
    TargetTrackingConfiguration::builder()
        .target_value(tracking.target_value)
        .set_disable_scale_in(tracking.disable_scale_in)
        .set_predefined_metric_specification(predefined)
        .set_customized_metric_specification(
            tracking.customized_metric_specification.as_ref().map(customized),
        )
        .build()
}

fn dimension(name: &str, value: &str) -> MetricDimension {
    MetricDimension::builder().name(name).value(value).build()
}

fn customized(metric: &Customized) -> CustomizedMetricSpecification {
    let dimensions: Vec<_> =
        metric.metric_dimension.iter().map(|d| dimension(&d.name, &d.value)).collect();
    let queries: Vec<_> = metric.metrics.iter().map(query).collect();
    let text = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
    CustomizedMetricSpecification::builder()
        .set_metric_name(text(&metric.metric_name))
        .set_namespace(text(&metric.namespace))
        .set_period(metric.period.filter(|seconds| *seconds > 0).map(small))
        .set_statistic(text(&metric.statistic).as_deref().map(MetricStatistic::from))
        .set_unit(text(&metric.unit))
        .set_dimensions((!dimensions.is_empty()).then_some(dimensions))
        .set_metrics((!queries.is_empty()).then_some(queries))
        .build()
}

fn query(query: &Query) -> TargetTrackingMetricDataQuery {
    let stat = query.metric_stat.as_ref().map(|stat| {
        let metric = stat.metric.as_ref().map(|metric| {
            let dimensions: Vec<_> =
                metric.dimensions.iter().map(|d| dimension(&d.name, &d.value)).collect();
            Metric::builder()
                .metric_name(&metric.metric_name)
                .namespace(&metric.namespace)
                .set_dimensions((!dimensions.is_empty()).then_some(dimensions))
                .build()
        });
        TargetTrackingMetricStat::builder()
            .set_metric(metric)
            .stat(&stat.stat)
            .set_period(stat.period.filter(|seconds| *seconds > 0).map(small))
            .set_unit(stat.unit.clone().filter(|unit| !unit.is_empty()))
            .build()
    });
    TargetTrackingMetricDataQuery::builder()
        .id(&query.id)
        .set_expression(query.expression.clone().filter(|text| !text.is_empty()))
        .set_label(query.label.clone().filter(|text| !text.is_empty()))
        .set_return_data(query.return_data)
        .set_metric_stat(stat)
        .build()
}

/// From the SDK.
pub fn from_sdk(tracking: TargetTrackingConfiguration) -> Tracking {
    Tracking {
        disable_scale_in: tracking.disable_scale_in.or(Some(false)),
        target_value: tracking.target_value.unwrap_or_default(),
        customized_metric_specification: tracking
            .customized_metric_specification
            .map(from_customized),
        predefined_metric_specification: tracking.predefined_metric_specification.map(|metric| {
            Predefined {
                predefined_metric_type: metric
                    .predefined_metric_type
                    .map_or_else(String::new, |kind| kind.as_str().to_owned()),
                resource_label: metric.resource_label,
            }
        }),
    }
}

fn from_customized(metric: CustomizedMetricSpecification) -> Customized {
    let dimensions = metric.dimensions.unwrap_or_default().into_iter();
    Customized {
        metric_name: metric.metric_name,
        namespace: metric.namespace,
        period: metric.period.map(i64::from),
        statistic: metric.statistic.map(|statistic| statistic.as_str().to_owned()),
        unit: metric.unit,
        metric_dimension: dimensions
            .map(|d| Dimension {
                name: d.name.unwrap_or_default(),
                value: d.value.unwrap_or_default(),
            })
            .collect(),
        metrics: metric.metrics.unwrap_or_default().into_iter().map(from_query).collect(),
    }
}

fn from_query(query: TargetTrackingMetricDataQuery) -> Query {
    Query {
        expression: query.expression,
        id: query.id.unwrap_or_default(),
        label: query.label,
        return_data: query.return_data.or(Some(true)),
        metric_stat: query.metric_stat.map(|stat| QueryStat {
            period: stat.period.map(i64::from),
            stat: stat.stat.unwrap_or_default(),
            unit: stat.unit,
            metric: stat.metric.map(|metric| QueryMetric {
                metric_name: metric.metric_name.unwrap_or_default(),
                namespace: metric.namespace.unwrap_or_default(),
                dimensions: metric
                    .dimensions
                    .unwrap_or_default()
                    .into_iter()
                    .map(|d| QueryDimension {
                        name: d.name.unwrap_or_default(),
                        value: d.value.unwrap_or_default(),
                    })
                    .collect(),
            }),
        }),
    }
}
