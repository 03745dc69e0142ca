//! How far a job is, on one line.

use wire::{Progress, Workflow};

/// Places of the bar.
const PLACES: usize = 24;

/// `████████────────────────  33 %  KSampler  4 s left`
pub(super) fn line(workflow: &Workflow, progress: &Progress) -> String {
    let share = progress.fraction.clamp(0.0, 1.0);
    let done = (share * PLACES as f32).round() as usize;
    let node = progress.node.as_ref();
    let titled = node.and_then(|id| workflow.nodes.iter().find(|node| node.id == *id));
    let title = titled.map_or(String::new(), |node| format!("  {}", printable(&node.title)));
    let left = progress.remaining_ms.map(|ms| format!("  {} s left", (ms + 500) / 1000));
    let (full, empty) = ("█".repeat(done), "─".repeat(PLACES - done));
    format!("{full}{empty} {:3.0} %{title}{}", share * 100.0, left.unwrap_or_default())
}

/// A title is the host's: it moves no cursor here.
fn printable(title: &str) -> String {
    title.chars().filter(|c| !c.is_control()).collect()
}

#[cfg(test)]
mod tests {
    use wire::NodeInfo;

    use super::*;

    #[test]
    fn the_bar_says_how_far_where_and_how_long() {
        let node = NodeInfo { id: "3".into(), title: "Sam\u{1b}[2Jpler".into(), class: "K".into() };
        let workflow = Workflow { nodes: vec![node], ..super::super::values::tests::workflow() };
        let progress = Progress {
            fraction: 0.5,
            node: Some("3".into()),
            remaining_ms: Some(3_600),
            ..Progress::default()
        };
        let told = line(&workflow, &progress);
        assert_eq!(
            told,
            format!("{}{}  50 %  Sam[2Jpler  4 s left", "█".repeat(12), "─".repeat(12))
        );
    }
}
