//! Uploads, outputs, and what else is a file.

use serde_json::json;
use wire::{FileLink, NewFileLink, Upload, UploadFrom};

use crate::operation::{
    Content, Needs, Operation, delete, get, head, json, number, patch, post, text,
};
use crate::shape::Shape;

const VERSION: &str = "`1.0.0`, which is meant where nothing is said.";
const RANGE: &str = "`bytes=0-1023`: only this part.";
const STILL: &str =
    "The `ETag` of what you have a part of: if it is another by now, all of it comes.";
const KNOWN: &str = "The `ETag` that you have: 304 when it is this.";
const SAVE: &str = "Anything but `0`: to be saved, and not shown.";
const WIDE: &str = "Pixels that it is wide, at least; 320 when nothing is said.";

/// What tells how much of a file has come.
const MEASURED: &[&str] =
    &["Upload-Offset", "Upload-Length", "Upload-Metadata", "Upload-Expires", "Content-Location"];

pub(super) fn routes() -> Vec<Operation> {
    vec![
        post("/uploads", "upload")
            .says(
                "Hand a file in",
                "The bytes as the body with their `Content-Type`, or a form with one file. What it is, is \
                 found out from its bytes; metadata is taken out. The same bytes are the same upload.\n\nJSON \
                 without `name` in the query says where a file is, or holds one of up to 3 MB: `{\"url\": …}` or \
                 `{\"base64\": …}`, either with a `name`. With `name` the body is the file, also if it is JSON.",
            )
            .query("name", text(), "What you call it; only ever shown.")
            .takes_any(
                vec![Content::Bytes("application/octet-stream"), Content::Form, json::<UploadFrom>()],
                Some(json!({"url": "https://example.org/fox.png"})),
            )
            .answers(201, json::<Upload>(), "It can go into a field as `{\"upload\": id}`.")
            .with(&["Location"])
            .refuses(&[422, 503]),
        post("/uploads/resumable", "begin_upload")
            .says(
                "Hand a file in piece by piece",
                "Begins it, by tus 1.0.0 with creation, expiration and termination; no piece comes with it. It \
                 may take a day to become whole.",
            )
            .header("Tus-Resumable", version(), VERSION)
            .header_needed("Upload-Length", number(1, i64::MAX), "Bytes of the whole file.")
            .header("Upload-Metadata", text(), "`filename` and `filetype`, each with its value in base64: `filename Zm94LnBuZw==`.")
            .answers_any(201, Vec::new(), "Send its pieces to `Location`.")
            .with(&["Location", "Upload-Expires"])
            .refuses(&[412, 413, 422]),
        head("/uploads/resumable/{id}", "measure_upload")
            .says("How much of a file has come", "")
            .header("Tus-Resumable", version(), VERSION)
            .answers_any(200, Vec::new(), "So much.")
            .with(MEASURED)
            .refuses(&[409, 412]),
        piece(patch("/uploads/resumable/{id}", "append_upload"))
            .says("The next piece of a file", "With the last one it is checked and stored like any other upload."),
        piece(post("/uploads/resumable/{id}", "append_upload_by_post"))
            .says("The same, for whoever can send nothing but POST", "")
            .header_needed(
                "X-HTTP-Method-Override",
                Shape::Literal(json!({"type": "string", "enum": ["PATCH", "HEAD", "DELETE"]})),
                "What is meant.",
            )
            .answers_any(200, Vec::new(), "So much, where `HEAD` is meant.")
            .with(MEASURED),
        delete("/uploads/resumable/{id}", "end_upload")
            .says("Give a file up", "What it became stays.")
            .header("Tus-Resumable", version(), VERSION)
            .answers_nothing("It is forgotten.")
            .refuses(&[409, 412]),
        whole(get("/uploads/{id}", "show_upload"))
            .says("What you handed in", "Without its metadata."),
        whole(get("/outputs/{id}", "show_output").query("download", text(), SAVE))
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
        whole(get("/signed/{seal}/outputs/{id}", "show_sealed_output").query("download", text(), SAVE))
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

fn version() -> Shape {
    Shape::Literal(json!({"type": "string", "enum": ["1.0.0"]}))
}

fn piece(operation: Operation) -> Operation {
    operation
        .header("Tus-Resumable", version(), VERSION)
        .header_needed("Upload-Offset", number(0, i64::MAX), "Bytes that came before.")
        .takes_any(vec![Content::Bytes("application/offset+octet-stream")], None)
        .answers_any(204, Vec::new(), "It has come.")
        .with(&["Upload-Offset", "Upload-Expires", "Content-Location"])
        .refuses(&[409, 412, 415, 422])
}

fn whole(operation: Operation) -> Operation {
    operation
        .header("Range", text(), RANGE)
        .header("If-Range", text(), STILL)
        .header("If-None-Match", text(), KNOWN)
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
        .header("If-None-Match", text(), KNOWN)
        .answers(200, Content::Bytes("image/*"), "The picture.")
        .with(&["ETag"])
        .answers_any(304, Vec::new(), "You have it.")
        .with(&["ETag"])
}
