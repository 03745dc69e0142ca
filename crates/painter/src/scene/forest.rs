//! Trees: woods to stand in, and single trees for everywhere else.

use super::super::colour::{Ramp, Rgb};
use super::super::dice::Dice;
use super::super::math::{bell, length, lerp, sin, smooth};
use super::super::plan::Role;
use super::super::words::Season;
use super::stage::Stage;
use std::f32::consts::TAU;

/// One trunk of a wood.
struct Trunk {
    /// Middle at the top, part of the width.
    x: f32,
    /// Half width in units of the shorter edge.
    half: f32,
    /// Where it meets the ground, part of the height.
    foot: f32,
    bend: f32,
    /// 0 is lost in haze, 1 right here.
    near: f32,
    salt: u64,
}

/// Birches in leaf: white trunks before gold.
pub(super) fn birches(stage: &mut Stage) {
    let autumn = !matches!(stage.plan.season, Some(Season::Spring | Season::Summer));
    let leaves: [(f32, u32); 5] = match stage.plan.season {
        Some(Season::Winter) => [
            (0.0, 0xdc_e4ea),
            (0.35, 0xc0_ccd6),
            (0.6, 0xa8_b6c4),
            (0.8, 0xd4_dce4),
            (1.0, 0xf0_f2f4),
        ],
        _ if autumn => [
            (0.0, 0xf1_c65b),
            (0.35, 0xe0_9a3c),
            (0.6, 0xb9_662f),
            (0.8, 0x6d_4a35),
            (1.0, 0x3a_2f2b),
        ],
        _ => [
            (0.0, 0xd8_e08a),
            (0.35, 0xa4_c05c),
            (0.6, 0x6f_9a48),
            (0.8, 0x44_683a),
            (1.0, 0x2a_4028),
        ],
    };
    let light = if autumn { 0xff_e08a } else { 0xf0_f8b0 };
    let dark = if autumn { 0x8c_3f22 } else { 0x3a_5c30 };
    foliage(stage, &leaves, (light, dark));
    let bark = Ramp::new(
        &[(0.0, 0xff_f4dc), (0.35, 0xef_e0c4), (0.75, 0xa0_8a78), (1.0, 0x5b_4a48)]
            .map(|(t, c)| (t, stage.plan.palette.pigment(Role::Land, c))),
    );
    trunks(stage, (24, 0.034), &bark, Some(0x3c_2f2c));
}

/// A wood of dark trunks with light falling in.
pub(super) fn forest(stage: &mut Stage) {
    let plan = stage.plan;
    let leaves: [(f32, u32); 5] = match plan.season {
        Some(Season::Autumn) => [
            (0.0, 0xf6_d27a),
            (0.35, 0xe4_9c40),
            (0.6, 0xb4_6030),
            (0.8, 0x6c_4030),
            (1.0, 0x34_2824),
        ],
        Some(Season::Winter) => [
            (0.0, 0xe4_ebf0),
            (0.35, 0xbc_ccd8),
            (0.6, 0x94_a8b8),
            (0.8, 0xcc_d8e2),
            (1.0, 0xee_f2f6),
        ],
        _ => [
            (0.0, 0xe6_e8a4),
            (0.35, 0xa6_be6c),
            (0.6, 0x5c_8450),
            (0.8, 0x3a_5a3c),
            (1.0, 0x20_3428),
        ],
    };
    foliage(stage, &leaves, (0xf4_f4b0, 0x2c_4c34));
    let bark = Ramp::new(
        &[(0.0, 0x8a_7058), (0.4, 0x54_4438), (1.0, 0x24_2020)]
            .map(|(t, c)| (t, plan.palette.pigment(Role::Land, c))),
    );
    trunks(stage, (30, 0.042), &bark, None);
    shafts(stage);
}

