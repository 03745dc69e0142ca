//! What was done to a manifest, to be undone.

use wire::Manifest;

/// Steps that can be taken back.
const MOST: usize = 200;

/// What an edit is about. Edits in a row that are about the same are one step, so that a word is
/// undone and not a letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mark {
    /// The field; `None` for the workflow as a whole.
    pub(crate) field: Option<String>,
    /// What of it: `label`.
    pub(crate) key: String,
}

/// A manifest with its past, and the future it had before something was undone.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct History {
    past: Vec<Manifest>,
    now: Manifest,
    future: Vec<Manifest>,
    mark: Option<Mark>,
}

impl History {
    /// Nothing was done yet.
    pub(crate) fn new(manifest: Manifest) -> Self {
        Self { now: manifest, ..Self::default() }
    }

    /// The manifest as it is.
    pub(crate) fn now(&self) -> &Manifest {
        &self.now
    }

    /// Changes the manifest; what leaves it as it was is no step.
    pub(crate) fn change(&mut self, mark: Option<Mark>, change: impl FnOnce(&mut Manifest)) {
        let mut next = self.now.clone();
        change(&mut next);
        if next == self.now {
            return;
        }
        let before = std::mem::replace(&mut self.now, next);
        let goes_on = mark.is_some() && mark == self.mark;
        if !goes_on {
            self.past.push(before);
            let too_many = self.past.len().saturating_sub(MOST);
            self.past.drain(..too_many);
        }
        self.future.clear();
        self.mark = mark;
    }

    /// The person went on: what comes next is another step, even if about the same.
    pub(crate) fn pause(&mut self) {
        self.mark = None;
    }

    pub(crate) fn can_undo(&self) -> bool {
        !self.past.is_empty()
    }

    pub(crate) fn can_redo(&self) -> bool {
        !self.future.is_empty()
    }

    /// Takes the last step back.
    pub(crate) fn undo(&mut self) {
        if let Some(before) = self.past.pop() {
            self.future.push(std::mem::replace(&mut self.now, before));
            self.mark = None;
        }
    }

    /// Takes the step that was undone last again.
    pub(crate) fn redo(&mut self) {
        if let Some(after) = self.future.pop() {
            self.past.push(std::mem::replace(&mut self.now, after));
            self.mark = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mark(key: &str) -> Mark {
        Mark { field: None, key: key.into() }
    }

    fn titled(history: &mut History, title: &str) {
        history.change(Some(mark("title")), |manifest| manifest.title = title.into());
    }

    #[test]
    fn a_word_is_one_step() {
        let mut history = History::new(Manifest::default());
        for title in ["D", "Du", "Dunes"] {
            titled(&mut history, title);
        }
        history.undo();
        assert_eq!(history.now().title, "");
        assert!(!history.can_undo());
        history.redo();
        assert_eq!(history.now().title, "Dunes");
    }

    #[test]
    fn a_pause_or_another_matter_begins_a_new_step() {
        let mut history = History::new(Manifest::default());
        titled(&mut history, "Dunes");
        history.pause();
        titled(&mut history, "Dunes at dusk");
        history.change(Some(mark("summary")), |manifest| manifest.summary = "Sand".into());
        titled(&mut history, "Dunes at dawn");
        let mut seen = Vec::new();
        while history.can_undo() {
            history.undo();
            seen.push(history.now().title.clone());
        }
        assert_eq!(seen, ["Dunes at dusk", "Dunes at dusk", "Dunes", ""]);
    }

    #[test]
    fn what_changes_nothing_is_no_step_and_keeps_the_future() {
        let mut history = History::new(Manifest::default());
        titled(&mut history, "Dunes");
        history.undo();
        history.change(None, |_| ());
        assert!(!history.can_undo() && history.can_redo());
    }

    #[test]
    fn an_edit_after_an_undo_ends_the_old_future() {
        let mut history = History::new(Manifest::default());
        titled(&mut history, "Dunes");
        history.undo();
        titled(&mut history, "Sea");
        assert!(!history.can_redo());
        history.undo();
        assert_eq!(history.now().title, "");
    }

    #[test]
    fn only_so_many_steps_are_kept() {
        let mut history = History::new(Manifest::default());
        for number in 0..=MOST {
            history.change(None, |manifest| manifest.title = number.to_string());
        }
        while history.can_undo() {
            history.undo();
        }
        assert_eq!(history.now().title, "0");
    }
}
