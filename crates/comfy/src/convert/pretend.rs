//! Nodes that only the editor has: they shape the graph and are never sent.

/// How such a node behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Virtual {
    /// Passes on what it is given.
    Reroute,
    /// Holds a value for the widgets that it is linked to.
    Primitive,
    /// Passes on what it is given, and says it under a name.
    Set,
    /// Gives what was said under its name.
    Get,
    /// A note or a button: nothing to run.
    Note,
}

impl Virtual {
    /// The editor's own, and those of the extensions that most people have; their
    /// nodes are in no catalogue.
    pub(super) fn of(class: &str) -> Option<Self> {
        match class {
            "Reroute" | "Reroute (rgthree)" => Some(Self::Reroute),
            "PrimitiveNode" => Some(Self::Primitive),
            "SetNode" | "easy setNode" => Some(Self::Set),
            "GetNode" | "easy getNode" => Some(Self::Get),
            "Note"
            | "MarkdownNote"
            | "Label (rgthree)"
            | "Bookmark (rgthree)"
            | "Fast Muter (rgthree)"
            | "Fast Bypasser (rgthree)"
            | "Fast Groups Muter (rgthree)"
            | "Fast Groups Bypasser (rgthree)"
            | "Fast Actions Button (rgthree)"
            | "Mute / Bypass Relay (rgthree)"
            | "Mute / Bypass Repeater (rgthree)"
            | "Node Collector (rgthree)" => Some(Self::Note),
            _ => None,
        }
    }
}
