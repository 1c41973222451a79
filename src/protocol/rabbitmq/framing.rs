//! What AMQP 0-9-1 puts round a message, in bytes.
//!
//! Sources: AMQP 0-9-1 specification, §2.3 (a frame's header has seven bytes, its end one), §4.2 (methods, content headers,
//! bodies, short strings), and the arguments of each method. A message has one property, its delivery mode; one that asks or
//! answers has `reply_to` and `correlation_id`. A header of an exchange of headers counts as a routing key. Left out: other
//! properties (`expiration`, and `x-death` of what was dead-lettered) and heartbeats, as on the rest of a side.
//!
//! *Invariant:* lengths come from the layout; tests encode the same messages with a library and compare.

use super::settings::{ExchangeSettings, ExchangeType};
use super::words::Words;
use crate::engine::Setup;
use crate::protocol::framing::{length, longest};
use crate::protocol::{Freight, Party};
use crate::trace::Size;

/// RabbitMQ's default for the longest frame.
const FRAME_MAX: u32 = 131_072;
const FRAME: u32 = 7 + 1;
/// Its class and which of the class's methods it is.
const METHOD: u32 = 2 + 2;
const TAG: u32 = 8;
const FLAGS: u32 = 1;

/// As the server makes them: `amq.ctag-` and a UUID in base64.
const CONSUMER_TAG: &str = "amq.ctag-0123456789abcdefghijkl";
/// What a publisher names for its reply: its own channel (direct reply-to).
const REPLY_TO: &str = "amq.rabbitmq.reply-to";
const CORRELATION: &str = "8e03978e-40d5-43dd-bc93-6894a57f9324";

/// The lengths of the names by which messages find their way.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Names {
    pub exchange: u32,
    pub key: u32,
    pub queue: u32,
}

impl Names {
    /// Of what goes by that exchange, or without one by the name of its queue; `queue` is the length of the longest of these.
    /// The default exchange has no name.
    pub fn of(exchange: Option<&ExchangeSettings>, queue: u32) -> Names {
        let Some(exchange) = exchange else { return Names { exchange: 0, key: queue, queue } };
        let name = if exchange.kind == ExchangeType::Default { 0 } else { length(&exchange.id) };
        Names { exchange: name, key: longest(exchange.routing_keys.iter()), queue }
    }
}

fn frame(inside: u32) -> u32 {
    FRAME + inside
}

fn short(length: u32) -> u32 {
    1 + length
}

/// A content header with a delivery mode and further properties, and the frames in which the body goes.
fn content(properties: u32, body: u32) -> u32 {
    let header = frame(2 + 2 + 8 + 2 + 1 + properties);
    header + body.div_ceil(FRAME_MAX - FRAME) * FRAME
}

/// `basic.publish`.
pub(super) fn publish(Names { exchange, key, .. }: Names, properties: u32, body: u32) -> Size {
    let method = frame(METHOD + 2 + short(exchange) + short(key) + FLAGS);
    Size::of(method + content(properties, body)).each(body)
}

/// `basic.deliver`.
pub(super) fn deliver(Names { exchange, key, .. }: Names, properties: u32, body: u32) -> Size {
    let arguments = short(length(CONSUMER_TAG)) + TAG + FLAGS + short(exchange) + short(key);
    Size::of(frame(METHOD + arguments) + content(properties, body)).each(body)
}

/// `basic.return`.
pub(super) fn returned(Names { exchange, key, .. }: Names, body: u32) -> Size {
    let method = frame(METHOD + 2 + short(length("NO_ROUTE")) + short(exchange) + short(key));
    Size::of(method + content(0, body)).each(body)
}

/// `basic.ack`, `basic.nack` and `basic.reject`: a tag, and one byte of flags.
pub(super) fn settlement() -> Size {
    Size::of(frame(METHOD + TAG + FLAGS))
}

/// `basic.consume` without a tag or arguments, which are an empty table.
fn consume(queue: u32) -> Size {
    Size::of(frame(METHOD + 2 + short(queue) + short(0) + FLAGS + 4))
}

/// `basic.consume-ok` and `basic.cancel-ok`.
fn tagged() -> u32 {
    frame(METHOD + short(length(CONSUMER_TAG)))
}

/// What asks for a reply says where it is to go and what it answers; the reply says only that.
const ASKING: u32 = 1 + length(REPLY_TO) + ANSWERING;
const ANSWERING: u32 = 1 + length(CORRELATION);

impl Words {
    /// What each of them takes on the wire.
    pub(crate) fn size(&self, setup: &mut Setup<Party>, names: Names, freight: Freight) {
        let Freight { body, result } = freight;
        // What says neither of these is a reply, which goes by the default exchange.
        let back = Names { exchange: 0, key: length(REPLY_TO), queue: 0 };
        setup.sized(self.publish.0, publish(back, ANSWERING, result));
        setup.sized(self.deliver.0, deliver(back, ANSWERING, result));
        setup.sized_as(self.publish, publish(names, 0, body));
        [self.deliver, self.redeliver].into_iter().for_each(|word| setup.sized_as(word, deliver(names, 0, body)));
        setup.sized(self.unroutable.0, returned(names, body));
        for word in [self.confirm, self.decline, self.ack, self.reject, self.nack] {
            setup.sized(word.0, settlement());
        }
        setup.sized(self.consume.0, consume(names.queue));
        setup.sized(self.cancel.0, Size::of(tagged() + FLAGS));
        [self.consume_ok, self.cancel_ok].into_iter().for_each(|word| setup.sized(word.0, Size::of(tagged())));
        // Connections that are refused or closed; and dead letters, which stay within the broker.
        for word in [self.refusal, self.consume_refused, self.closed, self.dead_letter] {
            setup.sized(word.0, Size::NONE);
        }
    }

    /// What is published asks for a reply. Whatever this broker delivers may be that.
    pub(crate) fn size_asking(&self, setup: &mut Setup<Party>, names: Names, freight: Freight) {
        setup.sized_as(self.publish, publish(names, ASKING, freight.body));
        for word in [self.deliver, self.redeliver] {
            setup.sized_as(word, deliver(names, ASKING, freight.body));
        }
    }
}
