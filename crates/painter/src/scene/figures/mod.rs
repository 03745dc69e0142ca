//! Figures in the scene's light: animals, boats, buildings, trees, people.

mod forms;
mod glass;
mod shape;

use super::super::colour::{Rgb, hex};
use super::super::dice::Dice;
use super::super::math::{bell, exp, length, sin, smooth};
use super::super::plan::{Role, Standing};
use super::super::words::{Figure, Place, Season};
use super::stage::Stage;
use super::{forest, sky, table};
use forms::{Part, Tone};
use shape::{Outline, Paint, fill};
use std::f32::consts::PI;

/// Draws every figure of the plan, the far ones first.
pub(super) fn all(stage: &mut Stage) {
    for standing in &stage.plan.figures {
        one(stage, standing);
    }
}

/// A figure that the scene itself puts somewhere: `at` in parts of the picture, `size` in shorter edges.
pub(super) fn standing(figure: Figure, at: (f32, f32), size: f32, seed: u64) -> Standing {
    Standing {
        figure,
        x: at.0,
        foot: at.1,
        size,
        colour: None,
        flipped: seed.is_multiple_of(2),
        seed,
    }
}

/// Draws one figure.
pub(super) fn one(stage: &mut Stage, standing: &Standing) {
    let at = (standing.x * stage.wide, standing.foot * stage.tall);
    match standing.figure {
        Figure::Tree => forest::round_tree(stage, at, (standing.size, 0.0), standing.seed),
        Figure::Pine => forest::conifer(stage, at, (standing.size, 0.0), standing.seed),
        Figure::Flower => table::tall_flower(stage, at, standing),
        Figure::Bottle => glass::bottle(stage, at, standing),
        Figure::Bridge => bridge(stage, standing),
        _ => drawn(stage, standing),
    }
}

/// Own colour and second colour of a figure, in several readings.
fn coats(figure: Figure) -> &'static [(u32, u32)] {
    match figure {
        Figure::Fox => &[(0xd8_7a34, 0xf4_e6d0), (0xc8_6428, 0xf4_e6d0)],
        Figure::Cat => &[
            (0x3a_3636, 0xe0_b040),
            (0xc8_8448, 0x9f_c060),
            (0x8a_8480, 0xd8_c050),
            (0xe8_dccb, 0x70_a8c0),
        ],
        Figure::Dog => &[(0x9a_6a40, 0xf0_e0c8), (0xc8_9c64, 0xf0_e0c8), (0x6c_6864, 0xf0_e8e0)],
        Figure::Deer => &[(0xa8_7448, 0xf0_e0c8)],
        Figure::Horse => &[(0x7c_4c30, 0x30_2420), (0xd8_d0c8, 0x8a_8480), (0x40_3632, 0x20_1c1c)],
        Figure::Bird => &[(0x2c_3038, 0x2c_3038), (0xf4_f2ec, 0xf4_f2ec)],
        Figure::Owl => &[(0x8a_6a4c, 0xf0_b838), (0x6c_6058, 0xf0_b838)],
        Figure::Whale => &[(0x34_4858, 0xe8_f0f0)],
        Figure::Fish => &[
            (0xf0_8038, 0xf8_b058),
            (0x48_90c8, 0xf0_d060),
            (0xe8_c040, 0xf4_8048),
            (0xd8_5868, 0xf4_b0a0),
        ],
        Figure::Boat => &[(0x9c_3c2c, 0xf6_ecd8), (0x2f_5068, 0xf2_e4cc), (0x8a_5a3a, 0xe8_b470)],
        Figure::House => &[
            (0xf0_e4d0, 0xb8_563c),
            (0xe0_c49c, 0x8a_4a3c),
            (0xd8_ded8, 0x5c_6470),
            (0xc8_7858, 0x6c_4840),
        ],
        Figure::Castle => &[(0xc8_bca8, 0x50_6880), (0xa8_a098, 0x8a_4a44)],
        Figure::Lighthouse => &[(0xf4_f0e8, 0xc8_4434)],
        Figure::Windmill => &[(0xf0_e8d8, 0x7c_4c38), (0xb8_7858, 0x50_4038)],
        Figure::Balloon => &[
            (0xd8_4a38, 0xf4_d070),
            (0x3a_78a8, 0xf4_ead8),
            (0xe8_9a3c, 0xf8_ecd4),
            (0x7c_4a98, 0xf0_b0a0),
        ],
        Figure::Palm => &[(0x4c_7c44, 0x5c_8c4c)],
        _ => &[
            (0x3c_4658, 0xc8_4a3c),
            (0x6c_4438, 0xe0_b060),
            (0x9c_3c38, 0xf0_e0c8),
            (0xd8_a840, 0x3a_5068),
        ],
    }
}

