//! `aws_lb_listener`

use std::sync::Arc;

use aws_sdk_elasticloadbalancingv2::types::{
    AdvertiseTrustStoreCaNamesEnum, Certificate, Listener as SdkListener, ListenerAttribute,
    MutualAuthenticationAttributes, ProtocolEnum,
};
use futures_util::future::try_join_all;

use super::{
    Attributes, action, all_load_balancers, all_tags, changed, flag, retag, tag_list, tags_of,
    text, whole,
};
use crate::aws::error::Operation as _;
use crate::aws::regional::Regional;
use crate::aws::resource::{Change, Found, New, Query, Resource, TagChange, Tags};
use crate::aws::small;
use crate::base::Id;
use crate::provider::{Error, tags};
use crate::schema::typed::{AwsLbListener, AwsLbListenerMutualAuthentication};

/// What a load balancer listens on.
pub struct Listener;

impl Resource for Listener {
    type Spec = AwsLbListener;

    async fn list(aws: &Regional, query: &Query<'_>) -> Result<Vec<Found<Self::Spec>>, Error> {
        let listeners = of_stack(aws, query).await?;
        let arns: Vec<_> =
            listeners.iter().filter_map(|listener| listener.listener_arn.clone()).collect();
        let tags = tags_of(aws, &arns).await?;
        let wanted = listeners.iter().filter_map(|listener| {
            let arn = listener.listener_arn()?;
            let tags = tags.get(arn).cloned().unwrap_or_default();
            query.wants(&tags, arn).then(|| found(aws, listener.clone(), tags))
        });
        try_join_all(wanted).await
    }

    async fn read(aws: &Regional, id: &Id) -> Result<Option<Found<Self::Spec>>, Error> {
        let call = aws.elbv2().describe_listeners().listener_arns(id.as_str());
        let answer = call.send().await.op("elasticloadbalancing:DescribeListeners")?;
        let Some(listener) = answer.listeners.unwrap_or_default().pop() else { return Ok(None) };
        let tags = tags_of(aws, &[id.to_string()]).await?.remove(id.as_str()).unwrap_or_default();
        Ok(Some(found(aws, listener, tags).await?))
    }

    /// Makes the listener; the engine then converges, which sets its attributes.
    async fn create(aws: &Regional, new: &New<Self::Spec>) -> Result<Id, Error> {
        let spec = &new.spec;
        let call = aws
            .elbv2()
            .create_listener()
            .load_balancer_arn(&spec.load_balancer_arn)
            .set_port(spec.port.map(small))
            .set_protocol(spec.protocol.as_deref().map(ProtocolEnum::from).or_else(|| {
                // The call itself has no default for application load balancers.
                spec.load_balancer_arn.contains(":loadbalancer/app/").then_some(ProtocolEnum::Http)
            }))
            .set_alpn_policy(spec.alpn_policy.clone().map(|policy| vec![policy]))
            .set_certificates(certificates(spec))
            .set_ssl_policy(spec.ssl_policy.clone().filter(|policy| !policy.is_empty()))
            .set_mutual_authentication(spec.mutual_authentication.as_ref().map(mutual))
            .set_default_actions(Some(action::listener::to_sdk(&[], &spec.default_action)))
            .set_tags(tag_list(&new.tags));
        let created = call.send().await.op("elasticloadbalancing:CreateListener")?;
        let listener = created.listeners.unwrap_or_default().pop();
        Ok(Id::new(listener.and_then(|listener| listener.listener_arn).unwrap_or_default()))
    }

    async fn update(aws: &Regional, id: &Id, change: &Change<Self::Spec>) -> Result<(), Error> {
        let Change { prior, planned } = change;
        if differs(prior, planned) {
            let call = aws
                .elbv2()
                .modify_listener()
                .listener_arn(id.as_str())
                .set_port(planned.port.map(small))
                .set_protocol(planned.protocol.as_deref().map(ProtocolEnum::from))
                .set_alpn_policy(planned.alpn_policy.clone().map(|policy| vec![policy]))
                .set_certificates(certificates(planned))
                .set_ssl_policy(planned.ssl_policy.clone().filter(|policy| !policy.is_empty()))
                .set_mutual_authentication(planned.mutual_authentication.as_ref().map(mutual))
                .set_default_actions(Some(action::listener::to_sdk(
                    &prior.default_action,
                    &planned.default_action,
                )));
            call.send().await.op("elasticloadbalancing:ModifyListener")?;
        }
        let attributes = changed(&attributes(prior), &attributes(planned));
        if !attributes.is_empty() {
            let attribute =
                |(key, value)| ListenerAttribute::builder().key(key).value(value).build();
            let call = aws.elbv2().modify_listener_attributes().listener_arn(id.as_str());
            let call = call.set_attributes(Some(attributes.into_iter().map(attribute).collect()));
            call.send().await.op("elasticloadbalancing:ModifyListenerAttributes")?;
        }
        Ok(())
    }

