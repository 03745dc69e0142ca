//! Telling how a run fares, to whom it concerns.
//!
//! A prompt with a client id speaks to that client's socket. One without says
//! its progress and an interruption to everyone, and everything else to nobody.

use comfy::message::{Executed, Executing};
use comfy::{Message, NodeId};
use serde_json::Value;

use super::Board;
use crate::house::House;
use crate::hub::{Audience, Step};
use crate::ledger::Item;

/// Speaks for one run.
#[derive(Debug)]
pub(crate) struct Speaker<'a> {
    house: &'a House,
    prompt_id: String,
    audience: Audience,
}

impl<'a> Speaker<'a> {
    pub(super) fn new(house: &'a House, item: &Item) -> Self {
        let audience =
            item.client_id().map_or(Audience::Everyone, |client| Audience::Client(client.into()));
        Self { house, prompt_id: item.prompt_id.clone(), audience }
    }

    /// To the owner, if there is one.
    pub(super) fn to_owner(&self, message: &Message) {
        if self.audience != Audience::Everyone {
            self.house.hub.send(&self.audience, message);
        }
    }

    /// To the owner, or to everyone when there is none.
    pub(super) fn to_anyone(&self, message: &Message) {
        self.house.hub.send(&self.audience, message);
    }

    pub(super) fn executing(&self, id: &NodeId) {
        self.to_owner(&Message::Executing(Executing {
            node: Some(id.clone()),
            display_node: Some(id.clone()),
            prompt_id: Some(self.prompt_id.clone()),
        }));
    }

    pub(super) fn executed(&self, id: &NodeId, output: &Value) {
        self.to_owner(&Message::Executed(Executed {
            node: id.clone(),
            display_node: Some(id.clone()),
            output: output.clone(),
            prompt_id: self.prompt_id.clone(),
        }));
    }

    pub(super) fn progress(&self, board: &Board) {
        self.to_anyone(&board.all());
    }

    pub(super) fn step(&self, step: &Step) {
        self.house.hub.send_step(&self.audience, step);
    }
}
