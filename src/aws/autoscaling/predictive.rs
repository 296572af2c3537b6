//! Predictive scaling of a policy, to the SDK and back.

use aws_sdk_autoscaling::types as sdk;

use super::small;
use crate::schema::typed::{
    AwsAutoscalingPolicyPredictiveScalingConfiguration as Predictive,
    AwsAutoscalingPolicyPredictiveScalingConfigurationMetricSpecification as Specification,
    AwsAutoscalingPolicyPredictiveScalingConfigurationMetricSpecificationPredefinedLoadMetricSpecification as Load,
    AwsAutoscalingPolicyPredictiveScalingConfigurationMetricSpecificationPredefinedMetricPairSpecification as Pair,
    AwsAutoscalingPolicyPredictiveScalingConfigurationMetricSpecificationPredefinedScalingMetricSpecification as Scaling,
};

/// The three customised metrics have the same queries under structs of their own.
macro_rules! customized {
    ($module:ident, $sdk:ident, $spec:ident, $query:ident, $stat:ident, $metric:ident, $dimension:ident) => {
        mod $module {
            use aws_sdk_autoscaling::types::{
                Metric, MetricDataQuery, MetricDimension, MetricStat, $sdk,
            };

            use crate::schema::typed::{$dimension, $metric, $query, $spec, $stat};

            pub fn to_sdk(spec: &$spec) -> $sdk {
                let queries = spec.metric_data_queries.iter().map(query).collect();
                $sdk::builder().set_metric_data_queries(Some(queries)).build()
            }

            fn query(query: &$query) -> MetricDataQuery {
                let text = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
                let stat = query.metric_stat.as_ref().map(|stat| {
                    MetricStat::builder()
                        .set_metric(stat.metric.as_ref().map(metric))
                        .stat(&stat.stat)
                        .set_unit(text(&stat.unit))
                        .build()
                });
                MetricDataQuery::builder()
                    .id(&query.id)
                    .set_expression(text(&query.expression))
                    .set_label(text(&query.label))
                    .set_return_data(query.return_data)
                    .set_metric_stat(stat)
                    .build()
            }

            fn metric(metric: &$metric) -> Metric {
                let dimension = |d: &$dimension| {
                    MetricDimension::builder().name(&d.name).value(&d.value).build()
                };
                let dimensions: Vec<_> = metric.dimensions.iter().map(dimension).collect();
                Metric::builder()
                    .metric_name(&metric.metric_name)
                    .namespace(&metric.namespace)
                    .set_dimensions((!dimensions.is_empty()).then_some(dimensions))
                    .build()
            }

            pub fn from_sdk(from: $sdk) -> $spec {
                $spec {
                    metric_data_queries: from
                        .metric_data_queries
                        .unwrap_or_default()
                        .into_iter()
                        .map(back)
                        .collect(),
                }
            }

            fn back(query: MetricDataQuery) -> $query {
                $query {
                    expression: query.expression,
                    id: query.id.unwrap_or_default(),
                    label: query.label,
                    return_data: query.return_data.or(Some(true)),
                    metric_stat: query.metric_stat.map(|stat| $stat {
                        stat: stat.stat.unwrap_or_default(),
                        unit: stat.unit,
                        metric: stat.metric.map(|metric| $metric {
                            metric_name: metric.metric_name.unwrap_or_default(),
                            namespace: metric.namespace.unwrap_or_default(),
                            dimensions: metric
                                .dimensions
                                .unwrap_or_default()
                                .into_iter()
                                .map(|d| $dimension {
                                    name: d.name.unwrap_or_default(),
                                    value: d.value.unwrap_or_default(),
                                })
                                .collect(),
                        }),
                    }),
                }
            }
        }
    };
}

customized!(
    capacity,
    PredictiveScalingCustomizedCapacityMetric,
    AwsAutoscalingPolicyPredictiveScalingConfigurationMetricSpecificationCustomizedCapacityMetricSpecification,
    AwsAutoscalingPolicyPredictiveScalingConfigurationMetricSpecificationCustomizedCapacityMetricSpecificationMetricDataQueries,
    AwsAutoscalingPolicyPredictiveScalingConfigurationMetricSpecificationCustomizedCapacityMetricSpecificationMetricDataQueriesMetricStat,
    AwsAutoscalingPolicyPredictiveScalingConfigurationMetricSpecificationCustomizedCapacityMetricSpecificationMetricDataQueriesMetricStatMetric,
    AwsAutoscalingPolicyPredictiveScalingConfigurationMetricSpecificationCustomizedCapacityMetricSpecificationMetricDataQueriesMetricStatMetricDimensions
);

customized!(
    load,
    PredictiveScalingCustomizedLoadMetric,
    AwsAutoscalingPolicyPredictiveScalingConfigurationMetricSpecificationCustomizedLoadMetricSpecification,
    AwsAutoscalingPolicyPredictiveScalingConfigurationMetricSpecificationCustomizedLoadMetricSpecificationMetricDataQueries,
    AwsAutoscalingPolicyPredictiveScalingConfigurationMetricSpecificationCustomizedLoadMetricSpecificationMetricDataQueriesMetricStat,
    AwsAutoscalingPolicyPredictiveScalingConfigurationMetricSpecificationCustomizedLoadMetricSpecificationMetricDataQueriesMetricStatMetric,
    AwsAutoscalingPolicyPredictiveScalingConfigurationMetricSpecificationCustomizedLoadMetricSpecificationMetricDataQueriesMetricStatMetricDimensions
);