    async fn delete(aws: &Regional, id: &Id, _prior: &Self::Spec) -> Result<(), Error> {
        let call = aws.elbv2().delete_listener().listener_arn(id.as_str());
        call.send().await.op("elasticloadbalancing:DeleteListener")?;
        Ok(())
    }

    /// What listens on the wanted port of the load balancer.
    async fn find(aws: &Regional, new: &New<Self::Spec>) -> Result<Vec<Found<Self::Spec>>, Error> {
        let listeners = of_load_balancer(aws, &new.spec.load_balancer_arn).await?;
        let same =
            listeners.into_iter().filter(|listener| listener.port.map(i64::from) == new.spec.port);
        let mut all = Vec::new();
        for listener in same {
            let arn = listener.listener_arn.clone().unwrap_or_default();
            let tags =
                tags_of(aws, std::slice::from_ref(&arn)).await?.remove(&arn).unwrap_or_default();
            all.push(found(aws, listener, tags).await?);
        }
        Ok(all)
    }

    async fn retag(aws: &Regional, id: &Id, tags: &TagChange) -> Result<(), Error> {
        retag(aws, id.as_str(), tags).await
    }
}

/// The listeners of the stack's load balancers and of those that known listeners and rules belong to, read once.
/// Listeners are listed by load balancer: there is no call for all of them.
pub(super) async fn of_stack(
    aws: &Regional,
    query: &Query<'_>,
) -> Result<Arc<Vec<SdkListener>>, Error> {
    let balancers = all_load_balancers(aws).await?;
    let arns: Vec<String> =
        balancers.iter().filter_map(|lb| lb.load_balancer_arn.clone()).collect();
    let tags = all_tags(aws, "load balancers", arns.clone()).await?;
    let of_stack = |arn: &String| {
        let owner = tags.get(arn).and_then(|tags| tags.get(tags::STACK));
        // arn:…:listener/app/shop/50dc6c495c0c9188/f2f7dc8efc522ab2 belongs to arn:…:loadbalancer/app/shop/50dc6c495c0c9188
        let end = arn.rsplit(":loadbalancer/").next().unwrap_or_default();
        let holds_known = query.known.iter().any(|id| id.as_str().contains(&format!("/{end}/")));
        owner.is_some_and(|stack| query.stack == stack.as_str()) || holds_known
    };
    let wanted: Vec<String> = arns.into_iter().filter(of_stack).collect();
    let name = format!("elbv2:DescribeListeners {}", wanted.join(" "));
    let read = || async move {
        Ok(try_join_all(wanted.iter().map(|arn| of_load_balancer(aws, arn))).await?.concat())
    };
    aws.memo().once(name, read).await
}

async fn of_load_balancer(aws: &Regional, arn: &str) -> Result<Vec<SdkListener>, Error> {
    let call = aws.elbv2().describe_listeners().load_balancer_arn(arn);
    let pages = call.page_size(super::PAGE).into_paginator().items();
    pages.send().collect::<Result<_, _>>().await.op("elasticloadbalancing:DescribeListeners")
}

fn certificates(spec: &AwsLbListener) -> Option<Vec<Certificate>> {
    let arn = spec.certificate_arn.as_deref().filter(|arn| !arn.is_empty())?;
    Some(vec![Certificate::builder().certificate_arn(arn).build()])
}

fn mutual(with: &AwsLbListenerMutualAuthentication) -> MutualAuthenticationAttributes {
    let names = with.advertise_trust_store_ca_names.as_deref().filter(|names| !names.is_empty());
    let verifies = with.mode == "verify";
    MutualAuthenticationAttributes::builder()
        .mode(&with.mode)
        .set_trust_store_arn(with.trust_store_arn.clone().filter(|_| verifies))
        .set_ignore_client_certificate_expiry(
            with.ignore_client_certificate_expiry.filter(|_| verifies),
        )
        .set_advertise_trust_store_ca_names(
            names.filter(|_| verifies).map(AdvertiseTrustStoreCaNamesEnum::from),
        )
        .build()
}

/// Whether anything differs that `ModifyListener` takes.
fn differs(prior: &AwsLbListener, planned: &AwsLbListener) -> bool {
    prior.port != planned.port
        || prior.protocol != planned.protocol
        || prior.alpn_policy != planned.alpn_policy
        || prior.certificate_arn != planned.certificate_arn
        || prior.ssl_policy != planned.ssl_policy
        || prior.mutual_authentication != planned.mutual_authentication
        || prior.default_action != planned.default_action
}

