//! Bytes on the wire: what each message takes, reckoned by hand, and by libraries that encode the same messages.

use amq_protocol::frame::{AMQPContentHeader, AMQPFrame, WriteContext, gen_frame};
use amq_protocol::protocol::AMQPClass;
use amq_protocol::protocol::basic::{AMQPMethod, AMQPProperties, Ack, Cancel, Consume, Deliver, Publish};
use counterpoint::metrics::Metrics;
use counterpoint::render::summary::summaries;
use counterpoint::scenario::{PRESETS, Played, Scenario};
use counterpoint::trace::{Class, Trace};
use serde_json::{Value, json};

use crate::story;

/// Both sides of a run of one job, if nothing else is said, whose body has 1000 bytes and whose result has 500.
fn played(left: Value, right: Value, workload: Value) -> Played {
    let mut all = json!({ "body_bytes": 1000, "result_bytes": 500 });
    all.as_object_mut().unwrap().extend(workload.as_object().unwrap().clone());
    story::play(json!({ "workload": all, "sides": [left, right] }))
}

/// What a message with that label takes, of which at least one was sent.
fn takes(trace: &Trace, label: &str) -> u64 {
    let message = trace.messages.iter().find(|message| trace.label(message) == label);
    let labels = || trace.messages.iter().map(|message| trace.label(message)).collect::<Vec<_>>();
    trace.bytes(message.unwrap_or_else(|| panic!("no `{label}` among {:?}", labels())))
}

fn metrics(played: &Played, side: usize) -> Metrics {
    summaries(played).swap_remove(side).metrics
}

fn length(text: &str) -> u64 {
    text.len() as u64
}

/// `POST`, with its content, of 1000 bytes, and the answer to it.
const POST: &str =
    "POST /orders/12345 HTTP/1.1\r\nHost: mail\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n";
const OK: &str = "HTTP/1.1 200 OK\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nContent-Type: application/json\r\n\
Content-Length: 500\r\n\r\n";

fn http() -> Value {
    json!({ "protocol": "http", "method": "POST", "path": "/orders/{job}", "server": { "id": "mail", "name": "Mail" } })
}

fn rabbitmq() -> Value {
    json!({ "protocol": "rabbitmq", "queue": { "id": "emails", "name": "E-mails" } })
}

/// Three jobs by call: three requests and three answers, each with its text and what it carries.
#[test]
fn byte_1_the_bytes_of_a_run_are_those_of_its_messages() {
    let run = played(http(), rabbitmq(), json!({ "jobs": 3 }));
    let numbers = metrics(&run, 0);
    assert_eq!(numbers.bytes, 3 * (length(POST) + 1000 + length(OK) + 500));
    assert_eq!((numbers.bytes_per_job, numbers.background_bytes), (numbers.bytes as f64 / 3.0, 0));
    for (side, played) in run.sides.iter().enumerate() {
        let of = |background: bool| -> u64 {
            let messages = played.trace.messages.iter();
            let messages =
                messages.filter(|message| (played.trace.kind(message).class == Class::Background) == background);
            messages.map(|message| played.trace.bytes(message)).sum()
        };
        let numbers = metrics(&run, side);
        assert_eq!((numbers.bytes, numbers.background_bytes), (of(false), of(true)));
    }
}