/// Leaves, light and ground without form.
fn foliage(stage: &mut Stage, stops: &[(f32, u32)], (light, dark): (u32, u32)) {
    let palette = &stage.plan.palette;
    let warp = stage.noise(3.0, 1.0, 5, 17);
    let leaf = stage.noise(26.0, 1.0, 3, 18);
    let ramp = palette.ramp(Role::Flora, stops);
    let glow = stage.plan.sky.body.map_or((0.5, 0.3), |b| (b.x, b.y.min(0.45)));
    let (light, dark) = (palette.pigment(Role::Flora, light), palette.pigment(Role::Flora, dark));
    let level = lerp(0.35, 0.95, palette.sun.luma().min(1.0));
    stage.each(0.0..1.0, |spot, _| {
        let base = ramp.at(spot.y + 0.25 * (warp.at[spot.i] - 0.5));
        let n = leaf.at[spot.i];
        let base = base.over(light, smooth(0.6, 0.75, n) * 0.7 * smooth(0.8, 0.4, spot.y));
        let base = base.over(dark, smooth(0.42, 0.28, n) * 0.5 * smooth(0.9, 0.4, spot.y));
        let near = bell(length(spot.x - glow.0, (spot.y - glow.1) * 0.8) / 0.36);
        let light_here = palette.shade.over(palette.sun, 0.5 + 0.4 * near);
        base.under(light_here * (0.6 + 0.6 * level)).over(palette.glow, near * 0.5)
    });
}

fn trunks(stage: &mut Stage, (count, width): (u64, f32), bark: &Ramp, marks: Option<u32>) {
    let mut dice = stage.plan.dice(19);
    for k in 0..count {
        let near = k as f32 / (count - 1) as f32;
        let trunk = Trunk {
            x: dice.unit(),
            half: (0.005 + width * near * near.sqrt()) * dice.range(0.8, 1.3),
            foot: 0.66 + 0.3 * near + dice.range(-0.02, 0.03),
            bend: dice.range(-0.035, 0.035),
            near,
            salt: 400 + k,
        };
        draw_trunk(stage, &trunk, (bark, marks), &mut dice);
    }
}

fn draw_trunk(
    stage: &mut Stage,
    trunk: &Trunk,
    (bark, marks): (&Ramp, Option<u32>),
    dice: &mut Dice,
) {
    let palette = &stage.plan.palette;
    let haze =
        palette.haze.over(palette.sky.at(0.7), 0.5).under(palette.shade.over(palette.sun, 0.75));
    let wobble = stage.noise(5.0, 0.3, 2, trunk.salt);
    let phase = dice.range(0.0, 6.0);
    let lines: Vec<(f32, f32, f32)> =
        (0..18).map(|_| (dice.unit(), dice.range(-0.9, 0.6), dice.range(0.2, 0.7))).collect();
    let mark = marks.map(|code| palette.pigment(Role::Land, code));
    let middle = trunk.x * stage.wide;
    let reach = trunk.half * 1.6 + trunk.bend.abs() + 0.02;
    let foot = trunk.foot * stage.tall;
    let h = stage.h;
    let column = ((trunk.x * stage.w as f32) as usize).min(stage.w - 1);
    let width = stage.w;
    stage.patch((middle - reach..middle + reach, 0.0..foot + 0.02), |spot, _| {
        let row = ((spot.y * h as f32) as usize).min(h - 1);
        let sway = trunk.bend * sin(spot.y * 3.0 + phase)
            + 0.012 * (wobble.at[row * width + column] - 0.5);
        let half = trunk.half * (0.78 + 0.3 * spot.y + 0.22 * bell((spot.y - trunk.foot) / 0.03));
        let t = (spot.u - middle - sway) / half;
        let cover = smooth(1.06, 0.86, t.abs())
            * smooth(foot + 0.008, foot - 0.008, spot.v + 0.006 * t * t);
        if cover <= 0.0 {
            return None;
        }
        let mut tone =
            bark.at(0.5 + 0.5 * t).under(palette.shade.over(palette.sun, 0.8 - 0.35 * t));
        if let Some(mark) = mark {
            let spots: f32 = lines
                .iter()
                .map(|&(y, from, long)| {
                    bell((spot.y - y * trunk.foot) / (0.0035 + 0.003 * trunk.near))
                        * smooth(from - 0.1, from + 0.1, t)
                        * smooth(from + long + 0.1, from + long - 0.1, t)
                })
                .sum();
            tone = tone
                .over(mark.under(palette.shade.over(palette.sun, 0.5)), (spots * 0.85).min(0.9));
        }
        let tone = tone.over(haze, 0.75 * (1.0 - trunk.near));
        Some((tone, cover, 0.75 * trunk.near))
    });
}

