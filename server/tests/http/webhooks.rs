//! Programs that are told what becomes of jobs.

use axum::Router;
use axum::http::{HeaderMap, StatusCode};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use wire::{Delivery, DeliveryKind, DeliveryPage, DeliveryStatus, Job, MadeWebhook, Webhook};

use super::house::{API, House, Visitor, small};

pub const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
pub const NEAR: [&str; 3] = ["--fetch-http", "--fetch-network", "127.0.0.1/32"];

/// Who is told, and answers 200.
pub struct Receiver {
    pub url: String,
    arrived: mpsc::UnboundedReceiver<(HeaderMap, Value)>,
}

impl Receiver {
    pub async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let (sender, arrived) = mpsc::unbounded_channel();
        let routes = Router::new().fallback(async move |headers: HeaderMap, body: String| {
            sender.send((headers, serde_json::from_str(&body).unwrap())).unwrap();
        });
        tokio::spawn(async move { axum::serve(listener, routes).await });
        Self { url, arrived }
    }

    /// The next message, and its `webhook-id`.
    pub async fn next(&mut self) -> (String, Value) {
        let (headers, told) = self.arrived.recv().await.unwrap();
        assert!(headers["webhook-signature"].to_str().unwrap().starts_with("v1,"));
        (headers["webhook-id"].to_str().unwrap().to_owned(), told)
    }
}

async fn log(visitor: &Visitor<'_>, query: &str) -> Vec<Delivery> {
    let answer = visitor.get(&format!("{API}/webhooks/deliveries{query}")).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    answer.json::<DeliveryPage>().deliveries
}

/// The only delivery of the log, once it was taken.
async fn delivered(visitor: &Visitor<'_>, query: &str) -> Delivery {
    loop {
        let mut log = log(visitor, query).await;
        assert_eq!(log.len(), 1, "{log:?}");
        if log[0].status == DeliveryStatus::Delivered {
            return log.remove(0);
        }
        tokio::task::yield_now().await;
    }
}

// safety 31
#[tokio::test]
async fn a_job_is_told_where_it_says_and_can_be_told_again() {
    let house = House::working_with(&NEAR).await;
    let (me, mut receiver) = (house.visitor().await, Receiver::open().await);
    let mut wanted = small("a red hill");
    wanted["webhook"] = json!({ "url": receiver.url, "secret": SECRET });
    let job: Job = me.submit(&wanted).await.json();
    let (id, told) = receiver.next().await;
    assert_eq!(told["type"], "job.succeeded");
    let found: Value = me.get(&format!("{API}/jobs/{}", job.id)).await.json();
    assert_eq!(told["data"], found, "the job as its owner sees it");

    let one = delivered(&me, &format!("?job={}", job.id)).await;
    assert_eq!(log(&me, "?status=delivered").await, std::slice::from_ref(&one));
    assert_eq!((one.id.to_string(), one.kind), (id.clone(), DeliveryKind::Job));
    assert_eq!(one.attempts[0].status, Some(200));
    assert!(log(&me, "?status=failed").await.is_empty());
    let replay = format!("{API}/webhooks/deliveries/{id}/replay");
    let again = me.post(&replay, &json!({})).await;
    assert_eq!(again.status, StatusCode::ACCEPTED, "{}", again.text());
    assert_eq!(receiver.next().await, (id, told), "the very same");
    let log = me.get(&format!("{API}/webhooks/deliveries")).await;
    assert!(!log.text().contains("whsec_") && !log.text().contains(&SECRET[6..]));
}

