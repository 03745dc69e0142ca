//! The form in which each door says no, as its clients read it: written down here once more, and not
//! asked of the code.

use serde_json::Value;

use super::house::Answer;

/// How a door words a refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// `application/problem+json`.
    Parlor,
    /// `{"error": {"code", "message"}}`
    ComfyV2,
    /// `{"error": {"message", "type"}}`
    OpenAi,
    /// `{"success": false, "error"}`
    Scripts,
    /// `{"error": {"type", "message"}, "node_errors"}`, a sentence of its jobs API, or a status alone.
    Comfy,
    /// What people open.
    Page,
}

/// How addresses of ComfyUI's own API begin, at `/` and below `/api`.
const COMFY: [&str; 23] = [
    "/embeddings",
    "/experiment/models",
    "/extensions",
    "/features",
    "/global_subgraphs",
    "/history",
    "/i18n",
    "/interrupt",
    "/models",
    "/node_replacements",
    "/object_info",
    "/prompt",
    "/queue",
    "/settings",
    "/system_stats",
    "/upload/image",
    "/upload/mask",
    "/userdata",
    "/users",
    "/v2/userdata",
    "/view",
    "/workflow_templates",
    "/ws",
];

impl Form {
    /// That of the door at this path.
    pub fn at(path: &str) -> Self {
        let is = |name: &str| {
            let rest = path.strip_prefix(name);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let own = COMFY.iter().any(|name| is(name) || is(&format!("/api{name}")));
        if own || ["/comfy", "/api/jobs", "/api/api/jobs", "/api/serverless"].into_iter().any(is) {
            return Self::Comfy;
        }
        match path {
            "/api" => Self::Scripts,
            _ if is("/api/v2") => Self::ComfyV2,
            _ if is("/v1") => Self::OpenAi,
            _ if is("/api/generate") || is("/api/status") => Self::Scripts,
            _ if is("/api/docs") => Self::Page,
            _ if is("/api") => Self::Parlor,
            _ => Self::Page,
        }
    }

    /// That a refusal, which has a body, is of this form.
    pub fn check(self, answer: &Answer) -> Result<(), String> {
        let kind = answer.header("content-type").split(';').next().unwrap_or_default();
        // Whatever address is none has the page that says so.
        let page = kind == "text/html" && (self == Self::Page || answer.status == 404);
        let plain = kind == "text/plain" && self == Self::Page;
        let alone = self == Self::Comfy && answer.body.is_empty();
        if page || plain || alone {
            return Ok(());
        }
        let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        let text = |at: &str| body.pointer(at).is_some_and(Value::is_string);
        let json = kind == "application/json";
        let fits = match self {
            Self::Parlor | Self::Page => {
                let problem = kind == "application/problem+json" && text("/detail");
                problem && text("/code") && body["status"] == answer.status.as_u16()
            }
            Self::ComfyV2 => json && text("/error/code") && text("/error/message"),
            Self::OpenAi => json && text("/error/message") && text("/error/type"),
            Self::Scripts => json && body["success"] == false && text("/error"),
            Self::Comfy => {
                let graph = text("/error/type") && text("/error/message");
                json && (text("/error") || graph && body["node_errors"].is_object())
            }
        };
        let told =
            || format!("{} is no refusal of {self:?} in {kind}: {}", answer.status, answer.text());
        if fits { Ok(()) } else { Err(told()) }
    }
}