/// Slanting light between the trunks.
fn shafts(stage: &mut Stage) {
    let plan = stage.plan;
    let from = plan.sky.body.map_or(0.5, |b| b.x);
    let rays = stage.line(9.0, 3, 470);
    let columns = rays.len() as f32;
    let strength = plan.palette.sun.luma().min(1.0) * 0.42;
    stage.each(0.0..1.0, |spot, old| {
        // Every ray comes from one point above the picture.
        let at = from + (spot.x - from) / (0.5 + spot.y) * 0.75;
        let n = rays[((at * columns).max(0.0) as usize).min(rays.len() - 1)];
        let light = smooth(0.5, 0.9, n) * smooth(1.0, 0.25, spot.y) * strength;
        old + plan.palette.glow * (light * 0.5) + old * (light * 0.8)
    });
}

/// A fir or cypress: `tall` in units of the shorter edge, `far` from 0 (here) to 1 (lost in haze).
pub(super) fn conifer(
    stage: &mut Stage,
    (u, foot): (f32, f32),
    (tall, far): (f32, f32),
    seed: u64,
) {
    let palette = &stage.plan.palette;
    let mut dice = Dice::new(seed, 0);
    let pigment = palette.pigment(Role::Land, dice.pick(&[0x2f_4a38, 0x38_5038, 0x2c_4840]));
    let snow = palette.lit(palette.pigment(Role::Land, 0xf4_f6fa), 0.9);
    // Needles do not turn in autumn: they are not flora here.
    let winter = if stage.plan.season == Some(Season::Winter) { 0.6 } else { 0.0 };
    let half = tall * dice.range(0.19, 0.25);
    let (dark, lit) = (palette.lit(pigment, 0.05), palette.lit(pigment * 1.5, 0.8));
    let lean = super::sky::light_from(stage).0;
    let tiers = dice.range(6.0, 9.0);
    let phase = dice.unit();
    let haze = palette.haze;
    stage.patch((u - half * 1.2..u + half * 1.2, foot - tall..foot), |spot, _| {
        let t = (spot.v - (foot - tall)) / tall;
        let side = (spot.u - u) / half;
        let tier = (t * tiers + phase).fract();
        let edge = (0.04 + t * (0.72 + 0.34 * tier)).min(1.1)
            * (1.0 - 0.1 * sin(spot.v * 900.0 + side * 4.0));
        let crown = smooth(edge, edge * 0.82 - 0.02, side.abs()) * smooth(1.0, 0.94, t);
        let stem = smooth(0.07, 0.04, side.abs()) * smooth(0.0, 0.1, t);
        let cover = crown.max(stem);
        if cover <= 0.0 {
            return None;
        }
        let light = (0.4 - 0.5 * tier + 0.5 * side * lean / edge.max(0.1)).clamp(0.0, 1.0);
        let colour =
            dark.over(lit, light).over(snow, winter * smooth(0.7, 0.15, tier + 0.3 * side * -lean));
        Some((colour.over(haze, far), cover, 0.4))
    });
}

