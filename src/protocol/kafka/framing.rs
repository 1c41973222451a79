//! What Kafka's protocol puts round records, in bytes.
//!
//! Sources: Apache Kafka protocol guide (headers of requests and responses; the schemas of Produce 11, Fetch 17, OffsetCommit 9,
//! OffsetFetch 9, JoinGroup 9, SyncGroup 5, Heartbeat 4 and LeaveGroup 5, which 4.0 speaks) and its documentation,
//! "Record Batch" and "Record". A request is about one partition, as everywhere here, and each fetch names it, also where a
//! fetch session would leave it out. A batch's length counts as that of a batch of one, and the distance of a record from its
//! batch's first, in time and in number, as one byte. The lists of all members that the leader of a group gets and gives are
//! left out. Several groups count as the one with the longest name.
//!
//! *Invariant:* lengths come from the layout; tests encode the same messages with a library and compare.

use super::words::Words;
use crate::engine::Setup;
use crate::protocol::framing::length;
use crate::protocol::{Freight, Party};
use crate::trace::Size;

const INT8: u32 = 1;
const INT16: u32 = 2;
const INT32: u32 = 4;
const INT64: u32 = 8;
const UUID: u32 = 16;
/// A list of tagged fields with nothing in it, which ends every structure.
const TAGS: u32 = 1;
/// A text or list that is not there, or has nothing in it.
const NONE: u32 = 1;

/// A number of seven bits a byte.
const fn varint(number: u32) -> u32 {
    match number.checked_ilog2() {
        Some(log) => log / 7 + 1,
        None => 1,
    }
}

/// The same where it may be less than nought: the sign is the last bit.
const fn signed(number: u32) -> u32 {
    varint(2 * number)
}

/// A text with its length and one.
const fn compact(length: u32) -> u32 {
    varint(length + 1) + length
}

/// A text as the older versions write it.
const fn string(length: u32) -> u32 {
    INT16 + length
}

/// A list of one.
const fn one(element: u32) -> u32 {
    varint(2) + element
}

/// A request of a client that goes by that name: its length, what is asked and in which version, a number, and the name.
fn request(client: &str, inside: u32) -> u32 {
    INT32 + INT16 + INT16 + INT32 + string(length(client)) + TAGS + inside + TAGS
}

fn response(inside: u32) -> u32 {
    INT32 + INT32 + TAGS + inside + TAGS
}

/// By what the messages of a topic and of a group call them, and what a record bears.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Names {
    pub topic: u32,
    pub group: u32,
    pub key: Option<u32>,
    /// How many partitions a member is assigned: the most that one has where all are there.
    pub share: u32,
}

/// As the Java client calls itself where nobody has given it a name.
const PRODUCER: &str = "producer-1";
const CONSUMER: &str = "consumer-1";
/// The protocol of a group's members, and how they share.
const CONSUMERS: &str = "consumer";
const RANGE: &str = "range";

impl Names {
    /// A record with that value, in its batch.
    fn record(self, value: u32) -> u32 {
        let key = self.key.map_or(signed(1), |key| signed(key) + key);
        let inside = INT8 + signed(0) + signed(0) + key + signed(value) + value + varint(0);
        signed(inside) + inside
    }

    /// One partition of one topic, named by its name.
    fn at(self, partition: u32) -> u32 {
        one(compact(self.topic) + one(INT32 + partition + TAGS) + TAGS)
    }

    /// The id that the coordinator gives a member: its client's name, and a UUID.
    fn member(self) -> u32 {
        compact(length(CONSUMER) + 1 + 36)
    }

    fn group(self) -> u32 {
        compact(self.group)
    }

    pub(super) fn produce(self, value: u32) -> Size {
        let records = BATCH + self.record(value);
        let inside = NONE + INT16 + INT32 + self.at(varint(records + 1));
        Size::of(request(PRODUCER, inside) + BATCH).each(self.record(value))
    }

    pub(super) fn produced(self) -> u32 {
        response(self.at(INT16 + 3 * INT64 + NONE + NONE) + INT32)
    }

    pub(super) fn fetch(self) -> u32 {
        let partition = INT32 + INT32 + INT64 + INT32 + INT64 + INT32 + TAGS;
        let inside = 3 * INT32 + INT8 + 2 * INT32 + one(UUID + one(partition) + TAGS) + NONE + compact(0);
        request(CONSUMER, inside)
    }

    /// A response with so many bytes of records.
    fn fetch_response(records: u32) -> u32 {
        let partition = INT32 + INT16 + 3 * INT64 + NONE + INT32 + varint(records + 1) + TAGS;
        response(INT32 + INT16 + INT32 + one(UUID + one(partition) + TAGS))
    }

    pub(super) fn fetched(self, value: u32) -> Size {
        let record = self.record(value);
        Size::of(Self::fetch_response(BATCH + record) + BATCH).each(record)
    }

    pub(super) fn empty() -> u32 {
        Self::fetch_response(0)
    }