/// Bodies of two and of three times the size add the bodies and nothing else: lengths have as many digits, and no body fills
/// a frame. Kafka's batches are filled by their records, so there less fits in; and Celery writes three bytes as four letters.
#[test]
fn byte_1_a_longer_body_adds_what_it_is_longer_by() {
    let mut carried = 0;
    for preset in PRESETS {
        let mut scenario = preset.scenario();
        let text = scenario.to_value().to_string();
        if text.contains("\"kafka\":{") || text.contains("\"protocol\":\"kafka\"") || text.contains("\"celery\":{") {
            continue;
        }
        if scenario.head.workload.jobs > 200 {
            continue;
        }
        let mut bytes = |times: u32| {
            scenario.head.workload.body_bytes = 1024 * times;
            let run = scenario.play();
            [0, 1].map(|side| metrics(&run, side)).map(|numbers| (numbers.bytes, numbers.background_bytes))
        };
        let (one, two, three) = (bytes(1), bytes(2), bytes(3));
        for side in 0..2 {
            let (more, most) = (two[side].0 - one[side].0, three[side].0 - two[side].0);
            assert_eq!(more, most, "{}", preset.name);
            assert_eq!(more % 1024, 0, "{}", preset.name);
            assert_eq!(one[side].1, three[side].1, "{}", preset.name);
            carried += more / 1024;
        }
    }
    assert!(carried > 500, "{carried}");
}

/// The first attempt finds the server out, and its connection is refused: that takes no byte of HTTP, and neither does the
/// request that was to go over it.
#[test]
fn byte_1_a_refused_connection_takes_nothing() {
    let mut call = http();
    call["retry"] = json!({ "max_attempts": 2, "base": "100ms", "jitter": "none" });
    let run = story::play(json!({
        "workload": { "body_bytes": 1000, "result_bytes": 500 },
        "sides": [call, rabbitmq()],
        "changes": [{ "fault": "outage", "at": "0ms", "for": "50ms", "actor": "mail" }],
    }));
    let trace = &run.sides[0].trace;
    assert_eq!(takes(trace, "connection refused"), 0);
    assert_eq!(metrics(&run, 0).bytes, length(POST) + 1000 + length(OK) + 500);
}

#[test]
fn byte_2_requests_and_answers_of_http_are_their_texts() {
    let run = played(http(), rabbitmq(), json!({}));
    let trace = &run.sides[0].trace;
    assert_eq!(takes(trace, "POST /orders/1"), length(POST) + 1000);
    assert_eq!(takes(trace, "200 OK"), length(OK) + 500);
    // A GET has no content, whatever is sent with a job elsewhere.
    let get = json!({ "protocol": "http", "path": "/orders", "server": { "id": "mail" } });
    let run = played(get, rabbitmq(), json!({}));
    assert_eq!(takes(&run.sides[0].trace, "GET /orders"), length("GET /orders HTTP/1.1\r\nHost: mail\r\n\r\n"));
}

/// The second GET finds what the cache holds out of date and asks whether it still holds; the answer has no body.
#[test]
fn byte_2_an_answer_that_nothing_has_changed_has_no_body() {
    let rest =
        json!({ "protocol": "rest", "path": "/news", "server": { "id": "news" }, "cache": { "max_age": "10ms" } });
    let run = played(rest, rabbitmq(), json!({ "jobs": 2 }));
    let trace = &run.sides[0].trace;
    let tags = "Cache-Control: max-age=0\r\nETag: \"0123456789abcdef\"\r\n";
    assert_eq!(takes(trace, "200 OK"), length(OK) + length(tags) + 500);
    let date = "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n";
    let unchanged = format!("HTTP/1.1 304 Not Modified\r\n{date}{tags}\r\n");
    assert_eq!(takes(trace, "304 Not Modified"), length(&unchanged));
    let validates = "GET /news HTTP/1.1\r\nHost: news\r\nIf-None-Match: \"0123456789abcdef\"\r\n\r\n";
    assert_eq!(takes(trace, "GET /news If-None-Match"), length(validates));
}

