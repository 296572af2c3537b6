//! One provider configuration in one region: clients, account, and what bulk reads have answered.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use aws_config::retry::RetryConfig;
use aws_config::{Region as SdkRegion, SdkConfig};
use tokio::sync::OnceCell;

use super::credentials::{self, Origin};
use super::error::Operation as _;
use super::memo::Memo;
use super::observer::Observer;
use super::settings::Settings;
use crate::base::Region;
use crate::provider::Error;

/// A client, and what watches it.
struct Watched<C> {
    client: C,
    observer: Observer,
}

/// Declares the clients: accessor, the name in the `endpoints` block, the name in permissions, the SDK crate.
macro_rules! clients {
    ($($(#[$doc:meta])* $name:ident, $service:literal, $permission:literal, $sdk:ident;)*) => {
        #[derive(Default)]
        struct Clients {
            $($name: OnceLock<Watched<$sdk::Client>>,)*
        }

        impl Clients {
            /// The endpoint that the client of a service asked last.
            fn endpoint(&self, permission: &str) -> Option<String> {
                match permission {
                    $($permission => self.$name.get()?.observer.endpoint(),)*
                    _ => None,
                }
            }
        }

        impl Regional {
            $(
                $(#[$doc])*
                pub fn $name(&self) -> &$sdk::Client {
                    let watched = self.clients.$name.get_or_init(|| {
                        let observer = Observer::new($permission, self.region.as_str());
                        let mut config = $sdk::config::Builder::from(&self.sdk)
                            .interceptor(observer.clone());
                        if let Some(url) = self.endpoints.get($service) {
                            config = config.endpoint_url(url);
                        }
                        Watched { client: $sdk::Client::from_conf(config.build()), observer }
                    });
                    &watched.client
                }
            )*
        }
    };
}

clients! {
    /// EC2: networks, instances, volumes, launch templates.
    ec2, "ec2", "ec2", aws_sdk_ec2;
    /// Elastic Load Balancing v2.
    elbv2, "elbv2", "elasticloadbalancing", aws_sdk_elasticloadbalancingv2;
    /// EC2 Auto Scaling.
    autoscaling, "autoscaling", "autoscaling", aws_sdk_autoscaling;
    /// RDS.
    rds, "rds", "rds", aws_sdk_rds;
    /// IAM; global, whatever the region.
    iam, "iam", "iam", aws_sdk_iam;
    /// CloudWatch.
    cloudwatch, "cloudwatch", "cloudwatch", aws_sdk_cloudwatch;
    /// Systems Manager.
    ssm, "ssm", "ssm", aws_sdk_ssm;
    /// Secrets Manager.
    secretsmanager, "secretsmanager", "secretsmanager", aws_sdk_secretsmanager;
    /// The tagging API.
    tagging, "resourcegroupstaggingapi", "tag", aws_sdk_resourcegroupstagging;
    /// STS.
    sts, "sts", "sts", aws_sdk_sts;
}

/// One provider configuration in one region.
pub struct Regional {
    region: Region,
    sdk: SdkConfig,
    endpoints: BTreeMap<String, String>,
    origin: Origin,
    default_tags: BTreeMap<String, String>,
    clients: Clients,
    account: Arc<OnceCell<String>>,
    memo: Arc<Memo>,
}

impl Regional {
    /// For reading: a read that fails in passing is tried again by the SDK.
    #[must_use]
    pub fn for_reading(
        settings: &Settings,
        region: &Region,
        account: Arc<OnceCell<String>>,
    ) -> Self {
        Self::new(settings, region, account, settings.retry.clone())
    }

    /// For changing: each call is made once; whether it may be made again is the engine's to decide.
    #[must_use]
    pub fn for_writing(
        settings: &Settings,
        region: &Region,
        account: Arc<OnceCell<String>>,
    ) -> Self {
        Self::new(settings, region, account, RetryConfig::disabled())
    }

    fn new(
        settings: &Settings,
        region: &Region,
        account: Arc<OnceCell<String>>,
        retry: RetryConfig,
    ) -> Self {
        let sdk = settings
            .sdk
            .to_builder()
            .region(SdkRegion::new(region.to_string()))
            .retry_config(retry)
            .build();
        Self {
            region: region.clone(),
            sdk,
            endpoints: settings.endpoints.clone(),
            origin: settings.origin.clone(),
            default_tags: settings.default_tags.clone(),
            clients: Clients::default(),
            account,
            memo: Arc::default(),
        }
    }

    /// The region.
    #[must_use]
    pub fn region(&self) -> &Region {
        &self.region
    }

    /// Adds to an error of a call what is known here: whose credentials were used, which endpoint was asked.
    #[must_use]
    pub fn explain(&self, error: Error) -> Error {
        let service = error.operation.split(':').next().unwrap_or_default();
        let endpoint = self.clients.endpoint(service);
        credentials::explain(error, &self.origin, endpoint.as_deref())
    }

    /// The tags that the provider configuration gives to everything.
    #[must_use]
    pub fn default_tags(&self) -> &BTreeMap<String, String> {
        &self.default_tags
    }

    /// What bulk reads have answered since the last refresh. Lists use it; single reads and polls do not.
    #[must_use]
    pub fn memo(&self) -> &Memo {
        &self.memo
    }

    /// The partition of the region: `aws`, `aws-cn`, `aws-us-gov` …
    #[must_use]
    pub fn partition(&self) -> &'static str {
        let region = self.region.as_str();
        match region.split('-').next() {
            Some("cn") => "aws-cn",
            Some("us") if region.starts_with("us-gov-") => "aws-us-gov",
            Some("us") if region.starts_with("us-iso-") => "aws-iso",
            Some("us") if region.starts_with("us-isob-") => "aws-iso-b",
            Some("eusc") => "aws-eusc",
            _ => "aws",
        }
    }

    /// The account that the credentials belong to, asked once.
    ///
    /// # Errors
    /// Those of `sts:GetCallerIdentity`.
    pub async fn account(&self) -> Result<&str, Error> {
        let ask = || async {
            let caller =
                self.sts().get_caller_identity().send().await.op("sts:GetCallerIdentity")?;
            Ok(caller.account.unwrap_or_default())
        };
        self.account.get_or_try_init(ask).await.map(String::as_str)
    }

    /// An ARN of this partition, region and account: `arn:aws:ec2:eu-west-1:123456789012:vpc/vpc-1`.
    ///
    /// # Errors
    /// Those of [`Regional::account`].
    pub async fn arn(&self, service: &str, resource: &str) -> Result<String, Error> {
        let (partition, region, account) = (self.partition(), &self.region, self.account().await?);
        Ok(format!("arn:{partition}:{service}:{region}:{account}:{resource}"))
    }
}
