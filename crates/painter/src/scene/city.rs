//! Towns: a skyline with lit windows, and a village in the hills.

use super::super::colour::{Rgb, hex};
use super::super::dice::mix;
use super::super::math::{bell, length, smooth};
use super::super::plan::Role;
use super::super::words::{Figure, Hour};
use super::figures;
use super::stage::Stage;

/// A city on a river, its lamps in the water.
pub(super) fn city(stage: &mut Stage) {
    let shore = stage.plan.horizon;
    skyline(stage, shore);
    mirror(stage, shore);
    if lamps_are_lit(stage) {
        lamps(stage, shore);
    }
}

fn lamps_are_lit(stage: &Stage) -> bool {
    let hour = stage.plan.palette.hour;
    stage.plan.lights || matches!(hour, Hour::Night | Hour::Dusk | Hour::Storm)
}

/// Rows of buildings that stand on `foot` (part of the height).
pub(super) fn skyline(stage: &mut Stage, foot: f32) {
    let palette = &stage.plan.palette;
    let mut dice = stage.plan.dice(62);
    let lit = lamps_are_lit(stage);
    let bulk = stage.line(1.6, 2, 620);
    for row in 0..5_u64 {
        let near = row as f32 / 4.0;
        let pigment = palette.pigment(
            Role::Land,
            [0x8a_86a0, 0x74_7290, 0x60_607e, 0x4c_4e68, 0x3a_3c52][row as usize],
        );
        let mut x = -0.04;
        while x < stage.wide {
            let width = dice.range(0.045, 0.13) * (0.8 + 0.3 * near);
            let centre =
                (((x + width / 2.0) / stage.wide).clamp(0.0, 0.999) * stage.w as f32) as usize;
            let tall = (0.1 + 0.5 * bulk[centre] * dice.range(0.35, 1.0))
                * (1.0 - 0.55 * near)
                * foot
                * 1.15;
            let face = palette
                .lit(pigment * dice.range(0.85, 1.15), 0.35)
                .over(palette.haze, 0.5 * (1.0 - near));
            tower(
                stage,
                (x..x + width, foot * stage.tall - tall * stage.tall..foot * stage.tall),
                (face, lit),
                dice.bits(),
            );
            x += width * dice.range(0.75, 1.1);
        }
    }
}

/// One building, its box in units of the shorter edge.
fn tower(
    stage: &mut Stage,
    (u, v): (std::ops::Range<f32>, std::ops::Range<f32>),
    (face, lit): (Rgb, bool),
    seed: u64,
) {
    let palette = &stage.plan.palette;
    let neon = stage.plan.grade.saturation > 1.35;
    let lamp_codes: [u32; 4] = if neon {
        [0xff_4fc0, 0x40_e0f0, 0xff_c060, 0x9f_60ff]
    } else {
        [0xff_c777, 0xff_dca0, 0xff_b060, 0xf8_e8c8]
    };
    let lamp_colours = lamp_codes.map(hex);
    let (du, dv) = (0.0125, 0.019);
    let side = palette.lit(palette.pigment(Role::Land, 0x70_6c80), 1.0);
    let light_left = super::sky::light_from(stage).0 < 0.0;
    let width = u.end - u.start;
    let step = (seed >> 40) % 3;
    let (left, right, top) = (u.start, u.end, v.start);
    let hair = 0.6 / stage.unit();
    stage.patch((u, v), |spot, _| {
        let t = (spot.u - left) / width;
        // Some towers grow narrower at the top.
        let shoulder = if step == 1 { 0.05 * smooth(0.32, 0.3, (t - 0.5).abs()) } else { 0.05 };
        if step == 1 && spot.v < top + 0.05 - shoulder {
            return None;
        }
        let edge = smooth(0.0, hair, spot.u - left)
            * smooth(0.0, hair, right - spot.u)
            * smooth(0.0, hair, spot.v - top);
        let toward = if light_left { 1.0 - t } else { t };
        let wall = face.over(side, 0.28 * smooth(0.55, 0.9, toward));
        let (gx, gy) = ((spot.u - left) / du, (spot.v - top) / dv);
        let pane = smooth(0.2, 0.34, gx.fract())
            * smooth(0.86, 0.72, gx.fract())
            * smooth(0.3, 0.42, gy.fract())
            * smooth(0.86, 0.74, gy.fract());
        let key = mix(seed ^ ((gx as u64) << 32) ^ gy as u64);
        let on = key % 100 < if lit { 34 } else { 0 };
        let colour = if on {
            let glow = lamp_colours[(key >> 20) as usize % 4]
                * (0.35 + 0.65 * ((key >> 8) % 100) as f32 / 100.0);
            wall.over(glow, pane * 0.95)
        } else {
            wall.over(palette.sky.at(0.6), pane * if lit { 0.06 } else { 0.22 })
        };
        Some((colour, edge, 1.0))
    });
}

