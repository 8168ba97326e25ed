//! `cargo xtask instructions`: how many instructions each inner piece takes, held against
//! `benches/instructions.txt`.
//!
//! A time on a busy machine says little, and a guard that cries wolf is switched off. Instructions
//! under callgrind are nearly the same every time, so they can say no to a change that makes a
//! piece much dearer. They know nothing of caches, of waiting and of the kernel: what they pass may
//! still be slow.
//!
//! Each piece is run twice, for N rounds and for 2N, and the difference is shared out among N. So
//! start-up and set-up fall out, and nothing has to know the name of a function, which a compiler
//! may inline.

mod counts;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;

use anyhow::{Context, Result, bail, ensure};

use crate::workspace::Workspace;
use crate::{peers, shell};
use counts::{Count, Listed};

const PACKAGE: &str = "chinwag-benches";
const PROGRAM: &str = "pieces";
const FILE: &str = "benches/instructions.txt";

/// What the counts of the file are of. Another kind of processor has other instructions.
const COUNTED_ON: &str = "x86_64";

/// Counts every piece and compares; with `--update`, writes the file anew.
pub(crate) fn run(workspace: &Workspace, arguments: &[String]) -> Result<()> {
    let update = match arguments {
        [] => false,
        [flag] if flag == "--update" => true,
        _ => bail!("instructions takes --update or nothing"),
    };
    if let Err(why) = peers::ensure_valgrind() {
        ensure!(!update, "{why}");
        println!("SKIPPED: no instructions were counted. {why}");
        return Ok(());
    }
    let program = build(workspace)?;
    let list = shell::asked(Command::new(&program).arg("rounds"))?;
    let listed = counts::listed(&list)?;
    let counted = count(&program, &listed)?;
    print!("{}", counts::left_out(&listed));
    let path = workspace.root().join(FILE);
    if update {
        write(&path, &counted)
    } else {
        judge(&path, &counted)
    }
}

/// Builds the program as `cargo bench` does, and returns its path.
fn build(workspace: &Workspace) -> Result<PathBuf> {
    let build = [
        "bench",
        "--locked",
        "--no-run",
        "--package",
        PACKAGE,
        "--bench",
        PROGRAM,
    ];
    let [program] = workspace.built(&build, [PROGRAM])?;
    Ok(program)
}

fn count(program: &Path, listed: &[Listed]) -> Result<Vec<Count>> {
    let mut counted = Vec::new();
    for Listed { name, rounds } in listed {
        let Ok(rounds) = *rounds else { continue };
        let (once, twice) = both(
            || instructions(program, name, rounds),
            || instructions(program, name, 2 * rounds),
        );
        counted.push(Count {
            name: name.clone(),
            instructions: twice?.saturating_sub(once?) / rounds,
        });
    }
    Ok(counted)
}

/// Runs one beside the other, as a count does not mind: two cores take half the time.
fn both<T: Send>(first: impl FnOnce() -> T + Send, second: impl FnOnce() -> T) -> (T, T) {
    thread::scope(|scope| {
        let first = scope.spawn(first);
        let second = second();
        (first.join().expect("it only starts a program"), second)
    })
}

/// The instructions of a whole run.
fn instructions(program: &Path, piece: &str, rounds: u64) -> Result<u64> {
    let mut valgrind = Command::new("valgrind");
    valgrind.args([
        "--tool=callgrind",
        "--callgrind-out-file=/dev/null",
        "--log-fd=1",
    ]);
    valgrind
        .arg(program)
        .args(["repeat", piece, &rounds.to_string()]);
    let said = shell::asked(&mut valgrind)?;
    counts::collected(&said).with_context(|| format!("callgrind has counted nothing:\n{said}"))
}

fn write(path: &Path, counted: &[Count]) -> Result<()> {
    ensure!(
        std::env::consts::ARCH == COUNTED_ON,
        "{FILE} holds the counts of {COUNTED_ON}"
    );
    let rustc = shell::asked(Command::new("rustc").arg("--version"))?;
    let text = counts::file(counted, COUNTED_ON, rustc.trim());
    fs::write(path, text).with_context(|| format!("cannot write {FILE}"))?;
    println!("wrote {FILE}: {} pieces", counted.len());
    Ok(())
}

fn judge(path: &Path, counted: &[Count]) -> Result<()> {
    let text = fs::read_to_string(path).with_context(|| format!("cannot read {FILE}"))?;
    let committed = counts::parse(&text).context(FILE)?;
    print!("{}", counts::table(counted, &committed));
    if std::env::consts::ARCH != COUNTED_ON {
        println!("Not judged: {FILE} holds the counts of {COUNTED_ON}.");
        return Ok(());
    }
    for hint in counts::hints(counted, &committed) {
        println!("{hint}");
    }
    let complaints = counts::complaints(counted, &committed);
    ensure!(
        complaints.is_empty(),
        "{}\nIf that is meant, or a new compiler is why (the file names its own): \
         cargo xtask instructions --update, and commit {FILE}",
        complaints.join("\n")
    );
    Ok(())
}
