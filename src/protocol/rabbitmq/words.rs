//! What is said of a RabbitMQ side: the kinds of its messages and their labels.
//!
//! *Invariant:* nothing that AMQP 0-9-1 leaves without a reply method is drawn as a call.

use super::messages::Reason;
use crate::engine::{Setup, Word};
use crate::protocol::Party;
use crate::protocol::dead_letters::SetAside;
use crate::trace::{LabelId, MessageKind, PartId};

kinds! {
    PUBLISH "basic.publish" Payload Async,
    CONFIRM "basic.ack (confirm)" Control Async,
    DECLINE "basic.nack (confirm)" Control Async,
    REFUSAL "connection refused" Control Async,
    DELIVER "basic.deliver" Payload Async,
    ACK "basic.ack" Control Async,
    REJECT "basic.reject" Control Async,
    NACK "basic.nack" Control Async,
    DEAD_LETTER "dead-letter" Payload Async,
    CONSUME "basic.consume" Background Call,
    CONSUME_OK "basic.consume-ok" Background Reply,
    CONSUME_REFUSED "connection refused (consumer)" Background Reply,
    CANCEL "basic.cancel" Background Call,
    CANCEL_OK "basic.cancel-ok" Background Reply,
    CLOSED "connection closed" Background Async,
    RETURN "basic.return" Payload Async,
}

/// The `reason` in the header `x-death`, in the order of [`Reason`].
const REASONS: [&str; 4] = ["rejected", "expired", "maxlen", "delivery_limit"];

/// The kinds and labels of a side, as its trace numbers them.
#[derive(Clone, Copy)]
pub(crate) struct Words {
    pub publish: Word,
    pub confirm: Word,
    pub decline: Word,
    pub refusal: Word,
    pub deliver: Word,
    pub redeliver: Word,
    pub ack: Word,
    pub reject: Word,
    pub nack: Word,
    pub dead_letter: Word,
    pub consume: Word,
    pub consume_ok: Word,
    pub consume_refused: Word,
    pub cancel: Word,
    pub cancel_ok: Word,
    pub closed: Word,
    pub overdue: LabelId,
    pub publishes_again: LabelId,
    pub gave_up: LabelId,
    pub failed: LabelId,
    pub returned: LabelId,
    /// To the publisher: no queue is bound for it.
    pub unroutable: Word,
    pub comes_back: LabelId,
    pub unrouted: LabelId,
    /// A queue is.
    pub bound: LabelId,
    /// By reason.
    dropped: [LabelId; 4],
    pub dead_lettered: [LabelId; 4],
    /// Said only where dead letters go on, and of what is put where nobody takes it.
    pub cycle: LabelId,
    pub parked: LabelId,
}

impl Words {
    pub(super) fn dropped(&self, reason: Reason) -> LabelId {
        self.dropped[reason as usize]
    }

    /// A dead letter is published without confirms: at most once (dlx).
    pub(super) fn set_aside(&self, part: PartId, reason: Reason) -> SetAside {
        let dead_lettered = self.dead_lettered[reason as usize];
        SetAside { part, dead_lettered, dropped: Some(self.dropped(reason)) }
    }

    /// The words of a side whose messages are called `label`, and carry `body`.
    pub(crate) fn new(setup: &mut Setup<Party>, label: &str, body: &str) -> Self {
        let mut both = |kind: &'static MessageKind, text: &str| (setup.kind(kind), setup.label(text));
        let words = Words {
            publish: both(&PUBLISH, &format!("publish {label}")),
            confirm: both(&CONFIRM, "confirm"),
            decline: both(&DECLINE, "nack"),
            refusal: both(&REFUSAL, "connection refused"),
            deliver: both(&DELIVER, &format!("deliver {label}")),
            redeliver: both(&DELIVER, &format!("redeliver {label}")),
            ack: both(&ACK, "ack"),
            reject: both(&REJECT, "reject"),
            nack: both(&NACK, "nack"),
            dead_letter: both(&DEAD_LETTER, &format!("dead-letter {label}")),
            consume: both(&CONSUME, "consume"),
            consume_ok: both(&CONSUME_OK, "consume-ok"),
            consume_refused: both(&CONSUME_REFUSED, "connection refused"),
            cancel: both(&CANCEL, "cancel"),
            cancel_ok: both(&CANCEL_OK, "cancel-ok"),
            closed: both(&CLOSED, "connection closed"),
            overdue: setup.label("confirm overdue"),
            publishes_again: setup.label("publishes again"),
            gave_up: setup.label("gave up"),
            failed: setup.label("failed"),
            returned: setup.label("returned"),
            unroutable: (setup.kind(&RETURN), setup.label(&format!("return {label}"))),
            comes_back: setup.label("returned: unroutable"),
            unrouted: setup.label("dropped: unroutable"),
            bound: setup.label("bound"),
            dropped: REASONS.map(|reason| setup.label(&format!("dropped: {reason}"))),
            cycle: LabelId::EMPTY,
            parked: LabelId::EMPTY,
            dead_lettered: REASONS.map(|reason| setup.label(&format!("dead-lettered: {reason}"))),
        };
        for (kind, _) in [words.publish, words.deliver, words.dead_letter, words.unroutable] {
            setup.body(kind, body);
        }
        words
    }
}
