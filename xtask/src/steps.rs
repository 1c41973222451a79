//! Steps with names: each says that it begins and how long it took, and a table closes the run.

use anyhow::Result;
use std::time::{Duration, Instant};

/// How a step ended.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    Passed,
    Failed,
    Skipped,
}

/// The steps of one run, in order.
pub struct Steps {
    begun: Instant,
    rows: Vec<(String, Duration, Outcome)>,
}

impl Steps {
    pub fn begin() -> Self {
        Self { begun: Instant::now(), rows: Vec::new() }
    }

    /// Runs one step. A failure is printed and kept for the table, so that the steps after it still run.
    pub fn step<T>(&mut self, name: &str, work: impl FnOnce() -> Result<T>) -> Option<T> {
        println!("\n▸ {name}");
        let begun = Instant::now();
        let result = work();
        let took = begun.elapsed();
        let outcome = match &result {
            Ok(_) => Outcome::Passed,
            Err(_) => Outcome::Failed,
        };
        match &result {
            Ok(_) => println!("  {name}: {}", told(took)),
            Err(error) => println!("  {name}: failed after {}: {error:#}", told(took)),
        }
        self.rows.push((name.to_owned(), took, outcome));
        result.ok()
    }

    /// Notes a step that could not run because one that it needs had failed.
    pub fn skip(&mut self, name: &str) {
        self.rows.push((name.to_owned(), Duration::ZERO, Outcome::Skipped));
    }

    /// Prints the table; fails, naming the steps, if any did not pass.
    pub fn close(self) -> Result<()> {
        let width = self.rows.iter().map(|(name, ..)| name.chars().count());
        let width = width.max().unwrap_or(0);
        println!();
        for (name, took, outcome) in &self.rows {
            let (took, outcome) = match outcome {
                Outcome::Passed => (told(*took), "passed"),
                Outcome::Failed => (told(*took), "FAILED"),
                Outcome::Skipped => (String::from("–"), "skipped"),
            };
            println!("  {name:width$}  {took:>12}  {outcome}");
        }
        println!("  {:width$}  {:>12}", "all", told(self.begun.elapsed()));

        let missed: Vec<_> = self
            .rows
            .iter()
            .filter(|(.., outcome)| *outcome != Outcome::Passed)
            .map(|(name, ..)| name.as_str())
            .collect();
        anyhow::ensure!(missed.is_empty(), "did not pass: {}", missed.join(", "));
        Ok(())
    }
}

/// A duration as one says it: `0.4 s`, `37 s`, `2 min 17 s`.
pub fn told(duration: Duration) -> String {
    let seconds = duration.as_secs_f64();
    if seconds < 10.0 {
        format!("{seconds:.1} s")
    } else if seconds < 59.5 {
        format!("{seconds:.0} s")
    } else {
        let whole = seconds.round() as u64;
        format!("{} min {:02} s", whole / 60, whole % 60)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_is_told_in_the_unit_that_fits() {
        let told = |milliseconds| told(Duration::from_millis(milliseconds));
        assert_eq!(told(420), "0.4 s");
        assert_eq!(told(37_400), "37 s");
        assert_eq!(told(59_700), "1 min 00 s");
        assert_eq!(told(137_000), "2 min 17 s");
    }

    #[test]
    fn the_table_fails_when_a_step_did() {
        let mut steps = Steps::begin();
        assert_eq!(steps.step("one", || Ok(1)), Some(1));
        assert_eq!(steps.step::<()>("two", || anyhow::bail!("no")), None);
        steps.skip("three");
        let error = steps.close().unwrap_err().to_string();
        assert_eq!(error, "did not pass: two, three");
    }
}
