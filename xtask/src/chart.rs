//! `cargo xtask chart`: draws `docs/fan-out.svg`, what a delivery costs in rooms of any size, from
//! the measured values in `docs/fan-out.csv`.
//!
//! It must not know how they were measured. Both scales are logarithmic: rooms differ by a factor
//! of a thousand, and what a reader wants to see on the other axis, how many times as dear one
//! server is as another, is then the same distance everywhere. Every value is written beside its
//! point, since a log scale is hard to read off.
//!
//! The picture is text: it has no font, no script and no raster, it brings its own background and
//! follows the reader's light or dark mode, and whoever does not see it is told the values.

use std::fs;

use anyhow::{Context, Result, ensure};

use crate::workspace::Workspace;

pub(crate) const VALUES: &str = "docs/fan-out.csv";
const PICTURE: &str = "docs/fan-out.svg";
pub(crate) const HEAD: &str = "server,members,cpu_us_per_delivery";

/// Lines that the style tells apart without colours too.
const SERVERS_MAX: usize = 3;

const WIDTH: f64 = 720.0;
const HEIGHT: f64 = 420.0;
/// The edges of the plot.
const LEFT: f64 = 56.0;
const RIGHT: f64 = 690.0;
const TOP: f64 = 76.0;
const BOTTOM: f64 = 356.0;
/// Between the edges and the outermost points, so that their values have room beside the scale.
const INSET: f64 = 28.0;
/// From one entry of the legend to the next.
const KEY_WIDTH: f64 = 130.0;

const TITLE: &str = "CPU time for each line delivered, by the size of the room";

