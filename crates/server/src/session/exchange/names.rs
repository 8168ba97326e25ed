//! Names that need a password, and passwords that change.

use std::sync::Arc;

use chinwag_core::{Command, Duration, Monotonic, Name, Proof, Query, Rejection, ResumeCode, Seq};
use chinwag_wire::dialect::{Ask, IrcLogIn, Password, Tell};

use super::{Continuation, Question, Session};
use crate::hub::Body;
use crate::password_gate::{Admission, Attempt, AttemptOrigin, Secret, TypedAt};
use crate::shard::Shared;
use crate::worker::{Job, PasswordJob};

/// A password that has to wait before it is checked.
#[derive(Debug)]
pub(super) struct Delayed {
    attempt: Attempt,
    purpose: Purpose,
    has_waited: bool,
    pub(super) until: Monotonic,
}

/// What a password is hashed for.
#[derive(Debug)]
pub(super) enum Hashed {
    /// The person's own account, with the proof of its previous password.
    Own(Option<Proof>),
    /// An account of a name that nobody bears.
    Early(Name),
}

/// What a name is proven for.
#[derive(Debug)]
pub(super) enum Purpose {
    LogIn {
        is_script: bool,
        irc: Option<Box<IrcLogIn>>,
    },
    /// A later login to this account.
    Prove(Name),
    Rename,
    /// An account.
    LogInTo {
        beside: bool,
    },
    /// Giving up a name or an account.
    Unclaim,
    /// Another password.
    ChangePassword(Password),
}

impl Purpose {
    /// Whether it changes the account that the person is logged in to.
    fn is_of_own_account(&self) -> bool {
        matches!(self, Self::Unclaim | Self::ChangePassword(_))
    }

    /// The same, now that the owner of the name is known.
    fn of_account(self, account: Name) -> Self {
        match self {
            Self::Prove(_) => Self::Prove(account),
            purpose => purpose,
        }
    }
}

impl Session {
    /// Handles requests about a name and its password.
    pub(super) fn ask_about_name(&mut self, ask: Ask, shared: &mut Shared) {
        if let Some(unfit) = new_password(&ask).and_then(|new| why_unfit(new, shared)) {
            return self.answer(Tell::Rejected(&unfit), shared);
        }
        match ask {
            Ask::LogIn {
                name,
                password,
                is_script,
                irc,
            } => {
                let purpose = Purpose::LogIn { is_script, irc };
                self.ask_name(name, password, purpose, shared);
            }
            Ask::Prove { name, password } => {
                let purpose = Purpose::Prove(name.clone());
                self.ask_name(Some(name), Some(password), purpose, shared);
            }
            Ask::ProveByCertificate { name } => self.ask_certified(name, shared),
            Ask::Rename { name, password } => {
                self.ask_name(Some(name), password, Purpose::Rename, shared);
            }
            Ask::LogInTo {
                name,
                password,
                beside,
            } => {
                let purpose = Purpose::LogInTo { beside };
                self.ask_name(Some(name), password, purpose, shared);
            }
            Ask::Unclaim { account, password } => {
                self.ask_name(Some(account), password, Purpose::Unclaim, shared);
            }
            Ask::Register(_) if !self.may_register(shared) => {}
            Ask::Register(password) => {
                let proof = self.certificate().map(Proof);
                self.ask_hash(password, Hashed::Own(proof), shared);
            }
            Ask::RegisterName { .. } if !self.may_register(shared) => {}
            Ask::RegisterName { name, password } => {
                self.ask_hash(password, Hashed::Early(name), shared);
            }
            Ask::Claim if !self.may_register(shared) => {}
            Ask::Claim => self.claim(shared),
            Ask::Forget(certificate) => {
                let proof = self.proof();
                let forget = Command::Forget { certificate, proof };
                self.ask_hub(Body::Command(forget), Continuation::Tell, shared);
            }
            Ask::ChangePassword { name, old, new } => {
                let purpose = Purpose::ChangePassword(new);
                self.ask_name(Some(name), Some(old), purpose, shared);
            }
            // No other request gets here.
            _ => {}
        }
    }

    fn ask_name(
        &mut self,
        name: Option<Name>,
        password: Option<Password>,
        purpose: Purpose,
        shared: &mut Shared,
    ) {
        match (name, password) {
            (Some(name), Some(password)) => {
                let query = Body::Query(Query::PasswordHash(name.clone()));
                let then = Continuation::PasswordHash {
                    name,
                    password,
                    purpose,
                };
                self.ask_hub(query, then, shared);
            }
            (name, _) => {
                // What the client proved on arriving takes precedence over the connection's
                // certificate.
                let is_proven = matches!(&purpose, Purpose::LogIn { irc: Some(irc), .. } if irc.proven.is_some());
                let proof = self.certificate().filter(|_| !is_proven).map(Proof);
                let needs_proof = matches!(purpose, Purpose::LogInTo { .. } | Purpose::Unclaim);
                if needs_proof && proof.is_none() {
                    return self.answer(Tell::Rejected(&Rejection::NeedsProof), shared);
                }
                self.take_name(name, proof, purpose, shared);
            }
        }
    }

