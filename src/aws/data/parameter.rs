//! `aws_ssm_parameter`

use super::Source;
use crate::aws::error::Operation as _;
use crate::aws::regional::Regional;
use crate::provider::{Error, ErrorClass};
use crate::schema::Secret;
use crate::schema::typed::data::AwsSsmParameter;

/// A parameter of Systems Manager.
pub struct Parameter;

impl Source for Parameter {
    type Spec = AwsSsmParameter;

    async fn read(aws: &Regional, config: AwsSsmParameter) -> Result<AwsSsmParameter, Error> {
        let call = aws.ssm().get_parameter().name(&config.name);
        let call = call.with_decryption(config.with_decryption.unwrap_or(true));
        let answer = call.send().await.op("ssm:GetParameter").map_err(|error| {
            let name = &config.name;
            let none = format!("no parameter is named \"{name}\"");
            if error.is_not_found() { super::nothing("aws_ssm_parameter", &none) } else { error }
        })?;
        let parameter = answer.parameter.ok_or_else(|| {
            let message = format!("the parameter {} is not there", config.name);
            Error::new(ErrorClass::NotFound, "ssm:GetParameter", message)
        })?;
        let kind = parameter.r#type.map(|kind| kind.as_str().to_owned());
        let is_secret = kind.as_deref() == Some("SecureString");
        Ok(AwsSsmParameter {
            arn: parameter.arn,
            id: Some(config.name.clone()),
            insecure_value: parameter.value.clone().filter(|_| !is_secret),
            region: Some(aws.region().to_string()),
            r#type: kind,
            value: parameter.value.map(Secret::new),
            version: Some(parameter.version),
            ..config
        })
    }
}
