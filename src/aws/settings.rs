//! A `provider "aws"` block, evaluated, to the SDK's configuration.

use std::collections::BTreeMap;
use std::time::Duration;

use aws_config::default_provider::credentials::DefaultCredentialsChain;
use aws_config::sts::AssumeRoleProvider;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region as SdkRegion, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_runtime::env_config::file::{EnvConfigFileKind, EnvConfigFiles};

use crate::base::Region;
use crate::provider::{Error, ErrorClass};
use crate::value::Value;

/// How long one attempt of a call may take before it counts as lost.
const ATTEMPT: Duration = Duration::from_secs(30);
/// How long a connection may take.
const CONNECT: Duration = Duration::from_secs(5);

/// What a provider configuration comes to.
#[derive(Clone)]
pub struct Settings {
    /// The SDK's configuration without a region of a resource.
    pub sdk: SdkConfig,
    /// The region that a scope without one means.
    pub region: Region,
    /// Endpoints by service, as the `endpoints` block names them.
    pub endpoints: BTreeMap<String, String>,
    /// The tags that everything gets.
    pub default_tags: BTreeMap<String, String>,
    /// How often a read is tried.
    pub read_attempts: u32,
}

impl Settings {
    /// Reads the block; what it leaves out comes from the environment and the shared files, as the AWS CLI does it.
    ///
    /// # Errors
    /// `Credentials` or `Invalid`, where the block cannot work whatever is asked of it.
    pub async fn load(config: &Value) -> Result<Self, Error> {
        let text = |name: &str| text(config, name);
        let mut loader = aws_config::defaults(BehaviorVersion::latest()).timeout_config(
            TimeoutConfig::builder()
                .connect_timeout(CONNECT)
                .operation_attempt_timeout(ATTEMPT)
                .build(),
        );
        if let Some(region) = text("region") {
            loader = loader.region(SdkRegion::new(region));
        }
        if let Some(profile) = text("profile") {
            loader = loader.profile_name(profile);
        }
        if let Some(files) = profile_files(config) {
            loader = loader.profile_files(files);
        }
        if let (Some(key), Some(secret)) = (text("access_key"), text("secret_key")) {
            let credentials = Credentials::new(key, secret, text("token"), None, "provider block");
            loader = loader.credentials_provider(credentials);
        }
        loader = loader.use_fips(flag(config, "use_fips_endpoint"));
        loader = loader.use_dual_stack(flag(config, "use_dualstack_endpoint"));
        let mut sdk = loader.load().await;
        let Some(region) = sdk.region().map(|region| Region::new(region.as_ref())) else {
            return Err(Error::new(
                ErrorClass::Invalid,
                "configure the aws provider",
                "no region is set; set `region` in the provider block, or AWS_REGION",
            ));
        };
        if let Some(role) = blocks(config, "assume_role").first() {
            sdk = assume_role(sdk, role).await;
        }
        let endpoints = blocks(config, "endpoints")
            .iter()
            .filter_map(|block| block.as_entries())
            .flatten()
            .filter_map(|(service, url)| Some((service.to_string(), url.as_str()?.to_owned())))
            .filter(|(_, url)| !url.is_empty())
            .collect();
        let read_attempts = config
            .attribute("max_retries")
            .and_then(Value::as_number)
            .and_then(crate::value::Number::to_i64)
            .and_then(|retries| u32::try_from(retries).ok())
            .map_or(5, |retries| retries + 1);
        let default_tags = blocks(config, "default_tags")
            .first()
            .and_then(|block| block.attribute("tags")?.as_entries())
            .into_iter()
            .flatten()
            .filter_map(|(key, value)| Some((key.to_string(), value.as_str()?.to_owned())))
            .collect();
        Ok(Self { sdk, region, endpoints, default_tags, read_attempts })
    }
}

fn profile_files(config: &Value) -> Option<EnvConfigFiles> {
    let list = |name: &str| -> Vec<String> {
        let elements = config.attribute(name).and_then(Value::as_sequence).unwrap_or_default();
        elements.iter().filter_map(Value::as_str).map(str::to_owned).collect()
    };
    let (configs, credentials) = (list("shared_config_files"), list("shared_credentials_files"));
    if configs.is_empty() && credentials.is_empty() {
        return None;
    }
    let mut files = EnvConfigFiles::builder();
    if configs.is_empty() {
        files = files.include_default_config_file(true);
    }
    if credentials.is_empty() {
        files = files.include_default_credentials_file(true);
    }
    for file in configs {
        files = files.with_file(EnvConfigFileKind::Config, file);
    }
    for file in credentials {
        files = files.with_file(EnvConfigFileKind::Credentials, file);
    }
    Some(files.build())
}

async fn assume_role(sdk: SdkConfig, role: &Value) -> SdkConfig {
    let Some(arn) = text(role, "role_arn") else { return sdk };
    let mut provider = AssumeRoleProvider::builder(arn)
        .configure(&sdk)
        .session_name(text(role, "session_name").unwrap_or_else(|| "terrace".to_owned()));
    if let Some(id) = text(role, "external_id") {
        provider = provider.external_id(id);
    }
    if let Some(policy) = text(role, "policy") {
        provider = provider.policy(policy);
    }
    let credentials = match sdk.credentials_provider() {
        Some(base) => provider.build_from_provider(base).await,
        None => {
            provider.build_from_provider(DefaultCredentialsChain::builder().build().await).await
        }
    };
    sdk.to_builder().credentials_provider(SharedCredentialsProvider::new(credentials)).build()
}

fn text(config: &Value, name: &str) -> Option<String> {
    config.attribute(name)?.as_str().filter(|text| !text.is_empty()).map(str::to_owned)
}

fn flag(config: &Value, name: &str) -> bool {
    config.attribute(name).and_then(Value::as_bool).unwrap_or_default()
}

/// The blocks of a name, however many the schema allows.
fn blocks<'a>(config: &'a Value, name: &str) -> Vec<&'a Value> {
    match config.attribute(name) {
        Some(value) => value.as_sequence().map_or_else(
            || (!value.is_null()).then_some(value).into_iter().collect(),
            |all| all.iter().collect(),
        ),
        None => Vec::new(),
    }
}
