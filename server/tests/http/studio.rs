//! The host's side: a file becomes a page that guests can use, and nothing more than was exposed.

use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use serde_json::{Value, json};
use wire::studio::{Bench, Difference, StudioEntry, Subject, VersionInfo};
use wire::{
    BindManifest, Condition, FieldManifest, FieldType, Job, Manifest, Workflow, WorkflowSummary,
};

use super::house::{API, Answer, House, post, small};

/// A small graph that the demo engine runs.
pub(super) fn graph() -> Value {
    let text = include_str!("../../workflows/text-to-picture.json");
    let mut graph: Value = serde_json::from_str(text).unwrap();
    graph["4"]["inputs"]["ckpt_name"] = json!("parlor-painter.safetensors");
    graph
}

pub(super) async fn import(house: &House, name: &str, file: impl Into<Body>) -> Answer {
    let request = Request::post(format!("{API}/studio/import?name={name}"))
        .header("content-type", "application/octet-stream");
    house.answer(request.body(file.into()).unwrap()).await
}

pub(super) async fn put(house: &House, bench: &Bench, manifest: &Manifest) -> Answer {
    let body = json!({ "manifest": manifest, "revision": bench.draft.revision });
    let request = Request::put(format!("{API}/studio/workflows/{}", bench.entry.slug))
        .header("content-type", "application/json");
    house.answer(request.body(Body::from(body.to_string())).unwrap()).await
}

pub(super) async fn publish(house: &House, bench: &Bench) -> Answer {
    let uri = format!("{API}/studio/workflows/{}/publish", bench.entry.slug);
    house.answer(post(&uri, &json!({ "revision": bench.draft.revision }))).await
}

/// A house whose backend has told what it has.
pub(super) async fn house() -> House {
    let house = House::working(0).await;
    while house.app.backends.definitions().is_empty() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    house
}

/// The graph as a draft that only asks for a prompt and steps.
pub(super) async fn draft(house: &House) -> Bench {
    let bench: Bench = import(house, "my-picture.json", graph().to_string()).await.json();
    let mut manifest = bench.draft.manifest.clone();
    manifest.fields.retain(|field| ["prompt", "steps"].contains(&&*field.name));
    for field in &mut manifest.fields {
        field.label = format!("The {}", field.name);
    }
    let answer = put(house, &bench, &manifest).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    answer.json()
}

#[tokio::test]
async fn a_file_becomes_a_page_and_a_guest_sets_only_what_was_exposed() {
    let house = house().await;
    let bench = draft(&house).await;
    assert_eq!(bench.entry.published, None);
    let list: Vec<WorkflowSummary> = house.get(&format!("{API}/workflows")).await.json();
    assert!(list.iter().all(|one| one.slug != "my-picture"), "a draft is not shown");

    let published = publish(&house, &bench).await;
    assert_eq!(published.status, StatusCode::OK, "{}", published.text());
    assert_eq!(published.json::<Bench>().entry.published, Some(1));

    let guest = house.visitor().await;
    let form: Workflow = guest.get(&format!("{API}/workflows/my-picture")).await.json();
    let labels: Vec<_> = form.fields.iter().map(|field| field.label.as_str()).collect();
    assert_eq!(labels, ["The prompt", "The steps"]);

    let run = format!("{API}/workflows/my-picture/jobs?wait=60");
    let done = guest.post(&run, &json!({ "inputs": { "prompt": "a red hill", "steps": 2 } })).await;
    assert_eq!(done.status, StatusCode::OK, "{}", done.text());
    assert_eq!(done.json::<Job>().outputs.len(), 1);

    // safety 5
    for hidden in ["seed", "cfg", "3.seed", "4.ckpt_name", "filename_prefix"] {
        let refused = guest.post(&run, &json!({ "inputs": { "prompt": "a", hidden: 1 } })).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(refused.problem().field.as_deref(), Some(hidden));
    }
    // Doors for graphs are for others than guests: the table of routes says so.
    for (door, hidden) in [
        ("/api", json!({ "seed": 1 })),
        ("/api", json!({ "cfg_scale": 1.0 })),
        ("/api", json!({ "negative_prompt": "x" })),
        ("/api/generate", json!({ "width": 64, "user_id": "ada" })),
        ("/v1/images/generations", json!({ "seed": 1 })),
        ("/v1/images/generations", json!({ "size": "64x64" })),
    ] {
        let mut asked = json!({ "model": "my-picture", "prompt": "a red hill" });
        asked.as_object_mut().unwrap().extend(hidden.as_object().unwrap().clone());
        let refused = guest.post(door, &asked).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{asked}: {}", refused.text());
    }
}

