//! `parlor run`, as a person at a terminal uses it.

use std::net::SocketAddr;
use std::path::Path;
use std::process::{Output, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::http::StatusCode;
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::process::Command;
use wire::{Job, JobList, JobStatus};

use super::house::{API, House, Visitor};
use super::program;

const SMALL: [&str; 6] = ["-i", "prompt=hill", "-i", "size=256x256", "-i", "steps=6"];

/// The words of a run of this house, in a folder.
fn words(folder: &Path, house: SocketAddr, more: &[&str]) -> Vec<String> {
    let data = folder.join("data").display().to_string();
    let house = format!("http://{house}");
    let words = ["--data", &data, "run", "--house", &house];
    words.into_iter().chain(more.iter().copied()).map(str::to_owned).collect()
}

fn parlor(folder: &Path, words: &[String]) -> Command {
    let mut command = Command::from(program::parlor(folder));
    command.args(words).kill_on_drop(true);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

async fn run(folder: &Path, house: SocketAddr, more: &[&str]) -> Output {
    parlor(folder, &words(folder, house, more)).output().await.unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&[&output.stdout[..], &output.stderr].concat()).into_owned()
}

/// The only job of whoever has no cookie, once it is in this state.
async fn only(visitor: &Visitor<'_>, status: JobStatus) -> Job {
    loop {
        let list: JobList = visitor.get(&format!("{API}/jobs")).await.json();
        assert!(list.jobs.len() <= 1, "{list:?}");
        if let Some(job) = list.jobs.into_iter().find(|job| job.status == status) {
            return job;
        }
        tokio::task::yield_now().await;
    }
}

// safety 16
#[tokio::test]
async fn a_key_says_who_runs_it() {
    let house = House::working_with(&["--open=false"]).await;
    let owner = house.owner().await;
    let key = owner.key(json!({"name": "shell", "scope": "run"})).await.secret;
    let address = house.listen().await;
    let folder = tempfile::tempdir().unwrap();
    let nobody = run(folder.path(), address, &["text-to-picture"]).await;
    assert!(!nobody.status.success() && said(&nobody).contains("API key"), "{}", said(&nobody));
    let asked = [&SMALL[..], &["--key", &key, "-o", "hill.png", "text-to-picture"]].concat();
    let made = run(folder.path(), address, &asked).await;
    assert!(made.status.success(), "{}", said(&made));
    assert_eq!(image::open(folder.path().join("hill.png")).unwrap().width(), 256);
    assert_eq!(only(&owner, JobStatus::Succeeded).await.inputs["prompt"], "hill");
}

#[tokio::test]
async fn several_outputs_are_written_under_numbers() {
    let folder = tempfile::tempdir().unwrap();
    let workflows = folder.path().join("workflows");
    std::fs::create_dir(&workflows).unwrap();
    let size = json!({ "width": 64, "height": 64, "batch_size": 3, "color": 255 });
    let save = json!({ "images": ["1", 0], "filename_prefix": "x" });
    let graph = json!({
        "1": { "class_type": "EmptyImage", "inputs": size },
        "9": { "class_type": "SaveImage", "inputs": save },
    });
    std::fs::write(workflows.join("three.json"), graph.to_string()).unwrap();
    std::fs::write(workflows.join("three.toml"), "slug = \"three\"\ntitle = \"Three\"\n").unwrap();
    let house = House::working_with(&["--workflows", workflows.to_str().unwrap()]).await;
    while house.get(&format!("{API}/workflows/three")).await.status != StatusCode::OK {
        tokio::task::yield_now().await;
    }
    let address = house.listen().await;
    let made = run(folder.path(), address, &["-o", "out.png", "three"]).await;
    assert!(made.status.success(), "{}", said(&made));
    assert_eq!(said(&made), "out.png\nout-2.png\nout-3.png\n");
    for name in ["out.png", "out-2.png", "out-3.png"] {
        assert_eq!(image::open(folder.path().join(name)).unwrap().width(), 64, "{name}");
    }
}

#[tokio::test]
async fn what_cannot_be_used_is_said_before_the_house_is_asked_for_a_job() {
    let house = House::quiet().await;
    let address = house.listen().await;
    let folder = tempfile::tempdir().unwrap();
    let twice = [&SMALL[..], &["-i", "prompt=sea", "text-to-picture"]].concat();
    for (asked, why) in [
        (&twice[..], "`prompt` is given twice"),
        (&["-o", "nowhere/hill.png", "text-to-picture"], "nowhere/hill.png cannot be written"),
        (&["-o", ".", "text-to-picture"], ". cannot be written"),
    ] {
        let refused = run(folder.path(), address, asked).await;
        let text = said(&refused);
        assert!(!refused.status.success() && text.contains(why), "{text}");
    }
    let somebody = house.showing("accept", "*/*");
    assert_eq!(somebody.get(&format!("{API}/jobs")).await.json::<JobList>().total, 0);
    // What is looked at is left as it was.
    std::fs::write(folder.path().join("old.png"), "old").unwrap();
    for name in ["old.png", "new.png"] {
        let refused = run(folder.path(), address, &["-o", name, "no-such-workflow"]).await;
        assert!(!refused.status.success(), "{}", said(&refused));
    }
    assert_eq!(std::fs::read(folder.path().join("old.png")).unwrap(), b"old");
    assert!(!folder.path().join("new.png").exists());
}

#[tokio::test]
async fn a_house_that_hangs_up_is_not_one_that_is_not_there() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let hanging_up = async {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            // It has heard the question.
            let _ = stream.read(&mut [0; 1]).await.unwrap();
        }
    };
    let asked = ["text-to-picture"];
    let broken = tokio::select! {
        output = run(folder.path(), address, &asked) => said(&output),
        () = hanging_up => unreachable!("it never ends"),
    };
    assert!(broken.contains("broke off") && !broken.contains("start it"), "{broken}");
    drop(listener);
    let away = said(&run(folder.path(), address, &asked).await);
    assert!(away.contains(&format!("no Parlor answers at http://{address}/: start it")), "{away}");
}

