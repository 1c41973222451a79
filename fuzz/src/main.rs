//! The fuzzer: changes scenarios and links, keeps those that reach something new, and asks of each whether all holds.
//!
//! `cargo xtask fuzz` builds and runs it. The corpus is made of texts that the command line and the page take, so what is
//! found can be run as it is; `cargo run -p counterpoint-fuzz -- FILE…` looks at files without the fuzzer.
//!
//! *Invariant:* the questions and the changes are those of the tests (`tests/it/oracle.rs`, `tests/it/mangle.rs`).

#![cfg_attr(fuzzing, no_main)]

// The tests use some of what these offer, and this the rest.
#[allow(dead_code)]
#[path = "../../tests/it/mangle.rs"]
mod mangle;
#[allow(dead_code)]
#[path = "../../tests/it/oracle.rs"]
mod oracle;

/// Half of the stack that the page's worker has.
const STACK: usize = 512 << 10;

/// Looks at one input, on a small stack.
fn look_at(input: &str) -> Result<oracle::Seen, String> {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, || oracle::look_at(input));
        thread.expect("a thread can be started").join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}

#[cfg(fuzzing)]
mod fuzzing {
    use super::{look_at, mangle};
    use libfuzzer_sys::{Corpus, fuzz_mutator, fuzz_target, fuzzer_mutate};

    fuzz_target!(|input: &str| -> Corpus {
        match look_at(input) {
            Ok(_) => Corpus::Keep,
            Err(fault) => panic!("{fault}"),
        }
    });

    fuzz_mutator!(|bytes: &mut [u8], size: usize, most: usize, seed: u32| {
        // Now and then the fuzzer's own changes, for what is not even JSON.
        if seed % 10 == 0 {
            return fuzzer_mutate(bytes, size, most);
        }
        let Ok(text) = std::str::from_utf8(&bytes[..size]) else {
            return fuzzer_mutate(bytes, size, most);
        };
        let changed = mangle::mangled(text, seed.into());
        if changed.len() > most {
            return fuzzer_mutate(bytes, size, most);
        }
        bytes[..changed.len()].copy_from_slice(changed.as_bytes());
        changed.len()
    });
}

/// Looks at the files that are named.
#[cfg(not(fuzzing))]
fn main() -> std::process::ExitCode {
    let mut held = true;
    for file in std::env::args().skip(1) {
        let looked = std::fs::read_to_string(&file).map_err(|error| error.to_string()).and_then(|text| look_at(&text));
        match looked {
            Ok(seen) => println!("{file}: {seen:?}"),
            Err(fault) => {
                held = false;
                println!("{file}: {fault}");
            }
        }
    }
    if held { 0.into() } else { 1.into() }
}
