//! What stands where: the place, the hour, the sky and the figures.

use super::super::dice::Dice;
use super::super::words::{Figure, Hour, Idea, Mood, Place, Reading, Said, Season};
use super::{Body, Plan, Sky, Standing};

/// The place of the scene and what rises behind it.
pub(super) fn place(reading: &Reading, dice: &mut Dice) -> (Place, Option<Place>) {
    let (place, backdrop) = named_place(reading, dice);
    let walks = |said: &Said| matches!(said.idea, Idea::Figure(figure) if needs_land(figure));
    // Who stands by the sea stands on the beach.
    let ashore = place == Place::Sea && reading.said.iter().any(walks);
    (if ashore { Place::Beach } else { place }, backdrop)
}

fn named_place(reading: &Reading, dice: &mut Dice) -> (Place, Option<Place>) {
    let named: Vec<Place> = reading
        .said
        .iter()
        .filter_map(|said| if let Idea::Place(place) = said.idea { Some(place) } else { None })
        .collect();
    let bottled = reading.has(Idea::Figure(Figure::Bottle));
    let outdoors = |p: &&Place| is_outdoors(**p) && !(bottled && **p == Place::Galaxy);
    let first = named
        .iter()
        .find(|&&p| p != Place::Anywhere && p != Place::Sky && !(bottled && p == Place::Galaxy));
    match first.copied() {
        Some(place) if !is_outdoors(place) => (place, None),
        Some(_) => {
            let near = named.iter().filter(outdoors).find(|&&p| is_near(p)).copied();
            let far = named.iter().filter(outdoors).find(|&&p| is_far(p)).copied();
            match (near, far) {
                (Some(Place::River), Some(Place::City)) => (Place::City, None),
                (Some(near), far) => (near, far.or_else(|| backdrop(near, dice))),
                (None, Some(far)) => (far, None),
                (None, None) => (first.copied().unwrap_or(Place::Hills), None),
            }
        }
        None if named.contains(&Place::Sky) => (Place::Sky, None),
        None => {
            let place = unnamed(reading, named.contains(&Place::Anywhere), dice);
            (place, backdrop(place, dice))
        }
    }
}

fn is_outdoors(place: Place) -> bool {
    use Place::{Arches, Bouquet, Galaxy, Marble, Still, Underwater, Waves};
    !matches!(place, Galaxy | Still | Bouquet | Marble | Waves | Arches | Underwater)
}

/// Lies at the viewer's feet.
fn is_near(place: Place) -> bool {
    use Place::{Beach, Dunes, Field, Iceberg, Lake, Meadow, Planet, River, Sea, Snow};
    matches!(place, Sea | Beach | Lake | River | Dunes | Meadow | Field | Snow | Iceberg | Planet)
}

/// Can rise behind something nearer.
fn is_far(place: Place) -> bool {
    use Place::{Birches, Canyon, City, Forest, Hills, Mountains, Village};
    matches!(place, Mountains | Hills | City | Village | Forest | Birches | Canyon)
}

/// What chance puts behind a place that was named alone.
fn backdrop(place: Place, dice: &mut Dice) -> Option<Place> {
    let roll = dice.unit();
    match place {
        Place::Lake | Place::River => {
            Some(if roll < 0.75 { Place::Mountains } else { Place::Hills })
        }
        Place::Meadow | Place::Field if roll < 0.75 => Some(Place::Hills),
        Place::Snow | Place::Meadow | Place::Field => Some(Place::Mountains),
        Place::Sea | Place::Beach if roll < 0.3 => Some(Place::Hills),
        _ => None,
    }
}