/// Declares which attribute of AWS is which field: written and read by the same table.
/// <https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_ListenerAttribute.html>
macro_rules! header_attributes {
    ($($field:ident = $name:literal;)*) => {
        fn attributes(spec: &AwsLbListener) -> Attributes {
            let mut all = Attributes::new();
            $(if let Some(value) = &spec.$field {
                all.insert($name.to_owned(), value.clone());
            })*
            if let Some(seconds) = spec.tcp_idle_timeout_seconds {
                all.insert("tcp.idle_timeout.seconds".to_owned(), seconds.to_string());
            }
            if let Some(on) = spec.routing_http_response_server_enabled {
                all.insert("routing.http.response.server.enabled".to_owned(), on.to_string());
            }
            all
        }

        fn with_attributes(mut spec: AwsLbListener, attributes: &Attributes) -> AwsLbListener {
            $(spec.$field = text(attributes, $name);)*
            spec.tcp_idle_timeout_seconds = whole(attributes, "tcp.idle_timeout.seconds");
            spec.routing_http_response_server_enabled = flag(attributes, "routing.http.response.server.enabled");
            spec
        }
    };
}

header_attributes! {
    routing_http_request_x_amzn_mtls_clientcert_header_name = "routing.http.request.x_amzn_mtls_clientcert.header_name";
    routing_http_request_x_amzn_mtls_clientcert_issuer_header_name =
        "routing.http.request.x_amzn_mtls_clientcert_issuer.header_name";
    routing_http_request_x_amzn_mtls_clientcert_leaf_header_name =
        "routing.http.request.x_amzn_mtls_clientcert_leaf.header_name";
    routing_http_request_x_amzn_mtls_clientcert_serial_number_header_name =
        "routing.http.request.x_amzn_mtls_clientcert_serial_number.header_name";
    routing_http_request_x_amzn_mtls_clientcert_subject_header_name =
        "routing.http.request.x_amzn_mtls_clientcert_subject.header_name";
    routing_http_request_x_amzn_mtls_clientcert_validity_header_name =
        "routing.http.request.x_amzn_mtls_clientcert_validity.header_name";
    routing_http_request_x_amzn_tls_cipher_suite_header_name =
        "routing.http.request.x_amzn_tls_cipher_suite.header_name";
    routing_http_request_x_amzn_tls_version_header_name = "routing.http.request.x_amzn_tls_version.header_name";
    routing_http_response_access_control_allow_credentials_header_value =
        "routing.http.response.access_control_allow_credentials.header_value";
    routing_http_response_access_control_allow_headers_header_value =
        "routing.http.response.access_control_allow_headers.header_value";
    routing_http_response_access_control_allow_methods_header_value =
        "routing.http.response.access_control_allow_methods.header_value";
    routing_http_response_access_control_allow_origin_header_value =
        "routing.http.response.access_control_allow_origin.header_value";
    routing_http_response_access_control_expose_headers_header_value =
        "routing.http.response.access_control_expose_headers.header_value";
    routing_http_response_access_control_max_age_header_value =
        "routing.http.response.access_control_max_age.header_value";
    routing_http_response_content_security_policy_header_value =
        "routing.http.response.content_security_policy.header_value";
    routing_http_response_strict_transport_security_header_value =
        "routing.http.response.strict_transport_security.header_value";
    routing_http_response_x_content_type_options_header_value =
        "routing.http.response.x_content_type_options.header_value";
    routing_http_response_x_frame_options_header_value = "routing.http.response.x_frame_options.header_value";
}

async fn found(
    aws: &Regional,
    listener: SdkListener,
    tags: Tags,
) -> Result<Found<AwsLbListener>, Error> {
    let arn = listener.listener_arn.clone().unwrap_or_default();
    let call = aws.elbv2().describe_listener_attributes().listener_arn(&arn);
    let answer = call.send().await.op("elasticloadbalancing:DescribeListenerAttributes")?;
    let pairs = answer.attributes.unwrap_or_default().into_iter();
    let attributes: Attributes =
        pairs.filter_map(|pair| Some((pair.key?, pair.value.unwrap_or_default()))).collect();
    let certificate = listener.certificates.unwrap_or_default().into_iter().next();
    let spec = AwsLbListener {
        alpn_policy: listener.alpn_policy.unwrap_or_default().into_iter().next(),
        arn: listener.listener_arn,
        certificate_arn: certificate.and_then(|certificate| certificate.certificate_arn),
        load_balancer_arn: listener.load_balancer_arn.unwrap_or_default(),
        port: listener.port.map(i64::from),
        protocol: listener.protocol.map(|protocol| protocol.as_str().to_owned()),
        ssl_policy: listener.ssl_policy.filter(|policy| !policy.is_empty()),
        default_action: action::listener::from_sdk(listener.default_actions.unwrap_or_default()),
        mutual_authentication: listener.mutual_authentication.map(|with| {
            AwsLbListenerMutualAuthentication {
                advertise_trust_store_ca_names: with
                    .advertise_trust_store_ca_names
                    .map(|names| names.as_str().to_owned()),
                ignore_client_certificate_expiry: with.ignore_client_certificate_expiry,
                mode: with.mode.unwrap_or_default(),
                trust_store_arn: with.trust_store_arn,
            }
        }),
        ..AwsLbListener::default()
    };
    Ok(Found::ready(arn, with_attributes(spec, &attributes), tags))
}
