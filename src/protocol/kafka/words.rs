//! What is said of a Kafka side: the kinds of its messages and their labels.
//!
//! *Invariant:* on the wire everything is a request with its response; `send()` alone waits for nothing.

use super::settings::Commit;
use crate::engine::{Setup, Word};
use crate::protocol::Party;
use crate::trace::{LabelId, MessageKind};

kinds! {
    // The thread that called send() does not wait for the response: nobody is blocked by it.
    PRODUCE "Produce" Payload Async,
    PRODUCED "Produce response" Control Async,
    PRODUCE_REFUSED "Produce response (refused)" Control Async,
    // Which of the two a fetch is, is known when it is answered; until then it is the second.
    // A client fetches ahead while its program works; what blocks is `poll()`, and only when nothing is in stock.
    FETCH "Fetch" Control Async,
    EMPTY_FETCH "Fetch (empty)" Background Async,
    FETCHED "Fetch response" Payload Async,
    EMPTY "Fetch response (empty)" Background Async,
    COMMIT "OffsetCommit" Control Call,
    COMMITTED "OffsetCommit response" Control Reply,
    COMMIT_ASYNC "OffsetCommit (async)" Control Async,
    COMMITTED_ASYNC "OffsetCommit response (async)" Control Async,
    GROUP "group request" Background Call,
    GROUP_ANSWER "group response" Background Reply,
    HEARTBEAT "Heartbeat" Background Async,
    HEARTBEAT_ANSWER "Heartbeat response" Background Async,
    LEAVE "LeaveGroup" Background Async,
    CLOSED "connection closed" Background Async,
    DEAD_LETTER "Produce (dead-letter topic)" Payload Async,
}

/// A commit and its answers.
#[derive(Clone, Copy)]
pub(crate) struct CommitWords {
    pub commit: Word,
    pub committed: Word,
    pub fenced: Word,
    pub refused: Word,
}

/// The kinds and labels of a side, as its trace numbers them.
#[derive(Clone, Copy)]
pub(crate) struct Words {
    pub produce: Word,
    pub produce_several: Word,
    pub produced: Word,
    pub duplicate: Word,
    pub not_enough_replicas: Word,
    pub out_of_order: Word,
    pub no_leader: Word,
    pub fetch: Word,
    pub empty_fetch: Word,
    pub fetched: Word,
    pub fetched_several: Word,
    pub empty: Word,
    pub fetch_refused: Word,
    pub fetch_broken: Word,
    pub closed: Word,
    /// How a commit looks when the program waits for it, and when it does not.
    waited_commit: CommitWords,
    automatic_commit: CommitWords,
    pub join: Word,
    pub member_id: Word,
    pub joined: Word,
    pub sync: Word,
    pub assigned: Word,
    pub ask_offset: Word,
    pub offset: Word,
    pub unknown_member: Word,
    pub group_refused: Word,
    pub heartbeat: Word,
    pub fine: Word,
    pub rebalancing: Word,
    pub heartbeat_unknown: Word,
    pub leave: Word,
    pub dead_letter: Word,
    pub timed_out: LabelId,
    pub sends_again: LabelId,
    pub gave_up: LabelId,
    pub failed: LabelId,
    pub tries_again: LabelId,
    pub skipped: LabelId,
    pub not_read: LabelId,
    pub lost_with_leader: LabelId,
    pub retention_over: LabelId,
    pub committed_place: LabelId,
    pub commit_failed: LabelId,
    pub again: LabelId,
    pub member_gone: LabelId,
    pub left_group: LabelId,
    pub dead_lettered: LabelId,
}

/// What is said of a member that was assigned some of a topic's partitions.
#[derive(Clone)]
pub(crate) struct Assignments {
    pub partitions: u16,
    /// Nothing, then of each partition the ranges that begin there, the shortest first.
    labels: Vec<LabelId>,
}

impl Assignments {
    pub(crate) fn new(setup: &mut Setup<Party>, partitions: u16) -> Self {
        let mut labels = vec![setup.label("assigned nothing")];
        for first in 0..partitions {
            labels.extend((first..first + partitions).map(|last| match last {
                _ if last == first => setup.label(&format!("assigned p{first}")),
                _ => setup.label(&format!("assigned p{first} to p{last}")),
            }));
        }
        Assignments { partitions, labels }
    }

