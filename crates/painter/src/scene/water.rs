//! Water: it mirrors what stands above it, and sparkles under the light.

use super::super::colour::{Ramp, Rgb};
use super::super::math::{bell, ln, sin, smooth};
use super::super::plan::{Role, needs_land};
use super::super::plane::Plane;
use super::super::words::{Hour, Place};
use super::sky::sway;
use super::stage::Stage;

/// How a sheet of water behaves.
struct Surface {
    /// Where it begins, part of the height.
    shore: f32,
    /// How much it mirrors at the far end, 0 to 1.
    mirror: f32,
    /// Height of the waves, 0 to 1.
    waves: f32,
    paint: Ramp,
}

/// Open sea.
pub(super) fn sea(stage: &mut Stage) {
    let rough = stage.plan.rough || stage.plan.palette.hour == Hour::Storm;
    let surface = Surface {
        shore: stage.plan.horizon,
        mirror: if rough { 0.3 } else { 0.5 },
        waves: if rough { 1.0 } else { stage.plan.dice(60).pick(&[0.35, 0.5, 0.65]) },
        paint: sea_paint(stage),
    };
    sheet(stage, &surface);
    if rough {
        breakers(stage);
    }
}

fn sea_paint(stage: &Stage) -> Ramp {
    let palette = &stage.plan.palette;
    let codes: [u32; 4] = match palette.hour {
        Hour::Night => [0x6f_93a0, 0x2f_5a72, 0x14_3650, 0x08_1a2c],
        Hour::Storm => [0x8f_a09c, 0x56_7276, 0x2f_4c54, 0x17_2b33],
        Hour::Dusk => [0xd8_9a8c, 0x8a_6a86, 0x4a_4a72, 0x22_2a4c],
        Hour::Golden | Hour::Dawn => [0xe0_c09c, 0x88_a4ac, 0x3f_7088, 0x1c_4058],
        Hour::Day | Hour::Overcast => [0x9f_cdd2, 0x4f_9cb4, 0x24_6f94, 0x0f_4468],
    };
    let stops: Vec<(f32, u32)> = [0.0, 0.2, 0.55, 1.0].into_iter().zip(codes).collect();
    palette.ramp(Role::Water, &stops)
}

/// Waves at each pixel, about −1.5 to 1.5: long lines that crowd towards the horizon.
fn ripples(stage: &Stage, shore: f32) -> Plane {
    let swell = stage.noise(4.5, 1.6, 3, 70);
    let chop = stage.noise(9.0, 1.2, 3, 71);
    let mut out = Plane::filled(stage.w, stage.h, 0.0);
    for row in 0..stage.h {
        let d = (((row as f32 + 0.5) / stage.h as f32 - shore) / (1.0 - shore)).max(0.0);
        let far = ln(1.0 + d * 9.0) * 9.0;
        for column in 0..stage.w {
            let i = row * stage.w + column;
            let u = (column as f32 + 0.5) / stage.unit();
            let bend = swell.at[i] * 9.0;
            let a = sin(far * 8.2 + u * 9.0 * (1.2 - d) + bend);
            let b = sin(far * 12.6 - u * 16.0 * (1.2 - d) + bend * 1.6 + 2.0);
            let c = sin(far * 19.0 + u * 23.0 * (1.2 - d) + chop.at[i] * 11.0);
            out.at[i] = 0.6 * a + 0.45 * b + 0.35 * c + (chop.at[i] - 0.5) * 0.9;
        }
    }
    out
}