#[test]
fn byte_3_an_envelope_is_round_what_soap_carries() {
    let soap = json!({ "protocol": "soap", "operation": "PlaceOrder", "server": { "id": "shop" } });
    let trace = &played(soap, rabbitmq(), json!({})).sides[0].trace;
    let around = |element: &str| {
        format!(
            "<env:Envelope xmlns:env=\"http://www.w3.org/2003/05/soap-envelope\"><env:Body><{element}></{element}></env:Body>\
             </env:Envelope>"
        )
    };
    let fields =
        |length: u64| format!("Content-Type: application/soap+xml; charset=utf-8\r\nContent-Length: {length}\r\n\r\n");
    let asks = length(&around("PlaceOrder")) + 1000;
    let head = format!("POST / HTTP/1.1\r\nHost: shop\r\n{}", fields(asks));
    assert_eq!(takes(trace, "POST PlaceOrder"), length(&head) + asks);
    let says = length(&around("PlaceOrderResponse")) + 500;
    let head = format!("HTTP/1.1 200 OK\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n{}", fields(says));
    assert_eq!(takes(trace, "200 PlaceOrderResponse"), length(&head) + says);
}

/// A document in JSON, and the rows behind it: 1 list and 4 authors, each of which brings a fifth of the result.
#[test]
fn byte_3_a_query_is_text_and_its_loads_bring_the_result_in_shares() {
    let graphql = json!({ "protocol": "graphql", "posts": 4, "authors": 4, "server": { "id": "api" } });
    let parts: Vec<Value> = (0..5).map(|part| json!({ "id": format!("p{part}"), "work": "1ms" })).collect();
    let chain: Vec<Value> = (0..5).map(|part| json!({ "id": format!("s{part}") })).collect();
    let right = json!({ "protocol": "chain", "services": chain });
    let trace = &played(graphql, right, json!({ "parts": parts })).sides[0].trace;
    let document = "{\"query\":\"query($input:String){posts(first:4,input:$input){title author{name}}}\",\
                    \"variables\":{\"input\":\"\"}}";
    let content = length(document) + 1000;
    let head = format!(
        "POST /graphql HTTP/1.1\r\nHost: api\r\nContent-Type: application/json\r\nContent-Length: {content}\r\n\r\n"
    );
    assert_eq!(takes(trace, "POST /graphql"), length(&head) + content);
    let row = length("T____nnresult\0++++++++++++++++++")
        + length("D____nn____")
        + length("C____SELECT 1\0")
        + length("Z____I");
    assert_eq!(takes(trace, "rows"), row + 100);
}

/// The body goes with the request and, in shares, with what its fields write.
#[test]
fn byte_3_a_mutation_has_its_fields_in_one_document() {
    let graphql = json!({ "protocol": "graphql", "operation": "mutation", "mutations": 2, "server": { "id": "api" } });
    let parts = json!([{ "id": "one", "work": "1ms" }, { "id": "two", "work": "1ms" }]);
    let right = json!({ "protocol": "chain", "services": [{ "id": "s1" }, { "id": "s2" }] });
    let trace = &played(graphql, right, json!({ "parts": parts })).sides[0].trace;
    let document = "{\"query\":\"mutation($input:String){m1:change(input:$input){id} m2:change(input:$input){id}}\",\
                    \"variables\":{\"input\":\"\"}}";
    let content = length(document) + 1000;
    let head = format!(
        "POST /graphql HTTP/1.1\r\nHost: api\r\nContent-Type: application/json\r\nContent-Length: {content}\r\n\r\n"
    );
    assert_eq!(takes(trace, "POST /graphql"), length(&head) + content);
    assert_eq!(takes(trace, "mutation 2"), length("Q____UPDATE posts SET text = '' WHERE id = 1\0") + 500);
}

/// A login sends its form; the answer that it went well carries the result.
#[test]
fn byte_3_a_login_sends_a_form() {
    let auth = json!({ "protocol": "auth", "server": { "id": "auth" } });
    let trace = &played(auth, rabbitmq(), json!({})).sides[0].trace;
    let form = "POST /login HTTP/1.1\r\nHost: auth\r\nContent-Type: application/x-www-form-urlencoded\r\n\
                Content-Length: 34\r\n\r\nusername=johndoe&password=A3ddj3w";
    assert_eq!(takes(trace, "POST /login"), length(form));
    assert_eq!(takes(trace, "200 OK, Set-Cookie"), length(OK) + 500);
}

