//! Pictures of nothing in particular: marbled paper, swirling water, cut-paper arches; and the deep sea.

use super::super::colour::{Ramp, Rgb};
use super::super::math::{bell, length, sin, smooth};
use super::super::plan::Role;
use super::super::words::Figure;
use super::figures;
use super::sky::sway;
use super::stage::Stage;

/// Colours for pictures without daylight.
fn inks(stage: &Stage, salt: u64) -> Ramp {
    let sets: [[u32; 6]; 6] = [
        [0x0e_2a33, 0x1f_5a5c, 0x7f_ae9d, 0xf2_e6cf, 0xe2_965e, 0x8f_3a2a],
        [0x1a_1430, 0x4a_2c6a, 0xa8_4a80, 0xf2_d4c0, 0xf0_a060, 0x70_2840],
        [0x0a_2040, 0x1f_5088, 0x6a_a8c8, 0xf4_f0e0, 0xe8_c070, 0x28_4a5c],
        [0x20_2818, 0x4c_6438, 0xa8_b878, 0xf6_eed4, 0xd8_a048, 0x6a_3c20],
        [0x30_1018, 0x8c_2c38, 0xe0_7060, 0xfa_e8d8, 0x8a_b0b0, 0x24_4450],
        [0x14_1c28, 0x3c_5068, 0x9c_acb8, 0xf4_efe6, 0xd8_b890, 0x6c_4c40],
    ];
    let stops: Vec<(f32, u32)> = [0.0, 0.22, 0.46, 0.62, 0.8, 1.0]
        .into_iter()
        .zip(stage.plan.dice(salt).pick(&sets))
        .collect();
    stage.plan.palette.ramp(Role::Land, &stops)
}

/// Marbled paper: noise bent by noise bent by noise.
pub(super) fn marble(stage: &mut Stage) {
    let mut dice = stage.plan.dice(850);
    let ink = inks(stage, 851);
    let (a, b) = (stage.noise(2.0, 1.0, 6, 852), stage.noise(2.0, 1.0, 6, 853));
    let s = stage.noise(dice.range(2.0, 3.2), 1.0, 4, 854);
    let reach = stage.unit() * dice.range(0.35, 0.62);
    let bands = dice.range(8.0, 14.0);
    let gold = stage.plan.palette.pigment(Role::Thing, 0xf0_cc80);
    let (w, h) = (stage.w as f32, stage.h as f32);
    stage.each(0.0..1.0, |spot, _| {
        let (x, y) = (spot.x * w, spot.y * h);
        let q = s.sample(x + (b.at[spot.i] - 0.5) * reach, y + (a.at[spot.i] - 0.5) * reach);
        let r = a.sample(x + (s.at[spot.i] - 0.5) * reach, y + (q - 0.5) * reach);
        let phase = r * bands + q * 8.0;
        let t = sin(phase) * 0.5 + 0.5;
        let vein = bell(sin(phase * 0.5 + 0.8) / 0.07) * smooth(0.45, 0.7, q);
        (ink.at(t) * (0.84 + 0.32 * q)).over(gold, vein * 0.8)
    });
}

