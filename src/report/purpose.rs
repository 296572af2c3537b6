//! What a run is for, as far as its last words depend on it.

/// What a run is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// To make live what the configuration says, or to look.
    Apply,
    /// To delete everything.
    Destroy,
    /// To take over what is live.
    Refresh,
}

impl Purpose {
    /// As the machine-readable UI names it.
    #[must_use]
    pub const fn operation(self) -> &'static str {
        match self {
            Self::Apply => "apply",
            Self::Destroy => "destroy",
            Self::Refresh => "refresh",
        }
    }
}
