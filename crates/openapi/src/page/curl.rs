//! What can be copied into a shell.

use serde_json::Value;

/// Longest body that stands on one line, in characters.
const SHORT: usize = 44;

/// Types of bodies that are bytes.
const BYTES: [&str; 2] = ["application/octet-stream", "application/offset+octet-stream"];

/// The command for an operation; `$PARLOR` is where the API is and `$KEY` a key of the house.
pub fn command(method: &str, path: &str, operation: &Value) -> String {
    let address = format!("$PARLOR{}{}", filled(path), query(operation));
    if operation["responses"].get("101").is_some() {
        let address = address.replacen("$PARLOR", "${PARLOR/http/ws}", 1);
        return format!("websocat \"{address}?token=$TOKEN\"");
    }
    let mut lines = vec![first_line(method, &address, operation)];
    if operation["security"].as_array().is_none_or(|ways| !ways.is_empty()) {
        lines.push("-H \"Authorization: Bearer $KEY\"".into());
    }
    let contents = &operation["requestBody"]["content"];
    if let Some(json) = contents.get("application/json") {
        let body = json.get("example").map_or_else(|| "@body.json".into(), quoted);
        lines.push("-H 'Content-Type: application/json'".into());
        lines.push(format!("-d {body}"));
    } else if let Some(kind) = BYTES.into_iter().find(|kind| contents.get(kind).is_some()) {
        lines.push(format!("-H 'Content-Type: {kind}'"));
        lines.push("--data-binary @file".into());
    }
    lines.join(" \\\n  ")
}

fn first_line(method: &str, address: &str, operation: &Value) -> String {
    let has_body = operation.get("requestBody").is_some();
    let mut line = String::from("curl");
    match method {
        "get" => (),
        "head" => line.push_str(" -I"),
        "post" if has_body => (),
        other => line = format!("{line} -X {}", other.to_uppercase()),
    }
    let told = &operation["responses"]["200"]["content"];
    let told = told.as_object().and_then(|all| all.keys().next()).map_or("", String::as_str);
    match told {
        "text/event-stream" => line.push_str(" -N"),
        "*/*" | "image/*" | "application/zip" => line.push_str(" -OJ"),
        _ => (),
    }
    format!("{line} \"{address}\"")
}

/// On one line, or as many as it is easy to read on.
fn quoted(example: &Value) -> String {
    let short = example.to_string();
    if short.chars().count() <= SHORT {
        return format!("'{short}'");
    }
    let lines = format!("{example:#}");
    format!("'{}'", lines.replace('\n', "\n  "))
}

/// With something in the place of each parameter.
fn filled(path: &str) -> String {
    let slug = path.replace("{slug}", "text-to-picture").replace("{number}", "3");
    slug.replace("{id}", "$ID").replace("{hash}", "$HASH").replace("{seal}", "$SEAL")
}

/// Of what the query must hold.
fn query(operation: &Value) -> String {
    let parameters = operation["parameters"].as_array().into_iter().flatten();
    let needed = parameters.filter(|one| one["in"] == "query" && one["required"] == true);
    let pairs: Vec<_> =
        needed.filter_map(|one| Some(format!("{}=1", one["name"].as_str()?))).collect();
    if pairs.is_empty() { String::new() } else { format!("?{}", pairs.join("&")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(method: &str, path: &str) -> String {
        command(method, path, &crate::document()["paths"][path][method])
    }

    #[test]
    fn what_is_copied_says_all_that_is_needed() {
        assert_eq!(
            of("post", "/studio/workflows/{slug}/publish"),
            "curl \"$PARLOR/studio/workflows/text-to-picture/publish\" \\\n  \
             -H \"Authorization: Bearer $KEY\" \\\n  -H 'Content-Type: application/json' \\\n  \
             -d '{\"revision\":3}'"
        );
        assert!(of("post", "/me/keys").contains("-d '{\n    \"name\": \"shop\",\n"));
        assert_eq!(of("get", "/house"), "curl \"$PARLOR/house\"");
        assert!(of("get", "/jobs/{id}/events").starts_with("curl -N "));
        assert!(of("delete", "/jobs/{id}").starts_with("curl -X DELETE "));
        assert!(of("head", "/uploads/resumable/{id}").starts_with("curl -I "));
        assert!(of("patch", "/uploads/resumable/{id}").contains("offset+octet-stream' \\\n"));
        assert!(of("get", "/studio/workflows/{slug}/compare").contains("compare?from=1\""));
    }
}
