//! Indoors: a table with a vase and fruit, and a bouquet.

use super::super::colour::{Ramp, Rgb, hex};
use super::super::dice::Dice;
use super::super::math::{bell, cos, length, lerp, pow, sin, smooth};
use super::super::plan::{Role, Standing};
use super::super::words::{Figure, Place};
use super::stage::Stage;
use std::f32::consts::{PI, TAU};

const FRUITS: [[u32; 4]; 5] = [
    [0x5a_1d0c, 0xb8_501a, 0xea_8b2c, 0xff_d07a],
    [0x5f_4a0c, 0xb8_921f, 0xec_c94a, 0xff_f0a8],
    [0x3c_0c10, 0x98_2420, 0xd4_4838, 0xff_b090],
    [0x2c_3a10, 0x6c_8428, 0xa8_bc4c, 0xec_f0a8],
    [0x24_1030, 0x58_2c60, 0x94_5890, 0xe4_b8d8],
];

/// Vase and fruit in light from the upper left.
pub(super) fn still_life(stage: &mut Stage) {
    let mut dice = stage.plan.dice(70);
    let top = dice.range(0.62, 0.69);
    room(stage, top, &mut dice);
    let vase_x = dice.pick(&[0.4, 0.58, 0.62]);
    if stage.plan.figures.iter().all(|f| f.figure != Figure::Bottle) {
        vase(
            stage,
            (vase_x, top + 0.07),
            (dice.range(0.48, 0.58), dice.range(0.8, 1.15)),
            &mut dice,
        );
    }
    let count = 3 + (dice.bits() % 3) as usize;
    let mut fruits: Vec<(f32, f32, f32)> = (0..count)
        .map(|k| {
            let slot = 0.14 + 0.72 * (k as f32 + 0.5) / count as f32;
            (slot + dice.range(-0.05, 0.05), top + dice.range(0.06, 0.19), dice.range(0.078, 0.108))
        })
        .collect();
    fruits.sort_by(|a, b| a.1.total_cmp(&b.1));
    let mut kinds = vec![dice.pick(&FRUITS), dice.pick(&FRUITS)];
    let named = &stage.plan.fruits;
    if !named.is_empty() {
        kinds = named.iter().map(|&kind| FRUITS[usize::from(kind) % FRUITS.len()]).collect();
    }
    for (next, (x, foot, r)) in fruits.into_iter().enumerate() {
        // Each named kind is there.
        let stops = kinds[next % kinds.len()];
        fruit(stage, (x * stage.wide, foot * stage.tall), (r, dice.range(0.88, 1.0)), stops);
    }
}

/// Wall and table top.
fn room(stage: &mut Stage, top: f32, dice: &mut Dice) {
    let palette = &stage.plan.palette;
    let walls = [
        [0x5a_6656, 0x3c_4842, 0x1e_2624],
        [0x6c_5a50, 0x48_3a38, 0x22_1c20],
        [0x56_6880, 0x38_485c, 0x1a_2230],
        [0xc8_b898, 0xa0_8c70, 0x64_5848],
    ];
    let wall: Vec<(f32, u32)> = [0.0, 0.5, 1.0].into_iter().zip(dice.pick(&walls)).collect();
    let wall = palette.ramp(Role::Sky, &wall);
    let cloths = [
        [0xc7_9a68, 0x9a_6a44, 0x5a_3826],
        [0xe8_e0d4, 0xb8_b0a8, 0x70_6c70],
        [0x8c_4038, 0x6a_2c2c, 0x38_181c],
    ];
    let cloth: Vec<(f32, u32)> = [0.0, 0.5, 1.0].into_iter().zip(dice.pick(&cloths)).collect();
    let cloth = palette.ramp(Role::Land, &cloth);
    let air = stage.noise(3.0, 1.0, 5, 71);
    let wood = stage.noise(6.0, 5.0, 4, 72);
    let soft = stage.hair();
    stage.each(0.0..1.0, |spot, _| {
        let back = wall.at(spot.x * 0.6 + spot.y * 0.35 + 0.3 * (air.at[spot.i] - 0.5));
        let window = bell(length(spot.x - 0.12, spot.y - 0.16) / 0.46);
        let back = back + back * (window * 0.75);
        let d = (spot.y - top) * 2.4;
        let table = cloth.at(d + 0.3 * (wood.at[spot.i] - 0.5) + 0.25 * (spot.x - 0.4));
        back.over(table, smooth(top - soft, top + soft, spot.y))
    });
}

