//! The few functions a picture needs, made of additions and multiplications only.
//!
//! The standard library's `sin`, `exp` and `powf` may differ in the last digit from one platform to the next, and the
//! same seed has to be the same picture everywhere. These are also several times faster, and exact enough for colour.

use std::f32::consts::{LN_2, LOG2_E, TAU};

/// The largest whole number not above `x`.
pub(super) fn floor(x: f32) -> f32 {
    let whole = x as i32 as f32;
    if whole > x { whole - 1.0 } else { whole }
}

/// `a` at 0, `b` at 1.
pub(super) fn lerp(a: f32, b: f32, t: f32) -> f32 {
    a + (b - a) * t
}

/// 0 before `from`, 1 after `to`, an S between. `from` may be above `to`.
pub(super) fn smooth(from: f32, to: f32, x: f32) -> f32 {
    let t = ((x - from) / (to - from)).clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}

/// Sine of `x` radians, within 0.001.
pub(super) fn sin(x: f32) -> f32 {
    let turns = x * (1.0 / TAU);
    let t = turns - floor(turns + 0.5);
    let y = 8.0 * t - 16.0 * t * t.abs();
    y + 0.225 * (y * y.abs() - y)
}

/// Cosine of `x` radians, within 0.001.
pub(super) fn cos(x: f32) -> f32 {
    sin(x + TAU / 4.0)
}

/// e to the `x`, within 0.01 %.
pub(super) fn exp(x: f32) -> f32 {
    let x = (x * LOG2_E).clamp(-120.0, 120.0);
    let whole = floor(x);
    let part = x - whole;
    let mantissa = 1.0 + part * (LN_2 + part * (0.240_16 + part * (0.055_82 + part * 0.008_87)));
    mantissa * f32::from_bits(((whole as i32 + 127) as u32) << 23)
}

/// Natural logarithm of a positive `x`, within 0.001.
pub(super) fn ln(x: f32) -> f32 {
    let bits = x.max(1e-30).to_bits();
    let exponent = (bits >> 23) as i32 - 127;
    let m = f32::from_bits((bits & 0x007f_ffff) | 0x3f80_0000) - 1.0;
    let log2 =
        m * (LOG2_E + m * (-0.7211 + m * (0.4778 + m * (-0.3473 + m * (0.2124 - m * 0.0645)))));
    (exponent as f32 + log2) / LOG2_E
}

/// A positive `x` to the power of `y`.
pub(super) fn pow(x: f32, y: f32) -> f32 {
    if x <= 0.0 { 0.0 } else { exp(ln(x) * y) }
}

/// The bell curve: 1 at 0, e⁻¹ at ±1.
pub(super) fn bell(x: f32) -> f32 {
    exp(-x * x)
}

/// Length of the vector (`x`, `y`).
pub(super) fn length(x: f32, y: f32) -> f32 {
    (x * x + y * y).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_agree_with_the_standard_library() {
        for i in -400_i32..400 {
            let x = i as f32 * 0.05;
            assert!((sin(x) - x.sin()).abs() < 0.002, "sin {x}");
            assert!((cos(x) - x.cos()).abs() < 0.002, "cos {x}");
            assert!((exp(x) / x.exp() - 1.0).abs() < 0.001, "exp {x}");
            assert!((floor(x) - x.floor()).abs() < f32::EPSILON, "floor {x}");
            let y = i.unsigned_abs() as f32 * 0.01 + 0.001;
            assert!((ln(y) - y.ln()).abs() < 0.002, "ln {y}");
            assert!((pow(y, 0.45) - y.powf(0.45)).abs() < 0.004, "pow {y}");
        }
    }
}
