//! `aws_lb_listener_rule`

use aws_sdk_elasticloadbalancingv2::types as sdk;
use futures_util::future::try_join_all;

use super::{action, listener, retag, tag_list, tags_of};
use crate::aws::error::Operation as _;
use crate::aws::regional::Regional;
use crate::aws::resource::{Change, Found, New, Query, Resource, TagChange, Tags};
use crate::base::Id;
use crate::provider::Error;
use crate::schema::typed::{
    AwsLbListenerRule, AwsLbListenerRuleCondition, AwsLbListenerRuleConditionHostHeader,
    AwsLbListenerRuleConditionHttpHeader, AwsLbListenerRuleConditionHttpRequestMethod,
    AwsLbListenerRuleConditionPathPattern, AwsLbListenerRuleConditionQueryString,
    AwsLbListenerRuleConditionSourceIp, AwsLbListenerRuleTransform,
    AwsLbListenerRuleTransformHostHeaderRewriteConfig,
    AwsLbListenerRuleTransformHostHeaderRewriteConfigRewrite,
    AwsLbListenerRuleTransformUrlRewriteConfig, AwsLbListenerRuleTransformUrlRewriteConfigRewrite,
};

/// What a listener does with some of its requests.
pub struct ListenerRule;

impl Resource for ListenerRule {
    type Spec = AwsLbListenerRule;

    async fn list(aws: &Regional, query: &Query<'_>) -> Result<Vec<Found<Self::Spec>>, Error> {
        let listeners = listener::of_stack(aws, query).await?;
        let arns = listeners.iter().filter_map(|listener| listener.listener_arn());
        let rules = try_join_all(arns.map(|arn| of_listener(aws, arn))).await?.concat();
        let arns: Vec<_> = rules.iter().filter_map(|rule| rule.rule_arn.clone()).collect();
        let tags = tags_of(aws, &arns).await?;
        let wanted = rules.into_iter().filter_map(|rule| {
            let arn = rule.rule_arn()?;
            let tags = tags.get(arn).cloned().unwrap_or_default();
            query.wants(&tags, arn).then(|| found(rule, tags))
        });
        Ok(wanted.collect())
    }

    async fn read(aws: &Regional, id: &Id) -> Result<Option<Found<Self::Spec>>, Error> {
        let call = aws.elbv2().describe_rules().rule_arns(id.as_str());
        let answer = call.send().await.op("elasticloadbalancing:DescribeRules")?;
        let Some(rule) = answer.rules.unwrap_or_default().pop() else { return Ok(None) };
        let tags = tags_of(aws, &[id.to_string()]).await?.remove(id.as_str()).unwrap_or_default();
        Ok(Some(found(rule, tags)))
    }

    async fn create(aws: &Regional, new: &New<Self::Spec>) -> Result<Id, Error> {
        let spec = &new.spec;
        let priority = match spec.priority {
            Some(priority) => priority,
            None => next_priority(aws, &spec.listener_arn).await?,
        };
        let call = aws
            .elbv2()
            .create_rule()
            .listener_arn(&spec.listener_arn)
            .priority(i32::try_from(priority).unwrap_or(i32::MAX))
            .set_actions(Some(action::rule::to_sdk(&[], &spec.action)))
            .set_conditions(Some(conditions(spec)))
            .set_transforms(transforms(spec))
            .set_tags(tag_list(&new.tags));
        let created = call.send().await.op("elasticloadbalancing:CreateRule")?;
        let rule = created.rules.unwrap_or_default().pop();
        Ok(Id::new(rule.and_then(|rule| rule.rule_arn).unwrap_or_default()))
    }

    async fn update(aws: &Regional, id: &Id, change: &Change<Self::Spec>) -> Result<(), Error> {
        let Change { prior, planned } = change;
        if let Some(priority) = planned.priority.filter(|_| prior.priority != planned.priority) {
            let pair = sdk::RulePriorityPair::builder()
                .rule_arn(id.as_str())
                .priority(i32::try_from(priority).unwrap_or(i32::MAX))
                .build();
            let call = aws.elbv2().set_rule_priorities().rule_priorities(pair);
            call.send().await.op("elasticloadbalancing:SetRulePriorities")?;
        }
        if prior.action != planned.action
            || prior.condition != planned.condition
            || prior.transform != planned.transform
        {
            let call = aws
                .elbv2()
                .modify_rule()
                .rule_arn(id.as_str())
                .set_actions(Some(action::rule::to_sdk(&prior.action, &planned.action)))
                .set_conditions(Some(conditions(planned)))
                .set_reset_transforms(
                    (planned.transform.is_empty() && !prior.transform.is_empty()).then_some(true),
                )
                .set_transforms(transforms(planned));
            call.send().await.op("elasticloadbalancing:ModifyRule")?;
        }
        Ok(())
    }

