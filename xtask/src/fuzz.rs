//! Fuzzing: builds the fuzzer with the compiler's counters, and lets it look for inputs that break a property.
//!
//! libFuzzer comes as a crate, and what `cargo fuzz` would add (sanitizers, other toolchains) needs a nightly Rust. So
//! here are the few switches that make a stable compiler count which branches were taken.
//!
//! *Invariant:* an input that is found is a text that the command line or the page takes as it is.

use crate::workspace::{cargo, command, root, run};
use anyhow::{Context, Result, bail};
use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;
use std::time::Duration;

/// The switches that make the compiler count each branch and comparison.
const FLAGS: &str = "--cfg fuzzing -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares";

/// The longest input that is made (bytes), the longest time that it may take (seconds), and the most memory that may be
/// taken in all, and at once (MB).
const BOUNDS: [&str; 4] = ["-max_len=65536", "-timeout=20", "-rss_limit_mb=1536", "-malloc_limit_mb=512"];

/// Looks for inputs that break a property, for `time`.
pub fn fuzz(time: Duration) -> Result<()> {
    let fuzzer = build()?;
    let folder = root().join("target/fuzz");
    // New inputs go to the first folder; the checked-in ones and the built-in scenarios are read as well.
    let (kept, found) = (folder.join("corpus"), folder.join("found"));
    for folder in [&kept, &found] {
        fs::create_dir_all(folder)?;
    }
    let dictionary = folder.join("words.dict");
    fs::write(&dictionary, words()?)?;
    println!("  what breaks a property is written to {}", found.display());
    let mut artifacts = OsString::from("-artifact_prefix=");
    artifacts.push(found.join(""));
    let mut words = OsString::from("-dict=");
    words.push(&dictionary);
    let mut fuzzer = command(fuzzer);
    fuzzer
        .args(BOUNDS)
        .arg(format!("-max_total_time={}", time.as_secs()))
        .args(["-print_final_stats=1", "-reload=0"])
        .args([artifacts, words])
        .args([kept, root().join("fuzz/corpus"), root().join("scenarios")]);
    run(&mut fuzzer).context("an input breaks a property: its file is named above, and runs as it is")
}

/// Builds the fuzzer, and returns where it is.
fn build() -> Result<PathBuf> {
    let host = host()?;
    let folder = root().join("target/fuzz");
    // Because a target is named, build scripts and macros are built without the counters.
    let words = ["build", "--locked", "--package", "counterpoint-fuzz", "--profile", "fuzz", "--target", &host];
    run(cargo(&words).arg("--target-dir").arg(&folder).env("RUSTFLAGS", FLAGS))
        .context("the fuzzer could not be built; it needs a C++ compiler")?;
    Ok(folder.join(host).join("fuzz/counterpoint-fuzz"))
}

/// The target that this machine's compiler builds for by itself.
fn host() -> Result<String> {
    let output = command(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into())).arg("-vV").output()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    match text.lines().find_map(|line| line.strip_prefix("host: ")) {
        Some(host) => Ok(host.to_owned()),
        None => bail!("rustc -vV names no host"),
    }
}

/// A dictionary for the fuzzer: every name and word in the built-in scenarios, as they stand in JSON.
fn words() -> Result<String> {
    let mut words = BTreeSet::new();
    for entry in fs::read_dir(root().join("scenarios"))? {
        let text = fs::read_to_string(entry?.path())?;
        let quoted = text.split('"').skip(1).step_by(2);
        words.extend(
            quoted.filter(|word| (1..=40).contains(&word.len()) && word.bytes().all(is_plain)).map(str::to_owned),
        );
    }
    Ok(words.iter().map(|word| format!("\"\\\"{word}\\\"\"\n")).collect())
}

fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b' ')
}
