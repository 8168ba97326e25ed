//! Figures out of reports, and what several runs of one make of them. Functions of numbers.
//!
//! A median, because a run that a neighbour has spoilt shall not move it; the least and the most
//! beside it, because a ratio of two numbers that vary says less than it seems to.

use serde_json::Value;

use crate::chart;

/// A row of a table.
#[derive(Clone, Copy)]
pub(super) struct Figure {
    pub(super) label: &'static str,
    pub(super) of: Of,
}

/// Where a figure stands in a report. The texts are JSON pointers (RFC 6901).
#[derive(Clone, Copy)]
pub(super) enum Of {
    At(&'static str),
    /// The first divided by the second.
    Ratio(&'static str, &'static str),
    /// How many more bytes the first is than the second, in MiB.
    MebibytesMore(&'static str, &'static str),
}

impl Figure {
    /// `None` if the report does not have it.
    pub(super) fn read(&self, report: &Value) -> Option<f64> {
        let number = |pointer: &str| report.pointer(pointer)?.as_f64();
        match self.of {
            Of::At(pointer) => number(pointer),
            Of::Ratio(one, other) => ratio(number(one)?, number(other)?),
            Of::MebibytesMore(one, other) => {
                Some((number(one)? - number(other)?) / f64::from(1 << 20))
            }
        }
    }
}

/// What several runs gave.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Spread {
    pub(super) median: f64,
    pub(super) least: f64,
    pub(super) most: f64,
}

impl Spread {
    /// `None` of nothing.
    pub(super) fn of(values: impl IntoIterator<Item = f64>) -> Option<Self> {
        let mut values: Vec<f64> = values.into_iter().collect();
        values.sort_by(f64::total_cmp);
        let (least, most) = (*values.first()?, *values.last()?);
        let middle = values.len() / 2;
        let median = match values.len() % 2 {
            0 => f64::midpoint(values[middle - 1], values[middle]),
            _ => values[middle],
        };
        Some(Self {
            median,
            least,
            most,
        })
    }

    /// The median, and where the runs differ the least and the most.
    pub(super) fn shown(&self) -> String {
        let median = digits(self.median);
        match (digits(self.least), digits(self.most)) {
            (least, most) if least == most => median,
            (least, most) => format!("{median} ({least} to {most})"),
        }
    }
}

/// One divided by the other; `None` if there is nothing to divide by.
pub(super) fn ratio(one: f64, other: f64) -> Option<f64> {
    (other != 0.0).then(|| one / other)
}

/// Three digits that mean something; more would not be the same the next time.
pub(super) fn digits(value: f64) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    let magnitude = value.abs().log10().floor() as i32;
    let step = 10_f64.powi(magnitude - 2);
    let rounded = (value / step).round() * step;
    if rounded.abs() >= 1000.0 {
        return chart::grouped(rounded.round());
    }
    let decimals = usize::try_from(2 - magnitude).unwrap_or(0);
    // Whole numbers are counts, as a rule.
    match value.fract() == 0.0 {
        true => format!("{rounded:.0}"),
        false => format!("{rounded:.decimals$}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spread(values: &[f64]) -> Option<Spread> {
        Spread::of(values.iter().copied())
    }

    #[test]
    fn a_median_is_in_the_middle() {
        let of = |values| spread(values).expect("there are values").median;
        assert_eq!(of(&[3.0]), 3.0);
        assert_eq!(of(&[9.0, 1.0, 2.0]), 2.0);
        assert_eq!(of(&[9.0, 1.0, 2.0, 4.0]), 3.0);
        assert_eq!(spread(&[]), None);
    }

    #[test]
    fn a_spread_tells_its_ends_if_they_differ() {
        let shown = |values| spread(values).expect("there are values").shown();
        assert_eq!(shown(&[0.2, 0.1, 0.3]), "0.200 (0.100 to 0.300)");
        assert_eq!(shown(&[5.0, 5.0]), "5");
    }

    #[test]
    fn three_digits_mean_something() {
        for (value, text) in [
            (0.0, "0"),
            (0.018_96, "0.0190"),
            (0.109_94, "0.110"),
            (1.793, "1.79"),
            (45.86, "45.9"),
            (9.999, "10.00"),
            (5.0, "5"),
            (112.6, "113"),
            (1_342.4, "1,340"),
            (15_000.0, "15,000"),
            (4_793_738.2, "4,790,000"),
            (-0.5, "-0.500"),
        ] {
            assert_eq!(digits(value), text, "{value}");
        }
    }

    #[test]
    fn a_figure_is_read_from_a_report() {
        let report = serde_json::json!({ "a": { "b": 6 << 20 }, "c": 2 << 20, "none": null });
        let read = |of| Figure { label: "", of }.read(&report);
        assert_eq!(read(Of::At("/c")), Some(2_097_152.0));
        assert_eq!(read(Of::Ratio("/a/b", "/c")), Some(3.0));
        assert_eq!(read(Of::MebibytesMore("/a/b", "/c")), Some(4.0));
        assert_eq!(read(Of::At("/none")), None);
        assert_eq!(read(Of::Ratio("/c", "/d")), None);
    }
}