/// The place of a prompt that names none.
fn unnamed(reading: &Reading, anywhere: bool, dice: &mut Dice) -> Place {
    use Place::{
        Arches, Bouquet, Dunes, Field, Forest, Hills, Lake, Marble, Meadow, Mountains, Sea, Sky,
        Snow, Waves,
    };
    let winter = reading.has(Idea::Season(Season::Winter));
    let figure = reading
        .said
        .iter()
        .find_map(|said| if let Idea::Figure(f) = said.idea { Some(f) } else { None });
    if let Some(figure) = figure {
        let wild = matches!(figure, Figure::Fox | Figure::Deer | Figure::Owl | Figure::Dog);
        let stands =
            matches!(figure, Figure::House | Figure::Castle | Figure::Windmill | Figure::Tree);
        if winter && (wild || stands) {
            return Snow;
        }
        return dice.pick(match figure {
            Figure::Boat | Figure::Whale | Figure::Lighthouse => &[Sea, Sea, Lake][..],
            Figure::Fish => &[Place::Underwater],
            Figure::Fox | Figure::Deer | Figure::Owl => &[Forest, Meadow, Hills],
            Figure::Dog | Figure::Horse | Figure::Cat => &[Meadow, Hills, Field],
            Figure::Flower => &[Bouquet, Meadow],
            Figure::Palm => &[Place::Beach],
            Figure::Pine => &[Mountains, Lake],
            Figure::Bird | Figure::Balloon => &[Hills, Sky, Lake, Sea],
            Figure::Bridge => &[Place::River],
            Figure::House | Figure::Castle | Figure::Windmill | Figure::Tree => {
                &[Hills, Field, Lake]
            }
            Figure::Bottle if anywhere => &[Lake, Sea, Hills, Meadow],
            Figure::Bottle => &[Place::Still, Sea],
            Figure::Person => &[Hills, Dunes, Sea, Field, Mountains],
        });
    }
    if winter {
        return dice.pick(&[Snow, Mountains, Lake, Snow]);
    }
    let sky_only = reading.said.iter().any(|said| {
        matches!(
            said.idea,
            Idea::Hour(_) | Idea::Sun | Idea::Moon | Idea::Stars | Idea::Aurora | Idea::Rain
        )
    });
    if anywhere || sky_only {
        dice.pick(&[Sea, Lake, Hills, Mountains, Dunes, Lake, Sea, Meadow])
    } else if reading.has(Idea::Clouds) || reading.has(Idea::Rainbow) {
        dice.pick(&[Sky, Hills])
    } else if reading.has(Idea::Season(Season::Autumn)) {
        dice.pick(&[Forest, Place::Birches, Hills, Lake])
    } else if reading.has(Idea::Lights) {
        dice.pick(&[Place::City, Place::Village])
    } else {
        dice.pick(&[
            Marble,
            Waves,
            Arches,
            Hills,
            Lake,
            Sea,
            Mountains,
            Dunes,
            Meadow,
            Place::Planet,
            Forest,
        ])
    }
}

/// The hour the words name, or one that suits the place.
pub(super) fn hour(reading: &Reading, place: Place, dice: &mut Dice) -> Hour {
    use Hour::{Dawn, Day, Dusk, Golden, Night, Overcast, Storm};
    let mut named = reading
        .said
        .iter()
        .filter_map(|said| if let Idea::Hour(h) = said.idea { Some(h) } else { None });
    if let Some(first) = named.next() {
        // Rain makes a day grey, but not a night.
        return if first == Overcast { named.next().unwrap_or(first) } else { first };
    }
    let feels = |mood| reading.has(Idea::Mood(mood));
    let choices: &[Hour] = if reading.has(Idea::Moon) {
        &[Night, Night, Dusk]
    } else if feels(Mood::Dark) {
        &[Night, Storm, Dusk]
    } else if feels(Mood::Neon) {
        &[Night]
    } else if feels(Mood::Bright) || reading.has(Idea::Rainbow) || reading.has(Idea::Clear) {
        &[Day, Dawn]
    } else if reading.has(Idea::Mist) || feels(Mood::Sad) {
        &[Overcast, Overcast, Dawn]
    } else if reading.has(Idea::Sun) {
        &[Golden, Day, Dusk, Dawn]
    } else if reading.has(Idea::Lights) {
        &[Night, Dusk]
    } else if reading.has(Idea::Season(Season::Winter)) {
        &[Overcast, Dawn, Dusk, Day]
    } else {
        match place {
            Place::Dunes | Place::Canyon => &[Dusk, Golden, Golden],
            Place::Mountains => &[Overcast, Dawn, Golden, Dusk],
            Place::City => &[Night, Dusk, Dusk],
            Place::Meadow | Place::Field | Place::Beach => &[Day, Golden, Day],
            Place::Forest | Place::Birches => &[Golden, Overcast, Dawn],
            Place::Iceberg | Place::Snow => &[Overcast, Dawn, Dusk],
            Place::Sky => &[Golden, Dusk, Day],
            Place::Planet => &[Dusk],
            Place::Galaxy => &[Night],
            Place::Still | Place::Bouquet | Place::Underwater => &[Day],
            _ => &[Golden, Dusk, Day, Dawn, Dusk],
        }
    };
    dice.pick(choices)
}

