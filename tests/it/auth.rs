//! User authentication: `AUTH-1` to `AUTH-4`. Sources: RFC 9110, RFC 6749, OWASP Password Storage Cheat Sheet.

use counterpoint::time::{Moment, Span};
use counterpoint::trace::{CallerOutcome, StayKind, Trace};
use serde_json::{Value, json};

use crate::http::requests;
use crate::story::{play_side, tells};

/// Logins at `rate` a second, each a hash of 250 ms, on four cores.
fn logins(rate: f64, jobs: u32) -> Trace {
    let settings = json!({ "caller": { "threads": 1000 }, "server": { "accept_queue": 100_000 } });
    let scenario = json!({
        "workload": { "jobs": jobs, "arrivals": { "pattern": "poisson", "rate_per_s": rate }, "work": "250ms" },
    });
    play_side("auth", settings, scenario)
}

/// How many logins waited for a core at most in each half of the run.
fn longest_queues(trace: &Trace) -> (u32, u32) {
    let half = Moment::from_micros(trace.jobs.last().unwrap().wanted.micros() / 2);
    let queued = trace
        .levels
        .iter()
        .filter(|level| level.actor.0 == 1 && level.kind == counterpoint::trace::LevelKind::Stays(StayKind::Queued));
    let most = |first: bool| {
        queued.clone().filter(|level| (level.at < half) == first).map(|level| level.value).max().unwrap_or(0)
    };
    (most(true), most(false))
}

#[test]
fn auth_1_four_cores_and_a_hash_of_250_ms_do_sixteen_logins_a_second_and_above_it_the_queue_grows() {
    let over = logins(24.0, 480);
    let (first, last) = (Moment::from_micros(2_000_000), over.jobs.last().unwrap().wanted);
    let answered = over.jobs.iter().filter(|job| job.answered >= first && job.answered < last).count();
    let rate = answered as f64 / (last - first).as_seconds();
    assert!((15.5..=16.0).contains(&rate), "{rate} a second of 24 wanted");
    let (early, late) = longest_queues(&over);
    assert!(late > early + 60, "the queue grows by eight a second: {early}, then {late}");

    let (_, late) = longest_queues(&logins(10.0, 480));
    assert!(late < 15, "below the bound it does not: {late}");
    let computing = over.stays.iter().filter(|stay| stay.kind == StayKind::Busy && stay.actor.0 == 1);
    let mut changes: Vec<(Moment, i32)> = computing.flat_map(|stay| [(stay.begin, 1), (stay.end, -1)]).collect();
    changes.sort();
    let most = changes.iter().scan(0, |busy, (_, change)| {
        *busy += change;
        Some(*busy)
    });
    assert_eq!(most.max(), Some(4), "a core hashes one password at a time");
}

/// A core is held while it computes, not while the record is looked up.
#[test]
fn auth_1_the_look_up_holds_no_core() {
    let settings = json!({ "caller": { "threads": 8 }, "server": { "cores": 1 }, "lookup": "100ms" });
    let scenario = json!({ "workload": { "jobs": 8, "arrivals": { "pattern": "burst" }, "work": "10ms" } });
    let trace = play_side("auth", settings, scenario);
    let done: Vec<u64> = trace.jobs.iter().map(|job| job.answered.micros() / 1000).collect();
    assert_eq!(done, [110, 120, 130, 140, 150, 160, 170, 180]);
}

#[test]
fn auth_2_a_wrong_password_costs_the_server_as_much_time_as_a_right_one() {
    let settings = json!({ "wrong_password": [2] });
    let scenario = json!({
        "workload": { "jobs": 2, "arrivals": { "pattern": "regular", "every": "1s" }, "work": "250ms" },
        "network": { "latency": "5ms" },
    });
    let trace = play_side("auth", settings, scenario);
    tells(
        &trace,
        "sequenceDiagram
            participant client as Client
            participant auth as Auth server
            participant users as Users
            client->>auth: POST /login [0 → 5 ms]
            auth->>users: SELECT user [5 → 10 ms]
            users-->>auth: row [12 → 17 ms]
            auth-->>client: 200 OK, Set-Cookie [267 → 272 ms]
            client->>auth: POST /login [1000 → 1005 ms]
            auth->>users: SELECT user [1005 → 1010 ms]
            users-->>auth: row [1012 → 1017 ms]
            auth-->>client: 401 WWW-Authenticate [1267 → 1272 ms]
            Note over client: gave up: 401 (job 2) [1272 ms]",
    );
    assert_eq!(trace.jobs[1].caller, CallerOutcome::Failed);
    assert_eq!((trace.parts[0].effects, trace.parts[1].effects), (1, 0), "no session comes of it");
}

