//! Reading our types from JSON with little code.
//!
//! The reading code that serde derives is generic over every format and buffers
//! what is tagged or flattened: compiled to WebAssembly it was a third of the
//! page. These few lines read the same JSON, by way of [`Value`], in a quarter
//! of that. Programs that do not count kilobytes use serde; a test holds the
//! two together.

use std::collections::BTreeMap;
use std::str::FromStr;

use serde_json::{Map, Value};

use crate::{
    Choice, Condition, Ends, ErrorCode, Event, Failure, Field, FieldGroup, FieldKind, House, Job,
    JobId, JobList, JobStatus, Media, NodeInfo, NodeProgress, NodeState, Output, OutputId,
    OutputKind, Preset, Problem, Progress, Shape, Size, ToViewer, Upload, UploadId, Workflow,
    WorkflowSummary,
};

/// What `text` says; `None` when it is not JSON, or not of this type.
pub fn read<T: Read>(text: &str) -> Option<T> {
    T::read(&crate::text::parse(text)?)
}

/// Can be read from JSON with little code.
pub trait Read: Sized {
    fn read(value: &Value) -> Option<Self>;
}

/// The member `name` of an object; one that is absent reads as `null`.
fn member<T: Read>(object: &Value, name: &str) -> Option<T> {
    T::read(object.get(name).unwrap_or(&Value::Null))
}

/// A struct is its members.
macro_rules! objects {
    ($($type:ident { $($member:ident),* })*) => {$(
        impl Read for $type {
            fn read(value: &Value) -> Option<Self> {
                Some(Self { $($member: member(value, stringify!($member))?),* })
            }
        }
    )*};
}

/// An enum without data is a word.
macro_rules! words {
    ($($type:ident { $($word:literal => $variant:ident),* })*) => {$(
        impl Read for $type {
            fn read(value: &Value) -> Option<Self> {
                match value.as_str()? {
                    $($word => Some(Self::$variant),)*
                    _ => None,
                }
            }
        }

        // Does not compile when a variant is missing above.
        const _: fn(&$type) = |word| match word { $($type::$variant => (),)* };

        #[cfg(test)]
        impl $type {
            fn every() -> Vec<Self> {
                vec![$(Self::$variant),*]
            }
        }
    )*};
}

/// An enum with data is the members of the variant that `type` names.
macro_rules! tagged {
    ($($type:ident { $($word:literal => $variant:ident { $($member:ident),* })* })*) => {$(
        impl Read for $type {
            fn read(value: &Value) -> Option<Self> {
                match value.get("type")?.as_str()? {
                    $($word => Some(Self::$variant { $($member: member(value, stringify!($member))?),* }),)*
                    _ => None,
                }
            }
        }

        // Does not compile when a variant is missing above.
        const _: fn(&$type) = |tagged| match tagged { $($type::$variant { .. } => (),)* };
    )*};
}

objects! {
    Choice { value, label, thumb }
    Condition { field, is }
    Ends { low, high }
    Failure { code, message, hint, node, node_title, details }
    House { name, build, demo, open, max_upload_bytes, registration, elsewhere }
    Job {
        id, workflow, workflow_title, workflow_version, status, seq, created_at, started_at, finished_at, inputs,
        position, progress, outputs, failure, favourite, expires_at, backend, attempt
    }
    JobList { jobs, next, total }
    NodeInfo { id, title, class }
    NodeProgress { state, value, max }
    Preset { label, inputs }
    Output { id, kind, name, mime, bytes, width, height, animated, url, blur, text, node }
    Progress { fraction, remaining_ms, node, nodes }
    Size { width, height }
    Upload { id, name, mime, bytes, width, height, url }
    WorkflowSummary { slug, title, summary, cover, makes }
}

words! {
    ErrorCode {
        "bad_request" => BadRequest, "bad_input" => BadInput, "unauthorized" => Unauthorized, "forbidden" => Forbidden,
        "not_found" => NotFound, "method_not_allowed" => MethodNotAllowed, "conflict" => Conflict,
        "too_large" => TooLarge, "unsupported_media_type" => UnsupportedMediaType, "too_many" => TooMany,
        "job_failed" => JobFailed, "unavailable" => Unavailable, "internal" => Internal
    }
    FieldGroup { "main" => Main, "more" => More }
    JobStatus {
        "queued" => Queued, "running" => Running, "canceling" => Canceling, "canceled" => Canceled,
        "succeeded" => Succeeded, "failed" => Failed, "expired" => Expired
    }
    Media { "video" => Video, "audio" => Audio, "model" => Model, "other" => Other }
    NodeState { "running" => Running, "cached" => Cached, "done" => Done, "failed" => Failed }
    OutputKind {
        "image" => Image, "video" => Video, "audio" => Audio, "text" => Text, "model" => Model, "file" => File
    }
}

