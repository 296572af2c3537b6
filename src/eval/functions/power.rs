//! Powers and logarithms of 64-bit floats, to the last bit as Terraform's `pow` and `log` have them.
//!
//! Terraform computes both with Go's mathematics, whose results are not always the nearest floats: `log(3, 2)` ends in
//! `...156` and the system's library says `...1563`. What is computed here is the same in the same order: the logarithm of
//! FreeBSD's `msun`, the exponential of SLEEF with fused multiplications, and powers by squaring of the fraction.

#![expect(
    clippy::excessive_precision,
    clippy::float_cmp,
    reason = "coefficients have the digits that they were published with, and special cases are exact"
)]

use std::cmp::Ordering;

/// Powers of two that are floats of full precision, and their products with a fraction, end here.
const EXPONENT_END: i32 = 2200;

/// The natural logarithm: negative infinity for zero, NaN below.
#[must_use]
pub(super) fn log(x: f64) -> f64 {
    const LN2_HIGH: f64 = 6.931_471_803_691_238_164_90e-1;
    const LN2_LOW: f64 = 1.908_214_929_270_587_700_02e-10;
    const EVEN: [f64; 3] =
        [3.999_999_999_940_941_908e-1, 2.222_219_843_214_978_396e-1, 1.531_383_769_920_937_332e-1];
    const ODD: [f64; 4] = [
        6.666_666_666_666_735_130e-1,
        2.857_142_874_366_239_149e-1,
        1.818_357_216_161_805_012e-1,
        1.479_819_860_511_658_591e-1,
    ];
    if x.is_nan() || x == f64::INFINITY {
        return x;
    }
    if x <= 0.0 {
        return if x == 0.0 { f64::NEG_INFINITY } else { f64::NAN };
    }
    let (mut fraction, mut exponent) = split(x);
    if fraction < std::f64::consts::FRAC_1_SQRT_2 {
        fraction *= 2.0;
        exponent -= 1;
    }
    let (f, k) = (fraction - 1.0, f64::from(exponent));
    let s = f / (2.0 + f);
    let s2 = s * s;
    let s4 = s2 * s2;
    let odd = s2 * polynomial(s4, &ODD);
    let even = s4 * polynomial(s4, &EVEN);
    let half_square = 0.5 * f * f;
    let low = s * (half_square + (odd + even)) + k * LN2_LOW;
    k * LN2_HIGH - ((half_square - low) - f)
}

/// `c[0] + x * (c[1] + x * (...))`, each step rounded.
fn polynomial(x: f64, coefficients: &[f64]) -> f64 {
    coefficients.iter().rev().fold(0.0, |sum, coefficient| sum * x + coefficient)
}

/// The exponential.
fn exp(x: f64) -> f64 {
    const LN2_HIGH: f64 = 0.693_147_180_559_662_956_511_601_805_686_950_683_593_75;
    const LN2_LOW: f64 = 0.282_352_905_630_315_771_225_884_481_750_134_360_255_254_120_68e-12;
    /// One by the factorials from 8 down to 1.
    const TAYLOR: [f64; 8] = [
        2.480_158_730_158_730_158_7e-5,
        1.984_126_984_126_984_127_0e-4,
        1.388_888_888_888_888_888_9e-3,
        8.333_333_333_333_333_333_3e-3,
        4.166_666_666_666_666_666_7e-2,
        1.666_666_666_666_666_666_7e-1,
        0.5,
        1.0,
    ];
    if x > 709.782_712_893_384 {
        return f64::INFINITY;
    }
    let k = (std::f64::consts::LOG2_E * x).round_ties_even();
    if k <= -1023.0 {
        return 0.0;
    }
    let reduced = (-LN2_LOW).mul_add(k, (-LN2_HIGH).mul_add(k, x)) * 0.0625;
    let (first, rest) = (TAYLOR[0], &TAYLOR[1..]);
    let series = rest.iter().fold(first, |sum, term| sum.mul_add(reduced, *term));
    // (1 + y)^2 - 1 = y * (2 + y), four times, for the sixteen of the reduction.
    let mut y = reduced * series;
    for _ in 0..3 {
        y *= y + 2.0;
    }
    let fraction = y.mul_add(y + 2.0, 1.0);
    #[expect(clippy::cast_possible_truncation, reason = "between -1023 and 1024")]
    let exponent = k as i32;
    join(fraction, exponent)
}

