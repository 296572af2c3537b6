//! Normal forms of texts: the words of `state_func`.

use serde_json::Value as Json;

use crate::schema::{Normalize, protocol};

/// The normal form of a configured text.
#[must_use]
pub(super) fn normalize(how: Normalize, text: &str) -> String {
    match how {
        Normalize::Lowercase => text.to_lowercase(),
        Normalize::Uppercase => text.to_uppercase(),
        Normalize::LowercaseWithoutTrailingDot => text.trim_end_matches('.').to_lowercase(),
        Normalize::DnsNormalize => {
            text.to_lowercase().replace("\\052", "*").trim_end_matches('.').into()
        }
        Normalize::TrimSpace => text.trim().into(),
        Normalize::JsonNormalize | Normalize::IamPolicyNormalize => {
            let json: Result<Json, _> = serde_json::from_str(text);
            json.map_or_else(|_| text.into(), |json| json.to_string())
        }
        Normalize::IpProtocolNormalize => protocol::normal(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_take_their_normal_form() {
        let check = |how, text: &str, expect: &str| assert_eq!(normalize(how, text), expect);
        check(Normalize::Lowercase, "Sun:05:00-Sun:06:00", "sun:05:00-sun:06:00");
        check(Normalize::Uppercase, "https", "HTTPS");
        check(Normalize::DnsNormalize, "\\052.Example.com.", "*.example.com");
        check(Normalize::TrimSpace, " a\n", "a");
        check(Normalize::JsonNormalize, "{ \"b\": 1, \"a\": [ ] }", "{\"a\":[],\"b\":1}");
        check(Normalize::JsonNormalize, "no json", "no json");
        check(Normalize::IpProtocolNormalize, "ALL", "-1");
        check(Normalize::IpProtocolNormalize, "6", "tcp");
        check(Normalize::IpProtocolNormalize, "50", "50");
    }
}
