//! Files in the repository that the program makes. `BLESS=1` writes them again.

/// Holds the file at `path`, from the repository's root, to `made`.
pub fn check(path: &str, made: &[u8]) {
    let file = format!("{}/{path}", env!("CARGO_MANIFEST_DIR"));
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&file, made).unwrap();
    }
    assert!(std::fs::read(&file).unwrap_or_default() == made, "{path} is not what BLESS=1 would write");
}
