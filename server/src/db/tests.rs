use futures_util::future::join_all;
use sqlx::Row as _;
use tempfile::TempDir;
use uuid::Uuid;

use super::*;
use crate::auth::PrincipalId;
use crate::files::Hash;

/// Whose the jobs below are.
pub(super) const NOBODY: PrincipalId = PrincipalId(Uuid::from_u128(1));

/// A job of nothing.
pub(super) fn new_job(id: u128) -> NewJob {
    NewJob {
        id: wire::JobId(Uuid::from_u128(id)),
        principal: NOBODY,
        turn: NOBODY,
        workflow: String::new(),
        workflow_title: "Graph".into(),
        workflow_version: 0,
        at: now(),
        inputs: wire::Inputs::new(),
        words: String::new(),
        graph: "{}".into(),
        as_sent: crate::workflows::AsSent::default(),
        files: Vec::new(),
        handling: crate::jobs::Handling::default(),
        asked: None,
        webhook: None,
        batch: None,
    }
}

pub(super) async fn open() -> (TempDir, Db) {
    let folder = TempDir::new().unwrap();
    let db = Db::open(&folder.path().join("parlor.db")).await.unwrap();
    (folder, db)
}

fn upload(principal: u128, hash: u8) -> NewUpload {
    NewUpload {
        principal: PrincipalId(Uuid::from_u128(principal)),
        hash: Hash([hash; 32]),
        name: "sketch.png".into(),
        mime: "image/png".into(),
        bytes: 12,
        width: Some(3),
        height: Some(4),
    }
}

async fn pragma(db: &Db, name: &'static str) -> i64 {
    db.write(move |connection| {
        Box::pin(async move { Ok(sqlx::query(name).fetch_one(connection).await?.get(0)) })
    })
    .await
    .unwrap()
}

// safety 32
#[tokio::test]
async fn commits_are_synchronised_in_full_and_references_are_checked() {
    let (_folder, db) = open().await;
    assert_eq!(pragma(&db, "PRAGMA synchronous").await, 2);
    assert_eq!(pragma(&db, "PRAGMA foreign_keys").await, 1);
}

#[tokio::test]
async fn what_was_set_is_there_after_opening_again() {
    let (folder, db) = open().await;
    assert_eq!(db.setting("key").await.unwrap(), None);
    db.set_setting("key", b"one").await.unwrap();
    db.set_setting("key", b"two").await.unwrap();
    drop(db);
    let db = Db::open(&folder.path().join("parlor.db")).await.unwrap();
    assert_eq!(db.setting("key").await.unwrap().as_deref(), Some(&b"two"[..]));
    db.ping().await.unwrap();
}

#[tokio::test]
async fn writes_sent_at_once_are_all_made_and_one_that_fails_harms_no_other() {
    let (_folder, db) = open().await;
    let write = |n: u8| {
        let db = db.clone();
        async move {
            let text = format!("key {n}");
            db.write(move |connection| {
                Box::pin(async move {
                    sqlx::query("INSERT INTO settings VALUES (?, x'00')")
                        .bind(&text)
                        .execute(&mut *connection)
                        .await?;
                    anyhow::ensure!(n != 7, "this one fails after its insert");
                    Ok(n)
                })
            })
            .await
        }
    };
    let results = join_all((0..50).map(write)).await;
    for (n, result) in (0..50).zip(results) {
        let kept = db.setting(&format!("key {n}")).await.unwrap().is_some();
        assert_eq!((result.is_ok(), kept), (n != 7, n != 7), "{n}");
    }
}

#[tokio::test]
async fn what_comes_after_a_commit_comes_in_the_order_of_commits() {
    let (_folder, db) = open().await;
    let (sender, mut heard) = tokio::sync::mpsc::unbounded_channel();
    for n in 0..100 {
        let sender = sender.clone();
        let after = move |n: &i32| sender.send(*n).unwrap();
        db.post(move |_| Box::pin(async move { Ok(n) }), after).await.unwrap();
    }
    for n in 0..100 {
        assert_eq!(heard.recv().await, Some(n));
    }
}

#[tokio::test]
async fn readers_cannot_write() {
    let (_folder, db) = open().await;
    let refused = sqlx::query("DELETE FROM settings").execute(&db.readers).await;
    assert!(refused.unwrap_err().to_string().contains("readonly"));
}

#[tokio::test]
async fn the_same_bytes_from_one_principal_keep_their_id() {
    let (_folder, db) = open().await;
    let first = db.add_upload(&upload(1, 7)).await.unwrap();
    let again = NewUpload { name: "renamed.png".into(), ..upload(1, 7) };
    assert_eq!(db.add_upload(&again).await.unwrap(), first);
    assert_ne!(db.add_upload(&upload(2, 7)).await.unwrap(), first);
    assert_ne!(db.add_upload(&upload(1, 8)).await.unwrap(), first);
    let found = db.find_upload(PrincipalId(Uuid::from_u128(1)), first).await.unwrap().unwrap();
    assert_eq!((found.name.as_str(), found.width), ("renamed.png", Some(3)));
}

