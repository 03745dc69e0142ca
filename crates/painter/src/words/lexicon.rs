//! The words that can be painted.

use super::idea::Idea::{
    Aurora, Clear, Clouds, Colour, Crescent, Frozen, High, Lightning, Lights, Low, Mist, Moon,
    Rain, Rainbow,
};
use super::idea::Idea::{Fruit, Rough, Shadow, Snowfall, Stars, Sun};
use super::idea::{Figure as F, Hour, Idea, Medium, Mood, Place, Season};

const fn at(place: Place) -> Idea {
    Idea::Place(place)
}
const fn hour(hour: Hour) -> Idea {
    Idea::Hour(hour)
}
const fn in_(season: Season) -> Idea {
    Idea::Season(season)
}
const fn a(figure: F) -> Idea {
    Idea::Figure(figure)
}
const fn with(medium: Medium) -> Idea {
    Idea::Medium(medium)
}
const fn feels(mood: Mood) -> Idea {
    Idea::Mood(mood)
}

/// Words with the same meaning, and the meaning; `_` joins the words of a phrase.
type Group = (&'static str, &'static [Idea]);

/// Every known word or phrase with its meaning.
pub(super) fn entries() -> impl Iterator<Item = (&'static str, &'static [Idea])> {
    [PLACES, SKIES, FIGURES, MANNERS, COLOURS]
        .into_iter()
        .flatten()
        .flat_map(|&(words, ideas)| words.split_whitespace().map(move |word| (word, ideas)))
}

/// Whether `word` says nothing about a picture.
pub(super) fn means_nothing(word: &str) -> bool {
    word.parse::<f32>().is_ok() || EMPTY.split_whitespace().any(|empty| empty == word)
}

const EMPTY: &str = "a an the of on in at by to with and or over under above below behind before near beside between \
    among through into from for as is are it its this that some very into up down out off across against along \
    picture image painting painted photo art artwork style view scene masterpiece best quality detailed highly \
    intricate 4k 8k hd uhd trending artstation beautiful lovely pretty nice stunning one two three";