fn cast(stage: &mut Stage, (u, v): (f32, f32), (half, flat): (f32, f32)) {
    stage.patch((u - half * 2.0..u + half * 2.6, v - flat * 2.5..v + flat * 2.5), |spot, old| {
        let away = length((spot.u - u - half * 0.55) / (half * 1.4), (spot.v - v) / flat);
        Some((old * 0.24, 0.95 * bell(away), 0.0))
    });
}

fn fruit(stage: &mut Stage, (u, foot): (f32, f32), (r, squash): (f32, f32), codes: [u32; 4]) {
    let palette = &stage.plan.palette;
    let stops: Vec<(f32, u32)> = [0.0, 0.35, 0.65, 1.0].into_iter().zip(codes).collect();
    let ramp = palette.ramp(Role::Thing, &stops);
    let v = foot - r * squash;
    cast(stage, (u, foot - r * 0.08), (r, r * 0.3));
    let skin = stage.noise(14.0, 1.0, 3, (u * 999.0) as u64);
    let soft = 1.2 / stage.unit() / r;
    let bounce = palette.pigment(Role::Land, 0x9a_6a44);
    stage.patch((u - r * 1.02..u + r * 1.02, v - r * 1.02..foot + r * 0.02), |spot, _| {
        let (dx, dy) = ((spot.u - u) / r, (spot.v - v) / (r * squash));
        let away = length(dx, dy);
        let cover = smooth(1.0 + soft, 1.0 - soft, away);
        let z = (1.0 - (away * away).min(1.0)).sqrt();
        let facing = (-0.55 * dx - 0.6 * dy + 0.58 * z).clamp(0.0, 1.0);
        let light = facing + 0.05 * (skin.at[spot.i] - 0.5);
        let shine = bell(length(dx + 0.42, dy + 0.45) / 0.13) * 0.8;
        let back = (dx * 0.5 + dy * 0.8).clamp(0.0, 1.0) * (1.0 - z) * 0.7;
        let colour = (ramp.at(light) + bounce * (back * 0.5)).over(hex(0xff_f6e0), shine);
        (cover > 0.0).then_some((colour, cover, 0.2))
    });
}

/// A glazed vase standing at (`x`, `foot`), `tall` high and `girth` times as wide as usual.
fn vase(stage: &mut Stage, (x, foot): (f32, f32), (tall, girth): (f32, f32), dice: &mut Dice) {
    let palette = &stage.plan.palette;
    let glazes = [
        [0x0f_2433, 0x24_506b, 0x5f_93a5, 0xd5_e6e2],
        [0x2c_3634, 0x5c_706a, 0x8f_a39a, 0xee_f0e4],
        [0x30_140e, 0x7c_3a24, 0xc0_7048, 0xf6_d8b4],
        [0x3a_3428, 0x8c_8068, 0xd0_c4a8, 0xfc_f6e6],
    ];
    let stops: Vec<(f32, u32)> =
        [0.0, 0.35, 0.7, 1.0].into_iter().zip(dice.pick(&glazes)).collect();
    let ramp = match stage.plan.bloom.filter(|_| stage.plan.place == Place::Still) {
        Some(code) => {
            let own = palette.pigment(Role::Thing, code);
            Ramp::new(&[
                (0.0, own * 0.12),
                (0.35, own * 0.5),
                (0.7, own.over(hex(0xff_ffff), 0.12)),
                (1.0, own.over(hex(0xff_fcf4), 0.75)),
            ])
        }
        None => palette.ramp(Role::Thing, &stops),
    };
    let belly = dice.range(1.1, 1.7);
    let (u, base) = (x * stage.wide, foot * stage.tall);
    let clay = stage.noise(7.0, 2.0, 4, 75);
    cast(stage, (u + 0.02, base - 0.01), (0.16 * girth, 0.045));
    let soft = 1.2 / stage.unit();
    stage.patch((u - 0.26 * girth..u + 0.26 * girth, base - tall..base + 0.008), |spot, _| {
        let t = (spot.v - (base - tall)) / tall;
        let curve = pow(sin(pow(t.clamp(0.0, 1.0), belly) * PI).max(0.0), 1.25);
        let half =
            (0.045 + 0.125 * curve + 0.02 * bell(t / 0.05) + 0.03 * (t - 0.8).max(0.0)) * girth;
        // The foot is an ellipse seen from above, not a straight cut.
        let across = (spot.u - u) / half;
        let round = 1.0 - 0.014 * (1.0 - across * across).max(0.0).sqrt() / tall * 0.5;
        let cover = smooth(half + soft, half - soft, (spot.u - u).abs())
            * smooth(round + 0.016, round + 0.008, t)
            * smooth(-0.004, 0.004, t);
        let light = (0.62 - 0.62 * across - 0.25 * across * across).clamp(0.0, 1.0)
            + 0.08 * (clay.at[spot.i] - 0.5);
        let shine = bell((across + 0.45) / 0.09) * bell((t - 0.5) / 0.2) * 0.75
            + bell((across - 0.8) / 0.1) * 0.12;
        let mouth = smooth(0.03, 0.012, t) * smooth(0.95, 0.7, across.abs());
        let colour = ramp.at(light).over(hex(0xff_ffff), shine).over(ramp.at(0.05), mouth);
        (cover > 0.0).then_some((colour, cover, 0.25))
    });
}

