//! Checks what a person or a program filled in.
//!
//! Every refusal names the field and says what to do, for it is shown beside it.

use comfy::Definitions;
use comfy::definitions::Choice as Offered;
use serde::Deserialize;
use serde_json::{Value, json};
use wire::{Choice, FieldKind, Inputs, JobId, Media, Size, UploadId};

use super::published::{FieldSpec, Published};

/// Seeds are drawn below this: programs in JavaScript read them back exactly.
const SEED_BOUND: u64 = 1 << 53;

/// Longest name of an option that a backend may have, in bytes.
const MAX_NAME: usize = 1_000;

/// Why an input cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {message}")]
pub(crate) struct BadField {
    pub(crate) field: String,
    /// A sentence to stand beside the field.
    pub(crate) message: String,
}

/// Inputs that fit the form.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Checked {
    /// One value for every field that counts, the seed drawn.
    pub(crate) inputs: Inputs,
    /// What fields hold that no guest sees, or that do not count this time.
    pub(crate) unseen: Inputs,
    /// The files that are still to be found, with their fields.
    pub(crate) files: Vec<(String, FileRef)>,
}

/// A file that somebody refers to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
pub(crate) enum FileRef {
    Upload { upload: UploadId },
    Output { job: JobId, output: u32 },
}

impl Published {
    /// Checks `given`, fills in defaults and draws seeds. `definitions` say
    /// what the backends at hand have to choose from.
    pub(crate) fn check(
        &self,
        given: &Inputs,
        definitions: &[&Definitions],
        draw: impl Fn() -> u64,
    ) -> Result<Checked, BadField> {
        // safety 5: a closed field is as good as none.
        let unknown = given.keys().find(|name| self.open(name).is_none());
        if let Some(name) = unknown {
            let message = format!("This workflow has no field called “{}”.", shortened(name));
            return Err(BadField { field: shortened(name), message });
        }
        let mut checked =
            Checked { inputs: Inputs::new(), unseen: Inputs::new(), files: Vec::new() };
        for spec in &self.fields {
            let name = &spec.field.name;
            if spec.closed || !self.counts(spec, given) {
                checked.unseen.insert(name.clone(), spec.left_open(definitions, &draw));
                continue;
            }
            let value = given.get(name).unwrap_or(&Value::Null);
            let value = spec.check(value, definitions, &draw);
            let value = value.map_err(|message| BadField { field: name.clone(), message })?;
            if let (FieldKind::Image { .. } | FieldKind::File { .. }, Ok(file)) =
                (&spec.field.kind, FileRef::deserialize(&value))
            {
                checked.files.push((name.clone(), file));
            }
            checked.inputs.insert(name.clone(), value);
        }
        Ok(checked)
    }

    /// Whether the field's condition is met, and that of the field it depends on.
    fn counts(&self, spec: &FieldSpec, given: &Inputs) -> bool {
        let mut at = spec;
        // Publishing saw to it that this ends.
        while let Some(condition) = &at.field.when {
            let Some(other) = self.open(&condition.field) else { return false };
            let value = given.get(&condition.field).filter(|value| !value.is_null()).cloned();
            if !condition.is_met_by(&value.unwrap_or_else(|| default_of(&other.field.kind))) {
                return false;
            }
            at = other;
        }
        true
    }
}

impl FieldSpec {
    /// Nothing was chosen. A form that was fetched while no backend was known
    /// holds the manifest's default, which the backend need not have.
    fn is_left_open(&self, given: &Value) -> bool {
        given.is_null() || (self.from.is_some() && *given == default_of(&self.field.kind))
    }

    /// The value to use when nobody may choose one.
    fn left_open(&self, definitions: &[&Definitions], draw: &impl Fn() -> u64) -> Value {
        match &self.field.kind {
            FieldKind::Seed => (draw() % SEED_BOUND).into(),
            FieldKind::Choice { options, default } => {
                let chosen = self.choose(&Value::Null, (options, default), definitions);
                chosen.unwrap_or_else(|_| default.clone())
            }
            kind => default_of(kind),
        }
    }

    /// The value to use, or what is wrong with the one given.
    fn check(
        &self,
        given: &Value,
        definitions: &[&Definitions],
        draw: &impl Fn() -> u64,
    ) -> Result<Value, String> {
        let kind = &self.field.kind;
        if let FieldKind::Choice { options, default } = kind {
            return self.choose(given, (options, default), definitions);
        }
        let given = if self.is_left_open(given) { default_of(kind) } else { given.clone() };
        match kind {
            FieldKind::Text { max_length, .. } => text(given, *max_length, self.field.required),
            FieldKind::Integer { min, max, step, .. } => integer(&given, (*min, *max, *step)),
            FieldKind::Number { min, max, .. } => number(&given, (*min, *max)),
            FieldKind::Boolean { .. } => {
                given.as_bool().map(Value::from).ok_or_else(|| "Choose yes or no.".into())
            }
            FieldKind::Choice { .. } => Err(not_an_option(&given)),
            FieldKind::Seed => seed(&given, draw),
            FieldKind::Size { min, max, step, .. } => size(&given, (*min, *max, *step)),
            FieldKind::Image { .. } | FieldKind::File { .. } => {
                file(given, sort(kind), self.field.required)
            }
        }
    }