/// Where the horizon runs.
pub(super) fn horizon(place: Place, dice: &mut Dice) -> f32 {
    let (low, high) = match place {
        Place::Sky => (0.88, 0.93),
        Place::Dunes => (0.5, 0.58),
        Place::Mountains | Place::Canyon => (0.62, 0.72),
        Place::Meadow | Place::Field => (0.42, 0.54),
        Place::Planet | Place::City => (0.68, 0.76),
        Place::Village | Place::Hills => (0.46, 0.56),
        Place::Beach => (0.4, 0.48),
        _ => (0.48, 0.6),
    };
    dice.range(low, high)
}

/// What is in the air.
pub(super) fn sky(
    reading: &Reading,
    (hour, place, horizon): (Hour, Place, f32),
    dice: &mut Dice,
) -> Sky {
    let has = |idea| reading.has(idea);
    let usual = match hour {
        Hour::Storm => 0.85,
        Hour::Overcast => 0.4,
        Hour::Night => dice.pick(&[0.0, 0.2, 0.35]),
        _ => dice.pick(&[0.2, 0.4, 0.5, 0.62]),
    };
    let clouds = if has(Idea::Clear) || (has(Idea::Aurora) && !has(Idea::Clouds)) {
        0.0
    } else if has(Idea::Clouds) || place == Place::Sky {
        dice.range(0.6, 0.85)
    } else {
        usual
    };
    let mist = if has(Idea::Mist) {
        dice.range(0.7, 1.0)
    } else if hour == Hour::Overcast || has(Idea::Mood(Mood::Dreamy)) {
        0.45
    } else {
        0.1
    };
    Sky {
        body: body(reading, (hour, horizon), dice),
        clouds,
        layered: dice.chance(0.45) || hour == Hour::Night,
        stars: has(Idea::Stars)
            || has(Idea::Aurora)
            || place == Place::Planet
            || (hour == Hour::Night && clouds < 0.5),
        aurora: has(Idea::Aurora),
        aurora_colour: reading.find(Idea::Aurora).and_then(|said| said.colour),
        mist,
        rain: has(Idea::Rain),
        snowfall: has(Idea::Snowfall),
        lightning: has(Idea::Lightning),
        rainbow: has(Idea::Rainbow),
    }
}

fn body(reading: &Reading, (hour, horizon): (Hour, f32), dice: &mut Dice) -> Option<Body> {
    let (sun, moon) = (reading.find(Idea::Sun), reading.find(Idea::Moon));
    let chance = match hour {
        Hour::Golden | Hour::Dawn => 0.65,
        Hour::Dusk => 0.6,
        Hour::Night => 0.7,
        Hour::Overcast => 0.3,
        Hour::Day | Hour::Storm => 0.0,
    };
    let by_chance = dice.chance(chance) && !reading.has(Idea::Aurora);
    let side = dice.pick(&[0.3, 0.36, 0.5, 0.64, 0.7]) + dice.range(-0.03, 0.03);
    let height = if reading.has(Idea::Low) || (sun.is_some() && hour == Hour::Dusk) {
        dice.range(0.8, 0.93)
    } else if reading.has(Idea::High) || hour == Hour::Day {
        dice.range(0.22, 0.36)
    } else {
        dice.range(0.42, 0.78)
    };
    if sun.is_none() && moon.is_none() && !by_chance {
        return None;
    }
    let moon_is_up = sun.is_none() && (moon.is_some() || hour == Hour::Night);
    let radius = if moon_is_up { dice.range(0.07, 0.115) } else { dice.range(0.045, 0.08) };
    let big = if moon.or(sun).is_some() { 1.15 } else { 0.85 };
    Some(Body {
        x: side,
        y: height * horizon,
        radius: radius * big,
        moon: moon_is_up,
        crescent: reading.has(Idea::Crescent),
        colour: moon.or(sun).and_then(|said| said.colour),
    })
}

