//! What listeners hear, and what it costs when they do not.

use comfy::message::{Executing, Progress};
use uuid::Uuid;
use wire::{Event, JobStatus};

use super::*;

fn somebody(n: u128) -> PrincipalId {
    PrincipalId(Uuid::from_u128(n))
}

fn job(n: u128) -> JobId {
    JobId(Uuid::from_u128(n))
}

fn named(name: &str) -> Client {
    Client::Named(name.into())
}

fn executing(node: &str) -> Said {
    let node = Some(NodeId::from(node));
    let executing =
        Executing { display_node: node.clone(), node, prompt_id: Some(job(1).to_string()) };
    Said::Message(Arc::new(Message::Executing(executing)))
}

fn progress(value: f64) -> Said {
    let prompt_id = job(1).to_string();
    let progress = Progress { value, max: 9.0, prompt_id, node: "5".into() };
    Said::Message(Arc::new(Message::Progress(progress)))
}

fn preview(bytes: usize) -> Said {
    let image = Bytes::from(vec![0; bytes]);
    Said::Preview(Preview { meta: None, format: ImageFormat::Jpeg, image })
}

/// Everything an ear hears now: for whom, and what kind.
fn heard(ear: &Ear) -> Vec<(To, String)> {
    let next = || ear.outbox.lock().pop()?.ok();
    let line = |line: Line| {
        let kind = match line.said {
            Said::Message(message) => message.to_parts().0,
            Said::Preview(_) => "preview".into(),
            Said::Text { .. } => "text".into(),
        };
        (line.to, kind)
    };
    std::iter::from_fn(next).map(line).collect()
}

fn kinds(ear: &Ear) -> Vec<String> {
    heard(ear).into_iter().map(|(_, kind)| kind).collect()
}

// safety 12
#[test]
fn nobody_hears_of_anothers_jobs_not_even_under_the_same_name() {
    let hub = Hub::default();
    let [one, two] = [1, 2].map(|n| hub.listen(somebody(n)));
    for n in [1, 2] {
        hub.enters((somebody(n), job(n)), named("same"));
    }
    hub.says((somebody(1), job(1)), executing("5"));
    hub.says((somebody(1), job(2)), executing("6"));
    assert_eq!(heard(&one), [(To::Client("same".into()), "executing".into())]);
    assert_eq!(heard(&two), []);
    assert_eq!(hub.at_work(somebody(1), "same"), Some("5".into()));
    assert_eq!(hub.at_work(somebody(2), "same"), None);
}

#[test]
fn the_end_is_told_when_it_is_ours_and_in_the_order_of_the_protocol() {
    let hub = Hub::default();
    let ear = hub.listen(somebody(1));
    let about = (somebody(1), job(1));
    hub.event(about, 1, &Event::Queued { at: 0 });
    hub.enters(about, named("me"));
    let success = Message::ExecutionSuccess { prompt_id: job(1).to_string(), timestamp: 1 };
    hub.says(about, Said::Message(Arc::new(success)));
    assert_eq!(kinds(&ear), ["status"], "its backend is done, and we are not");
    let over =
        Event::Finished { at: 7, status: JobStatus::Succeeded, failure: None, expires_at: None };
    hub.event(about, 2, &over);
    assert_eq!(kinds(&ear), ["execution_success", "status", "executing"]);
    hub.says(about, executing("5"));
    assert_eq!(kinds(&ear), [""; 0], "it is over");
}

#[test]
fn of_a_prompt_of_nobody_everyone_hears_how_far_it_is_and_no_more() {
    let hub = Hub::default();
    let ear = hub.listen(somebody(1));
    hub.enters((somebody(1), job(1)), Client::Nobody);
    hub.enters((somebody(1), job(2)), Client::Elsewhere);
    for said in [executing("5"), progress(1.0), preview(1)] {
        hub.says((somebody(1), job(1)), said.clone());
        hub.says((somebody(1), job(2)), said);
    }
    assert_eq!(heard(&ear), [(To::All, "progress".into()), (To::All, "preview".into())]);
}

// safety 35
#[test]
fn who_does_not_read_loses_previews_first_and_holds_bounded_memory() {
    let hub = Hub::default();
    let ear = hub.listen(somebody(1));
    let about = (somebody(1), job(1));
    hub.enters(about, named("me"));
    for _ in 0..100 {
        hub.says(about, preview(1 << 20));
        hub.says(about, executing("5"));
        assert!(ear.outbox.lock().bytes <= MOST_BYTES);
    }
    let kinds = kinds(&ear);
    assert_eq!(kinds.iter().filter(|kind| *kind == "executing").count(), 100);
    for _ in 0..=MOST_LINES {
        hub.says(about, executing("5"));
    }
    assert_eq!(ear.outbox.lock().pop().map(|next| next.map(drop)), Some(Err(Behind)));
    assert!(ear.outbox.lock().lines.is_empty());
}

#[test]
fn a_stage_goes_when_nobody_listens_and_nothing_runs() {
    let hub = Hub::default();
    drop(hub.listen(somebody(1)));
    assert!(hub.stages.lock().is_empty());
    hub.enters((somebody(1), job(1)), named("me"));
    hub.leaves((somebody(1), job(1)));
    assert!(hub.stages.lock().is_empty());
}
