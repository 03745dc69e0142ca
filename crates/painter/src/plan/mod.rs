//! From words to a composition: what stands where, in which light, in which colours.
//!
//! Chance comes from the seed and from the words nobody understands, but not from the others: with the same seed, "a red
//! boat" and "a blue boat" are the same picture but for the boat.

mod composition;
mod palette;
mod taste;

use super::dice::{Dice, hash};
use super::words::{Figure, Idea, Medium, Place, Reading, Season};
pub(super) use composition::needs_land;
pub(super) use palette::{Palette, Role};
pub(super) use taste::Grade;

/// Everything decided before the first stroke.
#[derive(Debug, Clone)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is an independent yes or no of the prompt, not a state"
)]
pub(super) struct Plan {
    /// Source of chance for whatever is drawn.
    pub(super) seed: u64,
    /// Differs for every prompt, even where the composition does not.
    pub(super) grain: u64,
    pub(super) place: Place,
    /// What rises behind the place.
    pub(super) backdrop: Option<Place>,
    /// Height of the horizon: 0 is the top edge, 1 the bottom.
    pub(super) horizon: f32,
    pub(super) sky: Sky,
    pub(super) palette: Palette,
    pub(super) season: Option<Season>,
    pub(super) figures: Vec<Standing>,
    pub(super) grade: Grade,
    pub(super) medium: Medium,
    /// Lamps and windows glow.
    pub(super) lights: bool,
    /// Waves are high.
    pub(super) rough: bool,
    /// Water is ice.
    pub(super) frozen: bool,
    /// Colour of flowers, fields and leaves, when the prompt says one: `0xRRGGBB`.
    pub(super) bloom: Option<u32>,
    /// A galaxy is asked for.
    pub(super) cosmic: bool,
    /// The kinds of fruit that are named, as the fruit bowl counts them.
    pub(super) fruits: Vec<u8>,
}

/// What is in the air.
#[derive(Debug, Clone, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is an independent yes or no of the prompt, not a state"
)]
pub(super) struct Sky {
    /// Sun or moon.
    pub(super) body: Option<Body>,
    /// How much of the sky clouds cover, 0 to 1.
    pub(super) clouds: f32,
    /// Long flat clouds, not heaped ones.
    pub(super) layered: bool,
    pub(super) stars: bool,
    pub(super) aurora: bool,
    /// Colour of the aurora when the prompt says one.
    pub(super) aurora_colour: Option<u32>,
    /// How thick the mist is, 0 to 1.
    pub(super) mist: f32,
    pub(super) rain: bool,
    pub(super) snowfall: bool,
    pub(super) lightning: bool,
    pub(super) rainbow: bool,
}

/// Sun or moon: centre as parts of width and height, radius as a part of the shorter edge.
#[derive(Debug, Clone, Copy)]
pub(super) struct Body {
    pub(super) x: f32,
    pub(super) y: f32,
    pub(super) radius: f32,
    pub(super) moon: bool,
    pub(super) crescent: bool,
    pub(super) colour: Option<u32>,
}

/// A figure in the scene.
#[derive(Debug, Clone, Copy)]
pub(super) struct Standing {
    pub(super) figure: Figure,
    /// Middle, as a part of the width.
    pub(super) x: f32,
    /// Where it touches the ground, as a part of the height.
    pub(super) foot: f32,
    /// Height as a part of the shorter edge.
    pub(super) size: f32,
    pub(super) colour: Option<u32>,
    /// Looks to the left.
    pub(super) flipped: bool,
    pub(super) seed: u64,
}

impl Plan {
    /// Reads the words and decides. `cfg` is how closely to follow them: about 7 is usual, 1 is loose.
    pub(super) fn new(prompt: &str, negative: &str, (seed, cfg): (u64, f32)) -> Self {
        let denied = Reading::of(negative);
        let reading = Reading::of(prompt).without(&denied);
        let seed = super::dice::mix(seed ^ reading.strange);
        let mut dice = Dice::new(seed, 1);
        let (place, backdrop) = composition::place(&reading, &mut dice);
        let hour = composition::hour(&reading, place, &mut dice);
        let palette = Palette::new(hour, taste::tints(&reading, cfg, &mut dice), &mut dice);
        let horizon = composition::horizon(place, &mut dice);
        let mut plan = Self {
            seed,
            grain: super::dice::mix(seed ^ hash(prompt) ^ hash(negative).rotate_left(17)),
            place,
            backdrop,
            horizon,
            sky: composition::sky(&reading, (hour, place, horizon), &mut dice),
            palette,
            season: reading
                .said
                .iter()
                .find_map(|said| if let Idea::Season(s) = said.idea { Some(s) } else { None }),
            figures: Vec::new(),
            grade: taste::grade(&reading, cfg),
            medium: taste::medium(&reading),
            lights: reading.has(Idea::Lights),
            rough: reading.has(Idea::Rough),
            frozen: reading.has(Idea::Frozen),
            bloom: taste::bloom(&reading),
            cosmic: reading.has(Idea::Place(Place::Galaxy)),
            fruits: reading
                .said
                .iter()
                .filter_map(
                    |said| if let Idea::Fruit(kind) = said.idea { Some(kind) } else { None },
                )
                .collect(),
        };
        plan.leave_out(&denied);
        plan.figures = composition::figures(&reading, &plan, &mut dice);
        plan.figures.retain(|standing| !denied.has(Idea::Figure(standing.figure)));
        plan
    }

    /// Independent chance for the thing named by `salt`.
    pub(super) fn dice(&self, salt: u64) -> Dice {
        Dice::new(self.seed, salt)
    }

    /// Takes away what chance put in against the negative prompt.
    fn leave_out(&mut self, denied: &Reading) {
        if denied.has(Idea::Clouds) {
            self.sky.clouds = 0.0;
        }
        if denied.has(Idea::Mist) {
            self.sky.mist = 0.0;
        }
        self.sky.stars &= !denied.has(Idea::Stars);
        self.lights &= !denied.has(Idea::Lights);
        let denies_body = |moon: bool| denied.has(if moon { Idea::Moon } else { Idea::Sun });
        self.sky.body = self.sky.body.filter(|body| !denies_body(body.moon));
        self.backdrop = self.backdrop.filter(|&place| !denied.has(Idea::Place(place)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::Hour;

    fn plan(prompt: &str, seed: u64) -> Plan {
        Plan::new(prompt, "", (seed, 7.0))
    }

    #[test]
    fn the_words_choose_the_scene() {
        for seed in 0..8 {
            assert_eq!(plan("dunes at dusk under a low full moon", seed).place, Place::Dunes);
            assert_eq!(plan("dunes at dusk under a low full moon", seed).palette.hour, Hour::Dusk);
            assert!(plan("northern lights over a frozen lake", seed).sky.aurora);
            let lake = plan("a lake in front of snowy mountains", seed);
            assert_eq!((lake.place, lake.backdrop), (Place::Lake, Some(Place::Mountains)));
        }
    }

    #[test]
    fn the_negative_prompt_takes_away() {
        for seed in 0..8 {
            let plan = Plan::new("a meadow with a fox, clouds", "fox, clouds, sun", (seed, 7.0));
            assert!(plan.sky.clouds < 0.01 && plan.figures.iter().all(|f| f.figure != Figure::Fox));
            assert!(plan.sky.body.is_none_or(|body| body.moon));
        }
    }

    #[test]
    fn a_boat_without_a_sea_gets_one() {
        assert!(matches!(plan("a little boat", 3).place, Place::Sea | Place::Lake));
    }
}
