//! Where the jobs of a side were over time: the run in steps of equal length, and of each place how much job time was spent
//! there in each step.
//!
//! *Invariant:* nothing is lost on the way from the lives to the steps: over all places and steps it is the job time of the
//! side, to the microsecond.

use super::life::{WHEREABOUTS, Whereabouts, each_place};
use crate::time::Moment;
use crate::trace::{ActorId, Trace};

/// Where the jobs of a side were over time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OverTime {
    /// The end of the last step, which is the end of the later side.
    pub window_us: u64,
    /// How long a step is; the last one is what is left.
    pub step_us: u64,
    /// The places at which any time was spent, in the order in which a job comes by them.
    pub places: Vec<Place>,
}

/// Somewhere jobs were.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Of what kind it is.
    pub there: Whereabouts,
    /// At which lane, if at any.
    pub lane: Option<ActorId>,
    /// The job time that was spent there in each step, in microseconds.
    pub job_time_us: Vec<u64>,
}

/// The least of 1, 2, 5 times a power of ten with which a window has no more steps than that.
fn round_step(window_us: u64, most: u32) -> u64 {
    let decades = std::iter::successors(Some(1u64), |decade| decade.checked_mul(10));
    let mut round = decades.flat_map(|decade| [1, 2, 5].map(|digit| decade.saturating_mul(digit)));
    round.find(|step| window_us.div_ceil(*step) <= u64::from(most)).unwrap_or(u64::MAX)
}

/// In the order in which a job comes by them.
fn turn(there: Whereabouts) -> u8 {
    match there {
        Whereabouts::Backlog => 0,
        Whereabouts::Pool => 1,
        Whereabouts::Network => 2,
        Whereabouts::AcceptQueue => 3,
        Whereabouts::Ready => 4,
        Whereabouts::Hidden => 5,
        Whereabouts::Delivered => 6,
        Whereabouts::Working => 7,
        Whereabouts::Retry => 8,
        Whereabouts::Resting => 9,
        Whereabouts::Silence => 10,
    }
}

impl OverTime {
    /// Of a side, from 0 to the end of the later one, in at most so many steps, of which each is of a round length.
    pub fn of(trace: &Trace, window: Moment, most_steps: u32) -> OverTime {
        let window_us = window.micros();
        let step_us = round_step(window_us, most_steps.max(1));
        let steps = window_us.div_ceil(step_us) as usize;
        let lanes = trace.actors.len();
        let mut spent: Vec<Vec<u64>> = vec![Vec::new(); WHEREABOUTS.len() * (lanes + 1)];
        each_place(trace, window, &mut |there, open, begin, end| {
            // On its way a job is between lanes, and what nobody has is at none.
            let is_between = there == Whereabouts::Network;
            let lane = open.iter().position(|open| *open > 0).filter(|_| !is_between).unwrap_or(lanes);
            let place = &mut spent[there as usize * (lanes + 1) + lane];
            place.resize(steps, 0);
            let (mut at, end) = (begin.micros(), end.micros());
            while at < end {
                let step = at / step_us;
                let until = ((step + 1) * step_us).min(end);
                place[step as usize] += until - at;
                at = until;
            }
        });
        let known = spent.into_iter().enumerate().filter(|(_, job_time_us)| !job_time_us.is_empty());
        let mut places: Vec<Place> = known
            .map(|(at, job_time_us)| Place {
                there: WHEREABOUTS[at / (lanes + 1)],
                lane: Some(ActorId((at % (lanes + 1)) as u16)).filter(|lane| lane.at() < lanes),
                job_time_us,
            })
            .collect();
        places.sort_by_key(|place| turn(place.there));
        OverTime { window_us, step_us, places }
    }

    /// When each step begins, and when it ends.
    pub fn steps(&self) -> impl Iterator<Item = [u64; 2]> + '_ {
        let starts = (0..self.window_us).step_by(usize::try_from(self.step_us).unwrap_or(usize::MAX));
        starts.map(|start| [start, (start + self.step_us).min(self.window_us)])
    }

    /// How many jobs were at a place on average in each step, in millionths.
    pub fn means<'a>(&'a self, place: &'a Place) -> impl Iterator<Item = u64> + 'a {
        let times = self.steps().zip(&place.job_time_us);
        times.map(|([start, end], spent)| (u128::from(*spent) * 1_000_000 / u128::from(end - start)) as u64)
    }
}

impl Place {
    /// All job time that was spent there.
    pub fn total_us(&self) -> u64 {
        self.job_time_us.iter().sum()
    }

    /// What it is called: "E-mails: ready".
    pub fn name(&self, trace: &Trace) -> String {
        let what = self.there.words();
        match self.lane {
            Some(lane) => format!("{}: {what}", trace.actor(lane).name),
            None => what.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_is_round_and_there_are_no_more_than_wanted() {
        let steps = [(2_236_000, 12), (60_000_000, 60), (61_000_000, 60), (7, 100), (0, 5), (u64::MAX, 1)];
        let round = steps.map(|(window, most)| round_step(window, most));
        assert_eq!(round, [200_000, 1_000_000, 2_000_000, 1, 1, u64::MAX]);
    }
}
