//! The words of the schema files that stand for a normalisation of values.

use serde::Deserialize;
use serde_json::Value as Json;

use super::Condition;

/// How a configured value is normalised before it is stored and compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Normalize {
    /// Lower case.
    Lowercase,
    /// Upper case.
    Uppercase,
    /// Lower case without a dot at the end.
    LowercaseWithoutTrailingDot,
    /// A DNS name: lower case, `*` for `\052`, no dot at the end.
    DnsNormalize,
    /// White space at both ends is dropped.
    TrimSpace,
    /// JSON with sorted keys and no white space.
    JsonNormalize,
    /// An IAM policy as JSON with no white space.
    IamPolicyNormalize,
    /// An IP protocol: lower case, names for numbers that have one, `-1` for all.
    IpProtocolNormalize,
}

/// When a difference between prior and configured value does not count.
#[derive(Clone, Debug, PartialEq)]
pub enum DiffSuppress {
    /// The block is there and the configuration has none.
    MissingBlock,
    /// Both mean the same bool.
    NullableBoolEqual,
    /// Equal as JSON.
    JsonEqual,
    /// Equal as JSON, where the empty text, `{}` and `[]` are one.
    JsonEqualOrEmpty,
    /// Equal as JSON or YAML.
    JsonOrYamlEqual,
    /// IAM policies of the same meaning.
    IamPolicyEqual,
    /// The same instant.
    TimeEqual,
    /// The same minute.
    TimeEqualToMinute,
    /// The same network.
    CidrEqual,
    /// The same IP address.
    IpEqual,
    /// The same number.
    NumericEqual,
    /// Equal but for letter case.
    CaseInsensitiveEqual,
    /// The same IP protocol by name, number, `all` or `-1`.
    IpProtocolEqual,
    /// The same IP protocol by number.
    IpProtocolNumberEqual,
    /// The same KMS key by ARN or id.
    KmsKeyArnOrIdEqual,
    /// The same database instance by ARN or identifier.
    DbInstanceArnOrIdEqual,
    /// The same text after zeros at the end of numbers are dropped, or nothing configured.
    TrailingZerosEqual,
    /// SSH public keys that differ in their comment only.
    PublicKeyEqual,
    /// Blocks of a security group that allow the same, however they are grouped.
    RulesEqual,
    /// The same user data, be it plain, base64, or the SHA-1 of it.
    UserDataEqual,
    /// A condition holds.
    When(Condition),
}

impl DiffSuppress {
    /// The meaning of a word or condition of a schema file.
    pub(super) fn from_json(json: &Json) -> Result<Self, String> {
        let Some(word) = json.as_str() else {
            return Condition::try_from(json.clone()).map(Self::When);
        };
        Ok(match word {
            "missing_block" => Self::MissingBlock,
            "nullable_bool_equal" => Self::NullableBoolEqual,
            "json_equal" => Self::JsonEqual,
            "json_equal_or_empty" => Self::JsonEqualOrEmpty,
            "json_or_yaml_equal" => Self::JsonOrYamlEqual,
            "iam_policy_equal" => Self::IamPolicyEqual,
            "time_equal" => Self::TimeEqual,
            "time_equal_to_minute" => Self::TimeEqualToMinute,
            "cidr_equal" => Self::CidrEqual,
            "ip_equal" => Self::IpEqual,
            "numeric_equal" => Self::NumericEqual,
            "case_insensitive_equal" => Self::CaseInsensitiveEqual,
            "ip_protocol_equal" => Self::IpProtocolEqual,
            "ip_protocol_number_equal" => Self::IpProtocolNumberEqual,
            "kms_key_arn_or_id_equal" => Self::KmsKeyArnOrIdEqual,
            "db_instance_arn_or_id_equal" => Self::DbInstanceArnOrIdEqual,
            "public_key_equal" => Self::PublicKeyEqual,
            "trailing_zeros_equal" => Self::TrailingZerosEqual,
            "rules_equal" => Self::RulesEqual,
            "user_data_equal" => Self::UserDataEqual,
            note => Self::When(Condition::Note(note.into())),
        })
    }
}