const PLACES: &[Group] = &[
    (
        "sea ocean seascape waves_of_the_sea horizon atlantic pacific marine regatta harbor harbour bay",
        &[at(Place::Sea)],
    ),
    ("beach shore coast coastline seaside island lagoon tropical", &[at(Place::Beach)]),
    ("lake pond loch tarn fjord reflection mirror_lake water", &[at(Place::Lake)]),
    ("river stream creek brook valley", &[at(Place::River)]),
    ("dune dunes desert sahara sand", &[at(Place::Dunes)]),
    ("canyon mesa gorge badlands cliff butte", &[at(Place::Canyon)]),
    (
        "mountain mountains peak peaks alps alpine summit ridge himalaya volcano everest fuji",
        &[at(Place::Mountains)],
    ),
    (
        "hill hills countryside rolling tuscany vineyard moor highland highlands pasture",
        &[at(Place::Hills)],
    ),
    ("meadow wildflower wildflowers garden prairie", &[at(Place::Meadow)]),
    ("poppy poppies", &[at(Place::Meadow), Colour(0xd4_372c), a(F::Flower)]),
    ("lavender_field lavender_fields lavender", &[Colour(0x8a_6cc0), at(Place::Field)]),
    ("tulip tulips", &[Colour(0xe0_456a), at(Place::Field), a(F::Flower)]),
    ("sunflower sunflowers", &[Colour(0xf0_b428), at(Place::Meadow), a(F::Flower)]),
    ("daisy daisies", &[Colour(0xf4_f0e4), at(Place::Meadow), a(F::Flower)]),
    ("wheat barley harvest corn cornfield", &[Colour(0xd9_b050), at(Place::Field)]),
    (
        "field fields farm farmland crop plain grass grassland steppe savanna savannah",
        &[at(Place::Field)],
    ),
    ("forest forests wood woods woodland jungle grove redwood rainforest", &[at(Place::Forest)]),
    ("birch birches aspen", &[at(Place::Birches)]),
    (
        "city cityscape skyline town skyscraper skyscrapers downtown metropolis street manhattan tokyo paris london \
      urban building buildings",
        &[at(Place::City)],
    ),
    ("cyberpunk", &[at(Place::City), hour(Hour::Night), feels(Mood::Neon), Lights]),
    ("village hamlet cottages roofs rooftops", &[at(Place::Village)]),
    ("snow snowfield tundra snowy snow-covered", &[at(Place::Snow), in_(Season::Winter)]),
    ("iceberg icebergs glacier arctic antarctic antarctica polar ice", &[at(Place::Iceberg)]),
    ("underwater reef coral seabed submarine deep_sea kelp aquarium", &[at(Place::Underwater)]),
    ("sky skies cloudscape heavens", &[at(Place::Sky)]),
    ("planet saturn jupiter exoplanet world alien ringed", &[at(Place::Planet)]),
    ("mars", &[Colour(0xb8_5030), at(Place::Planet)]),
    (
        "space galaxy nebula cosmos universe cosmic milky supernova interstellar astronaut spaceship",
        &[at(Place::Galaxy)],
    ),
    (
        "still_life fruit vase jug pitcher teapot cup table bowl kitchen breakfast",
        &[at(Place::Still)],
    ),
    ("oranges peaches mandarin", &[at(Place::Still), Fruit(0)]),
    ("lemon", &[at(Place::Still), Fruit(1)]),
    ("apple pomegranate", &[at(Place::Still), Fruit(2)]),
    ("pear limes", &[at(Place::Still), Fruit(3)]),
    ("plum fig grape", &[at(Place::Still), Fruit(4)]),
    (
        "bouquet flowers_in_a_vase vase_of_flowers roses peonies ikebana flower_arrangement",
        &[at(Place::Bouquet)],
    ),
    (
        "marble marbled agate geode abstract abstraction texture pattern chaos emotion psychedelic fractal liquid",
        &[at(Place::Marble)],
    ),
    (
        "swirl swirls swirling wave whirlpool vortex current flow flowing hokusai",
        &[at(Place::Waves)],
    ),
    (
        "arch arches geometric geometry bauhaus shapes minimal minimalist mid-century boho cut_paper collage",
        &[at(Place::Arches)],
    ),
    ("landscape scenery nature outdoors wilderness vista panorama", &[at(Place::Anywhere)]),
];

const SKIES: &[Group] = &[
    ("dawn sunrise daybreak morning", &[hour(Hour::Dawn)]),
    ("day noon midday daylight afternoon", &[hour(Hour::Day)]),
    ("sunny sunshine sunlit", &[hour(Hour::Day), Sun]),
    ("golden_hour evening late_afternoon golden_light", &[hour(Hour::Golden), Sun]),
    ("dusk twilight gloaming", &[hour(Hour::Dusk)]),
    ("sunset sundown", &[hour(Hour::Dusk), Sun, Low]),
    ("night midnight nocturne nighttime nocturnal", &[hour(Hour::Night)]),
    ("starry_night", &[hour(Hour::Night), Stars]),
    ("storm thunderstorm tempest stormy hurricane", &[hour(Hour::Storm), Clouds, Rough]),
    ("thunder lightning", &[hour(Hour::Storm), Lightning, Clouds]),
    ("overcast grey_day gray_day gloomy", &[hour(Hour::Overcast), Clouds]),
    ("sun", &[Sun]),
    ("moon moonlight moonlit moonrise full_moon", &[Moon]),
    ("crescent crescent_moon new_moon", &[Moon, Crescent]),
    ("star stars starlight starry constellation", &[Stars, hour(Hour::Night)]),
    ("milky_way", &[Stars, hour(Hour::Night)]),
    (
        "northern_lights aurora aurora_borealis polar_lights southern_lights",
        &[Aurora, hour(Hour::Night), Stars],
    ),
    ("cloud clouds cloudy cumulus", &[Clouds]),
    ("clear cloudless", &[Clear]),
    ("shadow", &[Shadow]),
    ("mist misty fog foggy haze hazy steam smoke", &[Mist]),
    ("rain rainy drizzle downpour shower monsoon", &[Rain, Clouds, hour(Hour::Overcast)]),
    ("snowfall snowing snowflake snowflakes", &[Snowfall, in_(Season::Winter)]),
    ("snowstorm blizzard", &[Snowfall, in_(Season::Winter), at(Place::Snow), Mist]),
    ("rainbow", &[Rainbow]),
    ("low setting", &[Low]),
    ("high overhead", &[High]),
    ("frozen icy", &[Frozen, in_(Season::Winter)]),
    ("rough crashing foaming surf breakers", &[Rough, at(Place::Sea)]),
    (
        "lights lantern lanterns lamps windows glowing fireflies candle candles fire bonfire campfire bokeh",
        &[Lights],
    ),
    ("spring blossom springtime cherry_blossom sakura", &[in_(Season::Spring)]),
    ("summer summertime", &[in_(Season::Summer)]),
    ("autumn fall autumnal october november", &[in_(Season::Autumn)]),
    ("winter wintry christmas december january frost frosty", &[in_(Season::Winter)]),
];

