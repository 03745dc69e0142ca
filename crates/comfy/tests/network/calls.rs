//! The client against servers that are slow, broken, hostile, or not ComfyUI.

use std::net::TcpListener;
use std::time::Duration;

use bytes::Bytes;
use comfy::client::{BackendError, Client, Limits};
use comfy::history::{FileRef, Folder, Outcome};
use comfy::{Definitions, Graph, PromptRequest};
use futures_util::TryStreamExt;
use uuid::{Uuid, uuid};

use crate::hostile::{Answer, Hostile, head, json, patient, plain, said};

const ID: Uuid = uuid!("0acf85a6-f15e-4466-9260-3adef1f48816");

/// Small enough for a test to reach.
const LIMITS: Limits = Limits {
    deadline: Duration::from_millis(200),
    transfer: Duration::from_hours(1),
    silence: Duration::from_millis(200),
    json_bytes: 1 << 20,
    file_bytes: 1 << 20,
};

fn hasty(server: &Hostile) -> Client {
    patient(server.url()).with_limits(LIMITS)
}

fn request() -> PromptRequest {
    PromptRequest::new(Graph::default(), ID, "us")
}

fn picture() -> FileRef {
    FileRef { filename: "a b.png".into(), subfolder: "x/y".into(), folder: Folder::Temp }
}

/// What each kind of call says of a server.
async fn every_call(client: &Client) -> Vec<BackendError> {
    vec![
        client.prompt(&request()).await.unwrap_err(),
        client.queue_remaining().await.unwrap_err(),
        client.queue().await.unwrap_err(),
        client.history(ID).await.unwrap_err(),
        client.object_info().await.unwrap_err(),
        client.system_stats().await.unwrap_err(),
        client.upload_image("a.png", Bytes::from_static(b"x")).await.unwrap_err(),
        client.view(&picture()).await.unwrap_err(),
    ]
}

#[tokio::test]
async fn a_web_page_is_not_taken_for_an_answer() {
    let server = Hostile::start(|_| said(200, "text/html; charset=utf-8", "<html>")).await;
    for error in every_call(&hasty(&server)).await {
        assert_eq!(error.to_string(), "the answer is not one of ComfyUI: a web page");
    }
}

