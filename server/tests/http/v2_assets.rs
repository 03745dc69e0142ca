//! Comfy API v2: what an asset is. The same bytes under several paths are several, which are
//! kept once and go one by one.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::comfy_v2::{finished, form, hash, inverts, picture, working};
use super::house::{Answer, House, Visitor};

const ASSETS: &str = "/api/v2/assets";

async fn hand_in(visitor: &Visitor<'_>, bytes: &[u8], path: &str) -> Answer {
    visitor.send(form(&[("content_type", "image/png"), ("file_path", path)], Some(bytes))).await
}

async fn from_hash(visitor: &Visitor<'_>, bytes: &[u8], path: Option<&str>) -> Answer {
    let body = json!({ "hash": hash(bytes), "file_path": path });
    visitor.post(&format!("{ASSETS}/from-hash"), &body).await
}

fn at(asset: &Value) -> String {
    format!("{ASSETS}/{}", asset["id"].as_str().unwrap())
}

async fn link(house: &House, asset: &Value) -> Answer {
    let url: axum::http::Uri = asset["url"].as_str().unwrap().parse().unwrap();
    house.get(url.path()).await
}

#[tokio::test]
async fn the_same_bytes_under_two_paths_are_two_assets_and_go_one_by_one() {
    let house = House::quiet().await;
    let (me, bytes) = (house.visitor().await, picture());
    let first = hand_in(&me, &bytes, "a.png").await;
    let second = hand_in(&me, &bytes, "b.png").await;
    assert_eq!((first.status, second.status), (StatusCode::CREATED, StatusCode::OK));
    let (first, second): (Value, Value) = (first.json(), second.json());
    assert_eq!((&first["created_new"], &second["created_new"]), (&json!(true), &json!(false)));
    assert_ne!(first["id"], second["id"]);
    assert_eq!(first["hash"], second["hash"]);
    for (asset, path) in [(&first, "a.png"), (&second, "b.png")] {
        assert_eq!(me.get(&at(asset)).await.json::<Value>()["file_path"], path);
        for answer in [me.get(&format!("{}/content", at(asset))).await, link(&house, asset).await] {
            assert!(answer.header("content-disposition").contains(path), "{path}");
        }
    }

    assert_eq!(me.call("DELETE", &at(&first)).await.status, StatusCode::NO_CONTENT);
    assert_eq!(me.get(&at(&first)).await.status, StatusCode::NOT_FOUND);
    assert_eq!(link(&house, &first).await.status, StatusCode::NOT_FOUND);
    assert_eq!(me.call("DELETE", &at(&first)).await.status, StatusCode::NOT_FOUND);
    assert_eq!(link(&house, &second).await.status, StatusCode::OK, "the other one is untouched");
    assert_eq!(me.call("DELETE", &at(&second)).await.status, StatusCode::NO_CONTENT);
    let by_hash = format!("{ASSETS}/by-hash/{}", hash(&bytes));
    assert_eq!(me.call("HEAD", &by_hash).await.status, StatusCode::NOT_FOUND, "with the last");
}

#[tokio::test]
async fn an_asset_is_minted_of_a_hash_under_any_path_and_once_for_each() {
    let house = House::quiet().await;
    let (me, bytes) = (house.visitor().await, picture());
    let first: Value = hand_in(&me, &bytes, "a.png").await.json();
    let minted = from_hash(&me, &bytes, Some("c.png")).await;
    assert_eq!(minted.status, StatusCode::CREATED);
    let minted: Value = minted.json();
    assert_eq!(minted["file_path"], "c.png");
    for (path, same) in [("c.png", &minted), ("a.png", &first)] {
        let again = from_hash(&me, &bytes, Some(path)).await;
        assert_eq!(again.status, StatusCode::OK, "{path}");
        assert_eq!(again.json::<Value>()["id"], same["id"], "an identical one was there");
    }
    let any = from_hash(&me, &bytes, None).await;
    assert_eq!(any.status, StatusCode::OK);
    assert_eq!(any.json::<Value>()["id"], minted["id"], "the newest, where no path is asked for");
    assert_eq!(me.get(&at(&first)).await.json::<Value>()["file_path"], "a.png");
}

// safety 25
#[tokio::test]
async fn a_path_keeps_its_folders() {
    let house = House::quiet().await;
    let me = house.visitor().await;
    let path = "models/loras/x.png";
    let asset: Value = hand_in(&me, &picture(), path).await.json();
    assert_eq!(asset["file_path"], path);
    let content = me.get(&format!("{}/content", at(&asset))).await;
    assert!(content.header("content-disposition").contains("\"x.png\""), "its name alone");
    let minted: Value = from_hash(&me, &picture(), Some("/../a/./b.png")).await.json();
    assert_eq!(minted["file_path"], "a/b.png");
}

#[tokio::test]
async fn what_another_door_took_in_is_not_deleted_by_this_one() {
    let house = House::quiet().await;
    let (me, bytes) = (house.visitor().await, picture());
    let mine: Value = hand_in(&me, &bytes, "photo.png").await.json();
    let request = axum::http::Request::post("/api/parlor/v1/uploads?name=photo.png");
    let upload = me.send(request.body(bytes.clone().into()).unwrap()).await;
    assert_eq!(upload.status, StatusCode::CREATED, "{}", upload.text());
    let upload: Value = upload.json();
    let there = format!("/api/parlor/v1/uploads/{}", upload["id"].as_str().unwrap());
    let ours = format!("/api/parlor/v1/uploads/{}", mine["id"].as_str().unwrap());
    assert_eq!(me.get(&ours).await.status, StatusCode::OK, "each door knows the ids of both");
    assert_eq!(me.get(&at(&upload)).await.status, StatusCode::OK);
    assert_eq!(me.call("DELETE", &at(&mine)).await.status, StatusCode::NO_CONTENT);
    assert_eq!(me.get(&ours).await.status, StatusCode::NOT_FOUND);
    assert_eq!(me.get(&there).await.status, StatusCode::OK);
}

#[tokio::test]
async fn an_asset_runs_after_another_of_the_same_bytes_was_deleted() {
    let house = working().await;
    let me = house.visitor().await;
    let first: Value = hand_in(&me, &picture(), "a.png").await.json();
    let second: Value = from_hash(&me, &picture(), Some("b.png")).await.json();
    me.call("DELETE", &at(&first)).await;
    let gone = me.post("/api/v2/jobs", &inverts(first["id"].as_str().unwrap())).await;
    assert_eq!(super::comfy_v2::code(&gone), "missing_asset");
    let job = me.post("/api/v2/jobs", &inverts(second["id"].as_str().unwrap())).await;
    assert_eq!(job.status, StatusCode::CREATED, "{}", job.text());
    let job = finished(&me, &job.json()).await;
    // What a job made is minted as what it is, and outlives the job then.
    let made = job["outputs"][0]["id"].as_str().unwrap();
    let made: Value = me.get(&format!("{ASSETS}/{made}")).await.json();
    let body = json!({ "hash": made["hash"], "file_path": "kept/made.png" });
    let kept = me.post(&format!("{ASSETS}/from-hash"), &body).await;
    assert_eq!(kept.status, StatusCode::CREATED);
    let kept: Value = kept.json();
    assert_eq!((&kept["hash"], &kept["file_path"]), (&made["hash"], &json!("kept/made.png")));
    assert!(kept.get("job_id").is_none());
}