customized!(
    scaling,
    PredictiveScalingCustomizedScalingMetric,
    AwsAutoscalingPolicyPredictiveScalingConfigurationMetricSpecificationCustomizedScalingMetricSpecification,
    AwsAutoscalingPolicyPredictiveScalingConfigurationMetricSpecificationCustomizedScalingMetricSpecificationMetricDataQueries,
    AwsAutoscalingPolicyPredictiveScalingConfigurationMetricSpecificationCustomizedScalingMetricSpecificationMetricDataQueriesMetricStat,
    AwsAutoscalingPolicyPredictiveScalingConfigurationMetricSpecificationCustomizedScalingMetricSpecificationMetricDataQueriesMetricStatMetric,
    AwsAutoscalingPolicyPredictiveScalingConfigurationMetricSpecificationCustomizedScalingMetricSpecificationMetricDataQueriesMetricStatMetricDimensions
);

/// For the SDK; none without a metric, which validation has refused.
pub fn to_sdk(predictive: &Predictive) -> Option<sdk::PredictiveScalingConfiguration> {
    let seconds = |text: &Option<String>| text.as_deref().and_then(|text| text.parse().ok());
    let breach = predictive.max_capacity_breach_behavior.as_deref();
    Some(
        sdk::PredictiveScalingConfiguration::builder()
            .metric_specifications(specification(predictive.metric_specification.as_ref()?))
            .set_mode(predictive.mode.as_deref().map(sdk::PredictiveScalingMode::from))
            .set_scheduling_buffer_time(seconds(&predictive.scheduling_buffer_time))
            .set_max_capacity_breach_behavior(
                breach.map(sdk::PredictiveScalingMaxCapacityBreachBehavior::from),
            )
            .set_max_capacity_buffer(seconds(&predictive.max_capacity_buffer))
            .build(),
    )
}

fn specification(of: &Specification) -> sdk::PredictiveScalingMetricSpecification {
    let label = |label: &Option<String>| label.clone().filter(|label| !label.is_empty());
    let pair = of.predefined_metric_pair_specification.as_ref().map(|pair| {
        sdk::PredictiveScalingPredefinedMetricPair::builder()
            .predefined_metric_type(sdk::PredefinedMetricPairType::from(
                pair.predefined_metric_type.as_str(),
            ))
            .set_resource_label(label(&pair.resource_label))
            .build()
    });
    let scaling_metric = of.predefined_scaling_metric_specification.as_ref().map(|metric| {
        sdk::PredictiveScalingPredefinedScalingMetric::builder()
            .predefined_metric_type(sdk::PredefinedScalingMetricType::from(
                metric.predefined_metric_type.as_str(),
            ))
            .set_resource_label(label(&metric.resource_label))
            .build()
    });
    let load_metric = of.predefined_load_metric_specification.as_ref().map(|metric| {
        sdk::PredictiveScalingPredefinedLoadMetric::builder()
            .predefined_metric_type(sdk::PredefinedLoadMetricType::from(
                metric.predefined_metric_type.as_str(),
            ))
            .set_resource_label(label(&metric.resource_label))
            .build()
    });
    sdk::PredictiveScalingMetricSpecification::builder()
        .target_value(of.target_value)
        .set_predefined_metric_pair_specification(pair)
        .set_predefined_scaling_metric_specification(scaling_metric)
        .set_predefined_load_metric_specification(load_metric)
        .set_customized_capacity_metric_specification(
            of.customized_capacity_metric_specification.as_ref().map(capacity::to_sdk),
        )
        .set_customized_load_metric_specification(
            of.customized_load_metric_specification.as_ref().map(load::to_sdk),
        )
        .set_customized_scaling_metric_specification(
            of.customized_scaling_metric_specification.as_ref().map(scaling::to_sdk),
        )
        .build()
}

/// From the SDK. Terraform's schema has one metric; AWS takes no more either.
pub fn from_sdk(predictive: sdk::PredictiveScalingConfiguration) -> Predictive {
    let first = predictive.metric_specifications.unwrap_or_default().into_iter().next();
    Predictive {
        max_capacity_breach_behavior: predictive
            .max_capacity_breach_behavior
            .map(|b| b.as_str().to_owned()),
        max_capacity_buffer: predictive
            .max_capacity_buffer
            .map(|percent| small(i64::from(percent)).to_string()),
        mode: predictive.mode.map(|mode| mode.as_str().to_owned()),
        scheduling_buffer_time: predictive
            .scheduling_buffer_time
            .map(|seconds| seconds.to_string()),
        metric_specification: first.map(|of| Specification {
            target_value: of.target_value.unwrap_or_default(),
            customized_capacity_metric_specification: of
                .customized_capacity_metric_specification
                .map(capacity::from_sdk),
            customized_load_metric_specification: of
                .customized_load_metric_specification
                .map(load::from_sdk),
            customized_scaling_metric_specification: of
                .customized_scaling_metric_specification
                .map(scaling::from_sdk),
            predefined_load_metric_specification: of.predefined_load_metric_specification.map(
                |metric| Load {
                    predefined_metric_type: metric
                        .predefined_metric_type
                        .map_or_else(String::new, |kind| kind.as_str().to_owned()),
                    resource_label: metric.resource_label,
                },
            ),
            predefined_metric_pair_specification: of.predefined_metric_pair_specification.map(
                |pair| Pair {
                    predefined_metric_type: pair
                        .predefined_metric_type
                        .map_or_else(String::new, |kind| kind.as_str().to_owned()),
                    resource_label: pair.resource_label,
                },
            ),
            predefined_scaling_metric_specification: of
                .predefined_scaling_metric_specification
                .map(|metric| Scaling {
                    predefined_metric_type: metric
                        .predefined_metric_type
                        .map_or_else(String::new, |kind| kind.as_str().to_owned()),
                    resource_label: metric.resource_label,
                }),
        }),
    }
}
