//! One setting of a manifest: how to read it, how to write it, and what is said about it.

use std::sync::Arc;

use wire::{FieldManifest, Manifest};

use super::work::Work;
use crate::{
    reactive::{Memo, StoredValue, memo},
    studio::state::{self, history::Mark},
};

type Read<T> = Arc<dyn Fn(&Manifest) -> T + Send + Sync>;
type Write<T> = Arc<dyn Fn(&mut Manifest, T) + Send + Sync>;

/// A setting that a control shows and changes.
pub(crate) struct Slot<T> {
    work: Work,
    field: Option<String>,
    /// Its key in the manifest; what the server finds wrong goes by it.
    key: &'static str,
    /// Of the control.
    id: String,
    read: Read<T>,
    write: Write<T>,
}

impl<T> Clone for Slot<T> {
    fn clone(&self) -> Self {
        Self {
            work: self.work,
            field: self.field.clone(),
            key: self.key,
            id: self.id.clone(),
            read: self.read.clone(),
            write: self.write.clone(),
        }
    }
}

impl<T: PartialEq + Send + Sync + 'static> Slot<T> {
    /// A setting of the workflow as a whole.
    pub(crate) fn new(
        work: Work,
        key: &'static str,
        read: impl Fn(&Manifest) -> T + Send + Sync + 'static,
        write: impl Fn(&mut Manifest, T) + Send + Sync + 'static,
    ) -> Self {
        let id = format!("s-{key}");
        Self { work, field: None, key, id, read: Arc::new(read), write: Arc::new(write) }
    }

    /// One of several with this key, by its number.
    pub(crate) fn number(mut self, number: usize) -> Self {
        self.id = format!("{}-{number}", self.id);
        self
    }

    /// The same, written by a rule for the whole manifest.
    pub(crate) fn writing(
        mut self,
        write: impl Fn(&mut Manifest, T) + Send + Sync + 'static,
    ) -> Self {
        self.write = Arc::new(write);
        self
    }

    pub(crate) fn id(&self) -> String {
        self.id.clone()
    }

    /// Id of another part of the setting, by a letter.
    pub(crate) fn part(&self, letter: &str) -> String {
        format!("{}-{letter}", self.id)
    }

    /// Its value, looked at again whenever it changes.
    pub(crate) fn value(&self) -> Memo<T> {
        let (work, read) = (self.work, self.read.clone());
        memo(move |_| work.see(|manifest| read(manifest)))
    }

    /// What the server finds wrong with it.
    pub(crate) fn trouble(&self) -> Memo<Option<String>> {
        let (work, field, key) = (self.work, self.field.clone(), self.key);
        memo(move |_| {
            work.troubles(field.as_deref(), key).into_iter().next().map(|one| one.message)
        })
    }

    /// Writes it; typing is one step until the person goes on.
    pub(crate) fn type_in(&self, value: T) {
        let mark = Mark { field: self.field.clone(), key: self.id.clone() };
        self.work.change_on(mark, |manifest| (self.write)(manifest, value));
    }

    /// Writes it as a step of its own.
    pub(crate) fn set(&self, value: T) {
        self.work.change(|manifest| (self.write)(manifest, value));
    }

    /// The person went on to something else.
    pub(crate) fn leave(&self) {
        self.work.pause();
    }
}

/// A hold on one field.
#[derive(Clone, Copy)]
pub(crate) struct Held {
    pub(crate) work: Work,
    name: StoredValue<String>,
}

impl Held {
    pub(crate) fn new(work: Work, name: String) -> Self {
        Self { work, name: StoredValue::new(name) }
    }

    pub(crate) fn name(self) -> String {
        self.name.get_value()
    }

    /// Looks at the field, and again whenever it changes; at an empty one while it is not there.
    pub(crate) fn see<R>(self, look: impl FnOnce(&FieldManifest) -> R) -> R {
        self.work
            .see(|all| look(state::field(all, &self.name()).unwrap_or(&FieldManifest::default())))
    }

    /// Looks once.
    pub(crate) fn peek<R>(self, look: impl FnOnce(&FieldManifest) -> R) -> R {
        self.work
            .peek(|all| look(state::field(all, &self.name()).unwrap_or(&FieldManifest::default())))
    }

    /// Changes the field as one step.
    pub(crate) fn change(self, change: impl FnOnce(&mut FieldManifest)) {
        self.work.change(|manifest| {
            if let Some(field) = state::field_mut(manifest, &self.name()) {
                change(field);
            }
        });
    }

    /// A setting of the field.
    pub(crate) fn slot<T: PartialEq + Send + Sync + 'static>(
        self,
        key: &'static str,
        read: impl Fn(&FieldManifest) -> T + Send + Sync + 'static,
        write: impl Fn(&mut FieldManifest, T) + Send + Sync + 'static,
    ) -> Slot<T> {
        let (name, same) = (self.name(), self.name());
        let read = move |manifest: &Manifest| match state::field(manifest, &name) {
            Some(field) => read(field),
            None => read(&FieldManifest::default()),
        };
        let write = move |manifest: &mut Manifest, value| {
            if let Some(field) = state::field_mut(manifest, &same) {
                write(field, value);
            }
        };
        Slot { field: Some(self.name()), ..Slot::new(self.work, key, read, write) }
    }

    /// Whether something is wrong with it that no control of its own shows.
    pub(crate) fn troubles(self, shown: &'static [&'static str]) -> Memo<Vec<String>> {
        let name = self.name();
        memo(move |_| {
            self.work.bench.see(|bench| {
                let own = bench.problems.iter().filter(|one| one.field.as_ref() == Some(&name));
                let rest =
                    own.filter(|one| one.key.as_deref().is_none_or(|key| !shown.contains(&key)));
                rest.map(|one| one.message.clone()).collect()
            })
        })
    }
}

/// Text that may be missing, as it is typed.
pub(crate) fn typed(text: Option<&String>) -> String {
    text.cloned().unwrap_or_default()
}

/// The same, as it is kept: nothing instead of an empty text.
pub(crate) fn kept(text: String) -> Option<String> {
    Some(text).filter(|text| !text.trim().is_empty())
}
