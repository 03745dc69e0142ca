//! The sky: its colours, stars, northern lights, sun or moon, and clouds.

use super::super::colour::{Ramp, Rgb, hex, rgb};
use super::super::math::{bell, cos, exp, length, lerp, sin, smooth};
use super::super::plan::{Body, Role};
use super::super::words::Hour;
use super::stage::Stage;

/// Paints the whole sheet as sky, from the top edge to the horizon and its last colour below.
pub(super) fn sky(stage: &mut Stage) {
    let plan = stage.plan;
    let warp = stage.noise(2.0, 2.5, 4, 3);
    let palette = &plan.palette;
    let body = plan.sky.body;
    let horizon = plan.horizon;
    let (wide, tall) = (stage.wide, stage.tall);
    stage.each(0.0..1.0, |spot, _| {
        let t = spot.y / horizon + 0.12 * (warp.at[spot.i] - 0.5);
        let colour = palette.sky.at(t);
        let Some(body) = body else { return colour };
        let away = length(spot.u - body.x * wide, spot.v - body.y * tall);
        let (near, far) = (bell(away / 0.24), exp(-away * 1.9));
        colour.over(palette.glow, near * 0.42 + far * 0.24)
    });
    if plan.sky.stars {
        stars(stage, 260, horizon * 0.96);
    }
    if plan.sky.aurora {
        aurora(stage);
    }
    if plan.sky.rainbow {
        rainbow(stage);
    }
    if let Some(body) = body {
        disc(stage, body);
    }
    clouds(stage);
    if plan.sky.lightning {
        lightning(stage);
    }
}

/// Strews `count` stars above `below` (part of the height).
pub(super) fn stars(stage: &mut Stage, count: usize, below: f32) {
    let mut dice = stage.plan.dice(81);
    let white = hex(0xff_f6e4);
    for _ in 0..count {
        let (u, v) = (dice.unit() * stage.wide, dice.unit() * below * stage.tall);
        let size = dice.unit();
        let bright = 0.25 + 0.75 * size * size;
        // Never smaller than a pixel, or small pictures have no stars.
        let radius = (0.0011 + 0.0022 * size * size * size).max(0.55 / stage.unit());
        let tone = white.over(rgb(0.75, 0.85, 1.3), dice.unit() * 0.5);
        let reach = radius * 3.0;
        stage.patch((u - reach..u + reach, v - reach..v + reach), |spot, old| {
            let glow = bell(length(spot.u - u, spot.v - v) / radius) * bright;
            Some((old + tone * glow, 1.0, (glow * 3.0).min(1.0)))
        });
    }
}

/// Curtains of northern light.
fn aurora(stage: &mut Stage) {
    let plan = stage.plan;
    let mut dice = plan.dice(6);
    let named = plan.sky.aurora_colour.map(|code| plan.palette.pigment(Role::Thing, code));
    let sets = [
        [(0x39_d6a0, 0x7b_5cc4), (0x8f_f0c0, 0xc9_65a8), (0x2f_b7a8, 0x4f_6fd0)],
        [(0x5b_e08a, 0x3a_8fc8), (0xb4_f29a, 0x58_c0b0), (0x2f_b77a, 0x8f_5fc8)],
        [(0x3f_d8b8, 0xd0_5fa0), (0xa0_f0d8, 0x8f_60d8), (0x38_9fd0, 0xc0_58b0)],
    ];
    let set = dice.pick(&sets);
    let lift = plan.horizon / 0.7;
    for (i, (low, high)) in (0_u64..).zip(set) {
        let (mut low, high) = (hex(low), hex(high));
        if let Some(colour) = named {
            low = low.over(colour, 0.85);
        }
        let base = (dice.range(0.4, 0.62) - 0.02 * i as f32) * lift;
        let wave = stage.line(1.2, 4, 200 + i);
        let tall = stage.line(4.0, 4, 220 + i);
        let rays = stage.line(46.0, 3, 240 + i);
        let veil = stage.line(3.0, 2, 260 + i);
        stage.each(0.0..0.95, |spot, old| {
            let x = spot.column;
            let d = (base + (wave[x] - 0.5) * 0.36 * lift - spot.y) / (0.36 + 0.3 * tall[x]);
            let shape =
                if d > 0.0 { exp(-d * 2.6) * smooth(0.0, 0.08, d) } else { exp(d * 26.0) * 0.2 };
            let light = (shape * (0.35 + 0.8 * rays[x]) * (0.25 + 0.75 * veil[x])).min(1.0);
            old + low.over(high, smooth(0.1, 0.8, d)) * (light * 0.68)
        });
    }
}

