//! Mountains, hills and rocks in layers, each paler than the one before it.

use super::super::colour::Rgb;
use super::super::math::{bell, lerp, smooth};
use super::super::plan::{Palette, Role};
use super::super::words::{Hour, Season};
use super::sky::light_from;
use super::stage::Stage;

/// One ridge of mountains.
struct Ridge {
    /// Mean height of the crest, part of the height.
    base: f32,
    /// From the lowest to the highest point of the crest.
    rise: f32,
    cells: f32,
    /// 0 is near, 1 lost in haze.
    far: f32,
    /// How much of it snow covers.
    snow: f32,
    salt: u64,
}

/// Mountains from here to the horizon, with mist between.
pub(super) fn mountains(stage: &mut Stage) {
    let mut dice = stage.plan.dice(100);
    let layers = 4 + (dice.bits() % 3) as usize;
    let top = dice.range(0.36, 0.46);
    let snowy = snow_line(stage);
    for i in 0..layers {
        let t = i as f32 / (layers - 1) as f32;
        let base = lerp(top, 0.92, t * (0.75 + 0.25 * t));
        draw_ridge(
            stage,
            &Ridge {
                base,
                rise: lerp(dice.range(0.3, 0.42), 0.17, t),
                cells: 1.4 + 0.75 * i as f32,
                far: 1.0 - t * 0.95,
                snow: snowy * (1.0 - t),
                salt: 100 + i as u64,
            },
        );
        if stage.plan.sky.mist > 0.3 && i + 1 < layers {
            super::weather::bank(stage, base + 0.1, 0.07, 0.5 * stage.plan.sky.mist);
        }
    }
}

/// A range behind whatever lies in front of it.
pub(super) fn far_mountains(stage: &mut Stage) {
    let mut dice = stage.plan.dice(110);
    let (horizon, snow) = (stage.plan.horizon, snow_line(stage));
    let high = dice.range(0.2, 0.34);
    for (i, (rise, far)) in (0_u64..).zip([(high, 0.7), (high * 0.62, 0.45), (high * 0.3, 0.2)]) {
        let base = horizon - rise * 0.42;
        draw_ridge(
            stage,
            &Ridge { base, rise, cells: 1.3 + i as f32, far, snow: snow * far, salt: 110 + i },
        );
    }
}

/// How much snow lies, 0 to 1.
fn snow_line(stage: &Stage) -> f32 {
    match stage.plan.season {
        Some(Season::Winter) => 1.0,
        Some(Season::Summer) => 0.15,
        _ => stage.plan.dice(109).pick(&[0.0, 0.4, 0.65]),
    }
}

fn draw_ridge(stage: &mut Stage, ridge: &Ridge) {
    let palette = &stage.plan.palette;
    let profile = stage.line(ridge.cells, 7, ridge.salt);
    let folds = stage.line(ridge.cells * 1.7, 5, ridge.salt + 20);
    // Folded noise has edges where smooth noise has bumps: that is a summit.
    let peak = |(n, f): (&f32, &f32)| 0.52 * n + 0.48 * (1.0 - (2.0 * f - 1.0).abs());
    let crest: Vec<f32> = profile
        .iter()
        .zip(&folds)
        .map(peak)
        .map(|n| ridge.base - (n - 0.5) * ridge.rise * 1.1)
        .collect();
    // Spurs run down from the crest: noise that leans with depth.
    let spurs = stage.noise(ridge.cells * 3.2, 0.55, 5, ridge.salt + 40);
    let (w, h) = (stage.w as f32, stage.h as f32);
    let lean = if light_from(stage).0 < 0.0 { -1.0 } else { 1.0 };
    let step = 0.012 * stage.unit();
    let rock =
        palette.pigment(Role::Land, 0x5f_6470).over(palette.pigment(Role::Land, 0x6a_5f58), 0.4);
    let green = palette.pigment(Role::Flora, 0x4c_6148);
    let (lit, dark) = (palette.lit(rock, 1.0), palette.lit(rock, 0.0));
    let (green_lit, green_dark) = (palette.lit(green, 0.8), palette.lit(green, 0.0));
    let white = palette.pigment(Role::Land, 0xf4_f6f8);
    let (snow_lit, snow_dark) = (palette.lit(white, 1.0), palette.lit(white, 0.12));
    let haze = air(palette);
    stage.below(&crest, |spot, depth| {
        let (x, y) = (spot.x * w + depth * h * 0.35 * lean, spot.y * h);
        let n = spurs.sample(x, y);
        let light = smooth(-0.06, 0.06, n - spurs.sample(x - step * lean, y - step * 0.4));
        let grown = smooth(0.05, 0.3, depth + (n - 0.5) * 0.2)
            * (1.0 - ridge.snow).max(0.0)
            * (1.0 - ridge.far);
        let ground = dark.over(lit, light).over(green_dark.over(green_lit, light), grown * 0.85);
        let snowed = smooth(0.16, 0.05, depth + (n - 0.5) * 0.28 + 0.16 * (1.0 - ridge.snow))
            * ridge.snow.min(1.0);
        let colour = ground.over(snow_dark.over(snow_lit, light), snowed);
        let mist =
            (ridge.far * 0.68 + smooth(0.0, 0.34, depth) * (0.3 + 0.45 * ridge.far)).min(0.96);
        colour.over(haze, mist)
    });
}