const FIGURES: &[Group] = &[
    ("fox vixen", &[a(F::Fox)]),
    ("cat kitten kitty feline", &[a(F::Cat)]),
    ("dog puppy wolf hound husky corgi", &[a(F::Dog)]),
    ("deer stag doe elk reindeer moose antelope fawn", &[a(F::Deer)]),
    ("horse pony stallion unicorn", &[a(F::Horse)]),
    ("bird gull seagull swallow crow raven geese crane dove eagle hawk", &[a(F::Bird)]),
    ("owl", &[a(F::Owl)]),
    ("whale orca dolphin", &[a(F::Whale)]),
    ("fish goldfish koi shark", &[a(F::Fish)]),
    ("boat ship sail sailboat yacht sailing vessel schooner", &[a(F::Boat)]),
    ("house cottage cabin hut barn home farmhouse chalet", &[a(F::House)]),
    ("castle fortress palace tower temple ruins cathedral church", &[a(F::Castle)]),
    ("lighthouse beacon", &[a(F::Lighthouse)]),
    ("windmill mill", &[a(F::Windmill)]),
    ("balloon hot_air_balloon airship", &[a(F::Balloon)]),
    ("tree oak maple willow oak_tree maple_tree olive_tree apple_tree cherry_tree", &[a(F::Tree)]),
    ("pine pine_tree fir_tree spruce_tree spruce fir conifer evergreen cypress", &[a(F::Pine)]),
    ("palm palm_tree coconut", &[a(F::Palm)]),
    (
        "person people man woman girl boy child figure traveller traveler wanderer knight monk walker portrait couple \
      lady king queen samurai wizard hiker human",
        &[a(F::Person)],
    ),
    ("bottle glass_bottle jar potion flask", &[a(F::Bottle)]),
    ("bridge viaduct aqueduct", &[a(F::Bridge)]),
    ("flower rose peony blossoms bloom blooming lotus lily orchid iris", &[a(F::Flower)]),
];

