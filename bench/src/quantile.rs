//! Of many times, the middle one and the worst but one in a hundred.

use std::time::Duration;

/// Measured times.
#[derive(Debug, Default)]
pub struct Times(Vec<Duration>);

impl Times {
    pub fn push(&mut self, time: Duration) {
        self.0.push(time);
    }

    pub fn count(&self) -> usize {
        self.0.len()
    }

    pub fn append(&mut self, mut other: Self) {
        self.0.append(&mut other.0);
    }

    /// The time that `share` (0 to 1) of all do not exceed, in milliseconds; 0 when there are none.
    pub fn millis(&mut self, share: f64) -> f64 {
        self.0.sort_unstable();
        let last = self.0.len().saturating_sub(1);
        let at = (last as f64 * share).round() as usize;
        self.0.get(at).map_or(0.0, |time| time.as_secs_f64() * 1e3)
    }
}

/// The middle one of some figures; 0 when there are none.
pub fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_unstable_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_and_the_tail_are_found() {
        let mut times = Times::default();
        (0..=100).rev().for_each(|ms| times.push(Duration::from_millis(ms)));
        assert!((times.millis(0.5) - 50.0).abs() < 1e-9);
        assert!((times.millis(0.99) - 99.0).abs() < 1e-9);
        assert!(Times::default().millis(0.5).abs() < 1e-9);
    }
}
