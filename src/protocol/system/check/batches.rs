//! What must hold of steps about a batch: whatever is about one job stands in an `each`.
//!
//! *Invariant:* no step about one job is taken while several are at hand.

use super::{Checked, Setting, Walk, bad};
use crate::protocol::sqs::{ConsumerSettings, Delete};
use crate::protocol::system::steps::{Step, VERBS};

impl Walk<'_, '_> {
    fn is_caller(&self, party: &str) -> bool {
        self.directory.party(party).is_some_and(|place| self.directory.parties[place].caller.is_some())
    }

    pub(super) fn about_a_batch(&self, at: &dyn Fn(&str) -> String, step: &Step, setting: Setting) -> Checked {
        let verb = VERBS[step.verb()];
        if let Step::Each { does, report_batch_item_failures: true } = step
            && holds(does)
        {
            let sentence = "with `report_batch_item_failures` the others go on when one fails, and would have its connection; \
                            put the `each` into the `hold`";
            return bad(at("each"), sentence);
        }
        if !matches!(setting, Setting::Batch | Setting::BatchRequest) {
            return Ok(());
        }
        let is_about_all = match step {
            // Whoever wants the jobs is told about one of them.
            Step::Call(call) => self.directory.asks_over(call).is_none() && !self.is_caller(&call.party),
            Step::Compute { .. }
            | Step::Pause { .. }
            | Step::Answer { .. }
            | Step::Repeat { .. }
            | Step::If { .. }
            | Step::Hold { .. }
            | Step::Dies { .. }
            | Step::Fail { .. }
            | Step::Each { .. } => true,
            Step::Work { .. }
            | Step::Publish(_)
            | Step::AtOnce { .. }
            | Step::Read { .. }
            | Step::Write { .. }
            | Step::Insert { .. }
            | Step::Take { .. }
            | Step::Transaction { .. }
            | Step::Await { .. }
            | Step::Bring { .. }
            | Step::IfDied { .. } => false,
        };
        match is_about_all {
            true => Ok(()),
            false => {
                bad(at(verb), format!("`{verb}` is about one job, and here is a batch of them; put it into an `each`"))
            }
        }
    }
}

/// Whether any of these steps holds a connection.
fn holds(steps: &[Step]) -> bool {
    steps.iter().any(|step| matches!(step, Step::Hold { .. }) || step.inner().iter().any(|(_, inner)| holds(inner)))
}

/// What pollers that take batches leave to the queue.
pub(super) fn poller(own: &ConsumerSettings, field: &str) -> Checked {
    let asked = [
        ("delete", own.delete != Delete::AfterWork, "is done when the batch was; leave it out"),
        (
            "on_failure_visible_after",
            own.on_failure_visible_after.is_some(),
            "is not asked of a batch: what failed comes back when its visibility timeout is over; leave it out",
        ),
        (
            "extend_visibility",
            own.extend_visibility.is_some(),
            "is not done for a batch; leave it out, and give the queue a `visibility_timeout` that is long enough",
        ),
        ("deduplicates", own.deduplicates, "is up to the steps; write `insert` with `unique` into the `each`"),
    ];
    match asked.into_iter().find(|(_, is_asked, _)| *is_asked) {
        Some((name, _, why)) => bad(format!("{field}.{name}"), format!("`{name}` {why}")),
        None => Ok(()),
    }
}