/// Flowers in a vase.
pub(super) fn bouquet(stage: &mut Stage) {
    let plan = stage.plan;
    let mut dice = plan.dice(102);
    let grounds = [
        [0xd8_c7a8, 0xb7_9f80, 0x7d_6a5c],
        [0x5a_6a68, 0x3c_4a4c, 0x20_282c],
        [0xc8_d0cc, 0x9a_aaac, 0x62_7278],
        [0x7a_4a48, 0x54_3438, 0x2c_1c24],
    ];
    let stops: Vec<(f32, u32)> = [0.0, 0.5, 1.0].into_iter().zip(dice.pick(&grounds)).collect();
    let ground = plan.palette.ramp(Role::Sky, &stops);
    let air = stage.noise(3.0, 1.0, 5, 101);
    let table = 0.86;
    stage.each(0.0..1.0, |spot, _| {
        let t = spot.x * 0.5 + spot.y * 0.5 + 0.35 * (air.at[spot.i] - 0.5);
        let colour = ground.at(t);
        colour
            * (1.0 + 0.5 * bell(length(spot.x - 0.2, spot.y - 0.2) / 0.45))
            * (1.0 - 0.4 * smooth(table, table + 0.004, spot.y))
    });
    vase(stage, (0.5, 0.95), (dice.range(0.27, 0.34), dice.range(0.85, 1.1)), &mut dice);
    let mouth = (0.5 * stage.wide, 0.95 * stage.tall - 0.27);
    let spread = stage.wide.min(1.25);
    let mut heads: Vec<(f32, f32, f32)> = (0..46)
        .map(|_| {
            let (u, v) = (
                mouth.0 + 0.2 * spread * dice.normal(),
                (0.38 + 0.15 * dice.normal()) * stage.tall,
            );
            (u, v.clamp(0.08, mouth.1 - 0.1), 0.045 + 0.055 * dice.unit())
        })
        .collect();
    heads.sort_by(|a, b| a.2.total_cmp(&b.2));
    let stem = plan.palette.pigment(Role::Flora, 0x3f_5a3a);
    for &(u, v, _) in &heads {
        stalk(stage, (u, v), mouth, stem);
    }
    for _ in 0..22 {
        let at = (
            mouth.0 + 0.15 * spread * dice.range(-1.0, 1.0),
            mouth.1 - 0.2 * dice.unit() * stage.tall - 0.03,
        );
        leaf(
            stage,
            at,
            (dice.range(0.03, 0.075), dice.range(-1.5, 1.5)),
            stem * dice.range(0.7, 1.5),
        );
    }
    let kinds = flower_kinds(stage);
    for (u, v, size) in heads {
        flower(stage, (u, v), size, (dice.pick(&kinds), dice.bits()));
    }
}

/// Outer and inner colours of the flowers of this picture.
fn flower_kinds(stage: &Stage) -> Vec<(Rgb, Rgb)> {
    let palette = &stage.plan.palette;
    let all = [
        (0xf7_e9dc, 0xc9_867e),
        (0xe9_b1a0, 0xa3_3f45),
        (0xf4_d58a, 0xc9_792c),
        (0xc8_cfe0, 0x5d_6a9c),
        (0xff_faf0, 0xb9_b09a),
        (0xf0_9a80, 0xb0_3028),
        (0xd8_b8e0, 0x7a_4898),
    ];
    let own = stage.plan.bloom.map(|code| palette.pigment(Role::Thing, code));
    all.iter()
        .map(|&(outer, inner)| {
            let (outer, inner) =
                (palette.pigment(Role::Thing, outer), palette.pigment(Role::Thing, inner));
            own.map_or((outer, inner), |own| {
                ((own * 1.3).over(outer, 0.25), (own * 0.5).over(inner, 0.25))
            })
        })
        .collect()
}

