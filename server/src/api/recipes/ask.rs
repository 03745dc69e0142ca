//! What a script sends: a recipe, as a workflow and what goes into its fields.

use std::sync::Arc;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use serde_json::{Number, json};
use wire::Inputs;

use crate::api::running;
use crate::app::App;
use crate::auth::Principal;
use crate::db::RecipeHash;
use crate::error::{Error, Result};
use crate::workflows::{Published, Wish};

/// Most prompts of one batch.
const MOST: usize = 64;

/// What a script sends.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Recipe {
    #[serde(default)]
    prompt: Option<String>,
    /// Instead of one: a picture of each.
    #[serde(default)]
    pub(super) prompts: Vec<String>,
    #[serde(default)]
    negative_prompt: Option<String>,
    #[serde(default)]
    cfg_scale: Option<f64>,
    #[serde(default, deserialize_with = "whole")]
    steps: Option<i64>,
    /// A workflow, the host's name for one, or a checkpoint of the usual workflow.
    #[serde(default)]
    model: Option<String>,
    /// Up to 2⁶⁴ − 1. Left out or below zero: a new one.
    #[serde(default, deserialize_with = "whole")]
    seed: Option<i128>,
    #[serde(default, deserialize_with = "whole")]
    width: Option<u32>,
    #[serde(default, deserialize_with = "whole")]
    height: Option<u32>,
    /// Whether a picture will do that was made of the very same.
    #[serde(default)]
    pub(super) cache: bool,
    /// Whom of its users a program asks for.
    #[serde(default)]
    pub(super) user_id: Option<String>,
}

/// A recipe, as a workflow and what goes into its fields.
#[derive(Debug)]
pub(super) struct Prepared {
    pub(super) workflow: Arc<Published>,
    pub(super) inputs: Inputs,
    /// Whose of a program's users it is.
    user: Option<String>,
}

impl Recipe {
    pub(super) fn prepared(
        &self,
        app: &App,
        principal: &Principal,
        prompt: &str,
    ) -> Result<Prepared> {
        let named = running::workflow(app, principal, self.model.as_deref());
        let (workflow, model) = match (named, &self.model) {
            (Err(Error::NotFound(_)), Some(model)) => {
                (running::workflow(app, principal, None)?, Some(model.clone()))
            }
            (named, _) => (named?, None),
        };
        let wish = Wish {
            prompt: Some(prompt.to_owned()),
            negative: self.negative_prompt.clone(),
            steps: self.steps,
            guidance: self.cfg_scale,
            seed: self.seed()?,
            width: self.width,
            height: self.height,
            model,
            ..Wish::default()
        };
        let inputs = workflow.granting(wish)?;
        Ok(Prepared { workflow, inputs, user: self.user_id.clone() })
    }

    /// The only prompt, which must say something.
    pub(super) fn prompt(&self) -> Result<&str> {
        let prompt = self.prompt.as_deref().filter(|prompt| says(prompt));
        prompt.ok_or_else(|| Error::BadRequest("prompt is missing: say what to make".into()))
    }

    /// That there are prompts that all say something, and no more than are taken.
    pub(super) fn check_prompts(&self) -> Result<()> {
        if self.prompts.len() > MOST || self.prompt.is_some() {
            let why = format!("send one prompt, or up to {MOST} prompts");
            return Err(Error::BadRequest(why));
        }
        match self.prompts.iter().position(|prompt| !says(prompt)) {
            Some(silent) => {
                let why = format!("prompts[{silent}] says nothing: say what to make");
                Err(Error::BadRequest(why))
            }
            None => Ok(()),
        }
    }

    fn seed(&self) -> Result<Option<u64>> {
        let Some(seed) = self.seed.filter(|seed| *seed >= 0) else { return Ok(None) };
        let seed = seed.try_into();
        seed.map(Some).map_err(|_| Error::field("seed", format!("a seed is up to {}", u64::MAX)))
    }
}

/// A whole number, also as programs write it whose numbers are all floats: `2.0`.
fn whole<'de, D: Deserializer<'de>, T: TryFrom<i128>>(from: D) -> Result<Option<T>, D::Error> {
    let Some(number) = Option::<Number>::deserialize(from)? else { return Ok(None) };
    let float = || number.as_f64().filter(|float| float.fract() == 0.0).map(|float| float as i128);
    let whole = number.as_i128().or_else(float).and_then(|whole| whole.try_into().ok());
    whole
        .map(Some)
        .ok_or_else(|| D::Error::custom(format!("{number} is no whole number that fits")))
}

fn says(prompt: &str) -> bool {
    !prompt.trim().is_empty()
}

impl Prepared {
    /// Two of the same hash make the same picture for the same of a program's users, as long as the
    /// host has not changed the workflow.
    pub(super) fn hash(&self) -> RecipeHash {
        let sorted: std::collections::BTreeMap<_, _> = self.inputs.iter().collect();
        let text = json!([self.workflow.slug(), self.workflow.version(), sorted, self.user]);
        let text = text.to_string();
        *blake3::hash(text.as_bytes()).as_bytes()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    fn seed(value: &Value) -> Result<Option<u64>> {
        serde_json::from_value::<Recipe>(json!({ "seed": value })).unwrap().seed()
    }

    #[test]
    fn a_seed_is_any_that_a_sampler_takes_and_below_zero_none() {
        assert_eq!(seed(&json!(u64::MAX)).unwrap(), Some(u64::MAX));
        assert_eq!(seed(&json!(0)).unwrap(), Some(0));
        assert_eq!(seed(&json!(-1)).unwrap(), None);
        assert_eq!(seed(&Value::Null).unwrap(), None);
        let text = r#"{"seed": 18446744073709551616}"#;
        let large: Recipe = serde_json::from_str(text).unwrap();
        assert!(large.seed().is_err());
        assert!(serde_json::from_value::<Recipe>(json!({ "seed": 1.5 })).is_err());
        assert_eq!(seed(&json!(5.0)).unwrap(), Some(5));
        assert_eq!(seed(&json!(-1.0)).unwrap(), None);
        assert!(seed(&json!(1e30)).is_err());
    }
}
