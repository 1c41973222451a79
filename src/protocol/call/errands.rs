//! What a node has still to do within the event that it handles.
//!
//! Ending one task may let another begin: a thread is free for the next in the door queue, a connection for the next
//! in the pool, a core for the next turn. Where those take no time either, one event can end every task of a run. So
//! whatever follows is put on a list, and the list is worked off in a loop. The last errand put on it is done first,
//! which is the order in which functions that call each other would have done it.
//!
//! *Invariant:* no function of a node that can follow from itself calls itself: it leaves an errand.

use super::node::Node;
use super::task::Errand;
use crate::protocol::Stage;

impl Node {
    /// Leaves an errand for those whom something that became free may concern. Two of them in a row would do no more
    /// than one, so the list does not grow with every task that ends.
    pub(super) fn serve_next(&mut self) {
        let errand = if self.hands.are_cores() { Errand::Turns } else { Errand::Door };
        if self.errands.last() != Some(&errand) {
            self.errands.push(errand);
        }
    }

    /// Does everything that follows from the event at hand.
    pub(crate) fn run_errands(&mut self, stage: &mut Stage<'_>) {
        while let Some(errand) = self.errands.pop() {
            match errand {
                Errand::Steps(key) => self.take_steps(key, stage),
                Errand::StepsAfterDone(key) => self.take_steps_after_done(key, stage),
                Errand::Hand(key, in_hand) => self.hand(key, in_hand, stage),
                Errand::Settle(job, outcome) => stage.settles(job, outcome),
                Errand::Join(key) => self.join(key, stage),
                Errand::Door => self.next_at_the_door(stage),
                Errand::Turns => self.next_turn(stage),
            }
        }
    }
}
