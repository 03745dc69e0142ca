//! What a node can do besides computing: say how far it is, show a picture,
//! rest, and learn that it shall stop.

use std::time::Duration;

use bytes::Bytes;
use comfy::message::{ImageFormat, PreviewMeta};
use comfy::{Frame, NodeId};
use serde_json::{Map, Value};

use super::{Board, Speaker};
use crate::catalogue::NodeDef;
use crate::folders::Folders;
use crate::house::{House, Mishap};
use crate::hub::{Audience, Preview, Step};
use crate::ledger::{Item, Stop, Task};
use crate::nodes::Halt;

/// The world as the running node sees it.
#[derive(Debug)]
pub(crate) struct Stage<'a> {
    house: &'a House,
    item: &'a Item,
    stop: &'a Stop,
    speaker: &'a Speaker<'a>,
    board: &'a mut Board,
    node: &'a NodeId,
}

impl<'a> Stage<'a> {
    pub(super) fn new(
        house: &'a House,
        task: &'a Task,
        speaker: &'a Speaker<'a>,
        board: &'a mut Board,
        node: &'a NodeId,
    ) -> Self {
        Self { house, item: &task.item, stop: &task.stop, speaker, board, node }
    }

    /// Fails when the run was interrupted.
    pub(crate) fn check(&self) -> Result<(), Halt> {
        if self.stop.is_set() { Err(Halt::Interrupted) } else { Ok(()) }
    }

    /// Rests, unless interrupted.
    pub(crate) fn rest(&self, time: Duration) -> Result<(), Halt> {
        self.stop.sleep(time);
        self.check()
    }

    /// Tells of `value` of `max` steps, with what the picture looks like by now.
    pub(crate) fn tell(&mut self, value: u32, max: u32, picture: Option<(ImageFormat, Bytes)>) {
        self.board.advance(self.node, value, max);
        let preview =
            picture.map(|(image_type, image)| Preview { meta: self.meta(image_type), image });
        self.speaker.step(&Step {
            state: self.board.all(),
            progress: self.board.one(self.node),
            preview,
        });
    }

    /// Ends a sampler step: rests as the options say and lets faults strike.
    pub(crate) fn end_step(&self) -> Result<(), Halt> {
        if self.house.count_step() == Mishap::Stall {
            // Not even an interrupt helps; only the end of the engine does.
            while !self.house.stopping.is_cancelled() {
                std::thread::sleep(Duration::from_millis(20));
            }
        }
        self.rest(self.house.options.step_delay)
    }

    /// Whether samplers shall send previews.
    pub(crate) fn wants_previews(&self) -> bool {
        match self.item.extra_data.get("preview_method").and_then(Value::as_str) {
            Some("none") => false,
            Some("auto" | "latent2rgb" | "taesd") => true,
            _ => self.house.options.previews,
        }
    }

    /// Sends a text for people to read, to every socket.
    pub(crate) fn say(&self, text: String) {
        self.house
            .hub
            .send_frame(&Audience::Everyone, &Frame::Text { node: self.node.clone(), text });
    }

    /// What the catalogue says of the running node.
    pub(crate) fn definition(&self) -> &'a NodeDef {
        let class = &self.item.graph.nodes[self.node].class_type;
        self.house.catalogue.node(class).expect("validation refuses classes that are not listed")
    }

    pub(crate) fn folders(&self) -> &'a Folders {
        &self.house.folders
    }

    /// The graph as submitted, and what its pictures shall carry besides.
    pub(crate) fn origin(&self) -> (&'a Map<String, Value>, Option<&'a Map<String, Value>>) {
        let extra = self.item.extra_data.get("extra_pnginfo").and_then(Value::as_object);
        (&self.item.prompt, extra)
    }

    fn meta(&self, image_type: ImageFormat) -> PreviewMeta {
        PreviewMeta {
            node_id: self.node.clone(),
            prompt_id: self.item.prompt_id.clone(),
            display_node_id: self.node.clone(),
            parent_node_id: None,
            real_node_id: self.node.clone(),
            image_type,
        }
    }
}