/// A sheet of water from its shore to the bottom edge, mirroring what has been drawn above.
fn sheet(stage: &mut Stage, surface: &Surface) {
    let plan = stage.plan;
    let palette = &plan.palette;
    let waves = ripples(stage, surface.shore);
    let body = plan.sky.body;
    let bright = palette.glow;
    let crest_light = palette.sky.at(0.92);
    let shore = surface.shore;
    let copy = above(stage, shore);
    let soft = stage.hair();
    stage.each(shore - soft..1.0, |spot, old| {
        let d = ((spot.y - shore) / (1.0 - shore)).clamp(0.0, 1.0);
        let wave = waves.at[spot.i];
        let wobble = wave * surface.waves * (0.004 + 0.03 * d);
        let up = (shore - (spot.y - shore) * 0.92 - wave.abs() * wobble * 1.2).max(0.0);
        let mirrored = copy.look(spot.x + wobble, up);
        let fresnel = surface.mirror * (1.0 - 0.6 * d);
        let mut water = surface.paint.at(d).over(mirrored, fresnel);
        let height = smooth(0.5, 1.5, wave) * surface.waves;
        water = water.over(crest_light, height * 0.32);
        water = water * (1.0 - 0.3 * surface.waves * smooth(-0.2, -1.4, wave));
        if let Some(body) = body {
            let path = bell((spot.x - body.x) * stage_ratio(copy.wide) / (0.05 + 0.2 * d));
            let glint = smooth(0.0, 1.2, wave + 0.35 - 0.4 * (1.0 - surface.waves));
            water = water.over(bright, (path * glint * 0.92).min(0.95));
        }
        old.over(water, smooth(shore - soft, shore + soft, spot.y))
    });
}

fn stage_ratio(wide: f32) -> f32 {
    wide.min(1.6)
}

/// What stands above the shore, kept while the water is painted.
fn above<'a>(stage: &Stage<'a>, shore: f32) -> Stage<'a> {
    let rows = ((shore * stage.h as f32) as usize + 2).min(stage.h);
    let mut copy = Stage::new(stage.plan, stage.w, stage.h);
    copy.px[..rows * stage.w].copy_from_slice(&stage.px[..rows * stage.w]);
    copy
}

/// Heavy seas: ridges of water with foam.
fn breakers(stage: &mut Stage) {
    let plan = stage.plan;
    let paint = sea_paint(stage);
    let palette = &plan.palette;
    let foam = palette.lit(palette.pigment(Role::Water, 0xf2_f4ee), 0.95);
    for i in 0..5_u64 {
        let t = i as f32 / 4.0;
        let profile = stage.line(2.6 - 0.35 * i as f32, 4, 610 + i);
        let froth = stage.noise(9.0 - 1.2 * i as f32, 1.8, 5, 620 + i);
        let at = plan.horizon + (1.0 - plan.horizon) * (0.1 + 0.72 * t * t + 0.12 * t);
        let crest: Vec<f32> = profile.iter().map(|n| at - (n - 0.4) * (0.05 + 0.14 * t)).collect();
        stage.below(&crest, |spot, depth| {
            let near = depth / (0.07 + 0.14 * t);
            let n = froth.at[spot.i];
            let face = paint.at(0.15 + 0.5 * near + 0.3 * (n - 0.5));
            let white = smooth(0.5, 0.62, n + 0.34 * bell(near / 0.22) - 0.22 * near);
            let cap = bell(depth / (0.006 + 0.012 * t)) * smooth(0.35, 0.6, profile[spot.column]);
            face.over(foam, (white * 0.8 * (0.4 + 0.6 * t) + cap).min(1.0))
        });
    }
}

/// A still lake that mirrors the far shore.
pub(super) fn lake(stage: &mut Stage) {
    let plan = stage.plan;
    if plan.backdrop.is_some_and(|b| b == Place::Mountains || b == Place::Hills) {
        super::ridges::tree_line(stage, plan.horizon);
    }
    let paint = if plan.frozen {
        let stops = [(0.0, 0xcf_dfe2), (0.3, 0x9f_c4cc), (1.0, 0x5f_93a4)];
        let ramp = plan.palette.ramp(Role::Water, &stops);
        Ramp::new(&[0.0, 0.3, 1.0].map(|t| (t, plan.palette.lit(ramp.at(t), 0.7))))
    } else {
        sea_paint(stage)
    };
    let waves = if plan.frozen { 0.06 } else { plan.dice(63).pick(&[0.14, 0.22, 0.32]) };
    let mirror = if plan.frozen { 0.5 } else { 0.88 };
    sheet(stage, &Surface { shore: plan.horizon, mirror, waves, paint });
    if plan.frozen {
        cracks(stage);
    } else if plan.dice(64).chance(0.6) || plan.figures.iter().any(|f| needs_land(f.figure)) {
        near_bank(stage);
    }
}

