//! Numbers that Python writes as `3` or `3.0` as it pleases, or as `NaN`. They are
//! written back as an integer when they are one.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Up to here every integer is exact in an `f64`.
const EXACT: f64 = 9_007_199_254_740_992.0;

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
pub(crate) fn serialize<S: Serializer>(value: &f64, to: S) -> Result<S::Ok, S::Error> {
    if value.fract() == 0.0 && value.abs() <= EXACT {
        return (*value as i64).serialize(to);
    }
    value.serialize(to)
}

/// `null` is what [`super::lenient`] makes of `NaN`.
pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<f64, D::Error> {
    Ok(Option::<f64>::deserialize(from)?.unwrap_or(f64::NAN))
}
