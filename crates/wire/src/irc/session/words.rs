//! Lists of words that take as many lines as they need: none is cut, however long names are.

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt::Display;

use super::Session;
use crate::dialect::Env;
use crate::irc::message::BODY_BYTES_MAX;

/// A numeric with a list in it.
pub(super) struct ListLine<'a> {
    pub(super) code: &'a str,
    /// What precedes the words of each line.
    pub(super) head: &'a str,
    /// What separates two words.
    pub(super) gap: char,
    /// What follows the words of each line.
    pub(super) tail: &'a str,
    /// Words on one line.
    pub(super) words_max: usize,
}

impl<'a> ListLine<'a> {
    /// One whose last parameter is the list, with blanks between its words.
    pub(super) fn last(code: &'a str, head: &'a str) -> Self {
        Self {
            code,
            head,
            gap: ' ',
            tail: "",
            words_max: usize::MAX,
        }
    }
}

impl Session {
    /// Appends a list of words; nothing if it is empty.
    pub(super) fn put_words(
        &self,
        line: &ListLine<'_>,
        words: impl IntoIterator<Item = impl Display>,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) {
        let (server, nick) = (&env.settings.irc.server, self.nick());
        let code = line.code;
        let around = alloc::format!(":{server} {code} {nick} {}{}", line.head, line.tail).len();
        let bytes_max = BODY_BYTES_MAX.saturating_sub(around);
        let (mut list, mut count) = (String::new(), 0);
        let put = |list: &str, out: &mut Vec<u8>| {
            let what = format_args!("{}{list}{}", line.head, line.tail);
            self.numeric(code, what, env, out);
        };
        for word in words {
            let word = word.to_string();
            let is_full = count == line.words_max || list.len() + 1 + word.len() > bytes_max;
            if count > 0 && is_full {
                put(&list, out);
                list.clear();
                count = 0;
            }
            if count > 0 {
                list.push(line.gap);
            }
            list.push_str(&word);
            count += 1;
        }
        if count > 0 {
            put(&list, out);
        }
    }
}
