//! What waits, what runs and what is over, under one lock, so that no prompt is
//! ever in two of them or, between two, in none.

mod entry;
mod item;
mod stop;

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use comfy::NodeId;
use indexmap::IndexMap;

pub(crate) use entry::Entry;
pub(crate) use item::Item;
pub(crate) use stop::Stop;

/// Prompts that may wait.
const MAX_PENDING: usize = 1_000;

/// Finished prompts that are remembered.
const MAX_HISTORY: usize = 1_000;

/// Waiting, running and finished prompts.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    state: Mutex<State>,
    /// Told when there is something to do for the worker.
    work: Condvar,
}

#[derive(Debug, Default)]
struct State {
    /// The next number that is given out.
    counter: i64,
    /// In the order in which they will run.
    pending: Vec<Arc<Item>>,
    running: Option<Running>,
    /// By prompt id, oldest first.
    history: IndexMap<String, Arc<Entry>>,
    free: bool,
    closed: bool,
}

#[derive(Debug)]
struct Running {
    task: Task,
    /// The node it is at.
    node: Option<NodeId>,
}

/// What the worker does next.
#[derive(Debug, Clone)]
pub(crate) struct Task {
    pub item: Arc<Item>,
    /// How it is told to stop.
    pub stop: Arc<Stop>,
}

/// What the worker is woken for.
#[derive(Debug)]
pub(crate) enum Work {
    Run(Task),
    /// Forget what is cached.
    Free,
}

/// The queue is as long as it may get.
#[derive(Debug)]
pub(crate) struct QueueFull;

impl Ledger {
    /// The next number. Given out also to prompts that are refused afterwards.
    pub(crate) fn next_number(&self) -> i64 {
        let mut state = self.state();
        state.counter += 1;
        state.counter - 1
    }

    /// Puts a prompt where its number belongs.
    pub(crate) fn submit(&self, item: Item) -> Result<(), QueueFull> {
        let mut state = self.state();
        if state.pending.len() >= MAX_PENDING {
            return Err(QueueFull);
        }
        let at = state.pending.partition_point(|other| !item.runs_before(other));
        state.pending.insert(at, Arc::new(item));
        drop(state);
        self.work.notify_all();
        Ok(())
    }

    /// Waits for something to do. `None` when the engine ends.
    pub(crate) fn wait(&self) -> Option<Work> {
        let idle = |state: &mut State| !state.closed && !state.free && state.pending.is_empty();
        let mut state =
            self.work.wait_while(self.state(), idle).unwrap_or_else(PoisonError::into_inner);
        if state.closed {
            return None;
        }
        if std::mem::take(&mut state.free) {
            return Some(Work::Free);
        }
        let task = Task { item: state.pending.remove(0), stop: Arc::default() };
        state.running = Some(Running { task: task.clone(), node: None });
        Some(Work::Run(task))
    }

    /// Notes the node that the running prompt is at.
    pub(crate) fn at_node(&self, node: &NodeId) {
        if let Some(running) = &mut self.state().running {
            running.node = Some(node.clone());
        }
    }

    /// The node that runs for this client.
    pub(crate) fn node_of_client(&self, client: &str) -> Option<NodeId> {
        let state = self.state();
        let running = state.running.as_ref()?;
        (running.task.item.client_id() == Some(client)).then(|| running.node.clone()).flatten()
    }

    /// Moves the running prompt into the history.
    pub(crate) fn finish(&self, entry: Entry) {
        let mut state = self.state();
        state.running = None;
        let id = entry.item.prompt_id.clone();
        state.history.shift_remove(&id);
        state.history.insert(id, Arc::new(entry));
        if state.history.len() > MAX_HISTORY {
            state.history.shift_remove_index(0);
        }
    }

    /// Prompts that wait and run.
    pub(crate) fn remaining(&self) -> u64 {
        let state = self.state();
        state.pending.len() as u64 + u64::from(state.running.is_some())
    }

    /// The running prompt, and those that wait.
    pub(crate) fn queue(&self) -> (Option<Arc<Item>>, Vec<Arc<Item>>) {
        let state = self.state();
        (state.running.as_ref().map(|running| running.task.item.clone()), state.pending.clone())
    }

    /// Drops waiting prompts. The running one and unknown ids are left alone.
    pub(crate) fn delete_pending(&self, doomed: impl Fn(&Item) -> bool) -> bool {
        let mut state = self.state();
        let before = state.pending.len();
        state.pending.retain(|item| !doomed(item));
        state.pending.len() < before
    }

    /// Interrupts the running prompt, if it is this one; any, when `None`.
    pub(crate) fn interrupt(&self, prompt_id: Option<&str>) -> bool {
        let state = self.state();
        let Some(running) = &state.running else { return false };
        let meant = prompt_id.is_none_or(|id| running.task.item.prompt_id == id);
        if meant {
            running.task.stop.set();
        }
        meant
    }

    /// Interrupts or drops a prompt. Whether there was one to be cancelled.
    pub(crate) fn cancel(&self, prompt_id: &str) -> bool {
        // A prompt can pass from waiting to running in between, not back.
        self.delete_pending(|item| item.prompt_id == prompt_id) || self.interrupt(Some(prompt_id))
    }