/// A figure made of outlines.
fn drawn(stage: &mut Stage, standing: &Standing) {
    let figure = standing.figure;
    let parts = forms::parts(figure);
    let floats =
        matches!(figure, Figure::Boat | Figure::Whale | Figure::Lighthouse) && on_water(stage);
    let flies = matches!(figure, Figure::Bird | Figure::Balloon | Figure::Fish);
    if floats {
        for part in &parts {
            draw_part(stage, standing, part, true);
        }
    } else if !flies && figure != Figure::Owl {
        shadow(stage, standing);
    }
    if figure == Figure::Lighthouse && stage.plan.palette.sun.luma() < 0.9 {
        beam(stage, standing);
    }
    for part in &parts {
        draw_part(stage, standing, part, false);
    }
    if matches!(
        figure,
        Figure::Fox | Figure::Cat | Figure::Dog | Figure::Deer | Figure::Horse | Figure::Person
    ) {
        tufts(stage, standing);
    }
}

fn on_water(stage: &Stage) -> bool {
    matches!(
        stage.plan.place,
        Place::Sea | Place::Lake | Place::River | Place::Beach | Place::Iceberg
    )
}

fn draw_part(stage: &mut Stage, standing: &Standing, part: &Part, mirrored: bool) {
    let (cu, cv) = (standing.x * stage.wide, standing.foot * stage.tall);
    let turn = if standing.flipped { -1.0 } else { 1.0 };
    let (size, down) = (standing.size, if mirrored { 0.72 } else { -1.0 });
    let place = move |(x, y): (f32, f32)| {
        let ripple = if mirrored { 0.012 * sin(y * 40.0) } else { 0.0 };
        (cu + (x * turn + ripple) * size, cv + y * size * down)
    };
    let outline = match part.line {
        Some(half) => Outline::along(&part.points, half, place),
        None => Outline::through(&part.points, place),
    };
    let (lit, shade) = tones(stage, standing, part.tone);
    let cover = if mirrored { 0.34 } else { 1.0 };
    let wide = matches!(standing.figure, Figure::House | Figure::Castle);
    let round = size * if wide { 0.02 } else { 0.13 };
    fill(stage, &outline, Paint { lit, shade, light: sky::light_from(stage), round, cover });
}

/// A tone's colours in the light and out of it.
fn tones(stage: &Stage, standing: &Standing, tone: Tone) -> (Rgb, Rgb) {
    let plan = stage.plan;
    let palette = &plan.palette;
    let mut dice = Dice::new(standing.seed, 3);
    let (coat, accent) = dice.pick(coats(standing.figure));
    let named = |code| standing.colour.unwrap_or(code);
    let winter_roof = plan.season == Some(Season::Winter)
        && matches!(standing.figure, Figure::House | Figure::Castle);
    let glowing = plan.lights || palette.sun.luma() < 0.85;
    let (pigment, level) = match tone {
        // The stripes of a lighthouse are what people mean by its colour.
        Tone::Coat if standing.figure == Figure::Lighthouse => (coat, 1.0),
        Tone::Coat => (named(coat), 1.0),
        Tone::FarCoat => (named(coat), 0.6),
        Tone::Pale => (0xf2_e8d8, 1.0),
        Tone::Dark => (0x2c_2828, 1.0),
        Tone::Bark => (0x7c_6048, 1.0),
        Tone::Accent if winter_roof => (0xf0_f4fa, 1.0),
        Tone::Accent if standing.figure == Figure::Lighthouse => (named(accent), 1.0),
        Tone::Accent => (accent, 1.0),
        Tone::Lamp if standing.figure == Figure::Cat => (accent, 1.25),
        Tone::Lamp if glowing => {
            let lamp = hex(0xff_cf7c);
            return (lamp * 1.25, lamp);
        }
        Tone::Lamp => (0x4a_5864, 1.0),
        Tone::Ground => {
            let role = if figure_is_rock(standing.figure) { Role::Land } else { Role::Flora };
            let ground =
                palette.pigment(role, if role == Role::Land { 0x6a_6058 } else { 0x5e_6e42 });
            return (palette.lit(ground, 0.9), palette.lit(ground * 0.8, 0.05));
        }
    };
    // Half way to the palette: a fox stays a fox in any light.
    let paint = hex(pigment).over(palette.pigment(Role::Thing, pigment), 0.6) * level;
    (palette.lit(paint, 1.0) * 1.06, palette.lit(paint, 0.08) + palette.haze.under(paint) * 0.07)
}

