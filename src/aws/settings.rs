//! A `provider "aws"` block, evaluated, to the SDK's configuration.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use aws_config::default_provider::credentials::DefaultCredentialsChain;
use aws_config::identity::IdentityCache;
use aws_config::profile::ProfileFileCredentialsProvider;
use aws_config::retry::{RetryConfig, RetryMode};
use aws_config::sts::AssumeRoleProvider;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, ConfigLoader, Region as SdkRegion, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_runtime::env_config::file::{EnvConfigFileKind, EnvConfigFiles};

use super::accounts::Accounts;
use super::credentials::{Origin, Source};
use crate::base::{Region, duration};
use crate::provider::{Error, ErrorClass};
use crate::value::Value;
use crate::world::{Environment, World};

/// How long a call may take with all its attempts, where nobody says otherwise.
const CALL: Duration = Duration::from_mins(1);
/// How long a connection may take.
const CONNECT: Duration = Duration::from_secs(5);
/// How long it may take to get credentials: somebody may have to touch a key for it.
const CREDENTIALS: Duration = Duration::from_secs(40);

/// Arguments of the block that would mean other credentials or another way to AWS, and are not implemented.
const NOT_READ: [&str; 7] = [
    "assume_role_with_web_identity",
    "custom_ca_bundle",
    "ec2_metadata_service_endpoint",
    "http_proxy",
    "https_proxy",
    "insecure",
    "no_proxy",
];

/// The same of an `assume_role` block.
const NOT_READ_OF_ROLES: [&str; 2] = ["source_identity", "transitive_tag_keys"];

/// What holds for every provider configuration.
#[derive(Clone)]
pub struct Options {
    /// How long a call may take with all its attempts; each may take half of it.
    pub patience: Duration,
    /// Which profile and keys are in the environment, to say whose credentials fail.
    pub environment: Arc<dyn Environment>,
}

impl Default for Options {
    fn default() -> Self {
        Self { patience: CALL, environment: World::real().environment }
    }
}

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
    /// How reads are tried again. Writes are not: whether one may be repeated is the engine's to decide.
    pub retry: RetryConfig,
    /// Whose credentials are used.
    pub origin: Origin,
    /// The accounts that they may be of.
    pub accounts: Accounts,
}

impl Settings {
    /// Reads the block; what it leaves out comes from the environment and the shared files, as the AWS CLI does it.
    ///
    /// # Errors
    /// `Credentials` or `Invalid`, where the block cannot work whatever is asked of it.
    pub async fn load(config: &Value, options: &Options) -> Result<Self, Error> {
        refuse(config, &NOT_READ)?;
        let origin = origin(config, options);
        let mut sdk = loader(config, options, &origin).load().await;
        let Some(region) = sdk.region().map(|region| Region::new(region.as_ref())) else {
            return Err(Error::new(
                ErrorClass::Invalid,
                "configure the aws provider",
                "no region is set; set `region` in the provider block, or AWS_REGION",
            ));
        };
        for role in blocks(config, "assume_role") {
            sdk = assume_role(sdk, role).await?;
        }
        let endpoints = blocks(config, "endpoints")
            .iter()
            .filter_map(|block| block.as_entries())
            .flatten()
            .filter_map(|(service, url)| Some((service.to_string(), url.as_str()?.to_owned())))
            .filter(|(_, url)| !url.is_empty())
            .collect();
        let default_tags = blocks(config, "default_tags")
            .first()
            .and_then(|block| block.attribute("tags")?.as_entries())
            .into_iter()
            .flatten()
            .filter_map(|(key, value)| Some((key.to_string(), value.as_str()?.to_owned())))
            .collect();
        let retry = retry(config, &sdk);
        let accounts = Accounts::of(config);
        Ok(Self { sdk, region, endpoints, default_tags, retry, origin, accounts })
    }
}

