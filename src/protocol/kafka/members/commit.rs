//! Committing: how a member stores its group's place in a partition.
//!
//! *Invariant:* a commit names the next record to read, never one that was read.

use super::super::messages::{Offset, Request, Taken, ToTopic};
use super::super::settings::Commit;
use super::member::{Doing, Then};
use super::{BACKOFF, Members, Timer};
use crate::protocol::Stage;
use crate::trace::{Ending, MarkKind, PartId, Slot, StayKind};

impl Members {
    /// Commits without waiting for the answers: what a poll does on its way.
    pub(super) fn commit_what_is_done(&mut self, index: usize, stage: &mut Stage<'_>) {
        if self.group.commit == Commit::Auto {
            self.send_commits(index, stage);
        }
    }

    /// `commitSync()`. Says what the member does next, if there is no answer to wait for.
    pub(super) fn commit_and(&mut self, index: usize, then: Then, stage: &mut Stage<'_>) -> Option<Then> {
        if self.members[index].identity.is_none() {
            // It left the group, or was thrown out of it: the client itself refuses.
            let label = self.words.commit_failed;
            stage.mark(MarkKind::Failed, self.slot(index), PartId::NONE, 0, label);
            self.leaves_what_is_not_its_own(index, stage);
            return Some(then);
        }
        let open = self.send_commits(index, stage);
        if open == 0 {
            return Some(then);
        }
        let stay = stage.begin(self.slot(index), StayKind::Blocked, PartId::NONE);
        self.members[index].doing = Doing::Committing { open, then, stay };
        None
    }

    /// One commit a partition whose place has moved. Says how many.
    pub(super) fn send_commits(&mut self, index: usize, stage: &mut Stage<'_>) -> u32 {
        let member = self.number(index);
        let before = self.group.commit == Commit::BeforeWork;
        let one = &mut self.members[index];
        let Some(identity) = one.identity else {
            return 0;
        };
        let generation = one.generation;
        let mut commits: Vec<(u16, Offset, Offset, Request)> = Vec::new();
        for place in 0..one.owned.len() {
            let owned = &mut one.owned[place];
            let offset = if before { owned.returned } else { owned.done };
            if offset > owned.committed {
                let (partition, before) = (owned.partition, std::mem::replace(&mut owned.committed, offset));
                commits.push((partition, before, offset, one.next_commit_request()));
            }
        }
        one.first_commit = commits.first().map_or(Request::MAX, |(.., request)| *request);
        for (partition, before, offset, request) in &commits {
            let (partition, offset, request) = (*partition, *offset, *request);
            let overdue = stage.set_timer(self.request_timeout, Timer::CommitOverdue { member, request });
            self.members[index].commits.insert(request, (partition, *before, overdue));
            let body = ToTopic::Commit { member, identity, generation, partition, offset, request };
            self.send(index, self.words.commits(self.group.commit).commit, Slot(partition), body, stage);
        }
        commits.len() as u32
    }

    /// A commit was answered, or was not in time.
    pub(super) fn committed(&mut self, index: usize, request: Request, taken: Taken, stage: &mut Stage<'_>) {
        let one = &mut self.members[index];
        let Some((partition, before, overdue)) = one.commits.remove(&request) else {
            return;
        };
        stage.cancel(overdue);
        match taken {
            Taken::Yes => {}
            // Its place is where it was; it will be committed again.
            Taken::NoCoordinator => one.commit_was_not_taken(partition, before),
            Taken::UnknownMember => {
                one.identity = None;
                one.rejoin = true;
                one.stop_beating(stage);
                stage.mark(MarkKind::Failed, self.slot(index), PartId::NONE, 0, self.words.commit_failed);
                self.leaves_what_is_not_its_own(index, stage);
            }
        }
        if taken == Taken::UnknownMember && self.polls(index) {
            return self.poll(index, stage);
        }
        match self.members[index].doing {
            Doing::Committing { open, then, stay } if request >= self.members[index].first_commit => {
                let member = self.number(index);
                let again = open == 1 && taken == Taken::NoCoordinator;
                let stay = if again { stay.until(BACKOFF, Timer::CommitAgain { member }, stage) } else { stay };
                self.members[index].doing = Doing::Committing { open: open - 1, then, stay };
                if open == 1 && !again {
                    self.stop_waiting(index, Ending::Done, stage);
                    self.go_on(index, then, stage);
                }
            }
            // Nobody waits for it.
            Doing::Committing { .. }
            | Doing::Polling(_)
            | Doing::Beside
            | Doing::Working { .. }
            | Doing::Pausing { .. }
            | Doing::Nothing => {}
        }
    }

    /// `commitSync()` has thrown a CommitFailedException: the partitions are somebody else's, who reads from the place that
    /// was not moved. Whoever commits first and works then has not earned the work, or it would be done twice.
    fn leaves_what_is_not_its_own(&mut self, index: usize, stage: &mut Stage<'_>) {
        if self.group.commit == Commit::BeforeWork {
            self.members[index].hand.drain(..).for_each(|record| stage.end(record.stay, Ending::Returned));
        }
    }

    /// `commitSync()` goes on until it is answered.
    pub(super) fn commit_again(&mut self, index: usize, stage: &mut Stage<'_>) {
        if let Doing::Committing { then, .. } = self.members[index].doing {
            self.stop_waiting(index, Ending::Done, stage);
            if let Some(then) = self.commit_and(index, then, stage) {
                self.go_on(index, then, stage);
            }
        }
    }
}