/// The river in front: what stands above, drawn out downwards.
fn mirror(stage: &mut Stage, shore: f32) {
    let wobble = stage.noise(20.0, 3.0, 3, 66);
    let lines = stage.noise(30.0, 9.0, 3, 67);
    let copy = stage.px.clone();
    let (w, h) = (stage.w, stage.h);
    let look = |x: f32, y: f32| {
        let column = ((x * w as f32) as usize).min(w - 1);
        copy[((y * h as f32).max(0.0) as usize).min(h - 1) * w + column]
    };
    let dark = stage.plan.palette.pigment(Role::Water, 0x14_2236);
    stage.each(shore..1.0, |spot, _| {
        let d = (spot.y - shore) / (1.0 - shore);
        let bend = (wobble.at[spot.i] - 0.5) * 0.05 * (0.2 + d);
        // Several looks along the height smear the lights into columns.
        let mut sum = Rgb::default();
        for k in 0..7 {
            let reach = (k as f32 - 3.0) * 0.018 * (0.5 + d);
            sum += look((spot.x + bend).max(0.0), shore - (spot.y - shore) * 1.15 + reach);
        }
        (sum * (1.0 / 7.0)).over(dark, 0.22 + 0.3 * d) * (0.85 + 0.4 * (lines.at[spot.i] - 0.4))
    });
}

/// Lamps along the bank, out of focus, with their reflections.
fn lamps(stage: &mut Stage, shore: f32) {
    let mut dice = stage.plan.dice(68);
    let neon = stage.plan.grade.saturation > 1.35 || stage.plan.dice(69).chance(0.3);
    let codes: &[u32] = if neon {
        &[0xff_4fa8, 0x50_d8f0, 0xff_9050, 0x9f_60ff, 0xff_e0a0]
    } else {
        &[0xff_b45c, 0xff_9a52, 0xff_e1a3, 0x9f_d0d8, 0xff_7d5d]
    };
    for _ in 0..56 {
        let (u, v) =
            (dice.unit() * stage.wide, (shore - 0.012 + 0.022 * dice.normal()) * stage.tall);
        let r = dice.range(0.004, 0.015);
        let colour = hex(dice.pick(codes)) * dice.range(0.35, 0.9);
        let reach = r * 3.0;
        stage.patch((u - reach..u + reach, v - reach..v + reach), |spot, old| {
            let away = length(spot.u - u, spot.v - v) / r;
            let glow = bell(away) + 0.5 * smooth(0.75, 0.55, away);
            Some((old + colour * glow, 1.0, (glow * 2.0).min(1.0)))
        });
        let long = dice.range(0.05, 0.2);
        let base = shore * stage.tall;
        stage.patch((u - r * 2.0..u + r * 2.0, base..base + long), |spot, old| {
            let t = (spot.v - base) / long;
            let glow = bell((spot.u - u) / r) * (1.0 - t) * 0.4;
            Some((old + colour * glow, 1.0, 0.0))
        });
    }
}

/// Houses scattered over hills.
pub(super) fn village(stage: &mut Stage) {
    super::land::hills(stage);
    let mut dice = stage.plan.dice(770);
    let plan = stage.plan;
    let mut houses: Vec<(f32, f32)> = (0..22)
        .map(|_| {
            (0.5 + 0.2 * dice.normal(), plan.horizon + (1.0 - plan.horizon) * dice.range(0.1, 0.62))
        })
        .collect();
    houses.sort_by(|a, b| a.1.total_cmp(&b.1));
    for (x, foot) in houses {
        let near = (foot - plan.horizon) / (1.0 - plan.horizon);
        let figure = if dice.chance(0.06) { Figure::Castle } else { Figure::House };
        figures::one(stage, &figures::standing(figure, (x, foot), 0.07 + 0.14 * near, dice.bits()));
    }
}
