//! What words can mean to the painter.

/// Something a word means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Idea {
    /// Where the scene is.
    Place(Place),
    /// The time of day, which is the light.
    Hour(Hour),
    /// A time of year.
    Season(Season),
    /// Something that stands in the scene.
    Figure(Figure),
    /// What it is painted with.
    Medium(Medium),
    /// A feeling: it changes the palette.
    Mood(Mood),
    /// A colour, `0xRRGGBB`.
    Colour(u32),
    Sun,
    Moon,
    Crescent,
    Stars,
    Aurora,
    Clouds,
    Clear,
    Mist,
    Rain,
    Snowfall,
    Lightning,
    Rainbow,
    /// Stands low over the horizon.
    Low,
    /// Stands high above.
    High,
    /// Water is frozen.
    Frozen,
    /// Windows, lanterns and fires that glow.
    Lights,
    /// Waves are high.
    Rough,
    /// Shadows, for the colour they may have.
    Shadow,
    /// A kind of fruit, counted in the order of the fruit bowl.
    Fruit(u8),
}

impl Idea {
    /// Whether a colour word before this word is about it.
    pub(in super::super) fn takes_colour(self) -> bool {
        matches!(
            self,
            Self::Place(_)
                | Self::Hour(_)
                | Self::Figure(_)
                | Self::Sun
                | Self::Moon
                | Self::Aurora
                | Self::Clouds
                | Self::Mist
                | Self::Lights
                | Self::Shadow
                | Self::Season(_)
        )
    }
}

/// Where a scene is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Place {
    Sea,
    Beach,
    Lake,
    River,
    Dunes,
    Canyon,
    Mountains,
    Hills,
    Meadow,
    Field,
    Forest,
    Birches,
    City,
    Village,
    Snow,
    Iceberg,
    Underwater,
    Sky,
    Planet,
    Galaxy,
    Still,
    Bouquet,
    Marble,
    Waves,
    Arches,
    /// "A landscape": anywhere outdoors.
    Anywhere,
}

/// The light.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Hour {
    Dawn,
    Day,
    Golden,
    Dusk,
    Night,
    Storm,
    Overcast,
}

/// A time of year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Season {
    Spring,
    Summer,
    Autumn,
    Winter,
}

/// Something that stands, sits, floats or flies in a scene.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Figure {
    Fox,
    Cat,
    Dog,
    Deer,
    Horse,
    Bird,
    Owl,
    Whale,
    Fish,
    Boat,
    House,
    Castle,
    Lighthouse,
    Windmill,
    Balloon,
    Tree,
    Pine,
    Palm,
    Person,
    Bottle,
    Bridge,
    Flower,
}

/// What a picture is painted with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Medium {
    Oil,
    Impasto,
    Glaze,
    Watercolour,
    Gouache,
    Pastel,
    Ink,
    Pencil,
    Linocut,
    Woodblock,
    Photograph,
    Pixels,
}

/// A feeling.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Mood {
    Warm,
    Cold,
    Vivid,
    Muted,
    Dark,
    Bright,
    Calm,
    Dramatic,
    Dreamy,
    Sad,
    Neon,
    Monochrome,
    Sepia,
}
