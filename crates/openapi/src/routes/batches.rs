//! Many jobs at once.

use serde_json::json;
use wire::{BatchPage, Matrix};

use crate::operation::{Content, Operation, delete, get, json, number, post, text};
use crate::shape::Shape;

pub(super) fn routes() -> Vec<Operation> {
    let visible = || Shape::Literal(json!({"type": "string", "pattern": "^[!-~]{1,255}$"}));
    vec![
        post("/workflows/{slug}/batches", "run_batch")
            .says(
                "Run a workflow many times",
                "A job for each line: of JSON lines (`application/jsonl`), each an object of fields; of a table \
                 (`text/csv`), whose header names fields; or for each combination of the values in `matrix`, the \
                 first field changing slowest. Up to 1,000 jobs and 4 MiB, the \
                 files in base64 among them: larger ones are handed in by `POST /uploads` first.\n\nAll are made or none: a refusal names \
                 the `line` and the `field`.\n\nLines and tables have no place for a webhook: the headers that \
                 begin with `Webhook-` say of it what a matrix says in its body.",
            )
            .query("wait", number(0, i64::MAX), "Seconds that the answer may take, at most 600: answer when all are over.")
            .header("Prefer", text(), "`wait=60` is `wait` as RFC 7240 has it.")
            .header("Idempotency-Key", visible(), "Asking again with the same key makes no second batch: the first answer comes again.")
            .header("Webhook-Url", text(), "Where to be told what becomes of each job.")
            .header("Webhook-Secret", text(), "What to sign with; left out, that of a webhook of yours with this address.")
            .header("Webhook-Events", text(), "What to tell, with commas between; left out, how jobs end.")
            .takes_any(
                vec![json::<Matrix>(), Content::Bytes("application/jsonl"), Content::Bytes("text/csv")],
                Some(json!({"inputs": {"steps": 12}, "matrix": {"prompt": ["a fox", "an owl"], "seed": [1, 2]}})),
            )
            .answers_any(200, vec![json::<BatchPage>(), Content::Events], "The finished batch, or what happens to it: as you asked.")
            .with(&["Location", "Preference-Applied", "Idempotent-Replayed"])
            .answers(202, json::<BatchPage>(), "Its jobs wait or run; ask at `Location` again.")
            .with(&["Location", "Preference-Applied", "Idempotent-Replayed"])
            .refuses(&[409, 422, 503]),
        get("/batches/{id}", "show_batch")
            .says("One batch", "How it fares, and its jobs in the order of their lines, page by page.")
            .query("cursor", number(0, i64::from(u32::MAX)), "`next` of the page before.")
            .query("limit", number(0, i64::from(u32::MAX)), "How many jobs, at most 200; 50 when nothing is said.")
            .answers(200, json::<BatchPage>(), "The batch."),
        get("/batches/{id}/events", "watch_batch")
            .says(
                "What happens to a batch",
                "As server-sent events: `job` for each that ends, whole, once and in the order of their ends, with \
                 its number in that order as `id`; `batch` whenever the counts change. The stream ends with the batch.",
            )
            .header("Last-Event-ID", number(0, i64::from(u32::MAX)), "Number of the last end that you saw: what ended after it is told first.")
            .answers(200, Content::Events, "As it happens."),
        get("/batches/{id}/outputs.zip", "fetch_batch")
            .says("All that a batch has made", "As one archive, with `jobs/` telling what is what.")
            .answers(200, Content::Bytes("application/zip"), "The archive."),
        post("/batches/{id}/cancel", "cancel_batch")
            .says("Stop a batch", "Every job of it that is not over.")
            .answers(200, json::<BatchPage>(), "The batch."),
        delete("/batches/{id}", "delete_batch")
            .says("Delete a batch", "With all of its jobs and all that they made. Those that are not over are stopped.")
            .answers_nothing("It is gone."),
    ]
}
