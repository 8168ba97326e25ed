//! The arguments of `cargo xtask`.
#![allow(unreachable_pub, reason = "xflags writes these types")]

xflags::xflags! {
    /// What a developer of chinwag runs.
    cmd xtask {
        /// Runs every test, once nc and telnet are there. ARGS go to `cargo test`.
        cmd test {
            repeated args: String
        }
        /// Runs everything that must pass before a change lands.
        cmd ci {}
        /// Checks the project's own rules: layers, purity, reasons, sizes, licences.
        cmd check {}
        /// Writes the generated pages.
        cmd docs {}
        /// Runs every fuzz target for SECONDS (5), optimised, on the stable toolchain.
        cmd fuzz {
            optional seconds: u64
        }
        /// Runs cargo-mutants on the code that must not break. ARGS go to `cargo mutants`.
        cmd mutants {
            repeated args: String
        }
        /// Counts the instructions of the inner pieces against benches/instructions.txt.
        cmd instructions {
            /// Write the file anew instead.
            optional --update
        }
        /// Makes the figures of docs/benchmarks.md.
        cmd measure {
            /// Only the group of this name.
            optional --only group: String
            /// Runs of each case (5).
            optional --runs runs: u32
            /// Seconds of a run (2.5).
            optional --secs secs: f64
        }
    }
}
