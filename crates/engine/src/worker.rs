//! The one thread that executes prompts.

use std::sync::Arc;

use comfy::Message;
use comfy::message::Executing;

use crate::house::House;
use crate::hub::Audience;
use crate::ledger::{Task, Work};
use crate::run::{self, Cache};

/// Executes prompts, one at a time, until the engine ends.
pub(crate) fn work(house: &Arc<House>) {
    let mut cache = Cache::default();
    while let Some(work) = house.ledger.wait() {
        match work {
            Work::Free => cache.clear(),
            Work::Run(task) => execute(house, &task, &mut cache),
        }
    }
}

fn execute(house: &House, task: &Task, cache: &mut Cache) {
    house.announce_queue();
    let entry = run::execute(house, task, cache);
    // In history before the last message: who reads it may ask for the outputs.
    house.ledger.finish(entry);
    house.announce_queue();
    if let Some(client) = task.item.client_id() {
        let prompt_id = Some(task.item.prompt_id.clone());
        let end = Message::Executing(Executing { node: None, display_node: None, prompt_id });
        house.hub.send(&Audience::Client(client.into()), &end);
    }
}
