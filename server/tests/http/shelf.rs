//! What guests see of workflows: those from a folder, those for others, and in whose language.

use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use serde_json::json;
use wire::studio::Bench;
use wire::{Metadata, Workflow, WorkflowSummary};

use super::house::{API, House, post};
use super::studio::{draft, graph, house, publish, put};

#[tokio::test]
async fn what_lies_in_the_folder_is_published_and_published_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_str().unwrap().to_owned();
    std::fs::write(folder.path().join("sketch.json"), graph().to_string()).unwrap();
    let house = House::working_with(&["--workflows", &path]).await;
    let form = until(&house, |form| form.version == 1).await;
    assert_eq!(form.about.title, "Sketch");

    // A file that was broken is told in the log; guests keep what they had.
    std::fs::write(folder.path().join("sketch.json"), "{").unwrap();
    std::fs::write(folder.path().join("other.json"), graph().to_string()).unwrap();
    let other = format!("{API}/workflows/other");
    while house.get(&other).await.status != 200 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(until(&house, |_| true).await.version, 1);

    let bench: Bench = house.get(&format!("{API}/studio/workflows/sketch")).await.json();
    let mut manifest = bench.draft.manifest;
    manifest.title = "A sketch".into();
    std::fs::write(folder.path().join("sketch.toml"), toml::to_string(&manifest).unwrap()).unwrap();
    std::fs::write(folder.path().join("sketch.json"), graph().to_string()).unwrap();
    assert_eq!(until(&house, |form| form.version == 2).await.about.title, "A sketch");

    std::fs::remove_file(folder.path().join("other.json")).unwrap();
    while house.get(&other).await.status != 404 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// The form of `sketch`, once it is as wanted.
async fn until(house: &House, wanted: impl Fn(&Workflow) -> bool) -> Workflow {
    loop {
        let answer = house.get(&format!("{API}/workflows/sketch")).await;
        if answer.status == 200 && wanted(&answer.json()) {
            return answer.json();
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

// safety 11
#[tokio::test]
async fn a_workflow_for_others_is_as_good_as_none() {
    let house = house().await;
    let bench = draft(&house).await;
    let mut manifest = bench.draft.manifest.clone();
    manifest.policy.who = wire::Access::Hosts;
    let bench: Bench = put(&house, &bench, &manifest).await.json();
    assert_eq!(publish(&house, &bench).await.status, StatusCode::OK);
    let from = |method: &str, uri: String| {
        let request =
            Request::builder().method(method).uri(uri).header("content-type", "application/json");
        house.answer_to("192.0.2.7:40000", request.body(Body::from("{\"inputs\":{}}")).unwrap())
    };
    let cards: Vec<WorkflowSummary> = from("GET", format!("{API}/workflows")).await.json();
    assert!(cards.iter().all(|card| card.slug != "my-picture"));
    for (method, uri) in [
        ("GET", format!("{API}/workflows/my-picture")),
        ("POST", format!("{API}/workflows/my-picture/jobs")),
        ("GET", "/w/my-picture".to_owned()),
        ("GET", "/embed/my-picture".to_owned()),
    ] {
        assert_eq!(from(method, uri.clone()).await.status, StatusCode::NOT_FOUND, "{method} {uri}");
    }
    assert_eq!(house.get(&format!("{API}/workflows/my-picture")).await.status, StatusCode::OK);
}

// safety 5
#[tokio::test]
async fn a_guest_sees_the_graph_of_a_job_only_where_each_file_says_it_anyway() {
    let house = house().await;
    let mut bench = draft(&house).await;
    for (metadata, status) in
        [(Metadata::Stripped, StatusCode::FORBIDDEN), (Metadata::Kept, StatusCode::OK)]
    {
        let mut manifest = bench.draft.manifest.clone();
        manifest.policy.metadata = metadata;
        bench = put(&house, &bench, &manifest).await.json();
        bench = publish(&house, &bench).await.json();
        let asked = json!({ "inputs": { "prompt": "a red hill", "steps": 2 } });
        let asked = post(&format!("{API}/workflows/my-picture/jobs"), &asked);
        let job: wire::Job = house.answer_to("192.0.2.7:40000", asked).await.json();
        let asked = Request::get(format!("{API}/jobs/{}/graph", job.id)).body(Body::empty());
        let answer = house.answer_to("192.0.2.7:40000", asked.unwrap()).await;
        assert_eq!(answer.status, status, "{}", answer.text());
    }
}

#[tokio::test]
async fn a_form_speaks_the_language_of_whoever_asks() {
    let house = house().await;
    let bench = draft(&house).await;
    let mut manifest = bench.draft.manifest.clone();
    let label = wire::FieldTexts { label: Some("Palavras".into()), ..wire::FieldTexts::default() };
    let texts = wire::Texts {
        title: Some("Meu quadro".into()),
        fields: [("prompt".to_owned(), label)].into(),
        ..wire::Texts::default()
    };
    manifest.texts.insert("pt".into(), texts);
    let bench: Bench = put(&house, &bench, &manifest).await.json();
    assert_eq!(publish(&house, &bench).await.status, StatusCode::OK);
    let ask = |language: &str| {
        let request = Request::get(format!("{API}/workflows/my-picture"));
        house.answer(request.header("accept-language", language).body(Body::empty()).unwrap())
    };
    let told = ask("de, pt-BR;q=0.8").await;
    assert_eq!(told.header("vary"), "accept-language");
    let form: Workflow = told.json();
    assert_eq!((&*form.about.title, &*form.fields[0].label), ("Meu quadro", "Palavras"));
    assert_eq!(ask("ja").await.json::<Workflow>().fields[0].label, "The prompt");
}
