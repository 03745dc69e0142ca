//! Pictures asked for by programs that know nothing of a workflow: which of its fields a prompt, a
//! size or a number of steps goes to.
//!
//! A field is told by the node inputs it sets, which mean the same in every graph, and by its name
//! where they say nothing.

use serde_json::{Value, json};
use wire::{BindManifest, FieldManifest, FieldType, Inputs, Manifest, OutputKind};

use super::Published;

/// What a program wants. What it leaves out is as the host set it.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Wish {
    pub(crate) prompt: Option<String>,
    pub(crate) negative: Option<String>,
    /// In steps of the sampler.
    pub(crate) steps: Option<i64>,
    /// Classifier-free guidance.
    pub(crate) guidance: Option<f64>,
    pub(crate) seed: Option<u64>,
    /// In pixels.
    pub(crate) width: Option<u32>,
    pub(crate) height: Option<u32>,
    /// The file of a checkpoint.
    pub(crate) model: Option<String>,
    /// Values of fields that take files.
    pub(crate) picture: Option<Value>,
    pub(crate) mask: Option<Value>,
}

/// What a wish can be about, by the names that programs have for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Prompt,
    Negative,
    Steps,
    Guidance,
    Seed,
    Model,
    Picture,
    Mask,
    /// Both sides, in one field.
    Size,
    Width,
    Height,
}

impl Part {
    const ALL: [Self; 11] = [
        Self::Prompt,
        Self::Negative,
        Self::Steps,
        Self::Guidance,
        Self::Seed,
        Self::Model,
        Self::Picture,
        Self::Mask,
        Self::Size,
        Self::Width,
        Self::Height,
    ];

    /// As a parameter of a request.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Prompt => "prompt",
            Self::Negative => "negative_prompt",
            Self::Steps => "steps",
            Self::Guidance => "cfg_scale",
            Self::Seed => "seed",
            Self::Model => "model",
            Self::Picture => "image",
            Self::Mask => "mask",
            Self::Size => "size",
            Self::Width => "width",
            Self::Height => "height",
        }
    }

    fn in_words(self) -> &'static str {
        match self {
            Self::Negative => "negative prompt",
            Self::Steps => "number of steps",
            Self::Guidance => "guidance",
            Self::Picture => "picture",
            _ => self.name(),
        }
    }
}

/// The workflow has no field for this part of a wish.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this workflow has no {} to set: leave it out, or choose another workflow", .0.in_words())]
pub(crate) struct Unasked(pub(crate) Part);

impl Published {
    /// Whether it makes pictures of words alone.
    pub(crate) fn paints(&self) -> bool {
        let asks = Asks(self.manifest());
        asks.makes_pictures()
            && asks.prompt().is_some()
            && asks.field(Part::Picture).is_none_or(|one| !one.required)
    }

    /// Whether it makes another picture of a picture and words; `masked`: where a mask says.
    pub(crate) fn edits(&self, masked: bool) -> bool {
        let asks = Asks(self.manifest());
        asks.makes_pictures()
            && asks.prompt().is_some()
            && asks.field(Part::Picture).is_some()
            && (!masked || asks.field(Part::Mask).is_some())
    }

    /// What is put into its fields to get what is wished.
    pub(crate) fn granting(&self, wish: Wish) -> Result<Inputs, Unasked> {
        let asks = Asks(self.manifest());
        let (size, width, height) = match asks.field(Part::Size) {
            Some(field) => (size(field, wish.width, wish.height), None, None),
            None => (None, wish.width, wish.height),
        };
        let wished = [
            (Part::Prompt, wish.prompt.map(Value::from)),
            (Part::Negative, wish.negative.map(Value::from)),
            (Part::Steps, wish.steps.map(Value::from)),
            (Part::Guidance, wish.guidance.map(Value::from)),
            (Part::Seed, wish.seed.map(Value::from)),
            (Part::Model, wish.model.map(Value::from)),
            (Part::Picture, wish.picture),
            (Part::Mask, wish.mask),
            (Part::Size, size),
            (Part::Width, width.map(Value::from)),
            (Part::Height, height.map(Value::from)),
        ];
        let mut inputs = Inputs::new();
        for (part, value) in wished {
            let Some(value) = value else { continue };
            let field = asks.field(part).ok_or(Unasked(part))?;
            inputs.insert(field.name.clone(), value);
        }
        Ok(inputs)
    }

    /// What programs mean by the field of this name, if they know of it.
    pub(crate) fn part(&self, field: &str) -> Option<Part> {
        let asks = Asks(self.manifest());
        Part::ALL.into_iter().find(|part| asks.field(*part).is_some_and(|one| one.name == field))
    }

    /// So many times the steps that the host set, as far as guests may have them; `None` where
    /// they have no say in it.
    pub(crate) fn steps_times(&self, times: f64) -> Option<i64> {
        let field = Asks(self.manifest()).field(Part::Steps)?;
        let usual = field.default.as_ref()?.as_f64()?;
        let (least, most) = (field.min.unwrap_or(1.0), field.max.unwrap_or(usual));
        Some((usual * times).round().max(least).min(most) as i64)
    }
}

/// Both sides; the one that is not said is as the host set it.
fn size(field: &FieldManifest, width: Option<u32>, height: Option<u32>) -> Option<Value> {
    let usual = |side: &str| field.default.as_ref().and_then(|size| size[side].as_u64());
    let width_or = width.map(u64::from).or_else(|| usual("width"));
    let height_or = height.map(u64::from).or_else(|| usual("height"));
    (width.is_some() || height.is_some()).then(|| json!({ "width": width_or, "height": height_or }))
}