/// Each message is a letter, four bytes of length, and what is in it.
#[test]
fn byte_4_a_statement_of_postgresql_is_its_messages() {
    let simple = json!({ "protocol": "postgresql", "sql": "SELECT 1", "rows": 2 });
    let extended = json!({ "protocol": "postgresql", "sql": "SELECT 1", "rows": 2, "messages": "extended" });
    let run = played(simple, extended, json!({}));
    let answer = (5 + 2 + 7 + 18) + 2 * (5 + 2 + 4) + (5 + 9) + (5 + 1) + 500;
    assert_eq!(takes(&run.sides[0].trace, "SELECT 1"), 5 + 9 + 1000);
    assert_eq!(takes(&run.sides[0].trace, "2 rows"), answer);
    // Parse, Bind, Describe, Execute, Sync.
    let asks = (5 + 1 + 9 + 2 + 4) + (5 + 1 + 1 + 2 + 2 + 4 + 2) + (5 + 1 + 1) + (5 + 1 + 4) + 5;
    assert_eq!(takes(&run.sides[1].trace, "SELECT 1"), asks + 1000);
    // ParseComplete, BindComplete.
    assert_eq!(takes(&run.sides[1].trace, "2 rows"), 5 + 5 + answer);
}

/// HEADERS and DATA there; HEADERS, DATA and HEADERS back.
#[test]
fn byte_5_a_call_of_grpc_is_frames() {
    let chain = json!({ "protocol": "chain", "services": [{ "id": "stock", "method": "Get" }] });
    let trace = &played(chain, rabbitmq(), json!({})).sides[0].trace;
    // `:method` and `:scheme` 1 each, `:path /stock/Get` 12, `:authority stock` 7, `te: trailers` 13, the type 18.
    assert_eq!(takes(trace, "Get"), 9 + (1 + 1 + 12 + 7 + 13 + 18) + 9 + 5 + 1000);
    // `:status 200` 1, the type 18; the prefix; `grpc-status: 0` 15.
    assert_eq!(takes(trace, "OK"), 9 + (1 + 18) + 9 + 5 + 500 + 9 + 15);
}

/// The length of these frames as `amq-protocol` writes them.
fn encoded(frames: &[AMQPFrame]) -> u64 {
    let written = frames.iter().map(|frame| {
        let mut buffer = vec![0; 140_000];
        gen_frame(frame)(WriteContext::from(std::io::Cursor::new(&mut buffer[..]))).unwrap().position
    });
    written.sum()
}

fn method(method: AMQPMethod) -> AMQPFrame {
    AMQPFrame::Method(1, AMQPClass::Basic(method))
}

fn content(body: usize) -> Vec<AMQPFrame> {
    let properties = AMQPProperties::default().with_delivery_mode(2);
    let header = AMQPContentHeader { class_id: 60, body_size: body as u64, properties };
    let bytes = vec![0; body];
    let bodies = bytes.chunks(131_072 - 8).map(|body| AMQPFrame::Body(1, body.to_vec()));
    std::iter::once(AMQPFrame::Header(1, header)).chain(bodies).collect()
}

