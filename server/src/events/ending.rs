//! How a job ended, as ComfyUI would say it: of our own end, which comes when
//! everything is stored, and not of a backend's.

use comfy::Message;
use comfy::message::ExecutionError;
use serde_json::json;
use wire::{Failure, JobId, JobStatus, Millis};

/// What is told of a job that is over. `said` is what its backend said of it,
/// with our ids.
pub(crate) fn ending(
    (job, at): (JobId, Millis),
    (status, failure): (JobStatus, Option<&Failure>),
    said: Option<&Message>,
) -> Message {
    let prompt_id = job.to_string();
    match (status, said) {
        (JobStatus::Succeeded, _) => Message::ExecutionSuccess { prompt_id, timestamp: at },
        (JobStatus::Canceled, Some(said @ Message::ExecutionInterrupted { .. })) => said.clone(),
        (JobStatus::Canceled, _) => Message::ExecutionInterrupted {
            prompt_id,
            node_id: "".into(),
            node_type: String::new(),
            executed: Vec::new(),
            timestamp: at,
        },
        (_, Some(said @ Message::ExecutionError(_))) => said.clone(),
        (_, _) => Message::ExecutionError(Box::new(failed((job, at), failure))),
    }
}

/// What went wrong where no backend said it: it refused the graph, was lost, or
/// its outputs were.
fn failed((job, at): (JobId, Millis), failure: Option<&Failure>) -> ExecutionError {
    let text = |text: Option<&String>| text.cloned().unwrap_or_default();
    let hint = failure.and_then(|failure| failure.hint.as_ref());
    let message = failure.map_or("It waited too long.", |failure| failure.message.as_str());
    ExecutionError {
        prompt_id: job.to_string(),
        node_id: text(failure.and_then(|failure| failure.node.as_ref())),
        node_type: text(failure.and_then(|failure| failure.node_title.as_ref())),
        exception_message: hint
            .map_or_else(|| message.to_owned(), |hint| format!("{message} {hint}")),
        exception_type: failure.map_or("expired", |failure| failure.code.as_str()).to_owned(),
        current_inputs: json!({}),
        current_outputs: json!([]),
        timestamp: Some(at),
        ..ExecutionError::default()
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_job_that_could_not_be_brought_home_has_not_succeeded() {
        let about = (JobId(Uuid::nil()), 5);
        let said = Message::ExecutionSuccess { prompt_id: "x".into(), timestamp: 1 };
        let lost = Failure {
            code: "output_lost".into(),
            message: "It was made, but is not here.".into(),
            hint: Some("Try again.".into()),
            node: None,
            node_title: None,
            details: None,
        };
        let told = ending(about, (JobStatus::Failed, Some(&lost)), Some(&said));
        let Message::ExecutionError(error) = told else { panic!("{told:?}") };
        assert_eq!(error.exception_type, "output_lost");
        assert_eq!(error.exception_message, "It was made, but is not here. Try again.");
        assert_eq!(error.prompt_id, Uuid::nil().to_string());
    }
}