    pub(super) fn take_name(
        &mut self,
        name: Option<Name>,
        proof: Option<Proof>,
        purpose: Purpose,
        shared: &mut Shared,
    ) {
        let command = match (purpose, name) {
            (Purpose::LogIn { is_script, irc }, name) => log_in(name, proof, is_script, irc),
            (Purpose::Prove(account), Some(name)) => {
                return match proof {
                    Some(proof) => self.answer(Tell::Proven(&account, &proof), shared),
                    None => {
                        let rejection = Rejection::NotRegistered(name);
                        self.answer(Tell::Rejected(&rejection), shared);
                    }
                };
            }
            (Purpose::Rename, Some(name)) => Command::Rename { name, proof },
            (Purpose::LogInTo { beside }, Some(name)) => Command::LogInTo {
                name,
                proof,
                beside,
            },
            (Purpose::Unclaim, Some(_)) => Command::Unclaim { proof },
            (Purpose::ChangePassword(new), Some(_)) => {
                return match why_unfit(&new, shared) {
                    Some(unfit) => self.answer(Tell::Rejected(&unfit), shared),
                    None => self.ask_hash(new, Hashed::Own(proof), shared),
                };
            }
            (_, None) => return,
        };
        self.ask_hub(Body::Command(command), Continuation::Tell, shared);
    }

    /// Takes what is known of a name that came with a password: its account, and the password's
    /// hash.
    pub(super) fn take_found(
        &mut self,
        found: Option<(Name, Option<Arc<str>>)>,
        name: Name,
        password: Password,
        purpose: Purpose,
        shared: &mut Shared,
    ) {
        match found {
            None if purpose.is_of_own_account() => {
                self.answer(Tell::Rejected(&Rejection::NotLoggedIn), shared);
            }
            None | Some((_, None)) => self.take_unregistered(name, purpose, shared),
            Some((account, Some(hash))) => {
                let has_waited = self.exchange.take_waited(&hash);
                let origin = self.origin();
                let attempt = Attempt {
                    name,
                    password,
                    hash,
                    origin,
                };
                self.ask_proof(attempt, purpose.of_account(account), has_waited, shared);
            }
        }
    }

    /// Handles a name that came with a password and is not registered.
    fn take_unregistered(&mut self, name: Name, purpose: Purpose, shared: &mut Shared) {
        // An IRC client may send a server's password by habit.
        if let Purpose::LogIn { irc: None, .. } = purpose {
            self.exchange.note_needless_password();
        }
        self.take_name(Some(name), None, purpose, shared);
    }

    pub(super) fn origin(&self) -> AttemptOrigin {
        let typed_at = match self.person {
            Some(_) => TypedAt::Command,
            None => TypedAt::Prompt,
        };
        AttemptOrigin::new(self.peer.address, typed_at)
    }

    pub(super) fn ask_hash(&mut self, password: Password, hashed: Hashed, shared: &mut Shared) {
        let origin = self.origin();
        if !shared.workers.gate.enter(origin) {
            return self.answer(Tell::Busy, shared);
        }
        let job = PasswordJob::Hash(password, origin);
        match self.submit(Job::Password(job), shared) {
            Some(ticket) => self.exchange.wait(ticket, Continuation::Hashed(hashed)),
            None => {
                shared.workers.gate.leave(origin);
                self.answer(Tell::Busy, shared);
            }
        }
    }

    /// Has a password checked, which may have waited for that already.
    pub(super) fn ask_proof(
        &mut self,
        attempt: Attempt,
        purpose: Purpose,
        has_waited: bool,
        shared: &mut Shared,
    ) {
        let gate = shared.workers.gate.clone();
        match gate.admit(&attempt, has_waited, shared.now, shared.wall) {
            Admission::Delayed(wait) => {
                self.delay(attempt, purpose, true, wait, shared);
                self.tell(Tell::PasswordWaits(wait), shared);
            }
            Admission::Busy(wait) => self.delay(attempt, purpose, has_waited, wait, shared),
            Admission::Known { is_right } => {
                let proof = is_right.then_some(Proof(attempt.hash));
                self.take_proven(attempt.name, proof, purpose, shared);
            }
            Admission::Hash => {
                let job = PasswordJob::Verify(Box::new(attempt.clone()));
                match self.submit(Job::Password(job), shared) {
                    Some(ticket) => {
                        let name = attempt.name;
                        let then = Continuation::Proof { name, purpose };
                        self.exchange.wait(ticket, then);
                    }
                    None => {
                        let wait = gate.withdraw(&attempt);
                        self.delay(attempt, purpose, has_waited, wait, shared);
                    }
                }
            }
        }
    }