/// The sun or the moon itself.
fn disc(stage: &mut Stage, body: Body) {
    let plan = stage.plan;
    let (u, v) = (body.x * stage.wide, body.y * stage.tall);
    let r = body.radius;
    let face = stage.noise(11.0, 1.0, 4, 21);
    let ramp = match (body.colour, body.moon) {
        (Some(code), _) => {
            let paint = plan.palette.pigment(Role::Thing, code);
            Ramp::new(&[(0.0, paint * 0.8), (0.5, paint), (1.0, paint.over(hex(0xff_fcf0), 0.35))])
        }
        (None, true) => {
            Ramp::new(&[(0.0, hex(0xe8_d3b2)), (0.5, hex(0xfb_ecd2)), (1.0, hex(0xff_faee))])
        }
        (None, false) => Ramp::new(&[(0.0, hex(0xff_edc0)), (1.0, hex(0xff_fcf0))]),
    };
    let soft = (1.3 / stage.unit()).max(0.004);
    let reach = r + soft;
    stage.patch((u - reach..u + reach, v - reach..v + reach), |spot, old| {
        let away = length(spot.u - u, spot.v - v);
        let mut cover = 1.0 - smooth(r - soft, r + soft, away);
        if body.crescent {
            let shadow = length(spot.u - u - r * 0.45, spot.v - v + r * 0.2);
            cover *= smooth(r * 0.86 - soft, r * 0.86 + soft, shadow).max(0.07);
        }
        let colour = ramp.at(face.at[spot.i]).over(old, 0.05);
        (cover > 0.0).then_some((colour, cover, 0.0))
    });
}

/// Heaped or layered clouds with light on the side of the sun.
fn clouds(stage: &mut Stage) {
    let plan = stage.plan;
    let cover = plan.sky.clouds;
    if cover < 0.02 {
        return;
    }
    let (cells, stretch, octaves) = if plan.sky.layered { (7.0, 4.6, 5) } else { (4.2, 1.7, 6) };
    let shape = stage.noise(cells, stretch, octaves, 42);
    let wisps = stage.noise(5.0, 6.0, 4, 43);
    let (ramp, strength) = cloud_paint(stage);
    let (w, h, horizon) = (stage.w as f32, stage.h as f32, plan.horizon);
    let body = plan.sky.body.map_or((0.4, -0.4), |b| (b.x, b.y));
    let threshold = lerp(0.72, 0.34, cover);
    let step = 0.02 * stage.unit();
    let sharp = if plan.sky.layered { 0.26 } else { 0.17 };
    stage.each(0.0..horizon, |spot, old| {
        // Clouds grow smaller towards the horizon.
        let near = 0.62 / (1.62 - (spot.y / horizon).min(1.0));
        let (sx, sy) = ((0.5 + (spot.x - 0.5) * (0.45 + 0.55 * near)) * w, near * 0.98 * h);
        let n = shape.sample(sx, sy);
        let alpha = smooth(threshold, threshold + sharp, n);
        if alpha <= 0.0 {
            return old;
        }
        let (dx, dy) = (body.0 - spot.x, body.1 - spot.y);
        let far = length(dx, dy).max(0.05);
        let lit = shape.sample(sx + dx / far * step, sy + dy / far * step);
        let light = 0.52 + (n - lit) * 4.2 + 0.4 * (0.35 - far) - 0.3 * (n - threshold - sharp);
        let edge = 1.0 - smooth(horizon - 0.16, horizon, spot.y) * 0.7;
        old.over(ramp.at(light), alpha * strength * edge)
    });
    let high = ramp.at(0.9);
    stage.each(0.0..horizon, |spot, old| {
        let wisp = smooth(0.58, 0.95, wisps.at[spot.i]) * smooth(horizon, horizon * 0.4, spot.y);
        old.over(high, wisp * 0.35 * strength)
    });
}

