//! Reading the commands about oneself.

use alloc::string::String;
use alloc::sync::Arc;

use chinwag_core::{CertificatePrefix, Command, Query, ResumeCode};
use zeroize::Zeroizing;

use super::arguments::{Arguments, known_name, name};
use super::{Read, clear_or_set, name_and_password, password};
use crate::dialect::Password;
use crate::plain::request::{EchoedInput, ParseError, Pref, PrefChange, Request};
use crate::prefs::TimeStyle;
use crate::zone::{zone, zone_like};

/// Before a name: leave a connection that uses it alone.
const BESIDE: &str = "beside ";

pub(in crate::plain) fn nick(arguments: Arguments<'_>) -> Read {
    if arguments.rest().is_empty() {
        return Err(arguments.usage());
    }
    let (name, password) = name_and_password(arguments.rest())?;
    Ok(Request::Rename { name, password })
}

pub(in crate::plain) fn claim(arguments: Arguments<'_>) -> Read {
    match arguments.rest() {
        "" => Ok(Request::Claim),
        text => Ok(Request::Register(password(text)?)),
    }
}

/// `NAME PASSWORD`, or `NAME#PASSWORD` as at the prompt; either after `beside`.
pub(in crate::plain) fn login(mut arguments: Arguments<'_>) -> Read {
    let rest = arguments.rest().strip_prefix(BESIDE);
    // A person may be called that.
    let rest = rest.filter(|rest| rest.contains([' ', '#']));
    let beside = rest.is_some();
    if beside {
        arguments.word()?;
    }
    // A password may begin with the sign, after a blank.
    let before = arguments.rest().split('#').next().unwrap_or_default();
    let is_one_word = !before.contains(char::is_whitespace);
    let (own, secret) = match name_and_password(arguments.rest()) {
        Ok((own, Some(secret))) if is_one_word => (own, Some(secret)),
        _ => {
            let own = name(arguments.word()?)?;
            match arguments.rest() {
                "" => (own, None),
                text => (own, Some(password(text)?)),
            }
        }
    };
    Ok(Request::LogInTo {
        name: own,
        password: secret,
        beside,
    })
}

pub(in crate::plain) fn logout(arguments: Arguments<'_>) -> Read {
    arguments.end().map(|()| Request::Command(Command::LogOut))
}

pub(in crate::plain) fn account(mut arguments: Arguments<'_>) -> Read {
    match arguments.next() {
        None => Ok(Request::Query(Query::Account)),
        Some(word) if word.eq_ignore_ascii_case("forget") => {
            let certificate = CertificatePrefix::parse(arguments.rest());
            certificate
                .map(Request::Forget)
                .ok_or(ParseError::BadCertificate)
        }
        Some(_) => Err(arguments.usage()),
    }
}

pub(in crate::plain) fn unclaim(arguments: Arguments<'_>) -> Read {
    match arguments.rest() {
        "" => Ok(Request::Unclaim(None)),
        text => Ok(Request::Unclaim(Some(password(text)?))),
    }
}

/// The old password may be in quotation marks, since it may have blanks.
pub(in crate::plain) fn passwd(mut arguments: Arguments<'_>) -> Read {
    let (old, new) = match quoted(arguments.rest()) {
        Some((old, new)) => (old, new.trim()),
        None => (Zeroizing::new(arguments.word()?.into()), arguments.rest()),
    };
    if old.is_empty() || new.is_empty() {
        return Err(arguments.usage());
    }
    let old = Password::parse(&old).map_err(|_| arguments.usage())?;
    let new = password(new)?;
    Ok(Request::ChangePassword { old, new })
}

/// What stands in quotation marks, and what behind them. A mark inside is doubled; the last has a blank behind it, or
/// nothing.
fn quoted(text: &str) -> Option<(Zeroizing<String>, &str)> {
    let mut rest = text.strip_prefix('"')?;
    let mut inside = Zeroizing::new(String::with_capacity(text.len()));
    loop {
        let (part, behind) = rest.split_once('"')?;
        inside.push_str(part);
        match behind.strip_prefix('"') {
            Some(more) => {
                inside.push('"');
                rest = more;
            }
            None if behind.is_empty() || behind.starts_with(char::is_whitespace) => {
                return Some((inside, behind));
            }
            None => return None,
        }
    }
}