    /// Checks a password later. Input waits meanwhile, so a connection has only one on the way.
    fn delay(
        &mut self,
        attempt: Attempt,
        purpose: Purpose,
        has_waited: bool,
        wait: Duration,
        shared: &Shared,
    ) {
        self.exchange
            .put_off(Continuation::Delayed(Box::new(Delayed {
                attempt,
                purpose,
                has_waited,
                until: shared.now + wait,
            })));
    }

    /// Checks a password whose time has come.
    pub(in crate::session) fn handle_delay_over(&mut self, shared: &mut Shared) {
        let is_delayed = |question: &mut Box<Question>| question.then.waits_until().is_some();
        let question = self.exchange.question.take_if(is_delayed);
        match question.map(|question| question.then) {
            Some(Continuation::Delayed(delayed)) => {
                let Delayed {
                    attempt,
                    purpose,
                    has_waited,
                    ..
                } = *delayed;
                self.ask_proof(attempt, purpose, has_waited, shared);
            }
            Some(Continuation::DelayedCode { code, after, .. }) => self.resume(code, after, shared),
            Some(Continuation::DelayedKey { key, .. }) => self.use_key(key, shared),
            _ => {}
        }
        self.finish_input(shared);
    }

    /// Resumes a session by its code, which may have to wait before it is checked.
    pub(super) fn ask_resume(&mut self, code: ResumeCode, after: Option<Seq>, shared: &mut Shared) {
        let gate = &shared.workers.gate;
        let Some(wait) = gate.delay_of(Secret::ResumeCode, self.origin(), shared.now) else {
            return self.resume(code, after, shared);
        };
        let until = shared.now + wait;
        self.exchange
            .put_off(Continuation::DelayedCode { code, after, until });
        self.tell(Tell::PasswordWaits(wait), shared);
    }

    fn resume(&mut self, code: ResumeCode, after: Option<Seq>, shared: &mut Shared) {
        let resume = Body::Command(Command::Resume(code));
        self.ask_hub(resume, Continuation::Resume { after }, shared);
    }

    /// Whether a name may be registered from here now. If not, tells the client when.
    pub(super) fn may_register(&mut self, shared: &mut Shared) -> bool {
        let admitted = shared
            .workers
            .gate
            .admit_registration(self.origin(), shared.now);
        if let Err(wait) = admitted {
            let refused = Rejection::TooManyRegistered { wait };
            self.answer(Tell::Rejected(&refused), shared);
        }
        admitted.is_ok()
    }

    pub(super) fn take_proven(
        &mut self,
        name: Name,
        proof: Option<Proof>,
        purpose: Purpose,
        shared: &mut Shared,
    ) {
        if proof.is_none() {
            let wrong = Rejection::WrongPassword(match purpose {
                Purpose::Prove(account) => account,
                _ => name,
            });
            return self.answer(Tell::Rejected(&wrong), shared);
        }
        self.exchange.set_proven(proof.clone());
        if let Purpose::Prove(_) = purpose {
            self.exchange.note_waited();
        }
        self.exchange
            .set_guesses(shared.workers.gate.take_guesses(&name));
        self.take_name(Some(name), proof, purpose, shared);
    }
}

/// Why no account may have this password, if so.
fn why_unfit(new: &Password, shared: &Shared) -> Option<Rejection> {
    let letters_min = shared.config.limits.password_letters_min;
    match new.letters() < letters_min {
        _ if shared.config.door.is_password(new) => Some(Rejection::PasswordOfServer),
        true => Some(Rejection::WeakPassword { letters_min }),
        false if new.is_quoted() => Some(Rejection::QuotedPassword),
        false => None,
    }
}

/// The new password of an account in this request. Whether it may replace an existing one is
/// decided when its owner has given that.
fn new_password(ask: &Ask) -> Option<&Password> {
    match ask {
        Ask::Register(new) | Ask::RegisterName { password: new, .. } => Some(new),
        _ => None,
    }
}

fn log_in(
    name: Option<Name>,
    proof: Option<Proof>,
    is_script: bool,
    irc: Option<Box<IrcLogIn>>,
) -> Command {
    let (ident, proven) = match irc {
        Some(irc) => (Some(Box::new(irc.ident)), irc.proven),
        None => (None, None),
    };
    let (account, other) = proven.unzip();
    Command::LogIn {
        name,
        proof: proof.or(other),
        is_script,
        ident,
        account,
    }
}
