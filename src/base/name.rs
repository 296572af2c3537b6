//! Newtypes for every string with a meaning, so that an id cannot be passed where a type name is due.

use ecow::EcoString;
use serde::{Deserialize, Serialize};

macro_rules! name {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(EcoString);

        impl $name {
            /// Wraps the text as it stands; nothing is checked.
            pub fn new(text: impl Into<EcoString>) -> Self {
                Self(text.into())
            }

            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.into())
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(text.into())
            }
        }

        impl From<EcoString> for $name {
            fn from(text: EcoString) -> Self {
                Self(text)
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl std::borrow::Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl PartialEq<str> for $name {
            fn eq(&self, other: &str) -> bool {
                self.0 == other
            }
        }

        impl PartialEq<&str> for $name {
            fn eq(&self, other: &&str) -> bool {
                self.0 == *other
            }
        }
    };
}

name! {
    /// A resource or data source type: `aws_vpc`.
    TypeName
}
name! {
    /// What the cloud calls an object, as Terraform's `id` attribute has it: `vpc-0a1b…`, a name, or a composite.
    Id
}
name! {
    /// An Amazon resource name.
    Arn
}
name! {
    /// An AWS region: `eu-central-1`.
    Region
}
name! {
    /// The name of a stack; owner of resources.
    StackName
}
name! {
    /// The name of a phase of the ladder.
    PhaseName
}
