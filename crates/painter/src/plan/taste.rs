//! Colour words, moods and media: how the scene is coloured and painted.

use super::super::colour::{Rgb, hex};
use super::super::dice::Dice;
use super::super::words::{Figure, Idea, Medium, Mood, Place, Reading, Season};
use super::palette::{Role, Tint};

/// The last touch over the whole picture.
#[derive(Debug, Clone, Copy)]
pub(in super::super) struct Grade {
    /// 1 leaves colours as they are, 0 is grey.
    pub(in super::super) saturation: f32,
    /// 1 leaves light and dark as they are.
    pub(in super::super) contrast: f32,
    /// 1 leaves the brightness as it is.
    pub(in super::super) level: f32,
    /// Everything in shades of this colour.
    pub(in super::super) wash: Option<Rgb>,
}

/// The pulls of colour words, moods and seasons on the palette.
pub(super) fn tints(reading: &Reading, cfg: f32, dice: &mut Dice) -> Vec<Tint> {
    let heed = (0.5 + 0.07 * cfg).clamp(0.45, 1.1);
    let mut tints = Vec::new();
    let mut add = |role, code: u32, amount: f32| {
        tints.push(Tint { role, to: hex(code).lab(), amount: (amount * heed).clamp(0.0, 0.95) });
    };
    // A little of nothing in particular, so that no two readings are coloured alike.
    if reading.strange != 0 {
        add(
            None,
            dice.pick(&[0xd0_7a50, 0x5a_7ab0, 0x6f_9a78, 0xa0_6f9f, 0xd8_b060, 0x4f_8f98]),
            0.14,
        );
    }
    let bottled = reading.has(Idea::Figure(Figure::Bottle));
    let mut free = 0;
    for said in &reading.said {
        match said.idea {
            Idea::Colour(code) => {
                free += 1;
                match free {
                    1 => add(None, code, 0.34 * said.weight),
                    2 => add(Some(Role::Sky), code, 0.5 * said.weight),
                    3 => add(Some(Role::Land), code, 0.5 * said.weight),
                    _ => add(Some(Role::Flora), code, 0.5 * said.weight),
                }
            }
            Idea::Mood(mood) => {
                for &(role, code, amount) in pulls(mood) {
                    add(role, code, amount * said.weight);
                }
            }
            Idea::Shadow => {
                if let Some(code) = said.colour {
                    add(Some(Role::Land), code, 0.2);
                }
            }
            Idea::Season(Season::Autumn) => add(Some(Role::Flora), 0xc8_7428, 0.75),
            Idea::Season(Season::Spring) => add(Some(Role::Flora), 0x9c_bf60, 0.3),
            Idea::Season(Season::Winter) => add(None, 0x8f_a9c4, 0.16),
            idea => {
                let role = if idea == Idea::Place(Place::Galaxy) && bottled {
                    Some(Role::Thing)
                } else {
                    role_of(idea)
                };
                if let Some((role, code)) = role.zip(said.colour) {
                    let whole =
                        matches!(idea, Idea::Place(Place::Arches | Place::Marble | Place::Waves));
                    add(Some(role), code, if whole { 0.4 } else { 0.78 } * said.weight);
                    // What is coloured colours the air around it too.
                    add(None, code, 0.12);
                }
            }
        }
    }
    tints
}

fn role_of(idea: Idea) -> Option<Role> {
    Some(match idea {
        Idea::Place(
            Place::Sea
            | Place::Beach
            | Place::Lake
            | Place::River
            | Place::Underwater
            | Place::Iceberg,
        ) => Role::Water,
        Idea::Place(Place::Sky | Place::Galaxy) | Idea::Hour(_) | Idea::Mist => Role::Sky,
        Idea::Place(Place::Meadow | Place::Field | Place::Forest | Place::Birches)
        | Idea::Season(_) => Role::Flora,
        // What stands on a table has a colour of its own; the table does not follow it.
        Idea::Place(Place::Still | Place::Bouquet) => return None,
        Idea::Place(_) => Role::Land,
        Idea::Clouds => Role::Cloud,
        _ => return None,
    })
}

fn pulls(mood: Mood) -> &'static [(Option<Role>, u32, f32)] {
    match mood {
        Mood::Warm => &[(None, 0xe8_9a50, 0.2)],
        Mood::Cold => &[(None, 0x5f_8fc0, 0.28)],
        Mood::Dreamy => &[(None, 0xc8_8fc0, 0.18), (Some(Role::Sky), 0xe0_a0c8, 0.2)],
        Mood::Sad => &[(None, 0x6f_8298, 0.3)],
        Mood::Neon => &[
            (Some(Role::Sky), 0x8a_2fb0, 0.6),
            (Some(Role::Water), 0x18_b0c0, 0.6),
            (None, 0xb0_3aa0, 0.2),
        ],
        _ => &[],
    }
}

/// The last touch: moods and `cfg`.
pub(super) fn grade(reading: &Reading, cfg: f32) -> Grade {
    // Low guidance paints flat and pale, high guidance overdoes it, as a sampler would.
    let drive = (cfg - 7.0).clamp(-7.0, 23.0);
    let mut grade = Grade {
        saturation: (1.12 + drive * if drive < 0.0 { 0.04 } else { 0.022 }).clamp(0.6, 1.6),
        contrast: (1.07 + drive * if drive < 0.0 { 0.03 } else { 0.016 }).clamp(0.75, 1.4),
        level: 1.0,
        wash: None,
    };
    for said in &reading.said {
        let Idea::Mood(mood) = said.idea else { continue };
        let (saturation, contrast, level) = match mood {
            Mood::Vivid => (1.3, 1.05, 1.04),
            Mood::Muted => (0.66, 0.92, 1.03),
            Mood::Dark => (0.92, 1.14, 0.68),
            Mood::Bright => (1.02, 0.95, 1.18),
            Mood::Calm => (0.94, 0.95, 1.0),
            Mood::Dramatic => (1.1, 1.2, 0.95),
            Mood::Dreamy => (1.04, 0.92, 1.08),
            Mood::Sad => (0.7, 0.98, 0.88),
            Mood::Neon => (1.4, 1.12, 1.0),
            Mood::Monochrome => (0.0, 1.14, 1.0),
            Mood::Sepia => (0.45, 0.95, 1.0),
            Mood::Warm | Mood::Cold => (1.0, 1.0, 1.0),
        };
        grade.saturation *= saturation;
        grade.contrast *= contrast;
        grade.level *= level;
        if mood == Mood::Sepia {
            grade.wash = Some(hex(0xe0_bd8c));
        }
    }
    grade
}

/// The first medium the prompt names; oil when it names none.
pub(super) fn medium(reading: &Reading) -> Medium {
    let mut media = reading.said.iter().filter_map(|said| match said.idea {
        Idea::Medium(medium) => Some(medium),
        _ => None,
    });
    let first = media.next().unwrap_or(Medium::Oil);
    // "Thick oil paint" is more than oil.
    if first == Medium::Oil && media.any(|medium| medium == Medium::Impasto) {
        Medium::Impasto
    } else {
        first
    }
}

/// The colour of what grows, when the prompt says one.
pub(super) fn bloom(reading: &Reading) -> Option<u32> {
    let grows = |idea| {
        matches!(
            idea,
            Idea::Figure(Figure::Flower | Figure::Tree)
                | Idea::Place(Place::Meadow | Place::Field | Place::Bouquet | Place::Still)
        )
    };
    reading.said.iter().filter(|said| grows(said.idea)).find_map(|said| said.colour)
}
