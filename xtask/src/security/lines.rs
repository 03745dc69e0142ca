//! What must hold, line by line. Tests name the lines that they show: `// safety 22`.

/// One line of what must hold.
pub struct Line {
    pub number: u8,
    /// What must hold, in one sentence.
    pub claim: &'static str,
}

const fn held(number: u8, claim: &'static str) -> Line {
    Line { number, claim }
}

/// A group of lines and its title.
pub type Group = (&'static str, &'static [Line]);

/// All lines. A number is never used for anything else.
pub const LINES: &[Group] = &[
    ("The backend is shielded", BACKEND),
    ("Nobody sees what is not theirs", OTHERS),
    ("The front door", DOOR),
    ("Files", FILES),
    ("Nothing is lost", KEPT),
];

const BACKEND: &[Line] = &[
    held(
        1,
        "No address of a backend can be reached through Parlor but those it speaks for itself.",
    ),
    held(
        2,
        "A backend gets none of a caller's ids, places in the queue or extra data; what it gets is well-formed and ours.",
    ),
    held(
        3,
        "No two runs share an id; after an unknown outcome the first attempt is looked for before a second is made.",
    ),
    held(
        4,
        "JSON that is too large, too deep or holds `NaN` is refused; a backend's `NaN` harms nobody.",
    ),
    held(
        5,
        "Nothing runs that the host did not allow, and nothing is set that the host did not open.",
    ),
    held(6, "A file among the inputs is the id of a file of one's own, never a name or a path."),
    held(
        7,
        "Names of files on the backend are ours; work beyond what is allowed is refused with both figures.",
    ),
    held(8, "What browsers and proxies say of themselves, cookies and keys never go upstream."),
    held(9, "A backend that lies, floods, redirects or never ends costs one job."),
    held(10, "A backend that answers and runs nothing is taken out, unless it is the last one."),
];

const OTHERS: &[Line] = &[
    held(
        11,
        "Every route answers everybody as a table says, which no route escapes; what is another's does not exist.",
    ),
    held(
        12,
        "Through every door one hears, sees and touches only one's own, whatever ids one names.",
    ),
    held(13, "Nothing of a backend, its ids, addresses and paths, is told to a guest."),
    held(
        14,
        "Links to one thing cannot be guessed, end, can be taken back, and open nothing else.",
    ),
];

const DOOR: &[Line] = &[
    held(
        15,
        "Passwords are hashed with argon2id, few at a time; an unknown name and a wrong password are alike; signing in changes the session, signing out ends it everywhere.",
    ),
    held(
        16,
        "Secrets are stored as hashes; what a key may, how often and until when holds at every door; what is revoked is dead.",
    ),
    held(
        17,
        "Cookies are `HttpOnly`, `SameSite=Lax` and, behind https, `Secure` and bound to the host; an embedded page needs none, and no token stands in an address.",
    ),
    held(
        18,
        "Another site's page can neither act through a visitor's browser nor send what is no JSON; no `GET` changes anything.",
    ),
    held(
        19,
        "Pages of other sites may not listen; a message over 64 KiB ends the conversation, and so does silence.",
    ),
    held(20, "Only listed sites may read answers, and none is reflected."),
    held(
        21,
        "Nothing runs inline, nobody frames but whom the host lists, and every answer says so.",
    ),
    held(
        22,
        "`X-Forwarded-For` counts from listed proxies only; no made-up address or name gains anything, nor takes memory.",
    ),
    held(
        23,
        "What never ends is hung up on; what two servers could read differently is never two requests; nobody takes all connections; `TRACE` and foreign host names are refused.",
    ),
    held(
        24,
        "Errors and logs hold no secret, no path and no line that a caller wrote; figures are not public.",
    ),
];

const FILES: &[Line] = &[
    held(25, "A person's name for a file is only shown, harmless, and never a path."),
    held(26, "What a file is, its content says; what could run is never shown inline."),
    held(
        27,
        "A bomb is refused before it is unpacked; decoding is bounded in number, pixels and time.",
    ),
    held(28, "Where and how a picture was taken or made is stripped, unless the host keeps it."),
    held(29, "No upload overwrites, chooses a folder or leads out of it."),
    held(
        30,
        "Of the addresses that people name only public ones are asked, by https, and whatever goes wrong is told alike.",
    ),
    held(31, "Webhooks are signed as Standard Webhooks 1.0.0, at least once, with one id."),
];

const KEPT: &[Line] = &[
    held(
        32,
        "A job that was acknowledged survives `kill -9` at any moment, and none runs twice to its caller.",
    ),
    held(33, "The same `Idempotency-Key` is the same job, also at once and after a restart."),
    held(34, "A backend that dies in the middle costs time, and is taken back when it returns."),
    held(
        35,
        "A viewer that comes back gets every event once, in order; one that does not read slows nobody.",
    ),
    held(36, "A full disk or a busy database is said, spoils nothing, and passes by itself."),
    held(
        37,
        "Told to stop, the house answers what is under way, tells its viewers, and loses nothing.",
    ),
    held(38, "A thousand jobs of one delay another's first by one at most; a full queue refuses."),
    held(
        39,
        "What was made can be fetched as long as promised; what is deleted is gone from row, disk and cache.",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_numbered_without_gaps() {
        let numbers = LINES.iter().flat_map(|(_, lines)| lines.iter()).map(|line| line.number);
        assert!(numbers.eq(1..=39));
    }
}
