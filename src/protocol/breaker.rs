//! A circuit breaker by the rules of resilience4j (`CB-1` to `CB-5`).
//!
//! Source: resilience4j's CircuitBreakerConfig (defaults), CircuitBreakerMetrics and CircuitBreakerStateMachine
//! (rules); setting names are the configuration's. Left out: the time-based window, DISABLED, FORCED_OPEN and
//! METRICS_ONLY, ignored and recorded exceptions: every failure counts, which is the default.
//!
//! *Invariant:* it knows no caller and draws nothing; it is asked for permission, told results, and says when it
//! switched.

use std::collections::VecDeque;

use crate::reading::{Rule, fields, words};
use crate::time::{Moment, Span};

const CALLS: Rule = Rule::Whole(1, 100_000);
const PER_CENT: Rule = Rule::Whole(1, 100);

fields! {
    /// When it opens and for how long.
    #[derive(Clone, Debug, PartialEq)]
    pub struct BreakerSettings {
        /// Results that are remembered while it is closed.
        pub sliding_window_size: u32 [CALLS] = 100,
        /// Below this many results no rate is computed.
        pub minimum_number_of_calls: u32 [CALLS] = 100,
        /// In per cent. It opens when the rate reaches this.
        pub failure_rate_threshold: u32 [PER_CENT] = 50,
        /// A call that took longer than this was slow.
        pub slow_call_duration_threshold: Span = Span::seconds(60),
        /// In per cent, of calls that were slow, whether they failed or not.
        pub slow_call_rate_threshold: u32 [PER_CENT] = 100,
        /// How long it stays open.
        pub wait_duration_in_open_state: Span = Span::seconds(60),
        /// How many calls go through while it is half open.
        pub permitted_number_of_calls_in_half_open_state: u32 [CALLS] = 10,
        /// How long it may stay half open before it opens again; nothing means as long as it takes.
        pub max_wait_duration_in_half_open_state: Span = Span::ZERO,
        /// Whether it becomes half open by itself; otherwise the first call after the wait moves it.
        pub automatic_transition_from_open_to_half_open: bool = false,
        /// What becomes of a call that is refused.
        pub when_open: WhenOpen = WhenOpen::Retry,
    }
}

words! {
    /// What a retrying caller makes of a call that was not permitted.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum WhenOpen = Retry {
        /// Repeats it like any other failed one: resilience4j's default, where Retry stands outside the breaker.
        Retry = "retry",
        /// Gives up at once, as is usually configured (`ignoreExceptions: CallNotPermittedException`).
        Fail = "fail",
    }
}

/// The state of a breaker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Switch {
    /// Calls go through, and their results are remembered.
    Closed,
    /// No call goes through.
    Open,
    /// A few calls go through, and by their results it closes or opens.
    HalfOpen,
}

impl Switch {
    /// As a level counts it.
    pub fn level(self) -> u32 {
        match self {
            Switch::Closed => 0,
            Switch::Open => 1,
            Switch::HalfOpen => 2,
        }
    }
}

/// Whether a call may be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Permission {
    /// The call may be made.
    Granted,
    /// `CallNotPermittedException`.
    Refused,
}

/// How a permitted call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallEnd {
    /// An answer came.
    Succeeded,
    /// It came to nothing, or the answer was an error that says so.
    Failed,
}

#[derive(Clone, Copy)]
struct Entry {
    failed: bool,
    slow: bool,
}

/// A breaker and what it remembers.
pub struct Breaker {
    settings: BreakerSettings,
    switch: Switch,
    window: VecDeque<Entry>,
    failed: u32,
    slow: u32,
    since: Moment,
    /// Calls it still lets through while half open.
    permitted: u32,
}

impl Breaker {
    /// A closed breaker.
    pub fn new(settings: BreakerSettings) -> Self {
        Breaker {
            settings,
            switch: Switch::Closed,
            window: VecDeque::new(),
            failed: 0,
            slow: 0,
            since: Moment::START,
            permitted: 0,
        }
    }

    /// Its state.
    pub fn switch(&self) -> Switch {
        self.switch
    }

