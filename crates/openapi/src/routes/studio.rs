//! The host's side: how workflows are made.

use serde_json::json;
use wire::studio::{Bench, Difference, ImportFrom, Publish, SaveDraft, StudioEntry, VersionInfo};

use crate::operation::{Content, Needs, Operation, delete, get, json, number, post, put, text};

const BENCH: &str = "The draft, the form as guests will see it, and what is wrong with it.";

pub(super) fn routes() -> Vec<Operation> {
    let all = vec![
        post("/studio/import", "import")
            .says(
                "Make a draft of a file",
                "A workflow as JSON, in API or editor format, or a picture or video that carries one.",
            )
            .query("name", text(), "What the file is called.")
            .takes_any(vec![Content::Bytes("application/octet-stream")], None)
            .answers(201, json::<Bench>(), BENCH)
            .refuses(&[415, 422, 503]),
        post("/studio/import/from", "import_from")
            .says("Make a draft of what is elsewhere", "At an address, or what a job of yours ran.")
            .takes::<ImportFrom>(json!({"url": "https://example.org/workflow.json"}))
            .answers(201, json::<Bench>(), BENCH)
            .refuses(&[404, 422, 503]),
        get("/studio/workflows", "list_studio")
            .says("Every workflow", "Published version, draft, and what keeps it from running.")
            .answers(200, json::<Vec<StudioEntry>>(), "All of them."),
        get("/studio/workflows/{slug}", "open_draft")
            .says("A workflow on the bench", "")
            .answers(200, json::<Bench>(), BENCH),
        put("/studio/workflows/{slug}", "save_draft")
            .says("Change the draft", "")
            .takes_any(vec![json::<SaveDraft>()], None)
            .answers(200, json::<Bench>(), BENCH)
            .refuses(&[409, 422]),
        delete("/studio/workflows/{slug}", "delete_workflow")
            .says("Delete a workflow", "With all its versions. Jobs that ran it stay.")
            .answers_nothing("It is gone.")
            .refuses(&[409, 422]),
        delete("/studio/workflows/{slug}/draft", "drop_draft")
            .says("Forget the draft", "")
            .answers(200, json::<Bench>(), BENCH)
            .answers_nothing("Nothing is left of the workflow."),
        put("/studio/workflows/{slug}/cover", "set_cover")
            .says("Set the cover", "A picture as the body, or an output of yours: `{\"job\": id, \"output\": 0}`.")
            .takes_any(
                vec![Content::Json(crate::shape::Shape::Literal(cover())), Content::Bytes("image/*")],
                Some(json!({"job": "01890000-0000-7000-8000-000000000000", "output": 0})),
            )
            .answers(200, json::<Bench>(), BENCH)
            .refuses(&[422]),
        post("/studio/workflows/{slug}/publish", "publish")
            .says("Publish the draft", "Makes a version of it, which guests run from now on.")
            .takes::<Publish>(json!({"revision": 3}))
            .answers(200, json::<Bench>(), BENCH)
            .refuses(&[409, 422]),
        post("/studio/workflows/{slug}/hide", "hide_workflow")
            .says("Take a workflow from the guests", "")
            .answers(200, json::<Bench>(), BENCH)
            .refuses(&[422]),
        get("/studio/workflows/{slug}/versions", "list_versions")
            .says("Every version", "The newest first.")
            .answers(200, json::<Vec<VersionInfo>>(), "All of them."),
        post("/studio/workflows/{slug}/versions/{number}/publish", "publish_version")
            .says("Show this version to guests", "Rolls back, or forward.")
            .answers(200, json::<Bench>(), BENCH)
            .refuses(&[422]),
        post("/studio/workflows/{slug}/versions/{number}/draft", "take_up_version")
            .says("Make a draft of this version", "")
            .answers(200, json::<Bench>(), BENCH)
            .refuses(&[422]),
        get("/studio/workflows/{slug}/compare", "compare")
            .says("What differs", "Between two versions, or one and the draft.")
            .query_needed("from", number(0, i64::from(u32::MAX)), "The one before.")
            .query("to", number(0, i64::from(u32::MAX)), "The one after; without it, the draft.")
            .answers(200, json::<Vec<Difference>>(), "Every difference."),
    ];
    all.into_iter().map(|operation| operation.needs(Needs::Studio)).collect()
}

fn cover() -> serde_json::Value {
    json!({
        "type": "object",
        "properties": {
            "job": {"type": "string", "format": "uuid"},
            "output": {"type": "integer", "minimum": 0, "maximum": u32::MAX},
        },
        "required": ["job", "output"],
        "additionalProperties": false,
    })
}