/// Great swirls of water.
pub(super) fn waves(stage: &mut Stage) {
    let mut dice = stage.plan.dice(860);
    let palette = &stage.plan.palette;
    let sets: [[u32; 5]; 4] = [
        [0x0b_2a4a, 0x1c_5a86, 0x4f_9db0, 0xcf_e3d8, 0xfb_f6e6],
        [0x10_1f3c, 0x34_4a80, 0x8a_8ab8, 0xe8_d0d0, 0xfc_f0e4],
        [0x06_2c30, 0x10_6660, 0x5c_b09c, 0xd8_ecd0, 0xfc_faea],
        [0x2c_1420, 0x8c_3440, 0xe0_7c58, 0xf8_d4a0, 0xff_f6e0],
    ];
    let stops: Vec<(f32, u32)> =
        [0.0, 0.4, 0.62, 0.8, 1.0].into_iter().zip(dice.pick(&sets)).collect();
    let ramp = palette.ramp(Role::Water, &stops);
    let (a, b) = (stage.noise(2.0, 1.0, 4, 861), stage.noise(2.5, 1.0, 4, 862));
    let foam = stage.noise(26.0, 1.0, 3, 863);
    let warm = palette.pigment(Role::Sky, 0xe6_a25c);
    let white = palette.pigment(Role::Cloud, 0xff_fdf4);
    let (lean, turns) = (dice.range(-6.0, 6.0), dice.range(10.0, 16.0));
    stage.each(0.0..1.0, |spot, _| {
        let (na, nb) = (a.at[spot.i], b.at[spot.i]);
        let phase = spot.y * turns + spot.x * lean + sin(spot.x * 5.0 + na * 5.0) * 1.3 + nb * 3.0;
        let t = sin(phase) * 0.5 + 0.5;
        let fine = sin(phase * 7.0 + na * 14.0) * 0.5 + 0.5;
        let colour = ramp.at(t * 0.85 + fine * 0.15);
        let froth = smooth(0.78, 0.95, t) * smooth(0.5, 0.8, foam.at[spot.i]);
        colour.over(white, froth).over(warm, smooth(0.34, 0.0, spot.y + 0.2 * (na - 0.5)) * 0.5)
    });
}

/// Arches of cut paper under a paper sun.
pub(super) fn arches(stage: &mut Stage) {
    let mut dice = stage.plan.dice(870);
    let palette = &stage.plan.palette;
    let paper =
        palette.pigment(Role::Sky, dice.pick(&[0xea_d9c0, 0xe8_e0d0, 0xf0_d8c4, 0xd8_dcd0]));
    stage.each(0.0..1.0, |_, _| paper);
    let sets: [[u32; 4]; 6] = [
        [0xb8_492f, 0xd9_794a, 0xee_b27c, 0xf5_dcb8],
        [0x23_413f, 0x4f_7d70, 0xa9_bfa2, 0xe4_e8d4],
        [0x2c_3c5c, 0x5c_7898, 0xa8_bcc8, 0xe8_ecea],
        [0x8a_5a28, 0xc8_903c, 0xe8_c070, 0xf8_e8c0],
        [0x6c_2c40, 0xa8_5868, 0xdc_a0a0, 0xf6_dcd4],
        [0x40_3050, 0x7c_6090, 0xb8_a4c4, 0xec_e4ec],
    ];
    let (cx, cy) = (dice.range(0.25, 0.78), dice.range(0.17, 0.3));
    let sun = dice.pick(&[0xe8_b04b, 0xd8_6a40, 0xe8_c888]);
    let sun = stage.plan.sky.body.and_then(|body| body.colour).unwrap_or(sun);
    blot(stage, (cx, cy), dice.range(0.1, 0.14), palette.pigment(Role::Thing, sun));
    let count = 2 + (dice.bits() % 2) as usize;
    let order = dice.bits() as usize;
    for k in 0..count {
        let x = (k as f32 + 0.5) / count as f32 + dice.range(-0.09, 0.09);
        let set = sets[(order % sets.len() + k * 5) % sets.len()];
        rainbow(stage, (x, dice.range(0.6, 0.82)), dice.range(0.17, 0.34), set);
    }
    let grounds = [
        dice.pick(&[0x8a_3b2c, 0x2a_3b3a, 0xb0_7038]),
        dice.pick(&[0x2a_3b3a, 0x3a_2c30, 0x22_3448]),
    ];
    for (i, (code, at)) in grounds.into_iter().zip([0.9, 0.955]).enumerate() {
        let colour = palette.pigment(Role::Land, code);
        let phase = dice.range(0.0, 6.0);
        let crest: Vec<f32> = (0..stage.w)
            .map(|x| at + 0.02 * sway(x as f32 / stage.w as f32, 7.0 - 2.0 * i as f32, phase))
            .collect();
        stage.below(&crest, |_, _| colour);
    }
    let grain = stage.noise(4.0, 1.0, 6, 875);
    stage.each(0.0..1.0, |spot, old| old * (0.86 + 0.28 * grain.at[spot.i]));
}

