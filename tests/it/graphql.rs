//! GraphQL: `GQL-1` to `GQL-5`. Sources: GraphQL specification, section 6; GraphQL over HTTP; DataLoader's README.

use counterpoint::trace::{CallerOutcome, MessageRow, StayKind, Trace, WorkOutcome};
use serde_json::{Value, json};

use crate::story::{executions, play_side, sent, tells};

/// A page of posts with their authors. The list takes 20 ms, an author 10 ms.
fn page(settings: Value) -> Trace {
    let authors = settings["authors"].as_u64().unwrap_or(10);
    let author = |number: u64| json!({ "id": format!("author-{number}"), "work": "10ms" });
    let parts: Vec<Value> =
        std::iter::once(json!({ "id": "posts", "work": "20ms" })).chain((1..=authors).map(author)).collect();
    play_side("graphql", settings, json!({ "workload": { "parts": parts }, "network": { "latency": "1ms" } }))
}

fn loads(trace: &Trace) -> Vec<&MessageRow> {
    sent(trace, "load")
}

#[test]
fn gql_1_ten_posts_with_naive_resolvers_are_eleven_source_queries_and_with_data_loader_two() {
    let naive = page(json!({}));
    assert_eq!(loads(&naive).len(), 11);
    assert!(loads(&naive)[1..].iter().all(|load| load.sent == loads(&naive)[1].sent), "resolved in parallel");
    let batched = page(json!({ "data_loader": true }));
    assert_eq!(loads(&batched).len(), 2);
    for trace in [&naive, &batched] {
        assert!(trace.parts.iter().all(|part| part.executions == 1 && part.outcome == WorkOutcome::Done));
        assert_eq!(trace.jobs[0].caller, CallerOutcome::Answered);
    }
}

/// DataLoader's README: each key once, and values for every load that wanted it.
#[test]
fn gql_2_ten_posts_by_three_authors_are_a_batch_of_three_keys() {
    let trace = page(json!({ "authors": 3, "data_loader": true }));
    tells(
        &trace,
        "sequenceDiagram
            participant client as Client
            participant graphql as GraphQL server
            participant source as Database
            client->>graphql: POST /graphql [0 → 1 ms]
            graphql->>source: posts [1 → 2 ms]
            source-->>graphql: rows [22 → 23 ms]
            graphql->>source: authors 1, 2, 3 [23 → 24 ms]
            source-->>graphql: rows [34 → 35 ms]
            graphql-->>client: 200 data [35 → 36 ms]",
    );
    assert_eq!(trace.parts_of(loads(&trace)[1]).len(), 3);
    assert!(trace.parts.iter().all(|part| part.executions == 1));
    let naive = page(json!({ "authors": 3 }));
    assert_eq!(loads(&naive).len(), 11, "naive resolvers ask for an author as often as they need one");
    assert_eq!(executions(&naive), [1, 4, 3, 3]);
}

#[test]
fn gql_3_the_second_mutation_starts_only_after_the_first_ended() {
    let parts = json!([{ "id": "first", "work": "30ms" }, { "id": "second", "work": "20ms" }]);
    let settings = json!({ "operation": "mutation" });
    let trace =
        play_side("graphql", settings, json!({ "workload": { "parts": parts }, "network": { "latency": "1ms" } }));
    tells(
        &trace,
        "sequenceDiagram
            participant client as Client
            participant graphql as GraphQL server
            participant source as Database
            client->>graphql: POST /graphql [0 → 1 ms]
            graphql->>source: mutation 1 [1 → 2 ms]
            source-->>graphql: rows [32 → 33 ms]
            graphql->>source: mutation 2 [33 → 34 ms]
            source-->>graphql: rows [54 → 55 ms]
            graphql-->>client: 200 data [55 → 56 ms]",
    );
    assert!(trace.parts.iter().all(|part| part.effects == 1));
}

/// The specification, section 6.4.4: the field becomes null, and errors has an entry.
#[test]
fn gql_4_one_nullable_field_that_fails_is_a_2xx_with_data_and_one_error() {
    for loader in [false, true] {
        let trace = page(json!({ "failing": [4], "data_loader": loader }));
        let response = trace.messages.last().unwrap();
        assert_eq!(
            (trace.label(response).as_str(), trace.kind(response).name.as_str()),
            ("200 data, 1 error", "response")
        );
        assert_eq!(trace.jobs[0].caller, CallerOutcome::Answered, "there is data");
    }
}

#[test]
fn gql_4_without_the_list_there_is_no_data_to_speak_of() {
    let author = |number: u64| json!({ "id": format!("author-{number}"), "work": "10ms" });
    let parts: Vec<Value> = (0..=10).map(author).collect();
    let trace = play_side("graphql", json!({}), json!({ "workload": { "parts": parts, "poison": [1] } }));
    assert_eq!(loads(&trace).len(), 1);
    assert_eq!(trace.label(trace.messages.last().unwrap()), "200 data: null, 1 error");
    assert_eq!(trace.jobs[0].caller, CallerOutcome::Failed);
}

#[test]
fn gql_5_the_client_sees_one_request_and_one_response_whatever_the_depth() {
    for posts in [0, 1, 10, 40] {
        for loader in [false, true] {
            let trace = page(json!({ "posts": posts, "authors": 5, "data_loader": loader }));
            let seen = trace.messages.iter().filter(|message| message.from.0 == 0 || message.to.0 == 0);
            let seen: Vec<&str> = seen.map(|message| trace.kind(message).name.as_str()).collect();
            assert_eq!(seen, ["request", "response"], "{posts} posts");
            let blocked = trace.stays.iter().filter(|stay| stay.kind == StayKind::Blocked && stay.actor.0 == 0);
            assert_eq!(blocked.count(), 1);
        }
    }
}