/// The SDK's loader with all that the block says.
fn loader(config: &Value, options: &Options, origin: &Origin) -> ConfigLoader {
    let text = |name: &str| text(config, name);
    let attempt = options.patience / 2;
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(CONNECT.min(attempt))
        .operation_attempt_timeout(attempt)
        .operation_timeout(options.patience)
        .build();
    let identities = IdentityCache::lazy().load_timeout(CREDENTIALS.min(options.patience)).build();
    let mut loader = aws_config::defaults(BehaviorVersion::latest())
        .timeout_config(timeouts)
        .identity_cache(identities);
    if let Some(region) = text("region") {
        loader = loader.region(SdkRegion::new(region));
    }
    let files = profile_files(config);
    if let Some(files) = &files {
        loader = loader.profile_files(files.clone());
    }
    if let Some(profile) = text("profile") {
        loader = loader.profile_name(profile);
    }
    match &origin.source {
        Source::Block => {
            let (key, secret) = (text("access_key"), text("secret_key"));
            let (key, secret) = (key.unwrap_or_default(), secret.unwrap_or_default());
            let credentials = Credentials::new(key, secret, text("token"), None, "provider block");
            loader = loader.credentials_provider(credentials);
        }
        // The block's profile comes before keys of the environment, which the SDK would take first.
        Source::BlockProfile(profile) => {
            let mut credentials = ProfileFileCredentialsProvider::builder().profile_name(profile);
            if let Some(files) = files {
                credentials = credentials.profile_files(files);
            }
            loader = loader.credentials_provider(credentials.build());
        }
        Source::Environment | Source::NamedProfile(_) | Source::Chain => {}
    }
    loader
        .use_fips(flag(config, "use_fips_endpoint"))
        .use_dual_stack(flag(config, "use_dualstack_endpoint"))
}

/// How reads are tried again: as the block says, else as `AWS_MAX_ATTEMPTS`, `AWS_RETRY_MODE` or the profile says.
fn retry(config: &Value, sdk: &SdkConfig) -> RetryConfig {
    let retry = sdk.retry_config().cloned().unwrap_or_else(RetryConfig::standard);
    let retry = match text(config, "retry_mode").as_deref() {
        Some("adaptive") => retry.with_retry_mode(RetryMode::Adaptive),
        Some("standard") => retry.with_retry_mode(RetryMode::Standard),
        _ => retry,
    };
    let retries = config
        .attribute("max_retries")
        .and_then(Value::as_number)
        .and_then(crate::value::Number::to_i64)
        .and_then(|retries| u32::try_from(retries).ok());
    match retries {
        Some(retries) => retry.with_max_attempts(retries.saturating_add(1)),
        None => retry,
    }
}

/// Whose credentials the block means, in the order in which they are looked for.
fn origin(config: &Value, options: &Options) -> Origin {
    let set = |name: &str| options.environment.var(name).filter(|value| !value.is_empty());
    let source = if text(config, "access_key").is_some() && text(config, "secret_key").is_some() {
        Source::Block
    } else if let Some(profile) = text(config, "profile") {
        Source::BlockProfile(profile)
    } else if set("AWS_ACCESS_KEY_ID").is_some() {
        Source::Environment
    } else if let Some(profile) = set("AWS_PROFILE") {
        Source::NamedProfile(profile)
    } else {
        Source::Chain
    };
    let role = blocks(config, "assume_role").first().and_then(|role| text(role, "role_arn"));
    Origin { source, role }
}

