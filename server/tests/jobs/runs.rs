//! Runs that go as they should.

use parlor::events::Told;
use parlor::jobs::{IdempotencyKey, SubmitError};
use serde_json::json;
use wire::{Event, JobStatus, NodeState, OutputKind, PreviewHeader, ToViewer};

use crate::fake::{Fake, Mood};
use crate::house::{House, eventually, inputs_of, message, somebody, told_until_over};

#[tokio::test]
async fn a_prompt_becomes_a_picture() {
    let fake = Fake::start();
    let house = House::open(&[fake.url()]).await;
    let job = house.paint(somebody(1)).await;
    let done = house.until_status(somebody(1), job, JobStatus::Succeeded).await;

    assert_eq!((done.backend.as_deref(), done.attempt), (Some("one"), 1));
    assert_eq!(done.inputs["seed"], 7);
    assert_eq!(done.inputs["style"], "none", "defaults are filled in");
    let [output] = done.outputs.as_slice() else { panic!("{:?}", done.outputs) };
    assert_eq!((output.kind, output.name.as_str()), (OutputKind::Image, "a-fox-in-the-snow.png"));
    assert_eq!((output.width, output.height), (Some(32), Some(24)));

    // safety 39: it can be fetched at once.
    let row = house.parts.db.find_output(somebody(1), output.id).await.unwrap().unwrap();
    let bytes = house.parts.files.read(row.hash).await.unwrap();
    assert_eq!(bytes.len() as u64, output.bytes);
}

#[tokio::test]
async fn what_ran_with_another_model_than_the_usual_says_so() {
    let mut fake = Fake::start();
    fake.kill();
    let house = House::open(&[fake.url()]).await;
    let job = house.paint(somebody(1)).await;
    let usual = house.find(somebody(1), job).await.inputs["model"].clone();
    let mut watch = house.parts.hub.watch_job(somebody(1), job);

    let again = Fake::restart(fake.address);
    let done = house.until_status(somebody(1), job, JobStatus::Succeeded).await;
    let ran = again.inner.accepted.lock().unwrap()[0].body["prompt"]["4"].clone();
    assert_ne!(done.inputs["model"], usual);
    assert_eq!(done.inputs["model"], ran["inputs"]["ckpt_name"]);
    assert_eq!(done.inputs["seed"], 7, "nothing else is touched");
    let graph = house.jobs.graph(somebody(1), job).await.unwrap().unwrap();
    assert_eq!(graph["4"], ran);
    let told = told_until_over(&mut watch).await;
    assert!(told.contains(&Told::Resync(job)), "who looks on gets it as it is");
}

#[tokio::test]
async fn a_model_that_the_backend_turns_out_not_to_have_is_named() {
    let mut fake = Fake::start();
    fake.kill();
    let house = House::open(&[fake.url()]).await;
    let inputs = json!({ "prompt": "a fox", "model": "somebodys-choice.safetensors" });
    let job = house.submit(somebody(1), "text-to-picture", inputs).await.unwrap();

    let again = Fake::restart(fake.address);
    let failed = house.until_status(somebody(1), job.id, JobStatus::Failed).await;
    let failure = failed.failure.unwrap();
    assert!(failure.message.contains("somebodys-choice.safetensors"), "{failure:?}");
    assert_eq!(failure.node_title.as_deref(), Some("Checkpoint"));
    assert!(failure.hint.unwrap().contains("Model"));
    assert!(again.accepted().is_empty(), "it was not even asked");
}

#[tokio::test]
async fn a_job_runs_where_its_model_is_and_holds_nobody_up_meanwhile() {
    let (one, two) = (Fake::start_held(), Fake::start());
    two.set(Mood::Other);
    let house = House::open(&[one.url(), two.url()]).await;
    eventually("both are open", || house.parts.backends.status().iter().all(|one| one.open)).await;
    let with = async |who, model| {
        let inputs = json!({ "prompt": "a fox", "steps": 1, "model": model });
        house.submit(somebody(who), "text-to-picture", inputs).await.unwrap().id
    };
    let usual = [
        with(1, "tiny-sd15-random.safetensors").await,
        with(1, "tiny-sd15-random.safetensors").await,
    ];
    let other = with(2, "other.safetensors").await;
    let done = house.until_status(somebody(2), other, JobStatus::Succeeded).await;
    assert_eq!(done.backend.as_deref(), Some("two"));
    assert!(one.accepted().len() == 1 && two.accepted().len() == 1);
    one.allow(2);
    for job in usual {
        let done = house.until_status(somebody(1), job, JobStatus::Succeeded).await;
        assert_eq!(done.backend.as_deref(), Some("one"));
    }
}