fn figure_is_rock(figure: Figure) -> bool {
    figure == Figure::Lighthouse
}

/// The shadow on the ground under a figure.
fn shadow(stage: &mut Stage, standing: &Standing) {
    let (u, v) = (standing.x * stage.wide, standing.foot * stage.tall);
    let half = standing.size
        * match standing.figure {
            Figure::Castle | Figure::House => 0.75,
            Figure::Person | Figure::Palm | Figure::Lighthouse => 0.3,
            _ => 0.5,
        };
    let lean = -sky::light_from(stage).0 * half * 0.5;
    let dark = stage.plan.palette.shade;
    let flat = half * 0.16;
    stage.patch((u - half * 2.0..u + half * 2.0, v - flat * 3.0..v + flat * 3.0), |spot, old| {
        let away = length((spot.u - u - lean) / half, (spot.v - v) / flat);
        Some((old.under(dark), 0.75 * smooth(1.2, 0.2, away), 0.0))
    });
}

/// Grass or snow over the feet, so that a figure stands in the ground and not on it.
fn tufts(stage: &mut Stage, standing: &Standing) {
    if !matches!(
        stage.plan.place,
        Place::Meadow | Place::Field | Place::Snow | Place::Hills | Place::Forest
    ) {
        return;
    }
    let (u, v, half) = (standing.x * stage.wide, standing.foot * stage.tall, standing.size * 0.46);
    let deep = standing.size * 0.055;
    let below = stage.look(standing.x + 0.02, (standing.foot + 0.035).min(0.999));
    let phase = (standing.seed % 100) as f32;
    stage.patch((u - half..u + half, v - deep * 1.4..v + deep), |spot, _| {
        let t = (spot.u - u) / half;
        let blade = sin(spot.u * 190.0 + phase) * 0.5 + sin(spot.u * 83.0 + phase * 2.0) * 0.5;
        let edge = v - deep * (0.35 + 0.65 * blade) * (1.0 - t * t);
        let cover = smooth(edge - 0.002, edge + 0.004, spot.v)
            * smooth(v + deep, v + deep * 0.4, spot.v)
            * smooth(1.0, 0.7, t.abs());
        Some((below, cover, 0.2))
    });
}

/// The beam of a lighthouse, to both sides.
fn beam(stage: &mut Stage, standing: &Standing) {
    let (u, v) = (standing.x * stage.wide, standing.foot * stage.tall - standing.size * 0.85);
    let light = hex(0xff_eebc);
    let tilt = if standing.flipped { 0.05 } else { -0.05 };
    stage.each(0.0..1.0, |spot, old| {
        let (dx, dy) = (spot.u - u, spot.v - v - tilt * (spot.u - u));
        let away = dx.abs();
        let ray = bell(dy / (0.006 + 0.085 * away)) * exp(-away * 1.9) * 0.42;
        old + light * (ray + 0.3 * exp(-length(dx, dy) * 16.0))
    });
}

/// Stone arches from edge to edge.
fn bridge(stage: &mut Stage, standing: &Standing) {
    let palette = &stage.plan.palette;
    let (deck, foot) = (standing.foot - 0.13, standing.foot + 0.03);
    let stone = palette.pigment(Role::Land, standing.colour.unwrap_or(0xb4_a48c));
    let grain = stage.noise(12.0, 1.5, 4, 780);
    let span = 0.3;
    let shift = (standing.seed % 100) as f32 / 100.0;
    let tall = stage.tall;
    stage.each(deck - 0.03..foot, |spot, old| {
        let rise = 0.02 * sin(spot.x * PI);
        let top = deck - rise;
        let across = ((spot.u / span + shift).fract() - 0.5) * span;
        let arch = length(across, (spot.y - foot) * tall) - span * 0.4;
        let cover = smooth(top, top + 0.003, spot.y) * smooth(-0.003, 0.003, arch);
        let n = grain.at[spot.i] - 0.5;
        let rail = bell((spot.y - top - 0.02) / 0.003) * 0.5;
        let light = (0.55 + n * 0.8 - rail + 0.4 * bell((spot.y - top) / 0.006)
            - 0.5 * bell(arch / 0.02))
        .clamp(0.0, 1.0);
        old.over(palette.lit(stone, light), cover)
    });
}
