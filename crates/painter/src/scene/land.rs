//! Open ground: dunes, hills, meadows, fields and snow.

use super::super::colour::Rgb;
use super::super::math::{bell, length, lerp, sin, smooth};
use super::super::plan::Role;
use super::super::words::{Figure, Season};
use super::forest::{conifer, round_tree};
use super::sky::{light_from, sway};
use super::stage::Stage;
use std::f32::consts::TAU;

/// Dunes: each crest divides a lit face from a shaded one.
pub(super) fn dunes(stage: &mut Stage) {
    let plan = stage.plan;
    let palette = &plan.palette;
    let mut dice = plan.dice(40);
    let layers = [
        (0.0, 0.018, 1.1, 0.3),
        (0.06, 0.035, 0.8, 0.42),
        (0.16, 0.055, 0.7, 0.6),
        (0.3, 0.075, 0.55, 0.85),
    ];
    let lean = if light_from(stage).0 < 0.0 { 1.0 } else { -1.0 };
    let w = stage.w as f32;
    for (i, (drop, amp, turns, near)) in (0_u64..).zip(layers) {
        let phase = dice.range(0.0, TAU);
        let turns = turns * dice.range(0.8, 1.25) * stage.wide.clamp(0.7, 1.6) * TAU;
        let drop = drop + dice.range(-0.015, 0.02);
        let rough = stage.line(4.0, 3, 40 + i);
        let crest: Vec<f32> = (0..stage.w)
            .map(|column| {
                let x = column as f32 / w;
                plan.horizon
                    + drop
                    + amp * sin(phase + turns * x)
                    + 0.5 * amp * sin(phase * 2.1 + turns * 2.3 * x)
                    + 0.02 * (rough[column] - 0.5)
            })
            .collect();
        let slope: Vec<f32> =
            (0..stage.w).map(|x| (crest[x] - crest[x.saturating_sub(1)]) * w).collect();
        let wobble = stage.noise(3.0, 1.0, 4, 60 + i);
        let (bright, dark) =
            (palette.pigment(Role::Land, 0xe6_a468), palette.pigment(Role::Land, 0xc4_8a68));
        let (lit, shaded) = (palette.lit(bright, 1.0), palette.lit(dark, 0.06));
        let rim = palette.lit(palette.pigment(Role::Land, 0xff_e2b4), 1.0);
        let far = 0.62 * (1.0 - near);
        stage.below(&crest, |spot, depth| {
            let bend = wobble.at[spot.i] - 0.5;
            let edge = sin(phase * 1.7 + spot.x * turns * 1.5 + depth * 9.0 + bend * 2.2)
                + slope[spot.column] * 1.3 * lean;
            let light = smooth(-0.35, 0.35, edge);
            let ripple = sin(depth * 260.0 * (0.5 + near) + spot.x * 60.0 + bend * 26.0) * 0.5;
            let t = light * (1.0 - 0.3 * smooth(0.0, 0.4, depth)) + ripple * 0.13 * near;
            let colour =
                shaded.over(lit, t.clamp(0.0, 1.0)).over(rim, bell(depth / 0.006) * 0.5 * light);
            colour.over(palette.haze, far * 0.8)
        });
    }
}

