//! `aws_secretsmanager_secret_version`

use aws_smithy_types::date_time::Format;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::aws::data::Source;
use crate::aws::error::Operation as _;
use crate::aws::regional::Regional;
use crate::provider::{Error, ErrorClass};
use crate::schema::Secret;
use crate::schema::typed::ephemeral::AwsSecretsmanagerSecretVersion;

/// A value of a secret.
pub struct SecretVersion;

impl Source for SecretVersion {
    type Spec = AwsSecretsmanagerSecretVersion;

    async fn read(aws: &Regional, config: Self::Spec) -> Result<Self::Spec, Error> {
        const OPERATION: &str = "secretsmanager:GetSecretValue";
        let call = aws
            .secretsmanager()
            .get_secret_value()
            .secret_id(&config.secret_id)
            .set_version_id(config.version_id.clone())
            .set_version_stage(config.version_stage.clone());
        let none = || {
            let message = format!("the secret \"{}\" has no such version", config.secret_id);
            Error::new(ErrorClass::Invalid, OPERATION, message)
        };
        let answer = call.send().await.op(OPERATION);
        let answer = answer.map_err(|error| if error.is_not_found() { none() } else { error })?;
        let stages = answer.version_stages.unwrap_or_default();
        Ok(AwsSecretsmanagerSecretVersion {
            arn: answer.arn,
            created_date: answer.created_date.and_then(|at| at.fmt(Format::DateTime).ok()),
            region: Some(aws.region().to_string()),
            secret_binary: answer
                .secret_binary
                .map(|blob| Secret::new(STANDARD.encode(blob.as_ref()))),
            secret_string: answer.secret_string.map(Secret::new),
            version_id: answer.version_id,
            version_stage: config.version_stage.or_else(|| stages.first().cloned()),
            version_stages: Some(stages),
            secret_id: config.secret_id,
        })
    }
}