// safety 31
#[tokio::test]
async fn a_webhook_of_ones_own_hears_of_every_job_and_its_secret_is_told_once() {
    let house = House::working_with(&NEAR).await;
    let (me, mut receiver) = (house.visitor().await, Receiver::open().await);
    let hooks = format!("{API}/webhooks");
    let made = me.post(&hooks, &json!({ "url": receiver.url })).await;
    assert_eq!((made.status, made.header("cache-control")), (StatusCode::CREATED, "no-store"));
    let made: MadeWebhook = made.json();
    assert!(made.secret.starts_with("whsec_"));
    let twice = me.post(&hooks, &json!({ "url": receiver.url })).await;
    assert_eq!(twice.problem().status, 409);
    let listed = me.get(&hooks).await;
    assert!(!listed.text().contains("whsec_"), "{}", listed.text());
    let listed: Vec<Webhook> = listed.json();
    assert_eq!(listed, std::slice::from_ref(&made.webhook));

    let job = me.picture().await;
    let (id, told) = receiver.next().await;
    assert_eq!(told["data"]["id"], json!(job.id));
    let one = delivered(&me, "").await;
    assert_eq!((one.id.to_string(), one.kind), (id, DeliveryKind::Own));
    let mut wanted = small("a blue lake");
    wanted["webhook"] = json!({ "url": receiver.url, "events": ["job.started"] });
    let next: Job = me.submit(&wanted).await.json();
    let (_, told) = receiver.next().await;
    assert_eq!((&told["type"], &told["data"]["id"]), (&json!("job.started"), &json!(next.id)));

    let gone = format!("{hooks}/{}", made.webhook.id);
    assert_eq!(me.call("DELETE", &gone).await.status, StatusCode::NO_CONTENT);
    assert_eq!(me.call("DELETE", &gone).await.status, StatusCode::NOT_FOUND);
    assert!(log(&me, &format!("?job={}", job.id)).await.is_empty(), "it took its log along");
}

// safety 33
#[tokio::test]
async fn one_key_is_one_wish_to_be_told() {
    let house = House::quiet().await;
    let me = house.visitor().await;
    for (path, more) in [("jobs", json!({})), ("batches", json!({ "matrix": { "seed": [1, 2] } }))]
    {
        let ask = async |url: &str| {
            let mut wanted = small("a red hill");
            wanted["webhook"] = json!({ "url": url, "secret": SECRET });
            wanted.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            let uri = format!("{API}/workflows/text-to-picture/{path}");
            let mut request = super::house::post(&uri, &wanted);
            request.headers_mut().insert("idempotency-key", path.parse().unwrap());
            me.send(request).await
        };
        let first = ask("https://shop.example.org/hook").await;
        assert_eq!(first.status, StatusCode::ACCEPTED, "{}", first.text());
        let again = ask("https://shop.example.org/hook").await;
        assert_eq!((again.status, &again.body), (first.status, &first.body));
        assert_eq!(ask("https://shop.example.org/other").await.problem().status, 422, "{path}");
    }
}

#[tokio::test]
async fn each_job_of_a_batch_is_told() {
    let house = House::working_with(&NEAR).await;
    let (me, mut receiver) = (house.visitor().await, Receiver::open().await);
    let mut wanted = small("a red hill");
    wanted["matrix"] = json!({ "seed": [1, 2] });
    wanted["webhook"] = json!({ "url": receiver.url, "secret": SECRET });
    let batches = format!("{API}/workflows/text-to-picture/batches");
    let answer = me.post(&batches, &wanted).await;
    assert_eq!(answer.status, StatusCode::ACCEPTED, "{}", answer.text());
    let mut seeds = Vec::new();
    for _ in 0..2 {
        seeds.push(receiver.next().await.1["data"]["inputs"]["seed"].clone());
    }
    seeds.sort_by_key(Value::as_u64);
    assert_eq!(seeds, [1, 2]);
    wanted["webhook"] = json!({ "url": receiver.url });
    assert_eq!(me.post(&batches, &wanted).await.problem().field.as_deref(), Some("webhook.secret"));
}