/// The consumers are away for a while, so that they consume anew. A body of 300,000 bytes goes in three frames.
#[test]
fn byte_6_messages_of_amqp_are_as_long_as_a_library_writes_them() {
    for body in [0, 1000, 300_000] {
        let run = story::play(json!({
            "workload": { "jobs": 2, "body_bytes": body, "arrivals": { "pattern": "regular", "every": "5s" } },
            "network": { "latency": "10ms" },
            "sides": [http(), rabbitmq()],
            "changes": [{ "fault": "outage", "at": "1s", "for": "1s", "actor": "server" }],
        }));
        let trace = &run.sides[1].trace;
        let publish = Publish { routing_key: "emails".into(), ..Publish::default() };
        let publish = [vec![method(AMQPMethod::Publish(publish))], content(body)].concat();
        assert_eq!(takes(trace, "publish job 1"), encoded(&publish));
        let ack = [method(AMQPMethod::Ack(Ack { delivery_tag: 1, multiple: false }))];
        assert_eq!(takes(trace, "confirm"), encoded(&ack));
        assert_eq!(takes(trace, "ack"), encoded(&ack));
        let tag = "amq.ctag-0123456789abcdefghijkl";
        let deliver = Deliver { consumer_tag: tag.into(), routing_key: "emails".into(), ..Deliver::default() };
        let deliver = [vec![method(AMQPMethod::Deliver(deliver))], content(body)].concat();
        assert_eq!(takes(trace, "deliver job 1"), encoded(&deliver));
        let consume = Consume { queue: "emails".into(), ..Consume::default() };
        assert_eq!(takes(trace, "consume"), encoded(&[method(AMQPMethod::Consume(consume))]));
        let cancel = Cancel { consumer_tag: tag.into(), nowait: false };
        assert_eq!(takes(trace, "cancel"), encoded(&[method(AMQPMethod::Cancel(cancel))]));
    }
}

/// A request over a queue says where its reply is to go and what it will answer, and the reply says what it answers.
#[test]
fn byte_6_a_request_and_its_reply_name_each_other() {
    let side = json!({ "protocol": "system", "parties": [
        { "id": "client", "caller": {}, "does": [{ "call": "requests", "request": "fib {job}" }] },
        { "id": "requests", "rabbitmq": { "label": "request {job}" } },
        { "id": "server", "consumer": { "queue": "requests" }, "does": [{ "work": "work" }, { "answer": "result {job}" }] },
    ] });
    let trace = &played(http(), side, json!({})).sides[1].trace;
    let back = "amq.rabbitmq.reply-to";
    let asking = || {
        let properties = AMQPProperties::default().with_delivery_mode(2);
        properties.with_correlation_id("8e03978e-40d5-43dd-bc93-6894a57f9324".into())
    };
    let with = |key: &str, properties: AMQPProperties, body: usize| {
        let publish = Publish { routing_key: key.into(), ..Publish::default() };
        let header = AMQPContentHeader { class_id: 60, body_size: body as u64, properties };
        encoded(&[
            method(AMQPMethod::Publish(publish)),
            AMQPFrame::Header(1, header),
            AMQPFrame::Body(1, vec![0; body]),
        ])
    };
    assert_eq!(takes(trace, "fib 1"), with("requests", asking().with_reply_to(back.into()), 1000));
    let reply = story::sent(trace, "basic.publish").into_iter().find(|message| trace.label(message) == "result 1");
    assert_eq!(trace.bytes(reply.expect("the server answers")), with(back, asking(), 500));
}

/// The same publish by an exchange, with its keys: the longest counts.
#[test]
fn byte_6_an_exchange_and_its_keys_are_named() {
    let by = json!({ "protocol": "rabbitmq", "exchange": { "id": "orders", "type": "direct", "routing_keys": ["de", "france"] },
        "queue": { "id": "emails", "binding_keys": ["de", "france"] } });
    let trace = &played(http(), by, json!({})).sides[1].trace;
    let publish = Publish { exchange: "orders".into(), routing_key: "france".into(), ..Publish::default() };
    let publish = [vec![method(AMQPMethod::Publish(publish))], content(1000)].concat();
    assert_eq!(takes(trace, "publish job 1"), encoded(&publish));
}

