//! Whatever is dropped, nothing panics and nothing takes long.

use comfy::convert::{Document, MAX_BYTES};
use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::{Value, json};

use crate::{DEFINITIONS, cases, convert};

fn refusal(bytes: &[u8]) -> String {
    Document::read(bytes).expect_err("it is no workflow").to_string()
}

#[test]
fn ten_thousand_levels_and_fifty_megabytes_are_refused_at_once() {
    let deep = format!("{}1{}", "[".repeat(10_000), "]".repeat(10_000));
    assert_eq!(
        refusal(deep.as_bytes()),
        "the workflow cannot be read: the JSON nests deeper than 64 levels"
    );
    let large = vec![b' '; 50 << 20];
    assert_eq!(
        refusal(&large),
        format!("the file has {} bytes, and a workflow at most {MAX_BYTES}", 50 << 20)
    );
}

#[test]
fn numbers_that_are_none_are_refused_and_large_ones_are_kept_as_near_as_can_be() {
    assert!(refusal(br#"{"nodes": [NaN]}"#).ends_with("the number at byte 11 is not finite"));
    let values = json!([{"id": 1, "type": "PrimitiveFloat", "widgets_values": [0]}]);
    let text = json!({"nodes": values, "links": []}).to_string();
    let text = text.replace("[0]", "[123456789012345678901234567890]");
    let graph = Document::read(text.as_bytes()).unwrap().graph(&DEFINITIONS).unwrap();
    assert_eq!(graph.input("1", "value").unwrap().as_f64(), Some(123456789012345678901234567890.0));
}

#[test]
fn there_are_always_ids_left_to_give() {
    let (_, mut case) = cases().into_iter().find(|(name, _)| name == "group").unwrap();
    case["file"]["last_node_id"] = u64::MAX.into();
    let graph = convert(&case["file"]).unwrap();
    assert_eq!(graph.as_object().unwrap().len(), 5);
    let (_, mut case) = cases().into_iter().find(|(name, _)| name == "renumbered").unwrap();
    case["file"]["last_node_id"] = u64::MAX.into();
    assert!(convert(&case["file"]).is_ok());
}

/// Puts something else in one place of a value.
fn change(value: &mut Value, place: Index, with: &Value) {
    let mut size = 0;
    each(value, &mut |_| size += 1);
    let (chosen, mut at) = (place.index(size), 0);
    each(value, &mut |part| {
        if at == chosen {
            part.clone_from(with);
        }
        at += 1;
    });
}

fn each(value: &mut Value, visit: &mut dyn FnMut(&mut Value)) {
    visit(value);
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| each(item, visit)),
        Value::Object(fields) => fields.values_mut().for_each(|field| each(field, visit)),
        _ => {}
    }
}

fn anything() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(json!(null)),
        Just(json!([])),
        Just(json!({})),
        Just(json!("Reroute")),
        Just(json!("-10")),
        Just(json!("s")),
        Just(json!([["12", "value"]])),
        any::<bool>().prop_map(Value::from),
        (-30_i64..30).prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        ".{0,6}".prop_map(Value::from),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn no_bytes_panic(start in any::<Index>(), rest in proptest::collection::vec(any::<u8>(), 0..300)) {
        let starts: [&[u8]; 8] = [
            b"", b"{", b"\x89PNG\r\n\x1a\n", b"RIFF\0\0\0\0WEBPEXIF", b"\xff\xd8\xff\xe1\x00\x40Exif\0\0II*\0\x08\0\0\0",
            b"\0\0\0\x08ftyp\0\0\0\x60moov\0\0\0\x50udta\0\0\0\x40meta", b"\x1a\x45\xdf\xa3\x80\x18\x53\x80\x67", b"\x10\0\0\0\0\0\0\0{",
        ];
        let mut bytes = start.get(&starts).to_vec();
        bytes.extend(rest);
        let _ = Document::read(&bytes).and_then(|document| document.graph(&DEFINITIONS));
    }

    #[test]
    fn no_change_to_a_file_panics_and_what_it_becomes_can_be_run(
        case in any::<Index>(),
        changes in proptest::collection::vec((any::<Index>(), anything()), 1..6),
    ) {
        let cases = cases();
        let mut file = case.get(&cases).1["file"].clone();
        for (place, with) in &changes {
            change(&mut file, *place, with);
        }
        if let Ok(graph) = convert(&file) {
            let graph = comfy::Graph::parse(&graph).unwrap();
            prop_assert!(graph.run_order().is_ok());
            prop_assert!(graph.links().all(|link| graph.nodes.contains_key(link.from)));
        }
    }
}
