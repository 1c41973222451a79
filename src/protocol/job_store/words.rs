//! What is said of a job store: the kinds of its messages, which are commands of Redis, and their labels, which are the
//! words of the library.
//!
//! *Invariant:* a command that is waited for is drawn as a call with its reply.

use super::messages::Put;
use crate::engine::{Setup, Word};
use crate::protocol::Party;
use crate::trace::{LabelId, MessageKind};

kinds! {
    PUSH "LPUSH" Payload Call,
    PUSHED "LPUSH reply" Control Reply,
    PUSH_REFUSED "connection refused" Control Reply,
    // Whoever has nothing to do asks for no job in particular, and would if there were none.
    FETCH "BRPOP" Background Call,
    FETCHED "BRPOP reply" Payload Reply,
    FETCH_REFUSED "connection refused (BRPOP)" Background Reply,
    RETRY "ZADD retry" Payload Call,
    SEND_AGAIN "LPUSH (retry)" Payload Call,
    DIE "ZADD dead" Payload Call,
    STORED "reply" Control Reply,
    REFUSED "connection refused (put)" Control Reply,
    ACK "ZREM unacked" Control Async,
    REQUEUE "RPUSH" Payload Async,
    CLOSED "connection closed" Background Async,
    BURY "dead" Payload Async,
}

/// Whose library it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Library {
    Sidekiq,
    Celery,
}

/// The kinds and labels of a store, as its trace numbers them.
#[derive(Clone, Copy)]
pub(crate) struct Words {
    pub push: Word,
    pub pushed: Word,
    pub push_refused: Word,
    pub fetch: Word,
    pub fetched: Word,
    pub fetch_refused: Word,
    pub(super) retry: Word,
    pub(super) send_again: Word,
    pub(super) die: Word,
    pub stored: Word,
    pub refused: Word,
    pub ack: Word,
    pub requeue: Word,
    pub closed: Word,
    pub bury: Word,
    pub timed_out: LabelId,
    pub pushes_again: LabelId,
    pub gave_up: LabelId,
    /// The job is to be tried again.
    pub put_off: LabelId,
    /// Somebody looked, and found it due.
    pub is_due: LabelId,
    /// Nobody acknowledged it in time.
    pub restored: LabelId,
    pub dead: LabelId,
    /// It is out of retries and goes nowhere.
    pub exhausted: LabelId,
    /// What was to be put into Redis may not be there.
    pub not_stored: LabelId,
    /// Redis died with it.
    pub forgotten: LabelId,
}

impl Words {
    /// The words of a store of that library whose jobs are called `label`, and carry `body`.
    pub(crate) fn new(setup: &mut Setup<Party>, library: Library, label: &str, body: &str) -> Self {
        let (push, exhausted) = match library {
            Library::Sidekiq => ("push", "thrown away: out of retries"),
            Library::Celery => ("apply_async", "FAILURE: out of retries"),
        };
        let mut both = |kind: &'static MessageKind, text: &str| (setup.kind(kind), setup.label(text));
        let words = Words {
            push: both(&PUSH, &format!("{push} {label}")),
            pushed: both(&PUSHED, "OK"),
            push_refused: both(&PUSH_REFUSED, "connection refused"),
            fetch: both(&FETCH, "fetch"),
            fetched: both(&FETCHED, label),
            fetch_refused: both(&FETCH_REFUSED, "connection refused"),
            retry: both(&RETRY, &format!("retry {label}")),
            send_again: both(&SEND_AGAIN, &format!("retry {label}")),
            die: both(&DIE, &format!("dead {label}")),
            stored: both(&STORED, "OK"),
            refused: both(&REFUSED, "connection refused"),
            ack: both(&ACK, "ack"),
            requeue: both(&REQUEUE, &format!("requeue {label}")),
            closed: both(&CLOSED, "connection closed"),
            bury: both(&BURY, label),
            timed_out: setup.label("timed out"),
            pushes_again: setup.label("pushes again"),
            gave_up: setup.label("gave up"),
            put_off: setup.label("retries later"),
            is_due: setup.label("enqueued again"),
            restored: setup.label("not acknowledged in time"),
            dead: setup.label("dead: out of retries"),
            exhausted: setup.label(exhausted),
            not_stored: setup.label("lost: no answer from Redis"),
            forgotten: setup.label("lost with Redis"),
        };
        for (kind, _) in [words.push, words.fetched, words.retry, words.send_again, words.die, words.requeue] {
            setup.body(kind, body);
        }
        words
    }

    /// With what it is said that a job is put there.
    pub fn put(&self, put: Put) -> Word {
        match put {
            Put::Retry => self.retry,
            Put::Queue => self.send_again,
            Put::Dead => self.die,
        }
    }
}