    /// What becomes of a call that is refused.
    pub fn when_open(&self) -> WhenOpen {
        self.settings.when_open
    }

    /// How long after it switched to what it is now it will switch by itself, if it will.
    pub fn alarm(&self) -> Option<Span> {
        let settings = &self.settings;
        match self.switch {
            Switch::Open if settings.automatic_transition_from_open_to_half_open => {
                Some(settings.wait_duration_in_open_state)
            }
            Switch::HalfOpen => Some(settings.max_wait_duration_in_half_open_state).filter(|span| *span > Span::ZERO),
            Switch::Open | Switch::Closed => None,
        }
    }

    /// It has been what it is for as long as [`Breaker::alarm`] says.
    pub fn ring(&mut self, now: Moment) {
        match self.switch {
            Switch::Open => self.turn(Switch::HalfOpen, now),
            Switch::HalfOpen => self.turn(Switch::Open, now),
            Switch::Closed => {}
        }
    }

    /// When it switched to what it is now.
    pub fn since(&self) -> Moment {
        self.since
    }

    /// The process it is in died, and begins anew: closed, and with nothing remembered.
    pub fn restart(&mut self, now: Moment) {
        if self.switch != Switch::Closed {
            self.turn(Switch::Closed, now);
        }
        self.window.clear();
        self.failed = 0;
        self.slow = 0;
    }

    /// Asks for a call. The first one strictly after the wait finds it half open.
    pub fn permit(&mut self, now: Moment) -> Permission {
        if self.switch == Switch::Open && now > self.since + self.settings.wait_duration_in_open_state {
            self.turn(Switch::HalfOpen, now);
        }
        match self.switch {
            Switch::Closed => Permission::Granted,
            Switch::Open => Permission::Refused,
            Switch::HalfOpen if self.permitted > 0 => {
                self.permitted -= 1;
                Permission::Granted
            }
            Switch::HalfOpen => Permission::Refused,
        }
    }

    /// A permitted call came to nothing either way: the caller stopped before anything was known of it.
    pub fn forget(&mut self) {
        if self.switch == Switch::HalfOpen {
            self.permitted += 1;
        }
    }

    /// Tells how a permitted call ended. What ends while it is open is recorded and changes nothing.
    pub fn record(&mut self, now: Moment, took: Span, verdict: CallEnd) {
        let size = match self.switch {
            Switch::HalfOpen => self.settings.permitted_number_of_calls_in_half_open_state,
            Switch::Closed | Switch::Open => self.settings.sliding_window_size,
        };
        let entry =
            Entry { failed: verdict == CallEnd::Failed, slow: took > self.settings.slow_call_duration_threshold };
        if self.window.len() as u32 == size
            && let Some(oldest) = self.window.pop_front()
        {
            self.failed -= u32::from(oldest.failed);
            self.slow -= u32::from(oldest.slow);
        }
        self.window.push_back(entry);
        self.failed += u32::from(entry.failed);
        self.slow += u32::from(entry.slow);
        let calls = self.window.len() as u32;
        // CircuitBreakerMetrics: the minimum is never more than the window holds, and holds while half open as well.
        if self.switch == Switch::Open || calls < self.settings.minimum_number_of_calls.min(size) {
            return;
        }
        let reaches = |count: u32, threshold: u32| u64::from(count) * 100 >= u64::from(threshold) * u64::from(calls);
        let too_many = reaches(self.failed, self.settings.failure_rate_threshold)
            || reaches(self.slow, self.settings.slow_call_rate_threshold);
        match self.switch {
            Switch::Closed | Switch::HalfOpen if too_many => self.turn(Switch::Open, now),
            Switch::HalfOpen => self.turn(Switch::Closed, now),
            Switch::Closed | Switch::Open => {}
        }
    }

    fn turn(&mut self, switch: Switch, now: Moment) {
        self.switch = switch;
        self.since = now;
        match switch {
            // The closed window goes on recording while it is open.
            Switch::Open => {}
            Switch::Closed | Switch::HalfOpen => {
                self.window.clear();
                self.failed = 0;
                self.slow = 0;
            }
        }
        self.permitted = self.settings.permitted_number_of_calls_in_half_open_state;
    }
}