fn profile_files(config: &Value) -> Option<EnvConfigFiles> {
    let configs = texts(config, "shared_config_files");
    let credentials = texts(config, "shared_credentials_files");
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

async fn assume_role(sdk: SdkConfig, role: &Value) -> Result<SdkConfig, Error> {
    let Some(arn) = text(role, "role_arn") else { return Ok(sdk) };
    refuse(role, &NOT_READ_OF_ROLES)?;
    let mut provider = AssumeRoleProvider::builder(arn)
        .configure(&sdk)
        .session_name(text(role, "session_name").unwrap_or_else(|| "terrace".to_owned()))
        .policy_arns(texts(role, "policy_arns"));
    if let Some(id) = text(role, "external_id") {
        provider = provider.external_id(id);
    }
    if let Some(policy) = text(role, "policy") {
        provider = provider.policy(policy);
    }
    if let Some(length) = text(role, "duration").as_deref().and_then(duration) {
        provider = provider.session_length(length);
    }
    if let Some(tags) = role.attribute("tags").and_then(Value::as_entries) {
        let tags = tags.iter().filter_map(|(key, value)| Some((key.to_string(), value.as_str()?)));
        provider = provider.tags(tags.map(|(key, value)| (key, value.to_owned())));
    }
    let credentials = match sdk.credentials_provider() {
        Some(base) => provider.build_from_provider(base).await,
        None => {
            provider.build_from_provider(DefaultCredentialsChain::builder().build().await).await
        }
    };
    let credentials = SharedCredentialsProvider::new(credentials);
    Ok(sdk.to_builder().credentials_provider(credentials).build())
}

/// Refuses arguments that are set and would be without effect.
fn refuse(block: &Value, arguments: &[&str]) -> Result<(), Error> {
    let is_set = |name: &&&str| {
        let value = block.attribute(name).filter(|value| !value.is_null());
        value.is_some_and(|value| match value.as_sequence() {
            Some(elements) => !elements.is_empty(),
            None => value.as_bool() != Some(false) && value.as_str() != Some(""),
        })
    };
    let Some(name) = arguments.iter().find(is_set) else { return Ok(()) };
    let message = format!("the argument \"{name}\" is not implemented");
    Err(Error::new(ErrorClass::Unsupported, "configure the aws provider", message)
        .with_help("Say it in the environment or in ~/.aws/config, which the SDK reads."))
}

fn text(config: &Value, name: &str) -> Option<String> {
    config.attribute(name)?.as_str().filter(|text| !text.is_empty()).map(str::to_owned)
}

/// The texts of a list or set.
pub(super) fn texts(config: &Value, name: &str) -> Vec<String> {
    let elements = config.attribute(name).and_then(Value::as_sequence).unwrap_or_default();
    elements.iter().filter_map(Value::as_str).map(str::to_owned).collect()
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Number;
    use crate::world::memory::FixedEnvironment;

    fn block(arguments: &[(&str, Value)]) -> Value {
        Value::object(
            arguments.iter().map(|(name, value)| (ecow::EcoString::from(*name), value.clone())),
        )
    }

    #[test]
    fn the_block_says_how_often_before_the_environment_does() {
        let sdk = |attempts| {
            let retry = RetryConfig::standard().with_max_attempts(attempts);
            SdkConfig::builder().retry_config(retry).build()
        };
        let retries = |count: i64| block(&[("max_retries", Value::number(Number::from(count)))]);
        assert_eq!(retry(&block(&[]), &sdk(7)).max_attempts(), 7);
        assert_eq!(retry(&retries(0), &sdk(7)).max_attempts(), 1);
        assert_eq!(retry(&retries(25), &sdk(7)).max_attempts(), 26);
        let adaptive = block(&[("retry_mode", Value::string("adaptive"))]);
        assert_eq!(retry(&adaptive, &sdk(2)).mode(), RetryMode::Adaptive);
    }

    #[test]
    fn what_would_be_without_effect_is_refused() {
        let role = Value::object([("role_arn", Value::string("arn:aws:iam::1:role/a"))]);
        let none = Value::list(role.ty(), Vec::new());
        let refused = |config: &Value| refuse(config, &NOT_READ).map_err(|error| error.message);
        let quiet = [
            ("insecure", Value::bool(false)),
            ("assume_role_with_web_identity", none),
            ("http_proxy", Value::null(crate::value::Type::String)),
        ];
        assert_eq!(refused(&block(&quiet)), Ok(()));
        let proxy = refused(&block(&[("http_proxy", Value::string("http://10.0.0.1"))]));
        assert!(proxy.expect_err("it is set").contains("http_proxy"));
        let other = Value::list(role.ty(), [role]);
        assert!(refused(&block(&[("assume_role_with_web_identity", other)])).is_err());
    }

    #[test]
    fn credentials_are_looked_for_in_terraforms_order() {
        let options = |variables: &[(&str, &str)]| {
            let variables = variables.iter().map(|&(name, value)| (name.into(), value.into()));
            let environment = FixedEnvironment(variables.collect());
            Options { environment: Arc::new(environment), ..Options::default() }
        };
        let both = options(&[("AWS_ACCESS_KEY_ID", "AKIA"), ("AWS_PROFILE", "dev")]);
        let keys = [("access_key", Value::string("AKIA")), ("secret_key", Value::string("s"))];
        let profile = [("profile", Value::string("prod"))];
        let source = |config: &Value, options: &Options| origin(config, options).source;
        assert_eq!(source(&block(&keys), &both), Source::Block);
        assert_eq!(source(&block(&profile), &both), Source::BlockProfile("prod".into()));
        assert_eq!(source(&block(&[]), &both), Source::Environment);
        let named = options(&[("AWS_ACCESS_KEY_ID", ""), ("AWS_PROFILE", "dev")]);
        assert_eq!(source(&block(&[]), &named), Source::NamedProfile("dev".into()));
        assert_eq!(source(&block(&[]), &options(&[])), Source::Chain);
    }
}
