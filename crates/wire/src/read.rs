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
    Choice, Ends, ErrorCode, Event, Failure, Field, FieldGroup, FieldKind, House, Job, JobId,
    JobList, JobStatus, NodeInfo, NodeProgress, NodeState, Output, OutputId, OutputKind, Problem,
    Progress, Shape, Size, ToViewer, Upload, UploadId, Workflow, WorkflowSummary,
};

/// What `text` says; `None` when it is not JSON, or not of this type.
pub fn read<T: Read>(text: &str) -> Option<T> {
    T::read(&serde_json::from_str(text).ok()?)
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
    Ends { low, high }
    Failure { code, message, hint, node, node_title, details }
    House { name, build, demo, open, max_upload_bytes }
    Job {
        id, workflow, workflow_title, workflow_version, status, seq, created_at, started_at, finished_at, inputs,
        position, progress, outputs, failure, favourite, backend, attempt
    }
    JobList { jobs, next, total }
    NodeInfo { id, title, class }
    NodeProgress { state, value, max }
    Output { id, kind, name, mime, bytes, width, height, url, blur, text, node }
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
        "unavailable" => Unavailable, "internal" => Internal
    }
    FieldGroup { "main" => Main, "more" => More }
    JobStatus {
        "queued" => Queued, "running" => Running, "canceling" => Canceling, "canceled" => Canceled,
        "succeeded" => Succeeded, "failed" => Failed, "expired" => Expired
    }
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
        "finished" => Finished { at, status, failure }
    }
    FieldKind {
        "text" => Text { multiline, max_length, default }
        "integer" => Integer { min, max, step, default, ends }
        "number" => Number { min, max, step, default, ends }
        "boolean" => Boolean { default }
        "choice" => Choice { options, default }
        "seed" => Seed {}
        "size" => Size { shapes, min, max, step, default }
        "image" => Image { max_bytes, accept }
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
            node: member(value, "node")?,
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
        value.as_object()?.iter().map(|(key, value)| Some((key.clone(), T::read(value)?))).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Debug;

    use serde::Serialize;
    use serde::de::DeserializeOwned;
    use serde_json::json;
    use uuid::Uuid;

    use super::*;

    /// Serde and we must read the same in what serde wrote.
    fn both_read<T: Read + Serialize + DeserializeOwned + PartialEq + Debug>(value: &T) {
        let text = serde_json::to_string(value).unwrap();
        assert_eq!(&serde_json::from_str::<T>(&text).unwrap(), value);
        assert_eq!(read::<T>(&text).as_ref(), Some(value), "{text}");
    }

    fn output() -> Output {
        Output {
            id: OutputId(Uuid::from_u128(7)),
            kind: OutputKind::Image,
            name: "dunes.png".into(),
            mime: "image/png".into(),
            bytes: 1 << 40,
            width: Some(1216),
            height: Some(832),
            url: "api/parlor/v1/outputs/7".into(),
            blur: Some("data:image/png;base64,AA==".into()),
            text: None,
            node: "9".into(),
        }
    }

    fn failure() -> Failure {
        Failure {
            code: "node_failed".into(),
            message: "It did not work.".into(),
            hint: Some("Try again.".into()),
            node: Some("5".into()),
            node_title: None,
            details: None,
        }
    }

    fn job() -> Job {
        let progress = NodeProgress { state: NodeState::Running, value: 12, max: 20 };
        Job {
            id: JobId(Uuid::from_u128(1)),
            workflow: "text-to-picture".into(),
            workflow_title: "Text to picture".into(),
            workflow_version: 3,
            status: JobStatus::Running,
            seq: 4,
            created_at: 1_790_000_000_000,
            started_at: Some(1_790_000_000_100),
            finished_at: None,
            inputs: json!({ "prompt": "dunes", "seed": u64::MAX }).as_object().unwrap().clone(),
            position: None,
            progress: Some(Progress {
                fraction: 0.625,
                remaining_ms: Some(7000),
                node: Some("5".into()),
                nodes: [("5".to_owned(), progress)].into(),
            }),
            outputs: vec![output()],
            failure: Some(failure()),
            favourite: true,
            backend: Some("attic".into()),
            attempt: 1,
        }
    }

    fn kinds() -> Vec<FieldKind> {
        let ends = Some(Ends { low: "Loosely".into(), high: "Exactly".into() });
        let size = Size { width: 1216, height: 832 };
        let choice = |thumb| Choice { value: json!(2), label: "Two".into(), thumb };
        vec![
            FieldKind::Text { multiline: true, max_length: 10_000, default: "x".into() },
            FieldKind::Integer {
                min: i64::MIN,
                max: 60,
                step: 1,
                default: -20,
                ends: ends.clone(),
            },
            FieldKind::Number { min: 0.0, max: 1.0, step: 0.01, default: 0.75, ends },
            FieldKind::Boolean { default: true },
            FieldKind::Choice {
                options: vec![choice(None), choice(Some("a.webp".into()))],
                default: json!(2),
            },
            FieldKind::Seed,
            FieldKind::Size {
                shapes: vec![Shape { label: "3:2".into(), size }],
                min: 64,
                max: 2048,
                step: 8,
                default: size,
            },
            FieldKind::Image { max_bytes: 1 << 25, accept: vec!["image/png".into()] },
        ]
    }

    #[test]
    fn a_job_and_a_list_of_jobs() {
        both_read(&job());
        both_read(&JobList { jobs: vec![job()], next: Some("1".into()), total: 9 });
    }

    #[test]
    fn a_workflow_with_every_kind_of_field() {
        let about = WorkflowSummary {
            slug: "text-to-picture".into(),
            title: "Text to picture".into(),
            summary: "Describe a place.".into(),
            cover: None,
            makes: OutputKind::every(),
        };
        let field = |kind| Field {
            name: "a".into(),
            label: "A".into(),
            help: Some("Help.".into()),
            placeholder: None,
            group: FieldGroup::More,
            required: true,
            kind,
        };
        let node = NodeInfo { id: "5".into(), title: "Paint".into(), class: "KSampler".into() };
        let fields = kinds().into_iter().map(field).collect();
        both_read(&vec![about.clone()]);
        both_read(&Workflow { about, version: 1, fields, nodes: vec![node], usual_ms: Some(1800) });
    }

    #[test]
    fn everything_a_viewer_hears() {
        let id = JobId(Uuid::from_u128(1));
        for event in [
            Event::Queued { at: 1 },
            Event::Started { at: 2, backend: "attic".into(), attempt: 2 },
            Event::Waiting { at: 3, reason: "The workshop is closed.".into() },
            Event::Node { node: "5".into(), state: NodeState::Cached },
            Event::Output { output: output() },
            Event::Canceling { at: 4 },
            Event::Finished { at: 5, status: JobStatus::Failed, failure: Some(failure()) },
        ] {
            both_read(&ToViewer::Event { job: id, seq: 1, event });
        }
        both_read(&ToViewer::Hello { build: "abc".into() });
        both_read(&ToViewer::Snapshot { job: job() });
        both_read(&ToViewer::Progress { job: id, progress: Progress::default() });
        both_read(&ToViewer::Position { job: id, position: 2 });
        both_read(&ToViewer::Gone { job: id });
        both_read(&ToViewer::Refused { job: None, message: "No.".into() });
        both_read(&ToViewer::Restarting { after_ms: 1000 });
    }

    #[test]
    fn the_rest() {
        both_read(&House {
            name: "Parlor".into(),
            build: "abc".into(),
            demo: true,
            open: false,
            max_upload_bytes: 1 << 25,
        });
        both_read(&Upload {
            id: UploadId(Uuid::from_u128(3)),
            name: "a.png".into(),
            mime: "image/png".into(),
            bytes: 3,
            width: Some(1),
            height: None,
            url: "api/parlor/v1/uploads/3".into(),
        });
        for code in ErrorCode::every() {
            both_read(&Problem {
                kind: "about:blank".into(),
                title: "Bad input".into(),
                status: 422,
                detail: "Steps: 1 to 60.".into(),
                code,
                field: Some("steps".into()),
                node: None,
                request_id: None,
            });
        }
    }

    #[test]
    fn every_word() {
        FieldGroup::every().iter().for_each(both_read);
        JobStatus::every().iter().for_each(both_read);
        NodeState::every().iter().for_each(both_read);
        OutputKind::every().iter().for_each(both_read);
    }

    #[test]
    fn what_is_not_of_the_type_is_not_read() {
        assert_eq!(read::<House>("<html>"), None);
        assert_eq!(read::<House>(r#"{"name":"Parlor"}"#), None);
        assert_eq!(read::<ToViewer>(r#"{"type":"sing"}"#), None);
        assert_eq!(read::<Size>(r#"{"width":-1,"height":1}"#), None);
    }
}
