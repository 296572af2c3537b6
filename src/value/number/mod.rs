//! Numbers: binary floats of 512 bits that round half to even, as Terraform's are.
//!
//! A number remembers the precision that it was made with: written numbers have 512 bits, lengths 64, results of `pow`
//! and `log` 53. It shows in quotients: `length(a) / length(b)` has 64 bits in Terraform, and so it has here.

mod decimal;
mod float;

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use dashu_int::{IBig, Sign, UBig};

pub use decimal::Decimal;
use float::{Float, Rest};

/// Bits of a written number.
const PRECISION: u16 = 512;
/// Bits of a counted number.
const COUNTED: u16 = 64;

/// A number of up to 512 significant bits, or an infinity. There is no NaN.
#[derive(Clone)]
pub struct Number(Repr);

#[derive(Clone)]
enum Repr {
    /// Whole numbers that fit, with their precision; every such number but `-0` is held so.
    Int(i64, u16),
    /// All others.
    Float(Arc<Float>),
}

impl Number {
    /// Zero.
    pub const ZERO: Self = Self(Repr::Int(0, PRECISION));
    /// One.
    pub const ONE: Self = Self(Repr::Int(1, PRECISION));

    /// A number that counts something, which has 64 bits of precision.
    #[must_use]
    pub fn counted(count: usize) -> Self {
        Self(Repr::Int(i64::try_from(count).unwrap_or(i64::MAX), COUNTED))
    }

    /// A whole number of any size, at least 64 bits of precision.
    #[must_use]
    pub fn whole(value: IBig) -> Self {
        let (sign, magnitude) = value.into_parts();
        Self::from_magnitude(sign == Sign::Negative, magnitude)
    }

    fn from_magnitude(negative: bool, magnitude: UBig) -> Self {
        use dashu_int::ops::BitTest;
        let precision = u32::try_from(magnitude.bit_len()).unwrap_or(u32::MAX).max(64);
        Self::from_float(Float::rounded(negative, magnitude, 0, Rest::Nothing, precision))
    }

    /// Infinity.
    #[must_use]
    pub fn infinity() -> Self {
        Self::from_float(Float::infinity(false, PRECISION.into()))
    }

