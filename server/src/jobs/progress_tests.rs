use serde_json::json;

use super::*;

fn graph() -> Graph {
    let node = |class: &str| json!({ "class_type": class, "inputs": {} });
    let nodes = json!({
        "1": node("CheckpointLoaderSimple"), "2": node("CLIPTextEncode"),
        "3": node("KSampler"), "4": node("SaveImage"),
    });
    Graph::parse(&nodes).unwrap()
}

fn tracker() -> Tracker {
    Tracker::new(&graph(), &HashMap::new())
}

fn message(kind: &str, data: serde_json::Value) -> Message {
    let message = Message::from_parts(kind, data);
    assert!(!matches!(message, Message::Other { .. }), "{message:?}");
    message
}

fn executing(node: &str) -> Message {
    message("executing", json!({ "node": node, "display_node": node, "prompt_id": "p" }))
}

fn step(value: u32) -> Message {
    message("progress", json!({ "value": value, "max": 20, "prompt_id": "p", "node": "3" }))
}

fn state(node: &str, state: &str, value: u32) -> Message {
    let inner = json!({
        "value": value, "max": 20, "state": state, "node_id": node, "prompt_id": "p",
        "display_node_id": node, "parent_node_id": null, "real_node_id": node,
    });
    message("progress_state", json!({ "prompt_id": "p", "nodes": { node: inner } }))
}

#[test]
fn nodes_change_once_however_often_it_is_said() {
    let mut tracker = tracker();
    let now = Instant::now();
    let messages = [state("3", "running", 0), executing("3"), step(1), executing("3"), step(2)];
    let changed: Vec<_> = messages.iter().flat_map(|one| tracker.hear(one, now)).collect();
    assert_eq!(changed, [("3".to_owned(), NodeState::Running)]);
    let changed: Vec<_> = [state("3", "finished", 20), step(20)]
        .iter()
        .flat_map(|one| tracker.hear(one, now))
        .collect();
    assert_eq!(changed, [("3".to_owned(), NodeState::Done)]);
}

#[test]
fn a_result_that_was_there_already_stays_that() {
    let mut tracker = tracker();
    let now = Instant::now();
    let cached = json!({ "nodes": ["4"], "prompt_id": "p", "timestamp": 1 });
    tracker.hear(&message("execution_cached", cached), now);
    // Outputs are told of once more, also those that were not made again.
    assert_eq!(tracker.hear(&state("4", "finished", 1), now), []);
    assert_eq!(tracker.progress().nodes["4"].state, NodeState::Cached);
}

#[test]
fn without_snapshots_the_next_node_ends_the_one_before() {
    let mut tracker = tracker();
    let now = Instant::now();
    tracker.hear(&executing("1"), now);
    let changed = tracker.hear(&executing("2"), now);
    assert_eq!(changed, [("1".to_owned(), NodeState::Done), ("2".to_owned(), NodeState::Running)]);
}

#[test]
fn a_sampler_is_most_of_the_way() {
    let mut tracker = tracker();
    tracker.hear(&step(10), Instant::now());
    let fraction = tracker.progress().fraction;
    assert!((0.35..0.6).contains(&fraction), "{fraction}");
}

#[test]
fn the_figure_never_falls() {
    let mut tracker = tracker();
    let now = Instant::now();
    let mut last = 0.0;
    let messages =
        [executing("1"), step(10), step(2), executing("3"), step(0), step(12), executing("4")];
    for message in &messages {
        tracker.hear(message, now);
        let fraction = tracker.progress().fraction;
        assert!(fraction >= last, "{fraction} after {last} at {message:?}");
        last = fraction;
    }
}

#[test]
fn what_is_cached_weighs_nothing() {
    let mut tracker = tracker();
    let cached = json!({ "nodes": ["1", "2", "99"], "prompt_id": "p", "timestamp": 1 });
    let changed = tracker.hear(&message("execution_cached", cached), Instant::now());
    assert_eq!(changed.len(), 2, "a node that is not in the graph is passed over");
    assert!(tracker.progress().fraction < 0.001);
    tracker.hear(&state("3", "finished", 20), Instant::now());
    tracker.hear(&state("4", "finished", 1), Instant::now());
    assert!(tracker.progress().fraction > 0.999);
}

#[test]
fn the_time_left_is_told_once_it_was_learned() {
    let learned = HashMap::from([("3".to_owned(), 8_000.0), ("1".to_owned(), 0.0)]);
    let mut known = Tracker::new(&graph(), &learned);
    known.hear(&step(10), Instant::now());
    let left = known.progress().remaining_ms.unwrap();
    assert!((4_000..4_500).contains(&left), "{left}");
    assert_eq!(tracker().progress().remaining_ms, None);
}

#[test]
fn what_ran_is_measured() {
    let mut tracker = tracker();
    let start = Instant::now();
    tracker.hear(&executing("3"), start);
    tracker.hear(&executing("4"), start + Duration::from_millis(1_500));
    assert_eq!(tracker.took(), [("3".to_owned(), 1_500.0)]);
}

#[test]
fn parts_of_an_expanded_node_belong_to_the_node() {
    let mut tracker = tracker();
    let part = json!({
        "value": 1, "max": 1, "state": "finished", "node_id": "3.0.0.1", "prompt_id": "p",
        "display_node_id": "3", "parent_node_id": "3", "real_node_id": "3",
    });
    let parts = json!({ "prompt_id": "p", "nodes": { "3.0.0.1": part } });
    let changed = tracker.hear(&message("progress_state", parts), Instant::now());
    assert_eq!(changed, [("3".to_owned(), NodeState::Running)]);
}

#[test]
fn odd_numbers_harm_nobody() {
    let mut tracker = tracker();
    for (value, max) in [(-5.0, 20.0), (1e300, 20.0), (5.0, 1e300), (5.0, 0.0), (5.0, -1.0)] {
        let odd = json!({ "value": value, "max": max, "prompt_id": "p", "node": "3" });
        tracker.hear(&message("progress", odd), Instant::now());
        let fraction = tracker.progress().fraction;
        assert!((0.0..=1.0).contains(&fraction), "{fraction}");
    }
}