/// Rolling green land with trees and hedges.
pub(super) fn hills(stage: &mut Stage) {
    let plan = stage.plan;
    let palette = &plan.palette;
    let mut dice = plan.dice(700);
    if plan.backdrop.is_none() {
        super::ridges::far_hills(stage);
    }
    let set = dice.pick(&[
        [0x8f_a860, 0xb0_b45c, 0x7a_9a4c, 0x6a_8a40],
        [0x9c_b070, 0x86_a258, 0xc4_b464, 0x5f_8244],
    ]);
    let lean = light_from(stage).0;
    for (i, code) in (0_u64..).zip(set) {
        let t = i as f32 / 3.0;
        let at = plan.horizon + (1.0 - plan.horizon) * lerp(0.0, 0.66, t * (0.5 + 0.5 * t));
        let profile = stage.line(dice.range(1.2, 2.0), 3, 700 + i);
        let crest: Vec<f32> = profile.iter().map(|n| at - (n - 0.35) * (0.09 + 0.07 * t)).collect();
        let step = 1 + stage.w / 40;
        let slope: Vec<f32> = (0..stage.w)
            .map(|x| (profile[x] - profile[x.saturating_sub(step)]) * 3.0 * lean)
            .collect();
        let pigment =
            plan.bloom.filter(|_| i == 2).map_or(palette.pigment(Role::Flora, code), |bloom| {
                palette.pigment(Role::Flora, code).over(palette.pigment(Role::Thing, bloom), 0.7)
            });
        let texture = stage.noise(6.0 + 4.0 * t, 2.2, 5, 710 + i);
        let rows = dice.pick(&[0.0, 0.0, 0.12, 0.16]);
        let angle = dice.range(60.0, 120.0);
        stage.below(&crest, |spot, depth| {
            let n = texture.at[spot.i] - 0.5;
            let furrow = sin((spot.x * 0.8 + depth * (1.4 - t)) * angle) * rows;
            let light =
                0.56 + slope[spot.column] + n * 0.7 - 0.5 * smooth(0.0, 0.3, depth) + furrow;
            let colour = palette.lit(pigment * (0.9 + 0.5 * n), light.clamp(0.0, 1.0));
            colour.over(palette.haze, (0.5 * (1.0 - t)) * (0.7 + 0.6 * smooth(0.02, 0.12, depth)))
        });
        let trees =
            if plan.season == Some(Season::Winter) { 2 } else { 4 + (dice.bits() % 8) as usize };
        scatter_trees(stage, &crest, (trees, 0.035 + 0.05 * t, 0.5 * (1.0 - t)), 720 + i);
    }
}

/// Trees standing on a crest: how many, how tall, and how far away (0 to 1).
fn scatter_trees(
    stage: &mut Stage,
    crest: &[f32],
    (count, size, far): (usize, f32, f32),
    salt: u64,
) {
    let mut dice = stage.plan.dice(salt);
    let pointed = dice.chance(0.4);
    let heart = dice.unit();
    for _ in 0..count {
        let x = (heart + dice.normal() * 0.22).clamp(0.0, 0.999);
        let foot = crest[(x * stage.w as f32) as usize] + dice.range(0.002, 0.02);
        let tall = size * dice.range(0.7, 1.3);
        let at = (x * stage.wide, foot * stage.tall);
        if pointed {
            conifer(stage, at, (tall * 1.3, far), dice.bits());
        } else {
            round_tree(stage, at, (tall, far), dice.bits());
        }
    }
}

/// Grass full of flowers.
pub(super) fn meadow(stage: &mut Stage) {
    let plan = stage.plan;
    let palette = &plan.palette;
    let grain = stage.noise(8.0, 1.0, 5, 46);
    let patches = stage.noise(3.0, 3.0, 3, 45);
    let paint = palette.ramp(Role::Flora, &[(0.0, 0xc2_c67c), (0.4, 0x82_9e48), (1.0, 0x36_562c)]);
    let shore = plan.horizon;
    stage.each(shore - 0.01..1.0, |spot, old| {
        let d = ((spot.y - shore) / (1.0 - shore)).clamp(0.0, 1.0);
        let n = grain.at[spot.i] - 0.5;
        let colour =
            palette.lit(paint.at(d * 0.9 + 0.4 * n), 0.72 + 0.5 * (patches.at[spot.i] - 0.5));
        old.over(
            colour.over(palette.haze, 0.4 * (1.0 - d) * (1.0 - d)),
            smooth(shore - 0.006, shore + 0.006, spot.y),
        )
    });
    flowers(stage, shore);
}