/// Two jobs into a queue of SQS: a send with its answer, a receive with one message, a delete, and polls that find nothing,
/// which are background.
#[test]
fn byte_8_calls_of_sqs_are_their_texts() {
    let sqs = json!({ "protocol": "sqs", "queue": { "id": "emails" },
        "consumers": { "id": "mail", "wait_time": "1s", "max_number_of_messages": 10 } });
    let run = played(http(), sqs, json!({ "arrivals": { "pattern": "regular", "start": "1500ms", "every": "0ms" } }));
    let trace = &run.sides[1].trace;
    let request = |action: &str, content: &str, more: u64| {
        let head = format!(
            "POST / HTTP/1.1\r\nHost: sqs.us-east-1.amazonaws.com\r\nX-Amz-Target: AmazonSQS.{action}\r\n\
             X-Amz-Date: 20130524T000000Z\r\nAuthorization: AWS4-HMAC-SHA256 \
             Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/sqs/aws4_request, \
             SignedHeaders=content-type;host;x-amz-date;x-amz-target, Signature={}\r\n\
             Content-Type: application/x-amz-json-1.0\r\nContent-Length: {}\r\n\r\n",
            "0".repeat(64),
            length(content) + more
        );
        length(&head) + length(content) + more
    };
    let url = "\"QueueUrl\":\"https://sqs.us-east-1.amazonaws.com/123456789012/emails\"";
    let send = format!("{{{url},\"MessageBody\":\"\"}}");
    assert_eq!(takes(trace, "SendMessage job 1"), request("SendMessage", &send, 1000));
    let receive = format!("{{{url},\"MaxNumberOfMessages\":10,\"WaitTimeSeconds\":1}}");
    assert_eq!(takes(trace, "ReceiveMessage"), request("ReceiveMessage", &receive, 0));
    let handle = "0".repeat(172);
    let delete = format!("{{{url},\"ReceiptHandle\":\"{handle}\"}}");
    assert_eq!(takes(trace, "DeleteMessage"), request("DeleteMessage", &delete, 0));
    let answer = |content: &str, more: u64| {
        let head = format!(
            "HTTP/1.1 200 OK\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nx-amzn-RequestId: {}\r\n\
             Content-Type: application/x-amz-json-1.0\r\nContent-Length: {}\r\n\r\n",
            "0".repeat(36),
            length(content) + more
        );
        length(&head) + length(content) + more
    };
    let message = format!(
        "{{\"Messages\":[{{\"MessageId\":\"{}\",\"ReceiptHandle\":\"{handle}\",\"MD5OfBody\":\"{}\",\"Body\":\"\"}},]}}",
        "0".repeat(36),
        "0".repeat(32)
    );
    assert_eq!(takes(trace, "job 1"), answer(&message, 1000));
    assert_eq!(takes(trace, "no messages"), answer("{}", 0));
    let numbers = metrics(&run, 1);
    let polls = story::sent(trace, "ReceiveMessage (empty)").len() as u64;
    assert!(polls > 0);
    let empty = story::sent(trace, "ReceiveMessage response (empty)").len() as u64;
    assert_eq!(numbers.background_bytes, polls * request("ReceiveMessage", &receive, 0) + empty * answer("{}", 0));
}

/// A batch that is received and deleted together has one head each, and an entry for each message.
#[test]
fn byte_8_a_batch_is_deleted_in_one_call() {
    let side = json!({ "protocol": "system", "parties": [
        { "id": "web", "caller": {}, "does": [{ "publish": "emails" }] },
        { "id": "emails", "sqs": {} },
        { "id": "poller", "poller": { "queue": "emails", "wait_time": "5s", "max_number_of_messages": 10, "listener_mode": "batch" },
            "does": [{ "each": [{ "work": "work" }] }] },
    ] });
    let entry = length(&format!("{{\"Id\":\"0\",\"ReceiptHandle\":\"{}\"}},", "0".repeat(172)));
    let mut heads = Vec::new();
    for jobs in [4, 8] {
        let run = played(http(), side.clone(), json!({ "jobs": jobs, "arrivals": { "pattern": "burst" } }));
        let trace = &run.sides[1].trace;
        for message in story::sent(trace, "DeleteMessage") {
            if trace.label(message) == "DeleteMessageBatch" {
                let count = trace.parts_of(message).len() as u64;
                assert!(count > 1);
                heads.push(trace.bytes(message) - count * entry);
            }
        }
    }
    assert!(heads.len() > 1 && heads.iter().all(|head| *head == heads[0]), "{heads:?}");
}

