//! Where a job stands, in words.

use crate::{
    i18n::{
        t,
        words::{rough_time, time},
    },
    state::stage::{Phase, Step},
};

/// What stands below the picture.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Telling {
    /// The large number, and what it counts.
    pub(super) figure: Option<(String, &'static str)>,
    pub(super) title: String,
    pub(super) line: String,
    /// The time that is left.
    pub(super) left: Option<Left>,
}

/// The time that is left, in the words of a wide and of a narrow screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Left {
    pub(super) wide: String,
    pub(super) narrow: String,
}

/// What a person can do about a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Controls {
    /// Stop what runs.
    Stop,
    /// Leave the queue.
    Leave,
    /// Make another, keep this one.
    Again,
    /// Send it once more.
    Retry,
    None,
}

impl Controls {
    pub(super) fn of(phase: &Phase) -> Self {
        match phase {
            Phase::Queued { .. } | Phase::Waiting { .. } => Self::Leave,
            Phase::Starting | Phase::Running { .. } => Self::Stop,
            Phase::Ready { .. } => Self::Again,
            Phase::Stopped | Phase::Expired => Self::Retry,
            // The note about a failure brings its own.
            Phase::Failed | Phase::Stopping => Self::None,
        }
    }
}

impl Telling {
    pub(super) fn of(phase: &Phase) -> Self {
        let said = |title: &str, line: &str| Self {
            title: title.to_owned(),
            line: line.to_owned(),
            ..Self::default()
        };
        match phase {
            Phase::Queued { before, starts_in } => Self {
                figure: (*before > 0).then(|| (before.to_string(), t::queue_before())),
                line: starts_in.map_or_else(
                    || t::queue_starts_soon().to_owned(),
                    |time| t::queue_starts_in(rough_time(time)),
                ),
                ..said(if *before > 0 { t::queue_title() } else { t::queue_next() }, "")
            },
            Phase::Waiting { reason } => {
                said(t::waiting_title(), reason.as_deref().unwrap_or(t::waiting_why()))
            }
            Phase::Starting => said(t::starting_title(), t::starting_why()),
            Phase::Running { percent, node, remaining } => Self {
                figure: Some((percent.to_string(), "%")),
                line: node.as_ref().map(step).unwrap_or_default(),
                left: remaining.map(|left| {
                    let time = rough_time(left);
                    Left { wide: t::left_about(&time), narrow: t::left_short(&time) }
                }),
                ..said(t::painting_title(), "")
            },
            Phase::Stopping => said(t::stopping_title(), t::stopping_why()),
            Phase::Ready { took } => {
                let took = took.map(|took| t::ready_took(time(took))).unwrap_or_default();
                said(t::ready_title(), &took)
            }
            Phase::Stopped => said(t::stopped_title(), t::stopped_why()),
            Phase::Expired => said(t::expired_title(), t::expired_why()),
            Phase::Failed => Self::default(),
        }
    }
}

fn step(step: &Step) -> String {
    match step.count {
        Some((value, max)) => t::node_step(&step.title, value, max),
        None => step.title.clone(),
    }
}

/// What a screen reader hears; changes only when that is worth interrupting for.
pub(super) fn spoken(phase: &Phase) -> String {
    match phase {
        Phase::Queued { before, .. } => t::queue_spoken(u64::from(*before)),
        // Quarters: 20 steps would be 20 sentences.
        Phase::Running { percent, .. } if *percent >= 25 => t::left_spoken(percent / 25 * 25),
        Phase::Running { .. } => t::painting_title().to_owned(),
        Phase::Ready { .. } => t::ready_spoken().to_owned(),
        Phase::Failed => t::failed_spoken().to_owned(),
        other => Telling::of(other).title,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn running(percent: u32) -> Phase {
        let node = Step { title: "KSampler".into(), count: Some((12, 20)) };
        Phase::Running { percent, node: Some(node), remaining: Some(6_400) }
    }

    #[test]
    fn a_run_says_how_far_it_is_and_how_long_it_takes() {
        let telling = Telling::of(&running(62));
        assert_eq!(telling.figure, Some(("62".into(), "%")));
        assert_eq!(telling.line, "KSampler · step 12 of 20");
        assert_eq!(telling.left.unwrap().wide, "about 7 s left");
    }

    #[test]
    fn the_first_in_the_queue_is_next() {
        let telling = Telling::of(&Phase::Queued { before: 0, starts_in: None });
        assert_eq!((telling.figure, telling.title.as_str()), (None, "You are next"));
        let telling = Telling::of(&Phase::Queued { before: 2, starts_in: Some(25_000) });
        assert_eq!(telling.figure, Some(("2".into(), "before you")));
        assert_eq!(telling.line, "starts in about 25 s");
    }

    #[test]
    fn a_run_is_spoken_of_in_quarters() {
        let said: Vec<String> = [3, 24, 26, 49, 62, 99].map(|p| spoken(&running(p))).into();
        let expected =
            ["At work", "At work", "25 percent", "25 percent", "50 percent", "75 percent"];
        assert_eq!(said, expected);
    }
}