#[tokio::test]
async fn what_cannot_be_told_is_refused_beside_its_field() {
    let house = House::quiet().await;
    let me = house.visitor().await;
    let url = "https://shop.example.org/hook";
    for (webhook, field) in [
        (json!({ "url": url }), "webhook.secret"),
        (json!({ "url": url, "secret": "whsec_c2hvcnQ=" }), "webhook.secret"),
        (json!({ "url": "http://shop.example.org/", "secret": SECRET }), "webhook.url"),
        (json!({ "url": "https://127.0.0.1/", "secret": SECRET }), "webhook.url"),
        (json!({ "url": url, "secret": SECRET, "events": [] }), "webhook.events"),
    ] {
        let mut wanted = small("x");
        wanted["webhook"] = webhook;
        let problem = me.submit(&wanted).await.problem();
        assert_eq!((problem.status, problem.field.as_deref()), (422, Some(field)));
        assert!(!problem.detail.contains(SECRET), "{}", problem.detail);
    }
    for (webhook, field) in [
        (json!({ "url": "https://127.0.0.1/" }), "url"),
        (json!({ "url": url, "secret": "whsec_c2hvcnQ=" }), "secret"),
        (json!({ "url": url, "events": [] }), "events"),
    ] {
        let problem = me.post(&format!("{API}/webhooks"), &webhook).await.problem();
        assert_eq!((problem.status, problem.field.as_deref()), (422, Some(field)));
    }
    let odd = json!({ "inputs": {}, "webhook": { "url": url, "events": ["job.vanished"] } });
    assert_eq!(me.submit(&odd).await.problem().status, 400);
    let jobs: wire::JobList = me.get(&format!("{API}/jobs")).await.json();
    assert_eq!(jobs.total, 0, "nothing was begun");
}

// safety 11, 31
#[tokio::test]
async fn guests_tell_nobody_and_nobody_sees_anothers_log() {
    let args = ["--public-url", "http://art.example.org", "--open"];
    let house = House::working_with(&[&args[..], &NEAR].concat()).await;
    let (mut receiver, guest) = (Receiver::open().await, house.visitor().await);
    let webhook = json!({ "url": receiver.url, "secret": SECRET });
    let mut wanted = small("a red hill");
    wanted["webhook"] = webhook.clone();
    assert_eq!(guest.submit(&wanted).await.problem().status, 403);
    assert_eq!(guest.post(&format!("{API}/webhooks"), &webhook).await.problem().status, 403);

    let (mia, paul) = (house.member("Mia", json!([])).await, house.member("Paul", json!([])).await);
    assert_eq!(mia.submit(&wanted).await.status, StatusCode::ACCEPTED);
    let (id, _) = receiver.next().await;
    for other in [&guest, &paul] {
        assert!(log(other, "").await.is_empty());
        let replay = format!("{API}/webhooks/deliveries/{id}/replay");
        assert_eq!(other.post(&replay, &json!({})).await.problem().status, 404);
    }
    delivered(&mia, "").await;
}

// safety 31
#[tokio::test]
async fn the_host_is_told_of_every_job_and_not_what_was_asked_for() {
    let mut receiver = Receiver::open().await;
    let folder = tempfile::tempdir().unwrap();
    let secret = folder.path().join("secret");
    std::fs::write(&secret, format!("{SECRET}\n")).unwrap();
    let args = ["--webhook", &receiver.url, "--webhook-secret-file", secret.to_str().unwrap()];
    let open = ["--public-url", "http://art.example.org", "--open"];
    let house = House::working_with(&[&args[..], &open].concat()).await;
    let (guest, owner) = (house.visitor().await, house.owner().await);
    let job = guest.picture().await;
    let (_, told) = receiver.next().await;
    assert_eq!(told["data"]["id"], json!(job.id));
    assert_eq!(told["data"]["status"], "succeeded");
    assert!(!told.to_string().contains("a red hill"), "{told}");
    assert_eq!(delivered(&owner, "").await.kind, DeliveryKind::House);
    assert!(log(&guest, "").await.is_empty());
}
