use uuid::Uuid;
use wire::{JobStatus, NodeState};

use super::*;

fn somebody(n: u128) -> PrincipalId {
    PrincipalId(Uuid::from_u128(n))
}

fn job(n: u128) -> JobId {
    JobId(Uuid::from_u128(n))
}

fn node(name: &str) -> Event {
    Event::Node { node: name.into(), state: NodeState::Running }
}

fn finished() -> Event {
    Event::Finished { at: 0, status: JobStatus::Succeeded, failure: None, expires_at: None }
}

/// Everything a watch has to tell now.
fn told(watch: &mut Watch) -> Vec<Told> {
    std::iter::from_fn(|| watch.try_next()).collect()
}

/// The numbers of the events among them.
fn numbers(told: &[Told]) -> Vec<u64> {
    let messages = told.iter().filter_map(|told| match told {
        Told::News(news) => Some(news.message()),
        _ => None,
    });
    let numbers = messages.filter_map(|message| match message {
        ToViewer::Event { seq, .. } => Some(*seq),
        _ => None,
    });
    numbers.collect()
}

#[test]
fn events_arrive_in_order_and_once() {
    let hub = Hub::default();
    let mut watch = hub.watch_mine(somebody(1));
    for seq in 2..10 {
        hub.event((somebody(1), job(1)), seq, &node("5"));
    }
    assert_eq!(numbers(&told(&mut watch)), (2..10).collect::<Vec<_>>());
    assert_eq!(told(&mut watch), []);
}

#[test]
fn viewers_share_one_encoding() {
    let hub = Hub::default();
    let mut watches = [hub.watch_mine(somebody(1)), hub.watch_job(somebody(1), job(1))];
    hub.event((somebody(1), job(1)), 2, &node("5"));
    let texts = watches.each_mut().map(|watch| match watch.try_next() {
        Some(Told::News(news)) => news.text().as_bytes().as_ptr(),
        other => panic!("expected an event, not {other:?}"),
    });
    assert_eq!(texts[0], texts[1]);
}

#[test]
fn of_progress_and_previews_only_the_latest_is_told() {
    let hub = Hub::default();
    let mut watch = hub.watch_job(somebody(1), job(1));
    let about = (somebody(1), job(1));
    hub.event(about, 2, &node("5"));
    for step in 0..100_u8 {
        hub.progress(about, &Progress { fraction: f32::from(step) / 100.0, ..Progress::default() });
        hub.preview(about, PreviewFormat::Jpeg, &[step]);
    }
    let told = told(&mut watch);
    let [Told::News(_), Told::News(progress), Told::Preview(preview)] = told.as_slice() else {
        panic!("expected an event, a progress and a preview, not {told:?}");
    };
    assert!(progress.text().contains("0.99"), "{progress:?}");
    assert_eq!(preview.last(), Some(&99));
}

// safety 12, 13
#[test]
fn nobody_is_told_of_what_is_not_theirs() {
    let hub = Hub::default();
    let mut other = hub.watch_mine(somebody(2));
    let mut stranger = hub.watch_job(somebody(2), job(1));
    let mut elsewhere = hub.watch_job(somebody(1), job(2));
    hub.event((somebody(1), job(1)), 2, &node("5"));
    hub.preview((somebody(1), job(1)), PreviewFormat::Png, b"secret");
    for watch in [&mut other, &mut stranger, &mut elsewhere] {
        assert_eq!(told(watch), []);
    }
}

#[test]
fn a_new_job_asks_for_its_snapshot() {
    let hub = Hub::default();
    let mut watch = hub.watch_mine(somebody(1));
    hub.event((somebody(1), job(1)), 1, &Event::Queued { at: 0 });
    assert_eq!(told(&mut watch), [Told::Resync(job(1))]);
}

// safety 35
#[test]
fn a_viewer_that_does_not_read_holds_bounded_memory_and_is_resynchronised() {
    let hub = Hub::default();
    let mut slow = hub.watch_job(somebody(1), job(1));
    for seq in 2..10_000 {
        hub.event((somebody(1), job(1)), seq, &node("5"));
        hub.preview((somebody(1), job(1)), PreviewFormat::Jpeg, &[0; 1000]);
    }
    let told = told(&mut slow);
    assert!(told.len() < 100, "{} things were kept", told.len());
    assert_eq!(told[0], Told::Resync(job(1)));
    let numbers = numbers(&told);
    assert_eq!(numbers.last(), Some(&9_999));
    assert!(numbers.is_sorted());
}

#[test]
fn a_viewer_that_kept_up_is_not_resynchronised() {
    let hub = Hub::default();
    let mut quick = hub.watch_job(somebody(1), job(1));
    let mut seen = Vec::new();
    for seq in 2..1_000 {
        hub.event((somebody(1), job(1)), seq, &node("5"));
        seen.extend(told(&mut quick));
    }
    assert_eq!(numbers(&seen), (2..1_000).collect::<Vec<_>>());
}

#[test]
fn a_late_viewer_gets_the_last_preview_at_once() {
    let hub = Hub::default();
    let about = (somebody(1), job(1));
    hub.event(about, 2, &node("5"));
    hub.preview(about, PreviewFormat::Jpeg, b"now");
    let mut late = hub.watch_job(somebody(1), job(1));
    let told = told(&mut late);
    assert!(matches!(&told[..], [Told::Preview(frame)] if frame.ends_with(b"now")), "{told:?}");
}

#[test]
fn nothing_is_kept_when_all_is_over_and_nobody_watches() {
    let hub = Hub::default();
    let watch = hub.watch_mine(somebody(1));
    hub.event((somebody(1), job(1)), 1, &Event::Queued { at: 0 });
    drop(watch);
    assert_eq!(hub.lock().len(), 1, "the job still runs");
    hub.event((somebody(1), job(1)), 2, &finished());
    assert_eq!(hub.lock().len(), 0);
    drop(hub.watch_mine(somebody(2)));
    assert_eq!(hub.lock().len(), 0);
}

#[test]
fn late_news_of_a_job_that_is_over_is_not_told() {
    let hub = Hub::default();
    let mut watch = hub.watch_mine(somebody(1));
    let about = (somebody(1), job(1));
    hub.event(about, 2, &finished());
    hub.progress(about, &Progress::default());
    hub.preview(about, PreviewFormat::Jpeg, b"late");
    assert_eq!(numbers(&told(&mut watch)), [2]);
}

#[tokio::test]
async fn a_waiting_viewer_is_woken() {
    let hub = Hub::default();
    let mut watch = hub.watch_mine(somebody(1));
    let (told, ()) = tokio::join!(watch.next(), async {
        hub.event((somebody(1), job(1)), 2, &node("5"));
    });
    assert_eq!(numbers(&[told]), [2]);
}
