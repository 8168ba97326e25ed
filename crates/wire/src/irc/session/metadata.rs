//! METADATA (IRCv3): values that clients keep under keys for themselves and for rooms, and the keys
//! that a client subscribes to. A client has one of two drafts, which differ in how it learns what it
//! has not asked for, and in the words of refusals.
//!
//! Before registration a client can only mean itself (`*`): what it sets is held here, and set once
//! it is in. A client that sets too much at once is read more slowly, as with any command: no `FAIL
//! METADATA RATE_LIMITED` is ever sent.

mod answers;
mod shown;
mod sync;

use alloc::boxed::Box;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt::Display;

use chinwag_core::limits::{
    METADATA_KEYS_MAX, METADATA_SUBSCRIPTIONS_MAX, METADATA_VALUE_BYTES_MAX,
};
use chinwag_core::{
    Command, Metadata, MetadataKey, MetadataTarget, MetadataValue, Name, Query, RoomName,
};

use super::rooms::room;
use super::{Question, Session, Stage};
use crate::dialect::{Ask, Env, Step};
use crate::irc::caps::Cap;
use crate::irc::message::{Message, shown};
pub(super) use sync::Sync;

/// Bytes of keys on one line of a list of them.
const KEYS_LINE_BYTES_MAX: usize = 300;

/// What an answer about metadata is for.
#[derive(Clone, Debug)]
pub(super) enum MetadataQuestion {
    /// GET: the keys, as typed.
    Get(Target, Vec<String>),
    List(Target),
    Set(Target, MetadataKey, Option<MetadataValue>),
    /// CLEAR, and the keys that are gone.
    Clear(Target, Vec<MetadataKey>),
    /// SYNC of one person.
    SyncPerson(Target),
    /// SYNC of a room.
    SyncRoom(RoomName, Sync),
    /// SYNC of everybody: a monitored person, in this batch.
    SyncMonitored(u64),
    /// The client's own metadata when it comes in.
    Own,
    /// What it set before it came in.
    Arriving,
    /// What a monitored person has.
    Monitored,
}

/// A target, as typed.
pub(super) type Target = String;

/// The value of the capability.
pub(super) fn cap_value() -> String {
    alloc::format!(
        "=before-connect,max-subs={METADATA_SUBSCRIPTIONS_MAX},max-keys={METADATA_KEYS_MAX},\
         max-value-bytes={METADATA_VALUE_BYTES_MAX}"
    )
}

impl Session {
    /// METADATA.
    pub(super) fn metadata(
        &mut self,
        message: &Message<'_>,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) -> Option<Step> {
        if !self.caps.takes_metadata() {
            self.numeric("421", "METADATA :Unknown command", env, out);
            return None;
        }
        let (typed, subcommand) = (message.param(0)?, message.param(1)?);
        let rest = message.params.get(2..).unwrap_or_default();
        if self.means_everything(typed, subcommand) {
            self.sync_all(env, out);
            return None;
        }
        let Some(target) = self.target(typed) else {
            self.no_such_target(typed, env, out);
            return None;
        };
        let is_own = target == MetadataTarget::Oneself;
        match subcommand.to_ascii_uppercase().as_str() {
            "SUB" if is_own => self.subscribe(rest, env, out),
            "UNSUB" if is_own => self.unsubscribe(rest, env, out),
            "SUBS" if is_own => self.put_subscriptions(env, out),
            "SUB" | "UNSUB" | "SUBS" => self.no_such_target(typed, env, out),
            "GET" => {
                let keys = words(rest).map(ToString::to_string).collect();
                self.ask_metadata(target, MetadataQuestion::Get(typed.into(), keys), env, out);
            }
            "LIST" => self.ask_metadata(target, MetadataQuestion::List(typed.into()), env, out),
            "SYNC" => self.sync(typed, target, env, out),
            "SET" => self.set_metadata(typed, target, rest, env, out),
            "CLEAR" => self.clear_metadata(typed, target, env, out),
            _ => {
                let code = match self.has_older() {
                    true => "SUBCOMMAND_INVALID",
                    false => "INVALID_PARAMS",
                };
                let why = format_args!("{code} {} :Invalid subcommand", shown(subcommand));
                self.fail("METADATA", why, env, out);
            }
        }
        None
    }

    /// Whom a target names; before registration only the client itself.
    fn target(&self, typed: &str) -> Option<MetadataTarget> {
        let is_own = |name: &Name| self.here().is_some_and(|here| here.name.same_as(name));
        match (typed, &self.stage) {
            ("*", _) => Some(MetadataTarget::Oneself),
            (_, Stage::Registering(_)) => None,
            _ if typed.starts_with('#') => room(typed).map(MetadataTarget::Room),
            _ => Name::known(typed).map(|name| match is_own(&name) {
                true => MetadataTarget::Oneself,
                false => MetadataTarget::Person(typed.into()),
            }),
        }
    }

