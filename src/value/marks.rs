//! Marks: what must be remembered of a value wherever it goes.

/// The marks of one value; those of its elements are on the elements.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Marks(u8);

impl Marks {
    /// No marks.
    pub const NONE: Self = Self(0);
    /// Must not be shown.
    pub const SENSITIVE: Self = Self(1);
    /// Must not outlive the run.
    pub const EPHEMERAL: Self = Self(2);

    /// Is a type rather than a value; only the console's `type()` yields it, and only the console may show it.
    pub const TYPE: Self = Self(4);

    /// Both sets of marks together.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// These marks without those of `other`.
    #[must_use]
    pub const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Whether every mark of `other` is here.
    #[must_use]
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Whether there is no mark.
    #[must_use]
    pub const fn is_none(self) -> bool {
        self.0 == 0
    }

    /// Whether the value must not be shown.
    #[must_use]
    pub const fn is_sensitive(self) -> bool {
        self.contains(Self::SENSITIVE)
    }

    /// Whether the value must not outlive the run.
    #[must_use]
    pub const fn is_ephemeral(self) -> bool {
        self.contains(Self::EPHEMERAL)
    }
}
