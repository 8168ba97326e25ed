//! Figures as people read them: a label, and a number with its unit beside it.

use std::fmt::{self, Write};

/// Rows of a table, in order.
#[derive(Debug, Default)]
pub(crate) struct Table {
    rows: Vec<(String, String)>,
}

impl Table {
    /// A row of any text.
    pub(crate) fn text(&mut self, label: &str, text: impl Into<String>) {
        self.rows.push((label.to_owned(), text.into()));
    }

    /// A count.
    pub(crate) fn count(&mut self, label: &str, count: u64) {
        self.text(label, thousands(count));
    }

    /// A rate, without digits that mean nothing.
    pub(crate) fn rate(&mut self, label: &str, rate: f64) {
        match rate < 100.0 {
            true => self.text(label, format!("{rate:.1}")),
            false => self.count(label, rate.round() as u64),
        }
    }

    /// A row only if there is something to tell.
    pub(crate) fn unless_zero(&mut self, label: &str, count: u64) {
        if count > 0 {
            self.count(label, count);
        }
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = |width: fn(&(String, String)) -> usize| self.rows.iter().map(width).max();
        let labels = width(|row| row.0.chars().count()).unwrap_or(0);
        let values = width(|row| row.1.split(' ').next().map_or(0, str::len)).unwrap_or(0);
        for (label, value) in &self.rows {
            // Numbers end below one another; their units follow.
            let (number, unit) = value.split_once(' ').unwrap_or((value, ""));
            let mut row = String::new();
            write!(row, "{label:labels$}  {number:>values$} {unit}")?;
            writeln!(f, "{}", row.trim_end())?;
        }
        Ok(())
    }
}

/// A number with commas.
pub(crate) fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// So many of something, in words.
pub(crate) fn plural(count: u64, one: &str) -> String {
    match count {
        1 => format!("1 {one}"),
        _ => format!("{} {one}s", thousands(count)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_commas() {
        let cases = [(0, "0"), (999, "999"), (1_000, "1,000")];
        for (number, text) in cases {
            assert_eq!(thousands(number), text);
        }
        assert_eq!(thousands(12_345_678), "12,345,678");
        assert_eq!(plural(1, "room"), "1 room");
        assert_eq!(plural(2_000, "room"), "2,000 rooms");
    }

    #[test]
    fn columns_stand_below_one_another() {
        let mut table = Table::default();
        table.rate("deliveries/s", 12_345.6);
        table.rate("lines per read", 7.25);
        table.unless_zero("lost", 0);
        table.text("p50", "80 us");
        let wanted = "deliveries/s    12,346\nlines per read     7.2\np50                 80 us\n";
        assert_eq!(table.to_string(), wanted);
    }
}
