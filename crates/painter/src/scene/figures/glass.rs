//! A glass bottle with something in it: a galaxy when the words say so.

use super::super::super::colour::hex;
use super::super::super::math::{bell, length, lerp, smooth};
use super::super::super::plan::{Role, Standing};
use super::super::cosmos;
use super::super::stage::Stage;

/// Half width of the bottle at `t` (0 is the mouth, 1 the foot), in parts of its height.
fn profile(t: f32) -> f32 {
    let neck = lerp(0.058, 0.066, smooth(0.0, 0.3, t));
    let body = lerp(neck, 0.225, smooth(0.26, 0.5, t));
    let lip = 0.02 * bell((t - 0.025) / 0.02);
    (body + lip) * smooth(1.012, 0.97, t).max(0.86)
}

/// Draws a bottle standing at `foot`.
pub(super) fn bottle(stage: &mut Stage, (u, foot): (f32, f32), standing: &Standing) {
    let plan = stage.plan;
    let palette = &plan.palette;
    let tall = standing.size;
    let cosmos = cosmos::cosmic_paint(stage);
    let dust = stage.noise(4.0, 1.0, 6, 901);
    let bend = stage.noise(3.0, 1.0, 4, 902);
    let liquid = palette.pigment(Role::Thing, standing.colour.unwrap_or(0x3f_8f88));
    let (w, h, unit) = (stage.w as f32, stage.h as f32, stage.unit());
    let level = 0.46;
    let edge = 0.9 / unit / tall;
    let soft_shadow = tall * 0.4;
    stage.patch((u - soft_shadow..u + soft_shadow, foot - 0.05..foot + 0.06), |spot, old| {
        let away = length((spot.u - u - 0.04) / (tall * 0.32), (spot.v - foot) / 0.03);
        Some((old.under(palette.shade), 0.8 * smooth(1.3, 0.2, away), 0.0))
    });
    stage.patch(
        (u - tall * 0.27..u + tall * 0.27, foot - tall..foot + tall * 0.012),
        |spot, old| {
            let t = (spot.v - (foot - tall)) / tall;
            let half = profile(t);
            let x = (spot.u - u) / tall / half;
            let cover =
                smooth(1.0 + edge / half, 1.0 - edge / half, x.abs()) * smooth(-edge, edge, t);
            if cover <= 0.0 {
                return None;
            }
            let n = dust.sample(spot.x * w + (bend.at[spot.i] - 0.5) * unit * 0.3, spot.y * h);
            let rim = smooth(0.72, 1.0, x.abs());
            let fill = smooth(level - 0.008, level + 0.008, t + 0.012 * (1.0 - x * x))
                * smooth(0.99, 0.93, x.abs());
            let mut colour = old.over(hex(0xd8_ecec), 0.1 + 0.06 * rim) * (1.0 - 0.22 * rim);
            let inside = if plan.cosmic {
                let glow = bell(length(x * 0.8, (t - 0.74) / 0.22));
                let star = smooth(0.93, 0.99, (n * 61.0 + bend.at[spot.i] * 37.0).fract())
                    * smooth(0.4, 0.6, n);
                cosmos.at(0.12 + 0.75 * smooth(0.25, 0.9, n) + 0.16 * glow) * (0.6 + 1.3 * glow)
                    + hex(0xff_f4e0) * (star * 0.8)
            } else {
                palette.lit(liquid, 0.55 + 0.35 * n) + palette.glow * (0.18 * smooth(0.5, 1.0, t))
            };
            let inside = inside * (1.0 - 0.45 * smooth(0.6, 1.0, x.abs()));
            let amount = if plan.cosmic {
                smooth(0.22, 0.44, t) * smooth(0.99, 0.93, x.abs())
            } else {
                fill
            };
            colour = colour.over(inside, amount * 0.93);
            let surface = if plan.cosmic { 0.0 } else { bell((t - level) / 0.006) * 0.5 };
            let shine =
                bell((x + 0.62) / 0.1) * smooth(0.04, 0.12, t) * smooth(0.96, 0.8, t) * 0.55
                    + bell((x - 0.74) / 0.06) * smooth(0.45, 0.6, t) * smooth(0.95, 0.85, t) * 0.3
                    + surface;
            let cork = smooth(0.055, 0.05, t) * smooth(1.0, 0.9, x.abs());
            let colour = colour + palette.glow * (shine * 0.8) + palette.glow * (rim * 0.06);
            let colour = colour.over(palette.lit(hex(0xb0_8458), 0.7 - 0.4 * x), cork);
            Some((colour, cover, 0.8))
        },
    );
}
