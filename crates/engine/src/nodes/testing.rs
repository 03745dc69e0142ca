//! Nodes that are slow or fail, for tests. They are listed, and so can be used,
//! only where the options ask for them.

use std::time::Duration;

use super::{Call, Failure, Halt};
use crate::run::Made;

/// `ParlorTestSleep`: rests, unless interrupted, and passes its picture on.
pub(super) fn sleep(call: &mut Call<'_>) -> Result<Made, Halt> {
    let time = Duration::from_secs_f32(call.float("seconds")?.clamp(0.0, 3600.0));
    call.stage.rest(time)?;
    Ok(Made::one(call.any("image")?.clone()))
}

/// `ParlorTestFail`: fails, in the words it is given.
pub(super) fn fail(call: &mut Call<'_>) -> Result<Made, Halt> {
    call.images("image")?;
    Err(Failure::new("RuntimeError", call.text("message")?).into())
}
