//! The seed: empty is a new one each time, the dice fill in one for the next
//! run, and a typed, kept or reused one stays.

use serde_json::Value;

use super::{Change, object};

/// What stands in a seed field.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Seed {
    /// As typed.
    pub text: String,
    /// Whether it outlives the next run.
    pub kept: bool,
}

/// The text is not a whole number from 0 to 2⁶⁴−1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotASeed;

impl Seed {
    /// A seed to be used for every run.
    pub fn kept(number: u64) -> Self {
        Self { text: group_digits(number), kept: true }
    }

    /// The seed to submit: `None` asks the server for a new one.
    pub fn number(&self) -> Result<Option<u64>, NotASeed> {
        let plain: String =
            self.text.chars().filter(|c| !c.is_whitespace() && !matches!(c, ',' | '_')).collect();
        if plain.is_empty() {
            return Ok(None);
        }
        plain.parse().map(Some).map_err(|_| NotASeed)
    }

    pub(super) fn apply(&mut self, change: Change) {
        match change {
            // Someone who types a seed means it; empty has nothing to keep.
            Change::Text(text) => *self = Self { kept: !text.trim().is_empty(), text },
            Change::Draw(number) => *self = Self { text: group_digits(number), kept: self.kept },
            Change::Keep(number) => *self = Self::kept(number),
            Change::Free => *self = Self::default(),
            _ => (),
        }
    }

    /// A job was made with it.
    pub(super) fn used(&mut self) {
        if !self.kept {
            self.text.clear();
        }
    }

    pub(super) fn draft(&self) -> Value {
        object([("text", self.text.as_str().into()), ("kept", self.kept.into())])
    }

    pub(super) fn from_draft(value: &Value) -> Option<Self> {
        let text = value.get("text")?.as_str()?.to_owned();
        Some(Self { text, kept: value.get("kept")?.as_bool()? })
    }
}

/// `718 204 559 013`: groups of three, to be read aloud and compared.
pub fn group_digits(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::with_capacity(digits.len() * 4 / 3 + 1);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(' ');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_grouped_from_the_right() {
        assert_eq!(group_digits(0), "0");
        assert_eq!(group_digits(1_234), "1 234");
        assert_eq!(group_digits(718_204_559_013), "718 204 559 013");
    }

    #[test]
    fn a_grouped_seed_is_the_same_number() {
        assert_eq!(Seed::kept(u64::MAX).number(), Ok(Some(u64::MAX)));
    }

    #[test]
    fn an_empty_seed_asks_for_a_new_one_and_words_are_refused() {
        assert_eq!(Seed::default().number(), Ok(None));
        for text in ["-1", "1.5", "abc", "99999999999999999999"] {
            let seed = Seed { text: text.into(), kept: false };
            assert_eq!(seed.number(), Err(NotASeed), "{text}");
        }
    }

    #[test]
    fn the_dice_are_for_one_run_and_a_typed_seed_stays() {
        let mut seed = Seed::default();
        seed.apply(Change::Draw(7));
        seed.used();
        assert_eq!(seed.number(), Ok(None));
        seed.apply(Change::Text("8".into()));
        seed.used();
        assert_eq!(seed.number(), Ok(Some(8)));
    }
}
