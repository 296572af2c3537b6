//! Binary floats of any precision, rounded half to even: what numbers are when they are not small whole ones.

use std::cmp::Ordering;

use dashu_int::UBig;
use dashu_int::ops::BitTest;

/// `(-1)^negative * mantissa * 2^exponent`, rounded to `precision` bits; or an infinity.
///
/// The mantissa is odd, or zero, so that equal numbers have equal parts.
#[derive(Clone)]
pub(super) struct Float {
    pub(super) negative: bool,
    pub(super) infinite: bool,
    pub(super) mantissa: UBig,
    pub(super) exponent: i64,
    pub(super) precision: u32,
}

/// An exponent past this is an infinity or zero; no configuration means such a number.
const EXPONENT_LIMIT: i64 = 1 << 31;

impl Float {
    pub(super) fn infinity(negative: bool, precision: u32) -> Self {
        Self { negative, infinite: true, mantissa: UBig::ZERO, exponent: 0, precision }
    }

    pub(super) fn zero(negative: bool, precision: u32) -> Self {
        Self { negative, infinite: false, mantissa: UBig::ZERO, exponent: 0, precision }
    }

    pub(super) fn from_i64(value: i64, precision: u32) -> Self {
        Self::rounded(value < 0, UBig::from(value.unsigned_abs()), 0, Rest::Nothing, precision)
    }

    /// Exactly the float; `None` for NaN.
    pub(super) fn from_f64(value: f64) -> Option<Self> {
        if value.is_nan() {
            return None;
        }
        if value.is_infinite() {
            return Some(Self::infinity(value < 0.0, 53));
        }
        let bits = value.to_bits();
        let fraction = bits & ((1 << 52) - 1);
        let raw = i64::try_from((bits >> 52) & 0x7ff).expect("11 bits fit");
        let (mantissa, exponent) =
            if raw == 0 { (fraction, -1074) } else { (fraction | (1 << 52), raw - 1075) };
        let negative = value.is_sign_negative();
        Some(Self::rounded(negative, UBig::from(mantissa), exponent, Rest::Nothing, 53))
    }

    /// The number with these parts, rounded half to even; `rest` says what was already cut off below the mantissa.
    pub(super) fn rounded(
        negative: bool,
        mut mantissa: UBig,
        mut exponent: i64,
        rest: Rest,
        precision: u32,
    ) -> Self {
        let bits = mantissa.bit_len();
        let wanted = precision as usize;
        if bits > wanted {
            let cut = bits - wanted;
            let half = mantissa.bit(cut - 1);
            let below = rest == Rest::Something
                || mantissa.trailing_zeros().is_some_and(|zeros| zeros < cut - 1);
            mantissa >>= cut;
            if half && (below || mantissa.bit(0)) {
                mantissa += 1u8;
            }
            exponent += i64::try_from(cut).unwrap_or(i64::MAX);
        }
        match mantissa.trailing_zeros() {
            None => return Self::zero(negative, precision),
            Some(0) => {}
            Some(zeros) => {
                mantissa >>= zeros;
                exponent += i64::try_from(zeros).unwrap_or(i64::MAX);
            }
        }
        let top = exponent + i64::try_from(mantissa.bit_len()).unwrap_or(i64::MAX);
        if top > EXPONENT_LIMIT {
            return Self::infinity(negative, precision);
        }
        if top < -EXPONENT_LIMIT {
            return Self::zero(negative, precision);
        }
        Self { negative, infinite: false, mantissa, exponent, precision }
    }

    pub(super) fn with_precision(self, precision: u32) -> Self {
        if self.infinite {
            return Self { precision, ..self };
        }
        Self::rounded(self.negative, self.mantissa, self.exponent, Rest::Nothing, precision)
    }

    pub(super) fn is_zero(&self) -> bool {
        !self.infinite && self.mantissa == UBig::ZERO
    }

    /// Whether it has no fraction; infinities have none to speak of.
    pub(super) fn is_whole(&self) -> bool {
        !self.infinite && self.exponent >= 0
    }

    /// Bits that the number needs.
    pub(super) fn min_precision(&self) -> u32 {
        u32::try_from(self.mantissa.bit_len()).unwrap_or(u32::MAX)
    }

    pub(super) fn negate(mut self) -> Self {
        self.negative = !self.negative;
        self
    }

    /// The position of the highest bit, plus one: the number is in `[2^(top-1), 2^top)`.
    fn top(&self) -> i64 {
        self.exponent + i64::try_from(self.mantissa.bit_len()).unwrap_or(i64::MAX)
    }

    /// `self + other`; `None` for infinities of opposite signs.
    pub(super) fn add(&self, other: &Self, precision: u32) -> Option<Self> {
        if self.infinite || other.infinite {
            if self.infinite && other.infinite && self.negative != other.negative {
                return None;
            }
            let infinite = if self.infinite { self } else { other };
            return Some(Self::infinity(infinite.negative, precision));
        }
        if other.is_zero() || self.is_zero() {
            if self.is_zero() && other.is_zero() {
                return Some(Self::zero(self.negative && other.negative, precision));
            }
            let one = if self.is_zero() { other } else { self };
            return Some(one.clone().with_precision(precision));
        }
        let (big, small) = if self.top() >= other.top() { (self, other) } else { (other, self) };
        // What is too small to matter only says in which direction to round.
        let floor = big.exponent.min(big.top() - i64::from(precision) - 4);
        let (small_mantissa, small_exponent) = if small.top() < floor - 2 {
            (UBig::ONE, floor - 2)
        } else {
            (small.mantissa.clone(), small.exponent)
        };
        let exponent = big.exponent.min(small_exponent);
        let a = shift_left(&big.mantissa, big.exponent - exponent);
        let b = shift_left(&small_mantissa, small_exponent - exponent);
        let (negative, mantissa) = if big.negative == small.negative {
            (big.negative, a + b)
        } else {
            match a.cmp(&b) {
                Ordering::Greater => (big.negative, a - b),
                Ordering::Less => (small.negative, b - a),
                Ordering::Equal => return Some(Self::zero(false, precision)),
            }
        };
        Some(Self::rounded(negative, mantissa, exponent, Rest::Nothing, precision))
    }

