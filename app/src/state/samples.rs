//! Small jobs for tests.

use uuid::Uuid;
use wire::{
    Inputs, Job, JobId, JobStatus, NodeInfo, Output, OutputId, OutputKind, Workflow,
    WorkflowSummary,
};

/// A queued job; a higher number is newer.
pub(crate) fn job(number: u128) -> Job {
    Job {
        id: JobId(Uuid::from_u128(number)),
        workflow: "text-to-picture".into(),
        workflow_title: "Text to picture".into(),
        workflow_version: 1,
        status: JobStatus::Queued,
        seq: 0,
        created_at: 1_000,
        started_at: None,
        finished_at: None,
        inputs: Inputs::new(),
        position: None,
        progress: None,
        outputs: Vec::new(),
        failure: None,
        favourite: false,
        expires_at: None,
        backend: None,
        attempt: 1,
    }
}

/// A job that made one picture, with the same number.
pub(crate) fn made(number: u128) -> Job {
    Job {
        status: JobStatus::Succeeded,
        started_at: Some(2_000),
        finished_at: Some(11_400),
        outputs: vec![output(number)],
        ..job(number)
    }
}

/// A picture of 1216 × 832.
pub(crate) fn output(number: u128) -> Output {
    Output {
        id: OutputId(Uuid::from_u128(number)),
        kind: OutputKind::Image,
        name: "picture.png".into(),
        mime: "image/png".into(),
        bytes: 1_000,
        width: Some(1216),
        height: Some(832),
        animated: false,
        url: format!("api/parlor/v1/outputs/{number}"),
        blur: None,
        text: None,
        node: "9".into(),
    }
}

/// Three nodes and no fields.
pub(crate) fn workflow() -> Workflow {
    let node = |id: &str, title: &str| NodeInfo {
        id: id.into(),
        title: title.into(),
        class: title.replace(' ', ""),
    };
    Workflow {
        about: WorkflowSummary {
            slug: "text-to-picture".into(),
            title: "Text to picture".into(),
            summary: "Describe a picture.".into(),
            cover: None,
            makes: vec![OutputKind::Image],
        },
        version: 1,
        fields: Vec::new(),
        nodes: vec![node("4", "Checkpoint"), node("3", "KSampler"), node("9", "Save image")],
        usual_ms: None,
        presets: Vec::new(),
        closed: None,
    }
}
