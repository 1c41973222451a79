//! What a call of SQS takes on the wire: HTTP/1.1, with a signature and a content in JSON.
//!
//! Sources: Amazon SQS developer guide, "Making query API requests using AWS JSON protocol" (the fields of a request and of an
//! answer); API reference (the members of each action, and the receipt handle of the examples); AWS Signature Version 4 (the
//! `Authorization` field). What an SDK adds, as its name and the number of the attempt, is left out.
//!
//! *Invariant:* a content is as long as its text, which is written out here.

use super::words::Words;
use crate::engine::Setup;
use crate::protocol::framing::http::Head;
use crate::protocol::framing::{digits, length};
use crate::protocol::{Freight, Party};
use crate::time::Span;
use crate::trace::Size;

const TYPE: &str = "application/x-amz-json-1.0";
const HOST: &str = "sqs.us-east-1.amazonaws.com";
const QUEUE: &str = "\"QueueUrl\":\"https://sqs.us-east-1.amazonaws.com/123456789012/\"";
const AUTHORIZATION: &str = "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/sqs/aws4_request, \
SignedHeaders=content-type;host;x-amz-date;x-amz-target, Signature=";
/// SHA-256 in hexadecimal digits.
const SIGNATURE: u32 = 64;
const UUID: u32 = 36;
const MD5: u32 = 32;
const SEQUENCE_NUMBER: u32 = 20;
/// Of a receipt handle in the examples.
const HANDLE: u32 = 172;

/// The length of a queue's name, and of what a FIFO queue is told of each message: group and deduplication id.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Names {
    pub queue: u32,
    pub fifo: Option<[u32; 2]>,
}

impl Names {
    /// The member that names the queue. A FIFO queue's name ends in `.fifo`.
    fn queue(self) -> u32 {
        length(QUEUE) + self.queue + self.fifo.map_or(0, |_| length(".fifo"))
    }
}

/// An action with a content of so many bytes of its own.
fn action(name: &str, own: u32, carried: u32) -> Size {
    let head = Head::request("POST", "/", HOST)
        .field("X-Amz-Target", length("AmazonSQS.") + length(name))
        .field("X-Amz-Date", length("20130524T000000Z"))
        .field("Authorization", length(AUTHORIZATION) + SIGNATURE);
    head.with(TYPE, own, carried)
}

fn answered(status: &str) -> Head {
    Head::answer(status).field("x-amzn-RequestId", UUID)
}

fn send(names: Names, body: u32) -> Size {
    let fifo = |[group, deduplication]: [u32; 2]| {
        length(",\"MessageGroupId\":\"\",\"MessageDeduplicationId\":\"\"") + group + deduplication
    };
    let own = length("{,\"MessageBody\":\"\"}") + names.queue() + names.fifo.map_or(0, fifo);
    action("SendMessage", own, body)
}

fn sent(names: Names) -> Size {
    let number = names.fifo.map_or(0, |_| length(",\"SequenceNumber\":\"\"") + SEQUENCE_NUMBER);
    answered("200 OK").with(TYPE, length("{\"MessageId\":\"\",\"MD5OfMessageBody\":\"\"}") + UUID + MD5 + number, 0)
}

fn receive(names: Names, (most, wait): (u16, Span)) -> Size {
    let seconds = (wait.as_micros() / 1_000_000) as u32;
    let own = length("{,\"MaxNumberOfMessages\":,\"WaitTimeSeconds\":}") + digits(most.into()) + digits(seconds);
    action("ReceiveMessage", own + names.queue(), 0)
}

/// Each message has an id, a handle, a hash and its body; one comma too many is counted.
fn received(body: u32) -> Size {
    let message = length("{\"MessageId\":\"\",\"ReceiptHandle\":\"\",\"MD5OfBody\":\"\",\"Body\":\"\"},");
    let each = message + UUID + HANDLE + MD5 + body;
    answered("200 OK").with(TYPE, length("{\"Messages\":[]}"), each)
}

/// Without a list, for there is nothing in it.
fn empty() -> Size {
    answered("200 OK").with(TYPE, length("{}"), 0)
}

fn delete(names: Names) -> Size {
    action("DeleteMessage", length("{,\"ReceiptHandle\":\"\"}") + names.queue() + HANDLE, 0)
}

/// Each message has an entry with a number of its own; one comma too many is counted.
fn delete_batch(names: Names) -> Size {
    let entry = length("{\"Id\":\"0\",\"ReceiptHandle\":\"\"},") + HANDLE;
    let own = length("{,\"Entries\":[]}") + names.queue();
    action("DeleteMessageBatch", own, entry)
}

