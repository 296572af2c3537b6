//! `aws_secretsmanager_secret_version`

use aws_smithy_types::Blob;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures_util::future::try_join_all;

use super::secret::owned;
use crate::aws::error::Operation as _;
use crate::aws::regional::Regional;
use crate::aws::resource::{Change, Found, New, Query, Resource, Tags};
use crate::base::Id;
use crate::provider::{Error, ErrorClass};
use crate::schema::Secret;
use crate::schema::typed::AwsSecretsmanagerSecretVersion;

/// A value of a secret.
pub struct SecretVersion;

impl Resource for SecretVersion {
    type Spec = AwsSecretsmanagerSecretVersion;

    /// The current values of the stack's secrets, and the versions that the manifest knows.
    async fn list(aws: &Regional, query: &Query<'_>) -> Result<Vec<Found<Self::Spec>>, Error> {
        let current = owned(aws, query).await?;
        let current = try_join_all(current.iter().map(|arn| get(aws, arn, None))).await?;
        let mut found: Vec<_> = current.into_iter().flatten().collect();
        let unseen = query.known.iter().filter(|id| found.iter().all(|one| one.id != **id));
        let known = try_join_all(unseen.map(|id| Self::read(aws, id))).await?;
        found.extend(known.into_iter().flatten());
        Ok(found)
    }

    async fn read(aws: &Regional, id: &Id) -> Result<Option<Found<Self::Spec>>, Error> {
        let Some((secret, version)) = id.as_str().split_once('|') else { return Ok(None) };
        get(aws, secret, Some(version)).await
    }

    async fn create(aws: &Regional, new: &New<Self::Spec>) -> Result<Id, Error> {
        let spec = &new.spec;
        let text =
            spec.secret_string_wo.as_ref().or(spec.secret_string.as_ref()).map(Secret::expose);
        let binary =
            spec.secret_binary.as_ref().map(Secret::expose).filter(|text| !text.is_empty());
        let binary = binary.map(|text| STANDARD.decode(text)).transpose().map_err(|_| {
            let message = "secret_binary is no base64; use filebase64() or base64encode()";
            Error::new(ErrorClass::Invalid, "secretsmanager:PutSecretValue", message)
        })?;
        let call = aws
            .secretsmanager()
            .put_secret_value()
            .client_request_token(&new.token)
            .secret_id(&spec.secret_id)
            .set_secret_string(text.map(str::to_owned).filter(|_| binary.is_none()))
            .set_secret_binary(binary.map(Blob::new))
            .set_version_stages(
                (!spec.version_stages.is_empty()).then(|| spec.version_stages.clone()),
            );
        let created = call.send().await.op("secretsmanager:PutSecretValue")?;
        let arn = created.arn.unwrap_or_else(|| spec.secret_id.clone());
        Ok(Id::new(format!("{arn}|{}", created.version_id.unwrap_or_default())))
    }

    /// Only the stages can change; a value is a version of its own.
    async fn update(aws: &Regional, _id: &Id, change: &Change<Self::Spec>) -> Result<(), Error> {
        let Change { prior, planned } = change;
        let version = prior.version_id.clone().unwrap_or_default();
        let stage = |stage: &String| {
            aws.secretsmanager()
                .update_secret_version_stage()
                .secret_id(&prior.secret_id)
                .version_stage(stage)
        };
        for gone in
            prior.version_stages.iter().filter(|stage| !planned.version_stages.contains(stage))
        {
            let call = stage(gone).remove_from_version_id(&version);
            call.send().await.op("secretsmanager:UpdateSecretVersionStage")?;
        }
        for new in
            planned.version_stages.iter().filter(|stage| !prior.version_stages.contains(stage))
        {
            let call = stage(new).move_to_version_id(&version);
            call.send().await.op("secretsmanager:UpdateSecretVersionStage")?;
        }
        Ok(())
    }

    /// A version cannot be deleted: without stages AWS drops it in time. The current one stays as long as its secret.
    async fn delete(aws: &Regional, _id: &Id, prior: &Self::Spec) -> Result<(), Error> {
        let version = prior.version_id.clone().unwrap_or_default();
        for stage in prior.version_stages.iter().filter(|stage| *stage != "AWSCURRENT") {
            let call = aws
                .secretsmanager()
                .update_secret_version_stage()
                .secret_id(&prior.secret_id)
                .version_stage(stage)
                .remove_from_version_id(&version);
            call.send().await.op("secretsmanager:UpdateSecretVersionStage")?;
        }
        Ok(())
    }
}

async fn get(
    aws: &Regional,
    secret: &str,
    version: Option<&str>,
) -> Result<Option<Found<AwsSecretsmanagerSecretVersion>>, Error> {
    let call = aws
        .secretsmanager()
        .get_secret_value()
        .secret_id(secret)
        .set_version_id(version.map(str::to_owned));
    let answer = match call.send().await.op("secretsmanager:GetSecretValue") {
        Err(error)
            if error.is_not_found() || error.code.as_deref() == Some("InvalidRequestException") =>
        {
            return Ok(None);
        }
        answer => answer?,
    };
    let arn = answer.arn.unwrap_or_else(|| secret.to_owned());
    let version = answer.version_id.unwrap_or_default();
    let spec = AwsSecretsmanagerSecretVersion {
        arn: Some(arn.clone()),
        secret_binary: answer.secret_binary.map(|blob| Secret::new(STANDARD.encode(blob.as_ref()))),
        secret_id: arn.clone(),
        secret_string: answer.secret_string.map(Secret::new),
        version_id: Some(version.clone()),
        version_stages: answer.version_stages.unwrap_or_default(),
        ..AwsSecretsmanagerSecretVersion::default()
    };
    Ok(Some(Found::ready(format!("{arn}|{version}"), spec, Tags::new())))
}