    pub(super) fn commit(self) -> u32 {
        let inside = self.group() + INT32 + self.member() + NONE + self.at(INT64 + INT32 + compact(0));
        request(CONSUMER, inside)
    }

    pub(super) fn committed(self) -> u32 {
        response(INT32 + self.at(INT16))
    }

    pub(super) fn join(self) -> u32 {
        // Version 3 of a subscription: the topic, no data, no partitions yet, the generation, no rack.
        let subscription = INT16 + INT32 + string(self.topic) + INT32 + INT32 + INT32 + INT16;
        let protocol = compact(length(RANGE)) + compact(subscription) + TAGS;
        let inside = self.group() + INT32 + INT32 + self.member() + NONE;
        request(CONSUMER, inside + compact(length(CONSUMERS)) + one(protocol) + NONE)
    }

    /// A member id or a refusal, without a group.
    pub(super) fn identified(self) -> u32 {
        response(INT32 + INT16 + INT32 + NONE + NONE + compact(0) + INT8 + self.member() + NONE)
    }

    pub(super) fn joined(self) -> u32 {
        let protocol = compact(length(CONSUMERS)) + compact(length(RANGE));
        response(INT32 + INT16 + INT32 + protocol + self.member() + INT8 + self.member() + NONE)
    }

    pub(super) fn sync(self) -> u32 {
        let protocol = compact(length(CONSUMERS)) + compact(length(RANGE));
        request(CONSUMER, self.group() + INT32 + self.member() + NONE + protocol + NONE)
    }

    /// The assignment of so many partitions.
    pub(super) fn assigned(self, partitions: u32) -> u32 {
        let assignment = INT16 + INT32 + string(self.topic) + INT32 + INT32 * partitions + INT32;
        let protocol = compact(length(CONSUMERS)) + compact(length(RANGE));
        response(INT32 + INT16 + protocol + compact(assignment))
    }

    pub(super) fn ask_offset(self) -> u32 {
        let topic = compact(self.topic) + one(INT32) + TAGS;
        let group = self.group() + NONE + INT32 + one(topic) + TAGS;
        request(CONSUMER, one(group) + INT8)
    }

    pub(super) fn offset(self) -> u32 {
        let group = self.group() + self.at(INT64 + INT32 + NONE + INT16) + INT16 + TAGS;
        response(INT32 + one(group))
    }

    pub(super) fn heartbeat(self) -> u32 {
        request(CONSUMER, self.group() + INT32 + self.member() + NONE)
    }

    pub(super) fn heartbeat_answer() -> u32 {
        response(INT32 + INT16)
    }

    pub(super) fn leave(self) -> u32 {
        request(CONSUMER, self.group() + one(self.member() + NONE + NONE + TAGS))
    }
}

/// What a batch has of its own: first offset, length, epoch of the leader, version, checksum, attributes, last distance, two
/// times, producer's id, epoch and sequence number, and how many records there are.
const BATCH: u32 = INT64 + INT32 + INT32 + INT8 + INT32 + INT16 + INT32 + INT64 + INT64 + INT64 + INT16 + INT32 + INT32;

impl Words {
    /// What each of them takes on the wire. A record's value is what is sent with a job, unless the topic says otherwise.
    pub(crate) fn size(&self, setup: &mut Setup<Party>, names: Names, value: u32) {
        setup.sized(self.produce.0, names.produce(value));
        setup.sized(self.dead_letter.0, names.produce(value));
        setup.sized(self.fetched.0, names.fetched(value));
        let plain = [
            (self.produced, names.produced()),
            (self.not_enough_replicas, names.produced()),
            (self.fetch, names.fetch()),
            (self.empty_fetch, names.fetch()),
            (self.empty, Names::empty()),
            (self.heartbeat, names.heartbeat()),
            (self.fine, Names::heartbeat_answer()),
            (self.leave, names.leave()),
        ];
        plain.into_iter().for_each(|(word, size)| setup.sized(word.0, Size::of(size)));
        for words in self.all_commits() {
            setup.sized(words.commit.0, Size::of(names.commit()));
            setup.sized(words.committed.0, Size::of(names.committed()));
            setup.sized_as(words.refused, Size::NONE);
        }
        let group = [
            (self.join, names.join()),
            (self.sync, names.sync()),
            (self.ask_offset, names.ask_offset()),
            (self.member_id, names.identified()),
            (self.joined, names.joined()),
            (self.unknown_member, names.identified()),
            (self.assigned, names.assigned(names.share)),
            (self.offset, names.offset()),
        ];
        group.into_iter().for_each(|(word, size)| setup.sized_as(word, Size::of(size)));
        // Connections that are refused or closed.
        for word in [self.no_leader, self.fetch_refused, self.fetch_broken, self.group_refused, self.closed] {
            setup.sized_as(word, Size::NONE);
        }
    }
}

/// The value of a record: by that batches and fetches are filled, in which none takes nothing.
pub(crate) fn value(given: Option<u32>, freight: Freight) -> u32 {
    given.unwrap_or(freight.body).max(1)
}
