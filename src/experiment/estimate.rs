//! What is known of a number after some runs: its mean, and how far off that may be.
//!
//! *Invariant:* no function of the standard library that is not the same on every target. Sums, divisions and square
//! roots are (IEEE 754), and all else is a table or a polynomial.

/// A mean and the half-width of its confidence interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// Of the values.
    pub mean: f64,
    /// The interval from `mean - half_width` to `mean + half_width` has the mean of all possible repeats in it with a
    /// confidence of 95 %, if the repeats are spread normally. Nothing where there is one value only.
    pub half_width: Option<f64>,
}

impl Estimate {
    /// From the values of some repeats; nothing if there are none.
    pub fn of(values: &[f64]) -> Option<Estimate> {
        let count = values.len() as f64;
        let freedom = values.len().checked_sub(1)?;
        let mean = values.iter().sum::<f64>() / count;
        let squares: f64 = values.iter().map(|value| (value - mean) * (value - mean)).sum();
        let half_width = (freedom > 0).then(|| t_quantile(freedom) * (squares / freedom as f64 / count).sqrt());
        Some(Estimate { mean, half_width })
    }

    /// The estimate of `factor` times the number.
    pub fn scaled(self, factor: f64) -> Estimate {
        Estimate { mean: self.mean * factor, half_width: self.half_width.map(|half| half * factor) }
    }
}

/// The 97.5th percentile of the standard normal distribution.
const Z975: f64 = 1.959_963_984_540_054;

/// The 97.5th percentile of Student's t with 1 to 12 degrees of freedom.
const FEW: [f64; 12] = [
    12.706_204_736,
    4.302_652_730,
    3.182_446_305,
    2.776_445_105,
    2.570_581_836,
    2.446_911_851,
    2.364_624_252,
    2.306_004_135,
    2.262_157_163,
    2.228_138_852,
    2.200_985_160,
    2.178_812_830,
];

/// The 97.5th percentile of Student's t: a table, and beyond it the expansion of Fisher and Cornish (Abramowitz and Stegun
/// 26.7.5), which is within 0.00001 there.
fn t_quantile(freedom: usize) -> f64 {
    if let Some(known) = freedom.checked_sub(1).and_then(|place| FEW.get(place)) {
        return *known;
    }
    let (z, n) = (Z975, freedom as f64);
    let (z2, z3) = (z * z, z * z * z);
    let (z5, z7, z9) = (z3 * z2, z3 * z2 * z2, z3 * z2 * z2 * z2);
    let first = (z3 + z) / 4.0;
    let second = (5.0 * z5 + 16.0 * z3 + 3.0 * z) / 96.0;
    let third = (3.0 * z7 + 19.0 * z5 + 17.0 * z3 - 15.0 * z) / 384.0;
    let fourth = (79.0 * z9 + 776.0 * z7 + 1482.0 * z5 - 1920.0 * z3 - 945.0 * z) / 92_160.0;
    z + (first + (second + (third + fourth / n) / n) / n) / n
}

#[cfg(test)]
mod tests {
    use statrs::distribution::{ContinuousCDF, StudentsT};

    use super::*;

    #[test]
    fn quantiles_agree_with_those_of_a_library() {
        for freedom in (1..60).chain([100, 500, 10_000]) {
            let expected = StudentsT::new(0.0, 1.0, freedom as f64).unwrap().inverse_cdf(0.975);
            let found = t_quantile(freedom);
            assert!((found - expected).abs() < 2e-5, "{freedom}: {found} is not {expected}");
        }
    }

    #[test]
    fn an_interval_is_as_wide_as_a_textbook_says() {
        // Mean 5, standard deviation 2, so 2.7764 × 2 ÷ √5.
        let known = Estimate::of(&[3.0, 3.0, 5.0, 7.0, 7.0]).unwrap();
        assert_eq!(known.mean, 5.0);
        assert!((known.half_width.unwrap() - 2.483_328).abs() < 1e-5, "{known:?}");
        assert_eq!(Estimate::of(&[4.0]).unwrap(), Estimate { mean: 4.0, half_width: None });
        assert_eq!(Estimate::of(&[2.0, 2.0]).unwrap().half_width, Some(0.0));
        assert_eq!(Estimate::of(&[]), None);
    }
}
