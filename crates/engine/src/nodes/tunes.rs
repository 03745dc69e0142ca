//! Sounds made up from a number: slow notes of a scale in which none clashes with another.

use std::f32::consts::TAU;

use super::Sound;

/// Samples a second.
const RATE: u32 = 44_100;

/// Seconds of one note.
const NOTE: f32 = 0.4;

/// The notes, in halftones above the lowest.
const SCALE: [u8; 8] = [0, 2, 4, 7, 9, 12, 14, 16];

/// The lowest, in hertz.
const LOWEST: f32 = 220.0;

/// How loud it is, of what 16 bits hold.
const VOLUME: f32 = 0.2 * i16::MAX as f32;

/// Equal numbers are equal tunes.
pub(super) fn play(tune: u64, seconds: f32) -> Sound {
    let length = (NOTE * RATE as f32) as u64;
    let sample = |at: u64| {
        // Any note follows any other: the number is turned for each.
        let turned =
            tune.rotate_left((at / length * 11 % 64) as u32).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let halftones = f32::from(SCALE[(turned >> 61) as usize]);
        let time = (at % length) as f32 / RATE as f32;
        let fading = (1.0 - time / NOTE) * (time / 0.01).min(1.0);
        ((time * LOWEST * (halftones / 12.0).exp2() * TAU).sin() * fading * VOLUME) as i16
    };
    let samples = (0..(seconds * RATE as f32) as u64).map(sample);
    Sound { rate: RATE, channels: 2, samples: samples.flat_map(|level| [level; 2]).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tune_is_heard_lasts_as_long_as_asked_and_differs_from_another() {
        let one = play(7, 1.5);
        assert!((one.seconds() - 1.5).abs() < 0.01);
        assert!(one.samples.iter().any(|level| level.unsigned_abs() > 1000));
        assert_eq!(one, play(7, 1.5));
        assert_ne!(one, play(8, 1.5));
    }
}
