//! One job model: what comes in by one door is seen, stopped and fetched through all others.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use serde_json::{Value, json};
use wire::{Job, JobList, JobStatus};

use super::house::{API, Answer, House, Visitor, post};

/// A way in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Door {
    Own,
    Native,
    V2,
    Serverless,
    Recipes,
    OpenAi,
}

use Door::{Native, OpenAi, Own, Recipes, Serverless, V2};

const DOORS: [Door; 6] = [Own, Native, V2, Serverless, Recipes, OpenAi];

/// Doors that say how a job fares and hand out what it made. OpenAI's does neither: it answers
/// whoever asks for a picture with the picture, and has no address for one.
const TELLING: [Door; 5] = [Own, Native, V2, Serverless, Recipes];

/// Every way to stop a job, with what is sent. Of the others no door has one: neither a serverless
/// task, nor one of the recipes, nor a picture of OpenAI's can be taken back by its own programs.
const STOPS: [(Door, &str, &str); 6] = [
    (Own, "/api/parlor/v1/jobs/{id}/cancel", "{}"),
    (V2, "/api/v2/jobs/{id}/cancel", "{}"),
    (Native, "/interrupt", "{\"prompt_id\": \"{id}\"}"),
    (Native, "/interrupt", "{}"),
    (Native, "/api/jobs/{id}/cancel", "{}"),
    (Native, "/api/jobs/cancel", "{\"job_ids\": [\"{id}\"]}"),
];

/// Stops only what waits.
const DROP: (Door, &str, &str) = (Native, "/queue", "{\"delete\": [\"{id}\"]}");

const PROMPT: &str = "a red hill";

impl Door {
    /// Asks for a picture in so many steps; `graph` is one that makes it.
    fn order(self, graph: &Value, steps: u32) -> Request<Body> {
        let mut graph = graph.clone();
        for node in graph.as_object_mut().unwrap().values_mut() {
            if node["class_type"] == "KSampler" {
                // Else a backend knows what comes of it, and is ready at once.
                node["inputs"]["seed"] = rand::random::<u32>().into();
                node["inputs"]["steps"] = steps.into();
            }
        }
        let size = json!({ "width": 256, "height": 256 });
        let inputs = json!({ "prompt": PROMPT, "steps": steps, "size": size });
        match self {
            Own => {
                post(&format!("{API}/workflows/text-to-picture/jobs"), &json!({ "inputs": inputs }))
            }
            Native => post("/prompt", &json!({ "prompt": graph })),
            V2 => post("/api/v2/jobs", &json!({ "workflow": graph })),
            Serverless => {
                let mut request = post("/api/serverless/run", &graph);
                let kind = "Async".parse().unwrap();
                request.headers_mut().insert("x-fc-invocation-type", kind);
                request
            }
            Recipes => {
                let user = json!({ "prompt": PROMPT, "user_id": "ada", "steps": steps,
                    "width": 256, "height": 256 });
                post("/api/generate", &user)
            }
            OpenAi => {
                let asked = json!({ "prompt": PROMPT, "size": "256x256", "steps": steps });
                post("/v1/images/generations", &asked)
            }
        }
    }

    /// Asks how a job fares.
    fn show(self, id: &str) -> Option<String> {
        Some(match self {
            Own => format!("{API}/jobs/{id}"),
            Native => format!("/api/jobs/{id}"),
            V2 => format!("/api/v2/jobs/{id}"),
            Serverless => format!("/api/serverless/status?task_id={id}&output_base64=true"),
            Recipes => format!("/api/status/{id}"),
            OpenAi => return None,
        })
    }

    /// The state that was told, in our words.
    fn state(self, told: &Value) -> JobStatus {
        let word = match self {
            Serverless => {
                let last = told.as_array().unwrap().last().unwrap();
                match (&last["type"], last["data"].get("error")) {
                    (kind, _) if kind != "serverless_api" => "running",
                    (_, None) => "succeeded",
                    (_, Some(error)) => error["status"].as_str().unwrap(),
                }
            }
            Native => match told["status"].as_str().unwrap() {
                "in_progress" => "running",
                "completed" => "succeeded",
                "cancelled" => "canceled",
                other => panic!("{other}"),
            },
            _ => told["status"].as_str().unwrap(),
        };
        serde_json::from_value(word.into()).unwrap()
    }

