//! The server's door, as functions. Every path is relative to the page's base, so that the page
//! works under a sub-path.

pub(crate) mod admin;
mod call;
mod error;
pub(crate) mod people;
pub(crate) mod studio;
mod upload;

use serde_json::Value;
use wire::{House, Inputs, Job, JobId, JobList, Workflow, WorkflowSummary, text};

use call::{Call, SLOW_MS};
pub(crate) use error::Error;
pub(crate) use upload::upload;

use crate::{browser, door};

/// Where the API lies, relative to the page's base.
const ROOT: &str = "api/parlor/v1";

/// The house and whoever asks.
pub(crate) async fn house() -> Result<House, Error> {
    Call::get("house").json().await
}

/// The workflows this person may use.
pub(crate) async fn workflows() -> Result<Vec<WorkflowSummary>, Error> {
    Call::get("workflows").json().await
}

/// One workflow with its form.
pub(crate) async fn workflow(slug: &str) -> Result<Workflow, Error> {
    Call::get(&format!("workflows/{}", encoded(slug))).json().await
}

/// Sends a job. When no answer comes back it is sent once more under the same key, which the
/// server takes as the same job.
pub(crate) async fn submit(slug: &str, inputs: Inputs) -> Result<Job, Error> {
    let mut members = [("inputs".to_owned(), Value::Object(inputs))].into_iter();
    let body = text::print(&text::object(&mut members).into());
    let path = format!("workflows/{}/jobs", encoded(slug));
    let key = browser::random_key();
    let send = || Call::post(&path).header("idempotency-key", &key).body(&body).deadline(SLOW_MS);
    match send().json().await {
        Err(Error::Unreachable) => send().json().await,
        answer => answer,
    }
}

/// Which jobs to list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct JobQuery {
    /// Slug.
    pub workflow: Option<String>,
    /// As [`wire::JobStatus`] is written: `succeeded`.
    pub status: Option<&'static str>,
    /// Words in the prompt.
    pub words: Option<String>,
    pub favourite: bool,
    /// From the page before.
    pub cursor: Option<String>,
    /// How many at most; the server has its own limit.
    pub limit: Option<u32>,
}

impl JobQuery {
    fn path(&self) -> String {
        let pairs = [
            ("workflow", self.workflow.clone()),
            ("status", self.status.map(str::to_owned)),
            ("q", self.words.clone()),
            ("favourite", self.favourite.then(|| "true".to_owned())),
            ("cursor", self.cursor.clone()),
            ("limit", self.limit.map(|limit| limit.to_string())),
        ];
        let mut path = "jobs".to_owned();
        for (name, value) in pairs {
            let Some(value) = value else { continue };
            path.push(if path.contains('?') { '&' } else { '?' });
            path.push_str(name);
            path.push('=');
            path.push_str(&encoded(&value));
        }
        path
    }
}

/// A page of this person's jobs, newest first.
pub(crate) async fn jobs(query: &JobQuery) -> Result<JobList, Error> {
    Call::get(&query.path()).json().await
}

/// One job as it is now.
pub(crate) async fn job(id: JobId) -> Result<Job, Error> {
    Call::get(&format!("jobs/{id}")).json().await
}

/// Asks for a job to be stopped; that it has stopped comes as an event.
pub(crate) async fn cancel(id: JobId) -> Result<(), Error> {
    Call::post(&format!("jobs/{id}/cancel")).done().await
}

/// Deletes a job with everything it made.
pub(crate) async fn delete(id: JobId) -> Result<(), Error> {
    Call::delete(&format!("jobs/{id}")).done().await
}

/// Marks a job as a favourite, or no longer.
pub(crate) async fn set_favourite(id: JobId, favourite: bool) -> Result<(), Error> {
    let path = format!("jobs/{id}/favourite");
    let call = if favourite { Call::put(&path) } else { Call::delete(&path) };
    call.done().await
}

/// Address of the live WebSocket.
pub(crate) fn live_address() -> String {
    // `http` becomes `ws`, `https` becomes `wss`.
    browser::absolute(&format!("{ROOT}/live")).replacen("http", "ws", 1)
}

/// Address of a smaller version of a picture, about `width` pixels wide.
pub(crate) fn thumb(output_url: &str, width: u32) -> String {
    // An output's address may carry a signature.
    match output_url.split_once('?') {
        Some((path, query)) => format!("{path}/thumb?{query}&w={width}"),
        None => format!("{output_url}/thumb?w={width}"),
    }
}

/// Address that saves an output instead of showing it.
pub(crate) fn download(output_url: &str) -> String {
    let sign = if output_url.contains('?') { '&' } else { '?' };
    format!("{output_url}{sign}download=1")
}

/// `text` as one part of a path or a query.
fn encoded(text: &str) -> String {
    js_sys::encode_uri_component(text).into()
}

/// Name and value of the header by which a visitor without cookies is known.
fn visitor_header() -> Option<(&'static str, String)> {
    door::token().map(|token| ("x-parlor-visitor", token))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thumbnail_keeps_the_signature_of_its_picture() {
        assert_eq!(thumb("outputs/1?sig=a", 320), "outputs/1/thumb?sig=a&w=320");
        assert_eq!(thumb("outputs/1", 320), "outputs/1/thumb?w=320");
    }

    #[test]
    fn a_download_keeps_the_signature_of_its_picture() {
        assert_eq!(download("outputs/1?sig=a"), "outputs/1?sig=a&download=1");
        assert_eq!(download("outputs/1"), "outputs/1?download=1");
    }

    #[test]
    fn a_query_for_everything_has_no_parameters() {
        assert_eq!(JobQuery::default().path(), "jobs");
    }
}
