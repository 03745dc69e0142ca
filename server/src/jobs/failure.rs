//! Why a job failed, in words for the person who waits.
//!
//! What a backend says is for its host: it names files, modules and machines.
//! Here it becomes a sentence, a hint, and details without any of those.

use comfy::Graph;
use comfy::message::ExecutionError;
use comfy::prompt::Refusal;
use wire::Failure;

use crate::workflows::Lacking;

/// Most characters of a backend's own words that are passed on.
const DETAILS: usize = 600;

/// What is known by its words: all of them lower case, any of which tells.
struct Known {
    words: &'static [&'static str],
    message: &'static str,
    hint: &'static str,
}

const KNOWN: [Known; 6] = [
    Known {
        words: &["out of memory", "outofmemory", "allocation on device", "not enough memory"],
        message: "The workshop ran out of memory.",
        hint: "Choose a smaller size, or try again when it is less busy.",
    },
    Known {
        words: &[
            "no such file",
            "filenotfound",
            "value_not_in_list",
            "not found in",
            "invalid model",
        ],
        message: "Something this workflow needs is not in the workshop.",
        hint: "Choose another model under More settings, or tell the host which one is missing.",
    },
    Known {
        words: &["deserializing", "could not detect model type", "unpickling", "invalid header"],
        message: "The model cannot be read.",
        hint: "Choose another model under More settings, or tell the host that its file is broken.",
    },
    Known {
        words: &["nan", "not finite", "infinity"],
        message: "The numbers went astray and no picture came of it.",
        hint: "Try another seed, a lower guidance or another sampler.",
    },
    Known {
        words: &["cannot identify image", "truncated", "unidentifiedimage", "invalid image file"],
        message: "The picture could not be read.",
        hint: "Save it again as PNG or JPEG, and upload it once more.",
    },
    Known {
        words: &["shape", "size of tensor", "mat1 and mat2", "dimension"],
        message: "Two parts of the workflow do not fit together.",
        hint: "Try the size and the model that come with the workflow.",
    },
];

/// A node failed while it ran.
pub(super) fn node_failed(error: &ExecutionError, graph: &Graph) -> Failure {
    let words = format!("{}: {}", error.exception_type, error.exception_message);
    let (message, hint) = explain(&words);
    let title = title(graph, &error.node_id);
    Failure {
        code: "node_failed".into(),
        message: message.map_or_else(|| format!("“{title}” could not do its part."), Into::into),
        hint: Some(hint.unwrap_or("Try again with other settings.").into()),
        node: Some(error.node_id.clone()).filter(|id| !id.is_empty()),
        node_title: Some(title),
        details: Some(scrubbed(&words)),
    }
}

/// The backend would not run the graph.
pub(super) fn rejected(refusal: &Refusal, graph: &Graph) -> Failure {
    let node = refusal.node_errors.iter().find_map(|(id, node)| Some((id, node.errors.first()?)));
    let words = match node {
        Some((_, fault)) => format!("{}: {fault}", fault.kind),
        None => format!("{}: {}", refusal.error.kind, refusal.error),
    };
    let missing = refusal.error.kind == "missing_node_type";
    let (message, hint) = match explain(&words) {
        _ if missing => (
            Some("The workshop lacks a node that this workflow needs."),
            Some("The host can install it, or publish the workflow without it."),
        ),
        explained => explained,
    };
    let named = refusal.error.extra_info.get("node_id").and_then(|id| id.as_str());
    let node = node.map(|(id, _)| id.as_str()).or(named);
    Failure {
        code: "rejected".into(),
        message: message.unwrap_or("The workshop did not accept this job.").into(),
        hint: hint.map(Into::into),
        node: node.map(Into::into),
        node_title: node.map(|id| title(graph, id)),
        details: Some(scrubbed(&words)),
    }
}

/// The backend does not have what was chosen.
pub(super) fn lacking(lacking: &Lacking, graph: &Graph) -> Failure {
    let name = lacking.value.as_str().map_or_else(|| lacking.value.to_string(), Into::into);
    Failure {
        code: "rejected".into(),
        message: format!("The workshop does not have “{}”.", scrubbed(&name)),
        hint: Some(format!("Choose another under “{}”.", lacking.label)),
        node: Some(lacking.node.clone()),
        node_title: Some(title(graph, &lacking.node)),
        details: None,
    }
}

/// Every backend that took the job was lost.
pub(super) fn backend_lost(attempts: u32) -> Failure {
    plain(
        "backend_lost",
        format!("The workshop was lost in the middle of it, {attempts} times."),
        "Try again in a while. If it happens again, the job may be too large for it.",
    )
}

/// It ran, and nothing came of it.
pub(super) fn no_output() -> Failure {
    plain("no_output", "It ran to its end, but made nothing.".into(), "Try other settings.")
}

/// It ran, but what it made could not be fetched.
pub(super) fn output_lost() -> Failure {
    plain(
        "output_lost",
        "It was made, but could not be brought here from the workshop.".into(),
        "Try again.",
    )
}

/// Somebody stopped it on the backend itself.
pub(super) fn interrupted() -> Failure {
    plain("interrupted", "It was stopped in the workshop.".into(), "Try again.")
}

/// It ended badly, and nobody said why.
pub(super) fn unexplained() -> Failure {
    plain("failed", "The workshop gave up without saying why.".into(), "Try again.")
}

/// Our own fault; the log says more.
pub(super) fn internal() -> Failure {
    plain("internal", "Something went wrong in this house.".into(), "Try again in a while.")
}

fn plain(code: &str, message: String, hint: &str) -> Failure {
    Failure {
        code: code.into(),
        message,
        hint: Some(hint.into()),
        node: None,
        node_title: None,
        details: None,
    }
}