/// `x` to the power of `y`: NaN for a fractional power of a negative number.
#[must_use]
pub(super) fn pow(x: f64, y: f64) -> f64 {
    let ordinary = x != 0.0 && x != 1.0 && x.is_finite() && y != 0.0 && y.is_finite();
    if !ordinary {
        return x.powf(y);
    }
    if y == 0.5 {
        return x.sqrt();
    }
    if y == -0.5 {
        return 1.0 / x.sqrt();
    }
    let (mut whole, mut part) = (y.abs().trunc(), y.abs().fract());
    if part != 0.0 && x < 0.0 {
        return f64::NAN;
    }
    if whole >= 2f64.powi(63) {
        // So large a number is even.
        return match x.abs().partial_cmp(&1.0) {
            Some(Ordering::Equal) => 1.0,
            Some(Ordering::Less) if y > 0.0 => 0.0,
            Some(Ordering::Greater) if y < 0.0 => 0.0,
            _ => f64::INFINITY,
        };
    }
    let mut fraction = 1.0;
    if part != 0.0 {
        if part > 0.5 {
            part -= 1.0;
            whole += 1.0;
        }
        fraction = exp(part * log(x));
    }
    let (fraction, exponent) = times_power(fraction, x, whole);
    if y < 0.0 { join(1.0 / fraction, -exponent) } else { join(fraction, exponent) }
}

/// `fraction * x^n` as a fraction and a power of two, by repeated squaring; `n` is whole.
fn times_power(mut fraction: f64, x: f64, n: f64) -> (f64, i32) {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "whole, and below 2^63"
    )]
    let mut left = n as u64;
    let (mut square, mut square_exponent) = split(x);
    let mut exponent = 0;
    while left != 0 {
        if square_exponent.abs() > 1 << 12 {
            // Nothing that follows brings the result back into the range of floats.
            exponent += square_exponent;
            break;
        }
        if left & 1 == 1 {
            fraction *= square;
            exponent += square_exponent;
        }
        square *= square;
        square_exponent *= 2;
        if square < 0.5 {
            square += square;
            square_exponent -= 1;
        }
        left >>= 1;
    }
    (fraction, exponent)
}

/// The float as a fraction in `[0.5, 1)` and a power of two; not for infinities.
fn split(x: f64) -> (f64, i32) {
    const BIAS: u64 = 1022;
    const EXPONENT: u64 = 0x7ff << 52;
    if x == 0.0 {
        return (x, 0);
    }
    if x.is_subnormal() {
        let (fraction, exponent) = split(x * 2f64.powi(52));
        return (fraction, exponent - 52);
    }
    let bits = x.to_bits();
    let exponent = i32::try_from((bits & EXPONENT) >> 52).expect("11 bits fit") - 1022;
    (f64::from_bits(bits & !EXPONENT | BIAS << 52), exponent)
}

/// `fraction * 2^exponent`, rounded once where it has fewer bits than a float.
fn join(fraction: f64, exponent: i32) -> f64 {
    let exponent = exponent.clamp(-EXPONENT_END, EXPONENT_END);
    let third = exponent / 3;
    fraction * 2f64.powi(third) * 2f64.powi(third) * 2f64.powi(exponent - 2 * third)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What Terraform answers.
    #[test]
    fn the_last_digit_is_terraforms() {
        for (x, y, expect) in [
            (0.3, 3.0, 0.027),
            (10.0, 1.5, 31.622_776_601_683_796),
            (2.0, 1.5, 2.828_427_124_746_19),
            (7.0, -0.5, 0.377_964_473_009_227_2),
            (0.9, 100.5, 0.000_025_198_355_497_511_862),
            (123_456_789.0, 2.0, 15_241_578_750_190_520.0),
            (-2.0, 3.0, -8.0),
            (2.0, 1024.0, f64::INFINITY),
            (2.0, -1080.0, 0.0),
            (2.0, 1e300, f64::INFINITY),
            (-1.0, 1e300, 1.0),
            (0.0, -1.0, f64::INFINITY),
        ] {
            assert_eq!(pow(x, y).to_bits(), f64::to_bits(expect), "{x} to the power of {y}");
        }
        assert!(pow(-8.0, 1.0 / 3.0).is_nan());
        assert_eq!(pow(2.0, -1074.0).to_bits(), 1);
        for (x, base, expect) in [
            (3.0, 2.0, 1.584_962_500_721_156),
            (3.0, 10.0, 0.477_121_254_719_662_3),
            (1e-7, 3.0, -14.671_322_920_025_695),
            (8.0, 2.0, 3.0),
        ] {
            let quotient: f64 = log(x) / log(base);
            assert_eq!(quotient.to_bits(), f64::to_bits(expect), "log of {x} to {base}");
        }
        assert_eq!(log(0.0), f64::NEG_INFINITY);
        assert!(log(-1.0).is_nan());
    }

    #[test]
    fn floats_are_split_and_joined() {
        for x in [1.0, -0.3, 1e300, 5e-324, f64::MAX, f64::MIN_POSITIVE] {
            let (fraction, exponent) = split(x);
            assert!((0.5..1.0).contains(&fraction.abs()), "{x}");
            assert_eq!(join(fraction, exponent).to_bits(), x.to_bits());
        }
    }
}
