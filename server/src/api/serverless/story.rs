//! Everything that was said of a job so far, in ComfyUI's words and order: told anew, of what is kept.
//! ComfyUI protocol notes §4.3.
//!
//! How far a node got is told once, as far as it got; all else is told as it was when it happened.

use comfy::message::{Executed, Executing, NodeProgress, NodeState as Is, Progress, Status};
use comfy::{Message, NodeId};
use indexmap::IndexMap;
use serde_json::Value;
use wire::{Event, Job, JobId, Millis, NodeState};

use crate::api::native::shown;
use crate::db::NativeJob;
use crate::events::ending;

/// The messages of a job: of its numbered events, and of what was kept of its run.
pub(super) fn messages(
    job: &Job,
    events: &[(u64, Event)],
    kept: Option<&NativeJob>,
) -> Vec<Message> {
    let mut story = Story {
        job,
        kept,
        outputs: kept.map(shown).unwrap_or_default(),
        last: events.iter().rposition(|(_, event)| matches!(event, Event::Started { .. })),
        nodes: IndexMap::new(),
        said: Vec::new(),
    };
    for (place, (_, event)) in events.iter().enumerate() {
        story.hear(event, (place, &events[place + 1..]));
    }
    story.said
}

/// What comes last of every run, whatever became of it.
pub(super) fn closing(job: JobId, unfinished: u64) -> [Message; 2] {
    let over = Executing { node: None, display_node: None, prompt_id: Some(job.to_string()) };
    [Message::Status(Status::of(unfinished)), Message::Executing(over)]
}

struct Story<'a> {
    job: &'a Job,
    kept: Option<&'a NativeJob>,
    /// What each node showed, and was not told yet.
    outputs: IndexMap<NodeId, Value>,
    /// Where the attempt begins of which something is kept.
    last: Option<usize>,
    /// Every node touched so far.
    nodes: IndexMap<NodeId, NodeProgress>,
    said: Vec<Message>,
}

