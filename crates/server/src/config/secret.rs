//! Passwords that the server itself uses, and the files that may have them.
//!
//! The files are read when the server starts or reloads its configuration, and by the one command
//! that gives an account its password; export and backup need none.

use std::path::{Path, PathBuf};

use chinwag_wire::dialect::Password;
use chinwag_wire::sniff::{Protocol, Spoke, sniff_silent};

use super::error::ConfigError;
use super::form::Form;
use super::keys::Config;
use super::reading::Reading;

/// The keys of files that have passwords.
const SERVER_FILE: (SecretText, &str) = (SecretText::Server, "server.password_file");
const GATEWAYS_FILE: (SecretText, &str) = (SecretText::Gateways, "irc.gateway_password_file");

/// It is no part of a line.
const BYTE_ORDER_MARK: char = '\u{feff}';

/// The password in these bytes of a file or an input: their first line, without byte order mark and
/// line end.
///
/// # Errors
/// [`NotUtf8`], as a sentence for administrators.
pub fn password_line(bytes: &[u8]) -> Result<&str, NotUtf8> {
    let line = bytes
        .split(|&byte| byte == b'\n')
        .next()
        .unwrap_or_default();
    let line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line);
    let line = std::str::from_utf8(line).map_err(|_| NotUtf8)?;
    Ok(line.trim_end_matches('\r'))
}

/// In another encoding each client would need another password.
#[derive(Debug, thiserror::Error)]
#[error("the password is not UTF-8 text; write it in UTF-8")]
pub struct NotUtf8;

/// A password of the server's. It is never shown.
#[derive(Clone, Copy)]
pub(super) enum SecretText {
    /// The server's password, which some clients send as their first line.
    Server,
    /// The gateways' password, a word of WEBIRC.
    Gateways,
}

impl Form for SecretText {
    type Value = Password;

    fn parse(&self, text: &str) -> Option<Password> {
        let password = Password::parse(text).ok()?;
        let can_be_given = match self {
            Self::Server => is_line(password.reveal()),
            Self::Gateways => {
                !text.starts_with(':') && !password.reveal().contains(char::is_whitespace)
            }
        };
        (!text.is_empty() && can_be_given).then_some(password)
    }

    fn wanted(&self) -> String {
        match self {
            Self::Server => "a password, of 1 to 1024 bytes, that can be typed as a line: not /quit, and not the \
                             beginning of another protocol, such as \"GET /x\""
                .into(),
            Self::Gateways => "a password, one word of 1 to 1024 bytes that does not begin with a colon".into(),
        }
    }

    fn show(&self, _: &Password) -> String {
        "\"...\"".into()
    }
}

/// Whether a person can type a password, as the first line or when prompted.
fn is_line(text: &str) -> bool {
    let is_plain = |end| {
        let line = format!("{text}{end}");
        let is_plain = |spoke| sniff_silent(line.as_bytes(), spoke) == Protocol::Plain;
        is_plain(Spoke::First) && is_plain(Spoke::Greeted)
    };
    let is_typed = text != "/quit" && !text.starts_with(BYTE_ORDER_MARK);
    is_typed && is_plain("\n") && is_plain("\r\n")
}

impl Config {
    /// This configuration with the passwords from files.
    ///
    /// # Errors
    /// [`ConfigError`] if a file cannot be read, or its first line is no password.
    pub fn with_secrets(mut self, reading: Reading) -> Result<Self, ConfigError> {
        let server = (
            SERVER_FILE,
            self.server.password_file.as_deref(),
            &mut self.server.password,
        );
        let gateways = (
            GATEWAYS_FILE,
            self.irc.gateway_password_file.as_deref(),
            &mut self.irc.gateway_password,
        );
        for ((form, key), path, password) in [server, gateways] {
            if let Some(path) = path {
                *password = Some(read(form, key, path, reading)?);
            }
        }
        Ok(self)
    }

    /// Whether a password is the server's own, as far as its file can be read.
    pub fn is_server_password(&self, password: &str) -> bool {
        let path = self.server.password_file.as_deref();
        let (form, key) = SERVER_FILE;
        let in_file = path.and_then(|path| read(form, key, path, Reading::Again).ok());
        let own = in_file.as_ref().or(self.server.password.as_ref());
        own.is_some_and(|own| own.reveal() == password)
    }
}