const MANNERS: &[Group] = &[
    (
        "oil oil_painting oil_paint canvas monet van_gogh impressionist impressionism",
        &[with(Medium::Oil)],
    ),
    ("impasto thick palette_knife brushwork thick_oil thick_paint", &[with(Medium::Impasto)]),
    ("glaze glazed soft_glaze sfumato renaissance", &[with(Medium::Glaze)]),
    ("watercolour watercolor aquarelle wash", &[with(Medium::Watercolour)]),
    ("gouache tempera acrylic poster flat", &[with(Medium::Gouache)]),
    ("pastel pastels chalk crayon", &[with(Medium::Pastel)]),
    ("ink sumi sumi-e calligraphy ink_wash pen_and_ink", &[with(Medium::Ink)]),
    ("pencil sketch charcoal graphite drawing etching line_drawing", &[with(Medium::Pencil)]),
    ("linocut lino engraving stencil", &[with(Medium::Linocut)]),
    (
        "woodblock woodcut ukiyo-e ukiyo hiroshige japanese_print block_print",
        &[with(Medium::Woodblock)],
    ),
    (
        "photograph photography photorealistic realistic cinematic dslr 35mm bokeh_photo hyperrealistic render \
      photographic",
        &[with(Medium::Photograph)],
    ),
    ("pixel pixels pixel_art 8-bit 8bit 16-bit retro_game", &[with(Medium::Pixels)]),
    ("warm cosy cozy summerly", &[feels(Mood::Warm)]),
    ("cold cool chilly freezing", &[feels(Mood::Cold)]),
    ("vivid vibrant colourful colorful saturated happy joyful joy cheerful", &[feels(Mood::Vivid)]),
    ("muted faded desaturated subtle delicate pale", &[feels(Mood::Muted)]),
    ("dark moody gothic horror sinister ominous", &[feels(Mood::Dark)]),
    ("bright airy luminous radiant light", &[feels(Mood::Bright)]),
    ("calm peaceful serene quiet still tranquil gentle", &[feels(Mood::Calm)]),
    ("dramatic epic majestic mighty intense", &[feels(Mood::Dramatic)]),
    (
        "dreamy dream ethereal magical magic fantasy fairy enchanted mystical surreal",
        &[feels(Mood::Dreamy)],
    ),
    ("sad melancholy melancholic lonely alone solitude nostalgia", &[feels(Mood::Sad)]),
    ("neon synthwave vaporwave", &[feels(Mood::Neon)]),
    ("monochrome black_and_white noir greyscale grayscale", &[feels(Mood::Monochrome)]),
    ("sepia vintage retro", &[feels(Mood::Sepia)]),
];

const COLOURS: &[Group] = &[
    ("red crimson scarlet ruby vermilion", &[Colour(0xc8_2f28)]),
    ("burgundy maroon wine", &[Colour(0x7a_2036)]),
    ("orange amber tangerine", &[Colour(0xe8_8a2c)]),
    ("copper rust terracotta bronze", &[Colour(0xb8_5c34)]),
    ("yellow lemony canary mustard", &[Colour(0xee_c93a)]),
    ("gold golden ochre honey", &[Colour(0xdf_a638)]),
    ("green emerald", &[Colour(0x3f_9450)]),
    ("jade mint", &[Colour(0x5f_b491)]),
    ("olive moss mossy sage", &[Colour(0x80_8a46)]),
    ("lime chartreuse", &[Colour(0xa4_c83c)]),
    ("teal turquoise cyan aqua", &[Colour(0x2a_a6a4)]),
    ("blue azure cerulean", &[Colour(0x30_72b8)]),
    ("navy cobalt sapphire indigo ultramarine", &[Colour(0x26_408f)]),
    ("violet purple amethyst", &[Colour(0x77_459f)]),
    ("lilac mauve", &[Colour(0xa8_88c4)]),
    ("magenta fuchsia", &[Colour(0xc0_3a93)]),
    ("pink rosy salmon", &[Colour(0xe6_8f9d)]),
    ("peach apricot", &[Colour(0xf2_b48a)]),
    ("brown chocolate umber chestnut", &[Colour(0x7a_5238)]),
    ("black ebony obsidian", &[Colour(0x1b_1a1e)]),
    ("white ivory cream", &[Colour(0xf2_eee6)]),
    ("grey gray silver slate", &[Colour(0x8c_9094)]),
];

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn no_word_is_listed_twice() {
        let mut seen = BTreeSet::new();
        for (word, _) in entries() {
            assert!(seen.insert(word), "{word}");
        }
    }
}
