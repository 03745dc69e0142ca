//! Times in words.

use wire::Millis;

use super::t;

/// A stretch of time the way one says it: `9.4 s`, `48 s`, `3 min`.
pub(crate) fn time(milliseconds: Millis) -> String {
    let tenths = milliseconds.max(0) / 100;
    if tenths < 100 {
        return t::time_seconds(format_args!("{}.{}", tenths / 10, tenths % 10));
    }
    let seconds = (tenths + 5) / 10;
    match (seconds / 3600, seconds / 60 % 60, seconds % 60) {
        (0, 0, seconds) => t::time_seconds(seconds),
        (0, minutes, 0) => t::time_minutes(minutes),
        (0, minutes, seconds) => t::time_minutes_seconds(minutes, seconds),
        (hours, minutes, _) => t::time_hours(hours, minutes),
    }
}

/// The same for a guess, which has no tenths and is never nothing: `10 s`, `1 min`.
pub(crate) fn rough_time(milliseconds: Millis) -> String {
    let seconds = ((milliseconds + 999) / 1000).max(1);
    if seconds < 60 { t::time_seconds(seconds) } else { t::time_minutes((seconds + 30) / 60) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_as_fine_as_it_is_useful() {
        let said: Vec<String> = [0, 9_440, 48_200, 180_000, 95_000, 3_720_000].map(time).into();
        assert_eq!(said, ["0.0 s", "9.4 s", "48 s", "3 min", "1 min 35 s", "1 h 2 min"]);
    }

    #[test]
    fn a_guess_is_whole_and_never_zero() {
        let said: Vec<String> = [-5, 0, 6_200, 59_400, 100_000].map(rough_time).into();
        assert_eq!(said, ["1 s", "1 s", "7 s", "1 min", "2 min"]);
    }
}