// safety 5
#[tokio::test]
async fn a_closed_field_a_range_and_a_list_are_held_whatever_comes() {
    let house = house().await;
    let bench = draft(&house).await;
    let mut manifest = bench.draft.manifest.clone();
    let steps = manifest.fields.iter_mut().find(|field| field.name == "steps").unwrap();
    (steps.min, steps.max, steps.default) = (Some(2.0), Some(4.0), Some(json!(3)));
    manifest.fields.push(FieldManifest {
        name: "guidance".into(),
        label: "Guidance".into(),
        kind: FieldType::Number,
        closed: true,
        min: Some(1.0),
        max: Some(9.0),
        step: Some(0.5),
        default: Some(json!(2.5)),
        bind: vec![BindManifest::Plain("3.cfg".into())],
        ..FieldManifest::default()
    });
    manifest.fields.push(FieldManifest {
        name: "sampler".into(),
        label: "Sampler".into(),
        kind: FieldType::Choice,
        from: Some("KSampler.sampler_name".into()),
        options: ["euler", "heun"].map(option).into(),
        default: Some(json!("euler")),
        when: Some(Condition { field: "steps".into(), is: vec![json!(4)] }),
        bind: vec![BindManifest::Plain("3.sampler_name".into())],
        ..FieldManifest::default()
    });
    let bench: Bench = put(&house, &bench, &manifest).await.json();
    assert_eq!(publish(&house, &bench).await.status, StatusCode::OK);

    let guest = house.visitor().await;
    let run = format!("{API}/workflows/my-picture/jobs");
    for (field, value) in
        [("steps", json!(5)), ("guidance", json!(2.5)), ("sampler", json!("dpm_2"))]
    {
        let refused = guest
            .post(&run, &json!({ "inputs": { "prompt": "a", "steps": 4, field: value } }))
            .await;
        assert_eq!(refused.problem().field.as_deref(), Some(field), "{}", refused.text());
    }
    // What does not count this time is not looked at, and not used.
    let job: Job =
        guest.post(&run, &json!({ "inputs": { "prompt": "a", "sampler": "heun" } })).await.json();
    assert_eq!(job.inputs.get("sampler"), None);
    let made: Value = guest.get(&format!("{API}/jobs/{}/graph", job.id)).await.json();
    assert_eq!(
        (&made["3"]["inputs"]["sampler_name"], &made["3"]["inputs"]["cfg"]),
        (&json!("euler"), &json!(2.5))
    );
    let job: Job = guest
        .post(&run, &json!({ "inputs": { "prompt": "a", "steps": 4, "sampler": "heun" } }))
        .await
        .json();
    let made: Value = guest.get(&format!("{API}/jobs/{}/graph", job.id)).await.json();
    assert_eq!(made["3"]["inputs"]["sampler_name"], "heun");
}

fn option(name: &str) -> wire::OptionManifest {
    wire::OptionManifest { value: json!(name), label: name.into(), words: None }
}

#[tokio::test]
async fn a_job_keeps_its_version_and_any_version_can_be_shown_again() {
    let house = house().await;
    let bench = draft(&house).await;
    let first: Bench = publish(&house, &bench).await.json();
    let guest = house.visitor().await;
    let run = format!("{API}/workflows/my-picture/jobs");
    let before: Job = guest.post(&run, &small_prompt()).await.json();

    let mut manifest = first.draft.manifest.clone();
    manifest.fields[0].label = "Words".into();
    let bench: Bench = put(&house, &first, &manifest).await.json();
    let second: Bench = publish(&house, &bench).await.json();
    assert_eq!((second.entry.published, second.entry.newest), (Some(2), 2));
    let kept: Job = guest.get(&format!("{API}/jobs/{}", before.id)).await.json();
    assert_eq!(kept.workflow_version, 1);

    let own = format!("{API}/studio/workflows/my-picture");
    let found: Vec<Difference> = house.get(&format!("{own}/compare?from=1&to=2")).await.json();
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!((found[0].subject, &*found[0].key), (Subject::Field, "label"));
    assert_eq!((&found[0].before, &found[0].after), (&json!("The prompt"), &json!("Words")));

    let back = house.answer(post(&format!("{own}/versions/1/publish"), &json!({}))).await;
    assert_eq!(back.json::<Bench>().entry.published, Some(1));
    let form: Workflow = guest.get(&format!("{API}/workflows/my-picture")).await.json();
    assert_eq!((form.version, &*form.fields[0].label), (1, "The prompt"));
    let versions: Vec<VersionInfo> = house.get(&format!("{own}/versions")).await.json();
    let told: Vec<_> = versions.iter().map(|one| (one.version, one.published, one.jobs)).collect();
    assert_eq!(told, [(2, false, 0), (1, true, 1)]);
    assert_eq!(
        house.answer(post(&format!("{own}/versions/9/publish"), &json!({}))).await.status,
        404
    );
}