    async fn delete(aws: &Regional, id: &Id, _prior: &Self::Spec) -> Result<(), Error> {
        let call = aws.elbv2().delete_rule().rule_arn(id.as_str());
        call.send().await.op("elasticloadbalancing:DeleteRule")?;
        Ok(())
    }

    /// What has the wanted priority at the listener.
    async fn find(aws: &Regional, new: &New<Self::Spec>) -> Result<Vec<Found<Self::Spec>>, Error> {
        let Some(priority) = new.spec.priority else { return Ok(Vec::new()) };
        let mut rules = of_listener(aws, &new.spec.listener_arn).await?;
        rules.retain(|rule| rule.priority.as_deref() == Some(&priority.to_string()));
        let arns: Vec<_> = rules.iter().filter_map(|rule| rule.rule_arn.clone()).collect();
        let tags = tags_of(aws, &arns).await?;
        let with_tags = |rule: sdk::Rule| {
            let tags = rule.rule_arn().and_then(|arn| tags.get(arn)).cloned().unwrap_or_default();
            found(rule, tags)
        };
        Ok(rules.into_iter().map(with_tags).collect())
    }

    async fn retag(aws: &Regional, id: &Id, tags: &TagChange) -> Result<(), Error> {
        retag(aws, id.as_str(), tags).await
    }
}

/// The rules of a listener but its default one, which is the listener's own.
async fn of_listener(aws: &Regional, arn: &str) -> Result<Vec<sdk::Rule>, Error> {
    let call = aws.elbv2().describe_rules().listener_arn(arn);
    let pages = call.page_size(super::PAGE).into_paginator().items();
    let mut rules: Vec<sdk::Rule> =
        pages.send().collect::<Result<_, _>>().await.op("elasticloadbalancing:DescribeRules")?;
    rules.retain(|rule| !rule.is_default().unwrap_or_default());
    Ok(rules)
}

/// One more than the highest priority that is taken.
async fn next_priority(aws: &Regional, listener: &str) -> Result<i64, Error> {
    let rules = of_listener(aws, listener).await?;
    let taken = rules.iter().filter_map(|rule| rule.priority()?.parse::<i64>().ok());
    Ok(taken.max().unwrap_or_default() + 1)
}

fn conditions(spec: &AwsLbListenerRule) -> Vec<sdk::RuleCondition> {
    spec.condition.iter().flat_map(condition).collect()
}

/// A condition block as the SDK has it; a block that names several fields is several conditions.
fn condition(block: &AwsLbListenerRuleCondition) -> Vec<sdk::RuleCondition> {
    let some = |list: &[String]| (!list.is_empty()).then(|| list.to_vec());
    let of = |field: &str| sdk::RuleCondition::builder().field(field);
    let mut all = Vec::new();
    if let Some(host) = &block.host_header {
        let config = sdk::HostHeaderConditionConfig::builder()
            .set_values(some(&host.values))
            .set_regex_values(some(&host.regex_values));
        all.push(of("host-header").host_header_config(config.build()).build());
    }
    if let Some(header) = &block.http_header {
        let config = sdk::HttpHeaderConditionConfig::builder()
            .http_header_name(&header.http_header_name)
            .set_values(some(&header.values))
            .set_regex_values(some(&header.regex_values));
        all.push(of("http-header").http_header_config(config.build()).build());
    }
    if let Some(method) = &block.http_request_method {
        let config =
            sdk::HttpRequestMethodConditionConfig::builder().set_values(some(&method.values));
        all.push(of("http-request-method").http_request_method_config(config.build()).build());
    }
    if let Some(path) = &block.path_pattern {
        let config = sdk::PathPatternConditionConfig::builder()
            .set_values(some(&path.values))
            .set_regex_values(some(&path.regex_values));
        all.push(of("path-pattern").path_pattern_config(config.build()).build());
    }
    if !block.query_string.is_empty() {
        let pair = |pair: &AwsLbListenerRuleConditionQueryString| {
            sdk::QueryStringKeyValuePair::builder()
                .set_key(pair.key.clone())
                .value(&pair.value)
                .build()
        };
        let pairs = block.query_string.iter().map(pair).collect();
        let config = sdk::QueryStringConditionConfig::builder().set_values(Some(pairs));
        all.push(of("query-string").query_string_config(config.build()).build());
    }
    if let Some(source) = &block.source_ip {
        let config = sdk::SourceIpConditionConfig::builder().set_values(some(&source.values));
        all.push(of("source-ip").source_ip_config(config.build()).build());
    }
    all
}

