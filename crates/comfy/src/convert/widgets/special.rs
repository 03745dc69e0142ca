//! Widgets that are none of the usual ones, and those that the editor adds to
//! certain classes though the catalogue does not tell of them.

use std::iter;

use serde_json::{Value, json};

use super::{Layout, scene};
use crate::convert::file::Stored;
use crate::definitions::{InputDefinition, Kind, Upload};

/// Types that the editor draws a control for. `STRING` and its like are here
/// when the catalogue gives them a control of another name.
pub(super) const CONTROLS: [&str; 15] = [
    "AUDIO_RECORD",
    "BOOLEAN",
    "BOUNDING_BOX",
    "BOUNDING_BOXES",
    "COLOR",
    "COLORS",
    "COMPOSITOR",
    "CURVE",
    "FLOAT",
    "IMAGECOMPARE",
    "INT",
    "LOAD_3D",
    "RANGE",
    "STRING",
    "WEBCAM",
];

/// The buttons above a 3D view that loads a file: what they are called and what
/// they send.
const VIEW_BUTTONS: [(&str, &str); 3] = [
    ("upload 3d model", "upload3dmodel"),
    ("upload extra resources", "uploadExtraResources"),
    ("clear", "clear"),
];

/// Classes that get a view of the model, whose value is empty.
const VIEWED: [&str; 3] = ["Preview3D", "Preview3DAnimation", "SaveGLB"];

impl Layout<'_> {
    /// A control of its own kind.
    pub(super) fn place_special(&mut self, kind: &str, name: &str, input: &InputDefinition) {
        match kind {
            // Made anew with every picture, so nothing is kept of it.
            "IMAGECOMPARE" => return self.push(name, json!(["", ""])),
            "LOAD_3D" if self.loads_file() => {
                for (button, sent) in VIEW_BUTTONS {
                    self.pass(button);
                    self.push(button, sent.into());
                }
            }
            _ => {}
        }
        let value = self.take(name, &input.kind).unwrap_or_else(|| "".into());
        let seen = (kind == "LOAD_3D").then(|| scene::seen(self.node)).flatten();
        self.push(name, seen.unwrap_or(value));
    }

    fn loads_file(&self) -> bool {
        self.definition.inputs.iter().any(|input| match &input.kind {
            Kind::Choice(choice) => choice.upload == Some(Upload::File),
            _ => false,
        })
    }

    /// What follows all that the catalogue tells of.
    pub(super) fn after_all(&mut self) {
        match &*self.definition.class {
            class if VIEWED.contains(&class) => {
                let value = self.stored.at(self.positions.len()).cloned();
                self.pass("image");
                let value = value.unwrap_or_else(|| "".into());
                self.push("image", value);
            }
            "CustomCombo" => self.own_options(),
            _ => {}
        }
    }

    /// A list that its author wrote: which one is chosen, then the options, of
    /// which the last is empty to be written into.
    fn own_options(&mut self) {
        let Stored::List(values) = self.stored else { return };
        let rest: &[Value] = values.get(self.positions.len()..).unwrap_or_default();
        let names = (1..).map(|number| format!("option{number}"));
        for (name, value) in iter::once("index".to_owned()).chain(names).zip(rest) {
            self.pass(&name);
            self.push(&name, value.clone());
        }
    }
}
