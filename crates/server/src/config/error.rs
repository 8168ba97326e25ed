//! Errors of the configuration: each names the place, the key and the expected form.

use std::fmt;
use std::path::PathBuf;

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ValueOrigin {
    /// A line of the file, counted from 1.
    Line(usize),
    /// A variable of the environment.
    Variable(String),
    /// A flag of the command line.
    Flag(&'static str),
}

impl fmt::Display for ValueOrigin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line(line) => write!(f, "line {line}"),
            Self::Variable(name) => f.write_str(name),
            Self::Flag(name) => f.write_str(name),
        }
    }
}

/// Why a configuration cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// The value of a key has the wrong form, or is out of range.
    #[error("{origin}: {key} must be {wanted}, not {given}")]
    Value {
        /// Where.
        origin: ValueOrigin,
        /// The key, with its section.
        key: String,
        /// The expected form, in words.
        wanted: String,
        /// The given value.
        given: String,
    },
    /// A value in the file lacks quotation marks.
    #[error("{origin}: {key}: text and times stand in quotation marks in the file: \"{given}\"")]
    Unquoted {
        /// Where.
        origin: ValueOrigin,
        /// The key, with its section.
        key: String,
        /// The value as given.
        given: String,
    },
    /// There is no such key.
    #[error("{origin}: there is no key {key}{}", did_you_mean(.similar.as_deref()))]
    UnknownKey {
        /// Where.
        origin: ValueOrigin,
        /// The key, with its section if it is in one.
        key: String,
        /// The key that was probably meant.
        similar: Option<String>,
    },
    /// There is no such section.
    #[error("{origin}: there is no section [{section}]{}", did_you_mean(.similar.as_deref()))]
    UnknownSection {
        /// Where.
        origin: ValueOrigin,
        /// Its name.
        section: String,
        /// The section that was probably meant.
        similar: Option<String>,
    },
    /// A section is given a value.
    #[error("{origin}: {section} is a section: its keys stand below a line [{section}]")]
    NoSection {
        /// Where.
        origin: ValueOrigin,
        /// Its name.
        section: String,
    },
    /// A variable begins as chinwag's do, and is none.
    #[error("there is no setting {variable}{}", did_you_mean(.similar.as_deref()))]
    UnknownVariable {
        /// Its name.
        variable: String,
        /// The variable that was probably meant.
        similar: Option<String>,
    },
    /// A variable is not UTF-8.
    #[error("{variable} is not UTF-8")]
    NotText {
        /// Its name.
        variable: String,
    },
    /// The file is not TOML.
    #[error("{origin}: {reason}")]
    Syntax {
        /// Where.
        origin: ValueOrigin,
        /// What the parser says.
        reason: String,
    },
    /// The file for a password cannot be used.
    #[error("{key}: the file {}: {reason}", path.display())]
    SecretFile {
        /// The key, with its section.
        key: &'static str,
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The values of two keys contradict each other.
    #[error("{key} {rule}")]
    Together {
        /// The key that has to change, with its section.
        key: &'static str,
        /// What it must be or needs: "must be at least 130s".
        rule: String,
    },
}

fn did_you_mean(similar: Option<&str>) -> String {
    similar.map_or_else(String::new, |similar| format!(". Did you mean {similar}?"))
}
