//! What the doors' sockets are told, and things that are nearly so.

use serde_json::{Map, Value, json};
use wire::ToViewer;

use super::dice::Dice;

/// A kind of socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Door {
    Own,
    Native,
    Serverless,
}

/// Something to say.
pub struct Saying {
    pub text: String,
    /// It is answered that it cannot be understood, or not done.
    pub refused: bool,
}

/// What was told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told {
    Refusal,
    Results,
    Other,
}

/// What is no message of anybody.
const NOTHING: [&str; 16] = [
    "",
    " ",
    "{",
    "}",
    "[]",
    "null",
    "5",
    "-0",
    "1e999",
    "\"\\ud800\"",
    "{\"type\":}",
    "{}x",
    "NaN",
    "{\"type\":\"watch\",\"type\":\"watch\"}",
    "\u{feff}{}",
    "{'type':'cancel'}",
];

impl Door {
    pub fn path(self) -> &'static str {
        match self {
            Self::Own => "/api/parlor/v1/live",
            Self::Native => "/ws?clientId=same",
            Self::Serverless => "/api/serverless/ws?output_base64=1",
        }
    }

    /// Something that the door knows, or nearly.
    pub fn saying(self, dice: &mut Dice) -> Saying {
        let nonsense = match dice.below(6) {
            0 => Some((*dice.one(&NOTHING)).to_owned()),
            1 => Some("[".repeat(1 + dice.below(30_000))),
            _ => None,
        };
        if let Some(text) = nonsense {
            return Saying { text, refused: self != Self::Native };
        }
        match self {
            Self::Own => own(dice),
            Self::Native => native(dice),
            Self::Serverless => Saying {
                text: json!({ "1": node(dice), "2": node(dice) }).to_string(),
                refused: true,
            },
        }
    }

    /// A graph that runs.
    pub fn graph(dice: &mut Dice) -> String {
        let size =
            json!({ "width": 16, "height": 16, "batch_size": 1, "color": dice.below(1 << 24) });
        let save = json!({ "images": ["1", 0], "filename_prefix": "x" });
        json!({
            "1": { "class_type": "EmptyImage", "inputs": size },
            "9": { "class_type": "SaveImage", "inputs": save },
        })
        .to_string()
    }

    /// Looks at what was told, which must be of the door's own form.
    pub fn look(self, text: &[u8]) -> Told {
        let told: Value = serde_json::from_slice(text).unwrap();
        if self == Self::Own {
            let told: ToViewer = serde_json::from_value(told).unwrap();
            let refused = matches!(&told, ToViewer::Refused { message, .. } if !message.is_empty());
            return if refused { Told::Refusal } else { Told::Other };
        }
        let kind = told["type"].as_str().unwrap_or_else(|| panic!("{told} is of no type"));
        assert!(told["data"].is_object(), "{told}");
        match kind {
            "error" => {
                let error = &told["data"]["error"];
                assert!(error["type"].is_string() && error["message"].is_string(), "{told}");
                assert!(told["data"]["node_errors"].is_object(), "{told}");
                Told::Refusal
            }
            "serverless_api" => Told::Results,
            _ => Told::Other,
        }
    }
}

/// A message of `wire::FromViewer`; perhaps a member is none of it.
fn own(dice: &mut Dice) -> Saying {
    let kind = *dice.one(&["watch", "unwatch", "cancel", "watch_mine"]);
    let mut message = Map::new();
    message.insert("type".into(), kind.into());
    if kind == "watch_mine" {
        return Saying { text: Value::from(message).to_string(), refused: false };
    }
    message.insert("job".into(), uuid::Uuid::from_u128(u128::from(dice.roll())).to_string().into());
    if kind == "watch" {
        let good = [json!(null), json!(0), json!(7), json!(u64::MAX)];
        message.insert("after".into(), dice.one(&good).clone());
    }
    let wrong = dice.below(2) == 0;
    if wrong {
        let bad =
            [json!(-1), json!(1.5), json!("x"), json!([]), json!({}), json!("x".repeat(9_000))];
        match dice.below(4) {
            0 => _ = message.remove("job"),
            1 => _ = message.insert("job".into(), dice.one(&bad).clone()),
            2 => _ = message.insert("type".into(), dice.one(&bad).clone()),
            _ => _ = message.insert("more".into(), dice.one(&bad).clone()),
        }
    }
    // There is no job of such an id to cancel.
    Saying { text: Value::from(message).to_string(), refused: wrong || kind == "cancel" }
}

/// Only the first can mean anything, and none is refused: ComfyUI passes over what it does not know.
fn native(dice: &mut Dice) -> Saying {
    let kinds = ["feature_flags", "status", "execute", ""];
    let data = [
        json!({ "supports_preview_metadata": true }),
        json!({ "supports_preview_metadata": 5 }),
        json!([]),
        json!(null),
        json!("x".repeat(9_000)),
    ];
    let message = json!({ "type": dice.one(&kinds), "data": dice.one(&data) });
    Saying { text: message.to_string(), refused: false }
}

/// A node of a graph that makes nothing, or is none.
fn node(dice: &mut Dice) -> Value {
    let classes = [json!("EmptyImage"), json!("ImageInvert"), json!("Shell"), json!(""), json!(5)];
    let inputs = [
        json!({}),
        json!({ "image": ["1", 0] }),
        json!({ "image": ["9", -1] }),
        json!({ "width": 1e300, "height": "x" }),
        json!({ "image": "x".repeat(9_000) }),
        json!([]),
        json!(null),
    ];
    let mut node = Map::new();
    if dice.below(5) > 0 {
        node.insert("class_type".into(), dice.one(&classes).clone());
    }
    if dice.below(5) > 0 {
        node.insert("inputs".into(), dice.one(&inputs).clone());
    }
    node.into()
}