#[tokio::test]
async fn a_workflow_whose_nodes_are_nowhere_is_refused_with_their_names() {
    let (one, two) = (Fake::start(), Fake::start());
    one.set(Mood::Blunt);
    two.set(Mood::Blunt);
    let house = House::open(&[one.url(), two.url()]).await;
    eventually("both are open", || house.parts.backends.status().iter().all(|one| one.open)).await;
    let upload = house.upload(somebody(1)).await;
    let inputs = json!({ "picture": { "upload": upload } });
    let refused = house.submit(somebody(1), "upscale", inputs).await.unwrap_err();
    assert!(matches!(&refused, SubmitError::Lacking { nodes } if *nodes == ["ImageSharpen"]));
    assert!(refused.to_string().contains("ImageSharpen"), "{refused}");
    house.paint(somebody(1)).await;
}

#[tokio::test]
async fn its_events_tell_the_run_in_order() {
    let fake = Fake::start();
    let house = House::open(&[fake.url()]).await;
    house.until_open().await;
    let job = house.paint(somebody(1)).await;
    house.until_status(somebody(1), job, JobStatus::Succeeded).await;
    let events = house.events(somebody(1), job).await;
    assert!(matches!(events[0], Event::Queued { .. }), "{events:?}");
    assert!(matches!(&events[1], Event::Started { backend, attempt: 1, .. } if backend == "one"));
    let states: Vec<_> = events
        .iter()
        .filter_map(|event| match event {
            Event::Node { node, state } if node == "3" => Some(*state),
            _ => None,
        })
        .collect();
    assert_eq!(states, [NodeState::Running, NodeState::Done]);
    let [.., Event::Output { .. }, Event::Finished { status, .. }] = events.as_slice() else {
        panic!("{events:?}")
    };
    assert_eq!(*status, JobStatus::Succeeded);
}

#[tokio::test]
async fn a_viewer_sees_it_being_made() {
    let fake = Fake::start_held();
    let house = House::open(&[fake.url()]).await;
    let mut watch = house.parts.hub.watch_mine(somebody(1));
    let mut stranger = house.parts.hub.watch_mine(somebody(2));
    let job = house.paint(somebody(1)).await;
    fake.allow(3);
    let told = told_until_over(&mut watch).await;

    assert_eq!(told[0], Told::Resync(job), "a new job asks for its snapshot");
    let preview = told.iter().find_map(|told| match told {
        Told::Preview(frame) => Some(frame.clone()),
        _ => None,
    });
    let preview = preview.expect("a preview");
    let (header, image) = PreviewHeader::decode(&preview).unwrap();
    assert_eq!(header.job, job);
    assert!(image.starts_with(&[0xff, 0xd8]), "it is a JPEG");
    let fractions: Vec<_> = told
        .iter()
        .filter_map(|told| match message(told)? {
            ToViewer::Progress { progress, .. } => Some(progress.fraction),
            _ => None,
        })
        .collect();
    assert!(!fractions.is_empty() && fractions.is_sorted(), "{fractions:?}");
    // safety 12
    assert_eq!(stranger.try_next(), None);
}

