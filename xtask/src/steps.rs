//! Steps with names: each says that it begins and how long it took, and a table closes the run.

use anyhow::Result;
use std::time::{Duration, Instant};

/// The environment variable that services of continuous integration set, and `.ci/run` where they do not.
const INTEGRATION: &str = "CI";

/// How a step ended.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    Passed,
    Failed,
    Skipped,
    LeftOut,
}

/// The steps of one run, in order.
pub struct Steps {
    begun: Instant,
    /// Whether this is continuous integration, which leaves nothing out.
    is_integration: bool,
    rows: Vec<(String, Duration, Outcome)>,
}

impl Steps {
    pub fn begin() -> Self {
        let is_integration = std::env::var_os(INTEGRATION).is_some_and(|value| !value.is_empty());
        Self { begun: Instant::now(), is_integration, rows: Vec::new() }
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

    /// Notes a step for which this machine has not what a person need not have. Continuous integration has to have it: what
    /// nobody ran there, nobody ran at all.
    pub fn leave_out(&mut self, name: &str, why: &str) {
        println!("\n▸ {name}");
        let outcome = if self.is_integration {
            println!("  {name}: not run, for {why}; continuous integration has to run everything");
            Outcome::Skipped
        } else {
            println!("  {name}: left out, for {why}; continuous integration runs it");
            Outcome::LeftOut
        };
        self.rows.push((name.to_owned(), Duration::ZERO, outcome));
    }

    /// Prints the table; fails, naming the steps, if any did not pass and was not left out.
    pub fn close(self) -> Result<()> {
        let width = self.rows.iter().map(|(name, ..)| name.chars().count());
        let width = width.max().unwrap_or(0);
        println!();
        for (name, took, outcome) in &self.rows {
            let (took, outcome) = match outcome {
                Outcome::Passed => (told(*took), "passed"),
                Outcome::Failed => (told(*took), "FAILED"),
                Outcome::Skipped => (String::from("–"), "skipped"),
                Outcome::LeftOut => (String::from("–"), "left out"),
            };
            println!("  {name:width$}  {took:>12}  {outcome}");
        }
        println!("  {:width$}  {:>12}", "all", told(self.begun.elapsed()));

        let missed: Vec<_> = self
            .rows
            .iter()
            .filter(|(.., outcome)| matches!(outcome, Outcome::Failed | Outcome::Skipped))
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

    #[test]
    fn what_a_person_has_no_tool_for_is_left_out_and_continuous_integration_has_to_have_it() {
        for (is_integration, ends) in [(false, Ok(())), (true, Err("did not pass: two".to_owned()))] {
            let mut steps = Steps { is_integration, ..Steps::begin() };
            steps.step("one", || Ok(()));
            steps.leave_out("two", "there is nothing to run it");
            assert_eq!(steps.close().map_err(|error| error.to_string()), ends);
        }
        let run = std::fs::read_to_string(crate::workspace::root().join(".ci/run")).unwrap();
        assert!(run.contains(&format!("export {INTEGRATION}=")), "{run}");
    }
}