fn flowers(stage: &mut Stage, shore: f32) {
    let plan = stage.plan;
    let palette = &plan.palette;
    let mut dice = plan.dice(47);
    let sets: [[u32; 6]; 4] = [
        [0xd4_372c, 0xe8_583a, 0xf0_8a4b, 0xb3_202a, 0xf7_e7c8, 0x7f_6fb0],
        [0x8a_6cc0, 0xb0_90d8, 0x5f_4fa8, 0xf0_d8f0, 0xf4_e2a0, 0xd8_78b0],
        [0xf4_d048, 0xf8_e480, 0xf0_a838, 0xff_f6e0, 0xe8_7838, 0xd0_c8f0],
        [0xf4_a0b0, 0xfa_d8d8, 0xe0_6088, 0xff_ffff, 0xc0_4878, 0x9f_c0e8],
    ];
    let set = dice.pick(&sets);
    let mut pigments: Vec<Rgb> =
        set.iter().map(|&code| palette.pigment(Role::Thing, code)).collect();
    if let Some(code) = plan.bloom {
        let own = palette.pigment(Role::Thing, code);
        for (i, pigment) in pigments.iter_mut().enumerate().take(5) {
            *pigment = own.over(*pigment, 0.1 + 0.08 * i as f32) * (1.12 - 0.1 * i as f32);
        }
    }
    let drifts = stage.noise(2.6, 2.0, 3, 48);
    let mut heads: Vec<(f32, f32)> = (0..2600)
        .map(|_| {
            let d = dice.unit();
            (shore + (1.0 - shore) * d * (0.4 + 0.6 * d).sqrt(), dice.unit())
        })
        .collect();
    heads.sort_by(|a, b| a.0.total_cmp(&b.0));
    for (y, x) in heads {
        let bunch = drifts.sample(x * stage.w as f32, y * stage.h as f32);
        if !dice.chance(smooth(0.2, 0.62, bunch) + 0.08) {
            continue;
        }
        let z = (y - shore) / (1.0 - shore);
        let pigment = pigments[(dice.unit() * dice.unit() * 5.99) as usize];
        let colour = palette.lit(pigment, dice.range(0.7, 1.05));
        blossom(
            stage,
            (x * stage.wide, y * stage.tall),
            (0.0022 + 0.0125 * z * z.sqrt(), colour),
            dice.unit(),
        );
    }
}

/// One head of a flower: a soft blot, lighter above.
fn blossom(stage: &mut Stage, (u, v): (f32, f32), (r, colour): (f32, Rgb), shape: f32) {
    let r = r.max(0.6 / stage.unit());
    let reach = r * 1.5;
    let flat = 1.1 + 0.4 * shape;
    stage.patch((u - reach..u + reach, v - reach..v + reach), |spot, _| {
        let (dx, dy) = ((spot.u - u) / r / flat, (spot.v - v) / r);
        let cover = smooth(1.05, 0.7, length(dx, dy));
        let shade = (1.12 - 0.34 * dy - 0.1 * bell(length(dx, dy) / 0.25)).clamp(0.5, 1.35);
        (cover > 0.0).then_some((colour * shade, cover, 0.8))
    });
}

