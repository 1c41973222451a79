//! Bytes on the wire of a Kafka side, beside what a library writes that encodes the same messages (BYTE-7).

use counterpoint::scenario::Played;
use counterpoint::trace::Trace;
use kafka_protocol::messages as api;
use kafka_protocol::protocol::{Encodable, HeaderVersion, Request, StrBytes};
use kafka_protocol::records::{Compression, Record, RecordBatchEncoder, RecordEncodeOptions, TimestampType};
use serde_json::{Value, json};

use crate::story;

fn text(text: &'static str) -> StrBytes {
    StrBytes::from_static_str(text)
}

/// A request with its length before it and its header.
fn request<R: Request>(version: i16, client: &'static str, request: &R) -> u64 {
    let header = api::RequestHeader::default().with_client_id(Some(text(client)));
    let header = header.compute_size(R::header_version(version)).unwrap();
    (4 + header + request.compute_size(version).unwrap()) as u64
}

fn response<R: Encodable + HeaderVersion>(version: i16, response: &R) -> u64 {
    let header = api::ResponseHeader::default().compute_size(R::header_version(version)).unwrap();
    (4 + header + response.compute_size(version).unwrap()) as u64
}

/// A batch of so many records at one moment, each with a value of so many bytes.
fn batch(count: i64, value: usize, key: Option<&'static str>) -> bytes::Bytes {
    let records: Vec<Record> = (0..count)
        .map(|offset| Record {
            transactional: false,
            control: false,
            delete_horizon: false,
            partition_leader_epoch: 0,
            producer_id: 1,
            producer_epoch: 0,
            timestamp_type: TimestampType::Creation,
            offset,
            sequence: offset as i32,
            timestamp: 0,
            key: key.map(|key| bytes::Bytes::from_static(key.as_bytes())),
            value: Some(vec![0; value].into()),
            headers: Default::default(),
        })
        .collect();
    let mut written = bytes::BytesMut::new();
    let options = RecordEncodeOptions { version: 2, compression: Compression::None };
    RecordBatchEncoder::encode(&mut written, &records, &options).unwrap();
    written.freeze()
}

fn topic() -> api::TopicName {
    api::TopicName(text("orders"))
}

fn group() -> api::GroupId {
    api::GroupId(text("billing"))
}

const MEMBER: &str = "consumer-1-4cc7438e-afd4-4f8f-a2f3-f46567e7ca77";
const PRODUCER: &str = "producer-1";
const CONSUMER: &str = "consumer-1";

fn played(side: Value, jobs: u32) -> Played {
    let mut kafka = json!({ "protocol": "kafka", "topic": { "id": "orders" },
        "groups": [{ "id": "billing", "commit": "after-batch", "joins_at": "1ms", "auto_offset_reset": "earliest" }] });
    kafka.as_object_mut().unwrap().extend(side.as_object().unwrap().clone());
    story::play(json!({
        "workload": { "jobs": jobs, "work": "1ms", "body_bytes": 1000, "arrivals": { "pattern": "regular", "start": "6s", "every": "0ms" } },
        "network": { "latency": "1ms" },
        "sides": [{ "protocol": "http" }, kafka],
    }))
}

fn takes(trace: &Trace, kind: &str, label: &str) -> u64 {
    let message = story::sent(trace, kind).into_iter().find(|message| trace.label(message) == label);
    trace.bytes(message.unwrap_or_else(|| panic!("no {kind} `{label}`")))
}

fn produced(records: bytes::Bytes) -> u64 {
    use api::produce_request::{PartitionProduceData, TopicProduceData};
    let partition = PartitionProduceData::default().with_records(Some(records));
    let topic = TopicProduceData::default().with_name(topic()).with_partition_data(vec![partition]);
    request(11, PRODUCER, &api::ProduceRequest::default().with_topic_data(vec![topic]))
}

