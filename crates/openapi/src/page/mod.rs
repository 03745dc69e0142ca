//! The description as a page.
pub fn page(_: &serde_json::Value) -> String {
    String::new()
}
pub fn shell() -> &'static str {
    ""
}