/// Colours of a cloud from shadow to light, and how solid it is.
fn cloud_paint(stage: &Stage) -> (Ramp, f32) {
    let palette = &stage.plan.palette;
    let (codes, strength): ([u32; 4], f32) = match palette.hour {
        Hour::Day => ([0x8f_a6b8, 0xc4_d0d6, 0xf6_f3ea, 0xff_fdf6], 0.9),
        Hour::Dawn => ([0x8f_86a4, 0xc9_a9b2, 0xf8_d8c0, 0xff_f2dc], 0.85),
        Hour::Golden => ([0x6f_6c80, 0xb8_927f, 0xf6_c48c, 0xff_eec4], 0.9),
        Hour::Dusk => ([0x45_3a5e, 0x9a_5f78, 0xf0_a488, 0xff_dcae], 0.85),
        Hour::Night => ([0x0c_1424, 0x1c_2d47, 0x48_617a, 0xb0_bdc0], 0.7),
        Hour::Storm => ([0x1d_232b, 0x3c_454e, 0x76_7f82, 0xcf_cdbd], 0.92),
        Hour::Overcast => ([0x9c_a8b0, 0xc2_c8ca, 0xe8_e4da, 0xfa_f4e8], 0.7),
    };
    let stops: Vec<(f32, u32)> = [0.0, 0.4, 0.7, 1.0].into_iter().zip(codes).collect();
    (palette.ramp(Role::Cloud, &stops), strength)
}

fn rainbow(stage: &mut Stage) {
    let (cx, cy, r) =
        (0.5 * stage.wide, stage.plan.horizon * stage.tall + 0.12, 0.52 * stage.wide.min(1.4));
    let bands = Ramp::new(&[
        (0.0, hex(0x7b_4fc0)),
        (0.25, hex(0x3f_8fd8)),
        (0.45, hex(0x58_c070)),
        (0.65, hex(0xf4_e060)),
        (0.82, hex(0xf4_9040)),
        (1.0, hex(0xe0_4848)),
    ]);
    stage.each(0.0..1.0, |spot, old| {
        let t = (length(spot.u - cx, spot.v - cy) - r) / 0.075;
        let band = smooth(-0.15, 0.25, t) * smooth(1.15, 0.75, t);
        old.over(bands.at(t), band * 0.5)
    });
}

/// A forked bolt and the light it throws.
fn lightning(stage: &mut Stage) {
    let mut dice = stage.plan.dice(77);
    let (mut u, mut v) = (dice.range(0.25, 0.75) * stage.wide, 0.0);
    let end = stage.plan.horizon * stage.tall;
    let light: Rgb = hex(0xf4_efff);
    let mut path = vec![(u, v)];
    while v < end && path.len() < 60 {
        v += dice.range(0.02, 0.06);
        u += dice.range(-0.055, 0.055);
        path.push((u, v.min(end)));
        if dice.chance(0.3) {
            let (mut bu, mut bv, lean) = (u, v, dice.pick(&[-0.03, 0.03]));
            for _ in 0..5 {
                let next = (bu + lean + dice.range(-0.02, 0.02), bv + dice.range(0.01, 0.04));
                streak(stage, ((bu, bv), next), (0.0016, light));
                (bu, bv) = next;
            }
        }
    }
    for pair in path.windows(2) {
        streak(stage, (pair[0], pair[1]), (0.0034, light));
    }
}

/// A glowing line between two points (units of the shorter edge).
fn streak(stage: &mut Stage, (a, b): ((f32, f32), (f32, f32)), (width, light): (f32, Rgb)) {
    let reach = 0.05;
    let u = a.0.min(b.0) - reach..a.0.max(b.0) + reach;
    let v = a.1.min(b.1) - reach..a.1.max(b.1) + reach;
    let (dx, dy) = (b.0 - a.0, b.1 - a.1);
    let long = (dx * dx + dy * dy).max(1e-9);
    let width = width.max(0.8 / stage.unit());
    stage.patch((u, v), |spot, old| {
        let t = (((spot.u - a.0) * dx + (spot.v - a.1) * dy) / long).clamp(0.0, 1.0);
        let away = length(spot.u - a.0 - t * dx, spot.v - a.1 - t * dy);
        let core = bell(away / width);
        Some((old + light * (core + 0.05 * bell(away / 0.025)), 1.0, core))
    });
}

/// Direction of the light in the plane of the picture: towards the sun, as a unit vector.
pub(super) fn light_from(stage: &Stage) -> (f32, f32) {
    let (x, y) = stage.plan.sky.body.map_or((-0.55, -0.75), |b| ((b.x - 0.5) * 2.2, b.y - 0.75));
    let long = length(x, y).max(0.1);
    (x / long, y / long)
}

/// A slow wave along the width, for things that are never quite straight.
pub(super) fn sway(x: f32, turns: f32, phase: f32) -> f32 {
    sin(x * turns + phase) * 0.7 + cos(x * turns * 2.3 + phase * 1.7) * 0.3
}