    /// Reads decimal digits with an optional sign, point and exponent, at 512 bits of precision.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() < 18
            && text.bytes().all(|byte| byte.is_ascii_digit())
            && let Ok(value) = text.parse()
        {
            return Some(Self(Repr::Int(value, PRECISION)));
        }
        decimal::parse(text, PRECISION.into()).map(Self::from_float)
    }

    /// Exactly this float, at 53 bits of precision; `None` for NaN.
    #[must_use]
    pub fn from_f64(value: f64) -> Option<Self> {
        Float::from_f64(value).map(Self::from_float)
    }

    fn from_float(float: Float) -> Self {
        let small = float.is_whole() && float.exponent < 64 && !(float.is_zero() && float.negative);
        if small && let Ok(precision) = u16::try_from(float.precision) {
            let (magnitude, _) = float.truncate();
            let sign = if float.negative { Sign::Negative } else { Sign::Positive };
            if let Ok(value) = i64::try_from(IBig::from_parts(sign, magnitude)) {
                return Self(Repr::Int(value, precision));
            }
        }
        Self(Repr::Float(Arc::new(float)))
    }

    fn float(&self) -> Float {
        match &self.0 {
            Repr::Int(value, precision) => Float::from_i64(*value, (*precision).into()),
            Repr::Float(float) => (**float).clone(),
        }
    }

    fn precision(&self) -> u32 {
        match &self.0 {
            Repr::Int(_, precision) => (*precision).into(),
            Repr::Float(float) => float.precision,
        }
    }

    /// Two small whole numbers with a precision that holds every small whole number.
    fn small_pair(&self, other: &Self) -> Option<(i64, i64, u16)> {
        match (&self.0, &other.0) {
            (Repr::Int(a, p), Repr::Int(b, q)) if *p >= COUNTED && *q >= COUNTED => {
                Some((*a, *b, *p.max(q)))
            }
            _ => None,
        }
    }

    fn common_precision(&self, other: &Self) -> u32 {
        self.precision().max(other.precision())
    }

    /// The sum; `None` for infinities of opposite signs.
    #[must_use]
    pub fn add(&self, other: &Self) -> Option<Self> {
        if let Some((a, b, precision)) = self.small_pair(other)
            && let Some(sum) = a.checked_add(b)
        {
            return Some(Self(Repr::Int(sum, precision)));
        }
        self.float().add(&other.float(), self.common_precision(other)).map(Self::from_float)
    }

    /// The difference; `None` for infinities of one sign.
    #[must_use]
    pub fn subtract(&self, other: &Self) -> Option<Self> {
        if let Some((a, b, precision)) = self.small_pair(other)
            && let Some(difference) = a.checked_sub(b)
        {
            return Some(Self(Repr::Int(difference, precision)));
        }
        let negated = other.float().negate();
        let precision = self.common_precision(other);
        self.float().add(&negated, precision).map(Self::from_float)
    }

    /// The product, with as many bits as it needs up to 512; `None` for zero times infinity.
    #[must_use]
    pub fn multiply(&self, other: &Self) -> Option<Self> {
        if let Some((a, b, precision)) = self.small_pair(other)
            && a != 0
            && b != 0
            && let Some(product) = a.checked_mul(b)
        {
            return Some(Self(Repr::Int(product, precision)));
        }
        let product = self.float().multiply(&other.float(), PRECISION.into())?;
        let precision = self.common_precision(other).max(product.min_precision());
        Some(Self::from_float(product.with_precision(precision)))
    }

    /// The quotient, infinite for a division by zero; `None` for zero by zero and infinity by infinity.
    #[must_use]
    pub fn divide(&self, other: &Self) -> Option<Self> {
        if let Some((a, b, precision)) = self.small_pair(other)
            && a != 0
            && b != 0
            && a.checked_rem(b) == Some(0)
        {
            return Some(Self(Repr::Int(a / b, precision)));
        }
        self.float().divide(&other.float(), self.common_precision(other)).map(Self::from_float)
    }

    /// The rest of a division, with the sign of `self`, and `self` for a division by zero; `None` where it is undefined.
    ///
    /// Everything but the quotient is computed with the bits of `self`, as Terraform does it: that makes `5.5 % 0.1` zero,
    /// and the rest negative where the quotient was rounded up to the next whole number.
    #[must_use]
    pub fn remainder(&self, other: &Self) -> Option<Self> {
        if let (Repr::Int(a, precision), Repr::Int(b, _)) = (&self.0, &other.0)
            && *precision >= COUNTED
            && *a != 0
            && let Some(rest) = a.checked_rem(*b)
        {
            return Some(Self(Repr::Int(rest, *precision)));
        }
        let (a, b) = (self.float(), other.float());
        if b.is_zero() {
            return Some(self.clone());
        }
        if a.infinite || b.infinite {
            return None;
        }
        let quotient = a.divide(&b, self.common_precision(other))?;
        let (whole, precision) = (quotient.truncate().0, self.precision());
        let negative = quotient.negative && whole != UBig::ZERO;
        let whole = Float::rounded(negative, whole, 0, Rest::Nothing, precision);
        let product = b.multiply(&whole, precision)?;
        a.add(&product.negate(), precision).map(Self::from_float)
    }

    /// The number with the other sign; zero becomes `-0`.
    #[must_use]
    pub fn negate(&self) -> Self {
        match &self.0 {
            Repr::Int(value, precision) if *value != 0 && *value != i64::MIN => {
                Self(Repr::Int(-value, *precision))
            }
            _ => Self::from_float(self.float().negate()),
        }
    }

    /// The number without its sign.
    #[must_use]
    pub fn abs(&self) -> Self {
        if self.is_negative() { self.negate() } else { self.clone() }
    }

    /// The nearest whole number that is not greater.
    #[must_use]
    pub fn floor(&self) -> Self {
        self.to_whole(true)
    }

    /// The nearest whole number that is not smaller.
    #[must_use]
    pub fn ceil(&self) -> Self {
        self.to_whole(false)
    }

    fn to_whole(&self, down: Inclination) -> Self {
        let Repr::Float(float) = &self.0 else { return self.clone() };
        if float.infinite || float.is_whole() {
            return self.clone();
        }
        let (mut magnitude, cut) = float.truncate();
        if cut && float.negative == down {
            magnitude += 1u8;
        }
        let whole = Float::rounded(float.negative, magnitude, 0, Rest::Nothing, float.precision);
        Self::from_float(if whole.is_zero() { Float::zero(false, float.precision) } else { whole })
    }

    /// The whole part.
    #[must_use]
    pub fn truncate(&self) -> Self {
        if self.is_negative() { self.ceil() } else { self.floor() }
    }

    /// -1, 0 or 1.
    #[must_use]
    pub fn signum(&self) -> i64 {
        match self.cmp(&Self::ZERO) {
            Ordering::Less => -1,
            Ordering::Equal => 0,
            Ordering::Greater => 1,
        }
    }

    /// Whether it is less than zero, or `-0`.
    #[must_use]
    pub fn is_negative(&self) -> bool {
        match &self.0 {
            Repr::Int(value, _) => *value < 0,
            Repr::Float(float) => float.negative,
        }
    }

    /// Whether it is an infinity.
    #[must_use]
    pub fn is_infinite(&self) -> bool {
        matches!(&self.0, Repr::Float(float) if float.infinite)
    }

    /// Whether it has no fraction.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        match &self.0 {
            Repr::Int(..) => true,
            Repr::Float(float) => float.is_whole(),
        }
    }

    /// The number as an `i64`, if it is whole and fits.
    #[must_use]
    pub fn to_i64(&self) -> Option<i64> {
        match &self.0 {
            Repr::Int(value, _) => Some(*value),
            Repr::Float(float) => float.is_zero().then_some(0),
        }
    }

    /// The number as a whole one of any size, if it is whole.
    #[must_use]
    pub fn to_whole_big(&self) -> Option<IBig> {
        match &self.0 {
            Repr::Int(value, _) => Some(IBig::from(*value)),
            Repr::Float(float) if float.is_whole() => {
                let sign = if float.negative { Sign::Negative } else { Sign::Positive };
                Some(IBig::from_parts(sign, float.truncate().0))
            }
            Repr::Float(_) => None,
        }
    }

    /// The nearest 64-bit float.
    #[must_use]
    pub fn to_f64(&self) -> f64 {
        self.float().to_f64()
    }

    /// Its exact decimal digits; none for infinities.
    #[must_use]
    pub fn exact_decimal(&self) -> Option<Decimal> {
        let float = self.float();
        (!float.infinite).then(|| Decimal::of(&float))
    }

    /// The fewest decimal digits that read back as the same number; none for infinities.
    #[must_use]
    pub fn shortest_decimal(&self) -> Option<Decimal> {
        let float = self.float();
        (!float.infinite).then(|| Decimal::shortest(&float))
    }
}