/// Ploughed or planted rows that run to the horizon.
pub(super) fn field(stage: &mut Stage) {
    let plan = stage.plan;
    let palette = &plan.palette;
    let mut dice = plan.dice(730);
    let (crop, soil) = match plan.bloom {
        Some(code) => (palette.pigment(Role::Thing, code), palette.pigment(Role::Flora, 0x5a_6a3a)),
        None => dice.pick(&[
            (palette.pigment(Role::Flora, 0xdc_b452), palette.pigment(Role::Flora, 0x9a_8434)),
            (palette.pigment(Role::Flora, 0x9c_b450), palette.pigment(Role::Flora, 0x5c_7a38)),
        ]),
    };
    let vanish = dice.range(0.25, 0.75);
    let count = dice.range(11.0, 17.0);
    let shore = plan.horizon;
    let bend = stage.noise(2.0, 1.0, 3, 731);
    let tufts = stage.noise(26.0, 1.6, 4, 732);
    let wide = stage.wide;
    stage.each(shore - 0.01..1.0, |spot, old| {
        let d = ((spot.y - shore) / (1.0 - shore)).clamp(0.004, 1.0);
        let across = (spot.x - vanish) * wide / (d + 0.06) + 0.6 * (bend.at[spot.i] - 0.5);
        let row = sin(across * count) * 0.5 + 0.5;
        let tuft = tufts.at[spot.i] - 0.5;
        let body = smooth(0.25, 0.72, row + tuft * (0.4 + 0.6 * d));
        let top = smooth(0.45, 0.95, row + tuft * 0.9);
        let sharp = smooth(0.0, 0.12, d);
        let ground = palette.lit(soil, 0.3);
        let plant = palette.lit(crop * 0.82, 0.45).over(palette.lit(crop * 1.12, 1.0), top);
        let colour = ground
            .over(plant, lerp(0.62, body, sharp))
            .over(palette.haze, 0.42 * (1.0 - d) * (1.0 - d));
        old.over(colour, smooth(shore - 0.004, shore + 0.004, spot.y))
    });
    if plan.figures.iter().all(|f| f.figure != Figure::Tree) {
        let crest = vec![shore + 0.002; stage.w];
        scatter_trees(stage, &crest, (5 + (dice.bits() % 6) as usize, 0.05, 0.4), 735);
    }
}

/// Snow-covered ground with firs.
pub(super) fn snow(stage: &mut Stage) {
    let plan = stage.plan;
    let palette = &plan.palette;
    let mut dice = plan.dice(740);
    let white = palette.pigment(Role::Land, 0xf3_f5fa);
    let (lit, shaded) =
        (palette.lit(white, 0.95), palette.lit(palette.pigment(Role::Land, 0xc4_d4ec), 0.25));
    let lean = light_from(stage).0;
    for i in 0..4_u64 {
        let t = i as f32 / 3.0;
        let at = plan.horizon + (1.0 - plan.horizon) * lerp(0.0, 0.6, t);
        let profile = stage.line(1.4, 3, 740 + i);
        let crest: Vec<f32> = profile.iter().map(|n| at - (n - 0.4) * (0.05 + 0.08 * t)).collect();
        let drift = stage.noise(2.6 + t, 2.6, 4, 750 + i);
        let (w, h, step) = (stage.w as f32, stage.h as f32, 0.05 * stage.unit());
        let phase = dice.range(0.0, 6.0);
        stage.below(&crest, |spot, depth| {
            let n = drift.at[spot.i];
            let slope = n - drift.sample(spot.x * w - step * lean, spot.y * h - step * 0.3);
            let shadow =
                smooth(0.1, 0.6, sway(spot.x + depth * 1.6, 7.0, phase) * 0.5 + n - 0.5) * 0.4;
            let light = (0.62 + slope * 3.0 - shadow - 0.6 * smooth(0.04, 0.4, depth)
                + 0.3 * bell(depth / 0.012))
            .clamp(0.0, 1.0);
            shaded.over(lit, light).over(palette.haze, 0.4 * (1.0 - t))
        });
        let count = dice.pick(&[3, 6, 9]);
        scatter_firs(stage, &crest, (count, 0.09 + 0.13 * t, 0.55 * (1.0 - t)), 760 + i);
    }
}

fn scatter_firs(
    stage: &mut Stage,
    crest: &[f32],
    (count, size, far): (usize, f32, f32),
    salt: u64,
) {
    let mut dice = stage.plan.dice(salt);
    let heart = dice.pick(&[0.08, 0.2, 0.8, 0.94]);
    for _ in 0..count {
        let x = (heart + dice.normal() * 0.12).clamp(0.0, 0.999);
        let foot = crest[(x * stage.w as f32) as usize] + dice.range(0.004, 0.02);
        conifer(
            stage,
            (x * stage.wide, foot * stage.tall),
            (size * dice.range(0.6, 1.3), far),
            dice.bits(),
        );
    }
}
