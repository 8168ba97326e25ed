//! Which machine made the figures: what they depend on besides the code.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::thread;

use anyhow::Result;

use crate::shell;

/// A list for the top of the page. The folder is the one that servers write to.
pub(super) fn described(commit: Option<&str>, folder: &Path) -> Result<String> {
    let read = |path| fs::read_to_string(path).unwrap_or_default();
    let rustc = shell::asked(Command::new("rustc").arg("--version"))?;
    let cores = thread::available_parallelism()?;
    let mut disk = Command::new("df");
    let disk = shell::said(disk.arg("--output=fstype").arg(folder)).unwrap_or_default();
    let disk = disk.lines().last().unwrap_or_default().to_owned();
    let rows = [
        ("Processor", processor(&read("/proc/cpuinfo"))),
        ("Cores", cores.to_string()),
        ("Memory", memory(&read("/proc/meminfo"))),
        ("Linux", read("/proc/sys/kernel/osrelease")),
        ("File system of the data folder", disk),
        ("Compiler", rustc),
        ("chinwag", commit.unwrap_or_default().to_owned()),
        ("Load at the start", read("/proc/loadavg")),
    ];
    let known = rows.iter().filter(|(_, value)| !value.trim().is_empty());
    let lines = known.map(|(name, value)| format!("- {name}: {}\n", value.trim()));
    Ok(lines.collect())
}

/// Some processors call themselves nothing.
fn processor(cpuinfo: &str) -> String {
    let name = cpuinfo.lines().find(|line| line.starts_with("model name"));
    let name = name.and_then(|line| line.split_once(": "));
    let name = name.map_or(std::env::consts::ARCH, |(_, name)| name);
    let is_guest = cpuinfo.lines().any(|line| {
        line.starts_with("flags") && line.split_whitespace().any(|flag| flag == "hypervisor")
    });
    let where_it_is = if is_guest {
        ", in a virtual machine"
    } else {
        ""
    };
    format!("{name}{where_it_is}")
}

fn memory(meminfo: &str) -> String {
    let total = meminfo
        .lines()
        .find_map(|line| line.strip_prefix("MemTotal:"));
    let kilobytes = total.and_then(|total| total.split_whitespace().next()?.parse::<f64>().ok());
    kilobytes.map_or_else(String::new, |kilobytes| {
        format!("{:.0} GiB", kilobytes / f64::from(1 << 20))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_processor_has_a_name_or_a_kind() {
        let cpuinfo =
            "processor\t: 0\nmodel name\t: Some CPU @ 2.50GHz\nflags\t\t: fpu hypervisor\n";
        assert_eq!(
            processor(cpuinfo),
            "Some CPU @ 2.50GHz, in a virtual machine"
        );
        assert_eq!(processor("processor: 0\n"), std::env::consts::ARCH);
    }

    #[test]
    fn memory_is_told_in_gibibytes() {
        assert_eq!(
            memory("MemTotal:       24689804 kB\nMemFree: 1 kB\n"),
            "24 GiB"
        );
        assert_eq!(memory(""), "");
    }
}