fn code_flow(mut settings: Value) -> Trace {
    settings["flow"] = json!("code");
    let scenario = json!({ "workload": { "work": "200ms" }, "network": { "latency": "5ms" } });
    play_side("auth", settings, scenario)
}

/// RFC 6749 §4.1.2: the server must deny the request, and should revoke the tokens issued from the code.
#[test]
fn auth_3_a_code_redeemed_twice_is_refused_and_its_token_taken_back() {
    tells(
        &code_flow(json!({ "user_takes": "3s", "redeems_twice": true })),
        "sequenceDiagram
            participant client as Client
            participant auth as Auth server
            participant users as Users
            client->>auth: GET /authorize [0 → 5 ms]
            auth-->>client: 200 login form [5 → 10 ms]
            client->>auth: POST /login [3010 → 3015 ms]
            auth->>users: SELECT user [3015 → 3020 ms]
            users-->>auth: row [3022 → 3027 ms]
            auth-->>client: 302 code [3227 → 3232 ms]
            client->>auth: POST /token code [3232 → 3237 ms]
            auth-->>client: 200 access_token [3237 → 3242 ms]
            client->>auth: POST /token code [3242 → 3247 ms]
            auth-->>client: 400 invalid_grant [3247 → 3252 ms]
            client->>auth: GET /resource [3252 → 3257 ms]
            auth-->>client: 401 WWW-Authenticate [3257 → 3262 ms]
            Note over client: gave up: 401 (job 1) [3262 ms]",
    );
}

/// RFC 6749 §4.1.2: at most ten minutes.
#[test]
fn auth_3_a_code_lives_ten_minutes() {
    // The code is 10 minutes old when the request arrives; 5 ms pass on the way each way.
    let last = |after: &str| {
        let trace = code_flow(json!({ "redeems_after": after }));
        trace.label(trace.messages.last().unwrap())
    };
    assert_eq!(last("599990ms"), "200 access_token");
    assert_eq!(last("599991ms"), "400 invalid_grant");
}

/// RFC 6749 §1.5 and §6: the call that is refused, the refresh, the call again.
#[test]
fn auth_4_a_token_that_expired_costs_three_calls() {
    let settings = json!({ "flow": "bearer", "expires_in": "60s", "caller": { "threads": 2 } });
    let scenario = json!({
        "workload": {
            "jobs": 4, "work": "20ms",
            "arrivals": { "pattern": "listed", "at": ["0ms", "59989ms", "59995ms", "90s"] },
        },
        "network": { "latency": "5ms" },
    });
    let trace = play_side("auth", settings, scenario);
    let calls = |job: u32| -> Vec<String> {
        let of = requests(&trace).into_iter().filter(|message| trace.jobs_of(message)[0].number() == job);
        of.map(|message| trace.label(message)).collect()
    };
    assert_eq!(calls(1), ["GET /resource"]);
    assert_eq!(calls(2), ["GET /resource"], "arrives before it expires");
    assert_eq!(calls(3), ["GET /resource", "POST /token refresh_token", "GET /resource"], "arrives as it expires");
    assert_eq!(calls(4), ["GET /resource"], "the new token");
    assert!(trace.jobs.iter().all(|job| job.caller == CallerOutcome::Answered));
    let took = trace.jobs[2].answered - trace.jobs[2].wanted;
    assert_eq!(took, Span::millis(6 * 5 + 20), "three round trips, one resource");
}
