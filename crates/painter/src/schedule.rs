//! What each step shows: noise and large shapes first, then strokes that grow longer.

use super::math::{exp, pow, smooth};

/// How a step is painted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Look {
    /// Large shapes under noise, in blocks of `cell` pixels (for a picture of 512), softened by `blur` blocks.
    Sketch { cell: f32, blur: f32, noise: f32 },
    /// Strokes of `reach` times their full length (0 to 1). The `last` step is painted in full size.
    Strokes { reach: f32, noise: f32, last: bool },
}

impl Look {
    /// The look after `done` of `steps` steps.
    pub(super) fn at(done: u32, steps: u32) -> Self {
        let progress = done as f32 / steps.max(1) as f32;
        // Few steps do not get all the way.
        let finish = (1.06 - 0.8 * exp(-(steps as f32) / 5.0)).min(1.0);
        let clarity = pow(progress, 0.85) * finish;
        let noise = pow((1.0 - clarity / 0.98).max(0.0), 2.3) * 0.62;
        if clarity < 0.6 {
            let cell = if clarity < 0.36 { 8.0 } else { 4.0 };
            Self::Sketch { cell, blur: 1.6 * (1.0 - clarity), noise }
        } else {
            let reach = smooth(0.45, 1.0, clarity);
            Self::Strokes { reach, noise: noise * 0.8, last: done == steps }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noise(look: Look) -> f32 {
        match look {
            Look::Sketch { noise, .. } | Look::Strokes { noise, .. } => noise,
        }
    }

    #[test]
    fn every_step_is_clearer_than_the_one_before() {
        for steps in [2, 4, 20, 50] {
            for done in 1..=steps {
                assert!(
                    noise(Look::at(done, steps)) <= noise(Look::at(done - 1, steps)),
                    "{done} of {steps}"
                );
            }
        }
    }

    #[test]
    fn many_steps_finish_and_few_do_not() {
        assert_eq!(Look::at(20, 20), Look::Strokes { reach: 1.0, noise: 0.0, last: true });
        assert!(noise(Look::at(1, 1)) > 0.1);
    }
}
