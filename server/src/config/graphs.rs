//! What may be in a graph of somebody's own.

use clap::Args;
use serde::Serialize;

/// Graphs come from owners and from members with the grant `graph`.
#[derive(Debug, Clone, Args, Serialize)]
pub struct GraphSettings {
    /// A class of node that graphs of one's own may have. May be given several
    /// times. Without one, all that the backends have.
    #[arg(
        long = "graph-class",
        env = "PARLOR_GRAPH_CLASS",
        value_name = "CLASS",
        value_delimiter = ','
    )]
    pub graph_classes: Vec<String>,

    /// A class of node that graphs of one's own may end in. May be given several
    /// times. Without one, all that save or show something.
    #[arg(
        long = "graph-output",
        env = "PARLOR_GRAPH_OUTPUT",
        value_name = "CLASS",
        value_delimiter = ','
    )]
    pub graph_outputs: Vec<String>,

    /// Most work that one graph may ask for, in millions of pixel steps: a
    /// picture of 1000 × 1000 in 20 steps is 20. 0 is no limit.
    #[arg(long, env = "PARLOR_GRAPH_COST", value_name = "N", default_value = "500")]
    pub graph_cost: u32,
}
