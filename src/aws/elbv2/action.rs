//! What a listener or rule does with a request. Both have the same actions under their own structs.

#![expect(clippy::disallowed_types, reason = "the SDK takes and gives hash maps")]

use std::collections::HashMap;

use aws_sdk_elasticloadbalancingv2::types as sdk;

use crate::aws::small;
use crate::schema::Secret;

/// Turns the actions of one type into the SDK's and back; `$name` is the prefix of its structs.
macro_rules! actions {
    ($module:ident, $action:ident, $cognito:ident, $oidc:ident, $fixed:ident, $forward:ident, $sticky:ident, $group:ident,
     $jwt:ident, $claim:ident, $redirect:ident) => {
        /// Actions as the schema of the type has them.
        pub mod $module {
            use super::{cognito_extra, extra, sdk, secret, small};
            use crate::schema::typed::{
                $action, $claim, $cognito, $fixed, $forward, $group, $jwt, $oidc, $redirect,
                $sticky,
            };

            /// For the SDK. `prior` is the same list as it is now: where a forward is written both ways, the way that
            /// differs from it counts.
            pub fn to_sdk(prior: &[$action], planned: &[$action]) -> Vec<sdk::Action> {
                let one = |(at, action): (usize, &$action)| {
                    let order = action.order.or(i64::try_from(at + 1).ok()).map(small);
                    let order = order.filter(|_| planned.len() > 1 || action.order.is_some());
                    let built = sdk::Action::builder()
                        .r#type(sdk::ActionTypeEnum::from(action.r#type.as_str()))
                        .set_order(order);
                    let built = match action.r#type.as_str() {
                        "forward" => forward(built, prior.get(at), action),
                        "redirect" => {
                            built.set_redirect_config(action.redirect.as_ref().map(redirect))
                        }
                        "fixed-response" => built
                            .set_fixed_response_config(action.fixed_response.as_ref().map(fixed)),
                        "authenticate-cognito" => built.set_authenticate_cognito_config(
                            action.authenticate_cognito.as_ref().and_then(cognito),
                        ),
                        "authenticate-oidc" => built.set_authenticate_oidc_config(
                            action.authenticate_oidc.as_ref().and_then(oidc),
                        ),
                        _ => built.set_jwt_validation_config(
                            action.jwt_validation.as_ref().and_then(jwt),
                        ),
                    };
                    built.build()
                };
                planned.iter().enumerate().map(one).collect()
            }

            type Builder = sdk::builders::ActionBuilder;

            fn forward(built: Builder, prior: Option<&$action>, action: &$action) -> Builder {
                let arn = &action.target_group_arn;
                let arn_moved =
                    arn.is_some() && *arn != prior.and_then(|prior| prior.target_group_arn.clone());
                match &action.forward {
                    Some(block) if !arn_moved => built.forward_config(to_block(block)),
                    _ => built.set_target_group_arn(arn.clone()),
                }
            }

            fn to_block(block: &$forward) -> sdk::ForwardActionConfig {
                let group = |group: &$group| {
                    sdk::TargetGroupTuple::builder()
                        .target_group_arn(&group.arn)
                        .set_weight(group.weight.map(small))
                        .build()
                };
                let sticky = block.stickiness.as_ref().map(|sticky| {
                    sdk::TargetGroupStickinessConfig::builder()
                        .enabled(sticky.enabled.unwrap_or_default())
                        .duration_seconds(small(sticky.duration))
                        .build()
                });
                sdk::ForwardActionConfig::builder()
                    .set_target_groups(Some(block.target_group.iter().map(group).collect()))
                    .set_target_group_stickiness_config(sticky)
                    .build()
            }

            fn redirect(to: &$redirect) -> sdk::RedirectActionConfig {
                sdk::RedirectActionConfig::builder()
                    .set_host(to.host.clone())
                    .set_path(to.path.clone())
                    .set_port(to.port.clone())
                    .set_protocol(to.protocol.clone())
                    .set_query(to.query.clone())
                    .status_code(sdk::RedirectActionStatusCodeEnum::from(to.status_code.as_str()))
                    .build()
            }

            fn fixed(answer: &$fixed) -> sdk::FixedResponseActionConfig {
                sdk::FixedResponseActionConfig::builder()
                    .content_type(&answer.content_type)
                    .set_message_body(answer.message_body.clone())
                    .set_status_code(answer.status_code.clone())
                    .build()
            }

            fn cognito(with: &$cognito) -> Option<sdk::AuthenticateCognitoActionConfig> {
                let extra = extra(&with.authentication_request_extra_params);
                let config = sdk::AuthenticateCognitoActionConfig::builder()
                    .user_pool_arn(&with.user_pool_arn)
                    .user_pool_client_id(&with.user_pool_client_id)
                    .user_pool_domain(&with.user_pool_domain)
                    .set_on_unauthenticated_request(
                        with.on_unauthenticated_request.as_deref().map(Into::into),
                    )
                    .set_scope(with.scope.clone())
                    .set_session_cookie_name(with.session_cookie_name.clone())
                    .set_session_timeout(with.session_timeout)
                    .set_authentication_request_extra_params(extra);
                Some(config.build())
            }

            fn oidc(with: &$oidc) -> Option<sdk::AuthenticateOidcActionConfig> {
                let extra = extra(&with.authentication_request_extra_params);
                let secret = secret(&with.client_secret);
                let config = sdk::AuthenticateOidcActionConfig::builder()
                    .issuer(&with.issuer)
                    .authorization_endpoint(&with.authorization_endpoint)
                    .token_endpoint(&with.token_endpoint)
                    .user_info_endpoint(&with.user_info_endpoint)
                    .client_id(&with.client_id)
                    .set_use_existing_client_secret(secret.is_none().then_some(true))
                    .set_client_secret(secret)
                    .set_on_unauthenticated_request(
                        with.on_unauthenticated_request.as_deref().map(Into::into),
                    )
                    .set_scope(with.scope.clone())
                    .set_session_cookie_name(with.session_cookie_name.clone())
                    .set_session_timeout(with.session_timeout)
                    .set_authentication_request_extra_params(extra);
                Some(config.build())
            }

            fn jwt(with: &$jwt) -> Option<sdk::JwtValidationActionConfig> {
                let claim = |claim: &$claim| {
                    sdk::JwtValidationActionAdditionalClaim::builder()
                        .format(sdk::JwtValidationActionAdditionalClaimFormatEnum::from(
                            claim.format.as_str(),
                        ))
                        .name(&claim.name)
                        .set_values(Some(claim.values.clone()))
                        .build()
                };
                let claims: Vec<_> = with.additional_claim.iter().map(claim).collect();
                let config = sdk::JwtValidationActionConfig::builder()
                    .issuer(&with.issuer)
                    .jwks_endpoint(&with.jwks_endpoint)
                    .set_additional_claims((!claims.is_empty()).then_some(claims));
                Some(config.build())
            }

            /// From the SDK. A forward to one group is answered both as an ARN and as a block, as AWS does.
            pub fn from_sdk(actions: Vec<sdk::Action>) -> Vec<$action> {
                let mut actions = actions;
                actions.sort_by_key(|action| action.order);
                actions.into_iter().map(one).collect()
            }

            fn one(action: sdk::Action) -> $action {
                let single = match &action.forward_config {
                    Some(config) => match config.target_groups() {
                        [group] => group.target_group_arn.clone(),
                        _ => None,
                    },
                    None => None,
                };
                $action {
                    order: action.order.map(i64::from),
                    target_group_arn: action.target_group_arn.or(single),
                    r#type: action.r#type.map_or_else(String::new, |kind| kind.as_str().to_owned()),
                    authenticate_cognito: action.authenticate_cognito_config.map(|with| $cognito {
                        authentication_request_extra_params: cognito_extra(
                            with.authentication_request_extra_params,
                        ),
                        on_unauthenticated_request: with
                            .on_unauthenticated_request
                            .map(|b| b.as_str().to_owned()),
                        scope: with.scope,
                        session_cookie_name: with.session_cookie_name,
                        session_timeout: with.session_timeout,
                        user_pool_arn: with.user_pool_arn.unwrap_or_default(),
                        user_pool_client_id: with.user_pool_client_id.unwrap_or_default(),
                        user_pool_domain: with.user_pool_domain.unwrap_or_default(),
                    }),
                    authenticate_oidc: action.authenticate_oidc_config.map(|with| $oidc {
                        authentication_request_extra_params: cognito_extra(
                            with.authentication_request_extra_params,
                        ),
                        authorization_endpoint: with.authorization_endpoint.unwrap_or_default(),
                        client_id: with.client_id.unwrap_or_default(),
                        client_secret: Default::default(),
                        issuer: with.issuer.unwrap_or_default(),
                        on_unauthenticated_request: with
                            .on_unauthenticated_request
                            .map(|b| b.as_str().to_owned()),
                        scope: with.scope,
                        session_cookie_name: with.session_cookie_name,
                        session_timeout: with.session_timeout,
                        token_endpoint: with.token_endpoint.unwrap_or_default(),
                        user_info_endpoint: with.user_info_endpoint.unwrap_or_default(),
                    }),
                    fixed_response: action.fixed_response_config.map(|with| $fixed {
                        content_type: with.content_type.unwrap_or_default(),
                        message_body: with.message_body,
                        status_code: with.status_code,
                    }),
                    forward: action.forward_config.map(|with| $forward {
                        stickiness: with
                            .target_group_stickiness_config
                            .filter(|sticky| sticky.enabled == Some(true))
                            .map(|sticky| $sticky {
                                duration: sticky
                                    .duration_seconds
                                    .map(i64::from)
                                    .unwrap_or_default(),
                                enabled: sticky.enabled,
                            }),
                        target_group: with
                            .target_groups
                            .unwrap_or_default()
                            .into_iter()
                            .map(|group| $group {
                                arn: group.target_group_arn.unwrap_or_default(),
                                weight: Some(group.weight.map_or(1, i64::from)),
                            })
                            .collect(),
                    }),
                    jwt_validation: action.jwt_validation_config.map(|with| $jwt {
                        issuer: with.issuer.unwrap_or_default(),
                        jwks_endpoint: with.jwks_endpoint.unwrap_or_default(),
                        additional_claim: with
                            .additional_claims
                            .unwrap_or_default()
                            .into_iter()
                            .map(|claim| $claim {
                                format: claim
                                    .format
                                    .map_or_else(String::new, |f| f.as_str().to_owned()),
                                name: claim.name.unwrap_or_default(),
                                values: claim.values.unwrap_or_default(),
                            })
                            .collect(),
                    }),
                    redirect: action.redirect_config.map(|with| $redirect {
                        host: with.host,
                        path: with.path,
                        port: with.port,
                        protocol: with.protocol,
                        query: with.query,
                        status_code: with
                            .status_code
                            .map_or_else(String::new, |code| code.as_str().to_owned()),
                    }),
                }
            }
        }
    };
}