    /// The first thing that a job made.
    async fn fetch(self, (me, id): (&Visitor<'_>, &str), told: &Value) -> Bytes {
        let path = match self {
            Own => format!("/{}", told["outputs"][0]["url"].as_str().unwrap()),
            Native => {
                let history: Value = me.get(&format!("/history/{id}")).await.json();
                let outputs = history[id]["outputs"].as_object().unwrap();
                view(outputs.values().find_map(|made| made["images"].get(0)).unwrap())
            }
            V2 => format!("/api/v2/assets/{}/content", told["outputs"][0]["id"].as_str().unwrap()),
            Serverless => {
                let last = told.as_array().unwrap().last().unwrap();
                let output = &last["data"]["results"][0]["output"];
                // The file lies where ComfyUI's own API has files.
                let found = me.get(&view(output)).await;
                assert_eq!(found.status, StatusCode::OK, "{output}");
                let inline = BASE64_STANDARD.decode(output["base64"].as_str().unwrap()).unwrap();
                assert!(found.body == inline, "{output}: its name leads to something else");
                return inline.into();
            }
            Recipes => {
                let url = told["outputs"][0]["url"].as_str().unwrap();
                url[url.find("/api/").unwrap()..].to_owned()
            }
            OpenAi => unreachable!("it has no address for one"),
        };
        let answer = me.get(&path).await;
        assert_eq!(answer.status, StatusCode::OK, "{self:?}: {path}");
        answer.body
    }
}

/// Where ComfyUI's own API has a file that it tells of.
pub fn view(file: &Value) -> String {
    let [name, folder, kind] = ["filename", "subfolder", "type"].map(|key| file[key].as_str());
    let (name, folder, kind) = (name.unwrap(), folder.unwrap(), kind.unwrap());
    format!("/view?filename={name}&subfolder={folder}&type={kind}")
}

/// A house whose engine rests this long after each step, and a graph that it can run.
async fn working(delay_ms: u64) -> (House, Value) {
    let house = House::engaged(delay_ms, &[]).await;
    let graph = {
        let visitor = house.visitor().await;
        let job = visitor.picture().await;
        visitor.get(&format!("{API}/jobs/{}/graph", job.id)).await.json()
    };
    (house, graph)
}

/// The newest of the gallery, once it is in this state.
async fn newest(me: &Visitor<'_>, status: JobStatus) -> Job {
    loop {
        let list: JobList = me.get(&format!("{API}/jobs?limit=1")).await.json();
        if let Some(job) = list.jobs.into_iter().next().filter(|job| job.status == status) {
            return job;
        }
        tokio::task::yield_now().await;
    }
}

fn is_taken(door: Door, answer: &Answer) {
    assert!(answer.status.is_success(), "{door:?}: {} {}", answer.status, answer.text());
}

/// What every door says of the job, which must be what the gallery says.
async fn seen(me: &Visitor<'_>, (made, job): (Door, &Job)) -> Vec<(Door, Value)> {
    let id = job.id.to_string();
    let mut all = Vec::new();
    // ComfyUI forgets what was dropped before it began.
    let is_forgotten = job.status.is_over() && job.started_at.is_none();
    for door in TELLING.into_iter().filter(|door| *door != Native || !is_forgotten) {
        let answer = me.get(&door.show(&id).unwrap()).await;
        assert_eq!(answer.status, StatusCode::OK, "{made:?} by {door:?}: {}", answer.text());
        let told = answer.json();
        assert_eq!(door.state(&told), job.status, "{made:?} by {door:?}: {told}");
        all.push((door, told));
    }
    all
}

async fn post_filled(me: &Visitor<'_>, (path, body): (&str, &str), id: &str) -> Answer {
    let body: Value = serde_json::from_str(&body.replace("{id}", id)).unwrap();
    me.post(&path.replace("{id}", id), &body).await
}

#[test]
fn whatever_tells_of_jobs_is_in_the_table() {
    let telling: Vec<_> = DOORS.into_iter().filter(|door| door.show("x").is_some()).collect();
    assert_eq!(telling, TELLING);
}

// safety 12
#[tokio::test]
async fn what_one_door_made_is_seen_and_fetched_through_all() {
    let (house, graph) = working(0).await;
    let (me, other) = (house.visitor().await, house.visitor().await);
    for made in DOORS {
        is_taken(made, &me.send(made.order(&graph, 2)).await);
        let job = newest(&me, JobStatus::Succeeded).await;
        let mut contents: Vec<(Door, Bytes)> = Vec::new();
        for (door, told) in seen(&me, (made, &job)).await {
            contents.push((door, door.fetch((&me, &job.id.to_string()), &told).await));
            let theirs = other.get(&door.show(&job.id.to_string()).unwrap()).await;
            assert_eq!(theirs.status, StatusCode::NOT_FOUND, "{made:?} by {door:?}");
        }
        let picture = &contents[0].1;
        assert!(image::load_from_memory(picture).is_ok(), "{made:?}");
        let differ = contents.iter().filter(|(_, content)| content != picture);
        assert_eq!(names(differ), [], "these hand out something else than {made:?} made");
    }
    let mine: JobList = me.get(&format!("{API}/jobs")).await.json();
    assert_eq!(mine.total, DOORS.len() as u64, "each is one job");
    let history: Value = me.get("/history").await.json();
    assert_eq!(history.as_object().unwrap().len(), DOORS.len());
}

fn names<'a, T: 'a>(of: impl Iterator<Item = &'a (Door, T)>) -> Vec<Door> {
    of.map(|(door, _)| *door).collect()
}

#[tokio::test]
async fn what_one_door_began_is_stopped_through_all_that_can_stop() {
    let (house, graph) = working(80).await;
    let me = house.visitor().await;
    for made in DOORS {
        for stop in STOPS {
            let stopping = async {
                let job = newest(&me, JobStatus::Running).await;
                let queue: Value = me.get("/queue").await.json();
                assert_eq!(queue["queue_running"][0][1], json!(job.id), "{made:?}");
                seen(&me, (made, &job)).await;
                let answer = post_filled(&me, (stop.1, stop.2), &job.id.to_string()).await;
                is_taken(stop.0, &answer);
                newest(&me, JobStatus::Canceled).await
            };
            let (answer, job) = tokio::join!(me.send(made.order(&graph, 60)), stopping);
            is_stopped(made, &answer);
            seen(&me, (made, &job)).await;
        }
    }
}

#[tokio::test]
async fn what_waits_is_dropped_through_all_that_can_stop() {
    let (house, graph) = working(100).await;
    let me = house.visitor().await;
    let ahead: Job = me.send(Own.order(&graph, 60)).await.json();
    newest(&me, JobStatus::Running).await;
    let stops = STOPS.into_iter().filter(|(_, path, _)| *path != "/interrupt").chain([DROP]);
    for (turn, (door, path, body)) in stops.enumerate() {
        let made = DOORS[turn % DOORS.len()];
        let stopping = async {
            let job = newest(&me, JobStatus::Queued).await;
            let queue: Value = me.get("/queue").await.json();
            assert_eq!(queue["queue_pending"][0][1], json!(job.id), "{made:?}");
            is_taken(door, &post_filled(&me, (path, body), &job.id.to_string()).await);
            newest(&me, JobStatus::Canceled).await
        };
        let (answer, job) = tokio::join!(me.send(made.order(&graph, 2)), stopping);
        is_stopped(made, &answer);
        seen(&me, (made, &job)).await;
    }
    let ahead: Job = me.get(&format!("{API}/jobs/{}", ahead.id)).await.json();
    assert_ne!(ahead.status, JobStatus::Canceled, "nobody meant it");
}

/// Who waits for the picture is told in the words of the door that none comes; who does not was
/// told before.
fn is_stopped(made: Door, answer: &Answer) {
    if made == OpenAi {
        assert!(!answer.status.is_success(), "{}", answer.text());
        assert!(answer.json::<Value>()["error"]["message"].is_string(), "{}", answer.text());
    } else {
        is_taken(made, answer);
    }
}
