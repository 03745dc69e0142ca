//! Times and amounts in words.

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

/// A length as players show it: `0:04`, `1:02:03`.
pub(crate) fn clock(seconds: f64) -> String {
    let seconds = seconds.max(0.0).round() as u64;
    match (seconds / 3600, seconds / 60 % 60, seconds % 60) {
        (0, minutes, seconds) => format!("{minutes}:{seconds:02}"),
        (hours, minutes, seconds) => format!("{hours}:{minutes:02}:{seconds:02}"),
    }
}

/// How large a file is: `640 B`, `66 kB`, `1.9 MB`.
pub(crate) fn bytes(bytes: f64) -> String {
    let tenths = |unit: f64| {
        let tenths = (bytes / unit * 10.0).round() as u64;
        // A tenth says nothing beside a hundred.
        if tenths.is_multiple_of(10) || tenths >= 1000 {
            (tenths / 10).to_string()
        } else {
            format!("{}.{}", tenths / 10, tenths % 10)
        }
    };
    match bytes {
        ..1e3 => t::bytes_b(bytes as u64),
        ..1e6 => t::bytes_kb((bytes / 1e3).round() as u64),
        ..1e9 => t::bytes_mb(tenths(1e6)),
        _ => t::bytes_gb(tenths(1e9)),
    }
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

    #[test]
    fn a_file_is_as_large_as_one_would_say() {
        let said: Vec<String> =
            [0.0, 640.0, 66_123.0, 1.9e6, 20e6, 123.4e6, 2.54e9].map(bytes).into();
        assert_eq!(said, ["0 B", "640 B", "66 kB", "1.9 MB", "20 MB", "123 MB", "2.5 GB"]);
    }

    #[test]
    fn a_length_is_written_as_on_a_player() {
        assert_eq!([4.0, 61.6, 3_723.0].map(clock), ["0:04", "1:02", "1:02:03"]);
    }
}
