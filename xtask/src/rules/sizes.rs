//! How long a file, a function and the README may be.
//!
//! The bounds are where a reader gives up, not where good style ends (style.md asks for far less):
//! they stop what grew unnoticed. Tests are left out, since a long table of cases is read row by
//! row. A scanner of lines is enough, because rustfmt, which ran before, ends every item with a
//! brace at the item's own indentation.

use anyhow::{Context, Result};
use std::fs;
use std::path::{Path, PathBuf};

use crate::workspace::Workspace;

const FILE_LINES_MAX: usize = 500;
const FUNCTION_LINES_MAX: usize = 70;
const README_LINES_MAX: usize = 149;

/// Fuzz targets are tests.
const LEFT_OUT: &str = "chinwag-fuzz";

pub(crate) fn check(workspace: &Workspace) -> Result<Vec<String>> {
    let mut findings: Vec<String> = readme(workspace).into_iter().collect();
    for package in workspace
        .members()
        .into_iter()
        .filter(|package| package.name != LEFT_OUT)
    {
        let sources = package.manifest_path.as_std_path().with_file_name("src");
        for path in rust_files(&sources)? {
            findings.extend(too_long(
                &workspace.shown(&path),
                &fs::read_to_string(&path)?,
            ));
        }
    }
    Ok(findings)
}

fn readme(workspace: &Workspace) -> Option<String> {
    match fs::read_to_string(workspace.root().join("README.md")) {
        Ok(text) if text.lines().count() > README_LINES_MAX => Some(format!(
            "README.md: {} lines, over {README_LINES_MAX}",
            text.lines().count()
        )),
        Ok(_) => None,
        Err(error) => Some(format!("README.md: {error}")),
    }
}

/// The Rust files below a folder, without those that hold only tests (`tests.rs`, and all in a
/// folder `tests`).
pub(super) fn rust_files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let path = entry?.path();
        if path.file_stem().is_some_and(|stem| stem == "tests") {
            continue;
        }
        if path.is_dir() {
            files.extend(rust_files(&path)?);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

fn too_long(shown: &str, text: &str) -> Vec<String> {
    let lines = without_tests(text);
    let mut findings = Vec::new();
    if lines.len() > FILE_LINES_MAX {
        findings.push(format!(
            "{shown}: {} lines without its tests, over {FILE_LINES_MAX}",
            lines.len()
        ));
    }
    let long = functions(&lines)
        .into_iter()
        .filter(|function| function.lines > FUNCTION_LINES_MAX);
    findings.extend(long.map(|Function { name, at, lines }| {
        format!("{shown}:{at}: fn {name} has {lines} lines, over {FUNCTION_LINES_MAX}")
    }));
    findings
}

/// The lines up to the module of tests, which house style puts last. A `#[cfg(test)]` on anything
/// else cuts nothing off: it may stand at the top of a file.
fn without_tests(text: &str) -> Vec<&str> {
    let lines: Vec<&str> = text.lines().collect();
    let opens = |line: &&str| line.trim_start().starts_with("mod ") && line.ends_with('{');
    let after_attributes = |at: usize| {
        lines[at..]
            .iter()
            .find(|line| !line.trim_start().starts_with("#["))
    };
    let starts = |at: &usize| {
        lines[*at].trim() == "#[cfg(test)]" && after_attributes(*at).is_some_and(opens)
    };
    let end = (0..lines.len()).find(starts).unwrap_or(lines.len());
    lines[..end].to_vec()
}

/// A function with a body, as the scanner sees it.
struct Function<'a> {
    name: &'a str,
    /// The line it starts at, from 1.
    at: usize,
    /// From its signature to its closing brace.
    lines: usize,
}

fn functions<'a>(lines: &[&'a str]) -> Vec<Function<'a>> {
    let named = lines
        .iter()
        .enumerate()
        .filter_map(|(at, line)| Some((at, function_name(line)?)));
    let closed = named.filter_map(|(at, name)| Some((at, name, body_end(lines, at)?)));
    closed
        .map(|(at, name, end)| Function {
            name,
            at: at + 1,
            lines: end - at + 1,
        })
        .collect()
}

/// The name of the function whose signature starts in this line.
fn function_name(line: &str) -> Option<&str> {
    let (before, after) = line.split_once("fn ")?;
    let is_modifier = |word: &str| {
        word.starts_with("pub")
            || matches!(
                word,
                "const" | "async" | "unsafe" | "extern" | "\"C\"" | "crate)" | "super)"
            )
    };
    let ends = |c: char| !(c.is_alphanumeric() || c == '_');
    let name = after.split(ends).next().filter(|name| !name.is_empty())?;
    before.split_whitespace().all(is_modifier).then_some(name)
}

/// Where the brace stands that closes the item of this line: the first one at the same indentation.
/// A signature that ends before any brace opens has no body, and one that closes in its own line is
/// not worth measuring.
fn body_end(lines: &[&str], at: usize) -> Option<usize> {
    let indent = lines[at].len() - lines[at].trim_start().len();
    let closing = format!("{}}}", &lines[at][..indent]);
    let opening = lines[at..]
        .iter()
        .position(|line| line.ends_with(['{', ';', '}']))?;
    let body = lines[at + opening].ends_with('{').then_some(at + opening)?;
    let length = lines[body..].iter().position(|line| *line == closing)?;
    Some(body + length)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lengths(text: &str) -> Vec<(&str, usize, usize)> {
        let lines: Vec<&str> = text.lines().collect();
        functions(&lines)
            .into_iter()
            .map(|function| (function.name, function.at, function.lines))
            .collect()
    }

    #[test]
    fn functions_are_measured_from_signature_to_brace() {
        assert_eq!(lengths("fn a() {\n    b();\n}\n"), [("a", 1, 3)]);
        assert_eq!(
            lengths(
                "impl A {\n    pub(crate) const fn b(\n        c: u8,\n    ) -> u8 {\n        c\n    }\n}\n"
            ),
            [("b", 2, 5)]
        );
    }

    #[test]
    fn only_a_function_with_a_body_of_lines_is_one() {
        assert_eq!(
            lengths("trait A {\n    fn b(&self);\n    fn c(&self) {\n        d();\n    }\n}\n"),
            [("c", 3, 3)]
        );
        assert_eq!(
            lengths("fn a() {}\nstruct B {\n    run: fn(u8),\n}\n// fn c() {\n"),
            []
        );
    }

    #[test]
    fn tests_at_the_end_are_not_measured() {
        let text = "#[cfg(test)]\nextern crate std;\nfn a() {}\n#[cfg(test)]\n#[allow(x)]\nmod tests {\n}\n";
        assert_eq!(without_tests(text).len(), 3);
        assert_eq!(
            without_tests("#[cfg(test)]\nmod tests;\nfn a() {}\n").len(),
            3
        );
    }

    #[test]
    fn too_much_of_either_is_found() {
        let function = format!(
            "fn long() {{\n{}}}\n",
            "    x();\n".repeat(FUNCTION_LINES_MAX - 1)
        );
        let findings = too_long("a.rs", &function);
        assert_eq!(findings, ["a.rs:1: fn long has 71 lines, over 70"]);
        assert_eq!(too_long("a.rs", &"// x\n".repeat(FILE_LINES_MAX)), [""; 0]);
        assert_eq!(
            too_long("a.rs", &"// x\n".repeat(FILE_LINES_MAX + 1)).len(),
            1
        );
    }
}
