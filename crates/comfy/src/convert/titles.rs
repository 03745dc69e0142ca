//! What a node is called that its author gave no name.

use crate::definitions::NodeDefinition;

/// Names of the editor's own, which it shows in place of the catalogue's.
const OWN: [(&str, &str); 6] = [
    ("ByteDance2ReferenceNode", "ByteDance Seedance 2.5 Reference to Video"),
    ("ByteDanceSeedreamNodeV2", "ByteDance Seedream 4.5 & 5.0"),
    ("IdeogramPImage", "Ideogram P-Image"),
    ("LTXVConcatAVLatent", "LTXVConcatAVLatent"),
    ("LTXVSeparateAVLatent", "LTXVSeparateAVLatent"),
    ("TopazImageEnhance", "Topaz Image Enhance"),
];

/// The name of a class as the editor shows it.
pub(super) fn of(definition: &NodeDefinition) -> &str {
    let own = OWN.iter().find(|(class, _)| *class == &*definition.class);
    own.map_or_else(|| definition.title(), |(_, title)| title)
}