    fn no_such_target(&self, typed: &str, env: &Env<'_>, out: &mut Vec<u8>) {
        let why = format_args!("INVALID_TARGET {} :Invalid target", shown(typed));
        self.fail("METADATA", why, env, out);
    }

    /// Whether the client has the older draft.
    fn has_older(&self) -> bool {
        self.caps.has(Cap::MetadataTwo)
    }

    /// Says that one of several keys is invalid, in a batch if there is one.
    fn skip_key(&self, typed: &str, batch: Option<u64>, env: &Env<'_>, out: &mut Vec<u8>) {
        self.put_batch_tag(batch, out);
        match self.has_older() {
            true => self.no_such_key(typed, env, out),
            false => {
                let key = first_word(typed);
                let why = format_args!("WARN METADATA INVALID_KEY {key} :Invalid key");
                self.put_server(why, env, out);
            }
        }
    }

    fn no_such_key(&self, typed: &str, env: &Env<'_>, out: &mut Vec<u8>) {
        let code = match self.has_older() {
            true => "KEY_INVALID",
            false => "INVALID_KEY",
        };
        let key = first_word(typed);
        self.fail(
            "METADATA",
            format_args!("{code} {key} :Invalid key"),
            env,
            out,
        );
    }

    /// Says that a key cannot have the value.
    fn no_such_value(&self, key: &str, why: impl Display, env: &Env<'_>, out: &mut Vec<u8>) {
        match self.has_older() {
            true => self.fail("METADATA", format_args!("VALUE_INVALID :{why}"), env, out),
            false => {
                let why = format_args!("INVALID_VALUE {key} :{why}");
                self.fail("METADATA", why, env, out);
            }
        }
    }

    /// GET, LIST and SYNC of one person or, except for SYNC, of a room.
    fn ask_metadata(
        &mut self,
        target: MetadataTarget,
        question: MetadataQuestion,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) {
        match &self.stage {
            Stage::Here(_) => {
                let ask = Ask::Query(Query::Metadata(target));
                self.later(ask, Question::Metadata(Box::new(question)));
            }
            Stage::Registering(registering) => {
                let held = registering.metadata.clone();
                self.put_metadata(&question, "*", &held, env, out);
            }
        }
    }

    fn set_metadata(
        &mut self,
        typed: &str,
        target: MetadataTarget,
        rest: &[&str],
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) {
        let typed_key = rest.first().copied().unwrap_or_default();
        let Some(key) = read_key(typed_key) else {
            return self.no_such_key(typed_key, env, out);
        };
        let is_older = self.has_older();
        let value = match rest.get(1) {
            None => None,
            // In the newer draft this removes the key.
            Some(&"") if !is_older => None,
            Some(value) => match MetadataValue::parse(value) {
                Some(value) => Some(value),
                None => {
                    let most = METADATA_VALUE_BYTES_MAX;
                    let why = format_args!("Longer than {most} bytes");
                    return self.no_such_value(key.as_str(), why, env, out);
                }
            },
        };
        if let Stage::Registering(registering) = &mut self.stage {
            let held = &mut registering.metadata;
            let is_known = held.get(&key).is_some();
            if value.is_some() && !is_known && held.len() >= METADATA_KEYS_MAX {
                return self.too_many_keys("*", "Too many keys", env, out);
            }
            if value.is_none() && !is_known && is_older {
                let why = format_args!("KEY_NOT_SET * {key} :That key is not set");
                return self.fail("METADATA", why, env, out);
            }
            held.set((key.clone(), value.clone()));
            return self.put_value(None, "*", (&key, value.as_ref()), env, out);
        }
        let changes = Some([(key.clone(), value.clone())].into());
        let ask = Ask::Command(Command::SetMetadata { target, changes });
        let question = MetadataQuestion::Set(typed.into(), key, value);
        self.later(ask, Question::Metadata(Box::new(question)));
    }

    fn clear_metadata(
        &mut self,
        typed: &str,
        target: MetadataTarget,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) {
        if let Stage::Registering(registering) = &mut self.stage {
            let held = core::mem::take(&mut registering.metadata);
            let keys: Vec<MetadataKey> = held.iter().map(|(key, _)| key.clone()).collect();
            return self.put_cleared("*", &keys, env, out);
        }
        let changes = None;
        let ask = Ask::Command(Command::SetMetadata { target, changes });
        let question = MetadataQuestion::Clear(typed.into(), Vec::new());
        self.later(ask, Question::Metadata(Box::new(question)));
    }

    /// Subscribes to the keys in order, up to the limit.
    fn subscribe(&mut self, typed: &[&str], env: &Env<'_>, out: &mut Vec<u8>) {
        let mut subscribed = self.subscribed().to_vec();
        let mut taken = Vec::new();
        let has_some_before = subscribed.len();
        for typed in words(typed) {
            let Some(key) = read_key(typed) else {
                self.skip_key(typed, None, env, out);
                continue;
            };
            if subscribed.len() == METADATA_SUBSCRIPTIONS_MAX {
                self.too_many_subscriptions(&key, env, out);
                break;
            }
            if !subscribed.contains(&key) {
                subscribed.push(key.clone());
            }
            taken.push(key);
        }
        let is_more = subscribed.len() > has_some_before;
        self.set_subscribed(subscribed);
        self.put_keys("770", None, &taken, env, out);
        if is_more {
            self.sync_subscribed(env, out);
        }
    }

