//! Closed forms of queueing theory: what a run must agree with, within its standard error.
//!
//! Textbook results (Kleinrock, *Queueing Systems*; Gross and Harris, *Fundamentals of Queueing Theory*). Times are in
//! the unit in which the rates are given. *Invariant:* knows nothing of this program: rates in, numbers out.

/// What a stable queue looks like in the long run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Steady {
    /// L: the mean number in the system.
    pub number: f64,
    /// Lq: the mean number that wait.
    pub waiting: f64,
    /// W: the mean time in the system.
    pub time: f64,
    /// Wq: the mean time spent waiting.
    pub wait: f64,
}

impl Steady {
    /// From the mean wait, by Little's law.
    fn from_wait(arrival_rate: f64, service: f64, wait: f64) -> Self {
        let time = wait + service;
        Steady { number: arrival_rate * time, waiting: arrival_rate * wait, time, wait }
    }
}

/// Erlang B: the share of arrivals that find all `servers` busy and are lost, at a load of `load` Erlang. It holds for
/// any law of service times.
///
/// ```
/// use counterpoint::theory::erlang_b;
/// assert!((erlang_b(10, 8.0) - 0.121661).abs() < 1e-6);
/// ```
pub fn erlang_b(servers: u32, load: f64) -> f64 {
    (1..=servers).fold(1.0, |blocked, n| load * blocked / (f64::from(n) + load * blocked))
}

/// Erlang C: the share of arrivals that find all `servers` busy and wait.
pub fn erlang_c(servers: u32, load: f64) -> f64 {
    let blocked = erlang_b(servers, load);
    blocked / (1.0 - load / f64::from(servers) * (1.0 - blocked))
}

/// M/M/c: Poisson arrivals, exponential service at `service_rate` by each of `servers`, one queue.
pub fn m_m_c(arrival_rate: f64, service_rate: f64, servers: u32) -> Steady {
    let waits = erlang_c(servers, arrival_rate / service_rate);
    let wait = waits / (f64::from(servers) * service_rate - arrival_rate);
    Steady::from_wait(arrival_rate, 1.0 / service_rate, wait)
}

/// The chance that the wait in an M/M/c exceeds `span`.
pub fn m_m_c_wait_exceeds(arrival_rate: f64, service_rate: f64, servers: u32, span: f64) -> f64 {
    let spare = f64::from(servers) * service_rate - arrival_rate;
    erlang_c(servers, arrival_rate / service_rate) * libm::exp(-spare * span)
}

/// M/G/1 by Pollaczek and Khinchine: Poisson arrivals, one server, service of mean `service` and squared coefficient of
/// variation `squared_cv`.
pub fn m_g_1(arrival_rate: f64, service: f64, squared_cv: f64) -> Steady {
    let wait = arrival_rate * service * service * (1.0 + squared_cv) / (2.0 * (1.0 - arrival_rate * service));
    Steady::from_wait(arrival_rate, service, wait)
}

/// M/D/1: as [`m_g_1`], every service the same.
pub fn m_d_1(arrival_rate: f64, service: f64) -> Steady {
    m_g_1(arrival_rate, service, 0.0)
}

/// D/M/1: arrivals at equal distances, one server with exponential service.
pub fn d_m_1(arrival_rate: f64, service_rate: f64) -> Steady {
    let mut found = 0.5;
    // A contraction for every load below one; its factor is far from one unless the load is close to it.
    for _ in 0..10_000 {
        found = libm::exp(-service_rate / arrival_rate * (1.0 - found));
    }
    Steady::from_wait(arrival_rate, 1.0 / service_rate, found / (service_rate * (1.0 - found)))
}

/// The share of time spent in each state 0..=`last` of a birth-and-death process.
fn birth_and_death(last: u32, birth: impl Fn(u32) -> f64, death: impl Fn(u32) -> f64) -> Vec<f64> {
    let mut shares = vec![1.0];
    for n in 1..=last {
        shares.push(shares[shares.len() - 1] * birth(n - 1) / death(n));
    }
    let total: f64 = shares.iter().sum();
    shares.iter().map(|share| share / total).collect()
}