/// Whether a fraction is rounded down; otherwise up.
type Inclination = bool;

impl From<i64> for Number {
    fn from(value: i64) -> Self {
        Self(Repr::Int(value, PRECISION))
    }
}

impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Number {}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        match (&self.0, &other.0) {
            (Repr::Int(a, _), Repr::Int(b, _)) => a.cmp(b),
            _ => self.float().compare(&other.float()),
        }
    }
}

impl Hash for Number {
    fn hash<H: Hasher>(&self, state: &mut H) {
        if let Some(value) = self.to_i64() {
            value.hash(state);
        } else {
            let float = self.float();
            (float.negative, float.infinite, float.exponent).hash(state);
            float.mantissa.hash(state);
        }
    }
}

impl fmt::Display for Number {
    /// All digits, never an exponent.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Repr::Int(value, precision)
                if *precision >= COUNTED || value.unsigned_abs() < 1 << 53 =>
            {
                value.fmt(f)
            }
            _ => match self.shortest_decimal() {
                Some(decimal) => f.write_str(&decimal.to_plain(None)),
                None => f.write_str(if self.is_negative() { "-Inf" } else { "+Inf" }),
            },
        }
    }
}

impl fmt::Debug for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Number {
        Number::parse(text).expect(text)
    }

    #[test]
    fn quotients_have_512_bits() {
        let third = Number::from(1).divide(&Number::from(3)).expect("defined");
        assert_eq!(third.to_string(), format!("0.{}5", "3".repeat(154)));
        let counted = Number::counted(1).divide(&Number::counted(3)).expect("defined");
        assert_eq!(counted.to_string(), "0.33333333333333333334");
    }

    #[test]
    fn texts_read_back() {
        for text in ["0", "-0", "1.5", "-12.25", "100000000000000000000", "0.1", "+Inf", "-Inf"] {
            assert_eq!(number(text).to_string(), text);
        }
        for (text, expect) in
            [("1e3", "1000"), ("1p3", "8"), (".5", "0.5"), ("5.", "5"), ("007", "7")]
        {
            assert_eq!(number(text).to_string(), expect);
        }
        for text in [
            "",
            "x",
            "1e",
            "0x10",
            "1_000",
            "--1",
            ".",
            "1e100001",
            "1e-999999999",
            "1e99999999999999999999",
        ] {
            assert!(Number::parse(text).is_none(), "{text}");
        }
    }

    #[test]
    fn floats_keep_53_bits() {
        assert_eq!(
            Number::from_f64(2f64.powi(60)).expect("a number").to_string(),
            "1152921504606847000"
        );
        assert_eq!(Number::from_f64(0.1).expect("a number").to_string(), "0.1");
        assert_eq!(number("0.1").to_f64().to_bits(), 0.1_f64.to_bits());
        assert_eq!(number("1e-320").to_f64().to_bits(), 1e-320_f64.to_bits());
    }

    #[test]
    fn rests_are_terraforms() {
        let rest = |a: &str, b: &str| number(a).remainder(&number(b)).expect("defined").to_string();
        assert_eq!(rest("5.5", "0.1"), "0");
        assert_eq!(rest("-7", "3"), "-1");
        assert_eq!(rest("1", "0"), "1");
        assert_eq!(rest("7", "3"), "1");
        assert_eq!(rest("1e30", "3"), "1");
        assert_eq!(rest("-0", "5"), "-0");
        assert_eq!(rest("-6", "3"), "0");
        assert_eq!(rest("1e-30", "1e-30"), "0");
        assert!(
            number("1").divide(&Number::ZERO).expect("infinite").remainder(&number("5")).is_none()
        );
    }
}