    fn too_many_subscriptions(&self, key: &MetadataKey, env: &Env<'_>, out: &mut Vec<u8>) {
        let most = METADATA_SUBSCRIPTIONS_MAX;
        let words = "Too many subscriptions";
        match self.has_older() {
            true => {
                let why = format_args!("TOO_MANY_SUBS {key} :{words}");
                self.fail("METADATA", why, env, out);
            }
            false => {
                let why = format_args!("LIMIT_REACHED {key} {most} :{words}");
                self.fail("METADATA", why, env, out);
            }
        }
    }

    /// Says that a target has as many keys as it can have.
    fn too_many_keys(&self, target: &str, words: impl Display, env: &Env<'_>, out: &mut Vec<u8>) {
        let most = METADATA_KEYS_MAX;
        match self.has_older() {
            true => {
                let why = format_args!("LIMIT_REACHED {target} :{words}");
                self.fail("METADATA", why, env, out);
            }
            false => {
                let why = format_args!("LIMIT_REACHED {target} {most} :{words}");
                self.fail("METADATA", why, env, out);
            }
        }
    }

    fn unsubscribe(&mut self, typed: &[&str], env: &Env<'_>, out: &mut Vec<u8>) {
        let mut taken = Vec::new();
        for typed in words(typed) {
            match read_key(typed) {
                Some(key) => taken.push(key),
                None => self.skip_key(typed, None, env, out),
            }
        }
        let mut subscribed = self.subscribed().to_vec();
        subscribed.retain(|key| !taken.contains(key));
        self.set_subscribed(subscribed);
        self.put_keys("771", None, &taken, env, out);
    }

    fn put_subscriptions(&mut self, env: &Env<'_>, out: &mut Vec<u8>) {
        let batch = self.begin_metadata("metadata-subs", env, out);
        self.put_keys("772", Some(batch), self.subscribed(), env, out);
        self.end_batch(batch, env, out);
    }

    fn set_subscribed(&mut self, keys: Vec<MetadataKey>) {
        self.change_watched(|watched| watched.keys = keys.into());
    }

    /// Forgets the subscriptions of a client that no longer accepts metadata.
    pub(super) fn forget_subscriptions(&mut self) {
        if !self.subscribed().is_empty() {
            self.set_subscribed(Vec::new());
        }
    }

    fn put_keys(
        &self,
        code: &str,
        batch: Option<u64>,
        keys: &[MetadataKey],
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) {
        let mut keys = keys.iter().map(MetadataKey::as_str).peekable();
        while let Some(first) = keys.next() {
            let mut line = String::from(first);
            while let Some(key) =
                keys.next_if(|key| line.len() + 1 + key.len() <= KEYS_LINE_BYTES_MAX)
            {
                line.push(' ');
                line.push_str(key);
            }
            self.put_batch_tag(batch, out);
            self.numeric(code, &line, env, out);
        }
    }

    /// Sets what a client has set before it came in, after its login.
    pub(super) fn set_held_metadata(&mut self) {
        let Stage::Registering(registering) = &mut self.stage else {
            return;
        };
        let held: Metadata = core::mem::take(&mut registering.metadata);
        if held.is_empty() {
            return;
        }
        let changes = held.iter();
        let changes = changes.map(|(key, value)| (key.clone(), Some(value.clone())));
        let set = Command::SetMetadata {
            target: MetadataTarget::Oneself,
            changes: Some(changes.collect()),
        };
        let question = Question::Metadata(Box::new(MetadataQuestion::Arriving));
        self.later(Ask::Command(set), question);
    }

    /// Asks for the client's own metadata, as part of its welcome.
    pub(super) fn ask_own_metadata(&mut self) {
        if self.caps.takes_metadata() {
            let ask = Ask::Query(Query::Metadata(MetadataTarget::Oneself));
            let question = Question::Metadata(Box::new(MetadataQuestion::Own));
            self.later(ask, question);
        }
    }
}

/// A key, unless it is one of soju's: they say how one user of a bouncer sees a room or a person,
/// and here everybody would see it so.
fn read_key(typed: &str) -> Option<MetadataKey> {
    MetadataKey::parse(typed).filter(|key| !key.as_str().starts_with("soju.im/"))
}

/// What was typed for a key, as a parameter of a line.
fn first_word(typed: &str) -> &str {
    let word = typed.split(' ').next();
    word.filter(|word| !word.is_empty()).unwrap_or("*")
}

/// Words that may share the last parameter.
fn words<'a>(params: &[&'a str]) -> impl Iterator<Item = &'a str> {
    params
        .iter()
        .flat_map(|param| param.split_ascii_whitespace())
}
