//! Two servers that take turns, so that whatever else the machine does disturbs both.

use crate::quantile::median;

/// How often each is asked.
pub const ROUNDS: usize = 5;

/// What was measured of ours and of the other, round by round.
#[derive(Debug, Default)]
pub struct Beside {
    pub ours: Vec<f64>,
    pub theirs: Vec<f64>,
}

impl Beside {
    /// How many times theirs ours is, in the median of the rounds.
    pub fn ratio(&self) -> f64 {
        median(self.ours.iter().zip(&self.theirs).map(|(ours, theirs)| ours / theirs).collect())
    }

    /// The medians of both.
    pub fn medians(&self) -> (f64, f64) {
        (median(self.ours.clone()), median(self.theirs.clone()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_round_that_was_disturbed_is_not_what_is_told() {
        let both = Beside { ours: vec![10.0, 20.0, 3.0], theirs: vec![1.0, 2.0, 3.0] };
        assert!((both.ratio() - 10.0).abs() < 1e-9);
        assert_eq!(both.medians(), (10.0, 2.0));
    }
}