fn explain(words: &str) -> (Option<&'static str>, Option<&'static str>) {
    let words = words.to_lowercase();
    let tells = |known: &&Known| known.words.iter().any(|word| contains_word(&words, word));
    let known = KNOWN.iter().find(tells);
    (known.map(|known| known.message), known.map(|known| known.hint))
}

/// Whether `word` stands in `text` on its own: `nan`, but not `banana`.
fn contains_word(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| {
        let letter = |c: Option<char>| c.is_some_and(char::is_alphabetic);
        !letter(text[..at].chars().next_back()) && !letter(text[at + word.len()..].chars().next())
    })
}

fn title(graph: &Graph, id: &str) -> String {
    let node = graph.node(id);
    let title = node.map(|node| node.title.as_deref().unwrap_or(&node.class_type));
    title.unwrap_or("A node").to_owned()
}

/// A backend's words without addresses and folders: of a path, the file's name
/// stays. (safety 13, 24)
pub(super) fn scrubbed(words: &str) -> String {
    let lines =
        words.lines().map(|line| line.split(' ').map(scrubbed_word).collect::<Vec<_>>().join(" "));
    let text = lines.collect::<Vec<_>>().join("\n");
    let plain = text.chars().filter(|c| *c == '\n' || !c.is_control());
    plain.take(DETAILS).collect()
}

fn scrubbed_word(word: &str) -> String {
    let is_address = word.contains("://");
    let is_path = word.contains('/') || word.contains(":\\") || word.contains("\\\\");
    if is_address {
        return "…".into();
    }
    if !is_path {
        return word.to_owned();
    }
    let name = word.rsplit(['/', '\\']).next().unwrap_or_default();
    let quote = word.chars().next().filter(|c| matches!(c, '\'' | '"' | '(' | '['));
    format!("{}…{name}", quote.map(String::from).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn graph() -> Graph {
        let sampler =
            json!({ "class_type": "KSampler", "inputs": {}, "_meta": { "title": "Paint" } });
        Graph::parse(&json!({ "3": sampler, "4": { "class_type": "VAELoader", "inputs": {} } }))
            .unwrap()
    }

    fn error(kind: &str, words: &str) -> ExecutionError {
        ExecutionError {
            node_id: "3".into(),
            exception_type: kind.into(),
            exception_message: words.into(),
            traceback: vec!["File \"/home/host/ComfyUI/execution.py\", line 1".into()],
            ..ExecutionError::default()
        }
    }

    #[test]
    fn memory_that_ran_out_is_said_in_plain_words() {
        let error = error("torch.OutOfMemoryError", "Allocation on device 0 would exceed…");
        let failure = node_failed(&error, &graph());
        assert_eq!(failure.message, "The workshop ran out of memory.");
        assert!(failure.hint.unwrap().contains("smaller size"));
        assert_eq!(failure.node_title.as_deref(), Some("Paint"));
    }

    #[test]
    fn a_broken_model_is_not_blamed_on_the_settings() {
        for (kind, words) in [
            ("SafetensorError", "Error while deserializing header: header too large"),
            ("RuntimeError", "ERROR: Could not detect model type of: /home/host/models/x.ckpt"),
        ] {
            let failure = node_failed(&error(kind, words), &graph());
            assert_eq!(failure.message, "The model cannot be read.");
            assert!(failure.hint.unwrap().contains("another model"));
        }
    }

    #[test]
    fn an_unknown_failure_names_the_node() {
        let failure = node_failed(&error("ValueError", "a banana is no number"), &graph());
        assert_eq!(failure.message, "“Paint” could not do its part.");
        assert_eq!(failure.details.as_deref(), Some("ValueError: a banana is no number"));
    }

    // safety 13, 24
    #[test]
    fn no_path_address_or_traceback_is_passed_on() {
        let words = "cannot open '/home/host/models/secret.safetensors' or C:\\Users\\host\\x.png \
                     from http://10.0.0.7:8188/view\r\nX-Injected: 1";
        let details = node_failed(&error("OSError", words), &graph()).details.unwrap();
        for secret in ["/home", "host", "Users", "10.0.0.7", "8188", "execution.py", "\r"] {
            assert!(!details.contains(secret), "{secret} in {details}");
        }
        assert!(details.contains("secret.safetensors'"), "{details}");
    }

    #[test]
    fn details_are_short() {
        let failure = node_failed(&error("E", &"long ".repeat(10_000)), &graph());
        assert!(failure.details.unwrap().chars().count() <= DETAILS);
    }

    #[test]
    fn a_missing_model_is_said_with_its_node() {
        let refusal: Refusal = serde_json::from_value(json!({
            "error": { "type": "prompt_outputs_failed_validation", "message": "failed" },
            "node_errors": { "4": { "class_type": "VAELoader", "errors": [{
                "type": "value_not_in_list", "message": "Value not in list",
                "details": "vae_name: 'x' not in []", "extra_info": { "input_name": "vae_name" },
            }] } },
        }))
        .unwrap();
        let failure = rejected(&refusal, &graph());
        assert_eq!(failure.message, "Something this workflow needs is not in the workshop.");
        assert_eq!(
            (failure.node.as_deref(), failure.node_title.as_deref()),
            (Some("4"), Some("VAELoader"))
        );
    }

    #[test]
    fn a_missing_node_is_said_so() {
        let refusal: Refusal = serde_json::from_value(json!({
            "error": { "type": "missing_node_type", "message": "Node 'X' not found",
                       "extra_info": { "node_id": "3" } },
        }))
        .unwrap();
        let failure = rejected(&refusal, &graph());
        assert!(failure.message.contains("lacks a node"), "{}", failure.message);
        assert_eq!(failure.node_title.as_deref(), Some("Paint"));
    }
}
