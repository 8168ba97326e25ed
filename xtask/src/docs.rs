//! `cargo xtask docs`: the pages that are printed from code, so that code and page cannot disagree.
//!
//! The pages are committed, because people read them on the web and in a tarball without building
//! anything; CI runs this with `--check`, so that a change to the command table brings its page
//! along.

use anyhow::{Context, Result, ensure};
use std::fs;

use crate::workspace::Workspace;

/// A page and what prints it.
struct Page {
    path: &'static str,
    print: fn() -> String,
}

const PAGES: [Page; 1] = [Page {
    path: "docs/commands.md",
    print: chinwag_wire::plain::reference,
}];

/// Writes every page, or with `--check` fails if one is not what would be written.
pub(crate) fn run(workspace: &Workspace, arguments: &[String]) -> Result<()> {
    let check = match arguments {
        [] => false,
        [flag] if flag == "--check" => true,
        _ => anyhow::bail!("docs takes --check or nothing"),
    };
    if check {
        fresh(workspace)
    } else {
        write(workspace)
    }
}

fn write(workspace: &Workspace) -> Result<()> {
    for page in PAGES {
        let path = workspace.root().join(page.path);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)
                .with_context(|| format!("cannot make {}", folder.display()))?;
        }
        fs::write(&path, text(&page)).with_context(|| format!("cannot write {}", page.path))?;
        println!("wrote {}", page.path);
    }
    Ok(())
}

fn fresh(workspace: &Workspace) -> Result<()> {
    let is_stale =
        |page: &Page| fs::read_to_string(workspace.root().join(page.path)).ok() != Some(text(page));
    let stale: Vec<_> = PAGES
        .iter()
        .filter(|page| is_stale(page))
        .map(|page| page.path)
        .collect();
    ensure!(
        stale.is_empty(),
        "out of date: {}. Run cargo xtask docs and commit it",
        stale.join(", ")
    );
    println!("{} generated pages are what the code prints", PAGES.len());
    Ok(())
}

/// The page as it is committed: with a note for whoever opens it to edit it.
fn text(page: &Page) -> String {
    format!(
        "<!-- Printed from the code by `cargo xtask docs`: edit it there. -->\n\n{}",
        (page.print)()
    )
}
