//! Numbers as decimal digits: exact, shortest, rounded to so many places; and from text.

use std::fmt::Write as _;

use dashu_int::UBig;

use super::float::{Float, Rest};

/// `0.d1d2d3… * 10^point`, without trailing zeros; no digits for zero.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decimal {
    /// ASCII digits.
    pub digits: Vec<u8>,
    /// How many digits stand before the decimal point.
    pub point: i64,
    /// Whether a minus sign stands before it.
    pub negative: bool,
}

impl Decimal {
    /// `mantissa * 2^exponent`, exactly.
    fn exact(mantissa: &UBig, exponent: i64, negative: bool) -> Self {
        let (text, below) = if exponent >= 0 {
            let whole = mantissa << usize::try_from(exponent).expect("not negative");
            (whole.to_string(), 0)
        } else {
            let places = usize::try_from(-exponent).expect("positive");
            ((mantissa * UBig::from(5u8).pow(places)).to_string(), -exponent)
        };
        let mut digits = text.into_bytes();
        let point = i64::try_from(digits.len()).expect("fits") - below;
        trim(&mut digits);
        let point = if digits.is_empty() { 0 } else { point };
        Self { digits, point, negative }
    }

    pub(super) fn of(float: &Float) -> Self {
        Self::exact(&float.mantissa, float.exponent, float.negative)
    }

    /// The shortest digits that read back as the same number at its precision.
    pub(super) fn shortest(float: &Float) -> Self {
        let mut decimal = Self::of(float);
        if decimal.digits.is_empty() {
            return decimal;
        }
        // One bit more than the precision, so that the lowest is half a unit in the last place.
        let bits = i64::try_from(float.mantissa.bit_len_usize()).expect("fits");
        let spare = i64::from(float.precision) + 1 - bits;
        let scaled = &float.mantissa << usize::try_from(spare.max(0)).expect("not negative");
        let exponent = float.exponent - spare;
        let inclusive = !bit(&scaled, 1);
        let lower = Self::exact(&(&scaled - 1u8), exponent, false);
        let upper = Self::exact(&(&scaled + 1u8), exponent, false);
        for index in 0..decimal.digits.len() {
            let digit = decimal.digits[index];
            let (low, high) = (lower.at(index), upper.at(index));
            let last_of_lower = inclusive && index + 1 == lower.digits.len();
            let down = low != digit || last_of_lower;
            let up =
                digit != high && (inclusive || digit + 1 < high || index + 1 < upper.digits.len());
            match (down, up) {
                (true, true) => decimal.round(index + 1),
                (true, false) => decimal.round_down(index + 1),
                (false, true) => decimal.round_up(index + 1),
                (false, false) => continue,
            }
            break;
        }
        decimal
    }

    fn at(&self, index: usize) -> u8 {
        self.digits.get(index).copied().unwrap_or(b'0')
    }

    /// Keeps `count` digits, rounding half to even.
    pub fn round(&mut self, count: usize) {
        if count >= self.digits.len() {
            return;
        }
        let half = self.digits[count] == b'5' && count + 1 == self.digits.len();
        let up = if half {
            count > 0 && (self.digits[count - 1] - b'0') & 1 != 0
        } else {
            self.digits[count] >= b'5'
        };
        if up { self.round_up(count) } else { self.round_down(count) }
    }

    fn round_up(&mut self, count: usize) {
        if count >= self.digits.len() {
            return;
        }
        let mut keep = count;
        while keep > 0 && self.digits[keep - 1] == b'9' {
            keep -= 1;
        }
        if keep == 0 {
            self.digits = vec![b'1'];
            self.point += 1;
            return;
        }
        self.digits[keep - 1] += 1;
        self.digits.truncate(keep);
    }

    fn round_down(&mut self, count: usize) {
        self.digits.truncate(count);
        trim(&mut self.digits);
        if self.digits.is_empty() {
            self.point = 0;
        }
    }

    /// As `%f` writes it; `places` after the point, or as many as there are.
    #[must_use]
    pub fn to_plain(&self, places: Option<usize>) -> String {
        let mut text = String::with_capacity(self.digits.len() + 8);
        if self.negative {
            text.push('-');
        }
        if self.point > 0 {
            let whole = usize::try_from(self.point).expect("positive");
            text.extend((0..whole).map(|index| char::from(self.at(index))));
        } else {
            text.push('0');
        }
        let available = i64::try_from(self.digits.len()).expect("fits") - self.point;
        let places = places.unwrap_or_else(|| usize::try_from(available.max(0)).expect("fits"));
        if places > 0 {
            text.push('.');
            for place in 0..i64::try_from(places).expect("fits") {
                let index = self.point + place;
                let digit = usize::try_from(index).map_or(b'0', |index| self.at(index));
                text.push(char::from(digit));
            }
        }
        text
    }

