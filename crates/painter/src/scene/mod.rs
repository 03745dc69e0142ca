//! The scene of a plan as clean shapes of light and colour, before any brush.
//!
//! Everything is placed in parts of the picture, so that the scene is the same at every size.

mod abstracts;
mod city;
mod cosmos;
mod figures;
mod forest;
mod land;
mod ridges;
mod sky;
mod stage;
mod table;
mod water;
mod weather;

use super::colour::Rgb;
use super::math::{length, lerp, smooth};
use super::plan::Plan;
use super::words::{Figure, Place};
pub(super) use stage::Stage;

/// Draws `plan` at `w` × `h` pixels.
pub(super) fn draw(plan: &Plan, w: usize, h: usize) -> Stage<'_> {
    let mut stage = Stage::new(plan, w, h);
    match plan.place {
        Place::Galaxy => cosmos::galaxy(&mut stage),
        Place::Still => table::still_life(&mut stage),
        Place::Bouquet => table::bouquet(&mut stage),
        Place::Marble => abstracts::marble(&mut stage),
        Place::Waves => abstracts::waves(&mut stage),
        Place::Arches => abstracts::arches(&mut stage),
        Place::Underwater => abstracts::underwater(&mut stage),
        Place::Forest => forest::forest(&mut stage),
        Place::Birches => forest::birches(&mut stage),
        _ => outdoors(&mut stage),
    }
    figures::all(&mut stage);
    weather::falling(&mut stage);
    grade(&mut stage);
    stage
}

/// Sky, what rises behind, and the ground.
fn outdoors(stage: &mut Stage) {
    let plan = stage.plan;
    sky::sky(stage);
    if let Some(backdrop) = plan.backdrop {
        match backdrop {
            Place::Mountains => ridges::far_mountains(stage),
            Place::City => city::skyline(stage, plan.horizon),
            Place::Forest | Place::Birches => ridges::tree_line(stage, plan.horizon),
            Place::Canyon => ridges::mesas(stage),
            _ => ridges::far_hills(stage),
        }
    }
    weather::mist(stage, plan.horizon);
    match plan.place {
        Place::Sea => water::sea(stage),
        Place::Beach => water::beach(stage),
        Place::Lake => water::lake(stage),
        Place::River => water::river(stage),
        Place::Iceberg => water::iceberg(stage),
        Place::Dunes => land::dunes(stage),
        Place::Canyon => ridges::canyon(stage),
        Place::Mountains => ridges::mountains(stage),
        Place::Meadow => land::meadow(stage),
        Place::Field => land::field(stage),
        Place::Snow => land::snow(stage),
        Place::City => city::city(stage),
        Place::Village => city::village(stage),
        Place::Sky => ridges::low_land(stage),
        Place::Planet => cosmos::planet_hills(stage),
        _ => land::hills(stage),
    }
}

/// The last touch: vignette, contrast, saturation, wash.
fn grade(stage: &mut Stage) {
    let grade = stage.plan.grade;
    let has_bottle = stage.plan.figures.iter().any(|f| f.figure == Figure::Bottle);
    let dark = if has_bottle { 0.2 } else { 0.16 };
    stage.each(0.0..1.0, |spot, colour| {
        let edge = smooth(0.35, 0.85, length(spot.x - 0.5, spot.y - 0.5));
        let colour = colour * (grade.level * (1.0 - dark * edge));
        let luma = colour.luma().max(1e-4);
        // Contrast turns around middle grey, in the eye's scale.
        let curved =
            luma * lerp(1.0, (luma / (luma + 0.18)) * 2.0, (grade.contrast - 1.0) * 0.8).max(0.2);
        let grey = Rgb { r: curved, g: curved, b: curved };
        let out = grey.over(colour * (curved / luma), grade.saturation);
        let out =
            grade.wash.map_or(out, |wash| out.under(wash).over(wash * (out.luma() * 1.2), 0.6));
        Rgb { r: out.r.max(0.0), g: out.g.max(0.0), b: out.b.max(0.0) }
    });
}
