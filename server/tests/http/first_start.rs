//! How the owner of a house comes in.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use comfy::client::Trust;
use serde_json::json;
use wire::{Me, Role};

use super::inhabitants::token;
use super::program;

/// A running `parlor` that lets nobody in; killed when the test is over.
struct Closed {
    child: Child,
    url: String,
    terminal: Box<dyn BufRead>,
}

impl Closed {
    fn start(data: &Path) -> Self {
        let mut child = parlor(data, &["--listen", "127.0.0.1:0", "--open=false"]).spawn().unwrap();
        let mut terminal = Box::new(BufReader::new(child.stdout.take().unwrap()));
        let line = line(&mut terminal);
        let url = line.strip_prefix("Parlor is open at ").expect("the first line says where");
        Self { url: url.to_owned(), child, terminal }
    }

    async fn follow(&self, link: &str) -> reqwest::Response {
        let http = comfy::client::builder(&Trust::nobody()).build().unwrap();
        let follow = http.post(format!("{}/api/parlor/v1/links/follow", self.url));
        follow.json(&json!({"token": token(link)})).send().await.unwrap()
    }
}

impl Drop for Closed {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn parlor(data: &Path, args: &[&str]) -> Command {
    let mut command = program::parlor(data);
    command.arg("--data").arg(data).args(args);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    command
}

fn line(terminal: &mut impl BufRead) -> String {
    let mut line = String::new();
    terminal.read_line(&mut line).unwrap();
    line.trim().to_owned()
}

#[tokio::test]
async fn the_first_start_prints_a_link_for_the_owner_and_the_command_line_prints_another() {
    let data = tempfile::tempdir().unwrap();
    let mut house = Closed::start(data.path());
    assert!(line(&mut house.terminal).contains("no owner yet"));
    let first = line(&mut house.terminal);
    assert!(first.starts_with(&format!("{}/sign-in#link=", house.url)), "{first}");
    let me: Me = house.follow(&first).await.json().await.unwrap();
    assert_eq!(me.role, Role::Owner);
    assert_eq!(house.follow(&first).await.status(), 404, "once");

    // Beside the running house.
    let printed = parlor(data.path(), &["owner-link"]).output().unwrap();
    assert!(printed.status.success());
    let printed = String::from_utf8(printed.stdout).unwrap();
    let same: Me = house.follow(printed.trim()).await.json().await.unwrap();
    assert_eq!((same.role, same.id), (Role::Owner, me.id));
}

#[test]
fn a_house_that_is_not_there_has_no_owner() {
    let data = tempfile::tempdir().unwrap();
    let output = parlor(data.path(), &["owner-link"]).stderr(Stdio::piped()).output().unwrap();
    assert!(!output.status.success());
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("--data"), "{said}");
    assert!(!data.path().join("parlor.db").exists());
}
