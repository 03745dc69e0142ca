//! What no answer may be, whatever was asked.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::super::forms::Form;
use super::super::house::{Answer, House};
use super::Word;

/// A file in the folder of the house.
pub const SECRET_FILE: &str = "not-for-guests.txt";
const SECRET: &str = "what nobody but the host may read";

/// Beginnings of files that the lists ask for.
const FOREIGN: [&str; 4] = ["root:x:0:0:", "[boot loader]", "root:*:", "; for 16-bit app support"];

/// Whole documents that a house serves as pages.
const PAGES: [&str; 7] = [
    "/",
    "/studio",
    "/embed/text-to-picture",
    "/api/docs",
    "/api/docs/text-to-picture",
    "/api/docs/picture-to-picture",
    "/api/docs/upscale",
];

/// Knows what is in a house.
pub struct Verdict {
    /// What [`PAGES`] are.
    pages: Vec<String>,
}

impl Verdict {
    pub async fn of(house: &House) -> Self {
        fs::write(house.folder().join(SECRET_FILE), SECRET).unwrap();
        let mut pages = Vec::new();
        for uri in PAGES {
            let page = house.get(uri).await;
            assert_eq!(page.status, 200, "{uri}");
            pages.push(nameless(&page.text()));
        }
        Self { pages }
    }

    /// What is wrong with an answer to this word, sent to this path; `None`: only its head was asked for.
    pub fn look(&self, answer: &Answer, word: &Word, path: Option<&str>) -> Result<(), String> {
        let status = answer.status.as_u16();
        if status >= 500 && status != 503 {
            return Err(format!("{status}: {}", answer.text()));
        }
        let text = answer.text();
        let told = FOREIGN.iter().chain([&SECRET]).find(|secret| text.contains(**secret));
        if let Some(secret) = told
            && !word.text().contains(*secret)
        {
            return Err(format!("it tells {secret:?}"));
        }
        // A script's answer to the browser is not the house's to protect.
        if status != 101 && answer.header("x-content-type-options") != "nosniff" {
            return Err("its type may be guessed".into());
        }
        if answer.header("content-security-policy").is_empty() {
            return Err("it says nothing about what may run".into());
        }
        let kind = answer.header("content-type").to_owned();
        if kind.starts_with("text/html") && !self.pages.contains(&nameless(&text)) {
            return Err(format!("a page that is none of ours: {text}"));
        }
        // Each door refuses in its own words, and none in a script or a picture.
        let plain = ["", "application/problem+json", "application/json", "text/plain", "text/html"];
        if status >= 400 && !plain.contains(&kind.split(';').next().unwrap_or_default()) {
            return Err(format!("a refusal in {kind}"));
        }
        if let Some(path) = path
            && status >= 400
        {
            Form::at(path).check(answer)?;
        }
        let cookies = answer.headers.get_all("set-cookie").iter();
        let foreign = cookies.filter_map(|cookie| cookie.to_str().ok());
        match foreign.into_iter().find(|cookie| !cookie.contains("parlor_")) {
            Some(cookie) => Err(format!("a cookie that is none of ours: {cookie}")),
            None => Ok(()),
        }
    }
}

/// A document without the token that an embedded page is given.
fn nameless(html: &str) -> String {
    match html.split_once("name=\"parlor-visitor\" content=\"") {
        Some((before, rest)) => {
            format!("{before}{}", rest.split_once('"').map_or("", |(_, after)| after))
        }
        None => html.to_owned(),
    }
}

/// Every file below a folder.
pub fn files(folder: &Path) -> BTreeSet<PathBuf> {
    let mut found = BTreeSet::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { folders.push(path) } else { _ = found.insert(path) }
        }
    }
    found
}

/// Files that came, but for those that are called by their hash and the engine's own.
pub fn strays(folder: &Path, before: &BTreeSet<PathBuf>) -> Vec<PathBuf> {
    let is_ours = |path: &PathBuf| {
        let path = path.strip_prefix(folder).unwrap();
        let parts: Vec<_> = path.iter().map(|part| part.to_str().unwrap_or("?")).collect();
        match parts[..] {
            ["engine", ..] | [SECRET_FILE] => true,
            ["files", "content", shelf, name] => {
                name.len() == 64 && name.starts_with(shelf) && name.chars().all(is_hex)
            }
            ["files", "thumbs", shelf, name] => name.starts_with(shelf),
            [name] => name.starts_with("parlor.db"),
            _ => false,
        }
    };
    files(folder).difference(before).filter(|path| !is_ours(path)).cloned().collect()
}

fn is_hex(c: char) -> bool {
    c.is_ascii_hexdigit()
}
