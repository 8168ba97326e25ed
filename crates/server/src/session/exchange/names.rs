//! Names that need a password, and passwords that change.

use chinwag_core::{Command, Name, Proof, Query, Rejection};
use chinwag_wire::dialect::{Password, Tell};

use super::{Question, Session, Step};
use crate::hub::Body;
use crate::password_gate::{Admission, Attempt, Door, Origin};
use crate::shard::Shared;
use crate::worker::Job;

/// What a name is proven for.
#[derive(Debug)]
pub(super) enum Purpose {
    LogIn {
        is_script: bool,
    },
    Rename,
    /// An account.
    LogInTo {
        beside: bool,
    },
    /// A name, or an account, that is given up.
    Unclaim,
    /// Another password.
    ChangePassword(Password),
}

impl Session {
    pub(super) fn ask_name(
        &mut self,
        name: Option<Name>,
        password: Option<Password>,
        purpose: Purpose,
        shared: &mut Shared,
    ) {
        match (name, password) {
            (Some(name), Some(password)) => {
                let query = Body::Query(Query::PasswordHash(name.clone()));
                let step = Step::PasswordHash {
                    name,
                    password,
                    purpose,
                };
                self.ask_hub(query, step, shared);
            }
            (name, _) => self.take_name(name, None, purpose, shared),
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
            (Purpose::LogIn { is_script }, name) => Command::LogIn {
                name,
                proof,
                is_script,
            },
            (Purpose::Rename, Some(name)) => Command::Rename { name, proof },
            (Purpose::LogInTo { beside }, Some(name)) => Command::LogInTo {
                name,
                proof,
                beside,
            },
            (Purpose::Unclaim, Some(_)) => Command::Unclaim { proof },
            (Purpose::ChangePassword(new), Some(_)) => return self.ask_hash(new, proof, shared),
            (_, None) => return,
        };
        self.ask_hub(Body::Command(command), Step::Tell, shared);
    }

    pub(super) fn origin(&self) -> Origin {
        let door = match self.person {
            Some(_) => Door::Chatting,
            None => Door::Arriving,
        };
        Origin::new(self.peer.address, door)
    }

    pub(super) fn ask_hash(
        &mut self,
        password: Password,
        proof: Option<Proof>,
        shared: &mut Shared,
    ) {
        let origin = self.origin();
        let ticket = self.exchange.ticket();
        if !shared.workers.gate.enter(origin) {
            return self.answer(Tell::Busy, shared);
        }
        let job = Job::Hash(password, origin);
        if shared.workers.submit(self.id, ticket, job) {
            let step = Step::Registration(proof);
            self.exchange.question = Some(Box::new(Question { ticket, step }));
        } else {
            shared.workers.gate.leave(origin);
            self.answer(Tell::Busy, shared);
        }
    }

    pub(super) fn ask_proof(&mut self, attempt: Attempt, purpose: Purpose, shared: &mut Shared) {
        let gate = shared.workers.gate.clone();
        match gate.admit(&attempt, shared.now, shared.wall) {
            Admission::TooMany(wait) => self.answer(Tell::TooManyGuesses(wait), shared),
            Admission::Busy => self.answer(Tell::Busy, shared),
            Admission::Known { is_right } => {
                let proof = is_right.then_some(Proof(attempt.hash));
                self.take_proven(attempt.name, proof, purpose, shared);
            }
            Admission::Hash => {
                let ticket = self.exchange.ticket();
                let job = Job::Verify(Box::new(attempt.clone()));
                if shared.workers.submit(self.id, ticket, job) {
                    let name = attempt.name;
                    let step = Step::Proof { name, purpose };
                    self.exchange.question = Some(Box::new(Question { ticket, step }));
                } else {
                    gate.withdraw(&attempt);
                    self.answer(Tell::Busy, shared);
                }
            }
        }
    }

    pub(super) fn take_proven(
        &mut self,
        name: Name,
        proof: Option<Proof>,
        purpose: Purpose,
        shared: &mut Shared,
    ) {
        if proof.is_none() {
            let wrong = match purpose {
                Purpose::ChangePassword(_) => Rejection::NeedsOldPassword(name),
                _ => Rejection::WrongPassword(name),
            };
            return self.answer(Tell::Rejected(&wrong), shared);
        }
        self.exchange.guesses = shared.workers.gate.take_guesses(&name);
        self.take_name(Some(name), proof, purpose, shared);
    }
}