fn transforms(spec: &AwsLbListenerRule) -> Option<Vec<sdk::RuleTransform>> {
    let rewrite = |regex: &str, replace: &str| {
        sdk::RewriteConfig::builder().regex(regex).replace(replace).build()
    };
    let one = |transform: &AwsLbListenerRuleTransform| {
        let host = transform
            .host_header_rewrite_config
            .as_ref()
            .and_then(|config| config.rewrite.as_ref());
        let url = transform.url_rewrite_config.as_ref().and_then(|config| config.rewrite.as_ref());
        sdk::RuleTransform::builder()
            .r#type(sdk::TransformTypeEnum::from(transform.r#type.as_str()))
            .set_host_header_rewrite_config(host.map(|to| {
                sdk::HostHeaderRewriteConfig::builder()
                    .rewrites(rewrite(&to.regex, &to.replace))
                    .build()
            }))
            .set_url_rewrite_config(url.map(|to| {
                sdk::UrlRewriteConfig::builder().rewrites(rewrite(&to.regex, &to.replace)).build()
            }))
            .build()
    };
    (!spec.transform.is_empty()).then(|| spec.transform.iter().map(one).collect())
}

fn found(rule: sdk::Rule, tags: Tags) -> Found<AwsLbListenerRule> {
    let arn = rule.rule_arn.unwrap_or_default();
    let spec = AwsLbListenerRule {
        arn: Some(arn.clone()),
        listener_arn: listener_of(&arn),
        priority: rule.priority.and_then(|priority| priority.parse().ok()),
        action: action::rule::from_sdk(rule.actions.unwrap_or_default()),
        condition: rule.conditions.unwrap_or_default().into_iter().map(block).collect(),
        transform: rule.transforms.unwrap_or_default().into_iter().map(transform).collect(),
        ..AwsLbListenerRule::default()
    };
    Found::ready(arn, spec, tags)
}

/// `arn:…:listener-rule/app/shop/lb/listener/rule` belongs to `arn:…:listener/app/shop/lb/listener`.
fn listener_of(rule: &str) -> String {
    let listener = rule.rsplit_once('/').map_or(rule, |(listener, _)| listener);
    listener.replace(":listener-rule/", ":listener/")
}

fn block(condition: sdk::RuleCondition) -> AwsLbListenerRuleCondition {
    let list = |list: Option<Vec<String>>| list.unwrap_or_default();
    AwsLbListenerRuleCondition {
        host_header: condition.host_header_config.map(|config| {
            AwsLbListenerRuleConditionHostHeader {
                regex_values: list(config.regex_values),
                values: list(config.values),
            }
        }),
        http_header: condition.http_header_config.map(|config| {
            AwsLbListenerRuleConditionHttpHeader {
                http_header_name: config.http_header_name.unwrap_or_default(),
                regex_values: list(config.regex_values),
                values: list(config.values),
            }
        }),
        http_request_method: condition.http_request_method_config.map(|config| {
            AwsLbListenerRuleConditionHttpRequestMethod { values: list(config.values) }
        }),
        path_pattern: condition.path_pattern_config.map(|config| {
            AwsLbListenerRuleConditionPathPattern {
                regex_values: list(config.regex_values),
                values: list(config.values),
            }
        }),
        query_string: condition
            .query_string_config
            .and_then(|config| config.values)
            .unwrap_or_default()
            .into_iter()
            .map(|pair| AwsLbListenerRuleConditionQueryString {
                key: pair.key,
                value: pair.value.unwrap_or_default(),
            })
            .collect(),
        source_ip: condition
            .source_ip_config
            .map(|config| AwsLbListenerRuleConditionSourceIp { values: list(config.values) }),
    }
}

fn transform(transform: sdk::RuleTransform) -> AwsLbListenerRuleTransform {
    let first = |rewrites: Option<Vec<sdk::RewriteConfig>>| {
        let rewrite = rewrites.unwrap_or_default().into_iter().next();
        rewrite
            .map(|rewrite| (rewrite.regex.unwrap_or_default(), rewrite.replace.unwrap_or_default()))
    };
    AwsLbListenerRuleTransform {
        r#type: transform.r#type.map_or_else(String::new, |kind| kind.as_str().to_owned()),
        host_header_rewrite_config: transform.host_header_rewrite_config.map(|config| {
            AwsLbListenerRuleTransformHostHeaderRewriteConfig {
                rewrite: first(config.rewrites).map(|(regex, replace)| {
                    AwsLbListenerRuleTransformHostHeaderRewriteConfigRewrite { regex, replace }
                }),
            }
        }),
        url_rewrite_config: transform.url_rewrite_config.map(|config| {
            AwsLbListenerRuleTransformUrlRewriteConfig {
                rewrite: first(config.rewrites).map(|(regex, replace)| {
                    AwsLbListenerRuleTransformUrlRewriteConfigRewrite { regex, replace }
                }),
            }
        }),
    }
}
