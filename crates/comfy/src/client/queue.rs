//! Which jobs a server runs and has waiting.

use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// Which jobs a server runs and has waiting, of everyone. By id, which of other
/// people's jobs may be any text.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct Queue {
    /// What runs: one, or none.
    #[serde(default, rename = "queue_running", deserialize_with = "ids")]
    pub running: Vec<String>,
    /// What waits, next first.
    #[serde(default, rename = "queue_pending", deserialize_with = "ids")]
    pub waiting: Vec<String>,
}

impl Queue {
    /// Whether this job runs.
    pub fn is_running(&self, id: &str) -> bool {
        self.running.iter().any(|running| running == id)
    }

    /// Whether this job waits.
    pub fn is_waiting(&self, id: &str) -> bool {
        self.position(id).is_some()
    }

    /// How many jobs are to run before this one, if it waits.
    pub fn position(&self, id: &str) -> Option<usize> {
        let place = self.waiting.iter().position(|waiting| waiting == id)?;
        Some(self.running.len() + place)
    }
}

/// The ids of queue items `[number, id, …]`. The server lists them as its heap
/// has them; they run by number, then by id.
fn ids<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<String>, D::Error> {
    let items = Vec::<Value>::deserialize(from)?;
    let item =
        |item: &Value| Some((item[0].as_f64().unwrap_or(f64::NAN), item[1].as_str()?.to_owned()));
    let mut ids: Vec<_> = items.iter().filter_map(item).collect();
    ids.sort_by(|(a, x), (b, y)| a.total_cmp(b).then_with(|| x.cmp(y)));
    Ok(ids.into_iter().map(|(_, id)| id).collect())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn waiting_jobs_are_listed_as_they_will_run() {
        let queue: Queue = serde_json::from_value(json!({
            "queue_running": [[3, "now", {}, {}, []]],
            "queue_pending": [[5, "b", {}, {}, []], [7.5, "later", {}, {}, []], [5, "a", {}, {}, []],
                              [-1, "first", {}, {}, []], "odd", [1]],
        }))
        .unwrap();
        assert_eq!(queue.waiting, ["first", "a", "b", "later"]);
        assert_eq!(queue.position("b"), Some(3));
        assert!(queue.is_running("now") && !queue.is_waiting("now"));
    }
}