pub(in crate::plain) fn away(arguments: Arguments<'_>) -> Read {
    let command = match arguments.note()?.map(clear_or_set) {
        Some(None) => Command::Back,
        why => Command::Away(why.flatten()),
    };
    Ok(Request::Command(command))
}

pub(in crate::plain) fn back(arguments: Arguments<'_>) -> Read {
    arguments.end().map(|()| Request::Command(Command::Back))
}

pub(in crate::plain) fn ignore(arguments: Arguments<'_>) -> Read {
    match arguments.rest() {
        "" => Ok(Request::Query(Query::Ignores)),
        typed => Ok(hear(typed, false)?),
    }
}

pub(in crate::plain) fn unignore(arguments: Arguments<'_>) -> Read {
    hear(arguments.only_word()?, true)
}

fn hear(typed: &str, again: bool) -> Read {
    let (name, on) = (known_name(typed)?, !again);
    Ok(Request::Command(Command::Ignore {
        name,
        account: None,
        on,
    }))
}

pub(in crate::plain) fn time(arguments: Arguments<'_>) -> Read {
    let time = match arguments.keyword().as_str() {
        "" => return Ok(Request::Pref(PrefChange::Show(Pref::Time))),
        "off" => TimeStyle::Off,
        "short" => TimeStyle::Short,
        "full" => TimeStyle::Full,
        _ => return Err(arguments.usage()),
    };
    Ok(Request::Pref(PrefChange::Time(time)))
}

pub(in crate::plain) fn tz(arguments: Arguments<'_>) -> Read {
    let change = match arguments.rest() {
        "" => PrefChange::Show(Pref::Zone),
        "-" => PrefChange::Zone(None),
        typed => PrefChange::Zone(Some(zone_name(typed)?)),
    };
    Ok(Request::Pref(change))
}

/// The canonical spelling of a zone. A person writes `new york` with a space.
fn zone_name(typed: &str) -> Result<Arc<str>, ParseError> {
    let name: String = typed
        .split_whitespace()
        .collect::<alloc::vec::Vec<_>>()
        .join("_");
    let zone = zone(&name);
    let canonical = zone.as_ref().and_then(|zone| zone.iana_name());
    canonical.map(Arc::from).ok_or_else(|| ParseError::BadZone {
        typed: EchoedInput::new(typed),
        meant: zone_like(&name),
    })
}

pub(in crate::plain) fn echo(arguments: Arguments<'_>) -> Read {
    switch(&arguments, Pref::Echo, PrefChange::Echo)
}

pub(in crate::plain) fn quiet(arguments: Arguments<'_>) -> Read {
    switch(&arguments, Pref::Quiet, PrefChange::Quiet)
}

pub(in crate::plain) fn color(arguments: Arguments<'_>) -> Read {
    switch(&arguments, Pref::Color, PrefChange::Color)
}

pub(in crate::plain) fn bell(arguments: Arguments<'_>) -> Read {
    switch(&arguments, Pref::Bell, PrefChange::Bell)
}

fn switch(arguments: &Arguments<'_>, pref: Pref, change: fn(bool) -> PrefChange) -> Read {
    let change = match arguments.keyword().as_str() {
        "" => PrefChange::Show(pref),
        "on" => change(true),
        "off" => change(false),
        _ => return Err(arguments.usage()),
    };
    Ok(Request::Pref(change))
}

pub(in crate::plain) fn stats(arguments: Arguments<'_>) -> Read {
    arguments.end().map(|()| Request::Query(Query::Stats))
}

pub(in crate::plain) fn resume(arguments: Arguments<'_>) -> Read {
    match arguments.rest() {
        "" => Err(arguments.usage()),
        typed => Ok(Request::Resume(resume_code(typed)?)),
    }
}

