//! How a job is told: as an item of the queue, an entry of history, a job.
//! ComfyUI protocol notes §8 and §9.

use comfy::{Message, NodeId};
use indexmap::IndexMap;
use serde_json::{Map, Value, json};
use wire::{JobStatus, Millis, OutputKind};

use crate::db::NativeJob;
use crate::events::ending;

/// What the kinds of output are called that can be shown.
const PREVIEWABLE: [&str; 4] = ["images", "video", "audio", "3d"];

/// As queue and history begin: number, id, graph, what is kept with it, outputs.
pub(super) fn item(job: &NativeJob) -> Value {
    if let Some(asked) = &job.asked {
        return json!([asked.number, job.id, asked.prompt, asked.extra_data, asked.outputs]);
    }
    let extra = json!({ "create_time": job.created_at });
    let outputs = outputs(job);
    json!([job.created_at, job.id, job.graph, extra, outputs.keys().collect::<Vec<_>>()])
}

/// As history tells it.
pub(super) fn entry(job: &NativeJob) -> Value {
    let meta = job.account.as_ref().map(|account| &account.meta).filter(|meta| meta.is_object());
    let outputs = outputs(job);
    let meta = meta.cloned().unwrap_or_else(|| outputs.keys().map(origin).collect());
    json!({ "prompt": item(job), "outputs": outputs, "status": status(job), "meta": meta })
}

fn origin(node: &NodeId) -> (String, Value) {
    let origin =
        json!({ "node_id": node, "display_node": node, "parent_node": null, "real_node_id": node });
    (node.to_string(), origin)
}

/// How it ended and what was said.
fn status(job: &NativeJob) -> Value {
    let messages: Vec<_> = messages(job).iter().map(Message::to_parts).collect();
    let completed = job.status == JobStatus::Succeeded;
    let word = if completed { "success" } else { "error" };
    json!({ "status_str": word, "completed": completed, "messages": messages })
}

/// Its beginning and its end.
fn messages(job: &NativeJob) -> Vec<Message> {
    let mut messages = job.account.as_ref().map_or_else(Vec::new, |account| account.began.clone());
    messages.extend(end(job));
    messages
}

fn end(job: &NativeJob) -> Option<Message> {
    let at = job.finished_at?;
    let said = job.account.as_ref().and_then(|account| account.ended.as_ref());
    Some(ending((job.id, at), (job.status, job.failure.as_ref()), said))
}

/// What each node showed. Of jobs of which no account was kept, what is here.
pub(in crate::api) fn outputs(job: &NativeJob) -> IndexMap<NodeId, Value> {
    if let Some(account) = &job.account {
        return account.outputs.clone();
    }
    let mut outputs: IndexMap<NodeId, Value> = IndexMap::new();
    for (node, kind, name) in &job.made {
        let (key, shown) = match kind {
            OutputKind::Text => ("text", json!(name)),
            OutputKind::Audio => ("audio", file(name)),
            OutputKind::Model => ("3d", file(name)),
            OutputKind::Image | OutputKind::Video | OutputKind::File => ("images", file(name)),
        };
        let node = outputs.entry(node.as_str().into()).or_insert_with(|| json!({}));
        match node[key].as_array_mut() {
            Some(list) => list.push(shown),
            None => node[key] = json!([shown]),
        }
    }
    outputs
}

fn file(name: &str) -> Value {
    json!({ "filename": name, "subfolder": "", "type": "output" })
}

/// What the jobs API calls the status.
pub(super) fn state(status: JobStatus) -> &'static str {
    match status {
        JobStatus::Queued => "pending",
        JobStatus::Running | JobStatus::Canceling => "in_progress",
        JobStatus::Succeeded => "completed",
        JobStatus::Failed | JobStatus::Expired => "failed",
        JobStatus::Canceled => "cancelled",
    }
}

/// As the list of jobs tells it. What is not known is absent.
pub(super) fn summary(job: &NativeJob) -> Map<String, Value> {
    let asked = job.asked.as_ref();
    let mut told = Map::new();
    told.insert("id".into(), json!(job.id));
    told.insert("status".into(), json!(state(job.status)));
    told.insert(
        "priority".into(),
        json!(asked.map_or(job.created_at.into(), |asked| asked.number.clone())),
    );
    let created = asked.and_then(|asked| asked.extra_data.get("create_time")?.as_i64());
    told.insert("create_time".into(), json!(created.unwrap_or(job.created_at)));
    describe_end(&mut told, job);
    let workflow = asked.and_then(|asked| asked.extra_data.get("extra_pnginfo"));
    let workflow = workflow.and_then(|info| info.get("workflow")?.get("id")?.as_str());
    put(&mut told, "workflow_id", workflow);
    told
}

