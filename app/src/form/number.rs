//! Numbers as people type them.

use serde_json::{Number, Value};
use wire::{FieldKind, text::shown};

use super::Wrong;

/// More steps than this and a slider is no help: a pixel would be many of them.
const MOST_SLIDER_STEPS: f64 = 2_000.0;

/// The number in `text`: spaces do not count, a comma is a point.
pub fn parse_number(text: &str) -> Option<f64> {
    let plain: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    wire::text::decimal(&plain.replace(',', "."))
}

fn parse_whole(text: &str) -> Option<i64> {
    let plain: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    plain.parse().ok()
}

/// The number as the server wants it; `None` while it is none.
pub(super) fn value(kind: &FieldKind, text: &str) -> Option<Value> {
    match kind {
        FieldKind::Integer { .. } => parse_whole(text).map(Value::from),
        _ => parse_number(text).and_then(Number::from_f64).map(Value::Number),
    }
}

pub(super) fn check(kind: &FieldKind, text: &str) -> Option<Wrong> {
    let (in_range, min, max) = match *kind {
        FieldKind::Integer { min, max, .. } => match parse_whole(text) {
            Some(n) => ((min..=max).contains(&n), min.to_string(), max.to_string()),
            None if parse_number(text).is_some() => return Some(Wrong::NotWhole),
            None => return Some(Wrong::NotANumber),
        },
        FieldKind::Number { min, max, .. } => match parse_number(text) {
            Some(n) => ((min..=max).contains(&n), shown(min), shown(max)),
            None => return Some(Wrong::NotANumber),
        },
        _ => return None,
    };
    (!in_range).then_some(Wrong::OutOfRange { min, max })
}

/// Whether a slider from `min` to `max` is of any use.
pub fn slides(min: f64, max: f64, step: f64) -> bool {
    max > min && step > 0.0 && (max - min) / step <= MOST_SLIDER_STEPS
}

/// The number `steps` steps further on the grid that starts at `min`, within
/// the limits, as text with no more decimals than the step has.
pub fn nudge(text: &str, (min, max, step): (f64, f64, f64), steps: i32) -> Option<String> {
    let grid = ((parse_number(text)? - min) / step).round() + f64::from(steps);
    let next = (min + grid * step).clamp(min, max);
    Some(shown(round(next, decimals(step).max(decimals(min)))))
}

/// How many decimals it takes to write `n`.
fn decimals(n: f64) -> usize {
    shown(n).split_once('.').map_or(0, |(_, fraction)| fraction.len())
}

fn round(n: f64, decimals: usize) -> f64 {
    let scale = 10_f64.powi(decimals as i32);
    (n * scale).round() / scale
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spaces_and_commas_are_understood() {
        assert_eq!(parse_number(" 1 000,5 "), Some(1000.5));
        assert_eq!(parse_number("-0.25"), Some(-0.25));
    }

    #[test]
    fn words_and_infinities_are_no_numbers() {
        for text in ["", "ten", "nan", "inf", "1e999", "1.2.3"] {
            assert_eq!(parse_number(text), None, "{text}");
        }
    }

    #[test]
    fn a_nudge_lands_on_the_grid_without_stray_decimals() {
        let limits = (0.0, 1.0, 0.05);
        assert_eq!(nudge("0.1", limits, 1).as_deref(), Some("0.15"));
        assert_eq!(nudge("0.62", limits, 1).as_deref(), Some("0.65"));
        assert_eq!(nudge("1", limits, 1).as_deref(), Some("1"));
        assert_eq!(nudge("0.7", limits, -100).as_deref(), Some("0"));
    }

    #[test]
    fn a_slider_of_a_billion_steps_is_not_offered() {
        assert!(slides(0.0, 1.0, 0.01));
        assert!(!slides(0.0, 1e9, 1.0));
        assert!(!slides(1.0, 1.0, 1.0));
        assert!(!slides(0.0, 1.0, 0.0));
    }
}