/// Seconds of the timeout count as two digits.
fn change(names: Names) -> Size {
    let own = length("{,\"ReceiptHandle\":\"\",\"VisibilityTimeout\":30}") + names.queue() + HANDLE;
    action("ChangeMessageVisibility", own, 0)
}

/// An answer without a content: to a delete, to a change.
fn done() -> Size {
    answered("200 OK").field("Content-Type", length(TYPE)).empty()
}

fn failed(code: &str) -> Size {
    let head = answered("400 Bad Request").field("x-amzn-query-error", length(code) + length(";Sender"));
    head.with(TYPE, length("{\"__type\":\"com.amazonaws.sqs#\",\"message\":\"\"}") + 2 * length(code), 0)
}

impl Words {
    /// What each of them takes on the wire. `wanted` are how many messages whoever polls asks for, and how long it waits.
    pub(crate) fn size(&self, setup: &mut Setup<Party>, names: Names, wanted: (u16, Span), freight: Freight) {
        setup.sized(self.send.0, send(names, freight.body));
        setup.sized(self.sent.0, sent(names));
        [self.receive, self.empty_receive].into_iter().for_each(|word| setup.sized(word.0, receive(names, wanted)));
        setup.sized(self.received.0, received(freight.body));
        setup.sized(self.empty.0, empty());
        setup.sized_as(self.delete, delete(names));
        if self.delete_batch != self.delete {
            setup.sized_as(self.delete_batch, delete_batch(names));
        }
        setup.sized(self.change.0, change(names));
        [self.deleted, self.changed].into_iter().for_each(|word| setup.sized(word.0, done()));
        for (word, code) in [
            (self.handle_expired, "ReceiptHandleIsInvalid"),
            (self.not_changed, "MessageNotInflight"),
            (self.beyond_limit, "InvalidParameterValue"),
        ] {
            setup.sized_as(word, failed(code));
        }
        // Connections that are refused or closed; and what is moved, which stays within SQS.
        for word in [self.send_refused, self.receive_refused, self.refused, self.closed, self.redrive] {
            setup.sized(word.0, Size::NONE);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: Names = Names { queue: 6, fifo: None };

    /// The example of the developer guide with an action that sends, and its answer.
    #[test]
    fn a_call_and_its_answer_are_as_long_as_their_texts() {
        let url = "https://sqs.us-east-1.amazonaws.com/123456789012/orders";
        let content = format!("{{\"QueueUrl\":\"{url}\",\"MessageBody\":\"0123456789\"}}");
        let signature = "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41";
        let text = format!(
            "POST / HTTP/1.1\r\nHost: sqs.us-east-1.amazonaws.com\r\nX-Amz-Target: AmazonSQS.SendMessage\r\n\
             X-Amz-Date: 20130524T000000Z\r\nAuthorization: AWS4-HMAC-SHA256 \
             Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/sqs/aws4_request, \
             SignedHeaders=content-type;host;x-amz-date;x-amz-target, Signature={signature}\r\n\
             Content-Type: application/x-amz-json-1.0\r\nContent-Length: {}\r\n\r\n{content}",
            content.len()
        );
        assert_eq!(send(NAMES, 10), Size::of(length(&text) - 10).each(10));

        let id = "219f8380-5770-4cc2-8c3e-5c715e145f5e";
        let content = format!("{{\"MessageId\":\"{id}\",\"MD5OfMessageBody\":\"fafb00f5732ab283681e124bf8747ed1\"}}");
        let text = format!(
            "HTTP/1.1 200 OK\r\nx-amzn-RequestId: {id}\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n\
             Content-Type: application/x-amz-json-1.0\r\nContent-Length: {}\r\n\r\n{content}",
            content.len()
        );
        assert_eq!(sent(NAMES), Size::of(length(&text)));
    }

    #[test]
    fn a_fifo_queue_is_told_of_groups_and_tells_numbers() {
        let fifo = Names { fifo: Some([5, 7]), ..NAMES };
        let told = length(",\"MessageGroupId\":\"group\",\"MessageDeduplicationId\":\"job-123\"") + length(".fifo");
        assert_eq!(send(fifo, 1000).own - send(NAMES, 1000).own, told);
        assert_eq!(sent(fifo).own - sent(NAMES).own, length(",\"SequenceNumber\":\"18849496460467696128\""));
    }

    /// Ten messages in one answer take ten bodies, ten handles, and one head.
    #[test]
    fn a_batch_has_one_head() {
        let Size { own, each } = received(1024);
        assert!(own < 250, "{own}");
        assert_eq!(
            each,
            1024 + 36
                + 172
                + 32
                + length("{\"MessageId\":\"\",\"ReceiptHandle\":\"\",\"MD5OfBody\":\"\",\"Body\":\"\"},")
        );
    }
}
