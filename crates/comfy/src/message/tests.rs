use serde_json::json;

use super::*;

fn parse(text: &str) -> Message {
    Message::parse(text.as_bytes(), 1 << 20).unwrap()
}

#[test]
fn the_end_of_a_job_has_no_node() {
    let message = parse(r#"{"type":"executing","data":{"node":null,"prompt_id":"p"}}"#);
    let Message::Executing(executing) = &message else { panic!("{message:?}") };
    assert!(executing.is_end());
    assert_eq!(message.encode(), r#"{"type":"executing","data":{"node":null,"prompt_id":"p"}}"#);
}

#[test]
fn on_reconnecting_the_current_node_comes_without_its_job() {
    let message = parse(r#"{"type":"executing","data":{"node":"5"}}"#);
    assert_eq!(message.prompt_id(), None);
    assert_eq!(message.encode(), r#"{"type":"executing","data":{"node":"5"}}"#);
}

#[test]
fn unknown_kinds_are_kept_whole() {
    let text = r#"{"type":"crystools.monitor","data":{"cpu":[1,2.5]}}"#;
    let other = parse(text);
    assert!(matches!(&other, Message::Other { kind, .. } if kind == "crystools.monitor"));
    assert_eq!(other.encode(), text);
    assert!(matches!(parse(r#"{"type":"ping"}"#), Message::Other { data: Value::Null, .. }));
}

#[test]
fn a_known_kind_with_lying_types_is_kept_whole() {
    let text = r#"{"type":"progress","data":{"value":"many","max":[]}}"#;
    let lie = parse(text);
    assert!(matches!(&lie, Message::Other { kind, .. } if kind == "progress"));
    assert_eq!(lie.encode(), text);
}

#[test]
fn names_of_ours_are_not_names_of_theirs() {
    for kind in ["other", "assets_started", "Status"] {
        let text = json!({"type": kind, "data": {"type": "x", "data": 1}}).to_string();
        let message = parse(&text);
        assert_eq!(message.encode(), text);
        assert!(matches!(&message, Message::Other { kind: found, .. } if found == kind));
    }
}

#[test]
fn nan_in_an_output_harms_nobody() {
    let text = r#"{"type":"executed","data":{"node":"1","display_node":"1","output":{"v":[NaN]},"prompt_id":"p"}}"#;
    let Message::Executed(executed) = parse(text) else { panic!() };
    assert_eq!(executed.output, json!({"v": [null]}));
}

#[test]
fn what_has_no_type_is_an_error() {
    for text in ["[]", "5", "null", "{}", r#"{"type":5}"#, "<html>"] {
        assert!(Message::parse(text.as_bytes(), 100).is_err(), "{text}");
    }
    assert!(matches!(Message::parse(b"[1]", 2), Err(JsonError::TooLarge { .. })));
}

#[test]
fn only_a_question_for_flags_is_answered_and_odd_flags_are_none() {
    let asked = |text: &str| asked_for_flags(text.as_bytes());
    let question = r#"{"type":"feature_flags","data":{"supports_preview_metadata":true}}"#;
    assert_eq!(asked(question), Some(true));
    assert_eq!(asked(r#"{"type":"feature_flags","data":null}"#), Some(false));
    assert_eq!(asked(r#"{"type":"feature_flags"}"#), Some(false));
    for other in ["[]", "5", "null", "{}", "", r#"{"type":"hello"}"#, r#"{"type":NaN}"#] {
        assert_eq!(asked(other), None, "{other}");
    }
}
