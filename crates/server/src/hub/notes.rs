//! Keeps over a restart what the owners of names will be told of wrong passwords. The password gate
//! knows it; the hub has the store, and writes it once a second. Nothing waits for that: a note
//! lost in a crash is still in the log.

use crate::password_gate::PasswordGate;

use super::Hub;

impl Hub {
    /// Stores the gate's notes from now on, and gives it those of earlier runs.
    pub(crate) fn keep_notes_of(&mut self, gate: PasswordGate) {
        match self.store.notes() {
            Ok(notes) => {
                for (name, text) in &notes {
                    gate.restore_note(name, text);
                }
            }
            Err(error) => tracing::warn!("cannot read what owners are to be told: {error}"),
        }
        self.gate = Some(gate);
    }

    /// Stores the notes that have changed.
    pub(crate) fn write_notes(&mut self) {
        let changed = self.gate.as_ref().map(PasswordGate::poll_notes);
        let changed = changed.unwrap_or_default();
        if !changed.is_empty()
            && let Err(error) = self.store.change_notes(&changed)
        {
            tracing::warn!("cannot store what owners are to be told: {error}");
        }
    }
}