/// White lines in the ice.
fn cracks(stage: &mut Stage) {
    let plan = stage.plan;
    let field = stage.noise(3.0, 3.4, 6, 660);
    let dust = stage.noise(6.0, 3.0, 4, 661);
    let white = plan.palette.lit(plan.palette.pigment(Role::Water, 0xf6_fafc), 0.9);
    stage.each(plan.horizon + 0.01..1.0, |spot, old| {
        let d = (spot.y - plan.horizon) / (1.0 - plan.horizon);
        let line =
            bell((field.at[spot.i] - 0.5) / (0.004 + 0.004 * d)) * 0.34 * smooth(0.05, 0.3, d);
        let powder = smooth(0.5, 0.8, dust.at[spot.i]) * 0.6;
        old.over(white, (line + powder).min(0.9))
    });
}

/// Dark grass in front of the water.
fn near_bank(stage: &mut Stage) {
    let plan = stage.plan;
    let slow = stage.line(1.4, 3, 670);
    let blades = stage.line(90.0, 2, 671);
    let green = plan.palette.pigment(Role::Flora, 0x4a_5c34);
    let crest: Vec<f32> =
        slow.iter().zip(&blades).map(|(s, b)| 1.0 - 0.12 * s * s - 0.045 * b * b).collect();
    stage.below(&crest, |_, depth| plan.palette.lit(green, 0.1 + 0.5 * bell(depth / 0.02)));
}

/// A river winding from the far hills to the viewer.
pub(super) fn river(stage: &mut Stage) {
    super::land::hills(stage);
    let plan = stage.plan;
    let shore = plan.horizon;
    let mut dice = plan.dice(680);
    let (phase, side) = (dice.range(0.0, 6.0), dice.range(0.35, 0.65));
    let copy = above(stage, shore + 0.3);
    let paint = sea_paint(stage);
    let waves = ripples(stage, shore);
    let bank = plan.palette.lit(plan.palette.pigment(Role::Land, 0xb8_a480), 0.7);
    let light = plan.palette.sky.at(0.9);
    stage.each(shore + 0.03..1.0, |spot, old| {
        let d = (spot.y - shore) / (1.0 - shore);
        let middle = side + sway(1.0 / (d + 0.22), 1.7, phase) * (0.12 + 0.16 * d);
        let half = 0.012 + 0.2 * d * d + 0.03 * d;
        let off = (spot.x - middle).abs() - half;
        let wave = waves.at[spot.i];
        let up = (shore - (spot.y - shore) * 0.8).max(0.0);
        let mirrored = copy.look(spot.x + wave * 0.008 * d, up);
        let water =
            paint.at(0.15 + 0.5 * d).over(mirrored, 0.72).over(light, smooth(0.7, 1.5, wave) * 0.3);
        let edge = 0.002 + 0.006 * d;
        old.over(bank, smooth(0.02 * d + edge, 0.0, off) * 0.8)
            .over(water, smooth(edge, -edge, off))
    });
}