    /// `self * other`; `None` for zero times infinity.
    pub(super) fn multiply(&self, other: &Self, precision: u32) -> Option<Self> {
        let negative = self.negative != other.negative;
        if self.infinite || other.infinite {
            let undefined = self.is_zero() || other.is_zero();
            return (!undefined).then(|| Self::infinity(negative, precision));
        }
        let mantissa = &self.mantissa * &other.mantissa;
        let exponent = self.exponent + other.exponent;
        Some(Self::rounded(negative, mantissa, exponent, Rest::Nothing, precision))
    }

    /// `self / other`; `None` for zero by zero and infinity by infinity.
    pub(super) fn divide(&self, other: &Self, precision: u32) -> Option<Self> {
        let negative = self.negative != other.negative;
        match (self.infinite, other.infinite, self.is_zero(), other.is_zero()) {
            (true, true, ..) | (_, _, true, true) => return None,
            (true, ..) | (_, _, _, true) => return Some(Self::infinity(negative, precision)),
            (_, true, ..) | (_, _, true, _) => return Some(Self::zero(negative, precision)),
            _ => {}
        }
        // Enough bits that the quotient has two more than are wanted.
        let have = self.mantissa.bit_len();
        let need = other.mantissa.bit_len() + precision as usize + 2;
        let shift = need.saturating_sub(have);
        let dividend = &self.mantissa << shift;
        let quotient = &dividend / &other.mantissa;
        let exact = &quotient * &other.mantissa == dividend;
        let rest = if exact { Rest::Nothing } else { Rest::Something };
        // A sticky bit below the quotient keeps the rounding right.
        let (mantissa, extra) = match rest {
            Rest::Nothing => (quotient, 0),
            Rest::Something => ((quotient << 1) + 1u8, 1),
        };
        let shift = i64::try_from(shift).unwrap_or(i64::MAX);
        let exponent = self.exponent - other.exponent - shift - extra;
        Some(Self::rounded(negative, mantissa, exponent, Rest::Nothing, precision))
    }

    /// The whole part, rounded toward zero, and whether something was cut off.
    pub(super) fn truncate(&self) -> (UBig, bool) {
        if self.exponent >= 0 {
            return (shift_left(&self.mantissa, self.exponent), false);
        }
        let cut = usize::try_from(-self.exponent).unwrap_or(usize::MAX);
        if cut >= self.mantissa.bit_len() {
            return (UBig::ZERO, !self.is_zero());
        }
        (&self.mantissa >> cut, true)
    }

    pub(super) fn compare(&self, other: &Self) -> Ordering {
        let sign = |f: &Self| match (f.is_zero(), f.negative) {
            (true, _) => 0,
            (false, true) => -1,
            (false, false) => 1,
        };
        let order = sign(self).cmp(&sign(other));
        if order != Ordering::Equal || self.is_zero() {
            return order;
        }
        let magnitude = match (self.infinite, other.infinite) {
            (true, true) => Ordering::Equal,
            (true, false) => Ordering::Greater,
            (false, true) => Ordering::Less,
            (false, false) => self.compare_magnitude(other),
        };
        if self.negative { magnitude.reverse() } else { magnitude }
    }

    fn compare_magnitude(&self, other: &Self) -> Ordering {
        self.top().cmp(&other.top()).then_with(|| {
            let exponent = self.exponent.min(other.exponent);
            shift_left(&self.mantissa, self.exponent - exponent)
                .cmp(&shift_left(&other.mantissa, other.exponent - exponent))
        })
    }

    /// The nearest 64-bit float.
    pub(super) fn to_f64(&self) -> f64 {
        let sign = if self.negative { -1.0 } else { 1.0 };
        if self.infinite {
            return sign * f64::INFINITY;
        }
        if self.is_zero() {
            return sign * 0.0;
        }
        let top = self.top();
        if top > 1024 {
            return sign * f64::INFINITY;
        }
        if top < -1080 {
            return sign * 0.0;
        }
        // Numbers below 2^-1022 have fewer bits.
        let bits = u32::try_from((top + 1074).clamp(0, 53)).expect("at most 53");
        if bits == 0 {
            return sign * if top == -1074 && self.mantissa != UBig::ONE { 5e-324 } else { 0.0 };
        }
        let near = Self::rounded(false, self.mantissa.clone(), self.exponent, Rest::Nothing, bits);
        let mantissa = u64::try_from(&near.mantissa).expect("at most 53 bits");
        #[expect(clippy::cast_precision_loss, reason = "at most 53 bits")]
        let mantissa = mantissa as f64;
        let exponent = i32::try_from(near.exponent).expect("checked to be small");
        // In two steps, since 2^-1074 and 2^1023 are the ends of the range.
        let half = exponent / 2;
        sign * mantissa * 2f64.powi(half) * 2f64.powi(exponent - half)
    }
}

/// Whether anything was cut off below a mantissa.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Rest {
    Nothing,
    Something,
}

fn shift_left(mantissa: &UBig, by: i64) -> UBig {
    mantissa << usize::try_from(by).expect("exponents are aligned downwards")
}