tagged! {
    Event {
        "queued" => Queued { at }
        "started" => Started { at, backend, attempt }
        "waiting" => Waiting { at, reason }
        "node" => Node { node, state }
        "output" => Output { output }
        "canceling" => Canceling { at }
        "finished" => Finished { at, status, failure, expires_at }
    }
    FieldKind {
        "text" => Text { multiline, max_length, default }
        "integer" => Integer { min, max, step, default, ends }
        "number" => Number { min, max, step, default, ends }
        "boolean" => Boolean { default }
        "choice" => Choice { options, default }
        "seed" => Seed {}
        "size" => Size { shapes, min, max, step, default }
        "image" => Image { max_bytes, accept, mask }
        "file" => File { media, max_bytes, accept }
    }
    ToViewer {
        "hello" => Hello { build }
        "snapshot" => Snapshot { job }
        "event" => Event { job, seq, event }
        "progress" => Progress { job, progress }
        "position" => Position { job, position }
        "gone" => Gone { job }
        "refused" => Refused { job, message }
        "restarting" => Restarting { after_ms }
    }
}

impl Read for Field {
    fn read(value: &Value) -> Option<Self> {
        Some(Self {
            name: member(value, "name")?,
            label: member(value, "label")?,
            help: member(value, "help")?,
            placeholder: member(value, "placeholder")?,
            group: member(value, "group")?,
            tab: member(value, "tab")?,
            when: member(value, "when")?,
            required: member(value, "required")?,
            kind: FieldKind::read(value)?,
        })
    }
}

impl Read for Problem {
    fn read(value: &Value) -> Option<Self> {
        Some(Self {
            kind: member(value, "type")?,
            title: member(value, "title")?,
            status: member(value, "status")?,
            detail: member(value, "detail")?,
            code: member(value, "code")?,
            field: member(value, "field")?,
            // The page asks for one job at a time, knows where, and shows what is wrong beside its field.
            instance: None,
            line: None,
            node: None,
            request_id: member(value, "request_id")?,
        })
    }
}

impl Read for Shape {
    fn read(value: &Value) -> Option<Self> {
        Some(Self { label: member(value, "label")?, size: Size::read(value)? })
    }
}

impl Read for Workflow {
    fn read(value: &Value) -> Option<Self> {
        Some(Self {
            about: WorkflowSummary::read(value)?,
            version: member(value, "version")?,
            fields: member(value, "fields")?,
            nodes: member(value, "nodes")?,
            usual_ms: member(value, "usual_ms")?,
            presets: member(value, "presets")?,
            closed: member(value, "closed")?,
        })
    }
}

macro_rules! numbers {
    ($($type:ident by $as:ident),*) => {$(
        impl Read for $type {
            fn read(value: &Value) -> Option<Self> {
                value.$as()?.try_into().ok()
            }
        }
    )*};
}

numbers!(u16 by as_u64, u32 by as_u64, u64 by as_u64, i64 by as_i64);

macro_rules! ids {
    ($($type:ident),*) => {$(
        impl Read for $type {
            fn read(value: &Value) -> Option<Self> {
                Self::from_str(value.as_str()?).ok()
            }
        }
    )*};
}

ids!(JobId, OutputId, UploadId);

impl Read for f64 {
    fn read(value: &Value) -> Option<Self> {
        value.as_f64()
    }
}

impl Read for f32 {
    fn read(value: &Value) -> Option<Self> {
        value.as_f64().map(|number| number as Self)
    }
}

impl Read for bool {
    fn read(value: &Value) -> Option<Self> {
        value.as_bool()
    }
}

impl Read for String {
    fn read(value: &Value) -> Option<Self> {
        value.as_str().map(str::to_owned)
    }
}

impl Read for Value {
    fn read(value: &Value) -> Option<Self> {
        Some(value.clone())
    }
}

impl Read for Map<String, Value> {
    fn read(value: &Value) -> Option<Self> {
        value.as_object().cloned()
    }
}

impl<T: Read> Read for Option<T> {
    fn read(value: &Value) -> Option<Self> {
        if value.is_null() { Some(None) } else { T::read(value).map(Some) }
    }
}

impl<T: Read> Read for Vec<T> {
    fn read(value: &Value) -> Option<Self> {
        value.as_array()?.iter().map(T::read).collect()
    }
}

impl<T: Read> Read for BTreeMap<String, T> {
    fn read(value: &Value) -> Option<Self> {
        // Collecting would sort first, with code of its own.
        let mut map = Self::new();
        for (key, value) in value.as_object()? {
            map.insert(key.clone(), T::read(value)?);
        }
        Some(map)
    }
}

#[cfg(test)]
mod tests;