/// A job of Sidekiq is pushed and taken in commands of Redis, in each of which it stands once.
#[test]
fn byte_9_a_job_store_has_the_job_in_commands_of_redis() {
    let side = |store: &str, worker: &str| {
        json!({ "protocol": "system", "parties": [
            { "id": "web", "caller": {}, "does": [{ "publish": "jobs" }] },
            { "id": "jobs", store: {} },
            { "id": "worker", worker: { "queue": "jobs" }, "does": [{ "work": "work" }] },
        ] })
    };
    let run = played(side("sidekiq", "process"), side("celery", "worker"), json!({}));
    let sidekiq = "{\"retry\":true,\"queue\":\"default\",\"class\":\"HardJob\",\"args\":[\"\"],\
                   \"jid\":\"b4a577edbccf1d805744efa9\",\"created_at\":1755038400000,\"enqueued_at\":1755038400000}";
    let job = length(sidekiq) + 1000;
    let push = format!("*3\r\n$5\r\nLPUSH\r\n$13\r\nqueue:default\r\n${job}\r\n\r\n");
    assert_eq!(takes(&run.sides[0].trace, "push job 1"), length(&push) + job);
    let popped = format!("*2\r\n$13\r\nqueue:default\r\n${job}\r\n\r\n");
    assert_eq!(takes(&run.sides[0].trace, "job 1"), length(&popped) + job);
    assert_eq!(takes(&run.sides[0].trace, "OK"), length(":1\r\n"));
    let ack = "*3\r\n$4\r\nZREM\r\n$13\r\nunacked_index\r\n$36\r\n4cc7438e-afd4-4f8f-a2f3-f46567e7ca77\r\n\
               *3\r\n$4\r\nHDEL\r\n$7\r\nunacked\r\n$36\r\n4cc7438e-afd4-4f8f-a2f3-f46567e7ca77\r\n";
    assert_eq!(takes(&run.sides[1].trace, "ack"), length(ack));
}

/// Requests of a system are what their texts say: a POST carries the body, a status says whether there is a result.
#[test]
fn byte_2_requests_in_a_system_are_written_as_people_write_them() {
    let side = json!({ "protocol": "system", "parties": [
        { "id": "web", "caller": {}, "does": [{ "call": "mail", "request": "POST /orders/{job}" }, { "call": "mail", "request": "GET /orders" }] },
        { "id": "mail", "service": {}, "on": [
            { "request": "POST /orders/{job}", "does": [{ "work": "work" }, { "answer": "204 No Content" }] },
            { "request": "GET /orders", "does": [{ "answer": "200 OK" }] },
        ] },
    ] });
    let run = played(side, rabbitmq(), json!({}));
    let trace = &run.sides[0].trace;
    assert_eq!(takes(trace, "POST /orders/1"), length(POST) + 1000);
    let no_content = "HTTP/1.1 204 No Content\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n\r\n";
    assert_eq!(takes(trace, "204 No Content"), length(no_content));
    assert_eq!(takes(trace, "GET /orders"), length("GET /orders HTTP/1.1\r\nHost: mail\r\n\r\n"));
    assert_eq!(takes(trace, "200 OK"), length(OK) + 500);
}

/// What was written before sizes were there runs as it ran, and a size that nobody could send is refused.
#[test]
fn byte_1_a_body_has_at_most_a_million_bytes() {
    let with = |bytes: u32| {
        Scenario::from_value(json!({ "name": "x", "workload": { "body_bytes": bytes }, "sides": [http(), rabbitmq()] }))
    };
    assert!(with(1_000_000).is_ok());
    let problem = with(1_000_001).unwrap_err().to_string();
    assert_eq!(problem, "workload.body_bytes: 1000001 would not do; write a whole number from 0 to 1000000");
}
