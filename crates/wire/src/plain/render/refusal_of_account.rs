//! Refusals about registered names and passwords. Each says what to type instead, which differs
//! between the prompt and a command.

use core::fmt::{self, Display, Formatter};

use chinwag_core::{Name, Rejection};

use crate::plain::SHELL;
use crate::plain::request::Context;
use crate::plain::words::Above;

/// A refusal as a sentence.
pub(super) struct OfAccount<'a>(pub(super) &'a Rejection, pub(super) Context);

impl Display for OfAccount<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.0 {
            Rejection::NameRegistered(name) => registered(f, name, self.1),
            Rejection::NeedsOldPassword(name) if self.1 != Context::Command("passwd") => write!(
                f,
                "{name} is registered already. /passwd OLD NEW changes the password."
            ),
            Rejection::WrongPassword(name) | Rejection::NeedsOldPassword(name) => {
                wrong(f, name, self.1)
            }
            rejection => about_logins(f, rejection, self.1),
        }
    }
}

fn registered(f: &mut Formatter<'_>, name: &Name, context: Context) -> fmt::Result {
    write!(f, "\"{name}\" is registered.")?;
    let command = match context {
        Context::Command("rename" | SHELL) => return Ok(()),
        Context::Command("nick") => "/nick ",
        _ => "",
    };
    write!(
        f,
        " If it is yours, type {command}{name}#password; or choose another."
    )
}

fn wrong(f: &mut Formatter<'_>, name: &Name, context: Context) -> fmt::Result {
    write!(f, "That is not the password of {name}.")?;
    match context {
        Context::Prompt => write!(
            f,
            " Type {name}#password again, with the right one; or choose another name."
        ),
        Context::Command("nick") => write!(
            f,
            " Type /nick {name}#password again, with the right one; or choose another."
        ),
        Context::Command("passwd") => f.write_str(
            " /passwd OLD NEW takes the old one first; in quotation marks if it has blanks.",
        ),
        Context::Command(command) => write!(f, " Type /{command} again, with the right one."),
        Context::Speech => Ok(()),
    }
}

/// Why a certificate is no proof.
const UNCHECKED: &str = "Your certificate counts as none: it cannot be read, or its key is of a kind that cannot be checked.";

fn about_logins(f: &mut Formatter<'_>, rejection: &Rejection, context: Context) -> fmt::Result {
    match (rejection, context) {
        (Rejection::NeedsProof, Context::Command("claim")) => {
            f.write_str("A name needs a password: /claim PASSWORD.")
        }
        (Rejection::CertificateUnchecked, Context::Command("claim")) => {
            write!(f, "A name needs a password: /claim PASSWORD. {UNCHECKED}")
        }
        (Rejection::NeedsProof, Context::Command("unclaim")) => {
            f.write_str("Usage: /unclaim PASSWORD. /help unclaim explains it.")
        }
        (Rejection::NotLoggedIn, _) => f.write_str(
            "You are not logged in. /claim PASSWORD keeps your name, /login NAME PASSWORD logs in.",
        ),
        (Rejection::LoggedInAlready(name), Context::Command("claim")) => {
            write!(f, "Your name belongs to your account {name} already.")
        }
        (Rejection::LoggedInAlready(name), _) => {
            write!(f, "You are logged in to {name} already. /logout ends it.")
        }
        (Rejection::TooManyLogins { logins_max }, _) => {
            write!(
                f,
                "{logins_max} connections are logged in to it, the limit."
            )
        }
        (Rejection::TooManyNames { names_max }, _) => write!(
            f,
            "An account has {names_max} names beside its own, the limit. /unclaim PASSWORD frees one."
        ),
        (Rejection::NotRegistered(name), _) => write!(f, "\"{name}\" is not registered."),
        (Rejection::TooManyRegistered { wait }, _) => write!(
            f,
            "Many names were registered from your address. Try again in {}.",
            Above(*wait)
        ),
        (Rejection::RegistrationsFull, _) => f.write_str("The list of registered names is full."),
        (rejection, _) => about_proofs(f, rejection),
    }
}

fn about_proofs(f: &mut Formatter<'_>, rejection: &Rejection) -> fmt::Result {
    match rejection {
        Rejection::WeakPassword { letters_min } => {
            write!(f, "A password has at least {letters_min} letters.")
        }
        Rejection::QuotedPassword => f.write_str(
            "A new password may have blanks: type it without the quotation marks around it.",
        ),
        Rejection::PasswordOfServer => {
            f.write_str("Everybody here knows that password: it is the server's. Take another.")
        }
        Rejection::NeedsServerPassword => f.write_str("This server asks for a password first."),
        Rejection::WrongServerPassword => f.write_str("That is not the password of this server."),
        Rejection::NeedsProof => f.write_str(
            "That needs the password of the account, or a connection with a certificate of it.",
        ),
        Rejection::CertificateUnchecked => {
            write!(f, "That needs the password of the account. {UNCHECKED}")
        }
        Rejection::NotProven(name) => write!(
            f,
            "This session was taken up by its code. First type /logout and /login {name} PASSWORD."
        ),
        Rejection::TooManyCertificates { certificates_max } => write!(
            f,
            "An account has {certificates_max} certificates, the limit. /account forget SHA256 takes one out."
        ),
        Rejection::NoSuchCertificate => {
            f.write_str("None of your certificates begins so, or several do. /account lists them.")
        }
        Rejection::LastCredential(name) => write!(
            f,
            "Nothing else proves that {name} is yours. Type /claim PASSWORD first."
        ),
        // The others are worded above.
        _ => Ok(()),
    }
}
