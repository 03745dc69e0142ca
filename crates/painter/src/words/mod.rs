//! What a prompt says: its words as ideas that can be painted.
//!
//! Colour words hold on to the noun they stand before ("a red boat on a blue sea"); what is left over colours the whole
//! picture. Words that mean nothing here are kept as one number, so that they still change the picture.

mod idea;
mod lexicon;

use super::dice::{hash, mix};
pub(super) use idea::{Figure, Hour, Idea, Medium, Mood, Place, Season};
use std::collections::BTreeMap;

/// Prompts may be very long; what matters stands at the beginning.
const MAX_WORDS: usize = 400;

/// Everything a prompt says.
#[derive(Debug, Clone, Default)]
pub(super) struct Reading {
    /// In the order of the prompt.
    pub(super) said: Vec<Said>,
    /// A number for the words that mean nothing here; 0 when there are none.
    pub(super) strange: u64,
}

/// One idea of a prompt.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Said {
    pub(super) idea: Idea,
    /// 1, or what `(word:1.3)` says.
    pub(super) weight: f32,
    /// The word was a plural.
    pub(super) many: bool,
    /// The colour, `0xRRGGBB`, that stands before the word.
    pub(super) colour: Option<u32>,
}

impl Reading {
    /// Reads `prompt`. Never fails: what is not understood is [`Reading::strange`].
    pub(super) fn of(prompt: &str) -> Self {
        let lexicon: BTreeMap<&str, &[Idea]> = lexicon::entries().collect();
        let words = weighted_words(prompt);
        let mut reading = Self::default();
        let mut colour: Option<(u32, f32)> = None;
        let mut denied = false;
        let mut i = 0;
        while i < words.len() {
            let (taken, many, ideas) = look_up(&lexicon, &words[i..]);
            let weight = words[i].weight;
            i += taken;
            let Some(ideas) = ideas else {
                match words[i - 1].text.as_str() {
                    "no" | "without" => denied = true,
                    "," => (colour, denied) = (reading.spread(colour), false),
                    text if lexicon::means_nothing(text) => (),
                    text => reading.strange = mix(reading.strange ^ hash(text)),
                }
                continue;
            };
            if std::mem::take(&mut denied) {
                continue;
            }
            for &idea in ideas {
                if let Idea::Colour(code) = idea {
                    reading.spread(colour);
                    colour = Some((code, weight));
                } else {
                    let own = if idea.takes_colour() {
                        colour.take().map(|(code, _)| code)
                    } else {
                        None
                    };
                    reading.said.push(Said { idea, weight, many, colour: own });
                }
            }
        }
        reading.spread(colour);
        reading
    }

    /// Gives a colour that found no noun to the whole picture.
    fn spread(&mut self, colour: Option<(u32, f32)>) -> Option<(u32, f32)> {
        if let Some((code, weight)) = colour {
            self.said.push(Said { idea: Idea::Colour(code), weight, many: false, colour: None });
        }
        None
    }

    /// The first mention of `idea`.
    pub(super) fn find(&self, idea: Idea) -> Option<&Said> {
        self.said.iter().find(|said| said.idea == idea)
    }

    /// Whether `idea` is mentioned.
    pub(super) fn has(&self, idea: Idea) -> bool {
        self.find(idea).is_some()
    }

    /// This reading without everything `other` mentions.
    pub(super) fn without(mut self, other: &Self) -> Self {
        self.said.retain(|said| !other.has(said.idea));
        self
    }
}

struct Word {
    text: String,
    weight: f32,
}

/// Lower-case words with the weight that `(brackets)` and `(brackets:1.3)` give them; a comma is a word.
fn weighted_words(prompt: &str) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    let mut open: Vec<usize> = Vec::new();
    let mut rest = prompt;
    while let Some(c) = rest.chars().next().filter(|_| words.len() < MAX_WORDS) {
        let inside = |c: char| c.is_alphanumeric() || c == '\'' || c == '’';
        let end = if c == ':' {
            // The number after a colon is a weight.
            rest[1..]
                .find(|c: char| !(c.is_ascii_digit() || c == '.'))
                .map_or(rest.len(), |n| n + 1)
        } else if inside(c) {
            rest.find(|c| !inside(c)).unwrap_or(rest.len())
        } else {
            c.len_utf8()
        };
        let token = &rest[..end];
        rest = &rest[end..];
        match c {
            '(' => open.push(words.len()),
            ')' => multiply(&mut words, open.pop(), 1.1),
            ':' => {
                if let Ok(weight) = token[1..].parse::<f32>() {
                    multiply(&mut words, open.last().copied(), weight.clamp(0.0, 3.0) / 1.1);
                }
            }
            ',' | '.' | ';' | '\n' => words.push(Word { text: ",".into(), weight: 1.0 }),
            c if inside(c) => words.push(Word { text: token.to_lowercase(), weight: 1.0 }),
            _ => (),
        }
    }
    words
}

