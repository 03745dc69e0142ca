//! Space: a ringed planet over strange hills, and a galaxy.

use super::super::colour::{Ramp, Rgb, hex};
use super::super::math::{bell, cos, exp, length, ln, sin, smooth};
use super::super::plan::Role;
use super::super::words::Figure;
use super::sky::stars;
use super::stage::Stage;

/// A great planet in the sky, and hills in its light.
pub(super) fn planet_hills(stage: &mut Stage) {
    let plan = stage.plan;
    let mut dice = plan.dice(82);
    let (x, y) = (dice.range(0.32, 0.68), dice.range(0.3, 0.46));
    planet(
        stage,
        (x * stage.wide, y * plan.horizon * 1.2 * stage.tall),
        dice.range(0.19, 0.28),
        83,
    );
    if dice.chance(0.5) {
        let far =
            (dice.range(0.08, 0.92) * stage.wide, dice.range(0.1, 0.5) * plan.horizon * stage.tall);
        planet(stage, far, dice.range(0.02, 0.045), 84);
    }
    let palette = &plan.palette;
    let low = palette.pigment(Role::Land, 0x4a_2a3a);
    for (i, (code, at)) in (0_u64..).zip([(0xd8_7a68, 0.0), (0xa8_5560, 0.08), (0x6c_3448, 0.17)]) {
        let profile = stage.line(2.4 + i as f32, 6, 86 + i);
        let grain = stage.noise(7.0, 1.4, 5, 90 + i);
        let crest: Vec<f32> =
            profile.iter().map(|n| plan.horizon + at - (n - 0.5) * 0.14).collect();
        let high = palette.pigment(Role::Land, code);
        stage.below(&crest, |spot, depth| {
            let t = depth * 4.0 + (grain.at[spot.i] - 0.5) * 0.8;
            let rim = bell(depth / 0.006) * 0.5;
            let body = high.over(low, t.clamp(0.0, 1.0));
            palette
                .lit(body, 0.75)
                .over(palette.glow, rim)
                .over(palette.haze, 0.3 * (1.0 - at * 5.0).max(0.0))
        });
    }
}

/// A banded ball with rings, lit from the upper left.
fn planet(stage: &mut Stage, (cu, cv): (f32, f32), r: f32, salt: u64) {
    let palette = &stage.plan.palette;
    let mut dice = stage.plan.dice(salt);
    let tilt: f32 = dice.range(-0.6, 0.6);
    let ringed = dice.chance(0.75) && r > 0.1;
    let (ct, st) = (cos(tilt), sin(tilt));
    let sets: [[u32; 4]; 4] = [
        [0x2a_1535, 0x8c_4350, 0xe6_a06a, 0xff_f0cf],
        [0x10_1c38, 0x2f_5f8a, 0x7f_b8c8, 0xf0_f6ec],
        [0x1c_1430, 0x5c_4390, 0xb8_8ac8, 0xfb_e4e8],
        [0x14_2420, 0x4a_7a64, 0xb0_c088, 0xfa_f2cc],
    ];
    let stops: Vec<(f32, u32)> = [0.0, 0.35, 0.7, 1.0].into_iter().zip(dice.pick(&sets)).collect();
    let ramp = palette.ramp(Role::Thing, &stops);
    let ring_colour = palette.pigment(Role::Thing, 0xf4_d8b0);
    let cloud = stage.noise(9.0, 3.0, 4, salt + 100);
    let soft = (1.4 / stage.unit() / r).max(0.006);
    let bands = dice.range(8.0, 13.0);
    let reach = r * if ringed { 2.15 } else { 1.05 };
    stage.patch((cu - reach..cu + reach, cv - reach..cv + reach), |spot, old| {
        let (dx, dy) = ((spot.u - cu) / r, (spot.v - cv) / r);
        let (along, up) = (dx * ct + dy * st, dy * ct - dx * st);
        let away = length(dx, dy);
        let ring_at = length(along, up / 0.26);
        let gaps = 0.35 + 0.65 * (sin(ring_at * 34.0) * 0.5 + 0.5);
        let ring = if ringed {
            smooth(1.25, 1.3, ring_at) * smooth(2.06, 2.0, ring_at) * gaps
        } else {
            0.0
        };
        let z = (1.0 - (away * away).min(1.0)).sqrt();
        let light = (-0.6 * dx - 0.35 * dy + 0.62 * z).clamp(0.0, 1.0);
        let band = sin(up * bands + cloud.at[spot.i] * 3.2) * 0.5 + 0.5;
        let body = ramp.at(light * (0.7 + 0.4 * band))
            + palette.glow * (bell((away - 1.0) / 0.06) * 0.12 * light);
        let behind = old.over(ring_colour, if up < 0.0 { ring * 0.75 } else { 0.0 });
        let ball = behind.over(body, smooth(1.0 + soft, 1.0 - soft, away));
        let front = ball.over(
            ring_colour * (0.55 + 0.45 * light.max(0.4)),
            if up >= 0.0 { ring * 0.85 } else { 0.0 },
        );
        Some((front, 1.0, 0.3))
    });
}

