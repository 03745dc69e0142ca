//! What the page and the server say to each other. Types only, no logic.
//!
//! Read in this order: `workflow` is what a person sees before a run, `job` is
//! one run of it, `batch` many, `event` is what happens to a job, `live` is how events travel
//! over the WebSocket, `upload` is what people hand in, `people` is who may do
//! what, `webhook` is how programs are told of jobs, `error` is how the server says no, and `house` is what the page asks first.
//! `manifest` and `policy` are what a host says of a workflow, `studio` how. `read` and
//! `text` are how the guests' page reads all that concerns it and answers.
//!
//! Times are milliseconds since the Unix epoch, UTC. Field names are
//! `snake_case`, tagged unions carry `type`. The exact JSON is tested.

mod admin;
mod batch;
mod error;
mod event;
mod house;
mod id;
mod job;
mod live;
mod manifest;
mod people;
mod policy;
mod read;
pub mod studio;
pub mod text;
mod upload;
mod webhook;
mod workflow;

pub use admin::{AuditEntry, AuditPage, HouseJob, HouseLimits, Nearing, PersonChange};
pub use batch::{Batch, BatchJob, BatchPage, Counts, Matrix};
pub use error::{ErrorCode, Problem};
pub use event::{Event, NodeProgress, NodeState, Progress};
pub use house::House;
pub use id::{BatchId, JobId, OutputId, UploadId};
pub use job::{Failure, Inputs, Job, JobList, JobStatus, Output, OutputKind, Submit};
pub use live::{FromViewer, PREVIEW_HEADER_BYTES, PreviewFormat, PreviewHeader, ToViewer};
pub use manifest::{
    BindManifest, FieldManifest, FieldTexts, FieldType, Manifest, OptionManifest, TemplateManifest,
    Texts,
};
pub use people::{
    Follow, Grant, Key, Limit, Limited, Link, MadeKey, MadeLink, Me, NewInvite, NewKey,
    NewPassword, Person, Purpose, Role, Scope, Session, SignIn, Standing, Ticket, TurnedAway,
};
pub use policy::{Access, Format, FormatKind, Metadata, Policy};
pub use read::{Read, read};
pub use upload::{FileLink, NewFileLink, Upload, UploadFrom};
pub use webhook::{
    Delivery, DeliveryAttempt, DeliveryKind, DeliveryPage, DeliveryStatus, MadeWebhook, NewWebhook,
    Webhook, WebhookEvent,
};
pub use workflow::{
    Choice, Condition, Ends, Field, FieldGroup, FieldKind, Media, NodeInfo, OpenPolicy, OutputNode,
    Preset, Shape, Size, Workflow, WorkflowInFull, WorkflowSummary,
};

/// Milliseconds since the Unix epoch, UTC.
pub type Millis = i64;