/// The colour far things fade into.
fn air(palette: &Palette) -> Rgb {
    let amount = if matches!(palette.hour, Hour::Night) { 0.35 } else { 0.62 };
    palette.sky.at(0.45).over(palette.haze, amount)
}

/// Low blue hills along the horizon.
pub(super) fn far_hills(stage: &mut Stage) {
    let palette = &stage.plan.palette;
    let horizon = stage.plan.horizon;
    let green = palette.pigment(Role::Flora, 0x6f_8f6c);
    let haze = air(palette);
    for (i, (rise, far)) in (0_u64..).zip([(0.13, 0.72), (0.08, 0.5), (0.045, 0.3)]) {
        let profile = stage.line(1.6 + i as f32, 5, 150 + i);
        let shade = stage.noise(7.0, 2.0, 4, 160 + i);
        let crest: Vec<f32> = profile.iter().map(|n| horizon - rise * n).collect();
        stage.below(&crest, |spot, depth| {
            let light = 0.25 + 0.6 * smooth(0.3, 0.7, shade.at[spot.i]);
            palette.lit(green, light).over(haze, far + 0.2 * smooth(0.0, 0.1, depth))
        });
    }
}

/// A dark seam of trees along `horizon`.
pub(super) fn tree_line(stage: &mut Stage, horizon: f32) {
    let palette = &stage.plan.palette;
    let green = palette.pigment(Role::Flora, 0x3a_5138);
    let haze = air(palette);
    for (i, (rise, far)) in (0_u64..).zip([(0.09, 0.45), (0.06, 0.18)]) {
        let slow = stage.line(2.5, 3, 170 + i);
        let tips = stage.line(44.0, 3, 175 + i);
        let crest: Vec<f32> = slow
            .iter()
            .zip(&tips)
            .map(|(s, t)| horizon - rise * (0.35 + 0.5 * s + 0.4 * t * t))
            .collect();
        stage.below(&crest, |_, depth| {
            palette
                .lit(green, 0.15 + 0.5 * bell(depth / 0.012))
                .over(haze, far * smooth(-0.05, 0.1, depth))
        });
    }
}

/// Table mountains on the horizon.
pub(super) fn mesas(stage: &mut Stage) {
    let horizon = stage.plan.horizon;
    butte_row(stage, (horizon, 0.2, 0.6), 180);
    butte_row(stage, (horizon, 0.12, 0.35), 181);
}

/// A canyon land: layer on layer of red walls.
pub(super) fn canyon(stage: &mut Stage) {
    let horizon = stage.plan.horizon;
    for (i, (at, rise, far)) in
        (0_u64..).zip([(0.72, 0.26, 0.62), (0.86, 0.3, 0.42), (1.04, 0.34, 0.2), (1.3, 0.34, 0.0)])
    {
        butte_row(stage, (horizon * at, rise, far), 185 + i);
    }
}

fn butte_row(stage: &mut Stage, (foot, rise, far): (f32, f32, f32), salt: u64) {
    let palette = &stage.plan.palette;
    let mut dice = stage.plan.dice(salt);
    let profile = stage.line(dice.range(1.3, 2.4), 4, salt);
    let crack = stage.line(11.0, 4, salt + 20);
    // Steps instead of slopes: the shape of cut rock.
    let terrace = |n: f32| {
        let steps = n * 2.6;
        let whole = steps as i32 as f32;
        (whole + smooth(0.34, 0.66, steps - whole)) / 2.6
    };
    let crest: Vec<f32> =
        profile.iter().zip(&crack).map(|(n, c)| foot - rise * terrace(*n) - 0.012 * c).collect();
    let strata = palette.ramp(
        Role::Land,
        &[(0.0, 0xd9_8a58), (0.3, 0xb8_6040), (0.5, 0xe0_a878), (0.7, 0xa8_5038), (1.0, 0xc8_7850)],
    );
    let grain = stage.noise(9.0, 4.0, 4, salt + 30);
    let haze = air(palette);
    let flutes = stage.noise(16.0, 0.35, 4, salt + 40);
    stage.below(&crest, |spot, depth| {
        let band = (spot.y * 7.5 + 0.7 * grain.at[spot.i]).fract();
        let band = 1.0 - (2.0 * band - 1.0).abs();
        let light = (0.55 + 0.7 * (flutes.at[spot.i] - 0.5) + 0.4 * (profile[spot.column] - 0.5)
            - 0.5 * smooth(0.05, 0.3, depth))
        .clamp(0.0, 1.0);
        let top = bell(depth / 0.01) * 0.5;
        palette
            .lit(strata.at(band), (light + top).min(1.0))
            .over(haze, far * (0.85 + 0.4 * smooth(0.0, 0.3, depth)))
    });
}

/// A strip of dark land under a great sky.
pub(super) fn low_land(stage: &mut Stage) {
    let palette = &stage.plan.palette;
    let horizon = stage.plan.horizon;
    let earth = palette.pigment(Role::Flora, 0x4a_4a44);
    let haze = palette.haze;
    for (i, (at, far)) in (0_u64..).zip([(0.0, 0.55), (0.035, 0.2), (0.07, 0.0)]) {
        let profile = stage.line(2.0 + 2.0 * i as f32, 5, 190 + i);
        let crest: Vec<f32> = profile.iter().map(|n| horizon + at - 0.045 * n).collect();
        stage.below(&crest, |_, depth| {
            palette.lit(earth, 0.1 + 0.7 * bell(depth / 0.006)).over(haze, far)
        });
    }
}