/// A spiral of stars in coloured dust; sometimes a nebula without one.
pub(super) fn galaxy(stage: &mut Stage) {
    let plan = stage.plan;
    let paint = cosmic_paint(stage);
    let mut dice = plan.dice(800);
    let spiral = dice.chance(0.6);
    let dust = stage.noise(2.4, 1.0, 6, 801);
    let bend = stage.noise(2.0, 1.0, 4, 802);
    let veil = stage.noise(3.0, 1.0, 5, 803);
    let (w, h, shift) = (stage.w as f32, stage.h as f32, stage.unit() * 0.35);
    let centre = (dice.range(0.38, 0.62) * stage.wide, dice.range(0.38, 0.6) * stage.tall);
    let (tilt, squash) = (dice.range(-0.7, 0.7), dice.range(0.42, 0.8));
    let (ct, st) = (cos(tilt), sin(tilt));
    stage.each(0.0..1.0, |spot, _| {
        let b = bend.at[spot.i] - 0.5;
        let n = dust.sample(spot.x * w + b * shift, spot.y * h + b * shift * 0.7);
        let v = veil.at[spot.i];
        if !spiral {
            let cloud = smooth(0.25, 0.95, n);
            let t = 0.04 + 0.62 * cloud + 0.34 * smooth(0.5, 0.85, v) * cloud;
            return paint.at(t) * (0.45 + 0.75 * cloud * v.max(0.35));
        }
        let (dx, dy) = (spot.u - centre.0, spot.v - centre.1);
        let (x, y) = (dx * ct + dy * st, (dy * ct - dx * st) / squash);
        let away = length(x, y).max(0.004);
        // Two logarithmic arms: sin(2φ − k ln r) without an arctangent.
        let (c2, s2) = ((x * x - y * y) / (away * away), 2.0 * x * y / (away * away));
        let turn = 5.2 * ln(away) + b * 2.4;
        let arm = 0.5 + 0.5 * (c2 * cos(turn) + s2 * sin(turn));
        let disc = exp(-away * 3.6);
        let core = bell(away / 0.07) + 0.5 * exp(-away * 11.0);
        let lane = 1.0 - 0.55 * smooth(0.5, 0.75, n) * disc;
        let light = disc * (0.15 + 0.85 * arm * arm) * (0.45 + 0.8 * n) * lane;
        paint.at(0.06 + 0.14 * v + light * 1.25) * (0.55 + light) + plan.palette.glow * (core * 0.9)
    });
    stars(stage, 420, 1.0);
    sparkles(stage);
}

/// Dust from darkness to light, in one of several colourings.
pub(super) fn cosmic_paint(stage: &Stage) -> Ramp {
    let sets: [[u32; 5]; 4] = [
        [0x07_0918, 0x2a_1e58, 0x7a_3a96, 0xe0_7aa8, 0xff_e4c8],
        [0x05_0c1c, 0x10_3458, 0x2a_8098, 0x9f_d8c0, 0xff_f6dc],
        [0x0c_0814, 0x4a_1c40, 0xb0_4050, 0xf0_9a60, 0xff_eec4],
        [0x06_0a20, 0x24_2c7a, 0x5c_60c8, 0xc0_a0e8, 0xfd_f0f4],
    ];
    let stops: Vec<(f32, u32)> =
        [0.0, 0.28, 0.52, 0.76, 1.0].into_iter().zip(stage.plan.dice(804).pick(&sets)).collect();
    let bottled = stage.plan.figures.iter().any(|f| f.figure == Figure::Bottle);
    stage.plan.palette.ramp(if bottled { Role::Thing } else { Role::Sky }, &stops)
}

/// A few near stars with rays.
fn sparkles(stage: &mut Stage) {
    let mut dice = stage.plan.dice(805);
    for _ in 0..9 {
        let (u, v, r) =
            (dice.unit() * stage.wide, dice.unit() * stage.tall, dice.range(0.012, 0.03));
        let light: Rgb = hex(dice.pick(&[0xff_f4e0, 0xd8_e8ff, 0xff_dcc8]));
        let width = (0.0012_f32).max(0.6 / stage.unit());
        stage.patch((u - r..u + r, v - r..v + r), |spot, old| {
            let (dx, dy) = (spot.u - u, spot.v - v);
            let rays =
                bell(dx / width) * bell(dy / (r * 0.4)) + bell(dy / width) * bell(dx / (r * 0.4));
            let glow = rays * 0.7
                + bell(length(dx, dy) / (r * 0.13))
                + 0.16 * bell(length(dx, dy) / (r * 0.4));
            Some((old + light * glow, 1.0, glow.min(1.0)))
        });
    }
}
