//! Choices made by the bytes of an input, so that to change its bytes is to change them one by one.

use chinwag_core::{Name, RoomName, Text};

/// Where choices come from. When the bytes are used up, the rest are zeros.
pub(crate) struct Dice<'a> {
    bytes: &'a [u8],
}

impl<'a> Dice<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes }
    }

    pub(crate) fn is_used_up(&self) -> bool {
        self.bytes.is_empty()
    }

    pub(crate) fn byte(&mut self) -> u8 {
        let (byte, rest) = self.bytes.split_first().unwrap_or((&0, &[]));
        self.bytes = rest;
        *byte
    }

    pub(crate) fn number(&mut self) -> u64 {
        u64::from_le_bytes([(); 8].map(|()| self.byte()))
    }

    /// A number below `end`, which is not 0.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        let number = match end {
            0..=256 => usize::from(self.byte()),
            _ => usize::from(self.byte()) << 8 | usize::from(self.byte()),
        };
        number % end
    }

    pub(crate) fn flip(&mut self) -> bool {
        self.byte().is_multiple_of(2)
    }

    pub(crate) fn pick<'b, T>(&mut self, from: &'b [T]) -> &'b T {
        &from[self.below(from.len())]
    }

    /// Some of the input, as somebody could have typed it.
    pub(crate) fn typed(&mut self) -> String {
        let length = usize::from(self.byte()).min(self.bytes.len());
        let (typed, rest) = self.bytes.split_at(length);
        self.bytes = rest;
        String::from_utf8_lossy(typed).into_owned()
    }

    pub(crate) fn text(&mut self) -> Text {
        let typed = self.typed();
        Text::parse(&typed).unwrap_or_else(|| Text::parse("hello").expect("a text"))
    }

    /// What a message says: a passage if there are line feeds in it.
    pub(crate) fn message(&mut self) -> Text {
        let typed = self.typed();
        Text::passage(typed.split('\n')).unwrap_or_else(|| Text::parse("hello").expect("a text"))
    }

    pub(crate) fn name(&mut self) -> Name {
        let typed = self.typed();
        Name::parse(&typed).unwrap_or_else(|_| Name::parse("gopher").expect("a name"))
    }

    pub(crate) fn room(&mut self) -> RoomName {
        let typed = self.typed();
        RoomName::parse(&typed).unwrap_or_else(|_| RoomName::lobby())
    }

    pub(crate) fn maybe<T>(&mut self, make: impl FnOnce(&mut Self) -> T) -> Option<T> {
        self.flip().then(|| make(self))
    }
}