    /// The option to use, of the backends' if they have any, or what is wrong with the one given.
    /// There may be thousands, and most jobs look for one.
    fn choose(
        &self,
        given: &Value,
        (named, default): (&[Choice], &Value),
        definitions: &[&Definitions],
    ) -> Result<Value, String> {
        let open = self.is_left_open(given);
        let given = if open { default } else { given };
        let mut offered = self.offered(definitions);
        let Some(first) = offered.next() else {
            return match named.iter().find(|option| same(&option.value, given)) {
                Some(option) => Ok(option.value.clone()),
                None if self.from.is_some() && !self.is_narrowed && definitions.is_empty() => {
                    unseen(given, default)
                }
                None => Err(not_an_option(given)),
            };
        };
        let found = std::iter::once(first).chain(offered).find(|option| is(option, given));
        let found = found.or(open.then_some(first));
        found.map(Offered::to_value).ok_or_else(|| not_an_option(given))
    }
}

/// What a field holds when nobody says: `null` for seeds and pictures.
pub(crate) fn default_of(kind: &FieldKind) -> Value {
    match kind {
        FieldKind::Text { default, .. } => default.clone().into(),
        FieldKind::Integer { default, .. } => (*default).into(),
        FieldKind::Number { default, .. } => (*default).into(),
        FieldKind::Boolean { default } => (*default).into(),
        FieldKind::Choice { default, .. } => default.clone(),
        FieldKind::Size { default, .. } => json!(default),
        FieldKind::Seed | FieldKind::Image { .. } | FieldKind::File { .. } => Value::Null,
    }
}

fn text(given: Value, max_length: u32, required: bool) -> Result<Value, String> {
    let Value::String(text) = given else { return Err("Text is needed here.".into()) };
    let length = text.chars().count();
    if length > max_length as usize {
        return Err(format!("This has {length} characters; at most {max_length} fit here."));
    }
    if required && text.trim().is_empty() {
        return Err("Write something here first.".into());
    }
    Ok(Value::String(text))
}

fn integer(given: &Value, (min, max, step): (i64, i64, i64)) -> Result<Value, String> {
    let wanted = || format!("Choose a whole number from {min} to {max}.");
    let number = given.as_i64().filter(|number| (min..=max).contains(number)).ok_or_else(wanted)?;
    // A manifest may reach from one end of the numbers to the other.
    if step > 1 && (i128::from(number) - i128::from(min)) % i128::from(step) != 0 {
        return Err(format!("Choose a whole number from {min} to {max} in steps of {step}."));
    }
    Ok(number.into())
}

fn number(given: &Value, (min, max): (f64, f64)) -> Result<Value, String> {
    let number = given.as_f64().filter(|number| (min..=max).contains(number));
    number.map(Value::from).ok_or_else(|| format!("Choose a number from {min} to {max}."))
}

fn seed(given: &Value, draw: &impl Fn() -> u64) -> Result<Value, String> {
    match given {
        Value::Null => Ok((draw() % SEED_BOUND).into()),
        given => given.as_u64().map(Value::from).ok_or_else(|| {
            format!("Choose a whole number from 0 to {}, or leave it open.", u64::MAX)
        }),
    }
}

fn size(given: &Value, (min, max, step): (u32, u32, u32)) -> Result<Value, String> {
    let wrong = || {
        format!(
            "Width and height are whole numbers from {min} to {max}, in steps of {step} pixels."
        )
    };
    let size = Size::deserialize(given).map_err(|_| wrong())?;
    let fits = |edge: u32| (min..=max).contains(&edge) && edge.is_multiple_of(step.max(1));
    if !fits(size.width) || !fits(size.height) {
        return Err(wrong());
    }
    Ok(json!(size))
}

/// What a field of this kind asks for, with its article.
pub(crate) fn sort(kind: &FieldKind) -> &'static str {
    match kind {
        FieldKind::Image { mask: false, .. } => "a picture",
        FieldKind::Image { mask: true, .. } => "a picture with a mask",
        FieldKind::File { media: Media::Video, .. } => "a video",
        FieldKind::File { media: Media::Audio, .. } => "a sound",
        FieldKind::File { media: Media::Model, .. } => "a 3D model",
        _ => "a file",
    }
}

fn file(given: Value, sort: &str, required: bool) -> Result<Value, String> {
    match given {
        Value::Null if required => Err(format!("Choose {sort} first.")),
        Value::Null => Ok(Value::Null),
        given if FileRef::deserialize(&given).is_ok() => Ok(given),
        // safety 6: only ids of files that the principal owns, never names or paths.
        _ => Err(format!("Upload {sort} first, then use its id: {{\"upload\": id}}.")),
    }
}

/// A choice while nobody knows what there is to choose from. Whether the backend
/// has it is seen when it runs ([`Published::fit`]).
fn unseen(given: &Value, default: &Value) -> Result<Value, String> {
    let alike = std::mem::discriminant(given) == std::mem::discriminant(default);
    let short = given.as_str().is_none_or(|name| name.len() <= MAX_NAME);
    if alike && short { Ok(given.clone()) } else { Err(not_an_option(given)) }
}

/// Numbers are the same however they are written: `2` and `2.0`.
pub(super) fn same(a: &Value, b: &Value) -> bool {
    a == b || matches!((a.as_f64(), b.as_f64()), (Some(a), Some(b)) if a.to_bits() == b.to_bits())
}

/// Whether an option of a backend is this value.
pub(super) fn is(option: &Offered, value: &Value) -> bool {
    match option {
        Offered::Text(text) => value.as_str() == Some(text),
        option => same(&option.to_value(), value),
    }
}

fn not_an_option(given: &Value) -> String {
    let name = given.as_str().map_or_else(|| given.to_string(), Into::into);
    format!("“{}” is not among the options.", shortened(&name))
}

/// What somebody sent, short enough to be quoted.
fn shortened(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(60).collect()
}
