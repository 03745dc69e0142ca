//! What a person has typed into a workflow's form so far.
//!
//! Plain data without a browser: [`Form::apply`] is how a field changes,
//! [`Form::problems`] says what is wrong, [`Form::inputs`] is what a job is made
//! of. `entry` is one field's value as typed, `check` its rules, `number`,
//! `seed` and `picture` the fields that need more than a line, and `search`
//! finds options in a long choice.

mod check;
mod entry;
mod number;
mod picture;
mod search;
mod seed;

use serde_json::{Map, Value};
use wire::{Field, Inputs, JobId, Size, Upload, text};

pub use check::Wrong;
pub use entry::Entry;
pub use number::{nudge, parse_number, slides};
pub use picture::{Chosen, Picture, Refusal, Source, refuse};
pub use search::{Hit, search};
pub use seed::{Seed, group_digits};

/// What can happen to one field.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// Typed into a text, a number or a seed.
    Text(String),
    /// A boolean was switched.
    Switch(bool),
    /// One of a choice's values was taken.
    Choose(Value),
    Size(Size),
    /// A picture was put in, or taken out.
    Picture(Option<Picture>),
    /// So much of the picture with this ticket has been sent, 0 to 1.
    Sending {
        ticket: u32,
        fraction: f32,
    },
    /// The picture with this ticket has arrived.
    Sent {
        ticket: u32,
        upload: Upload,
    },
    /// The picture with this ticket was not taken.
    NotSent {
        ticket: u32,
        message: String,
    },
    /// The dice were rolled: for the next run only.
    Draw(u64),
    /// Keep this seed for every run.
    Keep(u64),
    /// A new seed for every run.
    Free,
    /// Back to the host's default.
    Reset,
}

/// One field of the form with what was typed into it.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    pub field: Field,
    pub entry: Entry,
    /// What the server said about it, until it changes.
    refused: Option<String>,
    /// Its mistakes may be shown: it was left, or *Create* was pressed.
    left: bool,
}

impl Row {
    fn new(field: &Field) -> Self {
        let entry = Entry::default_of(&field.kind);
        Self { field: field.clone(), entry, refused: None, left: false }
    }

    /// The mistake in it, shown or not.
    pub fn problem(&self) -> Option<Wrong> {
        let refused = self.refused.clone().map(Wrong::Refused);
        refused.or_else(|| check::check(&self.field, &self.entry))
    }

    /// The mistake to show beside it now. Nobody is told off while still typing.
    pub fn shown_problem(&self) -> Option<Wrong> {
        if self.left || self.refused.is_some() { self.problem() } else { None }
    }

    /// Whether it holds what the host put there.
    pub fn is_default(&self) -> bool {
        self.entry == Entry::default_of(&self.field.kind)
    }

    fn apply(&mut self, change: Change) {
        self.refused = None;
        match change {
            Change::Reset => self.entry = Entry::default_of(&self.field.kind),
            Change::NotSent { ticket, message } => {
                if self.entry.forget_sending(ticket) {
                    self.refused = Some(message);
                }
            }
            other => self.entry.apply(other),
        }
    }
}

/// A workflow's form.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Form {
    rows: Vec<Row>,
}

impl Form {
    /// Every field at its default.
    pub fn new(fields: &[Field]) -> Self {
        Self { rows: fields.iter().map(Row::new).collect() }
    }

    /// In the host's order.
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    pub fn row(&self, name: &str) -> Option<&Row> {
        self.rows.iter().find(|row| row.field.name == name)
    }

    fn row_mut(&mut self, name: &str) -> Option<&mut Row> {
        self.rows.iter_mut().find(|row| row.field.name == name)
    }

    /// Changes the field called `name`. A change that does not fit its type,
    /// or a name there is no field for, changes nothing.
    pub fn apply(&mut self, name: &str, change: Change) {
        if let Some(row) = self.row_mut(name) {
            row.apply(change);
        }
    }

    /// The person went on to another field: mistakes may be shown now.
    pub fn leave(&mut self, name: &str) {
        if let Some(row) = self.row_mut(name) {
            row.left = true;
        }
    }

    /// *Create* was pressed: every mistake may be shown.
    pub fn leave_all(&mut self) {
        self.rows.iter_mut().for_each(|row| row.left = true);
    }

    /// The server refused the field called `name`; whether there is one.
    pub fn refuse(&mut self, name: &str, message: String) -> bool {
        let Some(row) = self.row_mut(name) else { return false };
        row.refused = Some(message);
        true
    }

