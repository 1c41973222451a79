//! What faults make of consumers of SQS: they leave off polling, or die with what they have in hand.
//!
//! *Invariant:* the queue is told that a connection is gone and nothing else.

use super::super::messages::ToQueue;
use super::{Consumers, Doing, Errand};
use crate::engine::{Fault, Phase};
use crate::protocol::Stage;
use crate::protocol::lending::Loans;
use crate::trace::{Ending, PartId};

impl Consumers {
    pub(super) fn fault(&mut self, fault: Fault, phase: Phase, stage: &mut Stage<'_>) {
        match (fault, phase) {
            // The engine stretches the work and keeps what would arrive; a call without an answer ends by its clock.
            (Fault::SlowDown { .. } | Fault::SilentOutage, _) => {}
            (Fault::Outage, Phase::Begins) => {
                for consumer in 0..self.consumers.len() as u16 {
                    self.leave_off_polling(consumer, stage);
                }
            }
            (Fault::Crash, Phase::Begins) => self.crash(stage),
            (Fault::Outage | Fault::Crash, Phase::Ends) => {
                if !stage.is_out() {
                    self.all_poll(stage);
                }
            }
        }
    }

    fn leave_off_polling(&mut self, consumer: u16, stage: &mut Stage<'_>) {
        match self.consumers[consumer as usize].doing {
            Doing::Calling(Errand::Poll, ..) => {
                self.stop(consumer, Ending::GaveUp, stage);
                self.close(consumer, stage);
            }
            Doing::Pausing(Errand::Poll, ..) => self.stop(consumer, Ending::GaveUp, stage),
            // What it has in hand it does to the end.
            Doing::Calling(..) | Doing::Pausing(..) | Doing::Working { .. } | Doing::Nothing => {}
        }
    }

    fn close(&mut self, consumer: u16, stage: &mut Stage<'_>) {
        let call = self.consumers[consumer as usize].call;
        let body = ToQueue::Closed { consumer: self.first + consumer, call };
        self.send(consumer, self.words.closed, PartId::NONE, 1, body, stage);
    }

    /// What is in hand is lost. The queue is told nothing of it: the clocks of what was received run on (`FLT-2`).
    fn crash(&mut self, stage: &mut Stage<'_>) {
        self.loans.iter_mut().for_each(Loans::clear);
        for consumer in 0..self.consumers.len() as u16 {
            let one = &mut self.consumers[consumer as usize];
            one.inbox.clear();
            match one.doing {
                Doing::Working { in_hand, extends, .. } => {
                    one.doing = Doing::Nothing;
                    stage.cancel(extends);
                    in_hand.cut_short(stage);
                }
                Doing::Calling(..) => {
                    self.stop(consumer, Ending::Interrupted, stage);
                    self.close(consumer, stage);
                }
                Doing::Pausing(..) => self.stop(consumer, Ending::Interrupted, stage),
                Doing::Nothing => {}
            }
        }
    }
}
