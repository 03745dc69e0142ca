//! The host's door. Every answer about one workflow is a whole [`Bench`].

use serde::Serialize;
use web_sys::Blob;
use wire::{
    JobId,
    studio::{Bench, Difference, ImportFrom, Publish, SaveDraft, StudioEntry, VersionInfo},
};

use super::{Error, call::Call, encoded};

/// Handing in a file may take this long, in milliseconds.
const FILE_MS: u32 = 120_000;

/// What is published or being worked on.
pub(crate) async fn workflows() -> Result<Vec<StudioEntry>, Error> {
    Call::get("studio/workflows").derived().await
}

/// Makes a draft of a file.
pub(crate) async fn import(name: &str, file: &Blob) -> Result<Bench, Error> {
    let path = format!("studio/import?name={}", encoded(name));
    Call::post(&path).file(file).deadline(FILE_MS).derived().await
}

/// Makes a draft of what lies elsewhere.
pub(crate) async fn import_from(source: &ImportFrom) -> Result<Bench, Error> {
    Call::post("studio/import/from").derived_body(source).deadline(FILE_MS).derived().await
}

/// A workflow on the bench.
pub(crate) async fn bench(slug: &str) -> Result<Bench, Error> {
    Call::get(&path(slug, "")).derived().await
}

/// Keeps a draft.
pub(crate) async fn save(slug: &str, draft: &SaveDraft) -> Result<Bench, Error> {
    Call::put(&path(slug, "")).derived_body(draft).derived().await
}

/// Throws the draft away; `None` when nothing is left of the workflow.
pub(crate) async fn discard(slug: &str) -> Result<Option<Bench>, Error> {
    Call::delete(&path(slug, "/draft")).derived_if_any().await
}

/// Deletes a workflow with its versions.
pub(crate) async fn delete(slug: &str) -> Result<(), Error> {
    Call::delete(&path(slug, "")).done().await
}

/// Makes the draft the version that guests run.
pub(crate) async fn publish(slug: &str, revision: u64) -> Result<Bench, Error> {
    Call::post(&path(slug, "/publish")).derived_body(&Publish { revision }).derived().await
}

/// Takes a workflow out of the guests' sight.
pub(crate) async fn hide(slug: &str) -> Result<Bench, Error> {
    Call::post(&path(slug, "/hide")).derived().await
}

/// Every version, newest first.
pub(crate) async fn versions(slug: &str) -> Result<Vec<VersionInfo>, Error> {
    Call::get(&path(slug, "/versions")).derived().await
}

/// Lets guests run this version again.
pub(crate) async fn roll_back(slug: &str, version: u32) -> Result<Bench, Error> {
    Call::post(&path(slug, &format!("/versions/{version}/publish"))).derived().await
}

/// Makes this version the draft.
pub(crate) async fn edit_from(slug: &str, version: u32) -> Result<Bench, Error> {
    Call::post(&path(slug, &format!("/versions/{version}/draft"))).derived().await
}

/// What differs between two versions; without `to`, between one and the draft.
pub(crate) async fn compare(
    slug: &str,
    from: u32,
    to: Option<u32>,
) -> Result<Vec<Difference>, Error> {
    let to = to.map(|to| format!("&to={to}")).unwrap_or_default();
    Call::get(&path(slug, &format!("/compare?from={from}{to}"))).derived().await
}

/// Makes a picture the cover of the draft.
pub(crate) async fn set_cover(slug: &str, picture: &Blob) -> Result<Bench, Error> {
    Call::put(&path(slug, "/cover")).file(picture).deadline(FILE_MS).derived().await
}

/// Makes an output of a job the cover of the draft.
pub(crate) async fn set_cover_from(slug: &str, job: JobId, output: u32) -> Result<Bench, Error> {
    #[derive(Serialize)]
    struct Picture {
        job: JobId,
        output: u32,
    }
    let picture = Picture { job, output };
    Call::put(&path(slug, "/cover")).derived_body(&picture).derived().await
}

fn path(slug: &str, rest: &str) -> String {
    format!("studio/workflows/{}{rest}", encoded(slug))
}