    /// Names of the fields that are wrong, in order, and why.
    pub fn problems(&self) -> Vec<(&str, Wrong)> {
        let wrong = |row: &'_ Row| row.problem();
        let counting = self.rows.iter().filter(|row| self.counts(row));
        counting.filter_map(|row| Some((row.field.name.as_str(), wrong(row)?))).collect()
    }

    /// Whether the field is shown and used: its condition is met, and the field that it looks at counts.
    pub fn counts(&self, row: &Row) -> bool {
        let mut row = row;
        // Conditions in a ring come to an end, too.
        for _ in &self.rows {
            let Some(when) = &row.field.when else { break };
            let Some(other) = self.row(&when.field) else { break };
            let value = other.entry.value(&other.field.kind).unwrap_or_default();
            if !when.is_met_by(&value) {
                return false;
            }
            row = other;
        }
        true
    }

    /// What to submit. Fields that are wrong are left out, so ask
    /// [`Form::problems`] first.
    pub fn inputs(&self) -> Inputs {
        let value = |row: &Row| Some((row.field.name.clone(), row.entry.value(&row.field.kind)?));
        text::object(&mut self.rows.iter().filter(|row| self.counts(row)).filter_map(value))
    }

    /// Takes over some values; fields they do not mention keep what they hold.
    pub fn put(&mut self, inputs: &Inputs) {
        for row in &mut self.rows {
            let value = inputs.get(&row.field.name);
            if let Some(entry) = value.and_then(|value| Entry::from_value(&row.field.kind, value)) {
                *row = Row { entry, ..Row::new(&row.field) };
            }
        }
    }

    /// Takes over a job's inputs; fields it does not mention get their default.
    pub fn fill(&mut self, inputs: &Inputs) {
        for row in &mut self.rows {
            *row = Row::new(&row.field);
        }
        self.put(inputs);
    }

    /// Everything typed, right or wrong, to be kept for the next visit.
    pub fn draft(&self) -> Map<String, Value> {
        let typed = self.rows.iter().filter(|row| !row.is_default());
        let kept = |row: &Row| Some((row.field.name.clone(), row.entry.draft()?));
        text::object(&mut typed.filter_map(kept))
    }

    /// Takes up a [`Form::draft`]. Whatever does not fit the form any more is
    /// dropped: the host may have changed it since.
    pub fn restore(&mut self, draft: &Map<String, Value>) {
        for row in &mut self.rows {
            let entry =
                draft.get(&row.field.name).and_then(|v| Entry::from_draft(&row.field.kind, v));
            if let Some(entry) = entry {
                row.entry = entry;
            }
        }
    }

    /// A job was made of it: seeds that were meant for one run are used up.
    pub fn submitted(&mut self) {
        for row in &mut self.rows {
            row.left = false;
            if let Entry::Seed(seed) = &mut row.entry {
                seed.used();
            }
        }
    }

    /// Fields that hold a result of which only the number is known, and which
    /// output of which job that is.
    pub fn unseen_results(&self) -> Vec<(String, (JobId, u32))> {
        let unseen = |row: &Row| match &row.entry {
            Entry::Picture(Some(Picture {
                source: Source::Result { job, output },
                preview,
                ..
            })) if preview.is_empty() => Some((row.field.name.clone(), (*job, *output))),
            _ => None,
        };
        self.rows.iter().filter_map(unseen).collect()
    }

    /// Where a file of this type goes that is dropped on the page: the first
    /// field in sight for such that is empty, else the first. What no field takes, or
    /// of which the browser knows no type, goes where it is told why not.
    pub fn file_field(&self, mime: &str) -> Option<&str> {
        let is_it = |row: &&Row| matches!(row.entry, Entry::Picture(_)) && self.counts(row);
        let all = || self.rows.iter().filter(is_it);
        let fit = || all().filter(|row| row.field.kind.takes(mime));
        let empty = fit().find(|row| matches!(row.entry, Entry::Picture(None)));
        empty.or_else(|| fit().next()).or_else(|| all().next()).map(|row| row.field.name.as_str())
    }
}

/// An object of JSON with these members.
fn object<const N: usize>(members: [(&str, Value); N]) -> Value {
    text::object(&mut members.into_iter().map(|(name, value)| (name.to_owned(), value))).into()
}

#[cfg(test)]
mod tests;
