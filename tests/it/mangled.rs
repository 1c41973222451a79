//! What holds of inputs that were changed at random: they are refused in one line, or run and are looked at in full.
//!
//! The fuzzer makes the same changes and asks the same questions, for longer (`cargo xtask fuzz`).

use crate::{mangle, oracle};

/// Runs on a stack as small as a browser's worker may have, so that no recursion grows with its input.
fn on_a_small_stack<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work);
        thread.expect("a thread can be started").join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}

/// Without optimisation frames are several times as large as in the page, whose stack has 1 MiB.
const STACK: usize = 2 << 20;

/// 500 by default, always the same; with `COUNTERPOINT_LONG` set, 10,000 new ones.
#[test]
fn whatever_is_changed_of_a_scenario_or_a_link_is_refused_in_a_line_or_runs() {
    let long = std::env::var_os("COUNTERPOINT_LONG").is_some();
    let first: u64 = if long { std::process::id().into() } else { 1 };
    let count = if long { 10_000 } else { 500 };
    let mut seen = std::collections::BTreeMap::new();
    for number in 0..count {
        let seed = first * 1_000_003 + number;
        let mut dice = mangle::Dice::new(seed);
        let text = match number % 4 {
            0 => "order-emails&v=1".to_owned(),
            _ => mangle::built_in(&mut dice).to_string(),
        };
        let changed = mangle::mangled(&text, dice.roll());
        let held = on_a_small_stack(|| oracle::look_at(&changed));
        let became = held.unwrap_or_else(|fault| panic!("{fault}\n{changed}"));
        *seen.entry(format!("{became:?}")).or_insert(0) += 1;
    }
    // Without this the properties could hold of nothing.
    assert!(seen["Played"] > count / 5 && seen["Refused"] > count / 10, "{seen:?}");
}

/// What the fuzzer has found to reach something of its own.
#[test]
fn the_corpus_of_the_fuzzer_holds() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/fuzz/corpus");
    let mut count = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let input = std::fs::read_to_string(&path).unwrap();
        on_a_small_stack(|| oracle::look_at(&input)).unwrap_or_else(|fault| panic!("{}: {fault}", path.display()));
        count += 1;
    }
    assert!(count > 10, "{count} inputs");
}