/// Sand, foam and the sea behind.
pub(super) fn beach(stage: &mut Stage) {
    sea(stage);
    let plan = stage.plan;
    let palette = &plan.palette;
    let mut dice = plan.dice(640);
    let slant = dice.range(-0.24, 0.24);
    let edge = stage.line(1.6, 4, 641);
    let base = plan.horizon + (1.0 - plan.horizon) * dice.range(0.48, 0.62);
    let w = stage.w as f32;
    let shore: Vec<f32> = edge
        .iter()
        .enumerate()
        .map(|(x, n)| base + slant * (x as f32 / w - 0.5) + 0.07 * (n - 0.5))
        .collect();
    let grain = stage.noise(8.0, 2.5, 5, 642);
    let lace = stage.noise(14.0, 2.0, 4, 643);
    let sand = palette.ramp(Role::Land, &[(0.0, 0xb8_9468), (0.4, 0xdc_bd8c), (1.0, 0xf2_dcb0)]);
    let foam = palette.lit(palette.pigment(Role::Water, 0xfb_faf4), 1.0);
    let wet = palette.sky.at(0.8);
    let shallow = palette.pigment(Role::Water, 0x8f_d4cc);
    let body: Rgb = palette.lit(shallow, 0.9);
    stage.each(plan.horizon..1.0, |spot, old| {
        let d = spot.y - shore[spot.column];
        let clear = old.over(body, 0.6 * smooth(-0.16, 0.0, d));
        let lines =
            bell((d + 0.004) / 0.007) + 0.7 * bell((d + 0.05 + 0.02 * lace.at[spot.i]) / 0.007);
        let froth = (lines * (0.35 + 0.9 * lace.at[spot.i])).min(1.0);
        let dry = smooth(0.0, 0.1, d);
        let ground = palette
            .lit(sand.at(0.25 + 0.5 * dry + 0.5 * (grain.at[spot.i] - 0.5)), 0.55 + 0.4 * dry);
        let ground = ground.over(wet, 0.45 * (1.0 - dry));
        clear.over(ground, smooth(-0.002, 0.006, d)).over(foam, froth)
    });
}

/// Ice in still water.
pub(super) fn iceberg(stage: &mut Stage) {
    let plan = stage.plan;
    let palette = &plan.palette;
    let mut dice = plan.dice(690);
    let main = dice.range(0.3, 0.66);
    let peaks: Vec<(f32, f32, f32)> = vec![
        (main, dice.range(0.26, 0.38), dice.range(0.17, 0.24)),
        (main + dice.range(0.1, 0.18), dice.range(0.15, 0.24), 0.15),
        (main - dice.range(0.1, 0.16), dice.range(0.1, 0.18), 0.12),
        (dice.range(0.02, 0.2), dice.range(0.04, 0.09), 0.09),
        (dice.range(0.8, 0.98), dice.range(0.06, 0.12), 0.11),
    ];
    let rough = stage.line(13.0, 4, 691);
    let w = stage.w as f32;
    let crest: Vec<f32> = (0..stage.w)
        .map(|column| {
            let x = column as f32 / w;
            let rise = peaks
                .iter()
                .map(|(at, rise, half)| rise * (1.0 - (x - at).abs() / half).max(0.0))
                .fold(0.0, f32::max);
            plan.horizon - rise * (0.78 + 0.45 * rough[column])
        })
        .collect();
    let facet = stage.noise(5.0, 0.8, 4, 692);
    let bend = stage.noise(4.0, 1.0, 3, 693);
    let ice = palette.ramp(
        Role::Water,
        &[(0.0, 0x3f_7790), (0.35, 0x86_b6c2), (0.65, 0xd8_e8e8), (1.0, 0xff_fdf6)],
    );
    let (step, lean) = (0.05 * stage.unit(), super::sky::light_from(stage).0);
    let (wf, hf, horizon) = (stage.w as f32, stage.h as f32, plan.horizon);
    stage.below(&crest, |spot, depth| {
        let (x, y) = (spot.x * wf, spot.y * hf + (bend.at[spot.i] - 0.5) * step * 3.0);
        let n = facet.sample(x, y);
        let plane = (n * 7.0) as i32 as f32 / 7.0;
        let slope = smooth(-0.12, 0.12, n - facet.sample(x - step * lean.signum(), y + step * 0.3));
        let t = 0.15 + 0.45 * plane + 0.42 * slope - 0.5 * smooth(0.0, 0.5, depth)
            + 0.2 * bell(depth / 0.012);
        let low = bell((spot.y - horizon) / 0.02) * 0.35;
        palette.lit(ice.at(t - low), 0.75 + 0.25 * slope)
    });
    let paint =
        Ramp::new(&[0.0, 0.3, 1.0].map(|t| {
            (t, sea_paint(stage).at(t).over(palette.pigment(Role::Water, 0x4c_7688), 0.4))
        }));
    sheet(stage, &Surface { shore: horizon, mirror: 0.78, waves: 0.24, paint });
}