/// The fields that guests have.
#[derive(Debug, Clone, Copy)]
struct Asks<'a>(&'a Manifest);

impl<'a> Asks<'a> {
    fn makes_pictures(self) -> bool {
        self.0.makes.first() == Some(&OutputKind::Image)
    }

    /// Where this part of a wish goes.
    fn field(self, part: Part) -> Option<&'a FieldManifest> {
        match part {
            Part::Prompt => self.prompt(),
            Part::Negative => self.negative(),
            Part::Steps => self.bound("steps"),
            Part::Guidance => self.guidance(),
            Part::Seed => self.typed(FieldType::Seed),
            Part::Model => self.model(),
            Part::Picture => self.typed(FieldType::Image),
            // A mask is a picture too, where nothing else takes one.
            Part::Mask => self.typed(FieldType::Mask),
            Part::Size => self.typed(FieldType::Size),
            Part::Width => self.bound("width"),
            Part::Height => self.bound("height"),
        }
    }

    fn open(self) -> impl Iterator<Item = &'a FieldManifest> {
        self.0.fields.iter().filter(|field| !field.closed)
    }

    fn typed(self, kind: FieldType) -> Option<&'a FieldManifest> {
        self.open().find(|field| field.kind == kind)
    }

    /// The field that sets an input of this name, or else is called so.
    fn bound(self, input: &str) -> Option<&'a FieldManifest> {
        let sets = |bind: &BindManifest| bind.to().rsplit('.').next() == Some(input);
        let by_input = self.open().find(|field| field.bind.iter().any(sets));
        by_input.or_else(|| self.named(&[input]))
    }

    fn named(self, names: &[&str]) -> Option<&'a FieldManifest> {
        self.open().find(|field| names.contains(&field.name.as_str()))
    }

    fn negative(self) -> Option<&'a FieldManifest> {
        self.named(&["negative_prompt", "negative", "leave_out"])
    }

    fn prompt(self) -> Option<&'a FieldManifest> {
        let texts = || {
            let negative = self.negative().map(|field| &field.name);
            let text = |field: &&FieldManifest| field.kind == FieldType::Text;
            self.open().filter(text).filter(move |field| Some(&field.name) != negative)
        };
        let called_so = || texts().find(|field| field.name == "prompt");
        called_so().or_else(|| texts().find(|field| field.multiline)).or_else(|| texts().next())
    }

    fn guidance(self) -> Option<&'a FieldManifest> {
        self.bound("cfg").or_else(|| self.bound("guidance"))
    }

    fn model(self) -> Option<&'a FieldManifest> {
        let inputs = ["ckpt_name", "unet_name", "model_name"];
        inputs.iter().find_map(|input| self.bound(input)).or_else(|| self.named(&["model"]))
    }
}

#[cfg(test)]
mod tests {
    use super::super::{BUILT_IN, read};
    use super::*;

    fn built_in(slug: &str) -> Published {
        let all = BUILT_IN.map(|(manifest, graph)| read(manifest, graph).unwrap());
        let (manifest, graph) = all.into_iter().find(|one| one.0.slug == slug).unwrap();
        Published::new(manifest, graph, 1).unwrap()
    }

    fn wish() -> Wish {
        Wish {
            prompt: Some("a fox".into()),
            negative: Some("snow".into()),
            steps: Some(7),
            guidance: Some(4.5),
            seed: Some(42),
            width: Some(512),
            ..Wish::default()
        }
    }

    #[test]
    fn a_wish_goes_to_the_fields_that_mean_it() {
        let inputs = built_in("text-to-picture").granting(wish()).unwrap();
        let told = json!({
            "prompt": "a fox", "leave_out": "snow", "steps": 7, "guidance": 4.5, "seed": 42,
            "size": { "width": 512, "height": 640 },
        });
        assert_eq!(Value::Object(inputs), told);
    }

    #[test]
    fn what_a_workflow_does_not_ask_for_is_named() {
        let refused = built_in("upscale").granting(wish()).unwrap_err();
        assert_eq!(refused, Unasked(Part::Prompt));
        assert!(refused.to_string().contains("no prompt to set"));
    }

    #[test]
    fn a_field_is_known_by_what_programs_call_it() {
        let part = |field: &str| built_in("text-to-picture").part(field).map(Part::name);
        assert_eq!(part("leave_out"), Some("negative_prompt"));
        assert_eq!(part("size"), Some("size"));
        assert_eq!(part("style"), None);
    }

    #[test]
    fn more_steps_than_guests_may_have_are_not_asked_for() {
        let workflow = built_in("text-to-picture");
        let field = Asks(workflow.manifest()).field(Part::Steps).unwrap();
        let usual = field.default.as_ref().and_then(Value::as_i64).unwrap();
        assert_eq!(workflow.steps_times(2.0), Some(usual * 2));
        assert_eq!(workflow.steps_times(1e6), field.max.map(|most| most as i64));
        assert_eq!(built_in("upscale").steps_times(2.0), None);
    }

    #[test]
    fn only_what_makes_pictures_of_words_alone_paints() {
        let paints = ["text-to-picture", "picture-to-picture", "upscale"]
            .map(|slug| built_in(slug).paints());
        assert_eq!(paints, [true, false, false]);
    }

    #[test]
    fn only_what_makes_pictures_of_pictures_and_words_edits() {
        let edits = |masked: bool| {
            ["text-to-picture", "picture-to-picture", "upscale"]
                .map(|slug| built_in(slug).edits(masked))
        };
        assert_eq!((edits(false), edits(true)), ([false, true, false], [false; 3]));
    }
}
