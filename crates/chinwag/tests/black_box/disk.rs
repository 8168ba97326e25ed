//! A full disk: what cannot be saved is refused and shown to nobody, everything else goes on, and
//! it heals when there is room again.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::harness::{CHINWAG, Setup, messages};

const REFUSED: &str = "! NOT sent: the server cannot save messages right now.\n";

/// A file system of its own, as small as can be.
struct SmallDisk(PathBuf);

impl SmallDisk {
    /// `None` where nobody may mount one, which is said.
    fn mount(at: &Path) -> Option<Self> {
        fs::create_dir_all(at).expect("the folder is ours");
        let mut mount = Command::new("mount");
        mount
            .args(["-t", "tmpfs", "-o", "size=3m", "chinwag-test"])
            .arg(at);
        let mounted = mount.output();
        match mounted {
            Ok(output) if output.status.success() => Some(Self(at.to_owned())),
            refused => {
                println!("skipped: no disk can be mounted: {refused:?}");
                None
            }
        }
    }

    fn fill(&self) {
        let mut filler = File::create(self.0.join("filler")).expect("there is room for a name");
        // A byte at a time at last: pages are what it is counted in.
        for size in [1 << 16, 1 << 12, 1] {
            while filler.write_all(&vec![0; size]).is_ok() {}
        }
    }

    fn free(&self) {
        fs::remove_file(self.0.join("filler")).expect("it was filled");
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // Lazily: a server that a failed test has left may still be in there.
        let _ = Command::new("umount").arg("--lazy").arg(&self.0).status();
    }
}

/// What stands before the padding.
fn numbers(messages: &[String]) -> Vec<&str> {
    messages
        .iter()
        .map(|line| line.split(" x").next().unwrap_or(line))
        .collect()
}

#[test]
fn a_full_disk_refuses_messages_and_heals() {
    let setup = Setup::new();
    let Some(disk) = SmallDisk::mount(&setup.data()) else {
        return;
    };
    let server = setup.start();
    let mut ann = server.join("ann");
    let mut bob = server.join("bob");
    ann.ask("/echo on", "! Echo is on");
    let mut count = 0;
    let mut say = |ann: &mut crate::harness::Client| {
        count += 1;
        // What the log holds free takes a while to fill with short lines.
        let line = format!("{count} {}", "x".repeat(1000));
        ann.send(&line);
        let echo = format!("ann: {count} ");
        let (_, which) = ann.expect_any(&[&echo, REFUSED]);
        which == 0
    };
    assert!(say(&mut ann));
    disk.fill();
    while say(&mut ann) {}
    assert!(!say(&mut ann), "it does not heal by itself alone");
    // All else goes on.
    ann.ask("/who", "--- 2 people in #lobby ---\n");
    bob.ask("/whois ann", "--- ann ---\n");
    ann.ask("/msg bob are you there?", "you -> bob: are you there?\n");
    bob.expect("ann -> you: are you there?\n");
    let mut reader = server.join("reader");
    reader.ask("/history 5", "--- now ---\n");
    bob.ask(
        "/claim secret",
        "! Not done: the server cannot save messages right now.\n",
    );
    bob.ask(
        "/topic new",
        "! Not done: the server cannot save messages right now.\n",
    );

    disk.free();
    // It finds out by itself, at the latest when somebody tries again.
    let healed = (0..1000).any(|_| say(&mut ann));
    assert!(healed, "there is room again");
    ann.send("the end");
    bob.expect("ann: the end\n");
    let shown = messages(bob.screen());
    let shown: Vec<_> = shown
        .iter()
        .filter(|line| line.starts_with("ann: "))
        .cloned()
        .collect();

    let server = server.stop().start();
    let mut reader = server.join("reader");
    reader.sync();
    reader.send("/history 1d");
    let kept = messages(&reader.expect("--- now ---\n"));
    assert_eq!(numbers(&kept), numbers(&shown), "kept is what was shown");
    drop(server);
}

#[test]
fn a_file_that_may_grow_no_further_is_a_full_disk() {
    let server = Setup::new().file_blocks(800).start();
    let mut ann = server.join("ann");
    ann.ask("/echo on", "! Echo is on");
    let mut said = Vec::new();
    loop {
        let line = format!("{} {}", said.len(), "x".repeat(2000));
        ann.send(&line);
        let echo = format!("ann: {} ", said.len());
        match ann.expect_any(&[&echo, REFUSED]) {
            (_, 0) => said.push(said.len().to_string()),
            _ => break,
        }
    }
    ann.ask("/who", "--- 1 person in #lobby ---\n");
    ann.send("/history 2d");
    let kept = messages(&ann.expect("--- now ---\n"));
    let numbers: Vec<_> = numbers(&kept)
        .into_iter()
        .filter_map(|line| line.strip_prefix("ann: "))
        .map(str::to_owned)
        .collect();
    let shown = &said[said.len() - numbers.len()..];
    assert_eq!(numbers, shown, "what was shown is kept");
}

#[test]
fn a_copy_that_finds_no_room_says_which_file_that_is() {
    let setup = Setup::new();
    let Some(disk) = SmallDisk::mount(&setup.home().join("small")) else {
        return;
    };
    let server = setup.start();
    server.join("ann").ask("/me waves", "* ann waves\n");
    let setup = server.stop();
    disk.fill();
    let copy = disk.0.join("copy.db");
    let run = |task: &str, file: Option<&Path>, out: Stdio| {
        let mut command = Command::new(CHINWAG);
        command.arg(task).arg("--data").arg(setup.data()).args(file);
        let output = command.stdout(out).output().expect("the program starts");
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    let error = run("backup", Some(&copy), Stdio::null());
    let named = format!("chinwag: {} cannot be written: ", copy.display());
    assert!(error.starts_with(&named), "{error}");
    assert!(!copy.exists());
    let full = File::create("/dev/full").expect("Linux has one");
    let error = run("export", None, full.into());
    assert_eq!(
        error,
        "chinwag: the output cannot be written: no space left on device\n"
    );
}
