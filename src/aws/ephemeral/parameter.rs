//! `aws_ssm_parameter`

use crate::aws::data::Source;
use crate::aws::error::Operation as _;
use crate::aws::regional::Regional;
use crate::provider::{Error, ErrorClass};
use crate::schema::Secret;
use crate::schema::typed::ephemeral::AwsSsmParameter;

/// A parameter of Systems Manager.
pub struct Parameter;

impl Source for Parameter {
    type Spec = AwsSsmParameter;

    async fn read(aws: &Regional, config: AwsSsmParameter) -> Result<AwsSsmParameter, Error> {
        const OPERATION: &str = "ssm:GetParameter";
        let none = || {
            let message = format!("no parameter has the ARN \"{}\"", config.arn);
            Error::new(ErrorClass::Invalid, OPERATION, message)
        };
        let call = aws.ssm().get_parameter().name(&config.arn);
        let call = call.with_decryption(config.with_decryption.unwrap_or(true));
        let answer = call.send().await.op(OPERATION);
        let answer = answer.map_err(|error| if error.is_not_found() { none() } else { error })?;
        let parameter = answer.parameter.ok_or_else(none)?;
        Ok(AwsSsmParameter {
            name: parameter.name,
            region: Some(aws.region().to_string()),
            r#type: parameter.r#type.map(|kind| kind.as_str().to_owned()),
            value: parameter.value.map(Secret::new),
            version: Some(parameter.version),
            ..config
        })
    }
}