fn read(
    form: SecretText,
    key: &'static str,
    path: &Path,
    reading: Reading,
) -> Result<Password, ConfigError> {
    let wrong = |reason: String| ConfigError::SecretFile {
        key,
        path: PathBuf::from(path),
        reason,
    };
    let bytes = reading
        .bytes(path)
        .map_err(|error| wrong(error.to_string()))?;
    let line = password_line(&bytes).map_err(|error| wrong(error.to_string()))?;
    let wanted = || wrong(format!("its first line must be {}", form.wanted()));
    form.parse(line).ok_or_else(wanted)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn config(file: &str) -> Result<Config, String> {
        let config = Config::from_file(file).and_then(|config| config.with_secrets(Reading::First));
        config.map_err(|error| error.to_string())
    }

    #[test]
    fn the_first_line_of_a_file_is_the_password() {
        let path = std::env::temp_dir().join(format!("chinwag-secret-{}", std::process::id()));
        fs::write(&path, "open sesame\nand more\n").expect("a file");
        let file = path.display();
        let read = config(&format!("[server]\npassword_file = \"{file}\""));
        let password = read.expect("a configuration").server.password;
        assert_eq!(password, Password::parse("open sesame").ok());
        let unread = Config::from_file(&format!("[server]\npassword_file = \"{file}\""));
        let unread = unread.expect("a configuration");
        assert!(unread.is_server_password("open sesame") && !unread.is_server_password("sesame"));
        fs::write(&path, "\u{feff}open sesame\r\n").expect("a file");
        let marked = config(&format!("[server]\npassword_file = \"{file}\""));
        let marked = marked.expect("a configuration").server.password;
        assert_eq!(marked, Password::parse("open sesame").ok());
        fs::write(&path, b"gr\xfcn und blau\n").expect("a file");
        let latin = config(&format!("[server]\npassword_file = \"{file}\""));
        let latin = latin.expect_err("no text");
        assert!(latin.contains("the password is not UTF-8 text"), "{latin}");
        fs::write(&path, "\n").expect("a file");
        let empty = config(&format!("[irc]\ngateway_password_file = \"{file}\""));
        let empty = empty.expect_err("no password");
        assert!(empty.contains("irc.gateway_password_file"), "{empty}");
        fs::remove_file(&path).expect("no file");
        let gone = config(&format!("[server]\npassword_file = \"{file}\""));
        assert!(gone.is_err());
    }

    #[test]
    fn a_password_that_nobody_can_give_is_refused() {
        for word in [
            "GET /x",
            "{",
            "PASS x",
            "SSH-2",
            "HELP",
            "/quit",
            "\u{feff}x",
            "",
        ] {
            let refused = config(&format!("[server]\npassword = {}", quoted(word)));
            let refused = refused.expect_err(word);
            assert!(refused.contains("can be typed as a line"), "{refused}");
        }
        for word in ["GET x", "/help", "open sesame", "help", "lee#x", "NICKEL"] {
            config(&format!("[server]\npassword = {}", quoted(word))).expect(word);
        }
        for word in ["open sesame", ":sesame", ""] {
            let refused = config(&format!("[irc]\ngateway_password = {}", quoted(word)));
            let refused = refused.expect_err(word);
            assert!(refused.contains("one word"), "{refused}");
        }
        config("[irc]\ngateway_password = \"GET:x\"").expect("a word");
    }

    fn quoted(text: &str) -> String {
        toml::Value::from(text).to_string()
    }

    #[test]
    fn nothing_shows_a_password() {
        let config = config("[server]\npassword = \"open sesame\"").expect("a configuration");
        let shown = format!("{config:?} {}", config.shown().concat());
        assert!(!shown.contains("sesame"), "{shown}");
        let wrong = Config::from_file("[server]\npassword = \"se\\u0007same\"");
        let wrong = wrong.expect_err("no password").to_string();
        assert!(!wrong.contains("same"), "{wrong}");
    }
}