fn stalk(stage: &mut Stage, (u, v): (f32, f32), mouth: (f32, f32), colour: Rgb) {
    let width = (0.0032_f32).max(0.7 / stage.unit());
    let long = (mouth.1 - v).max(0.01);
    let side = u.min(mouth.0) - 0.02..u.max(mouth.0) + 0.02;
    stage.patch((side, v..mouth.1), |spot, _| {
        let t = (spot.v - v) / long;
        let at = lerp(u, mouth.0 + 0.1 * (u - mouth.0), smooth(0.0, 1.0, t) * 0.4 + t * 0.6);
        Some((colour * (0.8 + 0.5 * t), bell((spot.u - at) / width) * 0.9, 0.5))
    });
}

fn leaf(stage: &mut Stage, (u, v): (f32, f32), (long, angle): (f32, f32), colour: Rgb) {
    let (c, s) = (cos(angle), sin(angle));
    stage.patch((u - long..u + long, v - long..v + long), |spot, _| {
        let (dx, dy) = ((spot.u - u) / long, (spot.v - v) / long);
        let (x, y) = (dx * c + dy * s, dy * c - dx * s);
        let half = 0.26 * (1.0 - x * x).max(0.0);
        let cover = smooth(half, half * 0.7, y.abs()) * smooth(1.0, 0.9, x.abs());
        (cover > 0.0).then_some((
            colour * (1.0 - 0.5 * y / half.max(0.05) - 0.3 * bell(y / 0.03)),
            cover,
            0.3,
        ))
    });
}

/// One blossom seen from the front: petals in one or two rings around a dark heart.
fn flower(
    stage: &mut Stage,
    (u, v): (f32, f32),
    size: f32,
    ((outer, inner), seed): ((Rgb, Rgb), u64),
) {
    let mut dice = Dice::new(seed, 5);
    let petals = dice.pick(&[5_u8, 5, 6, 8]);
    let (turn, squash) = (dice.range(0.0, TAU), dice.range(0.72, 1.0));
    let ramp = Ramp::new(&[
        (0.0, hex(0x6b_3a20)),
        (0.2, hex(0xc8_9030).over(inner, 0.5)),
        (0.34, inner),
        (0.72, outer),
        (1.0, outer * 0.86),
    ]);
    let soft = (0.9 / stage.unit() / size).max(0.03);
    stage.patch((u - size..u + size, v - size..v + size), |spot, _| {
        let (dx, dy) = ((spot.u - u) / size, (spot.v - v) / size / squash);
        let away = length(dx, dy);
        let lobe = petal(dx, dy, petals, turn);
        let edge = 0.5 + 0.46 * lobe;
        let cover = smooth(edge + soft, edge - soft, away);
        if cover <= 0.0 {
            return None;
        }
        let light = 0.72 + 0.5 * (0.4 - 0.7 * (dx + dy)).clamp(0.0, 1.0)
            - 0.28 * smooth(0.5, 0.0, lobe) * smooth(0.15, 0.5, away);
        Some((ramp.at(away / edge.max(0.1)) * light, cover, 0.35))
    });
}

/// 1 along the middle of a petal, 0 between two, without an arctangent: |cos(nφ/2)| by doubling angles.
fn petal(dx: f32, dy: f32, petals: u8, turn: f32) -> f32 {
    let away = length(dx, dy).max(1e-4);
    let (c, s) = (dx / away, dy / away);
    // (c + is) to the power of `petals`.
    let (mut re, mut im) = (1.0_f32, 0.0_f32);
    for _ in 0..petals {
        (re, im) = (re * c - im * s, re * s + im * c);
    }
    let turned = re * cos(turn) + im * sin(turn);
    (0.5 + 0.5 * turned).max(0.0).sqrt()
}

/// A single flower standing in a scene.
pub(super) fn tall_flower(stage: &mut Stage, (u, foot): (f32, f32), standing: &Standing) {
    let size = standing.size;
    let mut dice = Dice::new(standing.seed, 6);
    let head = (u + dice.range(-0.04, 0.04), foot - size);
    let stem = stage.plan.palette.lit(stage.plan.palette.pigment(Role::Flora, 0x4a_6a3c), 0.8);
    stalk(stage, head, (u, foot), stem);
    leaf(stage, (u + 0.03, foot - size * 0.4), (size * 0.16, -0.6), stem * 1.2);
    leaf(stage, (u - 0.03, foot - size * 0.55), (size * 0.14, 0.7), stem);
    let mut kind = dice.pick(&flower_kinds(stage));
    if let Some(code) = standing.colour {
        let own = stage.plan.palette.pigment(Role::Thing, code);
        kind = (own * 1.25, own * 0.45);
    }
    flower(stage, head, size * 0.36, (kind, standing.seed));
}
