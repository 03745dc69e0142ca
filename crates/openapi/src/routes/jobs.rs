//! Jobs.

use serde_json::json;
use wire::{Job, JobList, JobStatus};

use crate::operation::{Content, Needs, Operation, delete, get, json, number, post, put, text};
use crate::shape::{Shape, of};

pub(super) fn routes() -> Vec<Operation> {
    vec![
        get("/jobs", "list_jobs")
            .says("Your jobs", "The newest first, page by page.")
            .query("workflow", text(), "Only those of this workflow, by its slug.")
            .query("status", of::<JobStatus>(), "Only those in this state.")
            .query("q", text(), "Only those with these words in what was asked for.")
            .query(
                "favourite",
                Shape::Literal(json!({"type": "boolean"})),
                "Only those that are favourites, or are not.",
            )
            .query("batch", Shape::Literal(json!({"type": "string", "format": "uuid"})), "Only those of this batch.")
            .query("cursor", text(), "`next` of the page before.")
            .query("limit", number(0, i64::from(u32::MAX)), "How many, at most 200; 50 when nothing is said.")
            .answers(200, json::<JobList>(), "One page."),
        get("/jobs/{id}", "show_job")
            .says("One job", "As it is now.")
            .answers(200, json::<Job>(), "The job."),
        get("/jobs/{id}/events", "watch_job")
            .says(
                "What happens to a job",
                "As server-sent events: `event` for what counts, with its number as `id`; `progress` and \
                 `position`, of which only the latest counts; `gone` when it was deleted. The data are \
                 those of `ToViewer`. The stream ends with the job.",
            )
            .header("Last-Event-ID", number(0, i64::MAX), "Number of the last event that you saw: what came after it is told first.")
            .answers(200, Content::Events, "As it happens."),
        get("/jobs/{id}/graph", "show_graph")
            .says("The graph that was run", "In ComfyUI's API format; one of your own as you sent it.")
            .needs(Needs::Graph)
            .answers(200, Content::Json(Shape::Literal(json!({"type": "object"}))), "Nodes by their keys."),
        post("/jobs/{id}/cancel", "cancel_job")
            .says("Stop a job", "It is `canceling` until its backend says that it stopped. One that is over stays as it is.")
            .answers(200, json::<Job>(), "The job."),
        put("/jobs/{id}/favourite", "favour_job")
            .says("Make it a favourite", "A favourite is not deleted in time.")
            .answers(200, json::<Job>(), "The job."),
        delete("/jobs/{id}/favourite", "unfavour_job")
            .says("Make it no favourite any more", "")
            .answers(200, json::<Job>(), "The job."),
        delete("/jobs/{id}", "delete_job")
            .says("Delete a job", "With all that it made. One that is not over is stopped.")
            .answers_nothing("It is gone."),
    ]
}