/// Reads a resume code.
pub(super) fn resume_code(typed: &str) -> Result<ResumeCode, ParseError> {
    typed.parse().map_err(|_| ParseError::BadCode)
}

pub(in crate::plain) fn quit(arguments: Arguments<'_>) -> Read {
    Ok(Request::Quit(arguments.note()?))
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use super::*;
    use crate::plain::parse::parse;

    #[track_caller]
    fn check(line: &str, expected: Option<(&str, &str)>) {
        let parsed = parse(line);
        let found = match &parsed {
            Ok(Request::ChangePassword { old, new }) => Some((old.reveal(), new.reveal())),
            _ => None,
        };
        assert_eq!(found, expected, "{line}");
    }

    #[test]
    fn a_login_takes_either_form() {
        let read = |line| match parse(line) {
            Ok(Request::LogInTo {
                name,
                password,
                beside,
            }) => {
                let password = password.map_or_else(Default::default, |p| p.reveal().to_string());
                Some((beside, name.as_str().to_string(), password))
            }
            _ => None,
        };
        let of = |beside, who: &str, password: &str| {
            Some((beside, who.to_string(), password.to_string()))
        };
        let expected = |password: &str| of(false, "lee", password);
        let aside = of(true, "lee", "s3cret word");
        assert_eq!(read("/login beside lee s3cret word"), aside);
        assert_eq!(read("/login beside lee#s3cret word"), aside);
        assert_eq!(read("/login beside s3cret"), of(false, "beside", "s3cret"));
        assert_eq!(read("/login lee s3cret word"), expected("s3cret word"));
        assert_eq!(read("/login lee#s3cret word"), expected("s3cret word"));
        assert_eq!(read("/login lee s3cret#2"), expected("s3cret#2"));
        assert_eq!(read("/login lee #s3cret word "), expected("#s3cret word"));
        assert_eq!(read("/login lee##s3cret"), expected("#s3cret"));
        assert_eq!(read("/login lee"), expected(""), "a certificate may do");
        assert_eq!(read("/login"), None);
    }

    #[test]
    fn a_certificate_is_named_by_its_first_digits() {
        let read = |line: &str| match parse(line) {
            Ok(Request::Forget(certificate)) => Some(certificate.as_str().to_string()),
            _ => None,
        };
        assert_eq!(read("/account forget 0aF1"), Some("0af1".to_string()));
        assert_eq!(read("/account FORGET 0A:F1:22"), Some("0af122".to_string()));
        for wrong in ["0af", "xyzw", "", "0af1 22", &"0".repeat(65)] {
            assert_eq!(
                read(&std::format!("/account forget {wrong}")),
                None,
                "{wrong}"
            );
        }
        let forget = parse("/account forget zz");
        assert!(matches!(forget, Err(ParseError::BadCertificate)));
        assert!(matches!(
            parse("/account"),
            Ok(Request::Query(Query::Account))
        ));
        assert!(parse("/account remove 0af1").is_err());
    }

    #[test]
    fn the_old_password_may_have_blanks_in_quotation_marks() {
        check(
            "/passwd s3cretword a new one",
            Some(("s3cretword", "a new one")),
        );
        check(
            "/passwd \"an old one\" a new one",
            Some(("an old one", "a new one")),
        );
        check(
            "/passwd \"half anotherword",
            Some(("\"half", "anotherword")),
        );
        check(
            "/passwd \"say \"\"hi\"\" now\" a new one",
            Some(("say \"hi\" now", "a new one")),
        );
        check(
            "/passwd \"\"\"half\" anotherword",
            Some(("\"half", "anotherword")),
        );
        check(
            "/passwd \"half\"whole anotherword",
            Some(("\"half\"whole", "anotherword")),
        );
        check("/passwd s3cretword", None);
        check("/passwd \"an old one\"", None);
        check("/passwd", None);
    }
}
