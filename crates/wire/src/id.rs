//! Identifiers. All are ours: nothing a client or a backend calls a thing is
//! used as its name.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }
    };
}

id! {
    /// One job. A UUID v7, so ids sort by the time of submission.
    JobId
}
id! {
    /// Jobs that were asked for at once. A UUID v7, like theirs.
    BatchId
}
id! {
    /// One thing a job made.
    OutputId
}
id! {
    /// One file that a person handed in. The same bytes from the same
    /// principal keep the same id.
    UploadId
}
