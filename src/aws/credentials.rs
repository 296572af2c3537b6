//! Whose credentials a provider configuration works with, and how that is told where they do not work.

use crate::provider::{Error, ErrorClass};

/// Where credentials come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// `access_key` and `secret_key` of the provider block.
    Block,
    /// `profile` of the provider block.
    BlockProfile(String),
    /// `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`.
    Environment,
    /// The profile that `AWS_PROFILE` names.
    NamedProfile(String),
    /// Nothing is named: the profile `default`, then the role of the container or the instance.
    Chain,
}

/// The credentials of a provider configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// Where they come from.
    pub source: Source,
    /// The role that is assumed with them.
    pub role: Option<String>,
}

impl Origin {
    /// Says of an error of credentials whose they are and what to do about it.
    #[must_use]
    pub fn explain(&self, error: Error) -> Error {
        let code = error.code.as_deref().unwrap_or_default();
        let text = format!("{code} {}", error.message).to_ascii_lowercase();
        let (title, help) = self.advice(&text);
        let explained = error.with_context(self.to_string()).with_help(help);
        match title {
            Some(title) => explained.titled(title),
            None => explained,
        }
    }

    /// What it is called where it is not that the credentials are wrong, and what to do; by the error's words in lower
    /// case.
    fn advice(&self, text: &str) -> (Option<&'static str>, String) {
        let says = |words: &[&str]| words.iter().any(|word| text.contains(word));
        if says(&["skewed", "requestexpired", "signature expired", "not yet current"]) {
            let help = "Set this machine's clock: AWS refuses what is signed more than five minutes off its own.";
            return (Some("The clock is wrong"), help.to_owned());
        }
        if says(&["optinrequired"]) {
            let help = "Enable the service or the region in the account, or choose another region.";
            return (Some("Not enabled in the account"), help.to_owned());
        }
        if says(&["external process"]) {
            let help = "Run the profile's credential_process by hand; it has to print credentials as JSON.";
            return (None, help.to_owned());
        }
        if says(&["no credentials", "imds"]) {
            return (Some("There are no credentials"), self.supply());
        }
        if says(&["expired"]) {
            return (Some("The credentials have expired"), self.renew());
        }
        if says(&["signature"]) {
            let help = "The secret key does not belong to the access key: give both anew.";
            return (None, help.to_owned());
        }
        (None, self.supply())
    }

    /// What brings credentials where there are none that work.
    fn supply(&self) -> String {
        match &self.source {
            Source::Block => "Give the provider block the keys of an identity that exists, or none: `profile`, AWS_PROFILE \
                              and AWS_ACCESS_KEY_ID are read too."
                .to_owned(),
            Source::Environment => "Give AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (and AWS_SESSION_TOKEN, where they \
                                    are temporary) of an identity that exists, or unset them and name a profile with \
                                    AWS_PROFILE."
                .to_owned(),
            Source::BlockProfile(profile) | Source::NamedProfile(profile) => format!(
                "Look at the profile with `aws configure list --profile {profile}`; sign in with `aws sso login --profile \
                 {profile}` where it is one of SSO."
            ),
            Source::Chain => "Name a profile with AWS_PROFILE or the provider's `profile`, or set AWS_ACCESS_KEY_ID and \
                              AWS_SECRET_ACCESS_KEY. To try without an account: --cloud sim."
                .to_owned(),
        }
    }

    fn renew(&self) -> String {
        match &self.source {
            Source::BlockProfile(profile) | Source::NamedProfile(profile) => {
                format!(
                    "Sign in again: `aws sso login --profile {profile}`, or whatever issued them."
                )
            }
            Source::Chain => "Sign in again: `aws sso login`, or whatever issued them.".to_owned(),
            Source::Block | Source::Environment => {
                "Get new ones from whatever issued them; with AWS_PROFILE a profile renews its own."
                    .to_owned()
            }
        }
    }
}

impl std::fmt::Display for Origin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.source {
            Source::Block => f.write_str("The credentials are the access_key of the provider block")?,
            Source::BlockProfile(profile) => {
                write!(f, "The credentials are those of the provider block's profile \"{profile}\"")?;
            }
            Source::Environment => {
                f.write_str("The credentials are AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY of the environment")?;
            }
            Source::NamedProfile(profile) => {
                write!(f, "The credentials are those of the profile \"{profile}\" (AWS_PROFILE)")?;
            }
            Source::Chain => f.write_str(
                "Neither the provider block nor the environment names any: they are looked for in the profile \
                 \"default\" and in the role of the container or the instance",
            )?,
        }
        match &self.role {
            Some(role) => write!(f, "; with them {role} is assumed."),
            None => f.write_str("."),
        }
    }
}

/// Adds to an error whose credentials were used, or which endpoint was asked, where that is what is wrong.
#[must_use]
pub fn explain(error: Error, origin: &Origin, endpoint: Option<&str>) -> Error {
    match (error.class, endpoint) {
        (ErrorClass::Credentials, _) => origin.explain(error),
        // https://docs.aws.amazon.com/STS/latest/APIReference/API_DecodeAuthorizationMessage.html
        (ErrorClass::Denied, _) if error.message.contains("Encoded authorization failure") => {
            let help = format!(
                "Allow {} to the identity that runs this; `aws sts decode-authorization-message` tells what the encoded \
                 message says.",
                error.operation
            );
            error.with_help(help)
        }
        (ErrorClass::Unreachable | ErrorClass::Ambiguous, Some(endpoint)) => {
            error.with_context(format!("The endpoint is {endpoint}."))
        }
        _ => error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(source: Source, code: &str, message: &str) -> Error {
        let error = Error::new(ErrorClass::Credentials, "ec2:DescribeVpcs", message);
        explain(error.with_code(code), &Origin { source, role: None }, None)
    }

    #[test]
    fn whose_credentials_fail_is_told_with_what_to_do() {
        let profile = || Source::NamedProfile("prod".into());
        for (source, code, message, title, words, help) in [
            (
                Source::Environment,
                "AuthFailure",
                "Not valid",
                None,
                "AWS_ACCESS_KEY_ID",
                "unset them",
            ),
            (
                profile(),
                "ExpiredToken",
                "It expired",
                Some("The credentials have expired"),
                "\"prod\"",
                "--profile prod",
            ),
            (
                Source::Block,
                "InvalidSignatureException",
                "Signature expired: 20260101T000000Z is now earlier than 20260102T000000Z",
                Some("The clock is wrong"),
                "provider block",
                "this machine's clock",
            ),
            (
                Source::Environment,
                "SignatureDoesNotMatch",
                "It does not match",
                None,
                "environment",
                "secret key",
            ),
        ] {
            let error = told(source, code, message);
            assert_eq!(error.title(), title, "{code}");
            assert!(error.detail().contains(words), "{code}: {}", error.detail());
            assert!(
                error.help().is_some_and(|text| text.contains(help)),
                "{code}: {:?}",
                error.help()
            );
        }
    }

    #[test]
    fn the_endpoint_is_named_where_nobody_answers() {
        let origin = Origin { source: Source::Chain, role: None };
        let error = Error::new(ErrorClass::Unreachable, "ec2:DescribeVpcs", "refused");
        let error = explain(error, &origin, Some("http://127.0.0.1:1"));
        assert_eq!(
            error.detail(),
            "ec2:DescribeVpcs: refused. The endpoint is http://127.0.0.1:1."
        );
    }
}