#[tokio::test]
async fn text_that_is_no_json_is_not_taken_for_an_answer() {
    let server = Hostile::json(200, "<html>").await;
    let error = hasty(&server).queue_remaining().await.unwrap_err();
    assert!(matches!(error, BackendError::NotComfy(_)), "{error}");
    let server = Hostile::json(200, r#"{"exec_info": "busy"}"#).await;
    let error = hasty(&server).queue_remaining().await.unwrap_err();
    assert!(matches!(error, BackendError::NotComfy(_)), "{error}");
}

#[tokio::test]
async fn a_body_without_end_is_read_to_the_limit_only() {
    let endless = |_: &str| Answer::Endless(format!("{}\r\n", head(200, "application/json")));
    let server = Hostile::start(endless).await;
    let client = patient(server.url()).with_limits(Limits { deadline: LIMITS.transfer, ..LIMITS });
    let error = client.queue().await.unwrap_err();
    assert!(matches!(error, BackendError::TooLarge { limit: 0x10_0000 }), "{error}");
    let view = client.view(&picture()).await.unwrap();
    let error = view.body.try_collect::<Vec<_>>().await.unwrap_err();
    assert!(matches!(error, BackendError::TooLarge { limit: 0x10_0000 }), "{error}");
}

#[tokio::test]
async fn a_body_that_announces_too_much_is_not_read_at_all() {
    let announce = |_: &str| {
        Answer::Silence(format!("{}Content-Length: 999999999\r\n\r\n", head(200, "image/png")))
    };
    let server = Hostile::start(announce).await;
    let client = hasty(&server);
    assert!(matches!(client.queue().await, Err(BackendError::TooLarge { .. })));
    assert!(matches!(client.view(&picture()).await, Err(BackendError::TooLarge { .. })));
    assert!(matches!(client.object_info().await, Err(BackendError::TooLarge { .. })));
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let redirect = |_: &str| {
        Answer::Bytes(
            b"HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n".into(),
        )
    };
    let server = Hostile::start(redirect).await;
    for error in every_call(&hasty(&server)).await {
        assert!(matches!(error, BackendError::Status(302)), "{error}");
    }
    assert!(server.asked().iter().all(|asked| !asked.contains("elsewhere")));
}

#[tokio::test]
async fn a_server_that_says_nothing_runs_into_the_deadline() {
    let server = Hostile::start(|_| Answer::Silence(String::new())).await;
    let error = hasty(&server).prompt(&request()).await.unwrap_err();
    assert!(matches!(error, BackendError::Timeout), "{error}");
    assert!(!error.surely_not_done());
}

#[tokio::test]
async fn a_file_that_stops_coming_is_given_up() {
    let stall = |_: &str| {
        Answer::Silence(format!("{}Content-Length: 100\r\n\r\nsome", head(200, "image/png")))
    };
    let server = Hostile::start(stall).await;
    let mut view = hasty(&server).view(&picture()).await.unwrap();
    assert_eq!((view.content_type.as_deref(), view.length), (Some("image/png"), Some(100)));
    assert_eq!(view.body.try_next().await.unwrap().unwrap(), "some");
    assert!(matches!(view.body.try_next().await, Err(BackendError::Timeout)));
    assert!(matches!(view.body.try_next().await, Ok(None)));
}

#[tokio::test]
async fn a_connection_that_breaks_is_told_from_one_that_was_never_made() {
    let cut = |_: &str| {
        Answer::Bytes(
            format!("{}Content-Length: 100\r\n\r\n[1", head(200, "application/json")).into(),
        )
    };
    let server = Hostile::start(cut).await;
    let error = hasty(&server).queue().await.unwrap_err();
    assert!(matches!(error, BackendError::Broken(_)) && !error.surely_not_done(), "{error}");

    // Bound and closed again, so that nobody listens there.
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let nobody = patient(format!("http://{free}").parse().unwrap());
    for error in every_call(&nobody).await {
        assert!(
            matches!(error, BackendError::Unreachable(_)) && error.surely_not_done(),
            "{error}"
        );
        assert!(!error.to_string().contains("127.0.0.1"), "{error}");
    }
}

#[tokio::test]
async fn a_fault_of_the_server_is_its_status() {
    let server = Hostile::start(|_| said(500, "text/plain", "500 Internal Server Error")).await;
    for error in every_call(&hasty(&server)).await {
        assert!(matches!(error, BackendError::Status(500)), "{error}");
    }
}

#[tokio::test]
async fn a_refusal_says_why() {
    let refusal = r#"{"error": {"type": "prompt_outputs_failed_validation", "message": "m", "details": "", "extra_info": {}},
        "node_errors": {"5": {"errors": [{"type": "value_bigger_than_max", "message": "Too big", "details": "steps",
        "extra_info": {"input_name": "steps", "received_value": Infinity}}], "dependent_outputs": ["7"], "class_type": "KSampler"}}}"#;
    let server = Hostile::json(400, refusal).await;
    let error = hasty(&server).prompt(&request()).await.unwrap_err();
    assert!(error.surely_not_done());
    let BackendError::Refused(refusal) = error else { panic!("{error}") };
    assert_eq!(refusal.to_string(), "node 5 (KSampler): Too big: steps");
    assert_eq!(refusal.node_errors["5"].errors[0].input_name(), Some("steps"));

    let server = Hostile::start(|_| said(400, "text/plain", "Got more than 8190 bytes")).await;
    assert!(matches!(hasty(&server).prompt(&request()).await, Err(BackendError::Status(400))));
}

#[tokio::test]
async fn a_submission_carries_what_it_must_and_nothing_else() {
    let server = Hostile::json(200, r#"{"prompt_id": "p", "number": 7, "node_errors": {}}"#).await;
    let mut base = server.url();
    base.set_path("/below/here/");
    base.set_query(Some("token=1"));
    let accepted = patient(base).prompt(&request()).await.unwrap();
    assert_eq!((accepted.prompt_id.as_str(), accepted.number), ("p", 7.0));

    let heard = &server.heard()[0];
    let (head, body) = heard.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("POST /below/here/prompt HTTP/1.1\r\n"), "{head}");
    let mut names: Vec<_> =
        head.lines().skip(1).map(|line| line.split(':').next().unwrap()).collect();
    names.sort_unstable();
    assert_eq!(names, ["accept", "content-length", "content-type", "host"]);
    assert_eq!(body, format!(r#"{{"prompt":{{}},"prompt_id":"{ID}","client_id":"us"}}"#));
}

#[tokio::test]
async fn history_with_nan_is_read_and_an_unknown_job_is_none() {
    let known = r#"{"0acf85a6-f15e-4466-9260-3adef1f48816": {"outputs": {"1": {"values": [NaN], "images":
        [{"filename": "a.png", "subfolder": "", "type": "output"}]}},
        "status": {"status_str": "success", "completed": true, "messages": []}}}"#;
    let server = Hostile::json(200, known).await;
    let entry = hasty(&server).history(ID).await.unwrap().unwrap();
    assert_eq!(entry.outcome(), Outcome::Success);
    assert_eq!(entry.files().count(), 1);
    assert_eq!(server.asked(), [format!("GET /history/{ID}")]);

    let server = Hostile::json(200, "{}").await;
    assert_eq!(hasty(&server).history(ID).await.unwrap(), None);
}

