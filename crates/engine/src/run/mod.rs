//! Executing one prompt: ComfyUI protocol notes §4.3 and §5.

mod board;
mod cache;
mod plan;
mod speaker;
mod stage;

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use comfy::message::ExecutionError;
use comfy::{Message, NodeId};
use serde_json::{Map, Value, json};

use crate::clock;
use crate::house::House;
use crate::ledger::{Entry, Task};
use crate::nodes::{self, Call, Datum, Failure, Halt};

pub(crate) use board::Board;
pub(crate) use cache::{Cache, Made};
pub(crate) use speaker::Speaker;
pub(crate) use stage::Stage;

/// Executes a prompt, telling its audience, and returns what history keeps.
pub(crate) fn execute(house: &House, task: &Task, cache: &mut Cache) -> Entry {
    let mut run = Run {
        house,
        task,
        speaker: Speaker::new(house, &task.item),
        board: Board::new(&task.item.prompt_id),
        made: HashMap::new(),
        executed: Vec::new(),
        entry: Entry::over(task.item.clone()),
    };
    run.note(Message::ExecutionStart { prompt_id: run.id(), timestamp: clock::now() });
    let ending = run.all_nodes(cache);
    run.conclude(ending);
    run.entry
}

/// One prompt being executed.
struct Run<'a> {
    house: &'a House,
    task: &'a Task,
    speaker: Speaker<'a>,
    board: Board,
    /// What the nodes made, or what an earlier prompt made for them.
    made: HashMap<NodeId, Arc<Made>>,
    /// The nodes that ran.
    executed: Vec<NodeId>,
    entry: Entry,
}

/// Where and why a run ended early.
struct Ending {
    node: NodeId,
    halt: Halt,
}

impl Run<'_> {
    fn all_nodes(&mut self, cache: &mut Cache) -> Result<(), Ending> {
        let item = &self.task.item;
        let needed = plan::needed(&item.graph, &item.outputs);
        let keys = cache::keys(&needed, &self.house.folders);
        self.made = cache.look_up(&keys);
        let cached =
            needed.nodes.keys().filter(|id| self.made.contains_key(*id)).cloned().collect();
        self.note(Message::ExecutionCached {
            nodes: cached,
            prompt_id: self.id(),
            timestamp: clock::now(),
        });

        let steps = plan::order(
            &needed,
            &item.outputs,
            |id| self.made.contains_key(id),
            |class| self.house.catalogue.node(class).is_some_and(|def| def.rules.is_output),
        );
        let result = steps.iter().try_for_each(|id| self.node(id));
        cache.keep(&keys, &self.made);
        result
    }

    fn node(&mut self, id: &NodeId) -> Result<(), Ending> {
        if let Some(made) = self.made.get(id).cloned() {
            self.show(id, &made);
            self.board.finish(id);
            self.speaker.progress(&self.board);
            return Ok(());
        }
        self.board.begin(id);
        self.speaker.progress(&self.board);
        self.house.ledger.at_node(id);
        self.speaker.executing(id);
        let made = self.compute(id).map_err(|halt| Ending { node: id.clone(), halt })?;
        let made = Arc::new(made);
        self.made.insert(id.clone(), made.clone());
        self.executed.push(id.clone());
        self.show(id, &made);
        self.board.finish(id);
        self.speaker.progress(&self.board);
        Ok(())
    }

    /// Tells what an output node has to show, and keeps it.
    fn show(&mut self, id: &NodeId, made: &Made) {
        if let Some(ui) = &made.ui {
            self.speaker.executed(id, ui);
            self.entry.outputs.insert(id.clone(), ui.clone());
        }
    }

    fn compute(&mut self, id: &NodeId) -> Result<Made, Halt> {
        let inputs = self.inputs(id);
        let class = &self.task.item.graph.nodes[id].class_type;
        let node = nodes::find(class)
            .ok_or_else(|| Failure::new("KeyError", format!("no node {class}")))?;
        let stage = Stage::new(self.house, self.task, &self.speaker, &mut self.board, id);
        stage.check()?;
        let mut call = Call::new(inputs, stage);
        // A fault in one node must not end the worker.
        catch_unwind(AssertUnwindSafe(|| node(&mut call))).unwrap_or_else(|_| {
            Err(Failure::new(
                "RuntimeError",
                format!("{class} gave up: this is a fault of the demo engine"),
            )
            .into())
        })
    }

    /// What a node is given: values as they stand, links as what they lead to.
    fn inputs(&self, id: &NodeId) -> HashMap<String, Datum> {
        let node = &self.task.item.graph.nodes[id];
        let datum = |input: &comfy::Input| match input {
            comfy::Input::Link { node, slot } => {
                let made = self.made.get(node)?;
                made.outputs.get(*slot as usize).cloned()
            }
            value => value.as_value().cloned().map(Datum::Json),
        };
        node.inputs.iter().filter_map(|(name, input)| Some((name.clone(), datum(input)?))).collect()
    }

    fn conclude(&mut self, ending: Result<(), Ending>) {
        let (prompt_id, timestamp) = (self.id(), clock::now());
        let message = match ending {
            Ok(()) => Message::ExecutionSuccess { prompt_id, timestamp },
            Err(Ending { node, halt: Halt::Interrupted }) => {
                let node_type = self.class(&node);
                let executed = self.executed.clone();
                let message = Message::ExecutionInterrupted {
                    prompt_id,
                    node_id: node,
                    node_type,
                    executed,
                    timestamp,
                };
                self.entry.messages.push(message.clone());
                self.speaker.to_anyone(&message);
                return;
            }
            Err(Ending { node, halt: Halt::Failed(failure) }) => {
                Message::ExecutionError(Box::new(ExecutionError {
                    prompt_id,
                    node_type: self.class(&node),
                    executed: self.executed.clone(),
                    exception_message: format!("{}\n", failure.message),
                    exception_type: failure.kind.into(),
                    traceback: Vec::new(),
                    current_inputs: self.describe_inputs(&node),
                    current_outputs: json!(self.task.item.graph.nodes.keys().collect::<Vec<_>>()),
                    timestamp: Some(timestamp),
                    node_id: node.to_string(),
                }))
            }
        };
        self.note(message);
    }

    /// The inputs of a node, each as a list of one, for people to read.
    fn describe_inputs(&self, id: &NodeId) -> Value {
        let inputs =
            self.inputs(id).into_iter().map(|(name, datum)| (name, json!([datum.describe()])));
        Value::Object(inputs.collect::<Map<_, _>>())
    }

    /// Keeps a message for history, and tells the owner.
    fn note(&mut self, message: Message) {
        self.speaker.to_owner(&message);
        self.entry.messages.push(message);
    }

    fn class(&self, id: &NodeId) -> String {
        self.task.item.graph.nodes[id].class_type.clone()
    }

    fn id(&self) -> String {
        self.task.item.prompt_id.clone()
    }
}