// safety 35
#[tokio::test]
async fn a_viewer_that_returns_gets_what_it_missed_once_and_in_order() {
    let fake = Fake::start_held();
    let house = House::open(&[fake.url()]).await;
    let job = house.paint(somebody(1)).await;
    let seen = house.until_status(somebody(1), job, JobStatus::Running).await.seq;
    fake.allow(1);
    house.until(somebody(1), job, |job| job.seq > seen + 2).await;

    let mut watch = house.parts.hub.watch_job(somebody(1), job);
    let missed = house.jobs.events_after(somebody(1), job, seen).await.unwrap().unwrap();
    fake.allow(2);
    let told = told_until_over(&mut watch).await;
    let told = told.iter().filter_map(|told| match message(told)? {
        ToViewer::Event { seq, .. } => Some(seq),
        _ => None,
    });
    // Events that came between listening and looking are told twice: passed over.
    let last = missed.last().unwrap().0;
    let all: Vec<_> =
        missed.iter().map(|(seq, _)| *seq).chain(told.filter(|seq| *seq > last)).collect();
    let end = house.find(somebody(1), job).await.seq;
    assert_eq!(all, (seen + 1..=end).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_late_viewer_is_told_how_far_it_is() {
    let fake = Fake::start_held();
    let house = House::open(&[fake.url()]).await;
    let job = house.paint(somebody(1)).await;
    fake.allow(1);
    let running = house
        .until(somebody(1), job, |job| {
            job.progress
                .as_ref()
                .is_some_and(|progress| progress.nodes.get("3").is_some_and(|node| node.value == 1))
        })
        .await;
    assert_eq!(running.status, JobStatus::Running);
    let mut late = house.parts.hub.watch_job(somebody(1), job);
    assert!(matches!(late.try_next(), Some(Told::Preview(_))));
    fake.allow(10);
    house.until_status(somebody(1), job, JobStatus::Succeeded).await;
}

#[tokio::test]
async fn a_picture_is_handed_to_the_backend_under_our_name() {
    let fake = Fake::start();
    let house = House::open(&[fake.url()]).await;
    let upload = house.upload(somebody(1)).await;
    let inputs = json!({ "picture": { "upload": upload } });
    let job = house.submit(somebody(1), "upscale", inputs).await.unwrap();
    house.until_status(somebody(1), job.id, JobStatus::Succeeded).await;
    let prompt = fake.inner.accepted.lock().unwrap()[0].clone();
    let name = prompt.body["prompt"]["1"]["inputs"]["image"].as_str().unwrap().to_owned();
    assert!(name.starts_with("parlor-"), "{name}");
    assert!(fake.inner.uploads.lock().unwrap().contains_key(&name));
}

#[tokio::test]
async fn a_result_is_the_next_jobs_picture() {
    let fake = Fake::start();
    let house = House::open(&[fake.url()]).await;
    let first = house.paint(somebody(1)).await;
    house.until_status(somebody(1), first, JobStatus::Succeeded).await;
    let inputs = json!({ "picture": { "job": first, "output": 0 } });
    let next = house.submit(somebody(1), "upscale", inputs).await.unwrap();
    house.until_status(somebody(1), next.id, JobStatus::Succeeded).await;
}

// safety 2, 8
#[tokio::test]
async fn a_backend_gets_nothing_of_the_guest_but_values() {
    let fake = Fake::start();
    let house = House::open(&[fake.url()]).await;
    let job = house.paint(somebody(0x1234_5678_9abc)).await;
    house.until_status(somebody(0x1234_5678_9abc), job, JobStatus::Succeeded).await;
    let prompt = fake.inner.accepted.lock().unwrap()[0].clone();
    let mut keys: Vec<_> = prompt.body.as_object().unwrap().keys().cloned().collect();
    keys.sort();
    assert_eq!(keys, ["client_id", "extra_data", "prompt", "prompt_id"]);
    assert_eq!(prompt.body["extra_data"], json!({ "preview_method": "auto" }));
    let text = prompt.body.to_string();
    assert!(!text.contains(&job.to_string()) && !text.contains("123456789abc"), "{text}");
}

#[tokio::test]
async fn a_running_job_can_be_stopped() {
    let fake = Fake::start_held();
    let house = House::open(&[fake.url()]).await;
    let job = house.paint(somebody(1)).await;
    house.until_status(somebody(1), job, JobStatus::Running).await;
    let answer = house.jobs.cancel(somebody(1), job).await.unwrap().unwrap();
    assert!(matches!(answer.status, JobStatus::Canceling | JobStatus::Canceled), "{answer:?}");
    let stopped = house.until_status(somebody(1), job, JobStatus::Canceled).await;
    assert_eq!((stopped.failure, stopped.outputs), (None, vec![]));
    assert!(fake.inner.running.lock().unwrap().is_none(), "the backend was told");

    let next = house.paint(somebody(1)).await;
    fake.allow(10);
    house.until_status(somebody(1), next, JobStatus::Succeeded).await;
}

#[tokio::test]
async fn a_waiting_job_can_be_stopped_and_knows_its_place() {
    let fake = Fake::start_held();
    let house = House::open(&[fake.url()]).await;
    let running = house.paint(somebody(1)).await;
    house.until_status(somebody(1), running, JobStatus::Running).await;
    let (first, second) = (house.paint(somebody(1)).await, house.paint(somebody(1)).await);
    assert_eq!(house.find(somebody(1), first).await.position, Some(0));
    assert_eq!(house.find(somebody(1), second).await.position, Some(1));

    let mut watch = house.parts.hub.watch_job(somebody(1), second);
    let stopped = house.jobs.cancel(somebody(1), first).await.unwrap().unwrap();
    assert_eq!(stopped.status, JobStatus::Canceled);
    // Its first place may be told yet; the one it moved up to is.
    let moved_up =
        |told: &Told| matches!(message(told), Some(ToViewer::Position { position: 0, .. }));
    while !moved_up(&watch.next().await) {}
    fake.allow(20);
    house.until_status(somebody(1), second, JobStatus::Succeeded).await;
    assert_eq!(fake.accepted().len(), 2, "the stopped one never reached the backend");
}

#[tokio::test]
async fn two_backends_work_side_by_side() {
    let (one, two) = (Fake::start_held(), Fake::start_held());
    let house = House::open(&[one.url(), two.url()]).await;
    let jobs = [house.paint(somebody(1)).await, house.paint(somebody(2)).await];
    for (job, who) in jobs.iter().zip([1, 2]) {
        house.until_status(somebody(who), *job, JobStatus::Running).await;
    }
    one.allow(3);
    two.allow(3);
    for (job, who) in jobs.iter().zip([1, 2]) {
        house.until_status(somebody(who), *job, JobStatus::Succeeded).await;
    }
    assert_eq!((one.accepted().len(), two.accepted().len()), (1, 1));
}

#[tokio::test]
async fn the_time_a_run_takes_is_learned() {
    let fake = Fake::start();
    let house = House::open(&[fake.url()]).await;
    assert_eq!(house.jobs.usual_ms("text-to-picture", 1).await.unwrap(), None);
    let job = house.paint(somebody(1)).await;
    house.until_status(somebody(1), job, JobStatus::Succeeded).await;
    let next = house.paint(somebody(1)).await;
    house.until_status(somebody(1), next, JobStatus::Succeeded).await;
    assert!(house.jobs.usual_ms("text-to-picture", 1).await.unwrap().is_some());
}

// safety 33
#[tokio::test]
async fn one_key_makes_one_job_also_when_sent_at_once() {
    let fake = Fake::start();
    let house = House::open(&[fake.url()]).await;
    let submit = |steps: u32| {
        let inputs = inputs_of(json!({ "prompt": "a fox", "steps": steps }));
        house.jobs.submit(somebody(1), "text-to-picture", inputs, IdempotencyKey::parse("key"))
    };
    let (a, b, c) = tokio::join!(submit(3), submit(3), submit(3));
    let answers = [a.unwrap(), b.unwrap(), c.unwrap()];
    assert_eq!(answers.iter().filter(|answer| !answer.replayed).count(), 1);
    assert!(answers.iter().all(|answer| answer.job.id == answers[0].job.id));
    assert!(submit(4).await.is_err(), "the same key for something else");
    let other = inputs_of(json!({ "prompt": "a fox", "steps": 3 }));
    let other =
        house.jobs.submit(somebody(2), "text-to-picture", other, IdempotencyKey::parse("key"));
    assert!(!other.await.unwrap().replayed, "keys are each principal's own");
}