#[tokio::test]
async fn cancelling_names_the_job() {
    let server = Hostile::json(200, r#"{"cancelled": true}"#).await;
    assert!(hasty(&server).cancel(ID).await.unwrap());
    assert_eq!(server.asked(), [format!("POST /api/jobs/{ID}/cancel")]);
}

/// A server without the jobs API, with one job that runs and one that waits.
async fn old_server(running: Uuid, waiting: Uuid) -> Hostile {
    let queue = format!(
        r#"{{"queue_running": [[1, "{running}", {{}}, {{}}, []]], "queue_pending": [[2, "{waiting}", {{}}, {{}}, []]]}}"#
    );
    Hostile::start(move |request| match request {
        _ if request.starts_with("GET /queue") => json(200, &queue),
        _ if request.starts_with("POST /api") => said(404, "application/octet-stream", ""),
        _ => said(200, "", ""),
    })
    .await
}

#[tokio::test]
async fn an_old_server_is_never_told_to_interrupt_the_job_of_another() {
    let server = old_server(Uuid::nil(), ID).await;
    assert!(hasty(&server).cancel(ID).await.unwrap());
    let told = server.heard();
    assert!(
        told.iter().any(|request| request.ends_with(&format!(r#"{{"delete":["{ID}"]}}"#))),
        "{told:?}"
    );
    assert!(!told.iter().any(|request| request.starts_with("POST /interrupt")), "{told:?}");
}

#[tokio::test]
async fn an_old_server_is_told_to_interrupt_ours() {
    let server = old_server(ID, Uuid::nil()).await;
    assert!(hasty(&server).cancel(ID).await.unwrap());
    let last = server.heard().pop().unwrap();
    assert!(last.starts_with("POST /interrupt "), "{last}");
    assert!(last.ends_with(&format!(r#"{{"prompt_id":"{ID}"}}"#)), "{last}");

    let server = old_server(Uuid::nil(), Uuid::max()).await;
    assert!(!hasty(&server).cancel(ID).await.unwrap(), "there was nothing to stop");
}

#[tokio::test]
async fn an_upload_never_overwrites_and_says_its_new_name() {
    let server =
        Hostile::json(200, r#"{"name": "a (1).png", "subfolder": "", "type": "input"}"#).await;
    let stored = hasty(&server).upload_image("a.png", Bytes::from_static(b"bytes")).await.unwrap();
    assert_eq!(stored.as_input(), "a (1).png");
    let heard = &server.heard()[0];
    assert!(heard.starts_with("POST /upload/image "));
    assert!(heard.contains("name=\"image\"; filename=\"a.png\"\r\n\r\nbytes\r\n"), "{heard}");
    assert!(heard.contains("name=\"overwrite\"\r\n\r\nfalse\r\n"), "{heard}");
}

#[tokio::test]
async fn a_name_that_would_break_the_upload_is_not_sent() {
    let server = Hostile::json(200, "{}").await;
    for name in ["", "a/b.png", "..\\b.png", "a\".png", "a\r\nX: y.png", "a\0.png"] {
        let error = hasty(&server).upload_image(name, Bytes::new()).await.unwrap_err();
        assert!(matches!(error, BackendError::BadName(_)), "{name:?}: {error}");
        assert!(!error.to_string().contains('\n'));
    }
    assert!(server.heard().is_empty());
}

#[tokio::test]
async fn a_file_is_asked_for_by_its_parts() {
    let server = Hostile::start(|_| said(200, "image/png", "bytes")).await;
    let view = hasty(&server).view(&picture()).await.unwrap();
    let pieces: Vec<Bytes> = view.body.try_collect().await.unwrap();
    assert_eq!(pieces.concat(), b"bytes");
    assert_eq!(server.asked(), ["GET /view?filename=a+b.png&subfolder=x%2Fy&type=temp"]);
}

#[tokio::test]
async fn the_catalogue_comes_as_it_is() {
    let server = Hostile::json(200, r#"{"A": {}}"#).await;
    let bytes = hasty(&server).object_info().await.unwrap();
    assert_eq!(Definitions::parse(&bytes).unwrap().len(), 1);
}

#[test]
fn what_is_no_address_of_a_server_is_refused() {
    for address in ["ftp://host", "file:///tmp", "data:x", "unix:/run/x"] {
        let error = Client::new(address.parse().unwrap(), plain()).unwrap_err();
        assert!(matches!(error, BackendError::BadAddress(_)), "{address}");
    }
}