#[cfg(unix)]
#[tokio::test]
async fn ctrl_c_stops_the_job_too() {
    let house = House::working(200).await;
    let address = house.listen().await;
    let folder = tempfile::tempdir().unwrap();
    let asked = [&SMALL[..4], &["-i", "steps=60", "text-to-picture"]].concat();
    let child = parlor(folder.path(), &words(folder.path(), address, &asked)).spawn().unwrap();
    let somebody = house.showing("accept", "*/*");
    only(&somebody, JobStatus::Running).await;
    let id = child.id().unwrap().to_string();
    let sent = Command::new("kill").args(["-s", "INT", &id]).status().await.unwrap();
    assert!(sent.success());
    let output = child.wait_with_output().await.unwrap();
    assert!(!output.status.success() && said(&output).contains("stopped"), "{}", said(&output));
    only(&somebody, JobStatus::Canceled).await;
}

/// In front of a house, and hangs up on the first streams of events in the middle. How many were
/// asked for, and what each had seen.
async fn breaking(house: SocketAddr, breaks: usize) -> (SocketAddr, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let streams = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&streams);
    tokio::spawn(async move {
        loop {
            let (near, _) = listener.accept().await.unwrap();
            tokio::spawn(pass_on(near, house, (Arc::clone(&counted), breaks)));
        }
    });
    (address, streams)
}

async fn pass_on(
    mut near: TcpStream,
    house: SocketAddr,
    (streams, breaks): (Arc<AtomicUsize>, usize),
) {
    let mut far = TcpStream::connect(house).await.unwrap();
    let (mut up, mut down) = (vec![0; 1 << 16], vec![0; 1 << 16]);
    let mut is_cut = false;
    loop {
        tokio::select! {
            read = near.read(&mut up) => {
                let Ok(read @ 1..) = read else { return };
                let asked = String::from_utf8_lossy(&up[..read]).to_lowercase();
                if asked.starts_with("get ") && asked.contains("/events ") {
                    let turn = streams.fetch_add(1, Ordering::Relaxed);
                    is_cut = turn < breaks;
                    assert!(turn == 0 || !asked.contains("last-event-id: 0\r"), "{asked}");
                }
                far.write_all(&up[..read]).await.unwrap();
            }
            read = far.read(&mut down) => {
                let Ok(read @ 1..) = read else { return };
                let told = &down[..read];
                if near.write_all(told).await.is_err() {
                    return;
                }
                // It has a number to go on from.
                if is_cut && told.windows(4).any(|at| at == b"\nid:" || at == b"\nid ") {
                    return;
                }
            }
        }
    }
}

#[tokio::test]
async fn a_stream_that_breaks_off_is_taken_up_where_it_was() {
    let house = House::working(200).await;
    let (address, streams) = breaking(house.listen().await, 2).await;
    let folder = tempfile::tempdir().unwrap();
    let asked = [&SMALL[..], &["-o", "hill.png", "text-to-picture"]].concat();
    let made = run(folder.path(), address, &asked).await;
    assert!(made.status.success(), "{}", said(&made));
    assert_eq!(said(&made), "hill.png\n");
    assert_eq!(image::open(folder.path().join("hill.png")).unwrap().width(), 256);
    assert_eq!(streams.load(Ordering::Relaxed), 3, "two of them broke off");
}

/// On a terminal of its own, which `script` of util-linux makes.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_terminal_shows_how_far_it_is() {
    let house = House::working(20).await;
    let address = house.listen().await;
    let folder = tempfile::tempdir().unwrap();
    let quiet = |more: &[&str]| {
        let asked = [&SMALL[..], more, &["-o", "hill.png", "text-to-picture"]].concat();
        let words = words(folder.path(), address, &asked);
        let words: Vec<_> = words.iter().map(|word| format!("'{word}'")).collect();
        let command = format!("'{}' {}", env!("CARGO_BIN_EXE_parlor"), words.join(" "));
        let mut script = Command::new("script");
        script.args(["--quiet", "--return", "--command", &command, "/dev/null"]);
        script.current_dir(folder.path()).env_clear().env("HOME", folder.path());
        script.stdin(Stdio::null()).kill_on_drop(true);
        async move { script.output().await.expect("util-linux has `script`") }
    };
    let shown = quiet(&[]).await;
    let text = said(&shown);
    assert!(shown.status.success(), "{text}");
    // In the place of the line before, and gone in the end.
    assert!(text.contains("\r\u{1b}[K█") && text.contains(" %"), "{text:?}");
    let rest = text.rsplit_once("\r\u{1b}[K").unwrap().1;
    assert_eq!(rest.trim(), "hill.png", "{text:?}");
    let silent = quiet(&["--quiet"]).await;
    assert_eq!(said(&silent).trim(), "hill.png");
}
