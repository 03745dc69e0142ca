//! What can be set, and what is refused.

use super::*;

fn parse(args: &[&str]) -> anyhow::Result<Config> {
    let args = std::iter::once("parlor").chain(args.iter().copied());
    Config::parse_from_args(args.map(OsString::from).collect())
}

fn with_file(text: &str, args: &[&str]) -> anyhow::Result<Config> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("parlor.toml");
    std::fs::write(&file, text).unwrap();
    let file = file.to_str().unwrap();
    parse(&[&["--config", file], args].concat())
}

#[test]
fn the_flags_are_well_formed() {
    Config::command().debug_assert();
}

#[test]
fn nothing_needs_to_be_set() {
    let config = parse(&[]).unwrap();
    assert_eq!(config.listen, "127.0.0.1:8787".parse().unwrap());
    assert_eq!(config.base_path(), "/");
    assert!(config.backends.is_empty());
}

#[test]
fn who_may_come_from_beyond_this_machine_must_be_said_in_words() {
    for beyond in [
        ["--listen", "0.0.0.0:80"],
        ["--public-url", "https://art.example.org"],
        ["--trusted-proxy", "127.0.0.1"],
    ] {
        let error = parse(&beyond).unwrap_err().to_string();
        assert!(error.contains("--open"), "{error}");
        let said = |word| parse(&[&beyond[..], &[word]].concat()).unwrap().door();
        assert_eq!(said("--open"), Door::Open);
        assert_eq!(said("--open=false"), Door::Closed);
    }
}

#[test]
fn a_house_that_only_this_machine_reaches_is_a_home_unless_it_is_closed() {
    assert_eq!(parse(&[]).unwrap().door(), Door::Home);
    assert_eq!(parse(&["--open=false"]).unwrap().door(), Door::Closed);
}

// safety 22
#[test]
fn nobody_is_believed_about_who_signed_in_unless_they_are_named() {
    let header = ["--trusted-header", "x-forwarded-user", "--open=false"];
    let error = parse(&header).unwrap_err().to_string();
    assert!(error.contains("--trusted-proxy"), "{error}");
    assert!(parse(&[&header[..], &["--trusted-proxy", "10.0.0.1"]].concat()).is_ok());
}

#[test]
fn a_flag_wins_over_the_file_and_the_file_over_the_default() {
    let file = "name = \"The Atelier\"\nmax_upload_mb = 5\nopen = true";
    let config = with_file(file, &["--max-upload-mb", "7", "--open=false"]).unwrap();
    assert_eq!(config.name, "The Atelier");
    assert_eq!(config.max_upload_bytes(), 7 << 20);
    assert_eq!(config.open, Some(false));
}

#[test]
fn the_file_can_name_several_backends() {
    let file = "backends = [\"http://127.0.0.1:8188\", \"attic=http://10.0.0.2:8188\"]";
    let config = with_file(file, &[]).unwrap();
    assert_eq!(config.backends.len(), 2);
    assert_eq!(config.backends[1].name.as_deref(), Some("attic"));
}

#[test]
fn a_table_of_the_file_stands_for_settings_that_begin_with_its_name() {
    let table = "[object_store]\nendpoint = \"https://s3.example.org\"\nbucket = \"pictures\"\n";
    let lacking = with_file(table, &[]).unwrap_err().to_string();
    assert!(lacking.contains("--object-store-key"), "{lacking}");
    let whole = format!("{table}key = \"id\"\nsecret_file = \"/x\"\npath_style = true");
    let objects = with_file(&whole, &[]).unwrap().objects;
    assert_eq!(objects.object_store_bucket.as_deref(), Some("pictures"));
    assert!(objects.object_store_path_style);
    let unknown = with_file(&format!("{whole}\nbukket = 1"), &[]).unwrap_err();
    assert!(format!("{unknown:#}").contains("object_store_bukket"), "{unknown:#}");
}

#[test]
fn what_webhooks_tell_is_signed() {
    let bare = parse(&["--webhook", "http://127.0.0.1:9/hook"]).unwrap_err().to_string();
    assert!(bare.contains("--webhook-secret-file"), "{bare}");
}

#[test]
fn an_unknown_line_is_refused_with_the_nearest_name() {
    let error = format!("{:#}", with_file("max_uplod_mb = 5", &[]).unwrap_err());
    assert!(error.contains("max_uplod_mb") && error.contains("max_upload_mb"), "{error}");
}

#[test]
fn a_bad_value_in_the_file_names_the_file() {
    let error = format!("{:#}", with_file("listen = \"nowhere\"", &[]).unwrap_err());
    assert!(error.contains("parlor.toml") && error.contains("nowhere"), "{error}");
}

#[test]
fn two_backends_cannot_share_a_name() {
    let error = parse(&["--backend", "a=http://x:1,a=http://y:2"]).unwrap_err().to_string();
    assert!(error.contains("two backends"), "{error}");
}

#[test]
fn every_setting_is_told_but_what_is_secret_or_for_tests() {
    let config = parse(&[
        "--object-store-endpoint",
        "https://s3.example.org",
        "--object-store-bucket",
        "b",
        "--object-store-key",
        "AKIDHIDDEN",
        "--object-store-secret-file",
        "/etc/parlor/secret",
    ]);
    let told = serde_json::to_value(config.unwrap()).unwrap();
    assert!(!told.to_string().contains("AKIDHIDDEN"), "{told}");
    let told: std::collections::BTreeSet<&str> =
        told.as_object().unwrap().keys().map(String::as_str).collect();
    let command = Config::command();
    let all = command.get_arguments().filter(|arg| !arg.is_hide_set());
    let all = all.map(|arg| arg.get_id().as_str());
    let all = all.filter(|id| !["help", "version", "object_store_key"].contains(id)).collect();
    assert_eq!(told, all);
}