/// The figures the words name, each with a place to stand.
pub(super) fn figures(reading: &Reading, plan: &Plan, dice: &mut Dice) -> Vec<Standing> {
    let mut named: Vec<(Figure, Said)> = Vec::new();
    for said in &reading.said {
        let Idea::Figure(figure) = said.idea else { continue };
        // "An oak tree" is one tree.
        if is_drawn_apart(figure, plan.place) && named.iter().all(|(known, _)| *known != figure) {
            named.push((figure, *said));
        }
    }
    let mut standing = Vec::new();
    for (rank, (figure, said)) in named.into_iter().take(6).enumerate() {
        let copies = if said.many { 3 + (dice.bits() % 3) as usize } else { 1 };
        // The first figure is what the picture is about.
        let main = if rank == 0 { 1.0 } else { 0.72 };
        let home =
            if rank == 0 { dice.pick(&[0.32, 0.38, 0.62, 0.68]) } else { dice.range(0.15, 0.85) };
        let flipped = home > 0.5;
        for copy in 0..copies {
            let spread =
                if copies == 1 { 0.0 } else { 0.62 * (copy as f32 / (copies - 1) as f32 - 0.5) };
            let depth = if copies == 1 { 0.5 } else { dice.unit() };
            let (foot, size) = footing(figure, plan, depth);
            let x = if copies == 1 { home } else { 0.5 + spread + dice.range(-0.06, 0.06) };
            let size = size * main * said.weight.clamp(0.7, 1.5);
            standing.push(Standing {
                figure,
                x,
                foot,
                size,
                colour: said.colour,
                flipped,
                seed: dice.bits(),
            });
        }
    }
    // The far ones first.
    standing.sort_by(|a, b| a.foot.total_cmp(&b.foot));
    standing
}

/// Whether a figure is drawn into the scene; flowers are part of meadows and vases.
fn is_drawn_apart(figure: Figure, place: Place) -> bool {
    match figure {
        Figure::Flower => !matches!(
            place,
            Place::Meadow | Place::Bouquet | Place::Field | Place::Hills | Place::Still
        ),
        Figure::Tree | Figure::Pine => !matches!(place, Place::Forest | Place::Birches),
        _ => true,
    }
}

/// Where a figure touches the ground and how tall it is; `depth` 0 is far, 1 near.
fn footing(figure: Figure, plan: &Plan, depth: f32) -> (f32, f32) {
    let (foot, size) = footing_on_land(figure, plan, depth);
    if plan.place != Place::Lake || !needs_land(figure) {
        (foot, size)
    } else if is_large(figure) {
        // On the far shore.
        (plan.horizon + 0.008, size * 0.6)
    } else {
        // On the near bank.
        (0.95 + 0.04 * depth, size)
    }
}

/// Cannot stand on water.
pub(in super::super) fn needs_land(figure: Figure) -> bool {
    use Figure::{Balloon, Bird, Boat, Bottle, Bridge, Fish, Lighthouse, Owl, Whale};
    !matches!(figure, Balloon | Bird | Boat | Bottle | Bridge | Fish | Lighthouse | Owl | Whale)
}

fn is_large(figure: Figure) -> bool {
    use Figure::{Castle, House, Palm, Pine, Tree, Windmill};
    matches!(figure, Castle | House | Palm | Pine | Tree | Windmill)
}

fn footing_on_land(figure: Figure, plan: &Plan, depth: f32) -> (f32, f32) {
    let ground = |near: f32| plan.horizon + (1.0 - plan.horizon) * near;
    let growth = 0.55 + 0.9 * depth;
    let (near, size) = match figure {
        Figure::Bird => return (plan.horizon * (0.3 + 0.4 * depth), 0.045 + 0.05 * depth),
        Figure::Balloon => return (plan.horizon * (0.5 + 0.38 * depth), 0.17 + 0.14 * depth),
        Figure::Owl => (0.72 + 0.2 * depth, 0.3),
        Figure::Whale => (0.3 + 0.3 * depth, 0.2),
        Figure::Fish => return (0.3 + 0.5 * depth, 0.1 * growth + 0.04),
        Figure::Boat => (0.14 + 0.36 * depth, 0.27 * growth),
        Figure::House => (0.16 + 0.3 * depth, 0.2 * growth),
        Figure::Castle => (0.1 + 0.1 * depth, 0.34),
        Figure::Lighthouse => (0.1 + 0.1 * depth, 0.42),
        Figure::Windmill => (0.12 + 0.2 * depth, 0.32 * growth),
        Figure::Bridge => (0.25, 0.2),
        Figure::Tree => (0.25 + 0.35 * depth, 0.46 * growth),
        Figure::Pine => (0.2 + 0.4 * depth, 0.42 * growth),
        Figure::Palm => (0.5 + 0.3 * depth, 0.5 * growth),
        Figure::Person => (0.45 + 0.3 * depth, 0.27 * growth),
        Figure::Horse | Figure::Deer => (0.5 + 0.3 * depth, 0.34 * growth),
        Figure::Fox | Figure::Cat | Figure::Dog => (0.62 + 0.28 * depth, 0.3 * growth + 0.02),
        Figure::Bottle => (0.86, 0.56),
        Figure::Flower => (0.98, 0.4 * growth),
    };
    (ground(near), size)
}