fn blot(stage: &mut Stage, (x, y): (f32, f32), r: f32, colour: Rgb) {
    let (u, v) = (x * stage.wide, y * stage.tall);
    let soft = 1.0 / stage.unit();
    stage.patch((u - r..u + r, v - r..v + r), |spot, _| {
        Some((colour, smooth(r + soft, r - soft, length(spot.u - u, spot.v - v)), 0.0))
    });
}

/// Arch in arch, from the outside in.
fn rainbow(stage: &mut Stage, (x, y): (f32, f32), r: f32, codes: [u32; 4]) {
    let (u, v) = (x * stage.wide, y * stage.tall);
    let colours = codes.map(|code| stage.plan.palette.pigment(Role::Land, code));
    let soft = 1.0 / stage.unit();
    for (i, colour) in colours.into_iter().enumerate() {
        let radius = r * (1.0 - i as f32 / 4.35);
        stage.patch(
            (u - radius - soft..u + radius + soft, v - radius - soft..stage.tall),
            |spot, _| {
                let away =
                    if spot.v < v { length(spot.u - u, spot.v - v) } else { (spot.u - u).abs() };
                // A shadow of one sheet on the next.
                let shade = 1.0 - 0.25 * bell((radius - away) / 0.008);
                Some((colour * shade, smooth(radius + soft, radius - soft, away), 0.0))
            },
        );
    }
}

/// The deep: light from above, weeds below, fish between.
pub(super) fn underwater(stage: &mut Stage) {
    let plan = stage.plan;
    let palette = &plan.palette;
    let mut dice = plan.dice(880);
    let stops =
        [(0.0, 0xb8_ece0), (0.2, 0x4f_b8c4), (0.5, 0x1c_7098), (0.8, 0x0c_3c64), (1.0, 0x06_2038)];
    let water = palette.ramp(Role::Water, &stops);
    let cloud = stage.noise(2.5, 1.4, 5, 881);
    let rays = stage.line(9.0, 3, 882);
    let columns = rays.len() as f32;
    let from = dice.range(0.3, 0.7);
    stage.each(0.0..1.0, |spot, _| {
        let t = spot.y * 0.9 + 0.25 * (cloud.at[spot.i] - 0.5) + 0.25 * (spot.x - from).abs();
        let at = from + (spot.x - from) / (0.45 + spot.y) * 0.7;
        let ray = rays[((at * columns).max(0.0) as usize).min(rays.len() - 1)];
        let light = smooth(0.45, 0.9, ray) * smooth(0.95, 0.0, spot.y);
        water.at(t) + water.at(0.05) * (light * 0.4)
    });
    for (i, (at, dark)) in (0_u64..).zip([(0.8, 0.55), (0.88, 0.8), (0.95, 1.0)]) {
        let reef = stage.line(3.0 + 2.0 * i as f32, 6, 884 + i);
        let crest: Vec<f32> = reef.iter().map(|n| at - (n - 0.4) * 0.2).collect();
        let grain = stage.noise(12.0, 1.0, 4, 887 + i);
        let coral =
            palette.pigment(Role::Flora, dice.pick(&[0xc8_5a60, 0x8a_508c, 0xd8_9050, 0x3f_8070]));
        let deep = water.at(0.85);
        stage.below(&crest, |spot, depth| {
            let n = grain.at[spot.i];
            let rock =
                deep.over(coral * (0.3 + 0.9 * n), (0.25 + 0.6 * smooth(0.4, 0.7, n)) * dark);
            water.at(0.6).over(rock, 0.4 + 0.6 * dark) * (1.0 + 0.5 * bell(depth / 0.012))
        });
    }
    for _ in 0..9 {
        let at = (dice.range(0.08, 0.92), dice.range(0.25, 0.72));
        figures::one(
            stage,
            &figures::standing(Figure::Fish, at, dice.range(0.03, 0.075), dice.bits()),
        );
    }
}