/// The mean of `value` over the states.
fn mean(shares: &[f64], value: impl Fn(u32) -> f64) -> f64 {
    shares.iter().zip(0..).map(|(share, n)| share * value(n)).sum()
}

/// A queue that turns arrivals away when it is full.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bounded {
    /// The share of arrivals turned away.
    pub loss: f64,
    /// The rate of those accepted.
    pub accepted_rate: f64,
    /// Of those accepted.
    pub steady: Steady,
}

/// M/M/c/K: at most `room` in the system, those in service included.
pub fn m_m_c_k(arrival_rate: f64, service_rate: f64, servers: u32, room: u32) -> Bounded {
    let shares = birth_and_death(room, |_| arrival_rate, |n| f64::from(n.min(servers)) * service_rate);
    let loss = shares[shares.len() - 1];
    let accepted_rate = arrival_rate * (1.0 - loss);
    let number = mean(&shares, f64::from);
    let waiting = mean(&shares, |n| f64::from(n.saturating_sub(servers)));
    let steady = Steady { number, waiting, time: number / accepted_rate, wait: waiting / accepted_rate };
    Bounded { loss, accepted_rate, steady }
}

/// A closed system: users who think, then wait for their answer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Closed {
    /// X: answers per unit of time.
    pub throughput: f64,
    /// The means of those that are not thinking; `time` is R.
    pub steady: Steady,
}