#[tokio::test]
async fn a_search_of_very_many_words_is_answered() {
    let (_folder, db) = open().await;
    let filter = JobFilter { q: Some("word ".repeat(3_000)), ..JobFilter::default() };
    let found = db.list_jobs(PrincipalId(Uuid::from_u128(1)), &filter).await.unwrap();
    assert_eq!(found.total, 0);
}

// safety 11
#[tokio::test]
async fn anothers_upload_is_not_found() {
    let (_folder, db) = open().await;
    let id = db.add_upload(&upload(1, 7)).await.unwrap();
    assert_eq!(db.find_upload(PrincipalId(Uuid::from_u128(2)), id).await.unwrap(), None);
}

#[tokio::test]
async fn a_file_is_needed_as_long_as_a_row_names_it() {
    let (_folder, db) = open().await;
    db.add_upload(&upload(1, 7)).await.unwrap();
    let unneeded = db.unneeded(vec![Hash([7; 32]), Hash([8; 32])]).await.unwrap();
    assert_eq!(unneeded, [Hash([8; 32])]);
}

#[tokio::test]
async fn nothing_is_deleted_while_a_file_is_being_stored() {
    let (_folder, db) = open().await;
    let storing = db.storing().await;
    let mut sweeping = std::pin::pin!(db.sweeping());
    assert!(futures_util::poll!(sweeping.as_mut()).is_pending());
    drop(storing);
    drop(sweeping.await);
}

#[tokio::test]
async fn learned_times_follow_the_newest_runs() {
    let (_folder, db) = open().await;
    let lesson = |ms: f64| Lesson {
        workflow: "w".into(),
        version: 1,
        whole_ms: 2.0 * ms,
        nodes: vec![("3".into(), ms)],
    };
    db.learn(lesson(1_000.0)).await.unwrap();
    db.learn(lesson(2_000.0)).await.unwrap();
    // Lessons are not waited for; a write after them is.
    db.set_setting("after", b"").await.unwrap();
    assert_eq!(db.usual_ms("w", 1).await.unwrap(), Some(2_600));
    let learned = db.learned("w", 1).await.unwrap();
    assert_eq!(learned.len(), 1, "the whole is not a node");
    assert!((learned["3"] - 1_300.0).abs() < 0.01);
    assert_eq!(db.usual_ms("w", 2).await.unwrap(), None, "another version is another workflow");
}

// safety 16
#[tokio::test]
async fn who_was_shut_out_makes_no_key() {
    let (_folder, db) = open().await;
    let nobody = Uuid::from_u128(1);
    let key = |id| wire::Key {
        id: Uuid::from_u128(id),
        maker: nobody,
        principal: nobody,
        name: "shop".into(),
        hint: String::new(),
        scope: wire::Scope::Run,
        workflows: None,
        per_minute: None,
        created_at: 0,
        expires_at: None,
        used_at: None,
    };
    let home = Maker { role: wire::Role::Owner, account: None, key: None, session: None };
    assert!(db.add_key([1; 32], (key(1), home)).await.unwrap());
    for gone in [
        Maker { account: Some(nobody), ..home },
        Maker { key: Some(Uuid::from_u128(9)), ..home },
        Maker { session: Some(nobody), ..home },
    ] {
        assert!(!db.add_key([2; 32], (key(2), gone)).await.unwrap(), "{gone:?}");
    }
    assert_eq!(db.keys(None).await.unwrap().len(), 1);
}

// safety 11
#[tokio::test]
async fn two_owners_who_demote_each_other_at_once_do_not_both_succeed() {
    let (_folder, db) = open().await;
    let ids = [1, 2].map(Uuid::from_u128);
    for id in ids {
        let person = wire::Person {
            id,
            name: id.to_string(),
            role: wire::Role::Owner,
            grants: Vec::new(),
            standing: wire::Standing::Active,
            password: false,
            created_at: 0,
        };
        assert!(db.add_person(PersonRow { person, password: None }).await.unwrap());
    }
    let member = || serde_json::from_str(r#"{"role": "member"}"#).unwrap();
    let done = join_all(ids.map(|id| db.change_person(id, member()))).await;
    let refused = done.iter().filter(|done| matches!(done, Ok(Err(LastOwner)))).count();
    assert_eq!(refused, 1);
    let gone = join_all(ids.map(|id| db.forget_person(PrincipalId(id)))).await;
    let refused = gone.iter().filter(|gone| matches!(gone, Ok(Err(LastOwner)))).count();
    assert_eq!(refused, 1);
    assert!(db.first_owner().await.unwrap().is_some());
}
