//! Who may come through a route, and what whoever comes is answered.

/// Who may come through a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// A page, or for operators: outside of the API.
    Outside,
    /// Also who still has to sign in.
    Arrives,
    /// Whoever is let in.
    Inside,
    /// Whoever is let in, but for a key that only reads.
    Acts,
    /// Whoever may run graphs of their own.
    Runs,
    /// A thing: whose it is, also by a key that only reads.
    Sees,
    /// How a thing was made: whose it is, if they may run graphs or use the studio.
    Graph,
    /// A thing: whose it is, but for a key that only reads.
    Changes,
    /// Opens by its seal, which is wrong here.
    Sealed,
    /// Whoever may decide about all that is theirs.
    Own,
    /// Who has an account, not by a lesser key.
    Account,
    /// ComfyUI's own page, which sends whoever has to sign in to where they can.
    Comfy,
    /// A page for whoever is let in, which does the same.
    Page,
    /// Who may use the studio.
    Studio,
    /// An owner.
    House,
}
use Rule::{
    Account, Acts, Arrives, Changes, Comfy, Graph, House as Keeps, Inside, Outside, Own, Page,
    Runs, Sealed, Sees, Studio,
};

/// Everybody who could come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    Nobody,
    /// A page in a frame of another site.
    Embed,
    ExpiredKey,
    RevokedKey,
    /// Somebody else with an account and no grants.
    Another,
    /// A guest, where guests are let in.
    Guest,
    /// Keys of whose the things are.
    ReadKey,
    RunKey,
    AdminKey,
    /// Whose the things are, and the house.
    Owner,
}

/// What is to be answered; `None`: anything but 401 and 403, and for a thing
/// that is seen, not 404 either.
#[expect(clippy::match_same_arms, reason = "a table, read from above")]
pub fn expected(rule: Rule, who: Who, method: &str) -> Option<u16> {
    use Who::{
        AdminKey, Another, Embed, ExpiredKey, Guest, Nobody, Owner, ReadKey, RevokedKey, RunKey,
    };
    match (rule, who) {
        (Outside, _) | (_, AdminKey | Owner) => None,
        // Whatever they knock at.
        (_, ExpiredKey | RevokedKey) => Some(401),
        (_, ReadKey) if !["GET", "HEAD"].contains(&method) => Some(403),
        (Sealed, _) => Some(404),
        (Arrives, _) => None,
        (Comfy | Page, Nobody | Embed) => Some(303),
        (_, Nobody | Embed) => Some(401),
        (Inside | Acts | Page, _) | (Sees | Changes, ReadKey | RunKey) | (Graph, RunKey) => None,
        (Runs | Comfy, RunKey) => None,
        (Runs | Comfy, _) | (Graph, ReadKey) => Some(403),
        (Sees | Changes | Graph, Another | Guest) => Some(404),
        (Own, ReadKey | RunKey) => Some(403),
        (Own, Another | Guest) | (Account, Another) => None,
        (Account, Guest | ReadKey | RunKey) | (Studio | Keeps, _) => Some(403),
    }
}
