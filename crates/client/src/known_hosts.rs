//! The file of servers that were joined over TLS, and how each is known again: by the certificate
//! that it had, or by one that the system trusts.
//!
//! A server that stands here is never again joined in the clear. A line is
//! `HOST:PORT SHA256 AB:CD:...` or `HOST:PORT trusted`; people may edit it, so what is not understood
//! is kept as it is.

use std::env;
use std::fmt;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use crate::Target;

/// The SHA-256 of a certificate. Its `Display` form, which parses back into it, is that of
/// `openssl x509 -fingerprint -sha256`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fingerprint(pub(crate) [u8; 32]);

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, byte) in self.0.iter().enumerate() {
            let gap = if at == 0 { "" } else { ":" };
            write!(f, "{gap}{byte:02X}")?;
        }
        Ok(())
    }
}

impl FromStr for Fingerprint {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let mut bytes = [0; 32];
        let mut pairs = text.split(':');
        for byte in &mut bytes {
            let is_hex =
                |pair: &&str| pair.len() == 2 && pair.chars().all(|c| c.is_ascii_hexdigit());
            let pair = pairs.next().filter(is_hex).ok_or(())?;
            *byte = u8::from_str_radix(pair, 16).map_err(|_| ())?;
        }
        pairs.next().is_none().then_some(Self(bytes)).ok_or(())
    }
}

/// How a server is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Known {
    /// By this certificate.
    By(Fingerprint),
    /// By any certificate of its name that the system trusts.
    Trusted,
}

/// `$XDG_DATA_HOME/chinwag/known_hosts`, else `~/.local/share/chinwag/known_hosts`; none without a
/// home. Where `HOME` is not set, the home is that of the user database, as for ssh. Not the state
/// folder: a server of the same person keeps its data there.
pub fn known_hosts_path() -> Option<PathBuf> {
    let absolute = |path: PathBuf| path.is_absolute().then_some(path);
    let data = env::var_os("XDG_DATA_HOME").map(PathBuf::from);
    let below_home = || {
        let home = env::home_dir().and_then(absolute);
        Some(home?.join(".local/share"))
    };
    let data = data.and_then(absolute).or_else(below_home)?;
    Some(data.join("chinwag/known_hosts"))
}

/// How this server is known, if it is.
///
/// # Errors
///
/// If the file is there and cannot be read, or says of this server what cannot be understood: then
/// nobody knows whether it must be joined over TLS.
pub(crate) fn look_up(path: &Path, target: &Target) -> io::Result<Option<Known>> {
    let text = match fs::read_to_string(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        text => text?,
    };
    let mut lines = text.lines().filter_map(|line| about(line, target));
    lines.next_back().map(read).transpose()
}

fn read(words: &str) -> io::Result<Known> {
    match words.split_whitespace().collect::<Vec<_>>()[..] {
        ["trusted"] => Ok(Known::Trusted),
        ["SHA256", hex] if hex.parse::<Fingerprint>().is_ok() => hex
            .parse()
            .map(Known::By)
            .map_err(|()| io::ErrorKind::InvalidData.into()),
        _ => Err(io::Error::new(
            io::ErrorKind::InvalidData,
            format!("nobody knows what \"{words}\" means"),
        )),
    }
}

/// What a line says of this server.
fn about<'a>(line: &'a str, target: &Target) -> Option<&'a str> {
    let (host, words) = line.trim().split_once(char::is_whitespace)?;
    host.eq_ignore_ascii_case(&target.to_string())
        .then_some(words)
}

/// Remembers how this server is known, in place of what was known before.
///
/// # Errors
///
/// If the file cannot be written.
pub(crate) fn remember(path: &Path, target: &Target, known: Known) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let before = match fs::read_to_string(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
        text => text?,
    };
    let mut text = String::new();
    for line in before.lines().filter(|line| about(line, target).is_none()) {
        text.push_str(line);
        text.push('\n');
    }
    text += &match known {
        Known::By(fingerprint) => format!("{target} SHA256 {fingerprint}\n"),
        Known::Trusted => format!("{target} trusted\n"),
    };
    // A reader finds one or the other at any moment.
    let unfinished = path.with_extension(format!("{}.new", std::process::id()));
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&unfinished)?;
    file.write_all(text.as_bytes())?;
    fs::rename(&unfinished, path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(text: &str) -> Target {
        text.parse().unwrap()
    }

    #[test]
    fn what_is_remembered_is_found_and_the_rest_stays() {
        let folder = env::temp_dir().join(format!("chinwag-known-{}", std::process::id()));
        let path = folder.join("deep/known_hosts");
        let (a, b) = (target("A.example:1"), target("[::1]:2"));
        assert_eq!(look_up(&path, &a).unwrap(), None);
        let by = |byte| Known::By(Fingerprint([byte; 32]));
        remember(&path, &a, by(7)).unwrap();
        remember(&path, &b, Known::Trusted).unwrap();
        let text = fs::read_to_string(&path).unwrap();
        fs::write(&path, format!("# mine\n{text}")).unwrap();
        remember(&path, &target("a.example:1"), by(8)).unwrap();
        assert_eq!(look_up(&path, &a).unwrap(), Some(by(8)));
        assert_eq!(look_up(&path, &b).unwrap(), Some(Known::Trusted));
        assert_eq!(look_up(&path, &target("a.example:2")).unwrap(), None);
        let text = fs::read_to_string(&path).unwrap();
        assert!(
            text.starts_with("# mine\n[::1]:2 trusted\na.example:1 SHA256 08:08:"),
            "{text}"
        );
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn what_cannot_be_understood_is_an_error() {
        for words in ["", "SHA256", "SHA256 AB:CD", "SHA1 AB", "trusted by me"] {
            assert!(read(words).is_err(), "{words}");
        }
        let hex = "aB:".repeat(31) + "00";
        assert!(read(&format!("SHA256 {hex}")).is_ok());
        assert!(read(&format!("SHA256 {hex}:00")).is_err());
        assert!(read(&format!("SHA256 {}+1", "AB:".repeat(31))).is_err());
    }
}