actions!(
    listener,
    AwsLbListenerDefaultAction,
    AwsLbListenerDefaultActionAuthenticateCognito,
    AwsLbListenerDefaultActionAuthenticateOidc,
    AwsLbListenerDefaultActionFixedResponse,
    AwsLbListenerDefaultActionForward,
    AwsLbListenerDefaultActionForwardStickiness,
    AwsLbListenerDefaultActionForwardTargetGroup,
    AwsLbListenerDefaultActionJwtValidation,
    AwsLbListenerDefaultActionJwtValidationAdditionalClaim,
    AwsLbListenerDefaultActionRedirect
);

actions!(
    rule,
    AwsLbListenerRuleAction,
    AwsLbListenerRuleActionAuthenticateCognito,
    AwsLbListenerRuleActionAuthenticateOidc,
    AwsLbListenerRuleActionFixedResponse,
    AwsLbListenerRuleActionForward,
    AwsLbListenerRuleActionForwardStickiness,
    AwsLbListenerRuleActionForwardTargetGroup,
    AwsLbListenerRuleActionJwtValidation,
    AwsLbListenerRuleActionJwtValidationAdditionalClaim,
    AwsLbListenerRuleActionRedirect
);

fn extra(params: &std::collections::BTreeMap<String, String>) -> Option<HashMap<String, String>> {
    (!params.is_empty()).then(|| params.clone().into_iter().collect())
}

fn cognito_extra(
    params: Option<HashMap<String, String>>,
) -> std::collections::BTreeMap<String, String> {
    params.unwrap_or_default().into_iter().collect()
}

/// The secret in clear, for the one call that needs it; none where it is unset, as after a read.
fn secret(secret: &Secret) -> Option<String> {
    Some(secret.expose().to_owned()).filter(|text| !text.is_empty())
}