/// Without custom properties, which only browsers know.
const STYLE: &str = "\
text{font:13px system-ui,sans-serif;fill:#1f2328}
.head{font-weight:600;font-size:15px}
.back{fill:#fff}
.grid{stroke:#d8dee4}
.line{fill:none;stroke-width:2}
.s0 .line{stroke:#0550ae}.s0 .ink{fill:#0550ae}
.s1 .line{stroke:#57606a;stroke-dasharray:7 4}.s1 .ink{fill:#57606a}
.s2 .line{stroke:#953800;stroke-dasharray:2 4}.s2 .ink{fill:#953800}
@media(prefers-color-scheme:dark){
text{fill:#e6edf3}
.back{fill:#0d1117}
.grid{stroke:#30363d}
.s0 .line{stroke:#79c0ff}.s0 .ink{fill:#79c0ff}
.s1 .line{stroke:#a5adb8}.s1 .ink{fill:#a5adb8}
.s2 .line{stroke:#ffa657}.s2 .ink{fill:#ffa657}
}
";

/// One measured value.
#[derive(Clone, Debug, PartialEq)]
struct Row {
    server: String,
    members: f64,
    /// CPU time in microseconds.
    cost: f64,
}

/// Draws the picture anew.
pub(crate) fn run(workspace: &Workspace, _arguments: &[String]) -> Result<()> {
    let text = fs::read_to_string(workspace.root().join(VALUES));
    let rows = parse(&text.with_context(|| format!("cannot read {VALUES}"))?).context(VALUES)?;
    let picture = svg(&rows);
    fs::write(workspace.root().join(PICTURE), &picture)
        .with_context(|| format!("cannot write {PICTURE}"))?;
    println!(
        "wrote {PICTURE}: {} values, {} bytes",
        rows.len(),
        picture.len()
    );
    Ok(())
}

/// Reads the values; there is at least one, and all are above 0.
fn parse(csv: &str) -> Result<Vec<Row>> {
    let mut lines = csv.lines().filter(|line| !line.trim().is_empty());
    ensure!(lines.next() == Some(HEAD), "the first line is not {HEAD}");
    let rows = lines.map(|line| row(line).with_context(|| format!("no value: {line:?}")));
    let rows = rows.collect::<Result<Vec<Row>>>()?;
    ensure!(!rows.is_empty(), "there are no values");
    let servers = servers(&rows).len();
    ensure!(servers <= SERVERS_MAX, "{servers} servers are too many");
    Ok(rows)
}

fn row(line: &str) -> Option<Row> {
    let mut parts = line.split(',').map(str::trim);
    let server = parts.next()?.to_owned();
    let mut number = || {
        parts
            .next()?
            .parse()
            .ok()
            .filter(|n: &f64| n.is_normal() && *n > 0.0)
    };
    let (members, cost) = (number()?, number()?);
    let row = Row {
        server,
        members,
        cost,
    };
    parts.next().is_none().then_some(row)
}

/// In the order in which they come first.
fn servers(rows: &[Row]) -> Vec<&str> {
    let mut servers = Vec::new();
    for row in rows {
        if !servers.contains(&row.server.as_str()) {
            servers.push(row.server.as_str());
        }
    }
    servers
}

/// The picture of these values, of which there is at least one.
fn svg(rows: &[Row]) -> String {
    let (x, y) = (Axis::of_members(rows), Axis::of_costs(rows));
    let mut lines: Vec<Line<'_>> = servers(rows)
        .into_iter()
        .map(|server| Line::of(server, rows))
        .collect();
    // Values stand on the outer side of two lines, where nothing crosses them.
    let heights: Vec<f64> = lines.iter().map(Line::height).collect();
    let highest = heights.iter().copied().fold(f64::MIN, f64::max);
    for (line, height) in lines.iter_mut().zip(heights) {
        line.is_highest = height == highest;
    }
    let mut body = grid(&x, &y);
    for (number, line) in lines.iter().enumerate() {
        body += &line.drawn(number, &x, &y);
        let left = RIGHT - KEY_WIDTH * (lines.len() - number) as f64;
        body += &line.key(number, left);
    }
    let told: Vec<String> = lines.iter().map(Line::told).collect();
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" \
         aria-labelledby=\"title desc\">\n<title id=\"title\">{TITLE}</title>\n\
         <desc id=\"desc\">Microseconds for each line delivered. {}</desc>\n\
         <style>\n{STYLE}</style>\n<rect class=\"back\" width=\"{WIDTH}\" height=\"{HEIGHT}\"/>\n\
         {body}</svg>\n",
        told.join(" ")
    )
}

/// A logarithmic scale: the values at its ends, and what is marked.
struct Axis {
    marks: Vec<f64>,
    /// Where its first and its last mark are.
    ends: (f64, f64),
}

impl Axis {
    fn of_members(rows: &[Row]) -> Self {
        Self {
            marks: marks(rows.iter().map(|row| row.members), &[1.0]),
            ends: (LEFT + INSET, RIGHT - INSET),
        }
    }

    fn of_costs(rows: &[Row]) -> Self {
        Self {
            marks: marks(rows.iter().map(|row| row.cost), &[1.0, 2.0, 5.0]),
            ends: (BOTTOM, TOP),
        }
    }

    fn place(&self, value: f64) -> f64 {
        let (first, last) = (self.marks[0], self.marks[self.marks.len() - 1]);
        let part = (value / first).log10() / (last / first).log10();
        self.ends.0 + part * (self.ends.1 - self.ends.0)
    }
}

/// The steps of each decade, from the last that is not above any value to the first that is not
/// below any; two at least.
fn marks(values: impl Iterator<Item = f64> + Clone, steps: &[f64]) -> Vec<f64> {
    let (least, most) = (
        values.clone().fold(f64::MAX, f64::min),
        values.fold(f64::MIN, f64::max),
    );
    let decades = least.log10().floor() as i32 - 1..=most.log10().ceil() as i32 + 1;
    let all = decades.flat_map(|decade| steps.iter().map(move |step| step * 10_f64.powi(decade)));
    let all: Vec<f64> = all.collect();
    let first = all.iter().rposition(|mark| *mark <= least).unwrap_or(0);
    let last = all.iter().position(|mark| *mark >= most);
    let last = last.unwrap_or(all.len() - 1).max(first + 1);
    all[first..=last].to_vec()
}

/// The marks of both axes and what they mean.
fn grid(x: &Axis, y: &Axis) -> String {
    let mut out = format!(
        "<text class=\"head\" x=\"16\" y=\"26\">{TITLE}</text>\n\
         <text x=\"16\" y=\"{}\">microseconds; both scales are logarithmic</text>\n\
         <text x=\"{}\" y=\"{}\" text-anchor=\"middle\">members of the room</text>\n",
        TOP - 20.0,
        (LEFT + RIGHT) / 2.0,
        BOTTOM + 48.0
    );
    for mark in &y.marks {
        let (at, text) = (y.place(*mark), digits(*mark));
        out += &format!(
            "<path class=\"grid\" d=\"M{LEFT} {at:.1}H{RIGHT}\"/>\
             <text x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{text}</text>\n",
            LEFT - 8.0,
            at + 4.5
        );
    }
    for mark in &x.marks {
        let (at, text) = (x.place(*mark), grouped(*mark));
        out += &format!(
            "<path class=\"grid\" d=\"M{at:.1} {TOP}V{BOTTOM}\"/>\
             <text x=\"{at:.1}\" y=\"{}\" text-anchor=\"middle\">{text}</text>\n",
            BOTTOM + 22.0
        );
    }
    out
}

/// The values of one server, by the size of the room.
struct Line<'a> {
    server: &'a str,
    points: Vec<(f64, f64)>,
    is_highest: bool,
}

impl<'a> Line<'a> {
    fn of(server: &'a str, rows: &[Row]) -> Self {
        let own = rows.iter().filter(|row| row.server == server);
        let mut points: Vec<_> = own.map(|row| (row.members, row.cost)).collect();
        points.sort_by(|one, other| one.0.total_cmp(&other.0));
        Self {
            server,
            points,
            is_highest: false,
        }
    }

    /// How high it runs on the whole.
    fn height(&self) -> f64 {
        let sum: f64 = self.points.iter().map(|(_, cost)| cost.log10()).sum();
        sum / self.points.len() as f64
    }

    fn drawn(&self, number: usize, x: &Axis, y: &Axis) -> String {
        let (mut path, mut dots) = (String::new(), String::new());
        for (members, cost) in &self.points {
            let (x, y) = (x.place(*members), y.place(*cost));
            path += &format!("{}{x:.1} {y:.1}", if path.is_empty() { "M" } else { "L" });
            let beside = if self.is_highest { y - 10.0 } else { y + 20.0 };
            dots += &format!(
                "{}<text class=\"ink\" x=\"{x:.1}\" y=\"{beside:.1}\" \
                 text-anchor=\"middle\">{}</text>\n",
                dot(number, x, y),
                digits(*cost)
            );
        }
        format!("<g class=\"s{number}\">\n<path class=\"line\" d=\"{path}\"/>\n{dots}</g>\n")
    }

    /// Its entry in the legend.
    fn key(&self, number: usize, left: f64) -> String {
        let y = TOP - 24.0;
        format!(
            "<g class=\"s{number}\"><path class=\"line\" d=\"M{left} {y}h34\"/>{}</g>\
             <text x=\"{}\" y=\"{}\">{}</text>\n",
            dot(number, left + 17.0, y),
            left + 42.0,
            y + 4.5,
            escaped(self.server)
        )
    }

    /// The values in words.
    fn told(&self) -> String {
        let points = self.points.iter();
        let points: Vec<String> = points
            .map(|(members, cost)| format!("{} with {} members", digits(*cost), grouped(*members)))
            .collect();
        format!("{}: {}.", escaped(self.server), points.join(", "))
    }
}

/// The mark of a value: another shape for each server.
fn dot(number: usize, x: f64, y: f64) -> String {
    match number {
        0 => format!("<circle class=\"ink\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3.5\"/>"),
        1 => format!(
            "<path class=\"ink\" d=\"M{:.1} {:.1}h6v6h-6z\"/>",
            x - 3.0,
            y - 3.0
        ),
        _ => format!("<path class=\"ink\" d=\"M{x:.1} {:.1}l4 7h-8z\"/>", y - 4.5),
    }
}

/// With as many digits as mean something.
fn digits(value: f64) -> String {
    let decimals = match value {
        _ if value >= 10.0 => 0,
        _ if value >= 1.0 => 1,
        _ if value >= 0.1 => 2,
        _ => 3,
    };
    let text = format!("{value:.decimals$}");
    match text.strip_suffix(".0") {
        Some(whole) => whole.to_owned(),
        None => text,
    }
}

/// `10,000`
pub(crate) fn grouped(value: f64) -> String {
    let digits = format!("{value:.0}");
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at) % 3 == 0 {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    const CSV: &str = "server,members,cpu_us_per_delivery
chinwag,10,9.7
chinwag,1000,2.1
chinwag,100,3.25
chinwag,10000,1.9
ceiling,10,6.1
ceiling,10000,1.15
";

    fn drawn() -> String {
        svg(&parse(CSV).expect("values"))
    }

    #[test]
    fn values_are_read() {
        let rows = parse(CSV).expect("values");
        assert_eq!(rows.len(), 6);
        assert_eq!((rows[2].members, rows[2].cost), (100.0, 3.25));
        assert_eq!(servers(&rows), ["chinwag", "ceiling"]);
    }

    #[test]
    fn what_cannot_be_drawn_is_refused() {
        for wrong in [
            "",
            "server,members\nchinwag,10\n",
            HEAD,
            &format!("{HEAD}\nchinwag,10\n"),
            &format!("{HEAD}\nchinwag,10,0\n"),
            &format!("{HEAD}\nchinwag,10,-1\n"),
            &format!("{HEAD}\nchinwag,10,NaN\n"),
            &format!("{HEAD}\nchinwag,10,1,1\n"),
            &format!("{HEAD}\na,1,1\nb,1,1\nc,1,1\nd,1,1\n"),
        ] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn marks_enclose_the_values() {
        let of = |values: &[f64], steps| marks(values.iter().copied(), steps);
        assert_eq!(
            of(&[10.0, 10_000.0], &[1.0]),
            [10.0, 100.0, 1_000.0, 10_000.0]
        );
        assert_eq!(of(&[50.0], &[1.0]), [10.0, 100.0]);
        assert_eq!(of(&[10.0], &[1.0]), [10.0, 100.0]);
        assert_eq!(of(&[1.15, 9.7], &[1.0, 2.0, 5.0]), [1.0, 2.0, 5.0, 10.0]);
    }

    #[test]
    fn equal_factors_are_equal_distances() {
        let axis = Axis {
            marks: vec![1.0, 10.0, 100.0],
            ends: (0.0, 200.0),
        };
        let places = [1.0, 10.0, 100.0].map(|value| axis.place(value).round());
        assert_eq!(places, [0.0, 100.0, 200.0]);
        let doubled = |value| axis.place(2.0 * value) - axis.place(value);
        assert!((doubled(1.0) - doubled(10.0)).abs() < 0.001);
    }

    #[test]
    fn the_picture_holds_a_line_and_a_key_for_each_server() {
        let svg = drawn();
        assert!(
            svg.starts_with("<svg ") && svg.ends_with("</svg>\n"),
            "{svg}"
        );
        assert_eq!(svg.matches("class=\"line\"").count(), 2 + 2, "{svg}");
        assert_eq!(svg.matches("text class=\"ink\"").count(), 6, "{svg}");
        assert!(svg.contains(">ceiling</text>"), "{svg}");
        for text in [
            ">members of the room<",
            ">microseconds; ",
            ">10,000<",
            ">3.2<",
        ] {
            assert!(svg.contains(text), "{text} is not in {svg}");
        }
    }

    #[test]
    fn points_are_joined_by_the_size_of_the_room() {
        let svg = drawn();
        let path = svg.split("class=\"line\" d=\"M").nth(1).expect("a path");
        let path = path.split('"').next().expect("its end");
        let places: Vec<f64> = path
            .split('L')
            .map(|point| {
                point
                    .split(' ')
                    .next()
                    .expect("x")
                    .parse()
                    .expect("a number")
            })
            .collect();
        assert_eq!(places.len(), 4);
        assert!(places.is_sorted(), "{places:?}");
        assert_eq!((places[0], places[3]), (LEFT + INSET, RIGHT - INSET));
    }

    #[test]
    fn whoever_does_not_see_it_is_told_the_values() {
        let svg = drawn();
        assert!(svg.contains(&format!("<title id=\"title\">{TITLE}</title>")));
        assert!(
            svg.contains("chinwag: 9.7 with 10 members, 3.2 with 100 members"),
            "{svg}"
        );
    }

    #[test]
    fn it_is_small_and_loads_nothing() {
        let svg = drawn();
        assert!(svg.len() < 8 << 10, "{}", svg.len());
        for outside in ["href", "url(", "@import", "<script", "<image"] {
            assert!(!svg.contains(outside), "{outside}");
        }
        assert!(svg.contains("prefers-color-scheme:dark"));
    }

    #[test]
    fn a_name_cannot_break_the_picture() {
        let rows = parse(&format!("{HEAD}\na<b&c,10,1\n")).expect("values");
        assert!(svg(&rows).contains(">a&lt;b&amp;c</text>"));
    }

    #[test]
    fn numbers_are_written_as_people_read_them() {
        assert_eq!(
            [0.034, 0.5, 1.0, 2.34, 12.6].map(digits),
            ["0.034", "0.50", "1", "2.3", "13"]
        );
        assert_eq!(
            [10.0, 1_000.0, 10_000.0].map(grouped),
            ["10", "1,000", "10,000"]
        );
    }
}