    /// As `%e` writes it, with `places` after the point.
    #[must_use]
    pub fn to_scientific(&self, places: usize, mark: char) -> String {
        let mut text = String::new();
        if self.negative {
            text.push('-');
        }
        text.push(char::from(self.at(0)));
        if places > 0 {
            text.push('.');
            text.extend((1..=places).map(|index| char::from(self.at(index))));
        }
        let exponent = if self.digits.is_empty() { 0 } else { self.point - 1 };
        let sign = if exponent < 0 { '-' } else { '+' };
        write!(text, "{mark}{sign}{:02}", exponent.abs()).expect("a String takes everything");
        text
    }

    /// Rounds to `places` after the decimal point.
    pub fn round_places(&mut self, places: usize) {
        let count = self.point + i64::try_from(places).unwrap_or(i64::MAX / 2);
        if count < 0 {
            self.digits.clear();
            self.point = 0;
        } else {
            self.round(usize::try_from(count).unwrap_or(usize::MAX));
        }
    }
}

fn trim(digits: &mut Vec<u8>) {
    let keep = digits.iter().rposition(|digit| *digit != b'0').map_or(0, |at| at + 1);
    digits.truncate(keep);
}

fn bit(number: &UBig, index: usize) -> bool {
    use dashu_int::ops::BitTest;
    number.bit(index)
}

/// The bit length without importing the trait at each use.
trait BitLength {
    fn bit_len_usize(&self) -> usize;
}

impl BitLength for UBig {
    fn bit_len_usize(&self) -> usize {
        use dashu_int::ops::BitTest;
        self.bit_len()
    }
}

/// The largest exponent that is read, of ten or of two. Writing all digits of larger numbers down takes minutes.
const MOST: i64 = 100_000;

/// Reads a decimal number: sign, digits with a point, an exponent of ten (`e`) or of two (`p`), or `Inf`.
pub(super) fn parse(text: &str, precision: u32) -> Option<Float> {
    let (negative, rest) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    if rest == "Inf" || rest == "inf" {
        return Some(Float::infinity(negative, precision));
    }
    let (mantissa, exponent) = match rest.find(['e', 'E', 'p', 'P']) {
        Some(at) => (&rest[..at], Some((rest.as_bytes()[at], &rest[at + 1..]))),
        None => (rest, None),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if (whole.is_empty() && fraction.is_empty()) || !all_digits(whole) || !all_digits(fraction) {
        return None;
    }
    let (mut tens, mut twos) = (-i64::try_from(fraction.len()).ok()?, 0i64);
    if let Some((mark, digits)) = exponent {
        let unsigned = digits.strip_prefix(['+', '-']).unwrap_or(digits);
        if unsigned.is_empty() || !all_digits(unsigned) {
            return None;
        }
        let value: i64 = digits
            .parse()
            .ok()
            .filter(|value: &i64| value.unsigned_abs() <= MOST.unsigned_abs())?;
        match mark {
            b'e' | b'E' => tens += value,
            _ => twos += value,
        }
    }
    let digits: String = [whole, fraction].concat();
    let mantissa: UBig = digits.trim_start_matches('0').parse().unwrap_or(UBig::ZERO);
    Some(scale(negative, mantissa, tens, twos, precision))
}

/// `mantissa * 10^tens * 2^twos`.
fn scale(negative: bool, mantissa: UBig, tens: i64, twos: i64, precision: u32) -> Float {
    if mantissa == UBig::ZERO {
        return Float::zero(negative, precision);
    }
    let exponent = tens + twos;
    // 5^(2^29) alone is past every limit; do not compute it.
    if tens.abs() > 1 << 30 {
        return if tens > 0 {
            Float::infinity(negative, precision)
        } else {
            Float::zero(negative, precision)
        };
    }
    let bits = u32::try_from(mantissa.bit_len_usize()).unwrap_or(u32::MAX);
    if tens == 0 {
        return Float::rounded(negative, mantissa, exponent, Rest::Nothing, precision);
    }
    let unrounded = Float::rounded(negative, mantissa, exponent, Rest::Nothing, bits.max(1));
    let five = power_of_five(tens.unsigned_abs(), precision + 64);
    let scaled = if tens < 0 {
        unrounded.divide(&five, precision)
    } else {
        unrounded.multiply(&five, precision)
    };
    scaled.expect("finite and not zero")
}

/// `5^power`, rounded to `precision` bits along the way.
fn power_of_five(power: u64, precision: u32) -> Float {
    const EXACT: u64 = 27;
    let whole = |power: u64| {
        let value = UBig::from(5u8).pow(usize::try_from(power).expect("small"));
        Float::rounded(false, value, 0, Rest::Nothing, precision)
    };
    if power <= EXACT {
        return whole(power);
    }
    let mut result = whole(EXACT);
    let mut rest = power - EXACT;
    let mut factor = Float::from_i64(5, precision + 64);
    while rest > 0 {
        if rest & 1 != 0 {
            result = result.multiply(&factor, precision).expect("finite");
        }
        factor = factor.multiply(&factor, precision + 64).expect("finite");
        rest >>= 1;
    }
    result
}
