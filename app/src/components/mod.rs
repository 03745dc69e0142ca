//! Small parts of pages, one file or folder each, with their CSS in `style/`.

pub(crate) mod composer;
pub(crate) mod deeds;
pub(crate) mod demo;
mod favourite;
pub(crate) mod frame;
pub(crate) mod icon;
pub(crate) mod keys;
pub(crate) mod room;
pub(crate) mod stage;
pub(crate) mod toasts;
pub(crate) mod top_bar;
pub(crate) mod trouble;
pub(crate) mod wall;

use wire::Inputs;

use crate::i18n::t;

/// What to call a job: its prompt, or else the longest text that went into it.
pub(crate) fn prompt_of(inputs: &Inputs) -> String {
    let text = |value: &serde_json::Value| value.as_str().map(str::trim).map(str::to_owned);
    inputs
        .get("prompt")
        .and_then(text)
        .or_else(|| inputs.values().filter_map(text).max_by_key(String::len))
        .filter(|prompt| !prompt.is_empty())
        .unwrap_or_else(|| t::untitled().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_is_called_by_its_prompt() {
        let inputs = serde_json::json!({"negative": "people, text, watermark", "prompt": "dunes"});
        assert_eq!(prompt_of(inputs.as_object().unwrap()), "dunes");
        let inputs = serde_json::json!({"scale": 2, "method": "lanczos"});
        assert_eq!(prompt_of(inputs.as_object().unwrap()), "lanczos");
        assert_eq!(prompt_of(&Inputs::new()), "Untitled");
    }
}
