//! The objects of the contract, made of the house's own.

use comfy::Graph;
use serde::Serialize;
use serde_json::{Value, json};
use wire::{
    Failure, Job, JobId, JobStatus, Millis, NodeProgress, NodeState, Output, OutputKind, Progress,
};

use super::links::Links;
use crate::auth::PrincipalId;
use crate::files::Hash;

/// When what is kept for ever expires: the contract wants a time.
const NEVER: &str = "9999-12-31T23:59:59Z";

/// RFC 3339, in UTC.
pub(super) fn time(at: Millis) -> String {
    jiff::Timestamp::from_millisecond(at).map_or_else(|_| NEVER.into(), |at| at.to_string())
}

/// As the contract writes hashes.
pub(super) fn hash(hash: Hash) -> String {
    format!("blake3:{hash}")
}

/// The hash that somebody wrote so.
pub(super) fn parse_hash(text: &str) -> Option<Hash> {
    let hex = text.strip_prefix("blake3:")?;
    blake3::Hash::from_hex(hex).ok().map(|hash| Hash(*hash.as_bytes()))
}

/// A job.
#[derive(Debug, Serialize)]
pub(super) struct JobObject {
    id: JobId,
    status: JobStatus,
    created_at: String,
    started_at: Option<String>,
    completed_at: Option<String>,
    expires_at: String,
    queue_position: Option<u32>,
    progress: Option<Value>,
    outputs: Vec<Value>,
    error: Option<Value>,
    metrics: Metrics,
    urls: Urls,
}

#[derive(Debug, Serialize)]
struct Metrics {
    queue_ms: Option<Millis>,
    execution_ms: Option<Millis>,
}

#[derive(Debug, Serialize)]
struct Urls {
    #[serde(rename = "self")]
    this: String,
    events: String,
    cancel: String,
}

/// A job; `graph` is what it runs, where that is known: it has the names of classes.
pub(super) fn job(
    job: &Job,
    graph: Option<&Graph>,
    (links, owner): (&Links, PrincipalId),
) -> JobObject {
    let started = job.started_at.filter(|_| job.status != JobStatus::Queued);
    let outputs = job.outputs.iter().map(|one| output(one, job.id, (links, owner)));
    JobObject {
        id: job.id,
        status: job.status,
        created_at: time(job.created_at),
        started_at: started.map(time),
        completed_at: job.finished_at.map(time),
        expires_at: job.expires_at.map_or_else(|| NEVER.to_owned(), time),
        queue_position: job.position,
        progress: job.progress.as_ref().map(|now| progress(now, graph)),
        outputs: outputs.collect(),
        error: job.failure.as_ref().map(|failure| error(failure, graph)),
        metrics: Metrics {
            queue_ms: started.map(|start| start - job.created_at),
            execution_ms: started.zip(job.finished_at).map(|(start, end)| end - start),
        },
        urls: Urls {
            this: links.job(job.id, ""),
            events: links.job(job.id, "/events"),
            cancel: links.job(job.id, "/cancel"),
        },
    }
}

/// What a job made. Its hash is told with the asset.
pub(super) fn output(output: &Output, job: JobId, (links, owner): (&Links, PrincipalId)) -> Value {
    json!({
        "node_id": output.node,
        "name": output.name,
        "type": sort(output.kind, &output.name),
        "content_type": output.mime,
        "size_bytes": output.bytes,
        "id": output.id,
        "hash": null,
        "url": links.output(owner, output.id.0),
        "url_expires_at": Links::expiry(),
        "job_id": job,
    })
}

fn sort(kind: OutputKind, name: &str) -> &'static str {
    match kind {
        OutputKind::Image => "image",
        OutputKind::Video => "video",
        OutputKind::Audio => "audio",
        OutputKind::Text => "text",
        OutputKind::File if name.ends_with(".latent") => "latent",
        OutputKind::Model | OutputKind::File => "file",
    }
}

/// How far a job is.
pub(super) fn progress(now: &Progress, graph: Option<&Graph>) -> Value {
    let done = |node: &&NodeProgress| matches!(node.state, NodeState::Done | NodeState::Cached);
    let class = |id: &str| Some(graph?.node(id)?.class_type.clone());
    let node = now.node.as_deref();
    let step = node.and_then(|node| now.nodes.get(node)).filter(|node| node.max > 0);
    let class = node.and_then(class);
    let message = class.as_ref().zip(step).map(|(class, at)| {
        let (value, max) = (at.value, at.max);
        format!("{class} {value}/{max}")
    });
    let touched = now.nodes.len();
    json!({
        "value": f64::from(now.fraction).clamp(0.0, 1.0),
        "nodes_done": now.nodes.values().filter(done).count(),
        "nodes_total": graph.map_or(touched, |graph| graph.nodes.len().max(touched)),
        "current_node": node,
        "current_node_class": class,
        "step": step.map(|node| node.value),
        "steps": step.map(|node| node.max),
        "message": message.or(class),
    })
}

/// Why a job failed. No traceback: it names files of the workshop. (safety 24)
fn error(failure: &Failure, graph: Option<&Graph>) -> Value {
    let code = match failure.code.as_str() {
        "node_failed" => "node_execution_error",
        code => code,
    };
    let message = match &failure.details {
        Some(details) => format!("{} ({details})", failure.message),
        None => failure.message.clone(),
    };
    let node = failure.node.as_deref();
    let class = node.and_then(|id| Some(graph?.node(id)?.class_type.as_str()));
    json!({ "code": code, "message": message, "node_id": node, "class_type": class,
            "traceback": null })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_written_as_the_contract_has_them() {
        let text = hash(Hash([0xab; 32]));
        assert_eq!(parse_hash(&text), Some(Hash([0xab; 32])));
        for bad in ["", "blake3:", "sha256:00", &text[..20], "blake3:é"] {
            assert_eq!(parse_hash(bad), None, "{bad}");
        }
    }

    #[test]
    fn progress_names_the_node_its_class_and_its_step() {
        let graph = json!({ "3": { "class_type": "KSampler", "inputs": {} },
                            "9": { "class_type": "SaveImage", "inputs": {} } });
        let graph = Graph::parse(&graph).unwrap();
        let at = NodeProgress { state: NodeState::Running, value: 2, max: 8 };
        let now = Progress {
            fraction: 0.25,
            node: Some("3".into()),
            nodes: [("3".to_owned(), at)].into(),
            ..Progress::default()
        };
        let told = progress(&now, Some(&graph));
        assert_eq!((&told["message"], &told["steps"]), (&json!("KSampler 2/8"), &json!(8)));
        assert_eq!((&told["nodes_done"], &told["nodes_total"]), (&json!(0), &json!(2)));
    }

    #[test]
    fn times_are_rfc_3339() {
        assert_eq!(time(0), "1970-01-01T00:00:00Z");
        assert_eq!(time(i64::MAX), NEVER);
    }
}
