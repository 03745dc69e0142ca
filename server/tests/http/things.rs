//! Things of somebody, one of each, for who may do what with them.

use axum::body::Body;
use axum::http::Request;
use wire::Upload;

use super::house::{API, Visitor, small};

/// A house, whose owner made things.
pub struct Things {
    job: String,
    batch: String,
    half: String,
    output: String,
    upload: String,
}

impl Things {
    pub async fn of(owner: &Visitor<'_>) -> Self {
        let job = owner.picture().await;
        let output = job.outputs[0].id.to_string();
        let picture = owner.get(&format!("{API}/outputs/{output}")).await;
        let asked = Request::post(format!("{API}/uploads")).header("content-type", "image/png");
        let upload = owner.send(asked.body(Body::from(picture.body)).unwrap()).await;
        let upload: Upload = upload.json();
        let mut two = small("a red hill");
        two["count"] = 2.into();
        let run = format!("{API}/workflows/text-to-picture/jobs?wait=60");
        let batch: wire::BatchPage = owner.post(&run, &two).await.json();
        let batch = batch.batch.id.to_string();
        let begun = Request::post(format!("{API}/uploads/resumable")).header("upload-length", "9");
        let begun = owner.send(begun.body(Body::empty()).unwrap()).await;
        let half = begun.header("location").rsplit('/').next().unwrap().to_owned();
        Self { job: job.id.to_string(), batch, half, output, upload: upload.id.to_string() }
    }

    pub fn job(&self) -> &str {
        &self.job
    }

    pub fn uri(&self, path: &str, before: &str) -> String {
        let id = match path.split('/').rfind(|part| {
            ["batches", "jobs", "outputs", "uploads", "assets", "resumable"].contains(part)
        }) {
            Some("batches") => &self.batch,
            Some("resumable") => &self.half,
            Some("jobs") => &self.job,
            Some("outputs" | "assets") => &self.output,
            Some("uploads") => &self.upload,
            // People, keys and sessions: these are nobody's.
            _ => "00000000-0000-0000-0000-000000000000",
        };
        let path = path
            .replace("{id}", id)
            .replace("{task_id}", &self.job)
            .replace("{slug}", "text-to-picture")
            .replace("{seal}", "x")
            .replace("{hash}", &"0".repeat(64))
            .replace("{number}", "1")
            .replace("{*rest}", "x")
            .replace("{*path}", "index.html")
            .replace("{class}", "KSampler")
            .replace("{folder}", "checkpoints")
            .replace("{name}", "x")
            .replace("{file}", "x")
            .replace("{to}", "y");
        // The door itself.
        if path == "/" && !before.is_empty() {
            before.to_owned()
        } else {
            format!("{before}{path}")
        }
    }
}