impl Story<'_> {
    fn hear(&mut self, event: &Event, (place, rest): (usize, &[(u64, Event)])) {
        match event {
            Event::Queued { .. } => self.said.push(Message::Status(Status::of(1))),
            Event::Started { at, .. } => self.start(*at, (self.last == Some(place), rest)),
            Event::Node { node, state: NodeState::Running } => self.run(&node.as_str().into()),
            Event::Node { node, state: NodeState::Done } => self.finish(&node.as_str().into()),
            Event::Finished { at, status, failure, .. } => {
                for node in self.outputs.keys().cloned().collect::<Vec<_>>() {
                    self.show(&node);
                }
                let said = self.kept.and_then(|kept| kept.account.as_ref()?.ended.as_ref());
                let about = (self.job.id, *at);
                self.said.push(ending(about, (*status, failure.as_ref()), said));
                self.said.extend(closing(self.job.id, 0));
            }
            // Cached nodes are told all at once, at the start.
            Event::Node { .. }
            | Event::Output { .. }
            | Event::Waiting { .. }
            | Event::Canceling { .. } => (),
        }
    }

    /// A backend has it, and says what it need not run again.
    fn start(&mut self, at: Millis, (is_last, rest): (bool, &[(u64, Event)])) {
        let attempt = rest.iter().map_while(|(_, event)| match event {
            Event::Started { .. } => None,
            event => Some(event),
        });
        let cached: Vec<NodeId> = attempt
            .filter_map(|event| match event {
                Event::Node { node, state: NodeState::Cached } => Some(node.as_str().into()),
                _ => None,
            })
            .collect();
        self.nodes.clear();
        self.said.push(Message::Status(Status::of(1)));
        let account = self.kept.and_then(|kept| kept.account.as_ref()).filter(|_| is_last);
        let began = account.map(|account| account.began.clone()).filter(|began| began.len() > 1);
        self.said.extend(began.unwrap_or_else(|| {
            let prompt_id = self.job.id.to_string();
            let (id, nodes) = (prompt_id.clone(), cached.clone());
            vec![
                Message::ExecutionStart { prompt_id, timestamp: at },
                Message::ExecutionCached { nodes, prompt_id: id, timestamp: at },
            ]
        }));
        // What a cached node showed before is shown again.
        for node in cached {
            if self.outputs.contains_key(&node) {
                self.finish(&node);
            }
        }
    }

    fn run(&mut self, node: &NodeId) {
        self.touch(node, Is::Running);
        let prompt_id = self.job.id.to_string();
        self.said.push(Message::Executing(Executing {
            node: Some(node.clone()),
            display_node: Some(node.clone()),
            prompt_id: Some(prompt_id.clone()),
        }));
        let reached = self.job.progress.as_ref().and_then(|all| all.nodes.get(node.as_str()));
        if let Some(reached) = reached.filter(|reached| reached.max > 0) {
            let (value, max) = (reached.value.into(), reached.max.into());
            let progress = Progress { value, max, prompt_id, node: node.clone() };
            self.said.push(Message::Progress(progress));
        }
    }

    fn finish(&mut self, node: &NodeId) {
        self.show(node);
        self.touch(node, Is::Finished);
    }

    fn show(&mut self, node: &NodeId) {
        if let Some(output) = self.outputs.shift_remove(node) {
            self.said.push(Message::Executed(Executed {
                node: node.clone(),
                display_node: Some(node.clone()),
                output,
                prompt_id: self.job.id.to_string(),
            }));
        }
    }

    /// A node changed its state: with it all are told.
    fn touch(&mut self, node: &NodeId, state: Is) {
        let prompt_id = self.job.id.to_string();
        let reached = self.job.progress.as_ref().and_then(|all| all.nodes.get(node.as_str()));
        let max = reached.map_or(1.0, |reached| f64::from(reached.max.max(1)));
        let value = if state == Is::Finished { max } else { 0.0 };
        let now = NodeProgress {
            value,
            max,
            state,
            node_id: node.clone(),
            prompt_id: prompt_id.clone(),
            display_node_id: node.clone(),
            parent_node_id: None,
            real_node_id: node.clone(),
            activity: None,
        };
        self.nodes.insert(node.clone(), now);
        self.said.push(Message::ProgressState { prompt_id, nodes: self.nodes.clone() });
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use uuid::Uuid;
    use wire::JobStatus;

    use super::*;

    fn job(status: JobStatus) -> Job {
        serde_json::from_value(json!({
            "id": Uuid::nil(), "workflow": "", "workflow_title": "Graph", "workflow_version": 0,
            "status": status, "seq": 1, "created_at": 1, "started_at": 2, "finished_at": null,
            "inputs": {}, "position": null, "outputs": [], "failure": null, "favourite": false,
            "expires_at": null, "backend": null, "attempt": 1,
            "progress": { "fraction": 0.5, "remaining_ms": null, "node": "5",
                          "nodes": { "5": { "state": "running", "value": 3, "max": 8 } } },
        }))
        .unwrap()
    }

    fn kept(output: &Value) -> NativeJob {
        let account = json!({ "outputs": output });
        NativeJob {
            id: JobId(Uuid::nil()),
            status: JobStatus::Running,
            created_at: 1,
            started_at: Some(2),
            finished_at: None,
            failure: None,
            graph: json!({}),
            asked: None,
            account: serde_json::from_value(account).unwrap(),
            made: Vec::new(),
        }
    }

    fn numbered(events: Vec<Event>) -> Vec<(u64, Event)> {
        (1..).zip(events).collect()
    }

    fn node(node: &str, state: NodeState) -> Event {
        Event::Node { node: node.into(), state }
    }

    fn started() -> Event {
        Event::Started { at: 2, backend: "b".into(), attempt: 1 }
    }

    /// Kinds, with the node where there is one.
    fn told(messages: &[Message]) -> Vec<String> {
        let line = |message: &Message| {
            let (kind, data) = message.to_parts();
            let node = data["node"].as_str().map(|node| format!(" {node}")).unwrap_or_default();
            format!("{kind}{node}")
        };
        messages.iter().map(line).collect()
    }

    #[test]
    fn a_run_is_told_in_the_order_of_a_server() {
        let events = numbered(vec![
            Event::Queued { at: 1 },
            started(),
            node("1", NodeState::Cached),
            node("5", NodeState::Running),
            node("5", NodeState::Done),
            node("9", NodeState::Running),
            node("9", NodeState::Done),
            Event::Finished {
                at: 9,
                status: JobStatus::Succeeded,
                failure: None,
                expires_at: None,
            },
        ]);
        let shown = json!({ "9": { "gifs": [{ "filename": "a.mp4" }], "text": ["words"] } });
        let said = messages(&job(JobStatus::Succeeded), &events, Some(&kept(&shown)));
        assert_eq!(
            told(&said),
            [
                "status",
                "status",
                "execution_start",
                "execution_cached",
                "progress_state",
                "executing 5",
                "progress 5",
                "progress_state",
                "progress_state",
                "executing 9",
                "executed 9",
                "progress_state",
                "execution_success",
                "status",
                "executing",
            ]
        );
        let (_, cached) = said[3].to_parts();
        assert_eq!(cached["nodes"], json!(["1"]));
        let (_, executed) = said[10].to_parts();
        assert_eq!(executed["output"], shown["9"], "under the keys that the node chose");
        let (_, state) = said[11].to_parts();
        assert_eq!(state["nodes"]["5"]["state"], "finished");
    }

    #[test]
    fn what_runs_is_told_as_far_as_it_is() {
        let events =
            numbered(vec![Event::Queued { at: 1 }, started(), node("5", NodeState::Running)]);
        let said = messages(&job(JobStatus::Running), &events, None);
        let (kind, progress) = said.last().unwrap().to_parts();
        assert_eq!(
            (kind.as_str(), &progress["value"], &progress["max"]),
            ("progress", &json!(3), &json!(8))
        );
    }

    #[test]
    fn a_job_that_was_tried_again_begins_again() {
        let lost = Event::Waiting { at: 3, reason: "lost".into() };
        let events = numbered(vec![
            Event::Queued { at: 1 },
            started(),
            node("5", NodeState::Running),
            lost,
            started(),
            node("1", NodeState::Cached),
        ]);
        let said = messages(&job(JobStatus::Running), &events, None);
        let began = said.iter().filter(|one| matches!(one, Message::ExecutionStart { .. })).count();
        assert_eq!(began, 2);
        let (_, cached) = said.last().unwrap().to_parts();
        assert_eq!(cached["nodes"], json!(["1"]));
    }
}
