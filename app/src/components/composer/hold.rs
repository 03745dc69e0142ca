//! One field's hold on the form.

use crate::{
    form::{Change, Entry, Form, Row},
    reactive::{Memo, RwSignal, StoredValue, memo},
};

/// Reads and changes one field of a form.
#[derive(Clone, Copy)]
pub(super) struct Hold {
    form: RwSignal<Form>,
    name: StoredValue<String>,
}

impl Hold {
    pub(super) fn new(form: RwSignal<Form>, name: &str) -> Self {
        Self { form, name: StoredValue::new(name.to_owned()) }
    }

    /// What `look` makes of the field as it is now.
    pub(super) fn see<T>(self, look: impl FnOnce(&Row) -> T) -> T {
        self.name.with_value(|name| {
            self.form
                .see(|form| look(form.row(name).expect("holds are made from the form's own rows")))
        })
    }

    /// Its text, for the kinds that are typed.
    pub(super) fn text(self) -> Memo<String> {
        memo(move |_| {
            self.see(|row| match &row.entry {
                Entry::Text(text) | Entry::Number(text) => text.clone(),
                Entry::Seed(seed) => seed.text.clone(),
                _ => String::new(),
            })
        })
    }

    pub(super) fn apply(self, change: Change) {
        self.name.with_value(|name| self.form.update(|form| form.apply(name, change)));
    }

    /// The person went on.
    pub(super) fn leave(self) {
        self.name.with_value(|name| self.form.update(|form| form.leave(name)));
    }

    /// Id of the control itself.
    pub(super) fn id(self) -> String {
        self.part("f")
    }

    /// Id of another part of the field, by a letter.
    pub(super) fn part(self, letter: &str) -> String {
        self.name.with_value(|name| format!("{letter}-{name}"))
    }

    /// For `aria-invalid`.
    pub(super) fn invalid(self) -> Memo<Option<&'static str>> {
        memo(move |_| self.see(|row| row.shown_problem().is_some()).then_some("true"))
    }

    /// For `aria-describedby`: the help, and the mistake while there is one.
    pub(super) fn described_by(self) -> Memo<Option<String>> {
        memo(move |_| {
            let (help, wrong) =
                self.see(|row| (row.field.help.is_some(), row.shown_problem().is_some()));
            let parts = [(help, "h"), (wrong, "p")];
            let ids: Vec<String> = parts
                .iter()
                .filter(|(is_there, _)| *is_there)
                .map(|(_, letter)| self.part(letter))
                .collect();
            (!ids.is_empty()).then(|| ids.join(" "))
        })
    }
}