fn fetched(records: bytes::Bytes) -> u64 {
    use api::fetch_response::{FetchableTopicResponse, PartitionData};
    let partition = PartitionData::default().with_records(Some(records)).with_aborted_transactions(None);
    let topic = FetchableTopicResponse::default().with_partitions(vec![partition]);
    response(17, &api::FetchResponse::default().with_responses(vec![topic]))
}

/// One record, with a key: a produce with its answer, a fetch with its records, and one that finds none.
#[test]
fn byte_7_records_are_as_long_as_a_library_writes_them() {
    let run = played(json!({ "keys": ["user-1"] }), 1);
    let trace = &run.sides[1].trace;
    assert_eq!(takes(trace, "Produce", "produce job 1"), produced(batch(1, 1000, Some("user-1"))));
    assert_eq!(takes(trace, "Fetch response", "job 1"), fetched(batch(1, 1000, Some("user-1"))));
    assert_eq!(takes(trace, "Fetch response (empty)", "no records"), fetched(bytes::Bytes::new()));
    let answer = {
        use api::produce_response::{PartitionProduceResponse, TopicProduceResponse};
        let topic = TopicProduceResponse::default()
            .with_name(topic())
            .with_partition_responses(vec![PartitionProduceResponse::default()]);
        response(11, &api::ProduceResponse::default().with_responses(vec![topic]))
    };
    assert_eq!(takes(trace, "Produce response", "acknowledged"), answer);
    use api::fetch_request::{FetchPartition, FetchTopic};
    let asks = FetchTopic::default().with_partitions(vec![FetchPartition::default()]);
    let asks = request(17, CONSUMER, &api::FetchRequest::default().with_topics(vec![asks]));
    assert_eq!(takes(trace, "Fetch", "fetch"), asks);
}

/// A batch has one head of 61 bytes, and each of its records, of 100 bytes, 9 of its own: its length 2, attributes 1, two distances,
/// no key 1, the value's length 2, no headers 1. A batch of 16,384 bytes and more says its length in a byte more than one record
/// does, and that byte is left out.
#[test]
fn byte_7_a_batch_has_one_head_for_all_its_records() {
    let run = played(json!({ "record_size_bytes": 100, "producer": { "linger": "5ms" } }), 10);
    let trace = &run.sides[1].trace;
    let written = produced(batch(10, 100, None));
    assert_eq!(batch(10, 100, None).len(), 61 + 10 * (9 + 100));
    assert_eq!(takes(trace, "Produce", "produce 10 records"), written);
    assert_eq!(takes(trace, "Fetch response", "10 records"), fetched(batch(10, 100, None)));
    let run = played(json!({ "record_size_bytes": 1024 }), 16);
    let several = takes(&run.sides[1].trace, "Produce", "produce 16 records");
    assert_eq!(several + 1, produced(batch(16, 1024, None)));
}