fn small_prompt() -> Value {
    json!({ "inputs": { "prompt": "a", "steps": 1 } })
}

#[tokio::test]
async fn two_hosts_do_not_undo_each_others_work() {
    let house = house().await;
    let bench = draft(&house).await;
    let answer = put(&house, &bench, &bench.draft.manifest).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(put(&house, &bench, &bench.draft.manifest).await.status, StatusCode::CONFLICT);
    assert_eq!(publish(&house, &bench).await.status, StatusCode::CONFLICT);
}

#[tokio::test]
async fn a_broken_form_is_told_by_field_and_is_not_published() {
    let house = house().await;
    let bench = draft(&house).await;
    let mut manifest = bench.draft.manifest.clone();
    let steps = manifest.fields.iter_mut().find(|field| field.name == "steps").unwrap();
    steps.max = Some(20_000.0);
    let bench: Bench = put(&house, &bench, &manifest).await.json();
    let wide = bench.problems.iter().find(|one| one.field.as_deref() == Some("steps")).unwrap();
    assert_eq!(wide.message, "ComfyUI takes steps only up to 10000. Enter 10000 or less.");
    let refused = publish(&house, &bench).await;
    assert_eq!(
        (refused.status, refused.problem().detail),
        (StatusCode::UNPROCESSABLE_ENTITY, wide.message.clone())
    );
    manifest.fields[0].bind = vec![BindManifest::Plain("99.text".into())];
    let bench: Bench = put(&house, &bench, &manifest).await.json();
    assert!(bench.form.is_none() && publish(&house, &bench).await.status == 422);
    assert!(house.get(&format!("{API}/workflows/my-picture")).await.status == 404);
}

#[tokio::test]
async fn what_is_no_workflow_is_refused_in_one_sentence_and_leaves_nothing() {
    let house = house().await;
    let ring = json!({
        "1": {"class_type": "ImageInvert", "inputs": {"image": ["2", 0]}},
        "2": {"class_type": "ImageInvert", "inputs": {"image": ["1", 0]}},
    });
    let files = [
        "not JSON".to_owned(),
        "[]".into(),
        "{\"a\": NaN}".into(),
        "[".repeat(10_000),
        ring.to_string(),
        json!({"1": {"class_type": "ImageInvert", "inputs": {"image": ["9", 0]}}}).to_string(),
        json!({"1": {"inputs": {}}}).to_string(),
        json!({"nodes": [{"id": 1}, {"id": 1}], "links": []}).to_string(),
    ];
    for file in files {
        let shown: String = file.chars().take(60).collect();
        let refused = import(&house, "odd.json", file).await;
        let problem = refused.problem();
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{shown}: {}", refused.text());
        assert!(
            !problem.detail.contains('\n') && problem.detail.len() > 10,
            "{shown}: {}",
            problem.detail
        );
    }
    let list: Vec<StudioEntry> = house.get(&format!("{API}/studio/workflows")).await.json();
    assert_eq!(list.len(), 3, "only what came with the house");
}

/// What keeps the workflow from running, as the studio says it.
async fn problems(house: &House, slug: &str) -> Vec<String> {
    let list: Vec<StudioEntry> = house.get(&format!("{API}/studio/workflows")).await.json();
    let entry = list.into_iter().find(|entry| entry.slug == slug).unwrap();
    entry.problems.into_iter().map(|problem| problem.message).collect()
}