/// A tree with a round crown; same measures as [`conifer`].
pub(super) fn round_tree(
    stage: &mut Stage,
    (u, foot): (f32, f32),
    (tall, far): (f32, f32),
    seed: u64,
) {
    let palette = &stage.plan.palette;
    let mut dice = Dice::new(seed, 0);
    let bare = stage.plan.season == Some(Season::Winter);
    let code = match stage.plan.season {
        Some(Season::Autumn) => dice.pick(&[0xd0_7a30, 0xc0_5a2c, 0xe0_a840]),
        Some(Season::Spring) => dice.pick(&[0xf0_b8c4, 0xf6_d4d8, 0x9c_c064]),
        Some(Season::Winter) => 0xe4_eaf0,
        _ => dice.pick(&[0x4f_7038, 0x5c_7c3c, 0x44_6440]),
    };
    let role = if stage.plan.season == Some(Season::Spring) { Role::Thing } else { Role::Flora };
    let pigment = stage
        .plan
        .bloom
        .filter(|_| tall > 0.2)
        .map_or(palette.pigment(role, code), |c| palette.pigment(Role::Thing, c));
    let wood = palette.lit(palette.pigment(Role::Land, 0x4c_3c32), 0.35).over(palette.haze, far);
    let r = tall * if bare { 0.2 } else { 0.3 };
    let thick = tall * 0.035;
    stage.patch((u - thick * 3.0..u + thick * 3.0, foot - tall * 0.6..foot), |spot, _| {
        let t = (spot.v - (foot - tall * 0.6)) / (tall * 0.6);
        let half = thick * (0.5 + 0.6 * t + 1.2 * bell((t - 1.0) / 0.12));
        let lean = thick * 1.2 * sin(t * 3.0 + dice_phase(seed));
        Some((wood, smooth(half, half * 0.7, (spot.u - u - lean).abs()), 0.4)).filter(|p| p.1 > 0.0)
    });
    let light = super::sky::light_from(stage);
    let mut leaves: Vec<(f32, f32, f32)> = (0..26)
        .map(|_| {
            let (angle, away) = (dice.range(0.0, TAU), dice.unit().sqrt());
            let (x, y) = (sin(angle + 1.57) * away * r * 1.18, sin(angle) * away * r * 0.86);
            (x, y, r * dice.range(0.26, 0.46))
        })
        .collect();
    // What faces the light is painted last.
    leaves.sort_by(|a, b| {
        (a.0 * light.0 + a.1 * light.1).total_cmp(&(b.0 * light.0 + b.1 * light.1))
    });
    let centre = foot - tall * 0.66;
    for (x, y, size) in leaves {
        let tone = 0.5 + 0.5 * (x * light.0 + y * light.1) / r;
        leaf_ball(stage, (u + x, centre + y), (size, far), (pigment, tone));
    }
}

fn dice_phase(seed: u64) -> f32 {
    (seed % 628) as f32 / 100.0
}

fn leaf_ball(
    stage: &mut Stage,
    (u, v): (f32, f32),
    (r, far): (f32, f32),
    (pigment, tone): (Rgb, f32),
) {
    let palette = &stage.plan.palette;
    let light = super::sky::light_from(stage);
    let dark = palette.lit(pigment * 0.7, 0.05).over(palette.haze, far);
    let lit = palette.lit(pigment * 1.25, 1.0).over(palette.haze, far);
    stage.patch((u - r..u + r, v - r..v + r), |spot, _| {
        let (dx, dy) = ((spot.u - u) / r, (spot.v - v) / r);
        let away = length(dx, dy) + 0.16 * sin(dx * 9.0 + u * 400.0) * sin(dy * 8.0 + v * 300.0);
        let cover = smooth(1.0, 0.72, away);
        let facing = (0.15 + 0.6 * tone + 0.42 * (dx * light.0 + dy * light.1)).clamp(0.0, 1.0);
        (cover > 0.0).then_some((dark.over(lit, facing), cover, 0.3))
    });
}
