//! Mist, rain and snow.

use super::super::colour::{hex, rgb};
use super::super::math::{bell, length, smooth};
use super::stage::Stage;

/// A bank of mist around `at` (part of the height), `thick` high.
pub(super) fn bank(stage: &mut Stage, at: f32, thick: f32, strength: f32) {
    let drift = stage.noise(3.0, 5.0, 4, (at * 1000.0) as u64);
    let haze = stage.plan.palette.haze.over(stage.plan.palette.sky.at(0.95), 0.4);
    stage.each(at - 2.0 * thick..at + 2.0 * thick, |spot, old| {
        let veil = bell((spot.y - at) / thick) * (0.35 + 0.75 * drift.at[spot.i]);
        old.over(haze, (veil * strength).min(0.95))
    });
}

/// The mist of the plan, lying on `horizon`.
pub(super) fn mist(stage: &mut Stage, horizon: f32) {
    let strength = stage.plan.sky.mist;
    if strength > 0.05 {
        bank(stage, horizon - 0.01, 0.09, 0.75 * strength);
    }
}

/// Rain or snow in front of everything.
pub(super) fn falling(stage: &mut Stage) {
    if stage.plan.sky.rain {
        rain(stage);
    }
    if stage.plan.sky.snowfall {
        snowfall(stage);
    }
}

fn rain(stage: &mut Stage) {
    let mut dice = stage.plan.dice(501);
    let light = stage.plan.palette.sky.at(0.95);
    for _ in 0..240 {
        let (u, v) = (dice.unit() * stage.wide, dice.unit() * stage.tall);
        let long = dice.range(0.03, 0.09);
        let strength = dice.range(0.1, 0.34);
        let width = 0.0014_f32.max(0.6 / stage.unit());
        stage.patch((u - 0.02..u + 0.02, v..v + long), |spot, old| {
            let t = (spot.v - v) / long;
            let away = spot.u - (u - 0.12 * (spot.v - v));
            let cover = bell(away / width) * strength * smooth(0.0, 0.3, t) * smooth(1.0, 0.7, t);
            Some((old.over(light, 0.9), cover, 0.6))
        });
    }
}

fn snowfall(stage: &mut Stage) {
    let mut dice = stage.plan.dice(502);
    let white = hex(0xfb_fcff).over(stage.plan.palette.haze, 0.15) + rgb(0.02, 0.02, 0.03);
    for _ in 0..320 {
        let (u, v, near) = (dice.unit() * stage.wide, dice.unit() * stage.tall, dice.unit());
        let r = (0.0022 + 0.008 * near * near * near).max(0.7 / stage.unit());
        let strength = 0.9 - 0.45 * near;
        stage.patch((u - r..u + r, v - r..v + r), |spot, _| {
            let cover = smooth(1.0, 0.35, length(spot.u - u, spot.v - v) / r) * strength;
            Some((white, cover, 0.9))
        });
    }
}
