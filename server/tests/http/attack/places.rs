//! Everywhere a caller's words can stand in a request.

use axum::body::Body;
use axum::http::{HeaderValue, Request, Uri};
use serde_json::{Value, json};

use super::super::house::API;
use super::super::matrix::TABLE;
use super::super::things::Things;
use super::Word;

/// Names of what can follow the `?` of any route.
const QUERY: &[&str] = &[
    "after",
    "before",
    "cursor",
    "download",
    "favourite",
    "filename",
    "from",
    "limit",
    "name",
    "order",
    "q",
    "status",
    "subfolder",
    "to",
    "token",
    "type",
    "w",
    "wait",
    "workflow",
];

const HEADERS: &[&str] = &[
    "accept",
    "accept-encoding",
    "accept-language",
    "authorization",
    "content-type",
    "cookie",
    "forwarded",
    "host",
    "idempotency-key",
    "if-none-match",
    "last-event-id",
    "origin",
    "prefer",
    "range",
    "referer",
    "sec-fetch-site",
    "sec-websocket-protocol",
    "user-agent",
    "x-api-key",
    "x-forwarded-for",
    "x-parlor-visitor",
    "x-request-id",
];

/// Where a word stands.
#[derive(Debug, Clone)]
enum Spot {
    /// Instead of a part of the path, percent-encoded or as it is.
    Path {
        encoded: bool,
    },
    Query(&'static str),
    /// The whole of it.
    WholeQuery,
    Header(&'static str),
    /// As a text in JSON, and as the name of a field.
    Json(Value),
    /// As the whole body.
    Body(&'static str),
    /// As the name of a field of a form.
    Form,
    /// As the name of the file in this field of a form, its folder and its kind.
    File(&'static str),
}

/// A route, and the spot in a request to it.
#[derive(Debug, Clone)]
pub struct Place {
    method: &'static str,
    /// With `{*}` where the word stands, if it stands there.
    uri: String,
    spot: Spot,
}

impl Place {
    pub fn all(things: &Things) -> Vec<Self> {
        let routes = TABLE.iter().filter(|(method, path, ..)| !is_farewell(method, path));
        let mut all: Vec<_> = routes
            .flat_map(|(method, path, before, _)| Self::of(method, (path, before), things))
            .collect();
        // And where no route is.
        for uri in ["/{*}", "/api/{*}", "/assets/{*}", "/studio/{*}", &format!("{API}/{{*}}")] {
            all.extend([true, false].map(|encoded| {
                let spot = Spot::Path { encoded };
                Self { method: "GET", uri: uri.to_owned(), spot }
            }));
        }
        all
    }

    fn of(
        method: &'static str,
        (path, before): (&'static str, &'static str),
        things: &Things,
    ) -> Vec<Self> {
        let part = |one: &str, part: &str| one.replacen(part, "{*}", 1);
        let parts = path.split('/').filter(|part| part.starts_with('{'));
        let mut spots: Vec<(String, Spot)> = parts
            .flat_map(|one| [true, false].map(|encoded| (part(path, one), encoded)))
            .map(|(path, encoded)| (things.uri(&path, before), Spot::Path { encoded }))
            .collect();
        // What is changed or hidden is not what is run.
        let path = if before == API { path.into() } else { path.replace("{slug}", "upscale") };
        let path = &*path;
        let plain = || things.uri(path, before);
        // What deletes or hides by its address alone would do so for nothing.
        if method == "GET" || before == API {
            spots.extend(HEADERS.iter().map(|name| (plain(), Spot::Header(name))));
            spots.push((plain(), Spot::WholeQuery));
        }
        if method == "GET" || path.ends_with("/jobs") || path == "/uploads" {
            spots.extend(QUERY.iter().map(|name| (plain(), Spot::Query(name))));
        }
        if matches!(method, "POST" | "PUT" | "PATCH") {
            spots.extend(bodies(path).into_iter().map(|body| (plain(), Spot::Json(body))));
            let kinds = ["application/json", "image/png", "multipart/form-data; boundary=b"];
            spots.extend(kinds.map(|kind| (plain(), Spot::Body(kind))));
            spots.push((plain(), Spot::Form));
            spots.extend(["file", "image"].map(|field| (plain(), Spot::File(field))));
        }
        spots.into_iter().map(|(uri, spot)| Self { method, uri, spot }).collect()
    }

    /// A request with this word there; `None` when HTTP cannot carry it.
    pub fn request(&self, word: &Word) -> Option<Request<Body>> {
        let uri = match &self.spot {
            Spot::Path { encoded: true } => self.uri.replace("{*}", &word.encoded()),
            Spot::Path { encoded: false } => self.uri.replace("{*}", &word.text()),
            Spot::Query(name) => format!("{}?{name}={}", self.uri, word.encoded()),
            Spot::WholeQuery => format!("{}?{}", self.uri, word.text()),
            _ => self.uri.clone(),
        };
        let mut request = Request::builder().method(self.method).uri(uri.parse::<Uri>().ok()?);
        let (kind, body) = self.body(word);
        request = request.header("content-type", kind);
        let mut request = request.body(Body::from(body)).ok()?;
        if let Spot::Header(name) = self.spot {
            let value = HeaderValue::from_bytes(&word.bytes()).ok()?;
            request.headers_mut().insert(name, value);
        }
        Some(request)
    }

    fn body(&self, word: &Word) -> (&'static str, Vec<u8>) {
        const FORM: &str = "multipart/form-data; boundary=b";
        match &self.spot {
            Spot::Json(body) => ("application/json", filled(body, &word.text()).to_string().into()),
            Spot::Body(kind) => (kind, word.bytes()),
            Spot::Form => {
                let head = b"--b\r\nContent-Disposition: form-data; name=\"";
                (FORM, [&head[..], &word.bytes(), b"\"\r\n\r\nx\r\n--b--\r\n"].concat())
            }
            Spot::File(field) => {
                let part = |rest: String| format!("--b\r\nContent-Disposition: form-data; {rest}");
                let word = word.text();
                let texts = ["subfolder", "type", "overwrite"];
                let mut body: String =
                    texts.map(|name| part(format!("name=\"{name}\"\r\n\r\n{word}\r\n"))).concat();
                let file = format!("name=\"{field}\"; filename=\"{word}\"\r\n\r\nx\r\n");
                body.push_str(&part(file));
                body.push_str("--b--\r\n");
                (FORM, body.into_bytes())
            }
            _ if self.method == "GET" => ("application/json", Vec::new()),
            _ => ("application/json", b"{}".to_vec()),
        }
    }
}

/// What would end the attacker's visit.
fn is_farewell(method: &str, path: &str) -> bool {
    method == "DELETE" && matches!(path, "/me" | "/session" | "/me/sessions")
}

/// Bodies of a route; `*` stands for the word.
fn bodies(path: &str) -> Vec<Value> {
    let mut bodies = vec![json!("*"), json!(["*"]), json!({"*": "*"})];
    bodies.extend(match path {
        "/workflows/{slug}/jobs" => vec![
            json!({"inputs": {"prompt": "*"}}),
            json!({"inputs": {"prompt": "x", "*": "*"}}),
            json!({"inputs": {"prompt": "x", "style": "*"}}),
            json!({"inputs": {"picture": "*"}}),
            json!({"inputs": {"picture": {"upload": "*"}}}),
            json!({"inputs": {"picture": {"job": "*", "output": 0}}}),
        ],
        "/session" | "/registration" => vec![
            json!({"name": "*", "password": "*"}),
            json!({"name": "*", "password": "correct horse battery"}),
        ],
        "/links/look" | "/links/follow" => {
            vec![json!({"token": "*"}), json!({"token": "x", "name": "*", "password": "*"})]
        }
        "/me/password" => vec![json!({"current": "*", "new": "*"})],
        "/me/keys" => vec![
            json!({"name": "*", "scope": "read"}),
            json!({"name": "x", "scope": "*"}),
            json!({"name": "x", "scope": "run", "workflows": ["*"]}),
        ],
        "/admin/invites" => vec![json!({"grants": ["*"]}), json!({"note": "*"})],
        "/admin/people/{id}" => vec![json!({"role": "*"}), json!({"standing": "*"})],
        "/prompt" => vec![
            json!({"prompt": {"1": {"class_type": "*", "inputs": {"image": "*", "*": ["*", 0]}}}}),
            json!({"prompt": {"*": "*"}, "client_id": "*", "extra_data": {"*": "*"}}),
        ],
        "/queue" | "/history" => vec![json!({"delete": ["*"]}), json!({"clear": "*"})],
        "/interrupt" => vec![json!({"prompt_id": "*"})],
        "/workflows/{slug}/publish" => vec![json!({"revision": "*"})],
        "/workflows/{slug}/cover" => vec![json!({"job": "*", "output": 0})],
        _ => vec![],
    });
    bodies
}

/// `*` replaced by the word, in texts and in names of fields.
fn filled(body: &Value, word: &str) -> Value {
    let text = |text: &str| if text == "*" { word.to_owned() } else { text.to_owned() };
    match body {
        Value::String(own) => Value::String(text(own)),
        Value::Array(all) => all.iter().map(|one| filled(one, word)).collect(),
        Value::Object(all) => {
            Value::Object(all.iter().map(|(name, one)| (text(name), filled(one, word))).collect())
        }
        other => other.clone(),
    }
}