    /// Finished prompts, oldest first.
    pub(crate) fn history(&self) -> Vec<Arc<Entry>> {
        self.state().history.values().cloned().collect()
    }

    /// A finished prompt.
    pub(crate) fn entry(&self, prompt_id: &str) -> Option<Arc<Entry>> {
        self.state().history.get(prompt_id).cloned()
    }

    /// Forgets finished prompts.
    pub(crate) fn forget(&self, doomed: impl Fn(&str) -> bool) {
        self.state().history.retain(|id, _| !doomed(id));
    }

    /// Everything at one moment: the running one, those that wait, those that are over.
    pub(crate) fn snapshot(&self) -> Snapshot {
        let state = self.state();
        Snapshot {
            running: state.running.as_ref().map(|running| running.task.item.clone()),
            pending: state.pending.clone(),
            finished: state.history.values().cloned().collect(),
        }
    }

    /// Has the worker forget what is cached, once it is idle.
    pub(crate) fn free(&self) {
        self.state().free = true;
        self.work.notify_all();
    }

    /// Sends the worker home.
    pub(crate) fn close(&self) {
        self.state().closed = true;
        self.interrupt(None);
        self.work.notify_all();
    }

    /// Never held across an await.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Everything at one moment.
#[derive(Debug)]
pub(crate) struct Snapshot {
    pub running: Option<Arc<Item>>,
    pub pending: Vec<Arc<Item>>,
    pub finished: Vec<Arc<Entry>>,
}

#[cfg(test)]
mod tests {
    use serde_json::Number;

    use super::*;

    fn item(number: impl Into<Number>, id: &str) -> Item {
        Item { number: number.into(), prompt_id: id.into(), ..Item::default() }
    }

    fn run_next(ledger: &Ledger) -> String {
        let Some(Work::Run(task)) = ledger.wait() else { panic!("nothing to run") };
        ledger.finish(Entry::over(task.item.clone()));
        task.item.prompt_id.clone()
    }

    #[test]
    fn the_lowest_number_runs_first_and_ids_break_ties() {
        let ledger = Ledger::default();
        for (number, id) in [(5, "e"), (-9, "a"), (3, "d"), (3, "c")] {
            ledger.submit(item(number, id)).unwrap();
        }
        ledger.submit(Item { number: Number::from_f64(-8.5).unwrap(), ..item(0, "b") }).unwrap();
        let order: Vec<_> = (0..5).map(|_| run_next(&ledger)).collect();
        assert_eq!(order, ["a", "b", "c", "d", "e"]);
    }

    #[test]
    fn two_prompts_of_equal_number_and_id_both_run() {
        let ledger = Ledger::default();
        ledger.submit(item(1, "same")).unwrap();
        ledger.submit(item(1, "same")).unwrap();
        assert_eq!([run_next(&ledger), run_next(&ledger)], ["same", "same"]);
        assert_eq!(ledger.history().len(), 1);
    }

    #[test]
    fn cancelling_hits_what_waits_and_what_runs_and_nothing_else() {
        let ledger = Ledger::default();
        ledger.submit(item(1, "runs")).unwrap();
        ledger.submit(item(2, "waits")).unwrap();
        let Some(Work::Run(task)) = ledger.wait() else { panic!() };
        assert!(!ledger.cancel("unknown") && !task.stop.is_set());
        assert!(ledger.cancel("waits") && !task.stop.is_set());
        assert!(ledger.cancel("runs") && task.stop.is_set());
        ledger.finish(Entry::over(task.item));
        assert!(!ledger.cancel("runs"));
        assert_eq!(ledger.remaining(), 0);
    }

    #[test]
    fn an_interrupt_does_not_leak_into_the_next_prompt() {
        let ledger = Ledger::default();
        ledger.submit(item(1, "a")).unwrap();
        ledger.submit(item(2, "b")).unwrap();
        let Some(Work::Run(first)) = ledger.wait() else { panic!() };
        assert!(ledger.interrupt(None));
        ledger.finish(Entry::over(first.item));
        let Some(Work::Run(second)) = ledger.wait() else { panic!() };
        assert!(!second.stop.is_set());
    }

    #[test]
    fn queue_and_history_are_bounded() {
        let ledger = Ledger::default();
        for n in 0..MAX_PENDING {
            ledger.submit(item(n as u64, &format!("a{n}"))).unwrap();
        }
        assert!(ledger.submit(item(0, "more")).is_err());
        for _ in 0..MAX_PENDING {
            run_next(&ledger);
        }
        ledger.submit(item(0, "newest")).unwrap();
        run_next(&ledger);
        let history = ledger.history();
        assert_eq!(history.len(), MAX_HISTORY);
        assert_eq!(history[0].item.prompt_id, "a1");
        assert_eq!(history[MAX_HISTORY - 1].item.prompt_id, "newest");
    }

    #[test]
    fn closing_ends_the_wait() {
        let ledger = Ledger::default();
        ledger.submit(item(1, "a")).unwrap();
        ledger.close();
        assert!(ledger.wait().is_none());
    }
}
