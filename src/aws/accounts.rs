//! Which AWS accounts a provider block lets itself be used with: `allowed_account_ids`, `forbidden_account_ids`.

use super::settings::texts;
use crate::provider::{Error, ErrorClass};
use crate::value::Value;

/// The accounts that a provider block names.
#[derive(Clone, Debug, Default)]
pub struct Accounts {
    allowed: Vec<String>,
    forbidden: Vec<String>,
}

impl Accounts {
    /// Reads the block.
    #[must_use]
    pub fn of(config: &Value) -> Self {
        let allowed = texts(config, "allowed_account_ids");
        Self { allowed, forbidden: texts(config, "forbidden_account_ids") }
    }

    /// Whether it matters which account it is.
    #[must_use]
    pub const fn is_restricted(&self) -> bool {
        !self.allowed.is_empty() || !self.forbidden.is_empty()
    }

    /// Refuses an account that is not meant.
    ///
    /// # Errors
    /// `Invalid`, with what the block allows.
    pub fn check(&self, account: &str) -> Result<(), Error> {
        let is_named = |accounts: &[String]| accounts.iter().any(|named| named == account);
        let why = if is_named(&self.forbidden) {
            "forbidden_account_ids names it".to_owned()
        } else if !self.allowed.is_empty() && !is_named(&self.allowed) {
            format!("allowed_account_ids names only {}", self.allowed.join(", "))
        } else {
            return Ok(());
        };
        let message = format!("the credentials are of the account {account}, and {why}");
        Err(Error::new(ErrorClass::Invalid, "configure the aws provider", message)
            .titled("Wrong AWS account")
            .with_help("Use credentials of the account that is meant (AWS_PROFILE)."))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Type;

    fn accounts(allowed: &[&str], forbidden: &[&str]) -> Accounts {
        let list = |ids: &[&str]| Value::set(Type::String, ids.iter().map(|id| Value::string(*id)));
        Accounts::of(&Value::object([
            ("allowed_account_ids", list(allowed)),
            ("forbidden_account_ids", list(forbidden)),
        ]))
    }

    #[test]
    fn only_the_accounts_that_are_meant_are_used() {
        let check = |accounts: &Accounts| accounts.check("111111111111").map_err(|e| e.message);
        assert!(!accounts(&[], &[]).is_restricted());
        assert_eq!(check(&accounts(&["111111111111", "2"], &[])), Ok(()));
        assert_eq!(check(&accounts(&[], &["2"])), Ok(()));
        let other = check(&accounts(&["222222222222"], &[])).expect_err("it is another one");
        assert!(other.contains("111111111111") && other.contains("222222222222"), "{other}");
        let forbidden = check(&accounts(&["111111111111"], &["111111111111"]));
        assert!(forbidden.expect_err("it is forbidden").contains("forbidden_account_ids"));
    }
}