fn multiply(words: &mut [Word], from: Option<usize>, by: f32) {
    for word in words.iter_mut().skip(from.unwrap_or(usize::MAX)) {
        word.weight *= by;
    }
}

/// How many words the longest known phrase at the start of `words` has, whether it is a plural, and what it means.
fn look_up<'a>(
    lexicon: &BTreeMap<&str, &'a [Idea]>,
    words: &[Word],
) -> (usize, bool, Option<&'a [Idea]>) {
    for count in (1..=3.min(words.len())).rev() {
        let phrase = words[..count].iter().map(|w| w.text.as_str()).collect::<Vec<_>>().join("_");
        if let Some(ideas) = lexicon.get(phrase.as_str()) {
            let plural = stems(&phrase)
                .any(|(stem, many)| many && lexicon.get(stem.as_str()) == Some(ideas));
            return (count, plural, Some(ideas));
        }
        if let Some((ideas, many)) =
            stems(&phrase).find_map(|(stem, many)| Some((*lexicon.get(stem.as_str())?, many)))
        {
            return (count, many, Some(ideas));
        }
    }
    (1, false, None)
}

/// What `word` may be a form of, and whether that form is a plural.
fn stems(word: &str) -> impl Iterator<Item = (String, bool)> {
    let cut = |ending: &str, instead: &str| {
        word.strip_suffix(ending).map(|stem| format!("{stem}{instead}"))
    };
    [
        (cut("s", ""), true),
        (cut("es", ""), true),
        (cut("ies", "y"), true),
        (cut("ves", "f"), true),
        (cut("y", ""), false),
        (cut("gy", ""), false),
        (cut("ny", ""), false),
        (cut("en", ""), false),
        (cut("ing", ""), false),
        (cut("ed", ""), false),
        (cut("'s", ""), false),
    ]
    .into_iter()
    .filter_map(|(stem, many)| Some((stem?, many)))
    .filter(|(stem, _)| stem.len() > 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ideas(prompt: &str) -> Vec<Idea> {
        Reading::of(prompt).said.iter().map(|said| said.idea).collect()
    }

    #[test]
    fn phrases_are_read_before_words() {
        assert!(ideas("northern lights over a frozen lake").starts_with(&[Idea::Aurora]));
    }

    #[test]
    fn a_colour_belongs_to_the_noun_after_it() {
        let reading = Reading::of("a red boat on the blue sea");
        assert_eq!(reading.find(Idea::Figure(Figure::Boat)).unwrap().colour, Some(0xc8_2f28));
        assert!(reading.find(Idea::Place(Place::Sea)).unwrap().colour.is_some());
        assert!(!reading.said.iter().any(|said| matches!(said.idea, Idea::Colour(_))));
    }

    #[test]
    fn a_colour_without_a_noun_is_for_everything() {
        assert!(matches!(
            ideas("teal, mountains")[..],
            [Idea::Colour(_), Idea::Place(Place::Mountains)]
        ));
    }

    #[test]
    fn plurals_and_brackets_are_understood() {
        let reading = Reading::of("(foxes:1.5), mountains");
        let fox = reading.find(Idea::Figure(Figure::Fox)).unwrap();
        assert!(fox.many && (fox.weight - 1.5).abs() < 0.01);
    }

    #[test]
    fn what_is_denied_is_not_said() {
        assert!(!Reading::of("a sea without clouds").has(Idea::Clouds));
    }

    #[test]
    fn unknown_words_are_one_number() {
        assert_ne!(Reading::of("zorble").strange, Reading::of("quux").strange);
        assert_eq!(Reading::of("the a of").strange, 0);
    }
}