/// As it is told alone: with everything, when it is over.
pub(super) fn details(job: &NativeJob) -> Map<String, Value> {
    let mut told = summary(job);
    if job.status.is_over() {
        told.insert("outputs".into(), json!(outputs(job)));
        told.insert("execution_status".into(), status(job));
        let item = item(job);
        told.insert("workflow".into(), json!({ "prompt": item[2], "extra_data": item[3] }));
    }
    told
}

fn describe_end(told: &mut Map<String, Value>, job: &NativeJob) {
    let over = job.status.is_over();
    let (start, end_at) = times(job);
    put(told, "execution_start_time", start.filter(|_| over));
    put(told, "execution_end_time", end_at.filter(|_| over));
    if let Some(error @ Message::ExecutionError(_)) = end(job) {
        told.insert("execution_error".into(), error.to_parts().1);
    }
    let shown = if over { shown(job) } else { Vec::new() };
    told.insert("outputs_count".into(), json!(shown.len()));
    told.insert("previewable_outputs_count".into(), json!(shown.len()));
    // What was saved is shown rather than what was only previewed.
    let saved = shown.iter().find(|file| file["type"] == "output");
    put(told, "preview_output", saved.or(shown.first()));
}

/// The files of a job, in the order of its nodes.
fn shown(job: &NativeJob) -> Vec<Value> {
    let outputs = outputs(job);
    let files = outputs.iter().flat_map(|(node, output)| {
        PREVIEWABLE.iter().flat_map(move |kind| {
            let files = output.get(kind).and_then(Value::as_array).into_iter().flatten();
            files.filter(|file| file.is_object()).map(move |file| {
                let mut file = file.clone();
                file["nodeId"] = json!(node);
                file["mediaType"] = json!(kind);
                file
            })
        })
    });
    files.collect()
}

fn times(job: &NativeJob) -> (Option<Millis>, Option<Millis>) {
    (job.started_at, job.finished_at)
}

fn put(told: &mut Map<String, Value>, name: &str, value: Option<impl serde::Serialize>) {
    if let Some(value) = value {
        told.insert(name.into(), json!(value));
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;
    use wire::JobId;

    use super::*;

    fn job(status: JobStatus) -> NativeJob {
        let file = |kind, name: &str| ("9".to_owned(), kind, name.to_owned());
        NativeJob {
            id: JobId(Uuid::nil()),
            status,
            created_at: 1,
            started_at: Some(2),
            finished_at: status.is_over().then_some(3),
            failure: None,
            graph: json!({}),
            asked: None,
            account: None,
            made: vec![
                file(OutputKind::Image, "a.png"),
                file(OutputKind::Image, "b.png"),
                file(OutputKind::Text, "words"),
            ],
        }
    }

    #[test]
    fn a_job_of_another_door_is_told_by_what_it_made() {
        let told = entry(&job(JobStatus::Succeeded));
        assert_eq!(told["outputs"]["9"]["images"][1]["filename"], "b.png");
        assert_eq!(told["outputs"]["9"]["text"], json!(["words"]));
        assert_eq!(told["prompt"][4], json!(["9"]));
        assert_eq!(told["status"]["messages"][0][0], "execution_success");
        assert_eq!(told["meta"]["9"]["real_node_id"], "9");
        let told = details(&job(JobStatus::Succeeded));
        assert_eq!((&told["outputs_count"], &told["status"]), (&json!(2), &json!("completed")));
        assert_eq!(told["preview_output"]["nodeId"], "9");
    }

    #[test]
    fn a_job_that_runs_tells_nothing_of_its_end() {
        let told = details(&job(JobStatus::Running));
        let names: Vec<_> = told.keys().map(String::as_str).collect();
        let common = [
            "id",
            "status",
            "priority",
            "create_time",
            "outputs_count",
            "previewable_outputs_count",
        ];
        assert_eq!(names, common);
        assert_eq!(told["outputs_count"], 0);
    }
}