    /// `count` partitions from `first` on.
    pub fn of(&self, first: u16, count: u16) -> LabelId {
        let place = if count == 0 { 0 } else { 1 + first * self.partitions + (count - 1) };
        self.labels[usize::from(place)]
    }
}

impl Words {
    /// The words for the commits of a group that commits like this.
    pub fn commits(&self, commit: Commit) -> CommitWords {
        match commit {
            Commit::Auto => self.automatic_commit,
            Commit::AfterBatch | Commit::AfterEach | Commit::BeforeWork => self.waited_commit,
        }
    }

    pub(super) fn all_commits(&self) -> [CommitWords; 2] {
        [self.waited_commit, self.automatic_commit]
    }

    /// The words of a side whose records are called `label`, and carry `body`.
    pub(crate) fn new(setup: &mut Setup<Party>, label: &str, body: &str) -> Self {
        let mut both = |kind: &'static MessageKind, text: &str| (setup.kind(kind), setup.label(text));
        let words = Words {
            produce: both(&PRODUCE, &format!("produce {label}")),
            produce_several: both(&PRODUCE, "produce {count} records"),
            produced: both(&PRODUCED, "acknowledged"),
            duplicate: both(&PRODUCED, "acknowledged (a duplicate)"),
            not_enough_replicas: both(&PRODUCE_REFUSED, "NotEnoughReplicas"),
            out_of_order: both(&PRODUCE_REFUSED, "OutOfOrderSequence"),
            no_leader: both(&PRODUCE_REFUSED, "no leader"),
            fetch: both(&FETCH, "fetch"),
            empty_fetch: both(&EMPTY_FETCH, "fetch"),
            fetched: both(&FETCHED, label),
            fetched_several: both(&FETCHED, "{count} records"),
            empty: both(&EMPTY, "no records"),
            fetch_refused: both(&EMPTY, "no leader"),
            fetch_broken: both(&EMPTY, "connection closed"),
            closed: both(&CLOSED, "connection closed"),
            waited_commit: CommitWords {
                commit: both(&COMMIT, "commit"),
                committed: both(&COMMITTED, "committed"),
                fenced: both(&COMMITTED, "UnknownMemberId"),
                refused: both(&COMMITTED, "no coordinator"),
            },
            automatic_commit: CommitWords {
                commit: both(&COMMIT_ASYNC, "commit"),
                committed: both(&COMMITTED_ASYNC, "committed"),
                fenced: both(&COMMITTED_ASYNC, "UnknownMemberId"),
                refused: both(&COMMITTED_ASYNC, "no coordinator"),
            },
            join: both(&GROUP, "JoinGroup"),
            member_id: both(&GROUP_ANSWER, "member id"),
            joined: both(&GROUP_ANSWER, "new generation"),
            sync: both(&GROUP, "SyncGroup"),
            assigned: both(&GROUP_ANSWER, "assignment"),
            ask_offset: both(&GROUP, "OffsetFetch"),
            offset: both(&GROUP_ANSWER, "offset"),
            unknown_member: both(&GROUP_ANSWER, "UnknownMemberId"),
            group_refused: both(&GROUP_ANSWER, "no coordinator"),
            heartbeat: both(&HEARTBEAT, "heartbeat"),
            fine: both(&HEARTBEAT_ANSWER, "fine"),
            rebalancing: both(&HEARTBEAT_ANSWER, "RebalanceInProgress"),
            heartbeat_unknown: both(&HEARTBEAT_ANSWER, "UnknownMemberId"),
            leave: both(&LEAVE, "LeaveGroup"),
            dead_letter: both(&DEAD_LETTER, &format!("dead-letter {label}")),
            timed_out: setup.label("timed out"),
            sends_again: setup.label("sends again"),
            gave_up: setup.label("gave up"),
            failed: setup.label("failed"),
            tries_again: setup.label("tries again"),
            skipped: setup.label("skipped"),
            not_read: setup.label("skipped: begins at the latest"),
            lost_with_leader: setup.label("lost with the leader"),
            retention_over: setup.label("retention over"),
            committed_place: setup.label("committed"),
            commit_failed: setup.label("CommitFailedException"),
            again: setup.label("to be read again"),
            member_gone: setup.label("session timed out"),
            left_group: setup.label("max.poll.interval is over: leaves the group"),
            dead_lettered: setup.label("dead-lettered"),
        };
        for kind in [words.produce.0, words.fetched.0, words.dead_letter.0] {
            setup.body(kind, body);
        }
        words
    }
}
