//! The binary, as a person or a service manager starts and stops it.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use comfy::client::Trust;
use serde_json::json;
use wire::{Job, JobStatus};

use super::program;

/// A running `parlor`; killed when the test is over.
struct Parlor {
    child: Child,
    url: String,
}

impl Parlor {
    fn start(data: &Path, args: &[&str]) -> Self {
        let mut child =
            parlor(data, &[&["--listen", "127.0.0.1:0"], args].concat()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        let url =
            line.trim().strip_prefix("Parlor is open at ").expect("the first line says where");
        Self { url: url.to_owned(), child }
    }

    fn api(&self, path: &str) -> String {
        format!("{}/api/parlor/v1/{path}", self.url)
    }

    /// Sends a signal by its name, as `kill` does.
    fn signal(&self, name: &str) {
        let sent = Command::new("kill").args(["-s", name, &self.child.id().to_string()]).status();
        assert!(sent.unwrap().success());
    }
}

impl Drop for Parlor {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn parlor(data: &Path, args: &[&str]) -> Command {
    let mut command = program::parlor(data);
    command.arg("--data").arg(data).args(args);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// What it says when it refuses to start.
fn refusal(data: &Path, args: &[&str]) -> String {
    let output = parlor(data, args).output().unwrap();
    assert!(!output.status.success());
    assert!(output.stdout.is_empty(), "nothing was opened");
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn a_house_that_cannot_open_says_what_to_do() {
    let data = tempfile::tempdir().unwrap();
    let open = refusal(data.path(), &["--listen", "0.0.0.0:0"]);
    assert!(open.contains("--open"), "{open}");
    let unknown = refusal(data.path(), &["--bakend", "http://x"]);
    assert!(unknown.contains("--backend"), "{unknown}");
    std::fs::write(data.path().join("parlor.toml"), "listne = \"127.0.0.1:0\"").unwrap();
    let misspelt = refusal(data.path(), &[]);
    assert!(misspelt.contains("`listen`"), "{misspelt}");
}

#[test]
fn a_taken_port_is_said_with_a_cure() {
    let data = tempfile::tempdir().unwrap();
    let first = Parlor::start(data.path(), &[]);
    let other = tempfile::tempdir().unwrap();
    let address = first.url.strip_prefix("http://").unwrap();
    let taken = refusal(other.path(), &["--listen", address]);
    assert!(taken.contains(address) && taken.contains("--listen"), "{taken}");
}

fn http() -> reqwest::Client {
    comfy::client::builder(&Trust::nobody()).build().unwrap()
}

// safety 37
#[tokio::test]
async fn being_told_to_stop_ends_well() {
    let data = tempfile::tempdir().unwrap();
    let mut parlor = Parlor::start(data.path(), &[]);
    let ready = http().get(format!("{}/readyz", parlor.url)).send().await.unwrap();
    assert!(ready.status().is_success());
    parlor.signal("TERM");
    assert!(parlor.child.wait().unwrap().success());
    let mut log = String::new();
    parlor.child.stderr.take().unwrap().read_to_string(&mut log).unwrap();
    assert!(!log.contains("ERROR"), "{log}");
}

// safety 24
#[tokio::test]
async fn nothing_that_a_caller_sends_makes_a_line_of_the_log() {
    let data = tempfile::tempdir().unwrap();
    let mut parlor = Parlor::start(data.path(), &["--log", "debug"]);
    let forged = "2026-01-01T00:00:00Z ERROR forged: everything is lost";
    let encoded = forged.replace(' ', "%20");
    let client = http();
    for path in [
        format!("/%0a{encoded}"),
        format!("/api/%0d%0a{encoded}"),
        format!("/api/parlor/v1/jobs/%0a{encoded}?order=%0a{encoded}"),
        format!("/api/parlor/v1/signed/x%0a{encoded}/outputs/%0a{encoded}"),
    ] {
        client.get(format!("{}{path}", parlor.url)).send().await.unwrap();
    }
    let body = json!({"name": format!("\n{forged}"), "password": format!("\r\n{forged}")});
    client.post(parlor.api("session")).json(&body).send().await.unwrap();
    let inputs =
        json!({"inputs": {"prompt": format!("\n{forged}\u{1b}[2J"), format!("\n{forged}"): 1}});
    client.post(parlor.api("workflows/text-to-picture/jobs")).json(&inputs).send().await.unwrap();
    let secret = "plr_secretsecretsecretsecret";
    client.get(parlor.api("me")).bearer_auth(secret).send().await.unwrap();
    parlor.signal("TERM");
    parlor.child.wait().unwrap();
    let mut log = String::new();
    parlor.child.stderr.take().unwrap().read_to_string(&mut log).unwrap();
    assert!(log.lines().count() > 10, "it was to tell much: {log}");
    for line in log.lines() {
        assert!(!line.starts_with(forged), "{line}");
        assert!(!line.contains(['\r', '\u{1b}']) && !line.contains(secret), "{line}");
    }
}

/// Most memory a process has held, in kB.
#[cfg(target_os = "linux")]
fn peak(process: &Child) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", process.id())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

/// 30,000 × 30,000 pixels of one colour: 100 kB, and 113 MB unpacked.
#[cfg(target_os = "linux")]
fn bomb() -> Vec<u8> {
    use std::io::Write as _;

    let chunk = |kind: &[u8; 4], data: &[u8]| {
        let mut crc = flate2::Crc::new();
        crc.update(kind);
        crc.update(data);
        let length = (data.len() as u32).to_be_bytes();
        [&length[..], kind, data, &crc.sum().to_be_bytes()].concat()
    };
    let mut packed = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    let row = vec![0; 1 + 30_000 / 8];
    (0..30_000).for_each(|_| packed.write_all(&row).unwrap());
    let side = 30_000_u32.to_be_bytes();
    let header = [&side[..], &side, &[1, 0, 0, 0, 0]].concat();
    [
        b"\x89PNG\r\n\x1a\n".to_vec(),
        chunk(b"IHDR", &header),
        chunk(b"IDAT", &packed.finish().unwrap()),
        chunk(b"IEND", &[]),
    ]
    .concat()
}

// safety 27
#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_bomb_is_refused_without_being_unpacked() {
    let data = tempfile::tempdir().unwrap();
    let parlor = Parlor::start(data.path(), &[]);
    let hand_in = async |content: Vec<u8>| {
        let asked =
            http().post(parlor.api("uploads?name=a.png")).header("content-type", "image/png");
        asked.body(content).send().await.unwrap()
    };
    // What any upload takes is taken already.
    let good = include_bytes!("../../../public/icon-192.png");
    assert!(hand_in(good.to_vec()).await.status().is_success());
    let before = peak(&parlor.child);
    let refused = hand_in(bomb()).await;
    assert_eq!(refused.status(), 422);
    assert!(refused.text().await.unwrap().contains("30000"));
    let grown = peak(&parlor.child) - before;
    assert!(grown < 20_000, "{grown} kB");
}

#[test]
fn the_address_comes_first_and_a_house_that_nobody_reads_still_stops() {
    let data = tempfile::tempdir().unwrap();
    let (terminal, output) = std::io::pipe().unwrap();
    let mut command = parlor(data.path(), &["--listen", "127.0.0.1:0"]);
    command.stdout(output.try_clone().unwrap()).stderr(output);
    let child = command.spawn().unwrap();
    // It holds the other ends of the pipe.
    drop(command);
    let mut terminal = BufReader::new(terminal);
    let mut line = String::new();
    terminal.read_line(&mut line).unwrap();
    let url = line.trim().strip_prefix("Parlor is open at ").expect("the first line says where");
    let mut parlor = Parlor { url: url.to_owned(), child };
    drop(terminal);
    parlor.signal("TERM");
    assert!(parlor.child.wait().unwrap().success());
}

// safety 32
#[tokio::test]
async fn a_job_survives_the_killing_of_the_house() {
    let data = tempfile::tempdir().unwrap();
    let client = http();
    let inputs = json!({ "inputs": {
        "prompt": "a red hill", "steps": 6, "size": { "width": 256, "height": 256 }
    } });
    let first = Parlor::start(data.path(), &["--engine-delay-ms", "200"]);
    let asked = client.post(first.api("workflows/text-to-picture/jobs")).json(&inputs).send().await;
    let job: Job = asked.unwrap().json().await.unwrap();
    first.signal("KILL");
    drop(first);

    let second = Parlor::start(data.path(), &[]);
    let events = client.get(second.api(&format!("jobs/{}/events", job.id))).send().await.unwrap();
    // The stream ends with the job.
    events.text().await.unwrap();
    let found = client.get(second.api(&format!("jobs/{}", job.id))).send().await.unwrap();
    let found: Job = found.json().await.unwrap();
    assert_eq!(found.status, JobStatus::Succeeded, "{:?}", found.failure);
}

// safety 32
#[tokio::test]
async fn a_task_is_known_after_the_killing_of_the_house() {
    let data = tempfile::tempdir().unwrap();
    let client = http();
    let sleeps = json!({
        "1": { "class_type": "EmptyImage", "inputs": { "width": 64, "height": 64, "batch_size": 1, "color": 9 } },
        "2": { "class_type": "ImageInvert", "inputs": { "image": ["1", 0] } },
        "9": { "class_type": "SaveImage", "inputs": { "images": ["2", 0], "filename_prefix": "x" } },
    });
    let first = Parlor::start(data.path(), &["--engine-delay-ms", "100"]);
    let begin = async || {
        let run = client.post(format!("{}/api/serverless/run", first.url)).json(&sleeps);
        let run = run.header("X-Fc-Invocation-Type", "Async").header("X-Fc-Trace-Id", "mine");
        run.send().await.unwrap().status()
    };
    // Until its engine has said which nodes there are, a house takes no graph.
    while begin().await != 202 {
        tokio::task::yield_now().await;
    }
    first.signal("KILL");
    drop(first);

    let second = Parlor::start(data.path(), &[]);
    let status = format!("{}/api/serverless/status?task_id=mine", second.url);
    loop {
        let told: serde_json::Value =
            client.get(&status).send().await.unwrap().json().await.unwrap();
        let last = told.as_array().unwrap().last().unwrap().clone();
        if last["type"] == "serverless_api" {
            assert_eq!(last["data"]["results"].as_array().unwrap().len(), 1, "{told}");
            return;
        }
        tokio::task::yield_now().await;
    }
}

/// Takes a message in and never answers; its `webhook-id`.
async fn hears(receiver: &tokio::net::TcpListener) -> (String, tokio::net::TcpStream) {
    use tokio::io::AsyncReadExt as _;

    let (mut stream, _) = receiver.accept().await.unwrap();
    let mut heard = Vec::new();
    loop {
        assert!(stream.read_buf(&mut heard).await.unwrap() > 0, "it hung up");
        let text = String::from_utf8_lossy(&heard);
        let mut lines = text.split("\r\n").take_while(|line| !line.is_empty());
        let id = lines.find_map(|line| line.strip_prefix("webhook-id: ")).map(str::to_owned);
        if let (Some(id), true) = (id, text.contains("job.succeeded")) {
            return (id, stream);
        }
    }
}

// safety 31
#[tokio::test]
async fn what_was_to_be_told_is_told_after_the_killing_of_the_house() {
    let data = tempfile::tempdir().unwrap();
    let receiver = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", receiver.local_addr().unwrap());
    let near = ["--fetch-http", "--fetch-network", "127.0.0.1/32"];
    let first = Parlor::start(data.path(), &near);
    let asked = json!({
        "inputs": { "prompt": "x", "steps": 1, "size": { "width": 256, "height": 256 } },
        "webhook": { "url": url, "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw" },
    });
    let asked = http().post(first.api("workflows/text-to-picture/jobs")).json(&asked);
    assert_eq!(asked.send().await.unwrap().status(), 202);
    let (id, _unanswered) = hears(&receiver).await;
    first.signal("KILL");
    drop(first);
    let _second = Parlor::start(data.path(), &near);
    assert_eq!(hears(&receiver).await.0, id, "again, and under the same id");
}

#[test]
fn a_workflow_is_run_from_the_command_line() {
    let data = tempfile::tempdir().unwrap();
    let house = Parlor::start(data.path(), &[]);
    let run = |more: &[&str]| {
        let asked = [&["run", "--house", house.url.as_str(), "-i", "steps=2", "-i"], more].concat();
        parlor(data.path(), &asked).output().unwrap()
    };
    let said =
        run(&["size=256x256", "-i", "prompt=a red hill", "-o", "hill.png", "text-to-picture"]);
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
    assert_eq!(String::from_utf8(said.stdout).unwrap(), "hill.png\n");
    let made = data.path().join("hill.png");
    assert_eq!(image::open(&made).unwrap().width(), 256);

    let varied =
        run(&["picture=hill.png", "-i", "prompt=at night", "-o", "-", "picture-to-picture"]);
    assert!(varied.status.success(), "{}", String::from_utf8_lossy(&varied.stderr));
    image::load_from_memory(&varied.stdout).unwrap();

    for (input, workflow, words) in [
        ("prompt=", "text-to-picture", "prompt: "),
        ("size=big", "text-to-picture", "960x640"),
        ("colour=red", "text-to-picture", "no field `colour`"),
        ("picture=none.png", "picture-to-picture", "none.png cannot be read"),
        ("prompt=x", "none-such", "no such workflow"),
    ] {
        let refused = run(&[input, workflow]);
        let why = String::from_utf8(refused.stderr).unwrap();
        assert!(!refused.status.success() && why.to_lowercase().contains(words), "{why}");
    }
    let nobody = parlor(data.path(), &["run", "--house", "http://127.0.0.1:9", "x"]).output();
    let why = String::from_utf8(nobody.unwrap().stderr).unwrap();
    assert!(why.contains("no Parlor answers") && why.contains("--house"), "{why}");
}
