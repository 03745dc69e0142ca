//! Uploads, outputs, and what else is a file.

use serde_json::json;
use wire::{FileLink, NewFileLink, Upload};

use crate::operation::{Content, Needs, Operation, get, json, number, post, text};

const RANGE: &str = "`bytes=0-1023`: only this part.";
const KNOWN: &str = "The `ETag` that you have: 304 when it is this.";
const SAVE: &str = "Anything but `0`: to be saved, and not shown.";
const WIDE: &str = "Pixels that it is wide, at least; 320 when nothing is said.";

pub(super) fn routes() -> Vec<Operation> {
    vec![
        post("/uploads", "upload")
            .says(
                "Hand a file in",
                "The bytes as the body with their `Content-Type`, or a form with one file. What it is, is \
                 found out from its bytes; metadata is taken out. The same bytes are the same upload.",
            )
            .query("name", text(500), "What you call it; only ever shown.")
            .takes_any(vec![Content::Bytes("application/octet-stream"), Content::Form], None)
            .answers(201, json::<Upload>(), "It can go into a field as `{\"upload\": id}`.")
            .with(&["Location"])
            .refuses(&[422, 503]),
        whole(get("/uploads/{id}", "show_upload"))
            .says("What you handed in", "Without its metadata."),
        whole(get("/outputs/{id}", "show_output").query("download", text(10), SAVE))
            .says("What a job made", "It never changes, so it may be kept for ever."),
        small(get("/outputs/{id}/thumb", "show_thumb"))
            .says("A small picture of it", "For outputs whose `kind` is `image`."),
        post("/outputs/{id}/link", "link_output")
            .says("A link that opens by itself", "For whoever has it, until its time is over or the file is deleted.")
            .takes::<NewFileLink>(json!({"expires_in": 3600}))
            .answers(200, json::<FileLink>(), "The link; it understands what the output does.")
            .refuses(&[422]),
        whole(get("/signed/{seal}/uploads/{id}", "show_sealed_upload"))
            .says("What was handed in, by a sealed link", "Where cookies and headers do not reach, as in `<img>`.")
            .needs(Needs::Sealed),
        whole(get("/signed/{seal}/outputs/{id}", "show_sealed_output").query("download", text(10), SAVE))
            .says("What a job made, by a sealed link", "")
            .needs(Needs::Sealed),
        small(get("/signed/{seal}/outputs/{id}/thumb", "show_sealed_thumb"))
            .says("A small picture of it, by a sealed link", "")
            .needs(Needs::Sealed),
        get("/covers/{hash}", "show_cover")
            .says("A workflow's cover", "At the address that the workflow tells.")
            .answers(200, Content::Bytes("image/*"), "The picture.")
            .with(&["ETag"]),
    ]
}

fn whole(operation: Operation) -> Operation {
    operation
        .header("Range", text(100), RANGE)
        .header("If-None-Match", text(200), KNOWN)
        .answers(200, Content::Bytes("*/*"), "The file.")
        .with(&["ETag", "Content-Disposition"])
        .answers(206, Content::Bytes("*/*"), "A part of it.")
        .with(&["ETag", "Content-Range"])
        .answers_any(304, Vec::new(), "You have it.")
        .with(&["ETag"])
        .refuses(&[416])
}

fn small(operation: Operation) -> Operation {
    operation
        .query("w", number(0, i64::from(u32::MAX)), WIDE)
        .header("If-None-Match", text(200), KNOWN)
        .answers(200, Content::Bytes("image/*"), "The picture.")
        .with(&["ETag"])
        .answers_any(304, Vec::new(), "You have it.")
        .with(&["ETag"])
}
