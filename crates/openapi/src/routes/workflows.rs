//! Workflows, and running them.

use schemars::json_schema;
use serde_json::json;
use wire::{BatchPage, Job, Submit, WorkflowInFull, WorkflowSummary};

use crate::operation::{Content, Operation, get, json, number, post, text};
use crate::shape::Shape;

pub(super) fn routes() -> Vec<Operation> {
    let visible = || Shape::Literal(json!({"type": "string", "pattern": "^[!-~]{1,255}$"}));
    vec![
        get("/workflows", "list_workflows")
            .says("What can be run", "Those that you may run, in the host's order.")
            .header("Accept-Language", text(), "The language of their words, where the host wrote it.")
            .header("If-None-Match", text(), "The `ETag` that you have.")
            .answers(200, json::<Vec<WorkflowSummary>>(), "All of them.")
            .with(&["ETag"])
            .answers_any(304, Vec::new(), "Nothing changed.")
            .with(&["ETag"]),
        get("/workflows/{slug}", "show_workflow")
            .says("One workflow, with its form", "Every field, its type, its limits and its default; by what rules it runs, and which nodes make what it makes.")
            .header("Accept-Language", text(), "The language of its words, where the host wrote it.")
            .header("If-None-Match", text(), "The `ETag` that you have.")
            .answers(200, json::<WorkflowInFull>(), "The form.")
            .with(&["ETag"])
            .answers_any(304, Vec::new(), "Nothing changed.")
            .with(&["ETag"]),
        get("/workflows/{slug}/openapi.json", "describe_workflow")
            .says(
                "A workflow's own description",
                "What it takes to run it and to fetch what it makes, as OpenAPI 3.1, with its own fields \
                 in the place of `inputs`.",
            )
            .answers(200, Content::Bytes("application/json"), "The description."),
        post("/workflows/{slug}/jobs", "run_workflow")
            .says(
                "Run a workflow",
                "Fields left out take their defaults. A picture or another file goes into a field as \
                 `{\"upload\": id}`, as `{\"job\": id, \"output\": 0}`, as `{\"url\": \"https://…\"}` or as \
                 `{\"base64\": \"…\"}`. The body has at most 4 MiB, which is 3 MB of files in base64: larger ones are \
                 handed in by `POST /uploads` first.\n\nThe answer is 202 with the job as it is, unless you ask for more: \
                 `wait` for the finished job, `Accept: text/event-stream` for what happens to it, \
                 `Accept: image/*` or `output` for what it makes: 502 with the code `job_failed` when it fails, \
                 409 when it is stopped, 504 when it takes longer. Of a `count` above 1 it is a batch.\n\n\
                 How long to wait is said in the body, in the query or by `Prefer`, heard in this order.",
            )
            .query("wait", number(0, i64::MAX), "Seconds that the answer may take, at most 600: answer with the finished job.")
            .query("output", number(0, i64::from(u32::MAX)), "Answer with this one of what it makes, itself; 0 is the first.")
            .header("Prefer", text(), "`wait=60` is `wait` as RFC 7240 has it.")
            .header("Idempotency-Key", visible(), "Asking again with the same key makes no second job: the first answer comes again, and what is no JSON is told anew of the same job.")
            .header("Webhook-Url", text(), "Where to be told what becomes of it.")
            .header("Webhook-Secret", text(), "What to sign with; left out, that of a webhook of yours with this address.")
            .header("Webhook-Events", text(), "What to tell, with commas between; left out, how jobs end.")
            .takes::<Submit>(json!({"inputs": {"prompt": "Dunes at dusk under a low full moon"}}))
            .answers_any(
                200,
                vec![job_or_batch(), Content::Events, Content::Bytes("*/*")],
                "The finished job, or what happens to it, or what it made: as you asked.",
            )
            .with(&["Location", "Preference-Applied", "Idempotent-Replayed"])
            .answers(202, job_or_batch(), "It waits or runs; ask at `Location` again.")
            .with(&["Location", "Preference-Applied", "Idempotent-Replayed"])
            .refuses(&[409, 422, 502, 503, 504]),
    ]
}

/// One job, or the batch of several.
fn job_or_batch() -> Content {
    Content::Json(Shape::Typed(|types| {
        let (job, batch) = (types.subschema_for::<Job>(), types.subschema_for::<BatchPage>());
        json_schema!({"anyOf": [job, batch]})
    }))
}
