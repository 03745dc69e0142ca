//! Days and moments in words, in the reader's own time zone.

use js_sys::{Date, Object, Reflect};
use wasm_bindgen::JsValue;
use wire::Millis;

use super::{language, t};
use crate::browser;

/// Milliseconds in a day.
const DAY_MS: Millis = 86_400_000;

/// A calendar day of the reader, counted from one long ago.
pub(crate) fn day(at: Millis) -> Millis {
    let offset = date(at).get_timezone_offset() as Millis;
    day_at(at, offset)
}

/// `Today`, `Yesterday`, `Thursday, 19 November`.
pub(crate) fn day_words(day: Millis) -> String {
    match self::day(browser::now()) - day {
        0 => t::day_today().into(),
        1 => t::day_yesterday().into(),
        // Noon is on the same day in every time zone that has it.
        _ => format(
            day * DAY_MS + DAY_MS / 2,
            &[("weekday", "long"), ("day", "numeric"), ("month", "long"), ("timeZone", "UTC")],
        ),
    }
}

/// `today, 18:42` or `19 November 2026, 18:42`.
pub(crate) fn moment(at: Millis) -> String {
    let time = format(at, &[("hour", "numeric"), ("minute", "2-digit")]);
    match day(browser::now()) - day(at) {
        0 => t::moment_today(time),
        1 => t::moment_yesterday(time),
        _ => {
            let date = format(at, &[("day", "numeric"), ("month", "long"), ("year", "numeric")]);
            t::moment_date(date, time)
        }
    }
}

/// `offset` is what the browser says: minutes that UTC is ahead.
fn day_at(at: Millis, offset: Millis) -> Millis {
    (at - offset * 60_000).div_euclid(DAY_MS)
}

fn date(at: Millis) -> Date {
    Date::new(&JsValue::from_f64(at as f64))
}

fn format(at: Millis, parts: &[(&str, &str)]) -> String {
    let options = Object::new();
    for (name, value) in parts {
        // A plain new object takes every property.
        let _ = Reflect::set(&options, &(*name).into(), &(*value).into());
    }
    date(at).to_locale_string(language(), &options).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_ends_at_the_readers_own_midnight() {
        let late = 20 * DAY_MS + 23 * 3_600_000;
        assert_eq!(day_at(late, 0), 20);
        // Berlin in winter is an hour ahead of UTC, New York five behind.
        assert_eq!(day_at(late, -60), 21);
        assert_eq!(day_at(21 * DAY_MS + 3_600_000, 300), 20);
    }
}
