//! What is said of an SQS side: the kinds of its messages and their labels.
//!
//! *Invariant:* every action of the API is a call with its reply, for that is what travels (API reference).

use crate::engine::{Setup, Word};
use crate::protocol::Party;
use crate::trace::{LabelId, MessageKind};

kinds! {
    SEND "SendMessage" Payload Call,
    SENT "SendMessage response" Control Reply,
    SEND_REFUSED "connection refused" Control Reply,
    // Which of the two a poll is, is known when it is answered; until then it is the second.
    RECEIVE "ReceiveMessage" Control Call,
    EMPTY_RECEIVE "ReceiveMessage (empty)" Background Call,
    RECEIVED "ReceiveMessage response" Payload Reply,
    EMPTY "ReceiveMessage response (empty)" Background Reply,
    RECEIVE_REFUSED "connection refused (poll)" Background Reply,
    DELETE "DeleteMessage" Control Call,
    DELETED "DeleteMessage response" Control Reply,
    CHANGE "ChangeMessageVisibility" Control Call,
    CHANGED "ChangeMessageVisibility response" Control Reply,
    REFUSED "connection refused (consumer)" Control Reply,
    CLOSED "connection closed" Background Async,
    REDRIVE "redrive" Payload Async,
}

/// The kinds and labels of a side, as its trace numbers them.
#[derive(Clone, Copy)]
pub(crate) struct Words {
    pub send: Word,
    pub sent: Word,
    pub sent_duplicate: Word,
    pub send_refused: Word,
    pub receive: Word,
    pub empty_receive: Word,
    pub received: Word,
    pub several_received: Word,
    pub empty: Word,
    pub receive_refused: Word,
    pub delete: Word,
    /// With its own words where anybody deletes batches.
    pub delete_batch: Word,
    pub deleted: Word,
    pub not_deleted: Word,
    pub handle_expired: Word,
    pub change: Word,
    pub changed: Word,
    pub not_changed: Word,
    pub beyond_limit: Word,
    pub refused: Word,
    pub closed: Word,
    pub redrive: Word,
    pub timed_out: LabelId,
    pub sends_again: LabelId,
    pub gave_up: LabelId,
    pub failed: LabelId,
    pub visible_again: LabelId,
    pub swallowed: LabelId,
    pub retention_over: LabelId,
    pub dead_lettered: LabelId,
}

impl Words {
    /// The words of a side whose messages are called `label`, and carry `body`.
    pub(crate) fn new(setup: &mut Setup<Party>, label: &str, body: &str) -> Self {
        let mut both = |kind: &'static MessageKind, text: &str| (setup.kind(kind), setup.label(text));
        let words = Words {
            send: both(&SEND, &format!("SendMessage {label}")),
            sent: both(&SENT, "200 OK"),
            sent_duplicate: both(&SENT, "200 OK (a duplicate)"),
            send_refused: both(&SEND_REFUSED, "connection refused"),
            receive: both(&RECEIVE, "ReceiveMessage"),
            empty_receive: both(&EMPTY_RECEIVE, "ReceiveMessage"),
            received: both(&RECEIVED, label),
            several_received: both(&RECEIVED, "{count} messages"),
            empty: both(&EMPTY, "no messages"),
            receive_refused: both(&RECEIVE_REFUSED, "connection refused"),
            delete: both(&DELETE, "DeleteMessage"),
            delete_batch: both(&DELETE, "DeleteMessage"),
            deleted: both(&DELETED, "200 OK"),
            not_deleted: both(&DELETED, "200, old handle"),
            handle_expired: both(&DELETED, "400 receipt handle expired"),
            change: both(&CHANGE, "ChangeMessageVisibility"),
            changed: both(&CHANGED, "200 OK"),
            not_changed: both(&CHANGED, "400 not in flight"),
            beyond_limit: both(&CHANGED, "400 total visibility timeout beyond 12 h"),
            refused: both(&REFUSED, "connection refused"),
            closed: both(&CLOSED, "connection closed"),
            redrive: both(&REDRIVE, &format!("move {label}")),
            timed_out: setup.label("timed out"),
            sends_again: setup.label("sends again"),
            gave_up: setup.label("gave up"),
            failed: setup.label("failed"),
            visible_again: setup.label("visible again"),
            swallowed: setup.label("taken for a duplicate"),
            retention_over: setup.label("retention period over"),
            dead_lettered: setup.label("dead-lettered"),
        };
        for kind in [words.send.0, words.received.0, words.redrive.0] {
            setup.body(kind, body);
        }
        words
    }
}