/// M/M/c//N, the machine-repair model: `users` who think for `1 / think_rate` on average.
pub fn m_m_c_closed(think_rate: f64, service_rate: f64, servers: u32, users: u32) -> Closed {
    let thinking = |n: u32| f64::from(users - n) * think_rate;
    let shares = birth_and_death(users, thinking, |n| f64::from(n.min(servers)) * service_rate);
    let number = mean(&shares, f64::from);
    let waiting = mean(&shares, |n| f64::from(n.saturating_sub(servers)));
    let throughput = think_rate * (f64::from(users) - number);
    let steady = Steady { number, waiting, time: number / throughput, wait: waiting / throughput };
    Closed { throughput, steady }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn close(found: f64, expected: f64) {
        assert!((found - expected).abs() < 1e-6, "{found} is not {expected}");
    }

    /// The number in the system, waiting, time, wait.
    #[track_caller]
    fn is(found: Steady, [number, waiting, time, wait]: [f64; 4]) {
        close(found.number, number);
        close(found.waiting, waiting);
        close(found.time, time);
        close(found.wait, wait);
    }

    #[test]
    fn one_server_with_exponential_service() {
        is(m_m_c(0.5, 1.0, 1), [1.0, 0.5, 2.0, 1.0]);
        is(m_m_c(0.8, 1.0, 1), [4.0, 3.2, 5.0, 4.0]);
        close(m_m_c_wait_exceeds(0.8, 1.0, 1, 5.0), 0.294304);
    }

    #[test]
    fn one_server_with_other_laws_of_service() {
        is(m_d_1(0.5, 1.0), [0.75, 0.25, 1.5, 0.5]);
        is(m_d_1(0.8, 1.0), [2.4, 1.6, 3.0, 2.0]);
        is(m_g_1(0.8, 1.0, 1.0 / 3.0), [2.933333, 2.133333, 3.666667, 2.666667]);
        is(m_g_1(0.8, 1.0, 0.5), [3.2, 2.4, 4.0, 3.0]);
        is(m_g_1(0.8, 1.0, 4.0), [8.8, 8.0, 11.0, 10.0]);
        close(d_m_1(0.8, 1.0).time, 2.692731);
        close(d_m_1(0.8, 1.0).wait, 1.692731);
    }

    #[test]
    fn several_servers() {
        is(m_m_c(1.5, 1.0, 2), [3.428571, 1.928571, 2.285714, 1.285714]);
        is(m_m_c(1.6, 1.0, 2), [4.444444, 2.844444, 2.777778, 1.777778]);
        is(m_m_c(2.0, 1.0, 3), [2.888889, 0.888889, 1.444444, 0.444444]);
        is(m_m_c(4.0, 1.0, 5), [6.216450, 2.216450, 1.554113, 0.554113]);
        is(m_m_c(8.0, 1.0, 10), [9.636721, 1.636721, 1.204590, 0.204590]);
        for (servers, load, waits, lost) in
            [(2, 1.5, 0.642857, 0.310345), (3, 2.0, 0.444444, 0.210526), (5, 4.0, 0.554113, 0.199067)]
        {
            close(erlang_c(servers, load), waits);
            close(erlang_b(servers, load), lost);
        }
        close(erlang_c(2, 1.6), 0.711111);
        close(erlang_c(10, 8.0), 0.409180);
        close(m_m_c_wait_exceeds(4.0, 1.0, 5, 1.0), 0.203847);
    }

    #[test]
    fn bounded_room() {
        let cases = [
            ((0.8, 1, 5), [1.868332, 1.139388, 2.563065, 1.563065], 0.088819, 0.728944),
            ((2.0, 1, 5), [4.095238, 3.111111, 4.161290, 3.161290], 0.507937, 0.984127),
            ((1.0, 1, 10), [5.0, 4.090909, 5.5, 4.5], 0.090909, 0.909091),
            ((3.0, 2, 6), [4.505180, 2.584114, 2.345146, 1.345146], 0.359645, 1.921066),
            ((4.0, 5, 10), [4.723750, 0.893693, 1.233337, 0.233337], 0.042486, 3.830057),
            ((8.0, 10, 10), [7.026711, 0.0, 1.0, 0.0], 0.121661, 7.026711),
        ];
        for ((arrivals, servers, room), steady, loss, accepted) in cases {
            let found = m_m_c_k(arrivals, 1.0, servers, room);
            is(found.steady, steady);
            close(found.loss, loss);
            close(found.accepted_rate, accepted);
        }
        close(m_m_c_k(8.0, 1.0, 10, 10).loss, erlang_b(10, 8.0));
    }

    #[test]
    fn users_who_think_and_wait() {
        let cases = [
            ((1.0, 1, 2), [1.2, 0.4, 1.5, 0.5], 0.8),
            ((0.2, 1, 5), [1.424339, 0.709207, 1.991714, 0.991714], 0.715132),
            ((0.1, 1, 10), [2.145823, 1.360406, 2.732079, 1.732079], 0.785418),
            ((0.1, 1, 20), [10.018690, 9.020560, 10.037451, 9.037451], 0.998131),
            ((0.25, 2, 8), [2.136171, 0.670214, 1.457185, 0.457185], 1.465957),
            ((0.5, 3, 10), [4.493352, 1.740028, 1.631974, 0.631974], 2.753324),
        ];
        for ((think, servers, users), steady, throughput) in cases {
            let found = m_m_c_closed(think, 1.0, servers, users);
            is(found.steady, steady);
            close(found.throughput, throughput);
        }
    }

    /// Exact mean-value analysis is another way to the same numbers.
    #[test]
    fn mean_value_analysis_agrees_for_one_server() {
        for (think, users) in [(1.0, 2), (0.2, 5), (0.1, 10), (0.1, 20)] {
            let (mut number, mut time, mut throughput) = (0.0, 0.0, 0.0);
            for n in 1..=users {
                time = 1.0 + number;
                throughput = f64::from(n) / (1.0 / think + time);
                number = throughput * time;
            }
            let found = m_m_c_closed(think, 1.0, 1, users);
            close(found.steady.number, number);
            close(found.steady.time, time);
            close(found.throughput, throughput);
        }
    }

    #[test]
    fn tandems_and_pools() {
        close(m_m_c(0.5, 1.0, 1).time + m_m_c(0.5, 0.8, 1).time, 5.333333);
        close(m_m_c(0.5, 1.0, 1).number + m_m_c(0.5, 0.8, 1).number, 2.666667);
        close(m_m_c(0.8, 1.0, 1).time, 5.0);
        close(m_m_c(1.6, 1.0, 2).time, 2.777778);
        close(m_m_c(1.6, 2.0, 1).time, 2.5);
    }
}
