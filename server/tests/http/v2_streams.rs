//! Comfy API v2: many streams at once, and one that begins late.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::house::{House, Visitor, cookie, post};
use super::serverless::painted;

/// A stream of events that is read as it comes.
struct Stream {
    answer: reqwest::Response,
    read: String,
}

impl Stream {
    async fn open(address: SocketAddr, (job, cookie): (&Value, &str)) -> Self {
        let path = job["urls"]["events"].as_str().unwrap();
        let builder = comfy::client::builder(&comfy::client::Trust::nobody()).build().unwrap();
        let answer = builder.get(format!("http://{address}{path}")).header("cookie", cookie);
        let answer = answer.send().await.unwrap();
        assert_eq!(answer.status(), 200);
        Self { answer, read: String::new() }
    }

    /// Name and data of the next event; `None` at the end.
    async fn next(&mut self) -> Option<(String, Value)> {
        loop {
            if let Some((event, rest)) = self.read.split_once("\n\n") {
                let (event, rest) = (event.to_owned(), rest.to_owned());
                self.read = rest;
                let part = |name: &str| event.lines().find_map(|line| line.strip_prefix(name));
                if let (Some(name), Some(data)) = (part("event: "), part("data: ")) {
                    return Some((name.to_owned(), serde_json::from_str(data).unwrap()));
                }
                continue;
            }
            let chunk = self.answer.chunk().await.unwrap()?;
            self.read.push_str(std::str::from_utf8(&chunk).unwrap());
        }
    }

    /// The data of the next event of this name.
    async fn until(&mut self, wanted: &str) -> Value {
        loop {
            let (name, data) =
                self.next().await.unwrap_or_else(|| panic!("it ended before a {wanted}"));
            if name == wanted {
                return data;
            }
        }
    }

    /// All events until the end, by name.
    async fn rest(mut self) -> Vec<(String, Value)> {
        let mut all = Vec::new();
        while let Some(event) = self.next().await {
            all.push(event);
        }
        all
    }
}

/// A job that rests for a minute after each step.
async fn resting(house: &House, visitor: &Visitor<'_>) -> Value {
    house.is_known().await;
    let answer = visitor.send(post("/api/v2/jobs", &json!({ "workflow": painted(3) }))).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    answer.json()
}

async fn stop(visitor: &Visitor<'_>, job: &Value) {
    visitor.call("POST", job["urls"]["cancel"].as_str().unwrap()).await;
}

// safety 35
#[tokio::test]
async fn more_than_eight_streams_are_served_at_once_to_their_end() {
    let house = House::engaged(60_000, &[]).await;
    let me = house.visitor().await;
    let job = resting(&house, &me).await;
    let (address, cookie) = (house.listen().await, cookie(&me));
    let mut streams = Vec::new();
    for _ in 0..12 {
        let mut stream = Stream::open(address, (&job, &cookie)).await;
        assert_eq!(stream.next().await.unwrap().0, "status");
        streams.push(stream);
    }
    stop(&me, &job).await;
    for stream in &mut streams {
        let mut last = Value::Null;
        while let Some((name, data)) = stream.next().await {
            if name == "status" {
                last = data["status"].clone();
            }
        }
        assert_eq!(last, "canceled");
    }
}

#[tokio::test]
async fn a_stream_that_begins_late_begins_with_the_latest_preview() {
    let house = House::engaged(60_000, &[]).await;
    let me = house.visitor().await;
    let job = resting(&house, &me).await;
    let (address, cookie) = (house.listen().await, cookie(&me));
    let mut early = Stream::open(address, (&job, &cookie)).await;
    let shown = early.until("preview").await;
    // Nothing else is painted for a minute: what comes now was there.
    let mut late = Stream::open(address, (&job, &cookie)).await;
    let mut names = Vec::new();
    let told = loop {
        let (name, data) = late.next().await.unwrap();
        names.push(name.clone());
        if name == "preview" {
            break data;
        }
    };
    assert_eq!(names, ["status", "progress", "preview"], "how it is now, and no more");
    assert_eq!(told["data_base64"], shown["data_base64"]);
    assert_eq!(told["content_type"], "image/jpeg");
    stop(&me, &job).await;
}

/// Data of all events of this name, in their order.
fn of<'a>(all: &'a [(String, Value)], name: &str) -> Vec<&'a Value> {
    all.iter().filter(|(one, _)| one == name).map(|(_, data)| data).collect()
}

// safety 35
#[tokio::test]
async fn what_is_shown_comes_twice_a_second_at_most_and_is_never_the_same_twice() {
    let house = House::engaged(50, &[]).await;
    let me = house.visitor().await;
    house.is_known().await;
    let mut graph = painted(4);
    graph["5"]["inputs"]["steps"] = 30.into();
    let (address, cookie) = (house.listen().await, cookie(&me));
    let began = Instant::now();
    let job: Value = me.send(post("/api/v2/jobs", &json!({ "workflow": graph }))).await.json();
    let all = Stream::open(address, (&job, &cookie)).await.rest().await;
    // The first is said at once, and the last before the end.
    let most = 2 + began.elapsed().as_millis().div_ceil(Duration::from_millis(500).as_millis());
    for name in ["progress", "preview"] {
        let told = of(&all, name);
        assert!(!told.is_empty() && told.len() as u128 <= most, "{} {name}, {most}", told.len());
        assert!(told.windows(2).all(|two| two[0] != two[1]), "{told:?}");
    }
    assert_eq!(of(&all, "status").last().unwrap()["status"], "succeeded");
}
