//! Sampling in parts: noise, a plan of steps and what is followed come from nodes of their own.

use std::sync::Arc;

use super::datum::{Guider, Sigmas};
use super::sampling::{Task, paint};
use super::{Call, Datum, Failure, Halt};
use crate::run::Made;

/// `RandomNoise`.
pub(super) fn noise(call: &mut Call<'_>) -> Result<Made, Halt> {
    Ok(Made::one(Datum::Noise(Some(call.seed("noise_seed")?))))
}

/// `DisableNoise`: goes on where another sampler left off.
#[expect(clippy::unnecessary_wraps, reason = "it is called as every node is")]
pub(super) fn no_noise(_: &mut Call<'_>) -> Result<Made, Halt> {
    Ok(Made::one(Datum::Noise(None)))
}

/// Every scheduler: only how many steps it plans counts here.
pub(super) fn schedule(call: &mut Call<'_>) -> Result<Made, Halt> {
    let steps = call.count("steps")?.max(1);
    let denoise = if call.has("denoise") { call.float("denoise")? } else { 1.0 };
    Ok(planned(Sigmas { steps, start: 0, end: steps, denoise }))
}

/// `ManualSigmas`: a step from each number to the next.
pub(super) fn schedule_by_hand(call: &mut Call<'_>) -> Result<Made, Halt> {
    let numbers = call.text("sigmas")?.split([',', ' ', '\n']).filter(|part| !part.is_empty());
    let steps = (numbers.count() as u32).saturating_sub(1).max(1);
    Ok(planned(Sigmas { steps, start: 0, end: steps, denoise: 1.0 }))
}

/// `SplitSigmas`: the steps before one, and the others.
pub(super) fn split(call: &mut Call<'_>) -> Result<Made, Halt> {
    let all = call.sigmas("sigmas")?;
    let at = all.start.saturating_add(call.count("step")?).min(all.end);
    let parts = [Sigmas { end: at, ..all }, Sigmas { start: at, ..all }];
    Ok(Made::several(parts.map(Datum::Sigmas)))
}

/// Every guider: whatever it calls them, a model, words that are wanted and perhaps some that are
/// not, and how closely they are followed.
pub(super) fn guide(call: &mut Call<'_>) -> Result<Made, Halt> {
    let required = |names: &[&'static str]| {
        let missing = || Failure::new("TypeError", format!("the input {} is missing", names[0]));
        call.first(names).ok_or_else(missing)
    };
    let positive = call.conditioning(required(&["positive", "conditioning", "cond1"])?)?.clone();
    let negative =
        if call.has("negative") { call.conditioning("negative")?.clone() } else { Arc::default() };
    let cfg = call.first(&["cfg", "video_cfg", "cfg_conds"]);
    let cfg = cfg.map_or(Ok(1.0), |name| call.float(name))?;
    let model = call.model("model")?.clone();
    Ok(Made::one(Datum::Guider(Arc::new(Guider { model, positive, negative, cfg }))))
}

/// `SamplerCustom`.
pub(super) fn sample_custom(call: &mut Call<'_>) -> Result<Made, Halt> {
    let seed = if call.flag("add_noise")? { Some(call.seed("noise_seed")?) } else { None };
    let guider = Guider::of(call)?;
    sample_planned(call, seed, &guider)
}

/// `SamplerCustomAdvanced`.
pub(super) fn sample_guided(call: &mut Call<'_>) -> Result<Made, Halt> {
    let seed = call.noise("noise")?;
    let guider = Arc::clone(call.guider("guider")?);
    sample_planned(call, seed, &guider)
}

/// Both outputs are the same: nothing is left noisy here.
fn sample_planned(call: &mut Call<'_>, seed: Option<u64>, guider: &Guider) -> Result<Made, Halt> {
    let Sigmas { steps, start, end, denoise } = call.sigmas("sigmas")?;
    let left = (steps - start.min(steps)) as f32 / steps.max(1) as f32;
    let denoise = denoise.min(if start == 0 { 1.0 } else { left });
    let task = Task { seed: seed.unwrap_or_default(), denoise, steps, start, end };
    let mut made = paint(call, &task, guider)?;
    made.outputs.extend(made.outputs.first().cloned());
    Ok(made)
}

fn planned(sigmas: Sigmas) -> Made {
    Made::one(Datum::Sigmas(sigmas))
}
