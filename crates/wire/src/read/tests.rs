use std::fmt::Debug;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::json;
use uuid::Uuid;

use super::*;
use crate::Inputs;

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
        animated: true,
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
        expires_at: Some(1_790_000_900_000),
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
        FieldKind::Integer { min: i64::MIN, max: 60, step: 1, default: -20, ends: ends.clone() },
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
        FieldKind::Image { max_bytes: 1 << 25, accept: vec!["image/png".into()], mask: true },
        FieldKind::File {
            media: Media::Video,
            max_bytes: 1 << 25,
            accept: vec!["video/mp4".into()],
        },
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
        tab: Some("Look".into()),
        when: Some(Condition { field: "b".into(), is: vec![json!(true)] }),
        required: true,
        kind,
    };
    let node = NodeInfo { id: "5".into(), title: "Paint".into(), class: "KSampler".into() };
    let fields = kinds().into_iter().map(field).collect();
    both_read(&vec![about.clone()]);
    let preset = Preset { label: "Quick".into(), inputs: Inputs::new() };
    both_read(&Workflow {
        about,
        version: 1,
        fields,
        nodes: vec![node],
        usual_ms: Some(1800),
        presets: vec![preset],
        closed: Some("The workshop lacks a node.".into()),
    });
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
        Event::Finished {
            at: 5,
            status: JobStatus::Failed,
            failure: Some(failure()),
            expires_at: Some(6),
        },
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
        registration: true,
        elsewhere: Some("id.example.org".into()),
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
            instance: None,
            field: Some("steps".into()),
            line: None,
            node: None,
            request_id: None,
        });
    }
}

#[test]
fn every_word() {
    FieldGroup::every().iter().for_each(both_read);
    JobStatus::every().iter().for_each(both_read);
    Media::every().iter().for_each(both_read);
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