/// What a member says to its coordinator, and what it is told.
#[test]
fn byte_7_a_groups_requests_are_as_long_as_a_library_writes_them() {
    let run = played(json!({}), 1);
    let trace = &run.sides[1].trace;
    let member = || text(MEMBER);
    let beat = api::HeartbeatRequest::default().with_group_id(group()).with_member_id(member());
    assert_eq!(takes(trace, "Heartbeat", "heartbeat"), request(4, CONSUMER, &beat));
    assert_eq!(takes(trace, "Heartbeat response", "fine"), response(4, &api::HeartbeatResponse::default()));

    let mut subscription = bytes::BytesMut::new();
    let topics = api::ConsumerProtocolSubscription::default().with_topics(vec![text("orders")]);
    topics.encode(&mut subscription, 3).unwrap();
    // The version stands before it.
    let metadata = [&[0, 3][..], &subscription].concat().into();
    use api::join_group_request::JoinGroupRequestProtocol;
    let protocol = JoinGroupRequestProtocol::default().with_name(text("range")).with_metadata(metadata);
    let join = api::JoinGroupRequest::default()
        .with_group_id(group())
        .with_member_id(member())
        .with_protocol_type(text("consumer"))
        .with_protocols(vec![protocol]);
    assert_eq!(takes(trace, "group request", "JoinGroup"), request(9, CONSUMER, &join));
    let joined = api::JoinGroupResponse::default()
        .with_protocol_type(Some(text("consumer")))
        .with_protocol_name(Some(text("range")))
        .with_leader(member())
        .with_member_id(member());
    assert_eq!(takes(trace, "group response", "new generation"), response(9, &joined));

    let sync = api::SyncGroupRequest::default()
        .with_group_id(group())
        .with_member_id(member())
        .with_protocol_type(Some(text("consumer")))
        .with_protocol_name(Some(text("range")));
    assert_eq!(takes(trace, "group request", "SyncGroup"), request(5, CONSUMER, &sync));
    use api::consumer_protocol_assignment::TopicPartition;
    let partitions = TopicPartition::default().with_topic(topic()).with_partitions(vec![0]);
    let mut assignment = bytes::BytesMut::new();
    let assigned = api::ConsumerProtocolAssignment::default().with_assigned_partitions(vec![partitions]);
    assigned.encode(&mut assignment, 3).unwrap();
    let assigned = api::SyncGroupResponse::default()
        .with_protocol_type(Some(text("consumer")))
        .with_protocol_name(Some(text("range")))
        .with_assignment([&[0, 3][..], &assignment].concat().into());
    assert_eq!(takes(trace, "group response", "assignment"), response(5, &assigned));
}

/// Where a member begins, and how far it came.
#[test]
fn byte_7_offsets_are_as_long_as_a_library_writes_them() {
    let run = played(json!({}), 1);
    let trace = &run.sides[1].trace;
    use api::offset_fetch_request::{OffsetFetchRequestGroup, OffsetFetchRequestTopics};
    let topics = OffsetFetchRequestTopics::default().with_name(topic()).with_partition_indexes(vec![0]);
    let asked = OffsetFetchRequestGroup::default().with_group_id(group()).with_topics(Some(vec![topics]));
    let asks = api::OffsetFetchRequest::default().with_groups(vec![asked]);
    assert_eq!(takes(trace, "group request", "OffsetFetch"), request(9, CONSUMER, &asks));
    use api::offset_fetch_response::{
        OffsetFetchResponseGroup, OffsetFetchResponsePartitions, OffsetFetchResponseTopics,
    };
    let partition = OffsetFetchResponsePartitions::default().with_metadata(Some(text("")));
    let topics = OffsetFetchResponseTopics::default().with_name(topic()).with_partitions(vec![partition]);
    let told = OffsetFetchResponseGroup::default().with_group_id(group()).with_topics(vec![topics]);
    let told = api::OffsetFetchResponse::default().with_groups(vec![told]);
    assert_eq!(takes(trace, "group response", "offset"), response(9, &told));

    use api::offset_commit_request::{OffsetCommitRequestPartition, OffsetCommitRequestTopic};
    let partition = OffsetCommitRequestPartition::default().with_committed_metadata(Some(text("")));
    let topics = OffsetCommitRequestTopic::default().with_name(topic()).with_partitions(vec![partition]);
    let commit = api::OffsetCommitRequest::default()
        .with_group_id(group())
        .with_member_id(text(MEMBER))
        .with_topics(vec![topics]);
    assert_eq!(takes(trace, "OffsetCommit", "commit"), request(9, CONSUMER, &commit));
    use api::offset_commit_response::{OffsetCommitResponsePartition, OffsetCommitResponseTopic};
    let topics = OffsetCommitResponseTopic::default()
        .with_name(topic())
        .with_partitions(vec![OffsetCommitResponsePartition::default()]);
    let committed = api::OffsetCommitResponse::default().with_topics(vec![topics]);
    assert_eq!(takes(trace, "OffsetCommit response", "committed"), response(9, &committed));
}