#[tokio::test]
async fn what_is_published_is_checked_again_when_its_backend_has_changed() {
    let folder = tempfile::tempdir().unwrap();
    let mut options = engine::Options::new(folder.path());
    options.models = vec!["mine.safetensors".into()];
    let before = engine::Engine::start(options.clone()).await.unwrap();
    options.listen = before.address();
    let house = House::with(&["--backend", &before.url()]).await;
    while house.app.backends.definitions().is_empty() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let mut graph = graph();
    graph["4"]["inputs"]["ckpt_name"] = json!("mine.safetensors");
    let bench: Bench = import(&house, "mine.json", graph.to_string()).await.json();
    // A model that guests may choose is theirs to choose anew.
    let mut manifest = bench.draft.manifest.clone();
    manifest.fields.retain(|field| field.name == "prompt");
    let bench: Bench = put(&house, &bench, &manifest).await.json();
    assert_eq!(publish(&house, &bench).await.status, StatusCode::OK);
    assert_eq!(problems(&house, &bench.entry.slug).await, [""; 0]);

    before.stop().await;
    options.models = Vec::new();
    let _after = engine::Engine::start(options).await.unwrap();
    let said = loop {
        let said = problems(&house, &bench.entry.slug).await;
        if !said.is_empty() {
            break said;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    };
    assert!(said.iter().any(|words| words.contains("mine.safetensors")), "{said:?}");
}

#[tokio::test]
async fn a_job_and_a_picture_that_carries_its_workflow_can_be_taken_up() {
    let house = house().await;
    let guest = house.visitor().await;
    let job = guest.picture().await;
    let from = guest.post(&format!("{API}/studio/import/from"), &json!({ "job": job.id })).await;
    assert_eq!(from.status, StatusCode::CREATED, "{}", from.text());
    let bench: Bench = from.json();
    assert_eq!(bench.entry.slug, "text-to-picture-2");
    assert!(bench.draft.manifest.fields.iter().any(|field| field.name == "prompt"));
    let foreign = house.visitor().await;
    let other = foreign.post(&format!("{API}/studio/import/from"), &json!({ "job": job.id })).await;
    assert_eq!(other.status, StatusCode::NOT_FOUND);
    let inside = json!({ "url": "http://127.0.0.1:9/x.json" });
    let refused = guest.post(&format!("{API}/studio/import/from"), &inside).await;
    assert_eq!(refused.problem().field.as_deref(), Some("url"));
}

#[tokio::test]
async fn a_workflow_is_fetched_from_an_address() {
    let routes = axum::Router::new()
        .route("/shared/My%20fox.json", axum::routing::get(|| async { graph().to_string() }));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, routes).await });
    let house = House::working_with(&["--fetch-http", "--fetch-network", "127.0.0.1/32"]).await;
    let from = |path: &str| json!({ "url": format!("{address}/shared/{path}") });
    let to = format!("{API}/studio/import/from");
    let fetched = house.answer(post(&to, &from("My%20fox.json"))).await;
    assert_eq!(fetched.status, StatusCode::CREATED, "{}", fetched.text());
    assert_eq!(fetched.json::<Bench>().draft.graph, graph());
    let missing = house.answer(post(&to, &from("none.json"))).await;
    assert_eq!(missing.problem().field.as_deref(), Some("url"));
}

// safety 11
#[tokio::test]
async fn the_studio_is_for_hosts_only() {
    let house = house().await;
    let own = format!("{API}/studio/workflows");
    for (method, uri) in [
        ("GET", own.clone()),
        ("GET", format!("{own}/upscale")),
        ("PUT", format!("{own}/upscale")),
        ("DELETE", format!("{own}/upscale")),
        ("DELETE", format!("{own}/upscale/draft")),
        ("PUT", format!("{own}/upscale/cover")),
        ("POST", format!("{own}/upscale/publish")),
        ("POST", format!("{own}/upscale/hide")),
        ("GET", format!("{own}/upscale/versions")),
        ("POST", format!("{own}/upscale/versions/1/publish")),
        ("POST", format!("{own}/upscale/versions/1/draft")),
        ("GET", format!("{own}/upscale/compare?from=1")),
        ("POST", format!("{API}/studio/import")),
        ("POST", format!("{API}/studio/import/from")),
    ] {
        let request = Request::builder().method(method).uri(&uri).body(Body::empty()).unwrap();
        let refused = house.answer_to("192.0.2.7:40000", request).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{method} {uri}: {}", refused.text());
    }
    assert_eq!(house.get(&format!("{own}/upscale")).await.status, StatusCode::OK);
}

#[tokio::test]
async fn what_a_host_hides_or_deletes_guests_see_no_more() {
    let house = house().await;
    let own = format!("{API}/studio/workflows");
    let hidden = house.answer(post(&format!("{own}/upscale/hide"), &json!({}))).await;
    assert_eq!(hidden.json::<Bench>().entry.published, None);
    assert_eq!(house.get(&format!("{API}/workflows/upscale")).await.status, StatusCode::NOT_FOUND);
    let bench = draft(&house).await;
    publish(&house, &bench).await;
    let delete = |slug: &str| Request::delete(format!("{own}/{slug}")).body(Body::empty()).unwrap();
    assert_eq!(house.answer(delete("my-picture")).await.status, StatusCode::NO_CONTENT);
    assert_eq!(house.get(&format!("{own}/my-picture")).await.status, StatusCode::NOT_FOUND);
    let jobs =
        house.visitor().await.post(&format!("{API}/workflows/my-picture/jobs"), &small("a")).await;
    assert_eq!(jobs.status, StatusCode::NOT_FOUND);
}
